// SPDX-License-Identifier: Apache-2.0
// The symbol table of the name pass. Each name has a stack of bindings, innermost on top, so that
// finding one costs the same however many scopes are open; leaving a scope pops what it bound.
// Bindings are kept after that, for messages about names that have gone and for what was never
// used.
#include "compiler/check/names_internal.h"

u32 names_id(Names *names, Str name) {
    u32 id = strmap_get(&names->ids, name);
    if (id != NONE)
        return id;
    id = names->tops.len;
    avec_push(names->ev->arena, &names->tops, (NameTop){NONE, NONE, NONE, false});
    strmap_set(&names->ids, name, id);
    return id;
}

static u32 *top_of(Names *names, u32 id, NameKind kind) {
    return kind == NAME_DEF ? &names->tops.data[id].def : &names->tops.data[id].value;
}

ScopeMark names_open(Names *names) {
    ScopeMark mark = {names->scope, names->open.len};
    names->scope = ++names->n_scopes;
    return mark;
}

void names_close(Names *names, ScopeMark mark) {
    while (names->open.len > mark.n_open) {
        const NameEntry *entry = &names->entries.data[names->open.data[--names->open.len]];
        *top_of(names, names_id(names, entry->name), entry->kind) = entry->outer;
    }
    names->scope = mark.scope;
}

const char *names_kind_text(NameKind kind) {
    switch (kind) {
    case NAME_LET:
        return "let";
    case NAME_PARAM:
        return "param";
    case NAME_MATERIAL:
        return "material";
    case NAME_DEF:
        return "def";
    case NAME_LOOP:
        return "for";
    case NAME_FORMAL:
        return "a parameter";
    }
    return "";
}

static void report_bound_twice(Names *names, AstName name, const NameEntry *first) {
    Diags *diags = names->ev->diags;
    names->ev->n_name_errors++;
    Diag *diag = diag_add(diags, DIAG_E0310, name.span, "'%.*s' is bound already in this body",
                          STR_ARG(name.text));
    diag_label(diags, diag, first->span, "first bound here, by %s", names_kind_text(first->kind));
    diag_help(diags, diag,
              first->kind == NAME_DEF ? "give the new one a name of its own"
                                      : "values never change: give the new one a name of its own");
}

void names_declare(Names *names, AstName name, NameKind kind, const AstNode *node, bool is_active) {
    if (name.text.len == 0) // dropped by the parser's recovery
        return;
    u32 id = names_id(names, name.text);
    u32 top = *top_of(names, id, kind);
    if (top != NONE && names->entries.data[top].scope == names->scope) {
        NameEntry *entry = &names->entries.data[top];
        bool is_same = entry->span.off == name.span.off;
        if (is_active && is_same)
            entry->is_active = true;
        else if (is_active || (kind == NAME_DEF && !is_same))
            report_bound_twice(names, name, entry);
        return;
    }
    u32 index = names->entries.len;
    avec_push(names->ev->arena, &names->entries,
              (NameEntry){.name = name.text,
                          .span = name.span,
                          .node = node,
                          .outer = top,
                          .scope = names->scope,
                          .def_level = names->def_level,
                          .kind = kind,
                          .is_active = is_active || kind == NAME_DEF});
    *top_of(names, id, kind) = index;
    if (kind != NAME_DEF)
        names->tops.data[id].last = index;
    avec_push(names->ev->arena, &names->open, index);
}

u32 names_find_value(const Names *names, Str name, u32 *pending) {
    *pending = NONE;
    u32 id = strmap_get(&names->ids, name);
    u32 at = id == NONE ? NONE : names->tops.data[id].value;
    for (; at != NONE; at = names->entries.data[at].outer) {
        const NameEntry *entry = &names->entries.data[at];
        if (entry->is_active || entry->def_level < names->def_level)
            return at;
        *pending = *pending == NONE ? at : *pending;
    }
    return NONE;
}

u32 names_find_def(const Names *names, Str name) {
    u32 id = strmap_get(&names->ids, name);
    return id == NONE ? NONE : names->tops.data[id].def;
}

bool names_is_torn(const Names *names, AstName name) {
    if (!names->is_torn)
        return false;
    const Diags *diags = names->ev->diags;
    for (u32 i = 0; i < names->n_torn_diags; i++) {
        Span span = diags->items[i]->span;
        if (diags->items[i]->severity == SEVERITY_ERROR &&
            span.off < name.span.off + name.span.len && name.span.off < span.off + span.len)
            return true;
    }
    return strmap_find(&names->torn, name.text) != NONE;
}

Span names_span_of_label(const Names *names, Str label) {
    u32 id = strmap_get(&names->ev->labels, label);
    return id == NONE ? (Span){0, 0, 0} : names->label_spans.data[id];
}
