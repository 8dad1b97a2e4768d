// SPDX-License-Identifier: Apache-2.0
// Pictures of many views into files: each worker draws a view, waiting its turn for the device, and
// encodes and saves while others draw. scene.json, last, says what the ids stand for.
#include "runtime/picture/picture.h"

#include "base/file.h"
#include "base/thread.h"
#include "vk/image.h"

#include <pthread.h>
#include <stdio.h>

typedef struct Write {
    Renderer *renderer;
    const PictureJob *job;
    u32 *pixels; // n_views x (n_instances + 1): how many show each instance
    pthread_mutex_t lock;
    Status status; // of the first view that failed
    u32 failed_view;
    RenderError error;
} Write;

static void write_fail(Write *w, u32 view, Status status, const RenderError *error) {
    pthread_mutex_lock(&w->lock);
    if (w->status == STATUS_OK || view < w->failed_view) {
        w->status = status;
        w->failed_view = view;
        w->error = *error;
    }
    pthread_mutex_unlock(&w->lock);
}

static bool write_failed(Write *w) {
    pthread_mutex_lock(&w->lock);
    bool failed = w->status != STATUS_OK;
    pthread_mutex_unlock(&w->lock);
    return failed;
}

// Saves out under FOLDER/VIEW_suffix and empties it.
static bool save(Write *w, u32 view, const char *suffix, StrBuf *out) {
    char path[1024];
    const char *error = NULL;
    RenderError text;
    int n = snprintf(path, sizeof path, "%s/%s%s", w->job->folder,
                     view == NONE ? "" : w->job->views[view].camera.name, suffix);
    bool ok = n > 0 && (size_t)n < sizeof path &&
              (view == NONE ? file_save : file_save_unsynced)(path, out->ptr, out->len, &error) ==
                  STATUS_OK;
    out->len = 0;
    if (!ok) {
        snprintf(text.text, sizeof text.text, "can't write '%.160s': %.60s", path,
                 error ? error : "the path is too long");
        write_fail(w, view, STATUS_IO, &text);
    }
    return ok;
}

static bool save_mask(Write *w, u32 view, const char *suffix, const u16 *ids, u32 n_ids,
                      const RenderImage *image, StrBuf *out) {
    PngOptions options = {.level = w->job->png_level};
    size_t total = (size_t)image->width * image->height;
    if (n_ids > 255) {
        png_write(out, PNG_GRAY16, image->width, image->height, ids, options);
        return save(w, view, suffix, out);
    }
    u8 *bytes = heap_alloc_raw(out->heap, total, 1);
    for (size_t i = 0; i < total; i++)
        bytes[i] = (u8)ids[i];
    png_write(out, PNG_GRAY8, image->width, image->height, bytes, options);
    heap_free(out->heap, bytes);
    return save(w, view, suffix, out);
}

// mm that one step of the 16-bit depth stands for: 1, unless the object is too far for it.
static f64 depth_step(const RenderCamera *camera) {
    return fmax(1, ceil(camera->far / 65535));
}

static bool save_depth(Write *w, u32 view, const RenderImage *image, StrBuf *out) {
    size_t total = (size_t)image->width * image->height;
    u16 *steps = heap_alloc_raw(out->heap, total, sizeof *steps);
    f32 scale = (f32)(1 / depth_step(&w->job->views[view].camera));
    for (size_t i = 0; i < total; i++) { // orthographic near planes may be behind the eye: clamp
        f32 d = image->depth[i] * scale + 0.5f;
        steps[i] = (u16)(d > 0 ? MIN(d, 65535.0f) : 0);
    }
    png_write(out, PNG_GRAY16, image->width, image->height, steps,
              (PngOptions){.level = w->job->png_level});
    heap_free(out->heap, steps);
    if (!save(w, view, "_depth.png", out))
        return false;
    npy_write(out, image->width, image->height, 1, image->depth);
    return save(w, view, "_depth.npy", out);
}

static bool save_normals(Write *w, u32 view, const RenderImage *image, StrBuf *out) {
    size_t total = (size_t)image->width * image->height;
    u8 *bytes = heap_alloc(out->heap, total, 3);
    for (size_t i = 0; i < total; i++)
        for (size_t k = 3 * i; k < 3 * i + 3 && image->instances[i]; k++)
            bytes[k] = (u8)(i32)(image->normals[k] * 127.5f + 128.0f);
    png_write(out, PNG_RGB8, image->width, image->height, bytes,
              (PngOptions){.level = w->job->png_level});
    heap_free(out->heap, bytes);
    return save(w, view, "_normal.png", out);
}

static bool save_color(Write *w, u32 view, const RenderImage *image, StrBuf *out) {
    size_t total = (size_t)image->width * image->height;
    PngOptions options = {.level = w->job->png_level};
    if (w->job->views[view].background == BACKGROUND_TRANSPARENT) {
        png_write(out, PNG_RGBA8, image->width, image->height, image->color, options);
        return save(w, view, "_color.png", out);
    }
    u8 *rgb = heap_alloc_raw(out->heap, total, 3);
    for (size_t i = 0; i + 1 < total; i++)
        memcpy(rgb + 3 * i, image->color + 4 * i, 4); // one more, which the next puts right
    memcpy(rgb + 3 * (total - 1), image->color + 4 * (total - 1), 3);
    png_write(out, PNG_RGB8, image->width, image->height, rgb, options);
    heap_free(out->heap, rgb);
    return save(w, view, "_color.png", out);
}

static RenderImage image_for(const RenderCamera *camera, u32 passes, Heap *heap) {
    RenderImage image = {.width = camera->width, .height = camera->height};
    size_t n = (size_t)camera->width * camera->height;
    image.instances = heap_alloc_raw(heap, n, sizeof(u16)); // always: visible pixels are counted
    if (passes & PASS_COLOR)
        image.color = heap_alloc_raw(heap, n, 4);
    if (passes & PASS_PARTS)
        image.parts = heap_alloc_raw(heap, n, sizeof(u16));
    if (passes & PASS_DEPTH)
        image.depth = heap_alloc_raw(heap, n, sizeof(f32));
    if (passes & PASS_NORMAL)
        image.normals = heap_alloc_raw(heap, n, 3 * sizeof(f32));
    if (passes & PASS_POSITION)
        image.positions = heap_alloc_raw(heap, n, 3 * sizeof(f32));
    return image;
}

static void image_free(RenderImage *image, Heap *heap) {
    void *const arrays[] = {image->instances, image->color,   image->parts,
                            image->depth,     image->normals, image->positions};
    for (u32 i = 0; i < COUNT_OF(arrays); i++)
        heap_free(heap, arrays[i]);
}

static void save_all(Write *w, u32 view, const RenderImage *image, Heap *heap) {
    const RenderScene *scene = w->job->scene;
    u32 passes = w->job->passes;
    StrBuf out;
    strbuf_init(&out, heap);
    bool ok = !(passes & PASS_COLOR) || save_color(w, view, image, &out);
    ok = ok && (!(passes & PASS_PARTS) ||
                save_mask(w, view, "_parts.png", image->parts, scene->n_parts, image, &out));
    ok = ok && (!(passes & PASS_INSTANCES) || save_mask(w, view, "_instances.png", image->instances,
                                                        scene->n_instances, image, &out));
    ok = ok && (!(passes & PASS_DEPTH) || save_depth(w, view, image, &out));
    ok = ok && (!(passes & PASS_NORMAL) || save_normals(w, view, image, &out));
    if (ok && passes & PASS_POSITION) {
        npy_write(&out, image->width, image->height, 3, image->positions);
        ok = save(w, view, "_position.npy", &out);
    }
    strbuf_finish(&out);
}

static void write_view(void *ctx, u32 view, Heap *heap) {
    Write *w = ctx;
    if (write_failed(w))
        return;
    RenderError error;
    RenderImage image = image_for(&w->job->views[view].camera, w->job->passes, heap);
    Status status = renderer_draw(w->renderer, &w->job->views[view], &image, &error);
    if (status == STATUS_OK) {
        u32 *counts = w->pixels + (size_t)view * (w->job->scene->n_instances + 1);
        size_t n = (size_t)image.width * image.height;
        for (size_t i = 0; i < n; i++)
            counts[image.instances[i]]++;
        save_all(w, view, &image, heap);
    } else {
        write_fail(w, view, status, &error);
    }
    image_free(&image, heap);
}

// ---- scene.json ----

static void add_text(StrBuf *out, const char *key, Str value) {
    strbuf_addf(out, ",\"%s\":", key);
    strbuf_add_json(out, value);
}

static u32 pixels_of(const Write *w, u32 view, u32 part, u32 instance) {
    const RenderScene *scene = w->job->scene;
    const u32 *counts = w->pixels + (size_t)view * (scene->n_instances + 1) + 1;
    if (instance != NONE)
        return counts[instance];
    u32 sum = 0;
    for (u32 i = 0; i < scene->n_instances; i++)
        sum += scene->instances[i].part == part ? counts[i] : 0;
    return sum;
}

static void add_pixels(const Write *w, StrBuf *out, u32 part, u32 instance) {
    strbuf_add_z(out, ",\"pixels\":[");
    for (u32 v = 0; v < w->job->n_views; v++)
        strbuf_addf(out, "%s%u", v ? "," : "", pixels_of(w, v, part, instance));
    strbuf_add_z(out, "]}");
}

static void scene_json(const Write *w, StrBuf *out) {
    const RenderScene *scene = w->job->scene;
    strbuf_add_z(out, "{\"generator\":\"frc " FRC_VERSION "\"");
    add_text(out, "object", scene->name);
    add_text(out, "words", scene->words);
    add_text(out, "device", str_from(renderer_device(w->renderer)));
    strbuf_add_z(
        out,
        ",\"unit\":\"mm\",\"conventions\":{\"axes\":\"right-handed, z up, front toward -y\","
        "\"pixel\":\"pixel (i, j) covers [i, i+1); its centre is at i + 0.5; u = fx x / z + cx "
        "(orthographic: u = fx x + cx)\","
        "\"world_to_camera\":\"OpenCV: x right, y down, z forward\",\"camera_to_world\":\"OpenGL: "
        "x right, y up, z back\","
        "\"depth\":\"along the camera's z; 0: nothing\",\"normal\":\"object frame, (n + 1) / 2\","
        "\"ids\":\"of the pixel's centre; 0: nothing\"},\n\"views\":[");
    for (u32 v = 0; v < w->job->n_views; v++) {
        strbuf_add_z(out, v ? ",\n{\"camera\":" : "\n{\"camera\":");
        camera_write_json(&w->job->views[v].camera, out);
        strbuf_add_z(out, ",\"depth_mm_per_step\":");
        strbuf_add_number(out, depth_step(&w->job->views[v].camera));
        strbuf_addf(out, ",\"background_pixels\":%u}",
                    w->pixels[(size_t)v * (scene->n_instances + 1)]);
    }
    strbuf_add_z(out, "],\n\"parts\":[");
    for (u32 i = 0; i < scene->n_parts; i++) {
        const RenderPart *part = &scene->parts[i];
        strbuf_addf(out, "%s{\"id\":%u", i ? ",\n" : "\n", i + 1);
        add_text(out, "label", part->label);
        add_text(out, "words", part->words);
        add_text(out, "path", part->path);
        strbuf_addf(out, ",\"color\":\"#%06x\",\"instances\":%u", render_part_color(i),
                    part->n_instances);
        add_pixels(w, out, i, NONE);
    }
    strbuf_add_z(out, "],\n\"instances\":[");
    for (u32 i = 0; i < scene->n_instances; i++) {
        const RenderInstance *instance = &scene->instances[i];
        strbuf_addf(out, "%s{\"id\":%u,\"part\":%u", i ? ",\n" : "\n", i + 1, instance->part + 1);
        add_text(out, "label", scene->parts[instance->part].label);
        add_text(out, "path", scene->parts[instance->part].path);
        add_text(out, "side", instance->side);
        strbuf_addf(out, ",\"index\":%u", instance->index);
        add_pixels(w, out, instance->part, i);
    }
    strbuf_add_z(out, "]}\n");
}

Status picture_write_all(Renderer *renderer, const PictureJob *job, Heap *heap,
                         RenderError *error) {
    size_t stride = (size_t)job->scene->n_instances + 1;
    Write w = {.renderer = renderer,
               .job = job,
               .pixels = HEAP_NEW(heap, u32, stride * MAX(job->n_views, 1u))};
    pthread_mutex_init(&w.lock, NULL);
    thread_for(heap, job->n_threads, job->n_views, write_view, &w);
    if (w.status == STATUS_OK) {
        StrBuf out;
        strbuf_init(&out, heap);
        scene_json(&w, &out);
        save(&w, NONE, "scene.json", &out);
        strbuf_finish(&out);
    }
    pthread_mutex_destroy(&w.lock);
    heap_free(heap, w.pixels);
    *error = w.error;
    return w.status;
}
