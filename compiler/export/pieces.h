// SPDX-License-Identifier: Apache-2.0
// The model as a plain list of placed meshes, for formats that know no instances: one a part with
// geometry, or the single united one.
#ifndef FRC_COMPILER_EXPORT_PIECES_H
#define FRC_COMPILER_EXPORT_PIECES_H

#include "compiler/export/float_mesh.h"
#include "compiler/export/names.h"

typedef struct Piece {
    const Mesh *mesh;
    Affine3 map;  // mesh -> model
    u32 material; // of the scene, for what is not painted; NONE: the default look
    u32 part;     // or NONE: the united whole
} Piece;

typedef struct Pieces {
    Piece *items;
    u32 n;
    PartNames names;
    FloatSpace space;
    Mesh merged;
    Arena arena;
} Pieces;

// STATUS_OK, or what ExportFormat.write would return. Finish it in any case.
Status pieces_init(Pieces *pieces, const Model *model, const ExportOptions *options, Heap *heap,
                   const char **error);
void pieces_finish(Pieces *pieces, Heap *heap);

// The scene's material on a triangle of the piece's mesh, or NONE.
static inline u32 piece_material(const Piece *piece, u32 tri) {
    u32 slot = piece->mesh->mats ? piece->mesh->mats[tri] : 0;
    return slot ? slot - 1 : piece->material;
}
// The united whole has the object's name.
Str piece_name(const Pieces *pieces, const Piece *piece, const Scene *scene);

#endif
