// SPDX-License-Identifier: Apache-2.0
// The geometry kernel's mesh: closed, oriented triangles with labels. Front doors of the room:
//   mesh.h      the mesh itself, validation, measures
//   boolean.h   n-ary CSG of closed meshes
//   polygon.h   2D regions: booleans, offsets, rounding; triangulation of polygons with holes
//   hull.h      convex hull of points
//   query.h     trees over triangles: rays, membership, distance, contact, drop
//   simplify.h  quadric simplification within labels
// Lengths are mm. The room includes base/ only.
#ifndef FRC_COMPILER_MESH_MESH_H
#define FRC_COMPILER_MESH_MESH_H

#include "base/geom.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"

// A solid's surface. Each half-edge (a, b) of a triangle has exactly one twin (b, a): closed,
// oriented, two-manifold (vertices where solids only touch are split: equal places, different
// indices). Triangles run counter-clockwise seen from outside. Zero triangles: the empty solid.
typedef struct Mesh {
    u32 n_verts, n_tris;
    Vec3 *verts;  // n_verts, mm
    u32 *tris;    // 3 * n_tris indices
    u32 *tags;    // n_tris: the logical face, opaque here (the solid room keeps the table)
    u16 *mats;    // n_tris: material painted on the triangle; 0: the part's own
    f32 *normals; // 9 * n_tris unit corner normals of the curved surface that the mesh stands for,
                  // or NULL: flat triangles. A corner (0,0,0): this triangle is flat.
    bool is_simple; // known not to meet itself: see CsgLeaf
} Mesh;

// Arrays are allocated from heap, undefined content but normals (zero) when with_normals.
void mesh_init(Mesh *mesh, Heap *heap, u32 n_verts, u32 n_tris, bool with_normals);
void mesh_finish(Mesh *mesh, Heap *heap); // frees the arrays; the mesh is then empty
void mesh_copy(Mesh *out, Heap *heap, const Mesh *mesh);
// Applies map to places and normals; a mirroring map also reverses the triangles.
void mesh_transform(Mesh *mesh, const Affine3 *map);
Box3 mesh_bounds(const Mesh *mesh);
// Bounds of the transformed vertices, without transforming the mesh. O(n_verts).
Box3 mesh_bounds_in(const Mesh *mesh, const Affine3 *map);

// What is wrong with a mesh, first fault found.
typedef enum MeshFault {
    MESH_OK,
    MESH_INDEX_OUT_OF_RANGE,
    MESH_NOT_FINITE,
    MESH_OPEN_EDGE,      // a half-edge without its twin, or with several
    MESH_DEGENERATE,     // a triangle that names a vertex twice
    MESH_PINCHED_VERTEX, // a vertex whose triangles form more than one fan: it must be split
    MESH_INSIDE_OUT,     // the volume of the whole is negative
} MeshFault;

typedef struct MeshCheck {
    MeshFault fault;
    u32 index;        // triangle or vertex at fault
    u32 n_components; // edge-connected
    i64 genus;        // summed over components: (2 c - V + E - F) / 2
    u32 n_zero_area;  // triangles of no area (allowed, counted)
} MeshCheck;
const char *mesh_fault_text(MeshFault fault);
// O(n); scratch from heap, freed.
MeshCheck mesh_check(Heap *heap, const Mesh *mesh);
// The same on up to n_threads threads (0: the machine's processors), where the mesh is large.
MeshCheck mesh_check_threads(Heap *heap, const Mesh *mesh, u32 n_threads);
// The same without components and genus, which stay 0: a fifth less work. team: at rest, or NULL.
MeshCheck mesh_check_closed(Heap *heap, const Mesh *mesh, ThreadTeam *team);

typedef struct MeshMeasure {
    f64 volume;        // mm3
    f64 area;          // mm2
    Vec3 center;       // of mass, uniform density; of the surface's box when the volume is 0
    f64 inertia[3][3]; // about the centre, density 1, mm5
    Box3 bounds;
} MeshMeasure;
// Mirtich 1996-style integrals over signed tetrahedra, about the bounds' centre for accuracy. O(n).
MeshMeasure mesh_measure(const Mesh *mesh);

// twin[h] of half-edge h = 3 t + k (from corner k to corner k + 1): the half-edge that runs back
// over it. False when some half-edge has no twin or several (*bad: one such). Cost: as mesh_check.
bool mesh_twins(Heap *heap, const Mesh *mesh, u32 *twin, u32 *bad);

// Labels of each edge-connected component of a valid mesh, 0.. in order of first triangle;
// component[n_tris]. O(n).
u32 mesh_components(Heap *heap, const Mesh *mesh, u32 *component);

#endif
