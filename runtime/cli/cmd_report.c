// SPDX-License-Identifier: Apache-2.0
// frc report FILE: the parts, their sizes and places, and what touches what.
#include "runtime/cli/cli.h"

#include "compiler/inspect/report.h"

Status cmd_report(Cli *cli) {
    Compilation c;
    Status status = cli_compile(cli, cli->files.items[0], STAGE_INSPECT, &c);
    if (c.has_report) { // also of a model with errors in it: it is what helps to mend them
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
