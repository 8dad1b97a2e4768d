// SPDX-License-Identifier: Apache-2.0
// Pass 3, narrow phase: where two facets meet, exactly.
//
// For planes that cross, both facets cut the common line in an interval; the ends are where
// edges meet the other's plane. Their order along the line is the sign of a determinant of the
// edges' input corners (Guigue and Devillers, "Fast and robust triangle-triangle overlap test using
// orientation predicates", 2003), so no point is computed before it is known to exist. Results: a
// constraint inside each facet (InnerSeg), and vertices on edges (EdgeSplit) which both facets of
// an edge share, so that no T-junction can arise. Coplanar facets split each other's edges, and
// those whose insides overlap become one unit.
//
// Three steps, for so many pairs at a time that what is known of them stays small: all are tested,
// on corners alone; facets of those that meet get their planes, each once; then what meets is
// written down. Cost: O(n + m) a pair of facets with n and m corners, O(n m) for coplanar ones.
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

// One end of a facet's interval on the common line: the edge that runs from the back of the
// other triangle's plane to its front, as corner numbers; corner: the end itself if it is a corner,
// or NO_CORNER.
typedef struct LineEnd {
    u8 from, to, corner;
} LineEnd;
enum { NO_CORNER = FACET_MOST_CORNERS };

// A pair of facets that meet: t and u, in planes that cross. What is said of both is t's first.
typedef struct Meeting {
    u32 facet[2];
    LineEnd first[2], last[2]; // of their intervals, in the direction of t's normal x u's
    u8 first_of, last_of;      // whose ends are those of the common interval, as bits 1, 2
    u8 lying[2]; // the corner that begins an edge which lies in the other's plane, or NO_CORNER
} Meeting;       // first_of = 0: they are coplanar

static bool is_flat(const Meeting *m) {
    return m->first_of == 0;
}

static LineEnd line_end(Sides s, u32 from, u32 to) {
    return (LineEnd){(u8)from, (u8)to,
                     (u8)(s.on >> from & 1 ? from
                          : s.on >> to & 1 ? to
                                           : NO_CORNER)};
}

// The ends in the order of (own normal) x (other's normal). A corner in the plane counts as behind
// it if no corner is, as before it otherwise: then one edge runs from the back to the front, and
// one to the back again.
static void line_ends(Sides s, u32 n, LineEnd *first, LineEnd *last) {
    u64 front = (s.front | s.on) == s.all ? s.front : s.front | s.on;
    u64 before =
        (front << 1 | front >> (n - 1)) & s.all; // by corner: the one before it is in front
    u32 rise = (u32)__builtin_ctzll(front & ~before), fall = (u32)__builtin_ctzll(before & ~front);
    *first = line_end(s, (rise ? rise : n) - 1, rise);
    *last = line_end(s, fall, (fall ? fall : n) - 1);
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
    return sign_i128((i128)(i64)minor[0] * (s[0] - r[0]) + (i128)(i64)minor[1] * (s[1] - r[1]) +
                     (i128)(i64)minor[2] * (s[2] - r[2]));
}

static u8 lying_edge(Sides s, u32 n) {
    u64 both = s.on & (s.on >> 1 | (s.on & 1) << (n - 1));
    return both ? (u8)__builtin_ctzll(both) : NO_CORNER;
}

// False: their intervals have nothing in common.
static bool cross_intervals(const Kernel *k, u32 t, u32 u, Sides st, Sides su, Meeting *m) {
    const Corner *ct = facet_corners(k, t), *cu = facet_corners(k, u);
    LineEnd t0, t1, u0, u1;
    line_ends(st, k->facets[t].n, &t0, &t1);
    line_ends(su, k->facets[u].n, &u1, &u0); // u's own direction is the opposite one
    if (compare_ends(ct, t0, cu, u1) < 0 || compare_ends(ct, t1, cu, u0) > 0)
        return false;
    int first = compare_ends(ct, t0, cu, u0), last = compare_ends(ct, t1, cu, u1);
    *m = (Meeting){.facet = {t, u},
                   .first = {t0, u0},
                   .last = {t1, u1},
                   .first_of = first == 0  ? 3
                               : first > 0 ? 2
                                           : 1,
                   .last_of = last == 0  ? 3
                              : last < 0 ? 2
                                         : 1,
                   .lying = {lying_edge(st, k->facets[t].n), lying_edge(su, k->facets[u].n)}};
    return true;
}

static bool has_corner(const Kernel *k, u32 facet, u32 v) {
    const Corner *at = facet_corners(k, facet);
    for (u32 i = 0; i < k->facets[facet].n; i++)
        if (at[i].v == v)
            return true;
    return false;
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

static bool test_pair(const Kernel *k, u32 t, u32 u, Meeting *m) {
    Sides st, su;
    if (!corner_sides(k, &k->facets[t], &k->facets[u], &su))
        return false;
    if (su.on == su.all) {
        *m = (Meeting){.facet = {t, u}};
        return true;
    }
    return corner_sides(k, &k->facets[u], &k->facets[t], &st) && !are_plain_neighbours(k, t, u) &&
           cross_intervals(k, t, u, st, su, m);
}

// ---- what meets in crossing planes
// ---------------------------------------------------------------

static void split_edge(Kernel *k, u32 p, u32 q, u32 v) {
    if (v != p && v != q)
        vec_push(k->heap, &k->splits, (EdgeSplit){MIN(p, q), MAX(p, q), v});
}

// The vertex where the common interval ends, or what it is asked for as: at the end of the facet(s)
// in `which`.
static u32 ask_end(Kernel *k, const Meeting *m, const LineEnd end[2], u32 which,
                   PointQueue *queue) {
    u32 i =
        which == 3 ? (end[0].corner != NO_CORNER || end[1].corner == NO_CORNER ? 0 : 1) : which - 1;
    const Corner *at = facet_corners(k, m->facet[i]);
    if (end[i].corner != NO_CORNER)
        return at[end[i].corner].v;
    return point_ask_lpi(k, &at[end[i].from], &at[end[i].to], k->facets[m->facet[1 - i]].plane,
                         queue);
}

// Vertex v is that end: splits of edges that are there.
static void split_at_end(Kernel *k, const Meeting *m, const LineEnd end[2], u32 which, u32 v) {
    for (u32 i = 0; i < 2; i++) {
        const Corner *at = facet_corners(k, m->facet[i]);
        u32 n = k->facets[m->facet[i]].n, lying = m->lying[i];
        if (which >> i & 1) {
            if (end[i].corner == NO_CORNER)
                split_edge(k, at[end[i].from].v, at[end[i].to].v, v);
        } else if (lying != NO_CORNER) {
            split_edge(k, at[lying].v, at[lying + 1 < n ? lying + 1 : 0].v, v);
        }
    }
}

// Shards may touch one facet at once: it is written once, lest it move between their caches.
static void touch(Kernel *k, u32 t) {
    bool *is_touched = &k->facets[t].is_touched;
    if (!__atomic_load_n(is_touched, __ATOMIC_RELAXED))
        __atomic_store_n(is_touched, true, __ATOMIC_RELAXED);
}

static void cross_pair(Kernel *k, const Meeting *m, u32 a, u32 b) {
    u32 t = m->facet[0], u = m->facet[1];
    split_at_end(k, m, m->first, m->first_of, a);
    split_at_end(k, m, m->last, m->last_of, b);
    if (a == b && k->facets[t].leaf == k->facets[u].leaf && has_corner(k, t, a) &&
        has_corner(k, u, a))
        return; // neighbours that share a corner
    touch(k, t);
    touch(k, u);
    for (u32 i = 0; i < 2; i++)
        if (m->lying[i] == NO_CORNER && (a != b || !((m->first_of | m->last_of) >> i & 1)))
            vec_push(k->heap, &k->inner, (InnerSeg){m->facet[i], a, b, m->facet[1 - i]});
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

static void cross_flat_edges(Kernel *k, const Flat at[4], const Corner *const c[4], u32 axis) {
    if (MAX(at[0].x, at[1].x) < MIN(at[2].x, at[3].x) ||
        MAX(at[2].x, at[3].x) < MIN(at[0].x, at[1].x) ||
        MAX(at[0].y, at[1].y) < MIN(at[2].y, at[3].y) ||
        MAX(at[2].y, at[3].y) < MIN(at[0].y, at[1].y))
        return;
    int s[4] = {turn(at[2], at[3], at[0]), turn(at[2], at[3], at[1]), turn(at[0], at[1], at[2]),
                turn(at[0], at[1], at[3])};
    if (s[0] * s[1] < 0 && s[2] * s[3] < 0) {
        u32 x = point_add_lpi(k, c[0], c[1], plane_upright(k, c[2]->v, c[3]->v, axis));
        split_edge(k, c[0]->v, c[1]->v, x);
        split_edge(k, c[2]->v, c[3]->v, x);
        return;
    }
    for (u32 i = 0; i < 4; i++) {
        u32 e = i < 2 ? 2 : 0; // the other edge
        if (s[i] == 0 && is_between(at[e], at[i], at[e + 1]))
            split_edge(k, c[e]->v, c[e + 1]->v, c[i]->v);
    }
}

static void flatten(const Kernel *k, u32 facet, u32 axis, Flat *out) {
    const Corner *at = facet_corners(k, facet);
    for (u32 i = 0; i < k->facets[facet].n; i++)
        out[i] = (Flat){at[i].at[(axis + 1) % 3], at[i].at[(axis + 2) % 3]};
}

static void flat_pair(Kernel *k, u32 t, u32 u) {
    u32 axis = plane_ref(k, k->facets[t].plane)->axis;
    u32 n = k->facets[t].n, m = k->facets[u].n;
    Flat a[FACET_MOST_CORNERS], b[FACET_MOST_CORNERS];
    flatten(k, t, axis, a);
    flatten(k, u, axis, b);
    int apart = MAX(parts(a, n, b, m), parts(b, m, a, n));
    if (apart == 2)
        return;
    u32 n_before = k->splits.len;
    if (apart == 0)
        set_join_shared(k->unit_parent, t, u);
    const Corner *ct = facet_corners(k, t), *cu = facet_corners(k, u);
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j < m; j++) {
            u32 i2 = i + 1 < n ? i + 1 : 0, j2 = j + 1 < m ? j + 1 : 0;
            const Corner *const c[4] = {&ct[i], &ct[i2], &cu[j], &cu[j2]};
            const Flat at[4] = {a[i], a[i2], b[j], b[j2]};
            cross_flat_edges(k, at, c, axis);
        }
    if (apart == 0 || k->facets[t].leaf != k->facets[u].leaf || k->splits.len > n_before) {
        touch(k, t);
        touch(k, u);
    }
}

// ---- all pairs
// -----------------------------------------------------------------------------------

typedef struct Meetings {
    Meeting *data;
    u32 len, cap;
} Meetings;

typedef struct Narrow {
    u32 from, n; // the pairs that are dealt with now
    u32 n_ranges;
    Meetings *meetings; // by range of pairs
    u64 *needs_plane;   // by facet, a bit
    u32 n_facet_ranges; // of 64 facets each, in words of needs_plane
} Narrow;

static void ask_plane(const Narrow *w, u32 t) {
    u64 bit = (u64)1 << (t & 63), *word = &w->needs_plane[t >> 6];
    if (!(__atomic_load_n(word, __ATOMIC_RELAXED) & bit))
        __atomic_fetch_or(word, bit, __ATOMIC_RELAXED);
}

static u32 first_of_pair(const Kernel *k, u32 i) {
    u32 low = 0, high = k->n_facets; // pair_start[low] <= i < pair_start[high]
    while (high - low > 1) {
        u32 mid = low + (high - low) / 2;
        *(k->pair_start[mid] <= i ? &low : &high) = mid;
    }
    return low;
}

static void test_range(Kernel *view, void *ctx, u32 range) {
    const Narrow *w = ctx;
    u32 from = w->from + kernel_range_start(w->n, w->n_ranges, range),
        to = w->from + kernel_range_start(w->n, w->n_ranges, range + 1);
    Meetings found = {0}; // not where other threads write
    for (u32 i = from, t = from < to ? first_of_pair(view, from) : 0; i < to; i++) {
        if (((i - from) & 0xffff) == 0)
            heap_poll(view->heap);
        while (i >= view->pair_start[t + 1])
            t++;
        u32 u = view->pairs[i];
        Meeting meeting;
        if (!test_pair(view, t, u, &meeting))
            continue;
        ask_plane(w, t);
        ask_plane(w, u);
        vec_push(view->heap, &found, meeting);
    }
    w->meetings[range] = found;
}

static void add_planes(Kernel *k, void *ctx, u32 range) {
    const Narrow *w = ctx;
    u32 n_words = k->n_facets / 64 + 1,
        end = kernel_range_start(n_words, w->n_facet_ranges, range + 1);
    for (u32 i = kernel_range_start(n_words, w->n_facet_ranges, range); i < end; i++) {
        for (u64 rest = w->needs_plane[i]; rest; rest &= rest - 1)
            facet_plane(k, 64 * i + (u32)__builtin_ctzll(rest));
        w->needs_plane[i] = 0;
    }
}

// Memory of meetings that are to come is fetched meanwhile: facets, then their corners.
static void prepare(const Kernel *k, const Meetings *list, u32 i) {
    enum { AHEAD = 4 };
    const Meeting *far = &list->data[MIN(i + 2 * AHEAD, list->len - 1)],
                  *near = &list->data[MIN(i + AHEAD, list->len - 1)];
    for (u32 j = 0; j < 2; j++) {
        __builtin_prefetch(&k->facets[far->facet[j]]);
        __builtin_prefetch(facet_corners(k, near->facet[j]));
    }
}

// Meetings in crossing planes whose ends are asked for.
typedef struct Batch {
    u32 n;
    const Meeting *meeting[POINT_QUEUE / 2];
    u32 end[POINT_QUEUE / 2][2];
    PointQueue queue;
} Batch;

static void cross_batch(Kernel *k, Batch *b) {
    points_answer(k, &b->queue);
    for (u32 i = 0; i < b->n; i++)
        cross_pair(k, b->meeting[i], point_answered(&b->queue, b->end[i][0]),
                   point_answered(&b->queue, b->end[i][1]));
    b->n = 0;
}

static void cross_range(Kernel *k, void *ctx, u32 range) {
    const Narrow *w = ctx;
    Batch batch;
    batch.n = batch.queue.n = 0;
    for (u32 i = 0; i < w->meetings[range].len; i++) {
        const Meeting *m = &w->meetings[range].data[i];
        prepare(k, &w->meetings[range], i);
        if ((i & 0xffff) == 0xffff)
            heap_poll(k->heap);
        if (is_flat(m) || batch.n == POINT_QUEUE / 2)
            cross_batch(k, &batch);
        if (is_flat(m)) {
            flat_pair(k, m->facet[0], m->facet[1]);
        } else {
            batch.meeting[batch.n] = m;
            batch.end[batch.n][0] = ask_end(k, m, m->first, m->first_of, &batch.queue);
            batch.end[batch.n++][1] = ask_end(k, m, m->last, m->last_of, &batch.queue);
        }
    }
    cross_batch(k, &batch);
}

// Runs a step that makes points or planes.
static void run_step(Kernel *k, u32 n, u64 work_ns, void (*step)(Kernel *k, void *ctx, u32 range),
                     Narrow *w) {
    if (kernel_uses_threads(k, n, work_ns))
        shards_run(k, n, work_ns, step, w);
    else
        for (u32 i = 0; i < n; i++)
            step(k, w, i);
}

static void narrow_block(Kernel *k, Narrow *w) {
    enum { TEST_NS = 100, PLANE_NS = 100, CROSS_NS = 150, GRAIN = 4096, PLANE_GRAIN = 64 };
    u32 n_words = k->n_facets / 64 + 1;
    w->n_ranges = kernel_ranges(k, w->n, GRAIN);
    w->n_facet_ranges = kernel_ranges(k, n_words, PLANE_GRAIN);
    w->meetings = HEAP_NEW(k->heap, Meetings, w->n_ranges);
    kernel_for(k, w->n_ranges, (u64)w->n * TEST_NS, test_range, w);
    u64 n_met = 0, n_planes = 0;
    for (u32 i = 0; i < w->n_ranges; i++)
        n_met += w->meetings[i].len;
    for (u32 i = 0; i < n_words; i++)
        n_planes += (u32)__builtin_popcountll(w->needs_plane[i]);
    run_step(k, w->n_facet_ranges, n_planes * PLANE_NS, add_planes, w);
    run_step(k, w->n_ranges, n_met * CROSS_NS, cross_range, w);
    for (u32 i = 0; i < w->n_ranges; i++)
        vec_free(k->heap, &w->meetings[i]);
    heap_free(k->heap, w->meetings);
}

void narrow(Kernel *k) {
    enum { BLOCK = 1 << 16 };
    k->unit_parent = ARENA_NEW(&k->arena, u32, k->n_facets);
    for (u32 t = 0; t < k->n_facets; t++)
        k->unit_parent[t] = t;
    Narrow w = {.needs_plane = HEAP_NEW(k->heap, u64, k->n_facets / 64 + 1)};
    for (; w.from < k->n_pairs; w.from += w.n) {
        w.n = MIN(BLOCK, k->n_pairs - w.from);
        narrow_block(k, &w);
    }
    heap_free(k->heap, k->pairs);
    k->pairs = NULL;
    heap_free(k->heap, w.needs_plane);
}
