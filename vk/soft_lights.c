// SPDX-License-Identifier: Apache-2.0
// See soft_lights.h. A shadow map keeps 16-bit depths as a device's would, with the same bias. They
// are kept as signed numbers, since the oldest processors have the least of eight of those, and not
// of others. Eight texels are written at a time: those that are not meant stay as they are, so that
// a row may run over into the border.
#include "vk/soft_lights.h"

SoftLights *soft_lights_make(Heap *heap, const ViewBlock *view, const SoftScene *scene, f64 azimuth,
                             bool with_floor) {
    SoftLights *lights = HEAP_NEW(heap, SoftLights, 1);
    lights->azimuth = azimuth;
    lights->n_shadows = view->size[3];
    lights->with_floor = with_floor;
    lights->maps = heap_alloc_raw(heap, (size_t)lights->n_shadows * SHADOW_PITCH * SHADOW_PITCH,
                                  sizeof *lights->maps);
    lights->floor_size = lights->n_shadows > 4 ? 512 : 256;
    if (with_floor)
        lights->floor = HEAP_NEW(heap, f32, (size_t)lights->floor_size * lights->floor_size);
    view_floor_region(view, scene->facts.bounds, lights->floor_size, lights->floor_region);
    return lights;
}

void soft_lights_free(SoftLights *lights, Heap *heap) {
    heap_free(heap, lights->maps);
    heap_free(heap, lights->floor);
    heap_free(heap, lights);
}

// Texels where `in` holds come no lower than z, z + step ...
static inline void lower_eight(i16 *row, F4 z, F4 step, H8 in) {
    H8 depth = h8_from_i4(i4_from_f4(z), i4_from_f4(z + 4 * step)), old;
    depth = (depth & in) | (SHADOW_LIGHT & ~in);
    memcpy(&old, row, sizeof old);
    old = h8_min(old, depth);
    memcpy(row, &old, sizeof old);
}

static const F4 in_fours = {0, 1, 2, 3};

// depth: in steps of the map's, rounded up by cutting off.
static void fill_small(i16 *map, const RasterRows *rows, const RasterPlane *depth) {
    I4 a = rows->near[0], b = rows->near[1], c = rows->near[2], a4 = rows->far[0],
       b4 = rows->far[1], c4 = rows->far[2];
    i32 n = rows->hi_most - rows->lo_most;
    const I4 column = {0, 1, 2, 3};
    I4 near = column <= n, far = column + 4 <= n;
    F4 step = f4((f32)depth->across), run = step * in_fours;
    f64 left = depth->start + depth->across * rows->lo_most;
    for (i32 y = rows->y; y < rows->end; y++) {
        H8 in = h8_from_i4(~((a | b | c) >> 31) & near, ~((a4 | b4 | c4) >> 31) & far);
        lower_eight(map + (size_t)y * SHADOW_PITCH + rows->lo_most,
                    (f32)(left + depth->down * y) + run, step, in);
        a += rows->down[0];
        b += rows->down[1];
        c += rows->down[2];
        a4 += rows->down[0];
        b4 += rows->down[1];
        c4 += rows->down[2];
    }
}

static void fill_large(i16 *map, RasterRows *rows, const RasterPlane *depth) {
    const H8 column = {0, 1, 2, 3, 4, 5, 6, 7};
    F4 step = f4((f32)depth->across), run = step * in_fours;
    while (rows->y < rows->end) {
        i16 *row = map + (size_t)rows->y * SHADOW_PITCH;
        f64 left = depth->start + depth->down * rows->y;
        i32 lo, hi;
        raster_row_next(rows, &lo, &hi);
        for (i32 x = lo; x <= hi; x += 8)
            lower_eight(row + x, (f32)(left + depth->across * x) + run, step,
                        column <= (i16)(hi - x));
    }
}

static void fill_shadow(Raster *r, const RasterTriangle *t) {
    RasterRows rows;
    if (!raster_rows(r, t, &rows))
        return;
    RasterPlane depth = raster_depth_plane(t);
    f64 across = fabs(depth.across), down = fabs(depth.down);
    f64 bias = 2 / 65535.0 + 2 * (across > down ? across : down);
    depth.start = (depth.start + bias) * 65535 + 0.5 - SHADOW_SHIFT;
    depth.across *= 65535;
    depth.down *= 65535;
    i16 *map = (i16 *)r->ctx + SHADOW_BORDER * SHADOW_PITCH + SHADOW_BORDER;
    if (rows.is_small)
        fill_small(map, &rows, &depth);
    else
        fill_large(map, &rows, &depth);
}

void soft_raster_scene(const SoftScene *scene, Raster *raster, const f32 matrix[16], u32 height,
                       f32 least, u32 drop) {
    u32 placed = NONE;
    bool is_seen = false;
    for (u32 i = 0; i < scene->n_calls; i++) {
        const DrawCall *call = &scene->calls[i];
        if (call->opacity < least)
            continue;
        if (call->instance != placed)
            is_seen = raster_place(raster, &scene->scene->meshes[call->mesh],
                                   &scene->boxes[call->mesh], &scene->records[i], matrix, height);
        placed = call->instance;
        raster->draw = i + 1;
        raster->drop = call->is_open ? 0 : drop;
        if (is_seen)
            raster_draw(raster, call);
    }
}

void soft_shadow_map(SoftLights *lights, const SoftScene *scene, const ViewBlock *view, u32 layer,
                     Heap *heap) {
    size_t n = (size_t)SHADOW_PITCH * SHADOW_PITCH;
    i16 *map = lights->maps + layer * n;
    const H8 light = (H8){0} + SHADOW_LIGHT;
    _Static_assert(SHADOW_PITCH * SHADOW_PITCH % 8 == 0, "in eights");
    for (size_t i = 0; i < n; i += 8)
        memcpy(map + i, &light, sizeof light);
    f32 matrix[16], least = ((f32)layer + 0.5f) / (f32)lights->n_shadows; // glass: in some layers
    for (u32 j = 0; j < 4; j++) {
        const f32 *from = view->shadow + 4 * j, *tap = view->taps[layer];
        f32 *to = matrix + 4 * j, last = j == 3 ? 1.0f : 0.0f;
        to[0] = 2 * (from[0] + tap[0] * from[2]) - last;
        to[1] = 2 * (from[1] + tap[1] * from[2]) - last;
        to[2] = from[2];
        to[3] = last;
    }
    Raster r = {.width = SHADOW_SIZE,
                .end = SHADOW_SIZE,
                .fill = fill_shadow,
                .ctx = map,
                .vertices = heap_alloc_raw(heap, scene->most_verts + 1, sizeof *r.vertices)};
    // What faces away from the light is behind what faces it. The light's axes are a left-handed
    // frame, so there the faces toward it count as back.
    soft_raster_scene(scene, &r, matrix, SHADOW_SIZE, least, RASTER_DROP_FRONT);
    heap_free(heap, r.vertices);
}
