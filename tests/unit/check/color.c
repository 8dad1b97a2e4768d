// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/check_names.h"
#include "tests/unit/check/cases.h"

TEST(tables_are_sorted) { // they are searched by halving
    for (u32 i = 1; i < color_count(); i++)
        CHECK(strcmp(color_name_at(i - 1), color_name_at(i)) < 0);
    for (u32 i = 1; i < material_builtin_count(); i++)
        CHECK(strcmp(material_builtin_name(i - 1), material_builtin_name(i)) < 0);
    CHECK_EQ(color_count(), 148);
    u32 rgb;
    CHECK(color_find(STR("rebeccapurple"), &rgb) && rgb == 0x663399);
    CHECK(color_find(STR("aliceblue"), &rgb) && color_find(STR("yellowgreen"), &rgb));
    CHECK(!color_find(STR("Red"), &rgb) && !color_find(STR(""), &rgb));
}

TEST(colours_become_linear) {
    f32 out[3];
    color_linear(0xff8000, out);
    CHECK(out[0] == 1 && out[2] == 0);
    CHECK_NEAR(out[1], 0.21586, 1e-5);
    color_linear(0x0a0b0c, out);
    CHECK_NEAR(out[0], 10 / 255.0 / 12.92, 1e-7);
    CHECK_NEAR(out[1], 0.003347, 1e-6);
}

static const SceneMaterial *material_of(const Checked *c, const char *path) {
    const ScenePart *part = check_part(c, path, 0);
    return part && part->material != NONE ? &c->scene.materials[part->material] : NULL;
}

TEST(materials) {
    Checked c;
    check_text(&c, "material m { color = #ff0000, roughness = 0.25, metallic = 1, opacity = 0.5, emission = 2 }\n"
                   "material glow { color = white, emission = tomato }\n"
                   "part a: m { sphere(d = 1) }\npart b: glow { sphere(d = 1) }\npart c: oak { sphere(d = 1) }\n"
                   "part d: tomato { sphere(d = 1) }\npart e: gold { sphere(d = 1) }\nlet list = [m, oak, #ff6347]\n"
                   "part f: list[1] { sphere(d = 1) }\npart g: list[2] { sphere(d = 1) }");
    if (!c.ok)
        check_print(&c);
    CHECK(c.ok);
    const SceneMaterial *m = material_of(&c, "a");
    CHECK(m->rgb == 0xff0000 && m->roughness == 0.25f && m->metallic == 1 && m->opacity == 0.5f && m->span.len > 0);
    CHECK(m->emission[0] == 2 && m->emission[1] == 0);
    CHECK_NEAR(material_of(&c, "b")->emission[1], 0.12477, 1e-5);
    CHECK(str_equal_z(material_of(&c, "c")->name, "oak") && material_of(&c, "c")->span.len == 0);
    CHECK(str_equal_z(material_of(&c, "d")->name, "tomato") && material_of(&c, "d")->rgb == 0xff6347);
    CHECK(material_of(&c, "e")->metallic == 1);
    CHECK(material_of(&c, "f") == material_of(&c, "c"));
    CHECK(material_of(&c, "g") == material_of(&c, "d"));
    check_finish(&c);
}

TEST(mistakes) {
    static const Case cases[] = {
        {"material m { roughness = 50 }\npart a: m { sphere(d = 1) }", "E0512", "50 is no roughness",
         "material m { roughness = 0.5 }\npart a: m { sphere(d = 1) }"},
        {"material m { opacity = -1 }\npart a: m { sphere(d = 1) }", "E0512", NULL, ""},
        {"material m { color = 5 }\npart a: m { sphere(d = 1) }", "E0402", "a colour", NULL},
        {"material m { color = \"red\" }\npart a: m { sphere(d = 1) }", "E0402", "without quotes",
         "material m { color = red }\npart a: m { sphere(d = 1) }"},
        {"material m { metalness = 1 }\npart a: m { sphere(d = 1) }", "E0304", NULL,
         "material m { metallic = 1 }\npart a: m { sphere(d = 1) }"},
        {"material m { transparency = 0.3 }\npart a: m { sphere(d = 1) }", "E0304", "1 - 0.3", NULL},
        {"material m { color = redd }\npart a: m { sphere(d = 1) }", "E0301", "did you mean 'red'?", NULL},
        {"let five = 5\npart a: five { sphere(d = 1) }", "E0402", "a material", NULL},
        {"sphere(d = oak)", "E0402", "a length", NULL},
        {"sphere(d = 1).paint(\"oak\")", "E0402", "without quotes", "sphere(d = 1).paint(oak)"},
    };
    CHECK_CASES(cases);
}

TEST_MAIN(TEST_CASE(tables_are_sorted), TEST_CASE(colours_become_linear), TEST_CASE(materials), TEST_CASE(mistakes))
