// SPDX-License-Identifier: Apache-2.0
// Convex hulls, exact on a 26-bit grid.
#ifndef FRC_COMPILER_MESH_HULL_H
#define FRC_COMPILER_MESH_HULL_H

#include "compiler/mesh/mesh.h"

// The hull of n points. False: fewer than four points not in a plane (*out is empty). Input points
// that are corners keep their exact coordinates. Coplanar faces share a tag (0.. in order);
// mats 0, normals NULL. O(n log n) expected, deterministic.
bool mesh_hull(Heap *heap, const Vec3 *points, u32 n, Mesh *out);

#endif
