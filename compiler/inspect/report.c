// SPDX-License-Identifier: Apache-2.0
// Writes the scene report three ways from the same facts: a tree for people, tables for a model,
// JSON for programs. Only geometry's own numbers, in the program's unit, at most five significant
// digits in text.
#include "compiler/inspect/report.h"

#include "base/map.h"
#include "base/number.h"
#include "base/utf8.h"

static void add_short(StrBuf *out, f64 value) {
    char text[NUMBER_TEXT_MAX];
    u32 len = number_write_short(fabs(value) < 5e-7 ? 0 : value, 5, text);
    strbuf_add(out, (Str){text, len});
}

static void add_vec(StrBuf *out, Vec3 v, const char *open, const char *comma, const char *close) {
    strbuf_add_z(out, open);
    add_short(out, v.x);
    strbuf_add_z(out, comma);
    add_short(out, v.y);
    strbuf_add_z(out, comma);
    add_short(out, v.z);
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

static u32 depth_of(const Scene *scene, u32 part) {
    u32 depth = 0;
    for (u32 up = scene->parts[part].parent; up != NONE; up = scene->parts[up].parent)
        depth++;
    return depth;
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

static Str vec_text(Arena *arena, Heap *heap, Vec3 v) {
    StrBuf buf;
    strbuf_init(&buf, heap);
    add_vec(&buf, v, "", " ", "");
    Str text = str_copy(arena, strbuf_str(&buf));
    strbuf_finish(&buf);
    return text;
}

typedef struct Row {
    Str name, size, center, material;
} Row;

static Row part_row(const Report *report, u32 i, const Box3 *boxes, Arena *arena, Heap *heap) {
    const Scene *scene = report->model->scene;
    const ScenePart *p = &scene->parts[i];
    Str side = p->sides ? str_format(arena, " [%s]", side_text(p->sides)) : (Str){0};
    Row row = {.material = material_name(scene, i)};
    row.name = str_format(arena, "%*s%.*s%.*s", (int)(2 * depth_of(scene, i)), "",
                          STR_ARG(p->label), STR_ARG(side));
    if (!box3_is_empty(boxes[i])) {
        row.size = vec_text(arena, heap, in_units(scene, box3_size(boxes[i])));
        row.center = vec_text(arena, heap, in_units(scene, box3_center(boxes[i])));
    }
    return row;
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
    add_short(out, model->bounds.min.z / scene->unit_mm);
    strbuf_add_z(out, " to ");
    add_short(out, model->bounds.max.z / scene->unit_mm);
    strbuf_addf(out, "\n%u parts, %llu triangles; symmetry: %.*s\n", scene->n_parts,
                (unsigned long long)model->n_tris, STR_ARG(symmetry_text(report, arena)));
    strbuf_add_z(out, "axes: +z up, the front looks toward -y, +x is the object's own left\n");
}

static void add_contact_names(const Report *report, const InspectContact *c, Arena *arena,
                              StrBuf *out) {
    const Scene *scene = report->model->scene;
    Str a = inspect_part_name(scene, c->a, arena), b = inspect_part_name(scene, c->b, arena);
    strbuf_addf(out, "%.*s - %.*s", STR_ARG(a), STR_ARG(b));
}

static void add_area(StrBuf *out, const Scene *scene, f64 area) {
    add_short(out, area / (scene->unit_mm * scene->unit_mm));
    strbuf_addf(out, " %.*s2", STR_ARG(scene->unit));
}

#define AREA_SHOWN 0.01   // mm2
#define SHARE_SHOWN 0.001 // of the smaller part

static void add_contacts_text(const Report *report, Arena *arena, StrBuf *out) {
    const Scene *scene = report->model->scene;
    strbuf_add_z(out, "\ntouching\n");
    for (u32 i = 0; i < report->n_contacts; i++) {
        const InspectContact *c = &report->contacts[i];
        strbuf_add_z(out, "  ");
        add_contact_names(report, c, arena, out);
        if (c->area > AREA_SHOWN) {
            strbuf_add_z(out, ", over ");
            add_area(out, scene, c->area);
        }
        f64 small = fmin(report->model->parts[c->a].volume, report->model->parts[c->b].volume);
        if (c->overlap > SHARE_SHOWN * small) {
            strbuf_add_z(out, ", sharing ");
            add_short(out, c->overlap / (scene->unit_mm * scene->unit_mm * scene->unit_mm));
            strbuf_addf(out, " %.*s3", STR_ARG(scene->unit));
        }
        strbuf_add_char(out, '\n');
    }
    for (u32 i = 0; i < report->n_gaps; i++) {
        const InspectGap *g = &report->gaps[i];
        if (g->nearest == NONE)
            continue;
        Str a = inspect_part_name(scene, g->part, arena),
            b = inspect_part_name(scene, g->nearest, arena);
        strbuf_addf(out, "  %.*s is apart: ", STR_ARG(a));
        add_short(out, g->distance / scene->unit_mm);
        strbuf_addf(out, " %.*s from %.*s\n", STR_ARG(scene->unit), STR_ARG(b));
    }
}

void report_write_text(const Report *report, Arena *arena, StrBuf *out) {
    const Scene *scene = report->model->scene;
    add_head(report, arena, out);
    Box3 *boxes = whole_boxes(report, arena);
    Row *rows = ARENA_NEW(arena, Row, (size_t)scene->n_parts + 1);
    rows[0] = (Row){STR("part"), STR("size"), STR("center"), STR("material")};
    u32 widths[3] = {0};
    for (u32 i = 0; i <= scene->n_parts; i++) {
        if (i > 0)
            rows[i] = part_row(report, i - 1, boxes, arena, out->heap);
        widths[0] = MAX(widths[0], utf8_width(rows[i].name));
        widths[1] = MAX(widths[1], utf8_width(rows[i].size));
        widths[2] = MAX(widths[2], utf8_width(rows[i].center));
    }
    strbuf_add_char(out, '\n');
    for (u32 i = 0; i <= scene->n_parts; i++) {
        add_cell(out, rows[i].name, widths[0]);
        add_cell(out, rows[i].size, widths[1]);
        add_cell(out, rows[i].center, widths[2]);
        strbuf_add(out, rows[i].material);
        if (i > 0 && report->hidden[i - 1])
            strbuf_add_z(out, "  hidden");
        if (i > 0 && report->visible && report->model->parts[i - 1].mesh != NONE)
            strbuf_addf(out, "  %u px", report->visible[i - 1]);
        strbuf_add_char(out, '\n');
    }
    if (report->n_contacts || report->n_gaps)
        add_contacts_text(report, arena, out);
}

// ---- markdown ----

void report_write_markdown(const Report *report, Arena *arena, StrBuf *out) {
    const Scene *scene = report->model->scene;
    add_head(report, arena, out);
    Box3 *boxes = whole_boxes(report, arena);
    strbuf_addf(out,
                "\n| part | size (%.*s) | center | volume (%.*s3) | material |\n| --- | --- | --- "
                "| --- | --- |\n",
                STR_ARG(scene->unit), STR_ARG(scene->unit));
    for (u32 i = 0; i < scene->n_parts; i++) {
        Row row = part_row(report, i, boxes, arena, out->heap);
        strbuf_addf(out, "| %.*s | %.*s | %.*s | ", STR_ARG(inspect_part_name(scene, i, arena)),
                    STR_ARG(row.size), STR_ARG(row.center));
        add_short(out, report->model->parts[i].volume /
                           (scene->unit_mm * scene->unit_mm * scene->unit_mm));
        strbuf_addf(out, " | %.*s |\n", STR_ARG(row.material));
    }
    if (report->n_contacts || report->n_gaps)
        add_contacts_text(report, arena, out);
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

static void json_part(const Report *report, u32 i, Box3 whole, Arena *arena, StrBuf *out) {
    const Model *model = report->model;
    const Scene *scene = model->scene;
    const ScenePart *p = &scene->parts[i];
    f64 unit = scene->unit_mm;
    strbuf_addf(out, "{\"id\":%u", i);
    json_str(out, "name", inspect_part_name(scene, i, arena));
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
        json_part(report, i, boxes[i], arena, out);
    }
    json_contacts(report, out);
    strbuf_add_z(out, "]}\n");
}
