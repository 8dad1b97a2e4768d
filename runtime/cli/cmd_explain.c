// SPDX-License-Identifier: Apache-2.0
// frc explain CODE: prints the code's page of spec/diagnostics/, which the build embeds one after the
// other (build/gen/explain.md); a page starts at a line "# CODE ".
#include "runtime/cli/cli.h"

#include <stdio.h>

extern const char frc_explain_begin[], frc_explain_end[];

static Str page_find(const char *code) {
    Str all = {frc_explain_begin, (u32)(frc_explain_end - frc_explain_begin)};
    char head[32];
    int n = snprintf(head, sizeof head, "# %s ", code);
    const char *found = NULL;
    for (u32 off = 0; off + (u32)n <= all.len; off++) {
        bool line_start = off == 0 || all.ptr[off - 1] == '\n';
        if (found && line_start && strncmp(all.ptr + off, "# E", 3) == 0)
            return (Str){found, (u32)(all.ptr + off - found)};
        if (found && line_start && strncmp(all.ptr + off, "# W", 3) == 0)
            return (Str){found, (u32)(all.ptr + off - found)};
        if (!found && line_start && strncmp(all.ptr + off, head, (size_t)n) == 0)
            found = all.ptr + off;
    }
    return found ? (Str){found, (u32)(all.ptr + all.len - found)} : (Str){0};
}

static Status unknown_code(Cli *cli, const char *word) {
    Str names[DIAG_COUNT + 1];
    for (u32 i = 0; i < DIAG_COUNT; i++)
        names[i] = str_from(diag_code_text((DiagCode)i));
    Str near = str_nearest(str_from(word), names, DIAG_COUNT);
    if (near.len)
        cli_error(cli, "no diagnostic '%s': did you mean '%.*s'?", word, STR_ARG(near));
    else
        cli_error(cli, "no diagnostic '%s': they look like E0304", word);
    return STATUS_USAGE;
}

Status cmd_explain(Cli *cli) {
    const char *word = cli->files.items[0];
    DiagCode code = diag_code_find(str_from(word));
    if (code == DIAG_COUNT)
        return unknown_code(cli, word);
    Str page = page_find(diag_code_text(code));
    if (page.len)
        printf("%.*s", STR_ARG(page));
    else
        printf("# %s %s\n\n%s\n", diag_code_text(code), diag_code_name(code), diag_code_summary(code));
    return STATUS_OK;
}
