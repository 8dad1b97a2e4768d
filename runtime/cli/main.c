// SPDX-License-Identifier: Apache-2.0
// frc's entry: reads the command line, runs one command, ends with its status. Signals only set a flag;
// the second interrupt ends at once.
#include "runtime/cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile int interrupted; // the signal's number

static void on_signal(int number) {
    if (interrupted)
        _exit(128 + number);
    interrupted = number;
}

const volatile int *cli_interrupted(void) { return &interrupted; }

static void signals_init(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN}; // seen as EPIPE and EFBIG where they happen
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

static const CliCommand commands[] = {
    {"", "FILE [-o OUT]...", "compile FILE; without -o the output is FILE's name with .glb, in this folder",
     "    frc chair.part -o chair.glb                 compile\n"
     "    frc chair.part -o chair.glb -o chair.stl    several formats at once\n"
     "    frc chair.part --set seat_height=50 -o tall.glb\n"
     "    cat chair.part | frc - --format glb -o - > chair.glb\n",
     1, 1, cmd_compile},
    {"check", "FILE", "compile without writing anything; all diagnostics",
     "    frc check chair.part                        errors and warnings only\n", 1, 1, cmd_check},
    {"report", "FILE [--json] [--format md] [--visible]", "parts, sizes, places, contacts: the text equal of a picture",
     "    frc report chair.part                       the parts, their places, what touches what\n", 1, 1, cmd_report},
    {"params", "FILE [--json]", "the program's params: values, ranges, words; --json: as a JSON schema",
     "    frc params chair.part --json                its params as a JSON schema\n", 1, 1, cmd_params},
    {"diff", "OLD NEW [--json]", "what an edit changed in the object: parts gone, new, moved, resized, findings",
     "    frc diff old.part new.part                  what an edit changed in the object\n", 2, 2, cmd_diff},
    {"fix", "FILE [-w]", "apply the fixes that are safe to apply unseen, and show them",
     "    frc fix -w chair.part                       apply the safe fixes\n", 1, 1, cmd_fix},
    {"fmt", "FILE [-w] [--check]", "lay the program out; comments stay; the meaning does not change",
     "    frc fmt -w chair.part                       lay it out\n", 1, 1, cmd_fmt},
    {"agent", "[TEXT]", "let a model make what TEXT says; the same as frc --agent TEXT",
     "    frc --agent \"a three-legged milking stool\" -o stool.glb\n", 0, 1, cmd_agent},
    {"plan", "PLAN.json [-o FILE.part]", "the block-out of a plan: every part a box in its place",
     "    frc plan chair.json -o chair.part           a plan as boxes\n", 1, 1, cmd_plan},
    {"prompt", "ROLE [TASK]", "what a model is told: designer, coder, inspector or editor",
     "    frc prompt coder \"a chair\"                  what a model is told\n", 1, 2, cmd_prompt},
    {"grammar", "[--format gbnf|lark|ebnf]", "the language's grammar, for constrained decoding or for people",
     "    frc grammar --format gbnf -o part.gbnf      for llama.cpp\n", 0, 0, cmd_grammar},
    {"explain", "CODE", "what a diagnostic means, with bad and good code",
     "    frc explain E0304                           what a diagnostic means\n", 1, 1, cmd_explain},
    {"render", "FILE.part|FILE.glb... [-o FOLDER/|SHEET.png]", "pictures, masks, depth and cameras of many views; contact sheets",
     "    frc render chair.part -o chair/ --views 12       colour, masks, depth, normals, cameras\n"
     "    frc render chair.part -o sheet.png               six views, sheet.png; and\n"
     "                                                     parts, exploded, x-ray, close-ups: sheet-parts.png\n"
     "    frc render chair.glb -o top.png --views top --size 800x600\n"
     "    frc render chair.part mug.part -o all/           all/chair/, all/mug/: one start of the device\n",
     1, CLI_LIST_MAX, cmd_render},
    {"info", "FILE.glb [--json]", "tree, sizes, axes and manifoldness of a written file",
     "    frc info chair.glb                          what is in a written file\n", 1, 1, cmd_info},
};

u32 cli_command_count(void) { return COUNT_OF(commands); }
const CliCommand *cli_command_at(u32 i) { return &commands[i]; }

static int exit_status(const Cli *cli, Status status) {
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_OK) {
        cli_error(cli, "can't write standard output");
        status = STATUS_IO;
    }
    if (interrupted && status != STATUS_OK) // what came too late to stop anything is no failure
        return 128 + interrupted;
    return (int)status;
}

typedef struct Run {
    Cli *cli;
    int argc;
    char **argv;
    Status status;
} Run;

static void run_command(void *ctx) {
    Run *run = ctx;
    bool done = false;
    arena_init(&run->cli->arena, &run->cli->heap);
    run->status = cli_read(run->cli, run->argc, run->argv, &done);
    if (run->status == STATUS_OK && !done)
        run->status = run->cli->command->run(run->cli);
}

int main(int argc, char **argv) {
    static Cli cli; // zero; it is too large for comfort on the stack
    signals_init();
    heap_init(&cli.heap, 0);
    cli.heap.shared->cancel = &interrupted;
    Run run = {&cli, argc, argv, STATUS_OK};
    if (!heap_guard(&cli.heap, run_command, &run)) {
        bool is_cancelled = cli.heap.failure == FAIL_CANCELLED; // waiting for its input, say
        cli_error(&cli, is_cancelled ? "interrupted; nothing was written" : "out of memory");
        run.status = is_cancelled ? STATUS_INTERRUPTED : STATUS_MEMORY;
    }
    int code = exit_status(&cli, run.status);
    heap_finish(&cli.heap);
    return code;
}
