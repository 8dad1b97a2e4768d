// SPDX-License-Identifier: Apache-2.0
// Is a solid its own mirror image? Most parts that are placed as mirror images of each other (the
// legs of a chair) are, and then the second one is the same mesh at another place, with no need of
// a negative scale, which many tools handle badly.
//
// The triangulation of a flat face need not be symmetric where the face is. A closed surface is
// known by its creases: the half-edges whose two triangles do not lie in one plane, or differ in
// material. They bound the flat regions, and a flat region is what its directed boundary encloses.
// So: map every vertex to the one at the mirrored place (in float32 metres, as written), and ask
// that every crease a -> b has its image, which runs b' -> a', with the same material and the
// mirrored normals.
#include "compiler/export/gltf.h"

#include "compiler/export/edges.h"

#include <math.h>

// Flat: the normals' angle is below 1e-5 rad.
static const f64 FLAT_COS = 1 - 5e-11;
static const f64 SAME_NORMAL = 1e-6; // squared distance of unit normals

typedef struct Symmetry {
    const Mesh *mesh;
    Heap *heap;
    EdgeTable edges;
    f32 *places; // 3 per vertex
    u32 *slots;  // hash table of vertices + 1 by place
    u32 n_slots;
    u32 *images;  // mirrored vertex of each
    Vec3 *planes; // unit normal of each triangle
    Vec3 center;  // of the bounds
} Symmetry;

static u32 place_slot(const Symmetry *s, const f32 p[3]) {
    u32 bits[3];
    memcpy(bits, p, sizeof bits);
    u64 hash = hash_combine(hash_combine(bits[0], bits[1]), bits[2]);
    u32 slot = (u32)hash & (s->n_slots - 1);
    while (s->slots[slot]) {
        const f32 *q = &s->places[3 * (size_t)(s->slots[slot] - 1)];
        if (q[0] == p[0] && q[1] == p[1] && q[2] == p[2])
            break;
        slot = (slot + 1) & (s->n_slots - 1);
    }
    return slot;
}

// False when two vertices are at one place: which is whose image cannot be told then.
static bool index_places(Symmetry *s) {
    s->n_slots = 16;
    while (s->n_slots / 2 < s->mesh->n_verts)
        s->n_slots *= 2;
    s->slots = HEAP_NEW(s->heap, u32, s->n_slots);
    s->places = heap_alloc_raw(s->heap, 3 * (size_t)s->mesh->n_verts, sizeof(f32));
    for (u32 v = 0; v < s->mesh->n_verts; v++) {
        f32 *p = &s->places[3 * (size_t)v];
        for (u32 k = 0; k < 3; k++)
            p[k] = (f32)(vec3_get(s->mesh->verts[v], k) / 1000) + 0.0f;
        u32 slot = place_slot(s, p);
        if (s->slots[slot])
            return false;
        s->slots[slot] = v + 1;
    }
    return true;
}

static bool find_images(Symmetry *s, u32 axis) {
    for (u32 v = 0; v < s->mesh->n_verts; v++) {
        f32 p[3];
        memcpy(p, &s->places[3 * (size_t)v], sizeof p);
        f64 image = 2 * vec3_get(s->center, axis) - vec3_get(s->mesh->verts[v], axis);
        p[axis] = (f32)(image / 1000) + 0.0f;
        u32 slot = place_slot(s, p);
        if (!s->slots[slot])
            return false;
        s->images[v] = s->slots[slot] - 1;
    }
    return true;
}

static void find_planes(Symmetry *s) {
    s->planes = heap_alloc_raw(s->heap, s->mesh->n_tris, sizeof *s->planes);
    for (u32 t = 0; t < s->mesh->n_tris; t++) {
        const u32 *tri = &s->mesh->tris[3 * (size_t)t];
        Vec3 a = s->mesh->verts[tri[0]];
        Vec3 e1 = vec3_sub(s->mesh->verts[tri[1]], a), e2 = vec3_sub(s->mesh->verts[tri[2]], a);
        s->planes[t] = vec3_unit(vec3_cross(e1, e2));
    }
}

static u32 material_at(const Symmetry *s, u32 h) {
    return s->mesh->mats ? s->mesh->mats[h / 3] : 0;
}

static bool is_crease(const Symmetry *s, u32 h) {
    u32 twin = edge_find(&s->edges, s->mesh->tris[edge_next(h)], s->mesh->tris[h]);
    if (twin == NONE || material_at(s, h) != material_at(s, twin))
        return true;
    return vec3_dot(s->planes[h / 3], s->planes[twin / 3]) < FLAT_COS;
}

static bool same_normal(const Symmetry *s, u32 corner, u32 image, u32 axis) {
    if (!s->mesh->normals)
        return true;
    const f32 *n = &s->mesh->normals[3 * (size_t)corner], *m = &s->mesh->normals[3 * (size_t)image];
    f64 apart = 0;
    for (u32 k = 0; k < 3; k++) {
        f64 d = (f64)n[k] - (k == axis ? -1 : 1) * (f64)m[k];
        apart += d * d;
    }
    return apart < SAME_NORMAL;
}

static bool creases_match(const Symmetry *s, u32 axis) {
    for (u32 h = 0; h < 3 * s->mesh->n_tris; h++) {
        if (!is_crease(s, h))
            continue;
        u32 from = s->images[s->mesh->tris[edge_next(h)]], to = s->images[s->mesh->tris[h]];
        u32 image = edge_find(&s->edges, from, to);
        if (image == NONE || !is_crease(s, image) || material_at(s, h) != material_at(s, image))
            return false;
        // h's start is the image of image's end.
        if (!same_normal(s, h, edge_next(image), axis) ||
            !same_normal(s, edge_next(h), image, axis))
            return false;
    }
    return true;
}

u32 gltf_mesh_symmetry(const Mesh *mesh, Heap *heap, Vec3 *center) {
    Symmetry s = {.mesh = mesh, .heap = heap, .center = box3_center(mesh_bounds(mesh))};
    *center = s.center;
    u32 axes = 0;
    edge_table_init(&s.edges, heap, mesh->tris, mesh->n_verts, mesh->n_tris);
    if (index_places(&s)) {
        find_planes(&s);
        s.images = heap_alloc_raw(heap, mesh->n_verts, sizeof *s.images);
        for (u32 axis = 0; axis < 3; axis++)
            if (find_images(&s, axis) && creases_match(&s, axis))
                axes |= 1u << axis;
    }
    edge_table_finish(&s.edges, heap);
    heap_free(heap, s.places);
    heap_free(heap, s.slots);
    heap_free(heap, s.images);
    heap_free(heap, s.planes);
    return axes;
}
