// SPDX-License-Identifier: Apache-2.0
// Pass 4, beside arrange: what no other surface touches goes through as it is.
//
// The triangles of a leaf that are not part of a touched facet form patches, connected through
// their vertices: where an untouched triangle has a vertex, no other surface is, so all the
// untouched triangles around it part the same two regions. A patch is one cell. Where it borders on
// touched facets it has halves like other cells; their edges join two cells only, for nothing else
// meets an untouched triangle. Its triangles are copied to the result, or left out, all together.
//
// The rim is the untouched triangles that have a vertex on a touched facet: only they are looked at
// one by one. Cost: O(n) with hashing, for the n triangles of leaves.
#include "compiler/mesh/boolean_internal.h"

typedef struct RimEdge { // a half-edge of a rim triangle, by mesh vertices
    u32 from, to, half;  // half: 3 * rim + corner, + 1; 0: empty
} RimEdge;

typedef struct PatchPass {
    Kernel *k;
    bool *is_flagged; // by vertex of all leaves: on a touched facet
    u32 *parent;      // by vertex of all leaves: union-find, then the patch's cell
    RimEdge *edges;   // of the leaf in hand
    u32 n_slots;
    u32 *border; // by half of the leaf's rim: its half in Kernel.halves, NONE
} PatchPass;

u32 leaf_tri_vertex(const Kernel *k, u32 l, u32 t, u32 corner) {
    return k->expr->leaves[l]
        .mesh->tris[3 * (size_t)t + (k->leaves[l].is_reversed && corner ? 3 - corner : corner)];
}

// Faces are touched as a whole, so that none of them is parted between cells and a patch.
static void spread_touches(Kernel *k) {
    bool *is_touched = ARENA_NEW(&k->arena, bool, k->n_in_tris);
    for (u32 f = 0; f < k->n_facets; f++)
        is_touched[k->facets[f].group] = is_touched[k->facets[f].group] || k->facets[f].is_touched;
    for (u32 f = 0; f < k->n_facets; f++)
        k->facets[f].is_touched = is_touched[k->facets[f].group];
}

// ---- patches of a leaf
// -----------------------------------------------------------------------------

static f64 tri_size2(const Kernel *k, u32 l, u32 t) {
    const Mesh *mesh = k->expr->leaves[l].mesh;
    const u32 *v = mesh->tris + 3 * (size_t)t;
    Vec3 n = vec3_cross(vec3_sub(mesh->verts[v[1]], mesh->verts[v[0]]),
                        vec3_sub(mesh->verts[v[2]], mesh->verts[v[0]]));
    return vec3_dot(n, n);
}

static u32 add_patch(Kernel *k, u32 l, u32 t) {
    Cell cell = {.plane = NONE,
                 .stack_start = k->stacks.len,
                 .stack_len = 1,
                 .half_start = k->halves.len,
                 .half_end = k->halves.len};
    vec_push(k->heap, &k->stacks, (k->n_facets + l) << 1);
    vec_push(k->heap, &k->cells, cell);
    avec_push(&k->arena, &k->patches, (Patch){l, t});
    return k->cells.len - 1;
}

// Fills parent with the cells of the leaf's patches; counts rim triangles.
static u32 find_patches(PatchPass *p, u32 l) {
    enum { TRIES = 32 };
    Kernel *k = p->k;
    u32 n_tris = k->expr->leaves[l].mesh->n_tris, n_verts = k->expr->leaves[l].mesh->n_verts;
    u32 *parent = p->parent + k->vert_base[l];
    bool *is_flagged = p->is_flagged + k->vert_base[l];
    for (u32 v = 0; v < n_verts; v++)
        parent[v] = v;
    for (u32 t = 0; t < n_tris; t++) {
        u32 v[3];
        for (u32 i = 0; i < 3; i++)
            v[i] = leaf_tri_vertex(k, l, t, i);
        if (is_untouched(k, l, t)) {
            set_join(parent, v[0], v[1]);
            set_join(parent, v[1], v[2]);
        } else {
            for (u32 i = 0; i < 3; i++)
                is_flagged[v[i]] = true;
        }
    }
    for (u32 v = 0; v < n_verts; v++)
        parent[v] = set_find(parent, v);
    u32 *cell_of = ARENA_NEW(&k->arena, u32, n_verts),
        *n_tried = ARENA_NEW(&k->arena, u32, n_verts);
    u32 n_rim = 0;
    for (u32 t = 0; t < n_tris; t++) {
        if (!is_untouched(k, l, t))
            continue;
        u32 root = parent[leaf_tri_vertex(k, l, t, 0)];
        if (!cell_of[root])
            cell_of[root] = add_patch(k, l, t) + 1;
        Patch *patch = &k->patches.data[cell_of[root] - 1 - k->patch_cells_start];
        if (n_tried[root]++ < TRIES && tri_size2(k, l, t) > tri_size2(k, l, patch->tri))
            patch->tri = t;
        bool is_rim = false;
        for (u32 i = 0; i < 3; i++)
            is_rim = is_rim || is_flagged[leaf_tri_vertex(k, l, t, i)];
        n_rim += is_rim;
    }
    for (u32 v = 0; v < n_verts; v++)
        parent[v] = cell_of[parent[v]] ? cell_of[parent[v]] - 1 : NONE;
    return n_rim;
}

// ---- the rim of a leaf
// -----------------------------------------------------------------------------

static u32 find_rim_edge(const PatchPass *p, u32 from, u32 to) {
    u32 mask = p->n_slots - 1;
    for (u32 slot = (from * 5 + to * 3) & mask; p->edges[slot].half; slot = (slot + 1) & mask)
        if (p->edges[slot].from == from && p->edges[slot].to == to)
            return p->edges[slot].half - 1;
    return NONE;
}

static void add_rim_edge(PatchPass *p, u32 from, u32 to, u32 half) {
    u32 mask = p->n_slots - 1, slot = (from * 5 + to * 3) & mask;
    while (p->edges[slot].half)
        slot = (slot + 1) & mask;
    p->edges[slot] = (RimEdge){from, to, half + 1};
}

static void list_rim(PatchPass *p, u32 l, u32 n_rim) {
    Kernel *k = p->k;
    const bool *is_flagged = p->is_flagged + k->vert_base[l];
    for (p->n_slots = 64; p->n_slots < 6 * n_rim;)
        p->n_slots *= 2;
    p->edges = ARENA_NEW(&k->arena, RimEdge, p->n_slots);
    u32 first = k->rims.len;
    avec_reserve(&k->arena, &k->rims, first + n_rim);
    for (u32 t = 0; t < k->expr->leaves[l].mesh->n_tris; t++) {
        u32 v[3], n = 0;
        if (!is_untouched(k, l, t))
            continue;
        for (u32 i = 0; i < 3; i++) {
            v[i] = leaf_tri_vertex(k, l, t, i);
            n += is_flagged[v[i]];
        }
        if (!n)
            continue;
        for (u32 i = 0; i < 3; i++)
            add_rim_edge(p, v[i], v[(i + 1) % 3], 3 * (k->rims.len - first) + i);
        avec_push(&k->arena, &k->rims, (Rim){t, {NONE, NONE, NONE}});
    }
}

// The rim's half-edges without a twin in the rim, between flagged vertices: the twin is touched.
// By patch, as cells want their halves together.
static void add_borders(PatchPass *p, u32 l, u32 first, u32 n_rim) {
    Kernel *k = p->k;
    const u32 *cell_of = p->parent + k->vert_base[l], *grid_of = k->grid_of + k->vert_base[l];
    const bool *is_flagged = p->is_flagged + k->vert_base[l];
    VEC(Keyed) list = {0};
    p->border = ARENA_NEW(&k->arena, u32, 3 * (size_t)n_rim);
    for (u32 h = 0; h < 3 * n_rim; h++) {
        u32 t = k->rims.data[first + h / 3].tri, a = leaf_tri_vertex(k, l, t, h % 3),
            b = leaf_tri_vertex(k, l, t, (h + 1) % 3);
        p->border[h] = NONE;
        if (is_flagged[a] && is_flagged[b] && find_rim_edge(p, b, a) == NONE)
            avec_push(&k->arena, &list, (Keyed){cell_of[a], h});
    }
    sort_keyed(list.data, ARENA_NEW(&k->arena, Keyed, list.len), list.len);
    for (u32 i = 0; i < list.len; i++) {
        u32 c = (u32)list.data[i].key, h = list.data[i].value;
        u32 a = leaf_tri_vertex(k, l, k->rims.data[first + h / 3].tri, h % 3);
        Cell *cell = &k->cells.data[c];
        if (cell->half_start == cell->half_end)
            cell->half_start = k->halves.len;
        p->border[h] = k->halves.len;
        vec_push(k->heap, &k->halves, (Half){grid_of[a], NONE, c, NONE});
        cell->half_end = k->halves.len;
    }
}

// From each border half around its far end to the next one, through the rim. What lies between them
// is one sector of that vertex.
static void link_borders(PatchPass *p, u32 l, u32 first, u32 n_rim) {
    Kernel *k = p->k;
    for (u32 h = 0; h < 3 * n_rim; h++) {
        if (p->border[h] == NONE)
            continue;
        u32 g = h / 3 * 3 + (h + 1) % 3, steps = 0; // leaves the far end of h
        k->rims.data[first + g / 3].incoming[g % 3] = p->border[h];
        while (p->border[g] == NONE && steps++ <= 3 * n_rim) {
            u32 t = k->rims.data[first + g / 3].tri;
            u32 twin = find_rim_edge(p, leaf_tri_vertex(k, l, t, (g + 1) % 3),
                                     leaf_tri_vertex(k, l, t, g % 3));
            if (twin == NONE) {
                k->fault = "the rim of a patch is not closed";
                return;
            }
            g = twin / 3 * 3 + (twin + 1) % 3;
            k->rims.data[first + g / 3].incoming[g % 3] = p->border[h];
        }
        if (p->border[g] == NONE) {
            k->fault = "the rim of a patch does not end";
            return;
        }
        k->halves.data[p->border[h]].next = p->border[g];
    }
}

void patch(Kernel *k) {
    spread_touches(k);
    PatchPass p = {.k = k};
    u32 n_verts = k->vert_base[k->expr->n_leaves];
    p.is_flagged = ARENA_NEW(&k->arena, bool, n_verts);
    p.parent = ARENA_NEW(&k->arena, u32, n_verts);
    k->patch_cell_of = p.parent;
    k->rim_start = ARENA_NEW(&k->arena, u32, k->expr->n_leaves + 1);
    k->patch_cells_start = k->cells.len;
    for (u32 l = 0; l < k->expr->n_leaves && !k->fault; l++) {
        k->rim_start[l] = k->rims.len;
        if (k->leaves[l].is_whole)
            continue;
        // The leaf as a facet without corners, for stacks of patches.
        k->facets[k->n_facets + l] = (Facet){.leaf = l, .plane = NONE};
        u32 n_rim = find_patches(&p, l), first = k->rims.len;
        if (!n_rim)
            continue;
        list_rim(&p, l, n_rim);
        add_borders(&p, l, first, n_rim);
        link_borders(&p, l, first, n_rim);
        heap_poll(k->heap);
    }
    k->rim_start[k->expr->n_leaves] = k->rims.len;
}
