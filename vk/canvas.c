// SPDX-License-Identifier: Apache-2.0
// Drawing for sheets, by hand: coverage of a line is its distance from the pixel's middle; letters
// come from FreeType as grey pictures of the font in the binary, so that sheets look the same
// everywhere.
#include "vk/canvas.h"

#include "base/utf8.h"

#include <math.h>

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_MODULE_H

extern const u8 frc_font_begin[], frc_font_end[];

struct CanvasFont {
    struct FT_MemoryRec_ memory;
    FT_Library library;
    FT_Face face;
};

// ---- the font ----

static void *font_alloc(FT_Memory memory, long size) {
    return heap_alloc_raw(memory->user, (size_t)size, 1);
}
static void font_free(FT_Memory memory, void *block) {
    heap_free(memory->user, block);
}
static void *font_realloc(FT_Memory memory, long cur_size, long new_size, void *block) {
    (void)cur_size;
    return heap_realloc(memory->user, block, (size_t)new_size, 1);
}

// NULL: the font cannot be used; texts are then left out.
static FT_Face font_open(Canvas *canvas, f64 size) {
    if (!canvas->font) {
        CanvasFont *font = canvas->font = HEAP_NEW(canvas->heap, CanvasFont, 1);
        font->memory = (struct FT_MemoryRec_){
            .user = canvas->heap, .alloc = font_alloc, .free = font_free, .realloc = font_realloc};
        if (FT_New_Library(&font->memory, &font->library) != 0)
            return NULL;
        FT_Add_Default_Modules(font->library);
        if (FT_New_Memory_Face(font->library, frc_font_begin,
                               (FT_Long)(frc_font_end - frc_font_begin), 0, &font->face) != 0)
            font->face = NULL;
    }
    FT_Face face = canvas->font->face;
    if (face && FT_Set_Char_Size(face, 0, (FT_F26Dot6)(size * 64), 72, 72) != 0)
        return NULL;
    return face;
}

void canvas_init(Canvas *canvas, Heap *heap, u32 width, u32 height, u32 rgb) {
    *canvas = (Canvas){.heap = heap, .width = width, .height = height};
    canvas->rgb = heap_alloc(heap, (size_t)width * height, 3);
    canvas_rect(canvas, 0, 0, (i32)width, (i32)height, rgb);
}

void canvas_finish(Canvas *canvas) {
    if (canvas->font && canvas->font->library)
        FT_Done_Library(canvas->font->library);
    heap_free(canvas->heap, canvas->font);
    heap_free(canvas->heap, canvas->rgb);
    memset(canvas, 0, sizeof *canvas);
}

// ---- shapes ----

static void blend(Canvas *canvas, i32 x, i32 y, u32 rgb, u32 cover) {
    if (x < 0 || y < 0 || (u32)x >= canvas->width || (u32)y >= canvas->height)
        return;
    u8 *p = canvas->rgb + 3 * ((size_t)y * canvas->width + (u32)x);
    const u32 parts[3] = {rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255};
    for (u32 k = 0; k < 3; k++)
        p[k] = (u8)((p[k] * (255 - cover) + parts[k] * cover + 127) / 255);
}

void canvas_rect(Canvas *canvas, i32 x, i32 y, i32 width, i32 height, u32 rgb) {
    for (i32 j = MAX(y, 0); j < MIN(y + height, (i32)canvas->height); j++)
        for (i32 i = MAX(x, 0); i < MIN(x + width, (i32)canvas->width); i++)
            blend(canvas, i, j, rgb, 255);
}

void canvas_line(Canvas *canvas, f64 x0, f64 y0, f64 x1, f64 y1, f64 width, u32 rgb) {
    f64 dx = x1 - x0, dy = y1 - y0, len2 = dx * dx + dy * dy, reach = width / 2 + 1;
    i32 left = (i32)floor(fmax(fmin(x0, x1) - reach, 0)),
        right = (i32)ceil(fmin(fmax(x0, x1) + reach, canvas->width));
    i32 top = (i32)floor(fmax(fmin(y0, y1) - reach, 0)),
        bottom = (i32)ceil(fmin(fmax(y0, y1) + reach, canvas->height));
    for (i32 y = top; y < bottom; y++) {
        for (i32 x = left; x < right; x++) {
            f64 px = x + 0.5 - x0, py = y + 0.5 - y0;
            f64 t = len2 > 0 ? fmin(1, fmax(0, (px * dx + py * dy) / len2)) : 0;
            f64 d = sqrt((px - t * dx) * (px - t * dx) + (py - t * dy) * (py - t * dy));
            f64 cover = fmin(1, fmax(0, width / 2 + 0.5 - d));
            blend(canvas, x, y, rgb, (u32)(cover * 255 + 0.5));
        }
    }
}

void canvas_picture(Canvas *canvas, i32 x, i32 y, u32 width, u32 height, const u8 *rgba) {
    for (u32 j = 0; j < height; j++) {
        for (u32 i = 0; i < width; i++) {
            const u8 *c = rgba + 4 * ((size_t)j * width + i);
            blend(canvas, x + (i32)i, y + (i32)j, (u32)c[0] << 16 | (u32)c[1] << 8 | c[2], c[3]);
        }
    }
}

// ---- text ----

static void draw_letter(Canvas *canvas, FT_Face face, f64 x, f64 y, u32 rgb) {
    const FT_Bitmap *bitmap = &face->glyph->bitmap;
    i32 left = (i32)floor(x + 0.5) + face->glyph->bitmap_left,
        top = (i32)floor(y + 0.5) - face->glyph->bitmap_top;
    for (u32 j = 0; j < bitmap->rows; j++)
        for (u32 i = 0; i < bitmap->width; i++)
            blend(canvas, left + (i32)i, top + (i32)j, rgb,
                  bitmap->buffer[j * (u32)MAX(bitmap->pitch, -bitmap->pitch) + i]);
}

static f64 walk_text(Canvas *canvas, f64 x, f64 y, f64 size, u32 rgb, Str text, bool draw) {
    FT_Face face = font_open(canvas, size);
    if (!face)
        return x;
    for (u32 at = 0; at < text.len;) {
        u32 code, n = utf8_decode(text.ptr + at, text.len - at, &code);
        if (n == 0) { // not UTF-8
            code = 0xfffd;
            n = 1;
        }
        at += n;
        if (FT_Load_Char(face, code,
                         draw ? FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT : FT_LOAD_TARGET_LIGHT) != 0)
            continue;
        if (draw)
            draw_letter(canvas, face, x, y, rgb);
        x += (f64)face->glyph->advance.x / 64;
    }
    return x;
}

f64 canvas_text(Canvas *canvas, f64 x, f64 y, f64 size, u32 rgb, Str text) {
    return walk_text(canvas, x, y, size, rgb, text, true);
}
f64 canvas_text_width(Canvas *canvas, f64 size, Str text) {
    return walk_text(canvas, 0, 0, size, 0, text, false);
}

Str canvas_text_fit(Canvas *canvas, f64 size, Str text, f64 width, Arena *arena) {
    if (canvas_text_width(canvas, size, text) <= width)
        return text;
    f64 dots = canvas_text_width(canvas, size, STR("..."));
    u32 keep = 0;
    for (u32 at = 0; at < text.len;) {
        u32 code, n = utf8_decode(text.ptr + at, text.len - at, &code);
        n = MAX(n, 1u);
        if (canvas_text_width(canvas, size, (Str){text.ptr, at + n}) + dots > width)
            break;
        at += n;
        keep = at;
    }
    return str_format(arena, "%.*s...", (int)keep, text.ptr);
}
