// SPDX-License-Identifier: Apache-2.0
// Triangulation by sweep: de Berg et al., "Computational Geometry" (3rd ed.), chapter 3, turned to
// sweep from left to right. A vertical line moves over the corners; its status holds the edges that
// run to the right (the region lies above those), each with its helper: the last corner seen in the
// part of the region right above the edge. Corners where the region forks or joins are connected to
// helpers, after which every ring is monotone and is cut by a stack in linear time.
//
// Helpers are kept as ring nodes: the copy of the corner that looks into the open part of the
// region. So no diagonal needs a search for the copy it must start from.
//
// Rings that are not monotone in the end (loops that cross) are cut by ears, relaxed until one is
// found; long ones by a single convexity scan. Both always end with a combinatorial triangulation.
#include "compiler/mesh/polygon_triangulate_internal.h"

#include <string.h>

typedef enum CornerKind {
    CORNER_END,   // both neighbours before, the region between them
    CORNER_MERGE, // both before, the region around
    CORNER_SPLIT, // both after, the region around
    CORNER_UNDER, // the region lies above: part of a lower border
    CORNER_OVER,  // the region lies below
    CORNER_START, // both after, the region between
} CornerKind;

typedef struct Sweep {
    Rings *rings;
    Status2 status; // by point: the edge that leaves it
    u32 *end;       // the point where that edge ends
    u32 *helper;    // node, for edges in the status
    u8 *kind;       // CornerKind
    u8 *in_status;
} Sweep;

static CornerKind corner_kind(const Rings *r, u32 node) {
    Vec2 p = rings_point(r, node), a = rings_point(r, r->prev[node]),
         c = rings_point(r, r->next[node]);
    bool from_left = vec2_before(a, p), to_left = vec2_before(c, p);
    if (from_left != to_left)
        return from_left ? CORNER_UNDER : CORNER_OVER;
    bool is_convex = orient2d(a, p, c) >= 0;
    if (from_left)
        return is_convex ? CORNER_END : CORNER_MERGE;
    return is_convex ? CORNER_START : CORNER_SPLIT;
}

// In one place, corners whose wedge opens to the left come first, those that open to the right
// last: the order that the places would have if every corner moved a little into its wedge.
static u32 kind_rank(CornerKind kind) {
    return kind == CORNER_END ? 0 : kind == CORNER_START ? 2 : 1;
}

static void classify(Sweep *s) {
    Rings *r = s->rings;
    for (u32 i = 0; i < r->n_points; i++)
        if (r->next[i] != RINGS_GONE)
            s->kind[i] = (u8)corner_kind(r, i);
    for (u32 i = 1; r->shares_places && i < r->n_order; i++) { // few share a place: insertion
        u32 item = r->order[i], rank = kind_rank(s->kind[item]), j = i;
        for (; j > 0 && vec2_equal(r->points[r->order[j - 1]], r->points[item]) &&
               kind_rank(s->kind[r->order[j - 1]]) > rank;
             j--)
            r->order[j] = r->order[j - 1];
        r->order[j] = item;
    }
}

// Which side of a status edge the corner lies on, 1: above. A corner on the edge's inner part is
// where its neighbours are; one at an end of the edge is below (only CORNER_OVER meets that case in
// valid regions, and its wedge lies below all else in the place).
static int side_of_edge(const Sweep *s, u32 edge, u32 node) {
    const Rings *r = s->rings;
    Vec2 a = r->points[edge], b = r->points[s->end[edge]], p = rings_point(r, node);
    int side = orient2d(a, b, p);
    if (side == 0 && !vec2_equal(p, a) && !vec2_equal(p, b)) {
        side = orient2d(a, b, rings_point(r, r->prev[node]));
        if (side == 0)
            side = orient2d(a, b, rings_point(r, r->next[node]));
    }
    return side > 0 ? 1 : -1;
}

static u32 find_edge_below(const Sweep *s, u32 node) {
    u32 best = NONE;
    for (u32 edge = s->status.root; edge != NONE;) {
        bool is_above = side_of_edge(s, edge, node) > 0;
        if (is_above)
            best = edge;
        edge = s->status.child[is_above ? STATUS2_ABOVE : STATUS2_BELOW][edge];
    }
    return best;
}

// The edge that leaves node joins the status; the node is its helper.
static void set_edge(Sweep *s, u32 node, u32 edge) {
    s->end[edge] = s->rings->vert[s->rings->next[node]];
    s->helper[edge] = node;
    s->in_status[edge] = 1;
}

static void insert_edge(Sweep *s, u32 node) {
    const Rings *r = s->rings;
    u32 edge = r->vert[node], under = NONE;
    int side = STATUS2_BELOW;
    Vec2 p = rings_point(r, node), q = rings_point(r, r->next[node]);
    for (u32 other = s->status.root; other != NONE; other = s->status.child[side][other]) {
        Vec2 a = r->points[other], b = r->points[s->end[other]];
        int above = orient2d(a, b, p);
        if (above == 0)
            above = orient2d(a, b, q);
        side = above > 0 ? STATUS2_ABOVE : STATUS2_BELOW;
        under = other;
    }
    set_edge(s, node, edge);
    status2_insert(&s->status, edge, under, side);
}

// A diagonal from the helper of edge, if that is a merge corner still open; returns the copy of
// node that lies below the diagonal (node itself lies above), or node.
static u32 connect_merge(Sweep *s, u32 edge, u32 node) {
    u32 helper = s->helper[edge];
    if (s->kind[s->rings->vert[helper]] != CORNER_MERGE)
        return node;
    return rings_add_diagonal(s->rings, helper, node);
}

// The edge that arrives at node leaves the status: NONE if it was not there.
static u32 finish_incoming(Sweep *s, u32 node) {
    u32 edge = s->rings->vert[s->rings->prev[node]];
    if (!s->in_status[edge])
        return NONE;
    connect_merge(s, edge, node);
    s->in_status[edge] = 0;
    return edge;
}

static void sweep_corner(Sweep *s, u32 node) {
    u32 edge;
    switch ((CornerKind)s->kind[node]) {
    case CORNER_START:
        insert_edge(s, node);
        return;
    case CORNER_SPLIT:
        edge = find_edge_below(s, node);
        if (edge != NONE)
            s->helper[edge] = rings_add_diagonal(s->rings, s->helper[edge], node);
        insert_edge(s, node);
        return;
    case CORNER_END:
        edge = finish_incoming(s, node);
        if (edge != NONE)
            status2_remove(&s->status, edge);
        return;
    case CORNER_MERGE:
        edge = finish_incoming(s, node);
        if (edge != NONE)
            status2_remove(&s->status, edge);
        edge = find_edge_below(s, node);
        if (edge != NONE)
            s->helper[edge] = connect_merge(s, edge, node);
        return;
    case CORNER_UNDER:
        edge = finish_incoming(s, node);
        if (edge == NONE) {
            insert_edge(s, node);
            return;
        }
        status2_replace(&s->status, edge, node);
        set_edge(s, node, node);
        return;
    case CORNER_OVER:
        edge = find_edge_below(s, node);
        if (edge != NONE)
            s->helper[edge] = connect_merge(s, edge, node);
        return;
    }
}

void rings_make_monotone(Rings *r) {
    size_t n = r->n_points;
    u32 *block = rings_take(r, 5 * n + (2 * n + 3) / 4);
    u8 *flags = memset(block + 5 * n, 0, 2 * n);
    Sweep s = {.rings = r,
               .status = {NONE, {block, block + n}, block + 2 * n},
               .end = block + 3 * n,
               .helper = block + 4 * n,
               .kind = flags,
               .in_status = flags + n};
    classify(&s);
    for (u32 i = 0; i < r->n_order; i++)
        sweep_corner(&s, r->order[i]);
    rings_give(r, block);
}

// ---- cutting a ring ----

#define RING_UPPER 0x80000000u // flag on nodes of a monotone ring: on its upper chain

// Merges the two chains of a monotone ring into out[], from left to right; 0 if it is not monotone.
static u32 merge_chains(const Rings *r, u32 node, const u32 *rank, u32 *out) {
    u32 first = node, last = node;
    for (u32 i = r->next[node]; i != node; i = r->next[i]) {
        if (rank[r->vert[i]] < rank[r->vert[first]])
            first = i;
        if (rank[r->vert[i]] > rank[r->vert[last]])
            last = i;
    }
    u32 len = 0, low = r->next[first], high = r->prev[first];
    out[len++] = first;
    while (low != last || high != last) {
        bool take_low = high == last || (low != last && rank[r->vert[low]] < rank[r->vert[high]]);
        u32 taken = take_low ? low : high, after = take_low ? r->next[low] : r->prev[high];
        if (rank[r->vert[after]] <= rank[r->vert[taken]])
            return 0;
        out[len++] = take_low ? taken : taken | RING_UPPER;
        *(take_low ? &low : &high) = after;
    }
    out[len++] = last;
    return len;
}

// The stack holds a chain that turns away from the region, from its first node (which lies on the
// other border) on. It shares the array with the sorted nodes: it is never longer than what was
// read.
static void cut_monotone(Rings *r, u32 *sorted, u32 n) {
    u32 *stack = sorted, top = 1; // index of the stack's last node
    for (u32 j = 2; j < n; j++) {
        u32 node = sorted[j];
        bool is_last = j == n - 1, is_upper = node & RING_UPPER;
        if (is_last || is_upper != (bool)(stack[top] & RING_UPPER)) {
            for (u32 i = 0; i < top; i++)
                rings_clip(r, stack[i] & ~RING_UPPER);
            stack[0] = stack[top];
            top = 0;
        } else {
            Vec2 p = rings_point(r, node & ~RING_UPPER);
            for (; top > 0; top--) {
                Vec2 a = rings_point(r, stack[top - 1] & ~RING_UPPER),
                     b = rings_point(r, stack[top] & ~RING_UPPER);
                int turn = orient2d(a, b, p);
                if ((is_upper ? -turn : turn) <= 0)
                    break;
                rings_clip(r, stack[top] & ~RING_UPPER);
            }
        }
        stack[++top] = node;
    }
}

static int turn_at(const Rings *r, u32 node) {
    return orient2d(rings_point(r, r->prev[node]), rings_point(r, node),
                    rings_point(r, r->next[node]));
}

// True when no other corner of the ring lies in the triangle at node (corners in the same place as
// its corners do not count).
static bool ear_is_empty(const Rings *r, u32 node) {
    u32 prev = r->prev[node], next = r->next[node];
    Vec2 a = rings_point(r, prev), b = rings_point(r, node), c = rings_point(r, next);
    for (u32 i = r->next[next]; i != prev; i = r->next[i]) {
        Vec2 p = rings_point(r, i);
        if (vec2_equal(p, a) || vec2_equal(p, b) || vec2_equal(p, c))
            continue;
        if (orient2d(a, b, p) >= 0 && orient2d(b, c, p) >= 0 && orient2d(c, a, p) >= 0)
            return false;
    }
    return true;
}

// An ear; else an empty corner without area; else a convex corner; else any.
static u32 best_ear(const Rings *r, u32 node) {
    u32 flat = NONE, convex = NONE, i = node;
    do {
        int turn = turn_at(r, i);
        if (turn > 0 && ear_is_empty(r, i))
            return i;
        if (turn == 0 && flat == NONE && ear_is_empty(r, i))
            flat = i;
        if (turn > 0 && convex == NONE)
            convex = i;
        i = r->next[i];
    } while (i != node);
    return flat != NONE ? flat : convex != NONE ? convex : node;
}

enum { EARS_MAX = 256 }; // nodes of a ring that ears are searched in: the search is cubic at worst

static void cut_by_ears(Rings *r, u32 node, u32 n) {
    for (; n >= 3; n--) {
        u32 ear = best_ear(r, node);
        node = r->next[ear];
        rings_clip(r, ear);
    }
}

// Clips corners that turn left, going round with a step back after each; after two rounds without
// one, whatever comes next. Linear but for that.
static void cut_by_scan(Rings *r, u32 node, u32 n) {
    for (u32 n_kept = 0; n >= 3;) {
        if (turn_at(r, node) > 0 || n_kept > n) {
            u32 before = r->prev[node];
            rings_clip(r, node);
            node = before;
            n--;
            n_kept = n_kept > n ? n_kept : 0;
        } else {
            node = r->next[node];
            n_kept++;
        }
    }
}

void rings_cut_ring(Rings *r, u32 node, const u32 *rank, u32 *scratch) {
    u32 n = merge_chains(r, node, rank, scratch);
    if (n) {
        cut_monotone(r, scratch, n);
        return;
    }
    for (u32 i = node; n == 0 || i != node; i = r->next[i])
        n++;
    if (n <= EARS_MAX)
        cut_by_ears(r, node, n);
    else
        cut_by_scan(r, node, n);
}
