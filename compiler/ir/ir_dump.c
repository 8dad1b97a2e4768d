// SPDX-License-Identifier: Apache-2.0
// The scene as text, line by line, in the form of spec/ir.md: what ir_read.c reads back to the same
// scene. Only what the parts need of the graph is written, numbered anew from 0 in the graph's
// order, so that the text says nothing of what the checker tried on the way. Fields that are zero
// or follow from others are left out. A place is line:column+length in a source named above.
#include "compiler/ir/ir.h"

#include "base/vec.h"

#include <assert.h>

typedef struct Dumper {
    const Scene *scene;
    Sources *sources;
    StrBuf *out;
    u32 *source_ids; // by source: its number in the text, or NONE
    u32 *node_ids;   // by node: likewise
} Dumper;

// ---- values ----

static void add_numbers(StrBuf *out, const char *key, const f64 *values, u32 n) {
    strbuf_addf(out, " %s=[", key);
    for (u32 i = 0; i < n; i++) {
        if (i)
            strbuf_add_z(out, ", ");
        strbuf_add_number(out, values[i]);
    }
    strbuf_add_char(out, ']');
}

static void add_number(StrBuf *out, const char *key, f64 value) {
    strbuf_addf(out, " %s=", key);
    strbuf_add_number(out, value);
}

static void add_text(StrBuf *out, const char *key, Str text) {
    strbuf_addf(out, " %s=", key);
    strbuf_add_json(out, text);
}

static void add_point(StrBuf *out, const char *key, Vec3 p) {
    add_numbers(out, key, (f64[3]){p.x, p.y, p.z}, 3);
}

static void add_floats(StrBuf *out, const char *key, const f32 v[3]) {
    add_numbers(out, key, (f64[3]){(f64)v[0], (f64)v[1], (f64)v[2]}, 3);
}

static bool has_place(const Dumper *d, Span span) {
    return (span.off || span.len) && span.source < d->sources->len;
}

static void add_place(Dumper *d, Span span) {
    if (!has_place(d, span))
        return;
    strbuf_add_z(d->out, " at ");
    u32 id = d->source_ids[span.source];
    assert(id != NONE);
    if (id)
        strbuf_addf(d->out, "%u:", id);
    SourcePlace place = source_place(d->sources, span.source, span.off);
    strbuf_addf(d->out, "%u:%u+%u", place.line, place.column, span.len);
}

static void end_line(Dumper *d, Span span, u32 call) {
    add_place(d, span);
    if (call != NONE)
        strbuf_addf(d->out, " call %u", call);
    strbuf_add_char(d->out, '\n');
}

// ---- what is used ----

// Marks the nodes that the parts reach (children have smaller ids than their parents), then counts.
u32 *scene_number_nodes(const Scene *scene, Arena *arena) {
    const IrGraph *graph = scene->graph;
    u32 *numbers = ARENA_NEW(arena, u32, graph->len);
    for (u32 i = 0; i < graph->len; i++)
        numbers[i] = NONE;
    for (u32 i = 0; i < scene->n_parts; i++)
        if (scene->parts[i].solid != NONE)
            numbers[scene->parts[i].solid] = 0;
    for (u32 i = graph->len; i-- > 0;)
        if (numbers[i] != NONE)
            for (u32 k = 0; k < graph->nodes[i].n_children; k++)
                numbers[graph->nodes[i].children[k]] = 0;
    u32 n = 0;
    for (u32 i = 0; i < graph->len; i++)
        if (numbers[i] != NONE)
            numbers[i] = n++;
    return numbers;
}

static void use_source(Dumper *d, Span span) {
    if (has_place(d, span))
        d->source_ids[span.source] = 0;
}

static void number_sources(Dumper *d, Arena *arena) {
    const Scene *s = d->scene;
    d->source_ids = ARENA_NEW(arena, u32, d->sources->len);
    for (u32 i = 0; i < d->sources->len; i++)
        d->source_ids[i] = NONE;
    use_source(d, s->has_canvas ? s->canvas_span : (Span){0, 0, 0});
    for (u32 i = 0; i < s->n_params; i++)
        use_source(d, s->params[i].span);
    for (u32 i = 0; i < s->n_materials; i++)
        use_source(d, s->materials[i].span);
    for (u32 i = 0; i < s->n_calls; i++)
        use_source(d, s->calls[i].span);
    for (u32 i = 0; i < s->graph->len; i++)
        if (d->node_ids[i] != NONE)
            use_source(d, s->graph->nodes[i].span);
    for (u32 i = 0; i < s->n_parts; i++)
        use_source(d, s->parts[i].span);
    for (u32 i = 0; i < s->n_allows; i++)
        use_source(d, s->allows[i].span);
    u32 n = 0;
    for (u32 i = 0; i < d->sources->len; i++)
        if (d->source_ids[i] != NONE)
            d->source_ids[i] = n++;
}

// ---- the lines ----

static void dump_head(Dumper *d) {
    const Scene *s = d->scene;
    strbuf_add_z(d->out, "frc-ir 1\n");
    for (u32 i = 0; i < d->sources->len; i++)
        if (d->source_ids[i] != NONE) {
            strbuf_addf(d->out, "source %u ", d->source_ids[i]);
            strbuf_add_json(d->out, d->sources->items[i].name);
            strbuf_add_char(d->out, '\n');
        }
    strbuf_add_z(d->out, "object ");
    strbuf_add_json(d->out, s->name);
    if (s->words.len)
        add_text(d->out, "words", s->words);
    add_text(d->out, "unit", s->unit);
    add_number(d->out, "unit_mm", s->unit_mm);
    if (s->tolerance > 0)
        add_number(d->out, "tolerance", s->tolerance);
    strbuf_addf(d->out, " hash=%08x%08x\n", (u32)(s->source_hash >> 32), (u32)s->source_hash);
    if (s->has_canvas) {
        strbuf_add_z(d->out, "canvas");
        add_point(d->out, "size", s->canvas);
        end_line(d, s->canvas_span, NONE);
    }
}

static void dump_param(Dumper *d, const SceneParam *p) {
    StrBuf *out = d->out;
    strbuf_add_z(out, "param ");
    strbuf_add_json(out, p->name);
    if (p->words.len)
        add_text(out, "words", p->words);
    switch (p->kind) {
    case PARAM_NUMBER:
        add_number(out, "number", p->number);
        break;
    case PARAM_BOOL:
        strbuf_add_z(out, p->flag ? " flag=true" : " flag=false");
        break;
    case PARAM_TEXT:
        add_text(out, "text", p->text);
        break;
    }
    if (p->has_range)
        add_numbers(out, "range", (f64[2]){p->low, p->high}, 2);
    if (p->step > 0)
        add_number(out, "step", p->step);
    if (p->n_choices && p->kind == PARAM_NUMBER)
        add_numbers(out, "choices", p->number_choices, p->n_choices);
    if (p->n_choices && p->kind == PARAM_TEXT) {
        strbuf_add_z(out, " choices=[");
        for (u32 i = 0; i < p->n_choices; i++) {
            if (i)
                strbuf_add_z(out, ", ");
            strbuf_add_json(out, p->choices[i]);
        }
        strbuf_add_char(out, ']');
    }
    if (p->unit && p->unit[0])
        add_text(out, "unit", str_from(p->unit));
    end_line(d, p->span, NONE);
}

static void dump_material(Dumper *d, u32 index) {
    const SceneMaterial *m = &d->scene->materials[index];
    StrBuf *out = d->out;
    strbuf_addf(out, "material %u ", index);
    strbuf_add_json(out, m->name);
    strbuf_addf(out, " rgb=#%06x", m->rgb & 0xffffffu);
    add_floats(out, "color", m->color);
    add_number(out, "metallic", (f64)m->metallic);
    add_number(out, "roughness", (f64)m->roughness);
    add_number(out, "opacity", (f64)m->opacity);
    if (m->emission[0] > 0 || m->emission[1] > 0 || m->emission[2] > 0)
        add_floats(out, "emission", m->emission);
    end_line(d, m->span, NONE);
}

static void dump_call(Dumper *d, u32 index) {
    const SceneCall *call = &d->scene->calls[index];
    strbuf_addf(d->out, "call %u ", index);
    strbuf_add_json(d->out, call->function);
    if (call->parent != NONE)
        strbuf_addf(d->out, " in=%u", call->parent);
    end_line(d, call->span, NONE);
}

static bool all_zero(const f64 *values, u32 n) {
    for (u32 i = 0; i < n; i++)
        if (values[i] != 0)
            return false;
    return true;
}

static void dump_node(Dumper *d, u32 id) {
    const IrNode *node = &d->scene->graph->nodes[id];
    const IrInfo *info = ir_info(node->kind);
    strbuf_addf(d->out, "%%%u = %s", d->node_ids[id], info->name);
    for (u32 i = 0; i < node->n_children; i++)
        strbuf_addf(d->out, " %%%u", d->node_ids[node->children[i]]);
    if (node->text.len)
        add_text(d->out, "text", node->text);
    for (u32 i = 0; i < info->n_fields; i++) {
        const IrField *field = &info->fields[i];
        const f64 *values = node->nums + field->off;
        u32 n = field->is_tail ? node->n_nums - field->off : field->count;
        if (field->is_tail ? n == 0 : all_zero(values, n))
            continue;
        if (n == 1 && !field->is_tail)
            add_number(d->out, field->name, values[0]);
        else
            add_numbers(d->out, field->name, values, n);
    }
    end_line(d, node->span, node->call);
}

// True when the part's path is what its place in the tree says.
static bool path_follows(const Scene *scene, const ScenePart *part) {
    if (part->parent == NONE)
        return str_equal(part->path, part->label);
    Str above = scene->parts[part->parent].path;
    return part->path.len == above.len + 1 + part->label.len && str_starts(part->path, above) &&
           part->path.ptr[above.len] == '/' && str_ends(part->path, part->label);
}

static void dump_part(Dumper *d, u32 index) {
    const ScenePart *part = &d->scene->parts[index];
    StrBuf *out = d->out;
    strbuf_addf(out, "part %u ", index);
    strbuf_add_json(out, part->label);
    if (!str_equal(part->words, part->label))
        add_text(out, "words", part->words);
    if (part->parent != NONE)
        strbuf_addf(out, " in=%u", part->parent);
    if (!path_follows(d->scene, part))
        add_text(out, "path", part->path);
    if (part->instance)
        strbuf_addf(out, " instance=%u", part->instance);
    if (part->sides)
        add_text(out, "sides", str_from(side_text(part->sides)));
    if (part->material != NONE)
        strbuf_addf(out, " material=%u", part->material);
    if (part->solid != NONE)
        strbuf_addf(out, " solid=%%%u", d->node_ids[part->solid]);
    end_line(d, part->span, part->call);
}

static void dump_mark(Dumper *d, const SceneMark *mark) {
    strbuf_add_z(d->out, "mark ");
    strbuf_add_json(d->out, mark->name);
    if (mark->part != NONE)
        strbuf_addf(d->out, " part=%u", mark->part);
    add_point(d->out, "point", mark->point);
    strbuf_add_char(d->out, '\n');
}

static void dump_allow(Dumper *d, const SceneAllow *allow) {
    strbuf_add_z(d->out, allow->is_overlap ? "allow overlap " : "allow floating ");
    strbuf_add_json(d->out, allow->a);
    if (allow->b.len)
        add_text(d->out, "with", allow->b);
    if (allow->reason.len)
        add_text(d->out, "reason", allow->reason);
    end_line(d, allow->span, NONE);
}

void scene_dump(const Scene *scene, Sources *sources, StrBuf *out) {
    Arena arena;
    arena_init(&arena, out->heap);
    Dumper d = {.scene = scene, .sources = sources, .out = out};
    d.node_ids = scene_number_nodes(scene, &arena);
    number_sources(&d, &arena);
    dump_head(&d);
    for (u32 i = 0; i < scene->n_params; i++)
        dump_param(&d, &scene->params[i]);
    for (u32 i = 0; i < scene->n_materials; i++)
        dump_material(&d, i);
    for (u32 i = 0; i < scene->n_calls; i++)
        dump_call(&d, i);
    for (u32 i = 0; i < scene->graph->len; i++)
        if (d.node_ids[i] != NONE)
            dump_node(&d, i);
    for (u32 i = 0; i < scene->n_parts; i++)
        dump_part(&d, i);
    for (u32 i = 0; i < scene->n_marks; i++)
        dump_mark(&d, &scene->marks[i]);
    for (u32 i = 0; i < scene->n_allows; i++)
        dump_allow(&d, &scene->allows[i]);
    arena_finish(&arena);
}
