// SPDX-License-Identifier: Apache-2.0
// The text form of a model: one line a mesh, its faces by logical name, one line a part. For
// people, golden tests and bug reports; it is not read back.
#include "compiler/solid/model.h"

#include "base/sort.h"

static void add_vec(StrBuf *out, Vec3 v) {
    strbuf_add_char(out, '[');
    strbuf_add_number(out, v.x);
    strbuf_add_z(out, ", ");
    strbuf_add_number(out, v.y);
    strbuf_add_z(out, ", ");
    strbuf_add_number(out, v.z);
    strbuf_add_char(out, ']');
}

static void add_box(StrBuf *out, Box3 box) {
    if (box3_is_empty(box)) {
        strbuf_add_z(out, "nothing");
        return;
    }
    add_vec(out, box.min);
    strbuf_add_z(out, "..");
    add_vec(out, box.max);
}

static int compare_u32(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    u32 x = *(const u32 *)a, y = *(const u32 *)b;
    return x < y ? -1 : x > y;
}

// The faces of a mesh and how many triangles each has, in order of tag.
static void add_faces(const Model *model, const Mesh *mesh, Heap *heap, StrBuf *out) {
    u32 *tags = heap_alloc_raw(heap, MAX(mesh->n_tris, 1u), sizeof *tags);
    memcpy(tags, mesh->tags, mesh->n_tris * sizeof *tags);
    sort_stable(heap, tags, mesh->n_tris, sizeof *tags, compare_u32, NULL);
    for (u32 i = 0, next; i < mesh->n_tris; i = next) {
        for (next = i + 1; next < mesh->n_tris && tags[next] == tags[i]; next++) {
        }
        SolidFace face = solid_face(model->solids, tags[i]);
        strbuf_addf(out, "    face %%%u.%s", face.leaf, face.name);
        if (face.index)
            strbuf_addf(out, "[%u]", face.index);
        strbuf_addf(out, " %u tris\n", next - i);
    }
    heap_free(heap, tags);
}

void model_dump(const Model *model, StrBuf *out) {
    const Scene *scene = model->scene;
    for (u32 i = 0; i < model->n_meshes; i++) {
        const ModelMesh *m = &model->meshes[i];
        strbuf_addf(out, "mesh %u = %%%u: %u verts, %u tris, %u uses, volume ", i, m->id,
                    m->mesh->n_verts, m->mesh->n_tris, m->n_uses);
        strbuf_add_number(out, m->measure.volume);
        strbuf_add_z(out, ", area ");
        strbuf_add_number(out, m->measure.area);
        strbuf_add_z(out, ", ");
        add_box(out, m->measure.bounds);
        strbuf_add_char(out, '\n');
        add_faces(model, m->mesh, out->heap, out);
    }
    for (u32 i = 0; i < scene->n_parts; i++) {
        const ScenePart *part = &scene->parts[i];
        strbuf_addf(out, "part %u %.*s[%u]", i, STR_ARG(part->path), part->instance);
        if (part->sides)
            strbuf_addf(out, " %s", side_text(part->sides));
        if (model->parts[i].mesh != NONE) {
            strbuf_addf(out, " mesh %u at ", model->parts[i].mesh);
            add_vec(out, model->parts[i].map.t);
            strbuf_add_z(out, " bounds ");
            add_box(out, model->parts[i].bounds);
        }
        strbuf_add_char(out, '\n');
    }
    strbuf_addf(out, "total %llu tris ", (unsigned long long)model->n_tris);
    add_box(out, model->bounds);
    strbuf_add_char(out, '\n');
}
