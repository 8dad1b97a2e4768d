// SPDX-License-Identifier: Apache-2.0
// Rounding to float32 can make two vertices of an edge one place, and so a triangle empty. Readers
// that drop such triangles one by one tear the surface. So the edge is collapsed here, where it can
// be seen whether what is left is still closed.
#include "compiler/export/float_mesh.h"

#include "compiler/export/edges.h"

#include <math.h>

static f32 to_unit(f64 mm, f64 divisor) {
    f32 value = (f32)(mm / divisor);
    return value == 0 ? 0 : value; // -0 too
}

static bool place_verts(FloatMesh *out, const Mesh *mesh, const Affine3 *map, FloatSpace space) {
    for (u32 v = 0; v < mesh->n_verts; v++) {
        Vec3 p = affine3_point(map, mesh->verts[v]);
        if (space.is_y_up)
            p = vec3(p.x, p.z, -p.y);
        f32 *to = &out->places[3 * (size_t)v];
        for (u32 k = 0; k < 3; k++) {
            to[k] = to_unit(vec3_get(p, k), space.divisor);
            if (!isfinite(to[k]))
                return false;
        }
    }
    return true;
}

static bool check_closed(Heap *heap, const u32 *tris, u32 n_verts, u32 n_tris) {
    EdgeTable table;
    edge_table_init(&table, heap, tris, n_verts, n_tris);
    bool is_closed = edge_table_is_closed(&table, n_verts);
    edge_table_finish(&table, heap);
    return is_closed;
}

static bool same_place(const FloatMesh *w, u32 a, u32 b) {
    const f32 *p = &w->places[3 * (size_t)a], *q = &w->places[3 * (size_t)b];
    return p[0] == q[0] && p[1] == q[1] && p[2] == q[2];
}

static u32 find_root(u32 *roots, u32 v) {
    while (roots[v] != v)
        v = roots[v] = roots[roots[v]];
    return v;
}

static bool is_empty(const u32 *tri) {
    return tri[0] == tri[1] || tri[1] == tri[2] || tri[2] == tri[0];
}

// The vertex that each vertex becomes: the ends of every edge of no length become one. NULL: no
// such edge.
static u32 *find_joins(const FloatMesh *w, Heap *heap, u32 n_verts) {
    u32 n = 3 * w->n_tris, n_short = 0;
    for (u32 h = 0; h < n; h++)
        n_short += same_place(w, w->tris[h], w->tris[edge_next(h)]);
    if (!n_short)
        return NULL;
    u32 *roots = heap_alloc_raw(heap, n_verts, sizeof *roots);
    for (u32 v = 0; v < n_verts; v++)
        roots[v] = v;
    for (u32 h = 0; h < n; h++)
        if (same_place(w, w->tris[h], w->tris[edge_next(h)])) {
            u32 a = find_root(roots, w->tris[h]), b = find_root(roots, w->tris[edge_next(h)]);
            roots[MAX(a, b)] = MIN(a, b);
        }
    for (u32 v = 0; v < n_verts; v++)
        roots[v] = find_root(roots, v);
    return roots;
}

// Drops the triangles that the joins empty; all of them or, when something would be torn, none: an
// empty triangle is harmless, an open mesh is not.
static void collapse(FloatMesh *w, Heap *heap, u32 n_verts) {
    u32 *joins = find_joins(w, heap, n_verts);
    if (!joins)
        return;
    u32 *joined = heap_alloc_raw(heap, 6 * (size_t)w->n_tris, sizeof *joined);
    u32 *kept = joined + 3 * (size_t)w->n_tris, n_kept = 0;
    for (u32 t = 0; t < w->n_tris; t++) {
        u32 *tri = &joined[3 * (size_t)t];
        for (u32 k = 0; k < 3; k++)
            tri[k] = joins[w->tris[3 * (size_t)t + k]];
        if (is_empty(tri))
            tri[1] = tri[2] = tri[0];
        else
            memcpy(&kept[3 * (size_t)n_kept++], tri, 3 * sizeof *tri);
    }
    if (n_kept && check_closed(heap, kept, n_verts, n_kept)) {
        memcpy(w->tris, joined, 3 * (size_t)w->n_tris * sizeof *joined);
        w->n_dropped = w->n_tris - n_kept;
    }
    heap_free(heap, joined);
    heap_free(heap, joins);
}

bool float_mesh_init(FloatMesh *out, Heap *heap, const Mesh *mesh, const Affine3 *map,
                     FloatSpace space) {
    size_t n = 3 * (size_t)mesh->n_tris;
    *out = (FloatMesh){.n_tris = mesh->n_tris};
    for (size_t i = 0; i < n; i++)
        if (mesh->tris[i] >= mesh->n_verts)
            return false;
    out->places = heap_alloc_raw(heap, 3 * (size_t)mesh->n_verts + 1, sizeof *out->places);
    out->tris = heap_alloc_raw(heap, n + 1, sizeof *out->tris);
    memcpy(out->tris, mesh->tris, n * sizeof *out->tris);
    if (!place_verts(out, mesh, map, space) ||
        !check_closed(heap, mesh->tris, mesh->n_verts, mesh->n_tris))
        return false;
    collapse(out, heap, mesh->n_verts);
    return true;
}

void float_mesh_finish(FloatMesh *mesh, Heap *heap) {
    heap_free(heap, mesh->places);
    heap_free(heap, mesh->tris);
    *mesh = (FloatMesh){0};
}

// inv(A)^T = cof(A) / det(A): only the direction matters, so the sign of det is kept and not its
// size.
static Affine3 cofactors_of(const Affine3 *a) {
    Affine3 c = affine3_identity();
    f64 sign = affine3_det(a) < 0 ? -1 : 1;
    for (u32 i = 0; i < 3; i++)
        for (u32 k = 0; k < 3; k++) {
            u32 i1 = (i + 1) % 3, i2 = (i + 2) % 3, k1 = (k + 1) % 3, k2 = (k + 2) % 3;
            c.m[i][k] = sign * (a->m[i1][k1] * a->m[i2][k2] - a->m[i1][k2] * a->m[i2][k1]);
        }
    return c;
}

CornerNormals corner_normals(const Mesh *mesh, const Affine3 *map) {
    return (CornerNormals){mesh, map, cofactors_of(map), affine3_det(map) < 0};
}

Vec3 corner_flat(const CornerNormals *c, const u32 tri[3]) {
    Vec3 p[3];
    for (u32 k = 0; k < 3; k++)
        p[k] = affine3_vector(c->map, c->mesh->verts[tri[k]]);
    Vec3 n = vec3_unit(vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0])));
    return c->is_mirrored ? vec3_scale(n, -1) : n;
}

Vec3 corner_normal(const CornerNormals *c, u32 corner, Vec3 flat) {
    if (!c->mesh->normals)
        return flat;
    const f32 *n = &c->mesh->normals[3 * (size_t)corner];
    Vec3 given = vec3((f64)n[0], (f64)n[1], (f64)n[2]);
    Vec3 unit = vec3_unit(affine3_vector(&c->normal_map, given));
    return vec3_is_finite(unit) && vec3_dot(unit, unit) > 0.5 ? unit : flat;
}

Status float_space_from(const ExportOptions *options, FloatSpace *out, const char **error) {
    static const struct {
        const char *name;
        f64 mm;
    } units[] = {{"mm", 1}, {"cm", 10}, {"m", 1000}, {"in", 25.4}, {"ft", 304.8}};
    const char *up = options->up ? options->up : "z", *unit = options->unit ? options->unit : "mm";
    *out = (FloatSpace){.is_y_up = strcmp(up, "y") == 0};
    for (u32 i = 0; i < COUNT_OF(units); i++)
        if (strcmp(unit, units[i].name) == 0)
            out->divisor = units[i].mm;
    if (out->divisor == 0) {
        *error = "unknown unit: mm, cm, m, in or ft";
        return STATUS_USAGE;
    }
    if (!out->is_y_up && strcmp(up, "z") != 0) {
        *error = "unknown axis: up is z or y";
        return STATUS_USAGE;
    }
    return STATUS_OK;
}
