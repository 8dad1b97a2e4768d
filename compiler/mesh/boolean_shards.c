// SPDX-License-Identifier: Apache-2.0
// Threads in passes that make points and planes.
//
// A shard is a Kernel whose tables begin where those of another, which rests meanwhile, end: it
// finds the other's points and planes, and gives those that it adds the numbers after them. When
// all tasks are done, their points and planes are added to the kernel in the order of the tasks,
// each under the number that it would have got there: what a later task found for itself, not
// seeing what an earlier one had found, is the earlier one's then. Since every decision is the sign
// of an integer, it does not matter that the two may have been defined, and rounded, differently;
// no pass that adds points lets their doubles choose an order. Then all that tasks have listed is
// renumbered and joined.
//
// The new items of all shards, planes first, then points, are counted through in the order of the
// shards. All claim a slot of the kernel's table; of equal ones the first keeps it, and the others
// are lost. So which are lost depends on the data alone, and the rest get their numbers by
// counting. All that is done for each shard by some thread. Cost: that of the tasks, and O(1) for
// each item.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

enum { AHEAD = 8 };

// The new points, or planes.
typedef struct Join {
    Slots *slots;
    u32 n_before; // item g has number n_before + g in its slot until it has its own
    u32 *start;   // n_shards + 1: the items of each shard
    u32 *map;     // by item: its slot; in the end its number
    u64 *lost;    // by item, a bit: it is equal to an earlier one
    u32 *n_lost;  // by shard
    u32 *first;   // by shard: the number of its first item that is not lost
} Join;

// Another slot that equal points in the next hash cell have claimed, and the first of all of them.
typedef struct Bridge {
    u32 slot, item;
} Bridge;

typedef struct Items {
    u32 *data;
    u32 len, cap;
} Items;

// How many of each a kernel has before those of a shard.
typedef struct Before {
    u32 inner, splits, cells, halves, stacks;
} Before;

typedef struct Shards {
    Kernel *k, *shards; // as their tasks left them
    u32 n;
    void (*run)(Kernel *shard, void *ctx, u32 i);
    void *ctx;
    Join planes, points;
    Items *near; // by shard: points near the border of a hash cell
    VEC(Bridge) bridges;
    Before *before;
} Shards;

static void run_shard(Kernel *view, void *ctx, u32 i) {
    enum { FEW_POINTS = 512 };
    Shards *s = ctx;
    Kernel shard = *view;
    shard.shared = s->k;
    shard.n_shared_points = s->k->points.len;
    shard.n_shared_planes = s->k->planes.len;
    shard.shares_defined = s->k->points.len > s->k->n_grid;
#define EMPTY(list) (shard.list.data = NULL, shard.list.len = shard.list.cap = 0)
    EMPTY(points), EMPTY(planes), EMPTY(inner), EMPTY(splits), EMPTY(cells), EMPTY(halves);
    EMPTY(stacks), EMPTY(in_planes);
#undef EMPTY
    points_init(&shard, FEW_POINTS);
    s->run(&shard, s->ctx, i);
    view->arena = shard.arena;
    view->scratch = shard.scratch;
    view->local_of = shard.local_of;
    view->local_cap = shard.local_cap;
    view->fault = shard.fault;
    s->shards[i] = shard;
}

// ---- claims and numbers, of planes and points alike
// ----------------------------------------------

// start is filled.
static void join_init(Shards *s, Join *join, Slots *slots, u32 n_before) {
    Heap *heap = s->k->heap;
    u32 n = join->start[s->n];
    join->slots = slots;
    join->n_before = n_before;
    slots_reserve(heap, slots, n_before + n);
    join->map = heap_alloc_raw(heap, n, sizeof(u32));
    join->lost = HEAP_NEW(heap, u64, n / 64 + 1);
    join->n_lost = HEAP_NEW(heap, u32, s->n);
    join->first = HEAP_NEW(heap, u32, s->n);
}

static void join_finish(Join *join, Heap *heap) {
    heap_free(heap, join->start);
    heap_free(heap, join->map);
    heap_free(heap, join->lost);
    heap_free(heap, join->n_lost);
    heap_free(heap, join->first);
}

static u32 shard_of_item(const Shards *s, const Join *join, u32 g) {
    u32 low = 0, high = s->n; // start[low] <= g < start[high]
    while (high - low > 1) {
        u32 mid = (low + high) / 2;
        if (join->start[mid] <= g)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static bool is_lost(const Join *join, u32 g) {
    return join->lost[g >> 6] >> (g & 63) & 1;
}

static void lose(const Shards *s, const Join *join, u32 g) {
    __atomic_fetch_or(&join->lost[g >> 6], (u64)1 << (g & 63), __ATOMIC_RELAXED);
    __atomic_fetch_add(&join->n_lost[shard_of_item(s, join, g)], 1, __ATOMIC_RELAXED);
}

typedef struct Item {
    const Shards *s;
    u32 g;
} Item;

static void claim(const Shards *s, const Join *join, u32 g, u32 hash,
                  bool (*is_equal)(const void *item, u32 number)) {
    u32 loser;
    join->map[g] =
        slots_claim(join->slots, hash, join->n_before + g, is_equal, &(Item){s, g}, &loser);
    if (loser != NONE)
        lose(s, join, loser - join->n_before);
}

// After all claims; returns how many numbers there are then.
static u32 count_numbers(const Shards *s, const Join *join) {
    u32 next = join->n_before;
    for (u32 i = 0; i < s->n; i++) {
        join->first[i] = next;
        next += join->start[i + 1] - join->start[i] - join->n_lost[i];
    }
    return next;
}

// Each writes its own slot; what is lost waits until all have.
static void give_number(const Join *join, u32 g, u32 number) {
    u64 *slot = &join->slots->at[join->map[g]];
    *slot = slot_make(slot_hash(*slot), number);
    join->map[g] = number;
}

static void map_lost(const Join *join, u32 i) {
    for (u32 g = join->start[i]; g < join->start[i + 1]; g++)
        if (is_lost(join, g))
            join->map[g] = slot_number(join->slots->at[join->map[g]]);
}

static u32 mapped(const Join *join, u32 i, u32 id) {
    return id < join->n_before ? id : join->map[join->start[i] + (id - join->n_before)];
}

// ---- planes
// --------------------------------------------------------------------------------------

static const Plane *new_plane(const Shards *s, u32 g) {
    u32 i = shard_of_item(s, &s->planes, g);
    return &s->shards[i].planes.data[g - s->planes.start[i]];
}

// What the kernel had is no shard's: it would have found it.
static bool is_equal_plane(const void *ctx, u32 number) {
    const Item *item = ctx;
    u32 n_before = item->s->planes.n_before;
    return number >= n_before &&
           planes_equal(new_plane(item->s, number - n_before), new_plane(item->s, item->g));
}

static void claim_planes(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Shards *s = ctx;
    const Kernel *shard = &s->shards[i];
    u32 hash[AHEAD], n = shard->planes.len;
    for (u32 p = 0; p < n + AHEAD; p++) {
        if (p >= AHEAD)
            claim(s, &s->planes, s->planes.start[i] + p - AHEAD, hash[p % AHEAD], is_equal_plane);
        if (p < n) {
            hash[p % AHEAD] = plane_hash(&shard->planes.data[p]);
            slots_prefetch(s->planes.slots, hash[p % AHEAD]);
        }
    }
}

static void number_planes(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Shards *s = ctx;
    u32 start = s->planes.start[i], number = s->planes.first[i];
    for (u32 p = 0; p < s->shards[i].planes.len; p++)
        if (!is_lost(&s->planes, start + p)) {
            s->k->planes.data[number] = s->shards[i].planes.data[p];
            give_number(&s->planes, start + p, number++);
        }
}

static void sort_three(u32 by[3]) {
    u32 low = MIN(by[0], MIN(by[1], by[2])), high = MAX(by[0], MAX(by[1], by[2]));
    by[1] = by[0] ^ by[1] ^ by[2] ^ low ^ high;
    by[0] = low;
    by[2] = high;
}

// Of its facets and its own points.
static void use_planes(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Shards *s = ctx;
    const Join *planes = &s->planes;
    const Kernel *shard = &s->shards[i];
    map_lost(planes, i);
    for (u32 j = 0; j < shard->in_planes.len; j++) {
        u32 *plane = &s->k->facets[shard->in_planes.data[j]].plane;
        *plane = mapped(planes, i, *plane);
    }
    for (u32 v = 0; v < shard->points.len; v++) {
        Point *point = &shard->points.data[v];
        if (point->kind != POINT_GRID)
            point->by[2] = mapped(planes, i, point->by[2]);
        if (point->kind == POINT_TPI) {
            point->by[0] = mapped(planes, i, point->by[0]);
            point->by[1] = mapped(planes, i, point->by[1]);
            sort_three(point->by);
        }
    }
}

static void set_places(Shards *s, u32 i) {
    const Kernel *shard = &s->shards[i];
    for (u32 p = 0; s->planes.n_lost[i] && p < shard->planes.len; p++) {
        u32 g = s->planes.start[i] + p;
        if (is_lost(&s->planes, g) && shard->planes.data[p].has_place)
            plane_set_place(&s->k->planes.data[s->planes.map[g]], shard->planes.data[p].place);
    }
}

static void join_planes(Shards *s) {
    enum { CLAIM_NS = 60, NUMBER_NS = 40, USE_NS = 10 };
    Kernel *k = s->k;
    u32 n = s->planes.start[s->n];
    join_init(s, &s->planes, &k->plane_slots, k->planes.len);
    vec_reserve(k->heap, &k->planes, k->planes.len + n);
    kernel_for(k, s->n, (u64)n * CLAIM_NS, claim_planes, s);
    k->planes.len = count_numbers(s, &s->planes);
    kernel_for(k, s->n, (u64)n * NUMBER_NS, number_planes, s);
    kernel_for(k, s->n, (u64)(n + s->points.start[s->n]) * USE_NS, use_planes, s);
    for (u32 i = 0; i < s->n; i++)
        set_places(s, i);
}

// ---- points
// --------------------------------------------------------------------------------------

static const Point *new_point(const Shards *s, u32 g) {
    u32 i = shard_of_item(s, &s->points, g);
    return &s->shards[i].points.data[g - s->points.start[i]];
}

static bool is_equal_point(const void *ctx, u32 number) {
    const Item *item = ctx;
    u32 n_before = item->s->points.n_before;
    return number >= n_before && points_equal(item->s->k, new_point(item->s, number - n_before),
                                              new_point(item->s, item->g));
}

static void claim_points(Kernel *view, void *ctx, u32 i) {
    const Shards *s = ctx;
    const Kernel *shard = &s->shards[i];
    u32 hash[AHEAD], n = shard->points.len, start = s->points.start[i], near;
    for (u32 v = 0; v < n + AHEAD; v++) {
        if (v >= AHEAD)
            claim(s, &s->points, start + v - AHEAD, hash[v % AHEAD], is_equal_point);
        if (v < n) {
            hash[v % AHEAD] = point_hash(shard->points.data[v].at, &near);
            slots_prefetch(s->points.slots, hash[v % AHEAD]);
            if (near)
                vec_push(view->heap, &s->near[i], start + v);
        }
    }
}

// A slot with that hash and a point equal to item g, or NULL.
static u64 *find_claim(const Shards *s, u32 hash, u32 g) {
    const Slots *slots = s->points.slots;
    for (u64 i = slots_first(slots, hash); slots->at[i]; i = slots_next(slots, i))
        if (slot_hash(slots->at[i]) == hash &&
            is_equal_point(&(Item){s, g}, slot_number(slots->at[i])))
            return &slots->at[i];
    return NULL;
}

// Where point g has equal ones in the next cells, the first of all of them stays.
static void join_across(Shards *s, u32 g) {
    const Join *points = &s->points;
    const f64 *at = new_point(s, g)->at;
    u64 *slot[8] = {&points->slots->at[points->map[g]]};
    u32 n = 1, near, number = slot_number(*slot[0]);
    point_hash(at, &near);
    for (u32 axes = 1; axes < 8; axes++)
        if (!(axes & ~near) && (slot[n] = find_claim(s, point_hash_beside(at, axes), g))) {
            number = MIN(number, slot_number(*slot[n]));
            n++;
        }
    for (u32 i = 0; i < n; i++)
        if (slot_number(*slot[i]) != number) {
            lose(s, points, slot_number(*slot[i]) - points->n_before);
            *slot[i] = slot_make(slot_hash(*slot[i]), number);
            vec_push(s->k->heap, &s->bridges,
                     (Bridge){(u32)(slot[i] - points->slots->at), number - points->n_before});
        }
}

static void number_points(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Shards *s = ctx;
    u32 start = s->points.start[i], number = s->points.first[i];
    for (u32 v = 0; v < s->shards[i].points.len; v++)
        if (!is_lost(&s->points, start + v)) {
            s->k->points.data[number] = s->shards[i].points.data[v];
            give_number(&s->points, start + v, number++);
        }
}

static void join_points(Shards *s) {
    enum { CLAIM_NS = 60, NUMBER_NS = 30 };
    Kernel *k = s->k;
    u32 n = s->points.start[s->n];
    join_init(s, &s->points, &k->point_slots, k->points.len);
    vec_reserve(k->heap, &k->points, k->points.len + n);
    s->near = HEAP_NEW(k->heap, Items, s->n);
    kernel_for(k, s->n, (u64)n * CLAIM_NS, claim_points, s);
    for (u32 i = 0; i < s->n; i++) {
        for (u32 j = 0; j < s->near[i].len; j++)
            join_across(s, s->near[i].data[j]);
        vec_free(k->heap, &s->near[i]);
    }
    k->points.len = count_numbers(s, &s->points);
    kernel_for(k, s->n, (u64)n * NUMBER_NS, number_points, s);
    for (u32 i = 0; i < s->bridges.len; i++) {
        u64 *slot = &k->point_slots.at[s->bridges.data[i].slot];
        *slot = slot_make(slot_hash(*slot), s->points.map[s->bridges.data[i].item]);
    }
    heap_free(k->heap, s->near);
    vec_free(k->heap, &s->bridges);
}

// ---- lists
// ---------------------------------------------------------------------------------------

static void copy_lines(const Shards *s, u32 i) {
    Kernel *k = s->k;
    const Kernel *shard = &s->shards[i];
    for (u32 j = 0; j < shard->inner.len; j++) {
        InnerSeg seg = shard->inner.data[j];
        seg.a = mapped(&s->points, i, seg.a);
        seg.b = mapped(&s->points, i, seg.b);
        k->inner.data[s->before[i].inner + j] = seg;
    }
    for (u32 j = 0; j < shard->splits.len; j++) {
        EdgeSplit split = shard->splits.data[j];
        split.v = mapped(&s->points, i, split.v);
        k->splits.data[s->before[i].splits + j] = split;
    }
}

static void copy_cells(const Shards *s, u32 i) {
    Kernel *k = s->k;
    const Kernel *shard = &s->shards[i];
    const Before *before = &s->before[i];
    for (u32 c = 0; c < shard->cells.len; c++) {
        Cell cell = shard->cells.data[c];
        if (cell.plane != NONE)
            cell.plane = mapped(&s->planes, i, cell.plane);
        cell.stack_start += before->stacks;
        cell.half_start += before->halves;
        cell.half_end += before->halves;
        k->cells.data[before->cells + c] = cell;
    }
    for (u32 h = 0; h < shard->halves.len; h++) {
        Half half = shard->halves.data[h];
        half.origin = mapped(&s->points, i, half.origin);
        half.next += before->halves;
        half.cell += before->cells;
        if (half.cut != NONE && !(half.cut & CUT_EDGE))
            half.cut = mapped(&s->planes, i, half.cut);
        k->halves.data[before->halves + h] = half;
    }
    if (shard->stacks.len)
        memcpy(k->stacks.data + before->stacks, shard->stacks.data,
               shard->stacks.len * sizeof *shard->stacks.data);
}

static void copy_lists(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Shards *s = ctx;
    map_lost(&s->points, i);
    copy_lines(s, i);
    copy_cells(s, i);
}

static void join_lists(Shards *s) {
    enum { ITEM_NS = 8 };
    Kernel *k = s->k;
    s->before = HEAP_NEW(k->heap, Before, s->n);
    u64 n_new = s->points.start[s->n];
#define COUNT(list)                                                                                \
    for (u32 i = 0, n = k->list.len; i < s->n; i++) {                                              \
        s->before[i].list = n;                                                                     \
        n += s->shards[i].list.len;                                                                \
        if (i + 1 == s->n) {                                                                       \
            n_new += n - k->list.len;                                                              \
            vec_reserve(k->heap, &k->list, n);                                                     \
            k->list.len = n;                                                                       \
        }                                                                                          \
    }
    COUNT(inner)
    COUNT(splits)
    COUNT(cells)
    COUNT(halves)
    COUNT(stacks)
#undef COUNT
    kernel_for(k, s->n, n_new * ITEM_NS, copy_lists, s);
    heap_free(k->heap, s->before);
}

static void free_shard(Kernel *shard, Heap *heap) {
    points_finish(shard, heap);
    vec_free(heap, &shard->in_planes);
    vec_free(heap, &shard->inner);
    vec_free(heap, &shard->splits);
    vec_free(heap, &shard->cells);
    vec_free(heap, &shard->halves);
    vec_free(heap, &shard->stacks);
}

void shards_run(Kernel *k, u32 n, u64 work_ns, void (*run)(Kernel *shard, void *ctx, u32 i),
                void *ctx) {
    Heap *heap = k->heap;
    Shards s = {.k = k, .n = n, .run = run, .ctx = ctx};
    u32 n_loans = k->loans.len;
    s.shards = HEAP_NEW(heap, Kernel, n);
    kernel_for(k, n, work_ns, run_shard, &s);
    s.planes.start = HEAP_NEW(heap, u32, n + 1);
    s.points.start = HEAP_NEW(heap, u32, n + 1);
    for (u32 i = 0; i < n; i++) {
        s.planes.start[i + 1] = s.planes.start[i] + s.shards[i].planes.len;
        s.points.start[i + 1] = s.points.start[i] + s.shards[i].points.len;
    }
    join_planes(&s);
    join_points(&s);
    join_lists(&s);
    for (u32 i = 0; i < n; i++)
        free_shard(&s.shards[i], heap);
    kernel_release(k, n_loans);
    join_finish(&s.planes, heap);
    join_finish(&s.points, heap);
    heap_free(heap, s.shards);
}
