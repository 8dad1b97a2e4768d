// SPDX-License-Identifier: Apache-2.0
// The compiler sees space: which parts touch, float, overlap, hide, stand out of line; and says so
// with names, numbers and one edit. The facts are kept for reports; the findings go to diags (E06,
// W08).
#ifndef FRC_COMPILER_INSPECT_INSPECT_H
#define FRC_COMPILER_INSPECT_INSPECT_H

#include "compiler/solid/model.h"

#define INSPECT_CONTACT_GAP 0.1 // mm: parts nearer than this touch

typedef struct InspectContact {
    u32 a, b;       // parts, a < b
    f64 area;       // mm2 over which the surfaces meet; 0 at points and edges; -1: not measured
    f64 overlap;    // mm3 shared
    Box3 shared;    // box of the shared matter; empty unless measured
    bool excessive; // more than joining them needs (W0801)
    f64 depth;      // mm, least way along an axis that parts them; 0 without overlap
} InspectContact;

typedef struct InspectGap { // of a part that touches nothing of another group
    u32 part, nearest;      // nearest part of the main group
    f64 distance;           // mm
    Vec3 direction;         // from part to nearest, length distance
} InspectGap;

typedef struct Report {
    const Model *model;
    InspectContact *contacts; // sorted by a, b
    u32 n_contacts;
    u32 *group; // per part: connected group, NONE without geometry
    u32 n_groups;
    u32 main_group;   // the one that the others float beside
    InspectGap *gaps; // one per other group, its nearest approach
    u32 n_gaps;
    bool *hidden;           // per part: no surface can be seen from outside
    const u32 *visible;     // per part: pixels in the view that shows it best; NULL: not measured
    u32 n_views, view_size; // views that were counted, pixels across each
} Report;

typedef struct InspectOptions {
    bool for_report; // measure the area of each contact, and what each pair shares
} InspectOptions;

// Cost: sorted boxes, then trees: near linear in parts. Arrays from arena, scratch from heap.
void inspect(const Model *model, InspectOptions options, Heap *heap, Arena *arena, Diags *diags,
             Report *out);

// Takes what was measured in pictures into the report (pixels[n_parts] must live as long), and says
// which parts show nowhere or hardly (W0802, W0812) unless that was said. O(parts + findings^2).
void inspect_check_visible(Report *report, const u32 *pixels, u32 n_views, u32 view_size,
                           Arena *arena, Diags *diags);

// Calls visit for each pair a < b of boxes that come within gap of each other (sweep and prune;
// empty boxes meet nothing). O(n log n + pairs along the widest axis).
void inspect_near_pairs(Heap *heap, const Box3 *boxes, u32 n, f64 gap,
                        void (*visit)(void *ctx, u32 a, u32 b), void *ctx);
// Groups of solids that touch within gap: group[i] counts from 0 in order of first member (NONE for
// empty boxes). Returns their number.
u32 inspect_connect(Heap *heap, const PlacedMesh *placed, const Box3 *boxes, u32 n, f64 gap,
                    u32 *group);

// "'leg[2]'" or "'back/slat'": how messages name a part: the label alone when it is alone.
Str inspect_part_name(const Scene *scene, u32 part, Arena *arena); // O(parts)
Str *inspect_part_names(const Scene *scene, Arena *arena);         // of all, O(parts)

#endif
