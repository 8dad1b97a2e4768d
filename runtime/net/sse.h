// SPDX-License-Identifier: Apache-2.0
// Server-sent events: bytes in, in pieces of any size, whole events out.
#ifndef FRC_RUNTIME_NET_SSE_H
#define FRC_RUNTIME_NET_SSE_H

#include "base/str.h"

typedef struct Sse {
    StrBuf line, name, data;
    bool has_data, after_cr, has_begun;
    void (*event)(void *ctx, Str name, Str data); // name is empty if unsaid
    void *ctx;
} Sse;

void sse_init(Sse *sse, Heap *heap, void (*event)(void *ctx, Str name, Str data), void *ctx);
void sse_feed(Sse *sse, Str bytes);
// An event without its blank line at the end of the stream is given, too.
void sse_end(Sse *sse);
void sse_finish(Sse *sse);

#endif
