// SPDX-License-Identifier: Apache-2.0
// Fuzz target: any bytes are read as a GLB file or refused; what was read is described.
#include "compiler/export/glb_read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size) {
    Heap heap;
    heap_init(&heap, 256u << 20);
    if (HEAP_TRY(&heap)) {
        Arena arena;
        arena_init(&arena, &heap);
        GlbFile file;
        Str error = STR("");
        if (glb_read(bytes, size, &arena, &file, &error)) {
            StrBuf out;
            strbuf_init(&out, &heap);
            glb_info_text(&file, &out);
            glb_info_json(&file, &out);
            for (u32 i = 0; i < file.n_meshes; i++)
                for (u32 k = 0; k < 3 * file.meshes[i].mesh.n_tris; k++)
                    if (file.meshes[i].mesh.tris[k] >= file.meshes[i].mesh.n_verts)
                        abort();
        } else if (!error.len) {
            abort();
        }
    }
    heap_finish(&heap);
    return 0;
}
