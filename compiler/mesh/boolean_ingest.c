// SPDX-License-Identifier: Apache-2.0
// Pass 1, ingest: the leaves' triangles on one integer grid.
//
// The quantum is the power of two that makes the union of the leaves' boxes at most 2^25 quanta
// long, so places that differ by rounding errors of f64 fall on one grid point (a quantum is some
// 10^7 times coarser than they are). Equal grid points are one vertex, over all leaves; its place
// in mm is kept from the first leaf, so that a solid that meets nothing leaves as it came.
//
// Of a leaf that is known not to meet itself only the triangles are taken in that come near another
// leaf (boolean_near.c); all others go through as they are (boolean_patch.c). So are triangles that
// lie in one plane with such a triangle and are labelled like it: whole faces are taken in, or
// nothing of them (boolean_spread.c).
//
// Triangles that lose a corner to welding vanish with both their remaining edges, which cancel: the
// surface stays closed. Triangles whose three corners are collinear are dropped as well; then a
// corner may lie on a neighbour's edge, so that the leaf's own facets must be tested against each
// other. A leaf to which either happens is taken in whole. Cost: O(n) with hashing.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

// Rounding boundaries lie at this fraction between grid points: no dyadic or decimal coordinate is
// likely to stand there, where two places that are equal but for rounding could part.
static const f64 ROUND_OFFSET = 0.5 + 0.0590169943749474241;
// More quanta from the origin than f64 tells apart: cannot be, but for numbers near its largest.
static const f64 WHOLE_LIMIT = 0x1p50;

enum { GRAIN = 1 << 14 };

typedef struct Ingest {
    Kernel *k;
    u8 *is_active; // by leaf's triangle: taken in. NULL: all are
    u32 *n_active; // by leaf
    u32 *seen_by;  // by grid vertex: the last leaf that has it, + 1
    u32 payload_cap, facets_cap;
    struct FacetScratch *scratch;
    LeafTris tris;
} Ingest;

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

// Where a finite place, in mm, is snapped to.
static GridPlace snap_place(const Kernel *k, Vec3 place) {
    GridPlace out;
    for (u32 i = 0; i < 3; i++) {
        f64 x = vec3_get(place, i) * k->per_quantum + ROUND_OFFSET;
        i64 whole = (i64)x; // |x| < 2^51: see choose_frame
        out.at[i] = (i32)(whole - ((f64)whole > x) - (i64)k->origin[i]);
    }
    return out;
}

static bool is_collinear(const Corner at[3]) {
    for (u32 i = 0; i < 3; i++) {
        u32 j = (i + 1) % 3, l = (i + 2) % 3;
        i64 bj = (i64)at[1].at[j] - at[0].at[j], bl = (i64)at[1].at[l] - at[0].at[l],
            cj = (i64)at[2].at[j] - at[0].at[j], cl = (i64)at[2].at[l] - at[0].at[l];
        if (bj * cl != bl * cj)
            return false;
    }
    return true;
}

// ---- ranges of all leaves
// -------------------------------------------------------------------------

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

// ---- all vertices
// ---------------------------------------------------------------------------------

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
            to[v] = snap_place(k, place);
            for (u32 i = 0; i < 3; i++) {
                box.min[i] = MIN(box.min[i], to[v].at[i]);
                box.max[i] = MAX(box.max[i], to[v].at[i]);
            }
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
    k->snapped = arena_alloc(&k->arena, n_verts, sizeof *k->snapped);
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

// ---- a leaf
// ---------------------------------------------------------------------------------------

// The grid vertex of the leaf's vertex v.
static u32 weld(Ingest *in, u32 l, u32 v) {
    Kernel *k = in->k;
    const CsgLeaf *leaf = &k->expr->leaves[l];
    u32 id = point_add_grid(k, k->snapped[k->vert_base[l] + v].at);
    if (id == k->n_grid)
        k->payload[k->n_grid++] = affine3_point(&leaf->map, leaf->mesh->verts[v]);
    return id;
}

// Takes the active triangles in. False: not all of them are left, or some of the leaf's vertices
// became one.
static bool snap_active(Ingest *in, u32 l, const u8 *is_active, bool *has_folds) {
    Kernel *k = in->k;
    const Mesh *mesh = k->expr->leaves[l].mesh;
    u32 *grid_of = k->grid_of + k->vert_base[l];
    const GridPlace *snapped = k->snapped + k->vert_base[l];
    LeafTris *tris = &in->tris;
    bool is_regular = true;
    tris->leaf = l;
    tris->n = 0;
    tris->is_reversed = k->leaves[l].is_reversed;
    *has_folds = false;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        if (is_active && !is_active[t])
            continue;
        Corner *corner = tris->corner + 3 * (size_t)tris->n;
        for (u32 c = 0; c < 3; c++) {
            u32 v = mesh->tris[3 * (size_t)t + (tris->is_reversed && c ? 3 - c : c)];
            if (grid_of[v] == NONE) {
                grid_of[v] = weld(in, l, v);
                is_regular = is_regular && in->seen_by[grid_of[v]] != l + 1;
                in->seen_by[grid_of[v]] = l + 1;
            }
            memcpy(corner[c].at, snapped[v].at, sizeof corner[c].at);
            corner[c].v = grid_of[v];
        }
        bool is_lost =
            corner[0].v == corner[1].v || corner[1].v == corner[2].v || corner[2].v == corner[0].v;
        if (!is_lost && is_collinear(corner))
            is_lost = *has_folds = true;
        is_regular = is_regular && !is_lost;
        if (!is_lost)
            tris->src[tris->n++] = t;
    }
    return is_regular;
}

static void *enlarge(Arena *arena, const void *data, u32 len, u32 cap, size_t size) {
    void *out = arena_alloc(arena, cap, size);
    if (len)
        memcpy(out, data, len * size);
    return out;
}

// Room for n more triangles, n_verts more vertices.
static void reserve(Ingest *in, u32 n, u32 n_verts) {
    Kernel *k = in->k;
    Arena *arena = &k->arena;
    if (k->n_grid + n_verts > in->payload_cap) {
        in->payload_cap = 2 * (k->n_grid + n_verts);
        k->payload = enlarge(arena, k->payload, k->n_grid, in->payload_cap, sizeof(Vec3));
        in->seen_by = enlarge(&k->scratch, in->seen_by, k->n_grid, in->payload_cap, sizeof(u32));
    }
    if (k->n_facets + n + k->expr->n_leaves > in->facets_cap) {
        in->facets_cap = 2 * (k->n_facets + n) + k->expr->n_leaves;
        k->facets = enlarge(arena, k->facets, k->n_facets, in->facets_cap, sizeof(Facet));
    }
    avec_reserve(arena, &k->corners, (size_t)k->corners.len + 3 * (size_t)n);
    avec_reserve(arena, &k->sources, (size_t)k->sources.len + n);
    if (in->scratch && in->tris.cap >= n)
        return;
    in->tris.cap = n + n / 4;
    in->tris.corner = ARENA_NEW(&k->scratch, Corner, 3 * (size_t)in->tris.cap);
    in->tris.src = ARENA_NEW(&k->scratch, u32, in->tris.cap);
    in->scratch = facets_init(k, in->tris.cap);
}

static u32 count_active(const u8 *is_active, u32 n_tris) {
    u32 n = 0;
    for (u32 t = 0; t < n_tris; t++)
        n += is_active[t];
    return n;
}

static void take_leaf(Ingest *in, u32 l, u32 n_active) {
    Kernel *k = in->k;
    const Mesh *mesh = k->expr->leaves[l].mesh;
    LeafState *state = &k->leaves[l];
    if (!state->is_used) {
        state->is_whole = true;
        return;
    }
    bool takes_part = n_active < mesh->n_tris, has_folds = false;
    const u8 *is_active = takes_part ? in->is_active + k->tri_base[l] : NULL;
    reserve(in, n_active, MIN(mesh->n_verts, 3 * n_active));
    if (!snap_active(in, l, is_active, &has_folds)) {
        state->is_whole = true;
        state->is_dirty = state->is_dirty || has_folds;
        if (takes_part) {
            reserve(in, mesh->n_tris, mesh->n_verts);
            (void)snap_active(in, l, NULL, &has_folds);
            state->is_dirty = state->is_dirty || has_folds;
        }
    }
    add_facets(k, in->scratch, &in->tris);
    state->is_whole = state->is_whole || state->is_dirty;
    k->has_normals = k->has_normals || mesh->normals;
}

// How many triangles of each leaf are taken in, with all that lie in one plane with them.
static void count_leaf(Kernel *k, void *ctx, u32 l) {
    const Ingest *in = ctx;
    const CsgLeaf *leaf = &k->expr->leaves[l];
    u32 n_tris = leaf->mesh->n_tris, *n_active = &in->n_active[l];
    u8 *is_active = in->is_active ? in->is_active + k->tri_base[l] : NULL;
    *n_active = k->leaves[l].is_used ? n_tris : 0;
    if (!*n_active || !is_active || !leaf->is_simple)
        return;
    u32 n = count_active(is_active, n_tris);
    if (n && n < n_tris - n_tris / 8)
        n += spread_in_planes(k, l, is_active);
    if (n < n_tris - n_tris / 8)
        *n_active = n;
}

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
    k->vert_base[n] = (u32)n_verts;
    k->tri_base[n] = k->n_in_tris = (u32)n_tris;
    return STATUS_OK;
}

static Status take_leaves(Kernel *k) {
    const CsgExpr *expr = k->expr;
    Status status = number_leaves(k);
    if (status == STATUS_OK)
        status = place_vertices(k);
    if (status != STATUS_OK)
        return status;
    Ingest in = {.k = k, .is_active = k->is_thorough ? NULL : find_near(k)};
    in.n_active = ARENA_NEW(&k->scratch, u32, expr->n_leaves);
    kernel_for(k, expr->n_leaves, (u64)k->n_in_tris * 8, count_leaf, &in);
    u64 n_tris = 0, n_verts = 0;
    for (u32 l = 0; l < expr->n_leaves; l++) {
        n_tris += in.n_active[l];
        n_verts += MIN((u64)expr->leaves[l].mesh->n_verts, 3 * (u64)in.n_active[l]);
    }
    points_init(k, (u32)MIN(n_verts, n_tris));
    k->grid_of = ARENA_NEW(&k->arena, u32, k->vert_base[expr->n_leaves]);
    k->facet_of = ARENA_NEW(&k->arena, u32, k->n_in_tris);
    memset(k->grid_of, 0xff, k->vert_base[expr->n_leaves] * sizeof(u32)); // NONE
    memset(k->facet_of, 0xff, k->n_in_tris * sizeof(u32));
    in.payload_cap = (u32)n_verts;
    k->payload = ARENA_NEW(&k->arena, Vec3, n_verts);
    in.seen_by = ARENA_NEW(&k->scratch, u32, n_verts);
    in.facets_cap = (u32)n_tris + expr->n_leaves;
    k->facets = ARENA_NEW(&k->arena, Facet, in.facets_cap);
    avec_reserve(&k->arena, &k->corners, 3 * n_tris);
    avec_reserve(&k->arena, &k->sources, n_tris);
    for (u32 l = 0; l < expr->n_leaves; l++) {
        k->leaf_start[l] = k->n_facets;
        take_leaf(&in, l, in.n_active[l]);
        heap_poll(k->heap);
    }
    k->leaf_start[expr->n_leaves] = k->n_facets;
    return STATUS_OK;
}

Status ingest(Kernel *k) {
    arena_init(&k->scratch, k->heap);
    Status status = take_leaves(k);
    arena_finish(&k->scratch);
    return status;
}
