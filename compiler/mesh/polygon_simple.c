// SPDX-License-Identifier: Apache-2.0
// Is a region made of simple loops? A line sweeps over the edges from left to right (Shamos and
// Hoey 1976): edges that become neighbours on it are tested, and at every vertex what lies there.
// Until the first conflict the order of the edges on the line is sound. All tests are exact on the
// doubles as they are, without a grid: what the user wrote is judged, not what rounding made of it.
#include "compiler/mesh/polygon_internal.h"

typedef struct EdgeRef {
    u32 loop, next; // next: the point where the edge ends
    u32 prev;       // the edge that arrives where it starts
} EdgeRef;

typedef struct Simple {
    const Region *region;
    EdgeRef *edges; // by point
    Status2 status; // of edges
    Vec2 where;     // of a conflict
} Simple;

// c lies on the line through a and b: is it between them?
static bool is_between(Vec2 a, Vec2 b, Vec2 c) {
    return a.x != b.x ? (c.x >= fmin(a.x, b.x) && c.x <= fmax(a.x, b.x))
                      : (c.y >= fmin(a.y, b.y) && c.y <= fmax(a.y, b.y));
}

static Vec2 crossing_point(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
    f64 den = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x);
    f64 t = den != 0 ? ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / den : 0;
    return (Vec2){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
}

// An end of one edge on the other; false: none.
static bool find_touch(Vec2 a, Vec2 b, Vec2 c, Vec2 d, const int turns[4], Vec2 *where) {
    const Vec2 ends[4] = {c, d, a, b};
    for (u32 k = 0; k < 4; k++) {
        bool on_line = turns[k] == 0;
        if (on_line && (k < 2 ? is_between(a, b, ends[k]) : is_between(c, d, ends[k]))) {
            *where = ends[k];
            return true;
        }
    }
    return false;
}

// Neighbours a-b-c: only folding back on itself counts.
static bool folds_back(Vec2 a, Vec2 b, Vec2 c) {
    return orient2d(a, b, c) == 0 && (a.x - b.x) * (c.x - b.x) + (a.y - b.y) * (c.y - b.y) > 0;
}

static bool edges_conflict(const Simple *s, u32 i, u32 j, Vec2 *where) {
    const Vec2 *p = s->region->points;
    Vec2 a = p[i], b = p[s->edges[i].next], c = p[j], d = p[s->edges[j].next];
    if (s->edges[i].next == j || s->edges[j].next == i) {
        bool i_first = s->edges[i].next == j;
        *where = i_first ? b : d;
        return i_first ? folds_back(a, b, d) : folds_back(c, d, b);
    }
    int turns[4] = {orient2d(a, b, c), orient2d(a, b, d), orient2d(c, d, a), orient2d(c, d, b)};
    if (turns[0] * turns[1] < 0 && turns[2] * turns[3] < 0) {
        *where = crossing_point(a, b, c, d);
        return true;
    }
    if (!find_touch(a, b, c, d, turns, where))
        return false;
    if (s->edges[i].loop == s->edges[j].loop)
        return true;
    // Other loops may touch, unless the edges run along each other.
    if (turns[0] != 0 || turns[1] != 0)
        return false;
    u32 n_ends = (u32)is_between(a, b, c) + (u32)is_between(a, b, d) + (u32)is_between(c, d, a) +
                 (u32)is_between(c, d, b);
    return n_ends > 2 ||
           !(vec2_equal(a, c) || vec2_equal(a, d) || vec2_equal(b, c) || vec2_equal(b, d));
}

// ---- the sweep ----

static Vec2 edge_left(const Simple *s, u32 i) {
    Vec2 a = s->region->points[i], b = s->region->points[s->edges[i].next];
    return vec2_before(a, b) ? a : b;
}
static Vec2 edge_right(const Simple *s, u32 i) {
    Vec2 a = s->region->points[i], b = s->region->points[s->edges[i].next];
    return vec2_before(a, b) ? b : a;
}

static bool neighbours_conflict(Simple *s, u32 i, u32 j) {
    return i != NONE && j != NONE && edges_conflict(s, MIN(i, j), MAX(i, j), &s->where);
}

static bool remove_edge(Simple *s, u32 edge) {
    u32 below = status2_neighbour(&s->status, edge, STATUS2_BELOW),
        above = status2_neighbour(&s->status, edge, STATUS2_ABOVE);
    status2_remove(&s->status, edge);
    return neighbours_conflict(s, below, above);
}

// True on conflict: the edge runs along one on the line, or a neighbour does not let it pass.
static bool insert_edge(Simple *s, u32 edge) {
    Vec2 left = edge_left(s, edge), right = edge_right(s, edge);
    u32 under = NONE;
    int side = STATUS2_BELOW;
    for (u32 at = s->status.root; at != NONE; at = s->status.child[side][at]) {
        Vec2 a = edge_left(s, at), b = edge_right(s, at);
        int turn = orient2d(a, b, left);
        if (turn == 0)
            turn = orient2d(a, b, right);
        if (turn == 0) {
            s->where = left;
            return true;
        }
        side = turn > 0 ? STATUS2_ABOVE : STATUS2_BELOW;
        under = at;
    }
    status2_insert(&s->status, edge, under, side);
    return neighbours_conflict(s, status2_neighbour(&s->status, edge, STATUS2_BELOW), edge) ||
           neighbours_conflict(s, edge, status2_neighbour(&s->status, edge, STATUS2_ABOVE));
}

// The edge on the line that has p inside it, or NONE. Two of them would be a conflict, found
// before.
static u32 edge_through(const Simple *s, Vec2 p) {
    for (u32 at = s->status.root; at != NONE;) {
        int turn = orient2d(edge_left(s, at), edge_right(s, at), p);
        if (turn == 0)
            return at;
        at = s->status.child[turn > 0 ? STATUS2_ABOVE : STATUS2_BELOW][at];
    }
    return NONE;
}

typedef struct Corner {
    Vec2 p;
    u32 loop, point;
} Corner;

static int compare_corners(const Corner *a, const Corner *b) {
    if (!vec2_equal(a->p, b->p))
        return vec2_before(a->p, b->p) ? -1 : 1;
    if (a->loop != b->loop)
        return a->loop < b->loop ? -1 : 1;
    return a->point < b->point ? -1 : a->point > b->point;
}
DEFINE_SORT(sort_corners, Corner, compare_corners)

// All corners in one place: edges that end there leave the line, then those that start come. A loop
// must not be there twice, nor pass through with an edge.
static bool visit_corners(Simple *s, const Corner *corners, u32 n) {
    s->where = corners[0].p;
    for (u32 i = 1; i < n; i++)
        if (corners[i].loop == corners[i - 1].loop)
            return true;
    for (u32 i = 0; i < 2 * n; i++) {
        u32 point = corners[i / 2].point, edge = i % 2 ? point : s->edges[point].prev;
        if (vec2_equal(edge_right(s, edge), corners[0].p) && remove_edge(s, edge))
            return true;
    }
    u32 through = edge_through(s, corners[0].p);
    for (u32 i = 0; i < n && through != NONE; i++) {
        s->where = corners[0].p;
        if (corners[i].loop == s->edges[through].loop)
            return true;
    }
    for (u32 i = 0; i < 2 * n; i++) {
        u32 point = corners[i / 2].point, edge = i % 2 ? point : s->edges[point].prev;
        if (vec2_equal(edge_left(s, edge), corners[0].p) && insert_edge(s, edge))
            return true;
    }
    return false;
}

static bool has_conflict(Heap *heap, Simple *s, u32 n) {
    Corner *corners = heap_alloc_raw(heap, n, sizeof *corners);
    u32 *block = heap_alloc_raw(heap, 3 * (size_t)n, sizeof *block);
    s->status = (Status2){NONE, {block, block + n}, block + 2 * (size_t)n};
    for (u32 i = 0; i < n; i++)
        corners[i] = (Corner){s->region->points[i], s->edges[i].loop, i};
    sort_corners(heap, corners, n);
    bool found = false;
    for (u32 i = 0, end; i < n && !found; i = end) {
        for (end = i; end < n && vec2_equal(corners[end].p, corners[i].p);)
            end++;
        found = visit_corners(s, corners + i, end - i);
    }
    heap_free(heap, corners);
    heap_free(heap, block);
    return found;
}

// Loops of less than three points and edges of no length; lists the edges. False: such a place.
static bool list_edges(const Region *region, EdgeRef *edges, Vec2 *where) {
    for (u32 l = 0; l < region->n_loops; l++) {
        u32 from = region->starts[l], to = region->starts[l + 1];
        for (u32 i = from; i < to; i++) {
            u32 next = i + 1 < to ? i + 1 : from;
            Vec2 a = region->points[i], b = region->points[next];
            *where = a;
            if (to - from < 3 || vec2_equal(a, b))
                return false;
            edges[i].loop = l;
            edges[i].next = next;
            edges[next].prev = i;
        }
    }
    return true;
}

bool region_is_simple(Heap *heap, const Region *region, Vec2 *where) {
    u32 n = region_count(region);
    Simple s = {.region = region, .edges = heap_alloc_raw(heap, n, sizeof *s.edges)};
    bool is_simple = list_edges(region, s.edges, &s.where) && !(n && has_conflict(heap, &s, n));
    heap_free(heap, s.edges);
    if (!is_simple && where)
        *where = s.where;
    return is_simple;
}
