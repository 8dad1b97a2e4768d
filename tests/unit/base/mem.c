// SPDX-License-Identifier: Apache-2.0
// A small job that touches every kind of allocation is made to fail at each of them in turn: the
// heap must count to zero afterwards. Under the sanitizers a lost block is also reported at exit.
#include "base/map.h"
#include "base/vec.h"
#include "tests/unit/test.h"

#include <string.h>

// A refused allocation is NULL under the address sanitizer, too.
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1:log_path=/dev/null";
}

typedef struct Job {
    Heap heap;
    u32 result;
} Job;

static void work(Job *job) {
    Arena arena;
    arena_init(&arena, &job->heap);
    StrMap map;
    strmap_init(&map, &arena);
    VEC(u32) numbers = {0};
    StrBuf text;
    strbuf_init(&text, &job->heap);
    for (u32 i = 0; i < 2000; i++) {
        strmap_set(&map, str_format(&arena, "%u", i % 100), i);
        vec_push(&job->heap, &numbers, i);
        strbuf_addf(&text, "%u ", i);
    }
    ArenaMark mark = arena_mark(&arena);
    ARENA_NEW(&arena, u64, 100000);
    arena_reset(&arena, mark);
    job->result = map.n + numbers.len;
    vec_free(&job->heap, &numbers);
    strbuf_finish(&text);
    arena_finish(&arena);
}

static Failure run(Job *job, u64 limit_size, u64 fail_at) {
    heap_init(&job->heap, limit_size);
    job->heap.own.fail_at = fail_at;
    job->result = 0;
    if (HEAP_TRY(&job->heap))
        work(job);
    return job->heap.failure;
}

TEST(every_failing_allocation_is_survived) {
    static Job job;
    CHECK(run(&job, 0, 0) == FAIL_NONE && job.result == 2100);
    CHECK(job.heap.own.used_size == 0 && !job.heap.blocks);
    u64 n = job.heap.own.n_allocs;
    CHECK(n > 20);
    heap_finish(&job.heap);
    for (u64 i = 1; i <= n; i++) {
        CHECK(run(&job, 0, i) == FAIL_NO_MEMORY && job.result == 0);
        heap_finish(&job.heap);
        CHECK(job.heap.own.used_size == 0 && !job.heap.blocks);
    }
    CHECK(run(&job, 0, n + 1) == FAIL_NONE); // the count is exact
    heap_finish(&job.heap);
}

// Raw pieces of an arena, before, between and after a reset, leave nothing in those that are zeroed.
TEST(zeroed_pieces_are_zero_beside_raw_ones) {
    static Heap heap;
    heap_init(&heap, 0);
    if (HEAP_TRY(&heap))
        for (u32 order = 0; order < 8; order++) {
            Arena arena;
            arena_init(&arena, &heap);
            ArenaMark mark = arena_mark(&arena);
            for (u32 round = 0; round < 6; round++) {
                size_t n = 1000 + 70000 * (round % 2);
                if (order >> round % 3 & 1)
                    memset(arena_alloc_raw(&arena, n, 1), 0xa5, n);
                unsigned char *zeroed = arena_alloc(&arena, n, 1);
                size_t n_other = 0;
                for (size_t i = 0; i < n; i++)
                    n_other += zeroed[i] != 0;
                CHECK(n_other == 0);
                memset(zeroed, 0x5a, n);
                if (round == 2)
                    arena_reset(&arena, mark);
            }
            arena_finish(&arena);
        }
    CHECK(heap.failure == FAIL_NONE && heap.own.used_size == 0);
    heap_finish(&heap);
}

TEST(limits_hold_and_the_peak_says_how_much_is_needed) {
    static Job job;
    run(&job, 0, 0);
    u64 peak = job.heap.own.peak_size;
    heap_finish(&job.heap);
    CHECK(run(&job, peak, 0) == FAIL_NONE && job.heap.own.peak_size == peak);
    heap_finish(&job.heap);
    for (u64 limit = 1; limit < peak; limit += peak / 50) {
        CHECK(run(&job, limit, 0) == FAIL_MEMORY_LIMIT && job.heap.own.peak_size <= limit);
        heap_finish(&job.heap);
        CHECK(job.heap.own.used_size == 0);
    }
    CHECK(run(&job, peak - 1, 0) == FAIL_MEMORY_LIMIT);
    heap_finish(&job.heap);
}

typedef void *(*AllocateFn)(Heap *heap, size_t n, size_t size);

static void *allocate_by_realloc(Heap *heap, size_t n, size_t size) {
    return heap_realloc(heap, heap_alloc(heap, 1, 1), n, size);
}

static void *allocate_in_arena(Heap *heap, size_t n, size_t size) {
    Arena arena;
    arena_init(&arena, heap);
    return arena_alloc(&arena, n, size);
}

static Failure allocate(AllocateFn fn, size_t n, size_t size) {
    static Heap heap;
    heap_init(&heap, 0);
    if (HEAP_TRY(&heap))
        fn(&heap, n, size);
    Failure failure = heap.failure;
    heap_finish(&heap);
    return failure;
}

TEST(sizes_are_checked_for_overflow) {
    static const size_t sizes[][2] = {
        {SIZE_MAX, 2}, {SIZE_MAX / 2, 1}, {(size_t)1 << 33, (size_t)1 << 33}, {SIZE_MAX, 1}};
    for (u32 i = 0; i < COUNT_OF(sizes); i++) {
        CHECK(allocate(heap_alloc, sizes[i][0], sizes[i][1]) == FAIL_MEMORY_LIMIT);
        CHECK(allocate(allocate_by_realloc, sizes[i][0], sizes[i][1]) == FAIL_MEMORY_LIMIT);
        CHECK(allocate(allocate_in_arena, sizes[i][0], sizes[i][1]) == FAIL_MEMORY_LIMIT);
    }
    CHECK(allocate(allocate_in_arena, 3, 100) == FAIL_NONE);
}

// The hook above fails before malloc is asked; here malloc itself says no.
__attribute__((noinline)) static bool refuses(Heap *heap, u64 *block, size_t size) {
    if (!HEAP_TRY(heap))
        return heap->failure == FAIL_NO_MEMORY;
    if (block)
        heap_realloc(heap, block, size, 1);
    else
        heap_alloc(heap, size, 1);
    return false;
}

TEST(a_refusal_of_the_system_leaves_all_as_it_was) {
    static Heap heap;
    heap_init(&heap, 0);
    u64 *block = HEAP_NEW(&heap, u64, 10);
    block[9] = 7;
    u64 used = heap.own.used_size;
    CHECK(refuses(&heap, NULL, SIZE_MAX / 8) && heap.own.used_size == used);
    CHECK(refuses(&heap, block, SIZE_MAX / 8) && heap.own.used_size == used && block[9] == 7);
    heap_free(&heap, block);
    CHECK(!heap.blocks && heap.own.used_size == 0);
    heap_finish(&heap);
}

TEST(blocks_are_zeroed_aligned_and_kept) {
    static Heap heap;
    heap_init(&heap, 0);
    u8 *a = HEAP_NEW(&heap, u8, 100);
    CHECK((uintptr_t)a % 16 == 0);
    for (u32 i = 0; i < 100; i++)
        CHECK(a[i] == 0);
    memset(a, 7, 100);
    u8 *b = heap_alloc_raw(&heap, 10, 10);
    memset(b, 8, 100);
    a = heap_realloc(&heap, a, 5000, 1);
    CHECK((uintptr_t)a % 16 == 0 && a[0] == 7 && a[99] == 7 && b[0] == 8);
    a = heap_realloc(&heap, a, 10, 1);
    CHECK(a[9] == 7);
    heap_free(&heap, NULL);
    heap_free(&heap, b);
    heap_free(&heap, a);
    CHECK(heap.own.used_size == 0 && !heap.blocks);
    void *nothing = heap_alloc(&heap, 0, 8);
    CHECK(nothing);
    heap_finish(&heap);
    CHECK(heap.own.used_size == 0);
}

TEST(arenas_give_zeroed_aligned_memory_and_go_back) {
    static Heap heap;
    heap_init(&heap, 0);
    Arena arena;
    arena_init(&arena, &heap);
    ArenaMark start = arena_mark(&arena);
    CHECK(arena_alloc(&arena, 0, 1));
    u32 sum = 0;
    for (u32 round = 0; round < 3; round++) {
        ArenaMark mark = arena_mark(&arena);
        for (u32 i = 0; i < 3000; i++) {
            u8 *p = arena_alloc(&arena, i % 200, 1);
            CHECK((uintptr_t)p % 16 == 0);
            for (u32 k = 0; k < i % 200; k++)
                sum += p[k];
            memset(p, 0xFF, i % 200);
        }
        u8 *large = arena_alloc(&arena, 1000000, 1);
        CHECK(large[0] == 0 && large[999999] == 0);
        arena_reset(&arena, mark);
    }
    CHECK_EQ(sum, 0);
    arena_reset(&arena, start);
    // One chunk is kept, and is as new.
    CHECK(heap.own.used_size > 0 && heap.own.used_size < 100000);
    u64 n_allocs = heap.own.n_allocs;
    u8 *again = arena_alloc(&arena, 40000, 1);
    for (u32 k = 0; k < 40000; k++)
        sum += again[k];
    CHECK_EQ(sum, 0);
    CHECK_EQ(heap.own.n_allocs, n_allocs);
    arena_finish(&arena);
    CHECK(heap.own.used_size == 0);
    arena_finish(&arena);
    heap_finish(&heap);
}

typedef struct Nest {
    Heap heap;
    u32 steps;
} Nest;

static void nest_inner(Nest *nest) {
    HeapRecover outer = heap_recover_save(&nest->heap);
    bool ok = HEAP_TRY(&nest->heap);
    if (ok)
        heap_fail(&nest->heap, FAIL_INTERNAL, "inner");
    heap_recover_restore(&nest->heap, &outer);
    nest->steps = nest->steps * 10 + 1; // the clean-up
    if (!ok)
        heap_rethrow(&nest->heap);
}

TEST(points_nest_and_failures_pass_through) {
    static Nest nest;
    heap_init(&nest.heap, 0);
    bool ok = HEAP_TRY(&nest.heap);
    if (ok) {
        nest_inner(&nest);
        nest.steps = 99; // not reached
    }
    CHECK(!ok && nest.steps == 1 && nest.heap.failure == FAIL_INTERNAL &&
          strcmp(nest.heap.failure_text, "inner") == 0);
    CHECK(!nest.heap.recover.is_armed);
    ok = HEAP_TRY(&nest.heap); // and the heap can be used again
    if (ok)
        heap_alloc(&nest.heap, 1, 1);
    CHECK(ok && nest.heap.failure == FAIL_NONE);
    heap_finish(&nest.heap);
    CHECK(!nest.heap.recover.is_armed);
}

static Failure poll_with(u64 deadline_ns, const volatile int *cancel) {
    static Heap heap;
    heap_init(&heap, 0);
    heap.own.deadline_ns = deadline_ns;
    heap.own.cancel = cancel;
    if (HEAP_TRY(&heap))
        heap_poll(&heap);
    Failure failure = heap.failure;
    heap_finish(&heap);
    return failure;
}

TEST(polling_sees_deadline_and_cancel) {
    static volatile int cancel;
    CHECK(poll_with(0, NULL) == FAIL_NONE);
    CHECK(poll_with(clock_now_ns() + 1000000000000u, &cancel) == FAIL_NONE);
    CHECK(poll_with(1, &cancel) == FAIL_TIMEOUT);
    cancel = 1;
    CHECK(poll_with(1, &cancel) == FAIL_CANCELLED); // whoever pressed the key wants to hear that
}

TEST(children_count_against_their_parent) {
    static Heap parent, child;
    heap_init(&parent, 10000);
    heap_init_child(&child, &parent);
    void *mine = heap_alloc(&parent, 4000, 1);
    bool ok = HEAP_TRY(&child);
    static void *kept;
    if (ok) {
        kept = heap_alloc(&child, 4000, 1);
        heap_alloc(&child, 4000, 1);
    }
    CHECK(!ok && child.failure == FAIL_MEMORY_LIMIT && parent.failure == FAIL_NONE);
    heap_adopt(&parent, &child);
    CHECK(!child.blocks && parent.own.used_size > 8000);
    heap_free(&parent, mine);
    heap_free(&parent, kept); // the child's, now ours
    CHECK(parent.own.used_size == 0);
    heap_adopt(&parent, &child); // of nothing
    heap_finish(&parent);
}

TEST_MAIN(TEST_CASE(every_failing_allocation_is_survived),
          TEST_CASE(zeroed_pieces_are_zero_beside_raw_ones),
          TEST_CASE(limits_hold_and_the_peak_says_how_much_is_needed),
          TEST_CASE(sizes_are_checked_for_overflow),
          TEST_CASE(a_refusal_of_the_system_leaves_all_as_it_was),
          TEST_CASE(blocks_are_zeroed_aligned_and_kept),
          TEST_CASE(arenas_give_zeroed_aligned_memory_and_go_back),
          TEST_CASE(points_nest_and_failures_pass_through),
          TEST_CASE(polling_sees_deadline_and_cancel),
          TEST_CASE(children_count_against_their_parent))
