// SPDX-License-Identifier: Apache-2.0
// The driver of the parser: prose stepped over, text to tokens, tokens laid out (lang/layout.h),
// then fed to the generated parser one by one. A program without mistakes passes straight through.
// One that is refused is parsed again with care: before each token the driver asks whether the
// parser could take it, and the answer is found on a shadow of the parser's stack, so that when it
// is no, nothing has been reduced yet and what was expected can still be told. Then the mistake is
// explained once (lang/foreign.c), the innermost construct that can be given up is, and parsing
// goes on after it.
#include "lang/parse.h"

#include "lang/prose.h"

enum { SYNTAX_ERRORS_MAX = 200 }; // of one program; then the rest is not looked at

// ---- recovery ----

static TokenKind kind_at(const Parse *parse, u32 i) {
    return parse->layout.items[i].kind;
}

// Where a construct that went wrong at `from` may end: the next comma, line break, brace or closing
// bracket that is not inside brackets of its own. An opening brace counts, since a body may follow
// a bad head.
static u32 next_stop(const Parse *parse, u32 from) {
    for (u32 i = from;; i++) {
        TokenKind kind = kind_at(parse, i);
        if (kind == TOK_END || kind == TOK_NEWLINE || kind == TOK_SEMI || kind == TOK_COMMA ||
            kind == TOK_LBRACE || (token_flags(kind) & TOKEN_CLOSE))
            return i;
        if (parse->layout.close_of[i] != NONE) {
            i = parse->layout.close_of[i];
            while (kind_at(parse, i) == TOK_TEXT_MIDDLE)
                i = parse->layout.close_of[i];
        }
    }
}

static u32 recover(Parse *parse, u32 from) {
    for (u32 i = next_stop(parse, from);; i = next_stop(parse, i)) {
        TokenKind kind = kind_at(parse, i);
        if (grammar_recover(parse->grammar, kind) || kind == TOK_END)
            return i;
        if (kind == TOK_LBRACE)
            i = parse->layout.close_of[i] + 1;
        else if (token_flags(kind) & TOKEN_CLOSE)
            return i + 1; // every bracket has an error production: not reached
        else
            i++;
    }
}

static void feed_extra(Parse *parse, TokenKind kind, u32 before) {
    Token *token = ARENA_NEW(parse->arena, Token, 1);
    Span span = parse->layout.items[before].span;
    *token = (Token){kind, 0, {span.source, span.off, 0}};
    grammar_feed(parse->grammar, kind, token);
}

// What follows from a mistake that has been reported: beside a repaired bracket, or after a text
// that swallowed the rest of its line.
static bool is_quiet(const Parse *parse, u32 at) {
    if (parse->layout.quiet && parse->layout.quiet[at])
        return true;
    if (at == 0)
        return false;
    Span span = parse->layout.items[at - 1].span;
    const char *text = parse->text.ptr + span.off;
    return kind_at(parse, at - 1) == TOK_TEXT && text[0] == '"' &&
           (span.len == 1 || text[span.len - 1] != '"');
}

static u32 handle_error(Parse *parse, u32 at) {
    layout_pair(&parse->layout, parse->arena);
    Repair repair = repair_recover(at);
    if (!is_quiet(parse, at))
        repair = parse_explain(parse, at);
    parse->n_errors++;
    if (repair.restart && grammar_recover(parse->grammar, TOK_SEMI)) {
        feed_extra(parse, TOK_SEMI, at);
        if (grammar_accepts(parse->grammar, kind_at(parse, at)))
            return at;
    }
    if (repair.recover)
        return recover(parse, MAX(repair.resume, at));
    grammar_pop(parse->grammar, repair.n_pop);
    for (u32 i = 0; i < repair.n_insert; i++) {
        if (!grammar_accepts(parse->grammar, repair.insert[i]))
            return recover(parse, at);
        feed_extra(parse, repair.insert[i], repair.resume);
    }
    if (repair.resume > at || grammar_accepts(parse->grammar, kind_at(parse, repair.resume)))
        return repair.resume;
    return recover(parse, at);
}

static void start(Parse *parse) {
    parse->builder.overflowed = parse->builder.is_too_deep = false;
    grammar_init(parse->grammar, &parse->builder);
}

// Most programs are right: feeds them without asking, and says whether all went well. If not,
// nothing has been reported and the parse must be started again.
static bool run_straight(Parse *parse, u32 end) {
    Diags *diags = parse->builder.diags;
    Diags silent;
    diags_init(&silent, parse->arena, diags->sources);
    parse->builder.diags = &silent;
    parse->builder.is_straight = true;
    start(parse);
    for (u32 i = 0; i < end && !parse->builder.refused && !parse->builder.overflowed; i++)
        grammar_feed(parse->grammar, parse->layout.items[i].kind, &parse->layout.items[i]);
    parse->builder.diags = diags;
    parse->builder.is_straight = false;
    return !parse->builder.refused && !parse->builder.overflowed && silent.len == 0;
}

// Up to token end. Returns the token at which it stopped.
static u32 run_with_care(Parse *parse, u32 end) {
    start(parse);
    u32 i = 0;
    while (i < end && !parse->builder.overflowed && parse->n_errors < SYNTAX_ERRORS_MAX) {
        const Token *token = &parse->layout.items[i];
        if (!grammar_accepts(parse->grammar, token->kind)) {
            u32 next = handle_error(parse, i);
            if (kind_at(parse, next) == TOK_END && !grammar_accepts(parse->grammar, TOK_END))
                return next;
            i = next;
            continue;
        }
        grammar_feed(parse->grammar, token->kind, token);
        i++;
    }
    return i;
}

// ---- what is expected ----

static bool can_come(const Parse *parse, TokenKind kind) {
    return kind < TOK_SETTING && grammar_accepts(parse->grammar, kind);
}

Str parse_expected(Parse *parse) {
    const char *words[TOK_COUNT + 1];
    u32 n = 0;
    bool value = can_come(parse, TOK_NUMBER);
    bool infix = can_come(parse, TOK_STAR); // an expression could go on: not worth listing
    bool end = can_come(parse, TOK_NEWLINE);
    if (value && can_come(parse, TOK_LET))
        words[n++] = "a statement";
    else if (value)
        words[n++] = "a value";
    for (u32 k = TOK_NEWLINE; k < TOK_SETTING; k++) {
        TokenKind kind = (TokenKind)k;
        u32 flags = token_flags(kind);
        bool is_infix = (kind >= TOK_DOT && kind <= TOK_NEAR) || kind == TOK_QUESTION ||
                        kind == TOK_AND || kind == TOK_OR;
        bool listed =
            !(value && (flags & TOKEN_VALUE)) && !(infix && is_infix) && kind != TOK_TEXT_MIDDLE &&
            !(flags & TOKEN_SOFT && kind != TOK_STEP) && kind != TOK_SEMI && kind != TOK_NEWLINE &&
            !(end && (flags & TOKEN_WORD)) && !(end && kind == TOK_RBRACE) &&
            !(infix && (kind == TOK_LBRACKET || kind == TOK_LPAREN || kind == TOK_MINUS)) &&
            !(kind == TOK_SUBLABEL) && !(kind == TOK_LABEL_BRACKET);
        if (listed && can_come(parse, kind))
            words[n++] = token_kind_name(kind);
        // A soft keyword is no name where only it can come.
        if (kind == TOK_STEP && n && words[n - 1] == token_kind_name(kind) &&
            can_come(parse, TOK_NAME))
            n--;
    }
    if (end && !value)
        words[n++] = "the end of the statement";
    if (infix && n == 0)
        words[n++] = "an operator";
    StrBuf buf;
    strbuf_init(&buf, parse->arena->heap);
    for (u32 i = 0; i < n && i < 6; i++)
        strbuf_addf(&buf, "%s%s", i == 0 ? "" : i + 1 == MIN(n, 6u) ? " or " : ", ", words[i]);
    Str out = str_copy(parse->arena, strbuf_str(&buf));
    strbuf_finish(&buf);
    return out;
}

// ---- front door ----

static void report_no_program(Parse *parse, u32 source) {
    Diag *diag =
        diag_add(parse->diags, DIAG_E0231, (Span){source, 0, 0}, "the text holds no program");
    diag_help(parse->diags, diag,
              "a program begins with a line like: object chair \"A plain chair\"");
}

// The tree goes to `arena`; all that only the parse needs, to `transient`.
static bool prepare(Parse *parse, Str text, u32 source, Arena *arena, Arena *transient,
                    Diags *diags, Ast *ast) {
    *parse = (Parse){
        .builder = {.arena = arena, .diags = diags, .text = text.ptr, .source = source, .ast = ast},
        .text = text,
        .arena = transient,
        .diags = diags,
        .last_comma = NONE};
    Tokens tokens;
    lex_text(text, source, transient, diags, &tokens);
    if (!layout_build(&tokens, text, transient, diags, &parse->layout))
        return false;
    parse->builder.end = parse->layout.is_cut_off ? parse->layout.ends_at : NONE;
    parse->grammar = arena_alloc(transient, 1, grammar_size());
    start(parse);
    return true;
}

static void parse_text(Ast *ast, Str text, Arena *arena, Arena *transient, Diags *diags) {
    Parse parse;
    if (!prepare(&parse, text, ast->source, arena, transient, diags, ast))
        return;
    if (parse.layout.len <= 1 && diags->n_errors == 0)
        report_no_program(&parse, ast->source);
    u32 reached = parse.layout.len;
    ArenaMark mark = arena_mark(arena);
    if (!run_straight(&parse, parse.layout.len)) {
        arena_reset(arena, mark);
        ast->statements = (AstList){0};
        reached = run_with_care(&parse, parse.layout.len);
    }
    if (parse.builder.overflowed && !parse.builder.is_too_deep) {
        Span at = parse.layout.items[MIN(reached, parse.layout.len - 1)].span;
        Diag *diag = diag_add(diags, DIAG_E0522, (Span){ast->source, at.off, at.len},
                              "an expression is nested too deep to be read");
        diag_help(diags, diag, "split it: name parts of it with let");
    }
    ast->is_cut_off = parse.layout.is_cut_off;
    ast->cut_off_at = parse.layout.is_cut_off ? parse.layout.cut_off_at : text.len;
}

Ast *lang_parse(Sources *sources, u32 source, Arena *arena, Diags *diags) {
    Ast *ast = ARENA_NEW(arena, Ast, 1);
    ast->source = source;
    Str text = sources->items[source].text;
    if (!prose_skip(&text, source, arena, diags))
        return ast;
    Arena transient;
    arena_init(&transient, arena->heap);
    parse_text(ast, text, arena, &transient, diags);
    arena_finish(&transient);
    return ast;
}

u32 lang_expects(Sources *sources, u32 source, u32 off, Arena *arena, TokenKind *kinds, u32 max) {
    Str text = sources->items[source].text;
    text = str_copy(arena, (Str){text.ptr, MIN(off, text.len)});
    Diags diags;
    diags_init(&diags, arena, sources);
    Ast ast = {0};
    Parse parse;
    if (!prepare(&parse, text, source, arena, arena, &diags, &ast))
        return 0;
    u32 end = parse.layout.len - 1; // without END and the brackets put in before it
    while (end > 0 && parse.layout.items[end - 1].span.len == 0 &&
           (token_flags(parse.layout.items[end - 1].kind) & TOKEN_CLOSE))
        end--;
    for (u32 i = 0; i < end; i++) {
        if (!grammar_accepts(parse.grammar, kind_at(&parse, i)))
            return 0;
        grammar_feed(parse.grammar, kind_at(&parse, i), &parse.layout.items[i]);
    }
    u32 n = 0;
    for (u32 k = 0; k < TOK_SETTING; k++) {
        if (!grammar_accepts(parse.grammar, (TokenKind)k))
            continue;
        if (n < max)
            kinds[n] = (TokenKind)k;
        n++;
    }
    return n;
}
