// SPDX-License-Identifier: Apache-2.0
// The vertical gap between two solids. Over one point of the ground, a's lower side is the lowest
// of its downward triangles and b's upper side the highest of its upward ones, so the least gap
// over the common shadow is the least over all such pairs of triangles; for one pair the gap is
// linear over the overlap of their projections, so its least value is at a corner of that overlap:
// a vertex over a face or a crossing of edges. Pairs whose projections only touch (an overlap
// narrower than SHADOW_WIDTH) do not count, nor do upright triangles, whose projection has no
// width.
#include "compiler/mesh/query_internal.h"

static const f64 SHADOW_WIDTH = 1e-6; // mm

typedef struct Drop {
    View a, b;
    f64 gap;
    f64 slack; // what falls less far by no more than that falls as far: rounding
    bool is_found;
    u64 work, hull_work;
} Drop;

// A triangle that looks down (a's) or up (b's), projected counter-clockwise, and its height
// z = z0 + slope . (x - p0).
typedef struct Shadow {
    Vec2 p[3];
    f64 z0, low, high;
    Vec2 slope;
    Box3 box;
} Shadow;

static bool shadow_of(const View *view, u32 tri, bool looks_up, Shadow *s) {
    Triangle t = view_triangle(view, tri);
    Vec3 n = vec3_cross(vec3_sub(t.p[1], t.p[0]), vec3_sub(t.p[2], t.p[0]));
    if (looks_up ? !(n.z > 0) : !(n.z < 0))
        return false;
    for (u32 k = 0; k < 3; k++) {
        Vec3 p = t.p[looks_up || k == 0 ? k : 3 - k];
        s->p[k] = (Vec2){p.x, p.y};
    }
    s->z0 = t.p[0].z;
    s->slope = (Vec2){-n.x / n.z, -n.y / n.z};
    s->box = triangle_box(&t);
    s->low = s->box.min.z;
    s->high = s->box.max.z;
    return true;
}

// Exact at the triangle's own corners; never outside its range of heights, however steep it is.
static f64 height_at(const Shadow *s, const Triangle *t, Vec2 p) {
    for (u32 k = 0; k < 3; k++)
        if (t->p[k].x == p.x && t->p[k].y == p.y)
            return t->p[k].z;
    f64 z = s->z0 + s->slope.x * (p.x - s->p[0].x) + s->slope.y * (p.y - s->p[0].y);
    return fmin(fmax(z, s->low), s->high);
}

static bool is_wide(const Clip *clip) {
    f64 length = 0;
    for (u32 i = 0; i < clip->n; i++) {
        Vec2 p = clip->p[i], q = clip->p[i + 1 < clip->n ? i + 1 : 0];
        length += fabs(q.x - p.x) + fabs(q.y - p.y);
    }
    return clip->n >= 3 && clip_area(clip) > SHADOW_WIDTH * length / 2;
}

static void drop_triangles(Drop *d, u32 tri_a, const Shadow *a, u32 tri_b, const Shadow *b) {
    Clip clip = clip_triangles(a->p, b->p);
    if (!is_wide(&clip))
        return;
    Triangle ta = view_triangle(&d->a, tri_a), tb = view_triangle(&d->b, tri_b);
    for (u32 i = 0; i < clip.n; i++) {
        f64 gap = height_at(a, &ta, clip.p[i]) - height_at(b, &tb, clip.p[i]);
        if (!d->is_found || gap < d->gap)
            d->gap = gap;
        d->is_found = true;
    }
}

static bool shadows_meet(Box3 a, Box3 b) {
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

// The gap is at least the bound: of no use?
static bool is_beyond(const Drop *d, f64 bound) {
    return bound == INFINITY || (d->is_found && bound >= d->gap - d->slack);
}

static void drop_leaves(Drop *d, NodePair pair) {
    const BoxNode *na = view_node(&d->a, pair.a), *nb = view_node(&d->b, pair.b);
    const u32 *items_a = d->a.tree->boxes.items, *items_b = d->b.tree->boxes.items;
    Shadow a, b;
    for (u32 i = na->right; i < na->right + na->len; i++) {
        if (!shadow_of(&d->a, items_a[i], false, &a))
            continue;
        for (u32 j = nb->right; j < nb->right + nb->len; j++)
            if (shadow_of(&d->b, items_b[j], true, &b) && shadows_meet(a.box, b.box) &&
                !is_beyond(d, a.low - b.high)) {
                drop_triangles(d, items_a[i], &a, items_b[j], &b);
                d->work += WORK_TRIANGLES;
            }
    }
}

typedef struct Ahead {
    NodePair pair;
    f64 bound;     // of its gap
    Vec2 slope;    // of a plane between the two, where hulls were asked last
    bool is_tight; // the bound is one of hulls
} Ahead;

static void bound_by_hulls(Drop *d, Ahead *p) {
    if (p->is_tight || d->work < d->hull_work || is_beyond(d, p->bound) ||
        !node_pair_is_large(&d->a, &d->b, p->pair))
        return;
    u64 work = 0;
    f64 enough = d->is_found ? d->gap - d->slack : INFINITY;
    p->bound = fmax(p->bound, hulls_drop(&d->a, &d->b, p->pair, enough, &p->slope, &work));
    f64 most = view_node_box(&d->a, p->pair.a).max.z - view_node_box(&d->b, p->pair.b).min.z;
    if (p->bound > most + d->slack) // hulls whose shadows do not meet have no gap
        p->bound = INFINITY;
    p->is_tight = true;
    if (!is_beyond(d, p->bound))
        d->hull_work += work / 4;
}

static void search_pairs(Drop *d) {
    Ahead stack[PAIR_STACK_MAX];
    u32 len = 0;
    stack[len++] = (Ahead){.bound = -INFINITY};
    while (len) {
        Ahead at = stack[--len], half[2];
        Box3 box_a = view_node_box(&d->a, at.pair.a), box_b = view_node_box(&d->b, at.pair.b);
        if (!shadows_meet(box_a, box_b))
            continue;
        bound_by_hulls(d, &at);
        if (is_beyond(d, at.bound))
            continue;
        if (view_node(&d->a, at.pair.a)->len && view_node(&d->b, at.pair.b)->len) {
            drop_leaves(d, at.pair);
            continue;
        }
        NodePair pairs[2];
        node_pair_split(&d->a, &d->b, at.pair, box_a, box_b, pairs);
        for (u32 k = 0; k < 2; k++) {
            half[k] = (Ahead){.pair = pairs[k], .slope = at.slope};
            half[k].bound =
                view_node_box(&d->a, pairs[k].a).min.z - view_node_box(&d->b, pairs[k].b).max.z;
            bound_by_hulls(d, &half[k]);
        }
        d->work += WORK_PAIR;
        u32 first = half[1].bound < half[0].bound;
        stack[len++] = half[1 - first];
        stack[len++] = half[first];
    }
}

bool mesh_drop(const PlacedMesh *a, const PlacedMesh *b, f64 *gap) {
    Drop d = {.hull_work = HULLS_FROM, .a = view_make(a, NULL), .b = view_make(b, NULL)};
    if (view_is_empty(&d.a) || view_is_empty(&d.b))
        return false;
    d.slack = view_rounding(&d.a) + view_rounding(&d.b);
    search_pairs(&d);
    *gap = d.gap;
    return d.is_found;
}
