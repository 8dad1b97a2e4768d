// SPDX-License-Identifier: Apache-2.0
// The ordered set of edges under a sweep line, as a treap (Seidel and Aragon 1996) over caller's
// arrays: insertion and removal by rotation, O(log n) expected.
#include "compiler/mesh/polygon_internal.h"

#include "base/map.h"

static bool is_above_in_heap(u32 a, u32 b) {
    u64 pa = hash_mix(a + 1), pb = hash_mix(b + 1);
    return pa != pb ? pa > pb : a < b;
}

static void set_child_of_parent(Status2 *s, u32 parent, u32 old, u32 id) {
    if (parent == NONE)
        s->root = id;
    else
        s->child[s->child[STATUS2_ABOVE][parent] == old][parent] = id;
    if (id != NONE)
        s->parent[id] = parent;
}

// Lifts id over its parent.
static void rotate_up(Status2 *s, u32 id) {
    u32 parent = s->parent[id];
    int side = s->child[STATUS2_ABOVE][parent] == id;
    u32 inner = s->child[!side][id];
    set_child_of_parent(s, s->parent[parent], parent, id);
    s->child[!side][id] = parent;
    s->parent[parent] = id;
    s->child[side][parent] = inner;
    if (inner != NONE)
        s->parent[inner] = parent;
}

void status2_insert(Status2 *s, u32 id, u32 under, int side) {
    s->child[0][id] = s->child[1][id] = NONE;
    s->parent[id] = under;
    if (under == NONE) {
        s->root = id;
        return;
    }
    s->child[side][under] = id;
    while (s->parent[id] != NONE && is_above_in_heap(id, s->parent[id]))
        rotate_up(s, id);
}

void status2_remove(Status2 *s, u32 id) {
    for (;;) {
        u32 below = s->child[STATUS2_BELOW][id], above = s->child[STATUS2_ABOVE][id];
        if (below == NONE || above == NONE) {
            set_child_of_parent(s, s->parent[id], id, below == NONE ? above : below);
            return;
        }
        rotate_up(s, is_above_in_heap(below, above) ? below : above);
    }
}

void status2_replace(Status2 *s, u32 old, u32 id) {
    set_child_of_parent(s, s->parent[old], old, id);
    for (int side = 0; side < 2; side++) {
        s->child[side][id] = s->child[side][old];
        if (s->child[side][id] != NONE)
            s->parent[s->child[side][id]] = id;
    }
}

u32 status2_neighbour(const Status2 *s, u32 id, int side) {
    if (s->child[side][id] != NONE) {
        id = s->child[side][id];
        while (s->child[!side][id] != NONE)
            id = s->child[!side][id];
        return id;
    }
    while (s->parent[id] != NONE && s->child[side][s->parent[id]] == id)
        id = s->parent[id];
    return s->parent[id];
}
