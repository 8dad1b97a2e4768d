// SPDX-License-Identifier: Apache-2.0
// frc with a kernel that never passes its own check (linked with --wrap=mesh_boolean): what becomes
// of a bug.
#include "compiler/mesh/boolean.h"

Status __wrap_mesh_boolean(Heap *heap, const CsgExpr *expr, CsgOptions options, Mesh *out, CsgReport *report);
Status __wrap_mesh_boolean(Heap *heap, const CsgExpr *expr, CsgOptions options, Mesh *out, CsgReport *report) {
    (void)heap, (void)expr, (void)options;
    *out = (Mesh){0};
    if (report)
        *report = (CsgReport){0};
    return STATUS_BUG;
}
