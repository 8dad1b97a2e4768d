// SPDX-License-Identifier: Apache-2.0
// The commands of a picture: shadow maps and floor if the lights moved, a geometry pass that keeps
// draw and normal of each sample, glass over it, and the compute passes. Nothing is drawn twice but
// glass, and only where some is.
#ifdef FRC_HAVE_VULKAN
#include "vk/renderer_internal.h"

typedef struct Pass {
    const GpuImage *color; // NULL: depth only
    VkImageView depth;
    u32 width, height;
    bool keep_depth, keep_color;
} Pass;

static void pass_begin(Renderer *r, Slot *slot, const Pass *pass) {
    Gpu *gpu = &r->gpu;
    VkRenderingAttachmentInfo color = {
        .sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
        .imageView = pass->color ? pass->color->view : VK_NULL_HANDLE,
        .imageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
        .loadOp = pass->keep_color ? VK_ATTACHMENT_LOAD_OP_LOAD : VK_ATTACHMENT_LOAD_OP_CLEAR,
        .storeOp = VK_ATTACHMENT_STORE_OP_STORE};
    VkRenderingAttachmentInfo depth = {.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                       .imageView = pass->depth,
                                       .imageLayout = VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL,
                                       .loadOp = pass->keep_depth ? VK_ATTACHMENT_LOAD_OP_LOAD
                                                                  : VK_ATTACHMENT_LOAD_OP_CLEAR,
                                       .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
                                       .clearValue = {.depthStencil = {.depth = 1}}};
    VkRenderingInfo info = {.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                            .renderArea = {{0, 0}, {pass->width, pass->height}},
                            .layerCount = 1,
                            .colorAttachmentCount = pass->color ? 1 : 0,
                            .pColorAttachments = &color,
                            .pDepthAttachment = &depth};
    VkViewport viewport = {0, 0, (f32)pass->width, (f32)pass->height, 0, 1};
    gpu->vk.CmdBeginRendering(slot->commands, &info);
    gpu->vk.CmdSetViewport(slot->commands, 0, 1, &viewport);
    gpu->vk.CmdSetScissor(slot->commands, 0, 1, &info.renderArea);
}

static void draw_call(Renderer *r, Slot *slot, u32 i, VkCullModeFlags cull) {
    Gpu *gpu = &r->gpu;
    const DrawCall *call = &r->scene.calls[i];
    gpu->vk.CmdSetCullMode(slot->commands, cull);
    gpu->vk.CmdSetFrontFace(slot->commands, call->is_mirrored ? VK_FRONT_FACE_CLOCKWISE
                                                              : VK_FRONT_FACE_COUNTER_CLOCKWISE);
    gpu->vk.CmdDrawIndexed(slot->commands, call->n_indices, 1, call->first_index,
                           (i32)call->first_vertex, i);
}

// What is at least so opaque.
static void draw_calls(Renderer *r, Slot *slot, f32 least, bool shadow) {
    for (u32 i = 0; i < r->scene.n_calls; i++) {
        const DrawCall *call = &r->scene.calls[i];
        if (call->opacity < least)
            continue;
        // What faces away from the light is behind what faces it. The light's axes are a
        // left-handed frame, so there the faces toward it count as back.
        draw_call(r, slot, i,
                  call->is_open ? VK_CULL_MODE_NONE
                  : shadow      ? VK_CULL_MODE_FRONT_BIT
                                : VK_CULL_MODE_BACK_BIT);
    }
}

void record_bind(Renderer *r, Slot *slot) {
    Gpu *gpu = &r->gpu;
    VkDeviceSize offset = 0;
    gpu->vk.CmdBindDescriptorSets(slot->commands, VK_PIPELINE_BIND_POINT_GRAPHICS, r->layout, 0, 1,
                                  &slot->set, 0, NULL);
    gpu->vk.CmdBindDescriptorSets(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, r->layout, 0, 1,
                                  &slot->set, 0, NULL);
    gpu->vk.CmdBindVertexBuffers(slot->commands, 0, 1, &r->scene.vertices.buffer, &offset);
    gpu->vk.CmdBindIndexBuffer(slot->commands, r->scene.indices.buffer, 0, VK_INDEX_TYPE_UINT32);
}

#define COMPUTE VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT
#define DEPTH_STAGES                                                                               \
    (VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT | VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT)
#define DEPTH_ACCESS                                                                               \
    (VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT | VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT)
#define SHADER_STAGES                                                                              \
    (VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT)

static void memory_barrier(Renderer *r, Slot *slot, VkPipelineStageFlags2 src_stage,
                           VkAccessFlags2 src_access, VkPipelineStageFlags2 dst_stage,
                           VkAccessFlags2 dst_access) {
    VkMemoryBarrier2 barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
                                .srcStageMask = src_stage,
                                .srcAccessMask = src_access,
                                .dstStageMask = dst_stage,
                                .dstAccessMask = dst_access};
    VkDependencyInfo info = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
                             .memoryBarrierCount = 1,
                             .pMemoryBarriers = &barrier};
    r->gpu.vk.CmdPipelineBarrier2(slot->commands, &info);
}

static void depth_to_write(Renderer *r, Slot *slot, const GpuImage *image) {
    image_barrier(&r->gpu, slot->commands, image, VK_IMAGE_LAYOUT_UNDEFINED,
                  VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL, SHADER_STAGES, 0, DEPTH_STAGES,
                  DEPTH_ACCESS);
}
static void depth_to_read(Renderer *r, Slot *slot, const GpuImage *image) {
    image_barrier(&r->gpu, slot->commands, image, VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL,
                  VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, DEPTH_STAGES,
                  VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT, SHADER_STAGES,
                  VK_ACCESS_2_SHADER_SAMPLED_READ_BIT);
}
static void color_to_write(Renderer *r, Slot *slot, const GpuImage *image) {
    image_barrier(&r->gpu, slot->commands, image, VK_IMAGE_LAYOUT_UNDEFINED,
                  VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, SHADER_STAGES, 0,
                  VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
                  VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT);
}
static void color_to_read(Renderer *r, Slot *slot, const GpuImage *image) {
    // Where the host reads along, the layout is one that it may read.
    image_barrier(&r->gpu, slot->commands, image, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                  image->map ? VK_IMAGE_LAYOUT_GENERAL : VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
                  VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
                  VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
                  SHADER_STAGES | VK_PIPELINE_STAGE_2_HOST_BIT,
                  VK_ACCESS_2_SHADER_SAMPLED_READ_BIT | VK_ACCESS_2_HOST_READ_BIT);
}

static void record_shadows(Renderer *r, Slot *slot, u32 n_shadows) {
    Gpu *gpu = &r->gpu;
    depth_to_write(r, slot, &r->lights.shadows);
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_GRAPHICS, r->shadow);
    for (u32 i = 0; i < n_shadows; i++) {
        pass_begin(
            r, slot,
            &(Pass){.depth = r->lights.layers[i], .width = SHADOW_SIZE, .height = SHADOW_SIZE});
        gpu->vk.CmdPushConstants(slot->commands, r->layout, VK_SHADER_STAGE_VERTEX_BIT, 0, sizeof i,
                                 &i);
        draw_calls(r, slot, ((f32)i + 0.5f) / (f32)n_shadows, true); // glass: in some layers
        gpu->vk.CmdEndRendering(slot->commands);
    }
    depth_to_read(r, slot, &r->lights.shadows);
}

// An image, as TRANSFER_SRC_OPTIMAL, into a buffer that the host reads.
static void record_copy(Renderer *r, Slot *slot, const GpuImage *image, u32 width, u32 height,
                        const GpuBuffer *to) {
    VkBufferImageCopy copy = {.imageSubresource = {image->aspect, 0, 0, 1},
                              .imageExtent = {width, height, 1}};
    r->gpu.vk.CmdCopyImageToBuffer(slot->commands, image->image,
                                   VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, to->buffer, 1, &copy);
    memory_barrier(r, slot, VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                   VK_PIPELINE_STAGE_2_HOST_BIT, VK_ACCESS_2_HOST_READ_BIT);
}

static void record_floor(Renderer *r, Slot *slot) {
    Gpu *gpu = &r->gpu;
    Lights *lights = &r->lights;
    const u32 *at = lights->floor_region;
    view_floor_region(slot->view.map, r->scene.bounds, lights->floor.width, lights->floor_region);
    image_barrier(gpu, slot->commands, &lights->floor, VK_IMAGE_LAYOUT_UNDEFINED,
                  VK_IMAGE_LAYOUT_GENERAL, COMPUTE, 0, VK_PIPELINE_STAGE_2_CLEAR_BIT,
                  VK_ACCESS_2_TRANSFER_WRITE_BIT);
    VkClearColorValue nothing = {.float32 = {0}};
    VkImageSubresourceRange whole = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    gpu->vk.CmdClearColorImage(slot->commands, lights->floor.image, VK_IMAGE_LAYOUT_GENERAL,
                               &nothing, 1, &whole);
    image_barrier(gpu, slot->commands, &lights->floor, VK_IMAGE_LAYOUT_GENERAL,
                  VK_IMAGE_LAYOUT_GENERAL, VK_PIPELINE_STAGE_2_CLEAR_BIT,
                  VK_ACCESS_2_TRANSFER_WRITE_BIT, COMPUTE, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT);
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, r->floor);
    gpu->vk.CmdDispatchBase(slot->commands, at[0] / 8, at[1] / 8, 0, (at[2] - at[0]) / 8,
                            (at[3] - at[1]) / 8, 1);
    image_barrier(gpu, slot->commands, &lights->floor, VK_IMAGE_LAYOUT_GENERAL,
                  VK_IMAGE_LAYOUT_GENERAL, COMPUTE, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT, COMPUTE,
                  VK_ACCESS_2_SHADER_SAMPLED_READ_BIT);
    lights->has_floor = true;
    lights->serial++;
}

static void record_read_floor(Renderer *r, Slot *slot) {
    const GpuImage *floor = &r->lights.floor;
    image_barrier(&r->gpu, slot->commands, floor, VK_IMAGE_LAYOUT_GENERAL,
                  VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, COMPUTE,
                  VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT, VK_PIPELINE_STAGE_2_COPY_BIT,
                  VK_ACCESS_2_TRANSFER_READ_BIT);
    record_copy(r, slot, floor, floor->width, floor->height, &slot->floor_copy);
    image_barrier(&r->gpu, slot->commands, floor, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                  VK_IMAGE_LAYOUT_GENERAL, VK_PIPELINE_STAGE_2_COPY_BIT, 0, COMPUTE,
                  VK_ACCESS_2_SHADER_SAMPLED_READ_BIT);
    slot->floor_serial = r->lights.serial;
    slot->floor_size = floor->width;
    slot->floor_is_packed = true;
    memcpy(slot->floor_region, r->lights.floor_region, sizeof slot->floor_region);
}

void record_lights(Renderer *r, Slot *slot, f64 azimuth, u32 n_shadows, bool with_floor) {
    Lights *lights = &r->lights;
    if (!lights->is_ready || lights->azimuth != azimuth || lights->n_shadows != n_shadows) {
        record_shadows(r, slot, n_shadows);
        lights->is_ready = true;
        lights->has_floor = false;
        lights->azimuth = azimuth;
        lights->n_shadows = n_shadows;
    }
    // The shaders of a GPU see the floor as it lies there, so there it is always made.
    if (!lights->has_floor && (with_floor || !r->on_host))
        record_floor(r, slot);
    if (with_floor && r->on_host && slot->floor_serial != lights->serial)
        record_read_floor(r, slot);
}

static void record_geometry(Renderer *r, Slot *slot, const GpuImage *samples,
                            const GpuImage *depths, u32 width, u32 height, bool with_glass) {
    Gpu *gpu = &r->gpu;
    color_to_write(r, slot, samples);
    depth_to_write(r, slot, depths);
    pass_begin(r, slot,
               &(Pass){.color = samples, .depth = depths->view, .width = width, .height = height});
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_GRAPHICS, r->geometry);
    draw_calls(r, slot, with_glass ? 0 : OPAQUE, false);
    gpu->vk.CmdEndRendering(slot->commands);
    color_to_read(r, slot, samples);
}

static void record_glass(Renderer *r, Slot *slot, const RenderCamera *camera, u32 width,
                         u32 height) {
    Gpu *gpu = &r->gpu;
    u32 n = glass_sort(r->scene.calls, r->scene.n_calls, camera, slot->order);
    color_to_write(r, slot, &slot->glass);
    // The opaque depths are tested against, after they were written.
    image_barrier(gpu, slot->commands, &slot->depths, VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL,
                  VK_IMAGE_LAYOUT_DEPTH_ATTACHMENT_OPTIMAL, DEPTH_STAGES,
                  VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT, DEPTH_STAGES, DEPTH_ACCESS);
    pass_begin(r, slot,
               &(Pass){.color = &slot->glass,
                       .depth = slot->depths.view,
                       .width = width,
                       .height = height,
                       .keep_depth = true});
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_GRAPHICS, r->glass);
    for (u32 i = 0; i < n; i++)
        draw_call(r, slot, slot->order[i].call,
                  slot->order[i].is_near ? VK_CULL_MODE_BACK_BIT : VK_CULL_MODE_FRONT_BIT);
    gpu->vk.CmdEndRendering(slot->commands);
    color_to_read(r, slot, &slot->glass);
}

#define STORAGE_WRITE VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT
#define STORAGE_ACCESS (VK_ACCESS_2_SHADER_STORAGE_READ_BIT | VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT)

void record_samples(Renderer *r, Slot *slot, const RenderCamera *camera, u32 width, u32 height,
                    bool with_color) {
    bool glass = r->scene.has_glass && with_color;
    // Without colour glass is as good as wood.
    record_geometry(r, slot, &slot->samples, &slot->depths, width, height, !with_color);
    if (glass) {
        record_geometry(r, slot, &slot->front_samples, &slot->front_depths, width, height, true);
        depth_to_read(r, slot, &slot->front_depths);
        record_glass(r, slot, camera, width, height);
    }
    depth_to_read(r, slot, &slot->depths);
}

void record_read_samples(Renderer *r, Slot *slot, u32 width, u32 height, bool with_color) {
    bool glass = r->scene.has_glass && with_color;
    const GpuImage *depths = glass ? &slot->front_depths : &slot->depths;
    image_barrier(&r->gpu, slot->commands, depths, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
                  VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, SHADER_STAGES, 0,
                  VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_READ_BIT);
    record_copy(r, slot, depths, width, height, &slot->depth_copy);
    image_barrier(&r->gpu, slot->commands, depths, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                  VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, VK_PIPELINE_STAGE_2_COPY_BIT, 0,
                  SHADER_STAGES, VK_ACCESS_2_SHADER_SAMPLED_READ_BIT);
}

// List the samples to shade, those at edges apart.
void record_list(Renderer *r, Slot *slot, const RenderCamera *camera) {
    Gpu *gpu = &r->gpu;
    u32 x = (camera->width + 7) / 8, y = (camera->height + 7) / 8;
    gpu->vk.CmdFillBuffer(slot->commands, slot->work.buffer, 0, 16, 0);
    memory_barrier(r, slot, VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                   COMPUTE, STORAGE_ACCESS);
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, r->classify);
    gpu->vk.CmdDispatch(slot->commands, x, y, 1);
    memory_barrier(r, slot, COMPUTE, STORAGE_WRITE, COMPUTE, STORAGE_ACCESS);
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, r->split);
    gpu->vk.CmdDispatch(slot->commands, gpu->is_cpu ? 16 : 1024, 1, 1);
    memory_barrier(r, slot, COMPUTE, STORAGE_WRITE, COMPUTE, STORAGE_ACCESS);
}

void record_shade(Renderer *r, Slot *slot) {
    Gpu *gpu = &r->gpu;
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, r->shade);
    gpu->vk.CmdDispatch(slot->commands, gpu->is_cpu ? 32 : 2048, 1, 1);
}

void record_read_light(Renderer *r, Slot *slot) {
    memory_barrier(r, slot, COMPUTE, STORAGE_WRITE, VK_PIPELINE_STAGE_2_HOST_BIT,
                   VK_ACCESS_2_HOST_READ_BIT);
}

// Put the pixels together.
void record_resolve(Renderer *r, Slot *slot, const RenderCamera *camera) {
    Gpu *gpu = &r->gpu;
    memory_barrier(r, slot, COMPUTE, STORAGE_WRITE, COMPUTE, STORAGE_ACCESS);
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, r->resolve);
    gpu->vk.CmdDispatch(slot->commands, (camera->width + 7) / 8, (camera->height + 7) / 8, 1);
    record_read_light(r, slot);
}

#endif
