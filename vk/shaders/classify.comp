#version 460
// SPDX-License-Identifier: Apache-2.0
// Pixels all of whose samples show one draw and nearly one normal are listed for shading once; the rest go
// to split.comp. Where 2 x 2 samples a pixel are taken, the grid is laid so that one lies at the pixel's
// middle, and a pixel sees the 3 x 3 around it.
#extension GL_GOOGLE_include_directive : require
#define WORK_USE
#include "common.glsl"

layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 5) uniform usampler2D samples; // opaque: draw + 1, normal
layout(set = 0, binding = 9) uniform usampler2D front_samples; // glass included

void main() {
    uvec2 pixel = gl_GlobalInvocationID.xy;
    if (pixel.x >= view.size.x || pixel.y >= view.size.y)
        return;
    ivec2 middle = middle_of(pixel);
    uvec2 self = texelFetch(samples, middle, 0).xy;
    vec3 normal = oct_unpack(unpackSnorm2x16(self.y));
    uint unlike = 0u; // no short cuts: a branch costs more than it saves here
    for (int j = 0; j < 9; j++) {
        uvec2 other = texelFetch(samples, middle + tent_offset(j), 0).xy;
        float likeness = self.x == 0u ? 1.0 : dot(oct_unpack(unpackSnorm2x16(other.y)), normal);
        unlike |= (other.x ^ self.x) | uint(likeness <= SAME);
    }
    uint front = texelFetch(front_samples, middle, 0).x;
    for (int j = 0; j < ((view.flags.x & 8u) != 0u ? 9 : 0); j++) // outlines of glass
        unlike |= texelFetch(front_samples, middle + tent_offset(j), 0).x ^ front;
    bool differs = unlike != 0u;
    uint index = pixel.y * view.size.x + pixel.x, item = NOTHING;
    // All lanes count, some by nothing: cheaper than a branch where lanes are masked anyway.
    bool alone = !differs && self.x != 0u;
    uint edge = atomicAdd(work.n_edges, differs ? 1u : 0u), place = atomicAdd(work.n_middle, alone ? 1u : 0u);
    if (differs)
        work.data[edge_at(edge)] = index;
    if (alone)
        work.data[item_at(place)] = item_pack(middle, 16u);
    item = alone ? place : NOTHING;
    work.data[record_at(index)] = item | (differs ? 1u << 24 : 0u);
}
