// SPDX-License-Identifier: Apache-2.0
// Connected groups of parts, and those that touch nothing of the rest (E0601): one message a group,
// and one for all groups of the same name, with the gap and the move that closes it.
#include "compiler/inspect/inspect_internal.h"

// Numbers the groups in order of their first part. The main one holds the most matter; one that may
// float is taken only if there is no other.
static void number_groups(Inspection *in, u32 *parent) {
    Report *report = in->report;
    u32 n = in->scene->n_parts;
    report->group = ARENA_NEW(in->arena, u32, MAX(n, 1u));
    f64 *volume = heap_alloc(in->heap, MAX(n, 1u), sizeof *volume);
    bool *free_floating = heap_alloc(in->heap, MAX(n, 1u), sizeof *free_floating);
    for (u32 i = 0; i < n; i++) {
        report->group[i] = NONE;
        if (!inspect_has_geometry(in, i))
            continue;
        u32 root = inspect_find_root(parent, i); // the smallest index of its group
        u32 group = report->group[i] = root == i ? report->n_groups++ : report->group[root];
        volume[group] += in->model->parts[i].volume;
        free_floating[group] |= inspect_may_float(in, i);
    }
    for (u32 g = 0; g < report->n_groups; g++) {
        u32 m = report->main_group;
        if (m == NONE || (free_floating[m] && !free_floating[g]) ||
            (free_floating[m] == free_floating[g] && volume[g] > volume[m]))
            report->main_group = g;
    }
    heap_free(in->heap, volume);
    heap_free(in->heap, free_floating);
}

static f64 box_distance(Box3 a, Box3 b) {
    f64 sum = 0;
    for (u32 k = 0; k < 3; k++) {
        f64 gap = fmax(0, fmax(vec3_get(a.min, k) - vec3_get(b.max, k),
                               vec3_get(b.min, k) - vec3_get(a.max, k)));
        sum += gap * gap;
    }
    return sqrt(sum);
}

// The nearest approach of a group to the main one.
static InspectGap group_gap(const Inspection *in, u32 group) {
    InspectGap best = {.part = NONE, .nearest = NONE, .distance = INFINITY};
    u32 n = in->scene->n_parts;
    const u32 *groups = in->report->group;
    for (u32 i = 0; i < n; i++) {
        if (groups[i] != group)
            continue;
        if (best.part == NONE)
            best.part = i;
        for (u32 k = 0; k < n; k++) {
            if (groups[k] != in->report->main_group)
                continue;
            if (box_distance(in->model->parts[i].bounds, in->model->parts[k].bounds) >=
                best.distance)
                continue;
            MeshDistance d = mesh_distance(&in->placed[i], &in->placed[k], best.distance);
            if (d.distance < best.distance)
                best = (InspectGap){i, k, d.distance, vec3_sub(d.on_b, d.on_a)};
        }
    }
    return best;
}

// The part that stands for a group: the highest one around `part` that lies wholly in the group.
static u32 group_head(const Inspection *in, u32 group, u32 part) {
    for (u32 up = in->scene->parts[part].parent; up != NONE; up = in->scene->parts[up].parent) {
        for (u32 i = 0; i < in->scene->n_parts; i++) {
            if (in->report->group[i] == NONE || in->report->group[i] == group)
                continue;
            for (u32 p = i; p != NONE; p = in->scene->parts[p].parent)
                if (p == up)
                    return part;
        }
        part = up;
    }
    return part;
}

static void diagnose_group(Inspection *in, u32 group, u32 head, u32 n_alike) {
    const Scene *scene = in->scene;
    InspectGap gap = group_gap(in, group);
    avec_push(in->arena, &in->gaps, gap);
    Str name = inspect_part_name(scene, head, in->arena);
    Str move;
    Str direction = diag_way(in->diags, gap.direction, scene->unit_mm, &move);
    Str near = inspect_part_name(scene, gap.nearest, in->arena);
    Diag *diag = diag_add(in->diags, DIAG_E0601, scene->parts[head].span,
                          "'%.*s' floats: it is %.*s from '%.*s' %.*s%s", STR_ARG(name),
                          STR_ARG(inspect_length(in, gap.distance)), STR_ARG(near),
                          STR_ARG(direction), n_alike > 1 ? ", and so do others of its name" : "");
    diag_measure(diag, gap.distance, INSPECT_CONTACT_GAP, STR("mm"));
    diag_label(in->diags, diag, scene->parts[gap.nearest].span, "the nearest part");
    inspect_label_call(in, diag, head);
    if (n_alike > 1)
        diag_note(in->diags, diag, "%u parts '%.*s' float", n_alike,
                  STR_ARG(scene->parts[head].path));
    diag_help(in->diags, diag,
              ".move(%.*s) closes the gap; if it is meant: allow floating(@%.*s) \"why\"",
              STR_ARG(move), STR_ARG(scene->parts[head].label));
    diag_key(in->diags, diag, "%.*s", STR_ARG(scene->parts[head].path));
}

void inspect_find_groups(Inspection *in) {
    u32 n = in->scene->n_parts;
    u32 *parent = heap_alloc_raw(in->heap, MAX(n, 1u), sizeof *parent);
    for (u32 i = 0; i < n; i++)
        parent[i] = i;
    for (u32 i = 0; i < in->contacts.len; i++) {
        u32 a = inspect_find_root(parent, in->contacts.data[i].a),
            b = inspect_find_root(parent, in->contacts.data[i].b);
        parent[MAX(a, b)] = MIN(a, b);
    }
    number_groups(in, parent);
    heap_free(in->heap, parent);
    if (in->report->n_groups < 2)
        return;
    // One message for all groups whose heads have the same path.
    u32 *head = heap_alloc_raw(in->heap, in->report->n_groups, sizeof *head);
    // A piece that hangs together may float if one of its parts may.
    bool *is_allowed = heap_alloc(in->heap, in->report->n_groups, sizeof *is_allowed);
    for (u32 g = 0; g < in->report->n_groups; g++)
        head[g] = NONE;
    for (u32 i = 0; i < n; i++) {
        u32 g = in->report->group[i];
        if (g != NONE && g != in->report->main_group && inspect_allowed_floating(in, i))
            is_allowed[g] = true;
    }
    for (u32 i = 0; i < n; i++) {
        u32 g = in->report->group[i];
        if (g != NONE && g != in->report->main_group && head[g] == NONE && !is_allowed[g])
            head[g] = group_head(in, g, i);
    }
    heap_free(in->heap, is_allowed);
    for (u32 g = 0; g < in->report->n_groups; g++) {
        if (head[g] == NONE)
            continue;
        u32 n_alike = 0;
        bool first = true;
        for (u32 k = 0; k < in->report->n_groups; k++) {
            if (head[k] == NONE ||
                !str_equal(in->scene->parts[head[k]].path, in->scene->parts[head[g]].path))
                continue;
            n_alike++;
            first = first && k >= g;
        }
        if (first)
            diagnose_group(in, g, head[g], n_alike);
    }
    heap_free(in->heap, head);
}
