// SPDX-License-Identifier: Apache-2.0
// Contact sheets, for people and for models that look: several views in one picture of at most
// 1,024 pixels, each with its name, the axes and, where it has one scale, a bar of known length.
#ifndef FRC_VK_SHEET_H
#define FRC_VK_SHEET_H

#include "vk/canvas.h"
#include "vk/render.h"

typedef enum SheetKind {
    SHEET_VIEWS, // iso, front, right, back, left, top in their materials
    SHEET_PARTS, // two views in part colours, one exploded, one x-ray; a legend with counts;
                 // close-ups
} SheetKind;

// Leaves the renderer with the scene, or one made of it, set. *out is to be finished by the caller
// in any case. STATUS_VULKAN: *error. Long and tall objects get larger cells. Cost: that of six
// views of 333 x 322 to 503 x 298 or 333 x 462 pixels, or four and, of up to four places with small
// parts, one to four of 248 x 178 each.
Status sheet_draw(Renderer *renderer, const RenderScene *scene, SheetKind kind, Heap *heap,
                  Canvas *out, RenderError *error);

#endif
