// SPDX-License-Identifier: Apache-2.0
// Trees over meshes, rays and membership. Both are asked in the mesh's own space: a ray or a point
// is taken back through the map, which keeps the ray's parameter and the answer, whatever the map
// does.
#include "compiler/mesh/query.h"

#include "compiler/mesh/polygon_internal.h"
#include "compiler/mesh/query_internal.h"

static Triangle mesh_triangle(const Mesh *mesh, u32 tri) {
    const u32 *v = mesh->tris + 3 * (size_t)tri;
    return (Triangle){{mesh->verts[v[0]], mesh->verts[v[1]], mesh->verts[v[2]]}};
}

Box3 triangle_box(const Triangle *t) {
    return box3_add_point(box3_add_point((Box3){t->p[0], t->p[0]}, t->p[1]), t->p[2]);
}

static void find_probes(MeshTree *tree) {
    const Mesh *mesh = tree->mesh;
    u32 *component = heap_alloc_raw(tree->heap, MAX(mesh->n_tris, 1u), sizeof(u32));
    u32 n = mesh_components(tree->heap, mesh, component);
    tree->probes = heap_alloc_raw(tree->heap, MAX(n, 1u), sizeof(u32));
    for (u32 t = 0; t < mesh->n_tris; t++) // components are numbered by their first triangle
        if (component[t] == tree->n_probes)
            tree->probes[tree->n_probes++] = mesh->tris[3 * (size_t)t];
    heap_free(tree->heap, component);
}

MeshTree *mesh_tree_create(Heap *heap, const Mesh *mesh) {
    MeshTree *tree = HEAP_NEW(heap, MeshTree, 1);
    tree->heap = heap;
    tree->mesh = mesh;
    Box3 *boxes = heap_alloc_raw(heap, MAX(mesh->n_tris, 1u), sizeof *boxes);
    for (u32 t = 0; t < mesh->n_tris; t++) {
        Triangle tri = mesh_triangle(mesh, t);
        boxes[t] = triangle_box(&tri);
    }
    box_tree_init(&tree->boxes, heap, boxes, mesh->n_tris);
    heap_free(heap, boxes);
    find_probes(tree);
    return tree;
}

void mesh_tree_destroy(MeshTree *tree) {
    if (!tree)
        return;
    box_tree_finish(&tree->boxes, tree->heap);
    heap_free(tree->heap, tree->probes);
    heap_free(tree->heap, tree);
}

// ---- views ----

bool affine3_is_similarity(const Affine3 *map, f64 *scale) {
    f64 gram[3][3], size = 0;
    for (u32 i = 0; i < 3; i++)
        for (u32 j = 0; j < 3; j++)
            gram[i][j] = map->m[0][i] * map->m[0][j] + map->m[1][i] * map->m[1][j] +
                         map->m[2][i] * map->m[2][j];
    size = (gram[0][0] + gram[1][1] + gram[2][2]) / 3;
    *scale = sqrt(size);
    for (u32 i = 0; i < 3; i++)
        for (u32 j = 0; j < 3; j++)
            if (!(fabs(gram[i][j] - (i == j ? size : 0)) <= 1e-12 * size))
                return false;
    return size > 0;
}

View view_make(const PlacedMesh *solid, const Affine3 *to_common) {
    View v = {.mesh = solid->mesh, .tree = solid->tree};
    v.map = to_common ? affine3_mul(to_common, &solid->map) : solid->map;
    v.is_same = affine3_is_identity(&v.map);
    v.mirrors = affine3_det(&v.map) < 0;
    return v;
}

Box3 view_node_box(const View *view, u32 node) {
    Box3 box = view_node(view, node)->box;
    if (view->is_same)
        return box;
    Vec3 center = affine3_point(&view->map, box3_center(box)),
         half = vec3_scale(box3_size(box), 0.5), out;
    for (u32 i = 0; i < 3; i++) {
        const f64 *m = view->map.m[i];
        f64 reach = fabs(m[0]) * half.x + fabs(m[1]) * half.y + fabs(m[2]) * half.z;
        vec3_set(&out, i, reach + 1e-14 * (reach + fabs(vec3_get(center, i)))); // rounding of both
    }
    return (Box3){vec3_sub(center, out), vec3_add(center, out)};
}

Triangle view_triangle(const View *view, u32 tri) {
    Triangle t = mesh_triangle(view->mesh, tri);
    if (view->is_same)
        return t;
    Triangle out;
    for (u32 k = 0; k < 3; k++)
        out.p[view->mirrors && k ? 3 - k : k] = affine3_point(&view->map, t.p[k]);
    return out;
}

f64 box_extent(Box3 b) {
    Vec3 s = box3_size(b);
    return s.x + s.y + s.z;
}

void node_pair_split(const View *a, const View *b, NodePair pair, Box3 box_a, Box3 box_b,
                     NodePair out[2]) {
    const BoxNode *na = view_node(a, pair.a), *nb = view_node(b, pair.b);
    if (nb->len || (!na->len && box_extent(box_a) >= box_extent(box_b))) {
        out[0] = (NodePair){pair.a + 1, pair.b};
        out[1] = (NodePair){na->right, pair.b};
    } else {
        out[0] = (NodePair){pair.a, pair.b + 1};
        out[1] = (NodePair){pair.a, nb->right};
    }
}

// ---- rays ----

// A ray prepared for Woop, Benthin and Wald 2013, "Watertight ray/triangle intersection": its
// longest axis becomes z and space is sheared so that it runs straight along it. Edges are decided
// in the plane the same way for both triangles at an edge, so no ray slips between them.
typedef struct Ray {
    Vec3 from, inverse;
    u32 kx, ky, kz;
    f64 sx, sy, sz;
} Ray;

static f64 reciprocal(f64 x) {
    return x != 0 ? 1 / x : 0;
} // 0: none

static Ray ray_make(Vec3 from, Vec3 dir) {
    Ray r = {.from = from, .inverse = {reciprocal(dir.x), reciprocal(dir.y), reciprocal(dir.z)}};
    r.kz = fabs(dir.x) >= fabs(dir.y) && fabs(dir.x) >= fabs(dir.z) ? 0
           : fabs(dir.y) >= fabs(dir.z)                             ? 1
                                                                    : 2;
    r.kx = (r.kz + 1) % 3;
    r.ky = (r.kz + 2) % 3;
    f64 z = vec3_get(dir, r.kz);
    r.sx = vec3_get(dir, r.kx) / z;
    r.sy = vec3_get(dir, r.ky) / z;
    r.sz = 1 / z;
    return r;
}

static bool ray_hits_triangle(const Ray *r, const Triangle *t, f64 *at) {
    Vec2 p[3];
    f64 z[3];
    for (u32 k = 0; k < 3; k++) {
        Vec3 d = vec3_sub(t->p[k], r->from);
        f64 dz = vec3_get(d, r->kz);
        p[k] = (Vec2){vec3_get(d, r->kx) - r->sx * dz, vec3_get(d, r->ky) - r->sy * dz};
        z[k] = r->sz * dz;
    }
    const Vec2 origin = {0, 0};
    int side[3];
    f64 weight[3], sum = 0;
    for (u32 k = 0; k < 3; k++) {
        Vec2 b = p[(k + 1) % 3], c = p[(k + 2) % 3];
        side[k] = orient2d(b, c, origin);
        weight[k] = b.x * c.y - b.y * c.x;
        sum += weight[k];
    }
    if ((side[0] < 0 || side[1] < 0 || side[2] < 0) && (side[0] > 0 || side[1] > 0 || side[2] > 0))
        return false;
    if (sum == 0) // seen edge-on: its neighbours are hit too
        return false;
    *at = (weight[0] * z[0] + weight[1] * z[1] + weight[2] * z[2]) / sum;
    return true;
}

// Where the ray enters the box, or infinity when it does so after `far` or never.
static f64 ray_enters_box(const Ray *r, const Box3 *box, f64 far) {
    f64 near = 0;
    for (u32 i = 0; i < 3; i++) {
        f64 inverse = vec3_get(r->inverse, i), from = vec3_get(r->from, i);
        f64 low = vec3_get(box->min, i) - from, high = vec3_get(box->max, i) - from;
        if (inverse == 0) { // along the slab
            if (low > 0 || high < 0)
                return INFINITY;
            continue;
        }
        f64 in = (inverse > 0 ? low : high) * inverse, out = (inverse > 0 ? high : low) * inverse;
        out *= 1 + 1e-15;
        near = in > near ? in : near;
        far = out < far ? out : far;
    }
    return near <= far ? near : INFINITY;
}

bool mesh_ray(const PlacedMesh *solid, Vec3 from, Vec3 dir, MeshHit *hit) {
    Affine3 inverse;
    const BoxTree *boxes = &solid->tree->boxes;
    if (boxes->n_nodes == 0 || vec3_norm(dir) == 0 || !affine3_invert(&solid->map, &inverse))
        return false;
    Ray ray = ray_make(affine3_point(&inverse, from), affine3_vector(&inverse, dir));
    u32 stack[BOX_TREE_DEPTH_MAX + 1], len = 0, best = NONE;
    f64 best_t = INFINITY;
    stack[len++] = 0;
    while (len) {
        u32 at = stack[--len];
        const BoxNode *node = &boxes->nodes[at];
        if (ray_enters_box(&ray, &node->box, best_t) == INFINITY)
            continue;
        for (u32 i = node->right; i < node->right + node->len; i++) {
            Triangle t = mesh_triangle(solid->mesh, boxes->items[i]);
            f64 t_hit;
            if (!ray_hits_triangle(&ray, &t, &t_hit) || t_hit < 0)
                continue;
            if (t_hit < best_t || (t_hit == best_t && boxes->items[i] < best)) {
                best_t = t_hit;
                best = boxes->items[i];
            }
        }
        if (node->len)
            continue;
        bool right_first = ray_enters_box(&ray, &boxes->nodes[node->right].box, best_t) <
                           ray_enters_box(&ray, &boxes->nodes[at + 1].box, best_t);
        stack[len++] = right_first ? at + 1 : node->right;
        stack[len++] = right_first ? node->right : at + 1;
    }
    if (best == NONE)
        return false;
    View world = view_make(solid, NULL);
    Triangle t = view_triangle(&world, best);
    hit->t = best_t;
    hit->point = vec3_add(from, vec3_scale(dir, best_t));
    hit->normal = vec3_unit(vec3_cross(vec3_sub(t.p[1], t.p[0]), vec3_sub(t.p[2], t.p[0])));
    hit->tri = best;
    return true;
}

// ---- membership ----

// The nearest point of the triangle to p (Ericson, "Real-Time Collision Detection", 5.1.5).
static Vec3 nearest_in_triangle(const Triangle *t, Vec3 p) {
    Vec3 ab = vec3_sub(t->p[1], t->p[0]), ac = vec3_sub(t->p[2], t->p[0]),
         ap = vec3_sub(p, t->p[0]);
    f64 d1 = vec3_dot(ab, ap), d2 = vec3_dot(ac, ap);
    if (d1 <= 0 && d2 <= 0)
        return t->p[0];
    Vec3 bp = vec3_sub(p, t->p[1]);
    f64 d3 = vec3_dot(ab, bp), d4 = vec3_dot(ac, bp);
    if (d3 >= 0 && d4 <= d3)
        return t->p[1];
    f64 vc = d1 * d4 - d3 * d2;
    if (vc <= 0 && d1 >= 0 && d3 <= 0)
        return vec3_add(t->p[0], vec3_scale(ab, d1 - d3 > 0 ? d1 / (d1 - d3) : 0));
    Vec3 cp = vec3_sub(p, t->p[2]);
    f64 d5 = vec3_dot(ab, cp), d6 = vec3_dot(ac, cp);
    if (d6 >= 0 && d5 <= d6)
        return t->p[2];
    f64 vb = d5 * d2 - d1 * d6;
    if (vb <= 0 && d2 >= 0 && d6 <= 0)
        return vec3_add(t->p[0], vec3_scale(ac, d2 - d6 > 0 ? d2 / (d2 - d6) : 0));
    f64 va = d3 * d6 - d5 * d4;
    if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
        f64 sum = (d4 - d3) + (d5 - d6);
        return vec3_lerp(t->p[1], t->p[2], sum > 0 ? (d4 - d3) / sum : 0);
    }
    f64 sum = va + vb + vc;
    return vec3_add(t->p[0], vec3_add(vec3_scale(ab, vb / sum), vec3_scale(ac, vc / sum)));
}

// Sign of the turn a, b, p, where p is moved to the right by a bit and up by a bit of a bit: never
// 0 unless a is b.
static int turn_of_moved(Vec2 a, Vec2 b, Vec2 p) {
    int turn = orient2d(a, b, p);
    if (turn != 0)
        return turn;
    if (a.y != b.y)
        return b.y < a.y ? 1 : -1;
    return b.x > a.x ? 1 : b.x < a.x ? -1 : 0;
}

// 1 or -1 when the upward line through the (moved) point meets the triangle from behind or in
// front.
static int line_crosses(const Triangle *t, Vec3 p) {
    Vec2 q[3], at = {p.x, p.y};
    for (u32 k = 0; k < 3; k++)
        q[k] = (Vec2){t->p[k].x, t->p[k].y};
    int turn = turn_of_moved(q[0], q[1], at);
    if (turn == 0 || turn_of_moved(q[1], q[2], at) != turn || turn_of_moved(q[2], q[0], at) != turn)
        return 0;
    return turn;
}

typedef struct Membership {
    Vec3 p;
    f64 tolerance;
    i32 winding; // of the triangles above
    bool on_boundary;
} Membership;

static void count_triangle(Membership *m, const Triangle *t) {
    Vec3 near = vec3_sub(nearest_in_triangle(t, m->p), m->p);
    if (vec3_dot(near, near) <= m->tolerance * m->tolerance) {
        m->on_boundary = true;
        return;
    }
    int crosses = line_crosses(t, m->p);
    if (crosses == 0)
        return;
    // Is the point below the triangle's plane? It is not near the triangle, so doubles can tell.
    Vec3 n = vec3_cross(vec3_sub(t->p[1], t->p[0]), vec3_sub(t->p[2], t->p[0]));
    f64 height = vec3_dot(n, vec3_sub(m->p, t->p[0]));
    if (crosses > 0 ? height < 0 : height > 0)
        m->winding += crosses;
}

bool mesh_contains(const PlacedMesh *solid, Vec3 point) {
    const BoxTree *boxes = &solid->tree->boxes;
    Affine3 inverse;
    if (boxes->n_nodes == 0 || !affine3_invert(&solid->map, &inverse))
        return false;
    Membership m = {.p = affine3_point(&inverse, point)};
    Box3 all = boxes->nodes[0].box;
    f64 size =
        fmax(fmax(fabs(all.min.x), fabs(all.max.x)),
             fmax(fmax(fabs(all.min.y), fabs(all.max.y)), fmax(fabs(all.min.z), fabs(all.max.z))));
    m.tolerance =
        1e-13 * size + 1e-15 * vec3_norm(inverse.t); // what taking the point back may cost
    u32 stack[BOX_TREE_DEPTH_MAX + 1], len = 0;
    stack[len++] = 0;
    while (len && !m.on_boundary) {
        u32 at = stack[--len];
        const BoxNode *node = &boxes->nodes[at];
        f64 e = m.tolerance;
        if (m.p.x < node->box.min.x - e || m.p.x > node->box.max.x + e ||
            m.p.y < node->box.min.y - e || m.p.y > node->box.max.y + e ||
            m.p.z > node->box.max.z + e)
            continue;
        for (u32 i = node->right; i < node->right + node->len; i++) {
            Triangle t = mesh_triangle(solid->mesh, boxes->items[i]);
            count_triangle(&m, &t);
        }
        if (!node->len) {
            stack[len++] = node->right;
            stack[len++] = at + 1;
        }
    }
    return m.on_boundary || m.winding > 0;
}
