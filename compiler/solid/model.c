// SPDX-License-Identifier: Apache-2.0
// The model: the parts' meshes, one for each distinct geometry, and where each part puts it.
#include "compiler/solid/model.h"

#include "base/map.h"
#include "compiler/solid/combine.h"

typedef struct Gone { // the parts of one path of which nothing is left
    u32 first, n;
} Gone;

typedef struct GoneList {
    Arena *arena;
    StrMap index; // path -> rows
    VEC(Gone) rows;
} GoneList;

static void note_gone(GoneList *gone, const Scene *scene, u32 part) {
    Str path = scene->parts[part].path;
    u32 at = strmap_get(&gone->index, path);
    if (at != NONE) {
        gone->rows.data[at].n++;
        return;
    }
    strmap_set(&gone->index, path, gone->rows.len);
    avec_push(gone->arena, &gone->rows, (Gone){part, 1});
}

// The first one is named, and what cut it.
static void say_nothing_left(const Scene *scene, const Gone *gone, Diags *diags) {
    const ScenePart *p = &scene->parts[gone->first];
    u32 n_same = 0;
    for (u32 i = 0; i < scene->n_parts; i++)
        n_same += str_equal(scene->parts[i].path, p->path);
    Diag *d = n_same > 1 ? diag_add(diags, DIAG_E0616, p->span, "nothing is left of '%.*s[%u]'",
                                    STR_ARG(p->path), p->instance)
                         : diag_add(diags, DIAG_E0616, p->span, "nothing is left of '%.*s'",
                                    STR_ARG(p->path));
    const IrNode *node = &scene->graph->nodes[p->solid];
    if (node->kind == IR_DIFFERENCE && node->span.len)
        diag_label(diags, d, node->span, "cut here");
    if (gone->n > 1)
        diag_note(diags, d, "%u of %u parts '%.*s' are gone", gone->n, n_same, STR_ARG(p->path));
    diag_help(diags, d,
              "a cut takes all of it, or it shares nothing with what it is intersected with or "
              "clipped to: move or shrink that");
    diag_key(diags, d, "%.*s", STR_ARG(p->path));
}

// The index of the mesh under id, made at its first use; NONE when it failed.
static u32 find_mesh(Model *model, u32 *index_of, IrId key, const SolidEntry *entry) {
    if (index_of[key] != NONE && model->meshes[index_of[key]].mesh == &entry->mesh)
        return index_of[key];
    u32 i = model->n_meshes++;
    model->meshes[i] =
        (ModelMesh){.mesh = &entry->mesh, .id = key, .measure = mesh_measure(&entry->mesh)};
    index_of[key] = i;
    return i;
}

// Length, area and volume scale alike under a rotation, mirror or even scale; any other map needs
// the placed mesh.
static bool even_scale(const Affine3 *map, f64 *scale) {
    Vec3 c[3];
    for (int j = 0; j < 3; j++)
        c[j] = (Vec3){map->m[0][j], map->m[1][j], map->m[2][j]};
    *scale = vec3_norm(c[0]);
    f64 tolerance = 1e-9 * *scale;
    return fabs(vec3_norm(c[1]) - *scale) <= tolerance &&
           fabs(vec3_norm(c[2]) - *scale) <= tolerance &&
           fabs(vec3_dot(c[0], c[1])) <= tolerance * *scale &&
           fabs(vec3_dot(c[1], c[2])) <= tolerance * *scale &&
           fabs(vec3_dot(c[2], c[0])) <= tolerance * *scale;
}

static void measure_part(SolidContext *ctx, const ModelMesh *mesh, ModelPart *part) {
    f64 scale;
    part->volume = mesh->measure.volume * fabs(affine3_det(&part->map));
    if (even_scale(&part->map, &scale)) {
        part->area = mesh->measure.area * scale * scale;
        return;
    }
    Mesh placed;
    mesh_copy(&placed, ctx->heap, mesh->mesh);
    mesh_transform(&placed, &part->map);
    part->area = mesh_measure(&placed).area;
    mesh_finish(&placed, ctx->heap);
}

bool model_build(const Scene *scene, SolidContext *solids, Arena *arena, Diags *diags, Model *out) {
    *out = (Model){.scene = scene, .solids = solids, .bounds = box3_empty()};
    out->parts = ARENA_NEW(arena, ModelPart, MAX(scene->n_parts, 1));
    out->meshes = ARENA_NEW(arena, ModelMesh, MAX(scene->n_parts, 1));
    u32 n_ids = MAX(scene->graph->len, 1);
    u32 *index_of = heap_alloc_raw(solids->heap, n_ids, sizeof(u32));
    memset(index_of, 0xff, n_ids * sizeof(u32));
    bool ok = true, any = false;
    GoneList gone = {.arena = arena};
    strmap_init(&gone.index, arena);
    for (u32 i = 0; i < scene->n_parts; i++) {
        ModelPart *part = &out->parts[i];
        *part = (ModelPart){.mesh = NONE, .map = affine3_identity(), .bounds = box3_empty()};
        IrId id = scene->parts[i].solid;
        if (id == NONE)
            continue;
        SolidEntry *entry = solid_entry_placed(solids, id, &part->map);
        any = true; // what failed has been said
        if (!entry) {
            ok = false;
            continue;
        }
        if (entry->mesh.n_tris == 0) {
            note_gone(&gone, scene, i);
            ok = false;
            continue;
        }
        Affine3 unused;
        part->mesh = find_mesh(out, index_of, ir_strip_xform(scene->graph, id, &unused), entry);
        out->meshes[part->mesh].n_uses++;
        out->n_tris += entry->mesh.n_tris;
        if (!solid_bounds(solids, id, &part->bounds))
            ok = false;
        measure_part(solids, &out->meshes[part->mesh], part);
        out->bounds = box3_join(out->bounds, part->bounds);
    }
    heap_free(solids->heap, index_of);
    for (u32 i = 0; i < gone.rows.len; i++)
        say_nothing_left(scene, &gone.rows.data[i], diags);
    u64 limit = solids->options.limits.triangles;
    if (limit && out->n_tris > limit) {
        Diag *d = diag_add_global(diags, DIAG_E0503,
                                  "the object has %llu triangles and the limit is %llu",
                                  (unsigned long long)out->n_tris, (unsigned long long)limit);
        diag_measure(d, (f64)out->n_tris, (f64)limit, STR("triangles"));
        diag_help(diags, d, "use a coarser tolerance or fewer copies, or raise --max-triangles");
        diags->limit_reached = true;
        ok = false;
    }
    if (!any) {
        Diag *d = diag_add_global(diags, DIAG_E0620,
                                  "the object has no geometry: no part of it holds a solid");
        diag_help(diags, d, "place a solid in a part: part seat { box(size = [40, 40, 4]) }");
        ok = false;
    }
    return ok;
}

bool model_merge(const Model *model, Heap *heap, Mesh *out) {
    Csg csg;
    csg_init(&csg, model->solids);
    u32 n = model->scene->n_parts, len = 0;
    u32 *kids = heap_alloc_raw(model->solids->heap, MAX(n, 1), sizeof(u32));
    IrId first = NONE;
    for (u32 i = 0; i < n; i++) {
        const ModelPart *part = &model->parts[i];
        if (part->mesh == NONE)
            continue;
        first = first == NONE ? model->scene->parts[i].solid : first;
        const ModelMesh *mesh = &model->meshes[part->mesh];
        u16 mat = model->scene->parts[i].material == NONE
                      ? 0
                      : (u16)(model->scene->parts[i].material + 1);
        kids[len++] = csg_add_leaf(&csg, mesh->mesh, mesh->measure.bounds, &part->map);
        csg.leaves.data[csg.leaves.len - 1].mat = mat;
    }
    u32 root = csg_union(&csg, kids, len);
    Mesh mesh;
    bool ok = csg_evaluate(&csg, root, (CsgOptions){0}, &mesh);
    if (ok) {
        mesh_copy(out, heap, &mesh);
        mesh_finish(&mesh, model->solids->heap);
    }
    heap_free(model->solids->heap, kids);
    csg_finish(&csg);
    return ok;
}
