#version 460
// SPDX-License-Identifier: Apache-2.0
// Pixels at edges: their samples are put into at most four groups that show the same draw with nearly the
// same normal, and each group is listed for shading once. Also how much of the pixel an outline covers.
#extension GL_GOOGLE_include_directive : require
#define WORK_USE
#include "common.glsl"

layout(local_size_x = 64) in;
layout(set = 0, binding = 5) uniform usampler2D samples;
layout(set = 0, binding = 9) uniform usampler2D front_samples; // glass included
layout(set = 0, binding = 10) uniform sampler2D front_depths;

const uint MOST = 4u;

uint instance_of(uint id) { return id == 0u ? 0u : (draws[id - 1u].surface & 0xffffu) + 1u; }

void split(uint index) {
    ivec2 middle = middle_of(uvec2(index % view.size.x, index / view.size.x));
    uint ids[4] = uint[](0u, 0u, 0u, 0u);
    vec3 normals[4] = vec3[](vec3(0.0), vec3(0.0), vec3(0.0), vec3(0.0));
    ivec2 places[4] = ivec2[](middle, middle, middle, middle);
    uint weights[4] = uint[](0u, 0u, 0u, 0u);
    uint n = 0u, same = 0u, near = 0u;
    uint self = 0u;
    float depth = 0.0, step_limit = view.center.w * 0.012;
    for (int k = 0; k < 9; k++) {
        int j = k == 0 ? 4 : k <= 4 ? k - 1 : k; // the middle first
        ivec2 place = middle + tent_offset(j);
        uint w = tent_weight(j);
        uvec2 id = texelFetch(samples, place, 0).xy;
        float z = linear_depth(texelFetch(front_depths, place, 0).x);
        vec3 normal = id.x == 0u ? vec3(0.0, 0.0, 1.0) : oct_unpack(unpackSnorm2x16(id.y));
        uint instance = instance_of(texelFetch(front_samples, place, 0).x);
        self = k == 0 ? instance : self;
        depth = k == 0 ? z : depth;
        same += instance == self ? w : 0u;
        near += instance == self && abs(z - depth) > step_limit ? w : 0u;
        uint at = n;
        for (uint g = 0u; g < MOST; g++)
            at = g < n && at == n && ids[g] == id.x && dot(normals[g], normal) > SAME ? g : at;
        at = min(at, MOST - 1u); // no room: the last group takes it
        if (at == n) {
            ids[at] = id.x;
            normals[at] = normal;
            places[at] = place;
            n++;
        }
        weights[at] += w;
    }
    uint plain = 0u, n_others = 0u;
    for (uint g = 0u; g < MOST; g++) {
        plain += ids[g] == 0u ? weights[g] : 0u;
        n_others += g > 0u && ids[g] != 0u && weights[g] > 0u ? 1u : 0u;
    }
    // All lanes count, some by nothing: cheaper than a branch where lanes are masked anyway.
    bool has_middle = ids[0] != 0u;
    uint first = atomicAdd(work.n_others, n_others), place = atomicAdd(work.n_middle, has_middle ? 1u : 0u);
    first = min(first, NOTHING);
    if (first + n_others > pixel_count()) { // no room in the list: the middle stands for all
        n_others = 0u;
        weights[0] = 16u - plain;
    }
    uint item = has_middle ? place : NOTHING;
    if (has_middle)
        work.data[item_at(place)] = item_pack(places[0], weights[0]);
    uint to = pixel_count() + first;
    for (uint g = 1u; g < MOST; g++) {
        if (ids[g] != 0u && weights[g] > 0u && n_others > 0u) {
            work.data[item_at(to)] = item_pack(places[g], weights[g]);
            to++;
        }
    }
    // An edge through the pixel's middle: a full line. Within one instance: a fainter one, at steps of depth.
    float f = float(same) / 16.0, g = float(near) / 16.0;
    uint line = uint(127.0 * min(1.0, 4.4 * f * (1.0 - f) + 2.4 * g * (1.0 - g)) + 0.5);
    work.data[record_at(index)] = item | 1u << 24 | line << 25;
    work.data[rest_at(index)] = first | n_others << 24 | plain << 26;
}

void main() {
    uint step = gl_NumWorkGroups.x * 64u, total = work.n_edges;
    for (uint i = gl_GlobalInvocationID.x; i < total; i += step)
        split(work.data[edge_at(i)]);
}
