// SPDX-License-Identifier: Apache-2.0
// Profiles: flat shapes in x and y. Those given by a size are centred; polygons and text stay where
// they are drawn.
#include "compiler/check/fn.h"

static Value make_profile(Eval *ev, BuiltinCall *c, IrKind kind, const f64 *nums, u32 n) {
    return value_profile(call_node(ev, c, kind, NULL, 0, nums, n));
}

static const BuiltinParam rect_params[] = {
    REQUIRED("size", "[x, y]", "> 0"),
    OPTIONAL("round", "length", "0", ">= 0, at most half the shorter side")};

static Value run_rect(Eval *ev, BuiltinCall *c) {
    Vec2 size;
    f64 round;
    if (!call_size2(ev, c, 0, &size) || !call_distance(ev, c, 1, &round))
        return value_bad();
    f64 limit = fmin(size.x, size.y) / 2;
    if (round > limit * (1 + 1e-9)) {
        call_too_large(ev, c, 1, DIAG_E0610, round, limit, false, "half the shorter side");
        return value_bad();
    }
    f64 nums[IR_RECT_n_nums] = {size.x, size.y, fmin(round, limit)};
    return make_profile(ev, c, IR_RECT, nums, IR_RECT_n_nums);
}

static const BuiltinParam circle_params[] = {REQUIRED("d", "length", "> 0")};

static Value run_circle(Eval *ev, BuiltinCall *c) {
    f64 d;
    return call_size(ev, c, 0, &d) ? make_profile(ev, c, IR_CIRCLE, &d, 1) : value_bad();
}

static const BuiltinParam ellipse_params[] = {REQUIRED("size", "[x, y]", "> 0")};

static Value run_ellipse(Eval *ev, BuiltinCall *c) {
    Vec2 size;
    if (!call_size2(ev, c, 0, &size))
        return value_bad();
    f64 nums[IR_ELLIPSE_n_nums] = {size.x, size.y};
    return make_profile(ev, c, IR_ELLIPSE, nums, IR_ELLIPSE_n_nums);
}

enum { CORNERS_MAX = 1000 };
static const BuiltinParam ngon_params[] = {REQUIRED("sides", "count", "3..1000"),
                                           REQUIRED("d", "length", "> 0")};

static Value run_ngon(Eval *ev, BuiltinCall *c) {
    u32 sides;
    f64 nums[IR_NGON_n_nums];
    if (!call_count(ev, c, 0, 3, CORNERS_MAX, &sides) || !call_size(ev, c, 1, &nums[IR_NGON_d]))
        return value_bad();
    nums[IR_NGON_sides] = sides;
    return make_profile(ev, c, IR_NGON, nums, IR_NGON_n_nums);
}

static const BuiltinParam star_params[] = {REQUIRED("points", "count", "3..1000"),
                                           REQUIRED("d", "length", "> 0"),
                                           REQUIRED("inner", "length", "> 0, less than d")};

static Value run_star(Eval *ev, BuiltinCall *c) {
    u32 points;
    f64 nums[IR_STAR_n_nums];
    if (!call_count(ev, c, 0, 3, CORNERS_MAX, &points) || !call_size(ev, c, 1, &nums[IR_STAR_d]) ||
        !call_size(ev, c, 2, &nums[IR_STAR_inner]))
        return value_bad();
    nums[IR_STAR_points] = points;
    if (nums[IR_STAR_inner] >= nums[IR_STAR_d]) {
        call_too_large(ev, c, 2, DIAG_E0623, nums[IR_STAR_inner], nums[IR_STAR_d], true,
                       "its diameter d (both are diameters)");
        return value_bad();
    }
    return make_profile(ev, c, IR_STAR, nums, IR_STAR_n_nums);
}

static const BuiltinParam polygon_params[] = {BARE("points", "list of [x, y]", "at least 3"),
                                              OPTIONAL("smooth", "bool", "false", NULL)};

static bool points_too_few(Eval *ev, BuiltinCall *c, u32 n, u32 least) {
    if (n >= least)
        return false;
    Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[0],
                       "%u different points: %s needs at least %u", n, c->row->spec.name, least);
    diag_measure(d, n, least, STR(""));
    diag_help(ev->diags, d, "give more points");
    return true;
}

static Value run_polygon(Eval *ev, BuiltinCall *c) {
    ValueList points;
    bool smooth;
    if (!value_to_list(ev, c->args[0], call_place(c, 0), &points) ||
        !call_bool(ev, c, 1, false, &smooth) || !eval_charge(ev, points.len, c->span))
        return value_bad();
    f64 *nums = ARENA_NEW(ev->arena, f64, 1 + 2 * (size_t)points.len);
    nums[IR_POLYGON_smooth] = smooth;
    u32 n_different = 0;
    for (u32 i = 0; i < points.len; i++) {
        Vec2 p;
        if (!value_to_point2(ev, points.items[i], (Place){c->spans[0], "a point", STR("polygon")},
                             &p))
            return value_bad();
        f64 *to = nums + IR_POLYGON_points + 2 * (size_t)i;
        to[0] = p.x, to[1] = p.y;
        n_different += i == 0 || to[-2] != p.x || to[-1] != p.y;
    }
    if (points_too_few(ev, c, n_different, 3))
        return value_bad();
    return make_profile(ev, c, IR_POLYGON, nums, IR_POLYGON_points + 2 * points.len);
}

static const BuiltinParam text_params[] = {BARE("text", "text", "not empty"),
                                           REQUIRED("size", "length", "> 0")};

static Value run_text(Eval *ev, BuiltinCall *c) {
    Str text;
    f64 size;
    if (!value_to_text(ev, c->args[0], call_place(c, 0), &text) || !call_size(ev, c, 1, &size))
        return value_bad();
    bool blank = true;
    for (u32 i = 0; i < text.len; i++)
        blank = blank && text.ptr[i] == ' ';
    if (blank) {
        Diag *d =
            diag_add(ev->diags, DIAG_E0640, c->spans[0], "a text without letters makes no profile");
        diag_help(ev->diags, d, "give it letters, or leave it out with `if`");
        return value_bad();
    }
    return value_profile(
        ir_node(ev->graph, IR_TEXT, NULL, 0, &size, 1, text, c->span, eval_call_id(ev)));
}

// ---- made of other profiles ----

static const BuiltinParam offset_params[] = {REQUIRED("profile", "profile", NULL),
                                             BARE("r", "length", "not 0; below 0 shrinks")};
static const BuiltinParam round_params[] = {REQUIRED("profile", "profile", NULL),
                                            BARE("r", "length", "> 0")};

static Value run_offset(Eval *ev, BuiltinCall *c) {
    IrId profile;
    f64 r;
    if (!value_to_profile(ev, c->args[0], call_place(c, 0), &profile) ||
        !call_length(ev, c, 1, 0, &r))
        return value_bad();
    return r == 0 ? value_profile(profile)
                  : value_profile(call_node(ev, c, IR_OFFSET, &profile, 1, &r, 1));
}

static Value run_round(Eval *ev, BuiltinCall *c) {
    IrId profile;
    f64 r;
    if (c->args[0].kind == VALUE_SOLID) {
        Diag *d =
            diag_add(ev->diags, DIAG_E0402, c->spans[0], "a solid where round wants a profile");
        diag_help(ev->diags, d,
                  "solids are rounded as they are made: `box(size = ..., round = 1)`, `.extrude(h "
                  "= ..., round = 1)`");
        return value_bad();
    }
    if (!value_to_profile(ev, c->args[0], call_place(c, 0), &profile) || !call_size(ev, c, 1, &r))
        return value_bad();
    return value_profile(call_node(ev, c, IR_ROUND, &profile, 1, &r, 1));
}

const BuiltinRow builtins_profile[] = {
    ROW("rect", BUILTIN_PROFILE, false, rect_params, "profile", run_rect,
        "A rectangle centred on the origin, its corners rounded if wanted."),
    ROW("circle", BUILTIN_PROFILE, false, circle_params, "profile", run_circle,
        "A disc centred on the origin."),
    ROW("ellipse", BUILTIN_PROFILE, false, ellipse_params, "profile", run_ellipse,
        "An ellipse centred on the origin."),
    ROW("ngon", BUILTIN_PROFILE, false, ngon_params, "profile", run_ngon,
        "A regular polygon, d across its corners, one corner on +x."),
    ROW("star", BUILTIN_PROFILE, false, star_params, "profile", run_star,
        "A star, d over its points, inner the diameter at its notches, one point on +y."),
    ROW("polygon", BUILTIN_PROFILE, false, polygon_params, "profile", run_polygon,
        "The shape within the points in order; smooth runs a curve through them, and a point given "
        "twice stays a corner."),
    ROW("text", BUILTIN_PROFILE, false, text_params, "profile", run_text,
        "Letters on the line y = 0 from x = 0; size is the height of a capital."),
    ROW("offset", BUILTIN_PROFILE, true, offset_params, "profile", run_offset,
        "The profile grown by r all round, with round corners; below 0 shrunk."),
    ROW("round", BUILTIN_PROFILE, true, round_params, "profile", run_round,
        "The profile with all corners rounded to radius r."),
};
const u32 n_builtins_profile = COUNT_OF(builtins_profile);
