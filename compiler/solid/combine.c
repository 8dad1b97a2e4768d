// SPDX-License-Identifier: Apache-2.0
// Booleans. A nest of unions, differences, intersections and clips becomes one expression for the
// kernel, so that nothing is rounded in between; transforms on the way are multiplied into the
// leaves' maps. A nested boolean of many leaves is built by itself, once, and taken as a leaf: what
// is used in many places is not computed in each.
//
// Leaves that share a rotation are computed in its frame and the result is turned back: a rotated
// chair is as exact as an upright one (turns.c says which go together). A nested boolean that is
// turned against what it is combined with is built by itself too: faces in contact inside of it
// coincide in its own frame alone.
#include "compiler/solid/combine.h"

enum {
    NEST_MAX = 4096,      // leaves of a nested boolean that is still taken apart
    RING_MAX = 64,        // copies of a ring that is, though it is turned
    CSG_EMPTY = NONE - 1, // of emit: nothing there
};

void csg_init(Csg *csg, SolidContext *ctx) {
    *csg = (Csg){.ctx = ctx,
                 .first_part = NONE,
                 .reach = {{-INFINITY, -INFINITY, -INFINITY}, {INFINITY, INFINITY, INFINITY}}};
}

void csg_finish(Csg *csg) {
    Heap *heap = csg->ctx->heap;
    for (u32 i = 0; i < csg->own.len; i++) {
        mesh_finish(csg->own.data[i], heap);
        heap_free(heap, csg->own.data[i]);
    }
    vec_free(heap, &csg->own);
    vec_free(heap, &csg->leaves);
    vec_free(heap, &csg->nodes);
    vec_free(heap, &csg->boxes);
    vec_free(heap, &csg->args);
    vec_free(heap, &csg->tools);
    vec_free(heap, &csg->bounds);
    vec_free(heap, &csg->shares);
}

static u32 add_node(Csg *csg, CsgNode node, Box3 box) {
    vec_push(csg->ctx->heap, &csg->nodes, node);
    vec_push(csg->ctx->heap, &csg->boxes, box);
    return csg->nodes.len - 1;
}

Box3 csg_box_mapped(Box3 box, const Affine3 *map) {
    Box3 out = box3_empty();
    for (u32 i = 0; i < 8; i++)
        out = box3_add_point(out, affine3_point(map, (Vec3){i & 1 ? box.max.x : box.min.x,
                                                            i & 2 ? box.max.y : box.min.y,
                                                            i & 4 ? box.max.z : box.min.z}));
    return out;
}

// bounds: of the mesh; box: of what it is where it stands.
static u32 add_leaf(Csg *csg, const Mesh *mesh, Box3 bounds, const Affine3 *map, Box3 box) {
    vec_push(csg->ctx->heap, &csg->leaves,
             (CsgLeaf){.mesh = mesh, .map = *map, .is_simple = mesh->is_simple});
    vec_push(csg->ctx->heap, &csg->bounds, bounds);
    return add_node(csg, (CsgNode){CSG_LEAF, csg->leaves.len - 1, 1}, box);
}

u32 csg_add_leaf(Csg *csg, const Mesh *mesh, Box3 bounds, const Affine3 *map) {
    Box3 box = mesh->n_tris ? csg_box_mapped(bounds, map) : box3_empty();
    if (mesh->n_tris == 0 || !box3_touch(box, csg->reach, 0))
        return CSG_EMPTY;
    return add_leaf(csg, mesh, bounds, map, box);
}

static bool is_nest(IrKind kind) {
    return kind == IR_UNION || kind == IR_DIFFERENCE || kind == IR_INTERSECTION || kind == IR_CLIP;
}

// Leaves below id, counting stops beyond limit.
static u32 count_leaves(const SolidContext *ctx, IrId id, u32 limit) {
    const IrNode *node = solid_node(ctx, id);
    if (node->kind == IR_XFORM)
        return count_leaves(ctx, node->children[0], limit);
    if (!is_nest(node->kind))
        return 1;
    u32 n = 0;
    for (u32 i = 0; i < node->n_children && n <= limit; i++)
        n += count_leaves(ctx, node->children[i], limit - n);
    return n;
}

static u32 emit(Csg *csg, IrId id, const Affine3 *outer, bool is_root);

bool csg_is_axis_map(const Affine3 *map) {
    for (int i = 0; i < 3; i++)
        if ((map->m[i][0] != 0) + (map->m[i][1] != 0) + (map->m[i][2] != 0) > 1)
            return false;
    return true;
}

// What is taken away from a child matters only where that child is, and what is intersected with it
// too; so a label of a thousand bodies gives a difference only those near its first operand.
static void narrow_reach(Csg *csg, u32 child) {
    if (child == NONE || child == CSG_EMPTY)
        return;
    Box3 box = csg->boxes.data[child], *r = &csg->reach;
    r->min =
        (Vec3){fmax(r->min.x, box.min.x), fmax(r->min.y, box.min.y), fmax(r->min.z, box.min.z)};
    r->max =
        (Vec3){fmin(r->max.x, box.max.x), fmin(r->max.y, box.max.y), fmin(r->max.z, box.max.z)};
}

// Emits all children. False: one failed.
static bool emit_children(Csg *csg, IrId id, const Affine3 *map, u32 *out) {
    const IrNode *node = solid_node(csg->ctx, id);
    Box3 reach = csg->reach;
    bool ok = true;
    for (u32 i = 0; i < node->n_children; i++) {
        u32 first_leaf = csg->leaves.len;
        out[i] = emit(csg, node->children[i], map, false);
        ok = ok && out[i] != NONE;
        if (i > 0 && node->kind == IR_DIFFERENCE && csg->leaves.len > first_leaf)
            vec_push(csg->ctx->heap, &csg->tools, (CsgTool){id, i, first_leaf, csg->leaves.len});
        if (node->kind == IR_INTERSECTION || (i == 0 && node->kind == IR_DIFFERENCE))
            narrow_reach(csg, out[i]);
    }
    csg->reach = reach;
    return ok;
}

u32 csg_add_node(Csg *csg, CsgOp op, const u32 *kids, u32 n, Box3 box) {
    if (n == 0)
        return CSG_EMPTY;
    if (n == 1)
        return kids[0];
    u32 first = csg->args.len;
    for (u32 i = 0; i < n; i++)
        vec_push(csg->ctx->heap, &csg->args, kids[i]);
    return add_node(csg, (CsgNode){op, first, n}, box);
}

static u32 emit_union(Csg *csg, u32 *kids, u32 n) {
    u32 live = 0;
    Box3 box = box3_empty();
    for (u32 i = 0; i < n; i++)
        if (kids[i] != CSG_EMPTY) {
            kids[live++] = kids[i];
            box = box3_join(box, csg->boxes.data[kids[i]]);
        }
    return csg_add_node(csg, CSG_UNION, kids, live, box);
}

static u32 emit_difference(Csg *csg, u32 *kids, u32 n) {
    if (kids[0] == CSG_EMPTY)
        return CSG_EMPTY;
    Box3 box = csg->boxes.data[kids[0]];
    u32 live = 1;
    for (u32 i = 1; i < n; i++)
        if (kids[i] != CSG_EMPTY && box3_touch(box, csg->boxes.data[kids[i]], 0))
            kids[live++] = kids[i];
    return csg_add_node(csg, CSG_DIFFERENCE, kids, live, box);
}

static u32 emit_intersection(Csg *csg, u32 *kids, u32 n) {
    Box3 box = {{-INFINITY, -INFINITY, -INFINITY}, {INFINITY, INFINITY, INFINITY}};
    for (u32 i = 0; i < n; i++) {
        if (kids[i] == CSG_EMPTY)
            return CSG_EMPTY;
        Box3 b = csg->boxes.data[kids[i]];
        box.min =
            (Vec3){fmax(box.min.x, b.min.x), fmax(box.min.y, b.min.y), fmax(box.min.z, b.min.z)};
        box.max =
            (Vec3){fmin(box.max.x, b.max.x), fmin(box.max.y, b.max.y), fmin(box.max.z, b.max.z)};
    }
    return box3_is_empty(box) ? CSG_EMPTY : csg_add_node(csg, CSG_INTERSECTION, kids, n, box);
}

// The slab as a box a little larger than what it clips; sides that clip nothing lie outside.
static u32 emit_clip(Csg *csg, IrId id, const Affine3 *map, u32 child) {
    if (child == CSG_EMPTY)
        return CSG_EMPTY;
    const f64 *n = solid_node(csg->ctx, id)->nums;
    Affine3 inverse;
    if (!affine3_invert(map, &inverse))
        return child;
    Box3 local = csg_box_mapped(csg->boxes.data[child], &inverse), box;
    Vec3 size = box3_size(local);
    f64 margin = fmax(size.x, fmax(size.y, size.z)) / 16;
    bool cuts = false;
    for (u32 a = 0; a < 3; a++) {
        f64 low = n[IR_CLIP_min + a], high = n[IR_CLIP_max + a], from = vec3_get(local.min, a),
            to = vec3_get(local.max, a);
        if (high <= from || low >= to)
            return CSG_EMPTY;
        cuts = cuts || low > from || high < to;
        vec3_set(&box.min, a, low > from ? low : from - margin);
        vec3_set(&box.max, a, high < to ? high : to + margin);
    }
    if (!cuts)
        return child;
    Mesh *mesh = HEAP_NEW(csg->ctx->heap, Mesh, 1);
    vec_push(csg->ctx->heap, &csg->own, mesh);
    static const char *const NAMES[6] = {"left", "right", "front", "back", "bottom", "top"};
    u32 tag = solid_tags(csg->ctx, id, NAMES[0], 1);
    for (u32 i = 1; i < 6; i++)
        solid_tags(csg->ctx, id, NAMES[i], 1);
    mesh_box(csg->ctx->heap, box, tag, mesh);
    mesh->is_simple = true;
    u32 kids[2] = {child, csg_add_leaf(csg, mesh, box, map)};
    return emit_intersection(csg, kids, 2);
}

static u32 emit_leaf(Csg *csg, IrId id, const Affine3 *map) {
    const Mesh *mesh = solid_mesh(csg->ctx, id);
    Box3 box;
    if (!mesh || !solid_bounds(csg->ctx, id, &box))
        return NONE;
    return csg_add_leaf(csg, mesh, box, map);
}

static u32 emit_inner(Csg *csg, IrId id, const Affine3 *map, bool is_root) {
    SolidContext *ctx = csg->ctx;
    const IrNode *node = solid_node(ctx, id);
    if (!is_nest(node->kind) || (!is_root && count_leaves(ctx, id, NEST_MAX) > NEST_MAX))
        return emit_leaf(csg, id, map);
    u32 n = node->n_children, *kids = heap_alloc_raw(ctx->heap, n, sizeof(u32)), out = NONE;
    if (emit_children(csg, id, map, kids))
        out = node->kind == IR_UNION          ? emit_union(csg, kids, n)
              : node->kind == IR_DIFFERENCE   ? emit_difference(csg, kids, n)
              : node->kind == IR_INTERSECTION ? emit_intersection(csg, kids, n)
                                              : emit_clip(csg, id, map, kids[0]);
    heap_free(ctx->heap, kids);
    return out;
}

// Copies of one solid, some turned: rings. Turned as a whole they stay operands of their own, as
// each may touch others in its own frame; the solid itself is built once all the same.
static bool is_ring(const SolidContext *ctx, IrId id) {
    const IrNode *node = solid_node(ctx, id);
    if (node->kind != IR_UNION || node->n_children > RING_MAX)
        return false;
    bool is_turned = false;
    Affine3 map;
    IrId first = ir_strip_xform(ctx->graph, node->children[0], &map);
    for (u32 i = 0; i < node->n_children; i++) {
        if (ir_strip_xform(ctx->graph, node->children[i], &map) != first)
            return false;
        is_turned = is_turned || !csg_is_axis_map(&map);
    }
    return is_turned;
}

static u32 emit_ring(Csg *csg, IrId id, const Affine3 *map) {
    SolidContext *ctx = csg->ctx;
    const IrNode *node = solid_node(ctx, id);
    u32 n = node->n_children, *kids = heap_alloc_raw(ctx->heap, n, sizeof(u32)), out = NONE;
    bool ok = true;
    for (u32 i = 0; i < n; i++) {
        Affine3 own;
        IrId inner = ir_strip_xform(ctx->graph, node->children[i], &own);
        Affine3 place = affine3_mul(map, &own);
        i32 level = ctx->level;
        ctx->level += solid_scale_level(ctx, &own);
        kids[i] = emit_leaf(csg, inner, &place);
        ctx->level = level;
        ok = ok && kids[i] != NONE;
    }
    if (ok)
        out = emit_union(csg, kids, n);
    heap_free(ctx->heap, kids);
    return out;
}

static u32 emit(Csg *csg, IrId id, const Affine3 *outer, bool is_root) {
    Affine3 own;
    IrId inner = ir_strip_xform(csg->ctx->graph, id, &own);
    if (inner == id)
        return emit_inner(csg, id, outer, is_root);
    Affine3 map = affine3_mul(outer, &own);
    i32 level = csg->ctx->level;
    csg->ctx->level += solid_scale_level(csg->ctx, &own);
    bool is_apart = !is_root && !csg_is_axis_map(&own);
    u32 out = !is_apart                  ? emit_inner(csg, inner, &map, is_root)
              : is_ring(csg->ctx, inner) ? emit_ring(csg, inner, &map)
                                         : emit_leaf(csg, inner, &map);
    csg->ctx->level = level;
    return out;
}

u32 csg_emit(Csg *csg, IrId id, const Affine3 *map, bool is_root) {
    return emit(csg, id, map, is_root);
}
u32 csg_union(Csg *csg, u32 *kids, u32 n) {
    return emit_union(csg, kids, n);
}

// ---- evaluation ----

// What a node depends on, as an expression by itself: the leaves seen from a turned frame, in the
// order of the text.
typedef struct Extract {
    VEC(CsgLeaf) leaves;
    VEC(u32) sources; // which leaf of the Csg each is
    VEC(CsgNode) nodes;
    VEC(u32) args;
} Extract;

static u32 extract(Csg *csg, Extract *out, u32 id, const Affine3 *to) {
    Heap *heap = csg->ctx->heap;
    CsgNode node = csg->nodes.data[id];
    if (node.op == CSG_LEAF) {
        CsgLeaf leaf = csg->leaves.data[node.first];
        leaf.map = csg_map_in(to, &leaf.map);
        vec_push(heap, &out->leaves, leaf);
        vec_push(heap, &out->sources, node.first);
        vec_push(heap, &out->nodes, (CsgNode){CSG_LEAF, out->leaves.len - 1, 1});
        return out->nodes.len - 1;
    }
    u32 *kids = heap_alloc_raw(heap, node.len, sizeof(u32));
    for (u32 i = 0; i < node.len; i++)
        kids[i] = extract(csg, out, csg->args.data[node.first + i], to);
    u32 first = out->args.len;
    for (u32 i = 0; i < node.len; i++)
        vec_push(heap, &out->args, kids[i]);
    heap_free(heap, kids);
    vec_push(heap, &out->nodes, (CsgNode){node.op, first, node.len});
    return out->nodes.len - 1;
}

// What a Csg or an Extract holds, as the kernel takes it.
#define EXPR_OF(from, root_node)                                                                   \
    {                                                                                              \
        .leaves = (from)->leaves.data, .n_leaves = (from)->leaves.len,                             \
        .nodes = (from)->nodes.data, .n_nodes = (from)->nodes.len, .args = (from)->args.data,      \
        .n_args = (from)->args.len, .root = (root_node)                                            \
    }

// effects: from heap, one a leaf of expr.
static void run_kernel(Csg *csg, const CsgExpr *expr, CsgOptions options, Mesh *out, u8 **effects) {
    SolidContext *ctx = csg->ctx;
    options.n_threads = ctx->options.n_threads;
    CsgReport report = {0};
    Status status = mesh_boolean(ctx->heap, expr, options, out, &report);
    if (status != STATUS_OK) // coordinates and counts are bounded before: a fault of ours
        heap_fail(ctx->heap, FAIL_INTERNAL, "a combination of solids failed its check");
    *effects = report.leaf_effect;
}

static void evaluate_part(Csg *csg, u32 node, const Affine3 *to, Mesh *out, Extract *from,
                          u8 **effects) {
    u32 root = extract(csg, from, node, to);
    CsgExpr expr = EXPR_OF(from, root);
    run_kernel(csg, &expr, (CsgOptions){0}, out, effects);
}

static void free_extract(Heap *heap, Extract *e) {
    vec_free(heap, &e->leaves);
    vec_free(heap, &e->sources);
    vec_free(heap, &e->nodes);
    vec_free(heap, &e->args);
}

u32 csg_reduce(Csg *csg, u32 node, const Affine3 *to, const Affine3 *from) {
    Heap *heap = csg->ctx->heap;
    Mesh *mesh = HEAP_NEW(heap, Mesh, 1);
    Extract part = {0};
    u8 *effects;
    evaluate_part(csg, node, to, mesh, &part, &effects);
    mesh->is_simple = true;
    u32 whole = csg->leaves.len;
    for (u32 i = 0; i < part.leaves.len; i++) {
        u32 leaf = part.sources.data[i];
        vec_push(heap, &csg->shares, (CsgShare){whole, leaf, effects[i]});
        if (leaf >= csg->first_part) // a part of this one only
            mesh_finish(csg->own.data[csg->own.len - (whole - leaf)], heap);
    }
    vec_push(heap, &csg->own, mesh);
    heap_free(heap, effects);
    free_extract(heap, &part);
    Box3 bounds = mesh->n_tris ? mesh_bounds(mesh) : box3_empty();
    Box3 box = mesh->n_tris ? csg_box_mapped(bounds, from) : bounds;
    return add_leaf(csg, mesh, bounds, from, box);
}

// Tools some face of which bounds the result have taken something. A face of a part that was
// evaluated by itself counts if that part has a face here.
static void note_cuts(Csg *csg, u8 *effects) {
    for (u32 i = csg->shares.len; i > 0; i--) {
        const CsgShare *share = &csg->shares.data[i - 1];
        if (effects[share->whole] & CSG_EFFECT_SURFACE)
            effects[share->leaf] |= share->effect;
    }
    for (u32 i = 0; i < csg->tools.len; i++) {
        const CsgTool *tool = &csg->tools.data[i];
        bool took = false;
        for (u32 l = tool->first_leaf; l < tool->end_leaf && !took; l++)
            took = effects[l] & CSG_EFFECT_SURFACE;
        if (took)
            solid_note_cut(csg->ctx, tool->difference, tool->child);
    }
}

// All leaves share the frame, or their faces have nothing to do with each other.
static void evaluate_whole(Csg *csg, u32 root, const Affine3 *turn, CsgOptions options, Mesh *out) {
    for (u32 i = 0; turn && i < csg->leaves.len; i++)
        csg->leaves.data[i].map = csg_map_in_turn(turn, &csg->leaves.data[i].map);
    CsgExpr expr = EXPR_OF(csg, root);
    u8 *effects;
    run_kernel(csg, &expr, options, out, &effects);
    note_cuts(csg, effects);
    heap_free(csg->ctx->heap, effects);
    if (turn)
        mesh_transform(out, turn);
}

static void copy_leaf(Csg *csg, u32 leaf, Mesh *out) {
    mesh_copy(out, csg->ctx->heap, csg->leaves.data[leaf].mesh);
    mesh_transform(out, &csg->leaves.data[leaf].map);
}

// Leaves of several frames, of which some have been combined; all, if root is a leaf.
static void evaluate_rest(Csg *csg, u32 root, const Affine3 *turn, Mesh *out) {
    Heap *heap = csg->ctx->heap;
    u8 *effects = HEAP_NEW(heap, u8, csg->leaves.len);
    u32 last = csg->nodes.data[root].first;
    Affine3 to = csg_turned_back(turn);
    if (csg->nodes.data[root].op == CSG_LEAF) {
        copy_leaf(csg, last, out);
        effects[last] = CSG_EFFECT_SURFACE;
    } else {
        Extract rest = {0};
        u8 *found;
        evaluate_part(csg, root, &to, out, &rest, &found);
        for (u32 i = 0; i < rest.leaves.len; i++)
            effects[rest.sources.data[i]] = found[i];
        heap_free(heap, found);
        free_extract(heap, &rest);
        mesh_transform(out, turn);
    }
    note_cuts(csg, effects);
    heap_free(heap, effects);
}

bool csg_evaluate(Csg *csg, u32 root, CsgOptions options, Mesh *out) {
    *out = (Mesh){0};
    if (root == NONE)
        return false;
    if (root == CSG_EMPTY)
        return true;
    const CsgNode *node = &csg->nodes.data[root];
    if (node->op == CSG_LEAF && !csg->force) { // nothing to combine
        copy_leaf(csg, node->first, out);
        return true;
    }
    CsgTurns turns;
    csg_find_turns(csg, &turns);
    u32 settled = root;
    if (turns.is_mixed && !options.keep_coplanar)
        settled = csg_settle(csg, &turns, root);
    if (csg->leaves.len == turns.n_leaves)
        evaluate_whole(csg, root, turns.frame ? &turns.rotations[turns.frame] : NULL, options, out);
    else
        evaluate_rest(csg, settled, &turns.rotations[turns.frame], out);
    csg_free_turns(csg, &turns);
    return true;
}

bool build_boolean(SolidContext *ctx, IrId id, Mesh *out) {
    Csg csg;
    csg_init(&csg, ctx);
    Affine3 identity = affine3_identity();
    u32 root = emit(&csg, id, &identity, true);
    bool ok = csg_evaluate(&csg, root, (CsgOptions){0}, out);
    csg_finish(&csg);
    return ok;
}

// ---- paint ----

// Everything, or what of the surface lies in the second child. For the latter the surface is first
// cut along the tool's: (s & t) + (s - t) is s again, but its faces end where t's surface crosses
// them as long as the kernel is asked not to merge them.
bool build_paint(SolidContext *ctx, IrId id, Mesh *out) {
    const IrNode *node = solid_node(ctx, id);
    u16 mat = (u16)(node->nums[IR_PAINT_material] + 1);
    Affine3 map;
    SolidEntry *from = solid_entry_placed(ctx, node->children[0], &map);
    if (!from)
        return false;
    PlacedMesh tool;
    bool has_tool = node->n_children > 1;
    if (has_tool && !solid_placed(ctx, node->children[1], true, &tool))
        return false;
    if (has_tool && (from->mesh.n_tris == 0 || tool.mesh->n_tris == 0))
        mat = 0, has_tool = false;
    if (!has_tool) {
        mesh_copy(out, ctx->heap, &from->mesh);
        mesh_transform(out, &map);
        for (u32 t = 0; t < out->n_tris && mat; t++)
            out->mats[t] = mat;
        return true;
    }
    Csg csg;
    csg_init(&csg, ctx);
    u32 s = csg_add_leaf(&csg, &from->mesh, mesh_bounds(&from->mesh), &map);
    u32 t = csg_add_leaf(&csg, tool.mesh, mesh_bounds(tool.mesh), &tool.map);
    Box3 box = csg.boxes.data[s];
    u32 in = csg_add_node(&csg, CSG_INTERSECTION, (const u32[]){s, t}, 2, box);
    u32 rest = csg_add_node(&csg, CSG_DIFFERENCE, (const u32[]){s, t}, 2, box);
    u32 root = csg_add_node(&csg, CSG_UNION, (const u32[]){in, rest}, 2, box);
    bool ok = csg_evaluate(&csg, root, (CsgOptions){.keep_coplanar = true}, out);
    csg_finish(&csg);
    for (u32 i = 0; ok && i < out->n_tris; i++) {
        const u32 *v = out->tris + 3 * (size_t)i;
        Vec3 sum = vec3_add(vec3_add(out->verts[v[0]], out->verts[v[1]]), out->verts[v[2]]);
        if (mesh_contains(&tool, vec3_scale(sum, 1.0 / 3)))
            out->mats[i] = mat;
    }
    return ok;
}
