// SPDX-License-Identifier: Apache-2.0
// Text <-> double without the C library's locale: correctly rounded both ways.
#ifndef FRC_BASE_NUMBER_H
#define FRC_BASE_NUMBER_H

#include "base/str.h"

enum { NUMBER_TEXT_MAX = 32 };

// Reads a decimal number: digits [. digits] [e [+-] digits], no sign, no spaces, the whole of text.
// Rounds to nearest, ties to even. False: not such a number, or it overflows (then *out is inf).
bool number_read(Str text, f64 *out);

// Writes the shortest decimal text that reads back as value (the nearest of the shortest; ties: even digit) into
// out, NUL-terminated; returns its length. -0 is written 0. Plain notation from 1e-7 up to 1e21,
// else 1.5e-9. Infinities: inf, -inf; NaN: nan.
u32 number_write(f64 value, char out[NUMBER_TEXT_MAX]);

// For people: at most digits_max significant digits (of the shortest text, half away from zero),
// trailing zeros dropped, plain notation from 1e-7 up to 1e15. 2.9999999996 with 6 digits is "3".
u32 number_write_short(f64 value, u32 digits_max, char out[NUMBER_TEXT_MAX]);

#endif
