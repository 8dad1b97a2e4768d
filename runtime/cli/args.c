// SPDX-License-Identifier: Apache-2.0
// Options: one row each, read by the parser, by --help and by did-you-mean. Options may stand anywhere;
// `--` ends them; `--name=value` and `--name value` are the same, as are `-Dname=value` and `-D name=value`.
#include "runtime/cli/cli.h"

#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef enum OptionId {
    OPT_OUTPUT,
    OPT_FORMAT,
    OPT_SET,
    OPT_PARAMS,
    OPT_EMIT,
    OPT_TOLERANCE,
    OPT_FONT,
    OPT_MERGE,
    OPT_PARTS,
    OPT_DEPS,
    OPT_UNIT,
    OPT_UP,
    OPT_NO_MANIFOLD,
    OPT_PARTIAL,
    OPT_STRICT,
    OPT_DIAGNOSTICS,
    OPT_COLOR,
    OPT_JSON,
    OPT_WRITE,
    OPT_CHECK,
    OPT_VIEWS,
    OPT_SIZE,
    OPT_PASSES,
    OPT_BACKGROUND,
    OPT_CAMERA,
    OPT_DEVICE,
    OPT_VISIBLE,
    OPT_AGENT,
    OPT_FROM,
    OPT_PROVIDER,
    OPT_BASE_URL,
    OPT_MODEL,
    OPT_INSPECTOR_MODEL,
    OPT_MAX_ROUNDS,
    OPT_MAX_VISUAL_ROUNDS,
    OPT_MAX_TOKENS,
    OPT_MAX_COST,
    OPT_PRICE_IN,
    OPT_PRICE_OUT,
    OPT_MAX_TIME,
    OPT_CALL_TIMEOUT,
    OPT_TIME_SCALE,
    OPT_TRANSCRIPT,
    OPT_REPLAY,
    OPT_PLAN_ONLY,
    OPT_STREAM,
    OPT_CONSTRAIN,
    OPT_THREADS,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_HELP,
    OPT_VERSION,
    OPT_LIMIT, // + index into limits
} OptionId;

typedef struct Option {
    int id;
    char letter;          // 0: none
    const char *name;     // with its dashes
    const char *argument; // NULL: a switch
    const char *doc;
} Option;

static const Option options[] = {
    {OPT_OUTPUT, 'o', "--output", "FILE", "write FILE; the format is its extension's; may be given several times; - is standard output"},
    {OPT_FORMAT, 0, "--format", "NAME", "format of `-o -`: glb, stl, ... (see `frc --help formats`); of grammar: gbnf, lark, ebnf"},
    {OPT_SET, 'D', "--set", "NAME=VALUE", "set a param of the program: 45, 2.5cm, true, slats"},
    {OPT_PARAMS, 0, "--params", "FILE.json", "set params from a JSON object"},
    {OPT_EMIT, 0, "--emit", "STAGE", "print a stage instead: tokens, ast, ir, solids; or a table: reference, card"},
    {OPT_TOLERANCE, 0, "--tolerance", "LENGTH", "chord error of round things, 0.1mm; default: the program's, else a 2000th of its canvas, else 0.5% of each radius"},
    {OPT_FONT, 0, "--font", "FILE", "a TrueType or OpenType font for text(...) in place of the built-in one"},
    {OPT_MERGE, 0, "--merge", NULL, "unite all parts into one watertight solid (STL always does)"},
    {OPT_PARTS, 0, "--parts", NULL, "one file for each part: chair-seat.stl, chair-leg_0.stl, ..."},
    {OPT_DEPS, 0, "--deps", "FILE", "write a make rule that says what the outputs are made from"},
    {OPT_UNIT, 0, "--unit", "UNIT", "unit of formats that have none of their own (STL, OBJ, PLY): mm, cm, m, in"},
    {OPT_UP, 0, "--up", "AXIS", "axis that is up in those formats: z or y"},
    {OPT_NO_MANIFOLD, 0, "--no-manifold", NULL, "leave EXT_mesh_manifold out of a GLB"},
    {OPT_PARTIAL, 0, "--partial", NULL, "build the complete parts of a program that is cut off"},
    {OPT_STRICT, 0, "--strict", NULL, "warnings fail"},
    {OPT_DIAGNOSTICS, 0, "--diagnostics", "FORM", "text, json (one object a line) or sarif, on standard error"},
    {OPT_COLOR, 0, "--color", "WHEN", "auto, always or never; NO_COLOR is honoured"},
    {OPT_JSON, 0, "--json", NULL, "answer in JSON (params, info)"},
    {OPT_WRITE, 'w', "--write", NULL, "write the file back (fix, fmt)"},
    {OPT_CHECK, 0, "--check", NULL, "only say, by the exit status, whether the layout is right (fmt)"},
    {OPT_VIEWS, 0, "--views", "N|NAMES", "render: that many views around, or names with commas between: iso, front, back, left, right, top, bottom ..."},
    {OPT_SIZE, 0, "--size", "WxH", "render: pixels of each picture (512x512)"},
    {OPT_PASSES, 0, "--passes", "NAMES", "render: color, parts, instances, depth, normal, position (all but the last)"},
    {OPT_BACKGROUND, 0, "--background", "WHAT", "render: studio, transparent or #rrggbb"},
    {OPT_CAMERA, 0, "--camera", "PLACE", "render: one more view, az=30,el=20,fov=40 in degrees; fov=0 is orthographic"},
    {OPT_VISIBLE, 0, "--visible", NULL, "report: draw 8 views, count each part's pixels, and say which show nowhere or hardly"},
    {OPT_DEVICE, 0, "--device", "NAME", "render: auto, cpu, gpu, vulkan or part of a device's name"},
    {OPT_AGENT, 0, "--agent", "TEXT", "let a model make what TEXT says: frc --agent \"a milking stool\" -o stool.glb"},
    {OPT_FROM, 0, "--from", "FILE.part", "agent: change this object as the text says"},
    {OPT_PROVIDER, 0, "--provider", "NAME", "agent: openai (chat/completions), responses, anthropic or ollama"},
    {OPT_BASE_URL, 0, "--base-url", "URL", "agent: address of the model server; keys come from the environment only"},
    {OPT_MODEL, 0, "--model", "NAME", "agent: the model (or FRC_MODEL)"},
    {OPT_INSPECTOR_MODEL, 0, "--inspector-model", "NAME", "agent: another model to look at the pictures"},
    {OPT_MAX_ROUNDS, 0, "--max-rounds", "N", "agent: programs to a draft until it compiles (3)"},
    {OPT_MAX_VISUAL_ROUNDS, 0, "--max-visual-rounds", "N", "agent: drafts made anew after an inspection (2)"},
    {OPT_MAX_TOKENS, 0, "--max-tokens", "N", "agent: tokens in and out of the whole run (400000)"},
    {OPT_MAX_COST, 0, "--max-cost", "DOLLARS", "agent: cost of the whole run, where costs are known (5)"},
    {OPT_PRICE_IN, 0, "--price-in", "DOLLARS", "agent: what a million tokens in cost (or FRC_PRICE_INPUT)"},
    {OPT_PRICE_OUT, 0, "--price-out", "DOLLARS", "agent: what a million tokens out cost (or FRC_PRICE_OUTPUT)"},
    {OPT_MAX_TIME, 0, "--max-time", "SECONDS", "agent: time of the whole run (1800)"},
    {OPT_CALL_TIMEOUT, 0, "--call-timeout", "SECONDS", "agent: time of one call (600); streamed, until its first byte"},
    {OPT_TIME_SCALE, 0, "--time-scale", "X", "agent: stretch of the waits between tries (1; tests use less)"},
    {OPT_TRANSCRIPT, 0, "--transcript", "FILE", "agent: where the record goes (OUT.agent/transcript.jsonl)"},
    {OPT_REPLAY, 0, "--replay", "FILE", "agent: take all answers from this record; needs no key and no network"},
    {OPT_PLAN_ONLY, 0, "--plan-only", NULL, "agent: stop at the block-out: every part a box in its place"},
    {OPT_STREAM, 0, "--stream", NULL, "agent: let the server stream its answers"},
    {OPT_CONSTRAIN, 0, "--constrain", NULL, "agent: hold the coder to the grammar (llama.cpp, vLLM, OpenAI's responses)"},
    {OPT_THREADS, 0, "--threads", "N", "worker threads; the output does not depend on it"},
    {OPT_QUIET, 'q', "--quiet", NULL, "errors only"},
    {OPT_VERBOSE, 'v', "--verbose", NULL, "say what was written, how large, how long"},
    {OPT_HELP, 'h', "--help", NULL, "-h: the short help; --help: all of it"},
    {OPT_VERSION, 0, "--version", NULL, "print the version"},
#define LIMIT(name, value, flag, unit, what) {OPT_LIMIT, 0, flag, "N", what " (" #value " " unit ")"},
#include "base/limits.def"
#undef LIMIT
};

// The n-th limit's slot.
static u64 *limit_slot(Limits *limits, u32 n) {
    u64 *const slots[] = {
#define LIMIT(name, value, flag, unit, what) &limits->name,
#include "base/limits.def"
#undef LIMIT
    };
    return slots[n];
}

static u32 first_limit_row(void) {
    u32 row = 0;
    while (options[row].id != OPT_LIMIT)
        row++;
    return row;
}

static const Option *option_find(Str name) {
    for (u32 i = 0; i < COUNT_OF(options); i++)
        if (str_equal_z(name, options[i].name))
            return &options[i];
    return NULL;
}

static Status unknown_option(const Cli *cli, Str name) {
    Str names[COUNT_OF(options)];
    for (u32 i = 0; i < COUNT_OF(options); i++)
        names[i] = str_from(options[i].name);
    Str near = str_nearest(name, names, COUNT_OF(options));
    if (near.len)
        cli_error(cli, "unknown option '%.*s': did you mean '%.*s'?", STR_ARG(name), STR_ARG(near));
    else
        cli_error(cli, "unknown option '%.*s' (frc --help lists them)", STR_ARG(name));
    return STATUS_USAGE;
}

static Status list_add(const Cli *cli, CliList *list, const char *item, const char *what) {
    if (list->len == CLI_LIST_MAX) {
        cli_error(cli, "more than %d %s", CLI_LIST_MAX, what);
        return STATUS_USAGE;
    }
    list->items[list->len++] = item;
    return STATUS_OK;
}

static Status setting_add(Cli *cli, Str name, Str value, bool is_text) {
    for (u32 i = 0; i < cli->n_settings; i++) { // the last one counts
        if (str_equal(cli->settings[i].name, name)) {
            cli->settings[i].value = value;
            cli->settings[i].is_text = is_text;
            return STATUS_OK;
        }
    }
    if (cli->n_settings == cli->cap_settings) {
        u32 cap = MAX(16u, cli->cap_settings * 2);
        CheckSetting *grown = ARENA_NEW(&cli->arena, CheckSetting, cap);
        if (cli->n_settings)
            memcpy(grown, cli->settings, cli->n_settings * sizeof *grown);
        cli->settings = grown;
        cli->cap_settings = cap;
    }
    cli->settings[cli->n_settings++] = (CheckSetting){.name = name, .value = value, .is_text = is_text};
    return STATUS_OK;
}

static Status setting_read(Cli *cli, const char *text) {
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        cli_error(cli, "'%s' sets nothing: write --set name=value", text);
        return STATUS_USAGE;
    }
    return setting_add(cli, (Str){text, (u32)(equals - text)}, str_from(equals + 1), false);
}

// The settings of a JSON object; see params_json.c.
Status cli_settings_from_json(Cli *cli, const char *path, Status (*add)(Cli *, Str, Str, bool));

static Status choice_read(const Cli *cli, const char *option, const char *value, const char *const *choices, u32 n,
                          u32 *out) {
    for (u32 i = 0; i < n; i++) {
        if (strcmp(value, choices[i]) == 0) {
            *out = i;
            return STATUS_OK;
        }
    }
    StrBuf all;
    strbuf_init(&all, (Heap *)&cli->heap);
    for (u32 i = 0; i < n; i++)
        strbuf_addf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", choices[i]);
    cli_error(cli, "%s is %s, not '%s'", option, all.ptr, value);
    strbuf_finish(&all);
    return STATUS_USAGE;
}

static Status count_read(const Cli *cli, const char *option, const char *value, u64 *out) {
    f64 number;
    if (!number_read(str_from(value), &number) || number != floor(number) || number < 1 || number > 1e15) {
        cli_error(cli, "%s wants a whole number above 0, not '%s'", option, value);
        return STATUS_USAGE;
    }
    *out = (u64)number;
    return STATUS_OK;
}

static Status color_set(Cli *cli, const char *value) {
    static const char *const choices[] = {"auto", "always", "never"};
    u32 when;
    Status status = choice_read(cli, "--color", value, choices, COUNT_OF(choices), &when);
    if (status != STATUS_OK || when == 0)
        return status;
    cli->color_err = cli->color_out = when == 1;
    return STATUS_OK;
}

// A number that may have a fraction.
static Status amount_read(const Cli *cli, const char *option, const char *value, f64 *out) {
    if (!number_read(str_from(value), out) || *out <= 0 || *out > 1e9) {
        cli_error(cli, "%s wants a number above 0, not '%s'", option, value);
        return STATUS_USAGE;
    }
    return STATUS_OK;
}

// Nothing costs less than nothing; a server of one's own costs nothing.
static Status price_read(const Cli *cli, const char *option, const char *value, f64 *out, bool *has) {
    *has = number_read(str_from(value), out) && *out >= 0 && *out <= 1e6;
    if (*has)
        return STATUS_OK;
    cli_error(cli, "%s wants dollars a million tokens, not '%s'", option, value);
    return STATUS_USAGE;
}

// A whole number that may be 0.
static Status rounds_read(const Cli *cli, const char *option, const char *value, u64 *out, bool *has) {
    *has = true;
    *out = 0;
    return strcmp(value, "0") == 0 ? STATUS_OK : count_read(cli, option, value, out);
}

// The options of --agent. False: not one of them.
static bool agent_option_apply(Cli *cli, const Option *option, const char *value, Status *status) {
    CliAgent *agent = &cli->agent;
    *status = STATUS_OK;
    switch (option->id) {
    case OPT_AGENT: agent->idea = value; return true;
    case OPT_FROM: agent->from = value; return true;
    case OPT_PROVIDER: agent->provider = value; return true;
    case OPT_BASE_URL: agent->base_url = value; return true;
    case OPT_MODEL: agent->model = value; return true;
    case OPT_INSPECTOR_MODEL: agent->inspector_model = value; return true;
    case OPT_MAX_ROUNDS:
        agent->has_max_rounds = true;
        *status = count_read(cli, option->name, value, &agent->max_rounds);
        return true;
    case OPT_MAX_VISUAL_ROUNDS:
        *status = rounds_read(cli, option->name, value, &agent->max_visual_rounds, &agent->has_max_visual_rounds);
        return true;
    case OPT_MAX_TOKENS: *status = count_read(cli, option->name, value, &agent->max_tokens); return true;
    case OPT_MAX_COST: *status = amount_read(cli, option->name, value, &agent->max_cost); return true;
    case OPT_PRICE_IN: *status = price_read(cli, option->name, value, &agent->price_input, &agent->has_price_input); return true;
    case OPT_PRICE_OUT: *status = price_read(cli, option->name, value, &agent->price_output, &agent->has_price_output); return true;
    case OPT_MAX_TIME: *status = amount_read(cli, option->name, value, &agent->max_seconds); return true;
    case OPT_CALL_TIMEOUT: *status = amount_read(cli, option->name, value, &agent->call_timeout); return true;
    case OPT_TIME_SCALE: *status = amount_read(cli, option->name, value, &agent->time_scale); return true;
    case OPT_TRANSCRIPT: agent->transcript = value; return true;
    case OPT_REPLAY: agent->replay = value; return true;
    case OPT_PLAN_ONLY: agent->plan_only = true; return true;
    case OPT_STREAM: agent->stream = true; return true;
    case OPT_CONSTRAIN: agent->constrain = true; return true;
    }
    return false;
}

static Status option_apply(Cli *cli, const Option *option, const char *value, bool *done) {
    static const char *const forms[] = {"text", "json", "sarif"};
    static const char *const stages[] = {"tokens", "ast", "ir", "solids", "reference", "card"};
    static const char *const units[] = {"mm", "cm", "m", "in"};
    static const char *const axes[] = {"z", "y"};
    u32 choice = 0;
    u64 count = 0;
    Status status = STATUS_OK;
    if (agent_option_apply(cli, option, value, &status))
        return status;
    switch (option->id) {
    case OPT_OUTPUT: return list_add(cli, &cli->outputs, value, "outputs");
    case OPT_FORMAT: cli->format = value; break;
    case OPT_SET: return setting_read(cli, value);
    case OPT_PARAMS: return cli_settings_from_json(cli, value, setting_add);
    case OPT_EMIT:
        cli->emit = value;
        return choice_read(cli, "--emit", value, stages, COUNT_OF(stages), &choice);
    case OPT_TOLERANCE: cli->tolerance = value; break;
    case OPT_FONT: cli->font = value; break;
    case OPT_MERGE: cli->merge = true; break;
    case OPT_PARTS: cli->parts = true; break;
    case OPT_DEPS: cli->deps = value; break;
    case OPT_UNIT:
        cli->unit = value;
        return choice_read(cli, "--unit", value, units, COUNT_OF(units), &choice);
    case OPT_UP:
        cli->up = value;
        return choice_read(cli, "--up", value, axes, COUNT_OF(axes), &choice);
    case OPT_NO_MANIFOLD: cli->no_manifold = true; break;
    case OPT_PARTIAL: cli->partial = true; break;
    case OPT_STRICT: cli->strict = true; break;
    case OPT_DIAGNOSTICS:
        status = choice_read(cli, "--diagnostics", value, forms, COUNT_OF(forms), &choice);
        cli->diagnostics = (CliDiagnostics)choice;
        return status;
    case OPT_COLOR: return color_set(cli, value);
    case OPT_JSON: cli->json = true; break;
    case OPT_WRITE: cli->write = true; break;
    case OPT_CHECK: cli->check = true; break;
    case OPT_VIEWS: cli->views = value; break;
    case OPT_SIZE: cli->size = value; break;
    case OPT_PASSES: cli->passes = value; break;
    case OPT_BACKGROUND: cli->background = value; break;
    case OPT_CAMERA: cli->camera = value; break;
    case OPT_DEVICE: cli->device = value; break;
    case OPT_VISIBLE: cli->visible = true; break;
    case OPT_THREADS:
        status = count_read(cli, "--threads", value, &count);
        cli->n_threads = (u32)MIN(count, 1024u);
        return status;
    case OPT_QUIET: cli->quiet = true; break;
    case OPT_VERBOSE: cli->verbose = true; break;
    case OPT_HELP: *done = true; break;
    case OPT_VERSION:
        printf("frc %s\n", FRC_VERSION);
        *done = true;
        break;
    case OPT_LIMIT: return count_read(cli, option->name, value, limit_slot(&cli->limits, (u32)(option - options) - first_limit_row()));
    }
    return status;
}

// One option at argv[*i], and its value, which may be the next argument.
static Status option_read(Cli *cli, int argc, char **argv, int *i, bool *done) {
    const char *arg = argv[*i];
    const Option *option = NULL;
    const char *value = NULL;
    if (arg[1] == '-') {
        const char *equals = strchr(arg, '=');
        Str name = equals ? (Str){arg, (u32)(equals - arg)} : str_from(arg);
        option = option_find(name);
        if (!option)
            return unknown_option(cli, name);
        if (equals)
            value = equals + 1;
    } else {
        for (u32 k = 0; k < COUNT_OF(options); k++)
            if (options[k].letter && options[k].letter == arg[1])
                option = &options[k];
        if (!option || (!option->argument && arg[2]))
            return unknown_option(cli, str_from(arg));
        if (arg[2])
            value = arg + 2 + (arg[2] == '=');
    }
    if (!option->argument && value) {
        cli_error(cli, "%s takes no value", option->name);
        return STATUS_USAGE;
    }
    if (option->argument && !value) {
        if (*i + 1 >= argc) {
            cli_error(cli, "%s wants a value: %s %s", option->name, option->name, option->argument);
            return STATUS_USAGE;
        }
        value = argv[++*i];
    }
    if (option->id == OPT_HELP) {
        if (arg[1] == '-')
            cli_help_full(cli->command);
        else
            cli_help_short();
    }
    return option_apply(cli, option, value, done);
}

static const CliCommand *command_find(const char *name) {
    for (u32 i = 1; i < cli_command_count(); i++)
        if (strcmp(cli_command_at(i)->name, name) == 0)
            return cli_command_at(i);
    return NULL;
}

// A first word that is neither a command nor a file is most likely a misspelt command.
static Status check_command_spelling(const Cli *cli, const char *word) {
    if (strchr(word, '.') || strchr(word, '/') || strcmp(word, "-") == 0 || access(word, F_OK) == 0)
        return STATUS_OK;
    Str names[32];
    u32 n = 0;
    for (u32 i = 1; i < cli_command_count() && n < COUNT_OF(names); i++)
        names[n++] = str_from(cli_command_at(i)->name);
    Str near = str_nearest(str_from(word), names, n);
    if (!near.len)
        return STATUS_OK;
    cli_error(cli, "no command and no file '%s': did you mean 'frc %.*s'?", word, STR_ARG(near));
    return STATUS_USAGE;
}

static Status check_file_count(const Cli *cli) {
    const CliCommand *command = cli->command;
    const char *space = *command->name ? " " : "";
    if (cli->files.len < command->min_files && !cli_emits_tables(cli))
        cli_error(cli, "nothing to work on: frc%s%s %s", space, command->name, command->arguments);
    else if (cli->files.len > command->max_files)
        cli_error(cli, "'%s' is one too many: frc%s%s %s", cli->files.items[command->max_files], space, command->name, command->arguments);
    else
        return STATUS_OK;
    return STATUS_USAGE;
}

Status cli_read(Cli *cli, int argc, char **argv, bool *done) {
    cli->argc = argc;
    cli->argv = argv;
    cli->command = cli_command_at(0);
    cli->limits = limits_default();
    bool no_color = getenv("NO_COLOR") && *getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool dumb = term && strcmp(term, "dumb") == 0;
    cli->color_err = !no_color && !dumb && isatty(2);
    cli->color_out = !no_color && !dumb && isatty(1);
    int first = 1;
    if (argc > 1 && argv[1][0] != '-') {
        const CliCommand *command = command_find(argv[1]);
        if (command) {
            cli->command = command;
            first = 2;
        } else {
            Status status = check_command_spelling(cli, argv[1]);
            if (status != STATUS_OK)
                return status;
        }
    }
    bool only_files = false;
    for (int i = first; i < argc && !*done; i++) {
        Status status = STATUS_OK;
        if (!only_files && strcmp(argv[i], "--") == 0)
            only_files = true;
        else if (!only_files && argv[i][0] == '-' && argv[i][1])
            status = option_read(cli, argc, argv, &i, done);
        else
            status = list_add(cli, &cli->files, argv[i], "files");
        if (status != STATUS_OK)
            return status;
    }
    if (*done)
        return STATUS_OK;
    if (cli->agent.idea && !*cli->command->name)
        cli->command = command_find("agent");
    if (argc == 1) {
        cli_help_short();
        *done = true;
        return STATUS_OK;
    }
    return check_file_count(cli);
}

// ---- help ----

void cli_help_short(void) {
    printf("frc: 3D objects as assemblies of named parts, from text to GLB\n\n");
    for (u32 i = 0; i < cli_command_count(); i++)
        printf("%s", cli_command_at(i)->examples);
    printf("\nfrc --help lists all commands and options.\n");
}

static void print_wrapped(const char *text, u32 indent, u32 width) {
    u32 column = indent;
    while (*text) {
        u32 len = (u32)strcspn(text, " ");
        if (column > indent && column + 1 + len > width) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)len, text);
        column += len;
        text += len + strspn(text + len, " ");
    }
    putchar('\n');
}

void cli_help_full(const CliCommand *command) {
    bool all = !command || !*command->name;
    if (!all) {
        printf("frc %s %s\n    %s\n\n%s\n", command->name, command->arguments, command->summary, command->examples);
    } else {
        cli_help_short();
        printf("\nCommands\n");
        for (u32 i = 0; i < cli_command_count(); i++) {
            const CliCommand *c = cli_command_at(i);
            printf("  frc%s%s %s\n        %s\n", *c->name ? " " : "", c->name, c->arguments, c->summary);
        }
        printf("\n");
    }
    printf("Options\n");
    for (u32 i = 0; i < COUNT_OF(options); i++) {
        const Option *o = &options[i];
        if (o->id == OPT_LIMIT && options[i - 1].id != OPT_LIMIT)
            printf("\nLimits (going over one is exit status 4)\n");
        char head[64];
        snprintf(head, sizeof head, "%s%c%s%s%s%s", o->letter ? "-" : "", o->letter ? o->letter : ' ',
                 o->letter ? ", " : "   ", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
        printf("  %-28s ", head);
        print_wrapped(o->doc, 31, 100);
    }
    printf("\nExit status: 0 ok, 1 errors in the program, 2 wrong command line, 3 input or output, 4 a limit,\n"
           "5 no memory, 6 a bug in frc, 7 no usable device to draw with, 8 model server or network, 9 agent without\n"
           "an accepted result, 130 interrupted. On every failure the earlier output stays as it was.\n");
}
