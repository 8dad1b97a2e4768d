// SPDX-License-Identifier: Apache-2.0
// The designer: three questions, each answer checked before the next is put. The plan becomes a
// block-out without a model; what the compiler finds in that goes back once, since proportions and
// gaps are cheapest to mend while everything is a box.
#include "runtime/agent/agent_internal.h"

#include <stdio.h>

enum { DESIGNER_TOKENS = 8000, DESIGNER_TRIES = 3 };

typedef struct Step {
    const char *role;
    PromptId prompt;
    const char *schema_name, *schema;
    bool (*read)(const JsonNode *root, Arena *arena, Plan *plan, PlanError *error);
} Step;

static const Step steps[] = {
    {"designer.metrics", PROMPT_METRICS, "object_metrics", plan_schema_metrics, plan_read_metrics},
    {"designer.parts", PROMPT_PARTS, "object_parts", plan_schema_parts, plan_read_parts},
    {"designer.arrangement", PROMPT_ARRANGEMENT, "object_boxes", plan_schema_arrangement, plan_read_arrangement},
};

static Str first_message(Agent *agent, bool has_plan) {
    StrBuf out;
    strbuf_init(&out, agent->heap);
    strbuf_addf(&out, "The object: %.*s\n", STR_ARG(agent->options->idea));
    if (has_plan) {
        strbuf_add_z(&out, "\nThe answers so far:\n\n```json\n");
        plan_write_summary(&agent->plan, &out);
        strbuf_add_z(&out, "```\n");
    }
    Str text = str_copy(agent->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return text;
}

static void take_answer(Agent *agent, const Step *step, Str text, PlanError *error) {
    const char *why;
    const JsonNode *root = jtree_parse(agent->arena, jtree_find_object(text), &why);
    *error = (PlanError){.text = ""};
    if (!root)
        snprintf(error->text, sizeof error->text, "the answer must be one JSON object: %s", why);
    else
        (void)step->read(root, agent->arena, &agent->plan, error);
}

static const char *step_outcome(Agent *agent, const Step *step) {
    const Plan *plan = &agent->plan;
    if (step == &steps[0])
        return str_format(agent->arena, "%.*s, in %.*s", STR_ARG(plan->name), STR_ARG(plan->units)).ptr;
    u32 n = 0;
    for (u32 i = 0; i < plan->n_parts; i++)
        n += plan->parts[i].count;
    return str_format(agent->arena, "%u labels, %u parts", plan->n_parts, n).ptr;
}

// before: the messages of an earlier try, for the arrangement's second one.
static Status run_step(Agent *agent, const Step *step, u32 round, Message *messages, u32 n_messages) {
    PlanError error = {.text = ""};
    for (u32 i = 0; i < DESIGNER_TRIES; i++) {
        ModelRequest request = {.system = prompt_system(step->prompt, agent->arena),
                                .messages = messages,
                                .n_messages = n_messages,
                                .max_tokens = DESIGNER_TOKENS,
                                .schema_name = str_from(step->schema_name),
                                .schema = str_from(step->schema)};
        ModelReply reply;
        bool is_recorded;
        Status status = agent_ask(agent, step->role, round, &request, &reply, &is_recorded);
        if (status != STATUS_OK)
            return status;
        take_answer(agent, step, reply.text, &error);
        agent_turn(agent, step->role, round + i, &reply, is_recorded, *error.text ? error.text : step_outcome(agent, step));
        if (!*error.text) {
            messages[n_messages] = (Message){.role = ROLE_ASSISTANT, .text = reply.text};
            return STATUS_OK;
        }
        // The question, the last wrong answer, what is wrong with it.
        messages[1] = (Message){.role = ROLE_ASSISTANT, .text = reply.text.len ? reply.text : STR("(nothing)")};
        messages[2] = (Message){.role = ROLE_USER,
                                .text = str_format(agent->arena, "That can't be used: %s. Answer with the whole corrected JSON object.", error.text)};
        n_messages = 3;
    }
    return agent_stop(agent, STATUS_UNACCEPTED, "the designer gave no usable plan: %s", error.text);
}

static void make_blockout(Agent *agent, Attempt *attempt) {
    StrBuf out;
    strbuf_init(&out, agent->heap);
    plan_write_json(&agent->plan, &out);
    agent->plan_json = str_copy(agent->arena, strbuf_str(&out));
    out.len = 0;
    plan_write_part(&agent->plan, &out);
    attempt_make(agent, strbuf_str(&out), attempt);
    strbuf_finish(&out);
    agent->blockout = attempt->program;
    agent->first = *attempt;
    agent->blockout_report = attempt->report;
    agent->result->plan = agent->plan_json;
    agent_save(agent, "plan.json", agent->plan_json);
    agent_save(agent, "blockout.part", agent->blockout);
    agent_turn(agent, "block-out", 1, NULL, false, attempt_outcome(agent, attempt));
    attempt_keep_best(agent, attempt);
}

// A block-out overlaps on purpose, so only what floats and what breaks a contract is told.
static bool is_worth_telling(const Attempt *attempt) { return attempt->n_errors > 0; }

Status designer_run(Agent *agent) {
    Message messages[6];
    for (u32 i = 0; i < COUNT_OF(steps); i++) {
        messages[0] = (Message){.role = ROLE_USER, .text = first_message(agent, i > 0)};
        Status status = run_step(agent, &steps[i], 1, messages, 1);
        if (status != STATUS_OK)
            return status;
    }
    Attempt attempt;
    make_blockout(agent, &attempt);
    if (!is_worth_telling(&attempt))
        return STATUS_OK;
    StrBuf boxes;
    strbuf_init(&boxes, agent->heap);
    strbuf_addf(&boxes,
                "The plan as boxes and rods:\n\n```frc\n%.*s```\n\nThe compiler, which has built and measured them, says:\n\n```text\n%.*s```\n\n"
                "Answer with the whole corrected JSON object.",
                STR_ARG(attempt.program), STR_ARG(attempt.findings));
    messages[1] = (Message){.role = ROLE_ASSISTANT, .text = agent->plan_json};
    messages[2] = (Message){.role = ROLE_USER, .text = str_copy(agent->arena, strbuf_str(&boxes))};
    strbuf_finish(&boxes);
    Status status = run_step(agent, &steps[2], 2, messages, 3);
    if (status == STATUS_OK)
        make_blockout(agent, &attempt);
    return status;
}
