// SPDX-License-Identifier: Apache-2.0
// Integers of 768 bits by the shortest code there is, to judge the kernel's by: limbs of 32 bits,
// two's complement, everything modulo 2^768.
#ifndef FRC_TESTS_UNIT_MESH_BIG_H
#define FRC_TESTS_UNIT_MESH_BIG_H

#include "compiler/mesh/exact.h"

#include <math.h>

enum { BIG_LIMBS = 24 };

typedef struct Big {
    u32 w[BIG_LIMBS]; // least significant first
} Big;

static inline Big big_of(i128 x) {
    Big out;
    for (u32 i = 0; i < BIG_LIMBS; i++)
        out.w[i] = i < 4 ? (u32)((u128)x >> 32 * i) : x < 0 ? UINT32_MAX : 0;
    return out;
}
static inline Big big_of_256(I256 x) {
    Big out;
    for (u32 i = 0; i < BIG_LIMBS; i++)
        out.w[i] = i < 8 ? (u32)(x.w[i / 2] >> 32 * (i % 2)) : x.w[3] >> 63 ? UINT32_MAX : 0;
    return out;
}

static inline Big big_add(Big a, Big b) {
    u64 carry = 0;
    for (u32 i = 0; i < BIG_LIMBS; i++) {
        carry += (u64)a.w[i] + b.w[i];
        a.w[i] = (u32)carry;
        carry >>= 32;
    }
    return a;
}
static inline Big big_neg(Big a) {
    for (u32 i = 0; i < BIG_LIMBS; i++)
        a.w[i] = ~a.w[i];
    return big_add(a, big_of(1));
}
static inline Big big_sub(Big a, Big b) {
    return big_add(a, big_neg(b));
}
static inline Big big_mul(Big a, Big b) {
    Big out = {{0}};
    for (u32 i = 0; i < BIG_LIMBS; i++) {
        u64 carry = 0;
        for (u32 j = 0; a.w[i] && i + j < BIG_LIMBS; j++) {
            carry += (u64)a.w[i] * b.w[j] + out.w[i + j];
            out.w[i + j] = (u32)carry;
            carry >>= 32;
        }
    }
    return out;
}

static inline int big_sign(Big a) {
    u32 any = 0;
    for (u32 i = 0; i < BIG_LIMBS; i++)
        any |= a.w[i];
    return a.w[BIG_LIMBS - 1] >> 31 ? -1 : any != 0;
}
static inline Big big_abs(Big a) {
    return big_sign(a) < 0 ? big_neg(a) : a;
}
static inline int big_compare(Big a, Big b) {
    return big_sign(big_sub(a, b));
}
// Bits of |a|.
static inline u32 big_bits(Big a) {
    a = big_abs(a);
    for (u32 i = BIG_LIMBS * 32; i > 0; i--)
        if (a.w[(i - 1) / 32] >> (i - 1) % 32 & 1)
            return i;
    return 0;
}
static inline Big big_shift(Big a, u32 by) { // to the left
    while (by--)
        a = big_add(a, a);
    return a;
}
// x * 2^scale, which must be whole.
static inline Big big_of_f64(f64 x, int scale) {
    int exponent;
    f64 m = frexp(x, &exponent); // x = m 2^exponent
    i64 whole = (i64)ldexp(m, 53);
    exponent += scale - 53;
    for (; exponent < 0 && whole % 2 == 0; exponent++)
        whole /= 2;
    return big_shift(big_of(whole), exponent < 0 ? 0 : (u32)exponent);
}

#endif
