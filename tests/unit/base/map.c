// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/vec.h"
#include "tests/unit/test.h"

static Heap heap;
static Arena arena;

static void begin(void) {
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
}

TEST(an_empty_map_finds_nothing) {
    begin();
    StrMap map;
    strmap_init(&map, &arena);
    CHECK(strmap_find(&map, STR("a")) == NONE && strmap_get(&map, STR("")) == NONE && map.n == 0);
    heap_finish(&heap);
}

TEST(ten_thousand_keys_in_insertion_order) {
    begin();
    StrMap map;
    strmap_init(&map, &arena);
    for (u32 i = 0; i < 10000; i++)
        strmap_set(&map, str_format(&arena, "key%u", i), i * 3);
    CHECK_EQ(map.n, 10000);
    for (u32 i = 0; i < 10000; i++) {
        Str key = str_format(&arena, "key%u", i);
        CHECK_EQ(strmap_find(&map, key), i);
        CHECK_EQ(strmap_get(&map, key), i * 3);
        CHECK(str_equal(map.keys[i], key));
        CHECK_EQ(strmap_find(&map, str_format(&arena, "kex%u", i)), NONE);
    }
    heap_finish(&heap);
}

TEST(setting_twice_overwrites) {
    begin();
    StrMap map;
    strmap_init(&map, &arena);
    strmap_set(&map, STR("a"), 1);
    strmap_set(&map, STR("b"), 2);
    strmap_set(&map, STR("a"), 3);
    strmap_set(&map, STR(""), 4);
    CHECK(map.n == 3 && strmap_get(&map, STR("a")) == 3 && strmap_get(&map, STR("b")) == 2 &&
          strmap_get(&map, STR("")) == 4);
    heap_finish(&heap);
}

TEST(hashes_are_fixed_for_ever) {
    // Caches on disk are keyed by these: a change of the function must be seen.
    CHECK(hash_bytes("", 0, 0) == hash_bytes(NULL, 0, 0));
    CHECK(hash_bytes("a", 1, 0) != hash_bytes("a\0", 2, 0));
    CHECK(hash_bytes("a", 1, 0) != hash_bytes("a", 1, 1));
    CHECK(hash_bytes("chair.part", 10, 0) == 0xe754d3fc8e5b972ull);
    u64 seen[64];
    for (u32 i = 0; i < 64; i++) { // one bit changes everything
        u64 word = (u64)1 << i;
        seen[i] = hash_bytes(&word, 8, 0);
        for (u32 k = 0; k < i; k++)
            CHECK((u32)seen[i] != (u32)seen[k]);
    }
}

TEST(vectors_grow) {
    begin();
    VEC(u32) v = {0};
    VEC(u16) w = {0};
    for (u32 i = 0; i < 5000; i++) {
        vec_push(&heap, &v, i);
        avec_push(&arena, &w, (u16)i);
    }
    for (u32 i = 0; i < 5000; i++)
        CHECK(v.data[i] == i && w.data[i] == (u16)i);
    CHECK(v.len == 5000 && v.cap >= 5000 && w.len == 5000);
    vec_reserve(&heap, &v, 20000);
    CHECK(v.cap >= 20000 && v.data[4999] == 4999);
    avec_reserve(&arena, &w, 20000);
    CHECK(w.cap >= 20000 && w.data[4999] == 4999);
    vec_free(&heap, &v);
    CHECK(!v.data && !v.len && !v.cap);
    vec_free(&heap, &v);
    heap_finish(&heap);
}

TEST(vectors_stop_at_their_limits) {
    begin();
    VEC(u64) v = {0};
    bool caught = !HEAP_TRY(&heap);
    if (!caught)
        vec_reserve(&heap, &v, (size_t)UINT32_MAX);
    CHECK(caught && heap.failure == FAIL_MEMORY_LIMIT && !v.data && !v.cap);
    heap_finish(&heap);
    heap_init(&heap, 1000);
    caught = !HEAP_TRY(&heap);
    if (!caught)
        for (u32 i = 0; i < 1000; i++)
            vec_push(&heap, &v, i);
    CHECK(caught && heap.failure == FAIL_MEMORY_LIMIT);
    CHECK(v.len > 20 && v.data[v.len - 1] == v.len - 1); // what was there is still there
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(an_empty_map_finds_nothing), TEST_CASE(ten_thousand_keys_in_insertion_order),
          TEST_CASE(setting_twice_overwrites), TEST_CASE(hashes_are_fixed_for_ever),
          TEST_CASE(vectors_grow), TEST_CASE(vectors_stop_at_their_limits))
