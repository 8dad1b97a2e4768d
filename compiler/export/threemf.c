// SPDX-License-Identifier: Apache-2.0
// 3MF (core specification 1.3): XML in a ZIP. One mesh object a shape in its material, named after
// the part, and one object that is the assembly: a component with a transform a part. Colours are
// base materials. Always millimetres, Z up.
#include "compiler/export/bytes.h"
#include "compiler/export/float_mesh.h"
#include "compiler/export/formats.h"
#include "compiler/export/gltf.h"
#include "compiler/export/json_write.h"
#include "compiler/export/zip.h"

#include "base/utf8.h"

enum { MATERIALS_ID = 1, FIRST_OBJECT_ID = 2 };

static const char content_types[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" "
    "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    "<Default Extension=\"model\" "
    "ContentType=\"application/vnd.ms-package.3dmanufacturing-3dmodel+xml\"/>"
    "</Types>\n";
static const char relations[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rel0\" Target=\"/3D/3dmodel.model\" "
    "Type=\"http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel\"/></Relationships>\n";

// Escapes what XML needs, and leaves out what it cannot hold.
static void add_xml(StrBuf *out, Str text) {
    for (u32 i = 0; i < text.len;) {
        u32 code = 0, n = utf8_decode(text.ptr + i, text.len - i, &code);
        if (!n || (code < 0x20 && code != '\t' && code != '\n') || code == 0xfffe || code == 0xffff)
            strbuf_add_char(out, ' ');
        else if (code == '<')
            strbuf_add_z(out, "&lt;");
        else if (code == '&')
            strbuf_add_z(out, "&amp;");
        else if (code == '"')
            strbuf_add_z(out, "&quot;");
        else
            strbuf_add_bytes(out, text.ptr + i, n);
        i += n ? n : 1;
    }
}

static void add_attribute(StrBuf *out, const char *name, Str value) {
    strbuf_addf(out, " %s=\"", name);
    add_xml(out, value);
    strbuf_add_char(out, '"');
}

static void add_f32_attribute(StrBuf *out, const char *name, f32 value) {
    strbuf_addf(out, " %s=\"", name);
    strbuf_add_f32(out, value);
    strbuf_add_char(out, '"');
}

// All of the scene's materials, so that their indices are the scene's; the default look last.
static void write_materials(const Scene *scene, StrBuf *out) {
    strbuf_addf(out, "<basematerials id=\"%d\">\n", MATERIALS_ID);
    for (u32 i = 0; i <= scene->n_materials; i++) {
        SceneMaterial look = export_material(scene, i < scene->n_materials ? i : NONE);
        strbuf_add_z(out, "<base");
        add_attribute(out, "name", look.name);
        u32 alpha = (u32)((f64)look.opacity * 255 + 0.5);
        strbuf_addf(out, " displaycolor=\"#%06X%02X\"/>\n", look.rgb & 0xffffff, alpha & 255);
    }
    strbuf_add_z(out, "</basematerials>\n");
}

static void write_triangles(const GltfDoc *doc, const FloatMesh *floats, const Mesh *mesh,
                            bool is_turned, const u32 *numbers, StrBuf *out) {
    u32 last = doc->model->scene->n_materials;
    strbuf_add_z(out, "<triangles>\n");
    for (u32 t = 0; t < floats->n_tris; t++) {
        if (float_mesh_is_dropped(floats, t))
            continue;
        const u32 *tri = &floats->tris[3 * (size_t)t];
        strbuf_addf(out, "<triangle v1=\"%u\" v2=\"%u\" v3=\"%u\"", numbers[tri[0]],
                    numbers[tri[is_turned ? 2 : 1]], numbers[tri[is_turned ? 1 : 2]]);
        if (mesh->mats && mesh->mats[t])
            strbuf_addf(out, " pid=\"%d\" p1=\"%u\"", MATERIALS_ID, MIN(mesh->mats[t] - 1u, last));
        strbuf_add_z(out, "/>\n");
    }
    strbuf_add_z(out, "</triangles>\n");
}

// Vertices that no triangle names are left out; numbers: by mesh vertex.
static void write_vertices(const FloatMesh *floats, u32 n_verts, u32 *numbers, StrBuf *out) {
    for (u32 v = 0; v < n_verts; v++)
        numbers[v] = NONE;
    for (u32 t = 0; t < floats->n_tris; t++)
        for (u32 k = 0; k < 3 && !float_mesh_is_dropped(floats, t); k++)
            numbers[floats->tris[3 * (size_t)t + k]] = 0;
    u32 n = 0;
    strbuf_add_z(out, "<vertices>\n");
    for (u32 v = 0; v < n_verts; v++) {
        if (numbers[v] == NONE)
            continue;
        numbers[v] = n++;
        const f32 *p = &floats->places[3 * (size_t)v];
        strbuf_add_z(out, "<vertex");
        add_f32_attribute(out, "x", p[0]);
        add_f32_attribute(out, "y", p[1]);
        add_f32_attribute(out, "z", p[2]);
        strbuf_add_z(out, "/>\n");
    }
    strbuf_add_z(out, "</vertices>\n");
}

static bool write_object(const GltfDoc *doc, u32 index, StrBuf *out) {
    const GltfMesh *mesh = &doc->meshes.data[index];
    const GltfGeometry *geometry = &doc->geometries.data[mesh->geometry];
    const Scene *scene = doc->model->scene;
    FloatSpace space = {.divisor = 1};
    FloatMesh floats;
    bool ok = float_mesh_init(&floats, doc->heap, geometry->mesh, &geometry->shape, space);
    if (ok) {
        strbuf_addf(out, "<object id=\"%u\" type=\"model\"", FIRST_OBJECT_ID + index);
        add_attribute(out, "name",
                      doc->options->merge ? scene->name : scene->parts[mesh->part].label);
        if (!doc->options->merge)
            add_attribute(out, "partnumber", scene->parts[mesh->part].path);
        strbuf_addf(out, " pid=\"%d\" pindex=\"%u\"><mesh>\n", MATERIALS_ID,
                    MIN(mesh->material, scene->n_materials));
        u32 *numbers =
            heap_alloc_raw(doc->heap, (size_t)geometry->mesh->n_verts + 1, sizeof *numbers);
        write_vertices(&floats, geometry->mesh->n_verts, numbers, out);
        bool is_turned = affine3_det(&geometry->shape) < 0;
        write_triangles(doc, &floats, geometry->mesh, is_turned, numbers, out);
        strbuf_add_z(out, "</mesh></object>\n");
        heap_free(doc->heap, numbers);
    }
    float_mesh_finish(&floats, doc->heap);
    return ok;
}

// A row vector times the matrix: x' = x m00 + y m10 + z m20 + m30.
static void write_component(const GltfNode *node, StrBuf *out) {
    Affine3 map = gltf_node_map(node);
    strbuf_addf(out, "<component objectid=\"%u\"", FIRST_OBJECT_ID + node->mesh);
    if (!affine3_is_identity(&map)) {
        strbuf_add_z(out, " transform=\"");
        for (u32 k = 0; k < 3; k++)
            for (u32 i = 0; i < 3; i++) {
                strbuf_add_f32(out, (f32)map.m[i][k]);
                strbuf_add_char(out, ' ');
            }
        for (u32 i = 0; i < 3; i++) {
            strbuf_add_z(out, i ? " " : "");
            strbuf_add_f32(out, (f32)vec3_get(map.t, i));
        }
        strbuf_add_char(out, '"');
    }
    strbuf_add_z(out, "/>\n");
}

static void write_metadata(const Scene *scene, StrBuf *out) {
    strbuf_add_z(out, "<metadata name=\"Title\">");
    add_xml(out, scene->name);
    strbuf_add_z(out, "</metadata>\n");
    if (scene->words.len) {
        strbuf_add_z(out, "<metadata name=\"Description\">");
        add_xml(out, scene->words);
        strbuf_add_z(out, "</metadata>\n");
    }
    strbuf_addf(out, "<metadata name=\"Application\">frc %s</metadata>\n", FRC_VERSION);
}

static bool write_model(const GltfDoc *doc, StrBuf *out) {
    const Scene *scene = doc->model->scene;
    strbuf_add_z(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<model unit=\"millimeter\" xml:lang=\"en-US\" "
                      "xmlns=\"http://schemas.microsoft.com/3dmanufacturing/core/2015/02\">\n");
    write_metadata(scene, out);
    strbuf_add_z(out, "<resources>\n");
    write_materials(scene, out);
    for (u32 i = 0; i < doc->meshes.len; i++) {
        heap_poll(doc->heap);
        if (!write_object(doc, i, out))
            return false;
    }
    u32 assembly = FIRST_OBJECT_ID + doc->meshes.len;
    strbuf_addf(out, "<object id=\"%u\" type=\"model\"", assembly);
    add_attribute(out, "name", scene->name);
    strbuf_add_z(out, "><components>\n");
    for (u32 i = 0; i < doc->nodes.len; i++)
        if (doc->nodes.data[i].mesh != NONE)
            write_component(&doc->nodes.data[i], out);
    strbuf_addf(
        out,
        "</components></object>\n</resources>\n<build><item objectid=\"%u\"/></build>\n</model>\n",
        assembly);
    return true;
}

static Status write_package(const GltfDoc *doc, StrBuf *out, const char **error) {
    StrBuf xml;
    strbuf_init(&xml, doc->heap);
    Status status = STATUS_OK;
    ZipWriter zip;
    zip_begin(&zip, out);
    if (!write_model(doc, &xml)) {
        *error = "a mesh is not closed or not finite";
        status = STATUS_BUG;
    } else if (xml.len >= NONE || !zip_add(&zip, "[Content_Types].xml", str_from(content_types)) ||
               !zip_add(&zip, "_rels/.rels", str_from(relations)) ||
               !zip_add(&zip, "3D/3dmodel.model", strbuf_str(&xml)) || !zip_end(&zip)) {
        *error = "the model is larger than the 4 GiB that 3MF can hold";
        status = STATUS_LIMIT;
    }
    strbuf_finish(&xml);
    return status;
}

Status export_3mf(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                  const char **error) {
    GltfDoc doc;
    Status status = gltf_plan(&doc, model, options, heap, error);
    if (status == STATUS_OK)
        status = write_package(&doc, out, error);
    gltf_finish(&doc);
    return status;
}
