#version 460
// SPDX-License-Identifier: Apache-2.0
// The geometry pass keeps what shading needs: which draw, and the normal. Nothing is blended.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec3 in_normal;
layout(location = 1) flat in uint in_draw;
layout(location = 0) out uvec2 out_sample;

void main() {
    vec3 n = gl_FrontFacing ? in_normal : -in_normal;
    out_sample = uvec2(in_draw + 1u, packSnorm2x16(oct_pack(normalize(n))));
}
