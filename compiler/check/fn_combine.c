// SPDX-License-Identifier: Apache-2.0
// Combining beyond + - &: hull, blend and shell make new geometry of the part around them, so
// labels in their operands are gone; clip and paint work on each part where it stands.
#include "compiler/check/fn.h"

// ---- hull, blend ----

static const BuiltinParam hull_params[] = {BARE("shapes", "solid|profile...", "at least 1")};

// The operands' whole geometry; lists are taken apart, so that hull([a, b]) is hull(a, b).
static bool collect_wholes(Eval *ev, Value v, Place place, IrId *ids, u32 *n, Outer *outer) {
    if (v.kind == VALUE_LIST) {
        for (u32 i = 0; i < v.list.len; i++)
            if (!collect_wholes(ev, v.list.items[i], place, ids, n, outer))
                return false;
        return true;
    }
    const Solid *solid;
    if (!value_to_solid(ev, v, place, &solid))
        return false;
    IrId id = solid_whole(ev, solid, place.span);
    if (id != NONE)
        ids[(*n)++] = id;
    outer_join(outer, solid->outer);
    return true;
}

static u32 count_items(Value v) {
    if (v.kind != VALUE_LIST)
        return 1;
    u32 n = 0;
    for (u32 i = 0; i < v.list.len; i++)
        n += count_items(v.list.items[i]);
    return n;
}

static Value first_leaf(Value v) {
    while (v.kind == VALUE_LIST && v.list.len > 0)
        v = v.list.items[0];
    return v;
}

static Value combine_wholes(Eval *ev, BuiltinCall *c, IrKind kind, const f64 *nums, u32 n_nums) {
    u32 n = 0;
    IrId *ids = ARENA_NEW(ev->arena, IrId, (size_t)count_items(c->args[0]) + 1);
    Outer outer = {.level = NONE};
    if (!collect_wholes(ev, c->args[0], call_place(c, 0), ids, &n, &outer))
        return value_bad();
    if (n == 0) {
        Diag *d = diag_add(ev->diags, DIAG_E0642, c->span,
                           "%s of nothing: all of its solids are empty", c->row->spec.name);
        diag_help(ev->diags, d, "give it solids: `%s(a, b)`", c->row->spec.name);
        return value_bad();
    }
    Value v = solid_from_ir(ev, call_node(ev, c, kind, ids, n, nums, n_nums));
    ((Solid *)v.solid)->outer = outer;
    return v;
}

static Value hull_profiles(Eval *ev, BuiltinCall *c) {
    IrId *ids = ARENA_NEW(ev->arena, IrId, c->args[0].list.len);
    u32 n = c->args[0].list.len;
    for (u32 i = 0; i < n; i++)
        if (!value_to_profile(ev, c->args[0].list.items[i], call_place(c, 0), &ids[i]))
            return value_bad();
    return value_profile(call_node(ev, c, IR_PROFILE_HULL, ids, n, NULL, 0));
}

static Value run_hull(Eval *ev, BuiltinCall *c) {
    if (first_leaf(c->args[0]).kind == VALUE_PROFILE)
        return hull_profiles(ev, c);
    return combine_wholes(ev, c, IR_HULL, NULL, 0);
}

static const BuiltinParam blend_params[] = {BARE("solids", "solid...", "at least 1"),
                                            REQUIRED("r", "length", "> 0")};

static Value run_blend(Eval *ev, BuiltinCall *c) {
    f64 r;
    return call_size(ev, c, 1, &r) ? combine_wholes(ev, c, IR_BLEND, &r, 1) : value_bad();
}

// ---- shell ----

static const BuiltinParam shell_params[] = {
    REQUIRED("solid", "solid", NULL),
    REQUIRED("wall", "length", "> 0, less than half of the smallest extent")};

static bool wall_fits(Eval *ev, BuiltinCall *c, IrId id, f64 wall) {
    Box3 box;
    if (ev->geometry == NULL || ev->geometry->bounds(ev->geometry->ctx, id, &box) != GEOMETRY_OK)
        return true;
    Vec3 size = box3_size(box);
    f64 limit = fmin(size.x, fmin(size.y, size.z)) / 2;
    if (wall < limit)
        return true;
    call_too_large(ev, c, 1, DIAG_E0611, wall, limit, true, "half of the solid's smallest extent");
    return false;
}

static Value run_shell(Eval *ev, BuiltinCall *c) {
    const Solid *solid;
    f64 wall;
    if (!call_solid(ev, c, 0, &solid) || !call_size(ev, c, 1, &wall))
        return value_bad();
    IrId id = solid_whole(ev, solid, c->span);
    if (id == NONE) {
        Diag *d =
            diag_add(ev->diags, DIAG_E0642, c->spans[0], "shell of nothing: the solid is empty");
        diag_help(ev->diags, d, "give it a solid to hollow");
        return value_bad();
    }
    if (!wall_fits(ev, c, id, wall))
        return value_bad();
    Value v = solid_from_ir(ev, call_node(ev, c, IR_SHELL, &id, 1, &wall, 1));
    Solid *out = (Solid *)v.solid;
    out->outer = solid->outer;
    out->marks = solid->marks;
    out->n_marks = solid->n_marks;
    return v;
}

// ---- clip, paint ----

typedef struct MapNode {
    Eval *ev;
    BuiltinCall *call;
    IrKind kind;
    const f64 *nums;
    u32 n_nums;
    IrId second; // or NONE
} MapNode;

static IrId map_node(void *ctx, IrId id) {
    MapNode *m = ctx;
    IrId children[2] = {id, m->second};
    return call_node(m->ev, m->call, m->kind, children, m->second == NONE ? 1 : 2, m->nums,
                     m->n_nums);
}

static Value map_solid(Eval *ev, BuiltinCall *c, const Solid *solid, IrKind kind, const f64 *nums,
                       u32 n_nums, IrId second) {
    MapNode m = {ev, c, kind, nums, n_nums, second};
    Solid *out = solid_map(ev, solid, map_node, &m, c->span);
    return out == NULL ? value_bad() : value_solid(out);
}

static const BuiltinParam clip_params[] = {
    REQUIRED("solid", "solid", NULL),
    OPTIONAL("x", "range", "", "rising; an end may be inf"),
    OPTIONAL("y", "range", "", "rising; an end may be inf"),
    OPTIONAL("z", "range", "", "rising; an end may be inf"),
};

static bool clip_range(Eval *ev, BuiltinCall *c, u32 i, f64 *low, f64 *high) {
    *low = -INFINITY;
    *high = INFINITY;
    if (!call_has(c, i))
        return true;
    if (!value_to_range(ev, c->args[i], call_place(c, i), low, high))
        return false;
    if (*high - *low >= 1e-6 && *low<INFINITY && * high> - INFINITY)
        return true;
    Diag *d =
        diag_add(ev->diags, DIAG_E0640, c->spans[i], "%.*s keeps nothing: %s of clip must rise",
                 STR_ARG(value_show(ev, c->args[i])), c->row->spec.params[i].name);
    diag_measure(d, *high - *low, 0, STR("mm"));
    diag_help(ev->diags, d, "write the smaller end first; `0..inf` keeps all above 0");
    return false;
}

static Value run_clip(Eval *ev, BuiltinCall *c) {
    const Solid *solid;
    f64 nums[IR_CLIP_n_nums];
    if (!call_solid(ev, c, 0, &solid))
        return value_bad();
    if (!call_has(c, 1) && !call_has(c, 2) && !call_has(c, 3))
        return call_missing(ev, c, "at least one of x, y and z", ".clip(z = 0..inf)");
    for (u32 i = 0; i < 3; i++)
        if (!clip_range(ev, c, 1 + i, &nums[IR_CLIP_min + i], &nums[IR_CLIP_max + i]))
            return value_bad();
    return map_solid(ev, c, solid, IR_CLIP, nums, IR_CLIP_n_nums, NONE);
}

static const BuiltinParam paint_params[] = {REQUIRED("solid", "solid", NULL),
                                            BARE("material", "material", NULL),
                                            OPTIONAL("inside", "solid", "", NULL)};

static Value run_paint(Eval *ev, BuiltinCall *c) {
    const Solid *solid, *inside;
    u32 material;
    IrId second = NONE;
    if (!call_solid(ev, c, 0, &solid) ||
        !value_to_material(ev, c->args[1], call_place(c, 1), &material))
        return value_bad();
    if (call_has(c, 2)) {
        if (!call_solid(ev, c, 2, &inside))
            return value_bad();
        second = solid_whole(ev, inside, c->spans[2]);
        if (second == NONE)
            return value_solid(solid);
    }
    f64 nums[IR_PAINT_n_nums] = {material};
    return map_solid(ev, c, solid, IR_PAINT, nums, IR_PAINT_n_nums, second);
}

const BuiltinRow builtins_combine[] = {
    ROW("hull", BUILTIN_COMBINE, false, hull_params, "solid", run_hull,
        "The smallest convex solid, or profile, around all of them."),
    ROW("blend", BUILTIN_COMBINE, false, blend_params, "solid", run_blend,
        "Their union with the seams smoothed over about r."),
    ROW("shell", BUILTIN_COMBINE, true, shell_params, "solid", run_shell,
        "The solid hollowed, its wall growing inwards. Where the solid has flat faces the inside has "
        "them too, with sharp edges, as\nlong as nothing on it is too narrow for its walls; else "
        "the inner edges are slightly bevelled."),
    ROW("clip", BUILTIN_COMBINE, true, clip_params, "solid", run_clip,
        "What of the solid lies between the ends on each axis given."),
    ROW("paint", BUILTIN_COMBINE, true, paint_params, "solid", run_paint,
        "The solid with its surface in a material, or only what of the surface lies in another "
        "solid."),
};
const u32 n_builtins_combine = COUNT_OF(builtins_combine);
