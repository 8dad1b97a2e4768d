// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/check/cases.h"

TEST(arguments_that_fit) {
    static const Case cases[] = {
        {"cylinder(h = 3, d = 2)", NULL, NULL, NULL},
        {"cylinder(d = 2, h = 3, r_top = 0.5)", NULL, NULL, NULL},
        {"cylinder(h = 3, r = 1, d_top = 1)", NULL, NULL, NULL},
        {"rod(from = [0, 0, 0], to = [0, 0, 9], r = 2, r_end = 1)", NULL, NULL, NULL},
        {"move(sphere(d = 2), x = 3)", NULL, NULL, NULL},
        {"sphere(d = 2).move([1, 2, 3]).ring(9, axis = Y)", NULL, NULL, NULL},
        {"hull(sphere(d = 1), sphere(d = 2), sphere(d = 3).move(x = 9))", NULL, NULL, NULL},
        {"sphere(d = 1).hull(sphere(d = 2))", NULL, NULL, NULL},
        {"sphere(d = lerp(1, b = 3, t = 0.5))", NULL, NULL, NULL},
        {"rect(size = [9, 9]).round(2).extrude(h = round(1.6))", NULL, NULL, NULL},
        {"def f(w, h = 2 * w) { box(size = [w, w, h]) }\nf(1); f(1, 2); f(h = 3, w = 2); (4).f()", NULL, NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST(a_radius_is_half_a_diameter) {
    Checked c;
    check_text(&c, "expect sphere(r = 2).size.x == sphere(d = 4).size.x\n"
                   "expect cylinder(h = 3, r = 1, r_top = 2).size.x == 4\nsphere(d = 1)");
    CHECK(c.ok);
    check_finish(&c);
}

TEST(unknown_arguments) {
    static const Case cases[] = {
        {"cylinder(radius = 3, h = 2)", "E0304", "unknown argument 'radius' of cylinder", "cylinder(r = 3, h = 2)"},
        {"cylinder(r = 3, height = 2)", "E0304", "cylinder(h =, d =", "cylinder(r = 3, h = 2)"},
        {"sphere(diameter = 3)", "E0304", "write 'd'", "sphere(d = 3)"},
        {"cylinder(h = 1, r1 = 3, r_top = 2)", "E0304", NULL, "cylinder(h = 1, r = 3, r_top = 2)"},
        {"box(size = [1, 2, 3], rond = 1)", "E0304", "did you mean 'round'?", "box(size = [1, 2, 3], round = 1)"},
        {"box(size = [1, 2, 3], center = true)", "E0304", "centred on the origin", "box(size = [1, 2, 3])"},
        {"box(center = true, size = [1, 2, 3])", "E0304", NULL, "box(size = [1, 2, 3])"},
        {"box(size = [1, 2, 3], pos = [4, 5, 6])", "E0304", NULL, "box(size = [1, 2, 3]).move([4, 5, 6])"},
        {"sphere(d = 3, segments = 64)", "E0304", "tolerance", "sphere(d = 3)"},
        {"sphere(d = 3, color = 3)", "E0304", "belongs to a part", ""},
        {"def f(width) = width\nsphere(d = f(widht = 2))", "E0304", "defined here", "def f(width) = width\nsphere(d = f(width = 2))"},
        {"material m { colour = red }\npart a: m { sphere(d = 1) }", "E0304", NULL,
         "material m { color = red }\npart a: m { sphere(d = 1) }"},
    };
    CHECK_CASES(cases);
}

TEST(an_unknown_argument_hides_the_missing_one) {
    static const Case cases[] = {{"cylinder(h = 3, qqq = 3)", "E0304", NULL, ""}};
    CHECK_CASES(cases);
}

TEST(missing_arguments) {
    static const Case cases[] = {
        {"cylinder(h = 3)", "E0305", "cylinder needs 'd'", NULL},
        {"rod(d = 3)", "E0305", "rod needs 'from' and 'to'", NULL},
        {"tube()", "E0305", "tube needs 'h', 'd' and 'wall'", NULL},
        {"sphere(d = 3).ring()", "E0305", "ring needs 'n'", NULL},
        {"hull()", "E0305", NULL, NULL},
        {"def f(a, b) = a + b\nsphere(d = f(1))", "E0305", "f needs 'b'", NULL},
    };
    CHECK_CASES(cases);
}

TEST(arguments_given_twice) {
    static const Case cases[] = {
        {"sphere(d = 3, d = 4)", "E0306", "first given here", NULL},
        {"sphere(d = 3, r = 4)", "E0308", "both 'd' and 'r' of sphere", NULL},
        {"cylinder(h = 1, r = 3, d = 4, d_top = 1)", "E0308", "'r' is a radius", NULL},
        {"sphere(d = lerp(1, 2, a = 3))", "E0306", NULL, NULL},
        {"def f(a) = a\nsphere(d = f(1, a = 2))", "E0306", "'a' of f is given twice", NULL},
        {"material m { color = red, color = blue }\npart a: m { sphere(d = 1) }", "E0306", NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST(positional_arguments_get_names) {
    static const Case cases[] = {
        {"cylinder(5, 2)", "E0307", "write cylinder(h = 5, d = 2)", "cylinder(h = 5, d = 2)"},
        {"cylinder(5, d = 2)", "E0307", NULL, "cylinder(h = 5, d = 2)"},
        {"box(1, 2, 3)", "E0307", NULL, "box(size = [1, 2, 3])"},
        {"box([1, 2, 3], round = 1)", "E0307", NULL, "box(size = [1, 2, 3], round = 1)"},
        {"box(4)", "E0307", NULL, "box(size = [4, 4, 4])"},
        {"sphere(5)", "E0307", NULL, "sphere(r = 5)"},
        {"rect(4, 2).extrude(h = 3)", "E0307", NULL, "rect(size = [4, 2]).extrude(h = 3)"},
        {"circle(d = 4).extrude(3)", "E0307", NULL, "circle(d = 4).extrude(h = 3)"},
        {"sphere(d = 3).move(1, 2, 3)", "E0307", "one list", "sphere(d = 3).move([1, 2, 3])"},
        {"sphere(d = 3).repeat(3, [1, 0, 0])", "E0307", NULL, "sphere(d = 3).repeat(3, step = [1, 0, 0])"},
        {"rod([0, 0, 0], [0, 0, 9], 2)", "E0307", NULL, "rod(from = [0, 0, 0], to = [0, 0, 9], d = 2)"},
    };
    CHECK_CASES(cases);
}

TEST(too_many_arguments) {
    static const Case cases[] = {
        {"sphere(d = sqrt(4, 5))", "E0309", "sqrt takes no further argument", NULL},
        {"def f(a) = a\nsphere(d = f(1, 2))", "E0309", "f takes 1 argument", NULL},
        {"def f() = 3\nsphere(d = (4).f())", "E0309", NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST(rotations_are_split) {
    static const Case cases[] = {
        {"sphere(d = 1).rotate(x = 90, z = 45)", "E0315", NULL, "sphere(d = 1).rotate(x = 90).rotate(z = 45)"},
        {"sphere(d = 1).rotate([90, 0, 45])", "E0315", NULL, "sphere(d = 1).rotate(x = 90).rotate(z = 45)"},
        {"sphere(d = 1).rotate(z = 5, y = 4, about = center)", "E0315", NULL,
         "sphere(d = 1).rotate(y = 4, about = center).rotate(z = 5, about = center)"},
        {"if false { sphere(d = 1).rotate([0, 90, 0]) }\nsphere(d = 2)", "E0315", NULL,
         "if false { sphere(d = 1).rotate(y = 90) }\nsphere(d = 2)"},
    };
    CHECK_CASES(cases);
}

TEST(habits_in_arguments) {
    static const Case cases[] = {
        {"box(width = 1, depth = 2, height = 3, round = 0.2)", "E0304", "one vector", "box(size = [1, 2, 3], round = 0.2)"},
        {"box(length = 1, width = 2, height = 3)", "E0304", NULL, "box(size = [1, 2, 3])"},
        {"sphere(d = 2).scale(x = 2, z = 3)", "E0304", NULL, "sphere(d = 2).scale([2, 1, 3])"},
        {"sphere(d = 2).mirror([1, 0, 0])", "E0402", NULL, "sphere(d = 2).mirror(X)"},
        {"sphere(d = 2).mirror(\"y\")", "E0402", NULL, "sphere(d = 2).mirror(Y)"},
        {"cylinder(h = 3, d = 1, axis = \"x\")", "E0402", NULL, "cylinder(h = 3, d = 1, axis = X)"},
        {"cone(h = 3, d = 1, r_top = 1)", "E0304", "cylinder(h = , d = , d_top = )", NULL},
        {"sphere(d = 2).rotate(90, X)", "E0307", NULL, "sphere(d = 2).rotate(x = 90)"},
        {"sphere(d = 2).rotate(Z, 90)", "E0307", NULL, "sphere(d = 2).rotate(z = 90)"},
        {"sphere(d = 2).rotate(90, [0, 1, 1])", "E0307", NULL, "sphere(d = 2).rotate(axis = [0, 1, 1], angle = 90)"},
        {"sphere(d = 2).rotate([0, 0, 1], 90)", "E0307", NULL, "sphere(d = 2).rotate(z = 90)"},
        {"let s = sphere(d = 2)\ns\nsphere(d = 1).align(above = s)", "E0304", NULL,
         "let s = sphere(d = 2)\ns\nsphere(d = 1).align(bottom = s.top)"},
        {"sphere(d = 1).align(botom = 0)", "E0304", "did you mean 'bottom'?", "sphere(d = 1).align(bottom = 0)"},
        {"sphere(d = 1).scale(factor = 2)", "E0304", NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST(solids_are_not_called_on_values) {
    static const Case cases[] = {{"sphere(d = 3).box(size = [1, 2, 3])", "E0317", "stands alone", NULL}};
    CHECK_CASES(cases);
}

TEST_MAIN(TEST_CASE(arguments_that_fit), TEST_CASE(a_radius_is_half_a_diameter), TEST_CASE(unknown_arguments),
          TEST_CASE(an_unknown_argument_hides_the_missing_one), TEST_CASE(missing_arguments),
          TEST_CASE(arguments_given_twice), TEST_CASE(positional_arguments_get_names), TEST_CASE(too_many_arguments),
          TEST_CASE(rotations_are_split), TEST_CASE(habits_in_arguments), TEST_CASE(solids_are_not_called_on_values))
