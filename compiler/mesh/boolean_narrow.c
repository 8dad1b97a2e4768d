// SPDX-License-Identifier: Apache-2.0
// Pass 3, narrow phase: where two facets meet, exactly.
//
// For planes that cross, both facets cut the common line in an interval; the ends are where
// edges meet the other's plane. Their order along the line is the sign of a determinant of the
// edges' input corners (Guigue and Devillers, "Fast and robust triangle-triangle overlap test using
// orientation predicates", 2003), so no point is computed before it is known to exist. Results: a
// constraint inside each facet (InnerSeg), and vertices on edges (EdgeSplit) which both facets of
// an edge share, so that no T-junction can arise. Coplanar facets split each other's edges, and
// those whose insides overlap become one unit. Cost: O(n + m) a pair of facets with n and m
// corners, O(n m) for coplanar ones.
#include "compiler/mesh/boolean_internal.h"

u32 set_find(u32 *parent, u32 x) {
    while (parent[x] != x) {
        parent[x] = parent[parent[x]];
        x = parent[x];
    }
    return x;
}

bool set_join(u32 *parent, u32 a, u32 b) {
    a = set_find(parent, a);
    b = set_find(parent, b);
    if (a == b)
        return false;
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
    return true;
}

// A facet's corners against a plane: bit i is corner i's. Bits of neither: behind it.
typedef struct Sides {
    u64 front, on, all;
} Sides;

static int corner_side_exact(const Facet *t, const Corner *a, const Corner *c) {
    i128 height = 0;
    for (u32 i = 0; i < 3; i++)
        height += (i128)t->normal[i] * (c->at[i] - a->at[i]);
    return sign_i128(height);
}

// Above this, doubles of n.(c - a) have the right sign: their factors are exact, so what is lost is
// rounding of three products of at most |n_i| 2^26 and of two sums; nothing if all are whole
// numbers below 2^53, or if two products are 0.
static f64 height_tolerance(const f64 n[3]) {
    f64 size = fabs(n[0]) + fabs(n[1]) + fabs(n[2]);
    bool is_square = (n[0] == 0) + (n[1] == 0) + (n[2] == 0) == 2;
    return is_square || size < 0x1p26 ? 0 : size * 0x1p-24;
}

// Of u's corners and t's plane; false when all lie strictly on one side.
static bool corner_sides(const Kernel *k, const Facet *t, const Facet *u, Sides *out) {
    const Corner *a = k->corners.data + t->first, *c = k->corners.data + u->first;
    const f64 n[3] = {(f64)t->normal[0], (f64)t->normal[1], (f64)t->normal[2]};
    f64 tolerance = height_tolerance(n);
    u64 front = 0, on = 0;
    for (u32 i = 0; i < u->n; i++) {
        f64 height = n[0] * (c[i].at[0] - a->at[0]) + n[1] * (c[i].at[1] - a->at[1]) +
                     n[2] * (c[i].at[2] - a->at[2]);
        front |= (u64)(height > tolerance) << i;
        on |= (u64)(fabs(height) <= tolerance) << i;
    }
    if (tolerance > 0)
        for (u64 unsure = on; unsure; unsure &= unsure - 1) {
            u32 i = (u32)__builtin_ctzll(unsure);
            int side = corner_side_exact(t, a, &c[i]);
            on ^= (u64)(side != 0) << i;
            front |= (u64)(side > 0) << i;
        }
    *out = (Sides){front, on, UINT64_MAX >> (64 - u->n)};
    return front != out->all && (front | on) != 0;
}

static void split_edge(Kernel *k, u32 p, u32 q, u32 v) {
    if (v != p && v != q)
        vec_push(k->heap, &k->splits, (EdgeSplit){MIN(p, q), MAX(p, q), v});
}

// One end of a facet's interval on the common line: the edge that runs from the back of the
// other triangle's plane to its front, as corner numbers; corner: the end itself if it is a corner,
// or NONE.
typedef struct LineEnd {
    u32 from, to, corner;
} LineEnd;

static u32 corner_before(u32 i, u32 n) {
    return (i ? i : n) - 1;
}

static LineEnd line_end(Sides s, u32 from, u32 to) {
    return (LineEnd){from, to, s.on >> from & 1 ? from : s.on >> to & 1 ? to : NONE};
}

// The ends in the order of (own normal) x (other's normal). A corner in the plane counts as behind
// it if no corner is, as before it otherwise: then one edge runs from the back to the front, and
// one to the back again.
static void line_ends(Sides s, u32 n, LineEnd *first, LineEnd *last) {
    u64 front = (s.front | s.on) == s.all ? s.front : s.front | s.on;
    u64 before = (front << 1 | front >> (n - 1)) & s.all; // by corner: the one before it is in front
    u32 rise = (u32)__builtin_ctzll(front & ~before), fall = (u32)__builtin_ctzll(before & ~front);
    *first = line_end(s, corner_before(rise, n), rise);
    *last = line_end(s, fall, corner_before(fall, n));
}

// Positive: f's end, of u's facet, comes after e's in the direction of t's normal x u's normal.
// Coordinates differ by at most 2^26: products of two differences are at most 2^52, and the minors
// are exact in doubles.
static int compare_ends(const Corner *t, LineEnd e, const Corner *u, LineEnd f) {
    const i32 *p = t[e.from].at, *q = t[e.to].at, *r = u[f.from].at, *s = u[f.to].at;
    const f64 a[3] = {q[0] - p[0], q[1] - p[1], q[2] - p[2]},
              b[3] = {r[0] - p[0], r[1] - p[1], r[2] - p[2]},
              c[3] = {s[0] - r[0], s[1] - r[1], s[2] - r[2]};
    const f64 minor[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                          a[0] * b[1] - a[1] * b[0]};
    f64 x = minor[0] * c[0], y = minor[1] * c[1], z = minor[2] * c[2], sum = x + y + z;
    if (fabs(sum) > 0x1p-50 * (fabs(x) + fabs(y) + fabs(z)))
        return sum > 0 ? 1 : -1;
    i128 exact = 0;
    for (u32 i = 0; i < 3; i++)
        exact += (i128)minor[i] * (i64)c[i];
    return sign_i128(exact);
}

typedef struct Meeting {
    Kernel *k;
    u32 t[2];       // the facets
    LineEnd end[2]; // of each at the place in question
    u32 lying[2];   // the edge (corner, next corner) that lies in the other's plane, or NONE
} Meeting;

static u32 end_vertex(const Meeting *m, u32 i) {
    const Corner *at = facet_corners(m->k, m->t[i]);
    if (m->end[i].corner != NONE)
        return at[m->end[i].corner].v;
    return point_add_lpi(m->k, at[m->end[i].from].v, at[m->end[i].to].v,
                         facet_plane(m->k, m->t[1 - i]));
}

// The vertex where the common interval ends: at the end of the facet(s) in `which` (bits 1, 2).
static u32 add_end(const Meeting *m, u32 which) {
    Kernel *k = m->k;
    u32 from =
        which == 3 ? (m->end[0].corner != NONE || m->end[1].corner == NONE ? 0 : 1) : which - 1;
    u32 v = end_vertex(m, from);
    for (u32 i = 0; i < 2; i++) {
        const Corner *at = facet_corners(k, m->t[i]);
        u32 n = k->facets[m->t[i]].n, lying = m->lying[i];
        if (which >> i & 1) {
            if (m->end[i].corner == NONE)
                split_edge(k, at[m->end[i].from].v, at[m->end[i].to].v, v);
        } else if (lying != NONE) {
            split_edge(k, at[lying].v, at[lying + 1 < n ? lying + 1 : 0].v, v);
        }
    }
    return v;
}

static u32 lying_edge(Sides s, u32 n) {
    u64 both = s.on & (s.on >> 1 | (s.on & 1) << (n - 1));
    return both ? (u32)__builtin_ctzll(both) : NONE;
}

static bool has_corner(const Kernel *k, u32 facet, u32 v) {
    const Corner *at = facet_corners(k, facet);
    for (u32 i = 0; i < k->facets[facet].n; i++)
        if (at[i].v == v)
            return true;
    return false;
}

// Shards may touch one facet at once.
static void touch(Kernel *k, u32 t, u32 u) {
    __atomic_store_n(&k->facets[t].is_touched, true, __ATOMIC_RELAXED);
    __atomic_store_n(&k->facets[u].is_touched, true, __ATOMIC_RELAXED);
}

static void cross_pair(Kernel *k, u32 t, u32 u, Sides st, Sides su) {
    const Corner *ct = facet_corners(k, t), *cu = facet_corners(k, u);
    LineEnd t0, t1, u0, u1;
    line_ends(st, k->facets[t].n, &t0, &t1);
    line_ends(su, k->facets[u].n, &u1, &u0); // u's own direction is the opposite one
    if (compare_ends(ct, t0, cu, u1) < 0 || compare_ends(ct, t1, cu, u0) > 0)
        return;
    Meeting m = {.k = k,
                 .t = {t, u},
                 .end = {t0, u0},
                 .lying = {lying_edge(st, k->facets[t].n), lying_edge(su, k->facets[u].n)}};
    int order = compare_ends(ct, t0, cu, u0);
    u32 from = order == 0 ? 3 : order > 0 ? 2 : 1, a = add_end(&m, from);
    m.end[0] = t1;
    m.end[1] = u1;
    order = compare_ends(ct, t1, cu, u1);
    u32 to = order == 0 ? 3 : order < 0 ? 2 : 1, b = add_end(&m, to);
    if (a == b && k->facets[t].leaf == k->facets[u].leaf && has_corner(k, t, a) &&
        has_corner(k, u, a))
        return; // neighbours that share a corner
    touch(k, t, u);
    for (u32 i = 0; i < 2; i++)
        if (m.lying[i] == NONE && (a != b || !((from | to) >> i & 1))) {
            facet_plane(k, m.t[1 - i]);
            vec_push(k->heap, &k->inner, (InnerSeg){m.t[i], a, b, m.t[1 - i]});
        }
}

// ---- coplanar facets
// --------------------------------------------------------------------------

typedef struct Flat {
    i64 x, y;
} Flat;

static int turn(Flat a, Flat b, Flat c) {
    return sign_i64((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
}

static bool is_before(Flat a, Flat b) {
    return a.x < b.x || (a.x == b.x && a.y < b.y);
}

static bool is_between(Flat a, Flat v, Flat b) { // all three on one line
    return is_before(a, b) ? is_before(a, v) && is_before(v, b)
                           : is_before(b, v) && is_before(v, a);
}

// 2: an edge of a has all of b strictly outside; 1: outside or on it; 0: no edge parts them.
static int parts(const Flat *a, u32 n, const Flat *b, u32 m) {
    int inside = turn(a[0], a[1], a[2]), best = 0;
    for (u32 i = 0; i < n && best < 2; i++) {
        int most = -1;
        for (u32 j = 0; j < m && most < 1; j++)
            most = MAX(most, turn(a[i], a[i + 1 < n ? i + 1 : 0], b[j]) * inside);
        best = MAX(best, most < 0 ? 2 : most == 0 ? 1 : 0);
    }
    return best;
}

static void cross_flat_edges(Kernel *k, const Flat at[4], const u32 v[4], u32 axis) {
    if (MAX(at[0].x, at[1].x) < MIN(at[2].x, at[3].x) ||
        MAX(at[2].x, at[3].x) < MIN(at[0].x, at[1].x) ||
        MAX(at[0].y, at[1].y) < MIN(at[2].y, at[3].y) ||
        MAX(at[2].y, at[3].y) < MIN(at[0].y, at[1].y))
        return;
    int s[4] = {turn(at[2], at[3], at[0]), turn(at[2], at[3], at[1]), turn(at[0], at[1], at[2]),
                turn(at[0], at[1], at[3])};
    if (s[0] * s[1] < 0 && s[2] * s[3] < 0) {
        u32 x = point_add_lpi(k, v[0], v[1], plane_upright(k, v[2], v[3], axis));
        split_edge(k, v[0], v[1], x);
        split_edge(k, v[2], v[3], x);
        return;
    }
    for (u32 i = 0; i < 4; i++) {
        u32 e = i < 2 ? 2 : 0; // the other edge
        if (s[i] == 0 && is_between(at[e], at[i], at[e + 1]))
            split_edge(k, v[e], v[e + 1], v[i]);
    }
}

static void flatten(const Kernel *k, u32 facet, u32 axis, Flat *out) {
    const Corner *at = facet_corners(k, facet);
    for (u32 i = 0; i < k->facets[facet].n; i++)
        out[i] = (Flat){at[i].at[(axis + 1) % 3], at[i].at[(axis + 2) % 3]};
}

static void flat_pair(Kernel *k, u32 t, u32 u) {
    u32 plane = facet_plane(k, t), axis = plane_ref(k, plane)->axis;
    u32 n = k->facets[t].n, m = k->facets[u].n;
    Flat a[FACET_MOST_CORNERS], b[FACET_MOST_CORNERS];
    flatten(k, t, axis, a);
    flatten(k, u, axis, b);
    int apart = MAX(parts(a, n, b, m), parts(b, m, a, n));
    if (apart == 2)
        return;
    u32 n_before = k->splits.len;
    facet_plane(k, u);
    if (apart == 0)
        set_join_shared(k->unit_parent, t, u);
    const Corner *ct = facet_corners(k, t), *cu = facet_corners(k, u);
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j < m; j++) {
            u32 i2 = i + 1 < n ? i + 1 : 0, j2 = j + 1 < m ? j + 1 : 0;
            const u32 v[4] = {ct[i].v, ct[i2].v, cu[j].v, cu[j2].v};
            const Flat at[4] = {a[i], a[i2], b[j], b[j2]};
            cross_flat_edges(k, at, v, axis);
        }
    if (apart == 0 || k->facets[t].leaf != k->facets[u].leaf || k->splits.len > n_before)
        touch(k, t, u);
}

// Facets of one leaf that share an edge and lie in different planes meet in nothing else.
static bool are_plain_neighbours(const Kernel *k, u32 t, u32 u) {
    if (k->facets[t].leaf != k->facets[u].leaf)
        return false;
    const Corner *at = facet_corners(k, t);
    u32 n = 0;
    for (u32 i = 0; i < k->facets[t].n; i++)
        n += has_corner(k, u, at[i].v);
    return n == 2;
}

static void test_pair(Kernel *k, u32 t, u32 u) {
    Sides st, su;
    if (!corner_sides(k, &k->facets[t], &k->facets[u], &su))
        return;
    if (su.on == su.all)
        flat_pair(k, t, u);
    else if (corner_sides(k, &k->facets[u], &k->facets[t], &st) && !are_plain_neighbours(k, t, u))
        cross_pair(k, t, u, st, su);
}

static void test_range(Kernel *k, u32 from, u32 to) {
    for (u32 i = from; i < to; i++) {
        if (((i - from) & 0xffff) == 0)
            heap_poll(k->heap);
        test_pair(k, k->pairs.data[i].t, k->pairs.data[i].u);
    }
}

static void test_shard(Kernel *shard, void *ctx, u32 i) {
    const u32 *n_ranges = ctx, n = shard->pairs.len;
    test_range(shard, kernel_range_start(n, *n_ranges, i), kernel_range_start(n, *n_ranges, i + 1));
}

void narrow(Kernel *k) {
    enum { PAIR_NS = 200, GRAIN = 4096 };
    k->unit_parent = ARENA_NEW(&k->arena, u32, k->n_facets);
    for (u32 t = 0; t < k->n_facets; t++)
        k->unit_parent[t] = t;
    u32 n = k->pairs.len, n_ranges = kernel_ranges(k, n, GRAIN);
    if (kernel_uses_threads(k, n_ranges, (u64)n * PAIR_NS))
        shards_run(k, n_ranges, (u64)n * PAIR_NS, false, test_shard, &n_ranges);
    else
        test_range(k, 0, n);
}
