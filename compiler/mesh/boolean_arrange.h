// SPDX-License-Identifier: Apache-2.0
// The planar arrangement of one unit: shared by boolean_arrange.c (segments), boolean_faces.c
// (faces).
#ifndef FRC_COMPILER_MESH_BOOLEAN_ARRANGE_H
#define FRC_COMPILER_MESH_BOOLEAN_ARRANGE_H

#include "compiler/mesh/boolean_internal.h"

// A segment of plane P in the cutting plane `cut`, running along n_P x n_cut. Its left, seen from
// P's front, is the back of cut.
typedef struct Seg {
    u32 a, b; // points
    u32 cut;
    u32 facet;       // whose boundary it is part of, NONE: a constraint
    bool is_forward; // the boundary of facet (counter-clockwise from P's front) runs from a to b
    u8 axis;         // along which the segment advances
} Seg;

static inline u64 seg_key(u32 a, u32 b) {
    return (u64)MIN(a, b) << 32 | MAX(a, b);
}

typedef struct SegSplit {
    u32 seg, v;
} SegSplit;

// A half as seen from another one at its vertex: 1: to the left, 2: opposite, 3: to the right.
typedef struct Ray {
    u32 half;
    u32 sector;
} Ray;

typedef struct LineSort { // scratch of sort_along_line
    Arena *arena;
    VEC(Keyed) keyed, spare;
    VEC(u32) verts;
} LineSort;

typedef struct Unit {
    Kernel *k;
    Arena *arena; // the pass's scratch
    u32 plane;
    u32 x, y; // the projection's axes: counter-clockwise stays so
    const u32 *facets;
    u32 n_facets;
    VEC(Seg)
    segs; // whole constraints and parts of edges; then all cut into parts that do not cross
    VEC(Seg) parts;
    VEC(SegSplit) splits;
    VEC(Keyed) keyed, spare;

    // Edge e has the halves 2e (along n_P x n_cut) and 2e + 1.
    u32 n_verts, n_edges;
    VEC(u32) point_of;   // local vertex -> point
    u32 *local_of;       // point -> local vertex + 1, all zero between units: Kernel.local_of
    VEC(u32) edge_parts; // n_edges + 1: the parts (after sorting) that are edge e
    VEC(u32) head;       // by half: local vertex
    VEC(u32) next, loop; // by half
    VEC(u32) around_start, around; // halves that leave a vertex, counter-clockwise
    VEC(u32) place;                // by half: its index in around
    VEC(Ray) rays;                 // scratch, of one vertex
    // loops and faces
    VEC(u32) loop_half; // any half of it
    VEC(u32) loop_face;
    VEC(u32) component;             // by vertex
    VEC(u32) face_first, face_next; // loops of a face: first, and by loop the next
    VEC(u32) face_stack, face_stack_len;
    VEC(u32) queue, below;
    LineSort line;
    VEC(u64) edge_slots; // scratch of boolean_constraints.c: a set of edges by their keys, + 1
    u32 n_edge_slots;
    struct FlatBoxes *boxes; // scratch of boolean_crossings.c
    struct Lone *lone;       // scratch of boolean_lone.c
} Unit;

static inline u32 half_cut(const Unit *u, u32 h) {
    return u->parts.data[u->edge_parts.data[h >> 1]].cut;
}
static inline u32 half_origin(const Unit *u, u32 h) {
    return u->head.data[h ^ 1];
}
// 1: point lies left of the half's line, -1: right, 0: on it.
static inline int half_left(const Unit *u, u32 h, u32 local) {
    int side = plane_side(u->k, half_cut(u, h), u->point_of.data[local]);
    return h & 1 ? side : -side;
}

// 1: from a to b, in plane cut, is along n_P x n_cut; -1: against it. The line advances along
// *axis.
int unit_line_way(const Unit *u, u32 cut, u32 a, u32 b, u32 *axis);
// From a to b if that is along n_P x n_cut, else the other way round; is_forward: of a to b.
static inline void unit_add_seg(Unit *u, u32 a, u32 b, Seg seg, bool is_along) {
    seg.a = is_along ? a : b;
    seg.b = is_along ? b : a;
    seg.is_forward = seg.is_forward == is_along;
    avec_push(u->arena, &u->segs, seg);
}
// boolean_constraints.c: to u->segs, after the edges'.
void unit_add_constraints(Unit *u, const InnerSeg *inner, u32 n);
// Constraints that are also edges, or stated twice, are kept once: coincident faces make many.
void unit_drop_doubles(Unit *u);

// boolean_lone.c: the cells of a unit of one facet, or of one that all others lie strictly inside
// of, if nothing crosses; false: nothing was done. u's plane, x and y are set, local_of has room
// for all points.
bool arrange_lone(Unit *u, u32 t, const InnerSeg *inner, u32 n_inner);
// boolean_islands.c: that facet, or NONE. The planes of all are known.
u32 unit_find_host(const Unit *u);

// boolean_splits.c
void build_split_table(Kernel *k);
// The vertices inside edge a-b; NULL: it is whole.
const SplitRun *find_splits(const Kernel *k, u32 a, u32 b);
// The i-th of them, from the lower end if rising.
static inline u32 split_at(const Kernel *k, const SplitRun *run, bool is_rising, u32 i) {
    return k->split_table.verts[run->start + (is_rising ? i : run->n - 1 - i)];
}
// v[0 .. n) on one line: in the line's order (sign: of its direction along axis), without
// repetitions. Returns how many are left. O(n log n).
u32 sort_along_line(const Kernel *k, LineSort *sort, u32 *v, u32 n, u32 axis, int sign);
u32 widest_axis(const Kernel *k, u32 a, u32 b); // along which a and b are farthest apart

// boolean_crossings.c: calls unit_cross_segs(i, j), i < j, for segments whose boxes meet, at least
// one of them a constraint.
void unit_find_crossings(Unit *u);
void unit_cross_segs(Unit *u, u32 i, u32 j);
// Boxes in the unit's projection: fill the list after flat_boxes_begin, then visit(i, j), i < j, is
// called for all that meet, at least one of them inner, until it says false; so does the sweep
// then.
typedef struct FlatBox {
    f64 min[2], max[2];
    u32 id;
    bool is_inner;
} FlatBox;
typedef struct FlatBoxes {
    VEC(FlatBox) list, spare;
    VEC(u32) start, entries, next_inner;
} FlatBoxes;
typedef bool FlatVisit(Unit *u, u32 i, u32 j);
static inline FlatBox flat_box_empty(u32 id) {
    return (FlatBox){{INFINITY, INFINITY}, {-INFINITY, -INFINITY}, id, true};
}
void flat_box_add(const Unit *u, FlatBox *box, u32 v); // a point, grown beyond its error
FlatBoxes *flat_boxes_begin(Unit *u);
bool flat_boxes_sweep(Unit *u, FlatVisit *visit);

// Left to right, then upwards: the sign of local vertices a - b.
int unit_compare_places(const Unit *u, u32 a, u32 b);
// By component (its root vertex): the leftmost vertex, and the half that runs left to right
// directly below that, or NONE. n_verts entries each; those of other vertices: NONE, undefined.
void unit_find_below(Unit *u, u32 *leftmost, u32 *below);

// Faces of the arrangement become cells; u's halves and their circular order are ready.
void unit_add_cells(Unit *u);

#endif
