// SPDX-License-Identifier: Apache-2.0
// The table of planes. A plane is stored by its primitive normal, turned one way, so that equal
// planes have equal numbers in it; with it come doubles that settle most signs. A shard
// (boolean_shards.c) finds what the kernel that it shares has, and numbers its own planes after
// those. Bit lengths: see exact.h.
#include "compiler/mesh/boolean_internal.h"

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

// is_flipped: the given normal, which is not zero, is opposite to the plane's.
static Plane plane_exact(const i64 normal[3], const i64 through[3], bool *is_flipped) {
    Plane plane = {.n = {normal[0], normal[1], normal[2]}};
    make_primitive(plane.n, &plane.axis, is_flipped);
    for (u32 i = 0; i < 3; i++)
        plane.d -= (i128)plane.n[i] * through[i];
    return plane;
}

static void set_doubles(Plane *plane) {
    f64 sum = 0;
    for (u32 i = 0; i < 3; i++) {
        plane->fn[i] = (f64)plane->n[i];
        sum += fabs(plane->fn[i]);
    }
    plane->fd = (f64)plane->d;
    // |terms| <= sum * 2^26 in all, six roundings of 2^-53 each; position error sum * 2^-26.
    plane->tolerance = sum * 0x1p-23;
    // For grid points (|c| <= 2^25) all terms and sums are whole numbers of at most sum * 2^25 +
    // |d|: below 2^53 doubles hold them exactly.
    plane->grid_tolerance = sum < 0x1p27 && fabs(plane->fd) < 0x1p52 ? 0 : plane->tolerance;
}

// Its doubles are not set.
static u32 add_exact(Kernel *k, Plane *plane) {
    u32 hash = plane_hash(plane), found = find_plane(k, plane->n, plane->d, hash);
    if (found != NONE)
        return found;
    set_doubles(plane);
    return insert_plane(k, plane, hash);
}

u32 plane_add(Kernel *k, const i64 normal[3], const i64 through[3], bool *is_flipped) {
    Plane plane = plane_exact(normal, through, is_flipped);
    return add_exact(k, &plane);
}

void plane_set_place(Plane *plane, f64 place) {
    if (!plane->has_place) {
        plane->has_place = true;
        plane->place = place;
    }
}

// If a plane is square to an axis, its place is where the first corner of a facet in it was before
// it was snapped, of the first facet of all.
Plane facet_make_plane(Kernel *k, u32 t) {
    Facet *facet = &k->facets[t];
    const Corner *corner = facet_corners(k, t);
    const i64 at[3] = {corner->at[0], corner->at[1], corner->at[2]};
    Plane plane = plane_exact(facet->normal, at, &facet->is_flipped);
    set_doubles(&plane);
    if ((plane.n[0] != 0) + (plane.n[1] != 0) + (plane.n[2] != 0) == 1)
        plane_set_place(&plane, vec3_get(k->payload[corner->v], plane.axis));
    return plane;
}

u32 facet_plane(Kernel *k, u32 t) {
    Facet *facet = &k->facets[t];
    const Corner *corner = facet_corners(k, t);
    const i64 at[3] = {corner->at[0], corner->at[1], corner->at[2]};
    if (facet->plane == NONE)
        facet->plane = plane_add(k, facet->normal, at, &facet->is_flipped);
    return facet->plane;
}

u32 plane_find_square(const Kernel *k, u32 axis, i64 c) {
    i64 n[3] = {0, 0, 0};
    n[axis] = 1;
    return find_plane(k, n, -(i128)c, hash_plane(n, -(i128)c));
}

static Plane upright_exact(const i64 p[3], const i64 q[3], u32 axis) {
    u32 i = (axis + 1) % 3, j = (axis + 2) % 3;
    i64 n[3];
    n[axis] = 0;
    n[i] = q[j] - p[j];
    n[j] = p[i] - q[i];
    bool is_flipped;
    return plane_exact(n, p, &is_flipped);
}

Plane plane_make_upright(const Corner *a, const Corner *b, u32 axis) {
    const i64 p[3] = {a->at[0], a->at[1], a->at[2]}, q[3] = {b->at[0], b->at[1], b->at[2]};
    Plane plane = upright_exact(p, q, axis);
    set_doubles(&plane);
    return plane;
}

u32 plane_upright(Kernel *k, u32 p, u32 q, u32 axis) {
    i64 a[3], b[3];
    point_grid(k, p, a);
    point_grid(k, q, b);
    Plane plane = upright_exact(a, b, axis);
    return add_exact(k, &plane);
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
