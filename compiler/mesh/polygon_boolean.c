// SPDX-License-Identifier: Apache-2.0
// Booleans of regions in three passes over an exact arrangement (polygon_arrange.c): a sweep finds
// the winding number of every operand on both sides of each piece and keeps the pieces that part
// inside from outside; at each vertex every wedge of the result pairs the edge that leaves it with
// the edge that arrives; the loops so linked are cut where they pass a vertex twice, so each is
// simple.
#include "compiler/mesh/polygon_arrange_internal.h"

#include <string.h>

// All pieces between two neighbouring vertices.
typedef struct Edge {
    u32 u, v; // left to right
    u32 first_piece, n_pieces;
    Cell2 dir;
    u32 seg;       // one that made it: see choose_source
    bool is_kept;  // bounds the result
    bool is_above; // the result lies above (else below)
} Edge;

typedef struct Boolean {
    Heap *heap;
    Arrangement arr;
    RegionOp op;
    Edge *edges; // sorted by u, then from bottom to top
    u32 n_edges;
    Status2 status;
    i32 *winds; // n_operands winding numbers above an edge, by slot
    u32 *slot;  // by edge in the status
    VEC(u32) free_slots;
    u32 n_slots, cap_slots;
    u32 *follow; // by kept edge: the edge that leaves where it arrives
} Boolean;

static i64 cross_dirs(Cell2 a, Cell2 b) {
    return (i64)a.x * b.y - (i64)a.y * b.x;
}

// Edges that leave a vertex to the right, from bottom to top.
static int compare_edges(const Edge *a, const Edge *b) {
    if (a->u != b->u)
        return a->u < b->u ? -1 : 1;
    i64 cross = cross_dirs(a->dir, b->dir);
    return cross > 0 ? -1 : cross < 0;
}
DEFINE_SORT(sort_edges, Edge, compare_edges)

static void group_pieces(Boolean *b) {
    const Arrangement *arr = &b->arr;
    b->edges = heap_alloc(b->heap, arr->pieces.len, sizeof *b->edges);
    for (u32 i = 0; i < arr->pieces.len; i++) {
        const Piece *p = &arr->pieces.data[i];
        Edge *last = b->n_edges ? &b->edges[b->n_edges - 1] : NULL;
        if (last && last->u == p->u && last->v == p->v) {
            last->n_pieces++;
            continue;
        }
        const Seg *s = &arr->segs[p->seg];
        b->edges[b->n_edges++] = (Edge){.u = p->u,
                                        .v = p->v,
                                        .first_piece = i,
                                        .n_pieces = 1,
                                        .dir = {s->b.x - s->a.x, s->b.y - s->a.y}};
    }
    sort_edges(b->heap, b->edges, b->n_edges);
}

// ---- the sweep
// -----------------------------------------------------------------------------------

static i32 *winds_of(const Boolean *b, u32 edge) {
    return b->winds + (size_t)b->slot[edge] * b->arr.n_operands;
}

static void take_slot(Boolean *b, u32 edge) {
    if (b->free_slots.len) {
        b->slot[edge] = b->free_slots.data[--b->free_slots.len];
        return;
    }
    if (b->n_slots == b->cap_slots) {
        b->cap_slots = 2 * b->cap_slots + 16;
        b->winds =
            heap_realloc(b->heap, b->winds, (size_t)b->cap_slots * b->arr.n_operands, sizeof(i32));
    }
    b->slot[edge] = b->n_slots++;
}

static bool is_inside(const Boolean *b, const i32 *winds) {
    u32 n_positive = 0, n = b->arr.n_operands;
    for (u32 o = 0; o < n; o++)
        n_positive += winds[o] > 0;
    switch (b->op) {
    case REGION_UNION:
        return n_positive > 0;
    case REGION_INTERSECTION:
        return n_positive == n;
    case REGION_DIFFERENCE:
        return winds[0] > 0 && n_positive == 1;
    }
    return false;
}

static void insert_edge(Boolean *b, u32 edge) {
    const Edge *e = &b->edges[edge];
    u32 under = NONE;
    int side = STATUS2_BELOW;
    for (u32 other = b->status.root; other != NONE; other = b->status.child[side][other]) {
        const Edge *f = &b->edges[other];
        int above =
            place_side(&b->arr.segs[b->arr.pieces.data[f->first_piece].seg], &b->arr.verts[e->u]);
        side = above > 0 || (above == 0 && cross_dirs(f->dir, e->dir) > 0) ? STATUS2_ABOVE
                                                                           : STATUS2_BELOW;
        under = other;
    }
    status2_insert(&b->status, edge, under, side);
}

// Winding numbers below are those above the next lower edge, which has been seen.
static void classify_edge(Boolean *b, u32 edge) {
    u32 below = status2_neighbour(&b->status, edge, STATUS2_BELOW), n = b->arr.n_operands;
    take_slot(b, edge);
    i32 *winds = winds_of(b, edge);
    if (below == NONE)
        memset(winds, 0, n * sizeof *winds);
    else
        memcpy(winds, winds_of(b, below), n * sizeof *winds);
    Edge *e = &b->edges[edge];
    bool was_inside = is_inside(b, winds);
    for (u32 i = e->first_piece; i < e->first_piece + e->n_pieces; i++) {
        const Seg *s = &b->arr.segs[b->arr.pieces.data[i].seg];
        winds[s->operand] += s->delta;
    }
    e->is_above = is_inside(b, winds);
    e->is_kept = e->is_above != was_inside;
}

// The lowest segment that bounds the result the same way as the edge does, else the lowest.
static void choose_source(const Boolean *b, Edge *e) {
    const Piece *pieces = b->arr.pieces.data + e->first_piece;
    e->seg = pieces[0].seg;
    for (u32 i = 0; i < e->n_pieces; i++) {
        const Seg *s = &b->arr.segs[pieces[i].seg];
        bool is_taken_away = b->op == REGION_DIFFERENCE && s->operand > 0;
        if (((s->delta > 0) != is_taken_away) == e->is_above) {
            e->seg = pieces[i].seg;
            return;
        }
    }
}

// Edges by the vertex that they end in: list[starts[v] .. starts[v + 1]).
static void index_by_end(const Boolean *b, u32 *starts, u32 *list) {
    memset(starts, 0, ((size_t)b->arr.n_verts + 2) * sizeof *starts);
    for (u32 i = 0; i < b->n_edges; i++)
        starts[b->edges[i].v + 2]++;
    for (u32 v = 0; v < b->arr.n_verts; v++)
        starts[v + 2] += starts[v + 1];
    for (u32 i = 0; i < b->n_edges; i++)
        list[starts[b->edges[i].v + 1]++] = i;
}

static void sweep(Boolean *b) {
    size_t n = b->n_edges, n_verts = b->arr.n_verts;
    u32 *block = heap_alloc_raw(b->heap, 5 * n + n_verts + 2, sizeof(u32));
    b->status = (Status2){NONE, {block, block + n}, block + 2 * n};
    b->slot = block + 3 * n;
    u32 *by_end = block + 4 * n, *ends = block + 5 * n;
    index_by_end(b, ends, by_end);
    for (u32 v = 0, next = 0; v < n_verts; v++) {
        for (u32 i = ends[v]; i < ends[v + 1]; i++) {
            status2_remove(&b->status, by_end[i]);
            vec_push(b->heap, &b->free_slots, b->slot[by_end[i]]);
        }
        u32 first = next;
        for (; next < n && b->edges[next].u == v; next++)
            insert_edge(b, next);
        for (u32 i = first; i < next; i++) {
            classify_edge(b, i);
            if (b->edges[i].is_kept)
                choose_source(b, &b->edges[i]);
        }
        if (v % 4096 == 0)
            heap_poll(b->heap);
    }
    heap_free(b->heap, block);
    heap_free(b->heap, b->winds);
    vec_free(b->heap, &b->free_slots);
}

// ---- linking
// -------------------------------------------------------------------------------------

static u32 edge_from(const Edge *e) {
    return e->is_above ? e->u : e->v;
}
static u32 edge_to(const Edge *e) {
    return e->is_above ? e->v : e->u;
}

// A kept edge at one of its ends, seen from there.
typedef struct Spoke {
    u32 vert, edge;
    Cell2 dir;
    bool is_out;
} Spoke;

static bool points_left(Cell2 d) {
    return d.x < 0 || (d.x == 0 && d.y < 0);
}

// By vertex, then counter-clockwise from straight down (which itself comes last).
static int compare_spokes(const Spoke *a, const Spoke *b) {
    if (a->vert != b->vert)
        return a->vert < b->vert ? -1 : 1;
    bool a_left = points_left(a->dir), b_left = points_left(b->dir);
    if (a_left != b_left)
        return a_left ? 1 : -1;
    i64 cross = cross_dirs(a->dir, b->dir);
    return cross > 0 ? -1 : cross < 0;
}
DEFINE_SORT(sort_spokes, Spoke, compare_spokes)

// Each outgoing spoke and the next one counter-clockwise, which must arrive, enclose a wedge of the
// result. False: they do not alternate (a bug).
static bool link_edges(Boolean *b) {
    VEC(Spoke) spokes = {0};
    for (u32 i = 0; i < b->n_edges; i++) {
        const Edge *e = &b->edges[i];
        if (!e->is_kept)
            continue;
        vec_push(b->heap, &spokes, (Spoke){e->u, i, e->dir, e->is_above});
        vec_push(b->heap, &spokes, (Spoke){e->v, i, {-e->dir.x, -e->dir.y}, !e->is_above});
    }
    sort_spokes(b->heap, spokes.data, spokes.len);
    b->follow = heap_alloc_raw(b->heap, b->n_edges, sizeof(u32));
    bool ok = true;
    for (u32 i = 0, end; i < spokes.len && ok; i = end) {
        for (end = i; end < spokes.len && spokes.data[end].vert == spokes.data[i].vert;)
            end++;
        for (u32 k = i; k < end && ok; k++) {
            const Spoke *s = &spokes.data[k], *t = &spokes.data[k + 1 < end ? k + 1 : i];
            ok = s->is_out != t->is_out;
            if (s->is_out)
                b->follow[t->edge] = s->edge;
        }
    }
    vec_free(b->heap, &spokes);
    return ok;
}

// Loops of edges: list[starts[i] .. starts[i + 1]).
typedef struct Loops {
    VEC(u32) list, starts;
} Loops;

// Follows the links from an edge; whenever the walk comes back to a vertex on its path, what lies
// between is a loop of its own. at: by vertex, 1 + its place on the path, or 0.
static void trace_from(Boolean *b, u32 first, u32 *at, u32 *path, u8 *done, Loops *loops) {
    u32 len = 0;
    for (u32 e = first;; e = b->follow[e]) {
        u32 from = edge_from(&b->edges[e]);
        if (at[from]) {
            u32 start = at[from] - 1;
            for (u32 i = start; i < len; i++) {
                at[edge_from(&b->edges[path[i]])] = 0;
                vec_push(b->heap, &loops->list, path[i]);
            }
            vec_push(b->heap, &loops->starts, loops->list.len);
            len = start;
        }
        if (done[e])
            return;
        done[e] = 1;
        at[from] = len + 1;
        path[len++] = e;
    }
}

static void trace_loops(Boolean *b, Loops *loops) {
    u32 *at = heap_alloc(b->heap, b->arr.n_verts, sizeof(u32));
    u32 *path = heap_alloc_raw(b->heap, b->n_edges, sizeof(u32));
    u8 *done = heap_alloc(b->heap, b->n_edges, 1);
    vec_push(b->heap, &loops->starts, 0);
    for (u32 i = 0; i < b->n_edges; i++)
        if (b->edges[i].is_kept && !done[i])
            trace_from(b, i, at, path, done, loops);
    heap_free(b->heap, at);
    heap_free(b->heap, path);
    heap_free(b->heap, done);
}

// ---- the result
// ----------------------------------------------------------------------------------

static const Region *source_of(const Boolean *b, const Edge *e) {
    return &b->arr.operands[b->arr.segs[e->seg].operand];
}

static u32 tag_of(const Boolean *b, const Edge *e) {
    const Region *r = source_of(b, e);
    return r->edges ? r->edges[b->arr.segs[e->seg].point] : 0;
}

static bool is_curved(const Boolean *b, const Edge *e) {
    const Region *r = source_of(b, e);
    const f32 *n = r->normals ? r->normals + 4 * (size_t)b->arr.segs[e->seg].point : NULL;
    return n && (n[0] != 0 || n[1] != 0);
}

// The corner between two edges of a loop is needed unless they are one straight edge of one tag.
static bool is_corner(const Boolean *b, const Edge *in, const Edge *out, const u32 *n_corners) {
    if (n_corners[edge_from(out)] > 1 || cross_dirs(in->dir, out->dir) != 0 ||
        in->is_above != out->is_above)
        return true;
    if (in->seg == out->seg)
        return false;
    return tag_of(b, in) != tag_of(b, out) || is_curved(b, in) || is_curved(b, out);
}

// Normal of the edge's segment at a point of it, outward from the result.
static void write_normal(const Boolean *b, const Edge *e, Vec2 at, f32 out[2]) {
    const Seg *s = &b->arr.segs[e->seg];
    const Region *r = &b->arr.operands[s->operand];
    out[0] = out[1] = 0;
    if (!is_curved(b, e))
        return;
    f64 q = b->arr.quantum, ax = (f64)(b->arr.base_x + s->a.x) * q,
        ay = (f64)(b->arr.base_y + s->a.y) * q;
    f64 dx = (s->b.x - s->a.x) * q, dy = (s->b.y - s->a.y) * q;
    f64 t = ((at.x - ax) * dx + (at.y - ay) * dy) / (dx * dx + dy * dy);
    t = fmin(fmax(s->delta > 0 ? t : 1 - t, 0), 1);
    const f32 *n = r->normals + 4 * (size_t)s->point;
    f64 x = (f64)n[0] + t * ((f64)n[2] - (f64)n[0]), y = (f64)n[1] + t * ((f64)n[3] - (f64)n[1]);
    f64 size = sqrt(x * x + y * y) * (b->op == REGION_DIFFERENCE && s->operand > 0 ? -1 : 1);
    if (size != 0) {
        out[0] = (f32)(x / size);
        out[1] = (f32)(y / size);
    }
}

// Writes one loop without its flat corners; returns the number of its points.
static u32 write_loop(const Boolean *b, const u32 *loop, u32 n, const u32 *n_corners, Region *out,
                      u32 first) {
    u32 n_out = 0;
    for (u32 i = 0; i < n; i++) {
        const Edge *in = &b->edges[loop[i ? i - 1 : n - 1]], *e = &b->edges[loop[i]];
        if (!is_corner(b, in, e, n_corners))
            continue;
        u32 last = i; // the straight run that starts here
        while (!is_corner(b, &b->edges[loop[last % n]], &b->edges[loop[(last + 1) % n]], n_corners))
            last++;
        const Edge *end = &b->edges[loop[last % n]];
        u32 at = first + n_out++;
        out->points[at] = b->arr.points[edge_from(e)];
        if (out->edges)
            out->edges[at] = tag_of(b, e);
        if (out->normals) {
            write_normal(b, e, b->arr.points[edge_from(e)], out->normals + 4 * (size_t)at);
            write_normal(b, end, b->arr.points[edge_to(end)], out->normals + 4 * (size_t)at + 2);
        }
    }
    return n_out;
}

// False: a loop came out with less than three corners, which exact arithmetic rules out.
static bool write_region(Boolean *b, const Loops *loops, Region *out) {
    bool has_edges = false, has_normals = false;
    for (u32 o = 0; o < b->arr.n_operands; o++) {
        has_edges = has_edges || b->arr.operands[o].edges;
        has_normals = has_normals || b->arr.operands[o].normals;
    }
    u32 n_loops = loops->starts.len - 1, n = 0;
    region_init(out, b->heap, loops->list.len, n_loops, has_edges);
    if (has_normals)
        out->normals = heap_alloc(b->heap, 4 * (size_t)loops->list.len, sizeof(f32));
    u32 *n_corners = heap_alloc(b->heap, b->arr.n_verts, sizeof(u32));
    for (u32 i = 0; i < loops->list.len; i++)
        n_corners[edge_from(&b->edges[loops->list.data[i]])]++;
    bool ok = true;
    for (u32 l = 0; l < n_loops; l++) {
        u32 from = loops->starts.data[l], len = loops->starts.data[l + 1] - from;
        u32 n_written = write_loop(b, loops->list.data + from, len, n_corners, out, n);
        ok = ok && n_written >= 3;
        n += n_written;
        out->starts[l + 1] = n;
    }
    heap_free(b->heap, n_corners);
    return ok;
}

Status region_boolean(Heap *heap, RegionOp op, const Region *operands, u32 n, Region *out) {
    Boolean b = {.heap = heap, .op = op};
    Loops loops = {0};
    arrangement_init(&b.arr, heap, operands, n);
    group_pieces(&b);
    sweep(&b);
    bool ok = link_edges(&b);
    if (ok) {
        trace_loops(&b, &loops);
        ok = write_region(&b, &loops, out);
        if (!ok)
            region_finish(out, heap);
    }
    if (!ok)
        *out = (Region){0};
    vec_free(heap, &loops.list);
    vec_free(heap, &loops.starts);
    heap_free(heap, b.edges);
    heap_free(heap, b.follow);
    arrangement_finish(&b.arr);
    return ok ? STATUS_OK : STATUS_BUG;
}
