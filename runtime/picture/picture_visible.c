// SPDX-License-Identifier: Apache-2.0
// How many pixels each part has at best, from eight sides: what a report says of hidden and tiny
// parts. What stands behind glass is seen; so where some parts are clear, the rest is drawn alone,
// too.
#include "runtime/picture/picture.h"

static const char *const view_names[] = {"iso",  "iso-back", "front", "back",
                                         "left", "right",    "top",   "bottom"};

typedef struct Visible {
    const Model *model;
    RenderScene scene;
    Arena arena;
    Heap *heap;
    Renderer *renderer;
    RenderError *error;
    Status status;
    u32 *part_of; // the model's part of an instance
    u32 *pixels;  // per part of the model
} Visible;

static bool is_clear(const RenderScene *scene, const RenderInstance *instance) {
    return instance->material != NONE && scene->materials[instance->material].opacity < 1;
}

// Counts one scene's pixels; its instance i is part_of[i]. Cameras are those of the whole.
static Status count(Visible *v, const RenderScene *scene, const u32 *part_of) {
    size_t n = (size_t)PICTURE_VISIBLE_SIZE * PICTURE_VISIBLE_SIZE;
    RenderImage image = {.width = PICTURE_VISIBLE_SIZE,
                         .height = PICTURE_VISIBLE_SIZE,
                         .instances = ARENA_NEW(&v->arena, u16, n)};
    u32 *counts = ARENA_NEW(&v->arena, u32, (size_t)scene->n_instances + 1);
    Status status = renderer_set_scene(v->renderer, scene, v->error);
    for (u32 k = 0; k < COUNT_OF(view_names) && status == STATUS_OK; k++) {
        CameraPlace place;
        Str name = str_from(view_names[k]);
        camera_place_find(name, &place);
        RenderView view = {.camera =
                               camera_fit(&v->scene, place, image.width, image.height, 0.05, name)};
        status = renderer_draw(v->renderer, &view, &image, v->error);
        memset(counts, 0, ((size_t)scene->n_instances + 1) * sizeof *counts);
        for (size_t i = 0; i < n && status == STATUS_OK; i++)
            counts[image.instances[i]]++;
        for (u32 i = 0; i < scene->n_instances; i++)
            v->pixels[part_of[i]] = MAX(v->pixels[part_of[i]], counts[i + 1]);
    }
    return status;
}

static void visible_run(void *ctx) {
    Visible *v = ctx;
    picture_scene_from_model(v->model, &v->arena, &v->scene);
    u32 *part_of = ARENA_NEW(&v->arena, u32, (size_t)v->scene.n_instances + 1), n = 0;
    for (u32 i = 0; i < v->model->scene->n_parts; i++)
        if (picture_has_instance(v->model, i))
            part_of[n++] = i;
    v->status = count(v, &v->scene, part_of);
    // Once more without what is clear.
    RenderScene rest = v->scene;
    RenderInstance *opaque = ARENA_NEW(&v->arena, RenderInstance, (size_t)n + 1);
    rest.instances = opaque;
    rest.n_instances = 0;
    for (u32 i = 0; i < n; i++) {
        if (is_clear(&v->scene, &v->scene.instances[i]))
            continue;
        part_of[rest.n_instances] = part_of[i];
        opaque[rest.n_instances++] = v->scene.instances[i];
    }
    if (v->status == STATUS_OK && rest.n_instances && rest.n_instances < n)
        v->status = count(v, &rest, part_of);
}

static Status visible_draw(void *ctx, Renderer *renderer, RenderError *error) {
    Visible *v = ctx;
    v->renderer = renderer;
    v->error = error;
    arena_init(&v->arena, v->heap);
    if (!heap_guard(v->heap, visible_run, v))
        v->status = v->heap->failure == FAIL_CANCELLED ? STATUS_INTERRUPTED : STATUS_MEMORY;
    else
        arena_finish(&v->arena);
    return v->status;
}

Status picture_visible(PictureDevice *device, const Model *model, Heap *heap, u32 *pixels,
                       RenderError *error) {
    memset(pixels, 0, model->scene->n_parts * sizeof *pixels);
    Visible v = {.model = model, .heap = heap, .pixels = pixels};
    return picture_device_draw(device, visible_draw, &v, error);
}

u32 picture_visible_views(void) {
    return COUNT_OF(view_names);
}
