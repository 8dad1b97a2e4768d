// SPDX-License-Identifier: Apache-2.0
// STL, binary: all parts united into one closed solid, since the format knows no parts. 80 bytes of
// header, a count, then 50 bytes a triangle: normal, three places, two bytes of nothing.
#include "compiler/export/bytes.h"
#include "compiler/export/float_mesh.h"
#include "compiler/export/formats.h"

static Vec3 place_of(const FloatMesh *floats, u32 v) {
    const f32 *p = &floats->places[3 * (size_t)v];
    return vec3((f64)p[0], (f64)p[1], (f64)p[2]);
}

static void write_triangle(const FloatMesh *floats, u32 t, StrBuf *out) {
    const u32 *tri = &floats->tris[3 * (size_t)t];
    Vec3 p[3] = {place_of(floats, tri[0]), place_of(floats, tri[1]), place_of(floats, tri[2])};
    Vec3 n = vec3_unit(vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0])));
    f32 row[12] = {(f32)n.x + 0.0f, (f32)n.y + 0.0f, (f32)n.z + 0.0f};
    for (u32 k = 0; k < 3; k++)
        memcpy(&row[3 + 3 * k], &floats->places[3 * (size_t)tri[k]], 3 * sizeof(f32));
    bytes_add_f32s(out, row, COUNT_OF(row));
    bytes_add_u16(out, 0);
}

static void write_stl(const FloatMesh *floats, const ExportOptions *options, StrBuf *out) {
    // A reader that sees "solid" first takes the file for text.
    char header[81] = {0};
    StrBuf text;
    strbuf_init(&text, out->heap);
    strbuf_addf(&text, "frc %s, %s, %s up", FRC_VERSION, options->unit ? options->unit : "mm",
                options->up ? options->up : "z");
    memcpy(header, text.ptr, MIN(text.len, (size_t)80));
    strbuf_finish(&text);
    strbuf_add_bytes(out, header, 80);
    bytes_add_u32(out, floats->n_tris - floats->n_dropped);
    for (u32 t = 0; t < floats->n_tris; t++)
        if (!float_mesh_is_dropped(floats, t))
            write_triangle(floats, t, out);
}

Status export_stl(const Model *model, const ExportOptions *options, Heap *heap, StrBuf *out,
                  const char **error) {
    FloatSpace space;
    Status status = float_space_from(options, &space, error);
    if (status != STATUS_OK)
        return status;
    Mesh merged = {0};
    if (!model_merge(model, heap, &merged)) {
        *error = "the parts could not be united";
        return STATUS_PROGRAM;
    }
    const Affine3 here = affine3_identity();
    FloatMesh floats;
    if (float_mesh_init(&floats, heap, &merged, &here, space)) {
        write_stl(&floats, options, out);
    } else {
        *error = "the united mesh is not closed or not finite";
        status = STATUS_BUG;
    }
    float_mesh_finish(&floats, heap);
    mesh_finish(&merged, heap);
    return status;
}
