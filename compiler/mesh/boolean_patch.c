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

// What a leaf's own triangles tell; its patches are numbered from 0.
typedef struct LeafPatches {
    VEC(u32) tris; // by patch: one of its larger triangles
    VEC(Rim) rims;
} LeafPatches;

typedef struct PatchPass {
    Kernel *k;
    LeafPatches *of; // by leaf
    u32 *parent;     // by vertex of all leaves: union-find, then the patch, then its cell
    RimEdge *edges;  // of the leaf in hand
    u32 n_slots;
    u32 *border; // by half of the leaf's rim: its half in Kernel.halves, NONE
} PatchPass;

// Faces are touched as a whole, so that none of them is parted between cells and a patch.
static void spread_touches(Kernel *k) {
    for (u32 f = 0; f < k->n_facets; f++)
        if (k->facets[f].is_touched)
            k->facets[k->facets[f].group].is_touched = true;
    for (u32 f = 0; f < k->n_facets; f++)
        k->facets[f].is_touched = k->facets[k->facets[f].group].is_touched;
}

// ---- patches of a leaf
// -----------------------------------------------------------------------------

static f64 tri_size2(const Mesh *mesh, u32 t) {
    const u32 *v = mesh->tris + 3 * (size_t)t;
    Vec3 n = vec3_cross(vec3_sub(mesh->verts[v[1]], mesh->verts[v[0]]),
                        vec3_sub(mesh->verts[v[2]], mesh->verts[v[0]]));
    return vec3_dot(n, n);
}

// Union-find over the untouched triangles: parent becomes each vertex's root, the lowest of its
// set. is_flagged: on a touched triangle.
static void join_untouched(const Kernel *k, u32 l, u32 *parent, bool *is_flagged) {
    const Mesh *mesh = k->expr->leaves[l].mesh;
    for (u32 v = 0; v < mesh->n_verts; v++)
        parent[v] = v;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        if (!is_untouched(k, l, t)) {
            is_flagged[v[0]] = is_flagged[v[1]] = is_flagged[v[2]] = true;
            continue;
        }
        if (parent[v[0]] != parent[v[1]]) // most have been joined
            set_join(parent, v[0], v[1]);
        if (parent[v[1]] != parent[v[2]])
            set_join(parent, v[1], v[2]);
    }
    for (u32 v = 0; v < mesh->n_verts; v++)
        parent[v] = parent[parent[v]]; // which is lower, and done
}

enum { PATCH_BIT = 1 << 30 }; // in parent, of a root: the other bits are its patch

// Numbers the leaf's patches in the order of their first triangles, and lists its rim.
static void find_patches(Kernel *k, void *ctx, u32 l) {
    enum { TRIES = 32 };
    PatchPass *p = ctx;
    const Mesh *mesh = k->expr->leaves[l].mesh;
    u32 *parent = p->parent + k->vert_base[l];
    LeafPatches *of = &p->of[l];
    VEC(u8) n_tried = {0};
    if (k->leaves[l].is_whole)
        return;
    ArenaMark mark = arena_mark(&k->scratch);
    bool *is_flagged = ARENA_NEW(&k->scratch, bool, mesh->n_verts);
    join_untouched(k, l, parent, is_flagged);
    for (u32 t = 0; t < mesh->n_tris; t++) {
        if (!is_untouched(k, l, t))
            continue;
        const u32 *v = mesh->tris + 3 * (size_t)t;
        u32 root = parent[v[0]];
        if (!(root & PATCH_BIT) && !(parent[root] & PATCH_BIT)) {
            avec_push(&k->arena, &of->tris, t);
            avec_push(&k->scratch, &n_tried, 0);
            parent[root] = PATCH_BIT | (of->tris.len - 1);
        }
        u32 patch = (root & PATCH_BIT ? root : parent[root]) & ~(u32)PATCH_BIT;
        if (n_tried.data[patch] < TRIES) {
            n_tried.data[patch]++;
            if (tri_size2(mesh, t) > tri_size2(mesh, of->tris.data[patch]))
                of->tris.data[patch] = t;
        }
        if (is_flagged[v[0]] || is_flagged[v[1]] || is_flagged[v[2]]) {
            Rim rim = {.tri = t, .incoming = {NONE, NONE, NONE}};
            for (u32 i = 0; i < 3; i++)
                rim.is_flagged[i] = is_flagged[leaf_tri_vertex(k, l, t, i)];
            avec_push(&k->arena, &of->rims, rim);
        }
    }
    arena_reset(&k->scratch, mark);
}

// The leaf's patches become cells; parent the cells of its vertices.
static void add_patches(PatchPass *p, u32 l) {
    Kernel *k = p->k;
    const LeafPatches *of = &p->of[l];
    u32 *parent = p->parent + k->vert_base[l], first = k->cells.len;
    for (u32 i = 0; i < of->tris.len; i++) {
        Cell cell = {.plane = NONE,
                     .stack_start = k->stacks.len,
                     .stack_len = 1,
                     .half_start = k->halves.len,
                     .half_end = k->halves.len};
        vec_push(k->heap, &k->stacks, (k->n_facets + l) << 1);
        vec_push(k->heap, &k->cells, cell);
        avec_push(&k->arena, &k->patches, (Patch){l, of->tris.data[i]});
    }
    for (u32 v = 0; v < k->expr->leaves[l].mesh->n_verts; v++) {
        if (parent[v] & PATCH_BIT)
            parent[v] = first + (parent[v] & ~(u32)PATCH_BIT);
        else // a root without triangles; or the root is lower, and done
            parent[v] = parent[v] == v ? NONE : parent[parent[v]];
    }
}

// ---- the rim of a leaf
// -----------------------------------------------------------------------------

static u32 rim_slot(const PatchPass *p, u32 from, u32 to) {
    u32 x = from * 0x9e3779b1u + to * 0x85ebca77u;
    return (x ^ x >> 16) & (p->n_slots - 1);
}

static u32 find_rim_edge(const PatchPass *p, u32 from, u32 to) {
    u32 mask = p->n_slots - 1;
    for (u32 slot = rim_slot(p, from, to); p->edges[slot].half; slot = (slot + 1) & mask)
        if (p->edges[slot].from == from && p->edges[slot].to == to)
            return p->edges[slot].half - 1;
    return NONE;
}

static void add_rim_edge(PatchPass *p, u32 from, u32 to, u32 half) {
    u32 mask = p->n_slots - 1, slot = rim_slot(p, from, to);
    while (p->edges[slot].half)
        slot = (slot + 1) & mask;
    p->edges[slot] = (RimEdge){from, to, half + 1};
}

static void list_rim(PatchPass *p, u32 l) {
    Kernel *k = p->k;
    const LeafPatches *of = &p->of[l];
    for (p->n_slots = 64; p->n_slots < 6 * of->rims.len;)
        p->n_slots *= 2;
    p->edges = ARENA_NEW(&k->scratch, RimEdge, p->n_slots);
    avec_reserve(&k->arena, &k->rims, (size_t)k->rims.len + of->rims.len);
    for (u32 r = 0; r < of->rims.len; r++) {
        u32 t = of->rims.data[r].tri;
        const bool *is_flagged = of->rims.data[r].is_flagged;
        u32 v[3];
        for (u32 i = 0; i < 3; i++)
            v[i] = leaf_tri_vertex(k, l, t, i);
        for (u32 i = 0, j = 1; i < 3; i++, j = j < 2 ? j + 1 : 0)
            if (is_flagged[i] || is_flagged[j])
                add_rim_edge(p, v[i], v[j], 3 * r + i);
        avec_push(&k->arena, &k->rims, of->rims.data[r]);
    }
}

// The rim's half-edges without a twin in the rim, between flagged vertices: the twin is touched.
// By patch, as cells want their halves together.
static void add_borders(PatchPass *p, u32 l, u32 first, u32 n_rim) {
    Kernel *k = p->k;
    const u32 *cell_of = p->parent + k->vert_base[l], *grid_of = k->grid_of + k->vert_base[l];
    VEC(Keyed) list = {0};
    p->border = ARENA_NEW(&k->scratch, u32, 3 * (size_t)n_rim);
    for (u32 h = 0; h < 3 * n_rim; h++) {
        const Rim *rim = &k->rims.data[first + h / 3];
        u32 a = leaf_tri_vertex(k, l, rim->tri, h % 3),
            b = leaf_tri_vertex(k, l, rim->tri, (h + 1) % 3);
        p->border[h] = NONE;
        if (rim->is_flagged[h % 3] && rim->is_flagged[(h + 1) % 3] &&
            find_rim_edge(p, b, a) == NONE)
            avec_push(&k->scratch, &list, (Keyed){cell_of[a], h});
    }
    sort_keyed(list.data, ARENA_NEW(&k->scratch, Keyed, list.len), list.len);
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
    arena_init(&k->scratch, k->heap);
    u32 n_leaves = k->expr->n_leaves, n_verts = k->vert_base[n_leaves];
    PatchPass p = {.k = k,
                   .of = ARENA_NEW(&k->scratch, LeafPatches, n_leaves),
                   .parent = arena_alloc(&k->arena, n_verts, sizeof(u32))};
    k->patch_cell_of = p.parent;
    k->rim_start = ARENA_NEW(&k->arena, u32, n_leaves + 1);
    k->patch_cells_start = k->cells.len;
    kernel_for(k, n_leaves, (u64)k->n_in_tris * 20, find_patches, &p);
    for (u32 l = 0; l < n_leaves && !k->fault; l++) {
        u32 first = k->rims.len, n_rim = p.of[l].rims.len;
        k->rim_start[l] = first;
        if (k->leaves[l].is_whole)
            continue;
        // The leaf as a facet without corners, for stacks of patches.
        k->facets[k->n_facets + l] = (Facet){.leaf = l, .plane = NONE};
        add_patches(&p, l);
        if (!n_rim)
            continue;
        ArenaMark mark = arena_mark(&k->scratch);
        list_rim(&p, l);
        add_borders(&p, l, first, n_rim);
        link_borders(&p, l, first, n_rim);
        arena_reset(&k->scratch, mark);
        heap_poll(k->heap);
    }
    k->rim_start[n_leaves] = k->rims.len;
    arena_finish(&k->scratch);
}
