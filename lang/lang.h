// SPDX-License-Identifier: Apache-2.0
// Front door of the language: text -> tokens -> AST. (The formatter is lang/fmt.h.)
#ifndef FRC_LANG_LANG_H
#define FRC_LANG_LANG_H

#include "lang/ast.h"

typedef enum TokenKind {
#define TOKEN(kind, spelling, name) TOK_##kind,
#include "lang/tokens.def"
#undef TOKEN
    TOK_COUNT
} TokenKind;

typedef struct Token {
    TokenKind kind;
    Span span;
    Span unit; // of a number; len 0 without
    // Trivia is kept apart: comments and blank lines are tokens of their own kinds in the token list.
} Token;

typedef struct Tokens {
    Token *items;
    u32 len, cap;
} Tokens;

const char *token_kind_name(TokenKind kind); // as in messages: "'{'", "a name", "end of file"

// All tokens of a source, trivia included; total: whatever the bytes are. Bad bytes become TOK_BAD and a
// diagnostic E01xx. Ends with TOK_END.
void lang_lex(const Source *source, u32 source_index, Arena *arena, Diags *diags, Tokens *out);
void tokens_dump(const Tokens *tokens, Sources *sources, StrBuf *out); // --emit tokens

// Parses; reports every independent mistake once. Never NULL. Prose and markdown fences around a
// program are stepped over with a note (spans still point into the text as given).
Ast *lang_parse(Sources *sources, u32 source, Arena *arena, Diags *diags);

// What could come after text[0..off): token kinds, for "expected ..." and completion.
u32 lang_expects(Sources *sources, u32 source, u32 off, Arena *arena, TokenKind *kinds, u32 max);

#endif
