// SPDX-License-Identifier: Apache-2.0
// Making syntax trees: one function per production of lang/grammar.y. A node's span runs from its
// first token to its last, parentheses round it included; its depth is one more than its deepest
// child's. A node that would be deeper than AST_DEPTH_MAX is reported once and becomes AST_BAD, so
// that every later pass may recurse.
#include "lang/ast.h"

#include "base/number.h"
#include "base/utf8.h"
#include "lang/parser_internal.h"

#include <assert.h>
#include <math.h>

static Str text_at(const AstBuilder *b, Span span) {
    return (Str){b->text + span.off, span.len};
}

static Span span_to(const AstBuilder *b, u32 from, Span last) {
    return (Span){b->source, from, last.off + last.len - from};
}

// Most nodes are small and a large program has half a million of them: each takes what its kind
// needs.
static size_t node_size(AstKind kind) {
#define UP_TO(member) (offsetof(AstNode, member) + sizeof(((AstNode *)0)->member))
    switch (kind) {
    case AST_BAD:
        return offsetof(AstNode, number);
    case AST_NUMBER:
        return UP_TO(number);
    case AST_TEXT:
        return UP_TO(text);
    case AST_TEMPLATE:
        return UP_TO(template_);
    case AST_BOOL:
        return UP_TO(boolean);
    case AST_COLOR:
        return UP_TO(color);
    case AST_NAME:
        return UP_TO(name);
    case AST_REF:
        return UP_TO(ref);
    case AST_LIST:
        return UP_TO(list);
    case AST_COMPREHENSION:
        return UP_TO(comprehension);
    case AST_UNARY:
        return UP_TO(unary);
    case AST_BINARY:
        return UP_TO(binary);
    case AST_TERNARY:
        return UP_TO(ternary);
    case AST_RANGE:
        return UP_TO(range);
    case AST_CALL:
        return UP_TO(call);
    case AST_MEMBER:
        return UP_TO(member);
    case AST_INDEX:
        return UP_TO(index);
    case AST_SLICE:
        return UP_TO(slice);
    case AST_PART:
        return UP_TO(part);
    case AST_GROUP:
        return UP_TO(group);
    case AST_OBJECT:
        return UP_TO(object);
    case AST_UNITS:
        return UP_TO(units);
    case AST_PARAM:
        return UP_TO(param);
    case AST_MATERIAL:
        return UP_TO(material);
    case AST_CANVAS:
    case AST_TOLERANCE:
    case AST_PLACE:
        return UP_TO(place);
    case AST_LET:
    case AST_MARK:
        return UP_TO(let);
    case AST_DEF:
        return UP_TO(def);
    case AST_CUT:
        return UP_TO(cut);
    case AST_FOR:
        return UP_TO(for_);
    case AST_IF:
        return UP_TO(if_);
    case AST_EXPECT:
        return UP_TO(expect);
    case AST_ALLOW:
        return UP_TO(allow);
    }
    return sizeof(AstNode);
#undef UP_TO
}

static AstNode *new_node(AstBuilder *b, AstKind kind, Span span) {
    AstNode *node = arena_alloc(b->arena, 1, node_size(kind));
    node->kind = kind;
    node->span = span;
    node->depth = 1;
    return node;
}

// ---- depth ----

static void over(AstNode *node, const AstNode *child) {
    if (child)
        node->depth = (u16)MAX(node->depth, child->depth + 1);
}

static void over_list(AstNode *node, AstList list) {
    for (u32 i = 0; i < list.len; i++)
        over(node, list.items[i]);
}

static void over_args(AstNode *node, AstArgs args) {
    for (u32 i = 0; i < args.len; i++)
        over(node, args.items[i].value);
}

static AstNode *settle(AstBuilder *b, AstNode *node) {
    if (node->depth <= AST_DEPTH_MAX)
        return node;
    if (!b->is_too_deep) {
        b->is_too_deep = true;
        Diag *diag = diag_add(b->diags, DIAG_E0522, (Span){b->source, node->span.off, 1},
                              "what begins here is nested more than %d deep", AST_DEPTH_MAX);
        diag_help(b->diags, diag,
                  "split it: name parts of it with let, or use a list, whose union or sum "
                  "says the same");
        diag_measure(diag, AST_DEPTH_MAX + 1, AST_DEPTH_MAX, STR(""));
    }
    return ast_bad(b, node->span);
}

// The same for what ends with a round or square bracket: nothing can be told of one whose text is
// cut off.
static AstNode *settle_closed(AstBuilder *b, AstNode *node, TokenRef close) {
    bool cut = close->span.len == 0 && close->span.off >= b->end;
    return cut ? ast_bad(b, node->span) : settle(b, node);
}

// ---- leaves ----

AstName ast_name_of(AstBuilder *b, TokenRef token) {
    Span span = token->span;
    if (token->kind == TOK_LABEL || token->kind == TOK_SUBLABEL)
        span = (Span){span.source, span.off + 1, span.len - 1};
    return (AstName){text_at(b, span), span};
}

AstNode *ast_bad(AstBuilder *b, Span span) {
    return new_node(b, AST_BAD, span);
}

AstNode *ast_number(AstBuilder *b, TokenRef token) {
    AstNode *node = new_node(b, AST_NUMBER, token->span);
    Str text = text_at(b, token->span);
    u32 n = 0; // the digits, without a unit or what stands in its place
    while (n < text.len && ((text.ptr[n] >= '0' && text.ptr[n] <= '9') || text.ptr[n] == '.'))
        n++;
    u32 e = n;
    if (e < text.len && (text.ptr[e] == 'e' || text.ptr[e] == 'E')) {
        e++;
        e += e < text.len && (text.ptr[e] == '+' || text.ptr[e] == '-');
        if (e < text.len && text.ptr[e] >= '0' && text.ptr[e] <= '9')
            for (n = e; n < text.len && text.ptr[n] >= '0' && text.ptr[n] <= '9';)
                n++;
    }
    Str digits = {text.ptr, n};
    if (digits.len && digits.ptr[digits.len - 1] == '.')
        digits.len--;
    if (digits.len && digits.ptr[0] == '.')
        digits = str_format(b->arena, "0%.*s", STR_ARG(digits));
    if (!number_read(digits, &node->number.value) && isinf(node->number.value)) {
        Diag *diag =
            diag_add(b->diags, DIAG_E0106, token->span, "this number is too large to hold");
        diag_help(b->diags, diag, "numbers reach to about 1.8e308");
        node->number.value = 0;
    }
    node->number.unit = text_at(b, token_unit(token));
    return node;
}

// The bytes that a text stands for, between `head` and `tail` bytes of quotes and braces.
static Str unescape(AstBuilder *b, Span span, u32 head, u32 tail) {
    Str raw = text_at(b, span);
    if (raw.len < head + tail)
        return (Str){raw.ptr, 0};
    raw = (Str){raw.ptr + head, raw.len - head - tail};
    if (!memchr(raw.ptr, '\\', raw.len))
        return raw;
    char *out = arena_alloc(b->arena, (size_t)raw.len + 1, 1);
    u32 n = 0;
    for (u32 i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];
        if (c == '\\' && i + 1 < raw.len) {
            c = raw.ptr[++i];
            if (c == 'n' || c == 't')
                c = c == 'n' ? '\n' : '\t';
            else if (!strchr("\"\\{}'", c))
                out[n++] = '\\'; // an unknown escape stands as written; reported by the lexer
        }
        out[n++] = c;
    }
    return (Str){out, n};
}

// The length of the quote at the one or other end of a text: '"', or what stood in its place; 0
// when it isn't closed.
static Str text_value(AstBuilder *b, TokenRef token) {
    Str raw = text_at(b, token->span);
    u32 code = 0, head = MAX(utf8_decode(raw.ptr, raw.len, &code), 1u), tail = 0;
    if (head == 1 && raw.len >= 2 && raw.ptr[raw.len - 1] == raw.ptr[0]) {
        u32 n_slashes = 0;
        while (n_slashes + 2 < raw.len && raw.ptr[raw.len - 2 - n_slashes] == '\\')
            n_slashes++;
        tail = n_slashes % 2 == 0 ? 1 : 0;
    } else if (head > 1) {
        tail = raw.ptr[raw.len - 1] == '"' ? 1 : head;
    }
    return unescape(b, token->span, head, tail);
}

AstNode *ast_text(AstBuilder *b, TokenRef token) {
    AstNode *node = new_node(b, AST_TEXT, token->span);
    node->text.value = text_value(b, token);
    return node;
}

static u32 hex_value(char c) {
    return (u32)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

AstNode *ast_color(AstBuilder *b, TokenRef token) {
    AstNode *node = new_node(b, AST_COLOR, token->span);
    Str text = text_at(b, token->span);
    u32 rgb = 0, step = text.len == 4 ? 1 : 2;
    for (u32 i = 0; i < 3 && 1 + i * step + step <= text.len; i++) {
        const char *p = text.ptr + 1 + i * step;
        rgb =
            rgb << 8 | (step == 1 ? hex_value(p[0]) * 17 : hex_value(p[0]) << 4 | hex_value(p[1]));
    }
    node->color.rgb = rgb & 0xFFFFFF; // digits that are not hexadecimal have been reported
    return node;
}

AstNode *ast_boolean(AstBuilder *b, TokenRef token, bool value) {
    AstNode *node = new_node(b, AST_BOOL, token->span);
    node->boolean.value = value;
    return node;
}

AstNode *ast_name(AstBuilder *b, TokenRef token) {
    AstNode *node = new_node(b, AST_NAME, token->span);
    node->name.text = text_at(b, token->span);
    return node;
}

// ---- references: steps and indices grow in arrays of doubling size ----

static bool is_power_of_two(u32 n) {
    return (n & (n - 1)) == 0;
}

AstNode *ast_ref(AstBuilder *b, TokenRef label) {
    AstNode *node = new_node(b, AST_REF, label->span);
    return ast_ref_step(b, node, label);
}

AstNode *ast_ref_step(AstBuilder *b, AstNode *ref, TokenRef label) {
    u32 n = ref->ref.n_steps;
    if (is_power_of_two(n)) {
        AstRefStep *steps = ARENA_NEW(b->arena, AstRefStep, n ? 2 * (size_t)n : 1);
        if (n)
            memcpy(steps, ref->ref.steps, n * sizeof *steps);
        ref->ref.steps = steps;
    }
    ref->ref.steps[ref->ref.n_steps++] = (AstRefStep){ast_name_of(b, label), NULL, 0};
    ref->span = span_to(b, ref->span.off, label->span);
    return ref;
}

AstNode *ast_ref_index(AstBuilder *b, AstNode *ref, AstNode *index, TokenRef close) {
    AstRefStep *step = &ref->ref.steps[ref->ref.n_steps - 1];
    if (is_power_of_two(step->n_indices)) {
        u32 n = step->n_indices;
        AstNode **indices = ARENA_NEW(b->arena, AstNode *, n ? 2 * (size_t)n : 1);
        if (n)
            memcpy(indices, step->indices, n * sizeof *indices);
        step->indices = indices;
    }
    over(ref, index);
    step->indices[step->n_indices++] = index;
    ref->span = span_to(b, ref->span.off, close->span);
    if (ref->depth > AST_DEPTH_MAX) {
        settle(b, ref);
        step->n_indices--;
        ref->depth = AST_DEPTH_MAX;
    }
    return ref;
}

// ---- texts with fill-ins ----

static void template_push(AstBuilder *b, AstNode *node, AstNode *part) {
    AstList *parts = &node->template_.parts;
    if (parts->len == 0 || is_power_of_two(parts->len)) {
        AstNode **items = ARENA_NEW(b->arena, AstNode *, parts->len ? 2 * (size_t)parts->len : 2);
        if (parts->len)
            memcpy(items, parts->items, parts->len * sizeof(AstNode *));
        parts->items = items;
    }
    parts->items[parts->len++] = part;
    over(node, part);
}

static void template_push_text(AstBuilder *b, AstNode *node, TokenRef token) {
    Str value = unescape(b, token->span, 1, 1);
    if (!value.len)
        return;
    Span span = {b->source, token->span.off + 1, token->span.len - 2};
    AstNode *text = new_node(b, AST_TEXT, span);
    text->text.value = value;
    template_push(b, node, text);
}

AstNode *ast_template_head(AstBuilder *b, TokenRef open, AstNode *fill) {
    AstNode *node = new_node(b, AST_TEMPLATE, open->span);
    return ast_template_more(b, node, open, fill);
}

AstNode *ast_template_more(AstBuilder *b, AstNode *template_, TokenRef middle, AstNode *fill) {
    template_push_text(b, template_, middle);
    template_push(b, template_, fill);
    template_->span = span_join(template_->span, middle->span);
    return template_;
}

AstNode *ast_template_end(AstBuilder *b, AstNode *template_, TokenRef close) {
    template_push_text(b, template_, close);
    template_->span = span_join(template_->span, close->span);
    return settle(b, template_);
}

// ---- expressions ----

AstNode *ast_parens(AstBuilder *b, TokenRef open, AstNode *inner, TokenRef close) {
    inner->span = span_to(b, open->span.off, close->span);
    return settle_closed(b, inner, close);
}

// A production that was recovered has no place of its own: it lies where its list does.
static void place_bad(AstNode *node, u32 off) {
    if (node->kind == AST_BAD && node->span.len == 0)
        node->span.off = off;
}

static AstList list_of(const AstBuilder *b, NodeVec items, u32 off) {
    (void)b;
    for (u32 i = 0; i < items.len; i++) {
        place_bad(items.data[i], off);
        off = items.data[i]->span.off + items.data[i]->span.len;
    }
    return (AstList){items.data, items.len};
}

static AstArgs args_of(AstBuilder *b, TokenRef open, ArgVec args, TokenRef close) {
    for (u32 i = 0; i < args.len; i++)
        if (args.data[i].span.len == 0 && args.data[i].span.off == 0) {
            place_bad(args.data[i].value, open->span.off);
            args.data[i].span = args.data[i].value->span;
        }
    return (AstArgs){args.data, args.len, span_to(b, open->span.off, close->span)};
}

AstNode *ast_list(AstBuilder *b, TokenRef open, NodeVec items, TokenRef close) {
    AstNode *node = new_node(b, AST_LIST, span_to(b, open->span.off, close->span));
    node->list.items = list_of(b, items, open->span.off);
    over_list(node, node->list.items);
    return settle_closed(b, node, close);
}

AstNode *ast_comprehension(AstBuilder *b, TokenRef open, AstNode *value, BinderVec binders,
                           AstNode *condition, TokenRef close) {
    AstNode *node = new_node(b, AST_COMPREHENSION, span_to(b, open->span.off, close->span));
    node->comprehension.value = value;
    node->comprehension.binders = binders.data;
    node->comprehension.n_binders = binders.len;
    node->comprehension.condition = condition;
    over(node, value);
    over(node, condition);
    for (u32 i = 0; i < binders.len; i++)
        over(node, binders.data[i].list);
    return settle_closed(b, node, close);
}

AstNode *ast_unary(AstBuilder *b, AstOp op, TokenRef op_token, AstNode *operand) {
    AstNode *node = new_node(b, AST_UNARY, span_to(b, op_token->span.off, operand->span));
    node->unary.op = op;
    node->unary.operand = operand;
    node->unary.op_span = op_token->span;
    over(node, operand);
    return settle(b, node);
}

AstNode *ast_binary(AstBuilder *b, AstOp op, AstNode *left, TokenRef op_token, AstNode *right) {
    AstNode *node = new_node(b, AST_BINARY, span_join(left->span, right->span));
    node->binary.op = op;
    node->binary.left = left;
    node->binary.right = right;
    node->binary.op_span = op_token->span;
    over(node, left);
    over(node, right);
    return settle(b, node);
}

AstNode *ast_ternary(AstBuilder *b, AstNode *condition, AstNode *yes, AstNode *no) {
    AstNode *node = new_node(b, AST_TERNARY, span_join(condition->span, no->span));
    node->ternary.condition = condition;
    node->ternary.yes = yes;
    node->ternary.no = no;
    over(node, condition);
    over(node, yes);
    over(node, no);
    return settle(b, node);
}

AstNode *ast_range(AstBuilder *b, AstNode *low, AstNode *high) {
    AstNode *node = new_node(b, AST_RANGE, span_join(low->span, high->span));
    node->range.low = low;
    node->range.high = high;
    over(node, low);
    over(node, high);
    return settle(b, node);
}

AstNode *ast_call(AstBuilder *b, AstNode *subject, TokenRef name, TokenRef open, ArgVec args,
                  TokenRef close) {
    u32 from = subject ? subject->span.off : name->span.off;
    AstNode *node = new_node(b, AST_CALL, span_to(b, from, close->span));
    node->call.subject = subject;
    node->call.function = ast_name_of(b, name);
    node->call.args = args_of(b, open, args, close);
    over(node, subject);
    over_args(node, node->call.args);
    return settle_closed(b, node, close);
}

AstNode *ast_member(AstBuilder *b, AstNode *subject, TokenRef name) {
    AstNode *node = new_node(b, AST_MEMBER, span_to(b, subject->span.off, name->span));
    node->member.subject = subject;
    node->member.name = ast_name_of(b, name);
    over(node, subject);
    return settle(b, node);
}

AstNode *ast_index(AstBuilder *b, AstNode *subject, AstNode *index, TokenRef close) {
    AstNode *node = new_node(b, AST_INDEX, span_to(b, subject->span.off, close->span));
    node->index.subject = subject;
    node->index.index = index;
    over(node, subject);
    over(node, index);
    return settle_closed(b, node, close);
}

AstNode *ast_slice(AstBuilder *b, AstNode *subject, AstNode *first, AstNode *last, TokenRef close) {
    AstNode *node = new_node(b, AST_SLICE, span_to(b, subject->span.off, close->span));
    node->slice.subject = subject;
    node->slice.first = first;
    node->slice.last = last;
    over(node, subject);
    over(node, first);
    over(node, last);
    return settle_closed(b, node, close);
}

static Str words_of(AstBuilder *b, TokenRef words) {
    return words ? text_value(b, words) : (Str){"", 0};
}

AstNode *ast_part(AstBuilder *b, TokenRef keyword, TokenRef label, TokenRef words,
                  AstNode *material, AstBlock block) {
    AstNode *node = new_node(b, AST_PART, span_join(keyword->span, block.span));
    node->part.label = ast_name_of(b, label);
    node->part.has_words = words != NULL;
    node->part.words = words_of(b, words);
    node->part.material = material;
    node->part.body = block.body;
    Span last = material ? material->span : words ? words->span : label->span;
    node->part.head = span_to(b, keyword->span.off, last);
    over(node, material);
    over_list(node, block.body);
    return settle(b, node);
}

AstNode *ast_group(AstBuilder *b, TokenRef keyword, AstBlock block) {
    AstNode *node = new_node(b, AST_GROUP, span_join(keyword->span, block.span));
    node->group.body = block.body;
    over_list(node, block.body);
    return settle(b, node);
}

// ---- pieces of statements ----

AstArg ast_arg(AstBuilder *b, TokenRef name, AstNode *value) {
    AstArg arg = {.value = value, .span = value->span};
    arg.name.span = (Span){b->source, value->span.off, 0};
    if (name) {
        arg.name = ast_name_of(b, name);
        arg.span = span_join(name->span, value->span);
    }
    return arg;
}

AstFormal ast_formal(AstBuilder *b, TokenRef name, AstNode *value) {
    return (AstFormal){ast_name_of(b, name), value};
}

AstBinder ast_binder(AstBuilder *b, TokenRef name, AstNode *list) {
    AstName *names = ARENA_NEW(b->arena, AstName, 1);
    *names = ast_name_of(b, name);
    return (AstBinder){names, 1, false, list};
}

AstBinder ast_binder_pattern(AstBuilder *b, NameVec names, AstNode *list) {
    (void)b;
    return (AstBinder){names.data, names.len, true, list};
}

AstBlock ast_block(AstBuilder *b, TokenRef open, NodeVec items, TokenRef close) {
    return (AstBlock){list_of(b, items, open->span.off), span_to(b, open->span.off, close->span)};
}

// ---- statements ----

AstNode *ast_object(AstBuilder *b, TokenRef keyword, TokenRef name, TokenRef words) {
    AstNode *node = new_node(b, AST_OBJECT, span_join(keyword->span, (words ? words : name)->span));
    node->object.name = ast_name_of(b, name);
    node->object.has_words = words != NULL;
    node->object.words = words_of(b, words);
    return node;
}

AstNode *ast_units(AstBuilder *b, TokenRef keyword, TokenRef unit) {
    AstNode *node = new_node(b, AST_UNITS, span_join(keyword->span, unit->span));
    node->units.unit = ast_name_of(b, unit);
    return node;
}

AstNode *ast_param(AstBuilder *b, TokenRef keyword, TokenRef name, AstNode *value, AstNode *range,
                   AstNode *step, TokenRef words) {
    Span last = words ? words->span : step ? step->span : range ? range->span : value->span;
    AstNode *node = new_node(b, AST_PARAM, span_join(keyword->span, last));
    node->param.name = ast_name_of(b, name);
    node->param.value = value;
    node->param.range = range;
    node->param.step = step;
    node->param.has_words = words != NULL;
    node->param.words = words_of(b, words);
    over(node, value);
    over(node, range);
    over(node, step);
    return settle(b, node);
}

AstNode *ast_material(AstBuilder *b, TokenRef keyword, TokenRef name, TokenRef open, ArgVec fields,
                      TokenRef close) {
    AstNode *node = new_node(b, AST_MATERIAL, span_join(keyword->span, close->span));
    node->material.name = ast_name_of(b, name);
    node->material.fields = args_of(b, open, fields, close);
    over_args(node, node->material.fields);
    return settle(b, node);
}

AstNode *ast_value_statement(AstBuilder *b, AstKind kind, TokenRef keyword, AstNode *value) {
    AstNode *node = new_node(b, kind, span_join(keyword->span, value->span));
    node->place.value = value;
    over(node, value);
    return settle(b, node);
}

AstNode *ast_binding(AstBuilder *b, AstKind kind, TokenRef keyword, TokenRef name, AstNode *value) {
    AstNode *node = new_node(b, kind, span_join(keyword->span, value->span));
    node->let.name = ast_name_of(b, name);
    node->let.value = value;
    over(node, value);
    return settle(b, node);
}

static AstNode *new_def(AstBuilder *b, TokenRef keyword, TokenRef name, FormalVec formals,
                        Span last) {
    AstNode *node = new_node(b, AST_DEF, span_join(keyword->span, last));
    node->def.name = ast_name_of(b, name);
    node->def.formals = formals.data;
    node->def.n_formals = formals.len;
    for (u32 i = 0; i < formals.len; i++)
        over(node, formals.data[i].value);
    return node;
}

AstNode *ast_def_value(AstBuilder *b, TokenRef keyword, TokenRef name, FormalVec formals,
                       AstNode *value) {
    AstNode *node = new_def(b, keyword, name, formals, value->span);
    node->def.value = value;
    over(node, value);
    return settle(b, node);
}

AstNode *ast_def_body(AstBuilder *b, TokenRef keyword, TokenRef name, FormalVec formals,
                      AstBlock block) {
    AstNode *node = new_def(b, keyword, name, formals, block.span);
    node->def.body = block.body;
    over_list(node, block.body);
    return settle(b, node);
}

AstNode *ast_cut(AstBuilder *b, TokenRef keyword, NodeVec refs, AstBlock block) {
    AstNode *node = new_node(b, AST_CUT, span_join(keyword->span, block.span));
    node->cut.refs = (AstList){refs.data, refs.len};
    node->cut.body = block.body;
    over_list(node, node->cut.refs);
    over_list(node, block.body);
    return settle(b, node);
}

AstNode *ast_for(AstBuilder *b, TokenRef keyword, BinderVec binders, AstBlock block) {
    AstNode *node = new_node(b, AST_FOR, span_join(keyword->span, block.span));
    node->for_.binders = binders.data;
    node->for_.n_binders = binders.len;
    node->for_.body = block.body;
    for (u32 i = 0; i < binders.len; i++)
        over(node, binders.data[i].list);
    over_list(node, block.body);
    return settle(b, node);
}

AstNode *ast_if(AstBuilder *b, TokenRef keyword, AstNode *condition, AstBlock yes) {
    AstNode *node = new_node(b, AST_IF, span_join(keyword->span, yes.span));
    node->if_.condition = condition;
    node->if_.yes = yes.body;
    over(node, condition);
    over_list(node, yes.body);
    return settle(b, node);
}

AstNode *ast_if_else(AstBuilder *b, AstNode *if_, AstBlock no) {
    if (if_->kind != AST_IF) // too deep
        return if_;
    if_->span = span_join(if_->span, no.span);
    if_->if_.no = no.body;
    if_->if_.has_no = true;
    over_list(if_, no.body);
    return settle(b, if_);
}

AstNode *ast_if_else_if(AstBuilder *b, AstNode *if_, AstNode *no) {
    if (if_->kind != AST_IF)
        return if_;
    AstNode **items = ARENA_NEW(b->arena, AstNode *, 1);
    items[0] = no;
    if_->span = span_join(if_->span, no->span);
    if_->if_.no = (AstList){items, 1};
    if_->if_.has_no = true;
    over(if_, no);
    return settle(b, if_);
}

AstNode *ast_expect(AstBuilder *b, TokenRef keyword, AstNode *condition, AstNode *message) {
    Span last = message ? message->span : condition->span;
    AstNode *node = new_node(b, AST_EXPECT, span_join(keyword->span, last));
    node->expect.condition = condition;
    node->expect.has_message = message != NULL;
    node->expect.message = message;
    over(node, condition);
    over(node, message);
    return settle(b, node);
}

AstNode *ast_allow(AstBuilder *b, TokenRef keyword, TokenRef what, TokenRef open, ArgVec args,
                   TokenRef close, TokenRef reason) {
    Span last = reason ? reason->span : close->span;
    AstNode *node = new_node(b, AST_ALLOW, span_join(keyword->span, last));
    node->allow.what = ast_name_of(b, what);
    node->allow.args = args_of(b, open, args, close);
    node->allow.has_reason = reason != NULL;
    node->allow.reason = words_of(b, reason);
    over_args(node, node->allow.args);
    return settle(b, node);
}

AstNode *ast_place(AstBuilder *b, AstNode *value) {
    AstNode *node = new_node(b, AST_PLACE, value->span);
    node->place.value = value;
    over(node, value);
    return settle(b, node);
}
