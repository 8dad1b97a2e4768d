// SPDX-License-Identifier: Apache-2.0
// Pass 7, faces to triangles: a face's boundary is traced from half to half, turning around each
// corner through the twins of the face's own cells, and the corners that are left are triangulated
// in the projection along the longest component of the face's normal. Triangles and clearly convex
// quadrangles are settled here, all others in polygon.h.
//
// Faces are independent of each other: threads take parts, those that take longest first. A
// triangle that names a vertex twice is left out, and what meets there on both sides becomes one
// edge (an alias, which repairs need); slits stay (boolean_slits.c).
#include "compiler/mesh/boolean_merge.h"
#include "compiler/mesh/polygon.h"

#include <string.h>

typedef struct Tracer {
    const Merge *m;
    Heap *heap;
    FacePart *part;
    bool *is_done; // by half
    // of the face in hand
    VEC(u32) loop; // corners
    VEC(u32) starts;
    VEC(Vec2) flat;
    bool has_slits;
} Tracer;

typedef struct Triangulation {
    Merge *m;
    u32 *next_cell; // by cell: the next one of its face, or NONE
    bool *is_done;
    Keyed *order; // parts, in the order in which they are begun
} Triangulation;

// Equal for corners that are one vertex; middles have no vertices yet.
static u32 vertex_name(const Merge *m, u32 c) {
    return c < m->f->n_halves ? m->corner[c] : NONE - 1 - (c - m->f->n_halves) / 2;
}

// A triangle names a vertex twice; its other two edges run over one another, so without it their
// neighbours are each other's.
static void leave_out(Tracer *t, u32 a, u32 b, u32 c) {
    const Merge *m = t->m;
    const u32 tri[5] = {a, b, c, a, b};
    u32 i = 0; // it and the next are one vertex
    while (vertex_name(m, tri[i]) != vertex_name(m, tri[i + 1]))
        i++;
    u64 there = edge_name(m, tri[i + 1], tri[i + 2]), back = edge_name(m, tri[i + 2], tri[i]);
    vec_push(t->heap, &t->part->aliases, (Alias){there, back});
}

// There must be room for it.
static inline void push_tri(Tracer *t, u32 a, u32 b, u32 c) {
    const Merge *m = t->m;
    u32 va = vertex_name(m, a), vb = vertex_name(m, b), vc = vertex_name(m, c);
    if (va == vb || vb == vc || vc == va) {
        leave_out(t, a, b, c);
        return;
    }
    u32 *out = t->part->tris.data + t->part->tris.len;
    out[0] = a;
    out[1] = b;
    out[2] = c;
    t->part->tris.len += 3;
}

static void reserve_tris(Tracer *t, u32 n) {
    vec_reserve(t->heap, &t->part->tris, t->part->tris.len + 3 * (size_t)n);
}

static f64 turn(Vec2 a, Vec2 b, Vec2 c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
static f64 distance2(Vec2 a, Vec2 b) {
    return (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y);
}

static bool is_before(Vec2 a, Vec2 b) {
    return a.x < b.x || (a.x == b.x && a.y < b.y);
}

// A clearly convex quadrangle by its shorter diagonal, of equal ones that at the first corner by
// place; false for all others.
static bool try_quad(Tracer *t) {
    const Vec2 *p = t->flat.data;
    const u32 *h = t->loop.data;
    for (u32 i = 0; i < 4; i++)
        if (turn(p[i], p[(i + 1) % 4], p[(i + 2) % 4]) <= 1)
            return false;
    f64 d02 = distance2(p[0], p[2]), d13 = distance2(p[1], p[3]);
    Vec2 even = is_before(p[0], p[2]) ? p[0] : p[2], odd = is_before(p[1], p[3]) ? p[1] : p[3];
    bool take02 = d02 < d13 || (d02 == d13 && is_before(even, odd));
    push_tri(t, h[0], h[1], h[take02 ? 2 : 3]);
    push_tri(t, h[take02 ? 0 : 1], h[2], h[3]);
    return true;
}

// A loop that runs back over itself gets some room: its corners move into the face, by more than
// doubles are off, so that a slit is a hole.
static void open_slits(Vec2 *at, u32 n) {
    Vec2 first = at[0], before = at[n - 1];
    for (u32 i = 0; i < n; i++) {
        Vec2 here = at[i], after = i + 1 < n ? at[i + 1] : first;
        Vec2 in = {here.x - before.x, here.y - before.y},
             out = {after.x - here.x, after.y - here.y};
        f64 in_size = sqrt(in.x * in.x + in.y * in.y),
            out_size = sqrt(out.x * out.x + out.y * out.y);
        if (in_size > 0 && out_size > 0) {
            at[i].x -= 0x1p-20 * (in.y / in_size + out.y / out_size);
            at[i].y += 0x1p-20 * (in.x / in_size + out.x / out_size);
        }
        before = here;
    }
}

static void flatten_loops(Tracer *t, const FaceCell *cell) {
    const Merge *m = t->m;
    i64 n[3];
    outward_normal(m->k, cell, n);
    i64 size[3] = {n[0] < 0 ? -n[0] : n[0], n[1] < 0 ? -n[1] : n[1], n[2] < 0 ? -n[2] : n[2]};
    u32 axis = size[0] >= size[1] && size[0] >= size[2] ? 0 : size[1] >= size[2] ? 1 : 2;
    u32 x = (axis + (n[axis] > 0 ? 1 : 2)) % 3, y = (axis + (n[axis] > 0 ? 2 : 1)) % 3;
    vec_reserve(t->heap, &t->flat, t->loop.len);
    for (u32 i = 0; i < t->loop.len; i++) {
        const f64 *at = corner_at(m, t->loop.data[i]);
        t->flat.data[i] = (Vec2){at[x], at[y]};
    }
    t->flat.len = t->loop.len;
    for (u32 l = 0; t->has_slits && l + 1 < t->starts.len; l++)
        open_slits(t->flat.data + t->starts.data[l], t->starts.data[l + 1] - t->starts.data[l]);
}

// loop and starts hold the face's boundary.
static void triangulate_face(Tracer *t, const FaceCell *cell) {
    const u32 *loop = t->loop.data;
    reserve_tris(t, t->loop.len); // enough for what is settled here
    if (t->starts.len == 2 && t->loop.len == 3) {
        push_tri(t, loop[0], loop[1], loop[2]);
        return;
    }
    flatten_loops(t, cell);
    if (t->starts.len == 2 && t->loop.len == 4 && try_quad(t))
        return;
    Region region = {t->flat.data, t->starts.data, t->starts.len - 1, NULL, NULL};
    u32 *tris, n_tris;
    region_triangulate(t->heap, &region, &tris, &n_tris);
    reserve_tris(t, n_tris);
    for (u32 i = 0; i < n_tris; i++)
        push_tri(t, loop[tris[3 * i]], loop[tris[3 * i + 1]], loop[tris[3 * i + 2]]);
    heap_free(t->heap, tris);
}

static void trace_loop(Tracer *t, u32 from) {
    const Merge *m = t->m;
    u32 h = from, start = t->loop.len;
    do {
        t->is_done[h] = true;
        if (m->corner[h] != NONE) {
            vec_push(t->heap, &t->loop, h);
            u32 middle = m->slits.len ? slit_middle(m, h) : NONE;
            if (middle != NONE)
                vec_push(t->heap, &t->loop, middle);
        }
        u32 next = next_border(m, h);
        t->has_slits = t->has_slits || m->f->halves[h].origin == out_dest(m, next);
        h = next;
    } while (h != from);
    u32 n = t->loop.len - start;
    if (n == 2) // all is done again when it is known: see boolean_slits.c
        vec_push(t->heap, &t->part->slits,
                 edge_name(m, t->loop.data[start], t->loop.data[start + 1]));
    if (n < 3)
        t->loop.len = start;
    else
        vec_push(t->heap, &t->starts, t->loop.len);
}

// Faces in the order of their first cell, loops in that of their first half.
static void triangulate_part(Kernel *view, void *ctx, u32 i) {
    const Triangulation *all = ctx;
    const Merge *m = all->m;
    const FaceCell *cells = m->f->cells;
    FacePart *part = &m->parts[all->order[i].value];
    Tracer t = {.m = m, .heap = view->heap, .part = part, .is_done = all->is_done};
    for (u32 first = part->cells_start; first < part->cells_end; first++) {
        if ((first & 0xfff) == 0)
            heap_poll(view->heap);
        if (m->face[first] != first || is_patch(view, cells[first].cell))
            continue;
        t.loop.len = t.starts.len = 0;
        t.has_slits = false;
        vec_push(t.heap, &t.starts, 0);
        for (u32 c = first; c != NONE; c = all->next_cell[c])
            for (u32 h = cells[c].start; h < cells[c + 1].start; h++)
                if (m->is_border[h] && !t.is_done[h])
                    trace_loop(&t, h);
        if (t.starts.len > 1)
            triangulate_face(&t, &cells[first]);
    }
    vec_free(t.heap, &t.loop);
    vec_free(t.heap, &t.starts);
    vec_free(t.heap, &t.flat);
}

// Fills next_cell, and n_halves of faces by their first cell.
static void chain_cells(Triangulation *all, u32 *n_halves) {
    const Merge *m = all->m;
    u32 n = m->f->n_cells, *last = heap_alloc_raw(m->k->heap, MAX(n, 1u), sizeof(u32));
    for (u32 c = 0; c < n; c++) {
        u32 first = m->face[c];
        all->next_cell[c] = NONE;
        if (first != c)
            all->next_cell[last[first]] = c;
        last[first] = c;
        n_halves[c] = 0;
        n_halves[first] += m->f->cells[c + 1].start - m->f->cells[c].start;
    }
    heap_free(m->k->heap, last);
}

enum { LARGE_FACE = 32, LARGE_FACTOR = 16 }; // a half of a large face takes so much longer

// Makes parts of about equal work, but for large faces, which are parts of their own. Returns the
// work in all, in that of halves of small faces; order: parts, the most work first.
static u64 divide_faces(Triangulation *all, const u32 *n_halves) {
    enum { MOST_PARTS = 32, FINE_PARTS = 3, PART_GRAIN = 10000 };
    Merge *m = all->m;
    Kernel *k = m->k;
    u32 n = m->f->n_cells, n_ranges = k->options.split_finely ? FINE_PARTS : MOST_PARTS;
    u64 work = 0, sum = 0;
    for (u32 c = 0; c < n; c++)
        work += (u64)n_halves[c] * (n_halves[c] > LARGE_FACE ? LARGE_FACTOR : 1);
    u64 most = work / n_ranges + 1;
    if (!k->options.split_finely)
        most = MAX(most, (u64)PART_GRAIN);
    size_t cap = 2 * (size_t)n_ranges + 2; // what two neighbours have is more than most
    m->parts = HEAP_NEW(k->heap, FacePart, cap);
    all->order = heap_alloc_raw(k->heap, 2 * cap, sizeof *all->order);
    for (u32 c = 0; c < n; c++) {
        u64 own = (u64)n_halves[c] * (n_halves[c] > LARGE_FACE ? LARGE_FACTOR : 1);
        if (m->n_parts == 0 || sum + own > most) {
            m->parts[m->n_parts++].cells_start = c;
            sum = 0;
        }
        sum += own;
        m->parts[m->n_parts - 1].cells_end = c + 1;
        all->order[m->n_parts - 1] = (Keyed){UINT64_MAX - sum, m->n_parts - 1};
    }
    sort_keyed(all->order, all->order + cap, m->n_parts);
    return work;
}

void triangulate_faces(Merge *m) {
    Kernel *k = m->k;
    u32 n = m->f->n_cells;
    Triangulation all = {.m = m,
                         .next_cell = heap_alloc_raw(k->heap, MAX(n, 1u), sizeof(u32)),
                         .is_done = HEAP_NEW(k->heap, bool, m->f->n_halves)};
    u32 *n_halves = heap_alloc_raw(k->heap, MAX(n, 1u), sizeof *n_halves);
    chain_cells(&all, n_halves);
    u64 work = divide_faces(&all, n_halves);
    heap_free(k->heap, n_halves);
    kernel_for(k, m->n_parts, 50 * work, triangulate_part, &all);
    if (add_slits(m)) {
        memset(all.is_done, 0, m->f->n_halves * sizeof *all.is_done);
        for (u32 i = 0; i < m->n_parts; i++) {
            vec_free(k->heap, &m->parts[i].tris);
            vec_free(k->heap, &m->parts[i].aliases);
        }
        kernel_for(k, m->n_parts, 50 * work, triangulate_part, &all);
    }
    heap_free(k->heap, all.next_cell);
    heap_free(k->heap, all.is_done);
    heap_free(k->heap, all.order);
    for (u32 i = 0; i < m->n_parts; i++) {
        m->parts[i].first = m->n_face_tris;
        m->n_face_tris += m->parts[i].tris.len / 3;
    }
    m->n_verts = m->points.len;
    m->n_tris = m->n_face_tris;
}
