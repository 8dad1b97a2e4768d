// SPDX-License-Identifier: Apache-2.0
// The growing behind the macros of vec.h: by half on a heap, where the old array is given back, and
// twofold on an arena, where it is not.
#include "base/vec.h"

#include <string.h>

static u32 cap_next(Heap *heap, u32 cap, size_t need) {
    if (need >= NONE)
        heap_fail(heap, FAIL_MEMORY_LIMIT, NULL);
    u64 next = MAX((u64)cap + cap / 2, 8u);
    next = MAX(next, need);
    return (u32)MIN(next, (u64)NONE - 1);
}

void *vec_grow_heap(Heap *heap, void *data, u32 *cap, size_t need, size_t size) {
    u32 next = cap_next(heap, *cap, need);
    void *out = heap_realloc(heap, data, next, size);
    *cap = next;
    return out;
}

void *vec_grow_arena(Arena *arena, const void *data, u32 len, u32 *cap, size_t need, size_t size) {
    u32 next =
        cap_next(arena->heap, *cap * 2 / 3 * 2, need); // arenas do not give back: grow faster
    void *out = arena_alloc_raw(arena, next, size);
    if (len)
        memcpy(out, data, len * size);
    *cap = next;
    return out;
}
