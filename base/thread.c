// SPDX-License-Identifier: Apache-2.0
// A fork-join loop over numbered tasks. Threads take the next number from a shared counter; the
// caller is one of them. A failed task stops its thread only; the others finish the task they are
// in, and then the failure of the lowest number is thrown in the caller's heap. Numbers are handed
// out in order, so all numbers below a failed one have run: which failure is reported does not
// depend on the number of threads or their pace.
//
// Between two loops a team's threads look for the next for some tens of microseconds, and then
// sleep until they are woken.
#ifdef __linux__
#define _GNU_SOURCE // sched_getaffinity
#endif
#include "base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

enum { THREADS_MAX = 256, STACK_SIZE = 8 * 1024 * 1024 };

typedef struct Loop {
    void (*task)(void *ctx, u32 i, Heap *heap);
    void *ctx;
    u32 n;
    _Atomic u32 next;
    _Atomic bool has_failed;
} Loop;

typedef struct Worker {
    ThreadTeam *team;
    Heap heap;
    pthread_t thread;
    _Atomic u32 current; // atomic only because it must survive the jump out of a task
    bool failed;
} Worker;

struct ThreadTeam {
    Loop loop;       // of this round
    Worker *workers; // the first is the caller
    u32 n_workers;
    bool has_ended;
    _Atomic u32 round;  // counts loops; the last one is the end
    _Atomic u32 n_busy; // workers that have not ended their round, without the caller
    pthread_mutex_t mutex;
    pthread_cond_t has_begun, is_done;
};

u32 thread_count_default(void) {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (u32)CPU_COUNT(&set);
#endif
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (u32)MIN(n, (long)THREADS_MAX) : 1;
}

static void worker_run(Worker *worker) {
    Loop *loop = &worker->team->loop;
    if (!HEAP_TRY(&worker->heap)) {
        worker->failed = true;
        atomic_store(&loop->has_failed, true);
        return;
    }
    while (!atomic_load(&loop->has_failed)) {
        u32 i = atomic_fetch_add(&loop->next, 1);
        if (i >= loop->n)
            break;
        atomic_store(&worker->current, i);
        loop->task(loop->ctx, i, &worker->heap);
    }
}

// ---- waiting ----

// Until *value is (or is no more) what is given.
static void await(ThreadTeam *team, pthread_cond_t *cond, _Atomic u32 *value, u32 given, bool is) {
    enum { LOOKS = 2000 };
    for (u32 i = 0; i < LOOKS; i++) {
        if ((atomic_load(value) == given) == is)
            return;
#ifdef __x86_64__
        __builtin_ia32_pause();
#endif
    }
    pthread_mutex_lock(&team->mutex);
    while ((atomic_load(value) == given) != is)
        pthread_cond_wait(cond, &team->mutex);
    pthread_mutex_unlock(&team->mutex);
}

static void begin_round(ThreadTeam *team) {
    pthread_mutex_lock(&team->mutex);
    atomic_fetch_add(&team->round, 1);
    pthread_cond_broadcast(&team->has_begun);
    pthread_mutex_unlock(&team->mutex);
}

static void *worker_main(void *arg) {
    Worker *worker = arg;
    ThreadTeam *team = worker->team;
    for (u32 round = 0;; round++) {
        await(team, &team->has_begun, &team->round, round, false);
        if (team->has_ended)
            return NULL;
        worker_run(worker);
        if (atomic_fetch_sub(&team->n_busy, 1) == 1) {
            pthread_mutex_lock(&team->mutex);
            pthread_cond_signal(&team->is_done);
            pthread_mutex_unlock(&team->mutex);
        }
    }
}

// ---- teams ----

// Starts threads for workers[1..n); returns how many workers there are, the caller's among them. A
// system that gives fewer threads gets a slower answer, not another one.
static u32 workers_start(Worker *workers, u32 n) {
    // Signals are the main thread's business.
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    u32 n_started = 1;
    while (n_started < n &&
           pthread_create(&workers[n_started].thread, &attr, worker_main, &workers[n_started]) == 0)
        n_started++;
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return n_started;
}

ThreadTeam *thread_team_start(Heap *heap, u32 n_threads) {
    if (!n_threads)
        n_threads = thread_count_default();
    n_threads = MIN(n_threads, (u32)THREADS_MAX);
    ThreadTeam *team = HEAP_NEW(heap, ThreadTeam, 1);
    team->workers = HEAP_NEW(heap, Worker, n_threads);
    for (u32 t = 0; t < n_threads; t++)
        team->workers[t].team = team;
    pthread_mutex_init(&team->mutex, NULL);
    pthread_cond_init(&team->has_begun, NULL);
    pthread_cond_init(&team->is_done, NULL);
    team->n_workers = workers_start(team->workers, n_threads);
    return team;
}

void thread_team_finish(ThreadTeam *team, Heap *heap) {
    if (!team)
        return;
    team->has_ended = true;
    begin_round(team);
    for (u32 t = 1; t < team->n_workers; t++)
        pthread_join(team->workers[t].thread, NULL);
    pthread_cond_destroy(&team->is_done);
    pthread_cond_destroy(&team->has_begun);
    pthread_mutex_destroy(&team->mutex);
    heap_free(heap, team->workers);
    heap_free(heap, team);
}

u32 thread_team_size(const ThreadTeam *team) {
    return team ? team->n_workers : 1;
}

// False: a task failed; the heap says how.
static bool team_run(ThreadTeam *team, Heap *heap, u32 n,
                     void (*task)(void *ctx, u32 i, Heap *heap), void *ctx) {
    team->loop = (Loop){.task = task, .ctx = ctx, .n = n};
    for (u32 t = 0; t < team->n_workers; t++) {
        team->workers[t].failed = false;
        heap_init_child(&team->workers[t].heap, heap);
    }
    atomic_store(&team->n_busy, team->n_workers - 1);
    begin_round(team);
    worker_run(&team->workers[0]);
    await(team, &team->is_done, &team->n_busy, 0, true);
    const Worker *first = NULL; // the failed worker with the lowest task
    for (u32 t = 0; t < team->n_workers; t++) {
        Worker *worker = &team->workers[t];
        heap_adopt(heap, &worker->heap);
        if (worker->failed && (!first || worker->current < first->current))
            first = worker;
    }
    if (first) {
        heap->failure = first->heap.failure;
        heap->failure_text = first->heap.failure_text;
    }
    return !first;
}

void thread_team_for(ThreadTeam *team, Heap *heap, u32 n,
                     void (*task)(void *ctx, u32 i, Heap *heap), void *ctx) {
    if (!team_run(team, heap, n, task, ctx))
        heap_rethrow(heap);
}

void thread_for(Heap *heap, u32 n_threads, u32 n, void (*task)(void *ctx, u32 i, Heap *heap),
                void *ctx) {
    if (!n_threads)
        n_threads = thread_count_default();
    n_threads = MIN(n_threads, n);
    if (n_threads <= 1) {
        for (u32 i = 0; i < n; i++)
            task(ctx, i, heap);
        return;
    }
    ThreadTeam *team = thread_team_start(heap, n_threads);
    bool is_ok = team_run(team, heap, n, task, ctx);
    thread_team_finish(team, heap);
    if (!is_ok)
        heap_rethrow(heap);
}
