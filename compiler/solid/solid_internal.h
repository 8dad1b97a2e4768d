// SPDX-License-Identifier: Apache-2.0
// What the files of this room share: the context, the mesh builder, the tessellation policy and one
// builder function a kind of node. Builders return false when they failed and said so in a
// diagnostic.
#ifndef FRC_COMPILER_SOLID_SOLID_INTERNAL_H
#define FRC_COMPILER_SOLID_SOLID_INTERNAL_H

#include "base/sort.h"
#include "base/vec.h"
#include "compiler/mesh/boolean.h"
#include "compiler/mesh/hull.h"
#include "compiler/mesh/polygon.h"
#include "compiler/solid/solid.h"

#include <assert.h>

typedef enum SolidState { SOLID_UNTRIED, SOLID_BUILDING, SOLID_BUILT, SOLID_FAILED } SolidState;

// The mesh of a node at one level of detail: built for a place where lengths appear 2^level times
// as long, so that what is scaled up stays round.
typedef struct SolidEntry {
    i32 level;
    SolidState state;
    bool has_bounds;
    Mesh mesh;
    MeshTree *tree;
    Box3 bounds;
    struct SolidEntry *next; // other levels of the same node
} SolidEntry;

typedef struct ProfileEntry {
    SolidState state;
    Region region;
} ProfileEntry;

typedef struct SolidFont SolidFont; // text.c

enum { SOLID_CIRCLE_CACHE = 64 };

struct SolidContext {
    Heap *heap;
    Arena arena;
    const IrGraph *graph;
    SolidOptions options;
    Diags *diags;
    f64 size;         // the object's largest extent, mm; 0: unknown
    f64 chord;        // the program's own tolerance, mm; 0: none
    i32 level;        // of what is being built
    u32 min_segments; // while profiles are made for a loft: sides of each circle at least
    SolidEntry **entries;
    ProfileEntry **profiles;
    u32 *cuts_at; // by difference: 1 + where its entries in cuts begin, one a child; 0: none
    u32 n_slots;  // of the three
    VEC(u8) cuts; // 1: the child is known to have taken something
    VEC(SolidFace) faces;
    u64 n_tris;
    const Vec2 *circles[SOLID_CIRCLE_CACHE]; // unit circles of 4 i points
    SolidFont *font;
};

static inline const IrNode *solid_node(const SolidContext *ctx, IrId id) {
    return &ctx->graph->nodes[id];
}

// Makes room in the tables for nodes that the graph has gained.
void solid_grow_tables(SolidContext *ctx);
// See solid_cut_took.
void solid_note_cut(SolidContext *ctx, IrId difference, u32 child);

// ---- diagnostics ----

Diag *solid_error(SolidContext *ctx, IrId id, DiagCode code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
// A length for a message, in mm: "%.*s" with STR_ARG.
Str solid_mm(SolidContext *ctx, f64 value);
Str solid_point2(SolidContext *ctx, Vec2 p);
Str solid_point3(SolidContext *ctx, Vec3 p);
// False, with a diagnostic, when n more triangles would break the limit.
bool solid_reserve_tris(SolidContext *ctx, IrId id, f64 n);

// ---- faces ----

// Adds n faces of that name, indices 0..; the first one's tag is returned, the others follow.
u32 solid_tags(SolidContext *ctx, IrId leaf, const char *name, u32 n);

// ---- tessellation policy (tess.c) ----

// The chord error allowed on something of radius r where it is built, mm.
f64 tess_chord(const SolidContext *ctx, f64 r);
// Sides of a full circle of radius r: a multiple of 4.
u32 tess_segments(const SolidContext *ctx, f64 r);
// Sides of an arc of radius r over deg degrees, at least 1.
u32 tess_arc(const SolidContext *ctx, f64 r, f64 deg);
// n points of the unit circle, n a multiple of 4, first on +x: exactly symmetric, extremes exact.
const Vec2 *tess_circle(SolidContext *ctx, u32 n);

// ---- mesh builder (builder.c) ----

typedef struct MeshBuilder {
    Heap *heap;
    VEC(Vec3) verts;
    VEC(u32) tris;
    VEC(u32) tags;
    VEC(f32) normals; // as many as tris have corners when curved
    bool curved;
} MeshBuilder;

void builder_init(MeshBuilder *b, Heap *heap, u32 n_verts, u32 n_tris, bool curved);
u32 builder_vert(MeshBuilder *b, Vec3 p);
void builder_flat(MeshBuilder *b, u32 v0, u32 v1, u32 v2, u32 tag);
void builder_curved(MeshBuilder *b, const u32 v[3], const Vec3 n[3], u32 tag);
// A convex polygon of n corners, balanced so that no triangle is needlessly thin; work: n entries.
void builder_convex(MeshBuilder *b, u32 *work, u32 n, bool reversed, u32 tag);
void builder_finish(MeshBuilder *b, Mesh *out);

// ---- solids ----

bool build_box(SolidContext *ctx, IrId id, Mesh *out);
bool build_sphere(SolidContext *ctx, IrId id, Mesh *out);
bool build_ellipsoid(SolidContext *ctx, IrId id, Mesh *out);
bool build_capsule(SolidContext *ctx, IrId id, Mesh *out);
bool build_lathed(SolidContext *ctx, IrId id, Mesh *out); // cylinder, tube, torus
bool build_pyramid(SolidContext *ctx, IrId id, Mesh *out);
bool build_wedge(SolidContext *ctx, IrId id, Mesh *out);
bool build_polyhedron(SolidContext *ctx, IrId id, Mesh *out);
bool build_extrude(SolidContext *ctx, IrId id, Mesh *out);
bool build_revolve(SolidContext *ctx, IrId id, Mesh *out);
bool build_sweep(SolidContext *ctx, IrId id, Mesh *out);
bool build_loft(SolidContext *ctx, IrId id, Mesh *out);
bool build_boolean(SolidContext *ctx, IrId id, Mesh *out); // union, difference, intersection, clip
bool build_paint(SolidContext *ctx, IrId id, Mesh *out);
bool build_hull(SolidContext *ctx, IrId id, Mesh *out);
bool build_blend(SolidContext *ctx, IrId id, Mesh *out);
bool build_shell(SolidContext *ctx, IrId id, Mesh *out);

// The entry of a node at the context's level plus what the outermost transform's scale asks for;
// *map is that transform. NULL: failed.
SolidEntry *solid_entry_placed(SolidContext *ctx, IrId id, Affine3 *map);
// How many times (power of two) map enlarges lengths, as a level; 0 when detail is relative anyway.
i32 solid_scale_level(const SolidContext *ctx, const Affine3 *map);

// A plain box, outward faces tagged tag.. in the order left right front back bottom top.
void mesh_box(Heap *heap, Box3 box, u32 tag, Mesh *out);

// The solid that the section (x: radius >= 0, y: z) sweeps from +x toward +y by 0 < angle <= 360
// degrees, with `segments` sides to a full circle. The section's edge tags become the walls' tags;
// cap_tag, cap_tag + 1: start and end faces when angle < 360. Points on the axis have x exactly 0.
bool lathe_build(SolidContext *ctx, IrId id, const Region *section, f64 angle, u32 segments,
                 u32 cap_tag, Mesh *out);

// What is turned to make a cylinder, tube, torus (primitives.c) or revolution (extrude.c: snapped
// to the axis, refused when it crosses that). From heap.
bool primitive_section(SolidContext *ctx, IrId id, Region *out);
bool revolve_section(SolidContext *ctx, IrId id, Region *out);
// A rounded (k > 1) or chamfered (k = 1) box with k divisions of a quarter circle of radius r, at
// most half of each side; six face tags from tag on in the order of mesh_box.
void mesh_round_box(SolidContext *ctx, Box3 box, f64 r, u32 k, u32 tag, u32 round_tag, Mesh *out);
// The largest inset that leaves something of a region, by bisection, for messages.
f64 region_inset_most(SolidContext *ctx, const Region *region);

// ---- profiles (profile.c) ----

// The region of a profile node, kept by the context. NULL: failed.
const Region *profile_region(SolidContext *ctx, IrId id);
// The same made anew for the caller with the context's min_segments, from heap.
bool profile_build(SolidContext *ctx, IrId id, Region *out);
bool text_build(SolidContext *ctx, IrId id, Region *out); // text.c
void font_close(SolidContext *ctx);
void region_reverse(Region *region); // turns every loop round: edges and normals change ends
// A growing loop; normals zero unless given.
typedef struct LoopBuilder {
    Heap *heap;
    VEC(Vec2) points;
    VEC(u32) edges;
    VEC(f32) normals; // 4 a point
    VEC(u32) starts;
} LoopBuilder;
void loop_init(LoopBuilder *b, Heap *heap);
void loop_add(LoopBuilder *b, Vec2 p, u32 tag); // its edge is straight
void loop_add_smooth(LoopBuilder *b, Vec2 p, u32 tag, Vec2 n0,
                     Vec2 n1); // normals of the edge that leaves p
void loop_close(LoopBuilder *b);
void loop_finish(LoopBuilder *b, Region *out);
// Adds the arc that rounds the corner between a, corner and c (or cuts it, when chamfer) so that
// its ends lie `cut` from the corner; radius: of the arc. Tag of the arc; of the edge that leaves:
// next_tag.
void loop_add_round(LoopBuilder *b, Vec2 before, Vec2 corner, Vec2 after, f64 cut, u32 n, u32 tag,
                    u32 next_tag);
// Divides edges longer than most into equal parts, 64 at most.
void region_divide(Heap *heap, Region *region, f64 most);
void region_transform(Region *region, const Affine2 *map);
// Normals for edges that meet their neighbours at less than `crease` degrees and have none.
void region_smooth(Heap *heap, Region *region, f64 crease_deg);

// ---- curves (curve.c) ----

typedef struct SolidPath {
    Vec3 *points; // n, no two neighbours equal
    u8 *sharp;    // n: the path has a corner there
    u32 n;
    bool closed; // the last joins the first
} SolidPath;

// A path node as points from heap. reach: how far the profile extends from the path, mm: bends are
// divided finely enough for their outside.
bool path_build(SolidContext *ctx, IrId id, f64 reach, SolidPath *out);
void path_finish(SolidPath *path, Heap *heap);
// Centripetal Catmull-Rom through points (Yuksel et al. 2011), natural at open ends; a point given
// twice in a row stays a corner. Result as path_build's. Cost: what it makes.
void curve_through(SolidContext *ctx, const Vec3 *points, u32 n, bool closed, f64 reach,
                   SolidPath *out);

// ---- skins (skin.c) ----

// Rings of points joined to a closed surface: what extrude, sweep and loft have in common. Ring s
// holds the region's points, placed: rings[s * n_points + i]. Rings run so that region x ring
// direction is outward for counter-clockwise outer loops.
typedef struct Skin {
    const Region
        *region; // loops, edge tags and normals (turned by tangents); triangulated for the caps
    const Vec3 *rings;
    u32 n_rings;
    const u8 *sharp; // n_rings: the surface has a crease there; NULL: everywhere
    const Affine3
        *frames; // n_rings: region plane -> space, for tangents of smooth edges; NULL: from
                 // neighbouring points, sharp where they turn by more than 35 degrees
    bool closed; // the last ring joins the first; no caps
    bool open;   // not closed up by caps: the caller does it
    bool pole_start, pole_end; // the ring is one point for each loop; no cap there
    const Region
        *cap_end; // what the far cap is triangulated as, of the same structure; NULL: region
    u32 tag_start, tag_end;
    const u32 *edge_tags; // per region point: the wall's tag
} Skin;
bool skin_build(SolidContext *ctx, IrId id, const Skin *skin, Mesh *out);
// One wall tag for each distinct edge tag of the region, in order; from heap.
u32 *skin_edge_tags(SolidContext *ctx, IrId id, const Region *region);

#endif
