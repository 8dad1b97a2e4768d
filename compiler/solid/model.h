// SPDX-License-Identifier: Apache-2.0
// The model: the scene's parts with their meshes, shared between instances. Read by inspection,
// export and rendering.
#ifndef FRC_COMPILER_SOLID_MODEL_H
#define FRC_COMPILER_SOLID_MODEL_H

#include "compiler/solid/solid.h"

typedef struct ModelMesh {
    const Mesh *mesh;    // owned by the solid context
    IrId id;             // the node it is the mesh of
    MeshMeasure measure; // in its own frame
    u32 n_uses;
} ModelMesh;

typedef struct ModelPart { // one per ScenePart, same index
    u32 mesh;              // index into meshes, or NONE
    Affine3 map;           // mesh -> object
    Box3 bounds;           // own geometry, object frame; empty without
    f64 volume, area;      // mm3, mm2 of the placed geometry
} ModelPart;

typedef struct Model {
    const Scene *scene;
    SolidContext *solids;
    ModelMesh *meshes;
    u32 n_meshes;
    ModelPart *parts; // scene->n_parts
    Box3 bounds;      // of all
    u64 n_tris;       // instances counted each time
} Model;

// False when a part could not be built (diagnosed). Reports E06 for parts without anything left and
// for a whole without geometry. Arrays from arena.
bool model_build(const Scene *scene, SolidContext *solids, Arena *arena, Diags *diags, Model *out);

// All parts united into one watertight solid (for STL and --merge). False: diagnosed.
bool model_merge(const Model *model, Heap *heap, Mesh *out);

// --emit solids: meshes with their counts, measures and faces, and the parts that use them
// (model_dump.c).
void model_dump(const Model *model, StrBuf *out);

#endif
