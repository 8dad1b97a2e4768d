// SPDX-License-Identifier: Apache-2.0
// Diagnostics for code-scanning tools: SARIF 2.1.0 (OASIS, 27 March 2020), one run, one result per
// diagnostic. Columns count code points, as SARIF's columnKind says.
#include "base/diag.h"

#include "base/utf8.h"

#ifndef FRC_VERSION
#define FRC_VERSION "0"
#endif

static void add_text_object(StrBuf *out, const char *name, Str text) {
    strbuf_addf(out, "\"%s\":{\"text\":", name);
    strbuf_add_json(out, text);
    strbuf_add_char(out, '}');
}

// Section 3.4.3: a URI reference (RFC 3986); what is not unreserved or '/' is percent-encoded.
static void add_artifact(StrBuf *out, Str name) {
    strbuf_add_z(out, "\"artifactLocation\":{\"uri\":\"");
    for (u32 i = 0; i < name.len; i++) {
        u8 c = (u8)name.ptr[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || (c && strchr("-._~/", c));
        if (is_plain)
            strbuf_add_char(out, (char)c);
        else
            strbuf_addf(out, "%%%02X", (unsigned)c);
    }
    strbuf_add_z(out, "\"}");
}

// 1-based, in code points; an invalid byte counts as one.
static u32 code_point_column(Sources *sources, u32 source, SourcePlace place) {
    Str line = source_line(sources, source, place.line);
    u32 column = 1;
    for (u32 i = 0; i < MIN(place.column - 1, line.len); column++) {
        u32 code;
        u32 n = utf8_decode(line.ptr + i, line.len - i, &code);
        i += n ? n : 1;
    }
    return column;
}

static void add_region(StrBuf *out, Sources *sources, const char *name, Span span) {
    u32 end = MIN(span.off + span.len, sources->items[span.source].text.len);
    SourcePlace from = source_place(sources, span.source, span.off);
    SourcePlace to = source_place(sources, span.source, end);
    strbuf_addf(out,
                "\"%s\":{\"startLine\":%u,\"startColumn\":%u,\"endLine\":%u,\"endColumn\":%u,"
                "\"byteOffset\":%u,\"byteLength\":%u}",
                name, (unsigned)from.line, (unsigned)code_point_column(sources, span.source, from),
                (unsigned)to.line, (unsigned)code_point_column(sources, span.source, to),
                (unsigned)span.off, (unsigned)(end - span.off));
}

static void add_location(StrBuf *out, Sources *sources, Span span) {
    strbuf_add_z(out, "\"physicalLocation\":{");
    add_artifact(out, sources->items[span.source].name);
    strbuf_add_char(out, ',');
    add_region(out, sources, "region", span);
    strbuf_add_char(out, '}');
}

static void add_rules(StrBuf *out) {
    strbuf_add_z(out, "\"rules\":[");
    for (u32 i = 0; i < DIAG_COUNT; i++) {
        DiagCode code = (DiagCode)i;
        strbuf_addf(out, "%s{\"id\":\"%s\",\"name\":\"%s\",", i ? "," : "", diag_code_text(code),
                    diag_code_name(code));
        add_text_object(out, "shortDescription", str_from(diag_code_summary(code)));
        strbuf_addf(out, ",\"defaultConfiguration\":{\"level\":\"%s\"}}",
                    severity_text(diag_code_severity(code)));
    }
    strbuf_add_char(out, ']');
}

// The message with its notes and help, since many viewers show nothing else.
static void add_message(StrBuf *out, const Diag *diag) {
    StrBuf text;
    strbuf_init(&text, out->heap);
    strbuf_add(&text, diag->message);
    for (u32 i = 0; i < diag->n_notes; i++) {
        strbuf_add_z(&text, "\nnote: ");
        strbuf_add(&text, diag->notes[i]);
    }
    if (diag->help.len) {
        strbuf_add_z(&text, "\nhelp: ");
        strbuf_add(&text, diag->help);
    }
    add_text_object(out, "message", strbuf_str(&text));
    strbuf_finish(&text);
}

static void add_related(StrBuf *out, Sources *sources, const Diag *diag) {
    strbuf_add_z(out, ",\"relatedLocations\":[");
    for (u32 i = 0; i < diag->n_labels; i++) {
        strbuf_addf(out, "%s{\"id\":%u,", i ? "," : "", (unsigned)i);
        add_location(out, sources, diag->labels[i].span);
        strbuf_add_char(out, ',');
        add_text_object(out, "message", diag->labels[i].text);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ']');
}

static void add_replacement(StrBuf *out, Sources *sources, const DiagFix *fix) {
    strbuf_add_char(out, '{');
    add_region(out, sources, "deletedRegion", fix->span);
    strbuf_add_char(out, ',');
    add_text_object(out, "insertedContent", fix->replacement);
    strbuf_add_char(out, '}');
}

// One SARIF fix from the fixes of kind, starting with the one at first: all of the machine's, or
// one.
static void add_fix(StrBuf *out, Sources *sources, const Diag *diag, u32 first) {
    FixKind kind = diag->fixes[first].kind;
    strbuf_add_char(out, '{');
    add_text_object(out, "description",
                    kind == FIX_MACHINE ? STR("safe to apply") : STR("perhaps"));
    strbuf_add_z(out, ",\"artifactChanges\":[");
    u32 n = 0;
    for (u32 i = first; i < diag->n_fixes && (kind == FIX_MACHINE || i == first); i++) {
        if (diag->fixes[i].kind != kind)
            continue;
        strbuf_add_z(out, n++ ? ",{" : "{");
        add_artifact(out, sources->items[diag->fixes[i].span.source].name);
        strbuf_add_z(out, ",\"replacements\":[");
        add_replacement(out, sources, &diag->fixes[i]);
        strbuf_add_z(out, "]}");
    }
    strbuf_add_z(out, "]}");
}

static void add_fixes(StrBuf *out, Sources *sources, const Diag *diag) {
    strbuf_add_z(out, ",\"fixes\":[");
    u32 n = 0;
    bool machine_done = false;
    for (u32 i = 0; i < diag->n_fixes; i++) {
        bool is_machine = diag->fixes[i].kind == FIX_MACHINE;
        if (is_machine && machine_done)
            continue;
        machine_done |= is_machine;
        if (n++)
            strbuf_add_char(out, ',');
        add_fix(out, sources, diag, i);
    }
    strbuf_add_char(out, ']');
}

static void add_result(StrBuf *out, const Diags *diags, const Diag *diag) {
    strbuf_addf(out, "{\"ruleId\":\"%s\",\"ruleIndex\":%u,\"level\":\"%s\",",
                diag_code_text(diag->code), (unsigned)diag->code, severity_text(diag->severity));
    add_message(out, diag);
    if (diag->has_span) {
        strbuf_add_z(out, ",\"locations\":[{");
        add_location(out, diags->sources, diag->span);
        strbuf_add_z(out, "}]");
    }
    if (diag->n_labels)
        add_related(out, diags->sources, diag);
    if (diag->n_fixes)
        add_fixes(out, diags->sources, diag);
    strbuf_addf(out, ",\"partialFingerprints\":{\"frc/v1\":\"%016llx\"}}",
                (unsigned long long)diag_signature(diags, diag));
}

void diags_write_sarif(Diags *diags, StrBuf *out) {
    strbuf_add_z(
        out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
             "\"runs\":[{\"tool\":{\"driver\":{\"name\":\"frc\",\"version\":\"" FRC_VERSION "\",");
    add_rules(out);
    strbuf_add_z(out, "}},\"columnKind\":\"unicodeCodePoints\",\"results\":[");
    for (u32 i = 0; i < diags->len; i++) {
        if (i)
            strbuf_add_char(out, ',');
        add_result(out, diags, diags->items[i]);
    }
    strbuf_add_z(out, "]}]}\n");
}
