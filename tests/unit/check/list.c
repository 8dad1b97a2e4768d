// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/check/cases.h"

TEST(ranges) {
    static const char *const truths[] = {
        "range(4) == [0, 1, 2, 3]",   "range(2, 5) == [2, 3, 4]",       "range(0, 10, 4) == [0, 4, 8]",
        "range(5, 0, -2) == [5, 3, 1]", "range(0) == []",               "range(3, 1) == []",
        "range(0.5) == [0]",          "len(range(0, 1, 0.1)) == 10",    "range(0cm, 3cm, 1cm) == [0cm, 1cm, 2cm]",
        "spread(3, 0..10) == [0, 5, 10]", "spread(1, 0..10) == [5]",    "spread(0, 0..10) == []",
        "spread(4, 1..0.7)[-1] == 0.7",  "spread(2, 10mm..2cm) == [1cm, 2cm]",
    };
    CHECK_TRUE("units cm", truths);
}

TEST(lists_from_lists) {
    static const char *const truths[] = {
        "len([4, 5, 6]) == 3",          "len([]) == 0",                     "len(\"h\xc3\xa9llo\") == 5",
        "concat([1], [2, 3], []) == [1, 2, 3]", "concat([1]) == [1]",       "reverse([1, 2, 3]) == [3, 2, 1]",
        "enumerate([7, 8]) == [[0, 7], [1, 8]]", "cumsum([1, 2, 3]) == [1, 3, 6]", "cumsum([]) == []",
        "cumsum([[1, 2], [3, 4]]) == [[1, 2], [4, 6]]", "[1, 2].concat([3]) == [1, 2, 3]",
        "[x * x for x in range(4) if x != 2] == [0, 1, 9]",
    };
    CHECK_TRUE("", truths);
}

TEST(slices_and_elements) {
    static const char *const truths[] = {
        "l[0] == 1",  "l[-1] == 4", "l[1:-1] == [2, 3]", "l[:2] == [1, 2]", "l[2:] == [3, 4]", "l[:] == l", "l[3:1] == []",
        "l[-2:] == [3, 4]", "l[0:99] == l", "[5, 6, 7].z == 7",
    };
    CHECK_TRUE("let l = [1, 2, 3, 4]", truths);
}

TEST(templates_print_short_numbers) {
    static const char *const truths[] = {
        "\"{1 / 3}\" == \"0.333333\"", "\"{2.50}\" == \"2.5\"",       "\"{30mm} {true}\" == \"3 true\"",
        "\"{[1, 2.5]}\" == \"[1, 2.5]\"", "\"{\"a\"}b\" == \"ab\"",   "\"{-0}\" == \"0\"",
    };
    CHECK_TRUE("units cm", truths);
}

TEST(mistakes) {
    static const Case cases[] = {
        {"for x in range(0, 10, 0) { sphere(d = 1) }", "E0511", "a step of 0", NULL},
        {"for x in range(0, inf) { sphere(d = 1) }", "E0511", NULL, NULL},
        {"for x in range(0cm, 3deg) { sphere(d = 1) }", "E0401", NULL, NULL},
        {"for x in spread(2.5, 0..1) { sphere(d = 1) }", "E0511", "no count", NULL},
        {"for x in spread(3, 0..inf) { sphere(d = 1) }", "E0511", NULL, NULL},
        {"for x in spread(3, 5) { sphere(d = 1) }", "E0402", NULL, NULL},
        {"for x in concat([1], 2) { sphere(d = 1) }", "E0402", "lists", NULL},
        {"sphere(d = len(3))", "E0402", "a list or a text", NULL},
        {"for x in cumsum([1, \"a\"]) { sphere(d = 1) }", "E0402", NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST(long_lists_are_refused) {
    Checked c;
    check_text(&c, "for x in range(1e9) { sphere(d = 1) }");
    CHECK(!c.ok && c.diags.limit_reached);
    check_finish(&c);
    check_text(&c, "def twice(l, n) = n == 0 ? l : twice(concat(l, l), n - 1)\nfor x in twice([1], 60) { sphere(d = 1) }");
    CHECK(!c.ok && c.diags.limit_reached);
    check_finish(&c);
}

TEST_MAIN(TEST_CASE(ranges), TEST_CASE(lists_from_lists), TEST_CASE(slices_and_elements),
          TEST_CASE(templates_print_short_numbers), TEST_CASE(mistakes), TEST_CASE(long_lists_are_refused))
