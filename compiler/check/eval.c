// SPDX-License-Identifier: Apache-2.0
// Expressions: a tree walk from AST to values. Pure but for the counters of the limits; a mistake
// is told once, where it is made, and its value goes on as VALUE_BAD that nobody mentions again.
// What a function does is in the fn_*.c, bodies and statements are in stmt.c, references to parts
// in ref.c.
#include "compiler/check/eval_internal.h"

// Nested evaluations over all calls: keeps the C stack within a few MiB whatever the program is.
// Lists may be nested by many lines, one level each, and are walked by recursion, so that is
// bounded too.
enum { EVAL_DEPTH_MAX = 2000, LIST_DEPTH_MAX = 100, POLL_STEPS = 4096 };

// ---- limits ----

// The diagnostic, without help; NULL: evaluation has stopped before.
static Diag *stop(Eval *ev, DiagCode code, Span span, const char *what, u64 limit) {
    Diag *d = NULL;
    if (!ev->stopped) {
        d = diag_add(ev->diags, code, span, "%s: the limit is %llu", what,
                     (unsigned long long)limit);
        diag_measure(d, (f64)limit, (f64)limit, STR(""));
    }
    ev->diags->limit_reached = true;
    ev->stopped = true;
    return d;
}

bool eval_stop(Eval *ev, DiagCode code, Span span, const char *what, u64 limit, const char *flag) {
    Diag *d = stop(ev, code, span, what, limit);
    if (d != NULL && flag != NULL)
        diag_help(ev->diags, d, "make the program do less, or raise the limit with %s", flag);
    return false;
}

bool eval_charge(Eval *ev, u64 n, Span span) {
    if (ev->stopped)
        return false;
    u64 before = ev->steps;
    ev->steps += n;
    if (ev->steps / POLL_STEPS != before / POLL_STEPS)
        heap_poll(ev->heap);
    if (ev->steps <= ev->options->limits.steps)
        return true;
    return eval_stop(ev, DIAG_E0530, span, "the program runs for too many steps",
                     ev->options->limits.steps, "--max-steps");
}

Value eval_finite(Eval *ev, f64 value, Dim dim, Span span) {
    if (isfinite(value))
        return value_number(value, dim);
    Diag *d = diag_add(ev->diags, DIAG_E0510, span, "the result is not a finite number");
    diag_help(ev->diags, d, "keep what is divided by away from zero, and values below 1e308");
    return value_bad();
}

bool eval_descend(Eval *ev, Span span) {
    if (ev->depth < EVAL_DEPTH_MAX) {
        ev->depth++;
        return true;
    }
    return eval_stop(ev, DIAG_E0531, span,
                     "expressions and blocks inside calls inside each other go too deep",
                     EVAL_DEPTH_MAX, NULL);
}

static u32 list_depth(Value v) {
    if (v.kind != VALUE_LIST)
        return 0;
    if (v.list.depth > 0)
        return v.list.depth;
    u32 depth = 0;
    for (u32 i = 0; i < v.list.len && depth <= LIST_DEPTH_MAX; i++) {
        u32 inner = list_depth(v.list.items[i]);
        depth = MAX(depth, inner);
    }
    return depth + 1;
}

// Counts the depth of a list just made.
static Value list_made(Eval *ev, Value v, Span span) {
    if (v.kind != VALUE_LIST)
        return v;
    v.list.depth = list_depth(v);
    if (v.list.depth <= LIST_DEPTH_MAX)
        return v;
    eval_stop(ev, DIAG_E0532, span, "lists inside lists go too deep", LIST_DEPTH_MAX, NULL);
    return value_bad();
}

u32 eval_call_id(Eval *ev) {
    CallFrame *frame = ev->frame;
    if (frame == NULL)
        return NONE;
    if (frame->id != NONE)
        return frame->id;
    // Outer calls first: the chain is numbered from the outside in.
    CallFrame *pending[512];
    u32 n = 0;
    for (CallFrame *f = frame; f != NULL && f->id == NONE && n < COUNT_OF(pending); f = f->outer)
        pending[n++] = f;
    while (n-- > 0) {
        CallFrame *f = pending[n];
        u32 parent = f->outer == NULL ? NONE : f->outer->id;
        f->id = ev->calls.len;
        avec_push(ev->arena, &ev->calls, (SceneCall){f->function, f->span, parent});
    }
    return frame->id;
}

// ---- leaves ----

static NOINLINE Value eval_name(Eval *ev, Scope *scope, const AstNode *node) {
    const Binding *binding = scope_find(ev, scope, node->name.text);
    if (binding != NULL)
        return binding->value;
    Value value;
    if (predefined_find(ev, node->name.text, &value))
        return value;
    if (ev->n_name_errors == 0) { // the name exists, but a def was called before it was bound
        Diag *d = diag_add(ev->diags, DIAG_E0311, node->span, "'%.*s' is used before it is bound",
                           STR_ARG(node->name.text));
        diag_help(ev->diags, d, "bind it above the call that leads here");
    }
    return value_bad();
}

static NOINLINE Value eval_template(Eval *ev, Scope *scope, const AstNode *node) {
    StrBuf buf;
    strbuf_init(&buf, ev->heap);
    bool ok = true;
    for (u32 i = 0; i < node->template_.parts.len; i++) {
        Value v = eval_expr(ev, scope, node->template_.parts.items[i]);
        if (value_is_bad(v))
            ok = false;
        else
            value_print(ev, v, &buf);
        if (buf.len > ev->options->limits.text_len)
            ok = eval_stop(ev, DIAG_E0534, node->span, "the text grows too long",
                           ev->options->limits.text_len, "--max-text");
        if (ev->stopped)
            break;
    }
    Value result = ok ? value_text(str_copy(ev->arena, strbuf_str(&buf))) : value_bad();
    strbuf_finish(&buf);
    return result;
}

static NOINLINE Value eval_list(Eval *ev, Scope *scope, const AstNode *node) {
    Value *items = value_list_new(ev, node->list.items.len, node->span);
    if (items == NULL)
        return value_bad();
    bool ok = true;
    for (u32 i = 0; i < node->list.items.len; i++) {
        items[i] = eval_expr(ev, scope, node->list.items.items[i]);
        ok = ok && !value_is_bad(items[i]);
    }
    return ok ? list_made(ev, value_list(items, node->list.items.len), node->span) : value_bad();
}

// ---- loops ----

bool loop_list(Eval *ev, Scope *scope, const AstBinder *binder, ValueList *out) {
    Value v = eval_expr(ev, scope, binder->list);
    if (v.kind == VALUE_LIST) {
        *out = v.list;
        return true;
    }
    if (v.kind != VALUE_RANGE) {
        value_mismatch(ev, v, (Place){binder->list->span, "for ... in", STR("")}, "a list");
        return false;
    }
    Diag *d = diag_add(ev->diags, DIAG_E0402, binder->list->span,
                       "the range %.*s where for ... in wants a list", STR_ARG(value_show(ev, v)));
    if (dim_is_bare(v.dim) && isfinite(v.range.low) && isfinite(v.range.high)) {
        Str low = number_show(ev, v.range.low, v.dim), high = number_show(ev, v.range.high, v.dim);
        diag_help(ev->diags, d,
                  "write `range(%.*s, %.*s)` for whole steps, the end left out, or `spread(n, "
                  "%.*s..%.*s)` for n values",
                  STR_ARG(low), STR_ARG(high), STR_ARG(low), STR_ARG(high));
    } else {
        diag_help(ev->diags, d, "write `spread(n, a..b)` for n values from a to b");
    }
    return false;
}

bool loop_bind(Eval *ev, Scope *scope, const AstBinder *binder, Value item) {
    if (binder->n_names == 0) // lost in a syntax error
        return false;
    if (!binder->is_pattern) {
        scope_bind(ev, scope, binder->names[0], item);
        return true;
    }
    Span pattern = span_join(binder->names[0].span, binder->names[binder->n_names - 1].span);
    if (item.kind == VALUE_LIST && item.list.len == binder->n_names) {
        for (u32 i = 0; i < binder->n_names; i++)
            scope_bind(ev, scope, binder->names[i], item.list.items[i]);
        return true;
    }
    if (!value_is_bad(item)) {
        Diag *d =
            diag_add(ev->diags, DIAG_E0405, pattern, "%.*s cannot be taken apart into %u names",
                     STR_ARG(value_describe(ev, item)), binder->n_names);
        diag_label(ev->diags, d, binder->list->span, "an element of this list");
        diag_help(ev->diags, d, "each element must be a list of %u", binder->n_names);
    }
    return false;
}

typedef struct Gather {
    const AstNode *node;
    VEC(Value) items;
    bool ok;
} Gather;

static void gather_item(Eval *ev, Scope *scope, Gather *g) {
    if (g->node->comprehension.condition != NULL) {
        Value c = eval_expr(ev, scope, g->node->comprehension.condition);
        bool keep;
        if (!value_to_bool(ev, c,
                           (Place){g->node->comprehension.condition->span, "if", STR("a list")},
                           &keep)) {
            g->ok = false;
            return;
        }
        if (!keep)
            return;
    }
    Value v = eval_expr(ev, scope, g->node->comprehension.value);
    if (value_is_bad(v)) {
        g->ok = false;
        return;
    }
    if (g->items.len >= ev->options->limits.list_len)
        g->ok = eval_stop(ev, DIAG_E0532, g->node->span, "the list grows too long",
                          ev->options->limits.list_len, "--max-list");
    else
        avec_push(ev->arena, &g->items, v);
}

// Binders nest: the last one turns fastest.
static NOINLINE void gather(Eval *ev, Scope *scope, Gather *g, u32 level) {
    if (level == g->node->comprehension.n_binders) {
        gather_item(ev, scope, g);
        return;
    }
    const AstBinder *binder = &g->node->comprehension.binders[level];
    ValueList list;
    if (!loop_list(ev, scope, binder, &list)) {
        g->ok = false;
        return;
    }
    for (u32 i = 0; i < list.len && g->ok && !ev->stopped; i++) {
        Scope inner;
        scope_enter(ev, &inner, scope, scope->body);
        if (loop_bind(ev, &inner, binder, list.items[i]))
            gather(ev, &inner, g, level + 1);
        else
            g->ok = false;
        scope_leave(ev, &inner);
    }
}

static NOINLINE Value eval_comprehension(Eval *ev, Scope *scope, const AstNode *node) {
    Gather g = {.node = node, .ok = true};
    gather(ev, scope, &g, 0);
    return g.ok && !ev->stopped ? list_made(ev, value_list(g.items.data, g.items.len), node->span)
                                : value_bad();
}

// ---- operators ----

static bool is_shape(Value v) {
    while (v.kind == VALUE_LIST && v.list.len > 0)
        v = v.list.items[0];
    return v.kind == VALUE_SOLID || v.kind == VALUE_PROFILE || v.kind == VALUE_PATH;
}

static bool eval_condition(Eval *ev, Scope *scope, const AstNode *node, const char *owner,
                           bool *out) {
    return value_to_bool(ev, eval_expr(ev, scope, node),
                         (Place){node->span, "the condition", str_from(owner)}, out);
}

static NOINLINE Value eval_logic(Eval *ev, Scope *scope, const AstNode *node) {
    bool left, right, is_and = node->binary.op == AST_AND;
    const char *owner = is_and ? "and" : "or";
    if (!eval_condition(ev, scope, node->binary.left, owner, &left))
        return value_bad();
    if (left != is_and) // decided
        return value_bool(left);
    if (!eval_condition(ev, scope, node->binary.right, owner, &right))
        return value_bad();
    return value_bool(right);
}

static NOINLINE Value eval_operator(Eval *ev, OpPlace place, Value a, Value b) {
    switch (place.op) {
    case AST_ADD:
    case AST_SUB:
        if (is_shape(a) || is_shape(b))
            return solid_binary(ev, place, a, b);
        return value_arith(ev, place, a, b);
    case AST_AND3:
        return solid_binary(ev, place, a, b);
    case AST_MUL:
    case AST_DIV:
    case AST_MOD:
    case AST_POW:
        return value_arith(ev, place, a, b);
    case AST_EQ:
    case AST_NE:
    case AST_LT:
    case AST_LE:
    case AST_GT:
    case AST_GE:
    case AST_NEAR:
        return value_compare(ev, place, a, b);
    case AST_AND:
    case AST_OR:
    case AST_NEG:
    case AST_NOT:
        break;
    }
    return value_bad();
}

static NOINLINE Value eval_binary(Eval *ev, Scope *scope, const AstNode *node) {
    if (node->binary.op == AST_AND || node->binary.op == AST_OR)
        return eval_logic(ev, scope, node);
    Value a = eval_expr(ev, scope, node->binary.left);
    Value b = eval_expr(ev, scope, node->binary.right);
    if (value_is_bad(a) || value_is_bad(b))
        return value_bad();
    OpPlace place = {node->binary.op, node->binary.op_span, node->binary.left->span,
                     node->binary.right->span, node->span};
    return list_made(ev, eval_operator(ev, place, a, b), node->span);
}

static NOINLINE Value eval_unary(Eval *ev, Scope *scope, const AstNode *node) {
    if (node->unary.op == AST_NOT) {
        bool flag;
        return eval_condition(ev, scope, node->unary.operand, "not", &flag) ? value_bool(!flag)
                                                                            : value_bad();
    }
    Value v = eval_expr(ev, scope, node->unary.operand);
    return value_is_bad(v) ? v : list_made(ev, value_negate(ev, v, node->span), node->span);
}

static NOINLINE Value eval_ternary(Eval *ev, Scope *scope, const AstNode *node) {
    bool flag;
    if (!eval_condition(ev, scope, node->ternary.condition, "?", &flag))
        return value_bad();
    return eval_expr(ev, scope, flag ? node->ternary.yes : node->ternary.no);
}

static NOINLINE Value eval_range(Eval *ev, Scope *scope, const AstNode *node) {
    Value a = eval_expr(ev, scope, node->range.low);
    Value b = eval_expr(ev, scope, node->range.high);
    Place low = {node->range.low->span, "the low end", STR("a range")};
    Place high = {node->range.high->span, "the high end", STR("a range")};
    if (a.kind != VALUE_NUMBER || b.kind != VALUE_NUMBER) {
        if (a.kind != VALUE_NUMBER)
            value_mismatch(ev, a, low, "a number");
        if (b.kind != VALUE_NUMBER)
            value_mismatch(ev, b, high, "a number");
        return value_bad();
    }
    Dim dim;
    OpPlace place = {AST_SUB, node->span, low.span, high.span, node->span};
    if (!dim_agree(ev, place, a.dim, b.dim, &dim))
        return value_bad();
    return (Value){.kind = VALUE_RANGE, .dim = dim, .range = {a.number, b.number}};
}

// ---- parts of lists ----

static bool whole_number(Eval *ev, Value v, Place place, i64 *out) {
    f64 value;
    if (!value_to_number(ev, v, place, &value))
        return false;
    f64 whole = floor(value + 0.5);
    if (fabs(value - whole) > 1e-9 || fabs(whole) > 1e15) {
        Diag *d =
            diag_add(ev->diags, DIAG_E0513, place.span,
                     "%.*s is no index: it must be a whole number", STR_ARG(value_show(ev, v)));
        diag_help(ev->diags, d, "round it: `floor(...)`");
        return false;
    }
    *out = (i64)whole;
    return true;
}

static NOINLINE Value eval_index(Eval *ev, Scope *scope, const AstNode *node) {
    Value subject = eval_expr(ev, scope, node->index.subject);
    Value index = eval_expr(ev, scope, node->index.index);
    if (value_is_bad(subject) || value_is_bad(index))
        return value_bad();
    ValueList list;
    i64 i;
    if (subject.kind == VALUE_SOLID) {
        Diag *d = diag_add(ev->diags, DIAG_E0402, node->span, "a solid has no elements");
        diag_help(ev->diags, d, "write the index right after the label: `@leg[0]`");
        return value_bad();
    }
    if (!value_to_list(ev, subject, (Place){node->index.subject->span, "[ ]", STR("")}, &list) ||
        !whole_number(ev, index, (Place){node->index.index->span, "an index", STR("")}, &i))
        return value_bad();
    i64 at = i < 0 ? i + list.len : i;
    if (at >= 0 && at < list.len)
        return list.items[at];
    Diag *d = diag_add(ev->diags, DIAG_E0513, node->index.index->span,
                       "no element %lld: the list has %u", (long long)i, list.len);
    diag_label(ev->diags, d, node->index.subject->span, "a list of %u", list.len);
    diag_measure(d, (f64)i, (f64)list.len - 1, STR(""));
    if (list.len == 0)
        diag_help(ev->diags, d, "the list is empty");
    else
        diag_help(ev->diags, d, "indices go from 0 to %u, or from -1 (the last) to -%u",
                  list.len - 1, list.len);
    return value_bad();
}

static NOINLINE Value eval_slice(Eval *ev, Scope *scope, const AstNode *node) {
    ValueList list;
    Value subject = eval_expr(ev, scope, node->slice.subject);
    if (!value_to_list(ev, subject, (Place){node->slice.subject->span, "[ : ]", STR("")}, &list))
        return value_bad();
    i64 ends[2] = {0, list.len};
    const AstNode *nodes[2] = {node->slice.first, node->slice.last};
    for (u32 k = 0; k < 2; k++) {
        if (nodes[k] == NULL)
            continue;
        if (!whole_number(ev, eval_expr(ev, scope, nodes[k]),
                          (Place){nodes[k]->span, "an index", STR("")}, &ends[k]))
            return value_bad();
        if (ends[k] < 0)
            ends[k] += list.len;
        ends[k] = MIN(MAX(ends[k], 0), (i64)list.len);
    }
    if (ends[0] >= ends[1])
        return value_list(NULL, 0);
    list.items += ends[0];
    list.len = (u32)(ends[1] - ends[0]);
    return (Value){.kind = VALUE_LIST, .list = list};
}

static NOINLINE Value eval_member(Eval *ev, Scope *scope, const AstNode *node) {
    Value subject = eval_expr(ev, scope, node->member.subject);
    if (value_is_bad(subject))
        return subject;
    return ask_member(ev, scope, subject, node);
}

// ---- calls ----

// Runs a def whose arguments are bound; fills in defaults, in order, in the def's own scope.
static NOINLINE Value def_run(Eval *ev, const Def *def, const AstNode *call, const Value *values) {
    const AstNode *node = def->node;
    Body body;
    body_init(ev, &body, NULL, STR(""));
    Scope scope;
    scope_enter(ev, &scope, def->scope, &body);
    bool ok = true;
    for (u32 i = 0; i < node->def.n_formals; i++) {
        Value v = values[i];
        if (v.kind == VALUE_NONE && node->def.formals[i].value != NULL)
            v = eval_expr(ev, &scope, node->def.formals[i].value);
        ok = ok && v.kind != VALUE_NONE && !value_is_bad(v);
        scope_bind(ev, &scope, node->def.formals[i].name, v);
    }
    Value result = value_bad();
    if (ok && node->def.value != NULL)
        result = eval_expr(ev, &scope, node->def.value);
    else if (ok)
        result = body_run(ev, &scope, node->def.body, call->span);
    scope_leave(ev, &scope);
    return result;
}

// A def that runs already and is called again most often lacks an end.
static void stop_at_call_depth(Eval *ev, Span span, const Def *def) {
    bool calls_itself = false;
    for (const CallFrame *f = ev->frame; f != NULL; f = f->outer)
        calls_itself |= str_equal(f->function, def->name);
    Diag *diag =
        stop(ev, DIAG_E0531, span, "too many calls inside calls", ev->options->limits.call_depth);
    if (diag == NULL)
        return;
    Str end = STR("");
    if (calls_itself)
        end = str_format(ev->arena, "let '%.*s', which calls itself, end: %s%.*s(n - 1)%s; or",
                         STR_ARG(def->name), def->node->def.value ? "n > 0 ? " : "if n > 0 { ",
                         STR_ARG(def->name), def->node->def.value ? " : ..." : " }");
    diag_help(ev->diags, diag, "%.*s%s raise the limit with --max-call-depth", STR_ARG(end),
              calls_itself ? "" : "make the program do less, or");
}

static NOINLINE Value def_call(Eval *ev, Scope *scope, const AstNode *node, const Def *def,
                               const Value *subject) {
    u32 n = def->node->def.n_formals;
    Value *values = ARENA_NEW(ev->arena, Value, n + 1);
    Def copy = *def; // the stack it lies on may move
    if (!bind_formals(ev, scope, node, copy.node, subject, values))
        return value_bad();
    if (ev->call_depth >= ev->options->limits.call_depth) {
        stop_at_call_depth(ev, node->span, &copy);
        return value_bad();
    }
    CallFrame frame = {ev->frame, copy.name, node->span, NONE};
    ev->frame = &frame;
    ev->call_depth++;
    Value result = def_run(ev, &copy, node, values);
    ev->call_depth--;
    ev->frame = frame.outer;
    return result;
}

// count(@leg) is asked of the reference itself: none placed is 0, not a mistake.
static bool is_count_of_ref(const AstNode *node) {
    return node->call.subject == NULL && node->call.args.len == 1 &&
           node->call.args.items[0].value->kind == AST_REF &&
           str_equal_z(node->call.function.text, "count");
}

static Value count_ref(Eval *ev, Scope *scope, const AstNode *ref) {
    Selection s;
    return ref_select_any(ev, scope, ref, &s) ? value_number(s.n, DIM_BARE) : value_bad();
}

static NOINLINE Value builtin_call(Eval *ev, Scope *scope, const AstNode *node,
                                   const Value *subject) {
    u32 n_args = node->call.args.len + (subject != NULL);
    const BuiltinRow *row = registry_find(ev, node->call.function.text, n_args);
    if (row == NULL)
        return value_bad(); // the name pass has said so
    if (is_count_of_ref(node))
        return count_ref(ev, scope, node->call.args.items[0].value);
    BuiltinCall call;
    if (!bind_builtin(ev, scope, node, row, subject, &call))
        return value_bad();
    call.scope = scope;
    return list_made(ev, row->run(ev, &call), node->span);
}

static NOINLINE Value eval_call(Eval *ev, Scope *scope, const AstNode *node) {
    Value subject = value_none();
    const Value *given = NULL;
    if (node->call.subject != NULL) {
        subject = eval_expr(ev, scope, node->call.subject);
        if (value_is_bad(subject))
            return subject;
        given = &subject;
    }
    const Def *def = scope_find_def(ev, scope, node->call.function.text);
    return def != NULL ? def_call(ev, scope, node, def, given)
                       : builtin_call(ev, scope, node, given);
}

// ---- the switch ----

static Value eval_node(Eval *ev, Scope *scope, const AstNode *node) {
    switch (node->kind) {
    case AST_NUMBER:
        return value_from_literal(ev, node);
    case AST_TEXT:
        return value_text(node->text.value);
    case AST_TEMPLATE:
        return eval_template(ev, scope, node);
    case AST_BOOL:
        return value_bool(node->boolean.value);
    case AST_COLOR:
        return (Value){.kind = VALUE_COLOR, .rgb = node->color.rgb};
    case AST_NAME:
        return eval_name(ev, scope, node);
    case AST_REF:
        return ref_eval(ev, scope, node);
    case AST_LIST:
        return eval_list(ev, scope, node);
    case AST_COMPREHENSION:
        return eval_comprehension(ev, scope, node);
    case AST_UNARY:
        return eval_unary(ev, scope, node);
    case AST_BINARY:
        return eval_binary(ev, scope, node);
    case AST_TERNARY:
        return eval_ternary(ev, scope, node);
    case AST_RANGE:
        return eval_range(ev, scope, node);
    case AST_CALL:
        return eval_call(ev, scope, node);
    case AST_MEMBER:
        return eval_member(ev, scope, node);
    case AST_INDEX:
        return eval_index(ev, scope, node);
    case AST_SLICE:
        return eval_slice(ev, scope, node);
    case AST_PART:
        return part_eval(ev, scope, node);
    case AST_GROUP:
        return group_eval(ev, scope, node);
    case AST_BAD:
    case AST_OBJECT:
    case AST_UNITS:
    case AST_PARAM:
    case AST_MATERIAL:
    case AST_CANVAS:
    case AST_TOLERANCE:
    case AST_LET:
    case AST_DEF:
    case AST_MARK:
    case AST_CUT:
    case AST_FOR:
    case AST_IF:
    case AST_EXPECT:
    case AST_ALLOW:
    case AST_PLACE:
        break;
    }
    return value_bad();
}

Value eval_expr(Eval *ev, Scope *scope, const AstNode *node) {
    if (!eval_charge(ev, 1, node->span))
        return value_bad();
    if (!eval_descend(ev, node->span))
        return value_bad();
    Value value = eval_node(ev, scope, node);
    ev->depth--;
    return value;
}
