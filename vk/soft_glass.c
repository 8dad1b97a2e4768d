// SPDX-License-Identifier: Apache-2.0
// See soft_glass.h. Pieces are gathered by fours, lit, and blended in their order.
#include "vk/soft_glass.h"

typedef struct GlassBatch {
    const SoftStudio *studio;
    const f32 *depths;
    u16 *glass;
    u32 pitch;
    GlassPieces pieces;
    size_t at[4];
    u32 n;
} GlassBatch;

static f32 float_of(u16 half) { // finite, not negative
    u32 exponent = half >> 10, bits = (exponent + 112) << 23 | (u32)(half & 1023) << 13;
    f32 value;
    memcpy(&value, &bits, sizeof value);
    return exponent ? value : (f32)half / 16777216.0f;
}

static void blend(u16 *to, const f32 color[4]) {
    for (u32 k = 0; k < 4; k++)
        to[k] = half_from_float(color[k] + float_of(to[k]) * (1 - color[3]));
}

static void batch_flush(GlassBatch *b) {
    if (b->n == 0)
        return;
    for (u32 i = b->n; i < 4; i++) { // lanes to spare see the last
        b->pieces.x[i] = b->pieces.x[b->n - 1];
        b->pieces.y[i] = b->pieces.y[b->n - 1];
        b->pieces.z[i] = b->pieces.z[b->n - 1];
        b->pieces.normal.x[i] = b->pieces.normal.x[b->n - 1];
        b->pieces.normal.y[i] = b->pieces.normal.y[b->n - 1];
        b->pieces.normal.z[i] = b->pieces.normal.z[b->n - 1];
    }
    V3 c;
    F4 a;
    soft_glass(b->studio, &b->pieces, &c, &a);
    for (u32 i = 0; i < b->n; i++)
        blend(b->glass + 4 * b->at[i], (f32[]){c.x[i], c.y[i], c.z[i], a[i]});
    b->n = 0;
}

static void batch_add(GlassBatch *b, i32 x, i32 y, f32 z, F4 normal) {
    b->pieces.x[b->n] = (f32)x;
    b->pieces.y[b->n] = (f32)y;
    b->pieces.z[b->n] = z;
    b->pieces.normal.x[b->n] = normal[0];
    b->pieces.normal.y[b->n] = normal[1];
    b->pieces.normal.z[b->n] = normal[2];
    b->at[b->n] = (size_t)y * b->pitch + (size_t)x;
    if (++b->n == 4)
        batch_flush(b);
}

// What coincides with opaque matter gives way to it: two steps of a float depth's, two of its
// slope.
static f64 bias_of(const RasterTriangle *t, const RasterPlane *depth) {
    f32 most = (f32)fmax(t->corners[0]->z, fmax(t->corners[1]->z, t->corners[2]->z)), step;
    u32 bits;
    memcpy(&bits, &most, sizeof bits);
    bits = MAX(bits >> 23, 24u) - 23;
    bits <<= 23;
    memcpy(&step, &bits, sizeof step);
    return 2 * (f64)step + 2 * fmax(fabs(depth->across), fabs(depth->down));
}

static void fill_glass(Raster *r, const RasterTriangle *t) {
    GlassBatch *b = r->ctx;
    RasterRows rows;
    if (!raster_rows(r, t, &rows))
        return;
    if (b->pieces.is_front != t->is_front) {
        batch_flush(b);
        b->pieces.is_front = t->is_front;
    }
    RasterPlane depth = raster_depth_plane(t);
    f64 bias = bias_of(t, &depth);
    F4 start, across, down;
    raster_normal_planes(t, &start, &across, &down);
    while (rows.y < rows.end) {
        i32 y = rows.y, lo, hi;
        f64 left = depth.start + bias + depth.down * y;
        F4 turn = start + down * (f32)(y * GRID - t->corners[0]->y);
        raster_row_next(&rows, &lo, &hi);
        const f32 *depths = b->depths + (size_t)y * r->pitch;
        for (i32 x = lo; x <= hi; x++) {
            f32 z = (f32)(left + depth.across * x);
            if (z < depths[x])
                batch_add(b, x, y, z, turn + across * (f32)(x * GRID - t->corners[0]->x));
        }
    }
}

void soft_glass_draw(Raster *r, const SoftStudio *studio, const SoftScene *scene,
                     const GlassSide *order, u32 n_order, const f32 *depths, u16 *glass,
                     u32 height) {
    GlassBatch batch = {.studio = studio, .depths = depths, .glass = glass, .pitch = r->pitch};
    memset(glass + 4 * (size_t)r->begin * r->pitch, 0,
           4 * (size_t)(r->end - r->begin) * r->pitch * sizeof *glass);
    r->fill = fill_glass;
    r->ctx = &batch;
    for (u32 i = 0; i < n_order; i++) {
        const DrawCall *call = &scene->calls[order[i].call];
        if (!raster_place(r, &scene->scene->meshes[call->mesh], &scene->boxes[call->mesh],
                          &scene->records[order[i].call], studio->view->clip, height))
            continue;
        batch.pieces.draw = order[i].call + 1;
        r->drop = order[i].is_near ? RASTER_DROP_BACK : RASTER_DROP_FRONT;
        raster_draw(r, call);
        batch_flush(&batch);
    }
    r->ctx = NULL;
}
