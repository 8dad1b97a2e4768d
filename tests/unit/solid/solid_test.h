// SPDX-License-Identifier: Apache-2.0
// A graph, a context and a heap for one test, and the checks that every mesh must pass.
#ifndef FRC_TESTS_UNIT_SOLID_SOLID_TEST_H
#define FRC_TESTS_UNIT_SOLID_SOLID_TEST_H

#include "base/map.h"
#include "compiler/solid/model.h"
#include "tests/unit/test.h"

#include <stdlib.h>

#define PI 3.14159265358979323846

typedef struct Bench {
    Heap heap;
    Arena arena;
    Sources sources;
    Diags diags;
    IrGraph graph;
    SolidContext *solids;
} Bench;

static inline Bench *bench_open(f64 tolerance) {
    Bench *b = malloc(sizeof *b);
    heap_init(&b->heap, 0);
    arena_init(&b->arena, &b->heap);
    sources_init(&b->sources, &b->arena);
    sources_add(&b->sources, STR("test"), STR("test"));
    diags_init(&b->diags, &b->arena, &b->sources);
    ir_init(&b->graph, &b->arena);
    SolidOptions options = {.tolerance = tolerance, .n_threads = 1, .limits = limits_default()};
    b->solids = solid_create(&b->heap, &b->graph, options, &b->diags);
    return b;
}

static inline void bench_close(Bench *b) {
    solid_destroy(b->solids);
    arena_finish(&b->arena);
    if (atomic_load(&b->heap.own.used_size) != 0) { // everything was given back
        printf("leak: %llu bytes\n", (unsigned long long)atomic_load(&b->heap.own.used_size));
        exit(1);
    }
    heap_finish(&b->heap);
    free(b);
}

static inline IrId leaf(Bench *b, IrKind kind, const f64 *nums, u32 n) {
    return ir_node(&b->graph, kind, NULL, 0, nums, n, (Str){0}, (Span){0, 0, 1}, NONE);
}
#define LEAF(b, kind, ...)                                                                         \
    leaf((b), IR_##kind, (const f64[]){__VA_ARGS__},                                               \
         sizeof((const f64[]){__VA_ARGS__}) / sizeof(f64))

static inline IrId node(Bench *b, IrKind kind, const IrId *kids, u32 n_kids, const f64 *nums,
                        u32 n) {
    return ir_node(&b->graph, kind, kids, n_kids, nums, n, (Str){0}, (Span){0, 0, 1}, NONE);
}
#define NODE1(b, kind, kid, ...)                                                                   \
    node((b), IR_##kind, (const IrId[]){kid}, 1, (const f64[]){__VA_ARGS__},                       \
         sizeof((const f64[]){__VA_ARGS__}) / sizeof(f64))
#define NODE2(b, kind, k0, k1, ...)                                                                \
    node((b), IR_##kind, (const IrId[]){k0, k1}, 2, (const f64[]){__VA_ARGS__},                    \
         sizeof((const f64[]){__VA_ARGS__}) / sizeof(f64))
#define BOTH(b, kind, k0, k1) node((b), IR_##kind, (const IrId[]){k0, k1}, 2, NULL, 0)

static inline IrId moved(Bench *b, IrId id, f64 x, f64 y, f64 z) {
    Affine3 map = affine3_move((Vec3){x, y, z});
    return ir_xform(&b->graph, id, &map, (Span){0, 0, 1}, NONE);
}
static inline IrId turned(Bench *b, IrId id, Vec3 axis, f64 deg) {
    Affine3 map = affine3_rotate(vec3_unit(axis), deg);
    return ir_xform(&b->graph, id, &map, (Span){0, 0, 1}, NONE);
}

static inline void say_diags(const Bench *b) {
    for (u32 i = 0; i < b->diags.len; i++)
        printf("  %s: %.*s\n", diag_code_text(b->diags.items[i]->code),
               STR_ARG(b->diags.items[i]->message));
}

// Closed, oriented, no leftover vertices, unit normals that agree with their triangles.
static inline bool sound(Bench *b, const Mesh *mesh, i64 genus) {
    if (!mesh) {
        say_diags(b);
        return false;
    }
    MeshCheck check = mesh_check(&b->heap, mesh);
    if (check.fault != MESH_OK || check.genus != genus) {
        printf("  %s at %u, genus %lld, components %u, %u verts, %u tris\n",
               mesh_fault_text(check.fault), check.index, (long long)check.genus,
               check.n_components, mesh->n_verts, mesh->n_tris);
        return false;
    }
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        Vec3 a = mesh->verts[v[0]], e = vec3_sub(mesh->verts[v[1]], a),
             f = vec3_sub(mesh->verts[v[2]], a);
        Vec3 n = vec3_unit(vec3_cross(e, f));
        for (u32 i = 0; i < 3 && mesh->normals; i++) {
            const f32 *c = mesh->normals + 9 * (size_t)t + 3 * i;
            Vec3 m = {(f64)c[0], (f64)c[1], (f64)c[2]};
            f64 len = vec3_norm(m);
            if (len == 0)
                continue;
            if (fabs(len - 1) > 1e-5 || vec3_dot(m, n) < 0.2) {
                printf("  normal of triangle %u corner %u: length %g, against the face %g\n", t, i,
                       len, vec3_dot(m, n));
                return false;
            }
        }
        if (mesh->tags[t] == 0) {
            printf("  triangle %u has no face\n", t);
            return false;
        }
    }
    return true;
}

static inline u64 mesh_hash(const Mesh *mesh) {
    u64 h = hash_bytes(mesh->verts, mesh->n_verts * sizeof(Vec3), 1);
    h = hash_bytes(mesh->tris, mesh->n_tris * 3 * sizeof(u32), h);
    h = hash_bytes(mesh->tags, mesh->n_tris * sizeof(u32), h);
    if (mesh->normals)
        h = hash_bytes(mesh->normals, mesh->n_tris * 9 * sizeof(f32), h);
    return h;
}

#define CHECK_BOX(box, x0, y0, z0, x1, y1, z1)                                                     \
    CHECK(box.min.x == (x0) && box.min.y == (y0) && box.min.z == (z0) && box.max.x == (x1) &&      \
          box.max.y == (y1) && box.max.z == (z1))

// Volume and area of id against closed forms; rel: allowed relative shortfall (inscribed solids are
// small).
#define CHECK_SOLID(b, id, genus, volume_is, area_is, rel)                                         \
    do {                                                                                           \
        const Mesh *check_mesh = solid_mesh((b)->solids, id);                                      \
        CHECK(sound((b), check_mesh, genus));                                                      \
        MeshMeasure check_m = mesh_measure(check_mesh);                                            \
        CHECK_NEAR(check_m.volume, volume_is, (rel) * (volume_is) + 1e-9);                         \
        CHECK_NEAR(check_m.area, area_is, (rel) * (area_is) + 1e-9);                               \
    } while (0)

#endif
