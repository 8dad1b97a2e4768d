// SPDX-License-Identifier: Apache-2.0
// Pass 4, splits: the vertices inside each grid edge, in order.
//
// The narrow phase states a split once for each pair of facets that makes it. Here they are
// gathered by edge (a hash table that numbers edges in the order of their first split), sorted
// along it and stated once. Most edges have one or two. Cost: O(n) and the sorting of each edge's
// vertices.
#include "compiler/mesh/boolean_arrange.h"

#include <string.h>

u32 widest_axis(const Kernel *k, u32 a, u32 b) {
    const Point *p = point_ref(k, a), *q = point_ref(k, b);
    u32 best = 0;
    for (u32 i = 1; i < 3; i++)
        if (fabs(q->at[i] - p->at[i]) > fabs(q->at[best] - p->at[best]))
            best = i;
    return best;
}

// Few vertices, one by one; equal ones meet in the place where they belong.
static u32 insert_along_line(const Kernel *k, u32 *v, u32 n, u32 axis, int sign) {
    u32 len = 0;
    for (u32 i = 0; i < n; i++) {
        u32 item = v[i], j = len;
        while (j > 0 && v[j - 1] != item && point_compare(k, v[j - 1], item, axis) * sign > 0)
            j--;
        if (j > 0 && v[j - 1] == item)
            continue;
        memmove(&v[j + 1], &v[j], (len - j) * sizeof *v);
        v[j] = item;
        len++;
    }
    return len;
}

u32 sort_along_line(const Kernel *k, u32 *v, u32 *spare, u32 n, u32 axis, int sign) {
    if (n <= 8)
        return insert_along_line(k, v, n, axis, sign);
    u32 mid = n / 2, n_first = sort_along_line(k, v, spare, mid, axis, sign), len = 0;
    u32 end = mid + sort_along_line(k, v + mid, spare, n - mid, axis, sign), p = 0, q = mid;
    memcpy(spare, v, n_first * sizeof *v);
    while (p < n_first && q < end) {
        if (spare[p] == v[q]) {
            v[len++] = spare[p++];
            q++;
        } else if (point_compare(k, spare[p], v[q], axis) * sign < 0) {
            v[len++] = spare[p++];
        } else {
            v[len++] = v[q++];
        }
    }
    // One of the two is used up. What is written never passes what is to be read: len <= q.
    for (; p < n_first; p++)
        v[len++] = spare[p];
    for (; q < end; q++)
        v[len++] = v[q];
    return len;
}

static u32 hash_edge(u32 lo, u32 hi) {
    u32 hash = (u32)(((u64)lo << 32 | hi) * 0x9e3779b97f4a7c15ull >> 32);
    return hash ^ hash >> 15;
}

// The slot of edge lo-hi, or the empty one where it belongs.
static u32 *find_slot(const SplitTable *table, u32 lo, u32 hi) {
    u32 mask = table->n_slots - 1, i = hash_edge(lo, hi);
    for (;; i++) {
        u32 *slot = &table->slots[i & mask];
        if (!*slot || (table->runs[*slot - 1].lo == lo && table->runs[*slot - 1].hi == hi))
            return slot;
    }
}

void build_split_table(Kernel *k) {
    enum { AHEAD = 8 };
    SplitTable *table = &k->split_table;
    u32 n = k->splits.len;
    for (table->n_slots = 16; table->n_slots < n;) // an edge has two splits stated at least, mostly
        table->n_slots *= 2;
    table->n_slots *= 2;
    table->slots = ARENA_NEW(&k->arena, u32, table->n_slots);
    table->runs = ARENA_NEW(&k->arena, SplitRun, n);
    table->verts = ARENA_NEW(&k->arena, u32, n);
    u32 *run_of = ARENA_NEW(&k->arena, u32, n), *spare = run_of; // in turn
    for (u32 i = 0; i < n; i++) {
        const EdgeSplit *s = &k->splits.data[i], *soon = &k->splits.data[MIN(i + AHEAD, n - 1)];
        __builtin_prefetch(&table->slots[hash_edge(soon->lo, soon->hi) & (table->n_slots - 1)]);
        u32 *slot = find_slot(table, s->lo, s->hi);
        if (!*slot) {
            table->runs[table->n_runs++] = (SplitRun){s->lo, s->hi, 0, 0};
            *slot = table->n_runs;
        }
        run_of[i] = *slot - 1;
        table->runs[run_of[i]].n++;
    }
    for (u32 r = 0, start = 0; r < table->n_runs; r++) {
        table->runs[r].start = start;
        start += table->runs[r].n;
        table->runs[r].n = 0;
    }
    for (u32 i = 0; i < n; i++) {
        SplitRun *run = &table->runs[run_of[i]];
        table->verts[run->start + run->n++] = k->splits.data[i].v;
    }
    for (u32 r = 0; r < table->n_runs; r++) {
        SplitRun *run = &table->runs[r];
        u32 axis = run->n > 1 ? widest_axis(k, run->lo, run->hi) : 0;
        if (run->n > 1)
            run->n = sort_along_line(k, table->verts + run->start, spare, run->n, axis,
                                     point_compare(k, run->hi, run->lo, axis));
    }
}

const SplitRun *find_splits(const Kernel *k, u32 a, u32 b) {
    u32 slot = *find_slot(&k->split_table, MIN(a, b), MAX(a, b));
    return slot ? &k->split_table.runs[slot - 1] : NULL;
}

u32 edge_next_vertex(const Kernel *k, u32 a, u32 b) {
    const SplitRun *run = find_splits(k, a, b);
    return run ? split_at(k, run, a < b, 0) : b;
}

u32 half_cut_plane(Kernel *k, u32 h) {
    const Half *half = &k->halves.data[h];
    if (half->cut == NONE || !(half->cut & CUT_EDGE))
        return half->cut;
    const SplitRun *run = &k->split_table.runs[half->cut & ~(u32)CUT_EDGE];
    u32 plane = cell_plane(k, half->cell);
    return plane_upright(k, run->lo, run->hi, plane_ref(k, plane)->axis);
}
