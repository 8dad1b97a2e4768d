// SPDX-License-Identifier: Apache-2.0
// A recursive-descent reader. After the first fault every function returns at once, with nothing.
#include "compiler/export/json_read.h"

#include "base/number.h"
#include "base/utf8.h"
#include "base/vec.h"

#include <math.h>

typedef struct Reader {
    Str text;
    u32 off, depth;
    Arena *arena;
    StrBuf scratch; // of the text being read
    const char *fault;
} Reader;

static void fail(Reader *r, const char *fault) {
    if (!r->fault)
        r->fault = fault;
}

static char peek(const Reader *r) {
    return r->off < r->text.len && !r->fault ? r->text.ptr[r->off] : '\0';
}

static bool accept(Reader *r, char c) {
    if (peek(r) != c)
        return false;
    r->off++;
    return true;
}

static void skip_space(Reader *r) {
    for (char c = peek(r); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(r))
        r->off++;
}

static u32 read_hex4(Reader *r) {
    u32 code = 0;
    for (u32 i = 0; i < 4; i++) {
        char c = peek(r);
        u32 digit = c >= '0' && c <= '9'   ? (u32)(c - '0')
                    : c >= 'a' && c <= 'f' ? (u32)(c - 'a') + 10
                    : c >= 'A' && c <= 'F' ? (u32)(c - 'A') + 10
                                           : NONE;
        if (digit == NONE) {
            fail(r, "a \\u needs four hexadecimal digits");
            return 0;
        }
        code = code << 4 | digit;
        r->off++;
    }
    return code;
}

static void read_escape(Reader *r) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = peek(r);
    const char *at = c ? strchr(from, c) : NULL;
    if (at) {
        r->off++;
        strbuf_add_char(&r->scratch, to[at - from]);
        return;
    }
    if (!accept(r, 'u')) {
        fail(r, "an unknown escape");
        return;
    }
    u32 code = read_hex4(r);
    if (code >= 0xd800 && code < 0xdc00 && accept(r, '\\') && accept(r, 'u')) {
        u32 low = read_hex4(r);
        if (low >= 0xdc00 && low < 0xe000)
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code >= 0xd800 && code < 0xe000) {
        fail(r, "half a surrogate pair");
        return;
    }
    char bytes[4];
    strbuf_add_bytes(&r->scratch, bytes, utf8_encode(code, bytes));
}

// After the opening quote.
static Str read_text(Reader *r) {
    r->scratch.len = 0;
    while (!r->fault) {
        if (r->off >= r->text.len)
            fail(r, "a text without its end");
        else if (accept(r, '"'))
            break;
        else if (accept(r, '\\'))
            read_escape(r);
        else if ((u8)r->text.ptr[r->off] < 0x20)
            fail(r, "a control character in a text");
        else
            strbuf_add_char(&r->scratch, r->text.ptr[r->off++]);
    }
    Str text = strbuf_str(&r->scratch);
    if (utf8_validate(text.ptr, text.len) != text.len)
        fail(r, "a text is not UTF-8");
    return str_copy(r->arena, text);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static f64 read_number(Reader *r) {
    bool is_negative = accept(r, '-');
    u32 start = r->off;
    bool is_zero = peek(r) == '0';
    while (is_digit(peek(r)))
        r->off++;
    bool ok = r->off > start && (!is_zero || r->off == start + 1);
    if (accept(r, '.')) {
        ok = ok && is_digit(peek(r));
        while (is_digit(peek(r)))
            r->off++;
    }
    if (peek(r) == 'e' || peek(r) == 'E') {
        r->off++;
        if (peek(r) == '+' || peek(r) == '-')
            r->off++;
        ok = ok && is_digit(peek(r));
        while (is_digit(peek(r)))
            r->off++;
    }
    f64 value = 0;
    if (!ok || !number_read((Str){r->text.ptr + start, r->off - start}, &value))
        fail(r, "not a number");
    return is_negative ? -value : value;
}

static bool accept_word(Reader *r, const char *word) {
    Str rest = {r->text.ptr + r->off, r->text.len - r->off};
    if (r->fault || !str_starts(rest, str_from(word)))
        return false;
    r->off += (u32)strlen(word);
    return true;
}

static JsonValue read_value(Reader *r);

static void read_items(Reader *r, JsonValue *out, char end) {
    VEC(JsonValue) items = {0};
    VEC(Str) keys = {0};
    skip_space(r);
    if (accept(r, end))
        return;
    do {
        skip_space(r);
        if (out->kind == JSON_OBJECT) {
            Str key = accept(r, '"') ? read_text(r) : (fail(r, "a key must be a text"), STR(""));
            avec_push(r->arena, &keys, key);
            skip_space(r);
            if (!accept(r, ':'))
                fail(r, "missing ':'");
        }
        JsonValue item = read_value(r);
        avec_push(r->arena, &items, item);
        skip_space(r);
    } while (accept(r, ','));
    if (!accept(r, end))
        fail(r, "missing ',' or the closing bracket");
    out->items = items.data;
    out->keys = keys.data;
    out->n = items.len;
}

static JsonValue read_value(Reader *r) {
    JsonValue value = {.kind = JSON_NULL, .text = STR("")};
    skip_space(r);
    if (r->fault)
        return value;
    if (++r->depth > JSON_DEPTH_MAX) {
        fail(r, "nested too deep");
    } else if (accept(r, '{')) {
        value.kind = JSON_OBJECT;
        read_items(r, &value, '}');
    } else if (accept(r, '[')) {
        value.kind = JSON_ARRAY;
        read_items(r, &value, ']');
    } else if (accept(r, '"')) {
        value.kind = JSON_TEXT;
        value.text = read_text(r);
    } else if (accept_word(r, "true")) {
        value.kind = JSON_BOOL;
        value.flag = true;
    } else if (accept_word(r, "false")) {
        value.kind = JSON_BOOL;
    } else if (!accept_word(r, "null")) {
        value.kind = JSON_NUMBER;
        value.number = read_number(r);
    }
    r->depth--;
    return value;
}

const JsonValue *glb_json_read(Str text, Arena *arena, Str *error) {
    Reader r = {.text = text, .arena = arena};
    strbuf_init(&r.scratch, arena->heap);
    JsonValue *value = ARENA_NEW(arena, JsonValue, 1);
    *value = read_value(&r);
    skip_space(&r);
    if (r.off < r.text.len)
        fail(&r, "something after the end");
    strbuf_finish(&r.scratch);
    if (r.fault)
        *error = str_format(arena, "JSON, byte %u: %s", r.off, r.fault);
    return r.fault ? NULL : value;
}

const JsonValue *glb_json_get(const JsonValue *object, const char *key) {
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    for (u32 i = 0; i < object->n; i++)
        if (str_equal_z(object->keys[i], key))
            return &object->items[i];
    return NULL;
}

u32 glb_json_len(const JsonValue *array) {
    return array && array->kind == JSON_ARRAY ? array->n : 0;
}

const JsonValue *glb_json_at(const JsonValue *array, u32 i) {
    return i < glb_json_len(array) ? &array->items[i] : NULL;
}

f64 glb_json_as_number(const JsonValue *value, f64 otherwise) {
    return value && value->kind == JSON_NUMBER ? value->number : otherwise;
}

u32 glb_json_as_index(const JsonValue *value, u32 otherwise) {
    f64 number = glb_json_as_number(value, -1);
    return number >= 0 && number < NONE && floor(number) == number ? (u32)number : otherwise;
}

Str glb_json_as_text(const JsonValue *value) {
    return value && value->kind == JSON_TEXT ? value->text : STR("");
}

bool glb_json_as_bool(const JsonValue *value, bool otherwise) {
    return value && value->kind == JSON_BOOL ? value->flag : otherwise;
}
