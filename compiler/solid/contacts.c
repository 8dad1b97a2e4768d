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
    Vec3 normal, point; // unit; a place on it
    f64 extent;         // its longest edge
    Box3 box;
    u32 operand;
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
    const PlaneFace *lead; // of the plane at hand
} Finding;

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

// A triangle of the last face's plane makes that larger.
static bool extends_last(Finding *f, u32 operand, const Vec3 p[3], f64 extent, Vec3 normal) {
    PlaneFace *last = f->faces.len ? &f->faces.data[f->faces.len - 1] : NULL;
    if (!last || last->operand != operand)
        return false;
    for (int i = 0; i < 3; i++)
        if (!in_plane(last, p[i], f->error))
            return false;
    for (int i = 0; i < 3; i++)
        last->box = box3_add_point(last->box, p[i]);
    if (extent > last->extent)
        last->normal = normal, last->point = p[0], last->extent = extent;
    return true;
}

static void add_triangle(Finding *f, u32 operand, const Vec3 p[3], const Affine3 *turn) {
    Vec3 u = vec3_sub(p[1], p[0]), v = vec3_sub(p[2], p[0]), cross = vec3_cross(u, v);
    f64 area2 = vec3_norm(cross);
    f64 extent = fmax(fmax(vec3_norm(u), vec3_norm(v)), vec3_norm(vec3_sub(p[2], p[1])));
    if (area2 <= extent * (THIN * f->size))
        return;
    Vec3 normal = vec3_scale(cross, 1 / area2);
    if (turn)
        normal = sharpen(normal, turn);
    if (extends_last(f, operand, p, extent, normal))
        return;
    PlaneFace face = {normal, p[0], extent, box3_empty(), operand};
    for (int i = 0; i < 3; i++)
        face.box = box3_add_point(face.box, p[i]);
    vec_push(f->heap, &f->faces, face);
}

static void add_leaf_faces(Finding *f, u32 operand, u32 leaf) {
    const Mesh *mesh = f->s->csg->leaves.data[leaf].mesh;
    const Affine3 *map = &f->s->csg->leaves.data[leaf].map;
    const CsgTurns *turns = f->s->turns;
    u32 turn = leaf < turns->n_leaves ? turns->of_leaf[leaf] : f->ops->list.data[operand].turn;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        if (!is_flat(mesh, t))
            continue;
        Vec3 p[3];
        for (int i = 0; i < 3; i++)
            p[i] = affine3_point(map, mesh->verts[mesh->tris[3 * (size_t)t + (size_t)i]]);
        add_triangle(f, operand, p, turn == NONE ? NULL : &turns->rotations[turn]);
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

// ---- planes ----

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

static int by_number(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    u32 x = *(const u32 *)a, y = *(const u32 *)b;
    return x < y ? -1 : x > y;
}

// Faces near each other in one plane.
static void add_contact(void *ctx, SettleBox *list, u32 n) {
    Finding *f = ctx;
    Contacts *out = f->out;
    u32 first = out->members.len;
    u32 *ids = heap_alloc_raw(f->heap, n, sizeof(u32));
    for (u32 i = 0; i < n; i++)
        ids[i] = f->faces.data[list[i].id].operand;
    sort_stable(f->heap, ids, n, sizeof(u32), by_number, NULL);
    for (u32 i = 0; i < n; i++)
        if (i == 0 || ids[i] != ids[i - 1])
            vec_push(f->heap, &out->members, ids[i]);
    heap_free(f->heap, ids);
    u32 members = out->members.len - first;
    if (members < 2) {
        out->members.len = first;
        return;
    }
    vec_push(f->heap, &out->list, (Contact){NONE, first, members});
    vec_push(f->heap, &f->normals, f->lead->normal);
}

// Of faces with nearly equal keys those that lie in the plane of the largest; the others are kept,
// their number is returned.
static u32 take_plane(Finding *f, u32 *faces, u32 n) {
    const PlaneFace *all = f->faces.data, *lead = &all[faces[0]];
    for (u32 i = 1; i < n; i++)
        if (all[faces[i]].extent > lead->extent)
            lead = &all[faces[i]];
    f->lead = lead;
    u32 kept = 0, taken = 0;
    SettleBox *boxes = heap_alloc_raw(f->heap, n, sizeof(SettleBox));
    for (u32 i = 0; i < n; i++) {
        const PlaneFace *face = &all[faces[i]];
        bool same = in_plane(lead, face->point, 4 * f->error) &&
                    vec3_norm(vec3_cross(lead->normal, face->normal)) < 1e-9;
        if (same)
            boxes[taken++] = (SettleBox){face->box, faces[i]};
        else
            faces[kept++] = faces[i];
    }
    if (taken > 1)
        settle_part(f->heap, boxes, taken, 4 * f->error, add_contact, f);
    heap_free(f->heap, boxes);
    return kept;
}

enum { PLANES_OF_A_KEY = 8 }; // more have equal keys by malice only

static void find_planes(Finding *f) {
    u32 n = f->faces.len;
    f64 *keys = heap_alloc_raw(f->heap, n, sizeof(f64));
    for (u32 i = 0; i < n; i++)
        keys[i] = plane_key(f, &f->faces.data[i]);
    Keyed *list = sort_keys(f->heap, keys, n);
    u32 *run = heap_alloc_raw(f->heap, n, sizeof(u32));
    for (u32 i = 0, end; i < n; i = end) {
        run[0] = list[i].value;
        for (end = i + 1; end < n; end++) {
            if (keys[list[end].value] - keys[list[end - 1].value] > 16 * f->error / f->size)
                break;
            run[end - i] = list[end].value;
        }
        u32 left = end - i;
        for (u32 k = 0; k < PLANES_OF_A_KEY && left > 1; k++)
            left = take_plane(f, run, left);
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
    for (u32 i = 0; i < ops->list.len; i++)
        if (ops->list.data[i].node != NONE)
            add_faces(&f, i, ops->list.data[i].node);
    find_planes(&f);
    find_directions(&f);
    vec_free(s->heap, &f.faces);
    vec_free(s->heap, &f.normals);
}

void contacts_free(Heap *heap, Contacts *contacts) {
    vec_free(heap, &contacts->list);
    vec_free(heap, &contacts->members);
    vec_free(heap, &contacts->directions);
}
