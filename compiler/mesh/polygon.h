// SPDX-License-Identifier: Apache-2.0
// Regions of the plane bounded by loops, and the triangulation of such regions.
#ifndef FRC_COMPILER_MESH_POLYGON_H
#define FRC_COMPILER_MESH_POLYGON_H

#include "compiler/mesh/mesh.h"

// Loops of points, one after the other: loop i is points[starts[i] .. starts[i+1]), starts has
// n_loops + 1 entries. Outer loops run counter-clockwise, holes clockwise. A valid region has no
// crossing or overlapping edges; loops may touch at points.
typedef struct Region {
    Vec2 *points;
    u32 *starts;
    u32 n_loops;
    u32 *edges; // per point: the tag of the edge that leaves it (logical face), carried through; may be NULL
    f32 *normals; // per point: 4 floats, unit normals (outward) of the edge that leaves it at its start and
                  // its end, zero where the edge is straight; may be NULL
} Region;

void region_init(Region *region, Heap *heap, u32 n_points, u32 n_loops, bool with_edges);
void region_finish(Region *region, Heap *heap);
void region_copy(Region *out, Heap *heap, const Region *region);
u32 region_count(const Region *region); // points of all loops
f64 region_area(const Region *region);
Box2 region_bounds(const Region *region);

typedef enum RegionOp { REGION_UNION, REGION_INTERSECTION, REGION_DIFFERENCE } RegionOp;

// Exact on a 26-bit grid over the operands' bounds; points that no other edge meets keep their exact
// coordinates. n >= 1 operands: union or intersection of all, or the first minus the others. Operands
// are read by the rule winding number > 0. STATUS_BUG if the result fails its check.
Status region_boolean(Heap *heap, RegionOp op, const Region *operands, u32 n, Region *out);

typedef enum RegionJoin { REGION_JOIN_ROUND, REGION_JOIN_MITER, REGION_JOIN_BEVEL } RegionJoin;
// The tag of edges that an offset makes at corners (arcs and bevels). Callers give it a face of their own.
#define REGION_TAG_ARC 0xfffffffeu
// Grows (r > 0) or shrinks (r < 0) by |r|; round joins by chord error `chord`, phase-aligned so that the
// same radius gives the same points. An empty result has 0 loops. Other edges keep the tag (0 if the
// region has none) and the normals of the edge that they come from; arcs have normals; *out always has
// edges. Miters longer than 2 |r| are bevelled. Corners between edges of one curved face (equal
// normals) move along that normal.
Status region_offset(Heap *heap, const Region *region, f64 r, RegionJoin join, f64 chord, Region *out);

// A loop that crosses or touches itself, repeats a point, or crosses or runs along another loop: false,
// with one such place. Exact on the doubles. Loops that touch each other at points are fine.
// O(n log n).
bool region_is_simple(Heap *heap, const Region *region, Vec2 *where);

// Triangulates the region: n_points - 2 n_outer + 2 n_holes triangles for simple regions; indices into
// region->points, counter-clockwise (*tris is NULL if there are none); *tris has 3 * *n_tris entries from heap. Always a combinatorial
// triangulation of the loops (each boundary edge in exactly one triangle, each inner edge in two), even
// where rounding made the loops touch. Monotone sweep with Delaunay flips afterwards, O(n log n),
// deterministic. Where corners of several loops (or of one) lie in one place, triangles of no area join
// their indices; a caller for whom they are one vertex drops every triangle that names it twice, and
// what is left is still closed. Loops of fewer than three points are left out.
void region_triangulate(Heap *heap, const Region *region, u32 **tris, u32 *n_tris);

#endif
