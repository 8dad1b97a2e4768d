// SPDX-License-Identifier: Apache-2.0
// The run: plan, block-out, draft, look, mend. It ends when the compiler is clean and the inspector
// accepts, when it is stuck, or when a budget is spent; never on a model's word alone.
#include "runtime/agent/agent.h"

#include "runtime/agent/agent_internal.h"

#include "base/file.h"
#include "base/map.h"
#include "lang/grammar_export.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

void agent_options_default(AgentOptions *options) {
    *options = (AgentOptions){.idea = {"", 0},
                              .from = {"", 0},
                              .from_name = {"", 0},
                              .max_rounds = 3,
                              .max_visual_rounds = 2,
                              .max_tokens = 400000,
                              .max_cost = 5,
                              .max_seconds = 1800,
                              .limits = limits_default()};
    options->limits.seconds = 20;
}

Status agent_stop(Agent *agent, Status status, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(agent->result->why, sizeof agent->result->why, fmt, args);
    va_end(args);
    return status;
}

void agent_turn(Agent *agent, const char *role, u32 round, const ModelReply *reply, bool is_recorded, const char *outcome) {
    AgentTurn turn = {.role = role, .number = ++agent->n_turns, .round = round, .is_recorded = is_recorded, .outcome = outcome};
    if (reply)
        turn.usage = reply->usage;
    if (agent->options->turn)
        agent->options->turn(agent->options->ctx, &turn);
}

bool agent_save(Agent *agent, const char *name, Str bytes) {
    if (!agent->options->folder)
        return true;
    const char *path = str_format(agent->arena, "%s/%s", agent->options->folder, name).ptr;
    const char *error;
    bool ok = file_save(path, bytes.ptr, bytes.len, &error) == STATUS_OK;
    if (!ok && agent->options->note)
        agent->options->note(agent->options->ctx, str_format(agent->arena, "can't write '%s': %s", path, error).ptr);
    return ok;
}

// ---- the loop ----

// An edit starts from a program that must compile: its report goes to the editor.
static Status take_base(Agent *agent) {
    Attempt base;
    attempt_make(agent, agent->options->from, &base);
    agent_turn(agent, "compiler", 1, NULL, false, attempt_outcome(agent, &base));
    agent->blockout_report = base.report;
    if (base.status == STATUS_INTERRUPTED)
        return agent_stop(agent, STATUS_INTERRUPTED, "interrupted");
    if (base.status == STATUS_OK)
        return STATUS_OK;
    return agent_stop(agent, STATUS_PROGRAM, "'%.*s' does not compile: see frc check", STR_ARG(agent->options->from_name));
}

static Status accept_or_go_on(Agent *agent, Attempt *attempt, const Verdict *verdict, u32 round) {
    attempt->n_must = verdict->n_must;
    attempt->is_accepted = verdict->accepts && attempt_is_clean(attempt);
    attempt_keep_best(agent, attempt);
    if (attempt->is_accepted)
        return STATUS_OK;
    if (round < agent->options->max_visual_rounds)
        return STATUS_OK;
    if (verdict->accepts)
        return agent_stop(agent, STATUS_UNACCEPTED, "the inspector accepts, but %u warnings remain", attempt->n_warnings);
    return agent_stop(agent, STATUS_UNACCEPTED, "the inspector still has %u findings after %u rounds (--max-visual-rounds)",
                      verdict->n_findings, round);
}

static Status draft_loop(Agent *agent) {
    Attempt attempt, last;
    Str extra = STR("");
    bool has_last = false;
    for (u32 round = 0;; round++) {
        Status status = coder_run(agent, has_last ? &last : NULL, extra, &attempt);
        if (status != STATUS_OK)
            return status;
        Verdict verdict;
        attempt_take_pictures(agent, &attempt);
        status = inspector_run(agent, round + 1, &attempt, &verdict);
        if (status != STATUS_OK)
            return status;
        status = accept_or_go_on(agent, &attempt, &verdict, round);
        if (status != STATUS_OK || attempt.is_accepted)
            return status;
        StrBuf text;
        strbuf_init(&text, agent->heap);
        verdict_write_text(&verdict, &text);
        extra = text.len ? str_copy(agent->arena, strbuf_str(&text)) : STR("");
        strbuf_finish(&text);
        last = attempt;
        has_last = true;
    }
}

static Status run_all(Agent *agent) {
    const AgentOptions *o = agent->options;
    Status status = o->from.len ? take_base(agent) : designer_run(agent);
    if (status != STATUS_OK || o->plan_only)
        return status;
    agent->has_best = false; // a block-out is no result
    status = draft_loop(agent);
    bool has_model = agent->has_best && agent->best.status == STATUS_OK;
    if (!has_model && agent->first.program.len && (agent->first.status == STATUS_OK || !agent->has_best)) {
        agent->best = agent->first; // but better than nothing, or than what does not compile
        agent->has_best = true;
    }
    return status;
}

// ---- opening and closing ----

static u64 task_hash(const AgentOptions *o) {
    u64 key = hash_combine(str_hash(o->idea), str_hash(o->from));
    return o->config ? hash_combine(key, str_hash(str_from(o->config->model))) : key;
}

static Status open_transcript(Agent *agent) {
    const AgentOptions *o = agent->options;
    const char *error = "";
    if (o->folder && mkdir(o->folder, 0777) != 0 && errno != EEXIST)
        return agent_stop(agent, STATUS_IO, "can't make the folder '%s': %s", o->folder, strerror(errno));
    if (o->replay) {
        Status status = transcript_open_replay(&agent->transcript, agent->arena, o->replay, &error);
        return status == STATUS_OK ? status : agent_stop(agent, STATUS_IO, "can't replay '%s': %s", o->replay, error);
    }
    const char *path = o->transcript ? o->transcript : str_format(agent->arena, "%s/transcript.jsonl", o->folder).ptr;
    u64 task = task_hash(o);
    Status status = transcript_open(&agent->transcript, agent->arena, path, task, &error);
    if (status != STATUS_OK)
        return agent_stop(agent, STATUS_IO, "can't open the transcript '%s': %s", path, error);
    if (agent->transcript.n_calls)
        return STATUS_OK;
    StrBuf line;
    strbuf_init(&line, agent->heap);
    transcript_write_begin(&line, task, o->idea, str_from(o->config->model), o->from.len > 0);
    bool ok = transcript_append(&agent->transcript, strbuf_str(&line));
    strbuf_finish(&line);
    return ok ? STATUS_OK : agent_stop(agent, STATUS_IO, "the transcript can't be written");
}

static void note_changes(Agent *agent) {
    if (!agent->transcript.n_changed || !agent->options->note)
        return;
    char text[160];
    snprintf(text, sizeof text, "%u of the replayed answers were given to questions that are put differently today", agent->transcript.n_changed);
    agent->options->note(agent->options->ctx, text);
}

typedef struct Run {
    Agent *agent;
    Status status;
} Run;

// Both forms; the dialect takes the one that it knows.
static void make_grammars(Agent *agent) {
    if (!dialect_takes_grammar(agent->options->config)) {
        if (agent->options->note)
            agent->options->note(agent->options->ctx, "this kind of server takes no grammar: --constrain changes nothing");
        return;
    }
    StrBuf out;
    strbuf_init(&out, agent->heap);
    grammar_export(GRAMMAR_GBNF, agent->arena, &out);
    agent->gbnf = str_copy(agent->arena, strbuf_str(&out));
    out.len = 0;
    grammar_export(GRAMMAR_LARK, agent->arena, &out);
    agent->lark = str_copy(agent->arena, strbuf_str(&out));
    strbuf_finish(&out);
}

static void run_guarded(void *ctx) {
    Run *run = ctx;
    Agent *agent = run->agent;
    if (agent->options->constrain && agent->has_client)
        make_grammars(agent);
    run->status = open_transcript(agent);
    if (run->status == STATUS_OK)
        run->status = run_all(agent);
    if (run->status == STATUS_OK || run->status == STATUS_UNACCEPTED)
        note_changes(agent);
}

static void fill_result(Agent *agent, Status status) {
    AgentResult *result = agent->result;
    if (agent->has_best) {
        result->program = agent->best.program;
        result->compiles = agent->best.status == STATUS_OK;
        result->n_errors = agent->best.n_errors;
        result->n_warnings = agent->best.n_warnings;
    }
    result->is_accepted = status == STATUS_OK && agent->best.is_accepted;
    if (status == STATUS_OK && !*result->why)
        snprintf(result->why, sizeof result->why, "%s", agent->options->plan_only ? "planned" : "accepted");
}

Status agent_run(const AgentOptions *options, Heap *heap, Arena *arena, AgentResult *result) {
    *result = (AgentResult){.program = {"", 0}, .plan = {"", 0}, .usage = {.cost = -1}};
    Agent *agent = ARENA_NEW(arena, Agent, 1);
    agent->options = options;
    agent->heap = heap;
    agent->arena = arena;
    agent->result = result;
    agent->transcript.fd = -1;
    agent->begin_ns = clock_now_ns();
    agent->plan_json = agent->blockout = agent->blockout_report = STR("");
    if (!options->replay) {
        model_client_init(&agent->client, heap, options->config, options->cancel);
        agent->client.progress = options->progress;
        agent->client.ctx = options->ctx;
        agent->has_client = true;
    }
    agent->gbnf = agent->lark = STR("");
    Run run = {agent, STATUS_OK};
    bool ok = heap_guard(heap, run_guarded, &run);
    transcript_close(&agent->transcript);
    if (agent->has_client)
        model_client_finish(&agent->client);
    if (!ok)
        heap_rethrow(heap);
    fill_result(agent, run.status);
    return run.status;
}
