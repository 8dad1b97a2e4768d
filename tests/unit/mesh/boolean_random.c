// SPDX-License-Identifier: Apache-2.0
// Random expressions of random solids, made so that coincidences are the rule: small whole
// coordinates, rational rotations, offsets of an ulp. Each result must be closed, must hold just
// the random points that the expression holds (winding numbers by an independent ray in doubles),
// and must not depend on running it again. FRC_TEST_COUNT: how many per kind (default 150);
// FRC_TEST_SEED: the first.
#include "tests/unit/mesh/solids.h"

typedef struct Random {
    u64 state;
} Random;

static u32 pick(Random *r, u32 n) {
    r->state = r->state * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)(hash_mix(r->state) % n);
}
static f64 pick_unit(Random *r) {
    return pick(r, 1u << 30) * 0x1p-30;
}

static u32 env_count(const char *name, u32 fallback) {
    const char *text = getenv(name);
    return text ? (u32)strtoul(text, NULL, 10) : fallback;
}

// Winding number of a mapped mesh at p by a ray in a fixed odd direction; false when too close to
// an edge or a surface to be sure.
static bool winding_at(const Mesh *mesh, const Affine3 *map, Vec3 p, int *out) {
    const Vec3 way = {0.3141592, 0.8271828, 0.4669201};
    f64 sign = affine3_det(map) < 0 ? -1 : 1, sum = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        Vec3 at[3];
        for (u32 c = 0; c < 3; c++)
            at[c] = vec3_sub(affine3_point(map, mesh->verts[mesh->tris[3 * t + c]]), p);
        f64 s[3], size = 0;
        for (u32 c = 0; c < 3; c++) {
            s[c] = vec3_dot(way, vec3_cross(at[c], at[(c + 1) % 3]));
            size = fmax(size, vec3_dot(at[c], at[c]));
        }
        f64 area = s[0] + s[1] + s[2], height = vec3_dot(at[0], vec3_cross(at[1], at[2]));
        bool in = (s[0] > 0 && s[1] > 0 && s[2] > 0) || (s[0] < 0 && s[1] < 0 && s[2] < 0);
        bool near =
            fabs(s[0]) < 1e-6 * size || fabs(s[1]) < 1e-6 * size || fabs(s[2]) < 1e-6 * size;
        bool maybe = (s[0] > -1e-6 * size && s[1] > -1e-6 * size && s[2] > -1e-6 * size) ||
                     (s[0] < 1e-6 * size && s[1] < 1e-6 * size && s[2] < 1e-6 * size);
        if (maybe && (near || fabs(height) < 1e-6 * size * sqrt(size)))
            return false;
        if (in && height * area > 0)
            sum += area > 0 ? 1 : -1;
    }
    *out = (int)(sum * sign);
    return true;
}

static bool node_holds(const Builder *b, u32 node, const int *winding) {
    const CsgNode *n = &b->nodes.data[node];
    switch (n->op) {
    case CSG_LEAF:
        return winding[n->first] > 0;
    case CSG_UNION:
        for (u32 i = 0; i < n->len; i++)
            if (node_holds(b, b->args.data[n->first + i], winding))
                return true;
        return false;
    case CSG_INTERSECTION:
        for (u32 i = 0; i < n->len; i++)
            if (!node_holds(b, b->args.data[n->first + i], winding))
                return false;
        return n->len > 0;
    case CSG_DIFFERENCE:
        for (u32 i = 0; i < n->len; i++)
            if (node_holds(b, b->args.data[n->first + i], winding) != (i == 0))
                return false;
        return n->len > 0;
    }
    return false;
}

// Draws stand in statements of their own: the order of arguments is the compiler's.
static Vec3 grid_place(Random *r, u32 n) {
    f64 x = pick(r, n), y = pick(r, n), z = pick(r, n);
    return vec3(x, y, z);
}

static Mesh random_box(Random *r, Heap *heap, u32 n) {
    Vec3 a = grid_place(r, n), s = grid_place(r, n - 1);
    return solid_box(heap, a, vec3(a.x + s.x + 1, a.y + s.y + 1, a.z + s.z + 1));
}

static Mesh random_tetra(Random *r, Heap *heap, u32 n) {
    for (;;) {
        Vec3 p[4];
        for (u32 i = 0; i < 4; i++)
            p[i] = grid_place(r, n);
        f64 volume =
            vec3_dot(vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0])), vec3_sub(p[3], p[0]));
        if (volume != 0)
            return solid_tetra(heap, p[0], p[1], p[2], p[3]);
    }
}

typedef enum Kind {
    KIND_BOXES,
    KIND_TETRAS,
    KIND_ROTATED,
    KIND_ULPS,
    KIND_MIXED,
    KIND_SPHERES,
    KIND_VOXELS,
    KIND_TILTED
} Kind;

static Affine3 random_rotation(Random *r) {
    static const f64 turns[4][2] = {{1, 0}, {0.6, 0.8}, {0, 1}, {5.0 / 13, 12.0 / 13}};
    Affine3 map = affine3_identity();
    const f64 *t = turns[pick(r, 4)];
    u32 axis = pick(r, 3), i = (axis + 1) % 3, j = (axis + 2) % 3;
    map.m[i][i] = map.m[j][j] = t[0];
    map.m[i][j] = -t[1];
    map.m[j][i] = t[1];
    if (pick(r, 4) == 0)
        for (u32 c = 0; c < 3; c++)
            map.m[c][axis] = -map.m[c][axis];
    return map;
}

static void move_by_ulps(Random *r, Mesh *mesh) {
    for (u32 v = 0; v < mesh->n_verts; v++)
        for (u32 i = 0; i < 3; i++) {
            f64 c = vec3_get(mesh->verts[v], i) * 0.1;
            vec3_set(&mesh->verts[v], i, c + (pick(r, 3) - 1.0) * c * 0x1p-52);
        }
}

static u32 random_leaf(Random *r, Builder *b, Kind kind) {
    Heap *heap = b->heap;
    u32 sort = kind == KIND_MIXED ? pick(r, 4) : 0;
    Affine3 map = affine3_identity();
    Mesh mesh;
    if (kind == KIND_SPHERES) {
        Vec3 c = grid_place(r, 4);
        u32 size = 1 + pick(r, 3), n = 4 + 2 * pick(r, 4), m = 3 + pick(r, 4);
        mesh = solid_sphere(heap, c, size, n, m);
    } else if (kind == KIND_TETRAS || sort == 1) {
        mesh = random_tetra(r, heap, 4 + pick(r, 3));
    } else if (sort == 2) {
        Vec3 at = grid_place(r, 4);
        u32 size = 1 + pick(r, 2), low = pick(r, 2), high = 2 + pick(r, 3), n = 3 + pick(r, 6);
        mesh = solid_cylinder(heap, at.x, at.y, size, low, high, n, false);
    } else {
        mesh = random_box(r, heap, 4);
    }
    if (kind == KIND_ULPS)
        move_by_ulps(r, &mesh);
    if (kind == KIND_ROTATED || (kind == KIND_MIXED && pick(r, 3) == 0))
        map = random_rotation(r);
    return build_leaf_at(b, mesh, map, (u16)pick(r, 3));
}

// Unit cubes of a small lattice, some taken away again: all kinds of contact at edges and corners.
static u32 random_voxels(Random *r, Builder *b) {
    u32 args[32], n = 0, side = 2 + pick(r, 2), keep = 3 + pick(r, 3);
    bool is_cut = pick(r, 3) == 0;
    if (is_cut)
        args[n++] = build_leaf(b, solid_box(b->heap, vec3(0, 0, 0), vec3(side, side, side)));
    for (u32 i = 0; i < side * side * side; i++)
        if (pick(r, 6) < keep && n < 32) {
            Vec3 at = vec3(i % side, i / side % side, i / side / side);
            args[n++] = build_leaf(b, solid_box(b->heap, at, vec3_add(at, vec3(1, 1, 1))));
        }
    return build_op(b, is_cut ? CSG_DIFFERENCE : CSG_UNION, args, n);
}

static u32 random_tree(Random *r, Builder *b, Kind kind) {
    if (kind == KIND_VOXELS)
        return random_voxels(r, b);
    u32 nodes[24], n = 2 + pick(r, 5);
    for (u32 i = 0; i < n; i++)
        nodes[i] = random_leaf(r, b, kind);
    u32 n_ops = 1 + pick(r, 4);
    for (u32 i = 0; i < n_ops; i++) {
        u32 args[4], len = 2 + pick(r, 3);
        for (u32 j = 0; j < len; j++)
            args[j] = nodes[pick(r, n)]; // any node made so far, perhaps twice
        if (i && pick(r, 2))
            args[0] = nodes[n - 1];
        nodes[n++] = build_op(b, (CsgOp)(CSG_UNION + (int)pick(r, 3)), args, len);
    }
    return nodes[n - 1];
}

static bool same_mesh(const Mesh *a, const Mesh *b) {
    return a->n_tris == b->n_tris && a->n_verts == b->n_verts &&
           (!a->n_tris || (!memcmp(a->tris, b->tris, a->n_tris * 3 * sizeof(u32)) &&
                           !memcmp(a->verts, b->verts, a->n_verts * sizeof(Vec3)) &&
                           !memcmp(a->mats, b->mats, a->n_tris * sizeof(u16)) &&
                           !memcmp(a->tags, b->tags, a->n_tris * sizeof(u32))));
}

// One rotation for all: what coincided does so no more, by a quantum here and there.
static void tilt_leaves(Random *r, Builder *b) {
    Vec3 axis = vec3_unit(vec3_add(grid_place(r, 9), vec3(1, 0, 0)));
    Affine3 tilt = affine3_rotate(axis, pick_unit(r) * 360);
    for (u32 l = 0; l < b->leaves.len; l++)
        b->leaves.data[l].map = affine3_mul(&tilt, &b->leaves.data[l].map);
}

// NULL, or what is wrong.
static const char *try_random(Heap *heap, u64 seed, Kind kind) {
    Random r = {seed * 977 + kind};
    Builder b = {.heap = heap};
    u32 root = random_tree(&r, &b, kind == KIND_TILTED ? KIND_BOXES : kind);
    if (kind == KIND_TILTED)
        tilt_leaves(&r, &b);
    Mesh out, again;
    if (build_run(&b, root, &out, NULL) != STATUS_OK)
        return "status";
    if (mesh_check(heap, &out).fault != MESH_OK)
        return "mesh check";
    Box3 box = box3_empty();
    for (u32 l = 0; l < b.leaves.len; l++)
        box = box3_join(box, mesh_bounds_in(b.leaves.data[l].mesh, &b.leaves.data[l].map));
    Affine3 id = affine3_identity();
    for (u32 i = 0; i < 60; i++) {
        Vec3 size = box3_size(box), p = size;
        p.x = box.min.x + pick_unit(&r) * size.x;
        p.y = box.min.y + pick_unit(&r) * size.y;
        p.z = box.min.z + pick_unit(&r) * size.z;
        int winding[40], got;
        bool sure = winding_at(&out, &id, p, &got);
        for (u32 l = 0; sure && l < b.leaves.len; l++)
            sure = winding_at(b.leaves.data[l].mesh, &b.leaves.data[l].map, p, &winding[l]);
        if (sure && got != node_holds(&b, root, winding))
            return "membership";
    }
    if (build_run(&b, root, &again, NULL) != STATUS_OK || !same_mesh(&out, &again))
        return "not repeatable";
    return NULL;
}

static bool run_kind(Kind kind) {
    u32 n = env_count("FRC_TEST_COUNT", 150), first = env_count("FRC_TEST_SEED", 1), n_bad = 0;
    for (u32 seed = first; seed < first + n; seed++) {
        Heap heap;
        heap_init(&heap, 0);
        const char *wrong = try_random(&heap, seed, kind);
        if (wrong && n_bad++ < 10)
            printf("kind %d seed %u: %s\n", (int)kind, seed, wrong);
        heap_finish(&heap);
    }
    if (n_bad)
        printf("kind %d: %u of %u wrong\n", (int)kind, n_bad, n);
    return n_bad == 0;
}

TEST(boxes) {
    CHECK(run_kind(KIND_BOXES));
}
TEST(tetrahedra) {
    CHECK(run_kind(KIND_TETRAS));
}
TEST(rotated_boxes) {
    CHECK(run_kind(KIND_ROTATED));
}
TEST(boxes_off_by_ulps) {
    CHECK(run_kind(KIND_ULPS));
}
TEST(mixed) {
    CHECK(run_kind(KIND_MIXED));
}
TEST(spheres) {
    CHECK(run_kind(KIND_SPHERES));
}
TEST(voxels) {
    CHECK(run_kind(KIND_VOXELS));
}
TEST(tilted_boxes) {
    CHECK(run_kind(KIND_TILTED));
}

// The same bytes from every compiler and optimisation level. When the kernel's output changes on
// purpose, put the printed value here; a difference between builds is a bug.
TEST(same_bytes_from_every_build) {
    const u64 expected = 0x367441ef2e3e7d37ull;
    u64 hash = 0;
    for (u32 kind = 0; kind <= KIND_VOXELS; kind++)
        for (u32 seed = 1; seed <= 12; seed++) {
            Heap heap;
            heap_init(&heap, 0);
            Random r = {seed * 31 + kind};
            Builder b = {.heap = &heap};
            u32 root = random_tree(&r, &b, (Kind)kind);
            Mesh out;
            CHECK_EQ(build_run(&b, root, &out, NULL), STATUS_OK);
            hash = hash_combine(hash, hash_bytes(out.tris, out.n_tris * 3 * sizeof(u32), 1));
            hash = hash_combine(hash, hash_bytes(out.verts, out.n_verts * sizeof(Vec3), 2));
            hash = hash_combine(hash, hash_bytes(out.tags, out.n_tris * sizeof(u32), 3));
            heap_finish(&heap);
        }
    if (hash != expected)
        printf("hash 0x%llx\n", (unsigned long long)hash);
    CHECK(hash == expected);
}

TEST_MAIN(TEST_CASE(boxes), TEST_CASE(tetrahedra), TEST_CASE(rotated_boxes),
          TEST_CASE(boxes_off_by_ulps), TEST_CASE(mixed), TEST_CASE(spheres), TEST_CASE(voxels),
          TEST_CASE(tilted_boxes), TEST_CASE(same_bytes_from_every_build))
