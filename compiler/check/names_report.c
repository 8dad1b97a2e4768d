// SPDX-License-Identifier: Apache-2.0
// What is said of names, labels, members and functions that the program does not have: what was
// meant, and where the thing of that name is, if it is something else.
#include "compiler/check/names_internal.h"

// ---- names ----

static void offer_values(Names *names, Suggest *suggest) {
    for (u32 i = 0; i < names->open.len; i++) {
        const NameEntry *entry = &names->entries.data[names->open.data[i]];
        if (entry->kind != NAME_DEF && (entry->is_active || entry->def_level < names->def_level))
            suggest_offer(suggest, entry->name);
    }
    if (names->wants_material)
        predefined_each(suggest, suggest_offer_any);
    else
        predefined_each_word(suggest, suggest_offer_any);
}

void names_report_function(Names *names, const AstNode *node, const BuiltinRow *row, u32 def) {
    Eval *ev = names->ev;
    Str name = node->name.text;
    Diag *diag =
        diag_add(ev->diags, DIAG_E0317, node->span,
                 "'%.*s' is a function: it has a value only when it is called", STR_ARG(name));
    diag_help(ev->diags, diag, "write %.*s(...)", STR_ARG(name));
    if (row) {
        diag_note(ev->diags, diag, "%.*s", STR_ARG(registry_signature_note(ev, row)));
    } else {
        const NameEntry *entry = &names->entries.data[def];
        diag_label(ev->diags, diag, entry->span, "defined here");
        diag_note(ev->diags, diag, "%.*s", STR_ARG(bind_def_signature(ev, entry->node)));
        names->entries.data[def].is_used = true;
    }
}

// The colour that a material's name speaks of, "white" of white_plastic; else one to begin with.
static Str colour_within(Str name) {
    u32 rgb;
    for (u32 from = 0, to; from < name.len; from = to + 1) {
        for (to = from; to < name.len && name.ptr[to] != '_';)
            to++;
        Str word = {name.ptr + from, to - from};
        if (color_find(word, &rgb))
            return word;
    }
    return STR("#b98a5a");
}

void names_report_name(Names *names, const AstNode *node) {
    Eval *ev = names->ev;
    Str name = node->name.text;
    u32 id = names_id(names, name); // may move the table
    NameTop *top = &names->tops.data[id];
    Span label = names_span_of_label(names, name);
    if (top->is_reported && label.len == 0)
        return;
    top->is_reported = true;
    Diag *diag =
        diag_add(ev->diags, DIAG_E0301, node->span,
                 names->wants_material ? "no material or colour '%.*s'" : "unknown name '%.*s'",
                 STR_ARG(name));
    if (label.len > 0 && !names->wants_material) {
        diag_label(ev->diags, diag, label, "a part has this label");
        diag_help(ev->diags, diag, "parts are written with @: '@%.*s'", STR_ARG(name));
        diag_fix(ev->diags, diag, FIX_MACHINE, node->span,
                 str_format(ev->arena, "@%.*s", STR_ARG(name)));
        return;
    }
    if (top->last != NONE) {
        diag_label(ev->diags, diag, names->entries.data[top->last].span,
                   "bound here, but only inside its braces");
        diag_help(ev->diags, diag, "bind it before those braces open");
        return;
    }
    Suggest suggest;
    suggest_init(&suggest, ev, name);
    offer_values(names, &suggest);
    if (suggest_finish(&suggest, diag, node->span, FIX_MAYBE))
        return;
    if (names->wants_material)
        diag_help(ev->diags, diag, "declare it: material %.*s { color = %.*s, roughness = 0.6 }",
                  STR_ARG(name), STR_ARG(colour_within(name)));
    else
        diag_help(ev->diags, diag, "bind it above: let %.*s = ...", STR_ARG(name));
}

// ---- labels ----

static Str labels_text(Eval *ev) {
    enum { LABELS_SHOWN_MAX = 12 };
    StrBuf out;
    strbuf_init(&out, ev->heap);
    for (u32 i = 0; i < MIN(ev->labels.n, LABELS_SHOWN_MAX); i++)
        strbuf_addf(&out, "%s@%.*s", i ? ", " : "", STR_ARG(ev->labels.keys[i]));
    strbuf_add_z(&out, ev->labels.n > LABELS_SHOWN_MAX ? ", ..." : "");
    Str text = str_copy(ev->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return text;
}

void names_report_label(Names *names, const AstNode *ref, const AstRefStep *step) {
    Eval *ev = names->ev;
    Str label = step->label.text;
    u32 pending, at = names_find_value(names, label, &pending);
    Diag *diag = diag_add(ev->diags, DIAG_E0312, step->label.span, "no part has the label '%.*s'",
                          STR_ARG(label));
    if (at != NONE) {
        NameEntry *entry = &names->entries.data[at];
        entry->is_used = true;
        diag_label(ev->diags, diag, entry->span, "'%.*s' is a value, bound here", STR_ARG(label));
        diag_help(ev->diags, diag, "values are written without @");
        if (ref->ref.n_steps == 1 && step->n_indices == 0)
            diag_fix(ev->diags, diag, FIX_MACHINE, ref->span, label);
        return;
    }
    Suggest suggest;
    suggest_init(&suggest, ev, label);
    for (u32 i = 0; i < ev->labels.n; i++)
        suggest_offer(&suggest, ev->labels.keys[i]);
    // The span of a first step may take in its '@'.
    Str written = source_text(ev->sources, step->label.span);
    Span word = step->label.span;
    if (written.len > label.len) {
        word.off += written.len - label.len;
        word.len = label.len;
    }
    if (suggest_finish(&suggest, diag, word, FIX_MAYBE))
        return;
    if (ev->labels.n == 0)
        diag_help(ev->diags, diag, "the program has no parts: part %.*s { ... } makes one",
                  STR_ARG(label));
    else
        diag_help(ev->diags, diag, "the labels are %.*s", STR_ARG(labels_text(ev)));
}

// ---- members ----

static const char *const members[] = {"left", "right", "front", "back",   "bottom", "top", "x",
                                      "y",    "z",     "size",  "center", "volume", "area"};

bool names_is_member(Str name) {
    for (u32 i = 0; i < COUNT_OF(members); i++)
        if (str_equal_z(name, members[i]))
            return true;
    return false;
}

void names_report_member(Names *names, const AstNode *node) {
    Eval *ev = names->ev;
    AstName name = node->member.name;
    u32 row = registry_first(ev, name.text);
    ev->n_name_errors++;
    if (row != NONE || names_find_def(names, name.text) != NONE) {
        Diag *diag = diag_add(ev->diags, DIAG_E0317, name.span,
                              "'%.*s' is a function: it wants its ( )", STR_ARG(name.text));
        diag_help(ev->diags, diag, "write .%.*s(...)", STR_ARG(name.text));
        if (row != NONE)
            diag_note(ev->diags, diag, "%.*s",
                      STR_ARG(registry_signature_note(ev, registry_at(row))));
        return;
    }
    if (foreign_member(ev, node))
        return;
    Diag *diag = diag_add(ev->diags, DIAG_E0303, name.span, "nothing is known as '.%.*s'",
                          STR_ARG(name.text));
    diag_note(ev->diags, diag,
              "asked are .left .right .front .back .bottom .top, .x .y .z of the centre, .size "
              ".center .volume .area, and marks");
    Suggest suggest;
    suggest_init(&suggest, ev, name.text);
    for (u32 i = 0; i < COUNT_OF(members); i++)
        suggest_offer(&suggest, str_from(members[i]));
    for (u32 i = 0; i < names->marks.n; i++)
        suggest_offer(&suggest, names->marks.keys[i]);
    suggest_finish(&suggest, diag, name.span, FIX_MAYBE);
}

// ---- calls ----

static void offer_functions(Names *names, Suggest *suggest) {
    for (u32 i = 0; i < names->open.len; i++) {
        const NameEntry *entry = &names->entries.data[names->open.data[i]];
        if (entry->kind == NAME_DEF)
            suggest_offer(suggest, entry->name);
    }
    for (u32 i = 0; i < names->ev->builtins.n; i++)
        suggest_offer(suggest, names->ev->builtins.keys[i]);
}

static void report_not_a_function(Names *names, const AstNode *node, u32 value) {
    Eval *ev = names->ev;
    AstName name = node->call.function;
    Diag *diag = diag_add(ev->diags, DIAG_E0317, name.span,
                          "'%.*s' is a value: it cannot be called", STR_ARG(name.text));
    diag_label(ev->diags, diag, names->entries.data[value].span, "bound here");
    names->entries.data[value].is_used = true;
    if (node->call.args.len == 0 && !node->call.subject) {
        diag_help(ev->diags, diag, "write it without ( )");
        diag_fix(ev->diags, diag, FIX_MACHINE, node->span, name.text);
    }
}

void names_report_call(Names *names, const AstNode *node) {
    Eval *ev = names->ev;
    AstName name = node->call.function;
    u32 pending, value = names_find_value(names, name.text, &pending);
    if (value != NONE && !node->call.subject) {
        report_not_a_function(names, node, value);
        return;
    }
    if (node->call.subject &&
        (names_is_member(name.text) || strmap_find(&names->marks, name.text) != NONE)) {
        Diag *diag = diag_add(ev->diags, DIAG_E0317, name.span, "'.%.*s' is asked without ( )",
                              STR_ARG(name.text));
        if (node->call.args.len == 0)
            diag_fix(ev->diags, diag, FIX_MACHINE, node->call.args.span, STR(""));
        diag_help(ev->diags, diag, "write '.%.*s'", STR_ARG(name.text));
        return;
    }
    Diag *diag =
        diag_add(ev->diags, DIAG_E0302, name.span, "unknown function '%.*s'", STR_ARG(name.text));
    Span label = names_span_of_label(names, name.text);
    if (label.len > 0 && !node->call.subject) {
        diag_label(ev->diags, diag, label, "a part has this label");
        diag_help(ev->diags, diag, "a part is used as '@%.*s'; to make it anew, put it in a def",
                  STR_ARG(name.text));
        return;
    }
    Suggest suggest;
    suggest_init(&suggest, ev, name.text);
    offer_functions(names, &suggest);
    if (!suggest_finish(&suggest, diag, name.span, FIX_MAYBE)) {
        diag_help(
            ev->diags, diag,
            "define it: def %.*s(...) { ... }, or use a built-in (frc --emit reference lists them)",
            STR_ARG(name.text));
        return;
    }
    u32 row = registry_first(ev, suggest.best);
    if (row != NONE)
        diag_note(ev->diags, diag, "%.*s", STR_ARG(registry_signature_note(ev, registry_at(row))));
}
