// SPDX-License-Identifier: Apache-2.0
// Pass 5, second half: winding numbers of regions and the CSG expression on them.
//
// Crossing a cell changes the winding number of each leaf in its stack by one. A depth-first walk
// over the tree of a component's regions, from the one at its seed, keeps the windings and the
// truth of every node of the expression up to date by doing and undoing crossings, so nothing of
// the size of the leaves is stored per region. A region is matter when the root is true in it. The
// walk through a component starts with the windings at its seed (boolean_rays.c). Walking must
// agree with itself: each region's windings are remembered as a hash, and a cell that parts two
// regions whose hashes do not differ by its stack marks the run as faulty.
#include "compiler/mesh/boolean_internal.h"

typedef struct Use { // of a node by another
    u32 node;
    bool is_first; // operand of a difference: the first
} Use;

typedef struct Frame {
    u32 region, at, by; // by: the side left on the way here, NONE at the start
} Frame;

typedef struct Walk {
    Kernel *k;
    i32 *winding;    // by leaf
    u64 hash;        // of all windings
    u32 *leaf_start; // by leaf: the nodes that are it
    u32 *leaf_nodes;
    u32 *use_start; // by node: its users
    Use *uses;
    bool *value;     // by node
    u32 *n_true;     // by node: true operands; without the first in a difference
    u32 *first_true; // by node: 1 if a difference's first operand is true
    bool needs_owner;
    VEC(u32) changed; // stack of changes: node << 1 | its new value
    const RegionTree *tree;
    u64 *region_hash;
    bool *region_seen;
    VEC(Frame) frames;
} Walk;

// ---- the expression ----

static void build_uses(Walk *w) {
    const CsgExpr *expr = w->k->expr;
    Arena *arena = &w->k->arena;
    w->leaf_start = ARENA_NEW(arena, u32, expr->n_leaves + 2);
    w->leaf_nodes = ARENA_NEW(arena, u32, expr->n_nodes);
    w->use_start = ARENA_NEW(arena, u32, expr->n_nodes + 2);
    w->uses = ARENA_NEW(arena, Use, expr->n_args);
    for (u32 i = 0; i < expr->n_nodes; i++) {
        const CsgNode *node = &expr->nodes[i];
        if (node->op == CSG_LEAF)
            w->leaf_start[node->first + 2]++;
        else
            for (u32 j = 0; j < node->len; j++)
                w->use_start[expr->args[node->first + j] + 2]++;
    }
    for (u32 i = 0; i < expr->n_leaves; i++)
        w->leaf_start[i + 2] += w->leaf_start[i + 1];
    for (u32 i = 0; i < expr->n_nodes; i++)
        w->use_start[i + 2] += w->use_start[i + 1];
    for (u32 i = 0; i < expr->n_nodes; i++) {
        const CsgNode *node = &expr->nodes[i];
        if (node->op == CSG_LEAF)
            w->leaf_nodes[w->leaf_start[node->first + 1]++] = i;
        else
            for (u32 j = 0; j < node->len; j++)
                w->uses[w->use_start[expr->args[node->first + j] + 1]++] = (Use){i, j == 0};
    }
}

static bool node_value(const Walk *w, u32 node) {
    const CsgNode *n = &w->k->expr->nodes[node];
    switch (n->op) {
    case CSG_LEAF:
        return w->winding[n->first] > 0;
    case CSG_UNION:
        return w->n_true[node] > 0;
    case CSG_INTERSECTION:
        return n->len && w->n_true[node] == n->len;
    case CSG_DIFFERENCE:
        return w->first_true[node] == 1 && w->n_true[node] == 0;
    }
    return false;
}

// Carries a leaf's new truth up to the root. A node may change back and forth on the way: each
// change is counted by its users once, in any order. Cost: the uses of nodes whose truth changes.
static void flip_leaf(Walk *w, u32 leaf) {
    Arena *arena = &w->k->arena;
    w->changed.len = 0;
    for (u32 i = w->leaf_start[leaf]; i < w->leaf_start[leaf + 1]; i++) {
        u32 node = w->leaf_nodes[i];
        w->value[node] = !w->value[node];
        avec_push(arena, &w->changed, node << 1 | w->value[node]);
    }
    while (w->changed.len) {
        u32 change = w->changed.data[--w->changed.len], node = change >> 1;
        for (u32 i = w->use_start[node]; i < w->use_start[node + 1]; i++) {
            u32 user = w->uses[i].node;
            bool is_base = w->uses[i].is_first && w->k->expr->nodes[user].op == CSG_DIFFERENCE;
            *(is_base ? &w->first_true[user] : &w->n_true[user]) += change & 1 ? 1u : UINT32_MAX;
            if (node_value(w, user) != w->value[user]) {
                w->value[user] = !w->value[user];
                avec_push(arena, &w->changed, user << 1 | w->value[user]);
            }
        }
    }
}

static void wind_leaf(Walk *w, u32 leaf, int by) {
    bool before = w->winding[leaf] > 0;
    w->winding[leaf] += by;
    w->hash += hash_mix(leaf + 1) * (u64)(i64)by;
    if (before != (w->winding[leaf] > 0))
        flip_leaf(w, leaf);
}

// The lowest leaf that holds matter here and contributes it to node, which is true.
static u32 find_owner(const Walk *w, u32 node) {
    const CsgExpr *expr = w->k->expr;
    const CsgNode *n = &expr->nodes[node];
    if (n->op == CSG_LEAF)
        return n->first;
    u32 owner = NONE, len = n->op == CSG_DIFFERENCE ? MIN(n->len, 1u) : n->len;
    for (u32 i = 0; i < len; i++)
        if (w->value[expr->args[n->first + i]])
            owner = MIN(owner, find_owner(w, expr->args[n->first + i]));
    return owner;
}

// ---- the walk ----

// Leaves the region on the given side of a cell for the one on its other side.
static void cross_cell(Walk *w, u32 side) {
    const Kernel *k = w->k;
    const Cell *cell = &k->cells.data[side >> 1];
    int in = side & 1 ? 1 : -1; // from the front: into what looks to the front
    for (u32 i = 0; i < cell->stack_len; i++) {
        u32 entry = k->stacks.data[cell->stack_start + i];
        wind_leaf(w, k->facets[stack_facet(entry)].leaf, stack_looks_back(entry) ? -in : in);
    }
}

static void enter_region(Walk *w, u32 r) {
    Kernel *k = w->k;
    bool inside = w->value[k->expr->root];
    w->region_seen[r] = true;
    w->region_hash[r] = w->hash;
    k->regions[r].is_inside = inside;
    k->regions[r].owner = inside && w->needs_owner ? find_owner(w, k->expr->root) : NONE;
}

static void walk_component(Walk *w, u32 first) {
    Kernel *k = w->k;
    const u32 *start = w->tree->start;
    w->frames.len = 0;
    enter_region(w, first);
    avec_push(&k->arena, &w->frames, (Frame){first, start[first], NONE});
    while (w->frames.len) {
        Frame *top = &w->frames.data[w->frames.len - 1];
        if (top->at == start[top->region + 1]) {
            if (top->by != NONE)
                cross_cell(w, top->by ^ 1);
            w->frames.len--;
            continue;
        }
        u32 side = w->tree->sides[top->at++], r = k->region_of[side ^ 1];
        if (w->region_seen[r])
            continue;
        cross_cell(w, side);
        enter_region(w, r);
        avec_push(&k->arena, &w->frames, (Frame){r, start[r], side});
    }
}

// Components from `from` on, whose rays have been cast.
static void walk_components(Walk *w, u32 from, const Rays *rays) {
    for (u32 i = 0; i < rays->n; i++) {
        u32 first = w->tree->first[from + i];
        if ((i & 0xff) == 0)
            heap_poll(w->k->heap);
        if (w->region_seen[first]) {
            w->k->fault = "two components share a region";
            continue;
        }
        for (u32 j = rays->start[i]; j < rays->start[i + 1]; j++)
            wind_leaf(w, rays->hits[j].leaf, rays->hits[j].winding);
        walk_component(w, first);
        for (u32 j = rays->start[i]; j < rays->start[i + 1]; j++)
            wind_leaf(w, rays->hits[j].leaf, -rays->hits[j].winding);
    }
}

// ---- the check ----

typedef struct Check {
    const u64 *region_hash;
    u32 n_ranges;
} Check;

static void check_cells(Kernel *view, void *ctx, u32 range) {
    const Check *check = ctx;
    u32 end = kernel_range_start(view->cells.len, check->n_ranges, range + 1);
    for (u32 c = kernel_range_start(view->cells.len, check->n_ranges, range); c < end; c++) {
        const Cell *cell = &view->cells.data[c];
        u64 step = 0;
        for (u32 i = 0; i < cell->stack_len; i++) {
            u32 entry = view->stacks.data[cell->stack_start + i];
            u64 leaf = hash_mix(view->facets[stack_facet(entry)].leaf + 1);
            step += stack_looks_back(entry) ? -leaf : leaf;
        }
        const u32 *sides = view->region_of + 2 * (size_t)c;
        if (check->region_hash[sides[0]] != check->region_hash[sides[1]] + step)
            view->fault = "winding numbers disagree";
    }
}

static bool materials_differ(const CsgExpr *expr) {
    for (u32 l = 1; l < expr->n_leaves; l++)
        if (expr->leaves[l].mat != expr->leaves[0].mat)
            return true;
    return false;
}

void wind(Kernel *k, const RegionTree *tree) {
    enum { CHECK_GRAIN = 50000, MOST_HITS = 1 << 20 };
    const u32 most = k->options.split_finely ? 3 : MOST_HITS;
    const CsgExpr *expr = k->expr;
    Arena *arena = &k->arena;
    Walk w = {.k = k, .needs_owner = materials_differ(expr), .tree = tree};
    w.winding = ARENA_NEW(arena, i32, expr->n_leaves);
    w.value = ARENA_NEW(arena, bool, expr->n_nodes);
    w.n_true = ARENA_NEW(arena, u32, expr->n_nodes);
    w.first_true = ARENA_NEW(arena, u32, expr->n_nodes);
    build_uses(&w);
    w.region_hash = ARENA_NEW(arena, u64, k->n_regions);
    w.region_seen = ARENA_NEW(arena, bool, k->n_regions);
    u32 *weight = rays_weigh(k, tree->n_components, tree->seed);
    for (u32 c = 0, n; c < tree->n_components; c += n) {
        u64 sum = 0;
        for (n = 0; c + n < tree->n_components && sum < most; n++)
            sum += weight[c + n];
        Rays rays = rays_cast(k, n, tree->seed + c);
        walk_components(&w, c, &rays);
        heap_free(k->heap, rays.start);
        heap_free(k->heap, rays.hits);
    }
    heap_free(k->heap, weight);
    for (u32 r = 0; r < k->n_regions; r++)
        if (!w.region_seen[r])
            k->fault = "a region was not reached";
    Check check = {w.region_hash, kernel_ranges(k, k->cells.len, CHECK_GRAIN)};
    kernel_for(k, check.n_ranges, (u64)k->cells.len * 10, check_cells, &check);
}
