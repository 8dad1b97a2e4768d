// SPDX-License-Identifier: Apache-2.0
// See soft_light.h. Names and order are those of the shaders. Four samples are lit at once; where a
// shader's lanes would wait for each other, so do these four, but no more.
#include "vk/soft_light.h"

enum { FIRST = 0x3fff };

// ---- materials ----

void soft_materials(const DrawRecord *records, u32 n, SoftMaterial *out) {
    for (u32 i = 0; i < n; i++) {
        const DrawRecord *d = &records[i];
        f32 most = (f32)(d->emission >> 24) / 16;
        for (u32 k = 0; k < 3; k++) {
            f32 root = (f32)(d->color >> 10 * k & 1023) / 1023;
            out[i].color[k] = root * root;
            out[i].emission[k] = (f32)(d->emission >> 8 * k & 255) / 255 * most * most;
            out[i].part[k] = (f32)math_pow((d->part_rgb >> (16 - 8 * k) & 255) / 255.0, 2.2);
        }
        out[i].metallic = (f32)(d->surface >> 16 & 15) / 15;
        out[i].roughness = (f32)(d->surface >> 20 & 63) / 63;
        out[i].opacity = (f32)(d->surface >> 26) / 63;
    }
}

static V3 v3_of(const f32 *a) {
    return v3(a[0], a[1], a[2]);
}

typedef struct Surface {
    V3 p, n, v; // v: toward the eye
    V3 color, emission, part;
    F4 metallic, roughness;
} Surface;

#define GATHER(field) ((F4){m[0]->field, m[1]->field, m[2]->field, m[3]->field})
#define GATHER3(field) ((V3){GATHER(field[0]), GATHER(field[1]), GATHER(field[2])})

static void surface_material(Surface *s, const SoftMaterial *const m[4]) {
    if (m[0] == m[1] && m[0] == m[2] && m[0] == m[3]) { // mostly
        const SoftMaterial *one = m[0];
        s->color = v3_of(one->color);
        s->emission = v3_of(one->emission);
        s->part = v3_of(one->part);
        s->metallic = f4(one->metallic);
        s->roughness = f4(one->roughness);
        return;
    }
    s->color = GATHER3(color);
    s->emission = GATHER3(emission);
    s->part = GATHER3(part);
    s->metallic = GATHER(metallic);
    s->roughness = GATHER(roughness);
}

// ---- places ----

static F4 linear_depth(const ViewBlock *view, F4 d) {
    f32 n = view->depth_range[0], f = view->depth_range[1];
    return view->eye[3] > 0.5f ? n + d * (f - n) : n * f / (f - d * (f - n));
}

// The object's point at a sample and depth.
static V3 sample_point(const ViewBlock *view, F4 x, F4 y, F4 z) {
    f32 s = (f32)view->size[2], shift = view->size[2] == 2 ? 0 : 0.5f;
    const f32 *in = view->intrinsics;
    F4 u = ((x + shift) / s - in[2]) / in[0], v = ((y + shift) / s - in[3]) / in[1];
    if (view->eye[3] <= 0.5f) {
        u *= z;
        v *= z;
    }
    const f32(*m)[4] = view->camera;
    u -= m[0][3];
    v -= m[1][3];
    z -= m[2][3];
    return (V3){m[0][0] * u + m[1][0] * v + m[2][0] * z, m[0][1] * u + m[1][1] * v + m[2][1] * z,
                m[0][2] * u + m[1][2] * v + m[2][2] * z};
}

static V3 toward_eye(const ViewBlock *view, V3 p) {
    const f32 *forward = view->camera[2];
    return view->eye[3] > 0.5f ? v3(-forward[0], -forward[1], -forward[2])
                               : v3_unit(v3_sub(v3_of(view->eye), p));
}

// ---- the field ----

typedef struct Cells { // between which eight a point lies
    I4 at;             // the first
    F4 x, y, z;        // shares of the next
} Cells;

static F4 cell_share(F4 cell, u32 n, I4 *at) {
    F4 from_first = cell - 0.5f;
    I4 first = i4_from_f4(from_first);
    I4 last = i4((i32)n - 2);
    first = (first & (first < last)) | (last & (first >= last));
    *at = first;
    return from_first - f4_from_i4(first);
}

static F4 two_pairs(const f32 *a, const f32 *b) {
    D2 pairs; // never seen as numbers
    memcpy(&pairs, a, 8);
    memcpy((u8 *)&pairs + 8, b, 8);
    return (F4)pairs;
}

static F4 field_texel(const Field *field, const Cells *cells) {
    size_t row = field->size[0], slice = row * field->size[1];
    const f32 *at[4];
    for (u32 lane = 0; lane < 4; lane++)
        at[lane] = field->distance + cells->at[lane];
    const size_t rows[4] = {0, row, slice, slice + row};
    F4 c[4];
    for (u32 k = 0; k < 4; k++) {
        F4 a = two_pairs(at[0] + rows[k], at[1] + rows[k]),
           b = two_pairs(at[2] + rows[k], at[3] + rows[k]);
        c[k] = f4_mix(__builtin_shufflevector(a, b, 0, 2, 4, 6),
                      __builtin_shufflevector(a, b, 1, 3, 5, 7), cells->x);
    }
    return f4_mix(f4_mix(c[0], c[1], cells->y), f4_mix(c[2], c[3], cells->y), cells->z);
}

// Distance to the nearest surface, mm; beyond the field: a lower bound.
static F4 field_distance(const SoftStudio *s, V3 p) {
    const f32 *min = s->view->field_min, *size = s->view->field_size;
    V3 cell = v3_scale(v3_sub(p, v3_of(min)), f4(min[3]));
    V3 inside = {f4_clamp(cell.x, 0.5f, size[0] - 0.5f), f4_clamp(cell.y, 0.5f, size[1] - 0.5f),
                 f4_clamp(cell.z, 0.5f, size[2] - 0.5f)};
    Cells cells;
    I4 x, y, z, row = i4((i32)s->field->size[0]), column = i4((i32)s->field->size[1]);
    cells.x = cell_share(inside.x, s->field->size[0], &x);
    cells.y = cell_share(inside.y, s->field->size[1], &y);
    cells.z = cell_share(inside.z, s->field->size[2], &z);
    cells.at = (z * column + y) * row + x;
    return field_texel(s->field, &cells) + v3_norm(v3_sub(cell, inside)) / min[3];
}

// Part of the sky that is open above p: the nearer the field's distance stays below the distance
// walked along the normal, the more is covered.
static F4 occlusion(const SoftStudio *s, V3 p, V3 n) {
    f32 step_min = 1.3f / s->view->field_min[3], reach = s->view->center[3] * 0.22f, weights = 0;
    F4 covered = f4(0);
    for (u32 i = 0; i < 5; i++) {
        f32 d = step_min + (reach - step_min) * (f32)(i * i) / 16, w = 1 / (1 + (f32)i * 0.35f);
        F4 open = field_distance(s, v3_add(p, v3_scale(n, f4(d)))) + 0.12f * step_min;
        covered += w * f4_clamp(1 - open / d, 0, 1);
        weights += w;
    }
    return f4_clamp(1 - 1.12f * covered / weights, 0, 1);
}

// ---- shadow ----

// Part of 2 x 2 texels that see the light, between them: x, y from 0 to 1 over the map.
static F4 shadow_look(const SoftStudio *s, u32 layer, F4 x, F4 y, F4 depth) {
    const i16 *map = s->maps + (size_t)layer * SHADOW_PITCH * SHADOW_PITCH;
    x = f4_clamp(x * SHADOW_SIZE - 0.5f, -1.5f, SHADOW_SIZE + 0.5f);
    y = f4_clamp(y * SHADOW_SIZE - 0.5f, -1.5f, SHADOW_SIZE + 0.5f);
    I4 ix = i4_floor(x), iy = i4_floor(y);
    F4 u = x - f4_from_i4(ix), v = y - f4_from_i4(iy),
       ref = f4_clamp(depth, 0, 1) * 65535 - SHADOW_SHIFT;
    _Static_assert(SHADOW_PITCH == 1024 + 4, "a product by shifts");
    I4 at = (iy << 10) + (iy << 2) + ix + (SHADOW_BORDER * SHADOW_PITCH + SHADOW_BORDER);
    I4 above, below; // two texels each
    for (u32 lane = 0; lane < 4; lane++) {
        i32 pairs[2];
        memcpy(&pairs[0], map + at[lane], 4);
        memcpy(&pairs[1], map + at[lane] + SHADOW_PITCH, 4);
        above[lane] = pairs[0];
        below[lane] = pairs[1];
    }
    const I4 one = (I4)f4(1);
    F4 a = (F4)((f4_from_i4(above << 16 >> 16) >= ref) & one),
       b = (F4)((f4_from_i4(above >> 16) >= ref) & one),
       c = (F4)((f4_from_i4(below << 16 >> 16) >= ref) & one),
       d = (F4)((f4_from_i4(below >> 16) >= ref) & one);
    return f4_mix(f4_mix(a, b, u), f4_mix(c, d, u), v);
}

static V3 shadow_place(const ViewBlock *view, V3 p) {
    const f32 *m = view->shadow;
    return (V3){m[0] * p.x + m[4] * p.y + m[8] * p.z + m[12],
                m[1] * p.x + m[5] * p.y + m[9] * p.z + m[13],
                m[2] * p.x + m[6] * p.y + m[10] * p.z + m[14]};
}

static F4 shadow_light(const SoftStudio *studio, V3 p, V3 n) {
    const ViewBlock *view = studio->view;
    u32 layers = view->size[3];
    F4 lit = f4(0), looks = f4(0);
    // What is turned away from the light is in its own shadow.
    I4 done = v3_dot(n, v3_of(view->lights[0])) < -0.1f;
    if (i4_all(done))
        return lit;
    V3 s = shadow_place(view, v3_add(p, v3_scale(n, f4(view->shadow_info[1]))));
    for (u32 first = 0; first < 16; first += 4) {
        F4 sum = f4(0);
        for (u32 i = first; i < first + 4; i++) {
            const f32 *tap = view->taps[i];
            sum += shadow_look(studio, i % layers, s.x + tap[0] * s.z + tap[2],
                               s.y + tap[1] * s.z + tap[3], s.z);
        }
        lit += f4_select(done, f4(0), sum);
        looks += f4_select(done, f4(0), f4(4));
        if (layers < 16)
            done |= (sum < 0.001f) | (sum > 3.999f);
        if (i4_all(done))
            break;
    }
    return lit / f4_max(looks, f4(1));
}

// ---- the studio ----

static V3 studio_diffuse(const ViewBlock *view, V3 p, V3 n) {
    F4 t = n.z * 0.5f + 0.5f, above = f4_max(p.z - view->depth_range[2], f4(0));
    F4 bounce = 0.58f + 0.42f * above / (above + 0.05f * view->center[3]);
    return v3_mix(v3_scale(v3(0.69f, 0.69f, 0.685f), bounce), v3(0.45f, 0.45f, 0.455f), t * t * t);
}

static V3 studio_mirror(const ViewBlock *view, V3 r, F4 roughness, F4 lit) {
    F4 rough = roughness * roughness, blur = 0.03f + 0.9f * rough;
    F4 up = f4_smoothstep(-blur, blur, r.z - 0.02f),
       top = f4_smoothstep(0.12f - blur, 0.75f + blur, r.z);
    F4 deep = f4_sqrt(f4_max(-r.z, f4(0)) + 0.25f * rough);
    V3 ground = v3_scale(v3(1.16f, 1.15f, 1.13f), 1 - 0.62f * deep);
    V3 c = v3_mix(v3_mix(ground, v3(0.25f, 0.26f, 0.275f), up), v3(1.3f, 1.31f, 1.33f), top);
    F4 along = (r.x * 0.75f + r.y * 0.45f + r.z * 0.8f) * 1.1f + 0.3f;
    F4 panel = f4_abs((along - f4_from_i4(i4_floor(along))) * 2 - 1);
    panel = f4_mix(panel * panel * (3 - 2 * panel), f4(0.5f), f4_min(1.5f * rough, f4(1)));
    const f32 *key = view->lights[0];
    c = v3_scale(c, 0.72f + 0.3f * (r.x * key[0] + r.y * key[1]) + 0.6f * panel);
    F4 lobe = 0.02f + 1.3f * rough;
    for (u32 i = 0; i < LIGHTS; i++) {
        V3 d = v3_sub(r, v3_of(view->lights[i]));
        f32 a = 0.14f + view->lights[i][3] * 0.6f;
        F4 flat = d.x * d.x + d.y * d.y, tall = d.z * 0.55f, chord = f4_sqrt(flat + tall * tall);
        F4 box = (1 - f4_smoothstep(a - f4_min(f4(a), lobe), a + 1.3f * lobe, chord)) * (a * a) /
                 (a * a + lobe * lobe);
        F4 glow = f4_max(1 - 0.5f * flat, f4(0));
        F4 seen = (i == 0 ? lit : f4(1)) * box * 4 + glow * 0.38f;
        c = v3_add(c, v3_scale(v3_of(view->light_colors[i]), seen));
    }
    return c;
}

static V3 split_sum(V3 f0, F4 roughness, F4 nv) {
    F4 x = 1 - roughness, y = 0.0425f - 0.0275f * roughness, z = 1.04f - 0.572f * roughness,
       w = 0.022f * roughness - 0.04f;
    F4 a = f4_min(x * x, f4_exp2(-9.28f * nv)) * x + y;
    F4 scale = z - 1.04f * a, more = w + 1.04f * a;
    return (V3){f0.x * scale + more, f0.y * scale + more, f0.z * scale + more};
}

static V3 reflected(V3 v, V3 n) { // of a ray from the eye
    return v3_sub(v3_scale(n, 2 * v3_dot(v, n)), v);
}

// Of what is open above a surface, with the light that its surroundings throw back.
static F4 bounced(F4 open, F4 albedo) {
    F4 a = 2.0404f * albedo - 0.3324f, b = 0.6417f - 4.7951f * albedo,
       c = 2.7552f * albedo + 0.6903f;
    return f4_max(open, ((a * open + b) * open + c) * open);
}

// A plain surface's even sheen is held back.
static F4 without_sheen(F4 seen, F4 metallic) {
    return f4_mix(f4_max(seen - 0.95f, f4(0)), seen, metallic);
}

static V3 surface_light(const ViewBlock *view, const Surface *s, F4 open, F4 lit) {
    F4 nv = f4_clamp(v3_dot(s->n, s->v), 0.02f, 1), roughness = f4_clamp(s->roughness, 0.06f, 1);
    V3 f0 = v3_mix(v3(0.04f, 0.04f, 0.04f), s->color, s->metallic),
       body = v3_scale(s->color, 1 - s->metallic);
    V3 around = {bounced(open, body.x), bounced(open, body.y), bounced(open, body.z)};
    V3 sum = v3_mul(v3_mul(body, studio_diffuse(view, s->p, s->n)), around);
    V3 place = v3_scale(v3_sub(s->p, v3_of(view->center)), f4(1 / view->center[3]));
    for (u32 i = 0; i < LIGHTS; i++) {
        V3 l = v3_of(view->lights[i]);
        f32 wide = 0.35f * view->lights[i][3];
        F4 nl = f4_clamp((v3_dot(s->n, l) + wide) / (1 + wide), 0, 1);
        F4 seen = i == 0 ? lit : 1 + (open - 1) * 0.7f;
        seen *= nl * (1 + 0.3f * v3_dot(place, l));
        sum = v3_add(sum, v3_scale(v3_mul(body, v3_of(view->light_colors[i])), seen));
    }
    F4 sky = f4_clamp(f4_pow(nv + open, f4_exp2(-8 * roughness)) - 1 + open, 0, 1);
    V3 r = v3_unit(v3_add(reflected(s->v, s->n), v3_scale(place, f4(0.8f))));
    V3 seen = studio_mirror(view, r, roughness, lit);
    seen = (V3){without_sheen(seen.x, s->metallic), without_sheen(seen.y, s->metallic),
                without_sheen(seen.z, s->metallic)};
    V3 mirror = v3_mul(split_sum(f0, roughness, nv), seen);
    return v3_add(sum, v3_scale(mirror, sky + (1 - sky) * 0.15f));
}

static V3 tone(V3 c) {
    const f32 sheen = 0.008f, start = 0.8f - sheen, fade = 0.15f, d = 1 - start;
    F4 x = f4_min(c.x, f4_min(c.y, c.z));
    F4 off = f4_select(x < 2 * sheen, x - x * x / (4 * sheen), f4(sheen));
    c = (V3){c.x - off, c.y - off, c.z - off};
    F4 peak = f4_max(c.x, f4_max(c.y, c.z));
    I4 is_bright = peak >= start;
    if (!i4_any(is_bright))
        return c;
    peak = f4_max(peak, f4(start));
    F4 top = 1 - d * d / (peak + d - start);
    V3 pressed =
        v3_mix(v3_scale(c, top / peak), (V3){top, top, top}, 1 - 1 / (fade * (peak - top) + 1));
    return v3_select(is_bright, pressed, c);
}

static V3 shade(const ViewBlock *view, const Surface *s, F4 open, F4 lit) {
    if (view->flags[0] & VIEW_PART_COLORS) // a legend's colours: shape by light, but little of it
        return v3_scale(s->part,
                        (0.68f + 0.36f * f4_abs(v3_dot(s->n, s->v))) * (0.75f + 0.25f * open));
    return tone(v3_add(surface_light(view, s, open, lit), s->emission));
}

// ---- samples ----

static void normals_unpack(const u32 packed[4], V3 *out) { // as oct_unpack
    I4 bits = {(i32)packed[0], (i32)packed[1], (i32)packed[2], (i32)packed[3]};
    F4 x = f4_max(f4_from_i4(bits << 16 >> 16) / 32767, f4(-1)),
       y = f4_max(f4_from_i4(bits >> 16) / 32767, f4(-1)), z = 1 - f4_abs(x) - f4_abs(y);
    I4 below = z < 0;
    F4 u = (1 - f4_abs(y)) * f4_select(x >= 0, f4(1), f4(-1)),
       v = (1 - f4_abs(x)) * f4_select(y >= 0, f4(1), f4(-1));
    *out = v3_unit((V3){f4_select(below, u, x), f4_select(below, v, y), z});
}

// Interpolated past the rim: turned back to where the eye still sees it.
static V3 facing(V3 n, V3 v) {
    F4 away = v3_dot(n, v);
    I4 is_past = away < 0;
    if (!i4_any(is_past))
        return n;
    return v3_select(is_past, v3_unit(v3_sub(n, v3_scale(v, away * 1.02f))), n);
}

static F4 root_of(F4 x) {
    return f4_sqrt(f4_clamp(x, 0, 1));
}

static void shade_four(const SoftStudio *studio, const RasterSample *samples, const f32 *depths,
                       u32 width, u32 items[4]) {
    const ViewBlock *view = studio->view;
    const SoftMaterial *materials[4];
    u32 normals[4];
    F4 x, y, d;
    for (u32 lane = 0; lane < 4; lane++) {
        u32 sx = items[lane] & FIRST, sy = items[lane] >> 14 & FIRST;
        size_t at = (size_t)sy * width + sx;
        x[lane] = (f32)sx;
        y[lane] = (f32)sy;
        d[lane] = depths[at];
        normals[lane] = samples[at].normal;
        materials[lane] = &studio->materials[samples[at].draw - 1];
    }
    Surface s;
    surface_material(&s, materials);
    s.p = sample_point(view, x, y, linear_depth(view, d));
    s.v = toward_eye(view, s.p);
    normals_unpack(normals, &s.n);
    s.n = facing(s.n, s.v);
    V3 light = shade(view, &s, occlusion(studio, s.p, s.n), shadow_light(studio, s.p, s.n));
    I4 r = i4_from_f4(root_of(light.x) * 1023 + 0.5f),
       g = i4_from_f4(root_of(light.y) * 1023 + 0.5f),
       b = i4_from_f4(root_of(light.z) * 255 + 0.5f);
    for (u32 lane = 0; lane < 4; lane++)
        items[lane] =
            (u32)r[lane] | (u32)g[lane] << 10 | (u32)b[lane] << 20 | (items[lane] & 0xf0000000u);
}

void soft_shade(const SoftStudio *studio, const RasterSample *samples, const f32 *depths, u32 width,
                u32 *items, u32 n) {
    u32 i = 0;
    for (; i + 4 <= n; i += 4)
        shade_four(studio, samples, depths, width, items + i);
    if (i == n)
        return;
    u32 rest[4];
    for (u32 k = 0; k < 4; k++)
        rest[k] = items[MIN(i + k, n - 1)];
    shade_four(studio, samples, depths, width, rest);
    memcpy(items + i, rest, (n - i) * sizeof *rest);
}

// ---- glass ----

void soft_glass(const SoftStudio *studio, const GlassPieces *pieces, V3 *color, F4 *cover) {
    const ViewBlock *view = studio->view;
    const SoftMaterial *m = &studio->materials[pieces->draw - 1];
    V3 p = sample_point(view, pieces->x, pieces->y, linear_depth(view, pieces->z)),
       n = v3_unit(pieces->normal), v = toward_eye(view, p);
    F4 nv = f4_clamp(v3_dot(n, v), 0.02f, 1);
    if (view->flags[0] & VIEW_PART_COLORS) {
        f32 share = 0.18f + (0.65f - 0.18f) * m->opacity;
        *color = v3_scale(v3_of(m->part), (0.7f + 0.3f * nv) * share);
        *cover = f4(share);
        return;
    }
    F4 roughness = f4_clamp(f4(m->roughness), 0.06f, 1);
    F4 clear = 1 - f4_smoothstep(f4(0.2f), f4(0.95f), f4(fmaxf(m->opacity, m->roughness)));
    F4 way = (1 + (0.15f - 1) * clear) / (0.25f + 0.75f * nv);
    F4 a = 1 - f4_pow(f4(1 - m->opacity), way);
    V3 diffuse = studio_diffuse(view, p, n);
    F4 lit = (diffuse.y + 0.5f) * (0.4f + 0.6f * occlusion(studio, p, n)) *
             (1 - 0.5f * clear * (1 - nv));
    F4 white = 0.95f * fminf(m->color[0], fminf(m->color[1], m->color[2])) * clear;
    V3 base = v3_of(m->color), body = {base.x - white, base.y - white, base.z - white};
    body = v3_add(v3_scale(body, lit), v3_of(m->emission));
    F4 across = 1 - nv, rim = across * across * across * across * clear;
    V3 gloss = v3_mul(split_sum(v3(0.04f, 0.04f, 0.04f), roughness, nv),
                      studio_mirror(view, reflected(v, n), roughness, f4(1)));
    F4 share = (pieces->is_front ? 1.0f : 0.3f) * (1 - 0.6f * rim);
    gloss = (V3){f4_max(gloss.x * share - 0.045f, f4(0)), f4_max(gloss.y * share - 0.045f, f4(0)),
                 f4_max(gloss.z * share - 0.045f, f4(0))};
    F4 dark = (1 - a) * rim * 0.6f;
    body = v3_add(v3_scale(body, a), v3_scale(base, 0.12f * dark));
    *color = v3_add(body, gloss);
    *cover = a + dark;
}

// ---- the floor ----

// A sunflower over the unit disc.
static const f32 disc[16][2] = {
    {-0.1265f, -0.9761f}, {-0.5475f, 0.7788f}, {0.8971f, -0.1972f}, {-0.7647f, -0.4432f},
    {0.2537f, 0.8089f},   {0.3434f, -0.7337f}, {-0.7123f, 0.2940f}, {0.6846f, 0.2500f},
    {-0.3156f, -0.6076f}, {-0.1655f, 0.6155f}, {0.4947f, -0.3147f}, {-0.5222f, -0.0924f},
    {0.2846f, 0.3712f},   {0.0346f, -0.3938f}, {-0.2258f, 0.2068f}, {0.1768f, 0.0000f}};

typedef struct FloorLooks {
    const SoftStudio *studio;
    f32 rim[16][2];         // of disc, turned toward the light's rim
    f32 wide[2], narrow[2]; // how far looks are moved aside: of what stands high, low
    f32 cut[16];            // of a look: what is nearer to the light stands high
} FloorLooks;

static FloorLooks floor_looks(const SoftStudio *studio) {
    const ViewBlock *view = studio->view;
    FloorLooks looks = {.studio = studio};
    u32 layers = view->size[3];
    for (u32 i = 0; i < 16; i++) {
        f32 x = disc[i][0], y = disc[i][1], rim[2] = {x, y};
        for (u32 k = 0; k < 2 && layers >= 16; k++)
            rim[k] = view->taps[i % layers][k] / view->shadow_info[2 + k];
        if (fabsf(rim[0] * x + rim[1] * y) < fabsf(rim[1] * x - rim[0] * y)) {
            f32 turned = x;
            x = -y;
            y = turned;
        }
        f32 sign = rim[0] * x + rim[1] * y < 0 ? -1.0f : 1.0f;
        looks.rim[i][0] = sign * x;
        looks.rim[i][1] = sign * y;
    }
    const f32 *m = view->shadow;
    f32 scale = sqrtf(m[2] * m[2] + m[6] * m[6] + m[10] * m[10]);
    f32 height = 2 * (view->center[2] - view->depth_range[2]) * scale / view->lights[0][2];
    for (u32 i = 0; i < 16;
         i++) // elsewhere in each look: what is low turns into what is high little by little
        looks.cut[i] = 0.22f * height * (0.3f + 1.4f / 15 * (f32)(i * 7 & 15));
    for (u32 k = 0; k < 2; k++) {
        looks.wide[k] = view->shadow_info[2 + k] * height / sqrtf((f32)layers) * 0.8f;
        looks.narrow[k] = view->shadow_info[2 + k] * height * 0.05f;
    }
    return looks;
}

static F4 floor_look(const FloorLooks *l, V3 s, u32 layer, f32 x, f32 y, f32 cut) {
    const f32 *tap = l->studio->view->taps[layer];
    return shadow_look(l->studio, layer, s.x + tap[0] * s.z + x, s.y + tap[1] * s.z + y, s.z - cut);
}

static F4 floor_lit_high(const FloorLooks *l, V3 s) {
    u32 layers = l->studio->view->size[3];
    bool few = layers < 16;
    F4 lit = f4(0), looks = f4(0);
    I4 done = i4(0);
    for (u32 side = 0; side < 4; side++) {
        F4 sum = f4(0);
        for (u32 i = 0; i < 16; i++) {
            f32 x = l->rim[i][side & 1], y = l->rim[i][1 - (side & 1)]; // quarter turns
            x *= side == 1 || side == 2 ? -1.0f : 1.0f;
            y *= side == 2 || side == 3 ? -1.0f : 1.0f;
            sum += floor_look(l, s, i % layers, l->wide[0] * x, l->wide[1] * y, l->cut[i]);
        }
        lit += f4_select(done, f4(0), sum);
        looks += f4_select(done, f4(0), f4(16));
        if (!few || side > 0)
            done |= (lit < 0.001f) | (lit > looks - 0.001f);
        if (i4_all(done))
            break;
    }
    return lit / looks;
}

static F4 floor_dark_low(const FloorLooks *l, V3 s, I4 done) {
    u32 layers = l->studio->view->size[3];
    F4 lit = f4(0), dark = f4(0), looks = f4(0);
    for (u32 i = 0; i < 4; i++)
        lit += floor_look(l, s, i * 5 % layers, l->narrow[0] * disc[i][0],
                          l->narrow[1] * disc[i][1], 0);
    done |= lit > 3.999f;
    for (u32 first = 0; first < 16 && !i4_all(done); first += 4) {
        F4 sum = f4(0);
        for (u32 i = first; i < first + 4; i++) {
            f32 x = l->narrow[0] * disc[i][0], y = l->narrow[1] * disc[i][1];
            sum += floor_look(l, s, i * 5 % layers, x, y, l->cut[i]) -
                   floor_look(l, s, i * 5 % layers, x, y, 0);
        }
        dark += f4_select(done, f4(0), sum);
        looks += f4_select(done, f4(0), f4(4));
        if (first > 0) // four may agree by chance
            done |= (dark < 0.001f) | (dark > looks - 0.001f);
    }
    return dark / f4_max(looks, f4(1));
}

static F4 floor_lit(const FloorLooks *l, V3 p) {
    const ViewBlock *view = l->studio->view;
    p.z += view->shadow_info[1];
    V3 s = shadow_place(view, p);
    F4 high = floor_lit_high(l, s);
    return f4_max(high - floor_dark_low(l, s, high < 0.001f), f4(0));
}

void soft_floor(const SoftStudio *studio, f32 *floor, u32 size, u32 x_begin, u32 x_end, u32 begin,
                u32 end) {
    const ViewBlock *view = studio->view;
    FloorLooks looks = floor_looks(studio);
    f32 r = view->depth_range[3];
    for (u32 y = begin; y < end; y++) {
        for (u32 x = x_begin; x < x_end; x += 4) {
            F4 column = {(f32)x, (f32)x + 1, (f32)x + 2, (f32)x + 3};
            F4 u = ((column + 0.5f) / (f32)size * 2 - 1) * r;
            f32 v = (((f32)y + 0.5f) / (f32)size * 2 - 1) * r;
            V3 p = {u + view->center[0], f4(view->center[1] + v), f4(view->depth_range[2])};
            F4 fade = 1 - f4_smoothstep(f4(0.6f), f4(1), f4_sqrt(u * u + v * v) / r);
            F4 dark =
                (1 - floor_lit(&looks, p)) * 0.32f + (1 - occlusion(studio, p, v3(0, 0, 1))) * 0.5f;
            dark = f4_min(dark, f4(0.8f)) * fade;
            memcpy(floor + (size_t)y * size + x, &dark, sizeof dark);
        }
    }
}
