// SPDX-License-Identifier: Apache-2.0
// Fuzz target: what a model server sends. Any bytes are read as an answer in each dialect, whole and as a
// stream, as a plan and as a verdict, or refused; a plan that is taken can be written and read again.
#include "runtime/agent/plan.h"
#include "runtime/agent/reply.h"
#include "runtime/net/answer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);

// Whole, and as streams that come in pieces; however the bytes are cut, the answer is the same.
static void as_answer(Dialect dialect, Str text, Heap *heap, Arena *arena) {
    static const char *const types[] = {"application/json", "text/event-stream", "application/x-ndjson"};
    for (u32 t = 0; t < COUNT_OF(types); t++) {
        u32 lens[2];
        Stop stops[2];
        bool faults[2];
        for (u32 k = 0; k < 2; k++) {
            Answer answer;
            answer_init(&answer, dialect_row(dialect), heap, arena, t == 2, 100);
            u32 step = k == 0 ? MAX(text.len, 1u) : 7;
            bool more = true;
            for (u32 i = 0; i < text.len && more; i += step)
                more = answer_feed(&answer, types[t], (Str){text.ptr + i, MIN(step, text.len - i)});
            answer_end(&answer, text);
            lens[k] = (u32)answer.state.text.len;
            stops[k] = answer.state.stop;
            faults[k] = answer.state.fault != NULL;
            answer_finish(&answer);
        }
        bool has_run_away = stops[0] == STOP_RUNAWAY || stops[1] == STOP_RUNAWAY; // noticed sooner in small pieces
        if (!has_run_away && (faults[0] != faults[1] || (!faults[0] && (lens[0] != lens[1] || stops[0] != stops[1]))))
            abort();
    }
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
            as_answer((Dialect)d, text, &heap, &arena);
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
