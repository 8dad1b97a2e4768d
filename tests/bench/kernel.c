// SPDX-License-Identifier: Apache-2.0
// The boolean kernel's times: kernel [CASE ...] prints one line a case: name, triangles in and out,
// genus, the median of some runs in ms, and the share of each pass. Cases are those of
// spec/kernel.md.
#include "compiler/mesh/boolean_internal.h"
#include "tests/unit/mesh/solids.h"

enum { N_PASSES = 7 };
static const char *const pass_names[N_PASSES] = {"ingest",   "broad",  "narrow", "arrange",
                                                 "classify", "select", "merge"};

static int compare_f64(const void *a, const void *b) {
    f64 x = *(const f64 *)a, y = *(const f64 *)b;
    return (x > y) - (x < y);
}

// The driver of boolean.c with a clock; false on any failure.
static bool run_timed(Heap *heap, const CsgExpr *expr, Mesh *out, f64 *pass_ms) {
    Kernel k = {.heap = heap, .expr = expr};
    arena_init(&k.arena, heap);
    Faces faces = {0};
    bool ok = true;
    for (u32 pass = 0; pass < N_PASSES && ok; pass++) {
        u64 start = clock_now_ns();
        switch (pass) {
        case 0:
            ok = ingest(&k) == STATUS_OK;
            break;
        case 1:
            broad(&k);
            break;
        case 2:
            narrow(&k);
            break;
        case 3:
            arrange(&k);
            break;
        case 4:
            classify(&k);
            break;
        case 5:
            select_faces(&k, &faces, NULL);
            break;
        case 6:
            ok = merge(&k, &faces, false, out);
            arena_finish(&k.arena);
            break;
        }
        ok = ok && !k.fault;
        if (k.fault)
            printf("fault: %s\n", k.fault);
        pass_ms[pass] += (f64)(clock_now_ns() - start) / 1e6;
    }
    return ok;
}

static void bench(const char *name, Builder *b, u32 root) {
    CsgExpr expr = {b->leaves.data, b->leaves.len, b->nodes.data, b->nodes.len,
                    b->args.data,   b->args.len,   root};
    f64 ms[21], pass_ms[N_PASSES] = {0}, total = 0;
    u32 n_runs = 0, n_in = 0;
    for (u32 l = 0; l < expr.n_leaves; l++)
        n_in += expr.leaves[l].mesh->n_tris;
    Mesh out = {0};
    for (; n_runs < 3 || (n_runs < COUNT_OF(ms) && total < 500); n_runs++) {
        mesh_finish(&out, b->heap);
        u64 start = clock_now_ns();
        if (mesh_boolean(b->heap, &expr, (CsgOptions){0}, &out, NULL) != STATUS_OK) {
            printf("%-18s FAILED\n", name);
            return;
        }
        ms[n_runs] = (f64)(clock_now_ns() - start) / 1e6;
        total += ms[n_runs];
    }
    qsort(ms, n_runs, sizeof *ms, compare_f64);
    MeshCheck check = mesh_check(b->heap, &out);
    printf("%-18s in %8u out %8u comp %4u genus %6lld  %10.3f ms  ", name, n_in, out.n_tris,
           check.n_components, (long long)check.genus, ms[n_runs / 2]);
    mesh_finish(&out, b->heap);
    if (run_timed(b->heap, &expr, &out, pass_ms))
        for (u32 i = 0; i < N_PASSES; i++)
            printf(" %s %.3g", pass_names[i], pass_ms[i]);
    printf("\n");
    fflush(stdout);
}

static void case_hole(Builder *b) {
    u32 x = build_leaf(b, solid_box(b->heap, vec3(-10, -10, 0), vec3(10, 10, 5)));
    u32 y = build_leaf(b, solid_cylinder(b->heap, 0, 0, 4, -1, 6, 32, false));
    bench("box_minus_cyl", b, build_pair(b, CSG_DIFFERENCE, x, y));
}

static void sphere_pair(Builder *b, const char *name, u32 n) {
    u32 x = build_leaf(b, solid_sphere(b->heap, vec3(0, 0, 0), 10, 2 * n, n));
    u32 y = build_leaf(b, solid_sphere(b->heap, vec3(10, 0, 0), 10, 2 * n, n));
    bench(name, b, build_pair(b, CSG_DIFFERENCE, x, y));
}
static void case_spheres_1k(Builder *b) {
    sphere_pair(b, "sphdiff_1k", 16);
}
static void case_spheres_10k(Builder *b) {
    sphere_pair(b, "sphdiff_10k", 50);
}
static void case_spheres_100k(Builder *b) {
    sphere_pair(b, "sphdiff_100k", 158);
}
static void case_spheres_1m(Builder *b) {
    sphere_pair(b, "sphdiff_1m", 500);
}

static void plate(Builder *b, const char *name, u32 n, f64 over) {
    VEC(u32) args = {0};
    vec_push(b->heap, &args, build_leaf(b, solid_box(b->heap, vec3(0, 0, 0), vec3(n, n, 1))));
    for (u32 i = 0; i < n * n; i++)
        vec_push(b->heap, &args,
                 build_leaf(b, solid_cylinder(b->heap, i % n + 0.5, i / n + 0.5, 0.3, -over,
                                              1 + over, 32, false)));
    bench(name, b, build_op(b, CSG_DIFFERENCE, args.data, args.len));
}
static void case_plate_30(Builder *b) {
    plate(b, "plate_30", 30, 0.5);
}
static void case_plate_30_flush(Builder *b) {
    plate(b, "plate_30_flush", 30, 0);
}
static void case_plate_100(Builder *b) {
    plate(b, "plate_100", 100, 0.5);
}

static void spheres(Builder *b, const char *name, u32 n) {
    VEC(u32) args = {0};
    u64 state = 12345;
    f64 p[3];
    for (u32 i = 0; i < n; i++) {
        for (u32 c = 0; c < 3; c++) {
            state = state * 6364136223846793005ull + 1442695040888963407ull;
            p[c] = (f64)(state >> 40) * 0x1p-24 * 10;
        }
        vec_push(b->heap, &args,
                 build_leaf(b, solid_sphere(b->heap, vec3(p[0], p[1], p[2]), 0.8, 46, 23)));
    }
    bench(name, b, build_op(b, CSG_UNION, args.data, args.len));
}
static void case_spheres_100(Builder *b) {
    spheres(b, "spheres_100", 100);
}
static void case_spheres_1000(Builder *b) {
    spheres(b, "spheres_1000", 1000);
}

static void cubes(Builder *b, const char *name, f64 step, const Affine3 *map) {
    VEC(u32) args = {0};
    for (u32 i = 0; i < 1000; i++) {
        f64 x = i % 10 * step, y = i / 10 % 10 * step, z = i / 100 * step;
        Mesh mesh = solid_box(b->heap, vec3(x, y, z), vec3(x + step, y + step, z + step));
        vec_push(b->heap, &args, build_leaf_at(b, mesh, *map, 0));
    }
    bench(name, b, build_op(b, CSG_UNION, args.data, args.len));
}
static void case_cubes(Builder *b) {
    Affine3 map = affine3_identity();
    cubes(b, "cubes1000_0.1", 0.1, &map);
}
static void case_cubes_rotated(Builder *b) {
    Affine3 x = affine3_rotate(vec3(1, 0, 0), 10), y = affine3_rotate(vec3(0, 1, 0), 20),
            map = affine3_mul(&y, &x);
    cubes(b, "cubes1000_rot", 0.1, &map);
}

// All bars of all levels taken from one cube.
static void menger(Builder *b, const char *name, u32 levels) {
    VEC(u32) args = {0};
    vec_push(b->heap, &args, build_leaf(b, solid_box(b->heap, vec3(0, 0, 0), vec3(1, 1, 1))));
    u32 n = 1;
    for (u32 level = 0; level < levels; level++, n *= 3)
        for (u32 axis = 0; axis < 3; axis++)
            for (u32 i = 0; i < n * n; i++) {
                f64 s = 1.0 / n, lo[3], hi[3];
                u32 x = (axis + 1) % 3, y = (axis + 2) % 3;
                lo[axis] = 0;
                hi[axis] = 1;
                lo[x] = (i % n + 1.0 / 3) * s;
                hi[x] = (i % n + 2.0 / 3) * s;
                lo[y] = (i / n + 1.0 / 3) * s;
                hi[y] = (i / n + 2.0 / 3) * s;
                vec_push(b->heap, &args,
                         build_leaf(b, solid_box(b->heap, vec3(lo[0], lo[1], lo[2]),
                                                 vec3(hi[0], hi[1], hi[2]))));
            }
    bench(name, b, build_op(b, CSG_DIFFERENCE, args.data, args.len));
}
static void case_menger_2(Builder *b) {
    menger(b, "menger_2", 2);
}
static void case_menger_3(Builder *b) {
    menger(b, "menger_3", 3);
}
static void case_menger_4(Builder *b) {
    menger(b, "menger_4", 4);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(Builder *);
        bool is_large; // only when named
    } cases[] = {{"hole", case_hole, false},
                 {"sph1k", case_spheres_1k, false},
                 {"sph10k", case_spheres_10k, false},
                 {"sph100k", case_spheres_100k, false},
                 {"sph1m", case_spheres_1m, true},
                 {"plate30", case_plate_30, false},
                 {"flush30", case_plate_30_flush, false},
                 {"plate100", case_plate_100, true},
                 {"spheres100", case_spheres_100, false},
                 {"spheres1000", case_spheres_1000, true},
                 {"cubes", case_cubes, false},
                 {"cubesrot", case_cubes_rotated, false},
                 {"menger2", case_menger_2, false},
                 {"menger3", case_menger_3, false},
                 {"menger4", case_menger_4, true}};
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        bool wanted = argc < 2 && !cases[i].is_large;
        for (int a = 1; a < argc; a++)
            wanted = wanted || strcmp(argv[a], cases[i].name) == 0;
        if (!wanted)
            continue;
        Heap heap;
        heap_init(&heap, 0);
        Builder b = {.heap = &heap};
        cases[i].run(&b);
        heap_finish(&heap);
    }
    return 0;
}
