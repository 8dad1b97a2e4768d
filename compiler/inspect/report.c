// SPDX-License-Identifier: Apache-2.0
// Writes the scene report three ways from the same facts: a tree for people, tables for a model,
// JSON for programs. Only geometry's own numbers, in the program's unit, at most five significant
// digits in text. Like parts share a row in text (report_rows.c); JSON has each.
#include "compiler/inspect/report.h"

#include "base/map.h"
#include "base/utf8.h"
#include "compiler/inspect/report_internal.h"

static void add_vec(StrBuf *out, Vec3 v, const char *open, const char *comma, const char *close) {
    strbuf_add_z(out, open);
    report_add_short(out, v.x);
    strbuf_add_z(out, comma);
    report_add_short(out, v.y);
    strbuf_add_z(out, comma);
    report_add_short(out, v.z);
    strbuf_add_z(out, close);
}

static Vec3 in_units(const Scene *scene, Vec3 mm) {
    return vec3_scale(mm, 1 / scene->unit_mm);
}

// Boxes of whole parts, what lies in them included, bottom up in one pass.
static Box3 *whole_boxes(const Report *report, Arena *arena) {
    const Scene *scene = report->model->scene;
    Box3 *boxes = ARENA_NEW(arena, Box3, MAX(scene->n_parts, 1u));
    for (u32 i = 0; i < scene->n_parts; i++)
        boxes[i] =
            report->model->parts[i].mesh == NONE ? box3_empty() : report->model->parts[i].bounds;
    for (u32 i = scene->n_parts; i-- > 0;)
        if (scene->parts[i].parent != NONE)
            boxes[scene->parts[i].parent] = box3_join(boxes[scene->parts[i].parent], boxes[i]);
    return boxes;
}

static char longest_axis(Box3 box) {
    Vec3 s = box3_size(box);
    return s.x >= s.y && s.x >= s.z ? 'x' : s.y >= s.z ? 'y' : 'z';
}

static Str material_name(const Scene *scene, u32 part) {
    u32 material = scene->parts[part].material;
    return material == NONE ? STR("-") : scene->materials[material].name;
}

// Mirror planes through the origin under which every part has a partner of the same path.
static bool mirrors_itself(const Report *report, u32 axis, Arena *arena) {
    const Model *model = report->model;
    const Scene *scene = model->scene;
    ArenaMark mark = arena_mark(arena);
    StrMap centers;
    strmap_init(&centers, arena);
    bool whole = scene->n_parts > 0;
    for (u32 pass = 0; pass < 2 && whole; pass++) {
        for (u32 i = 0; i < scene->n_parts && whole; i++) {
            if (model->parts[i].mesh == NONE)
                continue;
            Vec3 c = box3_center(model->parts[i].bounds);
            if (pass == 1)
                vec3_set(&c, axis, -vec3_get(c, axis));
            Str key = str_format(arena, "%.*s %lld %lld %lld", STR_ARG(scene->parts[i].path),
                                 (long long)floor(c.x * 5 + 0.5), (long long)floor(c.y * 5 + 0.5),
                                 (long long)floor(c.z * 5 + 0.5));
            if (pass == 0)
                strmap_set(&centers, key, i);
            else
                whole = strmap_get(&centers, key) != NONE;
        }
    }
    arena_reset(arena, mark);
    return whole;
}

static Str symmetry_text(const Report *report, Arena *arena) {
    bool x = mirrors_itself(report, 0, arena), y = mirrors_itself(report, 1, arena);
    return x && y ? STR("left and right, front and back")
           : x    ? STR("left and right")
           : y    ? STR("front and back")
                  : STR("none");
}

// ---- text ----

static void add_cell(StrBuf *out, Str cell, u32 width) {
    strbuf_add(out, cell);
    for (u32 w = utf8_width(cell); w < width; w++)
        strbuf_add_char(out, ' ');
    strbuf_add_z(out, "  ");
}

// One number of a row: the same in all its parts, on both sides of a plane, or between two ends.
typedef struct Spread {
    f64 low, high;
    f64 least; // of the absolute values
} Spread;

static const Spread no_spread = {INFINITY, -INFINITY, INFINITY};

static void spread_add(Spread *s, f64 value) {
    s->low = fmin(s->low, value);
    s->high = fmax(s->high, value);
    s->least = fmin(s->least, fabs(value));
}

static void add_spread(StrBuf *out, Spread s) {
    f64 most = fmax(-s.low, s.high);
    if (s.low < -5e-7 && s.high > 5e-7 && s.least > most * (1 - 5e-6)) {
        strbuf_add_z(out, "\u00b1");
        report_add_short(out, most);
    } else {
        report_add_range(out, s.low, s.high);
    }
}

typedef struct Line { // of the table
    Str name, size, center, material, volume;
    bool is_only_parent; // no matter of its own: its numbers are those of what lies in it
} Line;

static Str spreads_text(Arena *arena, Heap *heap, const Spread *spreads, u32 n) {
    StrBuf buf;
    strbuf_init(&buf, heap);
    for (u32 k = 0; k < n; k++) {
        strbuf_add_z(&buf, k ? " " : "");
        add_spread(&buf, spreads[k]);
    }
    Str text = str_copy(arena, strbuf_str(&buf));
    strbuf_finish(&buf);
    return text;
}

// "-22..22 0 12 even", "ring 32.8 about z, 0 0 64.7", or just the ranges. Four corners are told
// well by theirs.
static Str centers_text(Arena *arena, Heap *heap, Vec3 *centers, u32 n, const Spread *spreads) {
    u32 axis = 0;
    Vec3 middle;
    f64 d;
    Str ranges = spreads_text(arena, heap, spreads, 3);
    bool has_range = false;
    for (u32 i = 0; i + 1 < ranges.len; i++)
        has_range = has_range || (ranges.ptr[i] == '.' && ranges.ptr[i + 1] == '.');
    ReportPattern pattern =
        has_range ? report_pattern(heap, centers, n, &axis, &middle, &d) : REPORT_LOOSE;
    if (pattern == REPORT_LOOSE)
        return ranges;
    if (pattern == REPORT_EVEN)
        return str_format(arena, "%.*s even", STR_ARG(ranges));
    StrBuf buf;
    strbuf_init(&buf, heap);
    strbuf_add_z(&buf, "ring ");
    report_add_short(&buf, d);
    strbuf_addf(&buf, " about %c, ", "xyz"[axis]);
    add_vec(&buf, middle, "", " ", "");
    Str text = str_copy(arena, strbuf_str(&buf));
    strbuf_finish(&buf);
    return text;
}

static Line row_line(const Report *report, const ReportRows *rows, u32 r, const Box3 *boxes,
                     const Str *names, Arena *arena, Heap *heap) {
    const Model *model = report->model;
    const Scene *scene = model->scene;
    const ReportRow *row = &rows->rows[r];
    Line line = {.name = report_row_name(scene, row, names[row->first], arena),
                 .material = material_name(scene, row->first)};
    Spread size[3], center[3], volume = no_spread;
    for (u32 k = 0; k < 3; k++)
        size[k] = center[k] = no_spread;
    Vec3 *centers = heap_alloc_raw(heap, row->n, sizeof *centers);
    u32 n = 0;
    bool has_matter = false;
    for (u32 i = row->first; i != NONE; i = rows->next[i]) {
        if (box3_is_empty(boxes[i]))
            continue;
        centers[n++] = in_units(scene, box3_center(boxes[i]));
        has_matter = has_matter || model->parts[i].mesh != NONE;
        spread_add(&volume,
                   model->parts[i].volume / (scene->unit_mm * scene->unit_mm * scene->unit_mm));
        for (u32 k = 0; k < 3; k++) {
            spread_add(&size[k], vec3_get(in_units(scene, box3_size(boxes[i])), k));
            spread_add(&center[k], vec3_get(centers[n - 1], k));
        }
    }
    if (n > 0) {
        line.is_only_parent = !has_matter;
        line.size = spreads_text(arena, heap, size, 3);
        line.center = centers_text(arena, heap, centers, n, center);
        line.volume = spreads_text(arena, heap, &volume, 1);
    }
    heap_free(heap, centers);
    return line;
}

static void add_head(const Report *report, Arena *arena, StrBuf *out) {
    const Model *model = report->model;
    const Scene *scene = model->scene;
    strbuf_addf(out, "%.*s", STR_ARG(scene->name));
    if (scene->words.len)
        strbuf_addf(out, ": %.*s", STR_ARG(scene->words));
    strbuf_addf(out, "\nsize ");
    add_vec(out, in_units(scene, box3_size(model->bounds)), "", " x ", "");
    strbuf_addf(out, " %.*s", STR_ARG(scene->unit));
    if (scene->has_canvas) {
        strbuf_add_z(out, " (canvas ");
        add_vec(out, in_units(scene, scene->canvas), "", " x ", ")");
    }
    strbuf_add_z(out, ", z from ");
    report_add_short(out, model->bounds.min.z / scene->unit_mm);
    strbuf_add_z(out, " to ");
    report_add_short(out, model->bounds.max.z / scene->unit_mm);
    strbuf_addf(out, "\n%u parts, %llu triangles; symmetry: %.*s\n", scene->n_parts,
                (unsigned long long)model->n_tris, STR_ARG(symmetry_text(report, arena)));
    strbuf_add_z(out, "axes: +z up, the front looks toward -y, +x is the object's own left\n");
}

static void add_legend(const ReportRows *rows, StrBuf *out) {
    if (rows->is_folded)
        strbuf_add_z(
            out, "\"leg x4\" is four alike; a..b from the least of them to the greatest (even: "
                 "in equal steps), \u00b1a on both sides, ring d: on a circle of that diameter\n");
}

// The last step of a path stands for the part: the tree shows the others.
static Str last_step(Str name) {
    u32 at = name.len;
    while (at > 0 && name.ptr[at - 1] != '/')
        at--;
    return (Str){name.ptr + at, name.len - at};
}

static void add_sight(const Report *report, const ReportRows *rows, const ReportRow *row,
                      StrBuf *out) {
    u32 n_hidden = 0, least = NONE, most = 0;
    for (u32 i = row->first; i != NONE; i = rows->next[i]) {
        n_hidden += report->hidden[i];
        if (!report->visible || report->model->parts[i].mesh == NONE)
            continue;
        least = MIN(least, report->visible[i]);
        most = MAX(most, report->visible[i]);
    }
    if (n_hidden && n_hidden < row->n)
        strbuf_addf(out, "  %u", n_hidden);
    if (n_hidden)
        strbuf_add_z(out, "  hidden");
    if (least == NONE)
        return;
    strbuf_add_z(out, "  ");
    report_add_range(out, least, most);
    strbuf_add_z(out, " px");
}

void report_write_text(const Report *report, Arena *arena, StrBuf *out) {
    const Scene *scene = report->model->scene;
    ReportRows rows = report_fold(scene, out->heap, arena);
    const Str *names = inspect_part_names(scene, arena);
    add_head(report, arena, out);
    add_legend(&rows, out);
    Box3 *boxes = whole_boxes(report, arena);
    Line *lines = ARENA_NEW(arena, Line, (size_t)rows.n + 1);
    lines[0] = (Line){STR("part"), STR("size"), STR("center"), STR("material"), STR(""), false};
    u32 widths[3] = {0};
    for (u32 r = 0; r <= rows.n; r++) {
        if (r > 0) {
            lines[r] = row_line(report, &rows, r - 1, boxes, names, arena, out->heap);
            lines[r].name = str_format(arena, "%*s%.*s", (int)(2 * rows.rows[r - 1].depth), "",
                                       STR_ARG(last_step(lines[r].name)));
        }
        widths[0] = MAX(widths[0], utf8_width(lines[r].name));
        widths[1] = MAX(widths[1], utf8_width(lines[r].size));
        widths[2] = MAX(widths[2], utf8_width(lines[r].center));
    }
    strbuf_add_char(out, '\n');
    for (u32 r = 0; r <= rows.n; r++) {
        add_cell(out, lines[r].name, widths[0]);
        add_cell(out, lines[r].size, widths[1]);
        add_cell(out, lines[r].center, widths[2]);
        strbuf_add(out, lines[r].material);
        if (r > 0)
            add_sight(report, &rows, &rows.rows[r - 1], out);
        strbuf_add_char(out, '\n');
    }
    report_write_touching(report, &rows, names, arena, out);
}

// ---- markdown ----

void report_write_markdown(const Report *report, Arena *arena, StrBuf *out) {
    const Scene *scene = report->model->scene;
    ReportRows rows = report_fold(scene, out->heap, arena);
    const Str *names = inspect_part_names(scene, arena);
    add_head(report, arena, out);
    add_legend(&rows, out);
    Box3 *boxes = whole_boxes(report, arena);
    strbuf_addf(out,
                "\n| part | size (%.*s) | center | volume (%.*s3) | material |\n| --- | --- | --- "
                "| --- | --- |\n",
                STR_ARG(scene->unit), STR_ARG(scene->unit));
    for (u32 r = 0; r < rows.n; r++) {
        Line line = row_line(report, &rows, r, boxes, names, arena, out->heap);
        if (line.is_only_parent) // paths tell of it, and what lies in it has the numbers
            continue;
        strbuf_addf(out, "| %.*s | %.*s | %.*s | %.*s | %.*s |\n", STR_ARG(line.name),
                    STR_ARG(line.size), STR_ARG(line.center), STR_ARG(line.volume),
                    STR_ARG(line.material));
    }
    report_write_touching(report, &rows, names, arena, out);
}

// ---- JSON ----

static void json_vec(StrBuf *out, const char *key, Vec3 v) {
    strbuf_addf(out, ",\"%s\":[", key);
    strbuf_add_number(out, v.x);
    strbuf_add_char(out, ',');
    strbuf_add_number(out, v.y);
    strbuf_add_char(out, ',');
    strbuf_add_number(out, v.z);
    strbuf_add_char(out, ']');
}

static void json_str(StrBuf *out, const char *key, Str value) {
    strbuf_addf(out, ",\"%s\":", key);
    strbuf_add_json(out, value);
}

static void json_number(StrBuf *out, const char *key, f64 value) {
    strbuf_addf(out, ",\"%s\":", key);
    strbuf_add_number(out, value);
}

static void json_part(const Report *report, u32 i, Str name, Box3 whole, StrBuf *out) {
    const Model *model = report->model;
    const Scene *scene = model->scene;
    const ScenePart *p = &scene->parts[i];
    f64 unit = scene->unit_mm;
    strbuf_addf(out, "{\"id\":%u", i);
    json_str(out, "name", name);
    json_str(out, "label", p->label);
    json_str(out, "path", p->path);
    strbuf_addf(out, ",\"instance\":%u", p->instance);
    json_str(out, "side", str_from(side_text(p->sides)));
    json_str(out, "words", p->words);
    if (p->parent != NONE)
        strbuf_addf(out, ",\"parent\":%u", p->parent);
    json_str(out, "material", material_name(scene, i));
    if (!box3_is_empty(whole)) {
        json_vec(out, "min", vec3_scale(whole.min, 1 / unit));
        json_vec(out, "max", vec3_scale(whole.max, 1 / unit));
        json_vec(out, "size", vec3_scale(box3_size(whole), 1 / unit));
        json_vec(out, "center", vec3_scale(box3_center(whole), 1 / unit));
        strbuf_addf(out, ",\"longest\":\"%c\"", longest_axis(whole));
    }
    if (model->parts[i].mesh != NONE) {
        json_number(out, "volume", model->parts[i].volume / (unit * unit * unit));
        json_number(out, "area", model->parts[i].area / (unit * unit));
        strbuf_addf(out, ",\"triangles\":%u,\"group\":%u,\"hidden\":%s",
                    model->meshes[model->parts[i].mesh].mesh->n_tris, report->group[i],
                    report->hidden[i] ? "true" : "false");
        if (report->visible)
            strbuf_addf(out, ",\"visible_pixels\":%u", report->visible[i]);
    }
    strbuf_add_char(out, '}');
}

static void json_contacts(const Report *report, StrBuf *out) {
    const Scene *scene = report->model->scene;
    f64 unit = scene->unit_mm;
    strbuf_add_z(out, "],\"contacts\":[");
    for (u32 i = 0; i < report->n_contacts; i++) {
        const InspectContact *c = &report->contacts[i];
        strbuf_addf(out, "%s{\"a\":%u,\"b\":%u", i ? "," : "", c->a, c->b);
        if (c->area >= 0)
            json_number(out, "area", c->area / (unit * unit));
        if (c->overlap > 0) {
            json_number(out, "overlap", c->overlap / (unit * unit * unit));
            json_number(out, "depth", c->depth / unit);
        }
        strbuf_add_char(out, '}');
    }
    strbuf_add_z(out, "],\"gaps\":[");
    for (u32 i = 0; i < report->n_gaps; i++) {
        const InspectGap *g = &report->gaps[i];
        strbuf_addf(out, "%s{\"part\":%u", i ? "," : "", g->part);
        if (g->nearest != NONE) {
            strbuf_addf(out, ",\"nearest\":%u", g->nearest);
            json_number(out, "distance", g->distance / unit);
            json_vec(out, "direction", vec3_scale(g->direction, 1 / unit));
        }
        strbuf_add_char(out, '}');
    }
}

void report_write_json(const Report *report, Arena *arena, StrBuf *out) {
    const Model *model = report->model;
    const Scene *scene = model->scene;
    Box3 *boxes = whole_boxes(report, arena);
    const Str *names = inspect_part_names(scene, arena);
    strbuf_add_z(out, "{\"schema\":\"frc-report-1\"");
    json_str(out, "object", scene->name);
    json_str(out, "words", scene->words);
    json_str(out, "unit", scene->unit);
    strbuf_add_z(out,
                 ",\"axes\":\"right-handed, +z up, front toward -y, +x the object's own left\"");
    json_vec(out, "size", in_units(scene, box3_size(model->bounds)));
    json_vec(out, "min", in_units(scene, model->bounds.min));
    json_vec(out, "max", in_units(scene, model->bounds.max));
    if (scene->has_canvas)
        json_vec(out, "canvas", in_units(scene, scene->canvas));
    json_str(out, "symmetry", symmetry_text(report, arena));
    strbuf_addf(out, ",\"triangles\":%llu,\"groups\":%u,\"parts\":[",
                (unsigned long long)model->n_tris, report->n_groups);
    for (u32 i = 0; i < scene->n_parts; i++) {
        if (i)
            strbuf_add_char(out, ',');
        json_part(report, i, names[i], boxes[i], out);
    }
    json_contacts(report, out);
    strbuf_add_z(out, "]}\n");
}
