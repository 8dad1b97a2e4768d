// SPDX-License-Identifier: Apache-2.0
// frc fmt FILE [-w] [--check]: the program in its one layout. Without -w it is printed; --check only says, by
// the exit status, whether it is laid out so already.
#include "runtime/cli/cli.h"

#include "lang/fmt.h"

typedef struct Format { // what the guarded step gets
    Compilation *c;
    StrBuf *out;
    bool ok;
} Format;

static void format_run(void *ctx) {
    Format *f = ctx;
    f->ok = lang_format(&f->c->sources, f->c->source, &f->c->arena, &f->c->diags, f->out);
}

Status cmd_fmt(Cli *cli) {
    const char *file = cli->files.items[0];
    Compilation c;
    Status status = cli_compile_quiet(cli, file, STAGE_LEX, &c);
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    Format f = {&c, &out, false};
    if (status == STATUS_OK) {
        c.diags.len = c.diags.n_errors = c.diags.n_warnings = 0; // formatting reads it again
        if (!heap_guard(&c.heap, format_run, &f))
            c.status = status = c.heap.failure == FAIL_CANCELLED ? STATUS_INTERRUPTED : STATUS_LIMIT;
        else if (!f.ok)
            status = STATUS_PROGRAM;
    }
    if (status != STATUS_OK) {
        status = cli_conclude(cli, &c, status);
    } else if (cli->check) {
        bool same = str_equal(strbuf_str(&out), c.sources.items[c.source].text);
        if (!same)
            cli_note(cli, "%s is not laid out as frc fmt lays it out (-w does it)", file);
        status = same ? STATUS_OK : STATUS_PROGRAM;
    } else if (cli->write && strcmp(file, "-") != 0) {
        if (!str_equal(strbuf_str(&out), c.sources.items[c.source].text))
            status = cli_save(cli, file, strbuf_str(&out));
    } else {
        status = cli_save(cli, cli->outputs.len ? cli->outputs.items[0] : "-", strbuf_str(&out));
    }
    compile_finish(&c);
    return status;
}
