#version 460
// SPDX-License-Identifier: Apache-2.0
// Places a vertex; one instance index is one draw.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec3 in_position;
layout(location = 1) in vec3 in_normal;
layout(location = 0) out vec3 out_normal;
layout(location = 1) flat out uint out_draw;

void main() {
    Draw d = draws[gl_InstanceIndex];
    gl_Position = view.clip * vec4(draw_point(d, in_position), 1.0);
    out_normal = draw_normal(d, in_normal);
    out_draw = gl_InstanceIndex;
}
