// SPDX-License-Identifier: Apache-2.0
// Bounds tighter than boxes: how far apart the convex hulls of what lies under two nodes are. Where
// long thin triangles all run through one place, as in a fan, their boxes overlap however the tree
// cuts them, and pairs of boxes rule out nothing; hulls do. No hull is ever built: it is asked how
// far it reaches in a direction, which the tree answers in about log n.
//
// Either bound is the best of planes that part the hulls: each of its steps looks how far both
// reach along the last plane's normal, which gives a valid bound whatever the rounding of the
// normal, and turns the normal by what was found there. How far is looked only as closely as the
// question needs: where hulls are much farther apart than what they are compared with, roughly.
#include "compiler/mesh/query_internal.h"

enum { STEPS_MAX = 20 };

f64 view_rounding(const View *view) {
    Box3 box = view_node(view, 0)->box;
    f64 x = MAX(fabs(box.min.x), fabs(box.max.x)), y = MAX(fabs(box.min.y), fabs(box.max.y)),
        z = MAX(fabs(box.min.z), fabs(box.max.z)), size = 0;
    for (u32 i = 0; i < 3; i++) {
        const f64 *m = view->map.m[i];
        size += fabs(m[0]) * x + fabs(m[1]) * y + fabs(m[2]) * z;
    }
    return 1e-12 * (size + fabs(view->map.t.x) + fabs(view->map.t.y) + fabs(view->map.t.z));
}

static f64 box_reach(const Box3 *box, Vec3 d) {
    return d.x * (d.x > 0 ? box->max.x : box->min.x) + d.y * (d.y > 0 ? box->max.y : box->min.y) +
           d.z * (d.z > 0 ? box->max.z : box->min.z);
}

// A vertex under the node than which none lies farther along d by more than `slack`.
static Vec3 farthest_under(const View *view, u32 node, Vec3 d, f64 slack, u64 *work) {
    const f64(*m)[3] = view->map.m;
    const Vec3 back = {m[0][0] * d.x + m[1][0] * d.y + m[2][0] * d.z,
                       m[0][1] * d.x + m[1][1] * d.y + m[2][1] * d.z,
                       m[0][2] * d.x + m[1][2] * d.y + m[2][2] * d.z}; // in the mesh's space
    const Vec3 *verts = view->mesh->verts;
    struct {
        u32 node;
        f64 reach;
    } stack[BOX_TREE_DEPTH_MAX + 1];
    u32 len = 0, best = 0;
    f64 most = -INFINITY;
    stack[len].node = node;
    stack[len++].reach = INFINITY;
    while (len) {
        u32 at = stack[--len].node;
        if (stack[len].reach <= most + slack)
            continue;
        const BoxNode *n = view_node(view, at);
        for (u32 i = 0; i < 3 * n->len; i++) {
            u32 v = view->mesh->tris[3 * view->tree->boxes.items[n->right + i / 3] + i % 3];
            f64 reach = vec3_dot(back, verts[v]);
            if (reach > most) {
                most = reach;
                best = v;
            }
        }
        *work += WORK_NODE;
        if (n->len)
            continue;
        f64 left = box_reach(&view_node(view, at + 1)->box, back),
            right = box_reach(&view_node(view, n->right)->box, back);
        bool right_first = right > left;
        stack[len].node = right_first ? at + 1 : n->right;
        stack[len++].reach = right_first ? left : right;
        stack[len].node = right_first ? n->right : at + 1;
        stack[len++].reach = right_first ? right : left;
    }
    return view->is_same ? verts[best] : affine3_point(&view->map, verts[best]);
}

// From a vertex of a that lies far along d to one of b that does so little: there is no way whose
// length along d is less by more than 2 slack.
static Vec3 way_along(const View *a, const View *b, NodePair pair, Vec3 d, f64 slack, u64 *work) {
    return vec3_sub(farthest_under(b, pair.b, vec3_scale(d, -1), slack, work),
                    farthest_under(a, pair.a, d, slack, work));
}

static f64 first_slack(const View *a, const View *b, NodePair pair) {
    return (box_extent(view_node_box(a, pair.a)) + box_extent(view_node_box(b, pair.b))) / 64;
}

// ---- distance ----

typedef struct Simplex {
    Vec3 p[4];
    u32 n;
} Simplex;

static void keep_nearer(Vec3 at, f64 *best, Vec3 *nearest, Simplex *kept, Simplex of) {
    f64 square = vec3_dot(at, at);
    if (square < *best) {
        *best = square;
        *nearest = at;
        *kept = of;
    }
}

static void try_segment(Vec3 p, Vec3 q, f64 *best, Vec3 *nearest, Simplex *kept) {
    Vec3 d = vec3_sub(q, p);
    f64 size = vec3_dot(d, d), t = size > 0 ? -vec3_dot(p, d) / size : 0;
    if (t <= 0)
        keep_nearer(p, best, nearest, kept, (Simplex){{p}, 1});
    else if (t >= 1)
        keep_nearer(q, best, nearest, kept, (Simplex){{q}, 1});
    else
        keep_nearer(vec3_add(p, vec3_scale(d, t)), best, nearest, kept, (Simplex){{p, q}, 2});
}

static void try_triangle(const Vec3 p[3], f64 *best, Vec3 *nearest, Simplex *kept) {
    Vec3 n = vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0]));
    f64 size = vec3_dot(n, n);
    bool is_over = size > 0;
    for (u32 k = 0; k < 3; k++) {
        Vec3 a = p[k], b = p[(k + 1) % 3];
        if (size > 0 && vec3_dot(vec3_cross(a, b), n) >= 0)
            continue;
        is_over = false;
        try_segment(a, b, best, nearest, kept);
    }
    if (is_over)
        keep_nearer(vec3_scale(n, vec3_dot(p[0], n) / size), best, nearest, kept,
                    (Simplex){{p[0], p[1], p[2]}, 3});
}

// The nearest point to the origin; what does not hold it is dropped. False: the origin lies inside.
static bool nearest_in_simplex(Simplex *s, Vec3 *nearest) {
    const Simplex of = *s;
    f64 best = INFINITY;
    if (s->n == 1)
        keep_nearer(s->p[0], &best, nearest, s, of);
    else if (s->n == 2)
        try_segment(of.p[0], of.p[1], &best, nearest, s);
    else if (s->n == 3)
        try_triangle(of.p, &best, nearest, s);
    else {
        for (u32 k = 0; k < 4; k++) {
            const Vec3 side[3] = {of.p[(k + 1) % 4], of.p[(k + 2) % 4], of.p[(k + 3) % 4]};
            Vec3 n = vec3_cross(vec3_sub(side[1], side[0]), vec3_sub(side[2], side[0]));
            f64 origin = -vec3_dot(n, side[0]), inner = vec3_dot(n, vec3_sub(of.p[k], side[0]));
            if (!(origin * inner > 0))
                try_triangle(side, &best, nearest, s);
        }
    }
    return best < INFINITY;
}

// Gilbert, Johnson and Keerthi 1988.
f64 hulls_apart(const View *a, const View *b, NodePair pair, f64 enough, Vec3 *way, u64 *work) {
    Simplex s = {.n = 0};
    Vec3 v = *way;
    f64 bound = 0, nearest = INFINITY, slack = first_slack(a, b, pair);
    for (u32 step = 0; step < STEPS_MAX; step++) {
        Vec3 normal = vec3_unit(v), w = way_along(a, b, pair, normal, slack, work);
        f64 apart = vec3_dot(normal, w) - 2 * slack;
        if (apart > bound) {
            bound = apart;
            *way = normal;
        }
        if (bound >= enough)
            break;
        s.p[s.n++] = w;
        if (!nearest_in_simplex(&s, &v) || !(vec3_dot(v, v) < nearest))
            break;
        nearest = vec3_dot(v, v);
        slack = (sqrt(nearest) - enough) / 4;
        if (!(slack > 0)) // the hulls are nearer than that
            break;
    }
    return bound;
}

// ---- the vertical gap ----

enum { SLOPE_MAX = 64 }; // walls steeper than that count as that steep

// Three corners around the upright line through the origin: differences of something of a and
// something of b (weight 1), or ways to go from one (weight 0).
typedef struct Portal {
    Vec3 p[3];
    f64 weight[3];
    Vec3 side[3]; // the plane through the line and the two other corners, over det
} Portal;

static Vec3 flat(Vec3 p, f64 weight) {
    return vec3(p.x, p.y, weight);
}

static bool portal_prepare(Portal *portal) {
    Vec3 h[3];
    for (u32 k = 0; k < 3; k++)
        h[k] = flat(portal->p[k], portal->weight[k]);
    f64 det = vec3_dot(h[0], vec3_cross(h[1], h[2]));
    for (u32 k = 0; k < 3; k++)
        portal->side[k] = vec3_scale(vec3_cross(h[(k + 1) % 3], h[(k + 2) % 3]), 1 / det);
    return det != 0;
}

// Down from w walls of the greatest slope.
static bool portal_init(Portal *portal, Vec3 w) {
    *portal = (Portal){.p = {w, {w.x > 0 ? -1 : 1, 0, SLOPE_MAX}, {0, w.y > 0 ? -1 : 1, SLOPE_MAX}},
                       .weight = {1, 0, 0}};
    return portal_prepare(portal);
}

// w for the corner that lets the line stay within.
static bool portal_take(Portal *portal, Vec3 w) {
    u32 out = NONE;
    f64 least = INFINITY;
    for (u32 k = 0; k < 3; k++) {
        f64 moved = vec3_dot(flat(w, 1), portal->side[k]), share = portal->side[k].z;
        if (moved > 0 && share < least * moved) {
            least = share / moved;
            out = k;
        }
    }
    if (out == NONE)
        return false;
    portal->p[out] = w;
    portal->weight[out] = 1;
    return portal_prepare(portal);
}

// The plane through the corners: its slopes and its height over the origin.
static Vec3 portal_plane(const Portal *portal) {
    Vec3 plane = {0, 0, 0};
    for (u32 k = 0; k < 3; k++)
        plane = vec3_add(plane, vec3_scale(portal->side[k], portal->p[k].z));
    return plane;
}

// The least height of the hull of all differences over the origin: a plane through three of them
// around the line gives way to one under it until there is none (the dual simplex method).
f64 hulls_drop(const View *a, const View *b, NodePair pair, f64 enough, Vec2 *slope, u64 *work) {
    const NodePair turned = {pair.b, pair.a};
    Portal portal;
    Vec2 s = *slope;
    f64 bound = -INFINITY, slack = first_slack(a, b, pair),
        done = isfinite(enough) ? 0 : slack / 1024;
    for (u32 step = 0; step < STEPS_MAX; step++) {
        Vec3 d = {-s.x, -s.y, 1}, w = way_along(b, a, turned, d, slack, work);
        f64 low = vec3_dot(d, w) - 2 * slack;
        if (low > bound) {
            bound = low;
            *slope = s;
        }
        if (bound >= enough || !(step ? portal_take(&portal, w) : portal_init(&portal, w)))
            break;
        Vec3 plane = portal_plane(&portal);
        s = (Vec2){plane.x, plane.y};
        slack = (plane.z - (isfinite(enough) ? fmax(enough, bound) : bound)) / 4;
        if (!(slack > done)) // the hull is lower than that, or nothing is lower than the plane
            break;
        if (!(fabs(s.x) <= 2 * SLOPE_MAX && fabs(s.y) <= 2 * SLOPE_MAX)) // rounding
            break;
    }
    return bound;
}
