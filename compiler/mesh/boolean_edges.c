// SPDX-License-Identifier: Apache-2.0
// Pass 5, first part: the cells around each edge, in radial order.
//
// Halves are gathered by edge: first into buckets of neighbouring lower vertices, then each bucket
// is put in order by itself, so that threads can share the work and a bucket fits into a cache. At
// an edge the sheets are put in order; a cell's side that looks forward and the next cell's that
// looks backward bound one wedge of space, so they belong to one region (the Weiler model of B.
// Levy, "Exact predicates, exact constructions and combinatorics for mesh CSG", 2024, section 4).
// The order needs only normals: with D the edge, n_i the cells' normals and t_i = n_i x D the
// directions in which cells leave the edge, (t_i x t_j).D has the sign of (n_i x n_j).D, and
// t_i.t_j that of n_i.n_j. Where just two facets cross, arrange knows the sign. Cost: O(h) for h
// halves, and the sorting of crowded edges.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

// ---- radial order ----

// A half at its edge.
typedef struct EdgeHalf {
    u32 low, high; // the edge's ends
    u32 half;
    u32 ahead; // half_ahead
} EdgeHalf;

// A half-plane that ends in an edge D (lower to higher vertex) and leaves it along n x D.
typedef struct Sheet {
    i64 n[3];   // of any length, |n_i| <= 2^53
    u32 item;   // which of the edge's halves
    int sector; // seen from the first
} Sheet;

typedef struct Axle { // an edge's direction, as far as signs need it
    u32 axis;
    int sign; // of D along axis
} Axle;

// A cell at an edge: which plane it is seen to lie in, and whether its sheet looks against n.
typedef struct Facing {
    const i64 *n;
    u32 id; // of n: a plane, or ~ of a facet
    bool is_turned;
} Facing;

// Without asking for the cell's plane, which would be found or added: threads may not.
static Facing facing_of(const Kernel *k, u32 ahead) {
    const Cell *cell = &k->cells.data[ahead >> 1];
    bool is_falling = !(ahead & 1);
    if (cell->plane != NONE)
        return (Facing){k->planes.data[cell->plane].n, cell->plane, is_falling ^ cell->is_flipped};
    u32 facet = stack_facet(k->stacks.data[cell->stack_start]);
    return (Facing){k->facets[facet].normal, ~facet, is_falling};
}

static Sheet sheet_of(const Kernel *k, u32 ahead, u32 item) {
    Facing facing = facing_of(k, ahead);
    Sheet sheet = {.item = item};
    for (u32 i = 0; i < 3; i++)
        sheet.n[i] = facing.is_turned ? -facing.n[i] : facing.n[i];
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

// In order, counter-clockwise: the halves at one edge.
static void order_sheets(Kernel *view, EdgeHalf *at, u32 n) {
    ArenaMark mark = arena_mark(&view->scratch);
    Sheet *sheets = arena_alloc_raw(&view->scratch, 2 * (size_t)n, sizeof *sheets);
    EdgeHalf *from = arena_alloc_raw(&view->scratch, n, sizeof *from);
    memcpy(from, at, n * sizeof *at);
    for (u32 i = 0; i < n; i++)
        sheets[i] = sheet_of(view, at[i].ahead, i);
    Axle axle;
    if (find_axle(view, sheets, n, at->low, at->high, &axle))
        sort_sheets(view, axle, sheets, sheets + n, n);
    else
        view->fault = "more than two coplanar cells at an edge";
    for (u32 i = 0; i < n; i++)
        at[i] = from[sheets[i].item];
    arena_reset(&view->scratch, mark);
}

// The sign of (n x m).D for the edge D from lo to hi, which both are square to; 0: they are
// parallel.
static int turn_sign(const Kernel *k, const i64 n[3], const i64 m[3], u32 lo, u32 hi) {
    u32 axis = 0;
    f64 most = -1;
    for (u32 i = 0; i < 3; i++) {
        u32 j = (i + 1) % 3, l = (i + 2) % 3;
        f64 size = fabs((f64)n[j] * (f64)m[l] - (f64)n[l] * (f64)m[j]);
        if (size > most) {
            most = size;
            axis = i;
        }
    }
    u32 j = (axis + 1) % 3, l = (axis + 2) % 3;
    int sign = sign_i128((i128)n[j] * m[l] - (i128)n[l] * m[j]);
    return sign ? sign * point_compare(k, hi, lo, axis) : 0;
}

// Halves by quarters of a turn: two planes, from the front of the first on.
typedef struct Quarters {
    EdgeHalf half[4];
    bool has[4];
} Quarters;

// False: another one is there.
static bool quarter_take(Quarters *q, bool is_second, bool is_turned, EdgeHalf half) {
    u32 i = (is_second ? 1u : 0u) + (is_turned ? 2u : 0u);
    bool is_free = !q->has[i];
    q->has[i] = true;
    q->half[i] = half;
    return is_free;
}

// is_positive: (n_P x n_Q).D is, of the first plane P, the second one Q, and the edge D.
static void quarters_list(const Quarters *q, bool is_positive, EdgeHalf *out) {
    for (u32 i = 0; i < 4; i++) {
        u32 quarter = is_positive ? i : (4 - i) % 4;
        if (q->has[quarter])
            *out++ = q->half[quarter];
    }
}

// The same where two surfaces cross or one ends on another: then there are two planes and at most
// one sheet in each quarter, and one sign tells the order. False: it is not so plain.
static bool order_quarters(const Kernel *view, EdgeHalf *at, u32 n) {
    Quarters quarters = {.has = {false}};
    Facing first = facing_of(view, at[0].ahead), second = first;
    for (u32 i = 0; i < n; i++) {
        Facing facing = facing_of(view, at[i].ahead);
        bool is_second = facing.id != first.id;
        if (is_second && second.id == first.id)
            second = facing;
        if ((is_second && facing.id != second.id) ||
            !quarter_take(&quarters, is_second, facing.is_turned, at[i]))
            return false;
    }
    int sign = turn_sign(view, first.n, second.n, at->low, at->high);
    if (sign)
        quarters_list(&quarters, sign > 0, at);
    return sign != 0;
}

// The same where two planes cross and arrange has said so: without asking for planes. If all four
// halves cross, each has a partner of its own plane and cut, and its cut's facet has halves here
// too; so P's have the cut Q and Q's the cut P.
static bool order_crossing(const Kernel *view, EdgeHalf *at) {
    Quarters quarters = {.has = {false}};
    u32 first = view->halves.data[at->half].cut;
    for (u32 i = 0; i < 4; i++) {
        u32 cut = view->halves.data[at[i].half].cut;
        bool is_turned = !(at[i].ahead & 1) ^ !!(cut & CUT_FLIPPED);
        if (!cut_crosses(cut) ||
            !quarter_take(&quarters, cut_plane(cut) != cut_plane(first), is_turned, at[i]))
            return false;
    }
    quarters_list(&quarters, !(first & CUT_ALONG) ^ (at->ahead & 1), at);
    return true;
}

// ---- gathering ----

enum { BUCKET_HALVES = 8192, MOST_BUCKETS = 1024, RANGE_GRAIN = 50000, JOIN_NS = 30 };

typedef struct Gather {
    EdgeHalf *list;       // by bucket, then by number
    u32 *start;           // n_buckets + 1, into list
    u32 n_buckets, shift; // of lower ends with equal v >> shift
    u32 n;
    u32 n_ranges;
    u32 *at; // by range and bucket: its halves' number, then where the next one goes
    u32 *parent;
    bool is_shared; // several threads join
} Gather;

static void count_range(Kernel *view, void *ctx, u32 i) {
    const Gather *g = ctx;
    u32 *at = g->at + (size_t)i * g->n_buckets;
    u32 end = kernel_range_start(g->n, g->n_ranges, i + 1);
    for (u32 h = kernel_range_start(g->n, g->n_ranges, i); h < end; h++)
        if (view->halves.data[h].next != NONE)
            at[MIN(view->halves.data[h].origin, half_dest(view, h)) >> g->shift]++;
}

static void scatter_range(Kernel *view, void *ctx, u32 i) {
    const Gather *g = ctx;
    u32 *at = g->at + (size_t)i * g->n_buckets;
    u32 end = kernel_range_start(g->n, g->n_ranges, i + 1);
    for (u32 h = kernel_range_start(g->n, g->n_ranges, i); h < end; h++) {
        const Half *half = &view->halves.data[h];
        if (half->next == NONE)
            continue;
        u32 a = half->origin, b = half_dest(view, h), low = MIN(a, b);
        g->list[at[low >> g->shift]++] = (EdgeHalf){low, MAX(a, b), h, 2 * half->cell + (a < b)};
    }
}

// Of one lower end, by their higher ends; stable. They come nearly in order.
static void sort_fan(EdgeHalf *list, EdgeHalf *spare, u32 n) {
    if (n <= 16) {
        for (u32 i = 1; i < n; i++) {
            if (list[i - 1].high <= list[i].high)
                continue;
            EdgeHalf item = list[i];
            u32 j = i;
            for (; j > 0 && list[j - 1].high > item.high; j--)
                list[j] = list[j - 1];
            list[j] = item;
        }
        return;
    }
    u32 mid = n / 2;
    sort_fan(list, spare, mid);
    sort_fan(list + mid, spare, n - mid);
    memcpy(spare, list, mid * sizeof *list);
    for (u32 i = 0, p = 0, q = mid; p < mid; i++)
        list[i] = q >= n || spare[p].high <= list[q].high ? spare[p++] : list[q++];
}

// To out by lower end, then higher, then number. start: n_verts + 1, zero.
static void sort_bucket(const EdgeHalf *list, u32 n, u32 first, u32 n_verts, u32 *start,
                        EdgeHalf *out, EdgeHalf *spare) {
    for (u32 i = 0; i < n; i++)
        start[list[i].low - first]++;
    for (u32 v = 0, sum = 0; v <= n_verts; v++) {
        sum += start[v];
        start[v] = sum;
    }
    for (u32 i = n; i-- > 0;)
        out[--start[list[i].low - first]] = list[i];
    for (u32 v = 0; v < n_verts; v++)
        sort_fan(out + start[v], spare, start[v + 1] - start[v]);
}

// At an edge of nothing but flaps there is nothing to learn.
static bool drop_flaps(const Kernel *view, const EdgeHalf *at, u32 n) {
    for (u32 i = 0; i < n; i++)
        if (at[i].ahead >> 1 < view->first_flap)
            return false;
    for (u32 i = 0; i < n; i++) {
        view->cells.data[at[i].ahead >> 1].stack_len = 0;
        view->around[at[i].half] = at[i].half;
    }
    return true;
}

// What lies between a half's cell and the next one's is one wedge.
static void join_wedge(Kernel *view, const Gather *g, const EdgeHalf *half, const EdgeHalf *next) {
    view->around[half->half] = next->half;
    u32 a = half->ahead, b = next->ahead ^ 1;
    if (g->is_shared)
        set_join_shared(g->parent, a, b);
    else if (g->parent[a] != g->parent[b])
        set_join(g->parent, a, b);
}

static void join_edge(Kernel *view, const Gather *g, EdgeHalf *at, u32 n) {
    if (view->first_flap < view->cells.len && drop_flaps(view, at, n))
        return;
    if (n > 2 && !(n == 4 && order_crossing(view, at)) && !(n <= 4 && order_quarters(view, at, n)))
        order_sheets(view, at, n);
    for (u32 i = 0; i + 1 < n; i++)
        join_wedge(view, g, &at[i], &at[i + 1]);
    join_wedge(view, g, &at[n - 1], at);
}

static void join_bucket(Kernel *view, void *ctx, u32 b) {
    const Gather *g = ctx;
    u32 n = g->start[b + 1] - g->start[b];
    u32 first = b << g->shift, n_verts = MIN(1u << g->shift, view->points.len - first);
    if (!n)
        return;
    heap_poll(view->heap);
    ArenaMark mark = arena_mark(&view->scratch);
    u32 *start = ARENA_NEW(&view->scratch, u32, (size_t)n_verts + 1);
    EdgeHalf *list = arena_alloc_raw(&view->scratch, 2 * (size_t)n, sizeof *list);
    sort_bucket(g->list + g->start[b], n, first, n_verts, start, list, list + n);
    for (u32 i = 0, end; i < n; i = end) {
        const EdgeHalf *at = &list[i];
        for (end = i + 1; end < n && list[end].high == at->high && list[end].low == at->low;)
            end++;
        join_edge(view, g, &list[i], end - i);
    }
    arena_reset(&view->scratch, mark);
}

void edges_build(Kernel *k, u32 *parent) {
    Gather g = {.n = k->halves.len, .parent = parent};
    g.n_ranges = MAX(kernel_ranges(k, g.n, RANGE_GRAIN), 1u);
    u32 wanted = k->options.split_finely ? 3 : MIN(g.n / BUCKET_HALVES + 1, (u32)MOST_BUCKETS);
    while (k->points.len >> g.shift > wanted)
        g.shift++;
    g.n_buckets = (k->points.len >> g.shift) + 1;
    g.start = HEAP_NEW(k->heap, u32, g.n_buckets + 1);
    g.at = HEAP_NEW(k->heap, u32, (size_t)g.n_ranges * g.n_buckets);
    k->around = heap_alloc_raw(k->heap, MAX(g.n, 1u), sizeof(u32));
    kernel_for(k, g.n_ranges, (u64)g.n * 4, count_range, &g);
    for (u32 b = 0, sum = 0; b <= g.n_buckets; b++) {
        g.start[b] = sum;
        for (u32 i = 0; i < g.n_ranges && b < g.n_buckets; i++) {
            u32 *at = &g.at[(size_t)i * g.n_buckets + b], count = *at;
            *at = sum;
            sum += count;
        }
    }
    g.list = heap_alloc_raw(k->heap, MAX(g.start[g.n_buckets], 1u), sizeof *g.list);
    kernel_for(k, g.n_ranges, (u64)g.n * 4, scatter_range, &g);
    g.is_shared = kernel_uses_threads(k, g.n_buckets, (u64)g.n * JOIN_NS);
    kernel_for(k, g.n_buckets, (u64)g.n * JOIN_NS, join_bucket, &g);
    heap_free(k->heap, g.list);
    heap_free(k->heap, g.start);
    heap_free(k->heap, g.at);
}

// ---- joining from several threads ----

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
    if (atomic_load_explicit(&parent[a], memory_order_relaxed) ==
        atomic_load_explicit(&parent[b], memory_order_relaxed)) // most have been joined
        return false;
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
