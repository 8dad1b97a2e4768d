// SPDX-License-Identifier: Apache-2.0
// After the last pass, only where the check asks for it: components thinner than a quantum.
//
// A piece of matter (or of emptiness) may be so thin that rounding its vertices to doubles turns it
// inside out. It has no size at the model's resolution, so it is left out.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

typedef struct Piece {
    f64 volume, area;
} Piece;

static bool is_sliver(const Piece *piece, f64 quantum) {
    return fabs(piece->volume) <= 2 * quantum * piece->area;
}

static Piece *measure_pieces(Arena *arena, const Mesh *mesh, const u32 *component, u32 n) {
    Piece *pieces = ARENA_NEW(arena, Piece, n);
    Vec3 *base = ARENA_NEW(arena, Vec3, n);
    bool *is_seen = ARENA_NEW(arena, bool, n);
    for (u32 t = 0; t < mesh->n_tris; t++) {
        u32 c = component[t];
        Vec3 a = mesh->verts[mesh->tris[3 * t]], p = mesh->verts[mesh->tris[3 * t + 1]],
             q = mesh->verts[mesh->tris[3 * t + 2]];
        if (!is_seen[c])
            base[c] = a;
        is_seen[c] = true;
        Vec3 cross = vec3_cross(vec3_sub(p, a), vec3_sub(q, a));
        pieces[c].area += vec3_norm(cross) / 2;
        pieces[c].volume += vec3_dot(cross, vec3_sub(a, base[c])) / 6;
    }
    return pieces;
}

// Triangle t and its labels to place `to` of the same mesh, to <= t.
static void move_tri(Mesh *mesh, u32 to, u32 t) {
    memmove(mesh->tris + 3 * (size_t)to, mesh->tris + 3 * (size_t)t, 3 * sizeof(u32));
    mesh->tags[to] = mesh->tags[t];
    mesh->mats[to] = mesh->mats[t];
    if (mesh->normals)
        memmove(mesh->normals + 9 * (size_t)to, mesh->normals + 9 * (size_t)t, 9 * sizeof(f32));
}

bool drop_slivers(Kernel *k, Mesh *mesh) {
    Arena *arena = &k->arena;
    u32 *component = ARENA_NEW(arena, u32, mesh->n_tris),
        n = mesh_components(k->heap, mesh, component);
    const Piece *pieces = measure_pieces(arena, mesh, component, n);
    u32 n_tris = 0, n_verts = 0;
    for (u32 t = 0; t < mesh->n_tris; t++)
        if (!is_sliver(&pieces[component[t]], k->quantum))
            move_tri(mesh, n_tris++, t);
    if (n_tris == mesh->n_tris)
        return false;
    u32 *renamed = ARENA_NEW(arena, u32, mesh->n_verts);
    for (u32 i = 0; i < 3 * n_tris; i++)
        renamed[mesh->tris[i]] = 1;
    for (u32 v = 0; v < mesh->n_verts; v++)
        if (renamed[v]) {
            renamed[v] = n_verts;
            mesh->verts[n_verts++] = mesh->verts[v];
        }
    for (u32 i = 0; i < 3 * n_tris; i++)
        mesh->tris[i] = renamed[mesh->tris[i]];
    mesh->n_tris = n_tris;
    mesh->n_verts = n_verts;
    return true;
}
