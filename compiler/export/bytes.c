// SPDX-License-Identifier: Apache-2.0
// Numbers are put together byte by byte in a block at a time: right on every machine, and fast
// enough.
#include "compiler/export/bytes.h"

static void put_u32(u8 *to, u32 value) {
    to[0] = (u8)value;
    to[1] = (u8)(value >> 8);
    to[2] = (u8)(value >> 16);
    to[3] = (u8)(value >> 24);
}

void bytes_add_u16(StrBuf *out, u32 value) {
    u8 bytes[2] = {(u8)value, (u8)(value >> 8)};
    strbuf_add_bytes(out, bytes, sizeof bytes);
}

void bytes_add_u32(StrBuf *out, u32 value) {
    u8 bytes[4];
    put_u32(bytes, value);
    strbuf_add_bytes(out, bytes, sizeof bytes);
}

void bytes_set_u32(StrBuf *out, size_t at, u32 value) {
    put_u32((u8 *)out->ptr + at, value);
}

enum { BLOCK = 1024 };

void bytes_add_f32s(StrBuf *out, const f32 *values, size_t n) {
    u8 block[4 * BLOCK];
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t count = MIN(n - i, (size_t)BLOCK);
        for (size_t k = 0; k < count; k++) {
            u32 bits;
            memcpy(&bits, &values[i + k], sizeof bits);
            put_u32(&block[4 * k], bits);
        }
        strbuf_add_bytes(out, block, 4 * count);
    }
}

void bytes_add_indices(StrBuf *out, const u32 *values, size_t n, bool is_short) {
    u8 block[4 * BLOCK];
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t count = MIN(n - i, (size_t)BLOCK);
        for (size_t k = 0; k < count; k++) {
            u32 value = values[i + k];
            if (is_short) {
                block[2 * k] = (u8)value;
                block[2 * k + 1] = (u8)(value >> 8);
            } else {
                put_u32(&block[4 * k], value);
            }
        }
        strbuf_add_bytes(out, block, (is_short ? 2 : 4) * count);
    }
}

SceneMaterial export_material(const Scene *scene, u32 material) {
    if (material < scene->n_materials)
        return scene->materials[material];
    return (SceneMaterial){.name = STR("default"),
                           .color = {0.6f, 0.6f, 0.6f},
                           .rgb = 0xcccccc,
                           .metallic = 0,
                           .roughness = 0.5f,
                           .opacity = 1};
}
