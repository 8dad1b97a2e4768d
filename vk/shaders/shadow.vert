#version 460
// SPDX-License-Identifier: Apache-2.0
// Depth as one place on the key light sees it.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec3 in_position;
layout(push_constant) uniform Push { uint layer; } push;

void main() {
    vec3 p = draw_point(draws[gl_InstanceIndex], in_position);
    vec4 q = view.shadow * vec4(p, 1.0);
    q.xy += view.taps[push.layer].xy * q.z;
    gl_Position = vec4(q.xy * 2.0 - 1.0, q.z, 1.0);
}
