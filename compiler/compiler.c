// SPDX-License-Identifier: Apache-2.0
// The driver: every stage in order, and what becomes of a compilation that is abandoned half-way.
#include "compiler/compiler.h"

#include "compiler/oracle.h"

static Status status_of_failure(Failure failure) {
    switch (failure) {
    case FAIL_NONE:
    case FAIL_INTERNAL: return STATUS_BUG;
    case FAIL_MEMORY_LIMIT:
    case FAIL_TIMEOUT: return STATUS_LIMIT;
    case FAIL_NO_MEMORY: return STATUS_MEMORY;
    case FAIL_CANCELLED: return STATUS_INTERRUPTED;
    }
    return STATUS_BUG;
}

typedef struct Run { // what the guarded steps of compile() get
    Compilation *c;
    Str name, text;
    const CompileOptions *options;
    Limits limits;
} Run;

// Says which limit ended the compilation. The limits are off by now, or there would be no room to say it.
static void diagnose_failure(void *ctx) {
    const Run *run = ctx;
    Compilation *c = run->c;
    Diag *diag;
    if (!c->diags.slots) { // it ended before there were any
        arena_init(&c->arena, &c->heap);
        sources_init(&c->sources, &c->arena);
        diags_init(&c->diags, &c->arena, &c->sources);
    }
    if (c->status == STATUS_LIMIT && c->heap.shared->deadline_ns) {
        diag = diag_add_global(&c->diags, DIAG_E0502, "the compilation took more than %llu s", (unsigned long long)run->limits.seconds);
        diag_measure(diag, (f64)run->limits.seconds, (f64)run->limits.seconds, STR("s"));
        diag_help(&c->diags, diag, "make fewer or simpler parts, or allow more with --timeout");
    } else {
        diag = diag_add_global(&c->diags, DIAG_E0501, "the compilation needs more than %llu MiB",
                               (unsigned long long)run->limits.memory_mib);
        diag_measure(diag, (f64)run->limits.memory_mib, (f64)run->limits.memory_mib, STR("MiB"));
        diag_help(&c->diags, diag, "make fewer or simpler parts, or allow more with --max-memory");
    }
}

static Status status_of_diags(const Diags *diags) {
    if (diags->n_errors == 0)
        return STATUS_OK;
    return diags->limit_reached ? STATUS_LIMIT : STATUS_PROGRAM;
}

// A failed contract breaks nothing: the object is whole, and what is found in it may say why.
static bool only_contracts_fail(const Diags *diags) {
    for (u32 i = 0; i < diags->len; i++)
        if (diags->items[i]->severity == SEVERITY_ERROR && diags->items[i]->code != DIAG_E0704)
            return false;
    return true;
}

// Whether every error is of evaluation, geometry or contracts: then what stands so far was meant so.
static bool geometry_may_explain(const Diags *diags) {
    for (u32 i = 0; i < diags->len; i++) {
        const char *code = diag_code_text(diags->items[i]->code);
        if (diags->items[i]->severity == SEVERITY_ERROR && (code[1] != '0' || code[2] < '5' || code[2] > '7'))
            return false;
    }
    return !diags->limit_reached;
}

// The measures of what could be placed, for the report. What is found in an object that lacks parts is
// no finding.
static void take_facts(const Run *run) {
    Compilation *c = run->c;
    Diags unsaid;
    diags_init(&unsaid, &c->arena, &c->sources);
    if (!c->solids || c->scene.n_parts == 0)
        return;
    c->has_model = model_build(&c->scene, c->solids, &c->arena, &unsaid, &c->model);
    if (!c->has_model)
        return;
    inspect(&c->model, (InspectOptions){.for_report = true}, &c->heap, &c->arena, &unsaid, &c->report);
    c->has_report = true;
}

// The stages. Each goes on where it can and appends to c->diags; a later one runs only on what is sound.
static void run_stages(void *ctx) {
    const Run *run = ctx;
    Compilation *c = run->c;
    const CompileOptions *options = run->options;
    Diags *diags = &c->diags;
    arena_init(&c->arena, &c->heap);
    sources_init(&c->sources, &c->arena);
    diags_init(diags, &c->arena, &c->sources);
    c->source = sources_add(&c->sources, run->name, run->text);
    source_line(&c->sources, c->source, 1); // finds the lines now: whoever asks later may have no room for them
    if (options->last == STAGE_LEX) {
        lang_lex(&c->sources.items[c->source], c->source, &c->arena, diags, &c->tokens);
        return;
    }
    c->ast = lang_parse(&c->sources, c->source, &c->arena, diags);
    if (options->last == STAGE_PARSE)
        return;
    if (diags->n_errors && !options->partial) {
        if (!diags->limit_reached)
            check_names(c->ast, &c->sources, &c->arena, diags);
        return;
    }

    Oracle *oracle = oracle_create(&c->heap, &c->arena, &c->scene,
                                   (SolidOptions){.tolerance = options->tolerance,
                                                  .n_threads = options->n_threads,
                                                  .limits = run->limits,
                                                  .font_path = options->font_path},
                                   diags);
    CheckOptions check = {.settings = options->settings,
                          .n_settings = options->n_settings,
                          .limits = run->limits,
                          .geometry = oracle_geometry(oracle),
                          .params_only = options->params_only};
    c->has_scene = check_program(c->ast, &c->sources, &check, &c->arena, diags, &c->scene);
    c->solids = oracle_solids(oracle);
    if (options->last == STAGE_CHECK)
        return;
    if (diags->n_errors && !only_contracts_fail(diags)) {
        if (options->report && options->last == STAGE_INSPECT && geometry_may_explain(diags))
            take_facts(run);
        return;
    }

    c->has_model = model_build(&c->scene, c->solids, &c->arena, diags, &c->model);
    if (options->last == STAGE_BUILD || !c->has_model)
        return;

    inspect(&c->model, (InspectOptions){.for_report = options->report}, &c->heap, &c->arena, diags, &c->report);
    c->has_report = true;
}

void compile_init(Compilation *c) { memset(c, 0, sizeof *c); }

Status compile(Compilation *c, Str name, Str text, const CompileOptions *options) {
    Run run = {c, name, text, options, options->limits_set ? options->limits : limits_default()};
    heap_init(&c->heap, run.limits.memory_mib << 20);
    HeapShared *shared = c->heap.shared;
    shared->deadline_ns = clock_now_ns() + run.limits.seconds * 1000000000u;
    shared->cancel = options->cancel;
    if (options->fault) {
        shared->fail_at = options->fault->at;
        shared->fail_on = options->fault->on;
        shared->fail_as = options->fault->as;
    }
    if (heap_guard(&c->heap, run_stages, &run)) {
        c->status = status_of_diags(&c->diags);
        return c->status;
    }
    Failure failure = c->heap.failure;
    c->status = status_of_failure(failure);
    shared->limit_size = shared->fail_at = 0;
    shared->cancel = NULL;
    shared->deadline_ns = failure == FAIL_TIMEOUT ? UINT64_MAX : 0;
    if (c->status == STATUS_LIMIT)
        heap_guard(&c->heap, diagnose_failure, &run);
    return c->status;
}

void compile_finish(Compilation *c) {
    if (c->heap.shared)
        heap_finish(&c->heap);
    memset(c, 0, sizeof *c);
}
