// SPDX-License-Identifier: Apache-2.0
// Skins: rings of points joined to a closed surface, with the region itself as caps. Extrusions,
// sweeps and lofts differ only in where they put their rings.
//
// Corner normals are the cross product of the direction along the profile's edge and the direction
// along the rings. An edge whose walls are plane gets none.
#include "compiler/solid/solid_internal.h"

typedef struct SkinBuild {
    const Skin *skin;
    MeshBuilder b;
    u32 n;        // points of a ring
    u32 *first;   // n_rings: first vertex of the ring, for poles that of the first loop's point
    u32 *loop_of; // n
    u32 *tris;    // of the region
    u32 n_tris;
} SkinBuild;

static Vec3 at(const SkinBuild *s, u32 ring, u32 i) {
    return s->skin->rings[(size_t)ring * s->n + i];
}

static bool is_pole(const Skin *skin, u32 ring) {
    return (ring == 0 && skin->pole_start) || (ring == skin->n_rings - 1 && skin->pole_end);
}

static u32 vert(const SkinBuild *s, u32 ring, u32 i) {
    return s->first[ring] + (is_pole(s->skin, ring) ? s->loop_of[i] : i);
}

// Direction along the rings at a ring, of the band that starts (after) or ends there: where the
// surface is smooth, from the ring before to the ring behind, so that the longer of both bands
// bends less.
static Vec3 along(const SkinBuild *s, u32 ring, u32 i, bool after) {
    const Skin *k = s->skin;
    u32 n = k->n_rings,
        before = ring > 0    ? ring - 1
                 : k->closed ? n - 1
                             : 0,
        next = ring + 1 < n ? ring + 1
               : k->closed  ? 0
                            : ring;
    if (!k->sharp || k->sharp[ring]) {
        before = after ? ring : before;
        next = after ? next : ring;
    }
    return vec3_sub(at(s, next, i), at(s, before, i));
}

static bool edge_is_smooth(const Skin *skin, u32 i) {
    const f32 *f = skin->region->normals ? skin->region->normals + 4 * (size_t)i : NULL;
    return f && (f[0] != 0 || f[1] != 0);
}

// Direction along the edge from point i to point k, at its start or end.
static Vec3 across(const SkinBuild *s, u32 ring, u32 i, u32 k, bool end) {
    const Skin *skin = s->skin;
    const f32 *f =
        skin->region->normals ? skin->region->normals + 4 * (size_t)i + (end ? 2 : 0) : NULL;
    if (f && (f[0] != 0 || f[1] != 0) && skin->frames) {
        Vec3 tangent = {-(f64)f[1], (f64)f[0], 0}; // the normal turned left
        return affine3_vector(&skin->frames[ring], tangent);
    }
    Vec3 chord = vec3_sub(at(s, ring, k), at(s, ring, i));
    if (!edge_is_smooth(skin, i))
        return chord;
    u32 loop = s->loop_of[i], first = skin->region->starts[loop],
        n = skin->region->starts[loop + 1] - first;
    u32 a = end ? k : first + (i - first + n - 1) % n, b = end ? first + (k - first + 1) % n : i;
    Vec3 other = vec3_sub(at(s, ring, b), at(s, ring, a)); // the neighbouring edge
    f64 scale = vec3_norm(chord) * vec3_norm(other);
    bool smooth = edge_is_smooth(skin, end ? k : a) && vec3_dot(chord, other) > 0.82 * scale;
    return smooth ? vec3_add(chord, other) : chord;
}

static bool is_plane(Vec3 a, Vec3 b, Vec3 c, Vec3 d) {
    Vec3 u = vec3_sub(c, a), v = vec3_sub(d, b), n = vec3_cross(u, v), w = vec3_sub(b, a);
    return fabs(vec3_dot(n, w)) <= 1e-7 * vec3_norm(n) * (vec3_norm(u) + vec3_norm(v));
}

// The quadrilateral between rings r and q on the edge from i to k.
static void add_quad(SkinBuild *s, u32 r, u32 q, u32 i, u32 k) {
    u32 tag = s->skin->edge_tags[i];
    Vec3 a = at(s, r, i), b = at(s, r, k), c = at(s, q, k), d = at(s, q, i);
    bool curved_along = s->skin->sharp && !(s->skin->sharp[r] && s->skin->sharp[q]);
    bool flat = !edge_is_smooth(s->skin, i) && !curved_along && is_plane(a, b, c, d);
    bool pole_r = is_pole(s->skin, r), pole_q = is_pole(s->skin, q);
    u32 v[4] = {vert(s, r, i), vert(s, r, k), vert(s, q, k), vert(s, q, i)};
    Vec3 n[4] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    if (!flat) {
        u32 tr = pole_r ? q : r,
            tq = pole_q ? r : q; // poles have no direction across: the other ring's
        n[0] = vec3_cross(across(s, tr, i, k, false), along(s, r, i, true));
        n[1] = vec3_cross(across(s, tr, i, k, true), along(s, r, k, true));
        n[2] = vec3_cross(across(s, tq, i, k, true), along(s, q, k, false));
        n[3] = vec3_cross(across(s, tq, i, k, false), along(s, q, i, false));
        for (int j = 0; j < 4; j++) {
            n[j] = vec3_unit(n[j]);
            flat = flat || (n[j].x == 0 && n[j].y == 0 && n[j].z == 0) || !vec3_is_finite(n[j]);
        }
    }
    // The shorter diagonal; on a tie, from a to c, so that equal solids have equal triangles.
    Vec3 ac = vec3_sub(c, a), bd = vec3_sub(d, b);
    bool use_bd = vec3_dot(bd, bd) < vec3_dot(ac, ac) * (1 - 1e-9);
    static const u32 SPLIT[2][2][3] = {{{0, 1, 2}, {0, 2, 3}}, {{0, 1, 3}, {1, 2, 3}}};
    if (pole_r || pole_q)
        use_bd = false;
    for (u32 t = 0; t < 2; t++) {
        if ((pole_r && t == 0) || (pole_q && t == 1))
            continue;
        const u32 *p = SPLIT[use_bd][t];
        if (flat)
            builder_flat(&s->b, v[p[0]], v[p[1]], v[p[2]], tag);
        else
            builder_curved(&s->b, (const u32[]){v[p[0]], v[p[1]], v[p[2]]},
                           (const Vec3[]){n[p[0]], n[p[1]], n[p[2]]}, tag);
    }
}

static void add_rings(SkinBuild *s) {
    const Skin *skin = s->skin;
    for (u32 r = 0; r < skin->n_rings; r++) {
        s->first[r] = s->b.verts.len;
        if (is_pole(skin, r)) {
            for (u32 loop = 0; loop < skin->region->n_loops; loop++)
                builder_vert(&s->b, at(s, r, skin->region->starts[loop]));
            continue;
        }
        for (u32 i = 0; i < s->n; i++)
            builder_vert(&s->b, at(s, r, i));
    }
}

static void add_cap(SkinBuild *s, u32 ring, bool reversed, u32 tag) {
    for (u32 t = 0; t < s->n_tris; t++) {
        const u32 *v = s->tris + 3 * (size_t)t;
        u32 f = s->first[ring];
        if (reversed)
            builder_flat(&s->b, f + v[0], f + v[2], f + v[1], tag);
        else
            builder_flat(&s->b, f + v[0], f + v[1], f + v[2], tag);
    }
}

bool skin_build(SolidContext *ctx, IrId id, const Skin *skin, Mesh *out) {
    const Region *region = skin->region;
    SkinBuild s = {.skin = skin, .n = region_count(region)};
    u32 n_bands = skin->n_rings - (skin->closed ? 0 : 1);
    if (!solid_reserve_tris(ctx, id, 2.0 * s.n * n_bands))
        return false;
    Heap *heap = ctx->heap;
    s.first = heap_alloc_raw(heap, skin->n_rings, sizeof(u32));
    s.loop_of = heap_alloc_raw(heap, MAX(s.n, 1), sizeof(u32));
    for (u32 loop = 0; loop < region->n_loops; loop++)
        for (u32 i = region->starts[loop]; i < region->starts[loop + 1]; i++)
            s.loop_of[i] = loop;
    bool curved = region->normals || skin->sharp;
    builder_init(&s.b, heap, s.n * skin->n_rings, 2 * s.n * n_bands + 2 * s.n,
                 curved || n_bands > 0);
    add_rings(&s);
    for (u32 r = 0; r < n_bands; r++)
        for (u32 loop = 0; loop < region->n_loops; loop++) {
            u32 first = region->starts[loop], end = region->starts[loop + 1];
            for (u32 i = first; i < end; i++)
                add_quad(&s, r, r + 1 < skin->n_rings ? r + 1 : 0, i, i + 1 < end ? i + 1 : first);
        }
    if (!skin->closed && !skin->open && !(skin->pole_start && skin->pole_end)) {
        region_triangulate(heap, region, &s.tris, &s.n_tris);
        if (!skin->pole_start)
            add_cap(&s, 0, true, skin->tag_start);
        if (!skin->pole_end && skin->cap_end) {
            heap_free(heap, s.tris);
            region_triangulate(heap, skin->cap_end, &s.tris, &s.n_tris);
        }
        if (!skin->pole_end)
            add_cap(&s, skin->n_rings - 1, false, skin->tag_end);
        heap_free(heap, s.tris);
    }
    builder_finish(&s.b, out);
    heap_free(heap, s.loop_of);
    heap_free(heap, s.first);
    return true;
}

u32 *skin_edge_tags(SolidContext *ctx, IrId id, const Region *region) {
    u32 n = region_count(region), n_tags = 0;
    u32 *tags = heap_alloc_raw(ctx->heap, MAX(n, 1), sizeof(u32));
    // Profile tags are dense: number them in order of first appearance through a table of their
    // span.
    u32 low = NONE, high = 0;
    for (u32 i = 0; i < n && region->edges; i++)
        if (region->edges[i] != REGION_TAG_ARC) // the joins of an offset: one side of their own
            low = MIN(low, region->edges[i]), high = MAX(high, region->edges[i]);
    low = MIN(low, high);
    if (!region->edges || n == 0) {
        u32 tag = solid_tags(ctx, id, "side", 1);
        for (u32 i = 0; i < n; i++)
            tags[i] = tag;
        return tags;
    }
    u32 *index = heap_alloc_raw(ctx->heap, (size_t)(high - low) + 2, sizeof(u32)); // the last: arcs
    memset(index, 0xff, ((size_t)(high - low) + 2) * sizeof(u32));
    for (u32 i = 0; i < n; i++) {
        u32 *slot =
            &index[region->edges[i] == REGION_TAG_ARC ? high - low + 1 : region->edges[i] - low];
        if (*slot == NONE)
            *slot = n_tags++;
        tags[i] = *slot;
    }
    u32 first = solid_tags(ctx, id, "side", n_tags);
    for (u32 i = 0; i < n; i++)
        tags[i] += first;
    heap_free(ctx->heap, index);
    return tags;
}
