// SPDX-License-Identifier: Apache-2.0
// Vectors, boxes and affine maps in f64; lengths in mm, angles in degrees. All inline and exactly
// specified operations only (+ - * / sqrt), so results are the same on every machine.
#ifndef FRC_BASE_GEOM_H
#define FRC_BASE_GEOM_H

#include "base/types.h"

#include <math.h>

typedef struct Vec2 {
    f64 x, y;
} Vec2;
typedef struct Vec3 {
    f64 x, y, z;
} Vec3;
// min > max on an axis: empty.
typedef struct Box3 {
    Vec3 min, max;
} Box3;
typedef struct Box2 {
    Vec2 min, max;
} Box2;
// p' = m p + t, m by rows.
typedef struct Affine3 {
    f64 m[3][3];
    Vec3 t;
} Affine3;
typedef struct Affine2 {
    f64 m[2][2];
    Vec2 t;
} Affine2;

static inline Vec3 vec3(f64 x, f64 y, f64 z) { return (Vec3){x, y, z}; }
static inline Vec3 vec3_add(Vec3 a, Vec3 b) { return (Vec3){a.x + b.x, a.y + b.y, a.z + b.z}; }
static inline Vec3 vec3_sub(Vec3 a, Vec3 b) { return (Vec3){a.x - b.x, a.y - b.y, a.z - b.z}; }
static inline Vec3 vec3_scale(Vec3 a, f64 s) { return (Vec3){a.x * s, a.y * s, a.z * s}; }
static inline f64 vec3_dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static inline Vec3 vec3_cross(Vec3 a, Vec3 b) {
    return (Vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static inline f64 vec3_norm(Vec3 a) { return sqrt(vec3_dot(a, a)); }
static inline Vec3 vec3_lerp(Vec3 a, Vec3 b, f64 t) {
    return (Vec3){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.z + (b.z - a.z) * t};
}
// The zero vector stays zero.
static inline Vec3 vec3_unit(Vec3 a) {
    f64 n = vec3_norm(a);
    return n > 0 ? (Vec3){a.x / n, a.y / n, a.z / n} : a;
}
static inline bool vec3_is_finite(Vec3 a) { return isfinite(a.x) && isfinite(a.y) && isfinite(a.z); }
static inline f64 vec3_get(Vec3 a, u32 axis) { return axis == 0 ? a.x : axis == 1 ? a.y : a.z; }
static inline void vec3_set(Vec3 *a, u32 axis, f64 v) { *(axis == 0 ? &a->x : axis == 1 ? &a->y : &a->z) = v; }

// fmin and fmax are calls into libm, for the sake of NaN.
static inline f64 f64_min(f64 a, f64 b) { return a < b ? a : b; }
static inline f64 f64_max(f64 a, f64 b) { return a > b ? a : b; }

static inline Box3 box3_empty(void) {
    return (Box3){{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};
}
static inline bool box3_is_empty(Box3 b) {
    return !(b.min.x <= b.max.x && b.min.y <= b.max.y && b.min.z <= b.max.z);
}
static inline Box3 box3_add_point(Box3 b, Vec3 p) {
    return (Box3){{f64_min(b.min.x, p.x), f64_min(b.min.y, p.y), f64_min(b.min.z, p.z)},
                  {f64_max(b.max.x, p.x), f64_max(b.max.y, p.y), f64_max(b.max.z, p.z)}};
}
static inline Box3 box3_join(Box3 a, Box3 b) {
    return (Box3){{f64_min(a.min.x, b.min.x), f64_min(a.min.y, b.min.y), f64_min(a.min.z, b.min.z)},
                  {f64_max(a.max.x, b.max.x), f64_max(a.max.y, b.max.y), f64_max(a.max.z, b.max.z)}};
}
static inline Vec3 box3_size(Box3 b) { return vec3_sub(b.max, b.min); }
static inline Vec3 box3_center(Box3 b) { return vec3_scale(vec3_add(b.min, b.max), 0.5); }
// True when the boxes, each grown by margin / 2, share a point.
static inline bool box3_touch(Box3 a, Box3 b, f64 margin) {
    return a.min.x <= b.max.x + margin && b.min.x <= a.max.x + margin && a.min.y <= b.max.y + margin &&
           b.min.y <= a.max.y + margin && a.min.z <= b.max.z + margin && b.min.z <= a.max.z + margin;
}

static inline Affine3 affine3_identity(void) { return (Affine3){{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {0, 0, 0}}; }
static inline Affine3 affine3_move(Vec3 t) {
    Affine3 a = affine3_identity();
    a.t = t;
    return a;
}
static inline Vec3 affine3_vector(const Affine3 *a, Vec3 v) { // without the translation
    return (Vec3){a->m[0][0] * v.x + a->m[0][1] * v.y + a->m[0][2] * v.z,
                  a->m[1][0] * v.x + a->m[1][1] * v.y + a->m[1][2] * v.z,
                  a->m[2][0] * v.x + a->m[2][1] * v.y + a->m[2][2] * v.z};
}
static inline Vec3 affine3_point(const Affine3 *a, Vec3 p) { return vec3_add(affine3_vector(a, p), a->t); }
// First b, then a.
static inline Affine3 affine3_mul(const Affine3 *a, const Affine3 *b) {
    Affine3 c;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            c.m[i][j] = a->m[i][0] * b->m[0][j] + a->m[i][1] * b->m[1][j] + a->m[i][2] * b->m[2][j];
    c.t = affine3_point(a, b->t);
    return c;
}
static inline f64 affine3_det(const Affine3 *a) {
    return a->m[0][0] * (a->m[1][1] * a->m[2][2] - a->m[1][2] * a->m[2][1]) -
           a->m[0][1] * (a->m[1][0] * a->m[2][2] - a->m[1][2] * a->m[2][0]) +
           a->m[0][2] * (a->m[1][0] * a->m[2][1] - a->m[1][1] * a->m[2][0]);
}

// base/trig.c: our own, the same on every machine; degrees; correctly signed zeros are not promised.
// Exact (the double nearest to the true value) at multiples of 15 degrees. Error below 1 ulp elsewhere.
f64 trig_sin(f64 deg);
f64 trig_cos(f64 deg);
f64 trig_tan(f64 deg);         // infinite at odd multiples of 90
f64 trig_asin(f64 x);          // NaN outside -1..1
f64 trig_acos(f64 x);
f64 trig_atan(f64 x);
f64 trig_atan2(f64 y, f64 x);  // -180..180; atan2(0, 0) = 0
f64 math_exp(f64 x);
f64 math_log(f64 x);           // natural; NaN below 0, -inf at 0
f64 math_pow(f64 x, f64 y);    // whole |y| <= 64 by multiplication; NaN for x < 0 with broken y
f64 math_cbrt(f64 x);

// Rotation by deg about a unit axis through the origin; exact 0/1 entries for multiples of 90 degrees
// about the coordinate axes (base/trig.c).
Affine3 affine3_rotate(Vec3 axis, f64 deg);
// False when |det| is 0 or not finite.
bool affine3_invert(const Affine3 *a, Affine3 *out);
bool affine3_is_identity(const Affine3 *a); // exactly

#endif
