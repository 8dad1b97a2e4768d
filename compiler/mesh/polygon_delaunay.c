// SPDX-License-Identifier: Apache-2.0
// Lawson's edge flips with exact predicates and a symbolic tie-break: the points are lifted to the
// paraboloid, and the lexicographically first of them is pushed down by the most, so no four are on
// one circle and the constrained Delaunay triangulation is unique; each flip lowers the lifted
// surface, so the loop ends. Triangles without area are left as they are.
#include "compiler/mesh/polygon_internal.h"

static inline u32 next_half_edge(u32 h) {
    return h % 3 == 2 ? h - 2 : h + 1;
}

static bool should_flip(const Vec2 *points, const u32 *tris, u32 h, u32 g) {
    u32 h1 = next_half_edge(h), g1 = next_half_edge(g);
    Vec2 a = points[tris[h]], b = points[tris[h1]], c = points[tris[next_half_edge(h1)]];
    Vec2 d = points[tris[next_half_edge(g1)]];
    int inside = incircle2d(a, b, c, d);
    if (inside < 0 || orient2d(a, b, c) <= 0 || orient2d(b, a, d) <= 0) // mostly the first
        return false;
    if (inside > 0)
        return true;
    Vec2 on_edge = vec2_before(a, b) ? a : b, across = vec2_before(c, d) ? c : d;
    return vec2_before(across, on_edge);
}

static void join(u32 *twin, u32 h, u32 other) {
    twin[h] = other;
    if (other != NONE)
        twin[other] = h;
}

// Triangles (a, b, c) and (b, a, d) become (c, d, b) and (d, c, a).
static void flip(u32 *tris, u32 *twin, u32 h, u32 g) {
    u32 h1 = next_half_edge(h), h2 = next_half_edge(h1), g1 = next_half_edge(g),
        g2 = next_half_edge(g1);
    u32 a = tris[h], b = tris[h1], c = tris[h2], d = tris[g2];
    u32 over_bc = twin[h1], over_ca = twin[h2], over_ad = twin[g1], over_db = twin[g2];
    tris[h] = c, tris[h1] = d, tris[h2] = b;
    tris[g] = d, tris[g1] = c, tris[g2] = a;
    join(twin, h1, over_db);
    join(twin, h2, over_bc);
    join(twin, g1, over_ca);
    join(twin, g2, over_ad);
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
        if (g == NONE || !should_flip(points, tris, h, g))
            continue;
        flip(tris, twin, h, g);
        u32 around[4] = {next_half_edge(h), next_half_edge(next_half_edge(h)), next_half_edge(g),
                         next_half_edge(next_half_edge(g))};
        for (int i = 0; i < 4; i++) {
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
            flip(tris, twin, h, twin[h]);
            n_left++;
        }
    }
    return true;
}
