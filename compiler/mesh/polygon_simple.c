// SPDX-License-Identifier: Apache-2.0
// Is a region made of simple loops? Every pair of edges whose boxes meet is tested with exact
// predicates on the doubles as they are, without a grid: what the user wrote is judged, not what
// rounding made of it.
#include "compiler/mesh/polygon_internal.h"

#include "compiler/mesh/query_boxes.h"

typedef struct EdgeRef {
    u32 loop, next; // next: the point where the edge ends
} EdgeRef;

typedef struct Simple {
    const Region *region;
    EdgeRef *edges; // by point
} Simple;

// c lies on the line through a and b: is it between them?
static bool is_between(Vec2 a, Vec2 b, Vec2 c) {
    return a.x != b.x ? (c.x >= fmin(a.x, b.x) && c.x <= fmax(a.x, b.x))
                      : (c.y >= fmin(a.y, b.y) && c.y <= fmax(a.y, b.y));
}

static Vec2 crossing_point(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
    f64 den = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x);
    f64 t = den != 0 ? ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / den : 0;
    return (Vec2){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
}

// An end of one edge on the other; false: none.
static bool find_touch(Vec2 a, Vec2 b, Vec2 c, Vec2 d, const int turns[4], Vec2 *where) {
    const Vec2 ends[4] = {c, d, a, b};
    for (u32 k = 0; k < 4; k++) {
        bool on_line = turns[k] == 0;
        if (on_line && (k < 2 ? is_between(a, b, ends[k]) : is_between(c, d, ends[k]))) {
            *where = ends[k];
            return true;
        }
    }
    return false;
}

// Neighbours a-b-c: only folding back on itself counts.
static bool folds_back(Vec2 a, Vec2 b, Vec2 c) {
    return orient2d(a, b, c) == 0 && (a.x - b.x) * (c.x - b.x) + (a.y - b.y) * (c.y - b.y) > 0;
}

static bool edges_conflict(const Simple *s, u32 i, u32 j, Vec2 *where) {
    const Vec2 *p = s->region->points;
    Vec2 a = p[i], b = p[s->edges[i].next], c = p[j], d = p[s->edges[j].next];
    if (s->edges[i].next == j || s->edges[j].next == i) {
        bool i_first = s->edges[i].next == j;
        *where = i_first ? b : d;
        return i_first ? folds_back(a, b, d) : folds_back(c, d, b);
    }
    int turns[4] = {orient2d(a, b, c), orient2d(a, b, d), orient2d(c, d, a), orient2d(c, d, b)};
    if (turns[0] * turns[1] < 0 && turns[2] * turns[3] < 0) {
        *where = crossing_point(a, b, c, d);
        return true;
    }
    if (!find_touch(a, b, c, d, turns, where))
        return false;
    if (s->edges[i].loop == s->edges[j].loop)
        return true;
    // Other loops may touch, unless the edges run along each other.
    if (turns[0] != 0 || turns[1] != 0)
        return false;
    u32 n_ends = (u32)is_between(a, b, c) + (u32)is_between(a, b, d) + (u32)is_between(c, d, a) +
                 (u32)is_between(c, d, b);
    return n_ends > 2 ||
           !(vec2_equal(a, c) || vec2_equal(a, d) || vec2_equal(b, c) || vec2_equal(b, d));
}

static bool find_conflict(const Simple *s, const BoxTree *tree, const Box3 *boxes, u32 i,
                          Vec2 *where) {
    u32 stack[BOX_TREE_DEPTH_MAX + 1], len = 0, first = NONE;
    stack[len++] = 0;
    while (len) {
        u32 at = stack[--len];
        const BoxNode *node = &tree->nodes[at];
        if (!box3_touch(node->box, boxes[i], 0))
            continue;
        for (u32 k = node->right; k < node->right + node->len; k++) {
            u32 j = tree->items[k];
            Vec2 place;
            if (j > i && j < first && box3_touch(boxes[j], boxes[i], 0) &&
                edges_conflict(s, i, j, &place)) {
                first = j;
                *where = place;
            }
        }
        if (!node->len) {
            stack[len++] = node->right;
            stack[len++] = at + 1;
        }
    }
    return first != NONE;
}

// Loops of less than three points and edges of no length; lists the edges. False: such a place.
static bool list_edges(const Region *region, EdgeRef *edges, Box3 *boxes, Vec2 *where) {
    for (u32 l = 0; l < region->n_loops; l++) {
        u32 from = region->starts[l], to = region->starts[l + 1];
        for (u32 i = from; i < to; i++) {
            u32 next = i + 1 < to ? i + 1 : from;
            Vec2 a = region->points[i], b = region->points[next];
            *where = a;
            if (to - from < 3 || vec2_equal(a, b))
                return false;
            edges[i] = (EdgeRef){l, next};
            boxes[i] =
                (Box3){{fmin(a.x, b.x), fmin(a.y, b.y), 0}, {fmax(a.x, b.x), fmax(a.y, b.y), 0}};
        }
    }
    return true;
}

bool region_is_simple(Heap *heap, const Region *region, Vec2 *where) {
    u32 n = region_count(region);
    Vec2 place = {0, 0};
    EdgeRef *edges = heap_alloc_raw(heap, n, sizeof *edges);
    Box3 *boxes = heap_alloc_raw(heap, n, sizeof *boxes);
    bool is_simple = list_edges(region, edges, boxes, &place);
    if (is_simple && n) {
        Simple s = {region, edges};
        BoxTree tree;
        box_tree_init(&tree, heap, boxes, n);
        for (u32 i = 0; i < n && is_simple; i++)
            is_simple = !find_conflict(&s, &tree, boxes, i, &place);
        box_tree_finish(&tree, heap);
    }
    heap_free(heap, edges);
    heap_free(heap, boxes);
    if (!is_simple && where)
        *where = place;
    return is_simple;
}
