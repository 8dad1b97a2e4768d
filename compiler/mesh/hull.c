// SPDX-License-Identifier: Apache-2.0
// Convex hull by quickhull (Barber, Dobkin and Huhdanpaa 1996) on whole numbers. A facet is a
// triangle with its exact plane; a point is outside a facet when it lies strictly above the plane,
// so there is no epsilon: a point in a facet's plane is simply not outside. That is the hull of the
// points moved infinitesimally inwards, whose visible facets always form a disc, so a horizon is a
// simple cycle. Facets in one plane are merged at the end into convex polygons without flat
// corners.
//
// Bits: coordinates 26, differences 27 with sign, normals 2 * 2^26 * 2^26 = 2^53 (so they are also
// exact as doubles), heights above a plane 3 * 2^53 * 2^26 < 2^81.
#include "compiler/mesh/hull.h"

#include "base/vec.h"
#include "compiler/mesh/snap_internal.h"

#include <string.h>

typedef struct Cell {
    i32 x, y, z; // grid place
} Cell;

typedef struct Normal {
    i64 x, y, z;
} Normal;

typedef struct Facet {
    u32 v[3];      // counter-clockwise seen from outside
    u32 across[3]; // the facet over the edge v[i] -> v[i + 1]
    Normal n;
    u32 outside; // list of points above this facet and no earlier one; NONE: empty
    u32 furthest;
    i128 height; // of the furthest
    u32 seen;    // the round in which a point saw it
    bool is_gone;
} Facet;

typedef struct Hull {
    Heap *heap;
    Cell *cells;   // by point
    u32 *next;     // lists of outside points
    u32 *facet_at; // by point: the new facet whose horizon edge starts there
    u32 n_points;
    VEC(Facet) facets;
    VEC(u32) work, visible;
    u32 round;
} Hull;

static Normal plane_normal(Cell a, Cell b, Cell c) {
    i64 ux = b.x - a.x, uy = b.y - a.y, uz = b.z - a.z, vx = c.x - a.x, vy = c.y - a.y,
        vz = c.z - a.z;
    return (Normal){uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx};
}

static i128 plane_height(Normal n, Cell a, Cell p) {
    return (i128)n.x * (p.x - a.x) + (i128)n.y * (p.y - a.y) + (i128)n.z * (p.z - a.z);
}

static bool is_zero(Normal n) {
    return n.x == 0 && n.y == 0 && n.z == 0;
}

static f64 normal_size(Normal n) {
    f64 x = (f64)n.x, y = (f64)n.y, z = (f64)n.z;
    return x * x + y * y + z * z;
}

static i128 height_above(const Hull *h, u32 facet, u32 point) {
    const Facet *f = &h->facets.data[facet];
    return plane_height(f->n, h->cells[f->v[0]], h->cells[point]);
}

static int compare_cells(Cell a, Cell b) {
    if (a.x != b.x)
        return a.x < b.x ? -1 : 1;
    if (a.y != b.y)
        return a.y < b.y ? -1 : 1;
    return a.z < b.z ? -1 : a.z > b.z;
}

static void snap_points(Hull *h, const Vec3 *points) {
    Box3 box = box3_empty();
    for (u32 i = 0; i < h->n_points; i++)
        box = box3_add_point(box, points[i]);
    Vec3 size = box3_size(box);
    f64 q = snap_quantum(fmax(size.x, fmax(size.y, size.z)));
    i64 x0 = snap_round(box.min.x, q), y0 = snap_round(box.min.y, q), z0 = snap_round(box.min.z, q);
    for (u32 i = 0; i < h->n_points; i++)
        h->cells[i] =
            (Cell){(i32)(snap_round(points[i].x, q) - x0), (i32)(snap_round(points[i].y, q) - y0),
                   (i32)(snap_round(points[i].z, q) - z0)};
}

// Four points that span space, large rather than exact extremes; false: all lie in a plane.
static bool find_simplex(const Hull *h, u32 v[4]) {
    v[0] = v[1] = 0;
    for (u32 i = 1; i < h->n_points; i++) {
        if (compare_cells(h->cells[i], h->cells[v[0]]) < 0)
            v[0] = i;
        if (compare_cells(h->cells[i], h->cells[v[1]]) > 0)
            v[1] = i;
    }
    f64 best = 0;
    for (u32 i = 0; i < h->n_points; i++) {
        Normal n = plane_normal(h->cells[v[0]], h->cells[v[1]], h->cells[i]);
        if (!is_zero(n) && normal_size(n) > best) {
            best = normal_size(n);
            v[2] = i;
        }
    }
    if (best == 0)
        return false;
    Normal n = plane_normal(h->cells[v[0]], h->cells[v[1]], h->cells[v[2]]);
    i128 height = 0;
    for (u32 i = 0; i < h->n_points; i++) {
        i128 d = plane_height(n, h->cells[v[0]], h->cells[i]);
        if ((d < 0 ? -d : d) > (height < 0 ? -height : height)) {
            height = d;
            v[3] = i;
        }
    }
    if (height > 0) { // the fourth must lie below the first three
        u32 swap = v[1];
        v[1] = v[2];
        v[2] = swap;
    }
    return height != 0;
}

static u32 add_facet(Hull *h, u32 a, u32 b, u32 c) {
    Facet f = {.v = {a, b, c}, .across = {NONE, NONE, NONE}, .outside = NONE, .furthest = NONE};
    f.n = plane_normal(h->cells[a], h->cells[b], h->cells[c]);
    vec_push(h->heap, &h->facets, f);
    return h->facets.len - 1;
}

// Puts the point on the list of the first of the facets that it is outside of; else it is dropped.
static void assign_point(Hull *h, u32 point, const u32 *facets, u32 n) {
    for (u32 i = 0; i < n; i++) {
        i128 height = height_above(h, facets[i], point);
        if (height <= 0)
            continue;
        Facet *f = &h->facets.data[facets[i]];
        h->next[point] = f->outside;
        f->outside = point;
        if (f->furthest == NONE || height > f->height ||
            (height == f->height && point < f->furthest)) {
            f->furthest = point;
            f->height = height;
        }
        return;
    }
}

static void make_simplex(Hull *h, const u32 v[4]) {
    static const u8 corner[4][3] = {{0, 1, 2}, {1, 0, 3}, {2, 1, 3}, {0, 2, 3}};
    u32 facets[4];
    for (u32 i = 0; i < 4; i++)
        facets[i] = add_facet(h, v[corner[i][0]], v[corner[i][1]], v[corner[i][2]]);
    for (u32 i = 0; i < 4; i++)
        for (u32 e = 0; e < 3; e++)
            for (u32 j = 0; j < 4; j++)
                for (u32 k = 0; k < 3; k++)
                    if (corner[i][e] == corner[j][(k + 1) % 3] &&
                        corner[i][(e + 1) % 3] == corner[j][k])
                        h->facets.data[facets[i]].across[e] = facets[j];
    for (u32 i = 0; i < h->n_points; i++)
        assign_point(h, i, facets, 4);
    for (u32 i = 0; i < 4; i++)
        vec_push(h->heap, &h->work, facets[i]);
}

// All facets that the point is outside of, from `facet` on, which is one.
static void find_visible(Hull *h, u32 facet, u32 point) {
    h->visible.len = 0;
    h->round++;
    h->facets.data[facet].seen = h->round;
    vec_push(h->heap, &h->visible, facet);
    for (u32 i = 0; i < h->visible.len; i++) {
        for (u32 e = 0; e < 3; e++) {
            u32 other = h->facets.data[h->visible.data[i]].across[e];
            if (h->facets.data[other].seen == h->round || height_above(h, other, point) <= 0)
                continue;
            h->facets.data[other].seen = h->round;
            vec_push(h->heap, &h->visible, other);
        }
    }
}

// A new facet from every horizon edge to the point; they follow the old ones in h->work.
static void make_cone(Hull *h, u32 point) {
    u32 from = h->work.len;
    for (u32 i = 0; i < h->visible.len; i++) {
        for (u32 e = 0; e < 3; e++) {
            Facet old = h->facets.data[h->visible.data[i]];
            u32 beyond = old.across[e];
            if (h->facets.data[beyond].seen == h->round)
                continue;
            u32 a = old.v[e], b = old.v[(e + 1) % 3];
            u32 fresh = add_facet(h, a, b, point);
            h->facets.data[fresh].across[0] = beyond;
            Facet *f = &h->facets.data[beyond];
            for (u32 k = 0; k < 3; k++)
                if (f->v[k] == b && f->v[(k + 1) % 3] == a)
                    f->across[k] = fresh;
            h->facet_at[a] = fresh;
            vec_push(h->heap, &h->work, fresh);
        }
    }
    for (u32 i = from; i < h->work.len; i++) {
        u32 facet = h->work.data[i];
        u32 after = h->facet_at[h->facets.data[facet].v[1]];
        h->facets.data[facet].across[1] = after;
        h->facets.data[after].across[2] = facet;
    }
}

static void add_furthest(Hull *h, u32 facet) {
    u32 point = h->facets.data[facet].furthest;
    find_visible(h, facet, point);
    u32 from = h->work.len;
    make_cone(h, point);
    for (u32 i = 0; i < h->visible.len; i++) {
        Facet *old = &h->facets.data[h->visible.data[i]];
        old->is_gone = true;
        for (u32 p = old->outside, after; p != NONE; p = after) {
            after = h->next[p];
            if (p != point)
                assign_point(h, p, h->work.data + from, h->work.len - from);
        }
        old->outside = NONE;
    }
}

// In the order in which facets were made, so that all sides grow finer together: done with one side
// first, fans of all its corners would be made anew for each corner of the next.
static void grow(Hull *h) {
    for (u32 i = 0; i < h->work.len; i++) {
        u32 facet = h->work.data[i];
        if (!h->facets.data[facet].is_gone && h->facets.data[facet].outside != NONE)
            add_furthest(h, facet);
        if (i % 65536 == 65535)
            heap_poll(h->heap);
    }
}

// ---- faces ----

// Polygons of the hull: corners[starts[i] .. starts[i + 1]).
typedef struct Faces {
    VEC(u32) corners, starts;
} Faces;

static bool is_flat_edge(const Hull *h, const Facet *f, u32 e) {
    const Facet *g = &h->facets.data[f->across[e]];
    for (u32 k = 0; k < 3; k++)
        if (plane_height(f->n, h->cells[f->v[0]], h->cells[g->v[k]]) != 0)
            return false;
    return true;
}

// Walks the border of the face that facet is part of, from its edge e, and marks its facets.
static void trace_face(Hull *h, u32 facet, u32 e, Faces *faces) {
    u32 first = faces->corners.len, f = facet, k = e;
    do {
        vec_push(h->heap, &faces->corners, h->facets.data[f].v[k]);
        k = (k + 1) % 3;
        while (is_flat_edge(h, &h->facets.data[f], k)) { // turn about the corner
            u32 corner = h->facets.data[f].v[k];
            f = h->facets.data[f].across[k];
            for (k = 0; h->facets.data[f].v[k] != corner;)
                k++;
        }
    } while (f != facet || k != e);
    // Corners of 180 degrees go.
    u32 n = faces->corners.len - first, n_kept = 0;
    u32 *loop = faces->corners.data + first, *kept = heap_alloc_raw(h->heap, n, sizeof(u32));
    for (u32 i = 0; i < n; i++) {
        Cell a = h->cells[loop[i ? i - 1 : n - 1]], b = h->cells[loop[i]],
             c = h->cells[loop[i + 1 < n ? i + 1 : 0]];
        if (!is_zero(plane_normal(a, b, c)))
            kept[n_kept++] = loop[i];
    }
    memcpy(loop, kept, n_kept * sizeof(u32));
    heap_free(h->heap, kept);
    faces->corners.len = first + n_kept;
    vec_push(h->heap, &faces->starts, faces->corners.len);
}

// Marks the facets of the face that facet is part of (seen = round) and lists them in visible.
static void mark_face(Hull *h, u32 facet) {
    h->visible.len = 0;
    h->facets.data[facet].seen = h->round;
    vec_push(h->heap, &h->visible, facet);
    for (u32 i = 0; i < h->visible.len; i++) {
        const Facet f = h->facets.data[h->visible.data[i]];
        for (u32 e = 0; e < 3; e++) {
            if (h->facets.data[f.across[e]].seen != h->round && is_flat_edge(h, &f, e)) {
                h->facets.data[f.across[e]].seen = h->round;
                vec_push(h->heap, &h->visible, f.across[e]);
            }
        }
    }
}

static void collect_faces(Hull *h, Faces *faces) {
    h->round++;
    vec_push(h->heap, &faces->starts, 0);
    for (u32 i = 0; i < h->facets.len; i++) {
        if (h->facets.data[i].is_gone || h->facets.data[i].seen == h->round)
            continue;
        mark_face(h, i);
        for (u32 j = 0, done = 0; j < h->visible.len && !done; j++) {
            u32 f = h->visible.data[j];
            for (u32 e = 0; e < 3 && !done; e++) {
                if (is_flat_edge(h, &h->facets.data[f], e))
                    continue;
                trace_face(h, f, e, faces);
                done = 1;
            }
        }
    }
}

// The triangles of a face between its corners low and high (counted from first on): halves of
// halves, so that each is met by few of another's, where those of fans may all cross.
static u32 *write_part(u32 *tris, const u32 *index, const u32 *loop, u32 n, u32 first, u32 low,
                       u32 high) {
    if (high - low < 2)
        return tris;
    u32 middle = low + (high - low) / 2;
    *tris++ = index[loop[(first + low) % n]];
    *tris++ = index[loop[(first + middle) % n]];
    *tris++ = index[loop[(first + high) % n]];
    tris = write_part(tris, index, loop, n, first, low, middle);
    return write_part(tris, index, loop, n, first, middle, high);
}

// Corners in the order of the input; so is the first of each face.
static void write_mesh(Hull *h, const Faces *faces, const Vec3 *points, Mesh *out) {
    u32 n_faces = faces->starts.len - 1, n_verts = 0;
    u32 *index = h->facet_at; // done with
    memset(index, 0, h->n_points * sizeof(u32));
    for (u32 i = 0; i < faces->corners.len; i++)
        index[faces->corners.data[i]] = 1;
    for (u32 i = 0; i < h->n_points; i++)
        index[i] = index[i] ? n_verts++ : NONE;
    mesh_init(out, h->heap, n_verts, faces->corners.len - 2 * n_faces, false);
    for (u32 i = 0; i < h->n_points; i++)
        if (index[i] != NONE)
            out->verts[index[i]] = points[i];
    for (u32 f = 0, t = 0; f < n_faces; f++) {
        const u32 *loop = faces->corners.data + faces->starts.data[f];
        u32 n = faces->starts.data[f + 1] - faces->starts.data[f], first = 0;
        for (u32 i = 1; i < n; i++)
            if (loop[i] < loop[first])
                first = i;
        (void)write_part(out->tris + 3 * (size_t)t, index, loop, n, first, 0, n - 1);
        for (u32 end = t + n - 2; t < end; t++) {
            out->tags[t] = f;
            out->mats[t] = 0;
        }
    }
}

bool mesh_hull(Heap *heap, const Vec3 *points, u32 n, Mesh *out) {
    *out = (Mesh){0};
    if (n < 4)
        return false;
    Hull h = {.heap = heap, .n_points = n};
    h.cells = heap_alloc_raw(heap, n, sizeof *h.cells);
    h.next = heap_alloc_raw(heap, n, sizeof(u32));
    h.facet_at = heap_alloc_raw(heap, n, sizeof(u32));
    snap_points(&h, points);
    u32 simplex[4] = {0};
    bool has_volume = find_simplex(&h, simplex);
    if (has_volume) {
        Faces faces = {0};
        make_simplex(&h, simplex);
        grow(&h);
        collect_faces(&h, &faces);
        write_mesh(&h, &faces, points, out);
        vec_free(heap, &faces.corners);
        vec_free(heap, &faces.starts);
    }
    vec_free(heap, &h.facets);
    vec_free(heap, &h.work);
    vec_free(heap, &h.visible);
    heap_free(heap, h.cells);
    heap_free(heap, h.next);
    heap_free(heap, h.facet_at);
    return has_volume;
}
