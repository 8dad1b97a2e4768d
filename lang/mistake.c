// SPDX-License-Identifier: Apache-2.0
// Looking around in the tokens beside a mistake, and the edits that the explanations propose.
#include "lang/parse.h"

TokenKind mistake_kind(const Mistake *m, u32 i) {
    return i < m->parse->layout.len ? m->parse->layout.items[i].kind : TOK_END;
}

Span mistake_span(const Mistake *m, u32 i) {
    return m->parse->layout.items[MIN(i, m->parse->layout.len - 1)].span;
}

Str mistake_source(const Mistake *m, Span span) {
    return (Str){m->parse->text.ptr + span.off, span.len};
}

Str mistake_text(const Mistake *m, u32 i) {
    return mistake_source(m, mistake_span(m, i));
}

bool mistake_is(const Mistake *m, u32 i, const char *word) {
    return mistake_kind(m, i) == TOK_NAME && str_equal_z(mistake_text(m, i), word);
}

bool mistake_has(const Mistake *m, u32 i, u32 flags) {
    return (token_flags(mistake_kind(m, i)) & flags) != 0;
}

bool mistake_accepts(const Mistake *m, TokenKind kind) {
    return grammar_accepts(m->parse->grammar, kind);
}

Span mistake_range(const Mistake *m, u32 from, u32 to) {
    return span_join(mistake_span(m, from), mistake_span(m, to));
}

Span mistake_gap(const Mistake *m, u32 i) {
    Span span = mistake_span(m, i);
    u32 from = i > 0 ? mistake_place(m, i - 1, true).off : span.off;
    if (from < span.off && m->parse->text.ptr[from] == '"') // a name that was written as text
        from++;
    return (Span){span.source, from, span.off + span.len - from};
}

Span mistake_place(const Mistake *m, u32 i, bool after) {
    Span span = mistake_span(m, i);
    return (Span){span.source, after ? span.off + span.len : span.off, 0};
}

u32 mistake_skip(const Mistake *m, u32 i) {
    const Layout *layout = &m->parse->layout;
    while (i < layout->len && layout->close_of[i] != NONE)
        i = layout->close_of[i];
    return i + 1;
}

u32 mistake_statement_end(const Mistake *m, u32 from) {
    for (u32 i = from;; i = mistake_skip(m, i)) {
        TokenKind kind = mistake_kind(m, i);
        bool stops = kind == TOK_END || kind == TOK_NEWLINE || kind == TOK_SEMI ||
                     ((token_flags(kind) & TOKEN_CLOSE) && i > from) ||
                     (i == from && (token_flags(kind) & TOKEN_CLOSE));
        if (stops)
            return i;
    }
}

bool mistake_is_last_on_line(const Mistake *m, u32 i) {
    Str text = m->parse->text;
    for (u32 p = mistake_place(m, i, true).off; p < text.len; p++) {
        char c = text.ptr[p];
        if (c == '\n' || (c == '/' && p + 1 < text.len && text.ptr[p + 1] == '/'))
            return true;
        if (c != ' ' && c != '\t' && c != '\r')
            return false;
    }
    return true;
}

u32 mistake_indented_end(const Mistake *m, u32 head) {
    Str text = m->parse->text;
    u32 indent = layout_indent(text, mistake_span(m, head).off);
    u32 i = head + 1;
    for (; mistake_kind(m, i) != TOK_END; i++) {
        u32 off = mistake_span(m, i).off;
        if (mistake_kind(m, i) != TOK_NEWLINE && layout_is_first_on_line(text, off) &&
            layout_indent(text, off) <= indent)
            break;
    }
    return i;
}

Diag *mistake_report(Mistake *m, DiagCode code, u32 i, const char *message) {
    return diag_add(m->parse->diags, code, mistake_span(m, i), "%s", message);
}

void mistake_fix(Mistake *m, Diag *diag, Span fixed, Str replacement) {
    diag_fix(m->parse->diags, diag, FIX_MACHINE, fixed, replacement);
}

void mistake_fix_braces(Mistake *m, Diag *diag, Span open, u32 last, bool on_lines) {
    mistake_fix(m, diag, open, open.len == 0 && !on_lines ? STR("{ ") : STR(" {"));
    u32 indent = layout_indent(m->parse->text, mistake_span(m, m->statement).off);
    Str close = on_lines ? str_format(m->parse->arena, "\n%*s}", (int)indent, "") : STR(" }");
    mistake_fix(m, diag, mistake_place(m, last, true), close);
}

Repair repair_recover(u32 resume) {
    return (Repair){.recover = true, .resume = resume};
}

Repair repair_skip(u32 resume) {
    return (Repair){.resume = resume};
}

Repair repair_restart(u32 at) {
    return (Repair){.recover = true, .restart = true, .resume = at};
}

Repair repair_insert(TokenKind kind, u32 resume) {
    return (Repair){.resume = resume, .n_insert = 1, .insert = {kind}};
}
