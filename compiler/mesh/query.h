// SPDX-License-Identifier: Apache-2.0
// Questions about placed meshes, answered through a bounding-volume tree that is built once a mesh.
#ifndef FRC_COMPILER_MESH_QUERY_H
#define FRC_COMPILER_MESH_QUERY_H

#include "compiler/mesh/mesh.h"

typedef struct MeshTree MeshTree; // built on first need; keeps a pointer to its mesh

MeshTree *mesh_tree_create(Heap *heap, const Mesh *mesh); // O(n log n)
void mesh_tree_destroy(MeshTree *tree);

// A mesh at a place. map is mesh -> world.
typedef struct PlacedMesh {
    const Mesh *mesh;
    const MeshTree *tree;
    Affine3 map;
} PlacedMesh;

typedef struct MeshHit {
    f64 t; // along the ray, in lengths of dir
    Vec3 point, normal; // unit, outward
    u32 tri;
} MeshHit;
// First surface point at t >= 0. False: none.
bool mesh_ray(const PlacedMesh *solid, Vec3 from, Vec3 dir, MeshHit *hit);

bool mesh_contains(const PlacedMesh *solid, Vec3 point); // boundary counts as inside within rounding

typedef struct MeshDistance {
    f64 distance;  // 0 when they overlap or touch
    Vec3 on_a, on_b; // the nearest points
} MeshDistance;
// Distance between the solids (not only their surfaces): 0 if one holds the other. Stops early and
// returns more than limit when it is beyond limit. Branch and bound over both trees.
MeshDistance mesh_distance(const PlacedMesh *a, const PlacedMesh *b, f64 limit);
// Are they no more than gap apart? Cheaper than the distance, as any two points that near settle it.
bool mesh_within(const PlacedMesh *a, const PlacedMesh *b, f64 gap);

// How far a may fall along -Z before it meets b: the least vertical gap over the overlap of their
// shadows. Negative when a starts inside or below b's upper side (then a must rise by that much to
// rest on b). False: the shadows do not overlap. Exact over vertex-face and edge-edge pairs.
bool mesh_drop(const PlacedMesh *a, const PlacedMesh *b, f64 *gap);

// Area over which the surfaces touch: facing each other, within gap, and overlapping when
// projected along the normal. mm2. O(n log n) for plane faces, however they are cut into triangles.
f64 mesh_contact_area(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, f64 gap);
// The same for surfaces that lie in one another and look the same way, where a picture flickers. mm2. *point
// is the middle of the largest piece, *normal its unit normal.
f64 mesh_flush_area(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, f64 gap, Vec3 *point,
                    Vec3 *normal);

typedef struct MeshOverlap {
    f64 volume; // shared, mm3
    f64 depth;  // least translation along a coordinate axis that parts them, bounded by the shared box, mm
    Vec3 center; // of the shared volume
    Box3 bounds; // of the shared volume; empty without
    Vec3 extent; // the largest of any one piece of it, axis by axis
} MeshOverlap;
// Shared volume by a boolean intersection (boolean.h); volume 0 at once when the trees say apart.
MeshOverlap mesh_overlap(Heap *heap, const PlacedMesh *a, const PlacedMesh *b);

// The least move of a along a coordinate axis that was found to part it from b, until they touch:
// backing out by no more than the extent of what they share, where a boolean confirms it; else past
// all of b, which always does. False: they share nothing. Six drops, at most 14 booleans.
bool mesh_part(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, const MeshOverlap *shared,
               Vec3 *move);
// The share of `move` (0..1] after which no more than `volume` is shared, to 0.4 %. Eight booleans.
f64 mesh_part_share(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, Vec3 move, f64 volume);

#endif
