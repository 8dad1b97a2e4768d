// SPDX-License-Identifier: Apache-2.0
// Triangulation is checked by what it promises: every border edge in one triangle, inner edges in
// two, and for valid regions no negative triangle, areas that add up and the right number.
#include "compiler/mesh/polygon_internal.h"

#include "base/vec.h"
#include "tests/unit/test.h"

#include <stdlib.h>

typedef struct Builder {
    Heap heap;
    VEC(Vec2) points;
    VEC(u32) starts;
    u64 seed;
} Builder;

static void builder_init(Builder *b, u64 seed) {
    memset(b, 0, sizeof *b);
    heap_init(&b->heap, 0);
    b->seed = seed;
}

static f64 random_unit(Builder *b) {
    b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
    return (f64)(b->seed >> 11) / 9007199254740992.0;
}

static u32 random_below(Builder *b, u32 n) {
    return (u32)(random_unit(b) * n);
}

static void start_loop(Builder *b) {
    vec_push(&b->heap, &b->starts, b->points.len);
}
static void add(Builder *b, f64 x, f64 y) {
    vec_push(&b->heap, &b->points, (Vec2){x, y});
}

static void reverse_last_loop(Builder *b) {
    u32 from = b->starts.data[b->starts.len - 1];
    for (u32 i = from, j = b->points.len; i + 1 < j; i++) {
        Vec2 p = b->points.data[i];
        b->points.data[i] = b->points.data[--j];
        b->points.data[j] = p;
    }
}

static void add_rect(Builder *b, f64 x0, f64 y0, f64 x1, f64 y1, bool is_hole) {
    start_loop(b);
    add(b, x0, y0), add(b, x1, y0), add(b, x1, y1), add(b, x0, y1);
    if (is_hole)
        reverse_last_loop(b);
}

static void add_ngon(Builder *b, f64 x, f64 y, f64 r, u32 n, f64 phase, bool is_hole) {
    start_loop(b);
    for (u32 i = 0; i < n; i++)
        add(b, x + r * trig_cos(phase + 360.0 * i / n), y + r * trig_sin(phase + 360.0 * i / n));
    if (is_hole)
        reverse_last_loop(b);
}

static Region region_of(Builder *b) {
    vec_push(&b->heap, &b->starts, b->points.len);
    return (Region){
        .points = b->points.data, .starts = b->starts.data, .n_loops = b->starts.len - 1};
}

static int compare_u64(const void *a, const void *b) {
    u64 x = *(const u64 *)a, y = *(const u64 *)b;
    return x < y ? -1 : x > y;
}

static u32 count_in(const u64 *sorted, u32 n, u64 key) {
    u32 low = 0, high = n, count = 0;
    while (low < high) {
        u32 mid = (low + high) / 2;
        if (sorted[mid] < key)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < n && sorted[low] == key; low++)
        count++;
    return count;
}

static u64 half_edge(u32 a, u32 b) {
    return (u64)a << 32 | b;
}

// Every half-edge: border ones once and without a twin, the others with as many twins as copies.
static bool is_combinatorial(Heap *heap, const Region *region, const u32 *tris, u32 n_tris) {
    u32 n = region_count(region);
    u64 *edges = HEAP_NEW(heap, u64, 3 * (size_t)n_tris + n + 1);
    u32 len = 0;
    for (u32 t = 0; t < n_tris; t++) {
        for (u32 k = 0; k < 3; k++) {
            u32 a = tris[3 * t + k], c = tris[3 * t + (k + 1) % 3];
            if (a >= n || a == c)
                return false;
            edges[len++] = half_edge(a, c);
        }
    }
    // A border edge has the outside as its twin.
    for (u32 l = 0; l < region->n_loops; l++) {
        u32 from = region->starts[l], to = region->starts[l + 1];
        for (u32 i = from; to - from >= 3 && i < to; i++)
            edges[len++] = half_edge(i + 1 < to ? i + 1 : from, i);
    }
    qsort(edges, len, sizeof *edges, compare_u64);
    bool ok = true;
    for (u32 i = 0; i < len && ok; i++) {
        u64 twin = edges[i] << 32 | edges[i] >> 32;
        ok = count_in(edges, len, edges[i]) == count_in(edges, len, twin);
    }
    heap_free(heap, edges);
    return ok;
}

typedef struct Quality {
    bool combinatorial;
    u32 n_negative, n_flat, n_tris;
    f64 area_error; // relative
} Quality;

static Quality triangulate(Builder *b, const Region *region) {
    u32 *tris, n_tris;
    Quality q = {0};
    region_triangulate(&b->heap, region, &tris, &n_tris);
    q.combinatorial = is_combinatorial(&b->heap, region, tris, n_tris);
    q.n_tris = n_tris;
    f64 area = 0, target = region_area(region);
    for (u32 t = 0; t < n_tris; t++) {
        Vec2 p0 = region->points[tris[3 * t]], p1 = region->points[tris[3 * t + 1]],
             p2 = region->points[tris[3 * t + 2]];
        int turn = orient2d(p0, p1, p2);
        q.n_negative += turn < 0;
        q.n_flat += turn == 0;
        area += ((p1.x - p0.x) * (p2.y - p0.y) - (p1.y - p0.y) * (p2.x - p0.x)) / 2;
    }
    q.area_error = fabs(area - target) / (fabs(target) + 1e-300);
    heap_free(&b->heap, tris);
    return q;
}

// Valid loops without touching places.
#define CHECK_CLEAN(q, n)                                                                          \
    do {                                                                                           \
        Quality clean = (q);                                                                       \
        CHECK(clean.combinatorial);                                                                \
        CHECK_EQ(clean.n_negative, 0);                                                             \
        CHECK_EQ(clean.n_flat, 0);                                                                 \
        CHECK_EQ(clean.n_tris, n);                                                                 \
        CHECK(clean.area_error < 1e-9);                                                            \
    } while (0)

TEST(orient_is_exact_where_doubles_are_not) {
    Vec2 a = {0.5, 0.5}, c = {24, 24};
    for (int i = -8; i <= 8; i++) { // c on the diagonal, b a few ulps off it
        Vec2 b = {12 + i * 1.7763568394002505e-15, 12};
        CHECK_EQ(orient2d(a, b, c), i < 0 ? -1 : i > 0);
        CHECK_EQ(orient2d(c, b, a), i < 0 ? 1 : i > 0 ? -1 : 0);
    }
    CHECK_EQ(incircle2d((Vec2){0, 0}, (Vec2){0.1, 0}, (Vec2){0.1, 0.1}, (Vec2){0, 0.1}), 0);
    CHECK_EQ(incircle2d((Vec2){0, 0}, (Vec2){0.1, 0}, (Vec2){0.1, 0.1}, (Vec2){1e-300, 0.1}), 1);
    CHECK_EQ(incircle2d((Vec2){0, 0}, (Vec2){0.1, 0}, (Vec2){0.1, 0.1}, (Vec2){-1e-50, 0.1}), -1);
}

TEST(small_loops) {
    Builder b;
    builder_init(&b, 1);
    add_rect(&b, 0, 0, 2, 1, false);
    Region r = region_of(&b);
    CHECK_CLEAN(triangulate(&b, &r), 2);
    heap_finish(&b.heap);
    builder_init(&b, 1);
    start_loop(&b); // an L
    add(&b, 0, 0), add(&b, 2, 0), add(&b, 2, 1), add(&b, 1, 1), add(&b, 1, 2), add(&b, 0, 2);
    r = region_of(&b);
    CHECK_CLEAN(triangulate(&b, &r), 4);
    heap_finish(&b.heap);
    builder_init(&b, 1);
    start_loop(&b); // corners of 180 degrees
    add(&b, 0, 0), add(&b, 1, 0), add(&b, 2, 0), add(&b, 2, 1), add(&b, 1, 1), add(&b, 0, 1),
        add(&b, 0, 0.5);
    r = region_of(&b);
    CHECK_CLEAN(triangulate(&b, &r), 5);
    heap_finish(&b.heap);
}

TEST(convex_loops_are_fans) {
    for (u32 n = 3; n < 70; n++) {
        Builder b;
        builder_init(&b, n);
        add_ngon(&b, 3, 4, 10, n, 7, false);
        Region r = region_of(&b);
        CHECK_CLEAN(triangulate(&b, &r), n - 2);
        heap_finish(&b.heap);
    }
}

TEST(a_star_that_turns_twice_is_not_convex) {
    Builder b;
    builder_init(&b, 1);
    start_loop(&b);
    for (u32 i = 0; i < 5; i++)
        add(&b, trig_cos(144.0 * i), trig_sin(144.0 * i));
    Region r = region_of(&b);
    Quality q = triangulate(&b, &r);
    CHECK(q.combinatorial);
    CHECK_EQ(q.n_tris, 3);
    heap_finish(&b.heap);
}

TEST(random_stars) {
    for (u32 round = 0; round < 300; round++) {
        Builder b;
        builder_init(&b, round);
        u32 n = 4 + random_below(&b, 60);
        bool on_grid = round % 2;
        start_loop(&b);
        for (u32 i = 0; i < n; i++) {
            f64 radius = 1 + 9 * random_unit(&b), angle = 360.0 * i / n;
            f64 x = radius * trig_cos(angle), y = radius * trig_sin(angle);
            add(&b, x, y);
        }
        if (on_grid) // many equal abscissas
            for (u32 i = 0; i < b.points.len; i++)
                b.points.data[i].x = floor(b.points.data[i].x * 1048576) / 1048576;
        Region r = region_of(&b);
        CHECK_CLEAN(triangulate(&b, &r), n - 2);
        heap_finish(&b.heap);
    }
}

// Rectilinear combs: hundreds of equal abscissas and ordinates.
TEST(combs) {
    for (u32 turn = 0; turn < 4; turn++) {
        Builder b;
        builder_init(&b, turn);
        start_loop(&b);
        u32 n_teeth = 100;
        add(&b, 2.0 * n_teeth - 1, 0), add(&b, 2.0 * n_teeth - 1, 9);
        for (u32 i = n_teeth - 1; i-- > 0;) {
            add(&b, 2 * i + 2, 9), add(&b, 2 * i + 2, 1);
            add(&b, 2 * i + 1, 1), add(&b, 2 * i + 1, 9);
        }
        add(&b, 0, 9), add(&b, 0, 0);
        for (u32 k = 0; k < turn; k++)
            for (u32 i = 0; i < b.points.len; i++)
                b.points.data[i] = (Vec2){-b.points.data[i].y, b.points.data[i].x};
        Region r = region_of(&b);
        CHECK_CLEAN(triangulate(&b, &r), r.starts[1] - 2);
        heap_finish(&b.heap);
    }
}

TEST(spiral) {
    Builder b;
    builder_init(&b, 1);
    start_loop(&b);
    u32 n = 400;
    for (u32 i = 0; i < n; i++)
        add(&b, (10 + 0.1 * i) * trig_cos(10.0 * i), (10 + 0.1 * i) * trig_sin(10.0 * i));
    for (u32 i = n; i-- > 0;)
        add(&b, (9 + 0.1 * i) * trig_cos(10.0 * i), (9 + 0.1 * i) * trig_sin(10.0 * i));
    Region r = region_of(&b);
    CHECK(region_area(&r) > 0);
    CHECK_CLEAN(triangulate(&b, &r), 2 * n - 2);
    heap_finish(&b.heap);
}

TEST(hundreds_of_holes) {
    for (u32 round = 0; round < 12; round++) {
        Builder b;
        builder_init(&b, round);
        u32 side = 4 + 3 * round, sides = 3 + round;
        f64 phase = round % 3 ? 11.0 * round : 0;
        add_rect(&b, 0, 0, side, side, false);
        for (u32 i = 0; i < side * side; i++)
            add_ngon(&b, i % side + 0.5, i / side + 0.5, 0.2 + 0.29 * random_unit(&b), sides, phase,
                     true);
        Region r = region_of(&b);
        CHECK_CLEAN(triangulate(&b, &r), 4 + side * side * sides - 2 + 2 * side * side);
        heap_finish(&b.heap);
    }
}

TEST(several_outer_loops_and_islands) {
    Builder b;
    builder_init(&b, 1);
    for (u32 i = 0; i < 40; i++) { // rings in rings, rows of them
        add_ngon(&b, 30.0 * (i % 5), 30.0 * (i / 5), 14, 20, 0, false);
        add_ngon(&b, 30.0 * (i % 5), 30.0 * (i / 5), 10, 20, 3, true);
        add_ngon(&b, 30.0 * (i % 5), 30.0 * (i / 5), 6, 12, 0, false);
        add_ngon(&b, 30.0 * (i % 5), 30.0 * (i / 5), 3, 5, 0, true);
    }
    Region r = region_of(&b);
    CHECK_CLEAN(triangulate(&b, &r), 40 * (20 + 20 + 12 + 5 - 4 + 4));
    heap_finish(&b.heap);
}

// What is left when triangles that name one place twice are dropped: still exactly the region.
static bool is_closed_by_place(Builder *b, const Region *region) {
    u32 n = region_count(region), *tris, n_tris, n_kept = 0, *place = HEAP_NEW(&b->heap, u32, n);
    for (u32 i = 0; i < n; i++)
        for (place[i] = 0; !vec2_equal(region->points[place[i]], region->points[i]);)
            place[i]++;
    region_triangulate(&b->heap, region, &tris, &n_tris);
    u64 *edges = HEAP_NEW(&b->heap, u64, 3 * (size_t)n_tris + n);
    u32 len = 0;
    for (u32 t = 0; t < n_tris; t++) {
        u32 v[3] = {place[tris[3 * t]], place[tris[3 * t + 1]], place[tris[3 * t + 2]]};
        if (v[0] == v[1] || v[1] == v[2] || v[2] == v[0])
            continue;
        if (orient2d(region->points[v[0]], region->points[v[1]], region->points[v[2]]) <= 0)
            return false;
        n_kept++;
        for (u32 k = 0; k < 3; k++)
            edges[len++] = half_edge(v[k], v[(k + 1) % 3]);
    }
    for (u32 l = 0; l < region->n_loops; l++)
        for (u32 i = region->starts[l]; i < region->starts[l + 1]; i++)
            edges[len++] = half_edge(
                place[i + 1 < region->starts[l + 1] ? i + 1 : region->starts[l]], place[i]);
    qsort(edges, len, sizeof *edges, compare_u64);
    for (u32 i = 0; i < len; i++)
        if (count_in(edges, len, edges[i]) != 1 ||
            count_in(edges, len, edges[i] << 32 | edges[i] >> 32) != 1)
            return false;
    return n_kept > 0;
}

#define CHECK_TOUCHING(b, r)                                                                       \
    do {                                                                                           \
        Quality touching = triangulate((b), (r));                                                  \
        CHECK(touching.combinatorial);                                                             \
        CHECK_EQ(touching.n_negative, 0);                                                          \
        CHECK(touching.area_error < 1e-9);                                                         \
        CHECK(is_closed_by_place((b), (r)));                                                       \
    } while (0)

TEST(holes_that_touch_the_outer_loop) {
    for (u32 round = 0; round < 8; round++) {
        Builder b;
        builder_init(&b, round);
        start_loop(
            &b); // a square with a corner in the middle of each side, where a diamond may touch
        f64 outer[8][2] = {{0, 0}, {2, 0}, {4, 0}, {4, 2}, {4, 4}, {2, 4}, {0, 4}, {0, 2}};
        for (u32 i = 0; i < 8; i++)
            add(&b, outer[(i + round) % 8][0], outer[(i + round) % 8][1]);
        f64 w = round & 1 ? 0 : 0.5, e = round & 2 ? 4 : 3.5, n = round & 4 ? 4 : 3;
        start_loop(&b);
        add(&b, w, 2), add(&b, 2, n), add(&b, e, 2), add(&b, 2, round < 4 ? 0 : 1);
        Region r = region_of(&b);
        CHECK(region_area(&r) > 0);
        CHECK_TOUCHING(&b, &r);
        heap_finish(&b.heap);
    }
}

// Squares of a checkerboard cut out of a plate: holes touch at corners, four ways at a time.
TEST(checkerboards) {
    for (u32 side = 2; side < 14; side += 2) {
        for (u32 turn = 0; turn < 2; turn++) {
            Builder b;
            builder_init(&b, side);
            add_rect(&b, -1, -1, side + 1.0, side + 1.0, false);
            for (u32 i = 0; i < side * side; i++)
                if ((i % side + i / side) % 2)
                    add_rect(&b, i % side, i / side, i % side + 1.0, i / side + 1.0, true);
            if (turn)
                for (u32 i = 0; i < b.points.len; i++)
                    b.points.data[i] = (Vec2){b.points.data[i].x - b.points.data[i].y,
                                              b.points.data[i].x + b.points.data[i].y};
            Region r = region_of(&b);
            CHECK_TOUCHING(&b, &r);
            heap_finish(&b.heap);
        }
    }
}

// Triangular holes around one place: k of them meet in it.
TEST(many_holes_meet_in_one_place) {
    for (u32 k = 2; k < 12; k++) {
        Builder b;
        builder_init(&b, k);
        add_rect(&b, -2, -2, 2, 2, false);
        for (u32 i = 0; i < k; i++) {
            f64 angle = 360.0 * i / k + 5, w = 90.0 / k;
            start_loop(&b);
            add(&b, 0, 0), add(&b, trig_cos(angle), trig_sin(angle)),
                add(&b, trig_cos(angle + w), trig_sin(angle + w));
            reverse_last_loop(&b);
        }
        Region r = region_of(&b);
        CHECK_TOUCHING(&b, &r);
        Quality q = triangulate(&b, &r);
        CHECK_EQ(q.n_tris, 4 + 3 * k - 2 + 2 * k);
        heap_finish(&b.heap);
    }
}

TEST(one_loop_that_visits_a_place_twice) {
    Builder b;
    builder_init(&b, 1);
    start_loop(&b); // a hole that hangs on the outer loop, in one walk
    add(&b, 0, 0), add(&b, 2, 0), add(&b, 1, 1), add(&b, 2, 2), add(&b, 3, 1), add(&b, 2, 0),
        add(&b, 4, 0), add(&b, 4, 4), add(&b, 0, 4);
    Region r = region_of(&b);
    CHECK_TOUCHING(&b, &r);
    heap_finish(&b.heap);
    builder_init(&b, 1);
    start_loop(&b); // two squares, corner to corner, in one walk that stays outside
    add(&b, 1, 1), add(&b, 0, 1), add(&b, 0, 0), add(&b, 1, 0), add(&b, 1, 1), add(&b, 2, 1),
        add(&b, 2, 2), add(&b, 1, 2);
    r = region_of(&b);
    CHECK_TOUCHING(&b, &r);
    heap_finish(&b.heap);
}

TEST(a_corner_on_the_middle_of_an_edge) {
    for (u32 turn = 0; turn < 4; turn++) {
        Builder b;
        builder_init(&b, 1);
        add_rect(&b, 0, 0, 4, 4, false);
        start_loop(&b);
        add(&b, 1, 1), add(&b, 2, 0), add(&b, 3, 1), add(&b, 2, 4); // touches below and above
        reverse_last_loop(&b);
        for (u32 k = 0; k < turn; k++)
            for (u32 i = 0; i < b.points.len; i++)
                b.points.data[i] = (Vec2){-b.points.data[i].y, b.points.data[i].x};
        Region r = region_of(&b);
        Quality q = triangulate(&b, &r);
        CHECK(q.combinatorial);
        CHECK_EQ(q.n_negative, 0);
        CHECK(q.area_error < 1e-9);
        heap_finish(&b.heap);
    }
}

TEST(spikes_and_repeated_points) {
    Builder b;
    builder_init(&b, 1);
    start_loop(&b);
    add(&b, 0, 0), add(&b, 0, 0), add(&b, 2, 0), add(&b, 3, 0), add(&b, 2, 0), add(&b, 2, 2),
        add(&b, 2, 2), add(&b, 2, 2), add(&b, 0, 2), add(&b, 0, 0);
    Region r = region_of(&b);
    Quality q = triangulate(&b, &r);
    CHECK(q.combinatorial);
    CHECK_EQ(q.n_tris, 8);
    CHECK_EQ(q.n_negative, 0);
    CHECK(q.area_error < 1e-12);
    heap_finish(&b.heap);
}

// Whatever the loops do: still a combinatorial triangulation.
TEST(nonsense_is_triangulated_combinatorially) {
    for (u32 round = 0; round < 2000; round++) {
        Builder b;
        builder_init(&b, round);
        u32 n_loops = 1 + random_below(&b, 4), grid = 2 + random_below(&b, 30);
        for (u32 l = 0; l < n_loops; l++) {
            u32 n = 1 + random_below(&b, round % 100 == 0 ? 900 : 30);
            start_loop(&b);
            for (u32 i = 0; i < n; i++)
                add(&b, random_below(&b, grid), random_below(&b, grid));
        }
        Region r = region_of(&b);
        CHECK(triangulate(&b, &r).combinatorial);
        heap_finish(&b.heap);
    }
}

// Valid polygons whose corners are rounded coarsely, so that they cross a little: the area is kept.
TEST(rounded_loops) {
    for (u32 round = 0; round < 200; round++) {
        Builder b;
        builder_init(&b, round);
        u32 side = 5, sides = 24;
        f64 step = 1.0 / (4 << (round % 4));
        add_rect(&b, 0, 0, 10 * side, 10 * side, false);
        for (u32 i = 0; i < side * side; i++)
            add_ngon(&b, 10 * (i % side) + 5, 10 * (i / side) + 5, 3 + 1.9 * random_unit(&b), sides,
                     9 * round, true);
        for (u32 i = 4; i < b.points.len; i++)
            b.points.data[i] = (Vec2){floor(b.points.data[i].x / step) * step,
                                      floor(b.points.data[i].y / step) * step};
        Region r = region_of(&b);
        Quality q = triangulate(&b, &r);
        CHECK(q.combinatorial);
        CHECK(q.area_error < 1e-9);
        heap_finish(&b.heap);
    }
}

// What booleans of random crossing loops leave: corners from crossings, touching loops, nested
// holes.
TEST(results_of_booleans) {
    for (u32 round = 0; round < 300; round++) {
        Builder b;
        builder_init(&b, round);
        u32 n_loops = 1 + random_below(&b, 5), grid = round % 2 ? 12 : 1000;
        for (u32 l = 0; l < n_loops; l++) {
            u32 n = 3 + random_below(&b, 40);
            start_loop(&b);
            for (u32 i = 0; i < n; i++)
                add(&b, random_below(&b, grid), random_below(&b, grid));
        }
        Region crossing = region_of(&b), r;
        CHECK_EQ(region_boolean(&b.heap, REGION_UNION, &crossing, 1, &r), STATUS_OK);
        Quality q = triangulate(&b, &r);
        CHECK(q.combinatorial);
        CHECK(q.area_error < 1e-9);
        CHECK_EQ(q.n_negative, 0);
        heap_finish(&b.heap);
    }
}

TEST(inner_edges_are_delaunay_and_unique) {
    Builder b;
    builder_init(&b, 5);
    add_rect(&b, 0, 0, 9, 9, false); // square holes on a grid: all ties
    for (u32 i = 0; i < 16; i++)
        add_rect(&b, 2 * (i % 4) + 1, 2 * (i / 4) + 1, 2 * (i % 4) + 2, 2 * (i / 4) + 2, true);
    Region r = region_of(&b);
    u32 n = region_count(&r), *tris[2], n_tris[2];
    region_triangulate(&b.heap, &r, &tris[0], &n_tris[0]);
    // The same loops, in another order and each from another corner.
    Builder c;
    builder_init(&c, 0);
    for (u32 l = r.n_loops; l-- > 0;) {
        start_loop(&c);
        for (u32 i = 0; i < 4; i++)
            add(&c, r.points[r.starts[l] + (i + l) % 4].x, r.points[r.starts[l] + (i + l) % 4].y);
    }
    Region s = region_of(&c);
    region_triangulate(&c.heap, &s, &tris[1], &n_tris[1]);
    CHECK_EQ(n_tris[0], n_tris[1]);
    u64 *keys[2];
    const Region *both[2] = {&r, &s};
    for (u32 k = 0; k < 2; k++) { // triangles as sets of places
        keys[k] = HEAP_NEW(&b.heap, u64, n_tris[0]);
        for (u32 t = 0; t < n_tris[k]; t++) {
            u64 place[3];
            for (u32 i = 0; i < 3; i++)
                place[i] = (u64)(both[k]->points[tris[k][3 * t + i]].x * 100 +
                                 both[k]->points[tris[k][3 * t + i]].y);
            qsort(place, 3, sizeof *place, compare_u64);
            keys[k][t] = place[0] << 40 | place[1] << 20 | place[2];
        }
        qsort(keys[k], n_tris[k], sizeof *keys[k], compare_u64);
    }
    CHECK(memcmp(keys[0], keys[1], n_tris[0] * sizeof(u64)) == 0);
    CHECK_EQ(n, 68);
    heap_finish(&b.heap);
    heap_finish(&c.heap);
}

// The same loops in another order, each from another corner.
static Region shuffle_loops(Builder *b, const Region *r, Builder *out) {
    u32 *order = HEAP_NEW(&out->heap, u32, r->n_loops);
    for (u32 l = 0; l < r->n_loops; l++) {
        u32 j = random_below(b, l + 1);
        order[l] = order[j];
        order[j] = l;
    }
    for (u32 l = 0; l < r->n_loops; l++) {
        u32 from = r->starts[order[l]], n = r->starts[order[l] + 1] - from,
            first = n ? random_below(b, n) : 0;
        start_loop(out);
        for (u32 i = 0; i < n; i++)
            vec_push(&out->heap, &out->points, r->points[from + (first + i) % n]);
    }
    heap_free(&out->heap, order);
    return region_of(out);
}

// Triangle by triangle, corner by corner, the same places.
static bool is_same_shuffled(Builder *b, const Region *region) {
    Builder c;
    builder_init(&c, 0);
    Region shuffled = shuffle_loops(b, region, &c);
    u32 *tris[2], n_tris[2];
    region_triangulate(&b->heap, region, &tris[0], &n_tris[0]);
    region_triangulate(&c.heap, &shuffled, &tris[1], &n_tris[1]);
    bool is_same = n_tris[0] == n_tris[1];
    for (u32 i = 0; is_same && i < 3 * n_tris[0]; i++)
        is_same = vec2_equal(region->points[tris[0][i]], shuffled.points[tris[1][i]]);
    heap_free(&b->heap, tris[0]);
    heap_finish(&c.heap);
    return is_same;
}

TEST(numbers_choose_nothing) {
    for (u32 round = 0; round < 400; round++) {
        Builder b;
        builder_init(&b, round);
        u32 sides = 4 + 4 * random_below(&b, 8);
        f64 step = 1.0 / (8 << round % 6), radius = 1 + random_below(&b, 16) / 4.0;
        add_rect(&b, 0, 0, 40, 40, false); // ties, and some that rounding has moved
        for (u32 i = 0; i < 16; i++)
            add_ngon(&b, 10 * (i % 4) + 5, 10 * (i / 4) + 5, radius, sides, 0, true);
        for (u32 i = 4; i < b.points.len; i++)
            b.points.data[i] = (Vec2){floor(b.points.data[i].x / step) * step,
                                      floor(b.points.data[i].y / step) * step};
        Region r = region_of(&b);
        CHECK(is_same_shuffled(&b, &r));
        heap_finish(&b.heap);
    }
    for (u32 round = 0; round < 400; round++) { // corners that many loops share
        Builder b;
        builder_init(&b, round);
        for (u32 l = random_below(&b, 5); l < 5; l++) {
            start_loop(&b);
            for (u32 i = random_below(&b, 37); i < 40; i++)
                add(&b, random_below(&b, 12), random_below(&b, 12));
        }
        Region crossing = region_of(&b), r;
        CHECK_EQ(region_boolean(&b.heap, REGION_UNION, &crossing, 1, &r), STATUS_OK);
        CHECK(is_same_shuffled(&b, &r));
        heap_finish(&b.heap);
    }
}

TEST_MAIN(TEST_CASE(orient_is_exact_where_doubles_are_not), TEST_CASE(small_loops),
          TEST_CASE(convex_loops_are_fans), TEST_CASE(a_star_that_turns_twice_is_not_convex),
          TEST_CASE(random_stars), TEST_CASE(combs), TEST_CASE(spiral),
          TEST_CASE(hundreds_of_holes), TEST_CASE(several_outer_loops_and_islands),
          TEST_CASE(holes_that_touch_the_outer_loop), TEST_CASE(checkerboards),
          TEST_CASE(many_holes_meet_in_one_place), TEST_CASE(one_loop_that_visits_a_place_twice),
          TEST_CASE(a_corner_on_the_middle_of_an_edge), TEST_CASE(spikes_and_repeated_points),
          TEST_CASE(nonsense_is_triangulated_combinatorially), TEST_CASE(rounded_loops),
          TEST_CASE(results_of_booleans), TEST_CASE(inner_edges_are_delaunay_and_unique),
          TEST_CASE(numbers_choose_nothing))
