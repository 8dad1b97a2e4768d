// SPDX-License-Identifier: Apache-2.0
// The order of inspection, and the names and numbers that its messages use. Facts first (which
// parts meet), then findings made of them.
#include "compiler/inspect/inspect.h"

#include "base/map.h"
#include "base/number.h"
#include "compiler/inspect/inspect_internal.h"

// n_same: of the same path and sides, n_before of them earlier.
static Str name_part(const ScenePart *p, u32 n_same, u32 n_before, Arena *arena) {
    if (!p->sides)
        return n_same > 1 ? str_format(arena, "%.*s[%u]", STR_ARG(p->path), p->instance) : p->path;
    if (n_same > 1)
        return str_format(arena, "%.*s[%s][%u]", STR_ARG(p->path), side_text(p->sides), n_before);
    return str_format(arena, "%.*s[%s]", STR_ARG(p->path), side_text(p->sides));
}

Str inspect_part_name(const Scene *scene, u32 part, Arena *arena) {
    const ScenePart *p = &scene->parts[part];
    u32 n_same = 0, n_before = 0;
    for (u32 i = 0; i < scene->n_parts; i++) {
        bool same = scene->parts[i].sides == p->sides && str_equal(scene->parts[i].path, p->path);
        n_same += same;
        n_before += same && i < part;
    }
    return name_part(p, n_same, n_before, arena);
}

Str *inspect_part_names(const Scene *scene, Arena *arena) {
    u32 n = scene->n_parts;
    Str *names = ARENA_NEW(arena, Str, MAX(n, 1u));
    u32 *group = ARENA_NEW(arena, u32, MAX(n, 1u)), *before = ARENA_NEW(arena, u32, MAX(n, 1u));
    VEC(u32) counts = {0};
    StrMap groups; // "sides path" -> group
    strmap_init(&groups, arena);
    for (u32 i = 0; i < n; i++) {
        const ScenePart *p = &scene->parts[i];
        Str key = str_format(arena, "%u %.*s", p->sides, STR_ARG(p->path));
        group[i] = strmap_get(&groups, key);
        if (group[i] == NONE) {
            strmap_set(&groups, key, group[i] = counts.len);
            avec_push(arena, &counts, 0);
        }
        before[i] = counts.data[group[i]]++;
    }
    for (u32 i = 0; i < n; i++)
        names[i] = name_part(&scene->parts[i], counts.data[group[i]], before[i], arena);
    return names;
}

Str inspect_typed(const Inspection *in, f64 mm) {
    char text[NUMBER_TEXT_MAX];
    u32 len = number_write_short(mm / in->scene->unit_mm, 4, text);
    return str_copy(in->arena, (Str){text, len});
}

Str inspect_length(const Inspection *in, f64 mm) {
    return str_format(in->arena, "%.*s %.*s", STR_ARG(inspect_typed(in, mm)),
                      STR_ARG(in->scene->unit));
}

void inspect_label_call(const Inspection *in, Diag *diag, u32 part) {
    u32 call = in->scene->parts[part].call;
    if (call != NONE)
        diag_label(in->diags, diag, in->scene->calls[call].span, "placed by this call");
}

void inspect_alike_init(const Inspection *in, AlikeList *list) {
    *list = (AlikeList){0};
    strmap_init(&list->index, in->arena);
}

void inspect_alike_add(const Inspection *in, AlikeList *list, Str key, u32 part, u32 other) {
    u32 at = strmap_get(&list->index, key);
    if (at != NONE) {
        list->rows.data[at].n++;
        return;
    }
    strmap_set(&list->index, key, list->rows.len);
    avec_push(in->arena, &list->rows, (Alike){part, 1, other});
}

void inspect_alike_note(const Inspection *in, Diag *diag, const Alike *row, const char *what) {
    if (row->n > 1)
        diag_note(in->diags, diag, "%u parts '%.*s' %s", row->n,
                  STR_ARG(in->scene->parts[row->part].path), what);
}

static void place_parts(Inspection *in) {
    u32 n = in->scene->n_parts;
    in->placed = ARENA_NEW(in->arena, PlacedMesh, MAX(n, 1u));
    for (u32 i = 0; i < n; i++) {
        if (in->model->parts[i].mesh == NONE)
            continue;
        PlacedMesh placed;
        if (solid_placed(in->model->solids, in->scene->parts[i].solid, true, &placed) &&
            placed.mesh->n_tris > 0)
            in->placed[i] = placed;
    }
}

void inspect(const Model *model, InspectOptions options, Heap *heap, Arena *arena, Diags *diags,
             Report *out) {
    *out = (Report){.model = model, .main_group = NONE};
    u32 n = model->scene->n_parts;
    Inspection in = {.model = model,
                     .scene = model->scene,
                     .heap = heap,
                     .arena = arena,
                     .diags = diags,
                     .report = out};
    in.allow_used = ARENA_NEW(arena, bool, MAX(model->scene->n_allows, 1u));
    out->hidden = ARENA_NEW(arena, bool, MAX(n, 1u));
    place_parts(&in);
    in.for_report = options.for_report;
    inspect_find_contacts(&in);
    inspect_find_groups(&in);
    inspect_check_overlaps(&in);
    inspect_check_flush(&in);
    inspect_check_cuts(&in);
    inspect_check_hidden(&in);
    inspect_check_shape(&in);
    inspect_check_allows(&in);
    out->contacts = in.contacts.data;
    out->n_contacts = in.contacts.len;
    out->gaps = in.gaps.data;
    out->n_gaps = in.gaps.len;
}
