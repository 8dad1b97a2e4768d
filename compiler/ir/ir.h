// SPDX-License-Identifier: Apache-2.0
// The validated scene IR: a hash-consed graph of solids, profiles and paths, and over it the part
// tree. It is what the checker makes and all later stages read; spec/ir.md is its text form.
// Nothing in it is a user error: the checker has seen to ranges and finiteness (geometry that only
// its construction can refuse, such as a self-crossing polygon, is refused by the solid room).
#ifndef FRC_COMPILER_IR_IR_H
#define FRC_COMPILER_IR_IR_H

#include "base/diag.h"
#include "base/geom.h"
#include "base/str.h"

typedef enum IrKind {
#define IR_NODE(kind, name, sort, child_sort, min, max, fields) IR_##kind,
#include "compiler/ir/ir_nodes.def"
#undef IR_NODE
    IR_KIND_COUNT
} IrKind;

// Offsets of the fields in IrNode.nums: IR_BOX_round and so on; IR_BOX_n_nums counts the fixed
// ones.
#define F(kind, field, n)                                                                          \
    IR_##kind##_##field, IR_##kind##_##field##_last_ = IR_##kind##_##field + (n)-1,
#define V(kind, field, group)                                                                      \
    IR_##kind##_##field, IR_##kind##_##field##_back_ = IR_##kind##_##field - 1,
#define IR_NODE(kind, name, sort, child_sort, min, max, fields) enum { fields IR_##kind##_n_nums };
#include "compiler/ir/ir_nodes.def"
#undef IR_NODE
#undef F
#undef V

typedef enum IrSort {
    IR_SORT_NOTHING,
    IR_SORT_SOLID,
    IR_SORT_PROFILE,
    IR_SORT_PATH,
    IR_SORT_PROFILE_PATH
} IrSort;

typedef struct IrField {
    const char *name;
    u32 off, count; // count of a tail: the size of its groups
    bool is_tail;
} IrField;

// A row of the table, for the dumper, the reader and the spec.
typedef struct IrInfo {
    const char *name;
    IrSort sort, child_sort;
    u32 min_children, max_children; // NONE: any number
    u32 n_fixed;
    u32 n_fields;
    IrField fields[8];
} IrInfo;

const IrInfo *ir_info(IrKind kind);

// Index of a node; children always have smaller ids than their parents.
typedef u32 IrId;

typedef struct IrNode {
    IrKind kind;
    u32 n_children, n_nums;
    const IrId *children;
    const f64 *nums;
    Str text;  // of IR_TEXT
    Span span; // of the first expression that made it
    u32 call;  // the call chain that led there, or NONE (Scene.calls)
    u64 hash;  // of kind, numbers, text and the children's hashes: the same in every compilation
} IrNode;

typedef struct IrGraph {
    Arena *arena;
    IrNode *nodes;
    u32 len, cap;
    u32 *slots; // hash table of ids + 1
    u32 n_slots;
} IrGraph;

void ir_init(IrGraph *graph, Arena *arena);
// The node with exactly these contents, made if it is new; arrays are copied. Numbers must not be
// NaN; -0 becomes 0.
IrId ir_node(IrGraph *graph, IrKind kind, const IrId *children, u32 n_children, const f64 *nums,
             u32 n_nums, Str text, Span span, u32 call);
// Normalising builders: a transform of a transform is composed, the identity vanishes; unions of
// unions are flattened, of one child vanish; a - b - c becomes one difference.
IrId ir_xform(IrGraph *graph, IrId solid, const Affine3 *map, Span span, u32 call);
IrId ir_union(IrGraph *graph, const IrId *solids, u32 n, Span span, u32 call); // n >= 1
IrId ir_difference(IrGraph *graph, IrId from, const IrId *tools, u32 n, Span span, u32 call);
// Splits id into what is shared by instances and its place: *map is the identity unless id is
// XFORM.
IrId ir_strip_xform(const IrGraph *graph, IrId id, Affine3 *map);

// ---- the part tree ----

enum {             // sides; at most one of each pair
    SIDE_LEFT = 1, // +x: the object's own left
    SIDE_RIGHT = 2,
    SIDE_FRONT = 4, // -y
    SIDE_BACK = 8,
    SIDE_TOP = 16,
    SIDE_BOTTOM = 32,
};
// "left", "front left", "" (order: bottom top front back left right). Constant text.
const char *side_text(u32 sides);

typedef struct ScenePart {
    Str label;
    Str words;    // what people call it; the label if nothing was said
    Str path;     // "back/slat", labels only
    u32 parent;   // index of the enclosing part, smaller than this one's; or NONE
    u32 instance; // among the parts of the same path, in order of placement
    u32 sides;    // SIDE_*
    u32 material; // index into materials (inherited already), or NONE: the default look
    IrId solid;   // own geometry in the object's frame; NONE: only a parent
    Span span;    // of the part expression
    u32 call;
} ScenePart;

typedef struct SceneMark {
    Str name;
    u32 part;   // the part it belongs to, or NONE
    Vec3 point; // object frame, mm
} SceneMark;

typedef struct SceneMaterial {
    Str name;
    f32 color[3]; // linear sRGB primaries, 0..1
    u32 rgb;      // as written, 0xrrggbb
    f32 metallic, roughness, opacity;
    f32 emission[3]; // linear, may exceed 1
    Span span;       // len 0: built in
} SceneMaterial;

typedef enum SceneParamKind { PARAM_NUMBER, PARAM_BOOL, PARAM_TEXT } SceneParamKind;
typedef struct SceneParam {
    Str name, words;
    SceneParamKind kind;
    f64 number; // value used, as written units go: see unit
    Str text;
    bool flag;
    bool has_range;
    f64 low, high, step; // step 0: continuous; low, high may be infinite
    Str *choices;        // of texts
    f64 *number_choices; // of numbers
    u32 n_choices;
    const char *unit; // "cm", "deg" or "" (a bare number)
    Span span;
} SceneParam;

typedef struct SceneCall {
    Str function;
    Span span;  // of the call
    u32 parent; // index of the call around it, or NONE
} SceneCall;

typedef struct SceneAllow {
    bool is_overlap; // else floating
    Str a, b;        // labels or paths as written, without '@'; b empty: one reference
    Str reason;
    Span span;
} SceneAllow;

typedef struct Scene {
    Str name, words;
    Str unit;    // "mm", "cm" ...
    f64 unit_mm; // mm in one unit
    IrGraph *graph;
    ScenePart *parts;
    u32 n_parts;
    SceneMark *marks;
    u32 n_marks;
    SceneMaterial *materials;
    u32 n_materials;
    SceneParam *params;
    u32 n_params;
    SceneCall *calls;
    u32 n_calls;
    SceneAllow *allows;
    u32 n_allows;
    bool has_canvas;
    Vec3 canvas; // mm
    Span canvas_span;
    f64 tolerance;   // mm; 0: chosen from the canvas, or from each radius
    u64 source_hash; // of the program's text
} Scene;

// The numbers that scene_dump gives to nodes, by id: those that some part needs, in the graph's
// order; NONE for the rest. graph->len of them, from arena.
u32 *scene_number_nodes(const Scene *scene, Arena *arena);

// --emit ir (spec/ir.md) and back: dumping what was read gives the same bytes. Reading checks
// everything the checker would (shapes, references, ranges), from any bytes; a fault is told as
// "line 3: ...". The sources that places lie in are added to sources, with blank text of the right
// lines and columns.
void scene_dump(const Scene *scene, Sources *sources, StrBuf *out);
bool scene_read(Str text, Arena *arena, Sources *sources, Scene *out, Str *error);

#endif
