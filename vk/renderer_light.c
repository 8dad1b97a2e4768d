// SPDX-License-Identifier: Apache-2.0
// The studio's three lights and the shadow maps' matrices. The key light is a disc: shadow maps are taken
// from places spread evenly over it (a sunflower), so their average is a true penumbra.
#ifdef FRC_HAVE_VULKAN
#include "vk/renderer_internal.h"

typedef struct StudioLight {
    f64 azimuth, elevation; // degrees; azimuth from the front, to the viewer's right
    f64 half_angle;         // degrees
    f32 color[3];
} StudioLight;

static const StudioLight studio[LIGHTS] = {
    {-38, 52, 6, {1.16f, 1.12f, 1.06f}},  // key, from the front left
    {62, 24, 22, {0.30f, 0.32f, 0.35f}},  // fill
    {160, 42, 14, {0.42f, 0.43f, 0.45f}}, // rim, from behind
};

static Vec3 direction(f64 azimuth, f64 elevation) {
    return vec3(trig_sin(azimuth) * trig_cos(elevation), -trig_cos(azimuth) * trig_cos(elevation), trig_sin(elevation));
}

// Two unit vectors across d.
static void across(Vec3 d, Vec3 *u, Vec3 *v) {
    *u = vec3_unit(fabs(d.z) < 0.9 ? vec3_cross(vec3(0, 0, 1), d) : vec3_cross(vec3(1, 0, 0), d));
    *v = vec3_cross(d, *u);
}

// Columns of the map from object to (0..1, 0..1, 0..1) along -d that holds the box.
static void shadow_matrix(Vec3 d, Box3 box, f32 out[16]) {
    Vec3 axes[3];
    across(d, &axes[0], &axes[1]);
    axes[2] = vec3_scale(d, -1);
    memset(out, 0, 16 * sizeof *out);
    for (u32 k = 0; k < 3; k++) {
        f64 lo = INFINITY, hi = -INFINITY;
        for (u32 c = 0; c < 8; c++) {
            Vec3 p = vec3(c & 1 ? box.max.x : box.min.x, c & 2 ? box.max.y : box.min.y, c & 4 ? box.max.z : box.min.z);
            f64 x = vec3_dot(axes[k], p);
            lo = fmin(lo, x);
            hi = fmax(hi, x);
        }
        f64 slack = (hi - lo) * 0.01 + 1e-3, scale = 1 / (hi - lo + 2 * slack);
        for (u32 j = 0; j < 3; j++)
            out[4 * j + k] = (f32)(vec3_get(axes[k], j) * scale);
        out[12 + k] = (f32)((slack - lo) * scale);
    }
    out[15] = 1;
}

void view_lights(ViewBlock *block, const DeviceScene *scene, f64 azimuth, u32 n_shadows) {
    for (u32 i = 0; i < LIGHTS; i++) {
        Vec3 d = direction(studio[i].azimuth + azimuth, studio[i].elevation);
        for (u32 k = 0; k < 3; k++) {
            block->lights[i][k] = (f32)vec3_get(d, k);
            block->light_colors[i][k] = studio[i].color[k];
        }
        block->lights[i][3] = (f32)(studio[i].half_angle * 0.017453292519943295);
        block->light_colors[i][3] = i == 0;
    }
    Vec3 key = direction(studio[0].azimuth + azimuth, studio[0].elevation), u, v;
    across(key, &u, &v);
    f64 radius = trig_tan(studio[0].half_angle);
    for (u32 i = 0; i < n_shadows; i++) {
        f64 r = radius * sqrt((i + 0.5) / n_shadows), turn = i * 137.50776405;
        Vec3 d = vec3_add(key, vec3_add(vec3_scale(u, r * trig_cos(turn)), vec3_scale(v, r * trig_sin(turn))));
        shadow_matrix(vec3_unit(n_shadows == 1 ? key : d), scene->bounds, block->shadows[i]);
    }
    Vec3 size = box3_size(scene->bounds);
    f64 texel = vec3_norm(size) / SHADOW_SIZE;
    block->shadow_info[0] = 1.0f / SHADOW_SIZE;
    block->shadow_info[1] = (f32)(texel * 1.5);
    block->shadow_info[2] = n_shadows < 3 ? 6 : 3;
}

#endif
