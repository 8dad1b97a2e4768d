// SPDX-License-Identifier: Apache-2.0
// Solids for the boolean's tests, and an expression that is built up operand by operand.
#ifndef FRC_TESTS_UNIT_MESH_SOLIDS_H
#define FRC_TESTS_UNIT_MESH_SOLIDS_H

#include "base/map.h"
#include "base/vec.h"
#include "compiler/mesh/boolean.h"
#include "tests/unit/test.h"

#include <stdlib.h>

// Outward triangles of a box: tags 1..6 for -x +x -y +y -z +z.
static inline Mesh solid_box(Heap *heap, Vec3 min, Vec3 max) {
    static const u8 faces[6][4] = {{0, 4, 6, 2}, {1, 3, 7, 5}, {0, 1, 5, 4},
                                   {2, 6, 7, 3}, {0, 2, 3, 1}, {4, 5, 7, 6}};
    Mesh mesh;
    mesh_init(&mesh, heap, 8, 12, false);
    for (u32 v = 0; v < 8; v++)
        mesh.verts[v] = vec3(v & 1 ? max.x : min.x, v & 2 ? max.y : min.y, v & 4 ? max.z : min.z);
    for (u32 f = 0; f < 6; f++)
        for (u32 i = 0; i < 2; i++) {
            u32 t = 2 * f + i;
            mesh.tris[3 * t] = faces[f][0];
            mesh.tris[3 * t + 1] = faces[f][1 + i];
            mesh.tris[3 * t + 2] = faces[f][2 + i];
            mesh.tags[t] = f + 1;
            mesh.mats[t] = 0;
        }
    return mesh;
}

// A prism with n sides around z through (cx, cy); tags 1 bottom, 2 top, 3 wall.
static inline Mesh solid_cylinder(Heap *heap, f64 cx, f64 cy, f64 r, f64 z0, f64 z1, u32 n,
                                  bool smooth) {
    Mesh mesh;
    mesh_init(&mesh, heap, 2 * n, 4 * n - 4, smooth);
    for (u32 i = 0; i < n; i++) {
        f64 x = cx + r * trig_cos(360.0 * i / n), y = cy + r * trig_sin(360.0 * i / n);
        mesh.verts[i] = vec3(x, y, z0);
        mesh.verts[n + i] = vec3(x, y, z1);
    }
    u32 t = 0;
    for (u32 i = 1; i + 1 < n; i++, t += 2) {
        const u32 v[6] = {0, i + 1, i, n, n + i, n + i + 1};
        memcpy(mesh.tris + 3 * t, v, sizeof v);
        mesh.tags[t] = 1;
        mesh.tags[t + 1] = 2;
        mesh.mats[t] = mesh.mats[t + 1] = 0;
    }
    for (u32 i = 0; i < n; i++, t += 2) {
        u32 j = (i + 1) % n;
        const u32 v[6] = {i, j, n + j, i, n + j, n + i};
        memcpy(mesh.tris + 3 * t, v, sizeof v);
        mesh.tags[t] = mesh.tags[t + 1] = 3;
        mesh.mats[t] = mesh.mats[t + 1] = 0;
        for (u32 c = 0; smooth && c < 6; c++) {
            f32 *normal = mesh.normals + (size_t)9 * t + 3 * c;
            normal[0] = (f32)trig_cos(360.0 * (v[c] % n) / n);
            normal[1] = (f32)trig_sin(360.0 * (v[c] % n) / n);
        }
    }
    return mesh;
}

// A sphere of n meridians and m bands; tag 1.
static inline Mesh solid_sphere(Heap *heap, Vec3 c, f64 r, u32 n, u32 m) {
    Mesh mesh;
    mesh_init(&mesh, heap, n * (m - 1) + 2, 2 * n * (m - 1), false);
    for (u32 i = 1; i < m; i++)
        for (u32 j = 0; j < n; j++) {
            f64 s = trig_sin(180.0 * i / m);
            mesh.verts[(i - 1) * n + j] =
                vec3(c.x + r * s * trig_cos(360.0 * j / n), c.y + r * s * trig_sin(360.0 * j / n),
                     c.z - r * trig_cos(180.0 * i / m));
        }
    u32 south = n * (m - 1), north = south + 1, t = 0;
    mesh.verts[south] = vec3(c.x, c.y, c.z - r);
    mesh.verts[north] = vec3(c.x, c.y, c.z + r);
    for (u32 i = 0; i < m; i++)
        for (u32 j = 0; j < n; j++) {
            u32 j2 = (j + 1) % n, a = i ? (i - 1) * n + j : south, b = i ? (i - 1) * n + j2 : south;
            u32 d = i < m - 1 ? i * n + j : north, e = i < m - 1 ? i * n + j2 : north;
            const u32 v[6] = {a, b, e, a, e, d};
            if (i > 0)
                memcpy(mesh.tris + 3 * t++, v, 3 * sizeof *v);
            if (i < m - 1)
                memcpy(mesh.tris + 3 * t++, v + 3, 3 * sizeof *v);
        }
    for (t = 0; t < mesh.n_tris; t++) {
        mesh.tags[t] = 1;
        mesh.mats[t] = 0;
    }
    return mesh;
}

static inline Mesh solid_tetra(Heap *heap, Vec3 a, Vec3 b, Vec3 c, Vec3 d) {
    static const u32 tris[12] = {0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3};
    Mesh mesh;
    mesh_init(&mesh, heap, 4, 4, false);
    const Vec3 verts[4] = {a, b, c, d};
    bool turned = vec3_dot(vec3_cross(vec3_sub(b, a), vec3_sub(c, a)), vec3_sub(d, a)) < 0;
    memcpy(mesh.verts, verts, sizeof verts);
    for (u32 i = 0; i < 12; i++)
        mesh.tris[turned ? 11 - i : i] = tris[i];
    for (u32 t = 0; t < 4; t++) {
        mesh.tags[t] = t + 1;
        mesh.mats[t] = 0;
    }
    return mesh;
}

// Two solids as one mesh.
static inline Mesh solid_both(Heap *heap, Mesh a, Mesh b) {
    Mesh out;
    mesh_init(&out, heap, a.n_verts + b.n_verts, a.n_tris + b.n_tris, false);
    memcpy(out.verts, a.verts, a.n_verts * sizeof(Vec3));
    memcpy(out.verts + a.n_verts, b.verts, b.n_verts * sizeof(Vec3));
    for (u32 i = 0; i < 3 * out.n_tris; i++)
        out.tris[i] = i < 3 * a.n_tris ? a.tris[i] : b.tris[i - 3 * a.n_tris] + a.n_verts;
    for (u32 t = 0; t < out.n_tris; t++) {
        out.tags[t] = t < a.n_tris ? a.tags[t] : b.tags[t - a.n_tris];
        out.mats[t] = t < a.n_tris ? a.mats[t] : b.mats[t - a.n_tris];
    }
    return out;
}

// Leaves keep a copy of the mesh's struct; all memory is the heap's.
typedef struct Builder {
    Heap *heap;
    const void *user; // the caller's own
    VEC(CsgLeaf) leaves;
    VEC(CsgNode) nodes;
    VEC(u32) args;
} Builder;

static inline u32 build_leaf_at(Builder *b, Mesh mesh, Affine3 map, u16 mat) {
    Mesh *kept = HEAP_NEW(b->heap, Mesh, 1);
    *kept = mesh;
    vec_push(b->heap, &b->leaves, (CsgLeaf){.mesh = kept, .map = map, .mat = mat});
    vec_push(b->heap, &b->nodes, (CsgNode){CSG_LEAF, b->leaves.len - 1, 0});
    return b->nodes.len - 1;
}
static inline u32 build_leaf(Builder *b, Mesh mesh) {
    return build_leaf_at(b, mesh, affine3_identity(), 0);
}

static inline u32 build_op(Builder *b, CsgOp op, const u32 *args, u32 n) {
    u32 first = b->args.len;
    for (u32 i = 0; i < n; i++)
        vec_push(b->heap, &b->args, args[i]);
    vec_push(b->heap, &b->nodes, (CsgNode){op, first, n});
    return b->nodes.len - 1;
}
static inline u32 build_pair(Builder *b, CsgOp op, u32 a, u32 c) {
    const u32 args[2] = {a, c};
    return build_op(b, op, args, 2);
}

static inline Status build_run(Builder *b, u32 root, Mesh *out, CsgReport *report) {
    CsgExpr expr = {b->leaves.data, b->leaves.len, b->nodes.data, b->nodes.len,
                    b->args.data,   b->args.len,   root};
    return mesh_boolean(b->heap, &expr, (CsgOptions){0}, out, report);
}

#endif
