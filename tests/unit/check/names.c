// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/check/cases.h"

TEST(scopes) {
    static const Case cases[] = {
        {"let a = 1\npart p { let a = a + 1\nsphere(d = a) }\nsphere(d = a)", NULL, NULL, NULL},
        {"for i in range(2) { let k = i + 1\nsphere(d = k) }\nfor i in range(3) { sphere(d = i + 1) }", NULL, NULL, NULL},
        {"def f() { sphere(d = q) }\nlet q = 3\nf()", NULL, NULL, NULL},
        {"g()\ndef g() { sphere(d = 1) }", NULL, NULL, NULL},
        {"def f(n) = n < 1 ? 1 : f(n - 1) + g(n)\ndef g(n) = n\nsphere(d = f(3))", NULL, NULL, NULL},
        {"let size = 3\nlet clear = 2\nlet top = size\nsphere(d = top + clear)", NULL, NULL, NULL},
        {"sphere(d = sum([x * y for x in [1, 2], y in range(x) if y > 0]) + 1)", NULL, NULL, NULL},
        {"part oak: oak { sphere(d = 1) }\nlet oak = 3\nexpect oak == 3", "E0311", NULL, NULL},
        {"def f(a) { part p { let a = 2\nsphere(d = a) } }\nf(1)", NULL, NULL, NULL},
        {"if true { let z = 1\nsphere(d = z) } else { let z = 2\nsphere(d = z) }", NULL, NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST(unknown_names) {
    static const Case cases[] = {
        {"let width = 3\nsphere(d = widht)", "E0301", "did you mean 'width'?", "let width = 3\nsphere(d = width)"},
        {"sphere(d = q)", "E0301", "let q = ...", ""},
        {"sphere(d = q + q * q)", "E0301", NULL, NULL},
        {"if false { sphere(d = nowhere) }", "E0301", NULL, NULL},
        {"def f() { sphere(d = nowhere) }", "E0301", NULL, NULL},
        {"part seat { sphere(d = 1) }\nsphere(d = seat.top)", "E0301", "parts are written with @",
         "part seat { sphere(d = 1) }\nsphere(d = @seat.top)"},
        {"part p { let k = 2\nsphere(d = k) }\nsphere(d = k)", "E0301", "only inside its braces", NULL},
        {"part p: oka { sphere(d = 1) }", "E0301", "did you mean 'oak'?", "part p: oak { sphere(d = 1) }"},
        {"part p: unobtainium { sphere(d = 1) }", "E0301", "material unobtainium {", NULL},
        {"sphere(d = 3).mirror(x)", "E0301", "did you mean 'X'?", "sphere(d = 3).mirror(X)"},
        {"sphere(d = [f for f in range(3)][0] + f)", "E0301", NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST(binding) {
    static const Case cases[] = {
        {"let a = 1\nlet a = 2\nsphere(d = a)", "E0310", "first bound here, by let", NULL},
        {"param a = 1\nlet a = 2\nsphere(d = a)", "E0310", "by param", NULL},
        {"def f(a) { let a = 2\nsphere(d = a) }\nf(1)", "E0310", "a parameter", NULL},
        {"def f(a) = a\ndef f(b) = b\nsphere(d = f(1))", "E0310", "by def", NULL},
        {"sphere(d = a)\nlet a = 1", "E0311", "bound here", NULL},
        {"let a = a + 1\nsphere(d = a)", "E0311", NULL, NULL},
        {"part p { sphere(d = a) }\nlet a = 1", "E0311", NULL, NULL},
        {"def sphere(a) = a", "E0313", "sphere(d =)", NULL},
    };
    CHECK_CASES(cases);
}

TEST(functions_and_values) {
    static const Case cases[] = {
        {"cylindr(h = 3, d = 2)", "E0302", "did you mean 'cylinder'?", "cylinder(h = 3, d = 2)"},
        {"def shelf(w) { sphere(d = w) }\nshlef(3)", "E0302", NULL, "def shelf(w) { sphere(d = w) }\nshelf(3)"},
        {"part leg { sphere(d = 1) }\nleg()", "E0302", "'@leg'", NULL},
        {"let s = sphere\ns", "E0317", "sphere(d =)", NULL},
        {"let k = 3\nsphere(d = k())", "E0317", NULL, "let k = 3\nsphere(d = k)"},
        {"part a { sphere(d = 1) }\nsphere(d = @a.top())", "E0317", NULL, "part a { sphere(d = 1) }\nsphere(d = @a.top)"},
        {"let w = sphere(d = 1).both\nw", "E0317", "solid.both(axis)", NULL},
        {"part a { sphere(d = 1) }\nsphere(d = @a.tpo)", "E0303", "did you mean 'top'?", NULL},
        {"part a { mark pin = [0, 0, 1]\nsphere(d = 1) }\nsphere(d = 1).move(@a.pim)", "E0303", "did you mean 'pin'?", NULL},
    };
    CHECK_CASES(cases);
}

TEST(labels) {
    static const Case cases[] = {
        {"part seat { sphere(d = 1) }\nsphere(d = @set.top)", "E0312", "did you mean 'seat'?",
         "part seat { sphere(d = 1) }\nsphere(d = @seat.top)"},
        {"part a { part b { sphere(d = 1) } }\nsphere(d = @a/c.top)", "E0312", "'c'", NULL},
        {"let k = 3\nsphere(d = @k)", "E0312", "values are written without @", "let k = 3\nsphere(d = k)"},
        {"sphere(d = @leg.top)", "E0312", "no parts", NULL},
        {"if false { part leg { sphere(d = 1) } }\nexpect count(@leg) == 0\nsphere(d = 1)", NULL, NULL, NULL},
        {"part leg { sphere(d = 1) }.both(X)\nexpect count(@leg[left]) == 1", NULL, NULL, NULL},
        {"part leg { sphere(d = 1) }\nexpect count(@leg[lef]) == 1", "E0301", NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST(units_of_the_file) {
    static const Case cases[] = {
        {"units inches\nsphere(d = 1)", "E0403", NULL, "units in\nsphere(d = 1)"},
        {"units deg\nsphere(d = 1)", "E0403", "mm cm m in ft", NULL},
    };
    CHECK_CASES(cases);
}

TEST(foreign_words) {
    static const Case cases[] = {
        {"cube([1, 2, 3], center = true)", "E0314", "box(size = [x, y, z])", "box(size = [1, 2, 3])"},
        {"cube(4)", "E0314", NULL, "box(size = [4, 4, 4])"},
        {"difference(sphere(d = 9), sphere(d = 2) + sphere(d = 3))", "E0314", NULL,
         "(sphere(d = 9) - (sphere(d = 2) + sphere(d = 3)))"},
        {"union([sphere(d = 1), sphere(d = 2)])", "E0314", NULL, "(sphere(d = 1) + sphere(d = 2))"},
        {"sphere(d = 1).translate([1, 2, 3])", "E0314", NULL, "sphere(d = 1).move([1, 2, 3])"},
        {"sphere(d = 1).translate(x = 3)", "E0314", NULL, "sphere(d = 1).move(x = 3)"},
        {"sphere(d = 1).translate(1, 2, 3)", "E0314", NULL, "sphere(d = 1).move([1, 2, 3])"},
        {"sphere(d = 1).rotated(z = 3)", "E0314", NULL, "sphere(d = 1).rotate(z = 3)"},
        {"sphere(d = 9).cut(sphere(d = 2))", "E0314", NULL, "(sphere(d = 9) - sphere(d = 2))"},
        {"sphere(d = 9).faces(\">Z\")", "E0314", "nothing is selected by faces", ""},
        {"sphere(d = 9).color(\"red\")", "E0314", NULL, "sphere(d = 9).paint(red)"},
        {"circle(d = 9).linear_extrude(height = 3)", "E0314", NULL, "circle(d = 9).extrude(h = 3)"},
        {"cq.Workplane(\"XY\").box(1, 2, 3).faces(\">Z\")", "E0314", "CadQuery", ""},
        {"bpy.ops.mesh.primitive_cube_add(size = 2)", "E0314", "Blender", ""},
        {"sphere(d = math.sqrt(4))", "E0314", NULL, "sphere(d = sqrt(4))"},
        {"sphere(d = pi)", "E0314", "half a turn is 180", "sphere(d = 3.141592653589793)"},
        {"sphere(d = pow(2, 1 + 1))", "E0314", NULL, "sphere(d = (2 ^ (1 + 1)))"},
        {"for x in linspace(0, 9, 4) { sphere(d = 1).move(x = x) }", "E0314", NULL,
         "for x in spread(4, 0..9) { sphere(d = 1).move(x = x) }"},
        {"part a { sphere(d = 1) }\nsphere(d = @a.height)", "E0314", NULL, "part a { sphere(d = 1) }\nsphere(d = @a.size.z)"},
        {"let l = [1]\nsphere(d = l.length)", "E0314", NULL, "let l = [1]\nsphere(d = len(l))"},
        {"box(size = [9, 9, 9]).fillet(2)", "E0314", NULL, "box(size = [9, 9, 9], round = 2)"},
        {"sphere(d = 9).fillet(2)", "E0314", "where the solid is made", ""},
        {"Workplane(\"XY\").box(1, 2, 3).translate([1, 2, 3])", "E0314", "workplanes", ""},
        {"minkowski(sphere(d = 1), sphere(d = 2))", "E0314", "blend", ""},
    };
    CHECK_CASES(cases);
}

// A def may take a foreign word: it is not foreign then.
TEST(foreign_words_can_be_defined) {
    static const Case cases[] = {
        {"def cube(s) { box(size = [s, s, s]) }\ncube(3)", NULL, NULL, NULL},
        {"let pi = 3\nlet math = [1, 2, 3]\nsphere(d = pi + math.x)", NULL, NULL, NULL},
    };
    CHECK_CASES(cases);
}

// Several mistakes, one message each, nothing that only follows from them.
TEST(independent_mistakes_are_all_told) {
    Checked c;
    check_text(&c, "let a = nowhere\nlet b = a + a\nsphere(d = b)\ncylindr(h = 2)\nbox(size = [1, 2, b]).mvoe(x = 3)\n"
                   "part leg { sphere(d = @lag.top) }\nsphere(d = @leg.top)");
    CHECK_EQ(c.diags.n_errors, 4);
    check_finish(&c);
}

// A name that a statement lost to a syntax error may have bound is let pass.
TEST(syntax_errors_bring_no_unknown_names) {
    Checked c;
    check_text(&c, "let a = = 3\npart leg { sphere(d = a) ) }\nsphere(d = a + @leg.top)");
    for (u32 i = 0; i < c.diags.len; i++)
        CHECK(diag_code_text(c.diags.items[i]->code)[2] != '3');
    CHECK(c.diags.n_errors > 0);
    check_finish(&c);
}

static bool only_warning(const char *program, const char *code) {
    Checked c;
    check_text(&c, program);
    bool ok = c.ok && (code ? c.diags.len == 1 && strcmp(diag_code_text(c.diags.items[0]->code), code) == 0 : c.diags.len == 0);
    if (!ok)
        check_print(&c);
    check_finish(&c);
    return ok;
}

TEST(unused) {
    CHECK(only_warning("param a = 1\nsphere(d = 1)", "W0901"));
    CHECK(only_warning("let a = 1\nsphere(d = 1)", "W0902"));
    CHECK(only_warning("def f() = 1\nsphere(d = 1)", "W0903"));
    CHECK(only_warning("material m { color = red }\nsphere(d = 1)", "W0904"));
    CHECK(only_warning("let _a = 1\nsphere(d = 1)", NULL));
    CHECK(only_warning("param a = 1\nif false { sphere(d = a) }\nsphere(d = 1)", NULL));
    CHECK(only_warning("for i in range(3) { sphere(d = 1) }", NULL));
    CHECK(only_warning("def f(n) { sphere(d = 1) }\nf(1)", NULL));
}

// 100,000 names, each used once, and a thousand that are unknown.
TEST(many_names_stay_fast) {
    Checked c;
    check_setup(&c);
    StrBuf text;
    strbuf_init(&text, &c.heap);
    for (u32 i = 0; i < 20000; i++)
        strbuf_addf(&text, "let name%u = %u\n", i, i);
    for (u32 i = 0; i < 1000; i++)
        strbuf_addf(&text, "let b%u = nmae%u + name%u\n", i, i * 20, i);
    u64 start = clock_now_ns();
    char *program = str_to_z(&c.arena, strbuf_str(&text));
    check_run(&c, program);
    CHECK(!c.ok && c.diags.n_errors >= 900);
    CHECK(clock_now_ns() - start < 20000000000ull);
    check_finish(&c);
}

TEST_MAIN(TEST_CASE(scopes), TEST_CASE(unknown_names), TEST_CASE(binding), TEST_CASE(functions_and_values), TEST_CASE(labels),
          TEST_CASE(units_of_the_file), TEST_CASE(foreign_words), TEST_CASE(foreign_words_can_be_defined),
          TEST_CASE(independent_mistakes_are_all_told), TEST_CASE(syntax_errors_bring_no_unknown_names), TEST_CASE(unused),
          TEST_CASE(many_names_stay_fast))
