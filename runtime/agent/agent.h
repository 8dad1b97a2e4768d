// SPDX-License-Identifier: Apache-2.0
// Front door: a text becomes a program that compiles and that an inspector has looked at.
//   agent.h       the run: designer, block-out, coder, inspector, under budgets
//   plan.h        the designer's answers and the block-out made of them
//   reply.h       programs and verdicts in what models say
//   prompt.h      what is said to models
//   transcript.h  the record that a run resumes from and replays
#ifndef FRC_RUNTIME_AGENT_AGENT_H
#define FRC_RUNTIME_AGENT_AGENT_H

#include "compiler/compiler.h"
#include "runtime/net/model.h"

enum { AGENT_PICTURES_MAX = 2 };

// Takes pictures of what was compiled: PNG bytes into arena. The agent works without.
typedef struct AgentCamera {
    void *ctx;
    // False: *why says why there are none (constant, or in arena).
    bool (*take)(void *ctx, const Compilation *c, Arena *arena, Str png[AGENT_PICTURES_MAX], u32 *n, const char **why);
} AgentCamera;

typedef struct AgentTurn { // one line of progress
    const char *role;      // "designer", "coder", "compiler", "inspector" ...
    u32 number, round;     // number counts all turns of the run
    Usage usage;           // zeros for turns without a model
    bool is_recorded;      // the answer came from the transcript
    const char *outcome;   // one line, not safe for a terminal
} AgentTurn;

typedef struct AgentOptions {
    Str idea;      // what to make, or the change that is wanted
    Str from;      // the program to change; empty: make a new one
    Str from_name; // its file's name, for messages
    const char *folder;     // for attempts, findings, pictures; made if missing; NULL: keep nothing
    const char *transcript; // NULL: FOLDER/transcript.jsonl
    const char *replay;     // NULL: ask
    const ModelConfig *config; // NULL in a replay
    bool plan_only, stream;
    bool constrain; // the coder's answers by the language's grammar, where the server takes one
    u32 max_rounds, max_visual_rounds;
    u64 max_tokens;
    f64 max_cost, max_seconds; // US dollars; 0: no bound on cost
    Limits limits;             // of one compilation
    u32 n_threads;
    const AgentCamera *camera; // NULL: none
    const volatile int *cancel;
    void (*turn)(void *ctx, const AgentTurn *turn);
    void (*note)(void *ctx, const char *text);
    void (*progress)(void *ctx, const char *what, f64 value);
    void *ctx;
} AgentOptions;

typedef struct AgentResult {
    Str program; // the accepted one, or the best so far; empty: none
    Str plan;    // JSON; empty when editing
    bool is_accepted, compiles;
    u32 n_calls, n_recorded, n_drafts;
    u32 n_errors, n_warnings; // of the program
    Usage usage;              // all calls together
    char why[600];            // how it ended, in a sentence
} AgentResult;

void agent_options_default(AgentOptions *options);
// STATUS_OK: accepted (or planned, with plan_only). STATUS_UNACCEPTED, NETWORK, IO, INTERRUPTED: result
// holds the best so far, why says what happened.
Status agent_run(const AgentOptions *options, Heap *heap, Arena *arena, AgentResult *result);

#endif
