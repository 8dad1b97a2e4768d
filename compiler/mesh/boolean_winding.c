// SPDX-License-Identifier: Apache-2.0
// Pass 5, second half: winding numbers of regions and the CSG expression on them.
//
// Crossing a cell changes the winding number of each leaf in its stack by one. A depth-first walk
// over the regions of a component, from the region around it, keeps the windings and the truth of
// every node of the expression up to date by doing and undoing crossings, so nothing of the size of
// the leaves is stored per region. A region is matter when the root is true in it. The walk through
// a component starts with the windings at its seed: crossings of a ray towards +x from a place
// beside one of the component's facets. The place is v + e a + e^2 b + e^3 n + e^4 y + e^5 z for an
// infinitely small e, with v a corner, a along an edge, b into the facet and n off it: not at the
// corner, since other components may touch that; and generic, so that the ray passes no edge.
// Walking must agree with itself: each region's windings are remembered as a hash, and a crossing
// that leads to a known region with another hash marks the run as faulty.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

typedef struct Use { // of a node by another
    u32 node;
    bool is_first; // operand of a difference: the first
} Use;

typedef struct Walk {
    Kernel *k;
    i32 *winding;    // by leaf
    u64 hash;        // of all windings
    u32 *leaf_start; // by leaf: the nodes that are it
    u32 *leaf_nodes;
    u32 *use_start; // by node: its users
    Use *uses;
    bool *value;     // by node
    u32 *n_true;     // by node: true operands; without the first in a difference
    u32 *first_true; // by node: 1 if a difference's first operand is true
    bool needs_owner;
    VEC(u32) changed; // stack of changes: node << 1 | its new value
    u32 *cell_start;  // by region: its cell sides
    u32 *cell_sides;
    u64 *region_hash;
    bool *region_seen;
} Walk;

// ---- the expression
// ------------------------------------------------------------------------------

static void build_uses(Walk *w) {
    const CsgExpr *expr = w->k->expr;
    Arena *arena = &w->k->arena;
    w->leaf_start = ARENA_NEW(arena, u32, expr->n_leaves + 2);
    w->leaf_nodes = ARENA_NEW(arena, u32, expr->n_nodes);
    w->use_start = ARENA_NEW(arena, u32, expr->n_nodes + 2);
    w->uses = ARENA_NEW(arena, Use, expr->n_args);
    for (u32 i = 0; i < expr->n_nodes; i++) {
        const CsgNode *node = &expr->nodes[i];
        if (node->op == CSG_LEAF)
            w->leaf_start[node->first + 2]++;
        else
            for (u32 j = 0; j < node->len; j++)
                w->use_start[expr->args[node->first + j] + 2]++;
    }
    for (u32 i = 0; i < expr->n_leaves; i++)
        w->leaf_start[i + 2] += w->leaf_start[i + 1];
    for (u32 i = 0; i < expr->n_nodes; i++)
        w->use_start[i + 2] += w->use_start[i + 1];
    for (u32 i = 0; i < expr->n_nodes; i++) {
        const CsgNode *node = &expr->nodes[i];
        if (node->op == CSG_LEAF)
            w->leaf_nodes[w->leaf_start[node->first + 1]++] = i;
        else
            for (u32 j = 0; j < node->len; j++)
                w->uses[w->use_start[expr->args[node->first + j] + 1]++] = (Use){i, j == 0};
    }
}

static bool node_value(const Walk *w, u32 node) {
    const CsgNode *n = &w->k->expr->nodes[node];
    switch (n->op) {
    case CSG_LEAF:
        return w->winding[n->first] > 0;
    case CSG_UNION:
        return w->n_true[node] > 0;
    case CSG_INTERSECTION:
        return n->len && w->n_true[node] == n->len;
    case CSG_DIFFERENCE:
        return w->first_true[node] == 1 && w->n_true[node] == 0;
    }
    return false;
}

// Carries a leaf's new truth up to the root. A node may change back and forth on the way: each
// change is counted by its users once, in any order. Cost: the uses of nodes whose truth changes.
static void flip_leaf(Walk *w, u32 leaf) {
    Arena *arena = &w->k->arena;
    w->changed.len = 0;
    for (u32 i = w->leaf_start[leaf]; i < w->leaf_start[leaf + 1]; i++) {
        u32 node = w->leaf_nodes[i];
        w->value[node] = !w->value[node];
        avec_push(arena, &w->changed, node << 1 | w->value[node]);
    }
    while (w->changed.len) {
        u32 change = w->changed.data[--w->changed.len], node = change >> 1;
        for (u32 i = w->use_start[node]; i < w->use_start[node + 1]; i++) {
            u32 user = w->uses[i].node;
            bool is_base = w->uses[i].is_first && w->k->expr->nodes[user].op == CSG_DIFFERENCE;
            *(is_base ? &w->first_true[user] : &w->n_true[user]) += change & 1 ? 1u : UINT32_MAX;
            if (node_value(w, user) != w->value[user]) {
                w->value[user] = !w->value[user];
                avec_push(arena, &w->changed, user << 1 | w->value[user]);
            }
        }
    }
}

static void wind_leaf(Walk *w, u32 leaf, int by) {
    bool before = w->winding[leaf] > 0;
    w->winding[leaf] += by;
    w->hash += hash_mix(leaf + 1) * (u64)(i64)by;
    if (before != (w->winding[leaf] > 0))
        flip_leaf(w, leaf);
}

// The lowest leaf that holds matter here and contributes it to node, which is true.
static u32 find_owner(const Walk *w, u32 node) {
    const CsgExpr *expr = w->k->expr;
    const CsgNode *n = &expr->nodes[node];
    if (n->op == CSG_LEAF)
        return n->first;
    u32 owner = NONE, len = n->op == CSG_DIFFERENCE ? MIN(n->len, 1u) : n->len;
    for (u32 i = 0; i < len; i++)
        if (w->value[expr->args[n->first + i]])
            owner = MIN(owner, find_owner(w, expr->args[n->first + i]));
    return owner;
}

// ---- the ray
// -------------------------------------------------------------------------------------

// The sign of the turn a, b, s in the y-z plane.
static int displaced_turn(const Corner *a, const Corner *b, const Beside *s) {
    i64 dy = (i64)b->at[1] - a->at[1], dz = (i64)b->at[2] - a->at[2];
    i64 turn = dy * (s->at[2] - a->at[2]) - dz * (s->at[1] - a->at[1]);
    if (turn == 0)
        turn = dy * s->along[2] - dz * s->along[1];
    if (turn == 0)
        turn = dy * s->aside[2] - dz * s->aside[1];
    if (turn == 0)
        turn = sign_i128((i128)dy * s->off[2] - (i128)dz * s->off[1]);
    return turn ? sign_i64(turn) : dz ? -sign_i64(dz) : sign_i64(dy);
}

static i128 dot(const i64 a[3], const i64 b[3]) {
    return (i128)a[0] * b[0] + (i128)a[1] * b[1] + (i128)a[2] * b[2];
}

// The side of the polygon's plane that s lies on.
static int displaced_side(const i64 n[3], const Corner *at, const Beside *s) {
    const i64 from[3] = {s->at[0] - at->at[0], s->at[1] - at->at[1], s->at[2] - at->at[2]};
    i128 side = dot(n, from);
    if (side == 0)
        side = dot(n, s->along);
    if (side == 0)
        side = dot(n, s->aside);
    if (side == 0)
        side = dot(n, s->off);
    return side ? sign_i128(side) : n[1] ? sign_i64(n[1]) : sign_i64(n[2]);
}

static int ray_crossing(const Corner *at, u32 n, const i64 normal[3], const Beside *s) {
    bool is_low[3] = {true, true, true}, is_high[3] = {true, true, true};
    for (u32 c = 0; c < n; c++)
        for (u32 i = 0; i < 3; i++) {
            is_low[i] = is_low[i] && at[c].at[i] < s->at[i];
            is_high[i] = is_high[i] && at[c].at[i] > s->at[i];
        }
    if (is_low[0] || is_low[1] || is_low[2] || is_high[1] || is_high[2])
        return 0;
    int turn = 0;
    for (u32 c = 0; c < n; c++) {
        int t = displaced_turn(&at[c], &at[c + 1 < n ? c + 1 : 0], s);
        if (t == 0 || (turn && t != turn)) // 0: seen along x the polygon is a line
            return 0;
        turn = t;
    }
    // The normal's x has the sign of turn; the plane is met beyond s if s lies on its inner side
    // then.
    return displaced_side(normal, at, s) * turn < 0 ? turn : 0;
}

static bool is_beside_ray(const GridPlace *const at[3], u32 axis, const Beside *s) {
    i32 a = at[0]->at[axis], b = at[1]->at[axis], c = at[2]->at[axis];
    return MIN(a, MIN(b, c)) > s->at[axis] || MAX(a, MAX(b, c)) < s->at[axis];
}

// Of the leaf's triangles that were not taken in.
static int cross_passive(const Kernel *k, u32 leaf, const Beside *s) {
    int winding = 0;
    for (u32 t = 0; t < k->expr->leaves[leaf].mesh->n_tris; t++) {
        if (k->facet_of[k->tri_base[leaf] + t] != NONE)
            continue;
        const GridPlace *at[3];
        for (u32 i = 0; i < 3; i++)
            at[i] = leaf_tri_place(k, leaf, t, i);
        if (is_beside_ray(at, 1, s) || is_beside_ray(at, 2, s))
            continue;
        Corner corner[3];
        i64 normal[3];
        for (u32 i = 0; i < 3; i++)
            memcpy(corner[i].at, at[i]->at, sizeof corner[i].at);
        corners_normal(corner, normal);
        winding += ray_crossing(corner, 3, normal, s);
    }
    return winding;
}

static int ray_winding(const Kernel *k, u32 leaf, const Beside *s) {
    const LeafState *state = &k->leaves[leaf];
    if (state->box.max[0] < s->at[0])
        return 0;
    for (u32 i = 1; i < 3; i++)
        if (state->box.min[i] > s->at[i] || state->box.max[i] < s->at[i])
            return 0;
    int winding = 0;
    for (u32 f = k->leaf_start[leaf]; f < k->leaf_start[leaf + 1]; f++)
        winding += ray_crossing(facet_corners(k, f), k->facets[f].n, k->facets[f].normal, s);
    return state->is_whole ? winding : winding + cross_passive(k, leaf, s);
}

// ---- the walk
// ------------------------------------------------------------------------------------

static void build_region_cells(Walk *w) {
    Kernel *k = w->k;
    u32 n = 2 * k->cells.len;
    w->cell_start = ARENA_NEW(&k->arena, u32, k->n_regions + 2);
    w->cell_sides = ARENA_NEW(&k->arena, u32, n);
    for (u32 i = 0; i < n; i++)
        w->cell_start[k->region_of[i] + 2]++;
    for (u32 r = 0; r < k->n_regions; r++)
        w->cell_start[r + 2] += w->cell_start[r + 1];
    for (u32 i = 0; i < n; i++)
        w->cell_sides[w->cell_start[k->region_of[i] + 1]++] = i;
    w->region_hash = ARENA_NEW(&k->arena, u64, k->n_regions);
    w->region_seen = ARENA_NEW(&k->arena, bool, k->n_regions);
}

// Leaves the region on the given side of a cell for the one on its other side.
static void cross_cell(Walk *w, u32 side) {
    const Kernel *k = w->k;
    const Cell *cell = &k->cells.data[side >> 1];
    int in = side & 1 ? 1 : -1; // from the front: into what looks to the front
    for (u32 i = 0; i < cell->stack_len; i++) {
        u32 entry = k->stacks.data[cell->stack_start + i];
        wind_leaf(w, k->facets[stack_facet(entry)].leaf, stack_looks_back(entry) ? -in : in);
    }
}

static u64 hash_across(const Walk *w, u32 side) {
    const Kernel *k = w->k;
    const Cell *cell = &k->cells.data[side >> 1];
    u64 hash = w->hash;
    for (u32 i = 0; i < cell->stack_len; i++) {
        u32 entry = k->stacks.data[cell->stack_start + i];
        u64 step = hash_mix(k->facets[stack_facet(entry)].leaf + 1);
        hash += stack_looks_back(entry) == !(side & 1) ? step : -step;
    }
    return hash;
}

static void enter_region(Walk *w, u32 r) {
    Kernel *k = w->k;
    bool inside = w->value[k->expr->root];
    w->region_seen[r] = true;
    w->region_hash[r] = w->hash;
    k->regions[r].is_inside = inside;
    k->regions[r].owner = inside && w->needs_owner ? find_owner(w, k->expr->root) : NONE;
}

typedef struct Frame {
    u32 region, at, by; // by: the side left on the way here, NONE at the start
} Frame;

static void walk_component(Walk *w, u32 first) {
    Kernel *k = w->k;
    VEC(Frame) frames = {0};
    enter_region(w, first);
    avec_push(&k->arena, &frames, (Frame){first, w->cell_start[first], NONE});
    while (frames.len) {
        Frame *top = &frames.data[frames.len - 1];
        if (top->at == w->cell_start[top->region + 1]) {
            if (top->by != NONE)
                cross_cell(w, top->by ^ 1);
            frames.len--;
            continue;
        }
        u32 side = w->cell_sides[top->at++], r = k->region_of[side ^ 1];
        if (w->region_seen[r]) {
            if (w->region_hash[r] != hash_across(w, side))
                k->fault = "winding numbers disagree";
            continue;
        }
        cross_cell(w, side);
        enter_region(w, r);
        avec_push(&k->arena, &frames, (Frame){r, w->cell_start[r], side});
    }
}

static bool materials_differ(const CsgExpr *expr) {
    for (u32 l = 1; l < expr->n_leaves; l++)
        if (expr->leaves[l].mat != expr->leaves[0].mat)
            return true;
    return false;
}

void wind(Kernel *k, u32 n_components, const u32 *first, const Beside *seed) {
    const CsgExpr *expr = k->expr;
    Arena *arena = &k->arena;
    Walk w = {.k = k, .needs_owner = materials_differ(expr)};
    w.winding = ARENA_NEW(arena, i32, expr->n_leaves);
    w.value = ARENA_NEW(arena, bool, expr->n_nodes);
    w.n_true = ARENA_NEW(arena, u32, expr->n_nodes);
    w.first_true = ARENA_NEW(arena, u32, expr->n_nodes);
    build_uses(&w);
    build_region_cells(&w);
    i32 *start = ARENA_NEW(arena, i32, expr->n_leaves);
    for (u32 c = 0; c < n_components; c++) {
        if ((c & 0xff) == 0)
            heap_poll(k->heap);
        if (w.region_seen[first[c]]) {
            k->fault = "two components share a region";
            continue;
        }
        for (u32 l = 0; l < expr->n_leaves; l++) {
            start[l] = ray_winding(k, l, &seed[c]);
            if (start[l])
                wind_leaf(&w, l, start[l]);
        }
        walk_component(&w, first[c]);
        for (u32 l = 0; l < expr->n_leaves; l++)
            if (start[l])
                wind_leaf(&w, l, -start[l]);
    }
    for (u32 r = 0; r < k->n_regions; r++)
        if (!w.region_seen[r])
            k->fault = "a region was not reached";
}
