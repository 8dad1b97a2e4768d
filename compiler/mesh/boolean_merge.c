// SPDX-License-Identifier: Apache-2.0
// Pass 7, merge: kept cells to the output mesh.
//
// Cells of one plane that look the same way and carry the same tag and material are joined across
// their edges into faces; a face's boundary is traced from half to half, turning around each corner
// through the twins of the face's own cells. Corners that can be reached from each other by turning
// around a place are one output vertex, so solids that only touch there have vertices of their own.
// A vertex at which just two faces meet is dropped when it lies within a straight edge: always, if
// their planes differ, since then both edges lie on the planes' common line. Each face is
// triangulated once.
//
// Solids that touch along an edge and hang together at both its ends give two edges between one
// pair of vertices, and so may a diagonal of a nearly straight face: no half-edge structure can
// tell them apart. Where the check finds such edges, all but one get a vertex in their middle
// (part_edges). Cost: O(h), and O(m log m) for a face of m corners.
#include "compiler/mesh/boolean_internal.h"
#include "compiler/mesh/polygon.h"

#include <string.h>

// A corner of a triangle that is no corner of its face: in the middle of an edge.
typedef struct Middle {
    u32 half;   // any of the face
    u32 vertex; // + 1
    f64 at[3];  // in quanta
} Middle;

// Two names of edges that have become one: see edge_name.
typedef struct Alias {
    u64 a, b;
} Alias;

// A triangle of a leaf in the result.
typedef struct Copy {
    u32 leaf, tri, cell;
    u32 v[3]; // vertices
} Copy;

typedef struct Merge {
    Kernel *k;
    bool keep_coplanar;
    const Faces *f;
    u32 *face;   // by cell: union-find
    u32 *corner; // by half: output vertex + 1, 0: not set, NONE: dropped
    VEC(Vec3) verts;
    VEC(Middle) middles;
    VEC(Alias) aliases;
    VEC(u32) twin; // by edge of a triangle (3 t + corner), once part_edges needs it
    VEC(u32) tris; // corners: halves, or n_halves + middle
    VEC(u32) tri_cell;
    VEC(Copy) copies;
    // of the face in hand
    VEC(u32) loop; // corners
    VEC(u32) starts;
    VEC(Vec2) flat;
} Merge;

// ---- faces
// ---------------------------------------------------------------------------------------

// +1: the face looks to the front of its plane.
static int outward_sign(const Cell *cell) {
    return cell->is_flipped ? -cell->kept : cell->kept;
}

// Of triangle i of those that make up a facet: its corner normals, NULL if it is flat. All
// triangles of a facet are alike in that, in tag and in paint.
static const f32 *source_normals(const Kernel *k, u32 facet, u32 i) {
    const Mesh *mesh = k->expr->leaves[k->facets[facet].leaf].mesh;
    if (!mesh->normals)
        return NULL;
    const f32 *n = mesh->normals + (size_t)9 * k->sources.data[k->facets[facet].src + i];
    return n[0] != 0 || n[1] != 0 || n[2] != 0 ? n : NULL;
}

static u32 source_tag(const Kernel *k, u32 facet) {
    const Mesh *mesh = k->expr->leaves[k->facets[facet].leaf].mesh;
    return mesh->tags ? mesh->tags[k->sources.data[k->facets[facet].src]] : 0;
}

static Vec3 rough_normal(const Kernel *k, u32 c) {
    const Cell *cell = &k->cells.data[c];
    const i64 *n = cell->plane != NONE
                       ? k->planes.data[cell->plane].n
                       : k->facets[stack_facet(k->stacks.data[cell->stack_start])].normal;
    return vec3((f64)n[0], (f64)n[1], (f64)n[2]);
}

static bool is_same_face(Kernel *k, const Faces *f, u32 a, u32 b) {
    if (is_patch(k, a) || is_patch(k, b) || f->mat[a] != f->mat[b] ||
        source_tag(k, f->label[a]) != source_tag(k, f->label[b]) ||
        !source_normals(k, f->label[a], 0) != !source_normals(k, f->label[b], 0))
        return false;
    Vec3 m = rough_normal(k, a), n = rough_normal(k, b), cross = vec3_cross(m, n);
    if (vec3_dot(cross, cross) > 1e-18 * vec3_dot(m, m) * vec3_dot(n, n))
        return false;
    u32 plane = cell_plane(k, a); // one after the other: planes are numbered as they are asked for
    return plane == cell_plane(k, b) &&
           outward_sign(&k->cells.data[a]) == outward_sign(&k->cells.data[b]);
}

static void join_cells(Merge *m) {
    Kernel *k = m->k;
    m->face = ARENA_NEW(&k->arena, u32, k->cells.len);
    for (u32 c = 0; c < k->cells.len; c++)
        m->face[c] = c;
    if (!m->keep_coplanar)
        for (u32 h = 0; h < k->halves.len; h++) {
            if (m->f->twin[h] == NONE || m->f->twin[h] < h)
                continue;
            u32 a = k->halves.data[h].cell, b = k->halves.data[m->f->twin[h]].cell;
            if (set_find(m->face, a) != set_find(m->face, b) && is_same_face(k, m->f, a, b))
                set_join(m->face, a, b);
        }
    for (u32 c = 0; c < k->cells.len; c++)
        m->face[c] = set_find(m->face, c);
}

static u32 face_of_half(const Merge *m, u32 h) {
    return m->face[m->k->halves.data[h].cell];
}
static bool is_border(const Merge *m, u32 h) {
    return face_of_half(m, h) != face_of_half(m, m->f->twin[h]);
}
static u32 next_around(const Merge *m, u32 h) {
    return m->f->out_next[m->f->twin[h]];
} // same origin
static u32 out_dest(const Merge *m, u32 h) {
    return m->f->out_origin[m->f->out_next[h]];
}

static u32 next_border(const Merge *m, u32 h) {
    u32 g = m->f->out_next[h];
    while (!is_border(m, g))
        g = next_around(m, g);
    return g;
}

// ---- vertices
// ------------------------------------------------------------------------------------

static Vec3 place_at(const Kernel *k, const f64 at[3]) {
    return vec3((at[0] + k->origin[0]) * k->quantum, (at[1] + k->origin[1]) * k->quantum,
                (at[2] + k->origin[2]) * k->quantum);
}

// Computed vertices in a face square to an axis take its coordinate there, so that it stays flat to
// the last bit.
static Vec3 place_of(const Kernel *k, u32 v) {
    if (v < k->n_grid)
        return k->payload[v];
    const f64 *at = k->points.data[v].at;
    Vec3 place = place_at(k, at);
    for (u32 axis = 0; axis < 3; axis++) {
        f64 whole = floor(at[axis] + 0.5);
        u32 plane =
            fabs(at[axis] - whole) < 0x1p-24 ? plane_find_square(k, axis, (i64)whole) : NONE;
        if (plane != NONE && k->planes.data[plane].has_place && plane_side(k, plane, v) == 0)
            vec3_set(&place, axis, k->planes.data[plane].place);
    }
    return place;
}

// Borders g and h leave a vertex where no other face is; do they run opposite to each other?
static bool is_straight(const Merge *m, u32 g, u32 h) {
    Kernel *k = m->k;
    if (is_patch(k, k->halves.data[g].cell) || is_patch(k, k->halves.data[h].cell))
        return false;
    u32 plane = cell_plane(k, k->halves.data[g].cell);
    if (plane != cell_plane(k, k->halves.data[h].cell))
        return true;
    u32 cut = half_cut_plane(k, g);
    if (cut == NONE) {
        u32 a = m->f->out_origin[g], b = out_dest(m, g);
        if (k->points.data[a].kind != POINT_GRID || k->points.data[b].kind != POINT_GRID)
            return false;
        cut = plane_upright(k, a, b, k->planes.data[plane].axis);
    }
    return plane_side(k, cut, out_dest(m, h)) == 0;
}

static void settle_vertex(Merge *m, u32 h) {
    u32 n_borders = 0, border[2] = {0};
    u32 g = h;
    do {
        if (is_border(m, g)) {
            border[n_borders & 1] = g;
            n_borders++;
        }
        g = next_around(m, g);
    } while (g != h);
    u32 id = NONE;
    if (n_borders > 2 || !is_straight(m, border[0], border[1])) {
        avec_push(&m->k->arena, &m->verts, place_of(m->k, m->f->out_origin[h]));
        id = m->verts.len;
    }
    do {
        m->corner[g] = id;
        g = next_around(m, g);
    } while (g != h);
}

static void settle_vertices(Merge *m) {
    Kernel *k = m->k;
    m->corner = ARENA_NEW(&k->arena, u32, k->halves.len);
    for (u32 h = 0; h < k->halves.len; h++)
        if (m->f->twin[h] != NONE && !m->corner[h] && is_border(m, h))
            settle_vertex(m, h);
}

// ---- triangles
// -----------------------------------------------------------------------------------

static void push_tri(Merge *m, u32 a, u32 b, u32 c, u32 cell) {
    Arena *arena = &m->k->arena;
    avec_push(arena, &m->tris, a);
    avec_push(arena, &m->tris, b);
    avec_push(arena, &m->tris, c);
    avec_push(arena, &m->tri_cell, cell);
}

static u32 corner_half(const Merge *m, u32 c) {
    u32 n = m->k->halves.len;
    return c < n ? c : m->middles.data[c - n].half;
}

static const f64 *corner_at(const Merge *m, u32 c) {
    u32 n = m->k->halves.len;
    return c < n ? m->k->points.data[m->f->out_origin[c]].at : m->middles.data[c - n].at;
}

static u32 corner_vertex(const Merge *m, u32 c) {
    u32 n = m->k->halves.len;
    return (c < n ? m->corner[c] : m->middles.data[c - n].vertex) - 1;
}

static Vec2 flatten(const Merge *m, u32 c, u32 x, u32 y) {
    const f64 *at = corner_at(m, c);
    return (Vec2){at[x], at[y]};
}

static f64 turn(Vec2 a, Vec2 b, Vec2 c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
static f64 distance2(Vec2 a, Vec2 b) {
    return (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y);
}

// A clearly convex quadrangle by its shorter diagonal; false for all others.
static bool try_quad(Merge *m, u32 cell) {
    const Vec2 *p = m->flat.data;
    const u32 *h = m->loop.data;
    for (u32 i = 0; i < 4; i++)
        if (turn(p[i], p[(i + 1) % 4], p[(i + 2) % 4]) <= 1)
            return false;
    f64 d02 = distance2(p[0], p[2]), d13 = distance2(p[1], p[3]);
    bool take02 = d02 < d13 || (d02 == d13 && MIN(h[0], h[2]) < MIN(h[1], h[3]));
    push_tri(m, h[0], h[1], h[take02 ? 2 : 3], cell);
    push_tri(m, h[take02 ? 0 : 1], h[2], h[3], cell);
    return true;
}

// loop and starts hold the face's boundary.
static void triangulate_face(Merge *m, u32 cell) {
    Kernel *k = m->k;
    const u32 *loop = m->loop.data;
    if (m->starts.len == 2 && m->loop.len == 3) {
        push_tri(m, loop[0], loop[1], loop[2], cell);
        return;
    }
    u32 plane = cell_plane(k, cell), axis = k->planes.data[plane].axis;
    bool looks_up = outward_sign(&k->cells.data[cell]) > 0;
    u32 x = (axis + (looks_up ? 1 : 2)) % 3, y = (axis + (looks_up ? 2 : 1)) % 3;
    m->flat.len = 0;
    for (u32 i = 0; i < m->loop.len; i++)
        avec_push(&k->arena, &m->flat, flatten(m, loop[i], x, y));
    if (m->starts.len == 2 && m->loop.len == 4 && try_quad(m, cell))
        return;
    Region region = {m->flat.data, m->starts.data, m->starts.len - 1, NULL, NULL};
    u32 *tris, n_tris;
    region_triangulate(k->heap, &region, &tris, &n_tris);
    for (u32 i = 0; i < n_tris; i++)
        push_tri(m, loop[tris[3 * i]], loop[tris[3 * i + 1]], loop[tris[3 * i + 2]], cell);
    heap_free(k->heap, tris);
}

// Which edge of the surface a triangle's edge is: the two triangles at it give the same name. A
// border is named by the halves that start it on both sides, a diagonal by its face's corners.
static u64 edge_name(const Merge *m, u32 from, u32 to) {
    if (from < m->k->halves.len && to < m->k->halves.len) {
        u32 last = from, h = next_border(m, from);
        for (; m->corner[h] == NONE; h = next_border(m, h))
            last = h;
        if (h == to)
            return (u64)1 << 63 | MIN(from, m->f->twin[last]);
    }
    return (u64)MIN(from, to) << 32 | MAX(from, to);
}

static void trace_loop(Merge *m, u32 from, bool *is_done) {
    u32 h = from, start = m->loop.len;
    do {
        is_done[h] = true;
        if (m->corner[h] != NONE)
            avec_push(&m->k->arena, &m->loop, h);
        h = next_border(m, h);
    } while (h != from);
    // A slit: two hollows touch along one edge. Without it what meets there on both sides is
    // joined.
    u32 n = m->loop.len - start;
    if (n == 2) {
        const u32 *ends = m->loop.data + start;
        avec_push(&m->k->arena, &m->aliases,
                  (Alias){edge_name(m, ends[0], ends[1]), edge_name(m, ends[1], ends[0])});
    }
    if (n < 3)
        m->loop.len = start;
    else
        avec_push(&m->k->arena, &m->starts, m->loop.len);
}

// Faces in the order of their first cell, loops in that of their first half.
static void emit_faces(Merge *m) {
    Kernel *k = m->k;
    Arena *arena = &k->arena;
    bool *is_done = ARENA_NEW(arena, bool, k->halves.len);
    u32 *next_cell = ARENA_NEW(arena, u32, k->cells.len),
        *last = ARENA_NEW(arena, u32, k->cells.len);
    for (u32 c = 0; c < k->cells.len; c++) {
        next_cell[c] = NONE;
        last[c] = c;
        if (m->face[c] != c) {
            next_cell[last[m->face[c]]] = c;
            last[m->face[c]] = c;
        }
    }
    for (u32 first = 0; first < k->cells.len; first++) {
        if ((first & 0xfff) == 0)
            heap_poll(k->heap);
        if (m->face[first] != first || !k->cells.data[first].kept || is_patch(k, first))
            continue;
        m->loop.len = m->starts.len = 0;
        avec_push(arena, &m->starts, 0);
        for (u32 c = first; c != NONE; c = next_cell[c])
            for (u32 h = k->cells.data[c].half_start; h < k->cells.data[c].half_end; h++)
                if (!is_done[h] && is_border(m, h))
                    trace_loop(m, h, is_done);
        if (m->starts.len > 1)
            triangulate_face(m, first);
    }
}

// ---- edges of one pair of vertices
// -------------------------------------------------------------------

// A triangle's edge: triangle t's corner i and the next.
typedef struct NamedEdge {
    u64 name, vertices;
    u32 edge;
} NamedEdge;

static bool is_before(const NamedEdge *a, const NamedEdge *b) {
    return a->vertices != b->vertices ? a->vertices < b->vertices
           : a->name != b->name       ? a->name < b->name
                                      : a->edge < b->edge;
}

static void sort_edges(NamedEdge *list, NamedEdge *spare, u32 n) {
    if (n < 2)
        return;
    u32 mid = n / 2;
    sort_edges(list, spare, mid);
    sort_edges(list + mid, spare, n - mid);
    memcpy(spare, list, mid * sizeof *list);
    for (u32 i = 0, p = 0, q = mid; p < mid; i++)
        list[i] = q >= n || is_before(&spare[p], &list[q]) ? spare[p++] : list[q++];
}

static u32 add_middle(Merge *m, u32 a, u32 b, u32 vertex) {
    Middle middle = {.half = corner_half(m, a), .vertex = vertex};
    for (u32 i = 0; i < 3; i++)
        middle.at[i] = (corner_at(m, a)[i] + corner_at(m, b)[i]) / 2;
    if (!vertex) {
        avec_push(&m->k->arena, &m->verts, place_at(m->k, middle.at));
        middle.vertex = m->verts.len;
    }
    avec_push(&m->k->arena, &m->middles, middle);
    return m->k->halves.len + m->middles.len - 1;
}

static u32 edge_end(const Merge *m, u32 edge) {
    return m->tris.data[edge % 3 == 2 ? edge - 2 : edge + 1];
}

// Names by number, ascending; aliases have one root.
typedef struct Names {
    Keyed *list;
    u32 *parent;
    u32 n;
} Names;

static u32 find_name(const Names *names, u64 name) {
    u32 low = 0, high = names->n;
    while (low < high) {
        u32 mid = low + (high - low) / 2;
        if (names->list[mid].key < name)
            low = mid + 1;
        else
            high = mid;
    }
    return low < names->n && names->list[low].key == name ? low : NONE;
}

static Names resolve_aliases(Merge *m) {
    Arena *arena = &m->k->arena;
    u32 n = 2 * m->aliases.len;
    Names names = {ARENA_NEW(arena, Keyed, n), ARENA_NEW(arena, u32, n), n};
    for (u32 i = 0; i < n; i++) {
        const Alias *alias = &m->aliases.data[i / 2];
        names.list[i] = (Keyed){i & 1 ? alias->b : alias->a, i};
        names.parent[i] = i;
    }
    sort_keyed(names.list, ARENA_NEW(arena, Keyed, n), n);
    for (u32 i = 0; i < m->aliases.len; i++)
        set_join(names.parent, find_name(&names, m->aliases.data[i].a),
                 find_name(&names, m->aliases.data[i].b));
    return names;
}

static u64 first_name(const Names *names, u64 name) {
    u32 i = find_name(names, name);
    return i == NONE ? name : names->list[set_find(names->parent, i)].key;
}

// A diagonal may join two neighbours of its face's boundary, beside the border between them: of two
// triangles' edges with the same ends the second is taken for the diagonal.
static void tell_diagonals(const Merge *m, NamedEdge *list, u32 n) {
    for (u32 i = 0, end; i < n; i = end) {
        for (end = i + 1;
             end < n && list[end].vertices == list[i].vertices && list[end].name == list[i].name;)
            end++;
        for (u32 j = i + 1; j < end; j++) {
            u32 from = m->tris.data[list[j].edge], to = edge_end(m, list[j].edge);
            for (u32 p = i; p < j; p++)
                if (m->tris.data[list[p].edge] == from && edge_end(m, list[p].edge) == to)
                    list[j].name = (u64)MIN(from, to) << 32 | MAX(from, to);
        }
    }
}

static bool is_rising(const Merge *m, u32 e) {
    return corner_vertex(m, m->tris.data[e]) < corner_vertex(m, edge_end(m, e));
}

// Edges of one name, mostly two. A face may have several diagonals between two of its corners where
// rounding has folded it: those that run over one another are paired in their order.
static bool pair_edges(Merge *m, const NamedEdge *list, u32 n) {
    u32 up = 0, down = 0;
    for (;; up++, down++) {
        while (up < n && !is_rising(m, list[up].edge))
            up++;
        while (down < n && is_rising(m, list[down].edge))
            down++;
        if (up == n || down == n)
            return up == n && down == n;
        m->twin.data[list[up].edge] = list[down].edge;
        m->twin.data[list[down].edge] = list[up].edge;
    }
}

// Fills twin, by edge of a triangle; NONE: its neighbour is a copy. False: they cannot be told.
static bool name_twins(Merge *m) {
    u32 n = m->tris.len;
    NamedEdge *list = ARENA_NEW(&m->k->arena, NamedEdge, n);
    NamedEdge *spare = ARENA_NEW(&m->k->arena, NamedEdge, n);
    Names names = resolve_aliases(m);
    for (u32 e = 0; e < n; e++) {
        u32 a = corner_vertex(m, m->tris.data[e]), b = corner_vertex(m, edge_end(m, e));
        u64 name = edge_name(m, m->tris.data[e], edge_end(m, e));
        list[e] = (NamedEdge){first_name(&names, name), (u64)MIN(a, b) << 32 | MAX(a, b), e};
    }
    sort_edges(list, spare, n);
    tell_diagonals(m, list, n);
    sort_edges(list, spare, n);
    m->twin.len = 0;
    for (u32 e = 0; e < n; e++)
        avec_push(&m->k->arena, &m->twin, NONE);
    for (u32 i = 0, end; i < n; i = end) {
        for (end = i + 1;
             end < n && list[end].vertices == list[i].vertices && list[end].name == list[i].name;)
            end++;
        if (end - i > 1 && !pair_edges(m, list + i, end - i))
            return false;
    }
    return true;
}

static void set_twins(Merge *m, u32 e, u32 f) {
    m->twin.data[e] = f;
    if (f != NONE)
        m->twin.data[f] = e;
}

// Triangle a b c with edge e = a b becomes a m c, and m b c is new. Returns the edge m b.
static u32 split_triangle(Merge *m, u32 e, u32 middle) {
    u32 t = e / 3, i = e % 3, after = 3 * t + (i + 1) % 3, outside = m->twin.data[after];
    u32 b = m->tris.data[after], c = m->tris.data[3 * t + (i + 2) % 3], added = m->tris.len;
    push_tri(m, middle, b, c, m->tri_cell.data[t]);
    for (u32 j = 0; j < 3; j++)
        avec_push(&m->k->arena, &m->twin, NONE);
    m->tris.data[after] = middle;
    set_twins(m, added + 1, outside);
    set_twins(m, added + 2, after);
    return added;
}

static void split_edge(Merge *m, u32 e) {
    u32 f = m->twin.data[e];
    u32 x = add_middle(m, m->tris.data[e], edge_end(m, e), 0);
    u32 y =
        add_middle(m, m->tris.data[f], edge_end(m, f), m->middles.data[m->middles.len - 1].vertex);
    u32 behind_e = split_triangle(m, e, x), behind_f = split_triangle(m, f, y);
    set_twins(m, e, behind_f);
    set_twins(m, f, behind_e);
}

// Splits all but one of the edges between one pair of vertices. False: there were none.
static bool part_once(Merge *m) {
    u32 n = m->tris.len;
    NamedEdge *list = ARENA_NEW(&m->k->arena, NamedEdge, n);
    for (u32 e = 0; e < n; e++) {
        u32 a = corner_vertex(m, m->tris.data[e]), b = corner_vertex(m, edge_end(m, e));
        u32 twin = m->twin.data[e];
        list[e] =
            (NamedEdge){twin == NONE ? 0 : MIN(e, twin) + 1, (u64)MIN(a, b) << 32 | MAX(a, b), e};
    }
    sort_edges(list, ARENA_NEW(&m->k->arena, NamedEdge, n), n);
    bool found = false;
    for (u32 i = 1, first = 0; i < n; i++) {
        if (list[i].vertices != list[i - 1].vertices) {
            first = i;
        } else if (list[i].name != list[first].name && list[i].name != list[i - 1].name) {
            split_edge(m, list[i].edge);
            found = true;
        }
    }
    return found;
}

// False: there was nothing to part, or no telling which edges are one.
static bool part_edges(Merge *m) {
    enum { MOST_ROUNDS = 8 };
    if (!name_twins(m))
        return false;
    bool found = false;
    for (u32 round = 0; round < MOST_ROUNDS && part_once(m); round++)
        found = true;
    return found;
}

// ---- labels
// --------------------------------------------------------------------------------------

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

static Vec3 map_normal(const Affine3 *map, Vec3 n) {
    const f64(*a)[3] = map->m;
    Vec3 r[3] = {
        {a[0][0], a[0][1], a[0][2]}, {a[1][0], a[1][1], a[1][2]}, {a[2][0], a[2][1], a[2][2]}};
    Vec3 out = vec3(vec3_dot(vec3_cross(r[1], r[2]), n), vec3_dot(vec3_cross(r[2], r[0]), n),
                    vec3_dot(vec3_cross(r[0], r[1]), n));
    return vec3_unit(affine3_det(map) < 0 ? vec3_scale(out, -1) : out);
}

static void write_normal(const Merge *m, u32 corner, f32 out[3]) {
    const Kernel *k = m->k;
    u32 h = corner_half(m, corner), c = k->halves.data[h].cell, label = m->f->label[c];
    const Facet *facet = &k->facets[label];
    if (!source_normals(k, label, 0))
        return;
    f64 weight[3];
    u32 i = source_at(k, facet, corner_at(m, corner), weight);
    const f32 *at = source_normals(k, label, i);
    Vec3 n = {0, 0, 0};
    for (u32 j = 0; j < 3; j++)
        n = vec3_add(n, vec3_scale(vec3(at[3 * j], at[3 * j + 1], at[3 * j + 2]), weight[j]));
    n = map_normal(&k->expr->leaves[facet->leaf].map, n);
    const Cell *cell = &k->cells.data[c];
    bool label_looks_back = false;
    for (u32 j = 0; j < cell->stack_len; j++)
        if (stack_facet(k->stacks.data[cell->stack_start + j]) == label)
            label_looks_back = stack_looks_back(k->stacks.data[cell->stack_start + j]);
    if (label_looks_back != (cell->kept < 0))
        n = vec3_scale(n, -1);
    out[0] = (f32)n.x;
    out[1] = (f32)n.y;
    out[2] = (f32)n.z;
}

// ---- patches
// ---------------------------------------------------------------------------------------

// The vertex of a rim triangle's corner: that of its sector. kept: its patch's.
static u32 rim_vertex(const Merge *m, u32 incoming, int kept) {
    return m->corner[kept > 0 ? m->k->halves.data[incoming].next : incoming] - 1;
}

// Copies of the untouched triangles of leaf l whose patches are kept. vertex_of: by the leaf's
// vertex, its vertex + 1 once it has one.
static void emit_patches_of(Merge *m, u32 l, u32 *vertex_of) {
    Kernel *k = m->k;
    const CsgLeaf *leaf = &k->expr->leaves[l];
    const u32 *cell_of = k->patch_cell_of + k->vert_base[l];
    u32 rim = k->rim_start[l];
    for (u32 t = 0; t < leaf->mesh->n_tris; t++) {
        if (!is_untouched(k, l, t))
            continue;
        const Rim *at_rim =
            rim < k->rim_start[l + 1] && k->rims.data[rim].tri == t ? &k->rims.data[rim++] : NULL;
        u32 cell = cell_of[leaf->mesh->tris[3 * (size_t)t]];
        int kept = k->cells.data[cell].kept;
        if (!kept)
            continue;
        Copy copy = {.leaf = l, .tri = t, .cell = cell};
        for (u32 i = 0; i < 3; i++) {
            u32 v = leaf_tri_vertex(k, l, t, i), incoming = at_rim ? at_rim->incoming[i] : NONE;
            if (incoming == NONE && !vertex_of[v]) {
                avec_push(&k->arena, &m->verts, affine3_point(&leaf->map, leaf->mesh->verts[v]));
                vertex_of[v] = m->verts.len;
            }
            copy.v[kept < 0 && i ? 3 - i : i] =
                incoming == NONE ? vertex_of[v] - 1 : rim_vertex(m, incoming, kept);
        }
        avec_push(&k->arena, &m->copies, copy);
    }
}

static void emit_patches(Merge *m) {
    Kernel *k = m->k;
    if (!k->patches.len)
        return;
    u32 most = 0;
    for (u32 l = 0; l < k->expr->n_leaves; l++)
        most = MAX(most, k->expr->leaves[l].mesh->n_verts);
    u32 *vertex_of = ARENA_NEW(&k->arena, u32, most);
    for (u32 l = 0; l < k->expr->n_leaves; l++) {
        if (k->leaves[l].is_whole)
            continue;
        memset(vertex_of, 0, k->expr->leaves[l].mesh->n_verts * sizeof(u32));
        emit_patches_of(m, l, vertex_of);
        heap_poll(k->heap);
    }
}

static void write_copy(const Merge *m, const Copy *copy, Mesh *out, u32 t) {
    const Kernel *k = m->k;
    const CsgLeaf *leaf = &k->expr->leaves[copy->leaf];
    const Mesh *mesh = leaf->mesh;
    memcpy(out->tris + 3 * (size_t)t, copy->v, sizeof copy->v);
    out->tags[t] = mesh->tags ? mesh->tags[copy->tri] : 0;
    out->mats[t] =
        mesh->mats && mesh->mats[copy->tri] ? mesh->mats[copy->tri] : m->f->mat[copy->cell];
    const f32 *from = mesh->normals ? mesh->normals + 9 * (size_t)copy->tri : NULL;
    if (!from || (from[0] == 0 && from[1] == 0 && from[2] == 0))
        return;
    bool is_turned = k->cells.data[copy->cell].kept < 0;
    for (u32 i = 0; i < 3; i++) {
        const f32 *at =
            from + 3 * (is_turned != k->leaves[copy->leaf].is_reversed && i ? 3 - i : i);
        Vec3 n = map_normal(&leaf->map, vec3(at[0], at[1], at[2]));
        f32 *to = out->normals + 9 * (size_t)t + 3 * (size_t)i;
        to[0] = (f32)(is_turned ? -n.x : n.x);
        to[1] = (f32)(is_turned ? -n.y : n.y);
        to[2] = (f32)(is_turned ? -n.z : n.z);
    }
}

static void write_mesh(const Merge *m, Mesh *out) {
    Kernel *k = m->k;
    u32 n_tris = m->tri_cell.len;
    mesh_init(out, k->heap, m->verts.len, n_tris + m->copies.len, k->has_normals);
    for (u32 i = 0; i < m->copies.len; i++)
        write_copy(m, &m->copies.data[i], out, n_tris + i);
    if (m->verts.len)
        memcpy(out->verts, m->verts.data, m->verts.len * sizeof(Vec3));
    for (u32 t = 0; t < n_tris; t++) {
        u32 c = m->tri_cell.data[t];
        out->tags[t] = source_tag(k, m->f->label[c]);
        out->mats[t] = m->f->mat[c];
        for (u32 i = 0; i < 3; i++) {
            u32 h = m->tris.data[3 * t + i];
            out->tris[3 * t + i] = corner_vertex(m, h);
            if (k->has_normals)
                write_normal(m, h, out->normals + 9 * (size_t)t + 3 * i);
        }
    }
}

// ---- repairs
// ----------------------------------------------------------------------------------------

// Where a face runs along both sides of an edge at which two hollows touch, a triangle without area
// may lie between the sides. It names a vertex twice; its other two edges run over one another, so
// without it their neighbours are each other's.
static void drop_flat_triangles(Merge *m) {
    u32 len = 0;
    for (u32 t = 0; t < m->tri_cell.len; t++) {
        const u32 *corner = m->tris.data + 3 * (size_t)t;
        u32 v[3];
        for (u32 i = 0; i < 3; i++)
            v[i] = corner_vertex(m, corner[i]);
        if (v[0] == v[1] || v[1] == v[2] || v[2] == v[0]) {
            u32 i = v[0] == v[1] ? 1 : v[1] == v[2] ? 2 : 0; // corners i - 1 and i are one vertex
            const u32 at[3] = {corner[i], corner[(i + 1) % 3], corner[(i + 2) % 3]};
            avec_push(&m->k->arena, &m->aliases,
                      (Alias){edge_name(m, at[0], at[1]), edge_name(m, at[1], at[2])});
            continue;
        }
        memmove(m->tris.data + 3 * (size_t)len, corner, 3 * sizeof(u32));
        m->tri_cell.data[len++] = m->tri_cell.data[t];
    }
    m->tri_cell.len = len;
    m->tris.len = 3 * len;
}

// A vertex whose triangles form several fans becomes several. False: there are edges without a
// single twin.
static bool part_fans(Kernel *k, Mesh *mesh) {
    Arena *arena = &k->arena;
    u32 n = 3 * mesh->n_tris, bad, *twin = ARENA_NEW(arena, u32, n);
    if (!mesh_twins(k->heap, mesh, twin, &bad))
        return false;
    bool *is_seen = ARENA_NEW(arena, bool, n), *is_used = ARENA_NEW(arena, bool, mesh->n_verts);
    u32 *vertex = ARENA_NEW(arena, u32, n);
    VEC(Vec3) more = {0};
    for (u32 h = 0; h < n; h++) {
        if (is_seen[h])
            continue;
        u32 v = mesh->tris[h], id = v;
        if (is_used[v]) {
            id = mesh->n_verts + more.len;
            avec_push(arena, &more, mesh->verts[v]);
        }
        is_used[v] = true;
        for (u32 g = h; !is_seen[g]; g = twin[g] % 3 == 2 ? twin[g] - 2 : twin[g] + 1) {
            is_seen[g] = true;
            vertex[g] = id;
        }
    }
    mesh->verts =
        heap_realloc(k->heap, mesh->verts, (size_t)mesh->n_verts + more.len, sizeof(Vec3));
    if (more.len)
        memcpy(mesh->verts + mesh->n_verts, more.data, more.len * sizeof(Vec3));
    mesh->n_verts += more.len;
    if (n)
        memcpy(mesh->tris, vertex, n * sizeof(u32));
    return true;
}

bool merge(Kernel *k, const Faces *faces, bool keep_coplanar, Mesh *out) {
    Merge m = {.k = k, .f = faces, .keep_coplanar = keep_coplanar};
    join_cells(&m);
    settle_vertices(&m);
    emit_faces(&m);
    if (k->fault)
        return false;
    emit_patches(&m);
    drop_flat_triangles(&m);
    write_mesh(&m, out);
    MeshCheck check = mesh_check(k->heap, out);
    if (check.fault == MESH_OPEN_EDGE && part_edges(&m)) {
        mesh_finish(out, k->heap);
        write_mesh(&m, out);
        check = mesh_check(k->heap, out);
    }
    if (check.fault == MESH_PINCHED_VERTEX && part_fans(k, out))
        check = mesh_check(k->heap, out);
    if (check.fault == MESH_INSIDE_OUT && drop_slivers(k, out))
        check = mesh_check(k->heap, out);
    if (check.fault == MESH_OK)
        return true;
    mesh_finish(out, k->heap);
    return false;
}
