// SPDX-License-Identifier: Apache-2.0
// GLB: what is written is read back with the same places, volumes, materials and words; geometry is
// shared where it can be; the same model gives the same bytes; broken meshes are refused.
#include "compiler/export/glb_read.h"
#include "compiler/export/gltf.h"
#include "tests/unit/export/fixture.h"

#include <stdlib.h>

static Status write_with(Fixture *f, const ExportOptions *options, StrBuf *out) {
    const char *error = NULL;
    strbuf_init(out, &f->heap);
    return export_find(STR("glb"))->write(&f->model, options, &f->heap, out, &error);
}

static bool write_and_read(Fixture *f, GlbFile *file) {
    ExportOptions options = {.sources = &f->sources, .source_name = STR("thing.part")};
    StrBuf out;
    Str error;
    return write_with(f, &options, &out) == STATUS_OK &&
           glb_read(out.ptr, out.len, &f->arena, file, &error);
}

static u32 node_named(const GlbFile *file, const char *name) {
    for (u32 i = 0; i < file->n_nodes; i++)
        if (str_equal_z(file->nodes[i].name, name))
            return i;
    return NONE;
}

static f64 volume_in(const Mesh *mesh, const Affine3 *map) {
    f64 volume = 0;
    for (u32 t = 0; t < mesh->n_tris; t++) {
        Vec3 p[3];
        for (u32 k = 0; k < 3; k++)
            p[k] = affine3_point(map, mesh->verts[mesh->tris[3 * t + k]]);
        volume += vec3_dot(p[0], vec3_cross(p[1], p[2])) / 6;
    }
    return volume;
}

// The document's numbers of part, by its extras: nodes come back in another order than parts.
static u32 node_of_part(const Fixture *f, const GlbFile *file, u32 part) {
    for (u32 i = 0; i < file->n_nodes; i++) {
        const GlbNode *node = &file->nodes[i];
        char instance[16];
        snprintf(instance, sizeof instance, "%u", f->parts[part].instance);
        if (str_equal(glb_extra(node->extras, node->n_extras, "path"), f->parts[part].path) &&
            str_equal_z(glb_extra(node->extras, node->n_extras, "instance"), instance))
            return i;
    }
    return NONE;
}

TEST(parts_come_back_where_they_were) {
    Fixture f;
    fixture_init(&f);
    fixture_zoo(&f);
    GlbFile file;
    CHECK(write_and_read(&f, &file));
    CHECK_EQ(file.n_nodes, f.scene.n_parts);
    for (u32 i = 0; i < f.scene.n_parts; i++) {
        u32 index = node_of_part(&f, &file, i);
        CHECK(index != NONE);
        const GlbNode *node = &file.nodes[index];
        u32 parent = f.parts[i].parent;
        CHECK_EQ(node->parent, parent == NONE ? NONE : node_of_part(&f, &file, parent));
        CHECK_EQ(node->mesh == NONE, f.placed[i].mesh == NONE);
        if (node->mesh == NONE)
            continue;
        const GlbMesh *mesh = &file.meshes[node->mesh];
        CHECK(mesh->has_manifold && mesh->is_closed);
        Box3 got = glb_node_bounds(&file, index), want = f.placed[i].bounds;
        for (u32 k = 0; k < 3; k++) {
            CHECK_NEAR(vec3_get(got.min, k), vec3_get(want.min, k), 1e-3);
            CHECK_NEAR(vec3_get(got.max, k), vec3_get(want.max, k), 1e-3);
        }
        const Mesh *source = f.meshes[f.placed[i].mesh].mesh;
        f64 volume = fabs(volume_in(source, &f.placed[i].map)); // mirrored parts are solid, too
        CHECK_NEAR(volume_in(&mesh->mesh, &node->map), volume, 1e-5 * volume);
        CHECK(affine3_det(&node->map) > 0);
    }
    fixture_finish(&f);
}

TEST(words_and_materials_come_back) {
    Fixture f;
    fixture_init(&f);
    fixture_zoo(&f);
    f.parts[0].words = STR("the \"seat\" \xe2\x80\xae");
    GlbFile file;
    CHECK(write_and_read(&f, &file));
    CHECK(str_equal_z(file.scene_name, "thing"));
    CHECK(str_starts(file.generator, STR("frc ")));
    CHECK(str_equal_z(glb_extra(file.extras, file.n_extras, "source_hash"), "0123456789abcdef"));
    CHECK(str_equal_z(glb_extra(file.extras, file.n_extras, "param_height"), "45"));
    CHECK(str_equal_z(glb_extra(file.extras, file.n_extras, "param_back"), "sl\"ats"));
    const GlbNode *seat = &file.nodes[node_named(&file, "seat")];
    CHECK(
        str_equal_z(glb_extra(seat->extras, seat->n_extras, "words"), "the \"seat\" \xe2\x80\xae"));
    CHECK(str_equal_z(glb_extra(seat->extras, seat->n_extras, "source"), "thing.part:2:1"));
    const GlbNode *leg = &file.nodes[node_named(&file, "leg_1")];
    CHECK(str_equal_z(glb_extra(leg->extras, leg->n_extras, "side"), "back right"));
    // Three materials on one mesh: its own (the default look), glass and lamp, in groups.
    const GlbNode *back = &file.nodes[node_named(&file, "back")];
    const Mesh *mesh = &file.meshes[back->mesh].mesh;
    CHECK_EQ(file.meshes[back->mesh].n_primitives, 3);
    CHECK(str_equal_z(file.materials[mesh->mats[0] - 1].name, "default"));
    CHECK(str_equal_z(file.materials[mesh->mats[9] - 1].name, "glass"));
    CHECK(str_equal_z(file.materials[mesh->mats[11] - 1].name, "lamp"));
    const SceneMaterial *lamp = &file.materials[mesh->mats[11] - 1];
    CHECK_NEAR((f64)lamp->emission[0], 8, 1e-6);
    CHECK_NEAR((f64)lamp->emission[2], 2, 1e-6);
    CHECK_NEAR((f64)file.materials[mesh->mats[9] - 1].opacity, 0.3, 1e-6);
    fixture_finish(&f);
}

TEST(geometry_is_shared) {
    Fixture f;
    fixture_init(&f);
    fixture_zoo(&f);
    GlbFile file;
    CHECK(write_and_read(&f, &file));
    u32 mesh = file.nodes[node_named(&file, "leg_0")].mesh;
    for (u32 i = 1; i < 4; i++) { // mirror images of a cylinder are that cylinder
        char name[] = "leg_0";
        name[4] = (char)('0' + i);
        CHECK_EQ(file.nodes[node_named(&file, name)].mesh, mesh);
    }
    CHECK_EQ(file.meshes[mesh].n_uses, 4);
    // True mirror images have a shape of their own.
    u32 left = node_named(&file, "back-hand_0"), right = node_named(&file, "back-hand_1");
    CHECK(left != NONE && right != NONE && file.nodes[left].mesh != file.nodes[right].mesh);
    fixture_finish(&f);
}

// Symmetry is about the middle of the bounds, wherever the mesh lies in its frame, and paint breaks
// it.
TEST(symmetry_is_of_the_whole_surface) {
    Fixture f;
    fixture_init(&f);
    u32 box = fixture_box(&f, vec3(100, 20, 0), vec3(130, 27, 5));
    u32 leg = fixture_cylinder(&f, 16, 30, 400), odd = fixture_cylinder(&f, 15, 30, 400);
    u32 hand = fixture_handed(&f), painted = fixture_box(&f, vec3(-1, -1, -1), vec3(1, 1, 1));
    f.data[painted].mats[8] = f.data[painted].mats[9] = 1; // the side at x = -1
    u32 shaded = fixture_cylinder(&f, 16, 30, 400);
    f.data[shaded].normals[0] = 0; // one corner is bent upward
    f.data[shaded].normals[2] = 1;
    Vec3 center;
    CHECK_EQ(gltf_mesh_symmetry(&f.data[box], &f.heap, &center), 7);
    CHECK_NEAR(center.x, 115, 0);
    CHECK_EQ(gltf_mesh_symmetry(&f.data[leg], &f.heap, &center), 7);
    CHECK_EQ(gltf_mesh_symmetry(&f.data[odd], &f.heap, &center), 6);
    CHECK_EQ(gltf_mesh_symmetry(&f.data[hand], &f.heap, &center), 0);
    CHECK_EQ(gltf_mesh_symmetry(&f.data[painted], &f.heap, &center), 6);
    CHECK_EQ(gltf_mesh_symmetry(&f.data[shaded], &f.heap, &center), 0);
    fixture_finish(&f);
}

// Labels that meet get their path, odd letters vanish, doubles are numbered.
TEST(names_are_plain_and_unique) {
    Fixture f;
    fixture_init(&f);
    u32 box = fixture_box(&f, vec3(0, 0, 0), vec3(1, 1, 1));
    u32 a = fixture_part(&f, "a", NONE, box, NONE, fixture_move(0, 0, 0));
    u32 b = fixture_part(&f, "b", NONE, box, NONE, fixture_move(2, 0, 0));
    fixture_part(&f, "pin", a, box, NONE, fixture_move(4, 0, 0));
    fixture_part(&f, "pin", b, box, NONE, fixture_move(6, 0, 0));
    fixture_part(&f, "pin", b, box, NONE, fixture_move(8, 0, 0));
    fixture_part(&f, "x y", NONE, box, NONE, fixture_move(10, 0, 0));
    fixture_part(&f, "x:y", NONE, box, NONE, fixture_move(12, 0, 0));
    fixture_part(&f, "", NONE, box, NONE, fixture_move(14, 0, 0));
    GlbFile file;
    CHECK(write_and_read(&f, &file));
    static const char *const names[] = {"a",       "a-pin", "b",     "b-pin_0",
                                        "b-pin_1", "x_y",   "x_y_2", "part"};
    CHECK_EQ(file.n_nodes, COUNT_OF(names));
    for (u32 i = 0; i < COUNT_OF(names); i++)
        CHECK(str_equal_z(file.nodes[i].name, names[i]));
    fixture_finish(&f);
}

TEST(normals_are_smooth_where_the_surface_is) {
    Fixture f;
    fixture_init(&f);
    u32 leg = fixture_cylinder(&f, 24, 100, 50);
    fixture_part(&f, "leg", NONE, leg, NONE, affine3_identity());
    GlbFile file;
    CHECK(write_and_read(&f, &file));
    const Mesh *mesh = &file.meshes[0].mesh;
    CHECK_EQ(mesh->n_verts, 48); // joined again
    CHECK_EQ(mesh->n_tris, 92);
    for (u32 c = 0; c < 3 * mesh->n_tris; c++) {
        Vec3 p = mesh->verts[mesh->tris[c]];
        Vec3 n = vec3((f64)mesh->normals[3 * c], (f64)mesh->normals[3 * c + 1],
                      (f64)mesh->normals[3 * c + 2]);
        bool is_cap = fabs(n.z) > 0.5;
        Vec3 want = is_cap ? vec3(0, 0, p.z > 0 ? 1 : -1) : vec3_unit(vec3(p.x, p.y, 0));
        CHECK(vec3_norm(vec3_sub(n, want)) < 1e-5);
    }
    fixture_finish(&f);
}

TEST(same_model_same_bytes) {
    StrBuf first = {0}, second = {0};
    Fixture f[2];
    for (u32 i = 0; i < 2; i++) {
        fixture_init(&f[i]);
        void *shift = heap_alloc(&f[i].heap, 1 + 1000 * (size_t)i, 7); // other addresses
        fixture_zoo(&f[i]);
        ExportOptions options = {.sources = &f[i].sources, .source_name = STR("thing.part")};
        CHECK_EQ(write_with(&f[i], &options, i ? &second : &first), STATUS_OK);
        heap_free(&f[i].heap, shift);
    }
    CHECK_EQ(first.len, second.len);
    CHECK(!memcmp(first.ptr, second.ptr, first.len));
    CHECK_EQ(first.len % 4, 0);
    fixture_finish(&f[0]);
    fixture_finish(&f[1]);
}

TEST(broken_meshes_are_refused) {
    for (u32 defect = 0; defect < 4; defect++) {
        Fixture f;
        fixture_init(&f);
        u32 box = fixture_box(&f, vec3(0, 0, 0), vec3(1, 1, 1));
        fixture_part(&f, "a", NONE, box, NONE, affine3_identity());
        Mesh *mesh = &f.data[box];
        if (defect == 0)
            mesh->n_tris--; // a hole
        if (defect == 1)
            mesh->tris[5] = 8; // no such vertex
        if (defect == 2)
            mesh->verts[3].y = NAN;
        if (defect == 3) {
            u32 swap = mesh->tris[0]; // a triangle turned over
            mesh->tris[0] = mesh->tris[1];
            mesh->tris[1] = swap;
        }
        ExportOptions options = {0};
        StrBuf out;
        CHECK_EQ(write_with(&f, &options, &out), STATUS_BUG);
        CHECK_EQ(out.len, 0);
        fixture_finish(&f);
    }
}

// Two vertices that float32 cannot tell apart become one, and the surface stays closed.
TEST(edges_of_no_length_collapse) {
    Fixture f;
    fixture_init(&f);
    static const f64 loop[5][2] = {{0, 0}, {1000, 0}, {1000, 1000}, {1000 - 1e-7, 1000}, {0, 1000}};
    u32 prism = fixture_prism(&f, loop, 5, 10, false);
    fixture_part(&f, "a", NONE, prism, NONE, affine3_identity());
    GlbFile file;
    CHECK(write_and_read(&f, &file));
    CHECK(file.meshes[0].is_closed);
    CHECK_EQ(file.meshes[0].mesh.n_verts, 8);
    CHECK_EQ(file.meshes[0].mesh.n_tris, 12);
    CHECK_EQ(f.data[prism].n_tris, 16);
    fixture_finish(&f);
}

TEST(manifold_can_be_left_out) {
    Fixture f;
    fixture_init(&f);
    fixture_zoo(&f);
    ExportOptions options = {.no_manifold = true};
    StrBuf out;
    CHECK_EQ(write_with(&f, &options, &out), STATUS_OK);
    GlbFile file;
    Str error;
    CHECK(glb_read(out.ptr, out.len, &f.arena, &file, &error));
    CHECK(!file.meshes[0].has_manifold && file.meshes[0].is_closed); // by equal places
    CHECK_EQ(file.n_extensions, 1);
    const GlbNode *seat = &file.nodes[node_named(&file, "seat")];
    CHECK_EQ(glb_extra(seat->extras, seat->n_extras, "source").len, 0);
    fixture_finish(&f);
}

TEST(model_without_geometry_is_a_file) {
    Fixture f;
    fixture_init(&f);
    fixture_part(&f, "nothing", NONE, NONE, NONE, affine3_identity());
    GlbFile file;
    CHECK(write_and_read(&f, &file));
    CHECK_EQ(file.n_nodes, 1);
    CHECK_EQ(file.n_meshes, 0);
    fixture_finish(&f);
}

// Every prefix, and many a changed byte: read or refused, without harm.
TEST(damaged_files_do_no_harm) {
    Fixture f;
    fixture_init(&f);
    fixture_zoo(&f);
    ExportOptions options = {0};
    StrBuf out;
    CHECK_EQ(write_with(&f, &options, &out), STATUS_OK);
    u32 n_read = 0, n_refused = 0;
    char *bytes = heap_alloc(&f.heap, out.len, 1);
    for (size_t i = 0; i < out.len; i += 1 + i / 64) {
        for (u32 way = 0; way < 2; way++) {
            memcpy(bytes, out.ptr, out.len);
            bytes[i] = (char)(bytes[i] ^ (1 << (i % 8)));
            Heap heap;
            heap_init(&heap, 64u << 20);
            Arena arena;
            arena_init(&arena, &heap);
            GlbFile file;
            Str error = STR("");
            bool ok = glb_read(bytes, way ? i : out.len, &arena, &file, &error);
            CHECK(ok || error.len);
            ok ? n_read++ : n_refused++;
            if (ok) {
                StrBuf info;
                strbuf_init(&info, &heap);
                glb_info_text(&file, &info);
                glb_info_json(&file, &info);
                CHECK(info.len > 0);
            }
            arena_finish(&arena);
            heap_finish(&heap);
        }
    }
    CHECK(n_read > 20 && n_refused > 200);
    fixture_finish(&f);
}

TEST(info_says_what_is_there) {
    Fixture f;
    fixture_init(&f);
    u32 box = fixture_box(&f, vec3(0, 0, 0), vec3(450, 20, 30));
    u32 top = fixture_part(&f, "top", NONE, box, 0, affine3_identity());
    fixture_part(&f, "peg", top, box, 1, fixture_move(0, 0, 30));
    GlbFile file;
    CHECK(write_and_read(&f, &file));
    StrBuf out;
    strbuf_init(&out, &f.heap);
    glb_info_text(&file, &out);
    CHECK(str_equal_z(
        strbuf_str(&out),
        "thing: 450 x 20 x 60 mm (x right, y back, z up), 2 nodes, 2 meshes, 2 materials, 24 "
        "triangles\n"
        "closed: every mesh (as EXT_mesh_manifold says; checked)\n"
        "made by: frc " FRC_VERSION " from thing.part\n"
        "  top: 450 x 20 x 30 mm, 12 triangles, oak\n"
        "    peg: 450 x 20 x 30 mm, 12 triangles, glass\n"));
    fixture_finish(&f);
}

TEST_MAIN(TEST_CASE(parts_come_back_where_they_were), TEST_CASE(words_and_materials_come_back),
          TEST_CASE(geometry_is_shared), TEST_CASE(symmetry_is_of_the_whole_surface),
          TEST_CASE(names_are_plain_and_unique), TEST_CASE(normals_are_smooth_where_the_surface_is),
          TEST_CASE(same_model_same_bytes), TEST_CASE(broken_meshes_are_refused),
          TEST_CASE(edges_of_no_length_collapse), TEST_CASE(manifold_can_be_left_out),
          TEST_CASE(model_without_geometry_is_a_file), TEST_CASE(damaged_files_do_no_harm),
          TEST_CASE(info_says_what_is_there))
