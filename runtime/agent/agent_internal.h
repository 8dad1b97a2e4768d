// SPDX-License-Identifier: Apache-2.0
// What the roles of a run share.
#ifndef FRC_RUNTIME_AGENT_AGENT_INTERNAL_H
#define FRC_RUNTIME_AGENT_AGENT_INTERNAL_H

#include "runtime/agent/agent.h"
#include "runtime/agent/plan.h"
#include "runtime/agent/prompt.h"
#include "runtime/agent/reply.h"
#include "runtime/agent/transcript.h"

typedef struct Attempt { // a program and what the compiler said of it
    Str program;
    Status status;
    u32 n_errors, n_warnings; // warnings of geometry; of style they are told, but never block
    Str findings;             // text; empty when there are none
    Str report;               // markdown; empty unless it compiles
    u64 signature;            // of what is wrong; 0: nothing
    u32 number;               // of the files in the folder
    Str png[AGENT_PICTURES_MAX];
    u32 n_png;
    u32 n_must; // findings of the inspector; NONE: not looked at
    bool is_accepted;
} Attempt;

enum { SIGNATURES_MAX = 64 };

typedef struct Agent {
    const AgentOptions *options;
    Heap *heap;
    Arena *arena;
    AgentResult *result;
    Transcript transcript;
    ModelClient client;
    bool has_client;
    u64 begin_ns;
    u32 n_turns, n_attempts;
    Str gbnf, lark; // the language's grammar, when answers are to be constrained
    Plan plan;
    Str plan_json, blockout, blockout_report;
    Attempt first; // the block-out; program is empty without
    Attempt best;
    bool has_best;
    u64 signatures[SIGNATURES_MAX]; // of this draft's failures
    u32 n_signatures;
    bool has_replanned;
    bool said_no_pictures, said_no_sandbox;
} Agent;

// How a run stops: remembers the sentence, returns status.
Status agent_stop(Agent *agent, Status status, const char *fmt, ...) PRINTF_LIKE(3, 4);
void agent_turn(Agent *agent, const char *role, u32 round, const ModelReply *reply, bool is_recorded, const char *outcome);
bool agent_save(Agent *agent, const char *name, Str bytes); // into the folder; true without one

// ask.c: from the transcript or from the model, within the budgets.
Status agent_ask(Agent *agent, const char *role, u32 round, ModelRequest *request, ModelReply *reply, bool *is_recorded);

// attempt.c
void attempt_make(Agent *agent, Str program, Attempt *out);
void attempt_take_pictures(Agent *agent, Attempt *attempt); // of one that compiles; says once if there are none
bool attempt_is_clean(const Attempt *attempt);
void attempt_keep_best(Agent *agent, const Attempt *attempt);
const char *attempt_outcome(Agent *agent, const Attempt *attempt);

// designer.c: the plan, its block-out, saved in the folder.
Status designer_run(Agent *agent);
// coder.c: a draft that compiles clean if it can; extra: what the inspector found, or empty.
Status coder_run(Agent *agent, const Attempt *before, Str extra, Attempt *out);
// inspector.c
Status inspector_run(Agent *agent, u32 round, const Attempt *attempt, Verdict *out);

#endif
