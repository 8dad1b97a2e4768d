// SPDX-License-Identifier: Apache-2.0
// A device that is started once for many pictures, and once more when it is lost on the way.
#include "runtime/picture/picture.h"

#include <stdio.h>

void picture_device_init(PictureDevice *device, const RenderOptions *options,
                         const volatile int *cancel) {
    *device = (PictureDevice){.options = *options};
    heap_init(&device->heap, 0);
    device->heap.shared->cancel = cancel;
}

void picture_device_finish(PictureDevice *device) {
    renderer_destroy(device->renderer);
    device->renderer = NULL;
    heap_finish(&device->heap);
}

typedef struct Attempt {
    PictureDevice *device;
    PictureDraw *draw;
    void *ctx;
    RenderError *error;
    Status status;
} Attempt;

static void attempt_run(void *ctx) {
    Attempt *a = ctx;
    PictureDevice *device = a->device;
    a->status = device->renderer
                    ? STATUS_OK
                    : renderer_create(&device->heap, &device->options, &device->renderer, a->error);
    if (a->status != STATUS_OK)
        return;
    device->is_started = true;
    a->status = a->draw(a->ctx, device->renderer, a->error);
}

static Status attempt(PictureDevice *device, PictureDraw *draw, void *ctx, RenderError *error) {
    Attempt a = {device, draw, ctx, error, STATUS_OK};
    error->text[0] = 0;
    if (heap_guard(&device->heap, attempt_run, &a))
        return a.status;
    bool is_cancelled = device->heap.failure == FAIL_CANCELLED;
    snprintf(error->text, sizeof error->text, is_cancelled ? "interrupted" : "out of memory");
    return is_cancelled ? STATUS_INTERRUPTED : STATUS_MEMORY;
}

static void start_anew(PictureDevice *device, const char *what, const RenderError *why) {
    char text[400];
    snprintf(text, sizeof text, "%s: %s", why->text, what);
    if (device->note)
        device->note(device->note_ctx, text);
    renderer_destroy(device->renderer);
    device->renderer = NULL;
}

Status picture_device_draw(PictureDevice *device, PictureDraw *draw, void *ctx,
                           RenderError *error) {
    Status status = attempt(device, draw, ctx, error);
    if (status == STATUS_VULKAN && device->is_started) {
        start_anew(device, "drawing again, on a fresh device", error);
        status = attempt(device, draw, ctx, error);
    }
    const char *wanted = device->options.device;
    bool is_free = !wanted || strcmp(wanted, "auto") == 0;
    if (status == STATUS_VULKAN && device->is_started && is_free && device->renderer &&
        !renderer_is_cpu(device->renderer)) {
        start_anew(device, "drawing on the processor instead", error);
        device->options.device = "cpu";
        status = attempt(device, draw, ctx, error);
    }
    return status;
}
