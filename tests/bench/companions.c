// SPDX-License-Identifier: Apache-2.0
// Times of the kernel's companions on fixed inputs: one line a case, "name, size, ms" (the median
// of some runs). Build and run by hand or from `make bench`.
#include "compiler/mesh/hull.h"
#include "compiler/mesh/polygon.h"
#include "compiler/mesh/query.h"
#include "compiler/mesh/simplify.h"

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
            plate->points[4 + h * n + i] = (Vec2){h % side + 0.5 + 0.4 * trig_cos(angle),
                                                  h / side + 0.5 + 0.4 * trig_sin(angle)};
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
    printf("triangulate plate, %u holes of %u corners, %u triangles, %.3f ms\n", side * side, n,
           n_tris, ms[RUNS / 2]);
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

// Points spread over a sphere by the golden angle.
static Vec3 *sphere_points(Heap *heap, u32 n, f64 r) {
    Vec3 *points = heap_alloc_raw(heap, n, sizeof *points);
    for (u32 i = 0; i < n; i++) {
        f64 z = 1 - (2.0 * i + 1) / n, ring = sqrt(1 - z * z), angle = 137.50776405003785 * i;
        points[i] = vec3(r * ring * trig_cos(angle), r * ring * trig_sin(angle), r * z);
    }
    return points;
}

static f64 ms_since(u64 start) {
    return (f64)(clock_now_ns() - start) / 1e6;
}

static void bench_hull_and_queries(u32 n) {
    Heap heap;
    heap_init(&heap, 0);
    Vec3 *points = sphere_points(&heap, n, 50);
    Mesh mesh;
    u64 start = clock_now_ns();
    mesh_hull(&heap, points, n, &mesh);
    printf("hull, %u points on a sphere, %u triangles, %.2f ms\n", n, mesh.n_tris, ms_since(start));
    start = clock_now_ns();
    MeshTree *tree = mesh_tree_create(&heap, &mesh);
    printf("tree, %u triangles, %.2f ms\n", mesh.n_tris, ms_since(start));
    PlacedMesh a = {&mesh, tree, affine3_identity()},
               b = {&mesh, tree, affine3_rotate(vec3_unit(vec3(1, 2, 3)), 40)};
    b.map.t = vec3(80, 70, 30);
    u32 n_runs = 20;
    start = clock_now_ns();
    f64 sum = 0;
    for (u32 i = 0; i < n_runs; i++)
        sum += mesh_distance(&a, &b, INFINITY).distance;
    printf("distance of two, %.4f mm, %.4f ms\n", sum / n_runs, ms_since(start) / n_runs);
    start = clock_now_ns();
    f64 gap = 0;
    b.map.t = vec3(20, 30, 200);
    for (u32 i = 0; i < n_runs; i++)
        mesh_drop(&b, &a, &gap);
    printf("drop of one on the other, %.4f mm, %.4f ms\n", gap, ms_since(start) / n_runs);
    start = clock_now_ns();
    u32 n_in = 0, n_hits = 0;
    MeshHit hit;
    for (u32 i = 0; i < 100000; i++)
        n_in += mesh_contains(&a, vec3_scale(points[i % n], 1.1 * (i % 997) / 997));
    printf("membership, %.0f %% inside, %.0f ns\n", n_in / 1000.0, ms_since(start) * 10);
    start = clock_now_ns();
    for (u32 i = 0; i < 100000; i++)
        n_hits += mesh_ray(&a, vec3_scale(points[i % n], 2),
                           vec3_sub(points[(i * 7) % n], points[i % n]), &hit);
    printf("rays, %.0f %% hit, %.0f ns\n", n_hits / 1000.0, ms_since(start) * 10);
    for (u32 t = 0; t < mesh.n_tris; t++)
        mesh.tags[t] = 0; // one face
    start = clock_now_ns();
    u32 before = mesh.n_tris;
    mesh_simplify(&heap, &mesh, before / 10, 1e9);
    printf("simplify, %u to %u triangles, %.2f ms\n", before, mesh.n_tris, ms_since(start));
    heap_finish(&heap);
}

// Two flush boxes: what inspection asks of every pair of neighbouring parts.
static void bench_boxes(void) {
    enum { RUNS = 2000 };
    Heap heap;
    heap_init(&heap, 0);
    Vec3 corners[8];
    for (u32 i = 0; i < 8; i++)
        corners[i] = vec3(i & 1 ? 40 : 0, i & 2 ? 30 : 0, i & 4 ? 20 : 0);
    Mesh box;
    mesh_hull(&heap, corners, 8, &box);
    MeshTree *tree = mesh_tree_create(&heap, &box);
    PlacedMesh a = {&box, tree, affine3_identity()};
    PlacedMesh b = {&box, tree, affine3_move(vec3(10, 5, 20))};
    f64 gap = 0, sum = 0;
    u64 start = clock_now_ns();
    for (u32 i = 0; i < RUNS; i++)
        sum += mesh_distance(&a, &b, INFINITY).distance;
    printf("flush boxes: distance %.3f us, ", ms_since(start) * 1e3 / RUNS);
    start = clock_now_ns();
    for (u32 i = 0; i < RUNS; i++)
        mesh_drop(&b, &a, &gap);
    printf("drop %.3f us, ", ms_since(start) * 1e3 / RUNS);
    start = clock_now_ns();
    for (u32 i = 0; i < RUNS; i++)
        sum += mesh_contact_area(&heap, &a, &b, 0.01);
    printf("contact %.3f us, ", ms_since(start) * 1e3 / RUNS);
    start = clock_now_ns();
    for (u32 i = 0; i < RUNS; i++)
        sum += mesh_overlap(&heap, &a, &b).volume;
    printf("overlap %.3f us (sum %.0f)\n", ms_since(start) * 1e3 / RUNS, sum);
    heap_finish(&heap);
}

// A square less side x side discs, then grown.
static void bench_region(u32 side, u32 n) {
    Heap heap;
    heap_init(&heap, 0);
    Region plate, discs, parts[2], out, grown;
    make_plate(&heap, &plate, side, n);
    region_init(&parts[0], &heap, 4, 1, false);
    for (u32 i = 0; i < 4; i++)
        parts[0].points[i] = plate.points[i];
    region_init(&discs, &heap, side * side * n, side * side, false);
    for (u32 h = 0; h < side * side; h++) {
        discs.starts[h] = h * n;
        for (u32 i = 0; i < n; i++)
            discs.points[h * n + i] = plate.points[4 + h * n + n - 1 - i];
    }
    parts[1] = discs;
    u64 start = clock_now_ns();
    region_boolean(&heap, REGION_DIFFERENCE, parts, 2, &out);
    printf("region less %u discs of %u corners, %.2f ms\n", side * side, n, ms_since(start));
    start = clock_now_ns();
    region_offset(&heap, &out, 0.05, REGION_JOIN_ROUND, 0.001, &grown);
    printf("the same grown, %u points, %.2f ms\n", region_count(&grown), ms_since(start));
    start = clock_now_ns();
    bool is_simple = region_is_simple(&heap, &out, NULL);
    printf("simple: %s, %.2f ms\n", is_simple ? "yes" : "no", ms_since(start));
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
    bench_region(10, 32);
    bench_region(100, 32);
    bench_boxes();
    bench_hull_and_queries(1000);
    bench_hull_and_queries(100000);
    return 0;
}
