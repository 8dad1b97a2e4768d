// SPDX-License-Identifier: Apache-2.0
// Sweeps: a profile carried along a path, square to it, mitred where the path bends.
//
// Each segment of the path has a frame (u, v, d): d along the path, u x v = d, the profile's x on u
// and its y on v. Frames are first carried along without turning about d (each joint by the least
// rotation), then rolled so that v stays in the upright plane of `up`: where the path runs along
// `up` the roll of its neighbours is interpolated, and a path that goes over the vertical takes the
// profile over with it rather than flipping it. A path that is vertical throughout has v along Y
// (or X for up = Y).
#include "compiler/solid/combine.h"

typedef struct SegmentFrame {
    Vec3 u, v, d;
} SegmentFrame;

typedef struct Sweep {
    SolidContext *ctx;
    IrId id;
    SolidPath path;
    u32 n_segs;
    SegmentFrame *frames; // n_segs, carried without turning
    f64 *seg_len;         // n_segs
    f64 *rolls;           // n_stations, degrees
    f64 *at;              // n_stations + 1: length along
    u32 n_stations;       // path.n (closed: the last joins the first)
    f64 total;
} Sweep;

static Vec3 rotate_by(Vec3 p, Vec3 axis, f64 c, f64 s) { // Rodrigues; axis of unit length
    Vec3 k = vec3_scale(axis, vec3_dot(axis, p) * (1 - c));
    return vec3_add(vec3_add(vec3_scale(p, c), vec3_scale(vec3_cross(axis, p), s)), k);
}

static SegmentFrame carry(SegmentFrame f, Vec3 d) {
    Vec3 axis = vec3_cross(f.d, d);
    f64 s = vec3_norm(axis), c = vec3_dot(f.d, d);
    if (s > 1e-15) {
        axis = vec3_scale(axis, 1 / s);
        f.u = rotate_by(f.u, axis, c, s);
    }
    f.d = d;
    f.u = vec3_unit(vec3_sub(f.u, vec3_scale(d, vec3_dot(f.u, d))));
    f.v = vec3_cross(d, f.u);
    return f;
}

static bool carry_frames(Sweep *s) {
    const SolidPath *p = &s->path;
    for (u32 i = 0; i < s->n_segs; i++) {
        Vec3 a = p->points[i], b = p->points[(i + 1) % p->n];
        s->seg_len[i] = vec3_norm(vec3_sub(b, a));
        Vec3 d = vec3_scale(vec3_sub(b, a), 1 / s->seg_len[i]);
        if (i == 0) {
            Vec3 side = fabs(d.x) < 0.9 ? (Vec3){1, 0, 0} : (Vec3){0, 1, 0};
            s->frames[0].d = d;
            s->frames[0].u = vec3_unit(vec3_sub(side, vec3_scale(d, vec3_dot(side, d))));
            s->frames[0].v = vec3_cross(d, s->frames[0].u);
            continue;
        }
        if (vec3_dot(d, s->frames[i - 1].d) < -0.996) { // within 5 degrees of straight back
            Diag *e =
                solid_error(s->ctx, s->id, DIAG_E0612, "the path folds back on itself at %.*s",
                            STR_ARG(solid_point3(s->ctx, a)));
            diag_help(s->ctx->diags, e,
                      "make the turn there wider: add a point beside it, or smooth = true with "
                      "points further apart");
            return false;
        }
        s->frames[i] = carry(s->frames[i - 1], d);
    }
    return true;
}

// The roll that puts v in the plane of d and up, degrees; false where the segment runs along up.
static bool upright_roll(const SegmentFrame *f, Vec3 up, f64 *roll) {
    Vec3 v = vec3_sub(up, vec3_scale(f->d, vec3_dot(f->d, up)));
    if (vec3_norm(v) < 0.02)
        return false;
    // v = cos r * f.v - sin r * f.u
    *roll = trig_atan2(-vec3_dot(v, f->u), vec3_dot(v, f->v));
    return true;
}

static f64 wrap(f64 deg, f64 near, f64 period) {
    return deg - period * floor((deg - near) / period + 0.5);
}

// Rolls of the segments, unrolled so that neighbours differ by little, then of the stations between
// them.
static void find_rolls(Sweep *s, Vec3 up) {
    Heap *heap = s->ctx->heap;
    u32 n = s->n_segs;
    f64 *roll = heap_alloc(heap, n, sizeof(f64));
    u8 *known = heap_alloc(heap, n, 1);
    u32 n_known = 0, last = NONE;
    for (u32 i = 0; i < n; i++) {
        f64 r;
        if (!upright_roll(&s->frames[i], up, &r))
            continue;
        // The first stands upright; the others take upright or upside down, whichever turns less.
        roll[i] = last == NONE ? r : wrap(r, roll[last], 180);
        known[i] = 1, last = i, n_known++;
    }
    if (n_known == 0) { // all along up
        Vec3 second = fabs(up.y) > 0.5 * vec3_norm(up) ? (Vec3){1, 0, 0} : (Vec3){0, 1, 0};
        for (u32 i = 0; i < n; i++)
            known[i] = upright_roll(&s->frames[i], second, &roll[i]);
    }
    u32 before = NONE;
    for (u32 i = 0; i < n; i++) { // what is unknown: from the neighbours, by length
        if (known[i]) {
            before = i;
            continue;
        }
        u32 after = i;
        while (after < n && !known[after])
            after++;
        if (before == NONE || after == n) {
            roll[i] = before != NONE ? roll[before] : after < n ? roll[after] : 0;
            continue;
        }
        f64 span = s->at[after] - s->at[before],
            t = span > 0 ? (s->at[i] - s->at[before]) / span : 0;
        roll[i] = roll[before] + (roll[after] - roll[before]) * t;
    }
    for (u32 i = 0; i < s->n_stations; i++) {
        if (i == 0 && !s->path.closed)
            s->rolls[i] = roll[0];
        else if (i >= n)
            s->rolls[i] = roll[n - 1];
        else if (i > 0)
            s->rolls[i] = (roll[i - 1] + roll[i]) / 2;
        else
            s->rolls[i] = roll[0];
    }
    heap_free(heap, known);
    heap_free(heap, roll);
}

static f64 scale_at(const IrNode *node, f64 t) {
    u32 n = node->n_nums - IR_SWEEP_scale;
    const f64 *scale = node->nums + IR_SWEEP_scale;
    if (n == 0)
        return 1;
    if (n == 1)
        return 1 + (scale[0] - 1) * t;
    f64 at = t * (n - 1);
    u32 i = MIN((u32)at, n - 2);
    return scale[i] + (scale[i + 1] - scale[i]) * (at - i);
}

// Where station i puts the profile: region plane -> space, including the slide along the path that
// the mitre needs.
static Affine3 station_frame(const Sweep *s, u32 i, f64 roll, f64 scale) {
    bool closed = s->path.closed;
    u32 in = i > 0    ? i - 1
             : closed ? s->n_segs - 1
                      : 0,
        out = i < s->n_segs ? i
              : closed      ? 0
                            : s->n_segs - 1;
    const SegmentFrame *f = &s->frames[i > 0 ? in : out];
    Vec3 d_in = s->frames[i > 0 ? in : out].d, d_out = s->frames[out].d;
    if (i == 0 &&
        closed) { // seen from the outgoing segment: the frame there has not been round yet
        d_in = s->frames[0].d;
        d_out = s->frames[in].d;
    }
    f64 c = trig_cos(roll) * scale, sn = trig_sin(roll) * scale;
    Vec3 x = vec3_add(vec3_scale(f->u, c), vec3_scale(f->v, sn)),
         y = vec3_sub(vec3_scale(f->v, c), vec3_scale(f->u, sn));
    Vec3 m = vec3_add(d_in, d_out); // normal of the mitre plane
    f64 along = vec3_dot(d_in, m);
    x = vec3_sub(x, vec3_scale(d_in, vec3_dot(x, m) / along));
    y = vec3_sub(y, vec3_scale(d_in, vec3_dot(y, m) / along));
    Vec3 p = s->path.points[i % s->path.n];
    return (Affine3){{{x.x, y.x, d_in.x}, {x.y, y.y, d_in.y}, {x.z, y.z, d_in.z}}, p};
}

typedef struct Station {
    Affine3 frame;
    f64 at;
    bool sharp;
} Station;

typedef struct SweepRings {
    VEC(Station) stations;
    bool pole_start, pole_end;
} SweepRings;

// A dome on an end: the profile shrinks on a quarter circle of the given radius.
static void add_dome(Sweep *s, SweepRings *r, bool at_end, const Affine3 *frame, Vec3 d, f64 radius,
                     f64 start_at) {
    u32 k = MAX(tess_segments(s->ctx, radius) / 4, 2);
    for (u32 i = 1; i <= k; i++) {
        u32 step = at_end ? i : k + 1 - i;
        f64 deg = 90.0 * step / k, c = step == k ? 0 : trig_cos(deg),
            out = radius * trig_sin(deg) * (at_end ? 1 : -1);
        Station st = {.frame = *frame, .at = start_at + out};
        for (int row = 0; row < 3; row++)
            st.frame.m[row][0] *= c, st.frame.m[row][1] *= c;
        st.frame.t = vec3_add(frame->t, vec3_scale(d, out));
        vec_push(s->ctx->heap, &r->stations, st);
    }
}

static f64 region_reach(const Region *region) {
    f64 most = 0;
    for (u32 i = 0; i < region_count(region); i++)
        most = fmax(most, region->points[i].x * region->points[i].x +
                              region->points[i].y * region->points[i].y);
    return sqrt(most);
}

// Equal steps inside a long segment that is rolled or twisted.
static u32 segment_parts(const Sweep *s, const IrNode *node, u32 i, f64 reach) {
    f64 turn = fabs(s->rolls[i + 1] - s->rolls[i]) +
               fabs(node->nums[IR_SWEEP_twist]) * s->seg_len[i] / s->total;
    return turn > 1e-9 ? tess_arc(s->ctx, reach, turn) : 1;
}

// The station a share t into segment i.
static void add_station(Sweep *s, const IrNode *node, u32 i, f64 t, SweepRings *r) {
    f64 roll0 = s->rolls[i], roll1 = s->rolls[i + 1], at = s->at[i] + s->seg_len[i] * t;
    f64 roll = roll0 + (roll1 - roll0) * t + node->nums[IR_SWEEP_twist] * at / s->total,
        scale = scale_at(node, at / s->total);
    Station st = {.sharp = t == 0 && s->path.sharp[i]};
    st.frame = station_frame(s, i, roll, scale);
    if (t > 0) { // square to the segment
        const SegmentFrame *f = &s->frames[i];
        f64 c = trig_cos(roll) * scale, sn = trig_sin(roll) * scale;
        Vec3 x = vec3_add(vec3_scale(f->u, c), vec3_scale(f->v, sn)),
             y = vec3_sub(vec3_scale(f->v, c), vec3_scale(f->u, sn));
        st.frame = (Affine3){{{x.x, y.x, f->d.x}, {x.y, y.y, f->d.y}, {x.z, y.z, f->d.z}},
                             vec3_lerp(s->path.points[i], s->path.points[(i + 1) % s->path.n], t)};
    }
    vec_push(s->ctx->heap, &r->stations, st);
}

// At each point of the path, at equal steps between where the profile turns, and where the line of
// scales has a corner.
static void add_stations(Sweep *s, const IrNode *node, f64 reach, SweepRings *r) {
    f64 twist = node->nums[IR_SWEEP_twist];
    u32 n_scale = node->n_nums - IR_SWEEP_scale, n_spans = n_scale > 2 ? n_scale - 1 : 1,
        corner = 1;
    for (u32 i = 0; i < s->n_segs; i++) {
        u32 parts = segment_parts(s, node, i, reach);
        for (u32 k = 0; k < parts; k++) {
            f64 t = (f64)k / parts, next = (f64)(k + 1) / parts;
            add_station(s, node, i, t, r);
            for (; corner < n_spans; corner++) {
                f64 at = ((f64)corner / n_spans * s->total - s->at[i]) / s->seg_len[i];
                f64 near = 0.05 * (next - t); // no slivers: a station this near will do
                if (at >= next - near)
                    break;
                if (at > t + near)
                    add_station(s, node, i, at, r);
            }
        }
    }
    if (!s->path.closed)
        vec_push(s->ctx->heap, &r->stations,
                 (Station){.at = s->total,
                           .sharp = s->n_segs == 1,
                           .frame = station_frame(s, s->n_segs, s->rolls[s->n_segs] + twist,
                                                  scale_at(node, 1))});
}

// A closed path arrives with its frames rolled. rolls[n_stations] is the roll of the first ring as
// the last segment sees it; half a turn, left over when the profile went over the vertical once, is
// spread along.
static void close_rolls(Sweep *s) {
    SegmentFrame f = carry(s->frames[s->n_segs - 1], s->frames[0].d);
    // f.u = cos h u + sin h v of the first frame
    f64 holonomy = trig_atan2(vec3_dot(f.u, s->frames[0].v), vec3_dot(f.u, s->frames[0].u));
    f64 last = s->rolls[s->n_stations - 1], arrive = wrap(s->rolls[0] - holonomy, last, 360),
        miss = arrive - last;
    s->rolls[s->n_stations] = arrive;
    for (u32 i = 0; i < s->n_stations && fabs(miss) > 90; i++)
        s->rolls[i] += miss * s->at[i] / s->total;
}

// Whether two neighbouring rings cross each other: some point of the later lies behind the
// earlier's plane.
static bool rings_fold(const Vec3 *rings, u32 n, const SweepRings *r, bool closed) {
    for (u32 i = 0; i + (closed ? 0u : 1u) < r->stations.len; i++) {
        u32 k = (i + 1) % r->stations.len;
        Vec3 a = r->stations.data[i].frame.t, b = r->stations.data[k].frame.t, d = vec3_sub(b, a);
        for (u32 p = 0; p < n; p++)
            if (vec3_dot(vec3_sub(rings[(size_t)k * n + p], rings[(size_t)i * n + p]), d) <
                -1e-9 * vec3_dot(d, d))
                return true;
    }
    return false;
}

// A bend tighter than the profile makes the skin overlap itself: the kernel takes what is wound
// round.
static bool resolve_folds(SolidContext *ctx, Mesh *mesh) {
    Csg csg;
    csg_init(&csg, ctx);
    csg.force = true;
    Affine3 identity = affine3_identity();
    Mesh clean;
    u32 root = csg_add_leaf(&csg, mesh, mesh_bounds(mesh), &identity);
    bool ok = csg_evaluate(&csg, root, (CsgOptions){0}, &clean);
    csg_finish(&csg);
    mesh_finish(mesh, ctx->heap);
    if (ok)
        *mesh = clean;
    return ok;
}

static bool skin_of(Sweep *s, const Region *region, SweepRings *r, Mesh *out) {
    Heap *heap = s->ctx->heap;
    u32 n = region_count(region), m = r->stations.len;
    if (!solid_reserve_tris(s->ctx, s->id, 2.0 * n * m))
        return false;
    Vec3 *rings = heap_alloc_raw(heap, (size_t)n * m, sizeof(Vec3));
    u8 *sharp = heap_alloc_raw(heap, m, 1);
    Affine3 *frames = heap_alloc_raw(heap, m, sizeof(Affine3));
    for (u32 k = 0; k < m; k++) {
        const Station *st = &r->stations.data[k];
        sharp[k] = st->sharp, frames[k] = st->frame;
        for (u32 i = 0; i < n; i++)
            rings[(size_t)k * n + i] =
                affine3_point(&st->frame, (Vec3){region->points[i].x, region->points[i].y, 0});
    }
    if (r->pole_start)
        frames[0] = frames[1];
    if (r->pole_end)
        frames[m - 1] = frames[m - 2];
    bool closed = s->path.closed;
    Skin skin = {.region = region,
                 .rings = rings,
                 .n_rings = m,
                 .sharp = sharp,
                 .frames = frames,
                 .closed = closed,
                 .pole_start = r->pole_start,
                 .pole_end = r->pole_end};
    if (!closed) {
        skin.tag_start = solid_tags(s->ctx, s->id, "cap_start", 1);
        skin.tag_end = solid_tags(s->ctx, s->id, "cap_end", 1);
    }
    u32 *tags = skin_edge_tags(s->ctx, s->id, region);
    skin.edge_tags = tags;
    bool fold = rings_fold(rings, n, r, closed);
    bool ok = skin_build(s->ctx, s->id, &skin, out);
    heap_free(heap, tags);
    heap_free(heap, frames);
    heap_free(heap, sharp);
    heap_free(heap, rings);
    return ok && (!fold || resolve_folds(s->ctx, out));
}

static bool sweep_path(Sweep *s, const Region *region, Mesh *out) {
    SolidContext *ctx = s->ctx;
    const IrNode *node = solid_node(ctx, s->id);
    Heap *heap = ctx->heap;
    s->n_stations = s->path.n;
    s->n_segs = s->path.closed ? s->path.n : s->path.n - 1;
    s->frames = heap_alloc(heap, s->n_segs, sizeof(SegmentFrame));
    s->seg_len = heap_alloc(heap, s->n_segs, sizeof(f64));
    s->rolls = heap_alloc(heap, (size_t)s->n_stations + 1, sizeof(f64));
    s->at = heap_alloc(heap, (size_t)s->n_segs + 2, sizeof(f64));
    bool ok = carry_frames(s);
    if (ok) {
        for (u32 i = 0; i < s->n_segs; i++)
            s->at[i + 1] = s->at[i] + s->seg_len[i];
        s->total = s->at[s->n_segs];
        const f64 *up = node->nums + IR_SWEEP_up;
        Vec3 u = vec3_unit((Vec3){up[0], up[1], up[2]});
        find_rolls(s, vec3_norm(u) > 0 ? u : (Vec3){0, 0, 1});
        if (s->path.closed)
            close_rolls(s);
        SweepRings r = {0};
        f64 reach = region_reach(region);
        bool round = node->nums[IR_SWEEP_round_ends] != 0 && !s->path.closed;
        Box2 box = region_bounds(region);
        f64 radius = fmin(box.max.x - box.min.x, box.max.y - box.min.y) / 2;
        f64 k0 = scale_at(node, 0), k1 = scale_at(node, 1);
        if (round && k0 > 0) {
            Affine3 first = station_frame(s, 0, s->rolls[0], k0);
            add_dome(s, &r, false, &first, s->frames[0].d, radius * k0, 0);
        }
        r.pole_start = (round && k0 > 0) || k0 == 0;
        add_stations(s, node, reach, &r);
        if (round && k1 > 0) {
            Affine3 last = r.stations.data[r.stations.len - 1].frame;
            r.stations.data[r.stations.len - 1].sharp = false;
            add_dome(s, &r, true, &last, s->frames[s->n_segs - 1].d, radius * k1, s->total);
        }
        r.pole_end = (round && k1 > 0) || (!s->path.closed && k1 == 0);
        ok = skin_of(s, region, &r, out);
        vec_free(heap, &r.stations);
    }
    heap_free(heap, s->at);
    heap_free(heap, s->rolls);
    heap_free(heap, s->seg_len);
    heap_free(heap, s->frames);
    return ok;
}

bool build_sweep(SolidContext *ctx, IrId id, Mesh *out) {
    const IrNode *node = solid_node(ctx, id);
    Region region;
    if (!profile_build(ctx, node->children[0], &region))
        return false;
    Sweep s = {.ctx = ctx, .id = id};
    f64 twist = fabs(node->nums[IR_SWEEP_twist]), reach = region_reach(&region);
    if (twist > 0 && reach > 0) // walls bend both ways: about as wide as they are high
        region_divide(ctx->heap, &region,
                      reach * trig_tan(fmin(360.0 / tess_segments(ctx, reach), 30)));
    bool ok = path_build(ctx, node->children[1], region_reach(&region), &s.path);
    if (ok && region.n_loops == 0)
        *out = (Mesh){0};
    else if (ok)
        ok = sweep_path(&s, &region, out);
    path_finish(&s.path, ctx->heap);
    region_finish(&region, ctx->heap);
    return ok;
}
