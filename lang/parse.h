// SPDX-License-Identifier: Apache-2.0
// What the driver of the parser (parse.c) and the explanations of syntax errors (explain.c for
// slips, foreign.c for habits from other languages) share.
#ifndef FRC_LANG_PARSE_H
#define FRC_LANG_PARSE_H

#include "lang/layout.h"
#include "lang/parser_internal.h"

typedef struct Parse {
    AstBuilder builder;
    Layout layout;
    Str text;
    Arena *arena;
    Diags *diags;
    GrammarParser *grammar;
    u32 n_errors;
    u32 last_comma; // opening bracket of the last list in which a missing comma was reported
} Parse;

// How to go on after a mistake. Either give up the innermost construct and look for its end from
// token `resume` on; or drop n_pop symbols that were just shifted, put in tokens, and go on at
// `resume`.
typedef struct Repair {
    bool recover;
    bool restart; // give up the statement; the wrong token begins another
    u32 resume;
    u32 n_pop, n_insert;
    TokenKind insert[3];
} Repair;

// A place in the program, as the explanations see it.
typedef struct Mistake {
    Parse *parse;
    u32 at;        // the token that can't be
    u32 statement; // the first token of its statement
    u32 enclosing; // the innermost bracket that is open, or NONE
} Mistake;

// Says what is wrong about the token at `at`, which the grammar does not accept, and how to go on.
Repair parse_explain(Parse *parse, u32 at);
// The same for what looks like another language; false: it doesn't, nothing was reported.
bool foreign_explain(Mistake *m, Repair *out);

// The same for a word before it that is nearly a keyword.
bool keyword_explain(Mistake *m, Repair *out);

// What could come in the place of the wrong token, as words: "a value, ')' or ','".
Str parse_expected(Parse *parse);

// ---- helpers over the tokens of a mistake ----

TokenKind mistake_kind(const Mistake *m, u32 i); // TOK_END beyond the last
Span mistake_span(const Mistake *m, u32 i);
Str mistake_text(const Mistake *m, u32 i);
bool mistake_is(const Mistake *m, u32 i, const char *word); // a name, spelt so
bool mistake_has(const Mistake *m, u32 i, u32 flags);       // token i has any of the TOKEN_ flags
bool mistake_accepts(const Mistake *m, TokenKind kind);     // could come in the wrong one's place
Span mistake_range(const Mistake *m, u32 from, u32 to);     // tokens from..to, both in
Span mistake_gap(const Mistake *m, u32 i);                  // token i with the space before it
Str mistake_source(const Mistake *m, Span span);
Span mistake_place(const Mistake *m, u32 i, bool after); // the empty span before or after token i
u32 mistake_statement_end(const Mistake *m, u32 from);   // the token after the statement's last
u32 mistake_skip(const Mistake *m, u32 i); // the token after i, or after its closing bracket
bool mistake_is_last_on_line(const Mistake *m, u32 i);
// The token after the block of lines that are indented more than the line of token `head`.
u32 mistake_indented_end(const Mistake *m, u32 head);

// A diagnostic at token i, without more; and one with a machine fix that replaces `fixed`.
Diag *mistake_report(Mistake *m, DiagCode code, u32 i, const char *message);
void mistake_fix(Mistake *m, Diag *diag, Span fixed, Str replacement);
// Two fixes that put braces round what is written from `open` (replaced by the brace) to token
// `last`.
void mistake_fix_braces(Mistake *m, Diag *diag, Span open, u32 last, bool on_lines);

Repair repair_recover(u32 resume);
Repair repair_skip(u32 resume);
Repair repair_restart(u32 at);
Repair repair_insert(TokenKind kind, u32 resume);

#endif
