// SPDX-License-Identifier: Apache-2.0
// frc check FILE: everything but writing.
#include "runtime/cli/cli.h"

Status cmd_check(Cli *cli) {
    Compilation c;
    Status status = cli_compile(cli, cli->files.items[0], STAGE_INSPECT, &c);
    if (status == STATUS_OK && cli->verbose)
        cli_note(cli, "%s: %u parts, %llu triangles, %u warnings", cli->files.items[0], c.scene.n_parts,
                 (unsigned long long)c.model.n_tris, c.diags.n_warnings);
    compile_finish(&c);
    return status;
}
