// SPDX-License-Identifier: Apache-2.0
// Between the three steps of the export: grammar_read.c reads Lemon's listing, grammar_export.c
// shapes rules from it, grammar_print.c prints them.
#ifndef FRC_LANG_GRAMMAR_EXPORT_INTERNAL_H
#define FRC_LANG_GRAMMAR_EXPORT_INTERNAL_H

#include "base/vec.h"
#include "lang/grammar_export.h"
#include "lang/lex.h"

// ---- the parser's grammar ----

typedef struct TokenSet {
    u64 words[2];
} TokenSet;

static inline bool set_has(TokenSet s, TokenKind t) {
    return (s.words[t / 64] >> (t % 64)) & 1;
}
static inline void set_add(TokenSet *s, TokenKind t) {
    s->words[t / 64] |= (u64)1 << (t % 64);
}
static inline TokenSet set_join(TokenSet a, TokenSet b) {
    return (TokenSet){{a.words[0] | b.words[0], a.words[1] | b.words[1]}};
}
static inline TokenSet set_meet(TokenSet a, TokenSet b) {
    return (TokenSet){{a.words[0] & b.words[0], a.words[1] & b.words[1]}};
}
static inline TokenSet set_less(TokenSet a, TokenSet b) {
    return (TokenSet){{a.words[0] & ~b.words[0], a.words[1] & ~b.words[1]}};
}
static inline bool set_is_empty(TokenSet s) {
    return !s.words[0] && !s.words[1];
}
static inline bool set_equal(TokenSet a, TokenSet b) {
    return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

typedef struct CfgSymbol CfgSymbol;

// What stands in a production. REPEAT: what may follow the first of a list, any number of times.
// OPERAND: the symbol without its binary operators.
typedef enum ElemKind { ELEM_SYMBOL, ELEM_REPEAT, ELEM_OPERAND } ElemKind;
typedef struct Elem {
    ElemKind kind;
    CfgSymbol *symbol;
} Elem;

typedef struct Production {
    Elem *items;
    u32 len;
} Production;
typedef VEC(Production) Productions;

struct CfgSymbol {
    Str name;
    bool is_token;
    TokenKind token;
    Productions productions;
    // Left recursion taken apart: symbol = (one of base) (one of tails)*.
    Productions base, tails;
    bool is_nullable;
    bool wants_brace;  // nothing of it is without '{'
    bool is_list;      // [item] {separator [item]}: items, fields
    bool has_operands; // a tail or a prefix ends in the symbol itself: operators
    bool is_open;      // spaces between its tokens depend on the bracket round it
    TokenSet first, last;
};

typedef VEC(CfgSymbol *) CfgSymbols;
typedef struct Cfg {
    CfgSymbols symbols; // in the order of first mention on a left side; tokens after
    CfgSymbol *start;
} Cfg;

void cfg_read(Arena *arena, Str listing, Cfg *out);

// ---- rules as they are printed ----

typedef enum ExprKind {
    EXPR_SEQ,
    EXPR_ALT,
    EXPR_OPT,
    EXPR_STAR,
    EXPR_RULE,
    EXPR_TEXT,  // a literal
    EXPR_CLASS, // characters, as inside [ ], with escapes
} ExprKind;

typedef struct Rule Rule;
typedef struct Expr Expr;
struct Expr {
    ExprKind kind;
    Str text;     // TEXT, CLASS
    u32 min, max; // CLASS: how often; max 0: no end
    Rule *rule;   // RULE
    Expr **items; // SEQ, ALT; OPT and STAR have one
    u32 len;
};

struct Rule {
    Str name; // with hyphens
    Expr *body;
    bool is_lexical; // describes characters; EBNF prints its name in capitals and not the rule
};
typedef VEC(Rule *) Rules;

// ---- spelling (grammar_lexical.c) ----

typedef struct Lexical {
    Rules rules;
    Rule *tokens[TOK_COUNT]; // NULL: the token has one spelling
    Rule *plain_name;        // a name that is no soft keyword either
    Rule *space;             // spaces, at least one
    Rule *lines;             // the end of a line and all empty and commented lines after it
    Rule *gap;               // either
    Rule *comment;
} Lexical;

void lexical_rules(Arena *arena, Lexical *out);

// ---- expressions (grammar_expr.c); NULL is the empty text, in and out ----

Expr *expr_make_text(Arena *arena, Str text);
Expr *expr_make_class(Arena *arena, Str chars, u32 min, u32 max);
Expr *expr_make_rule(Arena *arena, Rule *rule);
Expr *expr_make_seq(Arena *arena, u32 len, Expr *const *items);
Expr *expr_make_alt(Arena *arena, u32 len, Expr *const *items);
Expr *expr_make_opt(Arena *arena, Expr *e);
Expr *expr_make_star(Arena *arena, Expr *e);
Expr *expr_join(Arena *arena, Expr *a, Expr *b);
bool expr_equal(const Expr *a, const Expr *b);

// Alternatives as they come together.
typedef struct Alts {
    VEC(Expr *) list;
    bool has_empty;
} Alts;
void alts_add(Arena *arena, Alts *alts, Expr *e);
Expr *alts_join(Arena *arena, Alts *alts);

// ---- printing ----

void grammar_print(GrammarFormat format, const Rules *rules, StrBuf *out);

#endif
