// SPDX-License-Identifier: Apache-2.0
// Paths: lines through space for sweeping along. They stay where they are drawn.
#include "compiler/check/fn.h"

enum { PATH_points, PATH_smooth, PATH_round, PATH_closed };
static const BuiltinParam path_params[] = {
    BARE("points", "list of points", "at least 2 that differ, 3 when closed"),
    OPTIONAL("smooth", "bool", "false", NULL), OPTIONAL("round", "length", "0", ">= 0"),
    OPTIONAL("closed", "bool", "false", NULL)};

// Points that repeat the one before say nothing on a straight path, and stay for a smooth one,
// where they make a corner.
static bool read_points(Eval *ev, BuiltinCall *c, ValueList list, bool smooth, f64 *nums, u32 *n,
                        u32 *n_different) {
    *n = *n_different = 0;
    Vec3 last = {0, 0, 0};
    for (u32 i = 0; i < list.len; i++) {
        Vec3 p;
        if (!value_to_point(ev, list.items[i],
                            (Place){c->spans[PATH_points], "a point", STR("path")}, &p))
            return false;
        bool differs = i == 0 || p.x != last.x || p.y != last.y || p.z != last.z;
        *n_different += differs;
        last = p;
        if (!differs && !smooth)
            continue;
        f64 *to = nums + 3 * (size_t)(*n)++;
        to[0] = p.x, to[1] = p.y, to[2] = p.z;
    }
    return true;
}

static Value run_path(Eval *ev, BuiltinCall *c) {
    ValueList list;
    bool smooth, closed;
    f64 round;
    if (!value_to_list(ev, c->args[PATH_points], call_place(c, PATH_points), &list) ||
        !call_bool(ev, c, PATH_smooth, false, &smooth) ||
        !call_distance(ev, c, PATH_round, &round) ||
        !call_bool(ev, c, PATH_closed, false, &closed) || !eval_charge(ev, list.len, c->span))
        return value_bad();
    f64 *nums = ARENA_NEW(ev->arena, f64, IR_POLYLINE_points + 3 * (size_t)list.len);
    u32 n, n_different;
    if (!read_points(ev, c, list, smooth, nums + IR_POLYLINE_points, &n, &n_different))
        return value_bad();
    u32 least = closed ? 3 : 2;
    if (n_different < least) {
        Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[PATH_points],
                           "%u different points: a%s path needs at least %u", n_different,
                           closed ? " closed" : "", least);
        diag_measure(d, n_different, least, STR(""));
        diag_help(ev->diags, d, "give more points: `path([[0, 0, 0], [0, 0, 10]])`");
        return value_bad();
    }
    nums[IR_POLYLINE_smooth] = smooth;
    nums[IR_POLYLINE_round] = round;
    nums[IR_POLYLINE_closed] = closed;
    return value_path(call_node(ev, c, IR_POLYLINE, NULL, 0, nums, IR_POLYLINE_points + 3 * n));
}

static const BuiltinParam arc_params[] = {REQUIRED("d", "length", "> 0"),
                                          REQUIRED("from", "angle", NULL),
                                          REQUIRED("to", "angle", "not from, at most 360 from it")};

static Value run_arc(Eval *ev, BuiltinCall *c) {
    f64 nums[IR_ARC_n_nums];
    if (!call_size(ev, c, 0, &nums[IR_ARC_d]) || !call_angle(ev, c, 1, 0, &nums[IR_ARC_from]) ||
        !call_angle(ev, c, 2, 360, &nums[IR_ARC_to]))
        return value_bad();
    f64 turn = fabs(nums[IR_ARC_to] - nums[IR_ARC_from]);
    if (turn >= 1e-6 && turn <= 360)
        return value_path(call_node(ev, c, IR_ARC, NULL, 0, nums, IR_ARC_n_nums));
    Diag *d = diag_add(ev->diags, DIAG_E0640, span_join(c->spans[1], c->spans[2]),
                       "an arc of %.*s: it must be above 0 and at most 360 deg",
                       STR_ARG(number_show(ev, turn, DIM_ANGLE)));
    diag_measure(d, turn, turn > 360 ? 360 : 0, STR("deg"));
    diag_help(ev->diags, d, "for more than a turn use `helix`");
    return value_bad();
}

static const BuiltinParam helix_params[] = {REQUIRED("d", "length", "> 0"),
                                            REQUIRED("pitch", "length", NULL),
                                            REQUIRED("turns", "number", "> 0, at most 10000")};

static Value run_helix(Eval *ev, BuiltinCall *c) {
    f64 nums[IR_HELIX_n_nums];
    if (!call_size(ev, c, 0, &nums[IR_HELIX_d]) ||
        !call_length(ev, c, 1, 0, &nums[IR_HELIX_pitch]) ||
        !call_number(ev, c, 2, 1, &nums[IR_HELIX_turns]))
        return value_bad();
    f64 turns = nums[IR_HELIX_turns];
    if (turns > 0 && turns <= 10000)
        return value_path(call_node(ev, c, IR_HELIX, NULL, 0, nums, IR_HELIX_n_nums));
    Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[2],
                       "%.*s is no number of turns: it must be above 0 and at most 10000",
                       STR_ARG(number_show(ev, turns, DIM_BARE)));
    diag_measure(d, turns, turns > 0 ? 10000 : 0, STR(""));
    diag_help(ev->diags, d, "a pitch below 0 runs downward; mirror it to turn the other way");
    return value_bad();
}

const BuiltinRow builtins_path[] = {
    ROW("path", BUILTIN_PATH, false, path_params, "path", run_path,
        "A line through the points: straight, with rounded corners, or one smooth curve."),
    ROW("arc", BUILTIN_PATH, false, arc_params, "path", run_arc,
        "Part of a circle about the origin in the plane z = 0, from one angle to another."),
    ROW("helix", BUILTIN_PATH, false, helix_params, "path", run_helix,
        "A screw line about Z, from [d/2, 0, 0] upward."),
};
const u32 n_builtins_path = COUNT_OF(builtins_path);
