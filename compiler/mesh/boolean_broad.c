// SPDX-License-Identifier: Apache-2.0
// Pass 2, broad phase: the pairs of facets whose boxes meet.
//
// A box of space with the facets that reach into it is halved until few are left, or all are of
// one leaf whose own facets need no test. A facet that reaches into both halves goes to both; a
// pair is reported only in the half-open box that holds the lowest corner of the two boxes'
// intersection, so each is reported once. Where to cut is decided on a sample. Where halving does
// not part the facets (a fan, say) they are swept along the longest axis instead. Boxes with no
// more than some thousands of facets are tasks for threads; the pairs are sorted at last, so their
// order depends on the facets alone. Cost: O(n log n + k) for surfaces; the sweep's worst case is
// quadratic in facets that truly crowd.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

enum { FEW = 40, DEEPEST = 60, SAMPLE = 64, TASK_SIZE = 4096, FINE_TASK_SIZE = 100 };

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

typedef VEC(Pair) Pairs;

typedef struct Task {
    Room room;
    u32 depth, n;
    Entry *list;
    Pairs found; // on heap
} Task;
typedef VEC(Task) Tasks;

typedef struct Broad {
    Kernel *k;
    VEC(Entry) list; // of the boxes now open, one after the other
    Tasks *tasks;    // small boxes become tasks; NULL: in a task
    Pairs *found;
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

static inline void try_pair(Broad *b, const Room *room, const Entry *t, const Entry *u) {
    if (t->key == u->key)
        return;
    for (u32 i = 0; i < 3; i++) {
        i32 low = MAX(t->box.min[i], u->box.min[i]);
        if (low > t->box.max[i] || low > u->box.max[i] || low < room->min[i] || low >= room->max[i])
            return;
    }
    if (b->k->burial && is_left_out(b->k, t, u))
        return;
    Pair pair = {MIN(t->facet, u->facet), MAX(t->facet, u->facet)};
    vec_push(b->k->heap, b->found, pair);
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

static void sweep(Broad *b, const Room *room, u32 from, u32 n) {
    Entry *list = b->list.data + from;
    if (n <= FEW) {
        for (u32 i = 0; i < n; i++)
            for (u32 j = i + 1; j < n; j++)
                try_pair(b, room, &list[i], &list[j]);
        return;
    }
    u32 axis = 0;
    for (u32 i = 1; i < 3; i++)
        if (room->max[i] - room->min[i] > room->max[axis] - room->min[axis])
            axis = i;
    sort_along(b->k, list, n, axis);
    for (u32 i = 0; i < n; i++)
        for (u32 j = i + 1; j < n && list[j].box.min[axis] <= list[i].box.max[axis]; j++)
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

static void add_task(Broad *b, const Room *room, u32 from, u32 n, u32 depth) {
    Kernel *k = b->k;
    Task task = {*room, depth, n, arena_alloc(&k->scratch, n, sizeof(Entry)), {0}};
    memcpy(task.list, b->list.data + from, n * sizeof(Entry));
    avec_push(&k->scratch, b->tasks, task);
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
    u32 task_size = b->k->options.split_finely ? FINE_TASK_SIZE : TASK_SIZE;
    if (b->tasks && n <= task_size) {
        add_task(b, room, from, n, depth);
    } else if (n > FEW && depth < DEEPEST &&
               ((n > 2 * SAMPLE && choose_cut(list, n, n / SAMPLE, room, &cut)) ||
                choose_cut(list, n, 1, room, &cut))) {
        part(b, room, from, n, depth, cut);
    } else if (b->tasks) {
        add_task(b, room, from, n, depth);
    } else {
        sweep(b, room, from, n);
    }
}

static void run_task(Kernel *view, void *ctx, u32 i) {
    Tasks *tasks = ctx;
    Task *task = &tasks->data[i];
    Broad b = {.k = view, .found = &task->found};
    vec_reserve(view->heap, &b.list, 2 * (size_t)task->n);
    memcpy(b.list.data, task->list, task->n * sizeof(Entry));
    b.list.len = task->n;
    halve(&b, &task->room, 0, task->n, task->depth);
    vec_free(view->heap, &b.list);
}

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

static void sort_by_second(Pair *list, u32 n, Keyed *keyed) {
    if (n <= 16) {
        for (u32 i = 1; i < n; i++) {
            Pair item = list[i];
            u32 j = i;
            for (; j > 0 && list[j - 1].u > item.u; j--)
                list[j] = list[j - 1];
            list[j] = item;
        }
        return;
    }
    for (u32 i = 0; i < n; i++)
        keyed[i] = (Keyed){list[i].u, 0};
    sort_keyed(keyed, keyed + n, n);
    for (u32 i = 0; i < n; i++)
        list[i].u = (u32)keyed[i].key;
}

// To the kernel, by first facet, then by second, so that the narrow phase keeps the first at hand.
static void hand_over(Kernel *k, Tasks *tasks) {
    u32 *start = ARENA_NEW(&k->scratch, u32, k->n_facets + 2), most = 0;
    size_t n = 0;
    for (u32 i = 0; i < tasks->len; i++)
        n += tasks->data[i].found.len;
    avec_reserve(&k->arena, &k->pairs, n);
    k->pairs.len = (u32)n;
    for (u32 i = 0; i < tasks->len; i++)
        for (u32 j = 0; j < tasks->data[i].found.len; j++)
            start[tasks->data[i].found.data[j].t + 2]++;
    for (u32 t = 0; t < k->n_facets; t++) {
        most = MAX(most, start[t + 2]);
        start[t + 2] += start[t + 1];
    }
    for (u32 i = 0; i < tasks->len; i++) {
        Pairs *found = &tasks->data[i].found;
        for (u32 j = 0; j < found->len; j++)
            k->pairs.data[start[found->data[j].t + 1]++] = found->data[j];
        vec_free(k->heap, found);
    }
    Keyed *keyed = arena_alloc(&k->scratch, 2 * (size_t)most, sizeof *keyed);
    for (u32 t = 0; t < k->n_facets; t++)
        sort_by_second(k->pairs.data + start[t], start[t + 1] - start[t], keyed);
}

void broad(Kernel *k) {
    arena_init(&k->scratch, k->heap);
    Tasks tasks = {0};
    Broad b = {.k = k, .tasks = &tasks};
    Room room = {{-GRID_LIMIT, -GRID_LIMIT, -GRID_LIMIT},
                 {GRID_LIMIT + 1, GRID_LIMIT + 1, GRID_LIMIT + 1}};
    vec_reserve(k->heap, &b.list, 2 * (size_t)k->n_facets);
    u32 differ = 0, n = 0;
    for (u32 t = 0; t < k->n_facets; t++) {
        if (facet_is_buried(k, t))
            continue;
        b.list.data[n] = facet_entry(k, t);
        differ |= b.list.data[n].key ^ b.list.data[0].key;
        n++;
    }
    b.list.len = n;
    if (differ)
        halve(&b, &room, 0, n, 0);
    vec_free(k->heap, &b.list);
    kernel_for(k, tasks.len, (u64)k->n_facets * 500, run_task, &tasks);
    hand_over(k, &tasks);
    arena_finish(&k->scratch);
}
