// SPDX-License-Identifier: Apache-2.0
// Random solids and expressions that are full of coincidences, for the boolean's tests and for what
// compares it with other kernels; winding numbers by an independent ray. A seed gives the same tree
// on every machine: draws are integers, and each stands in a statement of its own.
#ifndef FRC_TESTS_UNIT_MESH_TREES_H
#define FRC_TESTS_UNIT_MESH_TREES_H

#include "tests/unit/mesh/solids.h"

typedef struct Random {
    u64 state;
} Random;

static inline u32 pick(Random *r, u32 n) {
    r->state = r->state * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)(hash_mix(r->state) % n);
}
static inline f64 pick_unit(Random *r) {
    return pick(r, 1u << 30) * 0x1p-30;
}

static inline u32 env_count(const char *name, u32 fallback) {
    const char *text = getenv(name);
    return text ? (u32)strtoul(text, NULL, 10) : fallback;
}

// Winding number of a mapped mesh at p by a ray in a fixed odd direction; false when too close to
// an edge or a surface to be sure.
static inline bool winding_at(const Mesh *mesh, const Affine3 *map, Vec3 p, int *out) {
    const Vec3 way = {0.3141592, 0.8271828, 0.4669201};
    f64 sign = affine3_det(map) < 0 ? -1 : 1, sum = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        Vec3 at[3];
        for (u32 c = 0; c < 3; c++)
            at[c] = vec3_sub(affine3_point(map, mesh->verts[mesh->tris[3 * t + c]]), p);
        f64 s[3], size = 0;
        for (u32 c = 0; c < 3; c++) {
            s[c] = vec3_dot(way, vec3_cross(at[c], at[(c + 1) % 3]));
            size = fmax(size, vec3_dot(at[c], at[c]));
        }
        f64 area = s[0] + s[1] + s[2], height = vec3_dot(at[0], vec3_cross(at[1], at[2]));
        bool in = (s[0] > 0 && s[1] > 0 && s[2] > 0) || (s[0] < 0 && s[1] < 0 && s[2] < 0);
        bool near =
            fabs(s[0]) < 1e-6 * size || fabs(s[1]) < 1e-6 * size || fabs(s[2]) < 1e-6 * size;
        bool maybe = (s[0] > -1e-6 * size && s[1] > -1e-6 * size && s[2] > -1e-6 * size) ||
                     (s[0] < 1e-6 * size && s[1] < 1e-6 * size && s[2] < 1e-6 * size);
        if (maybe && (near || fabs(height) < 1e-6 * size * sqrt(size)))
            return false;
        if (in && height * area > 0)
            sum += area > 0 ? 1 : -1;
    }
    *out = (int)(sum * sign);
    return true;
}

static inline bool node_holds(const Builder *b, u32 node, const int *winding) {
    const CsgNode *n = &b->nodes.data[node];
    switch (n->op) {
    case CSG_LEAF:
        return winding[n->first] > 0;
    case CSG_UNION:
        for (u32 i = 0; i < n->len; i++)
            if (node_holds(b, b->args.data[n->first + i], winding))
                return true;
        return false;
    case CSG_INTERSECTION:
        for (u32 i = 0; i < n->len; i++)
            if (!node_holds(b, b->args.data[n->first + i], winding))
                return false;
        return n->len > 0;
    case CSG_DIFFERENCE:
        for (u32 i = 0; i < n->len; i++)
            if (node_holds(b, b->args.data[n->first + i], winding) != (i == 0))
                return false;
        return n->len > 0;
    }
    return false;
}

// Draws stand in statements of their own: the order of arguments is the compiler's.
static inline Vec3 grid_place(Random *r, u32 n) {
    f64 x = pick(r, n), y = pick(r, n), z = pick(r, n);
    return vec3(x, y, z);
}

static inline Mesh random_box(Random *r, Heap *heap, u32 n) {
    Vec3 a = grid_place(r, n), s = grid_place(r, n - 1);
    return solid_box(heap, a, vec3(a.x + s.x + 1, a.y + s.y + 1, a.z + s.z + 1));
}

static inline Mesh random_tetra(Random *r, Heap *heap, u32 n) {
    for (;;) {
        Vec3 p[4];
        for (u32 i = 0; i < 4; i++)
            p[i] = grid_place(r, n);
        f64 volume =
            vec3_dot(vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0])), vec3_sub(p[3], p[0]));
        if (volume != 0)
            return solid_tetra(heap, p[0], p[1], p[2], p[3]);
    }
}

typedef enum Kind {
    KIND_BOXES,
    KIND_TETRAS,
    KIND_ROTATED,
    KIND_ULPS,
    KIND_MIXED,
    KIND_SPHERES,
    KIND_VOXELS,
    KIND_TILTED,  // boxes, all turned alike by an arbitrary angle
    KIND_FREE,    // boxes and tetrahedra, each turned by an angle of its own: nothing coincides
    KIND_OFFSETS, // boxes and tetrahedra, corners moved by an ulp up to 1e-6
    KIND_FLUSH,   // prisms on, in and through a plate, flush with its sides; whole corners
    KIND_PEGS,    // round ones; a third of it all turned alike by an arbitrary angle
} Kind;

static inline Affine3 random_rotation(Random *r) {
    static const f64 turns[4][2] = {{1, 0}, {0.6, 0.8}, {0, 1}, {5.0 / 13, 12.0 / 13}};
    Affine3 map = affine3_identity();
    const f64 *t = turns[pick(r, 4)];
    u32 axis = pick(r, 3), i = (axis + 1) % 3, j = (axis + 2) % 3;
    map.m[i][i] = map.m[j][j] = t[0];
    map.m[i][j] = -t[1];
    map.m[j][i] = t[1];
    if (pick(r, 4) == 0)
        for (u32 c = 0; c < 3; c++)
            map.m[c][axis] = -map.m[c][axis];
    return map;
}

static inline void move_by_ulps(Random *r, Mesh *mesh) {
    for (u32 v = 0; v < mesh->n_verts; v++)
        for (u32 i = 0; i < 3; i++) {
            f64 c = vec3_get(mesh->verts[v], i) * 0.1;
            vec3_set(&mesh->verts[v], i, c + (pick(r, 3) - 1.0) * c * 0x1p-52);
        }
}

// Corners a little off their places: by 2^-50 up to 1e-6, most by nothing.
static inline void move_a_little(Random *r, Mesh *mesh) {
    f64 step = ldexp(1, -20 - (int)pick(r, 31));
    for (u32 v = 0; v < mesh->n_verts; v++)
        for (u32 i = 0; i < 3; i++) {
            f64 c = vec3_get(mesh->verts[v], i);
            vec3_set(&mesh->verts[v], i, c + (pick(r, 5) == 0 ? (pick(r, 3) - 1.0) * step : 0));
        }
}

static inline Affine3 random_turn(Random *r) {
    Vec3 axis = vec3_unit(vec3_add(grid_place(r, 9), vec3(1, 0, 0)));
    return affine3_rotate(axis, pick_unit(r) * 360);
}

static inline u32 random_leaf(Random *r, Builder *b, Kind kind) {
    Heap *heap = b->heap;
    u32 sort = kind == KIND_MIXED ? pick(r, 4) : 0;
    Affine3 map = affine3_identity();
    Mesh mesh;
    if (kind == KIND_SPHERES) {
        Vec3 c = grid_place(r, 4);
        u32 size = 1 + pick(r, 3), n = 4 + 2 * pick(r, 4), m = 3 + pick(r, 4);
        mesh = solid_sphere(heap, c, size, n, m);
    } else if (kind == KIND_TETRAS || sort == 1 ||
               ((kind == KIND_FREE || kind == KIND_OFFSETS) && pick(r, 2))) {
        mesh = random_tetra(r, heap, 4 + pick(r, 3));
    } else if (sort == 2) {
        Vec3 at = grid_place(r, 4);
        u32 size = 1 + pick(r, 2), low = pick(r, 2), high = 2 + pick(r, 3), n = 3 + pick(r, 6);
        mesh = solid_cylinder(heap, at.x, at.y, size, low, high, n, false);
    } else {
        mesh = random_box(r, heap, 4);
    }
    if (kind == KIND_ULPS)
        move_by_ulps(r, &mesh);
    if (kind == KIND_OFFSETS)
        move_a_little(r, &mesh);
    if (kind == KIND_FREE)
        map = random_turn(r);
    if (kind == KIND_ROTATED || (kind == KIND_MIXED && pick(r, 3) == 0))
        map = random_rotation(r);
    u32 leaf = build_leaf_at(b, mesh, map, (u16)pick(r, 3));
    b->leaves.data[b->leaves.len - 1].is_simple = b->leaves.len & 1; // both ways of taking it in
    return leaf;
}

// Unit cubes of a small lattice, some taken away again: all kinds of contact at edges and corners.
static inline u32 random_voxels(Random *r, Builder *b) {
    u32 args[32], n = 0, side = 2 + pick(r, 2), keep = 3 + pick(r, 3);
    bool is_cut = pick(r, 3) == 0;
    if (is_cut)
        args[n++] = build_leaf(b, solid_box(b->heap, vec3(0, 0, 0), vec3(side, side, side)));
    for (u32 i = 0; i < side * side * side; i++)
        if (pick(r, 6) < keep && n < 32) {
            Vec3 at = vec3(i % side, i / side % side, i / side / side);
            args[n++] = build_leaf(b, solid_box(b->heap, at, vec3_add(at, vec3(1, 1, 1))));
        }
    return build_op(b, is_cut ? CSG_DIFFERENCE : CSG_UNION, args, n);
}

// ---- what is flush with a plate ----
// Prisms stand on a plate of 8 x 8, between z = 2 and 4, or are let into it or through it. Their
// faces that lie in its sides are islands there: equal ones, nested ones, ones with an edge or a
// corner on each other's border, the plate's, a hole's or a seam's.

enum { PLATE = 8, PLATE_LOW = 2, PLATE_HIGH = 4, MOST_STANDING = 24 };

// A convex outline within a rectangle.
typedef struct Base {
    u32 x, y, w, h;
    u32 sort; // bits: corners that are cut; of round ones 3 less than their sides
} Base;

typedef struct Flush {
    Random *r;
    Builder *b;
    bool is_round;
    Base bases[2 * MOST_STANDING + 2];
    u32 n_bases;
} Flush;

static inline Base random_base(Flush *f) {
    Random *r = f->r;
    u32 like = f->n_bases ? pick(r, 9) : 8;
    Base base = f->bases[f->n_bases && like < 3 ? f->n_bases - 1 : pick(r, MAX(f->n_bases, 1u))];
    if (like < 4) // the same
        return base;
    base.sort = pick(r, 3) ? pick(r, 16) : 0;
    if (like == 4) { // inside of it, perhaps along a side
        u32 by = pick(r, 2);
        base.x += base.w > 2 * by ? by : 0;
        base.w -= base.w > 2 * by ? 2 * by : 0;
        base.y += base.h > 2;
        base.h -= base.h > 2 ? 2 : 0;
    } else if (like == 5) { // beside it, at a side or a corner
        base.x = base.x + 2 * base.w <= PLATE ? base.x + base.w : base.x;
        base.y = pick(r, 2) && base.y + 2 * base.h <= PLATE ? base.y + base.h : base.y;
    } else { // mostly strictly inside of the plate
        u32 rim = pick(r, 4) ? 1 : 0, n = PLATE - 2 * rim, w = 1 + pick(r, 4), h = 1 + pick(r, 4);
        base.w = w;
        base.h = h;
        base.x = rim + pick(r, n - w + 1);
        base.y = rim + pick(r, n - h + 1);
    }
    return base;
}

static inline Mesh prism_on(const Flush *f, const Base *base, u32 low, u32 high) {
    Heap *heap = f->b->heap;
    f64 x = base->x, y = base->y, w = base->w, h = base->h, a = 1, b = base->h < 4 ? 1 : 2;
    if (f->is_round)
        return solid_cylinder(heap, x + w / 2, y + h / 2, fmin(w, h) / 2, low, high, 3 + base->sort,
                              false);
    // Counter-clockwise: each corner, or where it is cut two places, perhaps a neighbour's too.
    const f64 whole[4][2] = {{0, 0}, {w, 0}, {w, h}, {0, h}},
              cut[8][2] = {{0, b},     {a, 0},     {w - a, 0}, {w, b},
                           {w, h - b}, {w - a, h}, {a, h},     {0, h - b}};
    u32 sort = base->w < 2 || base->h < 2 ? base->sort & (0u - base->sort) : base->sort, n = 0;
    f64 at[8][2];
    for (u32 i = 0; i < 8; i++) {
        const f64 *p = sort >> i / 2 & 1 ? cut[i] : whole[i / 2], *q = at[n ? n - 1 : 0];
        if ((n && p[0] == q[0] && p[1] == q[1]) || (n > 1 && p[0] == at[0][0] && p[1] == at[0][1]))
            continue;
        at[n][0] = p[0];
        at[n++][1] = p[1];
    }
    Mesh mesh = solid_cylinder(heap, 0, 0, 1, low, high, n, false);
    for (u32 v = 0; v < 2 * n; v++) {
        mesh.verts[v].x = x + at[v % n][0];
        mesh.verts[v].y = y + at[v % n][1];
    }
    return mesh;
}

// Upon one side of the plate, let in, through, or through and beyond.
static inline Mesh random_standing(Flush *f) {
    static const u8 spans[10][2] = {{4, 5}, {4, 6}, {3, 4}, {1, 4}, {0, 2},
                                    {2, 3}, {2, 6}, {1, 6}, {2, 4}, {2, 4}};
    const u8 *span = spans[pick(f->r, 10)];
    Base base = random_base(f);
    f->bases[f->n_bases++] = base;
    return prism_on(f, &base, span[0], span[1]);
}

// In one piece, with a hole, or in two pieces side by side or one upon the other.
static inline u32 random_plate(Flush *f) {
    Builder *b = f->b;
    u32 sort = pick(f->r, 6), mat = pick(f->r, 3);
    Affine3 same = affine3_identity();
    Base all = {0, 0, PLATE, PLATE, f->is_round ? 1 : pick(f->r, 16)};
    if (sort < 3 && pick(f->r, 3) == 0)
        return build_leaf_at(b, prism_on(f, &all, PLATE_LOW, PLATE_HIGH), same, (u16)mat);
    Vec3 low = vec3(0, 0, PLATE_LOW), high = vec3(PLATE, PLATE, PLATE_HIGH), mid = high, next = low;
    if (sort == 4)
        mid.x = next.x = 1 + pick(f->r, PLATE - 1);
    if (sort == 5)
        mid.z = next.z = PLATE_LOW + 1;
    u32 plate = build_leaf_at(b, solid_box(b->heap, low, mid), same, (u16)mat);
    if (sort < 3)
        return plate;
    Mesh other = sort == 3 ? random_standing(f) : solid_box(b->heap, next, high);
    return build_pair(b, sort == 3 ? CSG_DIFFERENCE : CSG_UNION, plate, build_leaf(b, other));
}

// Groups of what stands, and their union, intersection or difference with the plate.
static inline u32 random_flush(Random *r, Builder *b, bool is_round) {
    Flush f = {.r = r, .b = b, .is_round = is_round};
    Affine3 same = affine3_identity();
    u32 n = pick(r, 12) ? 2 + pick(r, 5) : 10 + pick(r, MOST_STANDING - 9);
    u32 is_first = pick(r, 2), args[MOST_STANDING + 1], group[MOST_STANDING], n_args = 1, len = 0;
    args[0] = is_first ? random_plate(&f) : 0;
    for (u32 i = 0; i < n; i++) {
        Mesh mesh = random_standing(&f);
        bool is_pair = pick(r, 10) == 0; // one operand, perhaps over itself
        if (is_pair)
            mesh = solid_both(b->heap, mesh, random_standing(&f));
        group[len++] = build_leaf_at(b, mesh, same, (u16)pick(r, 3));
        b->leaves.data[b->leaves.len - 1].is_simple = !is_pair && pick(r, 2);
        if (i + 1 == n || pick(r, 2)) {
            CsgOp op = (CsgOp)(CSG_UNION + (int)pick(r, 3));
            args[n_args++] = len > 1 ? build_op(b, op, group, len) : group[0];
            len = 0;
        }
    }
    if (!is_first)
        args[0] = random_plate(&f);
    CsgOp op = (CsgOp)(CSG_UNION + (int)pick(r, 3));
    u32 root = build_op(b, op, args, n_args);
    if (pick(r, 3) == 0)
        root = build_pair(b, (CsgOp)(CSG_UNION + (int)pick(r, 3)), root, pick(r, root));
    return root;
}

static inline u32 random_tree(Random *r, Builder *b, Kind kind) {
    if (kind == KIND_VOXELS)
        return random_voxels(r, b);
    if (kind == KIND_FLUSH || kind == KIND_PEGS)
        return random_flush(r, b, kind == KIND_PEGS);
    u32 nodes[24], n = 2 + pick(r, 5);
    for (u32 i = 0; i < n; i++)
        nodes[i] = random_leaf(r, b, kind);
    u32 n_ops = 1 + pick(r, 4);
    for (u32 i = 0; i < n_ops; i++) {
        u32 args[4], len = 2 + pick(r, 3);
        for (u32 j = 0; j < len; j++)
            args[j] = nodes[pick(r, n)]; // any node made so far, perhaps twice
        if (i && pick(r, 2))
            args[0] = nodes[n - 1];
        nodes[n++] = build_op(b, (CsgOp)(CSG_UNION + (int)pick(r, 3)), args, len);
    }
    return nodes[n - 1];
}

static inline bool same_mesh(const Mesh *a, const Mesh *b) {
    return a->n_tris == b->n_tris && a->n_verts == b->n_verts &&
           (!a->n_tris ||
            (!memcmp(a->tris, b->tris, a->n_tris * 3 * sizeof(u32)) &&
             !memcmp(a->verts, b->verts, a->n_verts * sizeof(Vec3)) &&
             !memcmp(a->mats, b->mats, a->n_tris * sizeof(u16)) &&
             !memcmp(a->tags, b->tags, a->n_tris * sizeof(u32)) && !a->normals == !b->normals &&
             (!a->normals ||
              !memcmp(a->normals, b->normals, (size_t)a->n_tris * 9 * sizeof(f32)))));
}

static inline void turn_leaves(Builder *b, Affine3 turn) {
    for (u32 l = 0; l < b->leaves.len; l++)
        b->leaves.data[l].map = affine3_mul(&turn, &b->leaves.data[l].map);
}

// All 48 symmetries of the axes by number: a permutation and three signs.
static inline Affine3 axis_symmetry(u32 n) {
    static const u8 axes[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {1, 0, 2}, {0, 2, 1}, {2, 1, 0}};
    Affine3 map = {{{0}}, {0, 0, 0}};
    for (u32 i = 0; i < 3; i++)
        map.m[i][axes[n / 8][i]] = n >> i & 1 ? -1 : 1;
    return map;
}

// The tree of a seed; its root.
static inline u32 seeded_tree(u64 seed, Kind kind, Random *r, Builder *b) {
    *r = (Random){seed * 977 + kind};
    u32 root = random_tree(r, b, kind == KIND_TILTED ? KIND_BOXES : kind);
    if (kind == KIND_FLUSH || kind == KIND_PEGS)
        turn_leaves(b, axis_symmetry(pick(r, 48)));
    // One turn for all: what coincided does so no more, by a quantum here and there.
    if (kind == KIND_TILTED || (kind == KIND_PEGS && pick(r, 3) == 0))
        turn_leaves(b, random_turn(r));
    return root;
}

#endif
