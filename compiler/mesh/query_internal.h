// SPDX-License-Identifier: Apache-2.0
// What the query files share: the tree over a mesh's triangles, and meshes seen from another space.
#ifndef FRC_COMPILER_MESH_QUERY_INTERNAL_H
#define FRC_COMPILER_MESH_QUERY_INTERNAL_H

#include "compiler/mesh/query.h"
#include "compiler/mesh/query_boxes.h"

struct MeshTree {
    Heap *heap;
    const Mesh *mesh;
    BoxTree boxes; // of the triangles, in the mesh's space
    u32 *probes;   // n_probes vertices: one of each edge-connected component
    u32 n_probes;
};

typedef struct Triangle {
    Vec3 p[3];
} Triangle;

// A mesh seen from a common space.
typedef struct View {
    const Mesh *mesh;
    const MeshTree *tree;
    Affine3 map;  // mesh -> common space
    bool is_same; // map is the identity
    bool mirrors;
} View;

View view_make(const PlacedMesh *solid,
               const Affine3 *to_common);       // to_common: world -> common; NULL: the world
Box3 view_node_box(const View *view, u32 node); // never too small
// Counter-clockwise seen from outside in the common space too.
Triangle view_triangle(const View *view, u32 tri);
f64 box_extent(Box3 box); // the sum of its sides
Box3 triangle_box(const Triangle *t);
// True when the map keeps shapes (rotation, uniform scale, mirror, move); *scale: its factor.
bool affine3_is_similarity(const Affine3 *map, f64 *scale);

// Walks pairs of nodes of two views. Keep the pair on a stack of at most PAIR_STACK_MAX.
typedef struct NodePair {
    u32 a, b;
} NodePair;
enum { PAIR_STACK_MAX = 4 * BOX_TREE_DEPTH_MAX };
// Splits a pair that is not two leaves into two pairs: the larger inner node is halved. boxes: of
// the two nodes.
void node_pair_split(const View *a, const View *b, NodePair pair, Box3 box_a, Box3 box_b,
                     NodePair out[2]);
static inline const BoxNode *view_node(const View *v, u32 node) {
    return &v->tree->boxes.nodes[node];
}
static inline bool view_is_empty(const View *v) {
    return v->tree->boxes.n_nodes == 0;
}

// query_hulls.c: bounds by the convex hulls of what lies under two nodes. What reaches `enough` is
// not bettered; infinity: whatever there is.
f64 view_rounding(const View *view); // what a length in the common space may be off by, generously
// No point under one node is nearer than this to one under the other. *way: a direction from a to b
// to begin with, not 0; out: the best one found.
f64 hulls_apart(const View *a, const View *b, NodePair pair, f64 enough, Vec3 *way, u64 *work);
// What lies under a's node is everywhere this much higher than what lies under b's, or not above or
// below it. *slope: of a plane between them to begin with; out: the best one found.
f64 hulls_drop(const View *a, const View *b, NodePair pair, f64 enough, Vec2 *slope, u64 *work);
// Work, in some ten nanoseconds: of a pair of nodes, of triangles; of a node that a hull looks at.
// Hulls are asked where there is more to do than HULLS_FROM, and as long as those that rule out
// nothing are no more than four times what is done without them.
enum { WORK_PAIR = 5, WORK_TRIANGLES = 15, WORK_NODE = 2, HULLS_FROM = 4000 };
// Is there enough under the nodes for hulls to pay?
static inline bool node_pair_is_large(const View *a, const View *b, NodePair pair) {
    const BoxNode *na = view_node(a, pair.a), *nb = view_node(b, pair.b);
    enum { LARGE = 16 }; // nodes in the left halves
    return (na->len ? 0 : na->right - pair.a) + (nb->len ? 0 : nb->right - pair.b) >= LARGE;
}

// query_clip.c: convex polygons of the plane.
enum { CLIP_MAX = 12 };
typedef struct Clip {
    Vec2 p[CLIP_MAX];
    u32 n;
} Clip;
// Keeps what lies where x a.x + y a.y <= c. Each call adds at most one corner.
void clip_half_plane(Clip *clip, Vec2 a, f64 c);
// The common part of two counter-clockwise triangles.
Clip clip_triangles(const Vec2 a[3], const Vec2 b[3]);
f64 clip_area(const Clip *clip);

// query_contact.c: a triangle's plane with an orthonormal basis.
typedef struct Frame {
    Vec3 origin, x, y, n;
} Frame;
bool frame_of(const Triangle *t, Frame *f); // false: it has no plane
Vec2 to_frame(const Frame *f, Vec3 p);
// Keeps what lies where plane g is no more than gap over or under the frame's.
void clip_to_gap(Clip *clip, const Frame *f, const Frame *g, f64 gap);

// Which surfaces count: facing is -1 for those that look at each other, 1 for those that look the
// same way.
typedef struct Meeting {
    f64 gap, facing;
    f64 largest; // area of the largest piece so far, and its middle
    Vec3 point, normal;
} Meeting;
bool meeting_faces(const Meeting *meeting, const Frame *f, const Frame *g);
f64 meeting_add(Meeting *meeting, const Frame *f, const Clip *piece); // its area
f64 meet_triangles(const Triangle *a, const Triangle *b, Meeting *meeting);
// query_faces.c: the area over which the surfaces meet, by plane faces.
f64 meet_by_faces(Heap *heap, const View *a, const View *b, Meeting *meeting);

#endif
