// SPDX-License-Identifier: Apache-2.0
// Times of the kernel's companions on fixed inputs: one line a case, "name, size, ms" (the median of
// some runs). Build and run by hand or from `make bench`.
#include "compiler/mesh/polygon.h"

#include <stdio.h>
#include <stdlib.h>

static int compare_f64(const void *a, const void *b) {
    f64 x = *(const f64 *)a, y = *(const f64 *)b;
    return x < y ? -1 : x > y;
}

// A plate with side x side round holes of n corners.
static void make_plate(Heap *heap, Region *plate, u32 side, u32 n) {
    region_init(plate, heap, 4 + side * side * n, 1 + side * side, false);
    f64 size = side;
    Vec2 corners[4] = {{0, 0}, {size, 0}, {size, size}, {0, size}};
    for (u32 i = 0; i < 4; i++)
        plate->points[i] = corners[i];
    for (u32 h = 0; h < side * side; h++) {
        plate->starts[h + 1] = 4 + h * n;
        for (u32 i = 0; i < n; i++) {
            f64 angle = -360.0 * i / n;
            plate->points[4 + h * n + i] = (Vec2){h % side + 0.5 + 0.4 * trig_cos(angle), h / side + 0.5 + 0.4 * trig_sin(angle)};
        }
    }
}

static void bench_triangulate(u32 side, u32 n) {
    enum { RUNS = 5 };
    f64 ms[RUNS];
    u32 n_tris = 0;
    for (u32 run = 0; run < RUNS; run++) {
        Heap heap;
        heap_init(&heap, 0);
        Region plate;
        make_plate(&heap, &plate, side, n);
        u32 *tris;
        u64 start = clock_now_ns();
        region_triangulate(&heap, &plate, &tris, &n_tris);
        ms[run] = (f64)(clock_now_ns() - start) / 1e6;
        heap_finish(&heap);
    }
    qsort(ms, RUNS, sizeof *ms, compare_f64);
    printf("triangulate plate, %u holes of %u corners, %u triangles, %.3f ms\n", side * side, n, n_tris, ms[RUNS / 2]);
}

// Small faces, as a boolean kernel has them by the thousand.
static void bench_small(const char *name, const f64 (*points)[2], u32 n, u32 first_hole) {
    enum { RUNS = 200000 };
    Heap heap;
    heap_init(&heap, 0);
    Region r;
    region_init(&r, &heap, n, first_hole < n ? 2 : 1, false);
    r.starts[1] = first_hole < n ? first_hole : n;
    for (u32 i = 0; i < n; i++)
        r.points[i] = (Vec2){points[i][0], points[i][1]};
    u64 start = clock_now_ns();
    for (u32 run = 0; run < RUNS; run++) {
        u32 *tris, n_tris;
        region_triangulate(&heap, &r, &tris, &n_tris);
        heap_free(&heap, tris);
    }
    printf("triangulate %s, %u corners, %.0f ns\n", name, n, (f64)(clock_now_ns() - start) / RUNS);
    heap_finish(&heap);
}

int main(void) {
    const f64 quad[4][2] = {{0, 0}, {2, 0}, {2, 1}, {0, 1}};
    const f64 ell[6][2] = {{0, 0}, {2, 0}, {2, 1}, {1, 1}, {1, 2}, {0, 2}};
    const f64 frame[8][2] = {{0, 0}, {4, 0}, {4, 4}, {0, 4}, {1, 1}, {1, 3}, {3, 3}, {3, 1}};
    bench_small("quadrilateral", quad, 4, 4);
    bench_small("L", ell, 6, 6);
    bench_small("frame", frame, 8, 4);
    bench_triangulate(1, 32);
    bench_triangulate(10, 32);
    bench_triangulate(30, 32);
    bench_triangulate(100, 32);
    return 0;
}
