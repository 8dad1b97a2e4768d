// SPDX-License-Identifier: Apache-2.0
// Pass 7, labels: the triangles of faces as they are written, with the tag, material and normals of
// the operand's face that they are part of. A normal is interpolated in the source triangle that
// holds the corner, by its weights in the projection along the longest component of the facet's
// normal, and turned round where the face is. Triangles are independent: threads take parts.
#include "compiler/mesh/boolean_merge.h"

#include <string.h>

// Of triangle i of those that make up a facet: its corner normals, NULL if it is flat. All
// triangles of a facet are alike in that, in tag and in paint.
static const f32 *source_normals(const Kernel *k, u32 facet, u32 i) {
    const Mesh *mesh = k->expr->leaves[k->facets[facet].leaf].mesh;
    if (!mesh->normals)
        return NULL;
    const f32 *n = mesh->normals + (size_t)9 * k->sources.data[k->facets[facet].src + i];
    return n[0] != 0 || n[1] != 0 || n[2] != 0 ? n : NULL;
}

static f64 turn(Vec2 a, Vec2 b, Vec2 c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

// Weights of p over triangle i of those that make up a facet, in the plane where it is largest.
// Returns the smallest of them.
static f64 barycentric(const Kernel *k, const Facet *facet, u32 i, const f64 p[3], f64 weight[3]) {
    const Mesh *mesh = k->expr->leaves[facet->leaf].mesh;
    const u32 *tri = mesh->tris + (size_t)3 * k->sources.data[facet->src + i];
    const u32 *grid_of = k->grid_of + k->vert_base[facet->leaf];
    const f64 *a = k->points.data[grid_of[tri[0]]].at, *b = k->points.data[grid_of[tri[1]]].at,
              *c = k->points.data[grid_of[tri[2]]].at;
    f64 size[3] = {fabs((f64)facet->normal[0]), fabs((f64)facet->normal[1]),
                   fabs((f64)facet->normal[2])};
    u32 axis = size[0] >= size[1] && size[0] >= size[2] ? 0 : size[1] >= size[2] ? 1 : 2;
    u32 x = (axis + 1) % 3, y = (axis + 2) % 3;
    Vec2 q = {p[x], p[y]}, s = {a[x], a[y]}, t = {b[x], b[y]}, r = {c[x], c[y]};
    f64 whole = turn(s, t, r);
    weight[1] = turn(s, q, r) / whole;
    weight[2] = turn(s, t, q) / whole;
    weight[0] = 1 - weight[1] - weight[2];
    return f64_min(weight[0], f64_min(weight[1], weight[2]));
}

// The triangle of the facet that holds p best, the first among equals.
static u32 source_at(const Kernel *k, const Facet *facet, const f64 p[3], f64 weight[3]) {
    u32 best = 0;
    f64 most = barycentric(k, facet, 0, p, weight);
    for (u32 i = 1; i < facet->n_src && most < 0; i++) {
        f64 w[3], least = barycentric(k, facet, i, p, w);
        if (least > most) {
            most = least;
            best = i;
            memcpy(weight, w, sizeof w);
        }
    }
    return best;
}

// Of normals under a map: the cofactors of its matrix, which turn them as the inverse transpose
// does.
static void normal_matrix(const Affine3 *map, Vec3 out[3]) {
    const f64(*a)[3] = map->m;
    Vec3 r[3] = {
        {a[0][0], a[0][1], a[0][2]}, {a[1][0], a[1][1], a[1][2]}, {a[2][0], a[2][1], a[2][2]}};
    for (u32 i = 0; i < 3; i++)
        out[i] = vec3_cross(r[(i + 1) % 3], r[(i + 2) % 3]);
}

Vec3 map_normal(const Affine3 *map, Vec3 n) {
    Vec3 by[3];
    normal_matrix(map, by);
    Vec3 out = vec3(vec3_dot(by[0], n), vec3_dot(by[1], n), vec3_dot(by[2], n));
    return vec3_unit(affine3_det(map) < 0 ? vec3_scale(out, -1) : out);
}

static void write_normal(const Merge *m, u32 corner, f32 out[3]) {
    const Kernel *k = m->k;
    const FaceCell *cell = corner_cell(m, corner);
    const Facet *facet = &k->facets[cell->label];
    f64 weight[3];
    u32 i = source_at(k, facet, corner_at(m, corner), weight);
    const f32 *at = source_normals(k, cell->label, i);
    Vec3 n = {0, 0, 0};
    for (u32 j = 0; j < 3; j++)
        n = vec3_add(n, vec3_scale(vec3(at[3 * j], at[3 * j + 1], at[3 * j + 2]), weight[j]));
    n = map_normal(&k->expr->leaves[facet->leaf].map, n);
    if (cell->is_turned)
        n = vec3_scale(n, -1);
    out[0] = (f32)n.x;
    out[1] = (f32)n.y;
    out[2] = (f32)n.z;
}

typedef struct Writer {
    const Merge *m;
    Mesh *out;
} Writer;

static void write_part(Kernel *view, void *ctx, u32 i) {
    const Writer *w = ctx;
    const Merge *m = w->m;
    const FacePart *part = &m->parts[i];
    Mesh *out = w->out;
    heap_poll(view->heap);
    size_t to = part->first;
    for (u32 c = 0; c < part->tris.len; c += 3, to++) {
        const u32 *corner = part->tris.data + c;
        const FaceCell *cell = corner_cell(m, corner[0]); // all of a face are alike in this
        out->tags[to] = cell->tag;
        out->mats[to] = cell->mat;
        for (u32 j = 0; j < 3; j++)
            out->tris[3 * to + j] = corner_vertex(m, corner[j]);
        for (u32 j = 0; cell->is_round && j < 3; j++)
            write_normal(m, corner[j], out->normals + 9 * to + 3 * j);
    }
}

void write_triangles(Merge *m, Mesh *out) {
    Writer w = {m, out};
    u64 ns = m->k->has_normals ? 150 : 15;
    kernel_for(m->k, m->n_parts, ns * m->n_face_tris, write_part, &w);
}
