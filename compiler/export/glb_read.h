// SPDX-License-Identifier: Apache-2.0
// A GLB file read back: ours, and those of others as far as they are plain triangles (no
// compression, no files beside them). For `frc info` and for drawing a .glb. Everything is turned
// into the model's terms: mm, Z up, meshes of the kernel's kind.
#ifndef FRC_COMPILER_EXPORT_GLB_READ_H
#define FRC_COMPILER_EXPORT_GLB_READ_H

#include "compiler/ir/ir.h"
#include "compiler/mesh/mesh.h"

typedef struct GlbExtra { // of a node or of the asset: flat scalars only
    Str key;
    Str text; // numbers and truth values as JSON writes them
    bool is_text;
} GlbExtra;

typedef struct GlbMesh {
    Str name;
    Mesh mesh; // mats: index into materials + 1, or 0; tags 0. Closed only if is_closed: normals,
               // and all that needs no twin edges, can be used in any case
    u32 n_primitives;
    bool has_manifold; // claims EXT_mesh_manifold
    bool is_closed;    // checked: with the merges it claims, else with equal places joined
    u32 n_uses;
    Box3 bounds; // in its own frame
} GlbMesh;

typedef struct GlbNode {
    Str name;
    u32 parent;  // smaller than the node's own index; or NONE
    u32 mesh;    // or NONE
    Affine3 map; // mesh -> object
    GlbExtra *extras;
    u32 n_extras;
} GlbNode;

typedef struct GlbFile {
    Str generator;
    Str scene_name;
    GlbExtra *extras; // of the asset
    u32 n_extras;
    Str *extensions; // used
    u32 n_extensions;
    SceneMaterial *materials; // rgb 0, no span
    u32 n_materials;
    GlbMesh *meshes;
    u32 n_meshes;
    GlbNode *nodes; // of the default scene, parents first, children in order
    u32 n_nodes;
    Box3 bounds;   // of all, object frame
    u64 n_tris;    // instances counted each time
    u32 n_skipped; // primitives that are no triangles
} GlbFile;

// Everything lies in arena, which bytes must outlive no longer than the call. False: *error says
// what is wrong with the file.
bool glb_read(const void *bytes, size_t size, Arena *arena, GlbFile *out, Str *error);

// Of a node's own mesh, object frame; exact, but for meshes of very many vertices in very many
// places.
Box3 glb_node_bounds(const GlbFile *file, u32 node);

// The value of a node's extra as text, or an empty one.
Str glb_extra(const GlbExtra *extras, u32 n, const char *key);

// What `frc info` prints: a tree with sizes, the whole's size and axes, materials, closedness.
void glb_info_text(const GlbFile *file, StrBuf *out);
void glb_info_json(const GlbFile *file, StrBuf *out); // one object and a line break

#endif
