// SPDX-License-Identifier: Apache-2.0
// Shadow maps and the floor's darkness in plain C: what is the same for all views of a scene.
#ifndef FRC_VK_SOFT_LIGHTS_H
#define FRC_VK_SOFT_LIGHTS_H

#include "vk/soft_light.h"

typedef struct SoftScene {
    const RenderScene *scene; // NULL: none
    DrawRecord *records;
    DrawCall *calls;
    SoftMaterial *materials;
    Box3 *boxes; // of meshes
    u32 n_calls, n_glass, most_verts;
    ViewScene facts; // field: with its distances once a picture has colour
} SoftScene;

// Draws what is at least so opaque on the raster's band; of closed bodies without the faces that
// drop (RASTER_DROP_*) names. matrix, height: as of raster_place.
void soft_raster_scene(const SoftScene *scene, Raster *raster, const f32 matrix[16], u32 height,
                       f32 least, u32 drop);

// One light's maps. Whoever draws by it holds a reference.
typedef struct SoftLights {
    f64 azimuth;
    u32 n_shadows;
    bool with_floor;
    u32 n_refs;
    i16 *maps; // n_shadows x SHADOW_PITCH squared
    f32 *floor;
    u32 floor_size, floor_region[4];
    struct SoftLights *next; // among those no longer wanted
} SoftLights;

SoftLights *soft_lights_make(Heap *heap, const ViewBlock *view, const SoftScene *scene, f64 azimuth,
                             bool with_floor);
void soft_lights_free(SoftLights *lights, Heap *heap);
// Scratch from heap.
void soft_shadow_map(SoftLights *lights, const SoftScene *scene, const ViewBlock *view, u32 layer,
                     Heap *heap);

#endif
