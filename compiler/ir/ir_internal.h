// SPDX-License-Identifier: Apache-2.0
// What the files of this room share and others need not see.
#ifndef FRC_COMPILER_IR_IR_INTERNAL_H
#define FRC_COMPILER_IR_IR_INTERNAL_H

#include "compiler/ir/ir.h"

// What is wrong with a node of these counts and children as the table has it ("too many children"),
// or NULL.
const char *ir_shape_fault(const IrGraph *graph, IrKind kind, const IrId *children, u32 n_children,
                           u32 n_nums);

// What is wrong with the numbers of a node whose shape is right ("a size must be above 0"), or
// NULL. The ranges are those of spec/ir.md; n_materials bounds the index of a paint. O(numbers).
const char *ir_value_fault(const IrNode *node, u32 n_materials);

#endif
