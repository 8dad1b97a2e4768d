// SPDX-License-Identifier: Apache-2.0
// The two coats of a glTF document: GLB, one file of two chunks (glTF 2.0, section 4.4), and .gltf
// with a .bin beside it (or, when it must stand alone, inside it in base64).
#include "compiler/export/bytes.h"
#include "compiler/export/formats.h"
#include "compiler/export/gltf.h"

enum { GLB_MAGIC = 0x46546C67, CHUNK_JSON = 0x4E4F534A, CHUNK_BIN = 0x004E4942 };

// Pads what was added since start to whole words and notes the length in the chunk's header.
static void close_chunk(StrBuf *out, size_t start, char filler) {
    while ((out->len - start) & 3)
        strbuf_add_char(out, filler);
    bytes_set_u32(out, start - 8, (u32)(out->len - start));
}

static size_t open_chunk(StrBuf *out, u32 type) {
    bytes_add_u32(out, 0);
    bytes_add_u32(out, type);
    return out->len;
}

static Status write_glb(GltfDoc *doc, StrBuf *out, const char **error) {
    size_t start = out->len;
    bytes_add_u32(out, GLB_MAGIC);
    bytes_add_u32(out, 2);
    bytes_add_u32(out, 0);
    size_t json = open_chunk(out, CHUNK_JSON);
    gltf_write_json(doc, STR(""), out);
    close_chunk(out, json, ' ');
    if (doc->bin_size) {
        size_t bin = open_chunk(out, CHUNK_BIN);
        gltf_write_bin(doc, out);
        close_chunk(out, bin, '\0');
    }
    if (out->len - start > UINT32_MAX) {
        *error = "the file is larger than the 4 GiB that GLB can hold";
        return STATUS_LIMIT;
    }
    bytes_set_u32(out, start + 8, (u32)(out->len - start));
    return STATUS_OK;
}

Status export_glb(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                  const char **error) {
    GltfDoc doc;
    Status status = gltf_build(&doc, model, options, heap, error);
    if (status == STATUS_OK)
        status = write_glb(&doc, out, error);
    gltf_finish(&doc);
    return status;
}

static void add_base64(StrBuf *out, const u8 *bytes, size_t n) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        u32 word = (u32)bytes[i] << 16 | (i + 1 < n ? (u32)bytes[i + 1] << 8 : 0) |
                   (i + 2 < n ? (u32)bytes[i + 2] : 0);
        char text[4] = {digits[word >> 18], digits[word >> 12 & 63],
                        i + 1 < n ? digits[word >> 6 & 63] : '=',
                        i + 2 < n ? digits[word & 63] : '='};
        strbuf_add_bytes(out, text, sizeof text);
    }
}

// The side file's name as a URI: what is not plain is percent-encoded (RFC 3986).
static Str side_uri(Str name, Arena *arena) {
    StrBuf buf;
    strbuf_init(&buf, arena->heap);
    for (u32 i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (is_plain)
            strbuf_add_char(&buf, c);
        else
            strbuf_addf(&buf, "%%%02X", (u32)(u8)c);
    }
    Str uri = str_copy(arena, strbuf_str(&buf));
    strbuf_finish(&buf);
    return uri;
}

static Str data_uri(const GltfDoc *doc, Arena *arena) {
    StrBuf bin, uri;
    strbuf_init(&bin, doc->heap);
    strbuf_init(&uri, doc->heap);
    gltf_write_bin(doc, &bin);
    strbuf_add_z(&uri, "data:application/octet-stream;base64,");
    add_base64(&uri, (const u8 *)bin.ptr, bin.len);
    strbuf_finish(&bin);
    Str text = str_copy(arena, strbuf_str(&uri));
    strbuf_finish(&uri);
    return text;
}

Status export_gltf(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                   const char **error) {
    GltfDoc doc;
    Status status = gltf_build(&doc, model, options, heap, error);
    if (status == STATUS_OK) {
        Str uri = options->side_name.len ? side_uri(options->side_name, &doc.arena)
                                         : data_uri(&doc, &doc.arena);
        gltf_write_json(&doc, uri, out);
        strbuf_add_char(out, '\n');
    }
    gltf_finish(&doc);
    return status;
}

Status export_gltf_bin(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                       const char **error) {
    GltfDoc doc;
    Status status = gltf_build(&doc, model, options, heap, error);
    if (status == STATUS_OK)
        gltf_write_bin(&doc, out);
    gltf_finish(&doc);
    return status;
}
