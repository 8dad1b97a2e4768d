// SPDX-License-Identifier: Apache-2.0
// Dense expressions: many operands over each other, most of whose surfaces lie deep inside of
// others. With and without leaving those out the kernel must give the same solid, and that must
// hold just the places that the expression holds. FRC_TEST_COUNT: how many per kind (default 40);
// FRC_TEST_SEED: the first.
#include "tests/unit/mesh/trees.h"

typedef struct Result {
    Mesh mesh;
    MeshMeasure measure;
    u32 n_components, n_buried, n_covered, n_useless;
    f64 by_tag; // areas by tag, in one number
} Result;

static bool evaluate(Builder *b, u32 root, CsgOptions options, Result *out) {
    CsgExpr expr = {b->leaves.data, b->leaves.len, b->nodes.data, b->nodes.len,
                    b->args.data,   b->args.len,   root};
    CsgReport report;
    if (mesh_boolean(b->heap, &expr, options, &out->mesh, &report) != STATUS_OK ||
        mesh_check(b->heap, &out->mesh).fault != MESH_OK)
        return false;
    out->measure = mesh_measure(&out->mesh);
    out->n_components =
        mesh_components(b->heap, &out->mesh, HEAP_NEW(b->heap, u32, MAX(out->mesh.n_tris, 1u)));
    out->n_buried = report.n_buried;
    out->n_covered = report.n_covered;
    out->n_useless = report.n_useless;
    out->by_tag = 0;
    for (u32 t = 0; t < out->mesh.n_tris; t++) {
        const u32 *v = out->mesh.tris + 3 * (size_t)t;
        const Vec3 *at = out->mesh.verts;
        Vec3 n = vec3_cross(vec3_sub(at[v[1]], at[v[0]]), vec3_sub(at[v[2]], at[v[0]]));
        out->by_tag += vec3_norm(n) * (1 + out->mesh.tags[t] % 97 + 0.1 * out->mesh.mats[t]);
    }
    return true;
}

// NULL, or what is wrong. Adds to *n_buried what was left out: facets and leaves.
static const char *compare(Builder *b, u32 root, u64 *n_buried) {
    Result with, without, many;
    CsgOptions options = {.n_threads = 1, .burying = CSG_BURY_NEVER};
    if (!evaluate(b, root, options, &without))
        return "status without";
    options.burying = CSG_BURY_ALWAYS;
    if (!evaluate(b, root, options, &with))
        return "status with";
    *n_buried += with.n_buried + with.n_covered;
    if (with.mesh.n_tris != without.mesh.n_tris || with.mesh.n_verts != without.mesh.n_verts ||
        with.n_components != without.n_components || with.n_useless != without.n_useless)
        return "numbers";
    f64 area = without.measure.area, slack = 1e-9 * (1 + area);
    if (fabs(with.by_tag - without.by_tag) > 100 * slack)
        return "labels";
    if (fabs(with.by_tag - without.by_tag) > 100 * slack)
        return "labels";
    if (fabs(with.measure.volume - without.measure.volume) > slack ||
        fabs(with.measure.area - area) > slack)
        return "measure";
    options.n_threads = 3;
    options.split_finely = true;
    if (!evaluate(b, root, options, &many) || !same_mesh(&with.mesh, &many.mesh))
        return "threads";
    return NULL;
}

// ---- random ----

typedef enum Dense {
    DENSE_BOXES,
    DENSE_SPHERES,
    DENSE_MIXED,
    DENSE_FREE,   // turned
    DENSE_WHOLE,  // whole coordinates: coplanar faces all over
    DENSE_SHELLS, // hollow
    DENSE_STACKS, // of one height, flush at top and bottom; each has tags of its own
} Dense;

static Mesh dense_mesh(Random *r, Heap *heap, Dense kind) {
    Vec3 at = vec3_scale(vec3(pick_unit(r), 0, 0), 5);
    at.y = pick_unit(r) * 5;
    at.z = pick_unit(r) * 5;
    f64 x = 1 + 3 * pick_unit(r), y = 1 + 3 * pick_unit(r), z = 1 + 3 * pick_unit(r);
    u32 sort = kind == DENSE_MIXED || kind == DENSE_FREE       ? pick(r, 3)
               : kind == DENSE_SPHERES || kind == DENSE_SHELLS ? 1
                                                               : 0;
    if (kind == DENSE_STACKS && pick(r, 4) == 0)
        return solid_cylinder(heap, at.x, at.y, x, 0, 2, 8 + pick(r, 24), false);
    if (kind == DENSE_STACKS) { // some abut, some stand on whole places
        f64 step = pick(r, 2) ? 1 : 0x1p-20, w = floor(x) + 1, h = floor(y) + 1;
        at = vec3(floor(at.x / step) * step, floor(at.y / step) * step, 0);
        return solid_box(heap, at, vec3_add(at, vec3(w, h, 2)));
    }
    if (kind == DENSE_WHOLE)
        return random_box(r, heap, 6);
    if (sort == 1)
        return solid_sphere(heap, at, x, 6 + 2 * pick(r, 6), 4 + pick(r, 6));
    if (sort == 2)
        return random_tetra(r, heap, 7);
    return solid_box(heap, at, vec3_add(at, vec3(x, y, z)));
}

// A sphere with a hollow, one mesh.
static Mesh shell_of(Heap *heap, const Mesh *outer, f64 part) {
    Vec3 c = box3_center(mesh_bounds(outer));
    Mesh out;
    mesh_init(&out, heap, 2 * outer->n_verts, 2 * outer->n_tris, false);
    for (u32 v = 0; v < outer->n_verts; v++) {
        out.verts[v] = outer->verts[v];
        out.verts[outer->n_verts + v] = vec3_add(c, vec3_scale(vec3_sub(outer->verts[v], c), part));
    }
    for (u32 t = 0; t < outer->n_tris; t++) {
        const u32 *v = outer->tris + 3 * (size_t)t;
        u32 *a = out.tris + 3 * (size_t)t, *b = a + 3 * (size_t)outer->n_tris, n = outer->n_verts;
        a[0] = v[0], a[1] = v[1], a[2] = v[2];
        b[0] = n + v[0], b[1] = n + v[2], b[2] = n + v[1];
        out.tags[t] = out.tags[outer->n_tris + t] = 1;
        out.mats[t] = out.mats[outer->n_tris + t] = 0;
    }
    return out;
}

static u32 dense_leaf(Random *r, Builder *b, Dense kind) {
    Mesh mesh = dense_mesh(r, b->heap, kind);
    if (kind == DENSE_SHELLS)
        mesh = shell_of(b->heap, &mesh, 0.4 + 0.5 * pick_unit(r));
    for (u32 t = 0; kind == DENSE_STACKS && t < mesh.n_tris; t++)
        mesh.tags[t] += 10 * b->leaves.len;
    Affine3 map = kind == DENSE_FREE ? random_turn(r) : affine3_identity();
    u32 leaf = build_leaf_at(b, mesh, map, (u16)pick(r, 2));
    b->leaves.data[b->leaves.len - 1].is_simple = pick(r, 3) != 0;
    return leaf;
}

// A union; a difference of two; a union of small trees; some of its operands used again.
static u32 dense_tree(Random *r, Builder *b, Dense kind) {
    u32 args[64], n = 20 + pick(r, kind == DENSE_SHELLS ? 8 : 36), form = pick(r, 4);
    for (u32 i = 0; i < n; i++)
        args[i] = dense_leaf(r, b, kind);
    if (form == 0)
        return build_op(b, CSG_UNION, args, n);
    u32 half = n / 2, first = build_op(b, CSG_UNION, args, half),
        last = build_op(b, CSG_UNION, args + half, n - half);
    if (form == 1)
        return build_pair(b, CSG_DIFFERENCE, first, last);
    if (form == 2) {
        u32 small = build_pair(b, CSG_INTERSECTION, args[0], args[1]);
        const u32 both[3] = {build_pair(b, CSG_DIFFERENCE, first, args[n - 1]), last, small};
        return build_op(b, CSG_UNION, both, 3);
    }
    args[half] = args[0];
    u32 rest = build_op(b, CSG_DIFFERENCE, args + half, n - half);
    return build_pair(b, CSG_UNION, first, rest);
}

static const char *check_places(Random *r, Builder *b, u32 root, const Mesh *out) {
    Affine3 id = affine3_identity();
    for (u32 i = 0; i < 60; i++) {
        Vec3 p = vec3(pick_unit(r) * 8, 0, 0);
        p.y = pick_unit(r) * 8;
        p.z = pick_unit(r) * 8;
        int winding[64], got;
        bool sure = winding_at(out, &id, p, &got);
        for (u32 l = 0; sure && l < b->leaves.len; l++)
            sure = winding_at(b->leaves.data[l].mesh, &b->leaves.data[l].map, p, &winding[l]);
        if (sure && got != node_holds(b, root, winding))
            return "membership";
    }
    return NULL;
}

static bool run_kind(Dense kind) {
    u32 n = env_count("FRC_TEST_COUNT", 40), first = env_count("FRC_TEST_SEED", 1), n_bad = 0;
    u64 n_buried = 0;
    for (u32 seed = first; seed < first + n; seed++) {
        Heap heap;
        heap_init(&heap, 0);
        Random r = {seed * 4099 + kind};
        Builder b = {.heap = &heap};
        u32 root = dense_tree(&r, &b, kind);
        const char *wrong = compare(&b, root, &n_buried);
        Result out;
        if (!wrong && evaluate(&b, root, (CsgOptions){.burying = CSG_BURY_ALWAYS}, &out))
            wrong = check_places(&r, &b, root, &out.mesh);
        if (wrong && n_bad++ < 10)
            printf("kind %d seed %u: %s\n", (int)kind, seed, wrong);
        heap_finish(&heap);
    }
    if (n_bad)
        printf("kind %d: %u of %u wrong\n", (int)kind, n_bad, n);
    if (getenv("FRC_TEST_VERBOSE"))
        printf("kind %d: %llu buried\n", (int)kind, (unsigned long long)n_buried);
    return n_bad == 0 && n_buried > 0;
}

TEST(boxes) {
    CHECK(run_kind(DENSE_BOXES));
}
TEST(spheres) {
    CHECK(run_kind(DENSE_SPHERES));
}
TEST(mixed) {
    CHECK(run_kind(DENSE_MIXED));
}
TEST(turned_freely) {
    CHECK(run_kind(DENSE_FREE));
}
TEST(whole_coordinates) {
    CHECK(run_kind(DENSE_WHOLE));
}
TEST(shells) {
    CHECK(run_kind(DENSE_SHELLS));
}

TEST(flush_stacks) {
    CHECK(run_kind(DENSE_STACKS));
}

// ---- what must not be lost ----

static const char *compare_list(Builder *b, const u32 *args, u32 n, u64 *n_buried) {
    return compare(b, build_op(b, CSG_UNION, args, n), n_buried);
}

// Slabs twice around a cube of emptiness: no operand has a corner at its walls.
TEST(void_between_slabs) {
    Heap heap;
    heap_init(&heap, 0);
    Builder b = {.heap = &heap};
    u32 args[12], n = 0;
    for (u32 twice = 0; twice < 2; twice++)
        for (u32 i = 0; i < 6; i++) {
            f64 lo[3] = {-8, -8, -8}, hi[3] = {8, 8, 8}, wall = 1 + 0.1 * twice;
            *(i & 1 ? &hi[i / 2] : &lo[i / 2]) = i & 1 ? -wall : wall;
            args[n++] = build_leaf(
                &b, solid_box(&heap, vec3(lo[0], lo[1], lo[2]), vec3(hi[0], hi[1], hi[2])));
        }
    u64 n_buried = 0;
    const char *wrong = compare_list(&b, args, n, &n_buried);
    CHECK(!wrong);
    Result out;
    CHECK(evaluate(&b, b.nodes.len - 1, (CsgOptions){.burying = CSG_BURY_ALWAYS}, &out));
    CHECK(fabs(out.measure.volume - (16 * 16 * 16 - 8)) < 1e-6);
    CHECK_EQ(out.n_components, 2);
    heap_finish(&heap);
}

// A needle through many spheres: most of it is covered, its ends and a gap between are not.
TEST(needle) {
    Heap heap;
    heap_init(&heap, 0);
    Builder b = {.heap = &heap};
    u32 args[30], n = 0;
    args[n++] = build_leaf(&b, solid_box(&heap, vec3(-9, -0.02, -0.02), vec3(9, 0.02, 0.02)));
    for (u32 i = 0; i < 24; i++) {
        f64 x = (i % 12) * 0.3 + (i < 12 ? -6 : 3);
        args[n++] = build_leaf(&b, solid_sphere(&heap, vec3(x, 0.013 * i, 0.01), 1.5, 16, 9));
    }
    u64 n_buried = 0;
    CHECK(!compare_list(&b, args, n, &n_buried));
    CHECK(n_buried > 0);
    heap_finish(&heap);
}

// Bars through one place: in all directions, in a ring whose tops are flush, taken from a block.
// They are many enough for hulls without being asked for.
TEST(bars_through_one_place) {
    for (u32 form = 0; form < 3; form++) {
        Heap heap;
        heap_init(&heap, 0);
        Builder b = {.heap = &heap};
        Random r = {7 + form};
        u32 args[40], n = 0;
        if (form == 2)
            args[n++] = build_leaf(&b, solid_box(&heap, vec3(-3, -3, -3), vec3(3, 3, 3)));
        while (n < COUNT_OF(args)) {
            Mesh bar = solid_box(&heap, vec3(-5, -0.25, -0.25), vec3(5, 0.25, 0.25));
            Affine3 turn = form == 1 ? affine3_rotate(vec3(0, 0, 1), 180.0 * n / COUNT_OF(args))
                                     : random_turn(&r);
            args[n++] = build_leaf_at(&b, bar, turn, 0);
        }
        u32 root = build_op(&b, form == 2 ? CSG_DIFFERENCE : CSG_UNION, args, n);
        u64 n_left_out = 0;
        Result by_itself, whole;
        CHECK(!compare(&b, root, &n_left_out));
        CHECK(evaluate(&b, root, (CsgOptions){0}, &by_itself));
        CHECK(evaluate(&b, root, (CsgOptions){.burying = CSG_BURY_NEVER}, &whole));
        CHECK_EQ(by_itself.mesh.n_tris, whole.mesh.n_tris);
        CHECK(fabs(by_itself.by_tag - whole.by_tag) < 1e-9 * whole.by_tag);
        heap_finish(&heap);
    }
}

// Stacks of tiles with equal faces, in part inside of larger blocks.
TEST(coplanar_stacks) {
    Heap heap;
    heap_init(&heap, 0);
    Builder b = {.heap = &heap};
    u32 args[64], n = 0;
    for (u32 i = 0; i < 48; i++) {
        f64 x = i % 4, y = i / 4 % 4, z = i / 16;
        args[n++] = build_leaf(&b, solid_box(&heap, vec3(x, y, z), vec3(x + 2, y + 2, z + 1)));
    }
    args[n++] = build_leaf(&b, solid_box(&heap, vec3(0, 0, -1), vec3(4, 4, 2.5)));
    args[n++] = build_leaf(&b, solid_box(&heap, vec3(1, 1, 0), vec3(6, 6, 3)));
    args[n++] = build_leaf(&b, solid_sphere(&heap, vec3(2, 2, 1.5), 2, 24, 12));
    u64 n_buried = 0;
    CHECK(!compare_list(&b, args, n, &n_buried));
    CHECK(n_buried > 0);
    heap_finish(&heap);
}

// A leaf is left out if those before it hold it, together and flush; not if those behind it do, nor
// if a gap is left.
TEST(leaves_that_others_hold) {
    static const struct {
        f64 box[3][4]; // x0, y0, x1, y1
        u32 n_covered;
    } cases[] = {{{{0, 0, 4, 4}, {4, 0, 8, 4}, {1, 0, 7, 4}}, 1},
                 {{{1, 0, 7, 4}, {0, 0, 4, 4}, {4, 0, 8, 4}}, 0},
                 {{{0, 0, 4, 4}, {4.0009765625, 0, 8, 4}, {1, 0, 7, 4}}, 0},
                 {{{0, 0, 8, 8}, {0, 0, 8, 8}, {2, 2, 8, 4}}, 2},
                 {{{0, 0, 8, 8}, {-1, 3, 4, 4}, {0, 4, 5, 9}}, 0}};
    for (u32 i = 0; i < COUNT_OF(cases); i++)
        for (u32 form = 0; form < 2; form++) {
            Heap heap;
            heap_init(&heap, 0);
            Builder b = {.heap = &heap};
            u32 args[4], n = 0;
            if (form)
                args[n++] = build_leaf(&b, solid_box(&heap, vec3(-3, -3, 0), vec3(9, 9, 1)));
            for (u32 j = 0; j < 3; j++) {
                const f64 *x = cases[i].box[j];
                args[n++] =
                    build_leaf(&b, solid_box(&heap, vec3(x[0], x[1], 0), vec3(x[2], x[3], 2)));
            }
            u32 root = build_op(&b, form ? CSG_DIFFERENCE : CSG_UNION, args, n);
            u64 n_left_out = 0;
            Result out;
            CHECK(!compare(&b, root, &n_left_out));
            CHECK(evaluate(&b, root, (CsgOptions){.burying = CSG_BURY_ALWAYS}, &out));
            CHECK_EQ(out.n_covered, cases[i].n_covered);
            heap_finish(&heap);
        }
}

// Snapping leaves a line of an operand thinner than a quantum: its box is large, yet it holds none.
TEST(line_holds_nothing) {
    Heap heap;
    heap_init(&heap, 0);
    Builder b = {.heap = &heap};
    u32 args[3];
    args[0] = build_leaf(
        &b, solid_tetra(&heap, vec3(0, 0, 0), vec3(1e-10, 0, 0), vec3(0, 1e-10, 0), vec3(4, 4, 4)));
    args[1] = build_leaf(&b, solid_box(&heap, vec3(1, 1, 1), vec3(3, 3, 3)));
    args[2] = build_leaf(&b, solid_box(&heap, vec3(0, 0, 0), vec3(2, 2, 2)));
    u32 root = build_op(&b, CSG_UNION, args, 3);
    Result out;
    CHECK(evaluate(&b, root, (CsgOptions){.burying = CSG_BURY_ALWAYS}, &out));
    CHECK_EQ(out.n_covered, 0);
    CHECK(fabs(out.measure.volume - 15) < 1e-6);
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(boxes), TEST_CASE(spheres), TEST_CASE(mixed), TEST_CASE(turned_freely),
          TEST_CASE(whole_coordinates), TEST_CASE(shells), TEST_CASE(flush_stacks),
          TEST_CASE(void_between_slabs), TEST_CASE(needle), TEST_CASE(bars_through_one_place),
          TEST_CASE(coplanar_stacks), TEST_CASE(leaves_that_others_hold),
          TEST_CASE(line_holds_nothing))
