// SPDX-License-Identifier: Apache-2.0
// The written formats: one row each. A writer turns the model into bytes; the caller saves them.
#ifndef FRC_COMPILER_EXPORT_EXPORT_H
#define FRC_COMPILER_EXPORT_EXPORT_H

#include "compiler/solid/model.h"

typedef struct ExportOptions {
    bool merge;       // one watertight solid (STL: always)
    bool no_manifold; // GLB: leave EXT_mesh_manifold out
    const char *unit; // of formats that have no unit of their own (STL, OBJ, PLY); NULL: mm
    const char *up;   // "z" (default) or "y" for those
    Str source_name;  // as given on the command line, without folders
    Sources *sources; // for the places of parts ("chair.part:12:3"); NULL: they are left out
    Str side_name;    // of formats of two files: the second one's name, as the first is to refer to
                      // it; empty: all in one file, as far as the format can
} ExportOptions;

typedef struct ExportFormat {
    const char *name;      // "glb"
    const char *extension; // ".glb"
    const char *media_type;
    const char *doc;
    // Appends the file to out. STATUS_LIMIT: too large for the format (*error says what);
    // STATUS_BUG: a check of ours failed.
    Status (*write)(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                    const char **error);
    // Formats of two files: the extension of the second (".bin", ".mtl") and what makes it, from
    // the same model and options. NULL: the format is one file.
    const char *side_extension;
    Status (*write_side)(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                         const char **error);
} ExportFormat;

u32 export_count(void);
const ExportFormat *export_at(u32 i);
const ExportFormat *export_find(Str name);             // "glb"
const ExportFormat *export_for_path(const char *path); // by extension, case-insensitive; NULL: none

#endif
