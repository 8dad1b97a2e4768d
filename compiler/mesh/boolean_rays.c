// SPDX-License-Identifier: Apache-2.0
// Pass 5, between classify and the walk: the winding numbers of all leaves at a component's seed.
//
// They are counted by crossings of a ray towards +x from a place beside one of the component's
// facets. The place is v + e a + e^2 b + e^3 n + e^4 y + e^5 z for an infinitely small e, with v a
// corner, a along an edge, b into the facet and n off it: not at the corner, since other components
// may touch that; and generic, so that the ray passes no edge.
//
// Seen along x a facet is a polygon and a ray is a place: rays are sorted into rows, and each facet
// of each leaf asks for those in its box, so nothing needs to be built over the facets. Cost: O(n)
// for n facets, times O(sqrt(r) log r) at worst for r rays, O(log r) for facets that are small
// beside the rays' distances, and what is met.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

// ---- one polygon ----

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

// Of a ray that starts within one of a place in the polygon's box, or before it: 1: it leaves what
// the polygon bounds, -1: it enters, 0: it passes by.
static int ray_crossing(const Kernel *k, const Corner *at, u32 n, const i64 normal[3],
                        const Beside *s) {
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

// ---- where rays are ----

// Rays by y, cut into rows of equal numbers, each by z.
typedef struct RayRows {
    const Beside *seed;
    u32 n, n_rows;
    Keyed *places; // key: z and y, see ray_key; value: the ray
    i32 *max_y;    // by row: of it
    i32 *min_y;
} RayRows;

static u64 ray_key(i32 z, i32 y) {
    return (u64)(u32)(z + 2 * GRID_LIMIT) << 32 | (u32)(y + 2 * GRID_LIMIT);
}
static i32 key_y(u64 key) {
    return (i32)(u32)key - 2 * GRID_LIMIT;
}

static u32 row_start(const RayRows *rows, u32 row) {
    return kernel_range_start(rows->n, rows->n_rows, row);
}

// On k->heap.
static RayRows sort_rays(Kernel *k, const Beside *seed, u32 n) {
    RayRows rows = {.seed = seed, .n = n, .n_rows = n ? 1 : 0};
    while (rows.n_rows * (u64)rows.n_rows < n)
        rows.n_rows++;
    rows.places = heap_alloc_raw(k->heap, MAX(n, 1u), sizeof(Keyed));
    rows.min_y = HEAP_NEW(k->heap, i32, 2 * (size_t)rows.n_rows);
    rows.max_y = rows.min_y + rows.n_rows;
    Keyed *spare = heap_alloc_raw(k->heap, MAX(n, 1u), sizeof(Keyed));
    for (u32 i = 0; i < n; i++)
        rows.places[i] = (Keyed){ray_key(0, (i32)seed[i].at[1]), i};
    sort_keyed(rows.places, spare, n);
    for (u32 row = 0; row < rows.n_rows; row++) {
        u32 start = row_start(&rows, row), end = row_start(&rows, row + 1);
        rows.min_y[row] = key_y(rows.places[start].key);
        rows.max_y[row] = key_y(rows.places[end - 1].key);
        for (u32 i = start; i < end; i++) {
            const Beside *s = &seed[rows.places[i].value];
            rows.places[i].key = ray_key((i32)s->at[2], (i32)s->at[1]);
        }
        sort_keyed(rows.places + start, spare, end - start);
    }
    heap_free(k->heap, spare);
    return rows;
}

static void rows_free(Kernel *k, RayRows *rows) {
    heap_free(k->heap, rows->places);
    heap_free(k->heap, rows->min_y);
}

static u32 first_row_up_to(const RayRows *rows, i32 y) {
    u32 low = 0, high = rows->n_rows;
    while (low < high) {
        u32 mid = (low + high) / 2;
        if (rows->max_y[mid] < y)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static u32 first_place_from(const RayRows *rows, u32 low, u32 high, u64 key) {
    while (low < high) {
        u32 mid = (low + high) / 2;
        if (rows->places[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

// The rays that may meet what lies in the box: into out, which has room for all. A ray may start
// up to one from its place.
static u32 find_rays(const RayRows *rows, const GridBox *box, u32 *out) {
    i32 low = box->min[1] - 1, high = box->max[1] + 1;
    u64 last = ray_key(box->max[2] + 1, high);
    u32 n = 0;
    for (u32 row = first_row_up_to(rows, low); row < rows->n_rows && rows->min_y[row] <= high;
         row++) {
        u32 end = row_start(rows, row + 1);
        u32 i = first_place_from(rows, row_start(rows, row), end, ray_key(box->min[2] - 1, low));
        for (; i < end && rows->places[i].key <= last; i++) {
            const Keyed *place = &rows->places[i];
            i32 y = key_y(place->key);
            if (y >= low && y <= high && rows->seed[place->value].at[0] <= box->max[0] + 1)
                out[n++] = place->value;
        }
    }
    return n;
}

// ---- one leaf ----

static void add_place(GridBox *box, const i32 at[3]) {
    for (u32 i = 0; i < 3; i++) {
        box->min[i] = MIN(box->min[i], at[i]);
        box->max[i] = MAX(box->max[i], at[i]);
    }
}

static GridBox triangle_box(const GridPlace *places, const u32 *v) {
    GridBox box = grid_box_empty();
    for (u32 i = 0; i < 3; i++)
        add_place(&box, places[v[i]].at);
    return box;
}

static GridBox facet_box(const Kernel *k, u32 f) {
    GridBox box = grid_box_empty();
    for (u32 i = 0; i < k->facets[f].n; i++)
        add_place(&box, facet_corners(k, f)[i].at);
    return box;
}

static int cross_triangle(const Kernel *k, u32 leaf, u32 t, const Beside *s) {
    Corner corner[3];
    i64 normal[3];
    for (u32 i = 0; i < 3; i++)
        memcpy(corner[i].at, leaf_tri_place(k, leaf, t, i)->at, sizeof corner[i].at);
    corners_normal(corner, normal);
    return ray_crossing(k, corner, 3, normal, s);
}

static int cross_facet(const Kernel *k, u32 f, const Beside *s) {
    return ray_crossing(k, facet_corners(k, f), k->facets[f].n, k->facets[f].normal, s);
}

int ray_leaf_winding(const Kernel *k, u32 leaf, const Beside *s) {
    const Mesh *mesh = k->expr->leaves[leaf].mesh;
    const GridPlace *places = k->snapped + k->vert_base[leaf];
    int winding = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        GridBox box = triangle_box(places, mesh->tris + 3 * (size_t)t);
        if (s->at[0] <= box.max[0] + 1 && s->at[1] >= box.min[1] - 1 &&
            s->at[1] <= box.max[1] + 1 && s->at[2] >= box.min[2] - 1 && s->at[2] <= box.max[2] + 1)
            winding += cross_triangle(k, leaf, t, s);
    }
    return winding;
}

// ---- all leaves ----

enum { RAY_GRAIN = 10000 };

// What a ray met of a leaf.
typedef struct Met {
    u32 ray;
    RayHit hit;
} Met;
typedef VEC(Met) MetList;

typedef struct Caster {
    const RayRows *rows;
    u32 n_facet_ranges, n_tri_ranges;
    MetList *met; // by range
} Caster;

enum { FEW_RAYS = 16 };

// A ray that may meet a leaf: where it starts, within one.
typedef struct NearRay {
    i32 at[3];
    u32 ray;
} NearRay;

// The rays at one leaf. If they are few, its facets compare them all.
typedef struct Tally {
    const RayRows *rows;
    u32 n_near;
    NearRay near[FEW_RAYS]; // if there are no more
    u32 *found;             // n rays: of one facet
    i32 *winding;           // n rays: 0 between leaves
    VEC(u32) seen;          // rays that have or had another, some twice
} Tally;

static Tally tally_init(Kernel *view, const RayRows *rows) {
    return (Tally){.rows = rows,
                   .found = ARENA_NEW(&view->scratch, u32, rows->n),
                   .winding = ARENA_NEW(&view->scratch, i32, rows->n)};
}

// False: no ray meets the leaf.
static bool tally_begin(Tally *tally, const LeafState *leaf) {
    tally->n_near = find_rays(tally->rows, &leaf->box, tally->found);
    for (u32 i = 0; i < tally->n_near && i < FEW_RAYS; i++) {
        u32 ray = tally->found[i];
        const i64 *at = tally->rows->seed[ray].at;
        tally->near[i] = (NearRay){{(i32)at[0], (i32)at[1], (i32)at[2]}, ray};
    }
    return tally->n_near > 0;
}

// As find_rays, to tally->found.
static u32 tally_find(Tally *tally, const GridBox *box) {
    if (tally->n_near > FEW_RAYS)
        return find_rays(tally->rows, box, tally->found);
    u32 n = 0;
    for (u32 i = 0; i < tally->n_near; i++) {
        const i32 *at = tally->near[i].at;
        tally->found[n] = tally->near[i].ray;
        n += at[1] >= box->min[1] - 1 && at[1] <= box->max[1] + 1 && at[2] >= box->min[2] - 1 &&
             at[2] <= box->max[2] + 1 && at[0] <= box->max[0] + 1;
    }
    return n;
}

static void tally_add(Kernel *view, Tally *tally, u32 ray, int by) {
    if (by && !tally->winding[ray])
        avec_push(&view->scratch, &tally->seen, ray);
    tally->winding[ray] += by;
}

static void tally_finish(Kernel *view, Tally *tally, u32 leaf, MetList *out) {
    for (u32 i = 0; i < tally->seen.len; i++) {
        u32 ray = tally->seen.data[i];
        if (tally->winding[ray])
            avec_push(&view->arena, out, ((Met){ray, {leaf, tally->winding[ray]}}));
        tally->winding[ray] = 0;
    }
    tally->seen.len = 0;
}

static void cross_facets(Kernel *view, Tally *tally, const LeafRun *run) {
    u32 first = view->leaf_start[run->leaf];
    for (u32 f = first + run->from; f < first + run->to; f++) {
        GridBox box = facet_box(view, f);
        u32 n = tally_find(tally, &box);
        for (u32 i = 0; i < n; i++) {
            u32 ray = tally->found[i];
            tally_add(view, tally, ray, cross_facet(view, f, &tally->rows->seed[ray]));
        }
    }
}

// Those that were not taken in.
static void cross_passive(Kernel *view, Tally *tally, const LeafRun *run) {
    const u32 *tris = view->expr->leaves[run->leaf].mesh->tris;
    const GridPlace *places = view->snapped + view->vert_base[run->leaf];
    const u32 *facet_of = view->facet_of + view->tri_base[run->leaf];
    for (u32 t = run->from; t < run->to; t++) {
        if (facet_of[t] != NONE)
            continue;
        GridBox box = triangle_box(places, tris + 3 * (size_t)t);
        u32 n = tally_find(tally, &box);
        for (u32 i = 0; i < n; i++) {
            u32 ray = tally->found[i];
            tally_add(view, tally, ray,
                      cross_triangle(view, run->leaf, t, &tally->rows->seed[ray]));
        }
    }
}

// Ranges of all facets, then of all triangles.
static void cast_range(Kernel *view, void *ctx, u32 range) {
    const Caster *caster = ctx;
    bool of_facets = range < caster->n_facet_ranges;
    const u32 *base = of_facets ? view->leaf_start : view->tri_base;
    u32 n_ranges = of_facets ? caster->n_facet_ranges : caster->n_tri_ranges,
        i = of_facets ? range : range - caster->n_facet_ranges;
    ArenaMark mark = arena_mark(&view->scratch);
    Tally tally = tally_init(view, caster->rows);
    heap_poll(view->heap);
    for (LeafRun run = leaf_run_first(view, base, n_ranges, i); run.from < run.to;
         leaf_run_next(view, base, &run)) {
        const LeafState *leaf = &view->leaves[run.leaf];
        if (!leaf->is_used || (!of_facets && leaf->is_whole) || !tally_begin(&tally, leaf))
            continue;
        if (of_facets)
            cross_facets(view, &tally, &run);
        else
            cross_passive(view, &tally, &run);
        tally_finish(view, &tally, run.leaf, &caster->met[range]);
    }
    arena_reset(&view->scratch, mark);
}

// By ray; of one ray in the order of what it met.
static Rays gather_hits(Kernel *k, const MetList *met, u32 n_ranges, u32 n) {
    Rays rays = {.n = n, .start = HEAP_NEW(k->heap, u32, (size_t)n + 2)};
    for (u32 r = 0; r < n_ranges; r++)
        for (u32 i = 0; i < met[r].len; i++)
            rays.start[met[r].data[i].ray + 2]++;
    for (u32 i = 0; i < n; i++)
        rays.start[i + 2] += rays.start[i + 1];
    rays.hits = heap_alloc_raw(k->heap, MAX(rays.start[n + 1], 1u), sizeof(RayHit));
    for (u32 r = 0; r < n_ranges; r++)
        for (u32 i = 0; i < met[r].len; i++)
            rays.hits[rays.start[met[r].data[i].ray + 1]++] = met[r].data[i].hit;
    return rays;
}

u32 *rays_weigh(Kernel *k, u32 n, const Beside *seed) {
    u32 *weight = HEAP_NEW(k->heap, u32, MAX(n, 1u)), *found = HEAP_NEW(k->heap, u32, MAX(n, 1u));
    RayRows rows = sort_rays(k, seed, n);
    for (u32 l = 0; l < k->expr->n_leaves; l++) {
        u32 n_found = k->leaves[l].is_used ? find_rays(&rows, &k->leaves[l].box, found) : 0;
        for (u32 i = 0; i < n_found; i++)
            weight[found[i]]++;
    }
    rows_free(k, &rows);
    heap_free(k->heap, found);
    return weight;
}

Rays rays_cast(Kernel *k, u32 n, const Beside *seed) {
    u32 n_tris = k->tri_base[k->expr->n_leaves], keep = k->loans.len;
    RayRows rows = sort_rays(k, seed, n);
    Caster caster = {.rows = &rows,
                     .n_facet_ranges = kernel_ranges(k, k->n_facets, RAY_GRAIN),
                     .n_tri_ranges = kernel_ranges(k, n_tris, RAY_GRAIN)};
    u32 n_ranges = caster.n_facet_ranges + caster.n_tri_ranges;
    caster.met = HEAP_NEW(k->heap, MetList, n_ranges);
    kernel_for(k, n_ranges, (u64)(k->n_facets + n_tris) * 30, cast_range, &caster);
    Rays rays = gather_hits(k, caster.met, n_ranges, n);
    kernel_release(k, keep);
    heap_free(k->heap, caster.met);
    rows_free(k, &rows);
    return rays;
}
