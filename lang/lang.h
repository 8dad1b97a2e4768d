// SPDX-License-Identifier: Apache-2.0
// Front door of the language: text -> tokens -> AST. (The formatter is lang/fmt.h.)
#ifndef FRC_LANG_LANG_H
#define FRC_LANG_LANG_H

#include "lang/ast.h"

typedef enum TokenKind {
#define TOKEN(kind, spelling, name, flags) TOK_##kind,
#include "lang/tokens.def"
#undef TOKEN
    TOK_COUNT
} TokenKind;

// 16 bytes: a large program has half as many of them as it has bytes.
typedef struct Token {
    TokenKind kind : 16;
    u32 unit_len : 16; // of a number: its last bytes are a unit
    Span span;
    // Comments and line breaks (one token for a run of blank lines) stand in the token list as
    // kinds of their own; spaces do not.
} Token;

typedef struct Tokens {
    Token *items;
    u32 len, cap;
} Tokens;

enum {
    LANG_TEXT_MAX = 64 << 10, // bytes of a text, with its quotes
    LANG_NAME_MAX = 255,      // bytes of a name
    LANG_NESTING_MAX = 256,   // brackets inside brackets
};

const char *
token_kind_name(TokenKind kind);           // as in messages: "'{'", "a name", "the end of the text"
const char *token_kind_id(TokenKind kind); // "LBRACE"

// All tokens of a source, trivia included; total: whatever the bytes are. Bad bytes become TOK_BAD
// and a diagnostic E01xx. Ends with TOK_END. Time and memory linear in the text.
void lang_lex(const Source *source, u32 source_index, Arena *arena, Diags *diags, Tokens *out);
void tokens_dump(const Tokens *tokens, Sources *sources, StrBuf *out); // --emit tokens

// Parses; reports every independent mistake once. Never NULL. Prose and markdown fences around a
// program are stepped over with a note (spans still point into the text as given). Time linear in
// the text; its length is bounded by whoever reads it (limit source_size).
Ast *lang_parse(Sources *sources, u32 source, Arena *arena, Diags *diags);

// What could come after text[0..off): token kinds, for "expected ..." and completion. Writes at
// most max kinds in table order and returns how many there are; 0 when the text before is wrong
// already.
u32 lang_expects(Sources *sources, u32 source, u32 off, Arena *arena, TokenKind *kinds, u32 max);

#endif
