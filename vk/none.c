// SPDX-License-Identifier: Apache-2.0
// The front door of a build without Vulkan's headers: everything says so, and nothing else is
// missing.
#include "vk/render.h"

#ifndef FRC_HAVE_VULKAN

#include <stdio.h>

Status renderer_create(Heap *heap, const RenderOptions *options, Renderer **out,
                       RenderError *error) {
    (void)heap;
    (void)options;
    *out = NULL;
    snprintf(
        error->text, sizeof error->text,
        "this frc was built without Vulkan: install libvulkan-dev and glslc, and build it again");
    return STATUS_VULKAN;
}

u32 renderer_destroy(Renderer *renderer) {
    (void)renderer;
    return 0;
}

const char *renderer_device(const Renderer *renderer) {
    (void)renderer;
    return "none";
}

bool renderer_is_cpu(const Renderer *renderer) {
    (void)renderer;
    return false;
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
    (void)scene;
    return renderer_create(NULL, NULL, &renderer, error);
}

Status renderer_draw(Renderer *renderer, const RenderView *view, const RenderImage *image,
                     RenderError *error) {
    (void)view;
    (void)image;
    return renderer_create(NULL, NULL, &renderer, error);
}

#endif
