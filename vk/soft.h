// SPDX-License-Identifier: Apache-2.0
// A whole picture in plain C, on the processor alone: no library is loaded and nothing is compiled,
// which is most of what a picture costs on a processor's Vulkan driver. The same pictures as the
// Vulkan paths', within what spec/render.md promises, and the same bytes on every machine.
#ifndef FRC_VK_SOFT_H
#define FRC_VK_SOFT_H

#include "vk/render.h"

#define SOFT_DEVICE "processor (plain C)"

typedef struct Soft Soft;

// In heap, which it must not outlive. n_slots: pictures at once; 0: one a processor, at most 8.
Soft *soft_create(Heap *heap, u32 n_slots);
void soft_destroy(Soft *soft); // NULL allowed

// As the renderer's (vk/render.h).
Status soft_set_scene(Soft *soft, const RenderScene *scene, RenderError *error);
Status soft_draw(Soft *soft, const RenderView *view, const RenderImage *image, RenderError *error);

#endif
