// SPDX-License-Identifier: Apache-2.0
// Hulls: closed, convex without tolerance on whole coordinates, all points inside, coplanar faces
// one.
#include "compiler/mesh/hull.h"

#include "tests/unit/test.h"

static u64 random_state;
static u32 random_below(u32 n) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (u32)((random_state >> 33) % n);
}

static i64 coordinate(f64 x) {
    return (i64)x;
}

// Height of p above the triangle, exact for whole coordinates below 2^20.
static i64 height(const Mesh *m, u32 t, Vec3 p) {
    Vec3 a = m->verts[m->tris[3 * t]], b = m->verts[m->tris[3 * t + 1]],
         c = m->verts[m->tris[3 * t + 2]];
    i64 ux = coordinate(b.x - a.x), uy = coordinate(b.y - a.y), uz = coordinate(b.z - a.z);
    i64 vx = coordinate(c.x - a.x), vy = coordinate(c.y - a.y), vz = coordinate(c.z - a.z);
    return (uy * vz - uz * vy) * coordinate(p.x - a.x) +
           (uz * vx - ux * vz) * coordinate(p.y - a.y) +
           (ux * vy - uy * vx) * coordinate(p.z - a.z);
}

static bool has_twins(const Mesh *m) {
    for (u32 i = 0; i < 3 * m->n_tris; i++) {
        u32 a = m->tris[i], b = m->tris[i % 3 == 2 ? i - 2 : i + 1], n = 0;
        for (u32 j = 0; j < 3 * m->n_tris; j++)
            n += m->tris[j] == b && m->tris[j % 3 == 2 ? j - 2 : j + 1] == a;
        if (n != 1)
            return false;
    }
    return m->n_verts + m->n_tris - 3 * m->n_tris / 2 == 2;
}

// Whole coordinates: every claim is checked without tolerance.
static bool is_exact_hull(const Mesh *m, const Vec3 *points, u32 n) {
    for (u32 t = 0; t < m->n_tris; t++) {
        for (u32 i = 0; i < n; i++)
            if (height(m, t, points[i]) > 0)
                return false;
        for (u32 s = 0; s < m->n_tris; s++) { // one tag is one plane
            bool same_plane = true;
            for (u32 k = 0; k < 3; k++)
                same_plane = same_plane && height(m, t, m->verts[m->tris[3 * s + k]]) == 0;
            if (same_plane != (m->tags[s] == m->tags[t]))
                return false;
        }
    }
    return has_twins(m);
}

TEST(box_from_a_lattice) {
    for (u32 side = 2; side < 6; side++) {
        Heap heap;
        heap_init(&heap, 0);
        Vec3 points[125];
        u32 n = 0;
        for (u32 i = 0; i < side * side * side; i++)
            points[n++] = vec3(i % side, i / side % side, i / side / side);
        Mesh m;
        CHECK(mesh_hull(&heap, points, n, &m));
        CHECK_EQ(m.n_verts, 8);
        CHECK_EQ(m.n_tris, 12);
        u32 last = 0;
        for (u32 t = 0; t < m.n_tris; t++)
            last = MAX(last, m.tags[t]);
        CHECK_EQ(last, 5);
        CHECK(is_exact_hull(&m, points, n));
        mesh_finish(&m, &heap);
        CHECK_EQ(heap.own.used_size, 0);
        heap_finish(&heap);
    }
}

TEST(random_lattice_points) {
    for (u32 round = 0; round < 400; round++) {
        Heap heap;
        heap_init(&heap, 0);
        random_state = round;
        Vec3 points[200];
        u32 n = 4 + random_below(196), range = 2 + random_below(round % 2 ? 6 : 60);
        for (u32 i = 0; i < n; i++)
            points[i] = vec3(random_below(range), random_below(range), random_below(range));
        Mesh m;
        if (mesh_hull(&heap, points, n, &m))
            CHECK(is_exact_hull(&m, points, n));
        else
            CHECK(m.n_tris == 0);
        heap_finish(&heap);
    }
}

TEST(flat_or_few_points_have_no_hull) {
    Heap heap;
    heap_init(&heap, 0);
    Vec3 points[50];
    Mesh m;
    for (u32 i = 0; i < 50; i++)
        points[i] = vec3(i % 7, i / 7, 2.0 * (i % 7) - 3.0 * (i / 7));
    CHECK(!mesh_hull(&heap, points, 50, &m));
    CHECK(!mesh_hull(&heap, points, 3, &m));
    for (u32 i = 0; i < 50; i++)
        points[i] = vec3(i, i, i);
    CHECK(!mesh_hull(&heap, points, 50, &m));
    for (u32 i = 0; i < 50; i++)
        points[i] = vec3(1, 2, 3);
    CHECK(!mesh_hull(&heap, points, 50, &m));
    CHECK_EQ(heap.own.used_size, 0);
    heap_finish(&heap);
}

TEST(prism_of_two_circles) {
    Heap heap;
    heap_init(&heap, 0);
    enum { N = 64 };
    Vec3 points[2 * N];
    for (u32 i = 0; i < N; i++) {
        points[i] = vec3(10 * trig_cos(360.0 * i / N), 10 * trig_sin(360.0 * i / N), 0);
        points[N + i] = vec3(points[i].x, points[i].y, 7);
    }
    Mesh m;
    CHECK(mesh_hull(&heap, points, 2 * N, &m));
    CHECK_EQ(m.n_verts, 2 * N);
    CHECK_EQ(m.n_tris, 2 * (N - 2) + 2 * N);
    u32 last = 0;
    for (u32 t = 0; t < m.n_tris; t++)
        last = MAX(last, m.tags[t]);
    CHECK_EQ(last, N + 1);              // the walls are flat quadrilaterals
    for (u32 i = 0; i < m.n_verts; i++) // corners keep their doubles
        CHECK(m.verts[i].x == points[i].x && m.verts[i].y == points[i].y &&
              m.verts[i].z == points[i].z);
    heap_finish(&heap);
}

TEST(points_on_a_sphere) {
    Heap heap;
    heap_init(&heap, 0);
    enum { N = 3000 };
    static Vec3 points[N];
    random_state = 9;
    for (u32 i = 0; i < N; i++) {
        Vec3 p = vec3(random_below(2001) - 1000.0, random_below(2001) - 1000.0,
                      random_below(2001) - 1000.0);
        points[i] = vec3_scale(vec3_unit(p), 50);
    }
    Mesh m;
    CHECK(mesh_hull(&heap, points, N, &m));
    CHECK(m.n_verts > N - 40); // few coincide
    CHECK_EQ(m.n_tris, 2 * m.n_verts - 4);
    f64 volume = 0;
    for (u32 t = 0; t < m.n_tris; t++)
        volume += vec3_dot(m.verts[m.tris[3 * t]],
                           vec3_cross(m.verts[m.tris[3 * t + 1]], m.verts[m.tris[3 * t + 2]])) /
                  6;
    CHECK(volume > 0.99 * 4.1887902 * 125000 && volume < 4.1887903 * 125000);
    heap_finish(&heap);
}

TEST(coordinates_at_the_grid_limit) {
    Heap heap;
    heap_init(&heap, 0);
    Vec3 points[300];
    random_state = 3;
    for (u32 i = 0; i < 300; i++) // the widest differences that the grid has, on its faces
        points[i] =
            vec3(random_below(2) * 33554431.0, random_below(33554432), random_below(33554432));
    for (u32 i = 0; i < 8; i++)
        points[i] = vec3(i & 1 ? 33554431 : 0, i & 2 ? 33554431 : 0, i & 4 ? 33554431 : 0);
    Mesh m;
    CHECK(mesh_hull(&heap, points, 300, &m));
    CHECK_EQ(m.n_verts, 8);
    CHECK_EQ(m.n_tris, 12);
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(box_from_a_lattice), TEST_CASE(random_lattice_points),
          TEST_CASE(flat_or_few_points_have_no_hull), TEST_CASE(prism_of_two_circles),
          TEST_CASE(points_on_a_sphere), TEST_CASE(coordinates_at_the_grid_limit))
