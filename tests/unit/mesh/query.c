// SPDX-License-Identifier: Apache-2.0
// Queries against brute force over all triangles, and against closed forms.
#include "compiler/mesh/query.h"

#include "base/vec.h"
#include "tests/unit/test.h"

static u64 random_state;
static f64 random_unit(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (f64)(random_state >> 11) / 9007199254740992.0;
}
static f64 random_between(f64 a, f64 b) {
    return a + (b - a) * random_unit();
}
static Vec3 random_vec(f64 r) {
    return vec3(random_between(-r, r), random_between(-r, r), random_between(-r, r));
}

// ---- solids to ask ----

static Mesh make_box(Heap *heap, Vec3 min, Vec3 max) {
    static const u32 tris[36] = {0, 2, 1, 1, 2, 3, 4, 5, 6, 6, 5, 7, 0, 1, 4, 4, 1, 5,
                                 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 5, 3, 7};
    Mesh m;
    mesh_init(&m, heap, 8, 12, false);
    for (u32 i = 0; i < 8; i++)
        m.verts[i] = vec3(i & 1 ? max.x : min.x, i & 2 ? max.y : min.y, i & 4 ? max.z : min.z);
    memcpy(m.tris, tris, sizeof tris);
    memset(m.tags, 0, 12 * sizeof *m.tags);
    return m;
}

// A torus of n x k quadrilaterals about z; k rings of radius r around radius big.
static Mesh make_torus(Heap *heap, f64 big, f64 r, u32 n, u32 k) {
    Mesh m;
    mesh_init(&m, heap, n * k, 2 * n * k, false);
    for (u32 i = 0; i < n; i++) {
        for (u32 j = 0; j < k; j++) {
            f64 u = 360.0 * i / n, v = 360.0 * j / k, d = big + r * trig_cos(v);
            m.verts[i * k + j] = vec3(d * trig_cos(u), d * trig_sin(u), r * trig_sin(v));
            u32 a = i * k + j, b = (i + 1) % n * k + j, c = (i + 1) % n * k + (j + 1) % k,
                e = i * k + (j + 1) % k;
            u32 quad[6] = {a, b, c, a, c, e};
            memcpy(m.tris + 6 * a, quad, sizeof quad);
            m.tags[2 * a] = m.tags[2 * a + 1] = 0;
        }
    }
    return m;
}

// n rings of 2 n points between the poles.
static Mesh make_sphere(Heap *heap, f64 r, u32 n) {
    Mesh m;
    u32 k = 2 * n, t = 0;
    mesh_init(&m, heap, n * k + 2, 2 * n * k, false);
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j < k; j++) {
            f64 lat = 180.0 * (i + 1) / (n + 1) - 90, lon = 360.0 * j / k;
            m.verts[i * k + j] = vec3(r * trig_cos(lat) * trig_cos(lon),
                                      r * trig_cos(lat) * trig_sin(lon), r * trig_sin(lat));
        }
    u32 south = n * k, north = south + 1;
    m.verts[south] = vec3(0, 0, -r);
    m.verts[north] = vec3(0, 0, r);
    for (u32 j = 0; j < k; j++) {
        u32 j2 = (j + 1) % k;
        u32 caps[6] = {south, j2, j, north, (n - 1) * k + j, (n - 1) * k + j2};
        memcpy(m.tris + t, caps, sizeof caps);
        t += 6;
        for (u32 i = 0; i + 1 < n; i++) {
            u32 a = i * k + j, b = i * k + j2, c = b + k, d = a + k, quad[6] = {a, b, c, a, c, d};
            memcpy(m.tris + t, quad, sizeof quad);
            t += 6;
        }
    }
    memset(m.tags, 0, m.n_tris * sizeof *m.tags);
    return m;
}

// Both into one mesh.
static Mesh join(Heap *heap, Mesh a, Mesh b) {
    Mesh m;
    mesh_init(&m, heap, a.n_verts + b.n_verts, a.n_tris + b.n_tris, false);
    memcpy(m.verts, a.verts, a.n_verts * sizeof *m.verts);
    memcpy(m.verts + a.n_verts, b.verts, b.n_verts * sizeof *m.verts);
    memcpy(m.tris, a.tris, 3 * a.n_tris * sizeof *m.tris);
    for (u32 i = 0; i < 3 * b.n_tris; i++)
        m.tris[3 * a.n_tris + i] = b.tris[i] + a.n_verts;
    memset(m.tags, 0, m.n_tris * sizeof *m.tags);
    return m;
}

static void turn_inside_out(Mesh *m) {
    for (u32 t = 0; t < m->n_tris; t++) {
        u32 swap = m->tris[3 * t];
        m->tris[3 * t] = m->tris[3 * t + 1];
        m->tris[3 * t + 1] = swap;
    }
}

static PlacedMesh place(Heap *heap, const Mesh *m, Affine3 map) {
    return (PlacedMesh){m, mesh_tree_create(heap, m), map};
}

// Rotation and move; every third with uniform scale, every fifth mirrored, every seventh skewed.
static Affine3 random_map(u32 round, f64 reach) {
    Affine3 map = affine3_rotate(vec3_unit(vec3_add(random_vec(1), vec3(0.01, 0, 0))),
                                 random_between(-180, 180));
    for (u32 i = 0; i < 3; i++) {
        for (u32 j = 0; j < 3; j++)
            map.m[i][j] *= (round % 3 == 0 ? 1.7 : 1) * (round % 5 == 0 && j == 0 ? -1 : 1) *
                           (round % 7 == 0 && j == 1 ? 1.3 : 1);
    }
    map.t = random_vec(reach);
    return map;
}

// ---- brute force ----

static Vec3 world_vertex(const PlacedMesh *s, u32 tri, u32 k) {
    return affine3_point(&s->map, s->mesh->verts[s->mesh->tris[3 * tri + k]]);
}

// Winding number from solid angles (Van Oosterom and Strackee 1983): a second, unrelated way.
static f64 winding_number(const PlacedMesh *s, Vec3 p) {
    f64 sum = 0;
    for (u32 t = 0; t < s->mesh->n_tris; t++) {
        Vec3 a = vec3_sub(world_vertex(s, t, 0), p), b = vec3_sub(world_vertex(s, t, 1), p),
             c = vec3_sub(world_vertex(s, t, 2), p);
        f64 la = vec3_norm(a), lb = vec3_norm(b), lc = vec3_norm(c);
        f64 den = la * lb * lc + vec3_dot(a, b) * lc + vec3_dot(b, c) * la + vec3_dot(c, a) * lb;
        sum += trig_atan2(vec3_dot(a, vec3_cross(b, c)), den) / 360;
    }
    return affine3_det(&s->map) < 0 ? -sum : sum;
}

static bool ray_brute(const PlacedMesh *s, Vec3 from, Vec3 dir, f64 *best) {
    *best = INFINITY;
    for (u32 t = 0; t < s->mesh->n_tris; t++) {
        Vec3 a = world_vertex(s, t, 0), e1 = vec3_sub(world_vertex(s, t, 1), a),
             e2 = vec3_sub(world_vertex(s, t, 2), a);
        Vec3 p = vec3_cross(dir, e2), q = vec3_cross(vec3_sub(from, a), e1);
        f64 det = vec3_dot(e1, p);
        if (fabs(det) < 1e-12)
            continue;
        f64 u = vec3_dot(vec3_sub(from, a), p) / det, v = vec3_dot(dir, q) / det,
            at = vec3_dot(e2, q) / det;
        if (u >= 0 && v >= 0 && u + v <= 1 && at >= 0)
            *best = fmin(*best, at);
    }
    return isfinite(*best);
}

TEST(rays_hit_what_brute_force_hits) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh torus = make_torus(&heap, 10, 4, 30, 17);
    u32 n_hits = 0;
    for (u32 round = 1; round < 400; round++) {
        random_state = round;
        PlacedMesh s = place(&heap, &torus, random_map(round, 5));
        Vec3 from = random_vec(40), dir = vec3_sub(random_vec(12), from);
        MeshHit hit;
        f64 expected;
        bool has = ray_brute(&s, from, dir, &expected);
        CHECK_EQ(mesh_ray(&s, from, dir, &hit), has);
        n_hits += has;
        if (has) {
            CHECK_NEAR(hit.t, expected, 1e-9 * (1 + expected));
            CHECK_NEAR(vec3_norm(vec3_sub(hit.point, vec3_add(from, vec3_scale(dir, hit.t)))), 0,
                       1e-12);
            CHECK_NEAR(vec3_norm(hit.normal), 1, 1e-12);
            if (winding_number(&s, from) < 0.5)
                CHECK(vec3_dot(hit.normal, dir) < 0); // outward, so against the ray
        }
        mesh_tree_destroy((MeshTree *)(uintptr_t)s.tree);
    }
    CHECK(n_hits > 100);
    heap_finish(&heap);
}

TEST(rays_do_not_slip_between_triangles) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh sphere = make_sphere(&heap, 10, 12);
    PlacedMesh s = place(&heap, &sphere, affine3_identity());
    for (u32 v = 0; v < sphere.n_verts;
         v++) { // through vertices and middles of edges, from the centre
        for (u32 k = 0; k < 8; k++) {
            Vec3 to =
                k ? vec3_lerp(sphere.verts[v],
                              sphere.verts[sphere.tris[(3 * v + k) % (3 * sphere.n_tris)]], 0.5)
                  : sphere.verts[v];
            MeshHit hit;
            if (vec3_norm(to) > 5)
                CHECK(mesh_ray(&s, vec3(0, 0, 0), to, &hit));
        }
    }
    MeshHit hit;
    Mesh box = make_box(&heap, vec3(0, 0, 0), vec3(2, 2, 2));
    s = place(&heap, &box, affine3_identity());
    CHECK(mesh_ray(&s, vec3(1, 1, 5), vec3(0, 0, -1), &hit)); // along axes, through a diagonal
    CHECK(hit.t == 3 && hit.normal.z == 1);
    CHECK(mesh_ray(&s, vec3(-1, 0.5, 0.5), vec3(2, 0, 0), &hit));
    CHECK(hit.t == 0.5 && hit.normal.x == -1);
    CHECK(!mesh_ray(&s, vec3(1, 1, 5), vec3(0, 0, 1), &hit));
    CHECK(!mesh_ray(&s, vec3(3, 3, 5), vec3(0, 0, -1), &hit));
    heap_finish(&heap);
}

TEST(membership_is_the_winding_number) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh torus = make_torus(&heap, 10, 4, 24, 12),
         hollow = make_box(&heap, vec3(-3, -3, -3), vec3(3, 3, 3));
    turn_inside_out(&hollow);
    Mesh shell = join(&heap, make_box(&heap, vec3(-9, -8, -7), vec3(9, 8, 7)), hollow);
    u32 n_in = 0;
    for (u32 round = 1; round < 200; round++) {
        random_state = round;
        PlacedMesh s = place(&heap, round % 2 ? &torus : &shell, random_map(round, 2));
        for (u32 k = 0; k < 10; k++) {
            Vec3 p = random_vec(14);
            f64 winding = winding_number(&s, p);
            bool inside = mesh_contains(&s, p);
            CHECK_NEAR(winding, inside ? 1 : 0, 1e-6);
            n_in += inside;
        }
        mesh_tree_destroy((MeshTree *)(uintptr_t)s.tree);
    }
    CHECK(n_in > 200);
    heap_finish(&heap);
}

// Lines through vertices and along faces: whole coordinates, where everything coincides.
TEST(membership_at_awkward_places) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh m = make_box(&heap, vec3(0, 0, 0), vec3(2, 2, 2));
    m = join(&heap, m, make_box(&heap, vec3(2, 2, 2), vec3(4, 4, 4)));
    m = join(&heap, m, make_box(&heap, vec3(0, 0, 6), vec3(4, 2, 8)));
    PlacedMesh s = place(&heap, &m, affine3_identity());
    for (i32 x = -1; x <= 10; x++)
        for (i32 y = -1; y <= 10; y++)
            for (i32 z = -1; z <= 18; z++) {
                Vec3 p = vec3(x / 2.0, y / 2.0, z / 2.0);
                bool one = p.x >= 0 && p.x <= 2 && p.y >= 0 && p.y <= 2 && p.z >= 0 && p.z <= 2;
                bool two = p.x >= 2 && p.x <= 4 && p.y >= 2 && p.y <= 4 && p.z >= 2 && p.z <= 4;
                bool three = p.x >= 0 && p.x <= 4 && p.y >= 0 && p.y <= 2 && p.z >= 6 && p.z <= 8;
                CHECK_EQ(mesh_contains(&s, p), one || two || three);
            }
    heap_finish(&heap);
}

// ---- distance ----

// By sampling both surfaces finely: an upper bound, close to the truth.
static f64 sampled_distance(const PlacedMesh *a, const PlacedMesh *b) {
    f64 best = INFINITY;
    enum { N = 4 };
    for (u32 s = 0; s < a->mesh->n_tris; s++)
        for (u32 t = 0; t < b->mesh->n_tris; t++)
            for (u32 i = 0; i <= N; i++)
                for (u32 j = 0; i + j <= N; j++) {
                    Vec3 p = vec3_add(vec3_add(vec3_scale(world_vertex(a, s, 0), i / (f64)N),
                                               vec3_scale(world_vertex(a, s, 1), j / (f64)N)),
                                      vec3_scale(world_vertex(a, s, 2), (N - i - j) / (f64)N));
                    // The nearest point of b's triangle by projected descent on its corners'
                    // weights.
                    Vec3 v0 = world_vertex(b, t, 0), e1 = vec3_sub(world_vertex(b, t, 1), v0),
                         e2 = vec3_sub(world_vertex(b, t, 2), v0);
                    f64 u = 1.0 / 3, v = 1.0 / 3;
                    for (u32 k = 0; k < 10; k++) {
                        Vec3 r = vec3_sub(
                            vec3_add(v0, vec3_add(vec3_scale(e1, u), vec3_scale(e2, v))), p);
                        u = fmin(fmax(u - vec3_dot(r, e1) / vec3_dot(e1, e1), 0), 1 - v);
                        r = vec3_sub(vec3_add(v0, vec3_add(vec3_scale(e1, u), vec3_scale(e2, v))),
                                     p);
                        v = fmin(fmax(v - vec3_dot(r, e2) / vec3_dot(e2, e2), 0), 1 - u);
                    }
                    Vec3 r =
                        vec3_sub(vec3_add(v0, vec3_add(vec3_scale(e1, u), vec3_scale(e2, v))), p);
                    best = fmin(best, vec3_norm(r));
                }
    return best;
}

TEST(distances_bound_samples_from_below) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh box = make_box(&heap, vec3(-2, -1, -3), vec3(2, 1, 3)),
         small = make_torus(&heap, 4, 1, 7, 5);
    u32 n_apart = 0;
    for (u32 round = 1; round < 16; round++) {
        random_state = round;
        PlacedMesh a = place(&heap, &box, random_map(round, 6)),
                   b = place(&heap, &small, random_map(round * 3 + 1, 12));
        MeshDistance d = mesh_distance(&a, &b, INFINITY), e = mesh_distance(&b, &a, INFINITY);
        f64 sampled = sampled_distance(&a, &b);
        CHECK_NEAR(d.distance, e.distance, 1e-9);
        CHECK(d.distance <= sampled + 1e-9);
        if (d.distance > 0) {
            CHECK(sampled < d.distance + 3); // samples are as far apart
            CHECK_NEAR(vec3_norm(vec3_sub(d.on_a, d.on_b)), d.distance, 1e-9);
            CHECK(mesh_distance(&a, &b, d.distance * 0.99).distance > d.distance * 0.99);
            CHECK(!mesh_within(&a, &b, d.distance * 0.99));
            CHECK(mesh_within(&a, &b, d.distance * 1.01));
            CHECK_NEAR(mesh_distance(&a, &b, d.distance * 1.01).distance, d.distance, 1e-9);
            n_apart++;
        }
    }
    CHECK(n_apart > 4);
    heap_finish(&heap);
}

TEST(distances_in_closed_form) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh box = make_box(&heap, vec3(0, 0, 0), vec3(1, 1, 1)),
         big = make_box(&heap, vec3(-5, -5, -5), vec3(5, 5, 5));
    PlacedMesh a = place(&heap, &box, affine3_identity());
    struct {
        Vec3 move;
        f64 distance;
    } cases[] = {{{3, 0, 0}, 2}, {{3, 4, 0}, sqrt(13)}, {{3, 4, 7}, sqrt(49)}, {{1, 0, 0}, 0},
                 {{1, 1, 1}, 0}, {{0.5, 0.5, 0.5}, 0},  {{0, 0, -1.25}, 0.25}};
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        PlacedMesh b = place(&heap, &box, affine3_move(cases[i].move));
        CHECK_NEAR(mesh_distance(&a, &b, INFINITY).distance, cases[i].distance, 1e-12);
    }
    // One inside the other is no distance, whichever way; in a hollow it is.
    PlacedMesh c = place(&heap, &big, affine3_identity());
    CHECK(mesh_distance(&a, &c, INFINITY).distance == 0 &&
          mesh_distance(&c, &a, INFINITY).distance == 0);
    Mesh hole = make_box(&heap, vec3(-3, -3, -3), vec3(3, 3, 3));
    turn_inside_out(&hole);
    Mesh hollow = join(&heap, big, hole);
    PlacedMesh d = place(&heap, &hollow, affine3_identity());
    CHECK_NEAR(mesh_distance(&a, &d, INFINITY).distance, 2, 1e-12);
    // A second part of one mesh inside the other, while the first is far away.
    Mesh two = join(&heap, make_box(&heap, vec3(50, 0, 0), vec3(51, 1, 1)), box);
    PlacedMesh e = place(&heap, &two, affine3_identity());
    CHECK(mesh_distance(&e, &c, INFINITY).distance == 0);
    // Crossing without a vertex inside either.
    Mesh beam = make_box(&heap, vec3(-9, -1, -1), vec3(9, 1, 1)),
         beam2 = make_box(&heap, vec3(-1, -9, -0.5), vec3(1, 9, 0.5));
    PlacedMesh f = place(&heap, &beam, affine3_identity()),
               g = place(&heap, &beam2, affine3_identity());
    CHECK(mesh_distance(&f, &g, INFINITY).distance == 0);
    heap_finish(&heap);
}

// ---- drop ----

TEST(drops_in_closed_form) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh box = make_box(&heap, vec3(0, 0, 0), vec3(2, 2, 2)), sphere = make_sphere(&heap, 3, 15);
    PlacedMesh floor_box = place(&heap, &box, affine3_identity());
    f64 gap;
    PlacedMesh a = place(&heap, &box, affine3_move(vec3(1, 1, 5)));
    CHECK(mesh_drop(&a, &floor_box, &gap));
    CHECK(gap == 3);
    a = place(&heap, &box, affine3_move(vec3(1, 1, 1.5)));
    CHECK(mesh_drop(&a, &floor_box, &gap)); // half a millimetre inside: up
    CHECK(gap == -0.5);
    a = place(&heap, &box, affine3_move(vec3(2, 0, 5))); // shadows touch along an edge
    CHECK(!mesh_drop(&a, &floor_box, &gap));
    a = place(&heap, &box, affine3_move(vec3(2.0 - 1e-13, 0, 5))); // or nearly
    CHECK(!mesh_drop(&a, &floor_box, &gap));
    a = place(&heap, &box, affine3_move(vec3(9, 9, 5)));
    CHECK(!mesh_drop(&a, &floor_box, &gap));
    a = place(&heap, &sphere, affine3_move(vec3(1, 1, 10)));
    CHECK(mesh_drop(&a, &floor_box, &gap));
    CHECK_NEAR(gap, 10 - 3 - 2, 1e-12);
    // Two crossed ridges meet edge on edge.
    Affine3 tilt = affine3_rotate(vec3(1, 0, 0), 45), tilt2 = affine3_rotate(vec3(0, 1, 0), 45);
    tilt2.t = vec3(1, 1, 9);
    Mesh bar = make_box(&heap, vec3(-8, -1, -1), vec3(8, 1, 1)),
         bar2 = make_box(&heap, vec3(-1, -8, -1), vec3(1, 8, 1));
    PlacedMesh low = place(&heap, &bar, tilt), high = place(&heap, &bar2, tilt2);
    CHECK(mesh_drop(&high, &low, &gap));
    CHECK_NEAR(gap, 9 - 2 * sqrt(2), 1e-12);
    heap_finish(&heap);
}

// Heights of a's lower and b's upper side by rays at random places: never less than the drop, and
// close to it somewhere.
TEST(drops_bound_vertical_rays) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh torus = make_torus(&heap, 6, 2, 16, 9),
         box = make_box(&heap, vec3(-5, -4, -1), vec3(5, 4, 1));
    u32 n_met = 0;
    for (u32 round = 1; round < 60; round++) {
        random_state = round;
        Affine3 map = random_map(round, 3), under = random_map(round + 1, 3);
        map.t.z += 30;
        PlacedMesh a = place(&heap, &torus, map), b = place(&heap, &box, under);
        f64 gap, least = INFINITY;
        bool has = mesh_drop(&a, &b, &gap);
        for (u32 k = 0; k < 2000; k++) {
            Vec3 up = vec3(random_between(-14, 14), random_between(-14, 14), -100),
                 down = vec3(up.x, up.y, 100);
            MeshHit low, high;
            if (mesh_ray(&a, up, vec3(0, 0, 1), &low) && mesh_ray(&b, down, vec3(0, 0, -1), &high))
                least = fmin(least, low.point.z - high.point.z);
        }
        CHECK(has || least == INFINITY); // a ring may pass the box
        CHECK(!has || gap <= least + 1e-9);
        CHECK(!has || gap > least - 2);
        n_met += has;
    }
    CHECK(n_met > 50);
    heap_finish(&heap);
}

// ---- contact ----

TEST(contact_areas) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh box = make_box(&heap, vec3(0, 0, 0), vec3(2, 3, 4));
    PlacedMesh a = place(&heap, &box, affine3_identity());
    struct {
        Vec3 move;
        f64 gap, area;
    } cases[] = {{{2, 0, 0}, 0.01, 12},   {{2, 1, 1}, 0.01, 6},     {{2.005, 0, 0}, 0.01, 12},
                 {{2.02, 0, 0}, 0.01, 0}, {{1.995, 1, 0}, 0.01, 8}, {{0, 3, 2}, 0.001, 4},
                 {{2, 3, 0}, 0.001, 0},   {{0, 0, 4}, 0.001, 6},    {{0.5, 0.5, 4}, 0.001, 3.75},
                 {{0, 0, 0}, 0.001, 0}};
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        PlacedMesh b = place(&heap, &box, affine3_move(cases[i].move));
        CHECK_NEAR(mesh_contact_area(&heap, &a, &b, cases[i].gap), cases[i].area, 1e-9);
        CHECK_NEAR(mesh_contact_area(&heap, &b, &a, cases[i].gap), cases[i].area, 1e-9);
    }
    // The same, turned and scaled.
    Affine3 turn = affine3_rotate(vec3_unit(vec3(1, 2, 3)), 33), move = affine3_move(vec3(2, 1, 1));
    for (u32 i = 0; i < 3; i++)
        for (u32 j = 0; j < 3; j++)
            turn.m[i][j] *= 2;
    PlacedMesh c = place(&heap, &box, turn), d = place(&heap, &box, affine3_mul(&turn, &move));
    CHECK_NEAR(mesh_contact_area(&heap, &c, &d, 0.01), 24, 1e-9);
    heap_finish(&heap);
}

// A disc's worth of triangles that all run to one corner; z from 0 to 2.
static Mesh make_drum(Heap *heap, u32 n, f64 r) {
    Mesh mesh;
    mesh_init(&mesh, heap, 2 * n, 4 * n - 4, false);
    for (u32 i = 0; i < n; i++)
        for (u32 top = 0; top < 2; top++)
            mesh.verts[top * n + i] =
                vec3(r * trig_cos(360.0 * i / n), r * trig_sin(360.0 * i / n), 2 * top);
    u32 *tri = mesh.tris;
    for (u32 i = 0; i < n; i++) {
        u32 j = (i + 1) % n;
        const u32 wall[6] = {i, j, n + j, i, n + j, n + i}, caps[6] = {0, j, i, n, n + i, n + j};
        memcpy(tri, wall, sizeof wall);
        tri += 6;
        if (i > 0 && j > 0) {
            memcpy(tri, caps, sizeof caps);
            tri += 6;
        }
    }
    memset(mesh.tags, 0, mesh.n_tris * sizeof *mesh.tags);
    memset(mesh.mats, 0, mesh.n_tris * sizeof *mesh.mats);
    return mesh;
}

// All triangles of one fan overlap all of the other: far more pairs than triangles.
TEST(contact_of_fans) {
    enum { N = 1024 };
    Heap heap;
    heap_init(&heap, 0);
    Mesh drum = make_drum(&heap, N, 10);
    CHECK(mesh_check(&heap, &drum).fault == MESH_OK);
    f64 disc = N / 2.0 * 100 * trig_sin(360.0 / N);
    Affine3 turn = affine3_rotate(vec3_unit(vec3(1, 2, 3)), 33), up = affine3_move(vec3(0, 0, 2)),
            mirror = affine3_identity();
    mirror.m[0][0] = -1;
    for (u32 i = 0; i < 3; i++) { // as it is, turned, and one of them mirrored
        Affine3 first = i ? turn : affine3_identity(), second = affine3_mul(&first, &up);
        if (i == 2)
            second = affine3_mul(&second, &mirror);
        PlacedMesh a = place(&heap, &drum, first), b = place(&heap, &drum, second);
        CHECK_NEAR(mesh_contact_area(&heap, &a, &b, 0.01), disc, 1e-4);
        CHECK_NEAR(mesh_contact_area(&heap, &b, &a, 0.01), disc, 1e-4);
        Vec3 point, normal; // both tops
        f64 flush = mesh_flush_area(&heap, &a, &a, 0.01, &point, &normal);
        CHECK(flush > 2 * disc - 1e-3);
    }
    // Side by side: two segments of circles, up to the circles' corners.
    PlacedMesh a = place(&heap, &drum, affine3_identity()),
               b = place(&heap, &drum, affine3_move(vec3(10, 0, 2)));
    f64 lens = 2 * 100 * (60 * 3.14159265358979324 / 180) - 10 / 2.0 * sqrt(300);
    CHECK_NEAR(mesh_contact_area(&heap, &a, &b, 0.01), lens, 2e-3);
    // Leaning by a thousandth, they are within the gap on a strip 10 wide about the axis.
    Affine3 lean = affine3_identity();
    lean.m[2][0] = 0.001;
    lean.t.z = 2;
    b = place(&heap, &drum, lean);
    f64 strip = 2 * (100 * (30 * 3.14159265358979324 / 180) + 5 * sqrt(75));
    CHECK_NEAR(mesh_contact_area(&heap, &a, &b, 0.005), strip, 1e-2);
    // Tops that lie in one another.
    Vec3 point, normal;
    b = place(&heap, &drum, affine3_move(vec3(10, 0, 0)));
    CHECK_NEAR(mesh_flush_area(&heap, &a, &b, 0.001, &point, &normal), 2 * lens, 4e-3);
    CHECK(fabs(point.x - 5) < 5 && fabs(point.y) < 8.7 && fabs(fabs(normal.z) - 1) < 1e-12);
    CHECK_NEAR(point.z, normal.z > 0 ? 2 : 0, 1e-9);
    heap_finish(&heap);
}

// ---- fans near each other: boxes rule out nothing, hulls do ----

static f64 segments_apart(Vec3 p, Vec3 u, Vec3 q, Vec3 v) { // from p along u, from q along v
    f64 best = INFINITY, uu = vec3_dot(u, u), vv = vec3_dot(v, v), uv = vec3_dot(u, v);
    Vec3 r = vec3_sub(p, q);
    f64 den = uu * vv - uv * uv, s = (uv * vec3_dot(v, r) - vv * vec3_dot(u, r)) / den,
        t = (uu * vec3_dot(v, r) - uv * vec3_dot(u, r)) / den;
    if (den > 0 && s >= 0 && s <= 1 && t >= 0 && t <= 1)
        best = vec3_norm(vec3_sub(vec3_add(r, vec3_scale(u, s)), vec3_scale(v, t)));
    for (u32 k = 0; k < 2; k++) { // else one of the four ends is nearest
        f64 at = fmin(fmax(vec3_dot(vec3_add(r, vec3_scale(u, k)), v) / vv, 0), 1);
        best = fmin(best, vec3_norm(vec3_sub(vec3_add(r, vec3_scale(u, k)), vec3_scale(v, at))));
        at = fmin(fmax(vec3_dot(vec3_sub(vec3_scale(v, k), r), u) / uu, 0), 1);
        best = fmin(best, vec3_norm(vec3_sub(vec3_add(r, vec3_scale(u, at)), vec3_scale(v, k))));
    }
    return best;
}

// The drum's upper rim (turned by map_a) from its lower one (by map_b).
static f64 rims_apart(const Mesh *drum, u32 n, const Affine3 *map_a, const Affine3 *map_b) {
    f64 best = INFINITY;
    for (u32 i = 0; i < n; i++) {
        Vec3 p = affine3_point(map_a, drum->verts[n + i]),
             u = vec3_sub(affine3_point(map_a, drum->verts[n + (i + 1) % n]), p);
        for (u32 j = 0; j < n; j++) {
            Vec3 q = affine3_point(map_b, drum->verts[j]),
                 v = vec3_sub(affine3_point(map_b, drum->verts[(j + 1) % n]), q);
            best = fmin(best, segments_apart(p, u, q, v));
        }
    }
    return best;
}

TEST(distances_of_fans) {
    enum { N = 512 };
    Heap heap;
    heap_init(&heap, 0);
    Mesh drum = make_drum(&heap, N, 10);
    for (u32 round = 0; round < 24; round++) {
        // Leaning towards the rims' crossing, where they are nearest, by a degree down to nothing.
        random_state = round + 1;
        f64 lean = round % 4 == 3 ? 0 : (round % 4 ? 0.01 : 1), aside = 0.5 * (round / 4);
        Affine3 turn = round < 4 ? affine3_identity() : random_map(round * 15 + 1, 5);
        Affine3 other = affine3_rotate(vec3(1, 0, 0), lean);
        other.t = vec3(aside, 0, 2.5);
        Affine3 map_b = affine3_mul(&turn, &other);
        PlacedMesh a = place(&heap, &drum, turn), b = place(&heap, &drum, map_b);
        f64 expected = lean == 0 ? 0.5 : rims_apart(&drum, N, &turn, &map_b);
        MeshDistance d = mesh_distance(&a, &b, INFINITY), e = mesh_distance(&b, &a, INFINITY);
        if (lean != 0 && aside == 0) { // a rim's lowest place is over the inside of the other top
            CHECK(d.distance <= expected + 1e-9 && d.distance > 0.3);
        } else
            CHECK_NEAR(d.distance, expected, 1e-9);
        CHECK_NEAR(d.distance, e.distance, 1e-9);
        CHECK_NEAR(vec3_norm(vec3_sub(d.on_a, d.on_b)), d.distance, 1e-12);
    }
    heap_finish(&heap);
}

// What falls by the drop touches, what falls less does not.
TEST(drops_of_fans_end_in_touch) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh drum = make_drum(&heap, 1024, 10), torus = make_torus(&heap, 7, 3, 64, 32);
    for (u32 round = 0; round < 24; round++) {
        random_state = round + 1;
        Affine3 lean = affine3_rotate(vec3_unit(vec3(random_unit() + 0.1, random_unit(), 0)),
                                      round % 3 ? 0.02 * (round % 3) : random_between(0, 60));
        lean.t = vec3(random_between(-12, 12), random_between(-9, 9), random_between(-60, 60));
        const Mesh *upper = round % 4 ? &drum : &torus;
        PlacedMesh a = place(&heap, upper, lean), b = place(&heap, &drum, affine3_identity());
        f64 gap;
        CHECK(mesh_drop(&a, &b, &gap));
        a.map.t.z = lean.t.z - gap + 1e-7;
        f64 apart = mesh_distance(&a, &b, INFINITY).distance;
        CHECK(apart > 0 && apart <= 1e-7 + 1e-10);
        a.map.t.z = lean.t.z - gap - 1e-7;
        CHECK(mesh_distance(&a, &b, INFINITY).distance == 0);
    }
    heap_finish(&heap);
}

// ---- shared volume ----

TEST(overlaps_in_closed_form) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh box = make_box(&heap, vec3(0, 0, 0), vec3(2, 3, 4));
    Affine3 turn = affine3_rotate(vec3_unit(vec3(1, -2, 0.5)), 71);
    turn.t = vec3(30, -20, 10);
    struct {
        Vec3 move;
        f64 volume, depth;
        Vec3 center;
    } cases[] = {
        {{1, 1, 1}, 6, 1, {1.5, 2, 2.5}}, {{1.5, 0, 0}, 6, 0.5, {1.75, 1.5, 2}},
        {{0, 0, 0}, 24, 2, {1, 1.5, 2}},  {{2, 0, 0}, 0, 0, {0, 0, 0}},
        {{9, 0, 0}, 0, 0, {0, 0, 0}},     {{0, -2.75, 3.75}, 0.125, 0.25, {1, 0.125, 3.875}}};
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        for (u32 k = 0; k < 2; k++) { // as they are, and both turned
            Affine3 move = affine3_move(cases[i].move), first = k ? turn : affine3_identity(),
                    second = affine3_mul(&first, &move);
            PlacedMesh a = place(&heap, &box, first), b = place(&heap, &box, second);
            MeshOverlap o = mesh_overlap(&heap, &a, &b);
            CHECK_NEAR(o.volume, cases[i].volume, 1e-5);
            if (k == 0)
                CHECK_NEAR(o.depth, cases[i].depth, 1e-6);
            if (cases[i].volume > 0)
                CHECK_NEAR(vec3_norm(vec3_sub(o.center, affine3_point(&first, cases[i].center))), 0,
                           1e-5);
            CHECK((o.volume == 0) == (cases[i].volume == 0));
        }
    }
    // Two scaled and mirrored copies, one inside the other.
    Affine3 half = affine3_identity(), mirror = affine3_identity();
    for (u32 i = 0; i < 3; i++)
        half.m[i][i] = 0.5;
    half.t = vec3(0.5, 0.5, 0.5);
    mirror.m[0][0] = -1;
    mirror.t.x = 2;
    PlacedMesh a = place(&heap, &box, mirror), b = place(&heap, &box, half);
    CHECK_NEAR(mesh_overlap(&heap, &a, &b).volume, 3, 1e-6);
    CHECK_NEAR(mesh_overlap(&heap, &b, &a).volume, 3, 1e-6);
    heap_finish(&heap);
}

TEST(overlaps_equal_counted_points) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh torus = make_torus(&heap, 6, 2, 24, 12),
         box = make_box(&heap, vec3(-5, -4, -1), vec3(5, 4, 1));
    for (u32 round = 1; round < 6; round++) {
        random_state = round;
        Affine3 map = random_map(1, 2), other = random_map(round + 1, 2);
        PlacedMesh a = place(&heap, &torus, map), b = place(&heap, &box, other);
        MeshOverlap o = mesh_overlap(&heap, &a, &b);
        u32 n_in = 0, n = 20000;
        for (u32 k = 0; k < n; k++) {
            Vec3 p = vec3_add(map.t, random_vec(8.2));
            n_in += mesh_contains(&a, p) && mesh_contains(&b, p);
        }
        f64 cube = 16.4 * 16.4 * 16.4, share = n_in / (f64)n;
        CHECK_NEAR(o.volume, cube * share,
                   4 * cube * sqrt(share * (1 - share) / n) + 0.1); // four sigma
        CHECK(o.volume > 0 && o.depth > 0);
    }
    heap_finish(&heap);
}

// ---- parting ----

// All of the move parts them, half of it does not; a share of it leaves no more than was asked.
static bool parts_well(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, f64 most) {
    MeshOverlap shared = mesh_overlap(heap, a, b);
    Vec3 move;
    if (!mesh_part(heap, a, b, &shared, &move) || vec3_norm(move) > most)
        return false;
    f64 shares[3] = {1, 0.5, mesh_part_share(heap, a, b, move, 0.1 * shared.volume)}, left[3];
    for (u32 i = 0; i < 3; i++) {
        PlacedMesh moved = *a;
        moved.map.t = vec3_add(moved.map.t, vec3_scale(move, shares[i]));
        left[i] = mesh_overlap(heap, &moved, b).volume / shared.volume;
    }
    return left[0] <= 1e-6 && left[1] > 1e-6 && shares[2] > 0 && left[2] <= 0.1 * (1 + 1e-9);
}

TEST(moves_that_part) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh cube = make_box(&heap, vec3(0, 0, 0), vec3(10, 10, 10));
    Mesh bar = make_box(&heap, vec3(-20, 4, 4), vec3(20, 6, 6));
    Mesh ring = make_torus(&heap, 10, 3, 24, 12), ball = make_sphere(&heap, 5, 10);
    PlacedMesh a = place(&heap, &cube, affine3_identity()), b = a;
    MeshOverlap shared;
    Vec3 move;
    b.map.t = vec3(9, 3, 2);
    shared = mesh_overlap(&heap, &b, &a);
    CHECK(mesh_part(&heap, &b, &a, &shared, &move));
    CHECK(move.x == 1 && move.y == 0 && move.z == 0); // out the way it came in
    CHECK_NEAR(mesh_part_share(&heap, &b, &a, move, 0.5 * shared.volume), 0.5, 0.01);
    b.map.t = vec3(10, 0, 0); // flush
    shared = mesh_overlap(&heap, &b, &a);
    CHECK(!mesh_part(&heap, &b, &a, &shared, &move));
    // A bar right through a cube: up or down, past half of the cube and itself.
    PlacedMesh through = place(&heap, &bar, affine3_identity());
    shared = mesh_overlap(&heap, &through, &a);
    CHECK(mesh_part(&heap, &through, &a, &shared, &move));
    CHECK_NEAR(vec3_norm(move), 6, 1e-9);
    // Backing out is less than going past: in the hole of a ring, a little into its side.
    PlacedMesh r = place(&heap, &ring, affine3_identity()),
               s = place(&heap, &ball, affine3_identity());
    s.map.t = vec3(2.5, 0, 0);
    shared = mesh_overlap(&heap, &s, &r);
    CHECK(mesh_part(&heap, &s, &r, &shared, &move));
    CHECK(move.x < 0 && move.x > -1 && move.y == 0 && move.z == 0);
    random_state = 5;
    for (u32 i = 0; i < 12; i++) {
        s.map = affine3_rotate(vec3_unit(random_vec(1)), random_between(0, 360));
        s.map.t = vec3_add(random_vec(4), vec3(9, 0, 0));
        CHECK(parts_well(&heap, &s, i % 2 ? &r : &a, 26));
    }
    heap_finish(&heap);
}

TEST(trees_give_their_memory_back) {
    Heap heap;
    heap_init(&heap, 0);
    Mesh torus = make_torus(&heap, 10, 4, 24, 12);
    u64 before = heap.own.used_size;
    MeshTree *tree = mesh_tree_create(&heap, &torus);
    mesh_tree_destroy(tree);
    CHECK_EQ(heap.own.used_size, before);
    Mesh none = {0};
    PlacedMesh empty = place(&heap, &none, affine3_identity()),
               s = place(&heap, &torus, affine3_identity());
    MeshHit hit;
    f64 gap;
    CHECK(!mesh_ray(&empty, vec3(0, 0, 0), vec3(1, 0, 0), &hit));
    CHECK(!mesh_contains(&empty, vec3(0, 0, 0)));
    CHECK(mesh_distance(&empty, &s, INFINITY).distance == INFINITY);
    CHECK(!mesh_drop(&empty, &s, &gap));
    CHECK(mesh_contact_area(&heap, &empty, &s, 1) == 0);
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(rays_hit_what_brute_force_hits), TEST_CASE(rays_do_not_slip_between_triangles),
          TEST_CASE(membership_is_the_winding_number), TEST_CASE(membership_at_awkward_places),
          TEST_CASE(distances_bound_samples_from_below), TEST_CASE(distances_in_closed_form),
          TEST_CASE(drops_in_closed_form), TEST_CASE(drops_bound_vertical_rays),
          TEST_CASE(contact_areas), TEST_CASE(contact_of_fans), TEST_CASE(distances_of_fans),
          TEST_CASE(drops_of_fans_end_in_touch), TEST_CASE(overlaps_in_closed_form),
          TEST_CASE(overlaps_equal_counted_points), TEST_CASE(moves_that_part),
          TEST_CASE(trees_give_their_memory_back))
