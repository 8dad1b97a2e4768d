// SPDX-License-Identifier: Apache-2.0
// frc info FILE.glb: what a written file holds.
#include "runtime/cli/cli.h"

#include "base/file.h"
#include "compiler/export/glb_read.h"

enum { INFO_SIZE_MAX = 1 << 30 };

Status cmd_info(Cli *cli) {
    const char *file = cli->files.items[0], *error = NULL;
    Str bytes;
    Status status = file_read(&cli->arena, file, INFO_SIZE_MAX, &bytes, &error);
    if (status != STATUS_OK) {
        cli_error(cli, "can't read '%s': %s", file, status == STATUS_LIMIT ? "it is larger than 1 GiB" : error);
        return status;
    }
    GlbFile glb;
    Str fault;
    if (!glb_read(bytes.ptr, bytes.len, &cli->arena, &glb, &fault)) {
        cli_error(cli, "'%s' is not a GLB that can be read: %.*s", file, STR_ARG(fault));
        return STATUS_PROGRAM;
    }
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    if (cli->json)
        glb_info_json(&glb, &out);
    else
        glb_info_text(&glb, &out);
    return cli_save(cli, cli->outputs.len ? cli->outputs.items[0] : "-", strbuf_str(&out));
}
