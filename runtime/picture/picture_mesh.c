// SPDX-License-Identifier: Apache-2.0
// The kernel's meshes become what a device draws. The kernel keeps one vertex a place and normals
// at triangle corners; a device wants one vertex for each different pair of the two. Triangles are
// put in order of their material, so that each material is one range.
#include "runtime/picture/picture.h"

#include "base/vec.h"

typedef VEC(f32) FloatList;
typedef VEC(u32) IndexList;

typedef struct MeshBuild {
    Arena *arena;
    const Mesh *mesh;
    u32 *first;     // of a vertex: its newest copy, or NONE
    IndexList next; // of a copy: the one before it
    FloatList positions, normals;
} MeshBuild;

static Vec3 face_normal(const Mesh *mesh, u32 tri) {
    const u32 *t = mesh->tris + 3 * (size_t)tri;
    Vec3 a = mesh->verts[t[0]];
    return vec3_unit(vec3_cross(vec3_sub(mesh->verts[t[1]], a), vec3_sub(mesh->verts[t[2]], a)));
}

static u32 vertex_of(MeshBuild *b, u32 vert, const f32 normal[3]) {
    for (u32 copy = b->first[vert]; copy != NONE; copy = b->next.data[copy])
        if (memcmp(b->normals.data + 3 * (size_t)copy, normal, 3 * sizeof *normal) == 0)
            return copy;
    u32 copy = b->next.len;
    avec_push(b->arena, &b->next, b->first[vert]);
    b->first[vert] = copy;
    for (u32 k = 0; k < 3; k++) {
        avec_push(b->arena, &b->positions, (f32)vec3_get(b->mesh->verts[vert], k));
        avec_push(b->arena, &b->normals, normal[k]);
    }
    return copy;
}

static void corner_normal_of(const Mesh *mesh, u32 tri, u32 corner, Vec3 flat, f32 out[3]) {
    const f32 *n = mesh->normals ? mesh->normals + 9 * (size_t)tri + 3 * corner : NULL;
    bool is_flat = !n || (n[0] == 0 && n[1] == 0 && n[2] == 0);
    for (u32 k = 0; k < 3; k++)
        out[k] = is_flat ? (f32)vec3_get(flat, k) : n[k];
}

// order[n_tris]: triangles by material, stable. *ranges: one for each material that occurs.
static u32 *material_order(const Mesh *mesh, Arena *arena, RenderMesh *out) {
    u32 *order = ARENA_NEW(arena, u32, MAX(mesh->n_tris, 1u)), most = 0;
    for (u32 t = 0; mesh->mats && t < mesh->n_tris; t++)
        most = MAX(most, (u32)mesh->mats[t]);
    u32 *start = ARENA_NEW(arena, u32, (size_t)most + 2);
    for (u32 t = 0; t < mesh->n_tris; t++)
        start[(mesh->mats ? mesh->mats[t] : 0) + 1]++;
    RenderRange *ranges = ARENA_NEW(arena, RenderRange, (size_t)most + 1);
    for (u32 m = 0; m <= most; m++) {
        u32 n = start[m + 1];
        start[m + 1] += start[m];
        if (n)
            ranges[out->n_ranges++] = (RenderRange){start[m], n, m ? m - 1 : NONE};
    }
    for (u32 t = 0; t < mesh->n_tris; t++)
        order[start[mesh->mats ? mesh->mats[t] : 0]++] = t;
    out->ranges = ranges;
    return order;
}

void picture_mesh(const Mesh *mesh, Arena *arena, RenderMesh *out) {
    *out = (RenderMesh){.n_tris = mesh->n_tris};
    MeshBuild b = {
        .arena = arena, .mesh = mesh, .first = ARENA_NEW(arena, u32, MAX(mesh->n_verts, 1u))};
    for (u32 v = 0; v < mesh->n_verts; v++)
        b.first[v] = NONE;
    u32 *order = material_order(mesh, arena, out),
        *indices = ARENA_NEW(arena, u32, MAX(3 * (size_t)mesh->n_tris, 1u));
    avec_reserve(arena, &b.next, (size_t)mesh->n_verts * 2);
    avec_reserve(arena, &b.positions, (size_t)mesh->n_verts * 6);
    avec_reserve(arena, &b.normals, (size_t)mesh->n_verts * 6);
    for (u32 i = 0; i < mesh->n_tris; i++) {
        u32 tri = order[i];
        Vec3 flat = face_normal(mesh, tri);
        if (vec3_norm(flat) == 0)
            flat = vec3(0, 0, 1); // of no area: never seen
        for (u32 k = 0; k < 3; k++) {
            f32 normal[3];
            corner_normal_of(mesh, tri, k, flat, normal);
            indices[3 * (size_t)i + k] = vertex_of(&b, mesh->tris[3 * (size_t)tri + k], normal);
        }
    }
    out->indices = indices;
    out->positions = b.positions.data;
    out->normals = b.normals.data;
    out->n_verts = b.next.len;
}
