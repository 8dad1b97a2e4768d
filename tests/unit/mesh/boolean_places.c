// SPDX-License-Identifier: Apache-2.0
// Where vertices come to lie. Operands have corners on the kernel's grid, of 25 bits, so nothing is
// snapped and the truth is known: three faces of operands that meet at a vertex of the result, as
// its triangles name them, cross in one exact place. In integers of 768 bits, the vertex lies
// within 2^-24 quanta of it (half a quantum is promised), and on it if it is on the grid. Where
// fewer planes meet, it is an operand's corner, or other operands' faces end there, or it parts one
// of several edges between two vertices in the middle.
#include "tests/unit/mesh/big.h"
#include "tests/unit/mesh/trees.h"

// The plane of a triangle of an operand: n.x + d = 0, in quanta.
typedef struct Face {
    i64 n[3];
    i128 d;
} Face;

typedef struct Tree {
    Builder b;
    Random r;
    f64 scale; // mm a step of the coordinates
    bool is_coarse;
    Face *faces; // by tag
    u32 n_faces;
    u32 n_crossings, n_others; // that were judged
} Tree;

// Far apart, or of few values and a step beside them, so that operands all but touch.
static f64 pick_step(Tree *t) {
    u32 near = pick(&t->r, 6);
    if (!t->is_coarse)
        return pick(&t->r, 1 << 25);
    return pick(&t->r, 5) * 8388607.0 + (near == 0 ? 1 : 0) + (near == 1 && pick(&t->r, 4) ? 3 : 0);
}

static Mesh pick_solid(Tree *t) {
    Heap *heap = t->b.heap;
    for (;;) {
        Vec3 p[4];
        for (u32 i = 0; i < 4; i++)
            p[i] = vec3(pick_step(t) * t->scale, pick_step(t) * t->scale, pick_step(t) * t->scale);
        Vec3 n = vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0]));
        f64 volume = vec3_dot(n, vec3_sub(p[3], p[0]));
        if (fabs(volume) < 1e-6)
            continue;
        if (pick(&t->r, 3))
            return volume < 0 ? solid_tetra(heap, p[0], p[1], p[2], p[3])
                              : solid_tetra(heap, p[1], p[0], p[2], p[3]);
        Vec3 lo = vec3(fmin(p[0].x, p[1].x), fmin(p[0].y, p[1].y), fmin(p[0].z, p[1].z));
        Vec3 hi = vec3(fmax(p[0].x, p[1].x), fmax(p[0].y, p[1].y), fmax(p[0].z, p[1].z));
        if (lo.x < hi.x && lo.y < hi.y && lo.z < hi.z)
            return solid_box(heap, lo, hi);
    }
}

static u32 make_tree(Tree *t) {
    u32 n = 2 + pick(&t->r, 5), root = NONE;
    for (u32 l = 0; l < n; l++) {
        Mesh mesh = pick_solid(t);
        u32 per_face = mesh.n_tris == 12 ? 2 : 1; // triangles
        for (u32 k = 0; k < mesh.n_tris; k++)
            mesh.tags[k] = t->n_faces + k / per_face;
        t->n_faces += mesh.n_tris / per_face;
        u32 leaf = build_leaf(&t->b, mesh);
        root = l ? build_pair(&t->b, (CsgOp)(CSG_UNION + (int)pick(&t->r, 3)), root, leaf) : leaf;
    }
    return root;
}

static void find_faces(Tree *t, f64 quantum) {
    t->faces = HEAP_NEW(t->b.heap, Face, t->n_faces);
    Face *face = t->faces;
    for (u32 l = 0; l < t->b.leaves.len; l++) {
        const Mesh *mesh = t->b.leaves.data[l].mesh;
        for (u32 k = 0; k < mesh->n_tris; k += mesh->n_tris == 12 ? 2 : 1, face++) {
            i64 p[3][3];
            for (u32 c = 0; c < 3; c++)
                for (u32 i = 0; i < 3; i++)
                    p[c][i] = (i64)(vec3_get(mesh->verts[mesh->tris[3 * k + c]], i) / quantum);
            for (u32 i = 0; i < 3; i++) {
                u32 j = (i + 1) % 3, m = (i + 2) % 3;
                face->n[i] = (p[1][j] - p[0][j]) * (p[2][m] - p[0][m]) -
                             (p[1][m] - p[0][m]) * (p[2][j] - p[0][j]);
                face->d -= (i128)face->n[i] * p[0][i];
            }
        }
    }
}

// ---- the crossing of planes ----

static i128 cross_part(const Face *a, const Face *b, u32 i) {
    u32 j = (i + 1) % 3, m = (i + 2) % 3;
    return (i128)a->n[j] * b->n[m] - (i128)a->n[m] * b->n[j];
}
static Big determinant(const Face *a, const Face *b, const Face *c) {
    Big sum = big_of(0);
    for (u32 i = 0; i < 3; i++)
        sum = big_add(sum, big_mul(big_of(a->n[i]), big_of(cross_part(b, c, i))));
    return sum;
}

// Planes at a vertex, as far as they are independent.
typedef struct Meeting {
    const Face *face[3];
    u32 n;
} Meeting;

static void add_face(Meeting *m, const Face *face) {
    bool is_new = m->n < 3;
    if (m->n == 1)
        is_new = cross_part(m->face[0], face, 0) || cross_part(m->face[0], face, 1) ||
                 cross_part(m->face[0], face, 2);
    if (m->n == 2)
        is_new = big_sign(determinant(m->face[0], m->face[1], face)) != 0;
    if (is_new)
        m->face[m->n++] = face;
}

// at, in quanta, lies within 2^-24 of the crossing, and on it if that is on the grid.
static bool is_at_crossing(const Meeting *m, const f64 at[3]) {
    const Face *a = m->face[0], *b = m->face[1], *c = m->face[2];
    Big w = determinant(a, b, c);
    u32 n_whole = 0, n_exact = 0;
    for (u32 i = 0; i < 3; i++) {
        Big x = big_mul(big_of(a->d), big_of(cross_part(b, c, i)));
        x = big_add(x, big_mul(big_of(b->d), big_of(cross_part(c, a, i))));
        x = big_neg(big_add(x, big_mul(big_of(c->d), big_of(cross_part(a, b, i)))));
        f64 whole = floor(at[i] + 0.5);
        n_whole += big_compare(big_mul(w, big_of((i64)whole)), x) == 0;
        n_exact += at[i] == whole;
        // |at w - x| 2^60 <= |w| 2^36; parts of at below 2^-60 are left out.
        f64 rounded = fabs(at[i]) < 1 ? floor(at[i] * 0x1p60) * 0x1p-60 : at[i];
        Big error = big_sub(big_mul(big_of_f64(rounded, 60), w), big_shift(x, 60));
        if (big_compare(big_abs(error), big_shift(big_abs(w), 36)) > 0)
            return false;
    }
    return n_whole < 3 || n_exact == 3;
}

static bool is_corner_of_operand(const Tree *t, Vec3 p) {
    for (u32 l = 0; l < t->b.leaves.len; l++) {
        const Mesh *mesh = t->b.leaves.data[l].mesh;
        for (u32 v = 0; v < mesh->n_verts; v++)
            if (mesh->verts[v].x == p.x && mesh->verts[v].y == p.y && mesh->verts[v].z == p.z)
                return true;
    }
    return false;
}

// With faces that the result does not show there: of coplanar operands one names the place.
static bool is_at_hidden_crossing(const Tree *t, Meeting m, const f64 at[3]) {
    if (m.n == 3)
        return is_at_crossing(&m, at);
    for (u32 f = 0; f < t->n_faces; f++) {
        Meeting more = m;
        add_face(&more, &t->faces[f]);
        if (more.n > m.n && is_at_hidden_crossing(t, more, at))
            return true;
    }
    return false;
}

static bool is_middle_of_edge(Heap *heap, const Mesh *mesh, u32 v, f64 slack) {
    VEC(u32) beside = {0};
    for (u32 k = 0; k < 3 * mesh->n_tris; k++)
        for (u32 c = 0; c < 3 && mesh->tris[k] == v; c++)
            vec_push(heap, &beside, mesh->tris[k / 3 * 3 + c]);
    bool found = false;
    for (u32 i = 0; i < beside.len; i++)
        for (u32 j = 0; j < i; j++) {
            Vec3 sum = vec3_add(mesh->verts[beside.data[i]], mesh->verts[beside.data[j]]);
            Vec3 off = vec3_sub(vec3_scale(sum, 0.5), mesh->verts[v]);
            found = found || (beside.data[i] != v && beside.data[j] != v && vec3_norm(off) < slack);
        }
    vec_free(heap, &beside);
    return found;
}

static const char *judge(Tree *t, const Mesh *mesh, f64 quantum) {
    Meeting *at = HEAP_NEW(t->b.heap, Meeting, mesh->n_verts);
    for (u32 k = 0; k < 3 * mesh->n_tris; k++)
        add_face(&at[mesh->tris[k]], &t->faces[mesh->tags[k / 3]]);
    for (u32 v = 0; v < mesh->n_verts; v++) {
        Vec3 p = mesh->verts[v];
        const f64 place[3] = {p.x / quantum, p.y / quantum, p.z / quantum};
        bool is_crossing = at[v].n == 3;
        if (is_crossing ? !is_at_crossing(&at[v], place)
                        : !is_corner_of_operand(t, p) && !is_at_hidden_crossing(t, at[v], place) &&
                              !is_middle_of_edge(t->b.heap, mesh, v, 0x1p-20 * quantum))
            return is_crossing ? "a vertex away from the crossing of its faces"
                               : "a vertex of nothing";
        ++*(is_crossing ? &t->n_crossings : &t->n_others);
    }
    return NULL;
}

static const char *try_tree(Tree *t, u64 seed) {
    t->r = (Random){seed * 977};
    t->is_coarse = seed % 2;
    t->scale = seed % 3 ? 0x1p-15 : 0x1p-24;
    u32 root = make_tree(t);
    Mesh out;
    CsgReport report;
    if (build_run(&t->b, root, &out, &report) != STATUS_OK)
        return "status";
    if (report.quantum > t->scale)
        return "a quantum that is too large";
    find_faces(t, report.quantum);
    return judge(t, &out, report.quantum);
}

TEST(vertices_lie_where_faces_cross) {
    u32 n = env_count("FRC_TEST_COUNT", 400), first = env_count("FRC_TEST_SEED", 1), n_bad = 0;
    u32 n_crossings = 0, n_others = 0;
    for (u32 seed = first; seed < first + n; seed++) {
        Heap heap;
        heap_init(&heap, 0);
        Tree t = {.b = {.heap = &heap}};
        const char *wrong = try_tree(&t, seed);
        if (wrong && n_bad++ < 10)
            printf("seed %u: %s\n", seed, wrong);
        n_crossings += t.n_crossings;
        n_others += t.n_others;
        heap_finish(&heap);
    }
    CHECK_EQ(n_bad, 0);
    CHECK(n_crossings > 10 * n);
    printf("  %u crossings, %u others\n", n_crossings, n_others);
}

// An edge from p to p + e through at + odd / 2048 along x, a whole number of 2048ths of the way.
static void pick_edge(Random *r, const i64 at[3], i64 odd, Vec3 end[2]) {
    i64 k = 2 * (i64)pick(r, 1024) + 1, inverse = k, p[3], e[3];
    for (u32 i = 0; i < 4; i++) // Newton's, modulo 2^11 and more
        inverse = (inverse * (2 - k * inverse)) & 2047;
    for (u32 i = 0; i < 3; i++) {
        i64 step = (i64)pick(r, 1 << 12) - (1 << 11);
        e[i] = 2048 * step + (i ? 0 : odd * inverse & 2047);
        p[i] = at[i] + ((i ? 0 : odd) - k * e[i]) / 2048;
    }
    end[0] = vec3((f64)p[0], (f64)p[1], (f64)p[2]);
    end[1] = vec3((f64)(p[0] + e[0]), (f64)(p[1] + e[1]), (f64)(p[2] + e[2]));
}

// Tetrahedra of which an edge each passes through one place, which lies between two cells of the
// table's hash: each pair finds it anew, in tasks of their own, and rounding may put it into either
// cell. It is one vertex all the same.
TEST(one_place_found_by_many_tasks) {
    enum { ROUNDS = 150, N = 5 };
    for (u32 round = 0; round < ROUNDS; round++) {
        Heap heap;
        heap_init(&heap, 0);
        Builder b = {.heap = &heap};
        Random r = {round};
        i64 at[3], odd = 2 * (i64)pick(&r, 1024) + 1;
        for (u32 i = 0; i < 3; i++)
            at[i] = (i64)pick(&r, 1 << 22) - (1 << 21);
        u32 nodes[N + 1];
        for (u32 i = 0; i < N; i++) {
            Vec3 end[2], other[2];
            pick_edge(&r, at, odd, end);
            for (u32 j = 0; j < 2; j++)
                other[j] = vec3(pick(&r, 1 << 23) - 4194304.0, pick(&r, 1 << 23) - 4194304.0,
                                pick(&r, 1 << 23) - 4194304.0);
            nodes[i] = build_leaf(&b, solid_tetra(&heap, end[0], end[1], other[0], other[1]));
        }
        const f64 far = 8388608; // the frame: a quantum is 1, and places are whole numbers
        (void)build_leaf(&b, solid_box(&heap, vec3(-far, -far, -far), vec3(far, far, far)));
        u32 root = build_op(&b, round % 2 ? CSG_UNION : CSG_DIFFERENCE, nodes, N);
        CsgExpr expr = {b.leaves.data, b.leaves.len, b.nodes.data, b.nodes.len,
                        b.args.data,   b.args.len,   root};
        Mesh out[2];
        CsgReport report;
        for (u32 i = 0; i < 2; i++)
            CHECK_EQ(mesh_boolean(&heap, &expr,
                                  (CsgOptions){.n_threads = i ? 3 : 1, .split_finely = i > 0},
                                  &out[i], &report),
                     STATUS_OK);
        CHECK(report.quantum == 1 && out[0].n_tris > 0);
        CHECK(mesh_check(&heap, &out[0]).fault == MESH_OK && same_mesh(&out[0], &out[1]));
        // Solids that only touch there have vertices of their own: in one place to the last bit.
        Vec3 place = vec3((f64)at[0] + (f64)odd / 2048, (f64)at[1], (f64)at[2]);
        for (u32 v = 0, first = NONE; v < out[0].n_verts; v++) {
            if (vec3_norm(vec3_sub(out[0].verts[v], place)) > 1e-6)
                continue;
            first = first == NONE ? v : first;
            CHECK(!memcmp(&out[0].verts[v], &out[0].verts[first], sizeof(Vec3)));
        }
        heap_finish(&heap);
    }
}

TEST_MAIN(TEST_CASE(vertices_lie_where_faces_cross), TEST_CASE(one_place_found_by_many_tasks))
