// SPDX-License-Identifier: Apache-2.0
// Findings that need only the parts' boxes: below the ground (W0803), out of scale (W0804), one of
// several like parts off the symmetry of the others (W0805), wheels with an upright axle (W0807).
#include "compiler/inspect/inspect_internal.h"

#include "base/map.h"
#include "base/sort.h"

#define GROUND_TOLERANCE 0.1    // mm
#define SCALE_RATIO 100.0       // to the median longest extent
#define TINY_SHARE 0.004        // of the whole's longest extent
#define SYMMETRY_TOLERANCE 0.05 // mm: partners this near mirror each other
#define SYMMETRY_NEAR 0.15      // of the spread: farther off is another place, not a slip

static void check_ground(Inspection *in) {
    f64 lowest = 0;
    u32 part = NONE;
    for (u32 i = 0; i < in->scene->n_parts; i++) {
        if (inspect_has_geometry(in, i) && in->model->parts[i].bounds.min.z < lowest) {
            lowest = in->model->parts[i].bounds.min.z;
            part = i;
        }
    }
    if (lowest >= -GROUND_TOLERANCE)
        return;
    Str name = inspect_part_name(in->scene, part, in->arena);
    Diag *diag = diag_add(in->diags, DIAG_W0803, in->scene->parts[part].span,
                          "'%.*s' reaches %.*s below the ground (z = 0)", STR_ARG(name),
                          STR_ARG(inspect_length(in, -lowest)));
    diag_measure(diag, lowest, 0, STR("mm"));
    diag_help(in->diags, diag, "raise it: .move(z = %.*s), or set it down with .align(bottom = 0)",
              STR_ARG(inspect_typed(in, -lowest)));
    diag_key(in->diags, diag, "%.*s", STR_ARG(in->scene->parts[part].path));
}

static int compare_f64(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    f64 x = *(const f64 *)a, y = *(const f64 *)b;
    return x < y ? -1 : x > y;
}

static f64 longest(Box3 box) {
    Vec3 s = box3_size(box);
    return fmax(s.x, fmax(s.y, s.z));
}

static void diagnose_scale(const Inspection *in, const Alike *row, f64 median) {
    const ScenePart *part = &in->scene->parts[row->part];
    f64 size = longest(in->model->parts[row->part].bounds);
    Str name = inspect_part_name(in->scene, row->part, in->arena);
    Diag *diag = diag_add(in->diags, DIAG_W0804, part->span,
                          "'%.*s' is %.*s long, the median part %.*s", STR_ARG(name),
                          STR_ARG(inspect_length(in, size)), STR_ARG(inspect_length(in, median)));
    diag_measure(diag, size, median, STR("mm"));
    inspect_alike_note(in, diag, row, "are out of scale so");
    diag_help(in->diags, diag, "is a unit wrong? bare lengths here are %.*s",
              STR_ARG(in->scene->unit));
    diag_key(in->diags, diag, "%.*s", STR_ARG(part->path));
}

// Returns the size below which smallness has been spoken of: all of it when one part is far too
// large.
static f64 check_scale(Inspection *in) {
    u32 n = 0, n_large = 0;
    f64 *extents = heap_alloc_raw(in->heap, MAX(in->scene->n_parts, 1u), sizeof *extents);
    for (u32 i = 0; i < in->scene->n_parts; i++)
        if (inspect_has_geometry(in, i))
            extents[n++] = longest(in->model->parts[i].bounds);
    sort_stable(in->heap, extents, n, sizeof *extents, compare_f64, NULL);
    f64 median = n ? extents[n / 2] : 0;
    heap_free(in->heap, extents);
    if (n < 3)
        return 0;
    AlikeList found;
    inspect_alike_init(in, &found);
    for (u32 i = 0; i < in->scene->n_parts; i++) {
        if (!inspect_has_geometry(in, i))
            continue;
        f64 size = longest(in->model->parts[i].bounds);
        if (size <= SCALE_RATIO * median && size * SCALE_RATIO >= median)
            continue;
        n_large += size > median;
        Str key = str_format(in->arena, "%s %.*s", size > median ? "large" : "small",
                             STR_ARG(in->scene->parts[i].path));
        inspect_alike_add(in, &found, key, i, NONE);
    }
    for (u32 i = 0; i < found.rows.len; i++)
        diagnose_scale(in, &found.rows.data[i], median);
    return n_large ? INFINITY : median / SCALE_RATIO;
}

// A part this small beside the whole has a pixel or two in a picture of 512: its label teaches
// nothing.
static void check_tiny(Inspection *in, f64 said_below) {
    f64 whole = longest(in->model->bounds);
    StrMap seen; // one message for each path
    strmap_init(&seen, in->arena);
    for (u32 i = 0; i < in->scene->n_parts; i++) {
        if (!inspect_has_geometry(in, i))
            continue;
        f64 size = longest(in->model->parts[i].bounds);
        if (size < said_below || size >= TINY_SHARE * whole)
            continue;
        const ScenePart *part = &in->scene->parts[i];
        if (strmap_get(&seen, part->path) != NONE)
            continue;
        strmap_set(&seen, part->path, i);
        Diag *diag =
            diag_add(in->diags, DIAG_W0812, part->span,
                     "'%.*s' is %.*s across, too small to see beside %.*s of the whole",
                     STR_ARG(inspect_part_name(in->scene, i, in->arena)),
                     STR_ARG(inspect_length(in, size)), STR_ARG(inspect_length(in, whole)));
        diag_measure(diag, size, TINY_SHARE * whole, STR("mm"));
        diag_help(in->diags, diag, "make it at least %.*s, or make it part of what it sits on",
                  STR_ARG(inspect_length(in, TINY_SHARE * whole)));
        diag_key(in->diags, diag, "%.*s", STR_ARG(part->path));
    }
}

// ---- symmetry ----

static Vec3 mirrored(Vec3 c, u32 axis) {
    vec3_set(&c, axis, -vec3_get(c, axis));
    return c;
}

// The member nearest to the mirror image of member i, itself included.
static u32 nearest_partner(const Vec3 *centers, u32 n, u32 i, u32 axis, f64 *distance) {
    u32 best = NONE;
    *distance = INFINITY;
    for (u32 k = 0; k < n; k++) {
        f64 d = vec3_norm(vec3_sub(centers[k], mirrored(centers[i], axis)));
        if (d < *distance) {
            *distance = d;
            best = k;
        }
    }
    return best;
}

// How many members share this member's absolute coordinate: the one that stands with more is right.
static u32 agreement(const Vec3 *centers, u32 n, u32 i, u32 axis) {
    u32 count = 0;
    for (u32 k = 0; k < n; k++)
        count += fabs(fabs(vec3_get(centers[k], axis)) - fabs(vec3_get(centers[i], axis))) <=
                 SYMMETRY_TOLERANCE;
    return count;
}

static void diagnose_symmetry(Inspection *in, const u32 *parts, const Vec3 *centers, u32 n,
                              u32 wrong, u32 partner, u32 axis) {
    StrBuf places;
    strbuf_init(&places, in->heap);
    for (u32 i = 0; i < n; i++)
        strbuf_addf(&places, "%s%.*s", i ? ", " : "",
                    STR_ARG(inspect_typed(in, vec3_get(centers[i], axis))));
    f64 should = -vec3_get(centers[partner], axis);
    Str name = inspect_part_name(in->scene, parts[wrong], in->arena);
    Diag *diag = diag_add(in->diags, DIAG_W0805, in->scene->parts[parts[wrong]].span,
                          "'%.*s' at %c = %.*s: did you mean %.*s?",
                          STR_ARG(in->scene->parts[parts[wrong]].path), "xyz"[axis],
                          STR_ARG(strbuf_str(&places)), STR_ARG(inspect_typed(in, should)));
    strbuf_finish(&places);
    inspect_label_call(in, diag, parts[wrong]);
    f64 off = should - vec3_get(centers[wrong], axis);
    diag_measure(diag, vec3_get(centers[wrong], axis), should, STR("mm"));
    diag_help(in->diags, diag,
              ".move(%c = %.*s) puts '%.*s' in line; .both(%c) makes mirrored pairs by itself",
              "xyz"[axis], STR_ARG(inspect_typed(in, off)), STR_ARG(name), "XYZ"[axis]);
    diag_key(in->diags, diag, "%.*s %c", STR_ARG(in->scene->parts[parts[wrong]].path), "xyz"[axis]);
}

static void check_symmetry_of(Inspection *in, const u32 *parts, const Vec3 *centers, u32 n,
                              u32 axis) {
    Box3 box = box3_empty();
    for (u32 i = 0; i < n; i++)
        box = box3_add_point(box, centers[i]);
    f64 spread = vec3_get(box3_size(box), axis);
    if (spread <= 0)
        return;
    u32 n_exact = 0, wrong = NONE, partner = NONE, n_off = 0;
    for (u32 i = 0; i < n; i++) {
        f64 distance;
        u32 k = nearest_partner(centers, n, i, axis, &distance);
        if (distance <= SYMMETRY_TOLERANCE) {
            n_exact++;
        } else if (k != i && distance < SYMMETRY_NEAR * spread) {
            n_off++;
            Vec3 only =
                vec3_sub(centers[k], mirrored(centers[i], axis)); // off along this axis alone?
            vec3_set(&only, axis, 0);
            if (vec3_norm(only) <= SYMMETRY_TOLERANCE &&
                (wrong == NONE ||
                 agreement(centers, n, i, axis) < agreement(centers, n, wrong, axis))) {
                wrong = i;
                partner = k;
            }
        } else {
            return; // no mirror symmetry to be broken
        }
    }
    if (wrong != NONE && n_off == 2 && n_exact >= 2)
        diagnose_symmetry(in, parts, centers, n, wrong, partner, axis);
}

typedef struct ByPath {
    Str path;
    u32 part;
} ByPath;

static int compare_paths(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    const ByPath *x = a, *y = b;
    int order = str_compare(x->path, y->path);
    return order ? order : x->part < y->part ? -1 : x->part > y->part;
}

enum { SYMMETRY_MEMBERS_MAX = 64 };

static void check_symmetry(Inspection *in) {
    u32 n = 0;
    ByPath *rows = heap_alloc_raw(in->heap, MAX(in->scene->n_parts, 1u), sizeof *rows);
    for (u32 i = 0; i < in->scene->n_parts; i++)
        if (inspect_has_geometry(in, i))
            rows[n++] = (ByPath){in->scene->parts[i].path, i};
    sort_stable(in->heap, rows, n, sizeof *rows, compare_paths, NULL);
    for (u32 i = 0, next; i < n; i = next) {
        u32 parts[SYMMETRY_MEMBERS_MAX];
        Vec3 centers[SYMMETRY_MEMBERS_MAX];
        u32 count = 0;
        for (next = i; next < n && str_equal(rows[next].path, rows[i].path); next++) {
            if (count < SYMMETRY_MEMBERS_MAX) {
                parts[count] = rows[next].part;
                centers[count++] = box3_center(in->model->parts[rows[next].part].bounds);
            }
        }
        if (count < 4 || next - i > SYMMETRY_MEMBERS_MAX)
            continue;
        check_symmetry_of(in, parts, centers, count, 0);
        check_symmetry_of(in, parts, centers, count, 1);
    }
    heap_free(in->heap, rows);
}

// ---- wheels ----

static bool is_wheel(Str label) {
    static const char *const words[] = {"wheel",       "tyre",       "tire",
                                        "front_wheel", "rear_wheel", "back_wheel"};
    for (u32 i = 0; i < COUNT_OF(words); i++)
        if (str_equal_z(label, words[i]))
            return true;
    return false;
}

// Bounds of a part with all that is in it.
static Box3 whole_bounds(const Inspection *in, u32 part) {
    Box3 box = in->model->parts[part].bounds;
    for (u32 i = part + 1; i < in->scene->n_parts; i++)
        for (u32 up = in->scene->parts[i].parent; up != NONE && up >= part;
             up = in->scene->parts[up].parent)
            if (up == part)
                box = box3_join(box, in->model->parts[i].bounds);
    return box;
}

static void check_wheels(Inspection *in) {
    AlikeList found;
    inspect_alike_init(in, &found);
    for (u32 i = 0; i < in->scene->n_parts; i++) {
        if (!is_wheel(in->scene->parts[i].label))
            continue;
        Vec3 size = box3_size(whole_bounds(in, i));
        if (size.z < 0.7 * size.x && size.z < 0.7 * size.y && fabs(size.x - size.y) < 0.1 * size.x)
            inspect_alike_add(in, &found, in->scene->parts[i].path, i, NONE);
    }
    for (u32 i = 0; i < found.rows.len; i++) {
        const Alike *row = &found.rows.data[i];
        const ScenePart *part = &in->scene->parts[row->part];
        Diag *diag = diag_add(in->diags, DIAG_W0807, part->span,
                              "'%.*s' lies flat: its axle stands upright, along z",
                              STR_ARG(inspect_part_name(in->scene, row->part, in->arena)));
        inspect_alike_note(in, diag, row, "lie so");
        diag_help(in->diags, diag,
                  "build it with axis = X (the front looks toward -Y), or turn it: .rotate(y = "
                  "90); one that is "
                  "meant to lie goes by another name: disc");
        diag_key(in->diags, diag, "%.*s", STR_ARG(part->path));
    }
}

void inspect_check_shape(Inspection *in) {
    check_ground(in);
    check_tiny(in, check_scale(in));
    check_symmetry(in);
    check_wheels(in);
}
