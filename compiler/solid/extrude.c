// SPDX-License-Identifier: Apache-2.0
// Extrusions and revolutions of a profile.
//
// A plain extrusion is a skin of two rings; a taper to nothing ends in a tip, a twist takes as many
// rings as the outermost point's helix needs. Rounded ends are terraces: insets of the profile at
// rising heights, and between each inset and the next the plane ring that lies between them,
// triangulated and lifted to its two heights. So an inset may lose corners or fall into pieces
// without the surface tearing.
#include "compiler/solid/solid_internal.h"

static f64 region_radius(const Region *region) {
    f64 most = 0;
    for (u32 i = 0; i < region_count(region); i++)
        most = fmax(most, region->points[i].x * region->points[i].x +
                              region->points[i].y * region->points[i].y);
    return sqrt(most);
}

typedef struct Extrusion {
    f64 h, twist, taper, round;
} Extrusion;

// Region plane -> space at height z.
static Affine3 extrude_frame(const Extrusion *e, f64 z) {
    f64 t = e->h > 0 ? z / e->h : 0, k = z == e->h ? e->taper : z == 0 ? 1 : 1 + (e->taper - 1) * t;
    f64 c = trig_cos(e->twist * t), s = trig_sin(e->twist * t);
    return (Affine3){{{k * c, -k * s, 0}, {k * s, k * c, 0}, {0, 0, 1}}, {0, 0, z}};
}

static u32 twist_steps(const SolidContext *ctx, const Extrusion *e, f64 radius) {
    if (e->twist == 0)
        return 1;
    return MAX(tess_arc(ctx, radius * fmax(1, e->taper), e->twist), 2);
}

static bool extrude_plain(SolidContext *ctx, IrId id, const Extrusion *e, const Region *region,
                          Mesh *out) {
    Heap *heap = ctx->heap;
    u32 n = region_count(region), n_rings = twist_steps(ctx, e, region_radius(region)) + 1;
    if (!solid_reserve_tris(ctx, id, 2.0 * n * n_rings))
        return false;
    Vec3 *rings = heap_alloc_raw(heap, (size_t)n * n_rings, sizeof(Vec3));
    u8 *sharp = heap_alloc(heap, n_rings, 1);
    Affine3 *frames = heap_alloc_raw(heap, n_rings, sizeof(Affine3));
    sharp[0] = sharp[n_rings - 1] = n_rings == 2;
    for (u32 r = 0; r < n_rings; r++) {
        frames[r] = extrude_frame(e, r + 1 == n_rings ? e->h : e->h * r / (n_rings - 1));
        for (u32 i = 0; i < n; i++)
            rings[(size_t)r * n + i] =
                affine3_point(&frames[r], (Vec3){region->points[i].x, region->points[i].y, 0});
    }
    if (e->taper == 0) // the tip has no directions of its own
        frames[n_rings - 1] = frames[n_rings - 2];
    Skin skin = {.region = region,
                 .rings = rings,
                 .n_rings = n_rings,
                 .sharp = sharp,
                 .frames = frames,
                 .pole_end = e->taper == 0,
                 .tag_start = solid_tags(ctx, id, "cap_start", 1),
                 .tag_end = solid_tags(ctx, id, "cap_end", 1)};
    u32 *tags = skin_edge_tags(ctx, id, region);
    skin.edge_tags = tags;
    bool ok = skin_build(ctx, id, &skin, out);
    heap_free(heap, tags);
    heap_free(heap, frames);
    heap_free(heap, sharp);
    heap_free(heap, rings);
    return ok;
}

// ---- rounded ends ----

// In mm: the insets of a smaller rounding are not to be told from the profile, so it is none.
#define ROUND_LEAST 1e-5

typedef struct Terrace {
    Region region;   // the profile's inset
    f64 inset, rise; // from the profile's rim; from the end face
    f64 lean;        // degrees: 0 the normal lies level, 90 along the axis
} Terrace;

static bool too_round(SolidContext *ctx, IrId id, f64 r, f64 most) {
    Diag *d = solid_error(ctx, id, DIAG_E0610,
                          "%.*s is too much to round the ends of this extrusion by: at most %.*s",
                          STR_ARG(solid_mm(ctx, r)), STR_ARG(solid_mm(ctx, most)));
    diag_measure(d, r, most, STR("mm"));
    diag_help(ctx->diags, d,
              "half of the height, and half of the profile's width, are the most there is: %.*s",
              STR_ARG(solid_mm(ctx, most)));
    return false;
}

static bool make_terraces(SolidContext *ctx, IrId id, const Region *region, f64 round, Terrace *t,
                          u32 n) {
    t[0] = (Terrace){.inset = 0, .rise = round, .lean = 0};
    region_copy(&t[0].region, ctx->heap, region);
    for (u32 i = 1; i < n; i++) {
        f64 deg = 90.0 * i / (n - 1);
        t[i] = (Terrace){
            .inset = round * (1 - trig_cos(deg)), .rise = round * (1 - trig_sin(deg)), .lean = deg};
        Status status = region_offset(ctx->heap, region, -t[i].inset, REGION_JOIN_MITER,
                                      tess_chord(ctx, round), &t[i].region);
        if (status != STATUS_OK || t[i].region.n_loops == 0) {
            f64 most = fmin(region_inset_most(ctx, region), round);
            for (u32 k = 0; k <= i; k++)
                region_finish(&t[k].region, ctx->heap);
            return too_round(ctx, id, round, most);
        }
    }
    return true;
}

// The ring between terrace a and the next one b as a region: a's loops, b's loops turned round; the
// points keep their order so that index < n_a means a's.
static void ring_region(Heap *heap, const Region *a, const Region *b, Region *out, u32 **source) {
    u32 na = region_count(a), nb = region_count(b);
    region_init(out, heap, na + nb, a->n_loops + b->n_loops, false);
    *source =
        heap_alloc_raw(heap, na + nb, sizeof(u32)); // index among the vertices of both terraces
    u32 len = 0, loop_len = 0;
    for (u32 loop = 0; loop < a->n_loops; loop++) {
        out->starts[loop_len++] = len;
        for (u32 i = a->starts[loop]; i < a->starts[loop + 1]; i++) {
            out->points[len] = a->points[i];
            (*source)[len++] = i;
        }
    }
    for (u32 loop = 0; loop < b->n_loops; loop++) {
        out->starts[loop_len++] = len;
        for (u32 i = b->starts[loop + 1]; i-- > b->starts[loop];) {
            out->points[len] = b->points[i];
            (*source)[len++] = na + i;
        }
    }
    out->starts[loop_len] = len;
}

typedef struct RoundExtrude {
    SolidContext *ctx;
    const Extrusion *e;
    MeshBuilder b;
    const Terrace *terraces;
    u32 n_terraces;
    u32 *base[2]; // first vertex of each terrace at the start and at the end
    u32 tag_round[2];
    const u32 *edge_tags; // of terrace 0
} RoundExtrude;

static void add_terrace_verts(RoundExtrude *x, u32 end, u32 k) {
    const Terrace *t = &x->terraces[k];
    f64 z = end ? x->e->h - t->rise : t->rise;
    if (k + 1 == x->n_terraces)
        z = end ? x->e->h : 0;
    Affine3 frame = extrude_frame(x->e, z);
    x->base[end][k] = x->b.verts.len;
    for (u32 i = 0; i < region_count(&t->region); i++)
        builder_vert(
            &x->b, affine3_point(&frame, (Vec3){t->region.points[i].x, t->region.points[i].y, 0}));
}

// The wall normal of a triangle of the ring: from the outer terrace's edge that it stands on, else
// from the direction between its points of either terrace.
static Vec2 ring_normal(const Region *ring, const u32 *v, const u32 *source, u32 n_outer) {
    Vec2 inner = {0, 0}, outer = {0, 0};
    f64 n_in = 0, n_out = 0;
    for (int i = 0; i < 3; i++) {
        Vec2 p = ring->points[v[i]];
        if (source[v[i]] < n_outer)
            outer = (Vec2){outer.x + p.x, outer.y + p.y}, n_out++;
        else
            inner = (Vec2){inner.x + p.x, inner.y + p.y}, n_in++;
    }
    if (n_in == 0 || n_out == 0)
        return (Vec2){0, 0};
    for (int i = 0; i < 3; i++) { // the edge whose ends lie on one terrace gives the direction
        u32 a = v[i], b = v[(i + 1) % 3];
        bool oa = source[a] < n_outer, ob = source[b] < n_outer;
        if (oa != ob)
            continue;
        Vec2 p = ring->points[a], q = ring->points[b];
        f64 dx = q.x - p.x, dy = q.y - p.y, len = sqrt(dx * dx + dy * dy), side = oa ? 1 : -1;
        if (len > 0)
            return (Vec2){side * dy / len, -side * dx / len};
    }
    return (Vec2){0, 0};
}

static void add_ring(RoundExtrude *x, u32 end, u32 k) {
    Heap *heap = x->ctx->heap;
    const Terrace *a = &x->terraces[k], *b = &x->terraces[k + 1];
    Region ring;
    u32 *source, *tris, n_tris, n_outer = region_count(&a->region);
    ring_region(heap, &a->region, &b->region, &ring, &source);
    region_triangulate(heap, &ring, &tris, &n_tris);
    Affine3 frames[2] = {extrude_frame(x->e, end ? x->e->h - a->rise : a->rise),
                         extrude_frame(x->e, end ? x->e->h - b->rise : b->rise)};
    f64 leans[2] = {a->lean, b->lean}, up = end ? 1 : -1;
    for (u32 t = 0; t < n_tris; t++) {
        const u32 *v = tris + 3 * (size_t)t;
        Vec2 wall = ring_normal(&ring, v, source, n_outer);
        u32 id[3];
        Vec3 n[3];
        for (int i = 0; i < 3; i++) {
            u32 j = end ? (u32)i : (u32)(2 - i), inner = source[v[j]] >= n_outer;
            id[i] = inner ? x->base[end][k + 1] + source[v[j]] - n_outer
                          : x->base[end][k] + source[v[j]];
            f64 c = trig_cos(leans[inner]), s = trig_sin(leans[inner]);
            Vec3 level = affine3_vector(&frames[inner], (Vec3){wall.x, wall.y, 0});
            level = vec3_unit(level);
            n[i] = (Vec3){level.x * c, level.y * c, up * s};
        }
        if (wall.x == 0 && wall.y == 0)
            builder_flat(&x->b, id[0], id[1], id[2], x->tag_round[end]);
        else
            builder_curved(&x->b, id, n, x->tag_round[end]);
    }
    heap_free(heap, tris);
    heap_free(heap, source);
    region_finish(&ring, heap);
}

static void add_cap(RoundExtrude *x, u32 end, u32 tag) {
    u32 *tris, n_tris, last = x->n_terraces - 1;
    region_triangulate(x->ctx->heap, &x->terraces[last].region, &tris, &n_tris);
    for (u32 t = 0; t < n_tris; t++) {
        u32 v[3];
        for (u32 i = 0; i < 3; i++)
            v[i] = x->base[end][last] + tris[3 * (size_t)t + i];
        if (end)
            builder_flat(&x->b, v[0], v[1], v[2], tag);
        else
            builder_flat(&x->b, v[0], v[2], v[1], tag);
    }
    heap_free(x->ctx->heap, tris);
}

// The straight part between the terraces, from its own skin: its vertices at both ends are replaced
// by the terraces' in the same order.
static bool add_middle(RoundExtrude *x, IrId id) {
    const Region *region = &x->terraces[0].region;
    f64 z0 = x->terraces[0].rise, z1 = x->e->h - z0;
    u32 n = region_count(region);
    if (!(z1 > z0 * (1 + 1e-9)))
        return true;
    u32 n_rings = twist_steps(x->ctx, x->e, region_radius(region)) + 1;
    Vec3 *rings = heap_alloc_raw(x->ctx->heap, (size_t)n * n_rings, sizeof(Vec3));
    Affine3 *frames = heap_alloc_raw(x->ctx->heap, n_rings, sizeof(Affine3));
    u8 *sharp = heap_alloc(x->ctx->heap, n_rings, 1);
    sharp[0] = sharp[n_rings - 1] = n_rings == 2;
    for (u32 r = 0; r < n_rings; r++) {
        frames[r] = extrude_frame(x->e, z0 + (z1 - z0) * r / (n_rings - 1));
        for (u32 i = 0; i < n; i++)
            rings[(size_t)r * n + i] =
                affine3_point(&frames[r], (Vec3){region->points[i].x, region->points[i].y, 0});
    }
    Skin skin = {.region = region,
                 .rings = rings,
                 .n_rings = n_rings,
                 .sharp = sharp,
                 .frames = frames,
                 .open = true,
                 .edge_tags = x->edge_tags};
    Mesh wall;
    bool ok = skin_build(x->ctx, id, &skin, &wall);
    for (u32 v = 0; ok && v < wall.n_verts; v++)
        if (v >= n && v < wall.n_verts - n)
            builder_vert(&x->b, wall.verts[v]);
    u32 first = x->b.verts.len - (ok ? wall.n_verts - 2 * n : 0);
    for (u32 t = 0; ok && t < wall.n_tris; t++) {
        u32 v[3];
        for (u32 i = 0; i < 3; i++) {
            u32 w = wall.tris[3 * (size_t)t + i];
            v[i] = w < n                   ? x->base[0][0] + w
                   : w >= wall.n_verts - n ? x->base[1][0] + w - (wall.n_verts - n)
                                           : first + w - n;
        }
        Vec3 nn[3] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
        for (u32 i = 0; i < 3 && wall.normals; i++) {
            const f32 *f = wall.normals + 9 * (size_t)t + 3 * i;
            nn[i] = (Vec3){(f64)f[0], (f64)f[1], (f64)f[2]};
        }
        builder_curved(&x->b, v, nn, wall.tags[t]);
    }
    if (ok)
        mesh_finish(&wall, x->ctx->heap);
    heap_free(x->ctx->heap, sharp);
    heap_free(x->ctx->heap, frames);
    heap_free(x->ctx->heap, rings);
    return ok;
}

static bool extrude_round(SolidContext *ctx, IrId id, const Extrusion *e, const Region *region,
                          Mesh *out) {
    Heap *heap = ctx->heap;
    if (2 * e->round > e->h * (1 + 1e-9))
        return too_round(ctx, id, e->round, e->h / 2);
    u32 n = tess_segments(ctx, e->round) / 4 + 1;
    Terrace *terraces = heap_alloc(heap, n, sizeof(Terrace));
    if (!make_terraces(ctx, id, region, e->round, terraces, n)) {
        heap_free(heap, terraces);
        return false;
    }
    RoundExtrude x = {.ctx = ctx, .e = e, .terraces = terraces, .n_terraces = n};
    u32 tags[2] = {solid_tags(ctx, id, "cap_start", 1), solid_tags(ctx, id, "cap_end", 1)};
    x.tag_round[0] = solid_tags(ctx, id, "round_start", 1),
    x.tag_round[1] = solid_tags(ctx, id, "round_end", 1);
    u32 *edge_tags = skin_edge_tags(ctx, id, region);
    x.edge_tags = edge_tags;
    builder_init(&x.b, heap, region_count(region) * 2 * n, region_count(region) * 4 * n, true);
    bool thin =
        !(e->h - e->round > e->round * (1 + 1e-9)); // no straight part: both ends share their rim
    for (u32 end = 0; end < 2; end++) {
        x.base[end] = heap_alloc_raw(heap, n, sizeof(u32));
        for (u32 k = 0; k < n; k++) {
            if (thin && end == 1 && k == 0)
                x.base[1][0] = x.base[0][0];
            else
                add_terrace_verts(&x, end, k);
        }
    }
    bool ok = add_middle(&x, id);
    for (u32 end = 0; end < 2; end++) {
        for (u32 k = 0; k + 1 < n; k++)
            add_ring(&x, end, k);
        add_cap(&x, end, tags[end]);
        heap_free(heap, x.base[end]);
    }
    builder_finish(&x.b, out);
    if (!ok)
        mesh_finish(out, heap);
    heap_free(heap, edge_tags);
    for (u32 k = 0; k < n; k++)
        region_finish(&terraces[k].region, heap);
    heap_free(heap, terraces);
    return ok;
}

bool build_extrude(SolidContext *ctx, IrId id, Mesh *out) {
    const IrNode *node = solid_node(ctx, id);
    Extrusion e = {node->nums[IR_EXTRUDE_h], node->nums[IR_EXTRUDE_twist],
                   node->nums[IR_EXTRUDE_taper], node->nums[IR_EXTRUDE_round]};
    Region region;
    if (!profile_build(ctx, node->children[0], &region))
        return false;
    bool ok = true;
    if (e.twist != 0 &&
        region.n_loops > 0) { // walls bend both ways: about as wide as they are high
        f64 radius = region_radius(&region);
        region_divide(ctx->heap, &region,
                      radius * trig_tan(fmin(360.0 / tess_segments(ctx, radius), 30)));
    }
    if (region.n_loops == 0)
        *out = (Mesh){0}; // an empty profile makes an empty solid; who needs one says so
    else if (e.round >= ROUND_LEAST)
        ok = extrude_round(ctx, id, &e, &region, out);
    else
        ok = extrude_plain(ctx, id, &e, &region, out);
    region_finish(&region, ctx->heap);
    return ok;
}

bool revolve_section(SolidContext *ctx, IrId id, Region *out) {
    if (!profile_build(ctx, solid_node(ctx, id)->children[0], out))
        return false;
    Box2 box = region_bounds(out);
    // What lies within rounding of the axis lies on it.
    f64 snap = 1e-7 * fmax(fmax(fabs(box.min.x), fabs(box.max.x)), box.max.y - box.min.y);
    u32 worst = NONE;
    for (u32 i = 0; i < region_count(out); i++) {
        Vec2 *p = &out->points[i];
        if (p->x < -snap && (worst == NONE || p->x < out->points[worst].x))
            worst = i;
        else if (fabs(p->x) <= snap)
            p->x = 0;
    }
    if (worst == NONE)
        return true;
    Vec2 p = out->points[worst];
    Diag *d = solid_error(ctx, id, DIAG_E0614,
                          "the profile reaches across the axis of revolution, to %.*s",
                          STR_ARG(solid_point2(ctx, p)));
    diag_measure(d, p.x, 0, STR("mm"));
    diag_help(ctx->diags, d,
              "x is the radius: move the profile by x = %.*s, or keep what has x above 0",
              STR_ARG(solid_mm(ctx, -p.x)));
    region_finish(out, ctx->heap);
    return false;
}

bool build_revolve(SolidContext *ctx, IrId id, Mesh *out) {
    f64 angle = solid_node(ctx, id)->nums[IR_REVOLVE_angle];
    Region region;
    if (!revolve_section(ctx, id, &region))
        return false;
    bool ok = true;
    if (region.n_loops == 0) {
        *out = (Mesh){0};
    } else {
        u32 *tags = skin_edge_tags(ctx, id, &region), *own = region.edges;
        u32 caps = angle < 360 ? solid_tags(ctx, id, "cap_start", 1) : 0;
        if (angle < 360)
            solid_tags(ctx, id, "cap_end", 1);
        region.edges = tags;
        ok = lathe_build(ctx, id, &region, angle, tess_segments(ctx, region_bounds(&region).max.x),
                         caps, out);
        region.edges = own;
        heap_free(ctx->heap, tags);
    }
    region_finish(&region, ctx->heap);
    return ok;
}
