// SPDX-License-Identifier: Apache-2.0
// Pass 4, constraints: what other facets draw into a unit, each piece once.
//
// Where solids stand on one plane, a wall states a constraint in every face of that plane that it
// stands on, and all of them run along the edge at the wall's foot, which is in the unit already
// since the wall's neighbour is. So constraints of facets that have an edge in common with the
// unit are left out. Constraints in one cutting plane lie on one line: they are cut at each
// other's ends and stated once, so that the search for crossings sees no two that overlap. Cost:
// O(m log m).
#include "compiler/mesh/boolean_arrange.h"

#include <string.h>

// ---- edges of the unit ----

static void empty_slots(Unit *u, u32 n) {
    for (u->n_edge_slots = 16; u->n_edge_slots < 2 * n;)
        u->n_edge_slots *= 2;
    avec_reserve(u->arena, &u->edge_slots, u->n_edge_slots);
    memset(u->edge_slots.data, 0, u->n_edge_slots * sizeof(u64));
}

static u64 *edge_slot(const Unit *u, u64 key) {
    u32 mask = u->n_edge_slots - 1, slot = (u32)hash_mix(key) & mask;
    while (u->edge_slots.data[slot] && u->edge_slots.data[slot] != key + 1)
        slot = (slot + 1) & mask;
    return &u->edge_slots.data[slot];
}

static u64 facet_edge_key(const Kernel *k, u32 t, u32 corner) {
    const Corner *at = facet_corners(k, t);
    u32 a = at[corner].v, b = at[corner + 1 < k->facets[t].n ? corner + 1 : 0].v;
    return seg_key(a, b);
}

static void gather_edges(Unit *u) {
    const Kernel *k = u->k;
    u32 n = 0;
    for (u32 i = 0; i < u->n_facets; i++)
        n += k->facets[u->facets[i]].n;
    empty_slots(u, n);
    for (u32 i = 0; i < u->n_facets; i++)
        for (u32 c = 0; c < k->facets[u->facets[i]].n; c++) {
            u64 key = facet_edge_key(k, u->facets[i], c);
            *edge_slot(u, key) = key + 1;
        }
}

static bool has_edge_of(const Unit *u, u32 t) {
    for (u32 c = 0; c < u->k->facets[t].n; c++)
        if (*edge_slot(u, facet_edge_key(u->k, t, c)))
            return true;
    return false;
}

// A facet draws a constraint in each facet of the unit that it crosses: what was found lately is
// kept at hand.
enum { FEW_DRAWERS = 64 };
typedef struct Drawer {
    u32 facet; // + 1
    bool has_edge;
} Drawer;

static bool draws_anew(const Unit *u, Drawer *known, u32 t) {
    Drawer *at = &known[t % FEW_DRAWERS];
    if (at->facet != t + 1)
        *at = (Drawer){t + 1, has_edge_of(u, t)};
    return !at->has_edge;
}

// ---- one line ----

// Constraints keyed[0 .. n), all in plane cut: the pieces between their ends that they cover.
static void add_line(Unit *u, const InnerSeg *inner, const Keyed *keyed, u32 n, u32 cut) {
    const Kernel *k = u->k;
    Arena *arena = u->arena;
    avec_reserve(arena, &u->queue, 2 * n);
    avec_reserve(arena, &u->below, 2 * n);
    u32 *ends = u->queue.data, *cover = u->below.data;
    for (u32 i = 0; i < n; i++) {
        ends[2 * i] = inner[keyed[i].value].a;
        ends[2 * i + 1] = inner[keyed[i].value].b;
    }
    const Plane *p = plane_ref(k, u->plane), *q = plane_ref(k, cut);
    u32 axis = plane_line_axis(p, q), open = 0,
        m = sort_along_line(k, &u->line, ends, 2 * n, axis, 1);
    bool is_along = plane_cross_sign(p, q, axis) > 0;
    memset(cover, 0, m * sizeof *cover);
    for (u32 i = 0; i < m; i++)
        u->local_of[ends[i]] = i;
    for (u32 i = 0; i < n; i++) { // counts modulo 2^32
        u32 from = u->local_of[inner[keyed[i].value].a], to = u->local_of[inner[keyed[i].value].b];
        cover[MIN(from, to)]++;
        cover[MAX(from, to)]--;
    }
    for (u32 i = 0; i < m; i++)
        u->local_of[ends[i]] = 0;
    for (u32 i = 0; i + 1 < m; i++) {
        open += cover[i];
        if (open)
            unit_add_seg(u, ends[i], ends[i + 1], (Seg){0, 0, cut, NONE, true, (u8)axis}, is_along);
    }
}

void unit_add_constraints(Unit *u, const InnerSeg *inner, u32 n) {
    const Kernel *k = u->k;
    Arena *arena = u->arena;
    u32 n_keyed = 0;
    Drawer known[FEW_DRAWERS] = {0};
    if (u->n_facets > 1)
        gather_edges(u);
    avec_reserve(arena, &u->keyed, n);
    avec_reserve(arena, &u->spare, n);
    for (u32 i = 0; i < n; i++) {
        if (inner[i].a == inner[i].b)
            avec_push(arena, &u->segs, (Seg){inner[i].a, inner[i].b, NONE, NONE, true, 0});
        else if (u->n_facets == 1 || draws_anew(u, known, inner[i].by))
            u->keyed.data[n_keyed++] = (Keyed){k->facets[inner[i].by].plane, i};
    }
    sort_keyed(u->keyed.data, u->spare.data, n_keyed);
    for (u32 i = 0, end; i < n_keyed; i = end) {
        const Keyed *keyed = u->keyed.data;
        const InnerSeg *seg = &inner[keyed[i].value];
        for (end = i + 1; end < n_keyed && keyed[end].key == keyed[i].key;)
            end++;
        u32 axis, cut = (u32)keyed[i].key;
        if (end > i + 1) {
            add_line(u, inner, keyed + i, end - i, cut);
            continue;
        }
        bool is_along = unit_line_way(u, cut, seg->a, seg->b, &axis) > 0;
        unit_add_seg(u, seg->a, seg->b, (Seg){0, 0, cut, NONE, true, (u8)axis}, is_along);
    }
}

void unit_drop_doubles(Unit *u) {
    u32 n = u->segs.len, len = 0;
    empty_slots(u, n);
    for (u32 i = 0; i < n; i++) { // edges stand first
        const Seg *seg = &u->segs.data[i];
        u64 key = seg_key(seg->a, seg->b), *slot = edge_slot(u, key);
        if (*slot && seg->facet == NONE)
            continue;
        *slot = key + 1;
        u->segs.data[len++] = *seg;
    }
    u->segs.len = len;
}
