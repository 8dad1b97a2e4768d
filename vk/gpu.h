// SPDX-License-Identifier: Apache-2.0
// The device and its objects, below the renderer. Every call that can fail goes through GPU_TRY,
// which counts it, lets a test make it fail, and keeps the first failure as one line of text.
// Objects lie in their owners' structs, zero while not made, so that destroying is always safe.
#ifndef FRC_VK_GPU_H
#define FRC_VK_GPU_H

#include "vk/render.h"

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include <pthread.h>
#include <stdatomic.h>

typedef struct GpuTable {
#define GPU_GLOBAL(name) PFN_vk##name name;
#define GPU_INSTANCE(name) PFN_vk##name name;
#define GPU_DEVICE(name) PFN_vk##name name;
#include "vk/gpu_functions.def"
    PFN_vkGetInstanceProcAddr GetInstanceProcAddr;
    PFN_vkCreateDebugUtilsMessengerEXT CreateDebugUtilsMessengerEXT; // with validation only
    PFN_vkDestroyDebugUtilsMessengerEXT DestroyDebugUtilsMessengerEXT;
} GpuTable;

typedef struct Gpu {
    GpuTable vk;
    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger;
    VkPhysicalDevice physical;
    VkPhysicalDeviceProperties properties;
    VkPhysicalDeviceMemoryProperties memory;
    VkDevice device;
    VkQueue queue;
    u32 family;
    bool is_cpu;
    u32 fail_at;
    bool lose_device;
    _Atomic u32 n_calls, n_objects, n_messages;
    _Atomic int is_lost;
    _Atomic int is_hung; // no answer in time: nothing of it may be touched or destroyed any more
    pthread_mutex_t error_lock;
    bool has_error;
    char message[512]; // the validation layer's first
    RenderError error; // the first since gpu_error_take
} Gpu;

typedef struct GpuBuffer {
    VkBuffer buffer;
    VkDeviceMemory memory;
    void *map; // always mapped, coherent
    VkDeviceSize size;
} GpuBuffer;

typedef struct GpuImage {
    VkImage image;
    VkDeviceMemory memory;
    VkImageView view;
    VkFormat format;
    VkImageAspectFlags aspect;
    u32 width, height, depth, layers;
    const void *map; // of an image that we read in place: row 0; else NULL
    size_t pitch;    // bytes from row to row there
} GpuImage;

// False (and the error kept) unless the call gives VK_SUCCESS.
#define GPU_TRY(gpu, name, ...)                                                                    \
    gpu_try_end((gpu), gpu_try_begin(gpu) ? (gpu)->vk.name(__VA_ARGS__) : VK_RESULT_MAX_ENUM,      \
                "vk" #name)
bool gpu_try_begin(Gpu *gpu);
bool gpu_try_end(Gpu *gpu, VkResult result, const char *what);
void gpu_fail(Gpu *gpu, const char *fmt, ...) PRINTF_LIKE(2, 3);
void gpu_error_take(Gpu *gpu, RenderError *error);

// False: the system has no device that a GPU's driver could talk to. Loads nothing.
bool gpu_may_exist(void);

// Loads Vulkan, makes instance and device. False: gpu->error says why.
bool gpu_init(Gpu *gpu, Heap *heap, const RenderOptions *options);
void gpu_finish(Gpu *gpu);

typedef enum GpuUse { GPU_UPLOAD, GPU_READBACK } GpuUse; // written by us; read by us
bool gpu_buffer_init(Gpu *gpu, GpuBuffer *out, VkDeviceSize size, VkBufferUsageFlags usage,
                     GpuUse use);
void gpu_buffer_finish(Gpu *gpu, GpuBuffer *buffer);
// layers 0: a plain 2D image; depth > 1: 3D.
bool gpu_image_init(Gpu *gpu, GpuImage *out, VkFormat format, u32 width, u32 height, u32 depth,
                    u32 layers, VkImageUsageFlags usage);
// One that we read in place. Needs gpu_can_map.
bool gpu_image_init_mapped(Gpu *gpu, GpuImage *out, VkFormat format, u32 width, u32 height,
                           VkImageUsageFlags usage);
// The device draws colour of this format into memory that we can read.
bool gpu_can_map(Gpu *gpu, VkFormat format);
void gpu_image_finish(Gpu *gpu, GpuImage *image);

#endif
