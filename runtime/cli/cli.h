// SPDX-License-Identifier: Apache-2.0
// The command line: one table of commands, one of options, one function a command. This room alone
// prints and sets the exit status.
#ifndef FRC_RUNTIME_CLI_CLI_H
#define FRC_RUNTIME_CLI_CLI_H

#include "compiler/compiler.h"

typedef enum CliDiagnostics { DIAGNOSTICS_TEXT, DIAGNOSTICS_JSON, DIAGNOSTICS_SARIF } CliDiagnostics;

enum { CLI_LIST_MAX = 64 };

typedef struct CliList {
    const char *items[CLI_LIST_MAX];
    u32 len;
} CliList;

typedef struct CliAgent { // options of --agent; NULL, 0: not given
    const char *idea, *from, *provider, *base_url, *model, *inspector_model, *transcript, *replay;
    u64 max_rounds, max_visual_rounds, max_tokens;
    f64 max_cost, max_seconds, call_timeout, time_scale, price_input, price_output;
    bool has_max_rounds, has_max_visual_rounds, has_price_input, has_price_output, plan_only, stream, constrain;
} CliAgent;

// The command line, read. Texts point into argv.
typedef struct Cli {
    Heap heap;   // of the command line itself, not of compilations
    Arena arena;
    int argc;    // as main got them
    char **argv;
    const struct CliCommand *command;
    CliList files, outputs;
    CheckSetting *settings;
    u32 n_settings, cap_settings;
    const char *format, *emit, *tolerance, *unit, *up, *deps, *font;
    const char *views, *size, *passes, *background, *camera, *device; // of render
    CliAgent agent;
    CliDiagnostics diagnostics;
    Limits limits;
    u32 n_threads;
    bool merge, parts, no_manifold, strict, json, quiet, verbose, partial, write, check, visible, color_err, color_out;
} Cli;

typedef struct CliCommand {
    const char *name;      // "" : the compiler itself
    const char *arguments; // "FILE"
    const char *summary;
    const char *examples;  // lines
    u32 min_files, max_files;
    Status (*run)(Cli *cli);
} CliCommand;

u32 cli_command_count(void);
const CliCommand *cli_command_at(u32 i);

// Reads argv. STATUS_OK with *done: help or version was printed. STATUS_USAGE: said on stderr.
Status cli_read(Cli *cli, int argc, char **argv, bool *done);
void cli_help_short(void);
void cli_help_full(const CliCommand *command); // NULL: all

// "frc: error: ..." on stderr.
void cli_error(const Cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
void cli_note(const Cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3); // not when --quiet

// Reads the one source file ("-": standard input) and compiles it up to `last`; prints the diagnostics.
// STATUS_IO: the file could not be read (said). The caller finishes the compilation in any case.
Status cli_compile(Cli *cli, const char *file, CompileStage last, Compilation *out);
// The bytes of a source file, or says why not.
Status cli_read_source(Cli *cli, const char *file, Str *text);
// The two halves of it: without a word, and then the diagnostics and what --strict makes of them.
Status cli_compile_quiet(Cli *cli, const char *file, CompileStage last, Compilation *out);
Status cli_conclude(Cli *cli, Compilation *c, Status status);
const volatile int *cli_interrupted(void); // 0, or the signal that came
// A check of ours failed: says so, and saves what it takes to see that again as NAME-bug.part.
void cli_report_bug(Cli *cli, const Compilation *c, const char *text);
void cli_print_diags(Cli *cli, Compilation *compilation);
// Saves, or says why not.
Status cli_save(Cli *cli, const char *path, Str bytes);
// --emit reference, card: they take no FILE.
bool cli_emits_tables(const Cli *cli);
// The last component of a path; "<stdin>" for "-".
Str cli_base_name(const char *path);

Status cmd_compile(Cli *cli);
Status cmd_check(Cli *cli);
Status cmd_agent(Cli *cli);
Status cmd_plan(Cli *cli);
Status cmd_prompt(Cli *cli);
Status cmd_params(Cli *cli);
Status cmd_explain(Cli *cli);
Status cmd_info(Cli *cli);
Status cmd_report(Cli *cli);
Status cmd_diff(Cli *cli);
Status cmd_fix(Cli *cli);
Status cmd_render(Cli *cli);
Status cmd_fmt(Cli *cli);
Status cmd_grammar(Cli *cli);

#endif
