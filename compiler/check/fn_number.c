// SPDX-License-Identifier: Apache-2.0
// Functions of numbers and vectors. Trigonometry takes and gives degrees and is our own, so that a
// program means the same on every machine. What a number measures goes along: the square root of an
// area is a length, the norm of lengths a length, a sine is bare.
#include "compiler/check/fn.h"

#include "compiler/check/check_names.h"

// ---- reading arguments ----

static bool take_number(Eval *ev, BuiltinCall *c, u32 i, Value *out) {
    if (c->args[i].kind != VALUE_NUMBER) {
        value_mismatch(ev, c->args[i], call_place(c, i), "a number");
        return false;
    }
    *out = c->args[i];
    return true;
}

static OpPlace op_place(const BuiltinCall *c, AstOp op, u32 a, u32 b) {
    return (OpPlace){op, c->name, c->spans[a], c->spans[b], c->span};
}

// Two numbers of one dimension.
static bool take_pair(Eval *ev, BuiltinCall *c, u32 i, u32 k, Value *a, Value *b, Dim *dim) {
    return take_number(ev, c, i, a) && take_number(ev, c, k, b) &&
           dim_agree(ev, op_place(c, AST_SUB, i, k), a->dim, b->dim, dim);
}

static Value no_value(Eval *ev, BuiltinCall *c, u32 i, const char *why, const char *edit) {
    Diag *diag = diag_add(ev->diags, DIAG_E0510, c->spans[i], "%s of %.*s has no value: %s",
                          c->row->spec.name, STR_ARG(value_show(ev, c->args[i])), why);
    diag_key(ev->diags, diag, "%s: %s", c->row->spec.name, why);
    diag_help(ev->diags, diag, "%s", edit);
    return value_bad();
}

// ---- trigonometry ----

static const BuiltinParam angle_params[] = {BARE("angle", "angle", NULL)};

static Value run_sin(Eval *ev, BuiltinCall *c) {
    f64 deg;
    return call_angle(ev, c, 0, 0, &deg) ? value_number(trig_sin(deg), DIM_BARE) : value_bad();
}

static Value run_cos(Eval *ev, BuiltinCall *c) {
    f64 deg;
    return call_angle(ev, c, 0, 0, &deg) ? value_number(trig_cos(deg), DIM_BARE) : value_bad();
}

static Value run_tan(Eval *ev, BuiltinCall *c) {
    f64 deg;
    if (!call_angle(ev, c, 0, 0, &deg))
        return value_bad();
    f64 result = trig_tan(deg);
    return isfinite(result)
               ? value_number(result, DIM_BARE)
               : no_value(ev, c, 0, "it grows without end there", "stay a little off that angle");
}

static const BuiltinParam ratio_params[] = {BARE("x", "number", "-1..1")};

static Value arc(Eval *ev, BuiltinCall *c, f64 (*f)(f64)) {
    f64 x;
    if (!call_number(ev, c, 0, 0, &x))
        return value_bad();
    // Rounding may carry a ratio a hair past 1.
    if (fabs(x) > 1 && fabs(x) < 1 + 1e-12)
        x = x > 0 ? 1 : -1;
    return fabs(x) <= 1 ? value_number(f(x), DIM_ANGLE)
                        : no_value(ev, c, 0, "it goes from -1 to 1",
                                   "clamp(x, -1, 1) keeps the argument there");
}

static Value run_asin(Eval *ev, BuiltinCall *c) {
    return arc(ev, c, trig_asin);
}
static Value run_acos(Eval *ev, BuiltinCall *c) {
    return arc(ev, c, trig_acos);
}

static const BuiltinParam atan2_params[] = {BARE("y", "number", NULL),
                                            BARE("x", "number", "of y's dimension")};

static Value run_atan2(Eval *ev, BuiltinCall *c) {
    Value y, x;
    Dim dim;
    return take_pair(ev, c, 0, 1, &y, &x, &dim)
               ? value_number(trig_atan2(y.number, x.number), DIM_ANGLE)
               : value_bad();
}

// ---- one number ----

static const BuiltinParam x_params[] = {BARE("x", "number", NULL)};
static const BuiltinParam root_params[] = {BARE("x", "number", ">= 0")};

static Value run_sqrt(Eval *ev, BuiltinCall *c) {
    Value x;
    if (!take_number(ev, c, 0, &x))
        return value_bad();
    if (x.number < 0)
        return no_value(ev, c, 0, "a negative number has no square root",
                        "max(x, 0) keeps the argument from going below 0");
    return eval_finite(ev, sqrt(x.number), (Dim){(i16)(x.dim.length / 2), (i16)(x.dim.angle / 2)},
                       c->span);
}

static Value whole(Eval *ev, BuiltinCall *c, f64 (*f)(f64)) {
    Value x;
    return take_number(ev, c, 0, &x) ? eval_finite(ev, f(x.number), x.dim, c->span) : value_bad();
}

static Value run_abs(Eval *ev, BuiltinCall *c) {
    return whole(ev, c, fabs);
}
static Value run_floor(Eval *ev, BuiltinCall *c) {
    return whole(ev, c, floor);
}
static Value run_ceil(Eval *ev, BuiltinCall *c) {
    return whole(ev, c, ceil);
}
static Value run_round(Eval *ev, BuiltinCall *c) {
    return whole(ev, c, round);
} // halves away from 0

// ---- several numbers ----

static const BuiltinParam numbers_params[] = {
    BARE("numbers", "number...", "one or more, or one list of them")};

// min(a, b, ...) or min(list).
static Value extreme(Eval *ev, BuiltinCall *c, bool is_max) {
    ValueList list = c->args[0].list;
    if (list.len == 1 && list.items[0].kind == VALUE_LIST)
        list = list.items[0].list;
    Place place = call_place(c, 0);
    if (list.len == 0) {
        Diag *diag = diag_add(ev->diags, DIAG_E0510, c->span, "%s of an empty list has no value",
                              c->row->spec.name);
        diag_help(ev->diags, diag, "give it at least one: %s(concat([0], list))",
                  c->row->spec.name);
        return value_bad();
    }
    Value best = value_bad();
    for (u32 i = 0; i < list.len; i++) {
        Value v = list.items[i];
        Dim dim;
        if (v.kind != VALUE_NUMBER) {
            value_mismatch(ev, v, place, "numbers");
            return value_bad();
        }
        if (i > 0 && !dim_agree(ev, op_place(c, AST_LT, 0, 0), best.dim, v.dim, &dim))
            return value_bad();
        dim = i > 0 ? dim : v.dim;
        if (i == 0 || (is_max ? v.number > best.number : v.number < best.number))
            best = v;
        best.dim = dim;
    }
    return best;
}

static Value run_min(Eval *ev, BuiltinCall *c) {
    return extreme(ev, c, false);
}
static Value run_max(Eval *ev, BuiltinCall *c) {
    return extreme(ev, c, true);
}

static const BuiltinParam clamp_params[] = {BARE("x", "number", NULL), BARE("low", "number", NULL),
                                            BARE("high", "number", ">= low")};

static Value run_clamp(Eval *ev, BuiltinCall *c) {
    Value x, low, high;
    Dim ends, dim;
    if (!take_number(ev, c, 0, &x) || !take_pair(ev, c, 1, 2, &low, &high, &ends) ||
        !dim_agree(ev, op_place(c, AST_LT, 0, 1), x.dim, ends, &dim))
        return value_bad();
    if (low.number > high.number) {
        Diag *diag = diag_add(ev->diags, DIAG_E0511, c->spans[2],
                              "clamp from %.*s to %.*s: the low end is above the high one",
                              STR_ARG(value_show(ev, low)), STR_ARG(value_show(ev, high)));
        diag_label(ev->diags, diag, c->spans[1], "low");
        diag_help(ev->diags, diag, "give the lower one first: clamp(x, %.*s, %.*s)",
                  STR_ARG(value_show(ev, high)), STR_ARG(value_show(ev, low)));
        return value_bad();
    }
    return value_number(fmin(fmax(x.number, low.number), high.number), dim);
}

static const BuiltinParam lerp_params[] = {BARE("a", "number or vector", NULL),
                                           BARE("b", "number or vector", "of a's kind"),
                                           BARE("t", "number", NULL)};

// a + (b - a) t, exact at both ends.
static Value run_lerp(Eval *ev, BuiltinCall *c) {
    f64 t;
    if (!call_number(ev, c, 2, 0, &t))
        return value_bad();
    Value between = value_arith(ev, op_place(c, AST_SUB, 0, 1), c->args[1], c->args[0]);
    if (value_is_bad(between) || t == 1)
        return value_is_bad(between) ? between : c->args[1];
    between = value_arith(ev, op_place(c, AST_MUL, 0, 2), between, value_number(t, DIM_BARE));
    return value_is_bad(between) ? between
                                 : value_arith(ev, op_place(c, AST_ADD, 0, 1), c->args[0], between);
}

static const BuiltinParam sum_params[] = {BARE("list", "list of numbers or vectors", NULL)};

static Value run_sum(Eval *ev, BuiltinCall *c) {
    ValueList list;
    if (!value_to_list(ev, c->args[0], call_place(c, 0), &list))
        return value_bad();
    Value total = value_number(0, DIM_BARE);
    for (u32 i = 0; i < list.len && !value_is_bad(total); i++)
        total = i == 0 ? list.items[0]
                       : value_arith(ev, op_place(c, AST_ADD, 0, 0), total, list.items[i]);
    if (list.len == 1) // adding makes sure that it is a number or a list of them
        total = value_arith(ev, op_place(c, AST_MUL, 0, 0), total, value_number(1, DIM_BARE));
    return total;
}

// ---- vectors ----

// A list of numbers of one dimension.
static bool take_vector(Eval *ev, BuiltinCall *c, u32 i, ValueList *out, Dim *dim) {
    Place place = call_place(c, i);
    if (c->args[i].kind != VALUE_LIST) {
        value_mismatch(ev, c->args[i], place, "a vector [x, y, z]");
        return false;
    }
    *out = c->args[i].list;
    *dim = DIM_BARE;
    for (u32 k = 0; k < out->len; k++) {
        if (out->items[k].kind != VALUE_NUMBER) {
            value_mismatch(ev, out->items[k], place, "a vector of numbers");
            return false;
        }
        if (!dim_agree(ev, op_place(c, AST_ADD, i, i), *dim, out->items[k].dim, dim))
            return false;
    }
    return true;
}

// Scaled by the largest entry, so that squares neither overflow nor vanish.
static f64 norm_of(ValueList v) {
    f64 largest = 0, sum = 0;
    for (u32 i = 0; i < v.len; i++)
        largest = fmax(largest, fabs(v.items[i].number));
    if (largest == 0 || !isfinite(largest))
        return largest;
    f64 plain = 0;
    for (u32 i = 0; i < v.len; i++) {
        f64 x = v.items[i].number / largest;
        sum += x * x;
        plain += v.items[i].number * v.items[i].number;
    }
    // [3, 4] is 5 exactly, which the scaled sum need not give.
    return plain > 1e-200 && plain < 1e200 ? sqrt(plain) : largest * sqrt(sum);
}

static const BuiltinParam v_params[] = {BARE("v", "vector", NULL)};

static Value run_norm(Eval *ev, BuiltinCall *c) {
    ValueList v;
    Dim dim;
    return take_vector(ev, c, 0, &v, &dim) ? eval_finite(ev, norm_of(v), dim, c->span)
                                           : value_bad();
}

static Value run_unit(Eval *ev, BuiltinCall *c) {
    ValueList v;
    Dim dim;
    if (!take_vector(ev, c, 0, &v, &dim))
        return value_bad();
    f64 norm = norm_of(v);
    if (norm == 0 || !isfinite(norm))
        return no_value(ev, c, 0, "it has no direction", "give a vector that is not zero");
    Value *items = value_list_new(ev, v.len, c->span);
    for (u32 i = 0; items && i < v.len; i++)
        items[i] = value_number(v.items[i].number / norm, DIM_BARE);
    return items ? value_list(items, v.len) : value_bad();
}

static const BuiltinParam ab_params[] = {BARE("a", "vector", NULL),
                                         BARE("b", "vector", "as long as a")};

static bool take_vectors(Eval *ev, BuiltinCall *c, u32 wanted, ValueList *a, ValueList *b,
                         Dim *dim) {
    Dim da, db;
    if (!take_vector(ev, c, 0, a, &da) || !take_vector(ev, c, 1, b, &db))
        return false;
    *dim = (Dim){(i16)(da.length + db.length), (i16)(da.angle + db.angle)};
    if (a->len == b->len && (wanted == 0 || a->len == wanted))
        return true;
    Diag *diag =
        diag_add(ev->diags, DIAG_E0404, c->span, "%s of a list of %u and a list of %u: it takes %s",
                 c->row->spec.name, a->len, b->len, wanted ? "two of 3" : "two of one length");
    diag_label(ev->diags, diag, c->spans[0], "%u", a->len);
    diag_label(ev->diags, diag, c->spans[1], "%u", b->len);
    diag_help(ev->diags, diag, "give both as many elements: [x, y, z], z = 0 if it is flat");
    return false;
}

static Value run_dot(Eval *ev, BuiltinCall *c) {
    ValueList a, b;
    Dim dim;
    if (!take_vectors(ev, c, 0, &a, &b, &dim))
        return value_bad();
    f64 sum = 0;
    for (u32 i = 0; i < a.len; i++)
        sum += a.items[i].number * b.items[i].number;
    return eval_finite(ev, sum, dim, c->span);
}

static Value run_cross(Eval *ev, BuiltinCall *c) {
    ValueList a, b;
    Dim dim;
    if (!take_vectors(ev, c, 3, &a, &b, &dim))
        return value_bad();
    Vec3 p = vec3_cross(vec3(a.items[0].number, a.items[1].number, a.items[2].number),
                        vec3(b.items[0].number, b.items[1].number, b.items[2].number));
    Value *items = value_list_new(ev, 3, c->span);
    for (u32 i = 0; items && i < 3; i++) {
        items[i] = eval_finite(ev, vec3_get(p, i), dim, c->span);
        if (value_is_bad(items[i]))
            return value_bad();
    }
    return items ? value_list(items, 3) : value_bad();
}

static const BuiltinParam polar_params[] = {BARE("r", "number", NULL),
                                            BARE("angle", "angle", NULL)};

static Value run_polar(Eval *ev, BuiltinCall *c) {
    Value r;
    f64 deg;
    if (!take_number(ev, c, 0, &r) || !call_angle(ev, c, 1, 0, &deg))
        return value_bad();
    Value *items = value_list_new(ev, 2, c->span);
    if (!items)
        return value_bad();
    items[0] = eval_finite(ev, r.number * trig_cos(deg), r.dim, c->span);
    items[1] = eval_finite(ev, r.number * trig_sin(deg), r.dim, c->span);
    return value_is_bad(items[0]) || value_is_bad(items[1]) ? value_bad() : value_list(items, 2);
}

// ---- random ----

static const BuiltinParam random_params[] = {BARE("seed", "number", NULL),
                                             BARE("range", "range", "finite, low..high")};

// splitmix64 (Steele, Lea, Flood 2014) of the seed's bits: no state, so a line in between changes
// nothing.
static u64 splitmix64(u64 x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

static Value run_random(Eval *ev, BuiltinCall *c) {
    Value seed, range = c->args[1];
    if (!take_number(ev, c, 0, &seed))
        return value_bad();
    if (range.kind != VALUE_RANGE) {
        value_mismatch(ev, range, call_place(c, 1), "a range low..high");
        return value_bad();
    }
    if (!isfinite(range.range.low) || !isfinite(range.range.high)) {
        Diag *diag = diag_add(ev->diags, DIAG_E0511, c->spans[1],
                              "random needs a range with two ends, not %.*s",
                              STR_ARG(value_show(ev, range)));
        diag_help(ev->diags, diag, "give both: random(7, 2..5)");
        return value_bad();
    }
    f64 x = seed.number + 0.0; // -0 is 0
    u64 bits;
    memcpy(&bits, &x, sizeof bits);
    f64 t = (f64)(splitmix64(splitmix64(bits)) >> 11) * 0x1p-53;
    return eval_finite(ev, range.range.low + (range.range.high - range.range.low) * t, range.dim,
                       c->span);
}

const BuiltinRow builtins_number[] = {
    ROW("sin", BUILTIN_NUMBER, false, angle_params, "number", run_sin,
        "The sine of an angle; exact at multiples of 15 degrees."),
    ROW("cos", BUILTIN_NUMBER, false, angle_params, "number", run_cos, "The cosine of an angle."),
    ROW("tan", BUILTIN_NUMBER, false, angle_params, "number", run_tan,
        "The tangent of an angle; none at odd multiples of 90 degrees."),
    ROW("asin", BUILTIN_NUMBER, false, ratio_params, "angle", run_asin,
        "The angle from -90 to 90 degrees that has this sine."),
    ROW("acos", BUILTIN_NUMBER, false, ratio_params, "angle", run_acos,
        "The angle from 0 to 180 degrees that has this cosine."),
    ROW("atan2", BUILTIN_NUMBER, false, atan2_params, "angle", run_atan2,
        "The angle from -180 to 180 degrees of the direction [x, y], from +x toward +y."),
    ROW("sqrt", BUILTIN_NUMBER, false, root_params, "number", run_sqrt,
        "The square root; of an area a length."),
    ROW("abs", BUILTIN_NUMBER, false, x_params, "number", run_abs, "The number without its sign."),
    ROW("min", BUILTIN_NUMBER, false, numbers_params, "number", run_min,
        "The smallest of the numbers."),
    ROW("max", BUILTIN_NUMBER, false, numbers_params, "number", run_max,
        "The largest of the numbers."),
    ROW("floor", BUILTIN_NUMBER, false, x_params, "number", run_floor,
        "The next whole number below."),
    ROW("ceil", BUILTIN_NUMBER, false, x_params, "number", run_ceil,
        "The next whole number above."),
    ROW("round", BUILTIN_NUMBER, false, x_params, "number", run_round,
        "The nearest whole number; halves away from zero."),
    ROW("clamp", BUILTIN_NUMBER, false, clamp_params, "number", run_clamp,
        "The number, kept between low and high."),
    ROW("lerp", BUILTIN_NUMBER, false, lerp_params, "number or vector", run_lerp,
        "From a at t = 0 in a straight line to b at t = 1."),
    ROW("sum", BUILTIN_NUMBER, false, sum_params, "number or vector", run_sum,
        "All elements added; 0 for an empty list."),
    ROW("norm", BUILTIN_NUMBER, false, v_params, "number", run_norm, "The length of a vector."),
    ROW("unit", BUILTIN_NUMBER, false, v_params, "vector", run_unit,
        "The vector of length 1 in the same direction."),
    ROW("dot", BUILTIN_NUMBER, false, ab_params, "number", run_dot, "The scalar product."),
    ROW("cross", BUILTIN_NUMBER, false, ab_params, "vector", run_cross,
        "The vector product of two vectors of 3."),
    ROW("polar", BUILTIN_NUMBER, false, polar_params, "[x, y]", run_polar,
        "The point at distance r from the origin, angle from +x toward +y."),
    ROW("random", BUILTIN_NUMBER, false, random_params, "number", run_random,
        "A number in the range that depends on the seed alone."),
};
const u32 n_builtins_number = COUNT_OF(builtins_number);
