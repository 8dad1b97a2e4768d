// SPDX-License-Identifier: Apache-2.0
// Contact where walking pairs of triangles does not pay: of two fans of n triangles face to face
// all n^2 pairs overlap, although their outlines have 2 n edges.
//
// Triangles that hang together in one plane are joined to plane faces; what has no such neighbour
// is a face by itself. Two faces that look the right way are intersected as regions of the first
// one's plane (polygon.h), together with the strip in which their planes are within the gap. Cost:
// O(n log n) to join n triangles; (m + k) log m for two faces of m edges on their borders, which
// cross k times; for a face and a few single triangles as many as the face has.
#include "compiler/mesh/polygon.h"
#include "compiler/mesh/query_internal.h"

enum { FEW_TRIS = 8 }; // of a face: met one by one

typedef struct PlaneFaces {
    Heap *heap;
    const View *view;
    u32 n;
    u32 *tris, *start; // face by face; start: n + 1
    u32 *face_of;      // by triangle
    u32 *twin;         // by half-edge
    u32 *passed;       // by half-edge: the outline, by number, that it was last seen in
    u32 n_outlines;
    BoxTree tree; // of the faces
} PlaneFaces;

static u32 next_half(u32 h) {
    return h % 3 == 2 ? h - 2 : h + 1;
}

// Triangle t lies in the frame's plane up to slack and does not look the other way.
static bool lies_in(const Frame *f, const Triangle *t, f64 slack) {
    for (u32 k = 0; k < 3; k++)
        if (!(fabs(vec3_dot(f->n, vec3_sub(t->p[k], f->origin))) <= slack))
            return false;
    Vec3 n = vec3_cross(vec3_sub(t->p[1], t->p[0]), vec3_sub(t->p[2], t->p[0]));
    return vec3_dot(n, f->n) >= 0;
}

// Face p->n: the triangle, and what hangs together with it in its plane. Returns its box.
static Box3 add_face(PlaneFaces *p, u32 first, f64 slack) {
    u32 from = p->start[p->n], to = from;
    Triangle tri = view_triangle(p->view, first);
    Box3 box = triangle_box(&tri);
    Frame f;
    bool is_plane = frame_of(&tri, &f);
    p->tris[to++] = first;
    p->face_of[first] = p->n;
    for (u32 i = from; i < to && is_plane; i++)
        for (u32 k = 0; k < 3; k++) {
            u32 t = p->twin[3 * p->tris[i] + k] / 3;
            if (p->face_of[t] != NONE)
                continue;
            tri = view_triangle(p->view, t);
            if (!lies_in(&f, &tri, slack))
                continue;
            box = box3_join(box, triangle_box(&tri));
            p->tris[to++] = t;
            p->face_of[t] = p->n;
        }
    p->start[++p->n] = to;
    return box;
}

static void faces_finish(PlaneFaces *p) {
    heap_free(p->heap, p->tris);
    heap_free(p->heap, p->start);
    heap_free(p->heap, p->face_of);
    heap_free(p->heap, p->twin);
    heap_free(p->heap, p->passed);
    box_tree_finish(&p->tree, p->heap);
}

static PlaneFaces faces_make(Heap *heap, const View *view) {
    u32 n = view->mesh->n_tris, bad;
    PlaneFaces p = {.heap = heap, .view = view};
    p.tris = heap_alloc_raw(heap, n, sizeof(u32));
    p.start = heap_alloc_raw(heap, (size_t)n + 1, sizeof(u32));
    p.face_of = heap_alloc_raw(heap, n, sizeof(u32));
    p.twin = heap_alloc_raw(heap, 3 * (size_t)n, sizeof(u32));
    p.passed = heap_alloc(heap, 3 * (size_t)n, sizeof(u32));
    if (!mesh_twins(heap, view->mesh, p.twin, &bad)) // no neighbours are known then
        for (u32 h = 0; h < 3 * n; h++)
            p.twin[h] = h;
    for (u32 t = 0; t < n; t++)
        p.face_of[t] = NONE;
    Box3 *boxes = heap_alloc_raw(heap, n, sizeof *boxes);
    f64 slack = 1e-11 * vec3_norm(box3_size(view_node_box(view, 0)));
    p.start[0] = 0;
    for (u32 t = 0; t < n; t++)
        if (p.face_of[t] == NONE) {
            u32 face = p.n;
            boxes[face] = add_face(&p, t, slack);
        }
    box_tree_init(&p.tree, heap, boxes, p.n);
    heap_free(heap, boxes);
    return p;
}

// ---- two faces ----

// The outlines of a face in the frame's plane; is_turned: as they look from behind it.
static Region face_region(PlaneFaces *p, u32 face, const Frame *f, bool is_turned) {
    const Mesh *mesh = p->view->mesh;
    u32 n_most = 3 * (p->start[face + 1] - p->start[face]);
    Region out;
    region_init(&out, p->heap, n_most, n_most, false);
    out.n_loops = 0;
    u32 n = 0, stamp = ++p->n_outlines;
    for (u32 i = 0; i < n_most; i++) {
        u32 h = 3 * p->tris[p->start[face] + i / 3] + i % 3, first = n;
        while (p->face_of[p->twin[h] / 3] != face && p->passed[h] != stamp) {
            p->passed[h] = stamp;
            out.points[n++] = to_frame(f, affine3_point(&p->view->map, mesh->verts[mesh->tris[h]]));
            for (h = next_half(h); p->face_of[p->twin[h] / 3] == face;)
                h = next_half(p->twin[h]);
        }
        if (n == first)
            continue;
        for (u32 a = first, b = n; is_turned != p->view->mirrors && a < --b; a++) {
            Vec2 kept = out.points[a];
            out.points[a] = out.points[b];
            out.points[b] = kept;
        }
        out.starts[++out.n_loops] = n;
    }
    return out;
}

// The part of the box where plane g is within the gap of the frame's.
static Clip strip_of(const Frame *f, const Frame *g, f64 gap, Box2 box) {
    Clip clip = {{box.min, {box.max.x, box.min.y}, box.max, {box.min.x, box.max.y}}, 4};
    clip_to_gap(&clip, f, g, gap);
    return clip;
}

// False: the regions cannot be intersected.
static bool meet_as_regions(PlaneFaces *a, u32 fa, PlaneFaces *b, u32 fb, const Frame *f,
                            const Frame *g, Meeting *meeting, f64 *area) {
    Heap *heap = a->heap;
    Region r[3] = {face_region(a, fa, f, false), face_region(b, fb, f, meeting->facing < 0)}, out;
    Clip clip = strip_of(f, g, meeting->gap, region_bounds(&r[0]));
    u32 starts[2] = {0, clip.n}, *tris, n_tris;
    r[2] = (Region){.points = clip.p, .starts = starts, .n_loops = 1};
    bool ok = clip.n < 3 || region_boolean(heap, REGION_INTERSECTION, r, 3, &out) == STATUS_OK;
    if (ok && clip.n >= 3) {
        region_triangulate(heap, &out, &tris, &n_tris);
        for (u32 t = 0; t < n_tris; t++) {
            Clip piece = {.n = 3};
            for (u32 k = 0; k < 3; k++)
                piece.p[k] = out.points[tris[3 * t + k]];
            *area += meeting_add(meeting, f, &piece);
        }
        heap_free(heap, tris);
        region_finish(&out, heap);
    }
    region_finish(&r[0], heap);
    region_finish(&r[1], heap);
    return ok;
}

static f64 meet_faces(PlaneFaces *a, u32 fa, PlaneFaces *b, u32 fb, Meeting *meeting) {
    const u32 *ta = a->tris + a->start[fa], *tb = b->tris + b->start[fb];
    u32 n = a->start[fa + 1] - a->start[fa], m = b->start[fb + 1] - b->start[fb];
    Triangle first_a = view_triangle(a->view, ta[0]), first_b = view_triangle(b->view, tb[0]);
    Frame f, g;
    f64 area = 0;
    if (!frame_of(&first_a, &f) || !frame_of(&first_b, &g) || !meeting_faces(meeting, &f, &g))
        return 0;
    if (n >= FEW_TRIS && m >= FEW_TRIS && meet_as_regions(a, fa, b, fb, &f, &g, meeting, &area))
        return area;
    for (u32 i = 0; i < n; i++) {
        Triangle tri_a = view_triangle(a->view, ta[i]);
        for (u32 j = 0; j < m; j++) {
            Triangle tri_b = view_triangle(b->view, tb[j]);
            area += meet_triangles(&tri_a, &tri_b, meeting);
        }
    }
    return area;
}

f64 meet_by_faces(Heap *heap, const View *a, const View *b, Meeting *meeting) {
    PlaneFaces fa = faces_make(heap, a), fb = faces_make(heap, b);
    const BoxNode *nodes_a = fa.tree.nodes, *nodes_b = fb.tree.nodes;
    f64 sum = 0;
    NodePair stack[PAIR_STACK_MAX];
    u32 len = 0;
    stack[len++] = (NodePair){0, 0};
    while (len) {
        NodePair pair = stack[--len];
        const BoxNode *na = &nodes_a[pair.a], *nb = &nodes_b[pair.b];
        if (!box3_touch(na->box, nb->box, meeting->gap))
            continue;
        for (u32 i = 0; i < na->len && nb->len; i++)
            for (u32 j = 0; j < nb->len; j++)
                sum += meet_faces(&fa, fa.tree.items[na->right + i], &fb,
                                  fb.tree.items[nb->right + j], meeting);
        if (na->len && nb->len) {
            heap_poll(heap);
            continue;
        }
        bool halves_b = na->len || (!nb->len && nb->right - pair.b > na->right - pair.a);
        stack[len++] = halves_b ? (NodePair){pair.a, pair.b + 1} : (NodePair){pair.a + 1, pair.b};
        stack[len++] = halves_b ? (NodePair){pair.a, nb->right} : (NodePair){na->right, pair.b};
    }
    faces_finish(&fa);
    faces_finish(&fb);
    return sum;
}
