// SPDX-License-Identifier: Apache-2.0
// Four floats at a time, for light in plain C. Every operation is IEEE's own or a polynomial of our
// own, so that the same picture comes out on every machine: no approximate reciprocals, no fused
// multiply-add. The vector types are those of gcc and clang; a function of four lanes reads as its
// shader does.
#ifndef FRC_VK_F4_H
#define FRC_VK_F4_H

#include "base/types.h"

#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef f32 F4 __attribute__((vector_size(16)));
typedef i32 I4 __attribute__((vector_size(16))); // also truth: 0 or -1
typedef u32 U4 __attribute__((vector_size(16)));
typedef f64 D2 __attribute__((vector_size(16)));
typedef i16 H8 __attribute__((vector_size(16)));

typedef struct V3 { // four vectors
    F4 x, y, z;
} V3;

static inline F4 f4(f32 a) {
    return (F4){a, a, a, a};
}

static inline I4 i4(i32 a) {
    return (I4){a, a, a, a};
}

static inline F4 f4_select(I4 is, F4 yes, F4 no) {
    return (F4)((is & (I4)yes) | (~is & (I4)no));
}

static inline F4 f4_min(F4 a, F4 b) { // a < b ? a : b
#ifdef __SSE2__
    return (F4)_mm_min_ps((__m128)a, (__m128)b);
#else
    return f4_select(a < b, a, b);
#endif
}

static inline F4 f4_max(F4 a, F4 b) { // a > b ? a : b
#ifdef __SSE2__
    return (F4)_mm_max_ps((__m128)a, (__m128)b);
#else
    return f4_select(a > b, a, b);
#endif
}

static inline F4 f4_clamp(F4 a, f32 low, f32 high) {
    return f4_min(f4_max(a, f4(low)), f4(high));
}

static inline F4 f4_abs(F4 a) {
    return (F4)((I4)a & i4(0x7fffffff));
}

static inline F4 f4_mix(F4 a, F4 b, F4 t) {
    return a + (b - a) * t;
}

static inline F4 f4_sqrt(F4 a) {
#ifdef __SSE2__
    return (F4)_mm_sqrt_ps((__m128)a);
#else
    return (F4){sqrtf(a[0]), sqrtf(a[1]), sqrtf(a[2]), sqrtf(a[3])};
#endif
}

static inline I4 i4_from_f4(F4 a) { // toward zero
    return __builtin_convertvector(a, I4);
}

static inline F4 f4_from_i4(I4 a) {
    return __builtin_convertvector(a, F4);
}

static inline I4 i4_floor(F4 a) { // |a| < 2^31
    I4 whole = i4_from_f4(a);
    return whole + (f4_from_i4(whole) > a);
}

static inline u32 i4_signs(I4 a) { // bit i: a[i] < 0
#ifdef __SSE2__
    return (u32)_mm_movemask_ps((__m128)a);
#else
    U4 signs = (U4)a >> 31;
    return signs[0] | signs[1] << 1 | signs[2] << 2 | signs[3] << 3;
#endif
}

static inline bool i4_any(I4 is) {
    return i4_signs(is) != 0;
}

static inline bool i4_all(I4 is) {
    return i4_signs(is) == 15;
}

#define H8_UPPER_TWICE(a) __builtin_shufflevector(a, a, 4, 5, 6, 7, 4, 5, 6, 7)
#define I4_ALL_OF(a, k) __builtin_shufflevector(a, a, k, k, k, k)

static inline H8 h8_from_i4(I4 a, I4 b) { // what is out of range becomes the nearest in range
#ifdef __SSE2__
    return (H8)_mm_packs_epi32((__m128i)a, (__m128i)b);
#else
    H8 out;
    for (u32 i = 0; i < 4; i++) {
        out[i] = (i16)MIN(MAX(a[i], -32768), 32767);
        out[i + 4] = (i16)MIN(MAX(b[i], -32768), 32767);
    }
    return out;
#endif
}

static inline H8 h8_less(H8 a, H8 b) { // a - b; what is out of range becomes the nearest in range
#ifdef __SSE2__
    return (H8)_mm_subs_epi16((__m128i)a, (__m128i)b);
#else
    H8 out;
    for (u32 i = 0; i < 8; i++)
        out[i] = (i16)MIN(MAX(a[i] - b[i], -32768), 32767);
    return out;
#endif
}

static inline bool h8_any(H8 is) {
#ifdef __SSE2__
    return _mm_movemask_epi8((__m128i)is) != 0;
#else
    U4 words = (U4)is;
    return (words[0] | words[1] | words[2] | words[3]) != 0;
#endif
}

static inline H8 h8_min(H8 a, H8 b) {
#ifdef __SSE2__
    return (H8)_mm_min_epi16((__m128i)a, (__m128i)b);
#else
    H8 is_less = a < b;
    return (a & is_less) | (b & ~is_less);
#endif
}

static inline H8 h8_max(H8 a, H8 b) {
#ifdef __SSE2__
    return (H8)_mm_max_epi16((__m128i)a, (__m128i)b);
#else
    H8 is_more = a > b;
    return (a & is_more) | (b & ~is_more);
#endif
}

static inline F4 f4_from_d2(D2 a, D2 b) {
#ifdef __SSE2__
    return (F4)_mm_movelh_ps(_mm_cvtpd_ps((__m128d)a), _mm_cvtpd_ps((__m128d)b));
#else
    return (F4){(f32)a[0], (f32)a[1], (f32)b[0], (f32)b[1]};
#endif
}

static inline F4 f4_smoothstep(F4 low, F4 high, F4 x) {
    F4 t = f4_clamp((x - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
}

// 2^x: Taylor's series around the nearest integer; off by 3e-6 of it at most.
static inline F4 f4_exp2(F4 x) {
    x = f4_clamp(x, -120, 120);
    I4 whole = i4_floor(x + 0.5f);
    F4 t = (x - f4_from_i4(whole)) * 0.69314718f;
    F4 sum = 1 + t * (1 + t * (0.5f + t * (0.16666667f + t * (0.041666668f + t * 0.0083333333f))));
    return sum * (F4)((whole + 127) << 23);
}

// log2 of a positive normal number: the series of atanh around the nearest power of two.
static inline F4 f4_log2(F4 x) {
    I4 bits = (I4)x, shift = (bits - 0x3f3504f3) >> 23; // x = 2^shift m, m from sqrt 1/2 on
    F4 m = (F4)(bits - (shift << 23)), t = (m - 1) / (m + 1), u = t * t;
    F4 sum = t * (1 + u * (0.33333333f + u * (0.2f + u * 0.14285714f)));
    return f4_from_i4(shift) + sum * 2.88539008f;
}

static inline F4 f4_pow(F4 x, F4 y) { // x >= 0
    return f4_exp2(y * f4_log2(f4_max(x, f4(1e-30f))));
}

// ---- vectors ----

static inline V3 v3(f32 x, f32 y, f32 z) {
    return (V3){f4(x), f4(y), f4(z)};
}

static inline V3 v3_add(V3 a, V3 b) {
    return (V3){a.x + b.x, a.y + b.y, a.z + b.z};
}

static inline V3 v3_sub(V3 a, V3 b) {
    return (V3){a.x - b.x, a.y - b.y, a.z - b.z};
}

static inline V3 v3_mul(V3 a, V3 b) {
    return (V3){a.x * b.x, a.y * b.y, a.z * b.z};
}

static inline V3 v3_scale(V3 a, F4 s) {
    return (V3){a.x * s, a.y * s, a.z * s};
}

static inline F4 v3_dot(V3 a, V3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline F4 v3_norm(V3 a) {
    return f4_sqrt(v3_dot(a, a));
}

static inline V3 v3_unit(V3 a) {
    return v3_scale(a, 1 / v3_norm(a));
}

static inline V3 v3_mix(V3 a, V3 b, F4 t) {
    return (V3){f4_mix(a.x, b.x, t), f4_mix(a.y, b.y, t), f4_mix(a.z, b.z, t)};
}

static inline V3 v3_select(I4 is, V3 yes, V3 no) {
    return (V3){f4_select(is, yes.x, no.x), f4_select(is, yes.y, no.y), f4_select(is, yes.z, no.z)};
}

#endif
