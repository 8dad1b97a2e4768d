// SPDX-License-Identifier: Apache-2.0
// The renderer against a plain reference, under the validation layer, with calls and allocations
// that fail. Draws in plain C and on whatever Vulkan device there is; without one the suite fails.
#include "tests/unit/vk/drivers.h"
#include "tests/unit/vk/scenes.h"

#include "base/thread.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SIZE = 160 };

// 0: not to be told. The address sanitizer keeps what is freed, so that its pages say nothing.
static long resident_pages(void) {
#if defined __SANITIZE_ADDRESS__
    return 0;
#else
    long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &total, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident;
#endif
}

typedef struct Bench {
    Heap heap;
    Arena arena;
    RenderScene scene;
    Renderer *renderer;
    RenderError error;
    Status status;
} Bench;

static void bench_init(Bench *b, const RenderOptions *options, u32 detail) {
    memset(b, 0, sizeof *b);
    heap_init(&b->heap, 0);
    arena_init(&b->arena, &b->heap);
    b->scene = test_scene(&b->arena, detail);
    b->status = renderer_create(&b->heap, options, &b->renderer, &b->error);
    if (b->status == STATUS_OK)
        b->status = renderer_set_scene(b->renderer, &b->scene, &b->error);
}

static void bench_finish(Bench *b) {
    renderer_destroy(b->renderer);
    heap_finish(&b->heap);
}

static RenderImage image_all(Arena *arena, u32 width, u32 height) {
    size_t n = (size_t)width * height;
    return (RenderImage){width,
                         height,
                         ARENA_NEW(arena, u8, 4 * n),
                         ARENA_NEW(arena, u16, n),
                         ARENA_NEW(arena, u16, n),
                         ARENA_NEW(arena, f32, n),
                         ARENA_NEW(arena, f32, 3 * n),
                         ARENA_NEW(arena, f32, 3 * n)};
}

static RenderView view_of(const RenderScene *scene, const char *name) {
    CameraPlace place = {0};
    camera_place_find(str_from(name), &place);
    return (RenderView){.camera = camera_fit(scene, place, SIZE, SIZE - 30, 0.05, str_from(name))};
}

// Ids equal the reference's wherever it is sure; depth, position and normal fit.
static bool image_is_right(const RenderScene *scene, const RenderView *view,
                           const RenderImage *image, const Reference *ref) {
    u32 n = image->width * image->height, n_unsure = 0, n_covered = 0;
    for (u32 i = 0; i < n; i++) {
        n_unsure += ref->is_unsure[i];
        n_covered += image->instances[i] != 0;
        bool has_part = image->parts[i] != 0, has_instance = image->instances[i] != 0;
        if (has_part != has_instance ||
            (has_instance &&
             scene->instances[image->instances[i] - 1].part != image->parts[i] - 1u))
            return false; // the masks partition the same pixels
        if (has_instance != (image->depth[i] > 0))
            return false;
        if (ref->is_unsure[i])
            continue;
        if (image->instances[i] != ref->instances[i]) {
            printf("pixel %u, %u of %s: instance %u, not %u\n", i % image->width, i / image->width,
                   view->camera.name, image->instances[i], ref->instances[i]);
            return false;
        }
        if (!has_instance)
            continue;
        if (fabs(image->depth[i] - ref->depth[i]) > 0.02 + 1e-4 * ref->depth[i]) {
            printf("pixel %u of %s: depth %d um, not %d\n", i, view->camera.name,
                   (int)(1000 * (f64)image->depth[i]), (int)(1000 * ref->depth[i]));
            return false;
        }
        f64 u, v, z;
        const f32 *p = image->positions + 3 * (size_t)i, *m = image->normals + 3 * (size_t)i;
        camera_project(&view->camera, vec3(p[0], p[1], p[2]), &u, &v, &z);
        if (fabs(u - (i % image->width) - 0.5) > 0.01 || fabs(v - (i / image->width) - 0.5) > 0.01)
            return false;
        if (fabs(vec3_norm(vec3(m[0], m[1], m[2])) - 1) > 1e-3)
            return false;
    }
    return n_unsure * 20 < n && n_covered * 10 > n;
}

static const char *const names[] = {"iso", "front",  "back",     "left",     "right",
                                    "top", "bottom", "iso-back", "iso-below"};

static const char *const devices[] = {"cpu", "vulkan"};

TEST(ids_and_depth_agree_with_the_reference) {
    for (u32 i = 0; i < 2 * COUNT_OF(names); i++) {
        Bench b;
        bench_init(&b, &(RenderOptions){.device = devices[i % 2]}, 12);
        CHECK(b.status == STATUS_OK);
        RenderView view = view_of(&b.scene, names[i / 2]);
        RenderImage image = image_all(&b.arena, SIZE, SIZE - 30);
        CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_OK);
        Reference ref = reference_draw(&b.arena, &b.scene, &view.camera);
        CHECK(image_is_right(&b.scene, &view, &image, &ref));
        bench_finish(&b);
    }
}

TEST(a_wrong_mask_is_noticed) { // the arbiter can fail
    Bench b;
    bench_init(&b, &(RenderOptions){0}, 12);
    CHECK(b.status == STATUS_OK);
    RenderView view = view_of(&b.scene, "iso");
    RenderImage image = image_all(&b.arena, SIZE, SIZE - 30);
    CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_OK);
    Reference ref = reference_draw(&b.arena, &b.scene, &view.camera);
    for (u32 i = 0; i < SIZE * (SIZE - 30); i++) {
        if (image.instances[i] == 1 && !ref.is_unsure[i]) {
            image.instances[i] = 2;
            image.parts[i] = 2;
            break;
        }
    }
    CHECK(!image_is_right(&b.scene, &view, &image, &ref));
    bench_finish(&b);
}

TEST(samples_and_lights_do_not_change_masks) {
    Bench b;
    bench_init(&b, &(RenderOptions){0}, 12);
    CHECK(b.status == STATUS_OK);
    RenderView view = view_of(&b.scene, "iso");
    RenderImage two = image_all(&b.arena, SIZE, SIZE - 30),
                one = image_all(&b.arena, SIZE, SIZE - 30);
    CHECK(renderer_draw(b.renderer, &view, &two, &b.error) == STATUS_OK);
    Reference ref = reference_draw(&b.arena, &b.scene, &view.camera);
    view.n_samples = 1;
    view.style = RENDER_PARTS;
    view.light_azimuth = 90;
    view.n_shadows = 16;
    view.background = BACKGROUND_TRANSPARENT;
    CHECK(renderer_draw(b.renderer, &view, &one, &b.error) == STATUS_OK);
    u32 n = SIZE * (SIZE - 30), n_differ = 0;
    for (u32 i = 0; i < n; i++)
        n_differ += !ref.is_unsure[i] &&
                    (one.instances[i] != two.instances[i] || one.parts[i] != two.parts[i]);
    CHECK_EQ(n_differ, 0);
    CHECK(memcmp(one.color, two.color, 4 * n) != 0);
    bench_finish(&b);
}

// What plain C does on a CPU device, and what shaders do on a GPU, are one picture.
static void host_and_device_agree(bool *test_ok, const RenderScene *(*change)(Bench *)) {
    Bench host, device;
    bench_init(&host, &(RenderOptions){.device = "vulkan"}, 12);
    bench_init(&device, &(RenderOptions){.all_on_device = true}, 12);
    CHECK(host.status == STATUS_OK && device.status == STATUS_OK);
    const RenderScene *scene = change(&host);
    CHECK(renderer_set_scene(host.renderer, scene, &host.error) == STATUS_OK);
    CHECK(renderer_set_scene(device.renderer, scene, &device.error) == STATUS_OK);
    for (u32 i = 0; i < 6; i++) {
        RenderView view = view_of(scene, names[i]);
        view.background = (RenderBackground)(i % 3);
        view.no_floor = i == 4;
        view.n_samples = 1 + (i != 3);
        view.light_azimuth = i < 3 ? 0 : 50;
        RenderImage a = image_all(&host.arena, SIZE, SIZE - 30),
                    b = image_all(&host.arena, SIZE, SIZE - 30);
        CHECK(renderer_draw(host.renderer, &view, &a, &host.error) == STATUS_OK);
        CHECK(renderer_draw(device.renderer, &view, &b, &device.error) == STATUS_OK);
        u32 n = SIZE * (SIZE - 30), n_off = 0;
        CHECK(memcmp(a.instances, b.instances, 2 * n) == 0);
        CHECK(memcmp(a.parts, b.parts, 2 * n) == 0);
        for (u32 k = 0; k < n; k++)
            CHECK(fabs((f64)a.depth[k] - (f64)b.depth[k]) <= 1e-6 * (f64)b.depth[k]);
        CHECK(memcmp(a.normals, b.normals, 12 * n) == 0);
        for (u32 k = 0; k < 4 * n; k++)
            n_off += abs(a.color[k] - b.color[k]) > 1;
        if (n_off > n / 500)
            printf("%s: %u of %u bytes of colour differ by more than 1\n", names[i], n_off, 4 * n);
        CHECK(n_off <= n / 500);
    }
    bench_finish(&host);
    bench_finish(&device);
}

static const RenderScene *as_it_is(Bench *b) {
    return &b->scene;
}

static const RenderScene *as_glass(Bench *b) {
    b->scene = render_scene_xray(&b->scene, &b->arena);
    return &b->scene;
}

TEST(host_and_device_draw_the_same) {
    host_and_device_agree(test_ok, as_it_is);
    host_and_device_agree(test_ok, as_glass);
}

static RenderView changed_view(const RenderScene *scene, u32 i) {
    RenderView view = view_of(scene, names[i]);
    view.background = (RenderBackground)(i % 3);
    view.no_floor = i == 4;
    view.n_samples = 1 + (i != 3);
    view.n_shadows = i == 5 ? 16 : 0;
    view.light_azimuth = i < 3 ? 0 : 50;
    view.style = i == 2 ? RENDER_PARTS : RENDER_SHADED;
    return view;
}

// A picture in plain C alone is the device's: ids where the reference is sure, colour within what
// rounding moves.
static void soft_and_device_agree(bool *test_ok, const RenderScene *(*change)(Bench *)) {
    Bench soft, device;
    bench_init(&soft, &(RenderOptions){.device = "cpu"}, 12);
    bench_init(&device, &(RenderOptions){.device = "vulkan"}, 12);
    CHECK(soft.status == STATUS_OK && device.status == STATUS_OK);
    const RenderScene *scene = change(&soft);
    CHECK(renderer_set_scene(soft.renderer, scene, &soft.error) == STATUS_OK);
    CHECK(renderer_set_scene(device.renderer, scene, &device.error) == STATUS_OK);
    for (u32 i = 0; i < 6; i++) {
        RenderView view = changed_view(scene, i);
        RenderImage a = image_all(&soft.arena, SIZE, SIZE - 30),
                    b = image_all(&soft.arena, SIZE, SIZE - 30);
        CHECK(renderer_draw(soft.renderer, &view, &a, &soft.error) == STATUS_OK);
        CHECK(renderer_draw(device.renderer, &view, &b, &device.error) == STATUS_OK);
        Reference ref = reference_draw(&soft.arena, scene, &view.camera);
        u32 n = SIZE * (SIZE - 30), n_off = 0, n_turned = 0;
        for (u32 k = 0; k < n; k++) {
            if (ref.is_unsure[k])
                continue;
            CHECK_EQ(a.instances[k], b.instances[k]);
            CHECK(fabs((f64)a.depth[k] - (f64)b.depth[k]) <= 1e-5 * (f64)b.depth[k]);
            for (u32 c = 0; c < 3; c++)
                n_turned += fabs((f64)a.normals[3 * k + c] - (f64)b.normals[3 * k + c]) > 1e-3;
        }
        for (u32 k = 0; k < 4 * n; k++)
            n_off += abs(a.color[k] - b.color[k]) > 2;
        if (n_off > n / 250 || n_turned > n / 500)
            printf("%s: %u of %u bytes of colour differ by more than 2, %u of normals\n", names[i],
                   n_off, 4 * n, n_turned);
        CHECK(n_off <= n / 250 && n_turned <= n / 500);
    }
    bench_finish(&soft);
    bench_finish(&device);
}

TEST(soft_and_device_draw_the_same) {
    soft_and_device_agree(test_ok, as_it_is);
    soft_and_device_agree(test_ok, as_glass);
}

typedef struct Crowd {
    Bench *b;
    RenderImage *images;
} Crowd;

static void draw_one_of_many(void *ctx, u32 i, Heap *heap) {
    Crowd *crowd = ctx;
    RenderError error;
    RenderView view = changed_view(&crowd->b->scene, i % 6);
    (void)heap;
    if (renderer_draw(crowd->b->renderer, &view, &crowd->images[i], &error) != STATUS_OK)
        crowd->images[i].width = 0;
}

// Pictures drawn at once, with lights that change from one to the next, are those drawn alone.
TEST(many_at_once_are_the_same_bytes) {
    Bench b;
    bench_init(&b, &(RenderOptions){.device = "cpu"}, 12);
    CHECK(b.status == STATUS_OK && renderer_is_cpu(b.renderer));
    b.scene = render_scene_xray(&b.scene, &b.arena);
    CHECK(renderer_set_scene(b.renderer, &b.scene, &b.error) == STATUS_OK);
    RenderImage images[12], alone = image_all(&b.arena, SIZE, SIZE - 30);
    for (u32 i = 0; i < COUNT_OF(images); i++)
        images[i] = image_all(&b.arena, SIZE, SIZE - 30);
    Crowd crowd = {&b, images};
    thread_for(&b.heap, 6, COUNT_OF(images), draw_one_of_many, &crowd);
    size_t n = SIZE * (SIZE - 30);
    for (u32 i = 0; i < COUNT_OF(images); i++) {
        RenderView view = changed_view(&b.scene, i % 6);
        CHECK_EQ(images[i].width, SIZE);
        CHECK(renderer_draw(b.renderer, &view, &alone, &b.error) == STATUS_OK);
        CHECK(memcmp(alone.color, images[i].color, 4 * n) == 0);
        CHECK(memcmp(alone.instances, images[i].instances, 2 * n) == 0);
        CHECK(memcmp(alone.depth, images[i].depth, 4 * n) == 0);
        CHECK(memcmp(alone.normals, images[i].normals, 12 * n) == 0);
    }
    bench_finish(&b);
}

typedef struct Attempt {
    Bench *b;
    Status status;
} Attempt;

static void attempt(void *ctx) {
    Attempt *a = ctx;
    Bench *b = a->b;
    a->status = renderer_create(&b->heap, &(RenderOptions){.device = "cpu", .n_slots = 2},
                                &b->renderer, &b->error);
    if (a->status == STATUS_OK)
        a->status = renderer_set_scene(b->renderer, &b->scene, &b->error);
    RenderView view = changed_view(&b->scene, 0);
    RenderImage image = image_all(&b->arena, SIZE, SIZE - 30);
    if (a->status == STATUS_OK)
        a->status = renderer_draw(b->renderer, &view, &image, &b->error);
}

// The n-th allocation fails: that is told, nothing is left, and nobody waits for ever.
TEST(any_allocation_of_a_soft_picture_may_fail) {
    bool ended = false;
    for (u32 n = 1; n < 200 && !ended; n++) {
        Bench b = {0};
        heap_init(&b.heap, 0);
        arena_init(&b.arena, &b.heap);
        b.scene = test_scene(&b.arena, 4);
        b.scene = render_scene_xray(&b.scene, &b.arena);
        b.heap.shared->fail_at = b.heap.shared->n_allocs + n;
        Attempt a = {&b, STATUS_OK};
        bool came_back = heap_guard(&b.heap, attempt, &a);
        ended = came_back && a.status == STATUS_OK;
        CHECK(ended || !came_back || a.status == STATUS_MEMORY);
        CHECK(!ended || n > 20);
        b.heap.shared->fail_at = 0;
        if (came_back && !ended) { // after a failure, another try
            RenderView view = changed_view(&b.scene, 0);
            RenderImage image = image_all(&b.arena, SIZE, SIZE - 30);
            CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_OK);
        }
        CHECK_EQ(renderer_destroy(b.renderer), 0);
        heap_finish(&b.heap);
    }
    CHECK(ended);
}

// Ids and geometry alone are those of a full picture, and colour is refused.
static void masks_alone(bool *test_ok, RenderOptions options) {
    Bench b, full;
    options.no_color = true;
    bench_init(&b, &options, 12);
    bench_init(&full, &(RenderOptions){0}, 12);
    CHECK(b.status == STATUS_OK && full.status == STATUS_OK);
    u32 n = SIZE * (SIZE - 30);
    for (u32 i = 0; i < 3; i++) {
        RenderView view = view_of(&b.scene, names[i]);
        RenderImage image = image_all(&b.arena, SIZE, SIZE - 30),
                    with = image_all(&b.arena, SIZE, SIZE - 30);
        CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_BUG);
        image.color = NULL;
        CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_OK);
        CHECK(renderer_draw(full.renderer, &view, &with, &full.error) == STATUS_OK);
        Reference ref = reference_draw(&b.arena, &b.scene, &view.camera);
        CHECK(image_is_right(&b.scene, &view, &image, &ref));
        u32 n_differ = 0;
        for (u32 k = 0; k < n; k++)
            n_differ += !ref.is_unsure[k] && image.instances[k] != with.instances[k];
        CHECK_EQ(n_differ, 0);
    }
    if (renderer_message_count(b.renderer))
        printf("%s\n", renderer_message(b.renderer));
    CHECK_EQ(renderer_message_count(b.renderer), 0);
    bench_finish(&b);
    bench_finish(&full);
}

TEST(masks_without_color) {
    masks_alone(test_ok, (RenderOptions){.validate = true});
    masks_alone(test_ok, (RenderOptions){.device = "cpu"});
}

TEST(background_covers_what_the_object_does_not) {
    Bench b;
    bench_init(&b, &(RenderOptions){0}, 12);
    CHECK(b.status == STATUS_OK);
    RenderView view = view_of(&b.scene, "front");
    view.background = BACKGROUND_TRANSPARENT;
    view.no_floor = true;
    RenderImage image = image_all(&b.arena, SIZE, SIZE - 30);
    CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_OK);
    CHECK_EQ(image.color[3], 0);
    view.background = BACKGROUND_COLOR;
    view.background_rgb[0] = 1;
    view.background_rgb[2] = 0.5f;
    CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_OK);
    CHECK(image.color[0] == 255 && image.color[1] == 0 && image.color[2] >= 127 &&
          image.color[2] <= 128 && image.color[3] == 255);
    bench_finish(&b);
}

TEST(the_layers_are_silent) {
    Bench b;
    bench_init(&b, &(RenderOptions){.validate = true}, 12);
    if (b.status != STATUS_OK)
        printf("%s\n", b.error.text);
    CHECK(b.status == STATUS_OK);
    for (u32 i = 0; i < 4; i++) {
        RenderView view = view_of(&b.scene, names[i]);
        view.n_shadows = i % 2 ? 16 : 0;
        view.light_azimuth = i < 2 ? 0 : 120;
        RenderImage image = image_all(&b.arena, SIZE, SIZE - 30);
        CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_OK);
    }
    RenderScene xray = render_scene_xray(&b.scene, &b.arena);
    CHECK(renderer_set_scene(b.renderer, &xray, &b.error) == STATUS_OK);
    RenderView big = view_of(&xray, "iso");
    big.camera = camera_fit(&xray, (CameraPlace){35, 20, 30}, 300, 200, 0.05, STR("big"));
    RenderImage image = image_all(&b.arena, 300, 200);
    CHECK(renderer_draw(b.renderer, &big, &image, &b.error) == STATUS_OK);
    if (renderer_message_count(b.renderer))
        printf("%s\n", renderer_message(b.renderer));
    CHECK_EQ(renderer_message_count(b.renderer), 0);
    bench_finish(&b);
}

// The n-th Vulkan call fails: an error is told, and every object made is destroyed (the device's
// own count says so; the sanitizers see to memory). Each n at least once with FRC_TEST_ALL=1; else,
// to be done in seconds, a part of them.
static void calls_may_fail(bool *test_ok, RenderOptions options) {
    bool all = getenv("FRC_TEST_ALL") != NULL;
    Bench b;
    options.n_slots = 1;
    bench_init(&b, &options, 4);
    CHECK(b.status == STATUS_OK);
    RenderView view = view_of(&b.scene, "iso");
    RenderImage image = image_all(&b.arena, SIZE, SIZE - 30);
    CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_OK);
    u32 n_calls = renderer_call_count(b.renderer), n_failed = 0;
    bench_finish(&b);
    CHECK(n_calls > 60 && n_calls < 2000);
    for (u32 n = 1; n <= n_calls; n += all ? 1 : n < 8 || n + 12 > n_calls ? 1 : 5) {
        options.fail_at = n;
        options.lose_device = n % 2;
        bench_init(&b, &options, 4);
        RenderImage small = image_all(&b.arena, SIZE, SIZE - 30);
        Status status = b.status;
        if (status == STATUS_OK)
            status = renderer_draw(b.renderer, &view, &small, &b.error);
        CHECK_EQ(status, STATUS_VULKAN);
        CHECK(strlen(b.error.text) > 10);
        n_failed++;
        CHECK_EQ(renderer_destroy(b.renderer), 0);
        heap_finish(&b.heap);
    }
    CHECK(n_failed >= (all ? n_calls : 25));
}

TEST(any_call_may_fail) {
    calls_may_fail(test_ok, (RenderOptions){.device = "vulkan"});
}

TEST(any_call_of_a_gpu_may_fail) {
    calls_may_fail(test_ok, (RenderOptions){.all_on_device = true});
}

// 1,000 frames: sizes, lights, floors and scenes change; objects and memory don't grow.
static void frames_keep_memory(bool *test_ok, const char *device) {
    Bench b;
    bench_init(&b, &(RenderOptions){.device = device}, 8);
    CHECK(b.status == STATUS_OK);
    RenderImage image = image_all(&b.arena, 48, 48);
    RenderView view = view_of(&b.scene, "iso");
    u32 objects = 0;
    u64 used = 0;
    long resident = 0;
    for (u32 i = 0; i < 1000; i++) {
        u32 size = i % 5 ? 32 : 48;
        view.camera =
            camera_fit(&b.scene, (CameraPlace){i * 7.0, 20, 30}, size, size, 0.05, STR("soak"));
        view.light_azimuth = i / 50 % 3;
        view.no_floor = i % 3 == 0;
        image.width = image.height = size;
        CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_OK);
        if (i % 200 == 199)
            CHECK(renderer_set_scene(b.renderer, &b.scene, &b.error) == STATUS_OK);
        if (i == 210) { // slots have grown, the driver has made what it makes late
            objects = renderer_object_count(b.renderer);
            used = b.heap.shared->used_size;
            resident = resident_pages();
        }
    }
    CHECK_EQ(renderer_object_count(b.renderer), objects);
    CHECK(b.heap.shared->used_size <= used);
    // 4 MB, some thousand bytes a frame, is what allocators may move by.
    if (resident)
        CHECK(resident_pages() - resident < 1024);
    bench_finish(&b);
}

TEST(many_frames_keep_memory_flat) {
    for (u32 i = 0; i < COUNT_OF(devices); i++)
        frames_keep_memory(test_ok, devices[i]);
}

// A cache of pipelines: written, read again, and done without where it can't be written.
TEST(pipelines_are_cached) {
    const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    char path[300];
    snprintf(path, sizeof path, "%s/frc-pipelines-%ld.bin", folder, (long)getpid());
    for (u32 i = 0; i < 3; i++) {
        if (i == 2) { // what is no cache costs time only
            FILE *file = fopen(path, "wb");
            CHECK(file && fputs("no cache of pipelines", file) >= 0 && fclose(file) == 0);
        }
        Bench b;
        bench_init(&b, &(RenderOptions){.all_on_device = true, .cache_file = path}, 4);
        CHECK(b.status == STATUS_OK && !renderer_note(b.renderer)[0]);
        bench_finish(&b);
        CHECK(access(path, R_OK) == 0);
    }
    unlink(path);
    Bench b;
    bench_init(&b, &(RenderOptions){.all_on_device = true, .cache_file = "/no/such/folder/cache"},
               4);
    CHECK(b.status == STATUS_OK && strstr(renderer_note(b.renderer), "/no/such/folder/cache"));
    bench_finish(&b);
}

TEST(a_bad_scene_is_refused) {
    Bench b;
    bench_init(&b, &(RenderOptions){0}, 4);
    CHECK(b.status == STATUS_OK);
    RenderInstance *instances = ARENA_NEW(&b.arena, RenderInstance, 5);
    memcpy(instances, b.scene.instances, 5 * sizeof *instances);
    instances[2].mesh = 9;
    b.scene.instances = instances;
    CHECK(renderer_set_scene(b.renderer, &b.scene, &b.error) == STATUS_BUG);
    RenderView view = {.camera = {.width = SIZE, .height = SIZE - 30}};
    RenderImage image = image_all(&b.arena, SIZE, SIZE - 30);
    CHECK(renderer_draw(b.renderer, &view, &image, &b.error) == STATUS_BUG); // no scene now
    bench_finish(&b);
}

TEST(no_such_device) {
    Bench b;
    bench_init(&b, &(RenderOptions){.device = "a device of that name"}, 4);
    CHECK_EQ(b.status, STATUS_VULKAN);
    CHECK(strstr(b.error.text, "a device of that name"));
    bench_finish(&b);
}

TEST_MAIN(TEST_CASE(ids_and_depth_agree_with_the_reference), TEST_CASE(a_wrong_mask_is_noticed),
          TEST_CASE(samples_and_lights_do_not_change_masks),
          TEST_CASE(host_and_device_draw_the_same), TEST_CASE(soft_and_device_draw_the_same),
          TEST_CASE(many_at_once_are_the_same_bytes),
          TEST_CASE(any_allocation_of_a_soft_picture_may_fail), TEST_CASE(masks_without_color),
          TEST_CASE(background_covers_what_the_object_does_not), TEST_CASE(the_layers_are_silent),
          TEST_CASE(any_call_may_fail), TEST_CASE(any_call_of_a_gpu_may_fail),
          TEST_CASE(pipelines_are_cached), TEST_CASE(many_frames_keep_memory_flat),
          TEST_CASE(a_bad_scene_is_refused), TEST_CASE(no_such_device))
