// SPDX-License-Identifier: Apache-2.0
// Pairing brackets. A program whose brackets pair up passes straight through. Else two readings are
// tried: by the brackets alone, and by the indentation too (a line that is not indented beyond the
// line of an open bracket has left it). The one that needs fewer edits is taken; each edit is
// reported at the bracket that is to blame, and carried out, so that the parser sees a whole
// program and reports nothing that follows from the first mistake.
//
// Time: linear in tokens times the nesting, which is bounded.
#include "lang/layout.h"

#include "base/vec.h"

#include <assert.h>

enum { REPORTS_MAX = 200 };

typedef enum EditKind {
    EDIT_INSERT,  // a closing bracket before token `at`, for the one opened by `open`
    EDIT_DROP,    // token `at` closes nothing
    EDIT_REPLACE, // token `at` closes `open` but is of the wrong kind
} EditKind;

typedef struct Edit {
    EditKind kind;
    u32 at, open, indent; // indent: of the line of `open`
    bool by_indent;       // guessed from the indentation, not forced by another bracket
} Edit;

typedef VEC(Edit) EditVec;

typedef struct Open {
    u32 token, indent;
} Open;

typedef struct Pairing {
    const Tokens *tokens;
    Str text;
    Arena *arena;
    Open stack[LANG_NESTING_MAX];
    u32 depth;
    EditVec edits;
    u32 n_at_end;    // edits at the end of the text
    u32 too_deep_at; // token, or NONE
} Pairing;

static TokenKind closer_of(TokenKind open) {
    switch (open) {
    case TOK_LPAREN:
        return TOK_RPAREN;
    case TOK_LBRACKET:
    case TOK_LABEL_BRACKET:
        return TOK_RBRACKET;
    case TOK_LBRACE:
        return TOK_RBRACE;
    default:
        return TOK_TEXT_CLOSE;
    }
}

static TokenKind kind_at(const Pairing *p, u32 token) {
    return p->tokens->items[token].kind;
}
static u32 off_at(const Pairing *p, u32 token) {
    return p->tokens->items[token].span.off;
}
static const Open *top(const Pairing *p) {
    return &p->stack[p->depth - 1];
}

static bool fits(const Pairing *p, u32 open, TokenKind closer) {
    TokenKind want = closer_of(kind_at(p, open));
    return want == closer || (want == TOK_TEXT_CLOSE && closer == TOK_TEXT_MIDDLE);
}

static void edit(Pairing *p, EditKind kind, u32 at, u32 open, bool by_indent) {
    u32 indent = open == NONE ? 0 : top(p)->indent;
    avec_push(p->arena, &p->edits, (Edit){kind, at, open, indent, by_indent});
}

// The level on the stack that the closer fits, looking down to the next fill-in of a text; or NONE.
static u32 level_for(const Pairing *p, TokenKind closer) {
    for (u32 i = p->depth; i > 0; i--) {
        if (fits(p, p->stack[i - 1].token, closer))
            return i - 1;
        TokenKind kind = kind_at(p, p->stack[i - 1].token);
        if (kind == TOK_TEXT_OPEN || kind == TOK_TEXT_MIDDLE)
            break;
    }
    return NONE;
}

// Counts, on the line of the closer at `at`, the round and square brackets opened on it that are
// open there, less the closers after `at` that are not of brackets opened after it: how many
// closers the line lacks.
static i32 closers_lacking(const Pairing *p, u32 at) {
    u32 n_open = 0, line = at, depth = 0, n_closers = 0;
    while (line > 0 && at - line < 64 && kind_at(p, line - 1) != TOK_NEWLINE)
        line--;
    while (n_open < p->depth && p->stack[p->depth - 1 - n_open].token >= line &&
           kind_at(p, p->stack[p->depth - 1 - n_open].token) != TOK_LBRACE)
        n_open++;
    for (u32 i = at + 1; i < p->tokens->len && i < at + 64 && kind_at(p, i) != TOK_NEWLINE; i++) {
        u32 flags = token_flags(kind_at(p, i));
        if ((flags & TOKEN_CLOSE) && depth == 0)
            n_closers += kind_at(p, i) != TOK_RBRACE;
        else if (flags & TOKEN_CLOSE)
            depth--;
        depth += (flags & TOKEN_OPEN) != 0;
    }
    return (i32)n_open - (i32)n_closers;
}

static void pair_closer(Pairing *p, u32 at) {
    TokenKind closer = kind_at(p, at);
    u32 level = level_for(p, closer);
    TokenKind want = p->depth ? closer_of(kind_at(p, top(p)->token)) : TOK_END;
    bool round = (closer == TOK_RPAREN || closer == TOK_RBRACKET) && closer != want &&
                 (want == TOK_RPAREN || want == TOK_RBRACKET);
    i32 lacking = round ? closers_lacking(p, at) : 0;
    // It stands in the place of the right one if the line has just the closers that it needs, this
    // one counted; or if it fits no bracket and they are too few.
    if (round && (lacking == 1 || (level == NONE && lacking > 1))) {
        edit(p, EDIT_REPLACE, at, top(p)->token, false);
        p->depth--;
        return;
    }
    if (level == NONE) {
        edit(p, EDIT_DROP, at, NONE, false);
        return;
    }
    for (; p->depth > level + 1; p->depth--)
        edit(p, EDIT_INSERT, at, top(p)->token, false);
    p->depth--;
}

// At the first token of a line: brackets opened on lines indented as far or farther are closed
// before it.
static void close_by_indent(Pairing *p, u32 at, u32 indent) {
    TokenKind kind = kind_at(p, at);
    u32 before = at > 0 && kind_at(p, at - 1) == TOK_NEWLINE ? at - 1 : at;
    if (kind == TOK_RBRACE) { // its own block is the one that began at this indentation
        u32 level = p->depth;
        while (level > 0 && !(kind_at(p, p->stack[level - 1].token) == TOK_LBRACE &&
                              p->stack[level - 1].indent == indent))
            level--;
        for (; level > 0 && p->depth > level && top(p)->indent > indent; p->depth--)
            edit(p, EDIT_INSERT, before, top(p)->token, true);
        return;
    }
    if (token_flags(kind) & (TOKEN_CLOSE | TOKEN_JOIN))
        return;
    for (; p->depth > 0 && indent <= top(p)->indent; p->depth--)
        edit(p, EDIT_INSERT, before, top(p)->token, true);
}

static void pair_all(Pairing *p, bool by_indent) {
    p->depth = p->edits.len = p->n_at_end = 0;
    p->too_deep_at = NONE;
    u32 n = p->tokens->len, indent = 0; // of the line
    for (u32 i = 0; i + 1 < n; i++) {
        u32 flags = token_flags(kind_at(p, i));
        bool may_lead = i == 0 || kind_at(p, i - 1) == TOK_NEWLINE;
        if (may_lead && kind_at(p, i) != TOK_NEWLINE &&
            layout_is_first_on_line(p->text, off_at(p, i))) {
            indent = layout_indent(p->text, off_at(p, i));
            if (by_indent && p->depth > 0)
                close_by_indent(p, i, indent);
        }
        if (flags & TOKEN_CLOSE)
            pair_closer(p, i);
        if (!(flags & TOKEN_OPEN))
            continue;
        if (p->depth == LANG_NESTING_MAX) {
            p->too_deep_at = i;
            return;
        }
        p->stack[p->depth++] = (Open){i, indent};
    }
    for (p->n_at_end = p->depth; p->depth > 0; p->depth--)
        edit(p, EDIT_INSERT, n - 1, top(p)->token, false);
}

// ---- reports ----

static Span span_before(const Pairing *p, u32 at) {
    while (at > 0 && kind_at(p, at - 1) == TOK_NEWLINE)
        at--;
    Span span = p->tokens->items[at > 0 ? at - 1 : 0].span;
    return (Span){span.source, at > 0 ? span.off + span.len : span.off, 0};
}

static Str token_text(const Pairing *p, u32 token) {
    Span span = p->tokens->items[token].span;
    return (Str){p->text.ptr + span.off, span.len};
}

// What a brace opens: "part 'leg'", from the words before it on its line; empty if nothing is
// known.
static Str head_of(const Pairing *p, u32 open) {
    u32 from = open;
    while (from > 0 && open - from < 16 && kind_at(p, from - 1) != TOK_NEWLINE &&
           kind_at(p, from - 1) != TOK_SEMI && kind_at(p, from - 1) != TOK_LBRACE &&
           kind_at(p, from - 1) != TOK_RBRACE)
        from--;
    if (kind_at(p, open) != TOK_LBRACE || from == open)
        return (Str){"", 0};
    for (u32 i = from; i + 1 < open; i++) {
        TokenKind kind = kind_at(p, i);
        bool has_name = kind == TOK_PART || kind == TOK_DEF || kind == TOK_MATERIAL;
        if (has_name && kind_at(p, i + 1) == TOK_NAME)
            return str_format(p->arena, " of %.*s %.*s", STR_ARG(token_text(p, i)),
                              STR_ARG(token_text(p, i + 1)));
    }
    TokenKind kind = kind_at(p, from);
    if (kind == TOK_FOR || kind == TOK_IF || kind == TOK_ELSE || kind == TOK_GROUP ||
        kind == TOK_CUT)
        return str_format(p->arena, " of this %.*s", STR_ARG(token_text(p, from)));
    return (Str){"", 0};
}

static void report_cut_off(Pairing *p, Diags *diags, u32 first, Layout *out) {
    const Edit *outer = &p->edits.data[p->edits.len - 1];
    Span open = p->tokens->items[outer->open].span;
    Span end = span_before(p, p->tokens->len - 1);
    u32 n = p->edits.len - first;
    StrBuf closers;
    strbuf_init(&closers, p->arena->heap);
    for (u32 i = first; i < p->edits.len; i++)
        strbuf_add_z(&closers, token_kind_spelling(closer_of(kind_at(p, p->edits.data[i].open))));
    Diag *diag = diag_add(diags, DIAG_E0204, open, "the text ends before the '%.*s'%.*s is closed",
                          STR_ARG(token_text(p, outer->open)), STR_ARG(head_of(p, outer->open)));
    diag_label(diags, diag, end, "the text ends here, %u bracket%s deep", n, n == 1 ? "" : "s");
    for (u32 i = p->edits.len - 1; i > first && diag->n_labels < 4; i--)
        diag_label(diags, diag, p->tokens->items[p->edits.data[i - 1].open].span,
                   "this is open too");
    diag_help(diags, diag, "give the rest of the program; to close what there is, add %.*s",
              STR_ARG(strbuf_str(&closers)));
    diag_fix(diags, diag, FIX_MAYBE, end, str_copy(p->arena, strbuf_str(&closers)));
    strbuf_finish(&closers);
    out->is_cut_off = true;
    out->cut_off_at = open.off;
    out->ends_at = end.off;
}

// Edits first..last put closers in one place: one report, at the outermost bracket.
static void report_unclosed(Pairing *p, Diags *diags, u32 first, u32 last) {
    const Edit *outer = &p->edits.data[last];
    Span end = span_before(p, outer->at);
    bool is_brace = kind_at(p, outer->open) == TOK_LBRACE;
    StrBuf closers;
    strbuf_init(&closers, p->arena->heap);
    for (u32 i = first; i <= last; i++) {
        u32 open = p->edits.data[i].open;
        if (outer->by_indent && kind_at(p, open) == TOK_LBRACE)
            strbuf_addf(&closers, "\n%*s", (int)p->edits.data[i].indent, "");
        strbuf_add_z(&closers, token_kind_spelling(closer_of(kind_at(p, open))));
    }
    Diag *diag = diag_add(diags, DIAG_E0202, p->tokens->items[outer->open].span,
                          "this '%.*s'%.*s is not closed", STR_ARG(token_text(p, outer->open)),
                          STR_ARG(head_of(p, outer->open)));
    diag_label(diags, diag, end,
               outer->by_indent ? "by the indentation it ends here" : "it ends here");
    for (u32 i = last; i > first && diag->n_labels < 4; i--)
        diag_label(diags, diag, p->tokens->items[p->edits.data[i - 1].open].span,
                   "this is not closed either");
    if (is_brace && outer->by_indent)
        diag_help(diags, diag, "add '}' on a line of its own");
    else
        diag_help(diags, diag, "add '%.*s'", STR_ARG(strbuf_str(&closers)));
    diag_fix(diags, diag, is_brace ? FIX_MAYBE : FIX_MACHINE, end,
             str_copy(p->arena, strbuf_str(&closers)));
    strbuf_finish(&closers);
}

static void report_closer(Pairing *p, Diags *diags, const Edit *e) {
    Span span = p->tokens->items[e->at].span;
    Str text = token_text(p, e->at);
    if (e->kind == EDIT_DROP) {
        Diag *diag = diag_add(diags, DIAG_E0203, span, "this '%.*s' closes nothing", 1, text.ptr);
        diag_help(diags, diag, "delete it, or open what it should close");
        diag_fix(diags, diag, FIX_MAYBE, span, STR(""));
        return;
    }
    const char *want = token_kind_spelling(closer_of(kind_at(p, e->open)));
    Diag *diag = diag_add(diags, DIAG_E0203, span, "'%.*s' closes a '%.*s'", 1, text.ptr,
                          STR_ARG(token_text(p, e->open)));
    diag_label(diags, diag, p->tokens->items[e->open].span, "opened here");
    diag_help(diags, diag, "write '%s'", want);
    diag_fix(diags, diag, FIX_MACHINE, span, str_from(want));
}

static void report_all(Pairing *p, Diags *diags, Layout *out) {
    u32 n = p->edits.len, n_before_end = n - p->n_at_end;
    for (u32 i = 0; i < MIN(n_before_end, REPORTS_MAX); i++) {
        const Edit *e = &p->edits.data[i];
        if (e->kind != EDIT_INSERT) {
            report_closer(p, diags, e);
            continue;
        }
        u32 last = i;
        while (last + 1 < n_before_end && p->edits.data[last + 1].kind == EDIT_INSERT &&
               p->edits.data[last + 1].at == e->at)
            last++;
        report_unclosed(p, diags, i, last);
        i = last;
    }
    if (p->n_at_end > 0)
        report_cut_off(p, diags, n_before_end, out);
}

// ---- carrying out ----

// One error token at a bracket that was put in, and the one after it, follow from the repair.
static void carry_out(Pairing *p, Tokens *tokens, bool **quiet) {
    u32 cap = tokens->len + p->edits.len, n = 0;
    Token *items = ARENA_NEW(p->arena, Token, cap);
    bool *flags = ARENA_NEW(p->arena, bool, (size_t)cap + 1);
    u32 next = 0;
    for (u32 i = 0; i < tokens->len; i++) {
        bool drop = false;
        for (; next < p->edits.len && p->edits.data[next].at == i; next++) {
            const Edit *e = &p->edits.data[next];
            drop = drop || e->kind == EDIT_DROP;
            flags[n] = true;
            if (e->kind == EDIT_DROP)
                continue;
            TokenKind closer = closer_of(kind_at(p, e->open));
            if (e->kind == EDIT_REPLACE) {
                tokens->items[i].kind = closer;
                flags[n + 1] = true;
                continue;
            }
            items[n++] = (Token){closer, 0, span_before(p, i)};
            flags[n] = true;
        }
        if (!drop)
            items[n++] = tokens->items[i];
    }
    assert(n <= cap);
    *tokens = (Tokens){items, n, cap};
    *quiet = flags;
}

bool brackets_repair(Tokens *tokens, bool **quiet, Str text, Arena *arena, Diags *diags,
                     Layout *out) {
    Pairing plain = {.tokens = tokens, .text = text, .arena = arena};
    pair_all(&plain, false);
    if (plain.too_deep_at != NONE) {
        Diag *diag = diag_add(diags, DIAG_E0522, tokens->items[plain.too_deep_at].span,
                              "brackets are nested more than %d deep", LANG_NESTING_MAX);
        diag_measure(diag, LANG_NESTING_MAX + 1, LANG_NESTING_MAX, STR(""));
        return false;
    }
    if (plain.edits.len == 0)
        return true;
    Pairing *indented = ARENA_NEW(arena, Pairing, 1);
    *indented = (Pairing){.tokens = tokens, .text = text, .arena = arena};
    pair_all(indented, true);
    Pairing *best = indented->edits.len <= plain.edits.len ? indented : &plain;
    report_all(best, diags, out);
    Tokens before = *tokens;
    best->tokens = &before;
    carry_out(best, tokens, quiet);
    return true;
}
