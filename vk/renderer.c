// SPDX-License-Identifier: Apache-2.0
// One picture: shadow maps if the lights moved, a geometry pass that keeps draw and normal of each
// sample, glass over it, and a compute pass that shades, averages and hands out the masks. Nothing
// is drawn twice but glass, and only where some is.
#ifdef FRC_HAVE_VULKAN
#include "vk/renderer_internal.h"

#include "vk/camera.h"

#include <stdio.h>

// ---- life

Status renderer_create(Heap *heap, const RenderOptions *options, Renderer **out,
                       RenderError *error) {
    Renderer *r = HEAP_NEW(heap, Renderer, 1);
    *out = r;
    r->heap = heap;
    r->cache_file = options->cache_file;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->freed, NULL);
    r->has_locks = true;
    bool ok = gpu_init(&r->gpu, heap, options) && renderer_pipelines_init(r);
    u32 n_slots = options->n_slots ? options->n_slots : r->gpu.is_cpu ? 2 : 4;
    n_slots = MIN(n_slots, (u32)SLOTS_MAX);
    for (u32 i = 0; i < n_slots && ok; i++) {
        r->n_slots = i + 1;
        ok = slot_init(r, &r->slots[i]);
    }
    if (ok)
        return STATUS_OK;
    gpu_error_take(&r->gpu, error);
    return STATUS_VULKAN;
}

u32 renderer_destroy(Renderer *r) {
    if (!r || !r->has_locks)
        return 0;
    if (r->gpu.is_hung) // waiting for it could take for ever; the process's end cleans up
        return r->gpu.n_objects;
    if (r->gpu.device && r->gpu.vk.DeviceWaitIdle)
        r->gpu.vk.DeviceWaitIdle(r->gpu.device);
    device_scene_finish(r);
    for (u32 i = 0; i < r->n_slots; i++)
        slot_finish(r, &r->slots[i]);
    renderer_pipelines_finish(r);
    gpu_finish(&r->gpu);
    u32 n_left = r->gpu.n_objects;
    pthread_cond_destroy(&r->freed);
    pthread_mutex_destroy(&r->lock);
    heap_free(r->heap, r);
    return n_left;
}

const char *renderer_device(const Renderer *r) {
    return r->gpu.properties.deviceName;
}
bool renderer_is_cpu(const Renderer *r) {
    return r->gpu.is_cpu;
}
u32 renderer_message_count(const Renderer *r) {
    return r->gpu.n_messages;
}
const char *renderer_message(const Renderer *r) {
    return r->gpu.message;
}
u32 renderer_call_count(const Renderer *r) {
    return r->gpu.n_calls;
}
u32 renderer_object_count(const Renderer *r) {
    return r->gpu.n_objects;
}

static Slot *slot_acquire(Renderer *r) {
    pthread_mutex_lock(&r->lock);
    for (;;) {
        for (u32 i = 0; i < r->n_slots; i++) {
            if (!r->slots[i].is_busy) {
                r->slots[i].is_busy = true;
                pthread_mutex_unlock(&r->lock);
                return &r->slots[i];
            }
        }
        pthread_cond_wait(&r->freed, &r->lock);
    }
}

static void slot_release(Renderer *r, Slot *slot) {
    pthread_mutex_lock(&r->lock);
    slot->is_busy = false;
    pthread_cond_signal(&r->freed);
    pthread_mutex_unlock(&r->lock);
}

// ---- the view block

// Object -> clip space of the target, whose texel (0, 0) has its centre at sample (0.5, 0.5).
static void view_clip(const RenderCamera *camera, u32 n_samples, f32 out[16]) {
    f64 s = n_samples, extra = n_samples == 2;
    f64 size[2] = {camera->width * s + extra, camera->height * s + extra};
    f64 focal[2] = {camera->fx, camera->fy}, center[2] = {camera->cx, camera->cy};
    const f64(*m)[4] = camera->world_to_camera;
    f64 n = camera->near, f = camera->far;
    for (u32 j = 0; j < 4; j++) {
        f64 last = j == 3, z = m[2][j], w = camera->is_ortho ? last : z;
        for (u32 k = 0; k < 2; k++)
            out[4 * j + k] =
                (f32)(2 * (s * (focal[k] * m[k][j] + center[k] * w) + extra / 2 * w) / size[k] - w);
        out[4 * j + 2] =
            (f32)(camera->is_ortho ? (z - last * n) / (f - n) : (z * f - last * n * f) / (f - n));
        out[4 * j + 3] = (f32)w;
    }
}

static f32 linear_from_srgb(f32 c) {
    return c <= 0.04045f ? c / 12.92f : (f32)math_pow((c + 0.055) / 1.055, 2.4);
}

static void put3(f32 out[4], Vec3 v, f64 w) {
    out[0] = (f32)v.x;
    out[1] = (f32)v.y;
    out[2] = (f32)v.z;
    out[3] = (f32)w;
}

static void view_block(const Renderer *r, const RenderView *view, u32 n_samples, u32 n_shadows,
                       ViewBlock *out) {
    const RenderCamera *camera = &view->camera;
    const DeviceScene *scene = &r->scene;
    memset(out, 0, sizeof *out);
    view_clip(camera, n_samples, out->clip);
    for (u32 k = 0; k < 3; k++)
        for (u32 j = 0; j < 4; j++)
            out->camera[k][j] = (f32)camera->world_to_camera[k][j];
    const f64 intrinsics[4] = {camera->fx, camera->fy, camera->cx, camera->cy};
    for (u32 k = 0; k < 4; k++)
        out->intrinsics[k] = (f32)intrinsics[k];
    Vec3 size = box3_size(scene->bounds);
    f64 extent = fmax(size.x, fmax(size.y, size.z));
    put3(out->eye, camera_eye(camera), camera->is_ortho);
    put3(out->depth_range, vec3(camera->near, camera->far, scene->bounds.min.z), extent * 1.35);
    put3(out->center, box3_center(scene->bounds), extent);
    const f32 *rgb = view->background_rgb;
    if (view->background == BACKGROUND_STUDIO)
        put3(out->background, vec3(0.93, 0.935, 0.945), 2);
    else if (view->background == BACKGROUND_COLOR)
        put3(out->background,
             vec3(linear_from_srgb(rgb[0]), linear_from_srgb(rgb[1]), linear_from_srgb(rgb[2])), 1);
    const Field *field = &scene->field_info;
    put3(out->field_min, field->min, 1 / field->cell);
    put3(out->field_size, vec3(field->size[0], field->size[1], field->size[2]), 0);
    view_lights(out, scene, view->light_azimuth, n_shadows);
    const u32 numbers[4] = {camera->width, camera->height, n_samples, n_shadows};
    memcpy(out->size, numbers, sizeof numbers);
    out->flags[0] = (view->style == RENDER_PARTS ? VIEW_PART_COLORS : 0u) |
                    (view->no_floor ? 0u : VIEW_FLOOR) | (view->no_outlines ? 0u : VIEW_OUTLINES) |
                    (scene->has_glass ? VIEW_GLASS : 0u);
}

// ---- commands

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

static void draw_calls(Renderer *r, Slot *slot, bool with_glass, bool shadow) {
    for (u32 i = 0; i < r->scene.n_calls; i++) {
        const DrawCall *call = &r->scene.calls[i];
        if (call->is_glass && !with_glass)
            continue;
        draw_call(r, slot, i, call->is_open || shadow ? VK_CULL_MODE_NONE : VK_CULL_MODE_BACK_BIT);
    }
}

static void record_bind(Renderer *r, Slot *slot) {
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
    image_barrier(
        &r->gpu, slot->commands, image, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
        VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
        VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT, SHADER_STAGES, VK_ACCESS_2_SHADER_SAMPLED_READ_BIT);
}

static void record_shadows(Renderer *r, Slot *slot, u32 n_shadows) {
    Gpu *gpu = &r->gpu;
    depth_to_write(r, slot, &slot->shadows);
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_GRAPHICS, r->shadow);
    for (u32 i = 0; i < n_shadows; i++) {
        pass_begin(
            r, slot,
            &(Pass){.depth = slot->shadow_layers[i], .width = SHADOW_SIZE, .height = SHADOW_SIZE});
        gpu->vk.CmdPushConstants(slot->commands, r->layout, VK_SHADER_STAGE_VERTEX_BIT, 0, sizeof i,
                                 &i);
        draw_calls(r, slot, false, true);
        gpu->vk.CmdEndRendering(slot->commands);
    }
    depth_to_read(r, slot, &slot->shadows);
    // The floor under the object, for all views until the lights move.
    image_barrier(gpu, slot->commands, &slot->floor, VK_IMAGE_LAYOUT_UNDEFINED,
                  VK_IMAGE_LAYOUT_GENERAL, COMPUTE, 0, COMPUTE,
                  VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT);
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, r->floor);
    gpu->vk.CmdDispatch(slot->commands, slot->floor.width / 8, slot->floor.height / 8, 1);
    image_barrier(gpu, slot->commands, &slot->floor, VK_IMAGE_LAYOUT_GENERAL,
                  VK_IMAGE_LAYOUT_GENERAL, COMPUTE, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT, COMPUTE,
                  VK_ACCESS_2_SHADER_SAMPLED_READ_BIT);
}

static void record_geometry(Renderer *r, Slot *slot, const GpuImage *samples,
                            const GpuImage *depths, u32 width, u32 height, bool with_glass) {
    Gpu *gpu = &r->gpu;
    color_to_write(r, slot, samples);
    depth_to_write(r, slot, depths);
    pass_begin(r, slot,
               &(Pass){.color = samples, .depth = depths->view, .width = width, .height = height});
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_GRAPHICS, r->geometry);
    draw_calls(r, slot, with_glass, false);
    gpu->vk.CmdEndRendering(slot->commands);
    color_to_read(r, slot, samples);
}

// Farthest first; the order of draws with the same distance is that of the scene.
static void sort_glass(Renderer *r, Slot *slot, const RenderCamera *camera, u32 *n) {
    *n = 0;
    for (u32 i = 0; i < r->scene.n_calls; i++) {
        if (!r->scene.calls[i].is_glass)
            continue;
        const f64 *m = camera->world_to_camera[2];
        Vec3 p = r->scene.calls[i].middle;
        f64 z = m[0] * p.x + m[1] * p.y + m[2] * p.z;
        u32 at = (*n)++;
        for (; at > 0; at--) {
            Vec3 q = r->scene.calls[slot->order[at - 1]].middle;
            if (m[0] * q.x + m[1] * q.y + m[2] * q.z >= z)
                break;
            slot->order[at] = slot->order[at - 1];
        }
        slot->order[at] = i;
    }
}

static void record_glass(Renderer *r, Slot *slot, const RenderCamera *camera, u32 width,
                         u32 height) {
    Gpu *gpu = &r->gpu;
    u32 n;
    sort_glass(r, slot, camera, &n);
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
    for (u32 i = 0; i < n; i++) { // the far side of each body first
        draw_call(r, slot, slot->order[i], VK_CULL_MODE_FRONT_BIT);
        draw_call(r, slot, slot->order[i], VK_CULL_MODE_BACK_BIT);
    }
    gpu->vk.CmdEndRendering(slot->commands);
    color_to_read(r, slot, &slot->glass);
}

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

#define STORAGE_WRITE VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT
#define STORAGE_ACCESS (VK_ACCESS_2_SHADER_STORAGE_READ_BIT | VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT)

// List the samples to shade, those at edges apart, shade them, put the pixels together.
static void record_resolve(Renderer *r, Slot *slot, const RenderCamera *camera) {
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
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, r->shade);
    gpu->vk.CmdDispatch(slot->commands, gpu->is_cpu ? 32 : 2048, 1, 1);
    memory_barrier(r, slot, COMPUTE, STORAGE_WRITE, COMPUTE, STORAGE_ACCESS);
    gpu->vk.CmdBindPipeline(slot->commands, VK_PIPELINE_BIND_POINT_COMPUTE, r->resolve);
    gpu->vk.CmdDispatch(slot->commands, x, y, 1);
    memory_barrier(r, slot, COMPUTE, STORAGE_WRITE, VK_PIPELINE_STAGE_2_HOST_BIT,
                   VK_ACCESS_2_HOST_READ_BIT);
}

static bool draw_on_device(Renderer *r, Slot *slot, const RenderView *view) {
    const RenderCamera *camera = &view->camera;
    u32 s = view->n_samples ? MIN(view->n_samples, 2u) : 2,
        shadows = view->n_shadows ? MIN(view->n_shadows, (u32)SHADOWS_MAX) : 4;
    if (!slot_prepare(r, slot, camera->width, camera->height, s, shadows) || !slot_begin(r, slot))
        return false;
    view_block(r, view, s, shadows, slot->view.map);
    u32 width = camera->width * s + (s == 2), height = camera->height * s + (s == 2);
    record_bind(r, slot);
    bool fresh = !slot->has_shadows || slot->shadow_azimuth != view->light_azimuth ||
                 slot->shadow_count != shadows;
    if (fresh)
        record_shadows(r, slot, shadows);
    record_geometry(r, slot, &slot->samples, &slot->depths, width, height, false);
    if (r->scene.has_glass) {
        record_geometry(r, slot, &slot->front_samples, &slot->front_depths, width, height, true);
        depth_to_read(r, slot, &slot->front_depths);
        record_glass(r, slot, camera, width, height);
    }
    depth_to_read(r, slot, &slot->depths);
    record_resolve(r, slot, camera);
    slot->has_shadows = false;
    if (!slot_submit(r, slot))
        return false;
    slot->has_shadows = true;
    slot->shadow_azimuth = view->light_azimuth;
    slot->shadow_count = shadows;
    return true;
}

// ---- reading back

static void unpack_normal(u32 packed, f32 out[3]) { // as oct_unpack in shaders/common.glsl
    f32 x = MAX((f32)(i16)(u16)packed / 32767.0f, -1.0f),
        y = MAX((f32)(i16)(u16)(packed >> 16) / 32767.0f, -1.0f);
    f32 z = 1 - fabsf(x) - fabsf(y);
    if (z < 0) {
        f32 u = (1 - fabsf(y)) * (x >= 0 ? 1.0f : -1.0f);
        y = (1 - fabsf(x)) * (y >= 0 ? 1.0f : -1.0f);
        x = u;
    }
    f32 n = sqrtf(x * x + y * y + z * z);
    out[0] = x / n;
    out[1] = y / n;
    out[2] = z / n;
}

// A pixel: colour, draw + 1, depth, normal.
static void read_pixels(const DeviceScene *scene, const Slot *slot, const RenderView *view,
                        const RenderImage *image) {
    size_t total = (size_t)image->width * image->height;
    const u32(*pixels)[4] = slot->pixels.map;
    for (size_t i = 0; i < total; i++) {
        u32 color = pixels[i][0], draw = pixels[i][1];
        if (image->color)
            memcpy(image->color + 4 * i, &color, 4); // packUnorm4x8: red in the lowest byte
        if (image->parts)
            image->parts[i] = draw ? (u16)(scene->calls[draw - 1].part + 1) : 0;
        if (image->instances)
            image->instances[i] = draw ? (u16)(scene->calls[draw - 1].instance + 1) : 0;
    }
    if (image->depth)
        for (size_t i = 0; i < total; i++)
            memcpy(image->depth + i, &pixels[i][2], 4);
    for (size_t i = 0; i < total && (image->normals || image->positions); i++) {
        f32 normal[3] = {0, 0, 0}, depth;
        Vec3 p = {0, 0, 0};
        memcpy(&depth, &pixels[i][2], 4);
        if (pixels[i][1]) {
            unpack_normal(pixels[i][3], normal);
            if (image->positions)
                p = camera_unproject(&view->camera, (f64)(i % image->width) + 0.5,
                                     (f64)(i / image->width) + 0.5, depth);
        }
        if (image->normals)
            memcpy(image->normals + 3 * i, normal, sizeof normal);
        if (image->positions) {
            const f32 position[3] = {(f32)p.x, (f32)p.y, (f32)p.z};
            memcpy(image->positions + 3 * i, position, sizeof position);
        }
    }
}

Status renderer_draw(Renderer *r, const RenderView *view, const RenderImage *image,
                     RenderError *error) {
    const RenderCamera *camera = &view->camera;
    if (!r->scene.is_ready || camera->width == 0 || camera->height == 0 ||
        camera->width > RENDER_MAX_SIZE || camera->height > RENDER_MAX_SIZE ||
        image->width != camera->width || image->height != camera->height) {
        snprintf(error->text, sizeof error->text, "no scene, or a picture of %u x %u",
                 camera->width, camera->height);
        return STATUS_BUG;
    }
    Slot *slot = slot_acquire(r);
    bool ok = draw_on_device(r, slot, view);
    if (ok)
        read_pixels(&r->scene, slot, view, image);
    slot_release(r, slot);
    if (ok)
        return STATUS_OK;
    gpu_error_take(&r->gpu, error);
    return STATUS_VULKAN;
}

#endif
