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

// Says which limit ended the compilation. The limits are off by now, or there would be no room to say it.
static void diagnose_failure(Compilation *c, const Limits *limits) {
    Heap *heap = &c->heap;
    Failure failure = heap->failure;
    heap->shared->limit_size = heap->shared->deadline_ns = heap->shared->fail_at = 0;
    heap->shared->cancel = NULL;
    if ((failure != FAIL_MEMORY_LIMIT && failure != FAIL_TIMEOUT) || !HEAP_TRY(heap))
        return;
    Diag *diag;
    if (failure == FAIL_TIMEOUT) {
        diag = diag_add_global(&c->diags, DIAG_E0502, "the compilation took more than %llu s", (unsigned long long)limits->seconds);
        diag_measure(diag, (f64)limits->seconds, (f64)limits->seconds, STR("s"));
        diag_help(&c->diags, diag, "make fewer or simpler parts, or allow more with --timeout");
    } else {
        diag = diag_add_global(&c->diags, DIAG_E0501, "the compilation needs more than %llu MiB", (unsigned long long)limits->memory_mib);
        diag_measure(diag, (f64)limits->memory_mib, (f64)limits->memory_mib, STR("MiB"));
        diag_help(&c->diags, diag, "make fewer or simpler parts, or allow more with --max-memory");
    }
    c->diags.limit_reached = true;
}

static Status status_of_diags(const Diags *diags) {
    if (diags->n_errors == 0)
        return STATUS_OK;
    return diags->limit_reached ? STATUS_LIMIT : STATUS_PROGRAM;
}

// The stages. Each goes on where it can and appends to c->diags; a later one runs only on what is sound.
static void run_stages(Compilation *c, const CompileOptions *options, const Limits *limits) {
    Diags *diags = &c->diags;
    if (options->last == STAGE_LEX) {
        lang_lex(&c->sources.items[c->source], c->source, &c->arena, diags, &c->tokens);
        return;
    }
    c->ast = lang_parse(&c->sources, c->source, &c->arena, diags);
    if (options->last == STAGE_PARSE || (diags->n_errors && !options->partial))
        return;

    Oracle *oracle = oracle_create(&c->heap, &c->arena, &c->scene,
                                   (SolidOptions){.tolerance = options->tolerance,
                                                  .n_threads = options->n_threads,
                                                  .limits = *limits,
                                                  .font_path = options->font_path},
                                   diags);
    CheckOptions check = {.settings = options->settings,
                          .n_settings = options->n_settings,
                          .limits = *limits,
                          .geometry = oracle_geometry(oracle),
                          .params_only = options->params_only};
    c->has_scene = check_program(c->ast, &c->sources, &check, &c->arena, diags, &c->scene);
    c->solids = oracle_solids(oracle);
    if (options->last == STAGE_CHECK || diags->n_errors)
        return;

    c->has_model = model_build(&c->scene, c->solids, &c->arena, diags, &c->model);
    if (options->last == STAGE_BUILD || !c->has_model)
        return;

    inspect(&c->model, (InspectOptions){.areas = options->report}, &c->heap, &c->arena, diags, &c->report);
    c->has_report = true;
}

void compile_init(Compilation *c) { memset(c, 0, sizeof *c); }

Status compile(Compilation *c, Str name, Str text, const CompileOptions *options) {
    const Limits limits = options->limits_set ? options->limits : limits_default();
    heap_init(&c->heap, limits.memory_mib << 20);
    c->heap.shared->deadline_ns = clock_now_ns() + limits.seconds * 1000000000u;
    c->heap.shared->cancel = options->cancel;
    if (HEAP_TRY(&c->heap)) {
        arena_init(&c->arena, &c->heap);
        sources_init(&c->sources, &c->arena);
        diags_init(&c->diags, &c->arena, &c->sources);
        c->source = sources_add(&c->sources, name, text);
        run_stages(c, options, &limits);
        c->status = status_of_diags(&c->diags);
    } else {
        c->status = status_of_failure(c->heap.failure);
        diagnose_failure(c, &limits);
    }
    c->heap.has_recover = false;
    return c->status;
}

void compile_finish(Compilation *c) {
    if (c->heap.shared)
        heap_finish(&c->heap);
    memset(c, 0, sizeof *c);
}
