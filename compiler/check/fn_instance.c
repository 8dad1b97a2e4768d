// SPDX-License-Identifier: Apache-2.0
// Copies: both, ring, repeat, grid make placed copies of a solid with all its parts, originals
// first; row packs different solids side by side. Copies of one geometry differ only in their
// outermost transform, so the later stages build it once.
#include "compiler/check/fn.h"

enum { COPIES_MAX = 100000 };

// The union of n copies of the subject under maps[i], in order.
static Value copies(Eval *ev, BuiltinCall *c, Value subject, const Affine3 *maps, u32 n) {
    if (subject.kind == VALUE_PROFILE) {
        IrId *ids = ARENA_NEW(ev->arena, IrId, n);
        for (u32 i = 0; i < n; i++) {
            Value v = place_apply(ev, c, subject, &maps[i]);
            if (value_is_bad(v))
                return v;
            ids[i] = v.id;
        }
        return value_profile(n == 1 ? ids[0] : call_node(ev, c, IR_PROFILE_UNION, ids, n, NULL, 0));
    }
    if (subject.kind == VALUE_PATH) {
        value_mismatch(ev, subject, call_place(c, 0), "a solid or a profile");
        return value_bad();
    }
    if ((u64)n * subject.solid->n_parts > ev->options->limits.instances) {
        eval_stop(ev, DIAG_E0533, c->span, "too many parts", ev->options->limits.instances,
                  "--max-instances");
        return value_bad();
    }
    const Solid **solids = ARENA_NEW(ev->arena, const Solid *, n);
    for (u32 i = 0; i < n; i++) {
        solids[i] = affine3_is_identity(&maps[i])
                        ? subject.solid
                        : solid_transform(ev, subject.solid, &maps[i], c->span);
        if (solids[i] == NULL)
            return value_bad();
    }
    return solid_unite(ev, solids, n, c->span);
}

// ---- both ----

static const BuiltinParam both_params[] = {REQUIRED("solid", "solid|profile", NULL),
                                           BARE("axis", "axis", "X, Y or Z")};

static void set_sides(Instance *parts, u32 n, u32 pair, u32 side) {
    for (u32 i = 0; i < n; i++)
        if ((parts[i].sides & pair) == 0)
            parts[i].sides |= side;
}

static Value both_solid(Eval *ev, BuiltinCall *c, const Solid *subject, u32 axis) {
    static const u32 HIGH[] = {SIDE_LEFT, SIDE_BACK, SIDE_TOP},
                     LOW[] = {SIDE_RIGHT, SIDE_FRONT, SIDE_BOTTOM};
    Affine3 maps[2] = {affine3_identity(), place_mirror(axis)};
    Value v = copies(ev, c, value_solid(subject), maps, 2);
    if (value_is_bad(v) || subject->n_parts == 0)
        return v;
    Box3 box;
    bool is_low = ev->geometry != NULL && !solid_is_empty(subject);
    if (is_low) {
        if (!ask_bounds(ev, value_solid(subject), call_place(c, 0), &box))
            return value_bad();
        is_low = vec3_get(box3_center(box), axis) < -1e-6;
    }
    Instance *parts = (Instance *)v.solid->parts; // just made, not yet seen by anyone
    set_sides(parts, subject->n_parts, HIGH[axis] | LOW[axis], is_low ? LOW[axis] : HIGH[axis]);
    set_sides(parts + subject->n_parts, subject->n_parts, HIGH[axis] | LOW[axis],
              is_low ? HIGH[axis] : LOW[axis]);
    return v;
}

static Value run_both(Eval *ev, BuiltinCall *c) {
    Value subject;
    u32 axis;
    if (!place_subject(ev, c, &subject) || !value_to_axis(ev, c->args[1], call_place(c, 1), &axis))
        return value_bad();
    if (subject.kind == VALUE_SOLID)
        return both_solid(ev, c, subject.solid, axis);
    Affine3 maps[2] = {affine3_identity(), place_mirror(axis)};
    return copies(ev, c, subject, maps, 2);
}

// ---- ring, repeat, grid ----

static const BuiltinParam ring_params[] = {
    REQUIRED("solid", "solid|profile", NULL),
    BARE("n", "count", "1..100000"),
    OPTIONAL("axis", "direction", "Z", NULL),
    OPTIONAL("angle", "angle", "360", "not 0, at most 360"),
};

static Value run_ring(Eval *ev, BuiltinCall *c) {
    Value subject;
    u32 n;
    Vec3 axis;
    f64 angle;
    if (!place_subject(ev, c, &subject) || !call_count(ev, c, 1, 1, COPIES_MAX, &n) ||
        !call_direction(ev, c, 2, vec3(0, 0, 1), &axis) || !call_angle(ev, c, 3, 360, &angle) ||
        !eval_charge(ev, n, c->span))
        return value_bad();
    if (angle == 0 || fabs(angle) > 360) {
        Diag *d =
            diag_add(ev->diags, DIAG_E0640, c->spans[3],
                     "%.*s is no angle for a ring: it must be other than 0 and at most 360 deg",
                     STR_ARG(number_show(ev, angle, DIM_ANGLE)));
        diag_measure(d, angle, 360, STR("deg"));
        diag_help(ev->diags, d, "leave angle out for a full ring");
        return value_bad();
    }
    // A full ring ends where it began; an open one has a copy at both ends.
    f64 steps = fabs(angle) == 360 ? n : n == 1 ? 1 : n - 1;
    Affine3 *maps = ARENA_NEW(ev->arena, Affine3, n);
    for (u32 i = 0; i < n; i++)
        maps[i] = affine3_rotate(axis, angle * i / steps);
    return copies(ev, c, subject, maps, n);
}

// [x, y, z], or [x, y] with z 0.
static bool read_step(Eval *ev, BuiltinCall *c, u32 i, bool is_flat, Vec3 *out) {
    if (!is_flat || (c->args[i].kind == VALUE_LIST && c->args[i].list.len == 3))
        return call_point(ev, c, i, out);
    Vec2 flat;
    if (!value_to_point2(ev, c->args[i], call_place(c, i), &flat))
        return false;
    *out = vec3(flat.x, flat.y, 0);
    return true;
}

static const BuiltinParam repeat_params[] = {REQUIRED("solid", "solid|profile", NULL),
                                             BARE("n", "count", "1..100000"),
                                             REQUIRED("step", "point", "not zero")};

static bool step_moves(Eval *ev, BuiltinCall *c, u32 i, u32 n, Vec3 step) {
    if (n == 1 || vec3_norm(step) > 0)
        return true;
    Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[i],
                       "a step of nothing puts all %u copies in one place", n);
    diag_help(ev->diags, d, "give the way from one copy to the next: `step = [10, 0, 0]`");
    return false;
}

static Value run_repeat(Eval *ev, BuiltinCall *c) {
    Value subject;
    u32 n;
    Vec3 step;
    if (!place_subject(ev, c, &subject) || !call_count(ev, c, 1, 1, COPIES_MAX, &n) ||
        !read_step(ev, c, 2, subject.kind == VALUE_PROFILE, &step) ||
        !step_moves(ev, c, 2, n, step) || !eval_charge(ev, n, c->span))
        return value_bad();
    Affine3 *maps = ARENA_NEW(ev->arena, Affine3, n);
    for (u32 i = 0; i < n; i++)
        maps[i] = affine3_move(vec3_scale(step, i));
    return copies(ev, c, subject, maps, n);
}

static const BuiltinParam grid_params[] = {REQUIRED("solid", "solid|profile", NULL),
                                           BARE("n", "[nx, ny]", "1..100000 each"),
                                           REQUIRED("step", "[x, y]", "not zero")};

static Value run_grid(Eval *ev, BuiltinCall *c) {
    Value subject;
    ValueList counts;
    u32 nx, ny;
    Vec3 step;
    if (!place_subject(ev, c, &subject) ||
        !value_to_list(ev, c->args[1], call_place(c, 1), &counts))
        return value_bad();
    if (counts.len != 2) {
        Diag *d = diag_add(ev->diags, DIAG_E0405, c->spans[1],
                           "a list of %u where n of grid wants [nx, ny]", counts.len);
        diag_help(ev->diags, d, "write two counts: `.grid([3, 2], step = [10, 10])`");
        return value_bad();
    }
    if (!value_to_count(ev, counts.items[0], call_place(c, 1), 1, COPIES_MAX, &nx) ||
        !value_to_count(ev, counts.items[1], call_place(c, 1), 1, COPIES_MAX, &ny) ||
        !read_step(ev, c, 2, true, &step))
        return value_bad();
    if ((u64)nx * ny > COPIES_MAX) {
        eval_stop(ev, DIAG_E0533, c->span, "too many copies", COPIES_MAX, NULL);
        return value_bad();
    }
    if (!step_moves(ev, c, 2, nx, vec3(step.x, 0, 0)) ||
        !step_moves(ev, c, 2, ny, vec3(0, step.y, 0)) || !eval_charge(ev, nx * ny, c->span))
        return value_bad();
    Affine3 *maps = ARENA_NEW(ev->arena, Affine3, (size_t)nx * ny);
    for (u32 i = 0; i < nx * ny; i++)
        maps[i] = affine3_move(
            vec3((i % nx - (nx - 1) / 2.0) * step.x, (i / nx - (ny - 1) / 2.0) * step.y, 0));
    return copies(ev, c, subject, maps, nx * ny);
}

// ---- row ----

static const BuiltinParam row_params[] = {BARE("solids", "list of solids", NULL),
                                          OPTIONAL("axis", "axis", "X", "X, Y or Z"),
                                          OPTIONAL("gap", "length", "0", NULL)};

// The first stays where it is; each of the others follows the one before.
static Value run_row(Eval *ev, BuiltinCall *c) {
    ValueList list;
    u32 axis = 0;
    f64 gap, end = 0;
    if (!value_to_list(ev, c->args[0], call_place(c, 0), &list) ||
        (call_has(c, 1) && !value_to_axis(ev, c->args[1], call_place(c, 1), &axis)) ||
        !call_length(ev, c, 2, 0, &gap))
        return value_bad();
    const Solid **solids = ARENA_NEW(ev->arena, const Solid *, (size_t)list.len + 1);
    for (u32 i = 0; i < list.len; i++) {
        Box3 box;
        if (!value_to_solid(ev, list.items[i], call_place(c, 0), &solids[i]) ||
            !ask_bounds(ev, value_solid(solids[i]), call_place(c, 0), &box))
            return value_bad();
        Vec3 by = {0, 0, 0};
        if (i > 0)
            vec3_set(&by, axis, end + gap - vec3_get(box.min, axis));
        end = vec3_get(box.max, axis) + vec3_get(by, axis);
        Affine3 map = affine3_move(by);
        if (i > 0 && (solids[i] = solid_transform(ev, solids[i], &map, c->span)) == NULL)
            return value_bad();
    }
    return solid_unite(ev, solids, list.len, c->span);
}

const BuiltinRow builtins_instance[] = {
    ROW("both", BUILTIN_INSTANCE, true, both_params, "solid|profile", run_both,
        "Itself and its mirror image across an axis; the parts in them are known by their side."),
    ROW("ring", BUILTIN_INSTANCE, true, ring_params, "solid|profile", run_ring,
        "n copies turned evenly about an axis through the origin; less than 360 degrees has copies "
        "at both ends."),
    ROW("repeat", BUILTIN_INSTANCE, true, repeat_params, "solid|profile", run_repeat,
        "n copies, each a step further than the one before."),
    ROW("grid", BUILTIN_INSTANCE, true, grid_params, "solid|profile", run_grid,
        "nx by ny copies a step apart, centred about where the solid stands."),
    ROW("row", BUILTIN_INSTANCE, false, row_params, "solid", run_row,
        "Solids packed side by side along an axis by their bounds; the first stays where it is."),
};
const u32 n_builtins_instance = COUNT_OF(builtins_instance);
