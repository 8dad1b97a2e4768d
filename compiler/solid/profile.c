// SPDX-License-Identifier: Apache-2.0
// Profiles: regions of the plane. Edges carry the tag of the logical edge that they belong to and,
// where the edge stands for a curve, the curve's normals at both ends, so that what is made of a
// profile can be shaded smoothly without guessing.
#include "compiler/solid/solid_internal.h"

static bool build_rect(SolidContext *ctx, IrId id, Region *out) {
    const f64 *n = solid_node(ctx, id)->nums;
    f64 x = n[IR_RECT_size] / 2, y = n[IR_RECT_size + 1] / 2, r = n[IR_RECT_round],
        most = fmin(x, y);
    if (r > most * (1 + 1e-9)) {
        Diag *d =
            solid_error(ctx, id, DIAG_E0610, "%.*s is too much to round this rect by: at most %.*s",
                        STR_ARG(solid_mm(ctx, r)), STR_ARG(solid_mm(ctx, most)));
        diag_measure(d, r, most, STR("mm"));
        diag_help(ctx->diags, d, "half of the shorter side is the most: %.*s",
                  STR_ARG(solid_mm(ctx, most)));
        return false;
    }
    r = fmin(r, most);
    u32 side = solid_tags(ctx, id, "side", 4), round = r > 0 ? solid_tags(ctx, id, "round", 4) : 0;
    LoopBuilder b;
    loop_init(&b, ctx->heap);
    if (!(r > 0)) {
        Vec2 p[4] = {{x, -y}, {x, y}, {-x, y}, {-x, -y}};
        for (u32 i = 0; i < 4; i++)
            loop_add(&b, p[i], side + i);
    } else {
        u32 k = tess_segments(ctx, r) / 4;
        const Vec2 *circle = tess_circle(ctx, 4 * k);
        for (u32 q = 0; q < 4; q++) // corner by corner, the first at the upper right
            for (u32 i = 0; i <= k; i++) {
                Vec2 u = circle[(q * k + i) % (4 * k)],
                     c = {q == 0 || q == 3 ? x - r : r - x, q < 2 ? y - r : r - y};
                Vec2 p = {u.x == 1    ? x
                          : u.x == -1 ? -x
                                      : c.x + r * u.x,
                          u.y == 1    ? y
                          : u.y == -1 ? -y
                                      : c.y + r * u.y};
                if (i < k)
                    loop_add_smooth(&b, p, round + q, u, circle[(q * k + i + 1) % (4 * k)]);
                else
                    loop_add(&b, p, side + (q + 1) % 4);
            }
    }
    loop_close(&b);
    loop_finish(&b, out);
    return true;
}

static void build_ellipse(SolidContext *ctx, IrId id, f64 rx, f64 ry, Region *out) {
    u32 n = tess_segments(ctx, fmax(rx, ry)), tag = solid_tags(ctx, id, "side", 1);
    const Vec2 *circle = tess_circle(ctx, n);
    LoopBuilder b;
    loop_init(&b, ctx->heap);
    for (u32 i = 0; i < n; i++) {
        Vec2 normals[2];
        for (u32 e = 0; e < 2; e++) { // gradient of (x/rx)^2 + (y/ry)^2
            Vec2 u = circle[(i + e) % n], g = {u.x * ry, u.y * rx};
            f64 len = sqrt(g.x * g.x + g.y * g.y);
            normals[e] = (Vec2){g.x / len, g.y / len};
        }
        loop_add_smooth(&b, (Vec2){rx * circle[i].x, ry * circle[i].y}, tag, normals[0],
                        normals[1]);
    }
    loop_close(&b);
    loop_finish(&b, out);
}

static void build_ngon(SolidContext *ctx, IrId id, Region *out) {
    const f64 *nums = solid_node(ctx, id)->nums;
    u32 n = (u32)nums[IR_NGON_sides], tag = solid_tags(ctx, id, "side", n);
    f64 r = nums[IR_NGON_d] / 2;
    LoopBuilder b;
    loop_init(&b, ctx->heap);
    for (u32 i = 0; i < n; i++)
        loop_add(&b, (Vec2){r * trig_cos(360.0 * i / n), r * trig_sin(360.0 * i / n)}, tag + i);
    loop_close(&b);
    loop_finish(&b, out);
}

static void build_star(SolidContext *ctx, IrId id, Region *out) {
    const f64 *nums = solid_node(ctx, id)->nums;
    u32 n = 2 * (u32)nums[IR_STAR_points], tag = solid_tags(ctx, id, "side", n);
    LoopBuilder b;
    loop_init(&b, ctx->heap);
    for (u32 i = 0; i < n; i++) {
        f64 r = nums[i % 2 ? IR_STAR_inner : IR_STAR_d] / 2, deg = 90 + 360.0 * i / n;
        loop_add(&b, (Vec2){r * trig_cos(deg), r * trig_sin(deg)}, tag + i);
    }
    loop_close(&b);
    loop_finish(&b, out);
}

void region_reverse(Region *r) {
    for (u32 loop = 0; loop < r->n_loops; loop++) {
        u32 first = r->starts[loop], n = r->starts[loop + 1] - first;
        for (u32 i = 0; i < n / 2; i++) {
            Vec2 p = r->points[first + i];
            r->points[first + i] = r->points[first + n - 1 - i];
            r->points[first + n - 1 - i] = p;
        }
        // The edge that left old point i now leaves its end: new index n - 2 - i (and n - 1 for the
        // last).
        for (u32 i = 0; i < (n - 1) / 2; i++) {
            u32 a = first + i, z = first + n - 2 - i;
            if (r->edges) {
                u32 e = r->edges[a];
                r->edges[a] = r->edges[z];
                r->edges[z] = e;
            }
            if (r->normals)
                for (u32 c = 0; c < 4; c++) {
                    f32 f = r->normals[4 * a + c];
                    r->normals[4 * a + c] = r->normals[4 * z + c];
                    r->normals[4 * z + c] = f;
                }
        }
        if (r->normals)
            for (u32 i = first; i < first + n; i++)
                for (u32 c = 0; c < 2; c++) {
                    f32 f = r->normals[4 * i + c];
                    r->normals[4 * i + c] = r->normals[4 * i + 2 + c];
                    r->normals[4 * i + 2 + c] = f;
                }
    }
}

void region_transform(Region *region, const Affine2 *map) {
    const f64(*m)[2] = (const f64(*)[2])map->m;
    f64 det = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    for (u32 i = 0; i < region_count(region); i++) {
        Vec2 p = region->points[i];
        region->points[i] = (Vec2){m[0][0] * p.x + m[0][1] * p.y + map->t.x,
                                   m[1][0] * p.x + m[1][1] * p.y + map->t.y};
        if (!region->normals)
            continue;
        for (u32 e = 0; e < 2;
             e++) { // normals go by the inverse transposed; det only turns the sign
            f32 *f = region->normals + 4 * (size_t)i + 2 * e;
            f64 nx = (f64)f[0], ny = (f64)f[1];
            Vec2 n = {m[1][1] * nx - m[1][0] * ny, -m[0][1] * nx + m[0][0] * ny};
            f64 len = sqrt(n.x * n.x + n.y * n.y);
            if (len > 0)
                f[0] = (f32)(n.x / len * (det < 0 ? -1 : 1)),
                f[1] = (f32)(n.y / len * (det < 0 ? -1 : 1));
        }
    }
    if (det < 0)
        region_reverse(region);
}

void region_smooth(Heap *heap, Region *region, f64 crease_deg) {
    u32 n = region_count(region);
    if (!n)
        return;
    if (!region->normals)
        region->normals = HEAP_NEW(heap, f32, (size_t)n * 4);
    f64 least = trig_cos(crease_deg);
    Vec2 *normals =
        heap_alloc_raw(heap, n, sizeof(Vec2)); // as long as their edges: long edges bend less
    f64 *lengths = heap_alloc_raw(heap, n, sizeof(f64));
    for (u32 loop = 0; loop < region->n_loops; loop++) {
        u32 first = region->starts[loop], end = region->starts[loop + 1];
        for (u32 i = first; i < end; i++) {
            Vec2 p = region->points[i], q = region->points[i + 1 < end ? i + 1 : first];
            f64 dx = q.x - p.x, dy = q.y - p.y, len = sqrt(dx * dx + dy * dy);
            normals[i] = (Vec2){dy, -dx};
            lengths[i] = len;
        }
        for (u32 i = first; i < end; i++) {
            f32 *f = region->normals + 4 * (size_t)i;
            if (f[0] != 0 || f[1] != 0)
                continue;
            u32 prev = i > first ? i - 1 : end - 1, next = i + 1 < end ? i + 1 : first;
            Vec2 me = normals[i], a = normals[prev], b = normals[next];
            bool smooth_a = me.x * a.x + me.y * a.y > least * lengths[i] * lengths[prev],
                 smooth_b = me.x * b.x + me.y * b.y > least * lengths[i] * lengths[next];
            if (!smooth_a && !smooth_b)
                continue;
            Vec2 n0 = smooth_a ? (Vec2){me.x + a.x, me.y + a.y} : me,
                 n1 = smooth_b ? (Vec2){me.x + b.x, me.y + b.y} : me;
            f64 l0 = sqrt(n0.x * n0.x + n0.y * n0.y), l1 = sqrt(n1.x * n1.x + n1.y * n1.y);
            f[0] = (f32)(n0.x / l0), f[1] = (f32)(n0.y / l0), f[2] = (f32)(n1.x / l1),
            f[3] = (f32)(n1.y / l1);
        }
    }
    heap_free(heap, lengths);
    heap_free(heap, normals);
}

void region_divide(Heap *heap, Region *region, f64 most) {
    LoopBuilder b;
    loop_init(&b, heap);
    for (u32 loop = 0; loop < region->n_loops; loop++) {
        u32 first = region->starts[loop], end = region->starts[loop + 1];
        for (u32 i = first; i < end; i++) {
            Vec2 p = region->points[i], q = region->points[i + 1 < end ? i + 1 : first];
            f64 dx = q.x - p.x, dy = q.y - p.y,
                parts = fmin(ceil(sqrt(dx * dx + dy * dy) / most), 64);
            u32 n = parts > 1 ? (u32)parts : 1, tag = region->edges ? region->edges[i] : 0;
            const f32 zero[4] = {0}, *f = region->normals ? region->normals + 4 * (size_t)i : zero;
            Vec2 n0 = {(f64)f[0], (f64)f[1]}, n1 = {(f64)f[2], (f64)f[3]};
            for (u32 k = 0; k < n; k++) {
                f64 s = (f64)k / n, t = (f64)(k + 1) / n;
                Vec2 a = {n0.x + (n1.x - n0.x) * s, n0.y + (n1.y - n0.y) * s},
                     z = {n0.x + (n1.x - n0.x) * t, n0.y + (n1.y - n0.y) * t};
                loop_add_smooth(&b, (Vec2){p.x + dx * s, p.y + dy * s}, tag, a, z);
            }
        }
        loop_close(&b);
    }
    region_finish(region, heap);
    loop_finish(&b, region);
}

// ---- polygons ----

static bool polygon_crosses(SolidContext *ctx, IrId id, Region *region) {
    Vec2 where;
    if (region_is_simple(ctx->heap, region, &where))
        return false;
    Diag *d = solid_error(ctx, id, DIAG_E0613,
                          "the outline of this polygon crosses or touches itself at %.*s",
                          STR_ARG(solid_point2(ctx, where)));
    diag_help(
        ctx->diags, d,
        "give the points in order around the outline; a hole is a difference of two polygons");
    region_finish(region, ctx->heap);
    return true;
}

static void smooth_polygon(SolidContext *ctx, const IrNode *node, u32 n, u32 tag, LoopBuilder *b) {
    Vec3 *points = heap_alloc_raw(ctx->heap, n, sizeof(Vec3));
    for (u32 i = 0; i < n; i++)
        points[i] = (Vec3){node->nums[IR_POLYGON_points + 2 * i],
                           node->nums[IR_POLYGON_points + 2 * i + 1], 0};
    SolidPath path;
    curve_through(ctx, points, n, true, 0, &path);
    heap_free(ctx->heap, points);
    for (u32 i = 0; i < path.n; i++)
        loop_add(b, (Vec2){path.points[i].x, path.points[i].y}, tag);
    path_finish(&path, ctx->heap);
}

// Normals of a smooth curve from its points: a corner where the path is sharp, else the tangent of
// the parabola through a point and its neighbours.
static bool build_polygon(SolidContext *ctx, IrId id, Region *out) {
    const IrNode *node = solid_node(ctx, id);
    u32 n = (node->n_nums - IR_POLYGON_points) / 2;
    bool smooth = node->nums[IR_POLYGON_smooth] != 0;
    u32 tag = solid_tags(ctx, id, "side", smooth ? 1 : MAX(n, 1));
    LoopBuilder b;
    loop_init(&b, ctx->heap);
    if (smooth && n >= 3)
        smooth_polygon(ctx, node, n, tag, &b);
    else
        for (u32 i = 0; i < n; i++)
            loop_add(&b,
                     (Vec2){node->nums[IR_POLYGON_points + 2 * i],
                            node->nums[IR_POLYGON_points + 2 * i + 1]},
                     tag + i);
    loop_close(&b);
    loop_finish(&b, out);
    if (out->n_loops && polygon_crosses(ctx, id, out))
        return false;
    if (out->n_loops == 0 || region_area(out) == 0) {
        solid_error(ctx, id, DIAG_E0621, "the points of this polygon enclose no area");
        region_finish(out, ctx->heap);
        return false;
    }
    if (region_area(out) < 0)
        region_reverse(out);
    if (smooth)
        region_smooth(ctx->heap, out, 35);
    return true;
}

// ---- combinations ----

// Coordinates are bounded by the checker, so a refusal here is a fault of ours.
static bool kernel_ok(SolidContext *ctx, Status status) {
    if (status != STATUS_OK)
        heap_fail(ctx->heap, FAIL_INTERNAL, "a combination of profiles failed its check");
    return true;
}

static bool build_profile_boolean(SolidContext *ctx, IrId id, RegionOp op, Region *out) {
    const IrNode *node = solid_node(ctx, id);
    u32 n = node->n_children;
    Region *operands = heap_alloc_raw(ctx->heap, n, sizeof(Region));
    u32 made = 0;
    bool ok = true;
    for (; made < n && ok; made += ok)
        ok = profile_build(ctx, node->children[made], &operands[made]);
    ok = ok && kernel_ok(ctx, region_boolean(ctx->heap, op, operands, n, out));
    for (u32 i = 0; i < made; i++)
        region_finish(&operands[i], ctx->heap);
    heap_free(ctx->heap, operands);
    return ok;
}

f64 region_inset_most(SolidContext *ctx, const Region *region) {
    Box2 box = region_bounds(region);
    f64 low = 0, high = fmin(box.max.x - box.min.x, box.max.y - box.min.y) / 2;
    for (int i = 0; i < 20; i++) {
        f64 mid = (low + high) / 2;
        Region r = {0};
        bool some =
            region_offset(ctx->heap, region, -mid, REGION_JOIN_MITER, mid, &r) == STATUS_OK &&
            r.n_loops > 0;
        region_finish(&r, ctx->heap);
        *(some ? &low : &high) = mid;
    }
    return low;
}

static bool empty_offset(SolidContext *ctx, IrId id, const Region *from, f64 r) {
    f64 most = region_inset_most(ctx, from);
    Diag *d = solid_error(ctx, id, DIAG_E0621,
                          "nothing is left of this profile when %.*s is taken from its rim",
                          STR_ARG(solid_mm(ctx, r)));
    diag_measure(d, r, most, STR("mm"));
    diag_help(ctx->diags, d, "at most %.*s leaves something", STR_ARG(solid_mm(ctx, most)));
    return false;
}

static bool build_offset(SolidContext *ctx, IrId id, Region *out) {
    const IrNode *node = solid_node(ctx, id);
    f64 r = node->nums[IR_OFFSET_r];
    Region from;
    if (!profile_build(ctx, node->children[0], &from))
        return false;
    bool ok = kernel_ok(ctx,
        region_offset(ctx->heap, &from, r, REGION_JOIN_ROUND, tess_chord(ctx, fabs(r)), out));
    if (ok && out->n_loops == 0 && from.n_loops > 0) {
        region_finish(out, ctx->heap);
        ok = empty_offset(ctx, id, &from, -r);
    }
    region_finish(&from, ctx->heap);
    if (ok)
        region_smooth(ctx->heap, out, 35);
    return ok;
}

// Inner corners and outer corners in turn: opening, then closing of the region by a disc.
static bool build_round(SolidContext *ctx, IrId id, Region *out) {
    const IrNode *node = solid_node(ctx, id);
    f64 r = node->nums[IR_ROUND_r], chord = tess_chord(ctx, r);
    Region from, a, b;
    if (!profile_build(ctx, node->children[0], &from))
        return false;
    // A hair less, so that a profile exactly 2 r wide survives as its spine.
    f64 in = r * (1 - 1e-6);
    bool ok = kernel_ok(ctx, region_offset(ctx->heap, &from, -in, REGION_JOIN_MITER, chord, &a));
    if (ok && a.n_loops == 0 && from.n_loops > 0) {
        region_finish(&a, ctx->heap);
        ok = empty_offset(ctx, id, &from, r);
    }
    if (ok) {
        ok = kernel_ok(ctx, region_offset(ctx->heap, &a, in + r, REGION_JOIN_ROUND, chord, &b));
        region_finish(&a, ctx->heap);
    }
    if (ok) {
        ok = kernel_ok(ctx, region_offset(ctx->heap, &b, -r, REGION_JOIN_ROUND, chord, out));
        region_finish(&b, ctx->heap);
    }
    region_finish(&from, ctx->heap);
    if (ok)
        region_smooth(ctx->heap, out, 35);
    return ok;
}

// ---- hull ----

typedef struct HullPoint {
    Vec2 p;
    u32 operand, index, next; // where it comes from; next: the point that its edge leads to
} HullPoint;

static int compare_hull_points(const void *a, const void *b, const void *ctx) {
    const HullPoint *x = a, *y = b;
    (void)ctx;
    if (x->p.x != y->p.x)
        return x->p.x < y->p.x ? -1 : 1;
    if (x->p.y != y->p.y)
        return x->p.y < y->p.y ? -1 : 1;
    if (x->operand != y->operand)
        return x->operand < y->operand ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static f64 turn2(Vec2 a, Vec2 b, Vec2 c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

// Monotone chain (Andrew 1979). An edge that runs along an operand's edge keeps its tag and
// normals.
static bool build_profile_hull(SolidContext *ctx, IrId id, Region *out) {
    const IrNode *node = solid_node(ctx, id);
    VEC(HullPoint) points = {0};
    Heap *heap = ctx->heap;
    Region *from = heap_alloc_raw(heap, node->n_children, sizeof(Region));
    for (u32 c = 0; c < node->n_children; c++) {
        if (!profile_build(ctx, node->children[c], &from[c])) {
            while (c-- > 0)
                region_finish(&from[c], heap);
            heap_free(heap, from);
            vec_free(heap, &points);
            return false;
        }
        for (u32 loop = 0; loop < from[c].n_loops; loop++)
            for (u32 i = from[c].starts[loop], end = from[c].starts[loop + 1]; i < end; i++)
                vec_push(heap, &points,
                         (HullPoint){from[c].points[i], c, i,
                                     i + 1 < end ? i + 1 : from[c].starts[loop]});
    }
    sort_stable(heap, points.data, points.len, sizeof(HullPoint), compare_hull_points, NULL);
    HullPoint *chain = heap_alloc_raw(heap, 2 * (size_t)points.len + 2, sizeof(HullPoint));
    u32 n = 0;
    for (u32 pass = 0, base = 0; pass < 2; pass++) {
        for (u32 k = 0; k < points.len; k++) {
            HullPoint hp = points.data[pass ? points.len - 1 - k : k];
            while (n >= base + 2 && turn2(chain[n - 2].p, chain[n - 1].p, hp.p) <= 0)
                n--;
            if (n > base && chain[n - 1].p.x == hp.p.x && chain[n - 1].p.y == hp.p.y)
                continue;
            chain[n++] = hp;
        }
        n = n > 0 ? n - 1 : 0; // the last is the first of the other pass
        base = n;
    }
    u32 tag = solid_tags(ctx, id, "side", MAX(n, 1));
    LoopBuilder b;
    loop_init(&b, heap);
    for (u32 i = 0; i < n; i++) {
        HullPoint a = chain[i], z = chain[(i + 1) % n];
        const Region *r = &from[a.operand];
        Vec2 q = r->points[a.next];
        if (q.x == z.p.x && q.y == z.p.y && r->edges) {
            const f32 zero[4] = {0}, *f = r->normals ? r->normals + 4 * (size_t)a.index : zero;
            loop_add_smooth(&b, a.p, r->edges[a.index], (Vec2){(f64)f[0], (f64)f[1]},
                            (Vec2){(f64)f[2], (f64)f[3]});
        } else {
            loop_add(&b, a.p, tag + i);
        }
    }
    loop_close(&b);
    loop_finish(&b, out);
    heap_free(heap, chain);
    for (u32 c = 0; c < node->n_children; c++)
        region_finish(&from[c], heap);
    heap_free(heap, from);
    vec_free(heap, &points);
    return true;
}

// ---- dispatch ----

static bool build_child(SolidContext *ctx, IrId id, Region *out) {
    const IrNode *node = solid_node(ctx, id);
    const f64 *n = node->nums;
    switch (node->kind) {
    case IR_RECT:
        return build_rect(ctx, id, out);
    case IR_CIRCLE:
        build_ellipse(ctx, id, n[IR_CIRCLE_d] / 2, n[IR_CIRCLE_d] / 2, out);
        return true;
    case IR_ELLIPSE:
        build_ellipse(ctx, id, n[0] / 2, n[1] / 2, out);
        return true;
    case IR_NGON:
        build_ngon(ctx, id, out);
        return true;
    case IR_STAR:
        build_star(ctx, id, out);
        return true;
    case IR_POLYGON:
        return build_polygon(ctx, id, out);
    case IR_TEXT:
        return text_build(ctx, id, out);
    case IR_OFFSET:
        return build_offset(ctx, id, out);
    case IR_ROUND:
        return build_round(ctx, id, out);
    case IR_PROFILE_UNION:
        return build_profile_boolean(ctx, id, REGION_UNION, out);
    case IR_PROFILE_DIFFERENCE:
        return build_profile_boolean(ctx, id, REGION_DIFFERENCE, out);
    case IR_PROFILE_INTERSECTION:
        return build_profile_boolean(ctx, id, REGION_INTERSECTION, out);
    case IR_PROFILE_HULL:
        return build_profile_hull(ctx, id, out);
    case IR_PROFILE_XFORM: {
        if (!profile_build(ctx, node->children[0], out))
            return false;
        Affine2 map = {{{n[0], n[1]}, {n[2], n[3]}}, {n[4], n[5]}};
        region_transform(out, &map);
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
    case IR_POLYLINE:
    case IR_ARC:
    case IR_HELIX:
    case IR_PATH_XFORM:
    case IR_KIND_COUNT:
        break; // the checker sees to it
    }
    assert(false && "not a profile");
    return false;
}

const Region *profile_region(SolidContext *ctx, IrId id) {
    solid_grow_tables(ctx);
    ProfileEntry *e = ctx->profiles[id];
    if (!e)
        e = ctx->profiles[id] = ARENA_NEW(&ctx->arena, ProfileEntry, 1);
    if (e->state == SOLID_UNTRIED) {
        Region region = {0};
        e->state = SOLID_BUILDING;
        bool ok = build_child(ctx, id, &region);
        e->region = region;
        e->state = ok ? SOLID_BUILT : SOLID_FAILED;
    }
    return e->state == SOLID_BUILT ? &e->region : NULL;
}

bool profile_build(SolidContext *ctx, IrId id, Region *out) {
    *out = (Region){0};
    if (ctx->min_segments || ctx->level != 0)
        return build_child(ctx, id, out);
    const Region *kept = profile_region(ctx, id);
    if (!kept)
        return false;
    region_copy(out, ctx->heap, kept);
    return true;
}
