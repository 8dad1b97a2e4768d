// SPDX-License-Identifier: Apache-2.0
// What people and programs read, to the byte.
#include "base/diag.h"
#include "tests/unit/test.h"

#include <math.h>

static Heap heap;
static Arena arena;
static Sources sources;
static Diags diags;

static void begin(const char *text) {
    heap_finish(&heap);
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
    sources_init(&sources, &arena);
    sources_add(&sources, STR("chair.part"), str_from(text));
    diags_init(&diags, &arena, &sources);
}

// Where needle stands in the first source.
static Span at(const char *needle) {
    const char *text = sources.items[0].text.ptr;
    return (Span){0, (u32)(strstr(text, needle) - text), (u32)strlen(needle)};
}

static bool same(const StrBuf *buf, const char *expected) {
    Str got = strbuf_str(buf);
    if (str_equal_z(got, expected))
        return true;
    printf("--- got\n%.*s--- expected\n%s---\n", STR_ARG(got), expected);
    return false;
}

static bool text_is(const char *expected) {
    StrBuf buf;
    strbuf_init(&buf, &heap);
    diags_write_text(&diags, (DiagTextOptions){0}, &buf);
    return same(&buf, expected);
}

TEST(a_place_is_underlined) {
    begin("leg = cylinder(radius = 5)\n");
    diag_add(&diags, DIAG_E0304, at("radius"), "cylinder has no argument '%s'", "radius");
    CHECK(text_is("chair.part:1:16: error[E0304]: cylinder has no argument 'radius'\n"
                  "  1 | leg = cylinder(radius = 5)\n"
                  "    |                ^^^^^^\n"));
}

TEST(labels_stand_at_their_places) {
    begin("let r = 5\n"
          "let h = 20\n"
          "leg = cylinder(radius = r, h = h)\n"
          "\n"
          "\n"
          "end\n");
    Diag *diag = diag_add(&diags, DIAG_E0304, at("radius"), "cylinder has no argument 'radius'");
    diag_label(&diags, diag, at("end"), "below");
    diag_label(&diags, diag, at("cylinder"), "cylinder(r | d, h)");
    diag_label(&diags, diag, (Span){0, 4, 1}, "r is bound here");
    diag_label(&diags, diag, at("radius"), "not one of them");
    diag_label(&diags, diag, at("leg"), "in this part");
    CHECK(text_is("chair.part:3:16: error[E0304]: cylinder has no argument 'radius'\n"
                  "  1 | let r = 5\n"
                  "    |     - r is bound here\n"
                  "  2 | let h = 20\n"
                  "  3 | leg = cylinder(radius = r, h = h)\n"
                  "    | ---   -------- ^^^^^^ not one of them\n"
                  "    | |     |\n"
                  "    | |     cylinder(r | d, h)\n"
                  "    | in this part\n"
                  " ...\n"
                  "  6 | end\n"
                  "    | --- below\n"));
}

TEST(spans_may_overlap) {
    begin("leg = box(w = 3)\n");
    Diag *diag = diag_add(&diags, DIAG_E0301, at("box(w = 3)"), "inside");
    diag_label(&diags, diag, at("w"), "within");
    diag_label(&diags, diag, at("box(w = 3)"), "all of it");
    CHECK(text_is("chair.part:1:7: error[E0301]: inside\n"
                  "  1 | leg = box(w = 3)\n"
                  "    |       ^^^^^^^^^^\n"
                  "    |       |   |\n"
                  "    |       |   within\n"
                  "    |       all of it\n"));
}

TEST(labels_in_other_files_name_the_file) {
    begin("leg = foot()\n");
    sources_add(&sources, STR("foot.part"), STR("def foot() {\n  box(0)\n}\n"));
    Diag *diag = diag_add(&diags, DIAG_E0301, at("foot()"), "nothing here");
    diag_label(&diags, diag, (Span){1, 15, 6}, "called from");
    CHECK(text_is("chair.part:1:7: error[E0301]: nothing here\n"
                  "  1 | leg = foot()\n"
                  "    |       ^^^^^^\n"
                  "   --> foot.part:2:3\n"
                  "  2 |   box(0)\n"
                  "    |   ------ called from\n"));
}

TEST(tabs_wide_and_unsafe_characters_keep_the_carets_in_place) {
    begin("\ta\t= bad\n"
          "\xE6\xA4\x85 = \"\xE5\xAD\x90\" + e\xCC\x81z bad\n"
          "a\x1b[31m\xE2\x80\xAE\xFF = bad\n");
    u32 len = sources.items[0].text.len;
    for (u32 i = 0; i + 3 <= len; i++)
        if (memcmp(sources.items[0].text.ptr + i, "bad", 3) == 0)
            diag_add(&diags, DIAG_E0301, (Span){0, i, 3}, "odd \x1b]0;x\x07 \xE2\x80\xAE");
    CHECK(text_is("chair.part:1:6: error[E0301]: odd \\x1b]0;x\\x07 <U+202E>\n"
                  "  1 |     a   = bad\n"
                  "    |           ^^^\n"
                  "chair.part:2:20: error[E0301]: odd \\x1b]0;x\\x07 <U+202E>\n"
                  "  2 | \xE6\xA4\x85 = \"\xE5\xAD\x90\" + e\xCC\x81z bad\n"
                  "    |                ^^^\n"
                  "chair.part:3:14: error[E0301]: odd \\x1b]0;x\\x07 <U+202E>\n"
                  "  3 | a\\x1b[31m<U+202E>\\xff = bad\n"
                  "    |                         ^^^\n"));
}

TEST(empty_multi_line_and_final_spans_have_a_caret) {
    begin("group(\r\n"
          "  a)\n"
          "last");
    diag_add(&diags, DIAG_E0301, (Span){0, 6, 0}, "between");
    diag_add(&diags, DIAG_E0302, (Span){0, 0, 12}, "two lines");
    diag_add(&diags, DIAG_E0303, (Span){0, 17, 0}, "at the end");
    diag_add(&diags, DIAG_E0305, (Span){0, 7, 3}, "from the line break");
    CHECK(text_is("chair.part:1:7: error[E0301]: between\n"
                  "  1 | group(\n"
                  "    |       ^\n"
                  "chair.part:1:1: error[E0302]: two lines\n"
                  "  1 | group(\n"
                  "    | ^^^^^^\n"
                  "chair.part:3:5: error[E0303]: at the end\n"
                  "  3 | last\n"
                  "    |     ^\n"
                  "chair.part:1:8: error[E0305]: from the line break\n"
                  "  1 | group(\n"
                  "    |       ^\n"));
}

TEST(long_lines_show_a_window) {
    char text[2001];
    memset(text, '.', 2000);
    text[2000] = 0;
    memcpy(text, "start", 5);
    memcpy(text + 1000, "middle", 6);
    memcpy(text + 1997, "end", 3);
    begin(text);
    diag_add(&diags, DIAG_E0301, at("start"), "a");
    diag_add(&diags, DIAG_E0301, at("middle"), "b");
    diag_add(&diags, DIAG_E0301, at("end"), "c");
    diag_add(&diags, DIAG_E0301, (Span){0, 500, 900}, "d");
#define DOTS_54 "......................................................"
    CHECK(text_is("chair.part:1:1: error[E0301]: a\n"
                  "  1 | start" DOTS_54 DOTS_54 ".......\n"
                  "    | ^^^^^\n"
                  "chair.part:1:1001: error[E0301]: b\n"
                  "  1 | ..." DOTS_54 "middle" DOTS_54 "...\n"
                  "    |    "
                  "                                                      ^^^^^^\n"
                  "chair.part:1:1998: error[E0301]: c\n"
                  "  1 | ..." DOTS_54 DOTS_54 "...end\n"
                  "    |    "
                  "                                                      "
                  "                                                         ^^^\n"
                  "chair.part:1:501: error[E0301]: d\n"
                  "  1 | ..." DOTS_54 DOTS_54 "......"
                  "...\n"
                  "    |    "
                  "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
                  "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"));
}

TEST(notes_help_and_fixes_follow) {
    begin("a = 1\n"
          "b = cylinder(radius = 5, height = 2)\n"
          "c = 3\n");
    Diag *diag = diag_add(&diags, DIAG_E0304, at("radius"), "cylinder has no argument 'radius'");
    diag_note(&diags, diag, "it has r, d and h");
    diag_help(&diags, diag, "the radius is called r\nand the height h");
    diag_fix(&diags, diag, FIX_MACHINE, at("height"), STR("h"));
    diag_fix(&diags, diag, FIX_MACHINE, at("radius"), STR("r"));
    diag_fix(&diags, diag, FIX_MACHINE, at("a = 1\n"), STR(""));
    diag_fix(&diags, diag, FIX_MAYBE, at("radius = 5"), STR("d = 10"));
    diag_fix(&diags, diag, FIX_MAYBE, at("c = 3"), STR("c = 3\nd = 4\n"));
    CHECK(text_is("chair.part:2:14: error[E0304]: cylinder has no argument 'radius'\n"
                  "  2 | b = cylinder(radius = 5, height = 2)\n"
                  "    |              ^^^^^^\n"
                  "    = note: it has r, d and h\n"
                  "    = help: the radius is called r\n"
                  "            and the height h\n"
                  "    = fix: delete line 1\n"
                  "    = and:\n"
                  "  2 + b = cylinder(r = 5, h = 2)\n"
                  "    |              +      +\n"
                  "    = perhaps:\n"
                  "  2 + b = cylinder(d = 10, height = 2)\n"
                  "    |              ++++++\n"
                  "    = perhaps:\n"
                  "  3 + c = 3\n"
                  "    | +++++\n"
                  "  4 + d = 4\n"
                  "    | +++++\n"));
}

TEST(fixes_that_overlap_are_applied_once) {
    begin("cube(3)\n");
    Diag *diag = diag_add(&diags, DIAG_E0314, at("cube"), "boxes are called box");
    diag_fix(&diags, diag, FIX_MACHINE, at("cube(3)"), STR("box(size = 3)"));
    diag_fix(&diags, diag, FIX_MACHINE, at("be"), STR("x"));
    CHECK(text_is("chair.part:1:1: error[E0314]: boxes are called box\n"
                  "  1 | cube(3)\n"
                  "    | ^^^^\n"
                  "    = fix:\n"
                  "  1 + box(size = 3)\n"
                  "    | +++++++++++++\n"));
}

TEST(the_whole_program_has_no_place) {
    begin("a\n");
    Diag *diag = diag_add_global(&diags, DIAG_E0502, "not done after 60 s");
    diag_help(&diags, diag, "--timeout gives it longer");
    CHECK(text_is("chair.part: error[E0502]: not done after 60 s\n"
                  "    = help: --timeout gives it longer\n"));
    CHECK(diags.limit_reached && diags.n_errors == 1);
    sources.len = 0;
    CHECK(text_is("error[E0502]: not done after 60 s\n"
                  "    = help: --timeout gives it longer\n"));
}

TEST(line_numbers_widen_the_gutter) {
    char text[2001];
    for (u32 i = 0; i < 2000; i++)
        text[i] = i % 2 ? '\n' : 'x';
    text[2000] = 0;
    begin(text);
    Diag *diag = diag_add(&diags, DIAG_W0902, (Span){0, 1998, 1}, "far down");
    diag_label(&diags, diag, (Span){0, 0, 1}, "%s", "");
    CHECK(text_is("chair.part:1000:1: warning[W0902]: far down\n"
                  "    1 | x\n"
                  "      | -\n"
                  " ...\n"
                  " 1000 | x\n"
                  "      | ^\n"));
}

TEST(colour_is_only_added) {
    begin("leg = cylinder(radius = 5)\n");
    Diag *diag = diag_add(&diags, DIAG_E0304, at("radius"), "no such argument");
    diag_label(&diags, diag, at("cylinder"), "takes r");
    diag_note(&diags, diag, "a note");
    diag_fix(&diags, diag, FIX_MACHINE, at("radius"), STR("r"));
    StrBuf plain, colored, stripped;
    strbuf_init(&plain, &heap);
    strbuf_init(&colored, &heap);
    strbuf_init(&stripped, &heap);
    diags_write_text(&diags, (DiagTextOptions){0}, &plain);
    diags_write_text(&diags, (DiagTextOptions){.color = true}, &colored);
    for (const char *c = colored.ptr; *c; c++) {
        if (*c != '\033') {
            strbuf_add_char(&stripped, *c);
            continue;
        }
        c = strchr(c, 'm');
        CHECK(c);
    }
    CHECK(colored.len > plain.len + 50 && same(&stripped, plain.ptr));
    CHECK(strstr(colored.ptr, "\033[1;31merror[E0304]\033[0m"));
}

TEST(errors_come_first_when_there_are_too_many) {
    begin("abcdefghij\n");
    for (u32 i = 0; i < 6; i++)
        diag_add(&diags, DIAG_W0901, (Span){0, i, 1}, "w%u", i);
    diag_add(&diags, DIAG_E0301, (Span){0, 6, 1}, "e");
    diag_add(&diags, DIAG_E0301, (Span){0, 7, 1}, "f");
    StrBuf buf;
    strbuf_init(&buf, &heap);
    diags_write_text(&diags, (DiagTextOptions){.max = 3}, &buf);
    CHECK(same(&buf, "chair.part:1:1: warning[W0901]: w0\n"
                     "  1 | abcdefghij\n"
                     "    | ^\n"
                     "chair.part:1:7: error[E0301]: e\n"
                     "  1 | abcdefghij\n"
                     "    |       ^\n"
                     "chair.part:1:8: error[E0301]: f\n"
                     "  1 | abcdefghij\n"
                     "    |        ^\n"
                     "... and 5 more (5 warnings)\n"));
    buf.len = 0;
    diags_write_text(&diags, (DiagTextOptions){.max = 1}, &buf);
    CHECK(strstr(buf.ptr, "... and 7 more (1 error, 6 warnings)\n"));
}

TEST(the_same_mistake_is_said_once) {
    begin("abc\n");
    Diag *diag = diag_add(&diags, DIAG_E0301, (Span){0, 0, 1}, "first");
    u64 used = heap.own.used_size;
    for (u32 i = 0; i < 100000; i++) {
        Diag *again = diag_add(&diags, DIAG_E0301, (Span){0, 0, 1}, "again %u", i);
        CHECK(again != diag);
        diag_label(&diags, again, (Span){0, 0, 1}, "label");
        diag_note(&diags, again, "note");
        diag_help(&diags, again, "help");
        diag_key(&diags, again, "key");
        diag_fix(&diags, again, FIX_MACHINE, (Span){0, 0, 1}, STR("x"));
        diag_measure(again, 1, 2, STR("mm"));
    }
    CHECK(heap.own.used_size == used); // a mistake in a loop costs memory once
    CHECK(diags.len == 1 && diags.n_errors == 1 && diag->n_labels == 0 && diag->n_notes == 0 &&
          diag->n_fixes == 0);
    diag_add(&diags, DIAG_E0302, (Span){0, 0, 1}, "another code");
    diag_add(&diags, DIAG_E0301, (Span){0, 0, 2}, "another span");
    diag_add_global(&diags, DIAG_E0501, "a");
    diag_add_global(&diags, DIAG_E0501, "a");
    diag_add_global(&diags, DIAG_E0501, "b");
    CHECK_EQ(diags.len, 5);
    diags_sort(&diags);
    diag_add(&diags, DIAG_E0302, (Span){0, 0, 1}, "still known after sorting");
    CHECK_EQ(diags.len, 5);
}

TEST(only_so_many_are_kept) {
    char text[5001];
    memset(text, 'x', 5000);
    text[5000] = 0;
    begin(text);
    for (u32 i = 0; i < 5000; i++)
        diag_add(&diags, DIAG_W0901, (Span){0, i, 1}, "w");
    for (u32 i = 0; i < 1500; i++)
        diag_add(&diags, DIAG_E0301, (Span){0, i, 1}, "e");
    CHECK(diags.len == 2 * DIAGS_MAX && diags.n_errors == 1500 && diags.n_warnings == 5000 &&
          diags.n_dropped == 4500);
    StrBuf buf;
    strbuf_init(&buf, &heap);
    diags_write_text(&diags, (DiagTextOptions){0}, &buf);
    CHECK(strstr(buf.ptr, "\n... and 6480 more (1480 errors, 5000 warnings)\n"));
}

TEST(sorting_is_by_place_and_stable) {
    begin("abcdefghij\n");
    sources_add(&sources, STR("b.part"), STR("abc"));
    diag_add_global(&diags, DIAG_E0501, "0");
    for (u32 i = 0; i < 300; i++) {
        u32 k = i * 7919 % 300;
        diag_add(&diags, k % 2 ? DIAG_E0301 : DIAG_W0901, (Span){k % 3 == 0, k % 4, k}, "%u", i);
    }
    diags_sort(&diags);
    for (u32 i = 0; i + 1 < diags.len; i++) {
        const Diag *a = diags.items[i], *b = diags.items[i + 1];
        CHECK(a->has_span);
        if (!b->has_span)
            continue;
        u64 key_a = (u64)a->span.source << 40 | (u64)a->span.off << 32 | (u64)a->severity;
        u64 key_b = (u64)b->span.source << 40 | (u64)b->span.off << 32 | (u64)b->severity;
        CHECK(key_a <= key_b);
        if (key_a == key_b) // in the order of adding
            CHECK(a->message.len < b->message.len ||
                  (a->message.len == b->message.len && str_compare(a->message, b->message) < 0));
    }
    CHECK(!diags.items[diags.len - 1]->has_span);
}

TEST(json_has_every_member) {
    begin("let r = 5\nleg = cylinder(radius = 5)\n");
    Diag *diag = diag_add(&diags, DIAG_E0304, at("radius"), "cylinder has no argument \"radius\"");
    diag_label(&diags, diag, at("let r"), "bound");
    diag_note(&diags, diag, "one");
    diag_note(&diags, diag, "two");
    diag_help(&diags, diag, "write r");
    diag_measure(diag, 0.1, 5, STR("mm"));
    diag_fix(&diags, diag, FIX_MACHINE, at("radius"), STR("r"));
    diag_fix(&diags, diag, FIX_MAYBE, at("5\n"), STR(""));
    diag_key(&diags, diag, "cylinder radius");
    diag_add_global(&diags, DIAG_E0501, "too much");
    StrBuf buf;
    strbuf_init(&buf, &heap);
    diags_write_json(&diags, &buf);
    CHECK(same(
        &buf,
        "{\"schema\":1,\"code\":\"E0304\",\"name\":\"unknown-argument\",\"severity\":\"error\","
        "\"message\":\"cylinder has no argument \\\"radius\\\"\","
        "\"span\":{\"file\":\"chair.part\",\"line\":2,\"column\":16,\"end_line\":2,\"end_column\":"
        "22,\"byte_start\":25,\"byte_end\":31},"
        "\"labels\":[{\"span\":{\"file\":\"chair.part\",\"line\":1,\"column\":1,\"end_line\":1,"
        "\"end_column\":6,\"byte_start\":0,\"byte_end\":5},\"text\":\"bound\"}],"
        "\"notes\":[\"one\",\"two\"],\"help\":\"write "
        "r\",\"measured\":0.1,\"limit\":5,\"unit\":\"mm\","
        "\"fixes\":[{\"span\":{\"file\":\"chair.part\",\"line\":2,\"column\":16,\"end_line\":2,"
        "\"end_column\":22,\"byte_start\":25,\"byte_end\":31},\"replacement\":\"r\","
        "\"applicability\":\"machine\"},"
        "{\"span\":{\"file\":\"chair.part\",\"line\":1,\"column\":9,\"end_line\":2,\"end_column\":"
        "1,\"byte_start\":8,\"byte_end\":10},\"replacement\":\"\",\"applicability\":\"maybe\"}],"
        "\"signature\":\"044c5082a4bda6ca\"}\n"
        "{\"schema\":1,\"code\":\"E0501\",\"name\":\"memory-limit\",\"severity\":\"error\","
        "\"message\":\"too much\",\"span\":null,"
        "\"labels\":[],\"notes\":[],\"help\":null,\"measured\":null,\"limit\":null,\"unit\":null,"
        "\"fixes\":[],\"signature\":\"8488cf6d2ce7e94c\"}\n"));
}

TEST(numbers_that_are_none_are_null_in_json) {
    begin("a\n");
    Diag *diag = diag_add(&diags, DIAG_E0512, at("a"), "x");
    diag_measure(diag, INFINITY, 0, STR(""));
    StrBuf buf;
    strbuf_init(&buf, &heap);
    diags_write_json(&diags, &buf);
    CHECK(strstr(buf.ptr, "\"measured\":null,\"limit\":0,\"unit\":\"\","));
}

TEST(signatures_stay_when_other_lines_change) {
    begin("a\nb\n");
    const Diag *one = diag_add(&diags, DIAG_E0512, at("a"), "-3 mm is too small: at least 0.5 mm");
    const Diag *two =
        diag_add(&diags, DIAG_E0512, at("b"), "-12.5 mm is too small: at least 0.25 mm");
    const Diag *other =
        diag_add(&diags, DIAG_E0512, at("\n"), "3 mm is too large: at least 0.5 mm");
    const Diag *code = diag_add(&diags, DIAG_E0511, at("a"), "-3 mm is too small: at least 0.5 mm");
    CHECK(diag_signature(&diags, one) == diag_signature(&diags, two));
    CHECK(diag_signature(&diags, one) != diag_signature(&diags, other));
    CHECK(diag_signature(&diags, one) != diag_signature(&diags, code));
    Diag *keyed = diag_add(&diags, DIAG_E0511, at("b"), "anything");
    u64 before = diag_signature(&diags, keyed);
    diag_key(&diags, keyed, "leg.%d", 3);
    u64 after = diag_signature(&diags, keyed);
    CHECK(before != after);
    diag_key(&diags, keyed, "leg.%d", 4);
    CHECK(diag_signature(&diags, keyed) != after);
}

TEST(sarif_names_rule_place_and_fix) {
    begin("\xC3\xA9\xC3\xA9 = cylinder(radius = 5)\n");
    sources.items[0].name = STR("my chair#1.part");
    Diag *diag = diag_add(&diags, DIAG_E0304, at("radius"), "no");
    diag_note(&diags, diag, "one");
    diag_label(&diags, diag, at("cylinder"), "here");
    diag_fix(&diags, diag, FIX_MACHINE, at("radius"), STR("r"));
    diag_fix(&diags, diag, FIX_MACHINE, at("5"), STR("6"));
    diag_add_global(&diags, DIAG_W0901, "w");
    StrBuf buf;
    strbuf_init(&buf, &heap);
    diags_write_sarif(&diags, &buf);
    CHECK(strstr(buf.ptr, "{\"$schema\":\"https://json.schemastore.org/"
                          "sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{"
                          "\"driver\":{\"name\":\"frc\"") == buf.ptr);
    CHECK(strstr(
        buf.ptr,
        "{\"id\":\"E0304\",\"name\":\"unknown-argument\",\"shortDescription\":{\"text\":\""));
    CHECK(strstr(
        buf.ptr,
        "\"artifactLocation\":{\"uri\":\"my%20chair%231.part\"},\"region\":{\"startLine\":1,"
        "\"startColumn\":15,\"endLine\":1,\"endColumn\":21,\"byteOffset\":16,\"byteLength\":6}"));
    CHECK(strstr(buf.ptr, "\"level\":\"error\",\"message\":{\"text\":\"no\\nnote: one\"}"));
    CHECK(strstr(buf.ptr, "\"insertedContent\":{\"text\":\"r\"}") &&
          strstr(buf.ptr, "\"insertedContent\":{\"text\":\"6\"}"));
    const char *second = strstr(buf.ptr, "{\"ruleId\":\"W0901\"");
    CHECK(second && !strstr(second, "locations") && strstr(second, "\"level\":\"warning\""));
}

TEST(codes_are_found_by_number_and_name) {
    CHECK(diag_code_find(STR("E0304")) == DIAG_E0304 &&
          diag_code_find(STR("unknown-argument")) == DIAG_E0304);
    CHECK(diag_code_find(STR("E9999")) == DIAG_COUNT && diag_code_find(STR("")) == DIAG_COUNT);
    for (u32 i = 0; i < DIAG_COUNT; i++) {
        DiagCode code = (DiagCode)i;
        const char *text = diag_code_text(code);
        bool is_warning = diag_code_severity(code) == SEVERITY_WARNING;
        CHECK(strlen(text) == 5 && text[0] == (is_warning ? 'W' : 'E'));
        CHECK(diag_code_find(str_from(text)) == code &&
              diag_code_find(str_from(diag_code_name(code))) == code); // no two alike
        const char *summary = diag_code_summary(code);
        CHECK(summary[0] && summary[strlen(summary) - 1] != '.');
        for (const char *c = diag_code_name(code); *c; c++)
            CHECK((*c >= 'a' && *c <= 'z') || *c == '-');
    }
}

static void write_all_forms(void) {
    arena_init(&arena, &heap);
    sources_init(&sources, &arena);
    sources_add(&sources, STR("chair.part"), STR("let r = 5\nleg = cylinder(radius = 5)\n"));
    diags_init(&diags, &arena, &sources);
    for (u32 i = 0; i < 30; i++) {
        Diag *diag = diag_add(&diags, DIAG_E0304, (Span){0, i, 2}, "message %u", i);
        diag_label(&diags, diag, at("let r"), "bound");
        diag_fix(&diags, diag, FIX_MACHINE, at("radius"), STR("r"));
    }
    diags_sort(&diags);
    StrBuf buf;
    strbuf_init(&buf, &heap);
    diags_write_text(&diags, (DiagTextOptions){0}, &buf);
    diags_write_json(&diags, &buf);
    diags_write_sarif(&diags, &buf);
}

__attribute__((noinline)) static bool survives(u64 fail_at) {
    heap_finish(&heap);
    heap_init(&heap, 0);
    heap.own.fail_at = fail_at;
    if (HEAP_TRY(&heap))
        write_all_forms();
    bool failed = heap.failure == FAIL_NO_MEMORY;
    heap_finish(&heap);
    return failed && heap.own.used_size == 0;
}

TEST(every_failing_allocation_is_survived) {
    CHECK(!survives(0)); // nothing fails
    u64 n = heap.own.n_allocs;
    CHECK(n > 5);
    for (u64 i = 1; i <= n; i++)
        CHECK(survives(i));
}

TEST(numbers_in_messages_are_short) {
    begin("");
    CHECK(str_equal_z(diag_number(&diags, 2.9999999996), "3") &&
          str_equal_z(diag_number(&diags, 0.25), "0.25"));
}

TEST_MAIN(TEST_CASE(a_place_is_underlined), TEST_CASE(labels_stand_at_their_places),
          TEST_CASE(spans_may_overlap), TEST_CASE(labels_in_other_files_name_the_file),
          TEST_CASE(tabs_wide_and_unsafe_characters_keep_the_carets_in_place),
          TEST_CASE(empty_multi_line_and_final_spans_have_a_caret),
          TEST_CASE(long_lines_show_a_window), TEST_CASE(notes_help_and_fixes_follow),
          TEST_CASE(fixes_that_overlap_are_applied_once), TEST_CASE(the_whole_program_has_no_place),
          TEST_CASE(line_numbers_widen_the_gutter), TEST_CASE(colour_is_only_added),
          TEST_CASE(errors_come_first_when_there_are_too_many),
          TEST_CASE(the_same_mistake_is_said_once), TEST_CASE(only_so_many_are_kept),
          TEST_CASE(sorting_is_by_place_and_stable), TEST_CASE(json_has_every_member),
          TEST_CASE(numbers_that_are_none_are_null_in_json),
          TEST_CASE(signatures_stay_when_other_lines_change),
          TEST_CASE(sarif_names_rule_place_and_fix), TEST_CASE(codes_are_found_by_number_and_name),
          TEST_CASE(numbers_in_messages_are_short), TEST_CASE(every_failing_allocation_is_survived))
