// SPDX-License-Identifier: Apache-2.0
// What the files of the pass merge share. Corners of triangles are halves (of Faces) or, from
// n_halves on, middles.
#ifndef FRC_COMPILER_MESH_BOOLEAN_MERGE_H
#define FRC_COMPILER_MESH_BOOLEAN_MERGE_H

#include "compiler/mesh/boolean_internal.h"

// A corner of a triangle that is no corner of its face: in the middle of an edge.
typedef struct Middle {
    u32 half;   // any of the face
    u32 vertex; // + 1
    f64 at[3];  // in quanta
} Middle;

// Two names of edges that have become one: see edge_name.
typedef struct Alias {
    u64 a, b;
} Alias;

// The triangles of faces that follow each other, about as much work as others', or of a large face.
typedef struct FacePart {
    u32 cells_start, cells_end; // the faces whose first cell is one of these
    VEC(u32) tris;              // corners
    VEC(Alias) aliases;
    VEC(u64) slits; // holes of two corners: edge_name of one of their borders
    u32 first;      // triangle of the result
} FacePart;

// The untouched triangles of a leaf in the result.
typedef struct LeafPart {
    VEC(u32) tris;           // of the leaf
    u32 first;               // the first one's place in the result
    u32 first_vert, n_verts; // that no face has
    bool is_kept;            // some of its patches
} LeafPart;

typedef struct Merge {
    Kernel *k;
    const Faces *f;
    bool keep_coplanar;
    u32 *face;       // by cell (of Faces): the first cell of its face
    bool *is_border; // by half: another face lies across
    u32 *corner;     // by half: output vertex + 1, 0: not set, NONE: dropped
    VEC(u32) points; // the first vertices of the result
    FacePart *parts;
    u32 n_parts, n_face_tris;
    LeafPart *leaf_parts; // by leaf; NULL without patches
    u32 *vertex_of;       // by leaf's vertex: + 1, among its part's; 0: none
    u32 n_verts, n_tris;  // of the result
    VEC(u64) slits;       // ascending; the first middles are theirs, two for each
    VEC(Middle) middles;
    VEC(Vec3) added; // the last vertices
    // repairs
    VEC(Alias) aliases;
    VEC(u32) tris; // all parts in one
    VEC(u32) twin; // by edge of a triangle (3 t + corner)
} Merge;

// ---- boolean_merge.c ----
static inline u32 half_twin(const Merge *m, u32 h) {
    return m->f->halves[h].twin;
}
static inline u32 out_dest(const Merge *m, u32 h) {
    return m->f->halves[m->f->halves[h].next].origin;
}
// The next half of the face's border.
static inline u32 next_border(const Merge *m, u32 h) {
    u32 g = m->f->halves[h].next;
    while (!m->is_border[g])
        g = m->f->halves[half_twin(m, g)].next;
    return g;
}
static inline u32 corner_half(const Merge *m, u32 c) {
    u32 n = m->f->n_halves;
    return c < n ? c : m->middles.data[c - n].half;
}
static inline const f64 *corner_at(const Merge *m, u32 c) {
    u32 n = m->f->n_halves;
    return c < n ? m->k->points.data[m->f->halves[c].origin].at : m->middles.data[c - n].at;
}
static inline u32 corner_vertex(const Merge *m, u32 c) {
    u32 n = m->f->n_halves;
    return (c < n ? m->corner[c] : m->middles.data[c - n].vertex) - 1;
}
static inline const FaceCell *corner_cell(const Merge *m, u32 c) {
    return &m->f->cells[m->f->halves[corner_half(m, c)].cell];
}
// The same of the border that starts at half from; *to: the half at which it ends.
u64 border_name(const Merge *m, u32 from, u32 *to);
// Which edge of the surface a triangle's edge is: the two triangles at it give the same name.
u64 edge_name(const Merge *m, u32 from, u32 to);
// Of a cell (not of a patch): along its plane's normal, outwards, of any length.
void outward_normal(const Kernel *k, const FaceCell *cell, i64 n[3]);
Vec3 place_at(const Kernel *k, const f64 at[3]); // of a place in quanta, mm

// ---- boolean_triangles.c: faces to triangles. Fills parts. ----
void triangulate_faces(Merge *m);

// ---- boolean_slits.c ----
bool add_slits(Merge *m);                  // what parts found, with middles; false: none
u32 slit_middle(const Merge *m, u32 from); // on the border that starts at half from, or NONE
u64 slit_edge_name(const Merge *m, u32 middle, u32 corner); // edge_name
void place_slits(Merge *m);                                 // n_verts is known

// ---- boolean_copies.c ----
void count_copies(Merge *m);
void write_copies(Merge *m, Mesh *out);

// ---- boolean_labels.c: writes the triangles of parts. ----
Vec3 map_normal(const Affine3 *map, Vec3 n); // of length 1
void write_triangles(Merge *m, Mesh *out);

// ---- boolean_repair.c ----
// Edges of one pair of vertices get middles. False: there was nothing to part, or no telling which
// edges are one.
bool part_edges(Merge *m);
// A vertex whose triangles form several fans becomes several. False: there are edges without a
// single twin.
bool part_fans(Kernel *k, Mesh *mesh);

#endif
