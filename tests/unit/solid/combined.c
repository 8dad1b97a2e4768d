// SPDX-License-Identifier: Apache-2.0
// Booleans, clips and paint through the kernel; the model.
#include "tests/unit/solid/solid_test.h"

TEST(booleans_of_boxes) {
    Bench *b = bench_open(0);
    IrId a = LEAF(b, BOX, 0, 0, 0, 10, 10, 10, 0, 0), c = LEAF(b, BOX, 5, 5, 5, 15, 15, 15, 0, 0);
    CHECK_SOLID(b, BOTH(b, UNION, a, c), 0, 2000 - 125.0, 1200 - 150.0, 1e-12);
    CHECK_SOLID(b, BOTH(b, DIFFERENCE, a, c), 0, 875.0, 600.0, 1e-12);
    CHECK_SOLID(b, BOTH(b, INTERSECTION, a, c), 0, 125.0, 150.0, 1e-12);
    // flush: one box of twice the length, twelve triangles a box's worth
    const Mesh *mesh = solid_mesh(b->solids, BOTH(b, UNION, a, moved(b, a, 10, 0, 0)));
    CHECK(sound(b, mesh, 0));
    CHECK_NEAR(mesh_measure(mesh).area, 1000, 1e-9);
    CHECK_EQ(solid_mesh(b->solids, BOTH(b, DIFFERENCE, a, a))->n_tris, 0);
    CHECK_EQ(solid_mesh(b->solids, BOTH(b, INTERSECTION, a, moved(b, a, 20, 0, 0)))->n_tris, 0);
    bench_close(b);
}

TEST(a_hole_keeps_its_normals_and_names) {
    Bench *b = bench_open(0.001);
    IrId plate = LEAF(b, BOX, -10, -10, -1, 10, 10, 1, 0, 0),
         drill = LEAF(b, CYLINDER, 6, 8, 8, 0, 0);
    IrId id = BOTH(b, DIFFERENCE, plate, drill);
    CHECK_SOLID(b, id, 1, 800 - 32 * PI, 800 - 32 * PI + 160 + 16 * PI, 1e-3);
    const Mesh *mesh = solid_mesh(b->solids, id);
    bool side = false;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        SolidFace face = solid_face(b->solids, mesh->tags[t]);
        CHECK(face.leaf == plate || face.leaf == drill);
        if (face.leaf == drill) {
            CHECK(!strcmp(face.name, "side"));
            const f32 *n = mesh->normals + 9 * (size_t)t;
            Vec3 p = mesh->verts[mesh->tris[3 * t]];
            CHECK_NEAR((f64)n[0] * p.x + (f64)n[1] * p.y, -4,
                       1e-3); // inward to the axis: out of the plate
            side = true;
        }
    }
    CHECK(side);
    bench_close(b);
}

TEST(a_common_rotation_is_taken_out) {
    Bench *b = bench_open(0);
    IrId a = LEAF(b, BOX, 0, 0, 0, 1, 1, 1, 0, 0), parts[8];
    Affine3 turn = affine3_rotate(vec3_unit((Vec3){1, 2, 3}), 37);
    for (u32 i = 0; i < 8; i++) {
        Affine3 move = affine3_move((Vec3){0.1 * (i & 1), 0.1 * (i >> 1 & 1), 0.1 * (i >> 2)}),
                small = affine3_identity();
        small.m[0][0] = small.m[1][1] = small.m[2][2] = 0.1;
        Affine3 map = affine3_mul(&move, &small);
        map = affine3_mul(&turn, &map);
        parts[i] = ir_xform(&b->graph, a, &map, (Span){0, 0, 1}, NONE);
    }
    IrId id = node(b, IR_UNION, parts, 8, NULL, 0);
    CHECK_SOLID(b, id, 0, 0.008, 0.24, 1e-9); // one cube, no inner walls
    bench_close(b);
}

// A tool that took something is known by the difference that was made, also where that is taken
// apart in a larger one; what it did not meet is not.
TEST(cuts_are_noted) {
    Bench *b = bench_open(0);
    IrId plate = LEAF(b, BOX, 0, 0, 0, 10, 10, 1, 0, 0),
         hole = LEAF(b, BOX, 2, 2, -1, 3, 3, 2, 0, 0), flush = moved(b, plate, 10, 0, 0),
         far = moved(b, plate, 100, 0, 0), near = moved(b, plate, 0, 0, 1.5),
         second = moved(b, hole, 3, 3, 0);
    IrId tools[5] = {plate, hole, flush, far, near};
    IrId first = node(b, IR_DIFFERENCE, tools, 5, NULL, 0),
         outer = BOTH(b, DIFFERENCE, first, second);
    CHECK(!solid_cut_took(b->solids, first, 1));
    CHECK_SOLID(b, outer, 2, 98.0, 200.0 - 4 + 48, 1e-9);
    CHECK(solid_cut_took(b->solids, first, 1));
    CHECK(solid_cut_took(b->solids, outer, 1));
    CHECK(!solid_cut_took(b->solids, first, 3));
    CHECK(!solid_cut_took(b->solids, first, 4));
    bench_close(b);
}

// A union of many bodies is taken from something small: those that are not there cost nothing, and
// nothing else changes.
TEST(far_tools_are_left_out) {
    Bench *b = bench_open(0);
    IrId brick = LEAF(b, BOX, 0, 0, 0, 1, 1, 1, 0, 0), bricks[400];
    for (u32 i = 0; i < 400; i++)
        bricks[i] = moved(b, brick, i % 20, i / 20, 0);
    IrId wall = node(b, IR_UNION, bricks, 400, NULL, 0),
         peg = LEAF(b, BOX, 4.25, 4.25, -1, 4.75, 4.75, 3, 0, 0);
    CHECK_SOLID(b, BOTH(b, DIFFERENCE, peg, wall), 0, 0.75, 4 * 0.25 + 3 * 2.0, 1e-9);
    CHECK_SOLID(b, BOTH(b, INTERSECTION, peg, wall), 0, 0.25, 2.5, 1e-9);
    // The nest: what is cut from the wall before the wall is cut from the peg.
    IrId drilled = BOTH(b, DIFFERENCE, wall, LEAF(b, BOX, 4, 4, 0.5, 6, 6, 2, 0, 0));
    CHECK_SOLID(b, BOTH(b, DIFFERENCE, peg, drilled), 0, 0.875, 4 * 0.25 + 3.5 * 2.0, 1e-9);
    bench_close(b);
}

TEST(clips) {
    Bench *b = bench_open(0.001);
    IrId ball = LEAF(b, SPHERE, 10);
    f64 inf = INFINITY;
    CHECK_SOLID(b, NODE1(b, CLIP, ball, -inf, -inf, 0, inf, inf, inf), 0, 250 * PI / 3, 75 * PI,
                1e-3);
    CHECK_SOLID(b, NODE1(b, CLIP, ball, 0, 0, 0, inf, inf, inf), 0, 500 * PI / 24,
                100 * PI / 8 + 3 * 25 * PI / 4, 1e-3);
    CHECK_EQ(solid_mesh(b->solids, NODE1(b, CLIP, ball, -inf, -inf, 6, inf, inf, inf))->n_tris, 0);
    CHECK_SOLID(b, NODE1(b, CLIP, ball, -inf, -inf, -6, inf, inf, inf), 0, 500 * PI / 3, 100 * PI,
                1e-3);
    CHECK_SOLID(b, NODE1(b, CLIP, moved(b, ball, 0, 0, 5), -inf, -inf, 5, inf, inf, inf), 0,
                250 * PI / 3, 75 * PI, 1e-3);
    bench_close(b);
}

TEST(paint) {
    Bench *b = bench_open(0);
    IrId box = LEAF(b, BOX, 0, 0, 0, 10, 10, 10, 0, 0),
         tool = LEAF(b, BOX, -1, -1, 7, 11, 11, 12, 0, 0);
    const Mesh *mesh = solid_mesh(b->solids, NODE1(b, PAINT, box, 4));
    for (u32 t = 0; t < mesh->n_tris; t++)
        CHECK_EQ(mesh->mats[t], 5);
    mesh = solid_mesh(b->solids, NODE2(b, PAINT, box, tool, 4));
    CHECK(sound(b, mesh, 0));
    CHECK_NEAR(mesh_measure(mesh).volume, 1000, 1e-9);
    f64 painted = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        Vec3 n = vec3_cross(vec3_sub(mesh->verts[v[1]], mesh->verts[v[0]]),
                            vec3_sub(mesh->verts[v[2]], mesh->verts[v[0]]));
        if (mesh->mats[t])
            painted += vec3_norm(n) / 2;
    }
    CHECK_NEAR(painted, 100 + 4 * 30, 1e-6);
    bench_close(b);
}

TEST(nests_are_taken_apart) {
    Bench *b = bench_open(0);
    IrId a = LEAF(b, BOX, 0, 0, 0, 10, 10, 10, 0, 0), holes[100];
    for (u32 i = 0; i < 100; i++)
        holes[i] = moved(b, LEAF(b, BOX, 0.25, 0.25, -1, 0.75, 0.75, 11, 0, 0), i % 10, i / 10, 0);
    IrId tools = node(b, IR_UNION, holes, 100, NULL, 0);
    CHECK_SOLID(b, BOTH(b, DIFFERENCE, a, tools), 100, 1000 - 250.0, 400 + 150 + 2000.0, 1e-9);
    // deep: halves of halves
    IrId deep = a;
    for (u32 i = 0; i < 40; i++)
        deep =
            BOTH(b, UNION, BOTH(b, DIFFERENCE, deep, moved(b, LEAF(b, SPHERE, 1), i * 0.25, 0, 0)),
                 moved(b, LEAF(b, BOX, 0, 0, 0, 0.1, 0.1, 0.1, 0, 0), i * 0.25, 5, 10));
    const Mesh *mesh = solid_mesh(b->solids, deep);
    CHECK(mesh && mesh_check(&b->heap, mesh).fault == MESH_OK);
    bench_close(b);
}

static Scene scene_of(Bench *b, ScenePart *parts, u32 n) {
    return (Scene){.graph = &b->graph, .parts = parts, .n_parts = n, .unit_mm = 1};
}

TEST(instances_share_their_mesh) {
    Bench *b = bench_open(0);
    IrId leg = LEAF(b, CYLINDER, 40, 4, 4, 0, 0),
         seat = LEAF(b, BOX, -20, -20, 20, 20, 20, 24, 0, 0);
    ScenePart parts[6] = {0};
    for (u32 i = 0; i < 4; i++)
        parts[i] = (ScenePart){.label = STR("leg"),
                               .path = STR("leg"),
                               .solid = moved(b, leg, i & 1 ? 15 : -15, i & 2 ? 15 : -15, 0),
                               .parent = NONE,
                               .material = NONE};
    parts[4] = (ScenePart){
        .label = STR("seat"), .path = STR("seat"), .solid = seat, .parent = NONE, .material = NONE};
    parts[5] = (ScenePart){
        .label = STR("none"), .path = STR("none"), .solid = NONE, .parent = NONE, .material = NONE};
    Scene scene = scene_of(b, parts, 6);
    Model model;
    CHECK(model_build(&scene, b->solids, &b->arena, &b->diags, &model));
    CHECK_EQ(model.n_meshes, 2);
    CHECK_EQ(model.meshes[0].n_uses, 4);
    CHECK_EQ(model.parts[5].mesh, NONE);
    CHECK_BOX(model.bounds, -20, -20, -20, 20, 20, 24);
    Mesh merged;
    CHECK(model_merge(&model, &b->heap, &merged));
    CHECK(sound(b, &merged, 0));
    CHECK_NEAR(mesh_measure(&merged).volume, 6400 + 4 * model.parts[0].volume,
               1e-6); // the legs end flush under the seat
    mesh_finish(&merged, &b->heap);
    bench_close(b);
}

TEST(nothing_left) {
    Bench *b = bench_open(0);
    IrId a = LEAF(b, BOX, 0, 0, 0, 1, 1, 1, 0, 0);
    ScenePart part = {.label = STR("cup"),
                      .path = STR("cup"),
                      .solid = BOTH(b, DIFFERENCE, a, LEAF(b, BOX, -1, -1, -1, 2, 2, 2, 0, 0)),
                      .parent = NONE,
                      .material = NONE};
    Scene scene = scene_of(b, &part, 1);
    Model model;
    CHECK(!model_build(&scene, b->solids, &b->arena, &b->diags, &model));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0616);
    CHECK(str_equal(b->diags.items[0]->message, STR("nothing is left of 'cup'")));
    part.solid = NONE;
    CHECK(!model_build(&scene, b->solids, &b->arena, &b->diags, &model));
    CHECK_EQ(b->diags.items[1]->code, DIAG_E0620);
    bench_close(b);
}

TEST(triangle_limit) {
    Bench *b = bench_open(0.0001);
    SolidOptions options = {.tolerance = 1e-5, .n_threads = 1, .limits = limits_default()};
    options.limits.triangles = 1000;
    SolidContext *small = solid_create(&b->heap, &b->graph, options, &b->diags);
    CHECK(!solid_mesh(small, LEAF(b, SPHERE, 10)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0503);
    CHECK(b->diags.limit_reached);
    solid_destroy(small);
    bench_close(b);
}

TEST_MAIN(TEST_CASE(booleans_of_boxes), TEST_CASE(a_hole_keeps_its_normals_and_names),
          TEST_CASE(a_common_rotation_is_taken_out), TEST_CASE(cuts_are_noted),
          TEST_CASE(far_tools_are_left_out), TEST_CASE(clips), TEST_CASE(paint),
          TEST_CASE(nests_are_taken_apart), TEST_CASE(instances_share_their_mesh),
          TEST_CASE(nothing_left), TEST_CASE(triangle_limit))
