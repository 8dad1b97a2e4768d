// SPDX-License-Identifier: Apache-2.0
// One picture: a geometry pass that keeps draw and normal of each sample, a list of the samples
// that need light, their shading, and their averages and masks. A GPU does all of it in one
// submission. On a CPU device plain C lists and averages between two submissions: what a compute
// shader needs loops over lanes for is a few instructions there, and the memory is the same.
#ifdef FRC_HAVE_VULKAN
#include "vk/renderer_internal.h"

#include "vk/camera.h"
#include "vk/renderer_host.h"

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
    pthread_mutex_init(&r->lights.lock, NULL);
    r->has_locks = true;
    bool ok = gpu_init(&r->gpu, heap, options);
    if (ok) {
        r->on_host = r->gpu.is_cpu && !options->all_on_device &&
                     gpu_can_map(&r->gpu, VK_FORMAT_R32G32_UINT) &&
                     gpu_can_map(&r->gpu, VK_FORMAT_R16G16B16A16_SFLOAT);
        r->has_color = !options->no_color || !r->on_host;
        if (r->on_host && r->has_color)
            srgb_tables_init(&r->tables);
        ok = renderer_pipelines_init(r);
    }
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
    lights_finish(r);
    renderer_pipelines_finish(r);
    gpu_finish(&r->gpu);
    u32 n_left = r->gpu.n_objects;
    pthread_mutex_destroy(&r->lights.lock);
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
const char *renderer_note(const Renderer *r) {
    return r->note;
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
    put3(out->field_min, field->min, field->cell > 0 ? 1 / field->cell : 0); // 0: no colour wanted
    put3(out->field_size, vec3(field->size[0], field->size[1], field->size[2]), 0);
    view_lights(out, scene, view->light_azimuth, n_shadows);
    const u32 numbers[4] = {camera->width, camera->height, n_samples, n_shadows};
    memcpy(out->size, numbers, sizeof numbers);
    out->flags[0] = (view->style == RENDER_PARTS ? VIEW_PART_COLORS : 0u) |
                    (view->no_floor ? 0u : VIEW_FLOOR) | (view->no_outlines ? 0u : VIEW_OUTLINES) |
                    (scene->has_glass ? VIEW_GLASS : 0u);
    // A line is a pixel wide whatever the size: fainter where pixels are large.
    u32 shorter = MIN(camera->width, camera->height);
    out->flags[1] = 70 + 80 * (MIN(MAX(shorter, 96u), 512u) - 96) / 416;
}

// ---- a picture

typedef struct Plan {
    const RenderView *view;
    const RenderImage *image;
    bool with_color;
    u32 n_samples, n_shadows;
    u32 width, height; // of the samples drawn
} Plan;

static Plan plan_of(const Renderer *r, const RenderView *view, const RenderImage *image) {
    Plan plan = {.view = view, .image = image, .with_color = image->color || !r->on_host};
    // Ids and geometry are those of pixels' middles: other samples serve colour alone.
    plan.n_samples = !plan.with_color ? 1 : view->n_samples ? MIN(view->n_samples, 2u) : 2;
    plan.n_shadows = view->n_shadows ? MIN(view->n_shadows, (u32)SHADOWS_MAX) : 4;
    u32 extra = plan.n_samples == 2;
    plan.width = view->camera.width * plan.n_samples + extra;
    plan.height = view->camera.height * plan.n_samples + extra;
    return plan;
}

static bool plan_begin(Renderer *r, Slot *slot, const Plan *plan) {
    const RenderCamera *camera = &plan->view->camera;
    if (!slot_prepare(r, slot, camera->width, camera->height, plan->n_samples, plan->with_color) ||
        (plan->with_color && !lights_prepare(r, slot, plan->n_shadows)))
        return false;
    view_block(r, plan->view, plan->n_samples, plan->n_shadows, slot->view.map);
    slot_bind(r, slot);
    return slot_begin(r, slot);
}

// All on the device, in one go.
static bool submit_picture(Renderer *r, Slot *slot, const Plan *plan) {
    const RenderCamera *camera = &plan->view->camera;
    if (!plan_begin(r, slot, plan))
        return false;
    record_bind(r, slot);
    record_lights(r, slot, plan->view->light_azimuth, plan->n_shadows, !plan->view->no_floor);
    record_samples(r, slot, camera, plan->width, plan->height, true);
    record_list(r, slot, camera);
    record_shade(r, slot);
    record_resolve(r, slot, camera);
    return slot_submit(r, slot);
}

static bool submit_samples(Renderer *r, Slot *slot, const Plan *plan) {
    if (!plan_begin(r, slot, plan))
        return false;
    record_bind(r, slot);
    record_samples(r, slot, &plan->view->camera, plan->width, plan->height, plan->with_color);
    record_read_samples(r, slot, plan->width, plan->height, plan->with_color);
    return slot_submit(r, slot);
}

static bool submit_light(Renderer *r, Slot *slot, const Plan *plan) {
    if (!lights_prepare(r, slot, plan->n_shadows))
        return false;
    slot_bind(r, slot); // another picture may have changed the shadow maps
    if (!slot_begin(r, slot))
        return false;
    record_bind(r, slot);
    record_lights(r, slot, plan->view->light_azimuth, plan->n_shadows, !plan->view->no_floor);
    record_shade(r, slot);
    record_read_light(r, slot);
    return slot_submit(r, slot);
}

// One of the above, alone with the lights until it stands in the queue.
static bool submit(Renderer *r, Slot *slot, const Plan *plan,
                   bool (*what)(Renderer *, Slot *, const Plan *)) {
    pthread_mutex_lock(&r->lights.lock);
    bool ok = what(r, slot, plan);
    if (!ok)
        slot->floor_serial = 0; // what was recorded may never run
    pthread_mutex_unlock(&r->lights.lock);
    return ok;
}

// A pixel of the device's own making: colour, draw + 1, depth, normal.
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
            normal_unpack(pixels[i][3], normal);
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

static bool draw_on_device(Renderer *r, Slot *slot, const Plan *plan) {
    if (!submit(r, slot, plan, submit_picture) || !slot_wait(r, slot))
        return false;
    read_pixels(&r->scene, slot, plan->view, plan->image);
    return true;
}

static bool draw_on_host(Renderer *r, Slot *slot, const Plan *plan) {
    if (!submit(r, slot, plan, submit_samples) || !slot_wait(r, slot))
        return false;
    bool glass = r->scene.has_glass && plan->with_color;
    HostPicture picture = {.view = slot->view.map,
                           .calls = r->scene.calls,
                           .tables = &r->tables,
                           .width = plan->image->width,
                           .height = plan->image->height,
                           .n_samples = plan->n_samples,
                           .samples = &slot->samples,
                           .front = glass ? &slot->front_samples : &slot->samples,
                           .glass = glass ? &slot->glass : NULL,
                           .depths = slot->depth_copy.map,
                           .depth_width = plan->width,
                           .work = slot->work.map};
    if (plan->with_color) {
        host_list_samples(&picture);
        if (!submit(r, slot, plan, submit_light))
            return false;
    }
    host_fill_masks(&picture, &plan->view->camera, plan->image); // while the device shades
    if (!plan->with_color)
        return true;
    if (!slot_wait(r, slot))
        return false;
    if (!plan->view->no_floor) {
        if (slot->floor_is_packed)
            host_unpack_floor(slot->floor_copy.map, slot->floor_size);
        slot->floor_is_packed = false;
        picture.floor = slot->floor_copy.map;
        picture.floor_size = slot->floor_size;
        memcpy(picture.floor_region, slot->floor_region, sizeof picture.floor_region);
    }
    host_fill_color(&picture, plan->image->color);
    return true;
}

Status renderer_draw(Renderer *r, const RenderView *view, const RenderImage *image,
                     RenderError *error) {
    const RenderCamera *camera = &view->camera;
    if (!r->scene.is_ready || camera->width == 0 || camera->height == 0 ||
        camera->width > RENDER_MAX_SIZE || camera->height > RENDER_MAX_SIZE ||
        image->width != camera->width || image->height != camera->height ||
        (image->color && !r->has_color)) {
        snprintf(error->text, sizeof error->text, "no scene, or a picture of %u x %u%s",
                 camera->width, camera->height, r->has_color ? "" : " without colour");
        return STATUS_BUG;
    }
    Slot *slot = slot_acquire(r);
    Plan plan = plan_of(r, view, image);
    bool ok = r->on_host ? draw_on_host(r, slot, &plan) : draw_on_device(r, slot, &plan);
    if (!ok) { // what was submitted may not have run
        pthread_mutex_lock(&r->lights.lock);
        r->lights.is_ready = false;
        pthread_mutex_unlock(&r->lights.lock);
    }
    slot_release(r, slot);
    if (ok)
        return STATUS_OK;
    gpu_error_take(&r->gpu, error);
    return STATUS_VULKAN;
}

#endif
