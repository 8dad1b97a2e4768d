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
// inwards and its Gauss map covers the sphere once: then, in each direction, just one fan of
// triangles about a vertex is higher than its neighbours. (A surface that covers the sphere twice
// has two such fans in some of the directions tried, x, y and z, except for surfaces with branch
// points at all of those extremes, which no closed mesh made by this program has. What rounding to
// the grid dents by some quanta counts as convex; should its facets cross all the same, the run
// shows a contradiction and is repeated with all tests.) All other leaves are tested against
// themselves, so that overlapping parts of one leaf count by their winding number. Cost: O(n) with
// hashing.
#include "compiler/mesh/boolean_internal.h"

#include <stdlib.h>
#include <string.h>

static const f64 SLACK =
    4; // quanta: four corners off by up to 0.6, times the spread of a quadrangle

// Half-edges of the leaf in hand: 3 t + i runs from corner i of triangle t to the next.
typedef struct FacetScratch {
    u32 cap, cap_slots, n_slots;
    u32 *slots; // by edge: half + 1
    u32 *to;    // by half: the vertex where it ends
    u32 *twin;  // by half; NONE: it has none, or several
    // Of leaves with faces of several triangles:
    u32 *next, *prev; // by half: in its polygon
    u32 *polygon;     // by triangle: union-find
    u32 *size;        // by polygon: corners
    u32 *facet;       // by polygon: its facet, NONE
    u32 *group;       // by triangle: union-find of those in one plane, joined or not
    u32 *chain, *end; // by triangle: the next triangle of its polygon; by polygon: the last
    bool *is_gone;    // by half: inside a polygon
} FacetScratch;

FacetScratch *facets_init(Kernel *view) {
    return ARENA_NEW(&view->scratch, FacetScratch, 1);
}

static void reserve(Kernel *view, FacetScratch *s, u32 n) {
    s->n_slots = 64;
    while (s->n_slots < 3 * n) // 1.5 edges a triangle, load one half at most
        s->n_slots *= 2;
    if (s->n_slots > s->cap_slots) {
        s->cap_slots = s->n_slots;
        s->slots = arena_alloc_raw(&view->scratch, s->cap_slots, sizeof *s->slots);
    }
    if (s->cap >= n)
        return;
    s->cap = n + n / 4;
    u32 *by_half = arena_alloc_raw(&view->scratch, 12 * (size_t)s->cap, sizeof(u32));
    u32 *by_tri = arena_alloc_raw(&view->scratch, 6 * (size_t)s->cap, sizeof(u32));
    s->to = by_half;
    s->twin = by_half + 3 * (size_t)s->cap;
    s->next = by_half + 6 * (size_t)s->cap;
    s->prev = by_half + 9 * (size_t)s->cap;
    s->polygon = by_tri;
    s->size = by_tri + s->cap;
    s->facet = by_tri + 2 * (size_t)s->cap;
    s->group = by_tri + 3 * (size_t)s->cap;
    s->chain = by_tri + 4 * (size_t)s->cap;
    s->end = by_tri + 5 * (size_t)s->cap;
    s->is_gone = ARENA_NEW(&view->scratch, bool, 3 * (size_t)s->cap);
}

static u32 next_half(u32 h) {
    return h % 3 == 2 ? h - 2 : h + 1;
}

// ---- adjacency ----

// Notes half h from p to q, which is of another edge than those before or the first one's twin.
// False: it is neither.
static inline bool enter_half(FacetScratch *s, const Corner *corner, u32 h, u32 p, u32 q,
                              u32 *n_open) {
    // Neighbours in the mesh are neighbours in the table, which the cache rewards.
    u32 mask = s->n_slots - 1, slot = ((p + q) * 3 + MIN(p, q) * 2) & mask;
    s->to[h] = q;
    s->twin[h] = NONE;
    for (; s->slots[slot]; slot = (slot + 1) & mask) {
        u32 g = s->slots[slot] - 1, a = corner[g].v, b = s->to[g];
        if (a == q && b == p && s->twin[g] == NONE) {
            s->twin[g] = h;
            s->twin[h] = g;
            --*n_open;
            return true;
        }
        if ((a == q && b == p) || (a == p && b == q))
            return false;
    }
    s->slots[slot] = h + 1;
    ++*n_open;
    return true;
}

// False: some edge does not join two triangles that run over it in opposite directions.
static bool find_twins(FacetScratch *s, const LeafTris *tris) {
    u32 n_open = 0;
    bool is_regular = true;
    memset(s->slots, 0, s->n_slots * sizeof *s->slots);
    for (u32 h = 0; h < 3 * tris->n; h += 3) {
        const Corner *c = tris->corner + h;
        is_regular &= enter_half(s, tris->corner, h, c[0].v, c[1].v, &n_open);
        is_regular &= enter_half(s, tris->corner, h + 1, c[1].v, c[2].v, &n_open);
        is_regular &= enter_half(s, tris->corner, h + 2, c[2].v, c[0].v, &n_open);
    }
    return is_regular && n_open == 0;
}

// ---- convexity ----

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
static bool bends_outwards(const LeafTris *tris, u32 h, u32 g) {
    const i64 *n = tris->normal[h / 3], *m = tris->normal[g / 3];
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

// Of all fans of triangles about a vertex one is the highest, along each axis.
static bool has_one_top(FacetScratch *s, const LeafTris *tris) {
    u32 n_tops[3] = {0};
    bool *is_seen = s->is_gone;
    memset(is_seen, 0, 3 * (size_t)tris->n * sizeof *is_seen);
    for (u32 h = 0; h < 3 * tris->n; h++) {
        bool is_lower[3] = {is_seen[h], is_seen[h], is_seen[h]};
        for (u32 g = h; !is_seen[g]; g = next_half(s->twin[g])) {
            is_seen[g] = true;
            for (u32 axis = 0; axis < 3; axis++)
                is_lower[axis] |= is_higher(&tris->corner[next_half(g)], &tris->corner[g], axis);
        }
        for (u32 axis = 0; axis < 3; axis++)
            n_tops[axis] += !is_lower[axis];
    }
    return n_tops[0] == 1 && n_tops[1] == 1 && n_tops[2] == 1;
}

static bool is_convex(FacetScratch *s, const LeafTris *tris) {
    for (u32 h = 0; h < 3 * tris->n; h++)
        if (s->twin[h] > h && !bends_outwards(tris, h, s->twin[h]))
            return false;
    return has_one_top(s, tris);
}

// ---- joining triangles ----

bool have_equal_labels(const Mesh *mesh, u32 t, u32 u) {
    if ((mesh->tags && mesh->tags[t] != mesh->tags[u]) ||
        (mesh->mats && mesh->mats[t] != mesh->mats[u]))
        return false;
    if (!mesh->normals)
        return true;
    const f32 *m = mesh->normals + 9 * (size_t)t, *n = mesh->normals + 9 * (size_t)u;
    return (m[0] != 0 || m[1] != 0 || m[2] != 0) == (n[0] != 0 || n[1] != 0 || n[2] != 0);
}

// The two axes in which a polygon with that normal is seen from outside, in order.
typedef struct View {
    u32 x, y;
} View;

static View view_along(const i64 n[3]) {
    i64 size[3] = {llabs(n[0]), llabs(n[1]), llabs(n[2])};
    u32 axis = size[0] >= size[1] && size[0] >= size[2] ? 0 : size[1] >= size[2] ? 1 : 2;
    View out = {axis == 2 ? 0 : axis + 1, axis == 0 ? 2 : axis - 1};
    return n[axis] > 0 ? out : (View){out.y, out.x};
}

// The corner p, c, q turns to the left.
static bool turns_left(View v, const Corner *p, const Corner *c, const Corner *q) {
    return ((i64)c->at[v.x] - p->at[v.x]) * ((i64)q->at[v.y] - c->at[v.y]) >
           ((i64)c->at[v.y] - p->at[v.y]) * ((i64)q->at[v.x] - c->at[v.x]);
}

// Triangles t and u; half g of u is at their common edge.
static inline bool are_coplanar(const LeafTris *tris, u32 t, u32 u, u32 g) {
    const i64 *n = tris->normal[t], *m = tris->normal[u];
    const Corner *a = &tris->corner[3 * t], *c = &tris->corner[g == 3 * u ? g + 2 : g - 1];
    const i64 x = c->at[0] - a->at[0], y = c->at[1] - a->at[1], z = c->at[2] - a->at[2];
    const u64 low = (u64)n[0] * (u64)x + (u64)n[1] * (u64)y + (u64)n[2] * (u64)z;
    if (low || corner_height(n, a, c) != 0) // modulo 2^64: that settles most
        return false;
    const u32 i = n[0] ? 0 : n[1] ? 1 : 2;
    return (n[i] > 0) == (m[i] > 0); // they are parallel
}

// Takes out the edge of t's half h and its twin g, of u, if the polygons on both sides make a
// convex one.
static void try_join(FacetScratch *s, const LeafTris *tris, u32 t, u32 u, u32 h, u32 g) {
    u32 p = set_find(s->polygon, t), q = set_find(s->polygon, u);
    const Corner *at = tris->corner;
    if (p == q || s->size[p] + s->size[q] - 2 > FACET_MOST_CORNERS)
        return;
    const u32 before_h = s->prev[h], before_g = s->prev[g], after_h = s->next[h],
              after_g = s->next[g];
    View v = view_along(tris->normal[t]);
    if (!turns_left(v, &at[before_h], &at[h], &at[s->next[after_g]]) ||
        !turns_left(v, &at[before_g], &at[g], &at[s->next[after_h]]))
        return;
    s->next[before_h] = after_g;
    s->prev[after_g] = before_h;
    s->next[before_g] = after_h;
    s->prev[after_h] = before_g;
    s->is_gone[h] = s->is_gone[g] = true;
    const u32 root = MIN(p, q), other = MAX(p, q);
    s->polygon[other] = root;
    s->size[root] += s->size[other] - 2;
    s->chain[s->end[root]] = other;
    s->end[root] = s->end[other];
}

static void init_polygons(FacetScratch *s, u32 n_tris) {
    for (u32 t = 0, h = 0; t < n_tris; t++, h += 3) {
        s->polygon[t] = s->group[t] = s->end[t] = t;
        s->size[t] = 3;
        s->chain[t] = s->facet[t] = NONE;
        s->next[h] = s->prev[h + 2] = h + 1;
        s->next[h + 1] = s->prev[h] = h + 2;
        s->next[h + 2] = s->prev[h + 1] = h;
    }
    memset(s->is_gone, 0, 3 * (size_t)n_tris);
}

// False: there are none to join.
static bool join_triangles(const Kernel *view, FacetScratch *s, const LeafTris *tris) {
    const Mesh *mesh = view->expr->leaves[tris->leaf].mesh;
    bool has_joined = false;
    for (u32 t = 0; t < tris->n; t++)
        for (u32 h = 3 * t; h < 3 * t + 3; h++) {
            const u32 g = s->twin[h];
            if (g == NONE || g < h)
                continue;
            const u32 u = g / 3;
            if (!are_coplanar(tris, t, u, g) ||
                !have_equal_labels(mesh, tris->src[t], tris->src[u]))
                continue;
            if (!has_joined)
                init_polygons(s, tris->n);
            has_joined = true;
            set_join(s->group, t, u);
            try_join(s, tris, t, u, h, g);
        }
    return has_joined;
}

// ---- facets ----

// With no corners and sources yet. There is room for all of the leaf's.
static Facet *begin_facet(const LeafTris *tris, u32 t, Intake *out) {
    Facet *facet = &out->facets.data[out->facets.len++];
    const i64 *n = tris->normal[t];
    *facet = (Facet){.first = out->corners.len,
                     .leaf = tris->leaf,
                     .src = out->sources.len,
                     .plane = NONE,
                     .normal = {n[0], n[1], n[2]},
                     .is_reversed = tris->is_reversed};
    return facet;
}

static void add_triangle(const LeafTris *tris, u32 t, Intake *out) {
    Facet *facet = begin_facet(tris, t, out);
    facet->group = out->facets.len - 1;
    facet->n = 3;
    facet->n_src = 1;
    memcpy(out->corners.data + out->corners.len, tris->corner + 3 * (size_t)t, 3 * sizeof(Corner));
    out->corners.len += 3;
    out->sources.data[out->sources.len++] = tris->src[t];
}

static void add_polygon(FacetScratch *s, const LeafTris *tris, u32 first, Intake *out) {
    Facet *facet = begin_facet(tris, first / 3, out);
    u32 h = first, p = set_find(s->polygon, first / 3);
    s->facet[p] = out->facets.len - 1;
    facet->group = set_find(s->group, first / 3); // a triangle, for now
    Corner *corner = out->corners.data + facet->first;
    do {
        corner[facet->n++] = tris->corner[h];
        h = s->next[h];
    } while (h != first);
    u32 *src = out->sources.data + facet->src;
    for (u32 t = p; t != NONE; t = s->chain[t])
        src[facet->n_src++] = tris->src[t];
    out->corners.len += facet->n;
    out->sources.len += facet->n_src;
}

// In the order of their first halves; a polygon's first triangle is the root.
static void add_polygons(FacetScratch *s, const LeafTris *tris, Intake *out) {
    u32 first = out->facets.len;
    for (u32 t = 0; t < tris->n; t++) {
        if (s->facet[set_find(s->polygon, t)] != NONE)
            continue;
        u32 h = 3 * t;
        while (h < 3 * t + 3 && s->is_gone[h])
            h++;
        if (h < 3 * t + 3)
            add_polygon(s, tris, h, out);
    }
    for (u32 f = first; f < out->facets.len; f++) {
        u32 *group = &out->facets.data[f].group;
        *group = s->facet[set_find(s->polygon, *group)];
    }
}

void intake_reserve(Heap *heap, Intake *in, u32 n_tris) {
    vec_reserve(heap, &in->facets, (size_t)in->facets.len + n_tris);
    vec_reserve(heap, &in->corners, (size_t)in->corners.len + 3 * (size_t)n_tris);
    vec_reserve(heap, &in->sources, (size_t)in->sources.len + n_tris);
}

void add_facets(Kernel *view, FacetScratch *s, const LeafTris *tris, Intake *out) {
    const bool is_simple = view->expr->leaves[tris->leaf].is_simple;
    reserve(view, s, tris->n);
    intake_reserve(view->heap, out, tris->n);
    bool is_closed = find_twins(s, tris);
    LeafState *state = &view->leaves[tris->leaf];
    if (!state->is_dirty && !is_simple && tris->n)
        state->is_dirty = !is_closed || !is_convex(s, tris);
    if ((is_closed || is_simple) && join_triangles(view, s, tris)) {
        add_polygons(s, tris, out);
        return;
    }
    for (u32 t = 0; t < tris->n; t++)
        add_triangle(tris, t, out);
}
