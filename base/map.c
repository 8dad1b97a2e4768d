// SPDX-License-Identifier: Apache-2.0
// Open addressing with linear probing, at most half full. Slots hold indices into the key list,
// which is in insertion order: whoever walks the map walks the list, and hash order never shows.
#include "base/map.h"

#include "base/vec.h"

u64 hash_bytes(const void *bytes, size_t len, u64 seed) {
    const u8 *b = bytes;
    u64 hash = hash_mix(seed ^ (u64)len * 0x9e3779b97f4a7c15ull);
    // Bytes are put together low first, so that the hash is the same on every machine.
    for (; len >= 8; b += 8, len -= 8)
        hash = hash_combine(hash, (u64)b[0] | (u64)b[1] << 8 | (u64)b[2] << 16 | (u64)b[3] << 24 |
                                      (u64)b[4] << 32 | (u64)b[5] << 40 | (u64)b[6] << 48 |
                                      (u64)b[7] << 56);
    u64 word = 0;
    for (size_t i = len; i > 0; i--)
        word = word << 8 | b[i - 1];
    return len ? hash_combine(hash, word) : hash;
}

void strmap_init(StrMap *map, Arena *arena) {
    *map = (StrMap){.arena = arena};
}

// The slot that holds key, or the free one where it belongs. Needs a free slot.
static u32 slot_find(const StrMap *map, Str key) {
    u32 mask = map->n_slots - 1;
    u32 slot = (u32)str_hash(key) & mask;
    while (map->slots[slot] && !str_equal(map->keys[map->slots[slot] - 1], key))
        slot = (slot + 1) & mask;
    return slot;
}

u32 strmap_find(const StrMap *map, Str key) {
    if (!map->n_slots)
        return NONE;
    return map->slots[slot_find(map, key)] - 1; // a free slot is 0: NONE
}

u32 strmap_get(const StrMap *map, Str key) {
    u32 i = strmap_find(map, key);
    return i == NONE ? NONE : map->values[i];
}

static void slots_grow(StrMap *map) {
    u32 n_slots = map->n_slots ? map->n_slots * 2 : 16;
    if (n_slots > (1u << 30))
        heap_fail(map->arena->heap, FAIL_MEMORY_LIMIT, NULL);
    map->slots = ARENA_NEW(map->arena, u32, n_slots);
    map->n_slots = n_slots;
    for (u32 i = 0; i < map->n; i++)
        map->slots[slot_find(map, map->keys[i])] = i + 1;
}

void strmap_set(StrMap *map, Str key, u32 value) {
    if (map->n >= map->n_slots / 2)
        slots_grow(map);
    u32 slot = slot_find(map, key);
    if (map->slots[slot]) {
        map->values[map->slots[slot] - 1] = value;
        return;
    }
    if (map->n == map->cap) {
        u32 cap = map->cap;
        map->keys = vec_grow_arena(map->arena, map->keys, map->n, &cap, (size_t)map->n + 1,
                                   sizeof *map->keys);
        cap = map->cap;
        map->values = vec_grow_arena(map->arena, map->values, map->n, &cap, (size_t)map->n + 1,
                                     sizeof *map->values);
        map->cap = cap;
    }
    map->keys[map->n] = key;
    map->values[map->n] = value;
    map->slots[slot] = ++map->n;
}
