// SPDX-License-Identifier: Apache-2.0
// Which leaves of an expression share a frame, and what is combined in which. On the kernel's grid
// faces in contact coincide exactly where they lie along the axes. So an expression is evaluated in
// the frame in which most leaves stand upright, and what shares another one is combined in that
// before: members of a union or an intersection, a difference's first operand with tools, tools
// among themselves. It is the same solid, as members of unions and intersections, and tools, may be
// taken in any order and groups.
//
// A turn is known by its three axes as lines: a box that stands on its side, or faces the other
// way, has the same planes.
#include "compiler/solid/combine.h"

// The rotation in a map whose columns are at right angles: unit columns, right-handed.
static bool rotation_of(const Affine3 *map, Affine3 *out) {
    Vec3 c[3];
    for (int j = 0; j < 3; j++) {
        c[j] = vec3_unit((Vec3){map->m[0][j], map->m[1][j], map->m[2][j]});
        if (vec3_norm(c[j]) == 0)
            return false;
    }
    if (fabs(vec3_dot(c[0], c[1])) > 1e-12 || fabs(vec3_dot(c[1], c[2])) > 1e-12 ||
        fabs(vec3_dot(c[2], c[0])) > 1e-12)
        return false;
    if (vec3_dot(vec3_cross(c[0], c[1]), c[2]) < 0)
        c[2] = vec3_scale(c[2], -1);
    *out = affine3_identity();
    for (int j = 0; j < 3; j++)
        out->m[0][j] = c[j].x, out->m[1][j] = c[j].y, out->m[2][j] = c[j].z;
    return true;
}

Affine3 csg_map_in_turn(const Affine3 *turn, const Affine3 *map) {
    Affine3 back = affine3_identity();
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            back.m[i][j] = turn->m[j][i];
    Affine3 out = affine3_mul(&back, map);
    for (int j = 0; j < 3; j++) {
        f64 scale = vec3_norm((Vec3){map->m[0][j], map->m[1][j], map->m[2][j]});
        if (fabs(scale - 1) < 1e-12)
            scale = 1;
        for (int i = 0; i < 3; i++) {
            f64 *v = &out.m[i][j];
            if (fabs(*v) <= 1e-12 * scale)
                *v = 0;
            else if (fabs(fabs(*v) - scale) <= 1e-12 * scale)
                *v = *v < 0 ? -scale : scale;
        }
    }
    return out;
}

// ---- turns ----

// A number that all 24 ways to name three axes agree in: a form of degree four, summed over them.
// Different turns have the same by accident only.
static f64 turn_key(const Affine3 *r) {
    f64 sum = 0;
    for (int j = 0; j < 3; j++) {
        f64 x = r->m[0][j], y = r->m[1][j], z = r->m[2][j];
        sum += x * x * (0.8147 * x * x + 0.3161 * x * y + 0.4139 * x * z) +
               y * y * (1.3727 * y * y + 0.6324 * y * z + 0.1832 * y * x) +
               z * z * (2.2785 * z * z + 0.9575 * z * x + 0.7491 * z * y);
    }
    return sum;
}
#define TURN_KEY_ERROR 1e-10 // far above what rounding makes of equal turns

typedef struct TurnedLeaf {
    f64 key;
    u32 leaf;
    Affine3 rotation;
} TurnedLeaf;

static int by_key(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    f64 x = ((const TurnedLeaf *)a)->key, y = ((const TurnedLeaf *)b)->key;
    return x < y ? -1 : x > y;
}

// The leaves that do not stand upright; those that lack it by rounding alone are set right.
static u32 list_turned(Csg *csg, CsgTurns *turns, TurnedLeaf *list) {
    static const Affine3 UPRIGHT = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {0, 0, 0}};
    u32 n = 0;
    for (u32 i = 0; i < turns->n_leaves; i++) {
        Affine3 *map = &csg->leaves.data[i].map, nearly = csg_map_in_turn(&UPRIGHT, map);
        turns->of_leaf[i] = NONE;
        if (csg_is_axis_map(&nearly))
            *map = nearly, turns->of_leaf[i] = 0;
        else if (rotation_of(map, &list[n].rotation)) {
            list[n].key = turn_key(&list[n].rotation);
            list[n++].leaf = i;
        }
    }
    return n;
}

static bool same_turn(const Affine3 *a, const Affine3 *b) {
    Affine3 between = csg_map_in_turn(a, b);
    return csg_is_axis_map(&between);
}

// Numbers the turns of a list sorted by key, from 1; each one's rotation is its lowest leaf's.
static void number_turns(CsgTurns *turns, const TurnedLeaf *list, u32 n, u32 *lowest) {
    turns->n = 1;
    for (u32 i = 0, from = 1; i < n; i++) { // from: turns before have keys too low
        while (from < turns->n && list[i].key - turn_key(&turns->rotations[from]) > TURN_KEY_ERROR)
            from++;
        u32 t = from;
        while (t < turns->n && !same_turn(&turns->rotations[t], &list[i].rotation))
            t++;
        if (t == turns->n)
            lowest[turns->n++] = NONE;
        if (list[i].leaf < lowest[t]) {
            lowest[t] = list[i].leaf;
            turns->rotations[t] = list[i].rotation;
        }
        turns->of_leaf[list[i].leaf] = t;
    }
}

// The turn of most leaves; of several the upright one, then that of the lowest leaf.
static void choose_frame(CsgTurns *turns, const u32 *lowest, Heap *heap) {
    u32 *count = HEAP_NEW(heap, u32, turns->n);
    for (u32 i = 0; i < turns->n_leaves; i++)
        if (turns->of_leaf[i] != NONE)
            count[turns->of_leaf[i]]++;
    turns->frame = 0;
    for (u32 t = 1; t < turns->n; t++) {
        u32 best = turns->frame;
        if (count[t] > count[best] || (count[t] == count[best] && best && lowest[t] < lowest[best]))
            turns->frame = t;
    }
    turns->is_mixed = count[turns->frame] < turns->n_leaves;
    heap_free(heap, count);
}

void csg_find_turns(Csg *csg, CsgTurns *out) {
    Heap *heap = csg->ctx->heap;
    u32 n = csg->leaves.len, upright = 0;
    *out = (CsgTurns){.n_leaves = n};
    while (upright < n && csg_is_axis_map(&csg->leaves.data[upright].map))
        upright++;
    if (upright == n)
        return;
    out->of_leaf = heap_alloc_raw(heap, n, sizeof(u32));
    out->rotations = heap_alloc_raw(heap, (size_t)n + 1, sizeof(Affine3));
    out->rotations[0] = affine3_identity();
    TurnedLeaf *list = heap_alloc_raw(heap, n, sizeof(TurnedLeaf));
    u32 *lowest = heap_alloc_raw(heap, (size_t)n + 1, sizeof(u32));
    u32 n_turned = list_turned(csg, out, list);
    sort_stable(heap, list, n_turned, sizeof(TurnedLeaf), by_key, NULL);
    number_turns(out, list, n_turned, lowest);
    choose_frame(out, lowest, heap);
    heap_free(heap, lowest);
    heap_free(heap, list);
}

void csg_free_turns(Csg *csg, CsgTurns *turns) {
    heap_free(csg->ctx->heap, turns->rotations);
    heap_free(csg->ctx->heap, turns->of_leaf);
}

// ---- operands ----

// An operand of a union, an intersection, or a tool.
typedef struct Operand {
    u32 node; // NONE: went into another
    u32 turn; // that all of its leaves share; NONE: they share none
    u32 place;
    Box3 box; // in the frame of its turn, while it is grouped
} Operand;

typedef struct Operands {
    VEC(Operand) list;
} Operands;

typedef struct Settling {
    Csg *csg;
    Heap *heap;
    CsgTurns *turns;
    u32 *turn_of; // of the nodes of the expression as it came
} Settling;

static bool is_leaf(const Settling *s, u32 node) {
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
        return csg_box_mapped(s->csg->bounds.data[node.first], &map);
    }
    Box3 box = box3_empty();
    for (u32 i = 0; i < node.len; i++)
        box = box3_join(box, box_in_turn(s, s->csg->args.data[node.first + i], turn));
    return box;
}

static u32 join_operands(Settling *s, CsgOp op, const Operand *list, u32 n) {
    u32 *kids = heap_alloc_raw(s->heap, n, sizeof(u32));
    for (u32 i = 0; i < n; i++)
        kids[i] = list[i].node;
    u32 node = csg_add_node(s->csg, op, kids, n, box3_empty());
    heap_free(s->heap, kids);
    return node;
}

// ---- groups ----

enum { SPLIT_DEPTH = 24 }; // of groups that are taken apart along one axis after the other

typedef struct Grouping {
    Settling *s;
    Operand *all; // by place
    CsgOp op;
    f64 margin;
} Grouping;

static int by_place(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    u32 x = ((const Operand *)a)->place, y = ((const Operand *)b)->place;
    return x < y ? -1 : x > y;
}

static int by_turn(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    u32 x = ((const Operand *)a)->turn, y = ((const Operand *)b)->turn;
    return x < y ? -1 : x > y;
}

static int by_start(const void *a, const void *b, const void *ctx) {
    u32 axis = *(const u32 *)ctx;
    f64 x = vec3_get(((const Operand *)a)->box.min, axis),
        y = vec3_get(((const Operand *)b)->box.min, axis);
    return x < y ? -1 : x > y;
}

// The result stands where the first of the group stood.
static void reduce_group(Grouping *g, Operand *list, u32 n) {
    Settling *s = g->s;
    if (n == 1 && is_leaf(s, list->node))
        return;
    sort_stable(s->heap, list, n, sizeof(Operand), by_place, NULL);
    u32 node = join_operands(s, g->op, list, n);
    for (u32 i = 0; i < n; i++)
        g->all[list[i].place].node = NONE;
    g->all[list->place].node = csg_reduce(s->csg, node, &s->turns->rotations[list->turn]);
}

// Parts operands of one turn by planes between their boxes, along axis first; unsplit: axes tried
// in vain. What such planes do not part is one group: those whose boxes meet, and few more.
static void split_group(Grouping *g, Operand *list, u32 n, u32 axis, u32 unsplit, u32 depth) {
    if (n == 1 || unsplit == 3 || depth == SPLIT_DEPTH) {
        reduce_group(g, list, n);
        return;
    }
    sort_stable(g->s->heap, list, n, sizeof(Operand), by_start, &axis);
    u32 first = 0, next = (axis + 1) % 3;
    f64 end = vec3_get(list->box.max, axis);
    for (u32 i = 1; i < n; i++) {
        if (vec3_get(list[i].box.min, axis) > end + g->margin) {
            split_group(g, list + first, i - first, next, 0, depth + 1);
            first = i;
        }
        end = fmax(end, vec3_get(list[i].box.max, axis));
    }
    split_group(g, list + first, n - first, next, first ? 0 : unsplit + 1, depth + 1);
}

// Operands [0, n) of one turn.
static void group_turn(Grouping *g, Operand *list, u32 n) {
    if (list->turn == NONE || list->turn == g->s->turns->frame)
        return;
    if (g->op == CSG_INTERSECTION) {
        reduce_group(g, list, n);
        return;
    }
    Box3 whole = box3_empty();
    for (u32 i = 0; i < n; i++) {
        list[i].box = box_in_turn(g->s, list[i].node, &g->s->turns->rotations[list->turn]);
        whole = box3_join(whole, list[i].box);
    }
    Vec3 size = box3_size(whole);
    g->margin = fmax(size.x, fmax(size.y, size.z)) * 0x1p-20;
    split_group(g, list, n, 0, 0, 0);
}

// Drops operands that went into others.
static void compact(Operands *ops) {
    u32 live = 0;
    for (u32 i = 0; i < ops->list.len; i++)
        if (ops->list.data[i].node != NONE)
            ops->list.data[live++] = ops->list.data[i];
    ops->list.len = live;
}

// Reduces what shares a turn other than the frame's.
static void group(Settling *s, Operands *ops, CsgOp op) {
    u32 n = ops->list.len;
    if (n == 0)
        return;
    Operand *sorted = heap_alloc_raw(s->heap, n, sizeof(Operand));
    for (u32 i = 0; i < n; i++)
        ops->list.data[i].place = i;
    memcpy(sorted, ops->list.data, n * sizeof(Operand));
    sort_stable(s->heap, sorted, n, sizeof(Operand), by_turn, NULL);
    Grouping g = {.s = s, .all = ops->list.data, .op = op};
    for (u32 i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end].turn == sorted[i].turn;)
            end++;
        group_turn(&g, sorted + i, end - i);
    }
    heap_free(s->heap, sorted);
    compact(ops);
}

// ---- the expression ----

static Operand settle(Settling *s, u32 node);

// The operands of a nest of unions, or of intersections.
static void collect(Settling *s, u32 id, CsgOp op, Operands *out) {
    CsgNode node = s->csg->nodes.data[id];
    if (node.op != op || s->turn_of[id] != NONE) {
        vec_push(s->heap, &out->list, settle(s, id));
        return;
    }
    for (u32 i = 0; i < node.len; i++)
        collect(s, s->csg->args.data[node.first + i], op, out);
}

// The tools of a nest of differences, the inner ones first; what they are taken from.
static u32 collect_tools(Settling *s, u32 id, Operands *out) {
    CsgNode node = s->csg->nodes.data[id];
    if (node.op != CSG_DIFFERENCE || s->turn_of[id] != NONE)
        return id;
    u32 base = collect_tools(s, s->csg->args.data[node.first], out);
    for (u32 i = 1; i < node.len; i++)
        collect(s, s->csg->args.data[node.first + i], CSG_UNION, out);
    return base;
}

// The first operand without the tools of its turn, which are taken from the list.
static void cut_in_turn(Settling *s, Operand *base, Operands *tools) {
    if (base->turn == NONE || base->turn == s->turns->frame)
        return;
    Operands own = {0};
    vec_push(s->heap, &own.list, *base);
    for (u32 i = 0; i < tools->list.len; i++)
        if (tools->list.data[i].turn == base->turn) {
            vec_push(s->heap, &own.list, tools->list.data[i]);
            tools->list.data[i].node = NONE;
        }
    compact(tools);
    if (own.list.len > 1 || !is_leaf(s, base->node)) {
        u32 node = join_operands(s, CSG_DIFFERENCE, own.list.data, own.list.len);
        base->node = csg_reduce(s->csg, node, &s->turns->rotations[base->turn]);
    }
    vec_free(s->heap, &own.list);
}

static u32 settle_difference(Settling *s, u32 id) {
    Operands tools = {0}, all = {0};
    u32 first = collect_tools(s, id, &tools);
    Operand base = settle(s, first);
    cut_in_turn(s, &base, &tools);
    group(s, &tools, CSG_UNION);
    vec_push(s->heap, &all.list, base);
    for (u32 i = 0; i < tools.list.len; i++)
        vec_push(s->heap, &all.list, tools.list.data[i]);
    u32 node = join_operands(s, CSG_DIFFERENCE, all.list.data, all.list.len);
    vec_free(s->heap, &all.list);
    vec_free(s->heap, &tools.list);
    return node;
}

static u32 settle_members(Settling *s, u32 id) {
    Operands ops = {0};
    CsgOp op = s->csg->nodes.data[id].op;
    collect(s, id, op, &ops);
    group(s, &ops, op);
    u32 node = join_operands(s, op, ops.list.data, ops.list.len);
    vec_free(s->heap, &ops.list);
    return node;
}

static Operand settle(Settling *s, u32 node) {
    if (is_leaf(s, node) || s->turn_of[node] != NONE)
        return (Operand){.node = node, .turn = s->turn_of[node]};
    bool is_difference = s->csg->nodes.data[node].op == CSG_DIFFERENCE;
    return (Operand){.node = is_difference ? settle_difference(s, node) : settle_members(s, node),
                     .turn = NONE};
}

u32 csg_settle(Csg *csg, CsgTurns *turns, u32 root) {
    Heap *heap = csg->ctx->heap;
    Settling s = {.csg = csg, .heap = heap, .turns = turns};
    s.turn_of = heap_alloc_raw(heap, csg->nodes.len, sizeof(u32));
    find_node_turns(&s);
    u32 n_nodes = csg->nodes.len, n_args = csg->args.len, n_leaves = csg->leaves.len;
    u32 node = settle(&s, root).node;
    heap_free(heap, s.turn_of);
    if (csg->leaves.len > n_leaves)
        return node;
    csg->nodes.len = csg->boxes.len = n_nodes; // nothing was reduced
    csg->args.len = n_args;
    return root;
}
