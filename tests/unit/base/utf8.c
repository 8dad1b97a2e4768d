// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"
#include "tests/unit/test.h"

// By the definition (RFC 3629): decode blindly, then ask whether it was the shortest form.
static u32 decode_plain(const u8 *s, u32 len, u32 *code) {
    u32 n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
    if (!n || n > len)
        return 0;
    u32 c = n == 1 ? s[0] : s[0] & (0x7Fu >> n);
    for (u32 i = 1; i < n; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        c = c << 6 | (s[i] & 63);
    }
    u32 least = n == 1 ? 0 : n == 2 ? 0x80 : n == 3 ? 0x800 : 0x10000;
    if (c < least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        return 0;
    *code = c;
    return n;
}

TEST(every_code_point_survives) {
    for (u32 code = 0; code <= 0x10FFFF; code++) {
        if (code >= 0xD800 && code < 0xE000)
            continue;
        char text[4];
        u32 back = 0, n = utf8_encode(code, text);
        CHECK(utf8_decode(text, n, &back) == n && back == code);
        if (n > 1)
            CHECK(utf8_decode(text, n - 1, &back) == 0);
    }
}

TEST(every_short_sequence_decodes_by_the_definition) {
    static const u8 seconds[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
    for (u32 first = 0; first < 256; first++)
        for (u32 i = 0; i < 10 * 10 * 10; i++)
            for (u32 len = 1; len <= 4; len++) {
                u8 s[4] = {(u8)first, seconds[i % 10], seconds[i / 10 % 10], seconds[i / 100]};
                u32 a = 0, b = 0;
                CHECK_EQ(utf8_decode((const char *)s, len, &a), decode_plain(s, len, &b));
                CHECK_EQ(a, b);
            }
}

TEST(validation_finds_the_first_bad_byte) {
    CHECK_EQ(utf8_validate("", 0), 0);
    CHECK_EQ(utf8_validate("leg \xC3\xA9", 6), 6);
    CHECK_EQ(utf8_validate("leg \xC3", 5), 4);
    CHECK_EQ(utf8_validate("a\xE2\x80"
                           "b",
                           4),
             1);
    CHECK_EQ(utf8_validate("a\0b", 3), 3);
}

TEST(widths) {
    CHECK_EQ(utf8_width(STR("leg")), 3);
    CHECK_EQ(utf8_width(STR("caf\xC3\xA9")), 4);
    CHECK_EQ(utf8_width(STR("e\xCC\x81")), 1);                // combining acute
    CHECK_EQ(utf8_width(STR("\xE6\xA4\x85\xE5\xAD\x90")), 4); // two ideographs
    CHECK_EQ(utf8_width(STR("\xF0\x9F\xAA\x91")), 2);         // chair
    CHECK_EQ(utf8_width(STR("\xED\x95\x9C")), 2);             // Hangul syllable
    CHECK_EQ(utf8_width(STR("\xE2\x80\x8B")), 0);             // zero width space
    CHECK_EQ(utf8_width(STR("\x1b[0m")), 7);                  // \x1b
    CHECK_EQ(utf8_width(STR("\xE2\x80\xAE")), 8);             // <U+202E>
    CHECK_EQ(utf8_width(STR("\xFF")), 4);
    CHECK_EQ(utf8_width(STR("")), 0);
}

TEST(what_is_shown_is_as_wide_as_promised_and_safe) {
    Heap heap;
    heap_init(&heap, 0);
    for (u32 code = 0; code < 0x30000; code++) {
        if (code >= 0xD800 && code < 0xE000)
            continue;
        char text[4];
        Str s = {text, utf8_encode(code, text)};
        StrBuf buf;
        strbuf_init(&buf, &heap);
        utf8_add_visible(&buf, s);
        Str shown = strbuf_str(&buf);
        CHECK_EQ(utf8_width(s), utf8_width(shown));
        for (u32 i = 0; i < shown.len;) {
            u32 c = 0, n = utf8_decode(shown.ptr + i, shown.len - i, &c);
            CHECK(n && !utf8_is_unsafe(c));
            i += n;
        }
        strbuf_finish(&buf);
    }
    StrBuf buf;
    strbuf_init(&buf, &heap);
    utf8_add_visible(&buf, STR("a\x1b[31m\xE2\x80\xAE\xC2\x85\xFFz"));
    CHECK(strcmp(buf.ptr, "a\\x1b[31m<U+202E><U+0085>\\xffz") == 0);
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(every_code_point_survives),
          TEST_CASE(every_short_sequence_decodes_by_the_definition),
          TEST_CASE(validation_finds_the_first_bad_byte), TEST_CASE(widths),
          TEST_CASE(what_is_shown_is_as_wide_as_promised_and_safe))
