// SPDX-License-Identifier: Apache-2.0
// Source texts and the way from byte offsets to lines and columns.
#ifndef FRC_BASE_SOURCE_H
#define FRC_BASE_SOURCE_H

#include "base/str.h"

typedef struct Source {
    Str name;     // as the user gave it: "chair.part", "<stdin>"
    Str text;     // NUL-terminated after len; a leading byte-order mark is already gone
    u32 *lines;   // offset of each line's first byte; filled at first use
    u32 n_lines;
} Source;

typedef struct Sources {
    Arena *arena;
    Source *items;
    u32 len, cap;
} Sources;

typedef struct SourcePlace {
    u32 line, column; // 1-based; column counts bytes from the line's start
} SourcePlace;

void sources_init(Sources *sources, Arena *arena);
// Copies text; returns the source's index for Span.source.
u32 sources_add(Sources *sources, Str name, Str text);
SourcePlace source_place(Sources *sources, u32 source, u32 off); // off may be text.len
Str source_line(Sources *sources, u32 source, u32 line);         // without its line break
Str source_text(const Sources *sources, Span span);              // the bytes of the span

#endif
