// SPDX-License-Identifier: Apache-2.0
// The graph of solids is hash-consed: asking twice for a node with the same contents gives the same id,
// so four equal legs are one node, and equality of whole subtrees is equality of two integers. A node's
// hash is made of its contents only (never of ids, addresses or places in the text), so it is the key
// of caches that outlive one compilation. The builders at the end keep a few normal forms, so that what
// means the same thing is more often the same node.
#include "compiler/ir/ir.h"

#include "base/map.h"
#include "base/vec.h"
#include "compiler/ir/ir_internal.h"

#include <assert.h>

// ---- the table ----

#define F(kind, field, n) {#field, IR_##kind##_##field, n, false},
#define V(kind, field, group) {#field, IR_##kind##_##field, group, true},
#define IR_NODE(kind, name, sort, child_sort, min, max, ...)                                       \
    {name, IR_SORT_##sort, IR_SORT_##child_sort, min, max, IR_##kind##_n_nums, 0, {__VA_ARGS__}},
static const IrInfo infos[IR_KIND_COUNT] = {
#include "compiler/ir/ir_nodes.def"
};
#undef IR_NODE
#undef F
#undef V

// The rows above again, with the fields counted.
#define F(kind, field, n) +1
#define V(kind, field, group) +1
#define IR_NODE(kind, name, sort, child_sort, min, max, fields) 0 fields,
static const u32 field_counts[IR_KIND_COUNT] = {
#include "compiler/ir/ir_nodes.def"
};
#undef IR_NODE
#undef F
#undef V
