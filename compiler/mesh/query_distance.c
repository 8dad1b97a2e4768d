// SPDX-License-Identifier: Apache-2.0
// Distance between solids by branch and bound over both trees: pairs of nodes whose boxes are
// farther apart than the best pair of triangles so far are dropped. Works in the space of one of
// the meshes when its map keeps shapes (then only the other's triangles are moved), else in the
// world.
#include "compiler/mesh/query_internal.h"

enum { FEW_PROBES = 4 };

typedef struct Nearest {
    f64 square; // of the distance; INFINITY or the limit's at first
    f64 enough; // what is no more than this needs no bettering
    f64 slack;  // what is nearer by no more than that, not its square, is no nearer: rounding
    f64 cutoff; // what is found: (distance - slack)^2
    Vec3 on_a, on_b;
    bool is_found;
    u64 work, hull_work;
} Nearest;

// Nothing whose distance is at least the bound (a square) is of use.
static bool is_beyond(const Nearest *best, f64 bound) {
    return best->is_found ? bound >= best->cutoff : bound > best->square;
}

static void offer(Nearest *best, Vec3 a, Vec3 b) {
    Vec3 d = vec3_sub(a, b);
    f64 square = vec3_dot(d, d);
    if (square < best->square || (!best->is_found && square <= best->square)) {
        f64 less = MAX(sqrt(square) - best->slack, 0);
        best->square = square;
        best->cutoff = less * less;
        best->on_a = a;
        best->on_b = b;
        best->is_found = true;
    }
}

static f64 clamp01(f64 x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

// The nearest points of two segments (Ericson, "Real-Time Collision Detection", 5.1.9).
static void offer_segments(Nearest *best, Vec3 p1, Vec3 q1, Vec3 p2, Vec3 q2) {
    Vec3 d1 = vec3_sub(q1, p1), d2 = vec3_sub(q2, p2), r = vec3_sub(p1, p2);
    f64 a = vec3_dot(d1, d1), e = vec3_dot(d2, d2), f = vec3_dot(d2, r), c = vec3_dot(d1, r);
    f64 b = vec3_dot(d1, d2), den = a * e - b * b;
    f64 s = den > 0 ? clamp01((b * f - c * e) / den) : 0;
    f64 t = e > 0 ? (b * s + f) / e : 0;
    if (t < 0 || t > 1) {
        t = clamp01(t);
        s = a > 0 ? clamp01((b * t - c) / a) : 0;
    }
    offer(best, vec3_add(p1, vec3_scale(d1, s)), vec3_add(p2, vec3_scale(d2, t)));
}

// Where p lies over the inside of the triangle: its foot; false: beside it (edges then decide).
static bool foot_in_triangle(const Triangle *t, Vec3 p, Vec3 *foot) {
    Vec3 n = vec3_cross(vec3_sub(t->p[1], t->p[0]), vec3_sub(t->p[2], t->p[0]));
    f64 size = vec3_dot(n, n);
    if (!(size > 0))
        return false;
    for (u32 k = 0; k < 3; k++) {
        Vec3 a = t->p[k], b = t->p[(k + 1) % 3];
        if (vec3_dot(vec3_cross(vec3_sub(b, a), vec3_sub(p, a)), n) < 0)
            return false;
    }
    *foot = vec3_sub(p, vec3_scale(n, vec3_dot(vec3_sub(p, t->p[0]), n) / size));
    return true;
}

// Where the segment passes through the triangle.
static bool pierces(const Triangle *t, Vec3 p, Vec3 q, Vec3 *at) {
    Vec3 n = vec3_cross(vec3_sub(t->p[1], t->p[0]), vec3_sub(t->p[2], t->p[0]));
    f64 hp = vec3_dot(n, vec3_sub(p, t->p[0])), hq = vec3_dot(n, vec3_sub(q, t->p[0]));
    if ((hp > 0) == (hq > 0) || hp == hq)
        return false;
    Vec3 x = vec3_lerp(p, q, hp / (hp - hq));
    for (u32 k = 0; k < 3; k++) {
        Vec3 a = t->p[k], b = t->p[(k + 1) % 3];
        if (vec3_dot(vec3_cross(vec3_sub(b, a), vec3_sub(x, a)), n) < 0)
            return false;
    }
    *at = x;
    return true;
}

// can_meet: their boxes do.
static void offer_triangles(Nearest *best, const Triangle *a, const Triangle *b, bool can_meet) {
    Vec3 foot;
    for (u32 k = 0; k < 3; k++) {
        if (foot_in_triangle(b, a->p[k], &foot))
            offer(best, a->p[k], foot);
        if (foot_in_triangle(a, b->p[k], &foot))
            offer(best, foot, b->p[k]);
        if (can_meet && (pierces(b, a->p[k], a->p[(k + 1) % 3], &foot) ||
                         pierces(a, b->p[k], b->p[(k + 1) % 3], &foot)))
            offer(best, foot, foot);
        for (u32 m = 0; m < 3; m++)
            offer_segments(best, a->p[k], a->p[(k + 1) % 3], b->p[m], b->p[(m + 1) % 3]);
    }
}

static f64 box_distance_square(Box3 a, Box3 b) {
    f64 x = MAX(MAX(a.min.x - b.max.x, b.min.x - a.max.x), 0);
    f64 y = MAX(MAX(a.min.y - b.max.y, b.min.y - a.max.y), 0);
    f64 z = MAX(MAX(a.min.z - b.max.z, b.min.z - a.max.z), 0);
    return (x * x + y * y + z * z) * (1 - 1e-14); // never above the truth
}

// How far the triangles of a leaf reach along d: the largest (sign 1) or least (-1) coordinate.
static void reach_along(const Triangle *t, u32 n, Vec3 d, f64 sign, f64 *reach) {
    for (u32 i = 0; i < n; i++) {
        f64 x = sign * vec3_dot(t[i].p[0], d), y = sign * vec3_dot(t[i].p[1], d),
            z = sign * vec3_dot(t[i].p[2], d);
        reach[i] = sign * MAX(x, MAX(y, z));
    }
}

// Along the line through the best pair so far, what is farther apart than that pair needs no closer
// look. Where surfaces are smooth that is nearly everything, since boxes are bounds too loose to
// see that two patches lie farther apart than the patch beside them.
static void offer_leaves(const View *a, const View *b, NodePair pair, Nearest *best) {
    const BoxNode *na = view_node(a, pair.a), *nb = view_node(b, pair.b);
    Triangle ta[BOX_TREE_LEAF], tb[BOX_TREE_LEAF];
    Box3 box_b[BOX_TREE_LEAF];
    f64 reach_a[BOX_TREE_LEAF] = {0}, reach_b[BOX_TREE_LEAF] = {0}, most = INFINITY;
    for (u32 j = 0; j < nb->len; j++) {
        tb[j] = view_triangle(b, b->tree->boxes.items[nb->right + j]);
        box_b[j] = triangle_box(&tb[j]);
    }
    for (u32 i = 0; i < na->len; i++)
        ta[i] = view_triangle(a, a->tree->boxes.items[na->right + i]);
    if (best->is_found && best->square > 0) {
        Vec3 d = vec3_unit(vec3_sub(best->on_b, best->on_a));
        most = sqrt(best->cutoff);
        reach_along(ta, na->len, d, 1, reach_a);
        reach_along(tb, nb->len, d, -1, reach_b);
    }
    for (u32 i = 0; i < na->len; i++) {
        Box3 box_a = triangle_box(&ta[i]);
        for (u32 j = 0; j < nb->len; j++) {
            if (reach_b[j] - reach_a[i] >= most)
                continue;
            f64 bound = box_distance_square(box_a, box_b[j]);
            if (is_beyond(best, bound))
                continue;
            offer_triangles(best, &ta[i], &tb[j], bound == 0);
            best->work += WORK_TRIANGLES;
        }
    }
}

typedef struct Ahead {
    NodePair pair;
    f64 bound;     // of its distance, a square
    Vec3 way;      // from a to b, where hulls were asked last
    bool is_tight; // the bound is one of hulls
} Ahead;

static void bound_by_hulls(const View *a, const View *b, Nearest *best, Ahead *p) {
    if (p->is_tight || best->work < best->hull_work || is_beyond(best, p->bound) ||
        !node_pair_is_large(a, b, p->pair))
        return;
    u64 work = 0;
    f64 enough = sqrt(best->is_found ? best->cutoff : best->square);
    f64 apart = hulls_apart(a, b, p->pair, enough, &p->way, &work);
    p->bound = MAX(p->bound, apart * apart);
    p->is_tight = true;
    if (!is_beyond(best, p->bound))
        best->hull_work += work / 4;
}

static void search_pairs(const View *a, const View *b, Nearest *best) {
    Ahead stack[PAIR_STACK_MAX];
    u32 len = 0;
    Box3 box_a = view_node_box(a, 0), box_b = view_node_box(b, 0);
    stack[len++] = (Ahead){.way = vec3_sub(box3_center(box_b), box3_center(box_a))};
    while (len && !(best->is_found && best->square <= best->enough)) {
        Ahead at = stack[--len], half[2];
        bound_by_hulls(a, b, best, &at);
        if (is_beyond(best, at.bound))
            continue;
        if (view_node(a, at.pair.a)->len && view_node(b, at.pair.b)->len) {
            offer_leaves(a, b, at.pair, best);
            continue;
        }
        NodePair pairs[2];
        box_a = view_node_box(a, at.pair.a);
        box_b = view_node_box(b, at.pair.b);
        node_pair_split(a, b, at.pair, box_a, box_b, pairs);
        for (u32 k = 0; k < 2; k++) {
            half[k] = (Ahead){.pair = pairs[k], .way = at.way};
            half[k].bound =
                box_distance_square(view_node_box(a, pairs[k].a), view_node_box(b, pairs[k].b));
            bound_by_hulls(a, b, best, &half[k]);
        }
        best->work += WORK_PAIR;
        u32 near = half[1].bound < half[0].bound;
        stack[len++] = half[1 - near]; // the nearer one last, so that it comes first
        stack[len++] = half[near];
    }
}

// One of the components from .. to of the surface of a has a place in b.
static bool holds_a_part(const PlacedMesh *a, const PlacedMesh *b, u32 from, u32 to, Vec3 *where) {
    for (u32 i = from; i < MIN(to, a->tree->n_probes); i++) {
        Vec3 p = affine3_point(&a->map, a->mesh->verts[a->tree->probes[i]]);
        if (mesh_contains(b, p)) {
            *where = p;
            return true;
        }
    }
    return false;
}

static bool find_held(const PlacedMesh *a, const PlacedMesh *b, u32 from, u32 to, Vec3 *where) {
    return holds_a_part(a, b, from, to, where) || holds_a_part(b, a, from, to, where);
}

// enough: a distance that no better one is looked for.
static MeshDistance find_distance(const PlacedMesh *a, const PlacedMesh *b, f64 limit, f64 enough) {
    MeshDistance out = {.distance = INFINITY};
    Affine3 inverse, back = affine3_identity();
    f64 scale = 1;
    bool in_a = affine3_is_similarity(&a->map, &scale) && affine3_invert(&a->map, &inverse);
    bool in_b =
        !in_a && affine3_is_similarity(&b->map, &scale) && affine3_invert(&b->map, &inverse);
    if (in_a || in_b)
        back = in_a ? a->map : b->map;
    else
        scale = 1;
    View va = view_make(a, in_a || in_b ? &inverse : NULL),
         vb = view_make(b, in_a || in_b ? &inverse : NULL);
    if (in_a)
        va.map = affine3_identity(), va.is_same = true, va.mirrors = false;
    if (in_b)
        vb.map = affine3_identity(), vb.is_same = true, vb.mirrors = false;
    if (view_is_empty(&va) || view_is_empty(&vb))
        return out;
    Nearest best = {.hull_work = HULLS_FROM,
                    .square = (limit / scale) * (limit / scale),
                    .enough = (enough / scale) * (enough / scale),
                    .slack = view_rounding(&va) + view_rounding(&vb)};
    // First of all, whether one lies in the other: the surfaces of things in one another may be
    // about as far apart everywhere, and to find the least distance is much work for nothing then.
    bool may_hold = box_distance_square(view_node_box(&va, 0), view_node_box(&vb, 0)) == 0;
    bool holds = may_hold && find_held(a, b, 0, FEW_PROBES, &out.on_a);
    if (!holds) {
        search_pairs(&va, &vb, &best);
        holds = may_hold && !(best.is_found && best.square <= best.enough) &&
                find_held(a, b, FEW_PROBES, UINT32_MAX, &out.on_a);
    }
    if (holds) {
        out.distance = 0;
        out.on_b = out.on_a;
        return out;
    }
    if (!best.is_found)
        return out;
    out.on_a = affine3_point(&back, best.on_a);
    out.on_b = affine3_point(&back, best.on_b);
    out.distance = sqrt(best.square) * scale;
    return out;
}

MeshDistance mesh_distance(const PlacedMesh *a, const PlacedMesh *b, f64 limit) {
    return find_distance(a, b, limit, 0);
}

bool mesh_within(const PlacedMesh *a, const PlacedMesh *b, f64 gap) {
    return find_distance(a, b, gap, gap).distance <= gap;
}
