// SPDX-License-Identifier: Apache-2.0
// The surface is scattered as points, each cell keeps the nearest to its centre, and two sweeps
// hand the nearest point on to neighbours (vector distance transform: Danielsson 1980, in three
// dimensions). The result is exact but for rare cells, where it is over by a fraction of a cell;
// occlusion does not mind.
#include "vk/field.h"

typedef struct FieldWork {
    Field *field;
    f32 *points; // 3 a cell, in cells; x < -1e8: none yet
    f32 *best;   // squared distance, in cells
} FieldWork;

static void keep(FieldWork *work, size_t at, const f32 center[3], const f32 p[3]) {
    f32 x = p[0] - center[0], y = p[1] - center[1], z = p[2] - center[2];
    f32 d = x * x + y * y + z * z;
    if (d < work->best[at]) {
        work->best[at] = d;
        memcpy(work->points + 3 * at, p, 3 * sizeof *p);
    }
}

static void scatter_point(FieldWork *work, const f32 p[3]) {
    const u32 *n = work->field->size;
    u32 cell[3];
    f32 center[3];
    for (int k = 0; k < 3; k++) {
        i32 c = (i32)p[k];
        cell[k] = (u32)MIN(MAX(c, 0), (i32)n[k] - 1);
        center[k] = (f32)cell[k] + 0.5f;
    }
    keep(work, ((size_t)cell[2] * n[1] + cell[1]) * n[0] + cell[0], center, p);
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

// Takes the nearest points of the neighbours already visited, for each cell in scan order (step 1)
// or against it (step -1).
static void sweep(FieldWork *work, i32 step) {
    const i32 n[3] = {(i32)work->field->size[0], (i32)work->field->size[1],
                      (i32)work->field->size[2]};
    static const i8 near[7][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 0},
                                  {1, 0, 1}, {0, 1, 1}, {-1, 1, 0}};
    i32 total = n[0] * n[1] * n[2];
    for (i32 c = 0; c < total; c++) {
        i32 at = step > 0 ? c : total - 1 - c;
        i32 x = at % n[0], y = at / n[0] % n[1], z = at / (n[0] * n[1]);
        f32 center[3] = {(f32)x + 0.5f, (f32)y + 0.5f, (f32)z + 0.5f};
        for (u32 k = 0; k < COUNT_OF(near); k++) {
            i32 u = x - step * near[k][0], v = y - step * near[k][1], w = z - step * near[k][2];
            if (u < 0 || v < 0 || w < 0 || u >= n[0] || v >= n[1] || w >= n[2])
                continue;
            const f32 *p = work->points +
                           3 * ((size_t)w * (size_t)n[1] + (size_t)v) * (size_t)n[0] +
                           3 * (size_t)u;
            if (p[0] > -1e8f)
                keep(work, (size_t)at, center, p);
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
    size_t total = (size_t)field->size[0] * field->size[1] * field->size[2];
    FieldWork work = {field, heap_alloc_raw(heap, total, 3 * sizeof(f32)),
                      heap_alloc_raw(heap, total, sizeof(f32))};
    for (size_t i = 0; i < total; i++) {
        work.points[3 * i] = -1e9f;
        work.best[i] = 1e9f;
    }
    scatter(&work, heap, scene, is_seen);
    sweep(&work, 1);
    sweep(&work, -1);
    sweep(&work, 1); // the second sweep's finds, carried on
    for (size_t i = 0; i < total; i++)
        work.best[i] = sqrtf(work.best[i]) * (f32)field->cell;
    field->distance = work.best;
    heap_free(heap, work.points);
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
