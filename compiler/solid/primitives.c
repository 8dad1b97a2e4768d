// SPDX-License-Identifier: Apache-2.0
// Cylinders, cones, tubes and tori as sections for the lathe; pyramids, wedges and polyhedra by
// hand.
#include "compiler/solid/solid_internal.h"

// A section corner to be rounded or cut.
typedef struct SectionCorner {
    Vec2 p;
    u32 tag; // of the edge that leaves
    f64 cut; // length taken from both edges; 0: sharp
    u32 steps;
} SectionCorner;

static f64 distance2(Vec2 a, Vec2 b) {
    return sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

// The angle between the edges at corner b, degrees.
static f64 angle_at(Vec2 a, Vec2 b, Vec2 c) {
    f64 ux = a.x - b.x, uy = a.y - b.y, vx = c.x - b.x, vy = c.y - b.y;
    return fabs(trig_atan2(ux * vy - uy * vx, ux * vx + uy * vy));
}

static void make_section(Heap *heap, const SectionCorner *c, u32 n, u32 round_tag, Region *out) {
    LoopBuilder b;
    loop_init(&b, heap);
    for (u32 i = 0; i < n; i++) {
        if (c[i].cut > 0)
            loop_add_round(&b, c[(i + n - 1) % n].p, c[i].p, c[(i + 1) % n].p, c[i].cut, c[i].steps,
                           round_tag, c[i].tag);
        else
            loop_add(&b, c[i].p, c[i].tag);
    }
    for (u32 i = 0; i < b.points.len; i++) // arcs that end on the axis
        if (fabs(b.points.data[i].x) < 1e-9 * fabs(c[1].p.x))
            b.points.data[i].x = 0;
    loop_close(&b);
    loop_finish(&b, out);
}

static bool too_round(SolidContext *ctx, IrId id, f64 r, f64 most, bool chamfer) {
    Diag *d = solid_error(
        ctx, id, DIAG_E0610, "%.*s is too much to %s this cylinder by: at most %.*s",
        STR_ARG(solid_mm(ctx, r)), chamfer ? "chamfer" : "round", STR_ARG(solid_mm(ctx, most)));
    diag_measure(d, r, most, STR("mm"));
    diag_help(ctx->diags, d, "the caps and the side must have room for it: use at most %.*s",
              STR_ARG(solid_mm(ctx, most)));
    return false;
}

static bool cylinder_section(SolidContext *ctx, IrId id, Region *out) {
    const f64 *n = solid_node(ctx, id)->nums;
    f64 h = n[IR_CYLINDER_h] / 2, rb = n[IR_CYLINDER_d] / 2, rt = n[IR_CYLINDER_d_top] / 2;
    f64 round = n[IR_CYLINDER_round], chamfer = n[IR_CYLINDER_chamfer], r = fmax(round, chamfer);
    u32 side = solid_tags(ctx, id, "side", 1), top = solid_tags(ctx, id, "top", 1),
        bottom = solid_tags(ctx, id, "bottom", 1),
        rim = r > 0 ? solid_tags(ctx, id, round > 0 ? "round" : "chamfer", 1) : 0;
    SectionCorner c[4];
    u32 m = 0;
    c[m++] = (SectionCorner){.p = {0, -h}, .tag = rb > 0 ? bottom : side};
    if (rb > 0)
        c[m++] = (SectionCorner){.p = {rb, -h}, .tag = side};
    if (rt > 0)
        c[m++] = (SectionCorner){.p = {rt, h}, .tag = top};
    c[m++] = (SectionCorner){.p = {0, h}, .tag = side};
    if (r > 0) {
        f64 most = INFINITY, slant = distance2((Vec2){rb, -h}, (Vec2){rt, h}), per_slant = 0;
        for (u32 i = 1; i + 1 < m; i++) {
            f64 angle = angle_at(c[i - 1].p, c[i].p, c[i + 1].p);
            f64 per = round > 0 ? 1 / trig_tan(angle / 2) : 1;
            most = fmin(most, c[i].p.x / per);
            per_slant += per;
            c[i].cut = r * per;
            c[i].steps = round > 0 ? MAX(tess_arc(ctx, r, 180 - angle), 2) : 1;
        }
        most = fmin(most, slant / per_slant);
        if (r > most * (1 + 1e-9))
            return too_round(ctx, id, r, most, chamfer > 0);
    }
    make_section(ctx->heap, c, m, rim, out);
    return true;
}

static bool tube_section(SolidContext *ctx, IrId id, Region *out) {
    const f64 *n = solid_node(ctx, id)->nums;
    f64 h = n[IR_TUBE_h] / 2, rb = n[IR_TUBE_d] / 2, rt = n[IR_TUBE_d_top] / 2,
        wall = n[IR_TUBE_wall];
    f64 most = fmin(rb, rt);
    if (wall >= most) {
        Diag *d =
            solid_error(ctx, id, DIAG_E0611, "a wall of %.*s leaves no hole in a tube of d %.*s",
                        STR_ARG(solid_mm(ctx, wall)), STR_ARG(solid_mm(ctx, 2 * most)));
        diag_measure(d, wall, most, STR("mm"));
        diag_help(ctx->diags, d, "the wall must be below %.*s; for a solid one write cylinder",
                  STR_ARG(solid_mm(ctx, most)));
        return false;
    }
    static const char *const NAMES[4] = {"outer", "top", "inner", "bottom"};
    Vec2 p[4] = {{rb, -h}, {rt, h}, {rt - wall, h}, {rb - wall, -h}};
    LoopBuilder b;
    loop_init(&b, ctx->heap);
    for (u32 i = 0; i < 4; i++)
        loop_add(&b, p[i], solid_tags(ctx, id, NAMES[i], 1));
    loop_close(&b);
    loop_finish(&b, out);
    return true;
}

static bool torus_section(SolidContext *ctx, IrId id, Region *out) {
    const f64 *n = solid_node(ctx, id)->nums;
    f64 big = n[IR_TORUS_d] / 2, r = n[IR_TORUS_thickness] / 2;
    if (r > big * (1 + 1e-9)) {
        Diag *d = solid_error(ctx, id, DIAG_E0612,
                              "a torus of d %.*s with thickness %.*s runs into itself",
                              STR_ARG(solid_mm(ctx, 2 * big)), STR_ARG(solid_mm(ctx, 2 * r)));
        diag_measure(d, 2 * r, 2 * big, STR("mm"));
        diag_help(ctx->diags, d, "thickness is at most d, %.*s", STR_ARG(solid_mm(ctx, 2 * big)));
        return false;
    }
    u32 tag = solid_tags(ctx, id, "surface", 1), k = tess_segments(ctx, r);
    const Vec2 *circle = tess_circle(ctx, k);
    LoopBuilder b;
    loop_init(&b, ctx->heap);
    for (u32 i = 0; i < k; i++) {
        Vec2 u = circle[i];
        f64 x = big + r * u.x;
        loop_add_smooth(&b, (Vec2){x > 1e-9 * big ? x : 0, r * u.y}, tag, u, circle[(i + 1) % k]);
    }
    loop_close(&b);
    loop_finish(&b, out);
    return true;
}

bool primitive_section(SolidContext *ctx, IrId id, Region *out) {
    IrKind kind = solid_node(ctx, id)->kind;
    return kind == IR_CYLINDER ? cylinder_section(ctx, id, out)
           : kind == IR_TUBE   ? tube_section(ctx, id, out)
                               : torus_section(ctx, id, out);
}

bool build_lathed(SolidContext *ctx, IrId id, Mesh *out) {
    Region section;
    if (!primitive_section(ctx, id, &section))
        return false;
    bool ok = lathe_build(ctx, id, &section, 360, tess_segments(ctx, region_bounds(&section).max.x),
                          0, out);
    region_finish(&section, ctx->heap);
    return ok;
}

static void flat_mesh(Heap *heap, const Vec3 *verts, u32 n_verts, const u32 (*tris)[4], u32 n_tris,
                      u32 tag, Mesh *out) {
    mesh_init(out, heap, n_verts, n_tris, false);
    memcpy(out->verts, verts, n_verts * sizeof(Vec3));
    memset(out->mats, 0, n_tris * sizeof(u16));
    for (u32 t = 0; t < n_tris; t++) {
        memcpy(out->tris + 3 * (size_t)t, tris[t], 3 * sizeof(u32));
        out->tags[t] = tag + tris[t][3];
    }
}

bool build_pyramid(SolidContext *ctx, IrId id, Mesh *out) {
    const f64 *n = solid_node(ctx, id)->nums;
    f64 x = n[0] / 2, y = n[1] / 2, z = n[2] / 2;
    u32 tag = solid_tags(ctx, id, "left", 1);
    solid_tags(ctx, id, "right", 1);
    solid_tags(ctx, id, "front", 1);
    solid_tags(ctx, id, "back", 1);
    solid_tags(ctx, id, "bottom", 1);
    Vec3 v[5] = {{-x, -y, -z}, {x, -y, -z}, {x, y, -z}, {-x, y, -z}, {0, 0, z}};
    static const u32 TRIS[6][4] = {{1, 2, 4, 0}, {3, 0, 4, 1}, {0, 1, 4, 2},
                                   {2, 3, 4, 3}, {0, 3, 2, 4}, {0, 2, 1, 4}};
    flat_mesh(ctx->heap, v, 5, TRIS, 6, tag, out);
    return true;
}

bool build_wedge(SolidContext *ctx, IrId id, Mesh *out) {
    const f64 *n = solid_node(ctx, id)->nums;
    f64 x = n[0] / 2, y = n[1] / 2, z = n[2] / 2;
    u32 tag = solid_tags(ctx, id, "left", 1);
    solid_tags(ctx, id, "right", 1);
    solid_tags(ctx, id, "slope", 1);
    solid_tags(ctx, id, "back", 1);
    solid_tags(ctx, id, "bottom", 1);
    Vec3 v[6] = {{-x, -y, -z}, {x, -y, -z}, {x, y, -z}, {-x, y, -z}, {-x, y, z}, {x, y, z}};
    static const u32 TRIS[8][4] = {{1, 2, 5, 0}, {3, 0, 4, 1}, {0, 1, 5, 2}, {0, 5, 4, 2},
                                   {2, 3, 4, 3}, {2, 4, 5, 3}, {0, 3, 2, 4}, {0, 2, 1, 4}};
    flat_mesh(ctx->heap, v, 6, TRIS, 8, tag, out);
    return true;
}
