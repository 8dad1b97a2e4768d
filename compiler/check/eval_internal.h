// SPDX-License-Identifier: Apache-2.0
// What only the evaluator's own files share: bodies, references, limits. See eval.c, stmt.c, ref.c.
#ifndef FRC_COMPILER_CHECK_EVAL_INTERNAL_H
#define FRC_COMPILER_CHECK_EVAL_INTERNAL_H

#include "compiler/check/check_names.h"

// ---- bodies ----

// All instances of one label in a body, in order of placement.
typedef struct LabelEntry {
    u32 label;
    VEC(u32) parts; // indices in Body.parts, rising
} LabelEntry;

// An expect waits for the end of its body; the names of the inner blocks it stands in are kept for
// it.
typedef struct Deferred {
    const AstNode *node;
    const Binding *bindings; // innermost block first
    u32 n_bindings;
    const Def *defs;
    u32 n_defs;
} Deferred;

// What a { } is making: all that was placed in it so far.
struct Body {
    Body *outer;  // where labels are looked for next; NULL: the file, or a def, which sees only its
                  // own
    Scope *scope; // the body's own block
    u32 level;    // bodies around it
    Str label;    // of the part being made; empty for others
    VEC(IrId) solids; // geometry of the part itself
    VEC(Instance) parts;
    VEC(SolidMark) marks; // of the part itself
    VEC(Deferred) expects;
    Outer outside;
    bool failed;            // something in it was VALUE_BAD
    bool is_shared;         // a value looks into parts: copy before changing them
    VEC(LabelEntry) labels; // index over parts[0..n_indexed), made when first asked
    u32 *label_slots;       // hash: label -> index in labels + 1
    u32 n_label_slots, n_indexed;
};

void body_init(Eval *ev, Body *body, Body *outer, Str label);
// Runs the statements in scope (whose body is new); the solid they make. span: what stands for it.
Value body_run(Eval *ev, Scope *scope, AstList statements, Span span);
// The same without the solid: what was placed stays in scope->body. Checks the expects.
void body_statements(Eval *ev, Scope *scope, AstList statements);
void body_place(Eval *ev, Body *body, const Solid *solid, Span span);
Value part_eval(Eval *ev, Scope *scope, const AstNode *node);
Value group_eval(Eval *ev, Scope *scope, const AstNode *node);
void block_run(Eval *ev, Scope *scope, AstList statements);

// Takes tool out of n instances in place; those it cannot reach are left alone.
void instances_cut(Eval *ev, Instance *parts, u32 n, IrId tool, Span span);

// ---- references ----

// The instances a reference selects: body and rising indices. False: diagnosed.
typedef struct Selection {
    Body *body;
    const u32 *parts;
    u32 n;
} Selection;
bool ref_select(Eval *ev, Scope *scope, const AstNode *ref, Selection *out);
Value ref_eval(Eval *ev, Scope *scope, const AstNode *ref); // as a solid
// Like ref_select, but a label that the program has and nothing was placed under is an empty
// selection.
bool ref_select_any(Eval *ev, Scope *scope, const AstNode *ref, Selection *out);
const LabelEntry *body_find_label(Eval *ev, Body *body, u32 label); // NULL: none placed
// Notes that an answer about solid, seen from scope, depends on these axes of where it stands.
void outer_use(Scope *scope, const Solid *solid, u32 axes);
void outer_join(Outer *into, Outer other);

// ---- solids, profiles, paths: solids.c ----

// A copy whose first instances have no parent outside it; returns how many.
u32 instances_copy(Instance *to, const Solid *solid);
// A copy with map applied to the anonymous geometry and to each part's. NULL when a limit is
// reached.
Solid *solid_map(Eval *ev, const Solid *solid, IrId (*map)(void *ctx, IrId id), void *ctx,
                 Span span);
IrId profile_transform(Eval *ev, IrId id, const Affine2 *map, Span span);
IrId path_transform(Eval *ev, IrId id, const Affine3 *map, Span span);

// ---- questions, loops, limits ----

Value ask_member(Eval *ev, Scope *scope, Value subject, const AstNode *node);
bool loop_list(Eval *ev, Scope *scope, const AstBinder *binder, ValueList *out);
bool loop_bind(Eval *ev, Scope *scope, const AstBinder *binder, Value item);
// One level deeper into the program (the caller counts ev->depth down again); false at the limit.
bool eval_descend(Eval *ev, Span span);
// Diagnoses "what: the limit is ..." and unwinds. Always false.
bool eval_stop(Eval *ev, DiagCode code, Span span, const char *what, u64 limit, const char *flag);

// expect.c
void expect_check(Eval *ev, Scope *scope, const AstNode *node);

#endif
