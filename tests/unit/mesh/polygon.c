// SPDX-License-Identifier: Apache-2.0
// Regions: booleans against winding numbers at random points, offsets against distances and closed
// forms, and the test for simple loops.
#include "compiler/mesh/polygon_internal.h"

#include "base/vec.h"
#include "tests/unit/test.h"

static u64 random_state;
static f64 random_unit(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (f64)(random_state >> 11) / 9007199254740992.0;
}
static u32 random_below(u32 n) {
    return (u32)(random_unit() * n);
}

static Region region_from(Heap *heap, const f64 (*points)[2], u32 n) {
    Region r;
    region_init(&r, heap, n, 1, true);
    for (u32 i = 0; i < n; i++) {
        r.points[i] = (Vec2){points[i][0], points[i][1]};
        r.edges[i] = i + 1;
    }
    return r;
}

static Region rect(Heap *heap, f64 x0, f64 y0, f64 x1, f64 y1) {
    const f64 points[4][2] = {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
    return region_from(heap, points, 4);
}

static Region random_region(Heap *heap, u32 range, u32 n_loops, u32 n_max) {
    VEC(Vec2) points = {0};
    VEC(u32) starts = {0};
    for (u32 l = 0; l < n_loops; l++) {
        vec_push(heap, &starts, points.len);
        u32 n = 3 + random_below(n_max - 2);
        for (u32 i = 0; i < n; i++)
            vec_push(heap, &points, (Vec2){random_below(range), random_below(range)});
    }
    vec_push(heap, &starts, points.len);
    return (Region){.points = points.data, .starts = starts.data, .n_loops = n_loops};
}

// Distance from p to the nearest edge.
static f64 edge_distance(const Region *r, Vec2 p) {
    f64 best = INFINITY;
    for (u32 l = 0; l < r->n_loops; l++) {
        for (u32 i = r->starts[l]; i < r->starts[l + 1]; i++) {
            Vec2 a = r->points[i], b = r->points[i + 1 < r->starts[l + 1] ? i + 1 : r->starts[l]];
            f64 dx = b.x - a.x, dy = b.y - a.y, size = dx * dx + dy * dy;
            f64 t = size > 0 ? fmin(fmax(((p.x - a.x) * dx + (p.y - a.y) * dy) / size, 0), 1) : 0;
            f64 ex = a.x + t * dx - p.x, ey = a.y + t * dy - p.y;
            best = fmin(best, sqrt(ex * ex + ey * ey));
        }
    }
    return best;
}

static i32 winding(const Region *r, Vec2 p) {
    i32 sum = 0;
    for (u32 l = 0; l < r->n_loops; l++) {
        for (u32 i = r->starts[l]; i < r->starts[l + 1]; i++) {
            Vec2 a = r->points[i], b = r->points[i + 1 < r->starts[l + 1] ? i + 1 : r->starts[l]];
            if ((a.y <= p.y) != (b.y <= p.y) && (orient2d(a, b, p) > 0) == (b.y > a.y))
                sum += b.y > a.y ? 1 : -1;
        }
    }
    return sum;
}

static bool expression(RegionOp op, const Region *operands, u32 n, Vec2 p) {
    u32 n_inside = 0;
    for (u32 i = 0; i < n; i++)
        n_inside += winding(&operands[i], p) > 0;
    bool first = winding(&operands[0], p) > 0;
    return op == REGION_UNION          ? n_inside > 0
           : op == REGION_INTERSECTION ? n_inside == n
                                       : first && n_inside == 1;
}

static bool matches_expression(Heap *heap, RegionOp op, const Region *operands, u32 n, f64 range) {
    Region out;
    if (region_boolean(heap, op, operands, n, &out) != STATUS_OK)
        return false;
    for (u32 k = 0; k < 60; k++) {
        Vec2 p = {range * (1.2 * random_unit() - 0.1), range * (1.2 * random_unit() - 0.1)};
        bool is_near = false;
        for (u32 i = 0; i < n; i++)
            is_near = is_near || edge_distance(&operands[i], p) < 1e-4;
        if (!is_near && winding(&out, p) != (i32)expression(op, operands, n, p))
            return false;
    }
    region_finish(&out, heap);
    return true;
}

TEST(booleans_equal_the_expression_at_random_points) {
    for (u32 round = 0; round < 600; round++) {
        Heap heap;
        heap_init(&heap, 0);
        random_state = round;
        Region operands[4];
        u32 n = 1 + random_below(4), range = 3 + random_below(round % 3 ? 9 : 1000);
        for (u32 i = 0; i < n; i++)
            operands[i] = random_region(&heap, range, 1 + random_below(3), 3 + random_below(9));
        CHECK(matches_expression(&heap, REGION_UNION, operands, n, range));
        CHECK(matches_expression(&heap, REGION_INTERSECTION, operands, n, range));
        CHECK(matches_expression(&heap, REGION_DIFFERENCE, operands, n, range));
        heap_finish(&heap);
    }
}

static f64 area_of(Heap *heap, RegionOp op, const Region *operands, u32 n) {
    Region out;
    Status status = region_boolean(heap, op, operands, n, &out);
    f64 area = status == STATUS_OK ? region_area(&out) : NAN;
    region_finish(&out, heap);
    return area;
}

TEST(areas_obey_inclusion_and_exclusion) {
    for (u32 round = 0; round < 200; round++) {
        Heap heap;
        heap_init(&heap, 0);
        random_state = round + 7777;
        Region ab[2] = {random_region(&heap, 40, 2, 12), random_region(&heap, 40, 2, 12)};
        Region ba[2] = {ab[1], ab[0]};
        f64 a = area_of(&heap, REGION_UNION, &ab[0], 1),
            b = area_of(&heap, REGION_UNION, &ab[1], 1);
        f64 both = area_of(&heap, REGION_INTERSECTION, ab, 2),
            any = area_of(&heap, REGION_UNION, ab, 2);
        f64 a_less_b = area_of(&heap, REGION_DIFFERENCE, ab, 2);
        CHECK_NEAR(any + both, a + b, 1e-3);
        CHECK_NEAR(a_less_b + both, a, 1e-3);
        CHECK_NEAR(any, area_of(&heap, REGION_UNION, ba, 2), 1e-3);
        CHECK(both >= 0 && any >= 0 && a_less_b >= 0);
        heap_finish(&heap);
    }
}

// More operands than anyone would write out: every level of the tree of winding numbers.
TEST(many_operands) {
    for (u32 round = 0; round < 20; round++) {
        Heap heap;
        heap_init(&heap, 0);
        random_state = round + 31;
        Region operands[100];
        u32 n = 5 + random_below(96);
        for (u32 i = 0; i < n; i++)
            operands[i] = random_region(&heap, 200, 1 + random_below(2), 8);
        CHECK(matches_expression(&heap, REGION_UNION, operands, n, 200));
        CHECK(matches_expression(&heap, REGION_DIFFERENCE, operands, n, 200));
        for (u32 i = 0; i < n; i++) // what all of these share is not empty
            operands[i] = rect(&heap, random_below(90), random_below(90), 110 + random_below(90),
                               110 + random_below(90));
        CHECK(matches_expression(&heap, REGION_INTERSECTION, operands, n, 200));
        heap_finish(&heap);
    }
}

static bool same_region(const Region *a, const Region *b) {
    u32 n = region_count(a);
    return a->n_loops == b->n_loops && n == region_count(b) &&
           (n == 0 || (memcmp(a->points, b->points, n * sizeof *a->points) == 0 &&
                       memcmp(a->starts, b->starts, (a->n_loops + 1) * sizeof(u32)) == 0));
}

// A result is a region like any other: made again, alone or with itself, it is the same bytes.
TEST(results_are_fixed_points) {
    for (u32 round = 0; round < 300; round++) {
        Heap heap;
        heap_init(&heap, 0);
        random_state = round + 99;
        Region operands[3], once, again[2], twice, both;
        for (u32 i = 0; i < 3; i++) // small lattice: crossings are many, and new vertices are none
            operands[i] = rect(&heap, random_below(9), random_below(9), 10 + random_below(9),
                               10 + random_below(9));
        operands[2] = random_region(&heap, 12, 2, 9);
        if (round % 2)
            operands[2] = rect(&heap, 3, 4, 15, 12);
        CHECK_EQ(region_boolean(&heap, (RegionOp)(round % 3), operands, 3, &once), STATUS_OK);
        CHECK_EQ(region_boolean(&heap, REGION_UNION, &once, 1, &twice), STATUS_OK);
        again[0] = again[1] = twice;
        CHECK_EQ(region_boolean(&heap, REGION_UNION, again, 2, &both), STATUS_OK);
        CHECK(same_region(&twice, &both));
        CHECK_EQ(region_boolean(&heap, REGION_INTERSECTION, again, 2, &both), STATUS_OK);
        CHECK(same_region(&twice, &both));
        CHECK_EQ(region_boolean(&heap, REGION_DIFFERENCE, again, 2, &both), STATUS_OK);
        CHECK_EQ(both.n_loops, 0);
        if (round % 2)
            CHECK(same_region(&once, &twice));
        heap_finish(&heap);
    }
}

// The eight symmetries of the square: area, and the number of loops and corners, stay.
TEST(turned_operands_give_turned_results) {
    for (u32 round = 0; round < 200; round++) {
        Heap heap;
        heap_init(&heap, 0);
        random_state = round + 5;
        Region operands[3], out;
        for (u32 i = 0; i < 3; i++)
            operands[i] = random_region(&heap, 16, 2, 9);
        RegionOp op = (RegionOp)(round % 3);
        CHECK_EQ(region_boolean(&heap, op, operands, 3, &out), STATUS_OK);
        for (u32 turn = 1; turn < 4; turn++) {
            Region turned[3], result;
            for (u32 i = 0; i < 3; i++) {
                region_copy(&turned[i], &heap, &operands[i]);
                for (u32 k = 0; k < region_count(&turned[i]); k++) {
                    Vec2 p = turned[i].points[k];
                    turned[i].points[k] = turn == 1   ? (Vec2){-p.y, p.x}
                                          : turn == 2 ? (Vec2){-p.x, -p.y}
                                                      : (Vec2){p.y, -p.x};
                }
            }
            CHECK_EQ(region_boolean(&heap, op, turned, 3, &result), STATUS_OK);
            CHECK_NEAR(region_area(&result), region_area(&out), 1e-4);
            CHECK_EQ(region_count(&result), region_count(&out));
        }
        heap_finish(&heap);
    }
}

// Spikes whose boxes all overlap, fans through one point, and edges along each other: a way to meet
// that costs the square of the edges would take minutes here.
TEST(thousands_of_edges) {
    enum { N = 20000 };
    Heap heap;
    heap_init(&heap, 0);
    Region stars[2], out;
    for (u32 s = 0; s < 2; s++) {
        region_init(&stars[s], &heap, N, 1, false);
        for (u32 i = 0; i < N; i++) {
            f64 r = i % 2 ? 0.5 : 1, angle = 360.0 * (i + 0.5 * s) / N;
            stars[s].points[i] = (Vec2){r * trig_cos(angle), r * trig_sin(angle)};
        }
    }
    f64 one = region_area(&stars[0]), both = area_of(&heap, REGION_INTERSECTION, stars, 2);
    CHECK_NEAR(area_of(&heap, REGION_UNION, stars, 2), 2 * one - both, 1e-4);
    CHECK_NEAR(area_of(&heap, REGION_DIFFERENCE, stars, 2), one - both, 1e-4);
    CHECK(region_is_simple(&heap, &stars[0], NULL));
    // Triangles that all have a corner in one point, and overlap.
    VEC(Region) fans = {0};
    for (u32 i = 0; i < 300; i++) {
        f64 a = 360.0 * i / 300;
        const f64 points[3][2] = {
            {0, 0}, {trig_cos(a), trig_sin(a)}, {trig_cos(a + 2.3), trig_sin(a + 2.3)}};
        vec_push(&heap, &fans, region_from(&heap, points, 3));
    }
    CHECK_EQ(region_boolean(&heap, REGION_UNION, fans.data, fans.len, &out), STATUS_OK);
    CHECK_EQ(out.n_loops, 1);
    CHECK(region_area(&out) > 3.13 && region_area(&out) < 3.1416);
    // Rectangles on one base line.
    fans.len = 0;
    for (u32 i = 0; i < 2000; i++)
        vec_push(&heap, &fans, rect(&heap, i % 50, 0, i % 50 + 60 + i % 7, 1 + i % 11));
    CHECK_EQ(region_boolean(&heap, REGION_UNION, fans.data, fans.len, &out), STATUS_OK);
    CHECK_EQ(out.n_loops, 1);
    CHECK_NEAR(region_bounds(&out).max.y, 11, 0);
    heap_finish(&heap);
}

// Whole squares of a lattice: results are whole, exact, simple, and touch at corners everywhere.
TEST(results_on_the_lattice_are_exact_and_simple) {
    for (u32 round = 0; round < 200; round++) {
        Heap heap;
        heap_init(&heap, 0);
        random_state = round;
        bool filled[8][8] = {{0}};
        Region operands[20];
        u32 n = 1 + random_below(20);
        for (u32 i = 0; i < n; i++) {
            u32 x0 = random_below(7), y0 = random_below(7), x1 = x0 + 1 + random_below(7 - x0),
                y1 = y0 + 1 + random_below(7 - y0);
            operands[i] = rect(&heap, x0, y0, x1, y1);
            for (u32 x = x0; x < x1; x++)
                for (u32 y = y0; y < y1; y++)
                    filled[x][y] = i == 0 || (round % 2 == 0);
            for (u32 x = x0; x < x1 && i > 0 && round % 2; x++)
                for (u32 y = y0; y < y1; y++)
                    filled[x][y] = false;
        }
        Region out;
        CHECK_EQ(
            region_boolean(&heap, round % 2 ? REGION_DIFFERENCE : REGION_UNION, operands, n, &out),
            STATUS_OK);
        u32 area = 0;
        for (u32 x = 0; x < 7; x++) {
            for (u32 y = 0; y < 7; y++) {
                area += filled[x][y];
                CHECK_EQ(winding(&out, (Vec2){x + 0.5, y + 0.5}), filled[x][y]);
            }
        }
        CHECK(region_area(&out) == area);
        Vec2 where;
        CHECK(region_is_simple(&heap, &out, &where));
        heap_finish(&heap);
    }
}

TEST(tags_follow_their_edges_and_straight_ones_merge) {
    Heap heap;
    heap_init(&heap, 0);
    Region ab[2] = {rect(&heap, 0, 0, 0.3, 0.1),
                    rect(&heap, 0.1 + 0.2, 0, 1, 0.1)}; // 0.3 and 0.30000000000000004
    Region out;
    CHECK_EQ(region_boolean(&heap, REGION_UNION, ab, 2, &out), STATUS_OK);
    CHECK_EQ(region_count(&out), 4);
    for (u32 i = 0; i < 4; i++) {
        CHECK(out.points[i].x == 0 || out.points[i].x == 1);
        u32 next = (i + 1) % 4;
        bool flat = out.points[i].y == out.points[next].y;
        CHECK_EQ(out.edges[i],
                 flat ? (out.points[i].y == 0 ? 1 : 3) : (out.points[i].x == 1 ? 2 : 4));
    }
    // A hole has the tags of what was taken away.
    Region plate[2] = {rect(&heap, 0, 0, 10, 10), rect(&heap, 2, 3, 4, 5)};
    for (u32 i = 0; i < 4; i++)
        plate[1].edges[i] = 10 + i;
    CHECK_EQ(region_boolean(&heap, REGION_DIFFERENCE, plate, 2, &out), STATUS_OK);
    CHECK_EQ(out.n_loops, 2);
    CHECK(region_area(&out) == 96);
    u32 n_hole = 0;
    for (u32 i = 0; i < 8; i++)
        n_hole += out.edges[i] >= 10;
    CHECK_EQ(n_hole, 4);
    CHECK_EQ(region_boolean(&heap, REGION_INTERSECTION, plate, 1, &out), STATUS_OK);
    CHECK_EQ(region_count(&out), 4);
    heap_finish(&heap);
}

TEST(empty_results_and_operands) {
    Heap heap;
    heap_init(&heap, 0);
    Region ab[2] = {rect(&heap, 0, 0, 1, 1), rect(&heap, 1, 0, 2, 1)}, none = {0}, out;
    CHECK_EQ(region_boolean(&heap, REGION_INTERSECTION, ab, 2, &out), STATUS_OK);
    CHECK_EQ(out.n_loops, 0);
    Region same[2] = {ab[0], ab[0]};
    CHECK_EQ(region_boolean(&heap, REGION_DIFFERENCE, same, 2, &out), STATUS_OK);
    CHECK_EQ(out.n_loops, 0);
    CHECK_EQ(region_boolean(&heap, REGION_UNION, &none, 1, &out), STATUS_OK);
    CHECK_EQ(out.n_loops, 0);
    Region with_none[2] = {ab[0], none};
    CHECK_EQ(region_boolean(&heap, REGION_UNION, with_none, 2, &out), STATUS_OK);
    CHECK(region_area(&out) == 1);
    heap_finish(&heap);
}

TEST(normals_are_carried_cut_and_turned) {
    Heap heap;
    heap_init(&heap, 0);
    Region disc;
    region_init(&disc, &heap, 32, 1, true);
    disc.normals = heap_alloc(&heap, 4 * 32, sizeof(f32));
    for (u32 i = 0; i < 32; i++) {
        disc.points[i] = (Vec2){2 * trig_cos(11.25 * i), 2 * trig_sin(11.25 * i)};
        for (u32 k = 0; k < 4; k++)
            disc.normals[4 * i + k] =
                (f32)(k % 2 ? trig_sin(11.25 * (i + k / 2)) : trig_cos(11.25 * (i + k / 2)));
    }
    Region ab[2] = {rect(&heap, 0, -5, 5, 5), disc}, out;
    CHECK_EQ(region_boolean(&heap, REGION_DIFFERENCE, ab, 2, &out), STATUS_OK);
    u32 n_curved = 0;
    for (u32 i = 0; i < region_count(&out); i++) {
        const f32 *n = out.normals + 4 * i;
        if (n[0] == 0 && n[1] == 0)
            continue;
        n_curved++;
        Vec2 p = out.points[i];
        CHECK_NEAR((f64)n[0] * p.x + (f64)n[1] * p.y, -2,
                   0.02); // towards the centre: outward from what is left
        CHECK_NEAR((f64)n[0] * (f64)n[0] + (f64)n[1] * (f64)n[1], 1, 1e-6);
    }
    CHECK_EQ(n_curved, 16);
    heap_finish(&heap);
}

// ---- offsets ----

static f64 offset_area(Heap *heap, const Region *r, f64 by, RegionJoin join, f64 chord,
                       u32 *n_loops) {
    Region out;
    Status status = region_offset(heap, r, by, join, chord, &out);
    f64 area = status == STATUS_OK ? region_area(&out) : NAN;
    *n_loops = out.n_loops;
    region_finish(&out, heap);
    return area;
}

TEST(offsets_of_a_rectangle) {
    Heap heap;
    heap_init(&heap, 0);
    Region r = rect(&heap, 1, 2, 11, 8);
    u32 n_loops;
    CHECK_NEAR(offset_area(&heap, &r, 1, REGION_JOIN_MITER, 0.01, &n_loops), 96, 1e-9);
    CHECK_NEAR(offset_area(&heap, &r, 1, REGION_JOIN_BEVEL, 0.01, &n_loops), 60 + 32 + 2, 1e-9);
    CHECK_NEAR(offset_area(&heap, &r, -2, REGION_JOIN_ROUND, 0.01, &n_loops), 12, 1e-9);
    CHECK_EQ(n_loops, 1);
    CHECK_NEAR(offset_area(&heap, &r, -3, REGION_JOIN_ROUND, 0.01, &n_loops), 0, 1e-9);
    CHECK_EQ(n_loops, 0);
    CHECK_NEAR(offset_area(&heap, &r, -4, REGION_JOIN_MITER, 0.01, &n_loops), 0, 0);
    CHECK_EQ(n_loops, 0);
    Region out;
    CHECK_EQ(region_offset(&heap, &r, 2, REGION_JOIN_ROUND, 0.01, &out), STATUS_OK);
    u32 n = region_count(&out), n_arc = 0;
    for (u32 i = 0; i < n; i++)
        n_arc += out.edges[i] == REGION_TAG_ARC;
    CHECK_EQ(n, n_arc + 4);
    CHECK_EQ(n_arc % 16, 0); // four quarters, each a multiple of ... of a full turn
    CHECK_NEAR(region_area(&out), 60 + 64 + 2 * n_arc * trig_sin(360.0 / n_arc), 1e-9);
    Box2 box = region_bounds(&out);
    CHECK(box.min.x == -1 && box.min.y == 0 && box.max.x == 13 && box.max.y == 10);
    for (u32 i = 0; i < n; i++) { // normals of arcs point away from the corners' centres
        const f32 *m = out.normals + 4 * i;
        CHECK((out.edges[i] == REGION_TAG_ARC) == (m[0] != 0 || m[1] != 0));
        f64 cx = out.points[i].x < 6 ? 1 : 11, cy = out.points[i].y < 5 ? 2 : 8;
        if (out.edges[i] == REGION_TAG_ARC)
            CHECK_NEAR((f64)m[0] * (out.points[i].x - cx) + (f64)m[1] * (out.points[i].y - cy), 2,
                       1e-5);
    }
    heap_finish(&heap);
}

TEST(offsets_open_and_close_what_they_should) {
    Heap heap;
    heap_init(&heap, 0);
    // Two squares joined by a bridge 1 wide: shrinking by 1 leaves two.
    const f64 points[12][2] = {{0, 0},  {4, 0}, {4, 1.5}, {8, 1.5}, {8, 0}, {12, 0},
                               {12, 4}, {8, 4}, {8, 2.5}, {4, 2.5}, {4, 4}, {0, 4}};
    Region r = region_from(&heap, points, 12);
    u32 n_loops;
    CHECK_NEAR(offset_area(&heap, &r, -1, REGION_JOIN_MITER, 0.01, &n_loops), 8, 1e-9);
    CHECK_EQ(n_loops, 2);
    // A frame whose hole closes.
    Region ab[2] = {rect(&heap, 0, 0, 10, 10), rect(&heap, 4, 4, 6, 6)}, frame;
    CHECK_EQ(region_boolean(&heap, REGION_DIFFERENCE, ab, 2, &frame), STATUS_OK);
    CHECK_NEAR(offset_area(&heap, &frame, 0.5, REGION_JOIN_MITER, 0.01, &n_loops), 121 - 1, 1e-9);
    CHECK_EQ(n_loops, 2);
    CHECK_NEAR(offset_area(&heap, &frame, 1, REGION_JOIN_MITER, 0.01, &n_loops), 144, 1e-9);
    CHECK_EQ(n_loops, 1);
    CHECK_NEAR(offset_area(&heap, &frame, -1, REGION_JOIN_MITER, 0.01, &n_loops), 64 - 16, 1e-9);
    heap_finish(&heap);
}

TEST(offsets_are_the_points_within_a_distance) {
    for (u32 round = 0; round < 150; round++) {
        Heap heap;
        heap_init(&heap, 0);
        random_state = round;
        Region r, out;
        u32 n = 3 + random_below(20);
        region_init(&r, &heap, n, 1, false);
        for (u32 i = 0; i < n; i++) {
            f64 size = 2 + 8 * random_unit();
            r.points[i] = (Vec2){size * trig_cos(360.0 * i / n), size * trig_sin(360.0 * i / n)};
        }
        f64 by = (random_unit() - 0.5) * 6, chord = 0.01;
        CHECK_EQ(region_offset(&heap, &r, by, REGION_JOIN_ROUND, chord, &out), STATUS_OK);
        for (u32 k = 0; k < 200; k++) {
            Vec2 p = {26 * random_unit() - 13, 26 * random_unit() - 13};
            f64 signed_distance = edge_distance(&r, p) * (winding(&r, p) > 0 ? -1 : 1);
            if (fabs(signed_distance - by) > chord + 1e-6)
                CHECK_EQ(winding(&out, p), signed_distance < by);
        }
        heap_finish(&heap);
    }
}

TEST(curved_faces_keep_their_corners_in_an_offset) {
    Heap heap;
    heap_init(&heap, 0);
    Region disc, out;
    region_init(&disc, &heap, 40, 1, true);
    disc.normals = heap_alloc(&heap, 4 * 40, sizeof(f32));
    for (u32 i = 0; i < 40; i++) {
        disc.points[i] = (Vec2){5 * trig_cos(9.0 * i), 5 * trig_sin(9.0 * i)};
        disc.edges[i] = 3;
        for (u32 k = 0; k < 4; k++)
            disc.normals[4 * i + k] =
                (f32)(k % 2 ? trig_sin(9.0 * (i + k / 2)) : trig_cos(9.0 * (i + k / 2)));
    }
    f64 by[3] = {3, -2, -4.9};
    for (u32 k = 0; k < 3; k++) {
        CHECK_EQ(region_offset(&heap, &disc, by[k], REGION_JOIN_ROUND, 0.01, &out), STATUS_OK);
        CHECK_EQ(region_count(&out), 40);
        f64 radius = 5 + by[k];
        CHECK_NEAR(region_area(&out), 20 * radius * radius * trig_sin(9), 1e-4);
        for (u32 i = 0; i < 40; i++)
            CHECK_EQ(out.edges[i], 3);
    }
    CHECK_EQ(region_offset(&heap, &disc, -6, REGION_JOIN_ROUND, 0.01, &out), STATUS_OK);
    CHECK_EQ(out.n_loops, 0);
    heap_finish(&heap);
}

// ---- simple loops ----

TEST(simple_loops_are_told_from_others) {
    Heap heap;
    heap_init(&heap, 0);
    Vec2 where;
    const f64 bow[4][2] = {{0, 0}, {2, 2}, {2, 0}, {0, 2}};
    const f64 touch[5][2] = {{0, 0}, {4, 0}, {4, 4}, {2, 0}, {0, 4}};
    const f64 spike[5][2] = {{0, 0}, {4, 0}, {6, 0}, {4, 0}, {0, 4}};
    const f64 fine[5][2] = {{0, 0}, {2, 0}, {4, 0}, {4, 4}, {0, 4}};
    Region r = region_from(&heap, bow, 4);
    CHECK(!region_is_simple(&heap, &r, &where));
    CHECK_NEAR(where.x, 1, 1e-12);
    CHECK_NEAR(where.y, 1, 1e-12);
    r = region_from(&heap, touch, 5);
    CHECK(!region_is_simple(&heap, &r, &where));
    CHECK(where.x == 2 && where.y == 0);
    r = region_from(&heap, spike, 5);
    CHECK(!region_is_simple(&heap, &r, &where));
    r = region_from(&heap, fine, 5);
    CHECK(region_is_simple(&heap, &r, NULL));
    const f64 twice[4][2] = {{0, 0}, {2, 0}, {2, 0}, {0, 2}};
    r = region_from(&heap, twice, 4);
    CHECK(!region_is_simple(&heap, &r, &where));
    CHECK(where.x == 2 && where.y == 0);
    heap_finish(&heap);
}

// Against all pairs, on small lattices where touching is common.
static bool is_simple_slowly(const Region *r) {
    u32 n = region_count(r);
    for (u32 i = 0; i < n; i++) {
        for (u32 j = 0; j < n; j++) {
            Vec2 a = r->points[i], b = r->points[(i + 1) % n], c = r->points[j],
                 d = r->points[(j + 1) % n];
            if (i == j) {
                if (vec2_equal(a, b))
                    return false;
                continue;
            }
            // An end of j strictly inside i, or a shared corner that is no joint, or a crossing.
            bool on = orient2d(a, b, c) == 0 && (c.x - a.x) * (c.x - b.x) <= 0 &&
                      (c.y - a.y) * (c.y - b.y) <= 0;
            if (on && j != (i + 1) % n)
                return false;
            bool d_on = orient2d(a, b, d) == 0 && (d.x - a.x) * (d.x - b.x) <= 0 &&
                        (d.y - a.y) * (d.y - b.y) <= 0;
            if (d_on && (j + 1) % n != i)
                return false;
            if (orient2d(a, b, c) * orient2d(a, b, d) < 0 &&
                orient2d(c, d, a) * orient2d(c, d, b) < 0)
                return false;
        }
    }
    return true;
}

TEST(simple_agrees_with_all_pairs) {
    u32 n_simple = 0;
    for (u32 round = 0; round < 3000; round++) {
        Heap heap;
        heap_init(&heap, 0);
        random_state = round;
        Region r = random_region(&heap, 3 + random_below(8), 1, 7);
        bool expected = is_simple_slowly(&r);
        n_simple += expected;
        CHECK_EQ(region_is_simple(&heap, &r, NULL), expected);
        heap_finish(&heap);
    }
    CHECK(n_simple > 300 && n_simple < 2700);
}

TEST(nothing_leaks) {
    Heap heap;
    heap_init(&heap, 0);
    Region a = random_region(&heap, 20, 2, 10);
    u64 before = heap.own.used_size;
    Region out, off, copy;
    CHECK_EQ(region_boolean(&heap, REGION_UNION, &a, 1, &out), STATUS_OK);
    CHECK_EQ(region_offset(&heap, &a, 0.7, REGION_JOIN_ROUND, 0.01, &off), STATUS_OK);
    region_copy(&copy, &heap, &off);
    CHECK(region_area(&copy) == region_area(&off));
    region_is_simple(&heap, &off, NULL);
    u32 *tris, n_tris;
    region_triangulate(&heap, &off, &tris, &n_tris);
    heap_free(&heap, tris);
    region_finish(&out, &heap);
    region_finish(&off, &heap);
    region_finish(&copy, &heap);
    CHECK_EQ(heap.own.used_size, before);
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(booleans_equal_the_expression_at_random_points),
          TEST_CASE(areas_obey_inclusion_and_exclusion), TEST_CASE(many_operands),
          TEST_CASE(results_are_fixed_points), TEST_CASE(turned_operands_give_turned_results),
          TEST_CASE(thousands_of_edges), TEST_CASE(results_on_the_lattice_are_exact_and_simple),
          TEST_CASE(tags_follow_their_edges_and_straight_ones_merge),
          TEST_CASE(empty_results_and_operands), TEST_CASE(normals_are_carried_cut_and_turned),
          TEST_CASE(offsets_of_a_rectangle), TEST_CASE(offsets_open_and_close_what_they_should),
          TEST_CASE(offsets_are_the_points_within_a_distance),
          TEST_CASE(curved_faces_keep_their_corners_in_an_offset),
          TEST_CASE(simple_loops_are_told_from_others), TEST_CASE(simple_agrees_with_all_pairs),
          TEST_CASE(nothing_leaks))
