// SPDX-License-Identifier: Apache-2.0
// Stages speak of byte offsets only; lines and columns are computed when somebody must read them,
// from an index of line starts that is built at the first question.
#include "base/source.h"

#include "base/vec.h"

#include <assert.h>

void sources_init(Sources *sources, Arena *arena) {
    *sources = (Sources){.arena = arena};
}

u32 sources_add(Sources *sources, Str name, Str text) {
    static const Str mark = {"\xEF\xBB\xBF", 3};
    if (str_starts(text, mark))
        text = (Str){text.ptr + mark.len, text.len - mark.len};
    if (sources->len == sources->cap)
        sources->items = vec_grow_arena(sources->arena, sources->items, sources->len, &sources->cap,
                                        (size_t)sources->len + 1, sizeof *sources->items);
    Source source = {str_copy(sources->arena, name), str_copy(sources->arena, text), NULL, 0};
    sources->items[sources->len] = source;
    return sources->len++;
}

static void index_lines(Arena *arena, Source *source) {
    u32 n = 1;
    const char *end = source->text.ptr + source->text.len;
    for (const char *c = source->text.ptr; (c = memchr(c, '\n', (size_t)(end - c))); c++)
        n++;
    source->lines = ARENA_NEW(arena, u32, n);
    source->n_lines = n;
    u32 line = 1;
    for (const char *c = source->text.ptr; (c = memchr(c, '\n', (size_t)(end - c))); c++)
        source->lines[line++] = (u32)(c - source->text.ptr) + 1;
}

static Source *source_indexed(Sources *sources, u32 source) {
    assert(source < sources->len);
    Source *item = &sources->items[source];
    if (!item->lines)
        index_lines(sources->arena, item);
    return item;
}

SourcePlace source_place(Sources *sources, u32 source, u32 off) {
    const Source *item = source_indexed(sources, source);
    off = MIN(off, item->text.len);
    u32 lo = 0, hi = item->n_lines; // the last line that starts at or before off is in lo..hi
    while (hi - lo > 1) {
        u32 mid = lo + (hi - lo) / 2;
        if (item->lines[mid] <= off)
            lo = mid;
        else
            hi = mid;
    }
    return (SourcePlace){lo + 1, off - item->lines[lo] + 1};
}

Str source_line(Sources *sources, u32 source, u32 line) {
    const Source *item = source_indexed(sources, source);
    assert(line >= 1 && line <= item->n_lines);
    u32 start = item->lines[line - 1];
    u32 end = line < item->n_lines ? item->lines[line] - 1 : item->text.len;
    if (end > start && line < item->n_lines && item->text.ptr[end - 1] == '\r')
        end--;
    return (Str){item->text.ptr + start, end - start};
}

Str source_text(const Sources *sources, Span span) {
    assert(span.source < sources->len);
    Str text = sources->items[span.source].text;
    u32 off = MIN(span.off, text.len);
    return (Str){text.ptr + off, MIN(span.len, text.len - off)};
}
