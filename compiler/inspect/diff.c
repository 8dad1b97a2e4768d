// SPDX-License-Identifier: Apache-2.0
// Compares two reports. A loop that edits a program is told what its edit really did, and above all
// what it lost.
#include "compiler/inspect/diff.h"

#include "base/map.h"
#include "base/number.h"
#include "base/vec.h"

#define DIFF_LENGTH 0.05 // mm: less is no change
#define DIFF_VOLUME 0.005

static Str part_key(const Scene *scene, u32 part, Arena *arena) {
    return str_format(arena, "%.*s %u", STR_ARG(scene->parts[part].path),
                      scene->parts[part].instance);
}

static bool differs(Vec3 a, Vec3 b) {
    return fabs(a.x - b.x) > DIFF_LENGTH || fabs(a.y - b.y) > DIFF_LENGTH ||
           fabs(a.z - b.z) > DIFF_LENGTH;
}

static Vec3 size_of(const Model *model, u32 part) {
    return model->parts[part].mesh == NONE ? vec3(0, 0, 0) : box3_size(model->parts[part].bounds);
}

static Vec3 center_of(const Model *model, u32 part) {
    return model->parts[part].mesh == NONE ? vec3(0, 0, 0) : box3_center(model->parts[part].bounds);
}

static Str material_of(const Scene *scene, u32 part) {
    u32 material = scene->parts[part].material;
    return material == NONE ? (Str){0} : scene->materials[material].name;
}

static DiffPart compare_parts(const Model *a, u32 i, const Model *b, u32 k) {
    DiffPart row = {.old_part = i, .new_part = k};
    row.old_size = size_of(a, i);
    row.new_size = size_of(b, k);
    row.moved = vec3_sub(center_of(b, k), center_of(a, i));
    row.old_volume = a->parts[i].volume;
    row.new_volume = b->parts[k].volume;
    row.other_material = !str_equal(material_of(a->scene, i), material_of(b->scene, k));
    f64 most = fmax(row.old_volume, row.new_volume);
    bool changed = differs(row.old_size, row.new_size) || differs(row.moved, vec3(0, 0, 0)) ||
                   row.other_material || fabs(row.old_volume - row.new_volume) > DIFF_VOLUME * most;
    row.change = changed ? PART_CHANGED : PART_SAME;
    return row;
}

// The findings of `diags` whose signature `others` does not have.
static const Diag **only_in(const Diags *diags, const Diags *others, Arena *arena, u32 *n) {
    const Diag **out = (const Diag **)ARENA_NEW(arena, Diag *, MAX(diags->len, 1u));
    *n = 0;
    for (u32 i = 0; i < diags->len; i++) {
        u64 signature = diag_signature(diags, diags->items[i]);
        bool found = false;
        for (u32 k = 0; k < others->len && !found; k++)
            found = diag_signature(others, others->items[k]) == signature;
        if (!found)
            out[(*n)++] = diags->items[i];
    }
    return out;
}

void diff_make(const Report *old_report, const Diags *old_diags, const Report *new_report,
               const Diags *new_diags, Arena *arena, Diff *out) {
    const Model *a = old_report->model, *b = new_report->model;
    *out = (Diff){.old_report = old_report, .new_report = new_report};
    out->old_size = box3_size(a->bounds);
    out->new_size = box3_size(b->bounds);
    StrMap olds, news;
    strmap_init(&olds, arena);
    strmap_init(&news, arena);
    for (u32 i = 0; i < a->scene->n_parts; i++)
        strmap_set(&olds, part_key(a->scene, i, arena), i);
    VEC(DiffPart) rows = {0};
    for (u32 k = 0; k < b->scene->n_parts; k++) {
        Str key = part_key(b->scene, k, arena);
        u32 i = strmap_get(&olds, key);
        strmap_set(&news, key, k);
        DiffPart row = {PART_NEW,           NONE, k, {0, 0, 0}, {0, 0, 0}, size_of(b, k), 0,
                        b->parts[k].volume, false};
        if (i != NONE)
            row = compare_parts(a, i, b, k);
        if (row.change != PART_SAME)
            avec_push(arena, &rows, row);
    }
    for (u32 i = 0; i < a->scene->n_parts; i++)
        if (strmap_get(&news, part_key(a->scene, i, arena)) == NONE)
            avec_push(arena, &rows,
                      (DiffPart){PART_GONE,
                                 i,
                                 NONE,
                                 {0, 0, 0},
                                 size_of(a, i),
                                 {0, 0, 0},
                                 a->parts[i].volume,
                                 0,
                                 false});
    out->parts = rows.data;
    out->n_parts = rows.len;
    out->came = only_in(new_diags, old_diags, arena, &out->n_came);
    out->went = only_in(old_diags, new_diags, arena, &out->n_went);
}

// ---- writing ----

static void add_short(StrBuf *out, f64 value) {
    char text[NUMBER_TEXT_MAX];
    u32 len = number_write_short(fabs(value) < 5e-7 ? 0 : value, 4, text);
    strbuf_add(out, (Str){text, len});
}

static void add_size(StrBuf *out, Vec3 size, f64 unit) {
    add_short(out, size.x / unit);
    strbuf_add_z(out, " x ");
    add_short(out, size.y / unit);
    strbuf_add_z(out, " x ");
    add_short(out, size.z / unit);
}

static void add_change(StrBuf *out, const DiffPart *row, const Diff *diff) {
    const Scene *a = diff->old_report->model->scene, *b = diff->new_report->model->scene;
    const char *comma = ": ";
    if (differs(row->old_size, row->new_size)) {
        strbuf_addf(out, "%ssize ", comma);
        add_size(out, row->old_size, a->unit_mm);
        strbuf_add_z(out, " -> ");
        add_size(out, row->new_size, b->unit_mm);
        strbuf_addf(out, " %.*s", STR_ARG(b->unit));
        comma = ", ";
    }
    if (differs(row->moved, vec3(0, 0, 0))) {
        strbuf_addf(out, "%smoved by [", comma);
        for (u32 k = 0; k < 3; k++) {
            strbuf_add_z(out, k ? ", " : "");
            add_short(out, vec3_get(row->moved, k) / b->unit_mm);
        }
        strbuf_addf(out, "] %.*s", STR_ARG(b->unit));
        comma = ", ";
    }
    if (row->old_volume > 0 &&
        fabs(row->new_volume - row->old_volume) > DIFF_VOLUME * row->old_volume) {
        f64 percent = 100 * (row->new_volume / row->old_volume - 1);
        strbuf_addf(out, "%svolume %s", comma, percent > 0 ? "+" : "");
        add_short(out, percent);
        strbuf_add_char(out, '%');
        comma = ", ";
    }
    if (row->other_material)
        strbuf_addf(out, "%smaterial %.*s -> %.*s", comma, STR_ARG(material_of(a, row->old_part)),
                    STR_ARG(material_of(b, row->new_part)));
}

void diff_write_text(const Diff *diff, Arena *arena, StrBuf *out) {
    const Scene *a = diff->old_report->model->scene, *b = diff->new_report->model->scene;
    for (u32 i = 0; i < diff->n_parts; i++) {
        const DiffPart *row = &diff->parts[i];
        bool gone = row->change == PART_GONE;
        Str name = inspect_part_name(gone ? a : b, gone ? row->old_part : row->new_part, arena);
        strbuf_addf(out, "%c %.*s",
                    gone                      ? '-'
                    : row->change == PART_NEW ? '+'
                                              : '~',
                    STR_ARG(name));
        if (row->change == PART_CHANGED)
            add_change(out, row, diff);
        strbuf_add_z(out, gone ? " is gone\n" : row->change == PART_NEW ? " is new\n" : "\n");
    }
    if (differs(diff->old_size, diff->new_size)) {
        strbuf_add_z(out, "whole: ");
        add_size(out, diff->old_size, a->unit_mm);
        strbuf_addf(out, " %.*s -> ", STR_ARG(a->unit));
        add_size(out, diff->new_size, b->unit_mm);
        strbuf_addf(out, " %.*s\n", STR_ARG(b->unit));
    }
    for (u32 i = 0; i < diff->n_came; i++)
        strbuf_addf(out, "now  %s %.*s\n", diag_code_text(diff->came[i]->code),
                    STR_ARG(diff->came[i]->message));
    for (u32 i = 0; i < diff->n_went; i++)
        strbuf_addf(out, "gone %s %.*s\n", diag_code_text(diff->went[i]->code),
                    STR_ARG(diff->went[i]->message));
}

static void json_vec(StrBuf *out, const char *key, Vec3 v, f64 unit) {
    strbuf_addf(out, ",\"%s\":[", key);
    for (u32 k = 0; k < 3; k++) {
        strbuf_add_z(out, k ? "," : "");
        strbuf_add_number(out, vec3_get(v, k) / unit);
    }
    strbuf_add_char(out, ']');
}

static void json_findings(StrBuf *out, const char *key, const Diag *const *diags, u32 n) {
    strbuf_addf(out, ",\"%s\":[", key);
    for (u32 i = 0; i < n; i++) {
        strbuf_addf(out, "%s{\"code\":\"%s\",\"message\":", i ? "," : "",
                    diag_code_text(diags[i]->code));
        strbuf_add_json(out, diags[i]->message);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ']');
}

void diff_write_json(const Diff *diff, Arena *arena, StrBuf *out) {
    static const char *const words[] = {"same", "gone", "new", "changed"};
    const Scene *a = diff->old_report->model->scene, *b = diff->new_report->model->scene;
    strbuf_add_z(out, "{\"schema\":\"frc-diff-1\",\"unit\":");
    strbuf_add_json(out, b->unit);
    json_vec(out, "old_size", diff->old_size, b->unit_mm);
    json_vec(out, "new_size", diff->new_size, b->unit_mm);
    strbuf_add_z(out, ",\"parts\":[");
    for (u32 i = 0; i < diff->n_parts; i++) {
        const DiffPart *row = &diff->parts[i];
        bool gone = row->change == PART_GONE;
        strbuf_addf(out, "%s{\"change\":\"%s\",\"name\":", i ? "," : "", words[row->change]);
        strbuf_add_json(
            out, inspect_part_name(gone ? a : b, gone ? row->old_part : row->new_part, arena));
        if (row->change != PART_NEW)
            json_vec(out, "old_size", row->old_size, b->unit_mm);
        if (!gone)
            json_vec(out, "new_size", row->new_size, b->unit_mm);
        if (row->change == PART_CHANGED)
            json_vec(out, "moved", row->moved, b->unit_mm);
        f64 cubed = b->unit_mm * b->unit_mm * b->unit_mm;
        strbuf_add_z(out, ",\"old_volume\":");
        strbuf_add_number(out, row->old_volume / cubed);
        strbuf_add_z(out, ",\"new_volume\":");
        strbuf_add_number(out, row->new_volume / cubed);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ']');
    json_findings(out, "came", diff->came, diff->n_came);
    json_findings(out, "went", diff->went, diff->n_went);
    strbuf_add_z(out, "}\n");
}
