// SPDX-License-Identifier: Apache-2.0
// frc prompt ROLE [TASK]: what a model in that role is told, to be read, or used with a model by hand.
#include "runtime/cli/cli.h"

#include "runtime/agent/plan.h"
#include "runtime/agent/prompt.h"
#include "runtime/agent/reply.h"

static void add_schema(StrBuf *out, const char *schema) { strbuf_addf(out, "\nAs a JSON schema:\n\n```json\n%s\n```\n", schema); }

static Status add_role(Cli *cli, Str role, StrBuf *out) {
    static const struct {
        const char *title;
        PromptId id;
        const char *schema;
    } steps[] = {{"# Step 1\n\n", PROMPT_METRICS, plan_schema_metrics},
                 {"\n# Step 2\n\n", PROMPT_PARTS, plan_schema_parts},
                 {"\n# Step 3\n\n", PROMPT_ARRANGEMENT, plan_schema_arrangement}};
    Str task = cli->files.len > 1 ? str_from(cli->files.items[1]) : STR("");
    if (str_equal_z(role, "designer")) {
        for (u32 i = 0; i < COUNT_OF(steps); i++) {
            strbuf_add_z(out, steps[i].title);
            strbuf_add(out, prompt_system(steps[i].id, &cli->arena));
            add_schema(out, steps[i].schema);
        }
    } else if (str_equal_z(role, "coder")) {
        strbuf_add(out, prompt_system(PROMPT_CODER, &cli->arena));
        strbuf_add_char(out, '\n');
        if (task.len)
            prompt_write_examples(&(PromptTask){task, STR(""), STR("")}, &cli->arena, out);
    } else if (str_equal_z(role, "editor")) {
        strbuf_add(out, prompt_system(PROMPT_EDITOR, &cli->arena));
    } else if (str_equal_z(role, "inspector")) {
        strbuf_add(out, prompt_system(PROMPT_INSPECTOR, &cli->arena));
        add_schema(out, verdict_schema);
    } else {
        cli_error(cli, "no role '%.*s': designer, coder, inspector or editor", STR_ARG(role));
        return STATUS_USAGE;
    }
    if (task.len)
        strbuf_addf(out, "\n# Task\n\n%.*s\n", STR_ARG(task));
    return STATUS_OK;
}

Status cmd_prompt(Cli *cli) {
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    Status status = add_role(cli, str_from(cli->files.items[0]), &out);
    if (status == STATUS_OK)
        status = cli_save(cli, cli->outputs.len ? cli->outputs.items[0] : "-", strbuf_str(&out));
    strbuf_finish(&out);
    return status;
}
