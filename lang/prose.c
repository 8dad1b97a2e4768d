// SPDX-License-Identifier: Apache-2.0
// Language models wrap programs in markdown fences and in sentences. What is clearly neither code
// nor comment is turned into spaces before lexing, so that all offsets stay, and a note says what
// was stepped over. "Clearly" is narrow: a line of code that keeps to the language is never taken
// for prose, since prose is told by plain words side by side, which no statement has.
#include "lang/prose.h"

#include <string.h>

typedef struct Line {
    u32 off, len; // without the line break
} Line;

typedef struct Prose {
    Str text;
    u32 source;
    Arena *arena;
    Diags *diags;
    char *blanked; // the copy, once there is one
} Prose;

static Line line_at(Str text, u32 off) {
    const char *end = memchr(text.ptr + off, '\n', text.len - off);
    u32 len = end ? (u32)(end - text.ptr) - off : text.len - off;
    return (Line){off, len};
}

static Str trimmed(Str text, Line line) {
    const char *p = text.ptr + line.off, *end = p + line.len;
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
        p++;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    return (Str){p, (u32)(end - p)};
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_in(Str word, const char *const *words, u32 n) {
    for (u32 i = 0; i < n; i++)
        if (str_equal_z(word, words[i]))
            return true;
    return false;
}

// Words that code may have beside another word.
static bool is_code_word(Str word) {
    static const char *const WORDS[] = {
        "let",    "def",      "for",      "if",     "else",      "part",   "in",
        "group",  "and",      "or",       "not",    "true",      "false",  "object",
        "units",  "param",    "mark",     "cut",    "expect",    "allow",  "step",
        "True",   "False",    "material", "canvas", "tolerance", "elif",   "return",
        "module", "function", "var",      "const",  "class",     "import", "include",
        "use",    "mm",       "cm",       "m",      "ft",        "deg",    "rad",
    };
    return is_in(word, WORDS, COUNT_OF(WORDS));
}

static bool begins_code(Str line) {
    static const char *const WORDS[] = {
        "let",    "def",      "for",    "if",       "else",   "part",      "group",
        "object", "units",    "param",  "material", "canvas", "tolerance", "mark",
        "cut",    "expect",   "allow",  "import",   "from",   "include",   "use",
        "module", "function", "return", "var",      "const",  "class",
    };
    u32 n = 0;
    while (n < line.len && is_letter(line.ptr[n]))
        n++;
    return is_in((Str){line.ptr, n}, WORDS, COUNT_OF(WORDS));
}

// Whether the line is a sentence: words of letters alone stand side by side, twice, or once before
// the line ends as sentences do; nothing in it that only code has.
static bool is_prose(Str line) {
    while (line.len && strchr("-*#> ", *line.ptr)) // marks of markdown
        line = (Str){line.ptr + 1, line.len - 1};
    if (line.len < 4 || !is_letter(*line.ptr) || begins_code(line))
        return false;
    u32 n_pairs = 0, from = 0;
    bool after_word = false, in_quote = false;
    for (u32 i = 0; i <= line.len; i++) {
        char c = i < line.len ? line.ptr[i] : ' ';
        if (c == '`') {
            in_quote = !in_quote;
            after_word = false;
        }
        if (in_quote) {
            from = i + 1;
            continue;
        }
        if (strchr("{}[]=@;", c) && c)
            return false;
        if ((c == '/' && i + 1 < line.len && line.ptr[i + 1] == '*') ||
            (c == '*' && i + 1 < line.len && line.ptr[i + 1] == '/'))
            return false;
        if (is_letter(c) || c == '\'')
            continue;
        Str word = {line.ptr + from, i - from};
        bool is_word = c == ' ' && word.len > 0 && !is_code_word(word);
        n_pairs += is_word && after_word;
        after_word = is_word;
        from = i + 1;
    }
    char last = line.ptr[line.len - 1];
    // The last word may carry the full stop.
    bool sentence = last == '.' || last == ':' || last == '!' || last == '?';
    return n_pairs >= 2 || (n_pairs >= 1 && sentence) || (after_word && sentence && n_pairs);
}

static bool is_object_line(Str line) {
    return line.len > 7 && memcmp(line.ptr, "object ", 7) == 0 && is_letter(line.ptr[7]);
}

static void blank(Prose *prose, u32 from, u32 to, const char *what) {
    u32 n_lines = 0, first = NONE, first_end = 0;
    for (u32 off = from; off < to;) {
        Line line = line_at(prose->text, off);
        Str words = trimmed(prose->text, line);
        if (words.len && first == NONE) {
            first = (u32)(words.ptr - prose->text.ptr);
            first_end = first + words.len;
        }
        n_lines += words.len > 0;
        off = line.off + line.len + 1;
    }
    if (first == NONE)
        return;
    if (!prose->blanked)
        prose->blanked = str_to_z(prose->arena, prose->text);
    for (u32 i = from; i < to; i++)
        if (prose->blanked[i] != '\n')
            prose->blanked[i] = ' ';
    Diag *diag = diag_add(prose->diags, DIAG_E0230, (Span){prose->source, first, first_end - first},
                          "%u line%s %s the program %s not code: stepped over", n_lines,
                          n_lines == 1 ? "" : "s", what, n_lines == 1 ? "is" : "are");
    diag_key(prose->diags, diag, "%s", what);
}

// ---- fences ----

static bool is_fence(Str line) {
    return line.len >= 3 && memcmp(line.ptr, "```", 3) == 0;
}

// Whether the offset lies in a block comment of the language.
static bool is_in_comment(Str text, u32 off) {
    bool in_text = false, in_line = false, in_block = false;
    for (u32 i = 0; i < off; i++) {
        char c = text.ptr[i], next = i + 1 < text.len ? text.ptr[i + 1] : 0;
        if (in_block) {
            if (c == '*' && next == '/')
                in_block = false, i++;
        } else if (c == '\n') {
            in_text = in_line = false;
        } else if (!in_line && c == '"') {
            in_text = !in_text;
        } else if (!in_line && !in_text && c == '/' && (next == '/' || next == '*')) {
            in_line = next == '/';
            in_block = next == '*';
            i++;
        }
    }
    return in_block;
}

// Picks the stretch between fences that holds the program: the first with an object line, else the
// longest that is fenced. False when there are no fences.
static bool find_fenced(Prose *prose, u32 *from, u32 *to) {
    Str text = prose->text;
    u32 start = 0, best_len = 0;
    bool any = false, inside = false, has_object = false, found = false;
    for (u32 off = 0; off <= text.len;) {
        Line line = off < text.len ? line_at(text, off) : (Line){off, 0};
        Str words = trimmed(text, line);
        bool fence = is_fence(words);
        has_object = has_object || is_object_line(words);
        if (fence || off >= text.len) {
            any = any || fence;
            u32 len = off - start;
            if (any && !found && (has_object || (inside && len > best_len))) {
                *from = start;
                *to = off;
                best_len = len;
                found = has_object;
            }
            inside = !inside;
            has_object = false;
            start = MIN(line.off + line.len + 1, text.len);
        }
        off = line.off + line.len + 1;
    }
    return any && best_len > 0;
}

// ---- sentences ----

// Where the program begins in from..to: at its object line, if prose is before that; else after the
// leading lines of prose. `to` when all is prose.
static u32 find_begin(const Prose *prose, u32 from, u32 to) {
    u32 begin = from;
    bool has_prose = false, in_comment = false, leading = true;
    for (u32 off = from; off < to;) {
        Line line = line_at(prose->text, off);
        Str words = trimmed(prose->text, line);
        u32 next = MIN(line.off + line.len + 1, to);
        bool opens = words.len >= 2 && memcmp(words.ptr, "/*", 2) == 0;
        in_comment = in_comment || opens;
        if (!in_comment && is_object_line(words))
            return has_prose ? off : begin;
        if (!in_comment && words.len && is_prose(words)) {
            has_prose = true;
            if (leading)
                begin = next;
        } else if (words.len) {
            leading = false;
        }
        if (in_comment && words.len >= 2 && memcmp(words.ptr + words.len - 2, "*/", 2) == 0)
            in_comment = false;
        off = next;
    }
    return begin;
}

static u32 find_end(const Prose *prose, u32 begin, u32 to) {
    u32 end = to;
    for (u32 off = to; off > begin;) {
        u32 start = off;
        while (start > begin && prose->text.ptr[start - 1] != '\n')
            start--;
        Str words = trimmed(prose->text, line_at(prose->text, start));
        if (start >= off && words.len == 0)
            words.len = 0;
        if (words.len && !is_prose(words))
            break;
        if (words.len)
            end = start;
        off = start > begin ? start - 1 : begin;
    }
    return end;
}

static bool has_code(const Prose *prose, u32 from, u32 to) {
    for (u32 off = from; off < to;) {
        Line line = line_at(prose->text, off);
        if (trimmed(prose->text, line).len)
            return true;
        off = line.off + line.len + 1;
    }
    return false;
}

bool prose_skip(Str *text, u32 source, Arena *arena, Diags *diags) {
    Prose prose = {.text = *text, .source = source, .arena = arena, .diags = diags};
    u32 from = 0, to = text->len;
    const char *fence = text->len ? strstr(text->ptr, "```") : NULL;
    if (fence && !is_in_comment(*text, (u32)(fence - text->ptr)))
        find_fenced(&prose, &from, &to);
    u32 begin = find_begin(&prose, from, to), end = find_end(&prose, begin, to);
    if (text->len && !has_code(&prose, begin, end) && has_code(&prose, 0, text->len)) {
        Line line = line_at(*text, 0);
        for (u32 off = 0; off < text->len && !trimmed(*text, line).len;
             off = line.off + line.len + 1)
            line = line_at(*text, off);
        Str words = trimmed(*text, line);
        Diag *diag =
            diag_add(diags, DIAG_E0231, (Span){source, (u32)(words.ptr - text->ptr), words.len},
                     "the text holds no program");
        diag_help(diags, diag, "a program begins with a line like: object chair \"A plain chair\"");
        return false;
    }
    blank(&prose, 0, begin, "before");
    blank(&prose, end, text->len, "after");
    if (prose.blanked)
        text->ptr = prose.blanked;
    return true;
}
