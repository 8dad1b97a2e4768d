// SPDX-License-Identifier: Apache-2.0
// What bodies yield: parts and groups, materials, defs and their scopes, cuts, the algebra of
// solids, the assembled scene, and recovery from mistakes.
#include "tests/unit/check/support.h"

static Checked c;

static bool holds(const char *text) {
    check_text(&c, text);
    bool ok = c.ok && c.diags.len == 0;
    if (!ok)
        check_print(&c);
    check_finish(&c);
    return ok;
}

// The codes of all errors, in order of place: "E0402 E0330".
static bool fails(const char *text, const char *codes) {
    char all[256] = "";
    check_text(&c, text);
    diags_sort(&c.diags);
    for (u32 i = 0; i < c.diags.len; i++)
        if (c.diags.items[i]->severity == SEVERITY_ERROR)
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", all[0] ? " " : "",
                     diag_code_text(c.diags.items[i]->code));
    bool same = strcmp(all, codes) == 0;
    if (!same) {
        printf("wanted %s, got %s\n", codes, all);
        check_print(&c);
    }
    check_finish(&c);
    return same;
}

static const IrNode *node_of(const ScenePart *part) {
    return &c.scene.graph->nodes[part->solid];
}

TEST(part_is_the_union_of_its_body) {
    check_text(
        &c, "part a { box(size = [1, 1, 1])\n box(size = [2, 2, 2])\n part b { sphere(d = 1) } }");
    const ScenePart *a = check_part(&c, "a", 0), *b = check_part(&c, "a/b", 0);
    bool ok = c.ok && c.scene.n_parts == 2 && a && b && b->parent == 0 &&
              node_of(a)->kind == IR_UNION && node_of(a)->n_children == 2;
    check_finish(&c);
    CHECK(ok);
}

TEST(words_default_to_the_label) {
    check_text(&c, "part a \"long words\" { sphere(d = 1) }\npart b { sphere(d = 1) }");
    bool ok = c.ok && str_equal_z(c.scene.parts[0].words, "long words") &&
              str_equal_z(c.scene.parts[1].words, "b");
    check_finish(&c);
    CHECK(ok);
}

TEST(materials_are_inherited) {
    check_text(&c,
               "material m { color = #112233 }\nmaterial n { color = #445566 }\nlet list = [m, n]\n"
               "part a: m { part b { sphere(d = 1) }; part d: list[1] { part e { sphere(d = 2) } "
               "}; part f: (true ? n : m) { sphere(d = 3) } }\n"
               "part g { sphere(d = 1) }");
    const Scene *s = &c.scene;
    bool ok = c.ok && s->n_parts == 6 && s->parts[1].material == s->parts[0].material &&
              s->parts[2].material == s->parts[3].material &&
              s->parts[2].material != s->parts[0].material &&
              s->parts[4].material == s->parts[2].material && s->parts[5].material == NONE;
    check_finish(&c);
    CHECK(ok);
}

TEST(units_scale_into_millimetres) {
    check_text(&c, "units in\npart a { box(size = [1, 2cm, 3mm]).move(z = 1in) }");
    Box3 box = box_of_solid(&c, c.scene.parts[0].solid);
    bool ok = c.ok && fabs(box3_size(box).x - 25.4) < 1e-12 &&
              fabs(box3_size(box).y - 20) < 1e-12 && fabs(box3_size(box).z - 3) < 1e-12 &&
              fabs(box3_center(box).z - 25.4) < 1e-12;
    check_finish(&c);
    CHECK(ok);
}

TEST(defs_are_hoisted_and_lexical) {
    CHECK(holds(
        "let k = 3\npart a { box(size = [f(1), 1, 1]) }\ndef f(x) = x + k\nexpect @a.size.x == 4"));
    CHECK(holds("let k = 3\ndef f(x, y = x + k) = x * y\npart a { let k = 1\n box(size = [f(2), "
                "f(k, 1), f(y = 2, x = 5)]) }\n"
                "expect @a.size == [10, 1, 10]"));
    CHECK(holds("def fact(n) = n <= 1 ? 1 : n * fact(n - 1)\npart a { box(size = [fact(5), 1, 1]) "
                "}\nexpect @a.size.x == 120"));
}

TEST(def_called_before_its_values_are_bound) {
    CHECK(fails("part a { box(size = [f(), 1, 1]) }\nlet k = 3\ndef f() = k", "E0311"));
}

TEST(def_body_gives_labels_and_all) {
    CHECK(holds(
        "def leg(h) { let d = h / 10\n part leg { cylinder(d = d, h = h).align(bottom = 0) } }\n"
        "leg(h = 20).move(x = 5)\nleg(30)\nexpect count(@leg) == 2 and @leg[0].x == 5 and "
        "@leg[1].top == 30"));
}

TEST(groups_keep_labels_and_move_as_one) {
    CHECK(holds(
        "group { part a { sphere(d = 2) }; box(size = [4, 4, 4]) }.move(x = 5)\nexpect @a.x == 5"));
}

TEST(inner_names_may_shadow) {
    CHECK(holds("let x = 1\npart a { let x = 2\n box(size = [x, 1, 1]) }\npart b { box(size = [x, "
                "1, 1]) }\n"
                "expect @a.size.x == 2 and @b.size.x == 1"));
}

TEST(loops_bind_and_nest) {
    CHECK(holds("for x in [1, 2], y in [10, 20, 30] { part p { box(size = [1, 1, 1]).move(x = x, y "
                "= y) } }\n"
                "for [a, b] in [[1, 2], [3, 4]] { part q { box(size = [a, b, 1]) } }\n"
                "expect count(@p) == 6 and @p[1].x == 1 and @p[1].y == 20 and @q[1].size.y == 4"));
}

TEST(difference_reaches_into_parts) {
    check_text(&c, "let s = group { part a { box(size = [2, 2, 2]) }; part far { box(size = [2, 2, "
                   "2]).move(x = 50) }; box(size = [3, 3, 3]) }\n"
                   "part all { s - part t { sphere(d = 1) } }");
    const ScenePart *all = check_part(&c, "all", 0), *a = check_part(&c, "all/a", 0),
                    *far = check_part(&c, "all/far", 0);
    bool ok = c.ok && c.scene.n_parts == 3 && node_of(all)->kind == IR_DIFFERENCE &&
              node_of(a)->kind == IR_DIFFERENCE &&
              node_of(far)->kind != IR_DIFFERENCE; // out of reach: left as it was
    check_finish(&c);
    CHECK(ok);
}

TEST(intersection_keeps_the_side_with_parts) {
    check_text(&c,
               "part all { box(size = [9, 9, 9]) & group { part a { box(size = [2, 2, 2]) } } }");
    const ScenePart *a = check_part(&c, "all/a", 0);
    bool ok = c.ok && a && node_of(a)->kind == IR_INTERSECTION;
    check_finish(&c);
    CHECK(ok);
}

TEST(hull_drops_labels) {
    check_text(&c,
               "part all { hull(part a { sphere(d = 1) }, part b { sphere(d = 1).move(x = 5) }) }");
    bool ok = c.ok && c.scene.n_parts == 1 && node_of(&c.scene.parts[0])->kind == IR_HULL;
    check_finish(&c);
    CHECK(ok);
}

TEST(lists_are_unions) {
    CHECK(holds("part plate { box(size = [90, 9, 2]) - [cylinder(h = 9, d = 2).move(x = 10 * i) "
                "for i in range(4)] }\n"
                "part pegs { [sphere(d = 2).move(x = 9 * i) for i in range(2)] }\nexpect "
                "@pegs.size.x == 11"));
}

TEST(cut_takes_out_of_what_is_placed) {
    check_text(&c, "part a { box(size = [9, 9, 9])\n part core { box(size = [1, 1, 1]) } }\nlet "
                   "before = @a\npart b { box(size = [9, 9, 9]) }\n"
                   "cut @a, @b { sphere(d = 3) }\npart keep { before }");
    const ScenePart *a = check_part(&c, "a", 0), *in = check_part(&c, "a/core", 0),
                    *b = check_part(&c, "b", 0), *keep = check_part(&c, "keep/a", 0);
    bool ok = c.ok && a && in && b && keep && node_of(a)->kind == IR_DIFFERENCE &&
              node_of(in)->kind == IR_DIFFERENCE && node_of(b)->kind == IR_DIFFERENCE &&
              node_of(keep)->kind == IR_BOX; // values never change
    check_finish(&c);
    CHECK(ok);
}

TEST(expects_see_the_finished_body) {
    CHECK(holds("expect count(@a) == 3\nfor i in range(3) { let k = i\n expect @a[2].x == 20 and k "
                "< 3\n part a { sphere(d = 1).move(x = 10 * i) } }"));
    CHECK(fails("part a { sphere(d = 1) }\nfor i in range(3) { expect i < 2, \"i is {i}\" }",
                "E0704"));
}

TEST(failed_expect_tells_values) {
    check_text(&c, "units cm\npart a { box(size = [4, 1, 1]) }\nexpect @a.size.x == 4 and @a.top > "
                   "2, \"high\"");
    const Diag *d = c.diags.items[0];
    bool ok = c.diags.n_errors == 1 && d->code == DIAG_E0704 && d->n_labels == 2 &&
              str_equal_z(d->labels[0].text, "0.5 cm") && str_equal_z(d->labels[1].text, "2") &&
              d->has_measured && d->measured == 5 && d->limit == 20;
    check_finish(&c);
    CHECK(ok);
}

TEST(geometry_outside_parts_is_named_after_the_object) {
    check_text(&c, "object thing \"a thing\"\nbox(size = [1, 1, 1])\npart a { sphere(d = 1) }");
    const ScenePart *rest = check_part(&c, "thing", 0);
    bool ok = c.ok && c.scene.n_parts == 2 && rest && str_equal_z(rest->words, "a thing");
    check_finish(&c);
    CHECK(ok);
}

TEST(instances_count_by_path) {
    check_text(&c, "part a { part b { sphere(d = 1) } }.repeat(2, step = [5, 0, 0])\npart c { part "
                   "b { sphere(d = 1) } }");
    bool ok =
        c.ok && check_part(&c, "a/b", 1) && check_part(&c, "c/b", 0) && !check_part(&c, "c/b", 1);
    check_finish(&c);
    CHECK(ok);
}

TEST(calls_are_chained) {
    check_text(&c, "def inner() { part p { sphere(d = 1) } }\ndef outer() = inner()\nouter()");
    const Scene *s = &c.scene;
    bool ok = c.ok && s->n_calls == 2 && s->parts[0].call == 1 && s->calls[1].parent == 0 &&
              str_equal_z(s->calls[0].function, "outer") &&
              str_equal_z(s->calls[1].function, "inner");
    check_finish(&c);
    CHECK(ok);
}

TEST(allows_are_collected) {
    check_text(&c, "part a { part b { sphere(d = 1) } }\npart d { sphere(d = 1) }\nallow "
                   "overlap(@a/b, @d) \"why\"\nallow floating(@d) \"so\"");
    const Scene *s = &c.scene;
    bool ok = c.ok && s->n_allows == 2 && s->allows[0].is_overlap &&
              str_equal_z(s->allows[0].a, "a/b") && str_equal_z(s->allows[0].b, "d") &&
              !s->allows[1].is_overlap && str_equal_z(s->allows[1].a, "d") &&
              str_equal_z(s->allows[1].reason, "so");
    check_finish(&c);
    CHECK(ok);
}

TEST(several_mistakes_without_consequences) {
    CHECK(fails(
        "part a { box(size = 3) }\npart b { box(size = [1, 1, 1]).align(bottom = @a.top) }\npart d "
        "{ cylinder(h = -1, d = 2) }\n"
        "let k = [1, 2][5]\npart e { box(size = [k, 1, 1]) }\nexpect @e.top > 0 and count(@a) == 7",
        "E0402 E0640 E0513"));
    CHECK(fails("part a { sphere(d = 1) + 3 }.move(x = @b.top)\npart b { box(size = [1, 1, 1]) }",
                "E0402 E0330"));
}

TEST(statements_must_be_solids) {
    CHECK(fails("5", "E0402"));
    CHECK(fails("circle(d = 3)", "E0402"));
    CHECK(fails("path([[0, 0, 0], [1, 1, 1]])", "E0402"));
    CHECK(fails("part a { canvas [1, 1, 1]\n sphere(d = 1) }", "E0336"));
}

TEST(canvas_is_compared_at_default_params) {
    check_text(&c, "canvas [10, 10, 10]\npart a { box(size = [10.9, 9.1, 10]) }");
    bool near = c.ok && c.diags.len == 0;
    check_finish(&c);
    check_text(&c, "canvas [10, 10, 10]\npart a { box(size = [10, 12, 10]) }");
    bool off = c.ok && c.diags.len == 1 && c.diags.items[0]->code == DIAG_W0821 &&
               c.diags.items[0]->measured == 12;
    check_finish(&c);
    CHECK(near && off);
}

TEST_MAIN(TEST_CASE(part_is_the_union_of_its_body), TEST_CASE(words_default_to_the_label),
          TEST_CASE(materials_are_inherited), TEST_CASE(units_scale_into_millimetres),
          TEST_CASE(defs_are_hoisted_and_lexical),
          TEST_CASE(def_called_before_its_values_are_bound),
          TEST_CASE(def_body_gives_labels_and_all), TEST_CASE(groups_keep_labels_and_move_as_one),
          TEST_CASE(inner_names_may_shadow), TEST_CASE(loops_bind_and_nest),
          TEST_CASE(difference_reaches_into_parts),
          TEST_CASE(intersection_keeps_the_side_with_parts), TEST_CASE(hull_drops_labels),
          TEST_CASE(lists_are_unions), TEST_CASE(cut_takes_out_of_what_is_placed),
          TEST_CASE(expects_see_the_finished_body), TEST_CASE(failed_expect_tells_values),
          TEST_CASE(geometry_outside_parts_is_named_after_the_object),
          TEST_CASE(instances_count_by_path), TEST_CASE(calls_are_chained),
          TEST_CASE(allows_are_collected), TEST_CASE(several_mistakes_without_consequences),
          TEST_CASE(statements_must_be_solids), TEST_CASE(canvas_is_compared_at_default_params))
