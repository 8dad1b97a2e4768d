// SPDX-License-Identifier: Apache-2.0
// Light in plain C: what shaders/light.glsl, shade.comp, floor.comp and glass.frag do, formula for
// formula. A test holds the pictures of the two together: change both.
#ifndef FRC_VK_SOFT_LIGHT_H
#define FRC_VK_SOFT_LIGHT_H

#include "vk/soft_raster.h"

// A shadow map has a border that is all light, and 16-bit depths less 32768.
enum {
    SHADOW_BORDER = 2,
    SHADOW_PITCH = SHADOW_SIZE + 2 * SHADOW_BORDER,
    SHADOW_LIGHT = 32767,
    SHADOW_SHIFT = 32768
};

typedef struct SoftMaterial { // of a draw
    f32 color[3], emission[3], part[3], metallic, roughness, opacity;
} SoftMaterial;

// What light depends on besides the surface.
typedef struct SoftStudio {
    const ViewBlock *view;
    const Field *field;
    const i16 *maps;               // shadow maps, see soft_lights.h
    const SoftMaterial *materials; // one a draw
} SoftStudio;

void soft_materials(const DrawRecord *records, u32 n, SoftMaterial *out);

// items, as in shaders/common.glsl: places of samples become their light. samples and depths have
// rows of width.
void soft_shade(const SoftStudio *studio, const RasterSample *samples, const f32 *depths, u32 width,
                u32 *items, u32 n);

// Rows begin..end of the floor's map, between columns x_begin and x_end, which are in fours.
void soft_floor(const SoftStudio *studio, f32 *floor, u32 size, u32 x_begin, u32 x_end, u32 begin,
                u32 end);

// Light of four pieces of glass: premultiplied colour, and how much they cover. at: samples.
typedef struct GlassPieces {
    F4 x, y, z; // samples; as in a depth buffer
    V3 normal;  // toward the eye, of any length
    u32 draw;
    bool is_front;
} GlassPieces;
void soft_glass(const SoftStudio *studio, const GlassPieces *pieces, V3 *color, F4 *cover);

#endif
