// SPDX-License-Identifier: Apache-2.0
// See soft_lights.h. A shadow map keeps 16-bit depths as a device's would, with the same bias, and
// a border that is all light.
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

static void fill_shadow(Raster *r, const RasterTriangle *t) {
    RasterRows rows;
    if (!raster_rows(r, t, &rows))
        return;
    RasterPlane depth = raster_depth_plane(t);
    f64 bias = 2 / 65535.0 + 2 * fmax(fabs(depth.across), fabs(depth.down));
    f32 step = (f32)(depth.across * 65535);
    while (rows.y < rows.end) {
        u16 *row = (u16 *)r->ctx + (size_t)(rows.y + SHADOW_BORDER) * SHADOW_PITCH + SHADOW_BORDER;
        f64 left = depth.start + bias + depth.down * rows.y;
        i32 lo, hi;
        raster_row_next(&rows, &lo, &hi);
        f32 z = (f32)((left + depth.across * lo) * 65535 + 0.5);
        for (i32 x = lo; x <= hi; x++) {
            f32 here = z + step * (f32)(x - lo);
            u16 depth16 = (u16)(here < 0 ? 0 : here > 65535 ? 65535 : (i32)here);
            if (depth16 < row[x])
                row[x] = depth16;
        }
    }
}

void soft_shadow_map(SoftLights *lights, const SoftScene *scene, const ViewBlock *view, u32 layer,
                     Heap *heap) {
    size_t n = (size_t)SHADOW_PITCH * SHADOW_PITCH;
    u16 *map = lights->maps + layer * n;
    memset(map, 255, n * sizeof *map);
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
    u32 placed = NONE;
    bool is_seen = false;
    for (u32 i = 0; i < scene->n_calls; i++) {
        const DrawCall *call = &scene->calls[i];
        if (call->opacity < least)
            continue;
        if (call->instance != placed)
            is_seen = raster_place(&r, &scene->scene->meshes[call->mesh], &scene->boxes[call->mesh],
                                   &scene->records[i], matrix, SHADOW_SIZE);
        placed = call->instance;
        // What faces away from the light is behind what faces it. The light's axes are a
        // left-handed frame, so there the faces toward it count as back.
        r.drop = call->is_open ? 0 : RASTER_DROP_FRONT;
        if (is_seen)
            raster_draw(&r, call);
    }
    heap_free(heap, r.vertices);
}
