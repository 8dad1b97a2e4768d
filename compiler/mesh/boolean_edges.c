// SPDX-License-Identifier: Apache-2.0
// Pass 5, first part: the cells around each edge, in radial order.
//
// Halves are gathered by edge: first into buckets of neighbouring lower vertices, then each bucket
// is sorted by itself, so that threads can share the work and a bucket fits into a cache. At an
// edge the sheets are put in order; a cell's side that looks forward and the next cell's that looks
// backward bound one wedge of space, so they belong to one region (the Weiler model of B. Levy,
// "Exact predicates, exact constructions and combinatorics for mesh CSG", 2024, section 4). The
// order needs only normals: with D the edge, n_i the cells' normals and t_i = n_i x D the
// directions in which cells leave the edge, (t_i x t_j).D has the sign of (n_i x n_j).D, and
// t_i.t_j that of n_i.n_j. Cost: O(h) for h halves, and the sorting of crowded edges.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

// ---- radial order
// --------------------------------------------------------------------------------

// A half at its edge.
typedef struct EdgeHalf {
    u32 low, high; // the edge's ends
    u32 half;
    u32 ahead; // half_ahead
} EdgeHalf;

// A half-plane that ends in an edge D (lower to higher vertex) and leaves it along n x D.
typedef struct Sheet {
    i64 n[3]; // of any length, |n_i| <= 2^53
    u32 half, ahead;
    int sector; // seen from the first
} Sheet;

typedef struct Axle { // an edge's direction, as far as signs need it
    u32 axis;
    int sign; // of D along axis
} Axle;

// Without asking for the cell's plane, which would be found or added: threads may not.
static Sheet sheet_of(const Kernel *k, const EdgeHalf *h) {
    const Cell *cell = &k->cells.data[h->ahead >> 1];
    bool is_turned = !(h->ahead & 1); // the half falls
    const i64 *n;
    if (cell->plane != NONE) {
        n = k->planes.data[cell->plane].n;
        is_turned ^= cell->is_flipped;
    } else {
        n = k->facets[stack_facet(k->stacks.data[cell->stack_start])].normal;
    }
    Sheet sheet = {.half = h->half, .ahead = h->ahead};
    for (u32 i = 0; i < 3; i++)
        sheet.n[i] = is_turned ? -n[i] : n[i];
    return sheet;
}

static i128 normals_cross(const Sheet *a, const Sheet *b, u32 axis) {
    u32 i = (axis + 1) % 3, j = (axis + 2) % 3;
    return (i128)a->n[i] * b->n[j] - (i128)a->n[j] * b->n[i];
}

// 0: b lies on a; 1: less than half a turn counter-clockwise of it; 2: opposite; 3: beyond.
static int sector(Axle axle, const Sheet *a, const Sheet *b) {
    int cross = sign_i128(normals_cross(a, b, axle.axis)) * axle.sign;
    if (cross)
        return cross > 0 ? 1 : 3;
    i128 dot = 0;
    for (u32 i = 0; i < 3; i++)
        dot += (i128)a->n[i] * b->n[i];
    return dot > 0 ? 0 : 2;
}

// From the widest cross product of the first sheet with another; false if all are coplanar.
static bool find_axle(const Kernel *k, const Sheet *sheets, u32 n, u32 lo, u32 hi, Axle *out) {
    for (u32 i = 1; i < n; i++) {
        i128 most = 0;
        for (u32 axis = 0; axis < 3; axis++) {
            i128 cross = normals_cross(&sheets[0], &sheets[i], axis);
            if ((cross < 0 ? -cross : cross) > most) {
                most = cross < 0 ? -cross : cross;
                out->axis = axis;
            }
        }
        if (most > 0) {
            out->sign = point_compare(k, hi, lo, out->axis);
            return true;
        }
    }
    return false;
}

static bool is_later(Axle axle, const Sheet *a, const Sheet *b) {
    if (a->sector != b->sector)
        return a->sector > b->sector;
    return (a->sector & 1) && sector(axle, a, b) == 3;
}

static void merge_sheets(Axle axle, Sheet *sheets, Sheet *spare, u32 n) {
    if (n <= 8) {
        for (u32 i = 1; i < n; i++) {
            Sheet item = sheets[i];
            u32 j = i;
            for (; j > 0 && is_later(axle, &sheets[j - 1], &item); j--)
                sheets[j] = sheets[j - 1];
            sheets[j] = item;
        }
        return;
    }
    u32 mid = n / 2;
    merge_sheets(axle, sheets, spare, mid);
    merge_sheets(axle, sheets + mid, spare, n - mid);
    memcpy(spare, sheets, mid * sizeof *sheets);
    for (u32 i = 0, p = 0, q = mid; p < mid; i++)
        sheets[i] = q >= n || !is_later(axle, &spare[p], &sheets[q]) ? spare[p++] : sheets[q++];
}

// Counter-clockwise from the first.
static void sort_sheets(Kernel *view, Axle axle, Sheet *sheets, Sheet *spare, u32 n) {
    for (u32 i = 1; i < n; i++)
        sheets[i].sector = sector(axle, &sheets[0], &sheets[i]);
    merge_sheets(axle, sheets + 1, spare, n - 1);
    for (u32 i = 1; i < n; i++)
        if (sheets[i].sector == 0 ||
            (i > 1 && sheets[i].sector == sheets[i - 1].sector &&
             (sheets[i].sector == 2 || sector(axle, &sheets[i - 1], &sheets[i]) == 0)))
            view->fault = "two cells lie on each other";
}

static void order_crowd(Kernel *view, u32 *parent, const EdgeHalf *list, u32 n) {
    enum { FEW = 16 };
    Sheet few[2 * FEW], *sheets = few;
    ArenaMark mark = arena_mark(&view->scratch);
    if (n > FEW)
        sheets = ARENA_NEW(&view->scratch, Sheet, 2 * (size_t)n);
    for (u32 i = 0; i < n; i++)
        sheets[i] = sheet_of(view, &list[i]);
    Axle axle;
    if (find_axle(view, sheets, n, list->low, list->high, &axle))
        sort_sheets(view, axle, sheets, sheets + n, n);
    else
        view->fault = "more than two coplanar cells at an edge";
    for (u32 i = 0; i < n; i++) {
        const Sheet *next = &sheets[i + 1 < n ? i + 1 : 0];
        view->around[sheets[i].half] = next->half;
        set_join_shared(parent, sheets[i].ahead, next->ahead ^ 1);
    }
    if (n > FEW)
        arena_reset(&view->scratch, mark);
}

// ---- gathering
// -----------------------------------------------------------------------------------

enum { BUCKET_HALVES = 4096, MOST_BUCKETS = 256, RANGE_GRAIN = 50000 };

typedef struct Gather {
    EdgeHalves *edges;
    u32 n;
    u32 n_ranges;
    u32 *at; // by range and bucket: its halves' number, then where the next one goes
    u32 *parent;
} Gather;

static u32 half_bucket(const Kernel *k, const EdgeHalves *edges, u32 h) {
    return MIN(k->halves.data[h].origin, half_dest(k, h)) >> edges->shift;
}

static void count_range(Kernel *view, void *ctx, u32 i) {
    const Gather *g = ctx;
    u32 *at = g->at + (size_t)i * g->edges->n_buckets;
    u32 end = kernel_range_start(g->n, g->n_ranges, i + 1);
    for (u32 h = kernel_range_start(g->n, g->n_ranges, i); h < end; h++)
        if (view->halves.data[h].next != NONE)
            at[half_bucket(view, g->edges, h)]++;
}

static void scatter_range(Kernel *view, void *ctx, u32 i) {
    const Gather *g = ctx;
    u32 *at = g->at + (size_t)i * g->edges->n_buckets;
    u32 end = kernel_range_start(g->n, g->n_ranges, i + 1);
    for (u32 h = kernel_range_start(g->n, g->n_ranges, i); h < end; h++)
        if (view->halves.data[h].next != NONE)
            g->edges->list[at[half_bucket(view, g->edges, h)]++] = h;
}

static void merge_by_high(EdgeHalf *list, EdgeHalf *spare, u32 n) {
    if (n <= 16) {
        for (u32 i = 1; i < n; i++) {
            EdgeHalf item = list[i];
            u32 j = i;
            for (; j > 0 && list[j - 1].high > item.high; j--)
                list[j] = list[j - 1];
            list[j] = item;
        }
        return;
    }
    u32 mid = n / 2;
    merge_by_high(list, spare, mid);
    merge_by_high(list + mid, spare, n - mid);
    memcpy(spare, list, mid * sizeof *list);
    for (u32 i = 0, p = 0, q = mid; p < mid; i++)
        list[i] = q >= n || spare[p].high <= list[q].high ? spare[p++] : list[q++];
}

static EdgeHalf edge_half(const Kernel *k, u32 h) {
    const Half *half = &k->halves.data[h];
    u32 a = half->origin, b = half_dest(k, h);
    return (EdgeHalf){MIN(a, b), MAX(a, b), h, 2 * half->cell + (a < b)};
}

// By lower vertex (counting), then by higher, then by number.
// Returns list, from view->heap.
static EdgeHalf *sort_bucket(Kernel *view, const EdgeHalves *edges, u32 b) {
    Heap *heap = view->heap;
    u32 first = b << edges->shift, n_verts = MIN(1u << edges->shift, view->points.len - first);
    u32 *halves = edges->list + edges->start[b], n = edges->start[b + 1] - edges->start[b];
    EdgeHalf *list = heap_alloc_raw(heap, 2 * (size_t)n, sizeof *list), *spare = list + n;
    u32 *start = HEAP_NEW(heap, u32, (size_t)n_verts + 1);
    for (u32 i = 0; i < n; i++) {
        spare[i] = edge_half(view, halves[i]);
        start[spare[i].low - first]++;
    }
    for (u32 v = 0, sum = 0; v <= n_verts; v++) {
        sum += start[v];
        start[v] = sum;
    }
    for (u32 i = n; i-- > 0;)
        list[--start[spare[i].low - first]] = spare[i];
    for (u32 v = 0; v < n_verts; v++)
        merge_by_high(list + start[v], spare, start[v + 1] - start[v]);
    for (u32 i = 0; i < n; i++)
        halves[i] = list[i].half;
    heap_free(heap, start);
    return list;
}

// At an edge of nothing but flaps there is nothing to learn.
static bool drop_flaps(const Kernel *view, const EdgeHalf *list, u32 n) {
    for (u32 i = 0; i < n; i++)
        if (list[i].ahead >> 1 < view->first_flap)
            return false;
    for (u32 i = 0; i < n; i++) {
        view->cells.data[list[i].ahead >> 1].stack_len = 0;
        view->around[list[i].half] = list[i].half;
    }
    return true;
}

static void join_bucket(Kernel *view, void *ctx, u32 b) {
    const Gather *g = ctx;
    u32 n = g->edges->start[b + 1] - g->edges->start[b];
    if (!n)
        return;
    heap_poll(view->heap);
    EdgeHalf *list = sort_bucket(view, g->edges, b);
    for (u32 i = 0, end; i < n; i = end) {
        for (end = i + 1;
             end < n && list[end].high == list[i].high && list[end].low == list[i].low;)
            end++;
        if (drop_flaps(view, list + i, end - i))
            continue;
        if (end - i > 2) {
            order_crowd(view, g->parent, list + i, end - i);
            continue;
        }
        const EdgeHalf *one = &list[i], *other = &list[end - 1]; // of an open edge: itself
        view->around[one->half] = other->half;
        view->around[other->half] = one->half;
        set_join_shared(g->parent, one->ahead, other->ahead ^ 1);
        set_join_shared(g->parent, other->ahead, one->ahead ^ 1);
    }
    heap_free(view->heap, list);
}

EdgeHalves edges_build(Kernel *k, u32 *parent) {
    EdgeHalves edges = {0};
    Gather g = {.edges = &edges, .n = k->halves.len, .parent = parent};
    g.n_ranges = MAX(kernel_ranges(k, g.n, RANGE_GRAIN), 1u);
    u32 wanted = k->options.split_finely ? 3 : MIN(g.n / BUCKET_HALVES + 1, (u32)MOST_BUCKETS);
    while (k->points.len >> edges.shift > wanted)
        edges.shift++;
    edges.n_buckets = (k->points.len >> edges.shift) + 1;
    edges.list = heap_alloc_raw(k->heap, MAX(g.n, 1u), sizeof *edges.list);
    edges.start = HEAP_NEW(k->heap, u32, edges.n_buckets + 1);
    g.at = HEAP_NEW(k->heap, u32, (size_t)g.n_ranges * edges.n_buckets);
    k->around = heap_alloc_raw(k->heap, MAX(g.n, 1u), sizeof(u32));
    kernel_for(k, g.n_ranges, (u64)g.n * 4, count_range, &g);
    for (u32 b = 0, sum = 0; b <= edges.n_buckets; b++) {
        edges.start[b] = sum;
        for (u32 i = 0; i < g.n_ranges && b < edges.n_buckets; i++) {
            u32 *at = &g.at[(size_t)i * edges.n_buckets + b], count = *at;
            *at = sum;
            sum += count;
        }
    }
    kernel_for(k, g.n_ranges, (u64)g.n * 4, scatter_range, &g);
    kernel_for(k, edges.n_buckets, (u64)g.n * 50, join_bucket, &g);
    heap_free(k->heap, g.at);
    return edges;
}

void edges_free(Kernel *k, EdgeHalves *edges) {
    heap_free(k->heap, edges->list);
    heap_free(k->heap, edges->start);
}

u32 edges_first(const Kernel *k, const EdgeHalves *edges, u32 a, u32 b) {
    u32 lo = MIN(a, b), hi = MAX(a, b), bucket = lo >> edges->shift;
    u32 low = edges->start[bucket], end = edges->start[bucket + 1], high = end;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        EdgeHalf h = edge_half(k, edges->list[mid]);
        if (h.low < lo || (h.low == lo && h.high < hi))
            low = mid + 1;
        else
            high = mid;
    }
    if (low == end)
        return NONE;
    EdgeHalf h = edge_half(k, edges->list[low]);
    return h.low == lo && h.high == hi ? h.half : NONE;
}

// ---- joining from several threads
// ----------------------------------------------------------------

// A root is hung under a smaller one only while it is a root, and what is no root never becomes one
// again; so whoever comes first, the sets and their smallest members are the same. Shortened paths
// lead to an ancestor still.
static u32 find_shared(_Atomic u32 *parent, u32 x) {
    u32 up = atomic_load_explicit(&parent[x], memory_order_relaxed);
    while (up != x) {
        u32 over = atomic_load_explicit(&parent[up], memory_order_relaxed);
        if (over != up)
            atomic_store_explicit(&parent[x], over, memory_order_relaxed);
        x = up;
        up = over;
    }
    return x;
}

bool set_join_shared(u32 *plain, u32 a, u32 b) {
    _Atomic u32 *parent = (_Atomic u32 *)plain;
    for (;;) {
        a = find_shared(parent, a);
        b = find_shared(parent, b);
        if (a == b)
            return false;
        u32 high = MAX(a, b), low = MIN(a, b);
        if (atomic_compare_exchange_weak_explicit(&parent[high], &high, low, memory_order_relaxed,
                                                  memory_order_relaxed))
            return true;
    }
}
