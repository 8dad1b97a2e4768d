// SPDX-License-Identifier: Apache-2.0
// References to parts: @tuner[left]/post[2]. The nearest body outward that has placed the first
// label is meant; each further step goes down into what the steps before selected. Each body that
// is asked keeps an index from labels to instances, extended as it grows, so that a lookup costs
// what it finds. Since a body's instances are whole subtrees in pre-order, "below" is a slice and
// "below with that label" two binary searches.
#include "compiler/check/eval_internal.h"

#include <assert.h>

// ---- the index ----

static u32 label_slot(const Body *body, u32 label) {
    u32 mask = body->n_label_slots - 1, i = (u32)hash_mix(label) & mask;
    while (body->label_slots[i] != 0 && body->labels.data[body->label_slots[i] - 1].label != label)
        i = (i + 1) & mask;
    return i;
}

static void index_grow(Eval *ev, Body *body) {
    body->n_label_slots = body->n_label_slots == 0 ? 16 : body->n_label_slots * 2;
    body->label_slots = ARENA_NEW(ev->arena, u32, body->n_label_slots);
    for (u32 i = 0; i < body->labels.len; i++)
        body->label_slots[label_slot(body, body->labels.data[i].label)] = i + 1;
}

static LabelEntry *index_entry(Eval *ev, Body *body, u32 label) {
    if ((body->labels.len + 1) * 2 > body->n_label_slots)
        index_grow(ev, body);
    u32 slot = label_slot(body, label);
    if (body->label_slots[slot] == 0) {
        avec_push(ev->arena, &body->labels, (LabelEntry){.label = label});
        body->label_slots[slot] = body->labels.len;
    }
    return &body->labels.data[body->label_slots[slot] - 1];
}

const LabelEntry *body_find_label(Eval *ev, Body *body, u32 label) {
    for (; body->n_indexed < body->parts.len; body->n_indexed++) {
        LabelEntry *entry = index_entry(ev, body, body->parts.data[body->n_indexed].label);
        avec_push(ev->arena, &entry->parts, body->n_indexed);
    }
    if (body->n_label_slots == 0)
        return NULL;
    u32 slot = body->label_slots[label_slot(body, label)];
    return slot == 0 ? NULL : &body->labels.data[slot - 1];
}

// The first position in rising parts that is at least at.
static u32 lower_bound(const u32 *parts, u32 n, u32 at) {
    u32 low = 0;
    while (n > 0) {
        u32 half = n / 2;
        if (parts[low + half] < at) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

// ---- unknown labels ----

static void suggest_label(Eval *ev, Diag *d, const AstName *label) {
    Str near = str_nearest(label->text, ev->labels.keys, ev->labels.n);
    if (near.len == 0)
        return;
    diag_help(ev->diags, d, "did you mean `@%.*s`?", STR_ARG(near));
    diag_fix(ev->diags, d, FIX_MAYBE, label->span, near);
}

static bool is_being_made(const Body *body, Str label) {
    for (; body != NULL; body = body->outer)
        if (str_equal(body->label, label))
            return true;
    return false;
}

static void unknown_label(Eval *ev, const Scope *scope, const AstName *label) {
    Span placed = names_label_span(ev, label->text);
    if (placed.len > 0 && placed.off < label->span.off && ev->failed)
        return; // lost to an earlier error, most likely
    Diag *d;
    if (placed.len == 0) {
        d = diag_add(ev->diags, DIAG_E0312, label->span, "no part is called '%.*s'",
                     STR_ARG(label->text));
        suggest_label(ev, d, label);
        return;
    }
    d = diag_add(ev->diags, DIAG_E0330, label->span, "no part '%.*s' is placed yet",
                 STR_ARG(label->text));
    diag_label(ev->diags, d, placed, "it is made here");
    if (is_being_made(scope->body, label->text))
        diag_help(ev->diags, d,
                  "inside its own body, ask the parts in it by their labels, or use numbers");
    else if (placed.off > label->span.off)
        diag_help(ev->diags, d, "move this line below the one that places '%.*s'",
                  STR_ARG(label->text));
    else
        diag_help(ev->diags, d,
                  "a def sees only its own parts, and a `let` places nothing: pass what you need "
                  "as an argument");
}

// ---- one step ----

static u32 side_of_word(Str word) {
    static const struct {
        const char *word;
        u32 side;
    } SIDES[] = {{"left", SIDE_LEFT}, {"right", SIDE_RIGHT}, {"front", SIDE_FRONT},
                 {"back", SIDE_BACK}, {"top", SIDE_TOP},     {"bottom", SIDE_BOTTOM}};
    for (u32 i = 0; i < COUNT_OF(SIDES); i++)
        if (str_equal_z(word, SIDES[i].word))
            return SIDES[i].side;
    return 0;
}

static bool filter_side(Eval *ev, Selection *s, const AstName *label, const AstNode *index,
                        u32 side) {
    u32 *kept = ARENA_NEW(ev->arena, u32, s->n + 1);
    u32 n = 0;
    for (u32 i = 0; i < s->n; i++)
        if (s->body->parts.data[s->parts[i]].sides & side)
            kept[n++] = s->parts[i];
    if (n == 0) {
        Diag *d = diag_add(ev->diags, DIAG_E0332, index->span, "no '%.*s' is on the %.*s",
                           STR_ARG(label->text), STR_ARG(index->name.text));
        diag_label(ev->diags, d, label->span, "%u placed", s->n);
        diag_help(ev->diags, d,
                  "sides come from `.both(X)` (left, right), `.both(Y)` (front, back) and "
                  "`.both(Z)` (bottom, top)");
        return false;
    }
    s->parts = kept;
    s->n = n;
    return true;
}

static bool filter_index(Eval *ev, Scope *scope, Selection *s, const AstName *label,
                         const AstNode *index) {
    f64 value;
    if (!value_to_number(ev, eval_expr(ev, scope, index),
                         (Place){index->span, "an index", label->text}, &value))
        return false;
    f64 at = value < 0 ? value + s->n : value;
    if (at >= 0 && at < s->n && at == floor(at)) {
        s->parts += (u32)at;
        s->n = 1;
        return true;
    }
    Diag *d = diag_add(ev->diags, DIAG_E0332, index->span, "no '%.*s' number %.*s: %u %s placed",
                       STR_ARG(label->text), STR_ARG(diag_number(ev->diags, value)), s->n,
                       s->n == 1 ? "is" : "are");
    diag_measure(d, value, (f64)s->n - 1, STR(""));
    if (s->n == 1)
        diag_help(ev->diags, d, "there is only `@%.*s[0]`", STR_ARG(label->text));
    else
        diag_help(ev->diags, d, "they go from `@%.*s[0]` to `@%.*s[%u]`, in order of placement",
                  STR_ARG(label->text), STR_ARG(label->text), s->n - 1);
    return false;
}

static bool filter_step(Eval *ev, Scope *scope, Selection *s, const AstRefStep *step) {
    for (u32 k = 0; k < step->n_indices; k++) {
        const AstNode *index = step->indices[k];
        u32 side = index->kind == AST_NAME ? side_of_word(index->name.text) : 0;
        if (s->n == 0)
            return false;
        if (side != 0 ? !filter_side(ev, s, &step->label, index, side)
                      : !filter_index(ev, scope, s, &step->label, index))
            return false;
    }
    return true;
}

// Labels of all that is below the selection, for did-you-mean.
static void unknown_below(Eval *ev, const Selection *s, const AstRefStep *above,
                          const AstRefStep *step) {
    Span known = names_label_span(ev, step->label.text);
    if (known.len == 0 || ev->failed) // the name pass has said so, or it may have been lost
        return;
    Diag *d = diag_add(ev->diags, DIAG_E0330, step->label.span, "'%.*s' has no part '%.*s' in it",
                       STR_ARG(above->label.text), STR_ARG(step->label.text));
    StrMap seen;
    strmap_init(&seen, ev->arena);
    for (u32 i = 0; i < s->n; i++)
        for (u32 k = s->parts[i] + 1; k < s->parts[i] + s->body->parts.data[s->parts[i]].size; k++)
            strmap_set(&seen, ev->labels.keys[s->body->parts.data[k].label], 0);
    Str near = str_nearest(step->label.text, seen.keys, seen.n);
    if (near.len > 0) {
        diag_help(ev->diags, d, "did you mean `/%.*s`?", STR_ARG(near));
        diag_fix(ev->diags, d, FIX_MAYBE, step->label.span, near);
    } else if (seen.n == 0) {
        diag_help(ev->diags, d, "it has no parts inside");
    } else {
        diag_help(ev->diags, d, "in it %s: %.*s%s", seen.n == 1 ? "is" : "are",
                  STR_ARG(seen.keys[0]), seen.n > 1 ? " and others" : "");
    }
}

static bool step_down(Eval *ev, Selection *s, const AstRefStep *above, const AstRefStep *step,
                      bool may_be_empty) {
    u32 label = strmap_get(&ev->labels, step->label.text);
    const LabelEntry *entry = label == NONE ? NULL : body_find_label(ev, s->body, label);
    VEC(u32) found = {0};
    u32 done = 0; // selected parts may lie in each other
    for (u32 i = 0; entry != NULL && i < s->n; i++) {
        u32 begin = MAX(s->parts[i] + 1, done),
            end = s->parts[i] + s->body->parts.data[s->parts[i]].size;
        for (u32 k = lower_bound(entry->parts.data, entry->parts.len, begin);
             k < entry->parts.len && entry->parts.data[k] < end; k++)
            avec_push(ev->arena, &found, entry->parts.data[k]);
        done = MAX(done, end);
    }
    bool known = label != NONE && names_label_span(ev, step->label.text).len > 0;
    if (found.len == 0 && !(may_be_empty && known)) {
        unknown_below(ev, s, above, step);
        return false;
    }
    s->parts = found.data;
    s->n = found.len;
    return eval_charge(ev, found.len, step->label.span);
}

static bool select(Eval *ev, Scope *scope, const AstNode *ref, bool may_be_empty, Selection *out) {
    const AstRefStep *steps = ref->ref.steps;
    u32 label = strmap_get(&ev->labels, steps[0].label.text);
    const LabelEntry *entry = NULL;
    Body *body = scope->body;
    while (label != NONE && body != NULL && (entry = body_find_label(ev, body, label)) == NULL)
        body = body->outer;
    if (entry == NULL) {
        if (may_be_empty && label != NONE && !ev->failed) {
            *out = (Selection){.body = scope->body};
            return true;
        }
        unknown_label(ev, scope, &steps[0].label);
        return false;
    }
    *out = (Selection){body, entry->parts.data, entry->parts.len};
    for (u32 k = 0; k < ref->ref.n_steps; k++) {
        if (k > 0 && !step_down(ev, out, &steps[k - 1], &steps[k], may_be_empty))
            return false;
        if (!filter_step(ev, scope, out, &steps[k]))
            return may_be_empty && out->n == 0;
    }
    for (u32 i = 0; i < out->n; i++)
        if (body->parts.data[out->parts[i]].is_bad)
            return false;
    return true;
}

bool ref_select(Eval *ev, Scope *scope, const AstNode *ref, Selection *out) {
    return select(ev, scope, ref, false, out);
}

bool ref_select_any(Eval *ev, Scope *scope, const AstNode *ref, Selection *out) {
    return select(ev, scope, ref, true, out);
}

// ---- as a value ----

static const Solid *selection_solid(Eval *ev, const Selection *s, Span span) {
    Solid *solid = ARENA_NEW(ev->arena, Solid, 1);
    *solid = (Solid){.solid = NONE, .outer.level = NONE};
    const Instance *all = s->body->parts.data;
    if (s->n == 1) { // a view
        solid->parts = &all[s->parts[0]];
        solid->n_parts = all[s->parts[0]].size;
        s->body->is_shared = true;
        return solid;
    }
    u32 n = 0, done = 0;
    for (u32 i = 0; i < s->n; i++) {
        u32 end = s->parts[i] + all[s->parts[i]].size;
        if (s->parts[i] >= done) {
            n += all[s->parts[i]].size;
            done = end;
        }
    }
    Instance *parts = instances_new(ev, n, span);
    if (parts == NULL)
        return NULL;
    n = done = 0;
    for (u32 i = 0; i < s->n; i++) {
        if (s->parts[i] < done)
            continue; // inside the one before
        u32 size = all[s->parts[i]].size;
        memcpy(parts + n, all + s->parts[i], size * sizeof *parts);
        parts[n].up = 0;
        n += size;
        done = s->parts[i] + size;
    }
    solid->parts = parts;
    solid->n_parts = n;
    return solid;
}

Value ref_eval(Eval *ev, Scope *scope, const AstNode *ref) {
    Selection s;
    if (!ref_select(ev, scope, ref, &s))
        return value_bad();
    const Solid *solid = selection_solid(ev, &s, ref->span);
    if (solid == NULL || solid_is_bad(solid))
        return value_bad();
    if (s.body == scope->body)
        return value_solid(solid);
    Solid *seen = ARENA_NEW(ev->arena, Solid, 1);
    *seen = *solid;
    seen->outer = (Outer){.level = s.body->level,
                          .label = strmap_get(&ev->labels, ref->ref.steps[0].label.text),
                          .axes = 7,
                          .span = ref->span};
    return value_solid(seen);
}

void outer_use(Scope *scope, const Solid *solid, u32 axes) {
    Outer outer = solid->outer;
    if (outer.level == NONE || outer.from_body || axes == 0)
        return;
    outer.axes = axes;
    outer_join(&scope->body->outside, outer);
}
