// SPDX-License-Identifier: Apache-2.0
// UTF-8 decoding by the table of well-formed byte sequences (Unicode 15, table 3-7), and the two
// questions that a terminal raises: how wide is a text, and what must not reach it raw.
#include "base/utf8.h"

typedef struct CodeRange {
    u32 first, last;
} CodeRange;

#define RANGE(first, last) {0x##first, 0x##last},
static const CodeRange zero_width[] = {
#define UTF8_ZERO RANGE
#define UTF8_WIDE(first, last)
#include "base/utf8_ranges.def"
#undef UTF8_ZERO
#undef UTF8_WIDE
};
static const CodeRange double_width[] = {
#define UTF8_ZERO(first, last)
#define UTF8_WIDE RANGE
#include "base/utf8_ranges.def"
#undef UTF8_ZERO
#undef UTF8_WIDE
};

static bool in_ranges(const CodeRange *ranges, u32 n, u32 code) {
    u32 lo = 0, hi = n;
    while (lo < hi) {
        u32 mid = (lo + hi) / 2;
        if (code > ranges[mid].last)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && code >= ranges[lo].first;
}

u32 utf8_decode(const char *s, size_t len, u32 *code) {
    const u8 *b = (const u8 *)s;
    if (b[0] < 0x80) {
        *code = b[0];
        return 1;
    }
    if (b[0] < 0xC2 || b[0] > 0xF4)
        return 0;
    u32 n = b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;
    if (len < n)
        return 0;
    // Only the second byte's range depends on the first: overlong forms, surrogates, U+10FFFF.
    u8 low = b[0] == 0xE0 ? 0xA0 : b[0] == 0xF0 ? 0x90 : 0x80;
    u8 high = b[0] == 0xED ? 0x9F : b[0] == 0xF4 ? 0x8F : 0xBF;
    if (b[1] < low || b[1] > high)
        return 0;
    u32 c = b[0] & (0xFFu >> (n + 1));
    c = c << 6 | (b[1] & 0x3Fu);
    for (u32 i = 2; i < n; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (b[i] & 0x3Fu);
    }
    *code = c;
    return n;
}

u32 utf8_encode(u32 code, char out[4]) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    u32 n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (u32 i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    static const u8 lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(lead[n] | code);
    return n;
}

size_t utf8_validate(const char *s, size_t len) {
    size_t i = 0;
    while (i < len) {
        u64 word;
        while (len - i >= sizeof word) { // most text is ASCII
            memcpy(&word, s + i, sizeof word);
            if (word & 0x8080808080808080u)
                break;
            i += sizeof word;
        }
        if (i == len)
            break;
        u32 code;
        u32 n = utf8_decode(s + i, len - i, &code);
        if (!n)
            return i;
        i += n;
    }
    return len;
}

bool utf8_is_unsafe(u32 code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200E && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xFEFF;
}

u32 utf8_code_width(u32 code) {
    if (code < 0x20 || code == 0x7F)
        return 4; // \x1b
    if (utf8_is_unsafe(code))
        return 8; // <U+202E>
    if (code < 0x300)
        return 1;
    if (in_ranges(zero_width, COUNT_OF(zero_width), code))
        return 0;
    return in_ranges(double_width, COUNT_OF(double_width), code) ? 2 : 1;
}

u32 utf8_width(Str s) {
    u32 width = 0;
    for (u32 i = 0; i < s.len;) {
        u32 code;
        u32 n = utf8_decode(s.ptr + i, s.len - i, &code);
        width += n ? utf8_code_width(code) : 4;
        i += n ? n : 1;
    }
    return width;
}

void utf8_add_visible(StrBuf *buf, Str s) {
    u32 clean = 0; // s[clean..i) goes out as it is
    for (u32 i = 0; i < s.len;) {
        u32 code;
        u32 n = utf8_decode(s.ptr + i, s.len - i, &code);
        if (n && !utf8_is_unsafe(code)) {
            i += n;
            continue;
        }
        strbuf_add_bytes(buf, s.ptr + clean, i - clean);
        if (n && code >= 0x80)
            strbuf_addf(buf, "<U+%04X>", (unsigned)code);
        else
            strbuf_addf(buf, "\\x%02x", (unsigned)(u8)s.ptr[i]);
        i += n ? n : 1;
        clean = i;
    }
    if (s.len > clean) // an empty string may have no address
        strbuf_add_bytes(buf, s.ptr + clean, s.len - clean);
}
