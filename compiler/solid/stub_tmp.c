// SPDX-License-Identifier: Apache-2.0
#include "compiler/solid/solid_internal.h"
bool build_blend(SolidContext *ctx, IrId id, Mesh *out) {(void)ctx;(void)id;(void)out;return false;}
bool build_shell(SolidContext *ctx, IrId id, Mesh *out) {(void)ctx;(void)id;(void)out;return false;}
