// SPDX-License-Identifier: Apache-2.0
// What all shaders see: the view, the draws and the materials. Mirrored by vk/renderer_internal.h.

struct Draw { // one range of one instance
    vec4 rows[3]; // mesh -> object
    uint instance;
    uint part;
    uint material;
    uint pad;
};

struct Material {
    vec4 color; // rgb linear, a opacity
    vec4 other; // metallic, roughness
    vec4 emission;
};

layout(set = 0, binding = 0, std140) uniform ViewBlock {
    mat4 clip;        // object -> clip space of the sampled target
    vec4 camera[3];   // object -> camera (OpenCV axes), rows
    vec4 intrinsics;  // fx, fy, cx, cy, pixels
    vec4 eye;         // xyz; w: 1 orthographic
    vec4 depth_range; // near, far, floor height, radius over which the floor fades
    vec4 center;      // xyz of the object; w: its largest extent
    vec4 background;  // rgb linear; a: 0 transparent, 1 plain, 2 studio
    vec4 field_min;   // xyz; w: cells a mm
    vec4 field_size;  // xyz cells; w: greatest distance kept, mm
    vec4 lights[3];   // direction toward the light; w: half its angle, radians
    vec4 light_colors[3]; // rgb; w: 1 when it casts the shadow
    mat4 shadows[16]; // object -> shadow map, 0..1
    uvec4 size;       // width, height, samples across a pixel, shadow layers
    uvec4 flags;      // bit 0 part colours, 1 floor, 2 outlines, 3 glass
    vec4 shadow_info; // texel size, bias mm along the normal, spread in texels, 0
} view;

layout(set = 0, binding = 1, std430) readonly buffer DrawBlock { Draw draws[]; };
layout(set = 0, binding = 2, std430) readonly buffer MaterialBlock { Material materials[]; };

// Octahedral unit vectors (Cigolle et al. 2014, "Survey of Efficient Representations for Independent
// Unit Vectors").
vec2 oct_pack(vec3 n) {
    vec2 p = n.xy / (abs(n.x) + abs(n.y) + abs(n.z));
    return n.z >= 0.0 ? p : (1.0 - abs(p.yx)) * vec2(p.x >= 0.0 ? 1.0 : -1.0, p.y >= 0.0 ? 1.0 : -1.0);
}

vec3 oct_unpack(vec2 e) {
    vec3 v = vec3(e, 1.0 - abs(e.x) - abs(e.y));
    if (v.z < 0.0)
        v.xy = (1.0 - abs(v.yx)) * vec2(v.x >= 0.0 ? 1.0 : -1.0, v.y >= 0.0 ? 1.0 : -1.0);
    return normalize(v);
}

vec3 draw_point(Draw d, vec3 p) {
    return vec3(dot(d.rows[0], vec4(p, 1.0)), dot(d.rows[1], vec4(p, 1.0)), dot(d.rows[2], vec4(p, 1.0)));
}

// Normals turn by the cofactors, right for mirrors and uneven scales.
vec3 draw_normal(Draw d, vec3 n) {
    vec3 a = d.rows[0].xyz, b = d.rows[1].xyz, c = d.rows[2].xyz;
    vec3 r = vec3(dot(cross(b, c), n), dot(cross(c, a), n), dot(cross(a, b), n));
    return dot(a, cross(b, c)) < 0.0 ? -r : r;
}
