// SPDX-License-Identifier: Apache-2.0
// Simplification by edge collapse with quadric errors (Garland and Heckbert 1997). A vertex u
// collapses onto a neighbour v and takes its place, so all vertices that are left keep their exact
// coordinates and the normals there stay true. The error of a collapse is the root of the summed
// squared distances of v to the planes gathered at u and v, which is never less than the distance
// to any one of them.
//
// A label is a tag and a material. A vertex inside one label may collapse along any edge; one on
// the border between two labels only along that border; where more borders meet, or a border ends,
// it stays. Borders add planes at right angles to the surface, so that they are measured too.
//
// The surface stays closed and oriented: u and v must have exactly two common neighbours (the link
// condition of Dey et al. 1999), none of which has only three triangles.
#include "compiler/mesh/simplify.h"

#include "base/vec.h"

static const f64 FLIP_COSINE = 0.2; // triangles may turn by less than about 78 degrees

// Symmetric 4 x 4: x^T a x + 2 b x + c.
typedef struct Quadric {
    f64 xx, xy, xz, yy, yz, zz, bx, by, bz, c;
} Quadric;

// A possible collapse, good while both vertices are as they were.
typedef struct Collapse {
    f64 rank; // squared mm: the cost, or what is as good as none
    u32 u, v, stamp_u, stamp_v;
} Collapse;

typedef struct Simplify {
    Heap *heap;
    Mesh *mesh;
    Vec3 center; // quadrics are about it
    f64 noise;   // a squared error that rounding may make of none
    Quadric *quadrics;
    u32 *head, *next; // corners (3 * triangle + k) at each vertex
    u32 *stamp;       // by vertex: changes with its surroundings
    u8 *n_borders;    // by vertex: border edges, at most 3 (3: stays)
    u8 *is_gone;      // by triangle
    u32 n_tris;
    VEC(Collapse) queue;
    VEC(u32) around; // scratch: neighbours
    u32 *seen;       // by vertex: round in which it was listed
    u32 round;
} Simplify;

static void quadric_add(Quadric *q, const Quadric *other) {
    q->xx += other->xx, q->xy += other->xy, q->xz += other->xz, q->yy += other->yy,
        q->yz += other->yz;
    q->zz += other->zz, q->bx += other->bx, q->by += other->by, q->bz += other->bz,
        q->c += other->c;
}

// The squared distance to the plane through p with unit normal n.
static Quadric quadric_of_plane(Vec3 n, Vec3 p) {
    f64 d = -vec3_dot(n, p);
    return (Quadric){n.x * n.x, n.x * n.y, n.x * n.z, n.y * n.y, n.y * n.z,
                     n.z * n.z, n.x * d,   n.y * d,   n.z * d,   d * d};
}

static f64 quadric_at(const Quadric *q, Vec3 p) {
    f64 square = q->xx * p.x * p.x + q->yy * p.y * p.y + q->zz * p.z * p.z +
                 2 * (q->xy * p.x * p.y + q->xz * p.x * p.z + q->yz * p.y * p.z) +
                 2 * (q->bx * p.x + q->by * p.y + q->bz * p.z) + q->c;
    return square > 0 ? square : 0;
}

static Vec3 place_of(const Simplify *s, u32 vert) {
    return vec3_sub(s->mesh->verts[vert], s->center);
}

static u32 next_corner(u32 c) {
    return c % 3 == 2 ? c - 2 : c + 1;
}
static u32 vert_at(const Simplify *s, u32 corner) {
    return s->mesh->tris[corner];
}

static Vec3 tri_normal(const Simplify *s, u32 tri) {
    const u32 *v = s->mesh->tris + 3 * (size_t)tri;
    Vec3 a = s->mesh->verts[v[0]];
    return vec3_cross(vec3_sub(s->mesh->verts[v[1]], a), vec3_sub(s->mesh->verts[v[2]], a));
}

static bool same_label(const Simplify *s, u32 a, u32 b) {
    return s->mesh->tags[a] == s->mesh->tags[b] && s->mesh->mats[a] == s->mesh->mats[b];
}

// The triangle that has the half-edge a -> b, or NONE.
static u32 find_half_edge(const Simplify *s, u32 a, u32 b) {
    for (u32 c = s->head[a]; c != NONE; c = s->next[c])
        if (!s->is_gone[c / 3] && vert_at(s, next_corner(c)) == b)
            return c / 3;
    return NONE;
}

static bool is_border(const Simplify *s, u32 a, u32 b) {
    u32 left = find_half_edge(s, a, b), right = find_half_edge(s, b, a);
    return left == NONE || right == NONE || !same_label(s, left, right);
}

// ---- the queue: a heap of four ways (fewer cache misses than two), ties by index ----

enum { WAYS = 4 };

// Of collapses that cost the same, or nothing, those come first whose surroundings changed least
// often: so a flat face thins out evenly. By index alone one vertex would swallow its neighbours
// one by one, and look at more and more of them each time.
static bool comes_before(const Collapse *a, const Collapse *b) {
    if (a->rank != b->rank)
        return a->rank < b->rank;
    u32 age_a = a->stamp_u + a->stamp_v, age_b = b->stamp_u + b->stamp_v;
    if (age_a != age_b)
        return age_a < age_b;
    return a->u != b->u ? a->u < b->u : a->v < b->v;
}

static void queue_push(Simplify *s, Collapse item) {
    vec_push(s->heap, &s->queue, item);
    u32 i = s->queue.len - 1;
    for (u32 up; i > 0 && comes_before(&item, &s->queue.data[up = (i - 1) / WAYS]); i = up)
        s->queue.data[i] = s->queue.data[up];
    s->queue.data[i] = item;
}

static Collapse queue_pop(Simplify *s) {
    Collapse first = s->queue.data[0], last = s->queue.data[--s->queue.len];
    u32 i = 0, n = s->queue.len;
    for (u32 child; (child = WAYS * i + 1) < n; i = child) {
        u32 end = MIN(child + WAYS, n);
        for (u32 k = child + 1; k < end; k++)
            if (comes_before(&s->queue.data[k], &s->queue.data[child]))
                child = k;
        if (!comes_before(&s->queue.data[child], &last))
            break;
        s->queue.data[i] = s->queue.data[child];
    }
    s->queue.data[i] = last;
    return first;
}

// May u move to v at all, by labels? Then it is queued.
static void consider(Simplify *s, u32 u, u32 v) {
    if (s->n_borders[u] == 3 || s->n_borders[u] == 1 ||
        (s->n_borders[u] == 2 && !is_border(s, u, v)))
        return;
    Quadric sum = s->quadrics[u];
    quadric_add(&sum, &s->quadrics[v]);
    f64 rank = fmax(quadric_at(&sum, place_of(s, v)), s->noise);
    queue_push(s, (Collapse){rank, u, v, s->stamp[u], s->stamp[v]});
}

// ---- setting up ----

static void link_corners(Simplify *s) {
    for (u32 v = 0; v < s->mesh->n_verts; v++)
        s->head[v] = NONE;
    for (u32 c = 3 * s->mesh->n_tris; c-- > 0;) {
        s->next[c] = s->head[vert_at(s, c)];
        s->head[vert_at(s, c)] = c;
    }
}

static void add_border_plane(Simplify *s, u32 tri, u32 a, u32 b) {
    Vec3 along = vec3_sub(s->mesh->verts[b], s->mesh->verts[a]);
    Vec3 n = vec3_unit(vec3_cross(tri_normal(s, tri), along));
    Quadric q = quadric_of_plane(n, place_of(s, a));
    quadric_add(&s->quadrics[a], &q);
    quadric_add(&s->quadrics[b], &q);
}

static void gather_quadrics(Simplify *s) {
    for (u32 t = 0; t < s->mesh->n_tris; t++) {
        Quadric q = quadric_of_plane(vec3_unit(tri_normal(s, t)), place_of(s, vert_at(s, 3 * t)));
        for (u32 c = 3 * t; c < 3 * t + 3; c++) {
            u32 a = vert_at(s, c), b = vert_at(s, next_corner(c));
            quadric_add(&s->quadrics[a], &q);
            if (!is_border(s, a, b))
                continue;
            add_border_plane(s, t, a, b);
            s->n_borders[a] = (u8)MIN(s->n_borders[a] + 1, 3); // each border edge leaves a once
        }
    }
    for (u32 c = 0; c < 3 * s->mesh->n_tris; c++)
        consider(s, vert_at(s, c), vert_at(s, next_corner(c)));
}

// ---- collapsing ----

// The vertices next to v, each once, in around.
static void list_neighbours(Simplify *s, u32 v) {
    s->around.len = 0;
    s->round++;
    for (u32 c = s->head[v]; c != NONE; c = s->next[c]) {
        if (s->is_gone[c / 3])
            continue;
        u32 others[2] = {vert_at(s, next_corner(c)), vert_at(s, next_corner(next_corner(c)))};
        for (u32 k = 0; k < 2; k++) {
            if (s->seen[others[k]] == s->round)
                continue;
            s->seen[others[k]] = s->round;
            vec_push(s->heap, &s->around, others[k]);
        }
    }
}

static bool has_more_than_three(const Simplify *s, u32 v) {
    u32 n = 0;
    for (u32 c = s->head[v]; c != NONE && n <= 3; c = s->next[c])
        n += !s->is_gone[c / 3];
    return n > 3;
}

// Takes the corners of triangles that are gone off the vertex's list.
static void prune(Simplify *s, u32 v) {
    u32 *link = &s->head[v];
    while (*link != NONE) {
        if (s->is_gone[*link / 3])
            *link = s->next[*link];
        else
            link = &s->next[*link];
    }
}

static bool keeps_manifold(Simplify *s, u32 u, u32 v) {
    u32 n_common = 0;
    list_neighbours(s, u);
    u32 round_u = s->round;
    for (u32 i = 0; i < s->around.len; i++)
        s->seen[s->around.data[i]] = round_u;
    s->round++; // v's neighbours are counted once: marked by the next round
    for (u32 c = s->head[v]; c != NONE; c = s->next[c]) {
        if (s->is_gone[c / 3])
            continue;
        u32 others[2] = {vert_at(s, next_corner(c)), vert_at(s, next_corner(next_corner(c)))};
        for (u32 k = 0; k < 2; k++) {
            if (s->seen[others[k]] != round_u)
                continue;
            s->seen[others[k]] = s->round;
            if (others[k] == u || others[k] == v)
                continue;
            if (++n_common > 2 || !has_more_than_three(s, others[k]))
                return false;
        }
    }
    return n_common == 2;
}

// Triangles at u that stay must not turn over or lose their area.
static bool keeps_normals(const Simplify *s, u32 u, u32 v) {
    for (u32 c = s->head[u]; c != NONE; c = s->next[c]) {
        u32 b = vert_at(s, next_corner(c)), d = vert_at(s, next_corner(next_corner(c)));
        if (s->is_gone[c / 3] || b == v || d == v)
            continue;
        Vec3 before = tri_normal(s, c / 3), at = s->mesh->verts[v];
        Vec3 after = vec3_cross(vec3_sub(s->mesh->verts[b], at), vec3_sub(s->mesh->verts[d], at));
        f64 size = vec3_norm(before) * vec3_norm(after);
        if (vec3_norm(before) > 0 && !(vec3_dot(before, after) > FLIP_COSINE * size))
            return false;
    }
    return true;
}

static f32 *normal_at(const Simplify *s, u32 corner) {
    return s->mesh->normals + 3 * (size_t)corner;
}
static bool is_curved(const f32 *n) {
    return n[0] != 0 || n[1] != 0 || n[2] != 0;
}

// The corner takes the normal that the face already has at v, from a triangle that goes.
static void move_normal(Simplify *s, u32 corner, u32 v, const u32 going[2]) {
    if (!s->mesh->normals || !is_curved(normal_at(s, corner)))
        return;
    for (u32 k = 0; k < 2; k++) {
        for (u32 c = 3 * going[k]; c < 3 * going[k] + 3; c++) {
            if (vert_at(s, c) != v || !same_label(s, going[k], corner / 3) ||
                !is_curved(normal_at(s, c)))
                continue;
            for (u32 i = 0; i < 3; i++)
                normal_at(s, corner)[i] = normal_at(s, c)[i];
            return;
        }
    }
}

static void collapse(Simplify *s, u32 u, u32 v) {
    const u32 going[2] = {find_half_edge(s, u, v), find_half_edge(s, v, u)};
    u32 last = NONE;
    for (u32 c = s->head[u]; c != NONE; c = s->next[c]) {
        last = c;
        if (s->is_gone[c / 3] || c / 3 == going[0] || c / 3 == going[1])
            continue;
        move_normal(s, c, v, going);
        s->mesh->tris[c] = v;
    }
    s->next[last] = s->head[v];
    s->head[v] = s->head[u];
    s->head[u] = NONE;
    s->is_gone[going[0]] = s->is_gone[going[1]] = 1;
    s->n_tris -= 2;
    for (u32 k = 0; k < 2; k++) // v itself, and what lies across from the edge
        for (u32 c = 3 * going[k]; c < 3 * going[k] + 3; c++)
            if (vert_at(s, c) != u)
                prune(s, vert_at(s, c));
    quadric_add(&s->quadrics[v], &s->quadrics[u]);
    s->stamp[u]++;
    s->stamp[v]++;
    list_neighbours(s, v);
    for (u32 i = 0; i < s->around.len; i++) {
        consider(s, v, s->around.data[i]);
        consider(s, s->around.data[i], v);
    }
}

// What counts as no cost is more than the error after all.
static bool is_beyond(const Simplify *s, const Collapse *next, f64 max_error) {
    if (s->noise <= max_error * max_error)
        return false;
    Quadric sum = s->quadrics[next->u];
    quadric_add(&sum, &s->quadrics[next->v]);
    return quadric_at(&sum, place_of(s, next->v)) > max_error * max_error;
}

static void run(Simplify *s, u32 target_tris, f64 max_error) {
    for (u32 n = 1; s->queue.len && s->n_tris > target_tris; n++) {
        Collapse next = queue_pop(s);
        if (next.rank > fmax(max_error * max_error, s->noise))
            return;
        if (next.stamp_u != s->stamp[next.u] || next.stamp_v != s->stamp[next.v])
            continue;
        if (next.rank == s->noise && is_beyond(s, &next, max_error))
            continue;
        if (keeps_manifold(s, next.u, next.v) && keeps_normals(s, next.u, next.v))
            collapse(s, next.u, next.v);
        if (n % 4096 == 0)
            heap_poll(s->heap);
    }
}

// Closes the gaps in the arrays; order is kept.
static void compact(Simplify *s) {
    Mesh *m = s->mesh;
    u32 n_tris = 0, n_verts = 0, *index = s->head;
    for (u32 v = 0; v < m->n_verts; v++)
        index[v] = NONE;
    for (u32 t = 0; t < m->n_tris; t++) {
        if (s->is_gone[t])
            continue;
        for (u32 k = 0; k < 3; k++) {
            m->tris[3 * (size_t)n_tris + k] = m->tris[3 * (size_t)t + k];
            index[m->tris[3 * (size_t)t + k]] = 0;
        }
        m->tags[n_tris] = m->tags[t];
        m->mats[n_tris] = m->mats[t];
        for (u32 k = 0; k < 9 && m->normals; k++)
            m->normals[9 * (size_t)n_tris + k] = m->normals[9 * (size_t)t + k];
        n_tris++;
    }
    for (u32 v = 0; v < m->n_verts; v++) {
        if (index[v] == NONE)
            continue;
        m->verts[n_verts] = m->verts[v];
        index[v] = n_verts++;
    }
    for (size_t c = 0; c < 3 * (size_t)n_tris; c++)
        m->tris[c] = index[m->tris[c]];
    m->n_tris = n_tris;
    m->n_verts = n_verts;
}

void mesh_simplify(Heap *heap, Mesh *mesh, u32 target_tris, f64 max_error) {
    if (mesh->n_tris <= target_tris || mesh->n_tris == 0)
        return;
    size_t n_verts = mesh->n_verts, n_tris = mesh->n_tris;
    Simplify s = {.heap = heap,
                  .mesh = mesh,
                  .n_tris = mesh->n_tris,
                  .center = box3_center(mesh_bounds(mesh))};
    Vec3 size = box3_size(mesh_bounds(mesh));
    s.noise = 1e-14 * vec3_dot(size, size);
    s.quadrics = heap_alloc(heap, n_verts, sizeof *s.quadrics);
    s.head = heap_alloc_raw(heap, n_verts, sizeof(u32));
    s.next = heap_alloc_raw(heap, 3 * n_tris, sizeof(u32));
    s.stamp = heap_alloc(heap, n_verts, sizeof(u32));
    s.seen = heap_alloc(heap, n_verts, sizeof(u32));
    s.n_borders = heap_alloc(heap, n_verts, 1);
    s.is_gone = heap_alloc(heap, n_tris, 1);
    link_corners(&s);
    gather_quadrics(&s);
    run(&s, target_tris, max_error);
    compact(&s);
    vec_free(heap, &s.queue);
    vec_free(heap, &s.around);
    heap_free(heap, s.quadrics);
    heap_free(heap, s.head);
    heap_free(heap, s.next);
    heap_free(heap, s.stamp);
    heap_free(heap, s.seen);
    heap_free(heap, s.n_borders);
    heap_free(heap, s.is_gone);
}
