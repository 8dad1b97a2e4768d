// SPDX-License-Identifier: Apache-2.0
// frc plan chair.json -o chair.part: the block-out of a plan, without a model.
#include "runtime/cli/cli.h"

#include "base/file.h"
#include "runtime/agent/plan.h"

enum { PLAN_SIZE_MAX = 1 << 20 };

Status cmd_plan(Cli *cli) {
    const char *path = cli->files.items[0], *error = NULL;
    Str text;
    Status status = file_read(&cli->arena, path, PLAN_SIZE_MAX, &text, &error);
    if (status != STATUS_OK) {
        cli_error(cli, "can't read '%s': %s", path, error);
        return status;
    }
    const JsonNode *root = jtree_parse(&cli->arena, text, &error);
    Plan plan;
    PlanError why = {.text = ""};
    if (!root || !plan_read(root, &cli->arena, &plan, &why)) {
        cli_error(cli, "'%s' is no plan: %s", path, root ? why.text : error);
        return STATUS_PROGRAM;
    }
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    plan_write_part(&plan, &out);
    status = cli_save(cli, cli->outputs.len ? cli->outputs.items[0] : "-", strbuf_str(&out));
    strbuf_finish(&out);
    return status;
}
