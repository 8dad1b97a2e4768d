// SPDX-License-Identifier: Apache-2.0
// A fork-join loop over numbered tasks. Threads take the next number from a shared counter; the
// caller is one of them. A failed task stops its thread only; the others finish the task they are
// in, and then the failure of the lowest number is thrown in the caller's heap. Numbers are handed
// out in order, so all numbers below a failed one have run: which failure is reported does not
// depend on the number of threads or their pace.
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
    Loop *loop;
    Heap heap;
    pthread_t thread;
    _Atomic u32 current; // atomic only because it must survive the jump out of a task
    bool failed;
} Worker;

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
    Loop *loop = worker->loop;
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

static void *worker_main(void *arg) {
    worker_run(arg);
    return NULL;
}

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

void thread_for(Heap *heap, u32 n_threads, u32 n, void (*task)(void *ctx, u32 i, Heap *heap),
                void *ctx) {
    if (!n_threads)
        n_threads = thread_count_default();
    n_threads = MIN(MIN(n_threads, n), (u32)THREADS_MAX);
    if (n_threads <= 1) {
        for (u32 i = 0; i < n; i++)
            task(ctx, i, heap);
        return;
    }
    Loop loop = {.task = task, .ctx = ctx, .n = n};
    Worker *workers = HEAP_NEW(heap, Worker, n_threads);
    for (u32 t = 0; t < n_threads; t++) {
        workers[t].loop = &loop;
        heap_init_child(&workers[t].heap, heap);
    }
    u32 n_started = workers_start(workers, n_threads);
    worker_run(&workers[0]);
    for (u32 t = 1; t < n_started; t++)
        pthread_join(workers[t].thread, NULL);
    const Worker *first = NULL; // the failed worker with the lowest task
    for (u32 t = 0; t < n_started; t++) {
        heap_adopt(heap, &workers[t].heap);
        if (workers[t].failed && (!first || workers[t].current < first->current))
            first = &workers[t];
    }
    if (first)
        heap_fail(heap, first->heap.failure, first->heap.failure_text);
    heap_free(heap, workers);
}
