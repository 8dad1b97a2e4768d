// SPDX-License-Identifier: Apache-2.0
// Solids made from profiles: extrude, revolve, sweep, loft. They stay where their profiles are
// drawn.
#include "compiler/check/fn.h"

static Value place_made(Eval *ev, BuiltinCall *c, IrId id, const Affine3 *map) {
    return solid_from_ir(ev, ir_xform(ev->graph, id, map, c->span, eval_call_id(ev)));
}

// ---- extrude ----

enum { EXTRUDE_profile, EXTRUDE_h, EXTRUDE_plane, EXTRUDE_twist, EXTRUDE_taper, EXTRUDE_round };
static const BuiltinParam extrude_params[] = {
    REQUIRED("profile", "profile", NULL),
    REQUIRED("h", "length", "> 0"),
    OPTIONAL("plane", "plane", "XY", "XY, XZ or YZ"),
    OPTIONAL("twist", "angle", "0", "at most 100 turns"),
    OPTIONAL("taper", "number", "1", ">= 0, at most 1000"),
    OPTIONAL("round", "length", "0", ">= 0, at most half of h"),
};

static bool read_plane(Eval *ev, BuiltinCall *c, u32 i, u32 *plane) {
    *plane = 2;
    if (!call_has(c, i))
        return true;
    if (c->args[i].kind != VALUE_PLANE) {
        value_mismatch(ev, c->args[i], call_place(c, i), "XY, XZ or YZ");
        return false;
    }
    *plane = c->args[i].axis;
    return true;
}

static bool read_factor(Eval *ev, Value v, Place place, f64 *out) {
    if (!value_to_number(ev, v, place, out))
        return false;
    if (*out >= 0 && *out <= 1000)
        return true;
    Diag *d = diag_add(ev->diags, DIAG_E0640, place.span,
                       "%.*s is no scale: %s of %.*s must be from 0 to 1000",
                       STR_ARG(value_show(ev, v)), place.what, STR_ARG(place.owner));
    diag_measure(d, *out, *out < 0 ? 0 : 1000, STR(""));
    diag_help(ev->diags, d, "1 keeps the size, 0.5 halves it, 0 ends in a point");
    return false;
}

static bool read_twist(Eval *ev, BuiltinCall *c, u32 i, f64 *deg) {
    if (!call_angle(ev, c, i, 0, deg))
        return false;
    if (fabs(*deg) <= 36000)
        return true;
    Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[i],
                       "a twist of %.*s: at most 36000 deg, a hundred turns",
                       STR_ARG(number_show(ev, *deg, DIM_ANGLE)));
    diag_measure(d, *deg, 36000, STR("deg"));
    diag_help(ev->diags, d, "twist less");
    return false;
}

static Value run_extrude(Eval *ev, BuiltinCall *c) {
    IrId profile;
    u32 plane;
    f64 nums[IR_EXTRUDE_n_nums] = {0, 0, 1, 0};
    f64 *h = &nums[IR_EXTRUDE_h], *round = &nums[IR_EXTRUDE_round];
    if (!value_to_profile(ev, c->args[EXTRUDE_profile], call_place(c, EXTRUDE_profile), &profile) ||
        !call_size(ev, c, EXTRUDE_h, h) || !read_plane(ev, c, EXTRUDE_plane, &plane) ||
        !read_twist(ev, c, EXTRUDE_twist, &nums[IR_EXTRUDE_twist]) ||
        !call_distance(ev, c, EXTRUDE_round, round))
        return value_bad();
    if (call_has(c, EXTRUDE_taper) &&
        !read_factor(ev, c->args[EXTRUDE_taper], call_place(c, EXTRUDE_taper),
                     &nums[IR_EXTRUDE_taper]))
        return value_bad();
    if (*round > *h / 2 * (1 + 1e-9)) {
        call_too_large(ev, c, EXTRUDE_round, DIAG_E0610, *round, *h / 2, false, "half of h");
        return value_bad();
    }
    *round = fmin(*round, *h / 2);
    Affine3 map = frame_plane(plane);
    return place_made(ev, c, call_node(ev, c, IR_EXTRUDE, &profile, 1, nums, IR_EXTRUDE_n_nums),
                      &map);
}

// ---- revolve ----

static const BuiltinParam revolve_params[] = {REQUIRED("profile", "profile", "x >= 0"),
                                              OPTIONAL("angle", "angle", "360", "> 0, at most 360"),
                                              OPTIONAL("axis", "direction", "Z", NULL)};

static Value run_revolve(Eval *ev, BuiltinCall *c) {
    IrId profile;
    f64 angle;
    Vec3 axis;
    if (!value_to_profile(ev, c->args[0], call_place(c, 0), &profile) ||
        !call_angle(ev, c, 1, 360, &angle) || !call_direction(ev, c, 2, vec3(0, 0, 1), &axis))
        return value_bad();
    if (!(angle > 0 && angle <= 360)) {
        Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[1],
                           "%.*s is no turn: angle of revolve must be above 0 and at most 360 deg",
                           STR_ARG(number_show(ev, angle, DIM_ANGLE)));
        diag_measure(d, angle, angle > 0 ? 360 : 0, STR("deg"));
        diag_help(ev->diags, d, "for a turn the other way, revolve and then `.rotate(z = ...)`");
        return value_bad();
    }
    Affine3 map = frame_along(axis);
    return place_made(ev, c, call_node(ev, c, IR_REVOLVE, &profile, 1, &angle, 1), &map);
}

// ---- sweep ----

enum { SWEEP_profile, SWEEP_path, SWEEP_scale, SWEEP_twist, SWEEP_ends, SWEEP_up };
static const BuiltinParam sweep_params[] = {
    REQUIRED("profile", "profile", NULL),
    REQUIRED("path", "path", NULL),
    OPTIONAL("scale", "number or list", "1", ">= 0, at most 1000"),
    OPTIONAL("twist", "angle", "0", "at most 100 turns"),
    OPTIONAL("ends", "text", "\"flat\"", "\"flat\" or \"round\""),
    OPTIONAL("up", "direction", "Z", NULL),
};

static bool read_ends(Eval *ev, BuiltinCall *c, f64 *round) {
    Str ends;
    *round = 0;
    if (!call_has(c, SWEEP_ends))
        return true;
    if (!value_to_text(ev, c->args[SWEEP_ends], call_place(c, SWEEP_ends), &ends))
        return false;
    *round = str_equal_z(ends, "round");
    if (*round != 0 || str_equal_z(ends, "flat"))
        return true;
    Diag *d = diag_add(ev->diags, DIAG_E0402, c->spans[SWEEP_ends],
                       "\"%.*s\" where ends of sweep wants \"flat\" or \"round\"", STR_ARG(ends));
    diag_help(ev->diags, d, "write `ends = \"round\"`");
    diag_fix(ev->diags, d, FIX_MAYBE, c->spans[SWEEP_ends], STR("\"round\""));
    return false;
}

// One factor is that of the far end; a list is spread evenly along the path.
static bool read_scale(Eval *ev, BuiltinCall *c, f64 **nums, u32 *n) {
    Value v = c->args[SWEEP_scale];
    ValueList list = {&v, 1, 0};
    if (v.kind == VALUE_LIST)
        list = v.list;
    if (v.kind == VALUE_LIST && list.len == 0) {
        value_mismatch(ev, v, call_place(c, SWEEP_scale), "a number or a list of numbers");
        return false;
    }
    *n = IR_SWEEP_scale + list.len;
    f64 *out = ARENA_NEW(ev->arena, f64, *n);
    memcpy(out, *nums, IR_SWEEP_scale * sizeof *out);
    for (u32 i = 0; i < list.len; i++)
        if (!read_factor(ev, list.items[i], call_place(c, SWEEP_scale), &out[IR_SWEEP_scale + i]))
            return false;
    *nums = out;
    return true;
}

static Value run_sweep(Eval *ev, BuiltinCall *c) {
    IrId children[2];
    Vec3 up;
    f64 fixed[IR_SWEEP_scale];
    if (!value_to_profile(ev, c->args[SWEEP_profile], call_place(c, SWEEP_profile), &children[0]) ||
        !value_to_path(ev, c->args[SWEEP_path], call_place(c, SWEEP_path), &children[1]) ||
        !read_twist(ev, c, SWEEP_twist, &fixed[IR_SWEEP_twist]) ||
        !read_ends(ev, c, &fixed[IR_SWEEP_round_ends]) ||
        !call_direction(ev, c, SWEEP_up, vec3(0, 0, 1), &up))
        return value_bad();
    for (u32 i = 0; i < 3; i++)
        fixed[IR_SWEEP_up + i] = vec3_get(up, i);
    f64 *nums = fixed;
    u32 n = IR_SWEEP_scale;
    if (call_has(c, SWEEP_scale) && !read_scale(ev, c, &nums, &n))
        return value_bad();
    return solid_from_ir(ev, call_node(ev, c, IR_SWEEP, children, 2, nums, n));
}

// ---- loft ----

enum { LOFT_profiles, LOFT_heights, LOFT_axis, LOFT_smooth };
static const BuiltinParam loft_params[] = {
    BARE("profiles", "list of profiles", "at least 2"),
    REQUIRED("heights", "list of lengths", "one for each profile, rising"),
    OPTIONAL("axis", "axis", "Z", "X, Y or Z"),
    OPTIONAL("smooth", "bool", "false", NULL),
};

static bool check_heights(Eval *ev, BuiltinCall *c, ValueList profiles, ValueList heights) {
    Diag *d;
    if (profiles.len < 2) {
        d = diag_add(ev->diags, DIAG_E0640, c->spans[LOFT_profiles],
                     "%u profile%s: loft needs at least 2", profiles.len,
                     profiles.len == 1 ? "" : "s");
        diag_help(ev->diags, d,
                  "give the profiles in a list: `loft([p, q], heights = [0, 10])`, or use "
                  "`.extrude(h = ...)` for one");
        return false;
    }
    if (profiles.len != heights.len) {
        d = diag_add(ev->diags, DIAG_E0405, c->spans[LOFT_heights], "%u heights for %u profiles",
                     heights.len, profiles.len);
        diag_label(ev->diags, d, c->spans[LOFT_profiles], "%u profiles", profiles.len);
        diag_measure(d, heights.len, profiles.len, STR(""));
        diag_help(ev->diags, d, "give each profile one height");
        return false;
    }
    return true;
}

static bool read_heights(Eval *ev, BuiltinCall *c, ValueList heights, f64 *out) {
    for (u32 i = 0; i < heights.len; i++) {
        if (!value_to_length(ev, heights.items[i],
                             (Place){c->spans[LOFT_heights], "heights", STR("loft")}, &out[i]))
            return false;
        if (i == 0 || out[i] - out[i - 1] >= 1e-6)
            continue;
        Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[LOFT_heights],
                           "heights of loft must rise: %.*s comes after %.*s",
                           STR_ARG(value_show(ev, heights.items[i])),
                           STR_ARG(value_show(ev, heights.items[i - 1])));
        diag_measure(d, out[i], out[i - 1], STR("mm"));
        diag_help(ev->diags, d, "order profiles and heights from the bottom up");
        return false;
    }
    return true;
}

static Value run_loft(Eval *ev, BuiltinCall *c) {
    ValueList profiles, heights;
    bool smooth;
    u32 axis = 2;
    if (!value_to_list(ev, c->args[LOFT_profiles], call_place(c, LOFT_profiles), &profiles) ||
        !value_to_list(ev, c->args[LOFT_heights], call_place(c, LOFT_heights), &heights) ||
        !call_bool(ev, c, LOFT_smooth, false, &smooth) ||
        (call_has(c, LOFT_axis) &&
         !value_to_axis(ev, c->args[LOFT_axis], call_place(c, LOFT_axis), &axis)) ||
        !check_heights(ev, c, profiles, heights))
        return value_bad();
    f64 *nums = ARENA_NEW(ev->arena, f64, IR_LOFT_heights + (size_t)heights.len);
    IrId *ids = ARENA_NEW(ev->arena, IrId, profiles.len);
    nums[IR_LOFT_smooth] = smooth;
    for (u32 i = 0; i < profiles.len; i++)
        if (!value_to_profile(ev, profiles.items[i],
                              (Place){c->spans[LOFT_profiles], "a section", STR("loft")}, &ids[i]))
            return value_bad();
    if (!read_heights(ev, c, heights, nums + IR_LOFT_heights))
        return value_bad();
    Affine3 map = frame_plane(axis);
    return place_made(
        ev, c, call_node(ev, c, IR_LOFT, ids, profiles.len, nums, IR_LOFT_heights + heights.len),
        &map);
}

const BuiltinRow builtins_make[] = {
    ROW("extrude", BUILTIN_MAKE, true, extrude_params, "solid", run_extrude,
        "The profile made h thick toward the positive third axis of its plane, twisted, tapered, "
        "or with rounded rims if wanted."),
    ROW("revolve", BUILTIN_MAKE, true, revolve_params, "solid", run_revolve,
        "The profile turned about an axis: x is the radius, y runs along the axis."),
    ROW("sweep", BUILTIN_MAKE, true, sweep_params, "solid", run_sweep,
        "The profile carried along a path, its y upward and its x to the left of the way; scale "
        "and twist act toward the far end."),
    ROW("loft", BUILTIN_MAKE, false, loft_params, "solid", run_loft,
        "Profiles at heights along an axis, joined point by point, straight or smooth."),
};
const u32 n_builtins_make = COUNT_OF(builtins_make);
