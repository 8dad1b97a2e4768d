// SPDX-License-Identifier: Apache-2.0
// What changed between two models: parts gone, new, moved, resized, and the findings that came and
// went.
#ifndef FRC_COMPILER_INSPECT_DIFF_H
#define FRC_COMPILER_INSPECT_DIFF_H

#include "compiler/inspect/inspect.h"

typedef enum PartChange { PART_SAME, PART_GONE, PART_NEW, PART_CHANGED } PartChange;

typedef struct DiffPart {
    PartChange change;
    u32 old_part, new_part;     // NONE on the side where it is not
    Vec3 moved;                 // of the box's centre, mm
    Vec3 old_size, new_size;    // mm
    f64 old_volume, new_volume; // mm3
    bool other_material;
} DiffPart;

typedef struct Diff {
    const Report *old_report, *new_report;
    DiffPart *parts; // changes only: new model's order, then those gone in the old one's
    u32 n_parts;
    const Diag **came; // findings of the new model that the old one had not, and the reverse
    const Diag **went;
    u32 n_came, n_went;
    Vec3 old_size, new_size; // of the whole, mm
} Diff;

// Parts are matched by path and order of instances. Arrays from arena.
void diff_make(const Report *old_report, const Diags *old_diags, const Report *new_report,
               const Diags *new_diags, Arena *arena, Diff *out);
void diff_write_text(const Diff *diff, Arena *arena, StrBuf *out);
void diff_write_json(const Diff *diff, Arena *arena, StrBuf *out);

#endif
