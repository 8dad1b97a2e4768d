// SPDX-License-Identifier: Apache-2.0
// Pass 1, second half: a leaf's triangles become facets.
//
// Triangles of equal label that lie in one plane exactly are joined across their common edges as
// long as the polygon stays strictly convex (S. Hertel and K. Mehlhorn, "Fast triangulation of the
// plane with respect to simple polygons", 1985): a box has 6 facets, a cylinder's wall is made of
// quadrangles and its caps of one polygon each. So all later passes have a half or a tenth of the
// work.
//
// The facets of a convex leaf cannot meet except as neighbours, and most leaves are convex (boxes,
// cylinders, spheres). A closed surface is convex if each edge has two triangles that do not bend
// inwards and its Gauss map covers the sphere once: then, in each direction, just one vertex is
// higher than its neighbours. (A surface that covers the sphere twice has two such vertices in some
// of the directions tried, x, y and z, except for surfaces with branch points at all of those
// extremes, which no closed mesh made by this program has. What rounding to the grid dents by some
// quanta counts as convex; should its facets cross all the same, the run shows a contradiction and
// is repeated with all tests.) All other leaves are tested against themselves, so that overlapping
// parts of one leaf count by their winding number. Cost: O(n) with hashing.
#include "compiler/mesh/boolean_internal.h"

#include <stdlib.h>

static const f64 SLACK =
    4; // quanta: four corners off by up to 0.6, times the spread of a quadrangle

// Half-edges of the leaf in hand: 3 t + i runs from corner i of triangle t to the next.
typedef struct FacetScratch {
    u32 n_slots;
    u32 *slots;       // by edge: half + 1
    u32 *twin;        // by half; NONE: it has none, or several
    u32 *next, *prev; // by half: in its polygon
    u32 *polygon;     // by triangle: union-find
    u32 *size;        // by polygon: corners
    u32 *group;       // by triangle: union-find of those in one plane, joined or not
    u32 *chain, *end; // by triangle: the next triangle of its polygon; by polygon: the last
    bool *is_gone;    // by half: inside a polygon
    i64 (*normal)[3]; // by triangle, outwards
    u8 *is_lower;     // by grid vertex, a bit an axis: some neighbour is higher
    u32 is_lower_cap;
} FacetScratch;

FacetScratch *facets_init(Kernel *k, u32 most_tris) {
    FacetScratch *s = ARENA_NEW(&k->scratch, FacetScratch, 1);
    size_t n = most_tris;
    s->n_slots = 64;
    while (s->n_slots < 3 * n) // 1.5 edges a triangle, load one half at most
        s->n_slots *= 2;
    s->slots = ARENA_NEW(&k->scratch, u32, s->n_slots);
    s->twin = ARENA_NEW(&k->scratch, u32, 3 * n);
    s->next = ARENA_NEW(&k->scratch, u32, 3 * n);
    s->prev = ARENA_NEW(&k->scratch, u32, 3 * n);
    s->is_gone = ARENA_NEW(&k->scratch, bool, 3 * n);
    s->polygon = ARENA_NEW(&k->scratch, u32, n);
    s->size = ARENA_NEW(&k->scratch, u32, n);
    s->group = ARENA_NEW(&k->scratch, u32, n);
    s->chain = ARENA_NEW(&k->scratch, u32, n);
    s->end = ARENA_NEW(&k->scratch, u32, n);
    s->normal = arena_alloc(&k->scratch, n, sizeof *s->normal);
    return s;
}

static u32 next_half(u32 h) {
    return h % 3 == 2 ? h - 2 : h + 1;
}

// ---- adjacency
// -----------------------------------------------------------------------------------

// False: some edge does not join two triangles that run over it in opposite directions.
static bool find_twins(FacetScratch *s, const LeafTris *tris) {
    u32 n_slots = s->n_slots, n_open = 0;
    while (n_slots > 64 && n_slots > 8 * (u64)tris->n) // small leaves, small tables
        n_slots /= 2;
    for (u32 i = 0; i < n_slots; i++)
        s->slots[i] = 0;
    bool is_regular = true;
    for (u32 h = 0; h < 3 * tris->n; h++) {
        u32 p = tris->corner[h].v, q = tris->corner[next_half(h)].v, lo = MIN(p, q), hi = MAX(p, q);
        s->twin[h] = NONE;
        // Neighbours in the mesh are neighbours in the table, which the cache rewards.
        u32 slot = (lo * 5 + hi * 3) & (n_slots - 1);
        for (; s->slots[slot]; slot = (slot + 1) & (n_slots - 1)) {
            u32 g = s->slots[slot] - 1, a = tris->corner[g].v, b = tris->corner[next_half(g)].v;
            if (MIN(a, b) != lo || MAX(a, b) != hi)
                continue;
            if (s->twin[g] != NONE || a != q) {
                is_regular = false;
            } else {
                s->twin[g] = h;
                s->twin[h] = g;
                n_open--;
            }
            break;
        }
        if (!s->slots[slot]) {
            s->slots[slot] = h + 1;
            n_open++;
        }
    }
    return is_regular && n_open == 0;
}

void corners_normal(const Corner at[3], i64 n[3]) {
    i64 u[3], v[3];
    for (u32 i = 0; i < 3; i++) {
        u[i] = (i64)at[1].at[i] - at[0].at[i];
        v[i] = (i64)at[2].at[i] - at[0].at[i];
    }
    for (u32 i = 0; i < 3; i++) {
        u32 j = (i + 1) % 3, l = (i + 2) % 3;
        n[i] = u[j] * v[l] - u[l] * v[j];
    }
}

i128 corner_height(const i64 n[3], const Corner *a, const Corner *c) {
    i128 sum = 0;
    for (u32 i = 0; i < 3; i++)
        sum += (i128)n[i] * (c->at[i] - a->at[i]);
    return sum;
}

// ---- convexity
// -----------------------------------------------------------------------------------

static f64 norm(const i64 n[3]) {
    return sqrt((f64)n[0] * (f64)n[0] + (f64)n[1] * (f64)n[1] + (f64)n[2] * (f64)n[2]);
}

static f64 longest_side(const Corner at[3]) {
    f64 most = 0;
    for (u32 i = 0; i < 3; i++) {
        i64 side[3];
        for (u32 j = 0; j < 3; j++)
            side[j] = (i64)at[i].at[j] - at[(i + 1) % 3].at[j];
        most = f64_max(most, norm(side));
    }
    return most;
}

// The triangle of half g, its twin's neighbour, does not rise over the twin's plane or fold back.
static bool bends_outwards(const FacetScratch *s, const LeafTris *tris, u32 h, u32 g) {
    const i64 *n = s->normal[h / 3], *m = s->normal[g / 3];
    i128 side = corner_height(n, &tris->corner[h], &tris->corner[next_half(next_half(g))]),
         along = 0;
    if (side < 0)
        return true;
    for (u32 i = 0; i < 3; i++)
        along += (i128)n[i] * m[i];
    if (along <= 0)
        return false;
    // A curved surface's flat quadrangles are bent by rounding: up to SLACK quanta are no dent, if
    // the triangle is far larger.
    f64 size = norm(n), height = norm(m) / f64_max(1, longest_side(tris->corner + g / 3 * 3));
    return side == 0 || ((f64)side <= SLACK * size && height >= 32 * SLACK);
}

// Higher along axis; the other two decide among equals.
static bool is_higher(const Corner *a, const Corner *b, u32 axis) {
    for (u32 i = axis; i < axis + 3; i++)
        if (a->at[i % 3] != b->at[i % 3])
            return a->at[i % 3] > b->at[i % 3];
    return false;
}

// One highest vertex along each axis. Each vertex is looked at through its triangles, and marked.
static bool has_one_top(FacetScratch *s, const LeafTris *tris) {
    u32 n_tops[3] = {0};
    for (u32 h = 0; h < 3 * tris->n; h++)
        s->is_lower[tris->corner[h].v] = 0;
    for (u32 h = 0; h < 3 * tris->n; h++) {
        const Corner *p = &tris->corner[h], *q = &tris->corner[next_half(h)];
        for (u32 axis = 0; axis < 3; axis++)
            if (is_higher(q, p, axis))
                s->is_lower[p->v] |= (u8)(1 << axis);
    }
    for (u32 h = 0; h < 3 * tris->n; h++) {
        u8 *lower = &s->is_lower[tris->corner[h].v];
        for (u32 axis = 0; axis < 3 && !(*lower & 8); axis++)
            n_tops[axis] += !(*lower >> axis & 1);
        *lower |= 8;
    }
    return n_tops[0] == 1 && n_tops[1] == 1 && n_tops[2] == 1;
}

static bool is_convex(Kernel *k, FacetScratch *s, const LeafTris *tris) {
    for (u32 h = 0; h < 3 * tris->n; h++)
        if (s->twin[h] > h && !bends_outwards(s, tris, h, s->twin[h]))
            return false;
    if (k->n_grid > s->is_lower_cap) {
        s->is_lower_cap = k->n_grid + k->n_grid / 2;
        s->is_lower = ARENA_NEW(&k->scratch, u8, s->is_lower_cap);
    }
    return has_one_top(s, tris);
}

// ---- joining triangles
// ---------------------------------------------------------------------------

bool have_equal_labels(const Mesh *mesh, u32 t, u32 u) {
    if ((mesh->tags && mesh->tags[t] != mesh->tags[u]) ||
        (mesh->mats && mesh->mats[t] != mesh->mats[u]))
        return false;
    if (!mesh->normals)
        return true;
    const f32 *m = mesh->normals + 9 * (size_t)t, *n = mesh->normals + 9 * (size_t)u;
    return (m[0] != 0 || m[1] != 0 || m[2] != 0) == (n[0] != 0 || n[1] != 0 || n[2] != 0);
}

// The corner p, c, q of a polygon with that normal turns to the left.
static bool turns_left(const i64 n[3], const Corner *p, const Corner *c, const Corner *q) {
    u32 axis = 0;
    for (u32 i = 1; i < 3; i++)
        if (llabs(n[i]) > llabs(n[axis]))
            axis = i;
    u32 x = (axis + 1) % 3, y = (axis + 2) % 3;
    i64 turn = ((i64)c->at[x] - p->at[x]) * ((i64)q->at[y] - c->at[y]) -
               ((i64)c->at[y] - p->at[y]) * ((i64)q->at[x] - c->at[x]);
    return n[axis] > 0 ? turn > 0 : turn < 0;
}

static bool are_coplanar(const FacetScratch *s, const LeafTris *tris, u32 h, u32 g) {
    const i64 *n = s->normal[h / 3], *m = s->normal[g / 3];
    const Corner *a = &tris->corner[h], *c = &tris->corner[next_half(next_half(g))];
    f64 sum = 0, size = 0, along = 0;
    for (u32 i = 0; i < 3; i++) {
        f64 term = (f64)n[i] * (f64)(c->at[i] - a->at[i]);
        sum += term;
        size += fabs(term);
        along += (f64)n[i] * (f64)m[i];
    }
    if (fabs(sum) > 0x1p-50 * size) // three products and two sums round by 2^-53 of size each
        return false;
    return along > 0 && corner_height(n, a, c) == 0;
}

// Takes out the edge of h and its twin if the polygons on both sides make a convex one.
static void try_join(FacetScratch *s, const LeafTris *tris, u32 h) {
    u32 g = s->twin[h], p = set_find(s->polygon, h / 3), q = set_find(s->polygon, g / 3);
    const i64 *n = s->normal[h / 3];
    const Corner *at = tris->corner;
    if (p == q || s->size[p] + s->size[q] - 2 > FACET_MOST_CORNERS ||
        !turns_left(n, &at[s->prev[h]], &at[h], &at[s->next[s->next[g]]]) ||
        !turns_left(n, &at[s->prev[g]], &at[g], &at[s->next[s->next[h]]]))
        return;
    u32 before_h = s->prev[h], before_g = s->prev[g], after_h = s->next[h], after_g = s->next[g];
    s->next[before_h] = after_g;
    s->prev[after_g] = before_h;
    s->next[before_g] = after_h;
    s->prev[after_h] = before_g;
    s->is_gone[h] = s->is_gone[g] = true;
    set_join(s->polygon, p, q);
    u32 root = MIN(p, q), other = MAX(p, q);
    s->size[root] = s->size[p] + s->size[q] - 2;
    s->chain[s->end[root]] = other;
    s->end[root] = s->end[other];
}

static void join_triangles(const Kernel *k, FacetScratch *s, const LeafTris *tris) {
    const Mesh *mesh = k->expr->leaves[tris->leaf].mesh;
    for (u32 h = 0; h < 3 * tris->n; h++) {
        u32 g = s->twin[h];
        if (g != NONE && g > h && are_coplanar(s, tris, h, g) &&
            have_equal_labels(mesh, tris->src[h / 3], tris->src[g / 3])) {
            set_join(s->group, h / 3, g / 3);
            try_join(s, tris, h);
        }
    }
}

static void add_facet(Kernel *k, FacetScratch *s, const LeafTris *tris, u32 first) {
    u32 p = set_find(s->polygon, first / 3);
    Facet facet = {.first = k->corners.len,
                   .leaf = tris->leaf,
                   .src = k->sources.len,
                   .plane = NONE,
                   .is_reversed = tris->is_reversed};
    for (u32 i = 0; i < 3; i++)
        facet.normal[i] = s->normal[first / 3][i];
    facet.group = tris->src[set_find(s->group, first / 3)]; // a triangle, for now
    u32 h = first;
    do {
        avec_push(&k->arena, &k->corners, tris->corner[h]);
        h = s->next[h];
    } while (h != first);
    for (u32 t = p; t != NONE; t = s->chain[t]) {
        avec_push(&k->arena, &k->sources, tris->src[t]);
        k->facet_of[k->tri_base[tris->leaf] + tris->src[t]] = k->n_facets;
    }
    facet.n = k->corners.len - facet.first;
    facet.n_src = k->sources.len - facet.src;
    k->facets[k->n_facets++] = facet;
}

void add_facets(Kernel *k, FacetScratch *s, const LeafTris *tris) {
    bool is_closed = find_twins(s, tris);
    for (u32 t = 0; t < tris->n; t++)
        corners_normal(tris->corner + 3 * (size_t)t, s->normal[t]);
    for (u32 h = 0; h < 3 * tris->n; h++) {
        s->next[h] = next_half(h);
        s->prev[s->next[h]] = h;
        s->is_gone[h] = false;
    }
    for (u32 t = 0; t < tris->n; t++) {
        s->polygon[t] = s->group[t] = s->end[t] = t;
        s->size[t] = 3;
        s->chain[t] = NONE;
    }
    LeafState *state = &k->leaves[tris->leaf];
    bool is_simple = k->expr->leaves[tris->leaf].is_simple;
    if (!state->is_dirty && !is_simple && tris->n)
        state->is_dirty = !is_closed || !is_convex(k, s, tris);
    if (is_closed || is_simple)
        join_triangles(k, s, tris);
    // In the order of their first halves; a polygon's first triangle is the root.
    for (u32 h = 0; h < 3 * tris->n; h++)
        if (!s->is_gone[h] && s->size[set_find(s->polygon, h / 3)]) {
            add_facet(k, s, tris, h);
            s->size[set_find(s->polygon, h / 3)] = 0;
        }
    for (u32 f = k->leaf_start[tris->leaf]; f < k->n_facets; f++)
        k->facets[f].group = k->facet_of[k->tri_base[tris->leaf] + k->facets[f].group];
}
