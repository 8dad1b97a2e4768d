// SPDX-License-Identifier: Apache-2.0
// JSON from strangers: read by cJSON under our own bounds, handed on as a tree in an arena. Getters
// check types; what is missing or of another type is told, never guessed.
#ifndef FRC_RUNTIME_NET_JSON_H
#define FRC_RUNTIME_NET_JSON_H

#include "base/str.h"

enum { JSON_DEPTH_MAX = 64, JSON_VALUES_MAX = 200000 };

typedef enum JsonKind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT } JsonKind;

typedef struct JsonNode {
    JsonKind kind;
    f64 number; // finite
    Str text;   // valid UTF-8 without NUL
    Str *keys;  // of an object: n, distinct
    struct JsonNode *items; // of a list or an object: n
    u32 n;
} JsonNode;

// NULL: *error says why ("nested deeper than 64"). Refused are: invalid UTF-8, NUL, numbers beyond
// double, duplicate keys, anything after the value. O(n log n).
const JsonNode *jtree_parse(Arena *arena, Str text, const char **error);

// The first whole JSON object in a text that may have prose or a fence around it; empty if none.
Str jtree_find_object(Str text);

const JsonNode *jtree_get(const JsonNode *object, const char *key); // NULL: no object, or no such key
const JsonNode *jtree_at(const JsonNode *list, u32 i);              // NULL: no list, or too short
// The value of a key of that type; the fallback when it is absent or of another type.
Str jtree_text(const JsonNode *object, const char *key, Str fallback);
f64 jtree_number(const JsonNode *object, const char *key, f64 fallback);
u64 jtree_count(const JsonNode *object, const char *key); // whole and >= 0 (at most 1e15), else 0
const JsonNode *jtree_list(const JsonNode *object, const char *key); // NULL unless a list
bool jtree_is(const JsonNode *node, JsonKind kind);                  // false for NULL
void jtree_write(const JsonNode *node, StrBuf *out);                 // compact

#endif
