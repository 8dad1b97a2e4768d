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

// Signs of u's corners against t's plane, s; false when all lie strictly on one side. Differences
// of grid coordinates and normals are exact in doubles, so a sum of products is right in sign if it
// is above the error of three products and two sums.
static bool corner_sides(const Kernel *k, const Facet *t, const Facet *u, i8 *s) {
    const Corner *a = k->corners.data + t->first, *c = k->corners.data + u->first;
    const f64 n[3] = {(f64)t->normal[0], (f64)t->normal[1], (f64)t->normal[2]};
    u32 n_front = 0, n_back = 0;
    for (u32 i = 0; i < u->n; i++) {
        i64 d[3] = {(i64)c[i].at[0] - a->at[0], (i64)c[i].at[1] - a->at[1],
                    (i64)c[i].at[2] - a->at[2]};
        f64 x = n[0] * (f64)d[0], y = n[1] * (f64)d[1], z = n[2] * (f64)d[2], sum = x + y + z;
        if (fabs(sum) > 0x1p-50 * (fabs(x) + fabs(y) + fabs(z)))
            s[i] = sum > 0 ? 1 : -1;
        else
            s[i] = (i8)sign_i128((i128)t->normal[0] * d[0] + (i128)t->normal[1] * d[1] +
                                 (i128)t->normal[2] * d[2]);
        n_front += s[i] > 0;
        n_back += s[i] < 0;
    }
    return n_front != u->n && n_back != u->n;
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

// The ends in the order of (own normal) x (other's normal). A corner in the plane counts as behind
// it if no corner is, as before it otherwise: then one edge runs from the back to the front, and
// one to the back again.
static void line_ends(const i8 *s, u32 n, LineEnd *first, LineEnd *last) {
    bool has_back = false;
    for (u32 i = 0; i < n; i++)
        has_back = has_back || s[i] < 0;
    *first = *last = (LineEnd){0, 0, NONE};
    bool is_front = s[n - 1] > 0 || (s[n - 1] == 0 && has_back);
    for (u32 i = 0, before = n - 1; i < n; before = i++) {
        bool was_front = is_front;
        is_front = s[i] > 0 || (s[i] == 0 && has_back);
        if (is_front && !was_front)
            *first = (LineEnd){before, i, NONE};
        else if (was_front && !is_front)
            *last = (LineEnd){i, before, NONE};
    }
    for (u32 i = 0; i < 2; i++) {
        LineEnd *end = i ? last : first;
        end->corner = s[end->from] == 0 ? end->from : s[end->to] == 0 ? end->to : NONE;
    }
}

// Positive: f's end, of u's facet, comes after e's in the direction of t's normal x u's normal.
// Coordinates differ by at most 2^26, so the minors are below 2^54.
static int compare_ends(const Corner *t, LineEnd e, const Corner *u, LineEnd f) {
    i64 a[3], b[3], c[3], minor[3];
    for (u32 i = 0; i < 3; i++) {
        a[i] = (i64)t[e.to].at[i] - t[e.from].at[i];
        b[i] = (i64)u[f.from].at[i] - t[e.from].at[i];
        c[i] = (i64)u[f.to].at[i] - u[f.from].at[i];
    }
    f64 sum = 0, size = 0;
    for (u32 i = 0; i < 3; i++) {
        u32 j = (i + 1) % 3, l = (i + 2) % 3;
        minor[i] = a[j] * b[l] - a[l] * b[j];
        f64 term = (f64)minor[i] * (f64)c[i];
        sum += term;
        size += fabs(term);
    }
    if (fabs(sum) > 0x1p-50 * size)
        return sum > 0 ? 1 : -1;
    return sign_i128((i128)minor[0] * c[0] + (i128)minor[1] * c[1] + (i128)minor[2] * c[2]);
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

static u32 lying_edge(const i8 *s, u32 n) {
    for (u32 i = 0; i < n; i++)
        if (s[i] == 0 && s[i + 1 < n ? i + 1 : 0] == 0)
            return i;
    return NONE;
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

static void join_units(Kernel *k, u32 t, u32 u) {
    if (k->shared)
        vec_push(k->heap, &k->joins, (Pair){t, u});
    else
        set_join(k->unit_parent, t, u);
}

static void cross_pair(Kernel *k, u32 t, u32 u, const i8 *st, const i8 *su) {
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
        join_units(k, t, u);
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
    i8 st[FACET_MOST_CORNERS], su[FACET_MOST_CORNERS];
    if (!corner_sides(k, &k->facets[t], &k->facets[u], su))
        return;
    bool is_flat = true;
    for (u32 j = 0; j < k->facets[u].n && is_flat; j++)
        is_flat = su[j] == 0;
    if (is_flat)
        flat_pair(k, t, u);
    else if (corner_sides(k, &k->facets[u], &k->facets[t], st) && !are_plain_neighbours(k, t, u))
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
