// SPDX-License-Identifier: Apache-2.0
// Wide integers: schoolbook arithmetic on four 64-bit limbs. The kernel reaches this code only
// where a double could not decide a sign, so it is kept short rather than fast.
#include "compiler/mesh/exact.h"

I256 i256_from_i128(i128 x) {
    u64 fill = x < 0 ? UINT64_MAX : 0;
    return (I256){{(u64)x, (u64)((u128)x >> 64), fill, fill}};
}

I256 i256_add(I256 a, I256 b) {
    I256 out;
    u64 carry = 0;
    for (int i = 0; i < 4; i++) {
        u128 sum = (u128)a.w[i] + b.w[i] + carry;
        out.w[i] = (u64)sum;
        carry = (u64)(sum >> 64);
    }
    return out;
}

I256 i256_neg(I256 a) {
    for (int i = 0; i < 4; i++)
        a.w[i] = ~a.w[i];
    return i256_add(a, (I256){{1, 0, 0, 0}});
}

I256 i256_sub(I256 a, I256 b) {
    return i256_add(a, i256_neg(b));
}

I256 i256_mul(I256 a, I256 b) {
    I256 out = {{0}};
    for (int i = 0; i < 4; i++) {
        u64 carry = 0;
        for (int j = 0; i + j < 4; j++) {
            u128 sum = (u128)a.w[i] * b.w[j] + out.w[i + j] + carry;
            out.w[i + j] = (u64)sum;
            carry = (u64)(sum >> 64);
        }
    }
    return out;
}

I256 i256_mul_i128(i128 a, i128 b) {
    bool is_negative = (a < 0) != (b < 0);
    u128 p = a < 0 ? -(u128)a : (u128)a, q = b < 0 ? -(u128)b : (u128)b;
    u64 p0 = (u64)p, p1 = (u64)(p >> 64), q0 = (u64)q, q1 = (u64)(q >> 64);
    u128 low = (u128)p0 * q0, mid = (u128)p0 * q1, other = (u128)p1 * q0, high = (u128)p1 * q1;
    mid += low >> 64; // no carry is lost: (2^64 - 1)^2 + 2^64 - 1 < 2^128
    other += (u64)mid;
    high += (mid >> 64) + (other >> 64);
    I256 out = {{(u64)low, (u64)other, (u64)high, (u64)(high >> 64)}};
    return is_negative ? i256_neg(out) : out;
}

int i256_sign(I256 a) {
    if (a.w[3] >> 63)
        return -1;
    return (a.w[0] | a.w[1] | a.w[2] | a.w[3]) != 0;
}

static I256 i256_abs(I256 a) {
    return i256_sign(a) < 0 ? i256_neg(a) : a;
}

f64 i256_to_f64(I256 a) {
    int sign = i256_sign(a);
    if (sign == 0)
        return 0;
    I256 m = i256_abs(a);
    int top = 3;
    while (!m.w[top])
        top--;
    // The 64 bits from the leading one down: truncation loses less than 2^-63 of the value.
    int shift = __builtin_clzll(m.w[top]);
    u64 head = m.w[top] << shift;
    if (shift && top)
        head |= m.w[top - 1] >> (64 - shift);
    // 2^(64 top - shift) by exponent bits; top <= 3, so it is finite and normal.
    union {
        u64 bits;
        f64 value;
    } scale = {(u64)(1023 + 64 * top - shift) << 52};
    return (f64)sign * ((f64)head * scale.value);
}

static void multiply_wide(u64 out[8], I256 a, I256 b) {
    for (int i = 0; i < 8; i++)
        out[i] = 0;
    for (int i = 0; i < 4; i++) {
        u64 carry = 0;
        for (int j = 0; j < 4; j++) {
            u128 sum = (u128)a.w[i] * b.w[j] + out[i + j] + carry;
            out[i + j] = (u64)sum;
            carry = (u64)(sum >> 64);
        }
        out[i + 4] = carry;
    }
}

int i256_compare_products(I256 a, I256 b, I256 c, I256 d) {
    int left = i256_sign(a) * i256_sign(b), right = i256_sign(c) * i256_sign(d);
    if (left != right)
        return left < right ? -1 : 1;
    if (left == 0)
        return 0;
    u64 p[8], q[8];
    multiply_wide(p, i256_abs(a), i256_abs(b));
    multiply_wide(q, i256_abs(c), i256_abs(d));
    for (int i = 7; i >= 0; i--)
        if (p[i] != q[i])
            return p[i] < q[i] ? -left : left;
    return 0;
}

u64 gcd_u64(u64 a, u64 b) {
    if (!a || !b)
        return a | b;
    int shift = __builtin_ctzll(a | b);
    a >>= __builtin_ctzll(a);
    while (b) {
        b >>= __builtin_ctzll(b);
        u64 less = MIN(a, b);
        b = a > b ? a - b : b - a;
        a = less;
    }
    return a << shift;
}
