// SPDX-License-Identifier: Apache-2.0
// Pass 4, facets on their own: holes.
//
// Closed chains whose boxes are apart neither meet nor contain each other: the facet has them for
// holes, and what each encloses is a cell of its own. Where they are many (the plate with many
// bores), chains that turn one way everywhere and go round once need no search for crossings. Cost:
// that of the sweep of the boxes, and O(m).
#include "compiler/mesh/boolean_lone.h"

// The turn at b on the way from a to c as doubles tell it for sure: coordinates are within 2^-26 of
// the truth and differ by less than 2^27, so differences are within 2^-24. 0: they don't.
static int sure_turn(const Unit *u, u32 a, u32 b, u32 c) {
    const f64 *p = point_ref(u->k, a)->at, *q = point_ref(u->k, b)->at, *r = point_ref(u->k, c)->at;
    f64 x = q[u->x] - p[u->x], y = q[u->y] - p[u->y], s = r[u->x] - q[u->x], t = r[u->y] - q[u->y];
    f64 left = x * t, right = y * s, size = fabs(x) + fabs(y) + fabs(s) + fabs(t) + 1;
    f64 error = size * 0x1p-23 + (fabs(left) + fabs(right)) * 0x1p-50;
    return fabs(left - right) > error ? sign_f64(left - right) : 0;
}

// From a to b, which lie in plane cut, to c: 1: to the left as seen from the unit's front; 0:
// straight on.
static int line_turn(const Unit *u, u32 a, u32 b, u32 c, u32 cut) {
    u32 axis;
    int sure = sure_turn(u, a, b, c);
    // Along n_P x n_cut the left, from P's front, is the back of cut.
    return sure ? sure : -plane_side(u->k, cut, c) * unit_line_way(u, cut, a, b, &axis);
}

// 1: it runs counter-clockwise as seen from the plane's front; 0: it is folded.
static int chain_turn(const Unit *u, const Step *step, u32 n) {
    const Kernel *k = u->k;
    u32 low = 0;
    for (u32 i = 1; i < n; i++) {
        int order = point_compare(k, step[i].v, step[low].v, u->x);
        if (order < 0 || (order == 0 && point_compare(k, step[i].v, step[low].v, u->y) < 0))
            low = i;
    }
    // At its leftmost, lowest vertex the chain turns the way it turns as a whole.
    u32 before = low ? low - 1 : n - 1, after = low + 1 < n ? low + 1 : 0;
    u32 cut = step[before].cut, a = step[before].v, b = step[low].v;
    return line_turn(u, a, b, step[after].v, cut);
}

// As chain_turn, if the chain turns one way everywhere and goes round once, so that it does not
// meet itself; else 0.
static int convex_turn(const Unit *u, const Step *step, u32 n) {
    u32 n_back = 0;
    int turn = 0, way = 0, first_way = 0;
    for (u32 i = 0; i < n; i++) {
        u32 j = i + 1 < n ? i + 1 : 0, m = j + 1 < n ? j + 1 : 0;
        int side = line_turn(u, step[i].v, step[j].v, step[m].v, step[i].cut);
        if (side == 0 || (turn && side != turn))
            return 0;
        turn = side;
        int x = point_compare(u->k, step[j].v, step[i].v, u->x);
        n_back += x && way && x != way;
        way = x ? x : way;
        first_way = first_way ? first_way : x;
    }
    return n_back + (way != first_way) == 2 ? turn : 0;
}

bool lone_are_holes_convex(const Unit *u, Lone *l) {
    for (u32 c = 0; c < l->chains.len; c++) {
        Chain *chain = &l->chains.data[c];
        if (chain->island != NONE)
            continue;
        chain->turn = chain->n < 3 ? 0 : convex_turn(u, l->steps.data + chain->first, chain->n);
        if (chain->turn == 0)
            return false;
    }
    return true;
}

static bool boxes_meet(Unit *u, u32 i, u32 j) {
    (void)u, (void)i, (void)j;
    return false;
}

bool lone_are_holes_apart(Unit *u, const Lone *l) {
    FlatBoxes *boxes = flat_boxes_begin(u);
    for (u32 c = 0; c < l->chains.len; c++) {
        const Chain *chain = &l->chains.data[c];
        FlatBox box = flat_box_empty(c);
        for (u32 i = 0; i < chain->n; i++)
            flat_box_add(u, &box, l->steps.data[chain->first + i].v);
        avec_push(u->arena, &boxes->list, box);
    }
    return flat_boxes_sweep(u, boxes_meet);
}

// A cell in the facet and one of its islands, seen from outside the facet.
static void push_island(Kernel *k, const Lone *l, u32 island, u32 start) {
    u32 looks_back = k->facets[island].is_flipped != k->facets[l->facet].is_flipped,
        entry = island << 1 | looks_back;
    lone_push_cell(k, l, start);
    Cell *cell = &k->cells.data[k->cells.len - 1];
    cell->stack_start = k->stacks.len;
    cell->stack_len = 2;
    vec_push(k->heap, &k->stacks, MIN(l->facet << 1, entry));
    vec_push(k->heap, &k->stacks, MAX(l->facet << 1, entry));
}

bool lone_add_holes(Unit *u, Lone *l) {
    Kernel *k = u->k;
    u32 n = l->chains.len, start = k->halves.len;
    bool is_flipped = k->facets[l->facet].is_flipped;
    for (u32 c = 0; c < n; c++) {
        Chain *chain = &l->chains.data[c];
        if (chain->island != NONE)
            chain->turn = k->facets[chain->island].is_flipped ? -1 : 1;
        else if (chain->turn == 0 && chain->n >= 3)
            chain->turn = chain_turn(u, l->steps.data + chain->first, chain->n);
        if (chain->turn == 0)
            return false;
    }
    lone_reserve(u, l);
    for (u32 i = 0; i < l->rim.len; i++)
        lone_push_half(k, l->rim.data[i].v, l->rim.data[i].cut);
    lone_close_loop(k, start);
    for (u32 c = 0; c < n; c++) { // clockwise as seen from outside
        const Chain *chain = &l->chains.data[c];
        u32 hole = k->halves.len;
        lone_push_chain(k, l, chain, (chain->turn > 0) != is_flipped);
        lone_close_loop(k, hole);
    }
    lone_push_cell(k, l, start);
    for (u32 c = 0; c < n; c++) {
        const Chain *chain = &l->chains.data[c];
        start = k->halves.len;
        lone_push_chain(k, l, chain, (chain->turn < 0) != is_flipped);
        lone_close_loop(k, start);
        if (chain->island == NONE)
            lone_push_cell(k, l, start);
        else
            push_island(k, l, chain->island, start);
    }
    return true;
}
