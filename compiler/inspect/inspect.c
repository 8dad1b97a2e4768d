// SPDX-License-Identifier: Apache-2.0
// The order of inspection, and the names and numbers that its messages use. Facts first (which
// parts meet), then findings made of them.
#include "compiler/inspect/inspect.h"

#include "base/number.h"
#include "compiler/inspect/inspect_internal.h"

Str inspect_part_name(const Scene *scene, u32 part, Arena *arena) {
    const ScenePart *p = &scene->parts[part];
    u32 n_same = 0, n_before = 0;
    for (u32 i = 0; i < scene->n_parts; i++) {
        bool same = scene->parts[i].sides == p->sides && str_equal(scene->parts[i].path, p->path);
        n_same += same;
        n_before += same && i < part;
    }
    if (!p->sides)
        return n_same > 1 ? str_format(arena, "%.*s[%u]", STR_ARG(p->path), p->instance) : p->path;
    if (n_same > 1)
        return str_format(arena, "%.*s[%s][%u]", STR_ARG(p->path), side_text(p->sides), n_before);
    return str_format(arena, "%.*s[%s]", STR_ARG(p->path), side_text(p->sides));
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
    in.areas = options.areas;
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
