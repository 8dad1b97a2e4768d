// SPDX-License-Identifier: Apache-2.0
// The tables of planes and vertices, and the exact signs on them.
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
    enum { MOST_CROSSINGS = 1 << 14 };
    k->point_slots = k->plane_slots = (Slots){0};
    slots_reserve(k->heap, &k->point_slots, expected);
    vec_reserve(k->heap, &k->points, expected);
    for (k->n_crossings = 16; k->n_crossings < MIN(expected, MOST_CROSSINGS);)
        k->n_crossings *= 2;
    k->crossings = HEAP_NEW(k->heap, Crossing, k->n_crossings);
    slots_reserve(k->heap, &k->plane_slots, 0);
}

void points_close(Kernel *k, Heap *heap) {
    heap_free(heap, k->point_slots.at);
    heap_free(heap, k->crossings);
    k->point_slots.at = NULL;
    k->crossings = NULL;
}

void points_finish(Kernel *k, Heap *heap) {
    points_close(k, heap);
    heap_free(heap, k->plane_slots.at);
    vec_free(heap, &k->points);
    vec_free(heap, &k->planes);
}

// ---- planes
// --------------------------------------------------------------------------------------

static u32 hash_plane(const i64 n[3], i128 d) {
    u64 h = (u64)n[0] * 0x9e3779b97f4a7c15ull + (u64)n[1] * 0xc2b2ae3d27d4eb4full;
    h = (h ^ h >> 29) + (u64)n[2] * 0x165667b19e3779f9ull;
    h = (h ^ h >> 32) + ((u64)d ^ (u64)((u128)d >> 64)) * 0xd6e8feb86659fd93ull;
    return (u32)(hash_mix(h) >> 32);
}

u32 plane_hash(const Plane *plane) {
    return hash_plane(plane->n, plane->d);
}

static bool plane_is(const Plane *plane, const i64 n[3], i128 d) {
    return plane->d == d && plane->n[0] == n[0] && plane->n[1] == n[1] && plane->n[2] == n[2];
}

bool planes_equal(const Plane *a, const Plane *b) {
    return plane_is(a, b->n, b->d);
}

// Slots hold numbers of the table's own planes.
static u32 find_own_plane(const Kernel *k, const i64 n[3], i128 d, u32 hash) {
    const Slots *s = &k->plane_slots;
    for (u64 i = slots_first(s, hash); s->at[i]; i = slots_next(s, i)) {
        u32 own = slot_number(s->at[i]);
        if (slot_hash(s->at[i]) == hash && plane_is(&k->planes.data[own], n, d))
            return k->n_shared_planes + own;
    }
    return NONE;
}

static u32 find_plane(const Kernel *k, const i64 n[3], i128 d, u32 hash) {
    u32 found = k->shared ? find_own_plane(k->shared, n, d, hash) : NONE;
    return found == NONE ? find_own_plane(k, n, d, hash) : found;
}

static u32 insert_plane(Kernel *k, const Plane *plane, u32 hash) {
    u32 own = k->planes.len;
    vec_push(k->heap, &k->planes, *plane);
    slots_reserve(k->heap, &k->plane_slots, own + 1);
    slots_insert(&k->plane_slots, slot_make(hash, own));
    return k->n_shared_planes + own;
}

static u64 abs_u64(i64 x) {
    return x < 0 ? (u64)-x : (u64)x;
}

// Divides by the common divisor and turns n so that its dominant component is positive.
static void make_primitive(i64 n[3], u32 *axis, bool *is_flipped) {
    u64 m[3] = {abs_u64(n[0]), abs_u64(n[1]), abs_u64(n[2])};
    *axis = m[0] >= m[1] && m[0] >= m[2] ? 0 : m[1] >= m[2] ? 1 : 2;
    *is_flipped = n[*axis] < 0;
    i64 divisor = 1;
    if ((m[0] != 0) + (m[1] != 0) + (m[2] != 0) == 1)
        divisor = (i64)m[*axis];
    else if (m[0] != 1 && m[1] != 1 && m[2] != 1)
        divisor = (i64)gcd_u64(gcd_u64(m[0], m[1]), m[2]);
    if (*is_flipped)
        divisor = -divisor;
    if (divisor != 1)
        for (u32 i = 0; i < 3; i++)
            n[i] /= divisor;
}

// n: not zero. is_flipped: the given normal is opposite to the plane's.
u32 plane_add(Kernel *k, const i64 normal[3], const i64 through[3], bool *is_flipped) {
    Plane plane = {.n = {normal[0], normal[1], normal[2]}};
    make_primitive(plane.n, &plane.axis, is_flipped);
    for (u32 i = 0; i < 3; i++)
        plane.d -= (i128)plane.n[i] * through[i];
    u32 hash = hash_plane(plane.n, plane.d);
    u32 found = find_plane(k, plane.n, plane.d, hash);
    if (found != NONE)
        return found;
    f64 sum = 0;
    for (u32 i = 0; i < 3; i++) {
        plane.fn[i] = (f64)plane.n[i];
        sum += fabs(plane.fn[i]);
    }
    plane.fd = (f64)plane.d;
    // |terms| <= sum * 2^26 in all, six roundings of 2^-53 each; position error sum * 2^-26.
    plane.tolerance = sum * 0x1p-23;
    // For grid points (|c| <= 2^25) all terms and sums are whole numbers of at most sum * 2^25 +
    // |d|: below 2^53 doubles hold them exactly.
    plane.grid_tolerance = sum < 0x1p27 && fabs(plane.fd) < 0x1p52 ? 0 : plane.tolerance;
    return insert_plane(k, &plane, hash);
}

// If a plane is square to an axis, its place is where the first corner of a facet in it was before
// it was snapped, of the first facet of all.
static bool lacks_place(const Plane *plane) {
    return !plane->has_place && (plane->n[0] != 0) + (plane->n[1] != 0) + (plane->n[2] != 0) == 1;
}

void plane_set_place(Plane *plane, f64 place) {
    if (!plane->has_place) {
        plane->has_place = true;
        plane->place = place;
    }
}

u32 facet_plane(Kernel *k, u32 t) {
    Facet *facet = &k->facets[t];
    if (facet->plane != NONE)
        return facet->plane;
    const Corner *corner = facet_corners(k, t);
    const i64 at[3] = {corner->at[0], corner->at[1], corner->at[2]};
    facet->plane = plane_add(k, facet->normal, at, &facet->is_flipped);
    Plane *plane = plane_ref(k, facet->plane);
    if (lacks_place(plane)) {
        // Narrow asks for all planes of facets that are drawn upon before it makes others.
        assert(facet->plane >= k->n_shared_planes);
        plane_set_place(plane, vec3_get(k->payload[corner->v], plane->axis));
    }
    if (k->shared)
        vec_push(k->heap, &k->in_planes, t);
    return facet->plane;
}

u32 plane_find_square(const Kernel *k, u32 axis, i64 c) {
    i64 n[3] = {0, 0, 0};
    n[axis] = 1;
    return find_plane(k, n, -(i128)c, hash_plane(n, -(i128)c));
}

u32 plane_upright(Kernel *k, u32 p, u32 q, u32 axis) {
    i64 a[3], b[3], n[3];
    point_grid(k, p, a);
    point_grid(k, q, b);
    u32 i = (axis + 1) % 3, j = (axis + 2) % 3;
    n[axis] = 0;
    n[i] = b[j] - a[j];
    n[j] = a[i] - b[i];
    bool is_flipped;
    return plane_add(k, n, a, &is_flipped);
}

static i128 cross_component(const i64 a[3], const i64 b[3], u32 axis) {
    u32 i = (axis + 1) % 3, j = (axis + 2) % 3;
    return (i128)a[i] * b[j] - (i128)a[j] * b[i];
}

int plane_cross_sign(const Plane *p, const Plane *q, u32 axis) {
    return sign_i128(cross_component(p->n, q->n, axis));
}

// The largest component by doubles; where cancellation makes doubles useless, by integers.
u32 plane_line_axis(const Plane *p, const Plane *q) {
    u32 best = 0;
    f64 most = -1, sum = 0;
    for (u32 i = 0; i < 3; i++) {
        u32 j = (i + 1) % 3, l = (i + 2) % 3;
        f64 x = p->fn[j] * q->fn[l], y = p->fn[l] * q->fn[j], size = fabs(x - y);
        sum += fabs(x) + fabs(y);
        if (size > most) {
            most = size;
            best = i;
        }
    }
    if (most > 0x1p-50 * sum) // it is not zero
        return best;
    most = -1;
    for (u32 i = 0; i < 3; i++) {
        f64 size = fabs((f64)cross_component(p->n, q->n, i));
        if (size > most) {
            most = size;
            best = i;
        }
    }
    return best;
}

// ---- vertices
// ------------------------------------------------------------------------------------

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

static u32 add_hashed(Kernel *k, const Point *point, u32 hash, u32 near) {
    u32 found = find_in_cell(k, point, hash);
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

static u32 point_add(Kernel *k, const Point *point) {
    u32 near, hash = point_hash(point->at, &near);
    return add_hashed(k, point, hash, near);
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

static void lpi_place(const Kernel *k, Point *point, const i32 p[3], const i32 q[3]) {
    const i64 a[3] = {p[0], p[1], p[2]}, b[3] = {q[0], q[1], q[2]};
    const Plane *plane = plane_ref(k, point->by[2]);
    i128 sp = plane_at(plane, a), sq = plane_at(plane, b);
    const i128 most = (i128)1 << 36;
    if (sp < most && sp > -most && sq < most && sq > -most) {
        lpi_place_short(point, a, b, (i64)sp, (i64)sq);
        return;
    }
    i128 turn = sp < sq ? -1 : 1, x[3], w = (sp - sq) * turn;
    f64 near[3], divisor = (f64)w;
    for (u32 i = 0; i < 3; i++) {
        x[i] = ((i128)b[i] * sp - (i128)a[i] * sq) * turn;
        point->at[i] = (f64)x[i] / divisor;
    }
    if (is_near_grid(point->at, near) && (i64)near[0] * w == x[0] && (i64)near[1] * w == x[1] &&
        (i64)near[2] * w == x[2])
        settle_on_grid(point, near);
}

// An edge meets a plane once for each facet beside the edge: what was found, or asked for, last is
// kept at hand.
u32 point_ask_lpi(Kernel *k, const Corner *a, const Corner *b, u32 plane, PointQueue *queue) {
    const Corner *p = a->v < b->v ? a : b, *q = p == a ? b : a;
    u64 hash = (((u64)p->v << 32 | q->v) ^ (u64)plane << 17) * 0x9e3779b97f4a7c15ull;
    Crossing *known = &k->crossings[hash >> 40 & (k->n_crossings - 1)];
    if (known->p == p->v && known->q == q->v && known->plane == plane)
        return known->v;
    AskedPoint *asked = &queue->asked[queue->n];
    *known = (Crossing){p->v, q->v, plane, POINT_ASKED | queue->n++};
    asked->known = known;
    asked->point = (Point){.kind = POINT_LPI, .by = {p->v, q->v, plane}};
    lpi_place(k, &asked->point, p->at, q->at);
    asked->hash = point_hash(asked->point.at, &asked->near);
    slots_prefetch(&k->point_slots, asked->hash);
    return known->v;
}

void points_answer(Kernel *k, PointQueue *queue) {
    for (u32 i = 0; i < queue->n; i++) {
        AskedPoint *asked = &queue->asked[i];
        asked->v = add_hashed(k, &asked->point, asked->hash, asked->near);
        if (asked->known->v == (POINT_ASKED | i)) // else: another one took its place
            asked->known->v = asked->v;
    }
    queue->n = 0;
}

u32 point_add_lpi(Kernel *k, const Corner *a, const Corner *b, u32 plane) {
    PointQueue queue;
    queue.n = 0;
    u32 v = point_ask_lpi(k, a, b, plane, &queue);
    points_answer(k, &queue);
    return point_answered(&queue, v);
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

// ---- signs
// ---------------------------------------------------------------------------------------

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
