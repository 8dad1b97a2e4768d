// SPDX-License-Identifier: Apache-2.0
// Arithmetic on numbers that know what they measure, and on lists of them.
//
// A number carries exponents of length and angle. A bare number takes the dimension of its partner,
// two known ones must agree to be added or compared, and multiply by adding exponents. Lists work
// element by element, with each other or with a number. Lengths are in the file's units and angles
// in degrees, so a unit is converted once, where it is written.
#include "compiler/check/check_names.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    NESTING_MAX = 64, // of lists in arithmetic: the work recurses
    EXPONENT_MAX = 64 * DIM_ONE,
};

// ---- units ----

typedef struct UnitRow {
    const char *name;
    Dim dim;
    f64 factor; // mm or degrees in one
} UnitRow;

static const UnitRow units[] = {
    {"mm", {DIM_ONE, 0}, 1},
    {"cm", {DIM_ONE, 0}, 10},
    {"m", {DIM_ONE, 0}, 1000},
    {"in", {DIM_ONE, 0}, 25.4},
    {"ft", {DIM_ONE, 0}, 304.8},
    {"deg", {0, DIM_ONE}, 1},
    {"rad", {0, DIM_ONE}, 57.29577951308232},
};

bool unit_find(Str name, Dim *dim, f64 *factor) {
    for (u32 i = 0; i < COUNT_OF(units); i++)
        if (str_equal_z(name, units[i].name)) {
            *dim = units[i].dim;
            *factor = units[i].factor;
            return true;
        }
    return false;
}

Value value_from_literal(Eval *ev, const AstNode *number) {
    f64 value = number->number.value;
    if (number->number.unit.len == 0)
        return eval_finite(ev, value, DIM_BARE, number->span);
    Dim dim;
    f64 factor;
    if (!unit_find(number->number.unit, &dim, &factor))
        return value_bad(); // the lexer has said so
    // The file's own unit is left alone: multiplied and divided again it could lose the last bit.
    if (dim.length && factor == ev->unit_mm)
        return eval_finite(ev, value, dim, number->span);
    value *= factor;
    return eval_finite(ev, dim.length ? value / ev->unit_mm : value, dim, number->span);
}

// ---- agreement ----

const char *dim_name(Dim dim, char out[48]) {
    if (dim_is_bare(dim))
        return "a bare number";
    if (dim_equal(dim, DIM_LENGTH))
        return "a length";
    if (dim_equal(dim, DIM_AREA))
        return "an area";
    if (dim_equal(dim, DIM_VOLUME))
        return "a volume";
    if (dim_equal(dim, DIM_ANGLE))
        return "an angle";
    char length[24] = "", angle[24] = "", power[NUMBER_TEXT_MAX];
    if (dim.length) {
        number_write_short((f64)dim.length / DIM_ONE, 4, power);
        snprintf(length, sizeof length, dim.length == DIM_ONE ? "length" : "length^%.12s", power);
    }
    if (dim.angle) {
        number_write_short((f64)dim.angle / DIM_ONE, 4, power);
        snprintf(angle, sizeof angle, dim.angle == DIM_ONE ? "angle" : "angle^%.12s", power);
    }
    snprintf(out, 48, "a %.20s%s%.20s", length, *length && *angle ? " " : "", angle);
    return out;
}

static const char *op_verb(AstOp op) {
    return op == AST_ADD   ? "added"
           : op == AST_SUB ? "subtracted"
           : op == AST_MOD ? "divided with a remainder"
                           : "compared";
}

bool dim_agree(Eval *ev, OpPlace place, Dim a, Dim b, Dim *out) {
    if (dim_is_bare(a) || dim_is_bare(b) || dim_equal(a, b)) {
        *out = dim_is_bare(a) ? b : a;
        return true;
    }
    char a_text[48], b_text[48];
    const char *a_name = dim_name(a, a_text), *b_name = dim_name(b, b_text);
    Diag *diag = diag_add(ev->diags, DIAG_E0401, place.op_span, "%s and %s cannot be %s", a_name,
                          b_name, op_verb(place.op));
    diag_label(ev->diags, diag, place.left, "%s", a_name);
    diag_label(ev->diags, diag, place.right, "%s", b_name);
    diag_help(ev->diags, diag, "give both sides the same unit; a bare number goes with any");
    return false;
}

// ---- two numbers ----

static Value no_value(Eval *ev, OpPlace place, Value a, Value b, const char *why) {
    Diag *diag = diag_add(ev->diags, DIAG_E0510, place.span, "%.*s %s %.*s has no value: %s",
                          STR_ARG(value_show(ev, a)), ast_op_text(place.op),
                          STR_ARG(value_show(ev, b)), why);
    diag_key(ev->diags, diag, "%s", why);
    if (place.op == AST_POW)
        diag_help(ev->diags, diag, "keep the base above 0: max(x, 0.001) ^ n, or abs(x) ^ n");
    else
        diag_help(ev->diags, diag, "keep what stands after '%s' from 0, by c ? a : b or by max()",
                  ast_op_text(place.op));
    return value_bad();
}

static Value number_power(Eval *ev, OpPlace place, Value a, Value b) {
    if (!dim_is_bare(b.dim)) {
        char text[48];
        diag_add(ev->diags, DIAG_E0401, place.right, "an exponent is a bare number, this is %s",
                 dim_name(b.dim, text));
        return value_bad();
    }
    if (a.number == 0 && b.number < 0)
        return no_value(ev, place, a, b, "zero has no negative power");
    if (a.number < 0 && b.number != floor(b.number))
        return no_value(ev, place, a, b, "a negative number has whole powers only");
    Dim dim = DIM_BARE;
    if (!dim_is_bare(a.dim)) {
        f64 length = a.dim.length * b.number, angle = a.dim.angle * b.number;
        if (length != floor(length) || angle != floor(angle) || fabs(length) > EXPONENT_MAX ||
            fabs(angle) > EXPONENT_MAX)
            return no_value(ev, place, a, b, "no quantity has that dimension");
        dim = (Dim){(i16)length, (i16)angle};
    }
    return eval_finite(ev, math_pow(a.number, b.number), dim, place.span);
}

// The remainder takes the divisor's sign, so that list[i % n] is good for negative i too.
static Value number_modulo(Eval *ev, OpPlace place, Value a, Value b) {
    Dim dim;
    if (!dim_agree(ev, place, a.dim, b.dim, &dim))
        return value_bad();
    if (b.number == 0)
        return no_value(ev, place, a, b, "division by zero");
    f64 rest = fmod(a.number, b.number);
    if (rest != 0 && (rest < 0) != (b.number < 0))
        rest += b.number;
    return eval_finite(ev, rest, dim, place.span);
}

static Value number_scale(Eval *ev, OpPlace place, Value a, Value b) {
    i32 sign = place.op == AST_MUL ? 1 : -1;
    i32 length = a.dim.length + sign * b.dim.length, angle = a.dim.angle + sign * b.dim.angle;
    if (place.op == AST_DIV && b.number == 0)
        return no_value(ev, place, a, b, "division by zero");
    if (place.op == AST_DIV && dim_is_bare(a.dim))
        length = angle =
            0; // a bare number may be anything: 2 / 4cm is left to the place that takes it
    if (abs(length) > EXPONENT_MAX || abs(angle) > EXPONENT_MAX)
        return no_value(ev, place, a, b, "no quantity has that dimension");
    f64 result = place.op == AST_MUL ? a.number * b.number : a.number / b.number;
    return eval_finite(ev, result, (Dim){(i16)length, (i16)angle}, place.span);
}

static Value number_arith(Eval *ev, OpPlace place, Value a, Value b) {
    if (place.op == AST_POW)
        return number_power(ev, place, a, b);
    if (place.op == AST_MOD)
        return number_modulo(ev, place, a, b);
    if (place.op == AST_MUL || place.op == AST_DIV)
        return number_scale(ev, place, a, b);
    Dim dim;
    if (!dim_agree(ev, place, a.dim, b.dim, &dim))
        return value_bad();
    return eval_finite(ev, place.op == AST_ADD ? a.number + b.number : a.number - b.number, dim,
                       place.span);
}

// ---- lists ----

static Value too_deep(Eval *ev, Span span) {
    diag_add(ev->diags, DIAG_E0510, span, "lists nested more than %d deep do not calculate",
             NESTING_MAX);
    return value_bad();
}

static Value lists_differ(Eval *ev, OpPlace place, u32 a_len, u32 b_len) {
    Diag *diag = diag_add(ev->diags, DIAG_E0404, place.op_span,
                          "a list of %u and a list of %u do not pair up for '%s'", a_len, b_len,
                          ast_op_text(place.op));
    diag_key(ev->diags, diag, "%s", ast_op_text(place.op));
    diag_label(ev->diags, diag, place.left, "%u element%s", a_len, a_len == 1 ? "" : "s");
    diag_label(ev->diags, diag, place.right, "%u element%s", b_len, b_len == 1 ? "" : "s");
    diag_measure(diag, b_len, a_len, STR(""));
    diag_help(ev->diags, diag, "give both as many elements, or use one number for all of them");
    return value_bad();
}

static Value arith_mismatch(Eval *ev, OpPlace place, Value a, Value b) {
    Value wrong = a.kind == VALUE_NUMBER || a.kind == VALUE_LIST ? b : a;
    Span span = wrong.kind == a.kind && !(a.kind == VALUE_NUMBER || a.kind == VALUE_LIST)
                    ? place.left
                    : place.right;
    if (value_is_bad(wrong))
        return value_bad();
    Diag *diag =
        diag_add(ev->diags, DIAG_E0402, span, "%.*s has no '%s': numbers and lists of numbers do",
                 STR_ARG(value_describe(ev, wrong)), ast_op_text(place.op));
    diag_label(ev->diags, diag, place.op_span, "'%s' here", ast_op_text(place.op));
    if (place.op == AST_ADD && (a.kind == VALUE_TEXT || b.kind == VALUE_TEXT))
        diag_help(ev->diags, diag, "texts are put together in a template: \"{a} {b}\"");
    else if (place.op == AST_MUL && wrong.kind == VALUE_SOLID)
        diag_help(ev->diags, diag, "a solid is enlarged by .scale(2)");
    return value_bad();
}

static Value arith(Eval *ev, OpPlace place, Value a, Value b, u32 depth) {
    if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER)
        return number_arith(ev, place, a, b);
    if (value_is_bad(a) || value_is_bad(b))
        return value_bad();
    bool a_is_list = a.kind == VALUE_LIST, b_is_list = b.kind == VALUE_LIST;
    if (!(a_is_list || b_is_list) || (!a_is_list && a.kind != VALUE_NUMBER) ||
        (!b_is_list && b.kind != VALUE_NUMBER))
        return arith_mismatch(ev, place, a, b);
    if (depth == NESTING_MAX)
        return too_deep(ev, place.span);
    if (a_is_list && b_is_list && a.list.len != b.list.len)
        return lists_differ(ev, place, a.list.len, b.list.len);
    u32 n = a_is_list ? a.list.len : b.list.len;
    Value *items = value_list_new(ev, n, place.span);
    if (!items)
        return value_bad();
    for (u32 i = 0; i < n; i++) {
        items[i] = arith(ev, place, a_is_list ? a.list.items[i] : a,
                         b_is_list ? b.list.items[i] : b, depth + 1);
        if (value_is_bad(items[i]))
            return value_bad(); // one message for the whole list
    }
    return value_list(items, n);
}

Value value_arith(Eval *ev, OpPlace place, Value a, Value b) {
    return arith(ev, place, a, b, 0);
}

static Value negate(Eval *ev, Value v, Span span, u32 depth) {
    if (v.kind == VALUE_NUMBER) {
        v.number = 0 - v.number; // never -0
        return v;
    }
    if (value_is_bad(v))
        return v;
    if (v.kind != VALUE_LIST) {
        Diag *diag = diag_add(ev->diags, DIAG_E0402, span,
                              "%.*s has no '-': numbers and lists of numbers do",
                              STR_ARG(value_describe(ev, v)));
        static const char *const OPPOSITE[] = {"[-1, 0, 0]", "[0, -1, 0]", "[0, 0, -1]"};
        if (v.kind == VALUE_AXIS) {
            diag_help(ev->diags, diag, "write the direction as a vector: %s", OPPOSITE[v.axis]);
            diag_fix(ev->diags, diag, FIX_MACHINE, span, str_from(OPPOSITE[v.axis]));
        } else if (v.kind == VALUE_SOLID) {
            diag_help(ev->diags, diag,
                      "what is taken away stands behind what it is taken from: "
                      "a - b, or cut @a { b }");
        }
        return value_bad();
    }
    if (depth == NESTING_MAX)
        return too_deep(ev, span);
    Value *items = value_list_new(ev, v.list.len, span);
    for (u32 i = 0; items && i < v.list.len; i++) {
        items[i] = negate(ev, v.list.items[i], span, depth + 1);
        if (value_is_bad(items[i]))
            return value_bad();
    }
    return items ? value_list(items, v.list.len) : value_bad();
}

Value value_negate(Eval *ev, Value v, Span span) {
    return negate(ev, v, span, 0);
}

// ---- comparisons ----

// Lengths within 0.01 mm, everything else within 1e-6; or within a millionth of the larger.
static bool numbers_near(const Eval *ev, f64 a, f64 b, Dim dim) {
    f64 floor_ = dim_equal(dim, DIM_LENGTH) ? 0.01 / ev->unit_mm : 1e-6;
    return fabs(a - b) <= fmax(floor_, 1e-6 * fmax(fabs(a), fabs(b)));
}

// 1, 0, or -1 when diagnosed.
static int values_near(Eval *ev, OpPlace place, Value a, Value b, u32 depth) {
    if (value_is_bad(a) || value_is_bad(b))
        return -1;
    if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER) {
        Dim dim;
        if (!dim_agree(ev, place, a.dim, b.dim, &dim))
            return -1;
        return a.number == b.number || numbers_near(ev, a.number, b.number, dim);
    }
    if (a.kind != VALUE_LIST || b.kind != VALUE_LIST) {
        Value wrong = a.kind == VALUE_NUMBER || a.kind == VALUE_LIST ? b : a;
        Diag *diag = diag_add(ev->diags, DIAG_E0402, place.op_span,
                              "'~=' compares numbers or lists of numbers, not %.*s with %.*s",
                              STR_ARG(value_describe(ev, a)), STR_ARG(value_describe(ev, b)));
        if (wrong.kind == VALUE_TEXT)
            diag_help(ev->diags, diag, "texts are compared with '=='");
        return -1;
    }
    if (depth == NESTING_MAX) {
        too_deep(ev, place.span);
        return -1;
    }
    if (a.list.len != b.list.len) {
        lists_differ(ev, place, a.list.len, b.list.len);
        return -1;
    }
    int all = 1;
    for (u32 i = 0; i < a.list.len; i++) {
        int one = values_near(ev, place, a.list.items[i], b.list.items[i], depth + 1);
        if (one < 0)
            return one;
        all &= one;
    }
    return all;
}

static Value compare_mismatch(Eval *ev, OpPlace place, Value a, Value b) {
    bool is_order = place.op != AST_EQ && place.op != AST_NE;
    Diag *diag = diag_add(ev->diags, DIAG_E0402, place.op_span,
                          is_order ? "'%s' compares numbers, not %.*s with %.*s"
                                   : "'%s' compares values of one kind, not %.*s with %.*s",
                          ast_op_text(place.op), STR_ARG(value_describe(ev, a)),
                          STR_ARG(value_describe(ev, b)));
    diag_label(ev->diags, diag, place.left, "%.*s", STR_ARG(value_describe(ev, a)));
    diag_label(ev->diags, diag, place.right, "%.*s", STR_ARG(value_describe(ev, b)));
    return value_bad();
}

static Value compare_numbers(Eval *ev, OpPlace place, Value a, Value b) {
    Dim dim;
    if (!dim_agree(ev, place, a.dim, b.dim, &dim))
        return value_bad();
    f64 x = a.number, y = b.number;
    return value_bool(place.op == AST_EQ   ? x == y
                      : place.op == AST_NE ? x != y
                      : place.op == AST_LT ? x < y
                      : place.op == AST_LE ? x <= y
                      : place.op == AST_GT ? x > y
                                           : x >= y);
}

Value value_compare(Eval *ev, OpPlace place, Value a, Value b) {
    if (value_is_bad(a) || value_is_bad(b))
        return value_bad();
    if (place.op == AST_NEAR) {
        int near = values_near(ev, place, a, b, 0);
        return near < 0 ? value_bad() : value_bool(near == 1);
    }
    if (a.kind == VALUE_NUMBER && b.kind == VALUE_NUMBER)
        return compare_numbers(ev, place, a, b);
    bool is_equality = place.op == AST_EQ || place.op == AST_NE;
    if (!is_equality || a.kind != b.kind)
        return compare_mismatch(ev, place, a, b);
    return value_bool(value_equal(a, b) == (place.op == AST_EQ));
}
