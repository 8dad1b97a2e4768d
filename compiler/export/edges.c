// SPDX-License-Identifier: Apache-2.0
// Half-edges sorted by start, then by end: a counting sort over the starts and a short sort within
// each fan. Finding an edge is a binary search in one fan, so a vertex with a hundred thousand
// neighbours is no trouble.
#include "compiler/export/edges.h"

#include <string.h>

static u32 edge_end(const u32 *tris, u32 h) {
    return tris[edge_next(h)];
}

// Fans are nearly always a handful of edges; long ones are sorted by merging halves.
static void sort_fan(const u32 *tris, u32 *fan, u32 *spare, u32 n) {
    if (n <= 12) {
        for (u32 i = 1; i < n; i++) {
            u32 h = fan[i], k = i;
            for (; k > 0 && edge_end(tris, fan[k - 1]) > edge_end(tris, h); k--)
                fan[k] = fan[k - 1];
            fan[k] = h;
        }
        return;
    }
    u32 half = n / 2;
    sort_fan(tris, fan, spare, half);
    sort_fan(tris, fan + half, spare, n - half);
    memcpy(spare, fan, half * sizeof *fan);
    for (u32 a = 0, b = half, to = 0; a < half; to++) {
        bool take_a = b == n || edge_end(tris, spare[a]) <= edge_end(tris, fan[b]);
        fan[to] = take_a ? spare[a++] : fan[b++];
    }
}

void edge_table_init(EdgeTable *table, Heap *heap, const u32 *tris, u32 n_verts, u32 n_tris) {
    u32 n = 3 * n_tris;
    u32 *start = HEAP_NEW(heap, u32, (size_t)n_verts + 2);
    u32 *edges = heap_alloc_raw(heap, (size_t)n + 1, sizeof *edges);
    for (u32 h = 0; h < n; h++)
        start[tris[h] + 2]++;
    u32 longest = 0;
    for (u32 v = 0; v < n_verts; v++) {
        longest = MAX(longest, start[v + 2]);
        start[v + 2] += start[v + 1];
    }
    for (u32 h = 0; h < n; h++)
        edges[start[tris[h] + 1]++] = h; // start[v + 1] ends as the end of v's fan
    u32 *spare = heap_alloc_raw(heap, (size_t)longest + 1, sizeof *spare);
    for (u32 v = 0; v < n_verts; v++)
        sort_fan(tris, edges + start[v], spare, start[v + 1] - start[v]);
    heap_free(heap, spare);
    *table = (EdgeTable){tris, start, edges};
}

void edge_table_finish(EdgeTable *table, Heap *heap) {
    heap_free(heap, table->start);
    heap_free(heap, table->edges);
    *table = (EdgeTable){0};
}

u32 edge_find(const EdgeTable *table, u32 from, u32 to) {
    u32 lo = table->start[from], hi = table->start[from + 1], end = hi;
    while (lo < hi) {
        u32 mid = lo + (hi - lo) / 2;
        if (edge_end(table->tris, table->edges[mid]) < to)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < end && edge_end(table->tris, table->edges[lo]) == to ? table->edges[lo] : NONE;
}

bool edge_table_is_closed(const EdgeTable *table, u32 n_verts) {
    for (u32 v = 0; v < n_verts; v++)
        for (u32 i = table->start[v]; i < table->start[v + 1]; i++) {
            u32 end = edge_end(table->tris, table->edges[i]);
            bool is_twice =
                i + 1 < table->start[v + 1] && edge_end(table->tris, table->edges[i + 1]) == end;
            if (end == v || is_twice || edge_find(table, end, v) == NONE)
                return false;
        }
    return true;
}
