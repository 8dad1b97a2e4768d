// SPDX-License-Identifier: Apache-2.0
// What is said to models. The texts are prompts/*.md, the examples are examples/*.part; all of them are
// in the binary. A system text is byte-identical from call to call.
#ifndef FRC_RUNTIME_AGENT_PROMPT_H
#define FRC_RUNTIME_AGENT_PROMPT_H

#include "base/str.h"

typedef enum PromptId {
    PROMPT_METRICS,
    PROMPT_PARTS,
    PROMPT_ARRANGEMENT,
    PROMPT_CODER,
    PROMPT_EDITOR,
    PROMPT_INSPECTOR,
    PROMPT_COUNT
} PromptId;

// The whole system text of a role: for those who write programs, with the language card.
Str prompt_system(PromptId id, Arena *arena);

enum { EXAMPLES_CHOSEN_MAX = 3, EXAMPLES_MAX = 256 };

typedef struct PromptExample {
    Str name, text;
} PromptExample;

// All examples, in order of name; at most EXAMPLES_MAX. Returns their number.
u32 prompt_examples(PromptExample out[EXAMPLES_MAX]);
// The two or three most like the task, by words that both use, rare ones counting more; best first.
// O(length of all examples).
u32 prompt_choose_examples(Str task, Arena *arena, PromptExample out[EXAMPLES_CHOSEN_MAX]);
// The coder's first message up to the plan: the task and the examples.
void prompt_write_examples(Str task, Arena *arena, StrBuf *out);

#endif
