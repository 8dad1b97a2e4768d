// SPDX-License-Identifier: Apache-2.0
// The arrangement: edges of all operands are snapped to the grid, cut wherever two of them meet,
// and given exact vertices. Crossings stay rational numbers: with coordinates of 26 bits the
// determinant of two edges has 53, so comparing two fractions takes 106 and int128 is enough for
// every decision. Nothing is rounded until the result is written.
#include "compiler/mesh/polygon_arrange_internal.h"

#include "compiler/mesh/query_boxes.h"

#include <string.h>

// A vertex before equal ones are merged: an end of a segment, or a place where it is cut.
typedef struct Mark {
    Place place;
    u32 seg;
} Mark;

typedef VEC(Mark) MarkList;

static int sign_of(i128 x) {
    return x > 0 ? 1 : x < 0 ? -1 : 0;
}

static int compare_fractions(i64 ra, i64 den_a, i64 rb, i64 den_b) {
    return sign_of((i128)ra * den_b - (i128)rb * den_a);
}

static int compare_cells(Cell2 a, Cell2 b) {
    if (a.x != b.x)
        return a.x < b.x ? -1 : 1;
    return a.y < b.y ? -1 : a.y > b.y;
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

int place_side(const Seg *s, const Place *p) {
    i64 dx = s->b.x - s->a.x, dy = s->b.y - s->a.y;
    i64 whole = dx * (p->cell.y - s->a.y) - dy * (p->cell.x - s->a.x);
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

static void mark(Heap *heap, MarkList *marks, Place place, u32 seg) {
    vec_push(heap, marks, (Mark){place, seg});
}

// Strictly between the ends of s; c lies on its line.
static bool is_within(const Seg *s, Cell2 c) {
    return compare_cells(s->a, c) < 0 && compare_cells(c, s->b) < 0;
}

static void cut_pair(const Arrangement *arr, u32 i, u32 j, MarkList *marks) {
    const Seg *s = &arr->segs[i], *t = &arr->segs[j];
    i64 ta = cell2_cross(s->a, s->b, t->a), tb = cell2_cross(s->a, s->b, t->b);
    i64 sa = cell2_cross(t->a, t->b, s->a), sb = cell2_cross(t->a, t->b, s->b);
    if (ta == 0 && is_within(s, t->a))
        mark(arr->heap, marks, place_at(t->a), i);
    if (tb == 0 && is_within(s, t->b))
        mark(arr->heap, marks, place_at(t->b), i);
    if (sa == 0 && is_within(t, s->a))
        mark(arr->heap, marks, place_at(s->a), j);
    if (sb == 0 && is_within(t, s->b))
        mark(arr->heap, marks, place_at(s->b), j);
    if (ta != 0 && tb != 0 && sa != 0 && sb != 0 && (ta > 0) != (tb > 0) && (sa > 0) != (sb > 0)) {
        Place place = crossing_of(s, t);
        mark(arr->heap, marks, place, i);
        mark(arr->heap, marks, place, j);
    }
}

static Box3 seg_box(const Seg *s) {
    return (Box3){{s->a.x, MIN(s->a.y, s->b.y), 0}, {s->b.x, MAX(s->a.y, s->b.y), 0}};
}

static void cut_all(const Arrangement *arr, MarkList *marks) {
    Box3 *boxes = heap_alloc_raw(arr->heap, arr->n_segs, sizeof *boxes);
    for (u32 i = 0; i < arr->n_segs; i++)
        boxes[i] = seg_box(&arr->segs[i]);
    BoxTree tree;
    box_tree_init(&tree, arr->heap, boxes, arr->n_segs);
    for (u32 i = 0; i < arr->n_segs; i++) {
        u32 stack[BOX_TREE_DEPTH_MAX + 1], len = 0;
        stack[len++] = 0;
        while (len) {
            u32 at = stack[--len];
            const BoxNode *node = &tree.nodes[at];
            if (!box3_touch(node->box, boxes[i], 0))
                continue;
            for (u32 k = node->right; k < node->right + node->len; k++)
                if (tree.items[k] > i && box3_touch(boxes[tree.items[k]], boxes[i], 0))
                    cut_pair(arr, i, tree.items[k], marks);
            if (!node->len) {
                stack[len++] = node->right;
                stack[len++] = at + 1;
            }
        }
        if (i % 4096 == 0)
            heap_poll(arr->heap);
    }
    box_tree_finish(&tree, arr->heap);
    heap_free(arr->heap, boxes);
}

// ---- sorting
// -------------------------------------------------------------------------------------

static int compare_marks(const Mark *a, const Mark *b) {
    int order = compare_places(&a->place, &b->place);
    if (order == 0 && a->seg != b->seg)
        order = a->seg < b->seg ? -1 : 1;
    return order;
}

static int compare_pieces(const Piece *a, const Piece *b) {
    if (a->u != b->u)
        return a->u < b->u ? -1 : 1;
    if (a->v != b->v)
        return a->v < b->v ? -1 : 1;
    return a->seg < b->seg ? -1 : a->seg > b->seg;
}

DEFINE_SORT(sort_marks, Mark, compare_marks)
DEFINE_SORT(sort_pieces, Piece, compare_pieces)

// ---- vertices and pieces
// -------------------------------------------------------------------------

// Vertices are the different places of the marks. A segment's marks come in its own direction,
// since it runs from left to right: the last one seen is the other end of the next piece.
static void connect_marks(Arrangement *arr, const MarkList *marks) {
    u32 *last = heap_alloc_raw(arr->heap, arr->n_segs, sizeof(u32));
    memset(last, 0xff, arr->n_segs * sizeof(u32));
    arr->verts = heap_alloc_raw(arr->heap, marks->len, sizeof *arr->verts);
    for (u32 i = 0; i < marks->len; i++) {
        const Mark *m = &marks->data[i];
        if (i == 0 || compare_places(&arr->verts[arr->n_verts - 1], &m->place) != 0)
            arr->verts[arr->n_verts++] = m->place;
        u32 vert = arr->n_verts - 1, before = last[m->seg];
        if (before != NONE && before != vert)
            vec_push(arr->heap, &arr->pieces, (Piece){before, vert, m->seg});
        last[m->seg] = vert;
    }
    heap_free(arr->heap, last);
    sort_pieces(arr->heap, arr->pieces.data, arr->pieces.len);
}

static Vec2 point_of_place(const Arrangement *arr, const Place *p) {
    f64 fx = (f64)p->rx / (f64)p->den, fy = (f64)p->ry / (f64)p->den;
    return (Vec2){((f64)(arr->base_x + p->cell.x) + fx) * arr->quantum,
                  ((f64)(arr->base_y + p->cell.y) + fy) * arr->quantum};
}

static Vec2 seg_end_point(const Arrangement *arr, const Seg *s, bool at_b) {
    const Region *region = &arr->operands[s->operand];
    bool is_start = at_b == (s->delta < 0);
    u32 point = s->point;
    if (!is_start) {
        u32 l = 0; // the loop: few loops, or found by halving
        for (u32 low = 0, high = region->n_loops; low < high;) {
            l = (low + high) / 2;
            if (region->starts[l] > point)
                high = l;
            else if (region->starts[l + 1] <= point)
                low = l + 1;
            else
                break;
        }
        point = point + 1 < region->starts[l + 1] ? point + 1 : region->starts[l];
    }
    return region->points[point];
}

// Grid places keep the exact doubles of the lowest segment that ends there.
static void find_points(Arrangement *arr) {
    arr->points = heap_alloc_raw(arr->heap, arr->n_verts, sizeof *arr->points);
    u32 *owner = heap_alloc_raw(arr->heap, arr->n_verts, sizeof(u32));
    memset(owner, 0xff, arr->n_verts * sizeof(u32));
    for (u32 v = 0; v < arr->n_verts; v++)
        arr->points[v] = point_of_place(arr, &arr->verts[v]);
    for (u32 i = 0; i < arr->pieces.len; i++) {
        const Piece *piece = &arr->pieces.data[i];
        const Seg *s = &arr->segs[piece->seg];
        u32 ends[2] = {piece->u, piece->v};
        for (u32 k = 0; k < 2; k++) {
            const Place *p = &arr->verts[ends[k]];
            if (p->den != 1 || compare_cells(p->cell, k ? s->b : s->a) != 0 ||
                owner[ends[k]] <= piece->seg)
                continue;
            owner[ends[k]] = piece->seg;
            arr->points[ends[k]] = seg_end_point(arr, s, k == 1);
        }
    }
    heap_free(arr->heap, owner);
}

static void snap_segs(Arrangement *arr) {
    Box2 box = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    u32 n = 0;
    for (u32 o = 0; o < arr->n_operands; o++) {
        Box2 b = region_bounds(&arr->operands[o]);
        box.min = (Vec2){fmin(box.min.x, b.min.x), fmin(box.min.y, b.min.y)};
        box.max = (Vec2){fmax(box.max.x, b.max.x), fmax(box.max.y, b.max.y)};
        n += region_count(&arr->operands[o]);
    }
    arr->segs = heap_alloc_raw(arr->heap, n, sizeof *arr->segs);
    if (n == 0)
        return;
    f64 q = arr->quantum = snap_quantum(fmax(box.max.x - box.min.x, box.max.y - box.min.y));
    arr->base_x = snap_round(box.min.x, q);
    arr->base_y = snap_round(box.min.y, q);
    for (u32 o = 0; o < arr->n_operands; o++) {
        const Region *r = &arr->operands[o];
        for (u32 l = 0; l < r->n_loops; l++) {
            for (u32 i = r->starts[l]; i < r->starts[l + 1]; i++) {
                Vec2 p = r->points[i],
                     p2 = r->points[i + 1 < r->starts[l + 1] ? i + 1 : r->starts[l]];
                Cell2 a = {(i32)(snap_round(p.x, q) - arr->base_x),
                           (i32)(snap_round(p.y, q) - arr->base_y)};
                Cell2 b = {(i32)(snap_round(p2.x, q) - arr->base_x),
                           (i32)(snap_round(p2.y, q) - arr->base_y)};
                int order = compare_cells(a, b);
                if (order != 0)
                    arr->segs[arr->n_segs++] =
                        order < 0 ? (Seg){a, b, o, i, 1} : (Seg){b, a, o, i, -1};
            }
        }
    }
}

void arrangement_init(Arrangement *arr, Heap *heap, const Region *operands, u32 n) {
    *arr = (Arrangement){.heap = heap, .operands = operands, .n_operands = n};
    snap_segs(arr);
    if (arr->n_segs == 0)
        return;
    MarkList marks = {0};
    vec_reserve(heap, &marks, 2 * (size_t)arr->n_segs);
    for (u32 i = 0; i < arr->n_segs; i++) {
        mark(heap, &marks, place_at(arr->segs[i].a), i);
        mark(heap, &marks, place_at(arr->segs[i].b), i);
    }
    cut_all(arr, &marks);
    sort_marks(heap, marks.data, marks.len);
    connect_marks(arr, &marks);
    vec_free(heap, &marks);
    find_points(arr);
}

void arrangement_finish(Arrangement *arr) {
    heap_free(arr->heap, arr->segs);
    heap_free(arr->heap, arr->verts);
    heap_free(arr->heap, arr->points);
    vec_free(arr->heap, &arr->pieces);
}
