// SPDX-License-Identifier: Apache-2.0
// Growable arrays of any type: VEC(Token) tokens = {0}; vec_push(heap, &tokens, token);
// avec_push(arena, ...) is the same on an arena (the outgrown array stays until the arena is reset).
#ifndef FRC_BASE_VEC_H
#define FRC_BASE_VEC_H

#include "base/mem.h"

#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *data;                                                                                   \
        u32 len, cap;                                                                              \
    }

#define vec_reserve(heap, v, n)                                                                    \
    ((n) <= (v)->cap ? (void)0                                                                     \
                     : (void)((v)->data = vec_grow_heap((heap), (v)->data, &(v)->cap, (n),         \
                                                        sizeof *(v)->data)))
#define vec_push(heap, v, ...)                                                                     \
    (vec_reserve((heap), (v), (size_t)(v)->len + 1), (v)->data[(v)->len++] = (__VA_ARGS__))
#define vec_free(heap, v) (heap_free((heap), (v)->data), (v)->data = NULL, (v)->len = (v)->cap = 0)

#define avec_reserve(arena, v, n)                                                                  \
    ((n) <= (v)->cap ? (void)0                                                                     \
                     : (void)((v)->data = vec_grow_arena((arena), (v)->data, (v)->len, &(v)->cap,  \
                                                         (n), sizeof *(v)->data)))
#define avec_push(arena, v, ...)                                                                   \
    (avec_reserve((arena), (v), (size_t)(v)->len + 1), (v)->data[(v)->len++] = (__VA_ARGS__))

// Both return an array of at least need elements and set *cap; new elements are undefined. More
// than 2^32 - 2 elements fail the job.
void *vec_grow_heap(Heap *heap, void *data, u32 *cap, size_t need, size_t size);
void *vec_grow_arena(Arena *arena, const void *data, u32 len, u32 *cap, size_t need, size_t size);

#endif
