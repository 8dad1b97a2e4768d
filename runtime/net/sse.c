// SPDX-License-Identifier: Apache-2.0
// The event stream format of the HTML standard (section 9.2.6): lines end with LF, CR or CR LF, wherever
// the pieces are cut; a blank line ends an event. Only the fields that model servers use are kept.
#include "runtime/net/sse.h"

void sse_init(Sse *sse, Heap *heap, void (*event)(void *ctx, Str name, Str data), void *ctx) {
    *sse = (Sse){.event = event, .ctx = ctx};
    strbuf_init(&sse->line, heap);
    strbuf_init(&sse->name, heap);
    strbuf_init(&sse->data, heap);
}

static Str text_of(const StrBuf *buf) { return buf->len ? strbuf_str(buf) : STR(""); }

static void dispatch(Sse *sse) {
    if (sse->has_data)
        sse->event(sse->ctx, text_of(&sse->name), text_of(&sse->data));
    sse->has_data = false;
    sse->name.len = sse->data.len = 0;
}

static void take_line(Sse *sse) {
    Str line = text_of(&sse->line);
    if (!sse->has_begun && str_starts(line, STR("\xef\xbb\xbf")))
        line.ptr += 3, line.len -= 3;
    sse->has_begun = true;
    if (line.len == 0) {
        dispatch(sse);
        return;
    }
    const char *colon = memchr(line.ptr, ':', line.len);
    u32 len = colon ? (u32)(colon - line.ptr) : line.len;
    Str field = {line.ptr, len};
    Str value = {line.ptr + MIN(len + 1, line.len), line.len - MIN(len + 1, line.len)};
    if (value.len && value.ptr[0] == ' ')
        value.ptr++, value.len--;
    if (str_equal_z(field, "data")) {
        if (sse->has_data)
            strbuf_add_char(&sse->data, '\n');
        sse->has_data = true;
        strbuf_add(&sse->data, value);
    } else if (str_equal_z(field, "event")) {
        sse->name.len = 0;
        strbuf_add(&sse->name, value);
    }
}

void sse_feed(Sse *sse, Str bytes) {
    for (u32 i = 0; i < bytes.len;) {
        char c = bytes.ptr[i];
        if (c == '\n' && sse->after_cr) { // the second half of CR LF
            sse->after_cr = false;
            i++;
            continue;
        }
        sse->after_cr = false;
        u32 end = i;
        while (end < bytes.len && bytes.ptr[end] != '\n' && bytes.ptr[end] != '\r')
            end++;
        strbuf_add(&sse->line, (Str){bytes.ptr + i, end - i});
        if (end == bytes.len)
            return;
        take_line(sse);
        sse->line.len = 0;
        sse->after_cr = bytes.ptr[end] == '\r';
        i = end + 1;
    }
}

void sse_end(Sse *sse) {
    if (sse->line.len)
        take_line(sse);
    sse->line.len = 0;
    dispatch(sse);
}

void sse_finish(Sse *sse) {
    strbuf_finish(&sse->line);
    strbuf_finish(&sse->name);
    strbuf_finish(&sse->data);
}
