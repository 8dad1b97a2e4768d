// SPDX-License-Identifier: Apache-2.0
// n-ary CSG in one exact arrangement: the driver. Passes, each in its file:
//
//   boolean_ingest.c    triangles on one integer grid: those that come near another leaf
//                       (boolean_near.c) and their faces (boolean_spread.c), leaf by leaf
//                       (boolean_leaves.c), as convex facets (boolean_facets.c), with vertices of
//                       one numbering (boolean_weld.c)
//   boolean_buried.c    what lies deep inside of operands: left out; leaves that others hold are,
//                       already in ingest (boolean_covered.c)
//   boolean_hulls.c     the same for what crosses deep inside, before narrow
//   boolean_broad.c     pairs of facets whose boxes meet
//   boolean_narrow.c    where pairs meet (boolean_meetings.c), as exact vertices, constraints and
//                       splits of edges (boolean_draw.c)
//   boolean_patch.c     what nothing touches, as it is
//   boolean_arrange.c   plane by plane: the cells that constraints cut out (boolean_faces.c); a
//                       facet alone: boolean_lone.c
//   boolean_ghosts.c    cells of what was left out: their sides are no regions
//   boolean_classify.c  which cells' sides share a region: boolean_edges.c has the radial order
//   boolean_winding.c   winding numbers and the expression in each region; boolean_rays.c: in one
//   boolean_select.c    cells between matter and emptiness, and their twins
//   boolean_merge.c     coplanar cells to faces; boolean_triangles.c: faces to triangles, with
//                       labels (boolean_labels.c); boolean_copies.c: patches; boolean_slits.c;
//                       boolean_repair.c and boolean_slivers.c where the check asks for them
//
// boolean_points.c and boolean_planes.c hold the tables of vertices and planes, exact.c the wide
// integers; boolean_threads.c, boolean_claims.c and boolean_shards.c say how passes use threads.
// Read boolean_internal.h first: it has the notation.
#include "compiler/mesh/boolean.h"

#include "compiler/mesh/boolean_internal.h"

static Status run_passes(Kernel *k, Mesh *out, CsgReport *report) {
    Status status = ingest(k);
    if (status != STATUS_OK)
        return status;
    bury(k);
    broad(k);
    narrow(k);
    patch(k);
    if (!k->fault)
        arrange(k);
    if (!k->fault)
        take_ghosts_apart(k);
    if (!k->fault)
        classify(k);
    Faces faces = {0};
    if (!k->fault)
        select_faces(k, &faces, report);
    // Where joined faces cannot be told apart by their vertices, the cells can.
    if (!k->fault && !merge(k, &faces, k->options.keep_coplanar, out)) {
        k->fault = NULL;
        if (!merge(k, &faces, true, out))
            k->fault = "the result is not closed";
    }
    faces_finish(k, &faces);
    if (report) {
        report->n_in_tris = k->n_in_tris;
        report->n_pairs = k->n_pairs;
        report->n_buried = count_buried(k);
        report->n_covered = k->n_covered;
        report->n_out_tris = out->n_tris;
        report->quantum = k->quantum;
    }
    return k->fault ? STATUS_BUG : STATUS_OK;
}

void kernel_finish(Kernel *k) {
    thread_team_finish(k->team, k->heap);
    kernel_release(k, 0);
    points_finish(k, k->heap);
    heap_free(k->heap, k->pairs);
    vec_free(k->heap, &k->inner);
    vec_free(k->heap, &k->splits);
    vec_free(k->heap, &k->cells);
    vec_free(k->heap, &k->halves);
    vec_free(k->heap, &k->stacks);
    arena_finish(&k->arena);
}

typedef struct Evaluation {
    Kernel *kernel;
    Mesh *out;
    CsgReport *report;
    Status status;
} Evaluation;

static void run_evaluation(void *ctx) {
    Evaluation *e = ctx;
    e->status = run_passes(e->kernel, e->out, e->report);
}

// One evaluation; thorough: each leaf's triangles are tested against each other too.
static Status evaluate(Heap *heap, const CsgExpr *expr, CsgOptions options, bool is_thorough,
                       Mesh *out, CsgReport *report, bool *has_buried) {
    Kernel kernel = {.heap = heap,
                     .expr = expr,
                     .options = options,
                     .is_thorough = is_thorough,
                     .n_threads = options.n_threads ? options.n_threads : thread_count_default()};
    arena_init(&kernel.arena, heap);
    if (report)
        for (u32 l = 0; l < expr->n_leaves; l++)
            report->leaf_effect[l] = 0;
    if (report) {
        report->n_useless = 0;
        report->n_tries++;
    }
    Evaluation e = {&kernel, out, report, STATUS_OK};
    if (!heap_guard(heap, run_evaluation, &e)) {
        thread_team_finish(kernel.team, heap);
        heap_rethrow(heap);
    }
    *has_buried = kernel.burial != NULL || kernel.n_covered;
    kernel_finish(&kernel);
    return e.status;
}

Status mesh_boolean(Heap *heap, const CsgExpr *expr, CsgOptions options, Mesh *out,
                    CsgReport *report) {
    *out = (Mesh){0};
    if (report) {
        *report = (CsgReport){0};
        report->leaf_effect = HEAP_NEW(heap, u8, expr->n_leaves);
    }
    // Leaves are taken to be free of self-crossings; if that shows to be wrong, they are not.
    bool has_buried;
    Status status = evaluate(heap, expr, options, false, out, report, &has_buried);
    if (status == STATUS_BUG && has_buried) {
        options.burying = CSG_BURY_NEVER;
        status = evaluate(heap, expr, options, false, out, report, &has_buried);
    }
    if (status == STATUS_BUG)
        status = evaluate(heap, expr, options, true, out, report, &has_buried);
    return status;
}
