// SPDX-License-Identifier: Apache-2.0
// Random expressions of random solids, made so that coincidences are the rule: small whole
// coordinates, rational rotations, offsets of an ulp. Each result must be closed, must hold just
// the random points that the expression holds (winding numbers by an independent ray in doubles),
// must not depend on running it again, and must pass the kernel's own check at the first try.
// FRC_TEST_COUNT: how many per kind (default 125); FRC_TEST_SEED: the first.
#include "tests/unit/mesh/trees.h"

// NULL, or what is wrong.
static const char *try_random(Heap *heap, u64 seed, Kind kind) {
    Random r;
    Builder b = {.heap = heap};
    u32 root = seeded_tree(seed, kind, &r, &b);
    Mesh out, again;
    CsgReport report;
    if (build_run(&b, root, &out, &report) != STATUS_OK)
        return "status";
    if (report.n_tries > 1)
        return "not at once";
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
    u32 n = env_count("FRC_TEST_COUNT", 125), first = env_count("FRC_TEST_SEED", 1), n_bad = 0;
    if (env_count("FRC_TEST_KIND", (u32)kind) != (u32)kind)
        return true;
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
TEST(flush_with_a_plate) {
    CHECK(run_kind(KIND_FLUSH));
}
TEST(pegs_in_a_plate) {
    CHECK(run_kind(KIND_PEGS));
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

// A number for each of n, in random order.
static u32 *random_names(Random *r, Heap *heap, u32 n) {
    u32 *name = heap_alloc_raw(heap, MAX(n, 1u), sizeof *name);
    for (u32 i = 0; i < n; i++) {
        u32 other = pick(r, i + 1);
        name[i] = name[other];
        name[other] = i;
    }
    return name;
}

// The same mesh, its vertices and triangles in another order, each from another corner on.
static Mesh *renumber(Random *r, Heap *heap, const Mesh *mesh) {
    Mesh *out = HEAP_NEW(heap, Mesh, 1);
    mesh_copy(out, heap, mesh);
    u32 *vert = random_names(r, heap, mesh->n_verts), *tri = random_names(r, heap, mesh->n_tris);
    for (u32 v = 0; v < mesh->n_verts; v++)
        out->verts[vert[v]] = mesh->verts[v];
    for (u32 t = 0; t < mesh->n_tris; t++) {
        u32 first = pick(r, 3), to = tri[t];
        for (u32 i = 0; i < 3; i++) {
            u32 from = 3 * t + (first + i) % 3;
            out->tris[3 * to + i] = vert[mesh->tris[from]];
            if (mesh->normals)
                memcpy(out->normals + 9 * to + 3 * i, mesh->normals + 3 * from, 3 * sizeof(f32));
        }
        out->tags[to] = mesh->tags[t];
        out->mats[to] = mesh->mats[t];
    }
    return out;
}

// Of triangles as places to within a nanometre (which of places that differ by ulps is first may
// depend on numbers), in any order, from any corner on.
static u64 hash_shape(const Mesh *mesh) {
    u64 sum = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        u64 at[3];
        for (u32 i = 0; i < 3; i++) {
            Vec3 p = mesh->verts[mesh->tris[3 * t + i]];
            i64 whole[3] = {(i64)floor(p.x * 1e6 + 0.5), (i64)floor(p.y * 1e6 + 0.5),
                            (i64)floor(p.z * 1e6 + 0.5)};
            at[i] = hash_bytes(whole, sizeof whole, 1);
        }
        u32 i = at[0] < at[1] && at[0] < at[2] ? 0 : at[1] < at[2] ? 1 : 2;
        sum += hash_combine(hash_combine(at[i], at[(i + 1) % 3]), at[(i + 2) % 3]);
    }
    return sum;
}

TEST(numbers_choose_no_shape) {
    for (u32 kind = 0; kind <= KIND_VOXELS; kind++)
        for (u32 seed = 1; seed <= 20; seed++) {
            Heap heap;
            heap_init(&heap, 0);
            Random r = {seed * 31 + kind};
            Builder b = {.heap = &heap};
            u32 root = random_tree(&r, &b, (Kind)kind);
            Mesh out, again;
            CHECK_EQ(build_run(&b, root, &out, NULL), STATUS_OK);
            for (u32 l = 0; l < b.leaves.len; l++)
                b.leaves.data[l].mesh = renumber(&r, &heap, b.leaves.data[l].mesh);
            CHECK_EQ(build_run(&b, root, &again, NULL), STATUS_OK);
            CHECK_EQ(out.n_tris, again.n_tris);
            CHECK(hash_shape(&out) == hash_shape(&again));
            heap_finish(&heap);
        }
}

TEST_MAIN(TEST_CASE(boxes), TEST_CASE(tetrahedra), TEST_CASE(rotated_boxes),
          TEST_CASE(boxes_off_by_ulps), TEST_CASE(mixed), TEST_CASE(spheres), TEST_CASE(voxels),
          TEST_CASE(tilted_boxes), TEST_CASE(turned_freely), TEST_CASE(small_offsets),
          TEST_CASE(flush_with_a_plate), TEST_CASE(pegs_in_a_plate),
          TEST_CASE(numbers_choose_no_shape), TEST_CASE(same_bytes_from_every_build))
