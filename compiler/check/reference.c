// SPDX-License-Identifier: Apache-2.0
// The reference of all functions, spec/functions.md, written from the table of built-ins, so that
// what people read is what the compiler does.
#include "compiler/check/check_names.h"

static const ReferenceRow references[] = {
#define REFERENCE(name, subject, written, note, example, errors)                                   \
    {name, subject, written, note, example, errors},
#include "compiler/check/reference.def"
#undef REFERENCE
};

const ReferenceRow *reference_find(const Builtin *builtin) {
    for (u32 i = 0; i < COUNT_OF(references); i++)
        if (strcmp(references[i].name, builtin->name) == 0 &&
            references[i].has_subject == builtin->is_method)
            return &references[i];
    return NULL;
}

const char *builtin_example(const Builtin *builtin) {
    const ReferenceRow *row = reference_find(builtin);
    return row ? row->example : "";
}

typedef struct Chapter {
    BuiltinSort sort;
    const char *title, *text;
} Chapter;

static const Chapter chapters[] = {
    {BUILTIN_SOLID, "Solids",
     "What is given by a size is born centred on the origin; what is given by coordinates stays "
     "where it is drawn. "
     "`r` is allowed for every `d`, `r_top` for `d_top`, `r_end` for `d_end`."},
    {BUILTIN_PROFILE, "Profiles",
     "Flat shapes in x and y. They combine and are placed like solids."},
    {BUILTIN_PATH, "Paths", "Lines in space. They are placed like solids."},
    {BUILTIN_MAKE, "Solids from profiles", "The solid stays where it is drawn."},
    {BUILTIN_COMBINE, "Combining",
     "Besides `a + b`, `a - b`, `a & b` and lists, which are their union."},
    {BUILTIN_PLACE, "Placing",
     "Each gives a new solid, profile or path; they are read from left to right."},
    {BUILTIN_INSTANCE, "Copies",
     "The parts in the copies are instances of one label, the original first."},
    {BUILTIN_ASK, "Asking",
     "Besides `.left .right .front .back .bottom .top`, `.x .y .z` of the centre, `.size .center "
     ".volume .area` and marks."},
    {BUILTIN_NUMBER, "Numbers and vectors",
     "Arguments in order or by name. Trigonometry is in degrees."},
    {BUILTIN_LIST, "Lists",
     "Arguments in order or by name. Lists never change: each function gives a new one."},
};

// ---- the reference ----

static void write_default(StrBuf *out, const BuiltinParam *param) {
    if (!param->fallback)
        strbuf_add_z(out, "required");
    else if (*param->fallback == '\0')
        strbuf_add_z(out, "absent");
    else
        strbuf_addf(out, "`%s`", param->fallback);
}

// '|' parts the columns of a table.
static void write_cell(StrBuf *out, const char *text) {
    for (; *text; text++) {
        if (*text == '|')
            strbuf_add_z(out, " or ");
        else
            strbuf_add_char(out, *text);
    }
}

static void write_params(StrBuf *out, const Builtin *b) {
    if (b->n_params == 0)
        return;
    strbuf_add_z(out, "| parameter | type | default | legal |\n| --- | --- | --- | --- |\n");
    for (u32 p = 0; p < b->n_params; p++) {
        const BuiltinParam *param = &b->params[p];
        bool is_subject = p == 0 && b->is_method;
        strbuf_addf(out, "| `%s`%s | ", param->name,
                    is_subject       ? " (the subject)"
                    : param->is_bare ? " (bare)"
                                     : "");
        write_cell(out, param->type);
        strbuf_add_z(out, " | ");
        write_default(out, param);
        strbuf_add_z(out, " | ");
        write_cell(out, param->range ? param->range : "any");
        strbuf_add_z(out, " |\n");
    }
    strbuf_add_char(out, '\n');
}

// Codes common to all calls are said once, in the introduction.
static void write_errors(StrBuf *out, const ReferenceRow *row) {
    if (!row || !*row->errors)
        return;
    strbuf_add_z(out, "Errors: ");
    for (const char *at = row->errors; *at; at++) {
        if (*at == ' ')
            strbuf_add_z(out, ", ");
        else
            strbuf_add_char(out, *at);
    }
    strbuf_add_z(out, ".\n\n");
}

static void write_entry(StrBuf *out, const Builtin *b) {
    const ReferenceRow *row = reference_find(b);
    strbuf_add_z(out, "### `");
    registry_write_signature(out, b);
    strbuf_addf(out, "`\n\n%s", b->doc);
    strbuf_add_z(out, " Gives: ");
    write_cell(out, b->result);
    strbuf_add_z(out, ".\n\n");
    write_params(out, b);
    write_errors(out, row);
    if (row)
        strbuf_addf(out, "```frc\n%s\n```\n\n", row->example);
}

void builtin_write_markdown(StrBuf *out) {
    strbuf_add_z(
        out, "# Functions\n\n"
             "Written by `frc --emit reference` from the compiler's own table; do not edit.\n\n"
             "A signature shows each parameter with its default; `name =` is required, `[name]` "
             "may be left out, and "
             "what stands without `=` is given without its name. `s.f(k = v)` is `f(s, k = v)`. A "
             "call that does not fit "
             "is E0304 (unknown argument), E0305 (missing), E0306 (twice), E0307 (must be named), "
             "E0308 (both r and d) or "
             "E0309 (too many); a value of another kind is E0402, of another dimension E0401.\n");
    u32 n = builtin_count();
    for (u32 c = 0; c < COUNT_OF(chapters); c++) {
        strbuf_addf(out, "\n## %s\n\n%s\n\n", chapters[c].title, chapters[c].text);
        for (u32 i = 0; i < n; i++)
            if (builtin_at(i)->sort == chapters[c].sort)
                write_entry(out, builtin_at(i));
    }
    // One line break ends the file.
    while (out->len > 1 && out->ptr[out->len - 1] == '\n' && out->ptr[out->len - 2] == '\n')
        out->ptr[--out->len] = '\0';
}
