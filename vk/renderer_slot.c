// SPDX-License-Identifier: Apache-2.0
// A slot is what one picture in flight owns: commands, a fence, images to draw into, and the buffer
// that its pixels come back in. Slots are made small and grow with the pictures asked for.
#ifdef FRC_HAVE_VULKAN
#include "vk/renderer_internal.h"

#define FENCE_TIMEOUT_NS 30000000000ull

bool slot_init(Renderer *r, Slot *slot) {
    Gpu *gpu = &r->gpu;
    memset(slot, 0, sizeof *slot);
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                    .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                    .queueFamilyIndex = gpu->family};
    if (!GPU_TRY(gpu, CreateCommandPool, gpu->device, &pool, NULL, &slot->pool)) {
        slot->pool = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    VkCommandBufferAllocateInfo commands = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                            .commandPool = slot->pool,
                                            .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                            .commandBufferCount = 1};
    VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    if (!GPU_TRY(gpu, AllocateCommandBuffers, gpu->device, &commands, &slot->commands))
        return false;
    if (!GPU_TRY(gpu, CreateFence, gpu->device, &fence, NULL, &slot->fence)) {
        slot->fence = VK_NULL_HANDLE;
        return false;
    }
    gpu->n_objects++;
    VkDescriptorSetAllocateInfo set = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                       .descriptorPool = r->descriptors,
                                       .descriptorSetCount = 1,
                                       .pSetLayouts = &r->set_layout};
    return GPU_TRY(gpu, AllocateDescriptorSets, gpu->device, &set, &slot->set) &&
           gpu_buffer_init(gpu, &slot->view, sizeof(ViewBlock), VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT,
                           GPU_UPLOAD);
}

void lights_finish(Renderer *r) {
    Lights *lights = &r->lights;
    for (u32 i = 0; i < SHADOWS_MAX; i++) {
        if (lights->layers[i])
            r->gpu.vk.DestroyImageView(r->gpu.device, lights->layers[i], NULL);
        r->gpu.n_objects -= lights->layers[i] != 0;
        lights->layers[i] = VK_NULL_HANDLE;
    }
    gpu_image_finish(&r->gpu, &lights->shadows);
    gpu_image_finish(&r->gpu, &lights->floor);
    lights->n_layers = 0;
    lights->is_ready = false;
}

static void images_finish(Renderer *r, Slot *slot) {
    GpuImage *const images[] = {&slot->samples, &slot->depths, &slot->front_samples,
                                &slot->front_depths, &slot->glass};
    for (u32 i = 0; i < COUNT_OF(images); i++)
        gpu_image_finish(&r->gpu, images[i]);
}

void slot_finish(Renderer *r, Slot *slot) {
    Gpu *gpu = &r->gpu;
    gpu_buffer_finish(gpu, &slot->view);
    gpu_buffer_finish(gpu, &slot->pixels);
    gpu_buffer_finish(gpu, &slot->work);
    gpu_buffer_finish(gpu, &slot->depth_copy);
    gpu_buffer_finish(gpu, &slot->floor_copy);
    images_finish(r, slot);
    if (slot->fence)
        gpu->vk.DestroyFence(gpu->device, slot->fence, NULL);
    if (slot->pool)
        gpu->vk.DestroyCommandPool(gpu->device, slot->pool, NULL);
    gpu->n_objects -= (slot->fence != 0) + (slot->pool != 0);
    slot->fence = VK_NULL_HANDLE;
    slot->pool = VK_NULL_HANDLE;
}

// ---- growing ----

// What is drawn into: read in place by the host where it has work to do.
static bool target_init(Renderer *r, GpuImage *image, VkFormat format, u32 width, u32 height) {
    const VkImageUsageFlags usage =
        VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT;
    return r->on_host ? gpu_image_init_mapped(&r->gpu, image, format, width, height, usage)
                      : gpu_image_init(&r->gpu, image, format, width, height, 1, 0, usage);
}

static bool images_init(Renderer *r, Slot *slot, u32 width, u32 height, bool with_color) {
    const VkImageUsageFlags usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT |
                                    VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT;
    bool glass = r->scene.has_glass && with_color;
    if (slot->samples.view && slot->samples.width >= width && slot->samples.height >= height &&
        (slot->glass.view || !glass))
        return true;
    images_finish(r, slot);
    Gpu *gpu = &r->gpu;
    return target_init(r, &slot->samples, VK_FORMAT_R32G32_UINT, width, height) &&
           gpu_image_init(gpu, &slot->depths, VK_FORMAT_D32_SFLOAT, width, height, 1, 0, usage) &&
           (!glass || (target_init(r, &slot->front_samples, VK_FORMAT_R32G32_UINT, width, height) &&
                       gpu_image_init(gpu, &slot->front_depths, VK_FORMAT_D32_SFLOAT, width, height,
                                      1, 0, usage) &&
                       target_init(r, &slot->glass, VK_FORMAT_R16G16B16A16_SFLOAT, width, height)));
}

static bool buffer_grow(Renderer *r, GpuBuffer *buffer, VkDeviceSize size, VkBufferUsageFlags usage,
                        GpuUse use) {
    if (buffer->size >= size)
        return true;
    gpu_buffer_finish(&r->gpu, buffer);
    return gpu_buffer_init(&r->gpu, buffer, size, usage, use);
}

static bool lights_grow(Renderer *r, u32 layers) {
    Gpu *gpu = &r->gpu;
    Lights *lights = &r->lights;
    if (lights->n_layers) { // other pictures may be using them
        pthread_mutex_lock(&r->lock);
        bool ok = GPU_TRY(gpu, DeviceWaitIdle, gpu->device);
        pthread_mutex_unlock(&r->lock);
        if (!ok)
            return false;
    }
    lights_finish(r);
    u32 size = layers > 4 ? 512 : 256;
    if (!gpu_image_init(gpu, &lights->shadows, VK_FORMAT_D16_UNORM, SHADOW_SIZE, SHADOW_SIZE, 1,
                        layers,
                        VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT) ||
        !gpu_image_init(gpu, &lights->floor, VK_FORMAT_R16G16B16A16_SFLOAT, size, size, 1, 0,
                        VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_SAMPLED_BIT |
                            VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT))
        return false;
    for (u32 i = 0; i < layers; i++) {
        VkImageViewCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                      .image = lights->shadows.image,
                                      .viewType = VK_IMAGE_VIEW_TYPE_2D,
                                      .format = VK_FORMAT_D16_UNORM,
                                      .subresourceRange = {VK_IMAGE_ASPECT_DEPTH_BIT, 0, 1, i, 1}};
        if (!GPU_TRY(gpu, CreateImageView, gpu->device, &info, NULL, &lights->layers[i])) {
            lights->layers[i] = VK_NULL_HANDLE;
            return false;
        }
        gpu->n_objects++;
    }
    lights->n_layers = layers;
    return true;
}

bool lights_prepare(Renderer *r, Slot *slot, u32 layers) {
    if (r->lights.n_layers < layers && !lights_grow(r, layers))
        return false;
    VkDeviceSize size = 8 * (VkDeviceSize)r->lights.floor.width * r->lights.floor.height;
    if (!r->on_host || slot->floor_copy.size >= size)
        return true;
    slot->floor_serial = 0;
    return buffer_grow(r, &slot->floor_copy, size, VK_BUFFER_USAGE_TRANSFER_DST_BIT, GPU_READBACK);
}

// Every binding is written: a driver may read one that no shader uses. What is not there, because
// no colour is asked for, is stood for by something that is.
void slot_bind(Renderer *r, Slot *slot) {
    const DeviceScene *scene = &r->scene;
    const Lights *lights = &r->lights;
    const GpuImage *field = scene->field.view ? &scene->field : &slot->samples,
                   *shadows = lights->shadows.view ? &lights->shadows : &slot->depths,
                   *floor = lights->floor.view ? &lights->floor : &slot->samples;
    const GpuBuffer *work = slot->work.buffer ? &slot->work : &scene->draws,
                    *pixels = slot->pixels.buffer ? &slot->pixels : work;
    const GpuBuffer *buffers[BINDINGS] = {
        [0] = &slot->view, [1] = &scene->draws, [2] = pixels, [11] = work};
    bool glass = slot->glass.view != VK_NULL_HANDLE && scene->has_glass;
    const GpuImage *images[BINDINGS] = {[3] = field,
                                        [4] = shadows,
                                        [5] = &slot->samples,
                                        [6] = &slot->depths,
                                        [7] = glass ? &slot->glass : &slot->depths,
                                        [9] = glass ? &slot->front_samples : &slot->samples,
                                        [10] = glass ? &slot->front_depths : &slot->depths,
                                        [12] = floor,
                                        [8] = floor};
    VkDescriptorBufferInfo buffer_info[BINDINGS];
    VkDescriptorImageInfo image_info[BINDINGS];
    VkWriteDescriptorSet writes[BINDINGS];
    u32 n = lights->floor.view ? BINDINGS : 12; // only the floor may stand for a storage image
    for (u32 i = 0; i < n; i++) {
        writes[i] = (VkWriteDescriptorSet){.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                           .dstSet = slot->set,
                                           .dstBinding = i,
                                           .descriptorCount = 1};
        if (buffers[i]) {
            buffer_info[i] = (VkDescriptorBufferInfo){buffers[i]->buffer, 0, VK_WHOLE_SIZE};
            writes[i].descriptorType =
                i == 0 ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
            writes[i].pBufferInfo = &buffer_info[i];
        } else {
            VkSampler sampler = i == 3 || i == 8 ? r->linear : i == 4 ? r->compare : r->nearest;
            bool is_general = i == 8 || i == 12 || images[i]->map;
            image_info[i] = (VkDescriptorImageInfo){
                sampler, images[i]->view,
                is_general ? VK_IMAGE_LAYOUT_GENERAL : VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
            writes[i].descriptorType = i == 12 ? VK_DESCRIPTOR_TYPE_STORAGE_IMAGE
                                               : VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
            writes[i].pImageInfo = &image_info[i];
        }
    }
    r->gpu.vk.UpdateDescriptorSets(r->gpu.device, n, writes, 0, NULL);
}

bool slot_prepare(Renderer *r, Slot *slot, u32 width, u32 height, u32 n_samples, bool with_color) {
    u32 extra = n_samples == 2, wide = width * n_samples + extra, high = height * n_samples + extra;
    VkDeviceSize n = (VkDeviceSize)width * height;
    // 5 words a pixel; without the list of edges where the host sees to them.
    VkDeviceSize work = 16 + n * (r->on_host ? 16 : 20);
    return images_init(r, slot, wide, high, with_color) &&
           (!with_color ||
            buffer_grow(r, &slot->work, work,
                        VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                        r->on_host ? GPU_READBACK : GPU_UPLOAD)) &&
           (r->on_host ? buffer_grow(r, &slot->depth_copy, (VkDeviceSize)wide * high * 4,
                                     VK_BUFFER_USAGE_TRANSFER_DST_BIT, GPU_READBACK)
                       : buffer_grow(r, &slot->pixels, n * 16, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                     GPU_READBACK));
}

// ---- commands ----

bool slot_begin(Renderer *r, Slot *slot) {
    Gpu *gpu = &r->gpu;
    VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                     .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    return GPU_TRY(gpu, ResetCommandPool, gpu->device, slot->pool, 0) &&
           GPU_TRY(gpu, BeginCommandBuffer, slot->commands, &info);
}

bool slot_submit(Renderer *r, Slot *slot) {
    Gpu *gpu = &r->gpu;
    VkCommandBufferSubmitInfo commands = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO,
                                          .commandBuffer = slot->commands};
    VkSubmitInfo2 submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO_2,
                            .commandBufferInfoCount = 1,
                            .pCommandBufferInfos = &commands};
    if (!GPU_TRY(gpu, EndCommandBuffer, slot->commands) ||
        !GPU_TRY(gpu, ResetFences, gpu->device, 1, &slot->fence))
        return false;
    pthread_mutex_lock(&r->lock); // a queue is used by one thread at a time
    bool ok = GPU_TRY(gpu, QueueSubmit2, gpu->queue, 1, &submit, slot->fence);
    pthread_mutex_unlock(&r->lock);
    return ok;
}

bool slot_wait(Renderer *r, Slot *slot) {
    Gpu *gpu = &r->gpu;
    if (GPU_TRY(gpu, WaitForFences, gpu->device, 1, &slot->fence, VK_TRUE, FENCE_TIMEOUT_NS))
        return true;
    if (!gpu->is_hung) { // what was submitted must end before its images go
        pthread_mutex_lock(&r->lock);
        gpu->vk.DeviceWaitIdle(gpu->device);
        pthread_mutex_unlock(&r->lock);
    }
    return false;
}

void image_barrier(Gpu *gpu, VkCommandBuffer commands, const GpuImage *image, VkImageLayout from,
                   VkImageLayout to, VkPipelineStageFlags2 src_stage, VkAccessFlags2 src_access,
                   VkPipelineStageFlags2 dst_stage, VkAccessFlags2 dst_access) {
    VkImageMemoryBarrier2 barrier = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
        .srcStageMask = src_stage,
        .srcAccessMask = src_access,
        .dstStageMask = dst_stage,
        .dstAccessMask = dst_access,
        .oldLayout = from,
        .newLayout = to,
        .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .image = image->image,
        .subresourceRange = {image->aspect, 0, 1, 0, MAX(image->layers, 1u)}};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .imageMemoryBarrierCount = 1,
                             .pImageMemoryBarriers = &barrier};
    gpu->vk.CmdPipelineBarrier2(commands, &info);
}

#endif
