// SPDX-License-Identifier: Apache-2.0
// From chunks to the model's terms: the JSON is read whole, meshes are made from the accessors
// (glb_mesh.c), and the nodes of the default scene are listed parents first with their places
// turned from glTF's axes (metres, Y up) to ours (mm, Z up). The file may come from anyone: every
// index is checked, hierarchies that are no trees are refused, and what bytes are named many times
// over is bounded.
#include "compiler/export/glb_read.h"

#include "base/number.h"
#include "base/vec.h"
#include "compiler/export/glb_mesh.h"

static bool fail(GlbReader *r, const char *fault) {
    if (!r->access.fault)
        r->access.fault = fault;
    return false;
}

static u32 get_u32(const u8 *b) {
    return b[0] | (u32)b[1] << 8 | (u32)b[2] << 16 | (u32)b[3] << 24;
}

// ---- chunks ----

enum { GLB_MAGIC = 0x46546C67, CHUNK_JSON = 0x4E4F534A, CHUNK_BIN = 0x004E4942 };

static bool read_chunks(GlbReader *r, const u8 *bytes, size_t size, Str *json) {
    if (size < 20 || get_u32(bytes) != GLB_MAGIC)
        return fail(r, "not a GLB file");
    if (get_u32(bytes + 4) != 2)
        return fail(r, "not version 2 of GLB");
    if (get_u32(bytes + 8) > size)
        return fail(r, "the file is cut off");
    size = MIN(size, (size_t)get_u32(bytes + 8));
    bool has_json = false;
    for (size_t at = 12; at + 8 <= size;) {
        size_t len = get_u32(bytes + at), start = at + 8;
        if (len > size - start)
            return fail(r, "a chunk reaches out of the file");
        if (get_u32(bytes + at + 4) == CHUNK_JSON && !has_json) {
            *json = (Str){(const char *)bytes + start, (u32)len};
            has_json = true;
        } else if (get_u32(bytes + at + 4) == CHUNK_BIN && !r->access.bin) {
            r->access.bin = bytes + start;
            r->access.bin_size = len;
        }
        at = start + len;
    }
    return has_json || fail(r, "no JSON chunk");
}

// ---- what is said about it ----

// The flat scalars of an extras object.
static GlbExtra *read_extras(GlbReader *r, const JsonValue *json, u32 *n_out) {
    u32 n = json && json->kind == JSON_OBJECT ? json->n : 0;
    GlbExtra *extras = ARENA_NEW(r->arena, GlbExtra, n);
    *n_out = 0;
    for (u32 i = 0; i < n; i++) {
        const JsonValue *value = &json->items[i];
        char number[NUMBER_TEXT_MAX];
        Str text = value->text;
        if (value->kind == JSON_NUMBER)
            text = str_copy(r->arena, (Str){number, number_write(value->number, number)});
        else if (value->kind == JSON_BOOL)
            text = value->flag ? STR("true") : STR("false");
        else if (value->kind != JSON_TEXT)
            continue;
        extras[(*n_out)++] = (GlbExtra){json->keys[i], text, value->kind == JSON_TEXT};
    }
    return extras;
}

static f32 share(const JsonValue *value, f64 otherwise) {
    f64 x = glb_json_as_number(value, otherwise);
    return (f32)(x < 0 ? 0 : x > 1 ? 1 : x);
}

static SceneMaterial read_material(const JsonValue *json) {
    const JsonValue *pbr = glb_json_get(json, "pbrMetallicRoughness");
    const JsonValue *color = glb_json_get(pbr, "baseColorFactor"),
                    *glow = glb_json_get(json, "emissiveFactor");
    const JsonValue *bright =
        glb_json_get(glb_json_get(json, "extensions"), "KHR_materials_emissive_strength");
    f64 strength = glb_json_as_number(glb_json_get(bright, "emissiveStrength"), 1);
    SceneMaterial m = {.name = glb_json_as_text(glb_json_get(json, "name")),
                       .metallic = share(glb_json_get(pbr, "metallicFactor"), 1),
                       .roughness = share(glb_json_get(pbr, "roughnessFactor"), 1),
                       .opacity = 1};
    for (u32 k = 0; k < 3; k++) {
        m.color[k] = share(glb_json_at(color, k), 1);
        m.emission[k] =
            share(glb_json_at(glow, k), 0) * (f32)(strength >= 0 && strength <= 1e6 ? strength : 1);
    }
    if (!str_equal_z(glb_json_as_text(glb_json_get(json, "alphaMode")), "OPAQUE") &&
        glb_json_get(json, "alphaMode"))
        m.opacity = share(glb_json_at(color, 3), 1);
    return m;
}

static void read_looks(GlbReader *r) {
    GlbFile *out = r->out;
    const JsonValue *asset = glb_json_get(r->access.root, "asset");
    out->generator = glb_json_as_text(glb_json_get(asset, "generator"));
    out->extras = read_extras(r, glb_json_get(asset, "extras"), &out->n_extras);
    const JsonValue *used = glb_json_get(r->access.root, "extensionsUsed");
    out->extensions = ARENA_NEW(r->arena, Str, glb_json_len(used));
    for (u32 i = 0; i < glb_json_len(used); i++)
        out->extensions[out->n_extensions++] = glb_json_as_text(glb_json_at(used, i));
    const JsonValue *materials = glb_json_get(r->access.root, "materials");
    if (glb_json_len(materials) >= UINT16_MAX) {
        fail(r, "too many materials");
        return;
    }
    out->materials = ARENA_NEW(r->arena, SceneMaterial, glb_json_len(materials));
    for (u32 i = 0; i < glb_json_len(materials); i++)
        out->materials[out->n_materials++] = read_material(glb_json_at(materials, i));
}

static bool check_required(GlbReader *r) {
    const JsonValue *required = glb_json_get(r->access.root, "extensionsRequired");
    for (u32 i = 0; i < glb_json_len(required); i++) {
        Str name = glb_json_as_text(glb_json_at(required, i));
        if (str_equal_z(name, "EXT_mesh_manifold") || str_starts(name, STR("KHR_materials_")) ||
            str_equal_z(name, "KHR_mesh_quantization"))
            continue;
        return fail(
            r, str_format(r->arena, "the file needs %.*s, which is not read", STR_ARG(name)).ptr);
    }
    return true;
}

// ---- places ----

static bool read_numbers(const JsonValue *json, f64 *out, u32 n) {
    if (glb_json_len(json) != n)
        return false;
    for (u32 i = 0; i < n; i++)
        out[i] = glb_json_as_number(glb_json_at(json, i), 0);
    return true;
}

static Affine3 from_quaternion(const f64 q[4]) {
    f64 x = q[0], y = q[1], z = q[2], w = q[3], n = x * x + y * y + z * z + w * w;
    f64 s = n > 0 ? 2 / n : 0;
    return (Affine3){{{1 - s * (y * y + z * z), s * (x * y - z * w), s * (x * z + y * w)},
                      {s * (x * y + z * w), 1 - s * (x * x + z * z), s * (y * z - x * w)},
                      {s * (x * z - y * w), s * (y * z + x * w), 1 - s * (x * x + y * y)}},
                     {0, 0, 0}};
}

// glTF space, relative to the parent: matrix, or translation * rotation * scale.
static Affine3 read_place(const JsonValue *node) {
    f64 m[16], t[3] = {0, 0, 0}, q[4] = {0, 0, 0, 1}, s[3] = {1, 1, 1};
    if (read_numbers(glb_json_get(node, "matrix"), m, 16))
        return (Affine3){{{m[0], m[4], m[8]}, {m[1], m[5], m[9]}, {m[2], m[6], m[10]}},
                         {m[12], m[13], m[14]}};
    read_numbers(glb_json_get(node, "translation"), t, 3);
    read_numbers(glb_json_get(node, "rotation"), q, 4);
    read_numbers(glb_json_get(node, "scale"), s, 3);
    Affine3 map = from_quaternion(q);
    for (u32 i = 0; i < 3; i++)
        for (u32 k = 0; k < 3; k++)
            map.m[i][k] *= s[k];
    map.t = vec3(t[0], t[1], t[2]);
    return map;
}

// A map of glTF's metres, Y up, as one of mm, Z up.
static Affine3 to_model(const Affine3 *map) {
    static const Affine3 up = {{{1, 0, 0}, {0, 0, -1}, {0, 1, 0}}, {0, 0, 0}};
    static const Affine3 down = {{{1, 0, 0}, {0, 0, 1}, {0, -1, 0}}, {0, 0, 0}};
    Affine3 right = affine3_mul(map, &down), out = affine3_mul(&up, &right);
    out.t = vec3_scale(out.t, 1000);
    return out;
}

// ---- nodes ----

typedef struct Walk { // of the hierarchy, depth first without recursion
    VEC(u32) stack;   // pairs: file's node, parent in out->nodes
    bool *seen;
    VEC(Affine3) globals; // glTF space, by out node
} Walk;

static void push_children(GlbReader *r, Walk *w, const JsonValue *children, u32 parent) {
    for (u32 i = glb_json_len(children); i-- > 0;) {
        avec_push(r->arena, &w->stack, glb_json_as_index(glb_json_at(children, i), NONE));
        avec_push(r->arena, &w->stack, parent);
    }
}

static bool visit_node(GlbReader *r, Walk *w, u32 index, u32 parent) {
    const JsonValue *nodes = glb_json_get(r->access.root, "nodes"), *json = glb_json_at(nodes, index);
    if (!json)
        return fail(r, "no such node");
    if (w->seen[index])
        return fail(r, "a node has two parents");
    w->seen[index] = true;
    GlbNode node = {.name = glb_json_as_text(glb_json_get(json, "name")),
                    .parent = parent,
                    .mesh = glb_json_as_index(glb_json_get(json, "mesh"), NONE)};
    if (node.mesh != NONE && node.mesh >= r->out->n_meshes)
        return fail(r, "no such mesh");
    node.extras = read_extras(r, glb_json_get(json, "extras"), &node.n_extras);
    Affine3 global = read_place(json);
    if (parent != NONE)
        global = affine3_mul(&w->globals.data[parent], &global);
    for (u32 i = 0; i < 3; i++)
        if (!isfinite(global.m[i][0] + global.m[i][1] + global.m[i][2]) ||
            !vec3_is_finite(global.t))
            return fail(r, "a node's place is not finite");
    node.map = to_model(&global);
    avec_push(r->arena, &w->globals, global);
    u32 at = r->out->n_nodes++;
    r->out->nodes[at] = node;
    push_children(r, w, glb_json_get(json, "children"), at);
    return true;
}

static bool read_nodes(GlbReader *r) {
    const JsonValue *nodes = glb_json_get(r->access.root, "nodes"),
                    *scenes = glb_json_get(r->access.root, "scenes");
    const JsonValue *scene = glb_json_at(scenes, glb_json_as_index(glb_json_get(r->access.root, "scene"), 0));
    r->out->scene_name = glb_json_as_text(glb_json_get(scene, "name"));
    r->out->nodes = ARENA_NEW(r->arena, GlbNode, glb_json_len(nodes));
    Walk w = {.seen = ARENA_NEW(r->arena, bool, glb_json_len(nodes))};
    push_children(r, &w, glb_json_get(scene, "nodes"), NONE);
    while (w.stack.len) {
        u32 parent = w.stack.data[w.stack.len - 1], index = w.stack.data[w.stack.len - 2];
        w.stack.len -= 2;
        if (!visit_node(r, &w, index, parent))
            return false;
    }
    return true;
}

static void measure(GlbReader *r) {
    GlbFile *out = r->out;
    out->bounds = box3_empty();
    for (u32 i = 0; i < out->n_nodes; i++) {
        if (out->nodes[i].mesh == NONE)
            continue;
        GlbMesh *mesh = &out->meshes[out->nodes[i].mesh];
        mesh->n_uses++;
        out->n_tris += mesh->mesh.n_tris;
    }
    for (u32 i = 0; i < out->n_nodes; i++)
        out->bounds = box3_join(out->bounds, glb_node_bounds(out, i));
}

bool glb_read(const void *bytes, size_t size, Arena *arena, GlbFile *out, Str *error) {
    GlbReader reader = {.arena = arena, .out = out}, *r = &reader;
    *out = (GlbFile){.bounds = box3_empty()};
    r->access.heap = arena->heap;
    r->access.budget = (u64)8 * 1024 * 1024 + 16 * (u64)size;
    Str json = STR("");
    bool ok = read_chunks(r, bytes, size, &json);
    if (ok) {
        r->access.root = glb_json_read(json, arena, error);
        if (!r->access.root)
            return false;
        ok = check_required(r);
    }
    if (ok)
        read_looks(r);
    ok = !r->access.fault && glb_read_meshes(r) && read_nodes(r);
    if (ok)
        measure(r);
    else
        *error = str_from(r->access.fault);
    return ok;
}

Str glb_extra(const GlbExtra *extras, u32 n, const char *key) {
    for (u32 i = 0; i < n; i++)
        if (str_equal_z(extras[i].key, key))
            return extras[i].text;
    return STR("");
}
