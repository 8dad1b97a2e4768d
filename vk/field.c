// SPDX-License-Identifier: Apache-2.0
// The surface is scattered as points, each cell keeps the nearest to its centre, and two sweeps
// hand the nearest point on to neighbours (vector distance transform: Danielsson 1980, in three
// dimensions). The result is exact but for rare cells, where it is over by a fraction of a cell;
// occlusion does not mind.
#include "vk/field.h"

#include "vk/f4.h"

// Cells have a rim of cells without a point around them, so that every cell has all neighbours.
typedef struct FieldWork {
    Field *field;
    size_t row, slice; // cells from one to the next
    f32 *x, *y, *z;    // of the point of each, in cells; NOWHERE: none yet
    f32 *best;         // squared distance, in cells
} FieldWork;

#define NOWHERE (-1e9f)

static void scatter_point(FieldWork *work, const f32 p[3]) {
    const u32 *n = work->field->size;
    u32 cell[3];
    f32 d = 0;
    for (int k = 0; k < 3; k++) {
        i32 c = (i32)p[k];
        cell[k] = (u32)MIN(MAX(c, 0), (i32)n[k] - 1);
        f32 off = p[k] - ((f32)cell[k] + 0.5f);
        d += off * off;
    }
    size_t at = (cell[2] + 1) * work->slice + (cell[1] + 1) * work->row + cell[0] + 1;
    if (d < work->best[at]) {
        work->best[at] = d;
        work->x[at] = p[0];
        work->y[at] = p[1];
        work->z[at] = p[2];
    }
}

// Points at most 0.6 cells apart.
static void scatter_triangle(FieldWork *work, Vec3 a, Vec3 b, Vec3 c) {
    Vec3 u = vec3_sub(b, a), v = vec3_sub(c, a), w = vec3_sub(c, b);
    f64 longest = sqrt(fmax(vec3_dot(u, u), fmax(vec3_dot(v, v), vec3_dot(w, w))));
    u32 n = (u32)fmin(ceil(longest / 0.6), 2048) + 1;
    if (n == 2) { // small: its middle stands for it
        f32 p[3] = {(f32)((a.x + b.x + c.x) / 3), (f32)((a.y + b.y + c.y) / 3),
                    (f32)((a.z + b.z + c.z) / 3)};
        scatter_point(work, p);
        return;
    }
    for (u32 i = 0; i < n; i++) {
        for (u32 j = 0; i + j < n; j++) {
            f64 s = (i + 1.0 / 3) / n, t = (j + 1.0 / 3) / n;
            f32 p[3] = {(f32)(a.x + u.x * s + v.x * t), (f32)(a.y + u.y * s + v.y * t),
                        (f32)(a.z + u.z * s + v.z * t)};
            scatter_point(work, p);
        }
    }
}

static void scatter(FieldWork *work, Heap *heap, const RenderScene *scene, const bool *is_seen) {
    const Field *field = work->field;
    Affine3 to_cells = affine3_identity();
    for (int k = 0; k < 3; k++)
        to_cells.m[k][k] = 1 / field->cell;
    to_cells.t = vec3_scale(field->min, -1 / field->cell);
    for (u32 i = 0; i < scene->n_instances; i++) {
        const RenderInstance *instance = &scene->instances[i];
        const RenderMesh *mesh = &scene->meshes[instance->mesh];
        Affine3 map = affine3_mul(&to_cells, &instance->map);
        heap_poll(heap);
        for (u32 t = 0; t < mesh->n_tris && is_seen[i]; t++) {
            Vec3 p[3];
            for (u32 k = 0; k < 3; k++) {
                const f32 *q = mesh->positions + 3 * (size_t)mesh->indices[3 * (size_t)t + k];
                p[k] = affine3_point(&map, vec3(q[0], q[1], q[2]));
            }
            scatter_triangle(work, p[0], p[1], p[2]);
        }
    }
}

typedef struct Nearest { // of four cells in a row
    F4 x, y, z, best;
} Nearest;

static F4 load4(const f32 *from) {
    F4 four;
    memcpy(&four, from, sizeof four);
    return four;
}

static void nearest_take(Nearest *n, const FieldWork *work, size_t from, F4 cx, f32 cy, f32 cz) {
    F4 x = load4(work->x + from), y = load4(work->y + from), z = load4(work->z + from);
    F4 dx = x - cx, dy = y - cy, dz = z - cz, d = dx * dx + dy * dy + dz * dz;
    I4 is_nearer = d < n->best;
    n->best = f4_min(d, n->best);
    n->x = f4_select(is_nearer, x, n->x);
    n->y = f4_select(is_nearer, y, n->y);
    n->z = f4_select(is_nearer, z, n->z);
}

// What the rows visited before hand on to this row, four cells at a time. at: its first cell.
static void sweep_across(FieldWork *work, size_t at, u32 n, f32 cy, f32 cz, i32 step) {
    i64 row = step * (i64)work->row, slice = step * (i64)work->slice;
    const i64 near[6] = {-row, -row - step, -row + step, -slice, -slice - step, -slice - row};
    for (u32 c = 0; c < n; c += 4) { // the last four reach into the rim, which is put right
        size_t here = at + c;
        Nearest four = {load4(work->x + here), load4(work->y + here), load4(work->z + here),
                        load4(work->best + here)};
        F4 cx = (F4){0.5f, 1.5f, 2.5f, 3.5f} + (f32)c;
        for (u32 k = 0; k < COUNT_OF(near); k++)
            nearest_take(&four, work, (size_t)((i64)here + near[k]), cx, cy, cz);
        size_t bytes = MIN(n - c, 4u) * sizeof(f32);
        memcpy(work->x + here, &four.x, bytes);
        memcpy(work->y + here, &four.y, bytes);
        memcpy(work->z + here, &four.z, bytes);
        memcpy(work->best + here, &four.best, bytes);
    }
}

// And along the row, one way.
static void sweep_along(FieldWork *work, size_t at, u32 n, f32 cy, f32 cz, i32 step) {
    for (u32 c = 1; c < n; c++) {
        u32 cell = step > 0 ? c : n - 1 - c;
        size_t here = at + cell, from = here - (size_t)(i64)step;
        f32 x = work->x[from] - ((f32)cell + 0.5f), y = work->y[from] - cy, z = work->z[from] - cz;
        f32 d = x * x + y * y + z * z;
        if (d < work->best[here]) {
            work->best[here] = d;
            work->x[here] = work->x[from];
            work->y[here] = work->y[from];
            work->z[here] = work->z[from];
        }
    }
}

// Takes the nearest points of the neighbours already visited, for each cell in scan order (step 1)
// or against it (step -1).
static void sweep(FieldWork *work, i32 step) {
    const u32 *n = work->field->size;
    for (u32 i = 0; i < n[2]; i++) {
        for (u32 j = 0; j < n[1]; j++) {
            u32 z = step > 0 ? i : n[2] - 1 - i, y = step > 0 ? j : n[1] - 1 - j;
            size_t at = (z + 1) * work->slice + (y + 1) * work->row + 1;
            f32 cy = (f32)y + 0.5f, cz = (f32)z + 0.5f;
            sweep_across(work, at, n[0], cy, cz, step);
            sweep_along(work, at, n[0], cy, cz, step);
        }
    }
}

void field_shape(Field *field, Box3 bounds, u32 n_cells) {
    *field = (Field){.size = {1, 1, 1}};
    if (box3_is_empty(bounds))
        bounds = (Box3){{-1, -1, -1}, {1, 1, 1}};
    Vec3 size = box3_size(bounds);
    f64 longest = fmax(fmax(size.x, size.y), fmax(size.z, 1e-3));
    field->cell = longest / (n_cells - 6);
    for (u32 k = 0; k < 3; k++) {
        field->size[k] = (u32)ceil(vec3_get(size, k) / field->cell) + 6;
        vec3_set(&field->min, k,
                 vec3_get(box3_center(bounds), k) - field->size[k] * field->cell / 2);
    }
}

void field_init(Field *field, Heap *heap, const RenderScene *scene, Box3 bounds, u32 n_cells,
                const bool *is_seen) {
    field_shape(field, bounds, n_cells);
    const u32 *n = field->size;
    FieldWork work = {.field = field, .row = n[0] + 2, .slice = (n[0] + 2) * ((size_t)n[1] + 2)};
    size_t total = work.slice * (n[2] + 2) + 4; // the last four may be read past the end
    work.x = heap_alloc_raw(heap, 4 * total, sizeof(f32));
    work.y = work.x + total;
    work.z = work.y + total;
    work.best = work.z + total;
    for (size_t i = 0; i < total; i++) {
        work.x[i] = work.y[i] = work.z[i] = NOWHERE;
        work.best[i] = 1e9f;
    }
    scatter(&work, heap, scene, is_seen);
    sweep(&work, 1);
    sweep(&work, -1);
    sweep(&work, 1); // the second sweep's finds, carried on
    field->distance = heap_alloc_raw(heap, (size_t)n[0] * n[1] * n[2], sizeof(f32));
    f32 *distance = field->distance;
    for (u32 z = 0; z < n[2]; z++)
        for (u32 y = 0; y < n[1]; y++)
            for (u32 x = 0; x < n[0]; x++)
                *distance++ = sqrtf(work.best[(z + 1) * work.slice + (y + 1) * work.row + x + 1]) *
                              (f32)field->cell;
    heap_free(heap, work.x);
}

void field_finish(Field *field, Heap *heap) {
    heap_free(heap, field->distance);
    field->distance = NULL;
}

u16 half_from_float(f32 value) {
    u32 bits;
    memcpy(&bits, &value, 4);
    i32 exponent = (i32)(bits >> 23 & 255) - 127 + 15;
    u32 mantissa = bits & 0x7fffff;
    if (exponent <= 0) // below 6e-5: a denormal half would do; zero is near enough for a distance
        return 0;
    if (exponent >= 31)
        return 0x7bff;
    u32 half = (u32)exponent << 10 | mantissa >> 13;
    return (u16)MIN(half + (mantissa >> 12 & 1), 0x7bffu);
}
