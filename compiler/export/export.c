// SPDX-License-Identifier: Apache-2.0
// The table of formats, in the order that help texts list them, and finding a row.
#include "compiler/export/export.h"

#include "compiler/export/formats.h"

static const ExportFormat formats[] = {
    {"glb", ".glb", "model/gltf-binary", "glTF 2.0, one file: parts, materials, closed meshes",
     export_glb, NULL, NULL},
    {"gltf", ".gltf", "model/gltf+json", "glTF 2.0 as text, with a .bin beside it", export_gltf,
     ".bin", export_gltf_bin},
    {"stl", ".stl", "model/stl", "binary STL: all parts united into one closed solid", export_stl,
     NULL, NULL},
    {"3mf", ".3mf", "model/3mf", "3MF: an assembly of named, coloured parts for printing",
     export_3mf, NULL, NULL},
    {"obj", ".obj", "model/obj", "Wavefront OBJ, with an .mtl beside it", export_obj, ".mtl",
     export_mtl},
    {"ply", ".ply", "application/octet-stream", "binary PLY: colour and part of each face",
     export_ply, NULL, NULL},
};

u32 export_count(void) {
    return COUNT_OF(formats);
}

const ExportFormat *export_at(u32 i) {
    return i < COUNT_OF(formats) ? &formats[i] : NULL;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool same_word(Str a, const char *b) {
    if (a.len != strlen(b))
        return false;
    for (u32 i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != b[i])
            return false;
    return true;
}

const ExportFormat *export_find(Str name) {
    for (u32 i = 0; i < COUNT_OF(formats); i++)
        if (same_word(name, formats[i].name))
            return &formats[i];
    return NULL;
}

const ExportFormat *export_for_path(const char *path) {
    const char *dot = strrchr(path, '.');
    if (!dot || strchr(dot, '/'))
        return NULL;
    for (u32 i = 0; i < COUNT_OF(formats); i++)
        if (same_word(str_from(dot), formats[i].extension))
            return &formats[i];
    return NULL;
}
