// SPDX-License-Identifier: Apache-2.0
// Pass 7, merge: kept cells to the output mesh.
//
// Cells of one plane that look the same way and carry the same tag and material are joined across
// their edges into faces. Corners that can be reached from each other by turning around a place are
// one output vertex, so solids that only touch there have vertices of their own. A vertex at which
// just two faces meet is dropped when it lies within a straight edge: always, if their planes
// differ, since then both edges lie on the planes' common line. Each face is triangulated once
// (boolean_triangles.c) and labelled (boolean_labels.c); what nothing touched is copied
// (boolean_copies.c). boolean_slits.c keeps open what touches itself. The result is checked; what
// the check finds is repaired (boolean_repair.c, boolean_slivers.c) and checked again. Cost: O(h),
// and O(m log m) for a face of m corners.
#include "compiler/mesh/boolean_merge.h"

#include <string.h>

// ---- faces ----

void outward_normal(const Kernel *k, const FaceCell *cell, i64 n[3]) {
    const i64 *from =
        cell->plane != NONE ? k->planes.data[cell->plane].n : k->facets[cell->label].normal;
    int sign = cell->plane != NONE ? cell->outward : cell->looks;
    for (u32 i = 0; i < 3; i++)
        n[i] = sign < 0 ? -from[i] : from[i];
}

// Of cells that share a place: do they lie in one plane? alike: and look the same way?
static bool are_coplanar(const Kernel *k, const FaceCell *a, const FaceCell *b, bool *alike) {
    if (a->plane != NONE && b->plane != NONE) {
        *alike = a->outward == b->outward;
        return a->plane == b->plane;
    }
    i64 m[3], n[3];
    outward_normal(k, a, m);
    outward_normal(k, b, n);
    if ((i128)m[0] * n[1] != (i128)m[1] * n[0] || (i128)m[1] * n[2] != (i128)m[2] * n[1] ||
        (i128)m[2] * n[0] != (i128)m[0] * n[2])
        return false;
    *alike = true;
    for (u32 i = 0; i < 3; i++)
        *alike = *alike && (m[i] < 0) == (n[i] < 0) && (m[i] > 0) == (n[i] > 0);
    return true;
}

static bool is_same_face(const Kernel *k, const FaceCell *a, const FaceCell *b) {
    bool alike;
    return a->mat == b->mat && a->tag == b->tag && a->is_round == b->is_round &&
           !is_patch(k, a->cell) && !is_patch(k, b->cell) && are_coplanar(k, a, b, &alike) && alike;
}

enum { HALF_GRAIN = 50000 };

typedef struct Ranges {
    Merge *m;
    Mesh *out;
    u32 n;
} Ranges;

static void join_range(Kernel *view, void *ctx, u32 range) {
    const Ranges *r = ctx;
    const Faces *f = r->m->f;
    u32 *face = r->m->face, end = kernel_range_start(f->n_halves, r->n, range + 1);
    for (u32 h = kernel_range_start(f->n_halves, r->n, range); h < end; h++) {
        u32 twin = f->halves[h].twin, a = f->halves[h].cell;
        if (twin > h) {
            u32 b = f->halves[twin].cell;
            if (a != b && is_same_face(view, &f->cells[a], &f->cells[b]))
                set_join_shared(face, a, b);
        }
    }
}

static void find_borders(Kernel *view, void *ctx, u32 range) {
    (void)view;
    const Ranges *r = ctx;
    const Faces *f = r->m->f;
    const u32 *face = r->m->face;
    u32 end = kernel_range_start(f->n_halves, r->n, range + 1);
    for (u32 h = kernel_range_start(f->n_halves, r->n, range); h < end; h++)
        r->m->is_border[h] = face[f->halves[h].cell] != face[f->halves[f->halves[h].twin].cell];
}

static void join_cells(Merge *m) {
    Kernel *k = m->k;
    const Faces *f = m->f;
    m->face = heap_alloc_raw(k->heap, MAX(f->n_cells, 1u), sizeof *m->face);
    m->is_border = heap_alloc_raw(k->heap, MAX(f->n_halves, 1u), sizeof *m->is_border);
    for (u32 c = 0; c < f->n_cells; c++)
        m->face[c] = c;
    Ranges r = {.m = m, .n = kernel_ranges(k, f->n_halves, HALF_GRAIN)};
    if (!m->keep_coplanar)
        kernel_for(k, r.n, 20 * (u64)f->n_halves, join_range, &r);
    for (u32 c = 0; c < f->n_cells; c++) // what is above a cell in the forest comes before it
        m->face[c] = m->face[m->face[c]];
    kernel_for(k, r.n, 5 * (u64)f->n_halves, find_borders, &r);
}

// ---- vertices ----

Vec3 place_at(const Kernel *k, const f64 at[3]) {
    return vec3((at[0] + k->origin[0]) * k->quantum, (at[1] + k->origin[1]) * k->quantum,
                (at[2] + k->origin[2]) * k->quantum);
}

// Planes square to an axis that were looked for lately, by their places: vertices ask for few.
enum { SQUARES = 512 };
typedef struct Square {
    f64 whole;
    u32 plane; // or NONE
} Square;

static u32 find_square(const Kernel *k, u32 axis, f64 whole, Square lately[SQUARES]) {
    Square *s = &lately[hash_mix((u64)(i64)whole) % SQUARES];
    if (s->whole != whole)
        *s = (Square){whole, plane_find_square(k, axis, (i64)whole)};
    return s->plane;
}

// Computed vertices in a face square to an axis take its coordinate there, so that it stays flat to
// the last bit.
static Vec3 place_of(const Kernel *k, u32 v, Square lately[3][SQUARES]) {
    if (v < k->n_grid)
        return k->payload[v];
    const f64 *at = k->points.data[v].at;
    Vec3 place = place_at(k, at);
    for (u32 axis = 0; axis < 3; axis++) {
        f64 whole = (at[axis] + 0x1.8p52) - 0x1.8p52; // rounded
        if (fabs(at[axis] - whole) >= 0x1p-24)
            continue;
        u32 plane = find_square(k, axis, whole, lately[axis]);
        if (plane != NONE && k->planes.data[plane].has_place && plane_side(k, plane, v) == 0)
            vec3_set(&place, axis, k->planes.data[plane].place);
    }
    return place;
}

// A plane other than its own that contains the half.
static u32 cut_of(Merge *m, u32 h) {
    Kernel *k = m->k;
    const FaceCell *cell = &m->f->cells[m->f->halves[h].cell];
    u32 plane = cell_plane(k, cell->cell), half = cell->first + (h - cell->start);
    u32 cut = half_cut_plane(k, half);
    if (cut != NONE)
        return cut;
    u32 a = m->f->halves[h].origin, b = out_dest(m, h);
    if (k->points.data[a].kind != POINT_GRID || k->points.data[b].kind != POINT_GRID)
        return NONE;
    return plane_upright(k, a, b, k->planes.data[plane].axis);
}

// Borders g and h leave a vertex where no other face is; do they run opposite to each other?
static bool is_straight(Merge *m, u32 g, u32 h) {
    Kernel *k = m->k;
    const FaceCell *a = &m->f->cells[m->f->halves[g].cell], *b = &m->f->cells[m->f->halves[h].cell];
    bool alike;
    if (is_patch(k, a->cell) || is_patch(k, b->cell))
        return false;
    if (!are_coplanar(k, a, b, &alike))
        return true;
    u32 cut = cut_of(m, g);
    return cut != NONE && plane_side(k, cut, out_dest(m, h)) == 0;
}

static void settle_vertex(Merge *m, u32 h) {
    const FaceHalf *halves = m->f->halves;
    u32 n_borders = 0, border[2] = {0};
    u32 g = h;
    do {
        if (m->is_border[g]) {
            border[n_borders & 1] = g;
            n_borders++;
        }
        g = halves[halves[g].twin].next;
    } while (g != h);
    u32 id = NONE;
    if (n_borders > 2 || !is_straight(m, border[0], border[1])) {
        vec_push(m->k->heap, &m->points, halves[h].origin);
        id = m->points.len;
    }
    do {
        m->corner[g] = id;
        g = halves[halves[g].twin].next;
    } while (g != h);
}

static void settle_vertices(Merge *m) {
    m->corner = HEAP_NEW(m->k->heap, u32, m->f->n_halves);
    for (u32 h = 0; h < m->f->n_halves; h++) {
        if ((h & 0xffff) == 0)
            heap_poll(m->k->heap);
        if (m->is_border[h] && !m->corner[h])
            settle_vertex(m, h);
    }
}

// A border is named by the halves that start it on both sides, a diagonal by its face's corners.
u64 border_name(const Merge *m, u32 from, u32 *to) {
    u32 last = from, h = next_border(m, from);
    for (; m->corner[h] == NONE; h = next_border(m, h))
        last = h;
    *to = h;
    return (u64)1 << 63 | MIN(from, half_twin(m, last));
}

u64 edge_name(const Merge *m, u32 from, u32 to) {
    u32 n = m->f->n_halves, end, low = MIN(from, to), high = MAX(from, to);
    if (high >= n && high - n < 2 * m->slits.len && low < n)
        return slit_edge_name(m, high, low);
    if (high < n) {
        u64 name = border_name(m, from, &end);
        if (end == to)
            return name;
    }
    return (u64)MIN(from, to) << 32 | MAX(from, to);
}

// ---- the result ----

enum { AHEAD = 12 };

static void write_places(Kernel *view, void *ctx, u32 range) {
    const Ranges *r = ctx;
    u32 n = r->m->points.len, end = kernel_range_start(n, r->n, range + 1);
    Square lately[3][SQUARES];
    for (u32 i = 0; i < 3 * SQUARES; i++)
        lately[i / SQUARES][i % SQUARES] = (Square){NAN, NONE};
    const u32 *points = r->m->points.data;
    for (u32 v = kernel_range_start(n, r->n, range); v < end; v++) {
        if (v + AHEAD < n)
            __builtin_prefetch(&view->points.data[points[v + AHEAD]]);
        r->out->verts[v] = place_of(view, points[v], lately);
    }
}

static void write_mesh(Merge *m, Mesh *out) {
    enum { PLACE_GRAIN = 20000 };
    Kernel *k = m->k;
    u32 n_before = m->n_verts;
    mesh_init(out, k->heap, n_before + m->added.len, m->n_tris, k->has_normals);
    Ranges r = {m, out, kernel_ranges(k, m->points.len, PLACE_GRAIN)};
    kernel_for(k, r.n, 30 * (u64)m->points.len, write_places, &r);
    if (m->added.len)
        memcpy(out->verts + n_before, m->added.data, m->added.len * sizeof(Vec3));
    write_triangles(m, out);
    write_copies(m, out);
}

// Puts the parts' triangles in one list, for repairs.
static void gather_parts(Merge *m) {
    Heap *heap = m->k->heap;
    vec_reserve(heap, &m->tris, 3 * (size_t)m->n_face_tris);
    for (u32 i = 0; i < m->n_parts; i++) {
        FacePart *part = &m->parts[i];
        if (part->tris.len)
            memcpy(m->tris.data + m->tris.len, part->tris.data, part->tris.len * sizeof(u32));
        m->tris.len += part->tris.len;
        for (u32 j = 0; j < part->aliases.len; j++)
            vec_push(heap, &m->aliases, part->aliases.data[j]);
        vec_free(heap, &part->tris);
        vec_free(heap, &part->aliases);
    }
}

// The repaired list as the only part.
static void take_repaired(Merge *m) {
    FacePart *part = &m->parts[0];
    part->tris.data = m->tris.data;
    part->tris.len = m->tris.len;
    part->tris.cap = m->tris.cap;
    m->tris.data = NULL;
    m->n_parts = 1;
    u32 n_added = m->tris.len / 3 - m->n_face_tris;
    m->n_tris += n_added;
    m->n_face_tris += n_added;
    for (u32 l = 0; m->leaf_parts && l < m->k->expr->n_leaves; l++)
        m->leaf_parts[l].first += n_added;
}

static void merge_finish(Merge *m) {
    Heap *heap = m->k->heap;
    heap_free(heap, m->face);
    heap_free(heap, m->is_border);
    heap_free(heap, m->corner);
    vec_free(heap, &m->points);
    for (u32 i = 0; i < m->n_parts; i++) {
        vec_free(heap, &m->parts[i].tris);
        vec_free(heap, &m->parts[i].aliases);
        vec_free(heap, &m->parts[i].slits);
    }
    heap_free(heap, m->parts);
    for (u32 l = 0; m->leaf_parts && l < m->k->expr->n_leaves; l++)
        vec_free(heap, &m->leaf_parts[l].tris);
    heap_free(heap, m->leaf_parts);
    heap_free(heap, m->vertex_of);
    vec_free(heap, &m->slits);
    vec_free(heap, &m->middles);
    vec_free(heap, &m->added);
    vec_free(heap, &m->aliases);
    vec_free(heap, &m->tris);
    vec_free(heap, &m->twin);
}

static MeshCheck check_and_repair(Merge *m, Mesh *out) {
    Heap *heap = m->k->heap;
    MeshCheck check = mesh_check_closed(heap, out, m->k->team);
    if (check.fault == MESH_OPEN_EDGE) {
        gather_parts(m);
        if (part_edges(m)) {
            take_repaired(m);
            mesh_finish(out, heap);
            write_mesh(m, out);
            check = mesh_check_closed(heap, out, m->k->team);
        }
    }
    if (check.fault == MESH_PINCHED_VERTEX && part_fans(m->k, out))
        check = mesh_check_closed(heap, out, m->k->team);
    if (check.fault == MESH_INSIDE_OUT && drop_slivers(m->k, out))
        check = mesh_check_closed(heap, out, m->k->team);
    return check;
}

bool merge(Kernel *k, const Faces *faces, bool keep_coplanar, Mesh *out) {
    Merge m = {.k = k, .f = faces, .keep_coplanar = keep_coplanar};
    heap_free(k->heap, k->point_slots.at); // all vertices are there
    k->point_slots.at = NULL;
    join_cells(&m);
    settle_vertices(&m);
    triangulate_faces(&m);
    bool ok = !k->fault;
    if (ok) {
        count_copies(&m);
        place_slits(&m);
        write_mesh(&m, out);
        ok = check_and_repair(&m, out).fault == MESH_OK;
        if (!ok)
            mesh_finish(out, k->heap);
    }
    merge_finish(&m);
    return ok;
}
