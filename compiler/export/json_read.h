// SPDX-License-Identifier: Apache-2.0
// JSON (RFC 8259) from anyone, as a tree in an arena. Nesting is bounded; numbers that overflow,
// texts that are not UTF-8 and anything after the value are faults.
#ifndef FRC_COMPILER_EXPORT_JSON_READ_H
#define FRC_COMPILER_EXPORT_JSON_READ_H

#include "base/str.h"

typedef enum JsonKind {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT
} JsonKind;

typedef struct JsonValue JsonValue;
struct JsonValue {
    JsonKind kind;
    bool flag;
    f64 number;
    Str text;         // unescaped, NUL-terminated
    JsonValue *items; // n, of arrays and objects
    Str *keys;        // n, of objects
    u32 n;
};

enum { JSON_DEPTH_MAX = 64 };

// NULL: *error says what is wrong and at which byte.
const JsonValue *glb_json_read(Str text, Arena *arena, Str *error);

// All of these take NULL and values of any kind, and answer with the default when there is no such
// thing.
const JsonValue *glb_json_get(const JsonValue *object,
                          const char *key); // the first of that name, or NULL
const JsonValue *glb_json_at(const JsonValue *array, u32 i);
u32 glb_json_len(const JsonValue *array); // 0 for what is none
f64 glb_json_as_number(const JsonValue *value, f64 otherwise);
u32 glb_json_as_index(const JsonValue *value, u32 otherwise); // a whole number below NONE
Str glb_json_as_text(const JsonValue *value);                 // or empty
bool glb_json_as_bool(const JsonValue *value, bool otherwise);

#endif
