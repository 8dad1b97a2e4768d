// SPDX-License-Identifier: Apache-2.0
// Operands of so many triangles that the kernel takes in only what comes near another operand: the
// result is the same as when all is taken in, whatever the sizes of triangles and operands are.
#include "tests/unit/mesh/solids.h"
#include "tests/unit/mesh/trees.h"

// A box whose faces are n x n squares.
static Mesh fine_box(Heap *heap, Vec3 min, Vec3 max, u32 n) {
    u32 side = n + 1, n_verts = 0, *id = HEAP_NEW(heap, u32, side * side * side);
    Mesh mesh;
    mesh_init(&mesh, heap, side * side * side, 12 * n * n, false);
    Vec3 size = vec3_sub(max, min);
    for (u32 i = 0; i < side * side * side; i++) {
        u32 c[3] = {i % side, i / side % side, i / side / side};
        id[i] = n_verts;
        if (c[0] % n && c[1] % n && c[2] % n)
            continue;
        mesh.verts[n_verts++] =
            vec3(min.x + size.x * c[0] / n, min.y + size.y * c[1] / n, min.z + size.z * c[2] / n);
    }
    mesh.n_verts = n_verts;
    u32 t = 0;
    for (u32 axis = 0; axis < 3; axis++)
        for (u32 high = 0; high < 2; high++)
            for (u32 i = 0; i < n * n; i++) {
                u32 v[4], x = (axis + 1) % 3, y = (axis + 2) % 3;
                for (u32 corner = 0; corner < 4; corner++) { // counter-clockwise about axis
                    u32 c[3];
                    c[axis] = high * n;
                    c[x] = i % n + (corner == 1 || corner == 2);
                    c[y] = i / n + (corner >= 2);
                    v[high ? corner : 3 - corner] = id[(c[2] * side + c[1]) * side + c[0]];
                }
                for (u32 j = 0; j < 2; j++, t++) {
                    mesh.tris[3 * t] = v[0];
                    mesh.tris[3 * t + 1] = v[1 + j];
                    mesh.tris[3 * t + 2] = v[2 + j];
                    mesh.tags[t] = 2 * axis + high + 1;
                }
            }
    return mesh;
}

typedef struct Outcome {
    Status status;
    Mesh mesh;
    MeshCheck check;
    MeshMeasure measure;
} Outcome;

static Outcome evaluate(Builder *b, u32 root, bool is_simple, CsgOptions options) {
    Outcome o = {0};
    for (u32 l = 0; l < b->leaves.len; l++)
        b->leaves.data[l].is_simple = is_simple;
    CsgExpr expr = {b->leaves.data, b->leaves.len, b->nodes.data, b->nodes.len,
                    b->args.data,   b->args.len,   root};
    o.status = mesh_boolean(b->heap, &expr, options, &o.mesh, NULL);
    if (o.status != STATUS_OK)
        return o;
    o.check = mesh_check(b->heap, &o.mesh);
    o.measure = mesh_measure(&o.mesh);
    return o;
}

// All operations on x and y, in part and as a whole, on one thread and on several.
static bool is_same_either_way(Builder *b, u32 x, u32 y) {
    static const CsgOp ops[3] = {CSG_UNION, CSG_INTERSECTION, CSG_DIFFERENCE};
    for (u32 i = 0; i < 4; i++) {
        u32 root = i < 3 ? build_pair(b, ops[i], x, y) : build_pair(b, CSG_DIFFERENCE, y, x);
        Outcome part = evaluate(b, root, true, (CsgOptions){.n_threads = 1}),
                whole = evaluate(b, root, false, (CsgOptions){.n_threads = 1}),
                many = evaluate(b, root, true, (CsgOptions){.n_threads = 3, .split_finely = true});
        f64 slack = 1e-6 * (1 + whole.measure.area);
        if (part.status != STATUS_OK || whole.status != STATUS_OK || part.check.fault != MESH_OK ||
            part.check.genus != whole.check.genus ||
            part.check.n_components != whole.check.n_components ||
            part.mesh.n_tris != whole.mesh.n_tris ||
            fabs(part.measure.volume - whole.measure.volume) > slack ||
            fabs(part.measure.area - whole.measure.area) > slack ||
            !same_mesh(&part.mesh, &many.mesh)) {
            printf("operation %u: %u triangles, volume %.12g; as a whole %u, %.12g\n", i,
                   part.mesh.n_tris, part.measure.volume, whole.mesh.n_tris, whole.measure.volume);
            return false;
        }
        mesh_finish(&part.mesh, b->heap);
        mesh_finish(&whole.mesh, b->heap);
        mesh_finish(&many.mesh, b->heap);
    }
    return true;
}

#define BEGIN                                                                                      \
    Heap heap;                                                                                     \
    heap_init(&heap, 0);                                                                           \
    Builder b = {.heap = &heap}
#define END heap_finish(&heap)
// The leaves so far are no part of what follows.
#define ANEW                                                                                       \
    b = (Builder) {                                                                                \
        .heap = &heap                                                                              \
    }

TEST(spheres_of_all_sizes) {
    BEGIN;
    Random r = {5};
    for (u32 i = 0; i < 40; i++) {
        ANEW;
        f64 size = 0.05 + pick_unit(&r) * (i % 3 ? 1 : 0.1), from = 1 + size;
        Affine3 map = random_turn(&r);
        map.t = vec3(from * (pick_unit(&r) * 2 - 1), pick_unit(&r) * 2 - 1, pick_unit(&r) - 0.5);
        u32 x = build_leaf(&b, solid_sphere(&heap, vec3(0, 0, 0), 1, 40, 20));
        u32 y =
            build_leaf_at(&b, solid_sphere(&heap, vec3(0, 0, 0), size, 20 + i, 10 + i / 2), map, 0);
        CHECK(is_same_either_way(&b, x, y));
    }
    END;
}

// Faces are taken in as wholes: the squares of a face lie in one plane.
TEST(boxes_of_fine_squares) {
    BEGIN;
    const f64 boxes[6][6] = {
        {3, 3, 7.3, 4.2, 4.1, 8.9},  // through one face
        {7.25, 7.25, 7.25, 9, 9, 9}, // a corner
        {2, 2, -1, 3, 3, 9},         // right through
        {8, 2, 2, 9, 3, 3},          // touches a face, on the squares' edges
        {8, 2.2, 2.1, 9, 3.3, 3.7},  // and off them
        {1, 1, 1, 2, 2, 2},          // inside
    };
    for (u32 i = 0; i < 6; i++)
        for (u32 n = 1; n < 16; n += 7) {
            ANEW;
            const f64 *c = boxes[i];
            u32 x = build_leaf(&b, fine_box(&heap, vec3(0, 0, 0), vec3(8, 8, 8), 16));
            u32 y =
                build_leaf(&b, fine_box(&heap, vec3(c[0], c[1], c[2]), vec3(c[3], c[4], c[5]), n));
            CHECK(is_same_either_way(&b, x, y));
        }
    END;
}

// Triangles of very different sizes: the large ones belong to coarser rooms.
TEST(pins_through_a_sphere) {
    BEGIN;
    u32 pins[4];
    Random r = {11};
    for (u32 i = 0; i < 12; i++) {
        if (i % 4 == 0)
            ANEW;
        Affine3 map = random_turn(&r);
        Mesh pin = i % 2 ? solid_cylinder(&heap, 0, 0, 0.02 + 0.01 * i, -5, 5, 8, false)
                         : fine_box(&heap, vec3(-0.05, -4, -0.05), vec3(0.06, 4, 0.04), 9);
        map.t = vec3(pick_unit(&r) - 0.5, pick_unit(&r) - 0.5, pick_unit(&r) - 0.5);
        pins[i % 4] = build_leaf_at(&b, pin, map, 0);
        if (i % 4 < 3)
            continue;
        u32 ball = build_leaf(&b, solid_sphere(&heap, vec3(0, 0, 0), 3, 60, 30));
        CHECK(is_same_either_way(&b, ball, build_op(&b, CSG_UNION, pins, 4)));
    }
    END;
}

// Three quarters of each face are one square, the rest is cut into fine ones: what pierces the
// large square has triangles of a size that rooms several levels below hold. A second ball, apart,
// has fine squares looked at too.
TEST(balls_through_a_large_square_of_many) {
    BEGIN;
    const Vec3 centers[3] = {{2, 3, 8}, {3.3, 2.1, 0.01}, {8.02, 1.7, 2.9}};
    for (u32 i = 0; i < 3; i++) {
        ANEW;
        Mesh uneven = fine_box(&heap, vec3(0, 0, 0), vec3(8, 8, 8), 24);
        for (u32 v = 0; v < uneven.n_verts; v++) {
            Vec3 *at = &uneven.verts[v];
            at->x = at->x > 0 ? 6 + at->x / 4 : 0;
            at->y = at->y > 0 ? 6 + at->y / 4 : 0;
            at->z = at->z > 0 ? 6 + at->z / 4 : 0;
        }
        u32 x = build_leaf(&b, uneven);
        u32 y = build_leaf(&b, solid_both(&heap, solid_sphere(&heap, centers[i], 0.1, 24, 12),
                                          solid_sphere(&heap, vec3(9, 9, 9), 0.1, 24, 12)));
        CHECK(is_same_either_way(&b, x, y));
    }
    END;
}

// Boxes that meet although nothing else does.
TEST(one_inside_the_other) {
    BEGIN;
    u32 x = build_leaf(&b, solid_sphere(&heap, vec3(0, 0, 0), 2, 40, 20));
    u32 y = build_leaf(&b, solid_sphere(&heap, vec3(0.1, 0.2, 0), 1, 40, 20));
    u32 z = build_leaf(&b, solid_sphere(&heap, vec3(2.3, 2.3, 2.3), 1.6, 40, 20));
    CHECK(is_same_either_way(&b, x, y));
    CHECK(is_same_either_way(&b, x, z));
    CHECK(is_same_either_way(&b, build_pair(&b, CSG_DIFFERENCE, x, y), z));
    END;
}

// Leaves that the root does not depend on take part in nothing.
TEST(leaves_without_use) {
    BEGIN;
    u32 x = build_leaf(&b, solid_sphere(&heap, vec3(0, 0, 0), 2, 40, 20));
    u32 y = build_leaf(&b, solid_sphere(&heap, vec3(1, 0.2, 0), 2, 40, 20));
    u32 root = build_pair(&b, CSG_DIFFERENCE, x, y);
    Outcome alone[2];
    for (u32 i = 0; i < 2; i++)
        alone[i] = evaluate(&b, root, i == 0, (CsgOptions){.n_threads = 1});
    for (u32 i = 0; i < 100; i++) // inside the frame; would take minutes to arrange
        build_leaf(&b, solid_sphere(&heap, vec3(0.5 + 0.001 * i, 0, 0), 1.9, 60, 30));
    for (u32 i = 0; i < 2; i++) {
        Outcome among = evaluate(&b, root, i == 0, (CsgOptions){.n_threads = 1});
        CHECK_EQ(among.status, STATUS_OK);
        CHECK(same_mesh(&alone[i].mesh, &among.mesh));
    }
    END;
}

// A ball about the origin that stands for a round one; tag 9.
static Mesh round_ball(Heap *heap, f64 r, u32 n, u32 m) {
    Mesh mesh = solid_sphere(heap, vec3(0, 0, 0), r, n, m);
    mesh.normals = heap_alloc(heap, 9 * (size_t)mesh.n_tris, sizeof(f32));
    for (u32 i = 0; i < 3 * mesh.n_tris; i++) {
        Vec3 unit = vec3_unit(mesh.verts[mesh.tris[i]]);
        for (u32 axis = 0; axis < 3; axis++)
            mesh.normals[3 * i + axis] = (f32)vec3_get(unit, axis);
        mesh.tags[i / 3] = 9;
    }
    return mesh;
}

// Normals of the ball's triangles look away from its centre (or towards it); exactly so at its own
// corners, of which some are untouched; other triangles have none.
static bool are_normals_round(const Mesh *out, Vec3 center, f64 r, f64 sign, u32 *n_own) {
    for (u32 i = 0; i < 3 * out->n_tris; i++) {
        Vec3 n = vec3(out->normals[3 * i], out->normals[3 * i + 1], out->normals[3 * i + 2]);
        Vec3 from = vec3_sub(out->verts[out->tris[i]], center);
        bool is_own = fabs(vec3_norm(from) - r) < 1e-9;
        if (out->tags[i / 3] != 9) {
            if (vec3_norm(n) != 0)
                return false;
            continue;
        }
        if (sign * vec3_dot(n, vec3_unit(from)) < (is_own ? 1 - 1e-6 : 0.98))
            return false;
        *n_own += is_own;
    }
    return true;
}

TEST(normals_of_what_is_not_touched) {
    BEGIN;
    Random r = {3};
    for (u32 i = 0; i < 8; i++) {
        ANEW;
        Affine3 map = random_turn(&r);
        for (u32 row = 0; row < 3 && i & 1; row++) // mirrored
            map.m[row][0] = -map.m[row][0];
        map.t = vec3(0.3, 0.2, 0.1);
        u32 ball = build_leaf_at(&b, round_ball(&heap, 2, 40, 20), map, 0);
        u32 box = build_leaf(&b, i & 2 ? solid_box(&heap, vec3(-5, -5, -5), vec3(5, 5, 5))
                                       : solid_box(&heap, vec3(1.5, -1, -1), vec3(5, 1, 1)));
        u32 root = i & 2   ? build_pair(&b, CSG_DIFFERENCE, box, ball) // a hollow
                   : i & 4 ? build_pair(&b, CSG_DIFFERENCE, ball, box)
                           : build_pair(&b, CSG_UNION, ball, box);
        Outcome o = evaluate(&b, root, true, (CsgOptions){.n_threads = 2, .split_finely = true});
        u32 n_own = 0;
        CHECK(o.status == STATUS_OK && o.mesh.normals);
        CHECK(are_normals_round(&o.mesh, map.t, 2, i & 2 ? -1 : 1, &n_own));
        CHECK(n_own > 3000);
        CHECK(is_same_either_way(&b, ball, box));
    }
    END;
}

// Where only a part of an operand is taken in and that has triangles that snapping leaves nothing
// of, all of it is.
TEST(poles_finer_than_the_grid) {
    BEGIN;
    for (u32 i = 0; i < 3; i++) {
        ANEW;
        u32 ball = build_leaf(&b, solid_sphere(&heap, vec3(0, 0, 0), 1, 40, 1500));
        u32 box = build_leaf(&b, solid_box(&heap, vec3(-0.5, -0.5, 0.9 - 1.5 * i / 2),
                                           vec3(0.5, 0.5, 1.5 - 1.5 * i / 2)));
        (void)build_leaf(&b, solid_box(&heap, vec3(9000, 9000, 9000), vec3(9001, 9001, 9001)));
        CHECK(is_same_either_way(&b, ball, box));
    }
    END;
}

TEST_MAIN(TEST_CASE(spheres_of_all_sizes), TEST_CASE(boxes_of_fine_squares),
          TEST_CASE(balls_through_a_large_square_of_many), TEST_CASE(pins_through_a_sphere),
          TEST_CASE(one_inside_the_other), TEST_CASE(leaves_without_use),
          TEST_CASE(normals_of_what_is_not_touched), TEST_CASE(poles_finer_than_the_grid))
