// SPDX-License-Identifier: Apache-2.0
// Models by hand for the writers' tests: a few meshes, and parts that place them. Everything lies
// in the bench's heap.
#ifndef FRC_TESTS_UNIT_EXPORT_FIXTURE_H
#define FRC_TESTS_UNIT_EXPORT_FIXTURE_H

#include "compiler/export/export.h"

#include "tests/unit/test.h"

enum { FIXTURE_MAX = 64 };

typedef struct Fixture {
    Heap heap;
    Arena arena;
    Sources sources;
    IrGraph graph;
    Scene scene;
    Model model;
    ScenePart parts[FIXTURE_MAX];
    ModelPart placed[FIXTURE_MAX];
    ModelMesh meshes[FIXTURE_MAX];
    SceneMaterial materials[4];
    SceneParam params[3];
    Mesh data[FIXTURE_MAX];
} Fixture;

static inline void fixture_init(Fixture *f) {
    memset(f, 0, sizeof *f);
    heap_init(&f->heap, 0);
    arena_init(&f->arena, &f->heap);
    sources_init(&f->sources, &f->arena);
    sources_add(&f->sources, STR("thing.part"), STR("object thing\npart a {}\n  part b {}\n"));
    ir_init(&f->graph, &f->arena);
    f->materials[0] = (SceneMaterial){.name = STR("oak"),
                                      .color = {0.48f, 0.25f, 0.1f},
                                      .rgb = 0xb98a5a,
                                      .roughness = 0.6f,
                                      .opacity = 1};
    f->materials[1] = (SceneMaterial){.name = STR("glass"),
                                      .color = {0.9f, 0.95f, 1},
                                      .rgb = 0xf3f9ff,
                                      .roughness = 0.05f,
                                      .opacity = 0.3f};
    f->materials[2] = (SceneMaterial){.name = STR("lamp"),
                                      .color = {1, 1, 1},
                                      .rgb = 0xffffff,
                                      .roughness = 1,
                                      .opacity = 1,
                                      .emission = {8, 4, 2}};
    f->params[0] =
        (SceneParam){.name = STR("height"), .kind = PARAM_NUMBER, .number = 45, .unit = "cm"};
    f->params[1] = (SceneParam){.name = STR("arms"), .kind = PARAM_BOOL, .flag = true, .unit = ""};
    f->params[2] =
        (SceneParam){.name = STR("back"), .kind = PARAM_TEXT, .text = STR("sl\"ats"), .unit = ""};
    f->scene = (Scene){.name = STR("thing"),
                       .words = STR("a \"thing\""),
                       .unit = STR("cm"),
                       .unit_mm = 10,
                       .graph = &f->graph,
                       .parts = f->parts,
                       .materials = f->materials,
                       .n_materials = 3,
                       .params = f->params,
                       .n_params = 3,
                       .source_hash = 0x0123456789abcdefull};
    f->model = (Model){.scene = &f->scene, .meshes = f->meshes, .parts = f->placed};
}

static inline void fixture_finish(Fixture *f) {
    arena_finish(&f->arena);
    heap_finish(&f->heap);
}

// A mesh of n_verts places (3 numbers each) and n_tris triangles, copied; returns its index.
static inline u32 fixture_mesh(Fixture *f, const f64 *verts, u32 n_verts, const u32 *tris,
                               u32 n_tris) {
    Mesh *mesh = &f->data[f->model.n_meshes];
    *mesh = (Mesh){.n_verts = n_verts, .n_tris = n_tris};
    mesh->verts = ARENA_NEW(&f->arena, Vec3, n_verts);
    for (u32 i = 0; i < n_verts; i++)
        mesh->verts[i] = vec3(verts[3 * i], verts[3 * i + 1], verts[3 * i + 2]);
    mesh->tris = ARENA_NEW(&f->arena, u32, 3 * (size_t)n_tris);
    memcpy(mesh->tris, tris, 3 * (size_t)n_tris * sizeof *tris);
    mesh->tags = ARENA_NEW(&f->arena, u32, n_tris);
    mesh->mats = ARENA_NEW(&f->arena, u16, n_tris);
    f->meshes[f->model.n_meshes] = (ModelMesh){.mesh = mesh};
    return f->model.n_meshes++;
}

// A box from low to high.
static inline u32 fixture_box(Fixture *f, Vec3 low, Vec3 high) {
    f64 v[24];
    for (u32 i = 0; i < 8; i++) {
        v[3 * i] = i & 1 ? high.x : low.x;
        v[3 * i + 1] = i & 2 ? high.y : low.y;
        v[3 * i + 2] = i & 4 ? high.z : low.z;
    }
    static const u32 tris[36] = {0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4,
                                 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5};
    return fixture_mesh(f, v, 8, tris, 12);
}

// A prism on the given loop (counter-clockwise, convex), with smooth sides when is_smooth.
static inline u32 fixture_prism(Fixture *f, const f64 (*loop)[2], u32 n, f64 h, bool is_smooth) {
    f64 *v = ARENA_NEW(&f->arena, f64, 6 * (size_t)n);
    u32 *tris = ARENA_NEW(&f->arena, u32, 12 * (size_t)n), t = 0;
    for (u32 i = 0; i < n; i++)
        for (u32 top = 0; top < 2; top++) {
            f64 *p = &v[3 * (size_t)(i + top * n)];
            p[0] = loop[i][0];
            p[1] = loop[i][1];
            p[2] = top ? h / 2 : -h / 2;
        }
    for (u32 i = 0; i < n; i++) {
        u32 j = (i + 1) % n, quad[6] = {i, j, i + n, j, j + n, i + n};
        memcpy(&tris[3 * t], quad, sizeof quad);
        t += 2;
    }
    for (u32 i = 1; i + 1 < n; i++) {
        u32 caps[6] = {0, i + 1, i, n, n + i, n + i + 1};
        memcpy(&tris[3 * t], caps, sizeof caps);
        t += 2;
    }
    u32 index = fixture_mesh(f, v, 2 * n, tris, t);
    Mesh *mesh = &f->data[index];
    if (is_smooth) {
        mesh->normals = ARENA_NEW(&f->arena, f32, 9 * (size_t)t);
        for (u32 c = 0; c < 6 * n; c++) { // the sides' corners
            Vec3 p = mesh->verts[tris[c]];
            Vec3 unit = vec3_unit(vec3(p.x, p.y, 0));
            mesh->normals[3 * c] = (f32)unit.x;
            mesh->normals[3 * c + 1] = (f32)unit.y;
        }
    }
    return index;
}

static inline u32 fixture_cylinder(Fixture *f, u32 n, f64 d, f64 h) {
    f64(*loop)[2] = arena_alloc(&f->arena, n, sizeof *loop);
    for (u32 i = 0; i < n; i++) {
        loop[i][0] = d / 2 * trig_cos(360.0 * i / n);
        loop[i][1] = d / 2 * trig_sin(360.0 * i / n);
    }
    return fixture_prism(f, (const f64(*)[2])loop, n, h, true);
}

// A corner of a box, cut askew: none of its mirror images is itself.
static inline u32 fixture_handed(Fixture *f) {
    static const f64 v[12] = {0, 0, 0, 30, 0, 0, 0, 10, 0, 0, 0, 5};
    static const u32 tris[12] = {0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3};
    return fixture_mesh(f, v, 4, tris, 4);
}

static inline u32 fixture_part(Fixture *f, const char *label, u32 parent, u32 mesh, u32 material,
                               Affine3 map) {
    u32 index = f->scene.n_parts++;
    Str path = str_from(label);
    if (parent != NONE)
        path = str_format(&f->arena, "%.*s/%s", STR_ARG(f->parts[parent].path), label);
    u32 instance = 0;
    for (u32 i = 0; i < index; i++)
        instance += str_equal(f->parts[i].path, path);
    f->parts[index] = (ScenePart){.label = str_from(label),
                                  .words = str_from(label),
                                  .path = path,
                                  .parent = parent,
                                  .instance = instance,
                                  .material = material,
                                  .solid = NONE,
                                  .span = {0, 13, 4},
                                  .call = NONE};
    f->placed[index] = (ModelPart){.mesh = mesh, .map = map, .bounds = box3_empty()};
    if (mesh != NONE) {
        f->meshes[mesh].n_uses++;
        f->placed[index].bounds = box3_empty();
        for (u32 i = 0; i < f->data[mesh].n_verts; i++) {
            Vec3 p = affine3_point(&map, f->data[mesh].verts[i]);
            f->placed[index].bounds = box3_add_point(f->placed[index].bounds, p);
        }
        f->model.bounds =
            index ? box3_join(f->model.bounds, f->placed[index].bounds) : f->placed[index].bounds;
        f->model.n_tris += f->data[mesh].n_tris;
    }
    return index;
}

static inline Affine3 fixture_move(f64 x, f64 y, f64 z) {
    return affine3_move(vec3(x, y, z));
}

static inline Affine3 fixture_scale(f64 x, f64 y, f64 z) {
    return (Affine3){{{x, 0, 0}, {0, y, 0}, {0, 0, z}}, {0, 0, 0}};
}

// Everything at once: instances, mirror images of symmetric and handed solids, scale, shear, paint,
// parts in parts that are turned, a part without geometry, labels that meet.
static inline void fixture_zoo(Fixture *f) {
    u32 box = fixture_box(f, vec3(-200, -200, -20), vec3(200, 200, 20));
    u32 leg = fixture_cylinder(f, 12, 30, 400);
    u32 hand = fixture_handed(f);
    u32 painted = fixture_box(f, vec3(0, 0, 0), vec3(10, 20, 30));
    f->data[painted].mats[0] = f->data[painted].mats[1] = 2; // glass below
    f->data[painted].mats[5] = 3;                            // half a side a lamp
    u32 seat = fixture_part(f, "seat", NONE, box, 0, fixture_move(0, 0, 420));
    for (u32 i = 0; i < 4; i++) {
        Affine3 side = fixture_scale(i & 1 ? -1 : 1, i & 2 ? -1 : 1, 1),
                out = fixture_move(180, 180, 200);
        u32 part = fixture_part(f, "leg", NONE, leg, 0, affine3_mul(&side, &out));
        f->parts[part].sides = (i & 1 ? SIDE_RIGHT : SIDE_LEFT) | (i & 2 ? SIDE_FRONT : SIDE_BACK);
    }
    Affine3 turn = affine3_rotate(vec3(0, 0, 1), 30), tilt = affine3_rotate(vec3(1, 0, 0), 20);
    Affine3 lean = affine3_mul(&turn, &tilt);
    lean.t = vec3(0, 190, 440);
    u32 back = fixture_part(f, "back", NONE, painted, NONE, lean);
    Affine3 left = fixture_move(50, 0, 500), flip = fixture_scale(-1, 1, 1),
            right = affine3_mul(&flip, &left);
    fixture_part(f, "hand", back, hand, 2, left);
    fixture_part(f, "hand", back, hand, 2, right);
    fixture_part(f, "hand", seat, hand, 0, affine3_mul(&lean, &right));
    Affine3 wide = fixture_scale(2, 1, 0.5), shear = affine3_mul(&wide, &turn);
    u32 slab = fixture_part(f, "slab", NONE, box, 1, affine3_mul(&turn, &wide));
    fixture_part(f, "sheared", NONE, leg, NONE, shear);
    fixture_part(f, "knob", slab, leg, 0, fixture_move(0, 0, 900));
    u32 group = fixture_part(f, "a group/odd \xc3\xa9", back, NONE, NONE, affine3_identity());
    fixture_part(f, "leg", group, leg, 1, fixture_move(500, 0, 0));
}

#endif
