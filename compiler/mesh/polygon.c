// SPDX-License-Identifier: Apache-2.0
// Regions of the plane: storage and plain measures. Booleans, offsets, the test for simple loops
// and triangulation have files of their own.
#include "compiler/mesh/polygon.h"

#include <string.h>

void region_init(Region *region, Heap *heap, u32 n_points, u32 n_loops, bool with_edges) {
    *region = (Region){.n_loops = n_loops};
    region->points = heap_alloc_raw(heap, n_points, sizeof *region->points);
    region->starts = heap_alloc_raw(heap, (size_t)n_loops + 1, sizeof *region->starts);
    region->starts[0] = 0;
    region->starts[n_loops] = n_points;
    if (with_edges)
        region->edges = heap_alloc(heap, n_points, sizeof *region->edges);
}

void region_finish(Region *region, Heap *heap) {
    heap_free(heap, region->points);
    heap_free(heap, region->starts);
    heap_free(heap, region->edges);
    heap_free(heap, region->normals);
    *region = (Region){0};
}

void region_copy(Region *out, Heap *heap, const Region *region) {
    u32 n = region_count(region);
    Region copy;
    region_init(&copy, heap, n, region->n_loops, region->edges != NULL);
    if (n)
        memcpy(copy.points, region->points, n * sizeof *copy.points);
    if (region->starts)
        memcpy(copy.starts, region->starts, ((size_t)region->n_loops + 1) * sizeof *copy.starts);
    if (n && region->edges)
        memcpy(copy.edges, region->edges, n * sizeof *copy.edges);
    if (region->normals) {
        copy.normals = heap_alloc_raw(heap, 4 * (size_t)n, sizeof *copy.normals);
        if (n)
            memcpy(copy.normals, region->normals, 4 * (size_t)n * sizeof *copy.normals);
    }
    *out = copy;
}

u32 region_count(const Region *region) {
    return region->n_loops ? region->starts[region->n_loops] : 0;
}

// About each loop's first point, so that places far from the origin lose nothing.
f64 region_area(const Region *region) {
    f64 sum = 0;
    for (u32 l = 0; l < region->n_loops; l++) {
        u32 from = region->starts[l], to = region->starts[l + 1];
        for (u32 i = from + 1; i + 1 < to; i++) {
            Vec2 o = region->points[from], a = region->points[i], b = region->points[i + 1];
            sum += (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
        }
    }
    return sum / 2;
}

Box2 region_bounds(const Region *region) {
    Box2 box = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    for (u32 i = 0; i < region_count(region); i++) {
        Vec2 p = region->points[i];
        box.min = (Vec2){fmin(box.min.x, p.x), fmin(box.min.y, p.y)};
        box.max = (Vec2){fmax(box.max.x, p.x), fmax(box.max.y, p.y)};
    }
    return box;
}
