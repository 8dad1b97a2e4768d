// SPDX-License-Identifier: Apache-2.0
// Scopes: which value a name has. Bindings of all open scopes lie on one stack, innermost last; a
// scope is a window on it. Functions are no values, so a scope never outlives its block and the
// stack simply shrinks when it is left. Up to a handful of names are compared one by one, more are
// hashed.
#include "compiler/check/check_internal.h"

#include <assert.h>

enum { SCOPE_LINEAR_MAX = 8 };

void scope_enter(Eval *ev, Scope *scope, Scope *parent, Body *body) {
    *scope = (Scope){
        .parent = parent, .body = body, .first = ev->bindings.len, .first_def = ev->defs.len};
}

void scope_leave(Eval *ev, Scope *scope) {
    assert(ev->bindings.len == scope->first + scope->n);
    ev->bindings.len = scope->first;
    ev->defs.len = scope->first_def;
}

static const Binding *find_here(Eval *ev, const Scope *scope, Str name) {
    if (scope->names != NULL) {
        u32 i = strmap_get(scope->names, name);
        return i == NONE ? NULL : &ev->bindings.data[scope->first + i];
    }
    for (u32 i = 0; i < scope->n; i++)
        if (str_equal(ev->bindings.data[scope->first + i].name, name))
            return &ev->bindings.data[scope->first + i];
    return NULL;
}

void scope_bind(Eval *ev, Scope *scope, AstName name, Value value) {
    if (find_here(ev, scope, name.text) != NULL)
        return;
    assert(ev->bindings.len == scope->first + scope->n);
    avec_push(ev->arena, &ev->bindings, (Binding){name.text, value, name.span});
    scope->n++;
    if (scope->names != NULL) {
        strmap_set(scope->names, name.text, scope->n - 1);
    } else if (scope->n > SCOPE_LINEAR_MAX) {
        scope->names = ARENA_NEW(ev->arena, StrMap, 1);
        strmap_init(scope->names, ev->arena);
        for (u32 i = 0; i < scope->n; i++)
            strmap_set(scope->names, ev->bindings.data[scope->first + i].name, i);
    }
}

const Binding *scope_find(Eval *ev, const Scope *scope, Str name) {
    for (; scope != NULL; scope = scope->parent) {
        const Binding *binding = find_here(ev, scope, name);
        if (binding != NULL)
            return binding;
    }
    return NULL;
}

static const Def *find_def_here(Eval *ev, const Scope *scope, Str name) {
    if (scope->defs != NULL) {
        u32 i = strmap_get(scope->defs, name);
        return i == NONE ? NULL : &ev->defs.data[scope->first_def + i];
    }
    for (u32 i = 0; i < scope->n_defs; i++)
        if (str_equal(ev->defs.data[scope->first_def + i].name, name))
            return &ev->defs.data[scope->first_def + i];
    return NULL;
}

void scope_add_def(Eval *ev, Scope *scope, const AstNode *node) {
    if (find_def_here(ev, scope, node->def.name.text) != NULL)
        return;
    assert(ev->defs.len == scope->first_def + scope->n_defs);
    avec_push(ev->arena, &ev->defs, (Def){node->def.name.text, node, scope});
    scope->n_defs++;
    if (scope->defs != NULL) {
        strmap_set(scope->defs, node->def.name.text, scope->n_defs - 1);
    } else if (scope->n_defs > SCOPE_LINEAR_MAX) {
        scope->defs = ARENA_NEW(ev->arena, StrMap, 1);
        strmap_init(scope->defs, ev->arena);
        for (u32 i = 0; i < scope->n_defs; i++)
            strmap_set(scope->defs, ev->defs.data[scope->first_def + i].name, i);
    }
}

const Def *scope_find_def(Eval *ev, const Scope *scope, Str name) {
    for (; scope != NULL; scope = scope->parent) {
        const Def *def = find_def_here(ev, scope, name);
        if (def != NULL)
            return def;
    }
    return NULL;
}
