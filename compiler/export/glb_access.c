// SPDX-License-Identifier: Apache-2.0
// Every way in goes through view_open, which checks that all bytes to be read lie in the binary
// chunk. All sizes are below 2^32 (json_as_index), so sums and products of two of them cannot
// overflow a u64.
#include "compiler/export/glb_access.h"

#include <string.h>

typedef struct View {
    const u8 *bytes;
    u32 stride, component, size;
    bool is_normalized;
} View;

static void *fail(GlbAccess *a, const char *fault) {
    if (!a->fault)
        a->fault = fault;
    return NULL;
}

static u32 component_size(u32 component) {
    switch (component) {
    case 5120:
    case 5121:
        return 1;
    case 5122:
    case 5123:
        return 2;
    case 5125:
    case 5126:
        return 4;
    default:
        return 0;
    }
}

// The place of count elements of width numbers in a buffer view.
static bool view_open(GlbAccess *a, u32 index, u32 off, u32 component, u32 count, u32 width,
                      View *out) {
    const JsonValue *view = glb_json_at(glb_json_get(a->root, "bufferViews"), index);
    u64 start = glb_json_as_index(glb_json_get(view, "byteOffset"), 0);
    u64 length = glb_json_as_index(glb_json_get(view, "byteLength"), 0);
    u32 size = component_size(component);
    u32 stride = glb_json_as_index(glb_json_get(view, "byteStride"), 0);
    const JsonValue *buffer =
        glb_json_at(glb_json_get(a->root, "buffers"), glb_json_as_index(glb_json_get(view, "buffer"), NONE));
    if (!view || glb_json_as_index(glb_json_get(view, "buffer"), NONE) != 0 || !buffer ||
        glb_json_get(buffer, "uri")) {
        fail(a, "an accessor's bytes are not in this file");
        return false;
    }
    if (!size) {
        fail(a, "an unknown component type");
        return false;
    }
    if (!stride)
        stride = size * width;
    u64 last = count ? (u64)stride * (count - 1) + (u64)size * width : 0;
    if (start + length > a->bin_size || off + last > length) {
        fail(a, "an accessor reaches out of the file");
        return false;
    }
    *out = (View){a->bin + start + off, stride, component, size, false};
    return true;
}

static f64 view_number(const View *view, u32 i, u32 k) {
    const u8 *b = view->bytes + (size_t)i * view->stride + (size_t)k * view->size;
    u32 bits = b[0];
    for (u32 n = 1; n < view->size; n++)
        bits |= (u32)b[n] << (8 * n);
    f64 value = 0;
    f32 real;
    switch (view->component) {
    case 5120:
        value = (f64)(i8)bits / (view->is_normalized ? 127 : 1);
        return view->is_normalized && value < -1 ? -1 : value;
    case 5121:
        return (f64)bits / (view->is_normalized ? 255 : 1);
    case 5122:
        value = (f64)(i16)bits / (view->is_normalized ? 32767 : 1);
        return view->is_normalized && value < -1 ? -1 : value;
    case 5123:
        return (f64)bits / (view->is_normalized ? 65535 : 1);
    case 5125:
        return (f64)bits;
    default:
        memcpy(&real, &bits, sizeof real);
        return (f64)real;
    }
}

// The sparse part of an accessor: which elements are to be replaced, and by what.
static bool sparse_open(GlbAccess *a, const JsonValue *sparse, const View *like, u32 width,
                        u32 *count, View *at, View *to) {
    const JsonValue *indices = glb_json_get(sparse, "indices"), *values = glb_json_get(sparse, "values");
    *count = glb_json_as_index(glb_json_get(sparse, "count"), 0);
    if (!view_open(a, glb_json_as_index(glb_json_get(indices, "bufferView"), NONE),
                   glb_json_as_index(glb_json_get(indices, "byteOffset"), 0),
                   glb_json_as_index(glb_json_get(indices, "componentType"), 0), *count, 1, at) ||
        !view_open(a, glb_json_as_index(glb_json_get(values, "bufferView"), NONE),
                   glb_json_as_index(glb_json_get(values, "byteOffset"), 0), like->component, *count, width,
                   to))
        return false;
    to->is_normalized = like->is_normalized;
    if (at->component == 5126) {
        fail(a, "sparse indices that are not whole numbers");
        return false;
    }
    return true;
}

static bool spend(GlbAccess *a, u64 n) {
    if (n > a->budget) {
        fail(a, "the accessors hold far more than the file has bytes for");
        return false;
    }
    a->budget -= n;
    return true;
}

typedef struct Accessor {
    const JsonValue *json;
    u32 count, width;
    bool is_stored; // has bytes of its own: else all are zero
    View view;
} Accessor;

static bool accessor_open(GlbAccess *a, u32 index, u32 width, Accessor *out) {
    const JsonValue *json = glb_json_at(glb_json_get(a->root, "accessors"), index);
    const JsonValue *view = glb_json_get(json, "bufferView");
    *out = (Accessor){.json = json, .width = width, .is_stored = view != NULL};
    out->count = glb_json_as_index(glb_json_get(json, "count"), 0);
    if (!json ||
        !str_equal_z(glb_json_as_text(glb_json_get(json, "type")), width == 3 ? "VEC3" : "SCALAR")) {
        fail(a, "an accessor is missing or of another type");
        return false;
    }
    if (!spend(a, (u64)out->count * width))
        return false;
    out->view.component = glb_json_as_index(glb_json_get(json, "componentType"), 0);
    if (view &&
        !view_open(a, glb_json_as_index(view, NONE), glb_json_as_index(glb_json_get(json, "byteOffset"), 0),
                   out->view.component, out->count, width, &out->view))
        return false;
    out->view.is_normalized = glb_json_as_bool(glb_json_get(json, "normalized"), false);
    return true;
}

static bool read_all(GlbAccess *a, const Accessor *accessor, bool is_sparse, f64 *out) {
    u32 width = accessor->width;
    for (u32 i = 0; i < accessor->count; i++)
        for (u32 k = 0; k < width; k++)
            out[(size_t)i * width + k] =
                accessor->is_stored ? view_number(&accessor->view, i, k) : 0;
    const JsonValue *sparse = glb_json_get(accessor->json, "sparse");
    if (!sparse || !is_sparse)
        return true;
    u32 count;
    View at, to;
    if (!sparse_open(a, sparse, &accessor->view, width, &count, &at, &to) || !spend(a, count))
        return false;
    for (u32 i = 0; i < count; i++) {
        f64 place = view_number(&at, i, 0);
        if (!(place >= 0 && place < accessor->count)) {
            fail(a, "a sparse index is out of range");
            return false;
        }
        for (u32 k = 0; k < width; k++)
            out[(size_t)place * width + k] = view_number(&to, i, k);
    }
    return true;
}

f64 *glb_access_f64(GlbAccess *a, u32 index, u32 width, u32 *count) {
    Accessor accessor;
    if (!accessor_open(a, index, width, &accessor))
        return NULL;
    f64 *out = heap_alloc_raw(a->heap, (size_t)accessor.count * width + 1, sizeof *out);
    *count = accessor.count;
    if (read_all(a, &accessor, true, out))
        return out;
    heap_free(a->heap, out);
    return NULL;
}

u32 *glb_access_u32(GlbAccess *a, u32 index, bool is_sparse, u32 *count) {
    Accessor accessor;
    if (!accessor_open(a, index, 1, &accessor))
        return NULL;
    if (accessor.view.component == 5126 || accessor.view.is_normalized)
        return fail(a, "indices must be whole numbers");
    f64 *numbers = heap_alloc_raw(a->heap, (size_t)accessor.count + 1, sizeof *numbers);
    u32 *out = heap_alloc_raw(a->heap, (size_t)accessor.count + 1, sizeof *out);
    bool ok = read_all(a, &accessor, is_sparse, numbers);
    for (u32 i = 0; ok && i < accessor.count; i++) {
        ok = numbers[i] >= 0;
        out[i] = ok ? (u32)numbers[i] : 0;
    }
    if (!ok)
        fail(a, "indices must not be negative");
    heap_free(a->heap, numbers);
    *count = accessor.count;
    if (ok)
        return out;
    heap_free(a->heap, out);
    return NULL;
}
