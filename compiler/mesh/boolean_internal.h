// SPDX-License-Identifier: Apache-2.0
// What the boolean's passes share. Notation, used in every boolean_*.c:
//
//   grid      three i32 coordinates, |c| <= 2^25, in quanta from the frame's origin
//   T, U      facets: convex plane polygons of the input; p, q grid vertices; a, b, v vertices of
//             any kind
//   P, Q      planes n.x + d = 0 with n primitive (no common divisor) and its dominant component
//             positive, so equal planes have equal ids. |n_i| <= 2^53, |d| < 2^80
//   LPI, TPI  the point where an edge (p, q) meets a plane; where three planes meet
//   unit      coplanar facets whose insides overlap, arranged together; mostly one facet alone
//   cell      a face of a unit's arrangement, with the stack of facets that cover it; an untouched
//             facet is a cell too
//   front     the side of a cell that its normal looks to: the plane's normal for arranged cells,
//             the facet's own for untouched ones; back the other
//   half      a cell's directed boundary edge; the cell lies on its left seen from the front
//   sheet     a cell at one of its edges: a half-plane that ends in the edge
//   region    a connected piece of space between the surfaces, as seen from cells' sides
//
// Every topological answer is a sign of an integer; doubles only settle signs that they are sure
// of.
#ifndef FRC_COMPILER_MESH_BOOLEAN_INTERNAL_H
#define FRC_COMPILER_MESH_BOOLEAN_INTERNAL_H

#include "base/map.h"
#include "base/sort.h"
#include "base/thread.h"
#include "base/vec.h"
#include "compiler/mesh/boolean.h"
#include "compiler/mesh/boolean_slots.h"
#include "compiler/mesh/exact.h"

enum { GRID_LIMIT = 1 << 25 };

typedef struct Plane {
    i128 d;
    i64 n[3];
    f64 fn[3], fd;
    // |n.x + d| in doubles above this has the right sign: of any point, of grid points.
    f64 tolerance, grid_tolerance;
    f64 place; // if it is square to axis and some triangle lies in it: its coordinate there, mm
    u32 axis;  // of the largest |n|, lowest axis first; n[axis] > 0
    bool has_place;
} Plane;

typedef enum PointKind { POINT_GRID, POINT_LPI, POINT_TPI } PointKind;

// A vertex. at: exact for POINT_GRID, else within 2^-26 of the truth.
typedef struct Point {
    f64 at[3];
    PointKind kind;
    // GRID: nothing. LPI: p, q, plane. TPI: three planes, ascending.
    u32 by[3];
} Point;

typedef VEC(Plane) Planes;
typedef VEC(Point) Points;

// A point in homogeneous coordinates, w > 0.
typedef struct Homogeneous {
    I256 x[3], w;
} Homogeneous;

// A corner of a facet: its place on the grid, and the vertex that it is.
typedef struct Corner {
    i32 at[3];
    u32 v;
} Corner;

enum { FACET_MOST_CORNERS = 64 };

// A strictly convex plane polygon of one leaf: a triangle, or several triangles of equal label that
// lie in one plane exactly.
typedef struct Facet {
    u32 first, n; // its corners, counter-clockwise from outside: Kernel.corners
    u32 leaf;
    u32 src, n_src;   // the triangles of the leaf's mesh that make it up: Kernel.sources
    u32 plane;        // NONE until narrow finds that it meets others, or facet_plane asks
    u32 group;        // of facets in one plane that hang together and are alike: one of them
    i64 normal[3];    // outwards, of one of its triangles; |n_i| <= 2^53: exact as doubles
    bool is_flipped;  // its outward normal is opposite to its plane's (valid with plane)
    bool is_reversed; // its leaf's map mirrors: corners 1 and 2 of its triangles are exchanged
    bool is_touched;  // it meets a facet that is not its neighbour
} Facet;

// A vertex of a leaf on the grid.
typedef struct GridPlace {
    i32 at[3];
} GridPlace;

// min > max: empty.
typedef struct GridBox {
    i32 min[3], max[3];
} GridBox;
static inline GridBox grid_box_empty(void) {
    return (GridBox){{INT32_MAX, INT32_MAX, INT32_MAX}, {INT32_MIN, INT32_MIN, INT32_MIN}};
}

typedef struct LeafState {
    GridBox box;      // of its vertices
    bool is_dirty;    // its facets may meet each other
    bool is_whole;    // all its triangles are facets, and all its facets cells: no patches
    bool is_reversed; // its map mirrors
    bool is_used;     // it has triangles, and the root depends on it
} LeafState;

// A constraint inside a touched facet, drawn by facet `by`, whose plane is known; a == b: a single
// place where by's corner touches the inside (other constraints may pass there). From a to b is
// along (facet's outward normal) x (by's) if facet < by, else against it.
typedef struct InnerSeg {
    u32 facet, a, b, by;
} InnerSeg;

// Vertex v lies inside the grid edge lo-hi (lo < hi).
typedef struct EdgeSplit {
    u32 lo, hi, v;
} EdgeSplit;

typedef struct Half {
    u32 origin;
    u32 next; // NONE: it is dead, see boolean_ghosts.c
    u32 cell;
    u32 cut; // what contains the edge: a plane other than the cell's, with marks; CUT_EDGE | a run
             // of SplitTable, the half is part of that grid edge; NONE: both ends are grid vertices
} Half;
// CUT_CROSSES: a facet in plane Q, the cut, drew the edge, and the cells on both its sides lie in
// facets of plane P. Then the other marks tell how the cell stands to n_P and n_Q: its front looks
// against n_P; the half runs along n_P x n_Q.
enum { CUT_EDGE = 1 << 30, CUT_CROSSES = 1 << 29, CUT_FLIPPED = 1 << 28, CUT_ALONG = 1 << 27 };
enum { CUT_PLANES = 1 << 27 }; // planes that can be told, and the bits that do
static inline bool cut_crosses(u32 cut) {
    return (cut & (CUT_EDGE | CUT_CROSSES)) == CUT_CROSSES; // not of NONE
}
static inline bool cut_is_plane(u32 cut) {
    return !(cut & CUT_EDGE);
}
static inline u32 cut_plane(u32 cut) { // if it is one
    return cut & (CUT_PLANES - 1);
}

typedef struct Cell {
    u32 plane;       // NONE for an untouched facet until somebody asks: see cell_plane
    u32 stack_start; // into Kernel.stacks
    u32 stack_len;
    u32 half_end; // its halves are half_start .. half_end
    u32 half_start;
    bool is_flipped; // front is opposite to the plane's normal (untouched facets only)
} Cell;

// Untouched triangles of a leaf that hang together; one cell. tri: one of its larger triangles.
typedef struct Patch {
    u32 leaf, tri;
} Patch;

// An untouched triangle with a vertex on a touched facet. incoming: by corner, the patch's border
// half that ends in the sector that the triangle lies in there; NONE: no touched facet is there.
typedef struct Rim {
    u32 tri;
    u32 incoming[3];
} Rim;

// The vertices inside grid edge lo-hi, from lo to hi: SplitTable.verts.
typedef struct SplitRun {
    u32 lo, hi, start, n;
} SplitRun;
// A vertex's edges to higher vertices that are split: runs[first .. first + n), by their other
// ends.
typedef struct SplitFan {
    u32 first, n;
} SplitFan;
typedef struct SplitTable {
    SplitFan *fans; // by grid vertex
    SplitRun *runs;
    u32 *verts;
} SplitTable;

// Stack entries: facet << 1 | looks_back.
static inline u32 stack_facet(u32 entry) {
    return entry >> 1;
}
static inline bool stack_looks_back(u32 entry) {
    return entry & 1;
}

typedef struct SolidRegion {
    bool is_inside;
    u32 owner; // leaf, NONE when empty
} SolidRegion;

typedef struct Kernel {
    Heap *heap;
    Arena arena;   // what passes hand on
    Arena scratch; // what a pass alone needs, which begins and ends it
    const CsgExpr *expr;
    CsgOptions options;
    u32 n_threads;     // at least 1
    ThreadTeam *team;  // once used
    VEC(Arena) loans;  // on heap: what tasks of kernel_for allocated
    bool is_thorough;  // test facets of one leaf against each other everywhere
    const char *fault; // an inconsistency was found (text for debugging): run again thoroughly

    // ingest
    f64 quantum, per_quantum; // mm, and its inverse
    f64 origin[3];            // in quanta, whole numbers
    u32 n_in_tris;
    u32 n_facets;
    Facet *facets; // by leaf
    VEC(Corner) corners;
    VEC(u32) sources;
    u32 *leaf_start; // n_leaves + 1, into facets
    LeafState *leaves;
    u32 *vert_base,
        *tri_base;      // n_leaves + 1: where a leaf's vertices and triangles begin among all
    GridPlace *snapped; // by leaf's vertex
    u32 *grid_of;       // by leaf's vertex: the grid vertex, NONE: not taken in
    u32 *facet_of;      // by leaf's triangle: its facet, NONE: not taken in
    Vec3 *payload;      // n_grid: the first leaf's place of each input vertex, mm
    u32 n_grid;         // input vertices are points 0 .. n_grid
    bool has_normals;

    // buried
    struct Burial *burial; // NULL: nothing is
    struct Hulls *hulls;   // NULL: there are none; else burial is set too
    u32 n_covered;         // leaves that others hold: not used
    u32 first_flap;        // cells from here on are flaps; a dead cell's stack_len is 0

    // tables, on heap
    Points points; // their numbers begin at n_shared_points, which is 0 but in shards
    Slots point_slots;
    Planes planes; // from n_shared_planes on
    Slots plane_slots;

    // of a shard
    const struct Kernel *shared; // whose points and planes come before its own
    u32 n_shared_points, n_shared_planes;
    bool shares_defined; // some of those points are not on the grid

    // broad, narrow
    u32 n_pairs;
    u32 *pair_start;     // n_facets + 1: of pairs with facet t as the first, of which ...
    u32 *pairs;          // ... the second ones; on heap, as what follows; until narrow has run
    VEC(InnerSeg) inner; // until arrange has dealt them
    VEC(EdgeSplit) splits;
    u32 *unit_parent; // n_facets, union-find: units

    // patch: cell c is that of patch c - patch_cells_start
    VEC(Patch) patches;
    u32 patch_cells_start;
    u32 *patch_cell_of; // by leaf's vertex: the cell of its patch, NONE
    VEC(Rim) rims;
    u32 *rim_start; // n_leaves + 1

    // arrange
    VEC(Cell) cells;
    VEC(Half) halves;
    VEC(u32) stacks;

    SplitTable split_table;
    u32 *local_of; // scratch: by point, all zero between units; local_cap
    u32 local_cap;

    // classify
    u32 *around;    // by half: the next one at its edge, counter-clockwise seen along lo -> hi
    u32 *region_of; // 2 * n_cells: of cell's back (2 c) and front (2 c + 1)
    u32 n_regions;
    SolidRegion *regions;
} Kernel;

// ---- boolean_threads.c ----
// Runs task(view, ctx, i) for each i in 0 .. n on up to k->n_threads threads; in place if work_ns,
// a guess at the whole, says that threads don't pay. view is the worker's copy of *k: a task may
// read what k has and allocate from view->arena, which lives until kernel_release, and
// view->scratch (which it leaves as it found it); it may set view->fault. It must not grow k's
// tables nor write what another task reads: it leaves its results in ctx, under i, and the caller
// puts them together by i. A failure of a task fails k->heap.
void kernel_for(Kernel *k, u32 n, u64 work_ns, void (*task)(Kernel *view, void *ctx, u32 i),
                void *ctx);
bool kernel_uses_threads(const Kernel *k, u32 n, u64 work_ns); // kernel_for would
// Of work to come in several loops: threads are started if it is worth it. (The first loop that is
// does so too.)
void kernel_start_team(Kernel *k, u64 work_ns);
// Frees what tasks have allocated, but for the first keep arenas of k->loans.
void kernel_release(Kernel *k, u32 keep);
// Into how many ranges n items are best divided, each of at least grain of them (an item costs some
// 10^6 / grain ns at least); the i-th begins at kernel_range_start. Depends on the data alone.
u32 kernel_ranges(const Kernel *k, u32 n, u32 grain);
static inline u32 kernel_range_start(u32 n, u32 n_ranges, u32 i) {
    return (u32)((u64)n * i / n_ranges);
}

// ---- boolean_shards.c ----
// The first n tasks of a pass that add points and planes, each in a shard of k: run(shard, ctx, i)
// may do to shard what it would do to k but for k's other tables, and ask for the planes of facets
// that no other task asks for, if they are not known; its cells, halves, stacks begin empty.
// Afterwards k has all that n calls on k itself, in order, would have made, with the same numbers.
void shards_run(Kernel *k, u32 n, u64 work_ns, void (*run)(Kernel *shard, void *ctx, u32 i),
                void *ctx);

// ---- boolean_claims.c ----
// The numbers of what n tasks have made, of the planes or the points.
typedef struct Claims {
    u32 n, n_before; // numbers below n_before were k's
    u32 *start;      // n + 1, on heap: a task's are items start[i] ..
    u32 *number;     // by item, on heap
} Claims;
// To a task its i-th item was n_before + i.
static inline u32 claimed(const Claims *claims, u32 task, u32 number) {
    return number < claims->n_before
               ? number
               : claims->number[claims->start[task] + (number - claims->n_before)];
}
// Adds what tasks have made to k, but for what k has and what an earlier one made too, in the order
// of the tasks. Points may be defined by planes of their task's that planes are the claims of; they
// are renumbered in place.
Claims claim_planes(Kernel *k, u32 n, const Planes *made);
Claims claim_points(Kernel *k, u32 n, Points *made, const Claims *planes);
void claims_finish(Claims *claims, Heap *heap);

// ---- boolean_planes.c, boolean_points.c: planes and vertices, made, found or added; signs ----
void points_init(Kernel *k, u32 expected);
void points_close(Kernel *k, Heap *heap); // no more vertices will be added
void points_finish(Kernel *k, Heap *heap);
static inline Point *point_ref(const Kernel *k, u32 v) {
    return v < k->n_shared_points ? &k->shared->points.data[v]
                                  : &k->points.data[v - k->n_shared_points];
}
static inline Plane *plane_ref(const Kernel *k, u32 plane) {
    return plane < k->n_shared_planes ? &k->shared->planes.data[plane]
                                      : &k->planes.data[plane - k->n_shared_planes];
}
// Equal planes have equal hashes; so have equal points, unless they are near the border of a cell.
u32 plane_hash(const Plane *plane);
bool planes_equal(const Plane *a, const Plane *b);
void plane_set_place(Plane *plane, f64 place); // if it has none
bool points_equal(const Kernel *k, const Point *a, const Point *b);
// near: the axes, as bits, along which an equal point may be in the next cell: see the other, with
// some or all of them.
u32 point_hash(const f64 at[3], u32 *near);
u32 grid_hash(const i32 at[3]); // the same of whole coordinates, which have no next cell
u32 point_hash_beside(const f64 at[3], u32 axes);
// Where edge a-b, whose ends lie on different sides of plane, meets it.
Point point_make_lpi(const Corner *a, const Corner *b, const Plane *plane, u32 plane_number);
u32 point_add(Kernel *k, const Point *point);
u32 point_add_tpi(Kernel *k, u32 a, u32 b, u32 c); // planes that meet in one point
u32 plane_add(Kernel *k, const i64 n[3], const i64 through[3], bool *is_flipped);
// Of a facet whose plane is not known; it settles its is_flipped.
Plane facet_make_plane(Kernel *k, u32 facet);
u32 facet_plane(Kernel *k, u32 facet); // not in shards
static inline const Corner *facet_corners(const Kernel *k, u32 facet) {
    return &k->corners.data[k->facets[facet].first];
}
// The plane across axis that a point at whole coordinate c there lies in, or NONE if it is not
// known.
u32 plane_find_square(const Kernel *k, u32 axis, i64 c);
// The plane through grid vertices p, q (or corners a, b) parallel to axis.
Plane plane_make_upright(const Corner *a, const Corner *b, u32 axis);
u32 plane_upright(Kernel *k, u32 p, u32 q, u32 axis);
static inline void point_grid(const Kernel *k, u32 v, i64 out[3]) {
    const Point *p = point_ref(k, v);
    for (u32 i = 0; i < 3; i++)
        out[i] = (i64)p->at[i];
}
// The sign of n.v + d, exact.
int plane_side(const Kernel *k, u32 plane, u32 v);
// The sign of n.(v - at), exact; |n_i| <= 2^53, at on the grid.
int point_height_sign(const Kernel *k, u32 v, const i64 n[3], const i32 at[3]);
// The sign of a[axis] - b[axis], exact.
int point_compare(const Kernel *k, u32 a, u32 b, u32 axis);
// The sign of the component of n_P x n_Q along axis, exact.
int plane_cross_sign(const Plane *p, const Plane *q, u32 axis);
// An axis along which the line P Q advances.
u32 plane_line_axis(const Plane *p, const Plane *q);

static inline bool is_patch(const Kernel *k, u32 cell) {
    return cell - k->patch_cells_start < k->patches.len;
}
static inline u32 leaf_tri_vertex(const Kernel *k, u32 leaf, u32 tri, u32 corner) {
    u32 i = k->leaves[leaf].is_reversed && corner ? 3 - corner : corner; // counter-clockwise
    return k->expr->leaves[leaf].mesh->tris[3 * (size_t)tri + i];
}
static inline const GridPlace *leaf_tri_place(const Kernel *k, u32 leaf, u32 tri, u32 corner) {
    return &k->snapped[k->vert_base[leaf] + leaf_tri_vertex(k, leaf, tri, corner)];
}
// Triangle tri of a leaf is part of no touched facet.
static inline bool is_untouched(const Kernel *k, u32 leaf, u32 tri) {
    u32 facet = k->facet_of[k->tri_base[leaf] + tri];
    return facet == NONE || !k->facets[facet].is_touched;
}
u32 cell_plane(Kernel *k, u32 cell); // not of a patch; also settles its is_flipped
// A plane other than the cell's that contains the half; NONE: both its ends are grid vertices.
u32 half_cut_plane(Kernel *k, u32 h);
// The place where edge a -> b is first split after a; b if it is whole.
u32 edge_next_vertex(const Kernel *k, u32 a, u32 b);

// A half's far end, and the side of its cell that comes next (counter-clockwise) or before, seen
// along the edge from its lower to its higher vertex: nodes as in region_of.
static inline u32 half_dest(const Kernel *k, u32 h) {
    return k->halves.data[k->halves.data[h].next].origin;
}
static inline bool half_is_rising(const Kernel *k, u32 h) {
    return k->halves.data[h].origin < half_dest(k, h);
}
static inline u32 half_ahead(const Kernel *k, u32 h) {
    return 2 * k->halves.data[h].cell + half_is_rising(k, h);
}
static inline u32 half_behind(const Kernel *k, u32 h) {
    return half_ahead(k, h) ^ 1;
}

// ---- the passes, in order ----
Status ingest(Kernel *k);
// The part of a range of all leaves' vertices (or triangles) that is of one leaf: its from .. to.
// base: vert_base or tri_base.
typedef struct LeafRun {
    u32 leaf, from, to;
    u32 end; // of the range, among all leaves'
} LeafRun;
LeafRun leaf_run_first(const Kernel *k, const u32 *base, u32 n_ranges, u32 range);
void leaf_run_next(const Kernel *k, const u32 *base, LeafRun *run); // from == to: there is none
// boolean_near.c: by leaf's triangle (in scratch), 1 if another leaf's surface may meet it.
u8 *find_near(Kernel *k);
// boolean_spread.c: spreads what is active of a leaf's triangles over its faces; how many were
// added.
u32 spread_in_planes(Kernel *k, u32 leaf, u8 *is_active);
// What one task takes in: the leaves leaf .. leaf_end. Its numbers begin at 0; weld adds what
// stands before, which the last four say. A corner's vertex is an index of verts.
typedef struct Intake {
    u32 leaf, leaf_end;
    VEC(Facet) facets; // on heap, as what follows
    VEC(Corner) corners;
    VEC(u32) sources;
    VEC(u32) verts; // by their numbers among all leaves', in the order of their first use
    u32 first_facet, first_corner, first_source, first_vert;
} Intake;
void intake_reserve(Heap *heap, Intake *in, u32 n_tris); // for facets of n_tris more
// boolean_leaves.c: is_active: by leaf's triangle: may be taken in; NULL: all are.
void take_in(Kernel *view, Intake *out, u8 *is_active);
// boolean_weld.c: numbers the vertices of all intakes in their order, equal places alike, and makes
// up k's tables of the input.
void weld(Kernel *k, Intake *intakes, u32 n);
// A leaf's triangles on the grid, while it is taken in.
typedef struct LeafTris {
    u32 leaf, n, cap;
    u32 first_vert;   // of the leaf, in its intake
    Corner *corner;   // 3 n
    i64 (*normal)[3]; // n: outwards, not reduced
    u32 *src;         // n: their numbers in the mesh
    bool is_reversed;
} LeafTris;
// boolean_facets.c: adds the leaf's facets, and marks it dirty if they may meet each other.
struct FacetScratch;
struct FacetScratch *facets_init(Kernel *view);
void add_facets(Kernel *view, struct FacetScratch *scratch, const LeafTris *tris, Intake *out);
// Of two triangles: in tag, paint and being flat.
bool have_equal_labels(const Mesh *mesh, u32 t, u32 u);
// Not reduced; |n_i| <= 2^53.
static inline void corners_normal(const Corner at[3], i64 n[3]) {
    const i32 *a = at[0].at, *b = at[1].at, *c = at[2].at;
    const i64 u0 = b[0] - a[0], u1 = b[1] - a[1], u2 = b[2] - a[2]; // of 27 bits
    const i64 v0 = c[0] - a[0], v1 = c[1] - a[1], v2 = c[2] - a[2];
    n[0] = u1 * v2 - u2 * v1;
    n[1] = u2 * v0 - u0 * v2;
    n[2] = u0 * v1 - u1 * v0;
}
// The corners of a leaf's triangle, as places only, and its normal.
static inline void leaf_tri_normal(const Kernel *k, u32 leaf, u32 tri, Corner at[3], i64 n[3]) {
    for (u32 c = 0; c < 3; c++)
        for (u32 i = 0; i < 3; i++)
            at[c].at[i] = leaf_tri_place(k, leaf, tri, c)->at[i];
    corners_normal(at, n);
}
// n.(c - a)
static inline i128 corner_height(const i64 n[3], const Corner *a, const Corner *c) {
    return (i128)n[0] * (c->at[0] - a->at[0]) + (i128)n[1] * (c->at[1] - a->at[1]) +
           (i128)n[2] * (c->at[2] - a->at[2]);
}
// boolean_covered.c, before leaves are taken in: those that others hold are not used.
void leave_out_covered(Kernel *k);
// boolean_buried.c: by leaf, whether the root's value is settled where it holds matter.
bool *find_covering(const Kernel *k, Arena *arena);
// Finds the zone that needs no arrangement, if it pays.
void bury(Kernel *k);
// All of the box lies in the zone (k->burial is set).
bool box_is_buried(const Kernel *k, const i32 min[3], const i32 max[3]);
bool facet_is_buried(const Kernel *k, u32 facet);
bool facet_touches_zone(const Kernel *k, u32 facet); // its box does
// From point a to b (or a place, if they are one): in part in the zone or within two quanta of it.
bool line_is_buried(const Kernel *k, u32 a, u32 b);
u32 count_buried(const Kernel *k); // facets
void bury_in_hulls(Kernel *k);     // makes k->burial ready if there are hulls, but no voxels
// boolean_hulls.c, before narrow.
void find_hulls(Kernel *k);
// All of the line from p to q lies in hulls; lately: one to begin with, of last time. k has hulls.
bool hulls_hold_line(const Kernel *k, const f64 p[3], const f64 q[3], u32 *lately);
bool hulls_meet_line(const Kernel *k, const f64 p[3], const f64 q[3]); // or comes within two quanta
// boolean_ghosts.c
void take_ghosts_apart(Kernel *k); // before classify; sets first_flap
void join_dead_cells(Kernel *k);   // in k->region_of, a forest: to any live cell's back
void check_flaps(Kernel *k);       // after wind
void broad(Kernel *k);
void narrow(Kernel *k);
void patch(Kernel *k);
void arrange(Kernel *k);
void classify(Kernel *k);
// boolean_edges.c: fills k->around (from k->heap), and joins in parent (union-find by cell's side)
// sides that look into one wedge.
void edges_build(Kernel *k, u32 *parent);
// A place beside a surface: at + e along + e^2 aside + e^3 off for an infinitely small e.
// With edge: the place that boolean_beside.c tells; at is within one of it.
typedef struct BesideEdge {
    u32 v;
    i128 along[3];
    I256 aside[3];
    i64 off[3];
} BesideEdge;
typedef struct Beside {
    i64 at[3], along[3], aside[3], off[3];
    const BesideEdge *edge; // mostly NULL
} Beside;
// Near the origin of a half, beside it, in front of its cell, which is not a patch.
void beside_half(Kernel *k, u32 h, BesideEdge *out);
// The sign of n.(place - at), for |n_i| <= 2^53. 0: n is 0.
int beside_sign(const Kernel *k, const BesideEdge *place, const i64 n[3], const i32 at[3]);
// A tree over the regions of each component of the surfaces: enough crossings to reach them all.
typedef struct RegionTree {
    u32 n_components;
    u32 *first;   // by component: one of its regions ...
    Beside *seed; // ... and a place in it
    u32 *start;   // n_regions + 1: the sides of cells that lead from each region to the next
    u32 *sides;
} RegionTree;
// boolean_rays.c: the winding numbers of leaves at n seeds.
typedef struct RayHit {
    u32 leaf;
    i32 winding;
} RayHit;
typedef struct Rays {
    u32 n;
    u32 *start; // n + 1, into hits: what is not named is 0, what is named twice their sum
    RayHit *hits;
} Rays;
// At one place, which is not on the leaf. O(n) for its triangles.
int ray_leaf_winding(const Kernel *k, u32 leaf, const Beside *s);
Rays rays_cast(Kernel *k, u32 n, const Beside *seed); // both arrays from k->heap
// By seed: how many hits its ray may have. On k->heap.
u32 *rays_weigh(Kernel *k, u32 n, const Beside *seed);
// boolean_winding.c: fills regions.
void wind(Kernel *k, const RegionTree *tree);
// A cell of the result: it parts matter from emptiness.
typedef struct FaceCell {
    u32 cell;
    u32 start; // its halves are start .. the next one's start, in the order of the cell's, ...
    u32 first; // ... the first of which is this one of Kernel.halves
    u32 plane; // or NONE: the cell's
    u32 label; // the facet whose tag and normals it takes
    u32 tag;   // of faces, not of patches
    u16 mat;
    i8 looks;       // 1: outwards is to the cell's front, -1: to its back
    i8 outward;     // if plane is given: 1: its normal looks outwards, else -1
    bool is_round;  // the label has normals; of faces
    bool is_turned; // they look inwards
} FaceCell;

// A half of such a cell, turned so that the cell lies on its left seen from outside.
typedef struct FaceHalf {
    u32 origin, next;
    u32 twin;
    u32 cell; // in Faces.cells
} FaceHalf;

// The surface of the result, cell by cell. On heap.
typedef struct Faces {
    FaceCell *cells; // n_cells and an end
    FaceHalf *halves;
    u32 n_cells, n_halves;
    u32 *of_cell; // by cell of the kernel, NONE if it is not kept
} Faces;
void select_faces(Kernel *k, Faces *faces, CsgReport *report);
void faces_finish(Kernel *k, Faces *faces);
// False: joining faces made two edges between one pair of vertices; with keep_coplanar that cannot
// be.
bool merge(Kernel *k, const Faces *faces, bool keep_coplanar, Mesh *out);

// boolean_slivers.c: leaves out components thinner than a quantum or two; false: there are none.
bool drop_slivers(Kernel *k, Mesh *mesh);

// Frees all that an evaluation has allocated but its result.
void kernel_finish(Kernel *k);

// Union-find with path halving; the smaller root wins.
static inline u32 set_find(u32 *parent, u32 x) {
    while (parent[x] != x) {
        parent[x] = parent[parent[x]];
        x = parent[x];
    }
    return x;
}
static inline bool set_join(u32 *parent, u32 a, u32 b) {
    a = set_find(parent, a);
    b = set_find(parent, b);
    if (a == b)
        return false;
    parent[MAX(a, b)] = MIN(a, b);
    return true;
}
// The same for several threads that join at once: as in any order.
bool set_join_shared(u32 *parent, u32 a, u32 b);

#endif
