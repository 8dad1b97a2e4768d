// SPDX-License-Identifier: Apache-2.0
// What the name pass gathers before its walk: every label and mark in the text, since parts may be
// asked about from anywhere, and, after syntax errors, the words that a lost statement may have
// bound.
#include "compiler/check/check_names.h"

typedef struct Collector {
    Eval *ev;
    SpanList *label_spans;
    StrMap *marks;
} Collector;

static void collect(Collector *c, const AstNode *node);

static void collect_list(Collector *c, AstList list) {
    for (u32 i = 0; i < list.len; i++)
        collect(c, list.items[i]);
}

static void collect_args(Collector *c, const AstArgs *args) {
    for (u32 i = 0; i < args->len; i++)
        collect(c, args->items[i].value);
}

static void collect_optional(Collector *c, const AstNode *node) {
    if (node)
        collect(c, node);
}

static void collect_binders(Collector *c, const AstBinder *binders, u32 n) {
    for (u32 i = 0; i < n; i++)
        collect(c, binders[i].list);
}

static void collect_part(Collector *c, const AstNode *node) {
    AstName label = node->part.label;
    StrMap *labels = &c->ev->labels;
    if (label.text.len > 0 && strmap_find(labels, label.text) == NONE) {
        strmap_set(labels, label.text, labels->n);
        avec_push(c->ev->arena, c->label_spans, label.span);
    }
    collect_list(c, node->part.body);
}

static void collect_ref(Collector *c, const AstNode *node) {
    for (u32 s = 0; s < node->ref.n_steps; s++)
        for (u32 i = 0; i < node->ref.steps[s].n_indices; i++)
            collect(c, node->ref.steps[s].indices[i]);
}

static void collect(Collector *c, const AstNode *node) {
    switch (node->kind) {
    case AST_BAD:
    case AST_NUMBER:
    case AST_TEXT:
    case AST_BOOL:
    case AST_COLOR:
    case AST_NAME:
    case AST_OBJECT:
    case AST_UNITS:
    case AST_ALLOW:
        return;
    case AST_TEMPLATE:
        collect_list(c, node->template_.parts);
        return;
    case AST_REF:
        collect_ref(c, node);
        return;
    case AST_LIST:
        collect_list(c, node->list.items);
        return;
    case AST_COMPREHENSION:
        collect_binders(c, node->comprehension.binders, node->comprehension.n_binders);
        collect_optional(c, node->comprehension.condition);
        collect(c, node->comprehension.value);
        return;
    case AST_UNARY:
        collect(c, node->unary.operand);
        return;
    case AST_BINARY:
        collect(c, node->binary.left);
        collect(c, node->binary.right);
        return;
    case AST_TERNARY:
        collect(c, node->ternary.condition);
        collect(c, node->ternary.yes);
        collect(c, node->ternary.no);
        return;
    case AST_RANGE:
        collect(c, node->range.low);
        collect(c, node->range.high);
        return;
    case AST_CALL:
        collect_optional(c, node->call.subject);
        collect_args(c, &node->call.args);
        return;
    case AST_MEMBER:
        collect(c, node->member.subject);
        return;
    case AST_INDEX:
        collect(c, node->index.subject);
        collect(c, node->index.index);
        return;
    case AST_SLICE:
        collect(c, node->slice.subject);
        collect_optional(c, node->slice.first);
        collect_optional(c, node->slice.last);
        return;
    case AST_PART:
        collect_part(c, node);
        return;
    case AST_GROUP:
        collect_list(c, node->group.body);
        return;
    case AST_PARAM:
        collect(c, node->param.value);
        return;
    case AST_MATERIAL:
        collect_args(c, &node->material.fields);
        return;
    case AST_CANVAS:
        collect(c, node->canvas.value);
        return;
    case AST_TOLERANCE:
        collect(c, node->tolerance.value);
        return;
    case AST_LET:
        collect(c, node->let.value);
        return;
    case AST_MARK:
        if (node->mark.name.text.len > 0)
            strmap_set(c->marks, node->mark.name.text, 0);
        collect(c, node->mark.value);
        return;
    case AST_DEF:
        for (u32 i = 0; i < node->def.n_formals; i++)
            collect_optional(c, node->def.formals[i].value);
        collect_optional(c, node->def.value);
        collect_list(c, node->def.body);
        return;
    case AST_CUT:
        collect_list(c, node->cut.body);
        return;
    case AST_FOR:
        collect_binders(c, node->for_.binders, node->for_.n_binders);
        collect_list(c, node->for_.body);
        return;
    case AST_IF:
        collect(c, node->if_.condition);
        collect_list(c, node->if_.yes);
        collect_list(c, node->if_.no);
        return;
    case AST_EXPECT:
        collect(c, node->expect.condition);
        collect_optional(c, node->expect.message);
        return;
    case AST_PLACE:
        collect(c, node->place.value);
        return;
    }
}

void names_collect(Eval *ev, SpanList *label_spans, StrMap *marks) {
    Collector c = {ev, label_spans, marks};
    collect_list(&c, ev->ast->statements);
}

// ---- after syntax errors ----

static bool is_word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_word(char c) {
    return is_word_start(c) || (c >= '0' && c <= '9');
}

static bool binds(Str word) {
    static const char *const keywords[] = {"let", "param", "material", "def", "part", "mark"};
    for (u32 i = 0; i < COUNT_OF(keywords); i++)
        if (str_equal_z(word, keywords[i]))
            return true;
    return false;
}

void names_collect_torn(Str text, StrMap *out) {
    bool after_keyword = false, in_for = false;
    for (u32 i = 0; i < text.len;) {
        if (!is_word_start(text.ptr[i])) {
            after_keyword = after_keyword && (text.ptr[i] == ' ' || text.ptr[i] == '\t');
            in_for = in_for && text.ptr[i] != '\n';
            i++;
            continue;
        }
        u32 start = i;
        while (i < text.len && is_word(text.ptr[i]))
            i++;
        Str word = {text.ptr + start, i - start};
        u32 next = i;
        while (next < text.len && (text.ptr[next] == ' ' || text.ptr[next] == '\t'))
            next++;
        bool is_assigned = next < text.len && text.ptr[next] == '=' && text.ptr[next + 1] != '=';
        if (str_equal_z(word, "in"))
            in_for = false;
        else if (after_keyword || in_for || is_assigned)
            strmap_set(out, word, 0);
        in_for = in_for || str_equal_z(word, "for");
        after_keyword = binds(word);
    }
}

// ---- small questions about the tree ----

bool names_makes_solid(const Eval *ev, const AstNode *call) {
    while (call->kind == AST_CALL && call->call.subject)
        call = call->call.subject;
    if (call->kind == AST_PART || call->kind == AST_GROUP)
        return true;
    if (call->kind != AST_CALL)
        return false;
    u32 row = registry_first(ev, call->call.function.text);
    return row != NONE && registry_at(row)->spec.sort == BUILTIN_SOLID;
}
