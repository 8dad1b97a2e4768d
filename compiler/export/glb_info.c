// SPDX-License-Identifier: Apache-2.0
// What a written file holds, for people and for programs: the same facts in both.
#include "compiler/export/glb_read.h"

#include "base/number.h"
#include "base/utf8.h"
#include "compiler/export/json_write.h"

// Lengths in mm with 6 digits; float32 metres have no more to say.
static void add_mm(StrBuf *out, f64 value) {
    char text[NUMBER_TEXT_MAX];
    f64 rounded = floor(value * 1000 + 0.5) / 1000;
    number_write_short(rounded + 0.0, 6, text);
    strbuf_add_z(out, text);
}

static void add_size(StrBuf *out, Box3 box) {
    if (box3_is_empty(box)) {
        strbuf_add_z(out, "nothing");
        return;
    }
    Vec3 size = box3_size(box);
    add_mm(out, size.x);
    strbuf_add_z(out, " x ");
    add_mm(out, size.y);
    strbuf_add_z(out, " x ");
    add_mm(out, size.z);
    strbuf_add_z(out, " mm");
}

// "1 part", "2 parts".
static void add_count(StrBuf *out, u64 n, const char *what) {
    strbuf_addf(out, "%llu %s%s", (unsigned long long)n, what,
                n == 1                          ? ""
                : what[strlen(what) - 1] == 'h' ? "es"
                                                : "s");
}

typedef struct Closedness {
    u32 n_meshes, n_closed, n_claimed;
} Closedness;

static Closedness count_closed(const GlbFile *file) {
    Closedness c = {file->n_meshes, 0, 0};
    for (u32 i = 0; i < file->n_meshes; i++) {
        c.n_closed += file->meshes[i].is_closed;
        c.n_claimed += file->meshes[i].has_manifold;
    }
    return c;
}

static void add_closedness(StrBuf *out, const GlbFile *file) {
    Closedness c = count_closed(file);
    if (c.n_closed == c.n_meshes)
        strbuf_addf(out, "closed: every mesh (%s)\n",
                    c.n_claimed == c.n_meshes ? "as EXT_mesh_manifold says; checked"
                                              : "by equal places");
    else
        strbuf_addf(out, "closed: %u of %u meshes\n", c.n_closed, c.n_meshes);
}

static u32 depth_of(const GlbFile *file, u32 node) {
    u32 depth = 0;
    for (u32 i = file->nodes[node].parent; i != NONE && depth < 32; i = file->nodes[i].parent)
        depth++;
    return depth;
}

static const SceneMaterial *look_of(const GlbFile *file, const GlbMesh *mesh) {
    u32 slot = mesh->mesh.n_tris ? mesh->mesh.mats[0] : 0;
    return slot && slot <= file->n_materials ? &file->materials[slot - 1] : NULL;
}

static void add_node(StrBuf *out, const GlbFile *file, u32 index) {
    const GlbNode *node = &file->nodes[index];
    for (u32 i = 0; i <= depth_of(file, index); i++)
        strbuf_add_z(out, "  ");
    utf8_add_visible(out, node->name);
    Str side = glb_extra(node->extras, node->n_extras, "side");
    if (side.len) {
        strbuf_add_z(out, " (");
        utf8_add_visible(out, side);
        strbuf_add_char(out, ')');
    }
    if (node->mesh != NONE) {
        const GlbMesh *mesh = &file->meshes[node->mesh];
        const SceneMaterial *look = look_of(file, mesh);
        strbuf_add_z(out, ": ");
        add_size(out, glb_node_bounds(file, index));
        strbuf_add_z(out, ", ");
        add_count(out, mesh->mesh.n_tris, "triangle");
        if (look) {
            strbuf_add_z(out, ", ");
            utf8_add_visible(out, look->name);
        }
        if (!mesh->is_closed)
            strbuf_add_z(out, ", open");
    }
    strbuf_add_char(out, '\n');
}

void glb_info_text(const GlbFile *file, StrBuf *out) {
    utf8_add_visible(out, file->scene_name.len ? file->scene_name : STR("(no name)"));
    strbuf_add_z(out, ": ");
    add_size(out, file->bounds);
    strbuf_add_z(out, " (x right, y back, z up), ");
    add_count(out, file->n_nodes, "node");
    strbuf_add_z(out, ", ");
    add_count(out, file->n_meshes, "mesh");
    strbuf_add_z(out, ", ");
    add_count(out, file->n_materials, "material");
    strbuf_add_z(out, ", ");
    add_count(out, file->n_tris, "triangle");
    strbuf_add_char(out, '\n');
    add_closedness(out, file);
    if (file->n_skipped)
        strbuf_addf(out, "not read: %u primitives that are no triangles\n", file->n_skipped);
    if (file->generator.len) {
        strbuf_add_z(out, "made by: ");
        utf8_add_visible(out, file->generator);
        Str source = glb_extra(file->extras, file->n_extras, "source");
        if (source.len) {
            strbuf_add_z(out, " from ");
            utf8_add_visible(out, source);
        }
        strbuf_add_char(out, '\n');
    }
    for (u32 i = 0; i < file->n_nodes; i++)
        add_node(out, file, i);
}

static void json_point(JsonWriter *json, const char *key, Vec3 p) {
    glb_json_open(json, key, '[');
    for (u32 k = 0; k < 3; k++)
        glb_json_number(json, NULL, floor(vec3_get(p, k) * 1e6 + 0.5) / 1e6 + 0.0);
    glb_json_close(json, ']');
}

static void json_box(JsonWriter *json, Box3 box) {
    if (box3_is_empty(box))
        return;
    json_point(json, "min", box.min);
    json_point(json, "max", box.max);
    json_point(json, "size", box3_size(box));
}

static void json_extras(JsonWriter *json, const GlbExtra *extras, u32 n, Heap *heap) {
    Arena arena;
    arena_init(&arena, heap);
    glb_json_open(json, "extras", '{');
    for (u32 i = 0; i < n; i++)
        glb_json_text(json, str_to_z(&arena, extras[i].key), extras[i].text);
    glb_json_close(json, '}');
    arena_finish(&arena);
}

static void json_node(JsonWriter *json, const GlbFile *file, u32 index, Heap *heap) {
    const GlbNode *node = &file->nodes[index];
    glb_json_open(json, NULL, '{');
    glb_json_text(json, "name", node->name);
    if (node->parent != NONE)
        glb_json_u64(json, "parent", node->parent);
    if (node->mesh != NONE) {
        const GlbMesh *mesh = &file->meshes[node->mesh];
        const SceneMaterial *look = look_of(file, mesh);
        glb_json_u64(json, "mesh", node->mesh);
        glb_json_u64(json, "triangles", mesh->mesh.n_tris);
        glb_json_bool(json, "closed", mesh->is_closed);
        if (look)
            glb_json_text(json, "material", look->name);
        json_box(json, glb_node_bounds(file, index));
    }
    json_extras(json, node->extras, node->n_extras, heap);
    glb_json_close(json, '}');
}

void glb_info_json(const GlbFile *file, StrBuf *out) {
    JsonWriter writer = {.out = out}, *json = &writer;
    Closedness closed = count_closed(file);
    glb_json_open(json, NULL, '{');
    glb_json_text(json, "name", file->scene_name);
    glb_json_text(json, "generator", file->generator);
    glb_json_text(json, "unit", STR("mm"));
    glb_json_text(json, "up", STR("z"));
    json_box(json, file->bounds);
    glb_json_u64(json, "triangles", file->n_tris);
    glb_json_u64(json, "meshes", file->n_meshes);
    glb_json_u64(json, "closed_meshes", closed.n_closed);
    glb_json_u64(json, "manifold_meshes", closed.n_claimed);
    glb_json_open(json, "materials", '[');
    for (u32 i = 0; i < file->n_materials; i++)
        glb_json_text(json, NULL, file->materials[i].name);
    glb_json_close(json, ']');
    glb_json_open(json, "extensions", '[');
    for (u32 i = 0; i < file->n_extensions; i++)
        glb_json_text(json, NULL, file->extensions[i]);
    glb_json_close(json, ']');
    json_extras(json, file->extras, file->n_extras, out->heap);
    glb_json_open(json, "nodes", '[');
    for (u32 i = 0; i < file->n_nodes; i++)
        json_node(json, file, i, out->heap);
    glb_json_close(json, ']');
    glb_json_close(json, '}');
    strbuf_add_char(out, '\n');
}
