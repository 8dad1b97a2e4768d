// SPDX-License-Identifier: Apache-2.0
// A picture in three rounds of tasks: samples of bands of rows (and, for the first picture, shadow
// maps and the field beside them), the floor, and then, band by band, list, light and pixels.
// Rounds are spread over the processors that other pictures leave free. What drawing in bands
// changes is nothing: a sample depends on its place alone.
#include "vk/soft.h"

#include "base/thread.h"
#include "vk/renderer_host.h"
#include "vk/soft_glass.h"
#include "vk/soft_lights.h"

#include <pthread.h>
#include <stdio.h>

enum { SLOTS_MOST = 8, ROWS = 32, LARGE = 1 << 21 };

typedef struct SoftSlot { // what a picture in flight owns
    Heap heap;
    bool is_busy;
    RasterSample *samples, *front_samples;
    f32 *depths, *front_depths;
    u16 *glass; // halves, four a sample
    u32 *work;
    size_t n_samples, n_front, n_work; // there is room for
} SoftSlot;

struct Soft {
    Heap *heap;
    SrgbTables tables;
    SoftScene scene;
    SoftSlot *slots;
    u32 n_slots, n_busy;
    pthread_mutex_t lock;
    pthread_cond_t changed; // a slot or the lights
    // One picture at a time makes lights and the field; light_heap is its own meanwhile.
    Heap light_heap;
    bool is_making;
    SoftLights *lights, *old_lights;
};

// ---- life ----

Soft *soft_create(Heap *heap, u32 n_slots) {
    Soft *soft = HEAP_NEW(heap, Soft, 1);
    soft->heap = heap;
    soft->n_slots = n_slots ? n_slots : MIN(thread_count_default(), (u32)SLOTS_MOST);
    soft->slots = HEAP_NEW(heap, SoftSlot, soft->n_slots);
    for (u32 i = 0; i < soft->n_slots; i++)
        heap_init_child(&soft->slots[i].heap, heap);
    heap_init_child(&soft->light_heap, heap);
    srgb_tables_init(&soft->tables);
    pthread_mutex_init(&soft->lock, NULL);
    pthread_cond_init(&soft->changed, NULL);
    return soft;
}

static void scene_finish(Soft *soft) {
    SoftScene *scene = &soft->scene;
    heap_free(soft->heap, scene->records);
    heap_free(soft->heap, scene->calls);
    heap_free(soft->heap, scene->materials);
    heap_free(soft->heap, scene->boxes);
    memset(scene, 0, sizeof *scene);
    heap_finish(&soft->light_heap); // field, lights
    heap_init_child(&soft->light_heap, soft->heap);
    soft->lights = soft->old_lights = NULL;
}

void soft_destroy(Soft *soft) {
    if (!soft)
        return;
    scene_finish(soft);
    for (u32 i = 0; i < soft->n_slots; i++)
        heap_finish(&soft->slots[i].heap);
    pthread_cond_destroy(&soft->changed);
    pthread_mutex_destroy(&soft->lock);
    heap_free(soft->heap, soft->slots);
    heap_free(soft->heap, soft);
}

static Box3 mesh_box(const RenderMesh *mesh) {
    Box3 box = box3_empty();
    for (u32 v = 0; v < mesh->n_verts; v++) {
        const f32 *p = mesh->positions + 3 * (size_t)v;
        box = box3_add_point(box, vec3((f64)p[0], (f64)p[1], (f64)p[2]));
    }
    return box;
}

Status soft_set_scene(Soft *soft, const RenderScene *scene, RenderError *error) {
    scene_finish(soft);
    if (!scene_is_sound(scene, error))
        return STATUS_BUG;
    u64 n = scene_draw_count(scene);
    if (n >= 1u << 24) {
        snprintf(error->text, sizeof error->text, "the scene has more than 2^24 draws");
        return STATUS_BUG;
    }
    SoftScene *out = &soft->scene;
    out->records = HEAP_NEW(soft->heap, DrawRecord, (size_t)n + 1);
    out->calls = HEAP_NEW(soft->heap, DrawCall, (size_t)n + 1);
    out->materials = HEAP_NEW(soft->heap, SoftMaterial, (size_t)n + 1);
    out->boxes = HEAP_NEW(soft->heap, Box3, (size_t)scene->n_meshes + 1);
    out->n_calls = (u32)n;
    out->n_glass = scene_draws(scene, out->records, out->calls);
    soft_materials(out->records, out->n_calls, out->materials);
    for (u32 i = 0; i < scene->n_meshes; i++) {
        out->boxes[i] = mesh_box(&scene->meshes[i]);
        out->most_verts = MAX(out->most_verts, scene->meshes[i].n_verts);
    }
    out->facts.bounds = render_scene_bounds(scene);
    field_shape(&out->facts.field, out->facts.bounds, FIELD_CELLS);
    if (box3_is_empty(out->facts.bounds))
        out->facts.bounds = (Box3){{-1, -1, -1}, {1, 1, 1}};
    out->facts.has_glass = out->n_glass > 0;
    out->scene = scene;
    return STATUS_OK;
}

// ---- slots ----

// Large pictures are drawn two at a time at most: a sample takes 12 to 40 bytes.
static SoftSlot *slot_acquire(Soft *soft, bool is_large) {
    pthread_mutex_lock(&soft->lock);
    while (soft->n_busy >= (is_large ? MIN(soft->n_slots, 2u) : soft->n_slots))
        pthread_cond_wait(&soft->changed, &soft->lock);
    u32 i = 0;
    while (soft->slots[i].is_busy)
        i++;
    soft->slots[i].is_busy = true;
    soft->n_busy++;
    pthread_mutex_unlock(&soft->lock);
    return &soft->slots[i];
}

static void slot_release(Soft *soft, SoftSlot *slot) {
    pthread_mutex_lock(&soft->lock);
    slot->is_busy = false;
    soft->n_busy--;
    pthread_cond_broadcast(&soft->changed);
    pthread_mutex_unlock(&soft->lock);
}

static void *room(Heap *heap, void *old, size_t n, size_t size) {
    heap_free(heap, old);
    return heap_alloc_raw(heap, n, size);
}

static void slot_prepare(SoftSlot *slot, size_t n_samples, size_t n_pixels, bool glass) {
    Heap *heap = &slot->heap;
    if (slot->n_samples < n_samples) {
        slot->n_samples = 0;
        slot->samples = room(heap, slot->samples, n_samples, sizeof *slot->samples);
        slot->depths = room(heap, slot->depths, n_samples, sizeof *slot->depths);
        slot->n_samples = n_samples;
    }
    if (glass && slot->n_front < n_samples) {
        slot->n_front = 0;
        slot->front_samples = room(heap, slot->front_samples, n_samples, sizeof *slot->samples);
        slot->front_depths = room(heap, slot->front_depths, n_samples, sizeof *slot->depths);
        slot->glass = room(heap, slot->glass, n_samples, 4 * sizeof *slot->glass);
        slot->n_front = n_samples;
    }
    size_t n_work = n_pixels ? HOST_HEAD + 4 * n_pixels : 0;
    if (slot->n_work < n_work) {
        slot->n_work = 0;
        slot->work = room(heap, slot->work, n_work, sizeof *slot->work);
        slot->n_work = n_work;
    }
}

// ---- a picture ----

typedef struct Draw {
    Soft *soft;
    SoftSlot *slot;
    const RenderView *view;
    const RenderImage *image;
    bool with_color, with_glass, is_maker; // is_maker: makes the lights, for all
    u32 n_samples, n_shadows, width, height, pitch, n_threads; // pitch: samples from row to row
    u32 n_bands, n_light_tasks;                                // of the round at hand
    ViewBlock block;
    SoftLights *lights;
    HostPicture picture;
    GlassSide *order;
    u32 n_order;
} Draw;

static SoftStudio studio_of(const Draw *d) {
    return (SoftStudio){&d->block, &d->soft->scene.facts.field, d->lights->maps,
                        d->soft->scene.materials};
}

// ---- lights ----

static bool lights_fit(const Draw *d, const SoftLights *lights) {
    return lights && lights->azimuth == d->view->light_azimuth &&
           lights->n_shadows == d->n_shadows && (lights->with_floor || d->view->no_floor);
}

// The lights, if they are there; else this picture becomes their maker, unless another makes some:
// then it waits for that, or, with may_wait false, is left without.
static void lights_acquire(Draw *d, bool may_wait) {
    Soft *soft = d->soft;
    pthread_mutex_lock(&soft->lock);
    while (!lights_fit(d, soft->lights) && soft->is_making && may_wait)
        pthread_cond_wait(&soft->changed, &soft->lock);
    if (lights_fit(d, soft->lights)) {
        d->lights = soft->lights;
        d->lights->n_refs++;
    } else if (!soft->is_making) {
        d->is_maker = soft->is_making = true;
    }
    pthread_mutex_unlock(&soft->lock);
}

static void lights_release(Draw *d) {
    Soft *soft = d->soft;
    pthread_mutex_lock(&soft->lock);
    if (d->lights)
        d->lights->n_refs--;
    if (d->is_maker)
        soft->is_making = false;
    d->lights = NULL;
    d->is_maker = false;
    pthread_cond_broadcast(&soft->changed);
    pthread_mutex_unlock(&soft->lock);
}

static void old_lights_free(Soft *soft) {
    pthread_mutex_lock(&soft->lock);
    for (SoftLights **at = &soft->old_lights; *at;) {
        SoftLights *old = *at;
        if (old->n_refs) {
            at = &old->next;
            continue;
        }
        *at = old->next;
        soft_lights_free(old, &soft->light_heap);
    }
    pthread_mutex_unlock(&soft->lock);
}

static void lights_begin(void *ctx) {
    Draw *d = ctx;
    old_lights_free(d->soft);
    SoftLights *lights = soft_lights_make(&d->soft->light_heap, &d->block, &d->soft->scene,
                                          d->view->light_azimuth, !d->view->no_floor);
    lights->n_refs = 1;
    d->lights = lights;
}

// Others may draw by them from here on.
static void lights_publish(Draw *d) {
    Soft *soft = d->soft;
    pthread_mutex_lock(&soft->lock);
    if (soft->lights) {
        soft->lights->next = soft->old_lights;
        soft->old_lights = soft->lights;
    }
    soft->lights = d->lights;
    soft->is_making = d->is_maker = false;
    pthread_cond_broadcast(&soft->changed);
    pthread_mutex_unlock(&soft->lock);
}

// What fails in the lights' heap fails the task's.
static void in_light_heap(Draw *d, Heap *heap, void (*run)(void *ctx)) {
    Heap *lights = &d->soft->light_heap;
    if (!heap_guard(lights, run, d))
        heap_fail(heap, lights->failure, lights->failure_text);
}

static void make_field(void *ctx) {
    Draw *d = ctx;
    SoftScene *scene = &d->soft->scene;
    Heap *heap = &d->soft->light_heap;
    bool *is_seen = scene_seen(scene->scene, heap);
    field_init(&scene->facts.field, heap, scene->scene, scene->facts.bounds, FIELD_CELLS, is_seen);
    heap_free(heap, is_seen);
}

static void floor_task(void *ctx, u32 i, Heap *heap) {
    Draw *d = ctx;
    (void)heap;
    SoftLights *lights = d->lights;
    SoftStudio studio = studio_of(d);
    const u32 *region = lights->floor_region;
    u32 begin = region[1] + 8 * i;
    soft_floor(&studio, lights->floor, lights->floor_size, region[0], region[2], begin, begin + 8);
}

// ---- samples ----

static void band_samples(Draw *d, Raster *r, RasterSample *samples, f32 *depths, f32 least) {
    size_t first = (size_t)r->begin * d->pitch, n = (size_t)(r->end - r->begin) * d->pitch;
    memset(samples + first, 0, n * sizeof *samples);
    size_t i = 0;
    for (const F4 far = f4(1); i + 4 <= n; i += 4)
        memcpy(depths + first + i, &far, sizeof far);
    for (; i < n; i++)
        depths[first + i] = 1;
    r->samples = samples;
    r->depths = depths;
    r->fill = raster_fill_samples;
    soft_raster_scene(&d->soft->scene, r, d->block.clip, d->height, least, RASTER_DROP_BACK);
}

static Raster band_of(const Draw *d, u32 i, Heap *heap) {
    return (Raster){.width = d->width,
                    .pitch = d->pitch,
                    .begin = (u32)((u64)d->height * i / d->n_bands),
                    .end = (u32)((u64)d->height * (i + 1) / d->n_bands),
                    .vertices =
                        heap_alloc_raw(heap, d->soft->scene.most_verts + 1, sizeof(RasterVertex))};
}

static void samples_task(Draw *d, u32 i, Heap *heap) {
    Raster r = band_of(d, i, heap);
    SoftSlot *slot = d->slot;
    // Without colour glass is as good as wood.
    band_samples(d, &r, slot->samples, slot->depths, d->with_color ? OPAQUE : 0);
    if (d->with_glass)
        band_samples(d, &r, slot->front_samples, slot->front_depths, 0);
    heap_free(heap, r.vertices);
}

// The first round: the field, shadow maps, bands of samples.
static void first_task(void *ctx, u32 i, Heap *heap) {
    Draw *d = ctx;
    if (i >= d->n_light_tasks)
        samples_task(d, i - d->n_light_tasks, heap);
    else if (i > 0)
        soft_shadow_map(d->lights, &d->soft->scene, &d->block, i - 1, heap);
    else if (!d->soft->scene.facts.field.distance)
        in_light_heap(d, heap, make_field);
}

static void first_round(Draw *d, u32 n_bands) {
    d->n_light_tasks = 0;
    if (d->is_maker) {
        in_light_heap(d, &d->slot->heap, lights_begin);
        d->n_light_tasks = 1 + d->n_shadows;
    }
    d->n_bands = n_bands;
    thread_for(&d->slot->heap, d->n_threads, d->n_light_tasks + n_bands, first_task, d);
    if (!d->is_maker)
        return;
    const u32 *region = d->lights->floor_region;
    if (d->lights->with_floor)
        thread_for(&d->slot->heap, d->n_threads, (region[3] - region[1]) / 8, floor_task, d);
    lights_publish(d);
}

static void glass_task(void *ctx, u32 i, Heap *heap) {
    Draw *d = ctx;
    Raster r = band_of(d, i, heap);
    SoftStudio studio = studio_of(d);
    soft_glass_draw(&r, &studio, &d->soft->scene, d->order, d->n_order, d->slot->depths,
                    d->slot->glass, d->height);
    heap_free(heap, r.vertices);
}

// ---- pixels ----

static void pixels_task(void *ctx, u32 i, Heap *heap) {
    Draw *d = ctx;
    (void)heap;
    const HostPicture *p = &d->picture;
    u32 begin = i * ROWS, end = MIN(begin + ROWS, p->height);
    if (d->with_color) {
        SoftStudio studio = studio_of(d);
        u32 counts[2];
        host_list_samples(p, begin, end, counts);
        for (u32 k = 0; k < 2; k++)
            soft_shade(&studio, d->slot->samples, d->slot->depths, d->pitch,
                       host_items(p, k) + (size_t)begin * p->width, counts[k]);
        host_fill_color(p, d->image->color, begin, end);
    }
    host_fill_masks(p, &d->view->camera, d->image, begin, end);
}

static void picture_of(Draw *d) {
    const SoftSlot *slot = d->slot;
    size_t pitch = d->pitch * sizeof(RasterSample);
    HostImage samples = {slot->samples, pitch};
    d->picture = (HostPicture){
        .view = &d->block,
        .calls = d->soft->scene.calls,
        .tables = &d->soft->tables,
        .width = d->image->width,
        .height = d->image->height,
        .n_samples = d->n_samples,
        .samples = samples,
        .front = d->with_glass ? (HostImage){slot->front_samples, pitch} : samples,
        .glass = d->with_glass ? (HostImage){slot->glass, 8 * (size_t)d->pitch} : (HostImage){0},
        .depths = d->with_glass ? slot->front_depths : slot->depths,
        .depth_width = d->pitch,
        .work = slot->work};
    if (!d->with_color || d->view->no_floor)
        return;
    d->picture.floor = d->lights->floor;
    d->picture.floor_size = d->lights->floor_size;
    memcpy(d->picture.floor_region, d->lights->floor_region, sizeof d->picture.floor_region);
}

static u32 threads_free(Soft *soft) {
    pthread_mutex_lock(&soft->lock);
    u32 n = thread_count_default() / MAX(soft->n_busy, 1u);
    pthread_mutex_unlock(&soft->lock);
    return MAX(n, 1u);
}

static void draw_run(void *ctx) {
    Draw *d = ctx;
    Heap *heap = &d->slot->heap;
    size_t n_pixels = (size_t)d->image->width * d->image->height;
    slot_prepare(d->slot, (size_t)d->pitch * d->height, d->with_color ? n_pixels : 0,
                 d->with_glass);
    view_block(d->view, &d->soft->scene.facts, d->n_samples, d->n_shadows, &d->block);
    d->n_threads = threads_free(d->soft);
    u32 n_bands = d->n_threads > 1 ? 2 * d->n_threads : 1;
    if (d->with_color)
        lights_acquire(d, false);
    first_round(d, n_bands);
    if (d->with_color && !d->lights) {
        lights_acquire(d, true);
        if (d->is_maker)
            first_round(d, 0);
    }
    if (d->with_glass) {
        d->order = HEAP_NEW(heap, GlassSide, 2 * (size_t)d->soft->scene.n_glass);
        d->n_order =
            glass_sort(d->soft->scene.calls, d->soft->scene.n_calls, &d->view->camera, d->order);
        d->n_bands = n_bands;
        thread_for(heap, d->n_threads, n_bands, glass_task, d);
        heap_free(heap, d->order);
    }
    picture_of(d);
    thread_for(heap, d->n_threads, (d->image->height + ROWS - 1) / ROWS, pixels_task, d);
}

Status soft_draw(Soft *soft, const RenderView *view, const RenderImage *image, RenderError *error) {
    Draw d = {.soft = soft, .view = view, .image = image, .with_color = image->color != NULL};
    d.with_glass = d.with_color && soft->scene.facts.has_glass;
    // Ids and geometry are those of pixels' middles: other samples serve colour alone.
    d.n_samples = !d.with_color ? 1 : view->n_samples ? MIN(view->n_samples, 2u) : 2;
    d.n_shadows = view->n_shadows ? MIN(view->n_shadows, (u32)SHADOWS_MAX) : 4;
    u32 extra = d.n_samples == 2;
    d.width = image->width * d.n_samples + extra;
    d.height = image->height * d.n_samples + extra;
    d.pitch = (d.width + RASTER_SPARE + 3) / 4 * 4;
    d.slot = slot_acquire(soft, (u64)image->width * image->height > LARGE);
    bool ok = heap_guard(&d.slot->heap, draw_run, &d);
    Failure failure = d.slot->heap.failure;
    lights_release(&d);
    slot_release(soft, d.slot);
    if (ok)
        return STATUS_OK;
    bool is_cancelled = failure == FAIL_CANCELLED;
    snprintf(error->text, sizeof error->text, is_cancelled ? "interrupted" : "out of memory");
    return is_cancelled ? STATUS_INTERRUPTED : STATUS_MEMORY;
}
