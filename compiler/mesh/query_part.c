// SPDX-License-Identifier: Apache-2.0
// How to part two solids that share matter. Moving one past the whole of the other always does, and
// how far that is a drop tells (query_drop.c), asked in each of the six directions. Often much less
// is needed: a peg poked through the bottom of its cup backs out by as much as it sticks in. Such
// short moves are tried, the shortest first, and taken if nothing is shared after them.
#include "compiler/mesh/query.h"

#define PARTED_SHARE 1e-6 // of what was shared: what rounding may leave
enum { MOVES = 6, HALVINGS = 8 };

static Vec3 along(u32 direction, f64 length) {
    Vec3 v = {0, 0, 0};
    vec3_set(&v, direction / 2, direction % 2 ? -length : length);
    return v;
}

// Turns a direction (+x -x +y -y +z -z) to +z.
static Affine3 upright(u32 direction) {
    Vec3 z = along(direction, 1), x = along((direction + 2) % MOVES, 1), y = vec3_cross(z, x);
    return (Affine3){{{x.x, x.y, x.z}, {y.x, y.y, y.z}, {z.x, z.y, z.z}}, {0, 0, 0}};
}

static PlacedMesh mapped(const PlacedMesh *solid, const Affine3 *map) {
    PlacedMesh out = *solid;
    out.map = affine3_mul(map, &solid->map);
    return out;
}

static f64 shared_after(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, Vec3 move) {
    Affine3 map = affine3_move(move);
    PlacedMesh moved = mapped(a, &map);
    return mesh_overlap(heap, &moved, b).volume;
}

// How far a must go in a direction to be past b.
static f64 way_past(const PlacedMesh *a, const PlacedMesh *b, u32 direction) {
    Affine3 turn = upright(direction);
    PlacedMesh ta = mapped(a, &turn), tb = mapped(b, &turn);
    f64 gap;
    return mesh_drop(&ta, &tb, &gap) ? fmax(-gap, 0) : 0;
}

f64 mesh_part_share(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, Vec3 move, f64 volume) {
    f64 low = 0, high = 1;
    for (u32 i = 0; i < HALVINGS; i++) {
        f64 mid = (low + high) / 2;
        if (shared_after(heap, a, b, vec3_scale(move, mid)) > volume)
            low = mid;
        else
            high = mid;
    }
    return high;
}

bool mesh_part(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, const MeshOverlap *shared,
               Vec3 *move) {
    if (!(shared->volume > 0))
        return false;
    f64 length = INFINITY, allowed = PARTED_SHARE * shared->volume;
    for (u32 i = 0; i < MOVES; i++) {
        f64 past = way_past(a, b, i);
        if (past >= length)
            continue;
        length = past;
        *move = along(i, past);
    }
    bool tried[MOVES] = {false};
    for (u32 round = 0; round < MOVES; round++) {
        u32 next = MOVES;
        for (u32 i = 0; i < MOVES; i++)
            if (!tried[i] && (next == MOVES ||
                              vec3_get(shared->extent, i / 2) < vec3_get(shared->extent, next / 2)))
                next = i;
        tried[next] = true;
        Vec3 back = along(next, vec3_get(shared->extent, next / 2));
        if (vec3_norm(back) >= length * (1 - 1e-9))
            break;
        if (shared_after(heap, a, b, back) > allowed)
            continue;
        *move = vec3_scale(back, mesh_part_share(heap, a, b, back, allowed));
        break;
    }
    return true;
}
