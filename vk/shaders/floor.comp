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

// Part of the key light that p on the floor sees. Each shadow map stands for a patch of the light, not a
// point of it, so its shadow is blurred by that patch: the more, the farther up what casts it. Compared
// at a depth nearer to the light, a map tells only of what stands higher: thus low and high are told apart.
float floor_lit(vec3 p) {
    uint layers = view.size.w;
    vec3 s = (view.shadow * vec4(p + vec3(0.0, 0.0, view.shadow_info.y), 1.0)).xyz;
    float scale = length(vec3(view.shadow[0][2], view.shadow[1][2], view.shadow[2][2]));
    float height = 2.0 * (view.center.z - view.depth_range.z) * scale / view.lights[0].z; // toward the light
    float cut = 0.22 * height, low = 0.0, high = 0.0;
    vec2 light = view.shadow_info.zw * height, place = light * inversesqrt(float(layers)) * 0.8;
    [[unroll]] for (uint i = 0u; i < 4u; i++) {
        uint layer = i * 5u % layers;
        vec2 at = s.xy + view.taps[layer].xy * s.z + light * 0.05 * disc[4u * i];
        low += texture(shadow_map, vec4(at, float(layer), s.z - cut)) - texture(shadow_map, vec4(at, float(layer), s.z));
    }
    for (uint i = 0u; i < 16u; i++) {
        uint layer = i % layers;
        vec2 at = s.xy + view.taps[layer].xy * s.z + place * disc[i];
        high += texture(shadow_map, vec4(at, float(layer), s.z - cut));
    }
    return clamp(high / 16.0 - low / 4.0, 0.0, 1.0);
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
