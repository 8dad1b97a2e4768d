// SPDX-License-Identifier: Apache-2.0
// frc grammar: prints the language's grammar, for constrained decoding (GBNF, Lark) or for people (EBNF).
#include "lang/grammar_export.h"
#include "runtime/cli/cli.h"

static Status unknown_format(const Cli *cli) {
    Str names[GRAMMAR_FORMAT_COUNT];
    for (u32 i = 0; i < GRAMMAR_FORMAT_COUNT; i++)
        names[i] = str_from(grammar_format_name((GrammarFormat)i));
    Str near = str_nearest(str_from(cli->format), names, GRAMMAR_FORMAT_COUNT);
    if (near.len)
        cli_error(cli, "no grammar format '%s': did you mean '%.*s'?", cli->format, STR_ARG(near));
    else
        cli_error(cli, "no grammar format '%s': there are gbnf, lark and ebnf", cli->format);
    return STATUS_USAGE;
}

Status cmd_grammar(Cli *cli) {
    GrammarFormat format = cli->format ? grammar_format_find(cli->format) : GRAMMAR_GBNF;
    if (format == GRAMMAR_FORMAT_COUNT)
        return unknown_format(cli);
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    grammar_export(format, &cli->arena, &out);
    return cli_save(cli, cli->outputs.len ? cli->outputs.items[0] : "-", strbuf_str(&out));
}
