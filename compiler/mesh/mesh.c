// SPDX-License-Identifier: Apache-2.0
// The mesh as a container: allocation, copies, transforms, bounds.
#include "compiler/mesh/mesh.h"

void mesh_init(Mesh *mesh, Heap *heap, u32 n_verts, u32 n_tris, bool with_normals) {
    *mesh = (Mesh){.n_verts = n_verts, .n_tris = n_tris};
    mesh->verts = heap_alloc_raw(heap, MAX(n_verts, 1u), sizeof *mesh->verts);
    mesh->tris = heap_alloc_raw(heap, MAX(n_tris, 1u), 3 * sizeof *mesh->tris);
    mesh->tags = heap_alloc_raw(heap, MAX(n_tris, 1u), sizeof *mesh->tags);
    mesh->mats = heap_alloc(heap, MAX(n_tris, 1u), sizeof *mesh->mats);
    if (with_normals)
        mesh->normals = heap_alloc(heap, MAX(n_tris, 1u), 9 * sizeof *mesh->normals);
}

void mesh_finish(Mesh *mesh, Heap *heap) {
    heap_free(heap, mesh->verts);
    heap_free(heap, mesh->tris);
    heap_free(heap, mesh->tags);
    heap_free(heap, mesh->mats);
    heap_free(heap, mesh->normals);
    *mesh = (Mesh){0};
}

void mesh_copy(Mesh *out, Heap *heap, const Mesh *mesh) {
    mesh_init(out, heap, mesh->n_verts, mesh->n_tris, mesh->normals != NULL);
    out->is_simple = mesh->is_simple;
    if (mesh->n_verts)
        memcpy(out->verts, mesh->verts, mesh->n_verts * sizeof *mesh->verts);
    if (mesh->n_tris == 0)
        return;
    memcpy(out->tris, mesh->tris, 3 * (size_t)mesh->n_tris * sizeof *mesh->tris);
    memcpy(out->tags, mesh->tags, mesh->n_tris * sizeof *mesh->tags);
    memcpy(out->mats, mesh->mats, mesh->n_tris * sizeof *mesh->mats);
    if (mesh->normals)
        memcpy(out->normals, mesh->normals, 9 * (size_t)mesh->n_tris * sizeof *mesh->normals);
}

// Normals turn by the inverse transpose; the cofactor matrix is that, times the determinant.
static void normals_transform(Mesh *mesh, const Affine3 *map, f64 sign) {
    f64 c[3][3];
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) {
            int i1 = (i + 1) % 3, i2 = (i + 2) % 3, k1 = (k + 1) % 3, k2 = (k + 2) % 3;
            c[i][k] = sign * (map->m[i1][k1] * map->m[i2][k2] - map->m[i1][k2] * map->m[i2][k1]);
        }
    }
    for (size_t i = 0; i < 3 * (size_t)mesh->n_tris; i++) {
        f32 *n = mesh->normals + 3 * i;
        Vec3 v = {(f64)n[0], (f64)n[1], (f64)n[2]};
        Vec3 w = vec3_unit(vec3(c[0][0] * v.x + c[0][1] * v.y + c[0][2] * v.z, c[1][0] * v.x + c[1][1] * v.y + c[1][2] * v.z,
                                c[2][0] * v.x + c[2][1] * v.y + c[2][2] * v.z));
        n[0] = (f32)w.x;
        n[1] = (f32)w.y;
        n[2] = (f32)w.z;
    }
}

static void triangles_reverse(Mesh *mesh) {
    for (size_t t = 0; t < mesh->n_tris; t++) {
        u32 *tri = mesh->tris + 3 * t, swap = tri[1];
        tri[1] = tri[2];
        tri[2] = swap;
        if (!mesh->normals)
            continue;
        f32 *n = mesh->normals + 9 * t;
        for (int k = 3; k < 6; k++) {
            f32 other = n[k];
            n[k] = n[k + 3];
            n[k + 3] = other;
        }
    }
}

void mesh_transform(Mesh *mesh, const Affine3 *map) {
    for (u32 i = 0; i < mesh->n_verts; i++)
        mesh->verts[i] = affine3_point(map, mesh->verts[i]);
    bool mirrors = affine3_det(map) < 0;
    if (mesh->normals)
        normals_transform(mesh, map, mirrors ? -1 : 1);
    if (mirrors)
        triangles_reverse(mesh);
}

Box3 mesh_bounds(const Mesh *mesh) {
    Box3 box = box3_empty();
    for (u32 i = 0; i < mesh->n_verts; i++)
        box = box3_add_point(box, mesh->verts[i]);
    return box;
}

Box3 mesh_bounds_in(const Mesh *mesh, const Affine3 *map) {
    Box3 box = box3_empty();
    for (u32 i = 0; i < mesh->n_verts; i++)
        box = box3_add_point(box, affine3_point(map, mesh->verts[i]));
    return box;
}
