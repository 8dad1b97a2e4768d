// SPDX-License-Identifier: Apache-2.0
// Placing and copying: each function's map worked out by hand.
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

// The error that `part a { <shape> }` gives.
static DiagCode error_of(const char *shape) {
    char text[512];
    snprintf(text, sizeof text, "part seat { box(size = [10, 10, 1]).move(z = 5) }\npart a { %s }",
             shape);
    check_text(&c, text);
    DiagCode code = check_only_error(&c);
    if (code == DIAG_COUNT)
        check_print(&c);
    check_finish(&c);
    return code;
}

static Affine3 map_of(u32 part) {
    Affine3 map;
    (void)ir_strip_xform(c.scene.graph, c.scene.parts[part].solid, &map);
    return map;
}

TEST(move_adds_up) {
    CHECK(holds("part a { box(size = [2, 2, 2]).move(x = 1, z = 3).move([10, 20, 30]) }\nexpect "
                "@a.center == [11, 20, 33]"));
    CHECK(error_of("sphere(d = 1).move()") == DIAG_E0305);
    CHECK(error_of("sphere(d = 1).move([1, 2, 3], x = 4)") == DIAG_E0308);
    CHECK(error_of("sphere(d = 1).move(x = 20deg)") == DIAG_E0401);
    CHECK(error_of("sphere(d = 1).move([1, 2])") == DIAG_E0405);
}

TEST(rotate_follows_the_right_hand) {
    check_text(&c, "part a { box(size = [2, 4, 6]).move(x = 10).rotate(z = 90) }");
    Affine3 map = map_of(0);
    Vec3 p = affine3_point(&map, vec3(0, 0, 0)), x = affine3_vector(&map, vec3(1, 0, 0));
    bool ok = c.ok && p.x == 0 && p.y == 10 && x.y == 1 && x.x == 0;
    check_finish(&c);
    CHECK(ok);
    CHECK(holds("part a { box(size = [2, 4, 6]).move(x = 10).rotate(z = 90, about = [10, 0, 0]) "
                "}\nexpect @a.size == [4, 2, 6] and @a.x == 10"));
    CHECK(holds("part a { box(x = 0..2, y = 0..4, z = 0..6).rotate(x = 90, about = center) "
                "}\nexpect @a.center == [1, 2, 3] and @a.size == [2, 6, 4]"));
    CHECK(holds("part a { box(size = [2, 4, 6]).move(x = 10).rotate(90, axis = [0, 0, 5]) "
                "}\nexpect @a.y == 10"));
    CHECK(error_of("box(size = [1, 1, 1]).rotate(x = 90, z = 45)") == DIAG_E0315);
    CHECK(error_of("box(size = [1, 1, 1]).rotate([90, 0, 45])") == DIAG_E0315);
    CHECK(error_of("let turn = [90, 0, 45]; box(size = [1, 1, 1]).rotate(turn)") == DIAG_E0315);
    CHECK(error_of("box(size = [1, 1, 1]).rotate(x = 3mm)") == DIAG_E0401);
}

TEST(rotations_are_exact_at_quarter_turns) {
    check_text(
        &c,
        "part a { sphere(d = 2).rotate(x = 90).rotate(y = 90).rotate(z = 90).rotate(y = -90) }");
    // z x y and back: the turns cancel to one about z... exactly, so each entry is 0 or 1
    Affine3 map = map_of(0);
    bool ok = c.ok;
    for (u32 i = 0; i < 9; i++)
        ok = ok && (map.m[i / 3][i % 3] == 0 || fabs(map.m[i / 3][i % 3]) == 1);
    check_finish(&c);
    CHECK(ok);
}

TEST(transforms_compose_into_one) {
    check_text(&c, "part a { box(size = [2, 2, 2]).move(x = 1).rotate(z = 30).scale(2).move(z = 4) "
                   "}\npart b { box(size = [2, 2, 2]).move(x = 3).move(x = -3) }");
    const IrNode *a = &c.scene.graph->nodes[c.scene.parts[0].solid],
                 *b = &c.scene.graph->nodes[c.scene.parts[1].solid];
    bool ok = c.ok && a->kind == IR_XFORM && c.scene.graph->nodes[a->children[0]].kind == IR_BOX &&
              b->kind == IR_BOX && a->children[0] == c.scene.parts[1].solid;
    check_finish(&c);
    CHECK(ok);
}

TEST(scale_and_mirror) {
    CHECK(holds("part a { box(size = [2, 2, 2]).move(x = 3).scale(2).scale([1, 2, 0.5]) }\nexpect "
                "@a.size == [4, 8, 2] and @a.x == 6"));
    CHECK(holds("part a { box(x = 1..2, y = 3..5, z = 0..1).mirror(X).mirror(Y) }\nexpect @a.left "
                "== -2 and @a.front == -5"));
    CHECK(holds("part a { box(x = 1..3, y = 3..5, z = 0..1).scale(2, about = [1, 3, 0]) }\nexpect "
                "@a.left == 1 and @a.right == 5 and @a.front == 3 and @a.top == 2"));
    CHECK(holds("part a { box(x = 1..3, y = 3..5, z = 0..2).scale([2, 1, 3], about = center) }\n"
                "expect @a.left == 0 and @a.right == 4 and @a.bottom == -2 and @a.top == 4"));
    CHECK(error_of("sphere(d = 1).scale(0)") == DIAG_E0640);
    CHECK(error_of("sphere(d = 1).scale([1, -1, 1])") == DIAG_E0640);
    CHECK(error_of("sphere(d = 1).mirror([1, 0, 0])") == DIAG_E0402);
}

TEST(align_sides_centres_and_levels) {
    CHECK(holds("part post { box(x = 5..7, y = 0..2, z = 0..30) }\n"
                "part a { box(size = [2, 4, 6]).align(left = 1, back = 0, bottom = @post.top) }\n"
                "expect @a.left == 1 and @a.right == 3 and @a.back == 0 and @a.front == -4 and "
                "@a.bottom == 30\n"
                "part b { box(size = [2, 4, 6]).align(x = @post, top = @post) }\nexpect @b.x == 6 "
                "and @b.top == 30 and @b.y == 0\n"
                "part d { box(size = [2, 4, 6]).align(z = 3, right = @post) }\nexpect @d.z == 3 "
                "and @d.right == 7"));
    CHECK(error_of("sphere(d = 1).align()") == DIAG_E0305);
    CHECK(error_of("sphere(d = 1).align(left = 0, x = 3)") == DIAG_E0308);
    CHECK(error_of("sphere(d = 1).align(top = true)") == DIAG_E0402);
}

TEST(drop_rests_and_sinks) {
    CHECK(holds("part seat { box(x = -5..5, y = -5..5, z = 0..2) }\npart a { box(size = [1, 1, "
                "1]).move(z = 40).drop(onto = @seat) }\n"
                "part b { box(size = [1, 1, 1]).drop(onto = @seat, sink = 0.25) }\nexpect "
                "@a.bottom == 2 and @b.bottom == 1.75"));
    CHECK(error_of("box(size = [1, 1, 1]).move(x = 30).drop(onto = @seat)") == DIAG_E0643);
}

TEST(stick_turns_outward) {
    CHECK(holds(
        "part head { box(size = [10, 10, 10]) }\n"
        "part nose { box(x = -1..1, y = -1..1, z = 0..3).stick(onto = @head, from = [1, -50, 2], "
        "toward = [1, 0, 2], sink = 0.5) }\n"
        "expect @nose.front == -7.5 and @nose.back == -4.5 and @nose.x == 1 and @nose.z == 2\n"
        "expect @head.hit(from = [0, 0, 90], toward = [0, 0, 0]) == [0, 0, 5]"));
    CHECK(error_of("sphere(d = 1).stick(onto = @seat, from = [0, 0, 50], toward = [0, 50, 50])") ==
          DIAG_E0644);
    CHECK(error_of("sphere(d = 1).stick(onto = @seat, from = [0, 0, 50], toward = [0, 0, 50])") ==
          DIAG_E0645);
}

TEST(along_points_z) {
    CHECK(holds("part a { box(size = [1, 2, 10]).along(from = [0, 0, 5], to = [20, 0, 5]) "
                "}\nexpect @a.size == [10, 1, 2] and @a.center == [10, 0, 5]"));
    CHECK(holds("part a { box(size = [1, 2, 10]).along(from = [0, 0, 0], to = [0, 0, 20]) "
                "}\nexpect @a.size == [1, 2, 10] and @a.z == 10"));
    CHECK(error_of("sphere(d = 1).along(from = [1, 1, 1], to = [1, 1, 1])") == DIAG_E0645);
}

TEST(rods_and_beams_stay_where_drawn) {
    CHECK(holds("part a { rod(from = [0, 0, 0], to = [10, 0, 0], d = 2) }\nexpect @a.size == [10, "
                "2, 2] and @a.x == 5\n"
                "part b { beam(from = [0, 0, 3], to = [0, 10, 3], size = [4, 1]) }\nexpect @b.size "
                "== [4, 10, 1] and @b.z == 3\n"
                "part d { beam(from = [0, 0, 0], to = [0, 0, 9], size = [4, 1]) }\nexpect @d.size "
                "== [4, 1, 9]\n"
                "part e { beam(from = [0, 0, 0], to = [0, 10, 0], size = [4, 1], up = X) }\nexpect "
                "@e.size == [1, 10, 4]"));
    CHECK(error_of("beam(from = [0, 0, 0], to = [0, 0, 9], size = [4, 1], up = Z)") == DIAG_E0645);
    CHECK(error_of("rod(from = [1, 2, 3], to = [1, 2, 3], d = 1)") == DIAG_E0645);
}

TEST(axes_of_round_solids) {
    CHECK(
        holds("part a { cylinder(h = 10, d = 2, axis = X) }\npart b { cylinder(h = 10, d = 2, axis "
              "= Y) }\npart d { cylinder(h = 10, d = 2, axis = [0, 0, -3]) }\n"
              "expect @a.size == [10, 2, 2] and @b.size == [2, 10, 2] and @d.size == [2, 2, 10]"));
}

TEST(planes_of_extrusion) {
    CHECK(holds("let p = polygon([[1, 2], [4, 2], [4, 7], [1, 7]])\n"
                "part a { p.extrude(h = 9) }\nexpect @a.left == 1 and @a.back == 7 and @a.bottom "
                "== 0 and @a.top == 9\n"
                "part b { p.extrude(h = 9, plane = XZ) }\nexpect @b.left == 1 and @b.front == 0 "
                "and @b.back == 9 and @b.bottom == 2 and @b.top == 7\n"
                "part d { p.extrude(h = 9, plane = YZ) }\nexpect @d.left == 0 and @d.right == 9 "
                "and @d.front == 1 and @d.back == 4 and @d.bottom == 2"));
}

TEST(profiles_and_paths_are_placed_too) {
    CHECK(holds("let p = rect(size = [2, 4]).move(x = 3).rotate(z = 90)\nexpect p.size == [4, 2] "
                "and p.top == 4\n"
                "let q = rect(size = [2, 4]).move([3, 1]).both(X)\nexpect q.size.x == 8 and "
                "q.right == 4 and q.y == 1\n"
                "let r = rect(size = [2, 4]).align(left = 0, bottom = 0).repeat(3, step = [5, "
                "0])\nexpect r.right == 12 and r.bottom == 0\n"
                "let s = rect(size = [2, 4]).grid([2, 2], step = [10, 10])\nexpect s.size == [12, "
                "14] and s.center == [0, 0]\n"
                "part a { circle(d = 2).sweep(path = path([[0, 0, 0], [0, 0, 9]]).move(x = 5)) "
                "}\nexpect @a.x == 5"));
    CHECK(error_of("circle(d = 2).rotate(x = 90).extrude(h = 1)") == DIAG_E0402);
    CHECK(error_of("path([[0, 0, 0], [0, 0, 9]]).both(X)") == DIAG_E0402);
}

TEST(ring_turns_evenly) {
    CHECK(holds(
        "part p { box(size = [1, 1, 1]).move(x = 10) }.ring(4)\nexpect count(@p) == 4 and @p[1].y "
        "== 10 and @p[2].x == -10\n"
        "part q { box(size = [1, 1, 1]).move(x = 10) }.ring(3, angle = 180)\nexpect @q[1].y == 10 "
        "and @q[2].x == -10\n"
        "part r { box(size = [1, 1, 1]).move(y = 10) }.ring(4, axis = X)\nexpect @r[1].z == 10"));
    CHECK(error_of("sphere(d = 1).ring(0)") == DIAG_E0640);
    CHECK(error_of("sphere(d = 1).ring(2.5)") == DIAG_E0640);
    CHECK(error_of("sphere(d = 1).ring(3, angle = 400)") == DIAG_E0640);
}

TEST(repeat_grid_and_row) {
    CHECK(holds(
        "part p { box(size = [1, 1, 1]) }.repeat(3, step = [0, 0, 5])\nexpect @p[2].z == 10\n"
        "part q { box(size = [1, 1, 1]) }.grid([3, 2], step = [10, 20])\nexpect count(@q) == 6 and "
        "@q[0].x == -10 and @q[0].y == -10 and @q[5].x == 10\n"
        "let a = box(size = [2, 1, 1]).move(x = 7)\nlet b = part tall { box(size = [4, 1, 9]) }\n"
        "part r { row([a, b, sphere(d = 2)], gap = 1) }\nexpect @r.left == 6 and @r/tall.left == 9 "
        "and @r.right == 16\n"
        "part s { row([a, b], axis = Z) }\nexpect @s.size.z == 10"));
    CHECK(error_of("sphere(d = 1).repeat(3, step = [0, 0, 0])") == DIAG_E0640);
    CHECK(error_of("sphere(d = 1).grid([3], step = [1, 1])") == DIAG_E0405);
    CHECK(error_of("row(sphere(d = 1))") == DIAG_E0402);
}

TEST(instances_share_one_geometry) {
    check_text(&c, "part w { box(size = [3, 3, 3]) - sphere(d = 2) }.ring(7).move(z = 4).both(Z)");
    bool ok = c.ok && c.scene.n_parts == 14;
    Affine3 map;
    for (u32 i = 1; ok && i < c.scene.n_parts; i++)
        ok = ir_strip_xform(c.scene.graph, c.scene.parts[i].solid, &map) ==
             ir_strip_xform(c.scene.graph, c.scene.parts[0].solid, &map);
    check_finish(&c);
    CHECK(ok);
}

TEST(questions_between_solids) {
    CHECK(holds("part a { box(size = [2, 2, 2]) }\npart b { box(size = [2, 2, 2]).move(x = 5) "
                "}\npart d { box(size = [2, 2, 2]).move(x = 2.05) }\n"
                "expect distance(@a, @b) == 3 and not touching(@a, @b) and touching(@a, @d) and "
                "clear(@a, @b) and clear(@a, @d)\n"
                "expect overlap(@a, @b) == 0 and @a.volume == 8 and @a.area == 24\n"
                "part e { box(size = [9, 1, 1]) }\nexpect overlap(@a, @e) == 2 and not clear(@a, "
                "@e) and connected()"));
    CHECK(holds("part leg { box(size = [1, 1, 1]).move(x = 5) }.both(X)\npart top { box(size = "
                "[12, 1, 1]).align(bottom = @leg.top) }\n"
                "expect touching(@leg, @top)\npart cap { box(size = [1, 1, 1]).move(x = 5, z = 1) "
                "}\nexpect not touching(@leg, @cap)"));
    CHECK(holds("part a { box(size = [2, 2, 2]) }\npart b { box(size = [2, 2, 2]).move(x = 5) "
                "}\nexpect not connected()"));
    CHECK(holds("units cm\npart a { box(size = [1, 1, 1]) }\nexpect @a.volume == 1 and @a.area == "
                "6 and @a.volume > 0.9"));
}

TEST(failed_clear_tells_the_worst_pair) {
    check_text(&c,
               "units cm\npart a { box(size = [20, 20, 2]) }\n"
               "part b { box(size = [2, 2, 2]) }.move(z = 1.5).repeat(2, step = [4, 0, -0.25])\n"
               "part c { box(size = [2, 2, 2]) }.move(z = 9)\n"
               "expect clear(@c, @c) and clear(@c, @a)\nexpect clear(@a, @b)");
    const Diag *d = c.diags.items[0];
    bool ok =
        c.diags.n_errors == 1 && d->code == DIAG_E0704 && d->n_notes == 1 &&
        str_equal_z(d->notes[0], "2 pairs meet; the worst: 'b[1]' runs 0.75 cm deep into 'a', "
                                 "round [4, 0, 0.625]") &&
        str_equal_z(d->help, "`.move(z = 0.75)` on 'b[1]' parts them, and a little more clears "
                             "it") &&
        d->has_measured && d->measured == 7.5 && d->limit == 0 && d->n_labels == 2;
    check_finish(&c);
    CHECK(ok);
}

TEST_MAIN(TEST_CASE(move_adds_up), TEST_CASE(rotate_follows_the_right_hand),
          TEST_CASE(rotations_are_exact_at_quarter_turns), TEST_CASE(transforms_compose_into_one),
          TEST_CASE(scale_and_mirror), TEST_CASE(align_sides_centres_and_levels),
          TEST_CASE(drop_rests_and_sinks), TEST_CASE(stick_turns_outward),
          TEST_CASE(along_points_z), TEST_CASE(rods_and_beams_stay_where_drawn),
          TEST_CASE(axes_of_round_solids), TEST_CASE(planes_of_extrusion),
          TEST_CASE(profiles_and_paths_are_placed_too), TEST_CASE(ring_turns_evenly),
          TEST_CASE(repeat_grid_and_row), TEST_CASE(instances_share_one_geometry),
          TEST_CASE(questions_between_solids), TEST_CASE(failed_clear_tells_the_worst_pair))
