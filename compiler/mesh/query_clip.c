// SPDX-License-Identifier: Apache-2.0
// Clipping convex polygons by half-planes (Sutherland and Hodgman 1974).
#include "compiler/mesh/query_internal.h"

void clip_half_plane(Clip *clip, Vec2 a, f64 c) {
    Clip out = {.n = 0};
    for (u32 i = 0; i < clip->n; i++) {
        Vec2 p = clip->p[i], q = clip->p[i + 1 < clip->n ? i + 1 : 0];
        f64 dp = a.x * p.x + a.y * p.y - c, dq = a.x * q.x + a.y * q.y - c;
        if (dp <= 0 && out.n < CLIP_MAX)
            out.p[out.n++] = p;
        if ((dp < 0 && dq > 0) || (dp > 0 && dq < 0)) {
            f64 t = dp / (dp - dq);
            if (out.n < CLIP_MAX)
                out.p[out.n++] = (Vec2){p.x + t * (q.x - p.x), p.y + t * (q.y - p.y)};
        }
    }
    *clip = out;
}

Clip clip_triangles(const Vec2 a[3], const Vec2 b[3]) {
    Clip clip = {{a[0], a[1], a[2]}, 3};
    for (u32 i = 0; i < 3 && clip.n >= 3; i++) {
        Vec2 p = b[i], q = b[(i + 1) % 3], out = {q.y - p.y, p.x - q.x}; // to the right of the edge
        clip_half_plane(&clip, out, out.x * p.x + out.y * p.y);
    }
    return clip;
}

f64 clip_area(const Clip *clip) {
    f64 sum = 0;
    for (u32 i = 1; i + 1 < clip->n; i++) {
        Vec2 o = clip->p[0], a = clip->p[i], b = clip->p[i + 1];
        sum += (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
    }
    return sum / 2;
}
