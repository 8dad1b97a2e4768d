// SPDX-License-Identifier: Apache-2.0
// IR -> meshes, on demand and once each: every IR node's mesh is built the first time it is asked
// for and kept. The checker's questions and the final model share the same meshes.
#ifndef FRC_COMPILER_SOLID_SOLID_H
#define FRC_COMPILER_SOLID_SOLID_H

#include "base/limits.h"
#include "compiler/ir/ir.h"
#include "compiler/mesh/query.h"

typedef struct SolidContext SolidContext;

typedef struct SolidOptions {
    f64 tolerance; // chord error, mm; 0: from the canvas, else from each round thing's own
    u32 n_threads; // 0: all
    Limits limits;
    const char *font_path; // NULL: the embedded font
} SolidOptions;

// graph may grow while the context is used. Errors in geometry (E06) go to diags with the node's
// span.
SolidContext *solid_create(Heap *heap, const IrGraph *graph, SolidOptions options, Diags *diags);
void solid_destroy(SolidContext *ctx);
// Both before the first mesh is asked for, or they change nothing for what is built.
void solid_set_object_size(SolidContext *ctx, f64 size);
void solid_set_tolerance(SolidContext *ctx, f64 chord);

// The mesh of a solid node in its own frame (for XFORM: of the transformed child, only made when
// somebody really needs it: prefer solid_placed). NULL: it failed and was diagnosed. May be empty
// (n_tris 0).
const Mesh *solid_mesh(SolidContext *ctx, IrId id);
// The mesh under the outermost transform, its tree (made on first need when with_tree) and the map.
bool solid_placed(SolidContext *ctx, IrId id, bool with_tree, PlacedMesh *out);
// Exact for what is built from exact extents. False: failed; an empty solid gives an empty box.
bool solid_bounds(SolidContext *ctx, IrId id, Box3 *out);
bool solid_profile_bounds(SolidContext *ctx, IrId id, Box2 *out);

// True: the child (1 or later) of a difference has taken something of the first, or lies flush with
// it, in some combination made so far. False: not known.
bool solid_cut_took(const SolidContext *ctx, IrId difference, u32 child);

// What a mesh tag means.
typedef struct SolidFace {
    IrId leaf;        // the node that made the face
    const char *name; // "top", "side", "cap_start" ...: logical face of that leaf
    u32 index;        // of several alike: side 0, 1, ...
} SolidFace;
SolidFace solid_face(const SolidContext *ctx, u32 tag);
u64 solid_triangle_count(const SolidContext *ctx); // built so far

#endif
