// SPDX-License-Identifier: Apache-2.0
// Lawson's edge flips with exact predicates and a symbolic tie-break: the points are lifted to the
// paraboloid, and the lexicographically first of them is pushed down by the most, so no four are on
// one circle and the constrained Delaunay triangulation is unique; each flip lowers the lifted
// surface, so the loop ends. Triangles without area are left as they are.
#include "compiler/mesh/polygon_internal.h"

// An inner edge from a to b: half-edge h[0] of triangle (a, b, c) and g[0] of (b, a, d).
typedef struct Diamond {
    u32 h[3], g[3];
    u32 a, b, c, d;
} Diamond;

static inline Diamond diamond_at(const u32 *tris, u32 h, u32 g) {
    Diamond q = {.h = {h, tri2_next(h), tri2_prev(h)}, .g = {g, tri2_next(g), tri2_prev(g)}};
    q.a = tris[h];
    q.b = tris[q.h[1]];
    q.c = tris[q.h[2]];
    q.d = tris[q.g[2]];
    return q;
}

static inline void join(u32 *tris, u32 h, u32 other) {
    tris[h + TRI2_TWIN] = other;
    if (other != NONE)
        tris[other + TRI2_TWIN] = h;
}

// They become (c, d, b) and (d, c, a).
static inline void flip(u32 *tris, const Diamond *q) {
    const u32 *h = q->h, *g = q->g;
    u32 over_bc = tris[h[1] + TRI2_TWIN], over_ca = tris[h[2] + TRI2_TWIN],
        over_ad = tris[g[1] + TRI2_TWIN], over_db = tris[g[2] + TRI2_TWIN];
    tris[h[0]] = q->c, tris[h[1]] = q->d, tris[h[2]] = q->b;
    tris[g[0]] = q->d, tris[g[1]] = q->c, tris[g[2]] = q->a;
    join(tris, h[1], over_db);
    join(tris, h[2], over_bc);
    join(tris, g[1], over_ca);
    join(tris, g[2], over_ad);
}

// Doubles above these have the right sign, whichever of the points they are of.
typedef struct Sure {
    f64 turn, circle;
} Sure;

// A turn is the difference of two products of at most (2^-53 off) size^2 each. A circle's test is
// a sum of two products of such a turn and a sum of two products: 10 roundings, so 10 * 2^-53 of 8
// size^4, and a little more.
static Sure sure_of(const Vec2 *points, u32 n) {
    Vec2 low = points[0], high = points[0];
    for (u32 i = 1; i < n; i++) {
        low = (Vec2){f64_min(low.x, points[i].x), f64_min(low.y, points[i].y)};
        high = (Vec2){f64_max(high.x, points[i].x), f64_max(high.y, points[i].y)};
    }
    f64 size = f64_max(high.x - low.x, high.y - low.y), square = size * size;
    return (Sure){2 * 3.5e-16 * square, 8 * 1.2e-15 * square * square};
}

// Does d lie inside the circle through a, b, c? If the angles at c and d add up to more than half a
// turn: the sine of their sum is negative. By doubles, if they are sure; of what they are not, by
// incircle2d.
static inline bool should_flip(const Sure *sure, Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
    f64 acx = a.x - c.x, acy = a.y - c.y, bcx = b.x - c.x, bcy = b.y - c.y;
    f64 adx = a.x - d.x, ady = a.y - d.y, bdx = b.x - d.x, bdy = b.y - d.y;
    f64 turn_c = acx * bcy - acy * bcx, turn_d = bdx * ady - bdy * adx;
    f64 sum = turn_c * (adx * bdx + ady * bdy) + turn_d * (acx * bcx + acy * bcy);
    if (sum > sure->circle)
        return false;
    int inside = sum < -sure->circle ? 1 : incircle2d(a, b, c, d);
    if (inside < 0 || (turn_c <= sure->turn && orient2d(a, b, c) <= 0) ||
        (turn_d <= sure->turn && orient2d(b, a, d) <= 0))
        return false;
    if (inside > 0)
        return true;
    Vec2 on_edge = vec2_before(a, b) ? a : b, across = vec2_before(c, d) ? c : d;
    return vec2_before(across, on_edge);
}

// What waits is marked in its triangle.
static inline u32 *wait_number(u32 *tris, u32 h) {
    return &tris[h | TRI2_WAITS];
}

static inline u32 *push_edge(u32 *tris, u32 h, u32 *top) {
    u32 *waits = wait_number(tris, h), bit = (u32)1 << (h & 3);
    if (tris[h + TRI2_TWIN] == NONE || *waits & bit)
        return top;
    *waits |= bit;
    *top = h;
    return top + 1;
}

// Each edge once.
static u32 *push_all(u32 *tris, u32 n_tris, u32 *top) {
    for (u32 t = TRI2_SIZE * n_tris; t > 0;) {
        t -= TRI2_SIZE;
        *wait_number(tris, t) = 0;
        for (u32 h = t + 3; h-- > t;)
            if (tris[h + TRI2_TWIN] > h)
                top = push_edge(tris, h, top);
    }
    return top;
}

void polygon_make_delaunay(Heap *heap, const Vec2 *points, u32 n_points, u32 *tris, u32 n_tris,
                           u32 *stack) {
    const Sure sure = sure_of(points, n_points);
    u32 *top = push_all(tris, n_tris, stack);
    for (u32 n_flips = 0; top > stack;) {
        u32 h = *--top, g = tris[h + TRI2_TWIN];
        *wait_number(tris, h) &= ~((u32)1 << (h & 3));
        if (g == NONE) // since it was pushed
            continue;
        Diamond q = diamond_at(tris, h, g);
        if (!should_flip(&sure, points[q.a], points[q.b], points[q.c], points[q.d]))
            continue;
        flip(tris, &q);
        top = push_edge(tris, q.h[1], top);
        top = push_edge(tris, q.h[2], top);
        top = push_edge(tris, q.g[1], top);
        top = push_edge(tris, q.g[2], top);
        if (++n_flips % 65536 == 0)
            heap_poll(heap);
    }
}

bool polygon_flip_self_edges(u32 *tris, u32 n_tris) {
    for (u32 round = 0, n_left = 1; n_left; round++) {
        n_left = 0;
        for (u32 t = 0; t < TRI2_SIZE * n_tris; t += TRI2_SIZE)
            for (u32 h = t; h < t + 3; h++) {
                if (tris[h] != tris[tri2_next(h)])
                    continue;
                if (tris[h + TRI2_TWIN] == NONE || round == 8)
                    return false;
                Diamond q = diamond_at(tris, h, tris[h + TRI2_TWIN]);
                flip(tris, &q);
                n_left++;
            }
    }
    return true;
}
