// SPDX-License-Identifier: Apache-2.0
// What the files of this room share and others need not see.
#ifndef FRC_COMPILER_IR_IR_INTERNAL_H
#define FRC_COMPILER_IR_IR_INTERNAL_H

#include "compiler/ir/ir.h"

// What is wrong with a node of these counts and children as the table has it ("box takes no
// children"), or NULL. Children's ids must be below graph->len, which is checked first.
const char *ir_shape_fault(const IrGraph *graph, IrKind kind, const IrId *children, u32 n_children,
                           u32 n_nums);

#endif
