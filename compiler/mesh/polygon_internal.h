// SPDX-License-Identifier: Apache-2.0
// What the polygon files share: exact predicates of the plane, and an ordered tree for sweeps.
#ifndef FRC_COMPILER_MESH_POLYGON_INTERNAL_H
#define FRC_COMPILER_MESH_POLYGON_INTERNAL_H

#include "compiler/mesh/polygon.h"

// Signs (-1, 0, 1) that are exact for any finite doubles whose differences lie between 1e-60 and
// 1e60 (or are 0). Doubles mostly know, and are asked in place; else polygon_predicate.c does.
int orient2d_exact(Vec2 a, Vec2 b, Vec2 c);
// size: the sum of the sizes of the determinant's products.
int incircle2d_near(Vec2 a, Vec2 b, Vec2 c, Vec2 d, f64 size);

// Positive: a, b, c turn counter-clockwise.
static inline int orient2d(Vec2 a, Vec2 b, Vec2 c) {
    f64 left = (a.x - c.x) * (b.y - c.y);
    f64 right = (a.y - c.y) * (b.x - c.x);
    f64 det = left - right;
    f64 bound = 3.3306690738754716e-16 * (fabs(left) + fabs(right)); // (3 + 16 eps) eps, rounded up
    if (fabs(det) > bound)
        return det > 0 ? 1 : -1;
    // The factors themselves are 0: rounding never makes a difference 0.
    return left == 0 && right == 0 ? 0 : orient2d_exact(a, b, c);
}

// Positive: d lies inside the circle through the counter-clockwise triangle a, b, c.
static inline int incircle2d(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
    f64 adx = a.x - d.x, ady = a.y - d.y, bdx = b.x - d.x, bdy = b.y - d.y, cdx = c.x - d.x,
        cdy = c.y - d.y;
    f64 bc = bdx * cdy, cb = cdx * bdy, ca = cdx * ady, ac = adx * cdy, ab = adx * bdy,
        ba = bdx * ady;
    f64 a2 = adx * adx + ady * ady, b2 = bdx * bdx + bdy * bdy, c2 = cdx * cdx + cdy * cdy;
    f64 det = a2 * (bc - cb) + b2 * (ca - ac) + c2 * (ab - ba);
    f64 size = (fabs(bc) + fabs(cb)) * a2 + (fabs(ca) + fabs(ac)) * b2 + (fabs(ab) + fabs(ba)) * c2;
    f64 bound = 1.1102230246251577e-15 * size; // (10 + 96 eps) eps
    if (fabs(det) > bound)
        return det > 0 ? 1 : -1;
    return incircle2d_near(a, b, c, d, size);
}

static inline bool vec2_equal(Vec2 a, Vec2 b) {
    return a.x == b.x && a.y == b.y;
}
// Left to right, then upwards.
static inline bool vec2_before(Vec2 a, Vec2 b) {
    return a.x < b.x || (a.x == b.x && a.y < b.y);
}

// Defines static void NAME(Heap *heap, T *items, u32 n), a stable merge sort by
// int COMPARE(const T *, const T *).
#define DEFINE_SORT(NAME, T, COMPARE)                                                              \
    static void NAME(Heap *heap, T *items, u32 n) {                                                \
        if (n < 2)                                                                                 \
            return;                                                                                \
        T *from = items, *scratch = heap_alloc_raw(heap, n, sizeof(T)), *to = scratch;             \
        for (u64 width = 1; width < n; width *= 2) {                                               \
            for (u64 start = 0; start < n; start += 2 * width) {                                   \
                u64 i = start, mid = MIN(start + width, n), j = mid, end = MIN(mid + width, n);    \
                for (u64 k = start; k < end; k++) {                                                \
                    bool left = j == end || (i < mid && COMPARE(&from[i], &from[j]) <= 0);         \
                    to[k] = left ? from[i++] : from[j++];                                          \
                }                                                                                  \
            }                                                                                      \
            T *swap = from;                                                                        \
            from = to;                                                                             \
            to = swap;                                                                             \
        }                                                                                          \
        if (from != items)                                                                         \
            memcpy(items, from, n * sizeof(T));                                                    \
        heap_free(heap, scratch);                                                                  \
    }

// polygon_status.c: the edges that a sweep line meets, from bottom to top. A treap whose priorities
// are hashes of the ids, so the shape (and nothing else) depends on them; the owner compares edges
// while it walks down from root, the tree only keeps itself balanced.
typedef struct Status2 {
    u32 root;
    u32 *child[2]; // by id: what is below, what is above
    u32 *parent;
} Status2;

enum { STATUS2_BELOW = 0, STATUS2_ABOVE = 1 };
// Adds id as the given child of `under` (NONE: the tree is empty), which must have no such child.
void status2_insert(Status2 *status, u32 id, u32 under, int side);
void status2_remove(Status2 *status, u32 id);
// Puts id in the place of old.
void status2_replace(Status2 *status, u32 old, u32 id);
// The next edge on that side, or NONE.
u32 status2_neighbour(const Status2 *status, u32 id, int side);

// Triangles with their neighbours, in records of eight numbers: three corners, what waits for
// polygon_make_delaunay, three half-edges across (NONE: the edge must stay), and one not used. A
// half-edge is where the corner that it leaves stands; its twin stands TRI2_TWIN behind.
enum { TRI2_SIZE = 8, TRI2_WAITS = 3, TRI2_TWIN = 4 };
static inline u32 tri2_next(u32 h) {
    return (h & 3) == 2 ? h - 2 : h + 1;
}
static inline u32 tri2_prev(u32 h) {
    return (h & 3) == 0 ? h + 2 : h - 1;
}

// polygon_delaunay.c: flips inner edges until each is locally Delaunay. Of four points on one
// circle, the diagonal at the lexicographically first is taken, so the result depends on the points
// only. tris: records; stack: 3 * n_tris entries of scratch.
void polygon_make_delaunay(Heap *heap, const Vec2 *points, u32 n_points, u32 *tris, u32 n_tris,
                           u32 *stack);
// Flips away inner edges from a point to itself. False: some are left.
bool polygon_flip_self_edges(u32 *tris, u32 n_tris);

#endif
