// SPDX-License-Identifier: Apache-2.0
// Pass 4, holes: for each component of a unit's graph, what lies directly below its leftmost
// vertex.
//
// Edges in a row that all run left to right make a chain. One sweep from left to right (upwards
// among equals) over the vertices where chains begin or end keeps the chains that cross the sweep
// line in a tree ordered from bottom to top; a component's leftmost vertex is looked up before its
// own chains go in. Each chain knows the edge where the sweep line was seen last, and moves on from
// there. All comparisons are signs of a vertex against an edge's cutting plane. Cost: O(m + c log
// c) for c chains.
#include "compiler/mesh/boolean_arrange.h"
#include "compiler/mesh/polygon_internal.h"

#include <string.h>

int unit_compare_places(const Unit *u, u32 a, u32 b) {
    const u32 *point_of = u->point_of.data;
    int order = point_compare(u->k, point_of[a], point_of[b], u->x);
    return order ? order : point_compare(u->k, point_of[a], point_of[b], u->y);
}

// By halves; those that are in order need no merging.
static void merge_vertices(const Unit *u, u32 *list, u32 *spare, u32 n) {
    if (n < 2)
        return;
    u32 mid = n / 2;
    merge_vertices(u, list, spare, mid);
    merge_vertices(u, list + mid, spare, n - mid);
    if (unit_compare_places(u, list[mid - 1], list[mid]) < 0)
        return;
    memcpy(spare, list, mid * sizeof *list);
    for (u32 i = 0, p = 0, q = mid; p < mid; i++)
        list[i] = q >= n || unit_compare_places(u, spare[p], list[q]) < 0 ? spare[p++] : list[q++];
}

// By whole quanta first, which leaves little to do but among vertices that are within quanta of
// each other along x.
static void sort_vertices(const Unit *u, u32 *order, u32 n) {
    Arena *arena = u->arena;
    Keyed *list = arena_alloc_raw(arena, n, sizeof *list),
          *spare = arena_alloc_raw(arena, n, sizeof *spare);
    for (u32 i = 0; i < n; i++) {
        const f64 *at = point_ref(u->k, u->point_of.data[order[i]])->at; // |at| < 2^26
        list[i] = (Keyed){(u64)(at[u->x] + 0x1p26) << 32 | (u64)(at[u->y] + 0x1p26), order[i]};
    }
    sort_keyed(list, spare, n);
    for (u32 i = 0; i < n; i++)
        order[i] = list[i].value;
    merge_vertices(u, order, arena_alloc_raw(arena, n, sizeof *order), n);
}

// A chain has the number of its first edge.
typedef struct Sweep {
    const Unit *u;
    Status2 status;  // by chain
    bool *runs_back; // by edge: its half 2 e runs right to left
    u32 *at;         // by chain: the half, left to right, where the sweep line was seen last
    u32 *chain_of;   // by edge that is the last of its chain
} Sweep;

static bool runs_right(const Sweep *s, u32 h) {
    return (h & 1) == s->runs_back[h >> 1];
}

// A chain passes through: it neither begins nor ends here.
static bool is_passed(const Sweep *s, u32 v) {
    u32 from = s->u->around_start.data[v];
    return s->u->around_start.data[v + 1] == from + 2 &&
           runs_right(s, s->u->around.data[from]) != runs_right(s, s->u->around.data[from + 1]);
}

// The half of a chain after h, whose end is passed.
static u32 half_after(const Unit *u, u32 h) {
    const u32 *around = &u->around.data[u->around_start.data[u->head.data[h]]];
    return around[around[0] == (h ^ 1)];
}

// Where the chain crosses the sweep line at v, or ends or begins.
static u32 half_at(Sweep *s, u32 chain, u32 v) {
    u32 h = s->at[chain];
    while (s->u->head.data[h] != v && unit_compare_places(s->u, s->u->head.data[h], v) < 0)
        h = half_after(s->u, h);
    return s->at[chain] = h;
}

// The half of the status directly below vertex v, which lies on no chain of it.
static u32 find_below(Sweep *s, u32 v) {
    u32 best = NONE, at = s->status.root;
    while (at != NONE) {
        u32 h = half_at(s, at, v);
        bool is_above = half_left(s->u, h, v) > 0;
        if (is_above)
            best = h;
        at = s->status.child[is_above ? STATUS2_ABOVE : STATUS2_BELOW][at];
    }
    return best;
}

// Adds the chain that starts at v.
static void insert_chain(Sweep *s, u32 chain, u32 v) {
    const Unit *u = s->u;
    u32 at = s->status.root, under = NONE, head = u->head.data[s->at[chain]];
    int side = STATUS2_BELOW;
    while (at != NONE) {
        u32 h = half_at(s, at, v);
        under = at;
        side =
            half_left(u, h, half_origin(u, h) == v ? head : v) > 0 ? STATUS2_ABOVE : STATUS2_BELOW;
        at = s->status.child[side][at];
    }
    status2_insert(&s->status, chain, under, side);
}

// Finds the chains; order: the vertices where some begin or end. Returns how many.
static u32 init_sweep(Sweep *s, const Unit *u, u32 *order) {
    Arena *arena = u->arena;
    u32 n = 0;
    *s = (Sweep){.u = u, .status = {.root = NONE}};
    for (int i = 0; i < 2; i++)
        s->status.child[i] = ARENA_NEW(arena, u32, u->n_edges);
    s->status.parent = ARENA_NEW(arena, u32, u->n_edges);
    s->runs_back = arena_alloc_raw(arena, u->n_edges, sizeof(bool));
    s->at = arena_alloc_raw(arena, u->n_edges, sizeof(u32));
    s->chain_of = arena_alloc_raw(arena, u->n_edges, sizeof(u32));
    for (u32 e = 0; e < u->n_edges; e++)
        s->runs_back[e] = unit_compare_places(u, u->head.data[2 * e], u->head.data[2 * e + 1]) < 0;
    for (u32 v = 0; v < u->n_verts; v++) {
        if (is_passed(s, v))
            continue;
        order[n++] = v;
        for (u32 j = u->around_start.data[v]; j < u->around_start.data[v + 1]; j++) {
            u32 h = u->around.data[j], chain = h >> 1;
            if (!runs_right(s, h))
                continue;
            s->at[chain] = h;
            while (is_passed(s, u->head.data[h]))
                h = half_after(u, h);
            s->chain_of[h >> 1] = chain;
        }
    }
    return n;
}

void unit_find_below(Unit *u, u32 *leftmost, u32 *below) {
    Arena *arena = u->arena;
    ArenaMark mark = arena_mark(arena); // nothing that lives longer grows in here
    u32 *order = arena_alloc_raw(arena, u->n_verts, sizeof *order);
    for (u32 v = 0; v < u->n_verts; v++)
        leftmost[v] = NONE;
    Sweep s;
    u32 n = init_sweep(&s, u, order);
    sort_vertices(u, order, n);
    for (u32 i = 0; i < n; i++) {
        u32 v = order[i], root = u->component.data[v];
        if (leftmost[root] == NONE) {
            leftmost[root] = v;
            below[root] = find_below(&s, v);
        }
        u32 from = u->around_start.data[v], to = u->around_start.data[v + 1];
        for (u32 j = from; j < to; j++)
            if (!runs_right(&s, u->around.data[j]))
                status2_remove(&s.status, s.chain_of[u->around.data[j] >> 1]);
        for (u32 j = from; j < to; j++)
            if (runs_right(&s, u->around.data[j]))
                insert_chain(&s, u->around.data[j] >> 1, v);
    }
    arena_reset(arena, mark);
}
