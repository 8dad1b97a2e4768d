// SPDX-License-Identifier: Apache-2.0
// AST -> scene: names, units, types, evaluation, assembly. Pure and bounded. Questions about geometry
// that a program may ask while it is evaluated (@seat.top, .drop(onto = ...)) go through CheckGeometry,
// so that this room does not know how solids are made.
#ifndef FRC_COMPILER_CHECK_CHECK_H
#define FRC_COMPILER_CHECK_CHECK_H

#include "base/limits.h"
#include "compiler/ir/ir.h"
#include "lang/ast.h"

typedef enum GeometryAnswer {
    GEOMETRY_OK,
    GEOMETRY_NONE,   // nothing there: an empty solid, a ray that misses, shadows that do not meet
    GEOMETRY_FAILED, // it could not be built, and a diagnostic says so
} GeometryAnswer;

// All in mm and the frame of the ids given.
typedef struct CheckGeometry {
    void *ctx;
    void (*scale)(void *ctx, f64 size); // the object's largest extent, as soon as it is known (canvas)
    void (*tolerance)(void *ctx, f64 chord);
    GeometryAnswer (*bounds)(void *ctx, IrId solid, Box3 *out);
    GeometryAnswer (*profile_bounds)(void *ctx, IrId profile, Box2 *out);
    GeometryAnswer (*measure)(void *ctx, IrId solid, f64 *volume, f64 *area);
    GeometryAnswer (*ray)(void *ctx, IrId solid, Vec3 from, Vec3 dir, Vec3 *point, Vec3 *normal);
    GeometryAnswer (*drop)(void *ctx, IrId solid, IrId onto, f64 *gap); // how far it may fall
    // *way: from a's nearest point to b's. More than limit: just "more", and *way means nothing.
    GeometryAnswer (*distance)(void *ctx, IrId a, IrId b, f64 limit, f64 *out, Vec3 *way);
    GeometryAnswer (*overlap)(void *ctx, IrId a, IrId b, f64 *volume);
    // How deep a and b run into each other: the least way along an axis across what they share, 0 if
    // they only touch; *center: its middle. *move, if it is asked for: a move of a that parts them.
    GeometryAnswer (*clash)(void *ctx, IrId a, IrId b, f64 *depth, Vec3 *center, Vec3 *move);
    // Groups of solids that touch within gap: group[i] counts from 0 in order of first member.
    GeometryAnswer (*connect)(void *ctx, const IrId *solids, u32 n, f64 gap, u32 *group, u32 *n_groups);
    // Whether the whole rests stably: lowest points near z = 0 and the centre of mass over their hull.
    // *why is a sentence with numbers when not, *edit what to do.
    GeometryAnswer (*stand)(void *ctx, const IrId *solids, u32 n, bool *stands, Str *why, Str *edit);
} CheckGeometry;

// --set name=value: text as typed; read as a number with unit, true/false, or a text.
typedef struct CheckSetting {
    Str name, value;
    bool is_text; // from JSON: a string, not to be read as a number
    bool used;    // out
} CheckSetting;

typedef struct CheckOptions {
    CheckSetting *settings;
    u32 n_settings;
    Limits limits;
    const CheckGeometry *geometry; // NULL: programs that ask about geometry are refused (for tests)
    bool params_only;              // evaluate params only (`frc params`)
} CheckOptions;

// False when there were errors; *out is filled as far as it went and safe to read. All memory from
// arena; out->graph is made here. Settings that name no param are an error (E03).
bool check_program(const Ast *ast, Sources *sources, CheckOptions *options, Arena *arena, Diags *diags,
                   Scene *out);

// Only what can be said of names without running: for a program with syntax errors, so that its other
// mistakes are told in the same run. What a lost statement may have bound is let pass.
void check_names(const Ast *ast, Sources *sources, Arena *arena, Diags *diags);

// ---- the table of built-ins, for spec, card, completion, did-you-mean ----

typedef enum BuiltinSort {
    BUILTIN_SOLID, BUILTIN_PROFILE, BUILTIN_PATH, BUILTIN_MAKE, // extrude, revolve, ...
    BUILTIN_COMBINE, BUILTIN_PLACE, BUILTIN_INSTANCE, BUILTIN_ASK, BUILTIN_NUMBER, BUILTIN_LIST,
} BuiltinSort;

typedef struct BuiltinParam {
    const char *name;
    const char *type;     // "length", "angle", "count", "number", "vector", "point", "solid", ...
    const char *fallback; // default as written in the spec; NULL: required; "" : optional, absent
    const char *range;    // "> 0", ">= 0, at most half the shortest side", NULL: any
    bool is_bare;         // may be given without its name
} BuiltinParam;

typedef struct Builtin {
    const char *name;
    BuiltinSort sort;
    bool is_method;       // called on a subject
    const BuiltinParam *params;
    u32 n_params;
    const char *result;   // type
    const char *doc;      // one sentence
} Builtin;

u32 builtin_count(void);
const Builtin *builtin_at(u32 i);
// "cylinder(h =, d =, d_top = d, round = 0, chamfer = 0, axis = Z)"
Str builtin_signature(const Builtin *builtin, Arena *arena);
const char *builtin_example(const Builtin *builtin); // a whole small program that uses it
void builtin_write_markdown(StrBuf *out); // spec/functions.md
void builtin_write_card(StrBuf *out);     // the functions of the language card

#endif
