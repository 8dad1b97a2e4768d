// SPDX-License-Identifier: Apache-2.0
// The exact arrangement of the operands' edges on the grid.
#ifndef FRC_COMPILER_MESH_POLYGON_ARRANGE_INTERNAL_H
#define FRC_COMPILER_MESH_POLYGON_ARRANGE_INTERNAL_H

#include "base/vec.h"
#include "compiler/mesh/polygon_internal.h"
#include "compiler/mesh/snap_internal.h"

// A grid place; 0 .. 2^25 + 1 on both axes.
typedef struct Cell2 {
    i32 x, y;
} Cell2;

// A crossing is (cell.x + rx / den, cell.y + ry / den) with 0 <= rx, ry < den <= 2^53. den is 1 for
// places on the grid.
typedef struct Place {
    Cell2 cell;
    i64 rx, ry, den;
} Place;

// An operand's edge, from its left end to its right one (or upwards).
typedef struct Seg {
    Cell2 a, b;
    u32 operand;
    u32 point; // of the operand: where the edge starts
    i32 delta; // 1: the edge runs from a to b, so the operand lies above; -1: from b to a
} Seg;

// What lies between neighbouring vertices u < v of one segment, or of several that run along each
// other there.
typedef struct Edge {
    u32 u, v;
    u32 first_seg, n_segs; // edge_segs[first_seg ..], ascending
    u32 below;             // the next edge below where it leaves u, or NONE
    Cell2 dir;             // from u to v, of any length
    u32 seg;               // of its segments, the one it is taken for: see the boolean
    bool is_kept;          // bounds the result
    bool is_above;         // the result lies above (else below)
} Edge;

typedef struct Arrangement {
    Heap *heap;
    const Region *operands;
    u32 n_operands;
    f64 quantum;
    i64 base_x, base_y; // grid place (0, 0), in quanta
    Seg *segs;
    u32 n_segs;
    Place *verts; // sorted from left to right, then upwards: ids are in the sweep's order
    Vec2 *points; // where they are: the first operand's own point if one lies there
    u32 n_verts;
    VEC(Edge) edges; // by u, then from bottom to top: an edge comes after the one below it
    VEC(u32) edge_segs;
} Arrangement;

static inline i64 cross_dirs(Cell2 a, Cell2 b) {
    return (i64)a.x * b.y - (i64)a.y * b.x;
}
static inline int compare_cells(Cell2 a, Cell2 b) {
    if (a.x != b.x)
        return a.x < b.x ? -1 : 1;
    return a.y < b.y ? -1 : a.y > b.y;
}

// O((n + k) log n) for n edges and k places where they meet.
void arrangement_init(Arrangement *arr, Heap *heap, const Region *operands, u32 n);
void arrangement_finish(Arrangement *arr);

static inline i64 cell2_cross(Cell2 o, Cell2 a, Cell2 b) {
    return (i64)(a.x - o.x) * (b.y - o.y) - (i64)(a.y - o.y) * (b.x - o.x);
}
// The segment's start or end as the operand has it, not snapped.
Vec2 seg_end_point(const Arrangement *arr, const Seg *s, bool at_b);
Vec2 point_of_place(const Arrangement *arr, const Place *p);

// polygon_sweep.c: finds vertices, points and edges of the segments.
void sweep_segments(Arrangement *arr);

// polygon_winds.c: the winding numbers of n operands on one side of an edge, as a tree that shares
// what it can with those on the other side: a change costs log n. 0 is the tree of zeros.
typedef struct WindNode {
    u32 kid[2];     // trees of half as many operands; of one operand: its number
    u32 n_positive; // operands whose number is
    u32 n_refs;
} WindNode;
typedef struct Winds {
    Heap *heap;
    u32 n_levels;
    VEC(WindNode) nodes;
    u32 free; // the first free node, chained by kid[0]
} Winds;
void winds_init(Winds *winds, Heap *heap, u32 n);
void winds_finish(Winds *winds);
// A new tree with delta added to one operand's number; the old one stays.
u32 winds_add(Winds *winds, u32 tree, u32 operand, i32 delta);
void winds_keep(Winds *winds, u32 tree); // one more owner
void winds_drop(Winds *winds, u32 tree); // one owner less
i32 winds_get(const Winds *winds, u32 tree, u32 operand);
u32 winds_positive(const Winds *winds, u32 tree);

#endif
