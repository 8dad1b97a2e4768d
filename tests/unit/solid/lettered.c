// SPDX-License-Identifier: Apache-2.0
// Text, and that every mesh is the same whatever built it.
#include "tests/unit/solid/solid_test.h"

static IrId text(Bench *b, const char *z, f64 size) {
    return ir_node(&b->graph, IR_TEXT, NULL, 0, &size, 1, str_from(z), (Span){0, 0, 1}, NONE);
}

TEST(capitals_have_the_size_asked_for) {
    Bench *b = bench_open(0.01);
    Box2 box;
    CHECK(solid_profile_bounds(b->solids, text(b, "H", 10), &box));
    CHECK_NEAR(box.min.y, 0, 1e-9);
    CHECK_NEAR(box.max.y, 10, 1e-9);
    CHECK(box.min.x >= 0 && box.max.x < 11);
    bench_close(b);
}

TEST(letters_have_their_holes) {
    Bench *b = bench_open(0.01);
    CHECK(sound(b, solid_mesh(b->solids, NODE1(b, EXTRUDE, text(b, "O", 10), 2, 0, 1, 0)), 1));
    CHECK(sound(b, solid_mesh(b->solids, NODE1(b, EXTRUDE, text(b, "B", 10), 2, 0, 1, 0)), 2));
    CHECK(sound(b, solid_mesh(b->solids, NODE1(b, EXTRUDE, text(b, "I", 10), 2, 0, 1, 0)), 0));
    const Mesh *mesh = solid_mesh(
        b->solids, NODE1(b, EXTRUDE, text(b, "Hamburg & Øl 8\nzweite Zeile", 10), 2, 0, 1, 0));
    CHECK(mesh && mesh_check(&b->heap, mesh).fault == MESH_OK);
    CHECK(mesh_bounds(mesh).min.y < -10); // the second line
    CHECK(mesh->normals);
    bench_close(b);
}

TEST(the_same_letter_is_the_same_everywhere) {
    Bench *b = bench_open(0.01);
    f64 one =
        mesh_measure(solid_mesh(b->solids, NODE1(b, EXTRUDE, text(b, "a", 10), 1, 0, 1, 0))).volume;
    f64 many =
        mesh_measure(solid_mesh(b->solids, NODE1(b, EXTRUDE, text(b, "aaaa", 10), 1, 0, 1, 0)))
            .volume;
    CHECK_NEAR(many, 4 * one, 1e-4 * one);
    bench_close(b);
}

TEST(characters_without_a_picture) {
    Bench *b = bench_open(0);
    CHECK(!solid_mesh(b->solids, NODE1(b, EXTRUDE, text(b, "a\xe4\xb8\xad", 10), 1, 0, 1, 0)));
    CHECK_EQ(b->diags.items[0]->code, DIAG_E0617);
    CHECK(str_equal(b->diags.items[0]->message,
                    STR("the font has no picture of '\xe4\xb8\xad' (U+4E2D)")));
    CHECK(!solid_mesh(b->solids, NODE1(b, EXTRUDE, text(b, "  ", 10), 1, 0, 1, 0)));
    CHECK_EQ(b->diags.items[1]->code, DIAG_E0621);
    bench_close(b);
}

// One of everything, in one number: the same with every compiler, optimisation level and machine.
static u64 everything(Bench *b) {
    IrId box = LEAF(b, BOX, -5, -4, -3, 5, 4, 3, 1.5, 0), rod = LEAF(b, CYLINDER, 12, 4, 3, 0.5, 0);
    IrId path = LEAF(b, POLYLINE, 1, 0, 0, 0, 0, 0, 10, 3, 0, 20, -3, 5, 30, 0, 0);
    IrId profiles[] = {LEAF(b, RECT, 10, 10, 0), LEAF(b, CIRCLE, 6), LEAF(b, RECT, 8, 6, 1)};
    IrId ids[] = {box,
                  rod,
                  LEAF(b, SPHERE, 3),
                  LEAF(b, ELLIPSOID, 3, 4, 5),
                  LEAF(b, TORUS, 9, 2),
                  LEAF(b, CAPSULE, 9, 2),
                  LEAF(b, TUBE, 4, 5, 6, 1),
                  NODE1(b, EXTRUDE, LEAF(b, STAR, 5, 10, 4), 10, 40, 0.5, 0),
                  NODE1(b, EXTRUDE, profiles[2], 6, 0, 1, 1),
                  NODE1(b, REVOLVE, NODE1(b, PROFILE_XFORM, profiles[1], 1, 0, 0, 1, 9, 0), 250),
                  NODE2(b, SWEEP, profiles[1], path, 30, 1, 0, 0, 1, 0.5),
                  node(b, IR_LOFT, profiles, 3, (const f64[]){1, 0, 5, 9}, 4),
                  BOTH(b, DIFFERENCE, box, turned(b, rod, (Vec3){1, 2, 3}, 33)),
                  BOTH(b, HULL, LEAF(b, SPHERE, 4), moved(b, box, 1, 2, 9)),
                  NODE1(b, SHELL, LEAF(b, PYRAMID, 6, 6, 4), 0.5),
                  NODE1(b, EXTRUDE, text(b, "Ag", 8), 2, 0, 1, 0),
                  NODE2(b, BLEND, LEAF(b, BOX, -9, -9, -4, 9, 9, -2, 0, 0), rod, 2)};
    u64 h = 0;
    for (u32 i = 0; i < COUNT_OF(ids); i++) {
        const Mesh *mesh = solid_mesh(b->solids, ids[i]);
        if (!mesh)
            return i;
        h = hash_combine(h, mesh_hash(mesh));
    }
    return h;
}

TEST(meshes_repeat_to_the_bit) {
    Bench *b = bench_open(0.05), *c = bench_open(0.05);
    u64 first = everything(b);
    CHECK(first > 1000);
    CHECK(first == everything(c));
    printf("  everything: %016llx\n", (unsigned long long)first);
    bench_close(b);
    bench_close(c);
}

TEST_MAIN(TEST_CASE(capitals_have_the_size_asked_for), TEST_CASE(letters_have_their_holes),
          TEST_CASE(the_same_letter_is_the_same_everywhere),
          TEST_CASE(characters_without_a_picture), TEST_CASE(meshes_repeat_to_the_bit))
