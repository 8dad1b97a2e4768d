// SPDX-License-Identifier: Apache-2.0
// What the files of this room share: values, scopes, the state of one evaluation, and the rows of
// the table of built-ins. Reading order: value, scope, eval, bind, then the fn_*.c of interest.
//
// Numbers are kept in the file's units (lengths) and degrees (angles); only what goes into the IR,
// and what comes from CheckGeometry, is in mm. The functions that read arguments (call_length and
// its like) already give mm.
#ifndef FRC_COMPILER_CHECK_CHECK_INTERNAL_H
#define FRC_COMPILER_CHECK_CHECK_INTERNAL_H

#include "base/limits.h"
#include "base/map.h"
#include "base/number.h"
#include "base/vec.h"
#include "compiler/check/check.h"

// Keeps the large frames of what is called now and then out of those that recurse.
#if defined(__GNUC__)
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE
#endif

typedef struct Eval Eval;
typedef struct Scope Scope;
typedef struct Body Body;

// A def being run; it becomes a SceneCall only when something is made in it.
typedef struct CallFrame {
    struct CallFrame *outer;
    Str function;
    Span span;
    u32 id; // in ev->calls, or NONE as yet
} CallFrame;

// ---- dimensions ----

// Exponents in twelfths (square and cube roots stay whole): a length is {12, 0}. {0, 0} is a bare
// number: it takes the dimension its place wants.
enum { DIM_ONE = 12 };
typedef struct Dim {
    i16 length, angle;
} Dim;

#define DIM_BARE ((Dim){0, 0})
#define DIM_LENGTH ((Dim){DIM_ONE, 0})
#define DIM_AREA ((Dim){2 * DIM_ONE, 0})
#define DIM_VOLUME ((Dim){3 * DIM_ONE, 0})
#define DIM_ANGLE ((Dim){0, DIM_ONE})

static inline bool dim_equal(Dim a, Dim b) {
    return a.length == b.length && a.angle == b.angle;
}
static inline bool dim_is_bare(Dim a) {
    return a.length == 0 && a.angle == 0;
}
const char *
dim_name(Dim dim, char out[48]); // "a length", "an area", "an angle", "a bare number", "length^4"

// ---- values ----

typedef enum ValueKind {
    VALUE_BAD,  // already diagnosed: pass over it in silence
    VALUE_NONE, // an argument that was not given
    VALUE_NUMBER,
    VALUE_BOOL,
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_RANGE, // a..b, ends may be infinite
    VALUE_SOLID,
    VALUE_PROFILE,
    VALUE_PATH,
    VALUE_MATERIAL, // index into ev->materials
    VALUE_COLOR,    // 0xrrggbb
    VALUE_AXIS,     // the word X, Y, Z: 0, 1, 2
    VALUE_PLANE,    // the word XY, XZ, YZ: the axis it faces, 2, 1, 0
    VALUE_CENTER,   // the word center
} ValueKind;

typedef struct Value Value;
typedef struct Solid Solid;

typedef struct ValueList {
    const Value *items;
    u32 len;
    u32 depth; // of lists inside lists, itself counted; 0: not counted yet
} ValueList;

struct Value {
    ValueKind kind;
    Dim dim; // of a number or a range
    union {
        f64 number;
        bool flag;
        Str text;
        ValueList list;
        struct {
            f64 low, high;
        } range;
        const Solid *solid;
        IrId id; // profile, path
        u32 index, rgb, axis;
    };
};

static inline Value value_bad(void) {
    return (Value){.kind = VALUE_BAD};
}
static inline Value value_none(void) {
    return (Value){.kind = VALUE_NONE};
}
static inline Value value_number(f64 x, Dim dim) {
    return (Value){.kind = VALUE_NUMBER, .dim = dim, .number = x};
}
static inline Value value_bool(bool b) {
    return (Value){.kind = VALUE_BOOL, .flag = b};
}
static inline Value value_text(Str s) {
    return (Value){.kind = VALUE_TEXT, .text = s};
}
static inline Value value_solid(const Solid *s) {
    return (Value){.kind = VALUE_SOLID, .solid = s};
}
static inline Value value_profile(IrId id) {
    return (Value){.kind = VALUE_PROFILE, .id = id};
}
static inline Value value_path(IrId id) {
    return (Value){.kind = VALUE_PATH, .id = id};
}
static inline bool value_is_bad(Value v) {
    return v.kind == VALUE_BAD;
}

// A new list with room for n values on ev's arena, all VALUE_BAD until filled. Charges n steps.
// Above the limit it is diagnosed at span: NULL.
Value *value_list_new(Eval *ev, u32 n, Span span);
static inline Value value_list(const Value *items, u32 len) {
    return (Value){.kind = VALUE_LIST, .list = {items, len, 0}};
}
Value value_vector(Eval *ev, Vec3 mm);       // a list of three lengths, from mm
Value value_length_mm(Eval *ev, f64 mm);     // from mm to the file's units
const char *value_kind_name(ValueKind kind); // "a number", "a solid", "a list"
// "a length", "a list of 2", "a solid": for messages
Str value_describe(Eval *ev, Value value);
// As a template prints it: 45, true, [1, 2, 3], text itself, "leg" for a part.
void value_print(Eval *ev, Value value, StrBuf *out);
Str value_show(
    Eval *ev,
    Value value); // for messages: with unit and quotes, cut to 60 bytes: "4.5 cm", "\"slats\""
Str number_show(Eval *ev, f64 value, Dim dim); // "4.5 cm", "30 deg", "12 cm2", "4"
bool value_equal(Value a, Value b); // same kind, same contents; numbers exactly, dimensions aside

// ---- solids as values ----

typedef struct SolidMark {
    Str name;
    Vec3 point; // mm
} SolidMark;

// A reference to something outside the body that a solid was made in: if that body is moved along
// one of these axes afterwards, the two come apart (W0820).
typedef struct Outer {
    u32 level; // of the body that has the part; NONE: no such reference
    u32 label;
    u32 axes;       // bits of the axes along which it matters
    bool from_body; // the solid is what a body built, not the reference itself
    Span span;
} Outer;

// One part of a solid. Arrays of instances hold whole subtrees in pre-order, so a subtree is a
// slice, and parents are told as distances, so slices and concatenations need no renumbering.
#define TOUCH_MM 0.1 // parts count as touching up to this far apart

// Why a question about geometry was answered with false.
typedef struct Why {
    Str text, edit;   // a sentence; one concrete change; empty: none
    bool is_measured; // it is about two parts and a length between them
    f64 measured_mm, limit_mm;
    Span part, other;    // where they are placed
    const char *says[2]; // of part, of other
} Why;

typedef struct Instance {
    u32 label;    // id: ev->labels
    u32 up;       // how far before this one its parent stands; 0 or beyond the array's start: none
    u32 size;     // instances of its subtree, itself included
    u32 sides;    // SIDE_*
    bool is_bad;  // something in it failed: what asks about it is VALUE_BAD
    u32 material; // index or NONE: inherits
    IrId solid;   // own geometry where it stands, or NONE
    Str words;
    Span span;
    u32 call;
    u32 n_marks;
    const SolidMark *marks;
} Instance;

// Never changed once made; shared freely.
struct Solid {
    IrId solid; // anonymous geometry, or NONE
    u32 n_parts, n_marks;
    const Instance *parts;  // in pre-order
    const SolidMark *marks; // not yet of a part: they go to the part around
    Outer outer;
};

// The whole geometry, parts included, as one node; NONE when there is none.
IrId solid_whole(Eval *ev, const Solid *solid, Span span);

// ---- places: what a value is for, in messages ----

typedef struct Place {
    Span span;        // of the value
    const char *what; // "d", "size", "the condition"; never NULL
    Str owner;        // function or statement: "cylinder"; may be empty
} Place;

// Conversions. False: diagnosed (silently when the value is VALUE_BAD). Lengths and points in mm.
bool value_to_number(Eval *ev, Value v, Place place, f64 *out); // bare
bool value_to_length(Eval *ev, Value v, Place place, f64 *mm);
bool value_to_angle(Eval *ev, Value v, Place place, f64 *deg);
bool value_to_count(Eval *ev, Value v, Place place, u32 min, u32 max, u32 *out);
bool value_to_bool(Eval *ev, Value v, Place place, bool *out);
bool value_to_text(Eval *ev, Value v, Place place, Str *out);
bool value_to_list(Eval *ev, Value v, Place place, ValueList *out);
bool value_to_range(Eval *ev, Value v, Place place, f64 *low,
                    f64 *high);                                  // of lengths, mm; may be inf
bool value_to_point(Eval *ev, Value v, Place place, Vec3 *mm);   // [x, y, z]
bool value_to_point2(Eval *ev, Value v, Place place, Vec2 *mm);  // [x, y]
bool value_to_vector(Eval *ev, Value v, Place place, Vec3 *out); // bare factors or a direction
bool value_to_direction(Eval *ev, Value v, Place place,
                        Vec3 *unit);                           // X, Y, Z or a vector, not zero
bool value_to_axis(Eval *ev, Value v, Place place, u32 *axis); // X, Y, Z only
bool value_to_solid(Eval *ev, Value v, Place place, const Solid **out); // lists are unions
bool value_to_profile(Eval *ev, Value v, Place place, IrId *out);       // lists are unions
bool value_to_path(Eval *ev, Value v, Place place, IrId *out);
bool value_to_material(Eval *ev, Value v, Place place,
                       u32 *material);                         // materials.c; colours make one
bool value_to_color(Eval *ev, Value v, Place place, u32 *rgb); // color.c
// "E0402: a list of 2 where d of cylinder wants a length". Silent for VALUE_BAD.
void value_mismatch(Eval *ev, Value v, Place place, const char *wanted);

// ---- scopes ----

typedef struct Def {
    Str name;
    const AstNode *node;
    Scope *scope; // where it was written
} Def;

typedef struct Binding {
    Str name;
    Value value;
    Span span;
} Binding;

// Scopes live on the C stack and their bindings on a stack in Eval: functions are no values, so no
// scope outlives its block. Hashed once it holds more than a few names.
struct Scope {
    Scope *parent; // lexical
    Body *body;    // where its solids are placed
    u32 first, n;  // bindings: ev->bindings[first..first + n)
    u32 first_def, n_defs;
    StrMap *names, *defs; // NULL while small
};

void scope_enter(Eval *ev, Scope *scope, Scope *parent, Body *body);
void scope_leave(Eval *ev, Scope *scope);
// Binds in this scope; the name pass has seen to rebinding (a second one is ignored).
void scope_bind(Eval *ev, Scope *scope, AstName name, Value value);
const Binding *scope_find(Eval *ev, const Scope *scope, Str name); // outward; NULL
void scope_add_def(Eval *ev, Scope *scope, const AstNode *def); // hoisted at the start of a block
const Def *scope_find_def(Eval *ev, const Scope *scope, Str name); // outward; NULL

// ---- the evaluation ----

struct Eval {
    Arena *arena;
    Heap *heap;
    Diags *diags;
    Sources *sources;
    CheckOptions *options;
    const CheckGeometry *geometry; // may be NULL
    const Ast *ast;
    Scene *scene; // name, words, unit, unit_mm, has_canvas ... are filled as statements are met
    IrGraph *graph;
    f64 unit_mm;

    VEC(Binding) bindings;
    VEC(Def) defs;
    StrMap labels; // every label in the program's text -> id; Str: ev->labels.keys[id]
    VEC(SceneMaterial) materials;
    VEC(SceneParam) params;
    VEC(SceneCall) calls;
    VEC(SceneAllow) allows;
    StrMap builtins;       // name -> index of its first row
    CallFrame *frame;      // the def now running, or NULL
    u32 call_depth, depth; // defs; nested evaluations
    u64 steps;
    Instance no_instance; // what arrays of none point to
    u32 n_instances;
    u32 n_name_errors; // errors of the static name pass: a name that is not found is theirs
    u64 n_suggestions; // names compared for did-you-mean: bounded (suggest.c)
    Why why;           // a question that was answered with false says why (touching, stands ...)
    bool wants_why;    // inside an expect: why may cost more than the answer
    bool failed;       // something that should have been placed was VALUE_BAD: contracts are moot
    bool stopped;      // a limit was reached: unwind, everything is VALUE_BAD
    void *names;       // names.c
    StrMap predefined; // color.c, materials.c: words bound outside the program
};

// Never fails: VALUE_BAD when diagnosed.
Value eval_expr(Eval *ev, Scope *scope, const AstNode *node);
// Index of the chain of calls now running, for IR nodes and instances; NONE outside all defs.
u32 eval_call_id(Eval *ev);
// Charges n steps; false once the limit is reached (diagnosed at span, once).
bool eval_charge(Eval *ev, u64 n, Span span);
// A finite number, or VALUE_BAD with E0510 at span.
Value eval_finite(Eval *ev, f64 value, Dim dim, Span span);

// ---- built-ins ----

enum { BUILTIN_PARAMS_MAX = 14 };

typedef struct BuiltinCall BuiltinCall;

typedef struct BuiltinRow {
    Builtin spec;
    Value (*run)(Eval *ev, BuiltinCall *call);
} BuiltinRow;

// Arguments bound to parameters. For a method params[0] is the subject. No argument is VALUE_BAD. A
// parameter whose type ends in "..." takes all further positional arguments as one list. `r` was
// read as half of `d` (r_top, r_end alike): the value is doubled already and its bit set in
// as_radius.
struct BuiltinCall {
    const BuiltinRow *row;
    Scope *scope;
    Span span;                      // the whole call
    Span name;                      // the function's name
    u32 as_radius;                  // bits
    Value args[BUILTIN_PARAMS_MAX]; // VALUE_NONE: not given
    Span spans[BUILTIN_PARAMS_MAX];
};

static inline bool call_has(const BuiltinCall *c, u32 i) {
    return c->args[i].kind != VALUE_NONE;
}
Place call_place(const BuiltinCall *c, u32 i);
// The argument, or fallback when it was not given. False: diagnosed.
bool call_length(Eval *ev, BuiltinCall *c, u32 i, f64 fallback_mm, f64 *mm);
bool call_size(Eval *ev, BuiltinCall *c, u32 i, f64 *mm); // > 0 and within the limits, else E0640
bool call_angle(Eval *ev, BuiltinCall *c, u32 i, f64 fallback, f64 *deg);
bool call_number(Eval *ev, BuiltinCall *c, u32 i, f64 fallback, f64 *out);
bool call_count(Eval *ev, BuiltinCall *c, u32 i, u32 min, u32 max, u32 *out);
bool call_bool(Eval *ev, BuiltinCall *c, u32 i, bool fallback, bool *out);
bool call_point(Eval *ev, BuiltinCall *c, u32 i, Vec3 *mm);
bool call_direction(Eval *ev, BuiltinCall *c, u32 i, Vec3 fallback, Vec3 *unit);
bool call_solid(Eval *ev, BuiltinCall *c, u32 i, const Solid **out);

// One array for each file; registry.c joins them, in this order. Numbers: fn_number.c, lists:
// fn_list.c.
extern const BuiltinRow builtins_solid[], builtins_profile[], builtins_path[], builtins_make[],
    builtins_combine[], builtins_place[], builtins_instance[], builtins_ask[], builtins_relate[],
    builtins_number[], builtins_list[];
extern const u32 n_builtins_solid, n_builtins_profile, n_builtins_path, n_builtins_make,
    n_builtins_combine, n_builtins_place, n_builtins_instance, n_builtins_ask, n_builtins_relate,
    n_builtins_number, n_builtins_list;

// registry.c. Two rows may share a name (round of numbers, round of profiles): the one is taken
// whose parameters fit n arguments, the subject counted. NULL: no function of that name.
void registry_init(Eval *ev);
const BuiltinRow *registry_find(const Eval *ev, Str name, u32 n_args);

// ---- bind.c ----

// Evaluates the arguments of an AST_CALL (subject first, already evaluated if subject is not NULL)
// and binds them. False when diagnosed, here or by the name pass.
bool bind_builtin(Eval *ev, Scope *scope, const AstNode *call, const BuiltinRow *row,
                  const Value *subject, BuiltinCall *out);
// The same for a def: values[i] by formal, VALUE_NONE where not given (the caller evaluates
// defaults).
bool bind_formals(Eval *ev, Scope *scope, const AstNode *call, const AstNode *def,
                  const Value *subject, Value *values);

// ---- dim.c: numbers and lists of numbers ----

typedef struct OpPlace {
    AstOp op;
    Span op_span, left, right, span; // the operator, both operands, all
} OpPlace;

// + - * / % ^ of numbers and, elementwise, of lists (and of text + text? no: templates). Diagnoses.
Value value_arith(Eval *ev, OpPlace place, Value a, Value b);
// == != < <= > >= ~= ; == and != take any two values of one kind. A VALUE_BOOL or VALUE_BAD.
Value value_compare(Eval *ev, OpPlace place, Value a, Value b);
Value value_negate(Eval *ev, Value v, Span span);
// Brings a and b to one dimension: *out; false with E0401 showing both spans.
bool dim_agree(Eval *ev, OpPlace place, Dim a, Dim b, Dim *out);
// The number with its unit ("2.5cm") in the file's units.
Value value_from_literal(Eval *ev, const AstNode *number);

// ---- names.c ----

// The static pass: everything that can be known without running. Fills ev->labels with every part
// label in the text and sets ev->n_name_errors.
void names_check(Eval *ev);
// The span of a part with this label in the text, len 0 if there is none.
Span names_label_span(const Eval *ev, Str label);
// Whether anything may have such a member; if not, the pass has said so.
bool names_has_member(const Eval *ev, Str name);
// After evaluation: W09 for what was never used.
void names_check_unused(Eval *ev);

// ---- params.c, materials.c, color.c ----

void param_eval(Eval *ev, Scope *scope, const AstNode *node); // AST_PARAM: evaluates, checks, binds
void params_check_settings(Eval *ev);                         // settings that named no param
void material_eval(Eval *ev, Scope *scope, const AstNode *node); // AST_MATERIAL
// X, XY, inf, center, oak, steel, tomato: words that are bound outside the program.
bool predefined_find(Eval *ev, Str name, Value *out);
void predefined_each(void *ctx,
                     void (*visit)(void *ctx, Str name)); // for did-you-mean and completion

// ---- solids.c, body.c: used by the fn_*.c of solids ----

Value solid_from_ir(Eval *ev, IrId id);
Value solid_unite(Eval *ev, const Solid *const *solids, u32 n, Span span);
Value solid_binary(Eval *ev, OpPlace place, Value a,
                   Value b); // + - & of solids, profiles and lists of them
const Solid *solid_transform(Eval *ev, const Solid *solid, const Affine3 *map, Span span);
bool solid_is_bad(const Solid *solid);
bool solid_is_empty(const Solid *solid);
// Room for n instances; charges n steps. NULL when a limit is reached.
Instance *instances_new(Eval *ev, u32 n, Span span);

#endif
