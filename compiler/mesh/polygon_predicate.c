// SPDX-License-Identifier: Apache-2.0
// Exact signs of the two determinants that polygon code branches on. Each is first evaluated in
// doubles with a proved error bound (where it is asked for: polygon_internal.h), the longer one
// then in pairs of doubles, with another; when the bound does not decide, it is evaluated exactly
// as an expansion: a sum of doubles, smallest first, that do not overlap, whose last term has the
// sign of the whole. Bounds and operations: J. R. Shewchuk, "Adaptive Precision Floating-Point
// Arithmetic and Fast Robust Geometric Predicates", 1997, sections 2 and 4. Needs round-to-nearest
// doubles without extended precision or contraction, as the build demands.
#include "compiler/mesh/polygon_internal.h"

// An exact value in at most two terms: hi + lo.
typedef struct Pair {
    f64 hi, lo;
} Pair;

static inline Pair pair_sum(f64 a, f64 b) {
    f64 hi = a + b;
    f64 b_part = hi - a;
    return (Pair){hi, (a - (hi - b_part)) + (b - b_part)};
}

static inline Pair pair_product(f64 a, f64 b) {
    const f64 splitter = 134217729.0; // 2^27 + 1: halves of 26 bits
    f64 hi = a * b;
    f64 c = splitter * a, d = splitter * b;
    f64 a_hi = c - (c - a), b_hi = d - (d - b);
    f64 a_lo = a - a_hi, b_lo = b - b_hi;
    f64 err = ((hi - a_hi * b_hi) - a_lo * b_hi) - a_hi * b_lo;
    return (Pair){hi, a_lo * b_lo - err};
}

// h = e + f; returns the length, at most m + n; zero terms are left out. h is neither e nor f.
static u32 expansion_sum(const f64 *e, u32 m, const f64 *f, u32 n, f64 *h) {
    u32 len = 0, i = 0, j = 0;
    f64 q = 0;
    while (i < m || j < n) { // merge by magnitude, carry the sum upwards
        bool from_e = j == n || (i < m && fabs(e[i]) < fabs(f[j]));
        Pair s = pair_sum(q, from_e ? e[i++] : f[j++]);
        q = s.hi;
        if (s.lo != 0)
            h[len++] = s.lo;
    }
    if (q != 0)
        h[len++] = q;
    return len;
}

// h = e * b, at most 2 m terms.
static u32 expansion_scale(const f64 *e, u32 m, f64 b, f64 *h) {
    u32 len = 0;
    f64 q = 0;
    for (u32 i = 0; i < m; i++) {
        Pair product = pair_product(e[i], b);
        Pair low = pair_sum(q, product.lo);
        Pair high = pair_sum(product.hi, low.hi);
        if (low.lo != 0)
            h[len++] = low.lo;
        if (high.lo != 0)
            h[len++] = high.lo;
        q = high.hi;
    }
    if (q != 0)
        h[len++] = q;
    return len;
}

enum { PRODUCT_MAX = 512 }; // terms of the largest product below: 2 * 16 * 16

// h = e * f, at most 2 m n <= PRODUCT_MAX terms.
static u32 expansion_product(const f64 *e, u32 m, const f64 *f, u32 n, f64 *h) {
    f64 scaled[PRODUCT_MAX], sum[PRODUCT_MAX];
    u32 len = 0;
    for (u32 i = 0; i < n; i++) {
        u32 n_scaled = expansion_scale(e, m, f[i], scaled);
        u32 n_sum = expansion_sum(h, len, scaled, n_scaled, sum);
        for (u32 k = 0; k < n_sum; k++)
            h[k] = sum[k];
        len = n_sum;
    }
    return len;
}

static u32 difference(f64 a, f64 b, f64 h[2]) {
    Pair d = pair_sum(a, -b);
    u32 len = 0;
    if (d.lo != 0)
        h[len++] = d.lo;
    if (d.hi != 0)
        h[len++] = d.hi;
    return len;
}

static void negate(f64 *e, u32 m) {
    for (u32 i = 0; i < m; i++)
        e[i] = -e[i];
}

static int expansion_sign(const f64 *e, u32 m) {
    return m == 0 ? 0 : e[m - 1] > 0 ? 1 : -1;
}

// A vector between two points, exact.
typedef struct Diff {
    f64 x[2], y[2];
    u32 n_x, n_y;
} Diff;

static Diff diff_of(Vec2 a, Vec2 b) {
    Diff d;
    d.n_x = difference(a.x, b.x, d.x);
    d.n_y = difference(a.y, b.y, d.y);
    return d;
}

// h = a x b, at most 16 terms.
static u32 diff_cross(const Diff *a, const Diff *b, f64 h[16]) {
    f64 left[8], right[8];
    u32 n_left = expansion_product(a->x, a->n_x, b->y, b->n_y, left);
    u32 n_right = expansion_product(a->y, a->n_y, b->x, b->n_x, right);
    negate(right, n_right);
    return expansion_sum(left, n_left, right, n_right, h);
}

// h = |a|^2, at most 16 terms.
static u32 diff_square(const Diff *a, f64 h[16]) {
    f64 xx[8], yy[8];
    u32 n_xx = expansion_product(a->x, a->n_x, a->x, a->n_x, xx);
    u32 n_yy = expansion_product(a->y, a->n_y, a->y, a->n_y, yy);
    return expansion_sum(xx, n_xx, yy, n_yy, h);
}

int orient2d_exact(Vec2 a, Vec2 b, Vec2 c) {
    Diff ac = diff_of(a, c), bc = diff_of(b, c);
    f64 det[16];
    return expansion_sign(det, diff_cross(&ac, &bc, det));
}

static int incircle2d_exact(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
    Diff ad = diff_of(a, d), bd = diff_of(b, d), cd = diff_of(c, d);
    const Diff *around[5] = {&ad, &bd, &cd, &ad, &bd};
    f64 sum[3 * PRODUCT_MAX], next[3 * PRODUCT_MAX], term[PRODUCT_MAX];
    u32 n_sum = 0;
    for (int i = 0; i < 3; i++) {
        f64 lift[16], cross[16];
        u32 n_lift = diff_square(around[i], lift);
        u32 n_cross = diff_cross(around[i + 1], around[i + 2], cross);
        u32 n_term = expansion_product(lift, n_lift, cross, n_cross, term);
        u32 n_next = expansion_sum(sum, n_sum, term, n_term, next);
        for (u32 k = 0; k < n_next; k++)
            sum[k] = next[k];
        n_sum = n_next;
    }
    return expansion_sign(sum, n_sum);
}

// ---- the middle way: numbers of twice the length, with an error bound ----

// Relative errors: product below 8 u^2, sum below 4 u^2 of the terms' sizes, u = 2^-53 (Joldes,
// Muller and Popescu 2017, "Tight and rigorous error bounds for basic building blocks of
// double-word arithmetic").
static inline Pair pair_normal(f64 hi, f64 lo) {
    f64 sum = hi + lo;
    return (Pair){sum, lo - (sum - hi)};
}

static inline Pair pair_times(Pair a, Pair b) {
    Pair p = pair_product(a.hi, b.hi);
    return pair_normal(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

static inline Pair pair_plus(Pair a, Pair b) {
    Pair high = pair_sum(a.hi, b.hi), low = pair_sum(a.lo, b.lo);
    Pair s = pair_normal(high.hi, high.lo + low.hi);
    return pair_normal(s.hi, s.lo + low.lo);
}

static inline Pair pair_cross(Pair ax, Pair ay, Pair bx, Pair by) {
    Pair right = pair_times(ay, bx);
    return pair_plus(pair_times(ax, by), (Pair){-right.hi, -right.lo});
}

// size: the sum of the sizes of the determinant's products. Three levels of operations on exact
// differences stay below 64 u^2 size; 1024 u^2 = 2^-96 is asked for. 0: not decided.
static int incircle2d_double(Vec2 a, Vec2 b, Vec2 c, Vec2 d, f64 size) {
    Pair ax = pair_sum(a.x, -d.x), ay = pair_sum(a.y, -d.y), bx = pair_sum(b.x, -d.x),
         by = pair_sum(b.y, -d.y);
    Pair cx = pair_sum(c.x, -d.x), cy = pair_sum(c.y, -d.y);
    Pair a2 = pair_plus(pair_times(ax, ax), pair_times(ay, ay));
    Pair b2 = pair_plus(pair_times(bx, bx), pair_times(by, by));
    Pair c2 = pair_plus(pair_times(cx, cx), pair_times(cy, cy));
    Pair det = pair_plus(pair_plus(pair_times(a2, pair_cross(bx, by, cx, cy)),
                                   pair_times(b2, pair_cross(cx, cy, ax, ay))),
                         pair_times(c2, pair_cross(ax, ay, bx, by)));
    f64 bound = 1.262177448353619e-29 * size;
    return det.hi > bound ? 1 : -det.hi > bound ? -1 : 0;
}

// Equal sums of coordinates, exactly.
static inline bool same_middle(f64 a, f64 b, f64 c, f64 d) {
    Pair s = pair_sum(a, b), t = pair_sum(c, d);
    return s.hi == t.hi && s.lo == t.lo;
}

// p and q mirror each other and so do r and s, left to right or up and down: then the four lie on a
// circle. Made things are full of this, and nothing but exact arithmetic could tell otherwise.
static bool is_mirrored(Vec2 p, Vec2 q, Vec2 r, Vec2 s) {
    return (p.y == q.y && r.y == s.y && same_middle(p.x, q.x, r.x, s.x)) ||
           (p.x == q.x && r.x == s.x && same_middle(p.y, q.y, r.y, s.y));
}

int incircle2d_near(Vec2 a, Vec2 b, Vec2 c, Vec2 d, f64 size) {
    if (is_mirrored(a, b, c, d) || is_mirrored(b, c, d, a) || is_mirrored(a, c, b, d))
        return 0;
    int sign = incircle2d_double(a, b, c, d, size);
    return sign ? sign : incircle2d_exact(a, b, c, d);
}
