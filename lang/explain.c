// SPDX-License-Identifier: Apache-2.0
// Syntax errors in words. The parser says only which token cannot come; what the user meant is read
// off the tokens around it: the statement it stands in, the innermost open bracket, its neighbours.
// The rules go from the particular to the general, and each proposes an edit where one is plain. A
// rule may also tell the parser how to go on as if the edit had been made, so that nothing of the
// program is lost and the next mistake is found too. Rules run only after the grammar has refused a
// token: they can't touch a valid program.
#include "lang/parse.h"

static TokenKind kind_of(const Mistake *m, u32 i) {
    return mistake_kind(m, i);
}

static bool is_in_round(const Mistake *m) {
    return m->enclosing != NONE && kind_of(m, m->enclosing) != TOK_LBRACE;
}

static bool is_comparison(TokenKind kind) {
    return kind >= TOK_EQ && kind <= TOK_NEAR;
}

static bool ends_statement(const Mistake *m) {
    TokenKind kind = kind_of(m, m->at);
    return kind == TOK_NEWLINE || kind == TOK_SEMI || mistake_has(m, m->at, TOKEN_CLOSE);
}

// How a message names the wrong token.
static Str describe(const Mistake *m) {
    switch (kind_of(m, m->at)) {
    case TOK_END:
        return STR("the end of the text");
    case TOK_NEWLINE:
        return STR("the end of the line");
    case TOK_TEXT:
    case TOK_TEXT_OPEN:
        return STR("a text");
    case TOK_TEXT_MIDDLE:
    case TOK_TEXT_CLOSE:
        return STR("'}'");
    default:
        break;
    }
    Str text = mistake_text(m, m->at);
    if (text.len == 0)
        return str_from(token_kind_name(kind_of(m, m->at)));
    return str_format(m->parse->arena, "'%.*s'%s", (int)MIN(text.len, 40u), text.ptr,
                      text.len > 40 ? "..." : "");
}

// ---- rules ----

// 45 mm
static bool explain_unit(Mistake *m, Repair *out) {
    u32 at = m->at;
    if ((kind_of(m, at) != TOK_NAME && kind_of(m, at) != TOK_IN) || at == 0 ||
        kind_of(m, at - 1) != TOK_NUMBER || m->parse->layout.items[at - 1].unit_len)
        return false;
    Str word = mistake_text(m, at), unit = lex_unit_word(word);
    if (!unit.len || (kind_of(m, at) == TOK_IN && mistake_has(m, at + 1, TOKEN_VALUE)))
        return false;
    Span both = mistake_range(m, at - 1, at);
    Str fixed =
        str_format(m->parse->arena, "%.*s%.*s", STR_ARG(mistake_text(m, at - 1)), STR_ARG(unit));
    Diag *diag =
        diag_add(m->parse->diags, DIAG_E0222, both, "a unit stands right after its number");
    diag_help(m->parse->diags, diag, "write %.*s", STR_ARG(fixed));
    mistake_fix(m, diag, both, fixed);
    *out = repair_skip(at + 1);
    return true;
}

// a < b < c, 1..2..3
static bool explain_chain(Mistake *m, Repair *out) {
    TokenKind kind = kind_of(m, m->at);
    if (!(is_comparison(kind) || kind == TOK_DOTDOT) || !mistake_accepts(m, TOK_STAR))
        return false;
    if (kind == TOK_DOTDOT) {
        Diag *diag = mistake_report(m, DIAG_E0208, m->at, "a range has two ends, not three");
        diag_help(m->parse->diags, diag, "a..b; numbers with a step are range(a, b, step)");
        *out = repair_recover(m->at);
        return true;
    }
    u32 before = m->at; // the comparison before, at the same depth
    do {
        before--;
        if (m->parse->layout.open_of[before] != NONE)
            before = m->parse->layout.open_of[before];
    } while (before > m->statement && !is_comparison(kind_of(m, before)));
    Str middle = mistake_source(m, mistake_range(m, before + 1, m->at - 1));
    Diag *diag = mistake_report(m, DIAG_E0207, m->at, "comparisons don't chain");
    diag_label(m->parse->diags, diag, mistake_span(m, before),
               "this one already gives true or false");
    diag_help(m->parse->diags, diag, "say both: ... %.*s %.*s and %.*s %.*s ...",
              STR_ARG(mistake_text(m, before)), STR_ARG(middle), STR_ARG(middle),
              STR_ARG(mistake_text(m, m->at)));
    mistake_fix(m, diag, mistake_place(m, m->at, false),
                str_format(m->parse->arena, "and %.*s ", STR_ARG(middle)));
    *out = (Repair){.resume = m->at, .n_insert = 2, .insert = {TOK_AND, TOK_TRUE}};
    return true;
}

// let part = 3
static bool explain_reserved(Mistake *m, Repair *out) {
    if (!mistake_has(m, m->at, TOKEN_WORD) || !mistake_accepts(m, TOK_NAME) ||
        mistake_accepts(m, TOK_NUMBER))
        return false;
    if (kind_of(m, m->at) == TOK_IN && kind_of(m, m->at - 1) == TOK_FOR) {
        Diag *diag = mistake_report(m, DIAG_E0225, m->at, "a loop names what it runs over");
        diag_help(m->parse->diags, diag, "write for x in list { ... }");
        *out = repair_insert(TOK_NAME, m->at);
        return true;
    }
    Str word = mistake_text(m, m->at);
    Diag *diag = diag_add(m->parse->diags, DIAG_E0220, mistake_span(m, m->at),
                          "'%.*s' is a keyword, so it can't be a name", STR_ARG(word));
    diag_help(m->parse->diags, diag, "choose another name, such as %.*s_", STR_ARG(word));
    m->parse->layout.items[m->at].kind = TOK_NAME;
    *out = repair_skip(m->at);
    return true;
}

// expect cond "message"
static bool explain_expect(Mistake *m, Repair *out) {
    TokenKind kind = kind_of(m, m->at);
    if (kind_of(m, m->statement) != TOK_EXPECT || (kind != TOK_TEXT && kind != TOK_TEXT_OPEN) ||
        !mistake_accepts(m, TOK_COMMA))
        return false;
    Diag *diag = mistake_report(m, DIAG_E0205, m->at, "a comma is missing before the message");
    mistake_fix(m, diag, mistake_place(m, m->at - 1, true), STR(","));
    *out = repair_insert(TOK_COMMA, m->at);
    return true;
}

// let x 3; cylinder(h 5)
static bool explain_equals(Mistake *m, Repair *out) {
    TokenKind first = kind_of(m, m->statement), kind = kind_of(m, m->at);
    if (m->at == 0 || kind_of(m, m->at - 1) != TOK_NAME || !mistake_accepts(m, TOK_ASSIGN))
        return false;
    bool binds = m->at == m->statement + 2 && mistake_has(m, m->at, TOKEN_VALUE) &&
                 (first == TOK_LET || first == TOK_PARAM || first == TOK_MARK);
    TokenKind before = m->at >= 2 ? kind_of(m, m->at - 2) : TOK_END;
    bool names = is_in_round(m) && kind_of(m, m->enclosing) == TOK_LPAREN &&
                 (before == TOK_LPAREN || before == TOK_COMMA) &&
                 (kind == TOK_NUMBER || kind == TOK_TEXT || kind == TOK_COLOR || kind == TOK_LABEL);
    if (!binds && !names)
        return false;
    Diag *diag = diag_add(m->parse->diags, DIAG_E0226, mistake_range(m, m->at - 1, m->at),
                          "'=' is missing between the name and its value");
    mistake_fix(m, diag, mistake_place(m, m->at - 1, true), STR(" ="));
    *out = repair_insert(TOK_ASSIGN, m->at);
    return true;
}

// [1 2]
static bool explain_comma(Mistake *m, Repair *out) {
    u32 at = m->at;
    if (!is_in_round(m) || at == 0 || !mistake_has(m, at - 1, TOKEN_DONE) ||
        !mistake_has(m, at, TOKEN_VALUE) || !mistake_accepts(m, TOK_COMMA))
        return false;
    *out = repair_insert(TOK_COMMA, at);
    if (m->parse->last_comma == m->enclosing) // one report a list
        return true;
    m->parse->last_comma = m->enclosing;
    bool is_list = kind_of(m, m->enclosing) == TOK_LBRACKET;
    Diag *diag = diag_add(m->parse->diags, DIAG_E0205, mistake_span(m, at),
                          "a comma is missing before %.*s", STR_ARG(describe(m)));
    diag_label(m->parse->diags, diag, mistake_span(m, m->enclosing),
               is_list ? "in this list" : "in these arguments");
    mistake_fix(m, diag, mistake_place(m, at - 1, true), STR(","));
    return true;
}

// 2(a + b)
static bool explain_product(Mistake *m, Repair *out) {
    u32 at = m->at;
    if (kind_of(m, at) != TOK_LPAREN || at == 0 || mistake_gap(m, at).len != 1 ||
        !mistake_accepts(m, TOK_STAR))
        return false;
    Diag *diag = mistake_report(m, DIAG_E0201, at, "an operator is missing before '('");
    diag_help(m->parse->diags, diag, "a product is written a * b");
    diag_fix(m->parse->diags, diag, FIX_MAYBE, mistake_place(m, at, false), STR(" * "));
    *out = repair_insert(TOK_STAR, at);
    return true;
}

// cylinder(d = 4, h = 9) move(x = 3)
static bool explain_dot(Mistake *m, Repair *out) {
    static const char *const METHODS[] = {
        "move",  "rotate", "scale", "mirror",  "align",   "drop",  "stick",
        "along", "both",   "ring",  "repeat",  "grid",    "shell", "clip",
        "paint", "offset", "round", "extrude", "revolve", "sweep", "hit"};
    u32 at = m->at;
    if (at == 0 || kind_of(m, at) != TOK_NAME || kind_of(m, at + 1) != TOK_LPAREN ||
        !mistake_has(m, at - 1, TOKEN_DONE) || !mistake_accepts(m, TOK_DOT))
        return false;
    for (u32 i = 0; i < COUNT_OF(METHODS); i++) {
        if (!mistake_is(m, at, METHODS[i]))
            continue;
        Diag *diag = mistake_report(m, DIAG_E0206, at, "a '.' is missing");
        diag_help(m->parse->diags, diag, "what is done with a solid stands behind it: s.%s(...)",
                  METHODS[i]);
        mistake_fix(m, diag, mistake_gap(m, at), str_format(m->parse->arena, ".%s", METHODS[i]));
        *out = repair_insert(TOK_DOT, at);
        return true;
    }
    return false;
}

// a() b()
static bool explain_separator(Mistake *m, Repair *out) {
    u32 at = m->at;
    TokenKind kind = kind_of(m, at);
    bool begins = mistake_has(m, at, TOKEN_VALUE | TOKEN_SOFT) || kind == TOK_LET ||
                  kind == TOK_DEF || kind == TOK_FOR || kind == TOK_IF;
    if (is_in_round(m) || at == 0 || !begins || !mistake_has(m, at - 1, TOKEN_DONE) ||
        !mistake_accepts(m, TOK_SEMI))
        return false;
    Diag *diag = diag_add(m->parse->diags, DIAG_E0206, mistake_span(m, at),
                          "a second statement begins on the line, at %.*s", STR_ARG(describe(m)));
    diag_help(m->parse->diags, diag, "begin a new line, or part the statements by ';'");
    mistake_fix(m, diag, mistake_place(m, at - 1, true), STR(";"));
    *out = repair_insert(TOK_SEMI, at);
    return true;
}

// let a =, [1,,2]
static bool explain_empty(Mistake *m, Repair *out) {
    u32 at = m->at;
    TokenKind kind = kind_of(m, at), before = at > 0 ? kind_of(m, at - 1) : TOK_END;
    if ((!ends_statement(m) && kind != TOK_COMMA) || !mistake_accepts(m, TOK_NUMBER) || at == 0 ||
        before == TOK_NEWLINE)
        return false;
    if (kind == TOK_COMMA && (before == TOK_COMMA || mistake_has(m, at - 1, TOKEN_OPEN))) {
        Diag *diag = mistake_report(m, DIAG_E0225, at, "there is no value before this ','");
        diag_help(m->parse->diags, diag, "delete it, or give the value");
        mistake_fix(m, diag, mistake_span(m, at), STR(""));
        *out = repair_skip(at + 1);
        return true;
    }
    Str after = mistake_text(m, at - 1);
    Diag *diag = diag_add(m->parse->diags, DIAG_E0225, mistake_span(m, at - 1),
                          "there is no value after '%.*s'", (int)MIN(after.len, 40u), after.ptr);
    if (before == TOK_DOTDOT)
        diag_help(m->parse->diags, diag, "a range without an end is written a..inf");
    else
        diag_help(m->parse->diags, diag,
                  before == TOK_ASSIGN ? "write it there, or delete the whole of it"
                                       : "give the value, or delete '%.*s'",
                  (int)MIN(after.len, 40u), after.ptr);
    *out = repair_recover(at);
    return true;
}

// let a =, and on the next line let b = 3
static bool explain_unfinished(Mistake *m, Repair *out) {
    TokenKind kind = kind_of(m, m->at);
    bool begins = kind == TOK_LET || kind == TOK_DEF || kind == TOK_FOR || kind == TOK_IF ||
                  (mistake_has(m, m->at, TOKEN_SOFT) && kind_of(m, m->at + 1) == TOK_NAME);
    if (!begins || is_in_round(m) || m->at == 0 || !mistake_accepts(m, TOK_NUMBER) ||
        !mistake_has(m, m->at - 1, TOKEN_MORE) || !mistake_is_last_on_line(m, m->at - 1))
        return false;
    Str after = mistake_text(m, m->at - 1);
    Diag *diag = diag_add(m->parse->diags, DIAG_E0225, mistake_span(m, m->at - 1),
                          "there is no value after '%.*s'", (int)MIN(after.len, 40u), after.ptr);
    diag_help(m->parse->diags, diag, "give the value, or delete '%.*s'", (int)MIN(after.len, 40u),
              after.ptr);
    *out = repair_restart(m->at);
    return true;
}

// (1, 2, 3)
static bool explain_round_list(Mistake *m, Repair *out) {
    u32 open = m->enclosing;
    if (kind_of(m, m->at) != TOK_COMMA || open == NONE || kind_of(m, open) != TOK_LPAREN ||
        !mistake_accepts(m, TOK_RPAREN))
        return false;
    u32 close = m->parse->layout.close_of[open];
    Diag *diag = diag_add(m->parse->diags, DIAG_E0227, mistake_range(m, open, close),
                          "a list stands in square brackets");
    Str inner = mistake_source(m, mistake_range(m, open + 1, close - 1));
    diag_help(m->parse->diags, diag, "write [%.*s]", (int)MIN(inner.len, 80u), inner.ptr);
    mistake_fix(m, diag, mistake_span(m, open), STR("["));
    mistake_fix(m, diag, mistake_span(m, close), STR("]"));
    *out = repair_recover(close);
    return true;
}

// part leg, for x in l, if c, and then no brace
static bool explain_no_body(Mistake *m, Repair *out) {
    TokenKind kind = kind_of(m, m->at);
    if ((!ends_statement(m) && kind != TOK_END) || !mistake_accepts(m, TOK_LBRACE) ||
        m->at == m->statement)
        return false;
    Span head = mistake_range(m, m->statement, m->at - 1);
    Diag *diag = diag_add(m->parse->diags, DIAG_E0217, mistake_span(m, m->at - 1),
                          "'%.*s' has no body in braces", (int)MIN(head.len, 40u),
                          mistake_source(m, head).ptr);
    *out = repair_recover(m->at);
    u32 end = mistake_indented_end(m, m->at - 1);
    if (kind != TOK_NEWLINE || end <= m->at + 1) {
        diag_help(m->parse->diags, diag, "write { ... } after it");
        return true;
    }
    diag_help(m->parse->diags, diag, "put the indented lines in { }");
    u32 last = end - 1;
    while (kind_of(m, last) == TOK_NEWLINE)
        last--;
    mistake_fix_braces(m, diag, mistake_place(m, m->at - 1, true), last, true);
    *out = repair_recover(last + 1);
    return true;
}

// part leg "leg {i}"
static bool explain_plain_words(Mistake *m, Repair *out) {
    if (kind_of(m, m->at) != TOK_TEXT_OPEN || !mistake_accepts(m, TOK_TEXT))
        return false;
    u32 close = mistake_skip(m, m->at) - 1;
    Diag *diag = diag_add(m->parse->diags, DIAG_E0201, mistake_range(m, m->at, close),
                          "these words can't have fill-ins");
    diag_help(m->parse->diags, diag,
              "they are the same for every instance; a plain brace is written \\{");
    *out = repair_insert(TOK_TEXT, close + 1);
    return true;
}

static void add_help(Mistake *m, Diag *diag, Repair *repair) {
    Diags *diags = m->parse->diags;
    TokenKind kind = kind_of(m, m->at);
    bool value = mistake_accepts(m, TOK_NUMBER);
    if (kind == TOK_PLUS && value) {
        diag_help(diags, diag, "a number needs no '+'");
        mistake_fix(m, diag, mistake_span(m, m->at), STR(""));
        *repair = repair_skip(m->at + 1);
    } else if (kind == TOK_LBRACE && value) {
        diag_help(diags, diag,
                  "a list is written [a, b]; a solid made of statements is group { ... }");
    } else if (kind == TOK_IN && mistake_accepts(m, TOK_STAR)) {
        diag_help(diags, diag, "'in' belongs to for and param; compare with == and or");
    } else if (kind == TOK_DOTDOT && value) {
        diag_help(diags, diag, "a range without a beginning is written -inf..b");
    } else if (kind == TOK_LBRACKET && m->at > 0 && kind_of(m, m->at - 1) == TOK_LET) {
        diag_help(diags, diag, "let binds one name: let p = ..., then p[0], p[1]");
    }
}

static Repair explain_generic(Mistake *m) {
    TokenKind kind = kind_of(m, m->at);
    Repair repair = repair_recover(m->at);
    if (kind == TOK_BAD) // reported by the lexer
        return repair;
    Diags *diags = m->parse->diags;
    Str expected = parse_expected(m->parse);
    if (kind == TOK_END) {
        u32 last = m->at;
        while (last > 0 && (last == m->at || kind_of(m, last) == TOK_NEWLINE))
            last--;
        Diag *diag = diag_add(diags, DIAG_E0204, mistake_span(m, last),
                              "the text ends where %.*s is expected", STR_ARG(expected));
        diag_help(diags, diag, "give the rest of the program");
        return repair;
    }
    Span span = mistake_span(m, m->at);
    if (kind == TOK_NEWLINE)
        span.len = 0;
    Diag *diag = diag_add(diags, DIAG_E0201, span, "expected %.*s, found %.*s", STR_ARG(expected),
                          STR_ARG(describe(m)));
    add_help(m, diag, &repair);
    return repair;
}

// ---- the rules in order ----

// Looks back for the statement's first token and the innermost bracket that is open.
static Mistake mistake_at(Parse *parse, u32 at) {
    const Layout *layout = &parse->layout;
    Mistake m = {parse, at, at, NONE};
    while (m.statement > 0) {
        u32 before = m.statement - 1;
        TokenKind kind = layout->items[before].kind;
        if (kind == TOK_NEWLINE || kind == TOK_SEMI)
            break;
        if (layout->close_of[before] != NONE) { // it is open here
            m.enclosing = m.enclosing == NONE ? before : m.enclosing;
            if (kind == TOK_LBRACE)
                break;
        }
        if (layout->open_of[before] != NONE)
            before = layout->open_of[before];
        m.statement = before;
    }
    for (u32 i = m.statement;
         m.enclosing == NONE && i > 0 && at - i < 4096;) { // a brace farther out
        i--;
        if (layout->open_of[i] != NONE)
            i = layout->open_of[i];
        else if (layout->close_of[i] != NONE)
            m.enclosing = i;
    }
    return m;
}

Repair parse_explain(Parse *parse, u32 at) {
    static bool (*const RULES[])(Mistake *, Repair *) = {
        foreign_explain, explain_unit,       explain_chain,     explain_reserved,
        explain_expect,  explain_equals,     keyword_explain,   explain_product,
        explain_comma,   explain_dot,        explain_separator, explain_unfinished,
        explain_empty,   explain_round_list, explain_no_body,   explain_plain_words,
    };
    Mistake m = mistake_at(parse, at);
    Repair repair;
    for (u32 i = 0; i < COUNT_OF(RULES); i++)
        if (RULES[i](&m, &repair))
            return repair;
    return explain_generic(&m);
}
