// SPDX-License-Identifier: Apache-2.0
// Where two solids touch: pairs of triangles that face each other (or, for flush faces, the same
// way) are projected along the first one's normal, and the part of the overlap where they are
// within the gap is added up. Where that takes more pairs than is reasonable, plane faces are met
// instead of triangles (query_faces.c).
#include "compiler/mesh/query_internal.h"

static const f64 FACING_COSINE = 0.98;      // facets of one curved contact differ by a few degrees
enum { PAIRS_A_TRI = 4, FEW_PAIRS = 4096 }; // of nodes, before faces are tried

bool frame_of(const Triangle *t, Frame *f) {
    Vec3 x = vec3_sub(t->p[1], t->p[0]), n = vec3_cross(x, vec3_sub(t->p[2], t->p[0]));
    if (!(vec3_dot(n, n) > 0))
        return false;
    f->origin = t->p[0];
    f->x = vec3_unit(x);
    f->n = vec3_unit(n);
    f->y = vec3_cross(f->n, f->x);
    return true;
}

Vec2 to_frame(const Frame *f, Vec3 p) {
    Vec3 d = vec3_sub(p, f->origin);
    return (Vec2){vec3_dot(d, f->x), vec3_dot(d, f->y)};
}

bool meeting_faces(const Meeting *meeting, const Frame *f, const Frame *g) {
    return meeting->facing * vec3_dot(f->n, g->n) >= FACING_COSINE;
}

void clip_to_gap(Clip *clip, const Frame *f, const Frame *g, f64 gap) {
    // The height of g's plane over f's: h0 + slope . p
    f64 nx = vec3_dot(g->n, f->x), ny = vec3_dot(g->n, f->y), nz = vec3_dot(g->n, f->n);
    f64 h0 = vec3_dot(g->n, vec3_sub(g->origin, f->origin)) / nz;
    Vec2 slope = {-nx / nz, -ny / nz};
    clip_half_plane(clip, slope, gap - h0);
    clip_half_plane(clip, (Vec2){-slope.x, -slope.y}, gap + h0);
}

f64 meeting_add(Meeting *meeting, const Frame *f, const Clip *piece) {
    f64 area = piece->n >= 3 ? fmax(clip_area(piece), 0) : 0;
    if (area > meeting->largest) {
        Vec2 mid = {0, 0};
        for (u32 k = 0; k < piece->n; k++)
            mid = (Vec2){mid.x + piece->p[k].x / piece->n, mid.y + piece->p[k].y / piece->n};
        meeting->largest = area;
        meeting->point =
            vec3_add(f->origin, vec3_add(vec3_scale(f->x, mid.x), vec3_scale(f->y, mid.y)));
        meeting->normal = f->n;
    }
    return area;
}

static f64 meet_in_frame(const Frame *f, const Triangle *a, const Triangle *b, Meeting *meeting) {
    Frame g;
    if (!frame_of(b, &g) || !meeting_faces(meeting, f, &g))
        return 0;
    Vec2 pa[3], pb[3]; // b that looks at a runs the other way
    for (u32 k = 0; k < 3; k++) {
        pa[k] = to_frame(f, a->p[k]);
        pb[k] = to_frame(f, b->p[meeting->facing < 0 ? 2 - k : k]);
    }
    Clip clip = clip_triangles(pa, pb);
    if (clip.n < 3)
        return 0;
    clip_to_gap(&clip, f, &g, meeting->gap);
    return meeting_add(meeting, f, &clip);
}

f64 meet_triangles(const Triangle *a, const Triangle *b, Meeting *meeting) {
    Frame f;
    bool may = box3_touch(triangle_box(a), triangle_box(b), meeting->gap);
    return may && frame_of(a, &f) ? meet_in_frame(&f, a, b, meeting) : 0;
}

static f64 meet_leaves(const View *a, const View *b, NodePair pair, Meeting *meeting) {
    const BoxNode *na = view_node(a, pair.a), *nb = view_node(b, pair.b);
    f64 sum = 0;
    for (u32 i = na->right; i < na->right + na->len; i++) {
        Triangle ta = view_triangle(a, a->tree->boxes.items[i]);
        Box3 box = triangle_box(&ta);
        Frame f;
        if (!frame_of(&ta, &f))
            continue;
        for (u32 j = nb->right; j < nb->right + nb->len; j++) {
            Triangle tb = view_triangle(b, b->tree->boxes.items[j]);
            if (box3_touch(box, triangle_box(&tb), meeting->gap))
                sum += meet_in_frame(&f, &ta, &tb, meeting);
        }
    }
    return sum;
}

static f64 meet_solids(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, Meeting *meeting) {
    View va = view_make(a, NULL), vb = view_make(b, NULL);
    if (view_is_empty(&va) || view_is_empty(&vb))
        return 0;
    const Meeting none = *meeting;
    u64 most = PAIRS_A_TRI * ((u64)a->mesh->n_tris + b->mesh->n_tris) + FEW_PAIRS;
    f64 sum = 0;
    NodePair stack[PAIR_STACK_MAX];
    u32 len = 0;
    stack[len++] = (NodePair){0, 0};
    for (u64 n = 1; len; n++) {
        if (n > most) {
            *meeting = none;
            return meet_by_faces(heap, &va, &vb, meeting);
        }
        NodePair pair = stack[--len];
        Box3 box_a = view_node_box(&va, pair.a), box_b = view_node_box(&vb, pair.b);
        if (!box3_touch(box_a, box_b, meeting->gap))
            continue;
        if (view_node(&va, pair.a)->len && view_node(&vb, pair.b)->len) {
            sum += meet_leaves(&va, &vb, pair, meeting);
            continue;
        }
        node_pair_split(&va, &vb, pair, box_a, box_b, stack + len);
        len += 2;
        if (n % 65536 == 0)
            heap_poll(heap);
    }
    return sum;
}

f64 mesh_contact_area(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, f64 gap) {
    return meet_solids(heap, a, b, &(Meeting){.gap = gap, .facing = -1});
}

f64 mesh_flush_area(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, f64 gap, Vec3 *point,
                    Vec3 *normal) {
    Meeting meeting = {.gap = gap, .facing = 1};
    f64 area = meet_solids(heap, a, b, &meeting);
    *point = meeting.point;
    *normal = meeting.normal;
    return area;
}
