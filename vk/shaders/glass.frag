#version 460
// SPDX-License-Identifier: Apache-2.0
// Shades what is seen through: blended over the opaque picture later, premultiplied. Of a clear smooth body
// the eye sees little but reflections and, toward its rim, where the way through it is long, its tint.
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
    float clear = 1.0 - smoothstep(0.2, 0.95, max(m.opacity, m.roughness)); // glass rather than cloth or smoke
    float way = mix(1.0, 0.15, clear) / (0.25 + 0.75 * nv);
    float a = 1.0 - pow(1.0 - m.opacity, way);
    // Its tint is seen, but it scatters little white; at the rim, bent light comes from darker sides.
    float lit = (studio_diffuse(p, n).g + 0.5) * (0.4 + 0.6 * occlusion(p, n)) * (1.0 - 0.5 * clear * (1.0 - nv));
    float white = min(m.color.r, min(m.color.g, m.color.b));
    vec3 body = (m.color - 0.95 * white * clear) * lit + m.emission;
    vec3 gloss = split_sum(vec3(0.04), roughness, nv) * studio_mirror(reflect(-v, n), roughness, 1.0);
    // At the rim a clear body bends the light so far that the dark around the studio is seen: that draws its outline.
    float across = 1.0 - nv, rim = across * across * across * across * clear, dark = (1.0 - a) * rim * 0.6;
    // Inner walls mostly touch what they hold; and a plain surface's sheen is held back (see surface_light).
    gloss = max(gloss * (gl_FrontFacing ? 1.0 : 0.3) * (1.0 - 0.6 * rim) - 0.045, 0.0);
    bool as_part = (view.flags.x & 1u) != 0u;
    vec4 plain = vec4(part_color(d.part_rgb) * (0.7 + 0.3 * nv), 1.0) * mix(0.18, 0.65, m.opacity);
    out_color = as_part ? plain : vec4(body * a + m.color * (0.12 * dark) + gloss, a + dark);
}
