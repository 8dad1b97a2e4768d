// SPDX-License-Identifier: Apache-2.0
// The lexer behind lang_lex(): a text, which need not be a source's whole text, becomes tokens.
#ifndef FRC_LANG_LEX_H
#define FRC_LANG_LEX_H

#include "lang/lang.h"

enum {
    TOKEN_MORE = 1,
    TOKEN_JOIN = 2,
    TOKEN_SOFT = 4,
    TOKEN_WORD = 8,
    TOKEN_VALUE = 16,
    TOKEN_DONE = 32,
    TOKEN_OPEN = 64,
    TOKEN_CLOSE = 128,
    TOKEN_FOREIGN = 256,
};

extern const u16 TOKEN_FLAGS[TOK_COUNT];
static inline u32 token_flags(TokenKind kind) { // of TOKEN_MORE ...
    return TOKEN_FLAGS[kind];
}
const char *token_kind_spelling(TokenKind kind); // "" where it varies
Span token_unit(const Token *token);             // of a number; len 0 without

// text is NUL-terminated and has the offsets of the source (bytes that are not program may be
// blanked).
void lex_text(Str text, u32 source, Arena *arena, Diags *diags, Tokens *out);

// The unit that a word names, also in full ("inches" -> "in"); empty: none.
Str lex_unit_word(Str word);
// The unit that the user means by a word after a number, or an empty string: slips are allowed.
Str lex_unit_meant(Str word);
bool lex_is_unit(Str word);
Str lex_unit_at(u32 i); // the i-th unit; empty: there are no more

#endif
