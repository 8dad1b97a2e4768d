// SPDX-License-Identifier: Apache-2.0
// From the kernel's mesh (shared vertices, a normal per corner) to what a GPU draws (a vertex is a
// place with its normal) and what the next solid tool needs (the closed mesh again, as a list of
// indices to be merged: EXT_mesh_manifold).
//
// In order: places are rounded to float32 metres; edges that rounding made empty are collapsed if
// what is left is still closed; triangles are grouped by material; corners become vertices, shared
// where place and normal agree.
#include "compiler/export/gltf.h"

#include "compiler/export/float_mesh.h"

#include <math.h>

enum {
    SPLITS_TRIED = 64, // vertices at one place that are compared with a new corner, newest first
};
// Corners whose normals differ by less than this (rad, squared) share a vertex.
static const f64 SAME_NORMAL = 1e-8;

// The working copy of a mesh.
typedef struct Work {
    Heap *heap;
    const Mesh *mesh;
    CornerNormals normals;
    FloatMesh floats; // places and triangles as they are written
    u32 *order;       // mesh triangles in order of material; n_order of them
    u32 n_order;
    u32 *heads, *next; // vertices made at each mesh vertex, newest first
    VEC(f32) verts;
    VEC(u32) froms; // mesh vertex of each vertex
} Work;

// How many triangles have each material slot: n_slots counts, the first of them free for sums.
static u32 *count_slots(const Work *w, u32 *n_slots) {
    const u16 *mats = w->mesh->mats;
    u32 most = 0;
    for (u32 t = 0; mats && t < w->mesh->n_tris; t++)
        most = MAX(most, mats[t]);
    *n_slots = most + 1;
    u32 *counts = HEAP_NEW(w->heap, u32, (size_t)most + 2);
    for (u32 t = 0; t < w->mesh->n_tris; t++)
        if (!float_mesh_is_dropped(&w->floats, t))
            counts[(mats ? mats[t] : 0) + 1]++;
    return counts;
}

// Puts the triangles in order of material slot (stable) and notes the runs.
static void group_by_material(Work *w, GltfGeometry *out) {
    const u16 *mats = w->mesh->mats;
    u32 n_slots;
    u32 *counts = count_slots(w, &n_slots);
    for (u32 slot = 0; slot < n_slots; slot++)
        out->n_groups += counts[slot + 1] > 0;
    out->groups = HEAP_NEW(w->heap, GltfGroup, out->n_groups);
    u32 g = 0, first = 0;
    for (u32 slot = 0; slot < n_slots; slot++) {
        u32 n = counts[slot + 1];
        counts[slot + 1] = first; // where the slot's next triangle goes
        if (n)
            out->groups[g++] = (GltfGroup){slot, 3 * first, 3 * n};
        first += n;
    }
    w->n_order = first;
    w->order = heap_alloc_raw(w->heap, w->mesh->n_tris, sizeof *w->order);
    for (u32 t = 0; t < w->mesh->n_tris; t++)
        if (!float_mesh_is_dropped(&w->floats, t))
            w->order[counts[(mats ? mats[t] : 0) + 1]++] = t;
    heap_free(w->heap, counts);
}

static Vec3 to_gltf(Vec3 v) {
    return vec3(v.x, v.z, -v.y);
}

// The vertex for a corner at mesh vertex v, made if there is none with (nearly) this normal. A zero
// normal takes any.
static u32 vertex_for(Work *w, u32 v, Vec3 normal) {
    bool is_any = vec3_dot(normal, normal) < 0.5;
    u32 tried = 0;
    for (u32 i = w->heads[v]; i != NONE && tried < SPLITS_TRIED; i = w->next[i], tried++) {
        const f32 *n = &w->verts.data[6 * (size_t)i + 3];
        Vec3 apart = vec3_sub(normal, vec3((f64)n[0], (f64)n[1], (f64)n[2]));
        if (is_any || vec3_dot(apart, apart) < SAME_NORMAL)
            return i;
    }
    if (is_any)
        normal = vec3(0, 1, 0);
    const f32 *p = &w->floats.places[3 * (size_t)v];
    f32 row[6] = {
        p[0], p[1], p[2], (f32)normal.x + 0.0f, (f32)normal.y + 0.0f, (f32)normal.z + 0.0f};
    for (u32 k = 0; k < 6; k++)
        vec_push(w->heap, &w->verts, row[k]);
    u32 made = w->froms.len;
    vec_push(w->heap, &w->froms, v);
    w->next[made] = w->heads[v];
    w->heads[v] = made;
    return made;
}

static void make_vertices(Work *w, GltfGeometry *out) {
    out->n_indices = 3 * w->n_order;
    out->indices = heap_alloc_raw(w->heap, out->n_indices, sizeof(u32));
    w->heads = heap_alloc_raw(w->heap, w->mesh->n_verts, sizeof *w->heads);
    w->next = heap_alloc_raw(w->heap, out->n_indices, sizeof *w->next);
    for (u32 v = 0; v < w->mesh->n_verts; v++)
        w->heads[v] = NONE;
    for (u32 i = 0; i < w->n_order; i++) {
        const u32 *tri = &w->floats.tris[3 * (size_t)w->order[i]];
        Vec3 flat = corner_flat(&w->normals, tri);
        u32 made[3];
        for (u32 k = 0; k < 3; k++)
            made[k] = vertex_for(w, tri[k],
                                 to_gltf(corner_normal(&w->normals, 3 * w->order[i] + k, flat)));
        u32 *to = &out->indices[3 * (size_t)i];
        to[0] = made[0];
        to[1] = w->normals.is_mirrored ? made[2] : made[1];
        to[2] = w->normals.is_mirrored ? made[1] : made[2];
    }
    out->n_verts = w->froms.len;
    out->verts = w->verts.data;
}

// The closed mesh has one vertex a place: the first that was made there.
static void list_merges(Work *w, GltfGeometry *out) {
    u32 *firsts = w->heads; // no longer needed as lists
    for (u32 i = out->n_verts; i-- > 0;)
        firsts[w->froms.data[i]] = i;
    VEC(u32) at = {0}, to = {0};
    for (u32 i = 0; i < out->n_indices; i++) {
        u32 first = firsts[w->froms.data[out->indices[i]]];
        if (first != out->indices[i]) {
            vec_push(w->heap, &at, i);
            vec_push(w->heap, &to, first);
        }
    }
    out->n_merges = at.len;
    out->merge_at = at.data;
    out->merge_to = to.data;
}

static void find_bounds(GltfGeometry *out) {
    for (u32 k = 0; k < 3; k++) {
        out->min[k] = out->max[k] = out->n_verts ? out->verts[k] : 0;
        for (u32 v = 1; v < out->n_verts; v++) {
            f32 x = out->verts[6 * (size_t)v + k];
            out->min[k] = x < out->min[k] ? x : out->min[k];
            out->max[k] = x > out->max[k] ? x : out->max[k];
        }
    }
}

bool gltf_geometry_build(GltfGeometry *geometry, Heap *heap) {
    const Mesh *mesh = geometry->mesh;
    Work w = {.heap = heap, .mesh = mesh, .normals = corner_normals(mesh, &geometry->shape)};
    FloatSpace space = {.divisor = 1000, .is_y_up = true};
    bool ok = float_mesh_init(&w.floats, heap, mesh, &geometry->shape, space);
    if (ok) {
        group_by_material(&w, geometry);
        make_vertices(&w, geometry);
        list_merges(&w, geometry);
        find_bounds(geometry);
    }
    float_mesh_finish(&w.floats, heap);
    heap_free(heap, w.order);
    heap_free(heap, w.heads);
    heap_free(heap, w.next);
    vec_free(heap, &w.froms);
    return ok;
}

void gltf_geometry_finish(GltfGeometry *geometry, Heap *heap) {
    heap_free(heap, geometry->verts);
    heap_free(heap, geometry->indices);
    heap_free(heap, geometry->merge_at);
    heap_free(heap, geometry->merge_to);
    heap_free(heap, geometry->groups);
}
