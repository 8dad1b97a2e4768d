// SPDX-License-Identifier: Apache-2.0
// Colours by name and by number, and the words that are bound outside the program: axes, planes,
// inf, center, the built-in materials, and the colours of CSS. All are const tables sorted by name;
// a built-in material enters the scene when it is first used.
#include "compiler/check/check_names.h"

typedef struct ColorRow {
    const char *name;
    u32 rgb;
} ColorRow;

static const ColorRow colors[] = {
#define COLOR(name, rgb) {#name, rgb},
#include "compiler/check/colors.def"
#undef COLOR
};

static int compare_z(Str s, const char *z) {
    return str_compare(s, str_from(z));
}

bool color_find(Str name, u32 *rgb) {
    u32 low = 0, high = COUNT_OF(colors);
    while (low < high) {
        u32 mid = (low + high) / 2;
        int order = compare_z(name, colors[mid].name);
        if (order == 0) {
            *rgb = colors[mid].rgb;
            return true;
        }
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return false;
}

const char *color_name(u32 rgb) {
    for (u32 i = 0; i < COUNT_OF(colors); i++)
        if (colors[i].rgb == rgb)
            return colors[i].name;
    return NULL;
}

u32 color_count(void) {
    return COUNT_OF(colors);
}
const char *color_name_at(u32 i) {
    return colors[i].name;
}

// The transfer function of IEC 61966-2-1 (sRGB), decoded.
static f32 channel_linear(u32 byte) {
    f64 c = byte / 255.0;
    return (f32)(c <= 0.04045 ? c / 12.92 : math_pow((c + 0.055) / 1.055, 2.4));
}

void color_linear(u32 rgb, f32 out[3]) {
    out[0] = channel_linear(rgb >> 16 & 255);
    out[1] = channel_linear(rgb >> 8 & 255);
    out[2] = channel_linear(rgb & 255);
}

bool value_to_color(Eval *ev, Value v, Place place, u32 *rgb) {
    if (v.kind == VALUE_COLOR) {
        *rgb = v.rgb;
        return true;
    }
    if (v.kind == VALUE_MATERIAL) {
        // gold and silver are materials and colours: where a colour is wanted, the colour is meant.
        const SceneMaterial *material = &ev->materials.data[v.index];
        if (material->span.len > 0 || !color_find(material->name, rgb))
            *rgb = material->rgb;
        return true;
    }
    if (v.kind == VALUE_TEXT && color_find(v.text, rgb)) {
        Diag *diag = diag_add(ev->diags, DIAG_E0402, place.span,
                              "a colour's name is written without quotes: %.*s", STR_ARG(v.text));
        diag_fix(ev->diags, diag, FIX_MACHINE, place.span, v.text);
        return false;
    }
    value_mismatch(ev, v, place, "a colour: #rrggbb or a CSS name");
    return false;
}

// ---- words bound outside the program ----

static const struct {
    const char *name;
    ValueKind kind;
    u32 axis;
} words[] = {
    {"X", VALUE_AXIS, 0},        {"Y", VALUE_AXIS, 1},     {"Z", VALUE_AXIS, 2},
    {"XY", VALUE_PLANE, 2},      {"XZ", VALUE_PLANE, 1},   {"YZ", VALUE_PLANE, 0},
    {"center", VALUE_CENTER, 0}, {"inf", VALUE_NUMBER, 0},
};

static bool word_find(Str name, Value *out) {
    for (u32 i = 0; i < COUNT_OF(words); i++)
        if (str_equal_z(name, words[i].name)) {
            *out = (Value){.kind = words[i].kind};
            if (words[i].kind == VALUE_NUMBER)
                out->number = INFINITY;
            else
                out->axis = words[i].axis;
            return true;
        }
    return false;
}

bool predefined_find(Eval *ev, Str name, Value *out) {
    if (word_find(name, out))
        return true;
    u32 material = material_builtin(ev, name);
    if (material != NONE) {
        *out = (Value){.kind = VALUE_MATERIAL, .index = material};
        return true;
    }
    u32 rgb;
    if (!color_find(name, &rgb))
        return false;
    *out = (Value){.kind = VALUE_COLOR, .rgb = rgb};
    return true;
}

bool predefined_has(Str name) {
    Value value;
    u32 rgb;
    return word_find(name, &value) || material_is_builtin(name) || color_find(name, &rgb);
}

void predefined_each_word(void *ctx, void (*visit)(void *ctx, Str name)) {
    for (u32 i = 0; i < COUNT_OF(words); i++)
        visit(ctx, str_from(words[i].name));
}

void predefined_each(void *ctx, void (*visit)(void *ctx, Str name)) {
    predefined_each_word(ctx, visit);
    for (u32 i = 0; i < material_builtin_count(); i++)
        visit(ctx, str_from(material_builtin_name(i)));
    for (u32 i = 0; i < color_count(); i++)
        if (!material_is_builtin(str_from(colors[i].name)))
            visit(ctx, str_from(colors[i].name));
}
