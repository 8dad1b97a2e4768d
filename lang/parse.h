// SPDX-License-Identifier: Apache-2.0
// What the driver of the parser and the explanations of syntax errors (lang/foreign.c) share.
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
    Token *sent;     // a token that the driver put in
    u32 n_errors;
    u32 last_comma;  // opening bracket of the last list with a missing comma that was reported
} Parse;

typedef enum RepairKind {
    REPAIR_RECOVER, // give up the construct and resume at or after token `resume`
    REPAIR_INSERT,  // go on as if a token of kind `insert` stood before the wrong one
    REPAIR_SKIP,    // go on at token `resume` as if nothing had stood before it
} RepairKind;

typedef struct Repair {
    RepairKind kind;
    u32 resume;
    TokenKind insert;
} Repair;

// Says what is wrong about the token at `at`, which the grammar does not accept, and how to go on.
Repair parse_explain(Parse *parse, u32 at);

// What could come in the place of the wrong token, as words: "a value, ')' or ','".
Str parse_expected(Parse *parse);

#endif
