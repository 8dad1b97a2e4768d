// SPDX-License-Identifier: Apache-2.0
// Texts from the binary.
#include "runtime/agent/prompt.h"

#define EMBEDDED(name) extern const char frc_##name##_begin[], frc_##name##_end[]
EMBEDDED(prompt_language_card);
EMBEDDED(prompt_designer_metrics);
EMBEDDED(prompt_designer_parts);
EMBEDDED(prompt_designer_arrangement);
EMBEDDED(prompt_coder);
EMBEDDED(prompt_editor);
EMBEDDED(prompt_inspector);

#define TEXT_OF(name) ((Str){frc_##name##_begin, (u32)(frc_##name##_end - frc_##name##_begin)})

static Str prompt_text(PromptId id) {
    switch (id) {
    case PROMPT_METRICS: return TEXT_OF(prompt_designer_metrics);
    case PROMPT_PARTS: return TEXT_OF(prompt_designer_parts);
    case PROMPT_ARRANGEMENT: return TEXT_OF(prompt_designer_arrangement);
    case PROMPT_CODER: return TEXT_OF(prompt_coder);
    case PROMPT_EDITOR: return TEXT_OF(prompt_editor);
    case PROMPT_INSPECTOR: return TEXT_OF(prompt_inspector);
    case PROMPT_COUNT: break;
    }
    return STR("");
}

Str prompt_system(PromptId id, Arena *arena) {
    Str text = prompt_text(id), card = TEXT_OF(prompt_language_card);
    if (id != PROMPT_CODER && id != PROMPT_EDITOR)
        return text;
    return str_format(arena, "%.*s\n%.*s", STR_ARG(text), STR_ARG(card));
}
