// SPDX-License-Identifier: Apache-2.0
// Wavefront OBJ, and its MTL beside it. An object (`o`) a part, in the part's words a comment;
// vertices are shared as in the closed mesh, so that it stays closed for who reads it; normals are
// separate and rounded to 4 digits, which is finer than what they are computed from matters.
#include "compiler/export/bytes.h"
#include "compiler/export/formats.h"
#include "compiler/export/json_write.h"
#include "compiler/export/pieces.h"

#include "base/map.h"
#include "base/number.h"
#include "base/utf8.h"

typedef struct Obj {
    const Scene *scene;
    Heap *heap;
    StrBuf *out;
    Pieces pieces;
    Str *materials; // plain names: the scene's, then the default look's
    u64 n_verts, n_normals;
} Obj;

// Plain and unique names of the scene's materials, the default look last.
static Str *name_materials(const Scene *scene, Arena *arena) {
    Str *names = ARENA_NEW(arena, Str, (size_t)scene->n_materials + 1);
    for (u32 i = 0; i <= scene->n_materials; i++)
        names[i] = export_material(scene, i < scene->n_materials ? i : NONE).name;
    return plain_names(names, scene->n_materials + 1, arena);
}

// ---- geometry ----

static void add_normal(StrBuf *out, Vec3 n) {
    for (u32 k = 0; k < 3; k++) {
        char text[NUMBER_TEXT_MAX];
        number_write_short(floor(vec3_get(n, k) * 1e4 + 0.5) / 1e4 + 0.0, 5, text);
        if (k)
            strbuf_add_char(out, ' ');
        strbuf_add_z(out, text);
    }
}

// The number, from 1, of each corner's normal; new ones are written as vn lines.
static u32 *write_normals(Obj *obj, const Piece *piece, const FloatMesh *floats) {
    u32 *numbers = HEAP_NEW(obj->heap, u32, 3 * (size_t)floats->n_tris + 1);
    CornerNormals normals = corner_normals(piece->mesh, &piece->map);
    Arena arena;
    arena_init(&arena, obj->heap);
    StrMap known;
    strmap_init(&known, &arena);
    StrBuf text;
    strbuf_init(&text, obj->heap);
    for (u32 c = 0; c < 3 * floats->n_tris; c++) {
        if (float_mesh_is_dropped(floats, c / 3))
            continue;
        Vec3 flat = corner_flat(&normals, &piece->mesh->tris[c - c % 3]);
        Vec3 n = corner_normal(&normals, c, flat);
        if (obj->pieces.space.is_y_up)
            n = vec3(n.x, n.z, -n.y);
        text.len = 0;
        add_normal(&text, n);
        u32 found = strmap_get(&known, strbuf_str(&text));
        if (found == NONE) {
            found = known.n;
            strmap_set(&known, str_copy(&arena, strbuf_str(&text)), found);
            strbuf_addf(obj->out, "vn %.*s\n", STR_ARG(strbuf_str(&text)));
        }
        numbers[c] = found;
    }
    for (u32 c = 0; c < 3 * floats->n_tris; c++)
        numbers[c] += (u32)obj->n_normals + 1;
    obj->n_normals += known.n;
    strbuf_finish(&text);
    arena_finish(&arena);
    return numbers;
}

static u32 *write_places(Obj *obj, const Piece *piece, const FloatMesh *floats) {
    u32 *numbers = HEAP_NEW(obj->heap, u32, (size_t)piece->mesh->n_verts + 1);
    for (u32 t = 0; t < floats->n_tris; t++)
        for (u32 k = 0; k < 3 && !float_mesh_is_dropped(floats, t); k++)
            numbers[floats->tris[3 * (size_t)t + k]] = 1;
    for (u32 v = 0; v < piece->mesh->n_verts; v++) {
        if (!numbers[v])
            continue;
        numbers[v] = (u32)++obj->n_verts;
        strbuf_add_char(obj->out, 'v');
        for (u32 k = 0; k < 3; k++) {
            strbuf_add_char(obj->out, ' ');
            strbuf_add_f32(obj->out, floats->places[3 * (size_t)v + k]);
        }
        strbuf_add_char(obj->out, '\n');
    }
    return numbers;
}

// One usemtl a run of triangles of one material, in order of material.
static void write_faces(Obj *obj, const Piece *piece, const FloatMesh *floats, const u32 *places,
                        const u32 *normals) {
    bool is_turned = affine3_det(&piece->map) < 0;
    u32 n_slots = obj->scene->n_materials + 1;
    u32 *counts = HEAP_NEW(obj->heap, u32, (size_t)n_slots + 1);
    u32 *order = heap_alloc_raw(obj->heap, (size_t)floats->n_tris + 1, sizeof *order);
    for (u32 t = 0; t < floats->n_tris; t++)
        counts[MIN(piece_material(piece, t), n_slots - 1) + 1]++;
    for (u32 i = 0; i < n_slots; i++)
        counts[i + 1] += counts[i];
    for (u32 t = 0; t < floats->n_tris; t++)
        order[counts[MIN(piece_material(piece, t), n_slots - 1)]++] = t;
    u32 current = NONE;
    for (u32 i = 0; i < floats->n_tris; i++) {
        u32 t = order[i], material = MIN(piece_material(piece, t), n_slots - 1);
        if (float_mesh_is_dropped(floats, t))
            continue;
        if (material != current)
            strbuf_addf(obj->out, "usemtl %.*s\n", STR_ARG(obj->materials[material]));
        current = material;
        strbuf_add_char(obj->out, 'f');
        for (u32 k = 0; k < 3; k++) {
            u32 c = 3 * t + (is_turned ? 2 - k : k);
            strbuf_addf(obj->out, " %u//%u", places[floats->tris[c]], normals[c]);
        }
        strbuf_add_char(obj->out, '\n');
    }
    heap_free(obj->heap, counts);
    heap_free(obj->heap, order);
}

static bool write_piece(Obj *obj, const Piece *piece) {
    FloatMesh floats;
    bool ok = float_mesh_init(&floats, obj->heap, piece->mesh, &piece->map, obj->pieces.space);
    if (ok) {
        Str name = piece_name(&obj->pieces, piece, obj->scene);
        if (piece->part != NONE) {
            strbuf_add_z(obj->out, "# ");
            utf8_add_visible(obj->out, obj->scene->parts[piece->part].words);
            strbuf_addf(obj->out, "\no %.*s\n", STR_ARG(name));
        } else {
            strbuf_addf(obj->out, "o %.*s\n", STR_ARG(plain_name(name, &obj->pieces.arena)));
        }
        u32 *places = write_places(obj, piece, &floats);
        u32 *normals = write_normals(obj, piece, &floats);
        write_faces(obj, piece, &floats, places, normals);
        heap_free(obj->heap, places);
        heap_free(obj->heap, normals);
    }
    float_mesh_finish(&floats, obj->heap);
    return ok;
}

Status export_obj(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                  const char **error) {
    Obj obj = {.scene = model->scene, .heap = heap, .out = out};
    Status status = pieces_init(&obj.pieces, model, options, heap, error);
    if (status == STATUS_OK) {
        obj.materials = name_materials(obj.scene, &obj.pieces.arena);
        strbuf_addf(out, "# frc %s, %s, %s up\n", FRC_VERSION, options->unit ? options->unit : "mm",
                    options->up ? options->up : "z");
        if (options->side_name.len)
            strbuf_addf(out, "mtllib %.*s\n", STR_ARG(options->side_name));
    }
    for (u32 i = 0; i < obj.pieces.n && status == STATUS_OK; i++) {
        heap_poll(heap);
        if (!write_piece(&obj, &obj.pieces.items[i])) {
            *error = "a mesh is not closed or not finite";
            status = STATUS_BUG;
        }
    }
    pieces_finish(&obj.pieces, heap);
    return status;
}

// ---- materials ----

static void add_color(StrBuf *out, const char *key, const f32 color[3]) {
    strbuf_add_z(out, key);
    for (u32 k = 0; k < 3; k++) {
        strbuf_add_char(out, ' ');
        strbuf_add_f32(out, color[k]);
    }
    strbuf_add_char(out, '\n');
}

static void add_value(StrBuf *out, const char *key, f32 value) {
    strbuf_addf(out, "%s ", key);
    strbuf_add_f32(out, value);
    strbuf_add_char(out, '\n');
}

// Kd as it was written (sRGB), which is what readers of MTL show; Pm, Pr, Ke: the PBR extension.
static void write_mtl(StrBuf *out, Str name, const SceneMaterial *m) {
    f32 rgb[3];
    for (u32 k = 0; k < 3; k++)
        rgb[k] = (f32)(m->rgb >> (16 - 8 * k) & 255) / 255;
    strbuf_addf(out, "newmtl %.*s\n", STR_ARG(name));
    add_color(out, "Kd", rgb);
    add_value(out, "d", m->opacity);
    add_value(out, "Pm", m->metallic);
    add_value(out, "Pr", m->roughness);
    if (m->emission[0] > 0 || m->emission[1] > 0 || m->emission[2] > 0)
        add_color(out, "Ke", m->emission);
    strbuf_add_z(out, "illum 2\n");
}

// Only the materials that some triangle has.
Status export_mtl(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                  const char **error) {
    Pieces pieces;
    Status status = pieces_init(&pieces, model, options, heap, error);
    if (status == STATUS_OK) {
        const Scene *scene = model->scene;
        Str *names = name_materials(scene, &pieces.arena);
        bool *used = ARENA_NEW(&pieces.arena, bool, (size_t)scene->n_materials + 1);
        for (u32 i = 0; i < pieces.n; i++)
            for (u32 t = 0; t < pieces.items[i].mesh->n_tris; t++)
                used[MIN(piece_material(&pieces.items[i], t), scene->n_materials)] = true;
        strbuf_addf(out, "# frc %s\n", FRC_VERSION);
        for (u32 i = 0; i <= scene->n_materials; i++) {
            SceneMaterial look = export_material(scene, i < scene->n_materials ? i : NONE);
            if (used[i])
                write_mtl(out, names[i], &look);
        }
    }
    pieces_finish(&pieces, heap);
    return status;
}
