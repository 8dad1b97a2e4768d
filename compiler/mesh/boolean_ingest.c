// SPDX-License-Identifier: Apache-2.0
// Pass 1, ingest: the leaves' triangles on one integer grid.
//
// The quantum is the power of two that makes the union of the leaves' boxes at most 2^25 quanta
// long, so places that differ by rounding errors of f64 fall on one grid point (a quantum is some
// 10^7 times coarser than they are). Equal grid points are one vertex, over all leaves; its place
// in mm is kept from the first leaf, so that a solid that meets nothing leaves as it came.
//
// Of a leaf that is known not to meet itself only the triangles are taken in that come near another
// leaf's box; all others go through as they are (boolean_patch.c). So are triangles that lie in one
// plane with such a triangle and are labelled like it: whole faces are taken in, or nothing of
// them.
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

// Boxes that a leaf's triangles are compared with: those of the leaves that its own box meets; one
// around all of them when there are more.
enum { MOST_NEIGHBOURS = 6 };

typedef struct Neighbours {
    u32 n;
    Box3 boxes[MOST_NEIGHBOURS];
} Neighbours;

typedef struct Ingest {
    Kernel *k;
    Box3 *boxes; // by leaf
    Neighbours *neighbours;
    u32 *seen_by;  // by grid vertex: the last leaf that has it, + 1
    Vec3 *placed;  // the vertices of the leaf in hand, mm
    u8 *is_active; // its triangles: taken in
    struct FacetScratch *scratch;
    LeafTris tris;
    VEC(u32) slots; // scratch of spread_in_planes
} Ingest;

// Orders as the numbers do.
static u64 ascending_key(f64 x) {
    u64 bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (u64)1 << 63;
}

static void add_neighbour(Neighbours *to, Box3 box) {
    if (to->n < MOST_NEIGHBOURS) {
        to->boxes[to->n++] = box;
        return;
    }
    for (u32 i = 1; i < to->n; i++)
        to->boxes[0] = box3_join(to->boxes[0], to->boxes[i]);
    to->boxes[0] = box3_join(to->boxes[0], box);
    to->n = 1;
}

// By a sweep along x. margin: mm.
static void find_neighbours(Ingest *in, f64 margin) {
    Kernel *k = in->k;
    u32 n = k->expr->n_leaves, n_open = 0;
    Arena *arena = &k->scratch;
    Keyed *order = ARENA_NEW(arena, Keyed, n), *spare = ARENA_NEW(arena, Keyed, n);
    u32 *open = ARENA_NEW(arena, u32, n);
    in->neighbours = ARENA_NEW(arena, Neighbours, n);
    for (u32 l = 0; l < n; l++)
        order[l] = (Keyed){ascending_key(in->boxes[l].min.x), l};
    sort_keyed(order, spare, n);
    for (u32 i = 0; i < n; i++) {
        u32 l = order[i].value, kept = 0;
        if (!k->expr->leaves[l].mesh->n_tris)
            continue;
        for (u32 j = 0; j < n_open; j++) {
            u32 other = open[j];
            if (in->boxes[other].max.x + margin < in->boxes[l].min.x)
                continue;
            open[kept++] = other;
            if (box3_touch(in->boxes[l], in->boxes[other], margin)) {
                add_neighbour(&in->neighbours[l], in->boxes[other]);
                add_neighbour(&in->neighbours[other], in->boxes[l]);
            }
        }
        open[kept] = l;
        n_open = kept + 1;
    }
}

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

void snap_place(const Kernel *k, Vec3 place, i32 at[3]) {
    for (u32 i = 0; i < 3; i++) {
        f64 x = vec3_get(place, i) * k->per_quantum + ROUND_OFFSET;
        i64 whole = (i64)x; // |x| < 2^51: see choose_frame
        at[i] = (i32)(whole - ((f64)whole > x) - (i64)k->origin[i]);
    }
}

static u32 snap(Kernel *k, Vec3 place) {
    i32 at[3];
    if (!vec3_is_finite(place)) {
        k->is_out_of_range = true;
        place = vec3_scale(vec3(k->origin[0], k->origin[1], k->origin[2]), k->quantum);
    }
    snap_place(k, place, at);
    u32 v = point_add_grid(k, at);
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

// ---- which triangles are taken in
// -----------------------------------------------------------------

static void mark_near(Ingest *in, u32 l, f64 margin) {
    const Mesh *mesh = in->k->expr->leaves[l].mesh;
    const Neighbours *near = &in->neighbours[l];
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        Box3 box = box3_empty();
        for (u32 i = 0; i < 3; i++)
            box = box3_add_point(box, in->placed[v[i]]);
        in->is_active[t] = false;
        for (u32 i = 0; i < near->n && !in->is_active[t]; i++)
            in->is_active[t] = box3_touch(box, near->boxes[i], margin);
    }
}

static void place_corners(const Ingest *in, const Mesh *mesh, u32 t, Corner corner[3]) {
    for (u32 i = 0; i < 3; i++) {
        corner[i].v = mesh->tris[3 * (size_t)t + i];
        snap_place(in->k, in->placed[corner[i].v], corner[i].at);
    }
}

// Triangles t and u, which share an edge, lie in one plane and are labelled alike.
static bool is_one_face(const Ingest *in, const Mesh *mesh, u32 t, u32 u) {
    if (!have_equal_labels(mesh, t, u))
        return false;
    Corner a[3], b[3];
    place_corners(in, mesh, t, a);
    place_corners(in, mesh, u, b);
    i64 n[3];
    corners_normal(a, n);
    for (u32 i = 0; i < 3; i++)
        if (corner_height(n, &a[0], &b[i]) != 0)
            return false;
    return true;
}

// One round of spreading from active triangles to their neighbours in one plane; false: none left.
static bool spread_once(Ingest *in, const Mesh *mesh, const bool *is_near) {
    u32 n_slots = in->slots.cap, mask = n_slots - 1;
    memset(in->slots.data, 0, n_slots * sizeof(u32));
    for (u32 h = 0; h < 3 * mesh->n_tris; h++) { // passive halves between two vertices in use
        u32 a = mesh->tris[h], b = mesh->tris[h % 3 == 2 ? h - 2 : h + 1];
        if (in->is_active[h / 3] || !is_near[a] || !is_near[b])
            continue;
        u32 slot = (MIN(a, b) * 5 + MAX(a, b) * 3) & mask;
        while (in->slots.data[slot])
            slot = (slot + 1) & mask;
        in->slots.data[slot] = h + 1;
    }
    bool found = false;
    for (u32 h = 0; h < 3 * mesh->n_tris; h++) {
        u32 a = mesh->tris[h], b = mesh->tris[h % 3 == 2 ? h - 2 : h + 1];
        if (in->is_active[h / 3] != 1)
            continue;
        for (u32 slot = (MIN(a, b) * 5 + MAX(a, b) * 3) & mask; in->slots.data[slot];
             slot = (slot + 1) & mask) {
            u32 g = in->slots.data[slot] - 1;
            if (mesh->tris[g] == b && mesh->tris[g % 3 == 2 ? g - 2 : g + 1] == a &&
                !in->is_active[g / 3] && is_one_face(in, mesh, h / 3, g / 3)) {
                in->is_active[g / 3] = 2; // spreads in the next round
                found = true;
            }
        }
    }
    for (u32 t = 0; t < mesh->n_tris && found; t++)
        in->is_active[t] = in->is_active[t] != 0;
    return found;
}

// False: faces reach so far that all of the leaf is taken in.
static bool spread_in_planes(Ingest *in, u32 l) {
    Kernel *k = in->k;
    const Mesh *mesh = k->expr->leaves[l].mesh;
    bool *is_near = ARENA_NEW(&k->scratch, bool, mesh->n_verts);
    for (u32 round = 0; round < 4; round++) {
        u32 n_passive = 0, n_slots = 64;
        for (u32 h = 0; h < 3 * mesh->n_tris; h++)
            if (in->is_active[h / 3])
                is_near[mesh->tris[h]] = true;
        for (u32 h = 0; h < 3 * mesh->n_tris; h++)
            n_passive += !in->is_active[h / 3] && is_near[mesh->tris[h]];
        while (n_slots < 2 * n_passive)
            n_slots *= 2;
        avec_reserve(&k->scratch, &in->slots, n_slots);
        in->slots.cap = n_slots;
        if (!spread_once(in, mesh, is_near))
            return true;
    }
    return false;
}

// ---- a leaf
// ---------------------------------------------------------------------------------------

// Takes the active triangles in. False: not all of them are left, or some of the leaf's vertices
// became one.
static bool snap_active(Ingest *in, u32 l, bool *has_folds) {
    Kernel *k = in->k;
    const Mesh *mesh = k->expr->leaves[l].mesh;
    u32 *grid_of = k->grid_of + k->vert_base[l];
    LeafTris *tris = &in->tris;
    bool is_regular = true;
    tris->leaf = l;
    tris->n = 0;
    tris->is_reversed = k->leaves[l].is_reversed;
    *has_folds = false;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        if (!in->is_active[t])
            continue;
        Corner *corner = tris->corner + 3 * (size_t)tris->n;
        for (u32 c = 0; c < 3; c++) {
            u32 v = mesh->tris[3 * (size_t)t + (tris->is_reversed && c ? 3 - c : c)];
            if (grid_of[v] == NONE) {
                grid_of[v] = snap(k, in->placed[v]);
                is_regular = is_regular && in->seen_by[grid_of[v]] != l + 1;
                in->seen_by[grid_of[v]] = l + 1;
            }
            const f64 *at = k->points.data[grid_of[v]].at;
            corner[c] = (Corner){{(i32)at[0], (i32)at[1], (i32)at[2]}, grid_of[v]};
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

static void reserve_tris(Ingest *in, u32 n) {
    if (in->scratch && in->tris.cap >= n)
        return;
    in->tris.cap = n + n / 4;
    in->tris.corner = ARENA_NEW(&in->k->scratch, Corner, 3 * (size_t)in->tris.cap);
    in->tris.src = ARENA_NEW(&in->k->scratch, u32, in->tris.cap);
    in->scratch = facets_init(in->k, in->tris.cap);
}

static u32 count_active(const Ingest *in, u32 n_tris) {
    u32 n = 0;
    for (u32 t = 0; t < n_tris; t++)
        n += in->is_active[t] != 0;
    return n;
}

static void take_leaf(Ingest *in, u32 l, f64 margin) {
    Kernel *k = in->k;
    const CsgLeaf *leaf = &k->expr->leaves[l];
    const Mesh *mesh = leaf->mesh;
    LeafState *state = &k->leaves[l];
    if (!mesh->n_tris) {
        state->is_whole = true;
        return;
    }
    state->is_reversed = affine3_det(&leaf->map) < 0;
    for (u32 i = 0; i < 3; i++) { // snapping moves by at most 0.6 quanta
        state->min[i] = floor(vec3_get(in->boxes[l].min, i) / k->quantum) - k->origin[i] - 1;
        state->max[i] = floor(vec3_get(in->boxes[l].max, i) / k->quantum) - k->origin[i] + 2;
    }
    state->is_dirty = state->is_whole = k->is_thorough;
    for (u32 v = 0; v < mesh->n_verts; v++) {
        in->placed[v] = affine3_point(&leaf->map, mesh->verts[v]);
        k->grid_of[k->vert_base[l] + v] = NONE;
    }
    bool takes_part = leaf->is_simple && !k->is_thorough, has_folds = false;
    if (takes_part) {
        mark_near(in, l, margin);
        u32 n = count_active(in, mesh->n_tris);
        takes_part = n < mesh->n_tris - mesh->n_tris / 8 && (n == 0 || spread_in_planes(in, l));
    }
    if (!takes_part)
        memset(in->is_active, 1, mesh->n_tris);
    reserve_tris(in, takes_part ? count_active(in, mesh->n_tris) : mesh->n_tris);
    if (!snap_active(in, l, &has_folds)) {
        state->is_whole = true;
        state->is_dirty = state->is_dirty || has_folds;
        if (takes_part) {
            memset(in->is_active, 1, mesh->n_tris);
            reserve_tris(in, mesh->n_tris);
            (void)snap_active(in, l, &has_folds);
            state->is_dirty = state->is_dirty || has_folds;
        }
    }
    add_facets(k, in->scratch, &in->tris);
    state->is_whole = state->is_whole || state->is_dirty;
    k->has_normals = k->has_normals || mesh->normals;
}

static void init_tables(Ingest *in, u32 n_verts, u32 n_tris, u32 most_verts, u32 most_tris) {
    Kernel *k = in->k;
    Arena *arena = &k->arena;
    u32 n_leaves = k->expr->n_leaves;
    k->n_in_tris = n_tris;
    k->facets = ARENA_NEW(arena, Facet, (size_t)n_tris + n_leaves);
    avec_reserve(arena, &k->corners, 3 * (size_t)n_tris); // pages that are not used cost nothing
    avec_reserve(arena, &k->sources, n_tris);
    k->payload = ARENA_NEW(arena, Vec3, n_verts);
    k->leaf_start = ARENA_NEW(arena, u32, n_leaves + 1);
    k->leaves = ARENA_NEW(arena, LeafState, n_leaves);
    k->vert_base = ARENA_NEW(arena, u32, n_leaves + 1);
    k->tri_base = ARENA_NEW(arena, u32, n_leaves + 1);
    k->grid_of = ARENA_NEW(arena, u32, n_verts);
    k->facet_of = ARENA_NEW(arena, u32, n_tris);
    in->seen_by = ARENA_NEW(&k->scratch, u32, n_verts);
    in->placed = ARENA_NEW(&k->scratch, Vec3, most_verts);
    in->is_active = ARENA_NEW(&k->scratch, u8, most_tris);
    for (u32 t = 0; t < n_tris; t++)
        k->facet_of[t] = NONE;
    for (u32 l = 0; l < n_leaves; l++) {
        k->vert_base[l + 1] = k->vert_base[l] + k->expr->leaves[l].mesh->n_verts;
        k->tri_base[l + 1] = k->tri_base[l] + k->expr->leaves[l].mesh->n_tris;
    }
}

static Status take_leaves(Kernel *k) {
    const CsgExpr *expr = k->expr;
    Ingest in = {.k = k, .boxes = ARENA_NEW(&k->scratch, Box3, expr->n_leaves)};
    u64 n_tris = 0, n_verts = 0;
    u32 most_tris = 0, most_verts = 0;
    Box3 box = box3_empty();
    for (u32 l = 0; l < expr->n_leaves; l++) {
        const Mesh *mesh = expr->leaves[l].mesh;
        n_tris += mesh->n_tris;
        n_verts += mesh->n_verts;
        most_tris = MAX(most_tris, mesh->n_tris);
        most_verts = MAX(most_verts, mesh->n_verts);
        in.boxes[l] = mesh_bounds_in(mesh, &expr->leaves[l].map);
        if (mesh->n_tris)
            box = box3_join(box, in.boxes[l]);
    }
    if (n_tris > UINT32_MAX / 8 || n_verts > UINT32_MAX / 8)
        return STATUS_LIMIT;
    if (n_tris) {
        Status status = choose_frame(k, box);
        if (status != STATUS_OK)
            return status;
    }
    f64 margin = 2 * k->quantum; // snapping moves by at most 0.6 quanta
    points_init(k, (u32)n_verts);
    init_tables(&in, (u32)n_verts, (u32)n_tris, most_verts, most_tris);
    find_neighbours(&in, margin);
    for (u32 l = 0; l < expr->n_leaves; l++) {
        k->leaf_start[l] = k->n_facets;
        take_leaf(&in, l, margin);
        heap_poll(k->heap);
    }
    k->leaf_start[expr->n_leaves] = k->n_facets;
    return k->is_out_of_range ? STATUS_LIMIT : STATUS_OK;
}

Status ingest(Kernel *k) {
    arena_init(&k->scratch, k->heap);
    Status status = take_leaves(k);
    arena_finish(&k->scratch);
    return status;
}
