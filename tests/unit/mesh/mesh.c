// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/test.h"

#include "compiler/mesh/mesh.h"

// A box 2 x 4 x 6 with its corner at the origin; corner i has bits x, y, z.
static void make_box(Mesh *m, Heap *heap) {
    static const u32 tris[36] = {0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4,
                                 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5};
    mesh_init(m, heap, 8, 12, false);
    for (u32 i = 0; i < 8; i++)
        m->verts[i] = vec3(i & 1 ? 2 : 0, i & 2 ? 4 : 0, i & 4 ? 6 : 0);
    memcpy(m->tris, tris, sizeof tris);
    memset(m->tags, 0, 12 * sizeof *m->tags);
}

TEST(a_box_is_closed_and_measured) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh m;
    make_box(&m, &heap);
    MeshCheck check = mesh_check(&heap, &m);
    CHECK_EQ(check.fault, MESH_OK);
    CHECK_EQ(check.n_components, 1);
    CHECK_EQ(check.genus, 0);
    MeshMeasure measure = mesh_measure(&m);
    CHECK_NEAR(measure.volume, 48, 1e-12);
    CHECK_NEAR(measure.area, 88, 1e-12);
    CHECK_NEAR(measure.center.z, 3, 1e-12);
    CHECK_NEAR(measure.inertia[0][0], 48.0 / 12 * (16 + 36), 1e-9); // m/12 (b2 + c2)
    CHECK_NEAR(measure.inertia[2][2], 48.0 / 12 * (4 + 16), 1e-9);
    CHECK_NEAR(measure.inertia[0][1], 0, 1e-9);
    heap_finish(&heap);
}

TEST(mirroring_keeps_it_outside_out) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh m;
    make_box(&m, &heap);
    Affine3 mirror = affine3_identity();
    mirror.m[0][0] = -1;
    mesh_transform(&m, &mirror);
    CHECK_EQ(mesh_check(&heap, &m).fault, MESH_OK);
    CHECK_NEAR(mesh_measure(&m).volume, 48, 1e-12);
    CHECK_NEAR(mesh_bounds(&m).min.x, -2, 0);
    heap_finish(&heap);
}

TEST(faults_are_found) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh m, broken;
    make_box(&m, &heap);
    mesh_copy(&broken, &heap, &m);
    broken.n_tris = 11;
    CHECK_EQ(mesh_check(&heap, &broken).fault, MESH_OPEN_EDGE);
    broken.n_tris = 12;
    broken.tris[5] = 8;
    CHECK_EQ(mesh_check(&heap, &broken).fault, MESH_INDEX_OUT_OF_RANGE);
    broken.tris[5] = broken.tris[4];
    CHECK_EQ(mesh_check(&heap, &broken).fault, MESH_DEGENERATE);
    broken.tris[5] = m.tris[5];
    u32 swap = broken.tris[0];
    broken.tris[0] = broken.tris[1];
    broken.tris[1] = swap;
    CHECK_EQ(mesh_check(&heap, &broken).fault, MESH_OPEN_EDGE);
    for (u32 t = 0; t < 12; t++) {
        broken.tris[3 * t] = m.tris[3 * t + 1];
        broken.tris[3 * t + 1] = m.tris[3 * t];
        broken.tris[3 * t + 2] = m.tris[3 * t + 2];
    }
    CHECK_EQ(mesh_check(&heap, &broken).fault, MESH_INSIDE_OUT);
    broken.verts[0].x = INFINITY;
    CHECK_EQ(mesh_check(&heap, &broken).fault, MESH_NOT_FINITE);
    heap_finish(&heap);
}

TEST(a_shared_corner_is_a_fault_until_split) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh one, two;
    make_box(&one, &heap);
    mesh_init(&two, &heap, 16, 24, false);
    for (u32 i = 0; i < 8; i++) { // the second box starts where the first ends
        two.verts[i] = one.verts[i];
        two.verts[8 + i] = vec3_add(one.verts[i], one.verts[7]);
    }
    for (u32 i = 0; i < 36; i++) {
        two.tris[i] = one.tris[i];
        two.tris[36 + i] = one.tris[i] + 8;
    }
    memset(two.tags, 0, 24 * sizeof *two.tags);
    MeshCheck check = mesh_check(&heap, &two);
    CHECK_EQ(check.fault, MESH_OK);
    CHECK_EQ(check.n_components, 2);
    CHECK_EQ(check.genus, 0);
    for (u32 i = 36; i < 72; i++)
        if (two.tris[i] == 8)
            two.tris[i] = 7;
    CHECK_EQ(mesh_check(&heap, &two).fault, MESH_PINCHED_VERTEX);
    heap_finish(&heap);
}

// Two tips over a ring: every vertex of the ring meets 4 triangles, the tips n each.
static void make_spindle(Mesh *mesh, Heap *heap, u32 n) {
    mesh_init(mesh, heap, n + 2, 2 * n, false);
    mesh->verts[0] = vec3(0, 0, -1);
    mesh->verts[1] = vec3(0, 0, 1);
    for (u32 i = 0; i < n; i++) {
        u32 a = 2 + i, b = 2 + (i + 1) % n;
        mesh->verts[a] = vec3(trig_cos(360.0 * i / n), trig_sin(360.0 * i / n), 0);
        u32 *t = mesh->tris + 6 * (size_t)i;
        t[0] = b, t[1] = a, t[2] = 0;
        t[3] = a, t[4] = b, t[5] = 1;
    }
    memset(mesh->tags, 0, 2 * (size_t)n * sizeof *mesh->tags);
}

TEST(a_vertex_of_many_triangles) {
    for (u32 n = 3; n <= 3000; n = n * 3 + 1) {
        Heap heap;
        heap_init(&heap, 0);
        Mesh m;
        make_spindle(&m, &heap, n);
        MeshCheck check = mesh_check(&heap, &m);
        CHECK_EQ(check.fault, MESH_OK);
        CHECK_EQ(check.n_components, 1);
        CHECK_EQ(check.genus, 0);
        u32 *twin = heap_alloc(&heap, 6 * (size_t)n, sizeof *twin), bad = 0;
        CHECK(mesh_twins(&heap, &m, twin, &bad));
        for (u32 h = 0; h < 6 * n; h++) {
            u32 next = h % 3 == 2 ? h - 2 : h + 1, t = twin[h];
            CHECK(twin[t] == h && m.tris[t] == m.tris[next] &&
                  m.tris[t % 3 == 2 ? t - 2 : t + 1] == m.tris[h]);
        }
        u32 *last = m.tris + 6 * (size_t)(n - 1);
        last[0] = last[3]; // now a degenerate triangle
        CHECK_EQ(mesh_check(&heap, &m).fault, MESH_DEGENERATE);
        last[0] = 3; // and now one whose edges are taken, or open
        CHECK_EQ(mesh_check(&heap, &m).fault, MESH_OPEN_EDGE);
        CHECK(!mesh_twins(&heap, &m, twin, &bad));
        heap_finish(&heap);
    }
}

// The same closed surface twice over: every edge joins four triangles.
TEST(a_surface_that_is_there_twice_is_a_fault) {
    for (u32 n = 4; n <= 400; n *= 10) {
        Heap heap;
        heap_init(&heap, 0);
        Mesh one, two;
        make_spindle(&one, &heap, n);
        mesh_init(&two, &heap, one.n_verts, 2 * one.n_tris, false);
        memcpy(two.verts, one.verts, one.n_verts * sizeof *one.verts);
        memcpy(two.tris, one.tris, 3 * (size_t)one.n_tris * sizeof *one.tris);
        memcpy(two.tris + 3 * (size_t)one.n_tris, one.tris,
               3 * (size_t)one.n_tris * sizeof *one.tris);
        memset(two.tags, 0, two.n_tris * sizeof *two.tags);
        CHECK_EQ(mesh_check(&heap, &two).fault, MESH_OPEN_EDGE);
        heap_finish(&heap);
    }
}

// How often the half-edge from a to b occurs.
static u32 count_edge(const Mesh *m, u32 a, u32 b) {
    u32 n = 0;
    for (u32 h = 0; h < 3 * m->n_tris; h++)
        n += m->tris[h] == a && m->tris[h % 3 == 2 ? h - 2 : h + 1] == b;
    return n;
}

// The long way round.
static MeshFault judge(const Mesh *m) {
    for (u32 t = 0; t < m->n_tris; t++)
        for (u32 k = 0; k < 3; k++)
            if (m->tris[3 * t + k] == m->tris[3 * t + (k + 1) % 3])
                return MESH_DEGENERATE;
    for (u32 h = 0; h < 3 * m->n_tris; h++) {
        u32 a = m->tris[h], b = m->tris[h % 3 == 2 ? h - 2 : h + 1];
        if (count_edge(m, a, b) != 1 || count_edge(m, b, a) != 1)
            return MESH_OPEN_EDGE;
    }
    for (u32 h = 0; h < 3 * m->n_tris; h++) {
        u32 v = m->tris[h], degree = 0, n = 0, at = h;
        for (u32 i = 0; i < 3 * m->n_tris; i++)
            degree += m->tris[i] == v;
        do { // over the edge that comes in, to the triangle beyond
            u32 from = m->tris[at % 3 ? at - 1 : at + 2];
            for (u32 i = 0; i < 3 * m->n_tris; i++)
                if (m->tris[i] == v && m->tris[i % 3 == 2 ? i - 2 : i + 1] == from) {
                    at = i;
                    break;
                }
            n++;
        } while (at != h && n <= degree);
        if (n != degree)
            return MESH_PINCHED_VERTEX;
    }
    return MESH_OK;
}

// Several spindles, some of whose corners are other vertices than they should be: often one vertex
// is taken for another throughout, so that surfaces pinch or run over one another.
TEST(changed_surfaces_are_judged_as_by_hand) {
    u32 state = 1, n_seen[MESH_INSIDE_OUT + 1] = {0};
    for (u32 round = 0; round < 3000; round++) {
        Heap heap;
        heap_init(&heap, 0);
        Mesh one, m;
        u32 n = 3 + round % 5, n_copies = 1 + round % 3;
        make_spindle(&one, &heap, n);
        mesh_init(&m, &heap, n_copies * one.n_verts, n_copies * one.n_tris, false);
        for (u32 i = 0; i < 3 * m.n_tris; i++)
            m.tris[i] = one.tris[i % (3 * one.n_tris)] + i / (3 * one.n_tris) * one.n_verts;
        for (u32 v = 0; v < m.n_verts; v++)
            m.verts[v] = one.verts[v % one.n_verts];
        for (u32 change = 0; change < 1 + round % 4; change++) {
            state = state * 1664525 + 1013904223;
            u32 from = (state >> 8) % m.n_verts;
            state = state * 1664525 + 1013904223;
            u32 to = (state >> 8) % m.n_verts, only = round % 2 ? NONE : from % (3 * m.n_tris);
            for (u32 i = 0; i < 3 * m.n_tris; i++)
                if (only == NONE ? m.tris[i] == from : i == only)
                    m.tris[i] = to;
        }
        MeshFault fault = mesh_check(&heap, &m).fault, expected = judge(&m);
        n_seen[expected]++;
        CHECK_EQ(fault == MESH_INSIDE_OUT ? MESH_OK : fault, expected);
        heap_finish(&heap);
    }
    CHECK(n_seen[MESH_OK] > 50 && n_seen[MESH_OPEN_EDGE] > 200 &&
          n_seen[MESH_PINCHED_VERTEX] > 50 && n_seen[MESH_DEGENERATE] > 50);
}

static void make_torus(Mesh *mesh, Heap *heap, u32 n, u32 m) {
    mesh_init(mesh, heap, n * m, 2 * n * m, false);
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j < m; j++) {
            f64 u = 360.0 * i / n, v = 360.0 * j / m, r = 3 + trig_cos(v);
            mesh->verts[i * m + j] = vec3(r * trig_cos(u), r * trig_sin(u), trig_sin(v));
            u32 i2 = (i + 1) % n, j2 = (j + 1) % m;
            u32 a = i * m + j, b = i2 * m + j, c = i2 * m + j2, d = i * m + j2;
            const u32 tris[6] = {a, b, c, a, c, d};
            memcpy(mesh->tris + 6 * (size_t)a, tris, sizeof tris);
        }
    memset(mesh->tags, 0, mesh->n_tris * sizeof *mesh->tags);
}

static bool same_check(MeshCheck a, MeshCheck b) {
    return a.fault == b.fault && a.index == b.index && a.n_components == b.n_components &&
           a.genus == b.genus && a.n_zero_area == b.n_zero_area;
}

TEST(threads_find_the_same) {
    for (u32 fault = 0; fault < 5; fault++) {
        Heap heap;
        heap_init(&heap, 0);
        Mesh m;
        make_torus(&m, &heap, 200, 150);
        u32 t = 40001;
        if (fault == 1)
            m.tris[3 * t] = m.tris[3 * t + 1];
        else if (fault == 2)
            m.tris[3 * t + 2] = 17;
        else if (fault == 3)
            m.tris[3 * t + 2] = m.n_verts;
        for (u32 i = 0; i < 3 * m.n_tris && fault == 4; i++)
            m.tris[i] = m.tris[i] == 20000 ? 100 : m.tris[i];
        static const MeshFault expected[5] = {MESH_OK, MESH_DEGENERATE, MESH_OPEN_EDGE,
                                              MESH_INDEX_OUT_OF_RANGE, MESH_PINCHED_VERTEX};
        MeshCheck check = mesh_check(&heap, &m);
        CHECK_EQ(check.fault, expected[fault]);
        if (!fault)
            CHECK_EQ(check.genus, 1);
        for (u32 n = 0; n < 8; n += 1 + n / 2) {
            CHECK(same_check(check, mesh_check_threads(&heap, &m, n)));
            ThreadTeam *team = thread_team_start(&heap, n);
            MeshCheck closed = mesh_check_closed(&heap, &m, team);
            thread_team_finish(team, &heap);
            CHECK(closed.fault == check.fault && closed.index == check.index);
        }
        CHECK_EQ(mesh_check_closed(&heap, &m, NULL).fault, expected[fault]);
        heap_finish(&heap);
    }
}

TEST_MAIN(TEST_CASE(a_box_is_closed_and_measured), TEST_CASE(mirroring_keeps_it_outside_out),
          TEST_CASE(faults_are_found), TEST_CASE(a_shared_corner_is_a_fault_until_split),
          TEST_CASE(a_vertex_of_many_triangles),
          TEST_CASE(a_surface_that_is_there_twice_is_a_fault),
          TEST_CASE(changed_surfaces_are_judged_as_by_hand), TEST_CASE(threads_find_the_same))
