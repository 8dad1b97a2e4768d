// SPDX-License-Identifier: Apache-2.0
// Shapes that break kernels: needles and slivers, fans of a thousand faces, deep stacks of
// coplanar faces, edges with hundreds of faces, contacts at an ulp or a quantum, operands that are
// doubled, inside out, empty or overlap themselves. Each has a known volume, number of pieces and
// genus, or is judged by winding numbers at random points and by V(A or B) + V(A and B) = V(A) +
// V(B).
#include "tests/unit/mesh/trees.h"

// ---- judging ----
typedef struct Result {
    Status status;
    Mesh mesh;
    MeshCheck check;
    MeshMeasure measure;
    bool is_whole; // OK, closed, and the same bytes when run again with threads
} Result;

static Result run(Builder *b, u32 root) {
    Result r = {0};
    CsgExpr expr = {b->leaves.data, b->leaves.len, b->nodes.data, b->nodes.len,
                    b->args.data,   b->args.len,   root};
    r.status = mesh_boolean(b->heap, &expr, (CsgOptions){.n_threads = 1}, &r.mesh, NULL);
    if (r.status != STATUS_OK)
        return r;
    r.check = mesh_check(b->heap, &r.mesh);
    r.measure = mesh_measure(&r.mesh);
    Mesh again;
    CsgOptions options = {.n_threads = 3, .split_finely = true};
    r.is_whole = r.check.fault == MESH_OK &&
                 mesh_boolean(b->heap, &expr, options, &again, NULL) == STATUS_OK &&
                 same_mesh(&r.mesh, &again);
    return r;
}

#define EXPECT(result, n_comp, gen, vol)                                                           \
    do {                                                                                           \
        Result test_r = (result);                                                                  \
        f64 test_v = (vol);                                                                        \
        CHECK_EQ(test_r.status, STATUS_OK);                                                        \
        CHECK(test_r.is_whole);                                                                    \
        CHECK_EQ(test_r.check.n_components, n_comp);                                               \
        CHECK_EQ(test_r.check.genus, gen);                                                         \
        CHECK_NEAR(test_r.measure.volume, test_v, 1e-6 * (1 + test_v));                            \
    } while (0)

// Random points of the operands' box: the result holds just those that the expression holds. How
// many could be judged; -1 if one was wrong.
static int judge_points(Builder *b, u32 root, const Mesh *mesh, u32 n, u64 seed) {
    Random r = {seed};
    Box3 box = box3_empty();
    for (u32 l = 0; l < b->leaves.len; l++)
        box = box3_join(box, mesh_bounds_in(b->leaves.data[l].mesh, &b->leaves.data[l].map));
    int *winding = HEAP_NEW(b->heap, int, b->leaves.len), n_judged = 0;
    Affine3 id = affine3_identity();
    for (u32 i = 0; i < n; i++) {
        f64 u[3];
        for (u32 c = 0; c < 3; c++)
            u[c] = pick_unit(&r);
        // Half of them about the middle, where most happens.
        if (i % 2)
            for (u32 c = 0; c < 3; c++)
                u[c] = 0.5 + (u[c] - 0.5) * 0.2;
        Vec3 size = box3_size(box);
        Vec3 p = vec3_add(box.min, vec3(size.x * u[0], size.y * u[1], size.z * u[2]));
        int got;
        bool sure = winding_at(mesh, &id, p, &got);
        for (u32 l = 0; sure && l < b->leaves.len; l++)
            sure = winding_at(b->leaves.data[l].mesh, &b->leaves.data[l].map, p, &winding[l]);
        if (!sure)
            continue;
        n_judged++;
        if (got != node_holds(b, root, winding)) {
            printf("at %.9g %.9g %.9g: winding %d\n", p.x, p.y, p.z, got);
            return -1;
        }
    }
    return n_judged;
}

// Union, intersection and both differences of x and y add up; all whole; points agree.
static bool judge_pair(Builder *b, u32 x, u32 y, f64 tolerance) {
    u32 nodes[6] = {x,
                    y,
                    build_pair(b, CSG_UNION, x, y),
                    build_pair(b, CSG_INTERSECTION, x, y),
                    build_pair(b, CSG_DIFFERENCE, x, y),
                    build_pair(b, CSG_DIFFERENCE, y, x)};
    f64 v[6];
    for (u32 i = 0; i < 6; i++) {
        Result r = run(b, nodes[i]);
        if (r.status != STATUS_OK || !r.is_whole) {
            printf("operation %u: status %d, %s\n", i, (int)r.status,
                   mesh_fault_text(r.check.fault));
            return false;
        }
        v[i] = r.measure.volume;
        if (i > 1 && judge_points(b, nodes[i], &r.mesh, 60, 7 * i) < 0)
            return false;
        mesh_finish(&r.mesh, b->heap);
    }
    bool ok = fabs(v[2] + v[3] - v[0] - v[1]) <= tolerance &&
              fabs(v[4] + v[3] - v[0]) <= tolerance && fabs(v[5] + v[3] - v[1]) <= tolerance;
    if (!ok)
        printf("A %.12g B %.12g or %.12g and %.12g A-B %.12g B-A %.12g\n", v[0], v[1], v[2], v[3],
               v[4], v[5]);
    return ok;
}

// ---- shapes ----
static Mesh box(Heap *heap, f64 x0, f64 y0, f64 z0, f64 x1, f64 y1, f64 z1) {
    return solid_box(heap, vec3(x0, y0, z0), vec3(x1, y1, z1));
}

static Mesh alike(Mesh mesh) {
    for (u32 t = 0; t < mesh.n_tris; t++)
        mesh.tags[t] = 1;
    return mesh;
}

// A pyramid over a regular polygon, its tip at (0, 0, h); h < 0 points down.
static Mesh cone(Heap *heap, f64 r, f64 base, f64 tip, u32 n, f64 phase) {
    Mesh mesh;
    mesh_init(&mesh, heap, n + 1, 2 * n - 2, false);
    for (u32 i = 0; i < n; i++)
        mesh.verts[i] =
            vec3(r * trig_cos(360.0 * i / n + phase), r * trig_sin(360.0 * i / n + phase), base);
    mesh.verts[n] = vec3(0, 0, tip);
    u32 t = 0;
    for (u32 i = 0; i < n; i++) {
        const u32 wall[3] = {i, (i + 1) % n, n}, floor_[3] = {0, i + 1, i};
        memcpy(mesh.tris + 3 * t++, wall, sizeof wall);
        if (i > 0 && i + 1 < n)
            memcpy(mesh.tris + 3 * t++, floor_, sizeof floor_);
    }
    for (t = 0; t < mesh.n_tris; t++) {
        mesh.tags[t] = 1;
        mesh.mats[t] = 0;
        if (tip < base) {
            u32 kept = mesh.tris[3 * t];
            mesh.tris[3 * t] = mesh.tris[3 * t + 1];
            mesh.tris[3 * t + 1] = kept;
        }
    }
    return mesh;
}
static f64 cone_volume(f64 r, f64 h, u32 n) {
    return n / 2.0 * trig_sin(360.0 / n) * r * r * fabs(h) / 3;
}

// A triangular prism about the z axis: from angle a to angle b, z from 0 to h.
static Mesh wedge(Heap *heap, f64 r, f64 a, f64 b, f64 h) {
    static const u8 tris[8][3] = {{0, 2, 1}, {3, 4, 5}, {0, 1, 4}, {0, 4, 3},
                                  {1, 2, 5}, {1, 5, 4}, {2, 0, 3}, {2, 3, 5}};
    Mesh mesh;
    mesh_init(&mesh, heap, 6, 8, false);
    for (u32 i = 0; i < 2; i++) {
        mesh.verts[3 * i] = vec3(0, 0, i * h);
        mesh.verts[3 * i + 1] = vec3(r * trig_cos(a), r * trig_sin(a), i * h);
        mesh.verts[3 * i + 2] = vec3(r * trig_cos(b), r * trig_sin(b), i * h);
    }
    for (u32 t = 0; t < 8; t++) {
        for (u32 c = 0; c < 3; c++)
            mesh.tris[3 * t + c] = tris[t][c];
        mesh.tags[t] = 1;
        mesh.mats[t] = 0;
    }
    return mesh;
}

// One mesh of several: it may overlap itself.
static Mesh joined(Heap *heap, const Mesh *parts, u32 n) {
    u32 n_verts = 0, n_tris = 0;
    for (u32 i = 0; i < n; i++) {
        n_verts += parts[i].n_verts;
        n_tris += parts[i].n_tris;
    }
    Mesh mesh;
    mesh_init(&mesh, heap, n_verts, n_tris, false);
    u32 v = 0, t = 0;
    for (u32 i = 0; i < n; i++) {
        memcpy(mesh.verts + v, parts[i].verts, parts[i].n_verts * sizeof(Vec3));
        for (u32 k = 0; k < parts[i].n_tris; k++, t++) {
            for (u32 c = 0; c < 3; c++)
                mesh.tris[3 * t + c] = parts[i].tris[3 * k + c] + v;
            mesh.tags[t] = parts[i].tags[k];
            mesh.mats[t] = 0;
        }
        v += parts[i].n_verts;
    }
    return mesh;
}

static Mesh inverted(Mesh mesh) {
    for (u32 t = 0; t < mesh.n_tris; t++) {
        u32 kept = mesh.tris[3 * t];
        mesh.tris[3 * t] = mesh.tris[3 * t + 1];
        mesh.tris[3 * t + 1] = kept;
    }
    return mesh;
}

#define BEGIN                                                                                      \
    Heap heap;                                                                                     \
    heap_init(&heap, 0);                                                                           \
    Builder b = {.heap = &heap}
#define END heap_finish(&heap)

static u32 join(Builder *b, CsgOp op, const u32 *nodes, u32 n) {
    return build_op(b, op, nodes, n);
}

// ---- thin things ----
TEST(needles_in_all_directions) {
    BEGIN;
    Random r = {99};
    u32 nodes[20];
    for (u32 i = 0; i < COUNT_OF(nodes); i++) {
        Affine3 turn = random_turn(&r);
        nodes[i] = build_leaf_at(&b, box(&heap, -500, -0.01, -0.01, 500, 0.01, 0.01), turn, 0);
    }
    u32 half = join(&b, CSG_UNION, nodes, 10), other = join(&b, CSG_UNION, nodes + 10, 10);
    CHECK(judge_pair(&b, half, other, 0.1));
    END;
}

// Tetrahedra 1 to 4 quanta high over a wide base, lying in and across each other and a box.
TEST(slivers) {
    for (u32 k = 0; k <= 4; k++) {
        BEGIN;
        f64 h = k * 0x1p-21; // the quantum of a frame from 8 to 16 long, in steps of one
        u32 x[4];
        x[0] = build_leaf(
            &b, solid_tetra(&heap, vec3(0, 0, 0), vec3(8, 0, 0), vec3(0, 8, 0), vec3(2, 2, h)));
        x[1] = build_leaf(
            &b, solid_tetra(&heap, vec3(1, 1, h), vec3(7, 1, 0), vec3(1, 7, 0), vec3(3, 3, 0)));
        x[2] = build_leaf(&b, box(&heap, 1, 1, -2, 3, 3, h / 2));
        x[3] = build_leaf(&b, box(&heap, 0, 0, 0, 9, 9, h));
        for (u32 i = 0; i < 4; i++)
            for (u32 j = i + 1; j < 4; j++)
                CHECK(judge_pair(&b, x[i], x[j], 1e-4));
        CHECK(judge_pair(&b, join(&b, CSG_UNION, x, 2), join(&b, CSG_UNION, x + 2, 2), 1e-4));
        END;
    }
}

TEST(star_of_spikes) {
    BEGIN;
    Random r = {5};
    u32 nodes[17];
    for (u32 i = 0; i < 16; i++) {
        Affine3 turn = random_turn(&r);
        nodes[i] = build_leaf_at(&b, cone(&heap, 0.3, 0, 10, 3 + i % 4, 0), turn, 0);
    }
    nodes[16] = build_leaf(&b, solid_sphere(&heap, vec3(0, 0, 0), 2, 24, 12));
    u32 spikes = join(&b, CSG_UNION, nodes, 16);
    CHECK(judge_pair(&b, spikes, nodes[16], 1e-3));
    Result star = run(&b, join(&b, CSG_UNION, nodes, 17));
    CHECK(star.is_whole);
    CHECK_EQ(star.check.n_components, 1);
    END;
}

// ---- many faces at a place ----
static Result run_pair(Heap *heap, CsgOp op, Mesh x, Mesh y) {
    Builder b = {.heap = heap};
    u32 first = build_leaf(&b, x), second = build_leaf(&b, y);
    return run(&b, build_pair(&b, op, first, second));
}

TEST(fans_of_a_thousand_faces) {
    BEGIN;
    const u32 n = 1000, few = 120;
    f64 v = cone_volume(5, 4, n), w = cone_volume(5, 4, few);
    Mesh up = cone(&heap, 5, -4, 0, n, 0), half = box(&heap, 0, -9, -9, 9, 9, 9);
    Mesh slice = box(&heap, -9, -9, -1, 9, 9, 1);
    EXPECT(run_pair(&heap, CSG_INTERSECTION, up, half), 1, 0,
           v / 2); // through the tip, along edges
    EXPECT(run_pair(&heap, CSG_DIFFERENCE, up, slice), 1, 0, v * (1 - 1.0 / 64));
    // Tip to tip: a vertex with two thousand faces, which must be parted.
    EXPECT(run_pair(&heap, CSG_UNION, up, cone(&heap, 5, 4, 0, n, 0)), 2, 0, 2 * v);
    // Tip in tip, one turned by half a step: slivers all along both, from one vertex.
    u32 x = build_leaf(&b, cone(&heap, 5, 4, 0, few, 0));
    u32 y = build_leaf(&b, cone(&heap, 5, 4, 0, few, 180.0 / few));
    CHECK(judge_pair(&b, x, y, 1e-4));
    f64 inner = trig_cos(180.0 / few) / trig_cos(90.0 / few); // see peg_in_a_hole_of_its_radius
    f64 both = few * trig_sin(180.0 / few) * inner * inner * 25 * 4 / 3;
    EXPECT(run(&b, build_pair(&b, CSG_INTERSECTION, x, y)), 1, 0, both);
    CHECK_NEAR(run(&b, build_pair(&b, CSG_UNION, x, y)).measure.volume, 2 * w - both, 1e-4);
    END;
}

// Wedges around one edge: filled they are one prism; every second one, and the edge has 200 faces.
TEST(an_edge_with_hundreds_of_faces) {
    BEGIN;
    enum { N = 200 };
    u32 all[N], every[N / 2];
    for (u32 i = 0; i < N; i++) {
        all[i] = build_leaf(&b, wedge(&heap, 10, 360.0 * i / N, 360.0 * (i + 1) / N, 3));
        every[i / 2] = i % 2 ? every[i / 2] : all[i];
    }
    f64 v = N / 2.0 * trig_sin(360.0 / N) * 100 * 3;
    Result whole = run(&b, join(&b, CSG_UNION, all, N));
    EXPECT(whole, 1, 0, v);
    CHECK_EQ(whole.mesh.n_tris, 4 * N - 4);
    EXPECT(run(&b, join(&b, CSG_UNION, every, N / 2)), N / 2, 0, v / 2);
    u32 prism = build_leaf(&b, alike(solid_cylinder(&heap, 0, 0, 10, 0, 3, N, false)));
    u32 rest = build_pair(&b, CSG_DIFFERENCE, prism, join(&b, CSG_UNION, every, N / 2));
    EXPECT(run(&b, rest), N / 2, 0, v / 2);
    END;
}

TEST(boxes_that_share_an_edge) {
    BEGIN;
    enum { N = 48 };
    u32 nodes[N];
    for (u32 i = 0; i < N; i++) {
        Affine3 turn = affine3_rotate(vec3(0, 0, 1), 360.0 * i / N);
        nodes[i] = build_leaf_at(&b, alike(box(&heap, 0, 0, 0, 10, 0.01, 1 + i % 7)), turn, 0);
    }
    u32 all = join(&b, CSG_UNION, nodes, N);
    Result r = run(&b, all);
    CHECK_EQ(r.status, STATUS_OK);
    CHECK(r.is_whole);
    CHECK_EQ(r.check.n_components, 1);
    CHECK(judge_points(&b, all, &r.mesh, 40, 3) > 10);
    END;
}

// Boxes of one height on whole places of a small field: the shadow's cells are counted.
static void check_stack(bool *test_ok, u32 n) {
    BEGIN;
    enum { MOST = 1000, SIDE = 24 };
    static bool is_covered[SIDE][SIDE];
    memset(is_covered, 0, sizeof is_covered);
    u32 nodes[MOST], n_cells = 0;
    Random r = {31};
    for (u32 i = 0; i < n; i++) {
        // All hold the middle, so all tops and all bottoms lie on each other there.
        u32 x0 = pick(&r, SIDE / 2), y0 = pick(&r, SIDE / 2);
        u32 x1 = SIDE / 2 + 1 + pick(&r, SIDE / 2), y1 = SIDE / 2 + 1 + pick(&r, SIDE / 2);
        if (i % 8) { // most are narrow, so that the outline is a staircase
            x1 = MIN(x1, SIDE / 2 + 2);
            x0 = MAX(x0, SIDE / 2 - 2);
        }
        nodes[i] = build_leaf(&b, alike(box(&heap, x0, y0, 0, x1, y1, 2)));
        for (u32 x = x0; x < x1; x++)
            for (u32 y = y0; y < y1; y++)
                is_covered[x][y] = true;
    }
    for (u32 i = 0; i < SIDE * SIDE; i++)
        n_cells += is_covered[i / SIDE][i % SIDE];
    Result whole = run(&b, join(&b, CSG_UNION, nodes, n));
    EXPECT(whole, 1, 0, 2.0 * n_cells);
    CHECK_EQ(whole.mesh.n_tris % 4, 0); // an outline of right angles has an even number of corners
    CHECK(whole.mesh.n_tris < 400);
    EXPECT(run(&b, join(&b, CSG_INTERSECTION, nodes, n)), 1, 0, 8.0);
    END;
}

TEST(deep_stacks_of_coplanar_faces) {
    check_stack(test_ok, 32);
    check_stack(test_ok, 1000);
}

TEST(checkerboards) {
    BEGIN;
    enum { SIDE = 7 };
    u32 nodes[SIDE * SIDE * SIDE + 1], n = 0;
    nodes[n++] = build_leaf(&b, alike(box(&heap, 0, 0, 0, SIDE, SIDE, SIDE)));
    for (u32 i = 0; i < SIDE * SIDE * SIDE; i++) {
        u32 x = i % SIDE, y = i / SIDE % SIDE, z = i / SIDE / SIDE;
        if ((x + y + z) % 2 == 0)
            nodes[n++] = build_leaf(&b, alike(box(&heap, x, y, z, x + 1, y + 1, z + 1)));
    }
    EXPECT(run(&b, join(&b, CSG_UNION, nodes + 1, n - 1)), n - 1, 0, n - 1);
    // The other colour: its cubes touch only at edges too.
    EXPECT(run(&b, join(&b, CSG_DIFFERENCE, nodes, n)), SIDE * SIDE * SIDE - (n - 1), 0,
           SIDE * SIDE * SIDE - (n - 1.0));
    Result whole = run(&b, join(&b, CSG_UNION, nodes, n));
    EXPECT(whole, 1, 0, SIDE * SIDE * SIDE);
    CHECK_EQ(whole.mesh.n_tris, 12);
    END;
}

// ---- shells and holes ----
TEST(nested_shells) {
    BEGIN;
    enum { N = 60 };
    u32 shells[N / 2], cubes[N];
    f64 volume = 0;
    for (u32 i = 0; i < N; i++) {
        f64 s = N - i;
        cubes[i] = build_leaf(&b, box(&heap, -s, -s, -s, s, s, s));
        volume += (i % 2 ? -8 : 8) * s * s * s;
        if (i % 2)
            shells[i / 2] = build_pair(&b, CSG_DIFFERENCE, cubes[i - 1], cubes[i]);
    }
    EXPECT(run(&b, join(&b, CSG_UNION, shells, N / 2)), N, 0, volume);
    // The same the long way round: c0 - (c1 - (c2 - ...)).
    u32 nest = cubes[N - 1];
    for (u32 i = N - 1; i-- > 0;)
        nest = build_pair(&b, CSG_DIFFERENCE, cubes[i], nest);
    EXPECT(run(&b, nest), N, 0, volume);
    EXPECT(run(&b, join(&b, CSG_UNION, cubes, N)), 1, 0, 8.0 * N * N * N);
    EXPECT(run(&b, join(&b, CSG_INTERSECTION, cubes, N)), 1, 0, 8);
    END;
}

// Many pieces of surface of which each must learn by a ray what lies around it: cavities in a ball
// and in a second one inside the first, cubes beside them that no tool meets.
TEST(cavities_in_balls) {
    enum { N = 9 };
    for (u32 simple = 0; simple < 2; simple++) {
        BEGIN;
        VEC(u32) tools = {0}, apart = {0};
        Mesh outer = solid_sphere(&heap, vec3(0, 0, 0), 10, 40, 20),
             inner = solid_sphere(&heap, vec3(0.1, 0.2, 0.3), 4, 24, 12);
        f64 volume = mesh_measure(&outer).volume - mesh_measure(&inner).volume;
        u32 shell = build_pair(&b, CSG_DIFFERENCE, build_leaf(&b, outer), build_leaf(&b, inner));
        u32 n_components = 2;
        for (u32 i = 0; i < N * N * N; i++) {
            Vec3 c = vec3(3.0 * (i % N) - 12, 3.0 * (i / N % N) - 12, 3.0 * (i / N / N) - 12.05);
            Mesh cube =
                box(&heap, c.x - 0.3, c.y - 0.3, c.z - 0.3, c.x + 0.3, c.y + 0.3, c.z + 0.3);
            f64 r = vec3_norm(c);
            if ((r > 3 && r < 5) || (r > 9 && r < 11))
                continue; // near a ball's surface
            vec_push(&heap, i % 7 ? &tools : &apart, build_leaf(&b, cube));
            bool is_in_shell = r > 4 && r < 10;
            if (i % 7 ? !is_in_shell : is_in_shell)
                continue; // in the void, or in the matter
            n_components++;
            volume += i % 7 ? -0.6 * 0.6 * 0.6 : 0.6 * 0.6 * 0.6;
        }
        for (u32 l = 0; l < b.leaves.len; l++)
            b.leaves.data[l].is_simple = simple;
        u32 holes = build_op(&b, CSG_UNION, tools.data, tools.len);
        vec_push(&heap, &apart, build_pair(&b, CSG_DIFFERENCE, shell, holes));
        EXPECT(run(&b, build_op(&b, CSG_UNION, apart.data, apart.len)), n_components, 0, volume);
        END;
    }
}

TEST(flush_holes) {
    BEGIN;
    enum { N = 8 };
    u32 nodes[N * N + 1], sides = 12;
    nodes[0] = build_leaf(&b, box(&heap, 0, 0, 0, N, N, 1));
    f64 hole = sides / 2.0 * trig_sin(360.0 / sides) * 0.3 * 0.3;
    for (u32 i = 0; i < N * N; i++)
        nodes[i + 1] = build_leaf(
            &b, solid_cylinder(&heap, i % N + 0.5, i / N + 0.5, 0.3, 0, 1, sides, false));
    Result plate = run(&b, join(&b, CSG_DIFFERENCE, nodes, N * N + 1));
    EXPECT(plate, 1, N * N, N * N * (1 - hole));
    CHECK_EQ(plate.mesh.n_tris, 12 + N * N * (4 * sides + 4)); // no skins, no needless cuts
    u32 pegs = join(&b, CSG_UNION, nodes + 1, N * N);
    EXPECT(run(&b, pegs), N * N, 0, N * N * hole);
    u32 holed = join(&b, CSG_DIFFERENCE, nodes, N * N + 1);
    EXPECT(run(&b, build_pair(&b, CSG_UNION, holed, pegs)), 1, 0, N * N);
    END;
}

// Faces within a plate's faces, of each kind on its own and in all combinations, the plate before
// and after what it is joined with.
typedef struct Feature {
    f64 box[2][6];    // one or two that are alike
    bool is_taken[2]; // subtracted
    f64 volume;
    u32 genus;
} Feature;

static const Feature FEATURES[] = {
    {{{2, 2, 0, 3, 3, 1}, {2, 4, 0, 3, 5, 1}}, {1, 1}, -2, 2}, // flush at both ends
    {{{5, 2, -1, 6, 3, 2}}, {1}, -1, 1},                       // through
    {{{8, 2, 1, 9, 3, 2}, {8, 2, -1, 9, 3, 0}}, {0, 0}, 2, 0}, // standing on it, hanging from it
    {{{2, 6, 0, 3, 7, 1}, {3, 6, 0, 4, 7, 1}}, {1, 1}, -2, 1}, // side by side
    {{{0, 9, 0, 1, 10, 1}}, {1}, -1, 0},                       // at the plate's rim
    {{{6, 6, 1, 9, 9, 2}, {7, 7, 1, 8, 8, 2}}, {0, 1}, 8, 0},  // one within the other
    {{{2, 11, 0, 3, 12, 1}, {3, 12, 0, 4, 13, 1}}, {1, 1}, -2, 1},       // with a common edge
    {{{6, 11, 0.5, 9, 12, 1}, {7, 10, 0.5, 8, 13, 1}}, {1, 1}, -2.5, 0}, // across each other
};

TEST(faces_within_faces) {
    enum { N = sizeof FEATURES / sizeof *FEATURES };
    for (u32 mask = 0; mask < 2u << N; mask++) {
        BEGIN;
        u32 added[32], taken[32], n_added = 0, n_taken = 1, genus = 0;
        bool is_last = mask >> N;
        f64 volume = 15 * 15;
        u32 plate = build_leaf(&b, box(&heap, 0, 0, 0, 15, 15, 1));
        if (!is_last)
            added[n_added++] = plate;
        for (u32 i = 0; i < N; i++) {
            const Feature *f = &FEATURES[i];
            if (!(mask >> i & 1))
                continue;
            volume += f->volume;
            genus += f->genus;
            for (u32 j = 0; j < 2 && f->box[j][3] > 0; j++) {
                const f64 *at = f->box[j];
                u32 leaf = build_leaf(&b, box(&heap, at[0], at[1], at[2], at[3], at[4], at[5]));
                if (f->is_taken[j])
                    taken[n_taken++] = leaf;
                else
                    added[n_added++] = leaf;
            }
        }
        if (is_last)
            added[n_added++] = plate;
        taken[0] = join(&b, CSG_UNION, added, n_added);
        EXPECT(run(&b, join(&b, CSG_DIFFERENCE, taken, n_taken)), 1, genus, volume);
        END;
    }
}

TEST(peg_in_a_hole_of_its_radius) {
    const f64 phases[5] = {0, 90, 1e-7, 0.01, 5.625};
    for (u32 i = 0; i < 5; i++) {
        BEGIN;
        u32 n = 32;
        u32 plate = build_leaf(&b, alike(box(&heap, -10, -10, 0, 10, 10, 5)));
        u32 tool = build_leaf(&b, alike(solid_cylinder(&heap, 0, 0, 4, -1, 6, n, false)));
        Affine3 turn = affine3_rotate(vec3(0, 0, 1), phases[i]);
        u32 peg = build_leaf_at(&b, alike(solid_cylinder(&heap, 0, 0, 4, 0, 5, n, false)), turn, 0);
        u32 holed = build_pair(&b, CSG_DIFFERENCE, plate, tool);
        Result r = run(&b, build_pair(&b, CSG_UNION, holed, peg));
        CHECK(r.is_whole);
        // A turned peg leaves gaps that its corners close: n holes right through.
        f64 area = n / 2.0 * trig_sin(360.0 / n) * 16, deep = 0;
        if (i < 2) {
            EXPECT(r, 1, 0, 2000);
            CHECK_EQ(r.mesh.n_tris, 12);
        } else if (i == 4) { // half a step: the common part is a polygon of 2 n sides
            f64 inner = 4 * trig_cos(180.0 / n) / trig_cos(90.0 / n);
            deep = area - n * trig_sin(180.0 / n) * inner * inner;
            EXPECT(r, 1, n, 2000 - 5 * deep);
        }
        CHECK_NEAR(r.measure.volume, 2000 - 5 * deep, 0.1);
        CHECK(judge_pair(&b, holed, peg, 1e-4));
        END;
    }
}

// ---- contacts that nearly are ----
TEST(faces_some_quanta_apart) {
    for (int k = -4; k <= 4; k++) {
        BEGIN;
        f64 gap = k * 0x1p-21; // the frame is 8 to 16 long
        u32 low = build_leaf(&b, alike(box(&heap, 0, 0, 0, 3, 3, 5)));
        u32 high = build_leaf(&b, alike(box(&heap, 0, 0, 5 + gap, 3, 3, 10)));
        Result r = run(&b, build_pair(&b, CSG_UNION, low, high));
        EXPECT(r, k > 0 ? 2u : 1u, 0, 90);
        CHECK(k > 0 || r.mesh.n_tris == 12);
        Result both = run(&b, build_pair(&b, CSG_INTERSECTION, low, high));
        CHECK_EQ(both.mesh.n_tris, k < 0 ? 12 : 0);
        CHECK_NEAR(both.measure.volume, k < 0 ? -9 * gap : 0, 1e-12);
        CHECK(judge_pair(&b, low, high, 1e-9));
        // One face leans by so much.
        Mesh leaning = alike(box(&heap, 0, 0, 5, 3, 3, 10));
        leaning.verts[0].z += gap;
        leaning.verts[1].z += gap;
        u32 lean = build_leaf(&b, leaning);
        CHECK(judge_pair(&b, low, lean, 1e-5));
        CHECK(judge_pair(&b, high, lean, 1e-5));
        END;
    }
}

TEST(lattices_touching_within_an_ulp) {
    BEGIN;
    enum { SIDE = 5 };
    u32 nodes[SIDE * SIDE * SIDE];
    Random r = {77};
    for (u32 i = 0; i < SIDE * SIDE * SIDE; i++) {
        f64 x = i % SIDE * 0.1, y = i / SIDE % SIDE * 0.1, z = i / SIDE / SIDE * 0.1;
        Mesh mesh = alike(box(&heap, x, y, z, x + 0.1, y + 0.1, z + 0.1));
        for (u32 v = 0; v < mesh.n_verts; v++)
            for (u32 c = 0; c < 3; c++) {
                f64 w = vec3_get(mesh.verts[v], c);
                vec3_set(&mesh.verts[v], c, w + (pick(&r, 3) - 1.0) * w * 0x1p-52);
            }
        nodes[i] = build_leaf(&b, mesh);
    }
    Result whole = run(&b, join(&b, CSG_UNION, nodes, COUNT_OF(nodes)));
    EXPECT(whole, 1, 0, 0.125);
    CHECK_EQ(whole.mesh.n_tris, 12);
    // Two of them, half over each other, and one taken from the other.
    u32 block = build_leaf(&b, alike(box(&heap, 0.1 + 0.2, 0, 0, 0.5, 0.5, 0.5)));
    u32 lattice = join(&b, CSG_UNION, nodes, COUNT_OF(nodes));
    Result rest = run(&b, build_pair(&b, CSG_DIFFERENCE, lattice, block));
    EXPECT(rest, 1, 0, 0.075);
    CHECK_EQ(rest.mesh.n_tris, 12);
    END;
}

TEST(edge_or_vertex_contact_only) {
    BEGIN;
    u32 first = build_leaf(&b, box(&heap, 0, 0, 0, 1, 1, 1));
    const f64 other[3][3] = {{1, 1, 0}, {1, 1, 1}, {0, 1, 1}};
    for (u32 i = 0; i < 3; i++) {
        u32 second = build_leaf(&b, box(&heap, other[i][0], other[i][1], other[i][2],
                                        other[i][0] + 1, other[i][1] + 1, other[i][2] + 1));
        Result r = run(&b, build_pair(&b, CSG_UNION, first, second));
        EXPECT(r, 2, 0, 2);
        CHECK_EQ(r.mesh.n_verts, 16);
        EXPECT(run(&b, build_pair(&b, CSG_INTERSECTION, first, second)), 0, 0, 0);
        EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, first, second)), 1, 0, 1);
    }
    // An edge against the middle of a face, a tip against the middle of a face.
    u32 ridge = build_leaf(&b, solid_tetra(&heap, vec3(0.2, 0.5, 1), vec3(0.8, 0.5, 1),
                                           vec3(0.5, 0, 2), vec3(0.5, 1, 2)));
    u32 tip = build_leaf(
        &b, solid_tetra(&heap, vec3(0.5, 0.5, 1), vec3(0, 0, 2), vec3(1, 0, 2), vec3(0.5, 1, 2)));
    EXPECT(run(&b, build_pair(&b, CSG_UNION, first, ridge)), 2, 0, 1 + 0.1);
    EXPECT(run(&b, build_pair(&b, CSG_UNION, first, tip)), 2, 0, 1 + 1.0 / 6);
    EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, first, ridge)), 1, 0, 1);
    EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, first, tip)), 1, 0, 1);
    END;
}

// ---- operands that are not as they should be ----
TEST(operands_that_overlap_themselves) {
    BEGIN;
    enum { N = 40 };
    Random r = {12};
    Mesh parts[N];
    u32 nodes[N];
    for (u32 i = 0; i < N; i++) {
        parts[i] = alike(i % 3 ? random_box(&r, &heap, 6) : random_tetra(&r, &heap, 6));
        nodes[i] = build_leaf(&b, parts[i]);
    }
    u32 heap_of = build_leaf(&b, joined(&heap, parts, N)), all = join(&b, CSG_UNION, nodes, N);
    Result x = run(&b, heap_of), y = run(&b, all);
    CHECK(x.is_whole && y.is_whole);
    CHECK_NEAR(x.measure.volume, y.measure.volume, 1e-9);
    CHECK_NEAR(x.measure.area, y.measure.area, 1e-9);
    CHECK_EQ(x.check.genus, y.check.genus);
    CHECK_EQ(x.check.n_components, y.check.n_components);
    u32 tool = build_leaf(&b, box(&heap, 1, 1, 1, 4, 5, 6));
    CHECK(judge_pair(&b, heap_of, tool, 1e-9));
    CHECK(judge_pair(&b, heap_of, all, 1e-9));
    END;
}

// A box and a tetrahedron in one mesh: an edge of the one is a diagonal of the other's face, and
// both have its ends. The faces at that edge cut the face; that they share two corners with it is
// no reason to take them for neighbours that meet in an edge of both.
TEST(an_edge_along_a_diagonal) {
    BEGIN;
    static const Vec3 ends[2][2] = {{{0, 0, 4}, {4, 4, 4}}, {{4, 0, 4}, {0, 4, 4}}};
    for (u32 i = 0; i < 2; i++) {
        Vec3 p = {i ? 3 : 1, 3, 7}, q = {i ? 2 : 3, i ? 1 : 2, 1}; // above the top, and within
        Mesh solid = box(b.heap, 0, 0, 0, 4, 4, 4),
             tetra = solid_tetra(b.heap, ends[i][0], ends[i][1], p, q);
        if (mesh_measure(&tetra).volume < 0)
            tetra = solid_tetra(b.heap, ends[i][0], ends[i][1], q, p);
        u32 apart = build_pair(&b, CSG_UNION, build_leaf(&b, solid), build_leaf(&b, tetra)),
            as_one = build_leaf(&b, solid_both(b.heap, solid, tetra));
        Result want = run(&b, apart);
        EXPECT(run(&b, as_one), want.check.n_components, want.check.genus, want.measure.volume);
        CHECK(judge_points(&b, as_one, &want.mesh, 300, 7) > 100);
    }
    END;
}

TEST(operands_inside_out) {
    BEGIN;
    u32 cube = build_leaf(&b, box(&heap, 0, 0, 0, 2, 2, 2));
    u32 hole = build_leaf(&b, inverted(box(&heap, 1, 1, 1, 3, 3, 3)));
    EXPECT(run(&b, hole), 0, 0, 0);
    EXPECT(run(&b, build_pair(&b, CSG_UNION, cube, hole)), 1, 0, 8);
    EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, cube, hole)), 1, 0, 8);
    EXPECT(run(&b, build_pair(&b, CSG_INTERSECTION, cube, hole)), 0, 0, 0);
    EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, hole, cube)), 0, 0, 0);
    const Mesh shell[2] = {box(&heap, 0, 0, 0, 4, 4, 4), inverted(box(&heap, 1, 1, 1, 3, 3, 3))};
    u32 hollow = build_leaf(&b, joined(&heap, shell, 2));
    EXPECT(run(&b, hollow), 2, 0, 56);
    u32 drill = build_leaf(&b, box(&heap, 1.5, 1.5, -1, 2.5, 2.5, 5));
    EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, hollow, drill)), 1, 1, 54);
    // A half of it inside out, beside the other: what is wound once less is no matter.
    const Mesh pair[2] = {box(&heap, 0, 0, 0, 2, 2, 2), inverted(box(&heap, 1, 0, 0, 3, 2, 2))};
    EXPECT(run(&b, build_leaf(&b, joined(&heap, pair, 2))), 1, 0, 4);
    // Mirrored by its map it is no more inside out than it was.
    Affine3 mirror = affine3_identity();
    mirror.m[0][0] = -1;
    u32 mirrored = build_leaf_at(&b, box(&heap, 0, 0, 0, 2, 2, 2), mirror, 0);
    EXPECT(run(&b, build_pair(&b, CSG_UNION, cube, mirrored)), 1, 0, 16);
    END;
}

TEST(empty_operands) {
    BEGIN;
    Mesh none = {0};
    u32 nothing = build_leaf(&b, none), cube = build_leaf(&b, box(&heap, 0, 0, 0, 1, 1, 1));
    EXPECT(run(&b, nothing), 0, 0, 0);
    EXPECT(run(&b, build_pair(&b, CSG_UNION, nothing, cube)), 1, 0, 1);
    EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, cube, nothing)), 1, 0, 1);
    EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, nothing, cube)), 0, 0, 0);
    EXPECT(run(&b, build_pair(&b, CSG_INTERSECTION, cube, nothing)), 0, 0, 0);
    for (u32 op = CSG_UNION; op <= CSG_DIFFERENCE; op++) {
        EXPECT(run(&b, build_op(&b, (CsgOp)op, NULL, 0)), 0, 0, 0); // of no operands at all
        EXPECT(run(&b, build_op(&b, (CsgOp)op, &cube, 1)), 1, 0, 1);
    }
    // Flat and pointlike ones hold no matter.
    u32 flat = build_leaf(&b, box(&heap, 0, 0, 1, 1, 1, 1)),
        dot = build_leaf(&b, box(&heap, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5));
    EXPECT(run(&b, build_pair(&b, CSG_UNION, cube, flat)), 1, 0, 1);
    EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, cube, dot)), 1, 0, 1);
    EXPECT(run(&b, build_pair(&b, CSG_INTERSECTION, flat, cube)), 0, 0, 0);
    END;
}

// Nothing can be told apart in these scenes, and nothing is there; they are not refused.
TEST(scenes_of_one_point) {
    const f64 places[6] = {0, 4, 0.1, -0x1p-54, 1e15, 1e-300};
    for (u32 i = 0; i < COUNT_OF(places); i++) {
        BEGIN;
        f64 x = places[i], y = x * 3;
        u32 dot = build_leaf(&b, box(&heap, x, y, 0, x, y, 0));
        EXPECT(run(&b, dot), 0, 0, 0);
        u32 other = build_leaf(&b, solid_box(&heap, vec3(x, y, 0), vec3(x * (1 + 0x1p-52), y, 0)));
        EXPECT(run(&b, build_pair(&b, CSG_UNION, dot, other)), 0, 0, 0);
        END;
    }
}

TEST(operands_many_times_over) {
    BEGIN;
    u32 cube = build_leaf(&b, box(&heap, 0, 0, 0, 1, 1, 1)), times[1000];
    for (u32 i = 0; i < COUNT_OF(times); i++)
        times[i] = cube;
    Result once = run(&b, cube), many = run(&b, join(&b, CSG_UNION, times, COUNT_OF(times)));
    EXPECT(many, 1, 0, 1);
    CHECK(same_mesh(&once.mesh, &many.mesh));
    EXPECT(run(&b, join(&b, CSG_DIFFERENCE, times, COUNT_OF(times))), 0, 0, 0);
    // As leaves of their own, in each other's places exactly.
    u32 leaves[10];
    for (u32 i = 0; i < COUNT_OF(leaves); i++)
        leaves[i] = build_leaf(&b, solid_sphere(&heap, vec3(0, 0, 0), 1, 12, 6));
    Result ball = run(&b, leaves[0]),
           balls = run(&b, join(&b, CSG_UNION, leaves, COUNT_OF(leaves)));
    CHECK(balls.is_whole);
    EXPECT(balls, 1, 0, ball.measure.volume);
    Result shared = run(&b, join(&b, CSG_INTERSECTION, leaves, COUNT_OF(leaves)));
    CHECK(same_mesh(&balls.mesh, &shared.mesh));
    EXPECT(run(&b, join(&b, CSG_DIFFERENCE, leaves, COUNT_OF(leaves))), 0, 0, 0);
    END;
}

// A deep chain: each step uses the last one twice.
TEST(expressions_that_are_deep) {
    BEGIN;
    u32 node = build_leaf(&b, box(&heap, 0, 0, 0, 2, 2, 2));
    u32 tool = build_leaf(&b, box(&heap, 1, 1, 1, 3, 3, 3));
    for (u32 i = 0; i < 60; i++) // 2^60 paths
        node = build_pair(&b, i % 3 ? CSG_UNION : CSG_INTERSECTION, node, node);
    EXPECT(run(&b, build_pair(&b, CSG_DIFFERENCE, node, tool)), 1, 0, 7);
    for (u32 i = 0; i < 5000; i++)
        node = build_pair(&b, i % 2 ? CSG_UNION : CSG_DIFFERENCE, node, tool);
    EXPECT(run(&b, node), 1, 0, 15);
    END;
}

// ---- what went wrong once ----

// A box of eight corners that are not quite at right angles.
static Mesh box_of_corners(Heap *heap, const f64 (*corners)[3]) {
    Mesh mesh = box(heap, 0, 0, 0, 1, 1, 1);
    for (u32 v = 0; v < 8; v++)
        mesh.verts[v] = vec3(corners[v][0], corners[v][1], corners[v][2]);
    return mesh;
}

TEST(faces_a_quantum_apart_by_a_tilt) {
    static const f64 corners[3][8][3] = {
        {{0x1.052341f33acd7p+0, 0x1.01807ee4feb13p+1, 0x1.fa5c93c0704ccp+0},
         {0x1.828cca6a57e09p+1, 0x1.fcdfa04f7deb7p+0, 0x1.fb6bd07365ecep+0},
         {0x1.0e5a0340c11abp+0, 0x1.40b92fd1d4b08p+2, 0x1.f12a8788b11a5p+0},
         {0x1.87282b111b073p+1, 0x1.3f30d87334d2cp+2, 0x1.f239c43ba6ba7p+0},
         {0x1.03a8a56974fdbp+0, 0x1.061bdf8bc1d7dp+1, 0x1.3e938404a7ee9p+2},
         {0x1.81cf7c2574f8ap+1, 0x1.030b30ce821c5p+1, 0x1.3ed753316556ap+2},
         {0x1.0cdf66b6fb4afp+0, 0x1.4306e0253643dp+2, 0x1.3c4700f6b821fp+2},
         {0x1.866adccc381f4p+1, 0x1.417e88c696661p+2, 0x1.3c8ad023758ap+2}},
        {{0x1.8103aa32c17e6p+1, 0x1.f9d214f61841cp-1, 0x1.fe7c7f30a5a86p+0},
         {0x1.407f69d1bdfc2p+2, 0x1.ed8f5a011953dp-1, 0x1.ff8bbbe39b488p+0},
         {0x1.8415eaa1ee42dp+1, 0x1.7e6b1b11f7dafp+1, 0x1.f85b21b626316p+0},
         {0x1.42088a09545e5p+2, 0x1.7b5a6c54b81f7p+1, 0x1.f96a5e691bd18p+0},
         {0x1.80c4901bcb311p+1, 0x1.fff695d471ca8p-1, 0x1.7f3bd450b0111p+1},
         {0x1.405fdcc642d58p+2, 0x1.f3b3dadf72dcap-1, 0x1.7fc372aa2ae12p+1},
         {0x1.83d6d08af7f58p+1, 0x1.7ff43b498e3d3p+1, 0x1.7c2b25937055ap+1},
         {0x1.41e8fcfdd937bp+2, 0x1.7ce38c8c4e81bp+1, 0x1.7cb2c3eceb25bp+1}},
        {{0x1.8103aa32c17e6p+1, 0x1.f9d214f61841cp-1, 0x1.fe7c7f30a5a86p+0},
         {0x1.00809f758f5dap+2, 0x1.f3b0b77b98cacp-1, 0x1.ff041d8a20787p+0},
         {0x1.828cca6a57e09p+1, 0x1.fcdfa04f7deb7p+0, 0x1.fb6bd07365ecep+0},
         {0x1.01452f915a8ecp+2, 0x1.f9cef1923e2ffp+0, 0x1.fbf36ecce0bcfp+0},
         {0x1.80857604d4e3cp+1, 0x1.030d8b5965a9bp+0, 0x1.ff3969090d4ep+1},
         {0x1.0041855e99106p+2, 0x1.fff9b9384bdc5p-1, 0x1.ff7d3835cab61p+1},
         {0x1.820e963c6b45fp+1, 0x1.01821096ebba2p+1, 0x1.fdb111aa6d705p+1},
         {0x1.0106157a64418p+2, 0x1.fff3727097b8cp+0, 0x1.fdf4e0d72ad85p+1}},
    };
    BEGIN;
    u32 nodes[3];
    for (u32 i = 0; i < 3; i++)
        nodes[i] = build_leaf(&b, box_of_corners(&heap, corners[i]));
    CHECK(run(&b, join(&b, CSG_UNION, nodes, 3)).is_whole);
    for (u32 i = 0; i < 3; i++) {
        u32 rest = build_pair(&b, CSG_UNION, nodes[(i + 1) % 3], nodes[(i + 2) % 3]);
        CHECK(judge_pair(&b, nodes[i], rest, 1e-4));
    }
    END;
}

// Two tetrahedra taken from a box, which meet no more than in passing.
TEST(two_tetrahedra_from_a_box) {
    BEGIN;
    u32 x = build_leaf(
        &b, solid_tetra(&heap, vec3(1, 0, 0), vec3(4, 1, 2), vec3(5, 5, 4), vec3(5, 1, 4)));
    u32 y = build_leaf(
        &b, solid_tetra(&heap, vec3(3, 2, 2), vec3(0, 1, 1), vec3(1, 2, 0), vec3(1, 0, 2)));
    u32 around = build_leaf(&b, box(&heap, -1, -1, -1, 6, 6, 5));
    CHECK(judge_pair(&b, around, build_pair(&b, CSG_UNION, x, y), 1e-9));
    CHECK(judge_pair(&b, x, y, 1e-9));
    END;
}

// Hollows whose edges lie in the top of a box open it along slits: matter on both sides of a slit
// stays apart, whether faces are merged or not. drill: from the first hollow through the bottom.
// ring: beside it stand two posts with a common edge, between slabs, so that one pair of vertices
// has two edges, and edges have to be told by their names.
static bool opens_along_slits(Builder *b, const Vec3 (*hollow)[4], u32 n, bool drill, bool ring) {
    u32 nodes[8], n_nodes = 0, n_comp = 1 + ring;
    i32 genus = drill + ring;
    f64 volume = 8 * 8 * 8 - (drill ? 0.2 * 0.2 * 5 : 0) + (ring ? 10 : 0);
    nodes[n_nodes++] = build_leaf(b, box(b->heap, 0, 0, 0, 8, 8, 8));
    for (u32 i = 0; i < n; i++) {
        const Vec3 *p = hollow[i];
        nodes[n_nodes++] = build_leaf(b, solid_tetra(b->heap, p[0], p[1], p[2], p[3]));
    }
    if (drill)
        nodes[n_nodes++] = build_leaf(
            b, box(b->heap, hollow[0][2].x - 0.1, 3.9, -1, hollow[0][2].x + 0.1, 4.1, 5.5));
    u32 root = build_op(b, CSG_DIFFERENCE, nodes, n_nodes);
    if (ring) {
        const u32 parts[5] = {root, build_leaf(b, box(b->heap, 20, 0, 0, 22, 2, 1)),
                              build_leaf(b, box(b->heap, 20, 0, 1, 21, 1, 2)),
                              build_leaf(b, box(b->heap, 21, 1, 1, 22, 2, 2)),
                              build_leaf(b, box(b->heap, 20, 0, 2, 22, 2, 3))};
        root = build_op(b, CSG_UNION, parts, 5);
    }
    CsgExpr expr = {b->leaves.data, b->leaves.len, b->nodes.data, b->nodes.len,
                    b->args.data,   b->args.len,   root};
    for (u32 keep = 0; keep < 2; keep++) {
        Mesh mesh;
        CsgOptions options = {.n_threads = 1, .keep_coplanar = keep};
        if (mesh_boolean(b->heap, &expr, options, &mesh, NULL) != STATUS_OK)
            return false;
        MeshCheck check = mesh_check(b->heap, &mesh);
        if (check.fault != MESH_OK || check.n_components != n_comp || check.genus != genus ||
            mesh_measure(&mesh).volume > volume) {
            printf("%s: %u pieces, genus %d\n", keep ? "unmerged" : "merged",
                   (u32)check.n_components, (int)check.genus);
            return false;
        }
    }
    return run(b, root).is_whole;
}

TEST(slits) {
    BEGIN;
    // One; two in a row; two with a common end; two that cross.
    static const Vec3 hollows[4][2][4] = {{{{2, 4, 8}, {6, 4, 8}, {4, 2, 5}, {4, 6, 5}},
                                           {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}}},
                                          {{{1, 4, 8}, {4, 4, 8}, {2, 2, 5}, {2, 6, 5}},
                                           {{4, 4, 8}, {7, 4, 8}, {6, 2, 5}, {6, 6, 5}}},
                                          {{{2, 4, 8}, {4, 4, 8}, {3, 2, 5}, {3, 6, 5}},
                                           {{4, 4, 8}, {4, 7, 8}, {2, 5, 4}, {6, 6, 5}}},
                                          {{{2, 4, 8}, {6, 4, 8}, {4, 2, 5}, {4, 6, 5}},
                                           {{4, 2, 8}, {4, 6, 8}, {2, 4, 5}, {6, 4, 5}}}};
    for (u32 i = 0; i < 16; i++)
        CHECK(opens_along_slits(&b, hollows[i % 4], i % 4 ? 2 : 1, i & 4, i & 8));
    END;
}

TEST_MAIN(TEST_CASE(needles_in_all_directions), TEST_CASE(slivers), TEST_CASE(star_of_spikes),
          TEST_CASE(fans_of_a_thousand_faces), TEST_CASE(an_edge_with_hundreds_of_faces),
          TEST_CASE(boxes_that_share_an_edge), TEST_CASE(deep_stacks_of_coplanar_faces),
          TEST_CASE(checkerboards), TEST_CASE(nested_shells), TEST_CASE(cavities_in_balls),
          TEST_CASE(flush_holes), TEST_CASE(faces_within_faces),
          TEST_CASE(peg_in_a_hole_of_its_radius), TEST_CASE(faces_some_quanta_apart),
          TEST_CASE(lattices_touching_within_an_ulp), TEST_CASE(edge_or_vertex_contact_only),
          TEST_CASE(operands_that_overlap_themselves), TEST_CASE(an_edge_along_a_diagonal),
          TEST_CASE(operands_inside_out), TEST_CASE(empty_operands), TEST_CASE(scenes_of_one_point),
          TEST_CASE(operands_many_times_over), TEST_CASE(expressions_that_are_deep),
          TEST_CASE(faces_a_quantum_apart_by_a_tilt), TEST_CASE(two_tetrahedra_from_a_box),
          TEST_CASE(slits))
