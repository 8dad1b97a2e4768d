// SPDX-License-Identifier: Apache-2.0
// frc check FILE: everything but writing, and what compiling alone does not pay for: the program is also
// compiled with each param at the ends of its range and at each of its choices (W0830).
#include "runtime/cli/cli.h"

#include "base/number.h"

enum { ENDS_MAX = 64 }; // values tried in all

typedef struct Trial { // what the guarded steps get
    Cli *cli;
    Compilation *c;
    const SceneParam *param;
    Str value;
    const Compilation *other;
} Trial;

static void report_end(void *ctx) {
    const Trial *t = ctx;
    Diags *diags = &t->c->diags;
    const Diag *first = NULL;
    for (u32 i = 0; i < t->other->diags.len && !first; i++)
        if (t->other->diags.items[i]->severity == SEVERITY_ERROR)
            first = t->other->diags.items[i];
    Str why = first ? first->message : STR("a limit was reached");
    Diag *diag = diag_add(diags, DIAG_W0830, t->param->span, "the model breaks at %.*s = %.*s, which its range allows",
                          STR_ARG(t->param->name), STR_ARG(t->value));
    if (first)
        diag_note(diags, diag, "%s: %.*s", diag_code_text(first->code), STR_ARG(str_copy(diags->arena, why)));
    if (first && first->has_span)
        diag_label(diags, diag, first->span, "goes wrong here");
    diag_help(diags, diag, "narrow the range, or make what depends on %.*s follow it", STR_ARG(t->param->name));
    diag_key(diags, diag, "%.*s %.*s", STR_ARG(t->param->name), STR_ARG(t->value));
}

// Compiles with param at value; an error there is a warning here.
static void try_value(Cli *cli, Compilation *c, Str text, const SceneParam *param, Str value) {
    CheckSetting *settings = ARENA_NEW(&cli->arena, CheckSetting, cli->n_settings + 1);
    u32 n = 0;
    for (u32 i = 0; i < cli->n_settings; i++)
        if (!str_equal(cli->settings[i].name, param->name))
            settings[n++] = cli->settings[i];
    settings[n++] = (CheckSetting){.name = param->name, .value = value, .is_text = param->kind == PARAM_TEXT};
    CompileOptions options = {.last = STAGE_INSPECT, .settings = settings, .n_settings = n, .n_threads = cli->n_threads, .limits = cli->limits, .limits_set = true, .cancel = cli_interrupted()};
    Compilation other;
    compile_init(&other);
    Status status = compile(&other, c->sources.items[c->source].name, text, &options);
    if (status == STATUS_PROGRAM || status == STATUS_LIMIT)
        heap_guard(&c->heap, report_end, &(Trial){cli, c, param, value, &other});
    compile_finish(&other);
}

static Str number_text(Cli *cli, f64 value, const char *unit) {
    char text[NUMBER_TEXT_MAX];
    number_write(value, text);
    return str_format(&cli->arena, "%s%s", text, unit ? unit : "");
}

static u32 try_param(Cli *cli, Compilation *c, Str text, const SceneParam *p) {
    u32 n = 0;
    for (u32 i = 0; i < p->n_choices; i++, n++)
        try_value(cli, c, text, p, p->kind == PARAM_TEXT ? p->choices[i] : number_text(cli, p->number_choices[i], p->unit));
    if (p->kind == PARAM_BOOL) {
        try_value(cli, c, text, p, p->flag ? STR("false") : STR("true"));
        n++;
    }
    if (p->kind == PARAM_NUMBER && p->has_range && p->n_choices == 0) {
        // The last value on the step grid, which is the end itself for a whole number of steps.
        f64 high = p->step > 0 ? p->low + floor((p->high - p->low) / p->step + 1e-9) * p->step : p->high;
        if (isfinite(p->low) && p->low != p->number)
            try_value(cli, c, text, p, number_text(cli, p->low, p->unit)), n++;
        if (isfinite(high) && high != p->number)
            try_value(cli, c, text, p, number_text(cli, high, p->unit)), n++;
    }
    return n;
}

Status cmd_check(Cli *cli) {
    Compilation c;
    Status status = cli_compile_quiet(cli, cli->files.items[0], STAGE_INSPECT, &c);
    if (status == STATUS_OK) {
        Str text = str_copy(&cli->arena, c.sources.items[c.source].text);
        for (u32 i = 0, n = 0; i < c.scene.n_params && n < ENDS_MAX; i++)
            n += try_param(cli, &c, text, &c.scene.params[i]);
        if (*cli_interrupted())
            c.status = status = STATUS_INTERRUPTED;
    }
    status = cli_conclude(cli, &c, status);
    if (status == STATUS_OK && cli->verbose)
        cli_note(cli, "%s: %u parts, %llu triangles, %u warnings", cli->files.items[0], c.scene.n_parts,
                 (unsigned long long)c.model.n_tris, c.diags.n_warnings);
    compile_finish(&c);
    return status;
}
