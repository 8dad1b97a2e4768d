// SPDX-License-Identifier: Apache-2.0
// Which examples the coder is shown: a bag of words each, compared with the task's, so that they are of
// the task's kind; and a set of the functions each uses, so that together they show much of the
// language (maximal marginal relevance: Carbonell and Goldstein, SIGIR 1998). All in whole numbers, ties
// go by name: the same task gets the same examples everywhere.
#include "runtime/agent/prompt.h"

#include "base/map.h"
#include "compiler/check/check.h"

extern const char frc_examples_begin[], frc_examples_end[];

u32 prompt_examples(PromptExample out[EXAMPLES_MAX]) {
    Str all = {frc_examples_begin, (u32)(frc_examples_end - frc_examples_begin)};
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
                                         "one", "two", "three", "four", "object", "count", "part", "units", "name", "box", "move", "both", "align", "its", "very", "each"};
    if (word.len < 3)
        return true;
    for (u32 i = 0; i < COUNT_OF(common); i++)
        if (str_equal_z(word, common[i]))
            return true;
    return false;
}

// The distinct words of a text, each with the greatest weight that it was given.
static void add_words(Str text, u32 weight, Arena *arena, StrMap *out) {
    char word[32];
    for (u32 i = 0;;) {
        Str key = {word, next_word(text, &i, word)};
        if (key.len == 0)
            return;
        u32 known = is_common(key) ? UINT32_MAX : strmap_get(out, key);
        if (known == NONE)
            strmap_set(out, str_copy(arena, key), weight);
        else if (known < weight)
            strmap_set(out, key, weight);
    }
}

enum { WEIGHT_NAME = 3, WEIGHT_LABEL = 3, WEIGHT_TEXT = 1 };

// Of an example: its first line (name and description) and its labels count for more.
static void words_of_example(Str text, Arena *arena, StrMap *out) {
    strmap_init(out, arena);
    for (u32 i = 0, line = 0; i < text.len; line++) {
        const char *end = memchr(text.ptr + i, '\n', text.len - i);
        u32 len = end ? (u32)(end - text.ptr) - i : text.len - i;
        Str whole = {text.ptr + i, len}, rest = whole;
        while (rest.len && rest.ptr[0] == ' ')
            rest.ptr++, rest.len--;
        add_words(whole, line == 0 ? WEIGHT_NAME : WEIGHT_TEXT, arena, out);
        if (str_starts(rest, STR("part "))) {
            u32 label = 5;
            while (label < rest.len && (is_letter(rest.ptr[label]) || rest.ptr[label] == '_'))
                label++;
            add_words((Str){rest.ptr, label}, WEIGHT_LABEL, arena, out);
        }
        i += MIN(len + 1, text.len - i);
    }
}

static void words_of_task(const PromptTask *task, Arena *arena, StrMap *out) {
    strmap_init(out, arena);
    add_words(task->idea, WEIGHT_TEXT, arena, out); // "garden" of a garden swing says little
    add_words(task->labels, WEIGHT_LABEL, arena, out);
    add_words(task->words, WEIGHT_TEXT, arena, out);
}

// ---- what it is like ----

// Per mille of the best match, by words that task and example share, rare ones counting more.
static void score_likeness(const PromptTask *task, const PromptExample *all, u32 n, Arena *arena, u64 *score) {
    StrMap wanted, *bags = ARENA_NEW(arena, StrMap, MAX(n, 1u));
    words_of_task(task, arena, &wanted);
    for (u32 e = 0; e < n; e++)
        words_of_example(all[e].text, arena, &bags[e]);
    for (u32 w = 0; w < wanted.n; w++) {
        u32 n_with = 0;
        for (u32 e = 0; e < n; e++)
            n_with += strmap_find(&bags[e], wanted.keys[w]) != NONE;
        for (u32 e = 0; e < n; e++) {
            u32 weight = strmap_get(&bags[e], wanted.keys[w]);
            if (weight != NONE)
                score[e] += (u64)weight * wanted.values[w] * 1000 / (n_with + 3); // a word that one alone has is mostly chance
        }
    }
    u64 best = 1;
    for (u32 e = 0; e < n; e++)
        best = MAX(best, score[e]);
    for (u32 e = 0; e < n; e++)
        score[e] = score[e] * 1000 / best;
}

// ---- what it uses ----

enum { FEATURE_WORDS = 4 };
typedef struct Features { // bits: keywords, then built-ins by number
    u64 bits[FEATURE_WORDS];
} Features;

static u32 feature_of(Str word, bool is_call) {
    static const char *const keywords[] = {"def", "for", "if", "cut", "mark", "allow", "group", "let"};
    for (u32 i = 0; i < COUNT_OF(keywords); i++)
        if (str_equal_z(word, keywords[i]))
            return i;
    u32 n = builtin_count();
    for (u32 i = 0; i < n && is_call; i++)
        if (str_equal_z(word, builtin_at(i)->name))
            return MIN((u32)COUNT_OF(keywords) + i, 64u * FEATURE_WORDS - 1);
    return NONE;
}

static bool is_name_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

static Features features_of(Str text) {
    Features out = {{0}};
    for (u32 i = 0; i < text.len;) {
        if (text.ptr[i] == '/' && i + 1 < text.len && text.ptr[i + 1] == '/') {
            while (i < text.len && text.ptr[i] != '\n')
                i++;
            continue;
        }
        u32 begin = i;
        while (i < text.len && is_name_char(text.ptr[i]))
            i++;
        u32 feature = i > begin ? feature_of((Str){text.ptr + begin, i - begin}, i < text.len && text.ptr[i] == '(') : NONE;
        if (feature != NONE)
            out.bits[feature / 64] |= (u64)1 << feature % 64;
        i += i == begin;
    }
    return out;
}

static u32 count_bits(u64 x) {
    u32 n = 0;
    for (; x; x &= x - 1)
        n++;
    return n;
}

// Per mille: how much of what either uses both use.
static u64 share(const Features *a, const Features *b) {
    u32 both = 0, either = 0;
    for (u32 i = 0; i < FEATURE_WORDS; i++) {
        both += count_bits(a->bits[i] & b->bits[i]);
        either += count_bits(a->bits[i] | b->bits[i]);
    }
    return either ? (u64)both * 1000 / either : 0;
}

// ---- never the answer itself ----

// The last word of a noun phrase: of "a garden swing with a roof" it is "swing".
static Str head_noun(Str phrase, Arena *arena) {
    static const char *const stops[] = {"with", "without", "for",  "from", "that", "which", "and", "made", "in",
                                        "on",   "to",      "like", "as",   "by",   "at",    "who", "whose"};
    static const char *const measures[] = {"pair", "set", "piece", "kind", "sort", "model", "type"};
    Str head = STR("");
    char word[32];
    for (u32 i = 0; i < phrase.len;) {
        u32 from = i;
        while (from < phrase.len && !is_letter(phrase.ptr[from]))
            if (strchr(",.;:(\n", phrase.ptr[from++]) && head.len)
                return head;
        Str next = {word, next_word(phrase, &i, word)};
        bool ends = next.len == 0, is_measure = false;
        for (u32 k = 0; k < COUNT_OF(stops); k++)
            ends = ends || str_equal_z(next, stops[k]);
        for (u32 k = 0; k < COUNT_OF(measures); k++)
            is_measure = is_measure || str_equal_z(head, measures[k]);
        if (str_equal_z(next, "of") && is_measure)
            continue;
        if (ends || str_equal_z(next, "of"))
            return head;
        head = str_copy(arena, next);
    }
    return head;
}

// Whether the example is what is asked for: a stool for a milking stool, a watering can for one.
static bool is_the_answer(Str name, Str head, Arena *arena) {
    char words[128];
    u32 len = MIN(name.len, (u32)sizeof words);
    for (u32 i = 0; i < len; i++)
        words[i] = name.ptr[i] == '_' ? ' ' : name.ptr[i];
    return head.len > 0 && str_equal(head_noun((Str){words, len}, arena), head);
}

// ---- the choice ----

// Likeness counts for more than novelty; a third one only if all stay short.
static u32 choose(const PromptExample *all, u32 n, u64 *score, const Features *features, PromptExample *out) {
    enum { SIZE_MAX_THIRD = 9000, LIKENESS = 7, NOVELTY = 3, TAKEN_MAX = EXAMPLES_CHOSEN_MAX };
    u32 taken[TAKEN_MAX], n_taken = 0, size = 0;
    while (n_taken < TAKEN_MAX) {
        u32 best = NONE;
        u64 best_value = 0;
        for (u32 e = 0; e < n; e++) {
            u64 most = 0;
            for (u32 k = 0; k < n_taken; k++)
                most = MAX(most, taken[k] == e ? 1000 : share(&features[e], &features[taken[k]]));
            u64 value = score[e] == UINT64_MAX || most == 1000 ? 0 : 1 + LIKENESS * score[e] + NOVELTY * (1000 - most);
            bool fits = n_taken < 2 || size + all[e].text.len <= SIZE_MAX_THIRD;
            if (fits && value > best_value)
                best = e, best_value = value;
        }
        if (best == NONE)
            break;
        taken[n_taken] = best;
        out[n_taken++] = all[best];
        size += all[best].text.len;
    }
    return n_taken;
}

u32 prompt_choose_examples(const PromptTask *task, Arena *arena, PromptExample out[EXAMPLES_CHOSEN_MAX]) {
    PromptExample *all = ARENA_NEW(arena, PromptExample, EXAMPLES_MAX);
    u32 n = prompt_examples(all);
    u64 *score = ARENA_NEW(arena, u64, MAX(n, 1u));
    Features *features = ARENA_NEW(arena, Features, MAX(n, 1u));
    score_likeness(task, all, n, arena, score);
    Str head = head_noun(task->idea, arena), planned = head_noun(task->words, arena);
    for (u32 e = 0; e < n; e++) {
        features[e] = features_of(all[e].text);
        if (is_the_answer(all[e].name, head, arena) || is_the_answer(all[e].name, planned, arena))
            score[e] = UINT64_MAX;
    }
    return choose(all, n, score, features, out);
}

void prompt_write_examples(const PromptTask *task, Arena *arena, StrBuf *out) {
    PromptExample chosen[EXAMPLES_CHOSEN_MAX];
    u32 n = prompt_choose_examples(task, arena, chosen);
    strbuf_add_z(out, "# Programs that compile, as examples of the idiom\n\n");
    for (u32 i = 0; i < n; i++)
        strbuf_addf(out, "```frc\n%.*s```\n\n", STR_ARG(chosen[i].text));
}
