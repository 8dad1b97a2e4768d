// SPDX-License-Identifier: Apache-2.0
// frc render FILE.part|FILE.glb... -o OUT: pictures and masks of many views into a folder, contact
// sheets, or one picture. The device is started once for all files. What can fail for want of one
// fails here alone: compiling never needs one.
#include "runtime/cli/cli.h"

#include "base/file.h"
#include "base/number.h"
#include "runtime/picture/picture.h"
#include "vk/image.h"
#include "vk/sheet.h"

#include <errno.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/stat.h>

enum { GLB_SIZE_MAX = 1 << 30, SIZE_DEFAULT = 512 };

typedef struct Render {
    Cli *cli;
    PictureDevice *device; // for all files
    Heap *heap;            // of the compilation, or the command line's for a GLB
    Arena arena;
    const Model *model; // NULL: scene is made
    RenderScene scene;
    RenderView like;
    u32 width, height, passes;
    RenderView *views;
    u32 n_views;
    const char *out;
    bool one; // picture, of one view
    Status status;
} Render;

// ---- options ----

static bool usage(const Render *r, const char *text, const char *value) {
    cli_error(r->cli, "%s, not '%s'", text, value);
    return false;
}

static bool size_read(Render *r) {
    const char *text = r->cli->size;
    r->width = r->height = SIZE_DEFAULT;
    if (!text)
        return true;
    const char *x = strchr(text, 'x');
    f64 width, height;
    Str first = x ? (Str){text, (u32)(x - text)} : str_from(text),
        second = x ? str_from(x + 1) : first;
    if (!number_read(first, &width) || !number_read(second, &height) || width != floor(width) ||
        height != floor(height) || width < 1 || height < 1 || width > RENDER_MAX_SIZE ||
        height > RENDER_MAX_SIZE)
        return usage(r, "--size wants WIDTHxHEIGHT of 1 to 4000 pixels", text);
    r->width = (u32)width;
    r->height = (u32)height;
    return true;
}

static bool passes_read(Render *r) {
    static const char *const names[] = {"color", "parts",  "instances",
                                        "depth", "normal", "position"};
    const char *text = r->cli->passes ? r->cli->passes : "color,parts,instances,depth,normal";
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, ","), k = 0;
        while (k < COUNT_OF(names) && (strlen(names[k]) != n || memcmp(names[k], at, n) != 0))
            k++;
        if (k == COUNT_OF(names))
            return usage(r,
                         "--passes are color, parts, instances, depth, normal and position, with "
                         "commas between",
                         text);
        r->passes |= 1u << k;
        at += n + (at[n] == ',');
    }
    return true;
}

static u32 hex_digit(char c) {
    return c >= '0' && c <= '9'                 ? (u32)(c - '0')
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (u32)((c | 32) - 'a') + 10
                                                : NONE;
}

static bool background_read(Render *r) {
    const char *text = r->cli->background;
    if (!text || strcmp(text, "studio") == 0)
        return true;
    if (strcmp(text, "transparent") == 0) {
        r->like.background = BACKGROUND_TRANSPARENT;
        r->like.no_floor = true;
        return true;
    }
    r->like.background = BACKGROUND_COLOR;
    bool ok = text[0] == '#' && strlen(text) == 7;
    for (u32 k = 0; k < 3 && ok; k++) {
        u32 high = hex_digit(text[1 + 2 * k]), low = hex_digit(text[2 + 2 * k]);
        ok = high != NONE && low != NONE;
        r->like.background_rgb[k] = (f32)(high * 16 + low) / 255.0f;
    }
    return ok || usage(r, "--background is studio, transparent or #rrggbb", text);
}

static bool is_png(const char *path) {
    return str_ends(str_from(path), STR(".png"));
}

// ---- outputs ----

static void say(const Render *r, Status status, const RenderError *error) {
    if (status == STATUS_OK || !error->text[0])
        return;
    if (status == STATUS_VULKAN)
        cli_error(r->cli,
                  "can't draw: %s (is its Vulkan driver installed? --device cpu draws without one)",
                  error->text);
    else
        cli_error(r->cli, status == STATUS_IO ? "%s" : "can't draw: %s", error->text);
}

static Status save_png(Render *r, const char *path, PngKind kind, u32 width, u32 height,
                       const u8 *pixels) {
    StrBuf out;
    strbuf_init(&out, r->heap);
    if (!png_write(&out, kind, width, height, pixels, (PngOptions){.level = 6}))
        return STATUS_MEMORY;
    Status status = cli_save(r->cli, path, strbuf_str(&out));
    strbuf_finish(&out);
    return status;
}

static Status render_one(Render *r, Renderer *renderer, RenderError *error) {
    RenderImage image = {.width = r->width,
                         .height = r->height,
                         .color = heap_alloc_raw(r->heap, (size_t)r->width * r->height, 4)};
    r->views[0].n_shadows = 16;
    Status status = renderer_set_scene(renderer, &r->scene, error);
    if (status == STATUS_OK)
        status = renderer_draw(renderer, &r->views[0], &image, error);
    if (status != STATUS_OK)
        return status;
    return save_png(r, r->out, PNG_RGBA8, r->width, r->height, image.color);
}

static Status render_sheet(Render *r, Renderer *renderer, SheetKind kind, const char *path,
                           RenderError *error) {
    Canvas canvas;
    Status status = sheet_draw(renderer, &r->scene, kind, r->heap, &canvas, error);
    if (status == STATUS_OK)
        status = save_png(r, path, PNG_RGB8, canvas.width, canvas.height, canvas.rgb);
    canvas_finish(&canvas);
    return status;
}

static Status render_sheets(Render *r, Renderer *renderer, RenderError *error) {
    Status status = render_sheet(r, renderer, SHEET_VIEWS, r->out, error);
    Str second = str_format(&r->arena, "%.*s-parts.png", (int)strlen(r->out) - 4, r->out);
    return status == STATUS_OK ? render_sheet(r, renderer, SHEET_PARTS, second.ptr, error) : status;
}

static Status render_folder(Render *r, Renderer *renderer, RenderError *error) {
    if (mkdir(r->out, 0777) != 0 && errno != EEXIST) {
        cli_error(r->cli, "can't make the folder '%s': %s", r->out, strerror(errno));
        return STATUS_IO;
    }
    PictureJob job = {.scene = &r->scene,
                      .views = r->views,
                      .n_views = r->n_views,
                      .passes = r->passes,
                      .folder = r->out,
                      .n_threads = r->cli->n_threads};
    Status status = renderer_set_scene(renderer, &r->scene, error);
    return status == STATUS_OK ? picture_write_all(renderer, &job, r->heap, error) : status;
}

// The compilation's own limits hold while drawing, too.
typedef struct Drawing {
    Render *r;
    Renderer *renderer;
    RenderError *error;
    Status status;
} Drawing;

static void drawing_run(void *ctx) {
    Drawing *d = ctx;
    Render *r = d->r;
    d->status = r->one           ? render_one(r, d->renderer, d->error)
                : is_png(r->out) ? render_sheets(r, d->renderer, d->error)
                                 : render_folder(r, d->renderer, d->error);
}

static Status draw(void *ctx, Renderer *renderer, RenderError *error) {
    Render *r = ctx;
    Drawing d = {r, renderer, error, STATUS_OK};
    if (heap_guard(r->heap, drawing_run, &d))
        return d.status;
    cli_error(r->cli, r->heap->failure == FAIL_CANCELLED
                          ? "interrupted"
                          : "memory or time ran out while drawing (--max-memory, --timeout)");
    error->text[0] = 0;
    return r->heap->failure == FAIL_CANCELLED   ? STATUS_INTERRUPTED
           : r->heap->failure == FAIL_NO_MEMORY ? STATUS_MEMORY
                                                : STATUS_LIMIT;
}

static void render_run(void *ctx) {
    Render *r = ctx;
    Cli *cli = r->cli;
    RenderError error;
    r->one = is_png(r->out) && (cli->views || cli->camera);
    if (r->model) {
        arena_init(&r->arena, r->heap);
        picture_scene_from_model(r->model, &r->arena, &r->scene);
    }
    r->status = STATUS_USAGE;
    if (!size_read(r) || !passes_read(r) || !background_read(r))
        return;
    if (!picture_views_read(&r->scene, cli->views, cli->camera, r->width, r->height, r->like,
                            &r->arena, &r->views, &r->n_views, &error)) {
        cli_error(cli, "%s", error.text);
        return;
    }
    if (r->one && r->n_views != 1) {
        cli_error(cli,
                  "'%s' is one picture, and there are %u views: name one view, none for a contact "
                  "sheet, or a folder",
                  r->out, r->n_views);
        return;
    }
    u64 start = clock_now_ns();
    r->device->options.no_color = !is_png(r->out) && !(r->passes & PASS_COLOR);
    r->status = picture_device_draw(r->device, draw, r, &error);
    say(r, r->status, &error);
    if (r->status == STATUS_OK && cli->verbose)
        cli_note(cli, "drew %s on %s in %u ms", r->out, renderer_device(r->device->renderer),
                 (u32)((clock_now_ns() - start) / 1000000));
}

// Runs with r->scene or r->model made.
static Status render_scene(Render *r) {
    if (!heap_guard(r->heap, render_run, r)) { // before anything was drawn
        r->status = r->heap->failure == FAIL_CANCELLED ? STATUS_INTERRUPTED : STATUS_MEMORY;
        cli_error(r->cli, r->status == STATUS_INTERRUPTED ? "interrupted" : "out of memory");
    }
    return r->status;
}

static Status render_glb(Cli *cli, Render *r, const char *file) {
    const char *why = NULL;
    Str bytes, fault;
    Status status = file_read(&cli->arena, file, GLB_SIZE_MAX, &bytes, &why);
    if (status != STATUS_OK) {
        cli_error(cli, "can't read '%s': %s", file,
                  status == STATUS_LIMIT ? "it is larger than 1 GiB" : why);
        return status;
    }
    GlbFile glb;
    if (!glb_read(bytes.ptr, bytes.len, &cli->arena, &glb, &fault)) {
        cli_error(cli, "'%s' is not a GLB that can be read: %.*s", file, STR_ARG(fault));
        return STATUS_PROGRAM;
    }
    r->heap = &cli->heap;
    arena_init(&r->arena, r->heap);
    picture_scene_from_glb(&glb, &r->arena, &r->scene);
    status = render_scene(r);
    arena_finish(&r->arena);
    return status;
}

static Status render_file(Cli *cli, PictureDevice *device, const char *file, const char *out) {
    Render r = {.cli = cli, .device = device, .out = out};
    if (str_ends(str_from(file), STR(".glb"))) {
        Arena outer = cli->arena; // a file's bytes and meshes go with its pictures
        arena_init(&cli->arena, &cli->heap);
        Status status = render_glb(cli, &r, file);
        arena_finish(&cli->arena);
        cli->arena = outer;
        return status;
    }
    Compilation c;
    Status status = cli_compile(cli, file, STAGE_BUILD, &c);
    if (status == STATUS_OK) {
        r.heap = &c.heap;
        r.model = &c.model;
        status = render_scene(&r);
    }
    compile_finish(&c);
    return status;
}

// ---- the files ----

static Str stem_of(const char *file) {
    Str base = cli_base_name(file);
    u32 len = base.len;
    while (len > 0 && base.ptr[len - 1] != '.')
        len--;
    return (Str){base.ptr, len > 1 ? len - 1 : base.len};
}

// Where the pictures of each of several files go: OUT/NAME, or NAME-views. NULL: said why not.
static const char **folders_of(Cli *cli) {
    const CliList *files = &cli->files;
    const char *out = cli->outputs.len ? cli->outputs.items[0] : NULL;
    if (files->len > 1 && out && is_png(out)) {
        cli_error(cli, "'%s' is one picture, and there are %u files: name a folder", out,
                  files->len);
        return NULL;
    }
    const char **folders = ARENA_NEW(&cli->arena, const char *, files->len);
    for (u32 i = 0; i < files->len; i++) {
        Str stem = stem_of(files->items[i]);
        folders[i] = !out             ? str_format(&cli->arena, "%.*s-views", STR_ARG(stem)).ptr
                     : files->len > 1 ? str_format(&cli->arena, "%s/%.*s", out, STR_ARG(stem)).ptr
                                      : out;
        for (u32 k = 0; k < i; k++) {
            if (strcmp(folders[i], folders[k]) == 0) {
                cli_error(cli, "'%s' and '%s' would both be drawn into '%s'", files->items[k],
                          files->items[i], folders[i]);
                return NULL;
            }
        }
    }
    if (files->len > 1 && out && mkdir(out, 0777) != 0 && errno != EEXIST) {
        cli_error(cli, "can't make the folder '%s': %s", out, strerror(errno));
        return NULL;
    }
    return folders;
}

// Pictures, and what drivers need for one, are allocated and freed again for each: kept, they cost
// no fresh pages.
static void keep_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

// Where a GPU's compiled shaders are kept: NULL without a home.
static const char *cache_path(Cli *cli) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/')
        return str_format(&cli->arena, "%s/frc-pipelines.bin", cache).ptr;
    return home && home[0] == '/' ? str_format(&cli->arena, "%s/.cache/frc-pipelines.bin", home).ptr
                                  : NULL;
}

static void note(void *ctx, const char *text) {
    cli_note(ctx, "%s", text);
}

Status cmd_render(Cli *cli) {
    if (cli->outputs.len > 1) {
        cli_error(cli, "render writes one output: a folder, or a .png");
        return STATUS_USAGE;
    }
    const char **folders = folders_of(cli);
    if (!folders)
        return STATUS_USAGE;
    keep_memory();
    PictureDevice device;
    picture_device_init(&device,
                        &(RenderOptions){.device = cli->device, .cache_file = cache_path(cli)},
                        cli_interrupted());
    device.note = note;
    device.note_ctx = cli;
    Status first = STATUS_OK;
    // A file that fails does not keep the others from being drawn; what fails for all of them does.
    for (u32 i = 0; i < cli->files.len; i++) {
        Status status = render_file(cli, &device, cli->files.items[i], folders[i]);
        first = first == STATUS_OK ? status : first;
        if (status == STATUS_VULKAN || status == STATUS_INTERRUPTED || status == STATUS_USAGE)
            break;
    }
    if (device.renderer && renderer_note(device.renderer)[0])
        cli_note(cli, "%s", renderer_note(device.renderer));
    picture_device_finish(&device);
    return first;
}
