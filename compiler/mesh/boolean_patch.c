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
// one by one. Leaves are independent: each is looked through by itself, with numbers from 0; then
// all are added, when they know their place. Cost: O(n) with hashing, for the n triangles of
// leaves.
#include "compiler/mesh/boolean_internal.h"

#include <string.h>

// What one leaf has; patches, rim triangles and halves are numbered from 0.
typedef struct LeafPatches {
    u32 *tris;     // by patch: one of its larger triangles
    u32 *half_end; // by patch: where its halves end; they begin where those of the one before end
    Rim *rims;
    Half *halves; // cell: the patch
    u32 n, n_rims, n_halves;
    u32 first, first_rim, first_half; // among those of all leaves
} LeafPatches;

typedef struct PatchPass {
    LeafPatches *of; // by leaf
    u32 *parent;     // by vertex of all leaves: union-find, then the patch, then its cell
} PatchPass;

typedef struct Sample {
    f64 most; // of tri_size2 among the triangles tried
    u32 tri, n_tried;
} Sample;

// A leaf while it is looked through; in scratch.
typedef struct LeafScan {
    u32 leaf;
    u32 *parent;
    bool *is_flagged;    // by vertex: on a touched triangle
    VEC(Sample) samples; // by patch
    VEC(Rim) rims;
    VEC(u32)
    verts;       // by half of a rim triangle, 4 * rim + corner: where it begins, then where it ends
    u32 *twin;   // by half with a flagged end: the other one at its edge, in the rim; NONE
    u32 *border; // by half: its number among the leaf's halves, NONE
} LeafScan;

// Faces are touched as a whole, so that none of them is parted between cells and a patch.
static void spread_touches(Kernel *k) {
    for (u32 f = 0; f < k->n_facets; f++)
        if (k->facets[f].is_touched)
            k->facets[k->facets[f].group].is_touched = true;
    for (u32 f = 0; f < k->n_facets; f++)
        k->facets[f].is_touched = k->facets[k->facets[f].group].is_touched;
}

// ---- patches of a leaf ----

static f64 tri_size2(const Mesh *mesh, u32 t) {
    const u32 *v = mesh->tris + 3 * (size_t)t;
    Vec3 n = vec3_cross(vec3_sub(mesh->verts[v[1]], mesh->verts[v[0]]),
                        vec3_sub(mesh->verts[v[2]], mesh->verts[v[0]]));
    return vec3_dot(n, n);
}

// What says which triangles of a leaf are untouched, at hand: see is_untouched.
typedef struct Touches {
    const Facet *facets;
    const u32 *facet_of;
} Touches;
static Touches touches_of(const Kernel *k, u32 leaf) {
    return (Touches){k->facets, k->facet_of + k->tri_base[leaf]};
}
static inline bool is_free(const Touches *touches, u32 t) {
    return touches->facet_of[t] == NONE || !touches->facets[touches->facet_of[t]].is_touched;
}

// Union-find over the untouched triangles: parent becomes each vertex's root, the lowest of its
// set.
static void join_untouched(const Kernel *k, LeafScan *s) {
    const Mesh *mesh = k->expr->leaves[s->leaf].mesh;
    const Touches touches = touches_of(k, s->leaf);
    u32 *parent = s->parent;
    bool *is_flagged = s->is_flagged;
    for (u32 v = 0; v < mesh->n_verts; v++)
        parent[v] = v;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        if (!is_free(&touches, t)) {
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

// v: the vertices of triangle t in the mesh's order.
static void add_rim(Kernel *k, LeafScan *s, u32 t, const u32 *v) {
    bool is_reversed = k->leaves[s->leaf].is_reversed;
    avec_reserve(&k->scratch, &s->verts, (size_t)s->verts.len + 4);
    u32 *at = s->verts.data + s->verts.len;
    at[0] = at[3] = v[0];
    at[1] = v[is_reversed ? 2 : 1];
    at[2] = v[is_reversed ? 1 : 2];
    s->verts.len += 4;
    avec_push(&k->scratch, &s->rims, ((Rim){t, {NONE, NONE, NONE}}));
}

// Numbers the leaf's patches in the order of their first triangles, and lists its rim.
static void number_patches(Kernel *k, LeafScan *s) {
    enum { TRIES = 32 };
    const Mesh *mesh = k->expr->leaves[s->leaf].mesh;
    const Touches touches = touches_of(k, s->leaf);
    u32 *parent = s->parent;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        if (!is_free(&touches, t))
            continue;
        const u32 *v = mesh->tris + 3 * (size_t)t;
        u32 root = parent[v[0]];
        if (!(root & PATCH_BIT) && !(parent[root] & PATCH_BIT)) {
            avec_push(&k->scratch, &s->samples, (Sample){-1, t, 0});
            parent[root] = PATCH_BIT | (s->samples.len - 1);
        }
        u32 patch = (root & PATCH_BIT ? root : parent[root]) & ~(u32)PATCH_BIT;
        Sample *sample = &s->samples.data[patch];
        if (sample->n_tried < TRIES) {
            f64 size = tri_size2(mesh, t);
            sample->n_tried++;
            if (size > sample->most) {
                sample->most = size;
                sample->tri = t;
            }
        }
        if (s->is_flagged[v[0]] || s->is_flagged[v[1]] || s->is_flagged[v[2]])
            add_rim(k, s, t, v);
    }
    for (u32 v = 0; v < mesh->n_verts; v++) {
        if (parent[v] & PATCH_BIT)
            parent[v] &= ~(u32)PATCH_BIT;
        else // a root without triangles; or the root is lower, and done
            parent[v] = parent[v] == v ? NONE : parent[parent[v]];
    }
}

// ---- the rim of a leaf ----

// Halves are numbered as LeafScan.verts: one in four is none.
static u32 after_half(u32 h) { // in its triangle
    return (h & 3) < 2 ? h + 1 : h - 2;
}
static u32 next_half(u32 h) { // of all
    return (h & 3) < 2 ? h + 1 : h + 2;
}

// By hashing of edges without direction, each of which waits for its other half.
static void pair_rim(Kernel *k, LeafScan *s) {
    u32 n = s->verts.len, n_slots = 64;
    while (n_slots < n)
        n_slots *= 2;
    u32 *slots = ARENA_NEW(&k->scratch, u32, n_slots), mask = n_slots - 1; // half + 1
    const u32 *vert = s->verts.data;
    u32 *twin = s->twin = arena_alloc_raw(&k->scratch, n, sizeof *twin);
    for (u32 h = 0; h < n; h = next_half(h)) {
        twin[h] = NONE;
        u32 from = vert[h], to = vert[h + 1];
        if (!s->is_flagged[from] && !s->is_flagged[to])
            continue;
        u32 x = MIN(from, to) * 0x9e3779b1u + MAX(from, to) * 0x85ebca77u;
        u32 slot = (x ^ x >> 16) & mask;
        for (; slots[slot]; slot = (slot + 1) & mask) {
            u32 g = slots[slot] - 1;
            if (vert[g] == to && twin[g] == NONE && vert[g + 1] == from) {
                twin[g] = h;
                twin[h] = g;
                break;
            }
        }
        if (twin[h] == NONE)
            slots[slot] = h + 1;
    }
}

// The rim's halves without a twin there, between flagged vertices: the twin is touched. By patch,
// as cells want their halves together.
static void list_borders(Kernel *k, LeafScan *s, LeafPatches *of) {
    u32 n = s->verts.len;
    const u32 *grid_of = k->grid_of + k->vert_base[s->leaf], *vert = s->verts.data;
    u32 *border = s->border = arena_alloc_raw(&k->scratch, n, sizeof *border);
    for (u32 h = 0; h < n; h = next_half(h)) {
        border[h] = NONE;
        if (s->twin[h] == NONE && s->is_flagged[vert[h]] && s->is_flagged[vert[h + 1]]) {
            border[h] = 0;
            of->half_end[s->parent[vert[h]]]++;
        }
    }
    for (u32 i = 0; i < of->n; i++) { // now where they begin
        u32 count = of->half_end[i];
        of->half_end[i] = of->n_halves;
        of->n_halves += count;
    }
    of->halves = arena_alloc_raw(&k->arena, of->n_halves, sizeof *of->halves);
    for (u32 h = 0; h < n; h = next_half(h)) {
        if (border[h] == NONE)
            continue;
        u32 v = vert[h], patch = s->parent[v];
        border[h] = of->half_end[patch]++;
        of->halves[border[h]] = (Half){grid_of[v], NONE, patch, NONE};
    }
}

// From each border half around its far end to the next one, through the rim. What lies between them
// is one sector of that vertex.
static void link_borders(Kernel *k, LeafScan *s, LeafPatches *of) {
    u32 n = s->verts.len;
    for (u32 h = 0; h < n; h = next_half(h)) {
        u32 border = s->border[h];
        if (border == NONE)
            continue;
        u32 g = after_half(h), steps = 0; // leaves the far end of h
        s->rims.data[g >> 2].incoming[g & 3] = border;
        while (s->border[g] == NONE && steps++ <= n) {
            if (s->twin[g] == NONE) {
                k->fault = "the rim of a patch is not closed";
                return;
            }
            g = after_half(s->twin[g]);
            s->rims.data[g >> 2].incoming[g & 3] = border;
        }
        if (s->border[g] == NONE) {
            k->fault = "the rim of a patch does not end";
            return;
        }
        of->halves[border].next = s->border[g];
    }
}

// ---- all leaves ----

static void find_patches(Kernel *k, void *ctx, u32 l) {
    PatchPass *p = ctx;
    LeafPatches *of = &p->of[l];
    LeafScan s = {.leaf = l, .parent = p->parent + k->vert_base[l]};
    if (k->leaves[l].is_whole)
        return;
    heap_poll(k->heap);
    ArenaMark mark = arena_mark(&k->scratch);
    s.is_flagged = ARENA_NEW(&k->scratch, bool, k->expr->leaves[l].mesh->n_verts);
    join_untouched(k, &s);
    number_patches(k, &s);
    of->n = s.samples.len;
    of->n_rims = s.rims.len;
    of->tris = ARENA_NEW(&k->arena, u32, 2 * (size_t)of->n);
    of->half_end = of->tris + of->n;
    for (u32 i = 0; i < of->n; i++)
        of->tris[i] = s.samples.data[i].tri;
    if (of->n_rims) {
        pair_rim(k, &s);
        list_borders(k, &s, of);
        link_borders(k, &s, of);
        of->rims = arena_alloc(&k->arena, of->n_rims, sizeof *of->rims);
        memcpy(of->rims, s.rims.data, of->n_rims * sizeof *of->rims);
    }
    arena_reset(&k->scratch, mark);
}

// The leaf's patches become cells, their numbers those of all leaves.
static void add_patches(Kernel *view, void *ctx, u32 l) {
    const PatchPass *p = ctx;
    const LeafPatches *of = &p->of[l];
    u32 *parent = p->parent + view->vert_base[l], first = view->patch_cells_start + of->first;
    if (view->leaves[l].is_whole)
        return;
    // The leaf as a facet without corners, for stacks of patches.
    view->facets[view->n_facets + l] = (Facet){.leaf = l, .plane = NONE};
    for (u32 i = 0; i < of->n; i++) {
        u32 stack = view->stacks.len + of->first + i;
        view->stacks.data[stack] = (view->n_facets + l) << 1;
        view->patches.data[of->first + i] = (Patch){l, of->tris[i]};
        view->cells.data[first + i] =
            (Cell){.plane = NONE,
                   .stack_start = stack,
                   .stack_len = 1,
                   .half_start = of->first_half + (i ? of->half_end[i - 1] : 0),
                   .half_end = of->first_half + of->half_end[i]};
    }
    for (u32 i = 0; i < of->n_halves; i++) {
        Half half = of->halves[i];
        half.next += of->first_half;
        half.cell += first;
        view->halves.data[of->first_half + i] = half;
    }
    for (u32 i = 0; i < of->n_rims; i++) {
        Rim rim = of->rims[i];
        for (u32 j = 0; j < 3; j++)
            rim.incoming[j] += rim.incoming[j] == NONE ? 0 : of->first_half;
        view->rims.data[of->first_rim + i] = rim;
    }
    for (u32 v = 0; v < view->expr->leaves[l].mesh->n_verts; v++)
        parent[v] += parent[v] == NONE ? 0 : first;
}

static void place_patches(Kernel *k, PatchPass *p, u64 work_ns) {
    u32 n_leaves = k->expr->n_leaves, n = 0, n_rims = 0, n_halves = k->halves.len;
    k->rim_start = ARENA_NEW(&k->arena, u32, n_leaves + 1);
    for (u32 l = 0; l < n_leaves; l++) {
        LeafPatches *of = &p->of[l];
        of->first = n;
        of->first_rim = k->rim_start[l] = n_rims;
        of->first_half = n_halves;
        n += of->n;
        n_rims += of->n_rims;
        n_halves += of->n_halves;
    }
    k->rim_start[n_leaves] = n_rims;
    k->patch_cells_start = k->cells.len;
    vec_reserve(k->heap, &k->cells, k->cells.len + n);
    vec_reserve(k->heap, &k->stacks, k->stacks.len + n);
    vec_reserve(k->heap, &k->halves, n_halves);
    avec_reserve(&k->arena, &k->patches, n);
    avec_reserve(&k->arena, &k->rims, n_rims);
    kernel_for(k, n_leaves, work_ns, add_patches, p);
    k->cells.len += n;
    k->stacks.len += n;
    k->halves.len = n_halves;
    k->patches.len = n;
    k->rims.len = n_rims;
}

void patch(Kernel *k) {
    enum { FIND_NS = 20, PLACE_NS = 2 };
    u32 n_leaves = k->expr->n_leaves, n_loans = k->loans.len;
    spread_touches(k);
    PatchPass p = {.of = HEAP_NEW(k->heap, LeafPatches, n_leaves),
                   .parent = arena_alloc(&k->arena, k->vert_base[n_leaves], sizeof(u32))};
    k->patch_cell_of = p.parent;
    kernel_for(k, n_leaves, (u64)k->n_in_tris * FIND_NS, find_patches, &p);
    if (!k->fault)
        place_patches(k, &p, (u64)k->n_in_tris * PLACE_NS);
    kernel_release(k, n_loans);
    heap_free(k->heap, p.of);
}
