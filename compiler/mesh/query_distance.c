// SPDX-License-Identifier: Apache-2.0
// Distance between solids by branch and bound over both trees: pairs of nodes whose boxes are
// farther apart than the best pair of triangles so far are dropped. Works in the space of one of
// the meshes when its map keeps shapes (then only the other's triangles are moved), else in the
// world.
#include "compiler/mesh/query_internal.h"

typedef struct Nearest {
    f64 square; // of the distance; INFINITY or the limit's at first
    Vec3 on_a, on_b;
    bool is_found;
} Nearest;

static void offer(Nearest *best, Vec3 a, Vec3 b) {
    Vec3 d = vec3_sub(a, b);
    f64 square = vec3_dot(d, d);
    if (square < best->square || (!best->is_found && square <= best->square))
        *best = (Nearest){square, a, b, true};
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

static void offer_leaves(const View *a, const View *b, NodePair pair, Nearest *best) {
    const BoxNode *na = view_node(a, pair.a), *nb = view_node(b, pair.b);
    Triangle tb[BOX_TREE_LEAF];
    Box3 box_b[BOX_TREE_LEAF];
    for (u32 j = 0; j < nb->len; j++) {
        tb[j] = view_triangle(b, b->tree->boxes.items[nb->right + j]);
        box_b[j] = triangle_box(&tb[j]);
    }
    for (u32 i = 0; i < na->len; i++) {
        Triangle ta = view_triangle(a, a->tree->boxes.items[na->right + i]);
        Box3 box_a = triangle_box(&ta);
        for (u32 j = 0; j < nb->len; j++) {
            f64 bound = box_distance_square(box_a, box_b[j]);
            if (bound <= best->square)
                offer_triangles(best, &ta, &tb[j], bound == 0);
        }
    }
}

static void search_pairs(const View *a, const View *b, Nearest *best) {
    struct {
        NodePair pair;
        f64 bound;
    } stack[PAIR_STACK_MAX];
    u32 len = 0;
    stack[len].pair = (NodePair){0, 0};
    stack[len++].bound = 0;
    while (len && !(best->is_found && best->square == 0)) {
        NodePair pair = stack[--len].pair, half[2];
        if (stack[len].bound > best->square)
            continue;
        if (view_node(a, pair.a)->len && view_node(b, pair.b)->len) {
            offer_leaves(a, b, pair, best);
            continue;
        }
        node_pair_split(a, b, pair, view_node_box(a, pair.a), view_node_box(b, pair.b), half);
        f64 bound[2];
        for (u32 k = 0; k < 2; k++)
            bound[k] =
                box_distance_square(view_node_box(a, half[k].a), view_node_box(b, half[k].b));
        u32 near = bound[1] < bound[0];
        for (u32 k = 0; k < 2; k++) { // the nearer one last, so that it comes first
            u32 which = k ? near : 1 - near;
            stack[len].pair = half[which];
            stack[len++].bound = bound[which];
        }
    }
}

// Some component of the surface of a lies in b; surfaces do not meet.
static bool holds_a_part(const PlacedMesh *a, const PlacedMesh *b, Vec3 *where) {
    for (u32 i = 0; i < a->tree->n_probes; i++) {
        Vec3 p = affine3_point(&a->map, a->mesh->verts[a->tree->probes[i]]);
        if (mesh_contains(b, p)) {
            *where = p;
            return true;
        }
    }
    return false;
}

MeshDistance mesh_distance(const PlacedMesh *a, const PlacedMesh *b, f64 limit) {
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
    Nearest best = {.square = (limit / scale) * (limit / scale)};
    search_pairs(&va, &vb, &best);
    if (!(best.is_found && best.square == 0) &&
        (holds_a_part(a, b, &out.on_a) || holds_a_part(b, a, &out.on_a))) {
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
