// SPDX-License-Identifier: Apache-2.0
// The inset of a solid with flat faces: every face's plane moves inward by the wall and every
// vertex to where its planes meet then, so edges stay sharp and walls even. That keeps the solid's
// triangles as they are connected, which is right as long as no face, edge or passage is narrower
// than the walls that grow from its sides. Whether it was right is tested on the result: no
// triangle turned over or vanished, no vertex nearer to the old surface than the wall, and nothing
// runs through itself (a union with itself keeps its volume). Else the caller tries another way.
#include "compiler/solid/combine.h"
#include "compiler/solid/field.h"
#include "compiler/solid/shell_internal.h"

enum { VERTS_MAX = 20000, PLANES_MAX = 12 };
static const f64 SAME_PLANE = 1e-10; // of two unit normals: 1 - cosine, about 3 seconds of arc
static const f64 FLAT_CORNER = 1e-6; // determinant of three normals that fix no point

// Where the planes with these unit normals meet, moved from 0 to -wall: from a vertex of theirs.
static bool corner_shift(const Vec3 *n, u32 len, f64 wall, Vec3 *out) {
    if (len == 1) {
        *out = vec3_scale(n[0], -wall);
        return true;
    }
    if (len == 2) {
        f64 c = vec3_dot(n[0], n[1]);
        if (c < -0.99)
            return false;
        *out = vec3_scale(vec3_add(n[0], n[1]), -wall / (1 + c));
        return true;
    }
    f64 best = 0;
    u32 pick[3] = {0, 1, 2};
    for (u32 i = 0; i < len; i++)
        for (u32 j = i + 1; j < len; j++)
            for (u32 k = j + 1; k < len; k++) {
                f64 det = vec3_dot(n[i], vec3_cross(n[j], n[k]));
                if (fabs(det) > fabs(best))
                    best = det, pick[0] = i, pick[1] = j, pick[2] = k;
            }
    if (fabs(best) < FLAT_CORNER)
        return false;
    Vec3 a = n[pick[0]], b = n[pick[1]], c = n[pick[2]];
    Vec3 sum = vec3_add(vec3_cross(b, c), vec3_add(vec3_cross(c, a), vec3_cross(a, b)));
    *out = vec3_scale(sum, -wall / best);
    for (u32 i = 0; i < len; i++) // more than three planes need not meet any more
        if (fabs(vec3_dot(n[i], *out) + wall) > 1e-6 * wall)
            return false;
    return true;
}

// The normals of the planes at each vertex, PLANES_MAX each. False: some vertex has more, or a
// triangle has no area.
static bool gather_planes(const Mesh *mesh, Vec3 *normals, u8 *n_normals) {
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        Vec3 a = mesh->verts[v[0]], n = vec3_unit(vec3_cross(vec3_sub(mesh->verts[v[1]], a),
                                                             vec3_sub(mesh->verts[v[2]], a)));
        if (vec3_dot(n, n) == 0)
            return false;
        for (u32 k = 0; k < 3; k++) {
            Vec3 *own = normals + (size_t)PLANES_MAX * v[k];
            u32 i = 0;
            while (i < n_normals[v[k]] && 1 - vec3_dot(own[i], n) > SAME_PLANE)
                i++;
            if (i == PLANES_MAX)
                return false;
            if (i == n_normals[v[k]])
                own[n_normals[v[k]]++] = n;
        }
    }
    return true;
}

static bool keeps_triangles(const Mesh *before, const Mesh *after) {
    for (u32 t = 0; t < before->n_tris; t++) {
        const u32 *v = before->tris + 3 * (size_t)t;
        Vec3 n[2];
        for (u32 i = 0; i < 2; i++) {
            const Vec3 *p = i ? after->verts : before->verts;
            n[i] = vec3_cross(vec3_sub(p[v[1]], p[v[0]]), vec3_sub(p[v[2]], p[v[0]]));
        }
        if (!(vec3_dot(n[0], n[1]) > 0.999 * vec3_norm(n[0]) * vec3_norm(n[1])))
            return false;
    }
    return true;
}

static bool is_deep_enough(Heap *heap, const Mesh *solid, const Mesh *inset, f64 wall) {
    DistanceTree *tree = distance_create(heap, solid);
    bool ok = true;
    for (u32 i = 0; i < inset->n_verts && ok; i++)
        ok = distance_at(tree, inset->verts[i], NULL) < -wall * (1 - 1e-6);
    distance_destroy(tree);
    return ok;
}

static bool is_itself(SolidContext *ctx, const Mesh *inset) {
    Csg csg;
    Mesh resolved;
    Affine3 identity = affine3_identity();
    csg_init(&csg, ctx);
    csg.force = true;
    u32 root = csg_add_leaf(&csg, inset, mesh_bounds(inset), &identity);
    bool ok = csg_evaluate(&csg, root, (CsgOptions){0}, &resolved);
    f64 volume = mesh_measure(inset).volume;
    ok = ok && volume > 0 && fabs(mesh_measure(&resolved).volume - volume) <= 1e-6 * volume;
    mesh_finish(&resolved, ctx->heap);
    csg_finish(&csg);
    return ok;
}

bool shell_move_planes(SolidContext *ctx, const Mesh *mesh, f64 wall, u32 tag, Mesh *out) {
    Heap *heap = ctx->heap;
    if (mesh->n_verts > VERTS_MAX)
        return false;
    Vec3 *normals = heap_alloc_raw(heap, (size_t)PLANES_MAX * mesh->n_verts, sizeof *normals);
    u8 *n_normals = heap_alloc(heap, mesh->n_verts, 1);
    bool ok = gather_planes(mesh, normals, n_normals);
    mesh_copy(out, heap, mesh);
    for (u32 i = 0; i < mesh->n_verts && ok; i++) {
        Vec3 shift = {0, 0, 0};
        ok = n_normals[i] > 0 &&
             corner_shift(normals + (size_t)PLANES_MAX * i, n_normals[i], wall, &shift);
        out->verts[i] = vec3_add(mesh->verts[i], shift);
    }
    heap_free(heap, normals);
    heap_free(heap, n_normals);
    ok = ok && keeps_triangles(mesh, out) && is_deep_enough(heap, mesh, out, wall) &&
         is_itself(ctx, out);
    for (u32 t = 0; t < out->n_tris; t++) {
        out->tags[t] = tag;
        out->mats[t] = 0;
    }
    if (!ok)
        mesh_finish(out, heap);
    return ok;
}
