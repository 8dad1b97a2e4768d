// SPDX-License-Identifier: Apache-2.0
// Writes an expression with its operands and our result of it, for programs that evaluate the same
// with another kernel (tests/npm/csg.mjs and tests/bench/peers/manifold.cpp read it).
// Little-endian:
//
//   u32 magic "CSG1", n_meshes, n_leaves, n_nodes, n_args, root, label, 0
//   a mesh:  u32 n_verts, n_tris; f64 x, y, z a vertex; u32 3 indices a triangle
//   a leaf:  u32 mesh, 0; f64 the 3 rows of its matrix, then its translation
//   a node:  u32 op (0 leaf, 1 union, 2 intersection, 3 difference), first, len
//   args:    u32 each
//   result:  f64 status, triangles, vertices, components, genus, volume, area, median ms
#ifndef FRC_TESTS_BENCH_CSG_FILE_H
#define FRC_TESTS_BENCH_CSG_FILE_H

#include "tests/unit/mesh/solids.h"

typedef struct CsgResult {
    f64 status, n_tris, n_verts, n_components, genus, volume, area, ms;
} CsgResult;

static inline CsgResult csg_result_of(Heap *heap, Status status, const Mesh *mesh, f64 ms) {
    MeshCheck check = mesh_check(heap, mesh);
    MeshMeasure measure = mesh_measure(mesh);
    return (CsgResult){(f64)status + (check.fault != MESH_OK ? 100 : 0),
                       mesh->n_tris,
                       mesh->n_verts,
                       check.n_components,
                       (f64)check.genus,
                       measure.volume,
                       measure.area,
                       ms};
}

// Leaves that share a Mesh struct share it in the file if they stand side by side.
static inline bool csg_write(FILE *f, const Builder *b, u32 root, u32 label, CsgResult result) {
    u32 n_meshes = 0;
    for (u32 l = 0; l < b->leaves.len; l++)
        n_meshes += !l || b->leaves.data[l].mesh != b->leaves.data[l - 1].mesh;
    const u32 head[8] = {0x31475343,  n_meshes, b->leaves.len, b->nodes.len,
                         b->args.len, root,     label,         0};
    size_t n = fwrite(head, sizeof head, 1, f);
    for (u32 l = 0; l < b->leaves.len; l++) {
        const Mesh *m = b->leaves.data[l].mesh;
        const u32 counts[2] = {m->n_verts, m->n_tris};
        if (l && m == b->leaves.data[l - 1].mesh)
            continue;
        n += fwrite(counts, sizeof counts, 1, f);
        n += fwrite(m->verts, sizeof(Vec3), m->n_verts, f) == m->n_verts;
        n += fwrite(m->tris, 3 * sizeof(u32), m->n_tris, f) == m->n_tris;
    }
    u32 mesh = 0;
    for (u32 l = 0; l < b->leaves.len; l++) {
        const CsgLeaf *leaf = &b->leaves.data[l];
        mesh += l && leaf->mesh != b->leaves.data[l - 1].mesh;
        const u32 which[2] = {mesh, 0};
        n += fwrite(which, sizeof which, 1, f);
        n += fwrite(leaf->map.m, sizeof leaf->map.m, 1, f);
        n += fwrite(&leaf->map.t, sizeof leaf->map.t, 1, f);
    }
    for (u32 i = 0; i < b->nodes.len; i++) {
        const u32 node[3] = {(u32)b->nodes.data[i].op, b->nodes.data[i].first,
                             b->nodes.data[i].len};
        n += fwrite(node, sizeof node, 1, f);
    }
    n += fwrite(b->args.data, sizeof(u32), b->args.len, f) == b->args.len;
    n += fwrite(&result, sizeof result, 1, f);
    return n == 3 + 3 * (size_t)n_meshes + 3 * (size_t)b->leaves.len + b->nodes.len;
}

#endif
