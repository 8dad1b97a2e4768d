// SPDX-License-Identifier: Apache-2.0
// Cameras: fitting, projection there and back, and the JSON in both conventions, checked by
// reprojection.
#include "tests/unit/vk/scenes.h"

#include "tests/unit/test.h"
#include "vk/closeup.h"

typedef struct Fix {
    Heap heap;
    Arena arena;
    RenderScene scene;
} Fix;

static void fix_init(Fix *f) {
    heap_init(&f->heap, 0);
    arena_init(&f->arena, &f->heap);
    f->scene = test_scene(&f->arena, 8);
}

// Least distance of any vertex to the picture's border, as a part of the shorter side.
static f64 least_margin(const RenderScene *scene, const RenderCamera *camera, bool *in_depth) {
    f64 least = INFINITY;
    *in_depth = true;
    for (u32 i = 0; i < scene->n_instances; i++) {
        const RenderMesh *mesh = &scene->meshes[scene->instances[i].mesh];
        for (u32 v = 0; v < mesh->n_verts; v++) {
            const f32 *p = mesh->positions + 3 * v;
            f64 x, y, z;
            camera_project(camera, affine3_point(&scene->instances[i].map, vec3(p[0], p[1], p[2])),
                           &x, &y, &z);
            least = fmin(least, fmin(fmin(x, camera->width - x) / camera->width,
                                     fmin(y, camera->height - y) / camera->height));
            *in_depth = *in_depth && z > camera->near && z < camera->far;
        }
    }
    return least;
}

TEST(every_view_sees_all_and_no_more_than_it_must) {
    static const char *const names[] = {"iso", "front",  "back",     "left",     "right",
                                        "top", "bottom", "iso-left", "iso-back", "iso-below"};
    Fix f;
    fix_init(&f);
    for (u32 i = 0; i < COUNT_OF(names); i++) {
        CameraPlace place;
        CHECK(camera_place_find(str_from(names[i]), &place));
        CHECK(strstr(camera_place_names(), names[i]));
        for (u32 wide = 100; wide <= 400; wide += 100) {
            RenderCamera camera = camera_fit(&f.scene, place, wide, 200, 0.1, STR("x"));
            bool in_depth;
            f64 margin = least_margin(&f.scene, &camera, &in_depth);
            CHECK(in_depth);
            CHECK_NEAR(margin, 0.1, 1e-3);
        }
    }
    CameraPlace place;
    CHECK(!camera_place_find(STR("fromt"), &place));
    heap_finish(&f.heap);
}

TEST(front_is_seen_from_minus_y) {
    Fix f;
    fix_init(&f);
    RenderCamera camera =
        camera_fit(&f.scene, (CameraPlace){0, 0, 30}, 200, 200, 0.1, STR("front"));
    f64 u0, v0, z0, u1, v1, z1;
    camera_project(&camera, vec3(0, 0, 0), &u0, &v0, &z0);
    camera_project(&camera, vec3(1, 0, 0), &u1, &v1, &z1);
    CHECK(u1 > u0); // +X on the viewer's right
    camera_project(&camera, vec3(0, 0, 1), &u1, &v1, &z1);
    CHECK(v1 < v0); // +Z up
    camera_project(&camera, vec3(0, -1, 0), &u1, &v1, &z1);
    CHECK(z1 < z0); // -Y nearer
    heap_finish(&f.heap);
}

TEST(points_come_back) {
    Fix f;
    fix_init(&f);
    for (u32 i = 0; i < 40; i++) {
        RenderCamera camera =
            camera_fit(&f.scene, (CameraPlace){i * 37.0, i * 4.0 - 80, i % 2 ? 35 : 0}, 320, 240,
                       0.05, STR("x"));
        Vec3 p = vec3(i * 1.5 - 20, 10 - i, i * 0.7);
        f64 u, v, z;
        camera_project(&camera, p, &u, &v, &z);
        CHECK(vec3_norm(vec3_sub(camera_unproject(&camera, u, v, z), p)) < 1e-5);
    }
    heap_finish(&f.heap);
}

// The numbers of a matrix in the JSON.
static void matrix_read(const char *json, const char *name, f64 *out, u32 n) {
    const char *at = strstr(json, name);
    at = at ? strchr(at, ':') : NULL;
    for (u32 i = 0; i < n && at; i++) {
        while (*at && strchr("-0123456789", *at) == NULL)
            at++;
        char *end;
        out[i] = strtod(at, &end);
        at = end;
    }
}

TEST(both_conventions_reproject) {
    Fix f;
    fix_init(&f);
    StrBuf json;
    strbuf_init(&json, &f.heap);
    RenderCamera camera =
        camera_fit(&f.scene, (CameraPlace){35, 20, 30}, 320, 240, 0.05, STR("iso"));
    camera_write_json(&camera, &json);
    f64 k[9], w2c[16], c2w[16];
    matrix_read(json.ptr, "\"K\"", k, 9);
    matrix_read(json.ptr, "\"world_to_camera\"", w2c, 16);
    matrix_read(json.ptr, "\"camera_to_world\"", c2w, 16);
    for (u32 i = 0; i < 8; i++) {
        f64 p[3] = {i & 1 ? 30 : -30, i & 2 ? 20 : -20, i & 4 ? 40 : 0}, q[3], u, v, z;
        camera_project(&camera, vec3(p[0], p[1], p[2]), &u, &v, &z);
        for (u32 r = 0; r < 3; r++)
            q[r] =
                w2c[4 * r] * p[0] + w2c[4 * r + 1] * p[1] + w2c[4 * r + 2] * p[2] + w2c[4 * r + 3];
        CHECK_NEAR(k[0] * q[0] / q[2] + k[2], u, 1e-6);
        CHECK_NEAR(k[4] * q[1] / q[2] + k[5], v, 1e-6);
        // OpenGL: x right, y up, z back; the inverse of camera_to_world by its columns.
        f64 d[3] = {p[0] - c2w[3], p[1] - c2w[7], p[2] - c2w[11]}, g[3];
        for (u32 c = 0; c < 3; c++)
            g[c] = c2w[c] * d[0] + c2w[4 + c] * d[1] + c2w[8 + c] * d[2];
        CHECK_NEAR(k[0] * g[0] / -g[2] + k[2], u, 1e-6);
        CHECK_NEAR(k[5] - k[4] * g[1] / -g[2], v, 1e-6);
    }
    heap_finish(&f.heap);
}

TEST(places_are_read) {
    CameraPlace place = {1, 2, 3};
    CHECK(camera_place_read(STR("az=-30,fov=0"), &place) && place.azimuth == -30 &&
          place.elevation == 2 && place.fov == 0);
    CHECK(!camera_place_read(STR("az=-30,el=91"), &place));
    CHECK(!camera_place_read(STR("az"), &place));
    CHECK(!camera_place_read(STR("az=x"), &place));
    CHECK(!camera_place_read(STR("roll=3"), &place));
    CHECK(place.azimuth == -30);
}

TEST(exploded_parts_move_farther_where_the_object_is_thin) {
    Heap heap;
    Arena arena;
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
    RenderMesh plate = test_box(&arena, 20, 10, 2);
    RenderInstance two[2] = {{.map = affine3_identity()}, {.map = affine3_identity()}};
    two[0].map.t = vec3(-10, 0, -1);
    two[1].map.t = vec3(10, 0, 1);
    RenderScene scene = {.meshes = &plate, .n_meshes = 1, .instances = two, .n_instances = 2};
    RenderScene out = render_scene_exploded(&scene, 0.5, &arena);
    for (u32 i = 0; i < 2; i++) { // 40 x 10 x 4: x is longest, z a tenth, of which four times count
        f64 side = i ? 1 : -1;
        CHECK_NEAR(out.instances[i].map.t.x, side * (10 + 5), 1e-6);
        CHECK_NEAR(out.instances[i].map.t.y, 0, 1e-6);
        CHECK_NEAR(out.instances[i].map.t.z, side * (1 + 0.5 * 4), 1e-6);
    }
    CHECK_NEAR(two[1].map.t.x, 10, 0); // a copy
    arena_finish(&arena);
    heap_finish(&heap);
}

// A long board; a nail and a washer at its one end, a peg at its other: two places, first the one
// with two parts. Cameras see the place's middle in the picture's, and cut nothing away.
TEST(closeups_frame_what_is_small) {
    Heap heap;
    Arena arena;
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
    RenderMesh meshes[] = {test_box(&arena, 1000, 100, 100), test_box(&arena, 10, 10, 30),
                           test_box(&arena, 20, 20, 4)};
    RenderInstance all[5] = {{.mesh = 0, .part = 0},
                             {.mesh = 1, .part = 1},
                             {.mesh = 1, .part = 1},
                             {.mesh = 2, .part = 2},
                             {.mesh = 1, .part = 3}};
    const Vec3 at[5] = {{0, 0, 0}, {400, 20, 60}, {400, -20, 60}, {400, -20, 52}, {-450, 0, 60}};
    for (u32 i = 0; i < 5; i++) {
        all[i].map = affine3_identity();
        all[i].map.t = at[i];
    }
    RenderPart parts[4] = {
        {.n_instances = 1}, {.n_instances = 2}, {.n_instances = 1}, {.n_instances = 1}};
    RenderScene scene = {.meshes = meshes,
                         .n_meshes = 3,
                         .instances = all,
                         .n_instances = 5,
                         .parts = parts,
                         .n_parts = 4};
    CloseUp out[CLOSEUPS_MAX];
    CHECK_EQ(closeups_plan(&scene, out, &arena), 2);
    CHECK(out[0].n_parts == 2 && out[0].parts[0] == 1 && out[0].parts[1] == 2);
    CHECK_NEAR(out[0].center.y, -20, 1e-9); // the nail that is nearer to who looks from iso
    CHECK(out[0].radius > 16 && out[0].radius < 60);
    CHECK(out[1].n_parts == 1 && out[1].parts[0] == 3);
    CameraPlace place;
    CHECK(camera_place_find(STR("iso"), &place));
    RenderCamera camera = closeup_camera(&scene, &out[0], place, 240, 180, STR("x"));
    f64 u, v, z;
    CHECK(camera_project(&camera, out[0].center, &u, &v, &z));
    CHECK_NEAR(u, 120, 1e-6);
    CHECK_NEAR(v, 90, 1e-6);
    CHECK_NEAR(camera.fx * out[0].radius, 90, 1e-6);
    bool in_depth;
    least_margin(&scene, &camera, &in_depth);
    CHECK(in_depth);
    all[4].part = 0; // with nothing small but what is a board elsewhere
    CHECK_EQ(closeups_plan(&scene, out, &arena), 1);
    scene.n_instances = 1;
    CHECK_EQ(closeups_plan(&scene, out, &arena), 0);
    arena_finish(&arena);
    heap_finish(&heap);
}

// Of an x-ray, the small part hides more of what is behind it than the large one that holds it.
TEST(xray_shows_what_is_small) {
    Heap heap;
    Arena arena;
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
    RenderMesh meshes[] = {test_box(&arena, 100, 100, 100), test_box(&arena, 4, 4, 4)};
    RenderInstance two[2] = {{.mesh = 0, .part = 0, .map = affine3_identity()},
                             {.mesh = 1, .part = 1, .map = affine3_identity()}};
    RenderPart parts[2] = {{.n_instances = 1}, {.n_instances = 1}};
    RenderScene scene = {.meshes = meshes,
                         .n_meshes = 2,
                         .instances = two,
                         .n_instances = 2,
                         .parts = parts,
                         .n_parts = 2};
    RenderScene out = render_scene_xray(&scene, &arena);
    CHECK_NEAR(out.materials[0].opacity, 0.16, 1e-6);
    CHECK_NEAR(out.materials[1].opacity, 0.7, 1e-6);
    arena_finish(&arena);
    heap_finish(&heap);
}

TEST_MAIN(TEST_CASE(every_view_sees_all_and_no_more_than_it_must),
          TEST_CASE(front_is_seen_from_minus_y), TEST_CASE(points_come_back),
          TEST_CASE(both_conventions_reproject), TEST_CASE(places_are_read),
          TEST_CASE(exploded_parts_move_farther_where_the_object_is_thin),
          TEST_CASE(closeups_frame_what_is_small), TEST_CASE(xray_shows_what_is_small))
