// SPDX-License-Identifier: Apache-2.0
// Small scenes for the renderer's tests, and a rasteriser in plain C as the arbiter of ids and
// depth.
#ifndef FRC_TESTS_UNIT_VK_SCENES_H
#define FRC_TESTS_UNIT_VK_SCENES_H

#include "base/geom.h"
#include "vk/camera.h"
#include "vk/render.h"

#include <stdlib.h>

// A closed box of flat faces, centred.
static inline RenderMesh test_box(Arena *arena, f64 x, f64 y, f64 z) {
    f32 *positions = ARENA_NEW(arena, f32, 72), *normals = ARENA_NEW(arena, f32, 72);
    u32 *indices = ARENA_NEW(arena, u32, 36), n = 0;
    const f64 half[3] = {x / 2, y / 2, z / 2};
    for (u32 axis = 0; axis < 3; axis++) {
        for (int side = -1; side <= 1; side += 2) {
            u32 u = (axis + 1) % 3, v = (axis + 2) % 3;
            for (u32 k = 0; k < 4; k++) {
                f32 *p = positions + 3 * (n * 4 + k);
                p[axis] = (f32)(side * half[axis]);
                p[u] = (f32)((k == 1 || k == 2 ? 1 : -1) * half[u]);
                p[v] = (f32)((k >= 2 ? 1 : -1) * half[v] * side);
                normals[3 * (n * 4 + k) + axis] = (f32)side;
            }
            const u32 quad[6] = {0, 1, 2, 0, 2, 3};
            for (u32 k = 0; k < 6; k++)
                indices[6 * n + k] = 4 * n + quad[k];
            n++;
        }
    }
    RenderRange *range = ARENA_NEW(arena, RenderRange, 1);
    *range = (RenderRange){0, 12, NONE};
    return (RenderMesh){.n_verts = 24,
                        .n_tris = 12,
                        .positions = positions,
                        .normals = normals,
                        .indices = indices,
                        .ranges = range,
                        .n_ranges = 1};
}

// A sphere of 2 n x n patches; its upper half is range 1, with `upper` as its material.
static inline RenderMesh test_sphere(Arena *arena, f64 d, u32 n, u32 upper) {
    u32 across = 2 * n, n_verts = (across + 1) * (n + 1), t = 0;
    f32 *positions = ARENA_NEW(arena, f32, 3 * n_verts),
        *normals = ARENA_NEW(arena, f32, 3 * n_verts);
    u32 *indices = ARENA_NEW(arena, u32, 6 * across * n);
    for (u32 j = 0; j <= n; j++) {
        for (u32 i = 0; i <= across; i++) {
            f64 lat = 180.0 * j / n - 90, lon = 360.0 * i / across;
            Vec3 p =
                vec3(trig_cos(lat) * trig_cos(lon), trig_cos(lat) * trig_sin(lon), trig_sin(lat));
            for (u32 k = 0; k < 3; k++) {
                normals[3 * (j * (across + 1) + i) + k] = (f32)vec3_get(p, k);
                positions[3 * (j * (across + 1) + i) + k] = (f32)(vec3_get(p, k) * d / 2);
            }
            if (i == across || j == n)
                continue;
            u32 a = j * (across + 1) + i, b = a + across + 1;
            const u32 quad[6] = {a, a + 1, b + 1, a, b + 1, b};
            for (u32 k = 0; k < 6; k++)
                indices[t++] = quad[k];
        }
    }
    RenderRange *ranges = ARENA_NEW(arena, RenderRange, 2);
    u32 half = t / 6;
    ranges[0] = (RenderRange){0, half, NONE};
    ranges[1] = (RenderRange){half, t / 3 - half, upper};
    return (RenderMesh){.n_verts = n_verts,
                        .n_tris = t / 3,
                        .positions = positions,
                        .normals = normals,
                        .indices = indices,
                        .ranges = ranges,
                        .n_ranges = 2};
}

static inline Affine3 test_place(f64 x, f64 y, f64 z) {
    return affine3_move(vec3(x, y, z));
}

// A ball on a box, a turned box beside it, its mirror image, and a glass (opacity below 1) ball in
// front.
static inline RenderScene test_scene(Arena *arena, u32 detail) {
    RenderMesh *meshes = ARENA_NEW(arena, RenderMesh, 2);
    meshes[0] = test_box(arena, 40, 60, 30);
    meshes[1] = test_sphere(arena, 30, detail, 1);
    RenderMaterial *materials = ARENA_NEW(arena, RenderMaterial, 3);
    materials[0] = (RenderMaterial){.color = {0.6f, 0.2f, 0.1f}, .roughness = 0.5f, .opacity = 1};
    materials[1] = (RenderMaterial){
        .color = {0.8f, 0.8f, 0.8f}, .metallic = 1, .roughness = 0.3f, .opacity = 1};
    materials[2] =
        (RenderMaterial){.color = {0.7f, 0.9f, 0.9f}, .roughness = 0.05f, .opacity = 0.3f};
    RenderPart *parts = ARENA_NEW(arena, RenderPart, 4);
    static const char *const labels[] = {"base", "ball", "block", "drop"};
    for (u32 i = 0; i < 4; i++)
        parts[i] = (RenderPart){str_from(labels[i]), str_from(labels[i]), str_from(labels[i]),
                                i == 2 ? 2 : 1};
    Affine3 turn = affine3_rotate(vec3(0, 0, 1), 25), mirror = affine3_identity(),
            right = test_place(55, 5, 15);
    mirror.m[0][0] = -1;
    right = affine3_mul(&right, &turn);
    Affine3 left = affine3_mul(&mirror, &right);
    RenderInstance *instances = ARENA_NEW(arena, RenderInstance, 5);
    instances[0] =
        (RenderInstance){.mesh = 0, .part = 0, .material = 0, .map = test_place(0, 0, 15)};
    instances[1] =
        (RenderInstance){.mesh = 1, .part = 1, .material = 0, .map = test_place(0, 0, 45)};
    instances[2] =
        (RenderInstance){.mesh = 0, .part = 2, .material = NONE, .map = right, .side = STR("left")};
    instances[3] = (RenderInstance){
        .mesh = 0, .part = 2, .material = NONE, .index = 1, .map = left, .side = STR("right")};
    instances[4] =
        (RenderInstance){.mesh = 1, .part = 3, .material = 2, .map = test_place(10, -60, 15)};
    return (RenderScene){.name = STR("test"),
                         .unit = STR("mm"),
                         .unit_mm = 1,
                         .meshes = meshes,
                         .instances = instances,
                         .parts = parts,
                         .materials = materials,
                         .n_meshes = 2,
                         .n_instances = 5,
                         .n_parts = 4,
                         .n_materials = 3};
}

typedef struct Reference {
    u16 *instances;  // index + 1 at each pixel's centre
    f64 *depth;      // mm
    bool *is_unsure; // an edge passes within a hundredth of a pixel, or two surfaces lie within a
                     // thousandth of the depth
} Reference;

static inline void reference_triangle(Reference *out, const RenderCamera *camera, const Vec3 p[3],
                                      u16 id) {
    f64 u[3], v[3], z[3];
    for (u32 k = 0; k < 3; k++)
        if (!camera_project(camera, p[k], &u[k], &v[k], &z[k]))
            return;
    f64 area = (u[1] - u[0]) * (v[2] - v[0]) - (u[2] - u[0]) * (v[1] - v[0]);
    if (fabs(area) < 1e-12)
        return;
    f64 lo_u = fmin(u[0], fmin(u[1], u[2])), hi_u = fmax(u[0], fmax(u[1], u[2]));
    f64 lo_v = fmin(v[0], fmin(v[1], v[2])), hi_v = fmax(v[0], fmax(v[1], v[2]));
    for (u32 y = (u32)fmax(0, lo_v - 1); y < camera->height && y < hi_v + 1; y++) {
        for (u32 x = (u32)fmax(0, lo_u - 1); x < camera->width && x < hi_u + 1; x++) {
            f64 b[3], inside = INFINITY, px = x + 0.5, py = y + 0.5;
            for (u32 k = 0; k < 3; k++) {
                u32 i = (k + 1) % 3, j = (k + 2) % 3;
                f64 cross = (u[j] - u[i]) * (py - v[i]) - (v[j] - v[i]) * (px - u[i]);
                f64 length = sqrt((u[j] - u[i]) * (u[j] - u[i]) + (v[j] - v[i]) * (v[j] - v[i]));
                b[k] = cross / area;
                inside = fmin(inside, cross / length * (area > 0 ? 1 : -1)); // pixels to the edge
            }
            size_t at = (size_t)y * camera->width + x;
            if (fabs(inside) < 0.01)
                out->is_unsure[at] = true;
            if (inside < 0)
                continue;
            f64 depth = camera->is_ortho ? b[0] * z[0] + b[1] * z[1] + b[2] * z[2]
                                         : 1 / (b[0] / z[0] + b[1] / z[1] + b[2] / z[2]);
            f64 gap = depth - out->depth[at];
            if (out->instances[at] && out->instances[at] != id && fabs(gap) < 1e-3 * depth)
                out->is_unsure[at] = true;
            if (!out->instances[at] || gap < 0) {
                out->instances[at] = id;
                out->depth[at] = depth;
            }
        }
    }
}

static inline Reference reference_draw(Arena *arena, const RenderScene *scene,
                                       const RenderCamera *camera) {
    size_t n = (size_t)camera->width * camera->height;
    Reference out = {ARENA_NEW(arena, u16, n), ARENA_NEW(arena, f64, n), ARENA_NEW(arena, bool, n)};
    for (u32 i = 0; i < scene->n_instances; i++) {
        const RenderInstance *instance = &scene->instances[i];
        const RenderMesh *mesh = &scene->meshes[instance->mesh];
        for (u32 t = 0; t < mesh->n_tris; t++) {
            Vec3 p[3];
            for (u32 k = 0; k < 3; k++) {
                const f32 *q = mesh->positions + 3 * mesh->indices[3 * t + k];
                p[k] = affine3_point(&instance->map, vec3(q[0], q[1], q[2]));
            }
            reference_triangle(&out, camera, p, (u16)(i + 1));
        }
    }
    return out;
}

#endif
