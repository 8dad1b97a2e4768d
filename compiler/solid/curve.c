// SPDX-License-Identifier: Apache-2.0
// Paths: polylines, splines, arcs and helices as points that are dense enough for what is drawn
// along them, each marked as a corner or as a point of a smooth curve.
#include "compiler/solid/solid_internal.h"

void path_finish(SolidPath *path, Heap *heap) {
    heap_free(heap, path->points);
    heap_free(heap, path->sharp);
    *path = (SolidPath){0};
}

typedef struct PathBuilder {
    SolidContext *ctx;
    f64 reach;
    VEC(Vec3) points;
    VEC(u8) sharp;
} PathBuilder;

static void add_point(PathBuilder *b, Vec3 p, bool sharp) {
    if (b->points.len) {
        Vec3 q = b->points.data[b->points.len - 1];
        if (q.x == p.x && q.y == p.y && q.z == p.z) {
            b->sharp.data[b->sharp.len - 1] |= sharp;
            return;
        }
    }
    vec_push(b->ctx->heap, &b->points, p);
    vec_push(b->ctx->heap, &b->sharp, sharp);
}

static void path_done(PathBuilder *b, bool closed, SolidPath *out) {
    u32 n = b->points.len;
    while (closed && n > 1) { // the closing edge is implied
        Vec3 p = b->points.data[0], q = b->points.data[n - 1];
        if (p.x != q.x || p.y != q.y || p.z != q.z)
            break;
        b->sharp.data[0] |= b->sharp.data[n - 1];
        n--;
    }
    *out = (SolidPath){b->points.data, b->sharp.data, n, closed};
}

// ---- splines ----

// A cubic with given ends and tangents over t in 0..1.
typedef struct Cubic {
    Vec3 p0, p1, m0, m1;
} Cubic;

static Vec3 cubic_at(const Cubic *c, f64 t) {
    f64 t2 = t * t, t3 = t2 * t, h0 = 2 * t3 - 3 * t2 + 1, h1 = t3 - 2 * t2 + t,
        h2 = 3 * t2 - 2 * t3, h3 = t3 - t2;
    return vec3_add(vec3_add(vec3_scale(c->p0, h0), vec3_scale(c->m0, h1)),
                    vec3_add(vec3_scale(c->p1, h2), vec3_scale(c->m1, h3)));
}

static Vec3 cubic_tangent(const Cubic *c, f64 t) {
    f64 t2 = t * t, h0 = 6 * t2 - 6 * t, h1 = 3 * t2 - 4 * t + 1, h3 = 3 * t2 - 2 * t;
    return vec3_add(vec3_add(vec3_scale(c->p0, h0), vec3_scale(c->m0, h1)),
                    vec3_add(vec3_scale(c->p1, -h0), vec3_scale(c->m1, h3)));
}

// The turn allowed in one step of a curve of radius r, cosine: as on a circle whose outside lies
// reach further out.
static f64 least_cos(const PathBuilder *b, f64 radius) {
    f64 outer = radius + b->reach;
    return trig_cos(360.0 / tess_segments(b->ctx, outer) * 1.0001);
}

static void subdivide(PathBuilder *b, const Cubic *c, f64 t0, f64 t1, Vec3 p0, Vec3 p1, Vec3 d0,
                      Vec3 d1, u32 depth) {
    f64 length = vec3_norm(vec3_sub(p1, p0)), tm = (t0 + t1) / 2;
    Vec3 pm = cubic_at(c, tm), dm = vec3_unit(cubic_tangent(c, tm));
    f64 turn = fmin(vec3_dot(d0, d1), fmin(2 * vec3_dot(d0, dm) * vec3_dot(d0, dm) - 1,
                                           2 * vec3_dot(dm, d1) * vec3_dot(dm, d1) - 1));
    f64 half = sqrt(fmax(0, (1 - turn) / 2)); // sine of half the turn
    f64 radius = half > 1e-9 ? length / (2 * half) : 1e12;
    if (depth < 10 && turn < 1 - 1e-12 && (turn < least_cos(b, radius) || depth == 0)) {
        subdivide(b, c, t0, tm, p0, pm, d0, dm, depth + 1);
        subdivide(b, c, tm, t1, pm, p1, dm, d1, depth + 1);
        return;
    }
    add_point(b, p1, false);
}

// Knot intervals of the centripetal parametrisation: square roots of the distances.
static f64 knot(Vec3 a, Vec3 b) {
    return sqrt(vec3_norm(vec3_sub(b, a)));
}

// One run through pts[0..n), no two neighbours equal; closed: a smooth ring.
static void spline_run(PathBuilder *b, const Vec3 *pts, u32 n, bool closed) {
    Heap *heap = b->ctx->heap;
    u32 spans = closed ? n : n - 1;
    Vec3 *m = heap_alloc(heap, n, sizeof(Vec3)); // velocities in knot time
    for (u32 i = 0; i < n; i++) {
        if (!closed && (i == 0 || i == n - 1))
            continue;
        Vec3 p0 = pts[(i + n - 1) % n], p1 = pts[i], p2 = pts[(i + 1) % n];
        f64 h0 = knot(p0, p1), h1 = knot(p1, p2);
        Vec3 v0 = vec3_scale(vec3_sub(p1, p0), 1 / h0), v1 = vec3_scale(vec3_sub(p2, p1), 1 / h1);
        m[i] = vec3_add(vec3_scale(v0, h1 / (h0 + h1)), vec3_scale(v1, h0 / (h0 + h1)));
    }
    if (!closed) { // no bend at the ends
        Vec3 v0 = vec3_scale(vec3_sub(pts[1], pts[0]), 1 / knot(pts[0], pts[1]));
        Vec3 v1 = vec3_scale(vec3_sub(pts[n - 1], pts[n - 2]), 1 / knot(pts[n - 2], pts[n - 1]));
        m[0] = n == 2 ? v0 : vec3_scale(vec3_sub(vec3_scale(v0, 3), m[1]), 0.5);
        m[n - 1] = n == 2 ? v1 : vec3_scale(vec3_sub(vec3_scale(v1, 3), m[n - 2]), 0.5);
    }
    for (u32 i = 0; i < spans; i++) {
        u32 k = (i + 1) % n;
        f64 h = knot(pts[i], pts[k]);
        Cubic c = {pts[i], pts[k], vec3_scale(m[i], h), vec3_scale(m[k], h)};
        subdivide(b, &c, 0, 1, pts[i], pts[k], vec3_unit(c.m0), vec3_unit(c.m1), 0);
    }
    heap_free(heap, m);
}

static bool same_point(Vec3 a, Vec3 b) {
    return a.x == b.x && a.y == b.y && a.z == b.z;
}

void curve_through(SolidContext *ctx, const Vec3 *points, u32 n, bool closed, f64 reach,
                   SolidPath *out) {
    PathBuilder b = {.ctx = ctx, .reach = reach};
    // Neighbours that are equal become one corner.
    Vec3 *pts = heap_alloc_raw(ctx->heap, 2 * (size_t)n + 2, sizeof(Vec3));
    u8 *corner = heap_alloc(ctx->heap, 2 * (size_t)n + 2, 1);
    u32 m = 0;
    for (u32 i = 0; i < n; i++) {
        if (m > 0 && same_point(pts[m - 1], points[i]))
            corner[m - 1] = 1;
        else
            pts[m++] = points[i];
    }
    if (closed && m > 1 && same_point(pts[0], pts[m - 1])) {
        corner[0] = (u8)(corner[0] | corner[m - 1] |
                         (m < n)); // the first point repeated just closes the ring
        if (m == n)
            corner[0] = 0;
        m--;
    }
    u32 first = 0;
    while (first < m && !corner[first])
        first++;
    bool ring = closed && first == m && m > 2;
    if (closed && !ring && m > 1) { // start at a corner: then it is an open run that returns
        u32 start = first < m ? first : 0;
        Vec3 *turned = heap_alloc_raw(ctx->heap, (size_t)m + 1, sizeof(Vec3));
        u8 *flags = heap_alloc(ctx->heap, (size_t)m + 1, 1);
        for (u32 i = 0; i <= m; i++)
            turned[i] = pts[(start + i) % m], flags[i] = corner[(start + i) % m];
        memcpy(pts, turned, ((size_t)m + 1) * sizeof(Vec3));
        memcpy(corner, flags, (size_t)m + 1);
        heap_free(ctx->heap, turned);
        heap_free(ctx->heap, flags);
        m++;
    }
    if (m > 0)
        add_point(&b, pts[0], closed && !ring);
    if (ring) {
        spline_run(&b, pts, m, true);
    } else {
        for (u32 i = 0; i + 1 < m;) {
            u32 k = i + 1;
            while (k + 1 < m && !corner[k])
                k++;
            spline_run(&b, pts + i, k - i + 1, false);
            if (k + 1 < m)
                b.sharp.data[b.sharp.len - 1] = 1;
            i = k;
        }
    }
    heap_free(ctx->heap, pts);
    heap_free(ctx->heap, corner);
    path_done(&b, closed, out);
}

// ---- polylines ----

static Vec3 path_point(const IrNode *node, u32 i) {
    const f64 *p = node->nums + IR_POLYLINE_points + 3 * (size_t)i;
    return (Vec3){p[0], p[1], p[2]};
}

// Half the angle that the path turns by at b, as its tangent: what a bend of radius 1 takes from
// both sides.
static f64 bend_length(Vec3 a, Vec3 b, Vec3 c) {
    Vec3 u = vec3_unit(vec3_sub(b, a)), v = vec3_unit(vec3_sub(c, b));
    f64 cos_turn = vec3_dot(u, v);
    if (cos_turn > 1 - 1e-14)
        return 0;
    return cos_turn <= -1 + 1e-12 ? INFINITY : sqrt((1 - cos_turn) / (1 + cos_turn));
}

static void add_bend(PathBuilder *b, Vec3 p, Vec3 q, Vec3 r, f64 radius, f64 cut) {
    Vec3 u = vec3_unit(vec3_sub(q, p)), v = vec3_unit(vec3_sub(r, q));
    Vec3 start = vec3_sub(q, vec3_scale(u, cut)), end = vec3_add(q, vec3_scale(v, cut));
    Vec3 inward = vec3_unit(vec3_sub(v, vec3_scale(u, vec3_dot(u, v)))); // from start to the centre
    Vec3 c = vec3_add(start, vec3_scale(inward, radius));
    f64 turn = 2 * trig_atan(cut / radius);
    u32 n = MAX(tess_arc(b->ctx, radius + b->reach, turn), 2);
    add_point(b, start, false);
    for (u32 i = 1; i < n; i++) {
        f64 deg = turn * i / n;
        add_point(b,
                  vec3_add(c, vec3_add(vec3_scale(inward, -radius * trig_cos(deg)),
                                       vec3_scale(u, radius * trig_sin(deg)))),
                  false);
    }
    add_point(b, end, false);
}

static bool build_polyline(SolidContext *ctx, IrId id, PathBuilder *b, bool *closed_out) {
    const IrNode *node = solid_node(ctx, id);
    u32 n = (node->n_nums - IR_POLYLINE_points) / 3, m = 0;
    bool closed = node->nums[IR_POLYLINE_closed] != 0;
    f64 round = node->nums[IR_POLYLINE_round];
    Vec3 *pts = heap_alloc_raw(ctx->heap, MAX(n, 1), sizeof(Vec3));
    for (u32 i = 0; i < n; i++)
        if (m == 0 || !same_point(pts[m - 1], path_point(node, i)))
            pts[m++] = path_point(node, i);
    if (closed && m > 1 && same_point(pts[0], pts[m - 1]))
        m--;
    *closed_out = closed = closed && m > 2;
    bool ok = true;
    for (u32 i = 0; i < m && ok; i++) {
        bool inner = closed || (i > 0 && i + 1 < m);
        Vec3 q = pts[i], p = pts[(i + m - 1) % m], r = pts[(i + 1) % m];
        f64 cut = inner && round > 0 ? bend_length(p, q, r) : 0;
        if (!(cut > 0)) {
            add_point(b, q, inner);
            continue;
        }
        // Both neighbours' bends share the segments with this one.
        bool bent_before = closed || i > 1, bent_after = closed || i + 2 < m;
        f64 before = bent_before ? bend_length(pts[(i + 2 * m - 2) % m], p, q) : 0;
        f64 after = bent_after ? bend_length(q, r, pts[(i + 2) % m]) : 0;
        f64 most = fmin(vec3_norm(vec3_sub(q, p)) / (cut + before),
                        vec3_norm(vec3_sub(r, q)) / (cut + after));
        if (round > most * (1 + 1e-9)) {
            Diag *d =
                solid_error(ctx, id, DIAG_E0619,
                            "there is no room to round the path by %.*s at %.*s: at most %.*s",
                            STR_ARG(solid_mm(ctx, round)), STR_ARG(solid_point3(ctx, q)),
                            STR_ARG(solid_mm(ctx, most)));
            diag_measure(d, round, most, STR("mm"));
            diag_help(ctx->diags, d, "use round = %.*s or less, or move the points further apart",
                      STR_ARG(solid_mm(ctx, most)));
            ok = false;
        } else {
            add_bend(b, p, q, r, round, cut * round);
        }
    }
    heap_free(ctx->heap, pts);
    return ok;
}

// ---- arcs, helices ----

static void build_arc(PathBuilder *b, const f64 *n, bool *closed) {
    f64 r = n[IR_ARC_d] / 2, from = n[IR_ARC_from], to = n[IR_ARC_to], sweep = to - from;
    u32 steps = MAX(tess_arc(b->ctx, r + b->reach, sweep), 1);
    *closed = fabs(sweep) >= 360;
    for (u32 i = 0; i <= steps; i++) {
        f64 deg = i == steps ? to : from + sweep * i / steps;
        if (*closed && i == steps)
            break;
        add_point(b, (Vec3){r * trig_cos(deg), r * trig_sin(deg), 0}, false);
    }
}

static void build_helix(PathBuilder *b, const f64 *n) {
    f64 r = n[IR_HELIX_d] / 2, pitch = n[IR_HELIX_pitch], turns = n[IR_HELIX_turns];
    u32 steps = MAX(tess_arc(b->ctx, r + b->reach, 360 * turns), 2);
    for (u32 i = 0; i <= steps; i++) {
        f64 t = turns * i / steps;
        add_point(b, (Vec3){r * trig_cos(360 * t), r * trig_sin(360 * t), pitch * t}, false);
    }
}

static bool build_path(SolidContext *ctx, IrId id, f64 reach, SolidPath *out) {
    const IrNode *node = solid_node(ctx, id);
    PathBuilder b = {.ctx = ctx, .reach = reach};
    bool closed = false, ok = true;
    switch (node->kind) {
    case IR_POLYLINE:
        if (node->nums[IR_POLYLINE_smooth] != 0) {
            u32 n = (node->n_nums - IR_POLYLINE_points) / 3;
            Vec3 *points = heap_alloc_raw(ctx->heap, MAX(n, 1), sizeof(Vec3));
            for (u32 i = 0; i < n; i++)
                points[i] = path_point(node, i);
            curve_through(ctx, points, n, node->nums[IR_POLYLINE_closed] != 0, reach, out);
            heap_free(ctx->heap, points);
            return true;
        }
        ok = build_polyline(ctx, id, &b, &closed);
        break;
    case IR_ARC:
        build_arc(&b, node->nums, &closed);
        break;
    case IR_HELIX:
        build_helix(&b, node->nums);
        break;
    case IR_PATH_XFORM: {
        const f64 *n = node->nums;
        if (!build_path(ctx, node->children[0], reach, out))
            return false;
        Affine3 map = {{{n[0], n[1], n[2]}, {n[3], n[4], n[5]}, {n[6], n[7], n[8]}},
                       {n[9], n[10], n[11]}};
        for (u32 i = 0; i < out->n; i++)
            out->points[i] = affine3_point(&map, out->points[i]);
        return true;
    }
    case IR_BOX:
    case IR_SPHERE:
    case IR_ELLIPSOID:
    case IR_CYLINDER:
    case IR_TUBE:
    case IR_TORUS:
    case IR_CAPSULE:
    case IR_PYRAMID:
    case IR_WEDGE:
    case IR_POLYHEDRON:
    case IR_EXTRUDE:
    case IR_REVOLVE:
    case IR_SWEEP:
    case IR_LOFT:
    case IR_UNION:
    case IR_DIFFERENCE:
    case IR_INTERSECTION:
    case IR_HULL:
    case IR_BLEND:
    case IR_SHELL:
    case IR_CLIP:
    case IR_PAINT:
    case IR_XFORM:
    case IR_RECT:
    case IR_CIRCLE:
    case IR_ELLIPSE:
    case IR_NGON:
    case IR_STAR:
    case IR_POLYGON:
    case IR_TEXT:
    case IR_OFFSET:
    case IR_ROUND:
    case IR_PROFILE_UNION:
    case IR_PROFILE_DIFFERENCE:
    case IR_PROFILE_INTERSECTION:
    case IR_PROFILE_HULL:
    case IR_PROFILE_XFORM:
    case IR_KIND_COUNT:
        ok = false;
        assert(false && "not a path");
    }
    path_done(&b, closed, out);
    if (!ok)
        path_finish(out, ctx->heap);
    return ok;
}

bool path_build(SolidContext *ctx, IrId id, f64 reach, SolidPath *out) {
    *out = (SolidPath){0};
    if (!build_path(ctx, id, reach, out))
        return false;
    if (out->n >= 2)
        return true;
    Diag *d = solid_error(ctx, id, DIAG_E0619, "this path has no length: all its points are one");
    diag_help(ctx->diags, d, "a path needs two different points");
    path_finish(out, ctx->heap);
    return false;
}
