// SPDX-License-Identifier: Apache-2.0
// Habits from other languages: OpenSCAD, CadQuery, build123d, Python. Whoever writes `cube` or
// `.translate` knows what they want, so the answer is how it is written here, and where that is
// certain, the edit. The words are rows of foreign.def; this file expands their patterns with the
// arguments as written. What the grammar refuses already (`module`, children in braces) is said
// there.
#include "compiler/check/check_names.h"

enum { ANY = 1000, NAMED = 1001, WORDS_SHOWN_MAX = 100 };

typedef enum ForeignSort { FOREIGN_CALL, FOREIGN_METHOD, FOREIGN_MEMBER, FOREIGN_NAME } ForeignSort;

typedef struct ForeignRow {
    ForeignSort sort;
    const char *word;
    u32 n_args;
    const char *pattern;
    FixKind kind;
    const char *says;
} ForeignRow;

static const ForeignRow rows[] = {
#define CALL(word, n, pattern, kind, says) {FOREIGN_CALL, word, n, pattern, FIX_##kind, says},
#define METHOD(word, n, pattern, kind, says) {FOREIGN_METHOD, word, n, pattern, FIX_##kind, says},
#define MEMBER(word, pattern, says) {FOREIGN_MEMBER, word, 0, pattern, FIX_MACHINE, says},
#define NAME(word, pattern, says) {FOREIGN_NAME, word, 0, pattern, FIX_MACHINE, says},
#define PARAM(word, here)
#include "compiler/check/foreign.def"
#undef CALL
#undef METHOD
#undef MEMBER
#undef NAME
#undef PARAM
};

static const struct {
    const char *word, *here;
} params[] = {
#define CALL(word, n, pattern, kind, says)
#define METHOD(word, n, pattern, kind, says)
#define MEMBER(word, pattern, says)
#define NAME(word, pattern, says)
#define PARAM(word, here) {word, here},
#include "compiler/check/foreign.def"
#undef CALL
#undef METHOD
#undef MEMBER
#undef NAME
#undef PARAM
};

const char *foreign_param(Str name, u32 nth) {
    for (u32 i = 0; i < COUNT_OF(params); i++)
        if (str_equal_z(name, params[i].word) && nth-- == 0)
            return params[i].here;
    return NULL;
}

static const ForeignRow *row_find(ForeignSort sort, Str word) {
    for (u32 i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].sort == sort && str_equal_z(word, rows[i].word))
            return &rows[i];
    return NULL;
}

// ---- patterns ----

enum { OPERANDS_MAX = 16 };

typedef struct Operands {
    Eval *ev;
    const AstNode *subject;             // may be NULL
    const AstNode *items[OPERANDS_MAX]; // the arguments that count: positional, else named
    u32 n;
    Str all; // as written, without the parentheses
} Operands;

bool foreign_is_center(Str name) {
    return str_equal_z(name, "center") || str_equal_z(name, "centre") ||
           str_equal_z(name, "centered");
}

// False: more arguments than patterns handle.
static bool operands_of(Eval *ev, const AstNode *call, Operands *out) {
    const AstArgs *args = &call->call.args;
    *out = (Operands){.ev = ev, .subject = call->call.subject};
    if (args->span.len >= 2)
        out->all = source_text(ev->sources,
                               (Span){args->span.source, args->span.off + 1, args->span.len - 2});
    bool has_positional = false;
    for (u32 i = 0; i < args->len; i++)
        has_positional |= args->items[i].name.text.len == 0;
    for (u32 i = 0; i < args->len; i++) {
        const AstArg *arg = &args->items[i];
        if (has_positional ? arg->name.text.len > 0 : foreign_is_center(arg->name.text))
            continue;
        if (out->n == OPERANDS_MAX)
            return false;
        out->items[out->n++] = arg->value;
    }
    return true;
}

static void add_operand(const Operands *o, const AstNode *node, StrBuf *out) {
    bool wants_parens = node->kind == AST_BINARY || node->kind == AST_TERNARY ||
                        node->kind == AST_UNARY || node->kind == AST_RANGE;
    strbuf_add_z(out, wants_parens ? "(" : "");
    strbuf_add(out, node_text(o->ev, node));
    strbuf_add_z(out, wants_parens ? ")" : "");
}

static bool add_joined(const Operands *o, char op, StrBuf *out) {
    const AstNode *const *items = o->items;
    u32 n = o->n;
    if (n == 1 && items[0]->kind == AST_LIST) {
        items = (const AstNode *const *)items[0]->list.items.items;
        n = o->items[0]->list.items.len;
    }
    for (u32 i = 0; i < n; i++) {
        if (i > 0)
            strbuf_addf(out, " %c ", op);
        add_operand(o, items[i], out);
    }
    return n > 0;
}

// One list as it is; one number, as often as the pattern's shape has axes; several numbers in a
// list.
static bool add_vector(const Operands *o, u32 n_axes, StrBuf *out) {
    bool is_number = o->n == 1 && o->items[0]->kind == AST_NUMBER;
    if (o->n == 1 && !is_number) {
        strbuf_add(out, node_text(o->ev, o->items[0]));
        return true;
    }
    u32 n = is_number ? n_axes : o->n;
    strbuf_add_char(out, '[');
    for (u32 i = 0; i < n; i++) {
        strbuf_add_z(out, i ? ", " : "");
        strbuf_add(out, node_text(o->ev, o->items[is_number ? 0 : i]));
    }
    strbuf_add_char(out, ']');
    return n > 0;
}

static void add_color(const Operands *o, StrBuf *out) {
    const AstNode *node = o->items[0];
    u32 rgb;
    if (node->kind == AST_TEXT &&
        (color_find(node->text.value, &rgb) || material_is_builtin(node->text.value)))
        strbuf_add(out, node->text.value);
    else
        strbuf_add(out, node_text(o->ev, node));
}

static bool expand_one(const Operands *o, const char *pattern, const char *at, StrBuf *out) {
    char c = at[1];
    bool is_operand = at[0] == '%';
    if (c == 's') {
        if (is_operand)
            add_operand(o, o->subject, out);
        else
            strbuf_add(out, node_text(o->ev, o->subject));
        return true;
    }
    if (c == '*') {
        strbuf_add(out, o->all);
        return true;
    }
    if (c == 'v')
        return add_vector(o, strncmp(pattern, "rect", 4) == 0 ? 2 : 3, out);
    if (c == '+' || c == '-' || c == '&')
        return add_joined(o, c, out);
    if (o->n == 0)
        return false;
    if (c == 'c') {
        add_color(o, out);
        return true;
    }
    u32 i = (u32)(c - '0');
    if (i >= o->n)
        return false;
    if (is_operand)
        add_operand(o, o->items[i], out);
    else
        strbuf_add(out, node_text(o->ev, o->items[i]));
    return true;
}

static bool is_placeholder(const char *at) {
    return (*at == '$' || *at == '%') && at[1] && strchr("0123456789s*v+-&c", at[1]);
}

static bool expand(const Operands *o, const char *pattern, Str *text) {
    StrBuf out;
    strbuf_init(&out, o->ev->heap);
    bool ok = true;
    for (const char *at = pattern; *at && ok; at++) {
        if (!is_placeholder(at)) {
            strbuf_add_char(&out, *at);
            continue;
        }
        ok = expand_one(o, pattern, at, &out);
        at++;
    }
    *text = str_copy(o->ev->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return ok;
}

static bool arity_fits(const ForeignRow *row, const AstArgs *args, const Operands *o) {
    if (row->n_args == ANY)
        return true;
    if (row->n_args != NAMED)
        return row->n_args == o->n;
    for (u32 i = 0; i < args->len; i++)
        if (args->items[i].name.text.len == 0)
            return false;
    return args->len > 0;
}

static bool has_center_true(const AstArgs *args) {
    for (u32 i = 0; i < args->len; i++)
        if (foreign_is_center(args->items[i].name.text) && args->items[i].value->kind == AST_BOOL &&
            args->items[i].value->boolean.value)
            return true;
    return false;
}

// ---- calls ----

// box(size = [9, 9, 9]).fillet(2): the radius goes where the solid is made, if that is right
// before.
static bool fix_edges(Eval *ev, const AstNode *call, const Operands *o, Diag *diag) {
    static const struct {
        const char *word, *param;
    } edges[] = {
        {"fillet", "round"}, {"rounded", "round"}, {"chamfer", "chamfer"}, {"bevel", "chamfer"}};
    const AstNode *made = call->call.subject;
    if (!made || made->kind != AST_CALL || made->call.subject || o->n != 1 ||
        made->call.args.len == 0)
        return false;
    u32 first = registry_first(ev, made->call.function.text);
    for (u32 i = 0; first != NONE && i < COUNT_OF(edges); i++) {
        const BuiltinRow *row = registry_at(first);
        if (!str_equal_z(call->call.function.text, edges[i].word) ||
            !registry_has_param(row, edges[i].param))
            continue;
        const AstArgs *args = &made->call.args;
        Span inside = {made->span.source, made->span.off,
                       args->span.off + args->span.len - 1 - made->span.off};
        Str text =
            str_format(ev->arena, "%.*s, %s = %.*s)", STR_ARG(source_text(ev->sources, inside)),
                       edges[i].param, STR_ARG(node_text(ev, o->items[0])));
        diag_help(ev->diags, diag, "write %.*s", STR_ARG(text));
        diag_fix(ev->diags, diag, FIX_MACHINE, call->span, text);
        return true;
    }
    return false;
}

bool foreign_call(Eval *ev, const AstNode *call) {
    Str word = call->call.function.text;
    const ForeignRow *row = row_find(call->call.subject ? FOREIGN_METHOD : FOREIGN_CALL, word);
    if (!row)
        return false;
    Diag *diag = diag_add(ev->diags, DIAG_E0314, call->call.function.span, "there is no '%.*s': %s",
                          STR_ARG(word), row->says);
    diag_key(ev->diags, diag, "%.*s", STR_ARG(word));
    Operands operands;
    if (!operands_of(ev, call, &operands) || fix_edges(ev, call, &operands, diag))
        return true;
    for (; row < rows + COUNT_OF(rows) && str_equal_z(word, row->word); row++) {
        Str text;
        const char *pattern = row->pattern;
        if (*pattern == '\0' || !arity_fits(row, &call->call.args, &operands))
            continue;
        // What stays of the subject is left out of the edit, so that a chain can be mended link by
        // link.
        bool is_link = strncmp(pattern, "$s.", 3) == 0;
        if (!expand(&operands, is_link ? pattern + 3 : pattern, &text))
            continue;
        Span span = call->span;
        if (is_link) {
            span.off = call->call.function.span.off;
            span.len = call->span.off + call->span.len - span.off;
        }
        if (text.len <= WORDS_SHOWN_MAX && !memchr(text.ptr, '\n', text.len))
            diag_help(ev->diags, diag, "write %s%.*s", is_link ? "." : "", STR_ARG(text));
        diag_fix(ev->diags, diag, has_center_true(&call->call.args) ? FIX_MACHINE : row->kind, span,
                 text);
        break;
    }
    return true;
}

bool foreign_is_dead_end(Str word) {
    const ForeignRow *row = row_find(FOREIGN_CALL, word);
    return row && *row->pattern == '\0';
}

bool foreign_member(Eval *ev, const AstNode *member) {
    AstName name = member->member.name;
    const ForeignRow *row = row_find(FOREIGN_MEMBER, name.text);
    if (!row)
        return false;
    Diag *diag = diag_add(ev->diags, DIAG_E0314, name.span, "there is no '.%.*s': %s",
                          STR_ARG(name.text), row->says);
    diag_key(ev->diags, diag, ".%.*s", STR_ARG(name.text));
    if (*row->pattern == '\0')
        return true;
    bool is_link = strncmp(row->pattern, "$s.", 3) == 0;
    Str text = str_from(row->pattern + 3);
    Operands operands = {.ev = ev, .subject = member->member.subject};
    if (is_link || expand(&operands, row->pattern, &text)) {
        diag_help(ev->diags, diag, "write %s%.*s", is_link ? "." : "", STR_ARG(text));
        diag_fix(ev->diags, diag, FIX_MACHINE, is_link ? name.span : member->span, text);
    }
    return true;
}

bool foreign_name(Eval *ev, const AstNode *name) {
    const ForeignRow *row = row_find(FOREIGN_NAME, name->name.text);
    if (!row)
        return false;
    Diag *diag = diag_add(ev->diags, DIAG_E0314, name->span, "there is no '%.*s': %s",
                          STR_ARG(name->name.text), row->says);
    diag_key(ev->diags, diag, "%.*s", STR_ARG(name->name.text));
    if (*row->pattern) {
        diag_help(ev->diags, diag, "write %s", row->pattern);
        diag_fix(ev->diags, diag, FIX_MACHINE, name->span, str_from(row->pattern));
    }
    return true;
}

// ---- libraries ----

static const struct {
    const char *word, *what;
} modules[] = {
    {"cq", "CadQuery"},         {"cadquery", "CadQuery"}, {"bd", "build123d"},
    {"build123d", "build123d"}, {"b3d", "build123d"},     {"bpy", "Blender"},
    {"bmesh", "Blender"},       {"mathutils", "Blender"}, {"FreeCAD", "FreeCAD"},
    {"App", "FreeCAD"},         {"Part", "FreeCAD"},      {"THREE", "three.js"},
    {"jscad", "JSCAD"},         {"trimesh", "trimesh"},   {"o3d", "Open3D"},
    {"math", "Python"},         {"Math", "JavaScript"},   {"np", "Python"},
    {"numpy", "Python"},        {"random", "Python"},     {"solid", "SolidPython"},
    {"pv", "PyVista"},
};

static const char *module_find(Str word) {
    for (u32 i = 0; i < COUNT_OF(modules); i++)
        if (str_equal_z(word, modules[i].word))
            return modules[i].what;
    return NULL;
}

bool foreign_is_module(Str word) {
    return module_find(word) != NULL;
}

bool foreign_module(Eval *ev, const AstNode *node) {
    bool is_call = node->kind == AST_CALL;
    const AstNode *module = is_call ? node->call.subject : node->member.subject;
    AstName name = is_call ? node->call.function : node->member.name;
    const char *what = module_find(module->name.text);
    if (!what)
        return false;
    const ForeignRow *row = row_find(is_call ? FOREIGN_CALL : FOREIGN_NAME, name.text);
    bool is_known = is_call && registry_first(ev, name.text) != NONE;
    if (is_known ||
        (row && *row->pattern)) { // math.sin(x), np.linspace(a, b, n), math.pi: without its module
        Span prefix = {module->span.source, module->span.off, name.span.off - module->span.off};
        Diag *diag =
            diag_add(ev->diags, DIAG_E0314, module->span,
                     "there is no '%.*s' as in %s: functions are called by their names alone",
                     STR_ARG(module->name.text), what);
        diag_key(ev->diags, diag, "%.*s.%.*s", STR_ARG(module->name.text), STR_ARG(name.text));
        diag_help(ev->diags, diag, "write '%.*s' without '%.*s.'", STR_ARG(name.text),
                  STR_ARG(module->name.text));
        diag_fix(ev->diags, diag, FIX_MACHINE, prefix, STR(""));
        return true;
    }
    Diag *diag = diag_add(ev->diags, DIAG_E0314, module->span,
                          "there is no '%.*s': nothing of %s is used here",
                          STR_ARG(module->name.text), what);
    diag_key(ev->diags, diag, "%.*s", STR_ARG(module->name.text));
    diag_help(ev->diags, diag, "%s",
              row ? row->says
                  : "solids are made by name, box(size = [x, y, z]), placed by what follows, "
                    ".move([x, y, z]), and combined with + - &");
    return true;
}
