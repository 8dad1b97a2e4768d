// SPDX-License-Identifier: Apache-2.0
// trig_* and math_* against the C library's long double functions, which only this test uses.
#include "base/geom.h"
#include "tests/unit/test.h"

#include <float.h>

#define PI_L 3.14159265358979323846264338327950288L

static u64 next_random(u64 *state) {
    u64 z = *state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

// Uniform in [-size, size].
static f64 random_in(u64 *state, f64 size) {
    return ((f64)(next_random(state) >> 11) / 0x1p52 - 1) * size;
}

// |got - wanted| in units of the last place of wanted.
static f64 ulps(f64 got, long double wanted) {
    f64 size = fabs((f64)wanted);
    if (size < DBL_MIN)
        size = DBL_MIN;
    int exponent;
    frexp(size, &exponent);
    return (f64)(fabsl((long double)got - wanted) / ldexpl(1, exponent - 53));
}

#define CHECK_ULPS(got, wanted) CHECK(ulps((got), (wanted)) < 1)

// The reduction to a rest below 45 degrees is exact; sinl and cosl of the rest then are good to
// 2^-63.
static long double sin_of_quarter(long quarter, long double rest) {
    long double x = rest * (PI_L / 180);
    long double value = quarter & 1 ? cosl(x) : sinl(x);
    return quarter & 2 ? -value : value;
}

static long double sin_l(f64 deg) {
    long double quarter = rintl((long double)deg / 90);
    return sin_of_quarter((long)quarter, deg - 90 * quarter);
}

static long double cos_l(f64 deg) {
    long double quarter = rintl((long double)deg / 90);
    return sin_of_quarter((long)quarter + 1, deg - 90 * quarter);
}

TEST(sine_and_cosine_are_within_an_ulp) {
    u64 state = 1;
    f64 worst = 0;
    for (u32 i = 0; i < 100000; i++) {
        f64 deg = random_in(&state, i % 3 == 0 ? 45 : i % 3 == 1 ? 720 : 1e-6);
        worst = fmax(worst, ulps(trig_sin(deg), sin_l(deg)));
        worst = fmax(worst, ulps(trig_cos(deg), cos_l(deg)));
    }
    CHECK(worst < 0.505);
}

TEST(sine_near_its_zeros_follows_the_angle) {
    for (int k = -4; k <= 4; k++)
        for (f64 d = 0x1p-30; d < 0.01; d *= 3) {
            f64 deg = 180.0 * k + d, rest = deg - 180.0 * k;
            long double wanted = sinl((long double)rest * (PI_L / 180)) * (k % 2 ? -1 : 1);
            CHECK_ULPS(trig_sin(deg), wanted);
            CHECK_ULPS(trig_cos(deg - 90), wanted);
        }
}

TEST(multiples_of_15_degrees_are_the_nearest_doubles) {
    static const f64 quarter[] = {
        0, 0.25881904510252076, 0.5, 0.70710678118654757, 0.86602540378443865, 0.96592582628906829,
        1};
    static const f64 tangent[] = {0, 0.2679491924311227, 0.57735026918962576,
                                  1, 1.7320508075688772, 3.7320508075688772};
    for (int i = -96; i <= 96; i++) {
        int turn = ((i % 24) + 24) % 24; // of 15 degrees
        int in_half = turn % 12;
        f64 wanted = quarter[in_half <= 6 ? in_half : 12 - in_half] * (turn >= 12 ? -1 : 1);
        CHECK(trig_sin(15.0 * i) == wanted);
        CHECK(trig_cos(15.0 * (i - 6)) == wanted);
        if (in_half < 6)
            CHECK(trig_tan(15.0 * i) == tangent[in_half]);
        else if (in_half > 6)
            CHECK(trig_tan(15.0 * i) == -tangent[12 - in_half]);
        else
            CHECK(trig_tan(15.0 * i) == INFINITY);
    }
    CHECK(trig_sin(360e15) == 0 && trig_cos(360e15) == 1);
}

TEST(tangent_is_within_an_ulp) {
    u64 state = 2;
    for (u32 i = 0; i < 50000; i++) {
        f64 deg = random_in(&state, i % 2 ? 89.9 : 1e-3);
        CHECK_ULPS(trig_tan(deg), tanl((long double)deg * (PI_L / 180)));
    }
}

TEST(inverse_functions_are_within_an_ulp) {
    u64 state = 3;
    for (u32 i = 0; i < 50000; i++) {
        f64 x = random_in(&state, i % 2 ? 1 : 1e-5);
        CHECK_ULPS(trig_asin(x), asinl(x) * (180 / PI_L));
        CHECK_ULPS(trig_acos(x), acosl(x) * (180 / PI_L));
        f64 y = random_in(&state, 1000), z = random_in(&state, i % 3 ? 1000 : 1e-9);
        CHECK_ULPS(trig_atan2(y, z), atan2l(y, z) * (180 / PI_L));
        CHECK_ULPS(trig_atan(y), atanl(y) * (180 / PI_L));
    }
}

TEST(inverse_functions_are_exact_where_they_can_be) {
    CHECK(trig_asin(0) == 0 && trig_asin(0.5) == 30 && trig_asin(-0.5) == -30 &&
          trig_asin(1) == 90 && trig_asin(-1) == -90);
    CHECK(trig_acos(0) == 90 && trig_acos(0.5) == 60 && trig_acos(-0.5) == 120 &&
          trig_acos(1) == 0 && trig_acos(-1) == 180);
    CHECK(trig_atan(0) == 0 && trig_atan(1) == 45 && trig_atan(-1) == -45);
    CHECK(trig_atan(INFINITY) == 90 && trig_atan(-INFINITY) == -90);
    CHECK(trig_atan2(0, 0) == 0 && trig_atan2(0, 1) == 0 && trig_atan2(1, 0) == 90 &&
          trig_atan2(0, -1) == 180);
    CHECK(trig_atan2(-1, 0) == -90 && trig_atan2(1, -1) == 135 && trig_atan2(-1, -1) == -135);
    CHECK(trig_atan2(1e-320, -1e-320) == 135 && trig_atan2(1e308, 1e308) == 45);
    CHECK(trig_atan2(INFINITY, INFINITY) == 45 && trig_atan2(1, INFINITY) == 0 &&
          trig_atan2(1, -INFINITY) == 180);
    for (int d = -45; d <= 45; d++)
        CHECK_NEAR(trig_asin(trig_sin(d)), d, 1e-13);
}

TEST(extremes_of_the_angle_functions) {
    CHECK(isnan(trig_sin(INFINITY)) && isnan(trig_cos(NAN)) && isnan(trig_tan(-INFINITY)));
    CHECK(isnan(trig_asin(1.0000001)) && isnan(trig_acos(-2)) && isnan(trig_asin(NAN)));
    CHECK(isnan(trig_atan2(NAN, 1)) && isnan(trig_atan2(1, NAN)));
    CHECK_ULPS(trig_sin(1e-300), 1e-300L * (PI_L / 180));
    CHECK_ULPS(trig_sin(5e-324), (long double)5e-324 * (PI_L / 180));
    CHECK_ULPS(trig_atan2(1e-300, 1e7), 1e-307L * (180 / PI_L));
    CHECK_ULPS(trig_asin(1e-310), (long double)1e-310 * (180 / PI_L));
    CHECK(trig_atan2(5e-324, 1e300) == 0);
    CHECK(fabs(trig_sin(DBL_MAX)) <= 1 && fabs(trig_cos(-DBL_MAX)) <= 1);
}

TEST(exponential_and_logarithm_are_within_an_ulp) {
    u64 state = 4;
    for (u32 i = 0; i < 50000; i++) {
        f64 x = random_in(&state, i % 3 == 0 ? 700 : i % 3 == 1 ? 1 : 1e-9);
        CHECK_ULPS(math_exp(x), expl(x));
        f64 y = i % 3 == 0 ? fabs(x) : i % 3 == 1 ? 1 + x / 64 : math_exp(random_in(&state, 700));
        if (y > 0)
            CHECK_ULPS(math_log(y), logl(y));
    }
    for (f64 x = -745; x < -700; x += 0.37)
        CHECK_ULPS(math_exp(x), expl(x)); // subnormal results
    CHECK(math_exp(0) == 1 && math_log(1) == 0 && math_exp(710) == INFINITY && math_exp(-746) == 0);
    CHECK(math_exp(709.782712893384) < INFINITY && math_exp(709.7827128933841) == INFINITY);
    CHECK(math_exp(INFINITY) == INFINITY && math_exp(-INFINITY) == 0 && isnan(math_exp(NAN)));
    CHECK(math_log(0) == -INFINITY && math_log(INFINITY) == INFINITY && isnan(math_log(-1)) &&
          isnan(math_log(NAN)));
    CHECK_ULPS(math_log(5e-324), logl(5e-324));
    CHECK_ULPS(math_log(DBL_MAX), logl(DBL_MAX));
}

TEST(powers_are_within_an_ulp) {
    u64 state = 5;
    for (u32 i = 0; i < 50000; i++) {
        f64 x = fabs(random_in(&state, 30)), y = random_in(&state, 60);
        // powl itself is good to an ulp of its 64 bits.
        CHECK_ULPS(math_pow(x, y), powl(x, y));
        int n = (int)(next_random(&state) % 129) - 64;
        CHECK_ULPS(math_pow(-x, n), powl(-x, n));
    }
    for (int n = -64; n <= 64; n++)
        CHECK(math_pow(2, n) == ldexp(1, n) && math_pow(-2, n) == ldexp(n % 2 ? -1 : 1, n));
    CHECK(math_pow(10, 3) == 1000 && math_pow(10, 22) == 1e22 && math_pow(2, 0.5) == sqrt(2));
    CHECK(math_pow(1e-200, 2) == 0 && math_pow(1e200, 2) == INFINITY &&
          math_pow(1e-200, -2) == INFINITY);
    CHECK_ULPS(math_pow(1e-160, 2), 1e-320L);
}

TEST(powers_of_special_values) {
    CHECK(math_pow(0, 0) == 1 && math_pow(5, 0) == 1 && math_pow(NAN, 0) == 1 &&
          math_pow(1, NAN) == 1);
    CHECK(math_pow(0, 2) == 0 && math_pow(0, 0.5) == 0 && math_pow(0, -1) == INFINITY);
    CHECK(isnan(math_pow(-2, 0.5)) && isnan(math_pow(NAN, 2)) && isnan(math_pow(2, NAN)));
    CHECK(math_pow(-1, 101) == -1 && math_pow(-1, 1e300) == 1 &&
          math_pow(-2, 101) == -ldexp(1, 101));
    CHECK(math_pow(2, INFINITY) == INFINITY && math_pow(0.5, INFINITY) == 0 &&
          math_pow(0.5, -INFINITY) == INFINITY);
    CHECK(math_pow(INFINITY, 2) == INFINITY && math_pow(INFINITY, -2) == 0 &&
          math_pow(INFINITY, 0.5) == INFINITY);
    CHECK(math_pow(2, 1e300) == INFINITY && math_pow(2, -1e300) == 0 && math_pow(0.5, 1e300) == 0);
}

TEST(cube_roots_are_within_an_ulp) {
    u64 state = 6;
    for (u32 i = 0; i < 50000; i++) {
        f64 x = random_in(&state, i % 2 ? 1000 : 1e-300);
        CHECK_ULPS(math_cbrt(x), cbrtl(x));
    }
    for (int n = -300; n <= 300; n++)
        CHECK(math_cbrt((f64)n * n * n) == n);
    CHECK(math_cbrt(0) == 0 && math_cbrt(INFINITY) == INFINITY && isnan(math_cbrt(NAN)));
    CHECK_ULPS(math_cbrt(5e-324), cbrtl(5e-324));
    CHECK_ULPS(math_cbrt(DBL_MAX), cbrtl(DBL_MAX));
}

TEST(rotations_about_coordinate_axes_are_exact_at_right_angles) {
    static const Vec3 axes[] = {{1, 0, 0},  {0, 1, 0},  {0, 0, 1},
                                {-1, 0, 0}, {0, -1, 0}, {0, 0, -1}};
    for (u32 a = 0; a < COUNT_OF(axes); a++)
        for (int turn = -4; turn <= 8; turn++) {
            Affine3 m = affine3_rotate(axes[a], 90.0 * turn);
            for (u32 i = 0; i < 3; i++)
                for (u32 j = 0; j < 3; j++)
                    CHECK(m.m[i][j] == 0 || m.m[i][j] == 1 || m.m[i][j] == -1);
            CHECK(affine3_det(&m) == 1);
            CHECK(affine3_is_identity(&m) == (turn % 4 == 0));
        }
    Affine3 z = affine3_rotate(vec3(0, 0, 1), 90); // x to y, counter-clockwise seen from +z
    Vec3 y = affine3_point(&z, vec3(1, 0, 0));
    CHECK(y.x == 0 && y.y == 1 && y.z == 0);
    Affine3 x = affine3_rotate(vec3(1, 0, 0), 90);
    Vec3 up = affine3_point(&x, vec3(0, 1, 0));
    CHECK(up.x == 0 && up.y == 0 && up.z == 1);
}

TEST(rotations_about_other_axes_keep_lengths_and_the_axis) {
    u64 state = 7;
    for (u32 i = 0; i < 1000; i++) {
        Vec3 axis =
            vec3_unit(vec3(random_in(&state, 1), random_in(&state, 1), random_in(&state, 1)));
        Affine3 m = affine3_rotate(axis, random_in(&state, 360));
        CHECK_NEAR(affine3_det(&m), 1, 1e-14);
        CHECK_NEAR(vec3_norm(vec3_sub(affine3_point(&m, axis), axis)), 0, 1e-15);
        Vec3 v = vec3(random_in(&state, 1), random_in(&state, 1), random_in(&state, 1));
        CHECK_NEAR(vec3_norm(affine3_point(&m, v)), vec3_norm(v), 1e-15);
    }
    Affine3 third = affine3_rotate(vec3_unit(vec3(1, 1, 1)), 120); // x to y to z
    CHECK_NEAR(vec3_norm(vec3_sub(affine3_point(&third, vec3(1, 0, 0)), vec3(0, 1, 0))), 0, 1e-15);
}

TEST(inverse_undoes) {
    u64 state = 8;
    for (u32 i = 0; i < 1000; i++) {
        Affine3 m, inverse;
        for (u32 k = 0; k < 9; k++)
            m.m[k / 3][k % 3] = random_in(&state, 1);
        m.t = vec3(random_in(&state, 100), random_in(&state, 100), random_in(&state, 100));
        f64 det = fabs(affine3_det(&m));
        if (det < 1e-2)
            continue;
        CHECK(affine3_invert(&m, &inverse));
        Vec3 p = vec3(1, 2, 3), q = affine3_point(&m, p);
        CHECK_NEAR(vec3_norm(vec3_sub(affine3_point(&inverse, q), p)), 0, 1e-12 / det);
    }
    Affine3 flat = affine3_identity(), broken = affine3_identity(), out;
    flat.m[2][2] = 0;
    broken.m[0][0] = NAN;
    CHECK(!affine3_invert(&flat, &out) && !affine3_invert(&broken, &out));
    Affine3 half = affine3_identity();
    half.m[0][0] = 2;
    half.t = vec3(4, 0, 0);
    CHECK(affine3_invert(&half, &half) && half.m[0][0] == 0.5 && half.t.x == -2); // in place
    CHECK(!affine3_is_identity(&half));
}

TEST_MAIN(TEST_CASE(sine_and_cosine_are_within_an_ulp),
          TEST_CASE(sine_near_its_zeros_follows_the_angle),
          TEST_CASE(multiples_of_15_degrees_are_the_nearest_doubles),
          TEST_CASE(tangent_is_within_an_ulp), TEST_CASE(inverse_functions_are_within_an_ulp),
          TEST_CASE(inverse_functions_are_exact_where_they_can_be),
          TEST_CASE(extremes_of_the_angle_functions),
          TEST_CASE(exponential_and_logarithm_are_within_an_ulp),
          TEST_CASE(powers_are_within_an_ulp), TEST_CASE(powers_of_special_values),
          TEST_CASE(cube_roots_are_within_an_ulp),
          TEST_CASE(rotations_about_coordinate_axes_are_exact_at_right_angles),
          TEST_CASE(rotations_about_other_axes_keep_lengths_and_the_axis),
          TEST_CASE(inverse_undoes))
