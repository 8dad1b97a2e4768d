// SPDX-License-Identifier: Apache-2.0
// Pass 1, ingest: the leaves' triangles on one integer grid.
//
// The quantum is the power of two that makes the union of the leaves' boxes at most 2^25 quanta
// long, so places that differ by rounding errors of f64 fall on one grid point (a quantum is some
// 10^7 times coarser than they are). Equal grid points are one vertex, over all leaves; its place
// in mm is kept from the first leaf, so that a solid that meets nothing leaves as it came.
//
// Triangles that lose a corner to welding vanish with both their remaining edges, which cancel: the
// surface stays closed. Triangles whose three corners are collinear are dropped as well; then a
// corner may lie on a neighbour's edge, so that the leaf's own facets must be tested against each
// other. Cost: O(n) with hashing.
#include "compiler/mesh/boolean_internal.h"

// Rounding boundaries lie at this fraction between grid points: no dyadic or decimal coordinate is
// likely to stand there, where two places that are equal but for rounding could part.
static const f64 ROUND_OFFSET = 0.5 + 0.0590169943749474241;
// More quanta from the origin than f64 tells apart: cannot be, but for numbers near its largest.
static const f64 WHOLE_LIMIT = 0x1p50;

static Box3 leaves_box(const CsgExpr *expr) {
    Box3 box = box3_empty();
    for (u32 l = 0; l < expr->n_leaves; l++)
        if (expr->leaves[l].mesh->n_tris)
            box = box3_join(box, mesh_bounds_in(expr->leaves[l].mesh, &expr->leaves[l].map));
    return box;
}

static Status choose_frame(Kernel *k, Box3 box) {
    if (!vec3_is_finite(box.min) || !vec3_is_finite(box.max))
        return STATUS_LIMIT;
    Vec3 size = box3_size(box), center = box3_center(box);
    f64 extent = fmax(size.x, fmax(size.y, size.z));
    if (!isfinite(extent))
        return STATUS_LIMIT;
    f64 farthest = 0;
    for (u32 i = 0; i < 3; i++)
        farthest = fmax(farthest, fmax(fabs(vec3_get(box.min, i)), fabs(vec3_get(box.max, i))));
    int exponent, reach;
    (void)frexp(fmax(extent, 0x1p-900), &exponent); // extent < 2^exponent
    (void)frexp(fmax(farthest, 0x1p-900), &reach);
    // |c| <= 2^24 + 2 about the middle; one bit is kept in hand. Far from the origin the quantum is
    // what f64 resolves.
    k->quantum = ldexp(1, MAX(exponent - 25, reach - 50));
    for (u32 i = 0; i < 3; i++) {
        k->origin[i] = floor(vec3_get(center, i) / k->quantum + 0.5);
        if (!(fabs(k->origin[i]) < WHOLE_LIMIT))
            return STATUS_LIMIT;
    }
    return STATUS_OK;
}

static u32 snap(Kernel *k, Vec3 place) {
    i32 c[3];
    if (!vec3_is_finite(place)) {
        k->is_out_of_range = true;
        place = vec3_scale(vec3(k->origin[0], k->origin[1], k->origin[2]), k->quantum);
    }
    for (u32 i = 0; i < 3; i++)
        c[i] = (i32)(floor(vec3_get(place, i) / k->quantum + ROUND_OFFSET) - k->origin[i]);
    u32 v = point_add_grid(k, c);
    if (v == k->n_grid) {
        k->payload[v] = place;
        k->n_grid++;
    }
    return v;
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

// The triangles of leaf l that have not lost their area to snapping.
static void snap_leaf(Kernel *k, u32 l, LeafTris *out) {
    const CsgLeaf *leaf = &k->expr->leaves[l];
    const Mesh *mesh = leaf->mesh;
    u32 *grid_of = k->grid_of + k->vert_base[l];
    for (u32 v = 0; v < mesh->n_verts; v++)
        grid_of[v] = snap(k, affine3_point(&leaf->map, mesh->verts[v]));
    out->leaf = l;
    out->n = 0;
    out->is_reversed = affine3_det(&leaf->map) < 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        Corner *corner = out->corner + 3 * (size_t)out->n;
        for (u32 c = 0; c < 3; c++) {
            u32 v = grid_of[mesh->tris[3 * t + (out->is_reversed && c ? 3 - c : c)]];
            const f64 *at = k->points.data[v].at;
            corner[c] = (Corner){{(i32)at[0], (i32)at[1], (i32)at[2]}, v};
        }
        if (corner[0].v == corner[1].v || corner[1].v == corner[2].v || corner[2].v == corner[0].v)
            continue;
        if (is_collinear(corner)) {
            k->leaf_is_dirty[l] = true;
            continue;
        }
        out->src[out->n++] = t;
    }
    k->has_normals = k->has_normals || mesh->normals;
}

Status ingest(Kernel *k) {
    const CsgExpr *expr = k->expr;
    u64 n_tris = 0, n_verts = 0;
    u32 most_tris = 0;
    for (u32 l = 0; l < expr->n_leaves; l++) {
        n_tris += expr->leaves[l].mesh->n_tris;
        n_verts += expr->leaves[l].mesh->n_verts;
        most_tris = MAX(most_tris, expr->leaves[l].mesh->n_tris);
    }
    if (n_tris > UINT32_MAX / 8 || n_verts > UINT32_MAX / 8)
        return STATUS_LIMIT;
    if (n_tris) {
        Status status = choose_frame(k, leaves_box(expr));
        if (status != STATUS_OK)
            return status;
    }
    points_init(k, (u32)n_verts);
    k->n_in_tris = (u32)n_tris;
    k->facets = ARENA_NEW(&k->arena, Facet, n_tris);
    avec_reserve(&k->arena, &k->corners, 3 * n_tris);
    avec_reserve(&k->arena, &k->sources, n_tris);
    k->payload = ARENA_NEW(&k->arena, Vec3, n_verts);
    k->leaf_start = ARENA_NEW(&k->arena, u32, expr->n_leaves + 1);
    k->leaf_is_dirty = ARENA_NEW(&k->arena, bool, expr->n_leaves);
    k->vert_base = ARENA_NEW(&k->arena, u32, expr->n_leaves);
    k->grid_of = ARENA_NEW(&k->arena, u32, n_verts);
    struct FacetScratch *scratch = facets_init(k, most_tris);
    LeafTris tris = {.corner = ARENA_NEW(&k->arena, Corner, 3 * (size_t)most_tris),
                     .src = ARENA_NEW(&k->arena, u32, most_tris)};
    n_verts = 0;
    for (u32 l = 0; l < expr->n_leaves; l++) {
        k->leaf_start[l] = k->n_facets;
        k->leaf_is_dirty[l] = k->is_thorough;
        k->vert_base[l] = (u32)n_verts;
        n_verts += expr->leaves[l].mesh->n_verts;
        snap_leaf(k, l, &tris);
        add_facets(k, scratch, &tris);
        heap_poll(k->heap);
    }
    k->leaf_start[expr->n_leaves] = k->n_facets;
    return k->is_out_of_range ? STATUS_LIMIT : STATUS_OK;
}
