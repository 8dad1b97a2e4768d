// SPDX-License-Identifier: Apache-2.0
// The agent's eyes: two contact sheets of what was compiled. The renderer is made at the first picture
// and kept; without a device the agent goes on without pictures and says so.
#include "runtime/cli/agent_camera.h"

#include "runtime/picture/picture.h"
#include "vk/image.h"
#include "vk/sheet.h"

void cli_camera_init(CliCamera *camera, const char *device) {
    *camera = (CliCamera){.device = device};
    heap_init(&camera->heap, 0);
}

void cli_camera_finish(CliCamera *camera) {
    renderer_destroy(camera->renderer);
    camera->renderer = NULL;
    heap_finish(&camera->heap);
}

typedef struct Shot {
    CliCamera *camera;
    const Compilation *c;
    Arena *out; // of the caller
    Arena arena;
    Str *png;
    u32 n;
    RenderError error;
    StrBuf bytes;
    bool ok;
} Shot;

static bool draw_sheet(Shot *shot, const RenderScene *scene, SheetKind kind) {
    Heap *heap = &shot->camera->heap;
    Canvas canvas = {0};
    bool ok = sheet_draw(shot->camera->renderer, scene, kind, heap, &canvas, &shot->error) == STATUS_OK;
    StrBuf bytes;
    strbuf_init(&bytes, heap);
    ok = ok && png_write(&bytes, PNG_RGB8, canvas.width, canvas.height, canvas.rgb, (PngOptions){.level = 9});
    canvas_finish(&canvas);
    if (ok)
        shot->png[shot->n++] = str_copy(shot->out, strbuf_str(&bytes));
    strbuf_finish(&bytes);
    return ok;
}

static void take(void *ctx) {
    Shot *shot = ctx;
    CliCamera *camera = shot->camera;
    arena_init(&shot->arena, &camera->heap);
    RenderOptions options = {.device = camera->device};
    if (!camera->renderer && renderer_create(&camera->heap, &options, &camera->renderer, &shot->error) != STATUS_OK)
        return;
    RenderScene scene;
    picture_scene_from_model(&shot->c->model, &shot->arena, &scene);
    shot->ok = draw_sheet(shot, &scene, SHEET_VIEWS) && draw_sheet(shot, &scene, SHEET_PARTS);
}

static bool camera_take(void *ctx, const Compilation *c, Arena *arena, Str png[AGENT_PICTURES_MAX], u32 *n, const char **why) {
    CliCamera *camera = ctx;
    *n = 0;
    if (camera->has_failed) {
        *why = camera->why;
        return false;
    }
    Shot shot = {.camera = camera, .c = c, .out = arena, .png = png};
    bool finished = heap_guard(&camera->heap, take, &shot);
    if (finished)
        arena_finish(&shot.arena);
    if (finished && shot.ok) {
        *n = shot.n;
        return true;
    }
    camera->has_failed = true;
    snprintf(camera->why, sizeof camera->why, "%s", finished && *shot.error.text ? shot.error.text : "no memory for pictures");
    *why = camera->why;
    return false;
}

AgentCamera cli_camera_door(CliCamera *camera) { return (AgentCamera){camera, camera_take}; }
