// SPDX-License-Identifier: Apache-2.0
// Signed distance to a closed mesh: nearest triangle through a tree of boxes, the sign by the
// angle-weighted pseudonormal of the feature that is nearest, face, edge or vertex (Baerentzen and
// Aanaes 2005), which is right wherever the mesh is closed and oriented.
#include "compiler/solid/field.h"

#include "compiler/mesh/query_boxes.h"

struct DistanceTree {
    Heap *heap;
    const Mesh *mesh;
    BoxTree boxes;
    Vec3 *face_normals; // n_tris, unit; zero where the triangle has no area
    Vec3 *edge_normals; // 3 n_tris: of the edge from corner k to k + 1, not unit
    Vec3 *vert_normals; // n_verts, not unit
    u32 *last; // the triangle found last: the next question is asked near by, and starts from it
};

typedef struct EdgeKey {
    u32 low, high, at; // at: 3 * triangle + corner
} EdgeKey;

static int compare_keys(const void *a, const void *b, const void *ctx) {
    const EdgeKey *x = a, *y = b;
    (void)ctx;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return x->high < y->high ? -1 : x->high > y->high;
}

static Vec3 corner(const Mesh *mesh, u32 t, u32 k) {
    return mesh->verts[mesh->tris[3 * (size_t)t + k % 3]];
}

static void make_normals(DistanceTree *d) {
    const Mesh *mesh = d->mesh;
    EdgeKey *keys = heap_alloc_raw(d->heap, 3 * (size_t)mesh->n_tris, sizeof(EdgeKey));
    for (u32 t = 0; t < mesh->n_tris; t++) {
        Vec3 p[3] = {corner(mesh, t, 0), corner(mesh, t, 1), corner(mesh, t, 2)};
        Vec3 n = vec3_unit(vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0])));
        d->face_normals[t] = n;
        for (u32 k = 0; k < 3; k++) {
            u32 a = mesh->tris[3 * (size_t)t + k], b = mesh->tris[3 * (size_t)t + (k + 1) % 3];
            keys[3 * (size_t)t + k] = (EdgeKey){MIN(a, b), MAX(a, b), 3 * t + k};
            Vec3 u = vec3_unit(vec3_sub(p[(k + 1) % 3], p[k])),
                 v = vec3_unit(vec3_sub(p[(k + 2) % 3], p[k]));
            f64 angle = trig_atan2(vec3_norm(vec3_cross(u, v)), vec3_dot(u, v));
            d->vert_normals[a] = vec3_add(d->vert_normals[a], vec3_scale(n, angle));
        }
    }
    sort_stable(d->heap, keys, 3 * (size_t)mesh->n_tris, sizeof(EdgeKey), compare_keys, NULL);
    for (size_t i = 0; i + 1 < 3 * (size_t)mesh->n_tris;
         i += 2) { // twins are neighbours in a closed mesh
        Vec3 sum = vec3_add(d->face_normals[keys[i].at / 3], d->face_normals[keys[i + 1].at / 3]);
        d->edge_normals[keys[i].at] = d->edge_normals[keys[i + 1].at] = sum;
    }
    heap_free(d->heap, keys);
}

DistanceTree *distance_create(Heap *heap, const Mesh *mesh) {
    DistanceTree *d = HEAP_NEW(heap, DistanceTree, 1);
    d->heap = heap;
    d->mesh = mesh;
    u32 n = mesh->n_tris;
    d->face_normals = HEAP_NEW(heap, Vec3, MAX(n, 1));
    d->edge_normals = HEAP_NEW(heap, Vec3, 3 * (size_t)MAX(n, 1));
    d->vert_normals = HEAP_NEW(heap, Vec3, MAX(mesh->n_verts, 1));
    make_normals(d);
    d->last = HEAP_NEW(heap, u32, 1);
    Box3 *boxes = heap_alloc_raw(heap, MAX(n, 1), sizeof(Box3));
    for (u32 t = 0; t < n; t++)
        boxes[t] = box3_add_point(
            box3_add_point(box3_add_point(box3_empty(), corner(mesh, t, 0)), corner(mesh, t, 1)),
            corner(mesh, t, 2));
    box_tree_init(&d->boxes, heap, boxes, n);
    heap_free(heap, boxes);
    return d;
}

void distance_destroy(DistanceTree *d) {
    if (!d)
        return;
    box_tree_finish(&d->boxes, d->heap);
    heap_free(d->heap, d->face_normals);
    heap_free(d->heap, d->edge_normals);
    heap_free(d->heap, d->vert_normals);
    heap_free(d->heap, d->last);
    heap_free(d->heap, d);
}

static f64 box_distance2(Box3 b, Vec3 p) {
    f64 x = p.x < b.min.x ? b.min.x - p.x : p.x > b.max.x ? p.x - b.max.x : 0; // fmax is a call
    f64 y = p.y < b.min.y ? b.min.y - p.y : p.y > b.max.y ? p.y - b.max.y : 0;
    f64 z = p.z < b.min.z ? b.min.z - p.z : p.z > b.max.z ? p.z - b.max.z : 0;
    return x * x + y * y + z * z;
}

typedef struct Nearest {
    f64 d2;
    u32 tri;
    f64 w[3]; // barycentric; a zero says which edge or vertex
} Nearest;

// Closest point of a triangle (Ericson, Real-Time Collision Detection, 5.1.5).
static void closest(Vec3 p, Vec3 a, Vec3 b, Vec3 c, f64 w[3]) {
    Vec3 ab = vec3_sub(b, a), ac = vec3_sub(c, a), ap = vec3_sub(p, a), bp = vec3_sub(p, b),
         cp = vec3_sub(p, c);
    f64 d1 = vec3_dot(ab, ap), d2 = vec3_dot(ac, ap), d3 = vec3_dot(ab, bp), d4 = vec3_dot(ac, bp),
        d5 = vec3_dot(ab, cp), d6 = vec3_dot(ac, cp);
    f64 vc = d1 * d4 - d3 * d2, vb = d5 * d2 - d1 * d6, va = d3 * d6 - d5 * d4;
    w[0] = w[1] = w[2] = 0;
    if (d1 <= 0 && d2 <= 0) {
        w[0] = 1;
    } else if (d3 >= 0 && d4 <= d3) {
        w[1] = 1;
    } else if (d6 >= 0 && d5 <= d6) {
        w[2] = 1;
    } else if (vc <= 0 && d1 >= 0 && d3 <= 0) {
        w[1] = d1 / (d1 - d3), w[0] = 1 - w[1];
    } else if (vb <= 0 && d2 >= 0 && d6 <= 0) {
        w[2] = d2 / (d2 - d6), w[0] = 1 - w[2];
    } else if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
        w[2] = (d4 - d3) / (d4 - d3 + d5 - d6), w[1] = 1 - w[2];
    } else {
        f64 sum = va + vb + vc;
        w[1] = vb / sum, w[2] = vc / sum, w[0] = 1 - w[1] - w[2];
    }
}

static void try_triangle(const DistanceTree *d, u32 t, Vec3 p, Nearest *best) {
    if (d->face_normals[t].x == 0 && d->face_normals[t].y == 0 && d->face_normals[t].z == 0)
        return; // its neighbours cover it
    Vec3 a = corner(d->mesh, t, 0), b = corner(d->mesh, t, 1), c = corner(d->mesh, t, 2);
    f64 w[3];
    closest(p, a, b, c, w);
    Vec3 q = vec3_add(vec3_add(vec3_scale(a, w[0]), vec3_scale(b, w[1])), vec3_scale(c, w[2])),
         v = vec3_sub(p, q);
    f64 d2 = vec3_dot(v, v);
    if (d2 < best->d2) {
        best->d2 = d2, best->tri = t;
        memcpy(best->w, w, sizeof w);
    }
}

static Nearest find_nearest(const DistanceTree *d, Vec3 p) {
    Nearest best = {.d2 = INFINITY, .tri = NONE};
    struct {
        u32 node;
        f64 d2;
    } stack[2 * BOX_TREE_DEPTH_MAX];
    u32 depth = 0;
    if (d->boxes.n_nodes)
        try_triangle(d, *d->last, p, &best);
    if (d->boxes.n_nodes)
        stack[depth].node = 0, stack[depth++].d2 = 0;
    while (depth) {
        u32 at = stack[--depth].node;
        const BoxNode *node = &d->boxes.nodes[at];
        if (stack[depth].d2 >= best.d2)
            continue;
        if (node->len) {
            for (u32 i = 0; i < node->len; i++)
                try_triangle(d, d->boxes.items[node->right + i], p, &best);
            continue;
        }
        u32 left = at + 1, right = node->right;
        f64 dl = box_distance2(d->boxes.nodes[left].box, p),
            dr = box_distance2(d->boxes.nodes[right].box, p);
        bool left_first = dl <= dr; // the nearer one on top
        stack[depth].node = left_first ? right : left, stack[depth++].d2 = left_first ? dr : dl;
        stack[depth].node = left_first ? left : right, stack[depth++].d2 = left_first ? dl : dr;
    }
    if (best.tri != NONE)
        *d->last = best.tri;
    return best;
}

static Vec3 pseudonormal(const DistanceTree *d, const Nearest *n) {
    int zeros = (n->w[0] == 0) + (n->w[1] == 0) + (n->w[2] == 0);
    if (zeros == 2) {
        u32 k = n->w[0] != 0 ? 0 : n->w[1] != 0 ? 1 : 2;
        return d->vert_normals[d->mesh->tris[3 * (size_t)n->tri + k]];
    }
    if (zeros == 1) {
        u32 k = n->w[0] == 0 ? 1 : n->w[1] == 0 ? 2 : 0; // the edge opposite the corner of weight 0
        return d->edge_normals[3 * (size_t)n->tri + k];
    }
    return d->face_normals[n->tri];
}

f64 distance_at(const DistanceTree *d, Vec3 p, Vec3 *normal) {
    Nearest n = find_nearest(d, p);
    if (n.tri == NONE)
        return INFINITY;
    Vec3 q = {0, 0, 0}, smooth = {0, 0, 0};
    for (u32 k = 0; k < 3; k++) {
        q = vec3_add(q, vec3_scale(corner(d->mesh, n.tri, k), n.w[k]));
        const f32 *f = d->mesh->normals ? d->mesh->normals + 9 * (size_t)n.tri + 3 * k : NULL;
        if (f)
            smooth = vec3_add(smooth, vec3_scale((Vec3){(f64)f[0], (f64)f[1], (f64)f[2]}, n.w[k]));
    }
    Vec3 away = vec3_sub(p, q);
    f64 sign = vec3_dot(away, pseudonormal(d, &n)) < 0 ? -1 : 1, distance = sqrt(n.d2);
    if (normal) {
        Vec3 gradient = vec3_scale(away, sign);
        *normal = vec3_norm(smooth) > 0.5 ? vec3_unit(smooth)
                  : distance > 1e-12      ? vec3_unit(gradient)
                                          : d->face_normals[n.tri];
    }
    return sign * distance;
}

f64 distance_lower_bound(const DistanceTree *d, Vec3 p) {
    return d->boxes.n_nodes ? sqrt(box_distance2(d->boxes.nodes[0].box, p)) : INFINITY;
}

// ---- the surface of a field ----
//
// Marching tetrahedra on a cubic grid of which only the cells near the surface are visited: cubes
// are halved as long as the field may change sign in them. Each grid cube is cut into the six
// tetrahedra around its main diagonal (Kuhn), the same way everywhere, so neighbours agree and the
// surface closes.

typedef struct GridVertex {
    i32 at[3];
    f64 value;
} GridVertex;

typedef struct IsoTable { // open addressing; ids count in order of arrival
    u64 *keys;
    u32 *ids;
    u32 n_slots, n;
} IsoTable;

typedef struct Iso {
    Heap *heap;
    const IsoField *field;
    Vec3 origin;
    f64 h;
    VEC(GridVertex) grid;
    IsoTable grid_table, edge_table;
    MeshBuilder b;
    u32 n_cells, max_cells;
    bool full;
} Iso;

static u32 table_find(Heap *heap, IsoTable *t, u64 key, bool *is_new) {
    if (2 * (t->n + 1) > t->n_slots) {
        IsoTable old = *t;
        t->n_slots = MAX(old.n_slots * 2, 1024u);
        t->keys = heap_alloc_raw(heap, t->n_slots, sizeof(u64));
        t->ids = heap_alloc_raw(heap, t->n_slots, sizeof(u32));
        memset(t->ids, 0xff, t->n_slots * sizeof(u32));
        for (u32 i = 0; i < old.n_slots; i++) {
            if (old.ids[i] == NONE)
                continue;
            u32 s = (u32)hash_mix(old.keys[i]) & (t->n_slots - 1);
            while (t->ids[s] != NONE)
                s = (s + 1) & (t->n_slots - 1);
            t->keys[s] = old.keys[i], t->ids[s] = old.ids[i];
        }
        heap_free(heap, old.keys);
        heap_free(heap, old.ids);
    }
    u32 s = (u32)hash_mix(key) & (t->n_slots - 1);
    while (t->ids[s] != NONE && t->keys[s] != key)
        s = (s + 1) & (t->n_slots - 1);
    *is_new = t->ids[s] == NONE;
    if (*is_new)
        t->keys[s] = key, t->ids[s] = t->n++;
    return t->ids[s];
}

static Vec3 grid_place(const Iso *iso, const i32 at[3]) {
    return (Vec3){iso->origin.x + iso->h * at[0], iso->origin.y + iso->h * at[1],
                  iso->origin.z + iso->h * at[2]};
}

static u32 grid_vertex(Iso *iso, i32 x, i32 y, i32 z) {
    bool is_new;
    u64 key = (u64)(u32)x | (u64)(u32)y << 21 | (u64)(u32)z << 42;
    u32 id = table_find(iso->heap, &iso->grid_table, key, &is_new);
    if (is_new) {
        GridVertex v = {{x, y, z}, 0};
        v.value = iso->field->value(iso->field->ctx, grid_place(iso, v.at));
        vec_push(iso->heap, &iso->grid, v);
    }
    return id;
}

// The vertex where the surface cuts the grid edge between a (inside) and b: false position, one
// step beyond the chord.
static u32 cut_vertex(Iso *iso, u32 a, u32 b) {
    bool is_new;
    u64 key = (u64)MIN(a, b) << 32 | MAX(a, b);
    u32 id = table_find(iso->heap, &iso->edge_table, key, &is_new);
    if (!is_new)
        return id;
    Vec3 p = grid_place(iso, iso->grid.data[a].at), q = grid_place(iso, iso->grid.data[b].at);
    f64 t0 = 0, t1 = 1, f0 = iso->grid.data[a].value, f1 = iso->grid.data[b].value,
        t = f0 / (f0 - f1);
    f64 f = iso->field->value(iso->field->ctx,
                              vec3_lerp(p, q, t)); // once is enough: fields are nearly linear
    if (f < 0)
        t0 = t, f0 = f;
    else
        t1 = t, f1 = f;
    t = f0 < f1 ? t0 + (t1 - t0) * f0 / (f0 - f1) : t;
    t = fmin(fmax(t, 0.03), 0.97); // no triangles without area
    return builder_vert(&iso->b, vec3_lerp(p, q, t));
}

static void add_face(Iso *iso, u32 a, u32 b, u32 c, bool flip) {
    builder_flat(&iso->b, a, flip ? c : b, flip ? b : c, iso->field->tag);
}

// One tetrahedron with positive orientation; v: grid vertices.
static void march(Iso *iso, const u32 v[4]) {
    u32 in[4], out[4], n_in = 0, n_out = 0;
    for (u32 i = 0; i < 4; i++)
        if (iso->grid.data[v[i]].value < 0)
            in[n_in++] = i;
        else
            out[n_out++] = i;
    if (n_in == 0 || n_in == 4)
        return;
    // Of a tetrahedron (0 1 2 3) with positive volume the face seen from outside opposite 0 is 1
    // 2 3.
    static const u8 FACE[4][3] = {{1, 2, 3}, {0, 3, 2}, {0, 1, 3}, {0, 2, 1}};
    if (n_in == 1 || n_in == 3) {
        u32 one = n_in == 1 ? in[0] : out[0];
        u32 c[3];
        for (u32 k = 0; k < 3; k++) {
            u32 other = v[FACE[one][k]];
            c[k] = n_in == 1 ? cut_vertex(iso, v[one], other) : cut_vertex(iso, other, v[one]);
        }
        add_face(iso, c[0], c[1], c[2], n_in == 3);
        return;
    }
    u32 a = in[0], b = in[1], c = out[0], d = out[1];
    u32 ac = cut_vertex(iso, v[a], v[c]), ad = cut_vertex(iso, v[a], v[d]),
        bc = cut_vertex(iso, v[b], v[c]), bd = cut_vertex(iso, v[b], v[d]);
    // (a b c d) is an even permutation of (0 1 2 3) exactly for these pairs.
    bool even =
        (a == 0 && b == 1) || (a == 0 && b == 3) || (a == 1 && b == 2) || (a == 2 && b == 3);
    add_face(iso, ac, bc, bd, even);
    add_face(iso, ac, bd, ad, even);
}

static void march_cell(Iso *iso, i32 x, i32 y, i32 z) {
    static const u8 TETS[6][4] = {{0, 1, 3, 7}, {0, 3, 2, 7}, {0, 2, 6, 7},
                                  {0, 6, 4, 7}, {0, 4, 5, 7}, {0, 5, 1, 7}};
    u32 v[8], n_in = 0;
    for (u32 i = 0; i < 8; i++) {
        v[i] = grid_vertex(iso, x + (i32)(i & 1), y + (i32)(i >> 1 & 1), z + (i32)(i >> 2));
        n_in += iso->grid.data[v[i]].value < 0;
    }
    if (n_in == 0 || n_in == 8)
        return;
    for (u32 t = 0; t < 6; t++)
        march(iso, (const u32[]){v[TETS[t][0]], v[TETS[t][1]], v[TETS[t][2]], v[TETS[t][3]]});
}

static void visit(Iso *iso, i32 x, i32 y, i32 z, i32 size) {
    if (iso->full)
        return;
    f64 half = iso->h * size / 2;
    Vec3 center = grid_place(iso, (const i32[]){x, y, z});
    center = vec3_add(center, (Vec3){half, half, half});
    if (!iso->field->may_cross(iso->field->ctx, center, half * 1.7320508075688774 * 1.001))
        return;
    if (size == 1) {
        if (iso->n_cells++ % 4096 == 0)
            heap_poll(iso->heap);
        if (iso->n_cells > iso->max_cells)
            iso->full = true;
        else
            march_cell(iso, x, y, z);
        return;
    }
    i32 s = size / 2;
    for (i32 i = 0; i < 8; i++)
        visit(iso, x + (i & 1) * s, y + (i >> 1 & 1) * s, z + (i >> 2) * s, s);
}

bool iso_build(Heap *heap, const IsoField *field, Box3 box, f64 h, u32 max_cells, Mesh *out) {
    Vec3 size = box3_size(box);
    f64 extent = fmax(size.x, fmax(size.y, size.z)) + 2 * h;
    i32 n = 1;
    while (n * h < extent && n < 1 << 20)
        n *= 2;
    // Off the round numbers that faces like to lie on.
    Iso iso = {.heap = heap,
               .field = field,
               .h = h,
               .max_cells = max_cells,
               .origin = vec3_sub(box.min, (Vec3){h * 0.5317, h * 0.5609, h * 0.5471})};
    builder_init(&iso.b, heap, 256, 512, false);
    visit(&iso, 0, 0, 0, n);
    vec_free(heap, &iso.grid);
    heap_free(heap, iso.grid_table.keys);
    heap_free(heap, iso.grid_table.ids);
    heap_free(heap, iso.edge_table.keys);
    heap_free(heap, iso.edge_table.ids);
    builder_finish(&iso.b, out);
    if (iso.full)
        mesh_finish(out, heap);
    return !iso.full;
}
