// SPDX-License-Identifier: Apache-2.0
// What is combined in which frame. On the kernel's grid faces in contact coincide exactly where
// they lie along the axes. So an expression is evaluated in the frame in which most leaves stand
// upright, and what shares another one is combined in that before: members of a union or an
// intersection, a difference's first operand with tools, tools among themselves. Then what still
// touches in planes that the frame does not have is joined (joins.c). It is the same solid, as
// members of unions and intersections, and tools, may be taken in any order and groups.
#include "compiler/solid/settle.h"

// ---- operands ----

bool settle_is_leaf(const Settling *s, u32 node) {
    return s->csg->nodes.data[node].op == CSG_LEAF;
}

// Children come before what uses them.
static void find_node_turns(Settling *s) {
    const Csg *csg = s->csg;
    for (u32 i = 0; i < csg->nodes.len; i++) {
        CsgNode node = csg->nodes.data[i];
        u32 turn = node.op == CSG_LEAF ? s->turns->of_leaf[node.first]
                                       : s->turn_of[csg->args.data[node.first]];
        for (u32 k = 1; k < node.len && node.op != CSG_LEAF; k++)
            if (s->turn_of[csg->args.data[node.first + k]] != turn)
                turn = NONE;
        s->turn_of[i] = turn;
    }
}

// Around all leaves of a node whose leaves share a turn, in its frame.
static Box3 box_in_turn(const Settling *s, u32 id, const Affine3 *turn) {
    CsgNode node = s->csg->nodes.data[id];
    if (node.op == CSG_LEAF) {
        Affine3 map = csg_map_in_turn(turn, &s->csg->leaves.data[node.first].map);
        Box3 bounds = s->csg->bounds.data[node.first];
        return box3_is_empty(bounds) ? bounds : csg_box_mapped(bounds, &map);
    }
    Box3 box = box3_empty();
    for (u32 i = 0; i < node.len; i++)
        box = box3_join(box, box_in_turn(s, s->csg->args.data[node.first + i], turn));
    return box;
}

Box3 settle_box(const Settling *s, u32 id) {
    CsgNode node = s->csg->nodes.data[id];
    if (node.op == CSG_LEAF)
        return s->csg->boxes.data[id];
    Box3 box = box3_empty();
    for (u32 i = 0; i < node.len; i++)
        box = box3_join(box, settle_box(s, s->csg->args.data[node.first + i]));
    return box;
}

u32 settle_node(Settling *s, CsgOp op, const Operands *ops, const u32 *places, u32 n) {
    u32 *kids = heap_alloc_raw(s->heap, n, sizeof(u32));
    for (u32 i = 0; i < n; i++)
        kids[i] = ops->list.data[places[i]].node;
    u32 node = csg_add_node(s->csg, op, kids, n, box3_empty());
    heap_free(s->heap, kids);
    return node;
}

u32 settle_reduce(Settling *s, u32 node, u32 turn) {
    const Affine3 *from = &s->turns->rotations[turn];
    Affine3 to = csg_turned_back(from);
    return csg_reduce(s->csg, node, &to, from);
}

void settle_replace(Operands *ops, const u32 *places, u32 n, u32 node) {
    for (u32 i = 1; i < n; i++) {
        ops->list.data[places[i]].node = NONE;
        ops->list.data[places[i]].into = places[0];
    }
    ops->list.data[places[0]].node = node;
}

// ---- boxes apart ----

enum { PART_DEPTH = 24 };

typedef struct Parting {
    Heap *heap;
    f64 margin;
    SettleGroupFn group;
    void *ctx;
} Parting;

static int by_start(const void *a, const void *b, const void *ctx) {
    u32 axis = *(const u32 *)ctx;
    f64 x = vec3_get(((const SettleBox *)a)->box.min, axis),
        y = vec3_get(((const SettleBox *)b)->box.min, axis);
    return x < y ? -1 : x > y;
}

// Along axis first; in_vain: axes that parted nothing.
static void part(const Parting *p, SettleBox *list, u32 n, u32 axis, u32 in_vain, u32 depth) {
    if (n == 1 || in_vain == 3 || depth == PART_DEPTH) {
        p->group(p->ctx, list, n);
        return;
    }
    sort_stable(p->heap, list, n, sizeof(SettleBox), by_start, &axis);
    u32 first = 0, next = (axis + 1) % 3;
    f64 end = vec3_get(list->box.max, axis);
    for (u32 i = 1; i < n; i++) {
        if (vec3_get(list[i].box.min, axis) > end + p->margin) {
            part(p, list + first, i - first, next, 0, depth + 1);
            first = i;
        }
        end = fmax(end, vec3_get(list[i].box.max, axis));
    }
    part(p, list + first, n - first, next, first ? 0 : in_vain + 1, depth + 1);
}

void settle_part(Heap *heap, SettleBox *list, u32 n, f64 margin, SettleGroupFn group, void *ctx) {
    Parting p = {heap, margin, group, ctx};
    if (n)
        part(&p, list, n, 0, 0, 0);
}

// ---- what shares a turn ----

typedef struct Grouping {
    Settling *s;
    Operands *ops;
    CsgOp op;
    u32 turn;
    const u8 *wanted; // by place: only groups that hold such; NULL: all
} Grouping;

static bool is_wanted(const Grouping *g, const u32 *places, u32 n) {
    bool found = !g->wanted;
    for (u32 i = 0; i < n && !found; i++)
        found = g->wanted[places[i]];
    return found;
}

// places upwards: the result stands at the first.
static void reduce_group(const Grouping *g, CsgOp op, const u32 *places, u32 n) {
    if (!is_wanted(g, places, n) ||
        (n == 1 && settle_is_leaf(g->s, g->ops->list.data[*places].node)))
        return;
    u32 node = settle_node(g->s, op, g->ops, places, n);
    settle_replace(g->ops, places, n, settle_reduce(g->s, node, g->turn));
}

static int by_number(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    u32 x = *(const u32 *)a, y = *(const u32 *)b;
    return x < y ? -1 : x > y;
}

static void reduce_boxes(void *ctx, SettleBox *list, u32 n) {
    const Grouping *g = ctx;
    u32 *places = heap_alloc_raw(g->s->heap, n, sizeof(u32));
    for (u32 i = 0; i < n; i++)
        places[i] = list[i].id;
    sort_stable(g->s->heap, places, n, sizeof(u32), by_number, NULL);
    reduce_group(g, CSG_UNION, places, n);
    heap_free(g->s->heap, places);
}

// Members of a union, or tools, that share the turn: those whose boxes there meet.
static void reduce_near(Grouping *g, const u32 *places, u32 n) {
    Box3 whole = box3_empty();
    SettleBox *boxes = heap_alloc_raw(g->s->heap, n, sizeof(SettleBox));
    const Affine3 *turn = &g->s->turns->rotations[g->turn];
    for (u32 i = 0; i < n; i++) {
        boxes[i].box = box_in_turn(g->s, g->ops->list.data[places[i]].node, turn);
        boxes[i].id = places[i];
        whole = box3_join(whole, boxes[i].box);
    }
    Vec3 size = box3_size(whole);
    f64 margin = fmax(size.x, fmax(size.y, size.z)) * 0x1p-20;
    settle_part(g->s->heap, boxes, n, margin, reduce_boxes, g);
    heap_free(g->s->heap, boxes);
}

void settle_alike(Settling *s, Operands *ops, CsgOp op, const u32 *places, u32 n, u32 turn,
                  const u8 *wanted) {
    Grouping g = {s, ops, op, turn, wanted};
    if (op == CSG_INTERSECTION || (op == CSG_DIFFERENCE && places[0] == 0))
        reduce_group(&g, op, places, n);
    else
        reduce_near(&g, places, n);
}

static void settle_turns(Settling *s, Operands *ops, CsgOp op) {
    u32 n = ops->list.len;
    Keyed *order = heap_alloc_raw(s->heap, 2 * (size_t)n, sizeof(Keyed));
    u32 *places = heap_alloc_raw(s->heap, n, sizeof(u32));
    for (u32 i = 0; i < n; i++)
        order[i] = (Keyed){ops->list.data[i].turn, i};
    sort_keyed(order, order + n, n);
    for (u32 i = 0; i < n; i++)
        places[i] = order[i].value;
    for (u32 i = 0, end; i < n; i = end) {
        u32 turn = (u32)order[i].key;
        for (end = i + 1; end < n && order[end].key == turn;)
            end++;
        if (turn != NONE && turn != s->turns->frame)
            settle_alike(s, ops, op, places + i, end - i, turn, NULL);
    }
    heap_free(s->heap, places);
    heap_free(s->heap, order);
}

// ---- the expression ----

static u32 settle(Settling *s, u32 node);

static void add_operand(Settling *s, u32 id, Operands *out) {
    vec_push(s->heap, &out->list, (Operand){settle(s, id), s->turn_of[id], NONE});
}

// The operands of a nest of unions, or of intersections.
static void collect(Settling *s, u32 id, CsgOp op, Operands *out) {
    CsgNode node = s->csg->nodes.data[id];
    if (node.op != op || s->turn_of[id] != NONE) {
        add_operand(s, id, out);
        return;
    }
    for (u32 i = 0; i < node.len; i++)
        collect(s, s->csg->args.data[node.first + i], op, out);
}

// What a nest of differences takes its tools from, and those, the inner ones first.
static void collect_difference(Settling *s, u32 id, Operands *out) {
    CsgNode node = s->csg->nodes.data[id];
    if (node.op != CSG_DIFFERENCE || s->turn_of[id] != NONE) {
        add_operand(s, id, out);
        return;
    }
    collect_difference(s, s->csg->args.data[node.first], out);
    for (u32 i = 1; i < node.len; i++)
        collect(s, s->csg->args.data[node.first + i], CSG_UNION, out);
}

static u32 settle(Settling *s, u32 id) {
    CsgOp op = s->csg->nodes.data[id].op;
    if (op == CSG_LEAF || s->turn_of[id] != NONE)
        return id;
    Operands ops = {0};
    if (op == CSG_DIFFERENCE)
        collect_difference(s, id, &ops);
    else
        collect(s, id, op, &ops);
    settle_turns(s, &ops, op);
    settle_contacts(s, &ops, op);
    u32 live = 0, *places = heap_alloc_raw(s->heap, ops.list.len, sizeof(u32));
    for (u32 i = 0; i < ops.list.len; i++)
        if (ops.list.data[i].node != NONE)
            places[live++] = i;
    u32 node = settle_node(s, op, &ops, places, live);
    heap_free(s->heap, places);
    vec_free(s->heap, &ops.list);
    return node;
}

u32 csg_settle(Csg *csg, CsgTurns *turns, u32 root) {
    Heap *heap = csg->ctx->heap;
    Settling s = {.csg = csg, .heap = heap, .turns = turns};
    s.turn_of = heap_alloc_raw(heap, csg->nodes.len, sizeof(u32));
    find_node_turns(&s);
    u32 n_nodes = csg->nodes.len, n_args = csg->args.len, n_leaves = csg->leaves.len;
    csg->first_part = n_leaves;
    u32 node = settle(&s, root);
    heap_free(heap, s.turn_of);
    if (csg->leaves.len > n_leaves)
        return node;
    csg->nodes.len = csg->boxes.len = n_nodes; // nothing was reduced
    csg->args.len = n_args;
    return root;
}
