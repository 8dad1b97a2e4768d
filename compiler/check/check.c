// SPDX-License-Identifier: Apache-2.0
// The front door: check_program lists the stages in order. Static names first, since what they say
// is true of branches never taken, too; then one run of the file as a body; then its instances
// become the scene.
//
// Reading order of the room: check_internal.h (values, scopes, rows), value.c, scope.c, eval.c
// (expressions), stmt.c (statements and bodies), ref.c (@labels), solids.c (their algebra), bind.c
// and names.c (calls and names), then the fn_*.c of interest.
#include "compiler/check/check.h"

#include "compiler/check/fn.h"

// ---- what is said of the file as a whole ----

static void statement_twice(Eval *ev, const AstNode *node, Span first) {
    Diag *d = diag_add(ev->diags, DIAG_E0336, node->span, "`%s` is said twice",
                       ast_kind_name(node->kind));
    diag_label(ev->diags, d, first, "first said here");
    diag_help(ev->diags, d, "keep one of the two");
}

static void read_units(Eval *ev, const AstNode *node) {
    Dim dim;
    f64 factor;
    Str unit = node->units.unit.text;
    if (unit_find(unit, &dim, &factor) && dim_equal(dim, DIM_LENGTH)) {
        ev->scene->unit = unit;
        ev->scene->unit_mm = ev->unit_mm = factor;
        return;
    }
    // Any other unit is reported by the name pass.
}

// object and units hold for the whole file, wherever they stand.
static void read_header(Eval *ev) {
    const AstNode *object = NULL, *units = NULL;
    for (u32 i = 0; i < ev->ast->statements.len; i++) {
        const AstNode *node = ev->ast->statements.items[i];
        const AstNode **seen = node->kind == AST_OBJECT  ? &object
                               : node->kind == AST_UNITS ? &units
                                                         : NULL;
        if (seen == NULL)
            continue;
        if (*seen != NULL)
            statement_twice(ev, node, (*seen)->span);
        else
            *seen = node;
    }
    if (object != NULL) {
        ev->scene->name = object->object.name.text;
        ev->scene->words =
            object->object.has_words ? object->object.words : object->object.name.text;
    }
    if (units != NULL)
        read_units(ev, units);
}

// ---- from the file's body to the scene ----

static Str part_path(Eval *ev, const ScenePart *parts, u32 parent, Str label) {
    if (parent == NONE)
        return label;
    return str_format(ev->arena, "%.*s/%.*s", STR_ARG(parts[parent].path), STR_ARG(label));
}

static void assemble_part(Eval *ev, ScenePart *parts, u32 i, const Instance *instance,
                          StrMap *counts) {
    ScenePart *part = &parts[i];
    Str label = ev->labels.keys[instance->label];
    u32 parent = instance->up == 0 || instance->up > i ? NONE : i - instance->up;
    *part = (ScenePart){.label = label,
                        .words = instance->words,
                        .path = part_path(ev, parts, parent, label),
                        .parent = parent,
                        .sides = instance->sides,
                        .material = instance->material,
                        .solid = instance->solid,
                        .span = instance->span,
                        .call = instance->call};
    u32 seen = strmap_get(counts, part->path);
    part->instance = seen == NONE ? 0 : seen;
    strmap_set(counts, part->path, part->instance + 1);
}

static void assemble_marks(Eval *ev, Scene *scene, const Body *body) {
    u32 n = body->marks.len;
    for (u32 i = 0; i < body->parts.len; i++)
        n += body->parts.data[i].n_marks;
    scene->marks = ARENA_NEW(ev->arena, SceneMark, (size_t)n + 1);
    for (u32 i = 0; i < body->marks.len; i++)
        scene->marks[scene->n_marks++] =
            (SceneMark){body->marks.data[i].name, NONE, body->marks.data[i].point};
    for (u32 i = 0; i < body->parts.len; i++)
        for (u32 k = 0; k < body->parts.data[i].n_marks; k++) {
            SolidMark mark = body->parts.data[i].marks[k];
            scene->marks[scene->n_marks++] = (SceneMark){mark.name, i, mark.point};
        }
}

// Geometry that stands in no part becomes one that is called as the object is.
static void assemble_rest(Eval *ev, Scene *scene, const Body *body) {
    if (body->solids.len == 0)
        return;
    Str label = scene->name.len > 0 ? scene->name : STR("object");
    IrId solid = ir_union(ev->graph, body->solids.data, body->solids.len,
                          ev->graph->nodes[body->solids.data[0]].span, NONE);
    u32 same = 0;
    for (u32 i = 0; i < scene->n_parts; i++)
        same += scene->parts[i].parent == NONE && str_equal(scene->parts[i].label, label);
    scene->parts[scene->n_parts++] =
        (ScenePart){.label = label,
                    .words = scene->words.len > 0 ? scene->words : label,
                    .path = label,
                    .parent = NONE,
                    .instance = same,
                    .material = NONE,
                    .solid = solid,
                    .span = ev->graph->nodes[solid].span,
                    .call = NONE};
}

static void assemble(Eval *ev, const Body *body) {
    Scene *scene = ev->scene;
    scene->parts = ARENA_NEW(ev->arena, ScenePart, (size_t)body->parts.len + 1);
    StrMap counts;
    strmap_init(&counts, ev->arena);
    for (u32 i = 0; i < body->parts.len; i++)
        assemble_part(ev, scene->parts, i, &body->parts.data[i], &counts);
    scene->n_parts = body->parts.len;
    assemble_marks(ev, scene, body);
    assemble_rest(ev, scene, body);
}

// ---- the canvas ----

// The size the author had in mind, against what came out, at default params.
static void check_canvas(Eval *ev, const Body *body) {
    static const char *const NAMES[] = {"wide in x", "deep in y", "high in z"};
    const Scene *scene = ev->scene;
    Solid all = {
        .solid = NONE, .n_parts = body->parts.len, .parts = body->parts.data, .outer.level = NONE};
    Box3 box;
    if (!scene->has_canvas || ev->geometry == NULL || ev->failed || ev->stopped ||
        ev->diags->n_errors > 0 || ev->options->n_settings > 0)
        return;
    if (body->solids.len > 0)
        all.solid =
            ir_union(ev->graph, body->solids.data, body->solids.len, scene->canvas_span, NONE);
    if (solid_is_empty(&all) ||
        !ask_bounds(ev, value_solid(&all), (Place){scene->canvas_span, "canvas", STR("")}, &box))
        return;
    for (u32 i = 0; i < 3; i++) {
        f64 size = vec3_get(box3_size(box), i), wanted = vec3_get(scene->canvas, i);
        if (fabs(size - wanted) <= 0.1 * wanted * (1 + 1e-9))
            continue;
        Str is = number_show(ev, size / ev->unit_mm, DIM_LENGTH),
            should = number_show(ev, wanted / ev->unit_mm, DIM_LENGTH);
        Diag *d = diag_add(ev->diags, DIAG_W0821, scene->canvas_span,
                           "the object is %.*s %s, the canvas %.*s", STR_ARG(is), NAMES[i],
                           STR_ARG(should));
        diag_key(ev->diags, d, "%s", NAMES[i]);
        diag_measure(d, size, wanted, STR("mm"));
        Str fit = value_show(ev, value_vector(ev, box3_size(box)));
        diag_help(ev->diags, d,
                  "make it fit within a tenth, or write `canvas %.*s` if the object is right",
                  STR_ARG(fit));
        return;
    }
}

static void assemble_tables(Eval *ev) {
    Scene *scene = ev->scene;
    scene->materials = ev->materials.data;
    scene->n_materials = ev->materials.len;
    scene->params = ev->params.data;
    scene->n_params = ev->params.len;
    scene->calls = ev->calls.data;
    scene->n_calls = ev->calls.len;
    scene->allows = ev->allows.data;
    scene->n_allows = ev->allows.len;
}

// ---- running ----

static void let_quietly(Eval *ev, Scope *scope, const AstNode *node) {
    Diags *diags = ev->diags, quiet;
    diags_init(&quiet, ev->arena, ev->sources);
    ev->diags = &quiet;
    scope_bind(ev, scope, node->let.name, eval_expr(ev, scope, node->let.value));
    ev->diags = diags;
}

// Params, and the lets and materials they may be made of; places nothing. False when that was not
// enough for all of them: one that asks a part needs the parts.
static bool run_params_alone(Eval *ev, Scope *scope, AstList statements) {
    u32 n = 0;
    for (u32 i = 0; i < ev->ast->statements.len; i++)
        if (ev->ast->statements.items[i]->kind == AST_DEF)
            scope_add_def(ev, scope, ev->ast->statements.items[i]);
    for (u32 i = 0; i < statements.len && !ev->stopped; i++) {
        const AstNode *node = statements.items[i];
        n += node->kind == AST_PARAM;
        if (node->kind == AST_PARAM)
            param_eval(ev, scope, node);
        else if (node->kind == AST_MATERIAL)
            material_eval(ev, scope, node);
        else if (node->kind == AST_LET)
            let_quietly(ev, scope, node);
    }
    return ev->params.len == n || ev->diags->n_errors > 0;
}

// For `frc params`: the statements down to the last param, and of those what is needed.
static void run_params(Eval *ev, Scope *scope) {
    AstList head = ev->ast->statements;
    while (head.len > 0 && head.items[head.len - 1]->kind != AST_PARAM)
        head.len--;
    if (run_params_alone(ev, scope, head))
        return;
    Body *body = scope->body;
    scope_leave(ev, scope);
    scope_enter(ev, scope, NULL, body);
    ev->params.len = ev->materials.len = 0;
    strmap_init(&ev->predefined, ev->arena);
    ev->stopped = ev->failed = false;
    ev->steps = 0;
    block_run(ev, scope, head);
}

static void run_file(Eval *ev) {
    Body body;
    Scope scope;
    body_init(ev, &body, NULL, STR(""));
    scope_enter(ev, &scope, NULL, &body);
    if (ev->options->params_only)
        run_params(ev, &scope);
    else
        body_statements(ev, &scope, ev->ast->statements);
    scope_leave(ev, &scope);
    params_check_settings(ev);
    if (!ev->options->params_only && !ev->stopped)
        names_check_unused(ev);
    assemble(ev, &body);
    if (!ev->options->params_only)
        check_canvas(ev, &body);
}

static void eval_init(Eval *ev, const Ast *ast, Sources *sources, CheckOptions *options,
                      Arena *arena, Diags *diags, Scene *out) {
    *ev = (Eval){.arena = arena,
                 .heap = arena->heap,
                 .diags = diags,
                 .sources = sources,
                 .options = options,
                 .geometry = options->geometry,
                 .ast = ast,
                 .scene = out,
                 .unit_mm = 1};
    *out = (Scene){.unit = STR("mm"), .unit_mm = 1};
    out->graph = ev->graph = ARENA_NEW(arena, IrGraph, 1);
    ir_init(ev->graph, arena);
    Str text = sources->items[ast->source].text;
    out->source_hash = hash_bytes(text.ptr, text.len, 0);
    strmap_init(&ev->labels, arena);
    strmap_init(&ev->predefined, arena);
    registry_init(ev);
}

void check_names(const Ast *ast, Sources *sources, Arena *arena, Diags *diags) {
    CheckOptions options = {.limits = limits_default()};
    Scene scene;
    Eval ev;
    eval_init(&ev, ast, sources, &options, arena, diags, &scene);
    names_check(&ev);
}

bool check_program(const Ast *ast, Sources *sources, CheckOptions *options, Arena *arena,
                   Diags *diags, Scene *out) {
    Eval ev;
    eval_init(&ev, ast, sources, options, arena, diags, out);
    read_header(&ev);
    names_check(&ev);
    run_file(&ev);
    assemble_tables(&ev);
    if (ev.failed &&
        diags->n_errors == 0) // a value failed and nobody said why: never drop it in silence
        diag_add_global(diags, DIAG_E0510, "part of the program has no value");
    return diags->n_errors == 0;
}
