// SPDX-License-Identifier: Apache-2.0
// Paths, sweeps and lofts.
#include "tests/unit/solid/solid_test.h"

#define PATH(b, smooth, round, closed, ...) LEAF(b, POLYLINE, smooth, round, closed, __VA_ARGS__)
#define SWEEP(b, profile, path, ...) NODE2(b, SWEEP, profile, path, __VA_ARGS__)
#define UP_Z 0, 0, 0, 0, 1 // no twist, flat ends

TEST(straight_sweeps) {
    Bench *b = bench_open(0.001);
    IrId rect = LEAF(b, RECT, 2, 4, 0);
    CHECK_SOLID(b, SWEEP(b, rect, PATH(b, 0, 0, 0, 0, 0, 0, 10, 0, 0), UP_Z), 0, 80.0, 16 + 120.0,
                1e-12);
    Box3 box;
    CHECK(solid_bounds(b->solids, SWEEP(b, rect, PATH(b, 0, 0, 0, 0, 0, 0, 10, 0, 0), UP_Z), &box));
    CHECK_BOX(box, 0, -1, -2, 10, 1, 2); // profile y stays upward
    CHECK(solid_bounds(b->solids, SWEEP(b, rect, PATH(b, 0, 0, 0, 0, 0, 0, 0, 0, 10), UP_Z), &box));
    CHECK_BOX(box, -1, -2, 0, 1, 2, 10); // along a vertical, up is Y
    CHECK(solid_bounds(b->solids,
                       SWEEP(b, rect, PATH(b, 0, 0, 0, 0, 0, 0, 10, 0, 0), 0, 0, 0, 1, 0), &box));
    CHECK_BOX(box, 0, -2, -1, 10, 2, 1); // up = Y
    bench_close(b);
}

TEST(mitred_corners) {
    Bench *b = bench_open(0.001);
    // an L: the mitre keeps the volume of the centre line
    CHECK_SOLID(
        b, SWEEP(b, LEAF(b, RECT, 2, 2, 0), PATH(b, 0, 0, 0, 0, 0, 0, 10, 0, 0, 10, 10, 0), UP_Z),
        0, 80.0, 8 + 160.0, 1e-9);
    // a closed square frame
    CHECK_SOLID(b,
                SWEEP(b, LEAF(b, RECT, 2, 2, 0),
                      PATH(b, 0, 0, 1, 0, 0, 0, 10, 0, 0, 10, 10, 0, 0, 10, 0), UP_Z),
                1, 160.0, 320.0, 1e-9);
    // up, over and down again
    CHECK_SOLID(b,
                SWEEP(b, LEAF(b, RECT, 2, 1, 0),
                      PATH(b, 0, 0, 0, 0, 0, 0, 0, 0, 10, 10, 0, 10, 10, 0, 0), UP_Z),
                0, 60.0, 4 + 180.0, 1e-9);
    // rounded
    CHECK_SOLID(b,
                SWEEP(b, LEAF(b, CIRCLE, 2), PATH(b, 0, 3, 0, 0, 0, 0, 10, 0, 0, 10, 10, 0), UP_Z),
                0, PI * (14 + 1.5 * PI), 2 * PI + 2 * PI * (14 + 1.5 * PI), 3e-3);
    bench_close(b);
}

TEST(rings_and_springs) {
    Bench *b = bench_open(0.001);
    CHECK_SOLID(b, SWEEP(b, LEAF(b, CIRCLE, 2), LEAF(b, ARC, 10, 0, 360), UP_Z), 1, 2 * PI * 5 * PI,
                2 * PI * 5 * 2 * PI, 4e-3);
    f64 length = sqrt(10 * PI * 10 * PI + 16) * 3;
    CHECK_SOLID(b, SWEEP(b, LEAF(b, CIRCLE, 1), LEAF(b, HELIX, 10, 4, 3), UP_Z), 0, length * PI / 4,
                length * PI + PI / 2, 1e-2);
    // a ring standing upright goes over the vertical twice without a twist
    f64 c = sqrt(0.5);
    IrId p = PATH(b, 1, 0, 1, 5, 0, 0, 5 * c, 0, 5 * c, 0, 0, 5, -5 * c, 0, 5 * c, -5, 0, 0, -5 * c,
                  0, -5 * c, 0, 0, -5, 5 * c, 0, -5 * c);
    CHECK_SOLID(b, SWEEP(b, LEAF(b, RECT, 1, 2, 0), p, UP_Z), 1, 2 * PI * 5 * 2, 2 * PI * 5 * 6,
                2e-2);
    bench_close(b);
}

TEST(splines_pass_through_their_points) {
    Bench *b = bench_open(0.01);
    const f64 pts[] = {0, 0, 0, 10, 3, 0, 20, -3, 5, 30, 0, 0};
    IrId p = PATH(b, 1, 0, 0, 0, 0, 0, 10, 3, 0, 20, -3, 5, 30, 0, 0);
    const Mesh *mesh = solid_mesh(b->solids, SWEEP(b, LEAF(b, CIRCLE, 1), p, UP_Z));
    CHECK(sound(b, mesh, 0));
    for (u32 k = 0; k < 4; k++) { // each point is the centre of some ring: a vertex at distance 0.5
        f64 best = 9;
        for (u32 v = 0; v < mesh->n_verts; v++) {
            Vec3 d = vec3_sub(mesh->verts[v], (Vec3){pts[3 * k], pts[3 * k + 1], pts[3 * k + 2]});
            best = fmin(best, fabs(vec3_norm(d) - 0.5));
        }
        CHECK(best < 0.01);
    }
    // a doubled point is a corner
    CHECK(sound(
        b,
        solid_mesh(b->solids, SWEEP(b, LEAF(b, RECT, 1, 1, 0),
                                    PATH(b, 1, 0, 0, 0, 0, 0, 10, 3, 0, 10, 3, 0, 20, 0, 5), UP_Z)),
        0));
    bench_close(b);
}

TEST(ends_scales_twists) {
    Bench *b = bench_open(0.001);
    IrId line = PATH(b, 0, 0, 0, 0, 0, 0, 10, 0, 0);
    CHECK_SOLID(b, SWEEP(b, LEAF(b, CIRCLE, 2), line, 0, 1, 0, 0, 1), 0, 10 * PI + 4 * PI / 3,
                20 * PI + 4 * PI, 2e-3);
    CHECK_SOLID(b, SWEEP(b, LEAF(b, RECT, 2, 2, 0), line, UP_Z, 0), 0, 40 / 3., 4 + 4 * sqrt(101),
                1e-9); // to a point
    CHECK_SOLID(b, SWEEP(b, LEAF(b, RECT, 2, 2, 0), line, UP_Z, 1, 2, 1), 0,
                2 * 5 / 3. * (4 + 8 + 16), 8 + 2 * 4 * 3 * sqrt(26), 1e-9);
    // The same wherever the path has its points: the scales are even along its length.
    IrId uneven = PATH(b, 0, 0, 0, 0, 0, 0, 8.5, 0, 0, 10, 0, 0);
    CHECK_SOLID(b, SWEEP(b, LEAF(b, RECT, 2, 2, 0), uneven, UP_Z, 1, 2, 1), 0,
                2 * 5 / 3. * (4 + 8 + 16), 8 + 2 * 4 * 3 * sqrt(26), 1e-9);
    const Mesh *mesh =
        solid_mesh(b->solids, SWEEP(b, LEAF(b, RECT, 2, 2, 0), line, 90, 0, 0, 0, 1));
    CHECK(sound(b, mesh, 0));
    CHECK_NEAR(mesh_measure(mesh).volume, 40, 0.5);
    bench_close(b);
}

TEST(path_faults) {
    Bench *b = bench_open(0);
    IrId c = LEAF(b, CIRCLE, 1);
    CHECK(
        !solid_mesh(b->solids, SWEEP(b, c, PATH(b, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2, 0.1, 0), UP_Z)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0612);
    CHECK(!solid_mesh(b->solids, SWEEP(b, c, PATH(b, 0, 6, 0, 0, 0, 0, 10, 0, 0, 10, 5, 0), UP_Z)));
    CHECK_EQ(b->diags.items[1]->code, DIAG_E0619);
    CHECK_NEAR(b->diags.items[1]->limit, 5, 1e-9);
    bench_close(b);
}

TEST(lofts) {
    Bench *b = bench_open(0.001);
    IrId rects[] = {LEAF(b, RECT, 4, 4, 0), LEAF(b, RECT, 2, 2, 0)};
    CHECK_SOLID(b, node(b, IR_LOFT, rects, 2, (const f64[]){0, 0, 3}, 3), 0, 16 + 8 + 4.0,
                20 + 4 * 3 * sqrt(10), 1e-9);
    IrId circles[] = {LEAF(b, CIRCLE, 10), LEAF(b, CIRCLE, 4)};
    CHECK_SOLID(b, node(b, IR_LOFT, circles, 2, (const f64[]){0, 0, 4}, 3), 0,
                PI * 4 / 3 * (25 + 10 + 4), PI * 29 + PI * 7 * 5, 1e-3);
    IrId mixed[] = {LEAF(b, RECT, 10, 10, 0), LEAF(b, CIRCLE, 6), LEAF(b, RECT, 8, 6, 1)};
    const Mesh *mesh =
        solid_mesh(b->solids, node(b, IR_LOFT, mixed, 3, (const f64[]){0, 0, 5, 9}, 4));
    CHECK(sound(b, mesh, 0));
    mesh = solid_mesh(b->solids, node(b, IR_LOFT, mixed, 3, (const f64[]){1, 0, 5, 9}, 4));
    CHECK(sound(b, mesh, 0));
    CHECK(sound(b, solid_mesh(b->solids, node(b, IR_LOFT, mixed, 3, (const f64[]){1, 9, 5, 0}, 4)),
                0)); // downward
    CHECK(!solid_mesh(b->solids, node(b, IR_LOFT, mixed, 3, (const f64[]){1, 0, 5, 2}, 4)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0622);
    bench_close(b);
}

TEST(smooth_polygons) {
    Bench *b = bench_open(0.001);
    f64 pts[1 + 2 * 12];
    pts[0] = 1;
    for (int i = 0; i < 12; i++)
        pts[1 + 2 * i] = 5 * trig_cos(30 * i), pts[2 + 2 * i] = 5 * trig_sin(30 * i);
    IrId id = NODE1(b, EXTRUDE, leaf(b, IR_POLYGON, pts, 25), 2, 0, 1, 0);
    CHECK_SOLID(b, id, 0, 50 * PI, 50 * PI + 20 * PI, 1e-2);
    CHECK(solid_mesh(b->solids, id)->normals);
    // corners stay: a half disc
    f64 half[1 + 2 * 9];
    half[0] = 1;
    for (int i = 0; i < 7; i++)
        half[3 + 2 * i] = 5 * trig_cos(30 * i), half[4 + 2 * i] = 5 * trig_sin(30 * i);
    half[1] = 5, half[2] = 0, half[17] = -5, half[18] = 0;
    CHECK_SOLID(b, NODE1(b, EXTRUDE, leaf(b, IR_POLYGON, half, 19), 2, 0, 1, 0), 0, 25 * PI,
                25 * PI + 2 * (10 + 5 * PI), 1e-2);
    bench_close(b);
}

TEST(tight_bends_stay_closed) {
    Bench *b = bench_open(0.05);
    // a bend of radius 1 swept by a profile of radius 3
    IrId p = PATH(b, 0, 1, 0, 0, 0, 0, 10, 0, 0, 10, 10, 0);
    const Mesh *mesh = solid_mesh(b->solids, SWEEP(b, LEAF(b, CIRCLE, 6), p, UP_Z));
    CHECK(mesh);
    CHECK(mesh_check(&b->heap, mesh).fault == MESH_OK);
    f64 volume = mesh_measure(mesh).volume;
    CHECK(volume > 9 * PI * 13 && volume < 9 * PI * 20.5);
    bench_close(b);
}

TEST_MAIN(TEST_CASE(straight_sweeps), TEST_CASE(mitred_corners), TEST_CASE(rings_and_springs),
          TEST_CASE(splines_pass_through_their_points), TEST_CASE(ends_scales_twists),
          TEST_CASE(path_faults), TEST_CASE(lofts), TEST_CASE(smooth_polygons),
          TEST_CASE(tight_bends_stay_closed))
