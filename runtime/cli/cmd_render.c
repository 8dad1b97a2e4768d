// SPDX-License-Identifier: Apache-2.0
// frc render FILE.part|FILE.glb -o OUT: pictures and masks of many views into a folder, contact
// sheets, or one picture. What can fail for want of a device fails here alone: compiling never
// needs one.
#include "runtime/cli/cli.h"

#include "base/file.h"
#include "base/number.h"
#include "runtime/picture/picture.h"
#include "vk/image.h"
#include "vk/sheet.h"

#include <errno.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/stat.h>

enum { GLB_SIZE_MAX = 1 << 30, SIZE_DEFAULT = 512 };

typedef struct Render {
    Cli *cli;
    Heap *heap; // of the compilation, or the command line's for a GLB
    Arena arena;
    const Model *model; // NULL: scene is made
    RenderScene scene;
    RenderView like;
    u32 width, height, passes;
    RenderView *views;
    u32 n_views;
    const char *out;
    Renderer *renderer;
    bool has_drawn; // a device was found at least once
    Status status;
} Render;

// ---- options

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

// ---- outputs

static Status say(const Render *r, Status status, const RenderError *error) {
    if (status == STATUS_VULKAN)
        cli_error(r->cli,
                  "can't draw: %s (is a driver installed? mesa-vulkan-drivers draws without a GPU; "
                  "--device chooses)",
                  error->text);
    else if (status != STATUS_OK)
        cli_error(r->cli, "can't draw: %s", error->text);
    return status;
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

static Status render_one(Render *r) {
    RenderError error;
    RenderImage image = {.width = r->width,
                         .height = r->height,
                         .color = heap_alloc_raw(r->heap, (size_t)r->width * r->height, 4)};
    r->views[0].n_shadows = 16;
    Status status = renderer_set_scene(r->renderer, &r->scene, &error);
    if (status == STATUS_OK)
        status = renderer_draw(r->renderer, &r->views[0], &image, &error);
    if (status != STATUS_OK)
        return say(r, status, &error);
    return save_png(r, r->out, PNG_RGBA8, r->width, r->height, image.color);
}

static Status render_sheet(Render *r, SheetKind kind, const char *path) {
    RenderError error;
    Canvas canvas;
    Status status = sheet_draw(r->renderer, &r->scene, kind, r->heap, &canvas, &error);
    if (status == STATUS_OK)
        status = save_png(r, path, PNG_RGB8, canvas.width, canvas.height, canvas.rgb);
    else
        say(r, status, &error);
    canvas_finish(&canvas);
    return status;
}

static Status render_sheets(Render *r) {
    Status status = render_sheet(r, SHEET_VIEWS, r->out);
    Str second = str_format(&r->arena, "%.*s-parts.png", (int)strlen(r->out) - 4, r->out);
    return status == STATUS_OK ? render_sheet(r, SHEET_PARTS, second.ptr) : status;
}

static Status render_folder(Render *r) {
    if (mkdir(r->out, 0777) != 0 && errno != EEXIST) {
        cli_error(r->cli, "can't make the folder '%s': %s", r->out, strerror(errno));
        return STATUS_IO;
    }
    RenderError error;
    PictureJob job = {.scene = &r->scene,
                      .views = r->views,
                      .n_views = r->n_views,
                      .passes = r->passes,
                      .folder = r->out,
                      .n_threads = r->cli->n_threads};
    Status status = renderer_set_scene(r->renderer, &r->scene, &error);
    if (status == STATUS_OK)
        status = picture_write_all(r->renderer, &job, r->heap, &error);
    if (status == STATUS_IO)
        cli_error(r->cli, "%s", error.text);
    else
        say(r, status, &error);
    return status;
}

// A renderer of its own for each attempt.
static void draw_with(Render *r, const char *device, bool one) {
    RenderError error;
    renderer_destroy(r->renderer);
    r->renderer = NULL;
    r->status = renderer_create(r->heap, &(RenderOptions){.device = device}, &r->renderer, &error);
    if (r->status != STATUS_OK) {
        say(r, r->status, &error);
        return;
    }
    r->has_drawn = true;
    r->status = one ? render_one(r) : is_png(r->out) ? render_sheets(r) : render_folder(r);
}

static void render_run(void *ctx) {
    Render *r = ctx;
    Cli *cli = r->cli;
    RenderError error;
    bool one = is_png(r->out) && (cli->views || cli->camera);
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
    if (one && r->n_views != 1) {
        cli_error(cli,
                  "'%s' is one picture, and there are %u views: name one view, none for a contact "
                  "sheet, or a folder",
                  r->out, r->n_views);
        return;
    }
    u64 start = clock_now_ns();
    draw_with(r, cli->device, one);
    if (r->status == STATUS_VULKAN &&
        r->has_drawn) { // the device was lost: once more, then without a GPU
        cli_note(cli, "drawing again, on a fresh device");
        draw_with(r, cli->device, one);
    }
    bool is_free = !cli->device || strcmp(cli->device, "auto") == 0;
    if (r->status == STATUS_VULKAN && r->has_drawn && is_free && !renderer_is_cpu(r->renderer)) {
        cli_note(cli, "drawing on the processor instead");
        draw_with(r, "cpu", one);
    }
    if (r->status == STATUS_OK && cli->verbose)
        cli_note(cli, "drew %s on %s in %u ms", r->out, renderer_device(r->renderer),
                 (u32)((clock_now_ns() - start) / 1000000));
}

// Pictures and what drivers need for one are allocated and freed again for each: kept, they cost no
// fresh pages.
static void keep_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

// Runs with r->scene made; the renderer goes whatever happens.
static Status render_guarded(Render *r) {
    keep_memory();
    if (!heap_guard(r->heap, render_run, r)) {
        r->status = r->heap->failure == FAIL_CANCELLED   ? STATUS_INTERRUPTED
                    : r->heap->failure == FAIL_NO_MEMORY ? STATUS_MEMORY
                                                         : STATUS_LIMIT;
        cli_error(r->cli, r->status == STATUS_INTERRUPTED
                              ? "interrupted"
                              : "memory or time ran out while drawing (--max-memory, --timeout)");
    }
    renderer_destroy(r->renderer);
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
    return render_guarded(r);
}

static Str default_folder(Cli *cli, const char *file) {
    Str base = cli_base_name(file);
    u32 len = base.len;
    while (len > 0 && base.ptr[len - 1] != '.')
        len--;
    return str_format(&cli->arena, "%.*s-views", (int)(len ? len - 1 : base.len), base.ptr);
}

Status cmd_render(Cli *cli) {
    const char *file = cli->files.items[0];
    if (cli->outputs.len > 1) {
        cli_error(cli, "render writes one output: a folder, or a .png");
        return STATUS_USAGE;
    }
    Render r = {.cli = cli,
                .out = cli->outputs.len ? cli->outputs.items[0] : default_folder(cli, file).ptr};
    if (str_ends(str_from(file), STR(".glb")))
        return render_glb(cli, &r, file);
    Compilation c;
    Status status = cli_compile(cli, file, STAGE_BUILD, &c);
    if (status == STATUS_OK) {
        r.heap = &c.heap;
        r.model = &c.model;
        status = render_guarded(&r);
    }
    compile_finish(&c);
    return status;
}
