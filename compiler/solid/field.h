// SPDX-License-Identifier: Apache-2.0
// Signed distance to meshes, and meshes from fields.
#ifndef FRC_COMPILER_SOLID_FIELD_H
#define FRC_COMPILER_SOLID_FIELD_H

#include "base/map.h"
#include "compiler/solid/solid_internal.h"

typedef struct DistanceTree DistanceTree;
DistanceTree *distance_create(Heap *heap, const Mesh *mesh); // O(n log n); the mesh must outlive it
void distance_destroy(DistanceTree *tree);
// Signed: negative inside. normal (may be NULL): of the curved surface that the mesh stands for at
// the nearest point, else away from it. O(log n) about.
f64 distance_at(const DistanceTree *tree, Vec3 p, Vec3 *normal);
f64 distance_lower_bound(const DistanceTree *tree, Vec3 p); // to the mesh's box; 0 inside that

// A continuous function of space, below 0 inside a bounded solid.
typedef struct IsoField {
    const void *ctx;
    f64 (*value)(const void *ctx, Vec3 p);
    // False when the value surely keeps its sign within radius of p.
    bool (*may_cross)(const void *ctx, Vec3 p, f64 radius);
    u32 tag;
} IsoField;

// The closed surface value = 0 within box on a grid of width h; flat triangles. False, and nothing
// made, when more than max_cells cells lie on it.
bool iso_build(Heap *heap, const IsoField *field, Box3 box, f64 h, u32 max_cells, Mesh *out);

#endif
