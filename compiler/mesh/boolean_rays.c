// SPDX-License-Identifier: Apache-2.0
// Pass 5, between classify and the walk: the winding numbers of all leaves at a component's seed.
//
// They are counted by crossings of a ray towards +x from a place beside one of the component's
// facets. The place is v + e a + e^2 b + e^3 n + e^4 y + e^5 z for an infinitely small e, with v a
// corner, a along an edge, b into the facet and n off it: not at the corner, since other components
// may touch that; and generic, so that the ray passes no edge.
//
// First each ray finds the leaves whose boxes it meets. A leaf that few rays meet is looked through
// for each; one that many do gets a tree over its facets. Cost: O(log n) a ray and leaf, and O(n)
// for each leaf.
#include "compiler/mesh/boolean_internal.h"
#include "compiler/mesh/query_boxes.h"

#include <string.h>

// ---- one polygon
// ---------------------------------------------------------------------------------

// The sign of the turn a, b, s in the y-z plane.
static int displaced_turn(const Kernel *k, const Corner *a, const Corner *b, const Beside *s) {
    i64 dy = (i64)b->at[1] - a->at[1], dz = (i64)b->at[2] - a->at[2];
    if (s->edge) {
        const i64 upright[3] = {0, -dz, dy};
        int sign = beside_sign(k, s->edge, upright, a->at);
        return sign ? sign : dz ? -sign_i64(dz) : sign_i64(dy);
    }
    i64 turn = dy * (s->at[2] - a->at[2]) - dz * (s->at[1] - a->at[1]);
    if (turn == 0)
        turn = dy * s->along[2] - dz * s->along[1];
    if (turn == 0)
        turn = dy * s->aside[2] - dz * s->aside[1];
    if (turn == 0)
        turn = sign_i128((i128)dy * s->off[2] - (i128)dz * s->off[1]);
    return turn ? sign_i64(turn) : dz ? -sign_i64(dz) : sign_i64(dy);
}

static i128 dot(const i64 a[3], const i64 b[3]) {
    return (i128)a[0] * b[0] + (i128)a[1] * b[1] + (i128)a[2] * b[2];
}

// The side of the polygon's plane that s lies on.
static int displaced_side(const Kernel *k, const i64 n[3], const Corner *at, const Beside *s) {
    if (s->edge) {
        int sign = beside_sign(k, s->edge, n, at->at);
        return sign ? sign : n[1] ? sign_i64(n[1]) : sign_i64(n[2]);
    }
    const i64 from[3] = {s->at[0] - at->at[0], s->at[1] - at->at[1], s->at[2] - at->at[2]};
    i128 side = dot(n, from);
    if (side == 0)
        side = dot(n, s->along);
    if (side == 0)
        side = dot(n, s->aside);
    if (side == 0)
        side = dot(n, s->off);
    return side ? sign_i128(side) : n[1] ? sign_i64(n[1]) : sign_i64(n[2]);
}

// How far s may be from s->at.
static inline i64 slack(const Beside *s) {
    return s->edge != NULL;
}

static int ray_crossing(const Kernel *k, const Corner *at, u32 n, const i64 normal[3],
                        const Beside *s) {
    bool is_low[3] = {true, true, true}, is_high[3] = {true, true, true};
    for (u32 c = 0; c < n; c++)
        for (u32 i = 0; i < 3; i++) {
            is_low[i] = is_low[i] && at[c].at[i] < s->at[i] - slack(s);
            is_high[i] = is_high[i] && at[c].at[i] > s->at[i] + slack(s);
        }
    if (is_low[0] || is_low[1] || is_low[2] || is_high[1] || is_high[2])
        return 0;
    int turn = 0;
    for (u32 c = 0; c < n; c++) {
        int t = displaced_turn(k, &at[c], &at[c + 1 < n ? c + 1 : 0], s);
        if (t == 0 || (turn && t != turn)) // 0: seen along x the polygon is a line
            return 0;
        turn = t;
    }
    // The normal's x has the sign of turn; the plane is met beyond s if s lies on its inner side
    // then.
    return displaced_side(k, normal, at, s) * turn < 0 ? turn : 0;
}

// The ray from s may meet what lies in the box.
static bool is_ahead(const Box3 *box, const Beside *s) {
    f64 far = (f64)slack(s);
    return box->max.x >= (f64)s->at[0] - far && box->min.y <= (f64)s->at[1] + far &&
           box->max.y >= (f64)s->at[1] - far && box->min.z <= (f64)s->at[2] + far &&
           box->max.z >= (f64)s->at[2] - far;
}

// ---- one leaf
// ------------------------------------------------------------------------------------

// How a leaf is asked. tree: over its facets, then its triangles; NULL if few rays ask.
typedef struct Target {
    u32 n_asked;
    BoxTree *tree;
} Target;

typedef struct Caster {
    const Beside *seed;
    Target *targets; // by leaf
    RayHit *hits;
    const u32 *origin; // by hit: its ray
    u32 n_hits, n_ranges;
} Caster;

static bool is_passive(const Kernel *k, u32 leaf, u32 t) {
    return k->facet_of[k->tri_base[leaf] + t] == NONE;
}

static int cross_triangle(const Kernel *k, u32 leaf, u32 t, const Beside *s) {
    Corner corner[3];
    i64 normal[3];
    for (u32 i = 0; i < 3; i++)
        memcpy(corner[i].at, leaf_tri_place(k, leaf, t, i)->at, sizeof corner[i].at);
    corners_normal(corner, normal);
    return ray_crossing(k, corner, 3, normal, s);
}

static bool is_beside_ray(const GridPlace *places, const u32 *v, u32 axis, const Beside *s) {
    i32 a = places[v[0]].at[axis], b = places[v[1]].at[axis], c = places[v[2]].at[axis];
    return MIN(a, MIN(b, c)) > s->at[axis] + slack(s) || MAX(a, MAX(b, c)) < s->at[axis] - slack(s);
}

int ray_leaf_winding(const Kernel *k, u32 leaf, const Beside *s) {
    const Mesh *mesh = k->expr->leaves[leaf].mesh;
    const GridPlace *places = k->snapped + k->vert_base[leaf];
    int winding = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        if (!is_beside_ray(places, v, 1, s) && !is_beside_ray(places, v, 2, s))
            winding += cross_triangle(k, leaf, t, s);
    }
    return winding;
}

// Of the leaf's triangles that were not taken in.
static int cross_passive(const Kernel *k, u32 leaf, const Beside *s) {
    const Mesh *mesh = k->expr->leaves[leaf].mesh;
    const GridPlace *places = k->snapped + k->vert_base[leaf];
    int winding = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        if (!is_beside_ray(places, v, 1, s) && !is_beside_ray(places, v, 2, s) &&
            is_passive(k, leaf, t))
            winding += cross_triangle(k, leaf, t, s);
    }
    return winding;
}

static int cross_facet(const Kernel *k, u32 f, const Beside *s) {
    return ray_crossing(k, facet_corners(k, f), k->facets[f].n, k->facets[f].normal, s);
}

static int cross_tree(const Kernel *k, const Target *target, u32 leaf, const Beside *s) {
    const BoxTree *tree = target->tree;
    u32 stack[BOX_TREE_DEPTH_MAX + 1], n = 1, first = k->leaf_start[leaf],
                                       n_facets = k->leaf_start[leaf + 1] - first;
    int winding = 0;
    for (stack[0] = 0; n && tree->n_nodes;) {
        u32 i = stack[--n];
        const BoxNode *node = &tree->nodes[i];
        if (!is_ahead(&node->box, s))
            continue;
        for (u32 j = 0; j < node->len; j++) {
            u32 item = tree->items[node->right + j];
            winding += item < n_facets ? cross_facet(k, first + item, s)
                                       : cross_triangle(k, leaf, item - n_facets, s);
        }
        if (!node->len) {
            stack[n++] = node->right;
            stack[n++] = i + 1;
        }
    }
    return winding;
}

static int cross_leaf(const Kernel *view, const Target *target, u32 leaf, const Beside *s) {
    if (target->tree)
        return cross_tree(view, target, leaf, s);
    int winding = 0;
    for (u32 f = view->leaf_start[leaf]; f < view->leaf_start[leaf + 1]; f++)
        winding += cross_facet(view, f, s);
    return view->leaves[leaf].is_whole ? winding : winding + cross_passive(view, leaf, s);
}

static void add_corner(Box3 *box, const i32 at[3]) {
    *box = box3_add_point(*box, vec3(at[0], at[1], at[2]));
}

// A triangle that is part of a facet gets a box that no ray meets.
static void build_target(Kernel *view, void *ctx, u32 leaf) {
    const Caster *caster = ctx;
    Target *target = &caster->targets[leaf];
    enum { FEW_RAYS = 8, FEW_FACETS = 32 };
    u32 first = view->leaf_start[leaf], n = view->leaf_start[leaf + 1] - first;
    const Mesh *mesh = view->expr->leaves[leaf].mesh;
    u32 n_tris = view->leaves[leaf].is_whole ? 0 : mesh->n_tris;
    if (target->n_asked < FEW_RAYS || n + n_tris < FEW_FACETS)
        return;
    heap_poll(view->heap);
    Box3 *boxes = heap_alloc_raw(view->heap, (size_t)n + n_tris, sizeof *boxes);
    for (u32 i = 0; i < n; i++) {
        boxes[i] = box3_empty();
        for (u32 c = 0; c < view->facets[first + i].n; c++)
            add_corner(&boxes[i], facet_corners(view, first + i)[c].at);
    }
    for (u32 t = 0; t < n_tris; t++) {
        Vec3 before = vec3(-2.0 * GRID_LIMIT, 0, 0);
        boxes[n + t] = is_passive(view, leaf, t) ? box3_empty() : (Box3){before, before};
        for (u32 i = 0; i < 3 && is_passive(view, leaf, t); i++)
            add_corner(&boxes[n + t], leaf_tri_place(view, leaf, t, i)->at);
    }
    target->tree = HEAP_NEW(view->heap, BoxTree, 1);
    box_tree_init(target->tree, view->heap, boxes, n + n_tris);
    heap_free(view->heap, boxes);
}

// ---- all rays
// ------------------------------------------------------------------------------------

static void cast_range(Kernel *view, void *ctx, u32 range) {
    const Caster *caster = ctx;
    u32 end = kernel_range_start(caster->n_hits, caster->n_ranges, range + 1);
    for (u32 i = kernel_range_start(caster->n_hits, caster->n_ranges, range); i < end; i++) {
        RayHit *hit = &caster->hits[i];
        heap_poll(view->heap);
        hit->winding = cross_leaf(view, &caster->targets[hit->leaf], hit->leaf,
                                  &caster->seed[caster->origin[i]]);
    }
}

static Box3 leaf_box(const Kernel *k, u32 l) {
    const GridBox *box = &k->leaves[l].box;
    return (Box3){vec3(box->min[0], box->min[1], box->min[2]),
                  vec3(box->max[0], box->max[1], box->max[2])};
}

// A tree over the boxes of all leaves that have any; leaf_of: by box.
static BoxTree build_leaf_tree(Kernel *k, u32 **leaf_of) {
    u32 n = 0;
    Box3 *boxes = heap_alloc_raw(k->heap, MAX(k->expr->n_leaves, 1u), sizeof *boxes);
    *leaf_of = heap_alloc_raw(k->heap, MAX(k->expr->n_leaves, 1u), sizeof(u32));
    for (u32 l = 0; l < k->expr->n_leaves; l++) {
        Box3 box = leaf_box(k, l);
        if (box3_is_empty(box))
            continue;
        (*leaf_of)[n] = l;
        boxes[n++] = box;
    }
    BoxTree tree;
    box_tree_init(&tree, k->heap, boxes, n);
    heap_free(k->heap, boxes);
    return tree;
}

typedef struct HitList {
    VEC(RayHit) hits;
    VEC(u32) origin;
} HitList;

static void find_leaves(Kernel *k, const BoxTree *tree, const u32 *leaf_of, const Beside *s,
                        u32 ray, HitList *list) {
    u32 stack[BOX_TREE_DEPTH_MAX + 1], n = 1;
    for (stack[0] = 0; n && tree->n_nodes;) {
        u32 i = stack[--n];
        const BoxNode *node = &tree->nodes[i];
        if (!is_ahead(&node->box, s))
            continue;
        for (u32 j = 0; j < node->len; j++) {
            u32 l = leaf_of[tree->items[node->right + j]];
            Box3 box = leaf_box(k, l);
            if (!is_ahead(&box, s))
                continue;
            vec_push(k->heap, &list->hits, (RayHit){l, 0});
            vec_push(k->heap, &list->origin, ray);
        }
        if (!node->len) {
            stack[n++] = node->right;
            stack[n++] = i + 1;
        }
    }
}

static u64 guess_work(const Kernel *k, const HitList *list) {
    u64 ns = 0;
    for (u32 i = 0; i < list->hits.len; i++) {
        u32 l = list->hits.data[i].leaf;
        ns += 5 * (u64)(k->leaf_start[l + 1] - k->leaf_start[l]);
        ns += k->leaves[l].is_whole ? 0 : 5 * (u64)k->expr->leaves[l].mesh->n_tris;
    }
    return ns;
}

Rays rays_cast(Kernel *k, u32 n, const Beside *seed) {
    enum { MOST_HITS = 1 << 20 };
    const u32 most = k->options.split_finely ? 3 : MOST_HITS;
    u32 n_leaves = k->expr->n_leaves, *leaf_of;
    Rays rays = {.start = heap_alloc_raw(k->heap, (size_t)n + 1, sizeof(u32))};
    HitList list = {0};
    BoxTree tree = build_leaf_tree(k, &leaf_of);
    for (; rays.n < n && list.hits.len < most; rays.n++) {
        rays.start[rays.n] = list.hits.len;
        find_leaves(k, &tree, leaf_of, &seed[rays.n], rays.n, &list);
    }
    rays.start[rays.n] = list.hits.len;
    box_tree_finish(&tree, k->heap);
    heap_free(k->heap, leaf_of);
    Caster caster = {.seed = seed,
                     .targets = HEAP_NEW(k->heap, Target, n_leaves),
                     .hits = list.hits.data,
                     .origin = list.origin.data,
                     .n_hits = list.hits.len};
    for (u32 i = 0; i < list.hits.len; i++)
        caster.targets[list.hits.data[i].leaf].n_asked++;
    u64 work = guess_work(k, &list);
    kernel_for(k, n_leaves, work, build_target, &caster);
    caster.n_ranges = MIN(caster.n_hits, 64u);
    kernel_for(k, caster.n_ranges, work, cast_range, &caster);
    for (u32 l = 0; l < n_leaves; l++) {
        Target *target = &caster.targets[l];
        if (target->tree)
            box_tree_finish(target->tree, k->heap);
        heap_free(k->heap, target->tree);
    }
    heap_free(k->heap, caster.targets);
    vec_free(k->heap, &list.origin);
    rays.hits = list.hits.data;
    return rays;
}
