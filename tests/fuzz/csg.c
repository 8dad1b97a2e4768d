// SPDX-License-Identifier: Apache-2.0
// Fuzz target: any bytes name solids on a small grid, full of coincidences, operations on them and
// the kernel's options. Operands are boxes, tetrahedra, prisms, spheres, copies, results of the
// kernel itself, several solids in one mesh, and solids without volume; they may be mirrored,
// turned by rational angles or freely, moved by ulps or offsets, all tilted alike, or lie far away.
//
// Whatever the bytes, results must be closed; union and intersection of two nodes must add up to
// both; a node must hold the points that its expression holds; threads must not change a byte, and
// the other options not the solid.
#include "tests/unit/mesh/trees.h"

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);

enum { MOST_LEAVES = 12, MOST_OPS = 8, N_POINTS = 12 };

typedef struct Input {
    const u8 *at, *end;
    Builder b;
    f64 area; // of all operands
    f64 quantum;
} Input;

static u32 take(Input *in, u32 n) {
    return in->at < in->end ? *in->at++ % n : 0;
}
static Vec3 take_place(Input *in, u32 n) {
    f64 x = take(in, n), y = take(in, n), z = take(in, n);
    return vec3(x, y, z);
}
static void demand(bool ok) {
    if (!ok)
        abort();
}

// ---- operands ----

static Mesh evaluate(Input *in, u32 root, CsgOptions options) {
    Mesh out;
    CsgReport report;
    const Builder *b = &in->b;
    CsgExpr expr = {b->leaves.data, b->leaves.len, b->nodes.data, b->nodes.len,
                    b->args.data,   b->args.len,   root};
    // Nothing may be refused, not even what is all one point.
    demand(mesh_boolean(b->heap, &expr, options, &out, &report) == STATUS_OK);
    MeshFault fault = mesh_check(b->heap, &out).fault;
    demand(fault == MESH_OK || fault == MESH_INSIDE_OUT); // rounding a sliver may turn it
    demand(fault == MESH_OK || mesh_measure(&out).volume > -report.quantum * (1 + in->area));
    in->quantum = report.quantum;
    return out;
}

// *is_simple: it may be said of the mesh.
static Mesh take_solid(Input *in, bool *is_simple) {
    Heap *heap = in->b.heap;
    u32 n = in->b.leaves.len, sort = take(in, 10);
    *is_simple = true;
    if (sort >= 6 && n < 2)
        sort -= 6;
    Vec3 at = take_place(in, 5);
    if (sort < 2) { // perhaps flat, or a point
        Vec3 s = take_place(in, 4);
        *is_simple = s.x * s.y * s.z != 0;
        return solid_box(heap, at, vec3_add(at, s));
    }
    if (sort == 2) {
        Vec3 p = take_place(in, 5), q = take_place(in, 5), r = take_place(in, 5);
        *is_simple = vec3_dot(vec3_cross(vec3_sub(p, at), vec3_sub(q, at)), vec3_sub(r, at)) != 0;
        return solid_tetra(heap, at, p, q, r);
    }
    if (sort == 3) {
        u32 r = 1 + take(in, 2), high = 1 + take(in, 4), corners = 3 + take(in, 10);
        return solid_cylinder(heap, at.x, at.y, r, at.z, at.z + high, corners, take(in, 2));
    }
    if (sort < 6) {
        u32 r = 1 + take(in, 3), meridians = 3 + take(in, 14), bands = 2 + take(in, 8);
        return solid_sphere(heap, at, r, meridians, bands);
    }
    u32 a = take(in, n), b = take(in, n);
    const Mesh *first = in->b.leaves.data[a].mesh, *second = in->b.leaves.data[b].mesh;
    if (sort == 6) {
        *is_simple = in->b.leaves.data[a].is_simple;
        return *first;
    }
    if (sort == 7) {
        *is_simple = false;
        return solid_both(heap, *first, *second);
    }
    const Builder kept = in->b; // leaves are the first nodes
    Mesh out = evaluate(in, build_pair(&in->b, (CsgOp)(CSG_UNION + (int)take(in, 3)), a, b),
                        (CsgOptions){.n_threads = 1});
    in->b.nodes.len = kept.nodes.len;
    in->b.args.len = kept.args.len;
    return out;
}

static Affine3 take_map(Input *in) {
    static const f64 turns[4][2] = {{0, 1}, {-1, 0}, {0.6, 0.8}, {5.0 / 13, 12.0 / 13}};
    Affine3 map = affine3_identity();
    u32 sort = take(in, 12), axis = take(in, 3), i = (axis + 1) % 3, j = (axis + 2) % 3;
    if (sort == 1)
        map = affine3_move(vec3_sub(take_place(in, 5), vec3(2, 2, 2)));
    if (sort == 2)
        map.m[axis][axis] = -1;
    if (sort == 3) {
        const f64 *turn = turns[take(in, 4)];
        map.m[i][i] = map.m[j][j] = turn[0];
        map.m[i][j] = -turn[1];
        map.m[j][i] = turn[1];
    }
    if (sort == 4)
        map = affine3_rotate(vec3_unit(vec3_add(take_place(in, 5), vec3(1, 0, 0))),
                             take(in, 256) * (360.0 / 256));
    return map;
}

// Corners off by ulps of a tenth of their places, or by up to 1e-6.
static void take_noise(Input *in, Mesh *mesh) {
    u32 sort = take(in, 8);
    if (sort != 1 && sort != 2)
        return;
    Mesh noisy;
    mesh_copy(&noisy, in->b.heap, mesh);
    f64 step = ldexp(1, -20 - (int)take(in, 34));
    for (u32 v = 0; v < noisy.n_verts; v++)
        for (u32 i = 0; i < 3; i++) {
            f64 c = vec3_get(noisy.verts[v], i), by = take(in, 3) - 1.0;
            vec3_set(&noisy.verts[v], i, sort == 1 ? c * 0.1 * (1 + by * 0x1p-52) : c + by * step);
        }
    *mesh = noisy;
}

static void take_leaf(Input *in) {
    bool is_simple;
    Mesh mesh = take_solid(in, &is_simple);
    u32 n_before = mesh.n_tris ? mesh.n_tris : 1, labels = take(in, 4);
    if (mesh.n_tris && labels) { // faces alike, by threes, or all apart
        Mesh own;
        mesh_copy(&own, in->b.heap, &mesh);
        for (u32 t = 0; t < own.n_tris; t++)
            own.tags[t] = labels == 1 ? 1 : labels == 2 ? t % 3 : t;
        mesh = own;
    }
    const Vec3 *exact = mesh.verts;
    take_noise(in, &mesh);
    is_simple = is_simple && (mesh.verts == exact || n_before <= 12);
    build_leaf_at(&in->b, mesh, take_map(in), (u16)take(in, 3));
    in->b.leaves.data[in->b.leaves.len - 1].is_simple = is_simple && take(in, 2);
}

static void take_frame(Input *in) {
    Affine3 map = affine3_identity();
    u32 sort = take(in, 8);
    if (sort == 1)
        map = affine3_rotate(vec3_unit(vec3_add(take_place(in, 9), vec3(1, 0, 0))),
                             take(in, 256) * (360.0 / 256));
    if (sort == 2) // so far that doubles are coarser than the grid would be
        map = affine3_move(vec3(ldexp(1, 10 + (int)take(in, 24)), 0, -3e5));
    for (u32 l = 0; l < in->b.leaves.len; l++) {
        CsgLeaf *leaf = &in->b.leaves.data[l];
        leaf->map = affine3_mul(&map, &leaf->map);
        Mesh placed;
        mesh_copy(&placed, in->b.heap, leaf->mesh);
        mesh_transform(&placed, &leaf->map);
        in->area += mesh_measure(&placed).area;
    }
}

// ---- what must hold ----

static void demand_points(Input *in, u32 root, const Mesh *out) {
    const Builder *b = &in->b;
    Box3 box = box3_empty();
    for (u32 l = 0; l < b->leaves.len; l++)
        box = box3_join(box, mesh_bounds_in(b->leaves.data[l].mesh, &b->leaves.data[l].map));
    Affine3 same = affine3_identity();
    Random r = {root};
    for (u32 i = 0; i < N_POINTS; i++) {
        Vec3 size = box3_size(box), p = size;
        p.x = box.min.x + pick_unit(&r) * size.x;
        p.y = box.min.y + pick_unit(&r) * size.y;
        p.z = box.min.z + pick_unit(&r) * size.z;
        int winding[MOST_LEAVES], got;
        bool sure = in->quantum < 1e-5 && winding_at(out, &same, p, &got);
        for (u32 l = 0; sure && l < b->leaves.len; l++)
            sure = winding_at(b->leaves.data[l].mesh, &b->leaves.data[l].map, p, &winding[l]);
        demand(!sure || got == node_holds(b, root, winding));
    }
}

static bool is_near(const Input *in, f64 a, f64 b) {
    return fabs(a - b) <= in->quantum * (1 + 4 * in->area);
}

static void demand_laws(Input *in, u32 first, u32 second, CsgOptions options) {
    Mesh one = evaluate(in, first, (CsgOptions){.n_threads = 1}), other;
    demand_points(in, first, &one);
    other = evaluate(in, first, options);
    if (!options.keep_coplanar && options.burying == CSG_BURY)
        demand(same_mesh(&one, &other));
    f64 volume = mesh_measure(&one).volume;
    demand(is_near(in, volume, mesh_measure(&other).volume));
    f64 sum = volume;
    other = evaluate(in, second, options);
    sum += mesh_measure(&other).volume;
    for (u32 i = 0; i < 2; i++) {
        CsgOp op = i ? CSG_INTERSECTION : CSG_UNION;
        other = evaluate(in, build_pair(&in->b, op, first, second), options);
        sum -= mesh_measure(&other).volume;
    }
    demand(is_near(in, sum, 0));
}

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size) {
    Heap heap;
    heap_init(&heap, 512u << 20);
    if (HEAP_TRY(&heap)) {
        Input in = {.at = bytes, .end = bytes + size, .b = {.heap = &heap}};
        u32 flags = take(&in, 96);
        CsgOptions options = {.n_threads = 1 + flags % 4,
                              .split_finely = true,
                              .keep_coplanar = flags / 4 % 4 == 1,
                              .burying = (CsgBurying)(flags / 16 % 3)};
        for (u32 n = 2 + take(&in, MOST_LEAVES - 1); n > 0; n--)
            take_leaf(&in);
        take_frame(&in);
        Builder *b = &in.b;
        for (u32 n = take(&in, MOST_OPS + 1); n > 0; n--) {
            CsgOp op = (CsgOp)(CSG_UNION + (int)take(&in, 3));
            u32 args[MOST_LEAVES], len = take(&in, 6);
            bool is_of_leaves = len == 5; // of all
            len = is_of_leaves ? b->leaves.len : len;
            for (u32 i = 0; i < len; i++)
                args[i] = is_of_leaves ? i : take(&in, b->nodes.len);
            build_op(b, op, args, len);
        }
        demand_laws(&in, b->nodes.len - 1, take(&in, b->nodes.len), options);
    }
    heap_finish(&heap);
    return 0;
}
