// SPDX-License-Identifier: Apache-2.0
// The inspector looks with fresh eyes: the request, the facts, the pictures, nothing of what the coder
// said. Its answer is data; whether the run ends is decided by the loop.
#include "runtime/agent/agent_internal.h"

enum { INSPECTOR_TOKENS = 8000, INSPECTOR_TRIES = 2 };

static Str message_text(Agent *agent, const Attempt *a) {
    const AgentOptions *o = agent->options;
    StrBuf out;
    strbuf_init(&out, agent->heap);
    if (o->from.len)
        strbuf_addf(&out, "# Request\n\nAn object that was there was to be changed: %.*s\n\n", STR_ARG(o->idea));
    else
        strbuf_addf(&out, "# Asked for\n\n%.*s\n\n# Plan\n\n", STR_ARG(o->idea));
    if (!o->from.len)
        plan_write_summary(&agent->plan, &out);
    strbuf_addf(&out, "\n# Scene report\n\n%.*s\n", STR_ARG(a->report));
    if (a->findings.len)
        strbuf_addf(&out, "# The compiler's remaining findings\n\n```text\n%.*s```\n\n", STR_ARG(a->findings));
    else
        strbuf_add_z(&out, "# The compiler's remaining findings\n\nNone: no part floats, hides, or runs into another more than joining needs, and all "
                           "expectations hold.\n\n");
    strbuf_add_z(&out, a->n_png ? "# Pictures\n\nFirst the views in true colours, then the parts: two views, exploded, see-through.\n"
                                : "# Pictures\n\nNone could be taken: judge by the report.\n");
    Str text = str_copy(agent->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return text;
}

static const char *outcome(Agent *agent, const Verdict *verdict) {
    if (verdict->accepts)
        return verdict->n_findings ? "accepts, with suggestions" : "accepts";
    const Finding *first = &verdict->findings[0];
    return str_format(agent->arena, "%u to mend, %u suggested; first: %s: %.*s", verdict->n_must, verdict->n_findings - verdict->n_must,
                      verdict_check_name(first->check), (int)MIN(first->problem.len, 120u), first->problem.ptr)
        .ptr;
}

static void save_verdict(Agent *agent, const Attempt *attempt, const Verdict *verdict) {
    StrBuf out;
    strbuf_init(&out, agent->heap);
    strbuf_add_z(&out, verdict->accepts ? "accept\n" : "revise\n");
    verdict_write_text(verdict, &out);
    agent_save(agent, str_format(agent->arena, "attempt-%02u.verdict.txt", attempt->number).ptr, strbuf_str(&out));
    strbuf_finish(&out);
}

Status inspector_run(Agent *agent, u32 round, const Attempt *attempt, Verdict *out) {
    Message messages[3] = {{.role = ROLE_USER, .text = message_text(agent, attempt), .images = attempt->png, .n_images = attempt->n_png}};
    u32 n_messages = 1;
    const char *error = "";
    for (u32 i = 0; i < INSPECTOR_TRIES; i++) {
        ModelRequest request = {.system = prompt_system(PROMPT_INSPECTOR, agent->arena),
                                .messages = messages,
                                .n_messages = n_messages,
                                .max_tokens = INSPECTOR_TOKENS,
                                .schema_name = STR("verdict"),
                                .schema = str_from(verdict_schema)};
        ModelReply reply;
        bool is_recorded;
        Status status = agent_ask(agent, "inspector", round, &request, &reply, &is_recorded);
        if (status != STATUS_OK)
            return status;
        const JsonNode *root = jtree_parse(agent->arena, jtree_find_object(reply.text), &error);
        bool ok = root && verdict_read(root, agent->arena, out, &error);
        agent_turn(agent, "inspector", round, &reply, is_recorded, ok ? outcome(agent, out) : error);
        if (ok) {
            save_verdict(agent, attempt, out);
            return STATUS_OK;
        }
        messages[1] = (Message){.role = ROLE_ASSISTANT, .text = reply.text.len ? reply.text : STR("(nothing)")};
        messages[2] = (Message){.role = ROLE_USER,
                                .text = str_format(agent->arena, "That can't be used: %s. Answer with the one JSON object.", error)};
        n_messages = 3;
    }
    return agent_stop(agent, STATUS_UNACCEPTED, "the inspector gave no verdict that can be read: %s", error);
}
