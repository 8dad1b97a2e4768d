// SPDX-License-Identifier: Apache-2.0
// Pass 3, tests: whether and where two facets meet, on corners alone.
//
// For planes that cross, both facets cut the common line in an interval; the ends are where
// edges meet the other's plane. Their order along the line is the sign of a determinant of the
// edges' input corners (Guigue and Devillers, "Fast and robust triangle-triangle overlap test using
// orientation predicates", 2003), so no point is computed before it is known to exist. Cost:
// O(n + m) for facets with n and m corners.
#include "compiler/mesh/boolean_narrow.h"

// A facet's corners against a plane: bit i is corner i's. Bits of neither: behind it.
typedef struct Sides {
    u64 front, on, all;
} Sides;

static int corner_side_exact(const Facet *t, const Corner *a, const Corner *c) {
    i128 height = 0;
    for (u32 i = 0; i < 3; i++)
        height += (i128)t->normal[i] * (c->at[i] - a->at[i]);
    return sign_i128(height);
}

// low = high: doubles are exact, or equal just if they should be: one product of n.c is not 0. Else
// what is lost is rounding of three products of at most |n_i| 2^25 and of two sums, of n.c and of
// n.a alike, and of low or high: 2^-25 (|n_0| + |n_1| + |n_2|) in all.
void probe_init(const Kernel *k, u32 facet, Probe *probe) {
    const Corner *a = facet_corners(k, facet);
    f64 size = 0, height = 0;
    for (u32 i = 0; i < 3; i++) {
        f64 n = probe->n[i] = (f64)k->facets[facet].normal[i];
        size += fabs(n);
        height += n * a->at[i];
    }
    f64 most = MAX(fabs(probe->n[0]), MAX(fabs(probe->n[1]), fabs(probe->n[2])));
    f64 tolerance = size == most || size < 0x1p26 ? 0 : size * 0x1p-24;
    probe->low = height - tolerance;
    probe->high = height + tolerance;
}

// Of u's corners and t's plane; false when all lie strictly on one side.
static bool corner_sides(const Kernel *k, u32 t, const Probe *probe, u32 u, Sides *out) {
    const Corner *c = facet_corners(k, u);
    u32 n = k->facets[u].n;
    u64 front = 0, back = 0, all = UINT64_MAX >> (64 - n);
    for (u32 i = 0; i < n; i++) {
        f64 height = probe->n[0] * c[i].at[0] + probe->n[1] * c[i].at[1] + probe->n[2] * c[i].at[2];
        front |= (u64)(height > probe->high) << i;
        back |= (u64)(height < probe->low) << i;
    }
    u64 on = all & ~(front | back);
    if (probe->low < probe->high)
        for (u64 unsure = on; unsure; unsure &= unsure - 1) {
            u32 i = (u32)__builtin_ctzll(unsure);
            int side = corner_side_exact(&k->facets[t], facet_corners(k, t), &c[i]);
            on ^= (u64)(side != 0) << i;
            front |= (u64)(side > 0) << i;
        }
    *out = (Sides){front, on, all};
    return front != all && (front | on) != 0;
}

static void line_end(const Sides *s, u32 from, u32 to, LineEnd *out) {
    u32 corner = s->on >> from & 1 ? from : s->on >> to & 1 ? to : (u32)NO_CORNER;
    out->from = (u8)from;
    out->to = (u8)to;
    out->corner = (u8)corner;
}

// The ends in the order of (own normal) x (other's normal). A corner in the plane counts as behind
// it if no corner is, as before it otherwise: then one edge runs from the back to the front, and
// one to the back again.
static void line_ends(const Sides *s, u32 n, LineEnd *first, LineEnd *last) {
    u64 front = (s->front | s->on) == s->all ? s->front : s->front | s->on;
    u64 before =
        (front << 1 | front >> (n - 1)) & s->all; // by corner: the one before it is in front
    u32 rise = (u32)__builtin_ctzll(front & ~before), fall = (u32)__builtin_ctzll(before & ~front);
    line_end(s, (rise ? rise : n) - 1, rise, first);
    line_end(s, fall, (fall ? fall : n) - 1, last);
}

// Positive: f's end, of u's facet, comes after e's in the direction of t's normal x u's normal.
// Coordinates differ by at most 2^26: products of two differences are at most 2^52, and the minors
// are exact in doubles.
static int compare_ends(const Corner *t, const LineEnd *e, const Corner *u, const LineEnd *f) {
    const i32 *p = t[e->from].at, *q = t[e->to].at, *r = u[f->from].at, *s = u[f->to].at;
    const f64 a[3] = {q[0] - p[0], q[1] - p[1], q[2] - p[2]},
              b[3] = {r[0] - p[0], r[1] - p[1], r[2] - p[2]},
              c[3] = {s[0] - r[0], s[1] - r[1], s[2] - r[2]};
    const f64 minor[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                          a[0] * b[1] - a[1] * b[0]};
    f64 x = minor[0] * c[0], y = minor[1] * c[1], z = minor[2] * c[2], sum = x + y + z;
    if (fabs(sum) > 0x1p-50 * (fabs(x) + fabs(y) + fabs(z)))
        return sum > 0 ? 1 : -1;
    return sign_i128((i128)(i64)minor[0] * (s[0] - r[0]) + (i128)(i64)minor[1] * (s[1] - r[1]) +
                     (i128)(i64)minor[2] * (s[2] - r[2]));
}

static u8 lying_edge(const Sides *s, u32 n) {
    u64 both = s->on & (s->on >> 1 | (s->on & 1) << (n - 1));
    return both ? (u8)__builtin_ctzll(both) : NO_CORNER;
}

static bool is_corner(const LineEnd *first, const LineEnd *last) {
    return first->corner == last->corner && first->corner != NO_CORNER;
}

// False: their intervals have nothing in common.
static bool cross_intervals(const Kernel *k, u32 t, u32 u, const Sides *st, const Sides *su,
                            Meeting *m) {
    const Corner *ct = facet_corners(k, t), *cu = facet_corners(k, u);
    u32 nt = k->facets[t].n, nu = k->facets[u].n;
    LineEnd *t0 = &m->first[0], *t1 = &m->last[0], *u0 = &m->first[1], *u1 = &m->last[1];
    line_ends(st, nt, t0, t1);
    line_ends(su, nu, u1, u0); // u's own direction is the opposite one
    int first = compare_ends(ct, t0, cu, u0), last = compare_ends(ct, t1, cu, u1), overlap = 1;
    if (first > 0 && last > 0)
        overlap = -compare_ends(ct, t1, cu, u0);
    else if (first < 0 && last < 0)
        overlap = compare_ends(ct, t0, cu, u1);
    if (overlap < 0)
        return false;
    t0->is_common = first <= 0;
    u0->is_common = first >= 0;
    t1->is_common = last >= 0;
    u1->is_common = last <= 0;
    m->facet[0] = t;
    m->facet[1] = u;
    m->lying[0] = lying_edge(st, nt);
    m->lying[1] = lying_edge(su, nu);
    m->is_flat = false;
    m->is_place = overlap == 0 || is_corner(t0, t1) || is_corner(u0, u1);
    return true;
}

// Corners i and j of n are the ends of an edge.
static bool are_next(u32 i, u32 j, u32 n) {
    u32 apart = i > j ? i - j : j - i;
    return apart == 1 || apart == n - 1;
}

// Facets of one leaf that share an edge and lie in different planes meet in nothing else. What is
// an edge of one and a diagonal of the other, as where a leaf has folds, cuts the other.
static bool are_plain_neighbours(const Kernel *k, u32 t, u32 u) {
    if (k->facets[t].leaf != k->facets[u].leaf)
        return false;
    const Corner *at = facet_corners(k, t);
    u32 n = 0, in_t[2], in_u[2];
    for (u32 i = 0; i < k->facets[t].n; i++) {
        u32 j = corner_of(k, u, at[i].v);
        if (j == NO_CORNER)
            continue;
        if (n == 2)
            return false;
        in_t[n] = i;
        in_u[n++] = j;
    }
    return n == 2 && are_next(in_t[0], in_t[1], k->facets[t].n) &&
           are_next(in_u[0], in_u[1], k->facets[u].n);
}

bool test_pair(const Kernel *k, u32 t, const Probe *at_t, u32 u, Meeting *m) {
    Sides st, su;
    if (!corner_sides(k, t, at_t, u, &su))
        return false;
    if (su.on == su.all) {
        *m = (Meeting){.facet = {t, u}, .is_flat = true};
        return true;
    }
    Probe at_u;
    probe_init(k, u, &at_u);
    return corner_sides(k, u, &at_u, t, &st) && !are_plain_neighbours(k, t, u) &&
           cross_intervals(k, t, u, &st, &su, m);
}
