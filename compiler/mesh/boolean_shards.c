// SPDX-License-Identifier: Apache-2.0
// Threads in passes that look up the points and planes that they add.
//
// A shard is a Kernel whose tables begin where those of another, which rests meanwhile, end: it
// finds the other's points and planes, and gives those that it adds the numbers after them. When
// all tasks are done, their points and planes claim numbers of the kernel's (boolean_claims.c):
// what a later task found for itself, not seeing what an earlier one had found, is the earlier
// one's then. Then all that tasks have listed is renumbered and joined. Cost: that of the tasks,
// and O(1) for each item.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

// How many of each a kernel has before those of a shard.
typedef struct Before {
    u32 cells, halves, stacks;
} Before;

typedef struct Shards {
    Kernel *k, *shards; // as their tasks left them
    u32 n;
    void (*run)(Kernel *shard, void *ctx, u32 i);
    void *ctx;
    Claims planes, points;
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
    EMPTY(points), EMPTY(planes), EMPTY(cells), EMPTY(halves), EMPTY(stacks);
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

// ---- lists ----

static void copy_cells(const Shards *s, u32 i) {
    Kernel *k = s->k;
    const Kernel *shard = &s->shards[i];
    const Before *before = &s->before[i];
    for (u32 c = 0; c < shard->cells.len; c++) {
        Cell cell = shard->cells.data[c];
        if (cell.plane != NONE)
            cell.plane = claimed(&s->planes, i, cell.plane);
        cell.stack_start += before->stacks;
        cell.half_start += before->halves;
        cell.half_end += before->halves;
        k->cells.data[before->cells + c] = cell;
    }
    for (u32 h = 0; h < shard->halves.len; h++) {
        Half half = shard->halves.data[h];
        half.origin = claimed(&s->points, i, half.origin);
        half.next += before->halves;
        half.cell += before->cells;
        if (cut_is_plane(half.cut))
            half.cut += claimed(&s->planes, i, cut_plane(half.cut)) - cut_plane(half.cut);
        k->halves.data[before->halves + h] = half;
    }
    if (shard->stacks.len)
        memcpy(k->stacks.data + before->stacks, shard->stacks.data,
               shard->stacks.len * sizeof *shard->stacks.data);
}

static void copy_lists(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Shards *s = ctx;
    copy_cells(s, i);
}

static void join_lists(Shards *s) {
    enum { ITEM_NS = 8 };
    Kernel *k = s->k;
    s->before = HEAP_NEW(k->heap, Before, s->n);
    u64 n_new = s->planes.start[s->n];
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
    COUNT(cells)
    COUNT(halves)
    COUNT(stacks)
#undef COUNT
    kernel_for(k, s->n, n_new * ITEM_NS, copy_lists, s);
    heap_free(k->heap, s->before);
}

static void claim_all(Shards *s) {
    Heap *heap = s->k->heap;
    Planes *planes = HEAP_NEW(heap, Planes, s->n);
    Points *points = HEAP_NEW(heap, Points, s->n);
    for (u32 i = 0; i < s->n; i++) {
        planes[i] = s->shards[i].planes;
        points[i] = s->shards[i].points;
    }
    s->planes = claim_planes(s->k, s->n, planes);
    s->points = claim_points(s->k, s->n, points, &s->planes);
    heap_free(heap, planes);
    heap_free(heap, points);
}

static void free_shard(Kernel *shard, Heap *heap) {
    points_finish(shard, heap);
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
    claim_all(&s);
    join_lists(&s);
    for (u32 i = 0; i < n; i++)
        free_shard(&s.shards[i], heap);
    kernel_release(k, n_loans);
    claims_finish(&s.planes, heap);
    claims_finish(&s.points, heap);
    heap_free(heap, s.shards);
}
