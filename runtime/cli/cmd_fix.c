// SPDX-License-Identifier: Apache-2.0
// frc fix FILE [-w]: applies the machine-applicable fixes of the diagnostics, over and over until none is
// left (one fix may bring the next mistake to light), and shows what changed. Only -w touches the file.
#include "runtime/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS_MAX = 50 };

typedef struct Edit {
    Span span;
    Str replacement;
    DiagCode code;
    u32 diag; // its index
} Edit;

static int compare_edits(const void *a, const void *b) {
    const Edit *x = a, *y = b;
    if (x->span.off != y->span.off)
        return x->span.off < y->span.off ? -1 : 1;
    return x->span.len < y->span.len ? -1 : x->span.len > y->span.len;
}

static u32 count_fixes(const Compilation *c) {
    u32 n = 0;
    for (u32 i = 0; i < c->diags.len; i++)
        n += c->diags.items[i]->n_fixes;
    return n;
}

// The machine fixes of each diagnostic, which belong together, in order of place. Of two diagnostics whose
// fixes overlap or insert at one place, those of the first; the next round sees to the other.
static u32 collect_edits(Cli *cli, const Compilation *c, Edit *edits) {
    bool *dropped = ARENA_NEW(&cli->arena, bool, (size_t)c->diags.len + 1);
    u32 n = 0, n_kept = 0;
    for (u32 i = 0; i < c->diags.len; i++) {
        const Diag *diag = c->diags.items[i];
        for (u32 k = 0; k < diag->n_fixes; k++)
            if (diag->fixes[k].kind == FIX_MACHINE && diag->fixes[k].span.source == c->source)
                edits[n++] = (Edit){diag->fixes[k].span, diag->fixes[k].replacement, diag->code, i};
    }
    qsort(edits, n, sizeof *edits, compare_edits);
    const Edit *last = NULL;
    for (u32 i = 0; i < n; i++) {
        if (dropped[edits[i].diag])
            continue;
        bool meets = last && (edits[i].span.off < last->span.off + last->span.len || edits[i].span.off == last->span.off);
        if (meets)
            dropped[edits[i].diag] = true;
        else
            last = &edits[i];
    }
    for (u32 i = 0; i < n; i++)
        if (!dropped[edits[i].diag])
            edits[n_kept++] = edits[i];
    return n_kept;
}

static void show_edit(Compilation *c, const Edit *edit, const Cli *cli) {
    SourcePlace place = source_place(&c->sources, c->source, edit->span.off);
    Str line = source_line(&c->sources, c->source, place.line);
    u32 head = place.column - 1, tail = MIN(head + edit->span.len, line.len);
    const char *minus = cli->color_out ? "\033[31m" : "", *plus = cli->color_out ? "\033[32m" : "", *off = cli->color_out ? "\033[0m" : "";
    printf("%.*s:%u:%u: %s\n", STR_ARG(c->sources.items[c->source].name), place.line, place.column, diag_code_text(edit->code));
    printf("%s- %.*s%s\n%s+ %.*s%.*s%.*s%s\n", minus, STR_ARG(line), off, plus, (int)head, line.ptr, STR_ARG(edit->replacement),
           (int)(line.len - tail), line.ptr + tail, off);
}

static Str apply_edits(Cli *cli, Str text, const Edit *edits, u32 n) {
    StrBuf out;
    strbuf_init(&out, &cli->heap);
    u32 at = 0;
    for (u32 i = 0; i < n; i++) {
        strbuf_add(&out, (Str){text.ptr + at, edits[i].span.off - at});
        strbuf_add(&out, edits[i].replacement);
        at = edits[i].span.off + edits[i].span.len;
    }
    strbuf_add(&out, (Str){text.ptr + at, text.len - at});
    Str copy = str_copy(&cli->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return copy;
}

// What ends the fixing: not the program's mistakes, but no memory, an interrupt, a text too large for the limit.
static Status stop_of(Cli *cli, Compilation *c, Status status) {
    bool has_text = c->source < c->sources.len && c->sources.items[c->source].text.len > 0;
    if (status == STATUS_OK || status == STATUS_PROGRAM || (status == STATUS_LIMIT && has_text))
        return STATUS_OK;
    return cli_conclude(cli, c, status);
}

// One compilation and its edits applied. *n is their number; *text is the new text.
static Status fix_round(Cli *cli, Str name, Str *text, u32 *n_edits) {
    Compilation c;
    CompileOptions options = {.last = STAGE_INSPECT, .settings = cli->settings, .n_settings = cli->n_settings,
                              .limits = cli->limits, .limits_set = true, .n_threads = cli->n_threads,
                              .cancel = cli_interrupted()};
    compile_init(&c);
    Status status = stop_of(cli, &c, compile(&c, name, *text, &options));
    *n_edits = 0;
    if (status != STATUS_OK) {
        compile_finish(&c);
        return status;
    }
    Edit *edits = ARENA_NEW(&cli->arena, Edit, (size_t)count_fixes(&c) + 1);
    u32 n = collect_edits(cli, &c, edits);
    for (u32 i = 0; i < n; i++)
        show_edit(&c, &edits[i], cli);
    *text = apply_edits(cli, c.sources.items[c.source].text, edits, n);
    *n_edits = n;
    compile_finish(&c);
    return STATUS_OK;
}

Status cmd_fix(Cli *cli) {
    const char *file = cli->files.items[0];
    Str text;
    Status status = cli_read_source(cli, file, &text);
    if (status != STATUS_OK)
        return status;
    u32 n_total = 0;
    for (u32 round = 0; round < ROUNDS_MAX; round++) {
        u32 n;
        status = fix_round(cli, str_from(file), &text, &n);
        if (status != STATUS_OK)
            return status;
        n_total += n;
        if (n == 0)
            break;
    }
    if (n_total == 0) {
        cli_note(cli, "nothing that can be fixed without you");
        return STATUS_OK;
    }
    if (!cli->write) {
        cli_note(cli, "%u fix%s; -w writes them to %s", n_total, n_total == 1 ? "" : "es", file);
        return STATUS_OK;
    }
    return cli_save(cli, file, text);
}
