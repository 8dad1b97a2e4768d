// SPDX-License-Identifier: Apache-2.0
// Pass 3, narrow phase: where two triangles meet, exactly.
//
// For planes that cross, both triangles cut the common line in an interval; the ends are where
// edges meet the other's plane. Their order along the line is the sign of a determinant of the
// edges' input corners (Guigue and Devillers, "Fast and robust triangle-triangle overlap test using
// orientation predicates", 2003), so no point is computed before it is known to exist. Results: a
// constraint inside each triangle (InnerSeg), and vertices on edges (EdgeSplit) which both
// triangles of an edge share, so that no T-junction can arise. Coplanar triangles split each
// other's edges, and those whose insides overlap become one unit. Cost: O(1) a pair. Bit lengths:
// determinants of 27-bit differences in 128 bits.
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

typedef struct Corners {
    i64 at[3][3];
    i64 n[3]; // outward
    i128 d;
} Corners;

static void load_corners(const Kernel *k, const Tri *tri, Corners *c) {
    for (u32 i = 0; i < 3; i++)
        point_grid(k, tri->v[i], c->at[i]);
    c->d = 0;
    for (u32 i = 0; i < 3; i++) {
        u32 j = (i + 1) % 3, l = (i + 2) % 3;
        c->n[i] = (c->at[1][j] - c->at[0][j]) * (c->at[2][l] - c->at[0][l]) -
                  (c->at[1][l] - c->at[0][l]) * (c->at[2][j] - c->at[0][j]);
        c->d -= (i128)c->n[i] * c->at[0][i];
    }
}

// Signs of u's corners against t's plane; false when all lie strictly on one side.
static bool corner_sides(const Corners *t, const Corners *u, int s[3]) {
    for (u32 i = 0; i < 3; i++)
        s[i] = sign_i128((i128)t->n[0] * u->at[i][0] + (i128)t->n[1] * u->at[i][1] +
                         (i128)t->n[2] * u->at[i][2] + t->d);
    return !(s[0] == s[1] && s[1] == s[2] && s[0] != 0);
}

static void split_edge(Kernel *k, u32 p, u32 q, u32 v) {
    if (v != p && v != q)
        avec_push(&k->arena, &k->splits, (EdgeSplit){MIN(p, q), MAX(p, q), v});
}

// One end of a triangle's interval on the common line: the edge that runs from the back of the
// other triangle's plane to its front, as corner numbers; corner: the end itself if it is a corner,
// or NONE.
typedef struct LineEnd {
    u32 from, to, corner;
} LineEnd;

// The ends in the order of (own normal) x (other's normal). A corner in the plane counts as behind
// it if no corner is, as before it otherwise: then just one corner is alone on its side.
static void line_ends(const int s[3], LineEnd *first, LineEnd *last) {
    bool has_back = s[0] < 0 || s[1] < 0 || s[2] < 0;
    bool front[3];
    for (u32 i = 0; i < 3; i++)
        front[i] = s[i] > 0 || (s[i] == 0 && has_back);
    u32 lone = front[0] == front[1] ? 2 : front[0] == front[2] ? 1 : 0;
    u32 next = (lone + 1) % 3, prev = (lone + 2) % 3;
    if (front[lone]) {
        *first = (LineEnd){prev, lone, NONE};
        *last = (LineEnd){next, lone, NONE};
    } else {
        *first = (LineEnd){lone, next, NONE};
        *last = (LineEnd){lone, prev, NONE};
    }
    for (u32 i = 0; i < 2; i++) {
        LineEnd *end = i ? last : first;
        end->corner = s[end->from] == 0 ? end->from : s[end->to] == 0 ? end->to : NONE;
    }
}

// Positive: f's end comes after e's in the direction of t's normal x u's normal.
static int compare_ends(const Corners *t, LineEnd e, const Corners *u, LineEnd f) {
    i64 a[3], b[3], c[3];
    for (u32 i = 0; i < 3; i++) {
        a[i] = t->at[e.to][i] - t->at[e.from][i];
        b[i] = u->at[f.from][i] - t->at[e.from][i];
        c[i] = u->at[f.to][i] - u->at[f.from][i];
    }
    return sign_i128((i128)(a[1] * b[2] - a[2] * b[1]) * c[0] +
                     (i128)(a[2] * b[0] - a[0] * b[2]) * c[1] +
                     (i128)(a[0] * b[1] - a[1] * b[0]) * c[2]);
}

typedef struct Meeting {
    Kernel *k;
    u32 t[2];       // the triangles
    LineEnd end[2]; // of each at the place in question
    u32 lying[2];   // the edge (corner, next corner) that lies in the other's plane, or NONE
} Meeting;

static u32 end_vertex(const Meeting *m, u32 i) {
    const Tri *tri = &m->k->tris[m->t[i]];
    if (m->end[i].corner != NONE)
        return tri->v[m->end[i].corner];
    return point_add_lpi(m->k, tri->v[m->end[i].from], tri->v[m->end[i].to],
                         tri_plane(m->k, m->t[1 - i]));
}

// The vertex where the common interval ends: at the end of the triangle(s) in `which` (bits 1, 2).
static u32 add_end(const Meeting *m, u32 which) {
    Kernel *k = m->k;
    u32 from =
        which == 3 ? (m->end[0].corner != NONE || m->end[1].corner == NONE ? 0 : 1) : which - 1;
    u32 v = end_vertex(m, from);
    for (u32 i = 0; i < 2; i++) {
        const Tri *tri = &k->tris[m->t[i]];
        if (which >> i & 1) {
            if (m->end[i].corner == NONE)
                split_edge(k, tri->v[m->end[i].from], tri->v[m->end[i].to], v);
        } else if (m->lying[i] != NONE) {
            split_edge(k, tri->v[m->lying[i]], tri->v[(m->lying[i] + 1) % 3], v);
        }
    }
    return v;
}

static u32 lying_edge(const int s[3]) {
    for (u32 i = 0; i < 3; i++)
        if (s[i] == 0 && s[(i + 1) % 3] == 0)
            return i;
    return NONE;
}

static bool has_corner(const Tri *tri, u32 v) {
    return tri->v[0] == v || tri->v[1] == v || tri->v[2] == v;
}

static void touch(Kernel *k, u32 t, u32 u) {
    k->tris[t].is_touched = k->tris[u].is_touched = true;
}

static void cross_pair(Kernel *k, u32 t, u32 u, const Corners *ct, const Corners *cu,
                       const int st[3], const int su[3]) {
    LineEnd t0, t1, u0, u1;
    line_ends(st, &t0, &t1);
    line_ends(su, &u1, &u0); // u's own direction is the opposite one
    if (compare_ends(ct, t0, cu, u1) < 0 || compare_ends(ct, t1, cu, u0) > 0)
        return;
    Meeting m = {.k = k, .t = {t, u}, .end = {t0, u0}, .lying = {lying_edge(st), lying_edge(su)}};
    int order = compare_ends(ct, t0, cu, u0);
    u32 from = order == 0 ? 3 : order > 0 ? 2 : 1, a = add_end(&m, from);
    m.end[0] = t1;
    m.end[1] = u1;
    order = compare_ends(ct, t1, cu, u1);
    u32 to = order == 0 ? 3 : order < 0 ? 2 : 1, b = add_end(&m, to);
    if (a == b && k->tris[t].leaf == k->tris[u].leaf && has_corner(&k->tris[t], a) &&
        has_corner(&k->tris[u], a))
        return; // neighbours that share a corner
    touch(k, t, u);
    for (u32 i = 0; i < 2; i++)
        if (m.lying[i] == NONE && (a != b || !((from | to) >> i & 1)))
            avec_push(&k->arena, &k->inner, (InnerSeg){m.t[i], a, b, tri_plane(k, m.t[1 - i])});
}

// ---- coplanar triangles
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
static int parts(const Flat a[3], const Flat b[3]) {
    int inside = turn(a[0], a[1], a[2]), best = 0;
    for (u32 i = 0; i < 3; i++) {
        int most = -1;
        for (u32 j = 0; j < 3; j++)
            most = MAX(most, turn(a[i], a[(i + 1) % 3], b[j]) * inside);
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

static void flat_pair(Kernel *k, u32 t, u32 u, const Corners *ct, const Corners *cu) {
    u32 plane = tri_plane(k, t), axis = k->planes.data[plane].axis;
    u32 x = (axis + 1) % 3, y = (axis + 2) % 3;
    Flat a[3], b[3];
    for (u32 i = 0; i < 3; i++) {
        a[i] = (Flat){ct->at[i][x], ct->at[i][y]};
        b[i] = (Flat){cu->at[i][x], cu->at[i][y]};
    }
    int apart = MAX(parts(a, b), parts(b, a));
    if (apart == 2)
        return;
    u32 n_before = k->splits.len;
    tri_plane(k, u);
    if (apart == 0)
        set_join(k->unit_parent, t, u);
    for (u32 i = 0; i < 3; i++)
        for (u32 j = 0; j < 3; j++) {
            u32 i2 = (i + 1) % 3, j2 = (j + 1) % 3;
            const u32 v[4] = {k->tris[t].v[i], k->tris[t].v[i2], k->tris[u].v[j], k->tris[u].v[j2]};
            const Flat at[4] = {a[i], a[i2], b[j], b[j2]};
            cross_flat_edges(k, at, v, axis);
        }
    if (apart == 0 || k->tris[t].leaf != k->tris[u].leaf || k->splits.len > n_before)
        touch(k, t, u);
}

// Triangles of one leaf that share an edge and lie in different planes meet in nothing else.
static bool are_plain_neighbours(const Kernel *k, u32 t, u32 u, const int st[3]) {
    const Tri *a = &k->tris[t], *b = &k->tris[u];
    if (a->leaf != b->leaf)
        return false;
    int n = has_corner(b, a->v[0]) + has_corner(b, a->v[1]) + has_corner(b, a->v[2]);
    return n == 2 && (st[0] || st[1] || st[2]);
}

void narrow(Kernel *k) {
    k->unit_parent = ARENA_NEW(&k->arena, u32, k->n_tris);
    for (u32 t = 0; t < k->n_tris; t++)
        k->unit_parent[t] = t;
    u32 loaded = NONE;
    Corners ct, cu;
    for (u32 i = 0; i < k->pairs.len; i++) {
        Pair pair = k->pairs.data[i];
        if ((i & 0xffff) == 0)
            heap_poll(k->heap);
        if (pair.t != loaded)
            load_corners(k, &k->tris[pair.t], &ct);
        loaded = pair.t;
        load_corners(k, &k->tris[pair.u], &cu);
        int st[3], su[3];
        if (!corner_sides(&ct, &cu, su) || !corner_sides(&cu, &ct, st))
            continue;
        if (are_plain_neighbours(k, pair.t, pair.u, st))
            continue;
        if (su[0] || su[1] || su[2])
            cross_pair(k, pair.t, pair.u, &ct, &cu, st, su);
        else
            flat_pair(k, pair.t, pair.u, &ct, &cu);
    }
}
