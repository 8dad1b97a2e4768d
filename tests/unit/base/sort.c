// SPDX-License-Identifier: Apache-2.0
#include "base/sort.h"
#include "tests/unit/test.h"

typedef struct Item {
    u32 key, place;
    u8 rest[5];
} Item;

static int by_key(const void *a, const void *b, const void *ctx) {
    const Item *x = a, *y = b;
    *(u64 *)*(void *const *)ctx += 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

// n items with n_keys different keys, sorted; counts comparisons.
static bool sorts(u32 n, u32 n_keys, u64 *n_compared) {
    static Heap heap;
    heap_init(&heap, 0);
    Item *items = HEAP_NEW(&heap, Item, n);
    u32 state = n;
    for (u32 i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        items[i] = (Item){(state >> 8) % n_keys, i, {1, 2, 3, 4, (u8)i}};
    }
    void *counter = n_compared;
    sort_stable(&heap, items, n, sizeof *items, by_key, &counter);
    bool ok = true;
    u64 places = 0;
    for (u32 i = 0; i < n; i++) {
        places += items[i].place;
        ok &= items[i].rest[4] == (u8)items[i].place;
        if (i > 0)
            ok &= items[i - 1].key < items[i].key ||
                  (items[i - 1].key == items[i].key && items[i - 1].place < items[i].place);
    }
    ok &= places == (u64)n * (n - 1) / 2 || n == 0;
    heap_free(&heap, items);
    ok &= heap.own.used_size == 0;
    heap_finish(&heap);
    return ok;
}

TEST(all_lengths_are_sorted_and_stable) {
    u64 count = 0;
    for (u32 n = 0; n < 70; n++)
        for (u32 n_keys = 1; n_keys < 80; n_keys = n_keys * 2 + 1)
            CHECK(sorts(n, n_keys, &count));
    CHECK(sorts(100000, 50000, &count));
}

TEST(comparisons_are_few) {
    u64 count = 0;
    CHECK(sorts(65536, UINT32_MAX, &count) && count <= 16 * 65536 + 65536);
    count = 0;
    CHECK(sorts(65536, 1, &count) && count == 65535); // in order: one look a merge
}

TEST_MAIN(TEST_CASE(all_lengths_are_sorted_and_stable), TEST_CASE(comparisons_are_few))
