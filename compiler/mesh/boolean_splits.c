// SPDX-License-Identifier: Apache-2.0
// Pass 4, splits: the vertices inside each grid edge, in order.
//
// The narrow phase states a split once for each pair of facets that makes it. Here they are
// dealt to the lower ends of their edges, which are numbered as facets come, then gathered by edge,
// stated once, and sorted along it. Most edges have one or two. Cost: O(n) and the sorting of each
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

// ---- the table ----

// A range of lower ends, and what stands before it in the table.
typedef struct SplitRange {
    u32 from, n_runs, n_verts;
} SplitRange;

typedef struct SplitPass {
    SplitTable *table;
    u32 n, n_verts, n_ranges, n_shares;
    Keyed *items; // by their edges' lower ends: the higher end and the vertex; until runs are built
                  // a fan is of items
    SplitRange *ranges; // and an end
} SplitPass;

static u64 split_key(const EdgeSplit *s) {
    return (u64)s->hi << 32 | s->v;
}

// Among a few items. Most that are stated again are so at once: by the facet beside the edge, or
// the other facets that meet in one place.
static bool is_stated(const Keyed *item, const Keyed *end, u64 key) {
    while (item < end && item->key != key)
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
    u32 first = p->ranges[kernel_range_start(p->n_ranges, p->n_shares, share)].from;
    u32 n_ends = p->ranges[kernel_range_start(p->n_ranges, p->n_shares, share + 1)].from - first;
    for (u32 i = 0; i < p->n; i++) {
        const EdgeSplit *s = &k->splits.data[i];
        if (s->lo - first >= n_ends)
            continue;
        SplitFan *fan = &fans[s->lo];
        Keyed *items = p->items + fan->first, *last = items + fan->n;
        if (!is_stated(last - MIN(fan->n, (u32)LATELY), last, split_key(s)))
            items[fan->n++] = (Keyed){split_key(s), s->v};
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

// Where facets are coplanar most vertices are stated several times: only what is left gets room.
static void drop_doubles(Kernel *k, void *ctx, u32 range) {
    const SplitPass *p = ctx;
    u32 n_runs = 0, n_verts = 0;
    ArenaMark mark = arena_mark(&k->scratch);
    VEC(Keyed) spare = {0};
    for (u32 v = p->ranges[range].from; v < p->ranges[range + 1].from; v++) {
        SplitFan *fan = &p->table->fans[v];
        Keyed *items = p->items + fan->first;
        u32 n = 0;
        avec_reserve(&k->scratch, &spare, fan->n);
        sort_keyed(items, spare.data, fan->n);
        for (u32 i = 0; i < fan->n; i++) {
            if (n && items[i].key == items[n - 1].key)
                continue;
            n_runs += !n || items[i].key >> 32 != items[n - 1].key >> 32;
            items[n++] = items[i];
        }
        n_verts += fan->n = n;
    }
    p->ranges[range].n_runs = n_runs;
    p->ranges[range].n_verts = n_verts;
    arena_reset(&k->scratch, mark);
}

// One edge's vertices in order.
static void order_run(const Kernel *k, SplitRun *run, u32 *v, LineSort *sort) {
    if (run->n > 1) {
        u32 axis = widest_axis(k, run->lo, run->hi);
        sort_along_line(k, sort, v, run->n, axis, point_compare(k, run->hi, run->lo, axis));
    }
}

static void build_runs(Kernel *k, void *ctx, u32 range) {
    const SplitPass *p = ctx;
    const SplitTable *table = p->table;
    u32 n_runs = p->ranges[range].n_runs, n_verts = p->ranges[range].n_verts;
    ArenaMark mark = arena_mark(&k->scratch);
    LineSort sort = {.arena = &k->scratch};
    for (u32 v = p->ranges[range].from; v < p->ranges[range + 1].from; v++) {
        const Keyed *item = p->items + table->fans[v].first, *end = item + table->fans[v].n;
        u32 first = n_runs;
        while (item < end) {
            SplitRun *run = &table->runs[n_runs++];
            *run = (SplitRun){v, (u32)(item->key >> 32), n_verts, 0};
            for (; item < end && item->key >> 32 == run->hi; item++, run->n++)
                table->verts[n_verts++] = item->value;
            order_run(k, run, table->verts + run->start, &sort);
        }
        table->fans[v] = (SplitFan){first, n_runs - first};
    }
    arena_reset(&k->scratch, mark);
}

// Counts of ranges -> what stands before them.
static void sum_ranges(SplitPass *p) {
    u32 n_runs = 0, n_verts = 0;
    for (u32 i = 0; i <= p->n_ranges; i++) {
        SplitRange *range = &p->ranges[i];
        SplitRange before = {range->from, n_runs, n_verts};
        n_runs += range->n_runs;
        n_verts += range->n_verts;
        *range = before;
    }
}

void build_split_table(Kernel *k) {
    enum { DEAL_NS = 10, SORT_NS = 20, ORDER_NS = 30, GRAIN = 4096 };
    SplitTable *table = &k->split_table;
    u32 n = k->splits.len;
    SplitPass p = {.table = table, .n = n, .n_verts = k->n_grid};
    table->fans = ARENA_NEW(&k->arena, SplitFan, k->n_grid);
    p.items = heap_alloc_raw(k->heap, n, sizeof *p.items);
    p.n_ranges = kernel_ranges(k, n, GRAIN);
    p.n_shares = MIN(k->n_threads, p.n_ranges);
    p.ranges = HEAP_NEW(k->heap, SplitRange, p.n_ranges + 1);
    place_fans(k, &p);
    for (u32 i = 0; i <= p.n_ranges; i++)
        p.ranges[i].from = n ? find_lower_end(&p, kernel_range_start(n, p.n_ranges, i)) : 0;
    kernel_for(k, p.n_shares, (u64)n * DEAL_NS, deal_splits, &p);
    vec_free(k->heap, &k->splits);
    kernel_for(k, p.n_ranges, (u64)n * SORT_NS, drop_doubles, &p);
    sum_ranges(&p);
    const SplitRange *end = &p.ranges[p.n_ranges];
    table->runs = arena_alloc_raw(&k->arena, end->n_runs, sizeof *table->runs);
    table->verts = arena_alloc_raw(&k->arena, end->n_verts, sizeof *table->verts);
    kernel_for(k, p.n_ranges, (u64)end->n_verts * ORDER_NS, build_runs, &p);
    heap_free(k->heap, p.items);
    heap_free(k->heap, p.ranges);
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
