// SPDX-License-Identifier: Apache-2.0
// Building meshes triangle by triangle, and loops of the plane point by point. Both grow by vectors
// on the heap and hand their arrays over in the end, so nothing is copied.
#include "compiler/solid/solid_internal.h"

void builder_init(MeshBuilder *b, Heap *heap, u32 n_verts, u32 n_tris, bool curved) {
    *b = (MeshBuilder){.heap = heap, .curved = curved};
    vec_reserve(heap, &b->verts, n_verts);
    vec_reserve(heap, &b->tris, (size_t)n_tris * 3);
    vec_reserve(heap, &b->tags, n_tris);
    if (curved)
        vec_reserve(heap, &b->normals, (size_t)n_tris * 9);
}

u32 builder_vert(MeshBuilder *b, Vec3 p) {
    vec_push(b->heap, &b->verts, p);
    return b->verts.len - 1;
}

static void add_corners(MeshBuilder *b, const u32 v[3], u32 tag) {
    vec_reserve(b->heap, &b->tris, (size_t)b->tris.len + 3);
    for (int i = 0; i < 3; i++)
        b->tris.data[b->tris.len++] = v[i];
    vec_push(b->heap, &b->tags, tag);
}

void builder_flat(MeshBuilder *b, u32 v0, u32 v1, u32 v2, u32 tag) {
    add_corners(b, (const u32[3]){v0, v1, v2}, tag);
    if (!b->curved)
        return;
    vec_reserve(b->heap, &b->normals, (size_t)b->normals.len + 9);
    memset(b->normals.data + b->normals.len, 0, 9 * sizeof(f32));
    b->normals.len += 9;
}

void builder_curved(MeshBuilder *b, const u32 v[3], const Vec3 n[3], u32 tag) {
    add_corners(b, v, tag);
    assert(b->curved);
    vec_reserve(b->heap, &b->normals, (size_t)b->normals.len + 9);
    for (int i = 0; i < 3; i++) {
        b->normals.data[b->normals.len++] = (f32)n[i].x;
        b->normals.data[b->normals.len++] = (f32)n[i].y;
        b->normals.data[b->normals.len++] = (f32)n[i].z;
    }
}

void builder_convex(MeshBuilder *b, u32 *work, u32 n, bool reversed, u32 tag) {
    while (n > 2) { // cut off every second corner, then look at what is left
        u32 kept = 0;
        for (u32 i = 0; i < n; i += 2) {
            u32 here = work[i];
            if (i + 1 < n) {
                u32 mid = work[i + 1], next = i + 2 < n ? work[i + 2] : work[0];
                if (reversed)
                    builder_flat(b, here, next, mid, tag);
                else
                    builder_flat(b, here, mid, next, tag);
            }
            work[kept++] = here;
        }
        n = kept;
    }
}

void builder_finish(MeshBuilder *b, Mesh *out) {
    *out = (Mesh){.n_verts = b->verts.len,
                  .n_tris = b->tags.len,
                  .verts = b->verts.data,
                  .tris = b->tris.data,
                  .tags = b->tags.data,
                  .mats = HEAP_NEW(b->heap, u16, MAX(b->tags.len, 1)),
                  .normals = b->normals.data};
    *b = (MeshBuilder){0};
}

void loop_init(LoopBuilder *b, Heap *heap) {
    *b = (LoopBuilder){.heap = heap};
    vec_push(heap, &b->starts, 0);
}

void loop_add(LoopBuilder *b, Vec2 p, u32 tag) {
    loop_add_smooth(b, p, tag, (Vec2){0, 0}, (Vec2){0, 0});
}

void loop_add_smooth(LoopBuilder *b, Vec2 p, u32 tag, Vec2 n0, Vec2 n1) {
    vec_push(b->heap, &b->points, p);
    vec_push(b->heap, &b->edges, tag);
    vec_reserve(b->heap, &b->normals, (size_t)b->normals.len + 4);
    f32 *n = b->normals.data + b->normals.len;
    n[0] = (f32)n0.x, n[1] = (f32)n0.y, n[2] = (f32)n1.x, n[3] = (f32)n1.y;
    b->normals.len += 4;
}

// Drops points equal to their follower (their edge has no length), then closes the loop; a loop of
// fewer than three points vanishes.
void loop_close(LoopBuilder *b) {
    u32 first = b->starts.data[b->starts.len - 1], out = first, end = b->points.len;
    for (u32 i = first; i < end; i++) {
        Vec2 p = b->points.data[i], q = b->points.data[i + 1 < end ? i + 1 : first];
        if (p.x == q.x && p.y == q.y && end - first > 1)
            continue;
        b->points.data[out] = p;
        b->edges.data[out] = b->edges.data[i];
        memmove(b->normals.data + 4 * (size_t)out, b->normals.data + 4 * (size_t)i,
                4 * sizeof(f32));
        out++;
    }
    if (out - first < 3)
        out = first;
    b->points.len = b->edges.len = out;
    b->normals.len = 4 * out;
    if (out > first)
        vec_push(b->heap, &b->starts, out);
}

void loop_finish(LoopBuilder *b, Region *out) {
    *out = (Region){.points = b->points.data,
                    .starts = b->starts.data,
                    .n_loops = b->starts.len - 1,
                    .edges = b->edges.data,
                    .normals = b->normals.data};
    *b = (LoopBuilder){0};
}

void loop_add_round(LoopBuilder *b, Vec2 before, Vec2 corner, Vec2 after, f64 cut, u32 n, u32 tag,
                    u32 next_tag) {
    Vec2 in = {before.x - corner.x, before.y - corner.y},
         out = {after.x - corner.x, after.y - corner.y};
    f64 li = sqrt(in.x * in.x + in.y * in.y), lo = sqrt(out.x * out.x + out.y * out.y);
    in = (Vec2){in.x / li, in.y / li}, out = (Vec2){out.x / lo, out.y / lo};
    Vec2 start = {corner.x + in.x * cut, corner.y + in.y * cut},
         end = {corner.x + out.x * cut, corner.y + out.y * cut};
    if (n <= 1) { // a chamfer
        loop_add(b, start, tag);
        loop_add(b, end, next_tag);
        return;
    }
    // The arc about the centre c from start to end: start - c is across the edge that comes in.
    f64 turn =
        trig_atan2(in.y * out.x - in.x * out.y, -(in.x * out.x + in.y * out.y)); // signed, degrees
    f64 radius = cut / trig_tan(fabs(turn) / 2), side = turn > 0 ? 1 : -1;
    Vec2 normal = {-in.y * side, in.x * side}; // from the centre to start
    Vec2 c = {start.x - normal.x * radius, start.y - normal.y * radius};
    Vec2 n0 = {normal.x * side, normal.y * side}; // outward of the region
    Vec2 p0 = start;
    for (u32 i = 1; i <= n; i++) {
        f64 deg = turn * i / n, cs = trig_cos(deg), sn = trig_sin(deg);
        Vec2 r = {normal.x * cs - normal.y * sn, normal.x * sn + normal.y * cs};
        Vec2 n1 = {r.x * side, r.y * side};
        loop_add_smooth(b, p0, tag, n0, n1);
        p0 = i == n ? end : (Vec2){c.x + r.x * radius, c.y + r.y * radius};
        n0 = n1;
    }
    loop_add(b, end, next_tag);
}
