// SPDX-License-Identifier: Apache-2.0
// Pass 5, classify: which cells' sides look into the same region of space, and how the regions hang
// together.
//
// boolean_edges.c joins the sides that share a wedge at some edge; what is joined is a region. Two
// regions with a cell between them belong to one component of the surfaces. Where a cell is the
// first that connects two parts of a component it becomes a branch of a tree, by which the walk of
// boolean_winding.c reaches all regions from a seed: a place infinitely close to one of the
// component's cells. Cost: O(h) for h halves, and what edges cost.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

u32 cell_plane(Kernel *k, u32 c) {
    Cell *cell = &k->cells.data[c];
    if (cell->plane == NONE) {
        u32 t = stack_facet(k->stacks.data[cell->stack_start]);
        cell->plane = facet_plane(k, t);
        cell->is_flipped = k->facets[t].is_flipped;
    }
    return cell->plane;
}

// ---- seeds ----

// In a patch: beside one of its larger triangles, in front.
static void seed_in_patch(Kernel *k, u32 cell, Beside *seed, u32 *region) {
    const Patch *patch = &k->patches.data[cell - k->patch_cells_start];
    Corner corner[3];
    for (u32 i = 0; i < 3; i++)
        memcpy(corner[i].at, leaf_tri_place(k, patch->leaf, patch->tri, i)->at,
               sizeof corner[i].at);
    corners_normal(corner, seed->off);
    for (u32 i = 0; i < 3; i++) {
        seed->at[i] = corner[0].at[i];
        seed->along[i] = (i64)corner[1].at[i] - corner[0].at[i];
        seed->aside[i] = (i64)corner[2].at[i] - corner[0].at[i];
    }
    if (!seed->off[0] && !seed->off[1] && !seed->off[2])
        k->fault = "a patch of triangles without area";
    *region = k->region_of[2 * cell + 1];
}

// Beside the first facet in the cell's stack, in front of the cell, at an edge of the facet that
// both have at one of its corners. False: they have none.
static bool seed_at_corner(const Kernel *k, u32 cell, Beside *seed, u32 *region) {
    const Cell *there = &k->cells.data[cell];
    u32 entry = k->stacks.data[there->stack_start], facet = stack_facet(entry),
        n = k->facets[facet].n;
    const Corner *at = facet_corners(k, facet);
    for (u32 h = there->half_start; h < there->half_end; h++)
        for (u32 i = 0; i < n; i++) {
            u32 a = k->halves.data[h].origin, b = half_dest(k, h);
            if (at[i].v != a && at[i].v != b)
                continue;
            const Corner *after = &at[i + 1 < n ? i + 1 : 0], *before = &at[i ? i - 1 : n - 1];
            u32 other = at[i].v == a ? b : a;
            bool is_before = edge_next_vertex(k, at[i].v, before->v) == other;
            if (!is_before && edge_next_vertex(k, at[i].v, after->v) != other)
                continue;
            const Corner *along = is_before ? before : after, *aside = is_before ? after : before;
            for (u32 axis = 0; axis < 3; axis++) {
                seed->at[axis] = at[i].at[axis];
                seed->along[axis] = (i64)along->at[axis] - at[i].at[axis];
                seed->aside[axis] = (i64)aside->at[axis] - at[i].at[axis];
                seed->off[axis] =
                    k->facets[facet].normal[axis] * (stack_looks_back(entry) ? -1 : 1);
            }
            *region = k->region_of[2 * cell + 1];
            return true;
        }
    return false;
}

// Beside any edge of the cell. Where ghosts are left out components may lack corners.
static void seed_at_half(Kernel *k, u32 cell, Beside *seed, u32 *region) {
    BesideEdge *edge = ARENA_NEW(&k->arena, BesideEdge, 1);
    beside_half(k, k->cells.data[cell].half_start, edge);
    *seed = (Beside){.edge = edge};
    for (u32 i = 0; i < 3; i++)
        seed->at[i] = (i64)floor(point_ref(k, edge->v)->at[i] + 0.5);
    *region = k->region_of[2 * cell + 1];
}

// ---- regions ----

// From a forest in which no root is above its members: a root gets its label before they ask.
static void number_regions(Kernel *k) {
    u32 n_nodes = 2 * k->cells.len;
    for (u32 i = 0; i < n_nodes; i++)
        k->region_of[i] = k->region_of[i] == i ? k->n_regions++ : k->region_of[k->region_of[i]];
}

// The cells that connect the regions of each component: all that join two parts of it. component:
// by region, a forest. The walk crosses all facets of a branch's stack, so where stacks are deep
// cells with few facets come first.
static u32 find_branches(const Kernel *k, u32 *component, u32 *branch) {
    u32 n = 0, least = 0, most = k->stacks.len / 4 > k->cells.len ? 2 : UINT32_MAX;
    for (u32 r = 0; r < k->n_regions; r++)
        component[r] = r;
    for (;;) {
        u32 back = NONE, front = NONE;
        for (u32 c = 0; c < k->cells.len; c++) {
            const u32 *sides = k->region_of + 2 * (size_t)c;
            if (sides[0] == back && sides[1] == front)
                continue;
            if (most != UINT32_MAX || least)
                if (k->cells.data[c].stack_len < least || k->cells.data[c].stack_len > most)
                    continue;
            back = sides[0];
            front = sides[1];
            if (set_join(component, back, front))
                branch[n++] = c;
        }
        if (most == UINT32_MAX)
            return n;
        least = most + 1;
        most = most > 1000 ? UINT32_MAX : 4 * most;
    }
}

static void link_branches(Kernel *k, RegionTree *tree, const u32 *branch, u32 n) {
    tree->start = ARENA_NEW(&k->arena, u32, (size_t)k->n_regions + 2);
    tree->sides = ARENA_NEW(&k->arena, u32, 2 * (size_t)n);
    for (u32 i = 0; i < 2 * n; i++)
        tree->start[k->region_of[2 * branch[i / 2] + i % 2] + 2]++;
    for (u32 r = 0; r < k->n_regions; r++)
        tree->start[r + 2] += tree->start[r + 1];
    for (u32 i = 0; i < 2 * n; i++) {
        u32 side = 2 * branch[i / 2] + i % 2;
        tree->sides[tree->start[k->region_of[side] + 1]++] = side;
    }
}

// A seed for the component that has cell c, if it has none yet. False: c has no corner to be seeded
// at, and must_seed does not ask for more.
static bool seed_component(Kernel *k, u32 c, bool must_seed, RegionTree *tree) {
    Beside *seed = &tree->seed[tree->n_components];
    u32 *first = &tree->first[tree->n_components];
    *seed = (Beside){.edge = NULL};
    if (is_patch(k, c))
        seed_in_patch(k, c, seed, first);
    else if (must_seed)
        seed_at_half(k, c, seed, first);
    else if (!seed_at_corner(k, c, seed, first))
        return false;
    tree->n_components++;
    return true;
}

// Components in the order of their first cells with corners, then those without.
static void seed_components(Kernel *k, u32 *component, RegionTree *tree, u32 n_branches) {
    u32 n = k->n_regions - n_branches;
    tree->first = ARENA_NEW(&k->arena, u32, n);
    tree->seed = ARENA_NEW(&k->arena, Beside, n);
    bool *is_seen = ARENA_NEW(&k->arena, bool, k->n_regions);
    for (u32 round = 0; round < 2 && tree->n_components < n; round++)
        for (u32 c = 0; c < k->first_flap && !k->fault && tree->n_components < n; c++) {
            u32 root = set_find(component, k->region_of[2 * c]);
            if (!is_seen[root] && k->cells.data[c].stack_len)
                is_seen[root] = seed_component(k, c, round == 1, tree);
        }
    if (!k->fault && tree->n_components < n)
        k->fault = "a component has no cell";
}

void classify(Kernel *k) {
    Arena *arena = &k->arena;
    u32 n_nodes = 2 * k->cells.len;
    k->region_of = ARENA_NEW(arena, u32, n_nodes);
    for (u32 i = 0; i < n_nodes; i++)
        k->region_of[i] = i;
    edges_build(k, k->region_of);
    heap_poll(k->heap);
    join_dead_cells(k);
    number_regions(k);
    k->regions = ARENA_NEW(arena, SolidRegion, k->n_regions);
    u32 *component = HEAP_NEW(k->heap, u32, k->n_regions);
    u32 *branch = HEAP_NEW(k->heap, u32, k->n_regions);
    u32 n_branches = find_branches(k, component, branch);
    RegionTree tree = {0};
    link_branches(k, &tree, branch, n_branches);
    seed_components(k, component, &tree, n_branches);
    heap_free(k->heap, component);
    heap_free(k->heap, branch);
    if (!k->fault)
        wind(k, &tree);
    if (!k->fault)
        check_flaps(k);
    if (k->fault) { // else select frees it
        heap_free(k->heap, k->around);
        k->around = NULL;
    }
}
