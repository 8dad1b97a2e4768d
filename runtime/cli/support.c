// SPDX-License-Identifier: Apache-2.0
// What the commands share: messages, reading and compiling the source, printing diagnostics, saving.
#include "runtime/cli/cli.h"

#include "base/file.h"
#include "base/number.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void say(bool color, const char *kind, const char *tone, const char *fmt, va_list args) {
    char text[2048];
    vsnprintf(text, sizeof text, fmt, args);
    for (char *c = text; *c; c++) // whatever a name holds, a terminal sees no control bytes
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    if (color)
        fprintf(stderr, "frc: \033[1;%sm%s:\033[0m %s\n", tone, kind, text);
    else
        fprintf(stderr, "frc: %s: %s\n", kind, text);
}

void cli_error(const Cli *cli, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    say(cli->color_err, "error", "31", fmt, args);
    va_end(args);
}

void cli_note(const Cli *cli, const char *fmt, ...) {
    if (cli->quiet)
        return;
    va_list args;
    va_start(args, fmt);
    say(cli->color_err, "note", "36", fmt, args);
    va_end(args);
}

Str cli_base_name(const char *path) {
    if (strcmp(path, "-") == 0)
        return STR("<stdin>");
    const char *slash = strrchr(path, '/');
    return str_from(slash ? slash + 1 : path);
}

static Status tolerance_read(const Cli *cli, f64 *out) {
    *out = 0;
    if (!cli->tolerance)
        return STATUS_OK;
    static const struct {
        const char *unit;
        f64 mm;
    } units[] = {{"mm", 1}, {"cm", 10}, {"m", 1000}, {"in", 25.4}, {"ft", 304.8}, {"", 1}};
    Str text = str_from(cli->tolerance);
    for (u32 i = 0; i < COUNT_OF(units); i++) {
        Str unit = str_from(units[i].unit);
        f64 value;
        if (str_ends(text, unit) && number_read((Str){text.ptr, text.len - unit.len}, &value) && value > 0) {
            *out = value * units[i].mm;
            return STATUS_OK;
        }
    }
    cli_error(cli, "--tolerance wants a length above 0, such as 0.1mm, not '%s'", cli->tolerance);
    return STATUS_USAGE;
}

typedef struct DiagsWriting {
    const Cli *cli;
    Diags *diags;
    StrBuf *out;
} DiagsWriting;

// Takes room from the compilation, which may have used up what it may.
static void write_diags(void *ctx) {
    const DiagsWriting *w = ctx;
    DiagTextOptions text = {.color = w->cli->color_err, .max = (u32)MIN(w->cli->limits.errors, (u64)DIAGS_MAX)};
    switch (w->cli->diagnostics) {
    case DIAGNOSTICS_TEXT: diags_write_text(w->diags, text, w->out); break;
    case DIAGNOSTICS_JSON: diags_write_json(w->diags, w->out); break;
    case DIAGNOSTICS_SARIF: diags_write_sarif(w->diags, w->out); break;
    }
}

void cli_print_diags(Cli *cli, Compilation *compilation) {
    Diags shown = compilation->diags, *diags = &shown;
    if (cli->quiet) { // errors only
        shown.items = ARENA_NEW(&cli->arena, Diag *, MAX(shown.len, 1u));
        shown.len = shown.cap = shown.n_warnings = 0;
        for (u32 i = 0; i < compilation->diags.len; i++)
            if (compilation->diags.items[i]->severity == SEVERITY_ERROR)
                shown.items[shown.len++] = compilation->diags.items[i];
    }
    if (diags->len == 0 && cli->diagnostics != DIAGNOSTICS_SARIF)
        return;
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    diags_sort(diags);
    if (!heap_guard(&compilation->heap, write_diags, &(DiagsWriting){cli, diags, &out}))
        cli_error(cli, "no memory left to show all diagnostics");
    if (out.len)
        fwrite(out.ptr, 1, out.len, stderr);
    strbuf_finish(&out);
}

static void print_failure(Cli *cli, const Compilation *compilation) {
    if (compilation->status == STATUS_MEMORY)
        cli_error(cli, "out of memory");
    else if (compilation->status == STATUS_BUG)
        cli_report_bug(cli, compilation,
                       compilation->heap.failure_text ? compilation->heap.failure_text : "a mesh failed its check");
    else if (compilation->status == STATUS_INTERRUPTED)
        cli_error(cli, "interrupted; nothing was written");
}

Status cli_read_source(Cli *cli, const char *file, Str *text) {
    const char *error = NULL;
    Status status = file_read(&cli->arena, file, cli->limits.source_size, text, &error);
    if (status == STATUS_LIMIT)
        cli_error(cli, "'%s' is longer than %llu bytes (--max-source)", file, (unsigned long long)cli->limits.source_size);
    else if (status != STATUS_OK)
        cli_error(cli, "can't read '%s': %s", file, error);
    return status;
}

// ---- the progress line: on a terminal, and only when a compilation takes more than a second ----

typedef struct Progress {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool is_on, is_done;
    Str name;
} Progress;

static void *progress_run(void *ctx) {
    Progress *p = ctx;
    bool shown = false;
    pthread_mutex_lock(&p->lock);
    for (u32 tick = 1; !p->is_done; tick++) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        if (pthread_cond_timedwait(&p->ended, &p->lock, &until) == 0)
            continue; // ended, or woken for nothing
        fprintf(stderr, "\rfrc: compiling %.*s, %u s", STR_ARG(p->name), tick);
        shown = true;
    }
    pthread_mutex_unlock(&p->lock);
    if (shown)
        fprintf(stderr, "\r\033[K");
    return NULL;
}

static void progress_begin(Progress *p, const Cli *cli, Str name) {
    const char *term = getenv("TERM");
    *p = (Progress){.name = name, .is_on = !cli->quiet && isatty(2) && !(term && strcmp(term, "dumb") == 0)};
    if (!p->is_on)
        return;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->ended, NULL);
    p->is_on = pthread_create(&p->thread, NULL, progress_run, p) == 0; // without it there is only no line
}

static void progress_end(Progress *p) {
    if (!p->is_on)
        return;
    pthread_mutex_lock(&p->lock);
    p->is_done = true;
    pthread_cond_signal(&p->ended);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
}

Status cli_compile_quiet(Cli *cli, const char *file, CompileStage last, Compilation *out) {
    compile_init(out);
    CompileOptions options = {.last = last,
                              .settings = cli->settings,
                              .n_settings = cli->n_settings,
                              .n_threads = cli->n_threads,
                              .limits = cli->limits,
                              .limits_set = true,
                              .partial = cli->partial,
                              .font_path = cli->font,
                              .report = cli->command->run == cmd_report,
                              .params_only = cli->command->run == cmd_params,
                              .cancel = cli_interrupted()};
    Status status = tolerance_read(cli, &options.tolerance);
    if (status != STATUS_OK)
        return status;
    Str text;
    status = cli_read_source(cli, file, &text);
    if (status != STATUS_OK)
        return status;
    Str name = strcmp(file, "-") == 0 ? STR("<stdin>") : str_from(file);
    Progress progress;
    progress_begin(&progress, cli, name);
    status = compile(out, name, text, &options);
    progress_end(&progress);
    return status;
}

Status cli_conclude(Cli *cli, Compilation *c, Status status) {
    if (!c->heap.shared) // it was never compiled, and that was said
        return status;
    cli_print_diags(cli, c);
    print_failure(cli, c);
    if (status == STATUS_OK && cli->strict && c->diags.n_warnings > 0) {
        cli_error(cli, "%u warning%s, and --strict was given", c->diags.n_warnings, c->diags.n_warnings == 1 ? "" : "s");
        return STATUS_PROGRAM;
    }
    return status;
}

Status cli_compile(Cli *cli, const char *file, CompileStage last, Compilation *out) {
    return cli_conclude(cli, out, cli_compile_quiet(cli, file, last, out));
}

Status cli_save(Cli *cli, const char *path, Str bytes) {
    const char *error = NULL;
    Status status = file_save_unless(cli_interrupted(), path, bytes.ptr, bytes.len, &error);
    if (status != STATUS_OK && *cli_interrupted()) {
        cli_error(cli, "interrupted while writing '%s'", path);
        return STATUS_INTERRUPTED;
    }
    if (status != STATUS_OK)
        cli_error(cli, "can't write '%s': %s; the old file, if any, is as it was", path, error);
    return status;
}
