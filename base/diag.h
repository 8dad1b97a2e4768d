// SPDX-License-Identifier: Apache-2.0
// Diagnostics: what is wrong with the user's program, where, by how much, and what to type instead.
// Form, codes and JSON are normative in spec/diagnostics.md. A stage appends and goes on; only
// runtime/cli prints.
#ifndef FRC_BASE_DIAG_H
#define FRC_BASE_DIAG_H

#include "base/geom.h"
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
    Str key; // what the signature is made of besides the code; empty: the message without its
             // numbers
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
    bool is_scratch; // not in the list: what is added to it is dropped
} Diag;

typedef struct Diags {
    Arena *arena;
    Sources *sources;
    Diag **items;
    u32 len, cap;
    u32 n_errors, n_warnings; // those beyond DIAGS_MAX, too
    u32 n_dropped;            // those beyond DIAGS_MAX
    bool limit_reached;       // an error that is a declared limit: exit status 4
    u32 *slots;               // a hash set of what is in items
    Diag scratch;
} Diags;

// DIAGS_MAX errors are kept, and as many warnings and notes each.
enum { DIAGS_MAX = 1000, DIAGS_PRINT_MAX = 20 };

void diags_init(Diags *diags, Arena *arena, Sources *sources);

// Appends a diagnostic with its code's default severity. The same code at the same span (or,
// without a span, with the same message) is not added twice. Never NULL: a repeated one, and one
// beyond DIAGS_MAX, gets a scratch diagnostic, to which the functions below add nothing. Messages
// are one line, without a final full stop; value first: "-3 mm is not a length: d must be above 0".
Diag *diag_add(Diags *diags, DiagCode code, Span span, const char *fmt, ...) PRINTF_LIKE(4, 5);
Diag *diag_add_global(Diags *diags, DiagCode code, const char *fmt, ...) PRINTF_LIKE(3, 4);
// A label on the diagnostic's own span is written behind its carets.
void diag_label(Diags *diags, Diag *diag, Span span, const char *fmt, ...) PRINTF_LIKE(4, 5);
void diag_note(Diags *diags, Diag *diag, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_help(Diags *diags, Diag *diag, const char *fmt, ...) PRINTF_LIKE(3, 4);
// The replacement is copied. All machine fixes of one diagnostic belong together; fixes that a
// person should look at are alternatives.
void diag_fix(Diags *diags, Diag *diag, FixKind kind, Span span, Str replacement);
// unit is a constant text.
void diag_measure(Diag *diag, f64 measured, f64 limit, Str unit);
void diag_key(Diags *diags, Diag *diag, const char *fmt, ...) PRINTF_LIKE(3, 4);

// Numbers in messages: "%.*s" of this, at most 6 significant digits ("45", "0.25").
Str diag_number(Diags *diags, f64 value);
// A way in mm as people say it, in the file's unit, and what closes it as arguments of .move:
// "along +x" and "x = 3", or the whole vector when what goes across the axis would leave a gap.
Str diag_way(Diags *diags, Vec3 mm, f64 unit_mm, Str *move);

const char *diag_code_text(DiagCode code); // "E0304"
const char *diag_code_name(DiagCode code); // "unknown-argument"
const char *diag_code_summary(DiagCode code);
Severity diag_code_severity(DiagCode code);
DiagCode diag_code_find(Str text);            // "E0304" or "unknown-argument"; DIAG_COUNT if none
const char *severity_text(Severity severity); // "error"
// The same for the same mistake after unrelated edits: made of the code and the key, never of
// places.
u64 diag_signature(const Diags *diags, const Diag *diag);

// Orders by source, offset, errors first at one place, those without a span last; stable.
void diags_sort(Diags *diags);

// Text for a terminal. If there are more than max, errors go before warnings.
typedef struct DiagTextOptions {
    bool color;
    u32 max; // 0: DIAGS_PRINT_MAX
} DiagTextOptions;

void diags_write_text(Diags *diags, DiagTextOptions options, StrBuf *out);
void diags_write_json(Diags *diags, StrBuf *out);  // one object a line
void diags_write_sarif(Diags *diags, StrBuf *out); // SARIF 2.1.0

#endif
