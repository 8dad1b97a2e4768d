// SPDX-License-Identifier: Apache-2.0
// manifold FILE: evaluates the expression that tests/bench/csg_file.h wrote with native Manifold and prints
// one line of JSON: median times of evaluation, operands being ready, the time to make operands, and the
// memory that one evaluation takes beyond its operands. tests/bench/kernel.py compiles it against an
// installed Manifold.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include <time.h>

#include "manifold/manifold.h"

using manifold::Manifold;

static double cpu_ms() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
static double wall_ms() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
static double memory_kib(const char *name) {
    char line[200];
    double kib = 0;
    if (FILE *f = std::fopen("/proc/self/status", "r")) {
        while (std::fgets(line, sizeof line, f))
            if (!std::strncmp(line, name, std::strlen(name)))
                kib = std::strtod(line + std::strlen(name) + 1, nullptr);
        std::fclose(f);
    }
    return kib;
}

struct Node {
    uint32_t op, first, len;
};

static const unsigned char *at;
template <typename T> static T take() {
    T value;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
}

static std::vector<Manifold> leaves;
static std::vector<Node> nodes;
static std::vector<uint32_t> args;

static const Manifold &evaluate(uint32_t n, std::map<uint32_t, Manifold> &made) {
    auto known = made.find(n);
    if (known != made.end())
        return known->second;
    const Node node = nodes[n];
    if (node.op == 0)
        return made.emplace(n, leaves[node.first]).first->second;
    std::vector<Manifold> operands;
    for (uint32_t i = 0; i < node.len; i++)
        operands.push_back(evaluate(args[node.first + i], made));
    const manifold::OpType ops[4] = {manifold::OpType::Add, manifold::OpType::Add,
                                     manifold::OpType::Intersect, manifold::OpType::Subtract};
    return made.emplace(n, Manifold::BatchBoolean(operands, ops[node.op])).first->second;
}

int main(int argc, char **argv) {
    FILE *f = argc > 1 ? std::fopen(argv[1], "rb") : nullptr;
    if (!f)
        return 2;
    std::vector<unsigned char> bytes;
    std::fseek(f, 0, SEEK_END);
    bytes.resize(std::ftell(f));
    std::rewind(f);
    if (std::fread(bytes.data(), 1, bytes.size(), f) != bytes.size())
        return 2;
    std::fclose(f);
    at = bytes.data();
    uint32_t head[8];
    for (uint32_t &word : head)
        word = take<uint32_t>();
    if (head[0] != 0x31475343)
        return 2;
    std::vector<manifold::MeshGL64> meshes(head[1]);
    for (manifold::MeshGL64 &mesh : meshes) {
        const uint32_t n_verts = take<uint32_t>(), n_tris = take<uint32_t>();
        mesh.numProp = 3;
        for (uint32_t i = 0; i < 3 * n_verts; i++)
            mesh.vertProperties.push_back(take<double>());
        for (uint32_t i = 0; i < 3 * n_tris; i++)
            mesh.triVerts.push_back(take<uint32_t>());
    }
    double start = cpu_ms();
    std::vector<Manifold> solids;
    for (const manifold::MeshGL64 &mesh : meshes)
        solids.emplace_back(mesh);
    size_t n_in = 0;
    for (uint32_t l = 0; l < head[2]; l++) {
        const uint32_t mesh = take<uint32_t>();
        take<uint32_t>();
        double m[12];
        for (double &x : m)
            x = take<double>();
        leaves.push_back(solids[mesh].Transform({{m[0], m[3], m[6]},
                                                 {m[1], m[4], m[7]},
                                                 {m[2], m[5], m[8]},
                                                 {m[9], m[10], m[11]}}));
        n_in += leaves.back().NumTri(); // computed now
    }
    const double make_ms = cpu_ms() - start;
    for (uint32_t n = 0; n < head[3]; n++) {
        const uint32_t op = take<uint32_t>(), first = take<uint32_t>(), len = take<uint32_t>();
        nodes.push_back({op, first, len});
    }
    for (uint32_t i = 0; i < head[4]; i++)
        args.push_back(take<uint32_t>());

    std::vector<double> cpu, wall;
    double total = 0, memory = 0;
    Manifold result;
    while (cpu.size() < 3 || (cpu.size() < 101 && total < 500)) {
        result = Manifold();
        const double before = memory_kib("VmRSS");
        if (FILE *peak = std::fopen("/proc/self/clear_refs", "w")) {
            std::fputs("5", peak);
            std::fclose(peak);
        }
        std::map<uint32_t, Manifold> made;
        const double cpu0 = cpu_ms(), wall0 = wall_ms();
        result = evaluate(head[5], made);
        result.NumTri();
        cpu.push_back(cpu_ms() - cpu0);
        wall.push_back(wall_ms() - wall0);
        if (cpu.size() == 1)
            memory = memory_kib("VmHWM") - before;
        total += cpu.back();
        if (total > 8000)
            break;
    }
    std::sort(cpu.begin(), cpu.end());
    std::sort(wall.begin(), wall.end());
    const int n_components = (int)result.Decompose().size();
    // Their genus is of all pieces at once: 1 - (V - E + F) / 2; ours adds the pieces' own.
    std::printf("{\"status\": %d, \"in\": %zu, \"out\": %zu, \"components\": %d, \"genus\": %d, "
                "\"volume\": %.12g, \"area\": %.12g, \"cpu_ms\": %.4f, \"wall_ms\": %.4f, "
                "\"make_ms\": %.4f, \"memory_mb\": %.1f, \"runs\": %zu}\n",
                (int)result.Status(), n_in, result.NumTri(), n_components,
                result.IsEmpty() ? 0 : result.Genus() - 1 + n_components, result.Volume(),
                result.SurfaceArea(), cpu[cpu.size() / 2], wall[wall.size() / 2], make_ms,
                memory / 1024, cpu.size());
}
