#version 460
// SPDX-License-Identifier: Apache-2.0
// Shades what is seen through: blended over the opaque picture later, premultiplied. Glancing faces are
// more opaque (Fresnel), and highlights are not thinned.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "common.glsl"
#include "light.glsl"

layout(location = 0) in vec3 in_normal;
layout(location = 1) flat in uint in_draw;
layout(location = 0) out vec4 out_color;

void main() {
    vec3 p = sample_point(ivec2(gl_FragCoord.xy), linear_depth(gl_FragCoord.z));
    vec3 n = normalize(gl_FrontFacing ? in_normal : -in_normal);
    vec3 v = view.eye.w > 0.5 ? -view.camera[2].xyz : normalize(view.eye.xyz - p);
    Draw d = draws[in_draw];
    Material m = draw_material(d);
    float nv = clamp(dot(n, v), 0.02, 1.0), roughness = clamp(m.roughness, 0.06, 1.0);
    float rim = 0.04 + 0.96 * pow(1.0 - nv, 5.0);
    float a = clamp(m.opacity + (1.0 - m.opacity) * rim * 0.6, 0.0, 1.0);
    vec3 body = shade(in_draw, p, n, v, occlusion(p, n), 1.0);
    vec3 gloss = split_sum(vec3(0.04), roughness, nv) * studio_mirror(reflect(-v, n), roughness, 1.0);
    out_color = vec4(body * a + gloss * (1.0 - a), a);
}
