// SPDX-License-Identifier: Apache-2.0
// A closed mesh as a file has it: places in float32 in the file's unit and axes, without the edges
// that rounding made empty.
#ifndef FRC_COMPILER_EXPORT_FLOAT_MESH_H
#define FRC_COMPILER_EXPORT_FLOAT_MESH_H

#include "compiler/export/export.h"

typedef struct FloatSpace {
    f64 divisor;  // mm in the file's unit
    bool is_y_up; // (x, y, z) -> (x, z, -y)
} FloatSpace;

typedef struct FloatMesh {
    f32 *places; // 3 per vertex of the mesh
    u32 *tris; // 3 per triangle of the mesh, in its order and sense; a dropped one names one vertex
               // thrice
    u32 n_tris;
    u32 n_dropped;
} FloatMesh;

// Arrays from heap. False: the mesh is not closed or not finite, which is a bug of ours; the arrays
// are then to be finished too. map is applied first; a mirroring one does not turn the triangles.
// O(n).
bool float_mesh_init(FloatMesh *out, Heap *heap, const Mesh *mesh, const Affine3 *map,
                     FloatSpace space);
void float_mesh_finish(FloatMesh *mesh, Heap *heap);

static inline bool float_mesh_is_dropped(const FloatMesh *mesh, u32 tri) {
    const u32 *t = &mesh->tris[3 * (size_t)tri];
    return t[0] == t[1] && t[1] == t[2];
}

// The normals of a mesh under a linear map, in model axes.
typedef struct CornerNormals {
    const Mesh *mesh;
    const Affine3 *map;
    Affine3 normal_map; // the cofactors of map, turned outward
    bool is_mirrored;   // map turns the triangles around
} CornerNormals;

CornerNormals corner_normals(const Mesh *mesh, const Affine3 *map);
// Of the plane of the triangle of mesh vertices tri, outward; zero when it has no area.
Vec3 corner_flat(const CornerNormals *normals, const u32 tri[3]);
// Of the surface at corner (index into mesh->tris), or flat where it is flat.
Vec3 corner_normal(const CornerNormals *normals, u32 corner, Vec3 flat);

// Unit and axes as the options say. STATUS_USAGE: an unknown unit or axis; *error says which there
// are.
Status float_space_from(const ExportOptions *options, FloatSpace *out, const char **error);

#endif
