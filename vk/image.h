// SPDX-License-Identifier: Apache-2.0
// Files from arrays: PNG and NumPy's NPY. Bytes are appended to a buffer; the caller saves them.
#ifndef FRC_VK_IMAGE_H
#define FRC_VK_IMAGE_H

#include "base/str.h"

typedef enum PngKind {
    PNG_GRAY8,
    PNG_GRAY16, // pixels are u16
    PNG_RGB8,
    PNG_RGBA8,
    PNG_PALETTE8,
} PngKind;

typedef struct PngOptions {
    u32 level;         // libdeflate's, 1..12; 0: 1
    const u8 *palette; // PNG_PALETTE8: 3 n_palette bytes sRGB; index 0 is transparent
    u32 n_palette;     // at most 256
    const char *text;  // a Description chunk; NULL: none (ASCII)
} PngOptions;

// Appends a PNG file. pixels: row 0 on top, rows without padding. Colour is filtered by Up, masks
// are not. Scratch from out's heap. False: no memory for the compressor.
bool png_write(StrBuf *out, PngKind kind, u32 width, u32 height, const void *pixels,
               PngOptions options);

// Appends an NPY file (version 1.0, little-endian f4) of shape (height, width) or, for channels >
// 1, (height, width, channels).
void npy_write(StrBuf *out, u32 width, u32 height, u32 channels, const f32 *values);

#endif
