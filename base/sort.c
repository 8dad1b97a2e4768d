// SPDX-License-Identifier: Apache-2.0
// Merge sort from the bottom up: sorted runs of one, then two, four, ... elements are merged from
// one buffer into the other. Two runs that are in order already are copied as a whole.
#include "base/sort.h"

#include <string.h>

typedef struct Sort {
    size_t size;
    SortCompareFn compare;
    const void *ctx;
} Sort;

// Merges from[start..mid) and from[mid..end), all in bytes, into to[start..end).
static void merge(const Sort *s, const char *from, char *to, size_t start, size_t mid, size_t end) {
    size_t left = start, right = mid, size = s->size;
    if (mid == end || s->compare(from + mid - size, from + mid, s->ctx) <= 0) {
        memcpy(to + start, from + start, end - start);
        return;
    }
    for (size_t i = start; i < end; i += size) {
        bool take_right =
            left == mid || (right < end && s->compare(from + right, from + left, s->ctx) < 0);
        size_t *next = take_right ? &right : &left;
        memcpy(to + i, from + *next, size);
        *next += size;
    }
}

void sort_stable(Heap *heap, void *items, size_t n, size_t size, SortCompareFn compare,
                 const void *ctx) {
    if (n < 2)
        return;
    Sort s = {size, compare, ctx};
    size_t total = n * size;
    char *scratch = heap_alloc_raw(heap, n, size), *from = items, *to = scratch;
    for (size_t width = size; width < total; width *= 2) {
        for (size_t start = 0; start < total;) {
            size_t mid = start + MIN(width, total - start);
            size_t end = mid + MIN(width, total - mid);
            merge(&s, from, to, start, mid, end);
            start = end;
        }
        char *spare = from;
        from = to;
        to = spare;
    }
    if (from != (char *)items)
        memcpy(items, from, total);
    heap_free(heap, scratch);
}

// Byte by byte from the lowest, those that differ at all.
static void sort_keyed_radix(Keyed *list, Keyed *spare, u32 n) {
    u64 differ = 0;
    for (u32 i = 1; i < n; i++)
        differ |= list[i].key ^ list[0].key;
    Keyed *from = list, *to = spare;
    for (u32 shift = 0; shift < 64; shift += 8) {
        if (!(differ >> shift & 0xff))
            continue;
        u32 start[256] = {0};
        for (u32 i = 0; i < n; i++)
            start[from[i].key >> shift & 0xff]++;
        for (u32 d = 0, sum = 0; d < 256; d++) {
            u32 count = start[d];
            start[d] = sum;
            sum += count;
        }
        for (u32 i = 0; i < n; i++)
            to[start[from[i].key >> shift & 0xff]++] = from[i];
        Keyed *swap = from;
        from = to;
        to = swap;
    }
    if (from != list)
        memcpy(list, from, n * sizeof *list);
}

void sort_keyed(Keyed *list, Keyed *spare, u32 n) {
    if (n > 96) {
        sort_keyed_radix(list, spare, n);
        return;
    }
    if (n <= 24) {
        for (u32 i = 1; i < n; i++) {
            Keyed item = list[i];
            u32 j = i;
            for (; j > 0 && list[j - 1].key > item.key; j--)
                list[j] = list[j - 1];
            list[j] = item;
        }
        return;
    }
    u32 mid = n / 2;
    sort_keyed(list, spare, mid);
    sort_keyed(list + mid, spare, n - mid);
    if (list[mid - 1].key <= list[mid].key)
        return;
    memcpy(spare, list, mid * sizeof *list);
    for (u32 i = 0, p = 0, q = mid; p < mid; i++)
        list[i] = q >= n || spare[p].key <= list[q].key ? spare[p++] : list[q++];
}
