// SPDX-License-Identifier: Apache-2.0
// Front door of the compiler: text in, scene, model and diagnostics out. compile() in compiler.c lists
// every stage in order.
#ifndef FRC_COMPILER_COMPILER_H
#define FRC_COMPILER_COMPILER_H

#include "compiler/check/check.h"
#include "compiler/inspect/inspect.h"
#include "lang/lang.h"

typedef enum CompileStage { // how far to go
    STAGE_LEX,
    STAGE_PARSE,
    STAGE_CHECK,
    STAGE_BUILD,
    STAGE_INSPECT,
} CompileStage;

// Fault injection: see HeapShared.
typedef struct CompileFault {
    u64 at;     // the allocation that fails, from 1
    bool on;    // and all after it
    Failure as; // FAIL_NONE: no memory
} CompileFault;

typedef struct CompileOptions {
    CompileStage last;
    CheckSetting *settings;
    u32 n_settings;
    bool params_only;
    f64 tolerance; // mm; 0: the program's, else chosen
    u32 n_threads; // 0: all
    Limits limits;
    bool limits_set; // false: the defaults
    bool report;     // measure what only reports need (contact areas)
    bool partial;    // build the complete parts of a program that was cut off
    const char *font_path;
    const volatile int *cancel;
    const CompileFault *fault; // for tests; NULL: none
} CompileOptions;

// One compilation: everything that came of it, freed together.
typedef struct Compilation {
    Heap heap;
    Arena arena;
    Sources sources;
    Diags diags;
    u32 source;
    Tokens tokens;
    Ast *ast;
    Scene scene;
    bool has_scene;
    SolidContext *solids;
    Model model;
    bool has_model;
    Report report;
    bool has_report;
    Status status; // STATUS_OK, PROGRAM, LIMIT, MEMORY, BUG, INTERRUPTED
} Compilation;

// text is copied. Never fails to return: whatever went wrong is in status and diags.
void compile_init(Compilation *compilation);
Status compile(Compilation *compilation, Str name, Str text, const CompileOptions *options);
void compile_finish(Compilation *compilation);

#endif
