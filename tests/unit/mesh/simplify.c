// SPDX-License-Identifier: Apache-2.0
// Simplification: closed, within the error, borders of labels kept, flat faces down to their
// corners.
#include "compiler/mesh/simplify.h"

#include "tests/unit/test.h"

// A box of n x n squares a side; each side a tag.
static Mesh make_box(Heap *heap, u32 n, f64 size) {
    u32 side = n + 1;
    Mesh m;
    mesh_init(&m, heap, side * side * side, 12 * n * n, false);
    u32 *index = heap_alloc_raw(heap, side * side * side, sizeof(u32)), n_verts = 0, t = 0;
    for (u32 i = 0; i < side * side * side; i++) {
        u32 x = i % side, y = i / side % side, z = i / side / side;
        bool inner = x > 0 && x < n && y > 0 && y < n && z > 0 && z < n;
        index[i] = inner ? NONE : n_verts;
        if (!inner)
            m.verts[n_verts++] = vec3(size * x / n, size * y / n, size * z / n);
    }
    m.n_verts = n_verts;
    for (u32 face = 0; face < 6; face++) {
        u32 axis = face / 2, step[3] = {1, side, side * side}, u = step[(axis + 1) % 3],
            v = step[(axis + 2) % 3];
        u32 base = face % 2 ? n * step[axis] : 0;
        for (u32 i = 0; i < n * n; i++) {
            u32 a = base + i % n * u + i / n * v, quad[4] = {a, a + u, a + u + v, a + v};
            for (u32 k = 0; k < 2; k++, t++) {
                u32 first = quad[0], second = quad[k + 1], third = quad[k + 2];
                m.tris[3 * t] = index[first];
                m.tris[3 * t + 1] = index[face % 2 ? second : third];
                m.tris[3 * t + 2] = index[face % 2 ? third : second];
                m.tags[t] = face;
                m.mats[t] = 0;
            }
        }
    }
    heap_free(heap, index);
    return m;
}

// n rings of 2 n around z, tag by octant of longitude when `striped`.
static Mesh make_sphere(Heap *heap, f64 r, u32 n, bool striped, bool with_normals) {
    Mesh m;
    u32 k = 2 * n, t = 0, south = n * k, north = south + 1;
    mesh_init(&m, heap, n * k + 2, 2 * n * k, with_normals);
    for (u32 i = 0; i < n * k; i++) {
        f64 lat = 180.0 * (i / k + 1) / (n + 1) - 90, lon = 360.0 * (i % k) / k;
        m.verts[i] = vec3(r * trig_cos(lat) * trig_cos(lon), r * trig_cos(lat) * trig_sin(lon),
                          r * trig_sin(lat));
    }
    m.verts[south] = vec3(0, 0, -r);
    m.verts[north] = vec3(0, 0, r);
    for (u32 j = 0; j < k; j++) {
        u32 j2 = (j + 1) % k, tag = striped ? 8 * j / k : 0;
        for (u32 i = 0; i <= n; i++) {
            u32 a = (i - 1) * k + j, b = (i - 1) * k + j2, c = i * k + j2, d = i * k + j;
            u32 tris[6] = {i ? a : south, i ? b : d, c, a, c, d};
            if (i == 0)
                tris[1] = c, tris[2] = d;
            if (i == n)
                tris[2] = north;
            u32 n_here = i == 0 || i == n ? 1 : 2;
            memcpy(m.tris + 3 * t, tris, 3 * n_here * sizeof(u32));
            for (u32 e = 0; e < n_here; e++, t++) {
                m.tags[t] = tag;
                m.mats[t] = 0;
            }
        }
    }
    for (u32 c = 0; with_normals && c < 3 * m.n_tris; c++) {
        Vec3 normal = vec3_unit(m.verts[m.tris[c]]);
        m.normals[3 * c] = (f32)normal.x, m.normals[3 * c + 1] = (f32)normal.y,
                      m.normals[3 * c + 2] = (f32)normal.z;
    }
    return m;
}

// South fans are listed as pole, right, left: checked by the mesh's own check.
static bool is_closed(Heap *heap, const Mesh *m) {
    return mesh_check(heap, m).fault == MESH_OK;
}

TEST(boxes_go_down_to_their_corners) {
    for (u32 n = 1; n < 12; n++) {
        Heap heap;
        heap_init(&heap, 0);
        Mesh m = make_box(&heap, n, 3);
        CHECK(is_closed(&heap, &m));
        mesh_simplify(&heap, &m, 0, 1e-9);
        CHECK(is_closed(&heap, &m));
        CHECK_EQ(m.n_tris, 12);
        CHECK_EQ(m.n_verts, 8);
        CHECK_NEAR(mesh_measure(&m).volume, 27, 1e-12);
        u32 per_tag[6] = {0};
        for (u32 t = 0; t < 12; t++)
            per_tag[m.tags[t]]++;
        for (u32 f = 0; f < 6; f++)
            CHECK_EQ(per_tag[f], 2);
        mesh_finish(&m, &heap);
        CHECK_EQ(heap.own.used_size, 0);
        heap_finish(&heap);
    }
}

TEST(spheres_stay_within_the_error) {
    const f64 errors[4] = {0, 0.01, 0.1, 0.5};
    u32 before = NONE;
    for (u32 i = 0; i < 4; i++) {
        Heap heap;
        heap_init(&heap, 0);
        Mesh m = make_sphere(&heap, 10, 24, false, true);
        CHECK(is_closed(&heap, &m));
        f64 volume = mesh_measure(&m).volume;
        mesh_simplify(&heap, &m, 0, errors[i]);
        CHECK(is_closed(&heap, &m));
        MeshCheck check = mesh_check(&heap, &m);
        CHECK_EQ(check.n_components, 1);
        CHECK_EQ(check.genus, 0);
        CHECK(i == 0 || m.n_tris < before);
        before = m.n_tris;
        f64 area = 4 * 3.14159265 * 100;
        CHECK_NEAR(mesh_measure(&m).volume, volume, area * errors[i] + 1e-9);
        for (u32 t = 0; t < m.n_tris; t++) { // faces no deeper than what facets and error explain
            Vec3 a = m.verts[m.tris[3 * t]], b = m.verts[m.tris[3 * t + 1]],
                 c = m.verts[m.tris[3 * t + 2]];
            Vec3 n = vec3_unit(vec3_cross(vec3_sub(b, a), vec3_sub(c, a)));
            CHECK(vec3_dot(n, a) > 10 - 0.1 - 3 * errors[i]);
        }
        for (u32 c = 0; c < 3 * m.n_tris; c++) { // normals are still those of the sphere
            Vec3 p = m.verts[m.tris[c]];
            f64 dot = (f64)m.normals[3 * c] * p.x + (f64)m.normals[3 * c + 1] * p.y +
                      (f64)m.normals[3 * c + 2] * p.z;
            CHECK_NEAR(dot, 10, 1e-4);
        }
        heap_finish(&heap);
    }
}

TEST(a_target_is_met_and_not_passed) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh m = make_sphere(&heap, 10, 20, false, false);
    mesh_simplify(&heap, &m, 500, 1e9);
    CHECK(is_closed(&heap, &m));
    CHECK_EQ(m.n_tris, 500);
    Mesh again = make_sphere(&heap, 10, 20, false, false);
    mesh_simplify(&heap, &again, 500, 1e9); // the same bytes
    CHECK(m.n_verts == again.n_verts &&
          memcmp(m.tris, again.tris, 3 * m.n_tris * sizeof(u32)) == 0);
    CHECK(memcmp(m.verts, again.verts, m.n_verts * sizeof(Vec3)) == 0);
    mesh_simplify(&heap, &m, 0, 1e9); // to the end: still a closed surface
    CHECK(is_closed(&heap, &m));
    CHECK(m.n_tris >= 4 && m.n_tris < 60);
    heap_finish(&heap);
}

// Vertices on the meridians between tags stay on them: each tag's triangles stay in its octant.
TEST(borders_move_along_themselves) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh m = make_sphere(&heap, 10, 16, true, false);
    CHECK(is_closed(&heap, &m));
    u32 n = m.n_tris;
    mesh_simplify(&heap, &m, 0, 1);
    CHECK(is_closed(&heap, &m));
    CHECK(m.n_tris < n / 2);
    for (u32 t = 0; t < m.n_tris; t++) {
        for (u32 k = 0; k < 3; k++) {
            Vec3 p = m.verts[m.tris[3 * t + k]];
            f64 low = 45.0 * m.tags[t], x = trig_cos(low + 22.5) * p.x + trig_sin(low + 22.5) * p.y;
            f64 across = fabs(trig_cos(low + 22.5) * p.y - trig_sin(low + 22.5) * p.x);
            CHECK(across <= x * trig_tan(22.5) + 1e-9);
        }
    }
    heap_finish(&heap);
}

static void areas_by_tag(const Mesh *m, f64 *areas, u32 n) {
    memset(areas, 0, n * sizeof *areas);
    for (u32 t = 0; t < m->n_tris; t++) {
        const u32 *v = m->tris + 3 * (size_t)t;
        Vec3 a = m->verts[v[0]];
        Vec3 cross = vec3_cross(vec3_sub(m->verts[v[1]], a), vec3_sub(m->verts[v[2]], a));
        if (m->tags[t] < n)
            areas[m->tags[t]] += vec3_norm(cross) / 2;
    }
}

// A tenth of the triangles shows nearly the same: volume, and the share of each face.
TEST(a_tenth_of_the_triangles_keeps_the_shape) {
    for (u32 has_tags = 0; has_tags < 2; has_tags++) {
        Heap heap;
        heap_init(&heap, 0);
        Mesh m = make_sphere(&heap, 10, 72, has_tags, false);
        f64 volume = mesh_measure(&m).volume, before[8], after[8];
        areas_by_tag(&m, before, 8);
        mesh_simplify(&heap, &m, m.n_tris / 10, 1e9);
        CHECK(is_closed(&heap, &m));
        CHECK_NEAR(mesh_measure(&m).volume / volume, 1, 0.01);
        areas_by_tag(&m, after, 8);
        for (u32 i = 0; i < 8; i++)
            if (before[i] > 0)
                CHECK_NEAR(after[i] / before[i], 1, 0.02);
        heap_finish(&heap);
    }
}

TEST_MAIN(TEST_CASE(boxes_go_down_to_their_corners), TEST_CASE(spheres_stay_within_the_error),
          TEST_CASE(a_target_is_met_and_not_passed), TEST_CASE(borders_move_along_themselves),
          TEST_CASE(a_tenth_of_the_triangles_keeps_the_shape))
