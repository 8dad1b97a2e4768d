// SPDX-License-Identifier: Apache-2.0
// See soft_raster.h. Coverage is exact: edges are compared in 64-bit integers, and each row's first
// and last column come from a division whose result is put right. Normals need no division for
// perspective, since only their direction counts: each over its w is linear over the picture.
#include "vk/soft_raster.h"

#define GUARD 4000000.0 // grid units that coordinates may reach: 15,000 samples

// ---- vertices ----

static void place_columns(Raster *r, const DrawRecord *record, const f32 matrix[16], u32 height) {
    D2 half = {(f64)r->width * (GRID / 2), (f64)height * (GRID / 2)}, middle = half - GRID / 2;
    for (u32 j = 0; j < 4; j++) {
        f64 sum[4];
        for (u32 i = 0; i < 4; i++) {
            sum[i] = j == 3 ? (f64)matrix[12 + i] : 0;
            for (u32 k = 0; k < 3; k++)
                sum[i] += (f64)matrix[4 * k + i] * (f64)record->rows[k][j];
        }
        r->columns[j][0] = (D2){sum[0], sum[1]} * half + middle * sum[3];
        r->columns[j][1] = (D2){sum[2], sum[3]};
    }
}

// Normals turn by the cofactors, right for mirrors and uneven scales.
static void place_turn(Raster *r, const DrawRecord *record) {
    const f32(*m)[4] = record->rows;
    f32 turn[3][3];
    for (u32 k = 0; k < 3; k++)
        for (u32 j = 0; j < 3; j++)
            turn[k][j] = m[(k + 1) % 3][(j + 1) % 3] * m[(k + 2) % 3][(j + 2) % 3] -
                         m[(k + 1) % 3][(j + 2) % 3] * m[(k + 2) % 3][(j + 1) % 3];
    f32 det = m[0][0] * turn[0][0] + m[0][1] * turn[0][1] + m[0][2] * turn[0][2];
    f32 sign = det < 0 ? -1.0f : 1.0f;
    for (u32 j = 0; j < 3; j++)
        r->turn[j] = (F4){sign * turn[0][j], sign * turn[1][j], sign * turn[2][j], 0};
    r->is_mirrored = det < 0;
}

static i32 nearest(f64 x) {
    return (i32)(x < 0 ? x - 0.5 : x + 0.5);
}

typedef struct Place { // x, y times w, in the grid's units; z times w, and w
    D2 xy, zw;
} Place;

static void vertex_project(RasterVertex *v, Place place) {
    f64 w = place.zw[1], over = w > 0 ? 1 / w : 0;
    v->at = place.xy * over;
    v->z = place.zw[0] * over;
    bool inside =
        w > 0 && v->z >= 0 && v->z <= 1 && fabs(v->at[0]) < GUARD && fabs(v->at[1]) < GUARD;
    v->x = inside ? nearest(v->at[0]) : RASTER_CLIP;
    v->y = inside ? nearest(v->at[1]) : 0;
    v->over_w = (f32)over;
}

static Place place_of(const Raster *r, const f32 *p) {
    f64 x = (f64)p[0], y = (f64)p[1], z = (f64)p[2];
    const D2(*m)[2] = r->columns;
    return (Place){m[0][0] * x + m[1][0] * y + m[2][0] * z + m[3][0],
                   m[0][1] * x + m[1][1] * y + m[2][1] * z + m[3][1]};
}

static F4 normal_of(const Raster *r, const f32 *n) {
    return r->turn[0] * n[0] + r->turn[1] * n[1] + r->turn[2] * n[2];
}

// False: none of box is in the band.
static bool band_touches(const Raster *r, const Box3 *box) {
    f64 low = INFINITY, high = -INFINITY;
    for (u32 c = 0; c < 8; c++) {
        const f32 p[3] = {(f32)(c & 1 ? box->max.x : box->min.x),
                          (f32)(c & 2 ? box->max.y : box->min.y),
                          (f32)(c & 4 ? box->max.z : box->min.z)};
        Place at = place_of(r, p);
        if (!(at.zw[1] > 1e-6))
            return true;
        low = fmin(low, at.xy[1] / at.zw[1]);
        high = fmax(high, at.xy[1] / at.zw[1]);
    }
    return low < ((f64)r->end + 1) * GRID && high > ((f64)r->begin - 1) * GRID;
}

bool raster_place(Raster *r, const RenderMesh *mesh, const Box3 *box, const DrawRecord *record,
                  const f32 matrix[16], u32 height) {
    r->mesh = mesh;
    place_columns(r, record, matrix, height);
    place_turn(r, record);
    if (!band_touches(r, box))
        return false;
    for (u32 i = 0; i < mesh->n_verts; i++) {
        vertex_project(&r->vertices[i], place_of(r, mesh->positions + 3 * (size_t)i));
        r->vertices[i].normal = normal_of(r, mesh->normals + 3 * (size_t)i);
    }
    return true;
}

// ---- triangles ----

static void triangle_draw(Raster *r, const RasterVertex *a, const RasterVertex *b,
                          const RasterVertex *c) {
    i64 area = (i64)(b->x - a->x) * (c->y - a->y) - (i64)(b->y - a->y) * (c->x - a->x);
    if (area == 0)
        return;
    bool is_front = (area < 0) != r->is_mirrored;
    if (r->drop & (is_front ? RASTER_DROP_FRONT : RASTER_DROP_BACK))
        return;
    bool turned = area < 0;
    RasterTriangle triangle = {
        {a, turned ? c : b, turned ? b : c}, turned ? -area : area, is_front};
    r->fill(r, &triangle);
}

typedef struct ClipVertex {
    Place place;
    F4 normal;
} ClipVertex;

// How far inside the k-th of six planes.
static f64 clip_depth(const Place *at, u32 k) {
    f64 w = at->zw[1];
    switch (k) {
    case 0:
        return at->zw[0];
    case 1:
        return w - at->zw[0];
    default:
        return GUARD * 0.99 * w + (k % 2 ? at->xy[k / 4] : -at->xy[k / 4]);
    }
}

static u32 clip_by(const ClipVertex *from, u32 n, u32 plane, ClipVertex *to) {
    u32 n_to = 0;
    for (u32 i = 0; i < n; i++) {
        const ClipVertex *a = &from[i], *b = &from[(i + 1) % n];
        f64 da = clip_depth(&a->place, plane), db = clip_depth(&b->place, plane);
        if (da >= 0)
            to[n_to++] = *a;
        if ((da >= 0) != (db >= 0)) {
            f64 t = da / (da - db);
            to[n_to++] = (ClipVertex){{a->place.xy + (b->place.xy - a->place.xy) * t,
                                       a->place.zw + (b->place.zw - a->place.zw) * t},
                                      a->normal + (b->normal - a->normal) * (f32)t};
        }
    }
    return n_to;
}

static void triangle_clip(Raster *r, const u32 *index) {
    ClipVertex parts[2][12];
    u32 n = 3, side = 0;
    for (u32 k = 0; k < 3; k++) {
        parts[0][k].place = place_of(r, r->mesh->positions + 3 * (size_t)index[k]);
        parts[0][k].normal = normal_of(r, r->mesh->normals + 3 * (size_t)index[k]);
    }
    for (u32 plane = 0; plane < 6 && n >= 3; plane++, side ^= 1)
        n = clip_by(parts[side], n, plane, parts[side ^ 1]);
    RasterVertex corners[12];
    for (u32 i = 0; i < n; i++) {
        Place *place = &parts[side][i].place;
        place->zw[0] = fmin(fmax(place->zw[0], 0), place->zw[1]); // rounding
        vertex_project(&corners[i], *place);
        corners[i].normal = parts[side][i].normal;
        if (corners[i].x == RASTER_CLIP)
            return; // at the eye
    }
    for (u32 i = 1; i + 1 < n; i++)
        triangle_draw(r, &corners[0], &corners[i], &corners[i + 1]);
}

void raster_draw(Raster *r, const DrawCall *call) {
    const u32 *index = r->mesh->indices + call->first_index;
    for (const u32 *end = index + call->n_indices; index < end; index += 3) {
        const RasterVertex *a = &r->vertices[index[0]], *b = &r->vertices[index[1]],
                           *c = &r->vertices[index[2]];
        if (a->x == RASTER_CLIP || b->x == RASTER_CLIP || c->x == RASTER_CLIP)
            triangle_clip(r, index);
        else
            triangle_draw(r, a, b, c);
    }
}

// ---- rows ----

static i32 least3(i32 a, i32 b, i32 c) {
    return MIN(a, MIN(b, c));
}
static i32 most3(i32 a, i32 b, i32 c) {
    return MAX(a, MAX(b, c));
}

static i32 grid_ceil(i32 x) {
    return (x + GRID - 1) >> 8;
}

enum { SMALL = 64 * GRID }; // so that edges' values fit 32 bits

#define EDGE(k)                                                                                    \
    do {                                                                                           \
        I4 one = I4_ALL_OF(step, k), two = one + one;                                              \
        rows->near[k] = I4_ALL_OF(at, k) - (one & odd) - (two & high);                             \
        rows->far[k] = rows->near[k] - two - two;                                                  \
        rows->down[k] = I4_ALL_OF(down, k);                                                        \
    } while (0)

// All three edges at once, then four columns of each.
static void rows_small(const RasterTriangle *t, RasterRows *rows) {
    const RasterVertex *a = t->corners[0], *b = t->corners[1], *c = t->corners[2];
    I4 px = {a->x, b->x, c->x, 0}, py = {a->y, b->y, c->y, 0};
    I4 dx = __builtin_shufflevector(px, px, 1, 2, 0, 3) - px,
       dy = __builtin_shufflevector(py, py, 1, 2, 0, 3) - py;
    I4 is_top_left = (dy < 0) | ((dy == 0) & (dx > 0));
    I4 at = dx * (rows->y * GRID - py) - dy * (rows->lo_most * GRID - px) - 1 - is_top_left;
    I4 step = dy * GRID, down = dx * GRID;
    const I4 odd = {0, -1, 0, -1}, high = {0, 0, -1, -1};
    EDGE(0);
    EDGE(1);
    EDGE(2);
}

static void rows_large(const RasterTriangle *t, RasterRows *rows) {
    for (u32 k = 0; k < 3; k++) {
        const RasterVertex *p = t->corners[k], *q = t->corners[k == 2 ? 0 : k + 1];
        i64 dx = q->x - p->x, dy = q->y - p->y;
        bool is_top_left = dy < 0 || (dy == 0 && dx > 0);
        // Inside where at - across x >= 0.
        rows->at[k] = dx * ((i64)rows->y * GRID - p->y) + dy * p->x - !is_top_left;
        rows->step[k] = dx * GRID;
        rows->across[k] = dy * GRID;
        rows->over[k] = dy ? 1 / (f64)(dy < 0 ? -dy * GRID : dy * GRID) : 0;
    }
}

bool raster_rows(const Raster *r, const RasterTriangle *t, RasterRows *rows) {
    const RasterVertex *a = t->corners[0], *b = t->corners[1], *c = t->corners[2];
    i32 top = least3(a->y, b->y, c->y), bottom = most3(a->y, b->y, c->y),
        left = least3(a->x, b->x, c->x), right = most3(a->x, b->x, c->x);
    rows->y = MAX(grid_ceil(top), (i32)r->begin);
    rows->end = MIN((bottom >> 8) + 1, (i32)r->end);
    rows->lo_most = MAX(grid_ceil(left), 0);
    rows->hi_most = MIN(right >> 8, (i32)r->width - 1);
    if (rows->y >= rows->end || rows->lo_most > rows->hi_most)
        return false;
    rows->is_small =
        rows->hi_most - rows->lo_most < 8 && right - left < SMALL && bottom - top < SMALL;
    if (rows->is_small)
        rows_small(t, rows);
    else
        rows_large(t, rows);
    return true;
}

static i64 floor_over(i64 n, i64 d, f64 over) {
    i64 q = (i64)((f64)n * over), rest = n - q * d;
    while (rest < 0) {
        q--;
        rest += d;
    }
    while (rest >= d) {
        q++;
        rest -= d;
    }
    return q;
}

static void row_small(RasterRows *rows, i32 *lo, i32 *hi) {
    u32 n = (u32)(rows->hi_most - rows->lo_most) + 1;
    u32 out = i4_signs(rows->near[0] | rows->near[1] | rows->near[2]);
    if (n > 4)
        out |= i4_signs(rows->far[0] | rows->far[1] | rows->far[2]) << 4;
    u32 in = ~out & ((1u << n) - 1);
    for (u32 k = 0; k < 3; k++) {
        rows->near[k] += rows->down[k];
        rows->far[k] += rows->down[k];
    }
    *lo = rows->lo_most + (in ? __builtin_ctz(in) : 0);
    *hi = in ? rows->lo_most + 31 - __builtin_clz(in) : *lo - 1;
}

void raster_row_next(RasterRows *rows, i32 *lo, i32 *hi) {
    rows->y++;
    if (rows->is_small) {
        row_small(rows, lo, hi);
        return;
    }
    i64 first = rows->lo_most, last = rows->hi_most;
    for (u32 k = 0; k < 3; k++) {
        i64 at = rows->at[k], across = rows->across[k];
        if (across > 0)
            last = MIN(last, floor_over(at, across, rows->over[k]));
        else if (across < 0)
            first = MAX(first, -floor_over(at, -across, rows->over[k]));
        else if (at < 0)
            last = first - 1;
        rows->at[k] = at + rows->step[k];
    }
    *lo = (i32)first;
    *hi = (i32)MAX(last, first - 1);
}

RasterPlane raster_depth_plane(const RasterTriangle *t) {
    const RasterVertex *a = t->corners[0], *b = t->corners[1], *c = t->corners[2];
    D2 origin = a->at, p = b->at - origin, q = c->at - origin;
    f64 area = p[0] * q[1] - p[1] * q[0];
    if (!(area > 0.5 * (f64)t->area && area < 2 * (f64)t->area)) { // the grid made another of it
        origin = (D2){a->x, a->y};
        p = (D2){b->x, b->y} - origin;
        q = (D2){c->x, c->y} - origin;
        area = (f64)t->area;
    }
    f64 scale = GRID / area, u = b->z - a->z, v = c->z - a->z;
    RasterPlane plane;
    plane.across = (u * q[1] - v * p[1]) * scale;
    plane.down = (v * p[0] - u * q[0]) * scale;
    plane.start = a->z - (plane.across * origin[0] + plane.down * origin[1]) / GRID;
    return plane;
}

void raster_normal_planes(const RasterTriangle *t, F4 *start, F4 *across, F4 *down) {
    const RasterVertex *a = t->corners[0], *b = t->corners[1], *c = t->corners[2];
    F4 n = a->normal * a->over_w, u = b->normal * b->over_w - n, v = c->normal * c->over_w - n;
    f32 scale = (t->is_front ? 1.0f : -1.0f) / (f32)t->area;
    *across = (u * (f32)(c->y - a->y) - v * (f32)(b->y - a->y)) * scale;
    *down = (v * (f32)(b->x - a->x) - u * (f32)(c->x - a->x)) * scale;
    *start = t->is_front ? n : -n;
}

// ---- samples ----

static I4 snorm16(F4 x) { // of -1..1
    x *= 32767;
    return i4_from_f4(x + f4_select(x < 0, f4(-0.5f), f4(0.5f)));
}

// As oct_pack in shaders/common.glsl, of directions of any length.
static I4 normals_pack(V3 n) {
    F4 sum = f4_abs(n.x) + f4_abs(n.y) + f4_abs(n.z);
    F4 over = 1 / f4_max(sum, f4(1e-35f)), x = n.x * over, y = n.y * over;
    I4 below = n.z < 0;
    if (i4_any(below)) {
        F4 u = (1 - f4_abs(y)) * f4_select(x >= 0, f4(1), f4(-1)),
           v = (1 - f4_abs(x)) * f4_select(y >= 0, f4(1), f4(-1));
        x = f4_select(below, u, x);
        y = f4_select(below, v, y);
    }
    return (snorm16(x) & i4(0xffff)) | snorm16(y) << 16;
}

// What a triangle's samples are made of.
typedef struct Paint {
    RasterPlane depth;
    I4 draw, flat;          // flat: the normal of all of it
    F4 start, across, down; // normals: at the first corner; from one sample to the next
    V3 run;                 // what is added for 0, 1, 2, 3 samples across
    i32 x, y;               // the first corner
    bool is_flat;
} Paint;

static bool is_flat(const RasterTriangle *t) {
    return memcmp(&t->corners[0]->normal, &t->corners[1]->normal, sizeof(F4)) == 0 &&
           memcmp(&t->corners[0]->normal, &t->corners[2]->normal, sizeof(F4)) == 0;
}

static const F4 in_fours = {0, 1, 2, 3};

static void paint_init(Paint *p, const Raster *r, const RasterTriangle *t) {
    p->depth = raster_depth_plane(t);
    p->draw = i4((i32)r->draw);
    p->is_flat = is_flat(t);
    if (p->is_flat) { // that of its plane
        F4 n = t->is_front ? t->corners[0]->normal : -t->corners[0]->normal;
        p->flat = normals_pack((V3){f4(n[0]), f4(n[1]), f4(n[2])});
        return;
    }
    raster_normal_planes(t, &p->start, &p->across, &p->down);
    p->x = t->corners[0]->x;
    p->y = t->corners[0]->y;
    F4 step = p->across * GRID;
    p->run = (V3){step[0] * in_fours, step[1] * in_fours, step[2] * in_fours};
}

static I4 paint_normals(const Paint *p, i32 x, i32 y) {
    if (p->is_flat)
        return p->flat;
    F4 n = p->start + p->down * (f32)(y * GRID - p->y) + p->across * (f32)(x * GRID - p->x);
    return normals_pack((V3){n[0] + p->run.x, n[1] + p->run.y, n[2] + p->run.z});
}

// Four samples from (x, y) on, of those that are in.
static inline void paint_four(Raster *r, const Paint *p, i32 x, i32 y, f64 left, I4 in) {
    size_t at = (size_t)y * r->pitch + (size_t)x;
    D2 first = {0, 1}, next = {2, 3};
    F4 old, z = f4_from_d2(left + p->depth.across * (first + (f64)x),
                           left + p->depth.across * (next + (f64)x));
    memcpy(&old, r->depths + at, sizeof old);
    I4 is_seen = (z < old) & in;
    if (!i4_any(is_seen))
        return;
    z = f4_select(is_seen, z, old);
    memcpy(r->depths + at, &z, sizeof z);
    I4 normals = paint_normals(p, x, y), two[2];
    memcpy(two, r->samples + at, sizeof two);
    I4 seen[2] = {__builtin_shufflevector(is_seen, is_seen, 0, 0, 1, 1),
                  __builtin_shufflevector(is_seen, is_seen, 2, 2, 3, 3)};
    two[0] =
        (two[0] & ~seen[0]) | (__builtin_shufflevector(p->draw, normals, 0, 4, 1, 5) & seen[0]);
    two[1] =
        (two[1] & ~seen[1]) | (__builtin_shufflevector(p->draw, normals, 2, 6, 3, 7) & seen[1]);
    memcpy(r->samples + at, two, sizeof two);
}

static void paint_small(Raster *r, const Paint *p, const RasterRows *rows) {
    I4 a = rows->near[0], b = rows->near[1], c = rows->near[2], a4 = rows->far[0],
       b4 = rows->far[1], c4 = rows->far[2];
    i32 x = rows->lo_most, n = rows->hi_most - x;
    const I4 column = {0, 1, 2, 3};
    I4 near = column <= n, far = column + 4 <= n;
    for (i32 y = rows->y; y < rows->end; y++) {
        f64 left = p->depth.start + p->depth.down * y;
        I4 in = ~((a | b | c) >> 31) & near;
        if (i4_any(in))
            paint_four(r, p, x, y, left, in);
        in = ~((a4 | b4 | c4) >> 31) & far;
        if (n > 3 && i4_any(in))
            paint_four(r, p, x + 4, y, left, in);
        a += rows->down[0];
        b += rows->down[1];
        c += rows->down[2];
        a4 += rows->down[0];
        b4 += rows->down[1];
        c4 += rows->down[2];
    }
}

void raster_fill_samples(Raster *r, const RasterTriangle *t) {
    RasterRows rows;
    if (!raster_rows(r, t, &rows))
        return;
    Paint paint;
    paint_init(&paint, r, t);
    if (rows.is_small) {
        paint_small(r, &paint, &rows);
        return;
    }
    const I4 column = {0, 1, 2, 3};
    while (rows.y < rows.end) {
        i32 y = rows.y, lo, hi;
        f64 left = paint.depth.start + paint.depth.down * y;
        raster_row_next(&rows, &lo, &hi);
        for (i32 x = lo; x <= hi; x += 4)
            paint_four(r, &paint, x, y, left, column <= hi - x);
    }
}
