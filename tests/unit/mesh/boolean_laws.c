// SPDX-License-Identifier: Apache-2.0
// Laws of point sets, held against random expressions; none needs a second kernel.
//
// A tree of trees.h has nodes A, B and C picked from it. Some pairs of expressions over them denote
// the same solid for the same operands in the same roles, so the kernel must give the same bytes:
// (A or B) or C and A or (B or C); U - (A or B) and (U - A) and (U - B); and so on. Others denote
// the same solid by other roles, so faces may be owned otherwise; with all tags alike they must be
// the same solid: volume, area, centre, and numbers of vertices, triangles, pieces and holes.
// Volumes of meshes of whole coordinates are compared as integers. All expressions of a tree have
// the same operands, so they are evaluated in one frame and snapped alike: tolerances are those of
// rounding computed vertices, not of the grid. FRC_TEST_COUNT: trees a kind (default 42);
// FRC_TEST_SEED: the first; FRC_TEST_KIND: that kind only.
#include "tests/unit/mesh/trees.h"

typedef struct Tree {
    Heap *heap;
    Random r;
    Builder b;
    Kind kind;
    u64 seed;
    Box3 box;
    u32 around;   // a leaf that holds all others
    u32 a, b2, c; // nodes
    const char *wrong;
    u32 *n_checks, *n_whole;
} Tree;

// Whether all coordinates of operands lie on the grid exactly, whichever way they are turned by
// right angles.
static bool is_on_grid(Kind kind) {
    return kind == KIND_BOXES || kind == KIND_TETRAS || kind == KIND_VOXELS || kind == KIND_FLUSH;
}
static bool is_of_whole_boxes(Kind kind) {
    return kind == KIND_BOXES || kind == KIND_VOXELS;
}

static bool expect(Tree *t, bool ok, const char *law) {
    ++*t->n_checks;
    if (!ok && !t->wrong)
        t->wrong = law;
    return ok;
}

// ---- evaluation ----
typedef struct Solid {
    Mesh mesh;
    MeshCheck check;
    MeshMeasure measure;
} Solid;

static Solid evaluate_with(Tree *t, Builder *b, u32 root, CsgOptions options, const char *law) {
    Solid s = {0};
    CsgExpr expr = {b->leaves.data, b->leaves.len, b->nodes.data, b->nodes.len,
                    b->args.data,   b->args.len,   root};
    CsgReport report;
    if (!expect(t, mesh_boolean(t->heap, &expr, options, &s.mesh, &report) == STATUS_OK, law))
        return s;
    heap_free(t->heap, report.leaf_effect);
    expect(t, report.n_tries == 1, "at once");
    s.check = mesh_check(t->heap, &s.mesh);
    expect(t, s.check.fault == MESH_OK, law);
    s.measure = mesh_measure(&s.mesh);
    return s;
}
static Solid evaluate(Tree *t, u32 root, const char *law) {
    return evaluate_with(t, &t->b, root, (CsgOptions){.n_threads = 1}, law);
}
static void drop(Tree *t, Solid *s) {
    mesh_finish(&s->mesh, t->heap);
}

static u32 node(Tree *t, CsgOp op, u32 x, u32 y) {
    return build_pair(&t->b, op, x, y);
}

// ---- comparisons ----
static bool near(f64 a, f64 b, f64 tolerance) {
    return fabs(a - b) <= tolerance;
}
static f64 quantum_of(const Tree *t) {
    Vec3 size = box3_size(t->box);
    int exponent;
    (void)frexp(fmax(size.x, fmax(size.y, size.z)), &exponent);
    return ldexp(1, exponent - 25);
}
// On the grid only the rounding of computed vertices matters. Elsewhere operands' own vertices keep
// their exact places but computed ones lie on snapped planes, within a quantum all over the
// surface.
static f64 slack(const Tree *t, f64 area) {
    return is_on_grid(t->kind) ? 1e-11 * (100 + area) : quantum_of(t) * (1 + area);
}

// Six times the volume, exactly, of a mesh of whole coordinates; false if it is none: unmerged
// faces have corners where the diagonals of operands' faces cross.
static bool whole_volume(const Mesh *mesh, i64 *six) {
    *six = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        i64 p[3][3];
        for (u32 c = 0; c < 3; c++)
            for (u32 i = 0; i < 3; i++) {
                f64 x = vec3_get(mesh->verts[mesh->tris[3 * t + c]], i);
                if (x != floor(x) || fabs(x) > 1e5)
                    return false;
                p[c][i] = (i64)x;
            }
        for (u32 i = 0; i < 3; i++)
            *six += p[0][i] *
                    (p[1][(i + 1) % 3] * p[2][(i + 2) % 3] - p[1][(i + 2) % 3] * p[2][(i + 1) % 3]);
    }
    return true;
}

static bool same_size(Tree *t, const Solid *x, const Solid *y) {
    i64 v, w;
    if (is_of_whole_boxes(t->kind) && whole_volume(&x->mesh, &v) && whole_volume(&y->mesh, &w) &&
        v != w)
        return false;
    return near(x->measure.volume, y->measure.volume, slack(t, x->measure.area)) &&
           near(x->measure.area, y->measure.area, 10 * slack(t, x->measure.area));
}
static bool same_shape(Tree *t, const Solid *x, const Solid *y) {
    return same_size(t, x, y) && x->mesh.n_tris == y->mesh.n_tris &&
           x->mesh.n_verts == y->mesh.n_verts && x->check.n_components == y->check.n_components &&
           x->check.genus == y->check.genus &&
           (x->measure.volume < 1e-3 ||
            vec3_norm(vec3_sub(x->measure.center, y->measure.center)) * x->measure.volume <
                100 * slack(t, x->measure.area));
}

// Both expressions play their operands in the same roles. What is left out for lying deep inside
// depends on how an expression is written, and with it the order of faces.
static void expect_same_bytes(Tree *t, u32 x, u32 y, const char *law) {
    CsgOptions options = {.n_threads = 1, .burying = CSG_BURY_NEVER};
    Solid s = evaluate_with(t, &t->b, x, options, law),
          u = evaluate_with(t, &t->b, y, options, law);
    expect(t, same_mesh(&s.mesh, &u.mesh), law);
    drop(t, &s);
    drop(t, &u);
}
static void expect_same_shape(Tree *t, u32 x, u32 y, const char *law) {
    Solid s = evaluate(t, x, law), u = evaluate(t, y, law);
    expect(t, same_shape(t, &s, &u), law);
    drop(t, &s);
    drop(t, &u);
}

// ---- laws of sets ----
static void check_volumes(Tree *t) {
    Solid x = evaluate(t, t->a, "A"), y = evaluate(t, t->b2, "B");
    Solid any = evaluate(t, node(t, CSG_UNION, t->a, t->b2), "A or B");
    Solid both = evaluate(t, node(t, CSG_INTERSECTION, t->a, t->b2), "A and B");
    Solid less = evaluate(t, node(t, CSG_DIFFERENCE, t->a, t->b2), "A - B");
    f64 v = x.measure.volume, tolerance = slack(t, x.measure.area + y.measure.area);
    expect(t, near(any.measure.volume + both.measure.volume, v + y.measure.volume, tolerance),
           "V(A or B) + V(A and B) = V(A) + V(B)");
    expect(t, near(less.measure.volume + both.measure.volume, v, tolerance),
           "V(A - B) + V(A and B) = V(A)");
    if (is_of_whole_boxes(t->kind)) {
        i64 vx, vy, va, vb, vl;
        bool ok = whole_volume(&x.mesh, &vx) && whole_volume(&y.mesh, &vy) &&
                  whole_volume(&any.mesh, &va) && whole_volume(&both.mesh, &vb) &&
                  whole_volume(&less.mesh, &vl);
        *t->n_whole += ok;
        expect(t, !ok || (va + vb == vx + vy && vl + vb == vx), "volumes of boxes, as integers");
    }
    drop(t, &x);
    drop(t, &y);
    drop(t, &any);
    drop(t, &both);
    drop(t, &less);
}

static void check_same_roles(Tree *t) {
    u32 a = t->a, b = t->b2, c = t->c, u = t->around;
    const u32 all[3] = {a, b, c};
    for (u32 i = 0; i < 2; i++) {
        CsgOp op = i ? CSG_INTERSECTION : CSG_UNION;
        u32 left = node(t, op, node(t, op, a, b), c), right = node(t, op, a, node(t, op, b, c));
        expect_same_bytes(t, left, right, i ? "(A and B) and C" : "(A or B) or C");
        expect_same_bytes(t, left, build_op(&t->b, op, all, 3), i ? "and(A, B, C)" : "or(A, B, C)");
        expect_same_bytes(t, a, node(t, op, a, a), i ? "A and A" : "A or A");
        expect_same_bytes(t, node(t, op, a, b), node(t, op, b, a), i ? "B and A" : "B or A");
    }
    u32 bc = node(t, CSG_UNION, b, c);
    expect_same_bytes(t, node(t, CSG_DIFFERENCE, node(t, CSG_DIFFERENCE, a, b), c),
                      node(t, CSG_DIFFERENCE, a, bc), "(A - B) - C = A - (B or C)");
    for (u32 i = 0; i < 2; i++) {
        CsgOp op = i ? CSG_INTERSECTION : CSG_UNION, other = i ? CSG_UNION : CSG_INTERSECTION;
        u32 left = node(t, CSG_DIFFERENCE, u, node(t, op, a, b));
        u32 right = node(t, other, node(t, CSG_DIFFERENCE, u, a), node(t, CSG_DIFFERENCE, u, b));
        expect_same_bytes(t, left, right, i ? "U - (A and B)" : "U - (A or B)");
    }
    Solid none = evaluate(t, node(t, CSG_DIFFERENCE, a, a), "A - A");
    expect(t, none.mesh.n_tris == 0, "A - A is empty");
    drop(t, &none);
}

// Laws that need faces to be alike, whosever they are.
static void check_other_roles(Tree *t) {
    u32 a = t->a, b = t->b2, c = t->c, u = t->around;
    u32 both = node(t, CSG_INTERSECTION, a, b), any = node(t, CSG_UNION, a, b);
    u32 less = node(t, CSG_DIFFERENCE, a, b);
    expect_same_shape(t, a, node(t, CSG_UNION, a, both), "A or (A and B) = A");
    expect_same_shape(t, a, node(t, CSG_INTERSECTION, a, any), "A and (A or B) = A");
    expect_same_shape(t, a, node(t, CSG_UNION, less, both), "(A - B) or (A and B) = A");
    expect_same_shape(t, any, node(t, CSG_UNION, less, b), "(A - B) or B = A or B");
    expect_same_shape(t, both, node(t, CSG_DIFFERENCE, a, less), "A - (A - B) = A and B");
    expect_same_shape(t, less, node(t, CSG_INTERSECTION, a, node(t, CSG_DIFFERENCE, u, b)),
                      "A and (U - B) = A - B");
    expect_same_shape(t, a, node(t, CSG_DIFFERENCE, u, node(t, CSG_DIFFERENCE, u, a)),
                      "U - (U - A) = A");
    expect_same_shape(t, node(t, CSG_INTERSECTION, a, node(t, CSG_UNION, b, c)),
                      node(t, CSG_UNION, both, node(t, CSG_INTERSECTION, a, c)),
                      "A and (B or C) = (A and B) or (A and C)");
}

// ---- laws of the frame ----

// The tree again with another transform about all its leaves.
static Builder transformed(Tree *t, const Affine3 *map) {
    Builder b = {.heap = t->heap};
    for (u32 l = 0; l < t->b.leaves.len; l++) {
        CsgLeaf leaf = t->b.leaves.data[l];
        leaf.map = affine3_mul(map, &leaf.map);
        vec_push(t->heap, &b.leaves, leaf);
    }
    for (u32 n = 0; n < t->b.nodes.len; n++)
        vec_push(t->heap, &b.nodes, t->b.nodes.data[n]);
    for (u32 i = 0; i < t->b.args.len; i++)
        vec_push(t->heap, &b.args, t->b.args.data[i]);
    return b;
}

// Coordinates that are not on the grid may be rounded otherwise when mirrored; then only size
// counts.
static void check_symmetry(Tree *t, const Solid *s, u32 n) {
    Affine3 map = axis_symmetry(n);
    Builder b = transformed(t, &map);
    Solid u = evaluate_with(t, &b, t->a, (CsgOptions){.n_threads = 1}, "turned or mirrored");
    if (is_on_grid(t->kind) || t->kind == KIND_ULPS) {
        expect(t,
               same_size(t, s, &u) && s->mesh.n_tris == u.mesh.n_tris &&
                   s->mesh.n_verts == u.mesh.n_verts && s->check.genus == u.check.genus &&
                   s->check.n_components == u.check.n_components,
               "48 symmetries: numbers of faces, pieces and holes");
        Vec3 center = affine3_point(&map, s->measure.center);
        expect(t,
               s->measure.volume < 1e-3 ||
                   vec3_norm(vec3_sub(center, u.measure.center)) * s->measure.volume <
                       100 * slack(t, s->measure.area),
               "48 symmetries: centre");
    } else {
        expect(t, near(s->measure.volume, u.measure.volume, 2 * slack(t, s->measure.area)),
               "48 symmetries: volume");
    }
    drop(t, &u);
}

// Whole steps of the grid: the same triangles, moved.
static void check_translation(Tree *t, const Solid *s) {
    f64 x = pick(&t->r, 2000), y = pick(&t->r, 2000);
    Vec3 by = vec3(x - 1000, y - 1000, 3);
    Affine3 map = affine3_move(by);
    Builder b = transformed(t, &map);
    Solid u = evaluate_with(t, &b, t->a, (CsgOptions){.n_threads = 1}, "moved");
    bool ok = s->mesh.n_tris == u.mesh.n_tris && s->mesh.n_verts == u.mesh.n_verts;
    ok = ok && (!s->mesh.n_tris || (!memcmp(s->mesh.tris, u.mesh.tris, s->mesh.n_tris * 12) &&
                                    !memcmp(s->mesh.tags, u.mesh.tags, s->mesh.n_tris * 4)));
    expect(t, ok, "translation: triangles");
    for (u32 v = 0; ok && v < s->mesh.n_verts; v++) {
        Vec3 p = vec3_add(s->mesh.verts[v], by), q = u.mesh.verts[v];
        ok = is_of_whole_boxes(t->kind) ? !memcmp(&p, &q, sizeof p)
                                        : vec3_norm(vec3_sub(p, q)) < 0x1p-36;
    }
    expect(t, ok, "translation: places");
    drop(t, &u);
}

static void check_scale(Tree *t, const Solid *s) {
    static const i32 powers[4] = {-20, -3, 1, 17};
    f64 scale = ldexp(1, powers[pick(&t->r, 4)]);
    Affine3 map = affine3_identity();
    for (u32 i = 0; i < 3; i++)
        map.m[i][i] = scale;
    Builder b = transformed(t, &map);
    Solid u = evaluate_with(t, &b, t->a, (CsgOptions){.n_threads = 1}, "scaled");
    for (u32 v = 0; v < u.mesh.n_verts; v++)
        u.mesh.verts[v] = vec3_scale(u.mesh.verts[v], 1 / scale);
    expect(t, same_mesh(&s->mesh, &u.mesh), "scaling by a power of two");
    drop(t, &u);
}

static void check_options(Tree *t, const Solid *s) {
    for (u32 i = 0; i < 3; i++) {
        u32 n_threads = (u32[]){2, 3, 8}[i];
        CsgOptions options = {.n_threads = n_threads, .split_finely = true};
        Solid u = evaluate_with(t, &t->b, t->a, options, "threads");
        expect(t, same_mesh(&s->mesh, &u.mesh), "any number of threads");
        drop(t, &u);
    }
    Solid u = evaluate_with(t, &t->b, t->a, (CsgOptions){.n_threads = 1, .keep_coplanar = true},
                            "unmerged");
    expect(t,
           same_size(t, s, &u) && s->check.genus == u.check.genus &&
               s->check.n_components == u.check.n_components,
           "unmerged faces");
    drop(t, &u);
}

// Operands in another order: leaves, and arguments where their order has no meaning.
static void check_order(Tree *t, const Solid *s) {
    Affine3 same = affine3_identity();
    Builder b = transformed(t, &same);
    u32 *at = HEAP_NEW(t->heap, u32, b.leaves.len);
    for (u32 l = 0; l < b.leaves.len; l++)
        at[l] = l;
    for (u32 l = b.leaves.len; l > 1; l--) {
        u32 k = pick(&t->r, l), kept = at[k];
        at[k] = at[l - 1];
        at[l - 1] = kept;
    }
    for (u32 l = 0; l < b.leaves.len; l++)
        b.leaves.data[at[l]] = t->b.leaves.data[l];
    for (u32 n = 0; n < b.nodes.len; n++) {
        CsgNode *me = &b.nodes.data[n];
        if (me->op == CSG_LEAF) {
            me->first = at[me->first];
            continue;
        }
        u32 *args = b.args.data + me->first, fixed = me->op == CSG_DIFFERENCE ? 1 : 0;
        for (u32 i = me->len; i > fixed + 1; i--) {
            u32 k = fixed + pick(&t->r, i - fixed), kept = args[k];
            args[k] = args[i - 1];
            args[i - 1] = kept;
        }
    }
    Solid u = evaluate_with(t, &b, t->a, (CsgOptions){.n_threads = 1}, "order");
    // Coincident vertices have the first operand's place, which may be an ulp or an offset away.
    bool exact = t->kind != KIND_OFFSETS && t->kind != KIND_ULPS;
    expect(t,
           exact ? same_shape(t, s, &u)
                 : s->mesh.n_tris == u.mesh.n_tris && s->check.genus == u.check.genus &&
                       s->check.n_components == u.check.n_components &&
                       near(s->measure.volume, u.measure.volume, 1e-3),
           "order of operands");
    drop(t, &u);
}

// ---- labels ----
typedef struct Face {
    Vec3 at[3], unit;
    Box3 box;
    f64 area, used[3]; // in the results that check_faces evaluates
} Face;

static f64 triangle_area(const Vec3 p[3], Vec3 *unit) {
    Vec3 n = vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0]));
    f64 size = vec3_norm(n);
    *unit = vec3_scale(n, size > 0 ? 1 / size : 0);
    return size / 2;
}

// Each triangle of each leaf gets a tag of its own: its index in faces.
static Face *number_faces(Tree *t, Builder *b, u32 *n) {
    *n = 0;
    for (u32 l = 0; l < b->leaves.len; l++)
        *n += b->leaves.data[l].mesh->n_tris;
    Face *faces = HEAP_NEW(t->heap, Face, *n);
    u32 next = 0;
    for (u32 l = 0; l < b->leaves.len; l++) {
        CsgLeaf *leaf = &b->leaves.data[l];
        Mesh *mesh = HEAP_NEW(t->heap, Mesh, 1);
        mesh_copy(mesh, t->heap, leaf->mesh);
        leaf->mesh = mesh;
        for (u32 k = 0; k < mesh->n_tris; k++, next++) {
            Face *face = &faces[next];
            *face = (Face){.box = box3_empty()};
            for (u32 c = 0; c < 3; c++) {
                face->at[c] = affine3_point(&leaf->map, mesh->verts[mesh->tris[3 * k + c]]);
                face->box = box3_add_point(face->box, face->at[c]);
            }
            face->area = triangle_area(face->at, &face->unit);
            mesh->tags[k] = next;
        }
    }
    return faces;
}

// Every corner of a triangle lies on the face that it names, and in that face's box; the areas by
// face are at most the faces'. slot: where to sum them.
static void check_faces_of(Tree *t, const Mesh *mesh, Face *faces, u32 n, u32 slot) {
    f64 quantum = quantum_of(t);
    bool on_plane = true, in_box = true, looks_along = true, fits = true;
    for (u32 k = 0; k < mesh->n_tris; k++) {
        Vec3 p[3], unit;
        if (!expect(t, mesh->tags[k] < n, "labels: a tag of no face"))
            return;
        Face *face = &faces[mesh->tags[k]];
        for (u32 c = 0; c < 3; c++) {
            p[c] = mesh->verts[mesh->tris[3 * k + c]];
            // A plane through snapped corners leans by a quantum over the face's height.
            f64 low = fmax(face->area, 1e-9) / (1 + vec3_norm(box3_size(face->box)));
            f64 off = vec3_dot(face->unit, vec3_sub(p[c], face->at[0]));
            on_plane = on_plane && fabs(off) < quantum * (2 + 4 / low);
            Box3 corner = {p[c], p[c]};
            in_box = in_box && box3_touch(face->box, corner, 2 * quantum);
        }
        f64 area = triangle_area(p, &unit);
        looks_along = looks_along && (area < 1e-4 || fabs(vec3_dot(unit, face->unit)) > 0.999);
        face->used[slot] += area;
    }
    for (u32 f = 0; f < n; f++)
        fits = fits && faces[f].used[slot] <
                           faces[f].area + 40 * quantum * vec3_norm(box3_size(faces[f].box)) + 1e-9;
    expect(t, on_plane, "labels: corners on the named face's plane");
    expect(t, in_box, "labels: corners within the named face");
    expect(t, looks_along, "labels: normals along the named face's");
    expect(t, fits, "labels: area at most the named face's");
}

// What B cuts from A's faces, A and B keeps, and the other way round; where nothing coincides.
static void check_faces(Tree *t) {
    Affine3 same = affine3_identity();
    Builder b = transformed(t, &same);
    u32 n, less = node(t, CSG_DIFFERENCE, t->a, t->b2),
           both = node(t, CSG_INTERSECTION, t->a, t->b2);
    b = transformed(t, &same);
    Face *faces = number_faces(t, &b, &n);
    CsgOptions options = {.n_threads = 1};
    Solid s[3] = {evaluate_with(t, &b, t->a, options, "labels of A"),
                  evaluate_with(t, &b, less, options, "labels of A - B"),
                  evaluate_with(t, &b, both, options, "labels of A and B")};
    for (u32 i = 0; i < 3; i++)
        check_faces_of(t, &s[i].mesh, faces, n, i);
    // A's and B's faces are told apart only if they are different leaves.
    bool ok = true, leaf_pair = t->b.nodes.data[t->a].op == CSG_LEAF &&
                                t->b.nodes.data[t->b2].op == CSG_LEAF && t->a != t->b2;
    for (u32 f = 0; f < n && t->kind == KIND_FREE && leaf_pair; f++)
        ok = ok && (faces[f].used[0] == 0
                        ? near(faces[f].used[1], faces[f].used[2], 1e-5)
                        : near(faces[f].used[1] + faces[f].used[2], faces[f].used[0], 1e-5));
    expect(t, ok, "labels: areas by face");
    for (u32 i = 0; i < 3; i++)
        drop(t, &s[i]);
}

// ---- the run ----
static void make_alike(Tree *t) {
    for (u32 l = 0; l < t->b.leaves.len; l++) {
        CsgLeaf *leaf = &t->b.leaves.data[l];
        Mesh *mesh = HEAP_NEW(t->heap, Mesh, 1);
        mesh_copy(mesh, t->heap, leaf->mesh);
        for (u32 k = 0; k < mesh->n_tris; k++)
            mesh->tags[k] = 7;
        leaf->mesh = mesh;
        leaf->mat = 0;
    }
}

static const char *try_tree(Heap *heap, u64 seed, Kind kind, u32 *n_checks, u32 *n_whole) {
    Tree t = {.heap = heap,
              .b = {.heap = heap},
              .kind = kind,
              .seed = seed,
              .n_checks = n_checks,
              .n_whole = n_whole};
    t.a = seeded_tree(seed, kind, &t.r, &t.b);
    t.box = box3_empty();
    for (u32 l = 0; l < t.b.leaves.len; l++)
        t.box = box3_join(t.box, mesh_bounds_in(t.b.leaves.data[l].mesh, &t.b.leaves.data[l].map));
    t.b2 = pick(&t.r, t.b.nodes.len);
    t.c = pick(&t.r, t.b.nodes.len);
    if (kind == KIND_FREE && seed % 2)
        t.a = pick(&t.r, 2);
    if (box3_is_empty(t.box)) // a tree without leaves
        t.box = (Box3){{0, 0, 0}, {1, 1, 1}};
    Vec3 lo = vec3(floor(t.box.min.x) - 1, floor(t.box.min.y) - 1, floor(t.box.min.z) - 1);
    Vec3 hi = vec3(ceil(t.box.max.x) + 1, ceil(t.box.max.y) + 1, ceil(t.box.max.z) + 1);
    t.around = build_leaf(&t.b, solid_box(heap, lo, hi));
    t.box = (Box3){lo, hi};

    check_volumes(&t);
    check_same_roles(&t);
    check_faces(&t);
    Solid s = evaluate(&t, t.a, "A");
    check_options(&t, &s);
    check_scale(&t, &s);
    check_symmetry(&t, &s, (u32)(seed % 48));
    check_symmetry(&t, &s, (u32)((seed / 48 + seed * 7) % 48));
    check_translation(&t, &s);
    drop(&t, &s);
    make_alike(&t);
    s = evaluate(&t, t.a, "A, all faces alike");
    check_order(&t, &s);
    drop(&t, &s);
    check_other_roles(&t);
    return t.wrong;
}

static bool run_kind(Kind kind) {
    u32 n = env_count("FRC_TEST_COUNT", 42), first = env_count("FRC_TEST_SEED", 1), n_bad = 0;
    u32 n_checks = 0, n_whole = 0, only = env_count("FRC_TEST_KIND", (u32)kind);
    for (u32 seed = first; seed < first + n && only == (u32)kind; seed++) {
        Heap heap;
        heap_init(&heap, 0);
        const char *wrong = try_tree(&heap, seed, kind, &n_checks, &n_whole);
        if (wrong && n_bad++ < 10)
            printf("kind %d seed %u: %s\n", (int)kind, seed, wrong);
        heap_finish(&heap);
    }
    if (n_bad)
        printf("kind %d: %u of %u wrong\n", (int)kind, n_bad, n);
    // Most volumes of boxes must have been compared as integers, and every law must have been
    // tried.
    if (only == (u32)kind && is_of_whole_boxes(kind) && n_whole < n / 2) {
        printf("kind %d: only %u of %u in whole numbers\n", (int)kind, n_whole, n);
        n_bad++;
    }
    return n_bad == 0 && (n_checks >= 20 * n || only != (u32)kind);
}

TEST(boxes) {
    CHECK(run_kind(KIND_BOXES));
}
TEST(tetrahedra) {
    CHECK(run_kind(KIND_TETRAS));
}
TEST(rotated_boxes) {
    CHECK(run_kind(KIND_ROTATED));
}
TEST(boxes_off_by_ulps) {
    CHECK(run_kind(KIND_ULPS));
}
TEST(mixed) {
    CHECK(run_kind(KIND_MIXED));
}
TEST(spheres) {
    CHECK(run_kind(KIND_SPHERES));
}
TEST(voxels) {
    CHECK(run_kind(KIND_VOXELS));
}
TEST(tilted_boxes) {
    CHECK(run_kind(KIND_TILTED));
}
TEST(turned_freely) {
    CHECK(run_kind(KIND_FREE));
}
TEST(small_offsets) {
    CHECK(run_kind(KIND_OFFSETS));
}
TEST(flush_with_a_plate) {
    CHECK(run_kind(KIND_FLUSH));
}
TEST(pegs_in_a_plate) {
    CHECK(run_kind(KIND_PEGS));
}

TEST_MAIN(TEST_CASE(boxes), TEST_CASE(tetrahedra), TEST_CASE(rotated_boxes),
          TEST_CASE(boxes_off_by_ulps), TEST_CASE(mixed), TEST_CASE(spheres), TEST_CASE(voxels),
          TEST_CASE(tilted_boxes), TEST_CASE(turned_freely), TEST_CASE(small_offsets),
          TEST_CASE(flush_with_a_plate), TEST_CASE(pegs_in_a_plate))
