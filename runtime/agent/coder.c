// SPDX-License-Identifier: Apache-2.0
// The coder: writes a program, is told what the compiler found, writes it again. Of the conversation
// only the task, the last program and its findings are sent, so a round costs no more than the one
// before. When the same set of mistakes comes back the parts concerned are planned anew, once.
#include "runtime/agent/agent_internal.h"

#include <stdio.h>

enum { CODER_TOKENS = 16000 };

static Str finish_text(Agent *agent, StrBuf *out) {
    Str text = str_copy(agent->arena, strbuf_str(out));
    strbuf_finish(out);
    return text;
}

// For the choice of examples.
static Str plan_words(Agent *agent) {
    const Plan *plan = &agent->plan;
    StrBuf out;
    strbuf_init(&out, agent->heap);
    strbuf_addf(&out, "%.*s.\n%.*s\n", STR_ARG(plan->words), STR_ARG(plan->notes));
    for (u32 i = 0; i < plan->n_parts; i++)
        strbuf_addf(&out, "%.*s\n", STR_ARG(plan->parts[i].words));
    return finish_text(agent, &out);
}

static Str plan_labels(Agent *agent) {
    const Plan *plan = &agent->plan;
    StrBuf out;
    strbuf_init(&out, agent->heap);
    for (u32 i = 0; i < plan->n_parts; i++)
        strbuf_addf(&out, "%.*s\n", STR_ARG(plan->parts[i].label));
    return finish_text(agent, &out);
}

// Of findings in the form of texts only what they say, a line each: the places and advice are about
// the boxes, not about what will take their place.
static void write_headlines(StrBuf *out, Str findings) {
    enum { MOST = 12 };
    u32 n = 0;
    for (u32 at = 0, end; at < findings.len; at = end + 1) {
        for (end = at; end < findings.len && findings.ptr[end] != '\n';)
            end++;
        Str line = {findings.ptr + at, end - at};
        u32 from = 0; // "file:1:2: warning[W0801]: what"
        while (from + 3 < line.len && memcmp(line.ptr + from, "]: ", 3) != 0)
            from++;
        if (line.len == 0 || line.ptr[0] == ' ' || from + 3 >= line.len)
            continue;
        if (n < MOST)
            strbuf_addf(out, "- %.*s\n", (int)(line.len - from - 3), line.ptr + from + 3);
        n++;
    }
    if (n > MOST)
        strbuf_addf(out, "- and %u more\n", n - MOST);
}

// The task: the same from round to round.
static Str task_message(Agent *agent) {
    const AgentOptions *o = agent->options;
    StrBuf out;
    strbuf_init(&out, agent->heap);
    if (o->from.len) {
        strbuf_addf(&out, "# Request\n\n%.*s\n\n# The program\n\n```frc\n%.*s\n```\n\n", STR_ARG(o->idea), STR_ARG(o->from));
        if (agent->blockout_report.len)
            strbuf_addf(&out, "# Its scene report\n\n%.*s\n", STR_ARG(agent->blockout_report));
        return finish_text(agent, &out);
    }
    prompt_write_examples(&(PromptTask){o->idea, plan_words(agent), plan_labels(agent)}, agent->arena, &out);
    strbuf_addf(&out, "# Task\n\nMake: %.*s\n\n# Plan\n\n", STR_ARG(o->idea));
    plan_write_summary(&agent->plan, &out);
    strbuf_addf(&out, "\n# Block-out\n\n```frc\n%.*s```\n", STR_ARG(agent->blockout));
    if (agent->first.findings.len) {
        strbuf_add_z(&out, "\nWhat the compiler says of these boxes. The real shapes must not leave it so; most of it ends by itself where\n"
                           "a box gives way to what is round, thin or hollow:\n\n");
        write_headlines(&out, agent->first.findings);
    }
    return finish_text(agent, &out);
}

static Str findings_message(Agent *agent, const Attempt *a, Str extra) {
    StrBuf out;
    strbuf_init(&out, agent->heap);
    if (a->findings.len)
        strbuf_addf(&out, "The compiler's findings:\n\n```text\n%.*s```\n\n", STR_ARG(a->findings));
    if (a->report.len)
        strbuf_addf(&out, a->status == STATUS_OK ? "The scene report:\n\n%.*s\n" : "What stands so far, measured:\n\n%.*s\n",
                    STR_ARG(a->report));
    if (extra.len)
        strbuf_addf(&out, "The inspector, who has looked at it, says:\n\n%.*s\n", STR_ARG(extra));
    strbuf_add_z(&out, "Answer with the whole corrected program.");
    return finish_text(agent, &out);
}

static Str replan_message(Agent *agent, const Attempt *a) {
    StrBuf out;
    strbuf_init(&out, agent->heap);
    strbuf_addf(&out,
                "A program for this came back twice with the same findings:\n\n```text\n%.*s```\n\n"
                "Write the whole program afresh. Build the parts that these findings name in another, simpler way: begin from their "
                "boxes in the block-out, place them by relation to the part that carries them, and refine only what stays connected.",
                STR_ARG(a->findings));
    return finish_text(agent, &out);
}

static Str fenced(Agent *agent, Str program) {
    return str_format(agent->arena, "```frc\n%.*s\n```", STR_ARG(program));
}

// Whether this draft failed in the same way before.
static bool is_repeated(Agent *agent, u64 signature) {
    for (u32 i = 0; i < agent->n_signatures; i++)
        if (agent->signatures[i] == signature)
            return true;
    if (agent->n_signatures < SIGNATURES_MAX)
        agent->signatures[agent->n_signatures++] = signature;
    return false;
}

// What is said about a reply without a program.
static void no_program(Agent *agent, const ModelReply *reply, Attempt *out) {
    *out = (Attempt){.program = STR(""), .status = STATUS_PROGRAM, .n_errors = 1, .n_must = NONE, .number = agent->n_attempts};
    out->report = STR("");
    out->signature = 1 + (u64)reply->stop;
    switch (reply->stop) {
    case STOP_LENGTH:
        out->findings = STR("the answer was cut off before its end: write a shorter program, without explanations\n");
        break;
    case STOP_RUNAWAY:
        out->findings = STR("the answer went round in circles and was ended: write a shorter program; lay out rows of like parts with a "
                            "loop, .grid or .ring instead of writing them one by one\n");
        break;
    case STOP_REFUSED:
    case STOP_END:
        out->findings = STR("no program was found in the answer: give the whole program in one fenced block that begins with its "
                            "`object` line\n");
        break;
    }
}

static Status ask_program(Agent *agent, u32 round, const Message *messages, u32 n_messages, Attempt *out) {
    bool is_edit = agent->options->from.len > 0;
    const char *role = is_edit ? "editor" : "coder";
    ModelRequest request = {.system = prompt_system(is_edit ? PROMPT_EDITOR : PROMPT_CODER, agent->arena),
                            .messages = messages,
                            .n_messages = n_messages,
                            .max_tokens = CODER_TOKENS,
                            .grammar = agent->gbnf,
                            .lark = agent->lark};
    ModelReply reply;
    bool is_recorded;
    Status status = agent_ask(agent, role, round, &request, &reply, &is_recorded);
    if (status != STATUS_OK)
        return status;
    Str program = reply.stop == STOP_RUNAWAY ? STR("") : reply_find_program(reply.text);
    if (program.len)
        attempt_make(agent, program, out);
    else
        no_program(agent, &reply, out);
    agent_turn(agent, role, round, &reply, is_recorded, program.len ? attempt_outcome(agent, out) : "no program in the answer");
    if (out->status == STATUS_INTERRUPTED)
        return agent_stop(agent, STATUS_INTERRUPTED, "interrupted");
    return STATUS_OK;
}

Status coder_run(Agent *agent, const Attempt *before, Str extra, Attempt *out) {
    Message messages[3] = {{.role = ROLE_USER, .text = task_message(agent)}};
    u32 n_messages = 1;
    if (before) {
        messages[1] = (Message){.role = ROLE_ASSISTANT, .text = fenced(agent, before->program)};
        messages[2] = (Message){.role = ROLE_USER, .text = findings_message(agent, before, extra)};
        n_messages = 3;
    }
    agent->n_signatures = 0;
    agent->has_replanned = false;
    agent->result->n_drafts++;
    for (u32 round = 1; round <= agent->options->max_rounds; round++) {
        Status status = ask_program(agent, round, messages, n_messages, out);
        if (status != STATUS_OK)
            return status;
        if (out->program.len)
            attempt_keep_best(agent, out);
        if (attempt_is_clean(out))
            return STATUS_OK;
        bool is_stuck = is_repeated(agent, out->signature);
        if (is_stuck && agent->has_replanned)
            return out->status == STATUS_OK ? STATUS_OK
                                            : agent_stop(agent, STATUS_UNACCEPTED, "the same errors came back after a new start: it is stuck");
        if (is_stuck) {
            agent->has_replanned = true;
            messages[1] = (Message){.role = ROLE_USER, .text = replan_message(agent, out)};
            messages[0].text = task_message(agent);
            messages[0].text = str_format(agent->arena, "%.*s\n%.*s", STR_ARG(messages[0].text), STR_ARG(messages[1].text));
            n_messages = 1;
        } else {
            messages[1] = (Message){.role = ROLE_ASSISTANT, .text = out->program.len ? fenced(agent, out->program) : STR("(no program)")};
            messages[2] = (Message){.role = ROLE_USER, .text = findings_message(agent, out, extra)};
            n_messages = 3;
        }
    }
    if (out->status == STATUS_OK)
        return STATUS_OK; // with warnings: the inspector may still have something to say
    return agent_stop(agent, STATUS_UNACCEPTED, "no draft without errors after %u rounds (--max-rounds)", agent->options->max_rounds);
}
