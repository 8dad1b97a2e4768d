// SPDX-License-Identifier: Apache-2.0
// UTF-8: decoding, checking, and what a terminal makes of a text.
#ifndef FRC_BASE_UTF8_H
#define FRC_BASE_UTF8_H

#include "base/str.h"

// Decodes one code point at s[0..len); returns its length in bytes, 0 when invalid (overlong,
// surrogate, above U+10FFFF, cut off). len > 0.
u32 utf8_decode(const char *s, size_t len, u32 *code);
u32 utf8_encode(u32 code, char out[4]);
// The offset of the first invalid byte, or len.
size_t utf8_validate(const char *s, size_t len);
// Columns a terminal uses for the text: combining marks 0, East Asian wide 2, unsafe code points
// and invalid bytes as utf8_add_visible writes them.
u32 utf8_width(Str s);
u32 utf8_code_width(u32 code);
// Appends s so that a terminal shows what is there: controls and invalid bytes as \x1b, other
// unsafe code points as <U+202E>. Tabs and line breaks are controls.
void utf8_add_visible(StrBuf *buf, Str s);
// True for code points that must not reach a terminal raw: C0, C1, DEL, bidi controls
// (U+202A-E, U+2066-9), U+200E-F, U+2028-9, U+FEFF.
bool utf8_is_unsafe(u32 code);

#endif
