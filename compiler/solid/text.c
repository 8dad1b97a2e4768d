// SPDX-License-Identifier: Apache-2.0
// Text as a profile: outlines of the embedded font (or of a file beside the program) through
// FreeType.
//
// Outlines are read unscaled and unhinted, in whole font units, so they are the same with every
// version of the library; scale and division into edges are ours. FreeType allocates from the job's
// heap: when the job is abandoned in the middle of it, its memory goes with the heap's. Nothing is
// loaded or set up before the first text.
#include "base/file.h"
#include "base/utf8.h"
#include "compiler/solid/solid_internal.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_MODULE_H
#include FT_OUTLINE_H

extern const u8 frc_font_begin[], frc_font_end[];

enum { FONT_SIZE_MAX = 64 << 20 };

struct SolidFont {
    struct FT_MemoryRec_ memory;
    FT_Library library;
    FT_Face face;
    f64 cap_height; // font units
    bool failed;
};

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

static bool bad_font(SolidContext *ctx, IrId id, const char *why) {
    const char *path = ctx->options.font_path ? ctx->options.font_path : "(built in)";
    Diag *d = solid_error(ctx, id, DIAG_E0625, "the font %s cannot be used: %s", path, why);
    diag_help(ctx->diags, d,
              "give the path of a TrueType or OpenType font, or none for the built-in one");
    ctx->font->failed = true;
    return false;
}

// The height of a capital: the top of H, or else seven tenths of the em.
static f64 find_cap_height(FT_Face face) {
    if (FT_Load_Char(face, 'H', FT_LOAD_NO_SCALE | FT_LOAD_NO_BITMAP) == 0 &&
        face->glyph->metrics.horiBearingY > 0)
        return (f64)face->glyph->metrics.horiBearingY;
    return 0.7 * face->units_per_EM;
}

static bool open_font(SolidContext *ctx, IrId id) {
    if (ctx->font)
        return !ctx->font->failed;
    SolidFont *font = ctx->font = ARENA_NEW(&ctx->arena, SolidFont, 1);
    font->memory = (struct FT_MemoryRec_){
        .user = ctx->heap, .alloc = font_alloc, .free = font_free, .realloc = font_realloc};
    const u8 *bytes = frc_font_begin;
    size_t size = (size_t)(frc_font_end - frc_font_begin);
    if (ctx->options.font_path) {
        Str text;
        const char *error;
        if (file_read(&ctx->arena, ctx->options.font_path, FONT_SIZE_MAX, &text, &error) !=
            STATUS_OK)
            return bad_font(ctx, id, error);
        bytes = (const u8 *)text.ptr, size = text.len;
    }
    if (FT_New_Library(&font->memory, &font->library) != 0)
        return bad_font(ctx, id, "FreeType does not start");
    FT_Add_Default_Modules(font->library);
    if (FT_New_Memory_Face(font->library, bytes, (FT_Long)size, 0, &font->face) != 0 ||
        !FT_IS_SCALABLE(font->face))
        return bad_font(ctx, id, "it holds no outlines that FreeType can read");
    font->cap_height = find_cap_height(font->face);
    return true;
}

void font_close(SolidContext *ctx) {
    if (ctx->font && ctx->font->library)
        FT_Done_Library(ctx->font->library);
    ctx->font = NULL;
}

// ---- one glyph ----

typedef struct Glyph {
    LoopBuilder b;
    f64 scale, chord;
    Vec2 origin; // mm
    Vec2 at;     // font units
    u32 tag;
    f64 side; // which side of a contour is outside: TrueType's outer contours run clockwise
} Glyph;

static Vec2 glyph_point(const Glyph *g, Vec2 p) {
    return (Vec2){g->origin.x + p.x * g->scale, g->origin.y + p.y * g->scale};
}

static Vec2 glyph_normal(const Glyph *g, Vec2 tangent) {
    f64 len = sqrt(tangent.x * tangent.x + tangent.y * tangent.y);
    return len > 0 ? (Vec2){g->side * tangent.y / len, -g->side * tangent.x / len} : (Vec2){0, 0};
}

static int move_to(const FT_Vector *to, void *user) {
    Glyph *g = user;
    loop_close(&g->b);
    g->at = (Vec2){(f64)to->x, (f64)to->y};
    return 0;
}

static int line_to(const FT_Vector *to, void *user) {
    Glyph *g = user;
    loop_add(&g->b, glyph_point(g, g->at), g->tag);
    g->at = (Vec2){(f64)to->x, (f64)to->y};
    return 0;
}

// A Bezier curve by its power coefficients: p = c0 + t (c1 + t (c2 + t c3)).
static void add_curve(Glyph *g, const Vec2 c[4], f64 bend, Vec2 to) {
    f64 steps = ceil(sqrt(bend * g->scale / g->chord));
    u32 n = steps < 2 ? 2 : steps > 32 ? 32 : (u32)steps;
    for (u32 i = 0; i < n; i++) {
        f64 t = (f64)i / n, u = (f64)(i + 1) / n;
        Vec2 p = i == 0 ? g->at
                        : (Vec2){c[0].x + t * (c[1].x + t * (c[2].x + t * c[3].x)),
                                 c[0].y + t * (c[1].y + t * (c[2].y + t * c[3].y))};
        Vec2 d0 = {c[1].x + t * (2 * c[2].x + t * 3 * c[3].x),
                   c[1].y + t * (2 * c[2].y + t * 3 * c[3].y)};
        Vec2 d1 = {c[1].x + u * (2 * c[2].x + u * 3 * c[3].x),
                   c[1].y + u * (2 * c[2].y + u * 3 * c[3].y)};
        loop_add_smooth(&g->b, glyph_point(g, p), g->tag, glyph_normal(g, d0), glyph_normal(g, d1));
    }
    g->at = to;
}

static int conic_to(const FT_Vector *control, const FT_Vector *to, void *user) {
    Glyph *g = user;
    Vec2 a = g->at, b = {(f64)control->x, (f64)control->y}, z = {(f64)to->x, (f64)to->y};
    Vec2 second = {a.x - 2 * b.x + z.x, a.y - 2 * b.y + z.y};
    Vec2 c[4] = {a, {2 * (b.x - a.x), 2 * (b.y - a.y)}, second, {0, 0}};
    add_curve(g, c, sqrt(second.x * second.x + second.y * second.y) / 4, z);
    return 0;
}

static int cubic_to(const FT_Vector *c1, const FT_Vector *c2, const FT_Vector *to, void *user) {
    Glyph *g = user;
    Vec2 p0 = g->at, p1 = {(f64)c1->x, (f64)c1->y}, p2 = {(f64)c2->x, (f64)c2->y},
         p3 = {(f64)to->x, (f64)to->y};
    Vec2 c[4] = {p0,
                 {3 * (p1.x - p0.x), 3 * (p1.y - p0.y)},
                 {3 * (p0.x - 2 * p1.x + p2.x), 3 * (p0.y - 2 * p1.y + p2.y)},
                 {p3.x - 3 * p2.x + 3 * p1.x - p0.x, p3.y - 3 * p2.y + 3 * p1.y - p0.y}};
    f64 b0 = fabs(c[2].x) + fabs(c[2].y),
        b1 = fabs(p1.x - 2 * p2.x + p3.x) + fabs(p1.y - 2 * p2.y + p3.y);
    add_curve(g, c, fmax(b0, 3 * b1) / 4, p3);
    return 0;
}

static void glyph_region(SolidContext *ctx, FT_Outline *outline, Glyph *g, Region *out) {
    static const FT_Outline_Funcs FUNCS = {move_to, line_to, conic_to, cubic_to, 0, 0};
    bool clockwise = FT_Outline_Get_Orientation(outline) != FT_ORIENTATION_POSTSCRIPT;
    g->side = clockwise ? -1 : 1;
    loop_init(&g->b, ctx->heap);
    FT_Outline_Decompose(outline, &FUNCS, g);
    loop_close(&g->b);
    loop_finish(&g->b, out);
    if (clockwise)
        region_reverse(out);
}

// ---- the text ----

static bool no_glyph(SolidContext *ctx, IrId id, u32 code) {
    char bytes[5] = {0};
    if (!utf8_is_unsafe(code))
        bytes[utf8_encode(code, bytes)] = 0;
    Diag *d =
        solid_error(ctx, id, DIAG_E0617, "the font has no picture of '%s' (U+%04X)", bytes, code);
    diag_help(ctx->diags, d, "leave the character out, or give a font that has it");
    return false;
}

typedef struct TextLine {
    f64 x, y; // pen, font units
    u32 last; // glyph before, for kerning; 0: none
} TextLine;

static bool add_glyph(SolidContext *ctx, IrId id, u32 code, Glyph *g, TextLine *line, Region *out) {
    FT_Face face = ctx->font->face;
    u32 index = FT_Get_Char_Index(face, code);
    if (index == 0)
        return no_glyph(ctx, id, code);
    FT_Vector kerning = {0, 0};
    if (line->last && FT_HAS_KERNING(face))
        FT_Get_Kerning(face, line->last, index, FT_KERNING_UNSCALED, &kerning);
    line->x += (f64)kerning.x;
    if (FT_Load_Glyph(face, index, FT_LOAD_NO_SCALE | FT_LOAD_NO_BITMAP) != 0)
        return no_glyph(ctx, id, code);
    g->origin = (Vec2){line->x * g->scale, line->y * g->scale};
    glyph_region(ctx, &face->glyph->outline, g, out);
    line->x += (f64)face->glyph->metrics.horiAdvance;
    line->last = index;
    return true;
}

bool text_build(SolidContext *ctx, IrId id, Region *out) {
    const IrNode *node = solid_node(ctx, id);
    if (!open_font(ctx, id))
        return false;
    f64 size = node->nums[IR_TEXT_size];
    Glyph g = {.scale = size / ctx->font->cap_height,
               .chord = tess_chord(ctx, size / 4),
               .tag = solid_tags(ctx, id, "side", 1)};
    TextLine line = {0};
    VEC(Region) glyphs = {0};
    bool ok = true;
    for (u32 i = 0; i < node->text.len && ok;) {
        u32 code = 0, n = utf8_decode(node->text.ptr + i, node->text.len - i, &code);
        i += n ? n : 1;
        if (code == '\n') {
            line = (TextLine){.y = line.y - (f64)ctx->font->face->height};
            continue;
        }
        Region glyph = {0};
        ok = add_glyph(ctx, id, code == '\t' ? ' ' : code, &g, &line, &glyph);
        if (ok && glyph.n_loops)
            vec_push(ctx->heap, &glyphs, glyph);
        else
            region_finish(&glyph, ctx->heap);
    }
    if (ok && glyphs.len == 0) {
        Diag *d = solid_error(ctx, id, DIAG_E0621, "this text has nothing to draw");
        diag_help(ctx->diags, d, "write at least one letter between the quotes");
        ok = false;
    } else if (ok) {
        Status status = region_boolean(ctx->heap, REGION_UNION, glyphs.data, glyphs.len, out);
        if (status != STATUS_OK)
            heap_fail(ctx->heap, FAIL_INTERNAL, "the outlines of a text failed their check");
    }
    for (u32 i = 0; i < glyphs.len; i++)
        region_finish(&glyphs.data[i], ctx->heap);
    vec_free(ctx->heap, &glyphs);
    return ok;
}
