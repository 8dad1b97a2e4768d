// SPDX-License-Identifier: Apache-2.0
// frc FILE -o OUT...: one evaluation, any number of outputs, each replaced whole or not at all. All
// outputs are made before the first is saved, so that a failure leaves every old file.
#include "runtime/cli/cli.h"

#include "compiler/export/export.h"
#include "runtime/picture/picture.h"
#include "compiler/export/names.h"

#include <stdio.h>

typedef struct Output {
    const char *path;
    const ExportFormat *format;
    StrBuf bytes;
    u32 part;              // --parts: the one part; NONE: all
    const char *side_path; // of formats of two files: beside path; NULL: none, or to standard output
    StrBuf side_bytes;
} Output;

// A picture is written like a format, but needs a device: it stands behind the compiler's own.
static const ExportFormat picture_format = {"png", ".png", "image/png", "a picture", picture_export_png, NULL, NULL};

static const ExportFormat *format_of(const Cli *cli, const char *path) {
    const ExportFormat *format = NULL;
    if (strcmp(path, "-") == 0 || cli->format)
        format = export_find(str_from(cli->format ? cli->format : "glb"));
    else
        format = export_for_path(path);
    Str wanted = str_from(cli->format ? cli->format : path);
    if (!format && (str_ends(wanted, STR(".png")) || str_equal(wanted, STR("png"))))
        format = &picture_format;
    if (format)
        return format;
    StrBuf names;
    strbuf_init(&names, (Heap *)&cli->heap);
    for (u32 i = 0; i < export_count(); i++)
        strbuf_addf(&names, "%s%s", i ? ", " : "", export_at(i)->name);
    strbuf_add_z(&names, ", png");
    cli_error(cli, "no format for '%s': frc writes %s", cli->format ? cli->format : path, names.ptr);
    strbuf_finish(&names);
    return NULL;
}

// chair.part -> chair.glb in the working folder; standard input -> out.glb.
static const char *default_output(Cli *cli, const char *file) {
    Str base = cli_base_name(file);
    if (strcmp(file, "-") == 0)
        return "out.glb";
    u32 len = base.len;
    while (len > 0 && base.ptr[len - 1] != '.')
        len--;
    Str stem = {base.ptr, len > 1 ? len - 1 : base.len};
    return str_format(&cli->arena, "%.*s.glb", STR_ARG(stem)).ptr;
}

// chair.gltf -> chair.bin, for the formats that have a second file.
static const char *side_of(Cli *cli, const Output *output) {
    if (!output->format->side_extension || strcmp(output->path, "-") == 0)
        return NULL;
    const char *dot = strrchr(output->path, '.');
    u32 len = (u32)(dot && !strchr(dot, '/') ? (size_t)(dot - output->path) : strlen(output->path));
    return str_format(&cli->arena, "%.*s%s", (int)len, output->path, output->format->side_extension).ptr;
}

static Status outputs_plan(Cli *cli, Output *outputs) {
    if (cli->outputs.len == 0)
        cli->outputs.items[cli->outputs.len++] = default_output(cli, cli->files.items[0]);
    for (u32 i = 0; i < cli->outputs.len; i++) {
        outputs[i] = (Output){.path = cli->outputs.items[i], .part = NONE};
        outputs[i].format = format_of(cli, outputs[i].path);
        if (!outputs[i].format)
            return STATUS_USAGE;
        outputs[i].side_path = side_of(cli, &outputs[i]);
    }
    return STATUS_OK;
}

// --parts: chair.stl becomes chair-seat.stl, chair-leg_0.stl, ... one output for each part with geometry.
static Output *outputs_by_part(Cli *cli, const Compilation *c, const Output *outputs, u32 *n) {
    PartNames names = part_names(&c->scene, &cli->arena);
    Output *all = ARENA_NEW(&cli->arena, Output, (size_t)*n * MAX(c->scene.n_parts, 1u));
    u32 n_all = 0;
    for (u32 i = 0; i < *n; i++) {
        const char *path = outputs[i].path, *dot = strrchr(path, '.');
        u32 stem = (u32)(dot && !strchr(dot, '/') ? (size_t)(dot - path) : strlen(path));
        for (u32 k = 0; k < c->scene.n_parts; k++) {
            if (c->model.parts[k].mesh == NONE)
                continue;
            Output *output = &all[n_all++];
            *output = (Output){.format = outputs[i].format, .part = k};
            output->path = str_format(&cli->arena, "%.*s-%.*s%s", (int)stem, path, STR_ARG(names.names[k]), path + stem).ptr;
            output->side_path = side_of(cli, output);
        }
    }
    *n = n_all;
    return all;
}

// The model of one part alone: a scene of its own over the same meshes.
static Model model_of_part(Cli *cli, const Model *model, u32 part) {
    Scene *scene = ARENA_NEW(&cli->arena, Scene, 1);
    ScenePart *only = ARENA_NEW(&cli->arena, ScenePart, 1);
    ModelPart *placed = ARENA_NEW(&cli->arena, ModelPart, 1);
    ModelMesh *mesh = ARENA_NEW(&cli->arena, ModelMesh, 1);
    *scene = *model->scene;
    *only = model->scene->parts[part];
    *placed = model->parts[part];
    *mesh = model->meshes[placed->mesh];
    only->parent = NONE;
    placed->mesh = 0;
    mesh->n_uses = 1;
    scene->parts = only;
    scene->n_parts = 1;
    scene->n_marks = 0;
    Model one = *model;
    one.scene = scene;
    one.parts = placed;
    one.meshes = mesh;
    one.n_meshes = 1;
    one.bounds = placed->bounds;
    one.n_tris = mesh->mesh->n_tris;
    return one;
}

// --deps: what make must watch. Spaces and dollars as make wants them.
static Status deps_save(Cli *cli, const Output *outputs, u32 n) {
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    for (u32 i = 0; i <= n; i++) {
        const char *path = i < n ? outputs[i].path : cli->files.items[0];
        strbuf_add_z(&out, i == 0 ? "" : i < n ? " " : ": ");
        for (; *path; path++) {
            if (*path == ' ' || *path == '#')
                strbuf_add_char(&out, '\\');
            if (*path == '$')
                strbuf_add_char(&out, '$');
            strbuf_add_char(&out, *path);
        }
    }
    strbuf_add_char(&out, '\n');
    Status status = cli_save(cli, cli->deps, strbuf_str(&out));
    strbuf_finish(&out);
    return status;
}

typedef struct Make { // what the guarded writing gets
    Cli *cli;
    Compilation *c;
    Output *outputs;
    u32 n;
    Status status;
} Make;

static void outputs_write(void *ctx) {
    Make *make = ctx;
    Cli *cli = make->cli;
    ExportOptions options = {.merge = cli->merge,
                             .no_manifold = cli->no_manifold,
                             .unit = cli->unit,
                             .up = cli->up,
                             .source_name = cli_base_name(cli->files.items[0]),
                             .sources = &make->c->sources};
    for (u32 i = 0; i < make->n && make->status == STATUS_OK; i++) {
        Output *output = &make->outputs[i];
        Heap *heap = &make->c->heap;
        strbuf_init(&output->bytes, heap);
        strbuf_init(&output->side_bytes, heap);
        const char *error = NULL;
        Model one;
        const Model *model = &make->c->model;
        if (output->part != NONE) {
            one = model_of_part(cli, model, output->part);
            model = &one;
        }
        options.side_name = output->side_path ? cli_base_name(output->side_path) : STR("");
        make->status = output->format->write(model, &options, heap, &output->bytes, &error);
        if (make->status == STATUS_OK && output->side_path)
            make->status = output->format->write_side(model, &options, heap, &output->side_bytes, &error);
        if (make->status != STATUS_OK)
            cli_error(cli, "can't make '%s': %s", output->path, error ? error : "a check of ours failed; this is a bug in frc");
    }
}

// The writers count against the compilation's limits.
static Status outputs_make(Cli *cli, Compilation *c, Output *outputs, u32 n) {
    Make make = {cli, c, outputs, n, STATUS_OK};
    if (heap_guard(&c->heap, outputs_write, &make))
        return make.status;
    if (c->heap.failure == FAIL_CANCELLED) {
        cli_error(cli, "interrupted; nothing was written");
        return STATUS_INTERRUPTED;
    }
    if (c->heap.failure == FAIL_INTERNAL) {
        cli_report_bug(cli, c, c->heap.failure_text ? c->heap.failure_text : "a check failed");
        return STATUS_BUG;
    }
    cli_error(cli, "memory or time ran out while writing (--max-memory, --timeout); nothing was written");
    return c->heap.failure == FAIL_NO_MEMORY ? STATUS_MEMORY : STATUS_LIMIT;
}

// The last moment for an interrupt: what is begun is saved to its end, or the outputs would not fit together.
static Status outputs_save(Cli *cli, const Compilation *c, Output *outputs, u32 n) {
    if (*cli_interrupted()) {
        cli_error(cli, "interrupted; nothing was written");
        return STATUS_INTERRUPTED;
    }
    for (u32 i = 0; i < n; i++) {
        Status status = STATUS_OK;
        if (outputs[i].side_path) // first: what is saved must not name what is not there
            status = cli_save(cli, outputs[i].side_path, strbuf_str(&outputs[i].side_bytes));
        if (status == STATUS_OK)
            status = cli_save(cli, outputs[i].path, strbuf_str(&outputs[i].bytes));
        if (status != STATUS_OK)
            return status;
        if (cli->verbose)
            cli_note(cli, "wrote %s: %u parts, %llu triangles, %zu bytes", outputs[i].path, c->scene.n_parts,
                     (unsigned long long)c->model.n_tris, outputs[i].bytes.len);
    }
    return STATUS_OK;
}

bool cli_emits_tables(const Cli *cli) {
    return cli->emit && (strcmp(cli->emit, "reference") == 0 || strcmp(cli->emit, "card") == 0);
}

// --emit: the text of one stage on standard output, or in the one -o.
static Status emit(Cli *cli) {
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    const char *stage = cli->emit;
    if (cli_emits_tables(cli)) { // of the compiler, not of a program
        if (strcmp(stage, "card") == 0)
            builtin_write_card(&out);
        else
            builtin_write_markdown(&out);
        return cli_save(cli, cli->outputs.len ? cli->outputs.items[0] : "-", strbuf_str(&out));
    }
    Compilation c;
    CompileStage last = strcmp(stage, "tokens") == 0 ? STAGE_LEX
                        : strcmp(stage, "ast") == 0  ? STAGE_PARSE
                        : strcmp(stage, "ir") == 0   ? STAGE_CHECK
                                                     : STAGE_BUILD;
    Status status = cli_compile(cli, cli->files.items[0], last, &c);
    if (last == STAGE_LEX && c.tokens.len)
        tokens_dump(&c.tokens, &c.sources, &out);
    else if (last == STAGE_PARSE && c.ast)
        ast_dump(c.ast, &c.sources, &out);
    else if (last == STAGE_CHECK && status == STATUS_OK)
        scene_dump(&c.scene, &c.sources, &out);
    else if (last == STAGE_BUILD && status == STATUS_OK)
        model_dump(&c.model, &out);
    if (out.len) {
        Status saved = cli_save(cli, cli->outputs.len ? cli->outputs.items[0] : "-", strbuf_str(&out));
        status = status == STATUS_OK ? saved : status;
    }
    compile_finish(&c);
    return status;
}

Status cmd_compile(Cli *cli) {
    if (cli->emit)
        return emit(cli);
    Output named[CLI_LIST_MAX], *outputs = named;
    Status status = outputs_plan(cli, named);
    if (status != STATUS_OK)
        return status;
    Compilation c;
    u32 n = cli->outputs.len;
    status = cli_compile(cli, cli->files.items[0], STAGE_INSPECT, &c);
    if (status == STATUS_OK && cli->parts)
        outputs = outputs_by_part(cli, &c, named, &n);
    if (status == STATUS_OK)
        status = outputs_make(cli, &c, outputs, n);
    if (status == STATUS_OK)
        status = outputs_save(cli, &c, outputs, n);
    if (status == STATUS_OK && cli->deps)
        status = deps_save(cli, outputs, n);
    compile_finish(&c);
    return status;
}
