// SPDX-License-Identifier: Apache-2.0
// The renderer's inside: what is made once (pipelines), what a scene brings (buffers, field), and
// what each picture in flight has of its own (slot).
#ifndef FRC_VK_RENDERER_INTERNAL_H
#define FRC_VK_RENDERER_INTERNAL_H

#include "vk/gpu.h"
#include "vk/soft.h"
#include "vk/view.h"

enum { SLOTS_MAX = 8, BINDINGS = 13 };
// ---- the scene on the device ----

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

struct Renderer {
    Heap *heap;
    Soft *soft; // draws in plain C: then there is no device, and nothing below is used
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
// renderer_scene.c
Status device_set_scene(Renderer *renderer, const RenderScene *scene, RenderError *error);
void device_scene_finish(Renderer *renderer);
void image_barrier(Gpu *gpu, VkCommandBuffer commands, const GpuImage *image, VkImageLayout from,
                   VkImageLayout to, VkPipelineStageFlags2 src_stage, VkAccessFlags2 src_access,
                   VkPipelineStageFlags2 dst_stage, VkAccessFlags2 dst_access);

#endif
