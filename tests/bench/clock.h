// SPDX-License-Identifier: Apache-2.0
// What the programs that time the kernel's companions share: the process's CPU time, so that other
// jobs on the machine count less, and points to ask about.
#ifndef FRC_TESTS_BENCH_CLOCK_H
#define FRC_TESTS_BENCH_CLOCK_H

#include "base/geom.h"
#include "base/mem.h"

#include <stdlib.h>
#include <time.h>

static inline u64 cpu_now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}
static inline f64 ms_since(u64 start) {
    return (f64)(cpu_now_ns() - start) / 1e6;
}

static inline int compare_f64(const void *a, const void *b) {
    f64 x = *(const f64 *)a, y = *(const f64 *)b;
    return x < y ? -1 : x > y;
}

// Points spread over a sphere by the golden angle.
static inline Vec3 *sphere_points(Heap *heap, u32 n, f64 r) {
    Vec3 *points = heap_alloc_raw(heap, n, sizeof *points);
    for (u32 i = 0; i < n; i++) {
        f64 z = 1 - (2.0 * i + 1) / n, ring = sqrt(1 - z * z), angle = 137.50776405003785 * i;
        points[i] = vec3(r * ring * trig_cos(angle), r * ring * trig_sin(angle), r * z);
    }
    return points;
}

#endif
