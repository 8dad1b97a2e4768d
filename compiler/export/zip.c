// SPDX-License-Identifier: Apache-2.0
// Three records: before each entry, after all of them, and at the end. libdeflate does the packing;
// it is what the pictures are packed with, too, and one library less than a ZIP library would need.
#include "compiler/export/zip.h"

#include "compiler/export/bytes.h"

#include <assert.h>
#include <libdeflate.h>

enum {
    LOCAL_MAGIC = 0x04034b50,
    CENTRAL_MAGIC = 0x02014b50,
    END_MAGIC = 0x06054b50,
    VERSION = 20,
    DEFLATED = 8,
    TIME = 0,      // midnight
    DATE = 0x0021, // of 1 January 1980, ZIP's first day
    UTF8_NAMES = 0x0800,
    LEVEL = 6,
};

void zip_begin(ZipWriter *zip, StrBuf *out) {
    *zip = (ZipWriter){.out = out, .start = out->len};
}

// Version, flags, method, time, date, crc, sizes, length of name: common to both headers.
static void add_common(StrBuf *out, const ZipEntry *entry) {
    bytes_add_u16(out, VERSION);
    bytes_add_u16(out, UTF8_NAMES);
    bytes_add_u16(out, DEFLATED);
    bytes_add_u16(out, TIME);
    bytes_add_u16(out, DATE);
    bytes_add_u32(out, entry->crc);
    bytes_add_u32(out, entry->packed_size);
    bytes_add_u32(out, entry->size);
    bytes_add_u16(out, (u32)strlen(entry->name));
    bytes_add_u16(out, 0); // no extra fields
}

// Nothing of ours may fail between the allocation and the release of the compressor.
static size_t deflate(Heap *heap, Str content, char *to, size_t room) {
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(LEVEL);
    if (!compressor)
        heap_fail(heap, FAIL_NO_MEMORY, NULL);
    size_t size = libdeflate_deflate_compress(compressor, content.ptr, content.len, to, room);
    libdeflate_free_compressor(compressor);
    return size;
}

bool zip_add(ZipWriter *zip, const char *name, Str content) {
    assert(zip->n_entries < ZIP_ENTRIES_MAX);
    Heap *heap = zip->out->heap;
    size_t room = libdeflate_deflate_compress_bound(NULL, content.len);
    char *packed = heap_alloc_raw(heap, room, 1);
    size_t packed_size = deflate(heap, content, packed, room);
    assert(packed_size > 0);
    u64 off = zip->out->len - zip->start;
    bool fits = off + packed_size + 1024 <= UINT32_MAX;
    if (fits) {
        ZipEntry *entry = &zip->entries[zip->n_entries++];
        *entry = (ZipEntry){name, libdeflate_crc32(0, content.ptr, content.len), content.len,
                            (u32)packed_size, (u32)off};
        bytes_add_u32(zip->out, LOCAL_MAGIC);
        add_common(zip->out, entry);
        strbuf_add_z(zip->out, name);
        strbuf_add_bytes(zip->out, packed, packed_size);
    }
    heap_free(heap, packed);
    return fits;
}

bool zip_end(ZipWriter *zip) {
    StrBuf *out = zip->out;
    u64 off = out->len - zip->start;
    for (u32 i = 0; i < zip->n_entries; i++) {
        bytes_add_u32(out, CENTRAL_MAGIC);
        bytes_add_u16(out, VERSION);
        add_common(out, &zip->entries[i]);
        bytes_add_u16(out, 0); // no comment
        bytes_add_u16(out, 0); // disk
        bytes_add_u16(out, 0); // attributes within
        bytes_add_u32(out, 0); // and without
        bytes_add_u32(out, zip->entries[i].off);
        strbuf_add_z(out, zip->entries[i].name);
    }
    u64 end = out->len - zip->start;
    bytes_add_u32(out, END_MAGIC);
    bytes_add_u32(out, 0); // disks
    bytes_add_u16(out, zip->n_entries);
    bytes_add_u16(out, zip->n_entries);
    bytes_add_u32(out, (u32)(end - off));
    bytes_add_u32(out, (u32)off);
    bytes_add_u16(out, 0); // no comment
    return end <= UINT32_MAX;
}
