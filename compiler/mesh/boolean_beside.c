// SPDX-License-Identifier: Apache-2.0
// Places beside an edge that begins at a computed vertex, for the rays of boolean_rays.c.
//
// Most components of the surfaces have a corner of an operand to start a ray beside. Where parts of
// them have been left out (boolean_buried.c), one may have none; then the place is
// v + e d + e^2 l + e^3 n for an infinitely small e, with v the vertex where a half begins, d the
// half's direction, n the front of its cell, and l = n x d, into the cell. Signs are those of
// integers of 256 bits at most: |n_i| <= 2^53, |d_i| < 2^108, |l_i| < 2^162.
#include "compiler/mesh/boolean_internal.h"

static i128 cross_part(const i64 a[3], const i64 b[3], u32 axis) {
    u32 i = (axis + 1) % 3, j = (axis + 2) % 3;
    return (i128)a[i] * b[j] - (i128)a[j] * b[i];
}

void beside_half(Kernel *k, u32 h, BesideEdge *out) {
    u32 c = k->halves.data[h].cell, a = k->halves.data[h].origin, b = half_dest(k, h);
    u32 plane = cell_plane(k, c), cut = half_cut_plane(k, h); // which settles is_flipped
    if (cut == NONE)
        cut = plane_upright(k, a, b, plane_ref(k, plane)->axis);
    const Plane *p = plane_ref(k, plane), *q = plane_ref(k, cut);
    out->v = a;
    for (u32 i = 0; i < 3; i++)
        out->off[i] = k->cells.data[c].is_flipped ? -p->n[i] : p->n[i];
    u32 axis = plane_line_axis(p, q);
    bool is_back = sign_i128(cross_part(out->off, q->n, axis)) != point_compare(k, b, a, axis);
    for (u32 i = 0; i < 3; i++) {
        out->along[i] = cross_part(out->off, q->n, i);
        if (is_back)
            out->along[i] = -out->along[i];
    }
    for (u32 i = 0; i < 3; i++) {
        u32 j = (i + 1) % 3, l = (i + 2) % 3;
        out->aside[i] = i256_sub(i256_mul_i128(out->off[j], out->along[l]),
                                 i256_mul_i128(out->off[l], out->along[j]));
    }
}

int beside_sign(const Kernel *k, const BesideEdge *s, const i64 n[3], const i32 at[3]) {
    int sign = point_height_sign(k, s->v, n, at);
    if (sign)
        return sign;
    I256 sum = i256_from_i128(0);
    for (u32 i = 0; i < 3; i++)
        sum = i256_add(sum, i256_mul_i128(n[i], s->along[i]));
    if (i256_sign(sum))
        return i256_sign(sum);
    for (u32 i = 0; i < 3; i++)
        sum = i256_add(sum, i256_mul(i256_from_i128(n[i]), s->aside[i]));
    if (i256_sign(sum))
        return i256_sign(sum);
    i128 off = 0;
    for (u32 i = 0; i < 3; i++)
        off += (i128)n[i] * s->off[i];
    return sign_i128(off);
}
