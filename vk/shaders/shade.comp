#version 460
// SPDX-License-Identifier: Apache-2.0
// Light for each listed sample. A fixed number of lanes
// walks the list, so its length need not be known to the host.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#define WORK_USE
#include "common.glsl"
#include "light.glsl"

layout(local_size_x = 64) in;
layout(set = 0, binding = 5) uniform usampler2D samples;
layout(set = 0, binding = 6) uniform sampler2D depths;

void main() {
    uint n_middle = work.n_middle, total = n_middle + min(work.n_others, pixel_count());
    uint step = gl_NumWorkGroups.x * 64u;
    for (uint i = gl_GlobalInvocationID.x; i < total; i += step) {
        uint item = i < n_middle ? i : i - n_middle + pixel_count();
        uint packed = work.data[item_at(item)];
        ivec2 at = ivec2(packed & 0x3fffu, packed >> 14 & 0x3fffu);
        uvec2 id = texelFetch(samples, at, 0).xy;
        vec3 p = sample_point(at, linear_depth(texelFetch(depths, at, 0).x));
        vec3 n = oct_unpack(unpackSnorm2x16(id.y));
        vec3 v = view.eye.w > 0.5 ? -view.camera[2].xyz : normalize(view.eye.xyz - p);
        float away = dot(n, v);
        n = away < 0.0 ? normalize(n - v * away * 1.02) : n; // interpolated past the rim
        vec3 light = shade(id.x - 1u, p, n, v, occlusion(p, n), shadow_light(p, n));
        bool as_is = (view.flags.x & 1u) != 0u; // a legend's colours stay what they are
        vec3 root = sqrt(clamp(as_is ? light : tone(light), 0.0, 1.0));
        uvec3 steps = uvec3(root * vec3(1023.0, 1023.0, 255.0) + 0.5);
        work.data[item_at(item)] = steps.r | steps.g << 10 | steps.b << 20 | (packed & 0xf0000000u);
    }
}
