// SPDX-License-Identifier: Apache-2.0
// Twelve slats are one thing to a reader. Instances of a label, of one material and under one row,
// share a row of the report when they are four or more: fewer are told one by one, with their
// places. What lies in them is folded likewise, so that a row's parts are alike all the way up.
#include "compiler/inspect/report_internal.h"

#include "base/map.h"
#include "base/number.h"
#include "base/sort.h"

enum { FOLD_MIN = 4 };

void report_add_short(StrBuf *out, f64 value) {
    char text[NUMBER_TEXT_MAX];
    u32 len = number_write_short(fabs(value) < 5e-7 ? 0 : value, 5, text);
    strbuf_add(out, (Str){text, len});
}

void report_add_range(StrBuf *out, f64 low, f64 high) {
    size_t start = out->len;
    report_add_short(out, low);
    size_t len = out->len - start;
    strbuf_add_z(out, "..");
    size_t end = out->len;
    report_add_short(out, high);
    if (out->len - end == len && memcmp(out->ptr + start, out->ptr + end, len) == 0)
        out->len = start + len;
}

Str report_row_name(const Scene *scene, const ReportRow *row, Str part_name, Arena *arena) {
    if (row->n == 1)
        return part_name;
    return str_format(arena, "%.*s x%u", STR_ARG(scene->parts[row->first].path), row->n);
}

// ---- patterns ----

#define PATTERN_TOLERANCE 0.01 // of a step, of a radius
enum { RING_MAX = 256 };       // parts that are looked at in pairs

static int compare_centers(const void *a, const void *b, const void *ctx) {
    u32 axis = *(const u32 *)ctx;
    f64 x = vec3_get(*(const Vec3 *)a, axis), y = vec3_get(*(const Vec3 *)b, axis);
    return x < y ? -1 : x > y;
}

static bool is_even(Heap *heap, Vec3 *centers, u32 n, Vec3 size) {
    u32 axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2;
    sort_stable(heap, centers, n, sizeof *centers, compare_centers, &axis);
    f64 step = vec3_norm(vec3_sub(centers[n - 1], centers[0])) / (n - 1);
    for (u32 i = 0; i < n; i++) {
        Vec3 should = vec3_lerp(centers[0], centers[n - 1], (f64)i / (n - 1));
        if (vec3_norm(vec3_sub(centers[i], should)) > PATTERN_TOLERANCE * step)
            return false;
    }
    return step > 0;
}

// Whether turning them by one place puts each on another: corners of a rectangle are on a circle,
// too.
static bool is_turned_even(const Vec3 *centers, u32 n, u32 axis, Vec3 middle, f64 tolerance) {
    Vec3 way = {0, 0, 0};
    vec3_set(&way, axis, 1);
    Affine3 turn = affine3_rotate(way, 360.0 / n);
    for (u32 i = 0; i < n; i++) {
        Vec3 p = vec3_add(middle, affine3_vector(&turn, vec3_sub(centers[i], middle)));
        bool is_met = false;
        for (u32 k = 0; k < n && !is_met; k++)
            is_met = vec3_norm(vec3_sub(p, centers[k])) <= tolerance;
        if (!is_met)
            return false;
    }
    return true;
}

ReportPattern report_pattern(Heap *heap, Vec3 *centers, u32 n, u32 *axis, Vec3 *middle, f64 *d) {
    Box3 box = box3_empty();
    Vec3 sum = {0, 0, 0};
    for (u32 i = 0; i < n; i++) {
        box = box3_add_point(box, centers[i]);
        sum = vec3_add(sum, centers[i]);
    }
    Vec3 size = box3_size(box);
    if (n < FOLD_MIN)
        return REPORT_LOOSE;
    if (is_even(heap, centers, n, size))
        return REPORT_EVEN;
    // A full ring has its middle in its mean; it lies square to the axis along which nothing
    // changes.
    *middle = vec3_scale(sum, 1.0 / n);
    *axis = size.x <= size.y && size.x <= size.z ? 0 : size.y <= size.z ? 1 : 2;
    f64 least = INFINITY, most = 0;
    for (u32 i = 0; i < n; i++) {
        f64 r = vec3_norm(vec3_sub(centers[i], *middle));
        least = fmin(least, r);
        most = fmax(most, r);
    }
    *d = least + most;
    bool is_flat = vec3_get(size, *axis) <= PATTERN_TOLERANCE * most;
    bool is_round = is_flat && n <= RING_MAX && most - least <= PATTERN_TOLERANCE * most;
    return is_round && is_turned_even(centers, n, *axis, *middle, 2 * PATTERN_TOLERANCE * most)
               ? REPORT_RING
               : REPORT_LOOSE;
}

// ---- folding ----

typedef struct Fold {
    const Scene *scene;
    Arena *arena;
    u32 *depth;     // per part
    u32 *of, *next; // as in ReportRows, but rows in order of making
    u32 *last;      // per row: its last part
    ReportRow *rows;
    u32 n;
} Fold;

static u32 find_depths(Fold *f) {
    u32 deepest = 0;
    for (u32 i = 0; i < f->scene->n_parts; i++) {
        u32 parent = f->scene->parts[i].parent; // before its children
        f->depth[i] = parent == NONE ? 0 : f->depth[parent] + 1;
        deepest = MAX(deepest, f->depth[i]);
    }
    return deepest;
}

static Str fold_key(const Fold *f, u32 part) {
    const ScenePart *p = &f->scene->parts[part];
    return str_format(f->arena, "%u %u %.*s", p->parent == NONE ? NONE : f->of[p->parent],
                      p->material, STR_ARG(p->label));
}

static void add_part(Fold *f, u32 row, u32 part) {
    if (row == f->n) {
        u32 parent = f->scene->parts[part].parent;
        f->rows[f->n++] =
            (ReportRow){part, 0, parent == NONE ? NONE : f->of[parent], f->depth[part]};
    } else {
        f->next[f->last[row]] = part;
    }
    f->rows[row].n++;
    f->last[row] = part;
    f->of[part] = row;
    f->next[part] = NONE;
}

// The rows of one level; those above are known.
static void fold_level(Fold *f, u32 depth) {
    ArenaMark mark = arena_mark(f->arena);
    StrMap counts, rows;
    strmap_init(&counts, f->arena);
    strmap_init(&rows, f->arena);
    for (u32 i = 0; i < f->scene->n_parts; i++) {
        if (f->depth[i] != depth)
            continue;
        Str key = fold_key(f, i);
        u32 count = strmap_get(&counts, key);
        strmap_set(&counts, key, count == NONE ? 1 : count + 1);
    }
    for (u32 i = 0; i < f->scene->n_parts; i++) {
        if (f->depth[i] != depth)
            continue;
        Str key = fold_key(f, i);
        bool many = strmap_get(&counts, key) >= FOLD_MIN;
        u32 row = many ? strmap_get(&rows, key) : NONE;
        if (many && row == NONE)
            strmap_set(&rows, key, f->n);
        add_part(f, row == NONE ? f->n : row, i);
    }
    arena_reset(f->arena, mark);
}

// Rows were made level by level, siblings in order; renumbers them so that each stands before what
// lies in it and that before its next sibling.
static void order_rows(Fold *f, Heap *heap, ReportRow *out) {
    u32 *child = heap_alloc_raw(heap, MAX(f->n, 1u), sizeof *child); // first child of a row
    u32 *sibling = heap_alloc_raw(heap, MAX(f->n, 1u), sizeof *sibling);
    u32 *place = heap_alloc_raw(heap, MAX(f->n, 1u), sizeof *place);
    u32 top = NONE, n = 0;
    for (u32 r = 0; r < f->n; r++)
        child[r] = NONE;
    for (u32 r = f->n; r-- > 0;) {
        u32 *list = f->rows[r].parent == NONE ? &top : &child[f->rows[r].parent];
        sibling[r] = *list;
        *list = r;
    }
    for (u32 r = top; r != NONE;) {
        place[r] = n;
        out[n] = f->rows[r];
        if (out[n].parent != NONE)
            out[n].parent = place[out[n].parent];
        n++;
        u32 go = child[r];
        for (; go == NONE && r != NONE; r = f->rows[r].parent)
            go = sibling[r];
        r = go;
    }
    for (u32 i = 0; i < f->scene->n_parts; i++)
        f->of[i] = place[f->of[i]];
    heap_free(heap, place);
    heap_free(heap, sibling);
    heap_free(heap, child);
}

ReportRows report_fold(const Scene *scene, Heap *heap, Arena *arena) {
    size_t n = (size_t)scene->n_parts + 1;
    ReportRows out = {.rows = ARENA_NEW(arena, ReportRow, n),
                      .of = ARENA_NEW(arena, u32, n),
                      .next = ARENA_NEW(arena, u32, n)};
    Fold f = {.scene = scene, .arena = arena, .of = out.of, .next = out.next};
    f.depth = heap_alloc_raw(heap, n, sizeof *f.depth);
    f.last = heap_alloc_raw(heap, n, sizeof *f.last);
    f.rows = heap_alloc_raw(heap, n, sizeof *f.rows);
    u32 deepest = find_depths(&f);
    for (u32 depth = 0; depth <= deepest; depth++)
        fold_level(&f, depth);
    order_rows(&f, heap, out.rows);
    out.n = f.n;
    out.is_folded = f.n < scene->n_parts;
    heap_free(heap, f.rows);
    heap_free(heap, f.last);
    heap_free(heap, f.depth);
    return out;
}
