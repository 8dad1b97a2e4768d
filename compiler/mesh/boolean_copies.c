// SPDX-License-Identifier: Apache-2.0
// Pass 7, copies: the triangles of kept patches, as the leaves have them.
//
// A corner on a touched facet takes the vertex of its sector (Rim); all others are vertices of the
// leaf that no face has, numbered as its triangles name them. Leaves are independent: threads count
// them first, and write them when all know their place.
#include "compiler/mesh/boolean_merge.h"

#include <string.h>

// What says which triangles of a leaf are kept, at hand.
typedef struct LeafView {
    const Facet *facets;
    const u32 *facet_of;       // by triangle
    const u32 *tris;           // of the mesh
    const u32 *patch_cell_of;  // by vertex
    const u32 *of_cell;        // of Faces
    const Rim *rim, *rims_end; // those of triangles that are still to come
    bool is_reversed;
} LeafView;

static LeafView view_leaf(const Merge *m, u32 l) {
    const Kernel *k = m->k;
    const Rim *rims = k->rims.data; // NULL: there are none
    return (LeafView){.facets = k->facets,
                      .facet_of = k->facet_of + k->tri_base[l],
                      .tris = k->expr->leaves[l].mesh->tris,
                      .patch_cell_of = k->patch_cell_of + k->vert_base[l],
                      .of_cell = m->f->of_cell,
                      .rim = rims ? rims + k->rim_start[l] : NULL,
                      .rims_end = rims ? rims + k->rim_start[l + 1] : NULL,
                      .is_reversed = k->leaves[l].is_reversed};
}

// The kept cell of the patch that an untouched triangle is of, or NONE: it is not copied.
static inline u32 kept_cell(const LeafView *view, u32 t) {
    u32 facet = view->facet_of[t];
    if (facet != NONE && view->facets[facet].is_touched)
        return NONE;
    return view->of_cell[view->patch_cell_of[view->tris[3 * (size_t)t]]];
}

// Of triangle t, if it has one. Triangles must come in their order.
static inline const Rim *next_rim(LeafView *view, u32 t) {
    while (view->rim < view->rims_end && view->rim->tri < t)
        view->rim++;
    return view->rim < view->rims_end && view->rim->tri == t ? view->rim : NULL;
}

static u32 number_vertices(LeafView *view, const LeafPart *part, u32 *vertex_of) {
    const u32 order[3] = {0, view->is_reversed ? 2 : 1, view->is_reversed ? 1 : 2};
    u32 n = 0;
    for (u32 j = 0; j < part->tris.len; j++) {
        const u32 *tri = view->tris + 3 * (size_t)part->tris.data[j];
        const Rim *rim = next_rim(view, part->tris.data[j]);
        for (u32 i = 0; i < 3; i++)
            if ((!rim || rim->incoming[i] == NONE) && !vertex_of[tri[order[i]]])
                vertex_of[tri[order[i]]] = ++n;
    }
    return n;
}

static void count_leaf(Kernel *worker, void *ctx, u32 l) {
    const Merge *m = ctx;
    LeafPart *part = &m->leaf_parts[l];
    const Mesh *mesh = worker->expr->leaves[l].mesh;
    if (!part->is_kept)
        return;
    heap_poll(worker->heap);
    LeafView view = view_leaf(m, l);
    vec_reserve(worker->heap, &part->tris, mesh->n_tris);
    u32 *kept = part->tris.data, n = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        kept[n] = t;
        n += kept_cell(&view, t) != NONE;
    }
    part->tris.len = n;
    u32 *vertex_of = m->vertex_of + worker->vert_base[l];
    memset(vertex_of, 0, mesh->n_verts * sizeof *vertex_of);
    part->n_verts = number_vertices(&view, part, vertex_of);
}

void count_copies(Merge *m) {
    Kernel *k = m->k;
    u32 n_leaves = k->expr->n_leaves;
    if (!k->patches.len)
        return;
    m->leaf_parts = HEAP_NEW(k->heap, LeafPart, n_leaves);
    for (u32 p = 0; p < k->patches.len; p++)
        if (m->f->of_cell[k->patch_cells_start + p] != NONE)
            m->leaf_parts[k->patches.data[p].leaf].is_kept = true;
    m->vertex_of = heap_alloc_raw(k->heap, MAX(k->vert_base[n_leaves], 1u), sizeof(u32));
    kernel_for(k, n_leaves, 10 * (u64)k->n_in_tris, count_leaf, m);
    for (u32 l = 0; l < n_leaves; l++) {
        LeafPart *part = &m->leaf_parts[l];
        part->first = m->n_tris;
        part->first_vert = m->n_verts;
        m->n_tris += part->tris.len;
        m->n_verts += part->n_verts;
    }
}

// The vertex of a rim triangle's corner: that of its sector.
static u32 rim_vertex(const Merge *m, const FaceCell *cell, u32 incoming) {
    u32 half = cell->start + (incoming - cell->first); // if it is turned, it leaves the corner
    return m->corner[cell->looks > 0 ? m->f->halves[half].next : half] - 1;
}

typedef struct Copier {
    const Merge *m;
    Mesh *out;
} Copier;

static void write_normals(const Kernel *k, u32 l, u32 t, bool is_turned, f32 *to) {
    const CsgLeaf *leaf = &k->expr->leaves[l];
    const f32 *from = leaf->mesh->normals ? leaf->mesh->normals + 9 * (size_t)t : NULL;
    if (!from || (from[0] == 0 && from[1] == 0 && from[2] == 0))
        return;
    for (u32 i = 0; i < 3; i++) {
        const f32 *at = from + 3 * (is_turned != k->leaves[l].is_reversed && i ? 3 - i : i);
        Vec3 n = map_normal(&leaf->map, vec3(at[0], at[1], at[2]));
        to[3 * i] = (f32)(is_turned ? -n.x : n.x);
        to[3 * i + 1] = (f32)(is_turned ? -n.y : n.y);
        to[3 * i + 2] = (f32)(is_turned ? -n.z : n.z);
    }
}

static void write_vertices(const LeafPart *part, const CsgLeaf *leaf, const u32 *vertex_of,
                           Mesh *out) {
    for (u32 v = 0; v < leaf->mesh->n_verts; v++)
        if (vertex_of[v])
            out->verts[part->first_vert + vertex_of[v] - 1] =
                affine3_point(&leaf->map, leaf->mesh->verts[v]);
}

static void write_leaf(Kernel *worker, void *ctx, u32 l) {
    const Copier *c = ctx;
    const Merge *m = c->m;
    const LeafPart *part = &m->leaf_parts[l];
    const Mesh *mesh = worker->expr->leaves[l].mesh;
    if (!part->tris.len)
        return;
    heap_poll(worker->heap);
    LeafView view = view_leaf(m, l);
    const u32 *vertex_of = m->vertex_of + worker->vert_base[l], *kept = part->tris.data;
    Mesh out = *c->out;
    write_vertices(part, &worker->expr->leaves[l], vertex_of, &out);
    u32 base = part->first_vert - 1; // vertex_of begins at 1
    for (size_t j = 0, to = part->first; j < part->tris.len; j++, to++) {
        u32 t = kept[j];
        const FaceCell *cell = &m->f->cells[kept_cell(&view, t)];
        const Rim *rim = next_rim(&view, t);
        bool is_turned = cell->looks < 0, is_swapped = is_turned != view.is_reversed;
        const u32 *tri = view.tris + 3 * (size_t)t;
        u32 *at = out.tris + 3 * to;
        at[0] = base + vertex_of[tri[0]];
        at[1] = base + vertex_of[tri[1 + is_swapped]];
        at[2] = base + vertex_of[tri[2 - is_swapped]];
        for (u32 i = 0; rim && i < 3; i++)
            if (rim->incoming[i] != NONE)
                at[is_turned && i ? 3 - i : i] = rim_vertex(m, cell, rim->incoming[i]);
        out.tags[to] = mesh->tags ? mesh->tags[t] : 0;
        out.mats[to] = mesh->mats && mesh->mats[t] ? mesh->mats[t] : cell->mat;
        if (out.normals)
            write_normals(worker, l, t, is_turned, out.normals + 9 * to);
    }
}

void write_copies(Merge *m, Mesh *out) {
    Copier c = {m, out};
    u64 n = m->n_tris - m->n_face_tris;
    if (n)
        kernel_for(m->k, m->k->expr->n_leaves, (out->normals ? 60 : 20) * n, write_leaf, &c);
}
