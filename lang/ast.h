// SPDX-License-Identifier: Apache-2.0
// The syntax tree: what was written, with its places, before any meaning. Nodes live in one arena and
// are never changed after parsing. The parser guarantees: no NULL where not said, nesting at most
// AST_DEPTH_MAX, and that AST_BAD stands wherever recovery dropped something (it has been diagnosed;
// later stages pass over it in silence).
#ifndef FRC_LANG_AST_H
#define FRC_LANG_AST_H

#include "base/diag.h"

enum { AST_DEPTH_MAX = 1000 };

typedef struct AstNode AstNode;

typedef struct AstList {
    AstNode **items;
    u32 len;
} AstList;

// A name as written, with its place.
typedef struct AstName {
    Str text;
    Span span;
} AstName;

typedef enum AstKind {
    AST_BAD,
    // expressions
    AST_NUMBER,    // 45, 2.5cm
    AST_TEXT,      // "plain"
    AST_TEMPLATE,  // "{name} is {w} wide"
    AST_BOOL,      // true false
    AST_COLOR,     // #b98a5a
    AST_NAME,      // seat_height, X, inf, center
    AST_REF,       // @tuner[left]/post[2]
    AST_LIST,      // [a, b]
    AST_COMPREHENSION, // [f(i) for i in list if c]
    AST_UNARY,     // -a, not a
    AST_BINARY,    // a + b
    AST_TERNARY,   // c ? a : b
    AST_RANGE,     // a..b
    AST_CALL,      // f(a, k = v)  and  s.f(k = v) (subject set)
    AST_MEMBER,    // s.left
    AST_INDEX,     // l[i]
    AST_SLICE,     // l[a:b], either end may be missing
    AST_PART,      // part label "words": material { body }
    AST_GROUP,     // group { body }
    // statements
    AST_OBJECT,    // object chair "words"
    AST_UNITS,     // units cm
    AST_PARAM,
    AST_MATERIAL,
    AST_CANVAS,    // canvas [x, y, z]
    AST_TOLERANCE, // tolerance 0.1mm
    AST_LET,
    AST_DEF,
    AST_MARK,
    AST_CUT,       // cut @a, @b { body }
    AST_FOR,
    AST_IF,
    AST_EXPECT,
    AST_ALLOW,
    AST_PLACE,     // an expression as a statement
} AstKind;

typedef enum AstOp {
    AST_ADD, AST_SUB, AST_MUL, AST_DIV, AST_MOD, AST_POW,
    AST_AND3, // & : intersection of solids or profiles
    AST_EQ, AST_NE, AST_LT, AST_LE, AST_GT, AST_GE, AST_NEAR, // NEAR: ~=
    AST_AND, AST_OR,
    AST_NEG, AST_NOT, // unary
} AstOp;

typedef struct AstArg {
    AstName name; // empty text: positional
    AstNode *value;
    Span span;
} AstArg;

typedef struct AstArgs {
    AstArg *items;
    u32 len;
    Span span; // with the parentheses
} AstArgs;

// One step of a reference: @label[index] or /label[index].
typedef struct AstRefStep {
    AstName label;
    AstNode **indices; // [left] is an AST_NAME; [2], [i - 1] any expression; several may follow: [left][0]
    u32 n_indices;
} AstRefStep;

// for x in list, or for [x, h] in pairs
typedef struct AstBinder {
    AstName *names;
    u32 n_names;
    bool is_pattern; // written with brackets
    AstNode *list;
} AstBinder;

typedef struct AstFormal {
    AstName name;
    AstNode *value; // default, or NULL
} AstFormal;

// Allocated only as far as its kind's member of the union reaches: never copy a node by value.
struct AstNode {
    AstKind kind : 16;
    u16 depth; // height of the tree below, counted at creation
    Span span;
    union {
        struct { f64 value; Str unit; } number; // value as written; unit may be empty
        struct { Str value; } text;              // unescaped
        struct { AstList parts; } template_;     // AST_TEXT and expressions, in order
        struct { bool value; } boolean;
        struct { u32 rgb; } color;
        struct { Str text; } name;
        struct { AstRefStep *steps; u32 n_steps; } ref;
        struct { AstList items; } list;
        struct { AstNode *value; AstBinder *binders; u32 n_binders; AstNode *condition; } comprehension; // condition may be NULL
        struct { AstOp op; Span op_span; AstNode *operand; } unary;
        struct { AstOp op; Span op_span; AstNode *left, *right; } binary;
        struct { AstNode *condition, *yes, *no; } ternary;
        struct { AstNode *low, *high; } range;
        struct { AstNode *subject; AstName function; AstArgs args; } call; // subject NULL: f(...)
        struct { AstNode *subject; AstName name; } member;
        struct { AstNode *subject, *index; } index;
        struct { AstNode *subject, *first, *last; } slice; // first, last may be NULL
        struct { AstName label; bool has_words; Str words; AstNode *material; AstList body; Span head; } part; // material may be NULL; head: up to the brace
        struct { AstList body; } group;
        struct { AstName name; bool has_words; Str words; } object;
        struct { AstName unit; } units;
        // range: AST_RANGE, list of choices or NULL; step or NULL
        struct { AstName name; AstNode *value, *range, *step; bool has_words; Str words; } param;
        struct { AstName name; AstArgs fields; } material;
        struct { AstNode *value; } canvas, tolerance, place;
        struct { AstName name; AstNode *value; } let, mark;
        // Either value (def f(x) = value) or body (def f(x) { body }); value NULL when a body.
        struct { AstName name; AstFormal *formals; u32 n_formals; AstNode *value; AstList body; } def;
        struct { AstList refs; AstList body; } cut; // refs: AST_REF
        struct { AstBinder *binders; u32 n_binders; AstList body; } for_;
        struct { AstNode *condition; AstList yes, no; bool has_no; } if_; // else if: no holds one AST_IF
        struct { AstNode *condition; bool has_message; AstNode *message; } expect; // message NULL when not has_message
        struct { AstName what; AstArgs args; bool has_reason; Str reason; } allow; // what: floating, overlap
    };
};

typedef struct Ast {
    u32 source;
    AstList statements;
    bool is_cut_off; // the text ends inside brackets: statements at or after this offset may lack their rest
    u32 cut_off_at;
} Ast;

const char *ast_kind_name(AstKind kind); // "number", "part" ...
const char *ast_op_text(AstOp op);       // "+", "and", "~="
// Indented S-expressions with spans, for --emit ast.
void ast_dump(const Ast *ast, Sources *sources, StrBuf *out);
void ast_dump_shape(const Ast *ast, Sources *sources, StrBuf *out); // the same without places

#endif
