// SPDX-License-Identifier: Apache-2.0
// The table of built-ins, joined from the rows that stand beside the functions' code in fn_*.c. The
// checker, did-you-mean, the reference, the language card and completion all read it from here.
#include "compiler/check/check_names.h"

static const struct {
    const BuiltinRow *rows;
    const u32 *n;
} groups[] = {
    {builtins_solid, &n_builtins_solid},       {builtins_profile, &n_builtins_profile},
    {builtins_path, &n_builtins_path},         {builtins_make, &n_builtins_make},
    {builtins_combine, &n_builtins_combine},   {builtins_place, &n_builtins_place},
    {builtins_instance, &n_builtins_instance}, {builtins_ask, &n_builtins_ask},
    {builtins_relate, &n_builtins_relate},     {builtins_number, &n_builtins_number},
    {builtins_list, &n_builtins_list},
};

u32 builtin_count(void) {
    u32 n = 0;
    for (u32 g = 0; g < COUNT_OF(groups); g++)
        n += *groups[g].n;
    return n;
}

const BuiltinRow *registry_at(u32 i) {
    for (u32 g = 0; g < COUNT_OF(groups); g++) {
        if (i < *groups[g].n)
            return &groups[g].rows[i];
        i -= *groups[g].n;
    }
    return NULL;
}

const Builtin *builtin_at(u32 i) {
    const BuiltinRow *row = registry_at(i);
    return row ? &row->spec : NULL;
}

void registry_init(Eval *ev) {
    strmap_init(&ev->builtins, ev->arena);
    u32 i = 0;
    for (u32 g = 0; g < COUNT_OF(groups); g++)
        for (u32 r = 0; r < *groups[g].n; r++, i++) {
            Str name = str_from(groups[g].rows[r].spec.name);
            if (strmap_find(&ev->builtins, name) == NONE)
                strmap_set(&ev->builtins, name, i);
        }
}

u32 registry_first(const Eval *ev, Str name) {
    return strmap_get(&ev->builtins, name);
}

bool registry_param_is_rest(const BuiltinParam *param) {
    size_t n = strlen(param->type);
    return n > 3 && strcmp(param->type + n - 3, "...") == 0;
}

bool registry_has_param(const BuiltinRow *row, const char *name) {
    for (u32 p = 0; p < row->spec.n_params; p++)
        if (strcmp(row->spec.params[p].name, name) == 0)
            return true;
    return false;
}

static bool fits(const Builtin *b, u32 n_args) {
    u32 least = 0;
    bool has_rest = false;
    for (u32 p = 0; p < b->n_params; p++) {
        has_rest |= registry_param_is_rest(&b->params[p]);
        least += b->params[p].fallback == NULL;
    }
    return n_args >= least && (has_rest || n_args <= b->n_params);
}

const BuiltinRow *registry_find(const Eval *ev, Str name, u32 n_args) {
    u32 first = registry_first(ev, name);
    if (first == NONE)
        return NULL;
    const BuiltinRow *row = registry_at(first);
    if (fits(&row->spec, n_args))
        return row;
    u32 n = builtin_count();
    for (u32 i = first + 1; i < n; i++) {
        const BuiltinRow *other = registry_at(i);
        if (str_equal_z(name, other->spec.name) && fits(&other->spec, n_args))
            return other;
    }
    return row;
}

// ---- signatures ----

static void signature_param(StrBuf *out, const BuiltinParam *param) {
    const char *fallback = param->fallback;
    bool is_absent = fallback && *fallback == '\0';
    if (is_absent)
        strbuf_add_char(out, '[');
    strbuf_add_z(out, param->name);
    if (registry_param_is_rest(param))
        strbuf_add_z(out, ", ...");
    else if (fallback && !is_absent)
        strbuf_addf(out, " = %s", fallback);
    else if (!param->is_bare)
        strbuf_add_z(out, " =");
    if (is_absent)
        strbuf_add_char(out, ']');
}

void registry_write_signature(StrBuf *out, const Builtin *builtin) {
    u32 first = 0;
    if (builtin->is_method && builtin->n_params > 0) {
        strbuf_addf(out, "%s.", builtin->params[0].name);
        first = 1;
    }
    strbuf_addf(out, "%s(", builtin->name);
    for (u32 p = first; p < builtin->n_params; p++) {
        if (p > first)
            strbuf_add_z(out, ", ");
        signature_param(out, &builtin->params[p]);
    }
    strbuf_add_char(out, ')');
}

Str builtin_signature(const Builtin *builtin, Arena *arena) {
    StrBuf buf;
    strbuf_init(&buf, arena->heap);
    registry_write_signature(&buf, builtin);
    Str out = str_copy(arena, strbuf_str(&buf));
    strbuf_finish(&buf);
    return out;
}

Str registry_signature_note(Eval *ev, const BuiltinRow *row) {
    return builtin_signature(&row->spec, ev->arena);
}
