// SPDX-License-Identifier: Apache-2.0
// Boxes, rounded or chamfered boxes, spheres, ellipsoids and capsules: one construction.
//
// Eight octants of a sphere stand in the corners of a box, joined by quarter cylinders along its
// edges and by its faces. Where the box has no extent between two octants their common arc is one
// and the same: a capsule is a rounded box without width, a sphere one without any extent. An
// octant with k divisions has rows of 1, 2 ... k + 1 points on circles of latitude, so that
// triangles are even, its three rims are exactly the circle of 4 k points, and with k = 1 it is the
// flat cut of a chamfer.
#include "compiler/solid/solid_internal.h"

enum { FACE_LEFT, FACE_RIGHT, FACE_FRONT, FACE_BACK, FACE_BOTTOM, FACE_TOP };

typedef struct RoundBox {
    Box3 box;
    Vec3 low, high; // corners of the box of centres
    bool thin[3];   // the centres do not differ along this axis
    f64 r;
    u32 k;              // divisions of a quarter circle
    u32 n_rows;         // points of an octant
    u32 tag, round_tag; // first of six faces; of all that is rounded
    Vec3 *units;        // directions of an octant's points, all coordinates >= 0
    u32 *ids[8];        // vertex of each octant's point, or NONE; octant bits: 1 -x, 2 -y, 4 -z
} RoundBox;

static u32 row(u32 i, u32 j) {
    return i * (i + 1) / 2 + j;
}

static f64 place(f64 unit, bool negative, f64 min, f64 max, f64 low, f64 high, f64 r) {
    if (unit == 1)
        return negative ? min : max; // exact extents
    return negative ? low - r * unit : high + r * unit;
}

static u32 vert(RoundBox *rb, MeshBuilder *b, u32 octant, u32 i, u32 j) {
    u32 at = row(i, j);
    Vec3 u = rb->units[at];
    // A point on a seam across a thin axis belongs to both octants: take the positive one's.
    if (rb->thin[0] && u.x == 0)
        octant &= ~1u;
    if (rb->thin[1] && u.y == 0)
        octant &= ~2u;
    if (rb->thin[2] && u.z == 0)
        octant &= ~4u;
    u32 *id = &rb->ids[octant][at];
    if (*id == NONE) {
        const Box3 *x = &rb->box;
        *id = builder_vert(
            b, (Vec3){place(u.x, octant & 1, x->min.x, x->max.x, rb->low.x, rb->high.x, rb->r),
                      place(u.y, octant & 2, x->min.y, x->max.y, rb->low.y, rb->high.y, rb->r),
                      place(u.z, octant & 4, x->min.z, x->max.z, rb->low.z, rb->high.z, rb->r)});
    }
    return *id;
}

static Vec3 normal(const RoundBox *rb, u32 octant, u32 i, u32 j) {
    Vec3 u = rb->units[row(i, j)];
    return (Vec3){octant & 1 ? -u.x : u.x, octant & 2 ? -u.y : u.y, octant & 4 ? -u.z : u.z};
}

typedef struct Corner {
    u32 octant, i, j;
} Corner;

static void tri(RoundBox *rb, MeshBuilder *b, Corner c0, Corner c1, Corner c2, bool flip, u32 tag,
                bool flat) {
    if (flip) {
        Corner swap = c1;
        c1 = c2;
        c2 = swap;
    }
    u32 v[3] = {vert(rb, b, c0.octant, c0.i, c0.j), vert(rb, b, c1.octant, c1.i, c1.j),
                vert(rb, b, c2.octant, c2.i, c2.j)};
    if (flat) {
        builder_flat(b, v[0], v[1], v[2], tag);
        return;
    }
    Vec3 n[3] = {normal(rb, c0.octant, c0.i, c0.j), normal(rb, c1.octant, c1.i, c1.j),
                 normal(rb, c2.octant, c2.i, c2.j)};
    builder_curved(b, v, n, tag);
}

static void add_octants(RoundBox *rb, MeshBuilder *b) {
    bool flat = rb->k == 1;
    for (u32 o = 0; o < 8; o++) {
        bool flip = ((o ^ (o >> 1) ^ (o >> 2)) & 1) != 0; // an odd number of mirrors
        for (u32 i = 0; i < rb->k; i++)
            for (u32 j = 0; j <= i; j++) {
                tri(rb, b, (Corner){o, i, j}, (Corner){o, i + 1, j}, (Corner){o, i + 1, j + 1},
                    flip, rb->round_tag, flat);
                if (j < i)
                    tri(rb, b, (Corner){o, i, j}, (Corner){o, i + 1, j + 1}, (Corner){o, i, j + 1},
                        flip, rb->round_tag, flat);
            }
    }
}

// The quarter cylinders along `axis`: between an octant and its mirror image across that axis.
static void add_edges(RoundBox *rb, MeshBuilder *b, u32 axis) {
    if (rb->thin[axis])
        return;
    bool flat = rb->k == 1;
    u32 bit = 1u << axis;
    for (u32 o = 0; o < 8; o++) {
        if (o & bit)
            continue;
        bool flip = ((o ^ (o >> 1) ^ (o >> 2)) & 1) != 0;
        for (u32 s = 0; s < rb->k; s++) {
            // The common arc, run so that (positive octant, step, then across) turns outward.
            Corner a, c;
            if (axis == 0)
                a = (Corner){o, s, s}, c = (Corner){o, s + 1, s + 1};
            else if (axis == 1)
                a = (Corner){o, s + 1, 0}, c = (Corner){o, s, 0};
            else
                a = (Corner){o, rb->k, s + 1}, c = (Corner){o, rb->k, s};
            Corner a2 = a, c2 = c;
            a2.octant = c2.octant = o | bit;
            tri(rb, b, a, c, c2, flip, rb->round_tag, flat);
            tri(rb, b, a, c2, a2, flip, rb->round_tag, flat);
        }
    }
}

// The flat faces across `axis`.
static void add_faces(RoundBox *rb, MeshBuilder *b, u32 axis) {
    if (rb->thin[(axis + 1) % 3] || rb->thin[(axis + 2) % 3])
        return;
    Corner at = axis == 0   ? (Corner){0, rb->k, 0}
                : axis == 1 ? (Corner){0, rb->k, rb->k}
                            : (Corner){0, 0, 0};
    u32 u = 1u << (axis + 1) % 3, v = 1u << (axis + 2) % 3;
    for (u32 side = 0; side < 2; side++) {
        u32 o = side ? 1u << axis : 0;
        u32 octants[4] = {o | u | v, o | v, o, o | u};
        Corner c[4];
        for (int i = 0; i < 4; i++)
            c[i] = (Corner){octants[i], at.i, at.j};
        // +x is the object's left, -y its front
        u32 tag = rb->tag + (axis == 0   ? side
                             : axis == 1 ? (side ? FACE_FRONT : FACE_BACK)
                                         : (side ? FACE_BOTTOM : FACE_TOP));
        tri(rb, b, c[0], c[1], c[2], side != 0, tag, true);
        tri(rb, b, c[0], c[2], c[3], side != 0, tag, true);
    }
}

void mesh_round_box(SolidContext *ctx, Box3 box, f64 r, u32 k, u32 tag, u32 round_tag, Mesh *out) {
    RoundBox rb = {.box = box, .r = r, .k = k, .tag = tag, .round_tag = round_tag};
    Vec3 size = box3_size(box);
    for (u32 axis = 0; axis < 3; axis++) {
        f64 min = vec3_get(box.min, axis), max = vec3_get(box.max, axis), s = vec3_get(size, axis);
        rb.thin[axis] = 2 * r >= s * (1 - 1e-9);
        vec3_set(&rb.low, axis, rb.thin[axis] ? (min + max) / 2 : min + r);
        vec3_set(&rb.high, axis, rb.thin[axis] ? (min + max) / 2 : max - r);
    }
    Heap *heap = ctx->heap;
    rb.n_rows = row(k, k) + 1;
    rb.units = heap_alloc_raw(heap, rb.n_rows, sizeof(Vec3));
    const Vec2 *circle = tess_circle(ctx, 4 * k);
    for (u32 i = 0; i <= k; i++) {
        Vec2 lat = circle[i]; // x: height, y: radius
        for (u32 j = 0; j <= i; j++) {
            Vec2 lon = i == 0   ? (Vec2){1, 0}
                       : j == 0 ? (Vec2){1, 0}
                       : j == i ? (Vec2){0, 1}
                       : i == k ? circle[j]
                                : (Vec2){trig_cos(90.0 * j / i), trig_sin(90.0 * j / i)};
            Vec3 u = {lat.y * lon.x, lat.y * lon.y, lat.x};
            rb.units[row(i, j)] = u;
        }
    }
    u32 *ids = heap_alloc_raw(heap, (size_t)rb.n_rows * 8, sizeof(u32));
    memset(ids, 0xff, (size_t)rb.n_rows * 8 * sizeof(u32));
    for (u32 o = 0; o < 8; o++)
        rb.ids[o] = ids + (size_t)o * rb.n_rows;
    MeshBuilder b;
    u32 n_tris = 8 * k * k + 24 * k + 12;
    builder_init(&b, heap, n_tris / 2 + 2, n_tris, k > 1);
    add_octants(&rb, &b);
    for (u32 axis = 0; axis < 3; axis++)
        add_edges(&rb, &b, axis);
    for (u32 axis = 0; axis < 3; axis++)
        add_faces(&rb, &b, axis);
    builder_finish(&b, out);
    heap_free(heap, ids);
    heap_free(heap, rb.units);
}

static u32 box_tags(SolidContext *ctx, IrId id) {
    u32 tag = solid_tags(ctx, id, "left", 1);
    solid_tags(ctx, id, "right", 1);
    solid_tags(ctx, id, "front", 1);
    solid_tags(ctx, id, "back", 1);
    solid_tags(ctx, id, "bottom", 1);
    solid_tags(ctx, id, "top", 1);
    return tag;
}

void mesh_box(Heap *heap, Box3 box, u32 tag, Mesh *out) {
    static const u32 QUADS[6][4] = {{1, 3, 7, 5}, {2, 0, 4, 6}, {0, 1, 5, 4},
                                    {3, 2, 6, 7}, {2, 3, 1, 0}, {4, 5, 7, 6}};
    mesh_init(out, heap, 8, 12, false);
    for (u32 i = 0; i < 8; i++)
        out->verts[i] = (Vec3){i & 1 ? box.max.x : box.min.x, i & 2 ? box.max.y : box.min.y,
                               i & 4 ? box.max.z : box.min.z};
    for (u32 f = 0; f < 6; f++) {
        const u32 *q = QUADS[f];
        u32 corners[6] = {q[0], q[1], q[2], q[0], q[2], q[3]};
        memcpy(out->tris + 6 * f, corners, sizeof corners);
        out->tags[2 * f] = out->tags[2 * f + 1] = tag + f;
    }
    memset(out->mats, 0, 12 * sizeof(u16));
}

bool build_box(SolidContext *ctx, IrId id, Mesh *out) {
    const f64 *n = solid_node(ctx, id)->nums;
    Box3 box = {{n[IR_BOX_min], n[IR_BOX_min + 1], n[IR_BOX_min + 2]},
                {n[IR_BOX_max], n[IR_BOX_max + 1], n[IR_BOX_max + 2]}};
    f64 round = n[IR_BOX_round], chamfer = n[IR_BOX_chamfer], r = fmax(round, chamfer);
    Vec3 size = box3_size(box);
    f64 most = fmin(size.x, fmin(size.y, size.z)) / 2;
    if (r > most * (1 + 1e-9)) {
        Diag *d =
            solid_error(ctx, id, DIAG_E0610, "%.*s is too much to %s this box by: at most %.*s",
                        STR_ARG(solid_mm(ctx, r)), round > 0 ? "round" : "chamfer",
                        STR_ARG(solid_mm(ctx, most)));
        diag_measure(d, r, most, STR("mm"));
        diag_help(ctx->diags, d, "half of the shortest side is the most there is to take: %.*s",
                  STR_ARG(solid_mm(ctx, most)));
        return false;
    }
    u32 k = round > 0 ? tess_segments(ctx, round) / 4 : 1;
    if (!solid_reserve_tris(ctx, id, 8.0 * k * k + 24.0 * k + 12))
        return false;
    u32 tag = box_tags(ctx, id);
    if (r > 0)
        mesh_round_box(ctx, box, fmin(r, most), k, tag,
                       solid_tags(ctx, id, round > 0 ? "round" : "chamfer", 1), out);
    else
        mesh_box(ctx->heap, box, tag, out);
    return true;
}

static bool ball(SolidContext *ctx, IrId id, f64 r, f64 half_height, Mesh *out) {
    u32 k = tess_segments(ctx, r) / 4;
    if (!solid_reserve_tris(ctx, id, 8.0 * k * k + 8.0 * k))
        return false;
    Box3 box = {{-r, -r, -half_height}, {r, r, half_height}};
    u32 tag = solid_tags(ctx, id, "surface", 1);
    mesh_round_box(ctx, box, r, k, tag, tag, out);
    return true;
}

bool build_sphere(SolidContext *ctx, IrId id, Mesh *out) {
    f64 r = solid_node(ctx, id)->nums[IR_SPHERE_d] / 2;
    return ball(ctx, id, r, r, out);
}

bool build_capsule(SolidContext *ctx, IrId id, Mesh *out) {
    const f64 *n = solid_node(ctx, id)->nums;
    f64 r = n[IR_CAPSULE_d] / 2, half = n[IR_CAPSULE_h] / 2;
    if (half < r * (1 - 1e-9)) {
        Diag *d =
            solid_error(ctx, id, DIAG_E0623, "a capsule of d %.*s is at least as high: h is %.*s",
                        STR_ARG(solid_mm(ctx, 2 * r)), STR_ARG(solid_mm(ctx, 2 * half)));
        diag_measure(d, 2 * half, 2 * r, STR("mm"));
        diag_help(ctx->diags, d, "h is the height over all, round ends included");
        return false;
    }
    return ball(ctx, id, r, fmax(half, r), out);
}

bool build_ellipsoid(SolidContext *ctx, IrId id, Mesh *out) {
    const f64 *n = solid_node(ctx, id)->nums;
    Vec3 half = {n[0] / 2, n[1] / 2, n[2] / 2};
    u32 k = tess_segments(ctx, fmax(half.x, fmax(half.y, half.z))) / 4;
    if (!solid_reserve_tris(ctx, id, 8.0 * k * k))
        return false;
    u32 tag = solid_tags(ctx, id, "surface", 1);
    mesh_round_box(ctx, (Box3){{-1, -1, -1}, {1, 1, 1}}, 1, k, tag, tag, out);
    for (u32 i = 0; i < out->n_verts; i++) {
        Vec3 *v = &out->verts[i];
        *v = (Vec3){v->x * half.x, v->y * half.y, v->z * half.z};
    }
    for (size_t i = 0; i < (size_t)out->n_tris * 3; i++) { // normals go by the inverse
        f32 *f = out->normals + 3 * i;
        Vec3 u = vec3_unit((Vec3){(f64)f[0] / half.x, (f64)f[1] / half.y, (f64)f[2] / half.z});
        f[0] = (f32)u.x, f[1] = (f32)u.y, f[2] = (f32)u.z;
    }
    return true;
}
