// SPDX-License-Identifier: Apache-2.0
// What parts are made of: the built-in materials, `material m { ... }`, and colours used as
// materials. The look is that of glTF: base colour, metallic, roughness, opacity, emission. Colours
// are written as sRGB and kept linear.
#include "compiler/check/check_names.h"

enum { COLOR_DEFAULT = 0xcccccc };
static const f64 ROUGHNESS_DEFAULT = 0.5;

typedef struct MaterialRow {
    const char *name;
    u32 rgb;
    f32 metallic, roughness, opacity;
} MaterialRow;

static const MaterialRow materials[] = {
#define MATERIAL(name, rgb, metallic, roughness, opacity)                                          \
    {#name, rgb, (f32)(metallic), (f32)(roughness), (f32)(opacity)},
#include "compiler/check/materials.def"
#undef MATERIAL
};

u32 material_builtin_count(void) {
    return COUNT_OF(materials);
}
const char *material_builtin_name(u32 i) {
    return materials[i].name;
}

static const MaterialRow *row_find(Str name) {
    u32 low = 0, high = COUNT_OF(materials);
    while (low < high) {
        u32 mid = (low + high) / 2;
        int order = str_compare(name, str_from(materials[mid].name));
        if (order == 0)
            return &materials[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

bool material_is_builtin(Str name) {
    return row_find(name) != NULL;
}

static u32 material_add(Eval *ev, SceneMaterial material) {
    avec_push(ev->arena, &ev->materials, material);
    return ev->materials.len - 1;
}

u32 material_builtin(Eval *ev, Str name) {
    const MaterialRow *row = row_find(name);
    if (!row)
        return NONE;
    u32 index = strmap_get(&ev->predefined, str_from(row->name));
    if (index != NONE)
        return index;
    SceneMaterial material = {.name = str_from(row->name),
                              .rgb = row->rgb,
                              .metallic = row->metallic,
                              .roughness = row->roughness,
                              .opacity = row->opacity};
    color_linear(row->rgb, material.color);
    index = material_add(ev, material);
    strmap_set(&ev->predefined, material.name, index);
    return index;
}

// A colour as a material: the look of a painted or plastic thing.
static u32 material_of_color(Eval *ev, u32 rgb) {
    Str hex = str_format(ev->arena, "#%06x", (unsigned)rgb);
    u32 index = strmap_get(&ev->predefined, hex);
    if (index != NONE)
        return index;
    const char *name = color_name(rgb);
    SceneMaterial material = {.name = name ? str_from(name) : hex,
                              .rgb = rgb,
                              .roughness = (f32)ROUGHNESS_DEFAULT,
                              .opacity = 1};
    color_linear(rgb, material.color);
    index = material_add(ev, material);
    strmap_set(&ev->predefined, hex, index);
    return index;
}

bool value_to_material(Eval *ev, Value v, Place place, u32 *material) {
    if (v.kind == VALUE_MATERIAL) {
        *material = v.index;
        return true;
    }
    if (v.kind == VALUE_COLOR) {
        *material = material_of_color(ev, v.rgb);
        return true;
    }
    Value known;
    if (v.kind == VALUE_TEXT && predefined_find(ev, v.text, &known) &&
        (known.kind == VALUE_MATERIAL || known.kind == VALUE_COLOR)) {
        Diag *diag = diag_add(ev->diags, DIAG_E0402, place.span,
                              "a material's name is written without quotes: %.*s", STR_ARG(v.text));
        diag_fix(ev->diags, diag, FIX_MACHINE, place.span, v.text);
        return false;
    }
    value_mismatch(ev, v, place, "a material or a colour");
    return false;
}

// ---- material m { ... } ----

typedef struct FieldRow {
    const char *name, *meaning;
    f64 low, high;
} FieldRow;

// In the order of material_field_name().
static const FieldRow fields[] = {
    {"color", "", 0, 0},
    {"metallic", "from 0 (not metal) to 1 (metal)", 0, 1},
    {"roughness", "from 0 (like a mirror) to 1 (matt)", 0, 1},
    {"opacity", "from 0 (clear) to 1 (opaque)", 0, 1},
    {"emission", "from 0 (dark) to 1000, in strengths of its colour", 0, 1000},
};

const char *material_field_name(u32 i) {
    return i < COUNT_OF(fields) ? fields[i].name : NULL;
}

static u32 field_find(Str name) {
    for (u32 i = 0; i < COUNT_OF(fields); i++)
        if (str_equal_z(name, fields[i].name))
            return i;
    return NONE;
}

static bool field_number(Eval *ev, const FieldRow *field, Value v, Place place, f32 *out) {
    f64 x;
    if (!value_to_number(ev, v, place, &x))
        return false;
    if (!(x >= field->low && x <= field->high)) {
        Diag *diag = diag_add(ev->diags, DIAG_E0512, place.span, "%.*s is no %s: it goes %s",
                              STR_ARG(diag_number(ev->diags, x)), field->name, field->meaning);
        diag_measure(diag, x, x < field->low ? field->low : field->high, STR(""));
        if (x > 1 && x <= 100 && field->high == 1) {
            Str part = diag_number(ev->diags, x / 100);
            diag_help(ev->diags, diag, "%.*s percent is %.*s", STR_ARG(diag_number(ev->diags, x)),
                      STR_ARG(part));
            diag_fix(ev->diags, diag, FIX_MAYBE, place.span, part);
        } else {
            diag_help(ev->diags, diag, "the nearest that will do is %.*s",
                      STR_ARG(diag_number(ev->diags, x < field->low ? field->low : field->high)));
        }
        return false;
    }
    *out = (f32)x;
    return true;
}

typedef struct Look {
    SceneMaterial material;
    f32 strength; // of the emission
    bool has_emission_color;
    u32 emission_rgb;
} Look;

static void field_set(Eval *ev, u32 field, Value v, Place place, Look *look) {
    SceneMaterial *m = &look->material;
    switch (field) {
    case 0:
        value_to_color(ev, v, place, &m->rgb);
        break;
    case 1:
        field_number(ev, &fields[field], v, place, &m->metallic);
        break;
    case 2:
        field_number(ev, &fields[field], v, place, &m->roughness);
        break;
    case 3:
        field_number(ev, &fields[field], v, place, &m->opacity);
        break;
    case 4:
        if (v.kind == VALUE_NUMBER)
            field_number(ev, &fields[field], v, place, &look->strength);
        else
            look->has_emission_color = value_to_color(ev, v, place, &look->emission_rgb);
        break;
    }
}

void material_eval(Eval *ev, Scope *scope, const AstNode *node) {
    Look look = {.material = {.name = node->material.name.text,
                              .rgb = COLOR_DEFAULT,
                              .roughness = (f32)ROUGHNESS_DEFAULT,
                              .opacity = 1,
                              .span = node->span}};
    const AstArgs *args = &node->material.fields;
    for (u32 i = 0; i < args->len; i++) {
        u32 field = field_find(args->items[i].name.text);
        Value v = eval_expr(ev, scope, args->items[i].value);
        if (field == NONE) // the name pass has said so
            continue;
        Place place = {args->items[i].value->span, fields[field].name, STR("material")};
        field_set(ev, field, v, place, &look);
    }
    SceneMaterial *m = &look.material;
    color_linear(m->rgb, m->color);
    color_linear(look.has_emission_color ? look.emission_rgb : m->rgb, m->emission);
    for (u32 i = 0; i < 3; i++)
        m->emission[i] *= look.has_emission_color ? 1 : look.strength;
    u32 index = material_add(ev, look.material);
    scope_bind(ev, scope, node->material.name, (Value){.kind = VALUE_MATERIAL, .index = index});
}
