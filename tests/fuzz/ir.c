// SPDX-License-Identifier: Apache-2.0
// Fuzz target: any bytes are read as an IR text or refused; what was read is written, read again
// and written to the same bytes.
#include "compiler/ir/ir.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size) {
    Heap heap;
    heap_init(&heap, 256u << 20);
    if (HEAP_TRY(&heap)) {
        Arena arena;
        arena_init(&arena, &heap);
        Sources sources, again;
        sources_init(&sources, &arena);
        sources_init(&again, &arena);
        Scene scene;
        Str error;
        if (scene_read((Str){(const char *)bytes, (u32)size}, &arena, &sources, &scene, &error)) {
            StrBuf first, second;
            strbuf_init(&first, &heap);
            strbuf_init(&second, &heap);
            scene_dump(&scene, &sources, &first);
            if (!scene_read(strbuf_str(&first), &arena, &again, &scene, &error))
                abort();
            scene_dump(&scene, &again, &second);
            if (!str_equal(strbuf_str(&first), strbuf_str(&second)))
                abort();
        }
    }
    heap_finish(&heap);
    return 0;
}
