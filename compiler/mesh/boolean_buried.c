// SPDX-License-Identifier: Apache-2.0
// Between ingest and broad: what lies deep inside a union needs no arrangement. Between arrange and
// classify boolean_ghosts.c deals with what that leaves undone.
//
// A leaf *covers* if the expression's value is settled wherever it holds matter, whatever the other
// leaves are: the operands of a plain union, the tools of an outermost difference. Nothing inside
// of such a leaf can bound the result. Space is divided into cubic voxels; the *zone* is all voxels
// that lie wholly inside some covering leaf, a few quanta off its surface. A facet in the zone is
// left out, and so is a pair of facets (not in one plane) whose boxes have only zone in common.
//
// Why what remains suffices. Call a place free if it is inside of no covering leaf. A pair that
// meets in a free place is not left out, so all that meets in a free place is known there. The
// border between free and covered places, on any facet, consists of free places where the facet
// meets a covering leaf's: it is drawn. So a cell is free as a whole or covered as a whole, and so
// are edges and patches; what is free is as it would be without this pass. Cells whose borders run
// through the zone are covered; as what crosses them may be missing, the two sides of such a
// *ghost* are not two regions. It is taken apart into *flaps*: one for each of its halves whose
// edge is off the zone. There all sheets are known, so the flap's sides are right in place, which
// is all that the radial order asks of it. Halves in the zone are dead, and so are flaps at edges
// where nothing but flaps is. Edges that touch the zone are never free: the quanta between it and
// surfaces exceed what doubles are off.
//
// Cost: O(v + n) for v voxels (all leaves' boxes hold a bounded number of them) and n triangles.
// It is spent only where leaves' boxes lie over each other.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

enum {
    MARGIN = 4,      // quanta, from the zone to the surface that it is inside of
    LEAST_SHIFT = 6, // a voxel is 2^shift quanta wide
    MOST_VOXELS = 1 << 21,
    VOXELS_A_FACET = 64,
    LEAF_VOXELS_A_FACET = 1024, // of all leaves' boxes, so many
    LEAST_LEAVES = 8,
    FEW_VOXELS = 8, // of a piece: no ray is cast for fewer
    MOST_RAYS = 16, // a leaf
    GRAIN = 1 << 14,
};

enum { STATE_OFF, STATE_NEAR, STATE_BURIED }; // of a facet: its box touches the zone, lies in it

typedef struct Burial {
    i32 from[3];
    u32 shift;
    u32 size[3];
    u8 *is_zone;   // by voxel, while it is found
    u32 *n_before; // (size + 1)^3: voxels of the zone below, in all axes
    u8 *state;     // by facet
} Burial;

typedef struct VoxelBox {
    i64 lo[3], hi[3]; // inclusive
} VoxelBox;

// ---- the zone asked ----

static u32 n_before(const Burial *b, i64 x, i64 y, i64 z) {
    return b->n_before[((size_t)z * (b->size[1] + 1) + (size_t)y) * (b->size[0] + 1) + (size_t)x];
}

static u32 count_zone(const Burial *b, const VoxelBox *box) {
    i64 lo[3], hi[3]; // half-open
    for (u32 i = 0; i < 3; i++) {
        lo[i] = MAX(box->lo[i], (i64)0);
        hi[i] = MIN(box->hi[i] + 1, (i64)b->size[i]);
        if (lo[i] >= hi[i])
            return 0;
    }
    return n_before(b, hi[0], hi[1], hi[2]) - n_before(b, lo[0], hi[1], hi[2]) -
           n_before(b, hi[0], lo[1], hi[2]) - n_before(b, hi[0], hi[1], lo[2]) +
           n_before(b, lo[0], lo[1], hi[2]) + n_before(b, lo[0], hi[1], lo[2]) +
           n_before(b, hi[0], lo[1], lo[2]) - n_before(b, lo[0], lo[1], lo[2]);
}

static u64 count_voxels(const VoxelBox *box) {
    u64 n = 1;
    for (u32 i = 0; i < 3; i++)
        n *= (u64)(box->hi[i] - box->lo[i] + 1);
    return n;
}

static VoxelBox voxels_of(const Burial *b, const i32 min[3], const i32 max[3], i32 slack) {
    VoxelBox out;
    for (u32 i = 0; i < 3; i++) {
        out.lo[i] = ((i64)min[i] - slack - b->from[i]) >> b->shift; // floors
        out.hi[i] = ((i64)max[i] + slack - b->from[i]) >> b->shift;
    }
    return out;
}

bool box_is_buried(const Kernel *k, const i32 min[3], const i32 max[3]) {
    VoxelBox box = voxels_of(k->burial, min, max, 0);
    return count_zone(k->burial, &box) == count_voxels(&box);
}

bool facet_touches_zone(const Kernel *k, u32 facet) {
    return k->hulls || k->burial->state[facet] != STATE_OFF;
}

bool facet_is_buried(const Kernel *k, u32 facet) {
    return k->burial && k->burial->state[facet] == STATE_BURIED;
}

u32 count_buried(const Kernel *k) {
    u32 n = 0;
    for (u32 t = 0; t < k->n_facets; t++)
        n += facet_is_buried(k, t);
    return n;
}

static VoxelBox voxels_between(const Burial *b, const f64 p[3], const f64 q[3]) {
    VoxelBox out;
    f64 per_voxel = ldexp(1, -(int)b->shift);
    for (u32 i = 0; i < 3; i++) {
        out.lo[i] = (i64)floor((f64_min(p[i], q[i]) - 1 - b->from[i]) * per_voxel);
        out.hi[i] = (i64)floor((f64_max(p[i], q[i]) + 1 - b->from[i]) * per_voxel);
    }
    return out;
}

// The line comes within two quanta of the zone, or nearer. Cost: O(log) of a voxel's width for each
// voxel on the way where the zone begins or ends.
static bool line_meets_zone(const Burial *b, const f64 p[3], const f64 q[3]) {
    VoxelBox box = voxels_between(b, p, q);
    u32 n = count_zone(b, &box), n_wide = 0;
    if (n == 0)
        return false;
    f64 mid[3], length = 0;
    for (u32 i = 0; i < 3; i++) {
        n_wide += box.lo[i] < box.hi[i];
        length = f64_max(length, fabs(p[i] - q[i]));
        mid[i] = (p[i] + q[i]) / 2;
    }
    if (n_wide <= 1 || length < 1 || n == count_voxels(&box)) // it runs through all of them
        return true;
    return line_meets_zone(b, p, mid) || line_meets_zone(b, mid, q);
}

bool line_is_buried(const Kernel *k, u32 a, u32 b) {
    if (!k->burial)
        return false;
    const f64 *p = point_ref(k, a)->at, *q = point_ref(k, b)->at;
    return line_meets_zone(k->burial, p, q) || (k->hulls && hulls_meet_line(k, p, q));
}

// ---- covering leaves ----

// By leaf: whether the root's value is settled where the leaf holds matter. From the root down:
// the nodes whose truth settles it, and those whose falseness does.
bool *find_covering(const Kernel *k, Arena *arena) {
    enum { IF_TRUE = 1, IF_FALSE = 2 };
    const CsgExpr *expr = k->expr;
    u8 *settles = ARENA_NEW(arena, u8, expr->n_nodes);
    bool *covers = ARENA_NEW(arena, bool, expr->n_leaves);
    settles[expr->root] = IF_TRUE | IF_FALSE;
    for (u32 i = expr->root + 1; i-- > 0;) {
        const CsgNode *node = &expr->nodes[i];
        if (node->op == CSG_LEAF) {
            covers[node->first] = covers[node->first] || (settles[i] & IF_TRUE);
            continue;
        }
        for (u32 j = 0; j < node->len; j++) {
            u8 *arg = &settles[expr->args[node->first + j]];
            if (node->op == CSG_UNION)
                *arg |= settles[i] & IF_TRUE;
            else if (node->op == CSG_INTERSECTION || j == 0)
                *arg |= settles[i] & IF_FALSE;
            else
                *arg |= settles[i] & IF_FALSE ? IF_TRUE : 0;
        }
    }
    for (u32 l = 0; l < expr->n_leaves; l++)
        covers[l] = covers[l] && k->leaves[l].is_used;
    return covers;
}

typedef struct Digging {
    Burial *burial;
    const bool *covers;
} Digging;

static f64 box_volume(const GridBox *box, u32 shift) {
    f64 n = 1;
    for (u32 i = 0; i < 3; i++)
        n *= box->min[i] > box->max[i] ? 0 : (f64)((box->max[i] - box->min[i]) >> shift) + 1;
    return n;
}

// Fills region and the voxels' width. False: it does not pay.
static bool choose_voxels(const Kernel *k, const Digging *d, GridBox *region) {
    u32 n_covering = 0, n_leaves = k->expr->n_leaves;
    f64 sum = 0;
    *region = grid_box_empty();
    for (u32 l = 0; l < n_leaves; l++) {
        const GridBox *box = &k->leaves[l].box;
        if (!d->covers[l] || box->min[0] > box->max[0])
            continue;
        n_covering++;
        sum += box_volume(box, 0);
        for (u32 i = 0; i < 3; i++) {
            region->min[i] = MIN(region->min[i], box->min[i]);
            region->max[i] = MAX(region->max[i], box->max[i]);
        }
    }
    bool is_forced = k->options.burying == CSG_BURY_ALWAYS;
    // Boxes lie one and a half deep over each other, on the average.
    if (!n_covering ||
        (!is_forced && (n_covering < LEAST_LEAVES || sum < 1.5 * box_volume(region, 0))))
        return false;
    f64 most = f64_min(MOST_VOXELS, f64_max(4096, (f64)VOXELS_A_FACET * k->n_facets));
    f64 most_of_leaves = f64_max(1 << 16, (f64)LEAF_VOXELS_A_FACET * k->n_facets);
    for (u32 shift = LEAST_SHIFT;; shift++) {
        d->burial->shift = shift;
        if (box_volume(region, shift) > most)
            continue;
        sum = 0;
        for (u32 l = 0; l < n_leaves; l++)
            sum += d->covers[l] ? box_volume(&k->leaves[l].box, shift) : 0;
        if (sum <= most_of_leaves || shift == 25)
            return true;
    }
}

// ---- one covering leaf ----

enum { VOXEL_NEW, VOXEL_SURFACE, VOXEL_SEEN };

typedef struct Dig { // in one leaf's box
    const Kernel *k;
    const Burial *burial;
    u32 leaf;
    VoxelBox box;
    u32 size[3];
    u8 *voxels;
    u32 *queue;
} Dig;

static u32 dig_at(const Dig *d, i64 x, i64 y, i64 z) {
    return ((u32)(z - d->box.lo[2]) * d->size[1] + (u32)(y - d->box.lo[1])) * d->size[0] +
           (u32)(x - d->box.lo[0]);
}

static i64 voxel_middle(const Burial *b, i64 at, u32 axis) {
    return (at << b->shift) + b->from[axis] + (1 << (b->shift - 1));
}

// The voxels that come near a triangle: those of its box that its plane comes near.
static void mark_triangle(Dig *d, u32 t) {
    const Burial *b = d->burial;
    Corner at[3];
    i32 min[3], max[3];
    for (u32 c = 0; c < 3; c++)
        memcpy(at[c].at, leaf_tri_place(d->k, d->leaf, t, c)->at, sizeof at[c].at);
    for (u32 i = 0; i < 3; i++) {
        min[i] = MIN(at[0].at[i], MIN(at[1].at[i], at[2].at[i]));
        max[i] = MAX(at[0].at[i], MAX(at[1].at[i], at[2].at[i]));
    }
    VoxelBox box = voxels_of(b, min, max, MARGIN);
    for (u32 i = 0; i < 3; i++) {
        box.lo[i] = MAX(box.lo[i], d->box.lo[i]);
        box.hi[i] = MIN(box.hi[i], d->box.hi[i]);
    }
    i64 n[3];
    corners_normal(at, n);
    f64 reach = ldexp(1, (int)b->shift - 1) + 2 * MARGIN;
    reach *= fabs((f64)n[0]) + fabs((f64)n[1]) + fabs((f64)n[2]);
    for (i64 z = box.lo[2]; z <= box.hi[2]; z++)
        for (i64 y = box.lo[1]; y <= box.hi[1]; y++) {
            f64 part = (f64)n[1] * (f64)(voxel_middle(b, y, 1) - at[0].at[1]) +
                       (f64)n[2] * (f64)(voxel_middle(b, z, 2) - at[0].at[2]);
            for (i64 x = box.lo[0]; x <= box.hi[0]; x++)
                if (fabs(part + (f64)n[0] * (f64)(voxel_middle(b, x, 0) - at[0].at[0])) <= reach)
                    d->voxels[dig_at(d, x, y, z)] = VOXEL_SURFACE;
        }
}

// The piece that voxel `first` is of, to queue. has_border: it reaches the border of the box,
// beyond which the leaf is not.
static u32 flood(Dig *d, u32 first, bool *has_border) {
    const u32 step[3] = {1, d->size[0], d->size[0] * d->size[1]};
    u32 n = 0;
    *has_border = false;
    d->queue[n++] = first;
    d->voxels[first] = VOXEL_SEEN;
    for (u32 i = 0; i < n; i++) {
        u32 v = d->queue[i];
        const u32 at[3] = {v % step[1], v % step[2] / step[1], v / step[2]};
        for (u32 axis = 0; axis < 3; axis++)
            for (u32 up = 0; up < 2; up++) {
                if (at[axis] == (up ? d->size[axis] - 1 : 0)) {
                    *has_border = true;
                    continue;
                }
                u32 w = up ? v + step[axis] : v - step[axis];
                if (d->voxels[w] == VOXEL_NEW) {
                    d->voxels[w] = VOXEL_SEEN;
                    d->queue[n++] = w;
                }
            }
    }
    return n;
}

static void add_piece(const Dig *d, u32 n) {
    const Burial *b = d->burial;
    for (u32 i = 0; i < n; i++) {
        u32 v = d->queue[i];
        i64 x = d->box.lo[0] + v % d->size[0], y = d->box.lo[1] + v / d->size[0] % d->size[1],
            z = d->box.lo[2] + v / d->size[0] / d->size[1];
        u8 *zone = &b->is_zone[((size_t)z * b->size[1] + (size_t)y) * b->size[0] + (size_t)x];
        __atomic_store_n(zone, 1, __ATOMIC_RELAXED); // by several leaves, perhaps
    }
}

static bool is_inside(const Dig *d, u32 v) {
    const Burial *b = d->burial;
    Beside s = {.along = {0, 1, 0}, .aside = {0, 0, 1}, .off = {1, 0, 0}};
    s.at[0] = voxel_middle(b, d->box.lo[0] + v % d->size[0], 0);
    s.at[1] = voxel_middle(b, d->box.lo[1] + v / d->size[0] % d->size[1], 1);
    s.at[2] = voxel_middle(b, d->box.lo[2] + v / d->size[0] / d->size[1], 2);
    return ray_leaf_winding(d->k, d->leaf, &s) > 0;
}

static void dig_leaf(Kernel *view, void *ctx, u32 l) {
    const Digging *digging = ctx;
    const Burial *b = digging->burial;
    const GridBox *box = &view->leaves[l].box;
    if (!digging->covers[l] || box->min[0] > box->max[0])
        return;
    ArenaMark mark = arena_mark(&view->scratch);
    Dig d = {.k = view, .burial = b, .leaf = l, .box = voxels_of(b, box->min, box->max, 0)};
    u32 n = (u32)count_voxels(&d.box), n_rays = 0;
    for (u32 i = 0; i < 3; i++)
        d.size[i] = (u32)(d.box.hi[i] - d.box.lo[i] + 1);
    d.voxels = ARENA_NEW(&view->scratch, u8, n);
    d.queue = arena_alloc(&view->scratch, n, sizeof(u32));
    heap_poll(view->heap);
    for (u32 t = 0; t < view->expr->leaves[l].mesh->n_tris; t++)
        mark_triangle(&d, t);
    u32 few = view->options.burying == CSG_BURY_ALWAYS ? 1 : FEW_VOXELS;
    for (u32 v = 0; v < n && n_rays < MOST_RAYS; v++) {
        if (d.voxels[v] != VOXEL_NEW)
            continue;
        bool has_border;
        u32 n_piece = flood(&d, v, &has_border);
        if (has_border || n_piece < few)
            continue;
        n_rays++;
        if (is_inside(&d, v))
            add_piece(&d, n_piece);
    }
    arena_reset(&view->scratch, mark);
}

// ---- the zone found ----

// Returns how many voxels are of the zone.
static u32 sum_zone(Burial *b) {
    size_t wide = b->size[0] + 1, deep = wide * (b->size[1] + 1), at = 0;
    for (u32 z = 0; z < b->size[2]; z++)
        for (u32 y = 0; y < b->size[1]; y++) {
            u32 row = 0, *out = b->n_before + (z + 1) * deep + (y + 1) * wide + 1;
            for (u32 x = 0; x < b->size[0]; x++, at++) {
                row += b->is_zone[at];
                out[x] = row + out[(i64)x - (i64)wide] + out[(i64)x - (i64)deep] -
                         out[(i64)x - (i64)wide - (i64)deep];
            }
        }
    return n_before(b, b->size[0], b->size[1], b->size[2]);
}

static void state_range(Kernel *view, void *ctx, u32 range) {
    const Burial *b = ctx;
    u32 n_ranges = kernel_ranges(view, view->n_facets, GRAIN),
        end = kernel_range_start(view->n_facets, n_ranges, range + 1);
    for (u32 t = kernel_range_start(view->n_facets, n_ranges, range); t < end; t++) {
        const Corner *at = facet_corners(view, t);
        i32 min[3], max[3];
        memcpy(min, at->at, sizeof min);
        memcpy(max, at->at, sizeof max);
        for (u32 c = 1; c < view->facets[t].n; c++)
            for (u32 i = 0; i < 3; i++) {
                min[i] = MIN(min[i], at[c].at[i]);
                max[i] = MAX(max[i], at[c].at[i]);
            }
        VoxelBox near = voxels_of(b, min, max, 2), box = voxels_of(b, min, max, 0);
        if (count_zone(b, &near))
            b->state[t] = count_zone(b, &box) == count_voxels(&box) ? STATE_BURIED : STATE_NEAR;
    }
}

void bury(Kernel *k) {
    if (k->is_thorough || k->options.burying == CSG_BURY_NEVER || k->expr->n_leaves < 2)
        return;
    arena_init(&k->scratch, k->heap);
    Burial *b = ARENA_NEW(&k->arena, Burial, 1);
    Digging d = {b, find_covering(k, &k->scratch)};
    GridBox region;
    if (choose_voxels(k, &d, &region)) {
        size_t n = 1, n_sums = 1;
        for (u32 i = 0; i < 3; i++) {
            b->from[i] = region.min[i];
            b->size[i] = ((u32)(region.max[i] - region.min[i]) >> b->shift) + 1;
            n *= b->size[i];
            n_sums *= b->size[i] + 1;
        }
        b->is_zone = ARENA_NEW(&k->scratch, u8, n);
        kernel_for(k, k->expr->n_leaves, (u64)k->n_in_tris * 30 + n * 5, dig_leaf, &d);
        b->n_before = ARENA_NEW(&k->arena, u32, n_sums);
        if (sum_zone(b)) {
            b->state = ARENA_NEW(&k->arena, u8, k->n_facets);
            kernel_for(k, kernel_ranges(k, k->n_facets, GRAIN), (u64)k->n_facets * 30, state_range,
                       b);
            k->burial = b;
        }
    }
    arena_finish(&k->scratch);
}

void bury_in_hulls(Kernel *k) {
    if (k->burial)
        return;
    k->burial = ARENA_NEW(&k->arena, Burial, 1); // of no voxels
    k->burial->state = ARENA_NEW(&k->arena, u8, k->n_facets);
}
