// SPDX-License-Identifier: Apache-2.0
// Names that survive readers: three.js deletes [ ] . : / and renames doubles, Blender cuts and
// numbers them. So the names are made unique and plain here, in a way that a person can still read;
// what is exactly meant stands in the extras beside them.
#include "compiler/export/names.h"

#include "base/map.h"

static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// A path or label in plain letters: '/' becomes '-', runs of anything else '_'.
Str plain_name(Str text, Arena *arena) {
    char *out = arena_alloc(arena, (size_t)text.len + 5, 1);
    u32 len = 0;
    for (u32 i = 0; i < text.len; i++) {
        char c = text.ptr[i] == '/' ? '-' : is_plain(text.ptr[i]) ? text.ptr[i] : '_';
        if (c != '_' || len == 0 || out[len - 1] != '_' || text.ptr[i] == '_')
            out[len++] = c;
    }
    return len ? (Str){out, len} : STR("part");
}

// How many parts have each path; the class of each part is the path's place in the map.
static void count_paths(const Scene *scene, StrMap *paths, u32 *classes) {
    for (u32 i = 0; i < scene->n_parts; i++) {
        u32 found = strmap_find(paths, scene->parts[i].path);
        strmap_set(paths, scene->parts[i].path, found == NONE ? 1 : paths->values[found] + 1);
        classes[i] = found == NONE ? paths->n - 1 : found;
    }
}

static const u32 SHARED = NONE - 1;

// Per plain label: the one class that has it, or SHARED.
static void count_labels(const Scene *scene, const u32 *classes, const Str *plain, StrMap *labels) {
    for (u32 i = 0; i < scene->n_parts; i++) {
        u32 found = strmap_get(labels, plain[i]);
        if (found == NONE)
            strmap_set(labels, plain[i], classes[i]);
        else if (found != classes[i])
            strmap_set(labels, plain[i], SHARED);
    }
}

// name, or name_2, name_3 ... whichever is free.
static Str unique_name(Str name, StrMap *taken, Arena *arena) {
    u32 tries = strmap_get(taken, name);
    Str made = name;
    for (u32 i = tries == NONE ? 1 : tries + 1; tries != NONE && strmap_find(taken, made) != NONE;
         i++) {
        made = str_format(arena, "%.*s_%u", STR_ARG(name), i);
        strmap_set(taken, name, i);
    }
    strmap_set(taken, made, 1);
    return made;
}

Str *plain_names(const Str *texts, u32 n, Arena *arena) {
    Str *out = ARENA_NEW(arena, Str, n);
    StrMap taken;
    strmap_init(&taken, arena);
    for (u32 i = 0; i < n; i++)
        out[i] = unique_name(plain_name(texts[i], arena), &taken, arena);
    return out;
}

PartNames part_names(const Scene *scene, Arena *arena) {
    PartNames out = {.names = ARENA_NEW(arena, Str, scene->n_parts),
                     .classes = ARENA_NEW(arena, u32, scene->n_parts)};
    StrMap paths, labels, taken;
    strmap_init(&paths, arena);
    strmap_init(&labels, arena);
    strmap_init(&taken, arena);
    count_paths(scene, &paths, out.classes);
    out.n_classes = paths.n;
    for (u32 i = 0; i < scene->n_parts; i++)
        out.names[i] = plain_name(scene->parts[i].label, arena);
    count_labels(scene, out.classes, out.names, &labels);
    for (u32 i = 0; i < scene->n_parts; i++) {
        const ScenePart *part = &scene->parts[i];
        Str name = out.names[i];
        if (strmap_get(&labels, name) == SHARED)
            name = plain_name(part->path, arena);
        if (paths.values[out.classes[i]] > 1)
            name = str_format(arena, "%.*s_%u", STR_ARG(name), part->instance);
        out.names[i] = unique_name(name, &taken, arena);
    }
    return out;
}

Str part_place(const ScenePart *part, Str source_name, Sources *sources, Arena *arena) {
    if (!sources || part->span.source >= sources->len)
        return (Str){"", 0};
    SourcePlace place = source_place(sources, part->span.source, part->span.off);
    return str_format(arena, "%.*s:%u:%u", STR_ARG(source_name), place.line, place.column);
}
