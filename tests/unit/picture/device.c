// SPDX-License-Identifier: Apache-2.0
// A device that is lost: one fresh start, then a clear failure; and what is drawn after it.
#include "runtime/picture/picture.h"

#include "tests/unit/test.h"
#include "tests/unit/vk/drivers.h"
#include "tests/unit/vk/scenes.h"

enum { SIZE = 48 };

typedef struct Job {
    RenderScene scene;
    RenderImage image;
    PictureDevice *device;
    bool mends; // the second attempt meets no fault
    u32 n_attempts, n_notes;
    char note[400];
} Job;

static void on_note(void *ctx, const char *text) {
    Job *job = ctx;
    job->n_notes++;
    snprintf(job->note, sizeof job->note, "%s", text);
}

static Status draw(void *ctx, Renderer *renderer, RenderError *error) {
    Job *job = ctx;
    job->n_attempts++;
    if (job->mends)
        job->device->options.fail_at = 0;
    Status status = renderer_set_scene(renderer, &job->scene, error);
    RenderView view = {
        .camera = camera_fit(&job->scene, (CameraPlace){35, 20, 28}, SIZE, SIZE, 0.05, STR("iso"))};
    return status == STATUS_OK ? renderer_draw(renderer, &view, &job->image, error) : status;
}

typedef struct Bench {
    Heap heap;
    Arena arena;
    PictureDevice device;
    RenderError error;
    Job job;
} Bench;

static void bench_init(Bench *b, const RenderOptions *options) {
    memset(b, 0, sizeof *b);
    heap_init(&b->heap, 0);
    arena_init(&b->arena, &b->heap);
    b->job.scene = test_scene(&b->arena, 4);
    b->job.image = (RenderImage){.width = SIZE,
                                 .height = SIZE,
                                 .color = ARENA_NEW(&b->arena, u8, 4 * SIZE * SIZE),
                                 .instances = ARENA_NEW(&b->arena, u16, SIZE * SIZE)};
    b->job.device = &b->device;
    picture_device_init(&b->device, options, NULL);
    b->device.note = on_note;
    b->device.note_ctx = &b->job;
}

static void bench_finish(Bench *b) {
    picture_device_finish(&b->device);
    heap_finish(&b->heap);
}

static u32 last_call(void) { // of one whole picture
    Bench b;
    bench_init(&b, &(RenderOptions){.device = "vulkan"});
    Status status = picture_device_draw(&b.device, draw, &b.job, &b.error);
    u32 n = status == STATUS_OK ? renderer_call_count(b.device.renderer) : 0;
    bench_finish(&b);
    return n;
}

TEST(a_lost_device_is_started_once_more) {
    u32 n = last_call();
    CHECK(n > 60);
    for (u32 back = 0; back < 12; back += 4) { // waiting, submitting, recording
        Bench b;
        bench_init(&b,
                   &(RenderOptions){.device = "vulkan", .fail_at = n - back, .lose_device = true});
        b.job.mends = true;
        CHECK_EQ(picture_device_draw(&b.device, draw, &b.job, &b.error), STATUS_OK);
        CHECK(b.job.n_attempts == 2 && b.job.n_notes == 1);
        CHECK(strstr(b.job.note, "the device was lost") && strstr(b.job.note, "drawing again"));
        u32 n_seen = 0;
        for (u32 i = 0; i < SIZE * SIZE; i++)
            n_seen += b.job.image.instances[i] != 0;
        CHECK(n_seen > SIZE * SIZE / 10);
        // And the device serves on.
        CHECK_EQ(picture_device_draw(&b.device, draw, &b.job, &b.error), STATUS_OK);
        CHECK(b.job.n_attempts == 3 && b.job.n_notes == 1);
        bench_finish(&b);
    }
}

TEST(a_device_lost_twice_is_a_failure) {
    Bench b;
    bench_init(&b,
               &(RenderOptions){.device = "vulkan", .fail_at = last_call(), .lose_device = true});
    CHECK_EQ(picture_device_draw(&b.device, draw, &b.job, &b.error), STATUS_VULKAN);
    CHECK(b.job.n_attempts == 2 && strstr(b.error.text, "the device was lost"));
    bench_finish(&b);
}

TEST(without_a_device_nothing_is_tried_twice) {
    Bench b;
    bench_init(&b, &(RenderOptions){.device = "a device of that name"});
    CHECK_EQ(picture_device_draw(&b.device, draw, &b.job, &b.error), STATUS_VULKAN);
    CHECK(b.job.n_attempts == 0 && b.job.n_notes == 0 && !b.device.is_started);
    CHECK(strstr(b.error.text, "a device of that name"));
    bench_finish(&b);
}

TEST_MAIN(TEST_CASE(a_lost_device_is_started_once_more),
          TEST_CASE(a_device_lost_twice_is_a_failure),
          TEST_CASE(without_a_device_nothing_is_tried_twice))
