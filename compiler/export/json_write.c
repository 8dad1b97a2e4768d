// SPDX-License-Identifier: Apache-2.0
// See json_write.h. Numbers that will be read as float32 are written with as few digits as that
// takes: "0.45", not "0.44999998807907104".
#include "compiler/export/json_write.h"

#include "base/number.h"

#include <assert.h>
#include <math.h>

static void begin_element(JsonWriter *json, const char *key) {
    if (json->wants_comma)
        strbuf_add_char(json->out, ',');
    json->wants_comma = true;
    if (!key)
        return;
    strbuf_add_json(json->out, str_from(key));
    strbuf_add_char(json->out, ':');
}

void glb_json_open(JsonWriter *json, const char *key, char bracket) {
    begin_element(json, key);
    strbuf_add_char(json->out, bracket);
    json->wants_comma = false;
}

void glb_json_close(JsonWriter *json, char bracket) {
    strbuf_add_char(json->out, bracket);
    json->wants_comma = true;
}

void glb_json_text(JsonWriter *json, const char *key, Str text) {
    begin_element(json, key);
    strbuf_add_json(json->out, text);
}

void glb_json_u64(JsonWriter *json, const char *key, u64 value) {
    begin_element(json, key);
    strbuf_addf(json->out, "%llu", (unsigned long long)value);
}

void glb_json_bool(JsonWriter *json, const char *key, bool value) {
    begin_element(json, key);
    strbuf_add_z(json->out, value ? "true" : "false");
}

void glb_json_number(JsonWriter *json, const char *key, f64 value) {
    assert(isfinite(value));
    begin_element(json, key);
    strbuf_add_number(json->out, value);
}

// True when a reader of text (by way of double, as JSON's are) gets value.
static bool reads_back(const char *text, f32 value) {
    bool is_negative = text[0] == '-';
    f64 read;
    if (!number_read(str_from(text + is_negative), &read))
        return false;
    return (f32)(is_negative ? -read : read) == value;
}

void strbuf_add_f32(StrBuf *out, f32 value) {
    assert(isfinite(value));
    char text[NUMBER_TEXT_MAX];
    f64 size = fabs((f64)value);
    if (size >= 1e-9 && size < 1e9)
        for (u32 digits = 6; digits <= 9; digits++) {
            number_write_short((f64)value, digits, text);
            if (reads_back(text, value)) {
                strbuf_add_z(out, text);
                return;
            }
        }
    strbuf_add_number(out, (f64)value);
}

void glb_json_f32(JsonWriter *json, const char *key, f32 value) {
    begin_element(json, key);
    strbuf_add_f32(json->out, value);
}

void glb_json_f32s(JsonWriter *json, const char *key, const f32 *values, u32 n) {
    glb_json_open(json, key, '[');
    for (u32 i = 0; i < n; i++)
        glb_json_f32(json, NULL, values[i]);
    glb_json_close(json, ']');
}
