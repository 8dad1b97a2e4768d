// SPDX-License-Identifier: Apache-2.0
// n-ary CSG of closed meshes, evaluated in one exact arrangement. spec/kernel.md states the promise.
#ifndef FRC_COMPILER_MESH_BOOLEAN_H
#define FRC_COMPILER_MESH_BOOLEAN_H

#include "compiler/mesh/mesh.h"

// One operand. Operands may share a mesh. Coplanar faces stay coplanar exactly under moves and turns by
// right angles; a rotation that all operands share is the caller's to take out (the solid room does).
typedef struct CsgLeaf {
    const Mesh *mesh;
    Affine3 map; // mesh -> frame
    u16 mat;     // material of faces that this operand owns and that are painted with none (0: none)
    bool is_simple; // the mesh is closed and does not meet itself (a primitive, a result of this
                    // kernel): only what comes near other operands is looked at, much the fastest.
                    // A wrong claim costs time where it shows, and correctness where it doesn't
} CsgLeaf;

typedef enum CsgOp {
    CSG_LEAF,         // first: index into leaves
    CSG_UNION,        // args[first .. first+len)
    CSG_INTERSECTION,
    CSG_DIFFERENCE,   // the first minus all the others
} CsgOp;

typedef struct CsgNode {
    CsgOp op;
    u32 first, len;
} CsgNode;

// A directed acyclic graph: nodes name their operands through args; a node may be used many times.
// Leaves that the root does not depend on take part in the frame of coordinates, and in nothing else.
typedef struct CsgExpr {
    const CsgLeaf *leaves;
    u32 n_leaves;
    const CsgNode *nodes;
    u32 n_nodes;
    const u32 *args; // node indices, each smaller than the index of the node that uses it
    u32 n_args;
    u32 root; // node index
} CsgExpr;

// Whether what lies deep inside of a union is left out early: the solid is the same.
typedef enum CsgBurying {
    CSG_BURY, // where it pays
    CSG_BURY_NEVER,
    CSG_BURY_ALWAYS, // wherever it can be done
} CsgBurying;

typedef struct CsgOptions {
    u32 n_threads;      // at most; 0: the machine's processors. The result does not depend on it
    bool keep_coplanar; // do not merge coplanar faces of equal tag and material (for tests)
    bool split_finely;  // use threads for the smallest pieces of work too (for tests)
    CsgBurying burying; // others than CSG_BURY for tests
} CsgOptions;

typedef struct CsgReport {
    u32 n_in_tris, n_out_tris;
    u32 n_pairs;           // pairs of facets that were tested exactly
    u32 n_buried;          // facets that were left out as they lie deep inside of operands
    u32 n_covered;         // leaves that were left out as others hold them
    u32 n_useless;         // leaves of a difference's tools that removed nothing: see useless
    u32 n_tries;           // evaluations: 1, or more where one did not pass its check
    u8 *leaf_effect;       // n_leaves, from heap: CSG_EFFECT_* bits
    f64 quantum;           // mm
} CsgReport;
enum { CSG_EFFECT_SURFACE = 1 }; // some face of the leaf bounds the result

// Evaluates expr into *out (allocated from heap). STATUS_OK; STATUS_LIMIT when a coordinate leaves
// the frame's range; STATUS_BUG when the result failed its own check (then *out is empty and nothing
// must be written). Leaves must be closed meshes (self-overlapping ones are taken by the rule
// winding number > 0). Labels: each output triangle carries tag and normals of the operand face that
// it is part of (turned round if that operand was subtracted); its material is that face's paint,
// else the owner's mat, where the owner is the lowest leaf that holds the matter behind the face.
// Coincident faces: the lowest leaf's tag wins. Cost: O(n log n + k log k), k crossing pairs.
// report may be NULL.
Status mesh_boolean(Heap *heap, const CsgExpr *expr, CsgOptions options, Mesh *out, CsgReport *report);

#endif
