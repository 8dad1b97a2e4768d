// SPDX-License-Identifier: Apache-2.0
// The algebra of solid values: union, difference, intersection, placing; and the same for profiles
// and paths. A solid value is anonymous geometry plus part instances; each operation says what
// becomes of both. Nothing is ever changed in place but by `cut`.
#include "compiler/check/eval_internal.h"

// ---- making ----

Instance *instances_new(Eval *ev, u32 n, Span span) {
    if (n > ev->options->limits.instances) {
        eval_stop(ev, DIAG_E0533, span, "too many parts", ev->options->limits.instances,
                  "--max-instances");
        return NULL;
    }
    if (n == 0)
        return &ev->no_instance; // not to be written: most solids have no parts
    return eval_charge(ev, n, span) ? ARENA_NEW(ev->arena, Instance, n) : NULL;
}

Value solid_from_ir(Eval *ev, IrId id) {
    Solid *solid = ARENA_NEW(ev->arena, Solid, 1);
    *solid = (Solid){.solid = id, .outer.level = NONE};
    return value_solid(solid);
}

bool solid_is_bad(const Solid *solid) {
    for (u32 i = 0; i < solid->n_parts; i++)
        if (solid->parts[i].is_bad)
            return true;
    return false;
}

bool solid_is_empty(const Solid *solid) {
    for (u32 i = 0; i < solid->n_parts; i++)
        if (solid->parts[i].solid != NONE)
            return false;
    return solid->solid == NONE;
}

u32 instances_copy(Instance *to, const Solid *solid) {
    for (u32 i = 0; i < solid->n_parts; i++) {
        to[i] = solid->parts[i];
        if (to[i].up > i)
            to[i].up = 0;
    }
    return solid->n_parts;
}

static IrId instances_union(Eval *ev, IrId anonymous, const Instance *parts, u32 n, Span span) {
    IrId *ids = ARENA_NEW(ev->arena, IrId, (size_t)n + 1);
    u32 n_ids = 0;
    if (anonymous != NONE)
        ids[n_ids++] = anonymous;
    for (u32 i = 0; i < n; i++)
        if (parts[i].solid != NONE)
            ids[n_ids++] = parts[i].solid;
    return n_ids == 0 ? NONE : ir_union(ev->graph, ids, n_ids, span, eval_call_id(ev));
}

IrId solid_whole(Eval *ev, const Solid *solid, Span span) {
    if (solid->n_parts == 0)
        return solid->solid;
    if (!eval_charge(ev, solid->n_parts, span))
        return NONE;
    return instances_union(ev, solid->solid, solid->parts, solid->n_parts, span);
}

Value solid_unite(Eval *ev, const Solid *const *solids, u32 n, Span span) {
    u64 n_parts = 0, n_marks = 0;
    for (u32 i = 0; i < n; i++) {
        n_parts += solids[i]->n_parts;
        n_marks += solids[i]->n_marks;
    }
    Instance *parts = instances_new(ev, (u32)MIN(n_parts, UINT32_MAX - 1), span);
    if (parts == NULL)
        return value_bad();
    IrId *ids = ARENA_NEW(ev->arena, IrId, (size_t)n + 1);
    SolidMark *marks = ARENA_NEW(ev->arena, SolidMark, n_marks + 1);
    Solid *out = ARENA_NEW(ev->arena, Solid, 1);
    *out = (Solid){.solid = NONE, .parts = parts, .marks = marks, .outer.level = NONE};
    u32 n_ids = 0;
    for (u32 i = 0; i < n; i++) {
        if (solids[i]->solid != NONE)
            ids[n_ids++] = solids[i]->solid;
        out->n_parts += instances_copy(parts + out->n_parts, solids[i]);
        for (u32 k = 0; k < solids[i]->n_marks; k++)
            marks[out->n_marks++] = solids[i]->marks[k];
        outer_join(&out->outer, solids[i]->outer);
    }
    if (n_ids > 0)
        out->solid = ir_union(ev->graph, ids, n_ids, span, eval_call_id(ev));
    return value_solid(out);
}

// ---- applying something to each geometry ----

Solid *solid_map(Eval *ev, const Solid *solid, IrId (*map)(void *ctx, IrId id), void *ctx,
                 Span span) {
    Instance *parts = instances_new(ev, solid->n_parts, span);
    if (parts == NULL)
        return NULL;
    Solid *out = ARENA_NEW(ev->arena, Solid, 1);
    *out = *solid;
    out->parts = parts;
    if (solid->solid != NONE)
        out->solid = map(ctx, solid->solid);
    instances_copy(parts, solid);
    for (u32 i = 0; i < solid->n_parts; i++)
        if (parts[i].solid != NONE)
            parts[i].solid = map(ctx, parts[i].solid);
    return out;
}

typedef struct MapXform {
    Eval *ev;
    const Affine3 *map;
    Span span;
    u32 call;
} MapXform;

static IrId map_xform(void *ctx, IrId id) {
    MapXform *m = ctx;
    return ir_xform(m->ev->graph, id, m->map, m->span, m->call);
}

static const SolidMark *marks_transform(Eval *ev, const SolidMark *marks, u32 n,
                                        const Affine3 *map) {
    if (n == 0)
        return NULL;
    SolidMark *out = ARENA_NEW(ev->arena, SolidMark, n);
    for (u32 i = 0; i < n; i++)
        out[i] = (SolidMark){marks[i].name, affine3_point(map, marks[i].point)};
    return out;
}

const Solid *solid_transform(Eval *ev, const Solid *solid, const Affine3 *map, Span span) {
    MapXform m = {ev, map, span, eval_call_id(ev)};
    Solid *out = solid_map(ev, solid, map_xform, &m, span);
    if (out == NULL)
        return NULL;
    out->marks = marks_transform(ev, solid->marks, solid->n_marks, map);
    Instance *parts = (Instance *)out->parts;
    for (u32 i = 0; i < out->n_parts; i++)
        parts[i].marks = marks_transform(ev, parts[i].marks, parts[i].n_marks, map);
    return out;
}

// ---- profiles and paths ----

IrId profile_transform(Eval *ev, IrId id, const Affine2 *map, Span span) {
    const IrNode *node = &ev->graph->nodes[id];
    Affine2 a = *map;
    if (node->kind == IR_PROFILE_XFORM) {
        const f64 *m = node->nums + IR_PROFILE_XFORM_m, *t = node->nums + IR_PROFILE_XFORM_t;
        for (u32 i = 0; i < 2; i++) {
            for (u32 j = 0; j < 2; j++)
                a.m[i][j] = map->m[i][0] * m[j] + map->m[i][1] * m[2 + j];
        }
        a.t.x = map->m[0][0] * t[0] + map->m[0][1] * t[1] + map->t.x;
        a.t.y = map->m[1][0] * t[0] + map->m[1][1] * t[1] + map->t.y;
        id = node->children[0];
    }
    if (a.m[0][0] == 1 && a.m[0][1] == 0 && a.m[1][0] == 0 && a.m[1][1] == 1 && a.t.x == 0 &&
        a.t.y == 0)
        return id;
    f64 nums[IR_PROFILE_XFORM_n_nums] = {a.m[0][0], a.m[0][1], a.m[1][0], a.m[1][1], a.t.x, a.t.y};
    return ir_node(ev->graph, IR_PROFILE_XFORM, &id, 1, nums, IR_PROFILE_XFORM_n_nums, STR(""),
                   span, eval_call_id(ev));
}

IrId path_transform(Eval *ev, IrId id, const Affine3 *map, Span span) {
    const IrNode *node = &ev->graph->nodes[id];
    Affine3 a = *map;
    if (node->kind == IR_PATH_XFORM) {
        const f64 *m = node->nums + IR_PATH_XFORM_m, *t = node->nums + IR_PATH_XFORM_t;
        Affine3 inner = {{{m[0], m[1], m[2]}, {m[3], m[4], m[5]}, {m[6], m[7], m[8]}},
                         {t[0], t[1], t[2]}};
        a = affine3_mul(map, &inner);
        id = node->children[0];
    }
    if (affine3_is_identity(&a))
        return id;
    f64 nums[IR_PATH_XFORM_n_nums];
    for (u32 i = 0; i < 9; i++)
        nums[IR_PATH_XFORM_m + i] = a.m[i / 3][i % 3];
    for (u32 i = 0; i < 3; i++)
        nums[IR_PATH_XFORM_t + i] = vec3_get(a.t, i);
    return ir_node(ev->graph, IR_PATH_XFORM, &id, 1, nums, IR_PATH_XFORM_n_nums, STR(""), span,
                   eval_call_id(ev));
}

// Children of the same kind are taken in: a union of unions, a difference of a difference.
static IrId profile_combine(Eval *ev, IrKind kind, IrId a, IrId b, Span span) {
    VEC(IrId) ids = {0};
    const IrNode *first = &ev->graph->nodes[a], *second = &ev->graph->nodes[b];
    if (first->kind == kind)
        for (u32 i = 0; i < first->n_children; i++)
            avec_push(ev->arena, &ids, first->children[i]);
    else
        avec_push(ev->arena, &ids, a);
    if (second->kind == kind && kind != IR_PROFILE_DIFFERENCE)
        for (u32 i = 0; i < second->n_children; i++)
            avec_push(ev->arena, &ids, second->children[i]);
    else
        avec_push(ev->arena, &ids, b);
    return ir_node(ev->graph, kind, ids.data, ids.len, NULL, 0, STR(""), span, eval_call_id(ev));
}

// ---- + - & ----

static Value leaf_of(Value v) {
    while (v.kind == VALUE_LIST && v.list.len > 0)
        v = v.list.items[0];
    return v;
}

static IrId subtract(Eval *ev, IrId from, IrId tool, Span span) {
    return ir_difference(ev->graph, from, &tool, 1, span, eval_call_id(ev));
}

// Whether tool may reach id, by their bounds. Asked only where there are several parts to choose
// from.
static bool may_meet(Eval *ev, IrId id, const Box3 *tool) {
    Box3 box;
    if (ev->geometry->bounds(ev->geometry->ctx, id, &box) != GEOMETRY_OK)
        return true;
    return box3_touch(box, *tool, 1e-6);
}

void instances_cut(Eval *ev, Instance *parts, u32 n, IrId tool, Span span) {
    Box3 box;
    bool prune = n > 1 && ev->geometry != NULL &&
                 ev->geometry->bounds(ev->geometry->ctx, tool, &box) == GEOMETRY_OK;
    u32 n_met = 0, first = NONE;
    for (u32 i = 0; i < n; i++) {
        if (parts[i].solid == NONE)
            continue;
        if (first == NONE)
            first = i;
        if (prune && !may_meet(ev, parts[i].solid, &box))
            continue;
        parts[i].solid = subtract(ev, parts[i].solid, tool, span);
        n_met++;
    }
    // A tool that meets nothing stays on one of them, so that the miss is reported, once.
    if (n_met == 0 && first != NONE)
        parts[first].solid = subtract(ev, parts[first].solid, tool, span);
}

static Value solids_subtract(Eval *ev, const Solid *a, const Solid *b, Span span) {
    IrId tool = solid_whole(ev, b, span);
    Instance *parts = instances_new(ev, a->n_parts, span);
    if (parts == NULL)
        return value_bad();
    Solid *out = ARENA_NEW(ev->arena, Solid, 1);
    *out = *a;
    outer_join(&out->outer, b->outer);
    if (tool == NONE)
        return value_solid(out);
    out->parts = parts;
    instances_copy(parts, a);
    if (a->solid != NONE)
        out->solid = subtract(ev, a->solid, tool, span);
    instances_cut(ev, parts, a->n_parts, tool, span);
    return value_solid(out);
}

typedef struct MapTool {
    Eval *ev;
    IrId tool;
    Span span;
} MapTool;

static IrId map_intersect(void *ctx, IrId id) {
    MapTool *m = ctx;
    IrId ids[2] = {id, m->tool};
    return ir_node(m->ev->graph, IR_INTERSECTION, ids, 2, NULL, 0, STR(""), m->span,
                   eval_call_id(m->ev));
}

static Value solids_intersect(Eval *ev, const Solid *a, const Solid *b, Span span) {
    if (a->n_parts == 0 && b->n_parts > 0) { // the side that has parts keeps them
        const Solid *swap = a;
        a = b;
        b = swap;
    }
    IrId tool = solid_whole(ev, b, span);
    if (tool == NONE)
        return value_solid(b);
    MapTool m = {ev, tool, span};
    Solid *out = solid_map(ev, a, map_intersect, &m, span);
    if (out == NULL)
        return value_bad();
    outer_join(&out->outer, b->outer);
    return value_solid(out);
}

static Value profiles_binary(Eval *ev, OpPlace place, Value a, Value b) {
    IrId x, y;
    Str owner = str_from(ast_op_text(place.op));
    if (!value_to_profile(ev, a, (Place){place.left, "the left side", owner}, &x) ||
        !value_to_profile(ev, b, (Place){place.right, "the right side", owner}, &y))
        return value_bad();
    IrKind kind = place.op == AST_ADD   ? IR_PROFILE_UNION
                  : place.op == AST_SUB ? IR_PROFILE_DIFFERENCE
                                        : IR_PROFILE_INTERSECTION;
    return value_profile(profile_combine(ev, kind, x, y, place.span));
}

Value solid_binary(Eval *ev, OpPlace place, Value a, Value b) {
    if (leaf_of(a).kind == VALUE_PROFILE ||
        (leaf_of(b).kind == VALUE_PROFILE && leaf_of(a).kind != VALUE_SOLID))
        return profiles_binary(ev, place, a, b);
    const Solid *x, *y;
    Str owner = str_from(ast_op_text(place.op));
    if (!value_to_solid(ev, a, (Place){place.left, "the left side", owner}, &x) ||
        !value_to_solid(ev, b, (Place){place.right, "the right side", owner}, &y))
        return value_bad();
    if (place.op == AST_SUB)
        return solids_subtract(ev, x, y, place.span);
    if (place.op == AST_AND3)
        return solids_intersect(ev, x, y, place.span);
    const Solid *both[2] = {x, y};
    return solid_unite(ev, both, 2, place.span);
}
