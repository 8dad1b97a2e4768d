// SPDX-License-Identifier: Apache-2.0
// What the files of the narrow phase share.
#ifndef FRC_COMPILER_MESH_BOOLEAN_NARROW_H
#define FRC_COMPILER_MESH_BOOLEAN_NARROW_H

#include "compiler/mesh/boolean_internal.h"

// One end of a facet's interval on the common line: the edge that runs from the back of the
// other triangle's plane to its front, as corner numbers; corner: the end itself if it is a corner,
// or NO_CORNER.
typedef struct LineEnd {
    u8 from, to, corner;
} LineEnd;
enum { NO_CORNER = FACET_MOST_CORNERS };

// A pair of facets that meet: t and u, in planes that cross. What is said of both is t's first.
typedef struct Meeting {
    u32 facet[2];
    LineEnd first[2], last[2]; // of their intervals, in the direction of t's normal x u's
    u8 first_of, last_of;      // whose ends are those of the common interval, as bits 1, 2
    u8 lying[2];   // the corner that begins an edge which lies in the other's plane, or NO_CORNER
    bool is_place; // the common interval is one place
} Meeting;         // first_of = 0: they are coplanar

static inline bool is_flat(const Meeting *m) {
    return m->first_of == 0;
}

static inline bool has_corner(const Kernel *k, u32 facet, u32 v) {
    const Corner *at = facet_corners(k, facet);
    for (u32 i = 0; i < k->facets[facet].n; i++)
        if (at[i].v == v)
            return true;
    return false;
}

// boolean_meetings.c: false: facets t and u do not meet, or in what they are neighbours by.
bool test_pair(const Kernel *k, u32 t, u32 u, Meeting *m);

// What meets in a range of the pairs. Its planes and points have numbers that follow the kernel's;
// they may be the kernel's, or another range's.
typedef struct Drawing {
    VEC(Meeting) meetings;
    VEC(InnerSeg) inner;
    VEC(EdgeSplit) splits;
    u32 n_inner_before, n_splits_before; // where in the kernel's lists they go
} Drawing;

// Where edge p-q (p < q) meets a plane, or the plane through it that is upright to an axis; all
// zero: nothing.
typedef struct Known {
    u32 p, q, by, number;
} Known;
enum { N_KNOWN = 1 << 10 };

// The hand that draws a range. An edge meets a plane once for each facet beside the edge: what was
// made lately is kept at hand.
typedef struct Hand {
    Kernel *k;
    Drawing *drawing;
    Planes *planes;
    Points *points;
    Known known[N_KNOWN];
} Hand;

// boolean_draw.c
void draw_meeting(Hand *hand, const Meeting *m);

#endif
