// SPDX-License-Identifier: Apache-2.0
// Open hash tables of numbers, of points and of planes. A slot holds 32 bits of hash and a number
// + 1; 0: it is empty. The hash's upper bits say where to look first, so slots lie in the order of
// hashes, and a table grows in one pass from front to back that looks at nothing else. Where among
// the slots of equal hashes a number lies depends on the order in which they came, maybe from
// several threads; nobody sees it, since a table holds one number of what is equal.
#ifndef FRC_COMPILER_MESH_BOOLEAN_SLOTS_H
#define FRC_COMPILER_MESH_BOOLEAN_SLOTS_H

#include "base/mem.h"

typedef struct Slots {
    u64 *at;  // 2^bits, on heap
    u32 bits; // at most 32
} Slots;

static inline u64 slot_make(u32 hash, u32 number) {
    return (u64)hash << 32 | (number + 1);
}
static inline u32 slot_hash(u64 slot) {
    return (u32)(slot >> 32);
}
static inline u32 slot_number(u64 slot) {
    return (u32)slot - 1;
}

static inline u64 slots_first(const Slots *s, u32 hash) {
    return (u64)hash >> (32 - s->bits);
}
static inline u64 slots_next(const Slots *s, u64 i) {
    return (i + 1) & (((u64)1 << s->bits) - 1);
}
static inline void slots_prefetch(const Slots *s, u32 hash) {
    __builtin_prefetch(&s->at[slots_first(s, hash)]);
}

// A number that the table does not hold; there is room.
static inline void slots_insert(Slots *s, u64 slot) {
    u64 i = slots_first(s, slot_hash(slot));
    while (s->at[i])
        i = slots_next(s, i);
    s->at[i] = slot;
}

// From now on room for n numbers, of twice as many slots. s->at may be NULL.
static inline void slots_reserve(Heap *heap, Slots *s, u32 n) {
    if (s->at && (u64)n * 2 <= (u64)1 << s->bits)
        return;
    Slots old = *s;
    s->bits = MAX(s->bits, 6);
    while (s->bits < 32 && (u64)1 << s->bits < (u64)n * 2)
        s->bits++;
    s->at = HEAP_NEW(heap, u64, (u64)1 << s->bits);
    for (u64 i = 0; old.at && i < (u64)1 << old.bits; i++)
        if (old.at[i])
            slots_insert(s, old.at[i]);
    heap_free(heap, old.at);
}

// For several threads at once: the slot of a number; of equal ones the lowest stays in it. loser:
// the higher one of two that met, or NONE. There is room for all.
static inline u32 slots_claim(Slots *s, u32 hash, u32 number,
                              bool (*is_equal)(const void *ctx, u32 other), const void *ctx,
                              u32 *loser) {
    const u64 mine = slot_make(hash, number);
    for (u64 i = slots_first(s, hash);; i = slots_next(s, i)) {
        u64 seen = __atomic_load_n(&s->at[i], __ATOMIC_RELAXED);
        *loser = NONE;
        if (!seen && __atomic_compare_exchange_n(&s->at[i], &seen, mine, false, __ATOMIC_RELAXED,
                                                 __ATOMIC_RELAXED))
            return (u32)i;
        if (slot_hash(seen) != hash || !is_equal(ctx, slot_number(seen)))
            continue;
        *loser = number;
        while (seen > mine)
            if (__atomic_compare_exchange_n(&s->at[i], &seen, mine, false, __ATOMIC_RELAXED,
                                            __ATOMIC_RELAXED)) {
                *loser = slot_number(seen);
                break;
            }
        return (u32)i;
    }
}

#endif
