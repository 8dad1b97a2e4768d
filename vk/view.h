// SPDX-License-Identifier: Apache-2.0
// What every way of drawing shares: a view as shaders see it, and the draws that a scene comes down
// to. Needs no device.
#ifndef FRC_VK_VIEW_H
#define FRC_VK_VIEW_H

#include "vk/field.h"

enum { SHADOWS_MAX = 16, SHADOW_TAPS = 16, SHADOW_SIZE = 1024, LIGHTS = 3 };
enum { VIEW_PART_COLORS = 1, VIEW_FLOOR = 2, VIEW_OUTLINES = 4, VIEW_GLASS = 8 };

// ---- mirrored by shaders/common.glsl (std140, std430: vec4s and uvec4s only) ----

typedef struct ViewBlock {
    f32 clip[16]; // by columns
    f32 camera[3][4];
    f32 intrinsics[4], eye[4], depth_range[4], center[4], background[4], field_min[4],
        field_size[4];
    f32 lights[LIGHTS][4], light_colors[LIGHTS][4];
    f32 shadow[16], taps[SHADOW_TAPS][4];
    u32 size[4], flags[4];
    f32 shadow_info[4];
} ViewBlock;

typedef struct DrawRecord {
    f32 rows[3][4];
    u32 color, surface, emission, part_rgb; // packed
} DrawRecord;

#define OPAQUE 0.999f // what lets less light through is drawn as opaque

typedef struct DrawCall {
    u32 mesh, first_index, n_indices; // first_index: in the mesh, or the device's buffer
    u32 first_vertex;                 // in the device's buffer
    u16 instance, part;
    bool is_glass, is_mirrored, is_open;
    f32 opacity;
    Box3 box; // what is_glass only: of the object, for sorting
} DrawCall;

// The far or the near side of a transparent draw, for blending from back to front.
typedef struct GlassSide {
    f64 z; // mm
    u32 call;
    bool is_near;
} GlassSide;

// sRGB bytes of linear values, by their square roots in 0..n.
typedef struct SrgbTables {
    u8 of_1023[1024], of_255[256], of_4095[4096];
} SrgbTables;

// Whether word is in a device's name, in upper or lower case.
bool device_name_has(const char *name, const char *word);

// What a view must know of the scene.
typedef struct ViewScene {
    Box3 bounds;
    Field field; // without its distances; cell 0: no colour wanted
    bool has_glass;
} ViewScene;

void view_block(const RenderView *view, const ViewScene *scene, u32 n_samples, u32 n_shadows,
                ViewBlock *out);
// renderer_light.c: lights and shadow matrices into the block.
void view_lights(ViewBlock *block, Box3 bounds, f64 azimuth, u32 n_shadows);
// The texels of the floor's map that may be dark: least x, y, then ends.
void view_floor_region(const ViewBlock *view, Box3 bounds, u32 size, u32 out[4]);
// renderer_host.c
void srgb_tables_init(SrgbTables *tables);

// Ranges of instances, one draw each. At most 2^24.
bool scene_is_sound(const RenderScene *scene, RenderError *error);
// Sizes agree and are within limits, and colour is not asked for where there is none. *error tells
// of no scene as well.
bool image_is_sound(const RenderView *view, const RenderImage *image, bool has_color,
                    RenderError *error);
u64 scene_draw_count(const RenderScene *scene);
// records and calls: that many. Returns how many are glass.
u32 scene_draws(const RenderScene *scene, DrawRecord *records, DrawCall *calls);
// Of each instance: whether it darkens what is near, as glass does not. From heap.
bool *scene_seen(const RenderScene *scene, Heap *heap);
// The sides of all glass draws as the camera sees them, farthest first: 2 for each. Returns how
// many.
u32 glass_sort(const DrawCall *calls, u32 n_calls, const RenderCamera *camera, GlassSide *order);

#endif
