// SPDX-License-Identifier: Apache-2.0
// What all shaders see: the view, the draws and the materials. Mirrored by vk/renderer_internal.h.

struct Draw { // one range of one instance; packed, since each word read costs a CPU driver a loop
    vec4 rows[3]; // mesh -> object
    uint color;    // square roots of red, green, blue (10 bits each)
    uint surface;  // instance (16), metallic (4), roughness (6), opacity (6)
    uint emission; // red, green, blue over their greatest (8 bits each), 16 sqrt of the greatest (8)
    uint part_rgb;
};

struct Material {
    vec3 color, emission;
    float metallic, roughness, opacity;
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
    mat4 shadow; // object -> shadow map, 0..1; z along the key light
    vec4 taps[16]; // xy: a layer's shift of x and y for each unit of z; zw: places in it
    uvec4 size;       // width, height, samples across a pixel, shadow layers
    uvec4 flags;      // bit 0 part colours, 1 floor, 2 outlines, 3 glass; y: strength of outlines / 255
    vec4 shadow_info; // texel size; bias mm along the normal; the light's radius as taps' xy
} view;

layout(set = 0, binding = 1, std430) readonly buffer DrawBlock { Draw draws[]; };

Material draw_material(Draw d) {
    uvec3 c = uvec3(d.color, d.color >> 10, d.color >> 20) & 1023u, e = uvec3(d.emission, d.emission >> 8, d.emission >> 16) & 255u;
    vec3 root = vec3(c) / 1023.0;
    float most = float(d.emission >> 24) / 16.0;
    return Material(root * root, vec3(e) / 255.0 * most * most, float(d.surface >> 16 & 15u) / 15.0, float(d.surface >> 20 & 63u) / 63.0,
                    float(d.surface >> 26) / 63.0);
}

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

// Depth along z of a depth buffer's value, mm.
float linear_depth(float d) {
    float n = view.depth_range.x, f = view.depth_range.y;
    return view.eye.w > 0.5 ? n + d * (f - n) : n * f / (f - d * (f - n));
}

// The object's point at a sample and depth; z = 1 and no origin: the ray's direction.
vec3 to_object(vec3 q) {
    return view.camera[0].xyz * q.x + view.camera[1].xyz * q.y + view.camera[2].xyz * q.z;
}
vec2 sample_pixel(ivec2 at) {
    float s = float(view.size.z);
    return (vec2(at) + 0.5 - (view.size.z == 2u ? 0.5 : 0.0)) / s;
}
vec3 sample_point(ivec2 at, float z) {
    vec2 uv = (sample_pixel(at) - view.intrinsics.zw) / view.intrinsics.xy;
    vec3 q = view.eye.w > 0.5 ? vec3(uv, z) : vec3(uv * z, z);
    vec3 t = vec3(view.camera[0].w, view.camera[1].w, view.camera[2].w);
    return to_object(q - t);
}
vec3 sample_ray(ivec2 at) {
    vec2 uv = (sample_pixel(at) - view.intrinsics.zw) / view.intrinsics.xy;
    return normalize(to_object(view.eye.w > 0.5 ? vec3(0.0, 0.0, 1.0) : vec3(uv, 1.0)));
}

// Shading is done for a list of samples, not for each pixel: CPU drivers run all lanes of a branch, so
// what needs no light must not be in the list at all. WORK_USE: the qualifier of the buffer.
#ifdef WORK_USE
layout(set = 0, binding = 11, std430) WORK_USE buffer WorkBlock {
    uint n_middle; // items of pixels' middle samples
    uint n_others;
    uint n_edges; // pixels whose samples differ
    uint pad;
    uint data[]; // a pixel: a record, a rest, 2 of items, an edge
} work;

// Every access costs a CPU driver a loop over lanes: words are packed, and few.
uint pixel_count() { return view.size.x * view.size.y; }
// Item of the middle sample (24 bits) or NOTHING, whether samples differ (1), cover of an outline (7).
uint record_at(uint pixel) { return pixel; }
// Where samples differ: first other item (24 bits), their number (2), sixteenths of background (5).
uint rest_at(uint pixel) { return pixel_count() + pixel; }
// To shade: sample x (14 bits), y (14); shaded: square roots of red (10), green (10), blue (8). Then
// sixteenths of weight less one (4). Middles first, others from pixel_count() on.
uint item_at(uint item) { return 2u * pixel_count() + item; }
uint edge_at(uint edge) { return 4u * pixel_count() + edge; }
const uint NOTHING = 0xffffffu;
#endif

// The middle sample of a pixel.
ivec2 middle_of(uvec2 pixel) { return ivec2(pixel * view.size.z) + (view.size.z == 2u ? 1 : 0); }
uint item_pack(ivec2 at, uint weight) { return uint(at.x) | uint(at.y) << 14 | (weight - 1u) << 28; }

// The j-th sample around the middle: its place, and sixteenths of a tent filter.
ivec2 tent_offset(int j) { return (ivec2(j % 3, j / 3) - 1) * int(view.size.z - 1u); }
uint tent_weight(int j) { return (j % 3 == 1 ? 2u : 1u) * (j / 3 == 1 ? 2u : 1u); }
const float SAME = 0.965; // cosine between normals that share a shaded sample
