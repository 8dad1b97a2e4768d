// SPDX-License-Identifier: Apache-2.0
// A small opaque RGB picture to lay out sheets on: rectangles, lines, pictures, and text of the
// embedded font. Coordinates are pixels from the top left; what lies outside is cut.
#ifndef FRC_VK_CANVAS_H
#define FRC_VK_CANVAS_H

#include "base/str.h"

typedef struct CanvasFont CanvasFont;

typedef struct Canvas {
    Heap *heap;
    CanvasFont *font; // made at the first text
    u32 width, height;
    u8 *rgb; // 3 a pixel
} Canvas;

void canvas_init(Canvas *canvas, Heap *heap, u32 width, u32 height, u32 rgb);
void canvas_finish(Canvas *canvas);
void canvas_rect(Canvas *canvas, i32 x, i32 y, i32 width, i32 height, u32 rgb);
void canvas_line(Canvas *canvas, f64 x0, f64 y0, f64 x1, f64 y1, f64 width,
                 u32 rgb); // antialiased, round ends
// rgba: straight alpha.
void canvas_picture(Canvas *canvas, i32 x, i32 y, u32 width, u32 height, const u8 *rgba);
// y: the baseline. size: pixels of the em. Returns the pen after the last letter. What the font
// lacks is drawn as its box. No line breaks.
f64 canvas_text(Canvas *canvas, f64 x, f64 y, f64 size, u32 rgb, Str text);
f64 canvas_text_width(Canvas *canvas, f64 size, Str text);
// text, cut with "..." to at most width pixels; memory from arena.
Str canvas_text_fit(Canvas *canvas, f64 size, Str text, f64 width, Arena *arena);

#endif
