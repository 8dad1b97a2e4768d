// SPDX-License-Identifier: Apache-2.0
// The sweep over segments (Bentley and Ottmann 1979): a line runs from left to right and stops
// where a segment starts or ends or where two neighbours on it will cross. There every segment
// through the place is cut and those that go on are put in the order in which they leave it, so any
// number of them may meet, end and run along each other in one place. All decisions are exact,
// which is what this method needs to be right at all.
#include "compiler/mesh/polygon_arrange_internal.h"

#include <string.h>

typedef struct Crossing {
    Place place;
    u32 seg; // one of the two
} Crossing;

typedef struct Sweep {
    Arrangement *arr;
    Heap *heap;
    Status2 status;           // of segments
    u32 *edge_of;             // by segment: the last edge made of it
    u32 *by_start, *by_end;   // segments in the order of their left and right ends
    u32 next_start, next_end; // the first that the line has not reached
    VEC(Crossing) queue;      // ahead of the line, a binary heap; some may be there twice
    VEC(u32) met, leaving;    // segments at the present vertex, from bottom to top
    u32 cap_verts;
} Sweep;

// ---- places ----

static int sign_of(i128 x) {
    return x > 0 ? 1 : x < 0 ? -1 : 0;
}

static int compare_fractions(i64 ra, i64 den_a, i64 rb, i64 den_b) {
    return sign_of((i128)ra * den_b - (i128)rb * den_a);
}

static int compare_places(const Place *a, const Place *b) {
    if (a->cell.x != b->cell.x)
        return a->cell.x < b->cell.x ? -1 : 1;
    int x = compare_fractions(a->rx, a->den, b->rx, b->den);
    if (x != 0)
        return x;
    if (a->cell.y != b->cell.y)
        return a->cell.y < b->cell.y ? -1 : 1;
    return compare_fractions(a->ry, a->den, b->ry, b->den);
}

static int place_side(const Seg *s, const Place *p) {
    i64 dx = s->b.x - s->a.x, dy = s->b.y - s->a.y;
    i64 whole = dx * (p->cell.y - s->a.y) - dy * (p->cell.x - s->a.x);
    // The fractions add less than |dx| + |dy|.
    if (p->den == 1 || whole >= dx + (dy < 0 ? -dy : dy) || -whole >= dx + (dy < 0 ? -dy : dy))
        return (whole > 0) - (whole < 0);
    return sign_of((i128)whole * p->den + (i128)dx * p->ry - (i128)dy * p->rx);
}

static Place place_at(Cell2 cell) {
    return (Place){cell, 0, 0, 1};
}

// a + (b - a) * num / den on one axis, split into whole and fraction; 0 < num < den.
static i32 divide_along(i32 a, i32 b, i64 num, i64 den, i64 *fraction) {
    i128 product = (i128)(b - a) * num;
    i64 whole = (i64)(product / den), rest = (i64)(product % den);
    if (rest < 0) {
        rest += den;
        whole--;
    }
    *fraction = rest;
    return (i32)(a + whole);
}

// Where two segments cross, which they do.
static Place crossing_of(const Seg *s, const Seg *t) {
    i64 sx = s->b.x - s->a.x, sy = s->b.y - s->a.y, tx = t->b.x - t->a.x, ty = t->b.y - t->a.y;
    i64 den = sx * ty - sy * tx;
    i64 num = (i64)(t->a.x - s->a.x) * ty - (i64)(t->a.y - s->a.y) * tx;
    if (den < 0) {
        den = -den;
        num = -num;
    }
    Place p = {.den = den};
    p.cell.x = divide_along(s->a.x, s->b.x, num, den, &p.rx);
    p.cell.y = divide_along(s->a.y, s->b.y, num, den, &p.ry);
    if (p.rx == 0 && p.ry == 0)
        p.den = 1;
    return p;
}

static bool ends_at(const Seg *s, const Place *p) {
    return p->den == 1 && compare_cells(s->b, p->cell) == 0;
}
static bool starts_at(const Seg *s, const Place *p) {
    return p->den == 1 && compare_cells(s->a, p->cell) == 0;
}

// ---- the queue ----

static void queue_push(Sweep *sw, Place place, u32 seg) {
    vec_push(sw->heap, &sw->queue, (Crossing){place, seg});
    Crossing *q = sw->queue.data, item = q[sw->queue.len - 1];
    u32 at = sw->queue.len - 1;
    for (; at > 0 && compare_places(&item.place, &q[(at - 1) / 2].place) < 0; at = (at - 1) / 2)
        q[at] = q[(at - 1) / 2];
    q[at] = item;
}

static void queue_pop(Sweep *sw) {
    Crossing *q = sw->queue.data, item = q[--sw->queue.len];
    u32 n = sw->queue.len, at = 0;
    for (u32 kid = 1; kid < n; kid = 2 * at + 1) {
        if (kid + 1 < n && compare_places(&q[kid + 1].place, &q[kid].place) < 0)
            kid++;
        if (compare_places(&item.place, &q[kid].place) <= 0)
            break;
        q[at] = q[kid];
        at = kid;
    }
    if (n)
        q[at] = item;
}

// Neighbours, the first below the second: where they cross ahead, if they do. They part already if
// the one that ends first ends on its own side of the other.
static void expect_crossing(Sweep *sw, u32 low, u32 high) {
    if (low == NONE || high == NONE)
        return;
    const Seg *s = &sw->arr->segs[low], *t = &sw->arr->segs[high];
    i64 turn = compare_cells(s->b, t->b) <= 0 ? cell2_cross(t->a, t->b, s->b)
                                              : -cell2_cross(s->a, s->b, t->b);
    if (turn > 0)
        queue_push(sw, crossing_of(s, t), low);
}

// ---- sorting ----

typedef struct EndKey {
    u64 key; // x, then y
    u32 seg;
} EndKey;

static int compare_end_keys(const EndKey *a, const EndKey *b) {
    return (a->key > b->key) - (a->key < b->key);
}
DEFINE_SORT(sort_end_keys, EndKey, compare_end_keys)

static u32 *order_ends(const Sweep *sw, bool right) {
    u32 n = sw->arr->n_segs;
    EndKey *keys = heap_alloc_raw(sw->heap, n, sizeof *keys);
    for (u32 i = 0; i < n; i++) {
        Cell2 c = right ? sw->arr->segs[i].b : sw->arr->segs[i].a;
        keys[i] = (EndKey){(u64)(u32)c.x << 32 | (u32)c.y, i};
    }
    sort_end_keys(sw->heap, keys, n);
    u32 *order = heap_alloc_raw(sw->heap, n, sizeof *order);
    for (u32 i = 0; i < n; i++)
        order[i] = keys[i].seg;
    heap_free(sw->heap, keys);
    return order;
}

// Segments that leave one place, from bottom to top; those along each other by number.
typedef struct Leaving {
    Cell2 dir;
    u32 seg;
} Leaving;

static int compare_leaving(const Leaving *a, const Leaving *b) {
    i64 cross = cross_dirs(a->dir, b->dir);
    if (cross != 0)
        return cross > 0 ? -1 : 1;
    return a->seg < b->seg ? -1 : a->seg > b->seg;
}
DEFINE_SORT(sort_leaving, Leaving, compare_leaving)

static Cell2 seg_dir(const Seg *s) {
    return (Cell2){s->b.x - s->a.x, s->b.y - s->a.y};
}

static void order_leaving(Sweep *sw) {
    enum { SMALL = 16 };
    u32 n = sw->leaving.len, *segs = sw->leaving.data;
    if (n < 2)
        return;
    Leaving small[SMALL], *list = n > SMALL ? heap_alloc_raw(sw->heap, n, sizeof *list) : small;
    for (u32 i = 0; i < n; i++) {
        Leaving item = {seg_dir(&sw->arr->segs[segs[i]]), segs[i]};
        u32 at = i;
        for (; n <= SMALL && at > 0 && compare_leaving(&item, &list[at - 1]) < 0; at--)
            list[at] = list[at - 1];
        list[at] = item;
    }
    if (n > SMALL)
        sort_leaving(sw->heap, list, n);
    for (u32 i = 0; i < n; i++)
        segs[i] = list[i].seg;
    if (n > SMALL)
        heap_free(sw->heap, list);
}

// ---- a vertex ----

// Some segment on the line that the place lies on; else its neighbours there.
static u32 find_on_line(const Sweep *sw, const Place *p, u32 *low, u32 *high) {
    *low = *high = NONE;
    for (u32 at = sw->status.root; at != NONE;) {
        int side = place_side(&sw->arr->segs[at], p);
        if (side == 0)
            return at;
        *(side > 0 ? low : high) = at;
        at = sw->status.child[side > 0 ? STATUS2_ABOVE : STATUS2_BELOW][at];
    }
    return NONE;
}

// Lists the segments on the line that pass through the place or end there, and what lies next to
// them. one: one of them if that is known.
static void meet(Sweep *sw, const Place *p, u32 one, u32 *low, u32 *high) {
    const Seg *segs = sw->arr->segs;
    sw->met.len = 0;
    if (one == NONE)
        one = find_on_line(sw, p, low, high);
    if (one == NONE)
        return;
    while ((*low = status2_neighbour(&sw->status, one, STATUS2_BELOW)) != NONE &&
           place_side(&segs[*low], p) == 0)
        one = *low;
    *high = one;
    do {
        vec_push(sw->heap, &sw->met, *high);
        *high = status2_neighbour(&sw->status, *high, STATUS2_ABOVE);
    } while (*high != NONE && place_side(&segs[*high], p) == 0);
}

// Puts those that leave in the place of those that were met.
static void exchange(Sweep *sw, u32 low, u32 high) {
    Status2 *status = &sw->status;
    if (sw->met.len == 1 && sw->leaving.len == 1) {
        if (sw->met.data[0] != sw->leaving.data[0])
            status2_replace(status, sw->met.data[0], sw->leaving.data[0]);
        return;
    }
    for (u32 i = 0; i < sw->met.len; i++)
        status2_remove(status, sw->met.data[i]);
    u32 before = low;
    for (u32 i = 0; i < sw->leaving.len; i++) {
        u32 seg = sw->leaving.data[i];
        if (before != NONE && status->child[STATUS2_ABOVE][before] == NONE)
            status2_insert(status, seg, before, STATUS2_ABOVE);
        else
            status2_insert(status, seg, high, STATUS2_BELOW);
        before = seg;
    }
}

// Ends the edges of what was met and starts those of what leaves.
static void make_edges(Sweep *sw, u32 vert, u32 low) {
    Arrangement *arr = sw->arr;
    for (u32 i = 0; i < sw->met.len; i++)
        arr->edges.data[sw->edge_of[sw->met.data[i]]].v = vert;
    u32 below = low == NONE ? NONE : sw->edge_of[low];
    for (u32 i = 0, end; i < sw->leaving.len; i = end) {
        Cell2 dir = seg_dir(&arr->segs[sw->leaving.data[i]]);
        u32 edge = arr->edges.len, first = arr->edge_segs.len;
        for (end = i; end < sw->leaving.len; end++) {
            u32 seg = sw->leaving.data[end];
            if (end > i && cross_dirs(dir, seg_dir(&arr->segs[seg])) != 0)
                break;
            vec_push(sw->heap, &arr->edge_segs, seg);
            sw->edge_of[seg] = edge;
        }
        vec_push(sw->heap, &arr->edges,
                 (Edge){.u = vert,
                        .v = NONE,
                        .first_seg = first,
                        .n_segs = end - i,
                        .below = below,
                        .dir = dir});
        below = edge;
    }
}

static u32 add_vertex(Sweep *sw, const Place *p) {
    Arrangement *arr = sw->arr;
    if (arr->n_verts == sw->cap_verts) {
        sw->cap_verts = sw->cap_verts + sw->cap_verts / 2 + 64;
        arr->verts = heap_realloc(sw->heap, arr->verts, sw->cap_verts, sizeof *arr->verts);
        arr->points = heap_realloc(sw->heap, arr->points, sw->cap_verts, sizeof *arr->points);
    }
    arr->verts[arr->n_verts] = *p;
    arr->points[arr->n_verts] = point_of_place(arr, p);
    return arr->n_verts++;
}

// The first place ahead. False: there is none.
static bool next_place(const Sweep *sw, Place *p) {
    const Arrangement *arr = sw->arr;
    if (sw->next_end == arr->n_segs) // nothing is on the line, nor will be
        return false;
    *p = place_at(arr->segs[sw->by_end[sw->next_end]].b);
    if (sw->next_start < arr->n_segs) {
        Cell2 start = arr->segs[sw->by_start[sw->next_start]].a;
        if (compare_cells(start, p->cell) < 0)
            p->cell = start;
    }
    if (sw->queue.len && compare_places(&sw->queue.data[0].place, p) < 0)
        *p = sw->queue.data[0].place;
    return true;
}

// Grid places keep the exact doubles of the lowest segment that starts or ends there.
static void visit_place(Sweep *sw, const Place *p) {
    Arrangement *arr = sw->arr;
    u32 one = NONE, low = NONE, high = NONE, owner = NONE, n = arr->n_segs;
    for (; sw->next_end < n && ends_at(&arr->segs[sw->by_end[sw->next_end]], p); sw->next_end++) {
        one = sw->by_end[sw->next_end];
        owner = MIN(owner, one);
    }
    for (; sw->queue.len && compare_places(&sw->queue.data[0].place, p) == 0; queue_pop(sw))
        one = sw->queue.data[0].seg;
    meet(sw, p, one, &low, &high);
    sw->leaving.len = 0;
    for (u32 i = 0; i < sw->met.len; i++)
        if (!ends_at(&arr->segs[sw->met.data[i]], p))
            vec_push(sw->heap, &sw->leaving, sw->met.data[i]);
    for (; sw->next_start < n && starts_at(&arr->segs[sw->by_start[sw->next_start]], p);
         sw->next_start++) {
        vec_push(sw->heap, &sw->leaving, sw->by_start[sw->next_start]);
        owner = MIN(owner, sw->by_start[sw->next_start]);
    }
    order_leaving(sw);
    exchange(sw, low, high);
    u32 vert = add_vertex(sw, p);
    if (owner != NONE)
        arr->points[vert] = seg_end_point(arr, &arr->segs[owner], ends_at(&arr->segs[owner], p));
    make_edges(sw, vert, low);
    u32 n_leaving = sw->leaving.len;
    expect_crossing(sw, low, n_leaving ? sw->leaving.data[0] : high);
    if (n_leaving)
        expect_crossing(sw, sw->leaving.data[n_leaving - 1], high);
}

void sweep_segments(Arrangement *arr) {
    size_t n = arr->n_segs;
    Sweep sw = {.arr = arr, .heap = arr->heap};
    u32 *block = heap_alloc_raw(arr->heap, 4 * n, sizeof *block);
    sw.status = (Status2){NONE, {block, block + n}, block + 2 * n};
    sw.edge_of = block + 3 * n;
    sw.by_start = order_ends(&sw, false);
    sw.by_end = order_ends(&sw, true);
    Place place;
    for (u32 i = 1; next_place(&sw, &place); i++) {
        visit_place(&sw, &place);
        if (i % 4096 == 0)
            heap_poll(arr->heap);
    }
    vec_free(arr->heap, &sw.queue);
    vec_free(arr->heap, &sw.met);
    vec_free(arr->heap, &sw.leaving);
    heap_free(arr->heap, sw.by_start);
    heap_free(arr->heap, sw.by_end);
    heap_free(arr->heap, block);
}
