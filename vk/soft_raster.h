// SPDX-License-Identifier: Apache-2.0
// Triangles to samples in plain C, by Vulkan's rules: vertices are put on a grid of 1/256 of a
// sample, a sample is covered when its centre lies inside, or on a top or left edge, and the
// nearest surface wins. Places and depths are kept in 64 bits, off the grid: faces of different
// parts that lie in one plane then have one depth, and the part that comes first is seen, without
// speckles. A raster draws a band of rows, so that bands can be drawn side by side.
#ifndef FRC_VK_SOFT_RASTER_H
#define FRC_VK_SOFT_RASTER_H

#include "vk/f4.h"
#include "vk/view.h"

enum { GRID = 256 };

typedef struct RasterSample {
    u32 draw, normal; // draw + 1; packed as oct_pack in shaders/common.glsl does
} RasterSample;

typedef struct RasterVertex {
    i32 x, y; // 1 / GRID of a sample, the first sample's centre being 0; RASTER_CLIP: see there
    D2 at;    // the same, off the grid
    f64 z;    // 0..1
    f32 over_w;
    F4 normal;
} RasterVertex;
#define RASTER_CLIP INT32_MIN // x of a vertex that is behind, or too far aside for the grid

// A triangle whose corners stand clockwise in the picture, y down.
typedef struct RasterTriangle {
    const RasterVertex *corners[3];
    i64 area; // twice, in the grid's units; positive
    bool is_front;
} RasterTriangle;

// Four samples are written at a time, and may run over by so many, that stay as they are.
enum { RASTER_SPARE = 3 };

enum { RASTER_DROP_FRONT = 1, RASTER_DROP_BACK = 2 };

typedef struct Raster Raster;
struct Raster {
    u32 width, begin, end; // samples across; rows of the band
    u32 pitch;             // samples from row to row, at least width + RASTER_SPARE
    // What is done with a triangle; raster_fill_samples or another.
    void (*fill)(Raster *raster, const RasterTriangle *triangle);
    void *ctx;
    RasterSample *samples; // rows of pitch, from row 0
    f32 *depths;
    RasterVertex *vertices; // room for the largest mesh
    // of the draw at hand
    const RenderMesh *mesh;
    u32 draw, drop; // draw + 1; RASTER_DROP_*
    bool is_mirrored;
    D2 columns[4][2]; // mesh -> x, y in the grid's units; z, w
    F4 turn[3];       // columns: of normals
};

// Puts a mesh, which lies in box, before the band; matrix: object -> clip space, by columns. False:
// none of it is in the band.
bool raster_place(Raster *raster, const RenderMesh *mesh, const Box3 *box, const DrawRecord *record,
                  const f32 matrix[16], u32 height);
// Draws triangles of the mesh that was placed.
void raster_draw(Raster *raster, const DrawCall *call);

void raster_fill_samples(Raster *raster, const RasterTriangle *triangle);

// ---- for other fills ----

// The rows of a triangle: columns lo..hi of row y, empty if lo > hi.
typedef struct RasterRows {
    i32 y, end;
    i32 lo_most, hi_most; // columns
    bool is_small;        // at most 8 columns and 64 rows: then near, far and down hold
    I4 near[3], far[3];   // edges' values, at the first four columns and the next; inside: none < 0
    I4 down[3];
    i64 at[3], step[3], across[3];
    f64 over[3];
} RasterRows;

// A value that is linear over the picture: at sample (x, y), start + x across + y down.
typedef struct RasterPlane {
    f64 start, across, down;
} RasterPlane;

// False: it covers nothing.
bool raster_rows(const Raster *raster, const RasterTriangle *triangle, RasterRows *rows);
void raster_row_next(RasterRows *rows, i32 *lo, i32 *hi);
RasterPlane raster_depth_plane(const RasterTriangle *triangle);
// Normals over w, toward the side that is seen: start at the first corner, and what is added for
// each unit of the grid. The direction is right everywhere, the length is not.
void raster_normal_planes(const RasterTriangle *triangle, F4 *start, F4 *across, F4 *down);

#endif
