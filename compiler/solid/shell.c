// SPDX-License-Identifier: Apache-2.0
// Shells: a solid minus its inset by the wall. The inset is made by what the solid is: a smaller
// box or ball, a section or profile offset in its plane, the planes of a convex solid or of any
// with flat faces moved inward; for anything else it is the surface at depth `wall` in the solid's
// distance field, whose inner edges come out slightly bevelled. As the inset lies strictly inside,
// the shell is both surfaces together, the inner turned round.
#include "compiler/mesh/simplify.h"
#include "compiler/solid/combine.h"
#include "compiler/solid/field.h"
#include "compiler/solid/shell_internal.h"

typedef enum Inset {
    INSET_MADE,
    INSET_EMPTY,   // the wall is too thick
    INSET_FAILED,  // diagnosed
    INSET_UNKNOWN, // try the next way
} Inset;

typedef struct Shell {
    SolidContext *ctx;
    IrId id, child; // child: without its transform
    f64 wall;       // in the child's frame
    u32 tag;
    f64 most; // when empty: the thickest wall, 0 if unknown
} Shell;

static Inset inset_box(Shell *s, Mesh *out) {
    const f64 *n = solid_node(s->ctx, s->child)->nums;
    if (n[IR_BOX_chamfer] > 0)
        return INSET_UNKNOWN;
    f64 w = s->wall, r = n[IR_BOX_round] - w;
    Box3 box = {{n[0] + w, n[1] + w, n[2] + w}, {n[3] - w, n[4] - w, n[5] - w}};
    Vec3 size = box3_size(box);
    f64 least = fmin(size.x, fmin(size.y, size.z));
    s->most = least / 2 + w;
    if (least <= 0)
        return INSET_EMPTY;
    u32 tags = solid_tags(s->ctx, s->id, "inner", 6);
    if (r > 1e-6 * w)
        mesh_round_box(s->ctx, box, fmin(r, least / 2), tess_segments(s->ctx, r) / 4, tags, s->tag,
                       out);
    else
        mesh_box(s->ctx->heap, box, tags, out);
    return INSET_MADE;
}

static Inset inset_ball(Shell *s, f64 r, f64 half_height, Mesh *out) {
    s->most = r;
    r -= s->wall, half_height -= s->wall;
    if (r <= 0)
        return INSET_EMPTY;
    mesh_round_box(s->ctx, (Box3){{-r, -r, -half_height}, {r, r, half_height}}, r,
                   tess_segments(s->ctx, r) / 4, s->tag, s->tag, out);
    return INSET_MADE;
}

// The section, mirrored to a whole one, offset inward, and halved again.
static Inset inset_section(Shell *s, Mesh *out) {
    SolidContext *ctx = s->ctx;
    Heap *heap = ctx->heap;
    Region half[2], whole, inner, cut[2], section = {0};
    bool turned = solid_node(ctx, s->child)->kind == IR_REVOLVE;
    if (!(turned ? revolve_section : primitive_section)(ctx, s->child, &half[0]))
        return INSET_FAILED;
    region_copy(&half[1], heap, &half[0]);
    Affine2 mirror = {{{-1, 0}, {0, 1}}, {0, 0}};
    region_transform(&half[1], &mirror);
    Inset answer = INSET_UNKNOWN;
    if (region_boolean(heap, REGION_UNION, half, 2, &whole) == STATUS_OK) {
        if (region_offset(heap, &whole, -s->wall, REGION_JOIN_MITER, s->wall, &inner) ==
            STATUS_OK) {
            Box2 box = region_bounds(&whole);
            f64 far = fmax(box.max.x, box.max.y - box.min.y);
            Vec2 p[4] = {{0, box.min.y - far},
                         {2 * far, box.min.y - far},
                         {2 * far, box.max.y + far},
                         {0, box.max.y + far}};
            u32 starts[2] = {0, 4}, edges[4] = {s->tag, s->tag, s->tag, s->tag};
            cut[0] = inner;
            cut[1] = (Region){.points = p, .starts = starts, .n_loops = 1, .edges = edges};
            if (inner.n_loops &&
                region_boolean(heap, REGION_INTERSECTION, cut, 2, &section) != STATUS_OK)
                section = (Region){0};
            answer = section.n_loops ? INSET_MADE : INSET_EMPTY;
            if (answer == INSET_EMPTY)
                s->most = region_inset_most(ctx, &whole);
            region_finish(&inner, heap);
        }
        region_finish(&whole, heap);
    }
    if (answer == INSET_MADE) {
        f64 radius = region_bounds(&section).max.x;
        for (u32 i = 0; i < region_count(&section); i++)
            if (fabs(section.points[i].x) < 1e-7 * radius)
                section.points[i].x = 0;
        if (!section.edges)
            section.edges = HEAP_NEW(heap, u32, region_count(&section));
        for (u32 i = 0; i < region_count(&section); i++)
            section.edges[i] = s->tag;
        region_smooth(heap, &section, 35);
        if (!lathe_build(ctx, s->id, &section, 360, tess_segments(ctx, radius), 0, out))
            answer = INSET_FAILED;
    }
    region_finish(&section, heap);
    region_finish(&half[0], heap);
    region_finish(&half[1], heap);
    return answer;
}

static Inset inset_extrude(Shell *s, Mesh *out) {
    SolidContext *ctx = s->ctx;
    const IrNode *node = solid_node(ctx, s->child);
    const f64 *n = node->nums;
    if (n[IR_EXTRUDE_twist] != 0 || n[IR_EXTRUDE_taper] != 1 || n[IR_EXTRUDE_round] > 0)
        return INSET_UNKNOWN;
    Region region, inner;
    if (!profile_build(ctx, node->children[0], &region))
        return INSET_FAILED;
    Inset answer = INSET_UNKNOWN;
    if (region_offset(ctx->heap, &region, -s->wall, REGION_JOIN_MITER, s->wall, &inner) ==
        STATUS_OK) {
        answer = inner.n_loops && n[IR_EXTRUDE_h] > 2 * s->wall ? INSET_MADE : INSET_EMPTY;
        if (answer == INSET_EMPTY)
            s->most = fmin(region_inset_most(ctx, &region), n[IR_EXTRUDE_h] / 2);
    }
    if (answer == INSET_MADE) {
        region_smooth(ctx->heap, &inner, 35);
        u32 len = region_count(&inner);
        Vec3 *rings = heap_alloc_raw(ctx->heap, 2 * (size_t)len, sizeof(Vec3));
        u32 *tags = heap_alloc_raw(ctx->heap, len, sizeof(u32));
        for (u32 i = 0; i < len; i++) {
            rings[i] = (Vec3){inner.points[i].x, inner.points[i].y, s->wall};
            rings[len + i] =
                (Vec3){inner.points[i].x, inner.points[i].y, n[IR_EXTRUDE_h] - s->wall};
            tags[i] = s->tag;
        }
        u32 caps = solid_tags(ctx, s->id, "inner", 2);
        Skin skin = {.region = &inner,
                     .rings = rings,
                     .n_rings = 2,
                     .tag_start = caps,
                     .tag_end = caps + 1,
                     .edge_tags = tags};
        if (!skin_build(ctx, s->id, &skin, out))
            answer = INSET_FAILED;
        heap_free(ctx->heap, tags);
        heap_free(ctx->heap, rings);
    }
    if (answer != INSET_UNKNOWN)
        region_finish(&inner, ctx->heap);
    region_finish(&region, ctx->heap);
    return answer;
}

// ---- convex solids ----

typedef struct Plane {
    Vec3 n;
    f64 d; // n p <= d inside
} Plane;

// Every corner of every triangle's neighbours lies behind its plane: with one closed component that
// is convexity. Tested against a vertex sample that includes all neighbours: all vertices, for
// small meshes.
static bool is_convex(const Mesh *mesh, const Plane *planes, u32 n_planes, f64 slack) {
    for (u32 k = 0; k < n_planes; k++)
        for (u32 v = 0; v < mesh->n_verts; v++)
            if (vec3_dot(planes[k].n, mesh->verts[v]) > planes[k].d + slack)
                return false;
    return true;
}

enum { CONVEX_PLANES_MAX = 400, CONVEX_VERTS_MAX = 2000 };

// Distinct planes of the triangles; NONE when there are too many.
static u32 find_planes(const Mesh *mesh, Plane *planes, f64 slack) {
    u32 n = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        Vec3 a = mesh->verts[v[0]],
             c = vec3_cross(vec3_sub(mesh->verts[v[1]], a), vec3_sub(mesh->verts[v[2]], a));
        Plane p = {vec3_unit(c), 0};
        if (vec3_norm(c) <= slack * slack)
            continue;
        p.d = vec3_dot(p.n, a);
        u32 k = 0;
        while (k < n &&
               !(vec3_dot(planes[k].n, p.n) > 1 - 1e-12 && fabs(planes[k].d - p.d) < slack))
            k++;
        if (k < n)
            continue;
        if (n == CONVEX_PLANES_MAX)
            return NONE;
        planes[n++] = p;
    }
    return n;
}

// Planes moved inward by the wall, met by duality: the hull of the points n / (d - n c) has a facet
// for each corner of the intersection.
static Inset inset_convex(Shell *s, const Mesh *mesh, Mesh *out) {
    Heap *heap = s->ctx->heap;
    if (mesh->n_verts > CONVEX_VERTS_MAX)
        return INSET_UNKNOWN;
    Box3 box = mesh_bounds(mesh);
    Vec3 size = box3_size(box);
    f64 slack = 1e-9 * (size.x + size.y + size.z);
    Plane *planes = heap_alloc_raw(heap, CONVEX_PLANES_MAX, sizeof(Plane));
    u32 n = find_planes(mesh, planes, slack);
    MeshMeasure measure = mesh_measure(mesh);
    Inset answer = INSET_UNKNOWN;
    f64 depth = INFINITY;
    for (u32 k = 0; n != NONE && k < n; k++)
        depth = fmin(depth, planes[k].d - vec3_dot(planes[k].n, measure.center));
    if (n != NONE && depth > s->wall * (1 + 1e-6) && is_convex(mesh, planes, n, slack)) {
        Vec3 *dual = heap_alloc_raw(heap, n, sizeof(Vec3));
        for (u32 k = 0; k < n; k++)
            dual[k] = vec3_scale(
                planes[k].n, 1 / (planes[k].d - s->wall - vec3_dot(planes[k].n, measure.center)));
        Mesh hull;
        if (mesh_hull(heap, dual, n, &hull)) {
            Vec3 *points = heap_alloc_raw(heap, hull.n_tris, sizeof(Vec3));
            for (u32 t = 0; t < hull.n_tris; t++) {
                const u32 *v = hull.tris + 3 * (size_t)t;
                Vec3 a = hull.verts[v[0]],
                     c = vec3_cross(vec3_sub(hull.verts[v[1]], a), vec3_sub(hull.verts[v[2]], a));
                points[t] = vec3_add(measure.center, vec3_scale(c, 1 / vec3_dot(c, a)));
            }
            if (mesh_hull(heap, points, hull.n_tris, out)) {
                answer = INSET_MADE;
                for (u32 t = 0; t < out->n_tris; t++)
                    out->tags[t] = s->tag;
            }
            heap_free(heap, points);
            mesh_finish(&hull, heap);
        }
        heap_free(heap, dual);
    }
    heap_free(heap, planes);
    return answer;
}

// ---- anything ----

typedef struct DepthField {
    DistanceTree *tree;
    f64 wall;
} DepthField;

static f64 depth_value(const void *ctx, Vec3 p) {
    const DepthField *f = ctx;
    return distance_at(f->tree, p, NULL) + f->wall;
}

static bool depth_may_cross(const void *ctx, Vec3 p, f64 radius) {
    const DepthField *f = ctx;
    if (distance_lower_bound(f->tree, p) > radius)
        return false;
    return fabs(distance_at(f->tree, p, NULL) + f->wall) <= radius;
}

static void set_normals(Heap *heap, const DepthField *field, Mesh *mesh) {
    mesh->normals = HEAP_NEW(heap, f32, 9 * (size_t)MAX(mesh->n_tris, 1));
    for (u32 t = 0; t < mesh->n_tris; t++) {
        const u32 *v = mesh->tris + 3 * (size_t)t;
        Vec3 a = mesh->verts[v[0]],
             face = vec3_unit(
                 vec3_cross(vec3_sub(mesh->verts[v[1]], a), vec3_sub(mesh->verts[v[2]], a))),
             n[3];
        bool smooth = true;
        for (u32 k = 0; k < 3; k++) {
            distance_at(field->tree, mesh->verts[v[k]], &n[k]);
            smooth = smooth && vec3_dot(n[k], face) > 0.85;
        }
        for (u32 k = 0; k < 3 && smooth; k++) {
            f32 *f = mesh->normals + 9 * (size_t)t + 3 * k;
            f[0] = (f32)n[k].x, f[1] = (f32)n[k].y, f[2] = (f32)n[k].z;
        }
    }
}

enum { SHELL_CELLS_MAX = 1000000 };

static Inset inset_field(Shell *s, const Mesh *mesh, Mesh *out) {
    Heap *heap = s->ctx->heap;
    Box3 box = mesh_bounds(mesh);
    Vec3 size = box3_size(box);
    f64 extent = fmax(size.x, fmax(size.y, size.z)), least = fmin(size.x, fmin(size.y, size.z));
    f64 h = fmax(fmin(s->wall, least / 12), extent / 100);
    DepthField field = {distance_create(heap, mesh), s->wall};
    IsoField iso = {&field, depth_value, depth_may_cross, s->tag};
    Inset answer = INSET_EMPTY;
    if (!iso_build(heap, &iso, box, h, SHELL_CELLS_MAX, out)) {
        Diag *d = solid_error(s->ctx, s->id, DIAG_E0503,
                              "a wall of %.*s is too thin for a solid of this size",
                              STR_ARG(solid_mm(s->ctx, s->wall)));
        diag_help(s->ctx->diags, d,
                  "use a thicker wall, or draw the inside as a solid of its own and subtract it");
        s->ctx->diags->limit_reached = true;
        answer = INSET_FAILED;
    } else if (out->n_tris) {
        mesh_simplify(heap, out, 0, fmin(tess_chord(s->ctx, extent / 2) / 2, s->wall / 8));
        set_normals(heap, &field, out);
        answer = INSET_MADE;
    } else {
        mesh_finish(out, heap);
    }
    distance_destroy(field.tree);
    return answer;
}

// ---- the shell ----

static Inset make_inset(Shell *s, const Mesh *mesh, Mesh *out) {
    const IrNode *node = solid_node(s->ctx, s->child);
    Inset answer = INSET_UNKNOWN;
    *out = (Mesh){0};
    if (node->kind == IR_BOX)
        answer = inset_box(s, out);
    else if (node->kind == IR_SPHERE)
        answer = inset_ball(s, node->nums[IR_SPHERE_d] / 2, node->nums[IR_SPHERE_d] / 2, out);
    else if (node->kind == IR_CAPSULE)
        answer = inset_ball(s, node->nums[IR_CAPSULE_d] / 2, node->nums[IR_CAPSULE_h] / 2, out);
    else if (node->kind == IR_CYLINDER || node->kind == IR_TUBE || node->kind == IR_TORUS ||
             (node->kind == IR_REVOLVE && node->nums[IR_REVOLVE_angle] >= 360))
        answer = inset_section(s, out);
    else if (node->kind == IR_EXTRUDE)
        answer = inset_extrude(s, out);
    if (answer == INSET_UNKNOWN)
        answer = inset_convex(s, mesh, out);
    if (answer == INSET_UNKNOWN && shell_move_planes(s->ctx, mesh, s->wall, s->tag, out))
        answer = INSET_MADE;
    if (answer == INSET_UNKNOWN)
        answer = inset_field(s, mesh, out);
    return answer;
}

static bool too_thick(Shell *s, f64 scale) {
    Str wall = solid_mm(s->ctx, s->wall * scale);
    Diag *d = solid_error(s->ctx, s->id, DIAG_E0611,
                          "a wall of %.*s leaves no room inside this solid", STR_ARG(wall));
    if (s->most > 0) {
        diag_measure(d, s->wall * scale, s->most * scale, STR("mm"));
        diag_help(s->ctx->diags, d, "the wall must be below %.*s",
                  STR_ARG(solid_mm(s->ctx, s->most * scale)));
    } else {
        diag_help(s->ctx->diags, d, "the wall must be below half of the solid's thickness");
    }
    return false;
}

// Both surfaces in one mesh, the inner turned round.
static void join(Heap *heap, const Mesh *outer, const Mesh *inner, Mesh *out) {
    u32 nv = outer->n_verts, nt = outer->n_tris;
    mesh_init(out, heap, nv + inner->n_verts, nt + inner->n_tris, outer->normals || inner->normals);
    memcpy(out->verts, outer->verts, nv * sizeof(Vec3));
    memcpy(out->verts + nv, inner->verts, inner->n_verts * sizeof(Vec3));
    memcpy(out->tris, outer->tris, 3 * (size_t)nt * sizeof(u32));
    memcpy(out->tags, outer->tags, nt * sizeof(u32));
    memcpy(out->tags + nt, inner->tags, inner->n_tris * sizeof(u32));
    memcpy(out->mats, outer->mats, nt * sizeof(u16));
    memset(out->mats + nt, 0, inner->n_tris * sizeof(u16));
    if (outer->normals)
        memcpy(out->normals, outer->normals, 9 * (size_t)nt * sizeof(f32));
    for (u32 t = 0; t < inner->n_tris; t++)
        for (u32 k = 0; k < 3; k++) {
            u32 from = k == 0 ? 0 : 3 - k;
            out->tris[3 * (size_t)(nt + t) + k] = nv + inner->tris[3 * (size_t)t + from];
            for (u32 a = 0; a < 3 && inner->normals; a++)
                out->normals[9 * (size_t)(nt + t) + 3 * k + a] =
                    -inner->normals[9 * (size_t)t + 3 * from + a];
        }
}

static bool even_scale(const Affine3 *map, f64 *scale) {
    Vec3 c[3];
    for (int j = 0; j < 3; j++)
        c[j] = (Vec3){map->m[0][j], map->m[1][j], map->m[2][j]};
    *scale = vec3_norm(c[0]);
    f64 slack = 1e-9 * *scale;
    return fabs(vec3_norm(c[1]) - *scale) <= slack && fabs(vec3_norm(c[2]) - *scale) <= slack &&
           fabs(vec3_dot(c[0], c[1])) <= slack * *scale &&
           fabs(vec3_dot(c[1], c[2])) <= slack * *scale &&
           fabs(vec3_dot(c[2], c[0])) <= slack * *scale;
}

bool build_shell(SolidContext *ctx, IrId id, Mesh *out) {
    const IrNode *node = solid_node(ctx, id);
    Affine3 map;
    f64 scale = 1;
    Shell s = {.ctx = ctx, .id = id, .child = node->children[0], .wall = node->nums[IR_SHELL_wall]};
    IrId inner_id = ir_strip_xform(ctx->graph, s.child, &map);
    const Mesh *mesh;
    if (inner_id != s.child &&
        !even_scale(&map, &scale)) { // squeezed: the wall is not even in the child's frame
        mesh = solid_mesh(ctx, s.child);
        map = affine3_identity();
        scale = 1;
    } else {
        SolidEntry *e = solid_entry_placed(ctx, s.child, &map);
        mesh = e ? &e->mesh : NULL;
        s.child = inner_id;
        s.wall /= scale;
    }
    if (!mesh)
        return false;
    *out = (Mesh){0};
    if (mesh->n_tris == 0)
        return true;
    s.tag = solid_tags(ctx, id, "inner", 1);
    Mesh inset;
    Inset answer = make_inset(&s, mesh, &inset);
    if (answer == INSET_EMPTY)
        return too_thick(&s, scale);
    if (answer == INSET_FAILED)
        return false;
    join(ctx->heap, mesh, &inset, out);
    mesh_finish(&inset, ctx->heap);
    mesh_transform(out, &map);
    return true;
}
