// SPDX-License-Identifier: Apache-2.0
#include "compiler/solid/solid_internal.h"
bool build_sweep(SolidContext *ctx, IrId id, Mesh *out) {(void)ctx;(void)id;(void)out;return false;}
bool build_loft(SolidContext *ctx, IrId id, Mesh *out) {(void)ctx;(void)id;(void)out;return false;}
bool build_blend(SolidContext *ctx, IrId id, Mesh *out) {(void)ctx;(void)id;(void)out;return false;}
bool build_shell(SolidContext *ctx, IrId id, Mesh *out) {(void)ctx;(void)id;(void)out;return false;}
bool text_build(SolidContext *ctx, IrId id, Region *out) {(void)ctx;(void)id;(void)out;return false;}
void curve_through(SolidContext *ctx, const Vec3 *points, u32 n, bool closed, f64 reach, SolidPath *out) {(void)ctx;(void)points;(void)n;(void)closed;(void)reach;*out=(SolidPath){0};}
void path_finish(SolidPath *path, Heap *heap) {heap_free(heap,path->points);heap_free(heap,path->sharp);}
