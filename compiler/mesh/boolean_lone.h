// SPDX-License-Identifier: Apache-2.0
// A facet on its own, cut by constraints that do not cross: shared by boolean_lone.c (what the
// constraints are), boolean_chains.c (chains of them, cells), boolean_holes.c (closed chains).
// Facets of its unit that lie strictly inside of it, its islands, are on their own with it if
// nothing comes near their boundaries: they are chains that are closed (boolean_islands.c).
//
// Local vertices: those of the facet's boundary, the rim, first, counter-clockwise from outside;
// then inner ones.
#ifndef FRC_COMPILER_MESH_BOOLEAN_LONE_H
#define FRC_COMPILER_MESH_BOOLEAN_LONE_H

#include "compiler/mesh/boolean_arrange.h"

// A vertex of the rim, and the piece of boundary that starts there.
typedef struct Border {
    u32 v;
    u32 edge;  // of the facet
    u32 cut;   // as in Half
    u32 chain; // that ends here, NONE
} Border;

// A constraint between local vertices, or a piece of an island's boundary.
typedef struct Link {
    u32 a, b;
    u32 cut;       // as in Half, without marks
    u32 island;    // the facet, or NONE
    bool is_along; // of a constraint: a to b is along n_P x n_cut
} Link;

// Constraints in a row from rim to rim, or closed: steps first .. first + n.
typedef struct Chain {
    u32 from, to; // local
    u32 first, n;
    int turn;   // of a closed one: 1: counter-clockwise from the plane's front; 0: not known
    u32 island; // the facet that it bounds, or NONE
} Chain;

typedef struct Step {
    u32 v;   // where it starts: a point
    u32 cut; // of the link that starts there
    bool is_along;
} Step;

typedef struct Lone {
    u32 facet;
    bool is_flipped; // the facet
    u32 stack;       // of its cells
    u32 plane;       // of its cells: NONE, but for a facet with islands
    VEC(Border) rim;
    VEC(Link) links;
    VEC(u32) inner;    // points inside
    VEC(u32) at_inner; // 2 an inner point: its constraints
    VEC(u32) points;   // the places: constraints of no length
    VEC(Step) steps;
    VEC(Chain) chains;
    // Halves of chains by the rim's vertex that they leave, counter-clockwise.
    VEC(Keyed) leave, spare;
    VEC(u32) place;       // by half of a chain: where it stands in leave
    VEC(u32) leave_start; // by the rim's vertex
    VEC(bool) is_done;    // by half: of the rim, then of chains
} Lone;

static inline u32 point_of_local(const Lone *l, u32 i) {
    return i < l->rim.len ? l->rim.data[i].v : l->inner.data[i - l->rim.len];
}

// boolean_chains.c. Links to chains; they are used up. False: some inner point has not just two
// constraints.
bool lone_find_chains(Arena *arena, Lone *l);
// Cells between chains from rim to rim; false: chains cross, and nothing was done.
bool lone_trace_cells(Unit *u, Lone *l);
bool lone_trace_marked(Unit *u, Lone *l); // Border.chain is set: no two chains end at one vertex
// Room for the cells and their halves: the rim, and each chain from both sides.
void lone_reserve(Unit *u, const Lone *l);
static inline void lone_push_half(Kernel *k, u32 origin, u32 cut) {
    u32 h = k->halves.len++;
    k->halves.data[h] = (Half){origin, h + 1, k->cells.len, cut};
}
static inline void lone_close_loop(Kernel *k, u32 start) {
    k->halves.data[k->halves.len - 1].next = start;
}
static inline bool has_islands(const Lone *l) {
    return l->plane != NONE;
}
// A cell of the facet; its halves: from start on.
static inline void lone_push_cell(Kernel *k, const Lone *l, u32 start) {
    k->cells.data[k->cells.len++] = (Cell){.plane = l->plane,
                                           .stack_start = l->stack,
                                           .stack_len = 1,
                                           .half_start = start,
                                           .half_end = k->halves.len,
                                           .is_flipped = has_islands(l) && l->is_flipped};
}
// is_back: against the chain's direction.
void lone_push_chain(Kernel *k, const Lone *l, const Chain *chain, bool is_back);

// boolean_holes.c. Of chains that are all closed:
bool lone_are_holes_apart(Unit *u, const Lone *l); // their boxes are
bool lone_are_holes_convex(const Unit *u, Lone *l);
// The facet with its holes, which are apart and don't cross, then what lies in each. False: one is
// folded, and nothing was done.
bool lone_add_holes(Unit *u, Lone *l);

#endif
