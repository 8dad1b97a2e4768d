// SPDX-License-Identifier: Apache-2.0
// Functions that make and take apart lists. Lists never change: each gives a new one, and each
// element counts as a step of the evaluation, so that no program builds lists for ever.
#include "compiler/check/fn.h"

#include "base/utf8.h"

// ---- counting ----

static const BuiltinParam len_params[] = {BARE("list", "list or text", NULL)};

static Value run_len(Eval *ev, BuiltinCall *c) {
    Value v = c->args[0];
    if (v.kind == VALUE_LIST)
        return value_number(v.list.len, DIM_BARE);
    if (v.kind != VALUE_TEXT) {
        value_mismatch(ev, v, call_place(c, 0), "a list or a text");
        return value_bad();
    }
    u32 n = 0;
    for (u32 at = 0, size, code; at < v.text.len; at += MAX(size, 1), n++)
        size = utf8_decode(v.text.ptr + at, v.text.len - at, &code);
    return value_number(n, DIM_BARE);
}

static bool take_end(Eval *ev, BuiltinCall *c, u32 i, f64 fallback, Value *out) {
    *out = value_number(fallback, DIM_BARE);
    if (!call_has(c, i))
        return true;
    if (c->args[i].kind != VALUE_NUMBER) {
        value_mismatch(ev, c->args[i], call_place(c, i), "a number");
        return false;
    }
    *out = c->args[i];
    if (isfinite(out->number))
        return true;
    Diag *diag = diag_add(ev->diags, DIAG_E0511, c->spans[i], "range needs ends that are finite");
    diag_help(ev->diags, diag, "give a number: range(0, 10)");
    return false;
}

static const BuiltinParam range_params[] = {BARE("a", "number", NULL),
                                            BARE_OPTIONAL("b", "number", "", NULL),
                                            BARE_OPTIONAL("step", "number", "1", "not 0")};

// range(n): 0 .. n - 1; range(a, b, step): from a, without b. A step that ends a hair before b ends
// at b.
static Value run_range(Eval *ev, BuiltinCall *c) {
    Value a, b, step;
    if (!take_end(ev, c, 0, 0, &a) || !take_end(ev, c, 1, 0, &b) || !take_end(ev, c, 2, 1, &step))
        return value_bad();
    if (!call_has(c, 1)) {
        b = a;
        a = value_number(0, a.dim);
    }
    Dim dim;
    OpPlace place = {AST_SUB, c->name, c->spans[0], c->spans[1], c->span};
    if (!dim_agree(ev, place, a.dim, b.dim, &dim) ||
        !dim_agree(ev, (OpPlace){AST_ADD, c->name, c->spans[0], c->spans[2], c->span}, dim,
                   step.dim, &dim))
        return value_bad();
    if (step.number == 0) {
        Diag *diag =
            diag_add(ev->diags, DIAG_E0511, c->spans[2], "a step of 0 never gets from %.*s to %.*s",
                     STR_ARG(value_show(ev, a)), STR_ARG(value_show(ev, b)));
        diag_help(ev->diags, diag, "give a step %s 0", a.number <= b.number ? "above" : "below");
        return value_bad();
    }
    f64 n = ceil((b.number - a.number) / step.number - 1e-9);
    u32 len = n <= 0 ? 0 : n > 4e9 ? 4000000000u : (u32)n;
    Value *items = value_list_new(ev, len, c->span);
    for (u32 i = 0; items && i < len; i++)
        items[i] = value_number(a.number + i * step.number, dim);
    return items ? value_list(items, len) : value_bad();
}

static const BuiltinParam spread_params[] = {BARE("n", "count", ">= 0"),
                                             BARE("range", "range", "finite")};

// One value alone stands in the middle.
static Value run_spread(Eval *ev, BuiltinCall *c) {
    f64 count;
    if (!call_number(ev, c, 0, 0, &count))
        return value_bad();
    if (count < 0 || count != floor(count)) {
        Diag *diag = diag_add(ev->diags, DIAG_E0511, c->spans[0],
                              "%.*s is no count: spread gives a whole number of values",
                              STR_ARG(value_show(ev, c->args[0])));
        diag_measure(diag, count, fmax(0, floor(count + 0.5)), STR(""));
        diag_help(ev->diags, diag, "write floor(...) or round(...) of it");
        return value_bad();
    }
    u32 n = count > 4e9 ? 4000000000u : (u32)count;
    Value r = c->args[1];
    if (r.kind != VALUE_RANGE) {
        value_mismatch(ev, r, call_place(c, 1), "a range a..b");
        return value_bad();
    }
    if (!isfinite(r.range.low) || !isfinite(r.range.high)) {
        Diag *diag =
            diag_add(ev->diags, DIAG_E0511, c->spans[1],
                     "spread needs a range with two ends, not %.*s", STR_ARG(value_show(ev, r)));
        diag_help(ev->diags, diag, "give both: spread(5, 0..40)");
        return value_bad();
    }
    Value *items = value_list_new(ev, n, c->span);
    f64 low = r.range.low, high = r.range.high;
    for (u32 i = 0; items && i < n; i++)
        items[i] = value_number(n == 1       ? (low + high) / 2
                                : i + 1 == n ? high
                                             : low + (high - low) * i / (n - 1),
                                r.dim);
    return items ? value_list(items, n) : value_bad();
}

// ---- lists from lists ----

static const BuiltinParam concat_params[] = {BARE("lists", "list...", "one or more")};

static Value run_concat(Eval *ev, BuiltinCall *c) {
    ValueList lists = c->args[0].list;
    u64 n = 0;
    for (u32 i = 0; i < lists.len; i++) {
        if (lists.items[i].kind != VALUE_LIST) {
            value_mismatch(ev, lists.items[i], call_place(c, 0), "lists");
            return value_bad();
        }
        n += lists.items[i].list.len;
    }
    Value *items = value_list_new(ev, (u32)MIN(n, UINT32_MAX - 1), c->span);
    if (!items)
        return value_bad();
    for (u32 i = 0, at = 0; i < lists.len; i++)
        for (u32 k = 0; k < lists.items[i].list.len; k++)
            items[at++] = lists.items[i].list.items[k];
    return value_list(items, (u32)n);
}

static const BuiltinParam list_params[] = {BARE("list", "list", NULL)};

static Value run_reverse(Eval *ev, BuiltinCall *c) {
    ValueList list;
    if (!value_to_list(ev, c->args[0], call_place(c, 0), &list))
        return value_bad();
    Value *items = value_list_new(ev, list.len, c->span);
    for (u32 i = 0; items && i < list.len; i++)
        items[i] = list.items[list.len - 1 - i];
    return items ? value_list(items, list.len) : value_bad();
}

static Value run_enumerate(Eval *ev, BuiltinCall *c) {
    ValueList list;
    if (!value_to_list(ev, c->args[0], call_place(c, 0), &list))
        return value_bad();
    Value *items = value_list_new(ev, list.len, c->span);
    for (u32 i = 0; items && i < list.len; i++) {
        Value *pair = value_list_new(ev, 2, c->span);
        if (!pair)
            return value_bad();
        pair[0] = value_number(i, DIM_BARE);
        pair[1] = list.items[i];
        items[i] = value_list(pair, 2);
    }
    return items ? value_list(items, list.len) : value_bad();
}

static const BuiltinParam sums_params[] = {BARE("list", "list of numbers or vectors", NULL)};

static Value run_cumsum(Eval *ev, BuiltinCall *c) {
    ValueList list;
    if (!value_to_list(ev, c->args[0], call_place(c, 0), &list))
        return value_bad();
    Value *items = value_list_new(ev, list.len, c->span);
    OpPlace place = {AST_ADD, c->name, c->spans[0], c->spans[0], c->span};
    for (u32 i = 0; items && i < list.len; i++) {
        items[i] = i == 0 ? list.items[0] : value_arith(ev, place, items[i - 1], list.items[i]);
        if (value_is_bad(items[i]))
            return value_bad();
    }
    return items ? value_list(items, list.len) : value_bad();
}

const BuiltinRow builtins_list[] = {
    ROW("len", BUILTIN_LIST, false, len_params, "count", run_len,
        "The number of elements of a list, of characters of a text."),
    ROW("range", BUILTIN_LIST, false, range_params, "list of numbers", run_range,
        "Numbers from a by step, without b; range(n) counts 0, 1, ... n - 1."),
    ROW("spread", BUILTIN_LIST, false, spread_params, "list of numbers", run_spread,
        "n values evenly from one end of the range to the other, ends included; one alone stands "
        "in the middle."),
    ROW("concat", BUILTIN_LIST, false, concat_params, "list", run_concat,
        "The lists one after the other."),
    ROW("reverse", BUILTIN_LIST, false, list_params, "list", run_reverse,
        "The list from its end to its beginning."),
    ROW("enumerate", BUILTIN_LIST, false, list_params, "list of pairs", run_enumerate,
        "[[0, first], [1, second], ...]."),
    ROW("cumsum", BUILTIN_LIST, false, sums_params, "list", run_cumsum, "The running totals."),
};
const u32 n_builtins_list = COUNT_OF(builtins_list);
