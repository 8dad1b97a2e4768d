// SPDX-License-Identifier: Apache-2.0
// Pass 4, arrange: the faces that constraints and edges cut a unit's plane into.
//
// Every segment lies in a cutting plane, so every question about the plane is the sign of a vertex
// against a plane: left or right of a segment, and so crossings, circular order around a vertex and
// what lies below what. Edges of facets come already split (narrow phase); constraints are
// split here where they cross or touch anything. A crossing with an edge that has no vertex there
// means that a leaf crosses itself where it was taken to be clean: the run is marked faulty, and
// the driver repeats it thoroughly. Cost: O(m log m + k) for m segments; small units by brute
// force.
#include "compiler/mesh/boolean_arrange.h"

#include <string.h>

// ---- segments ----

int unit_line_way(const Unit *u, u32 cut, u32 a, u32 b, u32 *axis) {
    const Kernel *k = u->k;
    const Plane *p = plane_ref(k, u->plane), *q = plane_ref(k, cut);
    *axis = widest_axis(k, a, b);
    int way = plane_cross_sign(p, q, *axis) * point_compare(k, b, a, *axis);
    if (way != 0)
        return way;
    *axis = plane_line_axis(p, q); // the ends are closer than doubles tell
    return plane_cross_sign(p, q, *axis) * point_compare(k, b, a, *axis);
}

static void add_edge_segs(Unit *u, u32 t, u32 corner) {
    Kernel *k = u->k;
    const Facet *facet = &k->facets[t];
    const Corner *at = facet_corners(k, t);
    u32 a = at[corner].v, b = at[corner + 1 < facet->n ? corner + 1 : 0].v;
    u32 cut = plane_upright(k, a, b, plane_ref(k, u->plane)->axis);
    const SplitRun *run = find_splits(k, a, b);
    u32 axis, from = a, n = run ? run->n : 0;
    bool is_along = unit_line_way(u, cut, a, b, &axis) > 0;
    const Seg seg = {0, 0, cut, t, !facet->is_flipped, (u8)axis};
    for (u32 i = 0; i < n; i++) {
        u32 to = split_at(k, run, a < b, i);
        unit_add_seg(u, from, to, seg, is_along);
        from = to;
    }
    unit_add_seg(u, from, b, seg, is_along);
}

static bool is_inside_seg(const Kernel *k, const Seg *s, u32 v) {
    return v != s->a && v != s->b &&
           point_compare(k, v, s->a, s->axis) * point_compare(k, v, s->b, s->axis) < 0;
}

static int side_of_seg(const Kernel *k, const Seg *s, u32 v) {
    return v == s->a || v == s->b ? 0 : plane_side(k, s->cut, v);
}

static void split_seg(Unit *u, u32 seg, u32 v) {
    if (u->segs.data[seg].facet != NONE && !line_is_buried(u->k, v, v))
        u->k->fault = "an edge has no vertex where a constraint meets it";
    avec_push(u->arena, &u->splits, (SegSplit){seg, v});
}

static bool is_place(const Seg *s) {
    return s->a == s->b;
}

void unit_cross_segs(Unit *u, u32 i, u32 j) {
    Kernel *k = u->k;
    const Seg *r = &u->segs.data[i], *s = &u->segs.data[j];
    if (is_place(r) || is_place(s)) {
        const Seg *line = is_place(r) ? s : r, *place = is_place(r) ? r : s;
        if (!is_place(line) && side_of_seg(k, line, place->a) == 0 &&
            is_inside_seg(k, line, place->a))
            split_seg(u, is_place(r) ? j : i, place->a);
        return;
    }
    int ra = side_of_seg(k, s, r->a), rb = side_of_seg(k, s, r->b);
    if (ra * rb > 0)
        return;
    int sa = side_of_seg(k, r, s->a), sb = side_of_seg(k, r, s->b);
    if (sa * sb > 0)
        return;
    if (ra * rb < 0 && sa * sb < 0) {
        u32 v = point_add_tpi(k, u->plane, r->cut, s->cut);
        split_seg(u, i, v);
        split_seg(u, j, v);
        return;
    }
    if (ra == 0 && is_inside_seg(k, s, r->a))
        split_seg(u, j, r->a);
    if (rb == 0 && is_inside_seg(k, s, r->b))
        split_seg(u, j, r->b);
    if (sa == 0 && is_inside_seg(k, r, s->a))
        split_seg(u, i, s->a);
    if (sb == 0 && is_inside_seg(k, r, s->b))
        split_seg(u, i, s->b);
}

// segs -> parts: constraints cut at their splits.
static void cut_segs(Unit *u) {
    Kernel *k = u->k;
    Arena *arena = u->arena;
    u32 n = u->splits.len;
    avec_reserve(arena, &u->keyed, n);
    avec_reserve(arena, &u->spare, n);
    avec_reserve(arena, &u->queue, n);
    avec_reserve(arena, &u->parts, u->segs.len + n);
    for (u32 i = 0; i < n; i++)
        u->keyed.data[i] =
            (Keyed){(u64)u->splits.data[i].seg << 32 | u->splits.data[i].v, u->splits.data[i].v};
    sort_keyed(u->keyed.data, u->spare.data, n);
    u->parts.len = 0;
    for (u32 i = 0, at = 0; i < u->segs.len; i++) {
        Seg seg = u->segs.data[i];
        u32 m = 0;
        if (is_place(&seg))
            continue;
        while (at < n && u->keyed.data[at].key >> 32 == i)
            u->queue.data[m++] = u->keyed.data[at++].value;
        if (m) {
            m = sort_along_line(k, &u->line, u->queue.data, m, seg.axis,
                                point_compare(k, seg.b, seg.a, seg.axis));
            for (u32 j = 0; j < m; j++) {
                Seg part = seg;
                part.b = seg.a = u->queue.data[j];
                avec_push(arena, &u->parts, part);
            }
        }
        avec_push(arena, &u->parts, seg);
    }
}

// ---- the graph ----

static u32 local_vertex(Unit *u, u32 point) {
    if (!u->local_of[point]) {
        avec_push(u->arena, &u->point_of, point);
        u->local_of[point] = u->point_of.len;
    }
    return u->local_of[point] - 1;
}

static void reserve_locals(Unit *u) {
    Kernel *k = u->k;
    u32 need = k->n_shared_points + k->points.len;
    if (need > k->local_cap) {
        k->local_cap = MAX(need, k->local_cap + k->local_cap / 2);
        k->local_of = ARENA_NEW(&k->arena, u32, k->local_cap);
    }
    u->local_of = k->local_of;
}

// Equal parts become one edge; parts are sorted by edge.
static void build_edges(Unit *u) {
    Arena *arena = u->arena;
    u32 n = u->parts.len;
    reserve_locals(u);
    u->point_of.len = u->edge_parts.len = u->head.len = 0;
    avec_reserve(arena, &u->keyed, n);
    avec_reserve(arena, &u->spare, n);
    avec_reserve(arena, &u->segs, n);
    avec_reserve(arena, &u->edge_parts, (size_t)n + 1);
    avec_reserve(arena, &u->head, 2 * (size_t)n);
    for (u32 i = 0; i < n; i++) {
        u32 a = local_vertex(u, u->parts.data[i].a), b = local_vertex(u, u->parts.data[i].b);
        u->keyed.data[i] = (Keyed){seg_key(a, b), i};
    }
    sort_keyed(u->keyed.data, u->spare.data, n);
    u->segs.len = 0;
    for (u32 i = 0; i < n; i++) {
        Seg part = u->parts.data[u->keyed.data[i].value];
        if (i == 0 || u->keyed.data[i].key != u->keyed.data[i - 1].key) {
            avec_push(arena, &u->edge_parts, i);
            avec_push(arena, &u->head, u->local_of[part.b] - 1);
            avec_push(arena, &u->head, u->local_of[part.a] - 1);
        } else if (u->local_of[part.b] - 1 != u->head.data[u->head.len - 2]) {
            part.is_forward = !part.is_forward; // its cut is turned the other way
        }
        avec_push(arena, &u->segs, part);
    }
    avec_push(arena, &u->edge_parts, n);
    u->n_edges = u->edge_parts.len - 1;
    u->n_verts = u->point_of.len;
    for (u32 i = 0; i < u->n_verts; i++)
        u->local_of[u->point_of.data[i]] = 0;
    // The sorted parts take the place of the unsorted.
    memcpy(u->parts.data, u->segs.data, n * sizeof(Seg));
}

// Counter-clockwise from the half that sectors are seen from.
static bool is_earlier(const Unit *u, Ray g, Ray h) {
    return g.sector != h.sector ? g.sector < h.sector
                                : half_left(u, g.half, u->head.data[h.half]) > 0;
}

static void merge_around(const Unit *u, Ray *list, Ray *spare, u32 n) {
    if (n <= 4) {
        for (u32 i = 1; i < n; i++) {
            Ray item = list[i];
            u32 j = i;
            for (; j > 0 && is_earlier(u, item, list[j - 1]); j--)
                list[j] = list[j - 1];
            list[j] = item;
        }
        return;
    }
    u32 mid = n / 2;
    merge_around(u, list, spare, mid);
    merge_around(u, list + mid, spare, n - mid);
    memcpy(spare, list, mid * sizeof *list);
    for (u32 i = 0, p = 0, q = mid; p < mid; i++)
        list[i] = q >= n || !is_earlier(u, list[q], spare[p]) ? spare[p++] : list[q++];
}

// Halves that leave one vertex, counter-clockwise from the first.
static void sort_around(Unit *u, u32 *list, u32 n) {
    if (n <= 2)
        return;
    avec_reserve(u->arena, &u->rays, 2 * (size_t)n);
    Ray *rays = u->rays.data;
    for (u32 i = 1; i < n; i++) {
        int left = half_left(u, list[0], u->head.data[list[i]]);
        rays[i] = (Ray){list[i], left > 0 ? 1 : left == 0 ? 2 : 3};
    }
    merge_around(u, rays + 1, rays + n, n - 1);
    for (u32 i = 1; i < n; i++)
        list[i] = rays[i].half;
}

static void link_halves(Unit *u) {
    Arena *arena = u->arena;
    u32 n_halves = 2 * u->n_edges;
    avec_reserve(arena, &u->around_start, u->n_verts + 1);
    avec_reserve(arena, &u->around, n_halves);
    avec_reserve(arena, &u->place, n_halves);
    avec_reserve(arena, &u->next, n_halves);
    u32 *start = u->around_start.data, *around = u->around.data;
    memset(start, 0, (u->n_verts + 1) * sizeof *start);
    for (u32 h = 0; h < n_halves; h++)
        start[half_origin(u, h) + 1]++;
    for (u32 v = 0; v < u->n_verts; v++)
        start[v + 1] += start[v];
    for (u32 h = n_halves; h-- > 0;)
        around[--start[half_origin(u, h) + 1]] = h;
    // start[v + 1] is now v's first: shift back.
    for (u32 v = 0; v < u->n_verts; v++)
        start[v] = start[v + 1];
    start[u->n_verts] = n_halves;
    for (u32 v = 0; v < u->n_verts; v++) {
        sort_around(u, around + start[v], start[v + 1] - start[v]);
        for (u32 i = start[v]; i < start[v + 1]; i++)
            u->place.data[around[i]] = i;
    }
    for (u32 h = 0; h < n_halves; h++) {
        u32 v = u->head.data[h], i = u->place.data[h ^ 1];
        u->next.data[h] = around[i > start[v] ? i - 1 : start[v + 1] - 1];
    }
}

static void arrange_unit(Unit *u, const InnerSeg *inner, u32 n_inner) {
    Kernel *k = u->k;
    u->plane = k->facets[u->facets[0]].plane; // which they share
    u->x = (plane_ref(k, u->plane)->axis + 1) % 3;
    u->y = (plane_ref(k, u->plane)->axis + 2) % 3;
    reserve_locals(u);
    u32 host = u->n_facets == 1 ? u->facets[0] : unit_find_host(u);
    if (host != NONE && arrange_lone(u, host, inner, n_inner))
        return;
    u->segs.len = u->splits.len = 0;
    for (u32 i = 0; i < u->n_facets; i++)
        for (u32 c = 0; c < k->facets[u->facets[i]].n; c++)
            add_edge_segs(u, u->facets[i], c);
    if (n_inner) {
        unit_add_constraints(u, inner, n_inner);
        unit_drop_doubles(u);
    }
    if (n_inner || k->burial)
        unit_find_crossings(u);
    cut_segs(u);
    build_edges(u);
    link_halves(u);
    unit_add_cells(u);
}

// ---- cells without an arrangement ----

static void add_plain_cell(Kernel *k, u32 t) {
    Facet *facet = &k->facets[t];
    u32 c = k->cells.len, start = k->halves.len;
    vec_push(k->heap, &k->stacks, t << 1);
    for (u32 i = 0; i < facet->n; i++) {
        const Corner *at = facet_corners(k, t);
        u32 a = at[i].v, b = at[i + 1 < facet->n ? i + 1 : 0].v;
        const SplitRun *run = facet->is_touched ? find_splits(k, a, b) : NULL;
        u32 n = run ? run->n : 0, cut = run ? CUT_EDGE | (u32)(run - k->split_table.runs) : NONE;
        for (u32 j = 0; j <= n; j++) {
            u32 origin = j ? split_at(k, run, a < b, j - 1) : a;
            u32 next = k->halves.len + 1;
            vec_push(k->heap, &k->halves, (Half){origin, next, c, cut});
        }
    }
    k->halves.data[k->halves.len - 1].next = start;
    Cell cell = {.plane = NONE,
                 .stack_start = k->stacks.len - 1,
                 .stack_len = 1,
                 .half_start = start,
                 .half_end = k->halves.len};
    vec_push(k->heap, &k->cells, cell);
}

// Touched facets and constraints by unit, units by their first facet.
typedef struct Units {
    Arena arena;
    u32 *start, *members; // n_facets + 2, n_facets
    u32 *seg_start;       // n_facets + 2, into inner
    const InnerSeg *inner;
    u32 *range_start; // the facets where ranges of about equal work begin
} Units;

static void list_units(Kernel *k, Units *units) {
    Arena *arena = &units->arena;
    arena_init(arena, k->heap);
    u32 *start = ARENA_NEW(arena, u32, k->n_facets + 2),
        *seg_start = ARENA_NEW(arena, u32, k->n_facets + 2);
    units->members = arena_alloc_raw(arena, k->n_facets, sizeof(u32));
    InnerSeg *inner = arena_alloc_raw(arena, k->inner.len, sizeof *inner);
    u32 *unit_of = k->unit_parent; // which is not above its facet
    for (u32 t = 0; t < k->n_facets; t++) {
        unit_of[t] = unit_of[unit_of[t]];
        start[unit_of[t] + 2]++;
    }
    for (u32 i = 0; i < k->inner.len; i++)
        seg_start[unit_of[k->inner.data[i].facet] + 2]++;
    for (u32 t = 0; t < k->n_facets; t++) {
        start[t + 2] += start[t + 1];
        seg_start[t + 2] += seg_start[t + 1];
    }
    for (u32 t = 0; t < k->n_facets; t++)
        units->members[start[unit_of[t] + 1]++] = t;
    for (u32 i = 0; i < k->inner.len; i++)
        inner[seg_start[unit_of[k->inner.data[i].facet] + 1]++] = k->inner.data[i];
    vec_free(k->heap, &k->inner);
    units->start = start;
    units->seg_start = seg_start;
    units->inner = inner;
}

static void arrange_range(Kernel *k, const Units *units, Arena *scratch, u32 from, u32 to) {
    Unit unit = {.k = k, .arena = scratch, .line = {.arena = scratch}};
    for (u32 t = from; t < to; t++) {
        u32 n = units->start[t + 1] - units->start[t],
            n_inner = units->seg_start[t + 1] - units->seg_start[t];
        if ((t & 0xfff) == 0)
            heap_poll(k->heap);
        if (n == 0)
            continue;
        if (!k->facets[t].is_touched && !k->leaves[k->facets[t].leaf].is_whole)
            continue; // part of a patch
        if (facet_is_buried(k, t))
            continue;
        if (n == 1 && n_inner == 0) {
            add_plain_cell(k, t);
            continue;
        }
        unit.facets = units->members + units->start[t];
        unit.n_facets = n;
        arrange_unit(&unit, units->inner + units->seg_start[t], n_inner);
    }
}

// About as much as the range's cells need: each constraint of a wall, of which there are few, cuts
// it in two and splits two of its edges; many in a face are mostly loops.
static void reserve_cells(Kernel *k, const Units *units, u32 from, u32 to) {
    enum { FEW = 8 };
    size_t n_cells = 0, n_halves = k->halves.len;
    for (u32 t = from; t < to; t++) {
        u32 n = units->start[t + 1] - units->start[t],
            n_inner = units->seg_start[t + 1] - units->seg_start[t];
        bool is_few = n_inner <= FEW;
        if (n_inner == 0 && !k->facets[t].is_touched && !k->leaves[k->facets[t].leaf].is_whole)
            continue;
        for (u32 i = units->start[t]; i < units->start[t + 1]; i++)
            n_halves += k->facets[units->members[i]].n;
        n_halves += (size_t)(is_few ? 4 : 2) * n_inner;
        n_cells += n + (is_few ? n_inner : n_inner / 8);
    }
    vec_reserve(k->heap, &k->cells, k->cells.len + n_cells);
    vec_reserve(k->heap, &k->halves, n_halves);
    vec_reserve(k->heap, &k->stacks, k->stacks.len + n_cells);
}

static void arrange_shard(Kernel *shard, void *ctx, u32 i) {
    const Units *units = ctx;
    ArenaMark mark = arena_mark(&shard->scratch);
    reserve_cells(shard, units, units->range_start[i], units->range_start[i + 1]);
    arrange_range(shard, units, &shard->scratch, units->range_start[i], units->range_start[i + 1]);
    arena_reset(&shard->scratch, mark);
}

// Constraints cost more than members.
static u64 work_before(const Units *units, u32 t) {
    return units->start[t] + (u64)4 * units->seg_start[t];
}

static void choose_ranges(Kernel *k, Units *units, u32 n_ranges) {
    units->range_start = ARENA_NEW(&units->arena, u32, n_ranges + 1);
    u64 work = work_before(units, k->n_facets);
    for (u32 i = 0, t = 0; i <= n_ranges; i++) {
        while (t < k->n_facets && (i == n_ranges || work_before(units, t) < work * i / n_ranges))
            t++;
        units->range_start[i] = t;
    }
}

void arrange(Kernel *k) {
    enum { WORK_NS = 150, GRAIN = 4096 };
    Units units;
    build_split_table(k);
    list_units(k, &units);
    u64 work = work_before(&units, k->n_facets);
    u32 n_ranges = kernel_ranges(k, (u32)MIN(work, (u64)UINT32_MAX), GRAIN);
    if (kernel_uses_threads(k, n_ranges, work * WORK_NS)) {
        choose_ranges(k, &units, n_ranges);
        shards_run(k, n_ranges, work * WORK_NS, arrange_shard, &units);
    } else {
        reserve_cells(k, &units, 0, k->n_facets);
        arena_init(&k->scratch, k->heap);
        arrange_range(k, &units, &k->scratch, 0, k->n_facets);
        arena_finish(&k->scratch);
    }
    arena_finish(&units.arena);
    points_close(k, k->heap);
    if (k->planes.len > CUT_PLANES)
        heap_fail(k->heap, FAIL_MEMORY_LIMIT, NULL);
}
