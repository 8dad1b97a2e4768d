// SPDX-License-Identifier: Apache-2.0
// How planes and vertices that several tasks have made get their numbers.
//
// Each task lists what it has made, seeing nothing of the others' and, if it likes, nothing of the
// kernel's. These items are counted through in the order of the tasks, behind the kernel's. All
// claim a slot of the kernel's table, from several threads at once; of equal ones the first keeps
// it, and the others are lost. So which are lost depends on the data alone, and the rest get their
// numbers by counting: those that they would have got had they been added one by one. Since every
// decision is the sign of an integer, it does not matter that equal ones may have been defined, and
// rounded, differently; no pass that adds points lets their doubles choose an order. Cost: O(1) for
// each item.
#include "compiler/mesh/boolean_internal.h"

enum { AHEAD = 8 };

// Another slot that equal points in the next hash cell have claimed, and the first of all of them.
typedef struct Bridge {
    u32 slot, first;
} Bridge;

typedef struct Items {
    u32 *data;
    u32 len, cap;
} Items;

typedef struct Claiming {
    Kernel *k;
    Claims *claims;
    Slots *slots;         // an item's number is n_before + item until it has its own
    const Planes *planes; // by task; or
    Points *points;
    const Claims *plane_claims; // of the planes that define them
    u64 *lost;                  // by item, a bit: it is equal to an earlier one
    u32 *n_lost;                // by task
    u32 *next;                  // by task: the number of its first item that is not lost
    Items *near;                // by task: points near the border of a hash cell
    VEC(Bridge) bridges;
} Claiming;

static void claiming_init(Claiming *c, Slots *slots, u32 n_before) {
    Heap *heap = c->k->heap;
    Claims *claims = c->claims;
    u32 n = claims->start[claims->n];
    c->slots = slots;
    claims->n_before = n_before;
    claims->number = heap_alloc_raw(heap, n, sizeof(u32));
    slots_reserve(heap, slots, n_before + n);
    c->lost = HEAP_NEW(heap, u64, n / 64 + 1);
    c->n_lost = HEAP_NEW(heap, u32, claims->n);
    c->next = HEAP_NEW(heap, u32, claims->n);
}

static void claiming_finish(Claiming *c) {
    heap_free(c->k->heap, c->lost);
    heap_free(c->k->heap, c->n_lost);
    heap_free(c->k->heap, c->next);
}

void claims_finish(Claims *claims, Heap *heap) {
    heap_free(heap, claims->start);
    heap_free(heap, claims->number);
}

static u32 task_of_item(const Claims *claims, u32 g) {
    u32 low = 0, high = claims->n; // start[low] <= g < start[high]
    while (high - low > 1) {
        u32 mid = (low + high) / 2;
        if (claims->start[mid] <= g)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static bool is_lost(const Claiming *c, u32 g) {
    return c->lost[g >> 6] >> (g & 63) & 1;
}

static void lose(const Claiming *c, u32 number) {
    u32 g = number - c->claims->n_before;
    __atomic_fetch_or(&c->lost[g >> 6], (u64)1 << (g & 63), __ATOMIC_RELAXED);
    __atomic_fetch_add(&c->n_lost[task_of_item(c->claims, g)], 1, __ATOMIC_RELAXED);
}

typedef struct Item {
    const Claiming *c;
    const void *it; // a Plane or a Point
} Item;

// number holds the item's slot until it has its number.
static void claim(const Claiming *c, u32 g, u32 hash, const void *it,
                  bool (*is_equal)(const void *item, u32 number)) {
    u32 loser;
    c->claims->number[g] =
        slots_claim(c->slots, hash, c->claims->n_before + g, is_equal, &(Item){c, it}, &loser);
    if (loser != NONE)
        lose(c, loser);
}

// After all claims; returns how many numbers there are then.
static u32 count_numbers(const Claiming *c) {
    const Claims *claims = c->claims;
    u32 next = claims->n_before;
    for (u32 i = 0; i < claims->n; i++) {
        c->next[i] = next;
        next += claims->start[i + 1] - claims->start[i] - c->n_lost[i];
    }
    return next;
}

static void prepare_slot(const Claiming *c, u32 g) {
    __builtin_prefetch(&c->slots->at[c->claims->number[g]], 1);
}

// Each writes its own slot; what is lost waits until all have.
static void give_number(const Claiming *c, u32 g, u32 number) {
    u64 *slot = &c->slots->at[c->claims->number[g]];
    *slot = slot_make(slot_hash(*slot), number);
    c->claims->number[g] = number;
}

static void map_lost(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Claiming *c = ctx;
    const Claims *claims = c->claims;
    for (u32 g = claims->start[i], left = c->n_lost[i]; left; g++)
        if (is_lost(c, g)) {
            claims->number[g] = slot_number(c->slots->at[claims->number[g]]);
            left--;
        }
}

// ---- planes ----

static const Plane *plane_of(const Claiming *c, u32 number) {
    if (number < c->claims->n_before)
        return &c->k->planes.data[number];
    u32 g = number - c->claims->n_before, i = task_of_item(c->claims, g);
    return &c->planes[i].data[g - c->claims->start[i]];
}

static bool is_equal_plane(const void *ctx, u32 number) {
    const Item *item = ctx;
    return planes_equal(plane_of(item->c, number), item->it);
}

static void claim_planes_of(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Claiming *c = ctx;
    const Planes *made = &c->planes[i];
    u32 hash[AHEAD], n = made->len, start = c->claims->start[i];
    for (u32 p = 0; p < n + AHEAD; p++) {
        if (p >= AHEAD)
            claim(c, start + p - AHEAD, hash[p % AHEAD], &made->data[p - AHEAD], is_equal_plane);
        if (p < n) {
            hash[p % AHEAD] = plane_hash(&made->data[p]);
            slots_prefetch(c->slots, hash[p % AHEAD]);
        }
    }
}

static void number_planes(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Claiming *c = ctx;
    u32 start = c->claims->start[i], number = c->next[i], n = c->planes[i].len;
    for (u32 p = 0; p < n; p++) {
        prepare_slot(c, start + MIN(p + AHEAD, n - 1));
        if (!is_lost(c, start + p)) {
            c->k->planes.data[number] = c->planes[i].data[p];
            give_number(c, start + p, number++);
        }
    }
}

static void set_places(const Claiming *c, u32 i) {
    const Claims *claims = c->claims;
    for (u32 p = 0; c->n_lost[i] && p < c->planes[i].len; p++)
        if (is_lost(c, claims->start[i] + p) && c->planes[i].data[p].has_place)
            plane_set_place(&c->k->planes.data[claims->number[claims->start[i] + p]],
                            c->planes[i].data[p].place);
}

Claims claim_planes(Kernel *k, u32 n, const Planes *made) {
    enum { CLAIM_NS = 60, NUMBER_NS = 40, LOST_NS = 10 };
    Claims claims = {.n = n, .start = HEAP_NEW(k->heap, u32, n + 1)};
    for (u32 i = 0; i < n; i++)
        claims.start[i + 1] = claims.start[i] + made[i].len;
    u32 n_made = claims.start[n];
    Claiming c = {.k = k, .claims = &claims, .planes = made};
    claiming_init(&c, &k->plane_slots, k->planes.len);
    kernel_for(k, n, (u64)n_made * CLAIM_NS, claim_planes_of, &c);
    u32 n_planes = count_numbers(&c);
    vec_reserve(k->heap, &k->planes, n_planes);
    k->planes.len = n_planes;
    kernel_for(k, n, (u64)n_made * NUMBER_NS, number_planes, &c);
    kernel_for(k, n, (u64)(claims.n_before + n_made - k->planes.len) * LOST_NS, map_lost, &c);
    for (u32 i = 0; i < n; i++)
        set_places(&c, i);
    claiming_finish(&c);
    return claims;
}

// ---- points ----

static const Point *point_of(const Claiming *c, u32 number) {
    if (number < c->claims->n_before)
        return &c->k->points.data[number];
    u32 g = number - c->claims->n_before, i = task_of_item(c->claims, g);
    return &c->points[i].data[g - c->claims->start[i]];
}

static bool is_equal_point(const void *ctx, u32 number) {
    const Item *item = ctx;
    return points_equal(item->c->k, point_of(item->c, number), item->it);
}

static void sort_three(u32 by[3]) {
    u32 low = MIN(by[0], MIN(by[1], by[2])), high = MAX(by[0], MAX(by[1], by[2]));
    by[1] = by[0] ^ by[1] ^ by[2] ^ low ^ high;
    by[0] = low;
    by[2] = high;
}

static void use_planes(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Claiming *c = ctx;
    const Claims *planes = c->plane_claims;
    for (u32 v = 0; v < c->points[i].len; v++) {
        Point *point = &c->points[i].data[v];
        if (point->kind != POINT_GRID)
            point->by[2] = claimed(planes, i, point->by[2]);
        if (point->kind == POINT_TPI) {
            point->by[0] = claimed(planes, i, point->by[0]);
            point->by[1] = claimed(planes, i, point->by[1]);
            sort_three(point->by);
        }
    }
}

static void claim_points_of(Kernel *view, void *ctx, u32 i) {
    const Claiming *c = ctx;
    const Points *made = &c->points[i];
    u32 hash[AHEAD], n = made->len, start = c->claims->start[i], near;
    for (u32 v = 0; v < n + AHEAD; v++) {
        if (v >= AHEAD)
            claim(c, start + v - AHEAD, hash[v % AHEAD], &made->data[v - AHEAD], is_equal_point);
        if (v < n) {
            hash[v % AHEAD] = point_hash(made->data[v].at, &near);
            slots_prefetch(c->slots, hash[v % AHEAD]);
            if (near)
                vec_push(view->heap, &c->near[i], v);
        }
    }
}

// A slot with that hash and a point equal to the given one, or NULL.
static u64 *find_claim(const Claiming *c, u32 hash, const Point *point) {
    const Slots *slots = c->slots;
    for (u64 i = slots_first(slots, hash); slots->at[i]; i = slots_next(slots, i))
        if (slot_hash(slots->at[i]) == hash &&
            is_equal_point(&(Item){c, point}, slot_number(slots->at[i])))
            return &slots->at[i];
    return NULL;
}

// Where point v of task i has equal ones in the next cells, the first of all of them stays.
static void join_across(Claiming *c, u32 i, u32 v) {
    const Point *point = &c->points[i].data[v];
    u64 *slot[8] = {&c->slots->at[c->claims->number[c->claims->start[i] + v]]};
    u32 n = 1, near, number = slot_number(*slot[0]);
    point_hash(point->at, &near);
    for (u32 axes = 1; axes < 8; axes++)
        if (!(axes & ~near) &&
            (slot[n] = find_claim(c, point_hash_beside(point->at, axes), point))) {
            number = MIN(number, slot_number(*slot[n]));
            n++;
        }
    for (u32 s = 0; s < n; s++)
        if (slot_number(*slot[s]) != number) {
            lose(c, slot_number(*slot[s]));
            *slot[s] = slot_make(slot_hash(*slot[s]), number);
            if (number >= c->claims->n_before)
                vec_push(c->k->heap, &c->bridges, (Bridge){(u32)(slot[s] - c->slots->at), number});
        }
}

static void number_points(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Claiming *c = ctx;
    u32 start = c->claims->start[i], number = c->next[i], n = c->points[i].len;
    for (u32 v = 0; v < n; v++) {
        prepare_slot(c, start + MIN(v + AHEAD, n - 1));
        if (!is_lost(c, start + v)) {
            c->k->points.data[number] = c->points[i].data[v];
            give_number(c, start + v, number++);
        }
    }
}

// After claims: what lies at borders of hash cells.
static void join_all_across(Claiming *c) {
    for (u32 i = 0; i < c->claims->n; i++) {
        for (u32 j = 0; j < c->near[i].len; j++)
            join_across(c, i, c->near[i].data[j]);
        vec_free(c->k->heap, &c->near[i]);
    }
}

Claims claim_points(Kernel *k, u32 n, Points *made, const Claims *planes) {
    enum { USE_NS = 10, CLAIM_NS = 60, NUMBER_NS = 30, LOST_NS = 10 };
    Claims claims = {.n = n, .start = HEAP_NEW(k->heap, u32, n + 1)};
    for (u32 i = 0; i < n; i++)
        claims.start[i + 1] = claims.start[i] + made[i].len;
    u32 n_made = claims.start[n];
    Claiming c = {.k = k, .claims = &claims, .points = made, .plane_claims = planes};
    claiming_init(&c, &k->point_slots, k->points.len);
    c.near = HEAP_NEW(k->heap, Items, n);
    if (planes->start[planes->n])
        kernel_for(k, n, (u64)n_made * USE_NS, use_planes, &c);
    kernel_for(k, n, (u64)n_made * CLAIM_NS, claim_points_of, &c);
    join_all_across(&c);
    u32 n_points = count_numbers(&c);
    vec_reserve(k->heap, &k->points, n_points);
    k->points.len = n_points;
    kernel_for(k, n, (u64)n_made * NUMBER_NS, number_points, &c);
    for (u32 i = 0; i < c.bridges.len; i++) {
        u64 *slot = &k->point_slots.at[c.bridges.data[i].slot];
        u32 g = c.bridges.data[i].first - claims.n_before;
        *slot = slot_make(slot_hash(*slot), claims.number[g]);
    }
    kernel_for(k, n, (u64)(claims.n_before + n_made - k->points.len) * LOST_NS, map_lost, &c);
    heap_free(k->heap, c.near);
    vec_free(k->heap, &c.bridges);
    claiming_finish(&c);
    return claims;
}
