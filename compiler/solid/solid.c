// SPDX-License-Identifier: Apache-2.0
// The context: every node's mesh is built at its first use and kept, so questions asked while a
// program is checked and the final model share the work. build() below is the map of the room: one
// line a kind of node. Transforms are not applied to meshes until somebody needs the places:
// solid_placed gives the mesh under the outermost one and the map.
#include "compiler/solid/solid.h"

#include "compiler/solid/solid_internal.h"

SolidContext *solid_create(Heap *heap, const IrGraph *graph, SolidOptions options, Diags *diags) {
    SolidContext *ctx = HEAP_NEW(heap, SolidContext, 1);
    ctx->heap = heap;
    arena_init(&ctx->arena, heap);
    ctx->graph = graph;
    ctx->options = options;
    ctx->diags = diags;
    vec_push(heap, &ctx->faces, (SolidFace){NONE, "", 0}); // tag 0 names nothing
    return ctx;
}

void solid_destroy(SolidContext *ctx) {
    if (!ctx)
        return;
    Heap *heap = ctx->heap;
    for (u32 i = 0; i < ctx->n_slots; i++) {
        for (SolidEntry *e = ctx->entries[i]; e; e = e->next) {
            if (e->tree)
                mesh_tree_destroy(e->tree);
            mesh_finish(&e->mesh, heap);
        }
        if (ctx->profiles[i])
            region_finish(&ctx->profiles[i]->region, heap);
    }
    heap_free(heap, ctx->entries);
    heap_free(heap, ctx->profiles);
    heap_free(heap, ctx->cuts_at);
    vec_free(heap, &ctx->cuts);
    font_close(ctx);
    vec_free(heap, &ctx->faces);
    arena_finish(&ctx->arena);
    heap_free(heap, ctx);
}

void solid_set_object_size(SolidContext *ctx, f64 size) {
    ctx->size = size;
}
void solid_set_tolerance(SolidContext *ctx, f64 chord) {
    ctx->chord = chord;
}
u64 solid_triangle_count(const SolidContext *ctx) {
    return ctx->n_tris;
}

SolidFace solid_face(const SolidContext *ctx, u32 tag) {
    return ctx->faces.data[tag < ctx->faces.len ? tag : 0];
}

u32 solid_tags(SolidContext *ctx, IrId leaf, const char *name, u32 n) {
    u32 first = ctx->faces.len;
    vec_reserve(ctx->heap, &ctx->faces, (size_t)first + n);
    for (u32 i = 0; i < n; i++)
        ctx->faces.data[ctx->faces.len++] = (SolidFace){leaf, name, i};
    return first;
}

// ---- diagnostics ----

Diag *solid_error(SolidContext *ctx, IrId id, DiagCode code, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    Str text = str_vformat(&ctx->arena, fmt, args);
    va_end(args);
    return diag_add(ctx->diags, code, solid_node(ctx, id)->span, "%.*s", STR_ARG(text));
}

Str solid_mm(SolidContext *ctx, f64 value) {
    return str_format(&ctx->arena, "%.*s mm", STR_ARG(diag_number(ctx->diags, value)));
}

Str solid_point2(SolidContext *ctx, Vec2 p) {
    return str_format(&ctx->arena, "[%.*s, %.*s] mm", STR_ARG(diag_number(ctx->diags, p.x)),
                      STR_ARG(diag_number(ctx->diags, p.y)));
}

Str solid_point3(SolidContext *ctx, Vec3 p) {
    return str_format(&ctx->arena, "[%.*s, %.*s, %.*s] mm", STR_ARG(diag_number(ctx->diags, p.x)),
                      STR_ARG(diag_number(ctx->diags, p.y)), STR_ARG(diag_number(ctx->diags, p.z)));
}

bool solid_reserve_tris(SolidContext *ctx, IrId id, f64 n) {
    f64 limit = (f64)ctx->options.limits.triangles;
    if (limit <= 0 || (f64)ctx->n_tris + n <= limit)
        return true;
    Diag *d = solid_error(ctx, id, DIAG_E0503, "this makes %.*s triangles and the limit is %.*s",
                          STR_ARG(diag_number(ctx->diags, (f64)ctx->n_tris + n)),
                          STR_ARG(diag_number(ctx->diags, limit)));
    diag_measure(d, (f64)ctx->n_tris + n, limit, STR("triangles"));
    diag_help(ctx->diags, d, "use a coarser tolerance or fewer copies, or raise --max-triangles");
    ctx->diags->limit_reached = true;
    return false;
}

// ---- building ----

static bool build_transformed(SolidContext *ctx, IrId id, Mesh *out) {
    Affine3 map;
    SolidEntry *e = solid_entry_placed(ctx, id, &map);
    if (!e)
        return false;
    mesh_copy(out, ctx->heap, &e->mesh);
    mesh_transform(out, &map);
    return true;
}

static bool build(SolidContext *ctx, IrId id, Mesh *out) {
    switch (solid_node(ctx, id)->kind) {
    case IR_BOX:
        return build_box(ctx, id, out);
    case IR_SPHERE:
        return build_sphere(ctx, id, out);
    case IR_ELLIPSOID:
        return build_ellipsoid(ctx, id, out);
    case IR_CYLINDER:
    case IR_TUBE:
    case IR_TORUS:
        return build_lathed(ctx, id, out);
    case IR_CAPSULE:
        return build_capsule(ctx, id, out);
    case IR_PYRAMID:
        return build_pyramid(ctx, id, out);
    case IR_WEDGE:
        return build_wedge(ctx, id, out);
    case IR_POLYHEDRON:
        return build_polyhedron(ctx, id, out);
    case IR_EXTRUDE:
        return build_extrude(ctx, id, out);
    case IR_REVOLVE:
        return build_revolve(ctx, id, out);
    case IR_SWEEP:
        return build_sweep(ctx, id, out);
    case IR_LOFT:
        return build_loft(ctx, id, out);
    case IR_UNION:
    case IR_DIFFERENCE:
    case IR_INTERSECTION:
    case IR_CLIP:
        return build_boolean(ctx, id, out);
    case IR_HULL:
        return build_hull(ctx, id, out);
    case IR_BLEND:
        return build_blend(ctx, id, out);
    case IR_SHELL:
        return build_shell(ctx, id, out);
    case IR_PAINT:
        return build_paint(ctx, id, out);
    case IR_XFORM:
        return build_transformed(ctx, id, out);
    case IR_RECT:
    case IR_CIRCLE:
    case IR_ELLIPSE:
    case IR_NGON:
    case IR_STAR:
    case IR_POLYGON:
    case IR_TEXT:
    case IR_OFFSET:
    case IR_ROUND:
    case IR_PROFILE_UNION:
    case IR_PROFILE_DIFFERENCE:
    case IR_PROFILE_INTERSECTION:
    case IR_PROFILE_HULL:
    case IR_PROFILE_XFORM:
    case IR_POLYLINE:
    case IR_ARC:
    case IR_HELIX:
    case IR_PATH_XFORM:
    case IR_KIND_COUNT:
        break;
    }
    assert(false && "not a solid");
    return false;
}

// The graph may have grown since the tables were made.
void solid_grow_tables(SolidContext *ctx) {
    u32 n = ctx->graph->len;
    if (n <= ctx->n_slots)
        return;
    n = MAX(n, ctx->n_slots * 2);
    ctx->entries = heap_realloc(ctx->heap, ctx->entries, n, sizeof(SolidEntry *));
    ctx->profiles = heap_realloc(ctx->heap, ctx->profiles, n, sizeof(ProfileEntry *));
    ctx->cuts_at = heap_realloc(ctx->heap, ctx->cuts_at, n, sizeof(u32));
    memset(ctx->cuts_at + ctx->n_slots, 0, (n - ctx->n_slots) * sizeof(u32));
    memset(ctx->entries + ctx->n_slots, 0, (n - ctx->n_slots) * sizeof(SolidEntry *));
    memset(ctx->profiles + ctx->n_slots, 0, (n - ctx->n_slots) * sizeof(ProfileEntry *));
    ctx->n_slots = n;
}

void solid_note_cut(SolidContext *ctx, IrId difference, u32 child) {
    solid_grow_tables(ctx);
    u32 n = solid_node(ctx, difference)->n_children;
    if (!ctx->cuts_at[difference]) {
        ctx->cuts_at[difference] = ctx->cuts.len + 1;
        vec_reserve(ctx->heap, &ctx->cuts, (size_t)ctx->cuts.len + n);
        memset(ctx->cuts.data + ctx->cuts.len, 0, n);
        ctx->cuts.len += n;
    }
    ctx->cuts.data[ctx->cuts_at[difference] - 1 + child] = 1;
}

bool solid_cut_took(const SolidContext *ctx, IrId difference, u32 child) {
    return difference < ctx->n_slots && ctx->cuts_at[difference] &&
           ctx->cuts.data[ctx->cuts_at[difference] - 1 + child];
}

// The mesh of a node cannot meet itself: what its kind alone tells.
static bool is_simple(const SolidContext *ctx, IrId id) {
    const IrNode *node = solid_node(ctx, id);
    switch (node->kind) {
    case IR_POLYHEDRON: // as its author wrote it
    case IR_LOFT:
    case IR_SWEEP:
    case IR_SHELL: return false;
    case IR_EXTRUDE: return node->nums[IR_EXTRUDE_twist] == 0;
    case IR_TORUS: return node->nums[IR_TORUS_thickness] < node->nums[IR_TORUS_d];
    case IR_XFORM:
    case IR_PAINT: return is_simple(ctx, node->children[0]);
    default: return true;
    }
}

// The entry of id at the context's level, its mesh built. NULL: failed.
static SolidEntry *entry_built(SolidContext *ctx, IrId id) {
    solid_grow_tables(ctx);
    SolidEntry *e = ctx->entries[id];
    while (e && e->level != ctx->level)
        e = e->next;
    if (!e) {
        e = ARENA_NEW(&ctx->arena, SolidEntry, 1);
        e->level = ctx->level;
        e->next = ctx->entries[id];
        ctx->entries[id] = e;
    }
    if (e->state == SOLID_UNTRIED) {
        heap_poll(ctx->heap);
        e->state = SOLID_BUILDING;
        Mesh mesh = {0};
        bool ok = build(ctx, id, &mesh);
        e->mesh = mesh;
        e->mesh.is_simple = is_simple(ctx, id);
        e->state = ok ? SOLID_BUILT : SOLID_FAILED;
        if (ok && !solid_reserve_tris(ctx, id, mesh.n_tris))
            e->state = SOLID_FAILED;
        ctx->n_tris += mesh.n_tris;
    }
    assert(e->state != SOLID_BUILDING);
    return e->state == SOLID_BUILT ? e : NULL;
}

// Power iteration would be exact; the largest row sum of m^T m bounds the norm within sqrt(3), and
// for the maps that matter (rotation times axis scales) a column's length is the scale itself.
i32 solid_scale_level(const SolidContext *ctx, const Affine3 *map) {
    if (!(ctx->options.tolerance > 0) && !(ctx->chord > 0) && !(ctx->size > 0))
        return 0;
    f64 most = 0;
    for (int c = 0; c < 3; c++) {
        Vec3 column = {map->m[0][c], map->m[1][c], map->m[2][c]};
        most = fmax(most, vec3_norm(column));
    }
    if (!(most > 0) || !isfinite(most))
        return 0;
    int exponent;
    f64 fraction = frexp(most, &exponent); // most = fraction * 2^exponent, fraction in 0.5..1
    i32 level = fraction > 0.70710678118654752 ? exponent : exponent - 1;
    return level < -20 ? -20 : level > 20 ? 20 : level;
}

SolidEntry *solid_entry_placed(SolidContext *ctx, IrId id, Affine3 *map) {
    IrId inner = ir_strip_xform(ctx->graph, id, map);
    i32 outer = ctx->level;
    if (inner != id)
        ctx->level += solid_scale_level(ctx, map);
    SolidEntry *e = entry_built(ctx, inner);
    ctx->level = outer;
    return e;
}

const Mesh *solid_mesh(SolidContext *ctx, IrId id) {
    SolidEntry *e = entry_built(ctx, id);
    return e ? &e->mesh : NULL;
}

bool solid_placed(SolidContext *ctx, IrId id, bool with_tree, PlacedMesh *out) {
    SolidEntry *e = solid_entry_placed(ctx, id, &out->map);
    if (!e)
        return false;
    if (with_tree && !e->tree && e->mesh.n_tris > 0)
        e->tree = mesh_tree_create(ctx->heap, &e->mesh);
    out->mesh = &e->mesh;
    out->tree = e->tree;
    return true;
}

// A map that only permutes, scales and moves along the axes keeps boxes boxes.
static bool is_axis_map(const Affine3 *map) {
    for (int i = 0; i < 3; i++) {
        int n = 0;
        for (int j = 0; j < 3; j++)
            n += map->m[i][j] != 0;
        if (n > 1)
            return false;
    }
    return true;
}

static Box3 box_mapped(Box3 box, const Affine3 *map) {
    Box3 out = box3_empty();
    for (u32 i = 0; i < 8; i++)
        out = box3_add_point(out, affine3_point(map, (Vec3){i & 1 ? box.max.x : box.min.x,
                                                            i & 2 ? box.max.y : box.min.y,
                                                            i & 4 ? box.max.z : box.min.z}));
    return out;
}

bool solid_bounds(SolidContext *ctx, IrId id, Box3 *out) {
    Affine3 map;
    SolidEntry *e = solid_entry_placed(ctx, id, &map);
    *out = box3_empty();
    if (!e)
        return false;
    if (e->mesh.n_tris == 0)
        return true;
    if (!e->has_bounds) {
        e->bounds = mesh_bounds(&e->mesh);
        e->has_bounds = true;
    }
    *out = is_axis_map(&map) ? box_mapped(e->bounds, &map) : mesh_bounds_in(&e->mesh, &map);
    return true;
}

bool solid_profile_bounds(SolidContext *ctx, IrId id, Box2 *out) {
    const Region *region = profile_region(ctx, id);
    if (!region)
        return false;
    *out = region_bounds(region);
    return true;
}
