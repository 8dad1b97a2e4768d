// SPDX-License-Identifier: Apache-2.0
// Where each part stands. A glTF node holds a move, a turn and a scale per axis; a part's transform
// can be any affine map. What fits goes into the node, so that instances share one mesh; the rest
// (a true mirror image, shear) is applied to the vertices of a shape of its own:
//
// - A mirror image of a solid that is its own mirror image is that solid, elsewhere. Other mirror
// images
//   get a mirrored shape, shared by all of them: no node has a negative scale, which glTF allows
//   and many readers get wrong (inside-out faces, wrong normals, refused physics).
// - A scale goes into the node if it is along the solid's own axes and the part has no parts within
//   (they would be scaled too).
// - A part's node stands relative to the node of the part around it; parts without geometry of
// their
//   own stand where their parent does.
#include "compiler/export/gltf.h"

#include <math.h>

static const f64 SQUARE_TOLERANCE = 1e-9; // of angles and scales: far below float32's

// A linear map as rotation times scales along the axes; false when it is none (mirror, shear).
static bool split_map(const Affine3 *map, Affine3 *turn, f64 scale[3]) {
    *turn = affine3_identity();
    if (!(affine3_det(map) > 0))
        return false;
    Vec3 columns[3];
    for (u32 k = 0; k < 3; k++) {
        columns[k] = vec3(map->m[0][k], map->m[1][k], map->m[2][k]);
        scale[k] = vec3_norm(columns[k]);
        if (!(scale[k] > 0) || !isfinite(scale[k]))
            return false;
        columns[k] = vec3_unit(columns[k]);
        if (fabs(scale[k] - 1) < SQUARE_TOLERANCE)
            scale[k] = 1;
    }
    for (u32 k = 0; k < 3; k++)
        if (fabs(vec3_dot(columns[k], columns[(k + 1) % 3])) > SQUARE_TOLERANCE)
            return false;
    for (u32 i = 0; i < 3; i++)
        for (u32 k = 0; k < 3; k++)
            turn->m[i][k] = vec3_get(columns[k], i);
    return true;
}

// Unit quaternion x y z w of a rotation matrix, w >= 0: Shepperd (1978), by the largest of the
// four.
static void turn_to_quaternion(const Affine3 *turn, f64 q[4]) {
    const f64(*m)[3] = turn->m;
    f64 squares[4] = {1 + m[0][0] - m[1][1] - m[2][2], 1 - m[0][0] + m[1][1] - m[2][2],
                      1 - m[0][0] - m[1][1] + m[2][2], 1 + m[0][0] + m[1][1] + m[2][2]};
    u32 best = 3;
    for (u32 i = 0; i < 3; i++)
        if (squares[i] > squares[best])
            best = i;
    f64 root = sqrt(squares[best]), s = 0.5 / root;
    q[best] = root / 2;
    if (best == 3) {
        q[0] = (m[2][1] - m[1][2]) * s;
        q[1] = (m[0][2] - m[2][0]) * s;
        q[2] = (m[1][0] - m[0][1]) * s;
    } else {
        u32 i = best, j = (i + 1) % 3, k = (i + 2) % 3;
        q[j] = (m[j][i] + m[i][j]) * s;
        q[k] = (m[k][i] + m[i][k]) * s;
        q[3] = (m[k][j] - m[j][k]) * s;
    }
    f64 sign = q[3] < 0 ? -1 : 1;
    for (u32 i = 0; i < 4; i++)
        q[i] = fabs(q[i]) < 1e-12 ? 0 : q[i] * sign;
}

static Affine3 mirror(u32 axis) {
    Affine3 map = affine3_identity();
    map.m[axis][axis] = -1;
    return map;
}

static Affine3 linear_of(const Affine3 *map) {
    Affine3 linear = *map;
    linear.t = vec3(0, 0, 0);
    return linear;
}

typedef struct MeshSymmetry {
    u32 axes;
    Vec3 center;
    bool is_known;
} MeshSymmetry;

typedef struct Placer {
    GltfDoc *doc;
    StrMap shapes;          // mesh and shape -> geometry
    MeshSymmetry *symmetry; // per model mesh
    bool *has_parts;
} Placer;

static const MeshSymmetry *symmetry_of(Placer *p, u32 mesh) {
    MeshSymmetry *known = &p->symmetry[mesh];
    if (!known->is_known)
        known->axes =
            gltf_mesh_symmetry(p->doc->model->meshes[mesh].mesh, p->doc->heap, &known->center);
    known->is_known = true;
    return known;
}

// map becomes map x mirror, with det > 0: the mesh is its own mirror image, or shape becomes it.
// The axis is chosen so that nothing but a move is left, if it can be.
static void take_out_mirror(Placer *p, u32 mesh, Affine3 *map, Affine3 *shape) {
    if (affine3_det(map) > 0)
        return;
    const MeshSymmetry *symmetry = symmetry_of(p, mesh);
    u32 best = NONE;
    for (u32 pass = 0; pass < 2 && best == NONE; pass++)
        for (u32 axis = 0; axis < 3 && best == NONE; axis++) {
            Affine3 m = mirror(axis), linear = linear_of(map), rest = affine3_mul(&linear, &m);
            bool may = !symmetry->axes || (symmetry->axes >> axis & 1);
            if (may && (pass || affine3_is_identity(&rest)))
                best = axis;
        }
    Affine3 m = mirror(best);
    if (symmetry->axes)
        vec3_set(&m.t, best, 2 * vec3_get(symmetry->center, best));
    else
        *shape = m;
    *map = affine3_mul(map, &m);
}

static u32 find_geometry(Placer *p, u32 mesh, const Affine3 *shape) {
    GltfDoc *doc = p->doc;
    struct {
        u64 mesh;
        f64 m[9];
    } key = {mesh, {0}};
    for (u32 i = 0; i < 9; i++)
        key.m[i] = shape->m[i / 3][i % 3] + 0.0;
    u32 found = strmap_get(&p->shapes, (Str){(const char *)&key, sizeof key});
    if (found != NONE)
        return found;
    strmap_set(&p->shapes, str_copy(&doc->arena, (Str){(const char *)&key, sizeof key}),
               doc->geometries.len);
    GltfGeometry geometry = {.mesh = doc->model->meshes[mesh].mesh, .shape = *shape};
    vec_push(doc->heap, &doc->geometries, geometry);
    return doc->geometries.len - 1;
}

// Decides the node's place in model space (global), its scale and its shape.
static void place_part(Placer *p, u32 index, const Affine3 *parent) {
    const ModelPart *part = &p->doc->model->parts[index];
    GltfNode *node = &p->doc->nodes.data[index];
    node->scale[0] = node->scale[1] = node->scale[2] = 1;
    node->global = *parent;
    if (part->mesh == NONE || p->doc->model->meshes[part->mesh].mesh->n_tris == 0)
        return;
    Affine3 map = part->map, shape = affine3_identity(), turn;
    f64 scale[3];
    take_out_mirror(p, part->mesh, &map, &shape);
    if (!split_map(&map, &turn, scale)) {
        Affine3 linear = linear_of(&map);
        shape = affine3_mul(&linear, &shape);
        turn = affine3_identity();
    } else if (p->has_parts[index]) {
        Affine3 stretch = {{{scale[0], 0, 0}, {0, scale[1], 0}, {0, 0, scale[2]}}, {0, 0, 0}};
        shape = affine3_mul(&stretch, &shape);
    } else {
        memcpy(node->scale, scale, sizeof scale);
    }
    node->global = turn;
    node->global.t = map.t;
    u32 geometry = find_geometry(p, part->mesh, &shape);
    p->doc->nodes.data[index].geometry = geometry;
}

// Without the dust that rotations leave: a millionth of a micrometre is no place.
static f64 to_metres(f64 mm) {
    return fabs(mm) < 1e-9 ? 0 : mm / 1000;
}

// parent^-1 global, as glTF has it: both are rotations with a move.
static void make_local(GltfNode *node, const Affine3 *parent) {
    Affine3 back = {{{parent->m[0][0], parent->m[1][0], parent->m[2][0]},
                     {parent->m[0][1], parent->m[1][1], parent->m[2][1]},
                     {parent->m[0][2], parent->m[1][2], parent->m[2][2]}},
                    {0, 0, 0}};
    Vec3 move = affine3_vector(&back, vec3_sub(node->global.t, parent->t));
    Affine3 turn = affine3_mul(&back, &node->global);
    f64 q[4];
    turn_to_quaternion(&turn, q);
    node->move[0] = to_metres(move.x);
    node->move[1] = to_metres(move.z);
    node->move[2] = to_metres(-move.y);
    node->turn[0] = q[0];
    node->turn[1] = q[2];
    node->turn[2] = -q[1] + 0.0;
    node->turn[3] = q[3];
    f64 y = node->scale[1];
    node->scale[1] = node->scale[2];
    node->scale[2] = y;
}

static void link_child(GltfDoc *doc, u32 parent, u32 child) {
    GltfNode *node = &doc->nodes.data[parent];
    if (node->last_child == NONE)
        node->first_child = child;
    else
        doc->nodes.data[node->last_child].next = child;
    node->last_child = child;
}

void gltf_place(GltfDoc *doc) {
    const Scene *scene = doc->model->scene;
    Placer p = {.doc = doc};
    strmap_init(&p.shapes, &doc->arena);
    p.symmetry = ARENA_NEW(&doc->arena, MeshSymmetry, doc->model->n_meshes);
    p.has_parts = ARENA_NEW(&doc->arena, bool, scene->n_parts);
    vec_reserve(doc->heap, &doc->nodes, scene->n_parts);
    for (u32 i = 0; i < scene->n_parts; i++) {
        GltfNode node = {
            .mesh = NONE, .geometry = NONE, .first_child = NONE, .last_child = NONE, .next = NONE};
        vec_push(doc->heap, &doc->nodes, node);
        if (scene->parts[i].parent != NONE) {
            p.has_parts[scene->parts[i].parent] = true;
            link_child(doc, scene->parts[i].parent, i);
        }
    }
    const Affine3 ground = affine3_identity();
    for (u32 i = 0; i < scene->n_parts; i++) {
        u32 parent = scene->parts[i].parent;
        Affine3 around = parent == NONE ? ground : doc->nodes.data[parent].global;
        place_part(&p, i, &around);
        make_local(&doc->nodes.data[i], &around);
    }
}
