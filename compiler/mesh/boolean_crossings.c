// SPDX-License-Identifier: Apache-2.0
// Pass 4, crossings: which segments of a unit may meet.
//
// Boxes (from doubles, grown beyond their error) are sorted from left to right and dealt to
// horizontal strips; each strip is swept, and a pair is tried in the strip that holds the lower end
// of the boxes' common part. Two edges need no test (the narrow phase gave them their vertices)
// unless they run where some pairs were left out (boolean_buried.c), nor does a chord of a lone
// triangle against that triangle's edges. Cost: O(m log m + pairs) for segments that are short
// against the unit or few.
#include "compiler/mesh/boolean_arrange.h"

#include <string.h>

typedef struct SegBox {
    f64 min[2], max[2];
    u32 seg;
    bool is_inner; // no edge that has all its vertices
} SegBox;

typedef struct SegBoxes {
    VEC(SegBox) list, spare;
    VEC(u32) start, entries, next_inner;
} SegBoxes;

static SegBox seg_box(const Unit *u, u32 i) {
    const Seg *s = &u->segs.data[i];
    const Point *a = point_ref(u->k, s->a), *b = point_ref(u->k, s->b);
    const u32 axes[2] = {u->x, u->y};
    SegBox box = {.seg = i, .is_inner = s->facet == NONE || line_is_buried(u->k, s->a, s->b)};
    for (u32 j = 0; j < 2; j++) {
        box.min[j] = f64_min(a->at[axes[j]], b->at[axes[j]]) - 0x1p-20;
        box.max[j] = f64_max(a->at[axes[j]], b->at[axes[j]]) + 0x1p-20;
    }
    return box;
}

// Left sides become whole numbers, rounded down: that only makes boxes larger.
static void sort_boxes(Unit *u) {
    SegBoxes *b = u->boxes;
    Arena *arena = u->arena;
    u32 n = b->list.len;
    avec_reserve(arena, &b->spare, n);
    avec_reserve(arena, &u->keyed, n);
    avec_reserve(arena, &u->spare, n);
    for (u32 i = 0; i < n; i++) {
        u64 left = (u64)(b->list.data[i].min[0] + 0x1p26); // |min| < 2^26
        b->list.data[i].min[0] = (f64)left - 0x1p26;
        u->keyed.data[i] = (Keyed){left, i};
    }
    sort_keyed(u->keyed.data, u->spare.data, n);
    for (u32 i = 0; i < n; i++)
        b->spare.data[i] = b->list.data[u->keyed.data[i].value];
    SegBox *sorted = b->spare.data;
    u32 cap = b->spare.cap;
    b->spare.data = b->list.data;
    b->spare.cap = b->list.cap;
    b->list.data = sorted;
    b->list.cap = cap;
}

static void try_cross(Unit *u, const SegBox *a, const SegBox *b) {
    if (a->min[1] <= b->max[1] && b->min[1] <= a->max[1])
        unit_cross_segs(u, MIN(a->seg, b->seg), MAX(a->seg, b->seg));
}

typedef struct Strips {
    u32 n;
    f64 low, per_height; // strip of y: (y - low) * per_height
} Strips;

static u32 strip_of(const Strips *s, f64 y) {
    f64 at = (y - s->low) * s->per_height;
    return at <= 0 ? 0 : at >= (f64)s->n ? s->n - 1 : (u32)at;
}

// As many strips as keep the dealt boxes within four times their number.
static Strips choose_strips(const SegBox *list, u32 n) {
    f64 low = INFINITY, high = -INFINITY, sum = 0;
    for (u32 i = 0; i < n; i++) {
        low = f64_min(low, list[i].min[1]);
        high = f64_max(high, list[i].max[1]);
        sum += list[i].max[1] - list[i].min[1];
    }
    f64 most = f64_min(sqrt((f64)n), 3 * n * (high - low) / sum);
    u32 count = n < 64 || most < 2 ? 1 : (u32)most;
    return (Strips){count, low, count / (high - low)};
}

static void sweep_strip(Unit *u, const Strips *strips, u32 strip, const u32 *entries,
                        const u32 *next_inner, u32 n) {
    const SegBox *list = u->boxes->list.data;
    for (u32 i = 0; i < n; i++) {
        const SegBox *a = &list[entries[i]];
        for (u32 j = i + 1; j < n; j++) {
            if (!a->is_inner && (j = next_inner[j]) >= n)
                break;
            const SegBox *b = &list[entries[j]];
            if (b->min[0] > a->max[0])
                break;
            if (strips->n == 1 || strip_of(strips, f64_max(a->min[1], b->min[1])) == strip)
                try_cross(u, a, b);
        }
    }
}

static void sweep_strips(Unit *u, const Strips *strips) {
    SegBoxes *b = u->boxes;
    Arena *arena = u->arena;
    u32 n = b->list.len;
    b->start.len = 0;
    avec_reserve(arena, &b->start, strips->n + 2);
    memset(b->start.data, 0, (strips->n + 2) * sizeof(u32));
    for (u32 i = 0; i < n; i++)
        for (u32 s = strip_of(strips, b->list.data[i].min[1]);
             s <= strip_of(strips, b->list.data[i].max[1]); s++)
            b->start.data[s + 2]++;
    for (u32 s = 0; s < strips->n; s++)
        b->start.data[s + 2] += b->start.data[s + 1];
    u32 total = b->start.data[strips->n + 1];
    avec_reserve(arena, &b->entries, total);
    avec_reserve(arena, &b->next_inner, total);
    for (u32 i = 0; i < n; i++)
        for (u32 s = strip_of(strips, b->list.data[i].min[1]);
             s <= strip_of(strips, b->list.data[i].max[1]); s++)
            b->entries.data[b->start.data[s + 1]++] = i;
    for (u32 s = 0; s < strips->n; s++) {
        u32 from = b->start.data[s], len = b->start.data[s + 1] - from, inner = NONE;
        for (u32 i = len; i-- > 0;) {
            if (b->list.data[b->entries.data[from + i]].is_inner)
                inner = i;
            b->next_inner.data[from + i] = inner;
        }
        heap_poll(u->k->heap);
        sweep_strip(u, strips, s, b->entries.data + from, b->next_inner.data + from, len);
    }
}

void unit_find_crossings(Unit *u) {
    Arena *arena = u->arena;
    if (!u->boxes)
        u->boxes = ARENA_NEW(arena, SegBoxes, 1);
    SegBoxes *b = u->boxes;
    b->list.len = 0;
    u32 n_inner = 0;
    for (u32 i = 0; i < u->segs.len; i++) {
        if (u->segs.data[i].facet != NONE && u->n_facets == 1)
            continue;
        avec_push(arena, &b->list, seg_box(u, i));
        n_inner += b->list.data[b->list.len - 1].is_inner;
    }
    if (!n_inner || b->list.len < 2)
        return;
    sort_boxes(u);
    if (b->list.len < 64) {
        for (u32 i = 0; i < b->list.len; i++)
            for (u32 j = i + 1; j < b->list.len && b->list.data[j].min[0] <= b->list.data[i].max[0];
                 j++)
                if (b->list.data[i].is_inner || b->list.data[j].is_inner)
                    try_cross(u, &b->list.data[i], &b->list.data[j]);
        return;
    }
    Strips strips = choose_strips(b->list.data, b->list.len);
    sweep_strips(u, &strips);
}
