// SPDX-License-Identifier: Apache-2.0
// Prints rules as GBNF, Lark or EBNF. The three differ in how rules and their names are written
// (llama.cpp takes hyphens, Lark underscores and capitals for terminals), in the signs of option
// and repetition, and in how characters are quoted.
#include "lang/grammar_export_internal.h"

typedef struct Printer {
    GrammarFormat format;
    StrBuf *out;
} Printer;

static void print_name(const Printer *p, const Rule *rule) {
    bool upper = rule->is_lexical && p->format != GRAMMAR_GBNF;
    if (p->format == GRAMMAR_LARK && str_equal_z(rule->name, "root")) {
        strbuf_add_z(p->out, "start");
        return;
    }
    for (u32 i = 0; i < rule->name.len; i++) {
        char c = rule->name.ptr[i];
        c = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        strbuf_add_char(p->out, c == '-' && p->format == GRAMMAR_LARK ? '_' : c);
    }
}

static void print_text(const Printer *p, Str text) {
    strbuf_add_char(p->out, '"');
    for (u32 i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"' || c == '\\')
            strbuf_add_char(p->out, '\\');
        if (c == '\n')
            strbuf_add_z(p->out, "\\n");
        else
            strbuf_add_char(p->out, c);
    }
    strbuf_add_char(p->out, '"');
}

static void print_count(const Printer *p, const Expr *e) {
    if (e->max == 0)
        strbuf_add_char(p->out, e->min ? '+' : '*');
    else if (e->max > 1 && e->min == e->max)
        strbuf_addf(p->out, "{%u}", e->min);
    else if (e->max > 1)
        strbuf_addf(p->out, "{%u,%u}", e->min, e->max);
}

static void print_class(const Printer *p, const Expr *e) {
    bool regex = p->format == GRAMMAR_LARK;
    strbuf_add_z(p->out, regex ? "/[" : "[");
    for (u32 i = 0; i < e->text.len; i++) {
        if (regex && e->text.ptr[i] == '/')
            strbuf_add_char(p->out, '\\');
        strbuf_add_char(p->out, e->text.ptr[i]);
    }
    strbuf_add_char(p->out, ']');
    bool may_be_empty = e->min == 0; // which no regular expression of Lark may
    if (!regex || !may_be_empty)
        print_count(p, e);
    strbuf_add_z(p->out, regex ? "/" : "");
    if (regex && may_be_empty)
        print_count(p, e);
}

static void print_expr(const Printer *p, const Expr *e, bool grouped);

static void print_wrapped(const Printer *p, const Expr *inner, const char *open,
                          const char *close) {
    if (p->format == GRAMMAR_EBNF)
        strbuf_add_z(p->out, *open == '?' ? "[ " : "{ ");
    bool counted = inner->kind == EXPR_CLASS && (inner->max != 1 || inner->min != 1);
    if (counted && p->format != GRAMMAR_EBNF)
        strbuf_add_z(p->out, "( ");
    print_expr(p, inner, p->format != GRAMMAR_EBNF);
    if (counted && p->format != GRAMMAR_EBNF)
        strbuf_add_z(p->out, " )");
    strbuf_add_z(p->out, p->format == GRAMMAR_EBNF ? (*open == '?' ? " ]" : " }") : close);
}

static void print_list(const Printer *p, const Expr *e, const char *between, bool grouped) {
    strbuf_add_z(p->out, grouped ? "( " : "");
    for (u32 i = 0; i < e->len; i++) {
        strbuf_add_z(p->out, i ? between : "");
        print_expr(p, e->items[i], e->kind == EXPR_SEQ && e->items[i]->kind == EXPR_ALT);
    }
    strbuf_add_z(p->out, grouped ? " )" : "");
}

static void print_expr(const Printer *p, const Expr *e, bool grouped) {
    switch (e->kind) {
    case EXPR_SEQ:
        print_list(p, e, " ", grouped);
        break;
    case EXPR_ALT:
        print_list(p, e, " | ", grouped);
        break;
    case EXPR_OPT:
        print_wrapped(p, e->items[0], "?", "?");
        break;
    case EXPR_STAR:
        print_wrapped(p, e->items[0], "*", "*");
        break;
    case EXPR_RULE:
        print_name(p, e->rule);
        break;
    case EXPR_TEXT:
        print_text(p, e->text);
        break;
    case EXPR_CLASS:
        print_class(p, e);
        break;
    }
}

static const char *const ARROWS[] = {" ::= ", ": ", " = "};
static const char *const ENDS[] = {"\n", "\n", " ;\n"};
static const char *const BREAKS[] = {" |\n    ", "\n    | ", "\n    | "};
static const char *const HEADS[] = {
    "# The part language, for llama.cpp. Made by `frc grammar --format gbnf`.\n",
    "// The part language, for Lark and llguidance. Made by `frc grammar --format lark`.\n",
    "",
};

static void print_rule(const Printer *p, const Rule *rule) {
    print_name(p, rule);
    strbuf_add_z(p->out, ARROWS[p->format]);
    // One alternative a line where there are many.
    bool breaks = rule->body->kind == EXPR_ALT && (!rule->is_lexical || p->format != GRAMMAR_LARK);
    print_list(p,
               breaks ? rule->body
                      : &(Expr){.kind = EXPR_SEQ, .items = (Expr *[]){rule->body}, .len = 1},
               BREAKS[p->format], false);
    strbuf_add_z(p->out, ENDS[p->format]);
}

void grammar_print(GrammarFormat format, const Rules *rules, StrBuf *out) {
    Printer p = {format, out};
    strbuf_add_z(out, HEADS[format]);
    for (u32 i = 0; i < rules->len; i++)
        print_rule(&p, rules->data[i]);
}
