// SPDX-License-Identifier: Apache-2.0
// What a model's free text holds: a program, or a verdict.
#ifndef FRC_RUNTIME_AGENT_REPLY_H
#define FRC_RUNTIME_AGENT_REPLY_H

#include "runtime/net/json.h"

// The program in a reply: the last fenced block that begins an object, else the text from its first
// `object` line on; empty when there is none. A fence that never closes is taken to its end.
Str reply_find_program(Str reply);

typedef enum VerdictCheck { // the inspector's checklist, in order
    CHECK_MISSING,
    CHECK_FLOATING,
    CHECK_PROPORTIONS,
    CHECK_OVERLAPS,
    CHECK_PLAIN,
    CHECK_ORIENTATION,
    CHECK_OTHER,
    CHECK_COUNT
} VerdictCheck;

typedef struct Finding {
    VerdictCheck check;
    bool is_must;
    Str part, problem, edit;
} Finding;

enum { FINDINGS_MAX = 20 };

typedef struct Verdict {
    bool accepts; // it says so, and has no finding that must be mended
    Finding findings[FINDINGS_MAX];
    u32 n_findings, n_must;
} Verdict;

// False: *error says what of the schema is not kept (constant text).
bool verdict_read(const JsonNode *root, Arena *arena, Verdict *out, const char **error);
const char *verdict_check_name(VerdictCheck check);
void verdict_write_text(const Verdict *verdict, StrBuf *out); // for the coder, a line a finding
extern const char verdict_schema[];

#endif
