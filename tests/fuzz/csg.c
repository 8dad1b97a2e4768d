// SPDX-License-Identifier: Apache-2.0
// Fuzz target: any bytes name boxes and tetrahedra on a small grid, some moved by ulps, and
// operations on them. The result must be closed, and union and intersection of any two nodes must
// add up to both.
#include "base/vec.h"
#include "compiler/mesh/boolean.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);

typedef struct Bytes {
    const u8 *at, *end;
} Bytes;

static u32 take(Bytes *b, u32 n) {
    return b->at < b->end ? *b->at++ % n : 0;
}

static Vec3 take_place(Bytes *b) {
    f64 x = take(b, 5), y = take(b, 5);
    return vec3(x, y, take(b, 5));
}

static void make_solid(Heap *heap, Bytes *b, Mesh *out) {
    static const u8 faces[12][3] = {{0, 4, 6}, {0, 6, 2}, {1, 3, 7}, {1, 7, 5},
                                    {0, 1, 5}, {0, 5, 4}, {2, 6, 7}, {2, 7, 3},
                                    {0, 2, 3}, {0, 3, 1}, {4, 5, 7}, {4, 7, 6}};
    static const u8 tetra[4][3] = {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}};
    bool is_box = take(b, 2);
    mesh_init(out, heap, is_box ? 8 : 4, is_box ? 12 : 4, false);
    Vec3 p[4];
    for (u32 i = 0; i < 4; i++)
        p[i] = take_place(b);
    f64 volume =
        vec3_dot(vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0])), vec3_sub(p[3], p[0]));
    for (u32 v = 0; v < out->n_verts; v++)
        out->verts[v] = is_box
                            ? vec3(p[v & 1].x + (v & 1 ? 5 : 0), p[v >> 1 & 1].y + (v & 2 ? 5 : 0),
                                   p[v >> 2].z + (v & 4 ? 5 : 0))
                            : p[v];
    for (u32 t = 0; t < out->n_tris; t++) {
        for (u32 i = 0; i < 3; i++)
            out->tris[3 * t + i] =
                is_box ? faces[t][i] : tetra[t][!is_box && volume < 0 && i ? 3 - i : i];
        out->tags[t] = t;
        out->mats[t] = 0;
    }
    if (take(b, 4) == 0)
        for (u32 v = 0; v < out->n_verts; v++)
            out->verts[v].x = out->verts[v].x * 0.1 + (take(b, 3) - 1.0) * 0x1p-54;
}

static f64 volume_of(Heap *heap, CsgExpr *expr, u32 root) {
    Mesh out;
    expr->root = root;
    if (mesh_boolean(heap, expr, (CsgOptions){0}, &out, NULL) != STATUS_OK)
        abort(); // nothing may be refused, not even what is all one point
    return mesh_measure(&out).volume;
}

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size) {
    Heap heap;
    heap_init(&heap, 512u << 20);
    if (HEAP_TRY(&heap)) {
        Bytes b = {bytes, bytes + size};
        enum { N_LEAVES = 6 };
        Mesh meshes[N_LEAVES];
        CsgLeaf leaves[N_LEAVES];
        CsgNode nodes[64];
        u32 args[64], n_args = 0, n_nodes = 2 + take(&b, N_LEAVES - 1), n_leaves = n_nodes;
        for (u32 l = 0; l < n_leaves; l++) {
            make_solid(&heap, &b, &meshes[l]);
            leaves[l] = (CsgLeaf){.mesh = &meshes[l], .map = affine3_identity(), .mat = (u16)l};
            nodes[l] = (CsgNode){CSG_LEAF, l, 0};
        }
        for (u32 n_ops = take(&b, 5); n_ops > 0; n_ops--) {
            nodes[n_nodes] =
                (CsgNode){(CsgOp)(CSG_UNION + (int)take(&b, 3)), n_args, 1 + take(&b, 4)};
            for (u32 i = 0; i < nodes[n_nodes].len; i++)
                args[n_args++] = take(&b, n_nodes);
            n_nodes++;
        }
        const u32 first = n_nodes - 1, second = take(&b, n_nodes);
        for (u32 i = 0; i < 2; i++) {
            nodes[n_nodes++] = (CsgNode){i ? CSG_INTERSECTION : CSG_UNION, n_args, 2};
            args[n_args++] = first;
            args[n_args++] = second;
        }
        CsgExpr expr = {leaves, n_leaves, nodes, n_nodes, args, n_args, 0};
        f64 one = volume_of(&heap, &expr, first), two = volume_of(&heap, &expr, second);
        f64 any = volume_of(&heap, &expr, n_nodes - 2), both = volume_of(&heap, &expr, n_nodes - 1);
        if (fabs(any + both - one - two) > 1e-3)
            abort();
    }
    heap_finish(&heap);
    return 0;
}
