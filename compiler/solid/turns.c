// SPDX-License-Identifier: Apache-2.0
// Which leaves of an expression share a frame, and what is combined in which. On the kernel's grid
// faces in contact coincide exactly where they lie along the axes. So an expression is evaluated in
// the frame in which most leaves stand upright, and what shares another one is combined in that
// before: members of a union or an intersection, a difference's first operand with tools, tools
// among themselves. It is the same solid, as members of unions and intersections, and tools, may be
// taken in any order and groups.
//
// A turn is known by its three axes as lines: a box that stands on its side, or faces the other
// way, has the same planes.
#include "compiler/solid/combine.h"

// The rotation in a map whose columns are at right angles: unit columns, right-handed.
static bool rotation_of(const Affine3 *map, Affine3 *out) {
    Vec3 c[3];
    for (int j = 0; j < 3; j++) {
        c[j] = vec3_unit((Vec3){map->m[0][j], map->m[1][j], map->m[2][j]});
        if (vec3_norm(c[j]) == 0)
            return false;
    }
    if (fabs(vec3_dot(c[0], c[1])) > 1e-12 || fabs(vec3_dot(c[1], c[2])) > 1e-12 ||
        fabs(vec3_dot(c[2], c[0])) > 1e-12)
        return false;
    if (vec3_dot(vec3_cross(c[0], c[1]), c[2]) < 0)
        c[2] = vec3_scale(c[2], -1);
    *out = affine3_identity();
    for (int j = 0; j < 3; j++)
        out->m[0][j] = c[j].x, out->m[1][j] = c[j].y, out->m[2][j] = c[j].z;
    return true;
}

Affine3 csg_turned_back(const Affine3 *turn) {
    Affine3 back = affine3_identity();
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            back.m[i][j] = turn->m[j][i];
    return back;
}

Affine3 csg_map_in(const Affine3 *to, const Affine3 *map) {
    Affine3 out = affine3_mul(to, map);
    for (int j = 0; j < 3; j++) {
        f64 scale = vec3_norm((Vec3){map->m[0][j], map->m[1][j], map->m[2][j]});
        if (fabs(scale - 1) < 1e-12)
            scale = 1;
        for (int i = 0; i < 3; i++) {
            f64 *v = &out.m[i][j];
            if (fabs(*v) <= 1e-12 * scale)
                *v = 0;
            else if (fabs(fabs(*v) - scale) <= 1e-12 * scale)
                *v = *v < 0 ? -scale : scale;
        }
    }
    return out;
}

Affine3 csg_map_in_turn(const Affine3 *turn, const Affine3 *map) {
    Affine3 back = csg_turned_back(turn);
    return csg_map_in(&back, map);
}

// ---- turns ----

// A number that all 24 ways to name three axes agree in: a form of degree four, summed over them.
// Different turns have the same by accident only.
static f64 turn_key(const Affine3 *r) {
    f64 sum = 0;
    for (int j = 0; j < 3; j++) {
        f64 x = r->m[0][j], y = r->m[1][j], z = r->m[2][j];
        sum += x * x * (0.8147 * x * x + 0.3161 * x * y + 0.4139 * x * z) +
               y * y * (1.3727 * y * y + 0.6324 * y * z + 0.1832 * y * x) +
               z * z * (2.2785 * z * z + 0.9575 * z * x + 0.7491 * z * y);
    }
    return sum;
}
#define TURN_KEY_ERROR 1e-10 // far above what rounding makes of equal turns

typedef struct TurnedLeaf {
    f64 key;
    u32 leaf;
    Affine3 rotation;
} TurnedLeaf;

static int by_key(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    f64 x = ((const TurnedLeaf *)a)->key, y = ((const TurnedLeaf *)b)->key;
    return x < y ? -1 : x > y;
}

// The leaves that do not stand upright; those that lack it by rounding alone are set right.
static u32 list_turned(Csg *csg, CsgTurns *turns, TurnedLeaf *list) {
    static const Affine3 UPRIGHT = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {0, 0, 0}};
    u32 n = 0;
    for (u32 i = 0; i < turns->n_leaves; i++) {
        Affine3 *map = &csg->leaves.data[i].map, nearly = csg_map_in_turn(&UPRIGHT, map);
        turns->of_leaf[i] = NONE;
        if (csg_is_axis_map(&nearly))
            *map = nearly, turns->of_leaf[i] = 0;
        else if (rotation_of(map, &list[n].rotation)) {
            list[n].key = turn_key(&list[n].rotation);
            list[n++].leaf = i;
        }
    }
    return n;
}

static bool same_turn(const Affine3 *a, const Affine3 *b) {
    Affine3 between = csg_map_in_turn(a, b);
    return csg_is_axis_map(&between);
}

// Numbers the turns of a list sorted by key, from 1; each one's rotation is its lowest leaf's.
static void number_turns(CsgTurns *turns, const TurnedLeaf *list, u32 n, u32 *lowest) {
    turns->n = 1;
    for (u32 i = 0, from = 1; i < n; i++) { // from: turns before have keys too low
        while (from < turns->n && list[i].key - turn_key(&turns->rotations[from]) > TURN_KEY_ERROR)
            from++;
        u32 t = from;
        while (t < turns->n && !same_turn(&turns->rotations[t], &list[i].rotation))
            t++;
        if (t == turns->n)
            lowest[turns->n++] = NONE;
        if (list[i].leaf < lowest[t]) {
            lowest[t] = list[i].leaf;
            turns->rotations[t] = list[i].rotation;
        }
        turns->of_leaf[list[i].leaf] = t;
    }
}

// The turn of most leaves; of several the upright one, then that of the lowest leaf.
static void choose_frame(CsgTurns *turns, const u32 *lowest, Heap *heap) {
    u32 *count = HEAP_NEW(heap, u32, turns->n);
    for (u32 i = 0; i < turns->n_leaves; i++)
        if (turns->of_leaf[i] != NONE)
            count[turns->of_leaf[i]]++;
    turns->frame = 0;
    for (u32 t = 1; t < turns->n; t++) {
        u32 best = turns->frame;
        if (count[t] > count[best] || (count[t] == count[best] && best && lowest[t] < lowest[best]))
            turns->frame = t;
    }
    turns->is_mixed = count[turns->frame] < turns->n_leaves;
    heap_free(heap, count);
}

void csg_find_turns(Csg *csg, CsgTurns *out) {
    Heap *heap = csg->ctx->heap;
    u32 n = csg->leaves.len, upright = 0;
    *out = (CsgTurns){.n_leaves = n};
    while (upright < n && csg_is_axis_map(&csg->leaves.data[upright].map))
        upright++;
    if (upright == n)
        return;
    out->of_leaf = heap_alloc_raw(heap, n, sizeof(u32));
    out->rotations = heap_alloc_raw(heap, (size_t)n + 1, sizeof(Affine3));
    out->rotations[0] = affine3_identity();
    TurnedLeaf *list = heap_alloc_raw(heap, n, sizeof(TurnedLeaf));
    u32 *lowest = heap_alloc_raw(heap, (size_t)n + 1, sizeof(u32));
    u32 n_turned = list_turned(csg, out, list);
    sort_stable(heap, list, n_turned, sizeof(TurnedLeaf), by_key, NULL);
    number_turns(out, list, n_turned, lowest);
    choose_frame(out, lowest, heap);
    heap_free(heap, lowest);
    heap_free(heap, list);
}

void csg_free_turns(Csg *csg, CsgTurns *turns) {
    heap_free(csg->ctx->heap, turns->rotations);
    heap_free(csg->ctx->heap, turns->of_leaf);
}
