// SPDX-License-Identifier: Apache-2.0
// The front door of a build without Vulkan's headers: pictures are drawn in plain C, and who asks
// for another device is told.
#include "vk/soft.h"
#include "vk/view.h"

#ifndef FRC_HAVE_VULKAN

#include <stdio.h>

struct Renderer {
    Heap *heap;
    Soft *soft;
    bool has_color, has_scene;
};

static bool is_soft(const char *device) {
    return !device || strcmp(device, "auto") == 0 || strcmp(device, "cpu") == 0 ||
           (strcmp(device, "gpu") != 0 && device_name_has(SOFT_DEVICE, device));
}

Status renderer_create(Heap *heap, const RenderOptions *options, Renderer **out,
                       RenderError *error) {
    *out = NULL;
    if (!is_soft(options->device)) {
        snprintf(error->text, sizeof error->text,
                 "there is no '%s': this frc was built without Vulkan; install libvulkan-dev and "
                 "glslc, and build it again",
                 options->device);
        return STATUS_VULKAN;
    }
    *out = HEAP_NEW(heap, Renderer, 1);
    (*out)->heap = heap;
    (*out)->has_color = !options->no_color;
    (*out)->soft = soft_create(heap, options->n_slots);
    return STATUS_OK;
}

u32 renderer_destroy(Renderer *renderer) {
    if (!renderer)
        return 0;
    soft_destroy(renderer->soft);
    heap_free(renderer->heap, renderer);
    return 0;
}

const char *renderer_device(const Renderer *renderer) {
    (void)renderer;
    return SOFT_DEVICE;
}

bool renderer_is_cpu(const Renderer *renderer) {
    (void)renderer;
    return true;
}

u32 renderer_message_count(const Renderer *renderer) {
    (void)renderer;
    return 0;
}

const char *renderer_message(const Renderer *renderer) {
    (void)renderer;
    return "";
}

const char *renderer_note(const Renderer *renderer) {
    (void)renderer;
    return "";
}

u32 renderer_call_count(const Renderer *renderer) {
    (void)renderer;
    return 0;
}

u32 renderer_object_count(const Renderer *renderer) {
    (void)renderer;
    return 0;
}

Status renderer_set_scene(Renderer *renderer, const RenderScene *scene, RenderError *error) {
    Status status = soft_set_scene(renderer->soft, scene, error);
    renderer->has_scene = status == STATUS_OK;
    return status;
}

Status renderer_draw(Renderer *renderer, const RenderView *view, const RenderImage *image,
                     RenderError *error) {
    if (!renderer->has_scene || !image_is_sound(view, image, renderer->has_color, error))
        return STATUS_BUG;
    return soft_draw(renderer->soft, view, image, error);
}

#endif
