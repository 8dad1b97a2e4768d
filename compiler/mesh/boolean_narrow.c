// SPDX-License-Identifier: Apache-2.0
// Pass 3, narrow phase: where two facets meet, exactly.
//
// Three steps, for so many pairs at a time that what is known of them stays small, each on ranges
// of the pairs: all are tested (boolean_meetings.c); facets of those that meet get their planes,
// each once; then what meets is drawn (boolean_draw.c), with vertices that nobody has looked up,
// and when these have their numbers (boolean_claims.c) it is put together. Cost: O(n + m) a pair of
// facets with n and m corners, O(n m) for coplanar ones.
#include "compiler/mesh/boolean_narrow.h"

typedef struct Narrow {
    Kernel *k;
    u32 from, n; // the pairs that are dealt with now
    u32 n_ranges;
    Drawing *drawings; // by range of pairs
    Points *points;    // by range: that it has made
    Planes *planes;    // by range, of pairs or of facets
    Claims points_of, planes_of;
    u64 *needs_plane;   // by facet, a bit
    u32 n_facet_ranges; // of 64 facets each, in words of needs_plane
} Narrow;

static void ask_plane(const Narrow *w, u32 t) {
    u64 bit = (u64)1 << (t & 63), *word = &w->needs_plane[t >> 6];
    if (!(__atomic_load_n(word, __ATOMIC_RELAXED) & bit))
        __atomic_fetch_or(word, bit, __ATOMIC_RELAXED);
}

static u32 first_of_pair(const Kernel *k, u32 i) {
    u32 low = 0, high = k->n_facets; // pair_start[low] <= i < pair_start[high]
    while (high - low > 1) {
        u32 mid = low + (high - low) / 2;
        *(k->pair_start[mid] <= i ? &low : &high) = mid;
    }
    return low;
}

// Memory of facets that are to be looked at is fetched meanwhile: the far one's, then, when that is
// there, its corners.
static void prepare(const Kernel *k, u32 far, u32 near) {
    __builtin_prefetch(&k->facets[far]);
    __builtin_prefetch(facet_corners(k, near));
}
enum { AHEAD = 4 };

static void test_range(Kernel *view, void *ctx, u32 range) {
    const Narrow *w = ctx;
    u32 from = w->from + kernel_range_start(w->n, w->n_ranges, range),
        to = w->from + kernel_range_start(w->n, w->n_ranges, range + 1);
    Drawing found = {0}; // not where other threads write
    vec_reserve(view->heap, &found.meetings, to - from);
    Probe probe = {0};
    u32 t = from < to ? first_of_pair(view, from) : 0, probed = NONE;
    for (u32 i = from; i < to; i++) {
        if (((i - from) & 0xffff) == 0)
            heap_poll(view->heap);
        while (i >= view->pair_start[t + 1])
            t++;
        if (probed != t)
            probe_init(view, probed = t, &probe);
        u32 u = view->pairs[i];
        prepare(view, view->pairs[MIN(i + 2 * AHEAD, to - 1)], view->pairs[MIN(i + AHEAD, to - 1)]);
        if (!test_pair(view, t, &probe, u, &found.meetings.data[found.meetings.len]))
            continue;
        found.meetings.len++;
        if (view->facets[t].plane == NONE)
            ask_plane(w, t);
        if (view->facets[u].plane == NONE)
            ask_plane(w, u);
    }
    w->drawings[range] = found;
}

// ---- planes of facets ----

static void make_planes(Kernel *view, void *ctx, u32 range) {
    const Narrow *w = ctx;
    u32 n_words = view->n_facets / 64 + 1, n = 0,
        start = kernel_range_start(n_words, w->n_facet_ranges, range),
        end = kernel_range_start(n_words, w->n_facet_ranges, range + 1);
    for (u32 i = start; i < end; i++)
        n += (u32)__builtin_popcountll(w->needs_plane[i]);
    Planes made = {0};
    vec_reserve(view->heap, &made, n);
    for (u32 i = start; i < end; i++)
        for (u64 rest = w->needs_plane[i]; rest; rest &= rest - 1)
            made.data[made.len++] = facet_make_plane(view, 64 * i + (u32)__builtin_ctzll(rest));
    w->planes[range] = made;
}

static void number_planes(Kernel *view, void *ctx, u32 range) {
    const Narrow *w = ctx;
    u32 n_words = view->n_facets / 64 + 1, next = w->planes_of.start[range],
        end = kernel_range_start(n_words, w->n_facet_ranges, range + 1);
    for (u32 i = kernel_range_start(n_words, w->n_facet_ranges, range); i < end; i++) {
        for (u64 rest = w->needs_plane[i]; rest; rest &= rest - 1)
            view->facets[64 * i + (u32)__builtin_ctzll(rest)].plane = w->planes_of.number[next++];
        w->needs_plane[i] = 0;
    }
}

static void free_planes(Narrow *w, u32 n) {
    Heap *heap = w->k->heap;
    for (u32 i = 0; i < n; i++)
        vec_free(heap, &w->planes[i]);
    heap_free(heap, w->planes);
    claims_finish(&w->planes_of, heap);
}

static void add_planes(Narrow *w) {
    enum { PLANE_NS = 80, NUMBER_NS = 5, GRAIN = 64 };
    Kernel *k = w->k;
    u32 n_words = k->n_facets / 64 + 1;
    u64 n = 0;
    for (u32 i = 0; i < n_words; i++)
        n += (u32)__builtin_popcountll(w->needs_plane[i]);
    w->n_facet_ranges = kernel_ranges(k, n_words, GRAIN);
    w->planes = HEAP_NEW(k->heap, Planes, w->n_facet_ranges);
    kernel_for(k, w->n_facet_ranges, n * PLANE_NS, make_planes, w);
    w->planes_of = claim_planes(k, w->n_facet_ranges, w->planes);
    kernel_for(k, w->n_facet_ranges, n * NUMBER_NS, number_planes, w);
    free_planes(w, w->n_facet_ranges);
}

// ---- drawing ----

static void draw_range(Kernel *view, void *ctx, u32 range) {
    const Narrow *w = ctx;
    Drawing drawing = w->drawings[range];
    Planes planes = {0};
    Points points = {0};
    Hand hand = {.k = view, .drawing = &drawing, .planes = &planes, .points = &points};
    u32 n = drawing.meetings.len;
    vec_reserve(view->heap, &points, n);
    vec_reserve(view->heap, &drawing.inner, 2 * (size_t)n);
    vec_reserve(view->heap, &drawing.splits, 2 * (size_t)n);
    for (u32 i = 0; i < n; i++) {
        const Meeting *m = &drawing.meetings.data[i];
        const Meeting *far = &drawing.meetings.data[MIN(i + 2 * AHEAD, n - 1)],
                      *near = &drawing.meetings.data[MIN(i + AHEAD, n - 1)];
        prepare(view, far->facet[0], near->facet[0]);
        prepare(view, far->facet[1], near->facet[1]);
        if ((i & 0xffff) == 0xffff)
            heap_poll(view->heap);
        draw_meeting(&hand, m);
    }
    w->drawings[range] = drawing;
    w->planes[range] = planes;
    w->points[range] = points;
}

static void copy_range(Kernel *view, void *ctx, u32 range) {
    (void)view;
    const Narrow *w = ctx;
    const Drawing *d = &w->drawings[range];
    for (u32 i = 0; i < d->inner.len; i++) {
        InnerSeg seg = d->inner.data[i];
        seg.a = claimed(&w->points_of, range, seg.a);
        seg.b = claimed(&w->points_of, range, seg.b);
        w->k->inner.data[d->n_inner_before + i] = seg;
    }
    for (u32 i = 0; i < d->splits.len; i++) {
        EdgeSplit split = d->splits.data[i];
        split.v = claimed(&w->points_of, range, split.v);
        w->k->splits.data[d->n_splits_before + i] = split;
    }
}

static void put_together(Narrow *w) {
    enum { ITEM_NS = 4 };
    Kernel *k = w->k;
    size_t n_inner = k->inner.len, n_splits = k->splits.len;
    for (u32 i = 0; i < w->n_ranges; i++) {
        Drawing *d = &w->drawings[i];
        d->n_inner_before = (u32)n_inner;
        d->n_splits_before = (u32)n_splits;
        n_inner += d->inner.len;
        n_splits += d->splits.len;
    }
    vec_reserve(k->heap, &k->inner, n_inner);
    vec_reserve(k->heap, &k->splits, n_splits);
    u64 n_new = n_inner - k->inner.len + n_splits - k->splits.len;
    k->inner.len = (u32)n_inner;
    k->splits.len = (u32)n_splits;
    kernel_for(k, w->n_ranges, n_new * ITEM_NS, copy_range, w);
}

static void draw(Narrow *w) {
    enum { DRAW_NS = 100 };
    Kernel *k = w->k;
    u64 n_met = 0;
    for (u32 i = 0; i < w->n_ranges; i++)
        n_met += w->drawings[i].meetings.len;
    w->planes = HEAP_NEW(k->heap, Planes, w->n_ranges);
    w->points = HEAP_NEW(k->heap, Points, w->n_ranges);
    kernel_for(k, w->n_ranges, n_met * DRAW_NS, draw_range, w);
    for (u32 i = 0; i < w->n_ranges; i++)
        vec_free(k->heap, &w->drawings[i].meetings);
    w->planes_of = claim_planes(k, w->n_ranges, w->planes);
    w->points_of = claim_points(k, w->n_ranges, w->points, &w->planes_of);
    for (u32 i = 0; i < w->n_ranges; i++)
        vec_free(k->heap, &w->points[i]);
    heap_free(k->heap, w->points);
    put_together(w);
    claims_finish(&w->points_of, k->heap);
    free_planes(w, w->n_ranges);
}

static void narrow_block(Narrow *w) {
    enum { TEST_NS = 100, GRAIN = 4096 };
    Kernel *k = w->k;
    w->n_ranges = kernel_ranges(k, w->n, GRAIN);
    w->drawings = HEAP_NEW(k->heap, Drawing, w->n_ranges);
    kernel_for(k, w->n_ranges, (u64)w->n * TEST_NS, test_range, w);
    add_planes(w);
    draw(w);
    for (u32 i = 0; i < w->n_ranges; i++) {
        vec_free(k->heap, &w->drawings[i].inner);
        vec_free(k->heap, &w->drawings[i].splits);
    }
    heap_free(k->heap, w->drawings);
}

void narrow(Kernel *k) {
    enum { BLOCK = 1 << 15 };
    find_hulls(k);
    k->unit_parent = ARENA_NEW(&k->arena, u32, k->n_facets);
    for (u32 t = 0; t < k->n_facets; t++)
        k->unit_parent[t] = t;
    Narrow w = {.k = k, .needs_plane = HEAP_NEW(k->heap, u64, k->n_facets / 64 + 1)};
    for (; w.from < k->n_pairs; w.from += w.n) {
        w.n = MIN(BLOCK, k->n_pairs - w.from);
        narrow_block(&w);
    }
    heap_free(k->heap, k->pairs);
    k->pairs = NULL;
    heap_free(k->heap, w.needs_plane);
}
