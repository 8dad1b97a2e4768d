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

// Above this, doubles of n.(c - a) have the right sign: their factors are exact, so what is lost is
// rounding of three products of at most |n_i| 2^26 and of two sums; nothing if all are whole
// numbers below 2^53, or if two products are 0.
static f64 height_tolerance(const f64 n[3]) {
    f64 size = fabs(n[0]) + fabs(n[1]) + fabs(n[2]);
    bool is_square = (n[0] == 0) + (n[1] == 0) + (n[2] == 0) == 2;
    return is_square || size < 0x1p26 ? 0 : size * 0x1p-24;
}

// Of u's corners and t's plane; false when all lie strictly on one side.
static bool corner_sides(const Kernel *k, const Facet *t, const Facet *u, Sides *out) {
    const Corner *a = k->corners.data + t->first, *c = k->corners.data + u->first;
    const f64 n[3] = {(f64)t->normal[0], (f64)t->normal[1], (f64)t->normal[2]};
    f64 tolerance = height_tolerance(n);
    u64 front = 0, on = 0;
    for (u32 i = 0; i < u->n; i++) {
        f64 height = n[0] * (c[i].at[0] - a->at[0]) + n[1] * (c[i].at[1] - a->at[1]) +
                     n[2] * (c[i].at[2] - a->at[2]);
        front |= (u64)(height > tolerance) << i;
        on |= (u64)(fabs(height) <= tolerance) << i;
    }
    if (tolerance > 0)
        for (u64 unsure = on; unsure; unsure &= unsure - 1) {
            u32 i = (u32)__builtin_ctzll(unsure);
            int side = corner_side_exact(t, a, &c[i]);
            on ^= (u64)(side != 0) << i;
            front |= (u64)(side > 0) << i;
        }
    *out = (Sides){front, on, UINT64_MAX >> (64 - u->n)};
    return front != out->all && (front | on) != 0;
}

static LineEnd line_end(Sides s, u32 from, u32 to) {
    return (LineEnd){(u8)from, (u8)to,
                     (u8)(s.on >> from & 1 ? from
                          : s.on >> to & 1 ? to
                                           : NO_CORNER)};
}

// The ends in the order of (own normal) x (other's normal). A corner in the plane counts as behind
// it if no corner is, as before it otherwise: then one edge runs from the back to the front, and
// one to the back again.
static void line_ends(Sides s, u32 n, LineEnd *first, LineEnd *last) {
    u64 front = (s.front | s.on) == s.all ? s.front : s.front | s.on;
    u64 before =
        (front << 1 | front >> (n - 1)) & s.all; // by corner: the one before it is in front
    u32 rise = (u32)__builtin_ctzll(front & ~before), fall = (u32)__builtin_ctzll(before & ~front);
    *first = line_end(s, (rise ? rise : n) - 1, rise);
    *last = line_end(s, fall, (fall ? fall : n) - 1);
}

// Positive: f's end, of u's facet, comes after e's in the direction of t's normal x u's normal.
// Coordinates differ by at most 2^26: products of two differences are at most 2^52, and the minors
// are exact in doubles.
static int compare_ends(const Corner *t, LineEnd e, const Corner *u, LineEnd f) {
    const i32 *p = t[e.from].at, *q = t[e.to].at, *r = u[f.from].at, *s = u[f.to].at;
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

static u8 lying_edge(Sides s, u32 n) {
    u64 both = s.on & (s.on >> 1 | (s.on & 1) << (n - 1));
    return both ? (u8)__builtin_ctzll(both) : NO_CORNER;
}

static bool is_corner(LineEnd first, LineEnd last) {
    return first.corner == last.corner && first.corner != NO_CORNER;
}

// False: their intervals have nothing in common.
static bool cross_intervals(const Kernel *k, u32 t, u32 u, Sides st, Sides su, Meeting *m) {
    const Corner *ct = facet_corners(k, t), *cu = facet_corners(k, u);
    LineEnd t0, t1, u0, u1;
    line_ends(st, k->facets[t].n, &t0, &t1);
    line_ends(su, k->facets[u].n, &u1, &u0); // u's own direction is the opposite one
    int first = compare_ends(ct, t0, cu, u0), last = compare_ends(ct, t1, cu, u1), overlap = 1;
    if (first > 0 && last > 0)
        overlap = -compare_ends(ct, t1, cu, u0);
    else if (first < 0 && last < 0)
        overlap = compare_ends(ct, t0, cu, u1);
    if (overlap < 0)
        return false;
    *m = (Meeting){.facet = {t, u},
                   .first = {t0, u0},
                   .last = {t1, u1},
                   .first_of = first == 0  ? 3
                               : first > 0 ? 2
                                           : 1,
                   .last_of = last == 0  ? 3
                              : last < 0 ? 2
                                         : 1,
                   .lying = {lying_edge(st, k->facets[t].n), lying_edge(su, k->facets[u].n)},
                   .is_place = overlap == 0 || is_corner(t0, t1) || is_corner(u0, u1)};
    return true;
}

// Facets of one leaf that share an edge and lie in different planes meet in nothing else.
static bool are_plain_neighbours(const Kernel *k, u32 t, u32 u) {
    if (k->facets[t].leaf != k->facets[u].leaf)
        return false;
    const Corner *at = facet_corners(k, t);
    u32 n = 0;
    for (u32 i = 0; i < k->facets[t].n; i++)
        n += has_corner(k, u, at[i].v);
    return n == 2;
}

bool test_pair(const Kernel *k, u32 t, u32 u, Meeting *m) {
    Sides st, su;
    if (!corner_sides(k, &k->facets[t], &k->facets[u], &su))
        return false;
    if (su.on == su.all) {
        *m = (Meeting){.facet = {t, u}};
        return true;
    }
    return corner_sides(k, &k->facets[u], &k->facets[t], &st) && !are_plain_neighbours(k, t, u) &&
           cross_intervals(k, t, u, st, su, m);
}
