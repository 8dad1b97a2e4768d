// SPDX-License-Identifier: Apache-2.0
// From the parser's grammar to rules that describe characters. Between any two tokens the rules say
// which space may or must stand there: that is what lexer and layout decide for the parser, and it
// depends on the bracket around (Context), on the flags of lang/tokens.def, and on what the
// characters would be read as if they touched. A symbol of the grammar is printed once for each
// context and for each restriction on how it may begin (the BAN_ flags) that it is used with.
//
// Productions that begin alike are merged up to where they part, so that a decoder that follows all
// possibilities at once has few to follow. For EBNF the same is done without spaces.
#include "lang/grammar_export.h"

#include "lang/grammar_export_internal.h"

#include <assert.h>

extern const char frc_grammar_begin[], frc_grammar_end[];

// The innermost bracket: ( ) or [ ], a body, a fill-in of a text.
typedef enum Context { IN_BRACKETS, IN_BODY, IN_FILL } Context;

// How a symbol must not begin here.
enum {
    BAN_WORD = 1,   // with a letter or digit: it would touch a word
    BAN_LETTER = 2, // with a letter: after '/' it would be a path
    BAN_COLOR = 4,  // with a colour: it would be read as a comment
    BAN_START = 8,  // as no statement does: with what goes on with the line before, or a soft
                    // keyword as a name
    BAN_NUMBER = 16,
    BAN_LABEL = 32,
    BANS = 6,
};
static const char *const BAN_SUFFIX[BANS] = {"-symbol", "-nonletter",  "-uncolored",
                                             "-first",  "-unnumbered", "-unlabeled"};

typedef struct Variant {
    CfgSymbol *symbol;
    Rule *rule;
    Context context;
    u32 bans;
    bool is_operand;
} Variant;

enum { DEPTH_MAX = 16 };

typedef struct Shaper {
    Arena *arena;
    bool with_spaces; // not for EBNF
    Cfg cfg;
    VEC(Variant *) variants;
    Lexical lexical;
} Shaper;

// ---- what may touch what ----

static bool token_begins_with_letter(TokenKind t) {
    return t == TOK_NAME || (token_flags(t) & (TOKEN_WORD | TOKEN_SOFT));
}

static bool token_is_banned(TokenKind t, u32 bans) {
    u32 flags = token_flags(t);
    return ((bans & BAN_WORD) && (token_begins_with_letter(t) || t == TOK_NUMBER)) ||
           ((bans & BAN_LETTER) && token_begins_with_letter(t)) ||
           ((bans & BAN_COLOR) && t == TOK_COLOR) || ((bans & BAN_NUMBER) && t == TOK_NUMBER) ||
           ((bans & BAN_LABEL) && t == TOK_LABEL) ||
           ((bans & BAN_START) && ((flags & TOKEN_JOIN) || t == TOK_COLOR));
}

static TokenSet tokens_banned(u32 bans) {
    TokenSet set = {0};
    for (u32 t = 0; t < TOK_COUNT; t++)
        if (token_is_banned((TokenKind)t, bans))
            set_add(&set, (TokenKind)t);
    return set;
}

static TokenSet tokens_with(u32 flags) {
    TokenSet set = {0};
    for (u32 t = 0; t < TOK_COUNT; t++)
        if (token_flags((TokenKind)t) & flags)
            set_add(&set, (TokenKind)t);
    return set;
}

static TokenSet tokens_ending_as_words(void) {
    TokenSet set = tokens_with(TOKEN_WORD | TOKEN_SOFT);
    static const TokenKind more[] = {TOK_NAME, TOK_NUMBER, TOK_COLOR, TOK_LABEL, TOK_SUBLABEL};
    for (u32 i = 0; i < COUNT_OF(more); i++)
        set_add(&set, more[i]);
    return set;
}

static bool set_within(TokenSet a, TokenSet b) {
    return set_is_empty(set_less(a, b));
}

// Bans that make a difference to a symbol.
static u32 bans_for(const CfgSymbol *symbol, u32 bans) {
    u32 out = 0;
    for (u32 k = 0; k < BANS; k++) {
        u32 ban = bans & (1u << k);
        bool matters = !set_is_empty(set_meet(symbol->first, tokens_banned(ban))) ||
                       (ban == BAN_START && set_has(symbol->first, TOK_NAME));
        out |= ban && matters ? ban : 0;
    }
    return out;
}

// A way to go from one token to the next: the space, and what then must not follow.
typedef struct Gap {
    Expr *space; // NULL: none
    u32 bans;
} Gap;
typedef struct Gaps {
    Gap items[4];
    u32 len;
} Gaps;

static void gaps_add(Gaps *gaps, Expr *space, u32 bans) {
    gaps->items[gaps->len++] = (Gap){space, bans};
}

// From a token of `last` to a symbol that begins with `first`.
static Gaps gaps_between(Shaper *s, TokenSet last, TokenSet first, Context context) {
    Gaps gaps = {0};
    if (!s->with_spaces || set_has(first, TOK_SUBLABEL) || set_has(first, TOK_LABEL_BRACKET) ||
        set_has(first, TOK_NEWLINE)) {
        gaps_add(&gaps, NULL, 0); // part of the label, or a separator that brings its space
        return gaps;
    }
    bool breaks = context == IN_BRACKETS ||
                  (context == IN_BODY && (set_within(last, tokens_with(TOKEN_MORE)) ||
                                          set_within(first, tokens_with(TOKEN_JOIN))));
    breaks =
        breaks && !set_has(last, TOK_SLASH); // a comment right behind '/' would be read as another
    u32 bans = set_is_empty(set_meet(last, tokens_with(TOKEN_SOFT))) ? 0 : BAN_COLOR;
    // In a body a line does not begin with a colour.
    bool splits = breaks && context == IN_BODY && set_has(first, TOK_COLOR) && !bans;
    u32 clash = !set_is_empty(set_meet(last, tokens_ending_as_words())) ? BAN_WORD
                : set_has(last, TOK_SLASH)                              ? BAN_LETTER
                                                                        : 0;
    clash = set_is_empty(set_meet(first, tokens_banned(clash))) ? 0 : clash;
    Expr *space = expr_make_rule(s->arena, breaks && !splits ? s->lexical.gap : s->lexical.space);
    gaps_add(&gaps, clash ? space : expr_make_opt(s->arena, space), bans);
    if (splits)
        gaps_add(&gaps, expr_make_rule(s->arena, s->lexical.lines), bans | BAN_COLOR);
    if (clash && !set_within(first, tokens_banned(clash | bans)))
        gaps_add(&gaps, NULL, clash | bans);
    return gaps;
}

// ---- variants of symbols ----

static Rule *variant_of(Shaper *s, CfgSymbol *symbol, Context context, u32 bans, bool is_operand) {
    if (!s->with_spaces)
        context = IN_BRACKETS, bans = 0;
    if (context == IN_BODY && !symbol->is_open)
        context = IN_BRACKETS;
    bans = bans_for(symbol, bans);
    for (u32 i = 0; i < s->variants.len; i++) {
        const Variant *v = s->variants.data[i];
        if (v->symbol == symbol && v->context == context && v->bans == bans &&
            v->is_operand == is_operand)
            return v->rule;
    }
    Variant *v = ARENA_NEW(s->arena, Variant, 1);
    *v = (Variant){symbol, ARENA_NEW(s->arena, Rule, 1), context, bans, is_operand};
    avec_push(s->arena, &s->variants, v);
    return v->rule;
}

static Expr *token_expr(Shaper *s, TokenKind t, u32 bans, TokenSet before) {
    if (t == TOK_NAME && s->with_spaces && (bans & BAN_START))
        return expr_make_rule(s->arena, s->lexical.plain_name);
    Expr *e = s->lexical.tokens[t] ? expr_make_rule(s->arena, s->lexical.tokens[t])
                                   : expr_make_text(s->arena, str_from(token_kind_spelling(t)));
    if (t == TOK_NAME && set_has(before, TOK_UNITS) &&
        s->with_spaces) { // the one keyword that is also a unit
        Alts alts = {0};
        alts_add(s->arena, &alts, e);
        alts_add(s->arena, &alts, expr_make_text(s->arena, str_from(token_kind_spelling(TOK_IN))));
        e = alts_join(s->arena, &alts);
    }
    return e;
}

// ---- productions ----

// Where we are in productions that agreed so far.
typedef struct Walk {
    Shaper *shaper;
    Context stack[DEPTH_MAX]; // of brackets that these productions opened
    u32 depth;
    u32 bans;             // for the first symbol
    TokenSet last;        // what stands before; empty at the beginning
    CfgSymbol *separator; // may still follow the list that stands before, or NULL
    bool at_start;
} Walk;

static Expr *walk(Walk w, const Production *list, u32 len, u32 at);

static Context context_now(const Walk *w) {
    return w->stack[w->depth];
}

static void enter_token(Walk *w, TokenKind t) {
    bool in_fill = context_now(w) == IN_FILL;
    u32 flags = token_flags(t);
    if ((flags & TOKEN_CLOSE) && w->depth > 0)
        w->depth--;
    if (!(flags & TOKEN_OPEN))
        return;
    assert(w->depth + 1 < DEPTH_MAX);
    w->stack[++w->depth] = in_fill || t == TOK_TEXT_OPEN || t == TOK_TEXT_MIDDLE ? IN_FILL
                           : t == TOK_LBRACE                                     ? IN_BODY
                                                                                 : IN_BRACKETS;
}

static CfgSymbol *separator_of(const CfgSymbol *list) {
    for (u32 k = 0; k < list->tails.len; k++)
        if (list->tails.data[k].len == 1)
            return list->tails.data[k].items[0].symbol;
    return NULL;
}

// How the items of a list must not begin: statements are known by their first word.
static u32 list_bans(const CfgSymbol *symbol) {
    if (!symbol->is_list)
        return 0;
    TokenSet soft = set_meet(symbol->base.data[0].items[0].symbol->first, tokens_with(TOKEN_SOFT));
    return set_is_empty(soft) ? 0 : BAN_START;
}

static Expr *elem_expr(Walk *w, Elem e, u32 bans);

// One element after each of the gaps that may stand before it.
static Expr *spaced(Walk *w, Elem e) {
    Shaper *s = w->shaper;
    if (w->at_start)
        return elem_expr(w, e, w->bans);
    Context context = context_now(w);
    if (e.symbol->is_token &&
        (e.symbol->token == TOK_TEXT_MIDDLE || e.symbol->token == TOK_TEXT_CLOSE))
        context = IN_FILL;
    TokenSet first = set_less(e.symbol->first, tokens_banned(list_bans(e.symbol)));
    if (e.kind == ELEM_REPEAT)
        first = e.symbol->tails.data[0].items[0].symbol->first;
    Gaps gaps = gaps_between(s, w->last, first, context);
    Alts alts = {0};
    if (w->separator) {
        Expr *end = expr_make_rule(s->arena, variant_of(s, w->separator, context, 0, false));
        alts_add(s->arena, &alts, expr_join(s->arena, end, elem_expr(w, e, 0)));
    }
    for (u32 i = 0; i < gaps.len; i++)
        alts_add(s->arena, &alts,
                 expr_join(s->arena, gaps.items[i].space, elem_expr(w, e, gaps.items[i].bans)));
    return alts_join(s->arena, &alts);
}

static Expr *repeat_expr(Walk *w, const CfgSymbol *symbol, bool without, TokenKind t) {
    Walk inner = *w;
    inner.at_start = false, inner.separator = NULL;
    VEC(Production) some = {0};
    for (u32 k = 0; k < symbol->tails.len; k++)
        if (!without || !set_has(symbol->tails.data[k].items[0].symbol->first, t))
            avec_push(w->shaper->arena, &some, symbol->tails.data[k]);
    return some.len ? walk(inner, some.data, some.len, 0) : NULL;
}

static Expr *elem_expr(Walk *w, Elem e, u32 bans) {
    Shaper *s = w->shaper;
    if (e.kind == ELEM_REPEAT)
        return expr_make_star(s->arena, repeat_expr(w, e.symbol, false, TOK_END));
    if (e.symbol->is_token)
        return token_expr(s, e.symbol->token, bans, w->last);
    const Productions *base = &e.symbol->base; // an optional token needs no rule
    if (base->len == 1 && base->data[0].len == 1 && !e.symbol->tails.len &&
        base->data[0].items[0].symbol->is_token)
        return token_expr(s, base->data[0].items[0].symbol->token, bans, w->last);
    return expr_make_rule(s->arena,
                          variant_of(s, e.symbol, context_now(w), bans, e.kind == ELEM_OPERAND));
}

static void step_over(Walk *w, Elem e) {
    w->at_start = false;
    w->separator = NULL;
    if (e.kind == ELEM_REPEAT) {
        w->last = set_join(w->last, e.symbol->last);
        return;
    }
    w->last = e.symbol->last;
    if (e.symbol->is_token)
        enter_token(w, e.symbol->token);
    if (e.symbol->is_list && w->shaper->with_spaces) { // what it ends with without its separator
        w->separator = separator_of(e.symbol);
        w->last = set_less(w->last, w->separator->last);
    }
}

// All productions of the list that go on with the same element.
static Expr *walk_group(Walk w, const Production *list, u32 len, u32 at) {
    Shaper *s = w.shaper;
    Elem e = list[0].items[at];
    Walk after = w;
    step_over(&after, e);
    // REPEAT brings its spaces itself.
    Expr *here = e.kind == ELEM_REPEAT ? elem_expr(&w, e, 0) : spaced(&w, e);
    Expr *with = walk(after, list, len, at + 1);
    bool says_so = e.symbol->is_list && !s->with_spaces; // its rule may be empty itself
    if (e.kind == ELEM_REPEAT || !e.symbol->is_nullable || says_so)
        return expr_join(s->arena, here, with);
    Expr *without = walk(w, list, len, at + 1);
    if (expr_equal(with, without))
        return expr_join(s->arena, expr_make_opt(s->arena, here), with);
    Alts alts = {0};
    alts_add(s->arena, &alts, expr_join(s->arena, here, with));
    alts_add(s->arena, &alts, without);
    return alts_join(s->arena, &alts);
}

static bool elem_equal(Elem a, Elem b) {
    return a.kind == b.kind && a.symbol == b.symbol;
}

static bool is_possible(const Walk *w, Production p, u32 at) {
    if (!w->shaper->with_spaces)
        return true;
    if (w->at_start && at == 0 && set_within(p.items[0].symbol->first, tokens_banned(w->bans)))
        return false;
    for (u32 i = at; i < p.len && w->stack[0] == IN_FILL; i++) { // fill-ins hold no bodies
        const CfgSymbol *symbol = p.items[i].symbol;
        if (symbol->is_token ? symbol->token == TOK_LBRACE : symbol->wants_brace)
            return false;
    }
    return true;
}

static Expr *walk(Walk w, const Production *list, u32 len, u32 at) {
    Shaper *s = w.shaper;
    Alts alts = {0};
    bool *done = ARENA_NEW(s->arena, bool, len);
    for (u32 i = 0; i < len; i++) {
        if (done[i] || !is_possible(&w, list[i], at))
            continue;
        if (at == list[i].len) {
            bool ends = !w.separator;
            alts_add(s->arena, &alts,
                     ends ? NULL
                          : expr_make_opt(
                                s->arena,
                                expr_make_rule(s->arena, variant_of(s, w.separator, context_now(&w),
                                                                    0, false))));
            continue;
        }
        VEC(Production) same = {0};
        for (u32 k = i; k < len; k++) {
            if (list[k].len > at && elem_equal(list[k].items[at], list[i].items[at]) &&
                is_possible(&w, list[k], at)) {
                avec_push(s->arena, &same, list[k]);
                done[k] = true;
            }
        }
        alts_add(s->arena, &alts, walk_group(w, same.data, same.len, at));
    }
    return alts_join(s->arena, &alts);
}

// ---- symbols ----

static Walk walk_from(Shaper *s, Context context, u32 bans) {
    return (Walk){.shaper = s, .stack = {context}, .bans = bans, .at_start = true};
}

// [item] {separator [item]}, with at most one separator between two items.
static Expr *list_expr(Shaper *s, const CfgSymbol *symbol, Context context) {
    CfgSymbol *separator = separator_of(symbol);
    CfgSymbol *item = symbol->base.data[0].items[0].symbol;
    Expr *one = expr_make_rule(s->arena, variant_of(s, item, context, list_bans(symbol), false));
    Expr *end = expr_make_rule(s->arena, variant_of(s, separator, context, 0, false));
    if (!s->with_spaces)
        return expr_join(
            s->arena, expr_make_opt(s->arena, one),
            expr_make_star(s->arena, expr_join(s->arena, end, expr_make_opt(s->arena, one))));
    return expr_join(s->arena, one, expr_make_star(s->arena, expr_join(s->arena, end, one)));
}

// A line break, or a mark with its spaces.
static Expr *separator_expr(Shaper *s, const CfgSymbol *symbol, Context context) {
    Alts alts = {0};
    for (u32 k = 0; k < symbol->base.len; k++) {
        TokenKind t = symbol->base.data[k].items[0].symbol->token;
        Expr *after = expr_make_opt(
            s->arena,
            expr_make_rule(s->arena, context == IN_BODY ? s->lexical.gap : s->lexical.space));
        Expr *mark = t == TOK_NEWLINE ? NULL : token_expr(s, t, 0, (TokenSet){0});
        if (t != TOK_NEWLINE)
            alts_add(s->arena, &alts,
                     expr_join(s->arena,
                               expr_make_opt(s->arena, expr_make_rule(s->arena, s->lexical.space)),
                               expr_join(s->arena, mark, after)));
        else if (context == IN_BODY)
            alts_add(s->arena, &alts, expr_make_rule(s->arena, s->lexical.lines));
    }
    return alts_join(s->arena, &alts);
}

// Characters that the lexer reads otherwise when these two touch: 3.x, and @a[1:2] for an index of
// labels.
typedef struct Apart {
    const char *symbol;
    TokenKind next;
    u32 ban;
} Apart;
static const Apart APART[] = {{"NUMBER", TOK_DOT, BAN_NUMBER}, {"ref", TOK_LBRACKET, BAN_LABEL}};

static CfgSymbol *unit_within(CfgSymbol *symbol, const char *name) {
    for (u32 k = 0; k < symbol->base.len; k++) {
        Production p = symbol->base.data[k];
        CfgSymbol *only = p.len == 1 && p.items[0].kind == ELEM_SYMBOL ? p.items[0].symbol : NULL;
        if (only && str_equal_z(only->name, name))
            return only;
        CfgSymbol *deeper =
            only && !only->is_token && only != symbol ? unit_within(only, name) : NULL;
        if (deeper)
            return deeper;
    }
    return NULL;
}

static Expr *base_expr(Shaper *s, const Variant *v, u32 bans) {
    if (v->symbol->has_operands)
        return expr_make_rule(s->arena, variant_of(s, v->symbol, v->context, bans, true));
    return walk(walk_from(s, v->context, bans), v->symbol->base.data, v->symbol->base.len, 0);
}

static Expr *recursive_expr(Shaper *s, const Variant *v) {
    Walk w = walk_from(s, v->context, v->bans);
    w.last = v->symbol->last, w.at_start = false;
    Expr *tails = expr_make_star(s->arena, repeat_expr(&w, v->symbol, false, TOK_END));
    Alts alts = {0};
    u32 bans = v->bans;
    for (u32 i = 0; i < COUNT_OF(APART) && s->with_spaces; i++) {
        CfgSymbol *unit = unit_within(v->symbol, APART[i].symbol);
        bool follows = false;
        for (u32 k = 0; k < v->symbol->tails.len; k++)
            follows |= set_has(v->symbol->tails.data[k].items[0].symbol->first, APART[i].next);
        if (!unit || !follows)
            continue;
        bans |= APART[i].ban;
        if (set_within(unit->first, tokens_banned(v->bans)))
            continue;
        w.last = unit->last;
        Expr *next = repeat_expr(&w, v->symbol, true, APART[i].next);
        Expr *alone = elem_expr(&w, (Elem){ELEM_SYMBOL, unit}, 0);
        alts_add(
            s->arena, &alts,
            expr_join(s->arena, alone,
                      expr_make_opt(s->arena, next ? expr_join(s->arena, next, tails) : NULL)));
    }
    Expr *base = base_expr(s, v, bans);
    alts_add(s->arena, &alts, base ? expr_join(s->arena, base, tails) : NULL);
    alts.has_empty = false;
    return alts_join(s->arena, &alts);
}

static bool is_separator(const CfgSymbol *symbol) {
    return set_has(symbol->first, TOK_NEWLINE) && !symbol->is_nullable && symbol->tails.len == 0 &&
           symbol->base.data[0].len == 1;
}

static Expr *variant_expr(Shaper *s, const Variant *v) {
    if (v->symbol->is_list)
        return list_expr(s, v->symbol, v->context);
    if (s->with_spaces && is_separator(v->symbol))
        return separator_expr(s, v->symbol, v->context);
    if (v->symbol->tails.len && !v->is_operand)
        return recursive_expr(s, v);
    Walk w = walk_from(s, v->context, v->bans);
    Expr *e = walk(w, v->symbol->base.data, v->symbol->base.len, 0);
    // Where it is used it is optional: here stands what is there if anything is.
    return e && v->symbol->is_nullable && e->kind == EXPR_OPT ? e->items[0] : e;
}

// ---- the whole ----

static Str hyphened(Arena *arena, Str name, const char *suffixes) {
    while (name.len && name.ptr[name.len - 1] == '_')
        name.len--;
    Str out = str_format(arena, "%.*s%s", STR_ARG(name), suffixes);
    char *text = str_to_z(arena, out);
    for (u32 i = 0; i < out.len; i++)
        text[i] = text[i] == '_' ? '-' : text[i];
    return (Str){text, out.len};
}

static Str variant_name(Shaper *s, const Variant *v) {
    static const char *const context[] = {"", "-in-body", "-in-fill"};
    Str suffixes = str_format(s->arena, "%s%s", v->is_operand ? "-operand" : "",
                              v->symbol->is_open || v->context == IN_FILL ? context[v->context] : "");
    for (u32 k = 0; k < BANS; k++)
        if (v->bans & (1u << k))
            suffixes = str_format(s->arena, "%.*s%s", STR_ARG(suffixes), BAN_SUFFIX[k]);
    return hyphened(s->arena, v->symbol->name, str_to_z(s->arena, suffixes));
}

// root = [gap] program [spaces] [comment]: a comment on the last line needs no line break.
static Expr *root_expr(Shaper *s) {
    Walk w = walk_from(s, IN_BODY, 0);
    Expr *program = walk(w, s->cfg.start->base.data, s->cfg.start->base.len, 0);
    if (!s->with_spaces)
        return program;
    if (program->kind == EXPR_OPT) // an empty text is no program (E0231)
        program = program->items[0];
    Expr *end =
        expr_join(s->arena, expr_make_opt(s->arena, expr_make_rule(s->arena, s->lexical.space)),
                  expr_make_rule(s->arena, s->lexical.comment));
    program = expr_join(s->arena, expr_make_opt(s->arena, expr_make_rule(s->arena, s->lexical.gap)),
                        program);
    return expr_join(s->arena, program, expr_make_opt(s->arena, end));
}

// Tokens as EBNF calls them.
static void name_tokens(Shaper *s) {
    for (u32 t = 0; t < TOK_COUNT; t++) {
        if (*token_kind_spelling((TokenKind)t) && t != TOK_LABEL_BRACKET)
            continue;
        Rule *rule = s->lexical.tokens[t] = ARENA_NEW(s->arena, Rule, 1);
        const char *id = t == TOK_NEWLINE ? "LINE_BREAK" : token_kind_id((TokenKind)t);
        *rule = (Rule){hyphened(s->arena, str_from(id), ""), NULL, true};
    }
}

void grammar_export(GrammarFormat format, Arena *arena, StrBuf *out) {
    Shaper s = {.arena = arena, .with_spaces = format != GRAMMAR_EBNF};
    cfg_read(arena, (Str){frc_grammar_begin, (u32)(frc_grammar_end - frc_grammar_begin)}, &s.cfg);
    if (s.with_spaces)
        lexical_rules(arena, &s.lexical);
    else
        name_tokens(&s);
    Rules rules = {0};
    Rule root = {s.with_spaces ? STR("root") : s.cfg.start->name, root_expr(&s), false};
    avec_push(arena, &rules, &root);
    for (u32 i = 0; i < s.variants.len; i++) { // grows as they are shaped
        Variant *v = s.variants.data[i];
        v->rule->name = variant_name(&s, v);
        v->rule->body = variant_expr(&s, v);
        avec_push(arena, &rules, v->rule);
    }
    for (u32 i = 0; i < s.lexical.rules.len; i++)
        avec_push(arena, &rules, s.lexical.rules.data[i]);
    grammar_print(format, &rules, out);
}

static const char *const FORMAT_NAMES[GRAMMAR_FORMAT_COUNT] = {"gbnf", "lark", "ebnf"};

const char *grammar_format_name(GrammarFormat format) {
    return FORMAT_NAMES[format];
}

GrammarFormat grammar_format_find(const char *name) {
    u32 i = 0;
    while (i < GRAMMAR_FORMAT_COUNT && strcmp(name, FORMAT_NAMES[i]) != 0)
        i++;
    return (GrammarFormat)i;
}
