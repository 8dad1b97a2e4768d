// SPDX-License-Identifier: Apache-2.0
// Sheets are laid out by hand: a title, a grid of pictures, and for parts a legend on the right.
// Labels are drawn beside the pictures, never over the object.
#include "vk/sheet.h"

#include "base/number.h"
#include "vk/closeup.h"

enum { SHEET_WIDTH = 1024, TITLE = 44, GAP = 6, CAPTION = 22, PARTS_CELL = 372 };
enum { CLOSE_WIDTH = 248, CLOSE_HIGH = 200, CLOSE_COLUMN = 3, CLOSE_ROW = 4, LEGEND_STEP = 22 };
enum { INK = 0x23272e, FAINT = 0x6b7280, PAPER = 0xffffff, FRAME = 0xd6d9de };

// Six pictures side by side: as they suit most objects, long ones, and tall ones.
typedef struct Layout {
    u32 columns, width, high, parts_high; // width and high: of a cell with its caption
} Layout;

static const Layout layouts[] = {{3, 333, 344, 380}, {2, 503, 320, 380}, {3, 333, 484, 484}};

typedef struct Sheet {
    Renderer *renderer;
    Heap *heap;
    Arena arena;
    Canvas *canvas;
    const Layout *layout;
    RenderError *error;
    CloseUp closeups[CLOSEUPS_MAX];
    u32 n_closeups;
    bool has_close_row; // below the pictures: the legend leaves no room beside them
} Sheet;

// The product of the scales at which front, two sides and top fit.
static f64 layout_scale(const Layout *layout, Vec3 size) {
    f64 width = layout->width, high = layout->high - CAPTION;
    f64 front = fmin(width / size.x, high / size.z), side = fmin(width / size.y, high / size.z),
        top = fmin(width / size.x, high / size.y);
    return front * side * side * top;
}

static const Layout *layout_choose(const RenderScene *scene) {
    Vec3 size = box3_size(render_scene_bounds(scene));
    size = vec3(fmax(size.x, 1e-3), fmax(size.y, 1e-3), fmax(size.z, 1e-3));
    const Layout *best = &layouts[0];
    for (u32 i = 1; i < COUNT_OF(layouts); i++) // larger sheets only where they show clearly more
        if (layout_scale(&layouts[i], size) > 1.8 * layout_scale(best, size))
            best = &layouts[i];
    return best;
}

// ---- furniture ----

static Str length_text(const RenderScene *scene, f64 mm, u32 digits, Arena *arena) {
    char number[NUMBER_TEXT_MAX];
    f64 unit = scene->unit_mm > 0 ? scene->unit_mm : 1;
    number_write_short(mm / unit, digits, number);
    return str_format(arena, "%s", number);
}

static void draw_title(Sheet *sheet, const RenderScene *scene, const char *what) {
    Canvas *canvas = sheet->canvas;
    Vec3 size = box3_size(render_scene_bounds(scene));
    Str unit = scene->unit.len ? scene->unit : STR("mm");
    Str dims = str_format(&sheet->arena, "%.*s x %.*s x %.*s %.*s",
                          STR_ARG(length_text(scene, size.x, 4, &sheet->arena)),
                          STR_ARG(length_text(scene, size.y, 4, &sheet->arena)),
                          STR_ARG(length_text(scene, size.z, 4, &sheet->arena)), STR_ARG(unit));
    Str right = str_format(&sheet->arena, "%s   %.*s (x, y, z)", what, STR_ARG(dims));
    f64 width = canvas_text_width(canvas, 14, right);
    canvas_text(canvas, canvas->width - 14 - width, 28, 14, FAINT, right);
    f64 room = canvas->width - 42 - width;
    f64 x = canvas_text(canvas, 14, 29, 20, INK,
                        canvas_text_fit(canvas, 20, scene->name, room, &sheet->arena));
    if (room - x > 60)
        canvas_text(canvas, x + 12, 29, 14, FAINT,
                    canvas_text_fit(canvas, 14, scene->words, room - x - 12, &sheet->arena));
}

// The three axes as the camera sees them, at (x, y).
static void draw_axes(Canvas *canvas, const RenderCamera *camera, f64 x, f64 y) {
    static const u32 colors[] = {0xc9372c, 0x2f8f46, 0x2b62c9};
    static const char *const names[] = {"x", "y", "z"};
    for (u32 pass = 0; pass < 2; pass++) { // those that come toward the eye on top
        for (u32 k = 0; k < 3; k++) {
            f64 u = camera->world_to_camera[0][k] * 20, v = camera->world_to_camera[1][k] * 20,
                z = camera->world_to_camera[2][k];
            if ((z <= 0) != (pass == 1) || u * u + v * v < 9)
                continue;
            canvas_line(canvas, x, y, x + u, y + v, 2, colors[k]);
            canvas_text(canvas, x + u * 1.42 - 3, y + v * 1.42 + 4, 12, colors[k],
                        str_from(names[k]));
        }
    }
}

// A length of 1, 2 or 5 times a power of ten that is at most 90 pixels long, mm.
static f64 scale_length(const RenderScene *scene, const RenderCamera *camera) {
    f64 unit = scene->unit_mm > 0 ? scene->unit_mm : 1, pixels = camera->fx * unit, length = 1;
    while (length * pixels > 90)
        length /= 10;
    while (length * pixels * 10 <= 90)
        length *= 10;
    length *= length * pixels * 5 <= 90 ? 5 : length * pixels * 2 <= 90 ? 2 : 1;
    return length * unit;
}

static void draw_scale(Sheet *sheet, const RenderScene *scene, const RenderCamera *camera,
                       f64 right, f64 y) {
    f64 length = scale_length(scene, camera), wide = length * camera->fx;
    Str unit_name = scene->unit.len ? scene->unit : STR("mm");
    Str text =
        str_format(&sheet->arena, "%.*s %.*s",
                   STR_ARG(length_text(scene, length, 6, &sheet->arena)), STR_ARG(unit_name));
    Canvas *canvas = sheet->canvas;
    canvas_line(canvas, right - wide, y, right, y, 2, INK);
    canvas_line(canvas, right - wide, y - 4, right - wide, y + 4, 2, INK);
    canvas_line(canvas, right, y - 4, right, y + 4, 2, INK);
    canvas_text(canvas, right - wide / 2 - canvas_text_width(canvas, 12, text) / 2, y - 7, 12, INK,
                text);
}

static void draw_frame(Canvas *canvas, i32 x, i32 y, i32 width, i32 height) {
    canvas_rect(canvas, x, y, width, 1, FRAME);
    canvas_rect(canvas, x, y + height - 1, width, 1, FRAME);
    canvas_rect(canvas, x, y, 1, height, FRAME);
    canvas_rect(canvas, x + width - 1, y, 1, height, FRAME);
}

// ---- one picture ----

typedef struct Cell {
    const char *name, *caption;
    RenderStyle style;
    bool no_floor;
    i32 x, y;
    u32 width, height;
} Cell;

static Status draw_cell(Sheet *sheet, const RenderScene *scene, const Cell *cell) {
    CameraPlace place;
    camera_place_find(str_from(cell->name), &place);
    u32 high = cell->height - CAPTION;
    RenderView view = {
        .camera = camera_fit(scene, place, cell->width, high, 0.09, str_from(cell->name)),
        .style = cell->style,
        .no_floor = cell->no_floor || place.elevation == 0, // a floor seen edge on says nothing
        .light_azimuth = place.azimuth == 180 ? 180 : 0};
    if (place.azimuth > 90)
        view.light_azimuth = place.azimuth;
    ArenaMark mark = arena_mark(&sheet->arena);
    RenderImage image = {.width = cell->width,
                         .height = high,
                         .color = arena_alloc(&sheet->arena, (size_t)cell->width * high, 4)};
    Status status = renderer_draw(sheet->renderer, &view, &image, sheet->error);
    if (status != STATUS_OK)
        return status;
    Canvas *canvas = sheet->canvas;
    canvas_picture(canvas, cell->x, cell->y, cell->width, high, image.color);
    arena_reset(&sheet->arena, mark);
    draw_frame(canvas, cell->x, cell->y, (i32)cell->width, (i32)cell->height);
    f64 base = cell->y + (i32)cell->height - 7;
    canvas_text(canvas, cell->x + 8, base, 14, INK, str_from(cell->caption));
    draw_axes(canvas, &view.camera, cell->x + 34, cell->y + (i32)high - 36);
    if (view.camera.is_ortho)
        draw_scale(sheet, scene, &view.camera, cell->x + (i32)cell->width - 14, base - 4);
    return STATUS_OK;
}

static Status draw_views(Sheet *sheet, const RenderScene *scene) {
    static const char *const names[6][2] = {{"iso", "from the front right, above"},
                                            {"front", "front"},
                                            {"right", "viewer's right (+x)"},
                                            {"iso-back", "from the back, above"},
                                            {"top", "top"},
                                            {"left", "viewer's left (-x)"}};
    Status status = renderer_set_scene(sheet->renderer, scene, sheet->error);
    draw_title(sheet, scene, "views");
    const Layout *layout = sheet->layout;
    for (u32 i = 0; i < 6 && status == STATUS_OK; i++) {
        Cell cell = {names[i][0],
                     names[i][1],
                     RENDER_SHADED,
                     false,
                     (i32)(GAP + i % layout->columns * (layout->width + GAP)),
                     (i32)(TITLE + i / layout->columns * (layout->high + GAP)),
                     layout->width,
                     layout->high};
        status = draw_cell(sheet, scene, &cell);
    }
    return status;
}

// ---- parts ----

// Of the legend's column: how high, and how far from row to row, closer where there are many.
static i32 legend_room(const Sheet *sheet) {
    return 2 * ((i32)sheet->layout->parts_high + GAP) - GAP;
}

static i32 legend_step(const Sheet *sheet, const RenderScene *scene) {
    return (i64)scene->n_parts * LEGEND_STEP <= legend_room(sheet) ? LEGEND_STEP : 18;
}

static void draw_legend_row(Sheet *sheet, const RenderPart *part, u32 rgb, i32 x, i32 y) {
    Canvas *canvas = sheet->canvas;
    f64 width = (f64)canvas->width - x - 10;
    canvas_rect(canvas, x, y + 3, 15, 15, rgb);
    Str count =
        part->n_instances > 1 ? str_format(&sheet->arena, "x %u", part->n_instances) : STR("");
    f64 right = canvas_text_width(canvas, 13, count), room = width - 28 - right;
    f64 pen = canvas_text(canvas, x + 22, y + 15, 13, INK,
                          canvas_text_fit(canvas, 13, part->path, room, &sheet->arena));
    if (!str_equal(part->words, part->label) && room - (pen - x - 22) > 40)
        canvas_text(
            canvas, pen + 7, y + 15, 12, FAINT,
            canvas_text_fit(canvas, 12, part->words, room - (pen - x - 22) - 10, &sheet->arena));
    canvas_text(canvas, x + width - right, y + 15, 13, INK, count);
}

static void draw_legend(Sheet *sheet, const RenderScene *scene, i32 x, i32 y) {
    i32 step = legend_step(sheet, scene), bottom = y + legend_room(sheet);
    for (u32 i = 0; i < scene->n_parts; i++, y += step) {
        if (y + 2 * step > bottom && i + 1 < scene->n_parts) {
            Str rest = str_format(&sheet->arena, "and %u more", scene->n_parts - i);
            canvas_text(sheet->canvas, x, y + 15, 13, FAINT, rest);
            return;
        }
        draw_legend_row(sheet, &scene->parts[i], render_part_color(i), x, y);
    }
}

// ---- close-ups ----

// How many fit below the legend.
static u32 closeups_beside(const Sheet *sheet, const RenderScene *scene) {
    i64 left = legend_room(sheet) - (i64)scene->n_parts * legend_step(sheet, scene) - GAP;
    return left > 0 ? (u32)MIN(left / (CLOSE_HIGH + GAP), CLOSE_COLUMN) : 0;
}

// Places of the smallest parts; and a row for them, if they find no room and the sheet may grow.
static void closeups_choose(Sheet *sheet, const RenderScene *scene) {
    sheet->n_closeups = closeups_plan(scene, sheet->closeups, &sheet->arena);
    sheet->has_close_row = sheet->n_closeups > 0 && closeups_beside(sheet, scene) == 0 &&
                           TITLE + legend_room(sheet) + GAP + CLOSE_HIGH + GAP <= SHEET_WIDTH;
}

typedef struct CloseView { // one way to look at a place
    const char *from, *words;
    RenderCamera camera;
    u8 *color;
    u32 n_seen;                  // of the small parts
    bool is_seen[CLOSEUP_PARTS]; // by more than a few pixels
} CloseView;

static Status close_view_draw(Sheet *sheet, const RenderScene *scene, const CloseUp *closeup,
                              CloseView *close) {
    const u32 high = CLOSE_HIGH - CAPTION, n = CLOSE_WIDTH * high;
    CameraPlace place;
    camera_place_find(str_from(close->from), &place);
    close->camera = closeup_camera(scene, closeup, place, CLOSE_WIDTH, high, str_from(close->from));
    close->color = arena_alloc(&sheet->arena, n, 4);
    RenderImage image = {.width = CLOSE_WIDTH,
                         .height = high,
                         .color = close->color,
                         .parts = ARENA_NEW(&sheet->arena, u16, n)};
    RenderView view = {.camera = close->camera, .style = RENDER_PARTS, .no_floor = true};
    Status status = renderer_draw(sheet->renderer, &view, &image, sheet->error);
    for (u32 i = 0; i < closeup->n_parts && status == STATUS_OK; i++) {
        u32 count = 0;
        for (u32 k = 0; k < n; k++)
            count += image.parts[k] == closeup->parts[i] + 1;
        close->is_seen[i] = count > n / 400;
        close->n_seen += close->is_seen[i];
    }
    return status;
}

// Swatches and names of the small parts that are seen: as many as there is room for.
static void draw_close_caption(Sheet *sheet, const RenderScene *scene, const CloseUp *closeup,
                               const CloseView *close, i32 x, i32 base) {
    f64 pen = x + 8, end = x + CLOSE_WIDTH - 8;
    u32 n_left = close->n_seen;
    for (u32 i = 0; i < closeup->n_parts; i++) {
        if (!close->is_seen[i])
            continue;
        Str label = scene->parts[closeup->parts[i]].label;
        f64 wide = canvas_text_width(sheet->canvas, 13, label) + 16;
        if (n_left < close->n_seen && pen + wide + (n_left > 1 ? 32 : 0) > end) {
            canvas_text(sheet->canvas, pen, base, 13, FAINT,
                        str_format(&sheet->arena, "+ %u", n_left));
            return;
        }
        canvas_rect(sheet->canvas, (i32)pen, base - 10, 11, 11,
                    render_part_color(closeup->parts[i]));
        label = canvas_text_fit(sheet->canvas, 13, label, end - pen - 16, &sheet->arena);
        pen = canvas_text(sheet->canvas, pen + 16, base, 13, INK, label) + 12;
        n_left--;
    }
}

// On paper, for the object may fill the picture.
static void draw_close_furniture(Sheet *sheet, const RenderScene *scene, const CloseView *close,
                                 i32 x, i32 y, i32 high) {
    i32 wide = (i32)fmax(scale_length(scene, &close->camera) * close->camera.fx, 44) + 20;
    canvas_rect(sheet->canvas, x + CLOSE_WIDTH - wide, y + high - 25, wide, 25, PAPER);
    draw_scale(sheet, scene, &close->camera, x + CLOSE_WIDTH - 11, y + high - 6);
    Str words = str_from(close->words);
    if (words.len == 0)
        return;
    canvas_rect(sheet->canvas, x + 1, y + 1, (i32)canvas_text_width(sheet->canvas, 12, words) + 12,
                18, PAPER);
    canvas_text(sheet->canvas, x + 7, y + 14, 12, FAINT, words);
}

// From the corner that shows most of its small parts. *is_drawn: false if they are hidden from all.
static Status draw_closeup(Sheet *sheet, const RenderScene *scene, const CloseUp *closeup, i32 x,
                           i32 y, bool *is_drawn) {
    CloseView views[] = {{.from = "iso", .words = ""},
                         {.from = "iso-left", .words = "from the left"},
                         {.from = "iso-back", .words = "from the back"},
                         {.from = "iso-below", .words = "from below"}},
              *best = &views[0];
    ArenaMark mark = arena_mark(&sheet->arena);
    Status status = STATUS_OK;
    for (u32 i = 0; i < COUNT_OF(views) && status == STATUS_OK; i++) {
        status = close_view_draw(sheet, scene, closeup, &views[i]);
        if (views[i].n_seen > best->n_seen)
            best = &views[i];
        if (best->n_seen == closeup->n_parts)
            break;
    }
    *is_drawn = status == STATUS_OK && best->n_seen > 0;
    if (*is_drawn) {
        const u32 high = CLOSE_HIGH - CAPTION;
        canvas_picture(sheet->canvas, x, y, CLOSE_WIDTH, high, best->color);
        draw_close_furniture(sheet, scene, best, x, y, (i32)high);
        draw_frame(sheet->canvas, x, y, CLOSE_WIDTH, CLOSE_HIGH);
        draw_close_caption(sheet, scene, closeup, best, x, y + CLOSE_HIGH - 7);
    }
    arena_reset(&sheet->arena, mark);
    return status;
}

static Status draw_closeups(Sheet *sheet, const RenderScene *scene, i32 x) {
    i32 y = TITLE + (i32)scene->n_parts * legend_step(sheet, scene) + GAP;
    u32 room = closeups_beside(sheet, scene), n = 0;
    if (sheet->has_close_row) {
        room = CLOSE_ROW;
        x = GAP + 2;
        y = TITLE + legend_room(sheet) + GAP;
    }
    Status status = STATUS_OK;
    for (u32 i = 0; i < sheet->n_closeups && n < room && status == STATUS_OK; i++) {
        bool is_drawn;
        status = draw_closeup(sheet, scene, &sheet->closeups[i], x, y, &is_drawn);
        if (!is_drawn)
            continue;
        n++;
        x += sheet->has_close_row ? CLOSE_WIDTH + GAP : 0;
        y += sheet->has_close_row ? 0 : CLOSE_HIGH + GAP;
    }
    return status;
}

// ---- the sheets ----

static Status draw_parts(Sheet *sheet, const RenderScene *scene) {
    const u32 cell_high = sheet->layout->parts_high;
    const i32 x1 = GAP + PARTS_CELL + GAP, y0 = TITLE, y1 = TITLE + (i32)cell_high + GAP;
    const Cell cells[4] = {
        {"iso", "parts, from the front right", RENDER_PARTS, true, GAP, y0, PARTS_CELL, cell_high},
        {"iso-back", "parts, from the back", RENDER_PARTS, true, x1, y0, PARTS_CELL, cell_high},
        {"iso", "exploded", RENDER_PARTS, true, GAP, y1, PARTS_CELL, cell_high},
        {"iso", "x-ray", RENDER_SHADED, true, x1, y1, PARTS_CELL, cell_high}};
    draw_title(sheet, scene, "parts");
    Status status = renderer_set_scene(sheet->renderer, scene, sheet->error);
    for (u32 i = 0; i < 2 && status == STATUS_OK; i++)
        status = draw_cell(sheet, scene, &cells[i]);
    if (status == STATUS_OK)
        status = draw_closeups(sheet, scene, x1 + PARTS_CELL + 10);
    RenderScene exploded = render_scene_exploded(scene, 0.6, &sheet->arena),
                xray = render_scene_xray(scene, &sheet->arena);
    const RenderScene *const made[2] = {&exploded, &xray};
    for (u32 i = 0; i < 2 && status == STATUS_OK; i++) {
        status = renderer_set_scene(sheet->renderer, made[i], sheet->error);
        if (status == STATUS_OK)
            status = draw_cell(sheet, made[i], &cells[2 + i]);
    }
    draw_legend(sheet, scene, x1 + PARTS_CELL + 14, TITLE);
    return status;
}

Status sheet_draw(Renderer *renderer, const RenderScene *scene, SheetKind kind, Heap *heap,
                  Canvas *out, RenderError *error) {
    Sheet sheet = {.renderer = renderer, .heap = heap, .canvas = out, .error = error};
    arena_init(&sheet.arena, heap);
    sheet.layout = layout_choose(scene);
    u32 rows = kind == SHEET_VIEWS ? 6 / sheet.layout->columns : 2;
    u32 height = TITLE + rows * (GAP + (kind == SHEET_VIEWS ? sheet.layout->high
                                                            : sheet.layout->parts_high));
    if (kind == SHEET_PARTS)
        closeups_choose(&sheet, scene);
    height += sheet.has_close_row ? CLOSE_HIGH + GAP : 0;
    canvas_init(out, heap, SHEET_WIDTH, height, PAPER);
    Status status = kind == SHEET_VIEWS ? draw_views(&sheet, scene) : draw_parts(&sheet, scene);
    arena_finish(&sheet.arena);
    return status;
}
