// SPDX-License-Identifier: Apache-2.0
// Pass 1, leaf by leaf: which triangles are taken in, as corners on the grid; one task for a range
// of leaves.
//
// Vertices get numbers within the task here and their real ones in boolean_weld.c. Of a leaf's
// vertices that lie on one grid point the first used stands for all, so that triangles which lose a
// corner are seen at once.
//
// Triangles that lose a corner to welding vanish with both their remaining edges, which cancel: the
// surface stays closed. Triangles whose three corners are collinear are dropped as well; then a
// corner may lie on a neighbour's edge, so that the leaf's own facets must be tested against each
// other. A leaf to which either happens is taken in whole. Cost: O(n) with hashing.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

typedef struct Taker {
    Kernel *k;
    Intake *out;
    u32 *slots; // of the leaf in hand, by place: index of out->verts + 1
    u32 n_slots, cap_slots;
    LeafTris tris;
    struct FacetScratch *facets;
} Taker;

// ---- vertices ----

static inline bool are_one_place(const GridPlace *a, const GridPlace *b) {
    return a->at[0] == b->at[0] && a->at[1] == b->at[1] && a->at[2] == b->at[2];
}

static inline u32 find_slot(const Taker *t, const GridPlace *at) {
    // Coordinates may have many zeros at their ends: the upper bits of products are mixed.
    const i64 x = at->at[0], y = at->at[1], z = at->at[2];
    u64 hash = (u64)x * 0x9e3779b97f4a7c15ull + (u64)y * 0xc2b2ae3d27d4eb4full +
               (u64)z * 0x165667b19e3779f9ull;
    u32 slot = (u32)(hash >> 24 ^ hash >> 40) & (t->n_slots - 1);
    while (t->slots[slot] &&
           !are_one_place(at, &t->k->snapped[t->out->verts.data[t->slots[slot] - 1]]))
        slot = (slot + 1) & (t->n_slots - 1);
    return slot;
}

// Room for n more of the leaf's vertices beside those that it has.
static void reserve_verts(Taker *t, u32 n) {
    u32 n_slots = 16, n_known = t->out->verts.len - t->tris.first_vert;
    vec_reserve(t->k->heap, &t->out->verts, (size_t)t->out->verts.len + n);
    while (n_slots < 2 * (n_known + n))
        n_slots *= 2;
    if (n_slots > t->cap_slots) {
        t->slots = arena_alloc_raw(&t->k->scratch, n_slots, sizeof *t->slots);
        t->cap_slots = n_slots;
    }
    t->n_slots = n_slots;
    memset(t->slots, 0, n_slots * sizeof *t->slots);
    for (u32 i = t->tris.first_vert; i < t->out->verts.len; i++) {
        u32 v = t->out->verts.data[i];
        if (t->k->grid_of[v] == i)
            t->slots[find_slot(t, &t->k->snapped[v])] = i + 1;
    }
}

// Numbers vertex v of all leaves'. False: another one of the leaf, which is on the same place,
// stands for it.
static bool number_vertex(Taker *t, u32 v) {
    Intake *out = t->out;
    u32 slot = find_slot(t, &t->k->snapped[v]), i = out->verts.len;
    bool is_new = !t->slots[slot];
    if (is_new)
        t->slots[slot] = i + 1;
    t->k->grid_of[v] = t->slots[slot] - 1;
    out->verts.data[i] = v;
    out->verts.len = i + 1;
    return is_new;
}

// ---- triangles ----

static void reserve_tris(Taker *t, u32 n) {
    LeafTris *tris = &t->tris;
    if (tris->cap >= n && tris->cap)
        return;
    tris->cap = n + n / 4;
    tris->corner = arena_alloc_raw(&t->k->scratch, 3 * (size_t)tris->cap, sizeof *tris->corner);
    tris->normal = arena_alloc_raw(&t->k->scratch, tris->cap, sizeof *tris->normal);
    tris->src = arena_alloc_raw(&t->k->scratch, tris->cap, sizeof *tris->src);
}

// Of vertex v of all leaves'. False: another one stands for it for the first time.
static inline bool take_corner(Taker *t, u32 v, Corner *out) {
    bool is_first = t->k->grid_of[v] != NONE || number_vertex(t, v);
    const i32 *at = t->k->snapped[v].at;
    *out = (Corner){{at[0], at[1], at[2]}, t->k->grid_of[v]};
    return is_first;
}

// Lists the active triangles. False: not all of them are left, or some of the leaf's vertices
// became one.
static bool list_tris(Taker *t, u32 l, const u8 *is_active, bool *has_folds) {
    Kernel *k = t->k;
    const Mesh *mesh = k->expr->leaves[l].mesh;
    const u32 base = k->vert_base[l];
    LeafTris *tris = &t->tris;
    bool is_regular = true;
    tris->leaf = l;
    tris->n = 0;
    tris->is_reversed = k->leaves[l].is_reversed;
    const u32 swap = tris->is_reversed ? 3 : 0; // of corners 1 and 2
    for (u32 i = 0; i < mesh->n_tris; i++) {
        if (is_active && !is_active[i])
            continue;
        Corner *corner = tris->corner + 3 * (size_t)tris->n;
        const u32 *vert = mesh->tris + 3 * (size_t)i;
        is_regular &= take_corner(t, base + vert[0], &corner[0]);
        is_regular &= take_corner(t, base + vert[1 ^ swap], &corner[1]);
        is_regular &= take_corner(t, base + vert[2 ^ swap], &corner[2]);
        i64 *n = tris->normal[tris->n];
        corners_normal(corner, n);
        if (n[0] || n[1] || n[2]) {
            tris->src[tris->n++] = i;
            continue;
        }
        is_regular = false;
        *has_folds = *has_folds || (corner[0].v != corner[1].v && corner[1].v != corner[2].v &&
                                    corner[2].v != corner[0].v);
    }
    return is_regular;
}

static u32 count_active(const u8 *is_active, u32 n_tris) {
    u32 n = 0;
    for (u32 t = 0; t < n_tris; t++)
        n += is_active[t];
    return n;
}

// How many triangles of a leaf are taken in, with all that lie in one plane with them.
static u32 choose_active(Kernel *k, u32 l, u8 *is_active) {
    const CsgLeaf *leaf = &k->expr->leaves[l];
    u32 n_tris = leaf->mesh->n_tris;
    if (!is_active || !leaf->is_simple)
        return n_tris;
    u32 n = count_active(is_active, n_tris), most = n_tris - n_tris / 8;
    if (n && n < most)
        n += spread_in_planes(k, l, is_active);
    return n < most ? n : n_tris;
}

static void take_leaf(Taker *t, u32 l, const u8 *is_active, u32 n_active) {
    Kernel *k = t->k;
    const Mesh *mesh = k->expr->leaves[l].mesh;
    LeafState *state = &k->leaves[l];
    bool takes_part = n_active < mesh->n_tris, has_folds = false;
    t->tris.first_vert = t->out->verts.len;
    reserve_verts(t, MIN(mesh->n_verts, 3 * n_active));
    reserve_tris(t, n_active);
    if (!list_tris(t, l, takes_part ? is_active : NULL, &has_folds)) {
        state->is_whole = true;
        if (takes_part) {
            reserve_verts(t, mesh->n_verts);
            reserve_tris(t, mesh->n_tris);
            (void)list_tris(t, l, NULL, &has_folds);
        }
    }
    state->is_dirty = state->is_dirty || has_folds;
    if (!t->facets)
        t->facets = facets_init(k);
    add_facets(k, t->facets, &t->tris, t->out);
}

void take_in(Kernel *view, Intake *out, u8 *is_active) {
    ArenaMark mark = arena_mark(&view->scratch);
    Taker taker = {.k = view, .out = out};
    u32 *n_active = ARENA_NEW(&view->scratch, u32, out->leaf_end - out->leaf), n = 0;
    for (u32 l = out->leaf; l < out->leaf_end; l++) {
        u8 *active = is_active ? is_active + view->tri_base[l] : NULL;
        n_active[l - out->leaf] = view->leaves[l].is_used ? choose_active(view, l, active) : 0;
        n += n_active[l - out->leaf];
        heap_poll(view->heap);
    }
    intake_reserve(view->heap, out, n);
    for (u32 l = out->leaf; l < out->leaf_end; l++) {
        const u32 *vert = view->vert_base + l, *tri = view->tri_base + l;
        LeafState *state = &view->leaves[l];
        memset(view->grid_of + vert[0], 0xff, (vert[1] - vert[0]) * sizeof(u32)); // NONE
        memset(view->facet_of + tri[0], 0xff, (tri[1] - tri[0]) * sizeof(u32));
        view->leaf_start[l] = out->facets.len;
        if (n_active[l - out->leaf])
            take_leaf(&taker, l, is_active ? is_active + tri[0] : NULL, n_active[l - out->leaf]);
        state->is_whole = state->is_whole || state->is_dirty || !state->is_used;
        heap_poll(view->heap);
    }
    arena_reset(&view->scratch, mark);
}
