// SPDX-License-Identifier: Apache-2.0
// Strings are pointer and length, so that a token can point into the source text; StrBuf is the one
// way to build text of unknown length. Nothing here depends on the C library's locale.
#include "base/str.h"

#include "base/map.h"
#include "base/number.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdio.h>

Str str_from(const char *z) {
    if (!z)
        return (Str){"", 0};
    size_t len = strlen(z);
    assert(len < NONE);
    return (Str){z, (u32)len};
}

// memcmp and memcpy want valid pointers even for nothing; an empty Str may hold NULL.
bool str_equal(Str a, Str b) {
    return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_equal_z(Str a, const char *z) {
    if (!z)
        return a.len == 0;
    u32 i = 0; // most comparisons end at the first byte
    while (i < a.len && z[i] == a.ptr[i] && z[i])
        i++;
    return i == a.len && !z[i];
}

int str_compare(Str a, Str b) {
    u32 n = MIN(a.len, b.len);
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (order)
        return order < 0 ? -1 : 1;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts(Str s, Str prefix) {
    return s.len >= prefix.len && str_equal((Str){s.ptr, prefix.len}, prefix);
}

bool str_ends(Str s, Str suffix) {
    return s.len >= suffix.len &&
           (!suffix.len || str_equal((Str){s.ptr + (s.len - suffix.len), suffix.len}, suffix));
}

u64 str_hash(Str s) {
    return hash_bytes(s.ptr, s.len, 0);
}

char *str_to_z(Arena *arena, Str s) {
    char *z = arena_alloc(arena, (size_t)s.len + 1, 1);
    if (s.len)
        memcpy(z, s.ptr, s.len);
    return z;
}

Str str_copy(Arena *arena, Str s) {
    return (Str){str_to_z(arena, s), s.len};
}

Str str_vformat(Arena *arena, const char *fmt, va_list args) {
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    assert(len >= 0);
    char *z = arena_alloc(arena, (size_t)len + 1, 1);
    vsnprintf(z, (size_t)len + 1, fmt, again);
    va_end(again);
    return (Str){z, (u32)len};
}

Str str_format(Arena *arena, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    Str s = str_vformat(arena, fmt, args);
    va_end(args);
    return s;
}

// ---- likeness ----

enum { DISTANCE_MAX_LEN = 64 };

static char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

// Three rows of the classic table; a row all above the limit ends it, since rows never shrink below
// the minimum of the two before them.
u32 str_distance(Str a, Str b, u32 limit) {
    u32 gap = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (gap > limit || a.len > DISTANCE_MAX_LEN || b.len > DISTANCE_MAX_LEN)
        return str_equal(a, b) ? 0 : limit + 1;
    u32 rows[3][DISTANCE_MAX_LEN + 1];
    u32 *before = rows[0], *above = rows[1], *row = rows[2];
    for (u32 j = 0; j <= b.len; j++)
        above[j] = j;
    u32 least_above = 0;
    for (u32 i = 1; i <= a.len; i++) {
        char ca = to_lower(a.ptr[i - 1]);
        u32 least = row[0] = i;
        for (u32 j = 1; j <= b.len; j++) {
            char cb = to_lower(b.ptr[j - 1]);
            u32 best = MIN(above[j], row[j - 1]) + 1;
            best = MIN(best, above[j - 1] + (ca != cb));
            if (i > 1 && j > 1 && ca == to_lower(b.ptr[j - 2]) && to_lower(a.ptr[i - 2]) == cb)
                best = MIN(best, before[j - 2] + 1);
            row[j] = best;
            least = MIN(least, best);
        }
        if (least > limit && least_above > limit)
            return limit + 1;
        least_above = least;
        u32 *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return MIN(above[b.len], limit + 1);
}

Str str_nearest(Str s, const Str *candidates, u32 n) {
    Str nearest = {"", 0};
    u32 limit = MAX(s.len / 3, 1u);
    for (u32 i = 0; i < n; i++) {
        u32 distance = str_distance(s, candidates[i], limit);
        if (distance > limit || distance >= MAX(s.len, candidates[i].len))
            continue; // "r" is not a slip of the finger for "d"
        nearest = candidates[i];
        if (distance == 0)
            break;
        limit = distance - 1; // only a nearer one replaces it
    }
    return nearest;
}

// ---- StrBuf ----

void strbuf_init(StrBuf *buf, Heap *heap) {
    *buf = (StrBuf){.heap = heap};
}

void strbuf_finish(StrBuf *buf) {
    heap_free(buf->heap, buf->ptr);
    *buf = (StrBuf){.heap = buf->heap};
}

// Room for len bytes more and the NUL.
static void strbuf_reserve(StrBuf *buf, size_t len) {
    if (len > SIZE_MAX / 4)
        heap_fail(buf->heap, FAIL_MEMORY_LIMIT, NULL);
    size_t need = buf->len + len + 1;
    if (need <= buf->cap)
        return;
    size_t cap = MAX(MAX(buf->cap * 2, need), (size_t)64);
    buf->ptr = heap_realloc(buf->heap, buf->ptr, cap, 1);
    buf->cap = cap;
}

void strbuf_add_bytes(StrBuf *buf, const void *bytes, size_t len) {
    strbuf_reserve(buf, len);
    if (len)
        memcpy(buf->ptr + buf->len, bytes, len);
    buf->len += len;
    buf->ptr[buf->len] = 0;
}

void strbuf_add(StrBuf *buf, Str s) {
    strbuf_add_bytes(buf, s.ptr, s.len);
}

void strbuf_add_z(StrBuf *buf, const char *z) {
    strbuf_add_bytes(buf, z, strlen(z));
}

void strbuf_add_char(StrBuf *buf, char c) {
    strbuf_add_bytes(buf, &c, 1);
}

void strbuf_addf(StrBuf *buf, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    assert(len >= 0);
    strbuf_reserve(buf, (size_t)len);
    va_start(args, fmt);
    vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, args);
    va_end(args);
    buf->len += (size_t)len;
}

void strbuf_add_u32(StrBuf *buf, u32 value) {
    char digits[10];
    u32 at = COUNT_OF(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    strbuf_add_bytes(buf, digits + at, COUNT_OF(digits) - at);
}

void strbuf_add_number(StrBuf *buf, f64 value) {
    char text[NUMBER_TEXT_MAX];
    u32 len = number_write(value, text);
    strbuf_add_bytes(buf, text, len);
}

static void add_json_unit(StrBuf *buf, u32 unit) {
    static const char digits[] = "0123456789abcdef";
    char text[] = {'\\',
                   'u',
                   digits[unit >> 12 & 15],
                   digits[unit >> 8 & 15],
                   digits[unit >> 4 & 15],
                   digits[unit & 15]};
    strbuf_add_bytes(buf, text, sizeof text);
}

// Escapes one code point that JSON or a terminal could take for something else.
static void add_json_escape(StrBuf *buf, u32 code) {
    switch (code) {
    case '"':
        strbuf_add_z(buf, "\\\"");
        return;
    case '\\':
        strbuf_add_z(buf, "\\\\");
        return;
    case '\n':
        strbuf_add_z(buf, "\\n");
        return;
    case '\r':
        strbuf_add_z(buf, "\\r");
        return;
    case '\t':
        strbuf_add_z(buf, "\\t");
        return;
    default:
        add_json_unit(buf, code);
        return; // all unsafe code points lie below U+10000
    }
}

void strbuf_add_json(StrBuf *buf, Str s) {
    strbuf_add_char(buf, '"');
    u32 clean = 0; // s[clean..i) goes out as it is
    for (u32 i = 0; i < s.len;) {
        u32 code = 0;
        u32 n = utf8_decode(s.ptr + i, s.len - i, &code);
        if (n && code != '"' && code != '\\' && !utf8_is_unsafe(code)) {
            i += n;
            continue;
        }
        strbuf_add_bytes(buf, s.ptr + clean, i - clean);
        if (n)
            add_json_escape(buf, code);
        else
            strbuf_add_z(buf, "\xEF\xBF\xBD");
        i += n ? n : 1;
        clean = i;
    }
    if (clean < s.len)
        strbuf_add_bytes(buf, s.ptr + clean, s.len - clean);
    strbuf_add_char(buf, '"');
}

Str strbuf_str(const StrBuf *buf) {
    if (buf->len >= NONE)
        heap_fail(buf->heap, FAIL_MEMORY_LIMIT, NULL);
    return (Str){buf->ptr ? buf->ptr : "", (u32)buf->len};
}
