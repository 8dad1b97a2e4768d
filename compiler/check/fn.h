// SPDX-License-Identifier: Apache-2.0
// Helpers of the functions that make and place shapes (fn_*.c): reading arguments with the
// diagnostics of degenerate sizes, and turning frames.
#ifndef FRC_COMPILER_CHECK_FN_H
#define FRC_COMPILER_CHECK_FN_H

#include "compiler/check/eval_internal.h"

// ---- rows ----

#define REQUIRED(name, type, range)                                                                \
    { name, type, NULL, range, false }
#define OPTIONAL(name, type, fallback, range)                                                      \
    { name, type, fallback, range, false }
#define BARE(name, type, range)                                                                    \
    { name, type, NULL, range, true }
#define BARE_OPTIONAL(name, type, fallback, range)                                                 \
    { name, type, fallback, range, true }
#define ROW(name, sort, is_method, params, result, run, doc)                                       \
    { {name, sort, is_method, params, COUNT_OF(params), result, doc}, run }

// ---- arguments ----

// "4.5 cm" as the argument was written (r, not d).
Str call_show(Eval *ev, const BuiltinCall *c, u32 i, f64 mm);
// E0640 at argument i: "-3 cm is no size: d of cylinder must be ...". NULL: the argument is absent.
Diag *call_size_error(Eval *ev, const BuiltinCall *c, u32 i, f64 mm, f64 limit_mm,
                      const char *must);
// The argument is more than it may be: code at its span, with the legal maximum (less than it, if
// strict), its reason, and the edit.
void call_too_large(Eval *ev, const BuiltinCall *c, u32 i, DiagCode code, f64 mm, f64 limit_mm,
                    bool is_strict, const char *why);
bool call_size3(Eval *ev, BuiltinCall *c, u32 i, Vec3 *mm);   // three sizes
bool call_size2(Eval *ev, BuiltinCall *c, u32 i, Vec2 *mm);   // two
bool call_distance(Eval *ev, BuiltinCall *c, u32 i, f64 *mm); // >= 0; 0 when absent
// Both were given and exclude each other: E0308 with both spans. True when that is so.
bool call_conflict(Eval *ev, const BuiltinCall *c, u32 i, u32 k);
// E0305 at the call: "box needs ...".
Value call_missing(Eval *ev, const BuiltinCall *c, const char *needs, const char *example);
Value call_make(Eval *ev, const BuiltinCall *c, IrKind kind, const f64 *nums,
                u32 n); // a solid without children
IrId call_node(Eval *ev, const BuiltinCall *c, IrKind kind, const IrId *children, u32 n_children,
               const f64 *nums, u32 n);
// The solid with its Z turned as axis (argument i, default Z) says.
Value call_turn(Eval *ev, BuiltinCall *c, u32 i, Value solid);

// ---- placing and asking ----

// The subject (args[0]) as a solid, a profile or a path; lists become unions.
bool place_subject(Eval *ev, BuiltinCall *c, Value *out);
Value place_apply(Eval *ev, BuiltinCall *c, Value subject, const Affine3 *map);
Affine3 place_mirror(u32 axis); // in the plane through the origin across it
// Bounds in mm; of a profile in z = 0. False: diagnosed.
bool ask_bounds(Eval *ev, Value shape, Place place, Box3 *out);
// First point of solid on the ray from argument `from` to argument `toward`, and the normal there.
bool ask_ray(Eval *ev, BuiltinCall *c, const Solid *solid, u32 from, u32 toward, Vec3 *point,
             Vec3 *normal);
// How far subject may fall until it rests on onto; GEOMETRY_NONE: it falls past.
GeometryAnswer ask_drop(Eval *ev, const Solid *subject, const Solid *onto, Span span, f64 *fall);
// All geometry of a solid with its bounds; each root part is a group of its own, and so is what is
// in none. False: diagnosed.
typedef struct Piece {
    IrId id;
    Box3 box;
    u32 group;    // counts the roots
    u32 instance; // in Solid.parts, or NONE: anonymous
} Piece;
typedef struct Pieces {
    Piece *items;
    u32 n, n_groups;
} Pieces;
bool ask_pieces(Eval *ev, const Solid *solid, Span span, Pieces *out);
void ask_empty(Eval *ev, Place place);  // E0642: nothing to measure
bool ask_geometry(Eval *ev, Span span); // false, with a diagnostic: there is nobody to ask

// ---- frames ----

// Proper rotation that takes Z to the unit vector z and keeps X level; identity for z = Z.
Affine3 frame_along(Vec3 z);
// The same with Y as near to the unit vector up as it can be. False when up is along z.
bool frame_up(Vec3 z, Vec3 up, Affine3 *out);
// Maps a flat shape's x, y and its normal to the world: plane is the axis it faces (2: XY, 1: XZ,
// 0: YZ).
Affine3 frame_plane(u32 plane);

#endif
