// SPDX-License-Identifier: Apache-2.0
// Ways to an inset that have files of their own.
#ifndef FRC_COMPILER_SOLID_SHELL_INTERNAL_H
#define FRC_COMPILER_SOLID_SHELL_INTERNAL_H

#include "compiler/solid/solid_internal.h"

// The mesh with every plane moved inward by wall, faces tagged tag, from the context's heap. False,
// and nothing made: its planes do not meet in points then, or a wall meets another.
bool shell_move_planes(SolidContext *ctx, const Mesh *mesh, f64 wall, u32 tag, Mesh *out);

#endif
