// SPDX-License-Identifier: Apache-2.0
// What the files of the narrow phase share.
#ifndef FRC_COMPILER_MESH_BOOLEAN_NARROW_H
#define FRC_COMPILER_MESH_BOOLEAN_NARROW_H

#include "compiler/mesh/boolean_internal.h"

// One end of a facet's interval on the common line: the edge that runs from the back of the
// other facet's plane to its front, as corner numbers; corner: the end itself if it is a corner,
// or NO_CORNER; is_common: it is that of the common interval.
typedef struct LineEnd {
    u8 from, to, corner;
    bool is_common;
} LineEnd;
enum { NO_CORNER = FACET_MOST_CORNERS };

// A pair of facets that meet: t and u. What is said of both is t's first.
typedef struct Meeting {
    u32 facet[2];
    bool is_flat;  // they are coplanar, else:
    bool is_place; // the common interval is one place
    u8 lying[2];   // the corner that begins an edge which lies in the other's plane, or NO_CORNER
    LineEnd first[2], last[2]; // of their intervals, in the direction of t's normal x u's
} Meeting;

// Which corner of the facet v is, or NO_CORNER.
static inline u32 corner_of(const Kernel *k, u32 facet, u32 v) {
    const Corner *at = facet_corners(k, facet);
    for (u32 i = 0; i < k->facets[facet].n; i++)
        if (at[i].v == v)
            return i;
    return NO_CORNER;
}

static inline bool has_corner(const Kernel *k, u32 facet, u32 v) {
    return corner_of(k, facet, v) != NO_CORNER;
}

// ---- boolean_meetings.c ----
// A facet's plane as doubles: c is behind it if n.c < low, in front of it if n.c > high.
typedef struct Probe {
    f64 n[3], low, high;
} Probe;
void probe_init(const Kernel *k, u32 facet, Probe *probe);
// False: facets t and u do not meet, or in nothing but an edge that they share.
bool test_pair(const Kernel *k, u32 t, const Probe *at_t, u32 u, Meeting *m);

// ---- boolean_draw.c ----
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
    u32 hull; // that held a meeting lately
    Known known[N_KNOWN];
} Hand;

void draw_meeting(Hand *hand, const Meeting *m);

#endif
