// SPDX-License-Identifier: Apache-2.0
// Loading Vulkan when a picture is asked for and not before, choosing a device, and keeping what
// went wrong. There are no global function pointers: a Gpu has its own table, so two renderers can
// use two devices, and a program that never draws never opens the library.
#ifdef FRC_HAVE_VULKAN
#include "vk/gpu.h"

#include "vk/view.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

// ---- failures ----

static const char *result_text(VkResult result) {
    switch ((int)result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
        return "out of memory";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        return "out of device memory";
    case VK_ERROR_INITIALIZATION_FAILED:
        return "initialization failed";
    case VK_ERROR_DEVICE_LOST:
        return "the device was lost";
    case VK_ERROR_LAYER_NOT_PRESENT:
        return "the validation layer is not installed";
    case VK_ERROR_EXTENSION_NOT_PRESENT:
        return "an extension is missing";
    case VK_ERROR_FEATURE_NOT_PRESENT:
        return "a feature is missing";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
        return "no Vulkan driver found";
    case VK_ERROR_FORMAT_NOT_SUPPORTED:
        return "a format is not supported";
    case VK_TIMEOUT:
        return "no answer within 30 s";
    default:
        return NULL;
    }
}

void gpu_fail(Gpu *gpu, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    pthread_mutex_lock(&gpu->error_lock);
    if (!gpu->has_error)
        vsnprintf(gpu->error.text, sizeof gpu->error.text, fmt, args);
    gpu->has_error = true;
    pthread_mutex_unlock(&gpu->error_lock);
    va_end(args);
}

void gpu_error_take(Gpu *gpu, RenderError *error) {
    pthread_mutex_lock(&gpu->error_lock);
    if (gpu->has_error)
        *error = gpu->error;
    else
        snprintf(error->text, sizeof error->text, "Vulkan failed");
    gpu->has_error = false;
    pthread_mutex_unlock(&gpu->error_lock);
}

bool gpu_try_begin(Gpu *gpu) {
    u32 n = atomic_fetch_add(&gpu->n_calls, 1) + 1;
    return n != gpu->fail_at;
}

bool gpu_try_end(Gpu *gpu, VkResult result, const char *what) {
    if (result == VK_SUCCESS)
        return true;
    if (result == VK_RESULT_MAX_ENUM) // injected
        result = gpu->lose_device ? VK_ERROR_DEVICE_LOST : VK_ERROR_OUT_OF_DEVICE_MEMORY;
    if (result == VK_ERROR_DEVICE_LOST || result == VK_TIMEOUT)
        atomic_store(&gpu->is_lost, 1);
    if (result == VK_TIMEOUT)
        atomic_store(&gpu->is_hung, 1);
    const char *text = result_text(result);
    if (text)
        gpu_fail(gpu, "%s (%s)", text, what);
    else
        gpu_fail(gpu, "%s gave error %d", what, (int)result);
    return false;
}

// ---- instance ----

static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data,
                                                 void *user) {
    Gpu *gpu = user;
    (void)types;
    if (severity & (VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                    VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT)) {
        if (atomic_fetch_add(&gpu->n_messages, 1) == 0)
            snprintf(gpu->message, sizeof gpu->message, "%s", data->pMessage);
    }
    return VK_FALSE;
}

static bool load_library(Gpu *gpu) {
    // Never closed: drivers leave threads and exit handlers behind.
    void *library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        gpu_fail(gpu, "the Vulkan loader (libvulkan.so.1) is not installed");
        return false;
    }
    void *symbol = dlsym(library, "vkGetInstanceProcAddr");
    if (!symbol) {
        gpu_fail(gpu, "libvulkan.so.1 is no Vulkan loader");
        return false;
    }
    memcpy(&gpu->vk.GetInstanceProcAddr, &symbol, sizeof symbol);
    return true;
}

#define LOAD_GLOBAL(name)                                                                          \
    (gpu->vk.name = (PFN_vk##name)gpu->vk.GetInstanceProcAddr(NULL, "vk" #name))
#define LOAD_INSTANCE(name)                                                                        \
    (gpu->vk.name = (PFN_vk##name)gpu->vk.GetInstanceProcAddr(gpu->instance, "vk" #name))

static bool missing(Gpu *gpu, const char *name) {
    gpu_fail(gpu, "the Vulkan driver lacks %s: Vulkan 1.3 is needed", name);
    return false;
}

static bool load_global(Gpu *gpu) {
#define GPU_GLOBAL(name)                                                                           \
    if (!LOAD_GLOBAL(name))                                                                        \
        return missing(gpu, "vk" #name);
#include "vk/gpu_functions.def"
    return true;
}

static bool load_instance(Gpu *gpu) {
#define GPU_INSTANCE(name)                                                                         \
    if (!LOAD_INSTANCE(name))                                                                      \
        return missing(gpu, "vk" #name);
#include "vk/gpu_functions.def"
    return true;
}

static bool load_device(Gpu *gpu) {
#define GPU_DEVICE(name)                                                                           \
    gpu->vk.name = (PFN_vk##name)gpu->vk.GetDeviceProcAddr(gpu->device, "vk" #name);               \
    if (!gpu->vk.name)                                                                             \
        return missing(gpu, "vk" #name);
#include "vk/gpu_functions.def"
    return true;
}

static bool instance_init(Gpu *gpu, bool validate) {
    static const char *const layers[] = {"VK_LAYER_KHRONOS_validation"};
    static const char *const extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME,
                                             VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME};
    static const VkValidationFeatureEnableEXT checks[] = {
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
    VkDebugUtilsMessengerCreateInfoEXT messages = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                           VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT,
        .pfnUserCallback = on_message,
        .pUserData = gpu};
    VkValidationFeaturesEXT features = {.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
                                        .pNext = &messages,
                                        .enabledValidationFeatureCount = COUNT_OF(checks),
                                        .pEnabledValidationFeatures = checks};
    VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                     .pApplicationName = "frc",
                                     .apiVersion = VK_API_VERSION_1_3};
    VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                 .pNext = validate ? &features : NULL,
                                 .pApplicationInfo = &application,
                                 .enabledLayerCount = validate,
                                 .ppEnabledLayerNames = layers,
                                 .enabledExtensionCount = validate ? COUNT_OF(extensions) : 0,
                                 .ppEnabledExtensionNames = extensions};
    if (!GPU_TRY(gpu, CreateInstance, &info, NULL, &gpu->instance)) {
        gpu->instance = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    if (!load_instance(gpu))
        return false;
    if (!validate)
        return true;
    if (!LOAD_INSTANCE(CreateDebugUtilsMessengerEXT) ||
        !LOAD_INSTANCE(DestroyDebugUtilsMessengerEXT))
        return missing(gpu, "VK_EXT_debug_utils");
    if (!GPU_TRY(gpu, CreateDebugUtilsMessengerEXT, gpu->instance, &messages, NULL,
                 &gpu->messenger))
        return false;
    gpu->n_objects++;
    return true;
}

// ---- device ----

// A kernel shows a GPU as a node under /dev: those of Direct Rendering, NVIDIA, AMD, Windows'
// Linux, ARM and Qualcomm. Other systems are not asked.
bool gpu_may_exist(void) {
#ifdef __linux__
    static const char *const nodes[] = {"/dev/dri", "/dev/nvidiactl", "/dev/nvidia0", "/dev/kfd",
                                        "/dev/dxg", "/dev/mali0",     "/dev/kgsl-3d0"};
    for (u32 i = 0; i < COUNT_OF(nodes); i++)
        if (access(nodes[i], F_OK) == 0)
            return true;
    return false;
#else
    return true;
#endif
}

// How much the device is wanted; 0: not at all.
static u32 device_rank(const VkPhysicalDeviceProperties *properties, const char *wanted) {
    bool is_cpu = properties->deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
    u32 rank = properties->deviceType == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU     ? 5
               : properties->deviceType == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU ? 4
               : is_cpu                                                           ? 2
                                                                                  : 3;
    if (properties->apiVersion < VK_API_VERSION_1_3)
        return 0;
    if (!wanted || strcmp(wanted, "auto") == 0 || strcmp(wanted, "vulkan") == 0)
        return rank;
    if (strcmp(wanted, "cpu") == 0)
        return is_cpu ? rank : 0;
    if (strcmp(wanted, "gpu") == 0)
        return is_cpu ? 0 : rank;
    return device_name_has(properties->deviceName, wanted) ? rank : 0;
}

static bool find_family(Gpu *gpu, VkPhysicalDevice device, u32 *family) {
    VkQueueFamilyProperties families[16];
    u32 n = COUNT_OF(families);
    gpu->vk.GetPhysicalDeviceQueueFamilyProperties(device, &n, families);
    const VkQueueFlags need = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
    for (*family = 0; *family < n; ++*family)
        if ((families[*family].queueFlags & need) == need)
            return true;
    return false;
}

static bool choose_physical(Gpu *gpu, const char *wanted) {
    VkPhysicalDevice devices[16];
    u32 n = COUNT_OF(devices), best = 0;
    if (!gpu_try_begin(gpu))
        return gpu_try_end(gpu, VK_RESULT_MAX_ENUM, "vkEnumeratePhysicalDevices");
    VkResult result = gpu->vk.EnumeratePhysicalDevices(gpu->instance, &n, devices);
    if (result != VK_SUCCESS && result != VK_INCOMPLETE) // more than 16: the first 16 will do
        return gpu_try_end(gpu, result, "vkEnumeratePhysicalDevices");
    for (u32 i = 0; i < n; i++) {
        VkPhysicalDeviceProperties properties;
        gpu->vk.GetPhysicalDeviceProperties(devices[i], &properties);
        u32 family, rank = device_rank(&properties, wanted);
        if (rank > best && find_family(gpu, devices[i], &family)) {
            best = rank;
            gpu->physical = devices[i];
            gpu->properties = properties;
            gpu->family = family;
        }
    }
    gpu->is_cpu = best && gpu->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
    if (best)
        return true;
    if (n == 0)
        gpu_fail(gpu, "no Vulkan device");
    else
        gpu_fail(gpu, "none of the %u Vulkan devices is '%s' with Vulkan 1.3", n,
                 wanted ? wanted : "auto");
    return false;
}

static bool device_init(Gpu *gpu) {
    VkPhysicalDeviceVulkan13Features has13 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
    VkPhysicalDeviceFeatures2 has = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                     .pNext = &has13};
    gpu->vk.GetPhysicalDeviceFeatures2(gpu->physical, &has);
    if (!has13.dynamicRendering || !has13.synchronization2) {
        gpu_fail(gpu, "%s lacks dynamic rendering", gpu->properties.deviceName);
        return false;
    }
    VkPhysicalDeviceVulkan13Features use13 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES,
        .synchronization2 = VK_TRUE,
        .dynamicRendering = VK_TRUE,
        .maintenance4 = VK_TRUE}; // compute shaders of SPIR-V 1.6

    f32 priority = 1;
    VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                     .queueFamilyIndex = gpu->family,
                                     .queueCount = 1,
                                     .pQueuePriorities = &priority};
    VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .pNext = &use13,
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue};
    if (!GPU_TRY(gpu, CreateDevice, gpu->physical, &info, NULL, &gpu->device)) {
        gpu->device = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    if (!load_device(gpu))
        return false;
    gpu->vk.GetDeviceQueue(gpu->device, gpu->family, 0, &gpu->queue);
    gpu->vk.GetPhysicalDeviceMemoryProperties(gpu->physical, &gpu->memory);
    return true;
}

bool gpu_init(Gpu *gpu, Heap *heap, const RenderOptions *options) {
    (void)heap;
    memset(gpu, 0, sizeof *gpu);
    pthread_mutex_init(&gpu->error_lock, NULL);
    gpu->fail_at = options->fail_at;
    gpu->lose_device = options->lose_device;
    return load_library(gpu) && load_global(gpu) && instance_init(gpu, options->validate) &&
           choose_physical(gpu, options->device) && device_init(gpu);
}

void gpu_finish(Gpu *gpu) {
    if (gpu->device && gpu->vk.DestroyDevice) {
        gpu->vk.DestroyDevice(gpu->device, NULL);
        gpu->n_objects--;
    }
    if (gpu->messenger) {
        gpu->vk.DestroyDebugUtilsMessengerEXT(gpu->instance, gpu->messenger, NULL);
        gpu->n_objects--;
    }
    if (gpu->instance && gpu->vk.DestroyInstance) {
        gpu->vk.DestroyInstance(gpu->instance, NULL);
        gpu->n_objects--;
    }
    pthread_mutex_destroy(&gpu->error_lock);
}

// ---- memory ----

// The best memory type among `allowed`, the preferred flags first; NONE.
static u32 memory_type(const Gpu *gpu, u32 allowed, VkMemoryPropertyFlags flags) {
    for (u32 i = 0; i < gpu->memory.memoryTypeCount; i++)
        if (allowed >> i & 1 && (gpu->memory.memoryTypes[i].propertyFlags & flags) == flags)
            return i;
    return NONE;
}

static bool memory_allocate(Gpu *gpu, VkMemoryRequirements need,
                            const VkMemoryPropertyFlags *wishes, u32 n_wishes,
                            VkDeviceMemory *out) {
    if (!gpu_try_begin(gpu))
        return gpu_try_end(gpu, VK_RESULT_MAX_ENUM, "vkAllocateMemory");
    VkResult result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    for (u32 i = 0; i < n_wishes && result != VK_SUCCESS; i++) { // a full heap: try the next wish
        u32 type = memory_type(gpu, need.memoryTypeBits, wishes[i]);
        if (type == NONE)
            continue;
        VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                     .allocationSize = need.size,
                                     .memoryTypeIndex = type};
        result = gpu->vk.AllocateMemory(gpu->device, &info, NULL, out);
    }
    if (result != VK_SUCCESS)
        *out = VK_NULL_HANDLE;
    else
        gpu->n_objects++;
    return gpu_try_end(gpu, result, "vkAllocateMemory");
}

bool gpu_buffer_init(Gpu *gpu, GpuBuffer *out, VkDeviceSize size, VkBufferUsageFlags usage,
                     GpuUse use) {
    const VkMemoryPropertyFlags mapped =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    const VkMemoryPropertyFlags wishes[2][2] = {
        {mapped | VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, mapped},
        {mapped | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, mapped}};
    memset(out, 0, sizeof *out);
    out->size = MAX(size, 16u);
    VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = out->size, .usage = usage};
    if (!GPU_TRY(gpu, CreateBuffer, gpu->device, &info, NULL, &out->buffer)) {
        out->buffer = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    VkMemoryRequirements need;
    gpu->vk.GetBufferMemoryRequirements(gpu->device, out->buffer, &need);
    return memory_allocate(gpu, need, wishes[use], 2, &out->memory) &&
           GPU_TRY(gpu, BindBufferMemory, gpu->device, out->buffer, out->memory, 0) &&
           GPU_TRY(gpu, MapMemory, gpu->device, out->memory, 0, VK_WHOLE_SIZE, 0, &out->map);
}

void gpu_buffer_finish(Gpu *gpu, GpuBuffer *buffer) {
    if (gpu->is_hung)
        return;
    if (buffer->buffer) {
        gpu->vk.DestroyBuffer(gpu->device, buffer->buffer, NULL);
        gpu->n_objects--;
    }
    if (buffer->memory) {
        gpu->vk.FreeMemory(gpu->device, buffer->memory, NULL);
        gpu->n_objects--;
    }
    memset(buffer, 0, sizeof *buffer);
}

static bool view_init(Gpu *gpu, GpuImage *image) {
    VkImageViewCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
        .image = image->image,
        .viewType = image->depth > 1    ? VK_IMAGE_VIEW_TYPE_3D
                    : image->layers > 0 ? VK_IMAGE_VIEW_TYPE_2D_ARRAY
                                        : VK_IMAGE_VIEW_TYPE_2D,
        .format = image->format,
        .subresourceRange = {image->aspect, 0, 1, 0, MAX(image->layers, 1u)}};
    if (!GPU_TRY(gpu, CreateImageView, gpu->device, &info, NULL, &image->view)) {
        image->view = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    return true;
}

static VkImageAspectFlags aspect_of(VkFormat format) {
    return format == VK_FORMAT_D32_SFLOAT || format == VK_FORMAT_D16_UNORM
               ? VK_IMAGE_ASPECT_DEPTH_BIT
               : VK_IMAGE_ASPECT_COLOR_BIT;
}

// The image and its memory, without a view.
static bool image_make(Gpu *gpu, GpuImage *out, VkImageTiling tiling, VkImageUsageFlags usage,
                       const VkMemoryPropertyFlags *wishes, u32 n_wishes) {
    VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = out->depth > 1 ? VK_IMAGE_TYPE_3D : VK_IMAGE_TYPE_2D,
                              .format = out->format,
                              .extent = {out->width, out->height, out->depth},
                              .mipLevels = 1,
                              .arrayLayers = MAX(out->layers, 1u),
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .tiling = tiling,
                              .usage = usage};
    if (!GPU_TRY(gpu, CreateImage, gpu->device, &info, NULL, &out->image)) {
        out->image = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    VkMemoryRequirements need;
    gpu->vk.GetImageMemoryRequirements(gpu->device, out->image, &need);
    return memory_allocate(gpu, need, wishes, n_wishes, &out->memory) &&
           GPU_TRY(gpu, BindImageMemory, gpu->device, out->image, out->memory, 0);
}

bool gpu_image_init(Gpu *gpu, GpuImage *out, VkFormat format, u32 width, u32 height, u32 depth,
                    u32 layers, VkImageUsageFlags usage) {
    static const VkMemoryPropertyFlags wishes[] = {VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0};
    *out = (GpuImage){.format = format,
                      .aspect = aspect_of(format),
                      .width = width,
                      .height = height,
                      .depth = depth,
                      .layers = layers};
    return image_make(gpu, out, VK_IMAGE_TILING_OPTIMAL, usage, wishes, COUNT_OF(wishes)) &&
           view_init(gpu, out);
}

static const VkMemoryPropertyFlags read_in_place[] = {VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                                      VK_MEMORY_PROPERTY_HOST_COHERENT_BIT |
                                                      VK_MEMORY_PROPERTY_HOST_CACHED_BIT};

bool gpu_can_map(Gpu *gpu, VkFormat format) {
    VkFormatProperties properties;
    gpu->vk.GetPhysicalDeviceFormatProperties(gpu->physical, format, &properties);
    const VkFormatFeatureFlags need =
        VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT | VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BIT;
    return (properties.linearTilingFeatures & need) == need &&
           memory_type(gpu, ~0u, read_in_place[0]) != NONE;
}

bool gpu_image_init_mapped(Gpu *gpu, GpuImage *out, VkFormat format, u32 width, u32 height,
                           VkImageUsageFlags usage) {
    *out = (GpuImage){.format = format,
                      .aspect = aspect_of(format),
                      .width = width,
                      .height = height,
                      .depth = 1};
    void *map;
    if (!image_make(gpu, out, VK_IMAGE_TILING_LINEAR, usage, read_in_place, 1) ||
        !GPU_TRY(gpu, MapMemory, gpu->device, out->memory, 0, VK_WHOLE_SIZE, 0, &map))
        return false;
    VkImageSubresource first = {out->aspect, 0, 0};
    VkSubresourceLayout layout;
    gpu->vk.GetImageSubresourceLayout(gpu->device, out->image, &first, &layout);
    out->map = (const u8 *)map + layout.offset;
    out->pitch = layout.rowPitch;
    return view_init(gpu, out);
}

void gpu_image_finish(Gpu *gpu, GpuImage *image) {
    if (gpu->is_hung)
        return;
    if (image->view)
        gpu->vk.DestroyImageView(gpu->device, image->view, NULL);
    if (image->image)
        gpu->vk.DestroyImage(gpu->device, image->image, NULL);
    if (image->memory)
        gpu->vk.FreeMemory(gpu->device, image->memory, NULL);
    gpu->n_objects -= (image->view != 0) + (image->image != 0) + (image->memory != 0);
    memset(image, 0, sizeof *image);
}

#endif
