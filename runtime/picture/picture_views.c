// SPDX-License-Identifier: Apache-2.0
// Views as people name them, and the one good picture.
#include "runtime/picture/picture.h"

#include "base/number.h"
#include "vk/image.h"

#include <stdio.h>

enum { VIEWS_MAX = 1000, PICTURE_SIZE = 1024 };

typedef struct ViewList {
    const RenderScene *scene;
    RenderView like, *views;
    u32 n, width, height;
} ViewList;

static void add_view(ViewList *list, CameraPlace place, Str name) {
    RenderView view = list->like;
    view.camera = camera_fit(list->scene, place, list->width, list->height, 0.06, name);
    list->views[list->n++] = view;
}

// N views around at one height, named view_00 on.
static void add_around(ViewList *list, u32 n, Arena *arena) {
    u32 digits = n > 100 ? 3 : 2;
    for (u32 i = 0; i < n; i++) {
        Str name = str_format(arena, "view_%0*u", (int)digits, i);
        add_view(list, (CameraPlace){.azimuth = 360.0 * i / n + 35, .elevation = 20, .fov = 28},
                 name);
    }
}

static bool has_view(const ViewList *list, Str name) {
    for (u32 i = 0; i < list->n; i++)
        if (str_equal_z(name, list->views[i].camera.name))
            return true;
    return false;
}

static bool add_names(ViewList *list, Str names, RenderError *error) {
    while (names.len) {
        u32 n = 0;
        while (n < names.len && names.ptr[n] != ',')
            n++;
        Str name = {names.ptr, n};
        CameraPlace place;
        if (!camera_place_find(name, &place) || list->n == VIEWS_MAX) {
            snprintf(error->text, sizeof error->text,
                     "no view '%.40s': there are %s, or a number of views around",
                     n ? name.ptr : "", camera_place_names());
            return false;
        }
        if (!has_view(list, name))
            add_view(list, place, name);
        n += n < names.len;
        names = (Str){names.ptr + n, names.len - n};
    }
    return true;
}

bool picture_views_read(const RenderScene *scene, const char *names, const char *camera, u32 width,
                        u32 height, RenderView like, Arena *arena, RenderView **views, u32 *n_views,
                        RenderError *error) {
    ViewList list = {.scene = scene,
                     .like = like,
                     .width = width,
                     .height = height,
                     .views = ARENA_NEW(arena, RenderView, VIEWS_MAX + 1)};
    f64 number;
    if (names && number_read(str_from(names), &number)) {
        if (number != floor(number) || number < 1 || number > VIEWS_MAX) {
            snprintf(error->text, sizeof error->text,
                     "--views wants 1 to %d views around, or names: %s", VIEWS_MAX,
                     camera_place_names());
            return false;
        }
        add_around(&list, (u32)number, arena);
    } else if ((names || !camera) &&
               !add_names(&list, names ? str_from(names) : STR("iso,front,right,back,left,top"),
                          error)) {
        return false;
    }
    if (camera) {
        CameraPlace place = {.azimuth = 35, .elevation = 20, .fov = 28};
        if (!camera_place_read(str_from(camera), &place)) {
            snprintf(
                error->text, sizeof error->text,
                "--camera wants az=, el= and fov= (degrees; fov=0 is orthographic), not '%.60s'",
                camera);
            return false;
        }
        add_view(&list, place, STR("camera"));
    }
    *views = list.views;
    *n_views = list.n;
    return true;
}

// ---- the one good picture ----

typedef struct OnePicture {
    const Model *model;
    Heap *heap;
    StrBuf *out;
    Renderer *renderer;
    Status status;
    RenderError *error;
    bool has_jumped; // out of it, by a failure of heap
} OnePicture;

static void draw_one(void *ctx) {
    OnePicture *one = ctx;
    Arena arena;
    arena_init(&arena, one->heap);
    RenderScene scene;
    picture_scene_from_model(one->model, &arena, &scene);
    one->status = renderer_set_scene(one->renderer, &scene, one->error);
    CameraPlace place;
    camera_place_find(STR("iso"), &place);
    RenderView view = {.camera =
                           camera_fit(&scene, place, PICTURE_SIZE, PICTURE_SIZE, 0.07, STR("iso")),
                       .n_shadows = 16};
    RenderImage image = {.width = PICTURE_SIZE,
                         .height = PICTURE_SIZE,
                         .color = arena_alloc(&arena, (size_t)PICTURE_SIZE * PICTURE_SIZE, 4)};
    if (one->status == STATUS_OK)
        one->status = renderer_draw(one->renderer, &view, &image, one->error);
    if (one->status == STATUS_OK && !png_write(one->out, PNG_RGBA8, PICTURE_SIZE, PICTURE_SIZE,
                                               image.color, (PngOptions){.level = 6}))
        one->status = STATUS_MEMORY;
    arena_finish(&arena);
}

// What fails in the caller's heap must not pass the device by.
static Status draw_one_guarded(void *ctx, Renderer *renderer, RenderError *error) {
    OnePicture *one = ctx;
    one->renderer = renderer;
    one->error = error;
    one->has_jumped = !heap_guard(one->heap, draw_one, one);
    return one->has_jumped ? STATUS_BUG : one->status;
}

Status picture_export_png(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                          const char **error) {
    (void)options;
    OnePicture one = {.model = model, .heap = heap, .out = out};
    PictureDevice device;
    RenderError text;
    picture_device_init(&device, &(RenderOptions){.n_slots = 1}, heap->shared->cancel);
    Status status = picture_device_draw(&device, draw_one_guarded, &one, &text);
    picture_device_finish(&device);
    if (one.has_jumped)
        heap_rethrow(heap);
    if (status != STATUS_OK) {
        char *copy = heap_alloc(heap, sizeof text.text, 1);
        memcpy(copy, text.text, sizeof text.text);
        *error = copy;
    }
    return status;
}
