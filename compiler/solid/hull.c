// SPDX-License-Identifier: Apache-2.0
// Convex hulls of solids. The hull itself is the kernel's; here its corners get back the normals of
// the curved surfaces that they came from, so that a hull of two rods is as smooth as the rods.
#include "compiler/solid/solid_internal.h"

// A corner normal of an operand at a place.
typedef struct PlaceNormal {
    Vec3 p, n;
} PlaceNormal;

static int compare_vec3(Vec3 a, Vec3 b) {
    if (a.x != b.x)
        return a.x < b.x ? -1 : 1;
    if (a.y != b.y)
        return a.y < b.y ? -1 : 1;
    return a.z < b.z ? -1 : a.z > b.z;
}

static int compare_place_normals(const void *a, const void *b, const void *ctx) {
    const PlaceNormal *x = a, *y = b;
    (void)ctx;
    int c = compare_vec3(x->p, y->p);
    return c ? c : compare_vec3(x->n, y->n);
}

typedef struct HullInput {
    VEC(Vec3) points;
    VEC(PlaceNormal) normals;
} HullInput;

static void gather(SolidContext *ctx, HullInput *in, const Mesh *mesh, const Affine3 *map) {
    Mesh placed;
    mesh_copy(&placed, ctx->heap, mesh);
    mesh_transform(&placed, map);
    for (u32 i = 0; i < placed.n_verts; i++)
        vec_push(ctx->heap, &in->points, placed.verts[i]);
    for (size_t c = 0; placed.normals && c < 3 * (size_t)placed.n_tris; c++) {
        const f32 *f = placed.normals + 3 * c;
        if (f[0] != 0 || f[1] != 0 || f[2] != 0)
            vec_push(
                ctx->heap, &in->normals,
                (PlaceNormal){placed.verts[placed.tris[c]], {(f64)f[0], (f64)f[1], (f64)f[2]}});
    }
    mesh_finish(&placed, ctx->heap);
}

// Index of the first normal at p or behind it.
static u32 first_normal(const HullInput *in, Vec3 p) {
    u32 low = 0, high = in->normals.len;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (compare_vec3(in->normals.data[mid].p, p) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

// Of the normals at p, the one nearest to the face's; false when none is within the crease angle.
static bool nearest_normal(const HullInput *in, Vec3 p, Vec3 face, Vec3 *out) {
    f64 best = 0.85; // 32 degrees
    bool found = false;
    for (u32 i = first_normal(in, p);
         i < in->normals.len && compare_vec3(in->normals.data[i].p, p) == 0; i++) {
        f64 dot = vec3_dot(in->normals.data[i].n, face);
        if (dot > best) {
            best = dot;
            *out = in->normals.data[i].n;
            found = true;
        }
    }
    return found;
}

static bool is_curved_place(const HullInput *in, Vec3 p) {
    u32 i = first_normal(in, p);
    return i < in->normals.len && compare_vec3(in->normals.data[i].p, p) == 0;
}

// The triangles around each vertex: around[from[v] .. from[v + 1]).
static void find_fans(Heap *heap, const Mesh *mesh, u32 **from, u32 **around) {
    u32 n = 3 * mesh->n_tris;
    *from = HEAP_NEW(heap, u32, (size_t)mesh->n_verts + 2);
    *around = heap_alloc_raw(heap, n, sizeof(u32));
    for (u32 c = 0; c < n; c++)
        (*from)[mesh->tris[c] + 2]++;
    for (u32 v = 0; v < mesh->n_verts; v++)
        (*from)[v + 2] += (*from)[v + 1];
    for (u32 c = 0; c < n; c++)
        (*around)[(*from)[mesh->tris[c] + 1]++] = c / 3;
}

// Corners that lie on a curved surface: its normal if the face leans on that surface there, else
// the mean of the faces around that lean alike (the side of a hull leaves a rod's end at an angle
// of its own).
static void smooth(SolidContext *ctx, const HullInput *in, Mesh *mesh) {
    if (in->normals.len == 0)
        return;
    Heap *heap = ctx->heap;
    mesh->normals = HEAP_NEW(heap, f32, 9 * (size_t)mesh->n_tris);
    Vec3 *faces = heap_alloc_raw(heap, mesh->n_tris, sizeof(Vec3)); // as long as twice the area
    u32 *from, *around;
    find_fans(heap, mesh, &from, &around);
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        faces[t] = vec3_cross(vec3_sub(mesh->verts[v[1]], mesh->verts[v[0]]),
                              vec3_sub(mesh->verts[v[2]], mesh->verts[v[0]]));
    }
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        Vec3 face = vec3_unit(faces[t]), n[3];
        u32 found = 0;
        for (u32 i = 0; i < 3; i++) {
            n[i] = face;
            if (!is_curved_place(in, mesh->verts[v[i]]))
                continue;
            if (!nearest_normal(in, mesh->verts[v[i]], face, &n[i])) {
                Vec3 sum = {0, 0, 0};
                for (u32 k = from[v[i]]; k < from[v[i] + 1]; k++)
                    if (vec3_dot(vec3_unit(faces[around[k]]), face) > 0.9)
                        sum = vec3_add(sum, faces[around[k]]);
                n[i] = vec3_unit(sum);
            }
            found += vec3_dot(n[i], face) < 1 - 1e-9;
        }
        for (u32 i = 0; i < 3 && found; i++) {
            f32 *f = mesh->normals + 9 * (size_t)t + 3 * i;
            f[0] = (f32)n[i].x, f[1] = (f32)n[i].y, f[2] = (f32)n[i].z;
        }
    }
    heap_free(heap, around);
    heap_free(heap, from);
    heap_free(heap, faces);
}

bool build_hull(SolidContext *ctx, IrId id, Mesh *out) {
    const IrNode *node = solid_node(ctx, id);
    HullInput in = {0};
    bool ok = true;
    for (u32 i = 0; i < node->n_children; i++) {
        Affine3 map;
        SolidEntry *e = solid_entry_placed(ctx, node->children[i], &map);
        if (e)
            gather(ctx, &in, &e->mesh, &map);
        ok = ok && e;
    }
    *out = (Mesh){0};
    if (ok && in.points.len > 0) {
        if (in.normals.len)
            sort_stable(ctx->heap, in.normals.data, in.normals.len, sizeof(PlaceNormal),
                        compare_place_normals, NULL);
        ok = mesh_hull(ctx->heap, in.points.data, in.points.len, out);
        if (!ok)
            diag_help(
                ctx->diags,
                solid_error(ctx, id, DIAG_E0618, "all points of this hull lie in one plane"),
                "put one of its solids or points out of that plane; a flat shape becomes a solid "
                "by .extrude(h = ...)");
    }
    if (ok && out->n_tris) {
        u32 n = 0;
        for (u32 t = 0; t < out->n_tris; t++)
            n = MAX(n, out->tags[t] + 1);
        u32 first = solid_tags(ctx, id, "face", n);
        for (u32 t = 0; t < out->n_tris; t++)
            out->tags[t] += first;
        smooth(ctx, &in, out);
    }
    vec_free(ctx->heap, &in.points);
    vec_free(ctx->heap, &in.normals);
    return ok;
}
