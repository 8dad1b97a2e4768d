// SPDX-License-Identifier: Apache-2.0
// Arguments to parameters. What goes where is a matter of the text alone, so the name pass matches
// every call in the program once and reports what does not fit, in branches never taken too; the
// evaluator matches again in silence and then evaluates. Solids, profiles and placements take their
// arguments by name, but for the subject and the parameters marked bare; number functions and defs
// in order or by name.
#include "compiler/check/check_names.h"

// ---- parameters of built-ins ----

static u32 param_find(const Builtin *b, Str name) {
    for (u32 p = 0; p < b->n_params; p++)
        if (str_equal_z(name, b->params[p].name))
            return p;
    return NONE;
}

// r for d, r_top for d_top, r_end for d_end: where there is no such parameter itself.
static u32 param_find_radius(const Builtin *b, Str name) {
    if (name.len == 0 || name.ptr[0] != 'r' || (name.len > 1 && name.ptr[1] != '_'))
        return NONE;
    for (u32 p = 0; p < b->n_params; p++) {
        Str param = str_from(b->params[p].name);
        if (param.len == name.len && param.ptr[0] == 'd' &&
            memcmp(param.ptr + 1, name.ptr + 1, name.len - 1) == 0)
            return p;
    }
    return NONE;
}

static bool param_is_positional(const Builtin *b, u32 p) {
    return b->params[p].is_bare || (p == 0 && b->is_method);
}

static bool arg_is_positional(const AstArg *arg) {
    return arg->name.text.len == 0;
}

static void note_signature(Eval *ev, Diag *diag, const BuiltinRow *row) {
    diag_note(ev->diags, diag, "%.*s", STR_ARG(registry_signature_note(ev, row)));
}

// ---- faults, one function each ----

static void report_unknown(Eval *ev, const AstNode *call, const BuiltinRow *row, u32 arg,
                           const u32 *arg_of) {
    if (foreign_argument(ev, call, row, arg))
        return;
    const AstArg *a = &call->call.args.items[arg];
    Diag *diag = diag_add(ev->diags, DIAG_E0304, a->name.span, "unknown argument '%.*s' of %s",
                          STR_ARG(a->name.text), row->spec.name);
    note_signature(ev, diag, row);
    const char *known;
    for (u32 nth = 0; (known = foreign_param(a->name.text, nth)) != NULL; nth++) {
        u32 p = param_find(&row->spec, str_from(known));
        if (p == NONE)
            p = param_find_radius(&row->spec, str_from(known));
        if (p == NONE || arg_of[p] != NONE)
            continue;
        diag_help(ev->diags, diag, "write '%s'", known);
        diag_fix(ev->diags, diag, FIX_MACHINE, a->name.span, str_from(known));
        return;
    }
    Suggest suggest;
    suggest_init(&suggest, ev, a->name.text);
    for (u32 p = row->spec.is_method ? 1 : 0; p < row->spec.n_params; p++)
        if (arg_of[p] == NONE)
            suggest_offer(&suggest, str_from(row->spec.params[p].name));
    suggest_finish(&suggest, diag, a->name.span, FIX_MAYBE);
}

static void report_twice(Eval *ev, const AstNode *call, const BuiltinRow *row, u32 p, u32 first,
                         u32 second) {
    const AstArg *a = &call->call.args.items[first], *b = &call->call.args.items[second];
    if (a->name.text.len > 0 && b->name.text.len > 0 && !str_equal(a->name.text, b->name.text)) {
        Diag *diag = diag_add(ev->diags, DIAG_E0308, b->span,
                              "both '%.*s' and '%.*s' of %s: one of them says it all",
                              STR_ARG(a->name.text), STR_ARG(b->name.text), row->spec.name);
        diag_label(ev->diags, diag, a->span, "'%.*s' given here", STR_ARG(a->name.text));
        diag_note(ev->diags, diag, "'%.*s' is a radius, '%s' the diameter, twice as much",
                  STR_ARG(a->name.text.ptr[0] == 'r' ? a->name.text : b->name.text),
                  row->spec.params[p].name);
        diag_help(ev->diags, diag, "take one of them out");
        return;
    }
    Diag *diag = diag_add(ev->diags, DIAG_E0306, b->span, "'%s' of %s is given twice",
                          row->spec.params[p].name, row->spec.name);
    diag_label(ev->diags, diag, a->span, "first given here");
    diag_help(ev->diags, diag, "take one of them out");
}

static void report_missing(Eval *ev, const AstNode *call, const BuiltinRow *row,
                           const ArgMatch *match) {
    const Builtin *b = &row->spec;
    StrBuf names;
    strbuf_init(&names, ev->heap);
    u32 n_missing = 0, n_named = 0, first = 0;
    for (u32 p = 0; p < b->n_params; p++)
        n_missing += b->params[p].fallback == NULL && match->arg_of[p] == NONE && match->rest != p;
    for (u32 p = 0; p < b->n_params; p++) {
        if (b->params[p].fallback != NULL || match->arg_of[p] != NONE || match->rest == p)
            continue;
        strbuf_add_z(&names, n_named == 0 ? "" : n_named + 1 == n_missing ? " and " : ", ");
        strbuf_addf(&names, "'%s'", b->params[p].name);
        first = n_named++ ? first : p;
    }
    Diag *diag = diag_add(ev->diags, DIAG_E0305, call->call.function.span, "%s needs %.*s", b->name,
                          STR_ARG(strbuf_str(&names)));
    strbuf_finish(&names);
    note_signature(ev, diag, row);
    const BuiltinParam *param = &b->params[first];
    diag_help(ev->diags, diag, "%s is %s%s%s", param->name, param->type, param->range ? ", " : "",
              param->range ? param->range : "");
}

// ---- positional arguments that need names ----

// How many numbers the type's vector has; 0: it is none.
static u32 vector_len(const Builtin *b, const char *type) {
    const char *open = strchr(type, '[');
    if (!open)
        return strcmp(type, "vector") != 0 && strcmp(type, "point") != 0 ? 0
               : b->sort == BUILTIN_PROFILE                              ? 2
                                                                         : 3;
    u32 n = 1;
    for (; *open && *open != ']'; open++)
        n += *open == ',';
    return n;
}

static u32 count_positional(const AstArgs *args) {
    u32 n = 0;
    for (u32 i = 0; i < args->len; i++)
        n += arg_is_positional(&args->items[i]);
    return n;
}

// The text of the argument list with before[i] put in front of argument i and after[i] behind it.
static Str args_rewritten(Eval *ev, const AstArgs *args, const char *const *before,
                          const char *const *after) {
    StrBuf out;
    strbuf_init(&out, ev->heap);
    u32 at = args->span.off;
    for (u32 i = 0; i < args->len; i++) {
        Span span = args->items[i].span;
        strbuf_add(&out, source_text(ev->sources, (Span){span.source, at, span.off - at}));
        strbuf_add_z(&out, before[i]);
        strbuf_add(&out, source_text(ev->sources, span));
        strbuf_add_z(&out, after[i]);
        at = span.off + span.len;
    }
    strbuf_add(&out, source_text(ev->sources, (Span){args->span.source, at,
                                                     args->span.off + args->span.len - at}));
    Str text = str_copy(ev->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return text;
}

enum { REWRITE_MAX = 8 };

// box(1, 2, 3), move(1, 2, 3): the numbers make one vector. False: not this case.
static bool rewrite_vector(Eval *ev, const AstNode *call, const Builtin *b, u32 p, Str *out) {
    const AstArgs *args = &call->call.args;
    u32 n = count_positional(args);
    u32 n_wanted = vector_len(b, b->params[p].type);
    bool is_pair = n == 2 && b->sort == BUILTIN_PLACE; // a profile is moved by two
    if (args->len > REWRITE_MAX || n_wanted == 0 || !(n == n_wanted || is_pair || n == 1))
        return false;
    const char *before[REWRITE_MAX], *after[REWRITE_MAX];
    const char *named =
        b->params[p].is_bare ? "" : str_format(ev->arena, "%s = ", b->params[p].name).ptr;
    const AstNode *first = NULL;
    u32 seen = 0;
    for (u32 i = 0; i < args->len; i++) {
        before[i] = after[i] = "";
        if (!arg_is_positional(&args->items[i]))
            continue;
        if (i != seen) // named ones in between: cannot be bracketed together
            return false;
        const AstNode *value = args->items[i].value;
        first = first ? first : value;
        if (n > 1 && value->kind == AST_LIST)
            return false;
        before[i] = seen > 0 ? "" : n > 1 ? str_format(ev->arena, "%s[", named).ptr : named;
        after[i] = ++seen == n && n > 1 ? "]" : "";
    }
    if (n == 1 && first->kind == AST_NUMBER) { // box(5): a cube
        Str text = node_text(ev, first);
        after[0] = n_wanted == 3
                       ? str_format(ev->arena, ", %.*s, %.*s]", STR_ARG(text), STR_ARG(text)).ptr
                       : str_format(ev->arena, ", %.*s]", STR_ARG(text)).ptr;
        before[0] = str_format(ev->arena, "%s[", named).ptr;
    }
    *out = args_rewritten(ev, args, before, after);
    return true;
}

// cylinder(5, 2) -> cylinder(h = 5, d = 2). False: more arguments than there are names for.
static bool rewrite_named(Eval *ev, const AstNode *call, const Builtin *b, const ArgMatch *match,
                          Str *out, bool *has_d) {
    const AstArgs *args = &call->call.args;
    bool all_are_named = b->sort <= BUILTIN_MAKE; // optional ones too
    const char *before[REWRITE_MAX], *after[REWRITE_MAX];
    if (args->len > REWRITE_MAX)
        return false;
    u32 p = 0;
    for (u32 i = 0; i < args->len; i++) {
        before[i] = after[i] = "";
        bool is_placed = !arg_is_positional(&args->items[i]);
        for (u32 q = 0; q < b->n_params; q++)
            is_placed |= match->arg_of[q] == i;
        if (is_placed)
            continue;
        while (p < b->n_params && (match->arg_of[p] != NONE || param_is_positional(b, p) ||
                                   (b->params[p].fallback && !all_are_named)))
            p++;
        if (p == b->n_params)
            return false;
        const char *name = b->params[p++].name;
        // Alone it is the radius in every other language: sphere(5), circle(5).
        if (strcmp(name, "d") == 0 && args->len == 1 &&
            (strcmp(b->name, "sphere") == 0 || strcmp(b->name, "circle") == 0))
            name = "r";
        *has_d |= strcmp(name, "d") == 0;
        before[i] = str_format(ev->arena, "%s = ", name).ptr;
    }
    *out = args_rewritten(ev, args, before, after);
    return true;
}

static u32 first_named_param(const Builtin *b, const ArgMatch *match) {
    for (u32 p = b->is_method ? 1 : 0; p < b->n_params; p++)
        if (match->arg_of[p] == NONE && !param_is_positional(b, p))
            return p;
    return NONE;
}

static void report_positional(Eval *ev, const AstNode *call, const BuiltinRow *row,
                              const ArgMatch *match, u32 stray) {
    const Builtin *b = &row->spec;
    const AstArgs *args = &call->call.args;
    u32 bare = b->is_method ? 1 : 0; // .move(1, 2, 3): the bare vector
    u32 p = first_named_param(b, match);
    Str text = {0};
    bool has_d = false, is_fixed;
    bool is_bare_vector =
        bare < b->n_params && b->params[bare].is_bare && vector_len(b, b->params[bare].type) > 0;
    is_fixed = (is_bare_vector && rewrite_vector(ev, call, b, bare, &text)) ||
               (!is_bare_vector && p != NONE && rewrite_vector(ev, call, b, p, &text)) ||
               rewrite_named(ev, call, b, match, &text, &has_d);
    bool is_surplus = !is_fixed && p == NONE;
    Diag *diag = is_surplus ? diag_add(ev->diags, DIAG_E0309, args->items[stray].span,
                                       "%s takes no further argument", b->name)
                            : diag_add(ev->diags, DIAG_E0307, args->items[stray].span,
                                       is_bare_vector ? "%s takes its numbers as one list"
                                                      : "%s takes this argument by name",
                                       b->name);
    note_signature(ev, diag, row);
    if (is_fixed) {
        diag_help(ev->diags, diag, "write %s%s%.*s", call->call.subject ? "." : "", b->name,
                  STR_ARG(text));
        diag_fix(ev->diags, diag, FIX_MACHINE, args->span, text);
    }
    if (is_surplus)
        diag_help(ev->diags, diag, "take it out");
    if (has_d)
        diag_note(ev->diags, diag, "d is the diameter; r = is the radius");
}

// ---- matching ----

static bool match_named(Eval *ev, const AstNode *call, const BuiltinRow *row, bool report,
                        ArgMatch *out) {
    const AstArgs *args = &call->call.args;
    bool ok = true;
    for (u32 i = 0; i < args->len; i++) {
        Str name = args->items[i].name.text;
        if (name.len == 0)
            continue;
        u32 p = param_find(&row->spec, name);
        u32 radius = p == NONE ? param_find_radius(&row->spec, name) : NONE;
        u32 at = p != NONE ? p : radius;
        if (at != NONE && out->arg_of[at] == NONE) {
            out->arg_of[at] = i;
            out->as_radius |= radius == NONE ? 0 : 1u << at;
            continue;
        }
        ok = false;
        if (report && at != NONE)
            report_twice(ev, call, row, at, out->arg_of[at], i);
    }
    return ok;
}

static void report_unknowns(Eval *ev, const AstNode *call, const BuiltinRow *row,
                            const u32 *arg_of) {
    if (foreign_size(ev, call, row))
        return;
    for (u32 i = 0; i < call->call.args.len; i++) {
        Str name = call->call.args.items[i].name.text;
        if (name.len > 0 && param_find(&row->spec, name) == NONE &&
            param_find_radius(&row->spec, name) == NONE)
            report_unknown(ev, call, row, i, arg_of);
    }
}

static bool report_subject(Eval *ev, const AstNode *call, const BuiltinRow *row) {
    Diag *diag = diag_add(ev->diags, DIAG_E0317, call->call.function.span,
                          "%s stands alone: it is not called on a value", row->spec.name);
    note_signature(ev, diag, row);
    diag_help(ev->diags, diag, "solids are put together with +, - and &");
    return false;
}

// The positional ones, subject first, to the bare parameters in order.
static bool match_positional(Eval *ev, const AstNode *call, const BuiltinRow *row, bool report,
                             ArgMatch *out) {
    const Builtin *b = &row->spec;
    const AstArgs *args = &call->call.args;
    u32 p = 0, position = 0;
    if (call->call.subject) {
        if (b->n_params == 0 || !param_is_positional(b, 0))
            return report ? report_subject(ev, call, row) : false;
        if (registry_param_is_rest(&b->params[0])) {
            out->rest = 0;
            out->n_rest = 1;
        } else {
            out->arg_of[0] = BIND_SUBJECT;
            p = 1;
        }
        position = 1;
    }
    for (u32 i = 0; i < args->len; i++) {
        if (!arg_is_positional(&args->items[i]))
            continue;
        while (p < b->n_params && !param_is_positional(b, p))
            p++;
        if (p == b->n_params) {
            if (report)
                report_positional(ev, call, row, out, i);
            return false;
        }
        if (registry_param_is_rest(&b->params[p])) {
            out->first_rest = out->rest == NONE ? position : out->first_rest;
            out->rest = p;
            out->n_rest++;
        } else if (out->arg_of[p] != NONE) {
            if (report)
                report_twice(ev, call, row, p, MIN(out->arg_of[p], i), MAX(out->arg_of[p], i));
            return false;
        } else {
            out->arg_of[p++] = i;
        }
        position++;
    }
    return true;
}

bool bind_match(Eval *ev, const AstNode *call, const BuiltinRow *row, bool report, ArgMatch *out) {
    *out = (ArgMatch){.rest = NONE};
    for (u32 p = 0; p < BUILTIN_PARAMS_MAX; p++)
        out->arg_of[p] = NONE;
    bool ok = match_named(ev, call, row, report, out);
    ok = match_positional(ev, call, row, report, out) && ok;
    if (!ok) {
        if (report)
            report_unknowns(ev, call, row, out->arg_of);
        return false;
    }
    for (u32 p = 0; p < row->spec.n_params; p++)
        if (row->spec.params[p].fallback == NULL && out->arg_of[p] == NONE && out->rest != p) {
            if (report)
                report_missing(ev, call, row, out);
            return false;
        }
    return true;
}

// ---- defs ----

Str bind_def_signature(Eval *ev, const AstNode *def) {
    StrBuf out;
    strbuf_init(&out, ev->heap);
    strbuf_add(&out, def->def.name.text);
    strbuf_add_char(&out, '(');
    for (u32 i = 0; i < def->def.n_formals; i++) {
        strbuf_add_z(&out, i ? ", " : "");
        strbuf_add(&out, def->def.formals[i].name.text);
        if (def->def.formals[i].value) {
            strbuf_add_z(&out, " = ");
            strbuf_add(&out, node_text(ev, def->def.formals[i].value));
        }
    }
    strbuf_add_char(&out, ')');
    Str text = str_copy(ev->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return text;
}

static u32 formal_find(const AstNode *def, Str name) {
    for (u32 i = 0; i < def->def.n_formals; i++)
        if (str_equal(def->def.formals[i].name.text, name))
            return i;
    return NONE;
}

static void note_def(Eval *ev, Diag *diag, const AstNode *def) {
    diag_label(ev->diags, diag, def->def.name.span, "defined here");
    diag_note(ev->diags, diag, "%.*s", STR_ARG(bind_def_signature(ev, def)));
}

static void report_def_unknown(Eval *ev, const AstArg *arg, const AstNode *def, const u32 *arg_of) {
    Diag *diag = diag_add(ev->diags, DIAG_E0304, arg->name.span, "unknown argument '%.*s' of %.*s",
                          STR_ARG(arg->name.text), STR_ARG(def->def.name.text));
    note_def(ev, diag, def);
    Suggest suggest;
    suggest_init(&suggest, ev, arg->name.text);
    for (u32 i = 0; i < def->def.n_formals; i++)
        if (arg_of[i] == NONE)
            suggest_offer(&suggest, def->def.formals[i].name.text);
    suggest_finish(&suggest, diag, arg->name.span, FIX_MAYBE);
}

static void report_def_twice(Eval *ev, const AstNode *call, const AstNode *def, u32 formal,
                             u32 first, u32 second) {
    Str name = def->def.formals[formal].name.text;
    Diag *diag =
        diag_add(ev->diags, DIAG_E0306, call->call.args.items[second].span,
                 "'%.*s' of %.*s is given twice", STR_ARG(name), STR_ARG(def->def.name.text));
    diag_label(ev->diags, diag,
               first == BIND_SUBJECT ? call->call.subject->span : call->call.args.items[first].span,
               "first given here");
    diag_note(ev->diags, diag, "%.*s", STR_ARG(bind_def_signature(ev, def)));
    diag_help(ev->diags, diag, "take one of them out");
}

static void report_def_surplus(Eval *ev, const AstNode *call, const AstNode *def, u32 arg) {
    u32 n = def->def.n_formals;
    Diag *diag = diag_add(ev->diags, DIAG_E0309, call->call.args.items[arg].span,
                          "%.*s takes %u argument%s, here is one more", STR_ARG(def->def.name.text),
                          n, n == 1 ? "" : "s");
    note_def(ev, diag, def);
    diag_measure(diag, call->call.args.len + (call->call.subject != NULL), n, STR(""));
    diag_help(ev->diags, diag, "take it out, or give %.*s another parameter",
              STR_ARG(def->def.name.text));
}

static void report_def_missing(Eval *ev, const AstNode *call, const AstNode *def, u32 formal) {
    Diag *diag = diag_add(ev->diags, DIAG_E0305, call->call.function.span, "%.*s needs '%.*s'",
                          STR_ARG(def->def.name.text), STR_ARG(def->def.formals[formal].name.text));
    note_def(ev, diag, def);
    diag_help(ev->diags, diag, "add %.*s = ..., or give it a default where %.*s is defined",
              STR_ARG(def->def.formals[formal].name.text), STR_ARG(def->def.name.text));
}

static bool match_def_args(Eval *ev, const AstNode *call, const AstNode *def, bool report,
                           u32 *arg_of) {
    const AstArgs *args = &call->call.args;
    u32 next = 0;
    bool ok = true;
    if (call->call.subject) {
        if (def->def.n_formals == 0) {
            if (report)
                diag_help(ev->diags,
                          diag_add(ev->diags, DIAG_E0309, call->call.subject->span,
                                   "%.*s takes no argument, not even a subject",
                                   STR_ARG(def->def.name.text)),
                          "write %.*s() by itself", STR_ARG(def->def.name.text));
            return false;
        }
        arg_of[next++] = BIND_SUBJECT;
    }
    for (u32 i = 0; i < args->len; i++) {
        bool is_positional = arg_is_positional(&args->items[i]);
        u32 f = is_positional ? next++ : formal_find(def, args->items[i].name.text);
        if (is_positional && f >= def->def.n_formals) {
            if (report)
                report_def_surplus(ev, call, def, i);
            return false;
        }
        if (f == NONE) {
            if (report)
                report_def_unknown(ev, &args->items[i], def, arg_of);
            ok = false;
        } else if (arg_of[f] != NONE) {
            if (report)
                report_def_twice(ev, call, def, f, arg_of[f], i);
            ok = false;
        } else {
            arg_of[f] = i;
        }
    }
    return ok;
}

bool bind_match_def(Eval *ev, const AstNode *call, const AstNode *def, bool report, u32 *arg_of) {
    for (u32 f = 0; f < def->def.n_formals; f++)
        arg_of[f] = NONE;
    if (!match_def_args(ev, call, def, report, arg_of))
        return false;
    for (u32 f = 0; f < def->def.n_formals; f++)
        if (arg_of[f] == NONE && def->def.formals[f].value == NULL) {
            if (report)
                report_def_missing(ev, call, def, f);
            return false;
        }
    return true;
}

// ---- evaluation ----

static bool bind_double(Eval *ev, Value *v, Span span) {
    if (v->kind == VALUE_NUMBER)
        *v = eval_finite(ev, 2 * v->number, v->dim, span);
    return !value_is_bad(*v);
}

// The positional arguments left over, as one list in out->args[rest].
static bool bind_rest(Eval *ev, const AstNode *call, const ArgMatch *match, const Value *subject,
                      const Value *values, BuiltinCall *out) {
    const AstArgs *args = &call->call.args;
    Value *items = value_list_new(ev, match->n_rest, call->span);
    if (!items)
        return false;
    u32 n = 0;
    Span span = call->call.function.span;
    if (subject && match->arg_of[0] != BIND_SUBJECT) {
        items[n++] = *subject;
        span = call->call.subject->span;
    }
    for (u32 i = 0; i < args->len; i++) {
        bool is_rest = arg_is_positional(&args->items[i]);
        for (u32 p = 0; is_rest && p < BUILTIN_PARAMS_MAX; p++)
            is_rest = match->arg_of[p] != i;
        if (!is_rest)
            continue;
        span = n == 0 ? args->items[i].value->span : span_join(span, args->items[i].value->span);
        items[n++] = values[i];
    }
    out->args[match->rest] = value_list(items, n);
    out->spans[match->rest] = span;
    return true;
}

bool bind_builtin(Eval *ev, Scope *scope, const AstNode *call, const BuiltinRow *row,
                  const Value *subject, BuiltinCall *out) {
    ArgMatch match;
    if (!bind_match(ev, call, row, false, &match))
        return false; // the name pass has said why
    const AstArgs *args = &call->call.args;
    *out = (BuiltinCall){.row = row,
                         .scope = scope,
                         .span = call->span,
                         .name = call->call.function.span,
                         .as_radius = match.as_radius};
    for (u32 p = 0; p < BUILTIN_PARAMS_MAX; p++) {
        out->args[p] = value_none();
        out->spans[p] = out->name;
    }
    bool ok = !subject || !value_is_bad(*subject);
    Value few[BUILTIN_PARAMS_MAX],
        *values = args->len <= BUILTIN_PARAMS_MAX ? few : ARENA_NEW(ev->arena, Value, args->len);
    for (u32 i = 0; i < args->len; i++) {
        values[i] = eval_expr(ev, scope, args->items[i].value);
        ok = ok && !value_is_bad(values[i]);
    }
    for (u32 p = 0; ok && p < row->spec.n_params; p++) {
        u32 i = match.arg_of[p];
        if (i == NONE)
            continue;
        out->args[p] = i == BIND_SUBJECT ? *subject : values[i];
        out->spans[p] = i == BIND_SUBJECT ? call->call.subject->span : args->items[i].value->span;
        if (match.as_radius >> p & 1)
            ok = bind_double(ev, &out->args[p], out->spans[p]);
    }
    if (ok && match.rest != NONE)
        ok = bind_rest(ev, call, &match, subject, values, out);
    return ok;
}

bool bind_formals(Eval *ev, Scope *scope, const AstNode *call, const AstNode *def,
                  const Value *subject, Value *values) {
    u32 few[BUILTIN_PARAMS_MAX];
    u32 *arg_of = def->def.n_formals <= BUILTIN_PARAMS_MAX
                      ? few
                      : ARENA_NEW(ev->arena, u32, def->def.n_formals);
    if (!bind_match_def(ev, call, def, false, arg_of))
        return false;
    bool ok = !subject || !value_is_bad(*subject);
    for (u32 f = 0; f < def->def.n_formals; f++)
        values[f] = arg_of[f] == BIND_SUBJECT ? *subject : value_none();
    // In the order written, whatever the order of the formals.
    for (u32 i = 0; i < call->call.args.len; i++) {
        Value v = eval_expr(ev, scope, call->call.args.items[i].value);
        ok = ok && !value_is_bad(v);
        for (u32 f = 0; f < def->def.n_formals; f++)
            if (arg_of[f] == i)
                values[f] = v;
    }
    return ok;
}
