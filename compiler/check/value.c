// SPDX-License-Identifier: Apache-2.0
// Values: how they are described and printed in messages, and how they are read where a length, a
// point, a solid is wanted. A conversion that fails says what stands there, what is wanted, and
// what to type; a VALUE_BAD passes in silence, since whoever made it has spoken.
#include "compiler/check/check_internal.h"

enum { SHOW_BYTES_MAX = 60 };
static const f64 COORDINATE_MAX_MM = 1e6;

// ---- describing ----

const char *value_kind_name(ValueKind kind) {
    switch (kind) {
    case VALUE_BAD:
        return "nothing";
    case VALUE_NONE:
        return "nothing";
    case VALUE_NUMBER:
        return "a number";
    case VALUE_BOOL:
        return "true or false";
    case VALUE_TEXT:
        return "a text";
    case VALUE_LIST:
        return "a list";
    case VALUE_RANGE:
        return "a range";
    case VALUE_SOLID:
        return "a solid";
    case VALUE_PROFILE:
        return "a profile";
    case VALUE_PATH:
        return "a path";
    case VALUE_MATERIAL:
        return "a material";
    case VALUE_COLOR:
        return "a colour";
    case VALUE_AXIS:
        return "an axis";
    case VALUE_PLANE:
        return "a plane";
    case VALUE_CENTER:
        return "the word center";
    }
    return "";
}

Str number_show(Eval *ev, f64 value, Dim dim) {
    char text[NUMBER_TEXT_MAX];
    number_write_short(value, 6, text);
    if (dim.angle == DIM_ONE && dim.length == 0)
        return str_format(ev->arena, "%s deg", text);
    if (dim.angle != 0 || dim.length < DIM_ONE || dim.length > 3 * DIM_ONE ||
        dim.length % DIM_ONE != 0)
        return str_copy(ev->arena, str_from(text));
    const char *power = dim.length == DIM_ONE ? "" : dim.length == 2 * DIM_ONE ? "2" : "3";
    return str_format(ev->arena, "%s %.*s%s", text, STR_ARG(ev->scene->unit), power);
}

static const char *const AXIS_NAMES[] = {"X", "Y", "Z"};
static const char *const PLANE_NAMES[] = {"YZ", "XZ", "XY"};

static void print_number(StrBuf *out, f64 value) {
    char text[NUMBER_TEXT_MAX];
    number_write_short(value, 6, text);
    strbuf_add_z(out, text);
}

static void print_list(Eval *ev, ValueList list, StrBuf *out) {
    strbuf_add_char(out, '[');
    for (u32 i = 0; i < list.len; i++) {
        if (i > 0)
            strbuf_add_z(out, ", ");
        value_print(ev, list.items[i], out);
    }
    strbuf_add_char(out, ']');
}

static void print_solid(Eval *ev, const Solid *solid, StrBuf *out) {
    if (solid->n_parts == 0 || solid->solid != NONE)
        strbuf_add_z(out, "a solid");
    else
        strbuf_add(out, ev->labels.keys[solid->parts[0].label]);
}

void value_print(Eval *ev, Value v, StrBuf *out) {
    switch (v.kind) {
    case VALUE_BAD:
    case VALUE_NONE:
        break;
    case VALUE_NUMBER:
        print_number(out, v.number);
        break;
    case VALUE_BOOL:
        strbuf_add_z(out, v.flag ? "true" : "false");
        break;
    case VALUE_TEXT:
        strbuf_add(out, v.text);
        break;
    case VALUE_LIST:
        print_list(ev, v.list, out);
        break;
    case VALUE_RANGE:
        print_number(out, v.range.low);
        strbuf_add_z(out, "..");
        print_number(out, v.range.high);
        break;
    case VALUE_SOLID:
        print_solid(ev, v.solid, out);
        break;
    case VALUE_PROFILE:
        strbuf_add_z(out, "a profile");
        break;
    case VALUE_PATH:
        strbuf_add_z(out, "a path");
        break;
    case VALUE_MATERIAL:
        strbuf_add(out, ev->materials.data[v.index].name);
        break;
    case VALUE_COLOR:
        strbuf_addf(out, "#%06x", v.rgb);
        break;
    case VALUE_AXIS:
        strbuf_add_z(out, AXIS_NAMES[v.axis]);
        break;
    case VALUE_PLANE:
        strbuf_add_z(out, PLANE_NAMES[v.axis]);
        break;
    case VALUE_CENTER:
        strbuf_add_z(out, "center");
        break;
    }
}

// Cuts between two characters, not inside one.
static Str show_cut(Eval *ev, Str s) {
    if (s.len <= SHOW_BYTES_MAX)
        return s;
    u32 end = SHOW_BYTES_MAX - 3;
    while (end > 0 && ((u8)s.ptr[end] & 0xc0) == 0x80)
        end--;
    return str_format(ev->arena, "%.*s...", (int)end, s.ptr);
}

Str value_show(Eval *ev, Value v) {
    if (v.kind == VALUE_NUMBER)
        return number_show(ev, v.number, v.dim);
    StrBuf buf;
    strbuf_init(&buf, ev->heap);
    if (v.kind == VALUE_LIST && v.list.len > SHOW_BYTES_MAX)
        print_list(ev, (ValueList){v.list.items, SHOW_BYTES_MAX, 0}, &buf);
    else
        value_print(ev, v, &buf);
    Str text = show_cut(ev, strbuf_str(&buf));
    text = v.kind == VALUE_TEXT ? str_format(ev->arena, "\"%.*s\"", STR_ARG(text))
                                : str_copy(ev->arena, text);
    strbuf_finish(&buf);
    return text;
}

Str value_describe(Eval *ev, Value v) {
    switch (v.kind) {
    case VALUE_NUMBER: {
        char name[48];
        if (dim_is_bare(v.dim))
            return str_format(ev->arena, "the number %.*s", STR_ARG(value_show(ev, v)));
        return str_format(ev->arena, "%s (%.*s)", dim_name(v.dim, name),
                          STR_ARG(value_show(ev, v)));
    }
    case VALUE_LIST:
        return str_format(ev->arena, "a list of %u", v.list.len);
    case VALUE_BOOL:
    case VALUE_AXIS:
    case VALUE_PLANE:
    case VALUE_CENTER:
        return value_show(ev, v);
    case VALUE_TEXT:
        return str_format(ev->arena, "the text %.*s", STR_ARG(value_show(ev, v)));
    case VALUE_RANGE:
        return str_format(ev->arena, "the range %.*s", STR_ARG(value_show(ev, v)));
    case VALUE_BAD:
    case VALUE_NONE:
    case VALUE_SOLID:
    case VALUE_PROFILE:
    case VALUE_PATH:
    case VALUE_MATERIAL:
    case VALUE_COLOR:
        return str_from(value_kind_name(v.kind));
    }
    return STR("");
}

static bool list_equal(ValueList a, ValueList b) {
    if (a.len != b.len)
        return false;
    for (u32 i = 0; i < a.len; i++)
        if (!value_equal(a.items[i], b.items[i]))
            return false;
    return true;
}

bool value_equal(Value a, Value b) {
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case VALUE_BAD:
    case VALUE_NONE:
    case VALUE_CENTER:
        return true;
    case VALUE_NUMBER:
        return a.number == b.number;
    case VALUE_BOOL:
        return a.flag == b.flag;
    case VALUE_TEXT:
        return str_equal(a.text, b.text);
    case VALUE_LIST:
        return list_equal(a.list, b.list);
    case VALUE_RANGE:
        return a.range.low == b.range.low && a.range.high == b.range.high;
    case VALUE_SOLID:
        return a.solid == b.solid;
    case VALUE_PROFILE:
    case VALUE_PATH:
        return a.id == b.id;
    case VALUE_MATERIAL:
        return a.index == b.index;
    case VALUE_COLOR:
        return a.rgb == b.rgb;
    case VALUE_AXIS:
    case VALUE_PLANE:
        return a.axis == b.axis;
    }
    return false;
}

// ---- making ----

Value *value_list_new(Eval *ev, u32 n, Span span) {
    if (n > ev->options->limits.list_len) {
        Diag *d =
            diag_add(ev->diags, DIAG_E0532, span, "a list of %u: at most %llu elements are allowed",
                     n, (unsigned long long)ev->options->limits.list_len);
        diag_help(ev->diags, d, "make fewer, or raise the limit with --max-list");
        diag_measure(d, n, (f64)ev->options->limits.list_len, STR(""));
        ev->diags->limit_reached = true;
        ev->stopped = true;
        return NULL;
    }
    if (!eval_charge(ev, n, span))
        return NULL;
    return ARENA_NEW(ev->arena, Value, n);
}

Value value_length_mm(Eval *ev, f64 mm) {
    return value_number(mm / ev->unit_mm, DIM_LENGTH);
}

Value value_vector(Eval *ev, Vec3 mm) {
    Value *items = ARENA_NEW(ev->arena, Value, 3);
    for (u32 i = 0; i < 3; i++)
        items[i] = value_length_mm(ev, vec3_get(mm, i));
    return value_list(items, 3);
}

// ---- reading ----

static Str place_text(Eval *ev, Place place) {
    if (place.owner.len == 0)
        return str_from(place.what);
    return str_format(ev->arena, "%s of %.*s", place.what, STR_ARG(place.owner));
}

// for i in 5: what is meant is range(5).
static void help_range(Eval *ev, Diag *d, Span span) {
    Str text = str_format(ev->arena, "range(%.*s)", STR_ARG(source_text(ev->sources, span)));
    diag_help(ev->diags, d, "write `%.*s` for whole numbers from 0, its end left out",
              STR_ARG(text));
    diag_fix(ev->diags, d, FIX_MACHINE, span, text);
}

void value_mismatch(Eval *ev, Value v, Place place, const char *wanted) {
    if (v.kind == VALUE_BAD)
        return;
    Diag *d = diag_add(ev->diags, DIAG_E0402, place.span, "%.*s where %.*s wants %s",
                       STR_ARG(value_describe(ev, v)), STR_ARG(place_text(ev, place)), wanted);
    diag_key(ev->diags, d, "%.*s wants %s, is %s", STR_ARG(place_text(ev, place)), wanted,
             value_kind_name(v.kind));
    if (v.kind == VALUE_PROFILE && strstr(wanted, "solid") != NULL)
        diag_help(ev->diags, d,
                  "a profile is flat: make it a solid with `.extrude(h = ...)` or `.revolve()`");
    else if (v.kind == VALUE_SOLID && strstr(wanted, "length") != NULL)
        diag_help(ev->diags, d, "ask for one of its measures: `.top`, `.size.x`, `.x`");
    else if (v.kind == VALUE_PATH && strstr(wanted, "solid") != NULL)
        diag_help(ev->diags, d, "run a profile along it: `circle(d = 2).sweep(path = ...)`");
    else if (v.kind == VALUE_NUMBER && strcmp(wanted, "true or false") == 0)
        diag_help(ev->diags, d, "compare it with something: `> 0`, `== 1`");
    else if (v.kind == VALUE_NUMBER && strcmp(place.what, "for ... in") == 0)
        help_range(ev, d, place.span);
    else if ((v.kind == VALUE_SOLID || v.kind == VALUE_PROFILE) &&
             strncmp(wanted, "a list", 6) == 0)
        diag_help(ev->diags, d, "put it in brackets: `[a, b]`");
    else
        diag_help(ev->diags, d, "give %s", wanted);
}

static void dim_mismatch(Eval *ev, Value v, Place place, const char *wanted) {
    Diag *d = diag_add(ev->diags, DIAG_E0401, place.span, "%.*s where %.*s wants %s",
                       STR_ARG(value_describe(ev, v)), STR_ARG(place_text(ev, place)), wanted);
    diag_key(ev->diags, d, "%.*s wants %s", STR_ARG(place_text(ev, place)), wanted);
    if (dim_equal(v.dim, DIM_ANGLE))
        diag_help(ev->diags, d, "write it without `deg`, or use its `sin` or `cos` times a length");
    else
        diag_help(ev->diags, d, "divide by %s to get %s",
                  dim_is_bare(v.dim) ? "nothing" : "what is too much of it", wanted);
}

static bool value_to_dim(Eval *ev, Value v, Place place, Dim wanted, const char *wanted_text,
                         f64 *out) {
    if (v.kind != VALUE_NUMBER) {
        value_mismatch(ev, v, place, wanted_text);
        return false;
    }
    if (!dim_is_bare(v.dim) && !dim_equal(v.dim, wanted)) {
        dim_mismatch(ev, v, place, wanted_text);
        return false;
    }
    *out = v.number;
    return true;
}

bool value_to_number(Eval *ev, Value v, Place place, f64 *out) {
    return value_to_dim(ev, v, place, DIM_BARE, "a bare number", out);
}

bool value_to_angle(Eval *ev, Value v, Place place, f64 *deg) {
    if (!value_to_dim(ev, v, place, DIM_ANGLE, "an angle", deg))
        return false;
    if (fabs(*deg) <= 1e9)
        return true;
    Diag *d = diag_add(ev->diags, DIAG_E0641, place.span,
                       "%.*s is out of reach: %.*s goes up to 1000000000 deg",
                       STR_ARG(value_show(ev, v)), STR_ARG(place_text(ev, place)));
    diag_help(ev->diags, d, "an angle of 0 to 360 says the same");
    return false;
}

static bool length_in_reach(Eval *ev, Value v, Place place, f64 mm) {
    if (fabs(mm) <= COORDINATE_MAX_MM)
        return true;
    Value limit = value_length_mm(ev, COORDINATE_MAX_MM);
    v.dim = DIM_LENGTH;
    Diag *d = diag_add(ev->diags, DIAG_E0641, place.span,
                       "%.*s is out of reach: %.*s goes up to %.*s", STR_ARG(value_show(ev, v)),
                       STR_ARG(place_text(ev, place)), STR_ARG(value_show(ev, limit)));
    diag_measure(d, mm, COORDINATE_MAX_MM, STR("mm"));
    diag_help(ev->diags, d,
              "keep everything within a kilometre of the origin; are the file's `units` right?");
    return false;
}

bool value_to_length(Eval *ev, Value v, Place place, f64 *mm) {
    f64 value;
    if (!value_to_dim(ev, v, place, DIM_LENGTH, "a length", &value))
        return false;
    *mm = value * ev->unit_mm;
    return length_in_reach(ev, v, place, *mm);
}

bool value_to_count(Eval *ev, Value v, Place place, u32 min, u32 max, u32 *out) {
    f64 value;
    if (!value_to_number(ev, v, place, &value))
        return false;
    f64 whole = floor(value + 0.5);
    if (fabs(value - whole) > 1e-9 || whole < min || whole > max) {
        Diag *d = diag_add(ev->diags, DIAG_E0640, place.span,
                           "%.*s is not a count: %.*s must be a whole number from %u to %u",
                           STR_ARG(value_show(ev, v)), STR_ARG(place_text(ev, place)), min, max);
        f64 near = fmin(fmax(whole, min), max);
        diag_measure(d, value, near, STR(""));
        diag_help(ev->diags, d, "the nearest that will do is %.*s",
                  STR_ARG(diag_number(ev->diags, near)));
        return false;
    }
    *out = (u32)whole;
    return true;
}

bool value_to_bool(Eval *ev, Value v, Place place, bool *out) {
    if (v.kind != VALUE_BOOL) {
        value_mismatch(ev, v, place, "true or false");
        return false;
    }
    *out = v.flag;
    return true;
}

bool value_to_text(Eval *ev, Value v, Place place, Str *out) {
    if (v.kind != VALUE_TEXT) {
        value_mismatch(ev, v, place, "a text");
        return false;
    }
    *out = v.text;
    return true;
}

bool value_to_list(Eval *ev, Value v, Place place, ValueList *out) {
    if (v.kind != VALUE_LIST) {
        value_mismatch(ev, v, place, "a list");
        return false;
    }
    *out = v.list;
    return true;
}

bool value_to_range(Eval *ev, Value v, Place place, f64 *low, f64 *high) {
    if (v.kind != VALUE_RANGE) {
        value_mismatch(ev, v, place, "a range a..b");
        return false;
    }
    if (!dim_is_bare(v.dim) && !dim_equal(v.dim, DIM_LENGTH)) {
        dim_mismatch(ev, value_number(v.range.low, v.dim), place, "a range of lengths");
        return false;
    }
    *low = v.range.low * ev->unit_mm;
    *high = v.range.high * ev->unit_mm;
    return (isinf(*low) || length_in_reach(ev, value_number(v.range.low, v.dim), place, *low)) &&
           (isinf(*high) || length_in_reach(ev, value_number(v.range.high, v.dim), place, *high));
}

// A point [x, y] where one in space is wanted most often lies at z = 0. Elements ("a point" of a
// list) have no place of their own to fix.
static void fix_flat_point(Eval *ev, Diag *d, Place place) {
    Str text = source_text(ev->sources, place.span);
    bool is_point = strcmp(place.what, "size") != 0 && !str_starts(str_from(place.what), STR("a "));
    if (!is_point || text.len == 0 || text.len >= SHOW_BYTES_MAX)
        return;
    bool is_written = text.ptr[0] == '[' && text.ptr[text.len - 1] == ']' &&
                      memchr(text.ptr + 1, '[', text.len - 1) == NULL; // not [p, q][i]
    diag_fix(ev->diags, d, FIX_MAYBE, place.span,
             is_written ? str_format(ev->arena, "%.*s, 0]", (int)(text.len - 1), text.ptr)
                        : str_format(ev->arena, "concat(%.*s, [0])", STR_ARG(text)));
}

// A list of n, or a diagnostic that shows how to write one.
static bool value_to_tuple(Eval *ev, Value v, Place place, u32 n, ValueList *out) {
    const char *wanted = n == 2 ? "[x, y]" : "[x, y, z]";
    if (v.kind == VALUE_LIST && v.list.len == n) {
        *out = v.list;
        return true;
    }
    if (v.kind == VALUE_BAD)
        return false;
    Diag *d;
    if (v.kind == VALUE_LIST) {
        d = diag_add(ev->diags, DIAG_E0405, place.span, "a list of %u where %.*s wants %s",
                     v.list.len, STR_ARG(place_text(ev, place)), wanted);
        diag_measure(d, v.list.len, n, STR(""));
        diag_help(ev->diags, d, "write %s numbers: `%s`", n == 2 ? "two" : "three", wanted);
        if (n == 3 && v.list.len == 2)
            fix_flat_point(ev, d, place);
        return false;
    }
    d = diag_add(ev->diags, DIAG_E0402, place.span, "%.*s where %.*s wants %s",
                 STR_ARG(value_describe(ev, v)), STR_ARG(place_text(ev, place)), wanted);
    diag_key(ev->diags, d, "%.*s wants %s", STR_ARG(place_text(ev, place)), wanted);
    Str text = source_text(ev->sources, place.span);
    if (v.kind == VALUE_NUMBER && text.len > 0 && text.len < SHOW_BYTES_MAX &&
        strcmp(place.what, "size") == 0) {
        Str fix = n == 2 ? str_format(ev->arena, "[%.*s, %.*s]", STR_ARG(text), STR_ARG(text))
                         : str_format(ev->arena, "[%.*s, %.*s, %.*s]", STR_ARG(text), STR_ARG(text),
                                      STR_ARG(text));
        diag_help(ev->diags, d, "write `%.*s`", STR_ARG(fix));
        diag_fix(ev->diags, d, FIX_MACHINE, place.span, fix);
    } else {
        diag_help(ev->diags, d, "write `%s`", wanted);
    }
    return false;
}

bool value_to_point(Eval *ev, Value v, Place place, Vec3 *mm) {
    ValueList list;
    return value_to_tuple(ev, v, place, 3, &list) &&
           value_to_length(ev, list.items[0], place, &mm->x) &&
           value_to_length(ev, list.items[1], place, &mm->y) &&
           value_to_length(ev, list.items[2], place, &mm->z);
}

bool value_to_point2(Eval *ev, Value v, Place place, Vec2 *mm) {
    ValueList list;
    return value_to_tuple(ev, v, place, 2, &list) &&
           value_to_length(ev, list.items[0], place, &mm->x) &&
           value_to_length(ev, list.items[1], place, &mm->y);
}

bool value_to_vector(Eval *ev, Value v, Place place, Vec3 *out) {
    ValueList list;
    return value_to_tuple(ev, v, place, 3, &list) &&
           value_to_number(ev, list.items[0], place, &out->x) &&
           value_to_number(ev, list.items[1], place, &out->y) &&
           value_to_number(ev, list.items[2], place, &out->z);
}

// The direction of a vector does not depend on its unit: any three numbers of one dimension will
// do.
bool value_to_direction(Eval *ev, Value v, Place place, Vec3 *unit) {
    if (v.kind == VALUE_AXIS) {
        *unit = vec3(v.axis == 0, v.axis == 1, v.axis == 2);
        return true;
    }
    if (v.kind != VALUE_LIST) {
        value_mismatch(ev, v, place, "X, Y, Z or a vector [x, y, z]");
        return false;
    }
    ValueList list;
    if (!value_to_tuple(ev, v, place, 3, &list))
        return false;
    Vec3 d = {0, 0, 0};
    for (u32 i = 0; i < 3; i++) {
        if (list.items[i].kind != VALUE_NUMBER) {
            value_mismatch(ev, list.items[i], place, "a vector of three numbers");
            return false;
        }
        vec3_set(&d, i, list.items[i].number);
    }
    f64 largest = fmax(fabs(d.x), fmax(fabs(d.y), fabs(d.z)));
    if (largest > 0 && isfinite(largest)) {
        *unit = vec3_unit(vec3_scale(d, 1 / largest));
        return true;
    }
    Diag *diag = diag_add(ev->diags, DIAG_E0645, place.span,
                          "%.*s is no direction: %.*s needs a vector other than zero",
                          STR_ARG(value_show(ev, v)), STR_ARG(place_text(ev, place)));
    diag_help(ev->diags, diag, "write `Z`, or a vector such as `[0, 1, 1]`");
    return false;
}

bool value_to_axis(Eval *ev, Value v, Place place, u32 *axis) {
    if (v.kind != VALUE_AXIS) {
        value_mismatch(ev, v, place, "X, Y or Z");
        return false;
    }
    *axis = v.axis;
    return true;
}

// Solids of a list, nested ones too, in order.
static bool collect_solids(Eval *ev, Value v, Place place, const Solid **out, u32 *n, u32 max) {
    if (v.kind == VALUE_SOLID) {
        if (*n < max)
            out[(*n)++] = v.solid;
        return true;
    }
    if (v.kind != VALUE_LIST) {
        value_mismatch(ev, v, place, "a solid");
        return false;
    }
    for (u32 i = 0; i < v.list.len; i++)
        if (!collect_solids(ev, v.list.items[i], place, out, n, max))
            return false;
    return true;
}

static u32 count_leaves(Value v) {
    if (v.kind != VALUE_LIST)
        return 1;
    u32 n = 0;
    for (u32 i = 0; i < v.list.len; i++)
        n += count_leaves(v.list.items[i]);
    return n;
}

bool value_to_solid(Eval *ev, Value v, Place place, const Solid **out) {
    if (v.kind == VALUE_SOLID) {
        *out = v.solid;
        return true;
    }
    if (v.kind != VALUE_LIST) {
        value_mismatch(ev, v, place, "a solid");
        return false;
    }
    u32 max = count_leaves(v), n = 0;
    const Solid **items = ARENA_NEW(ev->arena, const Solid *, max + 1);
    if (!collect_solids(ev, v, place, items, &n, max))
        return false;
    Value united = solid_unite(ev, items, n, place.span);
    *out = united.solid;
    return united.kind == VALUE_SOLID;
}

bool value_to_profile(Eval *ev, Value v, Place place, IrId *out) {
    if (v.kind == VALUE_PROFILE) {
        *out = v.id;
        return true;
    }
    if (v.kind != VALUE_LIST || v.list.len == 0) {
        value_mismatch(ev, v, place, "a profile");
        return false;
    }
    IrId *ids = ARENA_NEW(ev->arena, IrId, v.list.len);
    for (u32 i = 0; i < v.list.len; i++)
        if (!value_to_profile(ev, v.list.items[i], place, &ids[i]))
            return false;
    *out = v.list.len == 1 ? ids[0]
                           : ir_node(ev->graph, IR_PROFILE_UNION, ids, v.list.len, NULL, 0, STR(""),
                                     place.span, eval_call_id(ev));
    return true;
}

bool value_to_path(Eval *ev, Value v, Place place, IrId *out) {
    if (v.kind != VALUE_PATH) {
        value_mismatch(ev, v, place, v.kind == VALUE_LIST ? "a path: path([...])" : "a path");
        return false;
    }
    *out = v.id;
    return true;
}
