// SPDX-License-Identifier: Apache-2.0
// Times of the kernel's companions on fixed inputs: companions [CASE ...] prints lines "name, size,
// ms"; times are the process's CPU time, so that other jobs on the machine count less. Build and
// run by hand or from `make bench-kernel`.
#include "tests/bench/clock.h"
#include "tests/unit/mesh/solids.h"

#include "compiler/mesh/boolean.h"
#include "compiler/mesh/hull.h"
#include "compiler/mesh/polygon.h"
#include "compiler/mesh/query.h"
#include "compiler/mesh/simplify.h"

#include <stdio.h>

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
        u64 start = cpu_now_ns();
        region_triangulate(&heap, &plate, &tris, &n_tris);
        ms[run] = (f64)(cpu_now_ns() - start) / 1e6;
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
    u64 start = cpu_now_ns();
    for (u32 run = 0; run < RUNS; run++) {
        u32 *tris, n_tris;
        region_triangulate(&heap, &r, &tris, &n_tris);
        heap_free(&heap, tris);
    }
    printf("triangulate %s, %u corners, %.0f ns\n", name, n, (f64)(cpu_now_ns() - start) / RUNS);
    heap_finish(&heap);
}

static void bench_hull_and_queries(u32 n) {
    Heap heap;
    heap_init(&heap, 0);
    Vec3 *points = sphere_points(&heap, n, 50);
    Mesh mesh;
    u64 start = cpu_now_ns();
    mesh_hull(&heap, points, n, &mesh);
    printf("hull, %u points on a sphere, %u triangles, %.2f ms\n", n, mesh.n_tris, ms_since(start));
    start = cpu_now_ns();
    MeshTree *tree = mesh_tree_create(&heap, &mesh);
    printf("tree, %u triangles, %.2f ms\n", mesh.n_tris, ms_since(start));
    PlacedMesh a = {&mesh, tree, affine3_identity()},
               b = {&mesh, tree, affine3_rotate(vec3_unit(vec3(1, 2, 3)), 40)};
    b.map.t = vec3(80, 70, 30);
    u32 n_runs = 20;
    start = cpu_now_ns();
    f64 sum = 0;
    for (u32 i = 0; i < n_runs; i++)
        sum += mesh_distance(&a, &b, INFINITY).distance;
    printf("distance of two, %.4f mm, %.4f ms\n", sum / n_runs, ms_since(start) / n_runs);
    start = cpu_now_ns();
    f64 gap = 0;
    b.map.t = vec3(20, 30, 200);
    for (u32 i = 0; i < n_runs; i++)
        mesh_drop(&b, &a, &gap);
    printf("drop of one on the other, %.4f mm, %.4f ms\n", gap, ms_since(start) / n_runs);
    start = cpu_now_ns();
    u32 n_in = 0, n_hits = 0;
    MeshHit hit;
    for (u32 i = 0; i < 100000; i++)
        n_in += mesh_contains(&a, vec3_scale(points[i % n], 1.1 * (i % 997) / 997));
    printf("membership, %.0f %% inside, %.0f ns\n", n_in / 1000.0, ms_since(start) * 10);
    start = cpu_now_ns();
    for (u32 i = 0; i < 100000; i++)
        n_hits += mesh_ray(&a, vec3_scale(points[i % n], 2),
                           vec3_sub(points[(i * 7) % n], points[i % n]), &hit);
    printf("rays, %.0f %% hit, %.0f ns\n", n_hits / 1000.0, ms_since(start) * 10);
    for (u32 t = 0; t < mesh.n_tris; t++)
        mesh.tags[t] = 0; // one face
    start = cpu_now_ns();
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
    u64 start = cpu_now_ns();
    for (u32 i = 0; i < RUNS; i++)
        sum += mesh_distance(&a, &b, INFINITY).distance;
    printf("flush boxes: distance %.3f us, ", ms_since(start) * 1e3 / RUNS);
    start = cpu_now_ns();
    for (u32 i = 0; i < RUNS; i++)
        mesh_drop(&b, &a, &gap);
    printf("drop %.3f us, ", ms_since(start) * 1e3 / RUNS);
    start = cpu_now_ns();
    for (u32 i = 0; i < RUNS; i++)
        sum += mesh_contact_area(&heap, &a, &b, 0.01);
    printf("contact %.3f us, ", ms_since(start) * 1e3 / RUNS);
    start = cpu_now_ns();
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
    u64 start = cpu_now_ns();
    region_boolean(&heap, REGION_DIFFERENCE, parts, 2, &out);
    printf("region less %u discs of %u corners, %.2f ms\n", side * side, n, ms_since(start));
    start = cpu_now_ns();
    region_offset(&heap, &out, 0.05, REGION_JOIN_ROUND, 0.001, &grown);
    printf("the same grown, %u points, %.2f ms\n", region_count(&grown), ms_since(start));
    start = cpu_now_ns();
    bool is_simple = region_is_simple(&heap, &out, NULL);
    printf("simple: %s, %.2f ms\n", is_simple ? "yes" : "no", ms_since(start));
    heap_finish(&heap);
}

// ---- regions of many edges or many operands ----

// n corners on two circles in turn; shift: of a step between corners, so that copies cross.
static void make_star(Heap *heap, Region *star, u32 n, f64 shift) {
    region_init(star, heap, n, 1, false);
    for (u32 i = 0; i < n; i++) {
        f64 r = i % 2 ? 0.5 : 1, angle = 360.0 * (i + shift) / n;
        star->points[i] = (Vec2){r * trig_cos(angle), r * trig_sin(angle)};
    }
}

static void time_boolean(const char *name, Heap *heap, RegionOp op, const Region *operands, u32 n) {
    f64 best = INFINITY, area = 0;
    u32 n_points = 0;
    for (u32 run = 0; run < 3; run++) {
        Region out;
        u64 start = cpu_now_ns();
        Status status = region_boolean(heap, op, operands, n, &out);
        best = fmin(best, ms_since(start));
        if (status != STATUS_OK) {
            printf("%s FAILED\n", name);
            return;
        }
        area = region_area(&out);
        n_points = region_count(&out);
        region_finish(&out, heap);
    }
    printf("%s: %u points, area %.6f, %.2f ms\n", name, n_points, area, best);
    fflush(stdout);
}

static void case_stars(void) {
    for (u32 n = 1000; n <= 100000; n *= 10) {
        Heap heap;
        heap_init(&heap, 0);
        Region stars[2];
        make_star(&heap, &stars[0], n, 0);
        make_star(&heap, &stars[1], n, 0.5);
        char name[64];
        snprintf(name, sizeof name, "star union %u", n);
        time_boolean(name, &heap, REGION_UNION, stars, 2);
        snprintf(name, sizeof name, "star difference %u", n);
        time_boolean(name, &heap, REGION_DIFFERENCE, stars, 2);
        u64 start = cpu_now_ns();
        bool is_simple = region_is_simple(&heap, &stars[0], NULL);
        printf("star simple %u: %s, %.2f ms\n", n, is_simple ? "yes" : "no", ms_since(start));
        heap_finish(&heap);
    }
}

// Circles strewn over a square, each an operand of its own.
static void case_circles(void) {
    enum { N_MAX = 10000, CORNERS = 64 };
    for (u32 n = 1000; n <= N_MAX; n *= 10) {
        Heap heap;
        heap_init(&heap, 0);
        Region *circles = heap_alloc(&heap, n, sizeof *circles);
        u32 seed = 1;
        f64 side = 20 * sqrt(n / 1000.0);
        for (u32 i = 0; i < n; i++) {
            f64 at[2];
            for (u32 k = 0; k < 2; k++) {
                seed = seed * 1664525u + 1013904223u;
                at[k] = (seed >> 8) / 16777216.0 * side;
            }
            region_init(&circles[i], &heap, CORNERS, 1, false);
            for (u32 k = 0; k < CORNERS; k++)
                circles[i].points[k] = (Vec2){at[0] + 0.7 * trig_cos(360.0 * k / CORNERS),
                                              at[1] + 0.7 * trig_sin(360.0 * k / CORNERS)};
        }
        char name[64];
        snprintf(name, sizeof name, "circles union %u", n);
        time_boolean(name, &heap, REGION_UNION, circles, n);
        heap_finish(&heap);
    }
}

static void case_outline(void) {
    for (u32 n = 10000; n <= 100000; n *= 10) {
        Heap heap;
        heap_init(&heap, 0);
        Region outline;
        region_init(&outline, &heap, n, 1, false);
        for (u32 i = 0; i < n; i++) {
            f64 angle = 360.0 * i / n, r = 50 * (1 + 0.02 * trig_sin(angle * 500));
            outline.points[i] = (Vec2){r * trig_cos(angle), r * trig_sin(angle)};
        }
        for (int side = 1; side >= -1; side -= 2) {
            Region out;
            u64 start = cpu_now_ns();
            Status status = region_offset(&heap, &outline, side, REGION_JOIN_ROUND, 0.01, &out);
            printf("outline of %u offset by %d: %u points, area %.6f, %.2f ms%s\n", n, side,
                   region_count(&out), region_area(&out), ms_since(start),
                   status == STATUS_OK ? "" : " FAILED");
            fflush(stdout);
        }
        heap_finish(&heap);
    }
}

// ---- passes over whole meshes ----

static void time_passes(const char *name, Heap *heap, const Mesh *mesh) {
    enum { RUNS = 5 };
    f64 best[4] = {INFINITY, INFINITY, INFINITY, INFINITY}, scale = 1e6 / mesh->n_tris;
    u32 *labels = heap_alloc_raw(heap, 3 * (size_t)mesh->n_tris, sizeof *labels), bad;
    bool ok = true;
    for (u32 run = 0; run < RUNS; run++) {
        u64 start = cpu_now_ns();
        ok = ok && mesh_check(heap, mesh).fault == MESH_OK;
        best[0] = fmin(best[0], ms_since(start));
        start = cpu_now_ns();
        ok = ok && mesh_twins(heap, mesh, labels, &bad);
        best[1] = fmin(best[1], ms_since(start));
        start = cpu_now_ns();
        ok = ok && mesh_components(heap, mesh, labels) > 0;
        best[2] = fmin(best[2], ms_since(start));
        start = cpu_now_ns();
        ok = ok && mesh_measure(mesh).volume > 0;
        best[3] = fmin(best[3], ms_since(start));
    }
    printf("%s, %u triangles, ms for a million: check %.1f, twins %.1f, components %.1f, measure "
           "%.1f%s\n",
           name, mesh->n_tris, best[0] * scale, best[1] * scale, best[2] * scale, best[3] * scale,
           ok ? "" : " FAILED");
    fflush(stdout);
    heap_free(heap, labels);
}

static void case_passes(void) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh sphere = solid_sphere(&heap, vec3(0, 0, 0), 10, 1000, 500);
    time_passes("sphere in rows", &heap, &sphere);
    Mesh hull;
    mesh_hull(&heap, sphere_points(&heap, 200000, 50), 200000, &hull);
    time_passes("sphere in a hull's order", &heap, &hull);
    Mesh box = {0};
    Vec3 corners[8];
    for (u32 i = 0; i < 8; i++)
        corners[i] = vec3(i & 1 ? 4 : 0, i & 2 ? 3 : 0, i & 4 ? 2 : 0);
    mesh_hull(&heap, corners, 8, &box);
    enum { RUNS = 100000 };
    u64 start = cpu_now_ns();
    u32 n_ok = 0;
    for (u32 run = 0; run < RUNS; run++)
        n_ok += mesh_check(&heap, &box).fault == MESH_OK;
    printf("check of a box: %.0f ns (%u)\n", ms_since(start) * 1e6 / RUNS, n_ok);
    heap_finish(&heap);
}

// Fewer triangles: a sphere of one face, and a box whose six sides are grids.
static void time_simplify(const char *name, Heap *heap, Mesh *mesh, u32 target, f64 max_error) {
    u32 before = mesh->n_tris;
    f64 volume = mesh_measure(mesh).volume;
    u64 start = cpu_now_ns();
    mesh_simplify(heap, mesh, target, max_error);
    f64 ms = ms_since(start);
    bool ok = mesh_check(heap, mesh).fault == MESH_OK;
    printf("simplify %s, %u to %u triangles, volume %+.3f %%, %.2f ms, %.2f s for a million%s\n",
           name, before, mesh->n_tris, 100 * (mesh_measure(mesh).volume / volume - 1), ms,
           ms * 1e3 / before, ok ? "" : " FAILED");
    fflush(stdout);
}

static void make_grid_box(Heap *heap, Mesh *mesh, u32 n) {
    u32 side = (n + 1) * (n + 1), v = 0, t = 0, *index = heap_alloc_raw(heap, 6 * side, 4);
    mesh_init(mesh, heap, 6 * n * n + 2, 12 * n * n, false);
    for (u32 f = 0; f < 6; f++) {
        for (u32 i = 0; i < side; i++) {
            u32 at[3];
            at[f / 2] = f % 2 ? n : 0;
            at[(f / 2 + 1) % 3] = i % (n + 1);
            at[(f / 2 + 2) % 3] = i / (n + 1);
            u32 found = NONE;
            for (u32 k = 0; k < f * side && found == NONE; k += side)
                for (u32 a = 0; a < 2 && k / side < f; a++) // on an edge with an earlier face
                    if (at[k / side / 2] == (k / side % 2 ? n : 0)) {
                        u32 g = k / side / 2;
                        found = index[k + at[(g + 1) % 3] + at[(g + 2) % 3] * (n + 1)];
                        break;
                    }
            index[f * side + i] = found == NONE ? v : found;
            if (found == NONE)
                mesh->verts[v++] = vec3(at[0], at[1], at[2]);
        }
        for (u32 q = 0; q < n * n; q++) {
            u32 a = f * side + q % n + q / n * (n + 1), b = a + 1, c = a + n + 2, d = a + n + 1;
            u32 corners[6] = {a, b, c, a, c, d};
            for (u32 k = 0; k < 6; k++)
                mesh->tris[6 * (size_t)(t / 2) + (f % 2 ? k : 5 - k)] = index[corners[k]];
            mesh->tags[t] = mesh->tags[t + 1] = f + 1;
            mesh->mats[t] = mesh->mats[t + 1] = 0;
            t += 2;
        }
    }
    heap_free(heap, index);
}

static void case_simplify(void) {
    for (u32 n = 10000; n <= 100000; n *= 10) {
        Heap heap;
        heap_init(&heap, 0);
        Mesh sphere;
        mesh_hull(&heap, sphere_points(&heap, n, 50), n, &sphere);
        memset(sphere.tags, 0, sphere.n_tris * sizeof *sphere.tags);
        time_simplify("sphere", &heap, &sphere, sphere.n_tris / 10, 1e9);
        heap_finish(&heap);
    }
    for (u32 n = 32; n <= 128; n *= 2) {
        Heap heap;
        heap_init(&heap, 0);
        Mesh box;
        make_grid_box(&heap, &box, n);
        time_simplify("grid box", &heap, &box, 0, 1e-6);
        heap_finish(&heap);
    }
}

// ---- growth ----
// The same question of n, 4 n, 16 n triangles or corners; what grows by more than some 5 a step is
// no n log n.

typedef struct Growth {
    Heap heap;
    Mesh mesh[2];
    PlacedMesh solid[2];
    Vec3 *points;
    u32 n;
} Growth;

static void place_two(Growth *g, Mesh a, Mesh b, Affine3 map) {
    g->mesh[0] = a;
    g->mesh[1] = b;
    for (u32 i = 0; i < 2; i++)
        g->solid[i] = (PlacedMesh){&g->mesh[i], mesh_tree_create(&g->heap, &g->mesh[i]),
                                   i ? map : affine3_identity()};
}

static Mesh hull_sphere(Growth *g) {
    Mesh mesh;
    mesh_hull(&g->heap, sphere_points(&g->heap, g->n / 2, 50), g->n / 2, &mesh);
    return mesh;
}

// Two of n triangles each, placed by name.
static void make_spheres_apart(Growth *g) {
    Affine3 map = affine3_rotate(vec3_unit(vec3(1, 2, 3)), 40);
    map.t = vec3(80, 70, 30);
    place_two(g, hull_sphere(g), hull_sphere(g), map);
}
static void make_spheres_crossing(Growth *g) {
    Affine3 map = affine3_rotate(vec3_unit(vec3(1, 2, 3)), 40);
    map.t = vec3(50, 0, 0);
    place_two(g, hull_sphere(g), hull_sphere(g), map);
}
static void make_spheres_nested(Growth *g) {
    Affine3 map = affine3_identity();
    for (u32 i = 0; i < 3; i++)
        map.m[i][i] = 0.5;
    place_two(g, hull_sphere(g), hull_sphere(g), map);
}
// The same place twice.
static void make_spheres_equal(Growth *g) {
    place_two(g, hull_sphere(g), hull_sphere(g), affine3_identity());
}
// Fans face to face: all triangles of both meet in one place.
static void make_cylinders_flush(Growth *g) {
    u32 n = g->n / 4;
    place_two(g, solid_cylinder(&g->heap, 0, 0, 40, 0, 10, n, false),
              solid_cylinder(&g->heap, 7, 0, 40, 10, 20, n, false), affine3_identity());
}
static void make_cylinders_near(Growth *g) {
    make_cylinders_flush(g);
    g->solid[1].map = affine3_rotate(vec3(1, 0, 0), 0.01);
    g->solid[1].map.t.z = 0.5;
}
static void make_grids_flush(Growth *g) {
    u32 n = (u32)sqrt(g->n / 12.0);
    Mesh box;
    make_grid_box(&g->heap, &box, n);
    Mesh other;
    mesh_copy(&other, &g->heap, &box);
    place_two(g, box, other, affine3_move(vec3(0.3, 0.2, n)));
}
static void make_lattice(Growth *g) {
    u32 side = 1;
    while (side * side * side < g->n)
        side++;
    g->points = heap_alloc_raw(&g->heap, g->n, sizeof *g->points);
    for (u32 i = 0; i < g->n; i++)
        g->points[i] = vec3(i % side, i / side % side, i / side / side);
}
static void make_sphere_points(Growth *g) {
    g->points = sphere_points(&g->heap, g->n, 50);
}
// On two circles: all in two planes, and every four beside each other nearly in one.
static void make_circles(Growth *g) {
    g->points = heap_alloc_raw(&g->heap, g->n, sizeof *g->points);
    for (u32 i = 0; i < g->n; i++)
        g->points[i] =
            vec3(50 * trig_cos(720.0 * i / g->n), 50 * trig_sin(720.0 * i / g->n), i % 2);
}

static f64 ask_distance(Growth *g) {
    return mesh_distance(&g->solid[0], &g->solid[1], INFINITY).distance;
}
static f64 ask_within(Growth *g) {
    return mesh_within(&g->solid[0], &g->solid[1], 0.1);
}
static f64 ask_contact(Growth *g) {
    return mesh_contact_area(&g->heap, &g->solid[0], &g->solid[1], 0.01);
}
static f64 ask_overlap(Growth *g) {
    return mesh_overlap(&g->heap, &g->solid[0], &g->solid[1]).volume;
}
static f64 ask_drop(Growth *g) {
    f64 gap = 0;
    mesh_drop(&g->solid[1], &g->solid[0], &gap);
    return gap;
}
static f64 ask_hull(Growth *g) {
    Mesh mesh;
    mesh_hull(&g->heap, g->points, g->n, &mesh);
    return mesh_measure(&mesh).volume;
}

static void case_growth(void) {
    static const struct {
        const char *name;
        void (*make)(Growth *);
        f64 (*ask)(Growth *);
    } rows[] = {{"distance, spheres apart", make_spheres_apart, ask_distance},
                {"distance, spheres crossing", make_spheres_crossing, ask_distance},
                {"distance, spheres nested", make_spheres_nested, ask_distance},
                {"distance, fans flush", make_cylinders_flush, ask_distance},
                {"distance, fans near", make_cylinders_near, ask_distance},
                {"within, fans near", make_cylinders_near, ask_within},
                {"drop, spheres", make_spheres_crossing, ask_drop},
                {"drop, fans", make_cylinders_near, ask_drop},
                {"contact, grids flush", make_grids_flush, ask_contact},
                {"contact, fans flush", make_cylinders_flush, ask_contact},
                {"contact, spheres crossing", make_spheres_crossing, ask_contact},
                {"contact, spheres equal", make_spheres_equal, ask_contact},
                {"overlap, spheres crossing", make_spheres_crossing, ask_overlap},
                {"overlap, spheres nested", make_spheres_nested, ask_overlap},
                {"overlap, spheres equal", make_spheres_equal, ask_overlap},
                {"overlap, grids flush", make_grids_flush, ask_overlap},
                {"overlap, fans flush", make_cylinders_flush, ask_overlap},
                {"hull, sphere", make_sphere_points, ask_hull},
                {"hull, lattice", make_lattice, ask_hull},
                {"hull, two circles", make_circles, ask_hull}};
    for (u32 r = 0; r < COUNT_OF(rows); r++) {
        f64 before = 0, answer = 0;
        printf("%-28s", rows[r].name);
        for (u32 n = 2048; n <= 32768; n *= 4) {
            Growth g = {.n = n};
            heap_init(&g.heap, 0);
            rows[r].make(&g);
            u64 start = cpu_now_ns();
            answer = rows[r].ask(&g);
            f64 ms = ms_since(start);
            printf("  %6u %9.3f ms", n, ms);
            if (before > 0)
                printf(" x%-5.1f", ms / before);
            before = ms;
            fflush(stdout);
            heap_finish(&g.heap);
        }
        printf("  (%.6g)\n", answer);
    }
}

// ---- all cases ----

static void case_small(void) {
    const f64 quad[4][2] = {{0, 0}, {2, 0}, {2, 1}, {0, 1}};
    const f64 ell[6][2] = {{0, 0}, {2, 0}, {2, 1}, {1, 1}, {1, 2}, {0, 2}};
    const f64 frame[8][2] = {{0, 0}, {4, 0}, {4, 4}, {0, 4}, {1, 1}, {1, 3}, {3, 3}, {3, 1}};
    bench_small("quadrilateral", quad, 4, 4);
    bench_small("L", ell, 6, 6);
    bench_small("frame", frame, 8, 4);
}

static void case_triangulate(void) {
    bench_triangulate(1, 32);
    bench_triangulate(10, 32);
    bench_triangulate(32, 32);
    bench_triangulate(100, 32);
    bench_triangulate(316, 32);
}

static void case_plate(void) {
    bench_region(10, 32);
    bench_region(100, 32);
}

static void case_queries(void) {
    bench_hull_and_queries(1000);
    bench_hull_and_queries(100000);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {{"small", case_small},     {"triangulate", case_triangulate},
                 {"plate", case_plate},     {"stars", case_stars},
                 {"circles", case_circles}, {"outline", case_outline},
                 {"passes", case_passes},   {"boxes", bench_boxes},
                 {"queries", case_queries}, {"simplify", case_simplify},
                 {"growth", case_growth}};
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        bool is_wanted = argc < 2;
        for (int k = 1; k < argc; k++)
            is_wanted = is_wanted || strcmp(argv[k], cases[i].name) == 0;
        if (is_wanted)
            cases[i].run();
    }
    return 0;
}
