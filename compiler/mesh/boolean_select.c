// SPDX-License-Identifier: Apache-2.0
// Pass 6, select: the cells that part matter from emptiness, turned outwards, and who is whose
// twin.
//
// At an edge with more than two kept cells those that bound one wedge of matter are twins: solids
// that touch along an edge stay apart there, and every half has exactly one twin whatever the
// geometry. Labels: of a cell's stack, the lowest leaf whose face looks the right way for its part
// in the expression (outwards when added, inwards when subtracted).
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

enum { POLARITY_ADDED = 1, POLARITY_SUBTRACTED = 2 };

// By leaf: whether it is added, subtracted, or both, on paths from the root.
static u8 *leaf_polarities(Kernel *k) {
    const CsgExpr *expr = k->expr;
    u8 *node_polarity = ARENA_NEW(&k->arena, u8, expr->n_nodes);
    u8 *polarity = ARENA_NEW(&k->arena, u8, expr->n_leaves);
    node_polarity[expr->root] = POLARITY_ADDED;
    for (u32 i = expr->root + 1; i-- > 0;) {
        const CsgNode *node = &expr->nodes[i];
        u8 mine = node_polarity[i], turned = (u8)((mine & 1) << 1 | mine >> 1);
        if (node->op == CSG_LEAF) {
            polarity[node->first] |= mine;
            continue;
        }
        for (u32 j = 0; j < node->len; j++)
            node_polarity[expr->args[node->first + j]] |=
                node->op == CSG_DIFFERENCE && j ? turned : mine;
    }
    return polarity;
}

static u32 choose_label(const Kernel *k, const Cell *cell, const u8 *polarity) {
    const u32 *stack = k->stacks.data + cell->stack_start;
    for (u32 i = 0; i < cell->stack_len; i++) {
        bool looks_out = stack_looks_back(stack[i]) == (cell->kept < 0);
        u8 need = looks_out ? POLARITY_ADDED : POLARITY_SUBTRACTED;
        if (polarity[k->facets[stack_facet(stack[i])].leaf] & need)
            return stack_facet(stack[i]);
    }
    return stack_facet(stack[0]);
}

static u16 choose_material(const Kernel *k, u32 c, u32 label) {
    const CsgExpr *expr = k->expr;
    if (!is_patch(k, c)) { // whose triangles may be painted one by one
        const Mesh *mesh = expr->leaves[k->facets[label].leaf].mesh;
        u32 src = k->sources.data[k->facets[label].src];
        if (mesh->mats && mesh->mats[src])
            return mesh->mats[src];
    }
    u32 owner = k->regions[k->region_of[2 * c + (k->cells.data[c].kept < 0)]].owner;
    return expr->leaves[owner == NONE ? 0 : owner].mat;
}

static void link_cell(const Kernel *k, const Cell *cell, Faces *faces) {
    for (u32 h = cell->half_start; h < cell->half_end; h++) {
        u32 next = k->halves.data[h].next;
        if (cell->kept > 0) {
            faces->out_next[h] = next;
            faces->out_origin[h] = k->halves.data[h].origin;
        } else {
            faces->out_next[next] = h;
            faces->out_origin[h] = k->halves.data[next].origin;
        }
    }
}

static bool is_kept(const Kernel *k, u32 h) {
    return k->cells.data[k->halves.data[h].cell].kept != 0;
}
static bool is_matter(const Kernel *k, u32 node) {
    return k->regions[k->region_of[node]].is_inside;
}

// Each half of a kept cell that has the matter ahead: its twin is the next kept one around the
// edge. Each half of a kept cell that has the matter ahead: its twin is the next kept one around
// the edge.
static void pair_twins(Kernel *k, const Cell *cell, Faces *faces) {
    for (u32 h = cell->half_start; h < cell->half_end; h++) {
        if (!is_matter(k, half_ahead(k, h)))
            continue;
        u32 twin = k->around[h];
        while (twin != h && !is_kept(k, twin))
            twin = k->around[twin];
        if (twin == h) {
            k->fault = "a kept cell has no twin";
            return;
        }
        faces->twin[h] = twin;
        faces->twin[twin] = h;
    }
}

void select_faces(Kernel *k, Faces *faces, CsgReport *report) {
    Arena *arena = &k->arena;
    u32 n_halves = k->halves.len;
    faces->twin = ARENA_NEW(arena, u32, n_halves);
    memset(faces->twin, 0xff, n_halves * sizeof(u32)); // NONE
    faces->out_next = ARENA_NEW(arena, u32, n_halves);
    faces->out_origin = ARENA_NEW(arena, u32, n_halves);
    faces->label = ARENA_NEW(arena, u32, k->cells.len);
    faces->mat = ARENA_NEW(arena, u16, k->cells.len);
    const u8 *polarity = leaf_polarities(k);
    for (u32 c = 0; c < k->cells.len; c++) {
        Cell *cell = &k->cells.data[c];
        bool back = is_matter(k, 2 * c), front = is_matter(k, 2 * c + 1);
        cell->kept = (i8)((back && !front) - (front && !back));
        if (!cell->kept)
            continue;
        link_cell(k, cell, faces);
        faces->label[c] = choose_label(k, cell, polarity);
        faces->mat[c] = choose_material(k, c, faces->label[c]);
        if (report)
            report->leaf_effect[k->facets[faces->label[c]].leaf] |= CSG_EFFECT_SURFACE;
    }
    for (u32 c = 0; c < k->cells.len; c++)
        if (k->cells.data[c].kept)
            pair_twins(k, &k->cells.data[c], faces);
    heap_free(k->heap, k->around);
    k->around = NULL;
    for (u32 h = 0; h < n_halves; h++)
        if (is_kept(k, h) && faces->twin[h] == NONE)
            k->fault = "a kept cell has no twin";
    if (report)
        for (u32 l = 0; l < k->expr->n_leaves; l++)
            report->n_useless += polarity[l] == POLARITY_SUBTRACTED && !report->leaf_effect[l];
}
