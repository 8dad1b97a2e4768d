// SPDX-License-Identifier: Apache-2.0
// The bytes behind a glTF's accessors, each bound checked once, before the first is read.
#ifndef FRC_COMPILER_EXPORT_GLB_ACCESS_H
#define FRC_COMPILER_EXPORT_GLB_ACCESS_H

#include "compiler/export/json_read.h"

typedef struct GlbAccess {
    const JsonValue *root;
    const u8 *bin;
    size_t bin_size;
    Heap *heap;
    u64 budget; // numbers that may still be decoded: files can name the same bytes many times
    const char *fault; // what was wrong, or NULL
} GlbAccess;

// All numbers of accessor index with `width` of them an element, normalised ones scaled, sparse
// ones put in; from heap, to be freed by the caller. NULL with fault set: no such accessor, or
// another type, or out of bounds. *count: elements.
f64 *glb_access_f64(GlbAccess *access, u32 index, u32 width, u32 *count);
// Indices: whole numbers, with the sparse part put in or not.
u32 *glb_access_u32(GlbAccess *access, u32 index, bool is_sparse, u32 *count);

#endif
