// SPDX-License-Identifier: Apache-2.0
// Elementary functions from + - * / sqrt only, so that they give the same bits on every machine.
//
// The method is the plainest that is accurate: everything is evaluated in pairs of doubles (about
// 104 bits) by its Taylor series after an exact or nearly exact reduction of the argument, and
// rounded once at the end. That is slower than a libm by a factor of ten and needs no error
// analysis: results are correctly rounded but for cases far too rare to meet, hence exact where an
// exact answer exists (sin 30 = 0.5). Pair arithmetic: Dekker 1971; Hida, Li and Bailey 2001,
// "Library for double-double and quad-double arithmetic", section 2. Contraction to fma would break
// it (-ffp-contract=off).
#include "base/geom.h"

#include <float.h>

_Static_assert(FLT_EVAL_METHOD == 0, "double arithmetic must round to double");

// ---- pairs of doubles ----

// hi + lo, |lo| at most half an ulp of hi.
typedef struct Pair {
    f64 hi, lo;
} Pair;

static Pair pair(f64 hi) {
    return (Pair){hi, 0};
}

// a + b exactly, for |a| >= |b|.
static Pair sum_ordered(f64 a, f64 b) {
    f64 s = a + b;
    return (Pair){s, b - (s - a)};
}

static Pair sum_exact(f64 a, f64 b) {
    f64 s = a + b, b_part = s - a;
    return (Pair){s, (a - (s - b_part)) + (b - b_part)};
}

// The upper 26 bits; |a| below 2^996.
static f64 upper_half(f64 a) {
    f64 t = a * 134217729.0; // 2^27 + 1
    return t - (t - a);
}

static Pair product_exact(f64 a, f64 b) {
    f64 p = a * b;
    f64 a_up = upper_half(a), b_up = upper_half(b);
    f64 a_low = a - a_up, b_low = b - b_up;
    return (Pair){p, ((a_up * b_up - p) + a_up * b_low + a_low * b_up) + a_low * b_low};
}

static Pair pair_neg(Pair a) {
    return (Pair){-a.hi, -a.lo};
}

static Pair pair_add(Pair a, Pair b) {
    Pair s = sum_exact(a.hi, b.hi), t = sum_exact(a.lo, b.lo);
    s = sum_ordered(s.hi, s.lo + t.hi);
    return sum_ordered(s.hi, s.lo + t.lo);
}

static Pair pair_sub(Pair a, Pair b) {
    return pair_add(a, pair_neg(b));
}

static Pair pair_mul(Pair a, Pair b) {
    Pair p = product_exact(a.hi, b.hi);
    return sum_ordered(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

static Pair pair_div(Pair a, Pair b) {
    f64 q1 = a.hi / b.hi;
    Pair rest = pair_sub(a, pair_mul(b, pair(q1)));
    f64 q2 = rest.hi / b.hi;
    rest = pair_sub(rest, pair_mul(b, pair(q2)));
    Pair q = sum_ordered(q1, q2);
    return sum_ordered(q.hi, q.lo + rest.hi / b.hi);
}

// Of a value that is not negative: one Newton step from the double's root.
static Pair pair_sqrt(Pair a) {
    if (a.hi <= 0)
        return pair(0);
    f64 root = sqrt(a.hi);
    Pair rest = pair_sub(a, product_exact(root, root));
    return sum_ordered(root, rest.hi / (2 * root));
}

static Pair pair_scale(Pair a, f64 power_of_2) {
    return (Pair){a.hi * power_of_2, a.lo * power_of_2};
}

// ---- tables ----

static const Pair pi_180 = {0x1.1df46a2529d39p-6, 0x1.5c1d8becdd291p-62};
static const Pair deg_per_rad = {0x1.ca5dc1a63c1f8p+5, -0x1.1e7ab456405f9p-49};
static const Pair ln_2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};

// clang-format off
static const Pair inv_factorial[] = {
    {0x1.0000000000000p+0, 0}, // 1/0!
    {0x1.0000000000000p+0, 0}, // 1/1!
    {0x1.0000000000000p-1, 0}, // 1/2!
    {0x1.5555555555555p-3, 0x1.5555555555555p-57}, // 1/3!
    {0x1.5555555555555p-5, 0x1.5555555555555p-59}, // 1/4!
    {0x1.1111111111111p-7, 0x1.1111111111111p-63}, // 1/5!
    {0x1.6c16c16c16c17p-10, -0x1.f49f49f49f49fp-65}, // 1/6!
    {0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-73}, // 1/7!
    {0x1.a01a01a01a01ap-16, 0x1.a01a01a01a01ap-76}, // 1/8!
    {0x1.71de3a556c734p-19, -0x1.c154f8ddc6c00p-73}, // 1/9!
    {0x1.27e4fb7789f5cp-22, 0x1.cbbc05b4fa99ap-76}, // 1/10!
    {0x1.ae64567f544e4p-26, -0x1.c062e06d1f209p-80}, // 1/11!
    {0x1.1eed8eff8d898p-29, -0x1.2aec959e14c06p-83}, // 1/12!
    {0x1.6124613a86d09p-33, 0x1.f28e0cc748ebep-87}, // 1/13!
    {0x1.93974a8c07c9dp-37, 0x1.05d6f8a2efd1fp-92}, // 1/14!
    {0x1.ae7f3e733b81fp-41, 0x1.1d8656b0ee8cbp-97}, // 1/15!
    {0x1.ae7f3e733b81fp-45, 0x1.1d8656b0ee8cbp-101}, // 1/16!
    {0x1.952c77030ad4ap-49, 0x1.ac981465ddc6cp-103}, // 1/17!
    {0x1.6827863b97d97p-53, 0x1.eec01221a8b0bp-107}, // 1/18!
    {0x1.2f49b46814157p-57, 0x1.2650f61dbdcb4p-112}, // 1/19!
    {0x1.e542ba4020225p-62, 0x1.ea72b4afe3c2fp-120}, // 1/20!
    {0x1.71b8ef6dcf572p-66, -0x1.d043ae40c4647p-120}, // 1/21!
    {0x1.0ce396db7f853p-70, -0x1.aebcdbd20331cp-124}, // 1/22!
    {0x1.761b41316381ap-75, -0x1.3423c7d91404fp-130}, // 1/23!
    {0x1.f2cf01972f578p-80, -0x1.9ada5fcc1ab14p-135}, // 1/24!
    {0x1.3f3ccdd165fa9p-84, -0x1.58ddadf344487p-139}, // 1/25!
    {0x1.88e85fc6a4e5ap-89, -0x1.71c37ebd16540p-143}, // 1/26!
    {0x1.d1ab1c2dccea3p-94, 0x1.054d0c78aea14p-149}, // 1/27!
};

static const Pair inv_odd[] = {
    {0x1.0000000000000p+0, 0}, // 1/1
    {0x1.5555555555555p-2, 0x1.5555555555555p-56}, // 1/3
    {0x1.999999999999ap-3, -0x1.999999999999ap-57}, // 1/5
    {0x1.2492492492492p-3, 0x1.2492492492492p-57}, // 1/7
    {0x1.c71c71c71c71cp-4, 0x1.c71c71c71c71cp-58}, // 1/9
    {0x1.745d1745d1746p-4, -0x1.745d1745d1746p-59}, // 1/11
    {0x1.3b13b13b13b14p-4, -0x1.3b13b13b13b14p-58}, // 1/13
    {0x1.1111111111111p-4, 0x1.1111111111111p-60}, // 1/15
    {0x1.e1e1e1e1e1e1ep-5, 0x1.e1e1e1e1e1e1ep-61}, // 1/17
    {0x1.af286bca1af28p-5, 0x1.af286bca1af28p-59}, // 1/19
    {0x1.8618618618618p-5, 0x1.8618618618618p-59}, // 1/21
    {0x1.642c8590b2164p-5, 0x1.642c8590b2164p-60}, // 1/23
    {0x1.47ae147ae147bp-5, -0x1.eb851eb851eb8p-61}, // 1/25
    {0x1.2f684bda12f68p-5, 0x1.2f684bda12f68p-59}, // 1/27
    {0x1.1a7b9611a7b96p-5, 0x1.1a7b9611a7b96p-61}, // 1/29
    {0x1.0842108421084p-5, 0x1.0842108421084p-60}, // 1/31
    {0x1.f07c1f07c1f08p-6, -0x1.f07c1f07c1f08p-61}, // 1/33
    {0x1.d41d41d41d41dp-6, 0x1.0750750750750p-60}, // 1/35
    {0x1.bacf914c1bad0p-6, -0x1.bacf914c1bad0p-60}, // 1/37
    {0x1.a41a41a41a41ap-6, 0x1.0690690690690p-60}, // 1/39
    {0x1.8f9c18f9c18fap-6, -0x1.f3831f3831f38p-61}, // 1/41
    {0x1.7d05f417d05f4p-6, 0x1.7d05f417d05f4p-62}, // 1/43
    {0x1.6c16c16c16c17p-6, -0x1.f49f49f49f49fp-61}, // 1/45
    {0x1.5c9882b931057p-6, 0x1.310572620ae4cp-61}, // 1/47
};
// clang-format on

// c[first] + c[first + step] x + ... + c[last] x^n
static Pair series(const Pair *c, u32 first, u32 last, u32 step, Pair x) {
    Pair sum = c[last];
    for (u32 i = last; i > first; i -= step)
        sum = pair_add(pair_mul(sum, x), c[i - step]);
    return sum;
}

// ---- sine and its kin ----

// x in radians, |x| <= 0.79: the first term left out is below 2^-110 of the result.
static Pair sin_series(Pair x) {
    Pair minus_square = pair_neg(pair_mul(x, x));
    return pair_mul(x, series(inv_factorial, 1, 25, 2, minus_square));
}

static Pair cos_series(Pair x) {
    Pair minus_square = pair_neg(pair_mul(x, x));
    return series(inv_factorial, 0, 26, 2, minus_square);
}

// deg = 90 * quarter + rest, quarter modulo 4, |rest| <= 45. Exact: fmod is, and so are the
// difference and the product of small integers.
static u32 quarter_reduce(f64 deg, f64 *rest) {
    f64 turn = fmod(deg, 360);
    f64 quarter = floor(turn / 90 + 0.5);
    *rest = turn - 90 * quarter;
    return (u32)((i32)quarter + 4) & 3;
}

static Pair radians(f64 deg) {
    return pair_mul(pi_180, pair(deg));
}

// sin(90 * quarter + rest)
static f64 sin_quarter(u32 quarter, f64 rest) {
    Pair x = radians(rest);
    f64 value = quarter & 1 ? cos_series(x).hi : sin_series(x).hi;
    return quarter & 2 ? -value : value;
}

f64 trig_sin(f64 deg) {
    if (!isfinite(deg))
        return NAN;
    f64 rest;
    u32 quarter = quarter_reduce(deg, &rest);
    return sin_quarter(quarter, rest);
}

f64 trig_cos(f64 deg) {
    if (!isfinite(deg))
        return NAN;
    f64 rest;
    u32 quarter = quarter_reduce(deg, &rest);
    return sin_quarter((quarter + 1) & 3, rest);
}

f64 trig_tan(f64 deg) {
    if (!isfinite(deg))
        return NAN;
    f64 rest;
    u32 quarter = quarter_reduce(deg, &rest);
    Pair x = radians(rest);
    if (!(quarter & 1))
        return rest == 0 ? 0 : pair_div(sin_series(x), cos_series(x)).hi;
    return rest == 0 ? INFINITY : -pair_div(cos_series(x), sin_series(x)).hi;
}

// atan(y / x) in degrees for 0 <= y <= x, 0 < x.
static Pair atan_below_45(Pair y, Pair x) {
    if (y.hi < x.hi * 0x1p-54) // atan t = t (1 - t^2 / 3 ...)
        return pair_div(pair_mul(y, deg_per_rad), x);
    // A guess within 1e-5 (Abramowitz and Stegun 4.4.49), then the exact difference of the angles:
    // tan(a - guess) = (y cos - x sin) / (x cos + y sin).
    f64 t = y.hi / x.hi, t2 = t * t;
    f64 guess =
        t * (0.9998660 + t2 * (-0.3302995 + t2 * (0.1801410 + t2 * (-0.0851330 + t2 * 0.0208351))));
    Pair s = sin_series(pair(guess)), c = cos_series(pair(guess));
    Pair d = pair_div(pair_sub(pair_mul(y, c), pair_mul(x, s)),
                      pair_add(pair_mul(x, c), pair_mul(y, s)));
    Pair d2 = pair_mul(d, d);
    Pair tail = pair_sub(inv_odd[0], pair_mul(d2, pair_sub(inv_odd[1], pair_mul(d2, inv_odd[2]))));
    return pair_mul(pair_add(pair(guess), pair_mul(d, tail)), deg_per_rad);
}

// The angle of (x, y), y >= 0, in 0..180.
static f64 angle_upper(Pair y, Pair x) {
    bool left = x.hi < 0;
    if (left)
        x = pair_neg(x);
    bool steep = y.hi > x.hi;
    Pair angle = steep ? atan_below_45(x, y) : atan_below_45(y, x);
    if (steep)
        angle = pair_sub(pair(90), angle);
    if (left)
        angle = pair_sub(pair(180), angle);
    return angle.hi;
}

f64 trig_atan2(f64 y, f64 x) {
    if (isnan(x) || isnan(y))
        return NAN;
    if (isinf(x) || isinf(y)) { // as the direction of the infinite ones
        x = isinf(x) ? copysign(1, x) : 0;
        y = isinf(y) ? copysign(1, y) : 0;
    }
    f64 size = fmax(fabs(x), fabs(y));
    if (size == 0)
        return 0;
    // The larger one near 2^400: the products stay finite, and what falls out below is nothing.
    int exponent;
    frexp(size, &exponent);
    f64 angle = angle_upper(pair(ldexp(fabs(y), 400 - exponent)), pair(ldexp(x, 400 - exponent)));
    return y < 0 ? -angle : angle;
}

f64 trig_atan(f64 x) {
    return trig_atan2(x, 1);
}

// sqrt(1 - x^2)
static Pair other_leg(f64 x) {
    return pair_sqrt(pair_mul(sum_exact(1, -x), sum_exact(1, x)));
}

f64 trig_asin(f64 x) {
    if (!(x >= -1 && x <= 1))
        return NAN;
    if (fabs(x) < 0x1p-60)
        return trig_atan2(x, 1);
    f64 angle = angle_upper(pair(fabs(x)), other_leg(x));
    return x < 0 ? -angle : angle;
}

f64 trig_acos(f64 x) {
    return x >= -1 && x <= 1 ? angle_upper(other_leg(x), pair(x)) : NAN;
}

// ---- exponentials ----

// e^x for -746 < x < 710: x = k ln 2 + 16 r, |r| < 0.022.
static f64 exp_pair(Pair x) {
    f64 k = floor(x.hi / ln_2.hi + 0.5);
    Pair r = pair_scale(pair_sub(x, pair_mul(ln_2, pair(k))), 1.0 / 16);
    Pair value = series(inv_factorial, 0, 13, 1, r);
    for (u32 i = 0; i < 4; i++)
        value = pair_mul(value, value);
    return ldexp(value.hi, (int)k);
}

// x > 0 and finite: x = m 2^k, log m = 2 atanh((m - 1) / (m + 1)).
static Pair log_pair(f64 x) {
    int k;
    f64 m = frexp(x, &k);
    if (m < 0.70710678118654752) {
        m *= 2;
        k--;
    }
    Pair s = pair_div(pair(m - 1), sum_exact(1, m));
    Pair log_m = pair_mul(pair_scale(s, 2), series(inv_odd, 0, 22, 1, pair_mul(s, s)));
    return pair_add(pair_mul(ln_2, pair(k)), log_m);
}

f64 math_exp(f64 x) {
    if (isnan(x))
        return x;
    return x >= 710 ? INFINITY : x <= -746 ? 0 : exp_pair(pair(x));
}

f64 math_log(f64 x) {
    if (isnan(x) || x < 0)
        return NAN;
    return x == 0 ? -INFINITY : isinf(x) ? x : log_pair(x).hi;
}

// |n| <= 64, x finite and not 0: the power of the fraction in [0.5, 1) stays far from under- and
// overflow.
static f64 power_whole(f64 x, i32 n) {
    int exponent;
    Pair base = pair(frexp(x, &exponent)), value = pair(1);
    for (u32 rest = (u32)(n < 0 ? -n : n); rest; rest >>= 1) {
        if (rest & 1)
            value = pair_mul(value, base);
        base = pair_mul(base, base);
    }
    if (n < 0)
        value = pair_div(pair(1), value);
    return ldexp(value.hi, exponent * n);
}

// x > 0 (infinity included), x not 1.
static f64 power_positive(f64 x, f64 y) {
    if (isinf(y) || isinf(x))
        return (x > 1) == (y > 0) ? INFINITY : 0;
    Pair log_x = log_pair(x);
    f64 estimate = log_x.hi * y;
    if (estimate >= 710 || estimate <= -746)
        return estimate > 0 ? INFINITY : 0;
    return exp_pair(pair_mul(log_x, pair(y)));
}

f64 math_pow(f64 x, f64 y) {
    if (y == 0 || x == 1)
        return 1;
    if (isnan(x) || isnan(y))
        return NAN;
    bool whole = isinf(y) || floor(y) == y;
    if (x < 0 && !whole)
        return NAN;
    if (x == 0)
        return y > 0 ? 0 : INFINITY;
    if (whole && fabs(y) <= 64 && isfinite(x))
        return power_whole(x, (i32)y);
    f64 size = x == -1 ? 1 : power_positive(fabs(x), y);
    return x < 0 && isfinite(y) && fmod(y, 2) != 0 ? -size : size;
}

f64 math_cbrt(f64 x) {
    if (x == 0 || !isfinite(x))
        return x;
    int exponent;
    f64 m = frexp(fabs(x), &exponent);
    for (; exponent % 3 != 0; exponent++)
        m /= 2;
    // m in [1/8, 1): Newton in doubles from a straight line, then one step in pairs.
    f64 root = 0.45 + 0.57 * m;
    for (u32 i = 0; i < 5; i++)
        root -= (root - m / (root * root)) / 3;
    Pair square = product_exact(root, root);
    Pair excess = pair_sub(pair_mul(square, pair(root)), pair(m));
    root -= excess.hi / (3 * square.hi);
    return ldexp(x < 0 ? -root : root, exponent / 3);
}

// ---- affine maps ----

// Rodrigues: cos I + (1 - cos) a a^T + sin [a]x. With a coordinate axis all other products are
// exact 0.
Affine3 affine3_rotate(Vec3 axis, f64 deg) {
    f64 s = trig_sin(deg), c = trig_cos(deg), d = 1 - c;
    Affine3 a = affine3_identity();
    f64 v[3] = {axis.x, axis.y, axis.z};
    for (u32 i = 0; i < 3; i++)
        for (u32 j = 0; j < 3; j++)
            a.m[i][j] = v[i] * v[j] * d + (i == j ? c : 0);
    for (u32 i = 0; i < 3; i++)
        if (fabs(v[i]) == 1) // c + (1 - c) may be an ulp off
            a.m[i][i] = 1;
    for (u32 i = 0; i < 3; i++) {
        u32 j = (i + 1) % 3, k = (i + 2) % 3;
        a.m[k][j] += v[i] * s;
        a.m[j][k] -= v[i] * s;
    }
    return a;
}

bool affine3_invert(const Affine3 *a, Affine3 *out) {
    f64 det = affine3_det(a);
    if (det == 0 || !isfinite(det))
        return false;
    Affine3 inverse;
    for (u32 i = 0; i < 3; i++)
        for (u32 j = 0; j < 3;
             j++) { // the cofactor of m[j][i]; the cyclic order has the sign built in
            u32 r0 = (j + 1) % 3, r1 = (j + 2) % 3, c0 = (i + 1) % 3, c1 = (i + 2) % 3;
            inverse.m[i][j] = (a->m[r0][c0] * a->m[r1][c1] - a->m[r0][c1] * a->m[r1][c0]) / det;
        }
    inverse.t = vec3(0, 0, 0);
    inverse.t = vec3_scale(affine3_vector(&inverse, a->t), -1);
    *out = inverse;
    return true;
}

bool affine3_is_identity(const Affine3 *a) {
    for (u32 i = 0; i < 3; i++)
        for (u32 j = 0; j < 3; j++)
            if (a->m[i][j] != (i == j ? 1.0 : 0.0))
                return false;
    return a->t.x == 0 && a->t.y == 0 && a->t.z == 0;
}
