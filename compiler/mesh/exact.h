// SPDX-License-Identifier: Apache-2.0
// Fixed-width integers for exact geometry: the compiler's 128 bits, and 256 bits of two's
// complement. They suffice for all that the boolean kernel asks, as follows (boolean_internal.h has
// the notation; tests/unit/mesh/points.c comes near each bound).
//
// Places have |c_i| <= 2^25 (choose_frame keeps below 2^24 + 2: a bit is in hand), so differences
// u, v of two have |u_i| <= 2^26. n, m are normals; s_p is the height n.p + d of place p.
//
//   normal         u_j v_l - u_l v_j                    <= 2 * 2^52            = 2^53
//   offset         d = -n.c                             <= 3 * 2^53 * 2^25     < 2^80
//   height         s_p = n.(p - c)                      <= 3 * 2^53 * 2^26     < 2^81
//   LPI (p, q, n)  w = |s_p - s_q| = |n.(p - q)|        <= 3 * 2^53 * 2^26     < 2^81
//                  x = q s_p - p s_q, up to sign        <= 2^25 (|s_p| + |s_q|) = 2^25 w < 2^106
//                  as the heights differ in sign
//     on a plane   S_q s_p - S_p s_q                    <= 2 * 2^81 * 2^81     = 2^163
//     two          x z - y w                            <= 2 * 2^106 * 2^81    = 2^188
//   TPI            minors n_j m_l - n_l m_j             <= 2 * 2^53 * 2^53     = 2^107
//                  w, three normals' determinant        <= 3 * 2^53 * 2^107    < 2^162
//                  x, with d instead of a column        <= 3 * 2^80 * 2^107    < 2^189
//     on a plane   n.x + d w                            <= 3 * 2^53 * 2^189 + 2^80 * 2^162 = 2^244
//     over a place n.x - (n.c) w                        the same, as n.c is an offset
//     two          x z, y w (in 512 bits)               <= 2^189 * 2^162       = 2^351
//   radial order   n.m                                  <= 3 * 2^53 * 2^53     < 2^108
//   beside an edge l = n x (n x m)                      <= 2 * 2^53 * 2^107    = 2^161
//                  m.l                                  <= 3 * 2^53 * 2^161    < 2^216
//
// All of these are kept in 128 bits up to 2^108, else in 256. In doubles: a vertex's coordinate is
// x / w, both rounded to within 2^-53 + 2^-63 of themselves and divided, so it is right to
// 3.01 * 2^-53 * 2^25 < 2^-26. n.v + d by doubles has three products, three sums and a rounded d,
// none above N = 2^26 (|n_0| + |n_1| + |n_2|): it is right to 7 * 2^-53 N, and 2^-52 N for the
// coordinates' errors; Plane.tolerance allows 2^-49 N.
#ifndef FRC_COMPILER_MESH_EXACT_H
#define FRC_COMPILER_MESH_EXACT_H

#include "base/types.h"

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

static inline int sign_i64(i64 x) {
    return (x > 0) - (x < 0);
}
static inline int sign_i128(i128 x) {
    return (x > 0) - (x < 0);
}
static inline int sign_f64(f64 x) {
    return (x > 0) - (x < 0);
}

// Of a x b.
static inline i128 cross_component(const i64 a[3], const i64 b[3], u32 axis) {
    u32 i = (axis + 1) % 3, j = (axis + 2) % 3;
    return (i128)a[i] * b[j] - (i128)a[j] * b[i];
}

typedef struct I256 {
    u64 w[4]; // least significant first
} I256;

I256 i256_from_i128(i128 x);
I256 i256_add(I256 a, I256 b);
I256 i256_sub(I256 a, I256 b);
I256 i256_neg(I256 a);
I256 i256_mul(I256 a, I256 b); // the low 256 bits
I256 i256_mul_i128(i128 a, i128 b);
int i256_sign(I256 a);
// Relative error at most 2^-53 + 2^-63.
f64 i256_to_f64(I256 a);
// The sign of a * b - c * d, from 512-bit products.
int i256_compare_products(I256 a, I256 b, I256 c, I256 d);
u64 gcd_u64(u64 a, u64 b); // gcd(0, b) = b

#endif
