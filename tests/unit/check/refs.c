// SPDX-License-Identifier: Apache-2.0
// References to parts: nearest body, paths, indices, sides, order of instances, marks, what is not
// placed.
#include "tests/unit/check/support.h"

static Checked c;

// All expects of the text hold, and nothing else is wrong.
#define HOLDS(text)                                                                                \
    do {                                                                                           \
        check_text(&c, text);                                                                      \
        if (!c.ok || c.diags.len > 0)                                                              \
            check_print(&c);                                                                       \
        bool holds = c.ok && c.diags.len == 0;                                                     \
        check_finish(&c);                                                                          \
        CHECK(holds);                                                                              \
    } while (0)

#define FAILS(text, wanted)                                                                        \
    do {                                                                                           \
        check_text(&c, text);                                                                      \
        DiagCode code = check_only_error(&c);                                                      \
        if (code != DIAG_##wanted)                                                                 \
            check_print(&c);                                                                       \
        check_finish(&c);                                                                          \
        CHECK(code == DIAG_##wanted);                                                              \
    } while (0)

#define CUBE "part cube { box(size = [2, 2, 2]) }"

TEST(label_gives_all_placed_so_far) {
    HOLDS("part a { box(size = [2, 2, 2]) }\n let one = @a.size.x\n"
          "part a { box(size = [2, 2, 2]).move(x = 10) }\n"
          "expect one == 2\nexpect @a.size.x == 12\nexpect count(@a) == 2");
}

TEST(indices_count_in_order_of_placement) {
    HOLDS("for i in range(4) { part p { box(size = [1, 1, 1]).move(x = 10 * i) } }\n"
          "expect @p[0].x == 0 and @p[3].x == 30 and @p[-1].x == 30 and @p[1 + 1].x == 20");
}

TEST(copies_come_after_originals) {
    HOLDS("part leg { box(size = [1, 1, 1]).move(x = 5, y = 7) }.both(X).both(Y)\n"
          "expect @leg[0].x == 5 and @leg[0].y == 7\nexpect @leg[1].x == -5 and @leg[1].y == 7\n"
          "expect @leg[2].x == 5 and @leg[2].y == -7\nexpect @leg[3].x == -5 and @leg[3].y == -7");
}

TEST(sides_are_the_objects_own) {
    HOLDS("part arm { box(size = [1, 1, 1]).move(x = 5) }.both(X)\n"
          "expect @arm[left].x == 5 and @arm[right].x == -5\n"
          "part leg { box(size = [1, 1, 1]).move(x = -5, y = -3) }.both(X).both(Y)\n"
          "expect @leg[0].x == -5 and @leg[left][0].x == 5 and @leg[front][0].y == -3\n"
          "expect count(@leg[right]) == 2 and count(@leg[right][back]) == 1");
}

TEST(a_side_given_inside_is_kept) {
    HOLDS("part pair { part eye { sphere(d = 1).move(x = 2) }.both(X) }.move(x = 10).both(X)\n"
          "expect count(@eye[left]) == 2 and count(@pair[left]/eye) == 2\nexpect @pair[left].x == "
          "10");
}

TEST(paths_reach_below) {
    HOLDS("part a { part b { part c { box(size = [2, 2, 2]) } } }\n"
          "part d { part c { box(size = [4, 4, 4]) } }\n"
          "expect @a/c.size.x == 2 and @a/b/c.size.x == 2 and @d/c.size.x == 4 and @c.size.x == 4");
}

TEST(path_index_counts_among_what_the_step_selects) {
    HOLDS("part tuner { for i in range(3) { part post { box(size = [1, 1, 1]).move(y = i, x = 4) } "
          "} }.both(X)\n"
          "expect @tuner[left]/post[2].y == 2 and @tuner[right]/post[1].x == -4\n"
          "expect @tuner/post[3].x == -4 and count(@tuner/post) == 6");
}

TEST(nearest_body_is_meant) {
    HOLDS("part top { box(size = [1, 1, 1]) }\n"
          "part shelf { part top { box(size = [5, 5, 5]) }; part lid { box(size = @top.size) } }\n"
          "expect @lid.size.x == 5");
}

TEST(outer_labels_are_seen_inside) {
    HOLDS(CUBE "\npart a { part b { part c { box(size = @cube.size) } } }\nexpect @c.size.y == 2");
}

TEST(labels_outlive_if_and_for) {
    HOLDS("if true { for i in range(2) { part p { box(size = [1, 1, 1]).move(x = i) } } }\nexpect "
          "count(@p) == 2");
}

TEST(inside_a_part_indices_count_there) {
    HOLDS("for k in range(2) { part row {\n for i in range(3) { part p { box(size = [1, 1, "
          "1]).move(x = i, y = k) } }\n"
          " expect count(@p) == 3 and @p[0].y == k } }");
}

TEST(def_sees_only_its_own_parts) {
    FAILS(CUBE "\ndef f() { part q { box(size = @cube.size) } }\nf()", E0330);
}

TEST(let_places_nothing) {
    FAILS("let w = part wheel { sphere(d = 1) }\npart axle { box(size = @wheel.size) }\nw", E0330);
    HOLDS("let w = part wheel { sphere(d = 3) }\nexpect w.size.x == 3 and count(@wheel) == "
          "2\nw\nw.move(x = 9)");
}

TEST(a_later_part_is_not_placed_yet) {
    FAILS("part leg { box(size = [1, 1, @seat.bottom]) }\npart seat { box(size = [1, 1, 1]).move(z "
          "= 4) }",
          E0330);
}

TEST(a_part_is_not_placed_inside_itself) {
    FAILS("part a { box(size = [1, 1, 1])\n sphere(d = 1).move(z = @a.top) }", E0330);
}

TEST(unknown_label_suggests) {
    check_text(&c, "part seat { box(size = [1, 1, 1]) }\npart a { box(size = @seet.size) }");
    DiagCode code = check_only_error(&c);
    bool suggests =
        c.diags.len == 1 && (c.diags.items[0]->n_fixes == 1 || c.diags.items[0]->help.len > 0);
    check_finish(&c);
    CHECK(code == DIAG_E0312 && suggests);
}

TEST(missing_instances_and_sides) {
    FAILS(CUBE "\npart a { box(size = @cube[1].size) }", E0332);
    FAILS(CUBE "\npart a { box(size = @cube[left].size) }", E0332);
    FAILS(CUBE "\npart a { box(size = @cube[0.5].size) }", E0332);
    FAILS(CUBE "\npart a { part b { sphere(d = 1) } }\nexpect @cube/b.top > 0", E0330);
}

TEST(count_of_none_is_zero) {
    HOLDS("param n = 0 in 0..3 step 1\nfor i in range(n) { part p { sphere(d = 1) } }\n" CUBE
          "\nexpect count(@p) == 0 and count(@cube) == 1");
}

TEST(reference_as_solid_takes_children_along) {
    HOLDS("part a { part b { box(size = [2, 2, 2]) }; box(size = [1, 1, 1]).move(z = 9) }\n"
          "let copy = @a.move(x = 10)\npart z { copy }\nexpect @z/b.x == 10 and count(@b) == 2");
}

TEST(marks_move_with_their_part) {
    HOLDS("part crank { sphere(d = 1)\n mark pin = [0, 3, 26] }.rotate(x = 90).move(x = 5)\n"
          "expect norm(@crank.pin - [5, -26, 3]) < 0.001");
    HOLDS("units cm\npart base { part post { sphere(d = 1)\n mark tip = [1, 2, 3] } }\nexpect "
          "@base.tip == [1, 2, 3]");
    FAILS("part u { sphere(d = 1)\n mark m = [1, 0, 0] }.both(X)\npart v { sphere(d = "
          "1).move(@u.m) }",
          E0335);
    HOLDS("part u { sphere(d = 1).move(x = 1)\n mark m = [1, 0, 0] }.both(X)\nexpect @u[right].m.x "
          "== -1");
}

TEST(moved_reference_is_warned_of_only_where_it_matters) {
    const char *head = "part seat { box(size = [9, 9, 1]).move(z = 5) }\n";
    static const struct {
        const char *text;
        bool warns;
    } CASES[] = {
        {"part leg { box(size = [1, 1, @seat.bottom]).align(bottom = 0) }.move(x = 3)", false},
        {"part leg { box(size = [1, 1, 1]).align(bottom = @seat.top) }.move(z = 3)", true},
        {"part leg { box(size = [1, 1, 1]).align(bottom = @seat.top) }.rotate(z = 30)", false},
        {"part leg { box(size = [1, 1, 1]).align(bottom = @seat.top) }.rotate(x = 30)", true},
        {"part leg { box(size = [1, 1, 1]).align(x = @seat) }.move(x = 3)", true},
        {"part leg { box(size = [9, 9, 9]) - @seat }.move(y = 3)", true},
        {"part leg { box(size = [1, 1, 1]) }.align(bottom = @seat.top).move(z = 3)", false},
        {"part leg { box(size = @seat.size) }.move(x = 3, y = 2, z = 1)", false},
        {"part a { part b { box(size = [1, 1, 1]).align(bottom = @seat.top) } }.move(z = 3)", true},
        {"part a { part s { sphere(d = 1) }; part b { box(size = [1, 1, 1]).align(bottom = @s.top) "
         "} }.move(z = 3)",
         false},
    };
    for (u32 i = 0; i < COUNT_OF(CASES); i++) {
        char text[512];
        snprintf(text, sizeof text, "%s%s", head, CASES[i].text);
        check_text(&c, text);
        bool warns = false;
        for (u32 k = 0; k < c.diags.len; k++)
            warns = warns || c.diags.items[k]->code == DIAG_W0820;
        bool ok = c.ok && warns == CASES[i].warns;
        check_finish(&c);
        if (!ok)
            printf("case %u: %s\n", i, CASES[i].text);
        CHECK(ok);
    }
}

TEST_MAIN(TEST_CASE(label_gives_all_placed_so_far), TEST_CASE(indices_count_in_order_of_placement),
          TEST_CASE(copies_come_after_originals), TEST_CASE(sides_are_the_objects_own),
          TEST_CASE(a_side_given_inside_is_kept), TEST_CASE(paths_reach_below),
          TEST_CASE(path_index_counts_among_what_the_step_selects),
          TEST_CASE(nearest_body_is_meant), TEST_CASE(outer_labels_are_seen_inside),
          TEST_CASE(labels_outlive_if_and_for), TEST_CASE(inside_a_part_indices_count_there),
          TEST_CASE(def_sees_only_its_own_parts), TEST_CASE(let_places_nothing),
          TEST_CASE(a_later_part_is_not_placed_yet), TEST_CASE(a_part_is_not_placed_inside_itself),
          TEST_CASE(unknown_label_suggests), TEST_CASE(missing_instances_and_sides),
          TEST_CASE(count_of_none_is_zero), TEST_CASE(reference_as_solid_takes_children_along),
          TEST_CASE(marks_move_with_their_part),
          TEST_CASE(moved_reference_is_warned_of_only_where_it_matters))
