// SPDX-License-Identifier: Apache-2.0
// The table of vertices, and the exact signs of them and planes.
//
// A vertex is stored as what defines it and as doubles that are right to 2^-26 of a quantum. Two
// vertices are the same if their exact coordinates are, whatever defined them: the table is hashed
// by cells of 2^-10 quanta, and a candidate within the error is compared exactly. So each place has
// one number, and later passes compare numbers only. A defined point that falls on the grid becomes
// a grid point, which makes all its signs cheap. A shard (boolean_shards.c) finds what the kernel
// that it shares has, and numbers its own points and planes after those.
// Bit lengths: see exact.h.
#include "compiler/mesh/boolean_internal.h"

#include <assert.h>
#include <string.h>

// Doubles that differ by more than this differ in truth: twice the error of Point.at, and some.
static const f64 AT_TOLERANCE = 0x1p-24;

void points_init(Kernel *k, u32 expected) {
    k->point_slots = k->plane_slots = (Slots){0};
    slots_reserve(k->heap, &k->point_slots, expected);
    vec_reserve(k->heap, &k->points, expected);
    slots_reserve(k->heap, &k->plane_slots, 0);
}

void points_close(Kernel *k, Heap *heap) {
    heap_free(heap, k->point_slots.at);
    k->point_slots.at = NULL;
}

void points_finish(Kernel *k, Heap *heap) {
    points_close(k, heap);
    heap_free(heap, k->plane_slots.at);
    vec_free(heap, &k->points);
    vec_free(heap, &k->planes);
}

// ---- vertices ----

static i128 plane_at(const Plane *plane, const i64 p[3]) {
    return (i128)plane->n[0] * p[0] + (i128)plane->n[1] * p[1] + (i128)plane->n[2] * p[2] +
           plane->d;
}

// p + t (q - p) with t = s_p / (s_p - s_q).
static void lpi_exact(const Kernel *k, const u32 by[3], i128 x[3], i128 *w) {
    i64 a[3], b[3];
    point_grid(k, by[0], a);
    point_grid(k, by[1], b);
    i128 sp = plane_at(plane_ref(k, by[2]), a), sq = plane_at(plane_ref(k, by[2]), b);
    int turn = sp < sq ? -1 : 1;
    *w = (sp - sq) * turn;
    for (u32 i = 0; i < 3; i++)
        x[i] = ((i128)b[i] * sp - (i128)a[i] * sq) * turn;
}

// Cramer's rule: x = -(d1 n2 x n3 + d2 n3 x n1 + d3 n1 x n2) / det.
static void tpi_exact(const Kernel *k, const u32 by[3], Homogeneous *out) {
    const Plane *p = plane_ref(k, by[0]), *q = plane_ref(k, by[1]), *r = plane_ref(k, by[2]);
    out->w = (I256){{0}};
    for (u32 i = 0; i < 3; i++) {
        i128 qr = cross_component(q->n, r->n, i);
        I256 sum = i256_mul_i128(p->d, qr);
        sum = i256_add(sum, i256_mul_i128(q->d, cross_component(r->n, p->n, i)));
        sum = i256_add(sum, i256_mul_i128(r->d, cross_component(p->n, q->n, i)));
        out->x[i] = i256_neg(sum);
        out->w = i256_add(out->w, i256_mul_i128(p->n[i], qr));
    }
    if (i256_sign(out->w) < 0) {
        out->w = i256_neg(out->w);
        for (u32 i = 0; i < 3; i++)
            out->x[i] = i256_neg(out->x[i]);
    }
}

// Grid points and LPIs.
static void point_exact_short(const Kernel *k, const Point *v, i128 x[3], i128 *w) {
    *w = 1;
    if (v->kind == POINT_LPI)
        lpi_exact(k, v->by, x, w);
    else
        for (u32 i = 0; i < 3; i++)
            x[i] = (i64)v->at[i];
}

static void point_exact(const Kernel *k, const Point *v, Homogeneous *out) {
    if (v->kind == POINT_TPI) {
        tpi_exact(k, v->by, out);
        return;
    }
    i128 x[3], w;
    point_exact_short(k, v, x, &w);
    out->w = i256_from_i128(w);
    for (u32 i = 0; i < 3; i++)
        out->x[i] = i256_from_i128(x[i]);
}

// The sign of a * b - c * d.
static int compare_products(i128 a, i128 b, i128 c, i128 d) {
    const i128 most = (i128)1 << 62;
    if (a < most && a > -most && b < most && b > -most && c < most && c > -most && d < most &&
        d > -most)
        return sign_i128(a * b - c * d);
    return i256_sign(i256_sub(i256_mul_i128(a, b), i256_mul_i128(c, d)));
}

bool points_equal(const Kernel *k, const Point *a, const Point *b) {
    for (u32 i = 0; i < 3; i++)
        if (fabs(a->at[i] - b->at[i]) > AT_TOLERANCE)
            return false;
    if (a->kind == POINT_GRID && b->kind == POINT_GRID)
        return a->at[0] == b->at[0] && a->at[1] == b->at[1] && a->at[2] == b->at[2];
    if (a->kind == POINT_GRID || b->kind == POINT_GRID)
        return false; // a point on the grid is always stored as one
    if (a->kind == b->kind && memcmp(a->by, b->by, sizeof a->by) == 0)
        return true;
    if (a->kind == POINT_LPI && b->kind == POINT_LPI) {
        i128 x[3], y[3], w, z;
        lpi_exact(k, a->by, x, &w);
        lpi_exact(k, b->by, y, &z);
        for (u32 i = 0; i < 3; i++)
            if (compare_products(x[i], z, y[i], w) != 0)
                return false;
        return true;
    }
    Homogeneous u, v;
    point_exact(k, a, &u);
    point_exact(k, b, &v);
    for (u32 i = 0; i < 3; i++)
        if (i256_compare_products(u.x[i], v.w, v.x[i], u.w) != 0)
            return false;
    return true;
}

// Hash cells are 2^-10 wide and have whole coordinates in their middle. cell: a number for each;
// numbers of neighbours differ by one. Where c is from the middle, -1/2 .. 1/2 of a cell.
static f64 cell_along(f64 c, u64 *cell) {
    f64 scaled = c * 1024, shifted = scaled + 0x1.8p52; // rounds, as |scaled| < 2^51
    memcpy(cell, &shifted, sizeof shifted);
    return scaled - (shifted - 0x1.8p52);
}

static u32 hash_cell(const u64 cell[3]) {
    u64 h = cell[0] * 0x9e3779b97f4a7c15ull + cell[1] * 0xc2b2ae3d27d4eb4full;
    h = (h ^ h >> 32) + cell[2] * 0x165667b19e3779f9ull;
    h = (h ^ h >> 29) * 0xd6e8feb86659fd93ull;
    return (u32)(h >> 32);
}

u32 point_hash(const f64 at[3], u32 *near) {
    u64 cell[3];
    *near = 0;
    for (u32 i = 0; i < 3; i++)
        *near |= (u32)(fabs(cell_along(at[i], &cell[i])) > 0.5 - 0x1p-13) << i;
    return hash_cell(cell);
}

u32 grid_hash(const i32 at[3]) {
    u64 cell[3];
    for (u32 i = 0; i < 3; i++) // the bits of 1024 c + 0x1.8p52
        cell[i] = ((u64)0x433 << 52 | (u64)1 << 51) + ((u64)(i64)at[i] << 10);
    return hash_cell(cell);
}

u32 point_hash_beside(const f64 at[3], u32 axes) {
    u64 cell[3];
    for (u32 i = 0; i < 3; i++) {
        bool is_low = cell_along(at[i], &cell[i]) < 0;
        if (axes >> i & 1)
            cell[i] += is_low ? UINT64_MAX : 1;
    }
    return hash_cell(cell);
}

// Slots hold numbers of the table's own points. table: k, or what it shares.
static u32 find_in_table(const Kernel *k, const Kernel *table, const Point *point, u32 hash) {
    const Slots *s = &table->point_slots;
    for (u64 i = slots_first(s, hash); s->at[i]; i = slots_next(s, i)) {
        u32 own = slot_number(s->at[i]);
        if (slot_hash(s->at[i]) == hash && points_equal(k, &table->points.data[own], point))
            return table->n_shared_points + own;
    }
    return NONE;
}

static u32 find_in_cell(const Kernel *k, const Point *point, u32 hash) {
    bool may_share = k->shared && (k->shares_defined || point->kind == POINT_GRID);
    u32 found = may_share ? find_in_table(k, k->shared, point, hash) : NONE;
    return found == NONE ? find_in_table(k, k, point, hash) : found;
}

u32 point_add(Kernel *k, const Point *point) {
    u32 near, hash = point_hash(point->at, &near), found = find_in_cell(k, point, hash);
    for (u32 axes = 1; near && axes < 8 && found == NONE; axes++)
        if (!(axes & ~near))
            found = find_in_cell(k, point, point_hash_beside(point->at, axes));
    if (found != NONE)
        return found;
    u32 own = k->points.len;
    vec_push(k->heap, &k->points, *point);
    slots_reserve(k->heap, &k->point_slots, own + 1);
    slots_insert(&k->point_slots, slot_make(hash, own));
    return k->n_shared_points + own;
}

// The whole numbers next to a point, if the point may be there.
static bool is_near_grid(const f64 at[3], f64 near[3]) {
    for (u32 i = 0; i < 3; i++) {
        near[i] = (at[i] + 0x1.8p52) - 0x1.8p52; // rounds, as |at| < 2^51
        if (fabs(at[i] - near[i]) > AT_TOLERANCE)
            return false;
    }
    return true;
}

// Turns a point that lies on the grid into a grid point.
static void settle_on_grid(Point *point, const f64 near[3]) {
    for (u32 i = 0; i < 3; i++)
        point->at[i] = near[i] + 0.0; // no -0
    point->kind = POINT_GRID;
    memset(point->by, 0, sizeof point->by);
}

// lpi_exact where |s_p|, |s_q| < 2^36: 64 bits do.
static void lpi_place_short(Point *point, const i64 a[3], const i64 b[3], i64 sp, i64 sq) {
    i64 turn = sp < sq ? -1 : 1, x[3], w = (sp - sq) * turn;
    f64 near[3];
    for (u32 i = 0; i < 3; i++) {
        x[i] = (b[i] * sp - a[i] * sq) * turn;
        point->at[i] = (f64)x[i] / (f64)w;
    }
    if (is_near_grid(point->at, near) && (i64)near[0] * w == x[0] && (i64)near[1] * w == x[1] &&
        (i64)near[2] * w == x[2])
        settle_on_grid(point, near);
}

Point point_make_lpi(const Corner *a, const Corner *b, const Plane *plane, u32 plane_number) {
    const Corner *p = a->v < b->v ? a : b, *q = p == a ? b : a;
    Point point = {.kind = POINT_LPI, .by = {p->v, q->v, plane_number}};
    const i64 from[3] = {p->at[0], p->at[1], p->at[2]}, to[3] = {q->at[0], q->at[1], q->at[2]};
    i128 sp = plane_at(plane, from), sq = plane_at(plane, to);
    const i128 most = (i128)1 << 36;
    if (sp < most && sp > -most && sq < most && sq > -most) {
        lpi_place_short(&point, from, to, (i64)sp, (i64)sq);
        return point;
    }
    i128 turn = sp < sq ? -1 : 1, x[3], w = (sp - sq) * turn;
    f64 near[3], divisor = (f64)w;
    for (u32 i = 0; i < 3; i++) {
        x[i] = ((i128)to[i] * sp - (i128)from[i] * sq) * turn;
        point.at[i] = (f64)x[i] / divisor;
    }
    if (is_near_grid(point.at, near) && (i64)near[0] * w == x[0] && (i64)near[1] * w == x[1] &&
        (i64)near[2] * w == x[2])
        settle_on_grid(&point, near);
    return point;
}

u32 point_add_tpi(Kernel *k, u32 a, u32 b, u32 c) {
    u32 low = MIN(a, MIN(b, c)), high = MAX(a, MAX(b, c));
    Point point = {.kind = POINT_TPI, .by = {low, a ^ b ^ c ^ low ^ high, high}};
    Homogeneous h;
    tpi_exact(k, point.by, &h);
    for (u32 i = 0; i < 3; i++)
        point.at[i] = i256_to_f64(h.x[i]) / i256_to_f64(h.w);
    f64 near[3];
    bool is_whole = is_near_grid(point.at, near);
    for (u32 i = 0; i < 3 && is_whole; i++)
        is_whole = i256_sign(i256_sub(i256_mul(h.w, i256_from_i128((i64)near[i])), h.x[i])) == 0;
    if (is_whole)
        settle_on_grid(&point, near);
    return point_add(k, &point);
}

// ---- signs ----

// An LPI lies between its ends, so both on one side settle it; else the sign of
// Q(q) s_p - Q(p) s_q.
static int plane_side_lpi(const Kernel *k, const Plane *plane, const u32 by[3]) {
    i64 a[3], b[3];
    point_grid(k, by[0], a);
    point_grid(k, by[1], b);
    i128 at_a = plane_at(plane, a), at_b = plane_at(plane, b);
    int sign_a = sign_i128(at_a), sign_b = sign_i128(at_b);
    if (sign_a * sign_b >= 0)
        return sign_a ? sign_a : sign_b;
    i128 sp = plane_at(plane_ref(k, by[2]), a), sq = plane_at(plane_ref(k, by[2]), b);
    int sign = compare_products(at_b, sp, at_a, sq);
    return sp < sq ? -sign : sign;
}

static int plane_side_exact(const Kernel *k, const Plane *plane, const Point *v) {
    if (v->kind == POINT_LPI)
        return plane_side_lpi(k, plane, v->by);
    Homogeneous h;
    tpi_exact(k, v->by, &h);
    I256 sum = i256_mul(i256_from_i128(plane->d), h.w);
    for (u32 i = 0; i < 3; i++)
        sum = i256_add(sum, i256_mul(i256_from_i128(plane->n[i]), h.x[i]));
    return i256_sign(sum);
}

int plane_side(const Kernel *k, u32 plane_id, u32 v_id) {
    const Plane *plane = plane_ref(k, plane_id);
    const Point *v = point_ref(k, v_id);
    f64 value =
        plane->fn[0] * v->at[0] + plane->fn[1] * v->at[1] + plane->fn[2] * v->at[2] + plane->fd;
    f64 tolerance = v->kind == POINT_GRID ? plane->grid_tolerance : plane->tolerance;
    if (fabs(value) > tolerance)
        return sign_f64(value);
    if (v->kind == POINT_GRID) {
        if (tolerance == 0)
            return 0;
        i64 c[3] = {(i64)v->at[0], (i64)v->at[1], (i64)v->at[2]};
        return sign_i128(plane_at(plane, c));
    }
    if (v->by[2] == plane_id ||
        (v->kind == POINT_TPI && (v->by[0] == plane_id || v->by[1] == plane_id)))
        return 0;
    return plane_side_exact(k, plane, v);
}

int point_height_sign(const Kernel *k, u32 v, const i64 n[3], const i32 at[3]) {
    const Point *p = point_ref(k, v);
    f64 sum = 0, size = 0, slope = 0;
    for (u32 i = 0; i < 3; i++) {
        f64 term = (f64)n[i] * (p->at[i] - at[i]);
        sum += term;
        size += fabs(term);
        slope += fabs((f64)n[i]);
    }
    if (fabs(sum) > 0x1p-25 * slope + 0x1p-48 * size)
        return sign_f64(sum);
    Homogeneous h;
    point_exact(k, p, &h);
    i128 base = 0;
    for (u32 i = 0; i < 3; i++)
        base += (i128)n[i] * at[i];
    I256 exact = i256_neg(i256_mul(i256_from_i128(base), h.w));
    for (u32 i = 0; i < 3; i++)
        exact = i256_add(exact, i256_mul(i256_from_i128(n[i]), h.x[i]));
    return i256_sign(exact);
}

int point_compare(const Kernel *k, u32 a, u32 b, u32 axis) {
    const Point *p = point_ref(k, a), *q = point_ref(k, b);
    f64 difference = p->at[axis] - q->at[axis];
    if (fabs(difference) > AT_TOLERANCE || (p->kind == POINT_GRID && q->kind == POINT_GRID))
        return sign_f64(difference);
    if (a == b)
        return 0;
    if (p->kind != POINT_TPI && q->kind != POINT_TPI) {
        i128 x[3], y[3], w, z;
        point_exact_short(k, p, x, &w);
        point_exact_short(k, q, y, &z);
        return compare_products(x[axis], z, y[axis], w);
    }
    Homogeneous u, v;
    point_exact(k, p, &u);
    point_exact(k, q, &v);
    return i256_compare_products(u.x[axis], v.w, v.x[axis], u.w);
}
