// SPDX-License-Identifier: Apache-2.0
// The 26-bit grid that the companions (regions, hulls) decide on: whole multiples of a power of
// two, counted from the lower corner of the input's bounds.
#ifndef FRC_COMPILER_MESH_SNAP_INTERNAL_H
#define FRC_COMPILER_MESH_SNAP_INTERNAL_H

#include "base/geom.h"

typedef __int128 i128;

// The least power of two of which extent has at most 2^25. extent is finite and >= 0.
static inline f64 snap_quantum(f64 extent) {
    int exponent = 0;
    frexp(extent > 0 ? extent : 1.0, &exponent);
    return ldexp(1.0, exponent - 25);
}

// The multiple of quantum nearest to x, halves upwards. |x / quantum| < 2^52.
static inline i64 snap_round(f64 x, f64 quantum) {
    return (i64)floor(x / quantum + 0.5);
}

#endif
