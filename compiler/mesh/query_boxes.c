// SPDX-License-Identifier: Apache-2.0
// Building a bounding-volume tree top down: the items of a node are cut in two where the sum of
// (surface x items) of the halves is least, estimated over bins along the longest axis of the
// items' centres (Wald 2007, "On fast construction of SAH-based bounding volume hierarchies").
// Below a depth that no sensible input reaches, halves are equal, which bounds the depth.
#include "compiler/mesh/query_boxes.h"

#include <string.h>

enum { N_BINS = 16, DEPTH_HALVES = 32 };

typedef struct Build {
    BoxTree *tree;
    const Box3 *boxes;
    u32 *scratch;
} Build;

static inline f64 min_of(f64 a, f64 b) {
    return a < b ? a : b;
} // fmin is a call
static inline f64 max_of(f64 a, f64 b) {
    return a > b ? a : b;
}

static inline Box3 join(Box3 a, Box3 b) {
    return (Box3){{min_of(a.min.x, b.min.x), min_of(a.min.y, b.min.y), min_of(a.min.z, b.min.z)},
                  {max_of(a.max.x, b.max.x), max_of(a.max.y, b.max.y), max_of(a.max.z, b.max.z)}};
}

// Twice the centre: halving is not needed to compare.
static f64 center_along(const Box3 *box, u32 axis) {
    return vec3_get(box->min, axis) + vec3_get(box->max, axis);
}

static f64 half_surface(Box3 b) {
    Vec3 s = box3_size(b);
    return box3_is_empty(b) ? 0 : s.x * s.y + s.y * s.z + s.z * s.x;
}

static u32 bin_of(f64 center, f64 low, f64 scale) {
    f64 at = (center - low) * scale;
    return at >= N_BINS - 1 ? N_BINS - 1 : at > 0 ? (u32)at : 0;
}

// Items that go left come first, order kept; returns their number.
static u32 partition(const Build *b, u32 *items, u32 n, u32 axis, f64 low, f64 scale,
                     u32 last_left) {
    u32 n_left = 0, n_right = 0;
    for (u32 i = 0; i < n; i++) {
        if (bin_of(center_along(&b->boxes[items[i]], axis), low, scale) <= last_left)
            items[n_left++] = items[i];
        else
            b->scratch[n_right++] = items[i];
    }
    memcpy(items + n_left, b->scratch, n_right * sizeof *items);
    return n_left;
}

// The best bin to end the left half with, and its cost.
static f64 best_split(const Build *b, const u32 *items, u32 n, u32 axis, f64 low, f64 scale,
                      u32 *last_left) {
    Box3 box[N_BINS], right[N_BINS], left = box3_empty();
    u32 count[N_BINS] = {0}, n_right[N_BINS], n_left = 0;
    for (u32 k = 0; k < N_BINS; k++)
        box[k] = box3_empty();
    for (u32 i = 0; i < n; i++) {
        u32 k = bin_of(center_along(&b->boxes[items[i]], axis), low, scale);
        box[k] = join(box[k], b->boxes[items[i]]);
        count[k]++;
    }
    right[N_BINS - 1] = box[N_BINS - 1];
    n_right[N_BINS - 1] = count[N_BINS - 1];
    for (u32 k = N_BINS - 1; k-- > 0;) {
        right[k] = join(right[k + 1], box[k]);
        n_right[k] = n_right[k + 1] + count[k];
    }
    f64 best = INFINITY;
    for (u32 k = 0; k + 1 < N_BINS; k++) {
        left = join(left, box[k]);
        n_left += count[k];
        f64 cost = half_surface(left) * n_left + half_surface(right[k + 1]) * n_right[k + 1];
        if (n_left && n_right[k + 1] && cost < best) {
            best = cost;
            *last_left = k;
        }
    }
    return best;
}

static u32 split_items(const Build *b, u32 *items, u32 n, u32 depth) {
    Box3 centers = box3_empty();
    for (u32 i = 0; i < n; i++) {
        Vec3 center = vec3_add(b->boxes[items[i]].min, b->boxes[items[i]].max);
        centers = join(centers, (Box3){center, center});
    }
    Vec3 size = box3_size(centers);
    u32 axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2;
    f64 extent = vec3_get(size, axis), low = vec3_get(centers.min, axis);
    if (depth >= DEPTH_HALVES || !(extent > 0) || !isfinite(N_BINS / extent))
        return n / 2;
    u32 last_left = 0;
    f64 scale = N_BINS / extent;
    if (!isfinite(best_split(b, items, n, axis, low, scale, &last_left)))
        return n / 2;
    return partition(b, items, n, axis, low, scale, last_left);
}

static void build_node(Build *b, u32 first, u32 n, u32 depth) {
    BoxTree *tree = b->tree;
    u32 node = tree->n_nodes++;
    Box3 box = box3_empty();
    for (u32 i = first; i < first + n; i++)
        box = join(box, b->boxes[tree->items[i]]);
    tree->nodes[node] = (BoxNode){box, first, n};
    if (n <= BOX_TREE_LEAF)
        return;
    u32 n_left = split_items(b, tree->items + first, n, depth);
    build_node(b, first, n_left, depth + 1);
    tree->nodes[node].right = tree->n_nodes;
    tree->nodes[node].len = 0;
    build_node(b, first + n_left, n - n_left, depth + 1);
}

void box_tree_init(BoxTree *tree, Heap *heap, const Box3 *boxes, u32 n) {
    *tree = (BoxTree){.n_items = n};
    if (n == 0)
        return;
    tree->items = heap_alloc_raw(heap, n, sizeof(u32));
    tree->nodes = heap_alloc_raw(heap, 2 * (size_t)n, sizeof(BoxNode));
    for (u32 i = 0; i < n; i++)
        tree->items[i] = i;
    Build build = {tree, boxes, heap_alloc_raw(heap, n, sizeof(u32))};
    build_node(&build, 0, n, 0);
    heap_free(heap, build.scratch);
    tree->nodes = heap_realloc(heap, tree->nodes, tree->n_nodes, sizeof(BoxNode));
}

void box_tree_finish(BoxTree *tree, Heap *heap) {
    heap_free(heap, tree->nodes);
    heap_free(heap, tree->items);
    *tree = (BoxTree){0};
}
