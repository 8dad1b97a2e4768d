// SPDX-License-Identifier: Apache-2.0
// The boolean on solids whose results are known.
#include "tests/unit/mesh/solids.h"

static Status run_pair(Heap *heap, CsgOp op, Mesh a, Mesh b, Mesh *out) {
    Builder builder = {.heap = heap};
    u32 x = build_leaf(&builder, a), y = build_leaf(&builder, b);
    return build_run(&builder, build_pair(&builder, op, x, y), out, NULL);
}

#define EXPECT(mesh, n_comp, gen, vol, ar)                                                         \
    do {                                                                                           \
        MeshCheck test_check = mesh_check(&heap, &(mesh));                                         \
        CHECK_EQ(test_check.fault, MESH_OK);                                                       \
        CHECK_EQ(test_check.n_components, n_comp);                                                 \
        CHECK_EQ(test_check.genus, gen);                                                           \
        MeshMeasure test_measure = mesh_measure(&(mesh));                                          \
        CHECK_NEAR(test_measure.volume, vol, 1e-5 * (1 + (vol)));                                  \
        CHECK_NEAR(test_measure.area, ar, 1e-5 * (1 + (ar)));                                      \
    } while (0)

static Mesh cube(Heap *heap, f64 x, f64 y, f64 z, f64 size) {
    return solid_box(heap, vec3(x, y, z), vec3(x + size, y + size, z + size));
}

TEST(overlapping_boxes) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 0, 0, 0, 2), cube(&heap, 1, 1, 1, 2), &out),
             STATUS_OK);
    EXPECT(out, 1, 0, 15, 42);
    CHECK_EQ(
        run_pair(&heap, CSG_INTERSECTION, cube(&heap, 0, 0, 0, 2), cube(&heap, 1, 1, 1, 2), &out),
        STATUS_OK);
    EXPECT(out, 1, 0, 1, 6);
    CHECK_EQ(out.n_tris, 12);
    CHECK_EQ(
        run_pair(&heap, CSG_DIFFERENCE, cube(&heap, 0, 0, 0, 2), cube(&heap, 1, 1, 1, 2), &out),
        STATUS_OK);
    EXPECT(out, 1, 0, 7, 24);
    heap_finish(&heap);
}

TEST(flush_boxes_are_one_box) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 0, 0, 0, 1), cube(&heap, 1, 0, 0, 1), &out),
             STATUS_OK);
    EXPECT(out, 1, 0, 2, 10);
    CHECK_EQ(out.n_tris, 12);
    CHECK_EQ(out.n_verts, 8);
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 0, 0, 0, 2), cube(&heap, 2, 0.5, 0.5, 1), &out),
             STATUS_OK);
    EXPECT(out, 1, 0, 9, 28);
    // A tool flush with the face that it enters by leaves no skin.
    CHECK_EQ(
        run_pair(&heap, CSG_DIFFERENCE, cube(&heap, 0, 0, 0, 3), cube(&heap, 1, 1, 2, 1), &out),
        STATUS_OK);
    EXPECT(out, 1, 0, 26, 58);
    Mesh bar = solid_box(&heap, vec3(1, 1, 0), vec3(2, 2, 3));
    CHECK_EQ(run_pair(&heap, CSG_DIFFERENCE, cube(&heap, 0, 0, 0, 3), bar, &out), STATUS_OK);
    EXPECT(out, 1, 1, 24, 64);
    heap_finish(&heap);
}

TEST(nothing_left) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    CHECK_EQ(
        run_pair(&heap, CSG_DIFFERENCE, cube(&heap, 0, 0, 0, 1), cube(&heap, 0, 0, 0, 1), &out),
        STATUS_OK);
    CHECK_EQ(out.n_tris, 0);
    CHECK_EQ(
        run_pair(&heap, CSG_INTERSECTION, cube(&heap, 0, 0, 0, 1), cube(&heap, 1, 0, 0, 1), &out),
        STATUS_OK);
    CHECK_EQ(out.n_tris, 0);
    CHECK_EQ(
        run_pair(&heap, CSG_INTERSECTION, cube(&heap, 0, 0, 0, 1), cube(&heap, 5, 0, 0, 1), &out),
        STATUS_OK);
    CHECK_EQ(out.n_tris, 0);
    CHECK_EQ(run_pair(&heap, CSG_UNION, (Mesh){0}, (Mesh){0}, &out), STATUS_OK);
    CHECK_EQ(out.n_tris, 0);
    CHECK_EQ(run_pair(&heap, CSG_DIFFERENCE, cube(&heap, 0, 0, 0, 1), (Mesh){0}, &out), STATUS_OK);
    EXPECT(out, 1, 0, 1, 6);
    heap_finish(&heap);
}

TEST(apart_inside_and_around) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 0, 0, 0, 1), cube(&heap, 5, 0, 0, 1), &out),
             STATUS_OK);
    EXPECT(out, 2, 0, 2, 12);
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 0, 0, 0, 3), cube(&heap, 1, 1, 1, 1), &out),
             STATUS_OK);
    EXPECT(out, 1, 0, 27, 54);
    CHECK_EQ(
        run_pair(&heap, CSG_DIFFERENCE, cube(&heap, 0, 0, 0, 3), cube(&heap, 1, 1, 1, 1), &out),
        STATUS_OK);
    EXPECT(out, 2, 0, 26, 60);
    CHECK_EQ(
        run_pair(&heap, CSG_INTERSECTION, cube(&heap, 0, 0, 0, 3), cube(&heap, 1, 1, 1, 1), &out),
        STATUS_OK);
    EXPECT(out, 1, 0, 1, 6);
    heap_finish(&heap);
}

TEST(box_minus_cylinder) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    Mesh box = solid_box(&heap, vec3(-10, -10, 0), vec3(10, 10, 5));
    f64 base = 32 * 0.5 * 16 * trig_sin(360.0 / 32);
    CHECK_EQ(
        run_pair(&heap, CSG_DIFFERENCE, box, solid_cylinder(&heap, 0, 0, 4, -1, 6, 32, true), &out),
        STATUS_OK);
    f64 wall = 32 * 8 * trig_sin(180.0 / 32) * 5;
    EXPECT(out, 1, 1, 2000 - base * 5, 1200 - 2 * base + wall);
    // The hole's wall keeps its normals, turned inwards.
    u32 n_smooth = 0;
    for (u32 t = 0; t < out.n_tris; t++) {
        const f32 *n = out.normals + 9 * (size_t)t;
        bool smooth = n[0] != 0 || n[1] != 0;
        CHECK_EQ(smooth, out.tags[t] == 3 && mesh_bounds(&out).max.x == 10 && smooth);
        for (u32 c = 0; smooth && c < 3; c++) {
            Vec3 p = out.verts[out.tris[3 * t + c]];
            CHECK_NEAR(n[3 * c] * p.x + n[3 * c + 1] * p.y, -4, 1e-5);
        }
        n_smooth += smooth;
    }
    CHECK_EQ(n_smooth, 64);
    CHECK_EQ(
        run_pair(&heap, CSG_DIFFERENCE, box, solid_cylinder(&heap, 0, 0, 4, 0, 5, 32, false), &out),
        STATUS_OK);
    EXPECT(out, 1, 1, 2000 - base * 5, 1200 - 2 * base + wall);
    heap_finish(&heap);
}

TEST(sphere_pairs) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh a = solid_sphere(&heap, vec3(0, 0, 0), 10, 32, 16),
         b = solid_sphere(&heap, vec3(6, 1, 2), 9, 30, 15);
    Mesh u, i, d;
    CHECK_EQ(run_pair(&heap, CSG_UNION, a, b, &u), STATUS_OK);
    CHECK_EQ(run_pair(&heap, CSG_INTERSECTION, a, b, &i), STATUS_OK);
    CHECK_EQ(run_pair(&heap, CSG_DIFFERENCE, a, b, &d), STATUS_OK);
    f64 va = mesh_measure(&a).volume, vb = mesh_measure(&b).volume;
    CHECK_NEAR(mesh_measure(&u).volume + mesh_measure(&i).volume, va + vb, 1e-3);
    CHECK_NEAR(mesh_measure(&d).volume + mesh_measure(&i).volume, va, 1e-3);
    CHECK_EQ(mesh_check(&heap, &u).genus, 0);
    CHECK_EQ(mesh_check(&heap, &u).n_components, 1);
    // A sphere and itself.
    CHECK_EQ(run_pair(&heap, CSG_UNION, a, a, &u), STATUS_OK);
    CHECK_NEAR(mesh_measure(&u).volume, va, 1e-6);
    CHECK_EQ(run_pair(&heap, CSG_DIFFERENCE, a, a, &u), STATUS_OK);
    CHECK_EQ(u.n_tris, 0);
    heap_finish(&heap);
}

static Status cube_grid(Heap *heap, u32 n, f64 step, const Affine3 *map, Mesh *out) {
    Builder b = {.heap = heap};
    VEC(u32) args = {0};
    for (u32 i = 0; i < n * n * n; i++) {
        u32 x = i % n, y = i / n % n, z = i / n / n;
        Mesh mesh = solid_box(heap, vec3(x * step, y * step, z * step),
                              vec3(x * step + step, y * step + step, z * step + step));
        for (u32 t = 0; t < 12; t++)
            mesh.tags[t] = 7;
        vec_push(heap, &args, build_leaf_at(&b, mesh, *map, 0));
    }
    return build_run(&b, build_op(&b, CSG_UNION, args.data, args.len), out, NULL);
}

TEST(touching_cubes_weld) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    Affine3 map = affine3_identity();
    CHECK_EQ(cube_grid(&heap, 4, 1, &map, &out), STATUS_OK);
    EXPECT(out, 1, 0, 64, 96);
    CHECK_EQ(out.n_tris, 12);
    CHECK_EQ(cube_grid(&heap, 10, 0.1, &map, &out), STATUS_OK);
    EXPECT(out, 1, 0, 1, 6);
    CHECK_EQ(out.n_tris, 12);
    // Turned, and nobody takes the turn out: snapped squares are bent by up to a quantum, so they
    // do not merge; but squares in contact have the same corners and vanish.
    Affine3 x = affine3_rotate(vec3(1, 0, 0), 10), y = affine3_rotate(vec3(0, 1, 0), 20);
    map = affine3_mul(&y, &x);
    CHECK_EQ(cube_grid(&heap, 10, 0.1, &map, &out), STATUS_OK);
    EXPECT(out, 1, 0, 1, 6);
    CHECK(out.n_tris <= 1200);
    heap_finish(&heap);
}

// Solids that touch in an edge or a vertex stay apart: closed, oriented, two components.
TEST(touching_edges_and_vertices) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 0, 0, 0, 1), cube(&heap, 1, 1, 0, 1), &out),
             STATUS_OK);
    EXPECT(out, 2, 0, 2, 12);
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 0, 0, 0, 1), cube(&heap, 1, 1, 1, 1), &out),
             STATUS_OK);
    EXPECT(out, 2, 0, 2, 12);
    // Edge in the middle of a face.
    Mesh wedge = solid_tetra(&heap, vec3(0.2, 0.5, 1), vec3(0.8, 0.5, 1), vec3(0.5, 0.2, 2),
                             vec3(0.5, 0.8, 2));
    f64 volume = mesh_measure(&wedge).volume, area = mesh_measure(&wedge).area;
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 0, 0, 0, 1), wedge, &out), STATUS_OK);
    EXPECT(out, 2, 0, 1 + volume, 6 + area);
    // A tip on a face.
    Mesh tip = solid_tetra(&heap, vec3(0.3, 0.4, 1), vec3(0.8, 0.5, 2), vec3(0.5, 0.2, 2),
                           vec3(0.5, 0.8, 2));
    volume = mesh_measure(&tip).volume;
    area = mesh_measure(&tip).area;
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 0, 0, 0, 1), tip, &out), STATUS_OK);
    EXPECT(out, 2, 0, 1 + volume, 6 + area);
    heap_finish(&heap);
}

TEST(shared_nodes_and_leaves) {
    Heap heap;
    heap_init(&heap, 0);
    Builder b = {.heap = &heap};
    u32 a = build_leaf(&b, cube(&heap, 0, 0, 0, 2)), c = build_leaf(&b, cube(&heap, 1, 0, 0, 2));
    u32 both = build_pair(&b, CSG_INTERSECTION, a, c), any = build_pair(&b, CSG_UNION, a, c);
    Mesh out;
    CsgReport report;
    // Symmetric difference: each node used twice.
    CHECK_EQ(build_run(&b, build_pair(&b, CSG_DIFFERENCE, any, both), &out, &report), STATUS_OK);
    EXPECT(out, 2, 0, 8, 32);
    CHECK_EQ(report.leaf_effect[0] & report.leaf_effect[1], CSG_EFFECT_SURFACE);
    const u32 same[3] = {a, a, a};
    CHECK_EQ(build_run(&b, build_op(&b, CSG_UNION, same, 3), &out, &report), STATUS_OK);
    EXPECT(out, 1, 0, 8, 24);
    CHECK_EQ(build_run(&b, build_op(&b, CSG_DIFFERENCE, same, 2), &out, &report), STATUS_OK);
    CHECK_EQ(out.n_tris, 0);
    heap_finish(&heap);
}

// A leaf that overlaps itself holds what has a positive winding number.
TEST(leaves_that_overlap_themselves) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out, far = cube(&heap, 9, 9, 9, 1);
    Mesh both = solid_both(&heap, cube(&heap, 0, 0, 0, 2), cube(&heap, 1, 1, 1, 2));
    CHECK_EQ(run_pair(&heap, CSG_UNION, both, far, &out), STATUS_OK);
    EXPECT(out, 2, 0, 16, 48);
    CHECK_EQ(run_pair(&heap, CSG_DIFFERENCE, cube(&heap, 0, 0, 0, 4), both, &out), STATUS_OK);
    EXPECT(out, 1, 0, 49, 96 + 42 - 24);
    Mesh nested = solid_both(&heap, cube(&heap, 0, 0, 0, 3), cube(&heap, 1, 1, 1, 1));
    CHECK_EQ(run_pair(&heap, CSG_UNION, nested, far, &out), STATUS_OK);
    EXPECT(out, 2, 0, 28, 60);
    Mesh twice = solid_both(&heap, cube(&heap, 0, 0, 0, 3), cube(&heap, 0, 0, 0, 3));
    CHECK_EQ(run_pair(&heap, CSG_UNION, twice, far, &out), STATUS_OK);
    EXPECT(out, 2, 0, 28, 60);
    heap_finish(&heap);
}

// Boxes of one leaf that share a corner, which is the highest of both, or of one and not the other.
TEST(leaves_of_boxes_with_a_common_corner) {
    Heap heap;
    heap_init(&heap, 0);
    for (u32 i = 0; i < 2; i++) {
        Builder b = {.heap = &heap};
        Mesh both = i ? solid_both(&heap, cube(&heap, 0, 0, 0, 3), cube(&heap, 1, 1, 1, 2))
                      : solid_both(&heap, solid_box(&heap, vec3(2, 0, 0), vec3(3, 3, 3)),
                                   solid_box(&heap, vec3(0, 1, 3), vec3(3, 3, 4)));
        u32 pair = build_leaf(&b, both),
            beside = build_leaf(&b, solid_box(&heap, vec3(3, 0, 0), vec3(4, 3, 3)));
        Mesh out;
        CsgReport report;
        CHECK_EQ(build_run(&b, build_pair(&b, CSG_UNION, pair, beside), &out, &report), STATUS_OK);
        CHECK_EQ(report.n_tries, 1);
        EXPECT(out, 1, 0, i ? 36 : 24, i ? 66 : 60);
    }
    heap_finish(&heap);
}

// Boxes at decimal places: every coordinate of the result is one of theirs, to the last bit.
TEST(square_faces_stay_flat) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out, a = cube(&heap, 0.1, 0.2, 0.3, 0.7), b = cube(&heap, 0.35, 0.45, 0.55, 1.3);
    CHECK_EQ(run_pair(&heap, CSG_DIFFERENCE, a, b, &out), STATUS_OK);
    for (u32 v = 0; v < out.n_verts; v++)
        for (u32 axis = 0; axis < 3; axis++) {
            f64 c = vec3_get(out.verts[v], axis);
            bool found = false;
            for (u32 i = 0; i < 8; i++)
                found = found || c == vec3_get(a.verts[i], axis) || c == vec3_get(b.verts[i], axis);
            CHECK(found);
        }
    heap_finish(&heap);
}

TEST(labels_and_materials) {
    Heap heap;
    heap_init(&heap, 0);
    Builder b = {.heap = &heap};
    Mesh tool = cube(&heap, 1, 1, 1, 2);
    for (u32 t = 0; t < 12; t++)
        tool.tags[t] += 10;
    tool.mats[0] = tool.mats[1] = 9; // its face towards -x is painted
    u32 x = build_leaf_at(&b, cube(&heap, 0, 0, 0, 2), affine3_identity(), 4);
    u32 y = build_leaf_at(&b, tool, affine3_identity(), 5);
    Mesh out;
    CHECK_EQ(build_run(&b, build_pair(&b, CSG_DIFFERENCE, x, y), &out, NULL), STATUS_OK);
    f64 area[32] = {0};
    for (u32 t = 0; t < out.n_tris; t++) {
        const u32 *v = out.tris + 3 * t;
        Vec3 n = vec3_cross(vec3_sub(out.verts[v[1]], out.verts[v[0]]),
                            vec3_sub(out.verts[v[2]], out.verts[v[0]]));
        CHECK(out.tags[t] < 32);
        area[out.tags[t]] += vec3_norm(n) / 2;
        CHECK_EQ(out.mats[t], out.tags[t] == 11 ? 9 : 4); // the matter is the box's
    }
    for (u32 tag = 1; tag <= 6; tag++)
        CHECK_NEAR(area[tag], tag % 2 ? 4 : 3, 1e-9);
    for (u32 tag = 11; tag <= 16; tag++)
        CHECK_NEAR(area[tag], tag % 2 ? 1 : 0, 1e-9);
    heap_finish(&heap);
}

// A box of tags 10 (leaf + 1) + 1..6 for -x +x -y +y -z +z.
static u32 labelled_box(Builder *b, Vec3 min, Vec3 max) {
    Mesh mesh = solid_box(b->heap, min, max);
    u32 leaf = b->leaves.len;
    for (u32 t = 0; t < mesh.n_tris; t++)
        mesh.tags[t] += 10 * (leaf + 1);
    return build_leaf_at(b, mesh, affine3_identity(), (u16)(leaf + 1));
}

// Area of what has this tag and material.
static f64 area_of(const Mesh *mesh, u32 tag, u16 mat) {
    f64 sum = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * t;
        Vec3 n = vec3_cross(vec3_sub(mesh->verts[v[1]], mesh->verts[v[0]]),
                            vec3_sub(mesh->verts[v[2]], mesh->verts[v[0]]));
        sum += mesh->tags[t] == tag && mesh->mats[t] == mat ? vec3_norm(n) / 2 : 0;
    }
    return sum;
}

// The rules of spec/kernel.md: of faces that coincide the lowest leaf's that looks the right way
// names the face; the material is that of the lowest leaf that contributes the matter behind it.
TEST(labels_where_faces_coincide) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    for (u32 turn = 0; turn < 2; turn++) { // two blocks of one height, half over each other
        Builder b = {.heap = &heap};
        f64 x = turn ? 1 : 0, y = turn ? 0 : 1; // which comes first
        u32 p = labelled_box(&b, vec3(x, 0, 0), vec3(x + 2, 2, 2));
        u32 q = labelled_box(&b, vec3(y, 0, 0), vec3(y + 2, 2, 2));
        CHECK_EQ(build_run(&b, build_pair(&b, CSG_UNION, q, p), &out, NULL), STATUS_OK);
        EXPECT(out, 1, 0, 12, 32);
        for (u32 face = 3; face <= 6; face++) { // sides, bottom and top of 3 by 2
            CHECK_NEAR(area_of(&out, 10 + face, 1), 4, 1e-12);
            CHECK_NEAR(area_of(&out, 20 + face, 2), 2, 1e-12);
        }
        CHECK_NEAR(area_of(&out, turn ? 12 : 11, 1), 4, 1e-12);
        CHECK_NEAR(area_of(&out, turn ? 21 : 22, 2), 4, 1e-12);
        // Common to both: faces of the first, and of the second where the first has none.
        CHECK_EQ(build_run(&b, build_pair(&b, CSG_INTERSECTION, q, p), &out, NULL), STATUS_OK);
        for (u32 face = 3; face <= 6; face++)
            CHECK_NEAR(area_of(&out, 10 + face, 1), 2, 1e-12);
        CHECK_NEAR(area_of(&out, turn ? 11 : 12, 1), 4, 1e-12);
        CHECK_NEAR(area_of(&out, turn ? 22 : 21, 1), 4, 1e-12);
    }
    // A notch, flush with the block's end and sides, cut by two tools whose bottoms coincide: the
    // wall is the first tool's where both are, and the block's matter everywhere.
    Builder b = {.heap = &heap};
    u32 block = labelled_box(&b, vec3(0, 0, 0), vec3(4, 2, 2));
    u32 tools[3] = {block, labelled_box(&b, vec3(1, 0, 1), vec3(3, 2, 2)),
                    labelled_box(&b, vec3(2, 0, 1), vec3(4, 2, 3))};
    CHECK_EQ(build_run(&b, build_op(&b, CSG_DIFFERENCE, tools, 3), &out, NULL), STATUS_OK);
    EXPECT(out, 1, 0, 10, 34);
    CHECK_NEAR(area_of(&out, 25, 1), 4, 1e-12); // bottom of the first tool
    CHECK_NEAR(area_of(&out, 35, 1), 2, 1e-12); // of the second, where it is alone
    CHECK_NEAR(area_of(&out, 21, 1), 2, 1e-12); // the notch's upright wall
    CHECK_NEAR(area_of(&out, 16, 1), 2, 1e-12); // what is left of the top
    CHECK_NEAR(area_of(&out, 12, 1), 2, 1e-12); // and of the end
    // A tool that lies on the block takes nothing, and gives the face no name if it comes later.
    u32 lid = labelled_box(&b, vec3(0, 0, 2), vec3(4, 2, 3));
    CHECK_EQ(build_run(&b, build_pair(&b, CSG_DIFFERENCE, block, lid), &out, NULL), STATUS_OK);
    CHECK_NEAR(area_of(&out, 16, 1), 8, 1e-12);
    // Two blocks end to end: the face in between is gone, and what is behind a face tells its
    // material.
    u32 next = labelled_box(&b, vec3(4, 0, 0), vec3(6, 2, 2));
    CHECK_EQ(build_run(&b, build_pair(&b, CSG_UNION, next, block), &out, NULL), STATUS_OK);
    EXPECT(out, 1, 0, 24, 56);
    CHECK_NEAR(area_of(&out, 12, 1) + area_of(&out, 51, 5), 0, 0);
    CHECK_NEAR(area_of(&out, 16, 1), 8, 1e-12);
    CHECK_NEAR(area_of(&out, 56, 5), 4, 1e-12);
    heap_finish(&heap);
}

// The border of two labels in a box's top has a vertex that no other face has: it goes, although
// nothing meets the box. One corner is there twice, so that the leaf's facets are no patches.
TEST(straight_borders_of_untouched_faces) {
    Heap heap;
    heap_init(&heap, 0);
    static const u32 tris[18][3] = {{0, 1, 5},  {0, 5, 8},  {0, 8, 4},  {2, 6, 9}, {2, 9, 7},
                                    {2, 7, 3},  {4, 8, 10}, {4, 10, 9}, {4, 9, 6}, {5, 7, 9},
                                    {5, 9, 10}, {5, 10, 8}, {0, 2, 3},  {0, 3, 1}, {0, 4, 6},
                                    {0, 6, 2},  {1, 3, 7},  {1, 7, 5}};
    Mesh box, out;
    mesh_init(&box, &heap, 12, 18, false);
    for (u32 v = 0; v < 8; v++)
        box.verts[v] = vec3(v & 1 ? 2 : 0, v & 2 ? 2 : 0, v & 4 ? 1 : 0);
    for (u32 v = 8; v < 11; v++)
        box.verts[v] = vec3(1, v == 8 ? 0 : v == 9 ? 2 : 1, 1);
    box.verts[11] = box.verts[0];
    memcpy(box.tris, tris, sizeof tris);
    box.tris[3 * 12] = 11;
    for (u32 t = 0; t < 18; t++) {
        box.tags[t] = t < 9 ? t / 3 : 3 + (t >= 12 ? t / 2 : 0);
        box.mats[t] = 0;
    }
    CHECK_EQ(run_pair(&heap, CSG_UNION, box, cube(&heap, 9, 9, 9, 1), &out), STATUS_OK);
    EXPECT(out, 2, 0, 4 + 1, 16 + 6);
    CHECK_EQ(out.n_verts, 10 + 8);
    heap_finish(&heap);
}

// Two operands have one face, strictly inside of a third one's.
TEST(equal_faces_in_a_face) {
    Heap heap;
    heap_init(&heap, 0);
    for (u32 i = 0; i < 2; i++) {
        Builder b = {.heap = &heap};
        u32 plate = build_leaf(&b, solid_box(&heap, vec3(0, 0, 0), vec3(6, 6, 2)));
        u32 low = build_leaf(&b, solid_box(&heap, vec3(2, 2, 2), vec3(4, 4, 4))),
            high = build_leaf(&b, solid_box(&heap, vec3(2, 2, 2), vec3(4, 4, 5)));
        u32 both = build_pair(&b, CSG_INTERSECTION, i ? high : low, i ? low : high);
        Mesh out;
        CsgReport report;
        CHECK_EQ(build_run(&b, build_pair(&b, CSG_UNION, plate, both), &out, &report), STATUS_OK);
        CHECK_EQ(report.n_tries, 1);
        EXPECT(out, 1, 0, 80, 136);
    }
    heap_finish(&heap);
}

TEST(far_away_and_flat) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 1e9, 1e9, 0, 1),
                      cube(&heap, 1e9 + 1, 1e9, 0, 1), &out),
             STATUS_OK);
    EXPECT(out, 1, 0, 2, 10);
    // Solids without inside: nothing.
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 3, 3, 3, 0), cube(&heap, 3, 3, 3, 0), &out),
             STATUS_OK);
    CHECK_EQ(out.n_tris, 0);
    Mesh sheet = solid_box(&heap, vec3(0, 0, 1), vec3(4, 4, 1));
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, 1, 1, 0, 2), sheet, &out), STATUS_OK);
    EXPECT(out, 1, 0, 8, 24);
    CHECK_EQ(run_pair(&heap, CSG_UNION, cube(&heap, NAN, 1, 0, 2), sheet, &out), STATUS_LIMIT);
    heap_finish(&heap);
}

// An allocation that fails, whichever it is, ends the job and leaves nothing behind.
static Failure run_out_at(u32 at) {
    Heap heap;
    heap_init(&heap, 0);
    heap.shared->fail_at = at;
    Failure failure = FAIL_NONE;
    if (HEAP_TRY(&heap)) {
        Mesh out, a = cube(&heap, 0, 0, 0, 2), b = cube(&heap, 1, 1, 1, 2);
        run_pair(&heap, CSG_UNION, a, b, &out);
    } else {
        failure = heap.failure;
    }
    heap_finish(&heap);
    return failure;
}

TEST(memory_may_run_out_anywhere) {
    u32 n_failed = 0;
    for (u32 at = 1; at < 120; at++) {
        Failure failure = run_out_at(at);
        CHECK(failure == FAIL_NONE || failure == FAIL_NO_MEMORY);
        n_failed += failure == FAIL_NO_MEMORY;
    }
    CHECK(n_failed > 10);
}

// A tool whose face looks outwards names nothing, although it comes first and the face is refilled;
// faces of one tag and two materials stay two.
TEST(labels_of_roles_and_materials) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh out;
    Builder b = {.heap = &heap};
    u32 tool = labelled_box(&b, vec3(0, 0, 0), vec3(1, 2, 2));
    u32 block = labelled_box(&b, vec3(0, 0, 0), vec3(2, 2, 2));
    u32 filling = labelled_box(&b, vec3(0, 0, 0), vec3(1, 2, 2));
    u32 less = build_pair(&b, CSG_DIFFERENCE, block, tool);
    CHECK_EQ(build_run(&b, build_pair(&b, CSG_UNION, less, filling), &out, NULL), STATUS_OK);
    EXPECT(out, 1, 0, 8, 24);
    f64 named[3] = {0, 0, 0}; // by leaf
    for (u32 tag = 10; tag < 40; tag++)
        for (u16 mat = 0; mat < 4; mat++)
            named[tag / 10 - 1] += area_of(&out, tag, mat);
    CHECK(named[0] == 0);
    CHECK_NEAR(named[1], 24, 1e-12);
    b = (Builder){.heap = &heap};
    u32 nodes[2];
    for (u32 i = 0; i < 2; i++)
        nodes[i] = build_leaf_at(&b, solid_box(&heap, vec3(i, 0, 0), vec3(i + 1, 1, 1)),
                                 affine3_identity(), (u16)(i + 1));
    CHECK_EQ(build_run(&b, build_op(&b, CSG_UNION, nodes, 2), &out, NULL), STATUS_OK);
    EXPECT(out, 1, 0, 2, 10);
    for (u32 face = 3; face <= 6; face++)
        for (u16 mat = 1; mat <= 2; mat++)
            CHECK_NEAR(area_of(&out, face, mat), 1, 1e-12);
    heap_finish(&heap);
}

// A face of two triangles whose normals bend in the second one: a corner there has its normal.
TEST(normals_of_the_triangle_that_holds_the_corner) {
    Heap heap;
    heap_init(&heap, 0);
    Builder b = {.heap = &heap};
    Mesh box = solid_box(&heap, vec3(0, 0, 0), vec3(2, 2, 2)), out;
    box.normals = heap_alloc(&heap, 9 * (size_t)box.n_tris, sizeof(f32));
    for (u32 c = 30; c < 36; c++) { // the top: 4 5 7, 4 7 6
        bool is_bent = box.tris[c] == 6;
        box.normals[3 * c] = is_bent ? 0.6f : 0;
        box.normals[3 * c + 2] = is_bent ? 0.8f : 1;
    }
    u32 base = build_leaf(&b, box);
    u32 peg = build_leaf(&b, solid_box(&heap, vec3(1.2, 0.3, 2), vec3(1.6, 0.6, 3)));
    CHECK_EQ(build_run(&b, build_pair(&b, CSG_UNION, base, peg), &out, NULL), STATUS_OK);
    u32 n_bent = 0;
    for (u32 c = 0; c < 3 * out.n_tris; c++) {
        Vec3 at = out.verts[out.tris[c]];
        if (out.tags[c / 3] != 6 || at.x != 0 || at.y != 2 || at.z != 2)
            continue;
        CHECK_NEAR(out.normals[3 * c], 0.6, 1e-6);
        n_bent++;
    }
    CHECK(n_bent > 0);
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(overlapping_boxes), TEST_CASE(flush_boxes_are_one_box), TEST_CASE(nothing_left),
          TEST_CASE(apart_inside_and_around), TEST_CASE(box_minus_cylinder),
          TEST_CASE(sphere_pairs), TEST_CASE(touching_cubes_weld),
          TEST_CASE(touching_edges_and_vertices), TEST_CASE(shared_nodes_and_leaves),
          TEST_CASE(leaves_that_overlap_themselves),
          TEST_CASE(leaves_of_boxes_with_a_common_corner), TEST_CASE(square_faces_stay_flat),
          TEST_CASE(labels_and_materials), TEST_CASE(labels_where_faces_coincide),
          TEST_CASE(labels_of_roles_and_materials),
          TEST_CASE(normals_of_the_triangle_that_holds_the_corner),
          TEST_CASE(straight_borders_of_untouched_faces), TEST_CASE(equal_faces_in_a_face),
          TEST_CASE(far_away_and_flat), TEST_CASE(memory_may_run_out_anywhere))
