// SPDX-License-Identifier: Apache-2.0
// What parts are called in written files, the same in every format.
#ifndef FRC_COMPILER_EXPORT_NAMES_H
#define FRC_COMPILER_EXPORT_NAMES_H

#include "compiler/ir/ir.h"

typedef struct PartNames {
    Str *names;   // per part: unique, of [A-Za-z0-9_-]: "seat", "leg_2", "back-slat_0" where labels
                  // meet
    u32 *classes; // per part: which of the distinct paths, numbered from 0 as they first occur
    u32 n_classes;
} PartNames;

// Arrays and texts from arena. O(parts).
PartNames part_names(const Scene *scene, Arena *arena);

// Each text in plain letters [A-Za-z0-9_-], no two alike; arrays from arena.
Str *plain_names(const Str *texts, u32 n, Arena *arena);
// The same for one text, as it comes.
Str plain_name(Str text, Arena *arena);

// "chair.part:12:3", or empty: where the part is written.
Str part_place(const ScenePart *part, Str source_name, Sources *sources, Arena *arena);

#endif
