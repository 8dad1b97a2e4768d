// SPDX-License-Identifier: Apache-2.0
// Reads Lemon's listing of the grammar (`lemon -g`: one production a line, no actions, tokens in
// capitals), leaves the productions for mistakes out, and finds what the export needs to know of
// each symbol: what it begins and ends with, whether it may be empty, whether it is a list. Left
// recursion is taken apart here, since no printed form allows it.
#include "lang/grammar_export_internal.h"

#include <assert.h>

static bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

static CfgSymbol *symbol_of(Arena *arena, Cfg *cfg, Str name) {
    for (u32 i = 0; i < cfg->symbols.len; i++)
        if (str_equal(cfg->symbols.data[i]->name, name))
            return cfg->symbols.data[i];
    CfgSymbol *symbol = ARENA_NEW(arena, CfgSymbol, 1);
    symbol->name = name;
    symbol->is_token = is_capital(name.ptr[0]);
    for (u32 t = 0; symbol->is_token && t < TOK_COUNT; t++)
        if (str_equal_z(name, token_kind_id((TokenKind)t)))
            symbol->token = (TokenKind)t;
    assert(!symbol->is_token || symbol->token != TOK_END); // the lists agree: grammar.y asserts it
    if (symbol->is_token)
        set_add(&symbol->first, symbol->token), set_add(&symbol->last, symbol->token);
    avec_push(arena, &cfg->symbols, symbol);
    return symbol;
}

// The next word of a line, without the period that ends the production.
static Str next_word(Str *line, bool *ends) {
    u32 at = 0;
    while (at < line->len && line->ptr[at] == ' ')
        at++;
    u32 end = at;
    while (end < line->len && line->ptr[end] != ' ')
        end++;
    Str word = {line->ptr + at, end - at};
    *line = (Str){line->ptr + end, line->len - end};
    *ends = word.len == 0 || word.ptr[word.len - 1] == '.';
    word.len -= word.len > 0 && *ends;
    return word;
}

static void read_line(Arena *arena, Cfg *cfg, Str line) {
    bool ends;
    Str left = next_word(&line, &ends), arrow = next_word(&line, &ends);
    assert(str_starts(arrow, STR("::=")));
    (void)arrow;
    CfgSymbol *symbol = symbol_of(arena, cfg, left);
    VEC(Elem) items = {0};
    while (!ends) {
        Str word = next_word(&line, &ends);
        if (str_equal_z(word, "error"))
            return;
        avec_push(arena, &items, (Elem){ELEM_SYMBOL, symbol_of(arena, cfg, word)});
    }
    avec_push(arena, &symbol->productions, (Production){items.data, items.len});
}

// ---- what a symbol is ----

static bool all_nullable(Production p) {
    for (u32 i = 0; i < p.len; i++)
        if (!p.items[i].symbol->is_nullable)
            return false;
    return true;
}

static bool production_wants_brace(Production p) {
    for (u32 i = 0; i < p.len; i++) {
        const CfgSymbol *s = p.items[i].symbol;
        if (s->is_token ? s->token == TOK_LBRACE : s->wants_brace)
            return true;
    }
    return false;
}

static bool improve(CfgSymbol *s) {
    CfgSymbol old = *s;
    s->wants_brace = s->productions.len > 0;
    for (u32 k = 0; k < s->productions.len; k++) {
        Production p = s->productions.data[k];
        s->is_nullable |= all_nullable(p);
        s->wants_brace &= production_wants_brace(p);
        for (u32 i = 0; i < p.len; i++) {
            s->first = set_join(s->first, p.items[i].symbol->first);
            if (!p.items[i].symbol->is_nullable)
                break;
        }
        for (u32 i = p.len; i-- > 0;) {
            s->last = set_join(s->last, p.items[i].symbol->last);
            if (!p.items[i].symbol->is_nullable)
                break;
        }
    }
    return old.is_nullable != s->is_nullable || old.wants_brace != s->wants_brace ||
           !set_equal(old.first, s->first) || !set_equal(old.last, s->last);
}

// A symbol that only stands for another.
static CfgSymbol *unit_of(CfgSymbol *s) {
    while (!s->is_token && s->productions.len == 1 && s->productions.data[0].len == 1)
        s = s->productions.data[0].items[0].symbol;
    return s;
}

// A symbol x = y {',' y}, which may be written out where it is used.
static bool is_repetition(const CfgSymbol *s) {
    return !s->is_token && s->tails.len == 1 && s->base.len == 1 && s->base.data[0].len == 1 &&
           !s->base.data[0].items[0].symbol->is_token && !s->has_operands && !s->is_list;
}

static void split_recursion(Arena *arena, CfgSymbol *s) {
    for (u32 k = 0; k < s->productions.len; k++) {
        Production p = s->productions.data[k];
        bool recursive = p.len > 0 && p.items[0].symbol == s;
        if (recursive)
            p = (Production){p.items + 1, p.len - 1};
        for (u32 i = 0; i < p.len; i++) {
            p.items[i].symbol = unit_of(p.items[i].symbol);
            if (p.items[i].symbol == s && i + 1 == p.len && !s->wants_brace) {
                p.items[i].kind = ELEM_OPERAND;
                s->has_operands = true;
            }
        }
        if (recursive)
            avec_push(arena, &s->tails, p);
        else if (p.len > 0)
            avec_push(arena, &s->base, p);
    }
    if (s->tails.len == 0) { // right recursion alone needs no operand
        s->has_operands = false;
        for (u32 k = 0; k < s->base.len; k++)
            for (u32 i = 0; i < s->base.data[k].len; i++)
                s->base.data[k].items[i].kind = ELEM_SYMBOL;
    }
    for (u32 k = 0; k < s->tails.len; k++)
        if (s->is_nullable && s->tails.data[k].len == 1) {
            s->is_list = true;
            s->first = set_less(s->first, s->tails.data[k].items[0].symbol->first);
        }
}

// Writes y {',' y} in the place of a symbol for it, so that alternatives that begin alike can be
// told apart after what they share.
static void write_out(Arena *arena, Productions *productions) {
    for (u32 k = 0; k < productions->len; k++) {
        Production *p = &productions->data[k];
        VEC(Elem) items = {0};
        for (u32 i = 0; i < p->len; i++) {
            Elem e = p->items[i];
            if (e.kind == ELEM_SYMBOL && is_repetition(e.symbol)) {
                avec_push(arena, &items, e.symbol->base.data[0].items[0]);
                avec_push(arena, &items, (Elem){ELEM_REPEAT, e.symbol});
            } else {
                avec_push(arena, &items, e);
            }
        }
        *p = (Production){items.data, items.len};
    }
}

// Whether spaces inside depend on the bracket around: any two neighbours outside brackets do it.
static bool production_is_open(Production p) {
    u32 depth = 0;
    for (u32 i = 0; i < p.len; i++) {
        const CfgSymbol *s = p.items[i].symbol;
        u32 flags = s->is_token ? token_flags(s->token) : 0;
        bool is_tight = s->is_token && (s->token == TOK_SUBLABEL || s->token == TOK_LABEL_BRACKET);
        depth -= (flags & TOKEN_CLOSE) && depth > 0;
        if (depth == 0 && !(flags & TOKEN_CLOSE) && ((i > 0 && !is_tight) || s->is_open))
            return true;
        depth += (flags & TOKEN_OPEN) != 0;
    }
    return false;
}

static bool find_open(CfgSymbol *s) {
    bool old = s->is_open;
    for (u32 k = 0; k < s->productions.len; k++) {
        Production p = s->productions.data[k];
        s->is_open |= production_is_open(p);
        // Where a line break parts statements is the layout's rule.
        s->is_open |=
            p.len == 1 && p.items[0].symbol->is_token && p.items[0].symbol->token == TOK_NEWLINE;
    }
    return s->is_open != old;
}

static void until_settled(Cfg *cfg, bool (*step)(CfgSymbol *)) {
    for (bool changed = true; changed;) {
        changed = false;
        for (u32 i = 0; i < cfg->symbols.len; i++)
            if (!cfg->symbols.data[i]->is_token)
                changed |= step(cfg->symbols.data[i]);
    }
}

void cfg_read(Arena *arena, Str listing, Cfg *out) {
    *out = (Cfg){0};
    for (u32 at = 0; at < listing.len;) {
        u32 end = at;
        while (end < listing.len && listing.ptr[end] != '\n')
            end++;
        Str line = {listing.ptr + at, end - at};
        if (line.len && !str_starts(line, STR("//")))
            read_line(arena, out, line);
        at = end + 1;
    }
    assert(out->symbols.len > 0);
    out->start = out->symbols.data[0];
    until_settled(out, improve);
    until_settled(out, find_open);
    for (u32 i = 0; i < out->symbols.len; i++)
        split_recursion(arena, out->symbols.data[i]);
    for (u32 i = 0; i < out->symbols.len; i++) {
        write_out(arena, &out->symbols.data[i]->base);
        write_out(arena, &out->symbols.data[i]->tails);
    }
}
