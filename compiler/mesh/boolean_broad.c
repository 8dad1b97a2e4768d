// SPDX-License-Identifier: Apache-2.0
// Pass 2, broad phase: the pairs of facets whose boxes meet.
//
// A box of space with the facets that reach into it is halved until few are left, or all are of
// one leaf whose own facets need no test. A facet that reaches into both halves goes to both;
// a pair is reported only in the half-open box that holds the lowest corner of the two boxes'
// intersection, so each is reported once, and in an order that depends on the input alone. Where
// halving does not part the facets (a fan, say) they are swept along the longest axis instead.
// Cost: O(n log n + k) for surfaces; the sweep's worst case is quadratic in facets that truly
// crowd.
#include "compiler/mesh/boolean_internal.h"

enum { FEW = 24, DEEPEST = 60 };

typedef struct FacetBox {
    i32 min[3], max[3];
} FacetBox;

typedef struct Broad {
    Kernel *k;
    FacetBox *boxes; // by facet
    VEC(Pair) found;
    VEC(u32) list; // the lists of the boxes now open, one after the other
    u32 n_since_poll;
} Broad;

// Half-open: min <= c < max.
typedef struct Room {
    i64 min[3], max[3];
} Room;

static bool must_test(const Broad *b, u32 t, u32 u) {
    const Facet *facets = b->k->facets;
    return facets[t].leaf != facets[u].leaf || b->k->leaves[facets[t].leaf].is_dirty;
}

static bool is_quiet(const Broad *b, u32 from, u32 to) {
    u32 leaf = b->k->facets[b->list.data[from]].leaf;
    if (b->k->leaves[leaf].is_dirty)
        return false;
    for (u32 i = from + 1; i < to; i++)
        if (b->k->facets[b->list.data[i]].leaf != leaf)
            return false;
    return true;
}

static void try_pair(Broad *b, const Room *room, u32 t, u32 u) {
    const FacetBox *s = &b->boxes[t], *r = &b->boxes[u];
    for (u32 i = 0; i < 3; i++) {
        i32 low = MAX(s->min[i], r->min[i]);
        if (low > MIN(s->max[i], r->max[i]) || low < room->min[i] || low >= room->max[i])
            return;
    }
    if (must_test(b, t, u))
        avec_push(&b->k->scratch, &b->found, (Pair){MIN(t, u), MAX(t, u)});
}

// list is sorted by the low side of the boxes along axis, ties by number.
static void sort_along(const Broad *b, u32 *list, u32 *spare, u32 n, u32 axis) {
    for (u32 width = 1; width < n; width *= 2) {
        for (u32 i = 0; i < n; i += 2 * width) {
            u32 p = i, mid = MIN(i + width, n), q = mid, end = MIN(i + 2 * width, n);
            for (u32 o = i; o < end; o++) {
                bool take_left = q >= end || (p < mid && b->boxes[list[p]].min[axis] <=
                                                             b->boxes[list[q]].min[axis]);
                spare[o] = take_left ? list[p++] : list[q++];
            }
        }
        for (u32 i = 0; i < n; i++)
            list[i] = spare[i];
    }
}

static void sweep(Broad *b, const Room *room, u32 from, u32 to) {
    u32 n = to - from, axis = 0;
    if (n > FEW) {
        avec_reserve(&b->k->scratch, &b->list, (size_t)to + n);
        for (u32 i = 1; i < 3; i++)
            if (room->max[i] - room->min[i] > room->max[axis] - room->min[axis])
                axis = i;
        sort_along(b, b->list.data + from, b->list.data + to, n, axis);
    }
    const u32 *list = b->list.data + from;
    for (u32 i = 0; i < n; i++)
        for (u32 j = i + 1; j < n; j++) {
            if (n > FEW && b->boxes[list[j]].min[axis] > b->boxes[list[i]].max[axis])
                break;
            try_pair(b, room, list[i], list[j]);
        }
}

static u32 pick_half(Broad *b, u32 from, u32 to, u32 axis, i64 middle, bool high) {
    u32 start = b->list.len;
    avec_reserve(&b->k->scratch, &b->list, (size_t)b->list.len + (to - from));
    for (u32 i = from; i < to; i++) {
        const FacetBox *box = &b->boxes[b->list.data[i]];
        if (high ? box->max[axis] >= middle : box->min[axis] < middle)
            b->list.data[b->list.len++] = b->list.data[i];
    }
    return b->list.len - start;
}

static void count_halves(const Broad *b, u32 from, u32 to, u32 axis, i64 middle, u32 count[2]) {
    count[0] = count[1] = 0;
    for (u32 i = from; i < to; i++) {
        const FacetBox *box = &b->boxes[b->list.data[i]];
        count[0] += box->min[axis] < middle;
        count[1] += box->max[axis] >= middle;
    }
}

// The axis and place that parts the list best; false if all repeat too many facets.
static bool choose_cut(const Broad *b, const Room *room, u32 from, u32 to, u32 *axis, i64 *middle) {
    u32 n = to - from, best = n + n / 2;
    bool found = false;
    for (u32 i = 0; i < 3; i++) {
        i64 sum = 0;
        for (u32 j = from; j < to; j++) {
            const FacetBox *box = &b->boxes[b->list.data[j]];
            i64 low = MAX((i64)box->min[i], room->min[i]),
                high = MIN((i64)box->max[i], room->max[i] - 1);
            sum += (low + high) / 2;
        }
        i64 mean = sum / (i64)n;
        u32 count[2];
        if (mean <= room->min[i] || mean >= room->max[i])
            continue;
        count_halves(b, from, to, i, mean, count);
        if (count[0] + count[1] < best && count[0] < n && count[1] < n) {
            best = count[0] + count[1];
            *axis = i;
            *middle = mean;
            found = true;
        }
    }
    return found;
}

static void halve(Broad *b, const Room *room, u32 from, u32 to, u32 depth) {
    if (to - from < 2 || is_quiet(b, from, to))
        return;
    b->n_since_poll += to - from;
    if (b->n_since_poll > 1 << 18) {
        b->n_since_poll = 0;
        heap_poll(b->k->heap);
    }
    u32 axis = 0;
    i64 middle = 0;
    if (to - from <= FEW || depth == DEEPEST || !choose_cut(b, room, from, to, &axis, &middle)) {
        sweep(b, room, from, to);
        return;
    }
    for (int high = 0; high < 2; high++) {
        Room half = *room;
        *(high ? &half.min[axis] : &half.max[axis]) = middle;
        u32 start = b->list.len, n = pick_half(b, from, to, axis, middle, high);
        halve(b, &half, start, start + n, depth + 1);
        b->list.len = start;
    }
}

static FacetBox facet_box(const Kernel *k, u32 t) {
    const Corner *at = facet_corners(k, t);
    FacetBox box;
    for (u32 i = 0; i < 3; i++)
        box.min[i] = box.max[i] = at->at[i];
    for (u32 c = 1; c < k->facets[t].n; c++)
        for (u32 i = 0; i < 3; i++) {
            box.min[i] = MIN(box.min[i], at[c].at[i]);
            box.max[i] = MAX(box.max[i], at[c].at[i]);
        }
    return box;
}

// To the kernel, by first facet; stable.
static void hand_over(Broad *b) {
    Kernel *k = b->k;
    u32 n = b->found.len, *start = ARENA_NEW(&k->scratch, u32, k->n_facets + 2);
    const Pair *found = b->found.data;
    avec_reserve(&k->arena, &k->pairs, n);
    k->pairs.len = n;
    for (u32 i = 0; i < n; i++)
        start[found[i].t + 2]++;
    for (u32 t = 0; t < k->n_facets; t++)
        start[t + 2] += start[t + 1];
    for (u32 i = 0; i < n; i++)
        k->pairs.data[start[found[i].t + 1]++] = found[i];
}

void broad(Kernel *k) {
    arena_init(&k->scratch, k->heap);
    Broad b = {.k = k, .boxes = ARENA_NEW(&k->scratch, FacetBox, k->n_facets)};
    Room room = {{-GRID_LIMIT, -GRID_LIMIT, -GRID_LIMIT},
                 {GRID_LIMIT + 1, GRID_LIMIT + 1, GRID_LIMIT + 1}};
    avec_reserve(&k->scratch, &b.list, k->n_facets);
    for (u32 t = 0; t < k->n_facets; t++) {
        b.boxes[t] = facet_box(k, t);
        b.list.data[b.list.len++] = t;
    }
    halve(&b, &room, 0, k->n_facets, 0);
    hand_over(&b); // sorted, so that the narrow phase keeps the first one at hand
    arena_finish(&k->scratch);
}
