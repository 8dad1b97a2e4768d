// SPDX-License-Identifier: Apache-2.0
// trees FILE [COUNT]: writes that many random trees (tests/unit/mesh/trees.h) of all kinds with our
// results, to be evaluated by another kernel too (tests/npm/trees.mjs). The label is the kind.
#include "tests/bench/csg_file.h"
#include "tests/unit/mesh/trees.h"

// All leaves of b in turn, none twice.
static u32 chain_leaves(Random *r, Builder *b) {
    u32 node = 0, n = b->leaves.len; // leaves are the first nodes
    for (u32 l = 1; l < n; l++)
        node = build_pair(b, (CsgOp)(CSG_UNION + (int)pick(r, 3)), node, l);
    return node;
}

int main(int argc, char **argv) {
    // Shares in a hundred. Freely turned operands have nothing in common: there all must agree.
    static const u8 shares[] = {
        [KIND_BOXES] = 8,  [KIND_TETRAS] = 13, [KIND_ROTATED] = 6, [KIND_ULPS] = 5,
        [KIND_MIXED] = 10, [KIND_SPHERES] = 8, [KIND_VOXELS] = 8,  [KIND_TILTED] = 5,
        [KIND_FREE] = 25,  [KIND_OFFSETS] = 2, [KIND_FLUSH] = 6,   [KIND_PEGS] = 4};
    u32 n = argc > 2 ? (u32)strtoul(argv[2], NULL, 10) : 500;
    if (argc < 2 || argv[1][0] == '-' || !n) {
        fputs("usage: trees FILE [COUNT]\n", stderr);
        return 2;
    }
    FILE *f = fopen(argv[1], "wb");
    if (!f) {
        perror(argv[1]);
        return 2;
    }
    bool ok = true;
    for (u32 i = 0; i < n; i++) {
        u32 kind = 0;
        for (u32 share = (i * 37) % 100; share >= shares[kind]; kind++)
            share -= shares[kind];
        Heap heap;
        heap_init(&heap, 0);
        Random r;
        Builder b = {.heap = &heap};
        u32 root = seeded_tree(77000 + i, (Kind)kind, &r, &b);
        if (kind == KIND_FREE && i % 4)
            root = chain_leaves(&r, &b);
        Mesh out;
        Status status = build_run(&b, root, &out, NULL);
        ok = csg_write(f, &b, root, kind, csg_result_of(&heap, status, &out, 0)) && ok;
        heap_finish(&heap);
    }
    return fclose(f) || !ok;
}
