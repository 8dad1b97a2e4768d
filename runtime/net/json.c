// SPDX-License-Identifier: Apache-2.0
// A first pass over the bytes bounds depth, values and escapes before cJSON may allocate anything; its
// tree is then copied into the arena and deleted, so that no later failure can leak it.
#include "runtime/net/json.h"

#include "base/map.h"
#include "base/utf8.h"

#include <cjson/cJSON.h>

// Depth, values and \u0000, by looking at brackets, commas and strings alone. NULL: fine.
static const char *scan(Str text) {
    u32 depth = 0, values = 1;
    bool in_string = false;
    for (u32 i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == 0)
            return "it holds a NUL";
        if (in_string) {
            if (c == '\\') {
                if (text.len - i > 5 && memcmp(text.ptr + i + 1, "u0000", 5) == 0)
                    return "a text holds a NUL";
                i++;
            } else if (c == '"') {
                in_string = false;
            }
            continue;
        }
        if (c == '"')
            in_string = true;
        else if (c == ',')
            values++;
        else if (c == '[' || c == '{') {
            values++;
            if (++depth > JSON_DEPTH_MAX)
                return "nested deeper than 64";
        } else if ((c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return values > JSON_VALUES_MAX ? "more than 200,000 values" : NULL;
}

typedef struct Copy {
    Arena *arena;
    const cJSON *root;
    JsonNode *out;
    const char *error;
} Copy;

static void copy_node(Copy *copy, const cJSON *from, JsonNode *to);

static void copy_children(Copy *copy, const cJSON *from, JsonNode *to) {
    for (const cJSON *child = from->child; child; child = child->next)
        to->n++;
    to->items = ARENA_NEW(copy->arena, JsonNode, MAX(to->n, 1u));
    bool has_keys = to->kind == JSON_OBJECT;
    StrMap seen;
    if (has_keys) {
        to->keys = ARENA_NEW(copy->arena, Str, MAX(to->n, 1u));
        strmap_init(&seen, copy->arena);
    }
    u32 i = 0;
    for (const cJSON *child = from->child; child; child = child->next, i++) {
        if (has_keys) {
            to->keys[i] = str_copy(copy->arena, str_from(child->string));
            if (strmap_find(&seen, to->keys[i]) != NONE)
                copy->error = "an object has the same key twice";
            strmap_set(&seen, to->keys[i], i);
        }
        copy_node(copy, child, &to->items[i]);
    }
}

// Recursion no deeper than JSON_DEPTH_MAX.
static void copy_node(Copy *copy, const cJSON *from, JsonNode *to) {
    if (cJSON_IsString(from)) {
        to->kind = JSON_TEXT;
        to->text = str_copy(copy->arena, str_from(from->valuestring));
        if (utf8_validate(to->text.ptr, to->text.len) != to->text.len)
            copy->error = "a text is not UTF-8";
    } else if (cJSON_IsNumber(from)) {
        to->kind = JSON_NUMBER;
        to->number = from->valuedouble;
        if (!(to->number >= -1e300 && to->number <= 1e300))
            copy->error = "a number is too large";
    } else if (cJSON_IsArray(from) || cJSON_IsObject(from)) {
        to->kind = cJSON_IsArray(from) ? JSON_LIST : JSON_OBJECT;
        copy_children(copy, from, to);
    } else {
        to->kind = cJSON_IsTrue(from) ? JSON_TRUE : cJSON_IsFalse(from) ? JSON_FALSE : JSON_NULL;
    }
}

static void copy_root(void *ctx) {
    Copy *copy = ctx;
    copy->out = ARENA_NEW(copy->arena, JsonNode, 1);
    copy_node(copy, copy->root, copy->out);
}

const JsonNode *jtree_parse(Arena *arena, Str text, const char **error) {
    *error = NULL;
    if (utf8_validate(text.ptr, text.len) != text.len)
        *error = "it is not UTF-8";
    else
        *error = scan(text);
    if (*error)
        return NULL;
    const char *z = str_to_z(arena, text);
    cJSON *root = cJSON_ParseWithLengthOpts(z, (size_t)text.len + 1, NULL, true);
    if (!root) {
        *error = "it is not JSON, or was cut off";
        return NULL;
    }
    Copy copy = {.arena = arena, .root = root};
    bool ok = heap_guard(arena->heap, copy_root, &copy);
    cJSON_Delete(root);
    if (!ok)
        heap_rethrow(arena->heap);
    *error = copy.error;
    return copy.error ? NULL : copy.out;
}

// The end of the object that begins at i, or 0.
static u32 object_end(Str text, u32 i) {
    u32 depth = 0;
    bool in_string = false;
    for (; i < text.len; i++) {
        char c = text.ptr[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (depth == 1)
                return i + 1;
            depth = depth ? depth - 1 : 0;
        }
    }
    return 0;
}

Str jtree_find_object(Str text) {
    // Braces in the prose before it must not cost a quadratic search: a few tries are enough.
    enum { TRIES = 16 };
    u32 tries = 0;
    for (u32 i = 0; i < text.len && tries < TRIES; i++) {
        if (text.ptr[i] != '{')
            continue;
        u32 next = i + 1;
        while (next < text.len && (unsigned char)text.ptr[next] <= ' ')
            next++;
        if (next < text.len && text.ptr[next] != '"' && text.ptr[next] != '}')
            continue;
        tries++;
        u32 end = object_end(text, i);
        if (end)
            return (Str){text.ptr + i, end - i};
    }
    return (Str){"", 0};
}

// ---- getters ----

bool jtree_is(const JsonNode *node, JsonKind kind) { return node && node->kind == kind; }

const JsonNode *jtree_get(const JsonNode *object, const char *key) {
    if (!jtree_is(object, JSON_OBJECT))
        return NULL;
    for (u32 i = 0; i < object->n; i++)
        if (str_equal_z(object->keys[i], key))
            return &object->items[i];
    return NULL;
}

const JsonNode *jtree_at(const JsonNode *list, u32 i) {
    return jtree_is(list, JSON_LIST) && i < list->n ? &list->items[i] : NULL;
}

Str jtree_text(const JsonNode *object, const char *key, Str fallback) {
    const JsonNode *node = jtree_get(object, key);
    return jtree_is(node, JSON_TEXT) ? node->text : fallback;
}

f64 jtree_number(const JsonNode *object, const char *key, f64 fallback) {
    const JsonNode *node = jtree_get(object, key);
    return jtree_is(node, JSON_NUMBER) ? node->number : fallback;
}

u64 jtree_count(const JsonNode *object, const char *key) {
    f64 number = jtree_number(object, key, 0);
    return number >= 1 && number <= 1e15 ? (u64)number : 0;
}

const JsonNode *jtree_list(const JsonNode *object, const char *key) {
    const JsonNode *node = jtree_get(object, key);
    return jtree_is(node, JSON_LIST) ? node : NULL;
}

void jtree_write(const JsonNode *node, StrBuf *out) {
    switch (node->kind) {
    case JSON_NULL: strbuf_add_z(out, "null"); break;
    case JSON_FALSE: strbuf_add_z(out, "false"); break;
    case JSON_TRUE: strbuf_add_z(out, "true"); break;
    case JSON_NUMBER: strbuf_add_number(out, node->number); break;
    case JSON_TEXT: strbuf_add_json(out, node->text); break;
    case JSON_LIST:
    case JSON_OBJECT:
        strbuf_add_char(out, node->kind == JSON_LIST ? '[' : '{');
        for (u32 i = 0; i < node->n; i++) {
            if (i)
                strbuf_add_char(out, ',');
            if (node->kind == JSON_OBJECT) {
                strbuf_add_json(out, node->keys[i]);
                strbuf_add_char(out, ':');
            }
            jtree_write(&node->items[i], out);
        }
        strbuf_add_char(out, node->kind == JSON_LIST ? ']' : '}');
        break;
    }
}
