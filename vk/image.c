// SPDX-License-Identifier: Apache-2.0
// PNG (ISO/IEC 15948) over libdeflate at its fastest level: pictures are written by the thousand,
// and most of a picture is flat. Colour rows are stored as differences from the row above; masks as
// they are.
#include "vk/image.h"

#include <libdeflate.h>

static void put32(u8 *p, u32 v) {
    p[0] = (u8)(v >> 24);
    p[1] = (u8)(v >> 16);
    p[2] = (u8)(v >> 8);
    p[3] = (u8)v;
}

static void chunk_write(StrBuf *out, const char type[4], const void *bytes, size_t size) {
    u8 head[8], tail[4];
    put32(head, (u32)size);
    memcpy(head + 4, type, 4);
    u32 crc = libdeflate_crc32(0, type, 4);
    if (size)
        crc = libdeflate_crc32(crc, bytes, size);
    put32(tail, crc);
    strbuf_add_bytes(out, head, 8);
    strbuf_add_bytes(out, bytes, size);
    strbuf_add_bytes(out, tail, 4);
}

static void head_write(StrBuf *out, PngKind kind, u32 width, u32 height) {
    static const u8 depth[] = {8, 16, 8, 8, 8}, color[] = {0, 0, 2, 6, 3};
    u8 head[13] = {0};
    put32(head, width);
    put32(head + 4, height);
    head[8] = depth[kind];
    head[9] = color[kind];
    strbuf_add_bytes(out, "\211PNG\r\n\032\n", 8);
    chunk_write(out, "IHDR", head, sizeof head);
    if (kind == PNG_RGB8 || kind == PNG_RGBA8) {
        const u8 perceptual = 0;
        chunk_write(out, "sRGB", &perceptual, 1);
    }
}

static void row_less_above(u8 *out, const u8 *row, const u8 *above, size_t n) {
    typedef u8 Bytes __attribute__((vector_size(16)));
    size_t i = 0;
    for (; i + sizeof(Bytes) <= n; i += sizeof(Bytes)) {
        Bytes a, b;
        memcpy(&a, row + i, sizeof a);
        memcpy(&b, above + i, sizeof b);
        a -= b;
        memcpy(out + i, &a, sizeof a);
    }
    for (; i < n; i++)
        out[i] = (u8)(row[i] - above[i]);
}

// Rows as PNG wants them: a filter byte, then bytes or differences.
static void rows_filter(PngKind kind, u32 width, u32 height, const u8 *pixels, u8 *rows) {
    static const u8 sizes[] = {1, 2, 3, 4, 1};
    size_t stride = (size_t)width * sizes[kind];
    bool up = kind == PNG_RGB8 || kind == PNG_RGBA8;
    for (u32 y = 0; y < height; y++, pixels += stride, rows += stride + 1) {
        rows[0] = up && y > 0 ? 2 : 0;
        if (kind == PNG_GRAY16) { // big-endian
            const u16 *values = (const void *)pixels;
            for (u32 x = 0; x < width; x++) {
                rows[1 + 2 * (size_t)x] = (u8)(values[x] >> 8);
                rows[2 + 2 * (size_t)x] = (u8)values[x];
            }
        } else if (rows[0]) {
            row_less_above(rows + 1, pixels, pixels - stride, stride);
        } else {
            memcpy(rows + 1, pixels, stride);
        }
    }
}

static void palette_write(StrBuf *out, const PngOptions *options) {
    const u8 transparent = 0;
    chunk_write(out, "PLTE", options->palette, 3 * (size_t)options->n_palette);
    chunk_write(out, "tRNS", &transparent, 1);
}

bool png_write(StrBuf *out, PngKind kind, u32 width, u32 height, const void *pixels,
               PngOptions options) {
    static const u8 sizes[] = {1, 2, 3, 4, 1};
    size_t size = ((size_t)width * sizes[kind] + 1) * height;
    u32 level = options.level ? MIN(options.level, 12u) : 1;
    u8 *rows = heap_alloc_raw(out->heap, size, 1);
    rows_filter(kind, width, height, pixels, rows);
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor((int)level);
    if (!compressor) {
        heap_free(out->heap, rows);
        return false;
    }
    size_t bound = libdeflate_zlib_compress_bound(compressor, size);
    // Nothing may jump between here and the free: the compressor is not the heap's.
    HeapRecover outer = heap_recover_save(out->heap);
    u8 *volatile packed = NULL;
    bool ok = HEAP_TRY(out->heap);
    if (ok)
        packed = heap_alloc_raw(out->heap, bound, 1);
    heap_recover_restore(out->heap, &outer);
    size_t n = ok ? libdeflate_zlib_compress(compressor, rows, size, packed, bound) : 0;
    libdeflate_free_compressor(compressor);
    if (!ok)
        heap_rethrow(out->heap);
    heap_free(out->heap, rows);
    if (n > 0) {
        head_write(out, kind, width, height);
        if (kind == PNG_PALETTE8)
            palette_write(out, &options);
        if (options.text) {
            StrBuf text;
            strbuf_init(&text, out->heap);
            strbuf_add_bytes(&text, "Description", 12); // with its NUL
            strbuf_add_z(&text, options.text);
            chunk_write(out, "tEXt", text.ptr, text.len);
            strbuf_finish(&text);
        }
        chunk_write(out, "IDAT", packed, n);
        chunk_write(out, "IEND", NULL, 0);
    }
    heap_free(out->heap, packed);
    return n > 0;
}

void npy_write(StrBuf *out, u32 width, u32 height, u32 channels, const f32 *values) {
    char shape[64];
    StrBuf head;
    strbuf_init(&head, out->heap);
    strbuf_addf(&head, "{'descr': '<f4', 'fortran_order': False, 'shape': (%u, %u", height, width);
    if (channels > 1)
        strbuf_addf(&head, ", %u", channels);
    strbuf_add_z(&head, "), }");
    while ((10 + head.len + 1) % 64)
        strbuf_add_char(&head, ' ');
    strbuf_add_char(&head, '\n');
    memcpy(shape, "\223NUMPY\1\0", 8);
    shape[8] = (char)(head.len & 255);
    shape[9] = (char)(head.len >> 8);
    strbuf_add_bytes(out, shape, 10);
    strbuf_add_bytes(out, head.ptr, head.len);
    strbuf_finish(&head);
    strbuf_add_bytes(out, values, (size_t)width * height * channels * sizeof *values);
}
