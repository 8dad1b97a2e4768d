// SPDX-License-Identifier: Apache-2.0
// What plain C does faster than a CPU driver's compute shaders, where every access costs a loop
// over lanes: listing the samples to shade, putting pixels together, and handing out the masks, all
// on the device's own memory. The rules are those of classify.comp, split.comp and resolve.comp,
// which do the same on a GPU; a test holds the two against each other.
#include "vk/renderer_host.h"

#include "vk/camera.h"
#include "vk/f4.h"

enum { NOTHING = 0xffffff, GROUPS = 4 }; // as in shaders/common.glsl
#define SAME 0.965f

// ---- small things of the shaders ----

void normal_unpack(u32 packed, f32 out[3]) { // as oct_unpack in shaders/common.glsl
    f32 x = MAX((f32)(i16)(u16)packed / 32767.0f, -1.0f),
        y = MAX((f32)(i16)(u16)(packed >> 16) / 32767.0f, -1.0f);
    f32 z = 1 - fabsf(x) - fabsf(y);
    if (z < 0) {
        f32 u = (1 - fabsf(y)) * (x >= 0 ? 1.0f : -1.0f);
        y = (1 - fabsf(x)) * (y >= 0 ? 1.0f : -1.0f);
        x = u;
    }
    f32 n = sqrtf(x * x + y * y + z * z);
    out[0] = x / n;
    out[1] = y / n;
    out[2] = z / n;
}

static f32 float_from_half(u16 half) { // of a finite one
    u32 exponent = half >> 10 & 31, bits;
    if (exponent == 0) {
        f32 small = (f32)(half & 1023) / 16777216.0f;
        return half & 0x8000 ? -small : small;
    }
    bits = (u32)(half & 0x8000) << 16 | (exponent + 112) << 23 | (u32)(half & 1023) << 13;
    f32 value;
    memcpy(&value, &bits, 4);
    return value;
}

static f32 smoothstep(f32 low, f32 high, f32 x) {
    f32 t = (x - low) / (high - low);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

static f32 linear_depth(const ViewBlock *view, f32 d) {
    f32 n = view->depth_range[0], f = view->depth_range[1];
    return view->eye[3] > 0.5f ? n + d * (f - n) : n * f / (f - d * (f - n));
}

typedef struct Sample {
    u32 draw, normal; // draw + 1
} Sample;

static const Sample *sample_row(const HostImage *image, u32 y) {
    return (const void *)((const u8 *)image->map + y * image->pitch);
}

static u32 middle_of(const HostPicture *p, u32 pixel) {
    return p->n_samples == 2 ? 2 * pixel + 1 : pixel;
}

// ---- the list of samples to shade ----

typedef struct List {
    const HostPicture *p;
    u32 *records, *rests, *items, *others;
    u32 limit, n_middle, n_others; // where the lists end
} List;

static u32 item_pack(u32 x, u32 y, u32 weight) {
    return x | y << 14 | (weight - 1) << 28;
}

// Near in the square that normals are packed in means near in angle: a step of e turns by 3 e at
// most, so that most pixels need no unpacking.
static bool is_near(u32 a, u32 b) {
    i32 x = (i16)(u16)a - (i16)(u16)b, y = (i16)(u16)(a >> 16) - (i16)(u16)(b >> 16);
    return x < 1900 && x > -1900 && y < 1900 && y > -1900;
}

static bool normals_differ(u32 a, u32 b) {
    if (is_near(a, b))
        return false;
    f32 u[3], v[3];
    normal_unpack(a, u);
    normal_unpack(b, v);
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2] <= SAME;
}

static H8 samples_load(const Sample *two) {
    H8 words;
    memcpy(&words, two, sizeof words);
    return words;
}

// All of the 3 x 3 samples from columns x on show one draw, with normals that are near. The four
// words of a sample are compared at once, of two samples.
static bool is_quiet(const Sample *const rows[3], u32 x) {
    const H8 most = {0, 0, 1899, 1899, 0, 0, 1899, 1899};
    H8 middle = samples_load(&rows[1][x]), self = H8_UPPER_TWICE(middle), low = {0}, high = {0};
    for (u32 k = 0; k < 3; k++) {
        H8 left = h8_less(samples_load(&rows[k][x]), self),
           right = h8_less(samples_load(&rows[k][x + 1]), self);
        low = h8_min(low, h8_min(left, right));
        high = h8_max(high, h8_max(left, right));
    }
    return !h8_any((high > most) | (low < -most));
}

static bool draws_differ(const Sample *const rows[3], u32 x) {
    u32 self = rows[1][x + 1].draw, differs = 0;
    for (u32 k = 0; k < 3; k++)
        for (u32 j = 0; j < 3; j++)
            differs |= rows[k][x + j].draw ^ self;
    return differs != 0;
}

static bool is_edge(const Sample *const rows[3], u32 x) {
    if (draws_differ(rows, x))
        return true;
    Sample self = rows[1][x + 1];
    for (u32 j = 0; j < 9 && self.draw; j++)
        if (normals_differ(rows[j / 3][x + j % 3].normal, self.normal))
            return true;
    return false;
}

typedef struct Group {
    u32 draw, weight, x, y;
    f32 normal[3];
} Group;

typedef struct Split {
    Group groups[GROUPS];
    u32 n, same, near; // sixteenths of the middle's instance; those of another depth
} Split;

static u32 instance_of(const HostPicture *p, u32 draw) {
    return draw ? p->calls[draw - 1].instance + 1u : 0;
}

// Samples that show the same draw with nearly the same normal share a group; without room, the last
// takes them.
static void split_sample(const HostPicture *p, Split *split, u32 x, u32 y, u32 weight) {
    Sample sample = sample_row(&p->samples, y)[x];
    f32 normal[3] = {0, 0, 1};
    if (sample.draw)
        normal_unpack(sample.normal, normal);
    u32 at = 0;
    for (; at < split->n; at++) {
        const Group *g = &split->groups[at];
        if (g->draw == sample.draw &&
            g->normal[0] * normal[0] + g->normal[1] * normal[1] + g->normal[2] * normal[2] > SAME)
            break;
    }
    at = MIN(at, GROUPS - 1u);
    Group *group = &split->groups[at];
    if (at == split->n) {
        *group = (Group){.draw = sample.draw, .x = x, .y = y};
        memcpy(group->normal, normal, sizeof normal);
        split->n++;
    }
    group->weight += weight;
}

static void split_pixel(const HostPicture *p, u32 x, u32 y, Split *split) {
    static const u8 order[9] = {4, 0, 1, 2, 3, 5, 6, 7, 8},
                    weights[9] = {1, 2, 1, 2, 4, 2, 1, 2, 1};
    memset(split, 0, sizeof *split);
    u32 self = 0;
    f32 depth = 0, step_limit = p->view->center[3] * 0.012f;
    for (u32 k = 0; k < 9; k++) {
        u32 j = order[k], sx = 2 * x + j % 3, sy = 2 * y + j / 3;
        u32 instance = instance_of(p, sample_row(&p->front, sy)[sx].draw);
        f32 z = linear_depth(p->view, p->depths[(size_t)sy * p->depth_width + sx]);
        if (k == 0) {
            self = instance;
            depth = z;
        }
        split->same += instance == self ? weights[j] : 0u;
        split->near += instance == self && fabsf(z - depth) > step_limit ? weights[j] : 0u;
        split_sample(p, split, sx, sy, weights[j]);
    }
}

static void list_edge(List *list, u32 x, u32 y, u32 index) {
    Split split;
    split_pixel(list->p, x, y, &split);
    Group *groups = split.groups;
    u32 plain = 0, n_others = 0;
    for (u32 g = 0; g < split.n; g++) {
        plain += groups[g].draw ? 0 : groups[g].weight;
        n_others += g > 0 && groups[g].draw;
    }
    if (list->n_others + n_others > list->limit) { // no room: the middle stands for all
        n_others = 0;
        groups[0].weight = 16 - plain;
    }
    u32 item = NOTHING, first = list->n_others;
    if (groups[0].draw) {
        item = list->n_middle++;
        list->items[item] = item_pack(groups[0].x, groups[0].y, groups[0].weight);
    }
    for (u32 g = 1; g < split.n && n_others; g++)
        if (groups[g].draw)
            list->others[list->n_others++] = item_pack(groups[g].x, groups[g].y, groups[g].weight);
    f32 f = (f32)split.same / 16, g = (f32)split.near / 16;
    f32 line = 4.4f * f * (1 - f) + 2.4f * g * (1 - g);
    list->records[index] = item | 1u << 24 | (u32)(127 * (line < 1 ? line : 1) + 0.5f) << 25;
    list->rests[index] = first | n_others << 24 | plain << 26;
}

static void list_row(List *list, u32 y) {
    const HostPicture *p = list->p;
    bool wide = p->n_samples == 2, glass = p->front.map != p->samples.map;
    u32 sy = middle_of(p, y), index = y * p->width;
    const Sample *rows[3], *fronts[3];
    for (u32 k = 0; k < 3; k++) {
        rows[k] = sample_row(&p->samples, wide ? sy + k - 1 : sy);
        fronts[k] = sample_row(&p->front, wide ? sy + k - 1 : sy);
    }
    for (u32 x = 0; x < p->width; x++, index++) {
        if (wide && ((!is_quiet(rows, 2 * x) && is_edge(rows, 2 * x)) ||
                     (glass && draws_differ(fronts, 2 * x)))) {
            list_edge(list, x, y, index);
            continue;
        }
        u32 sx = middle_of(p, x);
        list->records[index] = NOTHING;
        if (rows[1][sx].draw) {
            list->records[index] = list->n_middle;
            list->items[list->n_middle++] = item_pack(sx, sy, 16);
        }
    }
}

u32 *host_items(const HostPicture *p, u32 which) {
    return p->work + HOST_HEAD + (size_t)(2 + which) * p->width * p->height;
}

void host_list_samples(const HostPicture *p, u32 begin, u32 end, u32 counts[2]) {
    u32 n = p->width * p->height, *data = p->work + HOST_HEAD, first = begin * p->width;
    List list = {.p = p,
                 .records = data,
                 .rests = data + n,
                 .items = host_items(p, 0),
                 .others = host_items(p, 1),
                 .limit = end * p->width,
                 .n_middle = first,
                 .n_others = first};
    for (u32 y = begin; y < end; y++)
        list_row(&list, y);
    counts[0] = list.n_middle - first;
    counts[1] = list.n_others - first;
}

// ---- masks and geometry ----

// As normal_unpack, of four: the same operations in the same order.
static V3 normals_unpack(I4 packed) {
    F4 x = f4_max(f4_from_i4(packed << 16 >> 16) / 32767, f4(-1)),
       y = f4_max(f4_from_i4(packed >> 16) / 32767, f4(-1)), z = 1 - f4_abs(x) - f4_abs(y);
    I4 below = z < 0;
    F4 u = (1 - f4_abs(y)) * f4_select(x >= 0, f4(1), f4(-1)),
       v = (1 - f4_abs(x)) * f4_select(y >= 0, f4(1), f4(-1));
    V3 n = {f4_select(below, u, x), f4_select(below, v, y), z};
    F4 length = v3_norm(n);
    return (V3){n.x / length, n.y / length, n.z / length};
}

// Nothing is seen in n pixels from i on.
static void fill_nothing(const RenderImage *image, size_t i, size_t n) {
    if (image->parts)
        memset(image->parts + i, 0, n * sizeof *image->parts);
    if (image->instances)
        memset(image->instances + i, 0, n * sizeof *image->instances);
    if (image->depth)
        memset(image->depth + i, 0, n * sizeof *image->depth);
    if (image->normals)
        memset(image->normals + 3 * i, 0, 3 * n * sizeof *image->normals);
    if (image->positions)
        memset(image->positions + 3 * i, 0, 3 * n * sizeof *image->positions);
}

// Normals of up to four pixels from i on, where some are shown.
static void fill_normals(const RenderImage *image, size_t i, const Sample *from, u32 n, u32 step) {
    I4 packed = {0}, shown = {0};
    for (u32 k = 0; k < n; k++) {
        Sample sample = from[k * step];
        packed[k] = (i32)sample.normal;
        shown[k] = sample.draw ? -1 : 0;
    }
    V3 normal = normals_unpack(packed);
    F4 x = (F4)((I4)normal.x & shown), y = (F4)((I4)normal.y & shown),
       z = (F4)((I4)normal.z & shown);
    f32 *out = image->normals + 3 * i;
    for (u32 k = 0; k < n; k++, out += 3) {
        out[0] = x[k];
        out[1] = y[k];
        out[2] = z[k];
    }
}

static void fill_mask(const HostPicture *p, const RenderCamera *camera, const RenderImage *image,
                      u32 x, u32 y, u32 draw, f32 depth) {
    size_t i = (size_t)y * p->width + x;
    const DrawCall *call = &p->calls[draw - 1];
    depth = linear_depth(p->view, depth);
    if (image->parts)
        image->parts[i] = (u16)(call->part + 1);
    if (image->instances)
        image->instances[i] = (u16)(call->instance + 1);
    if (image->depth)
        image->depth[i] = depth;
    if (image->positions) {
        Vec3 q = camera_unproject(camera, x + 0.5, y + 0.5, (f64)depth);
        const f32 position[3] = {(f32)q.x, (f32)q.y, (f32)q.z};
        memcpy(image->positions + 3 * i, position, sizeof position);
    }
}

void host_fill_masks(const HostPicture *p, const RenderCamera *camera, const RenderImage *image,
                     u32 begin, u32 end) {
    u32 step = p->n_samples, first = middle_of(p, 0);
    for (u32 y = begin; y < end; y++) {
        size_t i = (size_t)y * p->width;
        const Sample *row = sample_row(&p->front, middle_of(p, y)) + first;
        const f32 *depths = p->depths + (size_t)middle_of(p, y) * p->depth_width + first;
        fill_nothing(image, i, p->width);
        for (u32 x = 0; x < p->width; x += 4) {
            const Sample *from = row + (size_t)x * step;
            u32 n = MIN(p->width - x, 4u), any = 0;
            for (u32 k = 0; k < n; k++)
                any |= from[k * step].draw;
            if (any && image->normals)
                fill_normals(image, i + x, from, n, step);
            for (u32 k = 0; k < n && any; k++)
                if (from[k * step].draw)
                    fill_mask(p, camera, image, x + k, y, from[k * step].draw,
                              depths[(size_t)(x + k) * step]);
        }
    }
}

// ---- colour ----

void srgb_tables_init(SrgbTables *tables) {
    // For each step of the curve, the root of the linear value where it begins.
    f32 begins[256] = {0};
    for (u32 k = 1; k < 256; k++) {
        f64 c = (k - 0.5) / 255;
        begins[k] = (f32)sqrt(c <= 0.04045 ? c / 12.92 : math_pow((c + 0.055) / 1.055, 2.4));
    }
    const struct {
        u8 *table;
        u32 n;
    } rows[] = {{tables->of_1023, COUNT_OF(tables->of_1023)},
                {tables->of_255, COUNT_OF(tables->of_255)},
                {tables->of_4095, COUNT_OF(tables->of_4095)}};
    for (u32 t = 0; t < COUNT_OF(rows); t++) {
        u32 k = 0;
        for (u32 i = 0; i < rows[t].n; i++) {
            while (k < 255 && (f32)i / (f32)(rows[t].n - 1) >= begins[k + 1])
                k++;
            rows[t].table[i] = (u8)k;
        }
    }
}

typedef struct Light { // premultiplied, linear
    f32 c[4];
} Light;

static void light_add(Light *to, Light from, f32 scale) {
    for (u32 k = 0; k < 4; k++)
        to->c[k] += from.c[k] * scale;
}

static void light_encode(const SrgbTables *tables, Light light, u8 out[4]) {
    f32 a = MAX(light.c[3], 1e-6f);
    for (u32 k = 0; k < 3; k++) {
        f32 c = light.c[k] / a;
        out[k] = tables->of_4095[(u32)(sqrtf(c < 0 ? 0 : c > 1 ? 1 : c) * 4095 + 0.5f)];
    }
    out[3] = (u8)((a > 1 ? 1 : light.c[3]) * 255 + 0.5f);
}

void host_unpack_floor(void *texels, u32 size) {
    u8 *bytes = texels; // forward: what is written lies behind what is yet to be read
    for (size_t i = 0; i < (size_t)size * size; i++) {
        u16 half;
        memcpy(&half, bytes + 8 * i, sizeof half);
        f32 value = float_from_half(half);
        memcpy(bytes + 4 * i, &value, sizeof value);
    }
}

static f32 floor_texel(const HostPicture *p, i32 x, i32 y) {
    i32 most = (i32)p->floor_size - 1;
    x = MIN(MAX(x, 0), most);
    y = MIN(MAX(y, 0), most);
    return p->floor[(size_t)y * p->floor_size + (size_t)x];
}

static f32 floor_at(const HostPicture *p, f32 x, f32 y) { // in texels
    x -= 0.5f;
    y -= 0.5f;
    f32 fx = floorf(x), fy = floorf(y), s = x - fx, t = y - fy;
    i32 ix = (i32)fx, iy = (i32)fy;
    f32 above = floor_texel(p, ix, iy) * (1 - s) + floor_texel(p, ix + 1, iy) * s,
        below = floor_texel(p, ix, iy + 1) * (1 - s) + floor_texel(p, ix + 1, iy + 1) * s;
    return above * (1 - t) + below * t;
}

// A point in camera space turned (not moved) into the object's frame.
static void to_object(const ViewBlock *view, const f32 q[3], f32 out[3]) {
    for (u32 k = 0; k < 3; k++)
        out[k] = view->camera[0][k] * q[0] + view->camera[1][k] * q[1] + view->camera[2][k] * q[2];
}

// The rays of a row of pixels, linear along it: from origin + u origin_step toward ray + u
// ray_step.
typedef struct RayRow {
    f32 origin[3], origin_step[3], ray[3], ray_step[3];
} RayRow;

static RayRow rays_of(const ViewBlock *view, u32 y) {
    bool ortho = view->eye[3] > 0.5f;
    f32 v = ((f32)y + 0.5f - view->intrinsics[3]) / view->intrinsics[1];
    const f32 right[3] = {1, 0, 0}, none[3] = {0, 0, 0},
              at[3] = {-view->camera[0][3], (ortho ? v : 0) - view->camera[1][3],
                       -view->camera[2][3]},
              toward[3] = {0, ortho ? 0 : v, 1};
    RayRow row;
    to_object(view, at, row.origin);
    to_object(view, ortho ? right : none, row.origin_step);
    to_object(view, toward, row.ray);
    to_object(view, ortho ? none : right, row.ray_step);
    return row;
}

// u where a + u b > 0, within *low..*high.
static void narrow(f64 a, f64 b, f64 *low, f64 *high) {
    if (b > 0)
        *low = fmax(*low, -a / b);
    else if (b < 0)
        *high = fmin(*high, -a / b);
    else if (!(a > 0))
        *high = *low - 1;
}

// The pixels of a row whose rays may meet the floor where it is dark, and some: where a ray meets
// it, over how far it goes down, both are linear along the row.
static void floor_columns(const HostPicture *p, const RayRow *row, u32 *first, u32 *end) {
    const ViewBlock *view = p->view;
    f64 place[2][2], down[2], half = p->floor_size * 0.5, scale = half / (f64)view->depth_range[3];
    *first = *end = 0;
    if (!p->floor)
        return;
    for (u32 u = 0; u < 2; u++) { // at u = 0 and 1
        f64 ray[3], at[3];
        for (u32 k = 0; k < 3; k++) {
            ray[k] = (f64)row->ray[k] + u * (f64)row->ray_step[k];
            at[k] = (f64)row->origin[k] + u * (f64)row->origin_step[k];
        }
        f64 drop = (f64)view->depth_range[2] - at[2];
        for (u32 k = 0; k < 2; k++)
            place[u][k] = (at[k] * ray[2] + ray[k] * drop) * scale +
                          ray[2] * (half - (f64)view->center[k] * scale);
        down[u] = ray[2];
    }
    f64 low = -1e9, high = 1e9;
    narrow(-down[0], down[0] - down[1], &low, &high);
    for (u32 k = 0; k < 2; k++) {
        f64 least = (f64)p->floor_region[k] - 2, most = (f64)p->floor_region[2 + k] + 2;
        f64 above[2], below[2];
        for (u32 u = 0; u < 2; u++) {
            above[u] = least * down[u] - place[u][k];
            below[u] = place[u][k] - most * down[u];
        }
        narrow(above[0], above[1] - above[0], &low, &high);
        narrow(below[0], below[1] - below[0], &low, &high);
    }
    f64 fx = (f64)view->intrinsics[0], cx = (f64)view->intrinsics[2], n = p->width;
    *first = (u32)fmin(fmax(low * fx + cx - 2, 0), n);
    *end = (u32)fmin(fmax(high * fx + cx + 2, 0), n);
}

// How dark the floor is where a pixel's ray meets it.
static f32 floor_dark(const HostPicture *p, const RayRow *row, u32 px) {
    const ViewBlock *view = p->view;
    if (!p->floor)
        return 0;
    f32 u = ((f32)px + 0.5f - view->intrinsics[2]) / view->intrinsics[0];
    f32 ray[3], at[3];
    for (u32 k = 0; k < 3; k++) {
        ray[k] = row->ray[k] + u * row->ray_step[k];
        at[k] = row->origin[k] + u * row->origin_step[k];
    }
    if (ray[2] >= 0)
        return 0;
    f32 t = (view->depth_range[2] - at[2]) / ray[2];
    f32 scale = (f32)p->floor_size * 0.5f / view->depth_range[3],
        middle = (f32)p->floor_size * 0.5f;
    f32 x = (at[0] + ray[0] * t - view->center[0]) * scale + middle,
        y = (at[1] + ray[1] * t - view->center[1]) * scale + middle;
    const u32 *region = p->floor_region;
    if (!(x > (f32)region[0] - 1 && x < (f32)region[2] + 1 && y > (f32)region[1] - 1 &&
          y < (f32)region[3] + 1))
        return 0;
    f32 down = -ray[2] / sqrtf(ray[0] * ray[0] + ray[1] * ray[1] + ray[2] * ray[2]);
    return down > 0.02f ? floor_at(p, x, y) * smoothstep(0.02f, 0.16f, down) : 0;
}

// The studio: a floor that fades into the backdrop, darkened around the object; over a transparent
// ground the shadow is a black veil.
static Light backdrop(const HostPicture *p, u32 y, f32 dark) {
    const f32 *ground = p->view->background;
    if (ground[3] < 0.5f)
        return (Light){{0, 0, 0, dark * 0.8f}};
    f32 up = fmaxf(1 - (f32)y / (0.75f * (f32)p->height), 0),
        left = (ground[3] > 1.5f ? 1 - 0.17f * up * up : 1) * (1 - dark);
    return (Light){{ground[0] * left, ground[1] * left, ground[2] * left, 1}};
}

static void item_add(Light *to, u32 item) {
    f32 r = (f32)(item & 1023) / 1023, g = (f32)(item >> 10 & 1023) / 1023,
        b = (f32)(item >> 20 & 255) / 255;
    light_add(to, (Light){{r * r, g * g, b * b, 1}}, (f32)((item >> 28) + 1) / 16);
}

// Glass over a pixel: false where there is none.
static bool glass_over(const HostPicture *p, u32 x, u32 y, Light *out) {
    static const u8 weights[9] = {1, 2, 1, 2, 4, 2, 1, 2, 1};
    memset(out, 0, sizeof *out);
    bool wide = p->n_samples == 2, any = false;
    for (u32 j = 0; j < 9; j++) {
        u32 sx = wide ? 2 * x + j % 3 : x, sy = wide ? 2 * y + j / 3 : y;
        u16 halves[4];
        memcpy(halves, (const u8 *)p->glass.map + sy * p->glass.pitch + 8 * (size_t)sx, 8);
        if (!(halves[0] | halves[1] | halves[2] | halves[3]))
            continue;
        any = true;
        for (u32 k = 0; k < 4; k++)
            out->c[k] += float_from_half(halves[k]) * (f32)weights[j] / 16;
    }
    for (u32 k = 0; k < 3; k++)
        out->c[k] = MIN(out->c[k], 1);
    return any;
}

// A pixel that is no plain ground and no single shaded sample.
static void mix_pixel(const HostPicture *p, const RayRow *row, u32 x, u32 y, u8 out[4]) {
    u32 n = p->width * p->height, index = y * p->width + x;
    const u32 *data = p->work + HOST_HEAD, *items = data + 2 * (size_t)n, *others = items + n;
    u32 record = data[index], item = record & NOTHING, rest = data[n + index];
    if (!(record >> 24 & 1))
        rest = item == NOTHING ? 16u << 26 : 0;
    Light sum = {{0}};
    if (rest >> 26)
        light_add(&sum, backdrop(p, y, floor_dark(p, row, x)), (f32)(rest >> 26) / 16);
    if (item != NOTHING)
        item_add(&sum, items[item]);
    for (u32 k = 0; k < (rest >> 24 & 3); k++)
        item_add(&sum, others[(rest & NOTHING) + k]);
    Light over;
    if (p->glass.map && glass_over(p, x, y, &over)) {
        light_add(&over, sum, 1 - over.c[3]);
        sum = over;
    }
    if (p->view->flags[0] & VIEW_OUTLINES) {
        f32 line = (f32)((record >> 25) * p->view->flags[1]) / (127 * 255.0f);
        for (u32 k = 0; k < 3; k++)
            sum.c[k] = sum.c[k] * (1 - line) + 0.015f * line;
        sum.c[3] += (1 - sum.c[3]) * line;
    }
    light_encode(p->tables, sum, out);
}

void host_fill_color(const HostPicture *p, u8 *color, u32 begin, u32 end) {
    u32 n = p->width * p->height, index = begin * p->width;
    const u32 *records = p->work + HOST_HEAD, *items = records + 2 * (size_t)n;
    color += 4 * (size_t)index;
    for (u32 y = begin; y < end; y++) {
        u8 ground[4];
        RayRow row = rays_of(p->view, y);
        u32 first, last;
        light_encode(p->tables, backdrop(p, y, 0), ground);
        floor_columns(p, &row, &first, &last);
        for (u32 x = 0; x < p->width; x++, index++, color += 4) {
            u32 record = records[index];
            Light over;
            if (record >> 24 & 1 || (p->glass.map && glass_over(p, x, y, &over))) {
                mix_pixel(p, &row, x, y, color);
            } else if (record != NOTHING) {
                u32 item = items[record];
                color[0] = p->tables->of_1023[item & 1023];
                color[1] = p->tables->of_1023[item >> 10 & 1023];
                color[2] = p->tables->of_255[item >> 20 & 255];
                color[3] = 255;
            } else {
                f32 dark = x >= first && x < last ? floor_dark(p, &row, x) : 0;
                if (dark > 0)
                    light_encode(p->tables, backdrop(p, y, dark), color);
                else
                    memcpy(color, ground, 4);
            }
        }
    }
}
