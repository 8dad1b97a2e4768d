// SPDX-License-Identifier: Apache-2.0
// Pass 1, what comes near: which triangles another leaf's surface may meet.
//
// A triangle whose box meets no other leaf's box needs no look. Of leaves of many triangles more is
// left out: space is divided into cubic rooms, each triangle is noted in the rooms that its box
// reaches into, and only those are near that share a room with another leaf. Of two spheres of a
// hundred thousand triangles a few thousand along their common circle remain. The rooms are of
// several sizes, each twice the one before: a triangle is noted where it reaches into at most two
// along each axis. A room knows the leaf of its triangles, or that there are several, which is all
// that is asked.
//
// Boxes are those of places on the grid, so what meets there shares a room exactly; no margin is
// needed. Cost: O(n).
#include "compiler/mesh/boolean_internal.h"

#include <stdatomic.h>

enum {
    MOST_LEVELS = 27,
    ROOM_BITS = 18,   // of a room's place along an axis
    WORTHWHILE = 128, // triangles near another leaf's box, for one leaf: fewer are all taken in
    ROOMS_A_TRI = 4,  // at most
    FEWEST_ROOMS = 512,
    GRAIN = 1 << 14,
    MANY = 0xffff, // of a room: triangles of several leaves
};

typedef _Atomic u16 RoomState; // 0: empty, leaf + 1, MANY

typedef struct Level {
    u32 size[3];      // rooms along each axis
    RoomState *own;   // triangles noted at this level
    RoomState *below; // at finer ones; NULL at the finest
} Level;

typedef struct Near {
    Kernel *k;
    GridBox *clips;   // by leaf: holds what its box has in common with others'
    u8 *beyond;       // by leaf's vertex: faces of the clip
    u8 *is_near;      // by leaf's triangle
    u64 *reach;       // by leaf's triangle, packed
    u32 n_ranges;     // of all triangles
    u32 *n_near;      // by leaf + range
    bool *is_refined; // by leaf
    GridBox region;   // holds the clips
    u32 shift;        // a room of the finest level is 2^shift quanta wide
    u32 n_levels;
    u32 *n_used; // levels, by range
    Level levels[MOST_LEVELS];
} Near;

// ---- leaves ----

static bool boxes_meet(const GridBox *a, const GridBox *b) {
    return a->min[0] <= b->max[0] && b->min[0] <= a->max[0] && a->min[1] <= b->max[1] &&
           b->min[1] <= a->max[1] && a->min[2] <= b->max[2] && b->min[2] <= a->max[2];
}

static void add_common(GridBox *clip, const GridBox *a, const GridBox *b) {
    for (u32 i = 0; i < 3; i++) {
        clip->min[i] = MIN(clip->min[i], MAX(a->min[i], b->min[i]));
        clip->max[i] = MAX(clip->max[i], MIN(a->max[i], b->max[i]));
    }
}

// By a sweep along x.
static void find_clips(Near *near) {
    Kernel *k = near->k;
    u32 n = k->expr->n_leaves, n_open = 0;
    Arena *arena = &k->scratch;
    Keyed *order = ARENA_NEW(arena, Keyed, n), *spare = ARENA_NEW(arena, Keyed, n);
    u32 *open = ARENA_NEW(arena, u32, n);
    near->clips = ARENA_NEW(arena, GridBox, n);
    for (u32 l = 0; l < n; l++) {
        near->clips[l] = grid_box_empty();
        order[l] = (Keyed){(u64)((i64)k->leaves[l].box.min[0] - INT32_MIN), l};
    }
    sort_keyed(order, spare, n);
    for (u32 i = 0; i < n; i++) {
        u32 l = order[i].value, kept = 0;
        const GridBox *box = &k->leaves[l].box;
        if (!k->leaves[l].is_used)
            continue;
        for (u32 j = 0; j < n_open; j++) {
            u32 other = open[j];
            if (k->leaves[other].box.max[0] < box->min[0])
                continue;
            open[kept++] = other;
            if (boxes_meet(box, &k->leaves[other].box)) {
                add_common(&near->clips[l], box, &k->leaves[other].box);
                add_common(&near->clips[other], box, &k->leaves[other].box);
            }
        }
        open[kept] = l;
        n_open = kept + 1;
    }
}

static inline GridBox tri_box(const GridPlace *at, const u32 v[3]) {
    const i32 *a = at[v[0]].at, *b = at[v[1]].at, *c = at[v[2]].at;
#define LEAST(i) MIN(a[i], MIN(b[i], c[i]))
#define MOST(i) MAX(a[i], MAX(b[i], c[i]))
    return (GridBox){{LEAST(0), LEAST(1), LEAST(2)}, {MOST(0), MOST(1), MOST(2)}};
#undef LEAST
#undef MOST
}

// Beyond which faces of the box a place lies, a bit each.
static inline u8 beyond(const GridBox *box, const i32 at[3]) {
    const i32 *min = box->min, *max = box->max;
    u32 low = (u32)(at[0] < min[0]) | (u32)(at[1] < min[1]) << 1 | (u32)(at[2] < min[2]) << 2,
        high = (u32)(at[0] > max[0]) | (u32)(at[1] > max[1]) << 1 | (u32)(at[2] > max[2]) << 2;
    return (u8)(low | high << 3);
}

static void place_range(Kernel *k, void *ctx, u32 range) {
    Near *near = ctx;
    LeafRun run = leaf_run_first(k, k->vert_base, near->n_ranges, range);
    for (; run.from < run.to; leaf_run_next(k, k->vert_base, &run)) {
        const GridPlace *at = k->snapped + k->vert_base[run.leaf];
        const GridBox clip = near->clips[run.leaf], *box = &k->leaves[run.leaf].box;
        u8 *out = near->beyond + k->vert_base[run.leaf];
        bool is_whole = !beyond(&clip, box->min) && !beyond(&clip, box->max); // all are 0
        for (u32 v = run.from; v < run.to && clip.min[0] <= clip.max[0] && !is_whole; v++)
            out[v] = beyond(&clip, at[v].at);
    }
}

// A triangle's box misses the clip if its corners all lie beyond one face.
static void clip_range(Kernel *k, void *ctx, u32 range) {
    Near *near = ctx;
    LeafRun run = leaf_run_first(k, k->tri_base, near->n_ranges, range);
    for (; run.from < run.to; leaf_run_next(k, k->tri_base, &run)) {
        const Mesh *mesh = k->expr->leaves[run.leaf].mesh;
        const u8 *out = near->beyond + k->vert_base[run.leaf];
        const GridBox clip = near->clips[run.leaf];
        u8 *is_near = near->is_near + k->tri_base[run.leaf];
        u32 n = 0;
        for (u32 t = run.from; t < run.to && clip.min[0] <= clip.max[0]; t++) {
            const u32 *v = mesh->tris + 3 * (size_t)t;
            is_near[t] = (out[v[0]] & out[v[1]] & out[v[2]]) == 0;
            n += is_near[t];
        }
        near->n_near[run.leaf + range] = n;
    }
}

// ---- rooms ----

static void build_rooms(Near *near, u64 n_tris) {
    u64 most = MAX(ROOMS_A_TRI * n_tris, (u64)FEWEST_ROOMS), n;
    u32 extent[3], shift = 0;
    for (u32 i = 0; i < 3; i++)
        extent[i] = (u32)(near->region.max[i] - near->region.min[i]);
    for (;; shift++) {
        bool is_narrow = true;
        n = 1;
        for (u32 i = 0; i < 3; i++) {
            n *= (extent[i] >> shift) + 1;
            is_narrow = is_narrow && extent[i] >> shift >> ROOM_BITS == 0;
        }
        if (n <= most && is_narrow)
            break;
    }
    near->shift = shift;
    for (bool is_last = false; !is_last; shift++) {
        Level *level = &near->levels[near->n_levels];
        is_last = true;
        n = 1;
        for (u32 i = 0; i < 3; i++) {
            level->size[i] = (extent[i] >> shift) + 1;
            is_last = is_last && level->size[i] <= 2;
            n *= level->size[i];
        }
        level->own = ARENA_NEW(&near->k->scratch, RoomState, n);
        if (near->n_levels++)
            level->below = ARENA_NEW(&near->k->scratch, RoomState, n);
    }
}

// The rooms that a triangle's box reaches into, on its level.
typedef struct Reach {
    u32 level, lo[3], hi[3];
} Reach;

static inline Reach reach_of(const Near *near, const GridBox *box) {
    Reach reach = {0};
    u32 most = 0;
    for (u32 i = 0; i < 3; i++) {
        i32 from = near->region.min[i], lo = MAX(box->min[i], from),
            hi = MIN(box->max[i], near->region.max[i]);
        reach.lo[i] = (u32)(lo - from) >> near->shift;
        reach.hi[i] = (u32)(hi - from) >> near->shift;
        most |= reach.hi[i] - reach.lo[i];
    }
    while (most > 1) {
        reach.level++;
        most = 0;
        for (u32 i = 0; i < 3; i++) {
            reach.lo[i] >>= 1;
            reach.hi[i] >>= 1;
            most |= reach.hi[i] - reach.lo[i];
        }
    }
    return reach;
}

static inline u64 reach_pack(const Reach *r) {
    u64 out = r->level;
    for (u32 i = 0; i < 3; i++)
        out = out << (ROOM_BITS + 1) | (u64)r->lo[i] << 1 | (r->hi[i] - r->lo[i]);
    return out;
}

static inline Reach reach_unpack(u64 packed) {
    Reach r;
    for (u32 i = 3; i-- > 0; packed >>= ROOM_BITS + 1) {
        r.lo[i] = (u32)packed >> 1 & ((1 << ROOM_BITS) - 1);
        r.hi[i] = r.lo[i] + ((u32)packed & 1);
    }
    r.level = (u32)packed;
    return r;
}

static inline size_t room_at(const Level *level, u32 x, u32 y, u32 z) {
    return ((size_t)z * level->size[1] + y) * level->size[0] + x;
}

// The outcome does not depend on who comes first.
static void note(RoomState *room, u16 leaf) {
    u16 old = atomic_load_explicit(room, memory_order_relaxed);
    while (old != leaf && old != MANY &&
           !atomic_compare_exchange_weak_explicit(room, &old, old ? (u16)MANY : leaf,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

static void note_rooms(const Level *level, const Reach *r, u16 leaf) {
    const size_t wide = level->size[0], deep = wide * level->size[1];
    const u32 n_x = r->hi[0] - r->lo[0];
    RoomState *layer = level->own + room_at(level, r->lo[0], r->lo[1], r->lo[2]);
    for (u32 z = r->lo[2]; z <= r->hi[2]; z++, layer += deep) {
        RoomState *row = layer;
        for (u32 y = r->lo[1]; y <= r->hi[1]; y++, row += wide)
            for (u32 x = 0; x <= n_x; x++)
                note(&row[x], leaf);
    }
}

static void note_range(Kernel *k, void *ctx, u32 range) {
    Near *near = ctx;
    u32 n_used = 0;
    LeafRun run = leaf_run_first(k, k->tri_base, near->n_ranges, range);
    for (; run.from < run.to; leaf_run_next(k, k->tri_base, &run)) {
        const Mesh *mesh = k->expr->leaves[run.leaf].mesh;
        const GridPlace *at = k->snapped + k->vert_base[run.leaf];
        const u8 *is_near = near->is_near + k->tri_base[run.leaf];
        u64 *reach = near->reach + k->tri_base[run.leaf];
        for (u32 t = run.from; t < run.to; t++) {
            if (!is_near[t])
                continue;
            GridBox box = tri_box(at, mesh->tris + 3 * (size_t)t);
            Reach r = reach_of(near, &box);
            reach[t] = reach_pack(&r);
            n_used = MAX(n_used, r.level + 1);
            note_rooms(&near->levels[r.level], &r, (u16)(run.leaf + 1));
        }
    }
    near->n_used[range] = n_used;
}

// What is noted in rooms is noted as below in the larger ones that hold them.
static void note_below(Near *near) {
    for (u32 l = 1; l < near->n_levels; l++) {
        const Level *fine = &near->levels[l - 1], *level = &near->levels[l];
        size_t i = 0;
        for (u32 z = 0; z < fine->size[2]; z++)
            for (u32 y = 0; y < fine->size[1]; y++)
                for (u32 x = 0; x < fine->size[0]; x++, i++) {
                    u16 own = atomic_load_explicit(&fine->own[i], memory_order_relaxed),
                        below = fine->below
                                    ? atomic_load_explicit(&fine->below[i], memory_order_relaxed)
                                    : 0;
                    RoomState *to = &level->below[room_at(level, x / 2, y / 2, z / 2)];
                    if (own)
                        note(to, own);
                    if (below)
                        note(to, below);
                }
    }
}

static bool holds_other(const Level *level, const RoomState *rooms, const Reach *r, u16 leaf) {
    const size_t wide = level->size[0], deep = wide * level->size[1];
    const u32 n_x = r->hi[0] - r->lo[0];
    const RoomState *layer = rooms + room_at(level, r->lo[0], r->lo[1], r->lo[2]);
    for (u32 z = r->lo[2]; z <= r->hi[2]; z++, layer += deep) {
        const RoomState *row = layer;
        for (u32 y = r->lo[1]; y <= r->hi[1]; y++, row += wide)
            for (u32 x = 0; x <= n_x; x++) {
                u16 in = atomic_load_explicit(&row[x], memory_order_relaxed);
                if (in && in != leaf)
                    return true;
            }
    }
    return false;
}

static bool meets_other(const Near *near, Reach r, u16 leaf) {
    if (r.level && holds_other(&near->levels[r.level], near->levels[r.level].below, &r, leaf))
        return true;
    for (; r.level < near->n_levels; r.level++) {
        if (holds_other(&near->levels[r.level], near->levels[r.level].own, &r, leaf))
            return true;
        for (u32 i = 0; i < 3; i++) {
            r.lo[i] >>= 1;
            r.hi[i] >>= 1;
        }
    }
    return false;
}

static void refine_range(Kernel *k, void *ctx, u32 range) {
    Near *near = ctx;
    LeafRun run = leaf_run_first(k, k->tri_base, near->n_ranges, range);
    for (; run.from < run.to; leaf_run_next(k, k->tri_base, &run)) {
        if (!near->is_refined[run.leaf])
            continue;
        const u64 *reach = near->reach + k->tri_base[run.leaf];
        u8 *is_near = near->is_near + k->tri_base[run.leaf];
        for (u32 t = run.from; t < run.to; t++)
            if (is_near[t])
                is_near[t] = meets_other(near, reach_unpack(reach[t]), (u16)(run.leaf + 1));
    }
}

static void refine(Near *near, u64 n_tris, u64 work_ns) {
    Kernel *k = near->k;
    build_rooms(near, n_tris);
    near->reach = ARENA_NEW(&k->scratch, u64, k->tri_base[k->expr->n_leaves]);
    near->n_used = ARENA_NEW(&k->scratch, u32, near->n_ranges);
    kernel_for(k, near->n_ranges, work_ns, note_range, near);
    u32 n_used = 0;
    for (u32 r = 0; r < near->n_ranges; r++)
        n_used = MAX(n_used, near->n_used[r]);
    near->n_levels = n_used; // coarser ones are empty
    note_below(near);
    kernel_for(k, near->n_ranges, work_ns, refine_range, near);
}

u8 *find_near(Kernel *k) {
    u32 n_leaves = k->expr->n_leaves, n_tris = k->tri_base[n_leaves];
    Near near = {.k = k, .region = grid_box_empty()};
    near.n_ranges = kernel_ranges(k, n_tris, GRAIN);
    near.is_near = ARENA_NEW(&k->scratch, u8, n_tris);
    near.beyond = ARENA_NEW(&k->scratch, u8, k->vert_base[n_leaves]);
    near.is_refined = ARENA_NEW(&k->scratch, bool, n_leaves);
    near.n_near = ARENA_NEW(&k->scratch, u32, (size_t)n_leaves + near.n_ranges);
    find_clips(&near);
    kernel_for(k, near.n_ranges, (u64)k->vert_base[n_leaves] * 8, place_range, &near);
    kernel_for(k, near.n_ranges, (u64)n_tris * 6, clip_range, &near);
    u32 *n_of = ARENA_NEW(&k->scratch, u32, n_leaves);
    for (u32 r = 0; r < near.n_ranges; r++)
        for (LeafRun run = leaf_run_first(k, k->tri_base, near.n_ranges, r); run.from < run.to;
             leaf_run_next(k, k->tri_base, &run))
            n_of[run.leaf] += near.n_near[run.leaf + r];
    u64 n_near = 0;
    bool is_worthwhile = false;
    for (u32 l = 0; l < n_leaves; l++) {
        u32 n = n_of[l];
        n_near += n;
        near.is_refined[l] = n >= WORTHWHILE && k->expr->leaves[l].is_simple;
        is_worthwhile = is_worthwhile || near.is_refined[l];
        for (u32 i = 0; i < 3 && n; i++) {
            near.region.min[i] = MIN(near.region.min[i], near.clips[l].min[i]);
            near.region.max[i] = MAX(near.region.max[i], near.clips[l].max[i]);
        }
    }
    if (is_worthwhile && n_leaves < MANY - 1)
        refine(&near, n_near, n_near * 15);
    return near.is_near;
}
