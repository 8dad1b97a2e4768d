// SPDX-License-Identifier: Apache-2.0
// The list of diagnostics: adding, ordering, and the table of codes. How they look is the business
// of diag_text.c, diag_json.c and diag_sarif.c.
#include "base/diag.h"

#include "base/map.h"
#include "base/number.h"
#include "base/vec.h"

#include <assert.h>
#include <math.h>

// ---- the table of codes ----

typedef enum CodeLevel { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTE, LEVEL_LIMIT } CodeLevel;

typedef struct CodeRow {
    const char *text, *name, *summary;
    CodeLevel level;
} CodeRow;

// The last row keeps the table from being empty and answers for DIAG_COUNT.
static const CodeRow rows[] = {
#define DIAG(code, severity, name, summary) {#code, name, summary, LEVEL_##severity},
#include "base/diag_codes.def"
#undef DIAG
    {"E0000", "none", "no diagnostic", LEVEL_ERROR},
};

const char *diag_code_text(DiagCode code) {
    return rows[code].text;
}
const char *diag_code_name(DiagCode code) {
    return rows[code].name;
}
const char *diag_code_summary(DiagCode code) {
    return rows[code].summary;
}

Severity diag_code_severity(DiagCode code) {
    switch (rows[code].level) {
    case LEVEL_WARNING:
        return SEVERITY_WARNING;
    case LEVEL_NOTE:
        return SEVERITY_NOTE;
    case LEVEL_ERROR:
    case LEVEL_LIMIT:
        break;
    }
    return SEVERITY_ERROR;
}

DiagCode diag_code_find(Str text) {
    u32 i = 0;
    while (i < DIAG_COUNT && !str_equal_z(text, rows[i].text) && !str_equal_z(text, rows[i].name))
        i++;
    return (DiagCode)i;
}

const char *severity_text(Severity severity) {
    switch (severity) {
    case SEVERITY_ERROR:
        return "error";
    case SEVERITY_WARNING:
        return "warning";
    case SEVERITY_NOTE:
        return "note";
    }
    return "";
}

// ---- adding ----

// Never more than half full: at most DIAGS_MAX of each severity are kept.
enum { N_SLOTS = 8192 };
_Static_assert(N_SLOTS >= 2 * 3 * DIAGS_MAX, "the hash set has room for all that is kept");

void diags_init(Diags *diags, Arena *arena, Sources *sources) {
    *diags = (Diags){.arena = arena, .sources = sources};
    diags->slots = ARENA_NEW(arena, u32, N_SLOTS);
}

static bool is_same(const Diag *a, const Diag *b) {
    if (a->code != b->code || a->has_span != b->has_span)
        return false;
    if (!a->has_span)
        return str_equal(a->message, b->message);
    return a->span.source == b->span.source && a->span.off == b->span.off &&
           a->span.len == b->span.len;
}

static u64 diag_hash(const Diag *diag) {
    u64 hash = hash_mix((u64)diag->code + 1);
    if (!diag->has_span)
        return hash_combine(hash, str_hash(diag->message));
    hash = hash_combine(hash, (u64)diag->span.source << 32 | diag->span.off);
    return hash_combine(hash, diag->span.len);
}

// The slot where diag is, or the free one where it belongs.
static u32 *slot_find(const Diags *diags, const Diag *diag) {
    u32 slot = (u32)diag_hash(diag) % N_SLOTS;
    while (diags->slots[slot] && !is_same(diags->items[diags->slots[slot] - 1], diag))
        slot = (slot + 1) % N_SLOTS;
    return &diags->slots[slot];
}

static Diag *scratch(Diags *diags, DiagCode code) {
    diags->scratch = (Diag){.code = code, .is_scratch = true};
    return &diags->scratch;
}

// Counts diag; false when there are too many of its kind to keep it.
static bool count(Diags *diags, const Diag *diag) {
    u32 n_before = 0;
    switch (diag->severity) {
    case SEVERITY_ERROR:
        n_before = diags->n_errors++;
        break;
    case SEVERITY_WARNING:
        n_before = diags->n_warnings++;
        break;
    case SEVERITY_NOTE:
        n_before = diags->len;
        break;
    }
    if (rows[diag->code].level == LEVEL_LIMIT)
        diags->limit_reached = true;
    diags->n_dropped += n_before >= DIAGS_MAX;
    return n_before < DIAGS_MAX;
}

static Diag *add(Diags *diags, Diag diag) {
    diag.severity = diag_code_severity(diag.code);
    u32 *slot = slot_find(diags, &diag);
    if (*slot || !count(diags, &diag))
        return scratch(diags, diag.code);
    if (diags->len == diags->cap)
        diags->items = vec_grow_arena(diags->arena, diags->items, diags->len, &diags->cap,
                                      (size_t)diags->len + 1, sizeof(Diag *));
    Diag *kept = ARENA_NEW(diags->arena, Diag, 1);
    *kept = diag;
    diags->items[diags->len++] = kept;
    *slot = diags->len;
    return kept;
}

Diag *diag_add(Diags *diags, DiagCode code, Span span, const char *fmt, ...) {
    assert(code < DIAG_COUNT && span.source < diags->sources->len);
    ArenaMark mark = arena_mark(diags->arena);
    va_list args;
    va_start(args, fmt);
    Diag diag = {.code = code,
                 .span = span,
                 .has_span = true,
                 .message = str_vformat(diags->arena, fmt, args)};
    va_end(args);
    Diag *added = add(diags, diag);
    if (added->is_scratch) // a mistake in a loop costs memory once
        arena_reset(diags->arena, mark);
    return added;
}

Diag *diag_add_global(Diags *diags, DiagCode code, const char *fmt, ...) {
    assert(code < DIAG_COUNT);
    ArenaMark mark = arena_mark(diags->arena);
    va_list args;
    va_start(args, fmt);
    Diag diag = {.code = code, .message = str_vformat(diags->arena, fmt, args)};
    va_end(args);
    Diag *added = add(diags, diag);
    if (added->is_scratch)
        arena_reset(diags->arena, mark);
    return added;
}

void diag_label(Diags *diags, Diag *diag, Span span, const char *fmt, ...) {
    if (diag->is_scratch)
        return;
    va_list args;
    va_start(args, fmt);
    Str text = str_vformat(diags->arena, fmt, args);
    va_end(args);
    if (diag->n_labels == diag->cap_labels)
        diag->labels = vec_grow_arena(diags->arena, diag->labels, diag->n_labels, &diag->cap_labels,
                                      (size_t)diag->n_labels + 1, sizeof(DiagLabel));
    diag->labels[diag->n_labels++] = (DiagLabel){span, text};
}

void diag_note(Diags *diags, Diag *diag, const char *fmt, ...) {
    if (diag->is_scratch)
        return;
    va_list args;
    va_start(args, fmt);
    Str text = str_vformat(diags->arena, fmt, args);
    va_end(args);
    if (diag->n_notes == diag->cap_notes)
        diag->notes = vec_grow_arena(diags->arena, diag->notes, diag->n_notes, &diag->cap_notes,
                                     (size_t)diag->n_notes + 1, sizeof(Str));
    diag->notes[diag->n_notes++] = text;
}

void diag_help(Diags *diags, Diag *diag, const char *fmt, ...) {
    if (diag->is_scratch)
        return;
    va_list args;
    va_start(args, fmt);
    diag->help = str_vformat(diags->arena, fmt, args);
    va_end(args);
}

void diag_key(Diags *diags, Diag *diag, const char *fmt, ...) {
    if (diag->is_scratch)
        return;
    va_list args;
    va_start(args, fmt);
    diag->key = str_vformat(diags->arena, fmt, args);
    va_end(args);
}

void diag_fix(Diags *diags, Diag *diag, FixKind kind, Span span, Str replacement) {
    if (diag->is_scratch)
        return;
    if (diag->n_fixes == diag->cap_fixes)
        diag->fixes = vec_grow_arena(diags->arena, diag->fixes, diag->n_fixes, &diag->cap_fixes,
                                     (size_t)diag->n_fixes + 1, sizeof(DiagFix));
    diag->fixes[diag->n_fixes++] = (DiagFix){span, str_copy(diags->arena, replacement), kind};
}

void diag_measure(Diag *diag, f64 measured, f64 limit, Str unit) {
    diag->has_measured = diag->has_limit = true;
    diag->measured = measured;
    diag->limit = limit;
    diag->unit = unit;
}

Str diag_number(Diags *diags, f64 value) {
    char text[NUMBER_TEXT_MAX];
    u32 len = number_write_short(value, 6, text);
    return str_copy(diags->arena, (Str){text, len});
}

// As it would be typed: within 0.05 mm, half of what still touches; what rounding left of nothing is 0.
static Str typed_length(Diags *diags, f64 mm, f64 unit_mm) {
    char text[NUMBER_TEXT_MAX];
    u32 digits = 4;
    for (f64 reach = 100; fabs(mm) > reach && digits < 15; reach *= 10)
        digits++;
    u32 len = number_write_short(fabs(mm) < 1e-6 ? 0 : mm / unit_mm, digits, text);
    return str_copy(diags->arena, (Str){text, len});
}

Str diag_way(Diags *diags, Vec3 mm, f64 unit_mm, Str *move) {
    const f64 across_max = 0.04; // mm: with the rounding of the rest still a contact
    Str text[3];
    for (u32 k = 0; k < 3; k++) {
        f64 v = vec3_get(mm, k), a = vec3_get(mm, (k + 1) % 3), b = vec3_get(mm, (k + 2) % 3);
        text[k] = typed_length(diags, v, unit_mm);
        if (fabs(v) > 0.95 * vec3_norm(mm) && a * a + b * b <= across_max * across_max) {
            *move = str_format(diags->arena, "%c = %.*s", "xyz"[k], STR_ARG(text[k]));
            return str_format(diags->arena, "along %c%c", v < 0 ? '-' : '+', "xyz"[k]);
        }
    }
    *move = str_format(diags->arena, "[%.*s, %.*s, %.*s]", STR_ARG(text[0]), STR_ARG(text[1]),
                       STR_ARG(text[2]));
    return str_format(diags->arena, "along %.*s", STR_ARG(*move));
}

u64 diag_signature(const Diags *diags, const Diag *diag) {
    (void)diags;
    u64 hash = str_hash(str_from(rows[diag->code].text));
    if (diag->key.len)
        return hash_combine(hash, str_hash(diag->key));
    // The message without its numbers, which move with every edit of a size.
    for (u32 i = 0; i < diag->message.len; i++) {
        char c = diag->message.ptr[i];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && c != '.' && c != '-')
            hash = hash_combine(hash, (u8)c);
    }
    return hash;
}

// ---- ordering ----

static bool goes_before(const Diag *a, const Diag *b) {
    if (a->has_span != b->has_span)
        return a->has_span;
    if (a->has_span && a->span.source != b->span.source)
        return a->span.source < b->span.source;
    if (a->has_span && a->span.off != b->span.off)
        return a->span.off < b->span.off;
    return a->severity < b->severity;
}

// Merge sort from the bottom up: stable, and without a comparison that two runs could see
// differently.
void diags_sort(Diags *diags) {
    u32 n = diags->len;
    ArenaMark mark = arena_mark(diags->arena);
    Diag **from = diags->items, **to = ARENA_NEW(diags->arena, Diag *, n);
    for (u32 width = 1; width < n; width *= 2) {
        for (u32 start = 0; start < n; start += 2 * width) {
            u32 mid = MIN(start + width, n), end = MIN(start + 2 * width, n);
            u32 left = start, right = mid;
            for (u32 i = start; i < end; i++) {
                bool take_right =
                    left == mid || (right < end && goes_before(from[right], from[left]));
                to[i] = take_right ? from[right++] : from[left++];
            }
        }
        Diag **spare = from;
        from = to;
        to = spare;
    }
    if (from != diags->items)
        memcpy(diags->items, from, n * sizeof *from);
    arena_reset(diags->arena, mark);
    memset(diags->slots, 0, N_SLOTS * sizeof *diags->slots);
    for (u32 i = 0; i < n; i++)
        *slot_find(diags, diags->items[i]) = i + 1;
}
