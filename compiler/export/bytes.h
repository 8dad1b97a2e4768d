// SPDX-License-Identifier: Apache-2.0
// Binary numbers into a buffer, little-endian on every machine, and the one thing that formats
// share about materials.
#ifndef FRC_COMPILER_EXPORT_BYTES_H
#define FRC_COMPILER_EXPORT_BYTES_H

#include "base/str.h"
#include "compiler/ir/ir.h"

void bytes_add_u16(StrBuf *out, u32 value);
void bytes_add_u32(StrBuf *out, u32 value);
void bytes_add_f32s(StrBuf *out, const f32 *values, size_t n);
void bytes_add_indices(StrBuf *out, const u32 *values, size_t n, bool is_short); // as u16 or u32
void bytes_set_u32(StrBuf *out, size_t at, u32 value);

// The scene's material; for NONE, or an index that there is not, the look of a part without one:
// light grey, not metal, half rough.
SceneMaterial export_material(const Scene *scene, u32 material);

#endif
