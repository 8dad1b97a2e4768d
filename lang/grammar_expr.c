// SPDX-License-Identifier: Apache-2.0
// Expressions of the exported grammar's rules, kept small as they are made: sequences are flat,
// alternatives are distinct, those that begin alike share what they begin with.
#include "lang/grammar_export_internal.h"

// ---- small expressions ----

static Expr *expr_new(Arena *arena, ExprKind kind, u32 len) {
    Expr *e = ARENA_NEW(arena, Expr, 1);
    *e = (Expr){.kind = kind, .items = ARENA_NEW(arena, Expr *, len ? len : 1), .len = len};
    return e;
}

Expr *expr_make_text(Arena *arena, Str text) {
    Expr *e = expr_new(arena, EXPR_TEXT, 0);
    e->text = text;
    return e;
}

Expr *expr_make_class(Arena *arena, Str chars, u32 min, u32 max) {
    Expr *e = expr_new(arena, EXPR_CLASS, 0);
    e->text = chars, e->min = min, e->max = max;
    return e;
}

Expr *expr_make_rule(Arena *arena, Rule *rule) {
    Expr *e = expr_new(arena, EXPR_RULE, 0);
    e->rule = rule;
    return e;
}

// NULL stands for the empty text, in and out.
Expr *expr_make_opt(Arena *arena, Expr *inner) {
    if (!inner || inner->kind == EXPR_OPT || inner->kind == EXPR_STAR)
        return inner;
    Expr *e = expr_new(arena, EXPR_OPT, 1);
    e->items[0] = inner;
    return e;
}

Expr *expr_make_star(Arena *arena, Expr *inner) {
    Expr *e = expr_new(arena, EXPR_STAR, 1);
    e->items[0] = inner;
    return e;
}

Expr *expr_join(Arena *arena, Expr *a, Expr *b) {
    if (!a || !b)
        return a ? a : b;
    u32 n_a = a->kind == EXPR_SEQ ? a->len : 1, n_b = b->kind == EXPR_SEQ ? b->len : 1;
    Expr *e = expr_new(arena, EXPR_SEQ, n_a + n_b);
    for (u32 i = 0; i < n_a; i++)
        e->items[i] = a->kind == EXPR_SEQ ? a->items[i] : a;
    for (u32 i = 0; i < n_b; i++)
        e->items[n_a + i] = b->kind == EXPR_SEQ ? b->items[i] : b;
    return e;
}

bool expr_equal(const Expr *a, const Expr *b) {
    if (a == b || !a || !b)
        return a == b;
    if (a->kind != b->kind || a->len != b->len || a->rule != b->rule || a->min != b->min ||
        a->max != b->max || !str_equal(a->text, b->text))
        return false;
    for (u32 i = 0; i < a->len; i++)
        if (!expr_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

static Expr *expr_head(Expr *e) {
    return e->kind == EXPR_SEQ ? e->items[0] : e;
}

static Expr *expr_rest(Arena *arena, Expr *e, u32 from) {
    Expr *rest = NULL;
    for (u32 i = from; e->kind == EXPR_SEQ && i < e->len; i++)
        rest = expr_join(arena, rest, e->items[i]);
    return rest;
}

static Expr *expr_tail(Expr *e) {
    return e->kind == EXPR_SEQ ? e->items[e->len - 1] : e;
}

static Expr *expr_front(Arena *arena, Expr *e) {
    Expr *front = NULL;
    for (u32 i = 0; e->kind == EXPR_SEQ && i + 1 < e->len; i++)
        front = expr_join(arena, front, e->items[i]);
    return front;
}

// ---- alternatives ----

void alts_add(Arena *arena, Alts *alts, Expr *e) {
    if (!e) {
        alts->has_empty = true;
        return;
    }
    if (e->kind == EXPR_ALT) {
        for (u32 i = 0; i < e->len; i++)
            alts_add(arena, alts, e->items[i]);
        return;
    }
    for (u32 i = 0; i < alts->list.len; i++)
        if (expr_equal(alts->list.data[i], e))
            return;
    avec_push(arena, &alts->list, e);
}

// Alternatives that begin with the same thing become one.
static void alts_factor(Arena *arena, Alts *alts) {
    for (u32 i = 0; i < alts->list.len; i++) {
        Alts rests = {0};
        u32 kept = i + 1, n_same = 1;
        Expr *head = expr_head(alts->list.data[i]);
        alts_add(arena, &rests, expr_rest(arena, alts->list.data[i], 1));
        for (u32 k = i + 1; k < alts->list.len; k++) {
            Expr *other = alts->list.data[k];
            if (expr_equal(head, expr_head(other)))
                n_same++, alts_add(arena, &rests, expr_rest(arena, other, 1));
            else
                alts->list.data[kept++] = other;
        }
        alts->list.len = kept;
        if (n_same > 1)
            alts->list.data[i] = expr_join(arena, head, alts_join(arena, &rests));
    }
}

// Alternatives that differ in their first literal only become one.
static void alts_merge_literals(Arena *arena, Alts *alts) {
    for (u32 i = 0; i < alts->list.len; i++) {
        Expr *first = alts->list.data[i];
        if (expr_head(first)->kind != EXPR_TEXT || first->kind != EXPR_SEQ)
            continue;
        Expr *rest = expr_rest(arena, first, 1);
        Alts heads = {0};
        u32 kept = i + 1;
        alts_add(arena, &heads, expr_head(first));
        for (u32 k = i + 1; k < alts->list.len; k++) {
            Expr *other = alts->list.data[k];
            if (expr_head(other)->kind == EXPR_TEXT && expr_equal(rest, expr_rest(arena, other, 1)))
                alts_add(arena, &heads, expr_head(other));
            else
                alts->list.data[kept++] = other;
        }
        alts->list.len = kept;
        if (heads.list.len > 1) {
            Expr *any = expr_new(arena, EXPR_ALT, heads.list.len);
            memcpy(any->items, heads.list.data, heads.list.len * sizeof *any->items);
            alts->list.data[i] = expr_join(arena, any, rest);
        }
    }
}

// Alternatives that all end with the same thing share it.
static Expr *alts_share_end(Arena *arena, Alts *alts) {
    if (alts->list.len < 2 || alts->has_empty)
        return NULL;
    Expr *end = expr_tail(alts->list.data[0]);
    for (u32 i = 1; i < alts->list.len; i++)
        if (!expr_equal(end, expr_tail(alts->list.data[i])))
            return NULL;
    Alts heads = {0};
    for (u32 i = 0; i < alts->list.len; i++)
        alts_add(arena, &heads, expr_front(arena, alts->list.data[i]));
    return expr_join(arena, alts_join(arena, &heads), end);
}

Expr *alts_join(Arena *arena, Alts *alts) {
    alts_factor(arena, alts);
    Expr *shared = alts_share_end(arena, alts);
    if (shared)
        return shared;
    alts_merge_literals(arena, alts);
    if (alts->list.len == 0)
        return NULL;
    Expr *e = alts->list.data[0];
    if (alts->list.len > 1) {
        e = expr_new(arena, EXPR_ALT, alts->list.len);
        memcpy(e->items, alts->list.data, alts->list.len * sizeof *e->items);
    }
    return alts->has_empty ? expr_make_opt(arena, e) : e;
}

// ---- from lists ----

Expr *expr_make_seq(Arena *arena, u32 len, Expr *const *items) {
    Expr *e = NULL;
    for (u32 i = 0; i < len; i++)
        e = expr_join(arena, e, items[i]);
    return e;
}

Expr *expr_make_alt(Arena *arena, u32 len, Expr *const *items) {
    Alts alts = {0};
    for (u32 i = 0; i < len; i++)
        alts_add(arena, &alts, items[i]);
    return alts_join(arena, &alts);
}
