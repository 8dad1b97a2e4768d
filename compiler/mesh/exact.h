// SPDX-License-Identifier: Apache-2.0
// Fixed-width integers for exact geometry: the compiler's 128 bits, and 256 bits of two's
// complement. Nothing here overflows when the caller keeps to the bounds of boolean_internal.h.
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
// Relative error at most 2^-52.
f64 i256_to_f64(I256 a);
// The sign of a * b - c * d, from 512-bit products.
int i256_compare_products(I256 a, I256 b, I256 c, I256 d);
u64 gcd_u64(u64 a, u64 b); // gcd(0, b) = b

#endif
