// SPDX-License-Identifier: Apache-2.0
// The tessellation policy: how many sides a round thing gets.
//
// The measure is the chord error: how far the middle of a side may lie from the true circle. It
// comes, in this order, from the caller's option, the program's own statement, the object's known
// size (1/2000 of it: half a pixel when the whole object is 1000 pixels high), or else from the
// thing itself (0.5 % of its radius). Sides are multiples of 4, so that the extents of circles are
// exact, and start on +x, so that equal radii meet in equal facets.
#include "compiler/solid/solid_internal.h"

static const f64 SELF_RELATIVE = 0.005;
static const f64 OBJECT_RELATIVE = 1.0 / 2000;
static const u32 SEGMENTS_MIN = 12, SEGMENTS_TINY = 8;

f64 tess_chord(const SolidContext *ctx, f64 r) {
    f64 chord = ctx->options.tolerance > 0 ? ctx->options.tolerance
                : ctx->chord > 0           ? ctx->chord
                : ctx->size > 0            ? ctx->size * OBJECT_RELATIVE
                                           : 0;
    if (!(chord > 0))
        return r * SELF_RELATIVE;
    return ldexp(chord, -ctx->level);
}

u32 tess_segments(const SolidContext *ctx, f64 r) {
    u32 most = (u32)MAX(ctx->options.limits.segments / 4 * 4, SEGMENTS_TINY);
    f64 ratio = r > 0 ? tess_chord(ctx, r) / r : 1;
    u32 n;
    if (ratio > 0.2) {
        n = SEGMENTS_TINY;
    } else if (ratio < 1e-6) {
        n = most;
    } else {
        f64 sides = ceil(180 / trig_acos(1 - ratio) - 1e-9);
        n = MAX((u32)ceil(sides / 4) * 4, SEGMENTS_MIN);
    }
    n = MAX(n, ctx->min_segments);
    return MIN(n, most);
}

u32 tess_arc(const SolidContext *ctx, f64 r, f64 deg) {
    f64 n = ceil(tess_segments(ctx, r) * fabs(deg) / 360 - 1e-9);
    return n < 1 ? 1 : (u32)n;
}

const Vec2 *tess_circle(SolidContext *ctx, u32 n) {
    u32 slot = n / 4;
    if (slot < SOLID_CIRCLE_CACHE && ctx->circles[slot])
        return ctx->circles[slot];
    Vec2 *points = ARENA_NEW(&ctx->arena, Vec2, n);
    u32 quarter = n / 4;
    for (u32 i = 0; i < quarter; i++) {
        // Angles beyond 45 degrees mirror those below it, so that the circle is exactly symmetric.
        bool low = 2 * i <= quarter;
        f64 deg = 360.0 * (low ? i : quarter - i) / n;
        f64 c = trig_cos(deg), s = trig_sin(deg);
        Vec2 p = low ? (Vec2){c, s} : (Vec2){s, c};
        points[i] = p;
        points[i + quarter] = (Vec2){-p.y, p.x};
        points[i + 2 * quarter] = (Vec2){-p.x, -p.y};
        points[i + 3 * quarter] = (Vec2){p.y, -p.x};
    }
    for (u32 i = 0; i < n; i++) // no negative zeros
        points[i] = (Vec2){points[i].x + 0.0, points[i].y + 0.0};
    if (slot < SOLID_CIRCLE_CACHE)
        ctx->circles[slot] = points;
    return points;
}
