// SPDX-License-Identifier: Apache-2.0
// frc report FILE: the parts, their sizes and places, and what touches what; with --visible what of
// each part can be seen.
#include "runtime/cli/cli.h"

#include "compiler/inspect/report.h"
#include "runtime/picture/picture.h"

static void note(void *ctx, const char *text) { cli_note(ctx, "%s", text); }

// Counts pixels and adds what they say to report and findings.
static Status see(Cli *cli, Compilation *c) {
    u32 *pixels = ARENA_NEW(&cli->arena, u32, (size_t)c->scene.n_parts + 1);
    PictureDevice device;
    RenderError error;
    picture_device_init(&device, &(RenderOptions){.device = cli->device, .no_color = true}, cli_interrupted());
    device.note = note;
    device.note_ctx = cli;
    Status status = picture_visible(&device, &c->model, &c->heap, pixels, &error);
    picture_device_finish(&device);
    if (status == STATUS_OK)
        inspect_check_visible(&c->report, pixels, picture_visible_views(), PICTURE_VISIBLE_SIZE, &cli->arena, &c->diags);
    else if (status == STATUS_VULKAN)
        cli_error(cli, "can't count pixels: %s (--visible draws; the report without it needs no device)", error.text);
    else
        cli_error(cli, status == STATUS_INTERRUPTED ? "interrupted" : "no memory left to count pixels");
    return status;
}

typedef struct Seeing {
    Cli *cli;
    Compilation *c;
    Status status;
} Seeing;

static void see_run(void *ctx) {
    Seeing *s = ctx;
    s->status = see(s->cli, s->c);
}

Status cmd_report(Cli *cli) {
    Compilation c;
    Status status = cli_compile_quiet(cli, cli->files.items[0], STAGE_INSPECT, &c);
    Seeing seeing = {cli, &c, STATUS_OK};
    // Diagnostics take room from the compilation, which may have little left.
    if (cli->visible && c.has_report && !heap_guard(&c.heap, see_run, &seeing))
        seeing.status = STATUS_MEMORY;
    status = cli_conclude(cli, &c, status);
    if (seeing.status != STATUS_OK) {
        status = seeing.status;
    } else if (c.has_report) { // also of a model with errors in it: it is what helps to mend them
        StrBuf out;
        strbuf_init(&out, &cli->heap);
        if (cli->json)
            report_write_json(&c.report, &cli->arena, &out);
        else if (cli->format && strcmp(cli->format, "md") == 0)
            report_write_markdown(&c.report, &cli->arena, &out);
        else
            report_write_text(&c.report, &cli->arena, &out);
        Status saved = cli_save(cli, cli->outputs.len ? cli->outputs.items[0] : "-", strbuf_str(&out));
        status = status == STATUS_OK ? saved : status;
        strbuf_finish(&out);
    }
    compile_finish(&c);
    return status;
}
