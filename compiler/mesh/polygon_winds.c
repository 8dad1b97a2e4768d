// SPDX-License-Identifier: Apache-2.0
// Winding numbers of many operands. Crossing an edge changes one or a few of them, so the numbers
// above an edge are those below it with a few paths of the tree made anew (Driscoll, Sarnak,
// Sleator and Tarjan 1989, "Making data structures persistent", by copying); whatever no edge holds
// any more is used again.
#include "compiler/mesh/polygon_arrange_internal.h"

void winds_init(Winds *w, Heap *heap, u32 n) {
    *w = (Winds){.heap = heap};
    while (((u64)1 << w->n_levels) < n)
        w->n_levels++;
    vec_push(heap, &w->nodes, (WindNode){0}); // zeros, at every level
}

void winds_finish(Winds *w) {
    vec_free(w->heap, &w->nodes);
}

static u32 positive_at(const Winds *w, u32 level, u32 tree) {
    return level ? w->nodes.data[tree].n_positive : (i32)tree > 0;
}

static void keep_at(Winds *w, u32 level, u32 tree) {
    if (level && tree)
        w->nodes.data[tree].n_refs++;
}

static void drop_at(Winds *w, u32 level, u32 tree) {
    if (level == 0 || tree == 0 || --w->nodes.data[tree].n_refs > 0)
        return;
    for (u32 k = 0; k < 2; k++)
        drop_at(w, level - 1, w->nodes.data[tree].kid[k]);
    w->nodes.data[tree].kid[0] = w->free;
    w->free = tree;
}

// The kids now belong to the new tree.
static u32 make_node(Winds *w, u32 level, const u32 kid[2]) {
    if (kid[0] == 0 && kid[1] == 0)
        return 0;
    u32 tree = w->free;
    if (tree)
        w->free = w->nodes.data[tree].kid[0];
    else {
        tree = w->nodes.len;
        vec_push(w->heap, &w->nodes, (WindNode){0});
    }
    u32 n_positive = positive_at(w, level - 1, kid[0]) + positive_at(w, level - 1, kid[1]);
    w->nodes.data[tree] = (WindNode){{kid[0], kid[1]}, n_positive, 1};
    return tree;
}

static u32 add_at(Winds *w, u32 level, u32 tree, u32 operand, i32 delta) {
    if (level == 0)
        return (u32)((i32)tree + delta);
    u32 side = operand >> (level - 1) & 1, kid[2];
    kid[!side] = w->nodes.data[tree].kid[!side];
    keep_at(w, level - 1, kid[!side]);
    kid[side] = add_at(w, level - 1, w->nodes.data[tree].kid[side], operand, delta);
    return make_node(w, level, kid);
}

u32 winds_add(Winds *w, u32 tree, u32 operand, i32 delta) {
    return add_at(w, w->n_levels, tree, operand, delta);
}
void winds_keep(Winds *w, u32 tree) {
    keep_at(w, w->n_levels, tree);
}
void winds_drop(Winds *w, u32 tree) {
    drop_at(w, w->n_levels, tree);
}
u32 winds_positive(const Winds *w, u32 tree) {
    return positive_at(w, w->n_levels, tree);
}

i32 winds_get(const Winds *w, u32 tree, u32 operand) {
    for (u32 level = w->n_levels; level > 0; level--)
        tree = w->nodes.data[tree].kid[operand >> (level - 1) & 1];
    return (i32)tree;
}
