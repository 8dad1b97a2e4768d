// SPDX-License-Identifier: Apache-2.0
// The document as JSON and as binary. Nothing is decided here. Little-endian whatever the machine
// is.
#include "compiler/export/gltf.h"

#include "compiler/export/bytes.h"
#include "compiler/export/json_write.h"

#include <math.h>

// ---- JSON: what it is ----

static void write_param(JsonWriter *json, const SceneParam *param, Arena *arena) {
    const char *key = str_format(arena, "param_%.*s", STR_ARG(param->name)).ptr;
    switch (param->kind) {
    case PARAM_NUMBER:
        glb_json_number(json, key, param->number);
        break;
    case PARAM_BOOL:
        glb_json_bool(json, key, param->flag);
        break;
    case PARAM_TEXT:
        glb_json_text(json, key, param->text);
        break;
    }
}

static void write_asset(GltfDoc *doc, JsonWriter *json) {
    const Scene *scene = doc->model->scene;
    glb_json_open(json, "asset", '{');
    glb_json_text(json, "version", STR("2.0"));
    glb_json_text(json, "generator", STR("frc " FRC_VERSION));
    glb_json_open(json, "extras", '{');
    glb_json_text(json, "object", scene->name);
    if (scene->words.len)
        glb_json_text(json, "words", scene->words);
    if (doc->options->source_name.len)
        glb_json_text(json, "source", doc->options->source_name);
    Str hash = str_format(&doc->arena, "%08x%08x", (u32)(scene->source_hash >> 32),
                          (u32)scene->source_hash);
    glb_json_text(json, "source_hash", hash);
    glb_json_text(json, "unit", scene->unit);
    for (u32 i = 0; i < scene->n_params; i++)
        write_param(json, &scene->params[i], &doc->arena);
    glb_json_close(json, '}');
    glb_json_close(json, '}');
}

// The brightest channel, when it is more than the 1 that glTF itself allows.
static f32 emission_strength(const SceneMaterial *m) {
    f32 most = 1;
    for (u32 k = 0; k < 3; k++)
        most = m->emission[k] > most ? m->emission[k] : most;
    return most;
}

static bool uses_strength(const GltfDoc *doc) {
    for (u32 i = 0; i < doc->materials.len; i++)
        if (doc->materials.data[i] != NONE &&
            emission_strength(&doc->model->scene->materials[doc->materials.data[i]]) > 1)
            return true;
    return false;
}

static void write_extensions(const GltfDoc *doc, JsonWriter *json) {
    bool is_manifold = !doc->options->no_manifold && doc->geometries.len,
         is_bright = uses_strength(doc);
    if (!is_manifold && !is_bright)
        return;
    glb_json_open(json, "extensionsUsed", '[');
    if (is_manifold)
        glb_json_text(json, NULL, STR("EXT_mesh_manifold"));
    if (is_bright)
        glb_json_text(json, NULL, STR("KHR_materials_emissive_strength"));
    glb_json_close(json, ']');
}

// ---- JSON: the tree ----

static void write_scene(const GltfDoc *doc, JsonWriter *json) {
    const Scene *scene = doc->model->scene;
    glb_json_u64(json, "scene", 0);
    glb_json_open(json, "scenes", '[');
    glb_json_open(json, NULL, '{');
    glb_json_text(json, "name", scene->name);
    glb_json_open(json, "nodes", '[');
    for (u32 i = 0; i < doc->nodes.len; i++)
        if (doc->options->merge || scene->parts[i].parent == NONE)
            glb_json_u64(json, NULL, i);
    glb_json_close(json, ']');
    glb_json_close(json, '}');
    glb_json_close(json, ']');
}

static void write_node_extras(GltfDoc *doc, u32 index, JsonWriter *json) {
    const ScenePart *part = &doc->model->scene->parts[index];
    ArenaMark mark = arena_mark(&doc->arena);
    Str place = part_place(part, doc->options->source_name, doc->options->sources, &doc->arena);
    glb_json_open(json, "extras", '{');
    glb_json_text(json, "label", part->label);
    glb_json_text(json, "path", part->path);
    glb_json_u64(json, "instance", part->instance);
    if (part->sides)
        glb_json_text(json, "side", str_from(side_text(part->sides)));
    glb_json_text(json, "words", part->words);
    glb_json_u64(json, "part_id", doc->nodes.data[index].part_id);
    if (place.len)
        glb_json_text(json, "source", place);
    glb_json_close(json, '}');
    arena_reset(&doc->arena, mark);
}

static void write_f64s(JsonWriter *json, const char *key, const f64 *values, u32 n) {
    f32 rounded[4] = {0};
    for (u32 i = 0; i < n; i++)
        rounded[i] = (f32)values[i];
    glb_json_f32s(json, key, rounded, n);
}

static bool all_are(const f64 *values, u32 n, f64 value) {
    for (u32 i = 0; i < n; i++)
        if ((f32)values[i] != (f32)value)
            return false;
    return true;
}

static void write_node(GltfDoc *doc, u32 index, JsonWriter *json) {
    const GltfNode *node = &doc->nodes.data[index];
    bool is_part = !doc->options->merge;
    glb_json_open(json, NULL, '{');
    glb_json_text(json, "name", is_part ? doc->names.names[index] : doc->model->scene->name);
    if (node->mesh != NONE)
        glb_json_u64(json, "mesh", node->mesh);
    if (!all_are(node->move, 3, 0))
        write_f64s(json, "translation", node->move, 3);
    if (!all_are(node->turn, 3, 0))
        write_f64s(json, "rotation", node->turn, 4);
    if (!all_are(node->scale, 3, 1))
        write_f64s(json, "scale", node->scale, 3);
    if (node->first_child != NONE) {
        glb_json_open(json, "children", '[');
        for (u32 child = node->first_child; child != NONE; child = doc->nodes.data[child].next)
            glb_json_u64(json, NULL, child);
        glb_json_close(json, ']');
    }
    if (is_part)
        write_node_extras(doc, index, json);
    glb_json_close(json, '}');
}

// ---- JSON: meshes and materials ----

static void write_attributes(const GltfDoc *doc, const GltfMesh *mesh, bool is_manifold,
                             JsonWriter *json) {
    u32 first = doc->geometries.data[mesh->geometry].first_accessor;
    glb_json_open(json, "attributes", '{');
    glb_json_u64(json, "POSITION", first);
    if (!is_manifold) {
        glb_json_u64(json, "NORMAL", first + 1);
        if (mesh->feature != NONE)
            glb_json_u64(json, "_FEATURE_ID_0", doc->features.data[mesh->feature].accessor);
    }
    glb_json_close(json, '}');
}

static void write_manifold(const GltfDoc *doc, const GltfMesh *mesh, JsonWriter *json) {
    const GltfGeometry *geometry = &doc->geometries.data[mesh->geometry];
    glb_json_open(json, "extensions", '{');
    glb_json_open(json, "EXT_mesh_manifold", '{');
    glb_json_open(json, "manifoldPrimitive", '{');
    write_attributes(doc, mesh, true, json);
    glb_json_u64(json, "indices", geometry->first_accessor + 2);
    glb_json_u64(json, "mode", 4);
    glb_json_close(json, '}');
    if (geometry->n_merges) {
        glb_json_u64(json, "mergeIndices", geometry->first_accessor + 3);
        glb_json_u64(json, "mergeValues", geometry->first_accessor + 4);
    }
    glb_json_close(json, '}');
    glb_json_close(json, '}');
}

static void write_mesh(const GltfDoc *doc, const GltfMesh *mesh, JsonWriter *json) {
    const GltfGeometry *geometry = &doc->geometries.data[mesh->geometry];
    const Scene *scene = doc->model->scene;
    glb_json_open(json, NULL, '{');
    glb_json_text(json, "name", doc->options->merge ? scene->name : doc->names.names[mesh->part]);
    glb_json_open(json, "primitives", '[');
    for (u32 g = 0; g < geometry->n_groups; g++) {
        u32 material = gltf_group_material(mesh, &geometry->groups[g]);
        glb_json_open(json, NULL, '{');
        write_attributes(doc, mesh, false, json);
        glb_json_u64(json, "indices", geometry->first_group + g);
        glb_json_u64(json, "material", doc->material_index[MIN(material, scene->n_materials)]);
        glb_json_u64(json, "mode", 4);
        glb_json_close(json, '}');
    }
    glb_json_close(json, ']');
    if (!doc->options->no_manifold)
        write_manifold(doc, mesh, json);
    glb_json_close(json, '}');
}

static void write_emission(const SceneMaterial *m, JsonWriter *json) {
    f32 strength = emission_strength(m);
    if (!(m->emission[0] > 0 || m->emission[1] > 0 || m->emission[2] > 0))
        return;
    f32 factor[3];
    for (u32 k = 0; k < 3; k++)
        factor[k] = m->emission[k] / strength;
    glb_json_f32s(json, "emissiveFactor", factor, 3);
    if (strength > 1) {
        glb_json_open(json, "extensions", '{');
        glb_json_open(json, "KHR_materials_emissive_strength", '{');
        glb_json_f32(json, "emissiveStrength", strength);
        glb_json_close(json, '}');
        glb_json_close(json, '}');
    }
}

static void write_material(const GltfDoc *doc, u32 material, JsonWriter *json) {
    SceneMaterial look = export_material(doc->model->scene, material);
    glb_json_open(json, NULL, '{');
    glb_json_text(json, "name", look.name);
    glb_json_open(json, "pbrMetallicRoughness", '{');
    f32 color[4] = {look.color[0], look.color[1], look.color[2], look.opacity};
    glb_json_f32s(json, "baseColorFactor", color, 4);
    glb_json_f32(json, "metallicFactor", look.metallic);
    glb_json_f32(json, "roughnessFactor", look.roughness);
    glb_json_close(json, '}');
    if (look.opacity < 1)
        glb_json_text(json, "alphaMode", STR("BLEND"));
    write_emission(&look, json);
    glb_json_close(json, '}');
}

// ---- JSON: where the bytes are ----

static void write_accessor(const GltfDoc *doc, const GltfAccessor *a, JsonWriter *json) {
    glb_json_open(json, NULL, '{');
    glb_json_u64(json, "bufferView", a->view);
    if (a->off)
        glb_json_u64(json, "byteOffset", a->off);
    glb_json_u64(json, "componentType", a->component);
    glb_json_u64(json, "count", a->count);
    glb_json_text(json, "type", a->is_vec3 ? STR("VEC3") : STR("SCALAR"));
    if (a->bounds_of != NONE) {
        glb_json_f32s(json, "min", doc->geometries.data[a->bounds_of].min, 3);
        glb_json_f32s(json, "max", doc->geometries.data[a->bounds_of].max, 3);
    }
    if (a->sparse_view != NONE) {
        u32 at_size = a->sparse_component == GLTF_U16 ? 2 : 4;
        glb_json_open(json, "sparse", '{');
        glb_json_u64(json, "count", a->n_sparse);
        glb_json_open(json, "indices", '{');
        glb_json_u64(json, "bufferView", a->sparse_view);
        glb_json_u64(json, "componentType", a->sparse_component);
        glb_json_close(json, '}');
        glb_json_open(json, "values", '{');
        glb_json_u64(json, "bufferView", a->sparse_view);
        glb_json_u64(json, "byteOffset", (u64)at_size * a->n_sparse);
        glb_json_close(json, '}');
        glb_json_close(json, '}');
    }
    glb_json_close(json, '}');
}

static void write_view(const GltfView *view, JsonWriter *json) {
    glb_json_open(json, NULL, '{');
    glb_json_u64(json, "buffer", 0);
    if (view->off)
        glb_json_u64(json, "byteOffset", view->off);
    glb_json_u64(json, "byteLength", view->size);
    if (view->stride)
        glb_json_u64(json, "byteStride", view->stride);
    if (view->target)
        glb_json_u64(json, "target", view->target);
    glb_json_close(json, '}');
}

static void write_buffers(const GltfDoc *doc, Str uri, JsonWriter *json) {
    glb_json_open(json, "accessors", '[');
    for (u32 i = 0; i < doc->accessors.len; i++)
        write_accessor(doc, &doc->accessors.data[i], json);
    glb_json_close(json, ']');
    glb_json_open(json, "bufferViews", '[');
    for (u32 i = 0; i < doc->views.len; i++)
        write_view(&doc->views.data[i], json);
    glb_json_close(json, ']');
    glb_json_open(json, "buffers", '[');
    glb_json_open(json, NULL, '{');
    if (uri.len)
        glb_json_text(json, "uri", uri);
    glb_json_u64(json, "byteLength", doc->bin_size);
    glb_json_close(json, '}');
    glb_json_close(json, ']');
}

void gltf_write_json(GltfDoc *doc, Str uri, StrBuf *out) {
    JsonWriter json = {.out = out};
    glb_json_open(&json, NULL, '{');
    write_asset(doc, &json);
    write_extensions(doc, &json);
    write_scene(doc, &json);
    glb_json_open(&json, "nodes", '[');
    for (u32 i = 0; i < doc->nodes.len; i++)
        write_node(doc, i, &json);
    glb_json_close(&json, ']');
    if (doc->meshes.len) {
        glb_json_open(&json, "meshes", '[');
        for (u32 i = 0; i < doc->meshes.len; i++)
            write_mesh(doc, &doc->meshes.data[i], &json);
        glb_json_close(&json, ']');
        glb_json_open(&json, "materials", '[');
        for (u32 i = 0; i < doc->materials.len; i++)
            write_material(doc, doc->materials.data[i], &json);
        glb_json_close(&json, ']');
        write_buffers(doc, uri, &json);
    }
    glb_json_close(&json, '}');
}

// ---- binary ----

static void write_view_bytes(const GltfDoc *doc, const GltfView *view, StrBuf *out) {
    if (view->content == GLTF_FEATURES) {
        const GltfFeature *feature = &doc->features.data[view->source];
        for (u64 i = 0; i < view->size; i += 4)
            bytes_add_u32(out, feature->id); // u16 and two bytes of padding
        return;
    }
    const GltfGeometry *g = &doc->geometries.data[view->source];
    bool is_short = g->n_verts <= UINT16_MAX, is_short_at = g->n_indices <= UINT16_MAX;
    switch (view->content) {
    case GLTF_VERTS:
        bytes_add_f32s(out, g->verts, 6 * (size_t)g->n_verts);
        break;
    case GLTF_INDICES:
        bytes_add_indices(out, g->indices, g->n_indices, is_short);
        break;
    case GLTF_MERGES:
        bytes_add_indices(out, g->merge_at, g->n_merges, is_short_at);
        bytes_add_indices(out, g->merge_to, g->n_merges, is_short);
        break;
    case GLTF_FEATURES:
        break;
    }
}

void gltf_write_bin(const GltfDoc *doc, StrBuf *out) {
    size_t start = out->len;
    for (u32 i = 0; i < doc->views.len; i++) {
        heap_poll(doc->heap);
        write_view_bytes(doc, &doc->views.data[i], out);
        while ((out->len - start) & 3)
            strbuf_add_char(out, '\0');
    }
}
