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
// Cells connected through edges form a component. The region around it is found at its outermost
// vertex v: among the edges at v, seen along z, take the one that is extreme; the half-plane that
// leaves it outwards meets nothing of the component near v, and lies in the region sought.
// Cost: O(h) for h halves, and the sorting of crowded edges.
#include "compiler/mesh/boolean_internal.h"

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

typedef struct Outermost {
    u32 v;      // grid vertex
    u32 w;      // its extreme neighbour
    i64 dx, dy; // from v to w
} Outermost;

static bool is_further_out(const Kernel *k, u32 a, u32 b) {
    const f64 *p = k->points.data[a].at, *q = k->points.data[b].at;
    return p[0] != q[0] ? p[0] > q[0] : p[1] != q[1] ? p[1] > q[1] : p[2] > q[2];
}

static void consider_neighbour(const Kernel *k, Outermost *out, u32 w) {
    i64 a[3], b[3];
    point_grid(k, out->v, a);
    point_grid(k, w, b);
    i64 dx = b[0] - a[0], dy = b[1] - a[1];
    if ((dx || dy) && (out->w == NONE || out->dx * dy - out->dy * dx < 0)) {
        out->w = w;
        out->dx = dx;
        out->dy = dy;
    }
}

// The region that the half-plane from edge v-w along (dy, -dx, 0) lies in: that ahead of the sheet
// which comes last when one turns from the half-plane.
static u32 outer_region(Kernel *k, const Outermost *out) {
    u32 next = edge_next_vertex(k, out->v, out->w), e = find_edge(k, out->v, next);
    if (e == NONE) {
        k->fault = "an outermost edge is missing";
        return 0;
    }
    i64 a[3], b[3];
    point_grid(k, out->v, a);
    point_grid(k, out->w, b);
    i64 dz = b[2] - a[2];
    // D x m with m = (dy, -dx, 0), turned when v is the higher end.
    int turn = out->v < next ? 1 : -1;
    Sheet virtual = {
        {dz * out->dx * turn, dz * out->dy * turn, -(out->dx * out->dx + out->dy * out->dy) * turn},
        NONE};
    Axle axle = {out->dx ? 0 : 1, 0};
    axle.sign = sign_i64(axle.axis ? out->dy : out->dx) * turn;
    Sheet last = {.half = NONE};
    int last_sector = -1;
    for (u32 i = k->edge_start[e]; i < k->edge_start[e + 1]; i++) {
        Sheet sheet = sheet_of(k, k->edge_halves[i]);
        int s = sector(axle, &virtual, &sheet);
        if (s > last_sector || (s == last_sector && sector(axle, &last, &sheet) == 1)) {
            last = sheet;
            last_sector = s;
        }
    }
    if (last_sector <= 0)
        k->fault = "something lies outside the outermost edge";
    return k->region_of[half_ahead(k, last.half)];
}

static Beside place_beside(const Kernel *k, const Outermost *out) {
    Beside s;
    point_grid(k, out->v, s.at);
    point_grid(k, out->w, s.along);
    for (u32 i = 0; i < 3; i++)
        s.along[i] -= s.at[i];
    s.aside[0] = out->dy;
    s.aside[1] = -out->dx;
    s.aside[2] = 0;
    return s;
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

static void find_outermost(Kernel *k, const u32 *component, Outermost *outermost) {
    for (u32 pass = 0; pass < 2; pass++)
        for (u32 c = 0; c < k->cells.len; c++) {
            const Cell *cell = &k->cells.data[c];
            Outermost *out = &outermost[component[c]];
            for (u32 i = 0; i < cell->stack_len; i++) {
                const Facet *facet =
                    &k->facets[stack_facet(k->stacks.data[cell->stack_start + i])];
                const Corner *at = k->corners.data + facet->first;
                for (u32 j = 0; j < facet->n; j++) {
                    if (pass == 0 && (out->v == NONE || is_further_out(k, at[j].v, out->v)))
                        out->v = at[j].v;
                    if (pass == 1 && at[j].v == out->v) {
                        consider_neighbour(k, out, at[j + 1 < facet->n ? j + 1 : 0].v);
                        consider_neighbour(k, out, at[j ? j - 1 : facet->n - 1].v);
                    }
                }
            }
        }
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

    Outermost *outermost = ARENA_NEW(arena, Outermost, n_components);
    u32 *outer = ARENA_NEW(arena, u32, n_components);
    Beside *seed = ARENA_NEW(arena, Beside, n_components);
    for (u32 i = 0; i < n_components; i++)
        outermost[i].v = outermost[i].w = NONE;
    find_outermost(k, component, outermost);
    for (u32 i = 0; i < n_components && !k->fault; i++) {
        outer[i] = outer_region(k, &outermost[i]);
        seed[i] = place_beside(k, &outermost[i]);
    }
    if (!k->fault)
        wind(k, n_components, outer, seed);
}
