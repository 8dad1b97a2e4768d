// SPDX-License-Identifier: Apache-2.0
// Polyhedra from points and faces: checked to be closed, triangulated face by face, turned outward.
#include "compiler/solid/solid_internal.h"

typedef struct FaceEdge {
    u32 a, b, face; // directed
} FaceEdge;

static int compare_edges(const void *x, const void *y, const void *ctx) {
    (void)ctx;
    const FaceEdge *p = x, *q = y;
    u32 pl = MIN(p->a, p->b), ph = MAX(p->a, p->b), ql = MIN(q->a, q->b), qh = MAX(q->a, q->b);
    if (pl != ql)
        return pl < ql ? -1 : 1;
    if (ph != qh)
        return ph < qh ? -1 : 1;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->face < q->face ? -1 : p->face > q->face;
}

typedef struct Polyhedron {
    const f64 *points;
    u32 n_points;
    u32 *same; // points at one place are one
    VEC(u32) corners;
    VEC(u32) starts;
} Polyhedron;

static Vec3 point_at(const Polyhedron *p, u32 i) {
    return (Vec3){p->points[3 * i], p->points[3 * i + 1], p->points[3 * i + 2]};
}

typedef struct IndexedPoint {
    Vec3 p;
    u32 i;
} IndexedPoint;

static int compare_points(const void *x, const void *y, const void *ctx) {
    (void)ctx;
    const IndexedPoint *a = x, *b = y;
    if (a->p.x != b->p.x)
        return a->p.x < b->p.x ? -1 : 1;
    if (a->p.y != b->p.y)
        return a->p.y < b->p.y ? -1 : 1;
    if (a->p.z != b->p.z)
        return a->p.z < b->p.z ? -1 : 1;
    return a->i < b->i ? -1 : 1;
}

static void join_points(Heap *heap, Polyhedron *p) {
    p->same = heap_alloc_raw(heap, MAX(p->n_points, 1), sizeof(u32));
    IndexedPoint *sorted = heap_alloc_raw(heap, MAX(p->n_points, 1), sizeof(IndexedPoint));
    for (u32 i = 0; i < p->n_points; i++)
        sorted[i] = (IndexedPoint){point_at(p, i), i};
    sort_stable(heap, sorted, p->n_points, sizeof(IndexedPoint), compare_points, NULL);
    for (u32 i = 0; i < p->n_points; i++) {
        bool equal = i > 0 && sorted[i].p.x == sorted[i - 1].p.x &&
                     sorted[i].p.y == sorted[i - 1].p.y && sorted[i].p.z == sorted[i - 1].p.z;
        p->same[sorted[i].i] = equal ? p->same[sorted[i - 1].i] : sorted[i].i;
    }
    heap_free(heap, sorted);
}

static bool read_faces(SolidContext *ctx, IrId id, Polyhedron *p) {
    const IrNode *node = solid_node(ctx, id);
    p->n_points = (u32)node->nums[IR_POLYHEDRON_n_points];
    p->points = node->nums + IR_POLYHEDRON_data;
    join_points(ctx->heap, p);
    u32 at = IR_POLYHEDRON_data + 3 * p->n_points;
    vec_push(ctx->heap, &p->starts, 0);
    for (u32 face = 0; at < node->n_nums; face++) {
        u32 n = (u32)node->nums[at++];
        for (u32 i = 0; i < n && at < node->n_nums; i++) {
            f64 index = node->nums[at++];
            if (!(index >= 0 && index < p->n_points)) {
                solid_error(ctx, id, DIAG_E0615,
                            "face %u names point %.*s, but there are points 0 to %u", face,
                            STR_ARG(diag_number(ctx->diags, index)), p->n_points - 1);
                return false;
            }
            u32 v = p->same[(u32)index];
            u32 first = p->starts.data[p->starts.len - 1];
            if (p->corners.len > first && p->corners.data[p->corners.len - 1] == v)
                continue;
            vec_push(ctx->heap, &p->corners, v);
        }
        u32 first = p->starts.data[p->starts.len - 1];
        while (p->corners.len > first + 1 &&
               p->corners.data[p->corners.len - 1] == p->corners.data[first])
            p->corners.len--;
        if (p->corners.len - first < 3)
            p->corners.len = first; // no area
        vec_push(ctx->heap, &p->starts, p->corners.len);
    }
    return true;
}

static bool check_closed(SolidContext *ctx, IrId id, const Polyhedron *p) {
    u32 n = p->corners.len;
    FaceEdge *edges = heap_alloc_raw(ctx->heap, MAX(n, 1), sizeof(FaceEdge));
    u32 len = 0;
    for (u32 f = 0; f + 1 < p->starts.len; f++)
        for (u32 i = p->starts.data[f], end = p->starts.data[f + 1]; i < end; i++)
            edges[len++] = (FaceEdge){p->corners.data[i],
                                      p->corners.data[i + 1 < end ? i + 1 : p->starts.data[f]], f};
    sort_stable(ctx->heap, edges, len, sizeof(FaceEdge), compare_edges, NULL);
    bool ok = true;
    for (u32 i = 0; i < len && ok;) {
        u32 forward = 0, k = i, low = MIN(edges[i].a, edges[i].b),
            high = MAX(edges[i].a, edges[i].b);
        for (; k < len && MIN(edges[k].a, edges[k].b) == low && MAX(edges[k].a, edges[k].b) == high;
             k++)
            forward += edges[k].a == low;
        if (k - i != 2 || forward != 1) {
            ok = false;
            Str a = solid_point3(ctx, point_at(p, low)), b = solid_point3(ctx, point_at(p, high));
            Diag *d;
            if (k - i == 1)
                d = solid_error(ctx, id, DIAG_E0615,
                                "the polyhedron is open: only face %u has the edge from point %u, "
                                "%.*s, to point %u, %.*s",
                                edges[i].face, low, STR_ARG(a), high, STR_ARG(b));
            else if (k - i == 2)
                d = solid_error(ctx, id, DIAG_E0615,
                                "faces %u and %u both run from point %u to point %u: one of them "
                                "is turned the wrong way",
                                edges[i].face, edges[i + 1].face, edges[i].a, edges[i].b);
            else
                d = solid_error(ctx, id, DIAG_E0615,
                                "%u faces meet at the edge from point %u, %.*s, to point %u, %.*s: "
                                "there must be two",
                                k - i, low, STR_ARG(a), high, STR_ARG(b));
            diag_help(ctx->diags, d,
                      "each edge belongs to two faces, which run along it in opposite directions; "
                      "list every face counter-clockwise as seen from outside");
        }
        i = k;
    }
    if (ok && len == 0) {
        solid_error(ctx, id, DIAG_E0615, "the polyhedron has no faces");
        ok = false;
    }
    heap_free(ctx->heap, edges);
    return ok;
}

// A face as a polygon in the plane that it faces most (Newell's normal), triangulated there.
static void add_face(MeshBuilder *b, const Polyhedron *p, u32 f, u32 tag) {
    u32 first = p->starts.data[f], n = p->starts.data[f + 1] - first;
    const u32 *c = p->corners.data + first;
    if (n == 3) {
        builder_flat(b, c[0], c[1], c[2], tag);
        return;
    }
    Vec3 normal = {0, 0, 0};
    for (u32 i = 0; i < n; i++)
        normal = vec3_add(normal, vec3_cross(point_at(p, c[i]), point_at(p, c[(i + 1) % n])));
    u32 axis = fabs(normal.x) > fabs(normal.y)   ? (fabs(normal.x) > fabs(normal.z) ? 0 : 2)
               : fabs(normal.y) > fabs(normal.z) ? 1
                                                 : 2;
    bool flip = vec3_get(normal, axis) < 0;
    Region region;
    region_init(&region, b->heap, n, 1, false);
    region.starts[0] = 0, region.starts[1] = n;
    for (u32 i = 0; i < n; i++) {
        Vec3 v = point_at(p, c[flip ? n - 1 - i : i]);
        region.points[i] = (Vec2){vec3_get(v, (axis + 1) % 3), vec3_get(v, (axis + 2) % 3)};
    }
    u32 *tris, n_tris;
    region_triangulate(b->heap, &region, &tris, &n_tris);
    for (u32 t = 0; t < n_tris; t++) {
        u32 v[3];
        for (u32 i = 0; i < 3; i++) {
            u32 k = tris[3 * t + i];
            v[i] = c[flip ? n - 1 - k : k];
        }
        builder_flat(b, v[0], v[flip ? 2 : 1], v[flip ? 1 : 2], tag);
    }
    heap_free(b->heap, tris);
    region_finish(&region, b->heap);
}

// Drops points that no face uses.
static void compact(Heap *heap, Mesh *mesh) {
    u32 *to = heap_alloc_raw(heap, MAX(mesh->n_verts, 1), sizeof(u32)), n = 0;
    memset(to, 0xff, mesh->n_verts * sizeof(u32));
    for (size_t i = 0; i < 3 * (size_t)mesh->n_tris; i++)
        to[mesh->tris[i]] = 0;
    for (u32 v = 0; v < mesh->n_verts; v++)
        if (to[v] == 0) {
            mesh->verts[n] = mesh->verts[v];
            to[v] = n++;
        }
    mesh->n_verts = n;
    for (size_t i = 0; i < 3 * (size_t)mesh->n_tris; i++)
        mesh->tris[i] = to[mesh->tris[i]];
    heap_free(heap, to);
}

bool build_polyhedron(SolidContext *ctx, IrId id, Mesh *out) {
    Polyhedron p = {0};
    Heap *heap = ctx->heap;
    bool ok = read_faces(ctx, id, &p) && check_closed(ctx, id, &p);
    if (ok) {
        u32 n_faces = p.starts.len - 1, tag = solid_tags(ctx, id, "face", n_faces);
        MeshBuilder b;
        builder_init(&b, heap, p.n_points, p.corners.len, false);
        for (u32 i = 0; i < p.n_points; i++)
            builder_vert(&b, point_at(&p, i));
        for (u32 f = 0; f < n_faces; f++)
            if (p.starts.data[f + 1] > p.starts.data[f])
                add_face(&b, &p, f, tag + f);
        builder_finish(&b, out);
        compact(heap, out);
        f64 volume = mesh_measure(out).volume;
        if (volume < 0) { // listed clockwise throughout
            for (u32 t = 0; t < out->n_tris; t++) {
                u32 v = out->tris[3 * t + 1];
                out->tris[3 * t + 1] = out->tris[3 * t + 2];
                out->tris[3 * t + 2] = v;
            }
        } else if (volume == 0) {
            solid_error(ctx, id, DIAG_E0615, "the points of the polyhedron enclose no volume");
            mesh_finish(out, heap);
            ok = false;
        }
    }
    heap_free(heap, p.same);
    vec_free(heap, &p.corners);
    vec_free(heap, &p.starts);
    return ok;
}
