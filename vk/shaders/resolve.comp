#version 460
// SPDX-License-Identifier: Apache-2.0
// One pixel: its shaded samples are averaged in linear light over the backdrop, glass and outlines come
// on top. Ids, depth and normal are those of the sample at the pixel's middle alone.
#extension GL_GOOGLE_include_directive : require
#define WORK_USE readonly
#include "common.glsl"

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 7) uniform sampler2D glass;          // premultiplied
layout(set = 0, binding = 8, std430) writeonly buffer PixelBlock { uvec4 pixels[]; };
layout(set = 0, binding = 9) uniform usampler2D front_samples; // glass included
layout(set = 0, binding = 10) uniform sampler2D front_depths;

uint instance_of(uint id) { return id == 0u ? 0u : draws[id - 1u].instance + 1u; }

// How much of the pixel an outline covers: neighbours around the pixel that show another instance, or
// the same one much farther away.
float outline(ivec2 at, ivec2 last) {
    int s = int(view.size.z);
    uint self = instance_of(texelFetch(front_samples, at, 0).x);
    float z = linear_depth(texelFetch(front_depths, at, 0).x);
    float limit = view.center.w * 0.02;
    float sum = 0.0;
    for (int k = 0; k < 8; k++) {
        int j = k < 4 ? k : k + 1;
        ivec2 q = clamp(at + (ivec2(j % 3, j / 3) - 1) * s, ivec2(0), last);
        uint other = instance_of(texelFetch(front_samples, q, 0).x);
        float dz = linear_depth(texelFetch(front_depths, q, 0).x) - z;
        float w = k == 1 || k == 3 || k == 4 || k == 6 ? 1.0 : 0.5;
        if (other != self)
            sum += dz > 0.0 || self == 0u ? w : 0.35 * w;
        else if (self != 0u && dz > limit)
            sum += 0.6 * w;
    }
    return clamp(sum / 3.0, 0.0, 1.0);
}

vec3 encode(vec3 c) { // sRGB, IEC 61966-2-1
    c = clamp(c, 0.0, 1.0);
    return mix(c * 12.92, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, greaterThan(c, vec3(0.0031308)));
}

// Premultiplied; alpha 0: transparent.
vec4 backdrop(uvec2 pixel) {
    float studio = view.background.a > 1.5 ? mix(1.0, 0.93, float(pixel.y) / float(view.size.y)) : 1.0;
    return vec4(view.background.rgb * studio, 1.0) * (view.background.a > 0.5 ? 1.0 : 0.0);
}

// A shaded sample over the backdrop. A floor sample is a veil: black, of some opacity.
vec4 result(uint item, vec4 behind) {
    vec4 c = vec4(unpackHalf2x16(work.data[result_at(item)]), unpackHalf2x16(work.data[result_at(item) + 1u]));
    return vec4(c.rgb * c.a, c.a) + behind * (1.0 - c.a);
}

vec4 glass_over(ivec2 middle) {
    if ((view.flags.x & 8u) == 0u)
        return vec4(0.0);
    vec4 sum = vec4(0.0);
    int reach = view.size.z == 2u ? 1 : 0;
    for (int y = -reach; y <= reach; y++)
        for (int x = -reach; x <= reach; x++) {
            float w = reach == 0 ? 1.0 : (x == 0 ? 0.5 : 0.25) * (y == 0 ? 0.5 : 0.25);
            sum += w * texelFetch(glass, middle + ivec2(x, y), 0);
        }
    return vec4(min(sum.rgb, vec3(1.0)), sum.a);
}

void main() {
    uvec2 pixel = gl_GlobalInvocationID.xy;
    if (pixel.x >= view.size.x || pixel.y >= view.size.y)
        return;
    ivec2 middle = middle_of(pixel);
    uint index = pixel.y * view.size.x + pixel.x;
    uint item = work.data[record_at(index)], rest = work.data[record_at(index) + 1u];
    vec4 behind = backdrop(pixel);
    vec4 sum = behind * float(rest >> 26) / 16.0;
    uint first = pixel_count() + (rest & 0xffffffu), n = rest >> 24 & 3u;
    for (uint k = 0u; k <= n; k++) {
        uint from = k == 0u ? item : first + k - 1u;
        uint safe = from == NOTHING ? 0u : from;
        float w = float((work.data[item_at(safe)] >> 28) + 1u) / 16.0;
        vec4 c = result(safe, behind) * w;
        sum += from == NOTHING ? vec4(0.0) : c;
    }
    vec4 over = glass_over(middle);
    sum = over + sum * (1.0 - over.a);
    if ((view.flags.x & 4u) != 0u) {
        float line = outline(middle, ivec2(view.size.xy * view.size.z) - (view.size.z == 2u ? 0 : 1)) * 0.62;
        sum = vec4(sum.rgb * (1.0 - line) + vec3(0.02) * line, sum.a + (1.0 - sum.a) * line);
    }
    vec3 rgb = sum.rgb / max(sum.a, 1e-6);
    uvec2 id = texelFetch(front_samples, middle, 0).xy;
    Draw d = draws[id.x == 0u ? 0u : id.x - 1u];
    float z = linear_depth(texelFetch(front_depths, middle, 0).x);
    uvec4 shown = uvec4(0u, (d.part + 1u) << 16 | (d.instance + 1u), floatBitsToUint(z), id.y);
    shown = id.x == 0u ? uvec4(0u) : shown;
    shown.x = packUnorm4x8(vec4(encode(rgb), sum.a));
    pixels[index] = shown;
}
