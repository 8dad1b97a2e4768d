// SPDX-License-Identifier: Apache-2.0
// Solids of revolution: a section in the half plane (radius, height) turned about the z axis.
//
// Every section point off the axis makes a ring of vertices, every edge a band of quadrilaterals,
// an edge that ends on the axis a fan; a level edge that ends on the axis is a disc and gets a
// triangulation without a centre. Turned all the way round, a point on the axis is a vertex of its
// own for each edge that ends there (two cones may stand tip to tip); turned less, both caps share
// it.
#include "compiler/solid/solid_internal.h"

typedef struct Lathe {
    MeshBuilder b;
    const Region *section;
    const Vec2 *dirs; // n_dirs: unit directions of the half planes
    u32 n_dirs;
    bool full;
    u32 *rings; // per section point: its first vertex; NONE: a pole not made yet
    u32 *work;
} Lathe;

static Vec3 spin(Vec2 p, Vec2 dir) {
    return (Vec3){p.x * dir.x, p.x * dir.y, p.y};
}

// Directions of all half planes: quadrant by quadrant, so that quarter turns are hit exactly.
static Vec2 *make_dirs(SolidContext *ctx, f64 angle, u32 segments, u32 *n) {
    u32 quarter = segments / 4;
    const Vec2 *circle = tess_circle(ctx, segments);
    Vec2 *dirs = heap_alloc_raw(ctx->heap, segments + 2, sizeof(Vec2));
    if (angle >= 360) {
        memcpy(dirs, circle, segments * sizeof(Vec2));
        *n = segments;
        return dirs;
    }
    u32 whole = (u32)floor(angle / 90), len = 0;
    for (u32 i = 0; i <= whole * quarter; i++)
        dirs[len++] = circle[i % segments];
    f64 rest = angle - 90.0 * whole;
    if (rest > 0) {
        u32 m = MAX((u32)ceil(rest / 90 * quarter - 1e-9), 1);
        for (u32 i = 1; i <= m; i++) {
            f64 deg = i == m ? angle : 90.0 * whole + rest * i / m;
            dirs[len++] = (Vec2){trig_cos(deg), trig_sin(deg)};
        }
    }
    *n = len;
    return dirs;
}

static u32 pole(Lathe *l, u32 point) {
    if (l->full) // not shared
        return builder_vert(&l->b, (Vec3){0, 0, l->section->points[point].y});
    if (l->rings[point] == NONE)
        l->rings[point] = builder_vert(&l->b, (Vec3){0, 0, l->section->points[point].y});
    return l->rings[point];
}

static u32 ring(const Lathe *l, u32 point, u32 j) {
    return l->rings[point] + (j == l->n_dirs ? 0 : j);
}

// Normals of the edge from p to q at its ends, in the section's plane; zero for level edges.
static void edge_normals(const Region *section, u32 i, Vec2 p, Vec2 q, Vec2 n[2]) {
    n[0] = n[1] = (Vec2){0, 0};
    if (section->normals) {
        const f32 *f = section->normals + 4 * (size_t)i;
        n[0] = (Vec2){(f64)f[0], (f64)f[1]}, n[1] = (Vec2){(f64)f[2], (f64)f[3]};
        if (n[0].x != 0 || n[0].y != 0)
            return;
    }
    if (p.y == q.y)
        return;
    f64 dx = q.x - p.x, dy = q.y - p.y, len = sqrt(dx * dx + dy * dy);
    n[0] = n[1] = (Vec2){dy / len, -dx / len};
}

static void add_tri(Lathe *l, const u32 v[3], const Vec3 n[3], bool flat, u32 tag) {
    if (flat)
        builder_flat(&l->b, v[0], v[1], v[2], tag);
    else
        builder_curved(&l->b, v, n, tag);
}

static void add_disc(Lathe *l, u32 point, bool reversed, u32 tag) {
    for (u32 j = 0; j < l->n_dirs; j++)
        l->work[j] = l->rings[point] + j;
    builder_convex(&l->b, l->work, l->n_dirs, reversed, tag);
}

static void add_band(Lathe *l, u32 i, u32 k) {
    Vec2 p = l->section->points[i], q = l->section->points[k], n[2];
    u32 tag = l->section->edges[i];
    if (p.x == 0 && q.x == 0)
        return;
    edge_normals(l->section, i, p, q, n);
    bool flat = n[0].x == 0 && n[0].y == 0;
    if (flat && l->full && (p.x == 0 || q.x == 0)) {
        add_disc(l, p.x == 0 ? k : i, p.x == 0, tag);
        return;
    }
    u32 tip = p.x == 0 ? pole(l, i) : q.x == 0 ? pole(l, k) : NONE;
    u32 n_steps = l->full ? l->n_dirs : l->n_dirs - 1;
    for (u32 j = 0; j < n_steps; j++) {
        Vec2 d0 = l->dirs[j], d1 = l->dirs[(j + 1) % l->n_dirs];
        if (tip != NONE) { // the tip's own normal points midway
            Vec2 mid = {d0.x + d1.x, d0.y + d1.y};
            f64 len = sqrt(mid.x * mid.x + mid.y * mid.y);
            mid = len > 0 ? (Vec2){mid.x / len, mid.y / len} : d0;
            if (p.x == 0)
                add_tri(l, (const u32[]){tip, ring(l, k, j + 1), ring(l, k, j)},
                        (const Vec3[]){spin(n[0], mid), spin(n[1], d1), spin(n[1], d0)}, flat, tag);
            else
                add_tri(l, (const u32[]){ring(l, i, j), ring(l, i, j + 1), tip},
                        (const Vec3[]){spin(n[0], d0), spin(n[0], d1), spin(n[1], mid)}, flat, tag);
            continue;
        }
        u32 a = ring(l, i, j), b = ring(l, i, j + 1), c = ring(l, k, j + 1), d = ring(l, k, j);
        add_tri(l, (const u32[]){a, b, c},
                (const Vec3[]){spin(n[0], d0), spin(n[0], d1), spin(n[1], d1)}, flat, tag);
        add_tri(l, (const u32[]){a, c, d},
                (const Vec3[]){spin(n[0], d0), spin(n[1], d1), spin(n[1], d0)}, flat, tag);
    }
}

// The section itself at both ends of a partial turn.
static void add_caps(Lathe *l, u32 cap_tag) {
    u32 *tris, n_tris;
    region_triangulate(l->b.heap, l->section, &tris, &n_tris);
    for (u32 i = 0; i < region_count(l->section); i++) // poles that no fan has made
        if (l->section->points[i].x == 0)
            pole(l, i);
    for (u32 t = 0; t < n_tris; t++) {
        const u32 *v = tris + 3 * (size_t)t;
        u32 a[3], z[3];
        for (int i = 0; i < 3; i++) {
            bool on_axis = l->section->points[v[i]].x == 0;
            a[i] = l->rings[v[i]];
            z[i] = on_axis ? a[i] : a[i] + l->n_dirs - 1;
        }
        builder_flat(&l->b, a[0], a[1], a[2], cap_tag);
        builder_flat(&l->b, z[0], z[2], z[1], cap_tag + 1);
    }
    heap_free(l->b.heap, tris);
}

bool lathe_build(SolidContext *ctx, IrId id, const Region *section, f64 angle, u32 segments,
                 u32 cap_tag, Mesh *out) {
    u32 n = region_count(section);
    if (!solid_reserve_tris(ctx, id, 2.0 * n * segments * fmin(angle, 360) / 360))
        return false;
    Heap *heap = ctx->heap;
    Lathe l = {.section = section, .full = angle >= 360};
    Vec2 *dirs = make_dirs(ctx, angle, segments, &l.n_dirs);
    l.dirs = dirs;
    l.rings = heap_alloc_raw(heap, MAX(n, 1), sizeof(u32));
    l.work = heap_alloc_raw(heap, l.n_dirs, sizeof(u32));
    builder_init(&l.b, heap, n * l.n_dirs, 2 * n * l.n_dirs, true);
    for (u32 i = 0; i < n; i++) {
        Vec2 p = section->points[i];
        l.rings[i] = NONE;
        if (p.x == 0)
            continue;
        l.rings[i] = l.b.verts.len;
        for (u32 j = 0; j < l.n_dirs; j++)
            builder_vert(&l.b, spin(p, dirs[j]));
    }
    for (u32 loop = 0; loop < section->n_loops; loop++) {
        u32 first = section->starts[loop], end = section->starts[loop + 1];
        for (u32 i = first; i < end; i++)
            add_band(&l, i, i + 1 < end ? i + 1 : first);
    }
    if (!l.full)
        add_caps(&l, cap_tag);
    builder_finish(&l.b, out);
    heap_free(heap, l.work);
    heap_free(heap, l.rings);
    heap_free(heap, dirs);
    return true;
}
