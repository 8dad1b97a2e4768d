// SPDX-License-Identifier: Apache-2.0
// Arguments of built-ins as their functions read them: converted, in mm, and refused with the legal
// range when they make no solid. Also the frames that turn solids along an axis.
#include "compiler/check/fn.h"

static const f64 SIZE_MIN_MM = 1e-6;

// ---- places and numbers as written ----

static bool is_radius(const BuiltinCall *c, u32 i) {
    return (c->as_radius >> i & 1u) != 0;
}

Place call_place(const BuiltinCall *c, u32 i) {
    static const struct {
        const char *diameter, *radius;
    } NAMES[] = {{"d", "r"}, {"d_top", "r_top"}, {"d_end", "r_end"}};
    const char *name = c->row->spec.params[i].name;
    for (u32 k = 0; is_radius(c, i) && k < COUNT_OF(NAMES); k++)
        if (strcmp(name, NAMES[k].diameter) == 0)
            name = NAMES[k].radius;
    return (Place){c->spans[i], name, str_from(c->row->spec.name)};
}

Str call_show(Eval *ev, const BuiltinCall *c, u32 i, f64 mm) {
    return number_show(ev, mm / ev->unit_mm / (is_radius(c, i) ? 2 : 1), DIM_LENGTH);
}

// ---- refusing ----

Diag *call_size_error(Eval *ev, const BuiltinCall *c, u32 i, f64 mm, f64 limit_mm,
                      const char *must) {
    Place place = call_place(c, i);
    f64 scale = is_radius(c, i) ? 0.5 : 1;
    Diag *d = diag_add(ev->diags, DIAG_E0640, place.span, "%.*s is no size: %s of %.*s must be %s",
                       STR_ARG(call_show(ev, c, i, mm)), place.what, STR_ARG(place.owner), must);
    diag_measure(d, mm * scale, limit_mm * scale, STR("mm"));
    diag_key(ev->diags, d, "%s of %.*s must be %s", place.what, STR_ARG(place.owner), must);
    return d;
}

void call_too_large(Eval *ev, const BuiltinCall *c, u32 i, DiagCode code, f64 mm, f64 limit_mm,
                    bool is_strict, const char *why) {
    Place place = call_place(c, i);
    f64 scale = is_radius(c, i) ? 0.5 : 1;
    Diag *d =
        diag_add(ev->diags, code, place.span, "%s of %.*s is %.*s: it must be %s %.*s, %s",
                 place.what, STR_ARG(place.owner), STR_ARG(call_show(ev, c, i, mm)),
                 is_strict ? "less than" : "at most", STR_ARG(call_show(ev, c, i, limit_mm)), why);
    diag_measure(d, mm * scale, limit_mm * scale, STR("mm"));
    diag_key(ev->diags, d, "%s of %.*s", place.what, STR_ARG(place.owner));
    // A number that stays below the limit when it is read back.
    f64 most = limit_mm * scale / ev->unit_mm, unit = is_strict && most < 1 ? 1e6 : 1e4;
    f64 fit = is_strict ? most * 0.9 : most;
    char text[NUMBER_TEXT_MAX];
    number_write_short(floor(fit * unit + 1e-6) / unit, 15, text);
    diag_help(ev->diags, d, "write `%s = %s`", place.what, text);
    diag_fix(ev->diags, d, FIX_MAYBE, place.span, str_copy(ev->arena, str_from(text)));
}

bool call_conflict(Eval *ev, const BuiltinCall *c, u32 i, u32 k) {
    if (!call_has(c, i) || !call_has(c, k))
        return false;
    Place a = call_place(c, i), b = call_place(c, k);
    Diag *d = diag_add(ev->diags, DIAG_E0308, b.span, "%.*s cannot have both %s and %s",
                       STR_ARG(a.owner), a.what, b.what);
    diag_label(ev->diags, d, a.span, "%s is given here", a.what);
    diag_help(ev->diags, d, "leave out one of the two");
    return true;
}

Value call_missing(Eval *ev, const BuiltinCall *c, const char *needs, const char *example) {
    Diag *d = diag_add(ev->diags, DIAG_E0305, c->span, "%s needs %s", c->row->spec.name, needs);
    diag_help(ev->diags, d, "write `%s`", example);
    return value_bad();
}

// ---- reading ----

bool call_length(Eval *ev, BuiltinCall *c, u32 i, f64 fallback_mm, f64 *mm) {
    *mm = fallback_mm;
    return !call_has(c, i) || value_to_length(ev, c->args[i], call_place(c, i), mm);
}

static bool check_size(Eval *ev, const BuiltinCall *c, u32 i, f64 mm) {
    if (mm >= SIZE_MIN_MM)
        return true;
    Diag *d = call_size_error(ev, c, i, mm, mm > 0 ? SIZE_MIN_MM : 0,
                              mm > 0 ? "at least 0.000001 mm" : "above 0");
    if (mm < 0)
        diag_help(ev->diags, d, "drop the minus sign, or check what is subtracted from what");
    else
        diag_help(ev->diags, d, "give it a size, or leave the solid out with `if`");
    return false;
}

bool call_size(Eval *ev, BuiltinCall *c, u32 i, f64 *mm) {
    return call_length(ev, c, i, 0, mm) && check_size(ev, c, i, *mm);
}

bool call_size3(Eval *ev, BuiltinCall *c, u32 i, Vec3 *mm) {
    if (!value_to_point(ev, c->args[i], call_place(c, i), mm))
        return false;
    return check_size(ev, c, i, mm->x) && check_size(ev, c, i, mm->y) &&
           check_size(ev, c, i, mm->z);
}

bool call_size2(Eval *ev, BuiltinCall *c, u32 i, Vec2 *mm) {
    if (!value_to_point2(ev, c->args[i], call_place(c, i), mm))
        return false;
    return check_size(ev, c, i, mm->x) && check_size(ev, c, i, mm->y);
}

bool call_distance(Eval *ev, BuiltinCall *c, u32 i, f64 *mm) {
    if (!call_length(ev, c, i, 0, mm))
        return false;
    if (*mm >= 0)
        return true;
    Diag *d = call_size_error(ev, c, i, *mm, 0, "0 or more");
    diag_help(ev->diags, d, "drop the minus sign");
    return false;
}

bool call_angle(Eval *ev, BuiltinCall *c, u32 i, f64 fallback, f64 *deg) {
    *deg = fallback;
    return !call_has(c, i) || value_to_angle(ev, c->args[i], call_place(c, i), deg);
}

bool call_number(Eval *ev, BuiltinCall *c, u32 i, f64 fallback, f64 *out) {
    *out = fallback;
    if (!call_has(c, i))
        return true;
    if (!value_to_number(ev, c->args[i], call_place(c, i), out))
        return false;
    if (isfinite(*out))
        return true;
    value_mismatch(ev, c->args[i], call_place(c, i), "a finite number");
    return false;
}

bool call_count(Eval *ev, BuiltinCall *c, u32 i, u32 min, u32 max, u32 *out) {
    return value_to_count(ev, c->args[i], call_place(c, i), min, max, out);
}

bool call_bool(Eval *ev, BuiltinCall *c, u32 i, bool fallback, bool *out) {
    *out = fallback;
    return !call_has(c, i) || value_to_bool(ev, c->args[i], call_place(c, i), out);
}

bool call_point(Eval *ev, BuiltinCall *c, u32 i, Vec3 *mm) {
    return value_to_point(ev, c->args[i], call_place(c, i), mm);
}

bool call_direction(Eval *ev, BuiltinCall *c, u32 i, Vec3 fallback, Vec3 *unit) {
    *unit = fallback;
    return !call_has(c, i) || value_to_direction(ev, c->args[i], call_place(c, i), unit);
}

bool call_solid(Eval *ev, BuiltinCall *c, u32 i, const Solid **out) {
    return value_to_solid(ev, c->args[i], call_place(c, i), out);
}

// ---- making ----

IrId call_node(Eval *ev, const BuiltinCall *c, IrKind kind, const IrId *children, u32 n_children,
               const f64 *nums, u32 n) {
    return ir_node(ev->graph, kind, children, n_children, nums, n, STR(""), c->span,
                   eval_call_id(ev));
}

Value call_make(Eval *ev, const BuiltinCall *c, IrKind kind, const f64 *nums, u32 n) {
    return solid_from_ir(ev, call_node(ev, c, kind, NULL, 0, nums, n));
}

Value call_turn(Eval *ev, BuiltinCall *c, u32 i, Value solid) {
    Vec3 axis;
    if (!call_direction(ev, c, i, vec3(0, 0, 1), &axis))
        return value_bad();
    if (axis.z == 1)
        return solid;
    Affine3 map = frame_along(axis);
    const Solid *turned = solid_transform(ev, solid.solid, &map, c->span);
    return turned == NULL ? value_bad() : value_solid(turned);
}

// ---- frames ----

static Affine3 frame_columns(Vec3 x, Vec3 y, Vec3 z) {
    return (Affine3){{{x.x, y.x, z.x}, {x.y, y.y, z.y}, {x.z, y.z, z.z}}, {0, 0, 0}};
}

Affine3 frame_along(Vec3 z) {
    if (z.x == 0 && z.y == 0)
        return z.z > 0 ? affine3_identity()
                       : frame_columns(vec3(1, 0, 0), vec3(0, -1, 0), vec3(0, 0, -1));
    Vec3 x = vec3_unit(vec3(-z.y, z.x, 0)); // up x z
    Vec3 y = z.z == 0 ? vec3(0, 0, 1) : vec3_unit(vec3_cross(z, x));
    return frame_columns(x, y, z);
}

bool frame_up(Vec3 z, Vec3 up, Affine3 *out) {
    Vec3 x = vec3_cross(up, z);
    f64 n = vec3_norm(x);
    if (n < 1e-9)
        return false;
    x = vec3_scale(x, 1 / n);
    *out = frame_columns(x, vec3_cross(z, x), z);
    return true;
}

Affine3 frame_plane(u32 plane) {
    Vec3 x = vec3(1, 0, 0), y = vec3(0, 1, 0), z = vec3(0, 0, 1);
    if (plane == 2)
        return affine3_identity();
    return plane == 1 ? frame_columns(x, z, y) : frame_columns(y, z, x);
}
