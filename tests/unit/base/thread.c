// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"
#include "base/vec.h"
#include "tests/unit/test.h"

#include <stdatomic.h>
#include <time.h>

typedef struct Squares {
    u64 *out;
    u32 **blocks;
    _Atomic u32 n_run;
    u32 fail_from; // tasks from here on fail; NONE: none
    bool fail_memory;
} Squares;

static void square(void *ctx, u32 i, Heap *heap) {
    Squares *s = ctx;
    atomic_fetch_add(&s->n_run, 1);
    u32 *scratch = HEAP_NEW(heap, u32, 100 + i); // left to the heap
    if (i >= s->fail_from && s->fail_memory)
        heap_fail(heap, FAIL_NO_MEMORY, NULL);
    if (i >= s->fail_from)
        heap_fail(heap, FAIL_INTERNAL, i == s->fail_from ? "first" : "later");
    scratch[0] = i;
    s->blocks[i] = scratch;
    s->out[i] = (u64)i * i;
}

static void sum_rows(void *ctx, u32 i, Heap *heap) {
    u64 *sums = ctx;
    Squares inner = {
        .fail_from = NONE, .out = HEAP_NEW(heap, u64, 50), .blocks = HEAP_NEW(heap, u32 *, 50)};
    thread_for(heap, 3, 50, square, &inner);
    for (u32 k = 0; k < 50; k++)
        sums[i] += inner.out[k] + i;
}

enum { N = 500 };
static Heap heap;

static Squares begin(u64 limit_size) {
    heap_init(&heap, limit_size);
    return (Squares){
        .out = HEAP_NEW(&heap, u64, N), .blocks = HEAP_NEW(&heap, u32 *, N), .fail_from = NONE};
}

TEST(all_tasks_run_once_on_any_number_of_threads) {
    static const u32 counts[] = {0, 1, 2, 3, 7, 64, 1000};
    for (u32 c = 0; c < COUNT_OF(counts); c++) {
        Squares s = begin(0);
        thread_for(&heap, counts[c], N, square, &s);
        CHECK_EQ(s.n_run, N);
        for (u32 i = 0; i < N; i++)
            CHECK(s.out[i] == (u64)i * i && s.blocks[i][0] == i);
        heap_free(&heap, s.blocks[3]); // the caller's now
        heap_finish(&heap);
        CHECK_EQ(heap.own.used_size, 0);
    }
}

TEST(no_tasks_and_one_task) {
    Squares s = begin(0);
    thread_for(&heap, 4, 0, square, &s);
    CHECK_EQ(s.n_run, 0);
    thread_for(&heap, 4, 1, square, &s);
    CHECK_EQ(s.n_run, 1);
    heap_finish(&heap);
}

// False when the loop failed.
__attribute__((noinline)) static bool try_loop(u32 n_threads, u32 n, Squares *s) {
    if (!HEAP_TRY(&heap))
        return false;
    thread_for(&heap, n_threads, n, square, s);
    return true;
}

// The failure of the lowest task reaches the caller, whatever the number of threads.
TEST(a_failure_is_thrown_in_the_callers_heap) {
    for (u32 n_threads = 1; n_threads <= 5; n_threads++)
        for (u32 fail_from = 0; fail_from < N; fail_from += 50) {
            Squares s = begin(0);
            s.fail_from = fail_from;
            bool ok = try_loop(n_threads, N, &s);
            CHECK(!ok && heap.failure == FAIL_INTERNAL && strcmp(heap.failure_text, "first") == 0);
            CHECK(s.n_run >= fail_from + 1 && s.n_run <= fail_from + n_threads);
            for (u32 i = 0; i < fail_from; i++)
                CHECK(s.out[i] == (u64)i * i);
            heap_finish(&heap);
            CHECK_EQ(heap.own.used_size, 0);
        }
}

TEST(limits_hold_across_threads) {
    Squares s = begin(100000);
    bool ok = try_loop(4, N, &s);
    CHECK(!ok && heap.failure == FAIL_MEMORY_LIMIT && heap.own.peak_size <= 100000);
    heap_finish(&heap);
    CHECK_EQ(heap.own.used_size, 0);
}

TEST(every_failing_allocation_is_survived) {
    for (u32 fail_at = 1; fail_at < 60; fail_at++) {
        Squares s = begin(0);
        heap.own.n_allocs = 0;
        heap.own.fail_at = fail_at;
        bool ok = try_loop(3, 50, &s);
        CHECK(ok == (fail_at > 52) && heap.failure == (ok ? FAIL_NONE : FAIL_NO_MEMORY));
        heap_finish(&heap);
        CHECK_EQ(heap.own.used_size, 0);
    }
}

TEST(loops_nest) {
    heap_init(&heap, 0);
    u64 sums[8] = {0};
    thread_for(&heap, 3, 8, sum_rows, sums);
    for (u32 i = 0; i < 8; i++)
        CHECK_EQ(sums[i], 40425 + 50 * i);
    heap_finish(&heap);
}

typedef struct TeamLoop {
    ThreadTeam *team;
    Squares *squares;
    u32 n;
} TeamLoop;

static void run_team(void *ctx) {
    TeamLoop *l = ctx;
    thread_team_for(l->team, &heap, l->n, square, l->squares);
}

// Loops of all lengths follow one another at once or after a pause in which the team falls asleep;
// after a failed one the next is as good as any.
TEST(a_team_runs_loop_after_loop) {
    enum { ROUNDS = 2000 };
    for (u32 n_threads = 0; n_threads <= 5; n_threads++) {
        Squares s = begin(0);
        TeamLoop l = {thread_team_start(&heap, n_threads), &s, 0};
        for (u32 r = 0; r < ROUNDS; r++) {
            l.n = r % 7;
            s.n_run = 0;
            s.fail_from = r % 50 == 49 ? 0 : NONE;
            for (u32 i = 0; i < l.n; i++)
                s.out[i] = NONE;
            bool ok = heap_guard(&heap, run_team, &l);
            CHECK(ok == (s.fail_from == NONE || l.n == 0));
            if (!ok) {
                CHECK(heap.failure == FAIL_INTERNAL && strcmp(heap.failure_text, "first") == 0);
                continue;
            }
            CHECK_EQ(s.n_run, l.n);
            for (u32 i = 0; i < l.n; i++) {
                CHECK_EQ(s.out[i], i * i);
                heap_free(&heap, s.blocks[i]);
            }
            if (r % 100 == 0)
                nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
        }
        thread_team_finish(l.team, &heap);
        heap_finish(&heap);
        CHECK_EQ(heap.own.used_size, 0);
    }
    thread_team_finish(NULL, &heap);
}

TEST(there_is_a_processor) {
    CHECK(thread_count_default() >= 1);
}

TEST_MAIN(TEST_CASE(all_tasks_run_once_on_any_number_of_threads), TEST_CASE(no_tasks_and_one_task),
          TEST_CASE(a_failure_is_thrown_in_the_callers_heap), TEST_CASE(limits_hold_across_threads),
          TEST_CASE(every_failing_allocation_is_survived), TEST_CASE(loops_nest),
          TEST_CASE(a_team_runs_loop_after_loop), TEST_CASE(there_is_a_processor))
