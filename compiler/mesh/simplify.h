// SPDX-License-Identifier: Apache-2.0
#ifndef FRC_COMPILER_MESH_SIMPLIFY_H
#define FRC_COMPILER_MESH_SIMPLIFY_H

#include "compiler/mesh/mesh.h"

// Quadric edge collapse (Garland and Heckbert 1997) with the link condition and a normal-flip check;
// borders between tags or materials move only along themselves. Stops at target_tris or when the next
// collapse would move the surface by more than max_error mm. The mesh stays closed.
void mesh_simplify(Heap *heap, Mesh *mesh, u32 target_tris, f64 max_error);

#endif
