// SPDX-License-Identifier: Apache-2.0
// Triangulation of polygons with holes, from the outside in: convex loops become a fan at once; all
// others go through rings (polygon_rings.c), a sweep (polygon_monotone.c) and Delaunay flips
// (polygon_delaunay.c).
#include "compiler/mesh/polygon_triangulate_internal.h"

#include <string.h>

// Turns left at every corner, once round. *first: the lexicographically first corner.
static bool is_strictly_convex(const Vec2 *p, u32 n, u32 *first) {
    u32 n_starts = 0;
    for (u32 i = 0; i < n; i++) {
        Vec2 a = p[i ? i - 1 : n - 1], b = p[i], c = p[i + 1 < n ? i + 1 : 0];
        if (orient2d(a, b, c) <= 0)
            return false;
        if (vec2_before(b, a) && vec2_before(b, c)) {
            n_starts++;
            *first = i;
        }
    }
    return n_starts == 1;
}

// All diagonals from one corner: the lexicographically first, or for quadrilaterals the one that
// makes the triangles Delaunay.
static u32 *make_fan(Heap *heap, const Vec2 *p, u32 n, u32 first) {
    if (n == 4) {
        u32 i[4] = {first, (first + 1) % 4, (first + 2) % 4, (first + 3) % 4};
        if (incircle2d(p[i[0]], p[i[1]], p[i[2]], p[i[3]]) > 0)
            first = i[1];
    }
    u32 *tris = heap_alloc_raw(heap, 3 * (size_t)(n - 2), sizeof(u32));
    for (u32 k = 0; k + 2 < n; k++) {
        tris[3 * k] = first;
        tris[3 * k + 1] = (first + k + 1) % n;
        tris[3 * k + 2] = (first + k + 2) % n;
    }
    return tris;
}

static void cut_all_rings(Rings *r) {
    size_t n = r->n_points;
    u32 *rank = rings_take(r, n + r->n_nodes), *scratch = rank + n;
    for (u32 i = 0; i < r->n_order; i++)
        rank[r->order[i]] = i;
    for (u32 node = 0; node < r->n_nodes; node++)
        if (r->next[node] != RINGS_GONE)
            rings_cut_ring(r, node, rank, scratch);
    rings_give(r, rank);
}

// Loops that cross badly can make rings that pass a corner twice and then triangles that name it
// twice. Flips remove nearly all; if one is left, each loop is triangulated on its own, where no
// ring can pass a corner twice: the areas then add up with their signs, but triangles of holes lie
// over the others.
static void make_simplicial(Rings *r, const Region *region) {
    if (polygon_flip_self_edges(r->tris, r->n_tris))
        return;
    Heap *heap = r->heap;
    rings_finish(r);
    rings_init(r, heap, region);
    for (u32 i = 0; i < r->n_points; i++)
        r->order[r->n_order++] = i;
    cut_all_rings(r);
}

static void make_delaunay(Rings *r, const Region *region) {
    u32 *stack = rings_take(r, 3 * (size_t)r->n_tris);
    polygon_make_delaunay(r->heap, region->points, r->n_points, r->tris, r->n_tris, stack);
    rings_give(r, stack);
}

static u32 *take_tris(const Rings *r) {
    u32 *tris = heap_alloc_raw(r->heap, MAX(r->n_tris, 1u), 3 * sizeof(u32));
    for (u32 t = 0; t < r->n_tris; t++)
        for (u32 i = 0; i < 3; i++)
            tris[3 * (size_t)t + i] = r->tris[TRI2_SIZE * (size_t)t + i];
    return tris;
}

void region_triangulate(Heap *heap, const Region *region, u32 **tris, u32 *n_tris) {
    u32 n = region_count(region), first;
    *tris = NULL;
    *n_tris = 0;
    if (n < 3)
        return;
    if (region->n_loops == 1 && is_strictly_convex(region->points, n, &first)) {
        *tris = make_fan(heap, region->points, n, first);
        *n_tris = n - 2;
        return;
    }
    Rings rings;
    rings_init(&rings, heap, region);
    rings_part_wedges(&rings);
    rings_make_monotone(&rings);
    cut_all_rings(&rings);
    make_simplicial(&rings, region);
    make_delaunay(&rings, region);
    *tris = take_tris(&rings);
    *n_tris = rings.n_tris;
    rings_finish(&rings);
}
