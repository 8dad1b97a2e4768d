// SPDX-License-Identifier: Apache-2.0
// Between glb_read.c and glb_mesh.c.
#ifndef FRC_COMPILER_EXPORT_GLB_MESH_H
#define FRC_COMPILER_EXPORT_GLB_MESH_H

#include "base/map.h"
#include "compiler/export/glb_access.h"
#include "compiler/export/glb_read.h"

typedef struct GlbBase {
    u32 first, count;
    bool is_known;
} GlbBase;

typedef struct GlbReader {
    GlbAccess access; // holds the first fault of all
    Arena *arena;
    GlbFile *out;
    GlbBase *bases; // per accessor: where the places it holds begin in the mesh being read
} GlbReader;

// Fills out->meshes. False: access.fault says why.
bool glb_read_meshes(GlbReader *reader);

#endif
