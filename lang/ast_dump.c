// SPDX-License-Identifier: Apache-2.0
// The tree as indented S-expressions, one node a line: `(binary + @3:9-3:14`, its children below.
// Places are line:column of the first byte and of the byte after the last.
#include "lang/ast.h"

#include "lang/lang.h"

#include <assert.h>

typedef struct Dump {
    Sources *sources;
    StrBuf *out;
    bool without_places;
} Dump;

const char *ast_kind_name(AstKind kind) {
    static const char *const NAMES[] = {
        "bad",   "number", "text",          "template", "bool",      "color",   "name",
        "ref",   "list",   "comprehension", "unary",    "binary",    "ternary", "range",
        "call",  "member", "index",         "slice",    "part",      "group",   "object",
        "units", "param",  "material",      "canvas",   "tolerance", "let",     "def",
        "mark",  "cut",    "for",           "if",       "expect",    "allow",   "place",
    };
    _Static_assert(COUNT_OF(NAMES) == AST_PLACE + 1, "a name for each kind");
    return NAMES[kind];
}

const char *ast_op_text(AstOp op) {
    static const char *const TEXTS[] = {"+", "-",  "*", "/",  "%",  "^",   "&",  "==", "!=",
                                        "<", "<=", ">", ">=", "~=", "and", "or", "-",  "not"};
    _Static_assert(COUNT_OF(TEXTS) == AST_NOT + 1, "a text for each operator");
    return TEXTS[op];
}

static void dump_node(Dump *d, const AstNode *node, u32 indent);

static void line_start(Dump *d, u32 indent) {
    while (indent-- > 0)
        strbuf_add(d->out, STR("  "));
}

static void dump_place(Dump *d, SourcePlace place) {
    strbuf_add_u32(d->out, place.line);
    strbuf_add_char(d->out, ':');
    strbuf_add_u32(d->out, place.column);
}

static void dump_span(Dump *d, Span span) {
    if (d->without_places)
        return;
    SourcePlace from = source_place(d->sources, span.source, span.off);
    SourcePlace to = source_place(d->sources, span.source, span.off + span.len);
    strbuf_add(d->out, STR(" @"));
    dump_place(d, from);
    strbuf_add_char(d->out, '-');
    dump_place(d, to);
}

static void dump_str(Dump *d, Str s) {
    strbuf_add_char(d->out, ' ');
    strbuf_add(d->out, s);
}

static void dump_words(Dump *d, bool has_words, Str words) {
    if (!has_words)
        return;
    strbuf_add_char(d->out, ' ');
    strbuf_add_json(d->out, words);
}

static void dump_child(Dump *d, const char *role, const AstNode *node, u32 indent) {
    if (!node)
        return;
    strbuf_add_char(d->out, '\n');
    line_start(d, indent);
    if (role)
        strbuf_addf(d->out, "%s: ", role);
    dump_node(d, node, indent);
}

static void dump_list(Dump *d, const char *role, AstList list, u32 indent) {
    for (u32 i = 0; i < list.len; i++)
        dump_child(d, role, list.items[i], indent);
}

static void dump_args(Dump *d, AstArgs args, u32 indent) {
    for (u32 i = 0; i < args.len; i++) {
        strbuf_add_char(d->out, '\n');
        line_start(d, indent);
        if (args.items[i].name.text.len) {
            strbuf_add(d->out, args.items[i].name.text);
            strbuf_add_z(d->out, " = ");
        }
        dump_node(d, args.items[i].value, indent);
    }
}

static void dump_binders(Dump *d, const AstBinder *binders, u32 n, u32 indent) {
    for (u32 i = 0; i < n; i++) {
        strbuf_add_char(d->out, '\n');
        line_start(d, indent);
        strbuf_add_z(d->out, binders[i].is_pattern ? "for [" : "for");
        for (u32 k = 0; k < binders[i].n_names; k++)
            dump_str(d, binders[i].names[k].text);
        strbuf_add_z(d->out, binders[i].is_pattern ? " ] in " : " in ");
        dump_node(d, binders[i].list, indent);
    }
}

static void dump_ref(Dump *d, const AstNode *node, u32 indent) {
    for (u32 i = 0; i < node->ref.n_steps; i++)
        dump_str(d, node->ref.steps[i].label.text);
    dump_span(d, node->span);
    for (u32 i = 0; i < node->ref.n_steps; i++)
        for (u32 k = 0; k < node->ref.steps[i].n_indices; k++) {
            strbuf_add_char(d->out, '\n');
            line_start(d, indent + 1);
            dump_str(d, node->ref.steps[i].label.text);
            strbuf_add_z(d->out, "[] ");
            dump_node(d, node->ref.steps[i].indices[k], indent + 1);
        }
}

static void dump_expression(Dump *d, const AstNode *node, u32 indent) {
    switch ((int)node->kind) {
    case AST_NUMBER:
        strbuf_add_char(d->out, ' ');
        strbuf_add_number(d->out, node->number.value);
        strbuf_add(d->out, node->number.unit);
        break;
    case AST_TEXT:
        dump_words(d, true, node->text.value);
        break;
    case AST_BOOL:
        strbuf_add_z(d->out, node->boolean.value ? " true" : " false");
        break;
    case AST_COLOR:
        strbuf_addf(d->out, " #%06x", node->color.rgb);
        break;
    case AST_NAME:
        dump_str(d, node->name.text);
        break;
    case AST_UNARY:
        strbuf_addf(d->out, " %s", ast_op_text(node->unary.op));
        break;
    case AST_BINARY:
        strbuf_addf(d->out, " %s", ast_op_text(node->binary.op));
        break;
    case AST_CALL:
        dump_str(d, node->call.function.text);
        break;
    case AST_MEMBER:
        dump_str(d, node->member.name.text);
        break;
    }
    dump_span(d, node->span);
    switch ((int)node->kind) {
    case AST_TEMPLATE:
        dump_list(d, NULL, node->template_.parts, indent);
        break;
    case AST_LIST:
        dump_list(d, NULL, node->list.items, indent);
        break;
    case AST_COMPREHENSION:
        dump_child(d, NULL, node->comprehension.value, indent);
        dump_binders(d, node->comprehension.binders, node->comprehension.n_binders, indent);
        dump_child(d, "if", node->comprehension.condition, indent);
        break;
    case AST_UNARY:
        dump_child(d, NULL, node->unary.operand, indent);
        break;
    case AST_BINARY:
        dump_child(d, NULL, node->binary.left, indent);
        dump_child(d, NULL, node->binary.right, indent);
        break;
    case AST_TERNARY:
        dump_child(d, NULL, node->ternary.condition, indent);
        dump_child(d, "yes", node->ternary.yes, indent);
        dump_child(d, "no", node->ternary.no, indent);
        break;
    case AST_RANGE:
        dump_child(d, NULL, node->range.low, indent);
        dump_child(d, NULL, node->range.high, indent);
        break;
    case AST_CALL:
        dump_child(d, "subject", node->call.subject, indent);
        dump_args(d, node->call.args, indent);
        break;
    case AST_MEMBER:
        dump_child(d, NULL, node->member.subject, indent);
        break;
    case AST_INDEX:
        dump_child(d, NULL, node->index.subject, indent);
        dump_child(d, "at", node->index.index, indent);
        break;
    case AST_SLICE:
        dump_child(d, NULL, node->slice.subject, indent);
        dump_child(d, "from", node->slice.first, indent);
        dump_child(d, "to", node->slice.last, indent);
        break;
    }
}

static void dump_def(Dump *d, const AstNode *node, u32 indent) {
    dump_str(d, node->def.name.text);
    dump_span(d, node->span);
    for (u32 i = 0; i < node->def.n_formals; i++) {
        strbuf_add_char(d->out, '\n');
        line_start(d, indent);
        strbuf_add_z(d->out, "formal ");
        strbuf_add(d->out, node->def.formals[i].name.text);
        if (node->def.formals[i].value) {
            strbuf_add_z(d->out, " = ");
            dump_node(d, node->def.formals[i].value, indent);
        }
    }
    dump_child(d, "value", node->def.value, indent);
    if (!node->def.value)
        dump_list(d, NULL, node->def.body, indent);
}

static void dump_statement(Dump *d, const AstNode *node, u32 indent) {
    switch ((int)node->kind) {
    case AST_PART:
        dump_str(d, node->part.label.text);
        dump_words(d, node->part.has_words, node->part.words);
        dump_span(d, node->span);
        dump_child(d, "material", node->part.material, indent);
        dump_list(d, NULL, node->part.body, indent);
        break;
    case AST_GROUP:
        dump_span(d, node->span);
        dump_list(d, NULL, node->group.body, indent);
        break;
    case AST_OBJECT:
        dump_str(d, node->object.name.text);
        dump_words(d, node->object.has_words, node->object.words);
        dump_span(d, node->span);
        break;
    case AST_UNITS:
        dump_str(d, node->units.unit.text);
        dump_span(d, node->span);
        break;
    case AST_PARAM:
        dump_str(d, node->param.name.text);
        dump_words(d, node->param.has_words, node->param.words);
        dump_span(d, node->span);
        dump_child(d, NULL, node->param.value, indent);
        dump_child(d, "in", node->param.range, indent);
        dump_child(d, "step", node->param.step, indent);
        break;
    case AST_MATERIAL:
        dump_str(d, node->material.name.text);
        dump_span(d, node->span);
        dump_args(d, node->material.fields, indent);
        break;
    case AST_LET:
    case AST_MARK:
        dump_str(d, node->let.name.text);
        dump_span(d, node->span);
        dump_child(d, NULL, node->let.value, indent);
        break;
    case AST_DEF:
        dump_def(d, node, indent);
        break;
    case AST_CUT:
        dump_span(d, node->span);
        dump_list(d, "from", node->cut.refs, indent);
        dump_list(d, NULL, node->cut.body, indent);
        break;
    case AST_FOR:
        dump_span(d, node->span);
        dump_binders(d, node->for_.binders, node->for_.n_binders, indent);
        dump_list(d, NULL, node->for_.body, indent);
        break;
    case AST_IF:
        dump_span(d, node->span);
        dump_child(d, NULL, node->if_.condition, indent);
        dump_list(d, "yes", node->if_.yes, indent);
        dump_list(d, "no", node->if_.no, indent);
        break;
    case AST_EXPECT:
        dump_span(d, node->span);
        dump_child(d, NULL, node->expect.condition, indent);
        dump_child(d, "message", node->expect.message, indent);
        break;
    case AST_ALLOW:
        dump_str(d, node->allow.what.text);
        dump_words(d, node->allow.has_reason, node->allow.reason);
        dump_span(d, node->span);
        dump_args(d, node->allow.args, indent);
        break;
    case AST_CANVAS:
    case AST_TOLERANCE:
    case AST_PLACE:
        dump_span(d, node->span);
        dump_child(d, NULL, node->place.value, indent);
        break;
    }
}

static void dump_node(Dump *d, const AstNode *node, u32 indent) {
    strbuf_add_char(d->out, '(');
    strbuf_add_z(d->out, ast_kind_name(node->kind));
    if (node->kind == AST_BAD)
        dump_span(d, node->span);
    else if (node->kind == AST_REF)
        dump_ref(d, node, indent);
    else if (node->kind < AST_PART)
        dump_expression(d, node, indent + 1);
    else
        dump_statement(d, node, indent + 1);
    strbuf_add_char(d->out, ')');
}

static void dump_all(Dump *d, const Ast *ast) {
    for (u32 i = 0; i < ast->statements.len; i++) {
        dump_node(d, ast->statements.items[i], 0);
        strbuf_add_char(d->out, '\n');
    }
}

void ast_dump(const Ast *ast, Sources *sources, StrBuf *out) {
    dump_all(&(Dump){sources, out, false}, ast);
}

void ast_dump_shape(const Ast *ast, Sources *sources, StrBuf *out) {
    dump_all(&(Dump){sources, out, true}, ast);
}
