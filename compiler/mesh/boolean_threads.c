// SPDX-License-Identifier: Apache-2.0
// How a pass uses several threads: numbered tasks over parts of its work that the data alone
// determine, each with memory of its own, whose results the pass puts together in the order of
// their numbers. So the bytes of the result cannot depend on how many threads there are, nor on
// their pace. Threads are started by the first loop that takes a millisecond, and stay; then it is
// worth their while from a tenth of that on.
#include "compiler/mesh/boolean_internal.h"

static const u64 LEAST_TO_START_NS = 1000 * 1000, LEAST_WORK_NS = 100 * 1000;
enum { MOST_RANGES = 32, MOST_WORKERS = MOST_RANGES, FINE_RANGES = 3 };

typedef struct Crew {
    Kernel *views; // by worker
    u32 n;         // tasks
    _Atomic u32 next;
    void (*task)(Kernel *view, void *ctx, u32 i);
    void *ctx;
} Crew;

static void work(void *ctx, u32 worker, Heap *heap) {
    Crew *crew = ctx;
    Kernel *view = &crew->views[worker];
    view->heap = heap;
    arena_init(&view->arena, heap);
    arena_init(&view->scratch, heap);
    for (u32 i; (i = atomic_fetch_add(&crew->next, 1)) < crew->n;)
        crew->task(view, crew->ctx, i);
    arena_finish(&view->scratch);
}

bool kernel_uses_threads(const Kernel *k, u32 n, u64 work_ns) {
    u64 least = k->team ? LEAST_WORK_NS : LEAST_TO_START_NS;
    return k->n_threads > 1 && n > 1 && (work_ns >= least || k->options.split_finely);
}

void kernel_start_team(Kernel *k, u64 work_ns) {
    if (k->n_threads > 1 && !k->team && work_ns >= LEAST_TO_START_NS)
        k->team = thread_team_start(k->heap, MIN(k->n_threads, (u32)MOST_WORKERS));
}

void kernel_for(Kernel *k, u32 n, u64 work_ns, void (*task)(Kernel *view, void *ctx, u32 i),
                void *ctx) {
    u32 n_workers =
        kernel_uses_threads(k, n, work_ns) ? MIN(MIN(k->n_threads, n), (u32)MOST_WORKERS) : 1;
    Crew crew = {HEAP_NEW(k->heap, Kernel, n_workers), n, 0, task, ctx};
    for (u32 w = 0; w < n_workers; w++) {
        crew.views[w] = *k;
        crew.views[w].n_threads = 1;     // the team is at work
        crew.views[w].loans.data = NULL; // they are the caller's
        crew.views[w].loans.len = crew.views[w].loans.cap = 0;
    }
    if (n_workers > 1 && !k->team)
        k->team = thread_team_start(k->heap, MIN(k->n_threads, (u32)MOST_WORKERS));
    if (n_workers > 1)
        thread_team_for(k->team, k->heap, n_workers, work, &crew);
    else
        work(&crew, 0, k->heap);
    for (u32 w = 0; w < n_workers; w++) {
        Kernel *view = &crew.views[w];
        if (view->fault && !k->fault)
            k->fault = view->fault;
        view->arena.heap = k->heap; // its blocks are adopted
        if (view->arena.chunk)
            vec_push(k->heap, &k->loans, view->arena);
    }
    heap_free(k->heap, crew.views);
}

void kernel_release(Kernel *k, u32 keep) {
    while (k->loans.len > keep)
        arena_finish(&k->loans.data[--k->loans.len]);
    if (!keep)
        vec_free(k->heap, &k->loans);
}

u32 kernel_ranges(const Kernel *k, u32 n, u32 grain) {
    if (k->options.split_finely)
        return MIN(n, (u32)FINE_RANGES);
    return MAX(MIN(n / grain, (u32)MOST_RANGES), n ? 1 : 0);
}
