// SPDX-License-Identifier: Apache-2.0
// Pass 4, facets on their own: constraints to chains, chains to cells.
//
// Chains of constraints that run from the boundary to the boundary part the polygon like chords of
// a circle, so the order of their ends along the boundary says everything: around a vertex of the
// boundary they leave in the order of their other ends, whatever their shapes. No direction is
// compared and no plane is made. The order gives loops; exactly if the chains do not cross are
// there one more loops than chains (Euler's formula). Where no two chains end at one vertex, a loop
// turns into each chain that it comes to. Cost: O(m), else that of sorting the ends.
#include "compiler/mesh/boolean_lone.h"

#include <string.h>

// ---- chains ----

// Links i and j join the same two vertices.
static bool are_links_equal(const Lone *l, u32 i, u32 j) {
    const Link *r = &l->links.data[i], *s = &l->links.data[j];
    return (r->a == s->a && r->b == s->b) || (r->a == s->b && r->b == s->a);
}

// at_inner; false: some inner point has not just two constraints. Drops constraints with inner ends
// that are stated twice.
static bool pair_links(Arena *arena, Lone *l) {
    u32 n = 2 * l->inner.len, n_rim = l->rim.len;
    avec_reserve(arena, &l->at_inner, n);
    for (u32 i = 0; i < n; i++)
        l->at_inner.data[i] = NONE;
    for (u32 i = 0; i < l->links.len; i++) {
        Link *link = &l->links.data[i];
        u32 *at = link->a >= n_rim   ? &l->at_inner.data[2 * (link->a - n_rim)]
                  : link->b >= n_rim ? &l->at_inner.data[2 * (link->b - n_rim)]
                                     : NULL;
        if (at && ((at[0] != NONE && are_links_equal(l, i, at[0])) ||
                   (at[1] != NONE && are_links_equal(l, i, at[1])))) {
            link->a = link->b = NONE;
            continue;
        }
        for (u32 j = 0; j < 2; j++) {
            u32 end = j ? link->b : link->a;
            if (end < n_rim)
                continue;
            at = &l->at_inner.data[2 * (end - n_rim)];
            if (at[0] != NONE && at[1] != NONE)
                return false;
            at[at[0] != NONE] = i;
        }
    }
    for (u32 i = 0; i < l->points.len; i++) // a place where nothing passes
        if (l->points.data[i] >= l->rim.len) {
            u32 *at = &l->at_inner.data[2 * (l->points.data[i] - l->rim.len)];
            if (at[0] == NONE)
                at[0] = at[1] = 0;
        }
    for (u32 i = 0; i < n; i++)
        if (l->at_inner.data[i] == NONE)
            return false;
    return true;
}

// From local vertex `from` along link i until the rim or `from` comes.
static void follow_chain(Arena *arena, Lone *l, u32 from, u32 i) {
    Chain chain = {from, NONE, l->steps.len, 0, 0, l->links.data[i].island};
    u32 at = from;
    for (;;) {
        Link *link = &l->links.data[i];
        avec_push(arena, &l->steps,
                  ((Step){point_of_local(l, at), link->cut, link->is_along == (link->a == at)}));
        at = link->a == at ? link->b : link->a;
        link->a = link->b = NONE; // done
        if (at < l->rim.len || at == from)
            break;
        const u32 *both = &l->at_inner.data[2 * (at - l->rim.len)];
        i = both[0] == i ? both[1] : both[0];
    }
    chain.to = at;
    chain.n = l->steps.len - chain.first;
    avec_push(arena, &l->chains, chain);
}

bool lone_find_chains(Arena *arena, Lone *l) {
    if (!pair_links(arena, l))
        return false;
    l->steps.len = l->chains.len = 0;
    avec_reserve(arena, &l->steps, l->links.len);
    for (u32 i = 0; i < l->links.len; i++) {
        const Link *link = &l->links.data[i];
        if (link->a < l->rim.len)
            follow_chain(arena, l, link->a, i);
        else if (link->b < l->rim.len)
            follow_chain(arena, l, link->b, i);
    }
    for (u32 i = 0; i < l->links.len; i++)
        if (l->links.data[i].a != NONE)
            follow_chain(arena, l, l->links.data[i].a, i);
    return true;
}

// ---- cells ----

void lone_reserve(Unit *u, const Lone *l) {
    Kernel *k = u->k;
    vec_reserve(k->heap, &k->halves, (size_t)k->halves.len + l->rim.len + 2 * l->steps.len);
    vec_reserve(k->heap, &k->cells, (size_t)k->cells.len + l->chains.len + 1);
}

// The boundary of an island has no marks.
static u32 marked_cut(const Lone *l, const Chain *chain, const Step *step, bool is_back) {
    if (chain->island != NONE)
        return step->cut;
    u32 marks = l->is_flipped ? CUT_CROSSES | CUT_FLIPPED : CUT_CROSSES;
    return step->cut | marks | (step->is_along != is_back ? CUT_ALONG : 0);
}

void lone_push_chain(Kernel *k, const Lone *l, const Chain *chain, bool is_back) {
    const Step *step = l->steps.data + chain->first;
    if (!is_back) {
        for (u32 i = 0; i < chain->n; i++)
            lone_push_half(k, step[i].v, marked_cut(l, chain, &step[i], false));
        return;
    }
    u32 v = chain->to < l->rim.len ? l->rim.data[chain->to].v : step[0].v;
    for (u32 i = chain->n; i-- > 0; v = step[i].v)
        lone_push_half(k, v, marked_cut(l, chain, &step[i], true));
}

// Chains by their ends; false: two of them end at one vertex.
static bool mark_ends(Lone *l) {
    Border *rim = l->rim.data;
    for (u32 i = 0; i < l->rim.len; i++)
        rim[i].chain = NONE;
    for (u32 c = 0; c < l->chains.len; c++) {
        const Chain *chain = &l->chains.data[c];
        if (rim[chain->from].chain != NONE || rim[chain->to].chain != NONE)
            return false;
        rim[chain->from].chain = rim[chain->to].chain = c;
    }
    return true;
}

// Around each vertex of the rim, counter-clockwise from its piece of the rim: half 2 c leaves with
// chain c, 2 c + 1 comes against it. False: two chains between the same two vertices.
static bool sort_leaving(Arena *arena, Lone *l) {
    u32 n_rim = l->rim.len, n = 2 * l->chains.len;
    avec_reserve(arena, &l->leave, n);
    avec_reserve(arena, &l->spare, n);
    avec_reserve(arena, &l->place, n);
    avec_reserve(arena, &l->leave_start, n_rim + 1);
    for (u32 h = 0; h < n; h++) {
        const Chain *chain = &l->chains.data[h >> 1];
        u32 a = h & 1 ? chain->to : chain->from, b = h & 1 ? chain->from : chain->to;
        u32 ahead = b > a ? b - a : b + n_rim - a;
        l->leave.data[h] = (Keyed){(u64)a << 32 | ahead, h};
    }
    sort_keyed(l->leave.data, l->spare.data, n);
    u32 *start = l->leave_start.data;
    for (u32 i = 0, v = 0; i <= n; i++) {
        if (i && i < n && l->leave.data[i].key == l->leave.data[i - 1].key)
            return false;
        for (u32 end = i < n ? (u32)(l->leave.data[i].key >> 32) : n_rim; v <= end; v++)
            start[v] = i;
        if (i < n)
            l->place.data[l->leave.data[i].value] = i;
    }
    return true;
}

// The half that follows one that comes in at rim vertex v and whose way back stands at `place`
// there: the next clockwise.
static u32 half_before(const Lone *l, u32 v, u32 place) {
    return place == l->leave_start.data[v] ? v : l->rim.len + l->leave.data[place - 1].value;
}

static void trace_sorted(Kernel *k, Lone *l, u32 from) {
    u32 n_rim = l->rim.len, start = k->halves.len, h = from;
    do {
        l->is_done.data[h] = true;
        if (h < n_rim) {
            lone_push_half(k, l->rim.data[h].v, l->rim.data[h].cut);
            u32 v = h + 1 < n_rim ? h + 1 : 0;
            h = half_before(l, v, l->leave_start.data[v + 1]);
        } else {
            u32 side = h - n_rim;
            const Chain *chain = &l->chains.data[side >> 1];
            lone_push_chain(k, l, chain, side & 1);
            h = half_before(l, side & 1 ? chain->from : chain->to, l->place.data[side ^ 1]);
        }
    } while (h != from);
    lone_close_loop(k, start);
    lone_push_cell(k, l, start);
}

static void trace_marked(Kernel *k, Lone *l, u32 from) {
    const Border *rim = l->rim.data;
    u32 start = k->halves.len, i = from;
    do {
        l->is_done.data[i] = true;
        lone_push_half(k, rim[i].v, rim[i].cut);
        i = i + 1 < l->rim.len ? i + 1 : 0;
        if (rim[i].chain != NONE) {
            const Chain *chain = &l->chains.data[rim[i].chain];
            if (chain->n == 1)
                lone_push_half(
                    k, rim[i].v,
                    marked_cut(l, chain, &l->steps.data[chain->first], chain->from != i));
            else
                lone_push_chain(k, l, chain, chain->from != i);
            i = chain->from != i ? chain->from : chain->to;
        }
    } while (i != from);
    lone_close_loop(k, start);
    lone_push_cell(k, l, start);
}

static bool trace_all(Unit *u, Lone *l, u32 n, void (*trace)(Kernel *k, Lone *l, u32 from)) {
    Kernel *k = u->k;
    u32 n_before = k->cells.len, start = k->halves.len;
    lone_reserve(u, l);
    avec_reserve(u->arena, &l->is_done, n);
    memset(l->is_done.data, 0, n * sizeof(bool));
    for (u32 h = 0; h < n; h++)
        if (!l->is_done.data[h])
            trace(k, l, h);
    if (k->cells.len - n_before == l->chains.len + 1)
        return true;
    k->cells.len = n_before;
    k->halves.len = start;
    return false;
}

bool lone_trace_marked(Unit *u, Lone *l) {
    return trace_all(u, l, l->rim.len, trace_marked);
}

bool lone_trace_cells(Unit *u, Lone *l) {
    if (mark_ends(l))
        return lone_trace_marked(u, l);
    return sort_leaving(u->arena, l) &&
           trace_all(u, l, l->rim.len + 2 * l->chains.len, trace_sorted);
}
