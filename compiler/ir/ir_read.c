// SPDX-License-Identifier: Apache-2.0
// Reads the text of ir_dump.c (spec/ir.md) from anyone: every count, index, reference and range is
// checked, and the first fault is told with its line. After a fault the reader goes on with zeros
// and reads no further line, so no caller below has to ask.
//
// Spans are offsets, the text has lines and columns, and the program itself is not at hand. So the
// reader makes a blank text for each source, with line breaks where the places need them: line and
// column of every span are then right again, and so is all that is said of them.
#include "compiler/ir/ir.h"

#include "base/number.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "compiler/ir/ir_internal.h"

enum {
    SOURCES_MAX = 64,
    LINE_MAX_VALUE = 1 << 22,  // of a line's or column's number
    BLANK_SIZE_MAX = 16 << 20, // bytes of blank text, all sources together
    DEPTH_MAX_PARTS = 1000,    // parts in parts
};

// A place as read; spans hold its index + 1 as their offset until all are known.
typedef struct Place {
    u32 source, line, column;
} Place;

typedef struct Reader {
    Str text;
    u32 off, line;
    Arena *arena;
    Sources *sources;
    Scene *scene;
    Str error;
    bool failed;
    VEC(Str) source_names;
    VEC(Place) places;
    VEC(IrId) ids;    // by number in the text
    VEC(u32) depths;  // of parts
    VEC(f64) numbers; // of the list just read
    VEC(ScenePart) parts;
    VEC(SceneMark) marks;
    VEC(SceneMaterial) materials;
    VEC(SceneParam) params;
    VEC(SceneCall) calls;
    VEC(SceneAllow) allows;
} Reader;

static void fail(Reader *r, const char *what) {
    if (r->failed)
        return;
    r->failed = true;
    r->error = str_format(r->arena, "line %u: %s", r->line, what);
}

static void fail_about(Reader *r, const char *what, const char *name) {
    if (!r->failed)
        fail(r, str_format(r->arena, "%s '%s'", what, name).ptr);
}

// ---- characters and lines ----

static char peek(const Reader *r) {
    return r->off < r->text.len ? r->text.ptr[r->off] : '\0';
}

static bool at_line_end(const Reader *r) {
    return r->off >= r->text.len || r->text.ptr[r->off] == '\n';
}

static void skip_spaces(Reader *r) {
    while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\r')
        r->off++;
}

// Goes to the next line that says something; false at the end of the text or after a fault.
static bool next_line(Reader *r) {
    for (;;) {
        skip_spaces(r);
        if (peek(r) == '#')
            while (!at_line_end(r))
                r->off++;
        if (r->failed || r->off >= r->text.len)
            return false;
        if (r->text.ptr[r->off] != '\n')
            return true;
        r->off++;
        r->line++;
    }
}

static void end_line(Reader *r) {
    skip_spaces(r);
    if (!at_line_end(r))
        fail(r, "something is left over at the end of the line, or out of order");
}

static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

// The length of the word or number at the cursor's place.
static u32 word_len(const Reader *r) {
    u32 end = r->off;
    while (end < r->text.len && is_word_char(r->text.ptr[end]))
        end++;
    return end - r->off;
}

static bool accept_word(Reader *r, const char *word) {
    skip_spaces(r);
    u32 len = word_len(r);
    if (!str_equal_z((Str){r->text.ptr + r->off, len}, word))
        return false;
    r->off += len;
    return true;
}

static bool accept_char(Reader *r, char c) {
    if (r->off >= r->text.len || r->text.ptr[r->off] != c)
        return false;
    r->off++;
    return true;
}

static void expect_char(Reader *r, char c) {
    if (!accept_char(r, c))
        fail_about(r, "missing", (char[2]){c, '\0'});
}

static void expect_word(Reader *r, const char *word) {
    if (!accept_word(r, word))
        fail_about(r, "missing", word);
}

// True, and past it, when "key=" comes next.
static bool accept_key(Reader *r, const char *key) {
    skip_spaces(r);
    u32 len = word_len(r);
    if (!str_equal_z((Str){r->text.ptr + r->off, len}, key) || r->off + len >= r->text.len ||
        r->text.ptr[r->off + len] != '=')
        return false;
    r->off += len + 1;
    return true;
}

// ---- values ----

static u32 read_u32(Reader *r) {
    u64 value = 0;
    u32 start = r->off;
    while (peek(r) >= '0' && peek(r) <= '9' && r->off - start < 10)
        value = value * 10 + (u64)(r->text.ptr[r->off++] - '0');
    if (r->off == start || value >= NONE) {
        fail(r, "not a whole number");
        return 0;
    }
    return (u32)value;
}

// An index below n, of the kind of thing named by what.
static u32 read_index(Reader *r, u32 n, const char *what) {
    u32 index = read_u32(r);
    if (index < n)
        return index;
    fail_about(r, "no such", what);
    return 0;
}

static f64 read_f64(Reader *r) {
    bool is_negative = accept_char(r, '-');
    f64 value = 0;
    u32 len = word_len(r);
    if (str_equal_z((Str){r->text.ptr + r->off, len}, "inf")) {
        r->off += len;
        value = INFINITY;
    } else {
        u32 start = r->off;
        for (char c = peek(r);
             (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == '-' || c == '+'; c = peek(r))
            r->off++;
        if (!number_read((Str){r->text.ptr + start, r->off - start}, &value)) {
            fail(r, "not a number");
            return 0;
        }
    }
    return is_negative ? -value : value;
}

static f64 read_finite(Reader *r) {
    f64 value = read_f64(r);
    if (isinf(value))
        fail(r, "a number must be finite here");
    return r->failed ? 0 : value;
}

// "[a, b]" into r->numbers.
static void read_numbers(Reader *r) {
    r->numbers.len = 0;
    expect_char(r, '[');
    skip_spaces(r);
    if (accept_char(r, ']'))
        return;
    do {
        skip_spaces(r);
        f64 value = read_f64(r);
        avec_push(r->arena, &r->numbers, value);
        skip_spaces(r);
    } while (!r->failed && accept_char(r, ','));
    expect_char(r, ']');
}

static Vec3 read_point(Reader *r) {
    read_numbers(r);
    if (r->numbers.len != 3) {
        fail(r, "a point has 3 numbers");
        return vec3(0, 0, 0);
    }
    Vec3 point = vec3(r->numbers.data[0], r->numbers.data[1], r->numbers.data[2]);
    if (!vec3_is_finite(point))
        fail(r, "a point must be finite");
    return point;
}

static u32 hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return (u32)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (u32)(c - 'a') + 10;
    return NONE;
}

static u64 read_hex(Reader *r, u32 n_digits) {
    u64 value = 0;
    for (u32 i = 0; i < n_digits; i++) {
        u32 digit = hex_digit(peek(r));
        if (digit == NONE) {
            fail(r, "too few hexadecimal digits");
            return 0;
        }
        value = value << 4 | digit;
        r->off++;
    }
    return value;
}

// After the backslash of an escape.
static void read_escape(Reader *r, StrBuf *out) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = peek(r);
    const char *at = c ? strchr(from, c) : NULL;
    if (at) {
        r->off++;
        strbuf_add_char(out, to[at - from]);
        return;
    }
    expect_char(r, 'u');
    u32 code = (u32)read_hex(r, 4);
    if (code >= 0xd800 && code < 0xdc00 && accept_char(r, '\\')) {
        expect_char(r, 'u');
        u32 low = (u32)read_hex(r, 4);
        code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
                                             : 0xd800;
    }
    if (code >= 0xd800 && code < 0xe000) {
        fail(r, "half a surrogate pair");
        return;
    }
    char bytes[4];
    strbuf_add_bytes(out, bytes, utf8_encode(code, bytes));
}

// A text in double quotes, as in JSON; the result lies in the arena, NUL-terminated.
static Str read_text(Reader *r) {
    skip_spaces(r);
    expect_char(r, '"');
    StrBuf buf;
    strbuf_init(&buf, r->arena->heap);
    while (!r->failed && !at_line_end(r) && r->text.ptr[r->off] != '"') {
        char c = r->text.ptr[r->off++];
        if (c == '\\')
            read_escape(r, &buf);
        else
            strbuf_add_char(&buf, c);
    }
    expect_char(r, '"');
    Str text = str_copy(r->arena, strbuf_str(&buf));
    strbuf_finish(&buf);
    if (utf8_validate(text.ptr, text.len) != text.len)
        fail(r, "a text is not UTF-8");
    if (memchr(text.ptr, 0, text.len))
        fail(r, "a text holds a NUL");
    return text;
}

// " at [source:]line:column+length", or nothing. The offset is an index into places, plus one.
static Span read_place(Reader *r) {
    if (!accept_word(r, "at"))
        return (Span){0, 0, 0};
    skip_spaces(r);
    u32 a = read_u32(r), b = 0;
    expect_char(r, ':');
    Place place = {0, a, read_u32(r)};
    if (accept_char(r, ':')) {
        b = read_u32(r);
        place = (Place){a, place.column, b};
    }
    expect_char(r, '+');
    u32 len = read_u32(r);
    if (place.source >= r->source_names.len)
        fail(r, "no such source");
    if (place.line < 1 || place.column < 1 || place.line > LINE_MAX_VALUE ||
        place.column > LINE_MAX_VALUE || len > LINE_MAX_VALUE)
        fail(r, "a place out of range");
    avec_push(r->arena, &r->places, place);
    return (Span){place.source, r->places.len, len};
}

static u32 read_call(Reader *r) {
    if (!accept_word(r, "call"))
        return NONE;
    skip_spaces(r);
    return read_index(r, r->calls.len, "call");
}

// The number of a thing that is declared here: they are written in order.
static void expect_number(Reader *r, u32 number) {
    skip_spaces(r);
    if (read_u32(r) != number)
        fail(r, "things must be numbered in order from 0");
}

// ---- lines ----

static void read_head(Reader *r) {
    Scene *s = r->scene;
    if (!next_line(r))
        fail(r, "nothing to read");
    expect_word(r, "frc-ir");
    skip_spaces(r);
    if (read_u32(r) != 1)
        fail(r, "not version 1");
    end_line(r);
    while (next_line(r) && accept_word(r, "source")) {
        expect_number(r, r->source_names.len);
        if (r->source_names.len == SOURCES_MAX)
            fail(r, "too many sources");
        Str name = read_text(r);
        avec_push(r->arena, &r->source_names, name);
        end_line(r);
    }
    expect_word(r, "object");
    s->name = read_text(r);
    if (accept_key(r, "words"))
        s->words = read_text(r);
    s->unit = accept_key(r, "unit") ? read_text(r) : STR("mm");
    s->unit_mm = accept_key(r, "unit_mm") ? read_finite(r) : 1;
    s->tolerance = accept_key(r, "tolerance") ? read_finite(r) : 0;
    s->source_hash = accept_key(r, "hash") ? read_hex(r, 16) : 0;
    if (!(s->unit_mm > 0) || s->tolerance < 0)
        fail(r, "unit_mm must be above 0, tolerance not negative");
    end_line(r);
    if (next_line(r) && accept_word(r, "canvas")) {
        s->has_canvas = true;
        if (accept_key(r, "size"))
            s->canvas = read_point(r);
        s->canvas_span = read_place(r);
        end_line(r);
    }
}

static void read_text_choices(Reader *r, SceneParam *param) {
    VEC(Str) choices = {0};
    expect_char(r, '[');
    do {
        Str choice = read_text(r);
        avec_push(r->arena, &choices, choice);
        skip_spaces(r);
    } while (!r->failed && accept_char(r, ','));
    expect_char(r, ']');
    param->choices = choices.data;
    param->n_choices = choices.len;
}

static void read_number_choices(Reader *r, SceneParam *param) {
    read_numbers(r);
    param->n_choices = r->numbers.len;
    param->number_choices = ARENA_NEW(r->arena, f64, r->numbers.len);
    for (u32 i = 0; i < r->numbers.len; i++)
        param->number_choices[i] = r->numbers.data[i];
}

static void read_param_value(Reader *r, SceneParam *param) {
    if (accept_key(r, "number")) {
        param->kind = PARAM_NUMBER;
        param->number = read_finite(r);
    } else if (accept_key(r, "flag")) {
        param->kind = PARAM_BOOL;
        param->flag = accept_word(r, "true");
        if (!param->flag)
            expect_word(r, "false");
    } else if (accept_key(r, "text")) {
        param->kind = PARAM_TEXT;
        param->text = read_text(r);
    } else {
        fail(r, "a param needs number=, flag= or text=");
    }
}

static void read_param(Reader *r) {
    SceneParam param = {.unit = ""};
    param.name = read_text(r);
    if (accept_key(r, "words"))
        param.words = read_text(r);
    read_param_value(r, &param);
    if (accept_key(r, "range")) {
        read_numbers(r);
        if (r->numbers.len == 2 && r->numbers.data[0] <= r->numbers.data[1]) {
            param.has_range = true;
            param.low = r->numbers.data[0];
            param.high = r->numbers.data[1];
        } else {
            fail(r, "a range is [low, high]");
        }
    }
    if (accept_key(r, "step"))
        param.step = read_finite(r);
    if (param.step < 0)
        fail(r, "a step must be above 0");
    if (param.kind != PARAM_BOOL && accept_key(r, "choices")) {
        if (param.kind == PARAM_TEXT)
            read_text_choices(r, &param);
        else
            read_number_choices(r, &param);
    }
    if (accept_key(r, "unit"))
        param.unit = read_text(r).ptr;
    param.span = read_place(r);
    end_line(r);
    avec_push(r->arena, &r->params, param);
}

static f32 read_share(Reader *r, const char *key, f32 otherwise) {
    f64 value = accept_key(r, key) ? read_finite(r) : (f64)otherwise;
    if (value < 0 || value > 1)
        fail_about(r, "not from 0 to 1:", key);
    return r->failed ? 0 : (f32)value;
}

static void read_color(Reader *r, f32 out[3], f64 max) {
    Vec3 color = read_point(r);
    if (!(color.x >= 0 && color.y >= 0 && color.z >= 0 && color.x <= max && color.y <= max &&
          color.z <= max)) {
        fail(r, "a colour out of range");
        return;
    }
    out[0] = (f32)color.x;
    out[1] = (f32)color.y;
    out[2] = (f32)color.z;
}

static void read_material(Reader *r) {
    SceneMaterial m = {0};
    expect_number(r, r->materials.len);
    if (r->materials.len == UINT16_MAX - 1)
        fail(r, "too many materials");
    m.name = read_text(r);
    if (accept_key(r, "rgb")) {
        expect_char(r, '#');
        m.rgb = (u32)read_hex(r, 6);
    }
    if (accept_key(r, "color"))
        read_color(r, m.color, 1);
    m.metallic = read_share(r, "metallic", 0);
    m.roughness = read_share(r, "roughness", 1);
    m.opacity = read_share(r, "opacity", 1);
    if (accept_key(r, "emission"))
        read_color(r, m.emission, 1e6);
    m.span = read_place(r);
    end_line(r);
    avec_push(r->arena, &r->materials, m);
}

static void read_call_line(Reader *r) {
    SceneCall call = {.parent = NONE};
    expect_number(r, r->calls.len);
    call.function = read_text(r);
    if (accept_key(r, "in"))
        call.parent = read_index(r, r->calls.len, "call");
    call.span = read_place(r);
    end_line(r);
    avec_push(r->arena, &r->calls, call);
}

static IrKind read_kind(Reader *r) {
    skip_spaces(r);
    Str name = {r->text.ptr + r->off, word_len(r)};
    r->off += name.len;
    for (u32 kind = 0; kind < IR_KIND_COUNT; kind++)
        if (str_equal_z(name, ir_info((IrKind)kind)->name))
            return (IrKind)kind;
    fail(r, "no such kind of node");
    return IR_SPHERE;
}

static void read_field(Reader *r, const IrField *field, f64 *fixed) {
    if (!accept_key(r, field->name))
        return;
    if (field->count == 1 && !field->is_tail) {
        fixed[field->off] = read_f64(r);
        return;
    }
    read_numbers(r);
    if (field->is_tail)
        return;
    if (r->numbers.len != field->count)
        fail_about(r, "a wrong number of numbers in", field->name);
    for (u32 i = 0; i < field->count && !r->failed; i++)
        fixed[field->off + i] = r->numbers.data[i];
}

// The fields of a node in the table's order; those left out are zero. *n_out numbers in the arena.
static f64 *read_fields(Reader *r, IrKind kind, u32 *n_out) {
    const IrInfo *info = ir_info(kind);
    f64 fixed[16] = {0};
    r->numbers.len = 0;
    u32 n_tail = 0;
    for (u32 i = 0; i < info->n_fields; i++) {
        const IrField *field = &info->fields[i];
        if (field->is_tail)
            r->numbers.len = 0;
        read_field(r, field, fixed);
        if (field->is_tail)
            n_tail = r->numbers.len;
    }
    f64 *nums = ARENA_NEW(r->arena, f64, (size_t)info->n_fixed + n_tail);
    for (u32 i = 0; i < info->n_fixed; i++)
        nums[i] = fixed[i];
    for (u32 i = 0; i < n_tail; i++)
        nums[info->n_fixed + i] = r->numbers.data[i];
    *n_out = info->n_fixed + n_tail;
    return nums;
}

static void read_node(Reader *r) {
    if (read_u32(r) != r->ids.len)
        fail(r, "nodes must be numbered in order from 0");
    skip_spaces(r);
    expect_char(r, '=');
    IrNode node = {.kind = read_kind(r)};
    VEC(IrId) children = {0};
    for (skip_spaces(r); !r->failed && accept_char(r, '%'); skip_spaces(r)) {
        u32 number = read_index(r, r->ids.len, "node above");
        if (!r->failed)
            avec_push(r->arena, &children, r->ids.data[number]);
    }
    node.children = children.data;
    node.n_children = children.len;
    node.text = node.kind == IR_TEXT && accept_key(r, "text") ? read_text(r) : STR("");
    node.nums = read_fields(r, node.kind, &node.n_nums);
    node.span = read_place(r);
    node.call = read_call(r);
    end_line(r);
    if (r->failed)
        return;
    IrGraph *graph = r->scene->graph;
    const char *fault =
        ir_shape_fault(graph, node.kind, node.children, node.n_children, node.n_nums);
    if (!fault)
        fault = ir_value_fault(&node, r->materials.len);
    if (fault) {
        fail(r, str_format(r->arena, "%s: %s", ir_info(node.kind)->name, fault).ptr);
        return;
    }
    IrId id = ir_node(graph, node.kind, node.children, node.n_children, node.nums, node.n_nums,
                      node.text, node.span, node.call);
    avec_push(r->arena, &r->ids, id);
}

static u32 read_sides(Reader *r) {
    static const struct {
        const char *name;
        u32 bit, pair;
    } sides[] = {
        {"bottom", SIDE_BOTTOM, SIDE_BOTTOM | SIDE_TOP},
        {"top", SIDE_TOP, SIDE_BOTTOM | SIDE_TOP},
        {"front", SIDE_FRONT, SIDE_FRONT | SIDE_BACK},
        {"back", SIDE_BACK, SIDE_FRONT | SIDE_BACK},
        {"left", SIDE_LEFT, SIDE_LEFT | SIDE_RIGHT},
        {"right", SIDE_RIGHT, SIDE_LEFT | SIDE_RIGHT},
    };
    Str text = read_text(r);
    u32 set = 0;
    for (u32 i = 0; i < COUNT_OF(sides); i++) {
        Str name = str_from(sides[i].name);
        if ((set & sides[i].pair) || !str_starts(text, name))
            continue;
        set |= sides[i].bit;
        u32 skip = name.len + (text.len > name.len);
        text = (Str){text.ptr + skip, text.len - skip};
    }
    if (!set || text.len)
        fail(r, "sides are named in the order bottom top front back left right");
    return set;
}

static Str path_below(Reader *r, const ScenePart *part) {
    if (part->parent == NONE)
        return part->label;
    Str above = r->parts.data[part->parent].path;
    return str_format(r->arena, "%.*s/%.*s", STR_ARG(above), STR_ARG(part->label));
}

static IrId read_solid(Reader *r) {
    expect_char(r, '%');
    u32 number = read_index(r, r->ids.len, "node");
    if (r->failed)
        return NONE;
    IrId id = r->ids.data[number];
    if (ir_info(r->scene->graph->nodes[id].kind)->sort != IR_SORT_SOLID)
        fail(r, "a part's geometry must be a solid");
    return id;
}

static void read_part(Reader *r) {
    ScenePart part = {.parent = NONE, .material = NONE, .solid = NONE};
    expect_number(r, r->parts.len);
    part.label = part.words = read_text(r);
    if (accept_key(r, "words"))
        part.words = read_text(r);
    if (accept_key(r, "in"))
        part.parent = read_index(r, r->parts.len, "part above");
    if (r->failed)
        return;
    u32 depth = part.parent == NONE ? 0 : r->depths.data[part.parent] + 1;
    if (depth > DEPTH_MAX_PARTS)
        fail(r, "parts are nested too deep");
    part.path = accept_key(r, "path") ? read_text(r) : path_below(r, &part);
    part.instance = accept_key(r, "instance") ? read_u32(r) : 0;
    part.sides = accept_key(r, "sides") ? read_sides(r) : 0;
    if (accept_key(r, "material"))
        part.material = read_index(r, r->materials.len, "material");
    if (accept_key(r, "solid"))
        part.solid = read_solid(r);
    part.span = read_place(r);
    part.call = read_call(r);
    end_line(r);
    avec_push(r->arena, &r->depths, depth);
    avec_push(r->arena, &r->parts, part);
}

static void read_mark(Reader *r) {
    SceneMark mark = {.part = NONE};
    mark.name = read_text(r);
    if (accept_key(r, "part"))
        mark.part = read_index(r, r->parts.len, "part");
    if (accept_key(r, "point"))
        mark.point = read_point(r);
    end_line(r);
    avec_push(r->arena, &r->marks, mark);
}

static void read_allow(Reader *r) {
    SceneAllow allow = {0};
    allow.is_overlap = accept_word(r, "overlap");
    if (!allow.is_overlap)
        expect_word(r, "floating");
    allow.a = read_text(r);
    allow.b = accept_key(r, "with") ? read_text(r) : STR("");
    allow.reason = accept_key(r, "reason") ? read_text(r) : STR("");
    allow.span = read_place(r);
    end_line(r);
    avec_push(r->arena, &r->allows, allow);
}

static void read_lines(Reader *r) {
    read_head(r);
    while (next_line(r) && accept_word(r, "param"))
        read_param(r);
    while (next_line(r) && accept_word(r, "material"))
        read_material(r);
    while (next_line(r) && accept_word(r, "call"))
        read_call_line(r);
    while (next_line(r) && accept_char(r, '%'))
        read_node(r);
    while (next_line(r) && accept_word(r, "part"))
        read_part(r);
    while (next_line(r) && accept_word(r, "mark"))
        read_mark(r);
    while (next_line(r) && accept_word(r, "allow"))
        read_allow(r);
    if (next_line(r))
        fail(r, "an unknown line, or one out of order (source object canvas param material call % "
                "part mark allow)");
}

// ---- places ----

// The blank text of one source and the offset of each of its lines.
typedef struct Blank {
    u32 *line_offs;
    u32 n_lines;
    u32 source; // in Sources
} Blank;

// lens[l]: how long line l must be for the places in it. Returns the length of the text.
static u64 measure_blank(Reader *r, u32 source, Blank *blank) {
    blank->n_lines = 1;
    for (u32 i = 0; i < r->places.len; i++)
        if (r->places.data[i].source == source)
            blank->n_lines = MAX(blank->n_lines, r->places.data[i].line);
    u32 *lens = blank->line_offs = ARENA_NEW(r->arena, u32, blank->n_lines);
    for (u32 i = 0; i < r->places.len; i++) {
        Place place = r->places.data[i];
        if (place.source == source)
            lens[place.line - 1] = MAX(lens[place.line - 1], place.column - 1);
    }
    u64 total = 0;
    for (u32 i = 0; i < blank->n_lines; i++) {
        u32 len = lens[i] + 1;
        lens[i] = (u32)MIN(total, BLANK_SIZE_MAX);
        total += len;
    }
    return total;
}

static void make_blank(Reader *r, u32 index, Blank *blank, u64 *used) {
    u64 size = measure_blank(r, index, blank);
    *used += size;
    if (*used > BLANK_SIZE_MAX) {
        fail(r, "the places lie too far apart");
        return;
    }
    char *text = heap_alloc_raw(r->arena->heap, (size_t)size, 1);
    memset(text, ' ', (size_t)size);
    for (u32 i = 1; i < blank->n_lines; i++)
        text[blank->line_offs[i] - 1] = '\n';
    blank->source = sources_add(r->sources, r->source_names.data[index], (Str){text, (u32)size});
    heap_free(r->arena->heap, text);
}

static void resolve(const Reader *r, const Blank *blanks, Span *span) {
    if (!span->off)
        return;
    Place place = r->places.data[span->off - 1];
    const Blank *blank = &blanks[place.source];
    span->source = blank->source;
    span->off = blank->line_offs[place.line - 1] + place.column - 1;
}

static void resolve_places(Reader *r) {
    Blank *blanks = ARENA_NEW(r->arena, Blank, r->source_names.len);
    u64 used = 0;
    for (u32 i = 0; i < r->source_names.len && !r->failed; i++)
        make_blank(r, i, &blanks[i], &used);
    if (r->failed)
        return;
    resolve(r, blanks, &r->scene->canvas_span);
    for (u32 i = 0; i < r->params.len; i++)
        resolve(r, blanks, &r->params.data[i].span);
    for (u32 i = 0; i < r->materials.len; i++)
        resolve(r, blanks, &r->materials.data[i].span);
    for (u32 i = 0; i < r->calls.len; i++)
        resolve(r, blanks, &r->calls.data[i].span);
    for (u32 i = 0; i < r->scene->graph->len; i++)
        resolve(r, blanks, &r->scene->graph->nodes[i].span);
    for (u32 i = 0; i < r->parts.len; i++)
        resolve(r, blanks, &r->parts.data[i].span);
    for (u32 i = 0; i < r->allows.len; i++)
        resolve(r, blanks, &r->allows.data[i].span);
}

bool scene_read(Str text, Arena *arena, Sources *sources, Scene *out, Str *error) {
    Reader reader = {.text = text, .line = 1, .arena = arena, .sources = sources, .scene = out};
    Reader *r = &reader;
    *out = (Scene){.graph = ARENA_NEW(arena, IrGraph, 1)};
    ir_init(out->graph, arena);
    read_lines(r);
    if (!r->failed)
        resolve_places(r);
    out->parts = r->parts.data;
    out->n_parts = r->parts.len;
    out->marks = r->marks.data;
    out->n_marks = r->marks.len;
    out->materials = r->materials.data;
    out->n_materials = r->materials.len;
    out->params = r->params.data;
    out->n_params = r->params.len;
    out->calls = r->calls.data;
    out->n_calls = r->calls.len;
    out->allows = r->allows.data;
    out->n_allows = r->allows.len;
    *error = r->error;
    return !r->failed;
}
