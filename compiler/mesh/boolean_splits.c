// SPDX-License-Identifier: Apache-2.0
// Pass 4, splits: the vertices inside each grid edge, in order.
//
// The narrow phase states a split once for each pair of facets that makes it. Here they are
// dealt to the lower ends of their edges, which are numbered as facets come, then gathered by edge,
// sorted along it and stated once. Most edges have one or two. Cost: O(n) and the sorting of each
// vertex's edges and each edge's vertices.
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
        for (u32 m = len++; m > j; m--)
            v[m] = v[m - 1];
        v[j] = item;
    }
    return len;
}

// Whole quanta along axis, rising along the line: what they tell apart by two or more is in order.
static u64 line_key(const Kernel *k, u32 v, u32 axis, int sign) {
    return (u64)(point_ref(k, v)->at[axis] * sign + 0x1p26); // |at| < 2^26
}

// Those with one key, by halves. Returns how many are left.
static u32 merge_along_line(const Kernel *k, u32 *v, u32 *spare, u32 n, u32 axis, int sign) {
    if (n <= 8)
        return insert_along_line(k, v, n, axis, sign);
    u32 mid = n / 2, n_first = merge_along_line(k, v, spare, mid, axis, sign), len = 0;
    u32 end = mid + merge_along_line(k, v + mid, spare, n - mid, axis, sign), p = 0, q = mid;
    memcpy(spare, v, n_first * sizeof *v);
    while (p < n_first && q < end) {
        int order = spare[p] == v[q] ? 0 : point_compare(k, spare[p], v[q], axis) * sign;
        q += order == 0;
        v[len++] = order <= 0 ? spare[p++] : v[q++];
    }
    // One of the two is used up. What is written never passes what is to be read: len <= q.
    for (; p < n_first; p++)
        v[len++] = spare[p];
    for (; q < end; q++)
        v[len++] = v[q];
    return len;
}

u32 sort_along_line(const Kernel *k, LineSort *s, u32 *v, u32 n, u32 axis, int sign) {
    if (n <= 8)
        return insert_along_line(k, v, n, axis, sign);
    avec_reserve(s->arena, &s->keyed, n);
    avec_reserve(s->arena, &s->spare, n);
    avec_reserve(s->arena, &s->verts, n);
    for (u32 i = 0; i < n; i++)
        s->keyed.data[i] = (Keyed){line_key(k, v[i], axis, sign), v[i]};
    sort_keyed(s->keyed.data, s->spare.data, n);
    u32 len = 0;
    for (u32 i = 0, end; i < n; i = end) {
        u32 first = len;
        for (end = i; end < n && s->keyed.data[end].key == s->keyed.data[i].key; end++)
            if (end == i || s->keyed.data[end].value != v[len - 1])
                v[len++] = s->keyed.data[end].value;
        if (len - first > 8)
            len = first + merge_along_line(k, v + first, s->verts.data, len - first, axis, sign);
    }
    return insert_along_line(k, v, len, axis, sign); // little is left to do
}

// ---- the table
// -----------------------------------------------------------------------------------

typedef struct SplitPass {
    SplitTable *table;
    u32 n, n_verts, n_ranges, n_shares;
    Keyed *items;     // by their edges' lower ends: the higher end, and the vertex
    u32 *range_start; // n_ranges + 1: lower ends
} SplitPass;

// Among a few items. Most that are stated again are so at once: by the facet beside the edge, or
// the other facets that meet in one place.
static bool is_stated(const Keyed *item, const Keyed *end, const EdgeSplit *s) {
    while (item < end && (item->value != s->v || item->key != s->hi))
        item++;
    return item < end;
}

// Gives each lower end the places of all that is stated of its edges.
static void place_fans(const Kernel *k, const SplitPass *p) {
    SplitFan *fans = p->table->fans;
    for (u32 i = 0; i < p->n; i++)
        fans[k->splits.data[i].lo].n++;
    for (u32 v = 0, sum = 0; v < p->n_verts; v++) {
        fans[v].first = sum;
        sum += fans[v].n;
        fans[v].n = 0;
    }
}

// Deals the splits of a share of the lower ends: an end's are items[first .. first + n). Each share
// reads all splits, so there are no more shares than threads.
static void deal_splits(Kernel *k, void *ctx, u32 share) {
    enum { LATELY = 4 };
    const SplitPass *p = ctx;
    SplitFan *fans = p->table->fans;
    u32 first = p->range_start[kernel_range_start(p->n_ranges, p->n_shares, share)];
    u32 n_ends = p->range_start[kernel_range_start(p->n_ranges, p->n_shares, share + 1)] - first;
    for (u32 i = 0; i < p->n; i++) {
        const EdgeSplit *s = &k->splits.data[i];
        if (s->lo - first >= n_ends)
            continue;
        SplitFan *fan = &fans[s->lo];
        Keyed *items = p->items + fan->first, *last = items + fan->n;
        if (!is_stated(last - MIN(fan->n, (u32)LATELY), last, s))
            items[fan->n++] = (Keyed){s->hi, s->v};
    }
}

// The first lower end whose items begin at item i or after it.
static u32 find_lower_end(const SplitPass *p, u32 i) {
    u32 low = 0, high = p->n_verts;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (p->table->fans[mid].first < i)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

// One edge's items: its vertices in order, at their places in the table.
static SplitRun order_run(const Kernel *k, const SplitPass *p, u32 lo, u32 start, u32 end,
                          LineSort *sort) {
    u32 *v = p->table->verts + start;
    SplitRun run = {lo, (u32)p->items[start].key, start, end - start};
    for (u32 i = 0; i < run.n; i++)
        v[i] = p->items[start + i].value;
    if (run.n > 1) {
        u32 axis = widest_axis(k, run.lo, run.hi);
        run.n = sort_along_line(k, sort, v, run.n, axis, point_compare(k, run.hi, run.lo, axis));
    }
    return run;
}

// A range of lower ends: the runs of each stand where its items do.
static void build_runs(Kernel *k, void *ctx, u32 range) {
    const SplitPass *p = ctx;
    SplitFan *fans = p->table->fans;
    u32 stop = p->range_start[range + 1];
    ArenaMark mark = arena_mark(&k->scratch);
    VEC(Keyed) spare = {0};
    LineSort sort = {.arena = &k->scratch};
    for (u32 v = p->range_start[range]; v < stop; v++) {
        u32 start = fans[v].first, end = start + fans[v].n;
        avec_reserve(&k->scratch, &spare, fans[v].n);
        sort_keyed(p->items + start, spare.data, fans[v].n);
        fans[v].n = 0;
        while (start < end) {
            u32 next = start + 1;
            while (next < end && p->items[next].key == p->items[start].key)
                next++;
            p->table->runs[fans[v].first + fans[v].n++] = order_run(k, p, v, start, next, &sort);
            start = next;
        }
    }
    arena_reset(&k->scratch, mark);
}

void build_split_table(Kernel *k) {
    enum { DEAL_NS = 10, WORK_NS = 50, GRAIN = 4096 };
    SplitTable *table = &k->split_table;
    u32 n = k->splits.len;
    SplitPass p = {.table = table, .n = n, .n_verts = k->n_grid};
    table->fans = ARENA_NEW(&k->arena, SplitFan, k->n_grid);
    table->runs = arena_alloc(&k->arena, n, sizeof *table->runs);
    table->verts = arena_alloc(&k->arena, n, sizeof *table->verts);
    p.items = heap_alloc_raw(k->heap, n, sizeof *p.items);
    p.n_ranges = kernel_ranges(k, n, GRAIN);
    p.n_shares = MIN(k->n_threads, p.n_ranges);
    p.range_start = HEAP_NEW(k->heap, u32, p.n_ranges + 1);
    place_fans(k, &p);
    for (u32 i = 0; i <= p.n_ranges; i++)
        p.range_start[i] = p.n ? find_lower_end(&p, kernel_range_start(n, p.n_ranges, i)) : 0;
    kernel_for(k, p.n_shares, (u64)n * DEAL_NS, deal_splits, &p);
    vec_free(k->heap, &k->splits);
    kernel_for(k, p.n_ranges, (u64)n * WORK_NS, build_runs, &p);
    heap_free(k->heap, p.items);
    heap_free(k->heap, p.range_start);
}

const SplitRun *find_splits(const Kernel *k, u32 a, u32 b) {
    u32 lo = MIN(a, b), hi = MAX(a, b);
    const SplitFan *fan = &k->split_table.fans[lo];
    const SplitRun *runs = k->split_table.runs + fan->first;
    u32 low = 0, high = fan->n;
    while (high - low > 4) {
        u32 mid = low + (high - low) / 2;
        if (runs[mid].hi <= hi)
            low = mid;
        else
            high = mid;
    }
    for (; low < high; low++)
        if (runs[low].hi == hi)
            return &runs[low];
    return NULL;
}

u32 edge_next_vertex(const Kernel *k, u32 a, u32 b) {
    const SplitRun *run = find_splits(k, a, b);
    return run ? split_at(k, run, a < b, 0) : b;
}

u32 half_cut_plane(Kernel *k, u32 h) {
    const Half *half = &k->halves.data[h];
    if (half->cut == NONE)
        return NONE;
    if (cut_is_plane(half->cut))
        return cut_plane(half->cut);
    const SplitRun *run = &k->split_table.runs[half->cut & ~(u32)CUT_EDGE];
    u32 plane = cell_plane(k, half->cell);
    return plane_upright(k, run->lo, run->hi, plane_ref(k, plane)->axis);
}
