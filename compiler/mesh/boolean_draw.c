// SPDX-License-Identifier: Apache-2.0
// Pass 3, drawing: what two facets that meet leave in each other.
//
// A constraint inside each facet (InnerSeg), and vertices on edges (EdgeSplit) which both facets of
// an edge share, so that no T-junction can arise. Coplanar facets split each other's edges, and
// those whose insides overlap become one unit. Cost: O(n m) for coplanar facets of n and m corners.
#include "compiler/mesh/boolean_narrow.h"

// True: it is known. Else *out is to be told its number.
static bool find_known(Hand *hand, const Corner *a, const Corner *b, u32 by, Known **out) {
    u32 p = MIN(a->v, b->v), q = MAX(a->v, b->v);
    u64 hash = (((u64)p << 32 | q) ^ (u64)by << 17) * 0x9e3779b97f4a7c15ull;
    Known *at = *out = &hand->known[hash >> 40 & (N_KNOWN - 1)];
    if (at->p == p && at->q == q && at->by == by)
        return true;
    *at = (Known){p, q, by, 0};
    return false;
}

static void split_edge(Hand *hand, const Corner *a, const Corner *b, u32 v) {
    if (v != a->v && v != b->v)
        vec_push(hand->k->heap, &hand->drawing->splits,
                 (EdgeSplit){MIN(a->v, b->v), MAX(a->v, b->v), v});
}

// The vertex where a plane meets an edge, which is split there.
static u32 cut_edge(Hand *hand, const Corner *a, const Corner *b, const Plane *plane, u32 number) {
    Known *known;
    if (!find_known(hand, a, b, number, &known)) {
        known->number = hand->k->points.len + hand->points->len;
        vec_push(hand->k->heap, hand->points, point_make_lpi(a, b, plane, number));
        split_edge(hand, a, b, known->number);
    }
    return known->number;
}

static u32 make_upright(Hand *hand, const Corner *a, const Corner *b, u32 axis) {
    Known *known;
    if (!find_known(hand, a, b, NONE - 1 - axis, &known)) {
        known->number = hand->k->planes.len + hand->planes->len;
        vec_push(hand->k->heap, hand->planes, plane_make_upright(a, b, axis));
    }
    return known->number;
}

// ---- what meets in crossing planes ----

// Where the common interval ends: a corner's vertex, or NONE.
static u32 end_corner(const Kernel *k, const Meeting *m, const LineEnd end[2]) {
    for (u32 i = 0; i < 2; i++)
        if (end[i].is_common && end[i].corner != NO_CORNER)
            return facet_corners(k, m->facet[i])[end[i].corner].v;
    return NONE;
}

// Splits the edges that are there. v: the end, if it is known; returns it.
static u32 draw_end(Hand *hand, const Meeting *m, const LineEnd end[2], u32 v) {
    enum { NEITHER = 2 };
    const Kernel *k = hand->k;
    u32 cut =
        v == NONE ? !end[0].is_common : (u32)NEITHER; // whose edge is cut by the other's plane
    if (cut != NEITHER) {
        const Corner *at = facet_corners(k, m->facet[cut]);
        u32 plane = k->facets[m->facet[1 - cut]].plane;
        v = cut_edge(hand, &at[end[cut].from], &at[end[cut].to], plane_ref(k, plane), plane);
    }
    for (u32 i = 0; i < 2; i++) {
        const Corner *at = facet_corners(k, m->facet[i]);
        u32 n = k->facets[m->facet[i]].n, lying = m->lying[i];
        if (i == cut)
            continue;
        if (end[i].is_common && end[i].corner == NO_CORNER)
            split_edge(hand, &at[end[i].from], &at[end[i].to], v);
        else if (!end[i].is_common && lying != NO_CORNER)
            split_edge(hand, &at[lying], &at[lying + 1 < n ? lying + 1 : 0], v);
    }
    return v;
}

// Several ranges may touch one facet at once: it is written once, lest it move between caches.
static void touch(Kernel *k, u32 t) {
    bool *is_touched = &k->facets[t].is_touched;
    if (!__atomic_load_n(is_touched, __ATOMIC_RELAXED))
        __atomic_store_n(is_touched, true, __ATOMIC_RELAXED);
}

static const f64 *place_of(const Hand *hand, u32 v) {
    u32 n_before = hand->k->points.len;
    return v < n_before ? hand->k->points.data[v].at : hand->points->data[v - n_before].at;
}

static void cross_pair(Hand *hand, const Meeting *m) {
    Kernel *k = hand->k;
    u32 t = m->facet[0], u = m->facet[1];
    u32 a = end_corner(k, m, m->first), b = end_corner(k, m, m->last);
    if (m->is_place)
        a = b = a != NONE ? a : b;
    a = draw_end(hand, m, m->first, a);
    b = draw_end(hand, m, m->last, m->is_place ? a : b);
    if (m->is_place && k->facets[t].leaf == k->facets[u].leaf && has_corner(k, t, a) &&
        has_corner(k, u, a))
        return; // neighbours that share a corner
    touch(k, t);
    touch(k, u);
    if (k->hulls && hulls_hold_line(k, place_of(hand, a), place_of(hand, b), &hand->hull))
        return;
    for (u32 i = 0; i < 2; i++)
        if (m->lying[i] == NO_CORNER &&
            (!m->is_place || !(m->first[i].is_common || m->last[i].is_common)))
            vec_push(k->heap, &hand->drawing->inner,
                     (InnerSeg){m->facet[i], a, b, m->facet[1 - i]});
}

// ---- coplanar facets ----

typedef struct Flat {
    i64 x, y;
} Flat;

static int turn(Flat a, Flat b, Flat c) {
    return sign_i64((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
}

static bool is_before(Flat a, Flat b) {
    return a.x < b.x || (a.x == b.x && a.y < b.y);
}

static bool is_between(Flat a, Flat v, Flat b) { // all three on one line
    return is_before(a, b) ? is_before(a, v) && is_before(v, b)
                           : is_before(b, v) && is_before(v, a);
}

// 2: an edge of a has all of b strictly outside; 1: outside or on it; 0: no edge parts them.
static int parts(const Flat *a, u32 n, const Flat *b, u32 m) {
    int inside = turn(a[0], a[1], a[2]), best = 0;
    for (u32 i = 0; i < n && best < 2; i++) {
        int most = -1;
        for (u32 j = 0; j < m && most < 1; j++)
            most = MAX(most, turn(a[i], a[i + 1 < n ? i + 1 : 0], b[j]) * inside);
        best = MAX(best, most < 0 ? 2 : most == 0 ? 1 : 0);
    }
    return best;
}

static void cross_flat_edges(Hand *hand, const Flat at[4], const Corner *const c[4], u32 axis) {
    if (MAX(at[0].x, at[1].x) < MIN(at[2].x, at[3].x) ||
        MAX(at[2].x, at[3].x) < MIN(at[0].x, at[1].x) ||
        MAX(at[0].y, at[1].y) < MIN(at[2].y, at[3].y) ||
        MAX(at[2].y, at[3].y) < MIN(at[0].y, at[1].y))
        return;
    int s[4] = {turn(at[2], at[3], at[0]), turn(at[2], at[3], at[1]), turn(at[0], at[1], at[2]),
                turn(at[0], at[1], at[3])};
    if (s[0] * s[1] < 0 && s[2] * s[3] < 0) {
        u32 plane = make_upright(hand, c[2], c[3], axis);
        u32 x = cut_edge(hand, c[0], c[1], &hand->planes->data[plane - hand->k->planes.len], plane);
        split_edge(hand, c[2], c[3], x);
        return;
    }
    for (u32 i = 0; i < 4; i++) {
        u32 e = i < 2 ? 2 : 0; // the other edge
        if (s[i] == 0 && is_between(at[e], at[i], at[e + 1]))
            split_edge(hand, c[e], c[e + 1], c[i]->v);
    }
}

static void flatten(const Kernel *k, u32 facet, u32 axis, Flat *out) {
    const Corner *at = facet_corners(k, facet);
    for (u32 i = 0; i < k->facets[facet].n; i++)
        out[i] = (Flat){at[i].at[(axis + 1) % 3], at[i].at[(axis + 2) % 3]};
}

static void flat_pair(Hand *hand, u32 t, u32 u) {
    Kernel *k = hand->k;
    u32 axis = plane_ref(k, k->facets[t].plane)->axis;
    u32 n = k->facets[t].n, m = k->facets[u].n;
    Flat a[FACET_MOST_CORNERS], b[FACET_MOST_CORNERS];
    flatten(k, t, axis, a);
    flatten(k, u, axis, b);
    int apart = MAX(parts(a, n, b, m), parts(b, m, a, n));
    if (apart == 2)
        return;
    u32 n_before = hand->drawing->splits.len;
    if (apart == 0)
        set_join_shared(k->unit_parent, t, u);
    const Corner *ct = facet_corners(k, t), *cu = facet_corners(k, u);
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j < m; j++) {
            u32 i2 = i + 1 < n ? i + 1 : 0, j2 = j + 1 < m ? j + 1 : 0;
            const Corner *const c[4] = {&ct[i], &ct[i2], &cu[j], &cu[j2]};
            const Flat at[4] = {a[i], a[i2], b[j], b[j2]};
            cross_flat_edges(hand, at, c, axis);
        }
    if (apart == 0 || k->facets[t].leaf != k->facets[u].leaf ||
        hand->drawing->splits.len > n_before) {
        touch(k, t);
        touch(k, u);
    }
}

void draw_meeting(Hand *hand, const Meeting *m) {
    if (m->is_flat)
        flat_pair(hand, m->facet[0], m->facet[1]);
    else
        cross_pair(hand, m);
}
