// SPDX-License-Identifier: Apache-2.0
// The formats beside GLB, each read back by a few lines of its own: places, faces, materials and
// names.
#include "base/number.h"
#include "compiler/export/glb_read.h"
#include "compiler/export/json_read.h"
#include "tests/unit/export/fixture.h"

#include <libdeflate.h>
#include <stdlib.h>

static Status write_as(Fixture *f, const char *format, bool is_side, ExportOptions options,
                       StrBuf *out) {
    const char *error = NULL;
    strbuf_init(out, &f->heap);
    options.sources = &f->sources;
    options.source_name = STR("thing.part");
    const ExportFormat *row = export_find(str_from(format));
    return (is_side ? row->write_side : row->write)(&f->model, &options, &f->heap, out, &error);
}

static f64 zoo_volume(const Fixture *f) {
    f64 total = 0;
    for (u32 i = 0; i < f->scene.n_parts; i++) {
        if (f->placed[i].mesh == NONE)
            continue;
        MeshMeasure measure = mesh_measure(f->meshes[f->placed[i].mesh].mesh);
        total += measure.volume * fabs(affine3_det(&f->placed[i].map));
    }
    return total;
}

static f64 tetra(const Vec3 p[3]) {
    return vec3_dot(p[0], vec3_cross(p[1], p[2])) / 6;
}

static u32 get_u32(const char *at) {
    const u8 *b = (const u8 *)at;
    return b[0] | (u32)b[1] << 8 | (u32)b[2] << 16 | (u32)b[3] << 24;
}

static f64 get_f32(const char *at) {
    u32 bits = get_u32(at);
    f32 value;
    memcpy(&value, &bits, sizeof value);
    return (f64)value;
}

TEST(formats_are_found) {
    CHECK(export_for_path("a/b.GLB") == export_find(STR("glb")));
    CHECK(export_for_path("x.tar.3mf") == export_find(STR("3mf")));
    CHECK(!export_for_path("a.b/c") && !export_for_path("c") && !export_find(STR("step")));
    CHECK(!strcmp(export_find(STR("OBJ"))->side_extension, ".mtl"));
    CHECK_EQ(export_count(), 6);
    CHECK(!export_at(6));
}

TEST(ply_has_colors_and_parts) {
    Fixture f;
    fixture_init(&f);
    fixture_zoo(&f);
    StrBuf out;
    CHECK_EQ(write_as(&f, "ply", false, (ExportOptions){0}, &out), STATUS_OK);
    const char *end = strstr(out.ptr, "end_header\n");
    u32 n_verts = (u32)atoi(strstr(out.ptr, "element vertex ") + 15);
    u32 n_faces = (u32)atoi(strstr(out.ptr, "element face ") + 13);
    CHECK(strstr(out.ptr, "\ncomment part_id 3 back/hand\n"));
    const char *verts = end + 11, *faces = verts + 12 * n_verts;
    CHECK_EQ(faces + 24 * n_faces - out.ptr, out.len);
    CHECK_EQ(n_faces, f.model.n_tris);
    f64 volume = 0;
    u32 n_lamps = 0, n_hands = 0;
    for (u32 i = 0; i < n_faces; i++) {
        const char *face = faces + 24 * i;
        CHECK_EQ(face[0], 3);
        Vec3 p[3];
        for (u32 k = 0; k < 3; k++) {
            u32 v = get_u32(face + 1 + 4 * k);
            CHECK(v < n_verts);
            p[k] = vec3(get_f32(verts + 12 * v), get_f32(verts + 12 * v + 4),
                        get_f32(verts + 12 * v + 8));
        }
        volume += tetra(p);
        n_lamps += !memcmp(face + 13, "\xff\xff\xff", 3);
        n_hands += get_u32(face + 16) == 3;
    }
    CHECK_NEAR(volume, zoo_volume(&f), 10);
    CHECK_EQ(n_lamps, 1 + 2 * 4); // a painted triangle, two hands of lamp
    CHECK_EQ(n_hands, 2 * 4);
    fixture_finish(&f);
}

// Reads one number of text and moves on.
static f64 next_number(const char **at) {
    while (**at == ' ')
        ++*at;
    bool is_negative = **at == '-';
    const char *start = *at += is_negative;
    while (**at && !strchr(" \n/", **at))
        ++*at;
    f64 value = NAN;
    number_read((Str){start, (u32)(*at - start)}, &value);
    return is_negative ? -value : value;
}

TEST(obj_has_objects_and_materials) {
    Fixture f;
    fixture_init(&f);
    fixture_zoo(&f);
    StrBuf out, mtl;
    CHECK_EQ(write_as(&f, "obj", false, (ExportOptions){.side_name = STR("thing.mtl")}, &out),
             STATUS_OK);
    CHECK_EQ(write_as(&f, "obj", true, (ExportOptions){0}, &mtl), STATUS_OK);
    Vec3 *verts = ARENA_NEW(&f.arena, Vec3, 10000), *normals = ARENA_NEW(&f.arena, Vec3, 10000);
    u32 n_verts = 0, n_normals = 0, n_objects = 0, n_faces = 0, n_backward = 0;
    f64 volume = 0;
    for (const char *line = out.ptr; line && *line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *at = line + 2;
        n_objects += line[0] == 'o';
        if (line[0] == 'v' && line[1] == ' ') {
            f64 x = next_number(&at), y = next_number(&at);
            verts[++n_verts] = vec3(x, y, next_number(&at));
        } else if (line[0] == 'v') {
            f64 x = next_number(&at), y = next_number(&at);
            normals[++n_normals] = vec3(x, y, next_number(&at));
        } else if (line[0] == 'f') {
            Vec3 p[3], n[3];
            for (u32 k = 0; k < 3; k++) {
                u32 v = (u32)next_number(&at);
                at += 2;
                u32 vn = (u32)next_number(&at);
                CHECK(v >= 1 && v <= n_verts && vn >= 1 && vn <= n_normals);
                p[k] = verts[v];
                n[k] = normals[vn];
            }
            volume += tetra(p);
            n_faces++;
            Vec3 flat = vec3_cross(vec3_sub(p[1], p[0]), vec3_sub(p[2], p[0]));
            for (u32 k = 0; k < 3; k++) {
                CHECK_NEAR(vec3_norm(n[k]), 1, 1e-3);
                n_backward += vec3_dot(n[k], flat) <= 0;
            }
        }
    }
    CHECK_EQ(n_objects, 13);
    CHECK_EQ(n_faces, f.model.n_tris);
    CHECK_EQ(n_backward, 0);
    CHECK_NEAR(volume, zoo_volume(&f), 10);
    CHECK(strstr(out.ptr, "\nmtllib thing.mtl\n") && strstr(out.ptr, "\no back-hand_1\n"));
    CHECK(strstr(out.ptr, "\nusemtl glass\n") &&
          strstr(mtl.ptr, "newmtl glass\nKd 0.9529412 0.9764706 1\nd 0.3\n"));
    CHECK(strstr(mtl.ptr, "Ke 8 4 2\n"));
    fixture_finish(&f);
}

TEST(unit_and_axis_are_kept) {
    Fixture f;
    fixture_init(&f);
    u32 box = fixture_box(&f, vec3(0, 0, 0), vec3(254, 508, 25.4));
    fixture_part(&f, "a", NONE, box, NONE, affine3_identity());
    StrBuf out;
    CHECK_EQ(write_as(&f, "obj", false, (ExportOptions){.unit = "in", .up = "y"}, &out), STATUS_OK);
    CHECK(strstr(out.ptr, "# frc " FRC_VERSION ", in, y up\n") &&
          strstr(out.ptr, "\nv 10 1 -20\n"));
    CHECK_EQ(write_as(&f, "obj", false, (ExportOptions){.unit = "parsec"}, &out), STATUS_USAGE);
    CHECK_EQ(write_as(&f, "ply", false, (ExportOptions){.up = "x"}, &out), STATUS_USAGE);
    fixture_finish(&f);
}

// The entry's content, by the central directory; every length and checksum is checked.
static bool unzip(Fixture *f, const StrBuf *zip, const char *name, StrBuf *out) {
    const char *end = zip->ptr + zip->len - 22;
    if (get_u32(end) != 0x06054b50)
        return false;
    const char *at = zip->ptr + get_u32(end + 16);
    for (u32 n = (u32)(u8)end[10]; n > 0; n--) {
        u32 packed = get_u32(at + 20), size = get_u32(at + 24), len = (u32)(u8)at[28];
        const char *local = zip->ptr + get_u32(at + 42);
        if (get_u32(at) != 0x02014b50 || get_u32(local) != 0x04034b50 ||
            memcmp(at + 6, local + 4, 26) != 0)
            return false;
        if (len == strlen(name) && !memcmp(at + 46, name, len)) {
            strbuf_init(out, &f->heap);
            char *bytes = heap_alloc(&f->heap, (size_t)size + 1, 1);
            struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
            enum libdeflate_result result =
                libdeflate_deflate_decompress(d, local + 30 + len, packed, bytes, size, NULL);
            libdeflate_free_decompressor(d);
            strbuf_add_bytes(out, bytes, size);
            heap_free(&f->heap, bytes);
            return result == LIBDEFLATE_SUCCESS &&
                   libdeflate_crc32(0, out->ptr, size) == get_u32(at + 16);
        }
        at += 46 + len;
    }
    return false;
}

static u32 count_text(const char *text, const char *what) {
    u32 n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

TEST(threemf_is_an_assembly) {
    Fixture f;
    fixture_init(&f);
    fixture_zoo(&f);
    f.parts[0].label = STR("a<b>&\"c\"");
    StrBuf out, again, xml, types;
    CHECK_EQ(write_as(&f, "3mf", false, (ExportOptions){0}, &out), STATUS_OK);
    CHECK_EQ(write_as(&f, "3mf", false, (ExportOptions){0}, &again), STATUS_OK);
    CHECK(out.len == again.len && !memcmp(out.ptr, again.ptr, out.len));
    CHECK(unzip(&f, &out, "[Content_Types].xml", &types) &&
          strstr(types.ptr, "3dmanufacturing-3dmodel+xml"));
    CHECK(unzip(&f, &out, "_rels/.rels", &types) && strstr(types.ptr, "\"/3D/3dmodel.model\""));
    CHECK(unzip(&f, &out, "3D/3dmodel.model", &xml));
    CHECK(strstr(xml.ptr, "unit=\"millimeter\""));
    CHECK(strstr(xml.ptr, "name=\"a&lt;b>&amp;&quot;c&quot;\""));
    CHECK(strstr(xml.ptr, "<base name=\"glass\" displaycolor=\"#F3F9FF4D\"/>"));
    CHECK(strstr(xml.ptr, "partnumber=\"back/hand\""));
    CHECK_EQ(count_text(xml.ptr, "<component "), 13);
    CHECK_EQ(count_text(xml.ptr, "<object "), 11); // four legs are one
    CHECK_EQ(count_text(xml.ptr, " pid=\"1\" p1=\"1\""), 2);
    CHECK_EQ(count_text(xml.ptr, " pid=\"1\" p1=\"2\""), 1);
    CHECK(strstr(xml.ptr, "transform=\"1 0 0 0 1 0 0 0 1 -180 180 200\""));
    fixture_finish(&f);
}

TEST(gltf_is_the_glb_in_two_files) {
    Fixture f;
    fixture_init(&f);
    fixture_zoo(&f);
    StrBuf glb, text, bin, alone;
    CHECK_EQ(write_as(&f, "glb", false, (ExportOptions){0}, &glb), STATUS_OK);
    CHECK_EQ(write_as(&f, "gltf", false, (ExportOptions){.side_name = STR("a b.bin")}, &text),
             STATUS_OK);
    CHECK_EQ(write_as(&f, "gltf", true, (ExportOptions){0}, &bin), STATUS_OK);
    CHECK_EQ(write_as(&f, "gltf", false, (ExportOptions){0}, &alone), STATUS_OK);
    u32 json_len = get_u32(glb.ptr + 12);
    CHECK_EQ(get_u32(glb.ptr + 20 + json_len), bin.len);
    CHECK(!memcmp(glb.ptr + 28 + json_len, bin.ptr, bin.len));
    Str error;
    const JsonValue *json = glb_json_read(strbuf_str(&text), &f.arena, &error);
    CHECK(str_equal_z(glb_json_as_text(glb_json_get(glb_json_at(glb_json_get(json, "buffers"), 0), "uri")),
                      "a%20b.bin"));
    json = glb_json_read(strbuf_str(&alone), &f.arena, &error);
    Str uri = glb_json_as_text(glb_json_get(glb_json_at(glb_json_get(json, "buffers"), 0), "uri"));
    CHECK(str_starts(uri, STR("data:application/octet-stream;base64,")));
    CHECK_EQ(uri.len - 37, (bin.len + 2) / 3 * 4);
    fixture_finish(&f);
}

typedef struct Job {
    Fixture *f;
    const ExportFormat *format;
    Status status;
    StrBuf out;
} Job;

static void run_job(void *ctx) {
    Job *job = ctx;
    ExportOptions options = {.sources = &job->f->sources, .side_name = STR("side")};
    const char *error = NULL;
    strbuf_init(&job->out, &job->f->heap);
    job->status = job->format->write(&job->f->model, &options, &job->f->heap, &job->out, &error);
}

// Whichever allocation fails, the job ends, says why, and everything is given back (the sanitizers
// look).
TEST(memory_may_run_out_anywhere) {
    static const char *const names[] = {"glb", "gltf", "3mf", "obj", "ply"};
    for (u32 i = 0; i < COUNT_OF(names); i++) {
        u32 n_failed = 0;
        bool is_done = false;
        for (u64 n = 1; !is_done; n += 1 + n / 16) {
            Fixture f;
            fixture_init(&f);
            fixture_zoo(&f);
            f.heap.shared->fail_at = f.heap.shared->n_allocs + n;
            Job job = {.f = &f, .format = export_find(str_from(names[i]))};
            is_done = heap_guard(&f.heap, run_job, &job);
            if (is_done) {
                CHECK_EQ(job.status, STATUS_OK);
            } else {
                n_failed++;
                CHECK_EQ(f.heap.failure, FAIL_NO_MEMORY);
            }
            heap_finish(&f.heap);
        }
        CHECK(n_failed >= 20);
    }
}

// STL and --merge need the kernel: two boxes that overlap, from the IR's text.
static const char two_boxes[] =
    "frc-ir 1\nobject \"o\"\n"
    "material 0 \"red\" rgb=#ff0000 color=[1, 0, 0] metallic=0 roughness=1 opacity=1\n"
    "%0 = box min=[0, 0, 0] max=[10, 10, 10]\n"
    "%1 = xform %0 m=[1, 0, 0, 0, 1, 0, 0, 0, 1] t=[5, 0, 0]\n"
    "part 0 \"a\" material=0 solid=%0\npart 1 \"b\" solid=%1\n";

static bool build_boxes(Fixture *f) {
    Str error;
    static Diags diags;
    diags_init(&diags, &f->arena, &f->sources);
    if (!scene_read(str_from(two_boxes), &f->arena, &f->sources, &f->scene, &error))
        return false;
    SolidOptions options = {.n_threads = 1, .limits = limits_default()};
    SolidContext *solids = solid_create(&f->heap, f->scene.graph, options, &diags);
    return model_build(&f->scene, solids, &f->arena, &diags, &f->model);
}

TEST(stl_is_one_solid) {
    Fixture f;
    fixture_init(&f);
    CHECK(build_boxes(&f));
    StrBuf out;
    CHECK_EQ(write_as(&f, "stl", false, (ExportOptions){.unit = "cm"}, &out), STATUS_OK);
    u32 n = get_u32(out.ptr + 80);
    CHECK(strncmp(out.ptr, "solid", 5) != 0);
    CHECK_EQ(out.len, 84 + 50 * n);
    f64 volume = 0;
    for (u32 i = 0; i < n; i++) {
        Vec3 p[4]; // the normal first
        const char *row = out.ptr + 84 + 50 * i;
        for (u32 k = 0; k < 4; k++)
            p[k] =
                vec3(get_f32(row + 12 * k), get_f32(row + 12 * k + 4), get_f32(row + 12 * k + 8));
        volume += tetra(p + 1);
        Vec3 flat = vec3_cross(vec3_sub(p[2], p[1]), vec3_sub(p[3], p[1]));
        CHECK(vec3_dot(flat, p[0]) > 0);
    }
    CHECK_NEAR(volume, 1.5, 1e-6); // 15 x 10 x 10 mm
    fixture_finish(&f);
}

TEST(merged_glb_is_one_node) {
    Fixture f;
    fixture_init(&f);
    CHECK(build_boxes(&f));
    StrBuf out;
    CHECK_EQ(write_as(&f, "glb", false, (ExportOptions){.merge = true}, &out), STATUS_OK);
    GlbFile file;
    Str error;
    CHECK(glb_read(out.ptr, out.len, &f.arena, &file, &error));
    CHECK_EQ(file.n_nodes, 1);
    CHECK(file.meshes[0].is_closed);
    CHECK_EQ(file.meshes[0].n_primitives, 2); // both materials are still there
    CHECK_NEAR(box3_size(file.bounds).x, 15, 1e-4);
    fixture_finish(&f);
}

TEST_MAIN(TEST_CASE(formats_are_found), TEST_CASE(ply_has_colors_and_parts),
          TEST_CASE(obj_has_objects_and_materials), TEST_CASE(unit_and_axis_are_kept),
          TEST_CASE(threemf_is_an_assembly), TEST_CASE(gltf_is_the_glb_in_two_files),
          TEST_CASE(memory_may_run_out_anywhere), TEST_CASE(stl_is_one_solid),
          TEST_CASE(merged_glb_is_one_node))
