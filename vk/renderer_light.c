// SPDX-License-Identifier: Apache-2.0
// The studio's three lights and the shadow maps' matrices. The key light is a disc: shadow maps are
// taken from places spread evenly over it (a sunflower), so their average is a true penumbra.
#include "vk/view.h"

typedef struct StudioLight {
    f64 azimuth, elevation; // degrees; azimuth from the front, to the viewer's right
    f64 half_angle;         // degrees
    f32 color[3];
} StudioLight;

static const StudioLight studio[LIGHTS] = {
    {-38, 49, 6, {0.62f, 0.61f, 0.595f}}, // key, from the front left
    {62, 24, 22, {0.32f, 0.325f, 0.335f}},  // fill
    {176, 42, 14, {0.22f, 0.22f, 0.225f}},    // rim, from behind
};

static Vec3 direction(f64 azimuth, f64 elevation) {
    return vec3(trig_sin(azimuth) * trig_cos(elevation), -trig_cos(azimuth) * trig_cos(elevation),
                trig_sin(elevation));
}

// Two unit vectors across d.
static void across(Vec3 d, Vec3 *u, Vec3 *v) {
    *u = vec3_unit(fabs(d.z) < 0.9 ? vec3_cross(vec3(0, 0, 1), d) : vec3_cross(vec3(1, 0, 0), d));
    *v = vec3_cross(d, *u);
}

static f64 component(const Vec3 axes[3], u32 k, Box3 box, u32 corner) {
    return vec3_dot(axes[k],
                    vec3(corner & 1 ? box.max.x : box.min.x, corner & 2 ? box.max.y : box.min.y,
                         corner & 4 ? box.max.z : box.min.z));
}

// The map from object to (0..1)^3, z along -key, that holds the box however it is sheared; then
// each layer's shear, so that what lies in one line with its place on the light falls on one texel.
static void shadow_maps(ViewBlock *block, Vec3 key, Box3 box, f64 radius, u32 n_layers) {
    Vec3 axes[3];
    across(key, &axes[0], &axes[1]);
    axes[2] = vec3_scale(key, -1);
    f64 lo[3] = {INFINITY, INFINITY, INFINITY}, hi[3] = {-INFINITY, -INFINITY, -INFINITY}, scale[3];
    for (u32 k = 3; k-- > 0;) {
        for (u32 c = 0; c < 8; c++) {
            f64 x = component(axes, k, box, c),
                reach = k < 2 ? radius * (component(axes, 2, box, c) - lo[2]) : 0;
            lo[k] = fmin(lo[k], x - reach);
            hi[k] = fmax(hi[k], x + reach);
        }
        f64 slack = (hi[k] - lo[k]) * 0.01 + 1e-3;
        lo[k] -= slack;
        scale[k] = 1 / (hi[k] + slack - lo[k]);
        for (u32 j = 0; j < 3; j++)
            block->shadow[4 * j + k] = (f32)(vec3_get(axes[k], j) * scale[k]);
        block->shadow[12 + k] = (f32)(-lo[k] * scale[k]);
    }
    block->shadow[15] = 1;
    for (u32 k = 0; k < 2; k++)
        block->shadow_info[2 + k] = (f32)(radius * scale[k] / scale[2]);
    u32 across_layer = n_layers >= SHADOW_TAPS ? 1 : n_layers >= 4 ? 2 : 4; // taps in each, squared
    for (u32 i = 0; i < SHADOW_TAPS; i++) {
        u32 layer = i % n_layers, k = i / n_layers;
        f64 r = n_layers == 1 ? 0 : radius * sqrt((layer + 0.5) / n_layers),
            turn = layer * 137.50776405;
        block->taps[i][0] = (f32)(r * trig_cos(turn) * scale[0] / scale[2]);
        block->taps[i][1] = (f32)(r * trig_sin(turn) * scale[1] / scale[2]);
        f64 middle = (across_layer - 1) / 2.0, spread = 1.6 / SHADOW_SIZE;
        block->taps[i][2] = (f32)((k % across_layer - middle) * spread);
        block->taps[i][3] = (f32)((k / across_layer % across_layer - middle) * spread);
    }
}

void view_lights(ViewBlock *block, Box3 bounds, f64 azimuth, u32 n_shadows) {
    for (u32 i = 0; i < LIGHTS; i++) {
        Vec3 d = direction(studio[i].azimuth + azimuth, studio[i].elevation);
        for (u32 k = 0; k < 3; k++) {
            block->lights[i][k] = (f32)vec3_get(d, k);
            block->light_colors[i][k] = studio[i].color[k];
        }
        block->lights[i][3] = (f32)(studio[i].half_angle * 0.017453292519943295);
        block->light_colors[i][3] = i == 0;
    }
    shadow_maps(block, direction(studio[0].azimuth + azimuth, studio[0].elevation), bounds,
                trig_tan(studio[0].half_angle), n_shadows);
    Vec3 size = box3_size(bounds);
    f64 texel = vec3_norm(size) / SHADOW_SIZE;
    block->shadow_info[0] = 1.0f / SHADOW_SIZE;
    block->shadow_info[1] = (f32)(texel * 1.5);
}
