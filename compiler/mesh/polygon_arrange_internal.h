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

// A piece between neighbouring vertices u < v. Pieces of several segments may be the same: they
// stand next to each other, sorted by u, v, then segment.
typedef struct Piece {
    u32 u, v, seg;
} Piece;

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
    VEC(Piece) pieces;
} Arrangement;

// O((n + k) log n) for n edges and k crossings.
void arrangement_init(Arrangement *arr, Heap *heap, const Region *operands, u32 n);
void arrangement_finish(Arrangement *arr);

static inline i64 cell2_cross(Cell2 o, Cell2 a, Cell2 b) {
    return (i64)(a.x - o.x) * (b.y - o.y) - (i64)(a.y - o.y) * (b.x - o.x);
}
// Sign of the turn from seg's line to the place, 1: above. Bits: 53 + 54.
int place_side(const Seg *seg, const Place *place);

#endif
