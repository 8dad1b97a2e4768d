// SPDX-License-Identifier: Apache-2.0
// Misspelt keywords: `ppart seat {`, `matrial oak {`, `} esle {`. To the parser such a word is a
// name, and what is wrong is the token after it, or, where no name may stand, the word itself. A
// keyword is meant when the word is nearly spelt like it and what follows has the shape of that
// keyword's statement; then the parse goes on as if it had been written, so that one slip is one
// error.
#include "lang/parse.h"

// What follows a keyword in its statement.
typedef enum Shape {
    SHAPE_NAME_EQUALS, // let x = ...
    SHAPE_NAME_ROUND,  // def f(...) ..., allow floating(...)
    SHAPE_NAME_BRACE,  // material oak {
    SHAPE_NAME_BODY,   // part leg {, part leg: oak {, part leg "words" {
    SHAPE_NAME_IN,     // for x in ..., for x in a, y in b
    SHAPE_NAME_WORDS,  // object chair, object chair "words"
    SHAPE_UNIT,        // units cm
    SHAPE_BRACE,       // group {
    SHAPE_LABEL,       // cut @a {
    SHAPE_VALUE,       // expect a > b
    SHAPE_VALUE_BODY,  // if a > b {
} Shape;

typedef struct Keyword {
    TokenKind kind;
    Shape shape;
    bool is_value; // it may stand where a value does
} Keyword;

static const Keyword KEYWORDS[] = {
    {TOK_PART, SHAPE_NAME_BODY, true},       {TOK_GROUP, SHAPE_BRACE, true},
    {TOK_LET, SHAPE_NAME_EQUALS, false},     {TOK_PARAM, SHAPE_NAME_EQUALS, false},
    {TOK_MARK, SHAPE_NAME_EQUALS, false},    {TOK_DEF, SHAPE_NAME_ROUND, false},
    {TOK_MATERIAL, SHAPE_NAME_BRACE, false}, {TOK_FOR, SHAPE_NAME_IN, false},
    {TOK_IF, SHAPE_VALUE_BODY, false},       {TOK_CUT, SHAPE_LABEL, false},
    {TOK_EXPECT, SHAPE_VALUE, false},        {TOK_ALLOW, SHAPE_NAME_ROUND, false},
    {TOK_OBJECT, SHAPE_NAME_WORDS, false},   {TOK_UNITS, SHAPE_UNIT, false},
    {TOK_TOLERANCE, SHAPE_VALUE, false},     {TOK_CANVAS, SHAPE_VALUE, false},
};

static bool ends_at(const Mistake *m, u32 i) {
    TokenKind kind = mistake_kind(m, i);
    return kind == TOK_NEWLINE || kind == TOK_SEMI || kind == TOK_END || kind == TOK_RBRACE;
}

static bool has_body(const Mistake *m, u32 from) {
    u32 end = mistake_statement_end(m, from);
    for (u32 i = from; i < end; i = mistake_skip(m, i))
        if (mistake_kind(m, i) == TOK_LBRACE)
            return true;
    return false;
}

// Whether the tokens from i on have the shape.
static bool has_shape(const Mistake *m, u32 i, Shape shape) {
    TokenKind first = mistake_kind(m, i), second = mistake_kind(m, i + 1);
    bool names = first == TOK_NAME;
    switch (shape) {
    case SHAPE_NAME_EQUALS:
        return names && second == TOK_ASSIGN;
    case SHAPE_NAME_ROUND:
        return names && second == TOK_LPAREN;
    case SHAPE_NAME_BRACE:
        return names && second == TOK_LBRACE;
    case SHAPE_NAME_BODY:
        return names && (second == TOK_LBRACE || second == TOK_COLON || second == TOK_TEXT) &&
               has_body(m, i);
    case SHAPE_NAME_IN:
        return names && second == TOK_IN;
    case SHAPE_NAME_WORDS:
        return names && (second == TOK_TEXT || ends_at(m, i + 1));
    case SHAPE_UNIT:
        return names && lex_is_unit(mistake_text(m, i)) && ends_at(m, i + 1);
    case SHAPE_BRACE:
        return first == TOK_LBRACE;
    case SHAPE_LABEL:
        return first == TOK_LABEL && has_body(m, i);
    case SHAPE_VALUE:
        return mistake_has(m, i, TOKEN_VALUE) && !has_body(m, i);
    case SHAPE_VALUE_BODY:
        return mistake_has(m, i, TOKEN_VALUE) && has_body(m, i);
    }
    return false;
}

// mat for material, parameter for param: one begins with the other.
static bool is_longer_or_shorter(Str word, Str keyword) {
    return MIN(word.len, keyword.len) >= 3 &&
           (str_starts(word, keyword) || str_starts(keyword, word));
}

// The keyword that the word at token i means, or TOK_END. The nearest in spelling wins, else one
// that is cut short or drawn out.
static TokenKind keyword_meant(const Mistake *m, u32 i, bool as_value) {
    Str candidates[COUNT_OF(KEYWORDS)], word = mistake_text(m, i);
    TokenKind kinds[COUNT_OF(KEYWORDS)];
    u32 n = 0;
    for (u32 k = 0; k < COUNT_OF(KEYWORDS); k++) {
        if ((as_value && !KEYWORDS[k].is_value) || !has_shape(m, i + 1, KEYWORDS[k].shape))
            continue;
        kinds[n] = KEYWORDS[k].kind;
        candidates[n++] = str_from(token_kind_spelling(KEYWORDS[k].kind));
    }
    Str nearest = str_nearest(word, candidates, n);
    for (u32 k = 0; k < n; k++)
        if (nearest.len ? str_equal(nearest, candidates[k])
                        : is_longer_or_shorter(word, candidates[k]))
            return kinds[k];
    return TOK_END;
}

static void report(Mistake *m, u32 word, TokenKind kind) {
    Str meant = str_from(token_kind_spelling(kind));
    Diag *diag = diag_add(m->parse->diags, DIAG_E0228, mistake_span(m, word),
                          "'%.*s' is not a keyword", STR_ARG(mistake_text(m, word)));
    diag_help(m->parse->diags, diag, "did you mean '%.*s'?", STR_ARG(meant));
    mistake_fix(m, diag, mistake_span(m, word), meant);
}

static bool is_nearly(const Mistake *m, u32 i, TokenKind kind) {
    Str spelling = str_from(token_kind_spelling(kind)), word = mistake_text(m, i);
    if (mistake_kind(m, i) != TOK_NAME)
        return false;
    if (word.len == 1) // i or n for in
        return spelling.len == 2 &&
               (word.ptr[0] == spelling.ptr[0] || word.ptr[0] == spelling.ptr[1]);
    return str_nearest(word, &spelling, 1).len || is_longer_or_shorter(word, spelling);
}

// canvs [45, 50, 90]: an element of `canvs`, until the comma.
static bool explain_canvas(Mistake *m, Repair *out) {
    if (m->enclosing == NONE || m->enclosing == 0)
        return false;
    u32 word = m->enclosing - 1;
    if (mistake_kind(m, word + 1) != TOK_LBRACKET || !is_nearly(m, word, TOK_CANVAS) ||
        !layout_is_first_on_line(m->parse->text, mistake_span(m, word).off))
        return false;
    report(m, word, TOK_CANVAS);
    *out = repair_recover(mistake_skip(m, word + 1));
    if (m->at == word + 3) { // one symbol each: the word, the bracket, the first number
        m->parse->layout.items[word].kind = TOK_CANVAS;
        *out = (Repair){.resume = word, .n_pop = 3};
    }
    return true;
}

// unit in: the unit is a keyword in any other place, after which a line goes on.
static bool explain_inches(Mistake *m, Repair *out) {
    if (mistake_kind(m, m->at) != TOK_IN || m->at != m->statement + 1 ||
        !mistake_is_last_on_line(m, m->at) || !is_nearly(m, m->statement, TOK_UNITS))
        return false;
    report(m, m->statement, TOK_UNITS);
    *out = (Repair){
        .resume = m->at + 1, .n_pop = 1, .n_insert = 3, .insert = {TOK_UNITS, TOK_NAME, TOK_SEMI}};
    return true;
}

// } esle {, } els if c {; below the if, which then has ended, they are read as something of their
// own.
static bool explain_else(Mistake *m, Repair *out) {
    bool same_line = mistake_accepts(m, TOK_ELSE);
    u32 word = same_line ? m->at : m->statement;
    TokenKind after = mistake_kind(m, word + 1);
    if ((!same_line && m->at != word + 1) || (after != TOK_LBRACE && after != TOK_IF) ||
        !is_nearly(m, word, TOK_ELSE) || word == 0)
        return false;
    u32 before = word - 1;
    while (before > 0 && mistake_kind(m, before) == TOK_NEWLINE)
        before--;
    if (mistake_kind(m, before) != TOK_RBRACE)
        return false;
    report(m, word, TOK_ELSE);
    if (same_line) {
        *out = repair_insert(TOK_ELSE, word + 1);
        return true;
    }
    if (after == TOK_LBRACE)
        m->parse->layout.items[word].kind = TOK_GROUP;
    *out = (Repair){.resume = after == TOK_LBRACE ? word : m->at, .n_pop = 1};
    return true;
}

// param h = 3 inn 2..4, for i im list, a adn b
static bool explain_between(Mistake *m, Repair *out) {
    static const TokenKind WORDS[] = {TOK_IN, TOK_AND, TOK_OR, TOK_STEP};
    if (m->at == m->statement || !mistake_has(m, m->at + 1, TOKEN_VALUE) ||
        mistake_is_last_on_line(m, m->at))
        return false;
    for (u32 i = 0; i < COUNT_OF(WORDS); i++) {
        if (!mistake_accepts(m, WORDS[i]) || !is_nearly(m, m->at, WORDS[i]))
            continue;
        report(m, m->at, WORDS[i]);
        *out = repair_insert(WORDS[i], m->at + 1);
        return true;
    }
    return false;
}

bool keyword_explain(Mistake *m, Repair *out) {
    if (explain_canvas(m, out) || explain_inches(m, out) || explain_else(m, out) ||
        explain_between(m, out))
        return true;
    if (m->at == 0 || mistake_kind(m, m->at - 1) != TOK_NAME)
        return false;
    u32 word = m->at - 1;
    bool begins = word == m->statement;
    if (mistake_text(m, word).len < 2 || (!begins && !mistake_has(m, word - 1, TOKEN_MORE)))
        return false;
    TokenKind kind = keyword_meant(m, word, !begins);
    if (kind == TOK_END)
        return false;
    report(m, word, kind);
    m->parse->layout.items[word].kind = kind;
    *out = (Repair){.resume = word, .n_pop = 1};
    return true;
}
