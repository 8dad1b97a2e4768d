// SPDX-License-Identifier: Apache-2.0
// A second part of the zone of boolean_buried.c, for what voxels are too coarse for: where many
// facets cross each other, as where bars run through one place.
//
// A place behind the planes of all triangles of a leaf is inside of it: a ray that leaves through
// one of them meets no other from outside. So behind those planes by some quanta lies a convex part
// of the leaf, its *hull*, which is nearly all of a box. The hulls of covering leaves are of the
// zone, exactly as voxels are: two facets that meet in them alone draw no constraints in each
// other. They split each other's edges all the same. Of n facets through one place each has few
// constraints then, not n, and their cells number as those that the union keeps, not n^3.
//
// Cost: O(h) for h hulls for each pair that meets and each edge of a cell, while a facet's c
// constraints may cross in c^2 places: it is done where facets have more pairs than there are
// hulls.
#include "compiler/mesh/boolean_internal.h"

enum {
    MARGIN = 4,      // quanta, from a hull to the surface that it is inside of
    REACH = 2,       // from the zone: an edge as near as that counts as in it
    MOST_SIDES = 32, // of a hull
    LEAST_HULLS = 8,
    PAIRS_A_FACET = 64, // on the average: for fewer it does not pay
};

// x is in it if n.x <= d of all sides.
typedef struct HullSide {
    f64 n[3], d;
} HullSide;

typedef struct Box {
    f64 min[3], max[3];
} Box;

typedef struct Hull {
    Box box; // holds it, and what is REACH off
    HullSide *sides;
    u32 n;
} Hull;

typedef struct Hulls {
    VEC(Hull) list;
    Box box; // of all
} Hulls;

static f64 height(const HullSide *side, const f64 at[3]) {
    return side->n[0] * at[0] + side->n[1] * at[1] + side->n[2] * at[2] - side->d;
}

// A side for each triangle, those of one plane once.
static void add_hull(Kernel *k, Hulls *hulls, u32 leaf) {
    HullSide sides[MOST_SIDES];
    u32 n = 0;
    for (u32 t = 0; t < k->expr->leaves[leaf].mesh->n_tris; t++) {
        Corner at[3];
        i64 normal[3];
        leaf_tri_normal(k, leaf, t, at, normal);
        f64 length = sqrt((f64)normal[0] * (f64)normal[0] + (f64)normal[1] * (f64)normal[1] +
                          (f64)normal[2] * (f64)normal[2]);
        if (length == 0)
            continue;
        HullSide side = {.d = -MARGIN};
        for (u32 i = 0; i < 3; i++) {
            side.n[i] = (f64)normal[i] / length;
            side.d += side.n[i] * at[0].at[i];
        }
        u32 same = 0;
        while (same < n && (sides[same].d != side.d || sides[same].n[0] != side.n[0] ||
                            sides[same].n[1] != side.n[1] || sides[same].n[2] != side.n[2]))
            same++;
        if (same == MOST_SIDES)
            return;
        sides[same] = side;
        n = MAX(n, same + 1);
    }
    if (n < 4)
        return;
    Hull hull = {.sides = arena_alloc_raw(&k->arena, n, sizeof *sides), .n = n};
    for (u32 i = 0; i < n; i++)
        hull.sides[i] = sides[i];
    Box *all = &hulls->box;
    for (u32 i = 0; i < 3; i++) {
        hull.box.min[i] = k->leaves[leaf].box.min[i] + (MARGIN - REACH);
        hull.box.max[i] = k->leaves[leaf].box.max[i] - (MARGIN - REACH);
        all->min[i] = f64_min(all->min[i], hull.box.min[i]);
        all->max[i] = f64_max(all->max[i], hull.box.max[i]);
    }
    avec_push(&k->arena, &hulls->list, hull);
}

void find_hulls(Kernel *k) {
    bool is_forced = k->options.burying == CSG_BURY_ALWAYS;
    u64 n_pairs = k->n_pairs, n_facets = k->n_facets;
    if (k->is_thorough || k->options.burying == CSG_BURY_NEVER || k->expr->n_leaves < 2 ||
        (!is_forced && n_pairs < PAIRS_A_FACET * n_facets))
        return;
    arena_init(&k->scratch, k->heap);
    const bool *covers = find_covering(k, &k->scratch);
    Hulls hulls = {.box = {{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}}};
    for (u32 l = 0; l < k->expr->n_leaves; l++)
        if (covers[l] && k->expr->leaves[l].mesh->n_tris <= 2 * MOST_SIDES)
            add_hull(k, &hulls, l);
    arena_finish(&k->scratch);
    u32 n = hulls.list.len;
    if (n < (is_forced ? 1 : LEAST_HULLS) || (!is_forced && n_pairs < n * n_facets))
        return;
    k->hulls = ARENA_NEW(&k->arena, Hulls, 1);
    *k->hulls = hulls;
    bury_in_hulls(k);
}

static bool is_in_box(const Box *box, const f64 at[3]) {
    for (u32 i = 0; i < 3; i++)
        if (at[i] < box->min[i] || at[i] > box->max[i])
            return false;
    return true;
}

static bool is_in_hull(const Hull *hull, const f64 at[3]) {
    bool is_in = is_in_box(&hull->box, at);
    for (u32 i = 0; i < hull->n && is_in; i++)
        is_in = height(&hull->sides[i], at) <= 0;
    return is_in;
}

// Where the line from p (0) to q (1), of which some place before is in the hull, leaves it.
static f64 leave_hull(const Hull *hull, const f64 p[3], const f64 q[3]) {
    f64 end = 1;
    for (u32 i = 0; i < hull->n; i++) {
        f64 b = height(&hull->sides[i], q);
        if (b > 0) {
            f64 a = height(&hull->sides[i], p);
            end = f64_min(end, a / (a - b));
        }
    }
    return end;
}

bool hulls_hold_line(const Kernel *k, const f64 p[3], const f64 q[3], u32 *lately) {
    const Hull *list = k->hulls->list.data;
    u32 n = k->hulls->list.len;
    if (!is_in_box(&k->hulls->box, p) || !is_in_box(&k->hulls->box, q))
        return false;
    for (f64 t = 0, next; t < 1; t = next) { // what is up to t is in hulls
        const f64 at[3] = {p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]),
                           p[2] + t * (q[2] - p[2])};
        next = t;
        for (u32 j = 0; j <= n && next < 1; j++) {
            u32 i = j ? j - 1 : *lately;
            f64 end = is_in_hull(&list[i], at) ? leave_hull(&list[i], p, q) : t;
            if (end > next) {
                next = end;
                *lately = i;
            }
        }
        if (next <= t)
            return false;
    }
    return true;
}

static bool meets_hull(const Hull *hull, const f64 p[3], const f64 q[3]) {
    f64 from = 0, to = 1;
    for (u32 i = 0; i < hull->n && from <= to; i++) {
        f64 a = height(&hull->sides[i], p) - REACH, b = height(&hull->sides[i], q) - REACH;
        if (a > 0 && b > 0)
            return false;
        if (a > 0)
            from = f64_max(from, a / (a - b));
        else if (b > 0)
            to = f64_min(to, a / (a - b));
    }
    return from <= to;
}

static bool are_apart(const Box *a, const Box *b) {
    for (u32 i = 0; i < 3; i++)
        if (a->min[i] > b->max[i] || b->min[i] > a->max[i])
            return true;
    return false;
}

bool hulls_meet_line(const Kernel *k, const f64 p[3], const f64 q[3]) {
    Box box;
    for (u32 i = 0; i < 3; i++) {
        box.min[i] = f64_min(p[i], q[i]);
        box.max[i] = f64_max(p[i], q[i]);
    }
    if (are_apart(&box, &k->hulls->box))
        return false;
    for (u32 i = 0; i < k->hulls->list.len; i++)
        if (!are_apart(&box, &k->hulls->list.data[i].box) &&
            meets_hull(&k->hulls->list.data[i], p, q))
            return true;
    return false;
}
