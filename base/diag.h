// SPDX-License-Identifier: Apache-2.0
// Diagnostics: what is wrong with the user's program, where, by how much, and what to type instead.
// Form, codes and JSON are normative in spec/diagnostics.md. A stage appends and goes on; only
// runtime/cli prints.
#ifndef FRC_BASE_DIAG_H
#define FRC_BASE_DIAG_H

#include "base/source.h"

typedef enum Severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE } Severity;

// One row of base/diag_codes.def each.
typedef enum DiagCode {
#define DIAG(code, severity, name, summary) DIAG_##code,
#include "base/diag_codes.def"
#undef DIAG
    DIAG_COUNT
} DiagCode;

typedef enum FixKind {
    FIX_MACHINE, // safe to apply unseen
    FIX_MAYBE,   // a person or model should look
} FixKind;

typedef struct DiagFix {
    Span span; // replaced by:
    Str replacement;
    FixKind kind;
} DiagFix;

typedef struct DiagLabel {
    Span span;
    Str text;
} DiagLabel;

typedef struct Diag {
    DiagCode code;
    Severity severity;
    Span span;
    bool has_span; // false: about the whole program
    Str message;
    Str key; // what the signature is made of besides the code; empty: the message without its numbers
    DiagLabel *labels;
    u32 n_labels, cap_labels;
    Str *notes;
    u32 n_notes, cap_notes;
    Str help;
    bool has_measured, has_limit;
    f64 measured, limit;
    Str unit; // of both: "mm", "deg", "mm3", "" for counts
    DiagFix *fixes;
    u32 n_fixes, cap_fixes;
} Diag;

typedef struct Diags {
    Arena *arena;
    Sources *sources;
    Diag **items;
    u32 len, cap;
    u32 n_errors, n_warnings;
    bool limit_reached; // an error that is a declared limit: exit status 4
} Diags;

enum { DIAGS_MAX = 1000, DIAGS_PRINT_MAX = 20 };

void diags_init(Diags *diags, Arena *arena, Sources *sources);

// Appends a diagnostic with its code's default severity. The same code at the same span is not added
// twice (the first is returned). Never NULL; beyond DIAGS_MAX a scratch one is returned. Messages are
// one line, without a final full stop; value first: "-3 mm is not a length: d must be above 0".
Diag *diag_add(Diags *diags, DiagCode code, Span span, const char *fmt, ...) PRINTF_LIKE(4, 5);
Diag *diag_add_global(Diags *diags, DiagCode code, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_label(Diags *diags, Diag *diag, Span span, const char *fmt, ...) PRINTF_LIKE(4, 5);
void diag_note(Diags *diags, Diag *diag, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_help(Diags *diags, Diag *diag, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_fix(Diags *diags, Diag *diag, FixKind kind, Span span, Str replacement);
void diag_measure(Diag *diag, f64 measured, f64 limit, Str unit);
void diag_key(Diags *diags, Diag *diag, const char *fmt, ...) PRINTF_LIKE(3, 4);

// Numbers in messages: "%.*s" of this, at most 6 significant digits ("45", "0.25").
Str diag_number(Diags *diags, f64 value);

const char *diag_code_text(DiagCode code);    // "E0304"
const char *diag_code_name(DiagCode code);    // "unknown-argument"
const char *diag_code_summary(DiagCode code);
DiagCode diag_code_find(Str text);            // "E0304" or "unknown-argument"; DIAG_COUNT if none
u64 diag_signature(const Diags *diags, const Diag *diag);

// Orders by source, offset, errors first at one place; stable.
void diags_sort(Diags *diags);

typedef struct DiagTextOptions {
    bool color;
    u32 max; // 0: DIAGS_PRINT_MAX
} DiagTextOptions;

void diags_write_text(Diags *diags, DiagTextOptions options, StrBuf *out);
void diags_write_json(Diags *diags, StrBuf *out);  // one object a line
void diags_write_sarif(Diags *diags, StrBuf *out); // SARIF 2.1.0

#endif
