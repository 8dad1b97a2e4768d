// SPDX-License-Identifier: Apache-2.0
// Ghosts: cells of covered places (boolean_buried.c) with an edge in the zone, where what crosses
// them may be missing. A ghost's two sides are no regions; at each of its edges off the zone it
// stands as a flap, a cell of one half with two sides of its own, so that the radial order there is
// right. Cost: O(n) in facets, cells and halves; the looking is done on all threads.
#include "compiler/mesh/boolean_internal.h"

enum { GRAIN = 2000 };

typedef struct Haunt {
    bool *is_ghost; // by cell
    bool *is_sunk;  // by half, of cells that were looked at: in the zone
    bool *is_wrong; // by facet: of a patch, with an edge in the zone
} Haunt;

static bool half_meets_zone(const Kernel *k, u32 h) {
    return line_is_buried(k, k->halves.data[h].origin, half_dest(k, h));
}

static bool may_haunt_patch(const Kernel *k, u32 f) {
    const Facet *facet = &k->facets[f];
    return facet_touches_zone(k, f) && !facet->is_touched && !k->leaves[facet->leaf].is_whole;
}

static void look_at_facets(Kernel *view, void *ctx, u32 range) {
    Haunt *haunt = ctx;
    u32 n_ranges = kernel_ranges(view, view->n_facets, GRAIN),
        end = kernel_range_start(view->n_facets, n_ranges, range + 1);
    for (u32 f = kernel_range_start(view->n_facets, n_ranges, range); f < end; f++) {
        const Corner *at = facet_corners(view, f);
        u32 n = may_haunt_patch(view, f) ? view->facets[f].n : 0;
        for (u32 i = 0; i < n && !haunt->is_wrong[f]; i++)
            haunt->is_wrong[f] = line_is_buried(view, at[i].v, at[i + 1 < n ? i + 1 : 0].v);
    }
}

// A patch's triangles that were taken in may have lost what crosses them.
static void find_ghost_patches(Kernel *k, Haunt *haunt) {
    kernel_for(k, kernel_ranges(k, k->n_facets, GRAIN), (u64)k->n_facets * 40, look_at_facets,
               haunt);
    for (u32 f = 0; f < k->n_facets; f++) {
        if (!haunt->is_wrong[f])
            continue;
        const Facet *facet = &k->facets[f];
        u32 v = k->expr->leaves[facet->leaf].mesh->tris[3 * (size_t)k->sources.data[facet->src]];
        haunt->is_ghost[k->patch_cell_of[k->vert_base[facet->leaf] + v]] = true;
    }
}

static bool is_off_zone(const Kernel *k, u32 c) {
    u32 facet = stack_facet(k->stacks.data[k->cells.data[c].stack_start]);
    return is_patch(k, c) || !facet_touches_zone(k, facet);
}

static void look_at_cells(Kernel *view, void *ctx, u32 range) {
    Haunt *haunt = ctx;
    u32 n = view->cells.len, n_ranges = kernel_ranges(view, n, GRAIN),
        end = kernel_range_start(n, n_ranges, range + 1);
    for (u32 c = kernel_range_start(n, n_ranges, range); c < end; c++) {
        const Cell *cell = &view->cells.data[c];
        if (!haunt->is_ghost[c] && is_off_zone(view, c))
            continue;
        for (u32 h = cell->half_start; h < cell->half_end; h++) {
            haunt->is_sunk[h] = half_meets_zone(view, h);
            haunt->is_ghost[c] = haunt->is_ghost[c] || haunt->is_sunk[h];
        }
    }
}

static void take_apart(Kernel *k, u32 c, const bool *is_sunk) {
    const Cell ghost = k->cells.data[c];
    k->cells.data[c].stack_len = 0;
    for (u32 h = ghost.half_start; h < ghost.half_end; h++) {
        if (is_sunk[h]) {
            k->halves.data[h].next = NONE;
            continue;
        }
        Cell flap = ghost;
        flap.half_start = h;
        flap.half_end = h + 1;
        k->halves.data[h].cell = k->cells.len;
        vec_push(k->heap, &k->cells, flap);
    }
}

void take_ghosts_apart(Kernel *k) {
    u32 n = k->first_flap = k->cells.len;
    if (!k->burial)
        return;
    arena_init(&k->scratch, k->heap);
    Haunt haunt = {ARENA_NEW(&k->scratch, bool, n), ARENA_NEW(&k->scratch, bool, k->halves.len),
                   ARENA_NEW(&k->scratch, bool, k->n_facets)};
    find_ghost_patches(k, &haunt);
    kernel_for(k, kernel_ranges(k, n, GRAIN), (u64)k->halves.len * 40, look_at_cells, &haunt);
    for (u32 c = 0; c < n; c++)
        if (haunt.is_ghost[c])
            take_apart(k, c, haunt.is_sunk);
    arena_finish(&k->scratch);
}

void join_dead_cells(Kernel *k) {
    u32 alive = 0;
    if (!k->burial)
        return;
    while (alive < k->first_flap && !k->cells.data[alive].stack_len)
        alive++;
    if (alive == k->first_flap)
        k->fault = "all cells are buried";
    for (u32 c = 0; c < k->cells.len && !k->fault; c++)
        if (!k->cells.data[c].stack_len) {
            set_join(k->region_of, 2 * alive, 2 * c);
            set_join(k->region_of, 2 * alive, 2 * c + 1);
        }
}

void check_flaps(Kernel *k) {
    for (u32 c = k->first_flap; c < k->cells.len; c++)
        if (k->regions[k->region_of[2 * c]].is_inside !=
            k->regions[k->region_of[2 * c + 1]].is_inside)
            k->fault = "a buried cell bounds the result";
}
