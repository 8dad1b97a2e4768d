// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/check/cases.h"

static const char PROGRAM[] = "units cm\n"
                              "param h = 46 in 40..52 step 3 \"how high\"\n"
                              "param tilt = 30deg in 0deg..1rad\n"
                              "param back = \"slats\" in [\"slats\", \"panel\"]\n"
                              "param arms = true\n"
                              "param n = 4 in [2, 4, 6]\n"
                              "param free = 1.5\n"
                              "param len = 2cm in 1cm..inf\n"
                              "sphere(d = h + n + abs(free)).rotate(z = tilt)\n"
                              "if arms and back == \"slats\" { sphere(d = len) }";

static bool setting(const char *name, const char *value, bool is_text, const char *code, const char *says, Checked *c) {
    CheckSetting settings[] = {{.name = str_from(name), .value = str_from(value), .is_text = is_text}};
    check_setup(c);
    c->options.settings = settings;
    c->options.n_settings = 1;
    Case t = {PROGRAM, code, says, NULL};
    bool ok = case_run(c, &t);
    c->options.n_settings = 0;
    return ok;
}

static const SceneParam *param(const Checked *c, const char *name) {
    for (u32 i = 0; i < c->scene.n_params; i++)
        if (str_equal_z(c->scene.params[i].name, name))
            return &c->scene.params[i];
    return NULL;
}

TEST(params_are_told_to_the_scene) {
    Checked c;
    check_text(&c, PROGRAM);
    CHECK(c.ok);
    CHECK_EQ(c.scene.n_params, 7);
    const SceneParam *h = param(&c, "h"), *tilt = param(&c, "tilt"), *back = param(&c, "back"), *n = param(&c, "n");
    CHECK(h->kind == PARAM_NUMBER && h->number == 46 && h->has_range && h->low == 40 && h->high == 52 && h->step == 3);
    CHECK(str_equal_z(h->words, "how high") && strcmp(h->unit, "") == 0);
    CHECK(strcmp(tilt->unit, "deg") == 0 && tilt->number == 30);
    CHECK_NEAR(tilt->high, 57.29577951308232, 1e-12);
    CHECK(back->kind == PARAM_TEXT && back->n_choices == 2 && str_equal_z(back->choices[1], "panel"));
    CHECK(param(&c, "arms")->kind == PARAM_BOOL && param(&c, "arms")->flag);
    CHECK(n->n_choices == 3 && n->number_choices[2] == 6);
    CHECK(!param(&c, "free")->has_range);
    CHECK(strcmp(param(&c, "len")->unit, "cm") == 0 && isinf(param(&c, "len")->high));
    check_finish(&c);
}

TEST(settings_that_fit) {
    static const struct {
        const char *name, *value;
        f64 number;
    } cases[] = {
        {"h", "49", 49}, {"h", "490mm", 49}, {"tilt", "0.5rad", 28.64788975654116}, {"tilt", "0", 0}, {"n", "2", 2},
        {"free", "-1e3", -1000}, {"free", "+2.5", 2.5}, {"len", "5mm", -1}, {"len", "3", 3}, {"len", "1m", 100},
    };
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        Checked c;
        bool refused = cases[i].number == -1;
        CHECK(setting(cases[i].name, cases[i].value, false, refused ? "E0701" : NULL, NULL, &c));
        if (!refused)
            CHECK_NEAR(param(&c, cases[i].name)->number, cases[i].number, 1e-12);
        check_finish(&c);
    }
    Checked c;
    CHECK(setting("back", "panel", true, NULL, NULL, &c) && str_equal_z(param(&c, "back")->text, "panel"));
    check_finish(&c);
    CHECK(setting("arms", "false", false, NULL, NULL, &c) && !param(&c, "arms")->flag);
    check_finish(&c);
}

TEST(settings_that_do_not_fit) {
    static const struct {
        const char *name, *value;
        bool is_text;
        const char *code, *says;
    } cases[] = {
        {"h", "60", false, "E0701", "60 is outside the range of 'h': 40..52 step 3"},
        {"h", "47", false, "E0702", "the nearest that will do is 46"},
        {"h", "tall", false, "E0702", "it wants a number"},
        {"h", "46", true, "E0702", "the text \"46\""},
        {"h", "", false, "E0702", NULL},
        {"h", "0x10", false, "E0702", NULL},
        {"h", "nan", false, "E0702", NULL},
        {"h", "1e999", false, "E0702", NULL},
        {"tilt", "3cm", false, "E0702", "an angle"},
        {"back", "pannel", false, "E0702", "did you mean \"panel\"?"},
        {"arms", "yes", false, "E0702", "true or false"},
        {"n", "5", false, "E0702", "2, 4, 6"},
        {"hh", "3", false, "E0316", "did you mean 'h'?"},
        {"width", "3", false, "E0316", "frc params"},
    };
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        Checked c;
        CHECK(setting(cases[i].name, cases[i].value, cases[i].is_text, cases[i].code, cases[i].says, &c));
        check_finish(&c);
    }
}

TEST(out_of_range_is_measured) {
    Checked c;
    CHECK(setting("h", "60", false, "E0701", NULL, &c));
    const Diag *d = case_error(&c);
    CHECK(d->has_measured && d->measured == 60 && d->has_limit && d->limit == 52);
    check_finish(&c);
}

TEST(params_that_contradict_themselves) {
    static const Case cases[] = {
        {"param a = 55 in 40..52\nsphere(d = a)", "E0703", "the nearest that will do is 52", "param a = 52 in 40..52\nsphere(d = a)"},
        {"param a = 3 in 2..6 step 2\nsphere(d = a)", "E0703", NULL, NULL},
        {"param a = 3 in 6..2\nsphere(d = a)", "E0703", "holds nothing", "param a = 3 in 2..6\nsphere(d = a)"},
        {"param a = true in 1..2\nsphere(d = 1)", "E0703", NULL, NULL},
        {"param a = \"x\" in [\"y\"]\nsphere(d = 1)", "E0703", NULL, NULL},
        {"param a = \"x\" in 1..2\nsphere(d = 1)", "E0703", "list its choices", NULL},
        {"param a = 3 step 2\nsphere(d = a)", "E0703", NULL, NULL},
        {"param a = 3 in 1..5 step 0\nsphere(d = a)", "E0703", NULL, NULL},
        {"param a = 3 in [\"a\"]\nsphere(d = a)", "E0703", NULL, NULL},
        {"param a = 3 in []\nsphere(d = a)", "E0703", NULL, NULL},
        {"param a = [1, 2]\nsphere(d = 1)", "E0402", NULL, NULL},
        {"param a = 3cm in 1deg..5deg\nsphere(d = a)", "E0401", NULL, NULL},
        {"param a = 3 in 5\nsphere(d = a)", "E0402", NULL, NULL},
    };
    CHECK_CASES(cases);
}

TEST_MAIN(TEST_CASE(params_are_told_to_the_scene), TEST_CASE(settings_that_fit), TEST_CASE(settings_that_do_not_fit),
          TEST_CASE(out_of_range_is_measured), TEST_CASE(params_that_contradict_themselves))
