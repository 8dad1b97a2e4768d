// SPDX-License-Identifier: Apache-2.0
// Faces of two parts that lie in one another and look the same way (W0806): which of the two a
// picture shows there is left to chance, in colour and in masks. Faces on the ground are never
// seen.
#include "compiler/inspect/inspect_internal.h"

#define FLUSH_GAP 0.002  // mm
#define FLUSH_SHARE 0.02 // of the smaller part's surface
#define GROUND_BAND 0.05 // mm
#define COVER_GAP 0.05   // mm: what is nearer covers the place

static f64 shared_side(Box3 a, Box3 b, u32 axis) {
    return fmin(vec3_get(a.max, axis), vec3_get(b.max, axis)) -
           fmax(vec3_get(a.min, axis), vec3_get(b.min, axis));
}

// Whether the place is seen: not on the ground, and no third part lies on it.
static bool is_bare(const Inspection *in, const InspectContact *c, Vec3 point, Vec3 normal) {
    if (point.z <= GROUND_BAND && normal.z < -0.9)
        return false;
    Vec3 above = vec3_add(point, vec3_scale(normal, COVER_GAP));
    Box3 box = {above, above};
    for (u32 i = 0; i < in->scene->n_parts; i++)
        if (i != c->a && i != c->b && inspect_has_geometry(in, i) &&
            box3_touch(box, in->model->parts[i].bounds, 0) && mesh_contains(&in->placed[i], above))
            return false;
    return true;
}

static f64 flush_area(const Inspection *in, const InspectContact *c) {
    const ModelPart *a = &in->model->parts[c->a], *b = &in->model->parts[c->b];
    // Same-facing faces lie in one another only where both solids have depth behind them.
    for (u32 k = 0; k < 3; k++)
        if (shared_side(a->bounds, b->bounds, k) <= FLUSH_GAP)
            return 0;
    Vec3 point, normal;
    f64 area =
        mesh_flush_area(in->heap, &in->placed[c->a], &in->placed[c->b], FLUSH_GAP, &point, &normal);
    return area > FLUSH_SHARE * fmin(a->area, b->area) && is_bare(in, c, point, normal) ? area : 0;
}

static void diagnose(Inspection *in, const InspectContact *c, f64 area, const Alike *row) {
    const Scene *scene = in->scene;
    const ScenePart *a = &scene->parts[c->a], *b = &scene->parts[c->b];
    f64 unit = scene->unit_mm;
    Diag *diag =
        diag_add(in->diags, DIAG_W0806, b->span,
                 "'%.*s' and '%.*s' have %.*s %.*s2 of surface in one another, facing the same way",
                 STR_ARG(inspect_part_name(scene, c->a, in->arena)),
                 STR_ARG(inspect_part_name(scene, c->b, in->arena)),
                 STR_ARG(diag_number(in->diags, area / (unit * unit))), STR_ARG(scene->unit));
    diag_measure(diag, area, 0, STR("mm2"));
    diag_label(in->diags, diag, a->span, "the other part");
    if (row->n > 1)
        diag_note(in->diags, diag, "%u pairs of these names lie so", row->n);
    diag_help(in->diags, diag,
              "sink or raise one of them a little, or cut one out of the other: - @%.*s",
              STR_ARG(a->label));
    diag_key(in->diags, diag, "%.*s %.*s", STR_ARG(a->path), STR_ARG(b->path));
}

void inspect_check_flush(Inspection *in) {
    AlikeList found; // one message for each pair of names: part is the contact here
    inspect_alike_init(in, &found);
    VEC(f64) areas = {0}; // per message
    for (u32 i = 0; i < in->contacts.len; i++) {
        const InspectContact *c = &in->contacts.data[i];
        f64 area = c->excessive ? 0 : flush_area(in, c); // said already, and worse
        if (area <= 0 || inspect_allowed_overlap(in, c->a, c->b))
            continue;
        Str key = str_format(in->arena, "%.*s\n%.*s", STR_ARG(in->scene->parts[c->a].path),
                             STR_ARG(in->scene->parts[c->b].path));
        inspect_alike_add(in, &found, key, i, NONE);
        if (areas.len < found.rows.len)
            avec_push(in->arena, &areas, area);
    }
    for (u32 i = 0; i < found.rows.len; i++)
        diagnose(in, &in->contacts.data[found.rows.data[i].part], areas.data[i],
                 &found.rows.data[i]);
}
