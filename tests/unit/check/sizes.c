// SPDX-License-Identifier: Apache-2.0
// What makes no shape is refused with the legal range; and programs that would run or grow without
// end stop at a named limit.
#include "tests/unit/check/support.h"

static Checked c;

static const struct {
    const char *shape;
    DiagCode code;
    f64 measured, limit; // as told, mm; NAN: not looked at
} CASES[] = {
    {"sphere(d = 0)", DIAG_E0640, 0, 0},
    {"sphere(d = -3)", DIAG_E0640, -3, 0},
    {"sphere(r = -3)", DIAG_E0640, -3, 0},
    {"sphere(d = 1e-9)", DIAG_E0640, 1e-9, 1e-6},
    {"sphere(d = 1e7)", DIAG_E0641, 1e7, 1e6},
    {"box(size = [1, 0, 1])", DIAG_E0640, 0, 0},
    {"box(size = [1, 1, 1], round = 0.6)", DIAG_E0610, 0.6, 0.5},
    {"box(size = [1, 1, 1], chamfer = 0.6)", DIAG_E0610, 0.6, 0.5},
    {"box(size = [1, 1, 1], round = 0.1, chamfer = 0.1)", DIAG_E0308, NAN, NAN},
    {"box(size = [1, 1, 1], round = -0.1)", DIAG_E0640, -0.1, 0},
    {"box(size = [1, 1, 1], x = 0..1)", DIAG_E0308, NAN, NAN},
    {"box(x = 0..1, y = 0..1)", DIAG_E0305, NAN, NAN},
    {"box()", DIAG_E0305, NAN, NAN},
    {"box(x = 1..0, y = 0..1, z = 0..1)", DIAG_E0640, -1, 0},
    {"box(x = 0..inf, y = 0..1, z = 0..1)", DIAG_E0640, INFINITY, 0},
    {"cylinder(h = 0, d = 1)", DIAG_E0640, 0, 0},
    {"cylinder(h = 1, d = 0)", DIAG_E0640, 0, 0},
    {"cylinder(h = 1, d = 0, d_top = 0)", DIAG_E0640, 0, 0},
    {"cylinder(h = 1, d = 2, d_top = -1)", DIAG_E0640, -1, 0},
    {"cylinder(h = 4, d = 2, round = 1.5)", DIAG_E0610, 1.5, 1},
    {"cylinder(h = 4, d = 2, axis = [0, 0, 0])", DIAG_E0645, NAN, NAN},
    {"tube(h = 1, d = 4, wall = 2)", DIAG_E0611, 2, 2},
    {"tube(h = 1, d = 4, d_top = 2, wall = 1)", DIAG_E0611, 1, 1},
    {"torus(d = 4, thickness = 4)", DIAG_E0611, 4, 4},
    {"capsule(h = 3, d = 4)", DIAG_E0623, 4, 3},
    {"rod(from = [0, 0, 0], to = [0, 0, 9], d = 2, round = 2)", DIAG_E0610, 2, 1},
    {"polyhedron(points = [[0, 0, 0]], faces = [[0, 0, 0]])", DIAG_E0640, NAN, NAN},
    {"polyhedron(points = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], faces = [[0, 2, 1], [0, 1, "
     "3], [1, 2, 3], [2, 0, 4]])",
     DIAG_E0640, 4, 3},
    {"rect(size = [2, 4], round = 1.5).extrude(h = 1)", DIAG_E0610, 1.5, 1},
    {"ngon(sides = 2, d = 4).extrude(h = 1)", DIAG_E0640, 2, 3},
    {"star(points = 5, d = 4, inner = 4).extrude(h = 1)", DIAG_E0623, 4, 4},
    {"polygon([[0, 0], [1, 1], [1, 1]]).extrude(h = 1)", DIAG_E0640, 2, 3},
    {"text(\" \", size = 3).extrude(h = 1)", DIAG_E0640, NAN, NAN},
    {"circle(d = 4).extrude(h = -1)", DIAG_E0640, -1, 0},
    {"circle(d = 4).extrude(h = 2, round = 1.5)", DIAG_E0610, 1.5, 1},
    {"circle(d = 4).extrude(h = 2, taper = -1)", DIAG_E0640, -1, 0},
    {"circle(d = 4).extrude(h = 2, plane = Z)", DIAG_E0402, NAN, NAN},
    {"circle(d = 4).extrude(h = 30deg)", DIAG_E0401, NAN, NAN},
    {"circle(d = 4).revolve(angle = 0)", DIAG_E0640, 0, 0},
    {"circle(d = 4).revolve(angle = 400)", DIAG_E0640, 400, 360},
    {"circle(d = 4).sweep(path = path([[0, 0, 0]]))", DIAG_E0640, 1, 2},
    {"circle(d = 4).sweep(path = [[0, 0, 0], [0, 0, 4]])", DIAG_E0402, NAN, NAN},
    {"circle(d = 4).sweep(path = helix(d = 3, pitch = 1, turns = 0))", DIAG_E0640, 0, 0},
    {"circle(d = 4).sweep(path = arc(d = 3, from = 10, to = 10))", DIAG_E0640, 0, 0},
    {"circle(d = 4).sweep(path = path([[0, 0, 0], [0, 0, 4]]), ends = \"soft\")", DIAG_E0402, NAN,
     NAN},
    {"loft([circle(d = 1)], heights = [0])", DIAG_E0640, NAN, NAN},
    {"loft([circle(d = 1), circle(d = 2)], heights = [0])", DIAG_E0405, 1, 2},
    {"loft([circle(d = 1), circle(d = 2)], heights = [5, 5])", DIAG_E0640, 5, 5},
    {"blend(sphere(d = 1), sphere(d = 2), r = 0)", DIAG_E0640, 0, 0},
    {"box(size = [4, 4, 4]).shell(wall = 2)", DIAG_E0611, 2, 2},
    {"box(size = [4, 4, 4]).clip()", DIAG_E0305, NAN, NAN},
    {"box(size = [4, 4, 4]).clip(z = 3..1)", DIAG_E0640, -2, 0},
    {"box(size = [4, 4, 4]).clip(z = 3)", DIAG_E0402, NAN, NAN},
    {"circle(d = 4).shell(wall = 1)", DIAG_E0402, NAN, NAN},
    {"box(size = [4, 4, 4]).round(1)", DIAG_E0402, NAN, NAN},
};

TEST(degenerate_sizes_are_refused_with_the_limit) {
    for (u32 i = 0; i < COUNT_OF(CASES); i++) {
        char text[512];
        snprintf(text, sizeof text, "part a { %s }", CASES[i].shape);
        check_text(&c, text);
        const Diag *d = c.diags.len > 0 ? c.diags.items[0] : NULL;
        bool ok = check_only_error(&c) == CASES[i].code && c.diags.len == 1 && d->help.len > 0;
        if (ok && !isnan(CASES[i].measured))
            ok = d->has_measured &&
                 (d->measured == CASES[i].measured ||
                  fabs(d->measured - CASES[i].measured) < 1e-12) &&
                 fabs(d->limit - CASES[i].limit) < 1e-12;
        if (!ok) {
            printf("%s\n", CASES[i].shape);
            check_print(&c);
        }
        check_finish(&c);
        CHECK(ok);
    }
}

TEST(legal_extremes_are_taken) {
    static const char *const LEGAL[] = {
        "box(size = [1, 1, 1], round = 0.5)",
        "cylinder(h = 1, d = 0, d_top = 3)",
        "cylinder(h = 4, d = 2, round = 1)",
        "cone(h = 2, r = 1)",
        "capsule(h = 4, d = 4)",
        "torus(d = 4, thickness = 3.99)",
        "pyramid(size = [1, 2, 3]) + wedge(size = [1, 2, 3]) + ellipsoid(size = [1, 2, 3])",
        "polyhedron(points = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], faces = [[0, 2, 1], [0, "
        "1, 3], [1, 2, 3], [2, 0, 3]])",
        "circle(d = 4).extrude(h = 2, taper = 0, twist = 90)",
        "circle(d = 4).sweep(path = path([[0, 0, 0], [0, 0, 4]]), scale = [1, 2, 0], ends = "
        "\"round\")",
        "loft([circle(d = 1), circle(d = 2)], heights = [0, 5], axis = Y, smooth = true)",
        "(rect(size = [4, 4]) - circle(d = 2) & rect(size = [3, 9]) + ngon(sides = 6, d = "
        "1)).offset(0.2).round(0.1).extrude(h = 1)",
        "hull(circle(d = 1), circle(d = 2).move(x = 9)).extrude(h = 1)",
        "hull([sphere(d = 1), sphere(d = 1).move(x = 3)])",
        "box(size = [4, 4, 4]).clip(z = -inf..1, x = 0..inf)",
        "box(size = [4, 4, 4]).paint(red).paint(steel, inside = sphere(d = 1))",
        "box(size = [4, 4, 4]).shell(wall = 1)",
        "[]",
    };
    for (u32 i = 0; i < COUNT_OF(LEGAL); i++) {
        char text[512];
        snprintf(text, sizeof text, "part a { sphere(d = 1)\n %s }", LEGAL[i]);
        check_text(&c, text);
        bool ok = c.ok && c.diags.len == 0;
        if (!ok)
            check_print(&c);
        check_finish(&c);
        CHECK(ok);
    }
}

// Runs with one limit made small.
static DiagCode limited(const char *text, u64 Limits_field_offset, u64 value, bool *told) {
    check_setup(&c);
    memcpy((char *)&c.options.limits + Limits_field_offset, &value, sizeof value);
    check_run(&c, text);
    DiagCode code = check_only_error(&c);
    *told = c.diags.limit_reached && c.diags.len > 0 && c.diags.items[0]->has_limit;
    if (code == DIAG_COUNT)
        check_print(&c);
    check_finish(&c);
    return code;
}

TEST(limits_stop_what_runs_away) {
    static const struct {
        const char *text;
        size_t field;
        u64 value;
        DiagCode code;
    } RUNS[] = {
        {"part a { box(size = [len([i for i in range(900)]), 1, 1]) }", offsetof(Limits, steps),
         500, DIAG_E0530},
        {"for i in range(300) { part a { sphere(d = 1) } }", offsetof(Limits, steps), 500,
         DIAG_E0530},
        {"def f(x) = f(x + 1)\npart a { sphere(d = f(1)) }", offsetof(Limits, call_depth), 20,
         DIAG_E0531},
        {"part a { box(size = [len(range(11)), 1, 1]) }", offsetof(Limits, list_len), 10,
         DIAG_E0532},
        {"part a { box(size = [len([i for i in range(5), j in range(5)]), 1, 1]) }",
         offsetof(Limits, list_len), 10, DIAG_E0532},
        {"for i in range(11) { part a { sphere(d = 1) } }", offsetof(Limits, instances), 10,
         DIAG_E0533},
        {"part a { sphere(d = 1) }.ring(6).both(X)", offsetof(Limits, instances), 10, DIAG_E0533},
        {"def t(s, n) = n == 0 ? s : t(\"{s}{s}\", n - 1)\npart a { text(t(\"ab\", 20), size = "
         "1).extrude(h = 1) }",
         offsetof(Limits, text_len), 1000, DIAG_E0534},
    };
    for (u32 i = 0; i < COUNT_OF(RUNS); i++) {
        bool told;
        DiagCode code = limited(RUNS[i].text, RUNS[i].field, RUNS[i].value, &told);
        if (code != RUNS[i].code || !told)
            printf("case %u\n", i);
        CHECK(code == RUNS[i].code && told);
    }
}

TEST(deep_recursion_does_not_need_stack) {
    bool told;
    DiagCode code = limited("def f(x) = ((((((((((f(x + 1) + 1) + 1) + 1) + 1) + 1) + 1) + 1) + 1) "
                            "+ 1) + 1)\npart a { sphere(d = f(1)) }",
                            offsetof(Limits, call_depth), 100000, &told);
    CHECK(code == DIAG_E0531 && told);
}

// What a program of n parts with n references takes in memory.
static u64 memory_of(u32 n) {
    char text[512];
    snprintf(text, sizeof text,
             "for i in range(%u) {\n"
             "  part post { box(size = [1, 1, 2]).align(bottom = 0) }.move(x = 2 * i)\n"
             "  part cap { box(size = [1, 1, 1]).align(bottom = @post[i].top, x = @post[-1]) }\n"
             "}\nexpect count(@post) == %u and @cap[-1].x == %u",
             n, n, 2 * (n - 1));
    check_text(&c, text);
    u64 size = c.ok ? c.heap.shared->peak_size : 0;
    check_finish(&c);
    return size;
}

TEST(cost_is_linear_in_parts) {
    u64 few = memory_of(1000), many = memory_of(8000);
    CHECK(few > 0 && many > 0);
    CHECK(many < 12 * few);
}

TEST_MAIN(TEST_CASE(degenerate_sizes_are_refused_with_the_limit),
          TEST_CASE(legal_extremes_are_taken), TEST_CASE(limits_stop_what_runs_away),
          TEST_CASE(deep_recursion_does_not_need_stack), TEST_CASE(cost_is_linear_in_parts))
