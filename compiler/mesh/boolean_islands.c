// SPDX-License-Identifier: Apache-2.0
// Pass 4, islands: facets of a unit that lie strictly inside of another one, their host.
//
// Where tools are flush with a plate, or bosses stand on it, all their faces lie in the plate's.
// They need no arrangement if they are apart from each other and from what else cuts the plate:
// the host has them for holes, and each is one cell. Here is found whether there is a host;
// whether its islands are apart is for boolean_lone.c to say. Cost: O(n + m) for a host of n
// corners and islands of m, O(n m) where islands are near its boundary and it is slanted there.
#include "compiler/mesh/boolean_arrange.h"

typedef struct FlatGridBox {
    i64 min[2], max[2];
} FlatGridBox;

static FlatGridBox box_of(const Unit *u, u32 t) {
    const Corner *corner = facet_corners(u->k, t);
    FlatGridBox box = {{INT32_MAX, INT32_MAX}, {INT32_MIN, INT32_MIN}};
    for (u32 i = 0; i < u->k->facets[t].n; i++) {
        const i64 at[2] = {corner[i].at[u->x], corner[i].at[u->y]};
        for (u32 j = 0; j < 2; j++) {
            box.min[j] = MIN(box.min[j], at[j]);
            box.max[j] = MAX(box.max[j], at[j]);
        }
    }
    return box;
}

static u32 find_widest(const Unit *u) {
    u32 widest = NONE;
    i64 width = -1;
    for (u32 i = 0; i < u->n_facets; i++) {
        FlatGridBox box = box_of(u, u->facets[i]);
        if (box.max[0] - box.min[0] > width) {
            width = box.max[0] - box.min[0];
            widest = u->facets[i];
        }
    }
    return widest;
}

// From p along dx, dy; coordinates are at most 2^25, so products are at most 2^52.
typedef struct FlatEdge {
    i64 p[2], dx, dy;
} FlatEdge;

static bool is_left(const FlatEdge *e, i64 x, i64 y) {
    return e->dx * (y - e->p[1]) - e->dy * (x - e->p[0]) > 0;
}

// Facet t, whose box that is, lies strictly left of the edge: the box does, or all corners do.
static bool lies_left(const Unit *u, const FlatEdge *e, u32 t, const FlatGridBox *box) {
    if (is_left(e, e->dy > 0 ? box->max[0] : box->min[0], e->dx > 0 ? box->min[1] : box->max[1]))
        return true;
    const Corner *corner = facet_corners(u->k, t);
    u32 i = 0;
    while (i < u->k->facets[t].n && is_left(e, corner[i].at[u->x], corner[i].at[u->y]))
        i++;
    return i == u->k->facets[t].n;
}

static bool lies_inside(const Unit *u, u32 t, u32 host) {
    const Facet *around = &u->k->facets[host];
    const Corner *corner = facet_corners(u->k, host);
    FlatGridBox box = box_of(u, t);
    for (u32 i = 0; i < around->n; i++) {
        // Counter-clockwise from the plane's front.
        u32 next = i + 1 < around->n ? i + 1 : 0;
        const i32 *p = corner[around->is_flipped ? next : i].at,
                  *q = corner[around->is_flipped ? i : next].at;
        const FlatEdge e = {{p[u->x], p[u->y]}, (i64)q[u->x] - p[u->x], (i64)q[u->y] - p[u->y]};
        if (!lies_left(u, &e, t, &box))
            return false;
    }
    return true;
}

u32 unit_find_host(const Unit *u) {
    u32 host = u->k->burial ? NONE : find_widest(u);
    for (u32 i = 0; i < u->n_facets && host != NONE; i++)
        if (u->facets[i] != host && !lies_inside(u, u->facets[i], host))
            host = NONE;
    return host;
}
