// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/check/cases.h"

TEST(units_convert) {
    static const char *const truths[] = {
        "3cm == 3",      "30mm == 3cm",   "1m == 100",      "1in == 2.54cm", "1ft ~= 12in",   "0.1cm == 0.1",
        "180deg == 180", "1rad ~= 57.29578deg", "2in + 1cm ~= 6.08cm", "45deg / 45 == 1deg", "90deg / 45deg == 2",
    };
    CHECK_TRUE("units cm", truths);
}

TEST(dimensions_follow_arithmetic) {
    static const char *const truths[] = {
        "3cm * 2cm == 6cm * 1cm", "6cm / 2cm == 3",       "6cm / 2 == 3cm",     "3cm + 1 == 4cm",      "1 + 3cm == 4cm",
        "3cm ^ 2 == 3cm * 3cm",   "(2cm ^ 3) ^ (1 / 3) ~= 2cm", "7cm % 2cm == 1cm", "-7 % 3 == 2",    "7 % -3 == -2",
        "2 ^ 10 == 1024",         "2 ^ -1 == 0.5",        "2 ^ 3 ^ 2 == 512",   "-2 ^ 2 == -4",        "0 ^ 0 == 1",
        "(-8) ^ 3 == -512",       "6 / 2cm * 1cm == 3cm", "0.1 + 0.2 ~= 0.3",   "not (0.1 + 0.2 == 0.3)",
    };
    CHECK_TRUE("units cm", truths);
}

TEST(lists_work_element_by_element) {
    static const char *const truths[] = {
        "[1, 2] + [3, 4] == [4, 6]", "[1, 2] * 2 == [2, 4]",  "2 * [1, 2] == [2, 4]",     "[4, 6] / [2, 3] == [2, 2]",
        "10 - [1, 2] == [9, 8]",     "-[1, -2] == [-1, 2]",   "[[1, 2], [3, 4]] * 2 == [[2, 4], [6, 8]]",
        "[] + [] == []",             "[1, 2] ~= [1.0000000001, 2]", "[1, 2] != [1, 3]",   "[1, 2] != [1, 2, 3]",
        "[5, 7] % 2 == [1, 1]",      "[2, 3] ^ 2 == [4, 9]",
    };
    CHECK_TRUE("", truths);
}

TEST(comparisons) {
    static const char *const truths[] = {
        "1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3", "1 != 2", "\"a\" == \"a\"", "\"a\" != \"b\"", "true == true",
        "3cm > 2",  "1 ~= 1.0000005", "not (1 ~= 1.1)", "0mm ~= 0.005mm", "not (0mm ~= 0.02mm)", "oak == oak", "red != blue",
        "1000000 ~= 1000000.5", "false or true", "not false and true",
    };
    CHECK_TRUE("", truths);
}

TEST(disagreements) {
    static const Case cases[] = {
        {"sphere(d = 3cm + 30deg)", "E0401", "a length and an angle cannot be added", NULL},
        {"sphere(d = 3cm - 2cm * 2cm)", "E0401", "an area", NULL},
        {"expect 3cm < 4deg\nsphere(d = 1)", "E0401", "compared", NULL},
        {"sphere(d = 2 ^ 3cm)", "E0401", "an exponent is a bare number", NULL},
        {"sphere(d = 1 / 0)", "E0510", "1 / 0 has no value: division by zero", NULL},
        {"sphere(d = 1 % 0)", "E0510", NULL, NULL},
        {"sphere(d = (-2) ^ 0.5)", "E0510", NULL, NULL},
        {"sphere(d = 0 ^ -1)", "E0510", NULL, NULL},
        {"sphere(d = 10 ^ 400)", "E0510", NULL, NULL},
        {"sphere(d = 1).move([1, 2, 3] + [1, 2])", "E0404", "3 elements", NULL},
        {"sphere(d = \"a\" + 1)", "E0402", "template", NULL},
        {"sphere(d = true * 2)", "E0402", NULL, NULL},
        {"sphere(d = -\"a\")", "E0402", NULL, NULL},
        {"sphere(d = 2 * sphere(d = 1))", "E0402", ".scale", NULL},
        {"expect 1 == \"a\"\nsphere(d = 1)", "E0402", "values of one kind", NULL},
        {"expect \"a\" < \"b\"\nsphere(d = 1)", "E0402", "numbers", NULL},
        {"expect \"a\" ~= \"a\"\nsphere(d = 1)", "E0402", "'=='", NULL},
        {"sphere(d = 1).rotate(z = 3cm)", "E0401", "an angle", NULL},
    };
    CHECK_CASES(cases);
}

// Lists can nest as deep as calls allow; arithmetic on them must not take the stack with it.
TEST(deep_lists_are_refused) {
    Checked c;
    check_text(&c, "def nest(n) = n == 0 ? [1] : [nest(n - 1)]\nlet l = nest(90)\nlet m = l + 1\nlet k = -l\nexpect l ~= l\nsphere(d = 1)");
    CHECK(!c.ok);
    CHECK(case_error(&c) != NULL && case_error(&c)->code == DIAG_E0510);
    check_finish(&c);
}

TEST_MAIN(TEST_CASE(units_convert), TEST_CASE(dimensions_follow_arithmetic), TEST_CASE(lists_work_element_by_element),
          TEST_CASE(comparisons), TEST_CASE(disagreements), TEST_CASE(deep_lists_are_refused))
