// SPDX-License-Identifier: Apache-2.0
// The one door to memory. A Heap counts, limits and tracks every block that one job owns, so that a
// job can be abandoned at any allocation without a leak; an Arena carves small objects out of it.
//
// When memory, time or patience runs out, the job does not limp on with NULLs: heap_fail() jumps to
// the recovery point that the driver of the job set (see HEAP_TRY), and heap_finish() frees all
// blocks. Code between the two must not hold anything that only it can release (open files, locks).
#ifndef FRC_BASE_MEM_H
#define FRC_BASE_MEM_H

#include "base/types.h"

#include <setjmp.h>
#include <stdatomic.h>

typedef enum Failure {
    FAIL_NONE,
    FAIL_MEMORY_LIMIT, // the job's limit: STATUS_LIMIT
    FAIL_NO_MEMORY,    // the system's: STATUS_MEMORY
    FAIL_TIMEOUT,      // the job's deadline: STATUS_LIMIT
    FAIL_CANCELLED,    // interrupted: STATUS_INTERRUPTED
    FAIL_INTERNAL,     // a check of our own failed: STATUS_BUG; message says which
} Failure;

// Counters shared by a heap and its children (worker threads).
typedef struct HeapShared {
    _Atomic u64 used_size, peak_size, n_allocs;
    u64 limit_size;             // 0: none
    u64 fail_at;                // fault injection: this allocation (1-based) fails; 0: never
    bool fail_on;               // and so does every one after it
    Failure fail_as;            // as what; FAIL_NONE: as FAIL_NO_MEMORY
    u64 deadline_ns;            // monotonic clock; 0: none
    const volatile int *cancel; // set by a signal handler; may be NULL
} HeapShared;

typedef struct HeapBlock HeapBlock;

// Where heap_fail() jumps to. Only the innermost one of a heap is armed.
typedef struct HeapRecover {
    jmp_buf point;
    bool is_armed;
} HeapRecover;

typedef struct Heap {
    HeapShared *shared;
    HeapShared own;    // the shared counters when this is the root
    HeapBlock *blocks; // every live block, newest first
    HeapRecover recover;
    Failure failure;
    const char *failure_text; // for FAIL_INTERNAL: a constant text
} Heap;

// limit_size 0: no limit. The heap must outlive all its blocks and stay at one address.
void heap_init(Heap *heap, u64 limit_size);
// A heap for another thread that counts against parent's limits.
void heap_init_child(Heap *heap, Heap *parent);
// Gives every block of child to parent (after the thread has ended); child is then empty. Cost: the
// child's blocks.
void heap_adopt(Heap *parent, Heap *child);
// Frees every block and disarms the recovery point. The heap may be used again after heap_init.
void heap_finish(Heap *heap);

// if (HEAP_TRY(&heap)) { work } else { heap.failure says why }. Locals changed in between:
// volatile. The point is disarmed by the failure; a driver that goes on with the heap after success
// disarms it with heap_recover_restore, since the point dies with the function that set it.
#define HEAP_TRY(heap) (setjmp(*heap_recover_arm(heap)) == 0)

// Code in the middle of a job that must release something (a file, a lock) sets a point of its own:
//     HeapRecover outer = heap_recover_save(heap);
//     bool ok = HEAP_TRY(heap);
//     if (ok) { work }
//     heap_recover_restore(heap, &outer);
//     release;
//     if (!ok) heap_rethrow(heap);
HeapRecover heap_recover_save(const Heap *heap);
void heap_recover_restore(Heap *heap, const HeapRecover *outer);
_Noreturn void heap_rethrow(Heap *heap); // the failure just caught, to the point now armed
jmp_buf *heap_recover_arm(Heap *heap);   // for HEAP_TRY

// The plain way: runs run(ctx) and says whether it came to its end; if not, heap->failure says why. The
// recovery point around it, if any, is armed again afterwards.
bool heap_guard(Heap *heap, void (*run)(void *ctx), void *ctx);

// Without an armed point this is a bug in the driver: abort().
_Noreturn void heap_fail(Heap *heap, Failure failure, const char *text);
// Polls the cancel flag and the deadline; fails the job if either says so. At most ~50 ms apart in
// long loops; one call costs a clock read, so not in the innermost one.
void heap_poll(Heap *heap);

// Never return NULL (they fail the job); n * size is checked for overflow. heap_alloc's bytes are
// zero. A block is resized and freed by the heap that owns it: a thread's task must leave its
// parent's alone.
void *heap_alloc(Heap *heap, size_t n, size_t size);
void *heap_alloc_raw(Heap *heap, size_t n, size_t size); // bytes undefined
void *heap_realloc(Heap *heap, void *ptr, size_t n,
                   size_t size);       // new bytes undefined; ptr may be NULL
void heap_free(Heap *heap, void *ptr); // ptr may be NULL

#define HEAP_NEW(heap, T, n) ((T *)heap_alloc((heap), (n), sizeof(T)))

// Arena: blocks freed together. Alignment 16.
typedef struct ArenaChunk ArenaChunk;
typedef struct Arena {
    Heap *heap;
    ArenaChunk *chunk;
    char *next, *end;
    char *clean; // from here on the chunk's bytes are zero, as they came
} Arena;

typedef struct ArenaMark {
    ArenaChunk *chunk;
    char *next;
} ArenaMark;

void arena_init(Arena *arena, Heap *heap);
void arena_finish(Arena *arena);
void *arena_alloc(Arena *arena, size_t n, size_t size); // zeroed
void *arena_alloc_raw(Arena *arena, size_t n, size_t size); // bytes undefined
ArenaMark arena_mark(const Arena *arena);
// Frees all that was allocated since mark; a mark from before the first allocation keeps one chunk.
void arena_reset(Arena *arena, ArenaMark mark);

#define ARENA_NEW(arena, T, n) ((T *)arena_alloc((arena), (n), sizeof(T)))

u64 clock_now_ns(void); // monotonic

#endif
