// SPDX-License-Identifier: Apache-2.0
// What the writers of the scene report share: parts folded into rows, and names for all parts.
#ifndef FRC_COMPILER_INSPECT_REPORT_INTERNAL_H
#define FRC_COMPILER_INSPECT_REPORT_INTERNAL_H

#include "compiler/inspect/report.h"

// A line of the table: one part, or all instances of a label under one row if they are many.
typedef struct ReportRow {
    u32 first, n; // first part, number of parts
    u32 parent;   // row of the enclosing parts, or NONE
    u32 depth;
} ReportRow;

typedef struct ReportRows {
    ReportRow *rows; // the tree in pre-order
    u32 n;
    u32 *of;        // per part: its row
    u32 *next;      // per part: the next one of its row, or NONE
    bool is_folded; // some row stands for several parts
} ReportRows;

// O(parts x depth of nesting).
ReportRows report_fold(const Scene *scene, Heap *heap, Arena *arena);

// "leg[2]" for one part, "leg x4" for a row of them.
Str report_row_name(const Scene *scene, const ReportRow *row, Str part_name, Arena *arena);

// How the centres of a row's parts lie, four at least: REPORT_EVEN in equal steps on a line,
// REPORT_RING evenly on a circle about an axis (*axis) round *middle, of diameter *d; REPORT_LOOSE
// otherwise. Sorts the centres. O(n log n), rings O(n^2) for up to 256.
typedef enum ReportPattern { REPORT_LOOSE, REPORT_EVEN, REPORT_RING } ReportPattern;
ReportPattern report_pattern(Heap *heap, Vec3 *centers, u32 n, u32 *axis, Vec3 *middle, f64 *d);

// At most five significant digits. "3", or "3..4" where the ends read differently.
void report_add_short(StrBuf *out, f64 value);
void report_add_range(StrBuf *out, f64 low, f64 high);

// What touches what, and what is apart (report_touching.c).
void report_write_touching(const Report *report, const ReportRows *rows, const Str *names,
                           Arena *arena, StrBuf *out);

#endif
