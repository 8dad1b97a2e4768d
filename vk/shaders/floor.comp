#version 460
// SPDX-License-Identifier: Apache-2.0
// How dark the floor is around the object, as a map: the same for all views until the lights move.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "common.glsl"
#include "light.glsl"

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 12, rgba16f) uniform writeonly image2D floor_map;

// Part of the key light that p on the floor sees. Each shadow map stands for a patch of the light, not a
// point of it, so its shadow is blurred by that patch: the more, the farther up what casts it. Compared
// at a depth nearer to the light, a map tells only of what stands higher: thus low and high are told apart.
float floor_lit(vec3 p) {
    uint layers = view.size.w, n = layers >= 16u ? 2u : layers >= 4u ? 4u : 16u;
    vec3 s = (view.shadow * vec4(p + vec3(0.0, 0.0, view.shadow_info.y), 1.0)).xyz;
    float scale = length(vec3(view.shadow[0][2], view.shadow[1][2], view.shadow[2][2]));
    float height = 2.0 * (view.center.z - view.depth_range.z) * scale / view.lights[0].z; // toward the light
    vec2 patch_size = view.shadow_info.zw * inversesqrt(float(layers)) * height;
    float cut = 0.22 * height, dark = 0.0;
    for (uint layer = 0u; layer < layers; layer++) {
        vec2 at = s.xy + view.taps[layer].xy * s.z;
        for (uint i = 0u; i < n; i++) {
            float turn = 2.39996 * float(i * layers + layer); // a sunflower over the patch
            vec2 place = patch_size * sqrt((float(i) + 0.5) / float(n)) * vec2(cos(turn), sin(turn));
            vec2 low = at + place * 0.09, high = at + place * 0.8;
            dark += texture(shadow_map, vec4(low, float(layer), s.z - cut)) - texture(shadow_map, vec4(low, float(layer), s.z));
            dark += 1.0 - texture(shadow_map, vec4(high, float(layer), s.z - cut));
        }
    }
    return 1.0 - dark / float(layers * n);
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
