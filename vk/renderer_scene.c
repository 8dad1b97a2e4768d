// SPDX-License-Identifier: Apache-2.0
// A scene goes to the device: one vertex and one index buffer for all meshes, one draw record, with
// its material, for each range of each instance, and the distance field as a texture.
#ifdef FRC_HAVE_VULKAN
#include "vk/renderer_internal.h"

#include <stdio.h>

#define FIELD_CELLS 72

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

// ---- checks

static bool scene_is_sound(const RenderScene *scene, RenderError *error) {
    const char *what = NULL;
    if (scene->n_instances > RENDER_MAX_IDS || scene->n_parts > RENDER_MAX_IDS)
        what = "more than 65535 parts or instances";
    for (u32 i = 0; i < scene->n_instances && !what; i++) {
        const RenderInstance *instance = &scene->instances[i];
        if (instance->mesh >= scene->n_meshes || instance->part >= scene->n_parts ||
            (instance->material != NONE && instance->material >= scene->n_materials))
            what = "an instance refers to nothing";
    }
    for (u32 i = 0; i < scene->n_meshes && !what; i++) {
        const RenderMesh *mesh = &scene->meshes[i];
        for (u32 k = 0; k < mesh->n_ranges && !what; k++) {
            const RenderRange *range = &mesh->ranges[k];
            if (range->first_tri > mesh->n_tris ||
                range->n_tris > mesh->n_tris - range->first_tri ||
                (range->material != NONE && range->material >= scene->n_materials))
                what = "a range refers to nothing";
        }
        u32 worst = 0;
        for (size_t k = 0; k < 3 * (size_t)mesh->n_tris; k++)
            worst = MAX(worst, mesh->indices[k]);
        if (mesh->n_tris && worst >= mesh->n_verts)
            what = "an index is out of range";
    }
    if (what)
        snprintf(error->text, sizeof error->text, "the scene can't be drawn: %s", what);
    return !what;
}

// ---- buffers

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

static u32 steps(f64 value, u32 most) {
    return (u32)(fmin(1, fmax(0, value)) * most + 0.5);
}

static void material_pack(const RenderMaterial *m, u32 instance, DrawRecord *out) {
    f64 most = fmax(m->emission[0], fmax(m->emission[1], m->emission[2]));
    u32 strength = most > 0 ? (u32)fmin(255, ceil(16 * sqrt(most))) : 0;
    f64 kept = strength * strength / 256.0;
    for (u32 k = 0; k < 3; k++) {
        out->color |= steps(sqrt(fmax(0, m->color[k])), 1023) << 10 * k;
        out->emission |= (strength ? steps(m->emission[k] / kept, 255) : 0) << 8 * k;
    }
    out->emission |= strength << 24;
    out->surface = instance | steps(m->metallic, 15) << 16 | steps(m->roughness, 63) << 20 |
                   steps(m->opacity, 63) << 26;
}

static void draw_record(const RenderScene *scene, u32 instance, u32 material, DrawRecord *out) {
    static const RenderMaterial plain = {
        .color = {0.55f, 0.55f, 0.56f}, .roughness = 0.55f, .opacity = 1};
    const RenderInstance *from = &scene->instances[instance];
    memset(out, 0, sizeof *out);
    for (u32 k = 0; k < 3; k++) {
        for (u32 j = 0; j < 3; j++)
            out->rows[k][j] = (f32)from->map.m[k][j];
        out->rows[k][3] = (f32)vec3_get(from->map.t, k);
    }
    material_pack(material == NONE ? &plain : &scene->materials[material], instance, out);
    out->part_rgb = render_part_color(from->part);
}

static Box3 range_box(const RenderScene *scene, u32 instance, u32 range) {
    const RenderInstance *from = &scene->instances[instance];
    const RenderMesh *mesh = &scene->meshes[from->mesh];
    const RenderRange *tris = &mesh->ranges[range];
    Box3 box = box3_empty();
    for (size_t i = 3 * (size_t)tris->first_tri, end = i + 3 * (size_t)tris->n_tris; i < end; i++) {
        const f32 *p = mesh->positions + 3 * (size_t)mesh->indices[i];
        box = box3_add_point(box, affine3_point(&from->map, vec3(p[0], p[1], p[2])));
    }
    return box;
}

static bool upload_draws(Renderer *r, const RenderScene *scene) {
    DeviceScene *out = &r->scene;
    u64 n = 0;
    for (u32 i = 0; i < scene->n_instances; i++)
        n += scene->meshes[scene->instances[i].mesh].n_ranges;
    if (n >= 1u << 24) {
        gpu_fail(&r->gpu, "the scene has more than 2^24 draws");
        return false;
    }
    u32 *first_vertex = HEAP_NEW(r->heap, u32, scene->n_meshes + 1),
        *first_index = HEAP_NEW(r->heap, u32, scene->n_meshes + 1);
    for (u32 i = 0; i < scene->n_meshes; i++) {
        first_vertex[i + 1] = first_vertex[i] + scene->meshes[i].n_verts;
        first_index[i + 1] = first_index[i] + 3 * scene->meshes[i].n_tris;
    }
    out->calls = HEAP_NEW(r->heap, DrawCall, (size_t)n + 1);
    bool ok = gpu_buffer_init(&r->gpu, &out->draws, n * sizeof(DrawRecord),
                              VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, GPU_UPLOAD);
    DrawRecord *record = out->draws.map;
    for (u32 i = 0; i < scene->n_instances && ok; i++) {
        const RenderInstance *instance = &scene->instances[i];
        const RenderMesh *mesh = &scene->meshes[instance->mesh];
        for (u32 k = 0; k < mesh->n_ranges; k++) {
            u32 material =
                mesh->ranges[k].material != NONE ? mesh->ranges[k].material : instance->material;
            draw_record(scene, i, material, record++);
            f32 opacity = material != NONE ? scene->materials[material].opacity : 1;
            bool is_glass = opacity < OPAQUE;
            out->has_glass |= is_glass;
            out->n_glass += is_glass;
            out->calls[out->n_calls++] = (DrawCall){
                .first_index = first_index[instance->mesh] + 3 * mesh->ranges[k].first_tri,
                .n_indices = 3 * mesh->ranges[k].n_tris,
                .first_vertex = first_vertex[instance->mesh],
                .instance = (u16)i,
                .part = (u16)instance->part,
                .is_glass = is_glass,
                .is_mirrored = affine3_det(&instance->map) < 0,
                .is_open = mesh->is_open,
                .opacity = opacity,
                .box = is_glass ? range_box(scene, i, k) : box3_empty()};
        }
    }
    heap_free(r->heap, first_vertex);
    heap_free(r->heap, first_index);
    return ok;
}

// ---- the field

static bool upload_field(Renderer *r, const RenderScene *scene) {
    DeviceScene *out = &r->scene;
    Gpu *gpu = &r->gpu;
    Slot *slot = &r->slots[0];
    bool *is_seen = HEAP_NEW(r->heap, bool, scene->n_instances + 1);
    for (u32 i = 0; i < scene->n_instances; i++) {
        u32 material = scene->instances[i].material;
        is_seen[i] = material == NONE || scene->materials[material].opacity > 0.6f;
    }
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

Status renderer_set_scene(Renderer *r, const RenderScene *scene, RenderError *error) {
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
    r->scene.is_ready = true;
    return STATUS_OK;
}

#endif
