// SPDX-License-Identifier: Apache-2.0
// GLB files that we would not write: other layouts that must be read, and wrong ones that must be
// refused with the right words. Each is a JSON text around one small binary chunk.
#include "compiler/export/bytes.h"
#include "compiler/export/glb_read.h"
#include "tests/unit/test.h"

typedef struct Bench {
    Heap heap;
    Arena arena;
    GlbFile file;
    Str error;
} Bench;

// The chunk: at 0 four places of a tetrahedron (f32 x 3), at 48 its 12 indices as bytes, at 60 as
// u16, at 84 four places as normalised u8 x 3 padded to 4, at 100 a NaN place, at 112 as i8 x 3.
static void add_bin(StrBuf *out) {
    static const f32 places[12] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    static const u32 indices[12] = {0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3};
    bytes_add_f32s(out, places, 12);
    for (u32 i = 0; i < 12; i++)
        strbuf_add_char(out, (char)indices[i]);
    bytes_add_indices(out, indices, 12, true);
    for (u32 i = 0; i < 12; i++) {
        strbuf_add_char(out, places[i] > 0 ? (char)255 : 0);
        if (i % 3 == 2)
            strbuf_add_char(out, 0);
    }
    bytes_add_f32s(out, (f32[3]){0, NAN, 0}, 3);
    for (u32 i = 0; i < 12; i++)
        strbuf_add_char(out, (char)(places[i] > 0 ? 127 : -128));
}

static bool read_json(Bench *b, const char *json) {
    heap_init(&b->heap, 64u << 20);
    arena_init(&b->arena, &b->heap);
    StrBuf bin, out;
    strbuf_init(&bin, &b->heap);
    strbuf_init(&out, &b->heap);
    add_bin(&bin);
    u32 len = (u32)(strlen(json) + 3) & ~3u;
    static const u32 heads[] = {0x46546C67, 2};
    bytes_add_u32(&out, heads[0]);
    bytes_add_u32(&out, heads[1]);
    bytes_add_u32(&out, 28 + len + (u32)bin.len);
    bytes_add_u32(&out, len);
    bytes_add_u32(&out, 0x4E4F534A);
    strbuf_add_z(&out, json);
    while (out.len < 20 + len)
        strbuf_add_char(&out, ' ');
    bytes_add_u32(&out, (u32)bin.len);
    bytes_add_u32(&out, 0x004E4942);
    strbuf_add_bytes(&out, bin.ptr, bin.len);
    b->error = STR("");
    return glb_read(out.ptr, out.len, &b->arena, &b->file, &b->error);
}

#define HEAD "{\"asset\":{\"version\":\"2.0\"},\"buffers\":[{\"byteLength\":124}],"
#define VIEWS                                                                                      \
    "\"bufferViews\":[{\"buffer\":0,\"byteLength\":48},{\"buffer\":0,\"byteOffset\":48,"           \
    "\"byteLength\":12},"                                                                          \
    "{\"buffer\":0,\"byteOffset\":60,\"byteLength\":24},"                                          \
    "{\"buffer\":0,\"byteOffset\":84,\"byteLength\":16,\"byteStride\":4},"                         \
    "{\"buffer\":0,\"byteOffset\":100,\"byteLength\":12},{\"buffer\":0,\"byteOffset\":112,"        \
    "\"byteLength\":12}],"
#define ACCESSORS                                                                                  \
    "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\"},"      \
    "{\"bufferView\":1,\"componentType\":5121,\"count\":12,\"type\":\"SCALAR\"},"                  \
    "{\"bufferView\":2,\"componentType\":5123,\"count\":12,\"type\":\"SCALAR\"},"                  \
    "{\"bufferView\":3,\"componentType\":5121,\"normalized\":true,\"count\":4,\"type\":\"VEC3\"}," \
    "{\"bufferView\":4,\"componentType\":5126,\"count\":1,\"type\":\"VEC3\"},"                     \
    "{\"componentType\":5126,\"count\":4,\"type\":\"VEC3\"},"                                      \
    "{\"componentType\":5123,\"count\":4000000000,\"type\":\"SCALAR\"},"                           \
    "{\"bufferView\":5,\"componentType\":5120,\"normalized\":true,\"count\":4,\"type\":\"VEC3\"}]" \
    ","
#define MESH(primitive) "\"meshes\":[{\"primitives\":[" primitive "]}],"
#define ONE_NODE "\"scenes\":[{\"nodes\":[0]}],\"nodes\":[{\"mesh\":0}]}"

static f64 volume_of(const GlbFile *file) {
    return mesh_measure(&file->meshes[0].mesh).volume;
}

TEST(other_layouts_are_read) {
    static const char *const primitives[] = {
        MESH("{\"attributes\":{\"POSITION\":0},\"indices\":1}"), // bytes
        MESH("{\"attributes\":{\"POSITION\":0},\"indices\":2,\"mode\":4}"),
        MESH("{\"attributes\":{\"POSITION\":3},\"indices\":2}"), // normalised places
    };
    for (u32 i = 0; i < COUNT_OF(primitives); i++) {
        Bench b;
        char json[3000];
        snprintf(json, sizeof json, "%s%s%s%s%s", HEAD, VIEWS, ACCESSORS, primitives[i], ONE_NODE);
        CHECK(read_json(&b, json));
        CHECK(b.file.meshes[0].is_closed && !b.file.meshes[0].has_manifold);
        CHECK_NEAR(volume_of(&b.file), 1e9 / 6, 1);
        CHECK(b.file.bounds.min.y < -999 && b.file.bounds.max.z > 999); // +Z to -Y, +Y to +Z
        heap_finish(&b.heap);
    }
}

TEST(points_and_soups_are_no_solids) {
    Bench b;
    CHECK(read_json(&b, HEAD VIEWS ACCESSORS MESH("{\"attributes\":{\"POSITION\":0},\"mode\":0},"
                                                  "{\"attributes\":{\"POSITION\":0}}") ONE_NODE));
    CHECK_EQ(b.file.n_skipped, 1);
    CHECK_EQ(b.file.meshes[0].mesh.n_tris, 1); // without indices: one triangle, one point over
    CHECK(!b.file.meshes[0].is_closed);
    StrBuf out;
    strbuf_init(&out, &b.heap);
    glb_info_text(&b.file, &out);
    CHECK(strstr(out.ptr, "closed: 0 of 1 meshes\nnot read: 1 primitives") &&
          strstr(out.ptr, ", open\n"));
    heap_finish(&b.heap);
}

TEST(signed_bytes_are_clamped) {
    Bench b;
    CHECK(read_json(&b, HEAD VIEWS ACCESSORS MESH("{\"attributes\":{\"POSITION\":7},\"indices\":1}")
                            ONE_NODE));
    CHECK_NEAR(b.file.bounds.min.x, -1000, 1e-9); // -128 / 127 is -1
    CHECK_NEAR(b.file.bounds.max.x, 1000, 1e-9);
    heap_finish(&b.heap);
}

TEST(matrices_and_trees_are_followed) {
    Bench b;
    CHECK(read_json(
        &b,
        HEAD VIEWS ACCESSORS MESH(
            "{\"attributes\":{\"POSITION\":0},\"indices\":1}") "\"scene\":1,\"scenes\":[{},{"
                                                               "\"name\":\"s\",\"nodes\":[2]}],"
                                                               "\"nodes\":[{\"mesh\":0},"
                                                               "{\"mesh\":0,\"matrix\":[0,0,-1,0,0,"
                                                               "1,0,0,1,0,0,0,5,0,0,1]},"
                                                               "{\"translation\":[0,2,0],\"scale\":"
                                                               "[2,2,2],\"children\":[1,0]}]}"));
    CHECK_EQ(b.file.n_nodes, 3);
    CHECK(str_equal_z(b.file.scene_name, "s"));
    CHECK_EQ(b.file.nodes[1].parent, 0);
    CHECK_EQ(b.file.nodes[2].parent, 0);
    CHECK_NEAR(b.file.nodes[1].map.t.x, 10000, 1e-9);
    CHECK_NEAR(b.file.nodes[1].map.t.z, 2000, 1e-9);
    Vec3 p = affine3_vector(&b.file.nodes[1].map, vec3(1, 0, 0)); // glTF: x to -z, twice as large
    CHECK_NEAR(p.y, 2, 1e-12);
    heap_finish(&b.heap);
}

TEST(wrong_files_are_refused) {
    static const char *const cases[][2] = {
        {HEAD VIEWS ACCESSORS MESH("{\"attributes\":{\"POSITION\":9},\"indices\":1}") ONE_NODE,
         "an accessor is missing or of another type"},
        {HEAD VIEWS ACCESSORS MESH("{\"attributes\":{\"POSITION\":1}}") ONE_NODE,
         "an accessor is missing or of another type"},
        {HEAD VIEWS ACCESSORS MESH("{\"attributes\":{\"POSITION\":4},\"indices\":1}") ONE_NODE,
         "a place is not finite"},
        {HEAD VIEWS ACCESSORS MESH("{\"attributes\":{\"POSITION\":0},\"indices\":6}") ONE_NODE,
         "the accessors hold far more than the file has bytes for"},
        {HEAD VIEWS "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":5,\"type\":"
                    "\"VEC3\"}]," MESH("{\"attributes\":{\"POSITION\":0}}") ONE_NODE,
         "an accessor reaches out of the file"},
        {HEAD VIEWS "\"accessors\":[{\"bufferView\":0,\"componentType\":5130,\"count\":4,\"type\":"
                    "\"VEC3\"}]," MESH("{\"attributes\":{\"POSITION\":0}}") ONE_NODE,
         "an unknown component type"},
        {"{\"buffers\":[{\"byteLength\":48,\"uri\":\"x.bin\"}]," VIEWS ACCESSORS MESH(
             "{\"attributes\":{\"POSITION\":0}}") ONE_NODE,
         "an accessor's bytes are not in this file"},
        {HEAD VIEWS ACCESSORS MESH("{\"attributes\":{\"POSITION\":0,\"NORMAL\":4}}") ONE_NODE,
         "normals are not as many as places"},
        {HEAD VIEWS ACCESSORS MESH("{\"attributes\":{\"POSITION\":4},\"indices\":2}") ONE_NODE,
         "a place is not finite"},
        {HEAD VIEWS ACCESSORS MESH("{\"attributes\":{\"POSITION\":0},\"indices\":1,\"material\":0}")
             ONE_NODE,
         "no such material"},
        {HEAD "\"scenes\":[{\"nodes\":[0]}],\"nodes\":[{\"mesh\":0}]}", "no such mesh"},
        {HEAD "\"scenes\":[{\"nodes\":[1]}],\"nodes\":[{}]}", "no such node"},
        {HEAD "\"scenes\":[{\"nodes\":[0]}],\"nodes\":[{\"children\":[1]},{\"children\":[0]}]}",
         "a node has two parents"},
        {HEAD
         "\"scenes\":[{\"nodes\":[0]}],\"nodes\":[{\"translation\":[1e308,0,0],\"scale\":[1,1,1],"
         "\"children\":[1]},{\"translation\":[1e308,0,0]}]}",
         "a node's place is not finite"},
        {HEAD "\"extensionsRequired\":[\"KHR_draco_mesh_compression\"]}",
         "the file needs KHR_draco_mesh_compression, which is not read"},
        {"{", "JSON, byte 4: a key must be a text"},
    };
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        Bench b;
        bool ok = read_json(&b, cases[i][0]);
        if (ok || !str_equal_z(b.error, cases[i][1]))
            printf("%u: %.*s, expected %s\n", i, STR_ARG(b.error), cases[i][1]);
        CHECK(!ok && str_equal_z(b.error, cases[i][1]));
        heap_finish(&b.heap);
    }
}

TEST(containers_are_checked) {
    Bench b;
    heap_init(&b.heap, 1u << 20);
    arena_init(&b.arena, &b.heap);
    static const char zeros[40] = {0};
    CHECK(!glb_read(zeros, sizeof zeros, &b.arena, &b.file, &b.error) &&
          str_equal_z(b.error, "not a GLB file"));
    CHECK(!glb_read(zeros, 0, &b.arena, &b.file, &b.error));
    static const char old[20] = "glTF\x01\0\0\0\x14\0\0";
    CHECK(!glb_read(old, 20, &b.arena, &b.file, &b.error) &&
          str_equal_z(b.error, "not version 2 of GLB"));
    static const char cut[20] = "glTF\x02\0\0\0\x18\0\0";
    CHECK(!glb_read(cut, 20, &b.arena, &b.file, &b.error) &&
          str_equal_z(b.error, "the file is cut off"));
    static const char big[20] = "glTF\x02\0\0\0\x14\0\0\0\x01\0\0\0JSON";
    CHECK(!glb_read(big, 20, &b.arena, &b.file, &b.error) &&
          str_equal_z(b.error, "a chunk reaches out of the file"));
    static const char none[20] = "glTF\x02\0\0\0\x14\0\0\0\0\0\0\0BIN";
    CHECK(!glb_read(none, 20, &b.arena, &b.file, &b.error) &&
          str_equal_z(b.error, "no JSON chunk"));
    heap_finish(&b.heap);
}

TEST_MAIN(TEST_CASE(other_layouts_are_read), TEST_CASE(points_and_soups_are_no_solids),
          TEST_CASE(signed_bytes_are_clamped), TEST_CASE(matrices_and_trees_are_followed),
          TEST_CASE(wrong_files_are_refused), TEST_CASE(containers_are_checked))
