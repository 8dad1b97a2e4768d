// SPDX-License-Identifier: Apache-2.0
// Puts the document together: which materials are used, which meshes there are (a shape with its
// own material and its class number), and where every array lies in the binary part.
#include "compiler/export/gltf.h"

enum { FEATURE_MAX = UINT16_MAX };

// ---- materials ----

// In order of the meshes, each one's own and then what is painted on it.
static void use_materials(GltfDoc *doc) {
    u32 n = doc->model->scene->n_materials;
    doc->material_index = ARENA_NEW(&doc->arena, u32, (size_t)n + 1);
    for (u32 i = 0; i <= n; i++)
        doc->material_index[i] = NONE;
    for (u32 i = 0; i < doc->meshes.len; i++) {
        const GltfMesh *mesh = &doc->meshes.data[i];
        const GltfGeometry *geometry = &doc->geometries.data[mesh->geometry];
        for (u32 g = 0; g < geometry->n_groups; g++) {
            u32 material = gltf_group_material(mesh, &geometry->groups[g]);
            u32 *index = &doc->material_index[MIN(material, n)];
            if (*index != NONE)
                continue;
            *index = doc->materials.len;
            vec_push(doc->heap, &doc->materials, material);
        }
    }
}

// ---- meshes ----

static u32 find_feature(GltfDoc *doc, StrMap *map, u32 geometry, u32 id) {
    if (doc->names.n_classes > FEATURE_MAX)
        return NONE;
    u32 key[2] = {geometry, id};
    Str text = {(const char *)key, sizeof key};
    u32 found = strmap_get(map, text);
    if (found != NONE)
        return found;
    strmap_set(map, str_copy(&doc->arena, text), doc->features.len);
    GltfFeature feature = {geometry, id, NONE};
    vec_push(doc->heap, &doc->features, feature);
    return doc->features.len - 1;
}

static void find_meshes(GltfDoc *doc) {
    StrMap meshes, features;
    strmap_init(&meshes, &doc->arena);
    strmap_init(&features, &doc->arena);
    for (u32 i = 0; i < doc->nodes.len; i++) {
        GltfNode *node = &doc->nodes.data[i];
        if (node->geometry == NONE)
            continue;
        u32 material = doc->options->merge ? NONE : doc->model->scene->parts[i].material;
        u32 key[3] = {node->geometry, material, node->part_id};
        Str text = {(const char *)key, sizeof key};
        u32 found = strmap_get(&meshes, text);
        if (found == NONE) {
            found = doc->meshes.len;
            strmap_set(&meshes, str_copy(&doc->arena, text), found);
            u32 feature =
                doc->options->merge ? NONE : find_feature(doc, &features, key[0], node->part_id);
            GltfMesh mesh = {key[0], material, feature, i};
            vec_push(doc->heap, &doc->meshes, mesh);
        }
        node->mesh = found;
    }
}

// ---- layout ----

static u32 add_view(GltfDoc *doc, GltfView view) {
    view.off = doc->bin_size;
    doc->bin_size += (view.size + 3) & ~(u64)3;
    vec_push(doc->heap, &doc->views, view);
    return doc->views.len - 1;
}

static void add_accessor(GltfDoc *doc, GltfAccessor accessor) {
    vec_push(doc->heap, &doc->accessors, accessor);
}

enum { ARRAY_BUFFER = 34962, ELEMENT_ARRAY_BUFFER = 34963 };

// 65535 itself is kept free: it restarts primitives on some GPUs.
static GltfComponent component_for(u32 n) {
    return n <= UINT16_MAX ? GLTF_U16 : GLTF_U32;
}
static u32 component_size(GltfComponent component) {
    return component == GLTF_U16 ? 2 : 4;
}

static void lay_out_merges(GltfDoc *doc, u32 g, GltfComponent values) {
    GltfGeometry *geometry = &doc->geometries.data[g];
    GltfComponent at = component_for(geometry->n_indices);
    u32 at_size = geometry->n_merges * component_size(at);
    u64 size = at_size + (u64)geometry->n_merges * component_size(values);
    u32 view = add_view(doc, (GltfView){.content = GLTF_MERGES, .source = g, .size = size});
    GltfAccessor *all = &doc->accessors.data[doc->accessors.len - 1];
    all->sparse_view = view;
    all->n_sparse = geometry->n_merges;
    all->sparse_component = at;
    GltfAccessor list = {.view = view,
                         .count = geometry->n_merges,
                         .component = at,
                         .bounds_of = NONE,
                         .sparse_view = NONE};
    add_accessor(doc, list);
    list.component = values;
    list.off = at_size;
    add_accessor(doc, list);
}

static void lay_out_geometry(GltfDoc *doc, u32 g) {
    GltfGeometry *geometry = &doc->geometries.data[g];
    geometry->first_accessor = doc->accessors.len;
    u32 verts = add_view(doc, (GltfView){.content = GLTF_VERTS,
                                         .source = g,
                                         .stride = 24,
                                         .target = ARRAY_BUFFER,
                                         .size = 24 * (u64)geometry->n_verts});
    GltfAccessor place = {.view = verts,
                          .count = geometry->n_verts,
                          .component = GLTF_F32,
                          .is_vec3 = true,
                          .bounds_of = g,
                          .sparse_view = NONE};
    add_accessor(doc, place);
    place.off = 12;
    place.bounds_of = NONE;
    add_accessor(doc, place);
    GltfComponent component = component_for(geometry->n_verts);
    u32 size = component_size(component);
    u32 indices = add_view(doc, (GltfView){.content = GLTF_INDICES,
                                           .source = g,
                                           .target = ELEMENT_ARRAY_BUFFER,
                                           .size = (u64)size * geometry->n_indices});
    GltfAccessor run = {.view = indices,
                        .count = geometry->n_indices,
                        .component = component,
                        .bounds_of = NONE,
                        .sparse_view = NONE};
    if (!doc->options->no_manifold) {
        add_accessor(doc, run);
        if (geometry->n_merges)
            lay_out_merges(doc, g, component);
    }
    geometry->first_group = doc->accessors.len;
    for (u32 i = 0; i < geometry->n_groups; i++) {
        run.off = geometry->groups[i].first * size;
        run.count = geometry->groups[i].n;
        add_accessor(doc, run);
    }
}

static void lay_out_feature(GltfDoc *doc, u32 f) {
    GltfFeature *feature = &doc->features.data[f];
    u32 n_verts = doc->geometries.data[feature->geometry].n_verts;
    u32 view = add_view(doc, (GltfView){.content = GLTF_FEATURES,
                                        .source = f,
                                        .stride = 4,
                                        .target = ARRAY_BUFFER,
                                        .size = 4 * (u64)n_verts});
    feature->accessor = doc->accessors.len;
    add_accessor(doc, (GltfAccessor){.view = view,
                                     .count = n_verts,
                                     .component = GLTF_U16,
                                     .bounds_of = NONE,
                                     .sparse_view = NONE});
}

// ---- all of it ----

static bool place_merged(GltfDoc *doc) {
    if (!model_merge(doc->model, doc->heap, &doc->merged))
        return false;
    GltfGeometry geometry = {.mesh = &doc->merged, .shape = affine3_identity()};
    vec_push(doc->heap, &doc->geometries, geometry);
    GltfNode node = {.geometry = 0,
                     .mesh = NONE,
                     .first_child = NONE,
                     .last_child = NONE,
                     .next = NONE,
                     .turn = {0, 0, 0, 1},
                     .scale = {1, 1, 1}};
    vec_push(doc->heap, &doc->nodes, node);
    return true;
}

Status gltf_plan(GltfDoc *doc, const Model *model, const ExportOptions *options, Heap *heap,
                 const char **error) {
    *doc = (GltfDoc){.model = model, .options = options, .heap = heap};
    arena_init(&doc->arena, heap);
    doc->names = part_names(model->scene, &doc->arena);
    if (options->merge) {
        if (!place_merged(doc)) {
            *error = "the parts could not be united";
            return STATUS_PROGRAM;
        }
    } else {
        gltf_place(doc);
        for (u32 i = 0; i < doc->nodes.len; i++)
            doc->nodes.data[i].part_id = doc->names.classes[i];
    }
    find_meshes(doc);
    return STATUS_OK;
}

Affine3 gltf_node_map(const GltfNode *node) {
    Affine3 map = node->global;
    const f64 scale[3] = {node->scale[0], node->scale[2], node->scale[1]}; // from glTF's axes
    for (u32 i = 0; i < 3; i++)
        for (u32 k = 0; k < 3; k++)
            map.m[i][k] *= scale[k];
    return map;
}

Status gltf_build(GltfDoc *doc, const Model *model, const ExportOptions *options, Heap *heap,
                  const char **error) {
    Status status = gltf_plan(doc, model, options, heap, error);
    if (status != STATUS_OK)
        return status;
    for (u32 g = 0; g < doc->geometries.len; g++) {
        heap_poll(heap);
        if (!gltf_geometry_build(&doc->geometries.data[g], heap)) {
            *error = "a mesh is not closed or not finite";
            return STATUS_BUG;
        }
    }
    use_materials(doc);
    for (u32 g = 0; g < doc->geometries.len; g++)
        lay_out_geometry(doc, g);
    for (u32 f = 0; f < doc->features.len; f++)
        lay_out_feature(doc, f);
    if (doc->bin_size > UINT32_MAX - 3) {
        *error = "the geometry is larger than the 4 GiB that glTF can hold";
        return STATUS_LIMIT;
    }
    return STATUS_OK;
}

void gltf_finish(GltfDoc *doc) {
    for (u32 i = 0; i < doc->geometries.len; i++)
        gltf_geometry_finish(&doc->geometries.data[i], doc->heap);
    if (doc->merged.verts)
        mesh_finish(&doc->merged, doc->heap);
    vec_free(doc->heap, &doc->geometries);
    vec_free(doc->heap, &doc->nodes);
    vec_free(doc->heap, &doc->meshes);
    vec_free(doc->heap, &doc->features);
    vec_free(doc->heap, &doc->materials);
    vec_free(doc->heap, &doc->views);
    vec_free(doc->heap, &doc->accessors);
    arena_finish(&doc->arena);
}
