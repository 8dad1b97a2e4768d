// SPDX-License-Identifier: Apache-2.0
// frc diff OLD NEW: what an edit changed in the object, not in the text.
#include "runtime/cli/cli.h"

#include "compiler/inspect/diff.h"

Status cmd_diff(Cli *cli) {
    Compilation old_one, new_one;
    Status status = cli_compile(cli, cli->files.items[0], STAGE_INSPECT, &old_one);
    Status second = cli_compile(cli, cli->files.items[1], STAGE_INSPECT, &new_one);
    if (old_one.has_report && new_one.has_report) {
        Diff diff;
        diff_make(&old_one.report, &old_one.diags, &new_one.report, &new_one.diags, &cli->arena, &diff);
        StrBuf out;
        strbuf_init(&out, &cli->heap);
        if (cli->json)
            diff_write_json(&diff, &cli->arena, &out);
        else
            diff_write_text(&diff, &cli->arena, &out);
        Status saved = STATUS_OK;
        if (out.len)
            saved = cli_save(cli, cli->outputs.len ? cli->outputs.items[0] : "-", strbuf_str(&out));
        else
            cli_note(cli, "the two objects are the same");
        status = saved; // findings of either model are part of the answer, not a failure of it
    } else if (status == STATUS_OK) {
        status = second;
    }
    compile_finish(&old_one);
    compile_finish(&new_one);
    return status;
}
