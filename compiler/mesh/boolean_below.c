// SPDX-License-Identifier: Apache-2.0
// Pass 4, holes: for each component of a unit's graph, what lies directly below its leftmost
// vertex.
//
// One sweep over the vertices from left to right (upwards among equals) keeps the edges that cross
// the sweep line in a tree ordered from bottom to top; a component's leftmost vertex is looked up
// before its own edges go in. All comparisons are signs of a vertex against an edge's cutting
// plane. Cost: O(m log m).
#include "compiler/mesh/boolean_arrange.h"
#include "compiler/mesh/polygon_internal.h"

#include <string.h>

int unit_compare_places(const Unit *u, u32 a, u32 b) {
    const u32 *point_of = u->point_of.data;
    int order = point_compare(u->k, point_of[a], point_of[b], u->x);
    return order ? order : point_compare(u->k, point_of[a], point_of[b], u->y);
}

static void sort_vertices(const Unit *u, u32 *list, u32 *spare, u32 n) {
    if (n < 2)
        return;
    u32 mid = n / 2;
    sort_vertices(u, list, spare, mid);
    sort_vertices(u, list + mid, spare, n - mid);
    memcpy(spare, list, mid * sizeof *list);
    for (u32 i = 0, p = 0, q = mid; p < mid; i++)
        list[i] = q >= n || unit_compare_places(u, spare[p], list[q]) < 0 ? spare[p++] : list[q++];
}

typedef struct Sweep {
    const Unit *u;
    Status2 status; // by edge
    u32 *rightward; // by edge: its half that runs left to right
    u32 *rank;      // by vertex: its place in the sweep
} Sweep;

// The edge of the status directly below vertex v, which lies on none of them.
static u32 find_below(const Sweep *s, u32 v) {
    u32 best = NONE, at = s->status.root;
    while (at != NONE) {
        bool is_above = half_left(s->u, s->rightward[at], v) > 0;
        if (is_above)
            best = at;
        at = s->status.child[is_above ? STATUS2_ABOVE : STATUS2_BELOW][at];
    }
    return best;
}

// Adds an edge that starts at v.
static void insert_edge(Sweep *s, u32 e, u32 v) {
    const Unit *u = s->u;
    u32 at = s->status.root, under = NONE, head = u->head.data[s->rightward[e]];
    int side = STATUS2_BELOW;
    while (at != NONE) {
        u32 h = s->rightward[at];
        under = at;
        side =
            half_left(u, h, half_origin(u, h) == v ? head : v) > 0 ? STATUS2_ABOVE : STATUS2_BELOW;
        at = s->status.child[side][at];
    }
    status2_insert(&s->status, e, under, side);
}

static void init_sweep(Sweep *s, const Unit *u, Arena *arena, const u32 *order) {
    *s = (Sweep){.u = u, .status = {.root = NONE}};
    for (int i = 0; i < 2; i++)
        s->status.child[i] = ARENA_NEW(arena, u32, u->n_edges);
    s->status.parent = ARENA_NEW(arena, u32, u->n_edges);
    s->rightward = ARENA_NEW(arena, u32, u->n_edges);
    s->rank = ARENA_NEW(arena, u32, u->n_verts);
    for (u32 i = 0; i < u->n_verts; i++)
        s->rank[order[i]] = i;
    for (u32 e = 0; e < u->n_edges; e++)
        s->rightward[e] = 2 * e + (s->rank[u->head.data[2 * e]] < s->rank[u->head.data[2 * e + 1]]);
}

void unit_find_below(Unit *u, u32 *leftmost, u32 *below) {
    Arena *arena = u->arena;
    ArenaMark mark = arena_mark(arena); // nothing that lives longer grows in here
    u32 *order = ARENA_NEW(arena, u32, u->n_verts), *spare = ARENA_NEW(arena, u32, u->n_verts);
    for (u32 v = 0; v < u->n_verts; v++) {
        order[v] = v;
        leftmost[v] = NONE;
    }
    sort_vertices(u, order, spare, u->n_verts);
    Sweep s;
    init_sweep(&s, u, arena, order);
    for (u32 i = 0; i < u->n_verts; i++) {
        u32 v = order[i], root = u->component.data[v];
        if (leftmost[root] == NONE) {
            u32 e = find_below(&s, v);
            leftmost[root] = v;
            below[root] = e == NONE ? NONE : s.rightward[e];
        }
        u32 from = u->around_start.data[v], to = u->around_start.data[v + 1];
        for (u32 j = from; j < to; j++)
            if (s.rank[u->head.data[u->around.data[j]]] < i)
                status2_remove(&s.status, u->around.data[j] >> 1);
        for (u32 j = from; j < to; j++)
            if (s.rank[u->head.data[u->around.data[j]]] > i)
                insert_edge(&s, u->around.data[j] >> 1, v);
    }
    arena_reset(arena, mark);
}
