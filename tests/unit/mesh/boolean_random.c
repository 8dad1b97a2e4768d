// SPDX-License-Identifier: Apache-2.0
// Random expressions of random solids, made so that coincidences are the rule: small whole
// coordinates, rational rotations, offsets of an ulp. Each result must be closed, must hold just
// the random points that the expression holds (winding numbers by an independent ray in doubles),
// and must not depend on running it again. FRC_TEST_COUNT: how many per kind (default 150);
// FRC_TEST_SEED: the first.
#include "tests/unit/mesh/trees.h"

// NULL, or what is wrong.
static const char *try_random(Heap *heap, u64 seed, Kind kind) {
    Random r;
    Builder b = {.heap = heap};
    u32 root = seeded_tree(seed, kind, &r, &b);
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
TEST(turned_freely) {
    CHECK(run_kind(KIND_FREE));
}
TEST(small_offsets) {
    CHECK(run_kind(KIND_OFFSETS));
}

// The same bytes from every compiler and optimisation level. When the kernel's output changes on
// purpose, put the printed value here; a difference between builds is a bug.
TEST(same_bytes_from_every_build) {
    const u64 expected = 0x261e0be7a641546eull;
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
          TEST_CASE(tilted_boxes), TEST_CASE(turned_freely), TEST_CASE(small_offsets),
          TEST_CASE(same_bytes_from_every_build))
