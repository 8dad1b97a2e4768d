// SPDX-License-Identifier: Apache-2.0
#ifndef FRC_COMPILER_EXPORT_EDGES_H
#define FRC_COMPILER_EXPORT_EDGES_H

#include "base/mem.h"

// Half-edges of a mesh by their start: edge h goes from tris[h] to the triangle's next corner.
typedef struct EdgeTable {
    const u32 *tris;
    u32 *start; // n_verts + 1: where each vertex's edges begin in edges
    u32 *edges; // 3 n_tris, by end vertex within a start vertex
} EdgeTable;

static inline u32 edge_next(u32 h) {
    return h % 3 == 2 ? h - 2 : h + 1;
}
void edge_table_init(EdgeTable *table, Heap *heap, const u32 *tris, u32 n_verts, u32 n_tris);
void edge_table_finish(EdgeTable *table, Heap *heap);
u32 edge_find(const EdgeTable *table, u32 from, u32 to); // the first such half-edge, or NONE
// Each half-edge is there once and its twin too.
bool edge_table_is_closed(const EdgeTable *table, u32 n_verts);

#endif
