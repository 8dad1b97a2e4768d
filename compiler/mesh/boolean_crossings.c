// SPDX-License-Identifier: Apache-2.0
// Pass 4, crossings: which segments of a unit may meet, which holes of a facet.
//
// Boxes (from doubles, grown beyond their error) are sorted from left to right and dealt to
// horizontal strips; each strip is swept, and a pair is visited in the strip that holds the lower
// end of the boxes' common part. Two edges need no test (the narrow phase gave them their vertices)
// unless they run where some pairs were left out (boolean_buried.c), nor does a chord of a lone
// facet against that facet's edges. Cost: O(m log m + pairs) for segments that are short
// against the unit or few.
#include "compiler/mesh/boolean_arrange.h"

#include <string.h>

void flat_box_add(const Unit *u, FlatBox *box, u32 v) {
    const Point *p = point_ref(u->k, v);
    const u32 axes[2] = {u->x, u->y};
    for (u32 j = 0; j < 2; j++) {
        box->min[j] = f64_min(box->min[j], p->at[axes[j]] - 0x1p-20);
        box->max[j] = f64_max(box->max[j], p->at[axes[j]] + 0x1p-20);
    }
}

// Left sides become whole numbers, rounded down: that only makes boxes larger.
static void sort_boxes(Unit *u) {
    FlatBoxes *b = u->boxes;
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
    FlatBox *sorted = b->spare.data;
    u32 cap = b->spare.cap;
    b->spare.data = b->list.data;
    b->spare.cap = b->list.cap;
    b->list.data = sorted;
    b->list.cap = cap;
}

static bool visit_pair(Unit *u, const FlatBox *a, const FlatBox *b, FlatVisit *visit) {
    return a->min[1] > b->max[1] || b->min[1] > a->max[1] ||
           visit(u, MIN(a->id, b->id), MAX(a->id, b->id));
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
static Strips choose_strips(const FlatBox *list, u32 n) {
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

static bool sweep_strip(Unit *u, const Strips *strips, u32 strip, const u32 *entries,
                        const u32 *next_inner, u32 n, FlatVisit *visit) {
    const FlatBox *list = u->boxes->list.data;
    for (u32 i = 0; i < n; i++) {
        const FlatBox *a = &list[entries[i]];
        for (u32 j = i + 1; j < n; j++) {
            if (!a->is_inner && (j = next_inner[j]) >= n)
                break;
            const FlatBox *b = &list[entries[j]];
            if (b->min[0] > a->max[0])
                break;
            if ((strips->n == 1 || strip_of(strips, f64_max(a->min[1], b->min[1])) == strip) &&
                !visit_pair(u, a, b, visit))
                return false;
        }
    }
    return true;
}

static bool sweep_strips(Unit *u, const Strips *strips, FlatVisit *visit) {
    FlatBoxes *b = u->boxes;
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
        if (!sweep_strip(u, strips, s, b->entries.data + from, b->next_inner.data + from, len,
                         visit))
            return false;
    }
    return true;
}

FlatBoxes *flat_boxes_begin(Unit *u) {
    if (!u->boxes)
        u->boxes = ARENA_NEW(u->arena, FlatBoxes, 1);
    u->boxes->list.len = 0;
    return u->boxes;
}

bool flat_boxes_sweep(Unit *u, FlatVisit *visit) {
    FlatBoxes *b = u->boxes;
    sort_boxes(u);
    if (b->list.len >= 64) {
        Strips strips = choose_strips(b->list.data, b->list.len);
        return sweep_strips(u, &strips, visit);
    }
    const FlatBox *list = b->list.data;
    for (u32 i = 0; i < b->list.len; i++)
        for (u32 j = i + 1; j < b->list.len && list[j].min[0] <= list[i].max[0]; j++)
            if ((list[i].is_inner || list[j].is_inner) && !visit_pair(u, &list[i], &list[j], visit))
                return false;
    return true;
}

static bool cross_pair(Unit *u, u32 i, u32 j) {
    unit_cross_segs(u, i, j);
    return true;
}

static bool may_cross_anything(const Unit *u, const Seg *s) {
    return s->facet == NONE || line_is_buried(u->k, s->a, s->b);
}

void unit_find_crossings(Unit *u) {
    u32 first = 0;
    while (first < u->segs.len && !may_cross_anything(u, &u->segs.data[first]))
        first++;
    if (first == u->segs.len)
        return;
    FlatBoxes *b = flat_boxes_begin(u);
    avec_reserve(u->arena, &b->list, u->segs.len);
    for (u32 i = 0; i < u->segs.len; i++) {
        const Seg *s = &u->segs.data[i];
        if (s->facet != NONE && u->n_facets == 1)
            continue;
        FlatBox box = flat_box_empty(i);
        box.is_inner = i >= first && may_cross_anything(u, s);
        flat_box_add(u, &box, s->a);
        flat_box_add(u, &box, s->b);
        avec_push(u->arena, &b->list, box);
    }
    if (b->list.len > 1)
        flat_boxes_sweep(u, cross_pair);
}
