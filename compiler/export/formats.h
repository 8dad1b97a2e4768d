// SPDX-License-Identifier: Apache-2.0
// The writers behind the table of export.c, each as ExportFormat.write says.
#ifndef FRC_COMPILER_EXPORT_FORMATS_H
#define FRC_COMPILER_EXPORT_FORMATS_H

#include "compiler/export/export.h"

#define EXPORT_WRITER(name)                                                                        \
    Status name(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,         \
                const char **error)

EXPORT_WRITER(export_glb);
EXPORT_WRITER(export_gltf);
EXPORT_WRITER(export_gltf_bin);
EXPORT_WRITER(export_stl);
EXPORT_WRITER(export_3mf);
EXPORT_WRITER(export_obj);
EXPORT_WRITER(export_mtl);
EXPORT_WRITER(export_ply);

#endif
