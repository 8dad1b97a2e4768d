// SPDX-License-Identifier: Apache-2.0
// Habits from other languages, as far as they don't parse: what is written is recognised by its
// tokens, and the diagnostic says how it is written here. (Foreign names in calls that do parse,
// such as cube(10), are the checker's business.) Blocks, prefixes and loops of OpenSCAD are in
// foreign_blocks.c, heads of parts in foreign_part.c.
#include "lang/foreign.h"

static TokenKind kind_of(const Mistake *m, u32 i) {
    return mistake_kind(m, i);
}

static bool is_any(const Mistake *m, u32 i, const char *const *words, u32 n) {
    for (u32 k = 0; k < n; k++)
        if (mistake_is(m, i, words[k]))
            return true;
    return false;
}

// The statement with its ';' and, when it begins its line, the line break, for fixes that delete
// it.
static Span statement_line(const Mistake *m) {
    u32 end = mistake_statement_end(m, m->statement);
    Span span = mistake_range(m, m->statement, end > m->statement ? end - 1 : end);
    Str text = m->parse->text;
    u32 to = kind_of(m, end) == TOK_SEMI ? mistake_place(m, end, true).off : span.off + span.len;
    while (to < text.len && (text.ptr[to] == ' ' || text.ptr[to] == '\r'))
        to++;
    if (to < text.len && text.ptr[to] == '\n' && layout_is_first_on_line(text, span.off))
        to++;
    return (Span){span.source, span.off, to - span.off};
}

// Goes on as if the statement's first word, which has just been shifted, were the keyword.
static Repair as_keyword(Mistake *m, TokenKind keyword) {
    m->parse->layout.items[m->statement].kind = keyword;
    return (Repair){.resume = m->statement, .n_pop = 1};
}

// ---- statements by their first word ----

// module f(), function f(x) =, var x =
static bool foreign_declaration(Mistake *m, Repair *out) {
    static const char *const DEFS[] = {"module", "function", "func", "fn",
                                       "fun",    "proc",     "void", "sub"};
    static const char *const LETS[] = {"var", "const", "val",    "local",
                                       "int", "float", "double", "auto"};
    u32 word = m->statement;
    bool def = is_any(m, word, DEFS, COUNT_OF(DEFS)), let = is_any(m, word, LETS, COUNT_OF(LETS));
    if (m->at != word + 1 || kind_of(m, m->at) != TOK_NAME || (!def && !let))
        return false;
    Diag *diag = diag_add(m->parse->diags, def ? DIAG_E0214 : DIAG_E0209, mistake_span(m, word),
                          "'%.*s' is written '%s' here", STR_ARG(mistake_text(m, word)),
                          def ? "def" : "let");
    if (def)
        diag_help(m->parse->diags, diag,
                  "def f(x) { body } gives a solid, def f(x) = expression any value");
    mistake_fix(m, diag, mistake_span(m, word), def ? STR("def") : STR("let"));
    *out = as_keyword(m, def ? TOK_DEF : TOK_LET);
    return true;
}

static bool foreign_import(Mistake *m, Repair *out) {
    static const char *const WORDS[] = {"import", "from", "include", "use", "using", "require"};
    if (m->at == m->statement || !is_any(m, m->statement, WORDS, COUNT_OF(WORDS)))
        return false;
    TokenKind next = kind_of(m, m->statement + 1);
    if (next != TOK_NAME && next != TOK_TEXT && next != TOK_LT)
        return false;
    u32 end = m->at; // to the end of the line: the '>' of <a/b.scad> would go on beyond it
    while (kind_of(m, end) != TOK_END && kind_of(m, end) != TOK_NEWLINE &&
           !mistake_is_last_on_line(m, end))
        end++;
    bool has_break = kind_of(m, end) == TOK_NEWLINE || kind_of(m, end) == TOK_END;
    Span line = mistake_range(m, m->statement, has_break && end > m->at ? end - 1 : end);
    u32 to = line.off + line.len;
    if (to < m->parse->text.len && m->parse->text.ptr[to] == '\n')
        line.len++;
    Diag *diag =
        mistake_report(m, DIAG_E0215, m->statement, "a program imports nothing: it stands alone");
    diag_help(m->parse->diags, diag, "delete the line");
    mistake_fix(m, diag, line, STR(""));
    if (!has_break) // what follows begins a statement, though no NEWLINE may stand before it
        m->parse->layout.items[end].kind = TOK_NEWLINE;
    *out = repair_recover(end);
    return true;
}

static bool foreign_return(Mistake *m, Repair *out) {
    if (m->at != m->statement + 1 || !mistake_is(m, m->statement, "return"))
        return false;
    Diag *diag = mistake_report(m, DIAG_E0221, m->statement, "there is no return");
    diag_help(
        m->parse->diags, diag,
        "def f(x) = expression gives a value; a body in { } gives the solid that its lines build");
    u32 open = m->enclosing, end = mistake_statement_end(m, m->at), close = end;
    while (kind_of(m, close) == TOK_NEWLINE || kind_of(m, close) == TOK_SEMI)
        close++;
    bool alone = open != NONE && open > 0 && kind_of(m, open) == TOK_LBRACE &&
                 kind_of(m, open - 1) == TOK_RPAREN && open + 1 == m->statement &&
                 kind_of(m, close) == TOK_RBRACE && end > m->at;
    if (alone) { // all that the body does
        Str value = mistake_source(m, mistake_range(m, m->at, end - 1));
        mistake_fix(m, diag, mistake_range(m, open, close),
                    str_format(m->parse->arena, "= %.*s", STR_ARG(value)));
    } else {
        Span word = mistake_span(m, m->statement);
        word.len = mistake_span(m, m->at).off - word.off;
        diag_fix(m->parse->diags, diag, FIX_MAYBE, word, STR(""));
    }
    *out = (Repair){.resume = m->at, .n_pop = 1};
    return true;
}

static bool foreign_elif(Mistake *m, Repair *out) {
    static const char *const WORDS[] = {"elif", "elseif", "elsif", "elsewhere"};
    bool same_line = is_any(m, m->at, WORDS, COUNT_OF(WORDS));
    u32 word = same_line ? m->at : m->statement;
    if (!same_line && (m->at != word + 1 || !is_any(m, word, WORDS, COUNT_OF(WORDS))))
        return false;
    Diag *diag = diag_add(m->parse->diags, DIAG_E0221, mistake_span(m, word),
                          "'%.*s' is written 'else if' here", STR_ARG(mistake_text(m, word)));
    mistake_fix(m, diag, mistake_span(m, word), STR("else if"));
    if (same_line)
        *out = (Repair){.resume = word + 1, .n_insert = 2, .insert = {TOK_ELSE, TOK_IF}};
    else
        *out = as_keyword(m, TOK_IF); // the first if has ended: read on as one of its own
    return true;
}

static bool foreign_word(Mistake *m, Repair *out) {
    static const struct {
        const char *word;
        DiagCode code;
        const char *help;
    } ROWS[] = {
        {"while", DIAG_E0213, "there is no while: for i in range(n) { ... } runs n times"},
        {"foreach", DIAG_E0213, "write for x in list { ... }"},
        {"repeat", DIAG_E0213, "write for i in range(n) { ... }"},
        {"lambda", DIAG_E0214, "functions have names: def f(x) = expression"},
        {"class", DIAG_E0221,
         "parts and defs take the place of classes: part leg { ... }, def leg(h) { ... }"},
        {"switch", DIAG_E0221, "write if a { ... } else if b { ... }, or c ? x : y in a value"},
        {"then", DIAG_E0217, "a condition is followed by its body in braces: if c { ... }"},
        {"do", DIAG_E0217, "a loop is followed by its body in braces: for x in list { ... }"},
    };
    for (u32 i = 0; i < COUNT_OF(ROWS); i++) {
        u32 at = mistake_is(m, m->at, ROWS[i].word) || m->at == 0 ? m->at : m->at - 1;
        if (!mistake_is(m, at, ROWS[i].word))
            continue;
        Diag *diag = diag_add(m->parse->diags, ROWS[i].code, mistake_span(m, at),
                              "'%s' is not of this language", ROWS[i].word);
        diag_help(m->parse->diags, diag, "%s", ROWS[i].help);
        *out = repair_recover(m->at);
        return true;
    }
    return false;
}

// ---- values without let, and values that change ----

// The place where the name is bound before token `name`: after a let or a param; NONE.
static u32 bound_before(const Mistake *m, u32 name) {
    Str text = mistake_text(m, name);
    for (u32 i = name; i-- > 1;)
        if ((kind_of(m, i - 1) == TOK_LET || kind_of(m, i - 1) == TOK_PARAM) &&
            str_equal(mistake_text(m, i), text))
            return i;
    return NONE;
}

static void report_change(Mistake *m, u32 bound) {
    Diag *diag = diag_add(m->parse->diags, DIAG_E0224, mistake_range(m, m->statement, m->at),
                          "values never change");
    if (bound != NONE)
        diag_label(m->parse->diags, diag, mistake_span(m, bound), "bound here");
    diag_help(m->parse->diags, diag,
              "bind another name by let; a total is sum(list), a running one cumsum(list)");
}

// x = 3, x += 1, canvas = [1, 2, 3], units: cm
static bool foreign_assignment(Mistake *m, Repair *out) {
    static const char *const STATEMENTS[] = {"units", "canvas", "tolerance", "object"};
    TokenKind kind = kind_of(m, m->at);
    bool named = m->at == m->statement + 1 && kind_of(m, m->statement) == TOK_NAME;
    bool colon = kind == TOK_UPDATE && str_equal_z(mistake_text(m, m->at), ":=");
    bool states =
        m->at == m->statement + 1 && is_any(m, m->statement, STATEMENTS, COUNT_OF(STATEMENTS));
    if (!((kind == TOK_ASSIGN && named) || kind == TOK_UPDATE || (kind == TOK_COLON && states)) ||
        (colon && !named))
        return false;
    u32 bound = named ? bound_before(m, m->statement) : NONE;
    *out = repair_recover(m->at);
    if (bound != NONE || (kind == TOK_UPDATE && !colon)) {
        report_change(m, bound);
        return true;
    }
    Str name = mistake_text(m, m->statement);
    if (states) {
        Diag *diag = diag_add(m->parse->diags, DIAG_E0221, mistake_range(m, m->statement, m->at),
                              "'%.*s' is a statement, without '%.*s'", STR_ARG(name),
                              STR_ARG(mistake_text(m, m->at)));
        mistake_fix(m, diag, mistake_gap(m, m->at), STR(""));
        return true;
    }
    Diag *diag = diag_add(m->parse->diags, DIAG_E0209, mistake_range(m, m->statement, m->at),
                          "a value is bound by let");
    diag_help(m->parse->diags, diag, "let %.*s = ...", STR_ARG(name));
    mistake_fix(m, diag, mistake_place(m, m->statement, false), STR("let "));
    if (colon)
        mistake_fix(m, diag, mistake_span(m, m->at), STR("="));
    m->parse->layout.items[m->at].kind = TOK_ASSIGN;
    *out = (Repair){.resume = m->statement, .n_pop = 1, .n_insert = 1, .insert = {TOK_LET}};
    return true;
}

// if x = 3 { }, expect a = b
static bool foreign_condition(Mistake *m, Repair *out) {
    TokenKind first = kind_of(m, m->statement);
    if (kind_of(m, m->at) != TOK_ASSIGN || !mistake_accepts(m, TOK_EQ) ||
        mistake_accepts(m, TOK_ASSIGN) || (first != TOK_IF && first != TOK_EXPECT))
        return false;
    Diag *diag = mistake_report(m, DIAG_E0210, m->at, "'==' compares; '=' binds");
    mistake_fix(m, diag, mistake_span(m, m->at), STR("=="));
    *out = repair_insert(TOK_EQ, m->at + 1);
    return true;
}

// let a = 1, b = 2
static bool foreign_lets(Mistake *m, Repair *out) {
    if (kind_of(m, m->statement) != TOK_LET || kind_of(m, m->at) != TOK_COMMA ||
        kind_of(m, m->at + 1) != TOK_NAME || kind_of(m, m->at + 2) != TOK_ASSIGN)
        return false;
    Diag *diag = mistake_report(m, DIAG_E0206, m->at, "each name has a let of its own");
    mistake_fix(m, diag, mistake_span(m, m->at), STR("; let"));
    *out = (Repair){.resume = m->at + 1, .n_insert = 2, .insert = {TOK_SEMI, TOK_LET}};
    return true;
}

// ---- $fn and arrows ----

// An argument with the comma that parts it from its neighbour.
static Span argument_span(const Mistake *m) {
    u32 end = m->at;
    while (kind_of(m, end) != TOK_COMMA && kind_of(m, end) != TOK_END &&
           kind_of(m, end) != TOK_NEWLINE && !mistake_has(m, end, TOKEN_CLOSE))
        end = mistake_skip(m, end);
    if (kind_of(m, m->at - 1) == TOK_COMMA)
        return mistake_range(m, m->at - 1, end - 1);
    if (kind_of(m, end) != TOK_COMMA)
        return mistake_range(m, m->at, end - 1);
    Span span = mistake_range(m, m->at, end);
    while (span.off + span.len < m->parse->text.len &&
           m->parse->text.ptr[span.off + span.len] == ' ')
        span.len++;
    return span;
}

static bool foreign_setting(Mistake *m, Repair *out) {
    if (kind_of(m, m->at) != TOK_SETTING)
        return false;
    Diag *diag = diag_add(m->parse->diags, DIAG_E0216, mistake_span(m, m->at), "there is no '%.*s'",
                          STR_ARG(mistake_text(m, m->at)));
    diag_help(m->parse->diags, diag,
              "roundness follows from the chord error, one for the whole file: tolerance 0.1mm");
    mistake_fix(m, diag, m->at == m->statement ? statement_line(m) : argument_span(m), STR(""));
    *out = repair_recover(m->at);
    return true;
}

static bool foreign_arrow(Mistake *m, Repair *out) {
    if (kind_of(m, m->at) != TOK_ARROW)
        return false;
    Diag *diag = diag_add(m->parse->diags, DIAG_E0214, mistake_span(m, m->at),
                          "'%.*s' is not of this language", STR_ARG(mistake_text(m, m->at)));
    if (kind_of(m, m->statement) == TOK_DEF)
        diag_help(m->parse->diags, diag,
                  "a def says no types: def f(x) = expression, or def f(x) { body }");
    else
        diag_help(m->parse->diags, diag, "functions have names: def f(x) = expression");
    *out = repair_recover(m->at);
    return true;
}

// ---- colons ----

// if c: and an indented block
static bool foreign_python(Mistake *m, Repair *out) {
    TokenKind first = kind_of(m, m->statement);
    u32 colon = NONE; // the last on its line, from the statement on
    if (first != TOK_IF && first != TOK_FOR && first != TOK_DEF && first != TOK_PART &&
        first != TOK_GROUP && first != TOK_ELSE && !mistake_has(m, m->statement, TOKEN_FOREIGN))
        return false;
    for (u32 i = m->statement; i <= m->at && colon == NONE; i = mistake_skip(m, i))
        if (kind_of(m, i) == TOK_COLON && mistake_is_last_on_line(m, i))
            colon = i;
    if (colon == NONE)
        return false;
    u32 last = mistake_indented_end(m, m->statement) - 1;
    while (last > colon && kind_of(m, last) == TOK_NEWLINE)
        last--;
    Diag *diag = mistake_report(m, DIAG_E0217, colon, "a body stands in braces");
    diag_help(m->parse->diags, diag, "put the indented lines in { }");
    mistake_fix_braces(m, diag, mistake_gap(m, colon), MAX(last, colon), true);
    *out = repair_recover(MAX(last + 1, m->at));
    return true;
}

// let x: number = 3, def f(x: number)
static bool foreign_type(Mistake *m, Repair *out) {
    TokenKind first = kind_of(m, m->statement);
    if (kind_of(m, m->at) != TOK_COLON || kind_of(m, m->at - 1) != TOK_NAME)
        return false;
    bool formal = first == TOK_DEF && m->enclosing != NONE && m->enclosing > m->statement &&
                  mistake_accepts(m, TOK_ASSIGN);
    if (!formal && ((first != TOK_LET && first != TOK_PARAM) || m->at != m->statement + 2))
        return false;
    u32 equals = m->at + 1, end = mistake_statement_end(m, m->at);
    while (equals < end && kind_of(m, equals) != TOK_ASSIGN && kind_of(m, equals) != TOK_COMMA)
        equals = mistake_skip(m, equals);
    if (!formal && kind_of(m, equals) != TOK_ASSIGN) {
        Diag *diag = mistake_report(m, DIAG_E0223, m->at, "a value follows its name after '='");
        mistake_fix(m, diag, mistake_span(m, m->at), STR(" ="));
        *out = repair_insert(TOK_ASSIGN, m->at + 1);
        return true;
    }
    Span type = mistake_range(m, m->at, equals - 1);
    Diag *diag = mistake_report(m, DIAG_E0223, m->at, "names have no types");
    diag_help(m->parse->diags, diag, "delete '%.*s'", STR_ARG(mistake_source(m, type)));
    mistake_fix(m, diag, type, STR(""));
    *out = repair_skip(equals);
    return true;
}

// box(size: [1, 2, 3]), material m { color: #fff }
static bool foreign_named(Mistake *m, Repair *out) {
    if (kind_of(m, m->at) != TOK_COLON || !mistake_accepts(m, TOK_ASSIGN) ||
        kind_of(m, m->at - 1) != TOK_NAME)
        return false;
    Diag *diag = mistake_report(m, DIAG_E0226, m->at, "a name gets its value by '=', not ':'");
    mistake_fix(m, diag, mistake_span(m, m->at), STR(" ="));
    *out = repair_insert(TOK_ASSIGN, m->at + 1);
    return true;
}

// a if c else b
static bool foreign_choice(Mistake *m, Repair *out) {
    if (kind_of(m, m->at) != TOK_IF || m->at == 0 || !mistake_accepts(m, TOK_QUESTION))
        return false;
    u32 from = m->at; // the value before: back to what can't be of it
    while (from > m->statement && !mistake_has(m, from - 1, TOKEN_MORE | TOKEN_OPEN))
        from = m->parse->layout.open_of[from - 1] != NONE ? m->parse->layout.open_of[from - 1]
                                                          : from - 1;
    u32 else_ = m->at + 1, end = mistake_statement_end(m, m->at);
    while (else_ < end && kind_of(m, else_) != TOK_ELSE && kind_of(m, else_) != TOK_COMMA &&
           kind_of(m, else_) != TOK_LBRACE)
        else_ = mistake_skip(m, else_);
    if (kind_of(m, else_) != TOK_ELSE || from == m->at || else_ == m->at + 1)
        return false;
    Str value = mistake_source(m, mistake_range(m, from, m->at - 1));
    Str condition = mistake_source(m, mistake_range(m, m->at + 1, else_ - 1));
    bool whole =
        from > 0 && (kind_of(m, from - 1) == TOK_ASSIGN || kind_of(m, from - 1) == TOK_COMMA ||
                     mistake_has(m, from - 1, TOKEN_OPEN));
    Diag *diag =
        mistake_report(m, DIAG_E0221, m->at, "a choice between values is written c ? a : b");
    diag_fix(m->parse->diags, diag, whole ? FIX_MACHINE : FIX_MAYBE, mistake_range(m, from, else_),
             str_format(m->parse->arena, "%.*s ? %.*s :", STR_ARG(condition), STR_ARG(value)));
    *out = repair_recover(m->at);
    return true;
}

// if c box()
static bool foreign_bare_body(Mistake *m, Repair *out) {
    TokenKind first = kind_of(m, m->statement), kind = kind_of(m, m->at);
    u32 at = m->at;
    bool after_else = at > 0 && kind_of(m, at - 1) == TOK_ELSE;
    bool begins = mistake_has(m, at, TOKEN_VALUE) || kind == TOK_LET || kind == TOK_FOR;
    if (!begins || !mistake_accepts(m, TOK_LBRACE) ||
        (first != TOK_IF && first != TOK_FOR && !after_else))
        return false;
    u32 end = mistake_statement_end(m, at);
    for (u32 i = at; i < end; i = mistake_skip(m, i)) // up to an else
        if (kind_of(m, i) == TOK_ELSE)
            end = i;
    Diag *diag = mistake_report(m, DIAG_E0217, at, "a body stands in braces");
    diag_help(m->parse->diags, diag, "%.*s ... { ... }",
              STR_ARG(mistake_text(m, after_else ? at - 1 : m->statement)));
    mistake_fix_braces(m, diag, mistake_place(m, at, false), end - 1, false);
    *out = repair_recover(end);
    return true;
}

// ---- the rules in order ----

bool foreign_explain(Mistake *m, Repair *out) {
    static bool (*const RULES[])(Mistake *, Repair *) = {
        foreign_setting,   foreign_arrow,         foreign_declaration,   foreign_import,
        foreign_return,    foreign_elif,          foreign_loop,          foreign_assignment,
        foreign_condition, foreign_lets,          foreign_python,        foreign_type,
        foreign_named,     foreign_choice,        foreign_quoted_name,   foreign_part_equals,
        foreign_part_head, foreign_part_material, foreign_part_nameless, foreign_object_block,
        foreign_block,     foreign_prefix,        foreign_word,          foreign_bare_body,
    };
    for (u32 i = 0; i < COUNT_OF(RULES); i++)
        if (RULES[i](m, out))
            return true;
    return false;
}
