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
#include <stdlib.h>

// ---- life ----

static bool is_auto(const RenderOptions *options) {
    return !options->device || strcmp(options->device, "auto") == 0;
}

// The environment names drivers: whoever does that wants pictures by one of them.
static bool drivers_are_named(void) {
    const char *files = getenv("VK_DRIVER_FILES"), *older = getenv("VK_ICD_FILENAMES");
    return (files && files[0]) || (older && older[0]);
}

// No Vulkan: because plain C is asked for, or because there can be no GPU.
static bool wants_soft(const RenderOptions *options) {
    if (options->all_on_device || options->validate || options->fail_at)
        return false;
    if (is_auto(options))
        return !drivers_are_named() && !gpu_may_exist();
    return strcmp(options->device, "cpu") == 0 || device_name_has(SOFT_DEVICE, options->device);
}

// Whether plain C draws rather than a processor's driver: it is faster.
static bool may_be_soft(const RenderOptions *options) {
    return is_auto(options) && !drivers_are_named() && !options->all_on_device &&
           !options->validate && !options->fail_at;
}

static bool device_create(Renderer *r, const RenderOptions *options) {
    bool ok = gpu_init(&r->gpu, r->heap, options);
    if (ok && r->gpu.is_cpu && may_be_soft(options))
        return false; // before anything is compiled
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
    return ok;
}

static void device_destroy(Renderer *r) {
    if (r->gpu.device && r->gpu.vk.DeviceWaitIdle)
        r->gpu.vk.DeviceWaitIdle(r->gpu.device);
    device_scene_finish(r);
    for (u32 i = 0; i < r->n_slots; i++)
        slot_finish(r, &r->slots[i]);
    lights_finish(r);
    renderer_pipelines_finish(r);
    gpu_finish(&r->gpu);
}

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
    bool soft = wants_soft(options);
    if (!soft) {
        bool ok = device_create(r, options);
        // Anything may draw, and there is no GPU after all.
        soft = !ok && may_be_soft(options) && (!r->gpu.physical || r->gpu.is_cpu);
        if (ok)
            return STATUS_OK;
        gpu_error_take(&r->gpu, error);
        if (!soft)
            return STATUS_VULKAN;
        device_destroy(r);
        r->gpu.is_cpu = true;
        r->n_slots = 0;
    }
    r->has_color = !options->no_color;
    r->soft = soft_create(heap, options->n_slots);
    return STATUS_OK;
}

u32 renderer_destroy(Renderer *r) {
    if (!r || !r->has_locks)
        return 0;
    if (r->gpu.is_hung) // waiting for it could take for ever; the process's end cleans up
        return r->gpu.n_objects;
    soft_destroy(r->soft);
    if (!r->soft)
        device_destroy(r);
    u32 n_left = r->gpu.n_objects;
    pthread_mutex_destroy(&r->lights.lock);
    pthread_cond_destroy(&r->freed);
    pthread_mutex_destroy(&r->lock);
    heap_free(r->heap, r);
    return n_left;
}

const char *renderer_device(const Renderer *r) {
    return r->soft ? SOFT_DEVICE : r->gpu.properties.deviceName;
}
bool renderer_is_cpu(const Renderer *r) {
    return r->soft || r->gpu.is_cpu;
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

// ---- a picture ----

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
    view_block(plan->view, &(ViewScene){r->scene.bounds, r->scene.field_info, r->scene.has_glass},
               plan->n_samples, plan->n_shadows, slot->view.map);
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

static HostImage host_image(const GpuImage *image) {
    return (HostImage){image->map, image->pitch};
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
                           .samples = host_image(&slot->samples),
                           .front = host_image(glass ? &slot->front_samples : &slot->samples),
                           .glass = glass ? host_image(&slot->glass) : (HostImage){0},
                           .depths = slot->depth_copy.map,
                           .depth_width = plan->width,
                           .work = slot->work.map};
    if (plan->with_color) {
        u32 *head = picture.work, rows = picture.height;
        host_list_samples(&picture, 0, rows, head);
        head[2] = head[3] = 0;
        if (!submit(r, slot, plan, submit_light))
            return false;
    }
    host_fill_masks(&picture, &plan->view->camera, plan->image, 0,
                    plan->image->height); // while the device shades
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
    host_fill_color(&picture, plan->image->color, 0, plan->image->height);
    return true;
}

static Status draw_by_device(Renderer *r, const RenderView *view, const RenderImage *image,
                             RenderError *error) {
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

Status renderer_set_scene(Renderer *r, const RenderScene *scene, RenderError *error) {
    r->scene.is_ready = false;
    Status status =
        r->soft ? soft_set_scene(r->soft, scene, error) : device_set_scene(r, scene, error);
    r->scene.is_ready = status == STATUS_OK;
    return status;
}

Status renderer_draw(Renderer *r, const RenderView *view, const RenderImage *image,
                     RenderError *error) {
    if (!r->scene.is_ready || !image_is_sound(view, image, r->has_color, error))
        return STATUS_BUG;
    return r->soft ? soft_draw(r->soft, view, image, error) : draw_by_device(r, view, image, error);
}

#endif
