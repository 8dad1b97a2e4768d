// SPDX-License-Identifier: Apache-2.0
// Pass 5, classify: which cells' sides look into the same region of space.
//
// At each edge the cells around it are put in radial order; a cell's side that looks forward and
// the next cell's that looks backward bound one wedge of space, so they belong to one region (the
// Weiler model of B. Levy, "Exact predicates, exact constructions and combinatorics for mesh CSG",
// 2024, section 4). The order needs only planes: with D the edge, n_i the cells' planes and t_i =
// n_i x D the directions in which cells leave the edge, (t_i x t_j).D has the sign of (n_i x
// n_j).D, and t_i.t_j that of n_i.n_j.
//
// Cells connected through edges form a component. The walk over its regions starts at a seed: a
// place infinitely close to one of its cells. Cost: O(h) for h halves, and the sorting of crowded
// edges.
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

// ---- edges
// ---------------------------------------------------------------------------------------

// Halves by lower vertex (counting sort), then by higher.
static void build_edges(Kernel *k) {
    Arena *arena = &k->arena;
    u32 n = k->halves.len, n_points = k->points.len, most = 0;
    u32 *start = ARENA_NEW(arena, u32, n_points + 2);
    for (u32 h = 0; h < n; h++)
        start[MIN(k->halves.data[h].origin, half_dest(k, h)) + 2]++;
    for (u32 v = 0; v < n_points; v++) {
        most = MAX(most, start[v + 2]);
        start[v + 2] += start[v + 1];
    }
    k->edge_halves = ARENA_NEW(arena, u32, n);
    for (u32 h = 0; h < n; h++)
        k->edge_halves[start[MIN(k->halves.data[h].origin, half_dest(k, h)) + 1]++] = h;
    Keyed *list = ARENA_NEW(arena, Keyed, most), *spare = ARENA_NEW(arena, Keyed, most);
    VEC(u32) edges = {0};
    avec_reserve(arena, &edges, n / 2 + 1);
    k->edge_first = ARENA_NEW(arena, u32, n_points + 1);
    for (u32 v = 0; v < n_points; v++) {
        u32 *halves = k->edge_halves + start[v], m = start[v + 1] - start[v];
        for (u32 i = 0; i < m; i++) {
            u32 h = halves[i], far = MAX(k->halves.data[h].origin, half_dest(k, h));
            list[i] = (Keyed){far, h};
        }
        sort_keyed(list, spare, m);
        k->edge_first[v] = edges.len;
        for (u32 i = 0; i < m; i++) {
            if (i == 0 || list[i].key != list[i - 1].key)
                avec_push(arena, &edges, start[v] + i);
            halves[i] = list[i].value;
        }
    }
    k->edge_first[n_points] = k->n_edges = edges.len;
    avec_push(arena, &edges, n);
    k->edge_start = edges.data;
}

static u32 find_edge(const Kernel *k, u32 a, u32 b) {
    u32 low = MIN(a, b), high = MAX(a, b);
    for (u32 e = k->edge_first[low]; e < k->edge_first[low + 1]; e++) {
        u32 h = k->edge_halves[k->edge_start[e]];
        if (MAX(k->halves.data[h].origin, half_dest(k, h)) == high)
            return e;
    }
    return NONE;
}

// ---- radial order
// --------------------------------------------------------------------------------

// A half-plane that ends in an edge D (lower to higher vertex) and leaves it along n x D.
typedef struct Sheet {
    i64 n[3];
    u32 half;
} Sheet;

typedef struct Axle { // an edge's direction, as far as signs need it
    u32 axis;
    int sign; // of D along axis
} Axle;

static Sheet sheet_of(Kernel *k, u32 h) {
    u32 id = cell_plane(k, k->halves.data[h].cell);
    const Plane *plane = &k->planes.data[id];
    bool is_turned = half_is_rising(k, h) == k->cells.data[k->halves.data[h].cell].is_flipped;
    Sheet sheet = {.half = h};
    for (u32 i = 0; i < 3; i++)
        sheet.n[i] = is_turned ? -plane->n[i] : plane->n[i];
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
        f64 most = 0;
        for (u32 axis = 0; axis < 3; axis++) {
            f64 size = fabs((f64)normals_cross(&sheets[0], &sheets[i], axis));
            if (size > most) {
                most = size;
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

// Counter-clockwise from the first.
static void sort_sheets(Kernel *k, Axle axle, Sheet *sheets, u32 n) {
    for (u32 i = 1; i < n; i++) {
        Sheet item = sheets[i];
        int s = sector(axle, &sheets[0], &item);
        u32 j = i;
        for (; j > 1; j--) {
            int other = sector(axle, &sheets[0], &sheets[j - 1]);
            if (other < s || (other == s && sector(axle, &sheets[j - 1], &item) == 1))
                break;
            sheets[j] = sheets[j - 1];
        }
        if (s == 0 || (j > 1 && sector(axle, &sheets[j - 1], &item) == 0))
            k->fault = "two cells lie on each other";
        sheets[j] = item;
    }
}

static void join_around_edge(Kernel *k, u32 e, u32 *parent) {
    u32 *halves = k->edge_halves + k->edge_start[e], n = k->edge_start[e + 1] - k->edge_start[e];
    if (n > 2) {
        Sheet few[16], *sheets = n <= 16 ? few : ARENA_NEW(&k->arena, Sheet, n);
        for (u32 i = 0; i < n; i++)
            cell_plane(k, k->halves.data[halves[i]].cell);
        for (u32 i = 0; i < n; i++)
            sheets[i] = sheet_of(k, halves[i]);
        u32 a = k->halves.data[halves[0]].origin, b = half_dest(k, halves[0]);
        Axle axle;
        if (find_axle(k, sheets, n, MIN(a, b), MAX(a, b), &axle))
            sort_sheets(k, axle, sheets, n);
        else
            k->fault = "more than two coplanar cells at an edge";
        for (u32 i = 0; i < n; i++)
            halves[i] = sheets[i].half;
    }
    for (u32 i = 0; i < n; i++)
        set_join(parent, half_ahead(k, halves[i]), half_behind(k, halves[i + 1 < n ? i + 1 : 0]));
}

// ---- components
// ----------------------------------------------------------------------------------

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

// Beside the first facet in a cell's stack, close to its first edge near its first corner, in front
// of the cell that is there (which is of the same component).
static void seed_at_cell(Kernel *k, u32 cell, Beside *seed, u32 *region) {
    u32 facet = stack_facet(k->stacks.data[k->cells.data[cell].stack_start]);
    const Corner *at = facet_corners(k, facet);
    u32 e = find_edge(k, at[0].v, edge_next_vertex(k, at[0].v, at[1].v));
    for (u32 i = e == NONE ? 0 : k->edge_start[e]; e != NONE && i < k->edge_start[e + 1]; i++) {
        u32 c = k->halves.data[k->edge_halves[i]].cell;
        const Cell *there = &k->cells.data[c];
        for (u32 j = 0; j < there->stack_len; j++) {
            u32 entry = k->stacks.data[there->stack_start + j];
            if (stack_facet(entry) != facet)
                continue;
            for (u32 axis = 0; axis < 3; axis++) {
                seed->at[axis] = at[0].at[axis];
                seed->along[axis] = (i64)at[1].at[axis] - at[0].at[axis];
                seed->aside[axis] = (i64)at[2].at[axis] - at[0].at[axis];
                seed->off[axis] =
                    k->facets[facet].normal[axis] * (stack_looks_back(entry) ? -1 : 1);
            }
            *region = k->region_of[2 * c + 1];
            return;
        }
    }
    k->fault = "a facet has no cell at its corner";
}

// Numbers the components by their first cell; component[cell].
static u32 label_components(Kernel *k, u32 *component) {
    u32 n_cells = k->cells.len, n = 0;
    for (u32 c = 0; c < n_cells; c++)
        component[c] = c;
    for (u32 e = 0; e < k->n_edges; e++)
        for (u32 i = k->edge_start[e] + 1; i < k->edge_start[e + 1]; i++)
            set_join(component, k->halves.data[k->edge_halves[i]].cell,
                     k->halves.data[k->edge_halves[i - 1]].cell);
    // The smallest number is the root, so a root is met before its members; it gets its label last.
    for (u32 c = 0; c < n_cells; c++)
        component[c] = set_find(component, c);
    for (u32 c = 0; c < n_cells; c++)
        component[c] = component[c] == c ? n++ : component[component[c]];
    return n;
}

void classify(Kernel *k) {
    Arena *arena = &k->arena;
    build_edges(k);
    heap_poll(k->heap);
    u32 n_nodes = 2 * k->cells.len;
    k->region_of = ARENA_NEW(arena, u32, n_nodes);
    for (u32 i = 0; i < n_nodes; i++)
        k->region_of[i] = i;
    for (u32 e = 0; e < k->n_edges; e++)
        join_around_edge(k, e, k->region_of);
    heap_poll(k->heap);
    u32 *component = ARENA_NEW(arena, u32, k->cells.len);
    u32 n_components = label_components(k, component);
    for (u32 i = 0; i < n_nodes; i++)
        k->region_of[i] = set_find(k->region_of, i);
    for (u32 i = 0; i < n_nodes; i++)
        k->region_of[i] = k->region_of[i] == i ? k->n_regions++ : k->region_of[k->region_of[i]];
    k->regions = ARENA_NEW(arena, SolidRegion, k->n_regions);

    u32 *first = ARENA_NEW(arena, u32, n_components);
    Beside *seed = ARENA_NEW(arena, Beside, n_components);
    for (u32 c = 0, n = 0; c < k->cells.len && !k->fault; c++) {
        if (component[c] != n)
            continue;
        if (is_patch(k, c))
            seed_in_patch(k, c, &seed[n], &first[n]);
        else
            seed_at_cell(k, c, &seed[n], &first[n]);
        n++;
    }
    if (!k->fault)
        wind(k, n_components, first, seed);
}
