// SPDX-License-Identifier: Apache-2.0
// Boolean expressions in the making: shared by the nodes that combine solids and by the model's
// union.
#ifndef FRC_COMPILER_SOLID_COMBINE_H
#define FRC_COMPILER_SOLID_COMBINE_H

#include "compiler/solid/solid_internal.h"

// A tool of a difference: where its leaves stand.
typedef struct CsgTool {
    IrId difference;
    u32 child, first_leaf, end_leaf;
} CsgTool;

typedef struct Csg {
    SolidContext *ctx;
    VEC(CsgLeaf) leaves;
    VEC(CsgNode) nodes;
    VEC(Box3) boxes; // of the nodes, enclosing
    VEC(u32) args;
    VEC(Mesh *) own; // meshes made for the expression
    VEC(CsgTool) tools;
    Box3 reach;      // what lies outside changes nothing: leaves there are left out
    bool force;      // run even a single leaf through the kernel, to resolve what overlaps itself
} Csg;

void csg_init(Csg *csg, SolidContext *ctx);
void csg_finish(Csg *csg);
// Both give a node, a mark for "empty", or (csg_emit) NONE when a child failed. is_root: take the
// node apart however many leaves it has.
u32 csg_emit(Csg *csg, IrId id, const Affine3 *map, bool is_root);
u32 csg_add_leaf(Csg *csg, const Mesh *mesh, Box3 bounds, const Affine3 *map);
u32 csg_union(Csg *csg, u32 *kids, u32 n);
// An internal fault of the kernel fails the job.
bool csg_evaluate(Csg *csg, u32 root, CsgOptions options, Mesh *out);

#endif
