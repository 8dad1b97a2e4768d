// SPDX-License-Identifier: Apache-2.0
// beside DIR: asks the kernel's companions what other programs can be asked too, writes the
// questions to files in DIR, and prints lines "case ms answer" (CPU time, the middle of three
// runs). tests/bench/companions.py runs it and its peers. Files, in the machine's byte order:
//   NAME.points  f64 x, y, z each
//   NAME.mesh    u32 vertices, triangles; f64 x, y, z each; u32 corners of each triangle
//   rays         f64 from, to: x, y, z each
#include "compiler/mesh/hull.h"
#include "compiler/mesh/query.h"
#include "tests/bench/clock.h"

#include <stdio.h>

enum { RUNS = 3, N_SPHERE = 100000, N_BALL = 1000000, LATTICE = 40, N_RAYS = 100000 };

typedef struct Bench {
    Heap heap;
    const char *dir;
    bool ok;
    Mesh a, b, c; // a sphere; apart from it; crossing it
    PlacedMesh pa, pb, pc;
    Vec3 *rays; // 2 N_RAYS
    const Vec3 *points;
    u32 n_points;
} Bench;

static FILE *open_file(Bench *b, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", b->dir, name);
    FILE *f = fopen(path, "wb");
    b->ok = b->ok && f;
    return f;
}
static void write_points(Bench *b, const char *name, const Vec3 *points, u32 n) {
    FILE *f = open_file(b, name);
    if (f)
        b->ok = fwrite(points, sizeof *points, n, f) == n && !fclose(f) && b->ok;
}
static void write_mesh(Bench *b, const char *name, const Mesh *m) {
    FILE *f = open_file(b, name);
    const u32 counts[2] = {m->n_verts, m->n_tris};
    if (f)
        b->ok = fwrite(counts, sizeof counts, 1, f) == 1 &&
                fwrite(m->verts, sizeof(Vec3), m->n_verts, f) == m->n_verts &&
                fwrite(m->tris, 3 * sizeof(u32), m->n_tris, f) == m->n_tris && !fclose(f) && b->ok;
}

static void time_case(Bench *b, const char *name, f64 (*run)(Bench *)) {
    f64 ms[RUNS], answer = 0;
    for (u32 i = 0; i < RUNS; i++) {
        u64 start = cpu_now_ns();
        answer = run(b);
        ms[i] = ms_since(start);
    }
    qsort(ms, RUNS, sizeof *ms, compare_f64);
    printf("%s %.4f %.12g\n", name, ms[RUNS / 2], answer);
    fflush(stdout);
}

static f64 run_hull(Bench *b) {
    Mesh mesh;
    mesh_hull(&b->heap, b->points, b->n_points, &mesh);
    f64 volume = mesh_measure(&mesh).volume;
    mesh_finish(&mesh, &b->heap);
    return volume;
}
static f64 run_tree(Bench *b) {
    MeshTree *tree = mesh_tree_create(&b->heap, &b->a);
    mesh_tree_destroy(tree);
    return b->a.n_tris;
}
static f64 run_distance(Bench *b) {
    return mesh_distance(&b->pa, &b->pb, INFINITY).distance;
}
static f64 run_overlap(Bench *b) {
    return mesh_overlap(&b->heap, &b->pa, &b->pc).volume;
}
static f64 run_rays(Bench *b) {
    f64 sum = 0;
    for (u32 i = 0; i < N_RAYS; i++) {
        MeshHit hit;
        Vec3 way = vec3_sub(b->rays[2 * i + 1], b->rays[2 * i]);
        if (mesh_ray(&b->pa, b->rays[2 * i], way, &hit) && hit.t <= 1)
            sum += hit.t;
    }
    return sum;
}
static f64 run_inside(Bench *b) {
    u32 n = 0;
    for (u32 i = 0; i < N_RAYS; i++)
        n += mesh_contains(&b->pa, b->rays[2 * i + 1]);
    return n;
}

static void time_hull(Bench *b, const char *name, const char *file, const Vec3 *points, u32 n) {
    b->points = points;
    b->n_points = n;
    write_points(b, file, points, n);
    time_case(b, name, run_hull);
}

static f64 next_unit(u64 *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (f64)(*state >> 11) * 0x1p-52 - 1; // -1 .. 1
}
static Vec3 next_vec(u64 *state, f64 r) {
    f64 x = r * next_unit(state), y = r * next_unit(state);
    return vec3(x, y, r * next_unit(state));
}

static void make_hulls(Bench *b) {
    u64 state = 1;
    Vec3 *ball = heap_alloc_raw(&b->heap, N_BALL, sizeof *ball);
    for (u32 i = 0; i < N_BALL;) {
        ball[i] = next_vec(&state, 50);
        i += vec3_norm(ball[i]) < 50;
    }
    Vec3 *lattice = heap_alloc_raw(&b->heap, LATTICE * LATTICE * LATTICE, sizeof *lattice);
    for (u32 i = 0; i < LATTICE * LATTICE * LATTICE; i++)
        lattice[i] = vec3(i % LATTICE, i / LATTICE % LATTICE, i / LATTICE / LATTICE);
    Vec3 *sphere = sphere_points(&b->heap, N_SPHERE, 50);
    time_hull(b, "hull_sphere", "sphere.points", sphere, N_SPHERE);
    time_hull(b, "hull_ball", "ball.points", ball, N_BALL);
    time_hull(b, "hull_lattice", "lattice.points", lattice, LATTICE * LATTICE * LATTICE);
    mesh_hull(&b->heap, sphere, N_SPHERE, &b->a);
    b->a.is_simple = true; // as the solid room says of hulls
}

static void place_mesh(Bench *b, Mesh *mesh, PlacedMesh *placed, Vec3 by) {
    Affine3 map = affine3_rotate(vec3_unit(vec3(1, 2, 3)), 40);
    map.t = by;
    mesh_copy(mesh, &b->heap, &b->a);
    mesh_transform(mesh, &map);
    *placed = (PlacedMesh){mesh, mesh_tree_create(&b->heap, mesh), affine3_identity()};
}

static void make_questions(Bench *b) {
    b->pa = (PlacedMesh){&b->a, mesh_tree_create(&b->heap, &b->a), affine3_identity()};
    place_mesh(b, &b->b, &b->pb, vec3(80, 70, 30));
    place_mesh(b, &b->c, &b->pc, vec3(50, 0, 0));
    b->rays = heap_alloc_raw(&b->heap, 2 * N_RAYS, sizeof *b->rays);
    const Vec3 *from = sphere_points(&b->heap, N_RAYS, 120);
    u64 state = 2;
    for (u32 i = 0; i < N_RAYS; i++) {
        b->rays[2 * i] = from[i];
        b->rays[2 * i + 1] = next_vec(&state, 60);
    }
    write_mesh(b, "a.mesh", &b->a);
    write_mesh(b, "b.mesh", &b->b);
    write_mesh(b, "c.mesh", &b->c);
    write_points(b, "rays", b->rays, 2 * N_RAYS);
}

int main(int argc, char **argv) {
    Bench b = {.dir = argc > 1 ? argv[1] : NULL, .ok = argc > 1};
    if (!b.ok)
        return 2;
    heap_init(&b.heap, 0);
    make_hulls(&b);
    make_questions(&b);
    time_case(&b, "tree", run_tree);
    time_case(&b, "rays", run_rays);
    time_case(&b, "inside", run_inside);
    time_case(&b, "distance", run_distance);
    time_case(&b, "overlap", run_overlap);
    heap_finish(&b.heap);
    return !b.ok;
}
