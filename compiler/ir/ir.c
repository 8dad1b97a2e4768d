// SPDX-License-Identifier: Apache-2.0
// The graph of solids is hash-consed: asking twice for a node with the same contents gives the same
// id, so four equal legs are one node, and equality of whole subtrees is equality of two integers.
// A node's hash is made of its contents only (never of ids, addresses or places in the text), so it
// is the key of caches that outlive one compilation. The builders at the end keep a few normal
// forms, so that what means the same thing is more often the same node.
#include "compiler/ir/ir.h"

#include "base/map.h"
#include "base/vec.h"
#include "compiler/ir/ir_internal.h"

#include <assert.h>

// ---- the table: counted first, then filled ----

#define F(kind, field, n) +1
#define V(kind, field, group) +1
#define IR_NODE(kind, name, sort, child_sort, min, max, fields)                                    \
    enum { IR_##kind##_n_fields = 0 fields };
#include "compiler/ir/ir_nodes.def"
#undef IR_NODE
#undef F
#undef V

#define F(kind, field, n) {#field, IR_##kind##_##field, n, false},
#define V(kind, field, group) {#field, IR_##kind##_##field, group, true},
#define IR_NODE(kind, name, sort, child_sort, min, max, fields)                                    \
    {name, IR_SORT_##sort,     IR_SORT_##child_sort, min,                                          \
     max,  IR_##kind##_n_nums, IR_##kind##_n_fields, {fields}},
static const IrInfo infos[IR_KIND_COUNT] = {
#include "compiler/ir/ir_nodes.def"
};
#undef IR_NODE
#undef F
#undef V

const IrInfo *ir_info(IrKind kind) {
    assert(kind < IR_KIND_COUNT);
    return &infos[kind];
}

// The sort that child i of a node must have.
static IrSort child_sort_at(const IrInfo *info, u32 i) {
    if (info->child_sort != IR_SORT_PROFILE_PATH)
        return info->child_sort;
    return i == 0 ? IR_SORT_PROFILE : IR_SORT_PATH;
}

const char *ir_shape_fault(const IrGraph *graph, IrKind kind, const IrId *children, u32 n_children,
                           u32 n_nums) {
    const IrInfo *info = ir_info(kind);
    if (n_children < info->min_children)
        return "too few children";
    if (n_children > info->max_children)
        return "too many children";
    for (u32 i = 0; i < n_children; i++) {
        if (children[i] >= graph->len)
            return "a child that is not above";
        if (infos[graph->nodes[children[i]].kind].sort != child_sort_at(info, i))
            return "a child of the wrong sort";
    }
    if (n_nums < info->n_fixed)
        return "too few numbers";
    const IrField *last = info->n_fields ? &info->fields[info->n_fields - 1] : NULL;
    u32 tail = n_nums - info->n_fixed;
    if (last && last->is_tail ? tail % last->count != 0 : tail != 0)
        return "a wrong number of numbers";
    if (kind == IR_XFORM && graph->nodes[children[0]].kind == IR_XFORM)
        return "a transform of a transform";
    return NULL;
}

// ---- hash-consing ----

void ir_init(IrGraph *graph, Arena *arena) {
    *graph = (IrGraph){.arena = arena};
}

static u64 bits_of(f64 value) {
    u64 bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

// The kind goes in by its name, so that new rows in the table leave the hashes of old nodes alone.
static u64 hash_contents(const IrGraph *graph, const IrNode *node) {
    u64 hash = str_hash(str_from(infos[node->kind].name));
    hash = hash_combine(hash, node->n_children);
    for (u32 i = 0; i < node->n_children; i++)
        hash = hash_combine(hash, graph->nodes[node->children[i]].hash);
    hash = hash_combine(hash, node->n_nums);
    for (u32 i = 0; i < node->n_nums; i++)
        hash = hash_combine(hash, bits_of(node->nums[i]));
    return hash_combine(hash, node->text.len ? str_hash(node->text) : 0);
}

static bool same_contents(const IrNode *a, const IrNode *b) {
    if (a->hash != b->hash || a->kind != b->kind || a->n_children != b->n_children ||
        a->n_nums != b->n_nums || !str_equal(a->text, b->text))
        return false;
    for (u32 i = 0; i < a->n_children; i++)
        if (a->children[i] != b->children[i])
            return false;
    for (u32 i = 0; i < a->n_nums; i++)
        if (bits_of(a->nums[i]) != bits_of(b->nums[i]))
            return false;
    return true;
}

// The slot of the node, or the free one where it belongs.
static u32 find_slot(const IrGraph *graph, const IrNode *node) {
    u32 mask = graph->n_slots - 1;
    u32 slot = (u32)node->hash & mask;
    while (graph->slots[slot] && !same_contents(&graph->nodes[graph->slots[slot] - 1], node))
        slot = (slot + 1) & mask;
    return slot;
}

// Keeps the table at most half full. The old one stays in the arena: all of them together are less
// than twice the last.
static void grow_slots(IrGraph *graph) {
    if (graph->len + 1 <= graph->n_slots / 2)
        return;
    graph->n_slots = graph->n_slots ? graph->n_slots * 2 : 64;
    graph->slots = ARENA_NEW(graph->arena, u32, graph->n_slots);
    u32 mask = graph->n_slots - 1;
    for (u32 id = 0; id < graph->len; id++) {
        u32 slot = (u32)graph->nodes[id].hash & mask;
        while (graph->slots[slot])
            slot = (slot + 1) & mask;
        graph->slots[slot] = id + 1;
    }
}

static void *copy_array(Arena *arena, const void *from, u32 n, size_t size) {
    if (!n)
        return NULL;
    void *to = arena_alloc(arena, n, size);
    memcpy(to, from, n * size);
    return to;
}

static IrId append_node(IrGraph *graph, u32 slot, const IrNode *node) {
    if (graph->len == graph->cap)
        graph->nodes = vec_grow_arena(graph->arena, graph->nodes, graph->len, &graph->cap,
                                      (size_t)graph->len + 1, sizeof(IrNode));
    IrNode *to = &graph->nodes[graph->len];
    *to = *node;
    to->children = copy_array(graph->arena, node->children, node->n_children, sizeof(IrId));
    to->nums = copy_array(graph->arena, node->nums, node->n_nums, sizeof(f64));
    to->text = node->text.len ? str_copy(graph->arena, node->text) : (Str){"", 0};
    graph->slots[slot] = graph->len + 1;
    return graph->len++;
}

IrId ir_node(IrGraph *graph, IrKind kind, const IrId *children, u32 n_children, const f64 *nums,
             u32 n_nums, Str text, Span span, u32 call) {
    assert(!ir_shape_fault(graph, kind, children, n_children, n_nums));
    ArenaMark mark = arena_mark(graph->arena);
    f64 few[16];
    f64 *clean = n_nums <= COUNT_OF(few) ? few : ARENA_NEW(graph->arena, f64, n_nums);
    for (u32 i = 0; i < n_nums; i++) {
        assert(!isnan(nums[i]));
        clean[i] = nums[i] == 0 ? 0 : nums[i]; // -0 too
    }
    IrNode node = {.kind = kind,
                   .children = children,
                   .n_children = n_children,
                   .nums = clean,
                   .n_nums = n_nums,
                   .text = text,
                   .span = span,
                   .call = call};
    node.hash = hash_contents(graph, &node);
    if (graph->n_slots) {
        u32 slot = find_slot(graph, &node);
        if (graph->slots[slot]) {
            arena_reset(graph->arena, mark);
            return graph->slots[slot] - 1;
        }
    }
    grow_slots(graph);
    return append_node(graph, find_slot(graph, &node), &node);
}

// ---- normalising builders ----

static Affine3 map_of(const IrNode *xform) {
    Affine3 map;
    for (u32 i = 0; i < 9; i++)
        map.m[i / 3][i % 3] = xform->nums[IR_XFORM_m + i];
    const f64 *t = &xform->nums[IR_XFORM_t];
    map.t = vec3(t[0], t[1], t[2]);
    return map;
}

IrId ir_strip_xform(const IrGraph *graph, IrId id, Affine3 *map) {
    assert(id < graph->len);
    const IrNode *node = &graph->nodes[id];
    if (node->kind != IR_XFORM) {
        *map = affine3_identity();
        return id;
    }
    *map = map_of(node);
    return node->children[0];
}

IrId ir_xform(IrGraph *graph, IrId solid, const Affine3 *map, Span span, u32 call) {
    Affine3 inner;
    IrId child = ir_strip_xform(graph, solid, &inner);
    Affine3 whole = child == solid ? *map : affine3_mul(map, &inner);
    if (affine3_is_identity(&whole))
        return child;
    f64 nums[12];
    for (u32 i = 0; i < 9; i++)
        nums[IR_XFORM_m + i] = whole.m[i / 3][i % 3];
    nums[IR_XFORM_t] = whole.t.x;
    nums[IR_XFORM_t + 1] = whole.t.y;
    nums[IR_XFORM_t + 2] = whole.t.z;
    return ir_node(graph, IR_XFORM, &child, 1, nums, COUNT_OF(nums), (Str){"", 0}, span, call);
}

// ids with each node of the given kind replaced by its children. Such nodes hold none of their own
// kind, so one level is all there is.
static IrId *flatten(IrGraph *graph, IrKind kind, const IrId *ids, u32 n, u32 *n_out) {
    size_t total = 0;
    for (u32 i = 0; i < n; i++) {
        const IrNode *node = &graph->nodes[ids[i]];
        total += node->kind == kind ? node->n_children : 1;
    }
    assert(total < NONE);
    IrId *out = ARENA_NEW(graph->arena, IrId, total);
    u32 len = 0;
    for (u32 i = 0; i < n; i++) {
        const IrNode *node = &graph->nodes[ids[i]];
        const IrId *from = node->kind == kind ? node->children : &ids[i];
        u32 n_from = node->kind == kind ? node->n_children : 1;
        for (u32 k = 0; k < n_from; k++)
            out[len++] = from[k];
    }
    *n_out = len;
    return out;
}

IrId ir_union(IrGraph *graph, const IrId *solids, u32 n, Span span, u32 call) {
    assert(n >= 1);
    if (n == 1)
        return solids[0];
    u32 len;
    IrId *flat = flatten(graph, IR_UNION, solids, n, &len);
    return ir_node(graph, IR_UNION, flat, len, NULL, 0, (Str){"", 0}, span, call);
}

IrId ir_difference(IrGraph *graph, IrId from, const IrId *tools, u32 n, Span span, u32 call) {
    if (n == 0)
        return from;
    const IrNode *node = &graph->nodes[from];
    u32 n_first = node->kind == IR_DIFFERENCE ? node->n_children : 1;
    IrId *all = ARENA_NEW(graph->arena, IrId, (size_t)n_first + n);
    for (u32 i = 0; i < n_first; i++)
        all[i] = node->kind == IR_DIFFERENCE ? node->children[i] : from;
    for (u32 i = 0; i < n; i++)
        all[n_first + i] = tools[i];
    return ir_node(graph, IR_DIFFERENCE, all, n_first + n, NULL, 0, (Str){"", 0}, span, call);
}

// ---- sides ----

const char *side_text(u32 sides) {
    // [bottom, top, neither][front, back, neither][left, right, neither]
    static const char *const texts[3][3][3] = {
        {{"bottom front left", "bottom front right", "bottom front"},
         {"bottom back left", "bottom back right", "bottom back"},
         {"bottom left", "bottom right", "bottom"}},
        {{"top front left", "top front right", "top front"},
         {"top back left", "top back right", "top back"},
         {"top left", "top right", "top"}},
        {{"front left", "front right", "front"},
         {"back left", "back right", "back"},
         {"left", "right", ""}},
    };
    u32 z = sides & SIDE_BOTTOM ? 0 : sides & SIDE_TOP ? 1 : 2;
    u32 y = sides & SIDE_FRONT ? 0 : sides & SIDE_BACK ? 1 : 2;
    u32 x = sides & SIDE_LEFT ? 0 : sides & SIDE_RIGHT ? 1 : 2;
    return texts[z][y][x];
}
