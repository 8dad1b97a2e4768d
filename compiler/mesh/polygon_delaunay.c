// SPDX-License-Identifier: Apache-2.0
// Lawson's edge flips with exact predicates and a symbolic tie-break: the points are lifted to the
// paraboloid, and the lexicographically first of them is pushed down by the most, so no four are on
// one circle and the constrained Delaunay triangulation is unique; each flip lowers the lifted
// surface, so the loop ends. Triangles without area are left as they are.
#include "compiler/mesh/polygon_internal.h"

static inline u32 next_half_edge(u32 h) {
    return h % 3 == 2 ? h - 2 : h + 1;
}

static inline u32 prev_half_edge(u32 h) {
    return h % 3 == 0 ? h + 2 : h - 1;
}

static inline bool should_flip(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
    int inside = incircle2d(a, b, c, d);
    if (inside < 0 || orient2d(a, b, c) <= 0 || orient2d(b, a, d) <= 0) // mostly the first
        return false;
    if (inside > 0)
        return true;
    Vec2 on_edge = vec2_before(a, b) ? a : b, across = vec2_before(c, d) ? c : d;
    return vec2_before(across, on_edge);
}

static inline void join(u32 *twin, u32 h, u32 other) {
    twin[h] = other;
    if (other != NONE)
        twin[other] = h;
}

// An inner edge from a to b, as half-edge h[0] of triangle (a, b, c) and g[0] of (b, a, d).
typedef struct Diamond {
    u32 h[3], g[3];
    u32 a, b, c, d;
} Diamond;

static inline Diamond diamond_at(const u32 *tris, u32 h, u32 g) {
    Diamond q = {.h = {h, next_half_edge(h), prev_half_edge(h)},
                 .g = {g, next_half_edge(g), prev_half_edge(g)}};
    q.a = tris[q.h[0]];
    q.b = tris[q.h[1]];
    q.c = tris[q.h[2]];
    q.d = tris[q.g[2]];
    return q;
}

// They become (c, d, b) and (d, c, a).
static inline void flip(u32 *tris, u32 *twin, const Diamond *q) {
    const u32 *h = q->h, *g = q->g;
    u32 over_bc = twin[h[1]], over_ca = twin[h[2]], over_ad = twin[g[1]], over_db = twin[g[2]];
    tris[h[0]] = q->c, tris[h[1]] = q->d, tris[h[2]] = q->b;
    tris[g[0]] = q->d, tris[g[1]] = q->c, tris[g[2]] = q->a;
    join(twin, h[1], over_db);
    join(twin, h[2], over_bc);
    join(twin, g[1], over_ca);
    join(twin, g[2], over_ad);
}

void polygon_make_delaunay(Heap *heap, const Vec2 *points, u32 *tris, u32 *twin, u32 n_tris,
                           u32 *stack, u8 *queued) {
    u32 len = 0;
    for (u32 h = 3 * n_tris; h-- > 0;) {
        queued[h] = twin[h] != NONE && twin[h] > h;
        if (queued[h])
            stack[len++] = h;
    }
    for (u32 n_flips = 0; len > 0;) {
        u32 h = stack[--len], g = twin[h];
        queued[h] = 0;
        if (g == NONE) // since it was queued
            continue;
        Diamond q = diamond_at(tris, h, g);
        if (!should_flip(points[q.a], points[q.b], points[q.c], points[q.d]))
            continue;
        flip(tris, twin, &q);
        const u32 around[4] = {q.h[1], q.h[2], q.g[1], q.g[2]};
        for (u32 i = 0; i < 4; i++) {
            if (!queued[around[i]] && twin[around[i]] != NONE) {
                queued[around[i]] = 1;
                stack[len++] = around[i];
            }
        }
        if (++n_flips % 65536 == 0)
            heap_poll(heap);
    }
}

bool polygon_flip_self_edges(u32 *tris, u32 *twin, u32 n_tris) {
    for (u32 round = 0, n_left = 1; n_left; round++) {
        n_left = 0;
        for (u32 h = 0; h < 3 * n_tris; h++) {
            if (tris[h] != tris[next_half_edge(h)])
                continue;
            if (twin[h] == NONE || round == 8)
                return false;
            Diamond q = diamond_at(tris, h, twin[h]);
            flip(tris, twin, &q);
            n_left++;
        }
    }
    return true;
}
