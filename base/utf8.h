// SPDX-License-Identifier: Apache-2.0
#ifndef FRC_BASE_UTF8_H
#define FRC_BASE_UTF8_H

#include "base/str.h"

// Decodes one code point at s[0..len); returns its length in bytes, 0 when invalid (overlong,
// surrogate, above U+10FFFF, cut off). len > 0.
u32 utf8_decode(const char *s, size_t len, u32 *code);
u32 utf8_encode(u32 code, char out[4]);
// The offset of the first invalid byte, or len.
size_t utf8_validate(const char *s, size_t len);
// Columns a terminal uses for the text: combining marks 0, East Asian wide 2, controls as escaped.
u32 utf8_width(Str s);
// True for code points that must not reach a terminal raw: C0, C1, DEL, bidi controls
// (U+202A-E, U+2066-9), U+200E-F, U+2028-9, U+FEFF.
bool utf8_is_unsafe(u32 code);

#endif
