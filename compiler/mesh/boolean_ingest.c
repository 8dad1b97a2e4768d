// SPDX-License-Identifier: Apache-2.0
// Pass 1, ingest: the leaves' triangles on one integer grid.
//
// The quantum is the power of two that makes the union of the leaves' boxes at most 2^25 quanta
// long, so places that differ by rounding errors of f64 fall on one grid point (a quantum is some
// 10^7 times coarser than they are). Equal grid points are one vertex, over all leaves; its place
// in mm is kept from the first leaf, so that a solid that meets nothing leaves as it came.
//
// Of a leaf that is known not to meet itself only the triangles are taken in that come near another
// leaf (boolean_near.c); all others go through as they are (boolean_patch.c). Triangles
// that lie in one plane with one that is taken in, and are labelled like it, are taken in too:
// whole faces, or nothing of them (boolean_spread.c). Leaves are taken in by tasks
// (boolean_leaves.c, boolean_facets.c); then vertices are numbered over all of them
// (boolean_weld.c).
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

// Rounding boundaries lie at this fraction between grid points: no dyadic or decimal coordinate is
// likely to stand there, where two places that are equal but for rounding could part.
static const f64 ROUND_OFFSET = 0.5 + 0.0590169943749474241;
// More quanta from the origin than f64 tells apart: cannot be, but for numbers near its largest.
static const f64 WHOLE_LIMIT = 0x1p50;

enum { GRAIN = 1 << 14, TAKE_GRAIN = 1 << 11, TAKE_NS = 60 };

static Status choose_frame(Kernel *k, Box3 box) {
    if (!vec3_is_finite(box.min) || !vec3_is_finite(box.max))
        return STATUS_LIMIT;
    Vec3 size = box3_size(box), center = box3_center(box);
    f64 extent = f64_max(size.x, f64_max(size.y, size.z));
    if (!isfinite(extent))
        return STATUS_LIMIT;
    f64 farthest = 0;
    for (u32 i = 0; i < 3; i++)
        farthest =
            f64_max(farthest, f64_max(fabs(vec3_get(box.min, i)), fabs(vec3_get(box.max, i))));
    int exponent, reach;
    (void)frexp(f64_max(extent, 0x1p-900), &exponent); // extent < 2^exponent
    (void)frexp(f64_max(farthest, 0x1p-900), &reach);
    // |c| <= 2^24 + 2 about the middle; one bit is kept in hand. Far from the origin the quantum is
    // what f64 resolves.
    k->quantum = ldexp(1, MAX(exponent - 25, reach - 50));
    k->per_quantum = 1 / k->quantum; // exact
    for (u32 i = 0; i < 3; i++) {
        k->origin[i] = floor(vec3_get(center, i) / k->quantum + 0.5);
        if (!(fabs(k->origin[i]) < WHOLE_LIMIT))
            return STATUS_LIMIT;
    }
    return STATUS_OK;
}

// Where a finite coordinate, in mm, is snapped to.
static inline i32 snap(const Kernel *k, f64 c, u32 axis) {
    f64 x = c * k->per_quantum + ROUND_OFFSET;
    i64 whole = (i64)x; // |x| < 2^51: see choose_frame
    return (i32)(whole - ((f64)whole > x) - (i64)k->origin[axis]);
}

static inline void box_add(GridBox *box, const GridPlace *p) {
    const i32 x = p->at[0], y = p->at[1], z = p->at[2];
    *box = (GridBox){{MIN(box->min[0], x), MIN(box->min[1], y), MIN(box->min[2], z)},
                     {MAX(box->max[0], x), MAX(box->max[1], y), MAX(box->max[2], z)}};
}

// ---- ranges of all leaves ----

static void enter_leaf(const u32 *base, u32 at, LeafRun *run) {
    run->from = at - base[run->leaf];
    run->to = MIN(run->end, base[run->leaf + 1]) - base[run->leaf];
}

LeafRun leaf_run_first(const Kernel *k, const u32 *base, u32 n_ranges, u32 range) {
    u32 n = k->expr->n_leaves, at = kernel_range_start(base[n], n_ranges, range), low = 0, high = n;
    while (high - low > 1) { // base[low] <= at; at < base[high], or high is n
        u32 mid = low + (high - low) / 2;
        *(base[mid] <= at ? &low : &high) = mid;
    }
    LeafRun run = {.leaf = low, .end = kernel_range_start(base[n], n_ranges, range + 1)};
    enter_leaf(base, at, &run);
    return run;
}

void leaf_run_next(const Kernel *k, const u32 *base, LeafRun *run) {
    while (run->leaf + 1 < k->expr->n_leaves && base[run->leaf + 1] < run->end) {
        run->leaf++;
        enter_leaf(base, base[run->leaf], run);
        if (run->from < run->to)
            return;
    }
    run->from = run->to;
}

// ---- all vertices ----

typedef struct Placing {
    u32 n_ranges; // of all vertices
    Box3 *bounds; // by leaf + range: of the part of the leaf that is in the range, mm
    GridBox *boxes;
    bool *is_out_of_range; // by range
} Placing;

static void bound_range(Kernel *k, void *ctx, u32 range) {
    Placing *p = ctx;
    LeafRun run = leaf_run_first(k, k->vert_base, p->n_ranges, range);
    for (; run.from < run.to; leaf_run_next(k, k->vert_base, &run)) {
        const CsgLeaf *leaf = &k->expr->leaves[run.leaf];
        Box3 box = box3_empty();
        for (u32 v = run.from; v < run.to; v++)
            box = box3_add_point(box, affine3_point(&leaf->map, leaf->mesh->verts[v]));
        p->bounds[run.leaf + range] = box;
    }
}

static void snap_range(Kernel *k, void *ctx, u32 range) {
    Placing *p = ctx;
    LeafRun run = leaf_run_first(k, k->vert_base, p->n_ranges, range);
    for (; run.from < run.to; leaf_run_next(k, k->vert_base, &run)) {
        const CsgLeaf *leaf = &k->expr->leaves[run.leaf];
        GridPlace *to = k->snapped + k->vert_base[run.leaf];
        GridBox box = grid_box_empty();
        for (u32 v = run.from; v < run.to; v++) {
            Vec3 place = affine3_point(&leaf->map, leaf->mesh->verts[v]);
            if (!vec3_is_finite(place)) {
                p->is_out_of_range[range] = true;
                return;
            }
            to[v] = (GridPlace){{snap(k, place.x, 0), snap(k, place.y, 1), snap(k, place.z, 2)}};
            box_add(&box, &to[v]);
        }
        p->boxes[run.leaf + range] = box;
    }
}

// Fills Kernel.snapped and the leaves' boxes.
static Status place_vertices(Kernel *k) {
    u32 n_leaves = k->expr->n_leaves, n_verts = k->vert_base[n_leaves];
    Placing p = {.n_ranges = kernel_ranges(k, n_verts, GRAIN)};
    p.bounds = ARENA_NEW(&k->scratch, Box3, (size_t)n_leaves + p.n_ranges);
    p.boxes = ARENA_NEW(&k->scratch, GridBox, (size_t)n_leaves + p.n_ranges);
    p.is_out_of_range = ARENA_NEW(&k->scratch, bool, p.n_ranges);
    kernel_for(k, p.n_ranges, (u64)n_verts * 6, bound_range, &p);
    Box3 bounds = box3_empty();
    for (u32 r = 0; r < p.n_ranges; r++)
        for (LeafRun run = leaf_run_first(k, k->vert_base, p.n_ranges, r); run.from < run.to;
             leaf_run_next(k, k->vert_base, &run))
            bounds = box3_join(bounds, p.bounds[run.leaf + r]);
    Status status = n_verts ? choose_frame(k, bounds) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    k->snapped = arena_alloc_raw(&k->arena, n_verts, sizeof *k->snapped);
    kernel_for(k, p.n_ranges, (u64)n_verts * 12, snap_range, &p);
    for (u32 l = 0; l < n_leaves; l++)
        k->leaves[l].box = grid_box_empty();
    for (u32 r = 0; r < p.n_ranges; r++) {
        if (p.is_out_of_range[r])
            return STATUS_LIMIT;
        for (LeafRun run = leaf_run_first(k, k->vert_base, p.n_ranges, r); run.from < run.to;
             leaf_run_next(k, k->vert_base, &run)) {
            GridBox *box = &k->leaves[run.leaf].box;
            const GridBox *part = &p.boxes[run.leaf + r];
            for (u32 i = 0; i < 3; i++) {
                box->min[i] = MIN(box->min[i], part->min[i]);
                box->max[i] = MAX(box->max[i], part->max[i]);
            }
        }
    }
    return STATUS_OK;
}

// ---- leaves ----

// Leaves that the root does not depend on count for the frame only.
static void mark_used(Kernel *k) {
    const CsgExpr *expr = k->expr;
    bool *is_used = ARENA_NEW(&k->scratch, bool, (size_t)expr->root + 1);
    is_used[expr->root] = true;
    for (u32 i = expr->root + 1; i-- > 0;) {
        const CsgNode *node = &expr->nodes[i];
        if (!is_used[i])
            continue;
        if (node->op == CSG_LEAF)
            k->leaves[node->first].is_used = expr->leaves[node->first].mesh->n_tris > 0;
        for (u32 j = 0; j < node->len && node->op != CSG_LEAF; j++)
            is_used[expr->args[node->first + j]] = true;
    }
}

static Status number_leaves(Kernel *k) {
    const CsgExpr *expr = k->expr;
    u32 n = expr->n_leaves;
    k->leaf_start = ARENA_NEW(&k->arena, u32, n + 1);
    k->leaves = ARENA_NEW(&k->arena, LeafState, n);
    k->vert_base = ARENA_NEW(&k->arena, u32, n + 1);
    k->tri_base = ARENA_NEW(&k->arena, u32, n + 1);
    u64 n_tris = 0, n_verts = 0;
    for (u32 l = 0; l < n; l++) {
        const CsgLeaf *leaf = &expr->leaves[l];
        k->vert_base[l] = (u32)n_verts;
        k->tri_base[l] = (u32)n_tris;
        n_tris += leaf->mesh->n_tris;
        n_verts += leaf->mesh->n_tris ? leaf->mesh->n_verts : 0;
        if (n_tris > UINT32_MAX / 8 || n_verts > UINT32_MAX / 8)
            return STATUS_LIMIT;
        k->leaves[l].is_reversed = affine3_det(&leaf->map) < 0;
        k->leaves[l].is_dirty = k->leaves[l].is_whole = k->is_thorough;
    }
    mark_used(k);
    for (u32 l = 0; l < n; l++)
        k->has_normals = k->has_normals || (k->leaves[l].is_used && expr->leaves[l].mesh->normals);
    k->vert_base[n] = (u32)n_verts;
    k->tri_base[n] = k->n_in_tris = (u32)n_tris;
    return STATUS_OK;
}

typedef struct Taking {
    Intake *intakes;
    u8 *is_active; // by leaf's triangle; NULL: all are
} Taking;

static void take_range(Kernel *view, void *ctx, u32 range) {
    Taking *taking = ctx;
    Intake intake = taking->intakes[range]; // not where other threads write
    take_in(view, &intake, taking->is_active);
    taking->intakes[range] = intake;
}

// Ranges of leaves: each of those that begin in a range of all triangles.
static Intake *part_leaves(Kernel *k, u32 n_ranges) {
    Intake *intakes = ARENA_NEW(&k->scratch, Intake, n_ranges);
    u32 n_leaves = k->expr->n_leaves, l = 0;
    for (u32 r = 0; r < n_ranges; r++) {
        u32 end = kernel_range_start(k->n_in_tris, n_ranges, r + 1);
        intakes[r].leaf = l;
        while (l < n_leaves && (k->tri_base[l] < end || r + 1 == n_ranges))
            l++;
        intakes[r].leaf_end = l;
    }
    return intakes;
}

static Status take_leaves(Kernel *k) {
    const CsgExpr *expr = k->expr;
    Status status = number_leaves(k);
    kernel_start_team(k, (u64)k->n_in_tris * TAKE_NS);
    if (status == STATUS_OK)
        status = place_vertices(k);
    if (status != STATUS_OK)
        return status;
    leave_out_covered(k);
    u32 n_ranges = MAX(kernel_ranges(k, k->n_in_tris, TAKE_GRAIN), 1);
    Taking taking = {.is_active = k->is_thorough ? NULL : find_near(k)};
    taking.intakes = part_leaves(k, n_ranges);
    // Written whole by the tasks: see take_in.
    k->grid_of = arena_alloc_raw(&k->arena, k->vert_base[expr->n_leaves], sizeof(u32));
    k->facet_of = arena_alloc_raw(&k->arena, k->n_in_tris, sizeof(u32));
    kernel_for(k, n_ranges, (u64)k->n_in_tris * TAKE_NS, take_range, &taking);
    weld(k, taking.intakes, n_ranges);
    return STATUS_OK;
}

Status ingest(Kernel *k) {
    arena_init(&k->scratch, k->heap);
    Status status = take_leaves(k);
    arena_finish(&k->scratch);
    return status;
}
