// SPDX-License-Identifier: Apache-2.0
#include "base/source.h"
#include "tests/unit/test.h"

static Heap heap;
static Arena arena;
static Sources sources;

static u32 add(const char *text, u32 len) {
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
    sources_init(&sources, &arena);
    return sources_add(&sources, STR("a.part"), (Str){text, len});
}

static bool place_is(u32 off, u32 line, u32 column) {
    SourcePlace place = source_place(&sources, 0, off);
    if (place.line != line || place.column != column)
        printf("got %u:%u\n", place.line, place.column);
    return place.line == line && place.column == column;
}

static bool line_is(u32 line, const char *expected) {
    return str_equal_z(source_line(&sources, 0, line), expected);
}

TEST(places_in_a_text) {
    add("ab\n\ncd", 6);
    CHECK(place_is(0, 1, 1) && place_is(1, 1, 2) && place_is(2, 1, 3));
    CHECK(place_is(3, 2, 1) && place_is(4, 3, 1) && place_is(5, 3, 2) && place_is(6, 3, 3));
    CHECK(place_is(99, 3, 3)); // beyond the end: the end
    CHECK(line_is(1, "ab") && line_is(2, "") && line_is(3, "cd"));
    CHECK_EQ(sources.items[0].n_lines, 3);
    heap_finish(&heap);
}

TEST(an_empty_text_has_one_line) {
    add("", 0);
    CHECK(place_is(0, 1, 1) && line_is(1, ""));
    heap_finish(&heap);
}

TEST(a_final_line_break_opens_an_empty_line) {
    add("ab\n", 3);
    CHECK(place_is(2, 1, 3) && place_is(3, 2, 1) && line_is(1, "ab") && line_is(2, ""));
    heap_finish(&heap);
}

TEST(carriage_returns_before_line_breaks_are_no_text) {
    add("ab\r\ncd\r\n\r\nx\ry", 13);
    CHECK(line_is(1, "ab") && line_is(2, "cd") && line_is(3, "") && line_is(4, "x\ry"));
    CHECK(place_is(4, 2, 1));
    heap_finish(&heap);
}

TEST(a_byte_order_mark_is_dropped) {
    add("\xEF\xBB\xBF"
        "ab",
        5);
    CHECK(sources.items[0].text.len == 2 && line_is(1, "ab") && sources.items[0].text.ptr[2] == 0);
    heap_finish(&heap);
}

TEST(texts_are_copied_and_numbered) {
    char text[] = "box";
    CHECK_EQ(add(text, 3), 0);
    text[0] = 'x';
    CHECK_EQ(sources_add(&sources, STR("b.part"), STR("cup\nlid")), 1);
    CHECK(line_is(1, "box"));
    for (u32 i = 2; i < 20; i++)
        CHECK_EQ(sources_add(&sources, STR("c.part"), STR("")), i);
    CHECK(str_equal_z(source_text(&sources, (Span){1, 4, 3}), "lid"));
    CHECK(str_equal_z(source_text(&sources, (Span){1, 4, 99}), "lid") &&
          source_text(&sources, (Span){1, 99, 1}).len == 0);
    CHECK(str_equal_z(sources.items[1].name, "b.part"));
    Span joined = span_join((Span){1, 4, 3}, (Span){1, 0, 3});
    CHECK(joined.off == 0 && joined.len == 7);
    heap_finish(&heap);
}

TEST(many_lines_are_found_fast) {
    static char text[300000];
    for (u32 i = 0; i < sizeof text; i++)
        text[i] = i % 3 == 2 ? '\n' : 'x';
    add(text, sizeof text);
    for (u32 i = 0; i < sizeof text; i++)
        CHECK(place_is(i, i / 3 + 1, i % 3 + 1));
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(places_in_a_text), TEST_CASE(an_empty_text_has_one_line),
          TEST_CASE(a_final_line_break_opens_an_empty_line),
          TEST_CASE(carriage_returns_before_line_breaks_are_no_text),
          TEST_CASE(a_byte_order_mark_is_dropped), TEST_CASE(texts_are_copied_and_numbered),
          TEST_CASE(many_lines_are_found_fast))
