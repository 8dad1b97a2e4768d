// SPDX-License-Identifier: Apache-2.0
// Parts that share too much matter (W0801). A small fitting sunk in its host is how people build,
// so size and fit decide: instances of one label must not run into each other, and bodies of like
// size must not share much unless one is set into the other or about it. All pairs of the same two
// names are one message, with the worst of them, the move that parts them, and the lesser one that
// leaves no more than may be shared.
#include "compiler/inspect/inspect_internal.h"

#include "base/map.h"

#define SAME_LABEL_SHARE 0.05 // of the smaller part's volume
#define LIKE_SIZE_SHARE 0.25
#define LIKE_SIZE_RATIO 10.0   // larger / smaller volume
#define INSERT_MARGIN 0.1      // of the host's extent, on both sides
#define CONCENTRIC_OFFSET 0.05 // of the smaller extent
#define CONCENTRIC_SHARE 0.6

typedef struct Worst {
    u32 contact, n;
    f64 share;
} Worst;

// What they share lies well inside the host across two axes: an axle in a hub, a grip on a post.
static bool is_inserted(Box3 shared, Box3 host) {
    u32 n_inside = 0;
    for (u32 k = 0; k < 3; k++) {
        f64 margin = INSERT_MARGIN * (vec3_get(host.max, k) - vec3_get(host.min, k));
        n_inside += vec3_get(shared.min, k) >= vec3_get(host.min, k) + margin &&
                    vec3_get(shared.max, k) <= vec3_get(host.max, k) - margin;
    }
    return n_inside >= 2;
}

// One about the other, centred alike: a rim in a tyre.
static bool is_concentric(Box3 a, Box3 b) {
    u32 n_level = 0;
    for (u32 k = 0; k < 3; k++) {
        f64 size = fmin(vec3_get(box3_size(a), k), vec3_get(box3_size(b), k));
        n_level += fabs(vec3_get(box3_center(a), k) - vec3_get(box3_center(b), k)) <=
                   CONCENTRIC_OFFSET * size;
    }
    return n_level == 3;
}

static bool is_fitted(const Inspection *in, const InspectContact *c, f64 share) {
    Box3 a = in->model->parts[c->a].bounds, b = in->model->parts[c->b].bounds;
    return is_inserted(c->shared, a) || is_inserted(c->shared, b) ||
           (is_concentric(a, b) && share < CONCENTRIC_SHARE);
}

// The shared fraction of the smaller part when it is too much, else 0.
static f64 excess_share(const Inspection *in, const InspectContact *c) {
    if (c->overlap <= 0)
        return 0;
    f64 va = in->model->parts[c->a].volume, vb = in->model->parts[c->b].volume;
    f64 small = fmin(va, vb), large = fmax(va, vb), share = c->overlap / small;
    if (str_equal(in->scene->parts[c->a].path, in->scene->parts[c->b].path))
        return share > SAME_LABEL_SHARE ? share : 0;
    bool alike = large < LIKE_SIZE_RATIO * small;
    return alike && share > LIKE_SIZE_SHARE && !is_fitted(in, c, share) ? share : 0;
}

// Rounded up to two digits, or the whole of it: what is typed should do.
static f64 rounded_up(f64 value, f64 most) {
    f64 step = 1;
    while (step * 10 > value && step > 1e-9)
        step /= 10;
    while (step * 100 <= value)
        step *= 10;
    return fmin(ceil(value / step) * step, most);
}

// Both come from one expression: copies, or what a loop or a def makes.
static bool are_copies(const Scene *scene, const InspectContact *c) {
    Span a = scene->parts[c->a].span, b = scene->parts[c->b].span;
    return a.source == b.source && a.off == b.off && a.len == b.len;
}

// "`.move(x = 2)` on 'leg[1]' parts them, `.move(x = 1.2)` leaves less than the 5% that may be
// shared"; of copies, which are not moved one by one, how much farther apart they would have to be.
static Str moves_text(Inspection *in, const InspectContact *c) {
    const Scene *scene = in->scene;
    const PlacedMesh *a = &in->placed[c->a], *b = &in->placed[c->b];
    bool is_same = str_equal(scene->parts[c->a].path, scene->parts[c->b].path);
    f64 limit = is_same ? SAME_LABEL_SHARE : LIKE_SIZE_SHARE;
    f64 volume = limit * fmin(in->model->parts[c->a].volume, in->model->parts[c->b].volume);
    MeshOverlap shared = mesh_overlap(in->heap, b, a);
    Vec3 move;
    if (!mesh_part(in->heap, b, a, &shared, &move))
        return STR("part them");
    u32 axis = fabs(move.x) > 0 ? 0 : fabs(move.y) > 0 ? 1 : 2, percent = (u32)(limit * 100 + 0.5);
    f64 all = vec3_get(move, axis), unit = scene->unit_mm;
    f64 part = fabs(all) * mesh_part_share(in->heap, b, a, move, 0.98 * volume);
    part = unit * rounded_up(part / unit, fabs(all) / unit);
    bool is_lesser = part <= 0.95 * fabs(all);
    if (are_copies(scene, c)) {
        Str text = str_format(in->arena, "step the copies %.*s farther apart along %c to part them",
                              STR_ARG(inspect_length(in, fabs(all))), "xyz"[axis]);
        return !is_lesser
                   ? text
                   : str_format(in->arena, "%.*s, %.*s to get under the %u%% that may be shared",
                                STR_ARG(text), STR_ARG(inspect_length(in, part)), percent);
    }
    Str text = str_format(in->arena, "`.move(%c = %.*s)` on '%.*s' parts them", "xyz"[axis],
                          STR_ARG(inspect_typed(in, all)),
                          STR_ARG(inspect_part_name(scene, c->b, in->arena)));
    return !is_lesser ? text
                      : str_format(in->arena,
                                   "%.*s, `.move(%c = %.*s)` leaves less than the %u%% that may be "
                                   "shared",
                                   STR_ARG(text), "xyz"[axis],
                                   STR_ARG(inspect_typed(in, all < 0 ? -part : part)), percent);
}

static void diagnose(Inspection *in, const InspectContact *c, f64 share, u32 n) {
    const Scene *scene = in->scene;
    Str a = inspect_part_name(scene, c->a, in->arena),
        b = inspect_part_name(scene, c->b, in->arena);
    f64 unit = scene->unit_mm;
    Diag *diag = diag_add(
        in->diags, DIAG_W0801, scene->parts[c->b].span,
        "'%.*s' and '%.*s' share %.*s %.*s3, %u%% of the smaller, %.*s deep", STR_ARG(a),
        STR_ARG(b), STR_ARG(diag_number(in->diags, c->overlap / (unit * unit * unit))),
        STR_ARG(scene->unit), (u32)(share * 100 + 0.5), STR_ARG(inspect_length(in, c->depth)));
    diag_measure(diag, c->overlap, 0, STR("mm3"));
    diag_label(in->diags, diag, scene->parts[c->a].span, "the other part");
    inspect_label_call(in, diag, c->b);
    if (n > 1)
        diag_note(in->diags, diag, "%u pairs of these names overlap so", n);
    Str la = scene->parts[c->a].label, lb = scene->parts[c->b].label;
    diag_help(in->diags, diag,
              "%.*s; or cut one out of the other (- @%.*s), or say: allow overlap(@%.*s, "
              "@%.*s) \"why\"",
              STR_ARG(moves_text(in, c)), STR_ARG(la), STR_ARG(la), STR_ARG(lb));
    diag_key(in->diags, diag, "%.*s %.*s", STR_ARG(scene->parts[c->a].path),
             STR_ARG(scene->parts[c->b].path));
}

void inspect_check_overlaps(Inspection *in) {
    StrMap seen; // "path\npath" -> index into worst
    strmap_init(&seen, in->arena);
    VEC(Worst) worst = {0};
    for (u32 i = 0; i < in->contacts.len; i++) {
        InspectContact *c = &in->contacts.data[i];
        f64 share = excess_share(in, c);
        if (share <= 0 || inspect_allowed_overlap(in, c->a, c->b))
            continue;
        c->excessive = true;
        Str pa = in->scene->parts[c->a].path, pb = in->scene->parts[c->b].path;
        bool swap = str_compare(pa, pb) > 0;
        Str key =
            str_format(in->arena, "%.*s\n%.*s", STR_ARG(swap ? pb : pa), STR_ARG(swap ? pa : pb));
        u32 at = strmap_get(&seen, key);
        if (at == NONE) {
            strmap_set(&seen, key, worst.len);
            avec_push(in->arena, &worst, (Worst){i, 1, share});
        } else {
            worst.data[at].n++;
            if (share > worst.data[at].share) {
                worst.data[at].share = share;
                worst.data[at].contact = i;
            }
        }
    }
    for (u32 i = 0; i < worst.len; i++)
        diagnose(in, &in->contacts.data[worst.data[i].contact], worst.data[i].share,
                 worst.data[i].n);
}
