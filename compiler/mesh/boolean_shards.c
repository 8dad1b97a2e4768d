// SPDX-License-Identifier: Apache-2.0
// Threads in passes that make points and planes.
//
// A shard is a Kernel whose tables begin where those of another, which rests meanwhile, end: it
// finds the other's points and planes, and gives those that it adds the numbers after them. When
// all tasks are done, their points and planes are added to the kernel in the order of the tasks,
// each under the number that it would have got there: what a later task found for itself, not
// seeing what an earlier one had found, is the earlier one's then. Since every decision is the sign
// of an integer, it does not matter that the two may have been defined, and rounded, differently;
// no pass that adds points lets their doubles choose an order. Then all that tasks have listed is
// renumbered and joined. Cost: that of the tasks, and one lookup for each new point and plane.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

enum { AHEAD = 8 };

typedef struct Shards {
    Kernel *k, *shards; // as their tasks left them
    u32 n;
    bool owns_facets;
    void (*run)(Kernel *shard, void *ctx, u32 i);
    void *ctx;
    u32 **point_map, **plane_map; // by shard, by its own numbers
    u32 *cell_base, *half_base, *stack_base;
} Shards;

static void run_shard(Kernel *view, void *ctx, u32 i) {
    enum { FEW_POINTS = 512 };
    Shards *s = ctx;
    Kernel shard = *view;
    shard.shared = s->k;
    shard.n_shared_points = s->k->points.len;
    shard.n_shared_planes = s->k->planes.len;
    shard.shares_defined = s->k->points.len > s->k->n_grid;
    shard.owns_facets = s->owns_facets;
#define EMPTY(list) (shard.list.data = NULL, shard.list.len = shard.list.cap = 0)
    EMPTY(points), EMPTY(planes), EMPTY(inner), EMPTY(splits), EMPTY(cells), EMPTY(halves);
    EMPTY(stacks), EMPTY(found_planes), EMPTY(joins);
#undef EMPTY
    points_init(&shard, FEW_POINTS);
    shard.facet_planes = HEAP_NEW(shard.heap, FacetPlane, SHARD_FACETS);
    for (u32 j = 0; j < SHARD_FACETS; j++)
        shard.facet_planes[j].plane = NONE;
    s->run(&shard, s->ctx, i);
    view->arena = shard.arena;
    view->scratch = shard.scratch;
    view->local_of = shard.local_of;
    view->local_cap = shard.local_cap;
    view->fault = shard.fault;
    s->shards[i] = shard;
}

// ---- numbers
// -------------------------------------------------------------------------------------

static u32 mapped(const u32 *map, u32 n_shared, u32 id) {
    return id < n_shared ? id : map[id - n_shared];
}

static void add_planes(Shards *s, u32 i) {
    Kernel *k = s->k;
    const Kernel *shard = &s->shards[i];
    u32 *map = s->plane_map[i] = HEAP_NEW(k->heap, u32, shard->planes.len);
    for (u32 p = 0; p < shard->planes.len; p++) {
        planes_prepare(k, &shard->planes.data[MIN(p + AHEAD, shard->planes.len - 1)]);
        map[p] = plane_add_known(k, &shard->planes.data[p]);
    }
    for (u32 j = 0; j < shard->found_planes.len; j++) {
        const FacetPlane *found = &shard->found_planes.data[j];
        if (s->owns_facets || k->facets[found->facet].plane == NONE)
            facet_set_plane(k, found->facet, mapped(map, shard->n_shared_planes, found->plane),
                            found->is_flipped);
    }
}

static void sort_three(u32 by[3]) {
    u32 low = MIN(by[0], MIN(by[1], by[2])), high = MAX(by[0], MAX(by[1], by[2]));
    by[1] = by[0] ^ by[1] ^ by[2] ^ low ^ high;
    by[0] = low;
    by[2] = high;
}

static void add_points(Shards *s, u32 i) {
    Kernel *k = s->k;
    const Kernel *shard = &s->shards[i];
    const u32 *planes = s->plane_map[i], n_shared = shard->n_shared_planes;
    u32 *map = s->point_map[i] = HEAP_NEW(k->heap, u32, shard->points.len);
    for (u32 v = 0; v < shard->points.len; v++) {
        points_prepare(k, &shard->points.data[MIN(v + AHEAD, shard->points.len - 1)]);
        Point point = shard->points.data[v];
        if (point.kind != POINT_GRID)
            point.by[2] = mapped(planes, n_shared, point.by[2]);
        if (point.kind == POINT_TPI) {
            point.by[0] = mapped(planes, n_shared, point.by[0]);
            point.by[1] = mapped(planes, n_shared, point.by[1]);
            sort_three(point.by);
        }
        map[v] = point_add(k, &point);
    }
}

// ---- lists
// ---------------------------------------------------------------------------------------

static void add_lists(Shards *s, u32 i) {
    Kernel *k = s->k;
    const Kernel *shard = &s->shards[i];
    const u32 *points = s->point_map[i], n_points = shard->n_shared_points;
    for (u32 j = 0; j < shard->joins.len; j++)
        set_join(k->unit_parent, shard->joins.data[j].t, shard->joins.data[j].u);
    for (u32 j = 0; j < shard->inner.len; j++) {
        InnerSeg seg = shard->inner.data[j];
        seg.a = mapped(points, n_points, seg.a);
        seg.b = mapped(points, n_points, seg.b);
        k->inner.data[k->inner.len++] = seg;
    }
    for (u32 j = 0; j < shard->splits.len; j++) {
        EdgeSplit split = shard->splits.data[j];
        split.v = mapped(points, n_points, split.v);
        k->splits.data[k->splits.len++] = split;
    }
}

// Cells with their halves and stacks, to their places in k.
static void copy_cells(Kernel *view, void *ctx, u32 i) {
    (void)view;
    const Shards *s = ctx;
    Kernel *k = s->k;
    const Kernel *shard = &s->shards[i];
    const u32 *points = s->point_map[i], *planes = s->plane_map[i];
    for (u32 c = 0; c < shard->cells.len; c++) {
        Cell cell = shard->cells.data[c];
        if (cell.plane != NONE)
            cell.plane = mapped(planes, shard->n_shared_planes, cell.plane);
        cell.stack_start += s->stack_base[i];
        cell.half_start += s->half_base[i];
        cell.half_end += s->half_base[i];
        k->cells.data[s->cell_base[i] + c] = cell;
    }
    for (u32 h = 0; h < shard->halves.len; h++) {
        Half half = shard->halves.data[h];
        half.origin = mapped(points, shard->n_shared_points, half.origin);
        half.next += s->half_base[i];
        half.cell += s->cell_base[i];
        if (half.cut != NONE && !(half.cut & CUT_EDGE))
            half.cut = mapped(planes, shard->n_shared_planes, half.cut);
        k->halves.data[s->half_base[i] + h] = half;
    }
    if (shard->stacks.len)
        memcpy(k->stacks.data + s->stack_base[i], shard->stacks.data,
               shard->stacks.len * sizeof *shard->stacks.data);
}

static void add_cells(Shards *s) {
    enum { HALF_NS = 8 };
    Kernel *k = s->k;
    s->cell_base = HEAP_NEW(k->heap, u32, 3 * (size_t)s->n);
    s->half_base = s->cell_base + s->n;
    s->stack_base = s->half_base + s->n;
    u32 n_cells = k->cells.len, n_halves = k->halves.len, n_stacks = k->stacks.len;
    for (u32 i = 0; i < s->n; i++) {
        s->cell_base[i] = n_cells;
        s->half_base[i] = n_halves;
        s->stack_base[i] = n_stacks;
        n_cells += s->shards[i].cells.len;
        n_halves += s->shards[i].halves.len;
        n_stacks += s->shards[i].stacks.len;
    }
    if (n_cells > k->cells.len) {
        vec_reserve(k->heap, &k->cells, n_cells);
        vec_reserve(k->heap, &k->halves, n_halves);
        vec_reserve(k->heap, &k->stacks, n_stacks);
        kernel_for(k, s->n, (u64)n_halves * HALF_NS, copy_cells, s);
        k->cells.len = n_cells;
        k->halves.len = n_halves;
        k->stacks.len = n_stacks;
    }
    heap_free(k->heap, s->cell_base);
}

static void free_shard(Shards *s, u32 i) {
    Heap *heap = s->k->heap;
    Kernel *shard = &s->shards[i];
    points_finish(shard, heap);
    heap_free(heap, shard->facet_planes);
    vec_free(heap, &shard->found_planes);
    vec_free(heap, &shard->joins);
    vec_free(heap, &shard->inner);
    vec_free(heap, &shard->splits);
    vec_free(heap, &shard->cells);
    vec_free(heap, &shard->halves);
    vec_free(heap, &shard->stacks);
    heap_free(heap, s->point_map[i]);
    heap_free(heap, s->plane_map[i]);
}

void shards_run(Kernel *k, u32 n, u64 work_ns, bool owns_facets,
                void (*run)(Kernel *shard, void *ctx, u32 i), void *ctx) {
    Heap *heap = k->heap;
    Shards s = {.k = k, .n = n, .owns_facets = owns_facets, .run = run, .ctx = ctx};
    u32 n_loans = k->loans.len;
    s.shards = HEAP_NEW(heap, Kernel, n);
    s.point_map = HEAP_NEW(heap, u32 *, n);
    s.plane_map = HEAP_NEW(heap, u32 *, n);
    kernel_for(k, n, work_ns, run_shard, &s);
    u32 n_inner = k->inner.len, n_splits = k->splits.len, n_points = 0, n_planes = 0;
    for (u32 i = 0; i < n; i++) {
        n_inner += s.shards[i].inner.len;
        n_splits += s.shards[i].splits.len;
        n_points += s.shards[i].points.len;
        n_planes += s.shards[i].planes.len;
    }
    points_reserve(k, n_points, n_planes);
    for (u32 i = 0; i < n; i++) {
        add_planes(&s, i);
        add_points(&s, i);
    }
    vec_reserve(heap, &k->inner, n_inner);
    vec_reserve(heap, &k->splits, n_splits);
    for (u32 i = 0; i < n; i++)
        add_lists(&s, i);
    add_cells(&s);
    for (u32 i = 0; i < n; i++)
        free_shard(&s, i);
    kernel_release(k, n_loans);
    heap_free(heap, s.shards);
    heap_free(heap, s.point_map);
    heap_free(heap, s.plane_map);
}
