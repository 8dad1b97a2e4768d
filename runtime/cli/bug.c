// SPDX-License-Identifier: Apache-2.0
// When a check of our own has failed: nothing is written but NAME-bug.part, the program as it was
// read below a comment that says what failed and how frc was called. It is all that is needed to see
// the failure again.
#include "runtime/cli/cli.h"

#include "base/file.h"

#include <string.h>

static bool is_plain(const char *arg) {
    for (const char *c = arg; *c; c++)
        if (!((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') || strchr("_./=,:+-@%#", *c)))
            return false;
    return *arg != 0;
}

// As a shell would take it; a comment is one line, so what would end it is shown as "?".
static void put_argument(StrBuf *out, const char *arg) {
    if (is_plain(arg)) {
        strbuf_add(out, str_from(arg));
        return;
    }
    strbuf_add(out, STR("'"));
    for (const char *c = arg; *c; c++) {
        char shown = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c;
        strbuf_add(out, *c == '\'' ? STR("'\\''") : (Str){&shown, 1});
    }
    strbuf_add(out, STR("'"));
}

// "out/chair.part" -> "chair-bug.part", in the folder where the output would have been.
static const char *bug_path(Cli *cli, const char *source) {
    Str base = strcmp(source, "-") == 0 ? STR("stdin") : cli_base_name(source);
    const char *output = cli->outputs.len && strcmp(cli->outputs.items[0], "-") != 0 ? cli->outputs.items[0] : "";
    size_t folder = strlen(output);
    while (folder > 0 && output[folder - 1] != '/')
        folder--;
    for (u32 i = base.len; i-- > 1;)
        if (base.ptr[i] == '.') {
            base.len = i;
            break;
        }
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    strbuf_add(&out, (Str){output, (u32)folder});
    strbuf_add(&out, base);
    strbuf_add(&out, STR("-bug.part"));
    return str_to_z(&cli->arena, strbuf_str(&out));
}

void cli_report_bug(Cli *cli, const Compilation *c, const char *text) {
    if (c->sources.len == 0 || cli->files.len == 0) {
        cli_error(cli, "this is a bug in frc: %s; nothing was written", text);
        return;
    }
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    strbuf_add(&out, STR("// A bug in frc " FRC_VERSION ": "));
    strbuf_add(&out, str_from(text));
    strbuf_add(&out, STR(".\n// It shows with this program, called as:"));
    for (int i = 0; i < cli->argc; i++) {
        strbuf_add(&out, STR(" "));
        put_argument(&out, i ? cli->argv[i] : "frc");
    }
    strbuf_add(&out, STR("\n"));
    strbuf_add(&out, c->sources.items[0].text);
    const char *path = bug_path(cli, cli->files.items[0]), *error = NULL;
    bool is_saved = file_save(path, out.ptr, out.len, &error) == STATUS_OK;
    strbuf_finish(&out);
    if (is_saved)
        cli_error(cli, "this is a bug in frc: %s; the output was not written, but '%s' was: please report it with that file", text, path);
    else
        cli_error(cli, "this is a bug in frc: %s; nothing was written", text);
}
