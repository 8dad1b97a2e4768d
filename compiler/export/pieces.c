// SPDX-License-Identifier: Apache-2.0
// See pieces.h.
#include "compiler/export/pieces.h"

static void list_parts(Pieces *out, const Model *model) {
    out->items = ARENA_NEW(&out->arena, Piece, model->scene->n_parts);
    for (u32 i = 0; i < model->scene->n_parts; i++) {
        const ModelPart *part = &model->parts[i];
        if (part->mesh == NONE || model->meshes[part->mesh].mesh->n_tris == 0)
            continue;
        out->items[out->n++] =
            (Piece){model->meshes[part->mesh].mesh, part->map, model->scene->parts[i].material, i};
    }
}

Status pieces_init(Pieces *out, const Model *model, const ExportOptions *options, Heap *heap,
                   const char **error) {
    *out = (Pieces){0};
    arena_init(&out->arena, heap);
    Status status = float_space_from(options, &out->space, error);
    if (status != STATUS_OK)
        return status;
    out->names = part_names(model->scene, &out->arena);
    if (!options->merge) {
        list_parts(out, model);
        return STATUS_OK;
    }
    if (!model_merge(model, heap, &out->merged)) {
        *error = "the parts could not be united";
        return STATUS_PROGRAM;
    }
    out->items = ARENA_NEW(&out->arena, Piece, 1);
    out->items[out->n++] = (Piece){&out->merged, affine3_identity(), NONE, NONE};
    return STATUS_OK;
}

void pieces_finish(Pieces *pieces, Heap *heap) {
    if (pieces->merged.verts)
        mesh_finish(&pieces->merged, heap);
    arena_finish(&pieces->arena);
}

Str piece_name(const Pieces *pieces, const Piece *piece, const Scene *scene) {
    return piece->part == NONE ? scene->name : pieces->names.names[piece->part];
}
