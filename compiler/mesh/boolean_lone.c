// SPDX-License-Identifier: Apache-2.0
// Pass 4, facets on their own: a convex polygon cut by constraints that do not cross.
//
// That is what nearly all touched facets are: the wall of a hole with chords where the drilled
// faces were, a triangle of a sphere with a chain of constraints through it, a face with holes.
// Mostly the constraints are few and run from boundary to boundary, and no two end at one place:
// each is a chain then, and nothing needs to be sorted or tested. Only constraints with an end
// inside the facet are tested against the others. What is not of this kind is left to the general
// arrangement. Cost: O(m log m) for chords, O(m^2) box tests for at most MOST_INNER constraints
// with inner ends.
#include "compiler/mesh/boolean_lone.h"

enum { MOST_INNER = 48, FEW = 24 };

// ---- the rim, and constraints by their ends there ----

static void build_rim(Unit *u, Lone *l) {
    Kernel *k = u->k;
    const Corner *corner = facet_corners(k, l->facet);
    u32 n = k->facets[l->facet].n;
    l->rim.len = 0;
    for (u32 i = 0; i < n; i++) {
        u32 a = corner[i].v, b = corner[i + 1 < n ? i + 1 : 0].v;
        const SplitRun *run = find_splits(k, a, b);
        u32 cut = run ? CUT_EDGE | (u32)(run - k->split_table.runs) : NONE, m = run ? run->n : 0;
        avec_reserve(u->arena, &l->rim, l->rim.len + m + 1);
        Border *border = l->rim.data + l->rim.len;
        l->rim.len += m + 1;
        *border++ = (Border){a, i, cut, NONE};
        for (u32 j = 0; j < m; j++)
            *border++ = (Border){split_at(k, run, a < b, j), i, cut, NONE};
    }
}

// The constraint runs along n_P x n_cut, for the planes' own normals.
static bool is_along_line(const Kernel *k, const InnerSeg *seg) {
    return (seg->facet < seg->by) ^ k->facets[seg->facet].is_flipped ^
           k->facets[seg->by].is_flipped;
}

// Both ends on one edge of the facet: no corner between them on one of the two ways round.
static bool is_along_edge(const Lone *l, u32 i, u32 j) {
    u32 low = MIN(i, j), high = MAX(i, j), last = l->rim.len - 1;
    const Border *rim = l->rim.data;
    return rim[high - 1].edge == rim[low].edge || (rim[last].edge == rim[high].edge && low == 0);
}

static u32 find_on_rim(const Lone *l, u32 v) {
    u32 i = 0;
    while (i < l->rim.len && l->rim.data[i].v != v)
        i++;
    return i;
}

// Few constraints that are all chords, no two of them with a common end: chains of one step.
static bool read_chords(Unit *u, Lone *l, const InnerSeg *inner, u32 n_inner) {
    Border *rim = l->rim.data;
    l->steps.len = l->chains.len = l->inner.len = 0;
    if (n_inner > FEW || l->rim.len > FEW)
        return false;
    for (u32 i = 0; i < n_inner; i++) {
        u32 a = find_on_rim(l, inner[i].a), b = find_on_rim(l, inner[i].b);
        if (a == l->rim.len || b == l->rim.len)
            return false;
        if (a == b || is_along_edge(l, a, b))
            continue;
        if (rim[a].chain != NONE || rim[b].chain != NONE) {
            if (rim[a].chain != rim[b].chain) // else it is stated twice
                return false;
            continue;
        }
        rim[a].chain = rim[b].chain = l->chains.len;
        avec_push(u->arena, &l->chains, (Chain){a, b, l->steps.len, 1, 0, NONE});
        avec_push(
            u->arena, &l->steps,
            ((Step){inner[i].a, u->k->facets[inner[i].by].plane, is_along_line(u->k, &inner[i])}));
    }
    return true;
}

static u32 local_of_point(Unit *u, Lone *l, u32 v, bool has_table) {
    u32 n_rim = l->rim.len, i = 0;
    if (has_table && u->local_of[v])
        return u->local_of[v] - 1;
    if (!has_table) {
        i = find_on_rim(l, v);
        if (i < n_rim)
            return i;
        for (i = 0; i < l->inner.len; i++)
            if (l->inner.data[i] == v)
                return n_rim + i;
    }
    avec_push(u->arena, &l->inner, v);
    if (has_table)
        u->local_of[v] = n_rim + l->inner.len;
    return n_rim + l->inner.len - 1;
}

// Before constraints, which repeat it where walls stand on it.
static void add_island(Unit *u, Lone *l, u32 t) {
    const Kernel *k = u->k;
    const Corner *corner = facet_corners(k, t);
    u32 n = k->facets[t].n, first = local_of_point(u, l, corner->v, true), from = first;
    for (u32 i = 0; i < n; i++) {
        u32 a = corner[i].v, b = corner[i + 1 < n ? i + 1 : 0].v;
        const SplitRun *run = find_splits(k, a, b);
        u32 cut = run ? CUT_EDGE | (u32)(run - k->split_table.runs) : NONE, m = run ? run->n : 0;
        for (u32 j = 0; j <= m; j++) {
            u32 v = j < m ? split_at(k, run, a < b, j) : b;
            u32 to = i + 1 == n && j == m ? first : local_of_point(u, l, v, true);
            avec_push(u->arena, &l->links, ((Link){from, to, cut, t, false}));
            from = to;
        }
    }
}

static void read_links(Unit *u, Lone *l, const InnerSeg *inner, u32 n_inner) {
    Arena *arena = u->arena;
    bool has_table = l->rim.len > FEW || n_inner > FEW || // few are looked for one by one
                     has_islands(l);
    l->links.len = l->inner.len = l->points.len = 0;
    if (has_table) { // mostly loops: as many places as constraints
        avec_reserve(arena, &l->links, n_inner);
        avec_reserve(arena, &l->inner, n_inner);
    }
    for (u32 i = 0; i < l->rim.len && has_table; i++)
        u->local_of[l->rim.data[i].v] = i + 1;
    for (u32 i = 0; i < u->n_facets; i++)
        if (u->facets[i] != l->facet)
            add_island(u, l, u->facets[i]);
    for (u32 i = 0; i < n_inner; i++) {
        u32 a = local_of_point(u, l, inner[i].a, has_table),
            b = local_of_point(u, l, inner[i].b, has_table);
        if (a == b)
            avec_push(arena, &l->points, a);
        else if (a >= l->rim.len || b >= l->rim.len || !is_along_edge(l, a, b))
            avec_push(arena, &l->links,
                      ((Link){a, b, u->k->facets[inner[i].by].plane, NONE,
                              is_along_line(u->k, &inner[i])}));
    }
    for (u32 i = 0; i < l->rim.len && has_table; i++)
        u->local_of[l->rim.data[i].v] = 0;
    for (u32 i = 0; i < l->inner.len && has_table; i++)
        u->local_of[l->inner.data[i]] = 0;
}

// ---- constraints with inner ends ----

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
            if (links[j].island == NONE && !is_place_apart(u, l, l->points.data[i], &links[j]))
                return false;
    if (l->inner.len == 0)
        return true;
    for (u32 i = 0; i < n; i++)
        for (u32 j = i + 1; j < n; j++)
            if (links[i].island == NONE && links[j].island == NONE &&
                (links[i].a >= n_rim || links[i].b >= n_rim || links[j].a >= n_rim ||
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

// ---- many constraints ----

// As are_all_apart, of chains, by the sweep of the general arrangement.
static bool are_many_apart(Unit *u, const Lone *l) {
    Arena *arena = u->arena;
    u->segs.len = u->splits.len = 0;
    for (u32 c = 0; c < l->chains.len; c++) {
        const Chain *chain = &l->chains.data[c];
        for (u32 i = 0; i < chain->n && chain->island == NONE; i++) {
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

// ---- the facet ----

static bool has_inner_place(const Lone *l) {
    for (u32 i = 0; i < l->points.len; i++)
        if (l->points.data[i] >= l->rim.len)
            return true;
    return false;
}

static bool cut_facet(Unit *u, Lone *l) {
    bool has_many = l->links.len > MOST_INNER;
    if (!has_many)
        drop_double_links(l);
    if ((!has_many && !are_all_apart(u, l)) || !lone_find_chains(u->arena, l))
        return false;
    u32 n_closed = 0, n_holes = 0, n_islands = 0;
    for (u32 c = 0; c < l->chains.len; c++) {
        n_closed += l->chains.data[c].from == l->chains.data[c].to;
        n_holes += l->chains.data[c].from >= l->rim.len;
        n_islands += l->chains.data[c].island != NONE;
    }
    if (n_islands + 1 < u->n_facets) // one lies on another: its boundary was stated twice
        return false;
    bool may_meet = has_many && l->inner.len;
    if (n_closed && (n_holes < l->chains.len || !lone_are_holes_apart(u, l)))
        return false;
    if (may_meet && n_closed && !has_inner_place(l) && lone_are_holes_convex(u, l))
        may_meet = false;
    if (may_meet && !are_many_apart(u, l))
        return false;
    return n_closed ? lone_add_holes(u, l) : lone_trace_cells(u, l);
}

bool arrange_lone(Unit *u, u32 t, const InnerSeg *inner, u32 n_inner) {
    Kernel *k = u->k;
    if (!u->lone)
        u->lone = ARENA_NEW(u->arena, Lone, 1);
    Lone *l = u->lone;
    l->facet = t;
    l->is_flipped = k->facets[t].is_flipped;
    l->stack = k->stacks.len;
    l->plane = u->n_facets > 1 ? u->plane : NONE;
    vec_push(k->heap, &k->stacks, t << 1);
    build_rim(u, l);
    bool is_done = !has_islands(l) && read_chords(u, l, inner, n_inner) && lone_trace_marked(u, l);
    if (!is_done) {
        read_links(u, l, inner, n_inner);
        is_done = cut_facet(u, l);
    }
    if (!is_done)
        k->stacks.len = l->stack;
    return is_done;
}
