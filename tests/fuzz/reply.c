// SPDX-License-Identifier: Apache-2.0
// Fuzz target: what a model server sends. Any bytes are read as an answer in each dialect, as a stream, as
// a plan and as a verdict, or refused; a plan that is taken can be written and read again.
#include "runtime/agent/plan.h"
#include "runtime/agent/reply.h"
#include "runtime/net/dialect.h"
#include "runtime/net/sse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);

typedef struct Stream {
    Arena *arena;
    ReplyState *state;
    Dialect dialect;
} Stream;

static void on_event(void *ctx, Str name, Str data) {
    Stream *stream = ctx;
    const char *error;
    const JsonNode *root = jtree_parse(stream->arena, data, &error);
    if (root)
        dialect_row(stream->dialect)->event(name, root, stream->state);
}

static void as_answer(Dialect dialect, Str text, const JsonNode *root, Heap *heap, Arena *arena) {
    ReplyState state = {.usage = {.cost = -1}};
    strbuf_init(&state.text, heap);
    if (root)
        dialect_row(dialect)->read(root, &state);
    Stream stream = {arena, &state, dialect};
    Sse sse;
    sse_init(&sse, heap, on_event, &stream);
    sse_feed(&sse, text);
    sse_end(&sse);
    sse_finish(&sse);
    strbuf_finish(&state.text);
}

static void as_plan(const JsonNode *root, Heap *heap, Arena *arena) {
    Plan plan, again;
    PlanError why;
    if (!plan_read(root, arena, &plan, &why))
        return;
    StrBuf out;
    strbuf_init(&out, heap);
    plan_write_json(&plan, &out);
    const char *error;
    const JsonNode *copy = jtree_parse(arena, strbuf_str(&out), &error);
    if (!copy || !plan_read(copy, arena, &again, &why))
        abort();
    plan_write_part(&plan, &out);
}

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size) {
    Heap heap;
    heap_init(&heap, 256u << 20);
    if (size < NONE && HEAP_TRY(&heap)) {
        Arena arena;
        arena_init(&arena, &heap);
        Str text = {(const char *)bytes, (u32)size};
        const char *error;
        const JsonNode *root = jtree_parse(&arena, text, &error);
        for (u32 d = 0; d < DIALECT_COUNT; d++)
            as_answer((Dialect)d, text, root, &heap, &arena);
        Verdict verdict;
        if (root)
            as_plan(root, &heap, &arena);
        if (root && verdict_read(root, &arena, &verdict, &error) && verdict.accepts && verdict.n_must)
            abort();
        Str program = reply_find_program(text), object = jtree_find_object(text);
        if (program.len > size || object.len > size)
            abort();
    }
    heap_finish(&heap);
    return 0;
}
