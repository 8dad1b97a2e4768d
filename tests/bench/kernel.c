// SPDX-License-Identifier: Apache-2.0
// The boolean kernel's times: kernel [--threads N] [CASE ...] prints one line a case: name,
// triangles in and out, genus, the median of some runs in ms of CPU, and the share of each pass;
// --list the cases' names. kernel --write FILE CASE writes the case with its result for other
// kernels (csg_file.h) and prints one line of JSON instead: times, and the memory that one
// evaluation takes beyond its operands. Cases are those of spec/kernel.md; tests/bench/kernel.py
// compares.
#include "compiler/mesh/boolean_internal.h"
#include "tests/bench/csg_file.h"

#include <time.h>

enum { N_PASSES = 7 };
static const char *const pass_names[N_PASSES] = {"ingest",   "broad",  "narrow", "arrange",
                                                 "classify", "select", "merge"};

static int compare_f64(const void *a, const void *b) {
    f64 x = *(const f64 *)a, y = *(const f64 *)b;
    return (x > y) - (x < y);
}

static f64 cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (f64)t.tv_sec * 1e3 + (f64)t.tv_nsec / 1e6;
}

// A line of /proc/self/status in KiB, 0 where there is none. The peak can be set back on Linux.
static f64 memory_kib(const char *name) {
    char line[200];
    f64 kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, name, strlen(name)))
            kib = (f64)strtoul(line + strlen(name) + 1, NULL, 10);
    if (f)
        fclose(f);
    return kib;
}
static void reset_peak(void) {
    FILE *f = fopen("/proc/self/clear_refs", "w");
    if (f) {
        fputs("5", f);
        fclose(f);
    }
}

typedef struct Settings {
    const char *write_path;
    u32 n_threads;
} Settings;

// The driver of boolean.c with a clock; false on any failure.
static bool run_timed(Heap *heap, const CsgExpr *expr, u32 n_threads, Mesh *out, f64 *pass_ms) {
    Kernel k = {.heap = heap, .expr = expr, .n_threads = n_threads};
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
            bury(&k);
            broad(&k);
            break;
        case 2:
            narrow(&k);
            break;
        case 3:
            patch(&k);
            arrange(&k);
            break;
        case 4:
            take_ghosts_apart(&k);
            classify(&k);
            break;
        case 5:
            select_faces(&k, &faces, NULL);
            break;
        case 6:
            ok = merge(&k, &faces, false, out);
            faces_finish(&k, &faces);
            kernel_finish(&k);
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
    const Settings *set = b->user;
    CsgExpr expr = {b->leaves.data, b->leaves.len, b->nodes.data, b->nodes.len,
                    b->args.data,   b->args.len,   root};
    CsgOptions options = {.n_threads = set->n_threads};
    for (u32 l = 0; l < b->leaves.len; l++) // as the peers take theirs
        b->leaves.data[l].is_simple = true;
    enum { MAX_RUNS = 101 };
    f64 ms[MAX_RUNS], wall[MAX_RUNS], pass_ms[N_PASSES] = {0}, total = 0, memory = 0;
    u32 n_runs = 0, n_in = 0;
    for (u32 l = 0; l < expr.n_leaves; l++)
        n_in += expr.leaves[l].mesh->n_tris;
    Mesh out = {0};
    Status status = STATUS_OK;
    for (; n_runs < 3 || (n_runs < MAX_RUNS && total < 500); n_runs++) {
        mesh_finish(&out, b->heap);
        f64 before = memory_kib("VmRSS");
        reset_peak();
        u64 start = clock_now_ns();
        f64 cpu = cpu_ms();
        status = mesh_boolean(b->heap, &expr, options, &out, NULL);
        ms[n_runs] = cpu_ms() - cpu;
        wall[n_runs] = (f64)(clock_now_ns() - start) / 1e6;
        memory = n_runs ? memory : memory_kib("VmHWM") - before;
        total += ms[n_runs];
        if (status != STATUS_OK || total > 8000) {
            n_runs++;
            break;
        }
    }
    qsort(ms, n_runs, sizeof *ms, compare_f64);
    qsort(wall, n_runs, sizeof *wall, compare_f64);
    CsgResult result = csg_result_of(b->heap, status, &out, ms[n_runs / 2]);
    if (set->write_path) {
        FILE *f = fopen(set->write_path, "wb");
        bool ok = f && csg_write(f, b, root, 0, result);
        if (!f || fclose(f) || !ok)
            printf("cannot write %s\n", set->write_path);
        printf("{\"name\": \"%s\", \"status\": %d, \"in\": %u, \"out\": %u, \"components\": %.0f, "
               "\"genus\": %.0f, \"volume\": %.12g, \"area\": %.12g, \"cpu_ms\": %.4f, "
               "\"wall_ms\": %.4f, \"memory_mb\": %.1f, \"runs\": %u}\n",
               name, (int)result.status, n_in, out.n_tris, result.n_components, result.genus,
               result.volume, result.area, ms[n_runs / 2], wall[n_runs / 2], memory / 1024, n_runs);
        return;
    }
    if (result.status != 0) {
        printf("%-18s FAILED\n", name);
        return;
    }
    printf("%-18s in %8u out %8u comp %4.0f genus %6.0f  %10.3f ms  ", name, n_in, out.n_tris,
           result.n_components, result.genus, ms[n_runs / 2]);
    mesh_finish(&out, b->heap);
    if (run_timed(b->heap, &expr, options.n_threads, &out, pass_ms))
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

// n bands; rotated: the second sphere is turned by odd angles, so no two triangles are alike.
static void sphere_pair(Builder *b, const char *name, u32 n, bool is_rotated) {
    Affine3 map = affine3_identity();
    if (is_rotated) {
        Affine3 x = affine3_rotate(vec3(1, 0, 0), 10), y = affine3_rotate(vec3(0, 1, 0), 20);
        map = affine3_mul(&y, &x);
    }
    map.t = vec3(10, 0, 0);
    u32 x = build_leaf(b, solid_sphere(b->heap, vec3(0, 0, 0), 10, 2 * n, n));
    u32 y = build_leaf_at(b, solid_sphere(b->heap, vec3(0, 0, 0), 10, 2 * n, n), map, 0);
    bench(name, b, build_pair(b, CSG_DIFFERENCE, x, y));
}
static void case_spheres_1k(Builder *b) {
    sphere_pair(b, "sphdiff_1k", 16, false);
}
static void case_spheres_10k(Builder *b) {
    sphere_pair(b, "sphdiff_10k", 50, false);
}
static void case_spheres_100k(Builder *b) {
    sphere_pair(b, "sphdiff_100k", 158, false);
}
static void case_spheres_1m(Builder *b) {
    sphere_pair(b, "sphdiff_1m", 500, false);
}
static void case_rotated_1k(Builder *b) {
    sphere_pair(b, "sphdiff_rot_1k", 16, true);
}
static void case_rotated_10k(Builder *b) {
    sphere_pair(b, "sphdiff_rot_10k", 50, true);
}
static void case_rotated_100k(Builder *b) {
    sphere_pair(b, "sphdiff_rot_100k", 158, true);
}
static void case_rotated_1m(Builder *b) {
    sphere_pair(b, "sphdiff_rot_1m", 500, true);
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

// Cavities in a ball, each a surface of its own.
static void case_cheese(Builder *b) {
    VEC(u32) args = {0};
    vec_push(b->heap, &args, build_leaf(b, solid_sphere(b->heap, vec3(0, 0, 0), 10, 316, 158)));
    for (u32 i = 0; i < 2197; i++) {
        f64 x = i % 13 * 0.8 - 4.8, y = i / 13 % 13 * 0.8 - 4.8, z = i / 169 * 0.8 - 4.8;
        vec_push(b->heap, &args,
                 build_leaf(b, solid_box(b->heap, vec3(x - 0.2, y - 0.2, z - 0.2),
                                         vec3(x + 0.2, y + 0.2, z + 0.2))));
    }
    bench("cheese", b, build_op(b, CSG_DIFFERENCE, args.data, args.len));
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
static void case_cubes_unit(Builder *b) {
    Affine3 map = affine3_identity();
    cubes(b, "cubes1000_unit", 1, &map);
}
static void case_cubes_rotated(Builder *b) {
    Affine3 x = affine3_rotate(vec3(1, 0, 0), 10), y = affine3_rotate(vec3(0, 1, 0), 20),
            map = affine3_mul(&y, &x);
    cubes(b, "cubes1000_rot", 0.1, &map);
}

// All bars of all levels taken from one cube; in steps: those along x united and taken, then y, z.
static void menger(Builder *b, const char *name, u32 levels, bool in_steps) {
    VEC(u32) args = {0};
    u32 cube = build_leaf(b, solid_box(b->heap, vec3(0, 0, 0), vec3(1, 1, 1)));
    for (u32 axis = 0; axis < 3; axis++) {
        u32 n = 1;
        if (!in_steps && !axis)
            vec_push(b->heap, &args, cube);
        for (u32 level = 0; level < levels; level++, n *= 3)
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
        if (in_steps) {
            u32 bars = build_op(b, CSG_UNION, args.data, args.len);
            cube = build_pair(b, CSG_DIFFERENCE, cube, bars);
            args.len = 0;
        }
    }
    bench(name, b, in_steps ? cube : build_op(b, CSG_DIFFERENCE, args.data, args.len));
}
static void case_menger_2(Builder *b) {
    menger(b, "menger_2", 2, false);
}
static void case_menger_3(Builder *b) {
    menger(b, "menger_3", 3, false);
}
static void case_menger_4(Builder *b) {
    menger(b, "menger_4", 4, false);
}
static void case_menger_2_steps(Builder *b) {
    menger(b, "menger_2_steps", 2, true);
}
static void case_menger_3_steps(Builder *b) {
    menger(b, "menger_3_steps", 3, true);
}
static void case_menger_4_steps(Builder *b) {
    menger(b, "menger_4_steps", 4, true);
}

// Twelve parts as furniture has them, in decimal cm: butted rails, round legs in bored sockets, a
// dished seat with a slot, slats in a frame.
static void case_chair(Builder *b) {
    Heap *h = b->heap;
    u32 parts[12], n = 0;
    for (u32 i = 0; i < 4; i++) {
        f64 x = i % 2 ? 1.7 : -1.7, y = i / 2 ? 1.6 : -1.6;
        u32 leg = build_leaf(b, solid_cylinder(h, x, y, 0.2, 0, 4.5, 32, false));
        u32 bore = build_leaf(b, solid_cylinder(h, x, y, 0.05, -0.1, 0.4, 16, false));
        parts[n++] = build_pair(b, CSG_DIFFERENCE, leg, bore);
    }
    u32 seat[3];
    seat[0] = build_leaf(b, solid_box(h, vec3(-2, -2, 4.5), vec3(2, 2, 4.9)));
    seat[1] = build_leaf(b, solid_sphere(h, vec3(0, 0, 9.7), 5, 48, 24));
    seat[2] = build_leaf(b, solid_box(h, vec3(-0.6, 1.2, 4), vec3(0.6, 1.4, 6)));
    parts[n++] = build_op(b, CSG_DIFFERENCE, seat, 3);
    for (u32 i = 0; i < 2; i++) {
        f64 x = i ? 1.8 : -2;
        parts[n++] = build_leaf(b, solid_box(h, vec3(x, 1.8, 4.9), vec3(x + 0.2, 2, 4.9 + 4.2)));
    }
    for (u32 i = 0; i < 3; i++) { // of three panels of 0.6 from the middle: an ulp short of 1.8
        f64 z = 5.6 + i * 1.2;
        u32 rail = build_leaf(b, solid_box(h, vec3(-1.8, 1.8, z), vec3(3 * 0.6, 2, z + 0.4)));
        u32 hole = build_leaf(b, solid_box(h, vec3(-0.3, 1, z + 0.1), vec3(0.3, 3, z + 0.3)));
        parts[n++] = build_pair(b, CSG_DIFFERENCE, rail, hole);
    }
    for (u32 i = 0; i < 2; i++) {
        f64 y = i ? 1.5 : -1.7;
        parts[n++] = build_leaf(b, solid_box(h, vec3(-1.6, y, 1.2), vec3(1.6, y + 0.2, 1.5)));
    }
    bench("chair", b, build_op(b, CSG_UNION, parts, n));
}

// The union of n boxes of one height at random places, flush at top and bottom: about n / 4 of
// them lie over each place in the middle.
static void stack(Builder *b, const char *name, u32 n) {
    VEC(u32) args = {0};
    u64 state = 1;
    for (u32 i = 0; i < n; i++) {
        f64 at[4]; // x, y, and sizes
        for (u32 j = 0; j < 4; j++) {
            state = state * 6364136223846793005ull + 1442695040888963407ull;
            at[j] = (f64)(state >> 34) * 0x1p-30;
        }
        Vec3 lo = vec3(at[0], at[1], 0), hi = vec3(at[0] + at[2], at[1] + at[3], 0.25);
        vec_push(b->heap, &args, build_leaf(b, solid_box(b->heap, lo, hi)));
    }
    bench(name, b, build_op(b, CSG_UNION, args.data, n));
}
static void case_stack_400(Builder *b) {
    stack(b, "stack400", 400);
}
static void case_stack_1000(Builder *b) {
    stack(b, "stack1000", 1000);
}

// The union of n bars, twenty times as long as wide, through one place: turned in steps about one
// axis, half of them about each of two axes, or in all directions.
typedef enum BarKind { BARS_IN_RING, BARS_IN_TWO_RINGS, BARS_ANYHOW } BarKind;
static void bars(Builder *b, const char *name, u32 n, BarKind kind) {
    VEC(u32) args = {0};
    u64 state = 7;
    for (u32 i = 0; i < n; i++) {
        f64 turn[3]; // about z, then x and z again
        for (u32 j = 0; j < 3; j++) {
            state = state * 6364136223846793005ull + 1442695040888963407ull;
            turn[j] = kind == BARS_ANYHOW ? (f64)(state >> 34) * 0x1p-30 * 360 : 0;
        }
        if (kind != BARS_ANYHOW)
            turn[0] = 180.0 * i / n;
        if (kind == BARS_IN_TWO_RINGS) {
            turn[0] = 360.0 * (i / 2) / n;
            turn[1] = i % 2 * 90.0;
        }
        Affine3 z = affine3_rotate(vec3(0, 0, 1), turn[0]),
                x = affine3_rotate(vec3(1, 0, 0), turn[1]),
                w = affine3_rotate(vec3(0, 0, 1), turn[2]), map = affine3_mul(&x, &z);
        map = affine3_mul(&w, &map);
        Mesh bar = solid_box(b->heap, vec3(-5, -0.25, -0.25), vec3(5, 0.25, 0.25));
        vec_push(b->heap, &args, build_leaf_at(b, bar, map, 0));
    }
    bench(name, b, build_op(b, CSG_UNION, args.data, n));
}
static void case_bars_ring(Builder *b) {
    bars(b, "bars_ring_100", 100, BARS_IN_RING);
}
static void case_bars_rings(Builder *b) {
    bars(b, "bars_rings_200", 200, BARS_IN_TWO_RINGS);
}
static void case_bars(Builder *b) {
    bars(b, "bars_50", 50, BARS_ANYHOW);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(Builder *);
        bool is_large; // only when named
    } cases[] = {{"hole", case_hole, false},
                 {"chair", case_chair, false},
                 {"sph1k", case_spheres_1k, false},
                 {"sph10k", case_spheres_10k, false},
                 {"sph100k", case_spheres_100k, false},
                 {"sph1m", case_spheres_1m, true},
                 {"rot1k", case_rotated_1k, false},
                 {"rot10k", case_rotated_10k, false},
                 {"rot100k", case_rotated_100k, false},
                 {"rot1m", case_rotated_1m, true},
                 {"plate30", case_plate_30, false},
                 {"flush30", case_plate_30_flush, false},
                 {"plate100", case_plate_100, true},
                 {"spheres100", case_spheres_100, false},
                 {"spheres1000", case_spheres_1000, true},
                 {"cheese", case_cheese, true},
                 {"cubesunit", case_cubes_unit, false},
                 {"cubes", case_cubes, false},
                 {"cubesrot", case_cubes_rotated, false},
                 {"stack400", case_stack_400, true},
                 {"stack1000", case_stack_1000, true},
                 {"barsring", case_bars_ring, true},
                 {"barsrings", case_bars_rings, true},
                 {"bars50", case_bars, true},
                 {"menger2", case_menger_2, false},
                 {"menger3", case_menger_3, false},
                 {"menger4", case_menger_4, true},
                 {"menger2steps", case_menger_2_steps, false},
                 {"menger3steps", case_menger_3_steps, false},
                 {"menger4steps", case_menger_4_steps, true}};
    Settings settings = {.n_threads = 1};
    int first = 1;
    for (; first < argc && argv[first][0] == '-'; first++) {
        if (!strcmp(argv[first], "--list")) {
            for (u32 i = 0; i < COUNT_OF(cases); i++)
                printf("%s\n", cases[i].name);
            return 0;
        }
        if (first + 1 < argc && !strcmp(argv[first], "--write"))
            settings.write_path = argv[++first];
        else if (first + 1 < argc && !strcmp(argv[first], "--threads"))
            settings.n_threads = (u32)strtoul(argv[++first], NULL, 10);
        else
            return 2;
    }
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        bool wanted = argc <= first && !cases[i].is_large;
        for (int a = first; a < argc; a++)
            wanted = wanted || strcmp(argv[a], cases[i].name) == 0;
        if (!wanted)
            continue;
        Heap heap;
        heap_init(&heap, 0);
        Builder b = {.heap = &heap, .user = &settings};
        cases[i].run(&b);
        heap_finish(&heap);
    }
    return 0;
}
