// SPDX-License-Identifier: Apache-2.0
// JSON both ways: what is valid is read as it is meant, what is not is refused; numbers are short
// and exact.
#include "compiler/export/json_read.h"
#include "compiler/export/json_write.h"

#include "tests/unit/test.h"

typedef struct Bench {
    Heap heap;
    Arena arena;
} Bench;

static void bench_init(Bench *b) {
    heap_init(&b->heap, 64u << 20);
    arena_init(&b->arena, &b->heap);
}

static void bench_finish(Bench *b) {
    arena_finish(&b->arena);
    heap_finish(&b->heap);
}

TEST(values_are_read) {
    Bench b;
    bench_init(&b);
    Str error;
    const JsonValue *json =
        glb_json_read(STR(" {\"a\": [1, -2.5e-3, 1E2, 0], \"t\": \"x\\n\\u00e9\\ud83d\\ude00\\/\","
                      "\"b\":true ,\"n\":null,\"o\":{},\"e\":[]} "),
                  &b.arena, &error);
    CHECK(json);
    const JsonValue *a = glb_json_get(json, "a");
    CHECK_EQ(glb_json_len(a), 4);
    CHECK_NEAR(glb_json_as_number(glb_json_at(a, 1), 0), -0.0025, 0);
    CHECK_NEAR(glb_json_as_number(glb_json_at(a, 2), 0), 100, 0);
    CHECK_EQ(glb_json_as_index(glb_json_at(a, 0), 9), 1);
    CHECK_EQ(glb_json_as_index(glb_json_at(a, 1), 9), 9);
    CHECK(str_equal_z(glb_json_as_text(glb_json_get(json, "t")), "x\n\xc3\xa9\xf0\x9f\x98\x80/"));
    CHECK(glb_json_as_bool(glb_json_get(json, "b"), false));
    CHECK_EQ(glb_json_get(json, "n")->kind, JSON_NULL);
    CHECK(!glb_json_get(json, "none") && !glb_json_at(a, 4) && !glb_json_at(NULL, 0) && !glb_json_get(a, "x"));
    bench_finish(&b);
}

TEST(what_is_no_json_is_refused) {
    static const char *const cases[] = {
        "",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\"}",
        "{a:1}",
        "{\"a\":1,}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "nul",
        "truex",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"a\nb\"",
        "\"\xff\"",
        "1 2",
        "[1e999]",
        "NaN",
        "\xef\xbb\xbf{}",
    };
    Bench b;
    bench_init(&b);
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        Str error = STR("");
        const JsonValue *json = glb_json_read(str_from(cases[i]), &b.arena, &error);
        if (json)
            printf("read: %s\n", cases[i]);
        CHECK(!json && str_starts(error, STR("JSON, byte ")));
    }
    bench_finish(&b);
}

TEST(nesting_is_bounded) {
    Bench b;
    bench_init(&b);
    char text[2 * (JSON_DEPTH_MAX + 1)];
    for (u32 depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        Str error;
        CHECK_EQ(glb_json_read((Str){text, 2 * depth}, &b.arena, &error) != NULL,
                 depth == JSON_DEPTH_MAX);
    }
    bench_finish(&b);
}

TEST(floats_are_short_and_exact) {
    Bench b;
    bench_init(&b);
    static const struct {
        f32 value;
        const char *text;
    } cases[] = {
        {0.45f, "0.45"},        {1, "1"}, {-0.1f, "-0.1"},     {1.0f / 3, "0.33333334"},
        {16777216, "16777216"}, {0, "0"}, {1e-6f, "0.000001"},
    };
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        StrBuf out;
        strbuf_init(&out, &b.heap);
        strbuf_add_f32(&out, cases[i].value);
        CHECK(str_equal_z(strbuf_str(&out), cases[i].text));
    }
    u32 bits = 1;
    for (u32 i = 0; i < 20000; i++) {
        bits = bits * 1664525u + 1013904223u;
        f32 value;
        memcpy(&value, &bits, sizeof value);
        if (!(value > -3e38f && value < 3e38f))
            continue;
        StrBuf out;
        strbuf_init(&out, &b.heap);
        strbuf_add_f32(&out, value);
        Str error;
        const JsonValue *json = glb_json_read(strbuf_str(&out), &b.arena, &error);
        CHECK(json && (f32)glb_json_as_number(json, 0) == value);
        strbuf_finish(&out);
    }
    bench_finish(&b);
}

TEST(commas_stand_where_they_should) {
    Bench b;
    bench_init(&b);
    StrBuf out;
    strbuf_init(&out, &b.heap);
    JsonWriter json = {.out = &out};
    glb_json_open(&json, NULL, '{');
    glb_json_open(&json, "a", '[');
    glb_json_close(&json, ']');
    glb_json_open(&json, "b", '[');
    glb_json_u64(&json, NULL, 1);
    glb_json_text(&json, NULL, STR("\"\n"));
    glb_json_close(&json, ']');
    glb_json_bool(&json, "c", false);
    glb_json_number(&json, "d\"", 0.5);
    glb_json_close(&json, '}');
    CHECK(str_equal_z(strbuf_str(&out),
                      "{\"a\":[],\"b\":[1,\"\\\"\\n\"],\"c\":false,\"d\\\"\":0.5}"));
    bench_finish(&b);
}

TEST_MAIN(TEST_CASE(values_are_read), TEST_CASE(what_is_no_json_is_refused),
          TEST_CASE(nesting_is_bounded), TEST_CASE(floats_are_short_and_exact),
          TEST_CASE(commas_stand_where_they_should))
