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
typedef struct PromptTask {
    Str idea, words, labels; // as asked; in the designer's words, a phrase for the whole first; its parts. May be empty but for idea
} PromptTask;

// The two or three most like the task, by words that both use, rare ones counting more, and unlike each
// other in what of the language they use; best first. Never one that is named as what is asked for: it
// would be copied. O(length of all examples).
u32 prompt_choose_examples(const PromptTask *task, Arena *arena, PromptExample out[EXAMPLES_CHOSEN_MAX]);
// The coder's first message up to the plan: the examples.
void prompt_write_examples(const PromptTask *task, Arena *arena, StrBuf *out);

#endif
