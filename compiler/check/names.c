// SPDX-License-Identifier: Apache-2.0
// The name pass: everything about names that can be known without running the program, in branches
// never taken too. One walk over the tree with a symbol table: every name has a stack of its
// bindings, innermost on top; a binding is pending from the start of its body to the statement that
// makes it, so that a use above that statement can be told from a name that nobody binds. Defs are
// seen in the whole body that holds them; a def's body may use what is bound around it later, if it
// is called later still (the evaluator sees to that).
//
// A fault is told where it is made and its consequences are not: an unknown name is reported at its
// first use, and after syntax errors a name is let pass that a lost statement may have bound.
#include "compiler/check/names_internal.h"

#include "lang/lex.h"

static void visit(Names *names, const AstNode *node);
static void visit_block(Names *names, AstList statements);

// ---- names ----

static void visit_name(Names *names, const AstNode *node) {
    Eval *ev = names->ev;
    Str name = node->name.text;
    u32 pending, at = names_find_value(names, name, &pending);
    if (name.len == 0) // made by the parser's recovery
        return;
    if (at != NONE) {
        names->entries.data[at].is_used = true;
        return;
    }
    if (pending == NONE &&
        (predefined_has(name) || names_is_torn(names, (AstName){name, node->span})))
        return;
    // material red { color = red }: what is being bound is not bound yet, so the word from outside
    // is meant
    if (pending != NONE && node->span.off > names->entries.data[pending].span.off &&
        predefined_has(name))
        return;
    ev->n_name_errors++;
    if (pending != NONE) {
        names->entries.data[pending].is_used = true;
        Diag *diag = diag_add(ev->diags, DIAG_E0311, node->span,
                              "'%.*s' is used before it is bound", STR_ARG(name));
        diag_label(ev->diags, diag, names->entries.data[pending].span, "bound here");
        diag_help(ev->diags, diag, "move the line that binds it above this one");
        return;
    }
    u32 def = names_find_def(names, name);
    u32 row = registry_first(ev, name);
    if (def != NONE || row != NONE)
        names_report_function(names, node, def == NONE ? registry_at(row) : NULL, def);
    else if (!foreign_name(ev, node))
        names_report_name(names, node);
}

// ---- references to parts ----

static bool is_side(Str word) {
    static const char *const sides[] = {"left", "right", "front", "back", "top", "bottom"};
    for (u32 i = 0; i < COUNT_OF(sides); i++)
        if (str_equal_z(word, sides[i]))
            return true;
    return false;
}

static void visit_ref(Names *names, const AstNode *node) {
    for (u32 s = 0; s < node->ref.n_steps; s++) {
        const AstRefStep *step = &node->ref.steps[s];
        if (step->label.text.len > 0 && strmap_find(&names->ev->labels, step->label.text) == NONE &&
            !names_is_torn(names, step->label)) {
            names->ev->n_name_errors++;
            names_report_label(names, node, step);
        }
        for (u32 i = 0; i < step->n_indices; i++)
            if (step->indices[i]->kind != AST_NAME || !is_side(step->indices[i]->name.text))
                visit(names, step->indices[i]);
    }
}

// cq.Workplane("XY").box(1, 2, 3): reported once, at its root.
static bool is_foreign_chain(const Names *names, const AstNode *subject) {
    while (subject && (subject->kind == AST_CALL || subject->kind == AST_MEMBER)) {
        if (subject->kind == AST_CALL && !subject->call.subject)
            return foreign_is_dead_end(subject->call.function.text) &&
                   names_find_def(names, subject->call.function.text) == NONE;
        subject = subject->kind == AST_CALL ? subject->call.subject : subject->member.subject;
    }
    u32 pending;
    return subject && subject->kind == AST_NAME && foreign_is_module(subject->name.text) &&
           names_find_value(names, subject->name.text, &pending) == NONE;
}

// ---- members ----

static bool is_module_use(Names *names, const AstNode *node, const AstNode *subject) {
    u32 pending;
    return subject && subject->kind == AST_NAME && foreign_is_module(subject->name.text) &&
           names_find_value(names, subject->name.text, &pending) == NONE && pending == NONE &&
           foreign_module(names->ev, node);
}

static void visit_member(Names *names, const AstNode *node) {
    const AstNode *subject = node->member.subject;
    if (is_module_use(names, node, subject)) {
        names->ev->n_name_errors++;
        return;
    }
    visit(names, subject);
    Str name = node->member.name.text;
    if (name.len > 0 && !is_foreign_chain(names, subject) && !names_is_member(name) &&
        strmap_find(&names->marks, name) == NONE && !names_is_torn(names, node->member.name))
        names_report_member(names, node);
}

// ---- calls ----

static bool has_bad_argument(const AstArgs *args) {
    for (u32 i = 0; i < args->len; i++)
        if (args->items[i].value->kind == AST_BAD)
            return true;
    return false;
}

// What the call means, or what is wrong with it.
static void check_call(Names *names, const AstNode *node) {
    Eval *ev = names->ev;
    AstName name = node->call.function;
    if (name.text.len == 0 || has_bad_argument(&node->call.args))
        return;
    u32 n_errors = ev->diags->n_errors;
    u32 def = names_find_def(names, name.text);
    if (def != NONE) {
        NameEntry *entry = &names->entries.data[def];
        entry->is_used = true;
        u32 n = entry->node->def.n_formals, few[BUILTIN_PARAMS_MAX];
        bind_match_def(ev, node, entry->node, true,
                       n <= BUILTIN_PARAMS_MAX ? few : ARENA_NEW(ev->arena, u32, n));
    } else if (registry_first(ev, name.text) != NONE) {
        const BuiltinRow *row =
            registry_find(ev, name.text, node->call.args.len + (node->call.subject != NULL));
        ArgMatch match;
        if (!foreign_rotation(ev, node) && bind_match(ev, node, row, true, &match))
            foreign_axis(ev, node, row, &match);
    } else if (!names_is_torn(names, name) && !foreign_call(ev, node)) {
        names_report_call(names, node);
    }
    ev->n_name_errors += ev->diags->n_errors - n_errors;
}

static void visit_call(Names *names, const AstNode *node) {
    const AstNode *subject = node->call.subject;
    bool is_module = is_module_use(names, node, subject);
    bool wants_material = names->wants_material;
    if (is_module)
        names->ev->n_name_errors++;
    else if (subject)
        visit(names, subject);
    if (!is_module && !is_foreign_chain(names, subject))
        check_call(names, node);
    names->wants_material = str_equal_z(node->call.function.text, "paint");
    for (u32 i = 0; i < node->call.args.len; i++)
        visit(names, node->call.args.items[i].value);
    names->wants_material = wants_material;
}

// ---- expressions ----

static void visit_list(Names *names, AstList list) {
    for (u32 i = 0; i < list.len; i++)
        visit(names, list.items[i]);
}

static void declare_binder(Names *names, const AstBinder *binder) {
    for (u32 i = 0; i < binder->n_names; i++)
        names_declare(names, binder->names[i], NAME_LOOP, NULL, true);
}

static void visit_comprehension(Names *names, const AstNode *node) {
    ScopeMark outer = names_open(names);
    for (u32 i = 0; i < node->comprehension.n_binders; i++) {
        visit(names, node->comprehension.binders[i].list);
        names_open(names);
        declare_binder(names, &node->comprehension.binders[i]);
    }
    if (node->comprehension.condition)
        visit(names, node->comprehension.condition);
    visit(names, node->comprehension.value);
    names_close(names, outer);
}

static void visit_body(Names *names, AstList body) {
    ScopeMark outer = names_open(names);
    visit_block(names, body);
    names_close(names, outer);
}

static void visit_part(Names *names, const AstNode *node) {
    if (node->part.material) {
        names->wants_material = true;
        visit(names, node->part.material);
        names->wants_material = false;
    }
    visit_body(names, node->part.body);
}

static void visit_optional(Names *names, const AstNode *node) {
    if (node)
        visit(names, node);
}

// ---- statements ----

static void visit_def(Names *names, const AstNode *node) {
    ScopeMark outer = names_open(names);
    names->def_level++;
    for (u32 i = 0; i < node->def.n_formals; i++) {
        visit_optional(names, node->def.formals[i].value);
        names_declare(names, node->def.formals[i].name, NAME_FORMAL, NULL, true);
    }
    if (node->def.value)
        visit(names, node->def.value);
    else
        visit_block(names, node->def.body);
    names->def_level--;
    names_close(names, outer);
}

static void visit_for(Names *names, const AstNode *node) {
    ScopeMark outer = names_open(names);
    for (u32 i = 0; i < node->for_.n_binders; i++) {
        visit(names, node->for_.binders[i].list);
        names_open(names);
        declare_binder(names, &node->for_.binders[i]);
    }
    names_open(names);
    visit_block(names, node->for_.body);
    names_close(names, outer);
}

static void visit_material(Names *names, const AstNode *node) {
    Eval *ev = names->ev;
    const AstArgs *fields = &node->material.fields;
    for (u32 i = 0; i < fields->len; i++) {
        const AstArg *field = &fields->items[i];
        names->wants_material =
            str_equal_z(field->name.text, "color") || str_equal_z(field->name.text, "emission");
        visit(names, field->value);
        names->wants_material = false;
        if (field->name.text.len > 0)
            ev->n_name_errors += !foreign_field_check(ev, node, i);
    }
    names_declare(names, node->material.name, NAME_MATERIAL, node, true);
}

static void visit_units(Names *names, const AstNode *node) {
    Eval *ev = names->ev;
    AstName unit = node->units.unit;
    Dim dim;
    f64 factor;
    if (unit.text.len == 0 || (unit_find(unit.text, &dim, &factor) && dim_equal(dim, DIM_LENGTH)))
        return;
    ev->n_name_errors++;
    Diag *diag = diag_add(ev->diags, DIAG_E0403, unit.span, "'%.*s' is no unit of length",
                          STR_ARG(unit.text));
    Str meant = lex_unit_meant(unit.text);
    if (unit_find(meant, &dim, &factor) && dim_equal(dim, DIM_LENGTH)) {
        diag_help(ev->diags, diag, "write 'units %.*s'", STR_ARG(meant));
        diag_fix(ev->diags, diag, FIX_MACHINE, unit.span, meant);
    } else {
        diag_help(ev->diags, diag, "the units are mm cm m in ft");
    }
}

static void visit_param(Names *names, const AstNode *node) {
    visit(names, node->param.value);
    visit_optional(names, node->param.range);
    visit_optional(names, node->param.step);
    names_declare(names, node->param.name, NAME_PARAM, node, true);
}

static void report_def_name(Names *names, const AstNode *node) {
    Eval *ev = names->ev;
    AstName name = node->def.name;
    u32 row = registry_first(ev, name.text);
    if (row == NONE)
        return;
    ev->n_name_errors++;
    Diag *diag = diag_add(ev->diags, DIAG_E0313, name.span, "'%.*s' is a built-in function",
                          STR_ARG(name.text));
    diag_note(ev->diags, diag, "%.*s", STR_ARG(registry_signature_note(ev, registry_at(row))));
    diag_help(ev->diags, diag, "give the def another name: my_%.*s", STR_ARG(name.text));
}

// What the statements of a body bind, pending; its defs at once.
static void declare_block(Names *names, AstList statements) {
    for (u32 i = 0; i < statements.len; i++) {
        const AstNode *node = statements.items[i];
        if (node->kind == AST_LET)
            names_declare(names, node->let.name, NAME_LET, node, false);
        else if (node->kind == AST_PARAM)
            names_declare(names, node->param.name, NAME_PARAM, node, false);
        else if (node->kind == AST_MATERIAL)
            names_declare(names, node->material.name, NAME_MATERIAL, node, false);
        else if (node->kind == AST_DEF)
            names_declare(names, node->def.name, NAME_DEF, node, false);
    }
}

static void visit_block(Names *names, AstList statements) {
    bool wants_material = names->wants_material;
    names->wants_material = false;
    declare_block(names, statements);
    visit_list(names, statements);
    names->wants_material = wants_material;
}

static void visit(Names *names, const AstNode *node) {
    switch (node->kind) {
    case AST_BAD:
    case AST_NUMBER:
    case AST_TEXT:
    case AST_BOOL:
    case AST_COLOR:
    case AST_OBJECT:
        return;
    case AST_TEMPLATE:
        visit_list(names, node->template_.parts);
        return;
    case AST_NAME:
        visit_name(names, node);
        return;
    case AST_REF:
        visit_ref(names, node);
        return;
    case AST_LIST:
        visit_list(names, node->list.items);
        return;
    case AST_COMPREHENSION:
        visit_comprehension(names, node);
        return;
    case AST_UNARY:
        visit(names, node->unary.operand);
        return;
    case AST_BINARY:
        visit(names, node->binary.left);
        visit(names, node->binary.right);
        return;
    case AST_TERNARY:
        visit(names, node->ternary.condition);
        visit(names, node->ternary.yes);
        visit(names, node->ternary.no);
        return;
    case AST_RANGE:
        visit(names, node->range.low);
        visit(names, node->range.high);
        return;
    case AST_CALL:
        visit_call(names, node);
        return;
    case AST_MEMBER:
        visit_member(names, node);
        return;
    case AST_INDEX:
        visit(names, node->index.subject);
        visit(names, node->index.index);
        return;
    case AST_SLICE:
        visit(names, node->slice.subject);
        visit_optional(names, node->slice.first);
        visit_optional(names, node->slice.last);
        return;
    case AST_PART:
        visit_part(names, node);
        return;
    case AST_GROUP:
        visit_body(names, node->group.body);
        return;
    case AST_UNITS:
        visit_units(names, node);
        return;
    case AST_PARAM:
        visit_param(names, node);
        return;
    case AST_MATERIAL:
        visit_material(names, node);
        return;
    case AST_CANVAS:
        visit(names, node->canvas.value);
        return;
    case AST_TOLERANCE:
        visit(names, node->tolerance.value);
        return;
    case AST_LET:
        visit(names, node->let.value);
        names_declare(names, node->let.name, NAME_LET, node, true);
        return;
    case AST_DEF:
        report_def_name(names, node);
        visit_def(names, node);
        return;
    case AST_MARK:
        visit(names, node->mark.value);
        return;
    case AST_CUT:
        visit_list(names, node->cut.refs);
        visit_body(names, node->cut.body);
        return;
    case AST_FOR:
        visit_for(names, node);
        return;
    case AST_IF:
        visit(names, node->if_.condition);
        visit_body(names, node->if_.yes);
        if (node->if_.has_no)
            visit_body(names, node->if_.no);
        return;
    case AST_EXPECT:
        visit(names, node->expect.condition);
        visit_optional(names, node->expect.message);
        return;
    case AST_ALLOW:
        for (u32 i = 0; i < node->allow.args.len; i++)
            visit(names, node->allow.args.items[i].value);
        return;
    case AST_PLACE:
        visit(names, node->place.value);
        return;
    }
}

// ---- front door ----

void names_check(Eval *ev) {
    Names *names = ARENA_NEW(ev->arena, Names, 1);
    names->ev = ev;
    ev->names = names;
    strmap_init(&names->ids, ev->arena);
    strmap_init(&names->marks, ev->arena);
    strmap_init(&names->torn, ev->arena);
    strmap_init(&ev->labels, ev->arena);
    strmap_init(&ev->predefined, ev->arena);
    names->is_torn = ev->diags->n_errors > 0;
    names->n_torn_diags = ev->diags->len;
    if (names->is_torn)
        names_collect_torn(ev->sources->items[ev->ast->source].text, &names->torn);
    names_collect(ev, &names->label_spans, &names->marks);
    visit_block(names, ev->ast->statements);
}

bool names_has_member(const Eval *ev, Str name) {
    const Names *names = ev->names;
    return names_is_member(name) || strmap_find(&names->marks, name) != NONE;
}

Span names_label_span(const Eval *ev, Str label) {
    return names_span_of_label(ev->names, label);
}

static void report_unused(Eval *ev, const NameEntry *entry) {
    static const DiagCode codes[] = {DIAG_W0902, DIAG_W0901, DIAG_W0904, DIAG_W0903};
    Diag *diag = diag_add(ev->diags, codes[entry->kind], entry->span, "%s '%.*s' is never used",
                          names_kind_text(entry->kind), STR_ARG(entry->name));
    const AstNode *value = entry->kind == NAME_LET ? entry->node->let.value : NULL;
    bool is_placed = value && (value->kind == AST_PART || value->kind == AST_GROUP);
    if (is_placed || (value && value->kind == AST_CALL && names_makes_solid(ev, value)))
        diag_help(ev->diags, diag,
                  "a let places nothing: write '%.*s' on a line of its own where it belongs",
                  STR_ARG(entry->name));
    else
        diag_help(ev->diags, diag, "use it, or take the line out");
}

void names_check_unused(Eval *ev) {
    const Names *names = ev->names;
    if (ev->diags->n_errors > 0) // first things first; and what was lost may have used it
        return;
    for (u32 i = 0; i < names->entries.len; i++) {
        const NameEntry *entry = &names->entries.data[i];
        if (!entry->is_used && entry->kind <= NAME_DEF && entry->name.ptr[0] != '_')
            report_unused(ev, entry);
    }
}
