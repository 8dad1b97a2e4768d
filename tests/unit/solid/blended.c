// SPDX-License-Identifier: Apache-2.0
// Distance fields, blends, shells.
#include "compiler/solid/field.h"
#include "tests/unit/solid/solid_test.h"

TEST(distance_to_a_box) {
    Bench *b = bench_open(0);
    DistanceTree *tree =
        distance_create(&b->heap, solid_mesh(b->solids, LEAF(b, BOX, 0, 0, 0, 2, 2, 2, 0, 0)));
    CHECK_NEAR(distance_at(tree, (Vec3){1, 1, 5}, NULL), 3, 1e-12);
    CHECK_NEAR(distance_at(tree, (Vec3){1, 1, 1}, NULL), -1, 1e-12);
    CHECK_NEAR(distance_at(tree, (Vec3){-3, -4, 1}, NULL), 5, 1e-12);
    CHECK_NEAR(distance_at(tree, (Vec3){-1, -2, -2}, NULL), 3, 1e-12);
    CHECK_NEAR(distance_at(tree, (Vec3){0.25, 0.5, 1.9}, NULL), -0.1, 1e-12);
    distance_destroy(tree);
    // an L: inside and outside of the inner corner
    IrId ell =
        BOTH(b, UNION, LEAF(b, BOX, 0, 0, 0, 4, 1, 1, 0, 0), LEAF(b, BOX, 0, 0, 0, 1, 4, 1, 0, 0));
    tree = distance_create(&b->heap, solid_mesh(b->solids, ell));
    CHECK_NEAR(distance_at(tree, (Vec3){1.3, 1.4, 0.5}, NULL), 0.3, 1e-12);
    CHECK_NEAR(distance_at(tree, (Vec3){0.7, 0.6, 0.5}, NULL), -0.5, 1e-12);
    CHECK_NEAR(distance_at(tree, (Vec3){0.9, 0.8, 0.5}, NULL), -sqrt(0.05), 1e-12);
    distance_destroy(tree);
    bench_close(b);
}

TEST(a_joint_gets_a_fillet) {
    Bench *b = bench_open(0.02);
    IrId plate = LEAF(b, BOX, -20, -20, -4, 20, 20, 0, 0, 0),
         post = moved(b, LEAF(b, CYLINDER, 20, 10, 10, 0, 0), 0, 0, 9);
    f64 plain = mesh_measure(solid_mesh(b->solids, BOTH(b, UNION, plate, post))).volume;
    const Mesh *mesh = solid_mesh(
        b->solids, node(b, IR_BLEND, (const IrId[]){plate, post}, 2, (const f64[]){3}, 1));
    CHECK(mesh);
    MeshCheck check = mesh_check(&b->heap, mesh);
    CHECK_EQ(check.fault, MESH_OK);
    CHECK_EQ(check.n_components, 1);
    CHECK_EQ(check.genus, 0);
    printf("  blend: %u triangles\n", mesh->n_tris);
    // The section between the walls u = 0 and v = 0 and the curve u, v where min - (1 - |u - v| /
    // r)^2 r / 4 = 0: a parabola through (0, r), (r/4, r/4), (r, 0), of area r^2 / 6; turned about
    // the axis.
    f64 extra = mesh_measure(mesh).volume - plain, expected = 3 * 3 / 6. * 2 * PI * (5 + 3 / 5.);
    printf("  fillet %.3f, expected about %.3f\n", extra, expected);
    CHECK_NEAR(extra, expected, 0.12 * expected);
    // what is far from the joint is untouched
    Box3 box = mesh_bounds(mesh);
    CHECK_BOX(box, -20, -20, -4, 20, 20, 19);
    u32 corners = 0;
    for (u32 i = 0; i < mesh->n_verts; i++)
        corners += fabs(mesh->verts[i].x) == 20 && fabs(mesh->verts[i].y) == 20;
    CHECK_EQ(corners, 8);
    bench_close(b);
}

TEST(blends_of_several) {
    Bench *b = bench_open(0);
    IrId balls[] = {LEAF(b, SPHERE, 10), moved(b, LEAF(b, SPHERE, 8), 7, 0, 0),
                    moved(b, LEAF(b, SPHERE, 6), 3, 5, 0)};
    const Mesh *mesh = solid_mesh(b->solids, node(b, IR_BLEND, balls, 3, (const f64[]){2}, 1));
    CHECK(mesh && mesh_check(&b->heap, mesh).fault == MESH_OK);
    CHECK_EQ(mesh_check(&b->heap, mesh).n_components, 1);
    // apart, but nearer than r: a bridge joins them
    IrId two[] = {LEAF(b, BOX, 0, 0, 0, 4, 4, 4, 0, 0), LEAF(b, BOX, 4.5, 0, 0, 8, 4, 4, 0, 0)};
    mesh = solid_mesh(b->solids, node(b, IR_BLEND, two, 2, (const f64[]){3}, 1));
    CHECK(mesh && mesh_check(&b->heap, mesh).fault == MESH_OK);
    CHECK_EQ(mesh_check(&b->heap, mesh).n_components, 1);
    // out of reach: just both
    IrId far[] = {two[0], moved(b, two[1], 20, 0, 0)};
    mesh = solid_mesh(b->solids, node(b, IR_BLEND, far, 2, (const f64[]){3}, 1));
    CHECK(mesh);
    CHECK_EQ(mesh->n_tris, 24);
    bench_close(b);
}

#define SHELL(b, kid, wall) NODE1(b, SHELL, kid, wall)
static f64 volume(Bench *b, IrId id) {
    return mesh_measure(solid_mesh(b->solids, id)).volume;
}

TEST(exact_shells) {
    Bench *b = bench_open(0.001);
    CHECK_SOLID(b, SHELL(b, LEAF(b, BOX, 0, 0, 0, 10, 8, 6, 0, 0), 1), 0, 480 - 8 * 6 * 4.0,
                2 * (80 + 48 + 60) + 2 * (48 + 24 + 32.0), 1e-12);
    CHECK_SOLID(b, SHELL(b, LEAF(b, SPHERE, 10), 1), 0, 4 * PI / 3 * (125 - 64), 4 * PI * (25 + 16),
                2e-3);
    CHECK_SOLID(b, SHELL(b, LEAF(b, CYLINDER, 10, 10, 10, 0, 0), 1), 0, PI * (250 - 16 * 8),
                PI * (50 + 100 + 32 + 64), 1e-3);
    CHECK_SOLID(b, SHELL(b, LEAF(b, TORUS, 20, 6), 1), 2, 2 * PI * 10 * PI * (9 - 4),
                4 * PI * PI * 10 * (3 + 2), 2e-3);
    CHECK_SOLID(b, SHELL(b, NODE1(b, EXTRUDE, LEAF(b, RECT, 8, 8, 2), 6, 0, 1, 0), 1), 0,
                6 * (64 - (4 - PI) * 4) - 4 * (36 - (4 - PI) * 1),
                2 * (64 - (4 - PI) * 4) + 6 * (16 + 4 * PI) + 2 * (36 - (4 - PI)) +
                    4 * (16 + 2 * PI),
                2e-3);
    // a cone keeps its wall square to its side
    CHECK(sound(b, solid_mesh(b->solids, SHELL(b, LEAF(b, CYLINDER, 12, 10, 0, 0, 0), 1)), 0));
    CHECK(sound(b, solid_mesh(b->solids, SHELL(b, LEAF(b, CYLINDER, 12, 10, 10, 2, 0), 1)), 0));
    // turned and moved, it is the same shell
    CHECK_NEAR(
        volume(b,
               SHELL(b, turned(b, LEAF(b, BOX, 0, 0, 0, 10, 8, 6, 0, 0), (Vec3){1, 1, 0}, 30), 1)),
        480 - 192, 1e-9);
    // convex: a pyramid's inset is a smaller pyramid, by (inradius - wall) / inradius; its inradius
    // is 1.5
    CHECK_SOLID(b, SHELL(b, LEAF(b, PYRAMID, 6, 6, 4), 0.5), 0, 48 * (1 - 8. / 27),
                96 * (1 + 4. / 9), 1e-5);
    CHECK(!solid_mesh(b->solids, SHELL(b, LEAF(b, BOX, 0, 0, 0, 10, 8, 6, 0, 0), 3)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0611);
    CHECK_NEAR(b->diags.items[0]->limit, 3, 1e-12);
    bench_close(b);
}

TEST(shells_of_anything) {
    Bench *b = bench_open(0.02);
    IrId ell = BOTH(b, UNION, LEAF(b, BOX, 0, 0, 0, 20, 8, 8, 0, 0),
                    LEAF(b, BOX, 0, 0, 0, 8, 20, 8, 0, 0));
    const Mesh *mesh = solid_mesh(b->solids, SHELL(b, ell, 1));
    CHECK(mesh && mesh_check(&b->heap, mesh).fault == MESH_OK);
    CHECK_EQ(mesh->n_tris, 48); // as many inside as outside, and sharp
    f64 solid = 8 * (400 - 144.), inner = 6 * (18 * 6 + 6 * 12.); // the L between inset planes
    CHECK_NEAR(mesh_measure(mesh).volume, solid - inner, 1e-9 * inner);
    // turned, and with a drilled hole: facets of the hole move too
    IrId drill = moved(b, LEAF(b, CYLINDER, 30, 2, 2, 0, 0), 15, 4, 0),
         turn = turned(b, BOTH(b, DIFFERENCE, ell, drill), (Vec3){1, 2, 3}, 40);
    mesh = solid_mesh(b->solids, SHELL(b, turn, 1));
    CHECK(mesh && mesh_check(&b->heap, mesh).fault == MESH_OK);
    CHECK_EQ(mesh_check(&b->heap, mesh).n_components, 2);
    CHECK_NEAR(mesh_measure(mesh).volume, solid - 8 * PI - (inner - 6 * 4 * PI), 0.01 * solid);
    // a plate between two blocks that is too thin to be hollow: the field's way, two rooms
    IrId parts[3] = {LEAF(b, BOX, 0, 0, 0, 8, 8, 8, 0, 0), LEAF(b, BOX, 20, 0, 0, 28, 8, 8, 0, 0),
                     LEAF(b, BOX, 7, 3, 3, 21, 4.5, 4.5, 0, 0)};
    mesh = solid_mesh(b->solids, SHELL(b, node(b, IR_UNION, parts, 3, NULL, 0), 1));
    CHECK(mesh && mesh_check(&b->heap, mesh).fault == MESH_OK);
    CHECK_EQ(mesh_check(&b->heap, mesh).n_components, 3);
    // and a pit whose floor is too near the bottom
    IrId pit = BOTH(b, DIFFERENCE, LEAF(b, BOX, 0, 0, 0, 20, 20, 10, 0, 0),
                    LEAF(b, BOX, 8, 8, 1.5, 12, 12, 11, 0, 0));
    mesh = solid_mesh(b->solids, SHELL(b, pit, 1));
    CHECK(mesh && mesh_check(&b->heap, mesh).fault == MESH_OK);
    CHECK(mesh->n_tris > 80);
    mesh = solid_mesh(b->solids, SHELL(b, LEAF(b, ELLIPSOID, 20, 12, 10), 1));
    CHECK(mesh && mesh_check(&b->heap, mesh).fault == MESH_OK);
    bench_close(b);
}

TEST_MAIN(TEST_CASE(exact_shells), TEST_CASE(shells_of_anything), TEST_CASE(distance_to_a_box),
          TEST_CASE(a_joint_gets_a_fillet), TEST_CASE(blends_of_several))
