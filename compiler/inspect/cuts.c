// SPDX-License-Identifier: Apache-2.0
// Cuts that do nothing (W0810); cuts, clips and intersections that leave a part in pieces (W0811).
// A difference is written once but falls on every part of its first operand, so a tool is useless
// only if it misses in all of them. The combinations that were made for the parts know most tools
// that took something; only what they leave open is measured, since an operand by itself may cost a
// combination of its own.
#include "compiler/inspect/inspect_internal.h"

#include "base/map.h"

typedef struct CutTool { // one tool of one written difference
    Span span;           // of the difference
    IrId tool, body;     // an example that it misses
    bool cuts;           // some body is met
    f64 distance;        // least, of those that are missed
    Vec3 way;            // from the tool to the body there
    u32 part;
} CutTool;

typedef struct Cuts {
    Inspection *in;
    VEC(CutTool) tools;
    StrMap index; // "off len tool" -> tools
    u8 *seen;     // per IR node: the pass that came by
    bool is_first_pass;
} Cuts;

static Str cut_key(const Cuts *cuts, const IrNode *node, IrId tool) {
    return str_format(cuts->in->arena, "%u %u %u", node->span.off, node->span.len, tool);
}

static CutTool *cut_tool(Cuts *cuts, const IrNode *node, IrId tool, u32 part) {
    Str key = cut_key(cuts, node, tool);
    u32 at = strmap_get(&cuts->index, key);
    if (at == NONE) {
        at = cuts->tools.len;
        strmap_set(&cuts->index, key, at);
        avec_push(cuts->in->arena, &cuts->tools,
                  (CutTool){.span = node->span, .tool = tool, .distance = INFINITY, .part = part});
    }
    return &cuts->tools.data[at];
}

#define CUT_LIMIT 1e6 // mm: farther than any object

static void note_known(Cuts *cuts, IrId id, u32 part) {
    const IrNode *node = &cuts->in->scene->graph->nodes[id];
    for (u32 i = 1; i < node->n_children; i++)
        if (solid_cut_took(cuts->in->model->solids, id, i))
            cut_tool(cuts, node, node->children[i], part)->cuts = true;
}

static bool all_known(const Cuts *cuts, const IrNode *node) {
    for (u32 i = 1; i < node->n_children; i++) {
        u32 at = strmap_get(&cuts->index, cut_key(cuts, node, node->children[i]));
        if (at == NONE || !cuts->tools.data[at].cuts)
            return false;
    }
    return true;
}

static void visit_difference(Cuts *cuts, IrId id, u32 part) {
    const IrNode *node = &cuts->in->scene->graph->nodes[id];
    PlacedMesh body, tool;
    SolidContext *solids = cuts->in->model->solids;
    if (cuts->is_first_pass) {
        note_known(cuts, id, part);
        return;
    }
    if (all_known(cuts, node))
        return;
    if (!solid_placed(solids, node->children[0], true, &body) || body.mesh->n_tris == 0)
        return;
    for (u32 i = 1; i < node->n_children; i++) {
        CutTool *row = cut_tool(cuts, node, node->children[i], part);
        if (row->cuts)
            continue;
        if (!solid_placed(solids, node->children[i], true, &tool) || tool.mesh->n_tris == 0) {
            row->cuts = true; // an empty tool is another matter
            continue;
        }
        MeshDistance d = mesh_distance(&tool, &body, CUT_LIMIT);
        if (d.distance <= 1e-3)
            row->cuts = true; // met, or flush: a flush cut may be what a param makes of it
        else if (d.distance < row->distance) {
            row->distance = d.distance;
            row->way = vec3_sub(d.on_b, d.on_a);
            row->body = node->children[0];
        }
    }
}

static void visit(Cuts *cuts, IrId id, u32 part) {
    const IrNode *node = &cuts->in->scene->graph->nodes[id];
    u8 pass = cuts->is_first_pass ? 1 : 2;
    if (cuts->seen[id] >= pass || ir_info(node->kind)->sort != IR_SORT_SOLID)
        return;
    cuts->seen[id] = pass;
    if (node->kind == IR_DIFFERENCE)
        visit_difference(cuts, id, part);
    for (u32 i = 0; i < node->n_children; i++)
        visit(cuts, node->children[i], part);
}

static void diagnose_useless(Inspection *in, const CutTool *row) {
    Str move;
    Str direction = diag_way(in->diags, row->way, in->scene->unit_mm, &move);
    Span span = in->scene->graph->nodes[row->tool].span;
    Diag *diag =
        diag_add(in->diags, DIAG_W0810, span.len ? span : row->span,
                 "the cut misses '%.*s' by %.*s %.*s", STR_ARG(in->scene->parts[row->part].label),
                 STR_ARG(inspect_length(in, row->distance)), STR_ARG(direction));
    diag_measure(diag, row->distance, 0, STR("mm"));
    diag_label(in->diags, diag, row->span, "takes nothing away");
    diag_help(in->diags, diag,
              ".move(%.*s) brings it to the surface; go on from there, or take the cut out",
              STR_ARG(move));
    diag_key(in->diags, diag, "%.*s", STR_ARG(in->scene->parts[row->part].path));
}

typedef struct Pieces {
    u32 n;
    f64 least;   // volume of the smallest, mm3
    Box3 bounds; // its box
} Pieces;

// Pieces that differ by rounding are of one size; then the one whose box begins first counts.
static bool is_smaller(f64 volume, Box3 box, const Pieces *than) {
    const f64 rounding = 1e-9;
    if (fabs(volume - than->least) > rounding * volume)
        return volume < than->least;
    Vec3 a = box.min, b = than->bounds.min;
    return a.x != b.x ? a.x < b.x : a.y != b.y ? a.y < b.y : a.z < b.z;
}

// Pieces of matter: surfaces that enclose some. The wall of a closed hollow is turned inward and is
// none.
static Pieces find_pieces(Heap *heap, const Mesh *mesh) {
    u32 *component = heap_alloc_raw(heap, MAX(mesh->n_tris, 1u), sizeof *component);
    u32 n = mesh_components(heap, mesh, component);
    f64 *volume = heap_alloc(heap, MAX(n, 1u), sizeof *volume);
    Box3 *box = heap_alloc_raw(heap, MAX(n, 1u), sizeof *box);
    Pieces out = {.least = INFINITY, .bounds = box3_empty()};
    Vec3 origin = box3_center(mesh_bounds(mesh));
    for (u32 i = 0; i < n; i++)
        box[i] = box3_empty();
    for (u32 t = 0; t < mesh->n_tris && n > 0; t++) {
        const u32 *tri = mesh->tris + 3 * (size_t)t;
        Vec3 v[3];
        for (u32 k = 0; k < 3; k++) {
            box[component[t]] = box3_add_point(box[component[t]], mesh->verts[tri[k]]);
            v[k] = vec3_sub(mesh->verts[tri[k]], origin);
        }
        volume[component[t]] += vec3_dot(v[0], vec3_cross(v[1], v[2])) / 6;
    }
    for (u32 i = 0; i < n; i++) {
        out.n += volume[i] > 0;
        if (volume[i] > 0 && is_smaller(volume[i], box[i], &out)) {
            out.least = volume[i];
            out.bounds = box[i];
        }
    }
    heap_free(heap, volume);
    heap_free(heap, box);
    heap_free(heap, component);
    return out;
}

// Whether an operand that could be cut into pieces had as many before: of a difference or a clip
// the first, of an intersection any.
static bool had_as_many(const Inspection *in, const IrNode *node, u32 n) {
    u32 n_bodies = node->kind == IR_INTERSECTION ? node->n_children : 1;
    for (u32 i = 0; i < n_bodies; i++) {
        PlacedMesh before;
        if (!solid_placed(in->model->solids, node->children[i], false, &before) ||
            find_pieces(in->heap, before.mesh).n >= n)
            return true;
    }
    return false;
}

// A part whose own geometry is cut, and has more pieces than what was cut.
static void check_split(Inspection *in, u32 part, u8 *seen) {
    Affine3 map;
    const IrGraph *graph = in->scene->graph;
    IrId id = ir_strip_xform(graph, in->scene->parts[part].solid, &map);
    const IrNode *node = &graph->nodes[id];
    bool is_cut =
        node->kind == IR_DIFFERENCE || node->kind == IR_INTERSECTION || node->kind == IR_CLIP;
    if (!is_cut || seen[id] == 3)
        return;
    seen[id] = 3;
    Pieces pieces = find_pieces(in->heap, in->placed[part].mesh);
    u32 n = pieces.n;
    if (n < 2 || had_as_many(in, node, n))
        return;
    Str name = inspect_part_name(in->scene, part, in->arena);
    Diag *diag =
        diag_add(in->diags, DIAG_W0811, node->span, "'%.*s' is now %u pieces", STR_ARG(name), n);
    diag_measure(diag, n, 1, STR("pieces"));
    diag_label(in->diags, diag, in->scene->parts[part].span, "the part");
    Vec3 at = affine3_point(&in->placed[part].map, box3_center(pieces.bounds)),
         size = box3_size(pieces.bounds);
    f64 unit = in->scene->unit_mm;
    diag_note(in->diags, diag,
              "the smallest has %.*s %.*s3 and lies round [%.*s, %.*s, %.*s], %.*s across",
              STR_ARG(diag_number(in->diags, pieces.least / (unit * unit * unit))),
              STR_ARG(in->scene->unit), STR_ARG(inspect_typed(in, at.x)),
              STR_ARG(inspect_typed(in, at.y)), STR_ARG(inspect_typed(in, at.z)),
              STR_ARG(inspect_length(in, fmax(size.x, fmax(size.y, size.z)))));
    diag_help(in->diags, diag,
              node->kind == IR_DIFFERENCE
                  ? "if a crumb is left, cut wider or deeper there; if the pieces are meant, give "
                    "each a part of its own"
                  : "if crumbs are left, keep less there, or join them to the rest; if the pieces "
                    "are meant, give each a part of its own");
    diag_key(in->diags, diag, "%.*s", STR_ARG(in->scene->parts[part].path));
}

void inspect_check_cuts(Inspection *in) {
    Cuts cuts = {.in = in};
    strmap_init(&cuts.index, in->arena);
    cuts.seen = heap_alloc(in->heap, MAX(in->scene->graph->len, 1u), 1);
    for (u32 pass = 1; pass <= 2; pass++) {
        cuts.is_first_pass = pass == 1;
        for (u32 i = 0; i < in->scene->n_parts; i++)
            if (inspect_has_geometry(in, i))
                visit(&cuts, in->scene->parts[i].solid, i);
    }
    for (u32 i = 0; i < cuts.tools.len; i++)
        if (!cuts.tools.data[i].cuts)
            diagnose_useless(in, &cuts.tools.data[i]);
    for (u32 i = 0; i < in->scene->n_parts; i++)
        if (inspect_has_geometry(in, i))
            check_split(in, i, cuts.seen);
    heap_free(in->heap, cuts.seen);
}
