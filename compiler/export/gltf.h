// SPDX-License-Identifier: Apache-2.0
// The glTF document of a model, before it is bytes: what GLB, glTF + bin and their tests share.
// Private to this room. The order of work: gltf_place.c decides where each part stands and which
// shape it needs, gltf_geometry.c makes the vertex and index arrays of each shape, gltf_doc.c names
// and numbers everything, gltf_write.c turns the document into JSON and binary.
//
// Model space is mm with Z up and the front at -Y; glTF is metres with Y up and the front at +Z:
// (x, y, z) becomes (x, z, -y) / 1000.
#ifndef FRC_COMPILER_EXPORT_GLTF_H
#define FRC_COMPILER_EXPORT_GLTF_H

#include "base/map.h"
#include "base/vec.h"
#include "compiler/export/export.h"
#include "compiler/export/names.h"

// A run of indices drawn with one material.
typedef struct GltfGroup {
    u32 slot;     // 0: the part's own material; else scene material + 1
    u32 first, n; // in indices
} GltfGroup;

// A shape, written once however many parts have it. `shape` is what of a part's transform cannot
// stand in a node (mirror images, shear): it is applied to the vertices; nearly always the
// identity.
typedef struct GltfGeometry {
    const Mesh *mesh;
    Affine3 shape; // no translation
    u32 n_verts, n_indices, n_merges, n_groups;
    f32 *verts;    // n_verts x 6: place in metres, unit normal
    u32 *indices;  // n_indices: triangles, grouped by material
    u32 *merge_at; // n_merges, rising: indices[merge_at[i]] stands for vertex
    u32 *merge_to; // merge_to[i] in the closed mesh
    GltfGroup *groups;
    f32 min[3], max[3];
    u32 first_accessor; // positions, normals, and unless unwanted: all indices, (merge at, merge
                        // to)
    u32 first_group;    // then the indices of each group
} GltfGeometry;

// Makes the arrays (from heap) from mesh and shape. False: the mesh is not closed, or not finite,
// which is a bug of ours. O(n).
bool gltf_geometry_build(GltfGeometry *geometry, Heap *heap);
void gltf_geometry_finish(GltfGeometry *geometry, Heap *heap);

// Bit k set: the mirror image in the plane across axis k through *center (of the bounds) is the
// same surface, with the same materials and normals, as far as float32 metres can tell. O(n).
u32 gltf_mesh_symmetry(const Mesh *mesh, Heap *heap, Vec3 *center);

typedef struct GltfMesh {
    u32 geometry;
    u32 material; // of slot 0: the scene's material, or NONE
    u32 feature;  // index into features, or NONE
    u32 part;     // the first part that has it, for its name
} GltfMesh;

// The scene's material that a group is drawn with, or NONE: the default look.
static inline u32 gltf_group_material(const GltfMesh *mesh, const GltfGroup *group) {
    return group->slot ? group->slot - 1 : mesh->material;
}

typedef struct GltfFeature { // a constant vertex attribute: the part's class
    u32 geometry, id, accessor;
} GltfFeature;

typedef struct GltfNode {
    u32 mesh; // index into meshes, or NONE
    u32 geometry;
    u32 first_child, last_child, next; // nodes, or NONE
    u32 part_id;                       // index of its path among the distinct ones
    Affine3 global; // of the node, model space: a rotation, scaled only without children
    f64 move[3], turn[4], scale[3]; // relative to the parent, glTF space; turn is x y z w
} GltfNode;

typedef enum GltfContent { GLTF_VERTS, GLTF_INDICES, GLTF_MERGES, GLTF_FEATURES } GltfContent;

typedef struct GltfView {
    GltfContent content;
    u32 source; // geometry or feature
    u32 stride, target;
    u64 off, size;
} GltfView;

typedef enum GltfComponent { GLTF_U16 = 5123, GLTF_U32 = 5125, GLTF_F32 = 5126 } GltfComponent;

typedef struct GltfAccessor {
    u32 view, off, count;
    GltfComponent component;
    bool is_vec3;
    u32 bounds_of;   // geometry whose min and max it shows, or NONE
    u32 sparse_view; // or NONE
    u32 n_sparse;
    GltfComponent sparse_component; // of the sparse indices
} GltfAccessor;

typedef struct GltfDoc {
    const Model *model;
    const ExportOptions *options;
    Heap *heap;
    Arena arena;
    VEC(GltfGeometry) geometries;
    VEC(GltfNode) nodes; // one per part; one in all when merged
    VEC(GltfMesh) meshes;
    VEC(GltfFeature) features;
    VEC(u32) materials;  // scene materials used, in order of first use; NONE: the default look
    u32 *material_index; // by scene material, the last: the default look; index into materials
    PartNames names;
    VEC(GltfView) views;
    VEC(GltfAccessor) accessors;
    Mesh merged; // of a merged model
    u64 bin_size;
} GltfDoc;

// Places, shapes and hierarchy: fills nodes (global, move, turn, scale, geometry, children) and the
// list of geometries, not yet built.
void gltf_place(GltfDoc *doc);

// Names, places and which meshes there are; geometries are not built. What other formats of parts
// and instances need, too.
Status gltf_plan(GltfDoc *doc, const Model *model, const ExportOptions *options, Heap *heap,
                 const char **error);
// mesh -> model for a node: its place with its scale.
Affine3 gltf_node_map(const GltfNode *node);

// All but bytes. The document lives until gltf_finish; the model must outlive it.
Status gltf_build(GltfDoc *doc, const Model *model, const ExportOptions *options, Heap *heap,
                  const char **error);
void gltf_finish(GltfDoc *doc);

// uri: of the binary part, or empty inside a GLB.
void gltf_write_json(GltfDoc *doc, Str uri, StrBuf *out);
void gltf_write_bin(const GltfDoc *doc, StrBuf *out); // bin_size bytes

#endif
