// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "tests/unit/test.h"

static Heap heap;
static Arena arena;

static void begin(void) {
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
}

// Ends a test: nothing may be left that only the heap still knows of.
static bool end(void) {
    arena_finish(&arena);
    bool clean = heap.blocks == NULL && heap.own.used_size == 0;
    heap_finish(&heap);
    return clean;
}

TEST(comparing) {
    CHECK(str_equal(STR("leg"), STR("leg")) && !str_equal(STR("leg"), STR("Leg")) &&
          !str_equal(STR("leg"), STR("le")));
    CHECK(str_equal((Str){NULL, 0}, STR("")) && str_equal_z(STR("a"), "a") &&
          str_equal_z(STR(""), NULL));
    CHECK(str_compare(STR("a"), STR("b")) < 0 && str_compare(STR("b"), STR("a")) > 0 &&
          str_compare(STR("a"), STR("a")) == 0);
    CHECK(str_compare(STR("a"), STR("aa")) < 0 && str_compare(STR("aa"), STR("a")) > 0);
    CHECK(str_compare((Str){NULL, 0}, STR("")) == 0 && str_compare((Str){NULL, 0}, STR("a")) < 0);
    CHECK(str_compare(STR("z"), STR("\xC3\xA9")) < 0); // bytes are unsigned
    CHECK(str_starts(STR("chair"), STR("ch")) && str_starts(STR("x"), STR("")) &&
          !str_starts(STR("c"), STR("ch")));
    CHECK(str_ends(STR("chair.part"), STR(".part")) && str_ends(STR("x"), STR("")) &&
          !str_ends(STR("art"), STR("part")));
    CHECK(str_hash(STR("a")) != str_hash(STR("b")) &&
          str_hash(STR("a")) == str_hash(str_from("a")));
}

TEST(copies_are_terminated) {
    begin();
    Str cut = {"legroom", 3};
    Str copy = str_copy(&arena, cut);
    CHECK(copy.len == 3 && strcmp(copy.ptr, "leg") == 0);
    CHECK(strcmp(str_to_z(&arena, (Str){NULL, 0}), "") == 0);
    Str text = str_format(&arena, "%d of %.*s", 3, STR_ARG(cut));
    CHECK(str_equal_z(text, "3 of leg") && text.ptr[text.len] == 0);
    CHECK(str_format(&arena, "%s", "").len == 0);
    CHECK(end());
}

// The table of the definition, without rows thrown away or an early end.
static u32 distance_plain(Str a, Str b) {
    u32 d[66][66];
    for (u32 i = 0; i <= a.len; i++)
        for (u32 j = 0; j <= b.len; j++) {
            if (!i || !j) {
                d[i][j] = i + j;
                continue;
            }
            u32 best = MIN(d[i - 1][j], d[i][j - 1]) + 1;
            best = MIN(best, d[i - 1][j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]));
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                best = MIN(best, d[i - 2][j - 2] + 1);
            d[i][j] = best;
        }
    return d[a.len][b.len];
}

TEST(distance_counts_edits_and_swaps) {
    CHECK_EQ(str_distance(STR("cylindr"), STR("cylinder"), 9), 1);
    CHECK_EQ(str_distance(STR("cyilnder"), STR("cylinder"), 9), 1);
    CHECK_EQ(str_distance(STR("ca"), STR("abc"), 9),
             3); // optimal string alignment, not the full distance
    CHECK_EQ(str_distance(STR("Box"), STR("box"), 9), 0);
    CHECK_EQ(str_distance(STR(""), STR("box"), 9), 3);
    CHECK_EQ(str_distance(STR("kitten"), STR("sitting"), 9), 3);
    CHECK_EQ(str_distance(STR("kitten"), STR("sitting"), 3), 3);
    CHECK_EQ(str_distance(STR("kitten"), STR("sitting"), 2), 3);
    u32 state = 1;
    for (u32 i = 0; i < 20000; i++) {
        char a[8], b[8];
        u32 n[2];
        for (u32 k = 0; k < 2; k++) {
            state = state * 1664525u + 1013904223u;
            n[k] = state >> 29;
            for (u32 c = 0; c < n[k]; c++) {
                state = state * 1664525u + 1013904223u;
                (k ? b : a)[c] = (char)('a' + (state >> 30));
            }
        }
        Str s = {a, n[0]}, t = {b, n[1]};
        u32 plain = distance_plain(s, t);
        for (u32 limit = 0; limit < 9; limit++)
            CHECK_EQ(str_distance(s, t, limit), MIN(plain, limit + 1));
    }
}

TEST(distance_of_long_names_gives_up) {
    char long_a[80], long_b[80];
    memset(long_a, 'a', sizeof long_a);
    memset(long_b, 'a', sizeof long_b);
    long_b[70] = 'b';
    Str a = {long_a, 80}, b = {long_b, 80}, c = {long_b, 64}, d = {long_a, 64};
    CHECK_EQ(str_distance(a, b, 5), 6);
    CHECK_EQ(str_distance(a, a, 5), 0);
    CHECK_EQ(str_distance(c, d, 5), 0);
}

TEST(nearest_suggests_only_what_is_near) {
    static const Str names[] = {{"box", 3},     {"cylinder", 8}, {"cone", 4}, {"sphere", 6},
                                {"spheres", 7}, {"d", 1},        {"rr", 2}};
    u32 n = COUNT_OF(names);
    CHECK(str_equal_z(str_nearest(STR("cylindr"), names, n), "cylinder"));
    CHECK(str_equal_z(str_nearest(STR("Sphere"), names, n), "sphere"));
    CHECK(str_equal_z(str_nearest(STR("bix"), names, n), "box"));
    CHECK(str_equal_z(str_nearest(STR("bxo"), names, n), "box"));
    CHECK(str_equal_z(str_nearest(STR("spheree"), names, n),
                      "sphere")); // as near as spheres: the first
    CHECK(str_equal_z(str_nearest(STR("r"), names, n), "rr"));
    CHECK(str_nearest(STR("torus"), names, n).len == 0);
    CHECK(str_nearest(STR("q"), names, 6).len == 0); // another letter is another name
    CHECK(str_nearest(STR("box"), names, 0).len == 0);
    CHECK(str_nearest(STR(""), names, n).len == 0);
}

TEST(strbuf_grows) {
    begin();
    StrBuf buf;
    strbuf_init(&buf, &heap);
    CHECK(strbuf_str(&buf).len == 0 && strbuf_str(&buf).ptr);
    for (u32 i = 0; i < 1000; i++)
        strbuf_addf(&buf, "%u,", i);
    CHECK_EQ(buf.len, 10 * 2 + 90 * 3 + 900 * 4);
    CHECK(strncmp(buf.ptr, "0,1,2,3,", 8) == 0 && buf.ptr[buf.len] == 0);
    strbuf_finish(&buf);
    strbuf_add(&buf, STR("again"));
    strbuf_add_char(&buf, '!');
    strbuf_add_bytes(&buf, "\0x", 2);
    strbuf_add_z(&buf, "");
    CHECK(buf.len == 8 && memcmp(buf.ptr, "again!\0x", 9) == 0);
    strbuf_finish(&buf);
    CHECK(end());
}

static bool json_is(const char *text, u32 len, const char *expected) {
    StrBuf buf;
    strbuf_init(&buf, &heap);
    strbuf_add_json(&buf, (Str){text, len});
    bool ok = strcmp(buf.ptr, expected) == 0;
    if (!ok)
        printf("got %s\n", buf.ptr);
    strbuf_finish(&buf);
    return ok;
}

TEST(json_text_is_escaped) {
    begin();
    CHECK(json_is("", 0, "\"\""));
    CHECK(json_is(NULL, 0, "\"\""));
    CHECK(json_is("leg", 3, "\"leg\""));
    CHECK(json_is("a\"b\\c", 5, "\"a\\\"b\\\\c\""));
    CHECK(json_is("\n\r\t\x01\x1b\x7f", 6, "\"\\n\\r\\t\\u0001\\u001b\\u007f\""));
    CHECK(json_is("\0", 1, "\"\\u0000\""));
    CHECK(json_is("caf\xC3\xA9 \xF0\x9F\xAA\x91", 10, "\"caf\xC3\xA9 \xF0\x9F\xAA\x91\""));
    CHECK(json_is("\xE2\x80\xAE", 3,
                  "\"\\u202e\"")); // a bidirectional override must not act in a terminal
    CHECK(json_is("\xFF", 1, "\"\xEF\xBF\xBD\""));
    CHECK(json_is("\xC3", 1, "\"\xEF\xBF\xBD\""));
    CHECK(json_is("\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""));
    CHECK(end());
}

TEST(numbers_are_appended) {
    begin();
    StrBuf buf;
    strbuf_init(&buf, &heap);
    strbuf_add_number(&buf, 0.1);
    strbuf_add_char(&buf, ' ');
    strbuf_add_number(&buf, -0.0);
    strbuf_add_char(&buf, ' ');
    strbuf_add_u32(&buf, 0);
    strbuf_add_u32(&buf, 4294967295u);
    CHECK(strcmp(buf.ptr, "0.1 0 04294967295") == 0);
    strbuf_finish(&buf);
    CHECK(end());
}

TEST_MAIN(TEST_CASE(comparing), TEST_CASE(copies_are_terminated),
          TEST_CASE(distance_counts_edits_and_swaps), TEST_CASE(distance_of_long_names_gives_up),
          TEST_CASE(nearest_suggests_only_what_is_near), TEST_CASE(strbuf_grows),
          TEST_CASE(json_text_is_escaped), TEST_CASE(numbers_are_appended))
