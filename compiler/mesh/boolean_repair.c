// SPDX-License-Identifier: Apache-2.0
// Pass 7, repairs: what can stand between exact cells and a mesh of triangles, settled on the
// combinatorics. Only where the check asks for them.
//
// Solids that touch along an edge and hang together at both its ends give two edges between one
// pair of vertices, and so may a diagonal of a nearly straight face: no half-edge structure can
// tell them apart. All but one get a vertex in their middle (part_edges). For that each edge's twin
// must be known: the cells know the borders of faces (edge_name), and within a face two corners
// have one diagonal, or several that rounding has laid over one another. A vertex at which several
// fans of triangles meet becomes several (part_fans).
#include "compiler/mesh/boolean_merge.h"

#include <string.h>

// ---- edges of one pair of vertices ----

static void push_tri(Merge *m, u32 a, u32 b, u32 c) {
    const u32 tri[3] = {a, b, c};
    for (u32 i = 0; i < 3; i++)
        vec_push(m->k->heap, &m->tris, tri[i]);
}

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
        vec_push(m->k->heap, &m->added, place_at(m->k, middle.at));
        middle.vertex = m->n_verts + m->added.len;
    }
    vec_push(m->k->heap, &m->middles, middle);
    return m->f->n_halves + m->middles.len - 1;
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
        vec_push(m->k->heap, &m->twin, NONE);
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
    push_tri(m, middle, b, c);
    for (u32 j = 0; j < 3; j++)
        vec_push(m->k->heap, &m->twin, NONE);
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

bool part_edges(Merge *m) {
    enum { MOST_ROUNDS = 8 };
    if (!name_twins(m))
        return false;
    bool found = false;
    for (u32 round = 0; round < MOST_ROUNDS && part_once(m); round++)
        found = true;
    return found;
}

// ---- fans ----

bool part_fans(Kernel *k, Mesh *mesh) {
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
