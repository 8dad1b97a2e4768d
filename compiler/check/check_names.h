// SPDX-License-Identifier: Apache-2.0
// What the name pass, argument binding and the tables of words share: finding what a call means
// without running it, and saying what was meant instead.
#ifndef FRC_COMPILER_CHECK_CHECK_NAMES_H
#define FRC_COMPILER_CHECK_CHECK_NAMES_H

#include "compiler/check/check_internal.h"

// ---- dim.c ----

bool unit_find(Str name, Dim *dim,
               f64 *factor); // "cm": a length of 10 mm; "rad": an angle of 57.3 deg

// ---- color.c, materials.c ----

bool color_find(Str name, u32 *rgb);
const char *color_name(u32 rgb); // the first by the alphabet, or NULL
u32 color_count(void);
const char *color_name_at(u32 i);
void color_linear(u32 rgb, f32 out[3]);   // 0xrrggbb sRGB -> linear, 0..1
u32 material_builtin(Eval *ev, Str name); // its index, put into the scene at first use; NONE
bool material_is_builtin(Str name);
u32 material_builtin_count(void);
const char *material_builtin_name(u32 i);
const char *material_field_name(u32 i); // color, metallic ...; NULL after the last
bool predefined_has(Str name);
void predefined_each_word(void *ctx,
                          void (*visit)(void *ctx,
                                        Str name)); // X ... inf, without materials, colours

// ---- suggest.c: did you mean ----

// Collects the nearest of the candidates offered to it, within a third of the word's length.
typedef struct Suggest {
    Eval *ev;
    Str word;
    Str best;
    u32 best_distance;
} Suggest;

void suggest_init(Suggest *suggest, Eval *ev, Str word);
void suggest_offer(Suggest *suggest, Str candidate);
void suggest_offer_any(void *suggest, Str candidate); // for predefined_each
// Adds "did you mean 'x'?" and a fix at span that types it. False when there was no candidate.
bool suggest_finish(const Suggest *suggest, Diag *diag, Span span, FixKind kind);

// ---- registry.c ----

const BuiltinRow *registry_at(u32 i);
u32 registry_first(const Eval *ev, Str name); // index of the name's first row, or NONE
void registry_write_signature(StrBuf *out, const Builtin *builtin);
bool registry_has_param(const BuiltinRow *row, const char *name);
bool registry_param_is_rest(const BuiltinParam *param);       // its type ends in "..."
Str registry_signature_note(Eval *ev, const BuiltinRow *row); // the signature, for notes

// ---- reference.c ----

typedef struct ReferenceRow {
    const char *name;
    bool has_subject;
    const char *written, *note, *example, *errors; // reference.def
} ReferenceRow;

const ReferenceRow *reference_find(const Builtin *builtin); // NULL: none

// ---- bind.c ----

// Which argument of the call goes to which parameter.
typedef struct ArgMatch {
    u32 arg_of[BUILTIN_PARAMS_MAX]; // index into the call's arguments, or NONE
    u32 as_radius;                  // bits: params given as r
    u32 rest;                       // param that takes the positional ones left over, or NONE
    u32 first_rest; // the first of them: positional arguments are counted from 0 without
                    // the named ones, the subject included
    u32 n_rest;
} ArgMatch;

// False when the arguments do not fit; said only if report. Names the fault once: what follows from
// it is not said.
bool bind_match(Eval *ev, const AstNode *call, const BuiltinRow *row, bool report, ArgMatch *out);
// The same for a def; arg_of: n_formals entries; an argument's index, NONE, or BIND_SUBJECT.
enum { BIND_SUBJECT = UINT32_MAX - 1 };
bool bind_match_def(Eval *ev, const AstNode *call, const AstNode *def, bool report, u32 *arg_of);
Str bind_def_signature(Eval *ev, const AstNode *def);

// ---- names_collect.c ----

typedef struct SpanList {
    Span *data;
    u32 len, cap;
} SpanList;

// Every part's label into ev->labels, label_spans by its id; every mark's name into marks.
void names_collect(Eval *ev, SpanList *label_spans, StrMap *marks);
// The words of a text that look as if a statement bound them.
void names_collect_torn(Str text, StrMap *out);
// The call, or what it is called on, makes a solid: box(...).move(...), part x { }.both(X).
bool names_makes_solid(const Eval *ev, const AstNode *call);

// ---- foreign.c: words of other languages ----

// Each looks whether the node is a habit from elsewhere, says how it is written here, and returns
// true.
bool foreign_call(Eval *ev, const AstNode *call);     // cube(5), s.translate([1, 2, 3])
bool foreign_name(Eval *ev, const AstNode *name);     // PI, None
bool foreign_member(Eval *ev, const AstNode *member); // s.width
bool foreign_is_module(Str word);                     // cq, bpy, math
bool foreign_is_center(Str word);                     // center, centre, centered
bool foreign_is_dead_end(Str word); // Workplane: what is called on it has no counterpart either
bool foreign_module(Eval *ev, const AstNode *node); // a call or member of cq., bpy., math.
// rotate([90, 0, 0]), rotate(x = 90, z = 45): E0315.
bool foreign_rotation(Eval *ev, const AstNode *call);
// box(width = 1, depth = 2, height = 3): E0304, once for all of them.
bool foreign_size(Eval *ev, const AstNode *call, const BuiltinRow *row);
// axis = "x", mirror([1, 0, 0]): E0402.
bool foreign_axis(Eval *ev, const AstNode *call, const BuiltinRow *row, const ArgMatch *match);
// A field of a material that exists and is given once; else said, and false.
bool foreign_field_check(Eval *ev, const AstNode *material, u32 field);
// The argument is a habit that no renaming mends: center = true, $fn.
bool foreign_argument(Eval *ev, const AstNode *call, const BuiltinRow *row, u32 arg);
// The name a parameter has here: "radius" -> "r", "height" -> "h". NULL: none.
const char *foreign_param(Str name, u32 nth);

// Text of a node as written.
Str node_text(const Eval *ev, const AstNode *node);

#endif
