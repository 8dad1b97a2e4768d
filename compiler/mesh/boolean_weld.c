// SPDX-License-Identifier: Apache-2.0
// Pass 1, welding: the vertices of all leaves that are taken in get their numbers, equal places
// one, and what the tasks of ingest have gathered is put together.
//
// Vertices are numbered in the order in which the leaves use them first. All of them go to the
// table of points at once, from several threads: a slot is taken by whoever comes first, but keeps
// the earliest vertex of its place. So which vertices are the first of their place depends on the
// data alone; they are counted and numbered by ranges. (In which slot a point lies may depend on
// the threads; nobody sees it.) Cost: O(n).
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

enum { GRAIN = 1 << 13, AHEAD = 8 };

typedef struct Weld {
    Intake *intakes;
    u32 n_intakes;
    u32 n;        // vertices
    u32 *verts;   // n: of all intakes
    u32 *slot_of; // n: in the table; then, of one that is not the first of its place:
                  // LATER | the first
    u32 *id;      // n: the number; at first only of the first of each place
    u32 n_ranges; // of all n
    u32 *n_first; // n_ranges + 1: how many are the first of their place, then: in all ranges before
} Weld;
enum { LATER = (u32)1 << 31 };

static inline u32 hash_vert(const Kernel *k, const Weld *w, u32 i) {
    return grid_hash(k->snapped[w->verts[i]].at);
}

typedef struct Vert {
    const Kernel *k;
    const Weld *w;
    u32 i;
} Vert;

static bool is_same_place(const void *ctx, u32 other) {
    const Vert *v = ctx;
    const i32 *a = v->k->snapped[v->w->verts[v->i]].at, *b = v->k->snapped[v->w->verts[other]].at;
    return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

static void enter_range(Kernel *view, void *ctx, u32 range) {
    const Weld *w = ctx;
    u32 start = kernel_range_start(w->n, w->n_ranges, range),
        end = kernel_range_start(w->n, w->n_ranges, range + 1), loser;
    u32 hash[AHEAD]; // of vertices whose slots are fetched meanwhile
    for (u32 i = start; i < end + AHEAD; i++) {
        if (i >= start + AHEAD)
            w->slot_of[i - AHEAD] = slots_claim(&view->point_slots, hash[i % AHEAD], i - AHEAD,
                                                is_same_place, &(Vert){view, w, i - AHEAD}, &loser);
        if (i >= end)
            continue;
        hash[i % AHEAD] = hash_vert(view, w, i);
        slots_prefetch(&view->point_slots, hash[i % AHEAD]);
    }
}

static void count_range(Kernel *view, void *ctx, u32 range) {
    const Weld *w = ctx;
    u32 end = kernel_range_start(w->n, w->n_ranges, range + 1), n_first = 0;
    for (u32 i = kernel_range_start(w->n, w->n_ranges, range); i < end; i++) {
        u32 first = slot_number(view->point_slots.at[w->slot_of[i]]);
        if (first == i)
            n_first++;
        else
            w->slot_of[i] = LATER | first;
    }
    w->n_first[range + 1] = n_first;
}

// Slots are written by the first vertex of their place alone.
static void number_range(Kernel *view, void *ctx, u32 range) {
    const Weld *w = ctx;
    u32 end = kernel_range_start(w->n, w->n_ranges, range + 1), id = w->n_first[range], leaf = 0;
    for (u32 i = kernel_range_start(w->n, w->n_ranges, range); i < end; i++) {
        if (w->slot_of[i] & LATER)
            continue;
        u32 v = w->verts[i];
        while (v >= view->vert_base[leaf + 1])
            leaf++;
        const CsgLeaf *of = &view->expr->leaves[leaf];
        const i32 *at = view->snapped[v].at;
        u64 *slot = &view->point_slots.at[w->slot_of[i]];
        w->id[i] = id;
        *slot = slot_make(slot_hash(*slot), id);
        view->points.data[id] = (Point){.at = {at[0], at[1], at[2]}, .kind = POINT_GRID};
        view->payload[id] = affine3_point(&of->map, of->mesh->verts[v - view->vert_base[leaf]]);
        id++;
    }
}

// ---- putting together ----

static void place_intake(Kernel *view, void *ctx, u32 range) {
    const Weld *w = ctx;
    const Intake *in = &w->intakes[range];
    u32 *id = w->id + in->first_vert;
    for (u32 i = 0; i < in->verts.len; i++)
        if (w->slot_of[in->first_vert + i] & LATER)
            id[i] = w->id[w->slot_of[in->first_vert + i] & ~LATER];
    for (u32 i = 0; i < in->verts.len; i++) {
        u32 *of = &view->grid_of[in->verts.data[i]];
        *of = id[*of];
    }
    Corner *corner = view->corners.data + in->first_corner;
    for (u32 i = 0; i < in->corners.len; i++) {
        corner[i] = in->corners.data[i];
        corner[i].v = id[corner[i].v];
    }
    if (in->sources.len)
        memcpy(view->sources.data + in->first_source, in->sources.data,
               in->sources.len * sizeof(u32));
    for (u32 f = 0; f < in->facets.len; f++) {
        const u32 number = in->first_facet + f;
        Facet *facet = &view->facets[number];
        *facet = in->facets.data[f];
        u32 *facet_of = view->facet_of + view->tri_base[facet->leaf];
        for (u32 i = 0; i < facet->n_src; i++)
            facet_of[in->sources.data[facet->src + i]] = number;
        facet->first += in->first_corner;
        facet->src += in->first_source;
        facet->group += in->first_facet;
    }
    for (u32 l = in->leaf; l < in->leaf_end; l++)
        view->leaf_start[l] += in->first_facet;
}

static void make_tables(Kernel *k, Weld *w) {
    u64 n_facets = 0, n_corners = 0, n_sources = 0, n = 0;
    for (u32 r = 0; r < w->n_intakes; r++) {
        Intake *in = &w->intakes[r];
        in->first_facet = (u32)n_facets;
        in->first_corner = (u32)n_corners;
        in->first_source = (u32)n_sources;
        in->first_vert = (u32)n;
        n_facets += in->facets.len;
        n_corners += in->corners.len;
        n_sources += in->sources.len;
        n += in->verts.len;
    }
    w->n = (u32)n;
    k->n_facets = k->leaf_start[k->expr->n_leaves] = (u32)n_facets;
    // Written whole by the tasks. The last facets: see patch.
    k->facets = arena_alloc_raw(&k->arena, n_facets + k->expr->n_leaves, sizeof *k->facets);
    k->corners.data = arena_alloc_raw(&k->arena, n_corners, sizeof *k->corners.data);
    k->corners.len = k->corners.cap = (u32)n_corners;
    k->sources.data = arena_alloc_raw(&k->arena, n_sources, sizeof *k->sources.data);
    k->sources.len = k->sources.cap = (u32)n_sources;
    points_init(k, w->n);
}

static void number_vertices(Kernel *k, Weld *w) {
    w->verts = arena_alloc_raw(&k->scratch, w->n, sizeof *w->verts);
    w->slot_of = arena_alloc_raw(&k->scratch, w->n, sizeof *w->slot_of);
    w->id = arena_alloc_raw(&k->scratch, w->n, sizeof *w->id);
    w->n_ranges = kernel_ranges(k, w->n, GRAIN);
    w->n_first = ARENA_NEW(&k->scratch, u32, w->n_ranges + 1);
    for (u32 r = 0; r < w->n_intakes; r++) {
        const Intake *in = &w->intakes[r];
        if (in->verts.len)
            memcpy(w->verts + in->first_vert, in->verts.data, in->verts.len * sizeof(u32));
    }
    kernel_for(k, w->n_ranges, (u64)w->n * 30, enter_range, w);
    kernel_for(k, w->n_ranges, (u64)w->n * 5, count_range, w);
    for (u32 r = 0; r < w->n_ranges; r++)
        w->n_first[r + 1] += w->n_first[r];
    k->n_grid = k->points.len = w->n_first[w->n_ranges];
    k->payload = arena_alloc_raw(&k->arena, k->n_grid, sizeof *k->payload);
    kernel_for(k, w->n_ranges, (u64)w->n * 20, number_range, w);
}

void weld(Kernel *k, Intake *intakes, u32 n) {
    Weld w = {.intakes = intakes, .n_intakes = n};
    make_tables(k, &w);
    number_vertices(k, &w);
    kernel_for(k, n, (u64)k->n_facets * 60, place_intake, &w);
    for (u32 r = 0; r < n; r++) {
        vec_free(k->heap, &intakes[r].facets);
        vec_free(k->heap, &intakes[r].corners);
        vec_free(k->heap, &intakes[r].sources);
        vec_free(k->heap, &intakes[r].verts);
    }
}
