// SPDX-License-Identifier: Apache-2.0
// Any bytes through the whole compiler under small limits: it must end with an answer, and what it accepts
// must be written, read back and be closed.
#include "compiler/compiler.h"
#include "compiler/export/export.h"
#include "compiler/export/glb_read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Written {
    Compilation *c;
    bool ok;
} Written;

static void write_and_read(void *ctx) {
    Written *w = ctx;
    StrBuf bytes;
    strbuf_init(&bytes, &w->c->heap);
    const char *error = NULL;
    ExportOptions options = {.source_name = STR("fuzz.part"), .sources = &w->c->sources};
    Status status = export_find(STR("glb"))->write(&w->c->model, &options, &w->c->heap, &bytes, &error);
    GlbFile glb;
    Str fault;
    w->ok = status == STATUS_OK && glb_read(bytes.ptr, bytes.len, &w->c->arena, &glb, &fault);
    for (u32 i = 0; w->ok && i < glb.n_meshes; i++)
        w->ok = glb.meshes[i].is_closed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 1 << 16)
        return 0;
    Limits limits = limits_default();
    limits.steps = 20000;
    limits.instances = 300;
    limits.triangles = 100000;
    limits.segments = 64;
    limits.list_len = 2000;
    limits.memory_mib = 256;
    limits.seconds = 5;
    Compilation c;
    compile_init(&c);
    Status status = compile(&c, STR("fuzz.part"), (Str){(const char *)data, (u32)size},
                            &(CompileOptions){.last = STAGE_INSPECT, .limits = limits, .limits_set = true, .n_threads = 1});
    if (status != STATUS_OK && status != STATUS_PROGRAM && status != STATUS_LIMIT)
        abort();
    if (status == STATUS_OK) {
        Written written = {&c, false};
        if (heap_guard(&c.heap, write_and_read, &written) ? !written.ok : c.heap.failure == FAIL_INTERNAL)
            abort();
    }
    StrBuf text;
    Heap heap;
    heap_init(&heap, 0);
    strbuf_init(&text, &heap);
    diags_sort(&c.diags);
    diags_write_text(&c.diags, (DiagTextOptions){0}, &text);
    diags_write_json(&c.diags, &text);
    heap_finish(&heap);
    compile_finish(&c);
    return 0;
}
