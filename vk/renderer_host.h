// SPDX-License-Identifier: Apache-2.0
// The part of a picture that plain C does on a CPU device, in memory that the device draws into.
#ifndef FRC_VK_RENDERER_HOST_H
#define FRC_VK_RENDERER_HOST_H

#include "vk/view.h"

// Samples as they were drawn: row 0, and bytes from row to row.
typedef struct HostImage {
    const void *map;
    size_t pitch;
} HostImage;

// One picture's memory while neither the device nor anyone else touches it.
typedef struct HostPicture {
    const ViewBlock *view;
    const DrawCall *calls;
    const SrgbTables *tables;
    u32 width, height, n_samples; // of the picture, in pixels; samples across a pixel
    HostImage samples, front; // draw + 1, normal; opaque alone, and with glass: the same without
    HostImage glass;          // four halves a sample; NULL without
    const f32 *depths;        // of front, as in a depth buffer
    u32 depth_width;          // in samples
    u32 *work;                // as WorkBlock in shaders/common.glsl
    const f32 *floor;         // how dark it is; NULL: there is none
    u32 floor_size, floor_region[4]; // in texels; beyond the region it is not dark
} HostPicture;

enum { HOST_HEAD = 4 }; // words of work before its data

// Rows begin..end of the picture each. Lists what is to be shaded: items of pixels' middles from
// begin * width on, the others in an array of their own from there on; counts: how many of each.
// O(samples).
void host_list_samples(const HostPicture *picture, u32 begin, u32 end, u32 counts[2]);
// Where the items of a list are: those of middles, the others.
u32 *host_items(const HostPicture *picture, u32 which);
// Ids, depth, normals and positions, as far as the image has arrays for them. O(pixels).
void host_fill_masks(const HostPicture *picture, const RenderCamera *camera,
                     const RenderImage *image, u32 begin, u32 end);
// color: 4 a pixel of the whole picture, from shaded items. O(pixels).
void host_fill_color(const HostPicture *picture, u8 *color, u32 begin, u32 end);

// A map of halves, four a texel, as the device makes it, becomes floats, in place: of the first
// half.
void host_unpack_floor(void *texels, u32 size);

void normal_unpack(u32 packed, f32 out[3]);

#endif
