// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/solid/solid_test.h"

TEST(box_is_exact) {
    Bench *b = bench_open(0);
    IrId id = LEAF(b, BOX, -1, -2, -3, 0.1, 0.2, 0.3, 0, 0);
    CHECK_SOLID(b, id, 0, 1.1 * 2.2 * 3.3, 2 * (1.1 * 2.2 + 2.2 * 3.3 + 1.1 * 3.3), 1e-12);
    Box3 box;
    CHECK(solid_bounds(b->solids, id, &box));
    CHECK_BOX(box, -1, -2, -3, 0.1, 0.2, 0.3);
    const Mesh *mesh = solid_mesh(b->solids, id);
    for (u32 t = 0; t < mesh->n_tris; t++) { // every face lies where its name says
        SolidFace face = solid_face(b->solids, mesh->tags[t]);
        CHECK(face.leaf == id);
        for (u32 i = 0; i < 3; i++) {
            Vec3 p = mesh->verts[mesh->tris[3 * t + i]];
            if (!strcmp(face.name, "left"))
                CHECK(p.x == 0.1);
            else if (!strcmp(face.name, "right"))
                CHECK(p.x == -1);
            else if (!strcmp(face.name, "front"))
                CHECK(p.y == -2);
            else if (!strcmp(face.name, "back"))
                CHECK(p.y == 0.2);
            else if (!strcmp(face.name, "bottom"))
                CHECK(p.z == -3);
            else
                CHECK(!strcmp(face.name, "top") && p.z == 0.3);
        }
    }
    bench_close(b);
}

TEST(rounded_boxes) {
    Bench *b = bench_open(0.001);
    f64 x = 10, y = 8, z = 6, r = 2;
    f64 a = x - 2 * r, c = y - 2 * r, d = z - 2 * r;
    f64 volume = a * c * d + 2 * r * (a * c + c * d + a * d) + PI * r * r * (a + c + d) +
                 4 * PI * r * r * r / 3;
    f64 area = 2 * (a * c + c * d + a * d) + 2 * PI * r * (a + c + d) + 4 * PI * r * r;
    IrId id = LEAF(b, BOX, -5, -4, -3, 5, 4, 3, 2, 0);
    CHECK_SOLID(b, id, 0, volume, area, 1e-3);
    Box3 box;
    CHECK(solid_bounds(b->solids, id, &box));
    CHECK_BOX(box, -5, -4, -3, 5, 4, 3);
    // rounded as far as it goes on one, two, three axes
    CHECK_SOLID(b, LEAF(b, BOX, -5, -4, -3, 5, 4, 3, 3, 0), 0,
                4 * 2 * 0 + 2 * 3 * (4 * 2) + PI * 9 * 6 + 4 * PI * 9,
                2 * (4 * 2) + 2 * PI * 3 * 6 + 4 * PI * 9, 1e-3);
    CHECK_SOLID(b, LEAF(b, BOX, -5, -3, -3, 5, 3, 3, 3, 0), 0, PI * 9 * 4 + 36 * PI,
                2 * PI * 3 * 4 + 36 * PI, 2e-3);
    CHECK_SOLID(b, LEAF(b, BOX, -3, -3, -3, 3, 3, 3, 3, 0), 0, 36 * PI, 36 * PI, 2e-3);
    // chamfers: exact
    f64 s3 = sqrt(3), s2 = sqrt(2);
    f64 cv =
        a * c * d + 2 * r * (a * c + c * d + a * d) + 2 * r * r * (a + c + d) + 8 * r * r * r / 6;
    f64 ca = 2 * (a * c + c * d + a * d) + 4 * s2 * r * (a + c + d) + 8 * s3 / 4 * 2 * r * r;
    CHECK_SOLID(b, LEAF(b, BOX, -5, -4, -3, 5, 4, 3, 0, 2), 0, cv, ca, 1e-12);
    bench_close(b);
}

TEST(round_things) {
    Bench *b = bench_open(0.0005);
    CHECK_SOLID(b, LEAF(b, SPHERE, 20), 0, 4000 * PI / 3, 400 * PI, 3e-4);
    CHECK_SOLID(b, LEAF(b, CAPSULE, 30, 10), 0, PI * 25 * 20 + 500 * PI / 3,
                PI * 10 * 20 + 100 * PI, 5e-4);
    CHECK_SOLID(b, LEAF(b, CYLINDER, 12, 10, 10, 0, 0), 0, 300 * PI, 2 * PI * 25 + PI * 120, 3e-4);
    CHECK_SOLID(b, LEAF(b, CYLINDER, 12, 10, 0, 0, 0), 0, 100 * PI, PI * 25 + PI * 5 * 13, 3e-4);
    CHECK_SOLID(b, LEAF(b, CYLINDER, 12, 0, 10, 0, 0), 0, 100 * PI, PI * 25 + PI * 5 * 13, 3e-4);
    CHECK_SOLID(b, LEAF(b, CYLINDER, 4, 16, 10, 0, 0), 0, PI * 4 / 3 * (64 + 40 + 25),
                PI * (64 + 25) + PI * 13 * 5, 3e-4);
    CHECK_SOLID(b, LEAF(b, TUBE, 12, 10, 10, 2), 1, 12 * PI * (25 - 9), 2 * PI * 16 + 12 * PI * 16,
                3e-4);
    CHECK_SOLID(b, LEAF(b, TORUS, 20, 6), 1, 2 * PI * PI * 10 * 9, 4 * PI * PI * 10 * 3, 5e-4);
    f64 r = 2, v = PI * 25 * 8 + 2 * (PI * 9 * 2 + PI * PI * 4 / 2 * 3 + 2 * PI * 8 / 3);
    f64 area = 2 * PI * 5 * 8 + 2 * PI * 9 + 2 * (PI * PI * r * 3 + 2 * PI * r * r);
    CHECK_SOLID(b, LEAF(b, CYLINDER, 12, 10, 10, 2, 0), 0, v, area, 1e-3);
    CHECK_SOLID(b, LEAF(b, CYLINDER, 12, 10, 10, 0, 2), 0,
                PI * (25 * 8 + 2 * 2. / 3 * (25 + 15 + 9)),
                2 * PI * 5 * 8 + 2 * PI * 9 + 2 * PI * 8 * sqrt(8), 3e-4);
    // as round as it can be: a sphere from a cylinder
    CHECK_SOLID(b, LEAF(b, CYLINDER, 10, 10, 10, 5, 0), 0, 500 * PI / 3, 100 * PI, 1e-3);
    bench_close(b);
}

TEST(ellipsoid_volume_and_normals) {
    Bench *b = bench_open(0.0005);
    const Mesh *mesh = solid_mesh(b->solids, LEAF(b, ELLIPSOID, 20, 10, 6));
    CHECK(sound(b, mesh, 0));
    CHECK_NEAR(mesh_measure(mesh).volume, 4 * PI / 3 * 10 * 5 * 3, 0.4);
    Box3 box = mesh_bounds(mesh);
    CHECK_BOX(box, -10, -5, -3, 10, 5, 3);
    bench_close(b);
}

TEST(extents_are_exact) {
    Bench *b = bench_open(0);
    Box3 box;
    CHECK(solid_bounds(b->solids, LEAF(b, SPHERE, 0.7), &box));
    CHECK_BOX(box, -0.35, -0.35, -0.35, 0.35, 0.35, 0.35);
    CHECK(solid_bounds(b->solids, LEAF(b, CYLINDER, 1.1, 0.7, 0.7, 0.1, 0), &box));
    CHECK_BOX(box, -0.35, -0.35, -0.55, 0.35, 0.35, 0.55);
    CHECK(solid_bounds(b->solids, LEAF(b, TORUS, 10, 2), &box));
    CHECK_BOX(box, -6, -6, -1, 6, 6, 1);
    CHECK(solid_bounds(b->solids, LEAF(b, CAPSULE, 10, 3), &box));
    CHECK_BOX(box, -1.5, -1.5, -5, 1.5, 1.5, 5);
    CHECK(solid_bounds(b->solids, moved(b, LEAF(b, SPHERE, 2), 5, 0, 0), &box));
    CHECK_BOX(box, 4, -1, -1, 6, 1, 1);
    bench_close(b);
}

TEST(flat_primitives) {
    Bench *b = bench_open(0);
    CHECK_SOLID(b, LEAF(b, PYRAMID, 6, 6, 4), 0, 48.0, 36 + 4 * 15.0, 1e-12);
    CHECK_SOLID(b, LEAF(b, WEDGE, 2, 3, 4), 0, 12.0, 2 * 6.0 + 8 + 6 + 10, 1e-12);
    // a cube whose faces are all listed clockwise, one as an L would be: with a spare point
    CHECK_SOLID(b,
                LEAF(b, POLYHEDRON, 9, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1,
                     1, 0, 1, 1, 9, 9, 9, 4, 0, 1, 2, 3, 4, 7, 6, 5, 4, 4, 4, 5, 1, 0, 4, 5, 6, 2,
                     1, 4, 6, 7, 3, 2, 4, 7, 4, 0, 3),
                0, 1.0, 6.0, 1e-12);
    bench_close(b);
}

TEST(polyhedron_faults) {
    Bench *b = bench_open(0);
    // a tetrahedron without one face; one with a face turned; an index out of range
    CHECK(!solid_mesh(b->solids, LEAF(b, POLYHEDRON, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 3, 0, 2,
                                      1, 3, 0, 1, 3, 3, 1, 2, 3)));
    CHECK(!solid_mesh(b->solids, LEAF(b, POLYHEDRON, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 3, 0, 2,
                                      1, 3, 0, 1, 3, 3, 1, 2, 3, 3, 0, 2, 3)));
    CHECK_EQ(b->diags.len, 1); // the same code at the same span
    CHECK(b->diags.items[0]->code == DIAG_E0615);
    bench_close(b);
}

TEST(legal_maxima) {
    Bench *b = bench_open(0);
    CHECK(!solid_mesh(b->solids, LEAF(b, BOX, 0, 0, 0, 10, 4, 10, 2.5, 0)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0610);
    CHECK(b->diags.items[0]->limit == 2);
    CHECK(!solid_mesh(b->solids, LEAF(b, TUBE, 10, 10, 6, 3)));
    CHECK_EQ(b->diags.items[1]->code, DIAG_E0611);
    CHECK(!solid_mesh(b->solids, LEAF(b, TORUS, 10, 12)));
    CHECK_EQ(b->diags.items[2]->code, DIAG_E0612);
    CHECK(!solid_mesh(b->solids, LEAF(b, CAPSULE, 5, 6)));
    CHECK_EQ(b->diags.items[3]->code, DIAG_E0623);
    CHECK(solid_mesh(b->solids, LEAF(b, TORUS, 10, 10))); // a torus without a hole
    bench_close(b);
}

TEST(tolerance_policy) {
    Bench *b = bench_open(0);
    u32 own = solid_mesh(b->solids, LEAF(b, SPHERE, 10))->n_tris;
    CHECK_EQ(solid_mesh(b->solids, LEAF(b, SPHERE, 1000))->n_tris, own); // each measured by itself
    bench_close(b);
    b = bench_open(0);
    solid_set_object_size(b->solids, 1000);
    u32 small = solid_mesh(b->solids, LEAF(b, SPHERE, 10))->n_tris,
        big = solid_mesh(b->solids, LEAF(b, SPHERE, 1000))->n_tris;
    CHECK(small < big);
    CHECK_EQ(small, 8 * 3 * 3); // the least: 12 around
    // what is scaled up is as fine as what is made big
    Affine3 map = affine3_identity();
    map.m[0][0] = map.m[1][1] = map.m[2][2] = 100;
    IrId scaled = ir_xform(&b->graph, LEAF(b, SPHERE, 10), &map, (Span){0, 0, 1}, NONE);
    PlacedMesh placed;
    CHECK(solid_placed(b->solids, scaled, false, &placed));
    CHECK(placed.mesh->n_tris >= big);
    bench_close(b);
}

TEST(volume_converges) {
    f64 last = 0;
    for (int i = 0; i < 5; i++) {
        Bench *b = bench_open(ldexp(1, -2 * i - 2));
        f64 miss = 4000 * PI / 3 - mesh_measure(solid_mesh(b->solids, LEAF(b, SPHERE, 20))).volume;
        CHECK(miss > 0);
        if (i > 0)
            CHECK(miss < last / 3); // a quarter of the chord: a quarter of the error, about
        last = miss;
        bench_close(b);
    }
}

static f64 pick(u64 *state, f64 low, f64 high) {
    *state = hash_mix(*state + 0x9e3779b97f4a7c15ull);
    return low + (high - low) * (f64)(*state >> 11) * 0x1p-53;
}

TEST(any_sizes_make_sound_meshes) {
    u64 s = 7;
    for (int i = 0; i < 60; i++) {
        Bench *b = bench_open(i % 3 == 0 ? 0 : math_pow(10, pick(&s, -3, 1)));
        f64 scale = math_pow(10, pick(&s, -4, 4)), d = scale * pick(&s, 0.1, 1),
            e = scale * pick(&s, 0, 1), h = scale * pick(&s, 0.01, 2);
        f64 round = i % 2 ? fmin(h, fmin(d, e)) * pick(&s, 0, 0.24) : 0;
        const Mesh *mesh = solid_mesh(b->solids, LEAF(b, CYLINDER, h, d, e, round, 0));
        if (mesh) // else: too round, and it says so
            CHECK(sound(b, mesh, 0));
        else
            CHECK(b->diags.n_errors == 1);
        CHECK(sound(
            b,
            solid_mesh(b->solids, LEAF(b, BOX, 0, 0, 0, d, e + scale * 0.01, h,
                                       fmin(fmin(d, e + scale * 0.01), h) * pick(&s, 0, 0.5), 0)),
            0));
        CHECK(sound(b, solid_mesh(b->solids, LEAF(b, TORUS, d, d * pick(&s, 0.01, 0.99))), 1));
        CHECK(sound(b, solid_mesh(b->solids, LEAF(b, CAPSULE, d + e, d)), 0));
        bench_close(b);
    }
}

TEST_MAIN(TEST_CASE(box_is_exact), TEST_CASE(rounded_boxes), TEST_CASE(round_things),
          TEST_CASE(ellipsoid_volume_and_normals), TEST_CASE(extents_are_exact),
          TEST_CASE(flat_primitives), TEST_CASE(polyhedron_faults), TEST_CASE(legal_maxima),
          TEST_CASE(tolerance_policy), TEST_CASE(volume_converges),
          TEST_CASE(any_sizes_make_sound_meshes))
