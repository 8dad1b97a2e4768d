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

// A leaf that went into another one, which stands for a part of the expression that was evaluated
// by itself: what it did there.
typedef struct CsgShare {
    u32 whole, leaf;
    u8 effect;
} CsgShare;

typedef struct Csg {
    SolidContext *ctx;
    VEC(CsgLeaf) leaves;
    VEC(Box3) bounds; // of the leaves' meshes
    VEC(CsgNode) nodes;
    VEC(Box3) boxes; // of the nodes, enclosing
    VEC(u32) args;
    VEC(Mesh *) own; // meshes made for the expression
    VEC(CsgTool) tools;
    VEC(CsgShare) shares; // by whole, upwards
    u32 first_part; // leaves from here on stand for parts that were evaluated, the last of own
    Box3 reach;     // what lies outside changes nothing: leaves there are left out
    bool force;     // run even a single leaf through the kernel, to resolve what overlaps itself
} Csg;

void csg_init(Csg *csg, SolidContext *ctx);
void csg_finish(Csg *csg);
// Both give a node, a mark for "empty", or (csg_emit) NONE when a child failed. is_root: take the
// node apart however many leaves it has.
u32 csg_emit(Csg *csg, IrId id, const Affine3 *map, bool is_root);
u32 csg_add_leaf(Csg *csg, const Mesh *mesh, Box3 bounds, const Affine3 *map);
u32 csg_union(Csg *csg, u32 *kids, u32 n);
// n >= 1 operands; one is itself.
u32 csg_add_node(Csg *csg, CsgOp op, const u32 *kids, u32 n, Box3 box);
// An internal fault of the kernel fails the job.
bool csg_evaluate(Csg *csg, u32 root, CsgOptions options, Mesh *out);
// Evaluates a node by itself in another frame: a leaf that stands for it. to: the expression's
// frame -> that frame, linear; from: its inverse.
u32 csg_reduce(Csg *csg, u32 node, const Affine3 *to, const Affine3 *from);

bool csg_is_axis_map(const Affine3 *map);
Box3 csg_box_mapped(Box3 box, const Affine3 *map);

// ---- turns (turns.c) ----

// The frames that the leaves stand upright in, turn 0: the expression's own.
typedef struct CsgTurns {
    Affine3 *rotations; // n
    u32 n;
    u32 *of_leaf; // n_leaves: a turn, NONE: leans in all
    u32 n_leaves; // when the turns were found
    u32 frame;    // the turn of most leaves
    bool is_mixed;
} CsgTurns;

// Cost: n log n in leaves; n where all stand upright.
void csg_find_turns(Csg *csg, CsgTurns *out);
void csg_free_turns(Csg *csg, CsgTurns *turns);
Affine3 csg_turned_back(const Affine3 *turn); // a rotation's inverse
// The map seen from another frame (to: linear): entries within rounding of an exact turn become
// exact.
Affine3 csg_map_in(const Affine3 *to, const Affine3 *map);
Affine3 csg_map_in_turn(const Affine3 *turn, const Affine3 *map); // to: the turn's inverse
// Reduces what is to be combined in another frame than the whole: a node of the same solid as root.
u32 csg_settle(Csg *csg, CsgTurns *turns, u32 root);

#endif
