// SPDX-License-Identifier: Apache-2.0
// Heap blocks carry a header with their size, neighbours and owner: 32 bytes a block, which is why
// small objects go into arenas. The list of neighbours is what makes it safe to jump away from any
// allocation: whoever lost a pointer, heap_finish() still knows the block.
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h> // defines __GLIBC__ where it is so
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <string.h>
#include <time.h>

struct HeapBlock {
    HeapBlock *prev, *next;
    size_t size; // of the payload
    Heap *owner; // only checked: a block in a wrong list would be a data race between threads
};

_Static_assert(sizeof(HeapBlock) % 16 == 0, "payloads are aligned to 16");

struct ArenaChunk {
    ArenaChunk *prev;
    size_t size;
};

enum { ARENA_CHUNK_SIZE = 64 << 10, ARENA_CHUNK_SIZE_MAX = 1 << 20, ARENA_ALIGN = 16 };

u64 clock_now_ns(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

// Passes free what the next ones ask for again. Left to itself glibc hands that back to the system
// and gets zeroed pages for it, one fault each 4 KiB: a tenth to a quarter of a boolean's time.
// 32 MiB is the highest threshold that all versions take; blocks above it grow by remapping.
static void keep_freed_pages(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

void heap_init(Heap *heap, u64 limit_size) {
    keep_freed_pages();
    memset(heap, 0, sizeof *heap);
    heap->own.limit_size = limit_size;
    heap->shared = &heap->own;
}

void heap_init_child(Heap *heap, Heap *parent) {
    memset(heap, 0, sizeof *heap);
    heap->shared = parent->shared;
}

void heap_adopt(Heap *parent, Heap *child) {
    HeapBlock *last = NULL;
    for (HeapBlock *block = child->blocks; block; block = block->next) {
        block->owner = parent;
        last = block;
    }
    if (!last)
        return;
    last->next = parent->blocks;
    if (parent->blocks)
        parent->blocks->prev = last;
    parent->blocks = child->blocks;
    child->blocks = NULL;
}

static void count_sub(Heap *heap, size_t size) {
    atomic_fetch_sub(&heap->shared->used_size, size);
}

void heap_finish(Heap *heap) {
    for (HeapBlock *block = heap->blocks; block;) {
        HeapBlock *next = block->next;
        count_sub(heap, sizeof *block + block->size);
        free(block);
        block = next;
    }
    heap->blocks = NULL;
    heap->recover.is_armed = false;
}

jmp_buf *heap_recover_arm(Heap *heap) {
    heap->recover.is_armed = true;
    heap->failure = FAIL_NONE;
    return &heap->recover.point;
}

HeapRecover heap_recover_save(const Heap *heap) {
    return heap->recover;
}

void heap_recover_restore(Heap *heap, const HeapRecover *outer) {
    heap->recover = *outer;
}

void heap_rethrow(Heap *heap) {
    heap_fail(heap, heap->failure, heap->failure_text);
}

bool heap_guard(Heap *heap, void (*run)(void *ctx), void *ctx) {
    const HeapRecover outer = heap_recover_save(heap);
    if (setjmp(*heap_recover_arm(heap)) != 0) {
        heap_recover_restore(heap, &outer);
        return false;
    }
    run(ctx);
    heap_recover_restore(heap, &outer);
    return true;
}

void heap_fail(Heap *heap, Failure failure, const char *text) {
    heap->failure = failure;
    heap->failure_text = text;
    if (!heap->recover.is_armed)
        abort();
    heap->recover.is_armed = false; // a failure while failing must not loop
    longjmp(heap->recover.point, 1);
}

void heap_poll(Heap *heap) {
    const HeapShared *shared = heap->shared;
    if (shared->cancel && *shared->cancel)
        heap_fail(heap, FAIL_CANCELLED, NULL);
    if (shared->deadline_ns && clock_now_ns() > shared->deadline_ns)
        heap_fail(heap, FAIL_TIMEOUT, NULL);
}

// The job's limit cannot hold what the address space cannot: both are FAIL_MEMORY_LIMIT.
static size_t size_checked(Heap *heap, size_t n, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 4)
        heap_fail(heap, FAIL_MEMORY_LIMIT, NULL);
    return bytes;
}

static void count_add(Heap *heap, size_t size) {
    HeapShared *shared = heap->shared;
    u64 n = atomic_fetch_add(&shared->n_allocs, 1) + 1;
    if (shared->fail_at && (n == shared->fail_at || (shared->fail_on && n > shared->fail_at)))
        heap_fail(heap, shared->fail_as ? shared->fail_as : FAIL_NO_MEMORY, NULL);
    u64 used = atomic_fetch_add(&shared->used_size, size) + size;
    if (shared->limit_size && used > shared->limit_size) {
        count_sub(heap, size);
        heap_fail(heap, FAIL_MEMORY_LIMIT, NULL);
    }
    u64 peak = atomic_load(&shared->peak_size);
    while (used > peak && !atomic_compare_exchange_weak(&shared->peak_size, &peak, used)) {
    }
}

static void *block_link(Heap *heap, HeapBlock *block, size_t size) {
    block->size = size;
    block->owner = heap;
    block->prev = NULL;
    block->next = heap->blocks;
    if (heap->blocks)
        heap->blocks->prev = block;
    heap->blocks = block;
    return block + 1;
}

static void block_unlink(Heap *heap, HeapBlock *block) {
    assert(block->owner == heap);
    if (block->prev)
        block->prev->next = block->next;
    else
        heap->blocks = block->next;
    if (block->next)
        block->next->prev = block->prev;
}

static void *block_alloc(Heap *heap, size_t bytes, bool zero) {
    count_add(heap, sizeof(HeapBlock) + bytes);
    HeapBlock *block = zero ? calloc(1, sizeof *block + bytes) : malloc(sizeof *block + bytes);
    if (!block) {
        count_sub(heap, sizeof(HeapBlock) + bytes);
        heap_fail(heap, FAIL_NO_MEMORY, NULL);
    }
    return block_link(heap, block, bytes);
}

void *heap_alloc(Heap *heap, size_t n, size_t size) {
    return block_alloc(heap, size_checked(heap, n, size), true);
}

void *heap_alloc_raw(Heap *heap, size_t n, size_t size) {
    return block_alloc(heap, size_checked(heap, n, size), false);
}

void *heap_realloc(Heap *heap, void *ptr, size_t n, size_t size) {
    if (!ptr)
        return heap_alloc_raw(heap, n, size);
    size_t bytes = size_checked(heap, n, size);
    HeapBlock *old = (HeapBlock *)ptr - 1;
    size_t old_size = old->size;
    if (bytes > old_size)
        count_add(heap, bytes - old_size);
    block_unlink(heap, old);
    HeapBlock *block = realloc(old, sizeof *block + bytes);
    if (!block) { // the old block lives on
        block_link(heap, old, old_size);
        if (bytes > old_size)
            count_sub(heap, bytes - old_size);
        heap_fail(heap, FAIL_NO_MEMORY, NULL);
    }
    if (bytes < old_size)
        count_sub(heap, old_size - bytes);
    return block_link(heap, block, bytes);
}

void heap_free(Heap *heap, void *ptr) {
    if (!ptr)
        return;
    HeapBlock *block = (HeapBlock *)ptr - 1;
    count_sub(heap, sizeof *block + block->size);
    block_unlink(heap, block);
    free(block);
}

void arena_init(Arena *arena, Heap *heap) {
    *arena = (Arena){.heap = heap};
}

void arena_finish(Arena *arena) {
    while (arena->chunk) {
        ArenaChunk *prev = arena->chunk->prev;
        heap_free(arena->heap, arena->chunk);
        arena->chunk = prev;
    }
    *arena = (Arena){.heap = arena->heap};
}

static void *arena_take(Arena *arena, size_t n, size_t size, bool zero) {
    size_t bytes = size_checked(arena->heap, n, size);
    bytes = (MAX(bytes, 1) + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (!arena->chunk || bytes > (size_t)(arena->end - arena->next)) {
        size_t usual = arena->chunk ? MIN(2 * arena->chunk->size, (size_t)ARENA_CHUNK_SIZE_MAX)
                                    : (size_t)ARENA_CHUNK_SIZE;
        size_t chunk_size = MAX(bytes + sizeof(ArenaChunk), usual);
        bool is_clean = zero && chunk_size > ARENA_CHUNK_SIZE;
        ArenaChunk *chunk = block_alloc(arena->heap, chunk_size, is_clean);
        chunk->prev = arena->chunk;
        chunk->size = chunk_size;
        arena->chunk = chunk;
        arena->next = (char *)(chunk + 1);
        arena->end = (char *)chunk + chunk_size;
        arena->clean = is_clean ? arena->next : arena->end;
    }
    // Large chunks come zero from the heap, often without a page being touched, and only what was
    // given back is cleared; small ones are mostly used in part, and cleared as far as they are.
    char *out = arena->next;
    arena->next += bytes;
    if (zero && out < arena->clean)
        memset(out, 0, MIN(bytes, (size_t)(arena->clean - out)));
    return out;
}

void *arena_alloc(Arena *arena, size_t n, size_t size) {
    return arena_take(arena, n, size, true);
}

void *arena_alloc_raw(Arena *arena, size_t n, size_t size) {
    return arena_take(arena, n, size, false);
}

ArenaMark arena_mark(const Arena *arena) {
    return (ArenaMark){arena->chunk, arena->next};
}

void arena_reset(Arena *arena, ArenaMark mark) {
    char *used = arena->next;
    // A mark from before the first chunk: that chunk is kept, for the next round's sake.
    while (arena->chunk != mark.chunk && arena->chunk->prev) {
        ArenaChunk *prev = arena->chunk->prev;
        heap_free(arena->heap, arena->chunk);
        arena->chunk = prev;
        used = NULL;
    }
    if (!arena->chunk)
        return;
    arena->next = mark.chunk ? mark.next : (char *)(arena->chunk + 1);
    arena->end = (char *)arena->chunk + arena->chunk->size;
    // An older chunk may have been used up to its end.
    arena->clean = !used ? arena->end : MAX(arena->clean, used);
}
