// SPDX-License-Identifier: Apache-2.0
// Wide integers against arithmetic modulo primes and against 128 bits; and at all limits of limbs
// and signs, in all pairs, against longer integers.
#include "tests/unit/mesh/big.h"

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

// +-(2^k - 1), 2^k, 2^k + 1 about the ends of limbs, of 128 bits and of what is long.
enum { MAX_LIMITS = 200 };
static u32 list_limits(u32 most_bits, I256 out[MAX_LIMITS]) {
    static const u32 bits[] = {0,   1,   2,   31,  32,  53,  63,  64,  65,  81,  95,  106, 107,
                               126, 127, 128, 129, 161, 162, 189, 191, 192, 193, 244, 253, 254};
    u32 n = 0;
    out[n++] = (I256){{0}};
    for (u32 i = 0; i < COUNT_OF(bits) && bits[i] <= most_bits; i++)
        for (i32 by = -1; by <= 1; by++) {
            I256 x = {{0}};
            x.w[bits[i] / 64] = (u64)1 << bits[i] % 64;
            x = i256_add(x, i256_from_i128(by));
            out[n++] = x;
            out[n++] = i256_neg(x);
        }
    return n;
}

TEST(limits_of_sums_and_signs) {
    I256 list[MAX_LIMITS];
    u32 n = list_limits(253, list), n_wrong = 0;
    for (u32 i = 0; i < n; i++) {
        Big a = big_of_256(list[i]);
        n_wrong += i256_sign(list[i]) != big_sign(a);
        n_wrong += big_compare(big_of_256(i256_neg(list[i])), big_neg(a)) != 0;
        for (u32 j = 0; j < n; j++) {
            Big b = big_of_256(list[j]);
            n_wrong += big_compare(big_of_256(i256_add(list[i], list[j])), big_add(a, b)) != 0;
            n_wrong += big_compare(big_of_256(i256_sub(list[i], list[j])), big_sub(a, b)) != 0;
        }
    }
    CHECK_EQ(n_wrong, 0);
    CHECK(n > 130);
}

// All products that fit 255 bits; those of two numbers of 128 bits always do, but for the least's
// with itself, which is 2^254.
TEST(limits_of_products) {
    I256 list[MAX_LIMITS];
    u32 n = list_limits(254, list), n_wrong = 0, n_tried = 0;
    const i128 least = -((i128)1 << 126); // and twice that, below
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j < n; j++) {
            Big a = big_of_256(list[i]), b = big_of_256(list[j]), product = big_mul(a, b);
            if (big_bits(product) > 255)
                continue;
            n_wrong += big_compare(big_of_256(i256_mul(list[i], list[j])), product) != 0;
            n_tried++;
            if (big_bits(a) > 127 || big_bits(b) > 127)
                continue;
            i128 x = (i128)((u128)list[i].w[1] << 64 | list[i].w[0]),
                 y = (i128)((u128)list[j].w[1] << 64 | list[j].w[0]);
            n_wrong += big_compare(big_of_256(i256_mul_i128(x, y)), product) != 0;
            n_wrong += big_compare(big_of_256(i256_from_i128(x)), a) != 0;
        }
    const i128 ends[4] = {2 * least, 2 * least + 1, -(2 * least + 1), least};
    for (u32 i = 0; i < 16; i++) {
        i128 x = ends[i % 4], y = ends[i / 4];
        n_wrong += big_compare(big_of_256(i256_mul_i128(x, y)), big_mul(big_of(x), big_of(y))) != 0;
    }
    CHECK_EQ(n_wrong, 0);
    CHECK(n_tried > 6000);
}

// Of all fours: products of equal length that differ in the last bit are among them.
TEST(limits_of_comparisons) {
    I256 list[MAX_LIMITS], few[16];
    u32 n = list_limits(254, list), n_few = 0, n_wrong = 0, n_equal = 0;
    for (u32 i = 0; i < n; i += i < 7 ? 3 : 12)
        few[n_few < COUNT_OF(few) ? n_few++ : COUNT_OF(few) - 1] = list[i];
    for (u32 i = 0; i < n_few * n_few * n_few * n_few; i++) {
        I256 a = few[i % n_few], b = few[i / n_few % n_few], c = few[i / n_few / n_few % n_few],
             d = few[i / n_few / n_few / n_few];
        Big left = big_mul(big_of_256(a), big_of_256(b)),
            right = big_mul(big_of_256(c), big_of_256(d));
        int want = big_compare(left, right);
        n_wrong += i256_compare_products(a, b, c, d) != want;
        n_equal += want == 0;
    }
    CHECK_EQ(n_wrong, 0);
    CHECK(n_few > 12 && n_equal > 100);
    // (2^254 - 1) (2^254 + 1) = 2^508 - 1
    I256 one = {{1}}, power = {{0, 0, 0, (u64)1 << 62}};
    I256 less = i256_sub(power, one), more = i256_add(power, one);
    CHECK_EQ(i256_compare_products(less, more, power, power), -1);
    CHECK_EQ(i256_compare_products(power, power, less, more), 1);
    CHECK_EQ(i256_compare_products(i256_neg(less), more, power, i256_neg(power)), 1);
    CHECK_EQ(i256_compare_products(less, more, more, less), 0);
}

// |error| 2^53 2^10 <= |a| (2^10 + 1)
TEST(limits_of_doubles) {
    I256 list[MAX_LIMITS];
    u32 n = list_limits(254, list), n_wrong = 0;
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j < n; j++) {
            I256 x = i256_add(list[i], list[j]);
            Big a = big_of_256(x), error = big_abs(big_sub(big_of_f64(i256_to_f64(x), 0), a));
            if (big_compare(big_shift(error, 63), big_mul(big_abs(a), big_of(1025))) > 0)
                n_wrong++;
        }
    CHECK_EQ(n_wrong, 0);
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
          TEST_CASE(doubles_are_near), TEST_CASE(limits_of_sums_and_signs),
          TEST_CASE(limits_of_products), TEST_CASE(limits_of_comparisons),
          TEST_CASE(limits_of_doubles), TEST_CASE(greatest_common_divisors))
