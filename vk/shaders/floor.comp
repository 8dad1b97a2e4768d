#version 460
// SPDX-License-Identifier: Apache-2.0
// How dark the floor is around the object, as a map: the same for all views until the lights move.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "common.glsl"
#include "light.glsl"

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 12, rgba16f) uniform writeonly image2D floor_map;

void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID.xy), size = imageSize(floor_map);
    if (at.x >= size.x || at.y >= size.y)
        return;
    float r = view.depth_range.w;
    vec3 p = vec3(view.center.xy + ((vec2(at) + 0.5) / vec2(size) * 2.0 - 1.0) * r, view.depth_range.z);
    vec3 n = vec3(0.0, 0.0, 1.0);
    float fade = 1.0 - smoothstep(0.6, 1.0, length(p.xy - view.center.xy) / r);
    float dark = (1.0 - shadow_light(p, n)) * 0.32 + (1.0 - occlusion(p, n)) * 0.5;
    imageStore(floor_map, at, vec4(min(dark, 0.8) * fade));
}
