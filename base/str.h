// SPDX-License-Identifier: Apache-2.0
// Counted strings (UTF-8, not NUL-terminated unless said) and a growing buffer.
#ifndef FRC_BASE_STR_H
#define FRC_BASE_STR_H

#include "base/mem.h"

#include <stdarg.h>
#include <string.h>

typedef struct Str {
    const char *ptr;
    u32 len;
} Str;

#define STR(literal) ((Str){"" literal, (u32)(sizeof(literal) - 1)})
#define STR_ARG(s) (int)(s).len, (s).ptr // for "%.*s"

Str str_from(const char *z); // z NUL-terminated, not copied; NULL gives an empty string
bool str_equal(Str a, Str b);
bool str_equal_z(Str a, const char *z);
int str_compare(Str a, Str b); // by bytes
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
u64 str_hash(Str s);
Str str_copy(Arena *arena, Str s);       // the copy is NUL-terminated after len
char *str_to_z(Arena *arena, Str s);     // a NUL-terminated copy
Str str_format(Arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
Str str_vformat(Arena *arena, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
// Damerau-Levenshtein distance with adjacent swaps (optimal string alignment), case-insensitive for
// ASCII; gives up and returns limit + 1 when it is more than limit. Names up to 64 bytes.
u32 str_distance(Str a, Str b, u32 limit);
// The candidate nearest to s (distance at most a third of its length, at least 1), or an empty
// string. Ties go to the first.
Str str_nearest(Str s, const Str *candidates, u32 n);

typedef struct StrBuf {
    Heap *heap;
    char *ptr; // NUL-terminated once something was added
    size_t len, cap;
} StrBuf;

void strbuf_init(StrBuf *buf, Heap *heap);
void strbuf_finish(StrBuf *buf);
void strbuf_add(StrBuf *buf, Str s);
void strbuf_add_z(StrBuf *buf, const char *z);
void strbuf_add_char(StrBuf *buf, char c);
void strbuf_add_bytes(StrBuf *buf, const void *bytes, size_t len);
void strbuf_addf(StrBuf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3); // never %f %g %e: use strbuf_add_number
void strbuf_add_u32(StrBuf *buf, u32 value); // decimal; strbuf_addf costs ten times as much
void strbuf_add_number(StrBuf *buf, f64 value); // shortest text that reads back the same (base/number.h)
void strbuf_add_json(StrBuf *buf, Str s);       // quoted and escaped; invalid UTF-8 becomes U+FFFD
Str strbuf_str(const StrBuf *buf);

#endif
