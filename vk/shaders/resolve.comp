#version 460
// SPDX-License-Identifier: Apache-2.0
// One pixel: its shaded samples are averaged in linear light over the backdrop, glass and outlines come
// on top. Ids, depth and normal are those of the sample at the pixel's middle alone.
#extension GL_GOOGLE_include_directive : require
#define WORK_USE readonly
#include "common.glsl"

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 7) uniform sampler2D glass;          // premultiplied
layout(set = 0, binding = 2, std430) writeonly buffer PixelBlock { uvec4 pixels[]; };
layout(set = 0, binding = 9) uniform usampler2D front_samples; // glass included
layout(set = 0, binding = 10) uniform sampler2D front_depths;
layout(set = 0, binding = 8) uniform sampler2D floor_map;

vec3 encode(vec3 c) { // sRGB, IEC 61966-2-1
    c = clamp(c, 0.0, 1.0);
    return mix(c * 12.92, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, greaterThan(c, vec3(0.0031308)));
}

// The studio: a white floor that fades into the backdrop, darkened around the object. Premultiplied;
// over a transparent ground the shadow is a black veil.
vec4 backdrop(uvec2 pixel) {
    ivec2 at = middle_of(pixel);
    vec3 ray = sample_ray(at), origin = sample_point(at, view.depth_range.x);
    float t = (view.depth_range.z - origin.z) / min(ray.z, -1e-4);
    vec2 p = (origin.xy + ray.xy * t - view.center.xy) / view.depth_range.w;
    bool seen = (view.flags.x & 2u) != 0u && ray.z < -0.02 && max(abs(p.x), abs(p.y)) < 1.0;
    float dark = texture(floor_map, clamp(p, -1.0, 1.0) * 0.5 + 0.5).r * (seen ? smoothstep(0.02, 0.16, -ray.z) : 0.0);
    float up = max(1.0 - float(pixel.y) / (0.75 * float(view.size.y)), 0.0);
    float studio = view.background.a > 1.5 ? 1.0 - 0.17 * up * up : 1.0;
    bool clear = view.background.a < 0.5;
    return clear ? vec4(0.0, 0.0, 0.0, dark * 0.8) : vec4(view.background.rgb * studio * (1.0 - dark), 1.0);
}

// A shaded sample's share of the pixel.
vec4 weighted(uint item) {
    uint c = work.data[item_at(item == NOTHING ? 0u : item)];
    vec3 root = vec3(c & 1023u, c >> 10 & 1023u, c >> 20 & 255u) / vec3(1023.0, 1023.0, 255.0);
    return vec4(root * root, 1.0) * (item == NOTHING ? 0.0 : float((c >> 28) + 1u) / 16.0);
}

vec4 glass_over(ivec2 middle) {
    vec4 sum = vec4(0.0);
    for (int j = 0; j < ((view.flags.x & 8u) != 0u ? 9 : 0); j++)
        sum += float(tent_weight(j)) / 16.0 * texelFetch(glass, middle + tent_offset(j), 0);
    return vec4(min(sum.rgb, vec3(1.0)), sum.a);
}

void main() {
    uvec2 pixel = gl_GlobalInvocationID.xy;
    if (pixel.x >= view.size.x || pixel.y >= view.size.y)
        return;
    ivec2 middle = middle_of(pixel);
    uint index = pixel.y * view.size.x + pixel.x;
    uint record = work.data[record_at(index)], rest = work.data[rest_at(index)], item = record & NOTHING;
    bool is_edge = (record >> 24 & 1u) != 0u;
    rest = is_edge ? rest : item == NOTHING ? 16u << 26 : 0u;
    vec4 sum = backdrop(pixel) * float(rest >> 26) / 16.0;
    uint first = pixel_count() + (rest & 0xffffffu), n = rest >> 24 & 3u;
    sum += weighted(item);
    for (uint k = 0u; k < n; k++) // (not do-while: llvmpipe 22.3 goes on changing lanes that have left one)
        sum += weighted(first + k);
    vec4 over = glass_over(middle);
    sum = over + sum * (1.0 - over.a);
    float line = (view.flags.x & 4u) != 0u ? float(record >> 25) / 127.0 * float(view.flags.y) / 255.0 : 0.0;
    sum = vec4(sum.rgb * (1.0 - line) + vec3(0.015) * line, sum.a + (1.0 - sum.a) * line);
    vec3 rgb = sum.rgb / max(sum.a, 1e-6);
    uvec2 id = texelFetch(front_samples, middle, 0).xy;
    float z = linear_depth(texelFetch(front_depths, middle, 0).x);
    uvec4 shown = uvec4(0u, id.x, floatBitsToUint(z), id.y);
    shown = id.x == 0u ? uvec4(0u) : shown;
    shown.x = packUnorm4x8(vec4(encode(rgb), sum.a));
    pixels[index] = shown;
}
