// SPDX-License-Identifier: Apache-2.0
// Diagnostics for people. One looks like this:
//
//     chair.part:12:16: error[E0304]: cylinder has no argument 'radius'
//      12 | leg = cylinder(radius = 5, h = 20)
//         | ----- label    ^^^^^^ label
//         = note: ...
//         = help: ...
//         = fix:
//      12 + leg = cylinder(r = 5, h = 20)
//         |                +
//
// A place is a byte range; what is drawn are columns: tabs are expanded, wide characters take two,
// control and bidirectional characters are shown as escapes, and of a long line only a window is
// drawn.
#include "base/diag.h"

#include "base/utf8.h"
#include "base/vec.h"

enum {
    TAB_WIDTH = 4,
    COLUMNS_MAX = 120,
    ELLIPSIS_WIDTH = 3,
    FIX_GROUPS_MAX = 4,
    LABELS_MAX = 20,
    FIX_LINES_MAX = 8
};

typedef enum Ink {
    INK_NONE,
    INK_ERROR,
    INK_WARNING,
    INK_NOTE,
    INK_GUTTER,
    INK_ADDED,
    INK_BOLD,
    N_INKS
} Ink;

typedef struct Printer {
    Diags *diags;
    StrBuf *out;
    bool color;
    u32 gutter; // digits of the largest line number shown
} Printer;

// An underlined part of a line. Columns count from 0.
typedef struct Mark {
    u32 source, line;
    u32 off, len; // bytes in the line
    u32 from, to; // columns in the row as drawn
    Str text;
    bool is_primary, hangs; // hangs: its label stands in a row of its own
} Mark;

// The columns of a line that are drawn.
typedef struct Window {
    u32 from, to, total;
} Window;

static void ink(Printer *p, Ink ink) {
    static const char *const codes[N_INKS] = {
        "\033[0m", "\033[1;31m", "\033[1;33m", "\033[1;36m", "\033[1;34m", "\033[1;32m", "\033[1m"};
    if (p->color)
        strbuf_add_z(p->out, codes[ink]);
}

static Ink severity_ink(Severity severity) {
    switch (severity) {
    case SEVERITY_ERROR:
        return INK_ERROR;
    case SEVERITY_WARNING:
        return INK_WARNING;
    case SEVERITY_NOTE:
        break;
    }
    return INK_NOTE;
}

static void add_spaces(StrBuf *out, u32 n) {
    for (u32 i = 0; i < n; i++)
        strbuf_add_char(out, ' ');
}

// ---- columns ----

// The character at line[*i], which starts at column: moves *i behind it, returns its columns.
static u32 char_step(Str line, u32 *i, u32 column) {
    if (line.ptr[*i] == '\t') {
        ++*i;
        return TAB_WIDTH - column % TAB_WIDTH;
    }
    u32 code = 0;
    u32 n = utf8_decode(line.ptr + *i, line.len - *i, &code);
    *i += n ? n : 1;
    return n ? utf8_code_width(code) : 4;
}

// The column where the byte at off is drawn; off may be line.len.
static u32 column_at(Str line, u32 off) {
    u32 column = 0;
    for (u32 i = 0; i < off && i < line.len;) {
        u32 start = column;
        column += char_step(line, &i, column);
        if (i > off)
            return start; // off is inside a character
    }
    return column;
}

// What to draw of a line so that the bytes off..off+len are seen.
static Window window_make(Str line, u32 off, u32 len) {
    u32 total = column_at(line, line.len);
    if (total <= COLUMNS_MAX)
        return (Window){0, total, total};
    u32 from = column_at(line, off), to = column_at(line, off + len);
    u32 room = COLUMNS_MAX - 2 * ELLIPSIS_WIDTH;
    if (to <= room)
        return (Window){0, COLUMNS_MAX - ELLIPSIS_WIDTH, total};
    u32 size = MIN(to - from, room);
    u32 before = (room - size) / 2;
    from = from > before ? from - before : 0;
    if (from + room >= total)
        from = total - room;
    return (Window){from, from + room, total};
}

// A column of the line as a column of the drawn row, clipped to what is drawn.
static u32 window_column(Window w, u32 column) {
    u32 shift = w.from ? ELLIPSIS_WIDTH : 0;
    return shift + (column < w.from ? 0 : MIN(column, w.to) - w.from);
}

static void add_window(StrBuf *out, Str line, Window w) {
    if (w.from)
        strbuf_add_z(out, "...");
    u32 column = 0;
    for (u32 i = 0; i < line.len && column <= w.to;) {
        u32 start = i, from = column;
        column += char_step(line, &i, column);
        bool is_seen = from >= w.from && column <= w.to;
        if (is_seen && line.ptr[start] != '\t')
            utf8_add_visible(out, (Str){line.ptr + start, i - start});
        else if (column > w.from && from < w.to) // a tab, or cut by the window's edge
            add_spaces(out, MIN(column, w.to) - MAX(from, w.from));
    }
    if (w.to < w.total)
        strbuf_add_z(out, "...");
}

// ---- rows ----

static void trim_end(StrBuf *out) {
    while (out->len && out->ptr[out->len - 1] == ' ')
        out->ptr[--out->len] = 0;
}

static void end_row(Printer *p) {
    trim_end(p->out);
    strbuf_add_char(p->out, '\n');
}

// " 12 | " or, for line 0, "    | ".
static void begin_row(Printer *p, u32 line, char bar) {
    ink(p, INK_GUTTER);
    if (line)
        strbuf_addf(p->out, " %*u %c", (int)p->gutter, (unsigned)line, bar);
    else
        strbuf_addf(p->out, " %*s %c", (int)p->gutter, "", bar);
    ink(p, INK_NONE);
    strbuf_add_char(p->out, ' ');
}

static void write_source_row(Printer *p, u32 number, char bar, Str line, Window w) {
    begin_row(p, number, bar);
    add_window(p->out, line, w);
    end_row(p);
}

// "    = note: text"; further lines of the text are indented under the first.
static void write_remark(Printer *p, Ink color, const char *title, Str text) {
    begin_row(p, 0, '=');
    ink(p, color);
    strbuf_addf(p->out, "%s:", title);
    ink(p, INK_NONE);
    for (bool is_first = true; is_first || text.len; is_first = false) {
        const char *end = text.len ? memchr(text.ptr, '\n', text.len) : NULL;
        u32 len = end ? (u32)(end - text.ptr) : text.len;
        if (!is_first)
            add_spaces(p->out, p->gutter + 5 + (u32)strlen(title));
        strbuf_add_char(p->out, ' ');
        utf8_add_visible(p->out, (Str){text.ptr, len});
        end_row(p);
        u32 skip = MIN(len + 1, text.len);
        text = (Str){skip ? text.ptr + skip : text.ptr, text.len - skip}; // an empty one may have no address
    }
}

// ---- marks ----

static Ink mark_ink(const Mark *mark, Ink primary) {
    return mark->is_primary ? primary : INK_GUTTER;
}

// The row of carets and dashes; the label of the last mark may stand behind it.
static void write_underline(Printer *p, const Mark *marks, u32 n, Ink primary) {
    begin_row(p, 0, '|');
    u32 end = 0;
    for (u32 i = 0; i < n; i++)
        end = MAX(end, marks[i].to);
    Ink current = INK_NONE;
    for (u32 column = 0; column < end; column++) {
        const Mark *top = NULL; // the primary mark lies above the others
        for (u32 i = 0; i < n; i++)
            if (column >= marks[i].from && column < marks[i].to && (!top || marks[i].is_primary))
                top = &marks[i];
        Ink wanted = top ? mark_ink(top, primary) : INK_NONE;
        if (wanted != current)
            ink(p, wanted);
        current = wanted;
        strbuf_add_char(p->out, !top ? ' ' : top->is_primary ? '^' : '-');
    }
    const Mark *last = &marks[n - 1];
    if (last->text.len && !last->hangs) {
        strbuf_add_char(p->out, ' ');
        if (mark_ink(last, primary) != current)
            ink(p, mark_ink(last, primary));
        utf8_add_visible(p->out, last->text);
        current = INK_ERROR;
    }
    if (current != INK_NONE)
        ink(p, INK_NONE);
    end_row(p);
}

// A row with a '|' under each of marks[0..n_bars) that hangs and, if there is one, the label of
// text.
static void write_hanging(Printer *p, const Mark *marks, u32 n_bars, const Mark *text,
                          Ink primary) {
    begin_row(p, 0, '|');
    u32 column = 0;
    for (u32 i = 0; i < n_bars; i++) {
        if (!marks[i].hangs || marks[i].from < column || (text && marks[i].from >= text->from))
            continue;
        add_spaces(p->out, marks[i].from - column);
        ink(p, mark_ink(&marks[i], primary));
        strbuf_add_char(p->out, '|');
        ink(p, INK_NONE);
        column = marks[i].from + 1;
    }
    if (text) {
        add_spaces(p->out, text->from - column);
        ink(p, mark_ink(text, primary));
        utf8_add_visible(p->out, text->text);
        ink(p, INK_NONE);
    }
    end_row(p);
}

// All rows of one line: its text, the underlines, and the labels from right to left.
static void write_marked_line(Printer *p, Mark *marks, u32 n, Ink primary) {
    Str line = source_line(p->diags->sources, marks[0].source, marks[0].line);
    const Mark *focus = &marks[0];
    for (u32 i = 0; i < n; i++)
        if (marks[i].is_primary)
            focus = &marks[i];
    Window w = window_make(line, focus->off, focus->len);
    write_source_row(p, marks[0].line, '|', line, w);
    u32 reach = 0; // of all marks but the last
    for (u32 i = 0; i < n; i++) {
        Mark *mark = &marks[i];
        mark->from = window_column(w, column_at(line, mark->off));
        mark->to = MAX(window_column(w, column_at(line, mark->off + mark->len)), mark->from + 1);
        mark->hangs = mark->text.len && i + 1 < n;
        if (i + 1 < n)
            reach = MAX(reach, mark->to);
    }
    Mark *last = &marks[n - 1];
    last->hangs = last->text.len && reach > last->from;
    write_underline(p, marks, n, primary);
    bool any = false;
    for (u32 i = 0; i < n; i++)
        any |= marks[i].hangs;
    if (any)
        write_hanging(p, marks, n, NULL, primary);
    for (u32 i = n; i-- > 0;)
        if (marks[i].hangs)
            write_hanging(p, marks, i, &marks[i], primary);
}

static bool mark_goes_before(const Mark *a, const Mark *b, u32 first_source) {
    if (a->source != b->source)
        return a->source == first_source || (b->source != first_source && a->source < b->source);
    if (a->line != b->line)
        return a->line < b->line;
    return a->off < b->off;
}

// The part of span in its first line.
static Mark mark_make(Sources *sources, Span span, Str text, bool is_primary) {
    SourcePlace place = source_place(sources, span.source, span.off);
    Str line = source_line(sources, span.source, place.line);
    u32 off = MIN(place.column - 1, line.len);
    return (Mark){
        .source = span.source,
        .line = place.line,
        .off = off,
        .len = MIN(span.len, line.len - off),
        .text = text,
        .is_primary = is_primary,
    };
}

// The marks of diag in the order in which they are drawn.
static Mark *marks_collect(Diags *diags, const Diag *diag, u32 *n) {
    u32 n_labels = MIN(diag->n_labels, (u32)LABELS_MAX);
    Mark *marks = ARENA_NEW(diags->arena, Mark, n_labels + 1);
    marks[0] = mark_make(diags->sources, diag->span, (Str){0}, true);
    *n = 1;
    for (u32 i = 0; i < n_labels; i++) {
        const DiagLabel *label = &diag->labels[i];
        bool is_own = label->span.source == diag->span.source &&
                      label->span.off == diag->span.off && label->span.len == diag->span.len;
        Mark mark = mark_make(diags->sources, label->span, label->text, is_own);
        u32 k = 0;
        if (is_own) // there is one such mark
            while (!marks[k].is_primary)
                k++;
        if (is_own && !marks[k].text.len) {
            marks[k].text = label->text;
            continue;
        }
        for (k = *n; k > 0 && mark_goes_before(&mark, &marks[k - 1], diag->span.source); k--)
            marks[k] = marks[k - 1];
        marks[k] = mark;
        ++*n;
    }
    return marks;
}

// What stands between two marked lines of one source: nothing, the one line between, or "...".
static void write_gap(Printer *p, u32 source, u32 before, u32 after) {
    if (after == before + 2) {
        Str line = source_line(p->diags->sources, source, before + 1);
        write_source_row(p, before + 1, '|', line, window_make(line, 0, 0));
    } else if (after > before + 2) {
        ink(p, INK_GUTTER);
        strbuf_add_z(p->out, " ...");
        ink(p, INK_NONE);
        end_row(p);
    }
}

static void write_marks(Printer *p, Mark *marks, u32 n, Ink primary) {
    for (u32 i = 0, end; i < n; i = end) {
        for (end = i + 1;
             end < n && marks[end].source == marks[i].source && marks[end].line == marks[i].line;)
            end++;
        bool is_new = i > 0 && marks[i].source != marks[i - 1].source;
        if (is_new) {
            ink(p, INK_GUTTER);
            strbuf_addf(p->out, " %*s-->", (int)p->gutter, "");
            ink(p, INK_NONE);
            strbuf_add_char(p->out, ' ');
            utf8_add_visible(p->out, p->diags->sources->items[marks[i].source].name);
            strbuf_addf(p->out, ":%u:%u\n", (unsigned)marks[i].line, (unsigned)marks[i].off + 1);
        } else if (i > 0) {
            write_gap(p, marks[i].source, marks[i - 1].line, marks[i].line);
        }
        write_marked_line(p, marks + i, end - i, primary);
    }
}

// ---- fixes ----

// Fixes that touch the same lines, applied together.
typedef struct Edit {
    u32 source, first_line, last_line;
    const DiagFix **fixes; // by offset, not overlapping
    u32 n;
} Edit;

// Some lines after an edit, and which of their bytes are new.
typedef struct Edited {
    StrBuf text;
    Span *added; // byte ranges of text
    u32 n_added;
} Edited;

static u32 line_of(Printer *p, u32 source, u32 off) {
    return source_place(p->diags->sources, source, off).line;
}

// The last line that span is part of: what ends with a line break does not reach the next line.
static u32 last_line_of(Printer *p, Span span) {
    SourcePlace end = source_place(p->diags->sources, span.source, span.off + span.len);
    return span.len && end.column == 1 && end.line > 1 ? end.line - 1 : end.line;
}

static Edited edit_apply(Printer *p, const Edit *edit) {
    Sources *sources = p->diags->sources;
    Edited out = {.added = ARENA_NEW(p->diags->arena, Span, edit->n)};
    strbuf_init(&out.text, p->out->heap);
    const char *text = sources->items[edit->source].text.ptr;
    u32 at = (u32)(source_line(sources, edit->source, edit->first_line).ptr - text);
    Str last = source_line(sources, edit->source, edit->last_line);
    u32 end = (u32)(last.ptr - text) + last.len;
    for (u32 i = 0; i < edit->n; i++) {
        const DiagFix *fix = edit->fixes[i];
        strbuf_add_bytes(&out.text, text + at, fix->span.off - at);
        if (fix->replacement.len)
            out.added[out.n_added++] = (Span){0, (u32)out.text.len, fix->replacement.len};
        strbuf_add(&out.text, fix->replacement);
        at = fix->span.off + fix->span.len;
    }
    if (at < end)
        strbuf_add_bytes(&out.text, text + at, end - at);
    else if (out.text.len && out.text.ptr[out.text.len - 1] == '\n')
        out.text.ptr[--out.text.len] = 0; // the break after the last line is not a line
    return out;
}

// The '+' row under a line of the edited text, which starts at byte start of it.
static void write_added_row(Printer *p, const Edited *edited, Str line, u32 start, Window w) {
    u32 drawn = 0;
    for (u32 i = 0; i < edited->n_added; i++) {
        u32 from = MAX(edited->added[i].off, start);
        u32 to = MIN(edited->added[i].off + edited->added[i].len, start + line.len);
        if (from >= to)
            continue;
        u32 column = window_column(w, column_at(line, from - start));
        u32 end = window_column(w, column_at(line, to - start));
        if (!drawn)
            begin_row(p, 0, '|');
        ink(p, INK_ADDED);
        for (; drawn < column; drawn++)
            strbuf_add_char(p->out, ' ');
        for (; drawn < end; drawn++)
            strbuf_add_char(p->out, '+');
        ink(p, INK_NONE);
    }
    if (drawn)
        end_row(p);
}

static void write_edited(Printer *p, const Edit *edit, const Edited *edited) {
    Str rest = strbuf_str(&edited->text);
    u32 start = 0;
    for (u32 i = 0;; i++) {
        const char *newline = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
        Str line = {rest.ptr, newline ? (u32)(newline - rest.ptr) : rest.len};
        if (i == FIX_LINES_MAX) {
            begin_row(p, 0, '+');
            strbuf_add_z(p->out, "...\n");
            return;
        }
        u32 off = 0, len = 0; // what the window must show: the first new bytes of the line
        for (u32 k = edited->n_added; k-- > 0;)
            if (edited->added[k].off >= start && edited->added[k].off < start + line.len) {
                off = edited->added[k].off - start;
                len = MIN(edited->added[k].len, line.len - off);
            }
        Window w = window_make(line, off, len);
        write_source_row(p, edit->first_line + i, '+', line, w);
        write_added_row(p, edited, line, start, w);
        if (!newline)
            return;
        start += line.len + 1;
        rest = (Str){newline + 1, rest.len - line.len - 1};
    }
}

static bool is_blank(Str s) {
    for (u32 i = 0; i < s.len; i++)
        if (s.ptr[i] != ' ' && s.ptr[i] != '\t' && s.ptr[i] != '\r' && s.ptr[i] != '\n')
            return false;
    return true;
}

static void write_edit(Printer *p, const Edit *edit, const char *title) {
    Edited edited = edit_apply(p, edit);
    if (!is_blank(strbuf_str(&edited.text))) {
        write_remark(p, INK_ADDED, title, (Str){0});
        write_edited(p, edit, &edited);
    } else if (edit->first_line == edit->last_line) {
        write_remark(p, INK_ADDED, title,
                     str_format(p->diags->arena, "delete line %u", (unsigned)edit->first_line));
    } else {
        write_remark(p, INK_ADDED, title,
                     str_format(p->diags->arena, "delete lines %u to %u",
                                (unsigned)edit->first_line, (unsigned)edit->last_line));
    }
    strbuf_finish(&edited.text);
}

// Cuts the machine fixes, by offset, into edits; one that overlaps the one before it is left out.
static u32 edits_collect(Printer *p, const Diag *diag, Edit *edits) {
    const DiagFix **fixes = ARENA_NEW(p->diags->arena, const DiagFix *, diag->n_fixes);
    u32 n = 0;
    for (u32 i = 0; i < diag->n_fixes; i++) {
        const DiagFix *fix = &diag->fixes[i];
        if (fix->kind != FIX_MACHINE)
            continue;
        u32 k = n++;
        for (; k > 0 && (fix->span.source < fixes[k - 1]->span.source ||
                         (fix->span.source == fixes[k - 1]->span.source &&
                          fix->span.off < fixes[k - 1]->span.off));
             k--)
            fixes[k] = fixes[k - 1];
        fixes[k] = fix;
    }
    u32 n_edits = 0, end = 0;
    for (u32 i = 0; i < n; i++) {
        Span span = fixes[i]->span;
        u32 first = line_of(p, span.source, span.off), last = last_line_of(p, span);
        Edit *edit = n_edits ? &edits[n_edits - 1] : NULL;
        bool is_same_source = edit && edit->source == span.source;
        if (is_same_source && span.off < end)
            continue;
        if (is_same_source && first <= edit->last_line) {
            edit->fixes[edit->n++] = fixes[i];
            edit->last_line = last;
        } else {
            edits[n_edits++] = (Edit){span.source, first, last, fixes + i, 1};
            // fixes[0..i] are placed: an edit's fixes move down over the ones left out
        }
        end = span.off + span.len;
    }
    return n_edits;
}

static void write_fixes(Printer *p, const Diag *diag) {
    Edit *edits = ARENA_NEW(p->diags->arena, Edit, diag->n_fixes);
    u32 n = edits_collect(p, diag, edits);
    for (u32 i = 0; i < MIN(n, (u32)FIX_GROUPS_MAX); i++)
        write_edit(p, &edits[i], i ? "and" : "fix");
    if (n > FIX_GROUPS_MAX)
        write_remark(p, INK_ADDED, "and",
                     str_format(p->diags->arena, "%u more edits", (unsigned)n - FIX_GROUPS_MAX));
    for (u32 i = 0; i < diag->n_fixes; i++) {
        const DiagFix *fix = &diag->fixes[i];
        if (fix->kind != FIX_MAYBE)
            continue;
        Span span = fix->span;
        Edit edit = {span.source, line_of(p, span.source, span.off), last_line_of(p, span), &fix,
                     1};
        write_edit(p, &edit, "perhaps");
    }
}

// ---- a diagnostic ----

static void write_headline(Printer *p, const Diag *diag) {
    Sources *sources = p->diags->sources;
    ink(p, INK_BOLD);
    if (sources->len) {
        utf8_add_visible(p->out, sources->items[diag->has_span ? diag->span.source : 0].name);
        if (diag->has_span) {
            SourcePlace place = source_place(sources, diag->span.source, diag->span.off);
            strbuf_addf(p->out, ":%u:%u", (unsigned)place.line, (unsigned)place.column);
        }
        strbuf_add_z(p->out, ": ");
    }
    ink(p, severity_ink(diag->severity));
    strbuf_addf(p->out, "%s[%s]", severity_text(diag->severity), diag_code_text(diag->code));
    ink(p, INK_NONE);
    ink(p, INK_BOLD);
    strbuf_add_z(p->out, ": ");
    utf8_add_visible(p->out, diag->message);
    ink(p, INK_NONE);
    strbuf_add_char(p->out, '\n');
}

static u32 gutter_width(Printer *p, const Diag *diag, const Mark *marks, u32 n) {
    u32 largest = 1;
    for (u32 i = 0; i < n; i++)
        largest = MAX(largest, marks[i].line);
    for (u32 i = 0; i < diag->n_fixes; i++) {
        largest = MAX(largest, last_line_of(p, diag->fixes[i].span));
    }
    u32 width = 1;
    for (; largest >= 10; largest /= 10)
        width++;
    return MAX(width, 2u);
}

static void write_diag(Printer *p, const Diag *diag) {
    ArenaMark mark = arena_mark(p->diags->arena);
    u32 n = 0;
    Mark *marks = NULL;
    for (u32 s = 0; s < p->diags->sources->len; s++)
        source_place(p->diags->sources, s, 0); // the line index must outlive the mark
    mark = arena_mark(p->diags->arena);
    if (diag->has_span)
        marks = marks_collect(p->diags, diag, &n);
    p->gutter = gutter_width(p, diag, marks, n);
    write_headline(p, diag);
    write_marks(p, marks, n, severity_ink(diag->severity));
    if (diag->n_labels > LABELS_MAX)
        write_remark(p, INK_NOTE, "note",
                     str_format(p->diags->arena, "and %u more places",
                                (unsigned)diag->n_labels - LABELS_MAX));
    for (u32 i = 0; i < diag->n_notes; i++)
        write_remark(p, INK_NOTE, "note", diag->notes[i]);
    if (diag->help.len)
        write_remark(p, INK_NOTE, "help", diag->help);
    write_fixes(p, diag);
    arena_reset(p->diags->arena, mark);
}

// Writes "... and 12 more (3 errors, 9 warnings)".
static void write_rest(Printer *p, u32 n_errors, u32 n_others) {
    strbuf_addf(p->out, "... and %u more (", (unsigned)(n_errors + n_others));
    if (n_errors)
        strbuf_addf(p->out, "%u error%s", (unsigned)n_errors, n_errors == 1 ? "" : "s");
    if (n_errors && n_others)
        strbuf_add_z(p->out, ", ");
    if (n_others)
        strbuf_addf(p->out, "%u warning%s", (unsigned)n_others, n_others == 1 ? "" : "s");
    strbuf_add_z(p->out, ")\n");
}

void diags_write_text(Diags *diags, DiagTextOptions options, StrBuf *out) {
    Printer p = {.diags = diags, .out = out, .color = options.color};
    u32 room = options.max ? options.max : DIAGS_PRINT_MAX;
    u32 errors_left = MIN(room, diags->n_errors), others_left = room - errors_left;
    u32 n_errors = 0, n_shown = 0;
    for (u32 i = 0; i < diags->len; i++) {
        const Diag *diag = diags->items[i];
        u32 *left = diag->severity == SEVERITY_ERROR ? &errors_left : &others_left;
        if (!*left)
            continue;
        --*left;
        n_shown++;
        n_errors += diag->severity == SEVERITY_ERROR;
        write_diag(&p, diag);
    }
    u32 n_rest = diags->len + diags->n_dropped - n_shown;
    u32 n_rest_errors = diags->n_errors - n_errors;
    if (n_rest)
        write_rest(&p, n_rest_errors, n_rest - n_rest_errors);
}
