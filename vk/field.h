// SPDX-License-Identifier: Apache-2.0
// A coarse field of distances to the scene's surface, for ambient occlusion and contact shadow:
// built once a scene, the same for all views.
#ifndef FRC_VK_FIELD_H
#define FRC_VK_FIELD_H

#include "vk/render.h"

typedef struct Field {
    u32 size[3];   // cells
    Vec3 min;      // corner of cell (0, 0, 0), mm
    f64 cell;      // mm
    f32 *distance; // size[0] * size[1] * size[2], x fastest; at cell centres, mm
} Field;

enum { FIELD_CELLS = 72 };

// n_cells along the longest side of bounds, which is grown by a margin; triangles of instances for
// which is_seen is false are left out. Error: below a cell. O(cells + area in cells). Memory from
// heap.
void field_init(Field *field, Heap *heap, const RenderScene *scene, Box3 bounds, u32 n_cells,
                const bool *is_seen);
// All but the distances. O(1).
void field_shape(Field *field, Box3 bounds, u32 n_cells);
void field_finish(Field *field, Heap *heap);

u16 half_from_float(f32 value); // finite, not negative; rounds to nearest

#endif
