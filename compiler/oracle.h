// SPDX-License-Identifier: Apache-2.0
// Answers the checker's questions about geometry (CheckGeometry) with real meshes.
#ifndef FRC_COMPILER_ORACLE_H
#define FRC_COMPILER_ORACLE_H

#include "compiler/check/check.h"
#include "compiler/solid/solid.h"

typedef struct Oracle Oracle;

// scene->graph is read when the first question comes (the checker makes it). Everything from heap/arena.
Oracle *oracle_create(Heap *heap, Arena *arena, const Scene *scene, SolidOptions options, Diags *diags);
const CheckGeometry *oracle_geometry(Oracle *oracle);
// The solids built so far, to go on with (made now if no question came). NULL while scene->graph is NULL.
SolidContext *oracle_solids(Oracle *oracle);

#endif
