// SPDX-License-Identifier: Apache-2.0
// A bounding-volume tree over boxes; whoever uses it keeps what the boxes stand for.
#ifndef FRC_COMPILER_MESH_QUERY_BOXES_H
#define FRC_COMPILER_MESH_QUERY_BOXES_H

#include "base/geom.h"
#include "base/mem.h"

// Nodes in preorder: the left child of an inner node follows it.
typedef struct BoxNode {
    Box3 box;
    u32 right; // inner: index of the right child; leaf: index of the first item
    u32 len;   // leaf: number of items; inner: 0
} BoxNode;

typedef struct BoxTree {
    BoxNode *nodes; // n_nodes, the root first; none for no boxes
    u32 *items;     // n_items indices of boxes, leaf by leaf
    u32 n_nodes, n_items;
} BoxTree;

enum { BOX_TREE_DEPTH_MAX = 64, BOX_TREE_LEAF = 4 };

// Splits by the surface-area heuristic over bins, by the median where that is no help. O(n log n),
// deterministic. boxes are not kept.
void box_tree_init(BoxTree *tree, Heap *heap, const Box3 *boxes, u32 n);
void box_tree_finish(BoxTree *tree, Heap *heap);

#endif
