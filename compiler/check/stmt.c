// SPDX-License-Identifier: Apache-2.0
// Statements, and the bodies they stand in: parts, groups, defs and the file itself. A body
// collects what its statements place: geometry of its own, and instances of parts in pre-order.
// When it ends, its expects are checked and all becomes one solid. `if` and `for` open scopes for
// names, but no bodies: what they place belongs to the body around them.
#include "compiler/check/eval_internal.h"

void body_init(Eval *ev, Body *body, Body *outer, Str label) {
    (void)ev;
    *body = (Body){.outer = outer,
                   .level = outer == NULL ? 0 : outer->level + 1,
                   .label = label,
                   .outside.level = NONE};
}

static void body_fail(Eval *ev, Body *body) {
    body->failed = true;
    ev->failed = true;
}

// ---- placing ----

void outer_join(Outer *into, Outer other) {
    if (other.level == NONE)
        return;
    if (into->level == NONE) {
        *into = other;
        return;
    }
    into->axes |= other.axes;
    into->from_body = into->from_body || other.from_body;
    if (other.level < into->level) {
        into->level = other.level;
        into->label = other.label;
        into->span = other.span;
    }
}

void body_place(Eval *ev, Body *body, const Solid *solid, Span span) {
    if (body->parts.len + (u64)solid->n_parts > ev->options->limits.instances) {
        eval_stop(ev, DIAG_E0533, span, "too many parts", ev->options->limits.instances,
                  "--max-instances");
        return;
    }
    if (!eval_charge(ev, solid->n_parts, span))
        return;
    if (solid->solid != NONE)
        avec_push(ev->arena, &body->solids, solid->solid);
    if (body->parts.cap == 0 &&
        solid->n_parts > 0) { // the first is often the only one: no room to spare
        body->parts.data = ARENA_NEW(ev->arena, Instance, solid->n_parts);
        body->parts.cap = solid->n_parts;
    }
    for (u32 i = 0; i < solid->n_parts; i++) {
        Instance instance = solid->parts[i];
        if (instance.up > i)
            instance.up = 0; // its parent is not part of this solid
        avec_push(ev->arena, &body->parts, instance);
    }
    for (u32 i = 0; i < solid->n_marks; i++)
        avec_push(ev->arena, &body->marks, solid->marks[i]);
    outer_join(&body->outside, solid->outer);
}

static NOINLINE void place_run(Eval *ev, Scope *scope, const AstNode *node) {
    Value v = eval_expr(ev, scope, node->place.value);
    const Solid *solid;
    Place place = {node->span, "a statement", STR("")};
    Value leaf = v;
    while (leaf.kind == VALUE_LIST && leaf.list.len > 0)
        leaf = leaf.list.items[0];
    if (leaf.kind == VALUE_NUMBER || leaf.kind == VALUE_BOOL || leaf.kind == VALUE_TEXT) {
        Diag *d = diag_add(ev->diags, DIAG_E0402, node->span,
                           "%.*s is no statement: only solids can be placed",
                           STR_ARG(value_describe(ev, v)));
        diag_key(ev->diags, d, "%s as a statement", value_kind_name(v.kind));
        diag_help(ev->diags, d, "name it with `let`, or test it with `expect`");
        body_fail(ev, scope->body);
    } else if (value_to_solid(ev, v, place, &solid)) {
        body_place(ev, scope->body, solid, node->span);
    } else {
        body_fail(ev, scope->body);
    }
}

// ---- statements ----

static NOINLINE void mark_run(Eval *ev, Scope *scope, const AstNode *node) {
    Vec3 point;
    Value v = eval_expr(ev, scope, node->mark.value);
    if (value_to_point(ev, v, (Place){node->mark.value->span, "a mark", STR("")}, &point))
        avec_push(ev->arena, &scope->body->marks, (SolidMark){node->mark.name.text, point});
    else
        body_fail(ev, scope->body);
}

// The tool may be made of parts; it is their geometry that cuts.
static NOINLINE bool cut_tool(Eval *ev, Scope *scope, const AstNode *node, IrId *tool) {
    Body body;
    body_init(ev, &body, scope->body, STR(""));
    Scope inner;
    scope_enter(ev, &inner, scope, &body);
    Value v = body_run(ev, &inner, node->cut.body, node->span);
    scope_leave(ev, &inner);
    if (v.kind != VALUE_SOLID)
        return false;
    *tool = solid_whole(ev, v.solid, node->span);
    if (*tool != NONE)
        return true;
    Diag *d = diag_add(ev->diags, DIAG_E0642, node->span,
                       "the body of this cut is empty: it takes nothing away");
    diag_help(ev->diags, d, "put the solid to take away between the braces");
    return false;
}

static bool cut_selected(Eval *ev, const Selection *s, IrId tool, Span span) {
    Body *body = s->body;
    if (body->is_shared) { // values made earlier keep what they saw
        Instance *copy = instances_new(ev, body->parts.len, span);
        if (copy == NULL)
            return false;
        memcpy(copy, body->parts.data, body->parts.len * sizeof *copy);
        body->parts.data = copy;
        body->parts.cap = body->parts.len;
        body->is_shared = false;
    }
    for (u32 i = 0; i < s->n; i++)
        instances_cut(ev, &body->parts.data[s->parts[i]], body->parts.data[s->parts[i]].size, tool,
                      span);
    return true;
}

static NOINLINE void cut_run(Eval *ev, Scope *scope, const AstNode *node) {
    IrId tool = NONE;
    bool ok = cut_tool(ev, scope, node, &tool);
    for (u32 i = 0; i < node->cut.refs.len; i++) {
        Selection s;
        if (node->cut.refs.items[i]->kind != AST_REF ||
            !ref_select(ev, scope, node->cut.refs.items[i], &s))
            ok = false;
        else if (ok)
            ok = cut_selected(ev, &s, tool, node->span);
    }
    if (!ok)
        body_fail(ev, scope->body);
}

static NOINLINE void for_run(Eval *ev, Scope *scope, const AstNode *node, u32 level) {
    Scope inner;
    if (level == node->for_.n_binders) {
        scope_enter(ev, &inner, scope, scope->body);
        block_run(ev, &inner, node->for_.body);
        scope_leave(ev, &inner);
        return;
    }
    const AstBinder *binder = &node->for_.binders[level];
    ValueList list;
    if (!loop_list(ev, scope, binder, &list)) {
        body_fail(ev, scope->body);
        return;
    }
    for (u32 i = 0; i < list.len && !ev->stopped; i++) {
        scope_enter(ev, &inner, scope, scope->body);
        bool ok = loop_bind(ev, &inner, binder, list.items[i]);
        if (ok)
            for_run(ev, &inner, node, level + 1);
        scope_leave(ev, &inner);
        if (!ok) {
            body_fail(ev, scope->body);
            return;
        }
    }
}

static NOINLINE void if_run(Eval *ev, Scope *scope, const AstNode *node) {
    Value c = eval_expr(ev, scope, node->if_.condition);
    bool flag;
    if (!value_to_bool(ev, c, (Place){node->if_.condition->span, "the condition", STR("if")},
                       &flag)) {
        body_fail(ev, scope->body);
        return;
    }
    if (!flag && !node->if_.has_no)
        return;
    Scope inner;
    scope_enter(ev, &inner, scope, scope->body);
    block_run(ev, &inner, flag ? node->if_.yes : node->if_.no);
    scope_leave(ev, &inner);
}

// An expect inside if or for is checked when those blocks are long gone: it takes their names
// along.
static NOINLINE void expect_defer(Eval *ev, Scope *scope, const AstNode *node) {
    Deferred late = {.node = node};
    const Scope *end = scope->body->scope;
    u32 n = 0, n_defs = 0;
    for (const Scope *s = scope; s != NULL && s != end; s = s->parent) {
        n += s->n;
        n_defs += s->n_defs;
    }
    Binding *bindings = ARENA_NEW(ev->arena, Binding, n + 1);
    Def *defs = ARENA_NEW(ev->arena, Def, n_defs + 1);
    late.bindings = bindings;
    late.defs = defs;
    for (const Scope *s = scope; s != NULL && s != end; s = s->parent) {
        for (u32 i = 0; i < s->n; i++)
            bindings[late.n_bindings++] = ev->bindings.data[s->first + i];
        for (u32 i = 0; i < s->n_defs; i++)
            defs[late.n_defs++] = ev->defs.data[s->first_def + i];
    }
    eval_charge(ev, n + n_defs, node->span);
    avec_push(ev->arena, &scope->body->expects, late);
}

static void expects_run(Eval *ev, Scope *scope) {
    Body *body = scope->body;
    for (u32 k = 0; k < body->expects.len && !ev->stopped && !ev->failed; k++) {
        const Deferred *late = &body->expects.data[k];
        Scope inner;
        scope_enter(ev, &inner, scope, body);
        for (u32 i = 0; i < late->n_defs; i++)
            scope_add_def(ev, &inner, late->defs[i].node);
        for (u32 i = 0; i < late->n_bindings; i++)
            scope_bind(ev, &inner, (AstName){late->bindings[i].name, late->bindings[i].span},
                       late->bindings[i].value);
        expect_check(ev, &inner, late->node);
        scope_leave(ev, &inner);
    }
}

static NOINLINE void let_run(Eval *ev, Scope *scope, const AstNode *node) {
    Value v = eval_expr(ev, scope, node->let.value);
    scope_bind(ev, scope, node->let.name, v);
}

// Statements about the object as a whole stand in the file, outside all braces.
static bool at_file_level(Eval *ev, const Scope *scope, const AstNode *node) {
    if (scope->parent == NULL)
        return true;
    Diag *d = diag_add(ev->diags, DIAG_E0336, node->span, "`%s` belongs outside all braces",
                       ast_kind_name(node->kind));
    diag_help(ev->diags, d, "move this line to the top of the file");
    return false;
}

static NOINLINE void canvas_run(Eval *ev, Scope *scope, const AstNode *node) {
    Vec3 size;
    Value v = eval_expr(ev, scope, node->canvas.value);
    if (!value_to_point(ev, v, (Place){node->canvas.value->span, "canvas", STR("")}, &size))
        return;
    f64 least = fmin(size.x, fmin(size.y, size.z)), most = fmax(size.x, fmax(size.y, size.z));
    if (!(least > 0)) {
        Diag *d = diag_add(ev->diags, DIAG_E0640, node->canvas.value->span,
                           "%.*s is no size: canvas must be above 0 on each axis",
                           STR_ARG(value_show(ev, v)));
        diag_help(ev->diags, d, "give the overall width, depth and height: `canvas [45, 50, 90]`");
        return;
    }
    ev->scene->has_canvas = true;
    ev->scene->canvas = size;
    ev->scene->canvas_span = node->span;
    if (ev->geometry != NULL && ev->geometry->scale != NULL)
        ev->geometry->scale(ev->geometry->ctx, most);
}

static NOINLINE void tolerance_run(Eval *ev, Scope *scope, const AstNode *node) {
    f64 chord;
    Value v = eval_expr(ev, scope, node->tolerance.value);
    if (!value_to_length(ev, v, (Place){node->tolerance.value->span, "tolerance", STR("")}, &chord))
        return;
    if (chord < 1e-4 || chord > 1e4) {
        Diag *d = diag_add(ev->diags, DIAG_E0640, node->tolerance.value->span,
                           "%.*s is no tolerance: it must be from 0.0001 mm to 10000 mm",
                           STR_ARG(value_show(ev, v)));
        diag_measure(d, chord, chord < 1e-4 ? 1e-4 : 1e4, STR("mm"));
        diag_help(ev->diags, d, "leave the line out to have it chosen from `canvas`, or from each radius");
        return;
    }
    ev->scene->tolerance = chord;
    if (ev->geometry != NULL && ev->geometry->tolerance != NULL)
        ev->geometry->tolerance(ev->geometry->ctx, chord);
}

static Str ref_path(Eval *ev, const AstNode *ref) {
    StrBuf buf;
    strbuf_init(&buf, ev->heap);
    for (u32 i = 0; i < ref->ref.n_steps; i++) {
        if (i > 0)
            strbuf_add_char(&buf, '/');
        strbuf_add(&buf, ref->ref.steps[i].label.text);
    }
    Str path = str_copy(ev->arena, strbuf_str(&buf));
    strbuf_finish(&buf);
    return path;
}

static NOINLINE void allow_run(Eval *ev, const AstNode *node) {
    bool is_overlap = str_equal_z(node->allow.what.text, "overlap");
    const AstArgs *args = &node->allow.args;
    u32 max = is_overlap ? 2 : 1;
    if (!is_overlap && !str_equal_z(node->allow.what.text, "floating")) {
        Diag *d = diag_add(ev->diags, DIAG_E0337, node->allow.what.span,
                           "nothing called '%.*s' can be allowed", STR_ARG(node->allow.what.text));
        diag_help(ev->diags, d,
                  "write `allow floating(@a) \"why\"` or `allow overlap(@a, @b) \"why\"`");
        return;
    }
    bool ok = args->len >= 1 && args->len <= max;
    for (u32 i = 0; ok && i < args->len; i++)
        ok = args->items[i].name.text.len == 0 && args->items[i].value->kind == AST_REF;
    if (!ok) {
        Diag *d =
            diag_add(ev->diags, DIAG_E0337, args->span, "allow %.*s takes %s",
                     STR_ARG(node->allow.what.text), is_overlap ? "one or two parts" : "one part");
        diag_help(ev->diags, d, "write `allow %.*s(@label%s) \"why\"`",
                  STR_ARG(node->allow.what.text), is_overlap ? ", @other" : "");
        return;
    }
    SceneAllow allow = {.is_overlap = is_overlap, .reason = node->allow.reason, .span = node->span};
    allow.a = ref_path(ev, args->items[0].value);
    if (args->len == 2)
        allow.b = ref_path(ev, args->items[1].value);
    avec_push(ev->arena, &ev->allows, allow);
}

static void statement_run(Eval *ev, Scope *scope, const AstNode *node) {
    switch (node->kind) {
    case AST_PLACE:
        place_run(ev, scope, node);
        return;
    case AST_LET:
        let_run(ev, scope, node);
        return;
    case AST_DEF:
        return; // hoisted
    case AST_MARK:
        mark_run(ev, scope, node);
        return;
    case AST_CUT:
        cut_run(ev, scope, node);
        return;
    case AST_FOR:
        for_run(ev, scope, node, 0);
        return;
    case AST_IF:
        if_run(ev, scope, node);
        return;
    case AST_EXPECT:
        expect_defer(ev, scope, node);
        return;
    case AST_ALLOW:
        allow_run(ev, node);
        return;
    case AST_MATERIAL:
        material_eval(ev, scope, node);
        return;
    case AST_OBJECT:
    case AST_UNITS:
        (void)at_file_level(ev, scope, node);
        return; // read before anything else
    case AST_PARAM:
        if (at_file_level(ev, scope, node))
            param_eval(ev, scope, node);
        return;
    case AST_CANVAS:
        if (at_file_level(ev, scope, node))
            canvas_run(ev, scope, node);
        return;
    case AST_TOLERANCE:
        if (at_file_level(ev, scope, node))
            tolerance_run(ev, scope, node);
        return;
    case AST_BAD:
        body_fail(ev, scope->body);
        return;
    case AST_NUMBER:
    case AST_TEXT:
    case AST_TEMPLATE:
    case AST_BOOL:
    case AST_COLOR:
    case AST_NAME:
    case AST_REF:
    case AST_LIST:
    case AST_COMPREHENSION:
    case AST_UNARY:
    case AST_BINARY:
    case AST_TERNARY:
    case AST_RANGE:
    case AST_CALL:
    case AST_MEMBER:
    case AST_INDEX:
    case AST_SLICE:
    case AST_PART:
    case AST_GROUP:
        return; // expressions stand in AST_PLACE
    }
}

void block_run(Eval *ev, Scope *scope, AstList statements) {
    if (statements.len == 0 || !eval_descend(ev, statements.items[0]->span))
        return;
    for (u32 i = 0; i < statements.len; i++)
        if (statements.items[i]->kind == AST_DEF)
            scope_add_def(ev, scope, statements.items[i]);
    for (u32 i = 0; i < statements.len && eval_charge(ev, 1, statements.items[i]->span); i++)
        statement_run(ev, scope, statements.items[i]);
    ev->depth--;
}

// ---- bodies ----

// The reference to the outside that what this body built carries on: only one that crosses its
// braces.
static Outer body_outer(const Body *body) {
    Outer outer = body->outside;
    if (outer.level == NONE || outer.level >= body->level)
        return (Outer){.level = NONE};
    outer.from_body = true;
    return outer;
}

void body_statements(Eval *ev, Scope *scope, AstList statements) {
    scope->body->scope = scope;
    block_run(ev, scope, statements);
    expects_run(ev, scope);
}

static IrId body_geometry(Eval *ev, const Body *body, Span span) {
    if (body->solids.len == 0)
        return NONE;
    return ir_union(ev->graph, body->solids.data, body->solids.len, span, eval_call_id(ev));
}

Value body_run(Eval *ev, Scope *scope, AstList statements, Span span) {
    Body *body = scope->body;
    body_statements(ev, scope, statements);
    if (body->failed || ev->stopped)
        return value_bad();
    Solid *solid = ARENA_NEW(ev->arena, Solid, 1);
    *solid = (Solid){.solid = body_geometry(ev, body, span),
                     .n_parts = body->parts.len,
                     .parts = body->parts.data,
                     .n_marks = body->marks.len,
                     .marks = body->marks.data,
                     .outer = body_outer(body)};
    return value_solid(solid);
}

Value group_eval(Eval *ev, Scope *scope, const AstNode *node) {
    Body body;
    body_init(ev, &body, scope->body, STR(""));
    Scope inner;
    scope_enter(ev, &inner, scope, &body);
    Value v = body_run(ev, &inner, node->group.body, node->span);
    scope_leave(ev, &inner);
    return v;
}

// The instance of the part itself, then all that its body placed, one level down.
static NOINLINE Value part_build(Eval *ev, const AstNode *node, const Body *body, u32 material) {
    u32 n = body->parts.len + 1;
    Instance *parts = instances_new(ev, n, node->span);
    if (parts == NULL)
        return value_bad();
    u32 call = eval_call_id(ev);
    parts[0] = (Instance){.label = strmap_get(&ev->labels, node->part.label.text),
                          .size = n,
                          .material = material,
                          .is_bad = body->failed,
                          .solid = body_geometry(ev, body, node->span),
                          .words = node->part.has_words ? node->part.words : node->part.label.text,
                          .span = node->part.head,
                          .call = call,
                          .n_marks = body->marks.len,
                          .marks = body->marks.data};
    for (u32 i = 1; i < n; i++) {
        parts[i] = body->parts.data[i - 1];
        if (parts[i].up == 0)
            parts[i].up = i;
        if (parts[i].material == NONE)
            parts[i].material = material;
    }
    Solid *solid = ARENA_NEW(ev->arena, Solid, 1);
    *solid = (Solid){.solid = NONE, .n_parts = n, .parts = parts, .outer = body_outer(body)};
    return value_solid(solid);
}

Value part_eval(Eval *ev, Scope *scope, const AstNode *node) {
    u32 material = NONE;
    bool ok =
        strmap_get(&ev->labels, node->part.label.text) != NONE; // else its head was not understood
    if (!ok)
        return value_bad();
    if (node->part.material != NULL) {
        Value v = eval_expr(ev, scope, node->part.material);
        ok = value_to_material(
            ev, v, (Place){node->part.material->span, "the material", node->part.label.text},
            &material);
    }
    Body body;
    body_init(ev, &body, scope->body, node->part.label.text);
    Scope inner;
    scope_enter(ev, &inner, scope, &body);
    body_statements(ev, &inner, node->part.body);
    scope_leave(ev, &inner);
    if (body.failed || !ok)
        ev->failed = true;
    if (ev->stopped)
        return value_bad();
    if (ok && !body.failed && body.solids.len == 0 && body.parts.len == 0 && body.marks.len == 0) {
        Diag *d = diag_add(ev->diags, DIAG_W0822, node->part.head, "part '%.*s' is empty",
                           STR_ARG(node->part.label.text));
        diag_help(ev->diags, d, "give it a solid, or leave the part out");
    }
    return part_build(ev, node, &body, material);
}
