// SPDX-License-Identifier: Apache-2.0
// Pass 6, select: the cells that part matter from emptiness, turned outwards, and who is whose
// twin.
//
// At an edge with more than two kept cells those that bound one wedge of matter are twins: solids
// that touch along an edge stay apart there, and every half has exactly one twin whatever the
// geometry. Labels: of a cell's stack, the lowest leaf whose face looks the right way for its part
// in the expression (outwards when added, inwards when subtracted).
#include "compiler/mesh/boolean_internal.h"

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

static bool is_matter(const Kernel *k, u32 node) {
    return k->regions[k->region_of[node]].is_inside;
}

// Which way the surface looks that the cell is of the result: to the front (1), to the back, or 0.
static int looks_to(const Kernel *k, u32 c) {
    bool back = is_matter(k, 2 * c), front = is_matter(k, 2 * c + 1);
    return (back && !front) - (front && !back);
}

// The stack's entry that gives the cell its label.
static u32 choose_label(const Kernel *k, const Cell *cell, int looks, const u8 *polarity) {
    const u32 *stack = k->stacks.data + cell->stack_start;
    for (u32 i = 0; i < cell->stack_len; i++) {
        bool looks_out = stack_looks_back(stack[i]) == (looks < 0);
        u8 need = looks_out ? POLARITY_ADDED : POLARITY_SUBTRACTED;
        if (polarity[k->facets[stack_facet(stack[i])].leaf] & need)
            return stack[i];
    }
    return stack[0];
}

// The material of the matter behind the cell.
static u16 owner_material(const Kernel *k, u32 c, int looks) {
    u32 owner = k->regions[k->region_of[2 * c + (looks < 0)]].owner;
    return k->expr->leaves[owner == NONE ? 0 : owner].mat;
}

// Of a patch the triangles may be painted one by one, and have tags and normals of their own.
static void take_label(const Kernel *k, FaceCell *out) {
    const Facet *label = &k->facets[out->label];
    const Mesh *mesh = k->expr->leaves[label->leaf].mesh;
    u32 src = k->sources.data[label->src];
    if (mesh->mats && mesh->mats[src])
        out->mat = mesh->mats[src];
    out->tag = mesh->tags ? mesh->tags[src] : 0;
    const f32 *n = mesh->normals ? mesh->normals + (size_t)9 * src : NULL;
    out->is_round = n && (n[0] != 0 || n[1] != 0 || n[2] != 0);
}

static FaceCell face_cell(const Kernel *k, u32 c, int looks, const u8 *polarity) {
    const Cell *cell = &k->cells.data[c];
    u32 entry = choose_label(k, cell, looks, polarity);
    FaceCell out = {.cell = c,
                    .first = cell->half_start,
                    .plane = cell->plane,
                    .label = stack_facet(entry),
                    .mat = owner_material(k, c, looks),
                    .looks = (i8)looks,
                    .outward = (i8)(cell->is_flipped ? -looks : looks),
                    .is_turned = stack_looks_back(entry) != (looks < 0)};
    if (!is_patch(k, c))
        take_label(k, &out);
    return out;
}

// ---- passes over ranges of cells ----

enum { CELL_GRAIN = 20000, AHEAD = 16 };

typedef struct Selection {
    Faces *faces;
    const u8 *polarity;
    u32 n_ranges;
    u32 *n_cells, *n_halves; // by range: kept ones; then those before it
} Selection;

static void count_kept(Kernel *view, void *ctx, u32 range) {
    const Selection *s = ctx;
    u32 end = kernel_range_start(view->cells.len, s->n_ranges, range + 1);
    for (u32 c = kernel_range_start(view->cells.len, s->n_ranges, range); c < end; c++) {
        int looks = looks_to(view, c);
        s->faces->of_cell[c] = looks ? 0 : NONE;
        s->n_cells[range] += looks != 0;
        if (looks)
            s->n_halves[range] += view->cells.data[c].half_end - view->cells.data[c].half_start;
    }
}

static void link_halves(const Kernel *k, u32 id, const FaceCell *cell, FaceHalf *out) {
    u32 n = k->cells.data[cell->cell].half_end - cell->first;
    for (u32 i = 0; i < n; i++) {
        const Half *halves = k->halves.data + cell->first;
        u32 next = halves[i].next - cell->first;
        if (cell->looks > 0) {
            out[i].origin = halves[i].origin;
            out[i].next = cell->start + next;
        } else {
            out[i].origin = halves[next].origin;
            out[next].next = cell->start + i;
        }
        out[i].twin = NONE;
        out[i].cell = id;
    }
}

static void fill_kept(Kernel *view, void *ctx, u32 range) {
    const Selection *s = ctx;
    Faces *faces = s->faces;
    u32 n_cells = s->n_cells[range], n_halves = s->n_halves[range];
    u32 end = kernel_range_start(view->cells.len, s->n_ranges, range + 1);
    for (u32 c = kernel_range_start(view->cells.len, s->n_ranges, range); c < end; c++) {
        if (faces->of_cell[c] == NONE)
            continue;
        FaceCell *cell = &faces->cells[n_cells];
        *cell = face_cell(view, c, looks_to(view, c), s->polarity);
        cell->start = n_halves;
        link_halves(view, n_cells, cell, faces->halves + n_halves);
        n_halves += view->cells.data[c].half_end - view->cells.data[c].half_start;
        faces->of_cell[c] = n_cells++;
    }
}

// Seen along its edge from the lower vertex to the higher, a half that falls has the matter ahead:
// its twin is the next kept one around the edge.
static void pair_twins(Kernel *view, void *ctx, u32 range) {
    const Selection *s = ctx;
    const Faces *faces = s->faces;
    u32 end = kernel_range_start(faces->n_halves, s->n_ranges, range + 1);
    for (u32 h = kernel_range_start(faces->n_halves, s->n_ranges, range); h < end; h++) {
        FaceHalf *half = &faces->halves[h];
        if (half->origin < faces->halves[half->next].origin)
            continue;
        const FaceCell *cell = &faces->cells[half->cell];
        u32 from = cell->first + (h - cell->start), g = view->around[from], other;
        if (from + AHEAD < view->halves.len)
            __builtin_prefetch(&view->halves.data[view->around[from + AHEAD]]);
        while ((other = faces->of_cell[view->halves.data[g].cell]) == NONE)
            g = view->around[g];
        if (g == from) {
            view->fault = "a kept cell has no twin";
            return;
        }
        half->twin = faces->cells[other].start + (g - faces->cells[other].first);
        faces->halves[half->twin].twin = h;
    }
}

static void check_twins(Kernel *view, void *ctx, u32 range) {
    const Selection *s = ctx;
    u32 end = kernel_range_start(s->faces->n_halves, s->n_ranges, range + 1);
    for (u32 h = kernel_range_start(s->faces->n_halves, s->n_ranges, range); h < end; h++)
        if (s->faces->halves[h].twin == NONE)
            view->fault = "a kept cell has no twin";
}

static void allocate_kept(Kernel *k, Selection *s) {
    Faces *faces = s->faces;
    for (u32 r = 0; r < s->n_ranges; r++) {
        u32 n_cells = s->n_cells[r], n_halves = s->n_halves[r];
        s->n_cells[r] = faces->n_cells;
        s->n_halves[r] = faces->n_halves;
        faces->n_cells += n_cells;
        faces->n_halves += n_halves;
    }
    faces->cells = heap_alloc_raw(k->heap, (size_t)faces->n_cells + 1, sizeof(FaceCell));
    faces->cells[faces->n_cells] = (FaceCell){.start = faces->n_halves};
    faces->halves = heap_alloc_raw(k->heap, MAX(faces->n_halves, 1u), sizeof(FaceHalf));
}

static void report_leaves(const Kernel *k, const Faces *faces, const u8 *polarity,
                          CsgReport *report) {
    for (u32 c = 0; c < faces->n_cells; c++)
        report->leaf_effect[k->facets[faces->cells[c].label].leaf] |= CSG_EFFECT_SURFACE;
    for (u32 l = 0; l < k->expr->n_leaves; l++)
        report->n_useless += polarity[l] == POLARITY_SUBTRACTED && !report->leaf_effect[l];
}

void select_faces(Kernel *k, Faces *faces, CsgReport *report) {
    *faces = (Faces){.of_cell = heap_alloc_raw(k->heap, MAX(k->cells.len, 1u), sizeof(u32))};
    Selection s = {.faces = faces,
                   .polarity = leaf_polarities(k),
                   .n_ranges = kernel_ranges(k, k->cells.len, CELL_GRAIN)};
    s.n_cells = HEAP_NEW(k->heap, u32, 2 * (size_t)s.n_ranges);
    s.n_halves = s.n_cells + s.n_ranges;
    kernel_for(k, s.n_ranges, 10 * (u64)k->cells.len, count_kept, &s);
    allocate_kept(k, &s);
    heap_poll(k->heap);
    u64 work = 30 * (u64)faces->n_cells + 10 * (u64)faces->n_halves;
    kernel_for(k, s.n_ranges, work, fill_kept, &s);
    kernel_for(k, s.n_ranges, work, pair_twins, &s);
    kernel_for(k, s.n_ranges, faces->n_halves, check_twins, &s);
    if (report)
        report_leaves(k, faces, s.polarity, report);
    heap_free(k->heap, s.n_cells);
    heap_free(k->heap, k->around);
    k->around = NULL;
}

void faces_finish(Kernel *k, Faces *faces) {
    heap_free(k->heap, faces->cells);
    heap_free(k->heap, faces->halves);
    heap_free(k->heap, faces->of_cell);
    *faces = (Faces){0};
}
