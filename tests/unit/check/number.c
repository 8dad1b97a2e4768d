// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/check/cases.h"

TEST(trigonometry_is_exact_where_it_can_be) {
    static const char *const truths[] = {
        "sin(30) == 0.5",         "cos(60) == 0.5",       "sin(90) == 1",          "cos(90) == 0",
        "tan(45) == 1",           "sin(180) == 0",        "cos(0.5rad) ~= 0.877583", "sin(30deg) == 0.5",
        "asin(0.5) == 30deg",     "acos(0.5) == 60deg",   "acos(-1) == 180deg",    "atan2(1, 1) == 45deg",
        "atan2(0, -1) == 180deg", "atan2(3cm, 3cm) == 45deg", "asin(1.0000000000001) == 90deg",
    };
    CHECK_TRUE("units cm", truths);
}

TEST(rounding_and_extremes) {
    static const char *const truths[] = {
        "floor(2.7) == 2", "floor(-2.1) == -3", "ceil(2.1) == 3",      "ceil(-2.7) == -2", "round(2.5) == 3",
        "round(-2.5) == -3", "abs(-3) == 3",    "abs(-3cm) == 3cm",    "min(3, 1, 2) == 1", "max([3, 1, 2]) == 3",
        "min(4) == 4",     "max(2cm, 30mm) == 3cm", "min(2cm, 5) == 2cm", "clamp(12, 2, 9) == 9", "clamp(1, 2, 9) == 2",
        "clamp(x = 3, low = 2, high = 9) == 3", "sqrt(81) == 9", "sqrt(9cm * 4cm) == 6cm", "sqrt(0) == 0",
    };
    CHECK_TRUE("units cm", truths);
}

TEST(sums_and_mixtures) {
    static const char *const truths[] = {
        "lerp(2, 6, 0.25) == 3",      "lerp([0, 0], [4, 8], 0.5) == [2, 4]", "lerp(0.1, 0.7, 1) == 0.7",
        "lerp(0.1, 0.7, 0) == 0.1",   "sum([1, 2, 3.5]) == 6.5",             "sum([]) == 0",
        "sum([[1, 2], [3, 4]]) == [4, 6]", "sum([2cm, 3cm]) == 5cm",         "sum([[1, 2]]) == [1, 2]",
    };
    CHECK_TRUE("units cm", truths);
}

TEST(vectors) {
    static const char *const truths[] = {
        "norm([3, 4]) == 5",         "norm([2, 3, 6]) == 7",    "norm([3cm, 4cm]) == 5cm", "unit([0, 0, 5]) == [0, 0, 1]",
        "unit([3, 4]) ~= [0.6, 0.8]", "dot([1, 2, 3], [3, 2, 1]) == 10", "cross([1, 0, 0], [0, 1, 0]) == [0, 0, 1]",
        "dot([1cm, 0cm], [2cm, 0cm]) == 2cm * 1cm", "polar(10, 90) == [0, 10]", "polar(2cm, 60deg).x == 1cm",
        "norm([0, 0]) == 0", "norm([3e200, 4e200]) ~= 5e200",
    };
    CHECK_TRUE("units cm", truths);
}

TEST(random_depends_on_its_seed_alone) {
    static const char *const truths[] = {
        "random(1, 0..1) == random(1, 0..1)",
        "random(1, 0..1) != random(2, 0..1)",
        "random(3, 5..5) == 5",
        "random(7, 2cm..3cm) >= 2cm and random(7, 2cm..3cm) < 3cm",
        "min([random(i, 0..1) for i in range(1000)]) < 0.01",
        "max([random(i, 0..1) for i in range(1000)]) > 0.99",
        "abs(sum([random(i, 0..1) for i in range(10000)]) / 10000 - 0.5) < 0.02",
        "random(0, 0..1) == random(-0, 0..1)",
    };
    CHECK_TRUE("units cm", truths);
}

// The very numbers are part of the language: what was made with a seed looks the same for ever.
TEST(random_gives_these_numbers) { // worked out apart, from the definition of splitmix64
    static const char *const truths[] = {"abs(random(1, 0..1) - 0.552727) < 0.000001",
                                         "abs(random(97, 2.6..5) - 3.15187) < 0.00001"};
    CHECK_TRUE("", truths);
}

TEST(numbers_without_value) {
    static const Case cases[] = {
        {"sphere(d = sqrt(-4))", "E0510", "sqrt of -4 has no value", NULL},
        {"sphere(d = tan(90))", "E0510", NULL, NULL},
        {"sphere(d = 1).rotate(z = asin(1.5))", "E0510", "it goes from -1 to 1", NULL},
        {"sphere(d = min([]))", "E0510", NULL, NULL},
        {"sphere(d = 1).move(unit([0, 0, 0]))", "E0510", "no direction", NULL},
        {"sphere(d = clamp(1, 5, 2))", "E0511", NULL, NULL},
        {"sphere(d = random(1, 0..inf))", "E0511", NULL, NULL},
        {"sphere(d = random(1, 5))", "E0402", "a range", NULL},
        {"sphere(d = sin(3cm))", "E0401", "an angle", NULL},
        {"sphere(d = max(3cm, 4deg))", "E0401", NULL, NULL},
        {"sphere(d = atan2(3cm, 2))", "E0401", NULL, NULL},
        {"sphere(d = sqrt(\"4\"))", "E0402", "a number", NULL},
        {"sphere(d = norm(3))", "E0402", "vector", NULL},
        {"sphere(d = dot([1, 2], [1, 2, 3]))", "E0404", NULL, NULL},
        {"sphere(d = 1).move(cross([1, 2], [1, 2]))", "E0404", "two of 3", NULL},
        {"sphere(d = sum([1, \"a\"]))", "E0402", NULL, NULL},
        {"sphere(d = sum([true]))", "E0402", NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST_MAIN(TEST_CASE(trigonometry_is_exact_where_it_can_be), TEST_CASE(rounding_and_extremes), TEST_CASE(sums_and_mixtures),
          TEST_CASE(vectors), TEST_CASE(random_depends_on_its_seed_alone), TEST_CASE(random_gives_these_numbers),
          TEST_CASE(numbers_without_value))
