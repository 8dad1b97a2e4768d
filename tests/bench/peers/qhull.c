// SPDX-License-Identifier: Apache-2.0
// qhull FILE.points: the convex hull of the points by qhull (its reentrant library), as lines of
// tests/bench/beside.c: the CPU time in ms, the middle of three runs, and the volume.
#include <libqhull_r/qhull_ra.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (!f || fseek(f, 0, SEEK_END))
        return 2;
    long size = ftell(f);
    rewind(f);
    double *points = malloc((size_t)size), ms[3], volume = 0;
    if (!points || fread(points, 1, (size_t)size, f) != (size_t)size)
        return 2;
    for (int i = 0; i < 3; i++) {
        qhT state, *qh = &state;
        char flags[] = "qhull";
        int n_long, n_bytes;
        qh_zero(qh, stderr);
        double start = cpu_ms();
        if (qh_new_qhull(qh, 3, (int)(size / 24), points, 0, flags, NULL, stderr))
            return 1;
        ms[i] = cpu_ms() - start;
        qh_getarea(qh, qh->facet_list);
        volume = qh->totvol;
        qh_freeqhull(qh, !qh_ALL);
        qh_memfreeshort(qh, &n_long, &n_bytes);
    }
    double low = ms[0] < ms[1] ? ms[0] : ms[1], high = ms[0] < ms[1] ? ms[1] : ms[0];
    printf("%.4f %.12g\n", ms[2] < low ? low : ms[2] > high ? high : ms[2], volume);
    return 0;
}
