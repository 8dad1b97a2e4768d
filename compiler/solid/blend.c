// SPDX-License-Identifier: Apache-2.0
// The smooth union. Where the surfaces of the operands come within r of each other, a fillet is
// made: the solid of the smooth minimum of their distances (Quilez's polynomial one: min - r/4
// max(1 - |a-b|/r, 0)^2), kept to where it differs from the plain minimum, and sunk a little so
// that its rim dives under the operands' surfaces at an angle that rounding cannot blur. The fillet
// is then united with the operands through the kernel: away from the joint every face of the
// operands is what it was, sharp edges and all.
#include "compiler/mesh/simplify.h"
#include "compiler/solid/combine.h"
#include "compiler/solid/field.h"

typedef struct Blend {
    DistanceTree **trees;
    u32 n;
    f64 r, sink;
    f64 rim; // 1 - |a-b|/r up to which the normals are an operand's own
} Blend;

typedef struct BlendValue {
    f64 least, smooth;
} BlendValue;

// Both minima at p; normal, if wanted, of the smooth one.
static BlendValue blend_at(const Blend *b, Vec3 p, Vec3 *normal) {
    BlendValue v = {INFINITY, INFINITY};
    for (u32 i = 0; i < b->n; i++) {
        f64 far = distance_lower_bound(b->trees[i], p);
        if (i > 0 && far > v.least + b->r)
            continue; // too far to matter
        Vec3 n;
        f64 d = distance_at(b->trees[i], p, normal ? &n : NULL), h = 0;
        if (v.smooth < INFINITY)
            h = fmax(1 - fabs(v.smooth - d) / b->r, 0);
        if (normal) {
            // The derivative by d, stretched so that the rim, where the fillet comes up through an
            // operand, has that operand's own normal: no crease to be seen.
            f64 bent = fmax(0, (h - b->rim) / (1 - b->rim)),
                w = d < v.smooth ? 1 - bent / 2 : bent / 2;
            *normal = i == 0 ? n : vec3_add(vec3_scale(*normal, 1 - w), vec3_scale(n, w));
        }
        v.smooth = fmin(v.smooth, d) - b->r / 4 * h * h;
        v.least = fmin(v.least, d);
    }
    return v;
}

// The smooth minimum, sunk by `sink` where it begins to lead, less and less towards the middle of
// the fillet.
static f64 sunk(const Blend *b, BlendValue v) {
    return v.smooth + fmax(0, b->sink - (v.least - v.smooth) / 4);
}

static f64 fillet_value(const void *ctx, Vec3 p) {
    const Blend *b = ctx;
    BlendValue v = blend_at(b, p, NULL);
    return fmax(sunk(b, v), b->sink / 2 - (v.least - v.smooth));
}

// The smooth minimum changes by at most 1 a unit of length, its lead over the plain one by at most
// 2, and so the sunk one by at most 1.5.
static bool fillet_may_cross(const void *ctx, Vec3 p, f64 radius) {
    const Blend *b = ctx;
    BlendValue v = blend_at(b, p, NULL);
    f64 f = sunk(b, v), g = b->sink / 2 - (v.least - v.smooth);
    if (f > 1.5 * radius || g > 2 * radius)
        return false;
    return f > -1.5 * radius || g > -2 * radius;
}

static void set_normals(Heap *heap, const Blend *b, Mesh *mesh) {
    mesh->normals = HEAP_NEW(heap, f32, 9 * (size_t)MAX(mesh->n_tris, 1));
    Vec3 *normals = heap_alloc_raw(heap, MAX(mesh->n_verts, 1), sizeof(Vec3));
    for (u32 i = 0; i < mesh->n_verts; i++) {
        blend_at(b, mesh->verts[i], &normals[i]);
        normals[i] = vec3_unit(normals[i]);
    }
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        Vec3 a = mesh->verts[v[0]], face = vec3_unit(vec3_cross(vec3_sub(mesh->verts[v[1]], a),
                                                                vec3_sub(mesh->verts[v[2]], a)));
        bool inner = true; // the inner wall faces away from the surface; the union swallows it
        for (u32 k = 0; k < 3; k++)
            inner = inner && vec3_dot(face, normals[v[k]]) < 0.2;
        for (u32 k = 0; k < 3 && !inner; k++) {
            f32 *f = mesh->normals + 9 * (size_t)t + 3 * k;
            Vec3 n = vec3_dot(face, normals[v[k]]) > 0.2 ? normals[v[k]] : face;
            f[0] = (f32)n.x, f[1] = (f32)n.y, f[2] = (f32)n.z;
        }
    }
    heap_free(heap, normals);
}

static bool too_fine(SolidContext *ctx, IrId id, f64 r) {
    Diag *d =
        solid_error(ctx, id, DIAG_E0503, "a blend of %.*s is too fine for solids of this size",
                    STR_ARG(solid_mm(ctx, r)));
    diag_help(ctx->diags, d,
              "use a larger r, or blend only the pieces near the joint and unite the rest");
    ctx->diags->limit_reached = true;
    return false;
}

enum { BLEND_CELLS_MAX = 2000000 };

// The fillet between meshes[0..n), in their common frame.
static bool make_fillet(SolidContext *ctx, IrId id, const Mesh *meshes, u32 n, f64 r, Mesh *out) {
    Heap *heap = ctx->heap;
    f64 chord = tess_chord(ctx, r), h = fmin(fmax(sqrt(6 * chord * r), r / 12), r / 3);
    Blend blend = {
        .n = n, .r = r, .sink = fmin(fmax(fmax(chord / 2, h * h / (24 * r)), r / 80), r / 40)};
    // Where the lead is what the sink takes, and one cell farther: corners of every triangle that
    // comes up there have the operand's normals.
    blend.rim = fmin(2 * sqrt(0.8 * blend.sink / r) + 1.2 * h / r, 0.8);
    blend.trees = heap_alloc(heap, n, sizeof(DistanceTree *));
    Box3 box = box3_empty();
    for (u32 i = 0; i < n; i++) {
        blend.trees[i] = distance_create(heap, &meshes[i]);
        Box3 own = mesh_bounds(&meshes[i]);
        box = box3_join(box, own);
    }
    box.min = vec3_sub(box.min, (Vec3){r, r, r});
    box.max = vec3_add(box.max, (Vec3){r, r, r});
    IsoField field = {&blend, fillet_value, fillet_may_cross, solid_tags(ctx, id, "blend", 1)};
    bool ok = iso_build(heap, &field, box, h, BLEND_CELLS_MAX, out);
    if (!ok)
        too_fine(ctx, id, r);
    else // what the grid makes more triangles of than the bend asks for; the rim stays under
        mesh_simplify(heap, out, 0, fmin(chord, blend.sink / 2));
    ok = ok && solid_reserve_tris(ctx, id, out->n_tris);
    if (ok)
        set_normals(heap, &blend, out);
    for (u32 i = 0; i < n; i++)
        distance_destroy(blend.trees[i]);
    heap_free(heap, blend.trees);
    return ok;
}

bool build_blend(SolidContext *ctx, IrId id, Mesh *out) {
    const IrNode *node = solid_node(ctx, id);
    Heap *heap = ctx->heap;
    f64 r = node->nums[IR_BLEND_r];
    u32 n = node->n_children, live = 0;
    Mesh *meshes = heap_alloc(heap, MAX(n, 1), sizeof(Mesh)), fillet = {0};
    Csg csg;
    csg_init(&csg, ctx);
    u32 *kids = heap_alloc_raw(heap, (size_t)n + 1, sizeof(u32)), n_kids = 0;
    bool ok = true;
    for (u32 i = 0; i < n && ok; i++) {
        Affine3 map;
        SolidEntry *e = solid_entry_placed(ctx, node->children[i], &map);
        ok = e != NULL;
        if (!ok || e->mesh.n_tris == 0)
            continue;
        kids[n_kids++] = csg_add_leaf(&csg, &e->mesh, mesh_bounds(&e->mesh), &map);
        mesh_copy(&meshes[live], heap, &e->mesh);
        mesh_transform(&meshes[live++], &map);
    }
    if (ok && live > 1 && r > 0)
        ok = make_fillet(ctx, id, meshes, live, r, &fillet);
    if (ok && fillet.n_tris) {
        Affine3 identity = affine3_identity();
        kids[n_kids++] = csg_add_leaf(&csg, &fillet, mesh_bounds(&fillet), &identity);
    }
    if (ok)
        ok = csg_evaluate(&csg, csg_union(&csg, kids, n_kids), (CsgOptions){0}, out);
    csg_finish(&csg);
    mesh_finish(&fillet, heap);
    for (u32 i = 0; i < live; i++)
        mesh_finish(&meshes[i], heap);
    heap_free(heap, kids);
    heap_free(heap, meshes);
    return ok;
}
