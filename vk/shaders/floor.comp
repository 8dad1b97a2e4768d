#version 460
// SPDX-License-Identifier: Apache-2.0
// How dark the floor is around the object, as a map: the same for all views until the lights move.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "common.glsl"
#include "light.glsl"

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 12, rgba16f) uniform writeonly image2D floor_map;

// A sunflower over the unit disc.
const vec2 disc[16] = vec2[](
    vec2(-0.1265, -0.9761), vec2(-0.5475, 0.7788), vec2(0.8971, -0.1972), vec2(-0.7647, -0.4432),
    vec2(0.2537, 0.8089), vec2(0.3434, -0.7337), vec2(-0.7123, 0.2940), vec2(0.6846, 0.2500),
    vec2(-0.3156, -0.6076), vec2(-0.1655, 0.6155), vec2(0.4947, -0.3147), vec2(-0.5222, -0.0924),
    vec2(0.2846, 0.3712), vec2(0.0346, -0.3938), vec2(-0.2258, 0.2068), vec2(0.1768, 0.0000));

// How much of the key light's layer comes by at s, moved aside by so much, past what stands higher than cut.
float floor_look(vec3 s, uint layer, vec2 aside, float cut) {
    return texture(shadow_map, vec4(s.xy + view.taps[layer].xy * s.z + aside, float(layer), s.z - cut));
}

// Each look cuts elsewhere, so that what is low turns into what is high little by little.
float cut_of(uint i, float cut) { return cut * (0.3 + 1.4 / 15.0 * float(i * 7u & 15u)); }

// Part of the key light that p on the floor sees past what stands higher than cut. Each shadow map stands for
// a patch of the light, not a point of it, and is looked at from four sides of a place in that patch. The sides
// toward the light's rim come first: where those looks agree, the others, that lie between them, would too.
// With few maps there are several looks a patch, all around, and it takes two rounds that agree.
// As in shadow_light, the loop ends once no lane needs it, and lanes that are done don't change.
float floor_lit_high(vec3 s, vec2 patch_size, float cut) {
    uint layers = view.size.w;
    float lit = 0.0, looks = 0.0;
    bool done = false, few = layers < 16u;
    mat2 turn = mat2(1.0);
    for (uint side = 0u; side < 4u; side++) {
        float sum = 0.0;
        [[unroll]] for (uint i = 0u; i < 16u; i++) {
            uint layer = i % layers;
            vec2 d = disc[i], across = vec2(-d.y, d.x), rim = few ? d : view.taps[layer].xy / view.shadow_info.zw;
            d = abs(dot(rim, d)) < abs(dot(rim, across)) ? across : d;
            d = dot(rim, d) < 0.0 ? -d : d;
            sum += floor_look(s, layer, patch_size * (turn * d), cut_of(i, cut));
        }
        lit += done ? 0.0 : sum;
        looks += done ? 0.0 : 16.0;
        done = done || ((!few || side > 0u) && (lit < 0.001 || lit > looks - 0.001));
        if (done)
            break;
        turn = mat2(0.0, 1.0, -1.0, 0.0) * turn;
    }
    return lit / looks;
}

// Part of the key light that only what stands lower than cut keeps from p: the rim of its shadow is narrow.
float floor_dark_low(vec3 s, vec2 patch_size, float cut, bool done) {
    uint layers = view.size.w;
    float lit = 0.0, dark = 0.0, looks = 0.0;
    [[unroll]] for (uint i = 0u; i < 4u; i++)
        lit += floor_look(s, i * 5u % layers, patch_size * disc[i], 0.0);
    done = done || lit > 3.999;
    for (uint first = 0u; first < 16u && !done; first += 4u) {
        float sum = 0.0;
        [[unroll]] for (uint i = first; i < first + 4u; i++) {
            uint layer = i * 5u % layers;
            sum += floor_look(s, layer, patch_size * disc[i], cut_of(i, cut)) - floor_look(s, layer, patch_size * disc[i], 0.0);
        }
        dark += done ? 0.0 : sum;
        looks += done ? 0.0 : 4.0;
        done = done || (first > 0u && (dark < 0.001 || dark > looks - 0.001)); // four may agree by chance
    }
    return dark / max(looks, 1.0);
}

// Part of the key light that p on the floor sees. A shadow is blurred the more, the farther up what casts it.
// Compared at a depth nearer to the light, a map tells only of what stands higher: thus low and high are told apart.
float floor_lit(vec3 p) {
    vec3 s = (view.shadow * vec4(p + vec3(0.0, 0.0, view.shadow_info.y), 1.0)).xyz;
    float scale = length(vec3(view.shadow[0][2], view.shadow[1][2], view.shadow[2][2]));
    float height = 2.0 * (view.center.z - view.depth_range.z) * scale / view.lights[0].z; // toward the light
    vec2 light = view.shadow_info.zw * height;
    float cut = 0.22 * height, high = floor_lit_high(s, light * inversesqrt(float(view.size.w)) * 0.8, cut);
    return max(high - floor_dark_low(s, light * 0.05, cut, high < 0.001), 0.0);
}

void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID.xy), size = imageSize(floor_map);
    if (at.x >= size.x || at.y >= size.y)
        return;
    float r = view.depth_range.w;
    vec3 p = vec3(view.center.xy + ((vec2(at) + 0.5) / vec2(size) * 2.0 - 1.0) * r, view.depth_range.z);
    vec3 n = vec3(0.0, 0.0, 1.0);
    float fade = 1.0 - smoothstep(0.6, 1.0, length(p.xy - view.center.xy) / r);
    float dark = (1.0 - floor_lit(p)) * 0.32 + (1.0 - occlusion(p, n)) * 0.5;
    imageStore(floor_map, at, vec4(min(dark, 0.8) * fade));
}
