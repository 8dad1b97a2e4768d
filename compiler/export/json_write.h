// SPDX-License-Identifier: Apache-2.0
// Writing JSON without a tree: the writer only keeps track of commas.
#ifndef FRC_COMPILER_EXPORT_JSON_WRITE_H
#define FRC_COMPILER_EXPORT_JSON_WRITE_H

#include "base/str.h"

typedef struct JsonWriter {
    StrBuf *out;
    bool wants_comma; // before the next element here
} JsonWriter;

// key NULL: an element of an array.
void glb_json_open(JsonWriter *json, const char *key, char bracket); // '{' or '['
void glb_json_close(JsonWriter *json, char bracket);                 // '}' or ']'
void glb_json_text(JsonWriter *json, const char *key, Str text);
void glb_json_u64(JsonWriter *json, const char *key, u64 value);
void glb_json_bool(JsonWriter *json, const char *key, bool value);
void glb_json_number(JsonWriter *json, const char *key, f64 value); // finite
// The shortest decimal text that a reader rounds to value.
void glb_json_f32(JsonWriter *json, const char *key, f32 value);
void glb_json_f32s(JsonWriter *json, const char *key, const f32 *values, u32 n);

// The same number as text, for other formats; at most NUMBER_TEXT_MAX bytes.
void strbuf_add_f32(StrBuf *out, f32 value);

#endif
