// SPDX-License-Identifier: Apache-2.0
// Pass 2, broad phase: the pairs of facets whose boxes meet.
//
// A room, a box of space with the facets that reach into it, is halved until few are left, or all
// are of one leaf whose own facets need no test. A facet that reaches into both halves goes to
// both; a pair is reported only in the half-open room that holds the lowest corner of the two
// boxes' intersection, so each is reported once. Where to cut is decided on a sample. Where halving
// does not part the facets (a fan, say) they are swept along the longest axis instead.
//
// The first cuts, down to some thousands of facets, are those of a sample of all facets; then each
// facet goes to its rooms, and each room is a task for threads. The pairs are sorted at last, so
// their order depends on the facets alone. Cost: O(n log n + k) for surfaces; the sweep's worst
// case is quadratic in facets that truly crowd.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

enum {
    FEW = 64,
    DEEPEST = 60,
    SAMPLE = 24,
    FIRST_SAMPLE = 1 << 12,
    MOST_ROOMS = 256, // that are tasks, about
    ROOM_SIZE = 2048, // facets of such a room, about
    FINE_ROOM_SIZE = 100,
    GRAIN = 1 << 11
};

// Entries with equal keys need no test: facets of one leaf, if it is clean.
typedef struct Entry {
    GridBox box;
    u32 facet, key;
} Entry;
enum { KEY_ALONE = (u32)1 << 31 }; // | facet: of a leaf whose facets may meet each other

// Half-open: min <= c < max.
typedef struct Room {
    i32 min[3], max[3];
} Room;

// A facet | IS_FIRST, and the facets that it makes pairs with, and so on: half of what pairs take.
typedef VEC(u32) Found;
enum { IS_FIRST = (u32)1 << 31 };

typedef struct Broad { // one room and its parts
    Kernel *k;
    VEC(Entry) list; // of the rooms now open, one after the other
    Found *found;    // on heap
    u32 last_first;  // in found; NONE
    u32 n_since_poll;
} Broad;

// What they have in common lies deep inside of some leaf (boolean_buried.c); facets of one plane
// are kept together.
static bool is_left_out(const Kernel *k, const Entry *t, const Entry *u) {
    i32 min[3], max[3];
    for (u32 i = 0; i < 3; i++) {
        min[i] = MAX(t->box.min[i], u->box.min[i]);
        max[i] = MIN(t->box.max[i], u->box.max[i]);
    }
    if (!box_is_buried(k, min, max))
        return false;
    const i64 *n = k->facets[t->facet].normal, *m = k->facets[u->facet].normal;
    f64 cross2 = 0, n2 = 0, m2 = 0;
    for (u32 i = 0, j = 1, l = 2; i < 3; i++, j = l, l = l < 2 ? l + 1 : 0) {
        f64 cross = (f64)n[j] * (f64)m[l] - (f64)n[l] * (f64)m[j];
        cross2 += cross * cross;
        n2 += (f64)n[i] * (f64)n[i];
        m2 += (f64)m[i] * (f64)m[i];
    }
    return cross2 > 1e-20 * n2 * m2;
}

// Of different keys.
static inline void try_pair(Broad *b, const Room *room, const Entry *t, const Entry *u) {
    for (u32 i = 0; i < 3; i++) {
        i32 low = MAX(t->box.min[i], u->box.min[i]);
        if (low > t->box.max[i] || low > u->box.max[i] || low < room->min[i] || low >= room->max[i])
            return;
    }
    if (b->k->burial && is_left_out(b->k, t, u))
        return;
    if (t->facet != b->last_first)
        vec_push(b->k->heap, b->found, IS_FIRST | t->facet);
    b->last_first = t->facet;
    vec_push(b->k->heap, b->found, u->facet);
}

// By the low side along axis, ties as they stand.
static void sort_along(Kernel *k, Entry *list, u32 n, u32 axis) {
    ArenaMark mark = arena_mark(&k->scratch);
    Keyed *order = arena_alloc(&k->scratch, n, sizeof *order),
          *spare = arena_alloc(&k->scratch, n, sizeof *spare);
    Entry *sorted = arena_alloc(&k->scratch, n, sizeof *sorted);
    for (u32 i = 0; i < n; i++)
        order[i] = (Keyed){(u64)((i64)list[i].box.min[axis] - INT32_MIN), i};
    sort_keyed(order, spare, n);
    for (u32 i = 0; i < n; i++)
        sorted[i] = list[order[i].value];
    memcpy(list, sorted, n * sizeof *list);
    arena_reset(&k->scratch, mark);
}

// Each with each: those of one key, which go to the front, with the rest, and so on.
static void try_all(Broad *b, const Room *room, Entry *list, u32 n) {
    for (u32 first = 0, end; first < n; first = end) {
        end = first + 1;
        for (u32 i = end; i < n; i++)
            if (list[i].key == list[first].key) {
                Entry e = list[i];
                list[i] = list[end];
                list[end++] = e;
            }
        for (u32 i = first; i < end; i++)
            for (u32 j = end; j < n; j++)
                try_pair(b, room, &list[i], &list[j]);
    }
}

static void sweep(Broad *b, const Room *room, u32 from, u32 n) {
    Entry *list = b->list.data + from;
    if (n <= FEW) {
        try_all(b, room, list, n);
        return;
    }
    u32 axis = 0;
    for (u32 i = 1; i < 3; i++)
        if (room->max[i] - room->min[i] > room->max[axis] - room->min[axis])
            axis = i;
    sort_along(b->k, list, n, axis);
    for (u32 i = 0; i < n; i++)
        for (u32 j = i + 1; j < n && list[j].box.min[axis] <= list[i].box.max[axis]; j++)
            if (list[i].key != list[j].key)
                try_pair(b, room, &list[i], &list[j]);
}

typedef struct Cut {
    u32 axis;
    i32 middle; // what lies below goes to the low half, the rest to the high one
} Cut;

// The axis and place that parts every stride-th of the list best; false if all repeat too many.
static bool choose_cut(const Entry *list, u32 n, u32 stride, const Room *room, Cut *cut) {
    i64 sum[3] = {0};
    u32 n_seen = 0, count[3][2] = {{0}}, best;
    i32 middle[3];
    for (u32 j = 0; j < n; j += stride, n_seen++)
        for (u32 i = 0; i < 3; i++)
            sum[i] += (i64)MAX(list[j].box.min[i], room->min[i]) +
                      MIN(list[j].box.max[i], room->max[i] - 1);
    for (u32 i = 0; i < 3; i++)
        middle[i] = (i32)(sum[i] / 2 / (i64)n_seen);
    for (u32 j = 0; j < n; j += stride)
        for (u32 i = 0; i < 3; i++) {
            count[i][0] += list[j].box.min[i] < middle[i];
            count[i][1] += list[j].box.max[i] >= middle[i];
        }
    best = n_seen + n_seen / 2;
    bool found = false;
    for (u32 i = 0; i < 3; i++)
        if (middle[i] > room->min[i] && middle[i] < room->max[i] && count[i][0] < n_seen &&
            count[i][1] < n_seen && count[i][0] + count[i][1] < best) {
            best = count[i][0] + count[i][1];
            *cut = (Cut){i, middle[i]};
            found = true;
        }
    return found;
}

static void halve(Broad *b, const Room *room, u32 from, u32 n, u32 depth);

// Appends the low half to the lists; the high one takes the list's own place.
static void part(Broad *b, const Room *room, u32 from, u32 n, u32 depth, Cut cut) {
    vec_reserve(b->k->heap, &b->list, (size_t)b->list.len + n);
    const Entry *list = b->list.data + from;
    Entry *high = b->list.data + from, *low = b->list.data + b->list.len;
    u32 n_low = 0, n_high = 0, low_differ = 0, high_differ = 0;
    u32 start = b->list.len;
    for (u32 i = 0; i < n; i++) {
        Entry e = list[i];
        bool is_low = e.box.min[cut.axis] < cut.middle, is_high = e.box.max[cut.axis] >= cut.middle;
        low[n_low] = e;
        low_differ |= is_low ? e.key ^ low[0].key : 0;
        n_low += is_low;
        high[n_high] = e;
        high_differ |= is_high ? e.key ^ high[0].key : 0;
        n_high += is_high;
    }
    Room half = *room;
    half.max[cut.axis] = cut.middle;
    b->list.len = start + n_low;
    if (low_differ)
        halve(b, &half, start, n_low, depth + 1);
    b->list.len = start;
    half = *room;
    half.min[cut.axis] = cut.middle;
    if (high_differ)
        halve(b, &half, from, n_high, depth + 1);
}

// The list's keys are not all equal.
static void halve(Broad *b, const Room *room, u32 from, u32 n, u32 depth) {
    b->n_since_poll += n;
    if (b->n_since_poll > 1 << 18) {
        b->n_since_poll = 0;
        heap_poll(b->k->heap);
    }
    const Entry *list = b->list.data + from;
    Cut cut = {0};
    if (n > FEW && depth < DEEPEST &&
        ((n > 2 * SAMPLE && choose_cut(list, n, n / SAMPLE, room, &cut)) ||
         choose_cut(list, n, 1, room, &cut)))
        part(b, room, from, n, depth, cut);
    else
        sweep(b, room, from, n);
}

// ---- the first cuts ----

typedef struct FirstCut {
    Cut cut;
    u32 half[2]; // below and beyond: a cut, or IS_ROOM | a room
} FirstCut;
enum { IS_ROOM = (u32)1 << 31 };

typedef struct FirstRoom {
    Room room;
    u32 depth;
    u32 start, n; // its facets, in FirstRooms.list
    Found found;  // on heap
} FirstRoom;

// That a facet reaches into a room.
typedef struct Visit {
    u32 facet, room;
} Visit;

typedef struct Visits {
    VEC(Visit) list;
} Visits;

typedef struct FirstRooms {
    Kernel *k;
    Arena sample;  // while the first cuts are chosen
    u32 room_size; // of the sample
    VEC(FirstCut) cuts;
    VEC(FirstRoom) rooms;
    u32 root;
    Entry *entries; // by facet
    u32 n_ranges;   // of facets
    Visits *visits; // by range, on heap
    u32 *at;        // by range and room: where its entries go in list
    Entry *list;
} FirstRooms;

static Entry facet_entry(const Kernel *k, u32 t) {
    const Corner *at = facet_corners(k, t);
    const Facet *facet = &k->facets[t];
    Entry e = {.facet = t, .key = k->leaves[facet->leaf].is_dirty ? KEY_ALONE | t : facet->leaf};
    for (u32 i = 0; i < 3; i++)
        e.box.min[i] = e.box.max[i] = at->at[i];
    for (u32 c = 1; c < facet->n; c++)
        for (u32 i = 0; i < 3; i++) {
            e.box.min[i] = MIN(e.box.min[i], at[c].at[i]);
            e.box.max[i] = MAX(e.box.max[i], at[c].at[i]);
        }
    return e;
}

// Cuts the room of the n entries of a sample; list is used up. Its place in FirstCut.half.
static u32 cut_first(FirstRooms *f, const Room *room, Entry *list, u32 n, u32 depth) {
    Arena *arena = &f->k->scratch;
    Cut cut = {0};
    if (n <= f->room_size || depth >= DEEPEST / 2 ||
        !choose_cut(list, n, MAX(n / SAMPLE, 1), room, &cut)) {
        avec_push(arena, &f->rooms, (FirstRoom){.room = *room, .depth = depth});
        return IS_ROOM | (f->rooms.len - 1);
    }
    u32 self = f->cuts.len, n_low = 0, n_high = 0;
    avec_push(arena, &f->cuts, (FirstCut){.cut = cut});
    Entry *low = arena_alloc_raw(&f->sample, n, sizeof *low);
    for (u32 i = 0; i < n; i++) {
        Entry e = list[i];
        if (e.box.min[cut.axis] < cut.middle)
            low[n_low++] = e;
        if (e.box.max[cut.axis] >= cut.middle)
            list[n_high++] = e;
    }
    Room half = *room;
    half.max[cut.axis] = cut.middle;
    u32 below = cut_first(f, &half, low, n_low, depth + 1);
    half = *room;
    half.min[cut.axis] = cut.middle;
    u32 beyond = cut_first(f, &half, list, n_high, depth + 1);
    f->cuts.data[self].half[0] = below;
    f->cuts.data[self].half[1] = beyond;
    return self;
}

static void choose_first_cuts(FirstRooms *f) {
    Kernel *k = f->k;
    const Room all = {{-GRID_LIMIT, -GRID_LIMIT, -GRID_LIMIT},
                      {GRID_LIMIT + 1, GRID_LIMIT + 1, GRID_LIMIT + 1}};
    u32 size = k->options.split_finely ? (u32)FINE_ROOM_SIZE
                                       : MAX((u32)ROOM_SIZE, k->n_facets / MOST_ROOMS);
    u32 stride = k->n_facets / FIRST_SAMPLE + 1, n = 0;
    arena_init(&f->sample, k->heap);
    Entry *sample = arena_alloc_raw(&f->sample, k->n_facets / stride + 1, sizeof *sample);
    if (k->n_facets > size)
        for (u32 t = 0; t < k->n_facets; t += stride)
            if (!facet_is_buried(k, t))
                sample[n++] = facet_entry(k, t);
    f->room_size = size / stride;
    f->root = cut_first(f, &all, sample, n, 0);
    arena_finish(&f->sample);
}

// at: by room: counts.
static void visit(FirstRooms *f, Visits *visits, u32 *at, u32 place, const Entry *e) {
    while (!(place & IS_ROOM)) {
        const FirstCut *c = &f->cuts.data[place];
        bool is_low = e->box.min[c->cut.axis] < c->cut.middle;
        if (is_low && e->box.max[c->cut.axis] >= c->cut.middle)
            visit(f, visits, at, c->half[1], e);
        place = c->half[is_low ? 0 : 1];
    }
    u32 room = place & ~IS_ROOM;
    vec_push(f->k->heap, &visits->list, (Visit){e->facet, room});
    at[room]++;
}

static void visit_range(Kernel *view, void *ctx, u32 range) {
    FirstRooms f = *(const FirstRooms *)ctx;
    f.k = view;
    u32 t = kernel_range_start(view->n_facets, f.n_ranges, range),
        end = kernel_range_start(view->n_facets, f.n_ranges, range + 1);
    Visits visits = {0}; // not where other threads write
    u32 *at = f.at + (size_t)range * f.rooms.len;
    vec_reserve(view->heap, &visits.list, (end - t) + (end - t) / 2);
    for (; t < end; t++)
        if (!facet_is_buried(view, t)) {
            f.entries[t] = facet_entry(view, t);
            visit(&f, &visits, at, f.root, &f.entries[t]);
        }
    f.visits[range] = visits;
}

static void fill_range(Kernel *view, void *ctx, u32 range) {
    (void)view;
    const FirstRooms *f = ctx;
    const Visits *visits = &f->visits[range];
    u32 *at = f->at + (size_t)range * f->rooms.len;
    for (u32 i = 0; i < visits->list.len; i++) {
        Visit v = visits->list.data[i];
        f->list[at[v.room]++] = f->entries[v.facet];
    }
}

static void fill_rooms(FirstRooms *f) {
    Kernel *k = f->k;
    f->n_ranges = kernel_ranges(k, k->n_facets, GRAIN);
    f->entries = heap_alloc_raw(k->heap, k->n_facets, sizeof *f->entries);
    f->visits = ARENA_NEW(&k->scratch, Visits, f->n_ranges);
    f->at = ARENA_NEW(&k->scratch, u32, (size_t)f->n_ranges * f->rooms.len);
    kernel_for(k, f->n_ranges, (u64)k->n_facets * 40, visit_range, f);
    u32 n = 0;
    for (u32 r = 0; r < f->rooms.len; r++) {
        f->rooms.data[r].start = n;
        for (u32 i = 0; i < f->n_ranges; i++) {
            u32 *at = &f->at[(size_t)i * f->rooms.len + r], count = *at;
            *at = n;
            n += count;
        }
        f->rooms.data[r].n = n - f->rooms.data[r].start;
    }
    f->list = heap_alloc_raw(k->heap, n, sizeof *f->list);
    kernel_for(k, f->n_ranges, (u64)n * 15, fill_range, f);
    for (u32 i = 0; i < f->n_ranges; i++)
        vec_free(k->heap, &f->visits[i].list);
    heap_free(k->heap, f->entries);
}

static void run_room(Kernel *view, void *ctx, u32 i) {
    FirstRooms *f = ctx;
    FirstRoom *room = &f->rooms.data[i];
    const Entry *list = f->list + room->start;
    u32 differ = 0;
    for (u32 j = 1; j < room->n; j++)
        differ |= list[j].key ^ list[0].key;
    if (!differ)
        return;
    Found found = {0}; // not where other threads write
    Broad b = {.k = view, .found = &found, .last_first = NONE};
    vec_reserve(view->heap, &b.list, 2 * (size_t)room->n);
    memcpy(b.list.data, list, room->n * sizeof(Entry));
    b.list.len = room->n;
    halve(&b, &room->room, 0, room->n, room->depth);
    vec_free(view->heap, &b.list);
    room->found = found;
}

// ---- pairs ----

// From counts of each t at start[t + 2] to where they begin, at start[t + 1].
static void sum_starts(u32 *start, u32 n) {
    for (u32 t = 0; t < n; t++)
        start[t + 2] += start[t + 1];
}

// To the kernel, by first facet, then by second, so that the narrow phase keeps the first at hand:
// first all by their second facets, then, in that order, by their first.
static void hand_over(Kernel *k, FirstRooms *f) {
    u32 *of_t = ARENA_NEW(&k->arena, u32, k->n_facets + 2),
        *of_u = ARENA_NEW(&k->scratch, u32, k->n_facets + 2);
    size_t n = 0;
    for (u32 i = 0; i < f->rooms.len; i++) {
        const Found *found = &f->rooms.data[i].found;
        for (u32 j = 0, a = 0; j < found->len; j++) {
            u32 b = found->data[j];
            if (b & IS_FIRST) {
                a = b & ~IS_FIRST;
                continue;
            }
            of_t[MIN(a, b) + 2]++;
            of_u[MAX(a, b) + 2]++;
            n++;
        }
    }
    if (n >= NONE)
        heap_fail(k->heap, FAIL_MEMORY_LIMIT, NULL);
    sum_starts(of_t, k->n_facets);
    sum_starts(of_u, k->n_facets);
    u32 *t_by_u = arena_alloc_raw(&k->scratch, n, sizeof *t_by_u);
    for (u32 i = 0; i < f->rooms.len; i++) {
        Found *found = &f->rooms.data[i].found;
        for (u32 j = 0, a = 0; j < found->len; j++) {
            u32 b = found->data[j];
            if (b & IS_FIRST)
                a = b & ~IS_FIRST;
            else
                t_by_u[of_u[MAX(a, b) + 1]++] = MIN(a, b);
        }
        vec_free(k->heap, found);
    }
    k->pairs = heap_alloc_raw(k->heap, n, sizeof *k->pairs);
    k->n_pairs = (u32)n;
    u32 i = 0;
    for (u32 u = 0; u < k->n_facets; u++)
        for (; i < of_u[u + 1]; i++) // where u's end by now
            k->pairs[of_t[t_by_u[i] + 1]++] = u;
    k->pair_start = of_t; // where t's end by now is where those of t + 1 begin
}

void broad(Kernel *k) {
    arena_init(&k->scratch, k->heap);
    FirstRooms f = {.k = k};
    choose_first_cuts(&f);
    fill_rooms(&f);
    kernel_for(k, f.rooms.len, (u64)k->n_facets * 500, run_room, &f);
    heap_free(k->heap, f.list);
    hand_over(k, &f);
    arena_finish(&k->scratch);
}
