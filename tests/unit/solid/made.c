// SPDX-License-Identifier: Apache-2.0
// What is made of profiles.
#include "tests/unit/solid/solid_test.h"

static IrId profile_moved(Bench *b, IrId p, f64 x, f64 y) {
    return NODE1(b, PROFILE_XFORM, p, 1, 0, 0, 1, x, y);
}

TEST(plain_extrusions) {
    Bench *b = bench_open(0.001);
    CHECK_SOLID(b, NODE1(b, EXTRUDE, LEAF(b, RECT, 4, 3, 0), 5, 0, 1, 0), 0, 60.0, 24 + 70.0,
                1e-12);
    CHECK_SOLID(b, NODE1(b, EXTRUDE, LEAF(b, CIRCLE, 10), 5, 0, 1, 0), 0, 125 * PI,
                50 * PI + 50 * PI, 1e-3);
    CHECK_SOLID(b, NODE1(b, EXTRUDE, LEAF(b, NGON, 6, 2), 1, 0, 1, 0), 0, 1.5 * sqrt(3),
                3 * sqrt(3) + 6, 1e-12);
    f64 c = 1 - PI / 4;
    CHECK_SOLID(b, NODE1(b, EXTRUDE, LEAF(b, RECT, 8, 6, 2), 5, 0, 1, 0), 0, 5 * (48 - 16 * c),
                2 * (48 - 16 * c) + 5 * (2 * 14 - 16 + 4 * PI), 1e-3);
    // a pyramid, a frustum, a cone
    CHECK_SOLID(b, NODE1(b, EXTRUDE, LEAF(b, RECT, 6, 6, 0), 4, 0, 0, 0), 0, 48.0, 96.0, 1e-12);
    CHECK_SOLID(b, NODE1(b, EXTRUDE, LEAF(b, RECT, 6, 6, 0), 4, 0, 0.5, 0), 0,
                4 / 3. * (36 + 18 + 9), 45 + 4 * 4.5 * sqrt(16 + 2.25), 1e-12);
    CHECK_SOLID(b, NODE1(b, EXTRUDE, LEAF(b, CIRCLE, 10), 12, 0, 0, 0), 0, 100 * PI,
                PI * 25 + PI * 65, 1e-3);
    bench_close(b);
}

TEST(twisted) {
    Bench *b = bench_open(0.002);
    const Mesh *mesh =
        solid_mesh(b->solids, NODE1(b, EXTRUDE, LEAF(b, RECT, 4, 4, 0), 10, 90, 1, 0));
    CHECK(sound(b, mesh, 0));
    CHECK_NEAR(mesh_measure(mesh).volume, 160, 0.5);
    CHECK(sound(
        b, solid_mesh(b->solids, NODE1(b, EXTRUDE, LEAF(b, STAR, 5, 10, 4), 10, -200, 0.3, 0)), 0));
    bench_close(b);
}

TEST(holes) {
    Bench *b = bench_open(0.001);
    IrId ring = BOTH(b, PROFILE_DIFFERENCE, LEAF(b, CIRCLE, 10), LEAF(b, CIRCLE, 6));
    CHECK_SOLID(b, NODE1(b, EXTRUDE, ring, 2, 0, 1, 0), 1, 32 * PI, 32 * PI + 32 * PI, 2e-3);
    CHECK_SOLID(b, NODE1(b, REVOLVE, profile_moved(b, ring, 20, 0), 360), 1 + 1,
                2 * PI * 20 * 16 * PI, 2 * PI * 20 * 16 * PI, 2e-3);
    CHECK_SOLID(b, NODE1(b, REVOLVE, profile_moved(b, ring, 20, 0), 90), 1, PI / 2 * 20 * 16 * PI,
                PI / 2 * 20 * 16 * PI + 32 * PI, 2e-3);
    bench_close(b);
}

TEST(revolved) {
    Bench *b = bench_open(0.001);
    IrId half = profile_moved(b, LEAF(b, RECT, 5, 4, 0), 2.5, 0);
    CHECK_SOLID(b, NODE1(b, REVOLVE, half, 360), 0, 100 * PI, 50 * PI + 40 * PI, 1e-3);
    CHECK_SOLID(b, NODE1(b, REVOLVE, half, 180), 0, 50 * PI, 25 * PI + 20 * PI + 40, 1e-3);
    CHECK_SOLID(b, NODE1(b, REVOLVE, half, 270), 0, 75 * PI, 37.5 * PI + 30 * PI + 40, 1e-3);
    CHECK_SOLID(b, NODE1(b, REVOLVE, half, 47), 0, 100 * PI * 47 / 360, 90 * PI * 47 / 360 + 40,
                1e-3);
    // touches the axis at one point only: two cones
    IrId diamond = LEAF(b, POLYGON, 0, 0, 0, 2, -2, 4, 0, 2, 2);
    CHECK_SOLID(b, NODE1(b, REVOLVE, diamond, 360), 0, 2 * PI * 2 * 8,
                2 * (2 * PI * 1 * sqrt(8) + 2 * PI * 3 * sqrt(8)), 1e-3);
    CHECK_SOLID(b, NODE1(b, REVOLVE, diamond, 90), 0, PI / 2 * 2 * 8,
                PI / 2 * (1 + 3) * sqrt(8) * 2 + 16, 1e-3);
    Box3 box;
    CHECK(solid_bounds(b->solids, NODE1(b, REVOLVE, half, 360), &box));
    CHECK_BOX(box, -5, -5, -2, 5, 5, 2);
    CHECK(solid_bounds(b->solids, NODE1(b, REVOLVE, half, 90), &box));
    CHECK_BOX(box, 0, 0, -2, 5, 5, 2);
    CHECK(!solid_mesh(b->solids, NODE1(b, REVOLVE, LEAF(b, RECT, 5, 4, 0), 360)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0614);
    CHECK_NEAR(b->diags.items[0]->measured, -2.5, 0);
    bench_close(b);
}

TEST(rounded_extrusions) {
    Bench *b = bench_open(0.001);
    f64 x = 10, y = 8, h = 6, r = 1;
    // a box whose upright edges are sharp and whose end edges are mitred quarter circles
    f64 inset = r * r * (1 - PI / 4); // of a strip's section
    f64 strips = 2 * (x + y) * inset,
        corners = 8 * (r * r * r * (1 - 2 + PI / 2 + 0) -
                       r * r * r * (1 - (5. / 3 - PI / 2 + 2. / 3)) * 0);
    (void)corners;
    IrId id = NODE1(b, EXTRUDE, LEAF(b, RECT, x, y, 0), h, 0, 1, r);
    const Mesh *mesh = solid_mesh(b->solids, id);
    CHECK(sound(b, mesh, 0));
    // volume = int over the ends of (x - 2 d)(y - 2 d), d = r (1 - cos a): exact by quadrature
    f64 volume = x * y * (h - 2 * r);
    for (int i = 0; i < 20000; i++) {
        f64 z = (i + 0.5) / 20000 * r, d = r - sqrt(r * r - z * z);
        volume += 2 * r / 20000 * (x - 2 * d) * (y - 2 * d);
    }
    CHECK_NEAR(mesh_measure(mesh).volume, volume, 0.1);
    CHECK_NEAR(x * y * h - mesh_measure(mesh).volume, 2 * strips, 2.0);
    Box3 box = mesh_bounds(mesh);
    CHECK_BOX(box, -5, -4, 0, 5, 4, 6);
    CHECK(sound(b, solid_mesh(b->solids, NODE1(b, EXTRUDE, LEAF(b, RECT, 18, 46, 8), 6, 0, 1, 1.5)),
                0));
    CHECK(sound(b, solid_mesh(b->solids, NODE1(b, EXTRUDE, LEAF(b, STAR, 5, 20, 8), 4, 0, 1, 2)),
                0)); // no straight part
    CHECK(sound(b, solid_mesh(b->solids, NODE1(b, EXTRUDE, LEAF(b, STAR, 5, 20, 8), 8, 30, 0.8, 1)),
                0));
    IrId ring = BOTH(b, PROFILE_DIFFERENCE, LEAF(b, CIRCLE, 20), LEAF(b, CIRCLE, 10));
    CHECK(sound(b, solid_mesh(b->solids, NODE1(b, EXTRUDE, ring, 8, 0, 1, 2)), 1));
    CHECK(!solid_mesh(b->solids, NODE1(b, EXTRUDE, ring, 8, 0, 1, 3)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0610);
    CHECK_NEAR(b->diags.items[0]->limit, 2.5, 1e-3);
    bench_close(b);
}

TEST(self_crossing_polygon) {
    Bench *b = bench_open(0);
    CHECK(!solid_mesh(b->solids,
                      NODE1(b, EXTRUDE, LEAF(b, POLYGON, 0, 0, 0, 4, 4, 4, 0, 0, 4), 1, 0, 1, 0)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0613);
    printf("  %.*s\n", STR_ARG(b->diags.items[0]->message));
    // clockwise is fine
    CHECK_SOLID(b, NODE1(b, EXTRUDE, LEAF(b, POLYGON, 0, 0, 0, 0, 4, 4, 4, 4, 0), 1, 0, 1, 0), 0,
                16.0, 48.0, 1e-12);
    bench_close(b);
}

TEST(mirrored_profile_keeps_its_normals) {
    Bench *b = bench_open(0.01);
    IrId p = NODE1(b, PROFILE_XFORM, LEAF(b, RECT, 8, 6, 2), -1, 0, 0, 1, 30, 0);
    CHECK(sound(b, solid_mesh(b->solids, NODE1(b, EXTRUDE, p, 5, 0, 1, 0)), 0));
    p = NODE1(b, PROFILE_XFORM, LEAF(b, CIRCLE, 8), 1, 0.5, 0, 2, 0, 0);
    CHECK(sound(b, solid_mesh(b->solids, NODE1(b, EXTRUDE, p, 5, 0, 1, 0)), 0));
    bench_close(b);
}

TEST(offsets_and_rounds) {
    Bench *b = bench_open(0.001);
    CHECK_SOLID(b, NODE1(b, EXTRUDE, NODE1(b, OFFSET, LEAF(b, RECT, 4, 4, 0), 1), 1, 0, 1, 0), 0,
                16 + 16 + PI, 2 * (32 + PI) + 16 + 2 * PI, 1e-3);
    CHECK_SOLID(b, NODE1(b, EXTRUDE, NODE1(b, OFFSET, LEAF(b, RECT, 4, 4, 0), -1), 1, 0, 1, 0), 0,
                4.0, 16.0, 1e-6);
    f64 c = 4 - PI;
    CHECK_SOLID(b, NODE1(b, EXTRUDE, NODE1(b, ROUND, LEAF(b, RECT, 8, 6, 0), 1), 1, 0, 1, 0), 0,
                48 - c, 2 * (48 - c) + 28 - 8 + 2 * PI, 1e-3);
    // both kinds of corner: an L
    IrId ell = LEAF(b, POLYGON, 0, 0, 0, 10, 0, 10, 4, 4, 4, 4, 10, 0, 10);
    CHECK_SOLID(b, NODE1(b, EXTRUDE, NODE1(b, ROUND, ell, 1), 1, 0, 1, 0), 0, 64 - 4 * c / 4,
                2 * (64 - c) + 40 - 12 + 3 * PI, 2e-3);
    CHECK_SOLID(b, NODE1(b, EXTRUDE, NODE1(b, ROUND, LEAF(b, RECT, 8, 8, 0), 4), 1, 0, 1, 0), 0,
                16 * PI, 32 * PI + 8 * PI, 1e-3);
    CHECK(!solid_mesh(b->solids,
                      NODE1(b, EXTRUDE, NODE1(b, ROUND, LEAF(b, RECT, 8, 6, 0), 4), 1, 0, 1, 0)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0621);
    CHECK_NEAR(b->diags.items[0]->limit, 3, 1e-3);
    bench_close(b);
}

TEST(hulls) {
    Bench *b = bench_open(0.001);
    IrId two =
        BOTH(b, PROFILE_HULL, LEAF(b, CIRCLE, 4), profile_moved(b, LEAF(b, CIRCLE, 4), 10, 0));
    CHECK_SOLID(b, NODE1(b, EXTRUDE, two, 1, 0, 1, 0), 0, 40 + 4 * PI, 80 + 8 * PI + 20 + 4 * PI,
                1e-3);
    IrId rods = BOTH(b, HULL, LEAF(b, SPHERE, 4), moved(b, LEAF(b, SPHERE, 4), 0, 0, 10));
    CHECK_SOLID(b, rods, 0, 40 * PI + 32 * PI / 3, 40 * PI + 16 * PI, 2e-3);
    CHECK(solid_mesh(b->solids, rods)->normals);
    bench_close(b);
}

TEST_MAIN(TEST_CASE(plain_extrusions), TEST_CASE(twisted), TEST_CASE(holes), TEST_CASE(revolved),
          TEST_CASE(rounded_extrusions), TEST_CASE(self_crossing_polygon),
          TEST_CASE(mirrored_profile_keeps_its_normals), TEST_CASE(offsets_and_rounds),
          TEST_CASE(hulls))
