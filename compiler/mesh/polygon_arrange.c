// SPDX-License-Identifier: Apache-2.0
// The arrangement: edges of all operands are snapped to the grid and cut wherever two of them meet
// (polygon_sweep.c). Crossings stay rational numbers: with coordinates of 26 bits the determinant
// of two edges has 53, so comparing two fractions takes 106 and int128 is enough for every
// decision. Nothing is rounded until the result is written.
#include "compiler/mesh/polygon_arrange_internal.h"

Vec2 point_of_place(const Arrangement *arr, const Place *p) {
    f64 fx = (f64)p->rx / (f64)p->den, fy = (f64)p->ry / (f64)p->den;
    return (Vec2){((f64)(arr->base_x + p->cell.x) + fx) * arr->quantum,
                  ((f64)(arr->base_y + p->cell.y) + fy) * arr->quantum};
}

Vec2 seg_end_point(const Arrangement *arr, const Seg *s, bool at_b) {
    const Region *region = &arr->operands[s->operand];
    bool is_start = at_b == (s->delta < 0);
    u32 point = s->point;
    if (!is_start) {
        u32 l = 0; // the loop: few loops, or found by halving
        for (u32 low = 0, high = region->n_loops; low < high;) {
            l = (low + high) / 2;
            if (region->starts[l] > point)
                high = l;
            else if (region->starts[l + 1] <= point)
                low = l + 1;
            else
                break;
        }
        point = point + 1 < region->starts[l + 1] ? point + 1 : region->starts[l];
    }
    return region->points[point];
}

static void snap_segs(Arrangement *arr) {
    Box2 box = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    u32 n = 0;
    for (u32 o = 0; o < arr->n_operands; o++) {
        Box2 b = region_bounds(&arr->operands[o]);
        box.min = (Vec2){fmin(box.min.x, b.min.x), fmin(box.min.y, b.min.y)};
        box.max = (Vec2){fmax(box.max.x, b.max.x), fmax(box.max.y, b.max.y)};
        n += region_count(&arr->operands[o]);
    }
    arr->segs = heap_alloc_raw(arr->heap, n, sizeof *arr->segs);
    if (n == 0)
        return;
    f64 q = arr->quantum = snap_quantum(fmax(box.max.x - box.min.x, box.max.y - box.min.y));
    arr->base_x = snap_round(box.min.x, q);
    arr->base_y = snap_round(box.min.y, q);
    for (u32 o = 0; o < arr->n_operands; o++) {
        const Region *r = &arr->operands[o];
        for (u32 l = 0; l < r->n_loops; l++) {
            for (u32 i = r->starts[l]; i < r->starts[l + 1]; i++) {
                Vec2 p = r->points[i],
                     p2 = r->points[i + 1 < r->starts[l + 1] ? i + 1 : r->starts[l]];
                Cell2 a = {(i32)(snap_round(p.x, q) - arr->base_x),
                           (i32)(snap_round(p.y, q) - arr->base_y)};
                Cell2 b = {(i32)(snap_round(p2.x, q) - arr->base_x),
                           (i32)(snap_round(p2.y, q) - arr->base_y)};
                int order = compare_cells(a, b);
                if (order != 0)
                    arr->segs[arr->n_segs++] =
                        order < 0 ? (Seg){a, b, o, i, 1} : (Seg){b, a, o, i, -1};
            }
        }
    }
}

void arrangement_init(Arrangement *arr, Heap *heap, const Region *operands, u32 n) {
    *arr = (Arrangement){.heap = heap, .operands = operands, .n_operands = n};
    snap_segs(arr);
    if (arr->n_segs)
        sweep_segments(arr);
}

void arrangement_finish(Arrangement *arr) {
    heap_free(arr->heap, arr->segs);
    heap_free(arr->heap, arr->verts);
    heap_free(arr->heap, arr->points);
    vec_free(arr->heap, &arr->edges);
    vec_free(arr->heap, &arr->edge_segs);
}
