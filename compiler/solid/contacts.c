// SPDX-License-Identifier: Apache-2.0
// Where operands touch, or are flush: planes in which faces of several of them lie. Each plane
// triangle of an operand gives its plane; planes that are one but for rounding are found by sorting
// a number that depends on the plane alone, not on which way its normal points. Of a plane, what is
// near each other makes a contact. Curved surfaces, whose triangles stand for something else, have
// none.
#include "compiler/solid/settle.h"

// How far planes that are one may be apart, in sizes of the whole (a quantum is 3e-8 of that), and
// of the largest coordinate.
#define PLANE_ERROR 1e-10
#define ROUNDING 1e-14
#define NORMAL_ERROR 1e-10
#define THIN 3e-5 // triangles thinner than that have no normal to rely on

typedef struct PlaneFace {
    Vec3 normal, point;  // unit; a place on it
    f64 extent;          // its longest edge
    Vec3 u, v;           // with the normal at right angles: of a rectangle around it, whose sides
    f64 low[2], high[2]; // are where these stand, seen from the centre
    u32 operand, leaf;
    bool is_curved; // it stands for a curved surface
} PlaneFace;

typedef struct Finding {
    Settling *s;
    Heap *heap;
    const Operands *ops;
    Contacts *out;
    Vec3 centre;
    f64 size, error; // of the whole; how far planes that are one may be apart
    VEC(PlaneFace) faces;
    VEC(Vec3) normals;     // of the contacts
    u64 *sieve;            // SIEVE bits: keys of planes of plane faces
    bool in_curved;        // what is looked at
    const PlaneFace *lead; // of the plane at hand
} Finding;

// ---- keys ----

// The same for n and -n, and for planes that differ by e by no more than a few e.
static f64 direction_key(Vec3 n) {
    return 0.8147 * n.x * n.x + 1.3727 * n.y * n.y + 2.2785 * n.z * n.z + 0.6324 * n.x * n.y +
           0.4139 * n.y * n.z + 0.9575 * n.z * n.x;
}

// The foot of the perpendicular from the centre is the same for both normals too.
static f64 plane_key(const Finding *f, const PlaneFace *face) {
    Vec3 n = face->normal;
    f64 d = vec3_dot(n, vec3_sub(face->point, f->centre)) / f->size;
    return direction_key(n) + d * (0.5469 * n.x + 0.7577 * n.y + 1.2157 * n.z);
}

// Planes that a curved surface's triangles are looked for among.
enum { SIEVE_BITS = 18 };
static u32 sieve_cell(f64 key) {
    return (u32)(i64)((key + 8) * (1 << (SIEVE_BITS - 4))) & ((1u << SIEVE_BITS) - 1);
}

static bool is_in_sieve(const Finding *f, f64 key) {
    u32 cell = sieve_cell(key);
    return f->sieve[cell >> 6] >> (cell & 63) & 1;
}

static void fill_sieve(Finding *f) {
    f->sieve = HEAP_NEW(f->heap, u64, 1 << (SIEVE_BITS - 6));
    for (u32 i = 0; i < f->faces.len; i++)
        for (int side = -1; side <= 1; side++) {
            u32 cell = sieve_cell(plane_key(f, &f->faces.data[i]) + side * 1e-9);
            f->sieve[cell >> 6] |= (u64)1 << (cell & 63);
        }
}

// ---- faces ----

// An axis of the leaf's turn, where the normal is one but for rounding: those are the more exact.
static Vec3 sharpen(Vec3 normal, const Affine3 *turn) {
    for (int j = 0; j < 3; j++) {
        Vec3 axis = {turn->m[0][j], turn->m[1][j], turn->m[2][j]};
        if (vec3_norm(vec3_cross(axis, normal)) < 1e-9)
            return axis;
    }
    return normal;
}

static bool is_flat(const Mesh *mesh, u32 t) {
    const f32 *n = mesh->normals ? mesh->normals + 9 * (size_t)t : NULL;
    return !n || (n[0] == 0 && n[1] == 0 && n[2] == 0);
}

static bool in_plane(const PlaneFace *plane, Vec3 p, f64 error) {
    return fabs(vec3_dot(plane->normal, vec3_sub(p, plane->point))) <= error;
}

static void widen(const Finding *f, PlaneFace *face, const Vec3 p[3]) {
    for (int i = 0; i < 3; i++) {
        Vec3 at = vec3_sub(p[i], f->centre);
        f64 u = vec3_dot(face->u, at), v = vec3_dot(face->v, at);
        face->low[0] = fmin(face->low[0], u), face->high[0] = fmax(face->high[0], u);
        face->low[1] = fmin(face->low[1], v), face->high[1] = fmax(face->high[1], v);
    }
}

// The edge that is neither the longest nor the shortest: a side of half a rectangle.
static Vec3 middle_edge(const Vec3 p[3]) {
    Vec3 e[3];
    f64 length[3];
    for (u32 i = 0; i < 3; i++) {
        e[i] = vec3_sub(p[(i + 1) % 3], p[i]);
        length[i] = vec3_norm(e[i]);
    }
    for (u32 i = 0; i < 3; i++) {
        f64 a = length[(i + 1) % 3], b = length[(i + 2) % 3];
        if (fmin(a, b) <= length[i] && length[i] <= fmax(a, b))
            return vec3_unit(e[i]);
    }
    return vec3_unit(e[0]);
}

// A triangle of the last face's plane makes that larger.
static bool extends_last(Finding *f, u32 leaf, const Vec3 p[3], f64 extent, Vec3 normal) {
    PlaneFace *last = f->faces.len ? &f->faces.data[f->faces.len - 1] : NULL;
    if (!last || last->leaf != leaf || last->is_curved)
        return false;
    for (int i = 0; i < 3; i++)
        if (!in_plane(last, p[i], f->error))
            return false;
    widen(f, last, p);
    if (extent > last->extent)
        last->normal = normal, last->point = p[0], last->extent = extent;
    return true;
}

static void add_triangle(Finding *f, u32 operand, u32 leaf, const Vec3 p[3], const Affine3 *turn) {
    Vec3 u = vec3_sub(p[1], p[0]), v = vec3_sub(p[2], p[0]), cross = vec3_cross(u, v);
    f64 area2 = vec3_norm(cross);
    f64 extent = fmax(fmax(vec3_norm(u), vec3_norm(v)), vec3_norm(vec3_sub(p[2], p[1])));
    if (area2 <= extent * (THIN * f->size))
        return;
    Vec3 normal = vec3_scale(cross, 1 / area2);
    if (turn)
        normal = sharpen(normal, turn);
    PlaneFace face = {normal,
                      p[0],
                      extent,
                      middle_edge(p),
                      {0, 0, 0},
                      {INFINITY, INFINITY},
                      {-INFINITY, -INFINITY},
                      operand,
                      leaf,
                      f->in_curved};
    if (f->in_curved ? !is_in_sieve(f, plane_key(f, &face))
                     : extends_last(f, leaf, p, extent, normal))
        return;
    face.v = vec3_cross(normal, face.u);
    widen(f, &face, p);
    vec_push(f->heap, &f->faces, face);
}

static void add_leaf_faces(Finding *f, u32 operand, u32 leaf) {
    const Mesh *mesh = f->s->csg->leaves.data[leaf].mesh;
    const Affine3 *map = &f->s->csg->leaves.data[leaf].map;
    const CsgTurns *turns = f->s->turns;
    u32 turn = leaf < turns->n_leaves ? turns->of_leaf[leaf] : f->ops->list.data[operand].turn;
    if (f->in_curved && !mesh->normals)
        return;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        if (is_flat(mesh, t) == f->in_curved)
            continue;
        Vec3 p[3];
        for (int i = 0; i < 3; i++)
            p[i] = affine3_point(map, mesh->verts[mesh->tris[3 * (size_t)t + (size_t)i]]);
        add_triangle(f, operand, leaf, p, turn == NONE ? NULL : &turns->rotations[turn]);
    }
}

static void add_faces(Finding *f, u32 operand, u32 id) {
    const Csg *csg = f->s->csg;
    CsgNode node = csg->nodes.data[id];
    if (node.op == CSG_LEAF)
        add_leaf_faces(f, operand, node.first);
    for (u32 i = 0; i < node.len && node.op != CSG_LEAF; i++)
        add_faces(f, operand, csg->args.data[node.first + i]);
}

static void add_all_faces(Finding *f) {
    for (u32 i = 0; i < f->ops->list.len; i++)
        if (f->ops->list.data[i].node != NONE)
            add_faces(f, i, f->ops->list.data[i].node);
}

// ---- planes ----

// Orders like the number, which is finite.
static u64 ordered_bits(f64 x) {
    u64 bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (u64)1 << 63;
}

static Keyed *sort_keys(Heap *heap, const f64 *keys, u32 n) {
    Keyed *list = heap_alloc_raw(heap, 2 * (size_t)n, sizeof(Keyed));
    for (u32 i = 0; i < n; i++)
        list[i] = (Keyed){ordered_bits(keys[i]), i};
    sort_keyed(list, list + n, n);
    return list;
}

static int by_operand(const void *a, const void *b, const void *ctx) {
    const PlaneFace *faces = ctx;
    const PlaneFace *x = &faces[*(const u32 *)a], *y = &faces[*(const u32 *)b];
    if (x->operand != y->operand)
        return x->operand < y->operand ? -1 : 1;
    return x->leaf < y->leaf ? -1 : x->leaf > y->leaf;
}

static void push_contact(Finding *f, u32 first) {
    Contacts *out = f->out;
    vec_push(f->heap, &out->list, (Contact){NONE, first, out->members.len - first});
    vec_push(f->heap, &f->normals, f->lead->normal);
}

// Faces near each other in one plane. An operand of which several leaves are among them makes an
// inner contact, for now a contact of one.
static void add_contact(Finding *f, u32 *list, u32 n) {
    Contacts *out = f->out;
    bool is_curved = true;
    sort_stable(f->heap, list, n, sizeof(u32), by_operand, f->faces.data);
    for (u32 i = 0; i < n; i++)
        is_curved = is_curved && f->faces.data[list[i]].is_curved;
    u32 inner = NONE;
    for (u32 i = 1; i < n && !is_curved; i++) {
        const PlaneFace *x = &f->faces.data[list[i - 1]], *y = &f->faces.data[list[i]];
        if (x->operand == y->operand && x->leaf != y->leaf && inner != x->operand) {
            inner = x->operand;
            vec_push(f->heap, &out->members, inner);
            push_contact(f, out->members.len - 1);
        }
    }
    u32 first = out->members.len, last = NONE;
    for (u32 i = 0; i < n && !is_curved; i++) {
        u32 operand = f->faces.data[list[i]].operand;
        if (operand != last)
            vec_push(f->heap, &out->members, operand);
        last = operand;
    }
    if (out->members.len - first > 1)
        push_contact(f, first);
    else
        out->members.len = first;
}

// Around a face, along an axis of its plane or any: from, to.
static void shadow(const PlaneFace *face, Vec3 axis, f64 out[2]) {
    f64 u = vec3_dot(face->u, axis), v = vec3_dot(face->v, axis);
    out[0] = fmin(u * face->low[0], u * face->high[0]) + fmin(v * face->low[1], v * face->high[1]);
    out[1] = fmax(u * face->low[0], u * face->high[0]) + fmax(v * face->low[1], v * face->high[1]);
}

// The rectangles around two faces of a plane meet: no side of either parts them.
static bool faces_meet(const Finding *f, const PlaneFace *a, const PlaneFace *b) {
    const Vec3 axes[4] = {a->u, a->v, b->u, b->v};
    for (u32 i = 0; i < 4; i++) {
        f64 x[2], y[2];
        shadow(a, axes[i], x);
        shadow(b, axes[i], y);
        if (x[1] < y[0] - 4 * f->error || y[1] < x[0] - 4 * f->error)
            return false;
    }
    return true;
}

typedef struct Shadow {
    f64 from, to; // along the axis of the sweep
    u32 face;
} Shadow;

static int by_start(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    f64 x = ((const Shadow *)a)->from, y = ((const Shadow *)b)->from;
    return x < y ? -1 : x > y;
}

static u32 find(u32 *parent, u32 i) {
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

enum { PAIRS_A_FACE = 64 }; // looked at on the average; what is left then counts as apart

// Joins faces of the plane that meet, but for those of one leaf.
static void join_faces(const Finding *f, const Shadow *list, u32 n, u32 *parent) {
    u64 pairs = (u64)PAIRS_A_FACE * n;
    for (u32 i = 0; i < n; i++)
        for (u32 k = i + 1; k < n && list[k].from <= list[i].to + 4 * f->error; k++) {
            const PlaneFace *a = &f->faces.data[list[i].face], *b = &f->faces.data[list[k].face];
            if (pairs-- == 0)
                return;
            if (a->leaf != b->leaf && faces_meet(f, a, b))
                parent[find(parent, k)] = find(parent, i);
        }
}

// Makes contacts of faces in one plane.
static void part_plane(Finding *f, const u32 *faces, u32 n) {
    Shadow *list = heap_alloc_raw(f->heap, n, sizeof(Shadow));
    for (u32 i = 0; i < n; i++) {
        f64 s[2];
        shadow(&f->faces.data[faces[i]], f->lead->u, s);
        list[i] = (Shadow){s[0], s[1], faces[i]};
    }
    sort_stable(f->heap, list, n, sizeof(Shadow), by_start, NULL);
    u32 *parent = heap_alloc_raw(f->heap, n, sizeof(u32));
    u32 *group = heap_alloc_raw(f->heap, n, sizeof(u32));
    Keyed *order = heap_alloc_raw(f->heap, 2 * (size_t)n, sizeof(Keyed));
    for (u32 i = 0; i < n; i++)
        parent[i] = i;
    join_faces(f, list, n, parent);
    for (u32 i = 0; i < n; i++)
        order[i] = (Keyed){find(parent, i), list[i].face};
    sort_keyed(order, order + n, n);
    for (u32 i = 0, end; i < n; i = end) {
        for (end = i; end < n && order[end].key == order[i].key; end++)
            group[end - i] = order[end].value;
        if (end - i > 1)
            add_contact(f, group, end - i);
    }
    heap_free(f->heap, order);
    heap_free(f->heap, group);
    heap_free(f->heap, parent);
    heap_free(f->heap, list);
}

// Of faces with nearly equal keys those that lie in the plane of the largest; the others are kept,
// their number is returned. spare: n.
static u32 take_plane(Finding *f, u32 *faces, u32 n, u32 *spare) {
    const PlaneFace *all = f->faces.data, *lead = &all[faces[0]];
    for (u32 i = 1; i < n; i++)
        if (all[faces[i]].extent > lead->extent)
            lead = &all[faces[i]];
    f->lead = lead;
    u32 kept = 0, taken = 0;
    bool is_one = true; // leaf
    for (u32 i = 0; i < n; i++) {
        const PlaneFace *face = &all[faces[i]];
        bool same = in_plane(lead, face->point, 4 * f->error) &&
                    vec3_norm(vec3_cross(lead->normal, face->normal)) < 1e-9;
        is_one = is_one && (!same || face->leaf == lead->leaf);
        if (same)
            spare[taken++] = faces[i];
        else
            faces[kept++] = faces[i];
    }
    if (!is_one)
        part_plane(f, spare, taken);
    return kept;
}

enum { PLANES_OF_A_KEY = 8 }; // more have equal keys by malice only

static void find_planes(Finding *f) {
    u32 n = f->faces.len;
    f64 *keys = heap_alloc_raw(f->heap, n, sizeof(f64));
    for (u32 i = 0; i < n; i++)
        keys[i] = plane_key(f, &f->faces.data[i]);
    Keyed *list = sort_keys(f->heap, keys, n);
    u32 *run = heap_alloc_raw(f->heap, 2 * (size_t)n, sizeof(u32));
    for (u32 i = 0, end; i < n; i = end) {
        run[0] = list[i].value;
        for (end = i + 1; end < n; end++) {
            if (keys[list[end].value] - keys[list[end - 1].value] > 16 * f->error / f->size)
                break;
            run[end - i] = list[end].value;
        }
        u32 left = end - i;
        for (u32 k = 0; k < PLANES_OF_A_KEY && left > 1; k++)
            left = take_plane(f, run, left, run + n);
    }
    heap_free(f->heap, run);
    heap_free(f->heap, list);
    heap_free(f->heap, keys);
}

// ---- directions ----

static u32 direction_of(const Contacts *out, Vec3 normal, u32 from, u32 end) {
    for (u32 d = from; d < end; d++)
        if (vec3_norm(vec3_cross(out->directions.data[d], normal)) < NORMAL_ERROR)
            return d;
    return NONE;
}

static void find_directions(Finding *f) {
    Contacts *out = f->out;
    u32 n = out->list.len;
    f64 *keys = heap_alloc_raw(f->heap, n, sizeof(f64));
    for (u32 i = 0; i < n; i++)
        keys[i] = direction_key(f->normals.data[i]);
    Keyed *list = sort_keys(f->heap, keys, n);
    for (u32 i = 0, from = 3; i < n; i++) {
        Contact *c = &out->list.data[list[i].value];
        Vec3 normal = f->normals.data[list[i].value];
        if (i > 0 && keys[list[i].value] - keys[list[i - 1].value] > 16 * NORMAL_ERROR)
            from = out->directions.len;
        c->direction = MIN(direction_of(out, normal, 0, 3),
                           direction_of(out, normal, from, out->directions.len));
        if (c->direction == NONE) {
            c->direction = out->directions.len;
            vec_push(f->heap, &out->directions, normal);
        }
    }
    heap_free(f->heap, list);
    heap_free(f->heap, keys);
}

static bool is_upright(const Finding *f, u32 operand) {
    return f->ops->list.data[operand].turn == f->s->turns->frame;
}

// Contacts of one member go to a list of their own. Where upright operands touch each other in a
// plane that is not, no turn is to blame: they were made to fit, corner to corner, as a rule.
static void part_inner(Finding *f) {
    Contacts *out = f->out;
    u32 live = 0;
    for (u32 i = 0; i < out->list.len; i++) {
        Contact c = out->list.data[i];
        bool counts = c.direction < 3;
        for (u32 m = 0; m < c.n; m++)
            counts = counts || !is_upright(f, out->members.data[c.first + m]);
        if (counts && c.n > 1)
            out->list.data[live++] = c;
        else if (counts)
            vec_push(f->heap, &out->inner, (InnerContact){c.direction, out->members.data[c.first]});
    }
    out->list.len = live;
}

void contacts_find(Settling *s, const Operands *ops, Contacts *out) {
    Finding f = {.s = s, .heap = s->heap, .ops = ops, .out = out};
    *out = (Contacts){0};
    const Affine3 *frame = &s->turns->rotations[s->turns->frame];
    for (int j = 0; j < 3; j++)
        vec_push(s->heap, &out->directions, (Vec3){frame->m[0][j], frame->m[1][j], frame->m[2][j]});
    Box3 whole = box3_empty();
    for (u32 i = 0; i < ops->list.len; i++)
        if (ops->list.data[i].node != NONE)
            whole = box3_join(whole, settle_box(s, ops->list.data[i].node));
    f.centre = box3_center(whole);
    Vec3 size = box3_size(whole);
    f.size = fmax(size.x, fmax(size.y, size.z));
    if (!(f.size > 0) || !isfinite(f.size))
        return;
    f.error = fmax(PLANE_ERROR * f.size, ROUNDING * vec3_norm(f.centre));
    add_all_faces(&f);
    fill_sieve(&f);
    f.in_curved = true;
    add_all_faces(&f);
    find_planes(&f);
    find_directions(&f);
    part_inner(&f);
    heap_free(s->heap, f.sieve);
    vec_free(s->heap, &f.faces);
    vec_free(s->heap, &f.normals);
}

void contacts_free(Heap *heap, Contacts *contacts) {
    vec_free(heap, &contacts->list);
    vec_free(heap, &contacts->inner);
    vec_free(heap, &contacts->members);
    vec_free(heap, &contacts->directions);
}
