// SPDX-License-Identifier: Apache-2.0
// The graph: equal contents are one node, hashes depend on contents only, builders keep normal
// forms.
#include "compiler/ir/ir.h"

#include "tests/unit/test.h"

typedef struct Bench {
    Heap heap;
    Arena arena;
    IrGraph graph;
} Bench;

static void bench_init(Bench *b) {
    heap_init(&b->heap, 0);
    arena_init(&b->arena, &b->heap);
    ir_init(&b->graph, &b->arena);
}

static void bench_finish(Bench *b) {
    arena_finish(&b->arena);
    heap_finish(&b->heap);
}

static IrId sphere(IrGraph *graph, f64 d, Span span) {
    return ir_node(graph, IR_SPHERE, NULL, 0, &d, 1, STR(""), span, NONE);
}

static IrId moved(IrGraph *graph, IrId id, f64 x) {
    Affine3 map = affine3_move(vec3(x, 0, 0));
    return ir_xform(graph, id, &map, (Span){0, 0, 0}, NONE);
}

TEST(table_matches_the_offsets) {
    const IrInfo *box = ir_info(IR_BOX);
    CHECK(!strcmp(box->name, "box"));
    CHECK_EQ(box->n_fields, 4);
    CHECK_EQ(box->n_fixed, 8);
    CHECK_EQ(box->fields[2].off, IR_BOX_round);
    CHECK_EQ(IR_BOX_max, 3);
    const IrInfo *path = ir_info(IR_POLYLINE);
    CHECK_EQ(path->sort, IR_SORT_PATH);
    CHECK_EQ(path->n_fixed, 3);
    CHECK(path->fields[3].is_tail);
    CHECK_EQ(path->fields[3].off, 3);
    CHECK_EQ(ir_info(IR_UNION)->n_fields, 0);
    for (u32 kind = 0; kind < IR_KIND_COUNT; kind++) {
        const IrInfo *info = ir_info((IrKind)kind);
        u32 off = 0;
        for (u32 i = 0; i < info->n_fields; i++) {
            CHECK_EQ(info->fields[i].off, off);
            CHECK(!info->fields[i].is_tail || i + 1 == info->n_fields);
            off += info->fields[i].is_tail ? 0 : info->fields[i].count;
        }
        CHECK_EQ(off, info->n_fixed);
    }
}

TEST(equal_contents_are_one_node) {
    Bench b;
    bench_init(&b);
    IrId first = sphere(&b.graph, 3, (Span){0, 5, 2});
    IrId other = sphere(&b.graph, 4, (Span){0, 9, 2});
    CHECK_EQ(sphere(&b.graph, 3, (Span){0, 20, 2}), first);
    CHECK(other != first);
    CHECK_EQ(b.graph.nodes[first].span.off, 5); // of the first expression
    f64 zero = 0, minus_zero = -0.0;
    IrId a = ir_node(&b.graph, IR_TEXT, NULL, 0, &zero, 1, STR("ab"), (Span){0, 0, 0}, NONE);
    IrId c = ir_node(&b.graph, IR_TEXT, NULL, 0, &minus_zero, 1, STR("ab"), (Span){0, 0, 0}, NONE);
    IrId d = ir_node(&b.graph, IR_TEXT, NULL, 0, &zero, 1, STR("ac"), (Span){0, 0, 0}, NONE);
    CHECK_EQ(a, c);
    CHECK(a != d);
    CHECK(!signbit(b.graph.nodes[a].nums[0]));
    bench_finish(&b);
}

TEST(ten_thousand_nodes_stay_apart) {
    Bench b;
    bench_init(&b);
    for (u32 round = 0; round < 2; round++)
        for (u32 i = 0; i < 10000; i++)
            CHECK_EQ(sphere(&b.graph, 1 + i, (Span){0, 0, 0}), i);
    CHECK_EQ(b.graph.len, 10000);
    bench_finish(&b);
}

TEST(hashes_depend_on_contents_only) {
    Bench a, b;
    bench_init(&a);
    bench_init(&b);
    sphere(&a.graph, 77, (Span){0, 0, 0}); // shifts the ids
    IrId in_a[2] = {sphere(&a.graph, 1, (Span){0, 0, 0}), sphere(&a.graph, 2, (Span){0, 0, 0})};
    IrId in_b[2] = {sphere(&b.graph, 1, (Span){7, 7, 7}), sphere(&b.graph, 2, (Span){7, 7, 7})};
    IrId ua = ir_union(&a.graph, in_a, 2, (Span){0, 0, 0}, NONE);
    IrId ub = ir_union(&b.graph, in_b, 2, (Span){7, 7, 7}, 3);
    CHECK(ua != ub);
    CHECK(a.graph.nodes[ua].hash == b.graph.nodes[ub].hash);
    // The value is pinned: a cache on disk must not mistake one version's nodes for another's.
    CHECK(a.graph.nodes[in_a[0]].hash == 0x7cd8727ef575a7ebull);
    bench_finish(&a);
    bench_finish(&b);
}

TEST(transforms_compose_and_vanish) {
    Bench b;
    bench_init(&b);
    IrId s = sphere(&b.graph, 1, (Span){0, 0, 0});
    IrId there = moved(&b.graph, s, 5);
    IrId further = moved(&b.graph, there, 2);
    Affine3 map;
    CHECK_EQ(ir_strip_xform(&b.graph, further, &map), s);
    CHECK_NEAR(map.t.x, 7, 0);
    CHECK_EQ(moved(&b.graph, there, -5), s);
    CHECK_EQ(moved(&b.graph, s, 0), s);
    CHECK_EQ(ir_strip_xform(&b.graph, s, &map), s);
    CHECK(affine3_is_identity(&map));
    Affine3 turn = affine3_rotate(vec3(0, 0, 1), 90);
    IrId turned =
        ir_xform(&b.graph, there, &turn, (Span){0, 0, 0}, NONE); // first moved, then turned
    CHECK_EQ(ir_strip_xform(&b.graph, turned, &map), s);
    CHECK_NEAR(map.t.x, 0, 0);
    CHECK_NEAR(map.t.y, 5, 0);
    bench_finish(&b);
}

TEST(unions_and_differences_flatten) {
    Bench b;
    bench_init(&b);
    IrId s[4];
    for (u32 i = 0; i < 4; i++)
        s[i] = sphere(&b.graph, 1 + i, (Span){0, 0, 0});
    CHECK_EQ(ir_union(&b.graph, s, 1, (Span){0, 0, 0}, NONE), s[0]);
    IrId ab = ir_union(&b.graph, s, 2, (Span){0, 0, 0}, NONE);
    IrId pair[2] = {ab, s[2]};
    IrId abc = ir_union(&b.graph, pair, 2, (Span){0, 0, 0}, NONE);
    CHECK_EQ(b.graph.nodes[abc].n_children, 3);
    CHECK_EQ(abc, ir_union(&b.graph, s, 3, (Span){0, 0, 0}, NONE));
    CHECK_EQ(ir_difference(&b.graph, abc, NULL, 0, (Span){0, 0, 0}, NONE), abc);
    IrId cut = ir_difference(&b.graph, s[0], &s[1], 1, (Span){0, 0, 0}, NONE);
    IrId twice = ir_difference(&b.graph, cut, &s[2], 2, (Span){0, 0, 0}, NONE);
    CHECK_EQ(b.graph.nodes[twice].n_children, 4);
    CHECK_EQ(twice, ir_difference(&b.graph, s[0], &s[1], 3, (Span){0, 0, 0}, NONE));
    bench_finish(&b);
}

TEST(sides_are_named_in_order) {
    CHECK(!strcmp(side_text(0), ""));
    CHECK(!strcmp(side_text(SIDE_LEFT), "left"));
    CHECK(!strcmp(side_text(SIDE_LEFT | SIDE_FRONT), "front left"));
    CHECK(!strcmp(side_text(SIDE_TOP | SIDE_BACK | SIDE_RIGHT), "top back right"));
    CHECK(!strcmp(side_text(SIDE_BOTTOM), "bottom"));
}

TEST_MAIN(TEST_CASE(table_matches_the_offsets), TEST_CASE(equal_contents_are_one_node),
          TEST_CASE(ten_thousand_nodes_stay_apart), TEST_CASE(hashes_depend_on_contents_only),
          TEST_CASE(transforms_compose_and_vanish), TEST_CASE(unions_and_differences_flatten),
          TEST_CASE(sides_are_named_in_order))
