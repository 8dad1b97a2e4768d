// SPDX-License-Identifier: Apache-2.0
// A hash map from strings to u32, open addressing; iteration is by insertion order only (keys[]), so
// nothing ever depends on hash order.
#ifndef FRC_BASE_MAP_H
#define FRC_BASE_MAP_H

#include "base/str.h"

typedef struct StrMap {
    Arena *arena;
    Str *keys;   // n, in insertion order; not copied: they must outlive the map
    u32 *values; // n
    u32 n, cap;
    u32 *slots; // n_slots, index into keys + 1; 0 is empty
    u32 n_slots;
} StrMap;

void strmap_init(StrMap *map, Arena *arena);
// The index of the value, or NONE.
u32 strmap_find(const StrMap *map, Str key);
// The value, or NONE.
u32 strmap_get(const StrMap *map, Str key);
// Adds or overwrites.
void strmap_set(StrMap *map, Str key, u32 value);

// 64-bit mixing for keys made of numbers (murmur3's finaliser).
static inline u64 hash_mix(u64 x) {
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdull;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ull;
    return x ^ (x >> 33);
}
static inline u64 hash_combine(u64 a, u64 b) { return hash_mix(a ^ (b + 0x9e3779b97f4a7c15ull + (a << 6) + (a >> 2))); }
u64 hash_bytes(const void *bytes, size_t len, u64 seed);

#endif
