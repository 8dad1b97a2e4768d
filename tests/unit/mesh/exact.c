// SPDX-License-Identifier: Apache-2.0
// Wide integers against arithmetic modulo primes and against 128 bits.
#include "compiler/mesh/exact.h"

#include "base/map.h"
#include "tests/unit/test.h"

static const u64 primes[3] = {4294967291u, 4294967279u, 4294967231u};

typedef struct Random {
    u64 state;
} Random;

static u64 draw(Random *r) {
    return hash_mix(r->state += 0x9e3779b97f4a7c15ull);
}

// Of random length, so that small values and full ones occur.
static i128 draw_i128(Random *r, u32 bits) {
    u128 value = ((u128)draw(r) << 64 | draw(r)) >> (128 - bits);
    value >>= draw(r) % bits;
    return draw(r) & 1 ? (i128)value : -(i128)value;
}

static u64 residue_i128(i128 x, u64 p) {
    i128 rest = x % (i128)p;
    return (u64)(rest < 0 ? rest + (i128)p : rest);
}

static u64 residue(I256 x, u64 p) {
    bool is_negative = i256_sign(x) < 0;
    if (is_negative)
        x = i256_neg(x);
    u64 rest = 0;
    for (int i = 3; i >= 0; i--)
        rest = (u64)(((u128)rest << 64 | x.w[i]) % p);
    return is_negative && rest ? p - rest : rest;
}

TEST(products_and_sums) {
    Random r = {1};
    for (u32 i = 0; i < 20000; i++) {
        i128 a = draw_i128(&r, 126), b = draw_i128(&r, 126), c = draw_i128(&r, 126),
             d = draw_i128(&r, 126);
        I256 product = i256_mul_i128(a, b), sum = i256_add(product, i256_mul_i128(c, d));
        I256 difference = i256_sub(product, i256_mul_i128(c, d));
        for (u32 j = 0; j < 3; j++) {
            u64 p = primes[j], ab = residue_i128(a, p) * residue_i128(b, p) % p,
                cd = residue_i128(c, p) * residue_i128(d, p) % p;
            CHECK_EQ(residue(product, p), ab);
            CHECK_EQ(residue(sum, p), (ab + cd) % p);
            CHECK_EQ(residue(difference, p), (ab + p - cd) % p);
        }
        CHECK_EQ(i256_sign(product), sign_i128(a) * sign_i128(b));
        CHECK_EQ(i256_sign(i256_neg(product)), -sign_i128(a) * sign_i128(b));
    }
}

TEST(comparison_of_products) {
    Random r = {2};
    for (u32 i = 0; i < 20000; i++) {
        i128 a = draw_i128(&r, 60), b = draw_i128(&r, 60), c = draw_i128(&r, 60),
             d = i % 4 ? draw_i128(&r, 60) : b;
        if (i % 8 == 0)
            c = a;
        // Scaled by one common factor, so that the products need 512 bits; the truth fits 128.
        I256 s = i256_mul_i128(((i128)1 << 120) - 5, ((i128)1 << 60) + 7);
        I256 as = i256_mul(i256_from_i128(a), s), cs = i256_mul(i256_from_i128(c), s);
        CHECK_EQ(i256_compare_products(as, i256_from_i128(b), cs, i256_from_i128(d)),
                 sign_i128(a * b - c * d));
        CHECK_EQ(i256_compare_products(i256_mul_i128(a, (i128)1 << 100), i256_from_i128(b),
                                       i256_mul_i128(c, (i128)1 << 100), i256_from_i128(d)),
                 sign_i128(a * b - c * d));
    }
}

TEST(doubles_are_near) {
    Random r = {3};
    for (u32 i = 0; i < 20000; i++) {
        i128 a = draw_i128(&r, 120), b = draw_i128(&r, 120);
        f64 want = (f64)a * (f64)b, got = i256_to_f64(i256_mul_i128(a, b));
        f64 error = got - want, size = want < 0 ? -want : want;
        CHECK(error <= size * 0x1p-50 && -error <= size * 0x1p-50);
    }
    CHECK(i256_to_f64((I256){{0}}) == 0);
    CHECK(i256_to_f64(i256_from_i128(-1)) == -1);
    CHECK(i256_to_f64((I256){{0, 1, 0, 0}}) == 0x1p64);
    CHECK(i256_to_f64((I256){{0, 0, 0, 1}}) == 0x1p192);
}

TEST(greatest_common_divisors) {
    Random r = {4};
    for (u32 i = 0; i < 20000; i++) {
        u64 a = draw(&r) >> (draw(&r) % 60 + 4), b = draw(&r) >> (draw(&r) % 60 + 4), x = a, y = b;
        while (y) {
            u64 rest = x % y;
            x = y;
            y = rest;
        }
        CHECK_EQ(gcd_u64(a, b), x);
    }
    CHECK_EQ(gcd_u64(0, 0), 0);
    CHECK_EQ(gcd_u64(0, 9), 9);
    CHECK_EQ(gcd_u64(9, 0), 9);
}

TEST_MAIN(TEST_CASE(products_and_sums), TEST_CASE(comparison_of_products),
          TEST_CASE(doubles_are_near), TEST_CASE(greatest_common_divisors))
