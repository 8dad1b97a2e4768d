// SPDX-License-Identifier: Apache-2.0
// The list of what touches what. All pairs of the same two rows are one line: how many, over which
// area, sharing how much; and which parts of a row take no part in it, if they are few, since the
// one slat that misses its rail is what a reader looks for.
#include "compiler/inspect/report_internal.h"

#include "base/map.h"
#include "base/vec.h"

#define AREA_SHOWN 0.01   // mm2
#define SHARE_SHOWN 0.001 // of the smaller part
enum { NAMED_MAX = 3 };   // this many parts of a row are named one by one

typedef struct Touching { // all contacts of two rows
    u32 row[2];
    u32 first, last, n;     // contacts, linked by next
    f64 area[2], shared[2]; // least and most
} Touching;

typedef struct List {
    const Report *report;
    const ReportRows *rows;
    const Str *names;
    Arena *arena;
    VEC(Touching) lines;
    u32 *next; // per contact
    u32 *seen; // per part: the last line and side that met it
} List;

static f64 shown_area(const InspectContact *c) {
    return c->area > AREA_SHOWN ? c->area : 0;
}

static f64 shown_share(const Report *report, const InspectContact *c) {
    const ModelPart *parts = report->model->parts;
    return c->overlap > SHARE_SHOWN * fmin(parts[c->a].volume, parts[c->b].volume) ? c->overlap : 0;
}

static void collect(List *list) {
    const Report *report = list->report;
    StrMap index; // "row row" -> line
    strmap_init(&index, list->arena);
    for (u32 i = 0; i < report->n_contacts; i++) {
        const InspectContact *c = &report->contacts[i];
        u32 a = list->rows->of[c->a], b = list->rows->of[c->b];
        Str key = str_format(list->arena, "%u %u", MIN(a, b), MAX(a, b));
        u32 at = strmap_get(&index, key);
        if (at == NONE) {
            strmap_set(&index, key, at = list->lines.len);
            avec_push(list->arena, &list->lines,
                      (Touching){{a, b}, i, i, 0, {INFINITY, 0}, {INFINITY, 0}});
        }
        Touching *t = &list->lines.data[at];
        f64 area = shown_area(c), share = shown_share(report, c);
        t->area[0] = fmin(t->area[0], area);
        t->area[1] = fmax(t->area[1], area);
        t->shared[0] = fmin(t->shared[0], share);
        t->shared[1] = fmax(t->shared[1], share);
        if (t->n++)
            list->next[t->last] = i;
        t->last = i;
        list->next[i] = NONE;
    }
}

// The names of a row's parts that are in a line, or are not.
static void add_members(const List *list, const ReportRow *row, u32 stamp, bool met, StrBuf *out) {
    const char *before = "";
    for (u32 i = row->first; i != NONE; i = list->rows->next[i]) {
        if ((list->seen[i] == stamp) != met)
            continue;
        strbuf_addf(out, "%s%.*s", before, STR_ARG(list->names[i]));
        before = ", ";
    }
}

// One side of a line: a row, or those of its parts that the line is about.
static void add_party(List *list, u32 line, u32 side, StrBuf *out) {
    const Touching *t = &list->lines.data[line];
    const ReportRow *row = &list->rows->rows[t->row[side]];
    u32 stamp = 2 * line + side + 1, n = 0;
    for (u32 i = t->first; i != NONE; i = list->next[i]) {
        const u32 ends[2] = {list->report->contacts[i].a, list->report->contacts[i].b};
        for (u32 k = 0; k < 2; k++) {
            if (list->rows->of[ends[k]] != t->row[side] || list->seen[ends[k]] == stamp)
                continue;
            list->seen[ends[k]] = stamp;
            n++;
        }
    }
    if (n < row->n && n <= NAMED_MAX) {
        add_members(list, row, stamp, true, out);
        return;
    }
    strbuf_add(out, report_row_name(list->report->model->scene, row, list->names[row->first],
                                    list->arena));
    if (n == row->n)
        return;
    if (row->n - n > NAMED_MAX) {
        strbuf_addf(out, " (%u of them)", n);
    } else {
        strbuf_add_z(out, " (all but ");
        add_members(list, row, stamp, false, out);
        strbuf_add_char(out, ')');
    }
}

static void add_measure(StrBuf *out, const char *word, const f64 range[2], f64 scale, Str unit,
                        u32 power) {
    if (!(range[1] > 0))
        return;
    strbuf_add_z(out, word);
    report_add_range(out, range[0] / scale, range[1] / scale);
    strbuf_addf(out, " %.*s%u", STR_ARG(unit), power);
}

static void add_line(List *list, u32 line, StrBuf *out) {
    const Scene *scene = list->report->model->scene;
    const Touching *t = &list->lines.data[line];
    f64 unit = scene->unit_mm;
    strbuf_add_z(out, "  ");
    add_party(list, line, 0, out);
    if (t->row[0] != t->row[1]) {
        strbuf_add_z(out, " - ");
        add_party(list, line, 1, out);
    } else {
        strbuf_add_z(out, " among themselves");
    }
    if (t->n > 1)
        strbuf_addf(out, ", %u pairs", t->n);
    if (t->n > 1 && (t->area[1] > 0 || t->shared[1] > 0))
        strbuf_add_z(out, ", each");
    bool is_comma = t->n == 1;
    if (t->area[1] > 0) {
        add_measure(out, is_comma ? ", over " : " over ", t->area, unit * unit, scene->unit, 2);
        is_comma = true;
    }
    add_measure(out, is_comma ? ", sharing " : " sharing ", t->shared, unit * unit * unit,
                scene->unit, 3);
    strbuf_add_char(out, '\n');
}

static void add_gaps(const List *list, StrBuf *out) {
    const Scene *scene = list->report->model->scene;
    for (u32 i = 0; i < list->report->n_gaps; i++) {
        const InspectGap *g = &list->report->gaps[i];
        if (g->nearest == NONE)
            continue;
        strbuf_addf(out, "  %.*s is apart: ", STR_ARG(list->names[g->part]));
        report_add_short(out, g->distance / scene->unit_mm);
        strbuf_addf(out, " %.*s from %.*s\n", STR_ARG(scene->unit),
                    STR_ARG(list->names[g->nearest]));
    }
}

void report_write_touching(const Report *report, const ReportRows *rows, const Str *names,
                           Arena *arena, StrBuf *out) {
    if (!report->n_contacts && !report->n_gaps)
        return;
    List list = {.report = report, .rows = rows, .names = names, .arena = arena};
    list.next = ARENA_NEW(arena, u32, MAX(report->n_contacts, 1u));
    list.seen = ARENA_NEW(arena, u32, MAX(report->model->scene->n_parts, 1u));
    collect(&list);
    strbuf_add_z(out, "\ntouching\n");
    for (u32 i = 0; i < list.lines.len; i++)
        add_line(&list, i, out);
    add_gaps(&list, out);
}
