// SPDX-License-Identifier: Apache-2.0
// A scene goes to the device: one vertex and one index buffer for all meshes, one draw record, with
// its material, for each range of each instance, and the distance field as a texture.
#ifdef FRC_HAVE_VULKAN
#include "vk/renderer_internal.h"

#include <stdio.h>

void device_scene_finish(Renderer *r) {
    DeviceScene *scene = &r->scene;
    gpu_buffer_finish(&r->gpu, &scene->vertices);
    gpu_buffer_finish(&r->gpu, &scene->indices);
    gpu_buffer_finish(&r->gpu, &scene->draws);
    gpu_image_finish(&r->gpu, &scene->field);
    field_finish(&scene->field_info, r->heap);
    heap_free(r->heap, scene->calls);
    for (u32 i = 0; i < r->n_slots; i++) {
        heap_free(r->heap, r->slots[i].order);
        r->slots[i].order = NULL;
    }
    r->lights.is_ready = false;
    memset(scene, 0, sizeof *scene);
}

// ---- buffers ----

static bool upload_meshes(Renderer *r, const RenderScene *scene) {
    u64 n_verts = 0, n_indices = 0;
    for (u32 i = 0; i < scene->n_meshes; i++) {
        n_verts += scene->meshes[i].n_verts;
        n_indices += 3 * (u64)scene->meshes[i].n_tris;
    }
    if (n_verts > INT32_MAX || n_indices > UINT32_MAX) {
        gpu_fail(&r->gpu, "the scene has more triangles than a picture can take");
        return false;
    }
    DeviceScene *out = &r->scene;
    if (!gpu_buffer_init(&r->gpu, &out->vertices, n_verts * 24, VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                         GPU_UPLOAD) ||
        !gpu_buffer_init(&r->gpu, &out->indices, n_indices * 4, VK_BUFFER_USAGE_INDEX_BUFFER_BIT,
                         GPU_UPLOAD))
        return false;
    f32 *vertex = out->vertices.map;
    u32 *index = out->indices.map;
    for (u32 i = 0; i < scene->n_meshes; i++) {
        const RenderMesh *mesh = &scene->meshes[i];
        for (size_t v = 0; v < mesh->n_verts; v++, vertex += 6) {
            memcpy(vertex, mesh->positions + 3 * v, 12);
            memcpy(vertex + 3, mesh->normals + 3 * v, 12);
        }
        memcpy(index, mesh->indices, 12 * (size_t)mesh->n_tris);
        index += 3 * (size_t)mesh->n_tris;
    }
    return true;
}

static bool upload_draws(Renderer *r, const RenderScene *scene) {
    DeviceScene *out = &r->scene;
    u64 n = scene_draw_count(scene);
    if (n >= 1u << 24) {
        gpu_fail(&r->gpu, "the scene has more than 2^24 draws");
        return false;
    }
    out->calls = HEAP_NEW(r->heap, DrawCall, (size_t)n + 1);
    if (!gpu_buffer_init(&r->gpu, &out->draws, n * sizeof(DrawRecord),
                         VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, GPU_UPLOAD))
        return false;
    out->n_calls = (u32)n;
    out->n_glass = scene_draws(scene, out->draws.map, out->calls);
    out->has_glass = out->n_glass > 0;
    u32 *first_vertex = HEAP_NEW(r->heap, u32, scene->n_meshes + 1),
        *first_index = HEAP_NEW(r->heap, u32, scene->n_meshes + 1);
    for (u32 i = 0; i < scene->n_meshes; i++) {
        first_vertex[i + 1] = first_vertex[i] + scene->meshes[i].n_verts;
        first_index[i + 1] = first_index[i] + 3 * scene->meshes[i].n_tris;
    }
    for (u32 i = 0; i < out->n_calls; i++) {
        out->calls[i].first_index += first_index[out->calls[i].mesh];
        out->calls[i].first_vertex = first_vertex[out->calls[i].mesh];
    }
    heap_free(r->heap, first_vertex);
    heap_free(r->heap, first_index);
    return true;
}

// ---- the field ----

static bool upload_field(Renderer *r, const RenderScene *scene) {
    DeviceScene *out = &r->scene;
    Gpu *gpu = &r->gpu;
    Slot *slot = &r->slots[0];
    bool *is_seen = scene_seen(scene, r->heap);
    Field *field = &out->field_info;
    field_init(field, r->heap, scene, out->bounds, FIELD_CELLS, is_seen);
    heap_free(r->heap, is_seen);
    size_t total = (size_t)field->size[0] * field->size[1] * field->size[2];
    GpuBuffer staging = {0};
    bool ok =
        gpu_image_init(gpu, &out->field, VK_FORMAT_R16_SFLOAT, field->size[0], field->size[1],
                       field->size[2], 0,
                       VK_IMAGE_USAGE_TRANSFER_DST_BIT | VK_IMAGE_USAGE_SAMPLED_BIT) &&
        gpu_buffer_init(gpu, &staging, total * 2, VK_BUFFER_USAGE_TRANSFER_SRC_BIT, GPU_UPLOAD) &&
        slot_begin(r, slot);
    if (ok) {
        u16 *half = staging.map;
        for (size_t i = 0; i < total; i++)
            half[i] = half_from_float(field->distance[i]);
        image_barrier(gpu, slot->commands, &out->field, VK_IMAGE_LAYOUT_UNDEFINED,
                      VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_PIPELINE_STAGE_2_NONE, 0,
                      VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT);
        VkBufferImageCopy copy = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                                  .imageExtent = {field->size[0], field->size[1], field->size[2]}};
        gpu->vk.CmdCopyBufferToImage(slot->commands, staging.buffer, out->field.image,
                                     VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
        image_barrier(gpu, slot->commands, &out->field, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                      VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, VK_PIPELINE_STAGE_2_COPY_BIT,
                      VK_ACCESS_2_TRANSFER_WRITE_BIT,
                      VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT |
                          VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT,
                      VK_ACCESS_2_SHADER_SAMPLED_READ_BIT);
        ok = slot_submit(r, slot) && slot_wait(r, slot);
    }
    gpu_buffer_finish(gpu, &staging);
    field_finish(field, r->heap);
    return ok;
}

Status device_set_scene(Renderer *r, const RenderScene *scene, RenderError *error) {
    device_scene_finish(r);
    if (!scene_is_sound(scene, error))
        return STATUS_BUG;
    r->scene.bounds = render_scene_bounds(scene);
    if (!upload_meshes(r, scene) || !upload_draws(r, scene) ||
        (r->has_color && !upload_field(r, scene)) ||
        (r->scene.has_glass && r->has_color && !renderer_glass_init(r))) {
        gpu_error_take(&r->gpu, error);
        return STATUS_VULKAN;
    }
    for (u32 i = 0; i < r->n_slots; i++)
        r->slots[i].order = HEAP_NEW(r->heap, GlassSide, 2 * (size_t)r->scene.n_glass + 1);
    if (box3_is_empty(r->scene.bounds))
        r->scene.bounds = (Box3){{-1, -1, -1}, {1, 1, 1}};
    return STATUS_OK;
}

#endif
