// SPDX-License-Identifier: Apache-2.0
// The renderer's inside: what is made once (pipelines), what a scene brings (buffers, field), and
// what each picture in flight has of its own (slot).
#ifndef FRC_VK_RENDERER_INTERNAL_H
#define FRC_VK_RENDERER_INTERNAL_H

#include "vk/field.h"
#include "vk/gpu.h"

enum {
    SLOTS_MAX = 8,
    SHADOWS_MAX = 16,
    SHADOW_TAPS = 16,
    SHADOW_SIZE = 1024,
    LIGHTS = 3,
    BINDINGS = 13
};
enum { VIEW_PART_COLORS = 1, VIEW_FLOOR = 2, VIEW_OUTLINES = 4, VIEW_GLASS = 8 };

// ---- mirrored by shaders/common.glsl (std140, std430: vec4s and uvec4s only)

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

// ---- the scene on the device

#define OPAQUE 0.999f // what lets less light through is drawn as opaque

typedef struct DrawCall {
    u32 first_index, n_indices, first_vertex;
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

typedef struct DeviceScene {
    GpuBuffer vertices, indices, draws;
    GpuImage field;
    Field field_info; // without its distances
    DrawCall *calls;  // one a DrawRecord
    u32 n_calls, n_glass;
    bool has_glass;
    Box3 bounds;
    bool is_ready;
} DeviceScene;

typedef struct Slot {
    VkCommandPool pool;
    VkCommandBuffer commands;
    VkFence fence;
    VkDescriptorSet set;
    GpuBuffer view, pixels, work;         // work: the list of samples to shade
    GpuBuffer depth_copy, floor_copy;     // for the host's part of the work
    GpuImage samples, depths;             // opaque geometry
    GpuImage front_samples, front_depths; // with glass
    GpuImage glass;
    u64 floor_serial;                // of the lights that floor_copy was taken under; 0: of none
    u32 floor_size, floor_region[4]; // texels; the region: least x, y, then ends
    bool floor_is_packed;            // halves still, four a texel; else floats, one a texel
    bool is_busy;
    GlassSide *order; // farthest first
} Slot;

// Shadow maps of the key light and the floor's darkness: one set for all slots, made anew when a
// picture wants other lights. Who changes it holds the lock until its commands are submitted, so
// that the queue's order is the order of changes.
typedef struct Lights {
    pthread_mutex_t lock;
    GpuImage shadows, floor; // floor: how dark it is
    VkImageView layers[SHADOWS_MAX];
    u32 n_layers;
    f64 azimuth; // what they hold
    u32 n_shadows;
    bool is_ready, has_floor;
    u32 floor_region[4]; // beyond which it is not dark
    u64 serial;          // of the last change of the floor
} Lights;

// sRGB bytes of linear values, by their square roots in 0..n.
typedef struct SrgbTables {
    u8 of_1023[1024], of_255[256], of_4095[4096];
} SrgbTables;

struct Renderer {
    Heap *heap;
    Gpu gpu;
    VkDescriptorSetLayout set_layout;
    VkPipelineLayout layout;
    VkDescriptorPool descriptors;
    VkSampler nearest, linear, compare;
    VkPipelineCache cache;
    VkPipeline geometry, shadow, glass, classify, split, shade, floor, resolve;
    DeviceScene scene;
    Lights lights;
    bool has_color; // not made for ids and geometry alone
    bool on_host;   // a CPU device whose memory we read: plain C does what needs no light
    SrgbTables tables;
    Slot slots[SLOTS_MAX];
    u32 n_slots;
    pthread_mutex_t lock; // slots and the queue
    pthread_cond_t freed;
    bool has_locks;
    const char *cache_file;
    size_t cache_size; // as it was read
    char note[512];    // of what could be done without
};

// renderer_pipeline.c
bool renderer_pipelines_init(Renderer *renderer);
bool renderer_glass_init(
    Renderer *renderer); // with the first scene that has some: compiling costs time
void renderer_pipelines_finish(Renderer *renderer);
// renderer_slot.c
bool slot_init(Renderer *renderer, Slot *slot);
void slot_finish(Renderer *renderer, Slot *slot);
// Images and buffers of at least this size.
bool slot_prepare(Renderer *renderer, Slot *slot, u32 width, u32 height, u32 n_samples,
                  bool with_color);
// Every binding the slot's shaders may use; the lights' lock is held.
void slot_bind(Renderer *renderer, Slot *slot);
bool slot_begin(Renderer *renderer, Slot *slot);
bool slot_submit(Renderer *renderer, Slot *slot);
bool slot_wait(Renderer *renderer, Slot *slot);
// Room for so many shadow maps, and in the slot for the floor; the lock is held.
bool lights_prepare(Renderer *renderer, Slot *slot, u32 n_layers);
void lights_finish(Renderer *renderer);
// renderer_record.c: commands into a slot's buffer, in the order of a picture.
void record_bind(Renderer *renderer, Slot *slot);
// Shadow maps and floor, unless they are those already; the lock is held until it is submitted.
void record_lights(Renderer *renderer, Slot *slot, f64 azimuth, u32 n_shadows, bool with_floor);
void record_samples(Renderer *renderer, Slot *slot, const RenderCamera *camera, u32 width,
                    u32 height, bool with_color);
void record_read_samples(Renderer *renderer, Slot *slot, u32 width, u32 height, bool with_color);
void record_list(Renderer *renderer, Slot *slot, const RenderCamera *camera);
void record_shade(Renderer *renderer, Slot *slot);
void record_resolve(Renderer *renderer, Slot *slot, const RenderCamera *camera);
void record_read_light(Renderer *renderer, Slot *slot);
// renderer_host.c
void srgb_tables_init(SrgbTables *tables);
// renderer_scene.c
void device_scene_finish(Renderer *renderer);
// renderer_light.c: lights and shadow matrices into the block.
void view_lights(ViewBlock *block, const DeviceScene *scene, f64 azimuth, u32 n_shadows);

void image_barrier(Gpu *gpu, VkCommandBuffer commands, const GpuImage *image, VkImageLayout from,
                   VkImageLayout to, VkPipelineStageFlags2 src_stage, VkAccessFlags2 src_access,
                   VkPipelineStageFlags2 dst_stage, VkAccessFlags2 dst_access);

#endif
