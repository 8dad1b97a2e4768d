// SPDX-License-Identifier: Apache-2.0
// Glass over a picture in plain C: blended from back to front, each piece lit where it is drawn.
#ifndef FRC_VK_SOFT_GLASS_H
#define FRC_VK_SOFT_GLASS_H

#include "vk/soft_lights.h"

// The raster's band of glass: four halves a sample, premultiplied. order: as glass_sort gives it;
// depths: of what is opaque, rows of the raster's pitch; height of the whole, in samples.
void soft_glass_draw(Raster *raster, const SoftStudio *studio, const SoftScene *scene,
                     const GlassSide *order, u32 n_order, const f32 *depths, u16 *glass,
                     u32 height);

#endif
