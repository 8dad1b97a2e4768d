// SPDX-License-Identifier: Apache-2.0
// A stable sort. qsort leaves the order of equal elements to the C library, so the same program
// could give other bytes on another machine, and takes memory that no heap counts.
#ifndef FRC_BASE_SORT_H
#define FRC_BASE_SORT_H

#include "base/mem.h"

// Below 0: a goes before b; above 0: after; 0: they stay as they are. Must be a total preorder.
typedef int (*SortCompareFn)(const void *a, const void *b, const void *ctx);

// Sorts items (n elements of size bytes) in place; equal elements keep their order. ctx is handed
// to compare. n log n comparisons at most, n when already in order; a copy of the items as scratch.
void sort_stable(Heap *heap, void *items, size_t n, size_t size, SortCompareFn compare,
                 const void *ctx);

typedef struct Keyed {
    u64 key;
    u32 value;
} Keyed;
// Stable, by key, upwards. spare: n. O(n) for many.
void sort_keyed(Keyed *list, Keyed *spare, u32 n);

#endif
