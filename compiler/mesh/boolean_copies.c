// SPDX-License-Identifier: Apache-2.0
// Pass 7, copies: the triangles of kept patches, as the leaves have them.
//
// A corner on a touched facet takes the vertex of its sector (Rim); all others are vertices of the
// leaf that no face has, numbered as its triangles name them. Leaves are independent: threads count
// them first, and write them when all know their place.
#include "compiler/mesh/boolean_merge.h"

#include <string.h>

// The kept cell of an untouched triangle's patch, or NULL.
static const FaceCell *copy_cell(const Merge *m, u32 l, u32 t) {
    const Kernel *k = m->k;
    u32 cell = k->patch_cell_of[k->vert_base[l] + k->expr->leaves[l].mesh->tris[3 * (size_t)t]];
    u32 kept = m->f->of_cell[cell];
    return kept == NONE ? NULL : &m->f->cells[kept];
}

// Rims are in the order of triangles: the one of triangle t, if it has one, with *at going along.
static const Rim *next_rim(const Kernel *k, u32 l, u32 t, u32 *at) {
    u32 end = k->rim_start[l + 1];
    while (*at < end && k->rims.data[*at].tri < t)
        ++*at;
    return *at < end && k->rims.data[*at].tri == t ? &k->rims.data[*at] : NULL;
}

static void count_leaf(Kernel *view, void *ctx, u32 l) {
    const Merge *m = ctx;
    LeafPart *part = &m->leaf_parts[l];
    const Mesh *mesh = view->expr->leaves[l].mesh;
    if (view->leaves[l].is_whole)
        return;
    heap_poll(view->heap);
    u32 *vertex_of = m->vertex_of + view->vert_base[l], at = view->rim_start[l];
    if (mesh->n_verts)
        memset(vertex_of, 0, mesh->n_verts * sizeof *vertex_of);
    for (u32 t = 0; t < mesh->n_tris; t++) {
        if (!is_untouched(view, l, t) || !copy_cell(m, l, t))
            continue;
        vec_push(view->heap, &part->tris, t);
        const Rim *rim = next_rim(view, l, t, &at);
        for (u32 i = 0; i < 3; i++) {
            u32 v = leaf_tri_vertex(view, l, t, i);
            if ((!rim || rim->incoming[i] == NONE) && !vertex_of[v])
                vertex_of[v] = ++part->n_verts;
        }
    }
}

void count_copies(Merge *m) {
    Kernel *k = m->k;
    u32 n_leaves = k->expr->n_leaves;
    if (!k->patches.len)
        return;
    m->leaf_parts = HEAP_NEW(k->heap, LeafPart, n_leaves);
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

static void write_leaf(Kernel *view, void *ctx, u32 l) {
    const Copier *c = ctx;
    const Merge *m = c->m;
    const LeafPart *part = &m->leaf_parts[l];
    const CsgLeaf *leaf = &view->expr->leaves[l];
    const Mesh *mesh = leaf->mesh;
    Mesh *out = c->out;
    if (!part->tris.len)
        return;
    heap_poll(view->heap);
    const u32 *vertex_of = m->vertex_of + view->vert_base[l];
    for (u32 v = 0; v < mesh->n_verts; v++)
        if (vertex_of[v])
            out->verts[part->first_vert + vertex_of[v] - 1] =
                affine3_point(&leaf->map, mesh->verts[v]);
    size_t to = part->first;
    for (u32 j = 0, at = view->rim_start[l]; j < part->tris.len; j++) {
        u32 t = part->tris.data[j];
        const FaceCell *cell = copy_cell(m, l, t);
        const Rim *rim = next_rim(view, l, t, &at);
        bool is_turned = cell->looks < 0;
        for (u32 i = 0; i < 3; i++) {
            u32 incoming = rim ? rim->incoming[i] : NONE;
            out->tris[3 * to + (is_turned && i ? 3 - i : i)] =
                incoming == NONE ? part->first_vert + vertex_of[leaf_tri_vertex(view, l, t, i)] - 1
                                 : rim_vertex(m, cell, incoming);
        }
        out->tags[to] = mesh->tags ? mesh->tags[t] : 0;
        out->mats[to] = mesh->mats && mesh->mats[t] ? mesh->mats[t] : cell->mat;
        if (out->normals)
            write_normals(view, l, t, is_turned, out->normals + 9 * to);
        to++;
    }
}

void write_copies(Merge *m, Mesh *out) {
    Copier c = {m, out};
    u64 n = m->n_tris - m->n_face_tris;
    if (n)
        kernel_for(m->k, m->k->expr->n_leaves, (out->normals ? 60 : 20) * n, write_leaf, &c);
}
