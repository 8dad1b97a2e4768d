// SPDX-License-Identifier: Apache-2.0
// Rings and their three operations. The interesting one is rings_part_wedges: where several corners
// of the loops share a place, the region around that place consists of wedges, each between an
// outgoing edge and the next incoming edge counter-clockwise. The loops may pair the edges
// differently (a hole that touches the outer loop pairs its own two edges), so that the region
// looks pinched between two loops. Re-pairing by wedges turns touching loops into loops that only
// meet across the outside; a sweep can treat those as separate. Where a wedge's edges end and start
// at different indices, a triangle without area joins the indices, so each original edge still gets
// its triangle.
#include "compiler/mesh/polygon_triangulate_internal.h"

#include "base/sort.h"

#include <string.h>

u32 *rings_take(Rings *r, size_t n) {
    if (n > RINGS_SMALL - r->n_small)
        return heap_alloc_raw(r->heap, n, sizeof(u32));
    u32 *out = r->small + r->n_small;
    r->n_small += (u32)n;
    return out;
}

void rings_give(Rings *r, u32 *scratch) {
    if (scratch < r->small || scratch >= r->small + RINGS_SMALL)
        heap_free(r->heap, scratch);
}

// ---- numbers ----

// Orders as the numbers do; the two zeros are one.
static u64 order_key(f64 x) {
    u64 bits;
    x += 0;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (u64)1 << 63;
}

// The loops' chains in the region's numbers, while its corners get others.
typedef struct Chains {
    const Vec2 *points;
    u32 *next, *prev; // RINGS_GONE: of a loop of less than three
} Chains;

static void chain_corners(const Region *region, Chains *chains) {
    for (u32 l = 0; l < region->n_loops; l++) {
        u32 from = region->starts[l], to = region->starts[l + 1];
        for (u32 i = from; i < to; i++) {
            chains->next[i] = to - from < 3 ? RINGS_GONE : i + 1 < to ? i + 1 : from;
            chains->prev[i] = i > from ? i - 1 : to - 1;
        }
    }
}

// Of corners in one place: the one whose next comes first, or if that is in one place too, its
// previous.
static bool goes_before(const Chains *chains, u32 a, u32 b) {
    if (chains->next[a] == RINGS_GONE || chains->next[b] == RINGS_GONE)
        return false;
    Vec2 p = chains->points[chains->next[a]], q = chains->points[chains->next[b]];
    if (!vec2_equal(p, q))
        return vec2_before(p, q);
    return vec2_before(chains->points[chains->prev[a]], chains->points[chains->prev[b]]);
}

// Items of one x by y, and of one place as goes_before says: few share one.
static bool sort_column(Keyed *items, Keyed *spare, u32 n, const Chains *chains) {
    bool shares_places = false;
    for (u32 i = 0; i < n; i++)
        items[i].key = order_key(chains->points[items[i].value].y);
    sort_keyed(items, spare, n);
    for (u32 i = 1; i < n; i++) {
        Keyed item = items[i];
        u32 j = i;
        shares_places = shares_places || item.key == items[i - 1].key;
        for (; j > 0 && items[j - 1].key == item.key &&
               goes_before(chains, item.value, items[j - 1].value);
             j--)
            items[j] = items[j - 1];
        items[j] = item;
    }
    return shares_places;
}

// Fills from.
static void sort_corners(Rings *r, const Chains *chains) {
    enum { FEW = 64 };
    u32 n = r->n_points;
    Keyed few[2 * FEW],
        *items = n <= FEW ? few : heap_alloc_raw(r->heap, 2 * (size_t)n, sizeof *items);
    for (u32 i = 0; i < n; i++)
        items[i] = (Keyed){order_key(chains->points[i].x), i};
    sort_keyed(items, items + n, n);
    for (u32 i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && items[end].key == items[i].key;)
            end++;
        if (end - i > 1 && sort_column(items + i, items + n, end - i, chains))
            r->shares_places = true;
    }
    for (u32 i = 0; i < n; i++)
        r->from[i] = items[i].value;
    if (items != few)
        heap_free(r->heap, items);
}

static void number_corners(Rings *r, const Chains *chains, u32 *rank) {
    u32 n = r->n_points;
    sort_corners(r, chains);
    for (u32 i = 0; i < n; i++)
        rank[r->from[i]] = i;
    for (u32 i = 0; i < n; i++) {
        u32 corner = r->from[i], next = chains->next[corner];
        r->points[i] = chains->points[corner];
        r->vert[i] = i;
        r->next[i] = next == RINGS_GONE ? next : rank[next];
        r->prev[i] = rank[chains->prev[corner]];
        r->waits[i] = NONE;
    }
}

static u32 *take_records(Heap *heap, u32 n) {
    return heap_alloc_raw(heap, n, TRI2_SIZE * sizeof(u32));
}

void rings_init(Rings *r, Heap *heap, const Region *region) {
    u32 n = region_count(region);
    memset(r, 0, offsetof(Rings, small));
    r->heap = heap;
    r->n_points = r->n_nodes = n;
    r->cap_nodes = 3 * n; // a diagonal copies two nodes; at most one diagonal a point
    r->vert = rings_take(r, (size_t)r->cap_nodes * 4 + 4 * (size_t)n);
    r->next = r->vert + r->cap_nodes;
    r->prev = r->next + r->cap_nodes;
    r->waits = r->prev + r->cap_nodes;
    r->sides = r->waits + r->cap_nodes; // 2 n
    r->order = r->sides + 2 * (size_t)n;
    r->from = r->order + n;
    r->points = n <= RINGS_FEW ? r->few_points : heap_alloc_raw(heap, n, sizeof *r->points);
    r->cap_tris = n + 2 * region->n_loops;
    r->tris = r->cap_tris <= RINGS_FEW ? r->few_tris : take_records(heap, r->cap_tris);
    Chains chains = {region->points, r->next + n, r->prev + n}; // where copies will be
    chain_corners(region, &chains);
    number_corners(r, &chains, r->vert + n);
}

void rings_finish(Rings *r) {
    rings_give(r, r->vert);
    if (r->points != r->few_points)
        heap_free(r->heap, r->points);
    if (r->tris != r->few_tris)
        heap_free(r->heap, r->tris);
    r->vert = NULL;
    r->points = NULL;
    r->tris = NULL;
}

// ---- operations ----

static u32 add_record(Rings *r, u32 a, u32 b, u32 c) {
    if (r->n_tris == r->cap_tris) {
        r->cap_tris += r->cap_tris / 2 + 8; // crossing loops only
        u32 *tris = take_records(r->heap, r->cap_tris);
        memcpy(tris, r->tris, TRI2_SIZE * (size_t)r->n_tris * sizeof *tris);
        if (r->tris != r->few_tris)
            heap_free(r->heap, r->tris);
        r->tris = tris;
    }
    u32 h = TRI2_SIZE * r->n_tris++, *record = r->tris + h;
    record[0] = r->from[a];
    record[1] = r->from[b];
    record[2] = r->from[c];
    record[TRI2_TWIN] = record[TRI2_TWIN + 1] = record[TRI2_TWIN + 2] = NONE;
    return h;
}

void rings_add_triangle(Rings *r, u32 a, u32 b, u32 c) {
    (void)add_record(r, a, b, c);
}

// Half-edge h is the triangle's side along an edge across which `waits` lies.
static void settle(Rings *r, u32 h, u32 waits) {
    u32 other = waits;
    if (waits != NONE && waits >= RINGS_SIDE) {
        u32 side = waits - RINGS_SIDE;
        r->sides[side] = h;
        other = r->sides[side ^ 1];
    }
    r->tris[h + TRI2_TWIN] = other;
    if (other != NONE)
        r->tris[other + TRI2_TWIN] = h;
}

void rings_clip(Rings *r, u32 node) {
    u32 a = r->prev[node], c = r->next[node];
    u32 h = add_record(r, r->vert[a], r->vert[node], r->vert[c]);
    settle(r, h, r->waits[a]);
    settle(r, h + 1, r->waits[node]);
    r->next[node] = RINGS_GONE;
    if (r->next[c] == a) { // the last three
        settle(r, h + 2, r->waits[c]);
        r->next[a] = r->next[c] = RINGS_GONE;
        return;
    }
    r->waits[a] = h + 2;
    r->next[a] = c;
    r->prev[c] = a;
}

u32 rings_add_diagonal(Rings *r, u32 a, u32 b) {
    if (r->next[a] == b || r->next[b] == a) // an edge of the ring already (crossing loops only)
        return b;
    u32 a2 = r->n_nodes++, b2 = r->n_nodes++;
    r->vert[a2] = r->vert[a];
    r->vert[b2] = r->vert[b];
    u32 after_a = r->next[a], before_b = r->prev[b];
    r->waits[a2] = r->waits[a];
    r->next[a2] = after_a;
    r->prev[after_a] = a2;
    r->prev[b2] = before_b;
    r->next[before_b] = b2;
    r->next[b2] = a2;
    r->prev[a2] = b2;
    r->next[a] = b;
    r->prev[b] = a;
    r->waits[a] = RINGS_SIDE + r->n_sides;
    r->waits[b2] = RINGS_SIDE + r->n_sides + 1;
    r->sides[r->n_sides] = r->sides[r->n_sides + 1] = NONE;
    r->n_sides += 2;
    return b2;
}

// ---- places where several corners meet ----

// Edges of no length and spikes (a-b-a) have no inside: cut them off first, so that every corner
// has two directions that differ.
static bool is_degenerate(const Rings *r, u32 node) {
    u32 a = r->prev[node], c = r->next[node];
    if (c == RINGS_GONE || r->next[c] == a)
        return false;
    Vec2 p = rings_point(r, node), pa = rings_point(r, a), pc = rings_point(r, c);
    return vec2_equal(p, pa) || vec2_equal(p, pc) || vec2_equal(pa, pc);
}

static void clip_degenerate(Rings *r) {
    for (u32 i = 0; i < r->n_points; i++) {
        for (u32 node = i; is_degenerate(r, node);) {
            u32 a = r->prev[node], c = r->next[node];
            rings_clip(r, node);
            node = is_degenerate(r, a) ? a : c; // only their neighbours have changed
        }
    }
}

// A direction at a place: towards the next node (out) or from the previous one.
typedef struct Spoke {
    Vec2 to;
    u32 node;
    bool is_out;
} Spoke;

// By angle from the direction (0, -1) (excluded) counter-clockwise; exact.
static int compare_spokes(Vec2 at, const Spoke *a, const Spoke *b) {
    bool a_left = !vec2_before(at, a->to), b_left = !vec2_before(at, b->to);
    if (a_left != b_left)
        return a_left ? 1 : -1;
    return -orient2d(at, a->to, b->to);
}

static void sort_spokes(Vec2 at, Spoke *spokes, u32 n, Spoke *scratch) {
    for (u32 width = 1; width < n; width *= 2) {
        for (u32 start = 0; start < n; start += 2 * width) {
            u32 i = start, mid = MIN(start + width, n), j = mid, end = MIN(start + 2 * width, n);
            for (u32 k = start; k < end; k++)
                scratch[k] =
                    j == end || (i < mid && compare_spokes(at, &spokes[i], &spokes[j]) <= 0)
                        ? spokes[i++]
                        : spokes[j++];
        }
        memcpy(spokes, scratch, n * sizeof *spokes);
    }
}

// The spokes must turn out, in, out, in ... all different: else the loops cross here and stay as
// they are.
static bool spokes_are_wedges(Vec2 at, const Spoke *spokes, u32 n) {
    for (u32 i = 0; i < n; i++) {
        const Spoke *a = &spokes[i], *b = &spokes[(i + 1) % n];
        if (a->is_out == b->is_out || compare_spokes(at, a, b) == 0)
            return false;
    }
    return true;
}

// Triangles without area over the polygon of indices that the wedges' pairs (in[i] -> out[i]) go
// round, once for each cycle of more than two. done: n flags.
static void close_cycles(Rings *r, const u32 *in, const u32 *out, u32 n, u8 *done) {
    memset(done, 0, n);
    for (u32 i = 0; i < n; i++) {
        u32 first = i, before = i;
        for (u32 j = i, len = 0; !done[j]; len++) {
            done[j] = 1;
            if (len >=
                2) // the cycle runs first .. before, j; seen from the other side it is reversed
                rings_add_triangle(r, in[j], in[before], in[first]);
            before = j;
            for (u32 k = 0; k < n; k++) // few corners meet in one place
                if (in[k] == out[j]) {
                    j = k;
                    break;
                }
        }
    }
}

enum { CORNERS_MAX = 64 }; // more corners in one place are left as they are

// Corners order[0 .. n) lie in one place.
static void part_place(Rings *r, const u32 *corners, u32 n) {
    Spoke spokes[2 * CORNERS_MAX], scratch[2 * CORNERS_MAX];
    u32 in[CORNERS_MAX], out[CORNERS_MAX], before[CORNERS_MAX];
    u8 done[CORNERS_MAX];
    Vec2 at = r->points[corners[0]];
    for (u32 i = 0; i < n; i++) {
        spokes[2 * i] = (Spoke){rings_point(r, r->next[corners[i]]), corners[i], true};
        spokes[2 * i + 1] = (Spoke){rings_point(r, r->prev[corners[i]]), corners[i], false};
    }
    sort_spokes(at, spokes, 2 * n, scratch);
    if (!spokes_are_wedges(at, spokes, 2 * n))
        return;
    u32 n_pairs = 0;
    for (u32 i = 0; i < 2 * n; i++) {
        const Spoke *a = &spokes[i], *b = &spokes[(i + 1) % (2 * n)];
        if (!a->is_out || a->node == b->node)
            continue;
        in[n_pairs] = b->node; // the wedge: in along b, out along a
        out[n_pairs] = a->node;
        before[n_pairs++] = r->prev[b->node];
    }
    for (u32 i = 0; i < n_pairs; i++) {
        rings_add_triangle(r, r->vert[before[i]], in[i], out[i]);
        r->prev[out[i]] = before[i];
        r->next[before[i]] = out[i];
    }
    close_cycles(r, in, out, n_pairs, done);
}

void rings_part_wedges(Rings *r) {
    clip_degenerate(r);
    for (u32 i = 0; i < r->n_points; i++)
        if (r->next[i] != RINGS_GONE)
            r->order[r->n_order++] = i;
    if (!r->shares_places)
        return;
    for (u32 i = 0, j; i < r->n_order; i = j) {
        for (j = i + 1;
             j < r->n_order && vec2_equal(r->points[r->order[i]], r->points[r->order[j]]);)
            j++;
        if (j - i > 1 && j - i <= CORNERS_MAX)
            part_place(r, r->order + i, j - i);
    }
}
