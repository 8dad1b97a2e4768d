// SPDX-License-Identifier: Apache-2.0
// expect: what must hold of the finished body. A failure names the part of the condition that is
// false, with the values on both of its sides and how far they are apart.
#include "compiler/check/eval_internal.h"

static bool is_comparison(AstOp op) {
    return op == AST_EQ || op == AST_NE || op == AST_LT || op == AST_LE || op == AST_GT ||
           op == AST_GE || op == AST_NEAR;
}

// The first operand of nested `and` that is false. NULL: diagnosed, or true this time.
static const AstNode *find_false(Eval *ev, Scope *scope, const AstNode *node, bool *is_bad) {
    if (node->kind == AST_BINARY && node->binary.op == AST_AND) {
        const AstNode *left = find_false(ev, scope, node->binary.left, is_bad);
        return left != NULL || *is_bad ? left : find_false(ev, scope, node->binary.right, is_bad);
    }
    bool flag;
    ev->why = (Why){0};
    ev->wants_why = true;
    Value v = eval_expr(ev, scope, node);
    ev->wants_why = false;
    if (!value_to_bool(ev, v, (Place){node->span, "the condition", STR("expect")}, &flag)) {
        *is_bad = true;
        return NULL;
    }
    return flag ? NULL : node;
}

// count(@leg) == 4 with two legs: 2 more are missing.
static void tell_count(Eval *ev, Diag *d, const AstNode *node, f64 have, f64 want) {
    AstOp op = node->binary.op;
    if (node->binary.left->kind != AST_CALL ||
        !str_equal_z(node->binary.left->call.function.text, "count"))
        return;
    bool is_less = have < want || (op == AST_GT && have == want);
    u32 off = (u32)fabs(have - want) + (op == AST_GT || op == AST_LT);
    if (op != AST_NE && off > 0)
        diag_help(ev->diags, d,
                  is_less ? "place %u more, or correct the number that is expected"
                          : "take %u away, or correct the number that is expected",
                  off);
}

static void tell_sides(Eval *ev, Scope *scope, Diag *d, const AstNode *node) {
    Value a = eval_expr(ev, scope, node->binary.left), b = eval_expr(ev, scope, node->binary.right);
    if (value_is_bad(a) || value_is_bad(b))
        return;
    diag_label(ev->diags, d, node->binary.left->span, "%.*s", STR_ARG(value_show(ev, a)));
    diag_label(ev->diags, d, node->binary.right->span, "%.*s", STR_ARG(value_show(ev, b)));
    diag_note(ev->diags, d, "%.*s %s %.*s is false", STR_ARG(value_show(ev, a)),
              ast_op_text(node->binary.op), STR_ARG(value_show(ev, b)));
    if (a.kind != VALUE_NUMBER || b.kind != VALUE_NUMBER)
        return;
    Dim dim = dim_is_bare(a.dim) ? b.dim : a.dim;
    bool is_length = dim_equal(dim, DIM_LENGTH);
    f64 scale = is_length ? ev->unit_mm : 1;
    diag_measure(d, a.number * scale, b.number * scale,
                 is_length                   ? STR("mm")
                 : dim_equal(dim, DIM_ANGLE) ? STR("deg")
                                             : STR(""));
    tell_count(ev, d, node, a.number, b.number);
    f64 off = fabs(a.number - b.number);
    bool is_strict = node->binary.op == AST_LT || node->binary.op == AST_GT;
    if (off == 0 && is_strict && d->help.len == 0)
        diag_help(ev->diags, d, "they are equal: '%s=' would hold, '%s' needs one to be changed",
                  ast_op_text(node->binary.op), ast_op_text(node->binary.op));
    if (node->binary.op != AST_NE && off > 0 && !dim_is_bare(dim))
        diag_help(ev->diags, d, "they differ by %.*s", STR_ARG(number_show(ev, off, dim)));
}

static void tell_why(Eval *ev, Diag *d, const Why *why) {
    if (why->text.len > 0)
        diag_note(ev->diags, d, "%.*s", STR_ARG(why->text));
    if (why->edit.len > 0)
        diag_help(ev->diags, d, "%.*s", STR_ARG(why->edit));
    if (!why->is_measured)
        return;
    diag_measure(d, why->measured_mm, why->limit_mm, STR("mm"));
    if (why->part.len > 0)
        diag_label(ev->diags, d, why->part, "%s", why->says[0]);
    if (why->other.len > 0 &&
        (why->other.off != why->part.off || why->other.source != why->part.source))
        diag_label(ev->diags, d, why->other, "%s", why->says[1]);
}

void expect_check(Eval *ev, Scope *scope, const AstNode *node) {
    bool is_bad = false;
    const AstNode *culprit = find_false(ev, scope, node->expect.condition, &is_bad);
    if (is_bad)
        ev->failed = true;
    if (culprit == NULL)
        return;
    Why why = ev->why;
    Str message = STR("");
    if (node->expect.has_message)
        (void)value_to_text(ev, eval_expr(ev, scope, node->expect.message),
                            (Place){node->expect.message->span, "the message", STR("expect")},
                            &message);
    Str text = source_text(ev->sources, culprit->span);
    Diag *d = message.len > 0 ? diag_add(ev->diags, DIAG_E0704, culprit->span, "expected: %.*s",
                                         STR_ARG(message))
                              : diag_add(ev->diags, DIAG_E0704, culprit->span,
                                         "this does not hold: %.*s", STR_ARG(text));
    diag_key(ev->diags, d, "%.*s", STR_ARG(text));
    if (culprit->kind == AST_BINARY && is_comparison(culprit->binary.op))
        tell_sides(ev, scope, d, culprit);
    else
        tell_why(ev, d, &why);
}
