#version 460
// SPDX-License-Identifier: Apache-2.0
// Which samples of a pixel must be shaded: those that show the same draw with nearly the same normal share
// one. Where 2 x 2 samples a pixel are taken, the grid is laid so that one lies at the pixel's middle;
// colour is averaged over the 3 x 3 around it with a tent filter, in sixteenths.
#extension GL_GOOGLE_include_directive : require
#define WORK_USE
#include "common.glsl"

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 5) uniform usampler2D samples; // opaque: draw + 1, normal

const uint MOST = 4u;

void main() {
    uvec2 pixel = gl_GlobalInvocationID.xy;
    if (pixel.x >= view.size.x || pixel.y >= view.size.y)
        return;
    ivec2 middle = middle_of(pixel);
    uint ids[4] = uint[](0u, 0u, 0u, 0u);
    vec3 normals[4] = vec3[](vec3(0.0), vec3(0.0), vec3(0.0), vec3(0.0));
    ivec2 places[4] = ivec2[](middle, middle, middle, middle);
    uint weights[4] = uint[](0u, 0u, 0u, 0u);
    uint n = 0u;
    for (int k = 0; k < (view.size.z == 2u ? 9 : 1); k++) {
        int j = k == 0 ? 4 : k <= 4 ? k - 1 : k; // the middle first
        ivec2 o = ivec2(j % 3, j / 3) - 1;
        uint w = view.size.z == 2u ? (o.x == 0 ? 2u : 1u) * (o.y == 0 ? 2u : 1u) : 16u;
        uvec2 id = texelFetch(samples, middle + o * int(view.size.z - 1u), 0).xy;
        vec3 normal = id.x == 0u ? vec3(0.0, 0.0, 1.0) : oct_unpack(unpackSnorm2x16(id.y));
        uint at = n;
        for (uint g = 0u; g < MOST; g++)
            at = g < n && at == n && ids[g] == id.x && dot(normals[g], normal) > 0.965 ? g : at;
        if (at == n) {
            at = min(n, MOST - 1u); // no room: the last group takes it
            if (n < MOST) {
                ids[at] = id.x;
                normals[at] = normal;
                places[at] = middle + o * int(view.size.z - 1u);
                n++;
            }
        }
        weights[at] += w;
    }
    // Background that the floor's shadow can't reach needs no light.
    uint plain = 0u, n_others = 0u;
    bool keep[4];
    for (uint g = 0u; g < MOST; g++) {
        vec3 p;
        bool is_plain = ids[g] == 0u && floor_hit(places[g], p).y <= 0.0;
        keep[g] = weights[g] > 0u && !is_plain;
        plain += is_plain ? weights[g] : 0u;
        n_others += g > 0u && keep[g] ? 1u : 0u;
    }
    uint first = n_others > 0u ? atomicAdd(work.n_others, n_others) : 0u;
    if (first + n_others > pixel_count()) { // no room in the list: the middle stands for all
        weights[0] = 16u - plain;
        n_others = 0u;
    }
    uint item = NOTHING;
    if (keep[0]) {
        item = atomicAdd(work.n_middle, 1u);
        work.data[item_at(item)] = uint(places[0].x) | uint(places[0].y) << 14 | (weights[0] - 1u) << 28;
    }
    uint to = pixel_count() + first, at = record_at(pixel.y * view.size.x + pixel.x);
    for (uint g = 1u; g < MOST; g++) {
        if (keep[g] && n_others > 0u) {
            work.data[item_at(to)] = uint(places[g].x) | uint(places[g].y) << 14 | (weights[g] - 1u) << 28;
            to++;
        }
    }
    work.data[at] = item;
    work.data[at + 1u] = first | n_others << 24 | plain << 26;
}
