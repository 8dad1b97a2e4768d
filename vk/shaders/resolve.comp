#version 460
// SPDX-License-Identifier: Apache-2.0
// One pixel: its samples are grouped by what they show, each group is shaded once, and the groups are
// averaged in linear light with a tent filter. Where 2 x 2 samples a pixel are taken, the grid is laid so
// that one lies at the pixel's centre: ids, depth and normal come from that one alone.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "light.glsl"

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 5) uniform usampler2D samples;   // opaque: draw + 1, normal
layout(set = 0, binding = 6) uniform sampler2D depths;
layout(set = 0, binding = 7) uniform sampler2D glass;      // premultiplied
layout(set = 0, binding = 8, std430) writeonly buffer PixelBlock { uvec4 pixels[]; };
layout(set = 0, binding = 9) uniform usampler2D front_samples; // glass included
layout(set = 0, binding = 10) uniform sampler2D front_depths;

// Depth along z of a depth buffer's value, mm.
float linear_depth(float d) {
    float n = view.depth_range.x, f = view.depth_range.y;
    return view.eye.w > 0.5 ? n + d * (f - n) : n * f / (f - d * (f - n));
}

// The object's point at a sample and depth; z = 1 and no origin: the ray's direction.
vec3 to_object(vec3 q) {
    return vec3(view.camera[0].x, view.camera[1].x, view.camera[2].x) * q.x +
           vec3(view.camera[0].y, view.camera[1].y, view.camera[2].y) * q.y +
           vec3(view.camera[0].z, view.camera[1].z, view.camera[2].z) * q.z;
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

// The studio behind the object: a white floor that fades into the backdrop.
vec4 backdrop(ivec2 at) {
    vec3 base = view.background.rgb;
    vec4 plain = vec4(base, view.background.a > 0.5 ? 1.0 : 0.0);
    if (view.background.a > 1.5) {
        float y = float(at.y) / float(view.size.y * view.size.z);
        plain.rgb *= mix(1.0, 0.93, y);
    }
    if ((view.flags.x & 2u) == 0u)
        return plain;
    vec3 ray = sample_ray(at);
    if (ray.z > -0.02)
        return plain;
    vec3 origin = sample_point(at, view.depth_range.x);
    float t = (view.depth_range.z - origin.z) / ray.z;
    vec3 p = origin + ray * t;
    float away = length(p.xy - view.center.xy) / view.depth_range.w;
    float fade = 1.0 - smoothstep(0.55, 1.0, away);
    if (fade <= 0.0)
        return plain;
    vec3 n = vec3(0.0, 0.0, 1.0);
    float dark = (1.0 - shadow_light(p, n)) * 0.34 + (1.0 - occlusion(p, n)) * 0.52;
    dark = min(dark, 0.8) * fade * smoothstep(0.02, 0.16, -ray.z);
    // The shadow is a darker floor; over a transparent ground, a black veil.
    return view.background.a > 0.5 ? vec4(plain.rgb * (1.0 - dark), 1.0) : vec4(0.0, 0.0, 0.0, dark * 0.8);
}

float edge_weight(uint a, uint b) { return a == b ? 0.0 : 1.0; }

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

void main() {
    uvec2 at = gl_GlobalInvocationID.xy;
    if (at.x >= view.size.x || at.y >= view.size.y)
        return;
    int s = int(view.size.z);
    ivec2 last = textureSize(samples, 0) - 1;
    last = min(last, ivec2(view.size.xy) * s - (s == 2 ? 0 : 1));
    ivec2 middle = ivec2(at) * s + (s == 2 ? 1 : 0);
    int reach = s == 2 ? 1 : 0;

    vec4 sum = vec4(0.0); // premultiplied
    // Groups of samples already shaded: what they show, and how it looked.
    uint ids[4];
    vec3 normals[4];
    vec4 colors[4];
    int n_groups = 0;
    for (int k = 0; k < 9; k++) {
        int j = k == 0 ? 4 : k <= 4 ? k - 1 : k; // the middle first
        ivec2 o = ivec2(j % 3, j / 3) - 1;
        if (max(abs(o.x), abs(o.y)) > reach)
            continue;
        float w = s == 2 ? (o.x == 0 ? 0.5 : 0.25) * (o.y == 0 ? 0.5 : 0.25) : 1.0;
        ivec2 q = clamp(middle + o, ivec2(0), last);
        uvec2 id = texelFetch(samples, q, 0).xy;
        vec3 n = id.x == 0u ? vec3(0.0) : oct_unpack(unpackSnorm2x16(id.y));
        int g = 0;
        while (g < n_groups && !(ids[g] == id.x && (id.x == 0u || dot(normals[g], n) > 0.97)))
            g++;
        vec4 c;
        if (g < n_groups) {
            c = colors[g];
        } else {
            if (id.x == 0u) {
                c = backdrop(q);
            } else {
                vec3 p = sample_point(q, linear_depth(texelFetch(depths, q, 0).x));
                vec3 v = view.eye.w > 0.5 ? -view.camera[2].xyz : normalize(view.eye.xyz - p);
                if (dot(n, v) < 0.0) // an interpolated normal may point away at the rim
                    n = normalize(n - v * dot(n, v) * 1.02);
                c = vec4(tone(shade(id.x - 1u, p, n, v)), 1.0);
            }
            if (n_groups < 4) {
                ids[n_groups] = id.x;
                normals[n_groups] = n;
                colors[n_groups] = c;
                n_groups++;
            }
        }
        if ((view.flags.x & 8u) != 0u) {
            vec4 over = texelFetch(glass, q, 0);
            over.rgb = tone(over.rgb);
            c = vec4(over.rgb + c.rgb * c.a * (1.0 - over.a), over.a + c.a * (1.0 - over.a));
        } else {
            c.rgb *= c.a;
        }
        sum += w * c;
    }
    uint id = texelFetch(front_samples, middle, 0).x;
    if ((view.flags.x & 4u) != 0u) {
        float line = outline(middle, last) * 0.62;
        sum = vec4(mix(sum.rgb, vec3(0.02) * 1.0, line), sum.a + (1.0 - sum.a) * line);
    }
    vec3 rgb = sum.a > 0.0 ? sum.rgb / sum.a : vec3(0.0);
    uint color = packUnorm4x8(vec4(encode(rgb), sum.a));
    uint which = 0u, normal = 0u;
    float z = 0.0;
    if (id != 0u) {
        which = (draws[id - 1u].part + 1u) << 16 | (draws[id - 1u].instance + 1u);
        normal = texelFetch(front_samples, middle, 0).y;
        z = linear_depth(texelFetch(front_depths, middle, 0).x);
    }
    pixels[at.y * view.size.x + at.x] = uvec4(color, which, floatBitsToUint(z), normal);
}
