// SPDX-License-Identifier: Apache-2.0
// The part of a picture that plain C does on a CPU device, in memory that the device draws into.
#ifndef FRC_VK_RENDERER_HOST_H
#define FRC_VK_RENDERER_HOST_H

#include "vk/renderer_internal.h"

// One picture's memory while neither the device nor anyone else touches it.
typedef struct HostPicture {
    const ViewBlock *view;
    const DrawCall *calls;
    const SrgbTables *tables;
    u32 width, height, n_samples;    // of the picture, in pixels; samples across a pixel
    const GpuImage *samples, *front; // mapped; opaque alone, and with glass: the same without glass
    const GpuImage *glass;           // mapped, or NULL
    const f32 *depths;               // of front, as in a depth buffer
    u32 depth_width;                 // in samples
    u32 *work;                       // as WorkBlock in shaders/common.glsl
    const f32 *floor;                // how dark it is; NULL: there is none
    u32 floor_size, floor_region[4]; // in texels; beyond the region it is not dark
} HostPicture;

// Lists what is to be shaded into work. O(samples).
void host_list_samples(const HostPicture *picture);
// Ids, depth, normals and positions, as far as the image has arrays for them. O(pixels).
void host_fill_masks(const HostPicture *picture, const RenderCamera *camera,
                     const RenderImage *image);
// color: 4 a pixel, from shaded items. O(pixels).
void host_fill_color(const HostPicture *picture, u8 *color);

// A map of halves, four a texel, as the device makes it, becomes floats, in place: of the first
// half.
void host_unpack_floor(void *texels, u32 size);

void normal_unpack(u32 packed, f32 out[3]);

#endif
