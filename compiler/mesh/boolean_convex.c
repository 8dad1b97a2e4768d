// SPDX-License-Identifier: Apache-2.0
// Pass 1, last part: which leaves need no test against themselves.
//
// The triangles of a convex leaf cannot meet except as neighbours, and most leaves are convex
// (boxes, cylinders, spheres). A closed surface is convex if each edge has two triangles that do
// not bend inwards and its Gauss map covers the sphere once: then, in each direction, just one
// vertex is higher than its neighbours. (A surface that covers the sphere twice has two such
// vertices in some of the directions tried, x, y and z, except for surfaces with branch points at
// all of those extremes, which no closed mesh made by this program has. What rounding to the grid
// dents by some quanta counts as convex; should its triangles cross all the same, the run shows a
// contradiction and is repeated with all tests.) All other leaves are tested against themselves, so
// that overlapping parts of one leaf count by their winding number. Cost: O(n) with hashing.
#include "compiler/mesh/boolean_internal.h"

static const f64 SLACK =
    4; // quanta: four corners off by up to 0.6, times the spread of a quadrangle

typedef struct EdgeSlot {
    u32 lo, hi; // hi 0: empty (lo < hi)
    u32 tri;    // of its first side; NONE: both are known
} EdgeSlot;

typedef struct ConvexTest {
    const Kernel *k;
    EdgeSlot *slots;
    u32 n_slots;
    u8 *is_lower; // by vertex, a bit an axis: some neighbour is higher
    u32 n_open;   // edges seen once
} ConvexTest;

static void normal_of(const Kernel *k, u32 t, i64 n[3]) {
    i64 a[3], b[3], c[3];
    point_grid(k, k->tris[t].v[0], a);
    point_grid(k, k->tris[t].v[1], b);
    point_grid(k, k->tris[t].v[2], c);
    for (u32 i = 0; i < 3; i++) {
        u32 j = (i + 1) % 3, l = (i + 2) % 3;
        n[i] = (b[j] - a[j]) * (c[l] - a[l]) - (b[l] - a[l]) * (c[j] - a[j]);
    }
}

static f64 norm(const i64 n[3]) {
    return sqrt((f64)n[0] * (f64)n[0] + (f64)n[1] * (f64)n[1] + (f64)n[2] * (f64)n[2]);
}

static f64 longest_side(const Kernel *k, u32 t) {
    f64 most = 0;
    for (u32 i = 0; i < 3; i++) {
        i64 a[3], b[3];
        point_grid(k, k->tris[t].v[i], a);
        point_grid(k, k->tris[t].v[(i + 1) % 3], b);
        for (u32 j = 0; j < 3; j++)
            a[j] -= b[j];
        most = fmax(most, norm(a));
    }
    return most;
}

// Triangle u, with its corner w away from the common edge, does not rise over t's plane or fold
// back.
static bool bends_outwards(const Kernel *k, u32 t, u32 u, u32 w) {
    i64 n[3], p[3], q[3];
    normal_of(k, t, n);
    point_grid(k, k->tris[t].v[0], p);
    point_grid(k, w, q);
    i128 side = 0, along = 0;
    for (u32 i = 0; i < 3; i++)
        side += (i128)n[i] * (q[i] - p[i]);
    if (side < 0)
        return true;
    normal_of(k, u, p);
    for (u32 i = 0; i < 3; i++)
        along += (i128)n[i] * p[i];
    if (along <= 0)
        return false;
    // A curved surface's flat quadrangles are bent by rounding: up to SLACK quanta are no dent, if
    // the triangle is far larger.
    f64 size = norm(n), height = norm(p) / MAX(1, longest_side(k, u));
    return side == 0 || ((f64)side <= SLACK * size && height >= 32 * SLACK);
}

// Higher along axis; the other two decide among equals.
static bool is_higher(const f64 *a, const f64 *b, u32 axis) {
    for (u32 i = axis; i < axis + 3; i++)
        if (a[i % 3] != b[i % 3])
            return a[i % 3] > b[i % 3];
    return false;
}

static bool add_edge(ConvexTest *c, u32 t, u32 corner) {
    const Kernel *k = c->k;
    const u32 *v = k->tris[t].v;
    u32 p = v[corner], q = v[(corner + 1) % 3], lo = MIN(p, q), hi = MAX(p, q);
    // Neighbours in the mesh are neighbours in the table, which the cache rewards.
    u32 slot = (lo * 5 + hi * 3) & (c->n_slots - 1);
    for (; c->slots[slot].hi; slot = (slot + 1) & (c->n_slots - 1)) {
        EdgeSlot *edge = &c->slots[slot];
        if (edge->lo != lo || edge->hi != hi)
            continue;
        if (edge->tri == NONE)
            return false;
        u32 first = edge->tri;
        edge->tri = NONE;
        c->n_open--;
        return bends_outwards(k, first, t, v[(corner + 2) % 3]);
    }
    c->slots[slot] = (EdgeSlot){lo, hi, t};
    c->n_open++;
    for (u32 axis = 0; axis < 3; axis++) {
        bool is_p = is_higher(k->points.data[q].at, k->points.data[p].at, axis);
        c->is_lower[is_p ? p : q] |= (u8)(1 << axis);
    }
    return true;
}

// One highest vertex along each axis. Each vertex is looked at through its triangles, and marked.
static bool has_one_top(ConvexTest *c, u32 from, u32 to) {
    u32 n_tops[3] = {0};
    for (u32 i = 3 * from; i < 3 * to; i++) {
        u8 *lower = &c->is_lower[c->k->tris[i / 3].v[i % 3]];
        for (u32 axis = 0; axis < 3 && !(*lower & 8); axis++)
            n_tops[axis] += !(*lower >> axis & 1);
        *lower |= 8;
    }
    return n_tops[0] == 1 && n_tops[1] == 1 && n_tops[2] == 1;
}

static bool is_convex(ConvexTest *c, u32 from, u32 to) {
    while (c->n_slots > 64 && c->n_slots > 8 * (u64)(to - from)) // small leaves, small tables
        c->n_slots /= 2;
    for (u32 i = 0; i < c->n_slots; i++)
        c->slots[i].hi = 0;
    for (u32 i = 3 * from; i < 3 * to; i++)
        c->is_lower[c->k->tris[i / 3].v[i % 3]] = 0;
    c->n_open = 0;
    for (u32 t = from; t < to; t++)
        for (u32 corner = 0; corner < 3; corner++)
            if (!add_edge(c, t, corner))
                return false;
    return c->n_open == 0 && has_one_top(c, from, to);
}

void mark_self_meeting_leaves(Kernel *k) {
    u32 most = 0, n_slots = 64;
    for (u32 l = 0; l < k->expr->n_leaves; l++)
        most = MAX(most, k->leaf_start[l + 1] - k->leaf_start[l]);
    while (n_slots < 3 * (u64)most) // 1.5 edges a triangle, load one half at most
        n_slots *= 2;
    ArenaMark mark = arena_mark(&k->arena);
    ConvexTest c = {.k = k,
                    .slots = ARENA_NEW(&k->arena, EdgeSlot, n_slots),
                    .is_lower = ARENA_NEW(&k->arena, u8, k->n_grid)};
    for (u32 l = 0; l < k->expr->n_leaves; l++) {
        c.n_slots = n_slots;
        if (!k->leaf_is_dirty[l] && k->leaf_start[l] < k->leaf_start[l + 1])
            k->leaf_is_dirty[l] = !is_convex(&c, k->leaf_start[l], k->leaf_start[l + 1]);
    }
    arena_reset(&k->arena, mark);
}
