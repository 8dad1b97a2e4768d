// SPDX-License-Identifier: Apache-2.0
// What the files of the name pass share: the symbol table and what is said of a name that it lacks.
#ifndef FRC_COMPILER_CHECK_NAMES_INTERNAL_H
#define FRC_COMPILER_CHECK_NAMES_INTERNAL_H

#include "compiler/check/check_names.h"

typedef enum NameKind {
    NAME_LET,
    NAME_PARAM,
    NAME_MATERIAL,
    NAME_DEF,
    NAME_LOOP,
    NAME_FORMAL
} NameKind;

typedef struct NameEntry {
    Str name;
    Span span;
    const AstNode *node; // the statement; NULL for loop names and formals
    u32 outer;           // the binding that this one hides, or NONE
    u32 scope;           // serial number
    u32 def_level;
    NameKind kind;
    bool is_active, is_used;
} NameEntry;

typedef struct NameTop {
    u32 value, def; // entries: the innermost open binding, or NONE
    u32 last;       // the last binding of a value, open or not, or NONE
    bool is_reported;
} NameTop;

typedef struct Names {
    Eval *ev;
    StrMap ids; // name -> index in tops
    VEC(NameTop) tops;
    VEC(NameEntry) entries; // all, in the order of their statements' bodies
    VEC(u32) open;          // entries of the scopes that are open
    u32 scope, n_scopes, def_level;
    bool wants_material;  // the expression stands for a material or colour
    SpanList label_spans; // by label id
    StrMap marks;
    bool is_torn; // there were syntax errors: the first n_torn_diags
    u32 n_torn_diags;
    StrMap torn; // words that a lost statement may have bound
} Names;

typedef struct ScopeMark {
    u32 scope, n_open;
} ScopeMark;

// ---- names_table.c ----

u32 names_id(Names *names, Str name); // index in tops
ScopeMark names_open(Names *names);
void names_close(Names *names, ScopeMark mark);
const char *names_kind_text(NameKind kind);
// Binds name in the scope that is open; pending until it is activated. A second time is reported.
void names_declare(Names *names, AstName name, NameKind kind, const AstNode *node, bool is_active);
// The binding that a use here means; NONE, then *pending may tell of one further down.
u32 names_find_value(const Names *names, Str name, u32 *pending);
u32 names_find_def(const Names *names, Str name);
// After syntax errors: a lost statement may have bound the name, or what is wrong with it has been
// said.
bool names_is_torn(const Names *names, AstName name);
Span names_span_of_label(const Names *names, Str label);

// ---- names_report.c ----

void names_report_name(Names *names, const AstNode *node);
// A function's name where a value is wanted: row, or the def.
void names_report_function(Names *names, const AstNode *node, const BuiltinRow *row, u32 def);
void names_report_label(Names *names, const AstNode *ref, const AstRefStep *step);
bool names_is_member(Str name);
void names_report_member(Names *names, const AstNode *node);
void names_report_call(Names *names, const AstNode *node);

#endif
