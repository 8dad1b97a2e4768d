// SPDX-License-Identifier: Apache-2.0
// Lofts: profiles at heights, joined.
//
// Profiles of one structure (as many loops, as many points in each) are joined point by point, in
// order. Others are matched loop by loop: each loop is described by a parameter that runs from 0 to
// 1 once around, and all loops get a point wherever any of them has one, so no corner is lost. The
// parameter is the angle about the loop's centre, from +x, when all of them are seen whole from
// their centres; else the length along the loop from the point that lies furthest in +x.
#include "compiler/solid/solid_internal.h"

typedef struct Loop {
    const Region *region;
    u32 first, n;
    Vec2 center;
    f64 *params; // n + 1, increasing, from params[0] < 1 in steps; point k of the turned order
    u32 start;   // index of the point with the least parameter
} Loop;

static Vec2 loop_point(const Loop *l, u32 k) {
    return l->region->points[l->first + (l->start + k) % l->n];
}

// Centroid of the area.
static Vec2 loop_center(const Region *r, u32 first, u32 n) {
    f64 area = 0, x = 0, y = 0;
    Vec2 o = r->points[first];
    for (u32 i = 0; i < n; i++) {
        Vec2 p = r->points[first + i], q = r->points[first + (i + 1) % n];
        f64 c = (p.x - o.x) * (q.y - o.y) - (p.y - o.y) * (q.x - o.x);
        area += c, x += c * (p.x + q.x - 2 * o.x), y += c * (p.y + q.y - 2 * o.y);
    }
    return area != 0 ? (Vec2){o.x + x / (3 * area), o.y + y / (3 * area)} : o;
}

// Angles about the centre as parameters; false when the loop turns back as seen from there.
static bool params_by_angle(Loop *l, bool hole) {
    f64 *deg = l->params;
    l->start = 0;
    f64 least = INFINITY;
    for (u32 i = 0; i < l->n; i++) {
        Vec2 p = l->region->points[l->first + i];
        f64 a = trig_atan2(p.y - l->center.y, p.x - l->center.x) * (hole ? -1 : 1);
        a = a < -1e-9 ? a + 360 : a < 0 ? 0 : a;
        if (a < least)
            least = a, l->start = i;
    }
    for (u32 k = 0; k < l->n; k++) {
        Vec2 p = loop_point(l, k);
        f64 a = trig_atan2(p.y - l->center.y, p.x - l->center.x) * (hole ? -1 : 1);
        a = a < -1e-9 ? a + 360 : a < 0 ? 0 : a;
        deg[k] = a / 360;
        if (k > 0 && deg[k] <= deg[k - 1])
            return false;
    }
    deg[l->n] = deg[0] + 1;
    return true;
}

static void params_by_length(Loop *l) {
    l->start = 0;
    for (u32 i = 1; i < l->n; i++)
        if (l->region->points[l->first + i].x > l->region->points[l->first + l->start].x)
            l->start = i;
    f64 total = 0;
    for (u32 k = 0; k < l->n; k++) {
        Vec2 p = loop_point(l, k), q = loop_point(l, (k + 1) % l->n);
        l->params[k] = total;
        total += sqrt((q.x - p.x) * (q.x - p.x) + (q.y - p.y) * (q.y - p.y));
    }
    for (u32 k = 0; k < l->n; k++)
        l->params[k] /= total;
    l->params[l->n] = 1;
}

static int compare_f64(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    f64 x = *(const f64 *)a, y = *(const f64 *)b;
    return x < y ? -1 : x > y;
}

// The loop at parameter t: point, and the edge that it lies on or starts.
static Vec2 loop_at(const Loop *l, f64 t, u32 *hint, u32 *edge, f64 *part) {
    if (t < l->params[0])
        t += 1;
    u32 k = *hint;
    while (k + 1 < l->n && l->params[k + 1] <= t + 1e-12)
        k++;
    while (k > 0 && l->params[k] > t + 1e-12)
        k--;
    *hint = k;
    f64 span = l->params[k + 1] - l->params[k], s = span > 0 ? (t - l->params[k]) / span : 0;
    s = s < 1e-9 ? 0 : fmin(s, 1);
    Vec2 p = loop_point(l, k), q = loop_point(l, (k + 1) % l->n);
    *edge = l->first + (l->start + k) % l->n;
    *part = s;
    return s == 0 ? p : (Vec2){p.x + (q.x - p.x) * s, p.y + (q.y - p.y) * s};
}

// The loop resampled at ts (m of them, increasing in 0..1); tags and normals of the edges go along.
static void resample(const Loop *l, const f64 *ts, u32 m, LoopBuilder *out) {
    u32 hint = 0;
    for (u32 i = 0; i < m; i++) {
        u32 edge;
        f64 s;
        Vec2 p = loop_at(l, ts[i], &hint, &edge, &s);
        f64 lead = (i + 1 < m ? ts[i + 1] : ts[0] + 1) - ts[i];
        u32 k = (edge - l->first + l->n - l->start) % l->n;
        f64 span = l->params[k + 1] - l->params[k], s1 = fmin(span > 0 ? s + lead / span : 1, 1);
        const f32 zero[4] = {0},
                  *f = l->region->normals ? l->region->normals + 4 * (size_t)edge : zero;
        Vec2 n0 = {(f64)f[0], (f64)f[1]}, n1 = {(f64)f[2], (f64)f[3]};
        Vec2 a = {n0.x + (n1.x - n0.x) * s, n0.y + (n1.y - n0.y) * s},
             z = {n0.x + (n1.x - n0.x) * s1, n0.y + (n1.y - n0.y) * s1};
        vec_push(out->heap, &out->points, p);
        vec_push(out->heap, &out->edges, l->region->edges ? l->region->edges[edge] : 0);
        vec_reserve(out->heap, &out->normals, (size_t)out->normals.len + 4);
        f32 *g = out->normals.data + out->normals.len;
        g[0] = (f32)a.x, g[1] = (f32)a.y, g[2] = (f32)z.x, g[3] = (f32)z.y;
        out->normals.len += 4;
    }
    vec_push(out->heap, &out->starts,
             out->points.len); // loops keep their points, coinciding or not
}

static bool same_structure(const Region *regions, u32 n) {
    for (u32 i = 1; i < n; i++)
        for (u32 loop = 0; loop <= regions[0].n_loops; loop++)
            if (regions[i].n_loops != regions[0].n_loops ||
                regions[i].starts[loop] != regions[0].starts[loop])
                return false;
    return true;
}

static f64 loop_area(const Region *r, u32 loop) {
    f64 sum = 0;
    u32 first = r->starts[loop], n = r->starts[loop + 1] - first;
    for (u32 i = 0; i < n; i++) {
        Vec2 p = r->points[first + i], q = r->points[first + (i + 1) % n];
        sum += p.x * q.y - p.y * q.x;
    }
    return sum;
}

// Gives all regions the same points, loop by loop in order.
static void match(Heap *heap, Region *regions, u32 n) {
    LoopBuilder *made = heap_alloc(heap, n, sizeof(LoopBuilder));
    Loop *loops = heap_alloc(heap, n, sizeof(Loop));
    for (u32 i = 0; i < n; i++)
        loop_init(&made[i], heap);
    for (u32 loop = 0; loop < regions[0].n_loops; loop++) {
        bool by_angle = true, hole = loop_area(&regions[0], loop) < 0;
        VEC(f64) ts = {0};
        for (u32 i = 0; i < n; i++) {
            Loop *l = &loops[i];
            l->region = &regions[i];
            l->first = regions[i].starts[loop], l->n = regions[i].starts[loop + 1] - l->first;
            l->center = loop_center(&regions[i], l->first, l->n);
            l->params = heap_alloc(heap, (size_t)l->n + 1, sizeof(f64));
            by_angle = by_angle && params_by_angle(l, hole);
        }
        for (u32 i = 0; i < n; i++) {
            if (!by_angle)
                params_by_length(&loops[i]);
            for (u32 k = 0; k < loops[i].n; k++)
                vec_push(heap, &ts, loops[i].params[k] - floor(loops[i].params[k]));
        }
        sort_stable(heap, ts.data, ts.len, sizeof(f64), compare_f64, NULL);
        u32 m = 0;
        for (u32 i = 0; i < ts.len;
             i++) // points nearer than a hundred thousandth of the way are one
            if (m == 0 || ts.data[i] > ts.data[m - 1] + 1e-5)
                ts.data[m++] = ts.data[i];
        if (m > 1 && ts.data[m - 1] > ts.data[0] + 1 - 1e-5)
            m--;
        for (u32 i = 0; i < n; i++) {
            resample(&loops[i], ts.data, m, &made[i]);
            heap_free(heap, loops[i].params);
        }
        vec_free(heap, &ts);
    }
    for (u32 i = 0; i < n; i++) {
        region_finish(&regions[i], heap);
        loop_finish(&made[i], &regions[i]);
    }
    heap_free(heap, loops);
    heap_free(heap, made);
}

// ---- along the length ----

typedef struct Loft {
    SolidContext *ctx;
    IrId id;
    Region *regions;
    f64 *heights;
    u32 n_regions, n_points;
    VEC(Vec3) rings;
    VEC(u8) sharp;
    u32 n_rings;
} Loft;

static Vec3 section_point(const Loft *l, u32 s, u32 i) {
    return (Vec3){l->regions[s].points[i].x, l->regions[s].points[i].y, l->heights[s]};
}

static void add_section(Loft *l, u32 s, bool sharp) {
    for (u32 i = 0; i < l->n_points; i++)
        vec_push(l->ctx->heap, &l->rings, section_point(l, s, i));
    vec_push(l->ctx->heap, &l->sharp, sharp);
    l->n_rings++;
}

// Slope of point i at section s over height: finite differences of a spline through uneven heights
// (the parabola through three sections; natural at the ends).
static Vec2 slope(const Loft *l, u32 s, u32 i) {
    u32 n = l->n_regions;
    u32 a = s == 0 ? 0 : s - 1, b = s == 0 ? 1 : s, c = s + 1 < n ? s + 1 : n - 1;
    if (s == 0 || s == n - 1) {
        u32 lo = s == 0 ? 0 : n - 2;
        Vec2 p = l->regions[lo].points[i], q = l->regions[lo + 1].points[i];
        f64 h = l->heights[lo + 1] - l->heights[lo];
        Vec2 v = {(q.x - p.x) / h, (q.y - p.y) / h};
        if (n == 2)
            return v;
        Vec2 inner = slope(l, s == 0 ? 1 : n - 2, i);
        return (Vec2){(3 * v.x - inner.x) / 2, (3 * v.y - inner.y) / 2};
    }
    Vec2 p = l->regions[a].points[i], q = l->regions[b].points[i], r = l->regions[c].points[i];
    f64 h0 = l->heights[b] - l->heights[a], h1 = l->heights[c] - l->heights[b];
    Vec2 v0 = {(q.x - p.x) / h0, (q.y - p.y) / h0}, v1 = {(r.x - q.x) / h1, (r.y - q.y) / h1};
    return (Vec2){(v0.x * h1 + v1.x * h0) / (h0 + h1), (v0.y * h1 + v1.y * h0) / (h0 + h1)};
}

// Steps between sections s and s + 1 so that no point's curve strays more than the chord error.
static u32 smooth_steps(const Loft *l, u32 s) {
    f64 h = l->heights[s + 1] - l->heights[s], worst = 0, extent = fabs(h);
    for (u32 i = 0; i < l->n_points; i++) {
        Vec2 m0 = slope(l, s, i), m1 = slope(l, s + 1, i), p = l->regions[s].points[i],
             q = l->regions[s + 1].points[i];
        // second derivatives of the Hermite cubic at both ends, in units of the span
        f64 ax = 6 * (q.x - p.x) - h * (4 * m0.x + 2 * m1.x),
            ay = 6 * (q.y - p.y) - h * (4 * m0.y + 2 * m1.y);
        f64 bx = -6 * (q.x - p.x) + h * (2 * m0.x + 4 * m1.x),
            by = -6 * (q.y - p.y) + h * (2 * m0.y + 4 * m1.y);
        worst = fmax(worst, fmax(ax * ax + ay * ay, bx * bx + by * by));
        extent = fmax(extent, fmax(fabs(p.x), fabs(p.y)));
    }
    f64 chord = tess_chord(l->ctx, extent), steps = ceil(sqrt(sqrt(worst) / (8 * chord)));
    return steps < 1 ? 1 : steps > 64 ? 64 : (u32)steps;
}

static void add_smooth_span(Loft *l, u32 s) {
    u32 steps = smooth_steps(l, s);
    f64 h = l->heights[s + 1] - l->heights[s];
    for (u32 k = 1; k < steps; k++) {
        f64 t = (f64)k / steps, t2 = t * t, t3 = t2 * t;
        f64 w0 = 2 * t3 - 3 * t2 + 1, w1 = (t3 - 2 * t2 + t) * h, w2 = 3 * t2 - 2 * t3,
            w3 = (t3 - t2) * h;
        for (u32 i = 0; i < l->n_points; i++) {
            Vec2 p = l->regions[s].points[i], q = l->regions[s + 1].points[i], m0 = slope(l, s, i),
                 m1 = slope(l, s + 1, i);
            vec_push(l->ctx->heap, &l->rings,
                     (Vec3){w0 * p.x + w1 * m0.x + w2 * q.x + w3 * m1.x,
                            w0 * p.y + w1 * m0.y + w2 * q.y + w3 * m1.y, l->heights[s] + h * t});
        }
        vec_push(l->ctx->heap, &l->sharp, 0);
        l->n_rings++;
    }
}

// An edge that is curved in some section is smooth in all; the skin takes its directions from the
// points and leaves corners sharp.
static void mark_smooth_edges(Loft *l) {
    for (u32 i = 0; i < l->n_points; i++) {
        bool smooth = false;
        for (u32 s = 0; s < l->n_regions; s++) {
            const f32 *f = l->regions[s].normals ? l->regions[s].normals + 4 * (size_t)i : NULL;
            smooth = smooth || (f && (f[0] != 0 || f[1] != 0));
        }
        if (l->regions[0].normals) {
            f32 *f = l->regions[0].normals + 4 * (size_t)i;
            f[0] = f[2] = smooth, f[1] = f[3] = 0;
        }
    }
}

static bool check_heights(SolidContext *ctx, IrId id, const f64 *heights, u32 n, u32 n_profiles) {
    if (n != n_profiles) {
        Diag *d = solid_error(ctx, id, DIAG_E0622, "this loft has %u profiles and %u heights",
                              n_profiles, n);
        diag_measure(d, n, n_profiles, STR(""));
        diag_help(ctx->diags, d, "give one height for each profile");
        return false;
    }
    bool up = true, down = true;
    for (u32 i = 1; i < n; i++)
        up = up && heights[i] > heights[i - 1], down = down && heights[i] < heights[i - 1];
    if (up || down)
        return true;
    Diag *d = solid_error(ctx, id, DIAG_E0622,
                          "the heights of this loft do not rise one after the other");
    diag_help(ctx->diags, d,
              "order the profiles by height; two at one height have no room between them");
    return false;
}

static bool build_sections(Loft *l, const IrNode *node, bool *falling) {
    SolidContext *ctx = l->ctx;
    u32 n = node->n_children, made = 0;
    f64 *heights = heap_alloc_raw(ctx->heap, n, sizeof(f64));
    *falling = node->nums[IR_LOFT_heights] > node->nums[IR_LOFT_heights + 1];
    l->regions = heap_alloc(ctx->heap, n, sizeof(Region));
    bool ok = true;
    f64 reach = 0;
    // First with own divisions, to learn the sizes; then all circles alike.
    for (u32 pass = 0; pass < 2 && ok; pass++) {
        u32 outer = ctx->min_segments;
        if (pass == 1) {
            for (u32 i = 0; i < made; i++)
                region_finish(&l->regions[i], ctx->heap);
            made = 0;
            ctx->min_segments = MAX(outer, tess_segments(ctx, reach));
        }
        for (u32 i = 0; i < n && ok; i++) {
            u32 from = *falling ? n - 1 - i : i;
            heights[i] = node->nums[IR_LOFT_heights + from];
            ok = profile_build(ctx, node->children[from], &l->regions[i]);
            made += ok;
            Box2 box = ok ? region_bounds(&l->regions[i]) : (Box2){{0, 0}, {0, 0}};
            reach = fmax(reach, fmax(box.max.x - box.min.x, box.max.y - box.min.y) / 2);
        }
        ctx->min_segments = outer;
        if (ok && same_structure(l->regions, n))
            break;
    }
    l->heights = heights;
    l->n_regions = made;
    return ok;
}

bool build_loft(SolidContext *ctx, IrId id, Mesh *out) {
    const IrNode *node = solid_node(ctx, id);
    u32 n = node->n_children;
    if (!check_heights(ctx, id, node->nums + IR_LOFT_heights, node->n_nums - IR_LOFT_heights, n))
        return false;
    Loft l = {.ctx = ctx, .id = id};
    bool falling, ok = build_sections(&l, node, &falling);
    for (u32 i = 0; ok && i < n; i++)
        if (l.regions[i].n_loops != l.regions[0].n_loops || l.regions[0].n_loops == 0) {
            Diag *d = solid_error(ctx, id, DIAG_E0622,
                                  "profiles 0 and %u of this loft have %u and %u outlines", i,
                                  l.regions[0].n_loops, l.regions[i].n_loops);
            diag_help(ctx->diags, d, "profiles to be joined need as many holes and pieces each");
            ok = false;
            break;
        }
    if (ok) {
        if (!same_structure(l.regions, n))
            match(ctx->heap, l.regions, n);
        l.n_points = region_count(&l.regions[0]);
        mark_smooth_edges(&l);
        bool smooth = node->nums[IR_LOFT_smooth] != 0;
        for (u32 s = 0; s < n; s++) {
            add_section(&l, s, !smooth);
            if (smooth && s + 1 < n)
                add_smooth_span(&l, s);
        }
        Skin skin = {.region = &l.regions[0],
                     .rings = l.rings.data,
                     .n_rings = l.n_rings,
                     .sharp = l.sharp.data,
                     .tag_start = solid_tags(ctx, id, "cap_start", 1),
                     .tag_end = solid_tags(ctx, id, "cap_end", 1),
                     .cap_end = &l.regions[n - 1]};
        u32 *tags = skin_edge_tags(ctx, id, &l.regions[0]);
        skin.edge_tags = tags;
        ok = skin_build(ctx, id, &skin, out);
        heap_free(ctx->heap, tags);
    }
    vec_free(ctx->heap, &l.rings);
    vec_free(ctx->heap, &l.sharp);
    for (u32 i = 0; i < l.n_regions; i++)
        region_finish(&l.regions[i], ctx->heap);
    heap_free(ctx->heap, l.regions);
    heap_free(ctx->heap, l.heights);
    return ok;
}
