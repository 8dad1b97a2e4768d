// SPDX-License-Identifier: Apache-2.0
// Offsets as one raw curve and one boolean. Each edge moves by r along its outward normal, which
// sweeps a strip; where the curve opens (convex corners when growing, reflex ones when shrinking) a
// pie joins the strips, elsewhere the raw curve returns through the corner itself. So the raw curve
// is exactly the boundary of region + strips + pies (growing) or region - strips - pies
// (shrinking), counted with multiplicity, and the places of positive winding number are the offset
// region: growing, where any piece lies; shrinking, where no strip or pie does. (The sum of a
// polygon and a disc, decomposed.)
#include "compiler/mesh/polygon_internal.h"

#include "base/vec.h"

static const f64 MITER_MAX = 2;      // times |r|
static const f64 SMOOTH_DOT = 0.999; // normals this close belong to one curved face

typedef struct Offset {
    Heap *heap;
    f64 r;
    RegionJoin join;
    u32 n_arc; // segments in a full turn
    VEC(Vec2) points;
    VEC(u32) edges, starts;
    VEC(f32) normals; // 4 a point
} Offset;

// An edge of the region and where it goes.
typedef struct Moved {
    Vec2 a, b;   // before
    Vec2 a2, b2; // after
    u32 tag;
    f32 normals[4];
    f64 trim; // what a closed corner at b would take off this edge and the next; 0: an open corner
} Moved;

static Vec2 add_scaled(Vec2 p, Vec2 d, f64 s) {
    return (Vec2){p.x + d.x * s, p.y + d.y * s};
}
static f64 dot2(Vec2 a, Vec2 b) {
    return a.x * b.x + a.y * b.y;
}
static f64 cross2(Vec2 a, Vec2 b) {
    return a.x * b.y - a.y * b.x;
}
static Vec2 sub2(Vec2 a, Vec2 b) {
    return (Vec2){a.x - b.x, a.y - b.y};
}

static u32 arc_segments(f64 r, f64 chord) {
    f64 n = chord >= r ? 8 : ceil(180 / trig_acos(1 - chord / r));
    return ((u32)fmin(fmax(n, 8), 512) + 3) / 4 * 4;
}

static void emit(Offset *o, Vec2 p, u32 tag, const f32 normals[4]) {
    static const f32 flat[4] = {0};
    vec_push(o->heap, &o->points, p);
    vec_push(o->heap, &o->edges, tag);
    for (u32 k = 0; k < 4; k++)
        vec_push(o->heap, &o->normals, (normals ? normals : flat)[k]);
}

static bool is_curved_edge(const Moved *e) {
    return e->normals[0] != 0 || e->normals[1] != 0;
}

static void move_edge(const Offset *o, Moved *e) {
    Vec2 d = sub2(e->b, e->a);
    f64 len = sqrt(dot2(d, d));
    Vec2 n = {d.y / len, -d.x / len};
    e->a2 = add_scaled(e->a, n, o->r);
    e->b2 = add_scaled(e->b, n, o->r);
    if (e->normals[0] == 0 && e->normals[1] == 0)
        return;
    Vec2 a2 = add_scaled(e->a, (Vec2){(f64)e->normals[0], (f64)e->normals[1]}, o->r);
    Vec2 b2 = add_scaled(e->b, (Vec2){(f64)e->normals[2], (f64)e->normals[3]}, o->r);
    if (dot2(sub2(b2, a2), d) >
        0) { // else the face's centre was passed, and its strip would turn over
        e->a2 = a2;
        e->b2 = b2;
    }
}

// Strips overlap at a closed corner. If both reach the line that halves it, they are cut there: the
// same places are covered, and the raw curve has one point instead of a spike, which would cross
// everything within r of it.
static void trim_corners(const Offset *o, Moved *moved, u32 n) {
    for (u32 i = 0; i < n; i++) {
        Moved *e = &moved[i];
        const Moved *f = &moved[(i + 1) % n];
        Vec2 u1 = sub2(e->b2, e->b), u2 = sub2(f->a2, f->a);
        f64 square = o->r * o->r, sine = cross2(u1, u2) / square, cosine = dot2(u1, u2) / square;
        e->trim = sine * o->r < 0 ? fabs(o->r * sine) / (1 + cosine) : 0;
    }
    for (u32 i = 0; i < n; i++) {
        Moved *e = &moved[i], *f = &moved[(i + 1) % n];
        const Moved *before = &moved[i ? i - 1 : n - 1];
        if (!(e->trim > 0) || vec2_equal(e->b2, f->a2) || is_curved_edge(e) || is_curved_edge(f))
            continue;
        Vec2 d = sub2(e->b, e->a), g = sub2(f->b, f->a);
        if (!(before->trim + e->trim < 0.999 * sqrt(dot2(d, d))) ||
            !(e->trim + f->trim < 0.999 * sqrt(dot2(g, g))))
            continue;
        Vec2 u1 = sub2(e->b2, e->b), u2 = sub2(f->a2, f->a);
        f64 scale = 1 / (1 + dot2(u1, u2) / (o->r * o->r));
        e->b2 = f->a2 = add_scaled(e->b, (Vec2){u1.x + u2.x, u1.y + u2.y}, scale);
    }
}

// The edges of a loop that have a length, moved.
static u32 move_loop(const Offset *o, const Region *region, u32 l, Moved *moved) {
    u32 from = region->starts[l], to = region->starts[l + 1], n = 0;
    for (u32 i = from; i < to; i++) {
        Moved e = {.a = region->points[i], .b = region->points[i + 1 < to ? i + 1 : from]};
        if (vec2_equal(e.a, e.b))
            continue;
        e.tag = region->edges ? region->edges[i] : 0;
        for (u32 k = 0; k < 4 && region->normals; k++)
            e.normals[k] = region->normals[4 * (size_t)i + k];
        move_edge(o, &e);
        moved[n++] = e;
    }
    // Corners of one curved face: both edges end in the same point.
    for (u32 i = 0; i < n; i++) {
        Moved *e = &moved[i], *f = &moved[(i + 1) % n];
        f64 dot = (f64)e->normals[2] * (f64)f->normals[0] + (f64)e->normals[3] * (f64)f->normals[1];
        if (dot > SMOOTH_DOT && dot2(sub2(e->b2, f->a2), sub2(e->b2, f->a2)) < 1e-6 * o->r * o->r)
            e->b2 = f->a2;
    }
    trim_corners(o, moved, n);
    return n;
}

static f32 to_f32(f64 x) {
    return (f32)x;
}

// Points on the circle about v from a to b (both on it), at the fixed phase; the edges between them
// and to b carry the arc's tag and normals. The first edge leaves a, which is written here.
static void emit_arc(Offset *o, Vec2 v, Vec2 a, Vec2 b) {
    f64 radius = fabs(o->r), side = o->r > 0 ? 1 : -1, step = 360.0 / o->n_arc;
    Vec2 from = sub2(a, v), to = sub2(b, v);
    f64 start = trig_atan2(from.y, from.x), end = trig_atan2(to.y, to.x);
    if (side > 0 && end <= start)
        end += 360;
    if (side < 0 && end >= start)
        end -= 360;
    Vec2 at = a, u = add_scaled((Vec2){0, 0}, from, 1 / radius);
    f64 slack = 1e-7 * step;
    for (f64 k = side > 0 ? floor((start + slack) / step) + 1 : ceil((start - slack) / step) - 1;;
         k += side) {
        f64 angle = k * step;
        bool is_last = side > 0 ? angle >= end - slack : angle <= end + slack;
        Vec2 next_u = is_last ? add_scaled((Vec2){0, 0}, to, 1 / radius)
                              : (Vec2){trig_cos(angle), trig_sin(angle)};
        f32 normals[4] = {to_f32(side * u.x), to_f32(side * u.y), to_f32(side * next_u.x),
                          to_f32(side * next_u.y)};
        emit(o, at, REGION_TAG_ARC, normals);
        if (is_last)
            return;
        u = next_u;
        at = add_scaled(v, u, radius);
    }
}

// What lies between the moved edges e and f at their corner; e's start has been written, f's start
// has not. Returns where f starts (a miter moves it).
static Vec2 emit_join(Offset *o, const Moved *e, const Moved *f) {
    Vec2 v = e->b, u1 = sub2(e->b2, v), u2 = sub2(f->a2, v);
    f64 turn = cross2(u1, u2) * o->r, cosine = dot2(u1, u2) / (o->r * o->r);
    if (vec2_equal(e->b2, f->a2))
        return f->a2;
    bool is_open = turn > 0 || (turn == 0 && cosine < 0 && o->r > 0);
    if (!is_open) {
        emit(o, e->b2, REGION_TAG_ARC, NULL);
        emit(o, v, REGION_TAG_ARC, NULL);
        return f->a2;
    }
    switch (o->join) {
    case REGION_JOIN_ROUND:
        emit_arc(o, v, e->b2, f->a2);
        return f->a2;
    case REGION_JOIN_MITER:
        if (2 / (1 + cosine) <= MITER_MAX * MITER_MAX) {
            Vec2 sum = {u1.x + u2.x, u1.y + u2.y};
            return add_scaled(v, sum, 1 / (1 + cosine));
        }
        emit(o, e->b2, REGION_TAG_ARC, NULL);
        return f->a2;
    case REGION_JOIN_BEVEL:
        emit(o, e->b2, REGION_TAG_ARC, NULL);
        return f->a2;
    }
    return f->a2;
}

static void emit_loop(Offset *o, const Moved *moved, u32 n) {
    u32 first = o->points.len;
    for (u32 i = 0; i < n; i++) {
        const Moved *before = &moved[i ? i - 1 : n - 1];
        Vec2 start = emit_join(o, before, &moved[i]);
        emit(o, start, moved[i].tag, moved[i].normals);
    }
    if (o->points.len > first)
        vec_push(o->heap, &o->starts, o->points.len);
}

Status region_offset(Heap *heap, const Region *region, f64 r, RegionJoin join, f64 chord,
                     Region *out) {
    Offset o = {.heap = heap, .r = r, .join = join};
    if (r == 0 || !isfinite(r))
        return region_boolean(heap, REGION_UNION, region, 1, out);
    o.n_arc = arc_segments(fabs(r), chord);
    Moved *moved = heap_alloc_raw(heap, region_count(region), sizeof *moved);
    vec_push(heap, &o.starts, 0);
    for (u32 l = 0; l < region->n_loops; l++) {
        u32 n = move_loop(&o, region, l, moved);
        if (n >= 3)
            emit_loop(&o, moved, n);
    }
    Region raw = {o.points.data, o.starts.data, o.starts.len - 1, o.edges.data, o.normals.data};
    Status status = region_boolean(heap, REGION_UNION, &raw, 1, out);
    heap_free(heap, moved);
    vec_free(heap, &o.points);
    vec_free(heap, &o.edges);
    vec_free(heap, &o.starts);
    vec_free(heap, &o.normals);
    return status;
}
