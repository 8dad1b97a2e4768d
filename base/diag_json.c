// SPDX-License-Identifier: Apache-2.0
// Diagnostics for programs: one JSON object a line, always with the same members in the same order
// (spec/diagnostics.md). What a diagnostic does not have is null or an empty list.
#include "base/diag.h"

#include <math.h>

enum { SCHEMA_VERSION = 1 };

static void add_name(StrBuf *out, const char *name) {
    strbuf_addf(out, "\"%s\":", name);
}

static void add_z(StrBuf *out, const char *name, const char *value) {
    add_name(out, name);
    strbuf_add_json(out, str_from(value));
    strbuf_add_char(out, ',');
}

static void add_count(StrBuf *out, const char *name, u32 value) {
    strbuf_addf(out, "\"%s\":%u,", name, (unsigned)value);
}

static void add_measure(StrBuf *out, const char *name, bool has, f64 value) {
    add_name(out, name);
    if (has && isfinite(value))
        strbuf_add_number(out, value);
    else
        strbuf_add_z(out, "null");
    strbuf_add_char(out, ',');
}

static void add_span(StrBuf *out, Sources *sources, Span span) {
    u32 end = MIN(span.off + span.len, sources->items[span.source].text.len);
    SourcePlace from = source_place(sources, span.source, span.off);
    SourcePlace to = source_place(sources, span.source, end);
    strbuf_add_z(out, "{\"file\":");
    strbuf_add_json(out, sources->items[span.source].name);
    strbuf_add_char(out, ',');
    add_count(out, "line", from.line);
    add_count(out, "column", from.column);
    add_count(out, "end_line", to.line);
    add_count(out, "end_column", to.column);
    add_count(out, "byte_start", span.off);
    strbuf_addf(out, "\"byte_end\":%u}", (unsigned)end);
}

static void add_labels(StrBuf *out, Sources *sources, const Diag *diag) {
    strbuf_add_z(out, "\"labels\":[");
    for (u32 i = 0; i < diag->n_labels; i++) {
        strbuf_add_z(out, i ? ",{\"span\":" : "{\"span\":");
        add_span(out, sources, diag->labels[i].span);
        strbuf_add_z(out, ",\"text\":");
        strbuf_add_json(out, diag->labels[i].text);
        strbuf_add_char(out, '}');
    }
    strbuf_add_z(out, "],");
}

static void add_notes(StrBuf *out, const Diag *diag) {
    strbuf_add_z(out, "\"notes\":[");
    for (u32 i = 0; i < diag->n_notes; i++) {
        if (i)
            strbuf_add_char(out, ',');
        strbuf_add_json(out, diag->notes[i]);
    }
    strbuf_add_z(out, "],");
}

static void add_fixes(StrBuf *out, Sources *sources, const Diag *diag) {
    strbuf_add_z(out, "\"fixes\":[");
    for (u32 i = 0; i < diag->n_fixes; i++) {
        const DiagFix *fix = &diag->fixes[i];
        strbuf_add_z(out, i ? ",{\"span\":" : "{\"span\":");
        add_span(out, sources, fix->span);
        strbuf_add_z(out, ",\"replacement\":");
        strbuf_add_json(out, fix->replacement);
        strbuf_addf(out, ",\"applicability\":\"%s\"}",
                    fix->kind == FIX_MACHINE ? "machine" : "maybe");
    }
    strbuf_add_z(out, "],");
}

static void add_diag(StrBuf *out, const Diags *diags, const Diag *diag) {
    strbuf_addf(out, "{\"schema\":%d,", SCHEMA_VERSION);
    add_z(out, "code", diag_code_text(diag->code));
    add_z(out, "name", diag_code_name(diag->code));
    add_z(out, "severity", severity_text(diag->severity));
    add_name(out, "message");
    strbuf_add_json(out, diag->message);
    strbuf_add_z(out, ",\"span\":");
    if (diag->has_span)
        add_span(out, diags->sources, diag->span);
    else
        strbuf_add_z(out, "null");
    strbuf_add_char(out, ',');
    add_labels(out, diags->sources, diag);
    add_notes(out, diag);
    add_name(out, "help");
    if (diag->help.len)
        strbuf_add_json(out, diag->help);
    else
        strbuf_add_z(out, "null");
    strbuf_add_char(out, ',');
    add_measure(out, "measured", diag->has_measured, diag->measured);
    add_measure(out, "limit", diag->has_limit, diag->limit);
    add_name(out, "unit");
    if (diag->has_measured || diag->has_limit)
        strbuf_add_json(out, diag->unit);
    else
        strbuf_add_z(out, "null");
    strbuf_add_char(out, ',');
    add_fixes(out, diags->sources, diag);
    strbuf_addf(out, "\"signature\":\"%016llx\"}\n",
                (unsigned long long)diag_signature(diags, diag));
}

void diags_write_json(Diags *diags, StrBuf *out) {
    for (u32 i = 0; i < diags->len; i++)
        add_diag(out, diags, diags->items[i]);
}
