// SPDX-License-Identifier: Apache-2.0
// What `frc params` asks for: the params alone, with as little of the program as they need.
#include "tests/unit/check/support.h"

static Checked c;

static void params_of(const char *text) {
    check_setup(&c);
    c.options.params_only = true;
    check_run(&c, text);
}

TEST(params_alone_place_nothing) {
    params_of("let k = 2\ndef twice(x) = 2 * x\nparam w = twice(k) in k..10\npart a { box(size = "
              "[w, 0, 1]) }\nexpect false");
    bool ok = c.ok && c.scene.n_params == 1 && c.scene.params[0].number == 4 &&
              c.scene.n_parts == 0 && c.diags.len == 0;
    check_finish(&c);
    CHECK(ok);
}

TEST(params_that_ask_a_part_get_it) {
    params_of("material m { color = red }\npart b: m { box(size = [1, 1, 6]) }\nlet t = @b.top + "
              "1\nparam w = t in 0..10\npart a { box(size = [w, 0, 1]) }");
    bool ok = c.ok && c.scene.n_params == 1 && c.scene.params[0].number == 4 &&
              c.scene.n_materials == 1 && c.diags.len == 0;
    check_finish(&c);
    CHECK(ok);
}

TEST(a_param_that_fails_is_told) {
    params_of("let t = @b.top\nparam w = t in 0..10\npart b { box(size = [1, 1, 6]) }");
    bool ok = !c.ok && check_only_error(&c) == DIAG_E0330;
    if (!ok)
        check_print(&c);
    check_finish(&c);
    CHECK(ok);
}

TEST_MAIN(TEST_CASE(params_alone_place_nothing), TEST_CASE(params_that_ask_a_part_get_it),
          TEST_CASE(a_param_that_fails_is_told))
