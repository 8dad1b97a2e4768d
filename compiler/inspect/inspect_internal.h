// SPDX-License-Identifier: Apache-2.0
// What the files of this room share: the state of one inspection.
#ifndef FRC_COMPILER_INSPECT_INSPECT_INTERNAL_H
#define FRC_COMPILER_INSPECT_INSPECT_INTERNAL_H

#include "base/map.h"
#include "base/vec.h"
#include "compiler/inspect/inspect.h"

typedef struct Inspection {
    const Model *model;
    const Scene *scene;
    Heap *heap;
    Arena *arena;
    Diags *diags;
    Report *report;
    PlacedMesh *placed; // per part; mesh NULL without geometry
    bool for_report;
    bool *allow_used; // per allow
    VEC(InspectContact) contacts;
    VEC(InspectGap) gaps;
} Inspection;

// The passes, in order.
void inspect_find_contacts(Inspection *in);  // contacts.c: fills in->contacts, sorted
void inspect_find_groups(Inspection *in);    // floats.c: groups, gaps, E0601
void inspect_check_overlaps(Inspection *in); // overlaps.c: W0801
void inspect_check_flush(Inspection *in);    // flush.c: W0806
void inspect_check_cuts(Inspection *in);     // cuts.c: W0810, W0811
void inspect_check_hidden(Inspection *in);   // hidden.c: W0802
void inspect_check_shape(Inspection *in);    // shape.c: W0803, W0804, W0805, W0807
void inspect_check_allows(Inspection *in);   // allow.c: W0808

u32 inspect_find_root(u32 *parent, u32 i); // union-find with path halving

// Whether an allow statement accepts part a floating, or a and b overlapping; marks it used.
bool inspect_may_float(const Inspection *in, u32 part); // the same, without marking
bool inspect_allowed_floating(Inspection *in, u32 part);
bool inspect_allowed_overlap(Inspection *in, u32 a, u32 b);

// Shows the call that placed the part, when a def made it.
void inspect_label_call(const Inspection *in, Diag *diag, u32 part);
// Findings of one kind about parts of the same path: one message, about the first of them (the key
// may hold more than the path, where what is said differs).
typedef struct Alike {
    u32 part, n;
    u32 other; // the part that the message also names, or NONE
} Alike;
typedef struct AlikeList {
    StrMap index;
    VEC(Alike) rows;
} AlikeList;
void inspect_alike_init(const Inspection *in, AlikeList *list);
void inspect_alike_add(const Inspection *in, AlikeList *list, Str key, u32 part, u32 other);
// "4 parts 'leg' do so", if there is more than the one.
void inspect_alike_note(const Inspection *in, Diag *diag, const Alike *row, const char *what);

// A length for messages, in the file's unit: "1.2 cm".
Str inspect_length(const Inspection *in, f64 mm);
// The same as it would be typed: "1.2".
Str inspect_typed(const Inspection *in, f64 mm);

static inline bool inspect_has_geometry(const Inspection *in, u32 part) {
    return in->placed[part].mesh != NULL;
}

#endif
