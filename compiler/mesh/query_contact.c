// SPDX-License-Identifier: Apache-2.0
// Where two solids touch: pairs of triangles that face each other (or, for flush faces, the same
// way) are projected along the first one's normal, and the part of the overlap where they are
// within the gap is added up.
#include "compiler/mesh/query_internal.h"

static const f64 FACING_COSINE = 0.98; // facets of one curved contact differ by a few degrees

// The triangle's plane with an orthonormal basis.
typedef struct Frame {
    Vec3 origin, x, y, n;
} Frame;

static bool frame_of(const Triangle *t, Frame *f) {
    Vec3 x = vec3_sub(t->p[1], t->p[0]), n = vec3_cross(x, vec3_sub(t->p[2], t->p[0]));
    if (!(vec3_dot(n, n) > 0))
        return false;
    f->origin = t->p[0];
    f->x = vec3_unit(x);
    f->n = vec3_unit(n);
    f->y = vec3_cross(f->n, f->x);
    return true;
}

static Vec2 to_frame(const Frame *f, Vec3 p) {
    Vec3 d = vec3_sub(p, f->origin);
    return (Vec2){vec3_dot(d, f->x), vec3_dot(d, f->y)};
}

// Which pairs count: facing is -1 for surfaces that look at each other, 1 for those that look the
// same way.
typedef struct Meeting {
    f64 gap, facing;
    f64 largest; // area of the largest piece so far, and its middle
    Vec3 point, normal;
} Meeting;

static f64 contact_of_pair(const Frame *f, const Triangle *a, const Triangle *b, Meeting *meeting) {
    Frame g;
    f64 gap = meeting->gap;
    if (!frame_of(b, &g) || meeting->facing * vec3_dot(f->n, g.n) < FACING_COSINE)
        return 0;
    Vec2 pa[3], pb[3]; // b that looks at a runs the other way
    for (u32 k = 0; k < 3; k++) {
        pa[k] = to_frame(f, a->p[k]);
        pb[k] = to_frame(f, b->p[meeting->facing < 0 ? 2 - k : k]);
    }
    Clip clip = clip_triangles(pa, pb);
    if (clip.n < 3)
        return 0;
    // Height of b's plane over a's: h0 + slope . p
    f64 nx = vec3_dot(g.n, f->x), ny = vec3_dot(g.n, f->y), nz = vec3_dot(g.n, f->n);
    f64 h0 = vec3_dot(g.n, vec3_sub(g.origin, f->origin)) / nz;
    Vec2 slope = {-nx / nz, -ny / nz};
    clip_half_plane(&clip, slope, gap - h0);
    clip_half_plane(&clip, (Vec2){-slope.x, -slope.y}, gap + h0);
    f64 area = clip.n >= 3 ? fmax(clip_area(&clip), 0) : 0;
    if (area > meeting->largest) {
        Vec2 mid = {0, 0};
        for (u32 k = 0; k < clip.n; k++)
            mid = (Vec2){mid.x + clip.p[k].x / clip.n, mid.y + clip.p[k].y / clip.n};
        meeting->largest = area;
        meeting->point =
            vec3_add(f->origin, vec3_add(vec3_scale(f->x, mid.x), vec3_scale(f->y, mid.y)));
        meeting->normal = f->n;
    }
    return area;
}

static f64 contact_of_leaves(const View *a, const View *b, NodePair pair, Meeting *meeting) {
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
                sum += contact_of_pair(&f, &ta, &tb, meeting);
        }
    }
    return sum;
}

static f64 meeting_area(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, Meeting *meeting) {
    View va = view_make(a, NULL), vb = view_make(b, NULL);
    if (view_is_empty(&va) || view_is_empty(&vb))
        return 0;
    f64 sum = 0;
    NodePair stack[PAIR_STACK_MAX];
    u32 len = 0;
    stack[len++] = (NodePair){0, 0};
    for (u32 n = 1; len; n++) {
        NodePair pair = stack[--len];
        Box3 box_a = view_node_box(&va, pair.a), box_b = view_node_box(&vb, pair.b);
        if (!box3_touch(box_a, box_b, meeting->gap))
            continue;
        if (view_node(&va, pair.a)->len && view_node(&vb, pair.b)->len) {
            sum += contact_of_leaves(&va, &vb, pair, meeting);
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
    return meeting_area(heap, a, b, &(Meeting){.gap = gap, .facing = -1});
}

f64 mesh_flush_area(Heap *heap, const PlacedMesh *a, const PlacedMesh *b, f64 gap, Vec3 *point,
                    Vec3 *normal) {
    Meeting meeting = {.gap = gap, .facing = 1};
    f64 area = meeting_area(heap, a, b, &meeting);
    *point = meeting.point;
    *normal = meeting.normal;
    return area;
}
