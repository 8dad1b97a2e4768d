// SPDX-License-Identifier: Apache-2.0
// The one place where a model is asked. Budgets are checked before; the answer is in the transcript,
// flushed, before anything is made of it.
#include "runtime/agent/agent_internal.h"

#include "base/number.h"

#include <stdio.h>

enum { IMAGE_TOKENS = 1200, ANSWER_TOKENS_LEAST = 1000 };

static u64 estimate_input(const ModelRequest *request) {
    u64 tokens = request->system.len / 4;
    for (u32 i = 0; i < request->n_messages; i++)
        tokens += request->messages[i].text.len / 4 + (u64)IMAGE_TOKENS * request->messages[i].n_images;
    return tokens;
}

static const char *number_text(char out[NUMBER_TEXT_MAX], f64 value) {
    number_write_short(value, 3, out);
    return out;
}

// STATUS_OK: this call may be made; its answer's length is cut to what is left.
static Status check_budget(Agent *agent, ModelRequest *request) {
    const AgentOptions *o = agent->options;
    const Usage *spent = &agent->result->usage;
    u64 input = estimate_input(request), used = spent->input + spent->output;
    if (used + input + ANSWER_TOKENS_LEAST > o->max_tokens)
        return agent_stop(agent, STATUS_UNACCEPTED, "the budget of %llu tokens is spent (%llu used; --max-tokens)",
                          (unsigned long long)o->max_tokens, (unsigned long long)used);
    request->max_tokens = (u32)MIN((u64)request->max_tokens, o->max_tokens - used - input);
    const ModelConfig *config = &agent->client.config;
    f64 price = config->price_input >= 0 ? (f64)input * config->price_input / 1e6 : 0;
    if (o->max_cost > 0 && spent->cost >= 0 && spent->cost + price > o->max_cost) {
        char most[NUMBER_TEXT_MAX], now[NUMBER_TEXT_MAX];
        return agent_stop(agent, STATUS_UNACCEPTED, "the budget of $%s is spent ($%s used; --max-cost)",
                          number_text(most, o->max_cost), number_text(now, spent->cost));
    }
    f64 seconds = (f64)(clock_now_ns() - agent->begin_ns) / 1e9;
    if (seconds >= o->max_seconds) {
        char most[NUMBER_TEXT_MAX];
        return agent_stop(agent, STATUS_UNACCEPTED, "the time of %s s is spent (--max-time)", number_text(most, o->max_seconds));
    }
    return STATUS_OK;
}

static void add_usage(Usage *sum, const Usage *usage) {
    sum->input += usage->input;
    sum->cached += usage->cached;
    sum->output += usage->output;
    sum->is_estimate = sum->is_estimate || usage->is_estimate;
    if (usage->cost >= 0)
        sum->cost = MAX(sum->cost, 0) + usage->cost;
}

static Status ask_model(Agent *agent, const char *role, u32 round, u64 key, ModelRequest *request, ModelReply *reply) {
    Status status = check_budget(agent, request);
    if (status != STATUS_OK)
        return status;
    NetError error;
    f64 left = agent->options->max_seconds - (f64)(clock_now_ns() - agent->begin_ns) / 1e9;
    f64 whole = agent->client.config.total_s;
    agent->client.config.total_s = MAX(MIN(whole, left), 0.1);
    status = model_ask(&agent->client, request, agent->arena, reply, &error);
    agent->client.config.total_s = whole;
    if (status == STATUS_INTERRUPTED)
        return agent_stop(agent, status, "interrupted");
    if (status != STATUS_OK)
        return agent_stop(agent, status, "%s: %s", agent->client.config.base_url, error.text);
    StrBuf line;
    strbuf_init(&line, agent->heap);
    transcript_write_call(&line, str_from(role), round, key, request, reply);
    bool ok = transcript_append(&agent->transcript, strbuf_str(&line));
    strbuf_finish(&line);
    return ok ? STATUS_OK : agent_stop(agent, STATUS_IO, "the transcript can't be written");
}

Status agent_ask(Agent *agent, const char *role, u32 round, ModelRequest *request, ModelReply *reply, bool *is_recorded) {
    const AgentOptions *o = agent->options;
    bool is_inspector = strcmp(role, "inspector") == 0;
    if (agent->has_client)
        request->model = str_from(is_inspector ? agent->client.config.inspector_model : agent->client.config.model);
    else if (agent->transcript.cursor < agent->transcript.n_calls) // a replay: nobody is asked
        request->model = agent->transcript.calls[agent->transcript.cursor].model;
    else
        request->model = STR("");
    request->temperature = -1;
    request->stream = o->stream;
    u64 key = transcript_key(str_from(role), request);
    const TranscriptCall *call = transcript_next(&agent->transcript, str_from(role), key);
    *is_recorded = call != NULL;
    if (call) {
        *reply = (ModelReply){call->reply, call->usage, call->stop};
        agent->result->n_recorded++;
    } else if (!agent->has_client) {
        return agent_stop(agent, STATUS_UNACCEPTED, "the transcript ends here: it has no answer %u of the %s",
                          agent->transcript.cursor + 1, role);
    } else {
        Status status = ask_model(agent, role, round, key, request, reply);
        if (status != STATUS_OK)
            return status;
    }
    agent->result->n_calls++;
    add_usage(&agent->result->usage, &reply->usage);
    if (o->cancel && *o->cancel)
        return agent_stop(agent, STATUS_INTERRUPTED, "interrupted");
    return STATUS_OK;
}
