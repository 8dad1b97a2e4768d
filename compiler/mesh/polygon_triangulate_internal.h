// SPDX-License-Identifier: Apache-2.0
// Rings: the loops that triangulation cuts down. A ring is a closed chain of nodes; a node is a
// corner (an index into the points) and owns the edge to the next node. Corners are numbered by
// their places, so the region's own numbers choose nothing, and a sweep finds them side by side.
// Only three operations change rings, and each keeps the promise "every edge of every ring still
// needs exactly one triangle on its left", whatever the geometry: that is why the result is a
// combinatorial triangulation in every case.
//   rings_clip        cuts the triangle at a node off its ring
//   rings_add_diagonal joins two nodes by an edge, which needs a triangle on both sides
//   rings_part_wedges re-pairs the edges that meet in one place (polygon_rings.c)
#ifndef FRC_COMPILER_MESH_POLYGON_TRIANGULATE_INTERNAL_H
#define FRC_COMPILER_MESH_POLYGON_TRIANGULATE_INTERNAL_H

#include "compiler/mesh/polygon_internal.h"

// Scratch for regions of a few corners lies in the structure itself: no allocation but the result.
enum { RINGS_SMALL = 800, RINGS_FEW = 32 };

typedef struct Rings {
    Heap *heap;
    Vec2 *points;           // from left to right, then upwards
    u32 *from;              // by point: its number in the region
    u32 n_points;           // nodes 0 .. n_points - 1 are the points themselves
    u32 n_nodes, cap_nodes; // copies of nodes, made by diagonals, follow
    u32 *vert, *next, *prev;
    u32 *waits; // what lies across a node's edge: NONE (nothing: the region's border), a half-edge
                // that waits for its twin, or RINGS_SIDE + a side of a diagonal
    u32 *sides; // 2 per diagonal: the half-edges on its two sides, or NONE; n_sides
    u32 n_sides;
    u32 *tris; // records: polygon_internal.h
    u32 n_tris, cap_tris;
    u32 *order; // the points in use in the sweep's order (place, then kind, then number)
    u32 n_order;
    bool shares_places; // some points lie in one place
    u32 n_small;        // used of small
    u32 small[RINGS_SMALL];
    Vec2 few_points[RINGS_FEW];
    u32 few_tris[TRI2_SIZE * RINGS_FEW];
} Rings;

#define RINGS_SIDE 0x80000000u
#define RINGS_GONE 0xfffffffeu // next[] of a node that is in no ring

// polygon_rings.c
void rings_init(Rings *rings, Heap *heap, const Region *region);
void rings_finish(Rings *rings);
u32 *rings_take(Rings *rings, size_t n); // scratch: n entries, undefined
void rings_give(Rings *rings, u32 *scratch);
void rings_add_triangle(Rings *rings, u32 a, u32 b, u32 c); // by points, without neighbours
// prev(node), node, next(node) becomes a triangle; a ring of three is then used up.
void rings_clip(Rings *rings, u32 node);
// Joins node a with node b. a keeps its incoming, b its outgoing edge (they stay in one ring, a
// before b); returns the copy of b, whose ring goes on to a's copy: prev(b) -> copy of b -> copy of
// a -> next(a).
u32 rings_add_diagonal(Rings *rings, u32 a, u32 b);
// Lists rings->order by place and separates loops that touch at corners: see the file.
void rings_part_wedges(Rings *rings);

static inline Vec2 rings_point(const Rings *rings, u32 node) {
    return rings->points[rings->vert[node]];
}

// polygon_monotone.c: adds diagonals until each ring is monotone from left to right (for valid
// regions), and fills the order array with the sweep's order.
void rings_make_monotone(Rings *rings);
// Cuts the ring of node into triangles; rank: the place of each point in the sweep's order.
// scratch: one entry per node of the ring and more.
void rings_cut_ring(Rings *rings, u32 node, const u32 *rank, u32 *scratch);

#endif
