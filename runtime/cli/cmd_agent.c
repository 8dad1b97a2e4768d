// SPDX-License-Identifier: Apache-2.0
// frc --agent "..." -o x.glb: a model writes x.part, frc compiles it to x.glb. One line a turn on standard
// error. If no result is accepted, the best so far is kept as x.agent/best.part and best.glb, and x.glb and
// x.part stay as they were.
#include "runtime/cli/agent_camera.h"
#include "runtime/cli/cli.h"

#include "base/file.h"
#include "base/number.h"
#include "base/utf8.h"
#include "compiler/export/export.h"
#include "runtime/agent/sandbox.h"
#include "runtime/net/config.h"

#include <stdio.h>
#include <unistd.h>

typedef struct AgentCommand {
    Cli *cli;
    const char *part_path, *folder;
    bool shows_progress; // a line on a terminal that is rewritten
} AgentCommand;

// ---- what is said ----

static void clear_progress(const AgentCommand *command) {
    if (command->shows_progress)
        fputs("\r\033[K", stderr);
}

static void add_tokens(StrBuf *out, const Usage *usage) {
    strbuf_addf(out, "%s%llu in", usage->is_estimate ? "~" : "", (unsigned long long)usage->input);
    if (usage->cached)
        strbuf_addf(out, " (%llu cached)", (unsigned long long)usage->cached);
    strbuf_addf(out, ", %llu out", (unsigned long long)usage->output);
    if (usage->cost >= 0) {
        char text[NUMBER_TEXT_MAX];
        number_write_short(usage->cost, 3, text);
        strbuf_addf(out, ", $%s", text);
    }
}

static void add_usage_json(StrBuf *out, const Usage *usage) {
    strbuf_addf(out, ",\"input_tokens\":%llu,\"cached_tokens\":%llu,\"output_tokens\":%llu", (unsigned long long)usage->input,
                (unsigned long long)usage->cached, (unsigned long long)usage->output);
    strbuf_add_z(out, ",\"cost\":");
    if (usage->cost >= 0)
        strbuf_add_number(out, usage->cost);
    else
        strbuf_add_z(out, "null");
}

static void on_turn(void *ctx, const AgentTurn *turn) {
    AgentCommand *command = ctx;
    Cli *cli = command->cli;
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    clear_progress(command);
    if (cli->json) {
        strbuf_addf(&out, "{\"turn\":%u,\"role\":\"%s\",\"round\":%u,\"recorded\":%s", turn->number, turn->role, turn->round,
                    turn->is_recorded ? "true" : "false");
        add_usage_json(&out, &turn->usage);
        strbuf_add_z(&out, ",\"outcome\":");
        strbuf_add_json(&out, str_from(turn->outcome));
        strbuf_add_z(&out, "}\n");
        fwrite(out.ptr, 1, out.len, stdout);
        fflush(stdout);
    } else if (!cli->quiet) {
        strbuf_addf(&out, "%3u  %-21s round %u  ", turn->number, turn->role, turn->round);
        utf8_add_visible(&out, str_from(turn->outcome));
        if (turn->usage.input + turn->usage.output) {
            strbuf_add_z(&out, "  (");
            add_tokens(&out, &turn->usage);
            strbuf_add_z(&out, turn->is_recorded ? "; recorded)" : ")");
        }
        strbuf_add_char(&out, '\n');
        fwrite(out.ptr, 1, out.len, stderr);
    }
    strbuf_finish(&out);
}

static void on_note(void *ctx, const char *text) {
    const AgentCommand *command = ctx;
    clear_progress(command);
    cli_note(command->cli, "%s", text);
}

static void on_progress(void *ctx, const char *what, f64 value) {
    const AgentCommand *command = ctx;
    char text[NUMBER_TEXT_MAX];
    number_write_short(floor(value), 9, text);
    if (command->shows_progress)
        fprintf(stderr, "\r\033[K%s %s %s", what, text, strcmp(what, "waiting") == 0 ? "s" : "bytes");
}

// ---- options ----

// stool.glb -> stool.part, stool.agent; standard output -> out.
static Status name_files(AgentCommand *command) {
    Cli *cli = command->cli;
    if (cli->outputs.len == 0)
        cli->outputs.items[cli->outputs.len++] = "out.glb";
    const char *path = cli->outputs.items[0];
    if (strcmp(path, "-") == 0)
        path = "out.glb";
    Str base = cli_base_name(path);
    u32 stem = base.len;
    while (stem > 1 && base.ptr[stem - 1] != '.')
        stem--;
    stem = stem > 1 ? stem - 1 : base.len;
    int len = (int)(base.ptr - path) + (int)stem;
    command->part_path = str_format(&cli->arena, "%.*s.part", len, path).ptr;
    command->folder = str_format(&cli->arena, "%.*s.agent", len, path).ptr;
    if (cli->agent.from && strcmp(cli->agent.from, command->part_path) == 0) {
        cli_error(cli, "'%s' would be overwritten by its own change: give -o another name", cli->agent.from);
        return STATUS_USAGE;
    }
    return STATUS_OK;
}

static Status read_options(AgentCommand *command, AgentOptions *options) {
    Cli *cli = command->cli;
    const CliAgent *agent = &cli->agent;
    agent_options_default(options);
    u64 seconds = options->limits.seconds;
    options->limits = cli->limits;
    options->limits.seconds = MIN(cli->limits.seconds, seconds);
    const char *idea = agent->idea ? agent->idea : cli->files.len ? cli->files.items[0] : "";
    options->idea = str_from(idea);
    if (options->idea.len == 0 || options->idea.len > 8192 || utf8_validate(idea, options->idea.len) != options->idea.len) {
        cli_error(cli, "--agent wants a text of 1 to 8192 bytes that says what to make");
        return STATUS_USAGE;
    }
    if (agent->has_max_rounds)
        options->max_rounds = (u32)MIN(agent->max_rounds, 100u);
    if (agent->has_max_visual_rounds)
        options->max_visual_rounds = (u32)MIN(agent->max_visual_rounds, 100u);
    if (agent->max_tokens)
        options->max_tokens = agent->max_tokens;
    if (agent->max_cost > 0)
        options->max_cost = agent->max_cost;
    if (agent->max_seconds > 0)
        options->max_seconds = agent->max_seconds;
    options->folder = command->folder;
    options->transcript = agent->transcript;
    options->replay = agent->replay;
    options->plan_only = agent->plan_only;
    options->stream = agent->stream;
    options->constrain = agent->constrain;
    options->n_threads = cli->n_threads;
    options->cancel = cli_interrupted();
    options->turn = on_turn;
    options->note = on_note;
    options->progress = on_progress;
    options->ctx = command;
    if (!agent->from)
        return STATUS_OK;
    options->from_name = str_from(agent->from);
    Status status = cli_read_source(cli, agent->from, &options->from);
    if (status == STATUS_OK && options->from.len == 0) {
        cli_error(cli, "'%s' is empty: there is nothing to change", agent->from);
        return STATUS_PROGRAM;
    }
    return status;
}

static Status read_config(Cli *cli, AgentOptions *options, ModelConfig *config) {
    const CliAgent *agent = &cli->agent;
    ConfigFlags flags = {.provider = agent->provider,
                         .base_url = agent->base_url,
                         .model = agent->model,
                         .inspector_model = agent->inspector_model,
                         .call_timeout_s = agent->call_timeout,
                         .time_scale = agent->time_scale,
                         .has_price_input = agent->has_price_input,
                         .has_price_output = agent->has_price_output,
                         .price_input = agent->price_input,
                         .price_output = agent->price_output};
    NetError error;
    Status status = config_read(&flags, &cli->arena, config, &error);
    if (status != STATUS_OK) {
        cli_error(cli, "%s", error.text);
        return status;
    }
    if (agent->max_cost > 0 && (config->price_input < 0 || config->price_output < 0))
        cli_note(cli, "--max-cost holds only if the server tells costs; --price-in and --price-out say what a million tokens cost");
    options->config = config;
    return STATUS_OK;
}

// ---- the end ----

static void print_summary(const AgentCommand *command, const AgentResult *result, Status status, bool has_model) {
    Cli *cli = command->cli;
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    if (cli->json) {
        strbuf_addf(&out, "{\"end\":true,\"accepted\":%s,\"status\":%d,\"calls\":%u,\"recorded\":%u,\"drafts\":%u,\"warnings\":%u",
                    result->is_accepted ? "true" : "false", (int)status, result->n_calls, result->n_recorded, result->n_drafts,
                    result->n_warnings);
        add_usage_json(&out, &result->usage);
        strbuf_add_z(&out, ",\"why\":");
        strbuf_add_json(&out, str_from(result->why));
        strbuf_add_z(&out, "}\n");
        fwrite(out.ptr, 1, out.len, stdout);
    } else {
        strbuf_addf(&out, "%u calls, ", result->n_calls);
        add_tokens(&out, &result->usage);
        cli_note(cli, "%s", out.ptr);
    }
    strbuf_finish(&out);
    if (status == STATUS_OK)
        return;
    cli_error(cli, "%s", result->why);
    if (result->program.len && status != STATUS_PROGRAM)
        cli_note(cli, "the best so far is %s/best.part%s; %s is as it was; run the same again to go on", command->folder,
                 has_model ? " and best.glb" : " (no model of it)", command->cli->outputs.items[0]);
}

typedef struct Keep { // what the guarded writing gets
    Compilation *c;
    StrBuf bytes;
    Status status;
} Keep;

static void write_model(void *ctx) {
    Keep *keep = ctx;
    const char *error;
    strbuf_init(&keep->bytes, &keep->c->heap);
    ExportOptions options = {.source_name = STR("best.part"), .sources = &keep->c->sources};
    keep->status = export_find(STR("glb"))->write(&keep->c->model, &options, &keep->c->heap, &keep->bytes, &error);
}

// best.part as best.glb beside it, or neither: an older model would be another one's. Without a word: what
// there is to say of the program has been said.
static bool keep_best(const AgentCommand *command, const AgentResult *result) {
    Cli *cli = command->cli;
    const char *part = str_format(&cli->arena, "%s/best.part", command->folder).ptr;
    const char *model = str_format(&cli->arena, "%s/best.glb", command->folder).ptr, *error;
    if (file_save(part, result->program.ptr, result->program.len, &error) != STATUS_OK || !result->compiles)
        return false;
    Compilation c;
    Keep keep = {.c = &c, .status = cli_compile_quiet(cli, part, STAGE_INSPECT, &c)};
    bool ok = keep.status == STATUS_OK && heap_guard(&c.heap, write_model, &keep) && keep.status == STATUS_OK;
    ok = ok && file_save(model, keep.bytes.ptr, keep.bytes.len, &error) == STATUS_OK;
    compile_finish(&c);
    return ok;
}

// The accepted program to x.part, and from there to every output as any other file.
static Status deliver(AgentCommand *command, const AgentResult *result, bool is_plan) {
    Cli *cli = command->cli;
    Str program = result->program;
    Status status = cli_save(cli, command->part_path, program);
    if (status != STATUS_OK || is_plan)
        return status;
    cli->files.items[0] = command->part_path;
    cli->files.len = 1;
    return cmd_compile(cli);
}

static Status run_agent(AgentCommand *command, const AgentOptions *options) {
    Cli *cli = command->cli;
    AgentResult result;
    Status status = agent_run(options, &cli->heap, &cli->arena, &result);
    clear_progress(command);
    bool is_kept = result.program.len && (status == STATUS_UNACCEPTED || status == STATUS_NETWORK || status == STATUS_INTERRUPTED);
    unlink(str_format(&cli->arena, "%s/best.glb", command->folder).ptr); // of an earlier run
    bool has_model = is_kept && keep_best(command, &result);
    print_summary(command, &result, status, has_model);
    if (status != STATUS_OK)
        return status;
    return deliver(command, &result, options->plan_only);
}

Status cmd_agent(Cli *cli) {
    AgentCommand command = {.cli = cli, .shows_progress = !cli->quiet && !cli->json && isatty(STDERR_FILENO)};
    AgentOptions options;
    ModelConfig config;
    Status status = name_files(&command);
    if (status == STATUS_OK)
        status = read_options(&command, &options);
    if (status == STATUS_OK && !options.replay)
        status = read_config(cli, &options, &config);
    if (status != STATUS_OK)
        return status;
    if (cli->verbose)
        cli_note(cli, "programs of the model are compiled in a process of their own: %s", sandbox_describe(&cli->arena));
    CliCamera camera;
    cli_camera_init(&camera, cli->device);
    AgentCamera door = cli_camera_door(&camera);
    options.camera = &door;
    status = run_agent(&command, &options);
    cli_camera_finish(&camera);
    return status;
}
