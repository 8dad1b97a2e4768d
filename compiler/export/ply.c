// SPDX-License-Identifier: Apache-2.0
// PLY, binary little-endian: all parts in one list of vertices and one of faces; each face says
// which part it belongs to and what colour it has. Labels stand in comments of the header.
#include "compiler/export/bytes.h"
#include "compiler/export/formats.h"
#include "compiler/export/pieces.h"

typedef struct PlyPiece { // one piece's part of the file
    const Piece *piece;
    FloatMesh floats;
    u32 *numbers; // per mesh vertex: its number in the file, or NONE
} PlyPiece;

typedef struct Ply {
    const Scene *scene;
    Pieces pieces;
    PlyPiece *items;
    u32 n_verts, n_faces;
} Ply;

// Numbers the vertices that triangles name; pieces are closed, so all others are idle.
static bool prepare(Ply *ply, PlyPiece *item, Heap *heap) {
    const Mesh *mesh = item->piece->mesh;
    if (!float_mesh_init(&item->floats, heap, mesh, &item->piece->map, ply->pieces.space))
        return false;
    item->numbers = heap_alloc_raw(heap, (size_t)mesh->n_verts + 1, sizeof *item->numbers);
    for (u32 v = 0; v < mesh->n_verts; v++)
        item->numbers[v] = NONE;
    for (u32 t = 0; t < mesh->n_tris; t++)
        for (u32 k = 0; k < 3 && !float_mesh_is_dropped(&item->floats, t); k++)
            item->numbers[item->floats.tris[3 * (size_t)t + k]] = 0;
    for (u32 v = 0; v < mesh->n_verts; v++)
        if (item->numbers[v] != NONE)
            item->numbers[v] = ply->n_verts++;
    ply->n_faces += item->floats.n_tris - item->floats.n_dropped;
    return true;
}

// A path in a header of ASCII lines.
static void add_ascii(StrBuf *out, Str text) {
    for (u32 i = 0; i < text.len; i++)
        strbuf_add_char(out, text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f ? text.ptr[i] : '_');
}

static void write_header(const Ply *ply, const ExportOptions *options, StrBuf *out) {
    strbuf_addf(out, "ply\nformat binary_little_endian 1.0\ncomment frc %s, %s, %s up\n",
                FRC_VERSION, options->unit ? options->unit : "mm", options->up ? options->up : "z");
    u32 next = 0;
    for (u32 i = 0; i < ply->scene->n_parts && !options->merge; i++)
        if (ply->pieces.names.classes[i] == next) {
            strbuf_addf(out, "comment part_id %u ", next++);
            add_ascii(out, ply->scene->parts[i].path);
            strbuf_add_char(out, '\n');
        }
    strbuf_addf(out, "element vertex %u\nproperty float x\nproperty float y\nproperty float z\n",
                ply->n_verts);
    strbuf_addf(
        out,
        "element face %u\nproperty list uchar int vertex_indices\nproperty uchar red\n"
        "property uchar green\nproperty uchar blue\nproperty int part_id\nproperty int instance\n"
        "end_header\n",
        ply->n_faces);
}

static void write_faces(const Ply *ply, const PlyPiece *item, StrBuf *out) {
    const Piece *piece = item->piece;
    bool is_turned = affine3_det(&piece->map) < 0;
    bool is_part = piece->part != NONE;
    u32 id = is_part ? ply->pieces.names.classes[piece->part] : 0;
    u32 instance = is_part ? ply->scene->parts[piece->part].instance : 0;
    for (u32 t = 0; t < item->floats.n_tris; t++) {
        if (float_mesh_is_dropped(&item->floats, t))
            continue;
        const u32 *tri = &item->floats.tris[3 * (size_t)t];
        u32 rgb = export_material(ply->scene, piece_material(piece, t)).rgb;
        strbuf_add_char(out, 3);
        bytes_add_u32(out, item->numbers[tri[0]]);
        bytes_add_u32(out, item->numbers[tri[is_turned ? 2 : 1]]);
        bytes_add_u32(out, item->numbers[tri[is_turned ? 1 : 2]]);
        u8 color[3] = {(u8)(rgb >> 16), (u8)(rgb >> 8), (u8)rgb};
        strbuf_add_bytes(out, color, sizeof color);
        bytes_add_u32(out, id);
        bytes_add_u32(out, instance);
    }
}

static void write_ply(const Ply *ply, const ExportOptions *options, StrBuf *out) {
    write_header(ply, options, out);
    for (u32 i = 0; i < ply->pieces.n; i++)
        for (u32 v = 0; v < ply->items[i].piece->mesh->n_verts; v++)
            if (ply->items[i].numbers[v] != NONE)
                bytes_add_f32s(out, &ply->items[i].floats.places[3 * (size_t)v], 3);
    for (u32 i = 0; i < ply->pieces.n; i++)
        write_faces(ply, &ply->items[i], out);
}

Status export_ply(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                  const char **error) {
    Ply ply = {.scene = model->scene};
    Status status = pieces_init(&ply.pieces, model, options, heap, error);
    ply.items = ARENA_NEW(&ply.pieces.arena, PlyPiece, ply.pieces.n);
    for (u32 i = 0; i < ply.pieces.n && status == STATUS_OK; i++) {
        ply.items[i].piece = &ply.pieces.items[i];
        heap_poll(heap);
        if (!prepare(&ply, &ply.items[i], heap)) {
            *error = "a mesh is not closed or not finite";
            status = STATUS_BUG;
        } else if (ply.n_verts > INT32_MAX) {
            *error = "more vertices than PLY's indices can count";
            status = STATUS_LIMIT;
        }
    }
    if (status == STATUS_OK)
        write_ply(&ply, options, out);
    for (u32 i = 0; i < ply.pieces.n; i++) {
        float_mesh_finish(&ply.items[i].floats, heap);
        heap_free(heap, ply.items[i].numbers);
    }
    pieces_finish(&ply.pieces, heap);
    return status;
}
