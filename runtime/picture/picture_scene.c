// SPDX-License-Identifier: Apache-2.0
// Scenes to draw, from a compiled model or from a GLB read back. A part id stands for one path
// ("back/slat"), an instance id for one placed part; only what has triangles gets one.
#include "runtime/picture/picture.h"

#include "base/map.h"
#include "base/number.h"

typedef struct SceneBuild {
    Arena *arena;
    StrMap paths;
    RenderPart *parts;
    RenderInstance *instances;
    u32 n_parts, n_instances;
} SceneBuild;

static void build_init(SceneBuild *b, Arena *arena, u32 most) {
    *b = (SceneBuild){.arena = arena,
                      .parts = ARENA_NEW(arena, RenderPart, MAX(most, 1u)),
                      .instances = ARENA_NEW(arena, RenderInstance, MAX(most, 1u))};
    strmap_init(&b->paths, arena);
}

static u32 part_of(SceneBuild *b, Str label, Str words, Str path) {
    u32 part = strmap_get(&b->paths, path);
    if (part == NONE) {
        part = b->n_parts++;
        strmap_set(&b->paths, path, part);
        b->parts[part] = (RenderPart){.label = label, .words = words, .path = path};
    }
    b->parts[part].n_instances++;
    return part;
}

static void build_finish(const SceneBuild *b, RenderScene *out) {
    out->parts = b->parts;
    out->n_parts = b->n_parts;
    out->instances = b->instances;
    out->n_instances = b->n_instances;
}

static RenderMaterial *materials_of(const SceneMaterial *from, u32 n, Arena *arena) {
    RenderMaterial *materials = ARENA_NEW(arena, RenderMaterial, MAX(n, 1u));
    for (u32 i = 0; i < n; i++) {
        materials[i] = (RenderMaterial){.metallic = from[i].metallic,
                                        .roughness = from[i].roughness,
                                        .opacity = from[i].opacity};
        memcpy(materials[i].color, from[i].color, sizeof materials[i].color);
        memcpy(materials[i].emission, from[i].emission, sizeof materials[i].emission);
    }
    return materials;
}

bool picture_has_instance(const Model *model, u32 part) {
    u32 mesh = model->parts[part].mesh;
    return mesh != NONE && model->meshes[mesh].mesh->n_tris > 0;
}

void picture_scene_from_model(const Model *model, Arena *arena, RenderScene *out) {
    const Scene *scene = model->scene;
    *out = (RenderScene){.name = scene->name,
                         .words = scene->words,
                         .unit = scene->unit,
                         .unit_mm = scene->unit_mm,
                         .n_meshes = model->n_meshes,
                         .materials = materials_of(scene->materials, scene->n_materials, arena),
                         .n_materials = scene->n_materials};
    RenderMesh *meshes = ARENA_NEW(arena, RenderMesh, MAX(model->n_meshes, 1u));
    for (u32 i = 0; i < model->n_meshes; i++)
        picture_mesh(model->meshes[i].mesh, arena, &meshes[i]);
    out->meshes = meshes;
    SceneBuild b;
    build_init(&b, arena, scene->n_parts);
    for (u32 i = 0; i < scene->n_parts; i++) {
        const ScenePart *part = &scene->parts[i];
        if (!picture_has_instance(model, i))
            continue;
        b.instances[b.n_instances++] =
            (RenderInstance){.mesh = model->parts[i].mesh,
                             .part = part_of(&b, part->label, part->words, part->path),
                             .material = part->material,
                             .index = part->instance,
                             .side = str_from(side_text(part->sides)),
                             .map = model->parts[i].map};
    }
    build_finish(&b, out);
}

// What a node of ours says of itself, or what can be made of another program's name.
static u32 node_part(SceneBuild *b, const GlbNode *node) {
    Str label = glb_extra(node->extras, node->n_extras, "label");
    Str path = glb_extra(node->extras, node->n_extras, "path");
    Str words = glb_extra(node->extras, node->n_extras, "words");
    if (!label.len)
        label = node->name.len ? node->name : STR("part");
    return part_of(b, label, words.len ? words : label, path.len ? path : label);
}

void picture_scene_from_glb(const GlbFile *file, Arena *arena, RenderScene *out) {
    *out = (RenderScene){.name = file->scene_name,
                         .unit = STR("mm"),
                         .unit_mm = 1,
                         .n_meshes = file->n_meshes,
                         .materials = materials_of(file->materials, file->n_materials, arena),
                         .n_materials = file->n_materials};
    RenderMesh *meshes = ARENA_NEW(arena, RenderMesh, MAX(file->n_meshes, 1u));
    for (u32 i = 0; i < file->n_meshes; i++) {
        picture_mesh(&file->meshes[i].mesh, arena, &meshes[i]);
        meshes[i].is_open = !file->meshes[i].is_closed;
    }
    out->meshes = meshes;
    SceneBuild b;
    build_init(&b, arena, file->n_nodes);
    for (u32 i = 0; i < file->n_nodes; i++) {
        const GlbNode *node = &file->nodes[i];
        if (node->mesh == NONE || meshes[node->mesh].n_tris == 0)
            continue;
        u32 part = node_part(&b, node);
        b.instances[b.n_instances++] =
            (RenderInstance){.mesh = node->mesh,
                             .part = part,
                             .material = NONE,
                             .index = b.parts[part].n_instances - 1,
                             .side = glb_extra(node->extras, node->n_extras, "side"),
                             .map = node->map};
    }
    build_finish(&b, out);
}
