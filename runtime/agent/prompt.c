// SPDX-License-Identifier: Apache-2.0
// Texts from the binary, and the choice of examples: a bag of words each, compared with the task's.
#include "runtime/agent/prompt.h"

#include "base/map.h"

#define EMBEDDED(name) extern const char frc_##name##_begin[], frc_##name##_end[]
EMBEDDED(prompt_language_card);
EMBEDDED(prompt_designer_metrics);
EMBEDDED(prompt_designer_parts);
EMBEDDED(prompt_designer_arrangement);
EMBEDDED(prompt_coder);
EMBEDDED(prompt_editor);
EMBEDDED(prompt_inspector);
EMBEDDED(examples);

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

// ---- examples ------------------------------------------------------------------------------------

u32 prompt_examples(PromptExample out[EXAMPLES_MAX]) {
    Str all = TEXT_OF(examples);
    u32 n = 0, i = 0;
    while (i < all.len && n < EXAMPLES_MAX) { // each begins with a line "=== name"
        const char *line_end = memchr(all.ptr + i, '\n', all.len - i);
        if (!line_end)
            break;
        u32 begin = (u32)(line_end - all.ptr) + 1, end = begin;
        while (end < all.len && !(all.ptr[end] == '=' && all.ptr[end - 1] == '\n' && all.len - end > 4 && memcmp(all.ptr + end, "=== ", 4) == 0))
            end++;
        out[n++] = (PromptExample){{all.ptr + i + 4, begin - 1 - i - 4}, {all.ptr + begin, end - begin}};
        i = end;
    }
    return n;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The next word from *i on, lower-case, without a plural s, at most 31 letters; empty at the end.
static u32 next_word(Str text, u32 *i, char word[32]) {
    while (*i < text.len && !is_letter(text.ptr[*i]))
        ++*i;
    u32 len = 0;
    for (; *i < text.len && is_letter(text.ptr[*i]); ++*i)
        if (len < 31)
            word[len++] = (char)(text.ptr[*i] | 0x20);
    if (len > 3 && word[len - 1] == 's' && word[len - 2] != 's')
        len--;
    return len;
}

static bool is_common(Str word) {
    static const char *const common[] = {"the", "and", "with", "for", "from", "that", "size", "top", "small", "large",
                                         "one", "two", "three", "four", "object", "count", "part", "units", "name"};
    if (word.len < 3)
        return true;
    for (u32 i = 0; i < COUNT_OF(common); i++)
        if (str_equal_z(word, common[i]))
            return true;
    return false;
}

// The distinct words of a text; the value is 3 for those of its first line (name and description).
static void words_of(Str text, Arena *arena, StrMap *out) {
    strmap_init(out, arena);
    const char *line_end = text.len ? memchr(text.ptr, '\n', text.len) : NULL;
    u32 title_end = line_end ? (u32)(line_end - text.ptr) : text.len;
    char word[32];
    for (u32 i = 0;;) {
        u32 len = next_word(text, &i, word);
        if (len == 0)
            return;
        Str key = {word, len};
        if (!is_common(key) && strmap_find(out, key) == NONE)
            strmap_set(out, str_copy(arena, key), i <= title_end ? 3 : 1);
    }
}

u32 prompt_choose_examples(Str task, Arena *arena, PromptExample out[EXAMPLES_CHOSEN_MAX]) {
    enum { SIZE_MAX_THIRD = 9000 };
    PromptExample *all = ARENA_NEW(arena, PromptExample, EXAMPLES_MAX);
    u32 n = prompt_examples(all);
    StrMap wanted, *bags = ARENA_NEW(arena, StrMap, MAX(n, 1u));
    u64 *score = ARENA_NEW(arena, u64, MAX(n, 1u));
    words_of(task, arena, &wanted);
    for (u32 e = 0; e < n; e++)
        words_of(all[e].text, arena, &bags[e]);
    for (u32 w = 0; w < wanted.n; w++) {
        u32 n_with = 0;
        for (u32 e = 0; e < n; e++)
            n_with += strmap_find(&bags[e], wanted.keys[w]) != NONE;
        for (u32 e = 0; e < n; e++) {
            u32 weight = strmap_get(&bags[e], wanted.keys[w]);
            if (weight != NONE)
                score[e] += (u64)weight * 1000 / n_with;
        }
    }
    u32 chosen = 0, size = 0;
    while (chosen < EXAMPLES_CHOSEN_MAX && chosen < n) {
        u32 best = NONE;
        for (u32 e = 0; e < n; e++)
            if (score[e] != UINT64_MAX && (best == NONE || score[e] > score[best]))
                best = e;
        if (best == NONE || (chosen == 2 && size + all[best].text.len > SIZE_MAX_THIRD))
            break;
        out[chosen++] = all[best];
        size += all[best].text.len;
        score[best] = UINT64_MAX;
    }
    return chosen;
}

void prompt_write_examples(Str task, Arena *arena, StrBuf *out) {
    PromptExample chosen[EXAMPLES_CHOSEN_MAX];
    u32 n = prompt_choose_examples(task, arena, chosen);
    strbuf_add_z(out, "# Programs that compile, as examples of the idiom\n\n");
    for (u32 i = 0; i < n; i++)
        strbuf_addf(out, "```frc\n%.*s```\n\n", STR_ARG(chosen[i].text));
}
