// SPDX-License-Identifier: Apache-2.0
// Habits in arguments: names and values that other languages take and no renaming alone mends, such
// as center = true, box(width = , depth = , height = ), rotate([90, 0, 45]), axis = "x".
#include "compiler/check/check_names.h"

// ---- arguments ----

// The argument list without argument k and its comma.
static Str args_without(Eval *ev, const AstArgs *args, u32 k) {
    StrBuf out;
    strbuf_init(&out, ev->heap);
    strbuf_add_char(&out, '(');
    for (u32 i = 0, n = 0; i < args->len; i++) {
        if (i == k)
            continue;
        strbuf_add_z(&out, n++ ? ", " : "");
        strbuf_add(&out, source_text(ev->sources, args->items[i].span));
    }
    strbuf_add_char(&out, ')');
    Str text = str_copy(ev->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return text;
}

static bool is_one_of(Str name, const char *const *words, u32 n) {
    for (u32 i = 0; i < n; i++)
        if (str_equal_z(name, words[i]))
            return true;
    return false;
}

static void argument_center(Eval *ev, const AstNode *call, const BuiltinRow *row, u32 arg,
                            Diag *diag) {
    const AstNode *value = call->call.args.items[arg].value;
    bool is_made = row->spec.sort == BUILTIN_MAKE;
    bool is_true = value->kind == AST_BOOL && value->boolean.value;
    Str without = args_without(ev, &call->call.args, arg);
    if (is_true && !is_made) {
        diag_help(ev->diags, diag,
                  "leave it out: what is given by a size is centred on the origin");
        diag_fix(ev->diags, diag, FIX_MACHINE, call->call.args.span, without);
    } else if (is_made) {
        diag_help(ev->diags, diag, "leave it out, and place the solid: .align(z = 0) centres it");
        if (is_true)
            diag_fix(ev->diags, diag, FIX_MAYBE, call->call.args.span,
                     str_format(ev->arena, "%.*s.align(z = 0)", STR_ARG(without)));
    } else {
        diag_help(ev->diags, diag,
                  "what is given by a size is centred; .align(left = 0, front = 0, bottom = 0) "
                  "puts its corner at the origin");
    }
}

// ---- scale(x = 2), align(above = @seat), cone(r2 = 3) ----

static void fix_argument(Eval *ev, Diag *diag, FixKind kind, Span span, Str text) {
    diag_help(ev->diags, diag, "write %.*s", STR_ARG(text));
    diag_fix(ev->diags, diag, kind, span, text);
}

static bool argument_scale(Eval *ev, const AstNode *call, u32 arg, Diag *diag) {
    const AstArgs *args = &call->call.args;
    Str factors[3] = {STR("1"), STR("1"), STR("1")};
    for (u32 i = 0; i < args->len; i++) {
        Str name = args->items[i].name.text;
        if (name.len != 1 || name.ptr[0] < 'x' || name.ptr[0] > 'z')
            return false;
        factors[name.ptr[0] - 'x'] = node_text(ev, args->items[i].value);
    }
    if (arg > 0) // the first one has said it for all
        return true;
    Str text = str_format(ev->arena, "([%.*s, %.*s, %.*s])", STR_ARG(factors[0]),
                          STR_ARG(factors[1]), STR_ARG(factors[2]));
    diag_help(ev->diags, diag, "write .scale%.*s", STR_ARG(text));
    diag_fix(ev->diags, diag, FIX_MACHINE, args->span, text);
    return true;
}

static const struct {
    const char *word, *side, *of;
} align_words[] = {
    {"above", "bottom", "top"},       {"on", "bottom", "top"},       {"on_top_of", "bottom", "top"},
    {"onto", "bottom", "top"},        {"below", "top", "bottom"},    {"under", "top", "bottom"},
    {"left_of", "right", "left"},     {"right_of", "left", "right"}, {"behind", "front", "back"},
    {"in_front_of", "back", "front"}, {"before", "back", "front"},
};

static bool argument_align(Eval *ev, const AstArg *a, Diag *diag) {
    Str value = node_text(ev, a->value);
    if (foreign_is_center(a->name.text) || str_equal_z(a->name.text, "middle")) {
        fix_argument(ev, diag, FIX_MAYBE, a->span,
                     str_format(ev->arena, "x = %.*s, y = %.*s", STR_ARG(value), STR_ARG(value)));
        return true;
    }
    for (u32 i = 0; i < COUNT_OF(align_words); i++) {
        if (!str_equal_z(a->name.text, align_words[i].word))
            continue;
        bool is_solid = a->value->kind == AST_REF || a->value->kind == AST_NAME;
        fix_argument(ev, diag, is_solid ? FIX_MACHINE : FIX_MAYBE, a->span,
                     str_format(ev->arena, "%s = %.*s%s%s", align_words[i].side, STR_ARG(value),
                                is_solid ? "." : "", is_solid ? align_words[i].of : ""));
        return true;
    }
    return false;
}

// ring(6, r = 20): copies are as far out as the first one.
static bool argument_ring(Eval *ev, const AstNode *call, const BuiltinRow *row, u32 arg) {
    static const char *const radii[] = {"r", "radius", "d", "diameter"};
    const AstArg *a = &call->call.args.items[arg];
    u32 word = 0;
    while (word < COUNT_OF(radii) && !str_equal_z(a->name.text, radii[word]))
        word++;
    if (word == COUNT_OF(radii))
        return false;
    Diag *diag = diag_add(ev->diags, DIAG_E0304, a->name.span, "unknown argument '%.*s' of ring",
                          STR_ARG(a->name.text));
    diag_note(ev->diags, diag, "%.*s", STR_ARG(registry_signature_note(ev, row)));
    Str value = node_text(ev, a->value), without = args_without(ev, &call->call.args, arg);
    bool is_plain = a->value->kind == AST_NUMBER || a->value->kind == AST_NAME;
    diag_help(ev->diags, diag,
              "copies turn about the axis as far out as the first one: "
              ".move(x = %s%.*s%s%s).ring%.*s",
              is_plain ? "" : "(", STR_ARG(value), is_plain ? "" : ")", word < 2 ? "" : " / 2",
              STR_ARG(without));
    return true;
}

static bool argument_by_function(Eval *ev, const AstNode *call, const BuiltinRow *row, u32 arg) {
    static const char *const tops[] = {"r2",      "d2",         "r_top", "d_top",
                                       "radius2", "top_radius", "top_d"};
    const AstArg *a = &call->call.args.items[arg];
    const char *function = row->spec.name;
    bool is_cone = strcmp(function, "cone") == 0, is_scale = strcmp(function, "scale") == 0,
         is_align = strcmp(function, "align") == 0;
    if (strcmp(function, "ring") == 0)
        return argument_ring(ev, call, row, arg);
    bool is_top = false;
    for (u32 i = 0; is_cone && i < COUNT_OF(tops); i++)
        is_top |= str_equal_z(a->name.text, tops[i]);
    if (!is_top && !is_scale && !is_align)
        return false;
    Diag *diag = diag_add(ev->diags, DIAG_E0304,
                          is_scale ? call->call.args.items[0].name.span : a->name.span,
                          "unknown argument '%.*s' of %s", STR_ARG(a->name.text), function);
    if (diag->n_notes == 0)
        diag_note(ev->diags, diag, "%.*s", STR_ARG(registry_signature_note(ev, row)));
    if (is_top)
        diag_help(ev->diags, diag, "a cone that is cut off is cylinder(h = , d = , d_top = )");
    else if ((is_scale && !argument_scale(ev, call, arg, diag)) ||
             (is_align && !argument_align(ev, a, diag))) {
        Suggest suggest;
        suggest_init(&suggest, ev, a->name.text);
        for (u32 p = 1; p < row->spec.n_params; p++)
            suggest_offer(&suggest, str_from(row->spec.params[p].name));
        suggest_finish(&suggest, diag, a->name.span, FIX_MAYBE);
    }
    return true;
}

// ---- box(width = , depth = , height = ) ----

static u32 size_axis(Str name, bool has_depth) {
    static const struct {
        const char *word;
        u32 with_depth, without;
    } words[] = {{"width", 0, 1},  {"w", 0, 1},     {"length", 0, 0},
                 {"l", 0, 0},      {"depth", 1, 1}, {"d", 1, 1},
                 {"height", 2, 2}, {"h", 2, 2},     {"thickness", 2, 2}};
    for (u32 i = 0; i < COUNT_OF(words); i++)
        if (str_equal_z(name, words[i].word))
            return has_depth ? words[i].with_depth : words[i].without;
    return NONE;
}

bool foreign_size(Eval *ev, const AstNode *call, const BuiltinRow *row) {
    const AstArgs *args = &call->call.args;
    if (row->spec.sort != BUILTIN_SOLID || row->spec.n_params == 0 ||
        strcmp(row->spec.params[0].name, "size") != 0)
        return false;
    bool has_depth = false;
    for (u32 i = 0; i < args->len; i++)
        has_depth |= str_equal_z(args->items[i].name.text, "depth") ||
                     str_equal_z(args->items[i].name.text, "d");
    const AstNode *sizes[3] = {NULL, NULL, NULL};
    const AstArg *first = NULL;
    StrBuf rest;
    strbuf_init(&rest, ev->heap);
    bool ok = true;
    for (u32 i = 0; i < args->len; i++) {
        u32 axis = size_axis(args->items[i].name.text, has_depth);
        if (axis == NONE) {
            strbuf_add_z(&rest, ", ");
            strbuf_add(&rest, source_text(ev->sources, args->items[i].span));
            continue;
        }
        ok = ok && sizes[axis] == NULL;
        sizes[axis] = args->items[i].value;
        first = first ? first : &args->items[i];
    }
    ok = ok && sizes[0] && sizes[1] && sizes[2];
    if (ok) {
        Str text =
            str_format(ev->arena, "(size = [%.*s, %.*s, %.*s]%.*s)",
                       STR_ARG(node_text(ev, sizes[0])), STR_ARG(node_text(ev, sizes[1])),
                       STR_ARG(node_text(ev, sizes[2])), (int)rest.len, rest.len ? rest.ptr : "");
        Diag *diag = diag_add(ev->diags, DIAG_E0304, first->name.span,
                              "unknown argument '%.*s' of %s: the three sizes are one vector",
                              STR_ARG(first->name.text), row->spec.name);
        diag_note(ev->diags, diag, "%.*s", STR_ARG(registry_signature_note(ev, row)));
        diag_help(ev->diags, diag, "write %s%.*s", row->spec.name, STR_ARG(text));
        diag_fix(ev->diags, diag, has_depth ? FIX_MACHINE : FIX_MAYBE, args->span, text);
    }
    strbuf_finish(&rest);
    return ok;
}

// ---- axis = "x", mirror([1, 0, 0]) ----

static char axis_of_text(Str text) {
    if (text.len == 2 && (text.ptr[0] == '+' || text.ptr[0] == '-'))
        text = (Str){text.ptr + 1, 1};
    char c = text.len == 1 ? text.ptr[0] : ' ';
    return c >= 'x' && c <= 'z' ? (char)(c - 'x' + 'X') : c >= 'X' && c <= 'Z' ? c : '\0';
}

// [0, 1, 0]: a list with a single number that is not 0.
static char axis_of_list(const AstNode *list) {
    char axis = '\0';
    for (u32 i = 0; i < list->list.items.len && list->list.items.len == 3; i++) {
        const AstNode *item = list->list.items.items[i];
        if (item->kind != AST_NUMBER || (item->number.value != 0 && axis))
            return '\0';
        axis = item->number.value != 0 ? "XYZ"[i] : axis;
    }
    return axis;
}

bool foreign_axis(Eval *ev, const AstNode *call, const BuiltinRow *row, const ArgMatch *match) {
    bool found = false;
    for (u32 p = 0; p < row->spec.n_params; p++) {
        const BuiltinParam *param = &row->spec.params[p];
        bool is_axis = strcmp(param->type, "axis") == 0,
             is_direction = strcmp(param->type, "direction") == 0;
        if (!(is_axis || is_direction) || match->arg_of[p] >= call->call.args.len)
            continue;
        const AstNode *value = call->call.args.items[match->arg_of[p]].value;
        char axis = value->kind == AST_TEXT              ? axis_of_text(value->text.value)
                    : is_axis && value->kind == AST_LIST ? axis_of_list(value)
                                                         : '\0';
        if (!axis)
            continue;
        Diag *diag = diag_add(ev->diags, DIAG_E0402, value->span,
                              "%.*s where %s of %s wants an axis: X, Y or Z",
                              STR_ARG(node_text(ev, value)), param->name, row->spec.name);
        diag_help(ev->diags, diag, "write %c", axis);
        diag_fix(ev->diags, diag, FIX_MACHINE, value->span, str_format(ev->arena, "%c", axis));
        found = true;
    }
    return found;
}

// ---- what no parameter takes ----

bool foreign_argument(Eval *ev, const AstNode *call, const BuiltinRow *row, u32 arg) {
    static const char *const smoothness[] = {
        "segments",  "facets",       "fn",    "resolution", "res",   "slices",    "convexity",
        "divisions", "subdivisions", "steps", "quality",    "sides", "n_segments"};
    static const char *const places[] = {"position", "pos",       "at",     "location", "loc",
                                         "origin",   "translate", "center", "centre"};
    static const char *const looks[] = {"color", "colour", "material"};
    static const char *const titles[] = {"name", "label", "id", "title"};
    const AstArg *a = &call->call.args.items[arg];
    Str name = a->name.text;
    bool makes = row->spec.sort <= BUILTIN_MAKE;
    if (argument_by_function(ev, call, row, arg))
        return true;
    bool is_flag = foreign_is_center(name) && (a->value->kind == AST_BOOL || makes) &&
                   a->value->kind != AST_LIST;
    bool is_smooth = is_one_of(name, smoothness, COUNT_OF(smoothness)),
         is_place = is_one_of(name, places, COUNT_OF(places));
    bool is_look = is_one_of(name, looks, COUNT_OF(looks)),
         is_title = is_one_of(name, titles, COUNT_OF(titles));
    if (!makes || !(is_flag || is_smooth || is_place || is_look || is_title))
        return false;
    Diag *diag = diag_add(ev->diags, DIAG_E0304, a->name.span, "unknown argument '%.*s' of %s",
                          STR_ARG(name), row->spec.name);
    diag_note(ev->diags, diag, "%.*s", STR_ARG(registry_signature_note(ev, row)));
    Str without = args_without(ev, &call->call.args, arg);
    if (is_flag) {
        argument_center(ev, call, row, arg, diag);
    } else if (is_smooth) {
        bool is_prism = str_equal_z(name, "sides");
        diag_help(ev->diags, diag,
                  is_prism ? "a prism is ngon(sides = 6, d = ...).extrude(h = ...)"
                           : "leave it out: curves are as smooth as `tolerance` asks");
        if (!is_prism)
            diag_fix(ev->diags, diag, FIX_MACHINE, call->call.args.span, without);
    } else if (is_place) {
        diag_help(ev->diags, diag, "place it by what follows: .move(%.*s)",
                  STR_ARG(node_text(ev, a->value)));
        diag_fix(ev->diags, diag, FIX_MACHINE, call->call.args.span,
                 str_format(ev->arena, "%.*s.move(%.*s)", STR_ARG(without),
                            STR_ARG(node_text(ev, a->value))));
    } else if (is_look) {
        diag_help(ev->diags, diag,
                  "a look belongs to a part: part label: oak { ... }, or follows: .paint(red)");
    } else {
        diag_help(ev->diags, diag, "a thing is named by its part: part label { ... }");
    }
    return true;
}

// ---- rotate ----

static bool is_zero(const AstNode *node) {
    return node->kind == AST_NUMBER && node->number.value == 0;
}

// The turns about X, Y, Z in that order, one call each, each with the other arguments (about =
// ...).
static bool rotation_split(Eval *ev, const AstNode *call, const AstNode *const angles[3],
                           Str *text) {
    const AstArgs *args = &call->call.args;
    StrBuf out;
    strbuf_init(&out, ev->heap);
    u32 n = 0;
    for (u32 axis = 0; axis < 3; axis++) {
        if (!angles[axis] || is_zero(angles[axis]))
            continue;
        Str angle = node_text(ev, angles[axis]);
        strbuf_addf(&out, "%srotate(%c = %.*s", n++ ? "." : "", "xyz"[axis], STR_ARG(angle));
        for (u32 i = 0; i < args->len; i++)
            if (str_equal_z(args->items[i].name.text, "about")) {
                strbuf_add_z(&out, ", ");
                strbuf_add(&out, source_text(ev->sources, args->items[i].span));
            }
        strbuf_add_char(&out, ')');
    }
    *text = str_copy(ev->arena, strbuf_str(&out));
    strbuf_finish(&out);
    return n > 0;
}

// rotate(90, X), rotate(Z, 90), rotate(90, [0, 1, 0]): named.
static bool rotation_about(Eval *ev, const AstNode *call) {
    const AstArgs *args = &call->call.args;
    const AstNode *axis = args->items[0].value, *angle = args->items[1].value;
    if (axis->kind != AST_LIST && axis->kind != AST_NAME) {
        axis = angle;
        angle = args->items[0].value;
    }
    if (axis->kind != AST_LIST && axis->kind != AST_NAME)
        return false;
    Str angle_text = node_text(ev, angle), axis_text = node_text(ev, axis);
    char word = axis->kind == AST_NAME ? axis_of_text(axis_text) : axis_of_list(axis);
    bool is_word = axis->kind == AST_NAME
                       ? word != '\0'
                       : word != '\0' && !memchr(axis_text.ptr, '-', axis_text.len);
    Str text = is_word ? str_format(ev->arena, "(%c = %.*s)", word - 'X' + 'x', STR_ARG(angle_text))
                       : str_format(ev->arena, "(axis = %.*s, angle = %.*s)", STR_ARG(axis_text),
                                    STR_ARG(angle_text));
    Diag *diag =
        diag_add(ev->diags, DIAG_E0307, args->items[1].span, "rotate takes its axis by name");
    diag_help(ev->diags, diag, "write .rotate%.*s", STR_ARG(text));
    diag_fix(ev->diags, diag, FIX_MACHINE, args->span, text);
    return true;
}

bool foreign_rotation(Eval *ev, const AstNode *call) {
    const AstArgs *args = &call->call.args;
    if (!str_equal_z(call->call.function.text, "rotate"))
        return false;
    const AstNode *angles[3] = {NULL, NULL, NULL};
    u32 n_axes = 0, n_positional = 0;
    const AstNode *positional = NULL;
    for (u32 i = 0; i < args->len; i++) {
        Str name = args->items[i].name.text;
        if (name.len == 0 && n_positional++ == 0)
            positional = args->items[i].value;
        if (name.len == 1 && name.ptr[0] >= 'x' && name.ptr[0] <= 'z') {
            n_axes += angles[name.ptr[0] - 'x'] == NULL;
            angles[name.ptr[0] - 'x'] = args->items[i].value;
        }
    }
    if (call->call.subject && n_axes == 0 && n_positional == 2 && args->len == 2)
        return rotation_about(ev, call);
    n_positional -= call->call.subject || n_positional == 0 ? 0 : 1; // rotate(s, z = 30): the solid
    bool is_triple = n_positional == 1 && n_axes == 0 && positional->kind == AST_LIST &&
                     positional->list.items.len == 3;
    if (n_axes < 2 && !(call->call.subject && is_triple))
        return false;
    for (u32 i = 0; is_triple && i < 3; i++)
        angles[i] = positional->list.items.items[i];
    const AstNode *last = angles[2] ? angles[2] : angles[1];
    Diag *diag =
        diag_add(ev->diags, DIAG_E0315, is_triple ? positional->span : last->span,
                 is_triple ? "rotate takes no list of angles: it turns about one axis a call"
                           : "rotate turns about one axis a call");
    Str text;
    if (!call->call.subject || !rotation_split(ev, call, angles, &text))
        return true;
    Span span = {call->span.source, call->call.function.span.off,
                 call->span.off + call->span.len - call->call.function.span.off};
    diag_help(ev->diags, diag, "write .%.*s", STR_ARG(text));
    diag_fix(ev->diags, diag, FIX_MACHINE, span, text);
    return true;
}

// ---- fields of a material ----

static const struct {
    const char *word, *here;
} field_words[] = {
    {"colour", "color"},       {"base_color", "color"}, {"baseColor", "color"},
    {"rgb", "color"},          {"diffuse", "color"},    {"albedo", "color"},
    {"metalness", "metallic"}, {"metal", "metallic"},   {"rough", "roughness"},
    {"alpha", "opacity"},      {"transparency", ""},    {"shininess", ""},
    {"emissive", "emission"},  {"glow", "emission"},    {"light", "emission"},
};

static const char *field_meant(Eval *ev, Diag *diag, Str name, const AstNode *value) {
    if (str_equal_z(name, "transparency"))
        diag_help(ev->diags, diag, "opacity is 1 less that: opacity = 1 - %.*s",
                  STR_ARG(node_text(ev, value)));
    else if (str_equal_z(name, "shininess"))
        diag_help(ev->diags, diag, "a low roughness shines: roughness = 0.2");
    for (u32 i = 0; i < COUNT_OF(field_words); i++)
        if (str_equal_z(name, field_words[i].word))
            return field_words[i].here;
    return NULL;
}

bool foreign_field_check(Eval *ev, const AstNode *material, u32 field) {
    const AstArgs *fields = &material->material.fields;
    const AstArg *arg = &fields->items[field];
    Str name = arg->name.text;
    for (u32 i = 0; i < field; i++) {
        if (!str_equal(name, fields->items[i].name.text))
            continue;
        Diag *diag = diag_add(ev->diags, DIAG_E0306, arg->span,
                              "'%.*s' of the material is given twice", STR_ARG(name));
        diag_label(ev->diags, diag, fields->items[i].span, "first given here");
        diag_help(ev->diags, diag, "take one of them out");
        return false;
    }
    const char *known;
    for (u32 i = 0; (known = material_field_name(i)) != NULL; i++)
        if (str_equal_z(name, known))
            return true;
    Diag *diag = diag_add(ev->diags, DIAG_E0304, arg->name.span,
                          "unknown field '%.*s' of a material", STR_ARG(name));
    diag_note(ev->diags, diag, "material m { color, metallic, roughness, opacity, emission }");
    const char *meant = field_meant(ev, diag, name, arg->value);
    if (meant && *meant) {
        diag_help(ev->diags, diag, "write '%s'", meant);
        diag_fix(ev->diags, diag, FIX_MACHINE, arg->name.span, str_from(meant));
    }
    if (meant)
        return false;
    Suggest suggest;
    suggest_init(&suggest, ev, name);
    for (u32 i = 0; (known = material_field_name(i)) != NULL; i++)
        suggest_offer(&suggest, str_from(known));
    suggest_finish(&suggest, diag, arg->name.span, FIX_MAYBE);
    return false;
}
