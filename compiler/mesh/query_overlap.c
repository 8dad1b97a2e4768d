// SPDX-License-Identifier: Apache-2.0
// What two solids share: an exact intersection (boolean.h), once boxes and trees could not rule it
// out.
#include "compiler/mesh/query_internal.h"

#include "compiler/mesh/boolean.h"

static const f64 TOUCH_DISTANCE = 1e-9; // mm: nearer surfaces may share volume

static Box3 world_box(const PlacedMesh *solid) {
    View v = view_make(solid, NULL);
    return view_is_empty(&v) ? box3_empty() : view_node_box(&v, 0);
}

// The largest extent of a piece along each axis: moving that far along it parts what the solids
// share, if each piece is crossed straight.
static Vec3 extent_of(Heap *heap, const Mesh *shared, const Affine3 *map) {
    u32 *component = heap_alloc_raw(heap, MAX(shared->n_tris, 1u), sizeof(u32));
    u32 n = mesh_components(heap, shared, component);
    Box3 *boxes = heap_alloc_raw(heap, MAX(n, 1u), sizeof *boxes);
    for (u32 i = 0; i < n; i++)
        boxes[i] = box3_empty();
    for (u32 t = 0; t < shared->n_tris; t++)
        for (u32 k = 0; k < 3; k++)
            boxes[component[t]] = box3_add_point(
                boxes[component[t]], affine3_point(map, shared->verts[shared->tris[3 * t + k]]));
    Vec3 extent = {0, 0, 0};
    for (u32 i = 0; i < n; i++) {
        Vec3 size = box3_size(boxes[i]);
        extent = vec3(fmax(extent.x, size.x), fmax(extent.y, size.y), fmax(extent.z, size.z));
    }
    heap_free(heap, boxes);
    heap_free(heap, component);
    return extent;
}

MeshOverlap mesh_overlap(Heap *heap, const PlacedMesh *a, const PlacedMesh *b) {
    MeshOverlap out = {.bounds = box3_empty()};
    Box3 box_a = world_box(a), box_b = world_box(b);
    if (box3_is_empty(box_a) || box3_is_empty(box_b) || !box3_touch(box_a, box_b, 0) ||
        !mesh_within(a, b, TOUCH_DISTANCE))
        return out;
    Affine3 inverse,
        frame = affine3_identity(); // frame -> world: a's own space, so that a stays exact
    CsgLeaf leaves[2] = {{.mesh = a->mesh, .map = a->map, .is_simple = a->mesh->is_simple},
                         {.mesh = b->mesh, .map = b->map, .is_simple = b->mesh->is_simple}};
    f64 scale;
    if (affine3_is_similarity(&a->map, &scale) && affine3_invert(&a->map, &inverse)) {
        frame = a->map;
        leaves[0].map = affine3_identity();
        leaves[1].map = affine3_mul(&inverse, &b->map);
    }
    const CsgNode nodes[3] = {{CSG_LEAF, 0, 1}, {CSG_LEAF, 1, 1}, {CSG_INTERSECTION, 0, 2}};
    const u32 args[2] = {0, 1};
    CsgExpr expr = {leaves, 2, nodes, 3, args, 2, 2};
    Mesh shared;
    if (mesh_boolean(heap, &expr, (CsgOptions){.n_threads = 1}, &shared, NULL) != STATUS_OK)
        return out;
    if (shared.n_tris) {
        MeshMeasure measure = mesh_measure(&shared);
        out.volume = measure.volume * fabs(affine3_det(&frame));
        out.center = affine3_point(&frame, measure.center);
        out.bounds = mesh_bounds_in(&shared, &frame);
        out.extent = extent_of(heap, &shared, &frame);
        out.depth = fmin(out.extent.x, fmin(out.extent.y, out.extent.z));
    }
    mesh_finish(&shared, heap);
    return out;
}
