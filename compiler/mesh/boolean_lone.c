// SPDX-License-Identifier: Apache-2.0
// Pass 4, facets on their own: a convex polygon cut by constraints that do not cross.
//
// That is what nearly all touched facets are: the wall of a hole with a chord where the drilled
// face was, a triangle of a sphere with a chain of constraints through it, a face with one hole.
// Chains of constraints that run from the boundary to the boundary part the polygon like chords of
// a circle, so the order of their ends along the boundary says everything: around a vertex of the
// boundary they leave in the order of their other ends, whatever their shapes. No direction is
// compared and no plane is made. The order gives loops; exactly if the chains do not cross are
// there one more loops than chains (Euler's formula). Only constraints with an end inside the facet
// are tested against the others. Closed chains are holes, if their boxes are apart. What is not of
// this kind is left to the general arrangement. Cost:
// O(m log m) for chords, O(m^2) box tests for at most MOST_INNER constraints with inner ends.
#include "compiler/mesh/boolean_arrange.h"

#include <string.h>

enum { MOST_INNER = 48 };

// A vertex of the facet's boundary, and the piece of boundary that starts there.
typedef struct Border {
    u32 v;
    u32 edge; // of the facet
    u32 cut;  // as in Half
} Border;

// A constraint between local vertices: those of the rim first, then inner ones.
typedef struct Link {
    u32 a, b;
    u32 cut;
} Link;

// A chain of constraints from rim to rim, or a closed one: steps first .. first + n.
typedef struct Chain {
    u32 from, to; // of the rim
    u32 first, n;
} Chain;

typedef struct Step {
    u32 v;   // where it starts: a point
    u32 cut; // of the constraint that starts there
} Step;

typedef struct ChainBox {
    f64 min[2], max[2];
} ChainBox;

typedef struct Lone {
    VEC(Border) rim;
    VEC(Link) links;
    VEC(u32) inner;    // points inside
    VEC(u32) at_inner; // 2 an inner point: its constraints
    VEC(Step) steps;
    VEC(Chain) chains;
    VEC(Keyed)
    leave, spare;         // halves of chains by the rim's vertex that they leave, counter-clockwise
    VEC(u32) place;       // by half of a chain: where it stands in leave
    VEC(u32) leave_start; // by the rim's vertex
    VEC(bool) is_done;    // by half: of the rim, then of chains
    VEC(u32) points;      // the places: constraints of no length
    VEC(ChainBox) boxes, spare_boxes;
} Lone;

static void build_rim(Unit *u, Lone *l, u32 t) {
    Kernel *k = u->k;
    Arena *arena = u->arena;
    const Corner *corner = facet_corners(k, t);
    u32 n = k->facets[t].n;
    l->rim.len = 0;
    for (u32 i = 0; i < n; i++) {
        u32 a = corner[i].v, b = corner[i + 1 < n ? i + 1 : 0].v;
        const SplitRun *run = find_splits(k, a, b);
        u32 cut = run ? CUT_EDGE | (u32)(run - k->split_table.runs) : NONE, m = run ? run->n : 0;
        avec_push(arena, &l->rim, (Border){a, i, cut});
        for (u32 j = 0; j < m; j++)
            avec_push(arena, &l->rim, (Border){split_at(k, run, a < b, j), i, cut});
    }
    for (u32 i = 0; i < l->rim.len; i++)
        u->local_of[l->rim.data[i].v] = i + 1;
}

static u32 local_of_point(Unit *u, Lone *l, u32 v) {
    if (!u->local_of[v]) {
        avec_push(u->arena, &l->inner, v);
        u->local_of[v] = l->rim.len + l->inner.len;
    }
    return u->local_of[v] - 1;
}

static u32 point_of_local(const Lone *l, u32 i) {
    return i < l->rim.len ? l->rim.data[i].v : l->inner.data[i - l->rim.len];
}

// Both ends on one edge of the facet: no corner between them on one of the two ways round.
static bool is_along_edge(const Lone *l, u32 i, u32 j) {
    u32 low = MIN(i, j), high = MAX(i, j), last = l->rim.len - 1;
    const Border *rim = l->rim.data;
    return rim[high - 1].edge == rim[low].edge || (rim[last].edge == rim[high].edge && low == 0);
}

static void read_links(Unit *u, Lone *l, const InnerSeg *inner, u32 n_inner) {
    Arena *arena = u->arena;
    l->links.len = l->inner.len = l->points.len = 0;
    for (u32 i = 0; i < n_inner; i++) {
        u32 a = local_of_point(u, l, inner[i].a), b = local_of_point(u, l, inner[i].b);
        if (a == b)
            avec_push(arena, &l->points, a);
        else if (a >= l->rim.len || b >= l->rim.len || !is_along_edge(l, a, b))
            avec_push(arena, &l->links, (Link){a, b, u->k->facets[inner[i].by].plane});
    }
}

// ---- constraints with inner ends
// -------------------------------------------------------------------

static bool are_boxes_apart(const Unit *u, const u32 r[2], const u32 s[2]) {
    const Kernel *k = u->k;
    const u32 axes[2] = {u->x, u->y};
    for (u32 i = 0; i < 2; i++) {
        f64 a = point_ref(k, r[0])->at[axes[i]], b = point_ref(k, r[1])->at[axes[i]],
            c = point_ref(k, s[0])->at[axes[i]], d = point_ref(k, s[1])->at[axes[i]];
        if (f64_max(a, b) + 0x1p-20 < f64_min(c, d) || f64_max(c, d) + 0x1p-20 < f64_min(a, b))
            return true;
    }
    return false;
}

// They meet at most in a common end.
static bool are_links_apart(const Unit *u, const Lone *l, const Link *r, const Link *s) {
    const Kernel *k = u->k;
    const u32 p[2] = {point_of_local(l, r->a), point_of_local(l, r->b)},
              q[2] = {point_of_local(l, s->a), point_of_local(l, s->b)};
    for (u32 i = 0; i < 2; i++)
        for (u32 j = 0; j < 2; j++)
            if (p[i] == q[j]) {
                u32 a = p[1 - i], b = q[1 - j];
                if (plane_side(k, r->cut, b) != 0)
                    return true;
                u32 axis = widest_axis(k, p[0], p[1]);
                return point_compare(k, a, p[i], axis) * point_compare(k, b, p[i], axis) < 0;
            }
    return are_boxes_apart(u, p, q) ||
           plane_side(k, s->cut, p[0]) * plane_side(k, s->cut, p[1]) > 0 ||
           plane_side(k, r->cut, q[0]) * plane_side(k, r->cut, q[1]) > 0;
}

static bool is_place_apart(const Unit *u, const Lone *l, u32 place, const Link *r) {
    const u32 v = point_of_local(l, place), at[2] = {v, v},
              p[2] = {point_of_local(l, r->a), point_of_local(l, r->b)};
    return r->a == place || r->b == place || are_boxes_apart(u, p, at) ||
           plane_side(u->k, r->cut, v) != 0;
}

static bool are_all_apart(const Unit *u, const Lone *l) {
    const Link *links = l->links.data;
    u32 n = l->links.len, n_rim = l->rim.len;
    for (u32 i = 0; i < l->points.len; i++)
        for (u32 j = 0; j < n && l->points.data[i] >= n_rim; j++)
            if (!is_place_apart(u, l, l->points.data[i], &links[j]))
                return false;
    if (l->inner.len == 0)
        return true;
    for (u32 i = 0; i < n; i++)
        for (u32 j = i + 1; j < n; j++)
            if ((links[i].a >= n_rim || links[i].b >= n_rim || links[j].a >= n_rim ||
                 links[j].b >= n_rim) &&
                !are_links_apart(u, l, &links[i], &links[j]))
                return false;
    return true;
}

// Stated twice: where two coincident facets cut this one. Few, so by comparing all.
static void drop_double_links(Lone *l) {
    Link *links = l->links.data;
    u32 len = 0;
    for (u32 i = 0; i < l->links.len; i++) {
        u32 j = 0;
        while (j < len && !((links[j].a == links[i].a && links[j].b == links[i].b) ||
                            (links[j].a == links[i].b && links[j].b == links[i].a)))
            j++;
        if (j == len)
            links[len++] = links[i];
    }
    l->links.len = len;
}

// ---- chains
// ---------------------------------------------------------------------------------------

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
    Chain chain = {from, NONE, l->steps.len, 0};
    u32 at = from;
    for (;;) {
        Link *link = &l->links.data[i];
        avec_push(arena, &l->steps, (Step){point_of_local(l, at), link->cut});
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

static void find_chains(Arena *arena, Lone *l) {
    l->steps.len = l->chains.len = 0;
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
}

// ---- loops
// ----------------------------------------------------------------------------------------

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

static void push_half(Kernel *k, u32 origin, u32 cut) {
    Half half = {origin, k->halves.len + 1, k->cells.len, cut};
    vec_push(k->heap, &k->halves, half);
}

static void push_chain(Kernel *k, const Lone *l, const Chain *chain, bool is_back) {
    const Step *step = l->steps.data + chain->first;
    u32 end = chain->to < l->rim.len ? l->rim.data[chain->to].v : step[0].v;
    for (u32 i = 0; i < chain->n; i++) {
        u32 j = chain->n - 1 - i;
        if (!is_back)
            push_half(k, step[i].v, step[i].cut);
        else
            push_half(k, i ? step[j + 1].v : end, step[j].cut);
    }
}

static void close_loop(Kernel *k, u32 start) {
    k->halves.data[k->halves.len - 1].next = start;
}

static void push_cell(Kernel *k, u32 stack, u32 start) {
    Cell cell = {.plane = NONE, .stack_start = stack, .stack_len = 1};
    cell.half_start = start;
    cell.half_end = k->halves.len;
    vec_push(k->heap, &k->cells, cell);
}

static void trace_cell(Kernel *k, Lone *l, u32 from, u32 stack) {
    u32 n_rim = l->rim.len, start = k->halves.len, h = from;
    do {
        l->is_done.data[h] = true;
        if (h < n_rim) {
            push_half(k, l->rim.data[h].v, l->rim.data[h].cut);
            u32 v = h + 1 < n_rim ? h + 1 : 0;
            h = half_before(l, v, l->leave_start.data[v + 1]);
        } else {
            u32 side = h - n_rim;
            const Chain *chain = &l->chains.data[side >> 1];
            push_chain(k, l, chain, side & 1);
            h = half_before(l, side & 1 ? chain->from : chain->to, l->place.data[side ^ 1]);
        }
    } while (h != from);
    close_loop(k, start);
    push_cell(k, stack, start);
}

// False: chains cross.
static bool trace_cells(Unit *u, Lone *l, u32 stack) {
    Kernel *k = u->k;
    u32 n = l->rim.len + 2 * l->chains.len, n_before = k->cells.len, start = k->halves.len;
    avec_reserve(u->arena, &l->is_done, n);
    memset(l->is_done.data, 0, n * sizeof(bool));
    for (u32 h = 0; h < n; h++)
        if (!l->is_done.data[h])
            trace_cell(k, l, h, stack);
    if (k->cells.len - n_before == l->chains.len + 1)
        return true;
    k->cells.len = n_before;
    k->halves.len = start;
    return false;
}

// ---- closed chains
// --------------------------------------------------------------------------------

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
    const Plane *p = plane_ref(k, u->plane), *q = plane_ref(k, cut);
    u32 axis = plane_line_axis(p, q);
    // Along n_P x n_cut the left, from P's front, is the back of cut.
    int way = plane_cross_sign(p, q, axis) * point_compare(k, b, a, axis);
    return -plane_side(k, cut, step[after].v) * way;
}

// By chain: leftmost first.
static void sort_chain_boxes(ChainBox *list, ChainBox *spare, u32 n) {
    if (n < 2)
        return;
    u32 mid = n / 2;
    sort_chain_boxes(list, spare, mid);
    sort_chain_boxes(list + mid, spare, n - mid);
    memcpy(spare, list, mid * sizeof *list);
    for (u32 i = 0, p = 0, q = mid; p < mid; i++)
        list[i] = q >= n || spare[p].min[0] <= list[q].min[0] ? spare[p++] : list[q++];
}

// Chains whose boxes (grown beyond the error of doubles) are apart do not contain each other.
// Cost: at most 64 tests a chain, or the answer is no.
static bool are_chains_apart(const Unit *u, Lone *l) {
    Arena *arena = u->arena;
    u32 n = l->chains.len, budget = 64;
    avec_reserve(arena, &l->boxes, n);
    avec_reserve(arena, &l->spare_boxes, n);
    const u32 axes[2] = {u->x, u->y};
    for (u32 c = 0; c < n; c++) {
        const Chain *chain = &l->chains.data[c];
        ChainBox *box = &l->boxes.data[c];
        *box = (ChainBox){{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
        for (u32 i = 0; i < 2 * chain->n; i++) {
            f64 at = point_ref(u->k, l->steps.data[chain->first + i / 2].v)->at[axes[i & 1]];
            box->min[i & 1] = f64_min(box->min[i & 1], at - 0x1p-20);
            box->max[i & 1] = f64_max(box->max[i & 1], at + 0x1p-20);
        }
    }
    sort_chain_boxes(l->boxes.data, l->spare_boxes.data, n);
    for (u32 i = 0; i < n; i++, budget += 64)
        for (u32 j = i + 1; j < n && l->boxes.data[j].min[0] <= l->boxes.data[i].max[0]; j++)
            if (budget-- == 0 || (l->boxes.data[i].min[1] <= l->boxes.data[j].max[1] &&
                                  l->boxes.data[j].min[1] <= l->boxes.data[i].max[1]))
                return false;
    return true;
}

// The facet with its holes, then what lies in each.
static bool add_holes(Unit *u, Lone *l, u32 t, u32 stack) {
    Kernel *k = u->k;
    u32 n = l->chains.len, start = k->halves.len;
    avec_reserve(u->arena, &l->is_done, n); // here: the chain runs clockwise as seen from outside
    if (!are_chains_apart(u, l))
        return false;
    for (u32 c = 0; c < n; c++) {
        const Chain *chain = &l->chains.data[c];
        int turn = chain->n < 3 ? 0 : chain_turn(u, l->steps.data + chain->first, chain->n);
        if (turn == 0)
            return false;
        l->is_done.data[c] = (turn < 0) != k->facets[t].is_flipped;
    }
    for (u32 i = 0; i < l->rim.len; i++)
        push_half(k, l->rim.data[i].v, l->rim.data[i].cut);
    close_loop(k, start);
    for (u32 c = 0; c < n; c++) {
        u32 hole = k->halves.len;
        push_chain(k, l, &l->chains.data[c], !l->is_done.data[c]);
        close_loop(k, hole);
    }
    push_cell(k, stack, start);
    for (u32 c = 0; c < n; c++) {
        start = k->halves.len;
        push_chain(k, l, &l->chains.data[c], l->is_done.data[c]);
        close_loop(k, start);
        push_cell(k, stack, start);
    }
    return true;
}

// ---- many constraints
// ------------------------------------------------------------------------------

static const Step *step_after(const Lone *l, const Chain *chain, u32 i) {
    return &l->steps.data[chain->first + (i + 1 < chain->n ? i + 1 : 0)];
}

// Of a closed chain: it turns one way everywhere and goes round once, so it does not meet itself.
static bool is_chain_convex(const Unit *u, const Lone *l, const Chain *chain) {
    const Kernel *k = u->k;
    u32 n_back = 0;
    int turn = 0, way = 0, first_way = 0;
    for (u32 i = 0; i < chain->n; i++) {
        const Step *a = &l->steps.data[chain->first + i], *b = step_after(l, chain, i),
                   *c = step_after(l, chain, (i + 1) % chain->n);
        const Plane *p = plane_ref(k, u->plane), *q = plane_ref(k, a->cut);
        u32 axis = plane_line_axis(p, q);
        int side = plane_side(k, a->cut, c->v) * plane_cross_sign(p, q, axis) *
                   point_compare(k, b->v, a->v, axis);
        if (side == 0 || (turn && side != turn))
            return false;
        turn = side;
        int x = point_compare(k, b->v, a->v, u->x);
        n_back += x && way && x != way;
        way = x ? x : way;
        first_way = first_way ? first_way : x;
    }
    return n_back + (way != first_way) == 2;
}

// Nothing but convex holes: the plate with many bores.
static bool are_holes_convex(const Unit *u, const Lone *l) {
    for (u32 i = 0; i < l->points.len; i++)
        if (l->points.data[i] >= l->rim.len)
            return false;
    for (u32 c = 0; c < l->chains.len; c++) {
        const Chain *chain = &l->chains.data[c];
        if (chain->from != chain->to || chain->from < l->rim.len || chain->n < 3 ||
            !is_chain_convex(u, l, chain))
            return false;
    }
    return true;
}

// As are_all_apart, by the sweep of the general arrangement.
static bool are_many_apart(Unit *u, const Lone *l) {
    Arena *arena = u->arena;
    u->segs.len = u->splits.len = 0;
    for (u32 c = 0; c < l->chains.len; c++) {
        const Chain *chain = &l->chains.data[c];
        for (u32 i = 0; i < chain->n; i++) {
            const Step *step = &l->steps.data[chain->first + i];
            u32 a = step->v, b = i + 1 == chain->n ? point_of_local(l, chain->to) : step[1].v;
            Seg seg = {a, b, step->cut, NONE, true, (u8)widest_axis(u->k, a, b)};
            avec_push(arena, &u->segs, seg);
        }
    }
    for (u32 i = 0; i < l->points.len; i++) {
        u32 v = point_of_local(l, l->points.data[i]);
        avec_push(arena, &u->segs, (Seg){v, v, NONE, NONE, true, 0});
    }
    unit_find_crossings(u);
    return u->splits.len == 0;
}

static bool cut_facet(Unit *u, Lone *l, u32 t, u32 stack) {
    Arena *arena = u->arena;
    bool has_many = l->links.len > MOST_INNER;
    if (!has_many)
        drop_double_links(l);
    if ((!has_many && !are_all_apart(u, l)) || !pair_links(arena, l))
        return false;
    find_chains(arena, l);
    if (has_many && l->inner.len && !(are_holes_convex(u, l) && are_chains_apart(u, l)) &&
        !are_many_apart(u, l))
        return false;
    u32 n_closed = 0;
    for (u32 c = 0; c < l->chains.len; c++)
        n_closed += l->chains.data[c].from == l->chains.data[c].to;
    if (n_closed) {
        bool are_inside = true;
        for (u32 c = 0; c < l->chains.len; c++)
            are_inside = are_inside && l->chains.data[c].from >= l->rim.len;
        return are_inside && add_holes(u, l, t, stack);
    }
    return sort_leaving(arena, l) && trace_cells(u, l, stack);
}

bool arrange_lone(Unit *u, u32 t, const InnerSeg *inner, u32 n_inner) {
    Kernel *k = u->k;
    if (!u->lone)
        u->lone = ARENA_NEW(u->arena, Lone, 1);
    Lone *l = u->lone;
    build_rim(u, l, t);
    read_links(u, l, inner, n_inner);
    for (u32 i = 0; i < l->rim.len; i++)
        u->local_of[l->rim.data[i].v] = 0;
    for (u32 i = 0; i < l->inner.len; i++)
        u->local_of[l->inner.data[i]] = 0;
    u32 stack = k->stacks.len;
    vec_push(k->heap, &k->stacks, t << 1);
    bool is_done = cut_facet(u, l, t, stack);
    if (!is_done)
        k->stacks.len = stack;
    return is_done;
}
