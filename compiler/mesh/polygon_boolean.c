// SPDX-License-Identifier: Apache-2.0
// Booleans of regions in three passes over an exact arrangement (polygon_arrange.c): from left to
// right, each edge takes the winding number of every operand from the edge below it, and those that
// part inside from outside are kept; at each vertex every wedge of the result pairs the edge that
// leaves it with the edge that arrives; the loops so linked are cut where they pass a vertex twice,
// so each is simple.
#include "compiler/mesh/polygon_arrange_internal.h"

#include <string.h>

typedef struct Boolean {
    Heap *heap;
    Arrangement arr;
    RegionOp op;
    Edge *edges; // the arrangement's
    u32 n_edges;
    Winds winds;
    u32 *above;  // by edge: the operands' winding numbers above it
    u32 *follow; // by kept edge: the edge that leaves where it arrives
} Boolean;

// ---- inside and outside ----

static bool is_inside(const Boolean *b, u32 winds) {
    u32 n_positive = winds_positive(&b->winds, winds);
    switch (b->op) {
    case REGION_UNION:
        return n_positive > 0;
    case REGION_INTERSECTION:
        return n_positive == b->arr.n_operands;
    case REGION_DIFFERENCE:
        return n_positive == 1 && winds_get(&b->winds, winds, 0) > 0;
    }
    return false;
}

// Winding numbers below are those above the next lower edge, which has been seen.
static void classify_edge(Boolean *b, u32 edge) {
    Edge *e = &b->edges[edge];
    u32 below = e->below == NONE ? 0 : b->above[e->below], above = below;
    for (u32 i = e->first_seg; i < e->first_seg + e->n_segs; i++) {
        const Seg *s = &b->arr.segs[b->arr.edge_segs.data[i]];
        u32 next = winds_add(&b->winds, above, s->operand, s->delta);
        if (above != below)
            winds_drop(&b->winds, above);
        above = next;
    }
    b->above[edge] = above;
    e->is_above = is_inside(b, above);
    e->is_kept = e->is_above != is_inside(b, below);
}

// The lowest segment that bounds the result the same way as the edge does, else the lowest.
static void choose_source(const Boolean *b, Edge *e) {
    const u32 *segs = b->arr.edge_segs.data + e->first_seg;
    e->seg = segs[0];
    for (u32 i = 0; i < e->n_segs; i++) {
        const Seg *s = &b->arr.segs[segs[i]];
        bool is_taken_away = b->op == REGION_DIFFERENCE && s->operand > 0;
        if (((s->delta > 0) != is_taken_away) == e->is_above) {
            e->seg = segs[i];
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

// Edges come in the order of their left ends; numbers above an edge are dropped where it ends.
static void classify_edges(Boolean *b) {
    u32 n = b->n_edges, n_verts = b->arr.n_verts;
    u32 *block = heap_alloc_raw(b->heap, 2 * (size_t)n + n_verts + 2, sizeof(u32));
    u32 *by_end = block + n, *ends = block + 2 * (size_t)n;
    b->above = block;
    index_by_end(b, ends, by_end);
    winds_init(&b->winds, b->heap, b->arr.n_operands);
    for (u32 v = 0, next = 0; v < n_verts; v++) {
        for (u32 i = ends[v]; i < ends[v + 1]; i++)
            winds_drop(&b->winds, b->above[by_end[i]]);
        for (; next < n && b->edges[next].u == v; next++) {
            classify_edge(b, next);
            if (b->edges[next].is_kept)
                choose_source(b, &b->edges[next]);
        }
        if (v % 4096 == 0)
            heap_poll(b->heap);
    }
    winds_finish(&b->winds);
    heap_free(b->heap, block);
}

// ---- linking ----

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

// ---- the result ----

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
    b.edges = b.arr.edges.data;
    b.n_edges = b.arr.edges.len;
    classify_edges(&b);
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
    heap_free(heap, b.follow);
    arrangement_finish(&b.arr);
    return ok ? STATUS_OK : STATUS_BUG;
}
