// SPDX-License-Identifier: Apache-2.0
// What pixels say of parts: those that show in no view (W0802) or in a few pixels at most (W0812),
// where geometry alone has not said so already. Whoever draws hands the counts in: this room has no
// device.
#include "compiler/inspect/inspect.h"

#include "base/map.h"

enum { PIXELS_TINY = 4 }; // as many, and no form can be told

static bool is_found(const Diags *diags, DiagCode code, Str path) {
    for (u32 i = 0; i < diags->len; i++)
        if (diags->items[i]->code == code && str_equal(diags->items[i]->key, path))
            return true;
    return false;
}

// Copies of a part that are as little to be seen as it is.
static u32 others_like(const Report *report, u32 part) {
    const Scene *scene = report->model->scene;
    bool none = report->visible[part] == 0;
    u32 n = 0;
    for (u32 i = part + 1; i < scene->n_parts; i++)
        n += report->model->parts[i].mesh != NONE && !report->hidden[i] &&
             str_equal(scene->parts[i].path, scene->parts[part].path) &&
             report->visible[i] <= PIXELS_TINY && (report->visible[i] == 0) == none;
    return n;
}

static void tell(const Report *report, u32 part, Arena *arena, Diags *diags) {
    const Scene *scene = report->model->scene;
    const ScenePart *p = &scene->parts[part];
    u32 pixels = report->visible[part], n_more = others_like(report, part);
    Str name = inspect_part_name(scene, part, arena);
    Str more = n_more ? str_format(arena, " (and %u more of it)", n_more) : STR("");
    Diag *diag;
    if (pixels == 0) {
        diag =
            diag_add(diags, DIAG_W0802, p->span,
                     "'%.*s'%.*s is nowhere visible: it has no pixel in any of %u views at %u px",
                     STR_ARG(name), STR_ARG(more), report->n_views, report->view_size);
        diag_help(diags, diag, "move it out of what covers it, make it larger, or leave it out");
    } else {
        diag = diag_add(diags, DIAG_W0812, p->span,
                        "'%.*s'%.*s is tiny: at most %u pixel%s in any of %u views at %u px",
                        STR_ARG(name), STR_ARG(more), pixels, pixels == 1 ? "" : "s",
                        report->n_views, report->view_size);
        diag_help(diags, diag, "make it larger, or make it part of what it sits on");
    }
    diag_measure(diag, pixels, pixels ? PIXELS_TINY + 1 : 1, STR(""));
    diag_key(diags, diag, "%.*s", STR_ARG(p->path));
}

void inspect_check_visible(Report *report, const u32 *pixels, u32 n_views, u32 view_size,
                           Arena *arena, Diags *diags) {
    const Scene *scene = report->model->scene;
    report->visible = pixels;
    report->n_views = n_views;
    report->view_size = view_size;
    StrMap seen[2]; // paths told of: hidden, tiny
    strmap_init(&seen[0], arena);
    strmap_init(&seen[1], arena);
    for (u32 i = 0; i < scene->n_parts; i++) {
        // What geometry found hidden was told of, or allowed.
        if (report->model->parts[i].mesh == NONE || report->hidden[i] || pixels[i] > PIXELS_TINY)
            continue;
        Str path = scene->parts[i].path;
        StrMap *told = &seen[pixels[i] != 0];
        if (strmap_get(told, path) != NONE || is_found(diags, DIAG_W0812, path) ||
            is_found(diags, DIAG_W0802, path))
            continue;
        strmap_set(told, path, i);
        tell(report, i, arena, diags);
    }
}
