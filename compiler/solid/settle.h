// SPDX-License-Identifier: Apache-2.0
// The operands of one union, intersection or difference while they are put in frames: shared by
// settle.c, contacts.c and joins.c.
#ifndef FRC_COMPILER_SOLID_SETTLE_H
#define FRC_COMPILER_SOLID_SETTLE_H

#include "compiler/solid/combine.h"

typedef struct Operand {
    u32 node; // NONE: went into another
    u32 turn; // that all of its leaves share; NONE: they share none
    u32 into; // node NONE: the place of what it went into
} Operand;

typedef struct Operands {
    VEC(Operand) list;
} Operands;

typedef struct Settling {
    Csg *csg;
    Heap *heap;
    CsgTurns *turns;
    u32 *turn_of; // of the nodes of the expression as it came
} Settling;

bool settle_is_leaf(const Settling *s, u32 node);
Box3 settle_box(const Settling *s, u32 node); // around all leaves, in the expression's frame
// A node over the operands at those places of the list, in that order.
u32 settle_node(Settling *s, CsgOp op, const Operands *ops, const u32 *places, u32 n);
// Evaluates a node by itself, in a turn.
u32 settle_reduce(Settling *s, u32 node, u32 turn);
// The node stands for the operands at those places from now on, at the first of them.
void settle_replace(Operands *ops, const u32 *places, u32 n, u32 node);
// Reduces operands (n places, upwards) in a turn: all of an intersection, or the first operand of a
// difference with its tools; members of a union, or tools, that are near each other. wanted: by
// place; only groups that hold such. NULL: all.
void settle_alike(Settling *s, Operands *ops, CsgOp op, const u32 *places, u32 n, u32 turn,
                  const u8 *wanted);

// ---- boxes apart ----

typedef struct SettleBox {
    Box3 box;
    u32 id;
} SettleBox;
typedef void (*SettleGroupFn)(void *ctx, SettleBox *list, u32 n);
// Parts boxes by planes along the axes that meet none of them by more than margin, as far as that
// goes, and hands over each group: boxes that meet are in one. Reorders list. n log n.
void settle_part(Heap *heap, SettleBox *list, u32 n, f64 margin, SettleGroupFn group, void *ctx);

// ---- contacts (contacts.c) ----

// Operands some plane faces of which lie in one plane, near each other.
typedef struct Contact {
    u32 direction; // of the plane's normal
    u32 first, n;  // in members: places of operands, each once, upwards
} Contact;

// Leaves of one operand touch.
typedef struct InnerContact {
    u32 direction, operand;
} InnerContact;

typedef struct Contacts {
    VEC(Contact) list;
    VEC(InnerContact) inner;
    VEC(u32) members;
    VEC(Vec3) directions; // unit; the first three are the axes of the expression's frame
} Contacts;

// Cost: n in the operands' triangles, n log n in those of plane faces.
void contacts_find(Settling *s, const Operands *ops, Contacts *out);
void contacts_free(Heap *heap, Contacts *contacts);

// ---- joins (joins.c) ----

// Joins operands that touch in planes which the expression's frame does not have among its own, in
// frames that have them. op CSG_DIFFERENCE: the first minus the others, else a union's or an
// intersection's. Operands that went into others get node NONE.
void settle_contacts(Settling *s, Operands *ops, CsgOp op);

#endif
