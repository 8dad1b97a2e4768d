// SPDX-License-Identifier: Apache-2.0
// Our PNG files read back by libpng, bit for bit; NPY by hand; and the distance field against brute
// force.
#include "tests/unit/vk/scenes.h"

#include "tests/unit/test.h"
#include "vk/field.h"
#include "vk/image.h"

#include <png.h>

static bool png_is(const StrBuf *file, png_uint_32 format, u32 width, u32 height, const void *want,
                   size_t size) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, file->ptr, file->len))
        return false;
    image.format = format;
    void *pixels = malloc(PNG_IMAGE_SIZE(image));
    bool ok = image.width == width && image.height == height && PNG_IMAGE_SIZE(image) == size &&
              png_image_finish_read(&image, NULL, pixels, 0, NULL) &&
              memcmp(pixels, want, size) == 0 && image.warning_or_error == 0;
    free(pixels);
    return ok;
}

TEST(colour_and_masks_come_back) {
    static const u32 sizes[][2] = {{1, 1}, {3, 5}, {64, 1}, {1, 64}, {257, 129}};
    Heap heap;
    heap_init(&heap, 0);
    for (u32 s = 0; s < COUNT_OF(sizes); s++) {
        u32 w = sizes[s][0], h = sizes[s][1], n = w * h;
        u8 *bytes = heap_alloc(&heap, n, 4);
        for (u32 i = 0; i < 4 * n; i++)
            bytes[i] = (u8)(i * i / 7 + (i % 13) * 9);
        StrBuf out;
        strbuf_init(&out, &heap);
        CHECK(png_write(&out, PNG_RGBA8, w, h, bytes, (PngOptions){.text = "made by a test"}));
        CHECK(png_is(&out, PNG_FORMAT_RGBA, w, h, bytes, 4 * (size_t)n));
        out.len = 0;
        CHECK(png_write(&out, PNG_RGB8, w, h, bytes, (PngOptions){.level = 6}));
        CHECK(png_is(&out, PNG_FORMAT_RGB, w, h, bytes, 3 * (size_t)n));
        out.len = 0;
        CHECK(png_write(&out, PNG_GRAY8, w, h, bytes, (PngOptions){0}));
        CHECK(png_is(&out, PNG_FORMAT_GRAY, w, h, bytes, n));
        CHECK(!png_is(&out, PNG_FORMAT_GRAY, w, h, bytes + n, n) ||
              n == 1); // the comparison can fail
        strbuf_finish(&out);
        heap_free(&heap, bytes);
    }
    heap_finish(&heap);
}

TEST(sixteen_bits_come_back) {
    Heap heap;
    heap_init(&heap, 0);
    u16 values[6] = {0, 1, 255, 256, 4711, 65535};
    StrBuf out;
    strbuf_init(&out, &heap);
    CHECK(png_write(&out, PNG_GRAY16, 3, 2, values, (PngOptions){0}));
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    FILE *file = tmpfile();
    fwrite(out.ptr, 1, out.len, file);
    rewind(file);
    png_init_io(png, file);
    png_read_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    png_bytepp rows = png_get_rows(png, info);
    CHECK(png_get_bit_depth(png, info) == 16 &&
          png_get_color_type(png, info) == PNG_COLOR_TYPE_GRAY);
    for (u32 i = 0; i < 6; i++)
        CHECK_EQ(rows[i / 3][2 * (i % 3)] << 8 | rows[i / 3][2 * (i % 3) + 1], values[i]);
    png_destroy_read_struct(&png, &info, NULL);
    fclose(file);
    heap_finish(&heap);
}

TEST(npy_has_its_header) {
    Heap heap;
    heap_init(&heap, 0);
    const f32 values[6] = {1, 2, 3, 4, 5, 6};
    StrBuf out;
    strbuf_init(&out, &heap);
    npy_write(&out, 3, 2, 1, values);
    CHECK((out.len - sizeof values) % 64 == 0 && out.ptr[out.len - sizeof values - 1] == '\n');
    CHECK(memcmp(out.ptr, "\x93NUMPY\1\0", 8) == 0 && strstr(out.ptr + 10, "'shape': (2, 3), }"));
    CHECK(memcmp(out.ptr + out.len - sizeof values, values, sizeof values) == 0);
    heap_finish(&heap);
}

TEST(field_is_the_distance) {
    Heap heap;
    Arena arena;
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
    RenderMesh box = test_box(&arena, 40, 60, 30);
    RenderInstance instance = {.mesh = 0, .material = NONE, .map = test_place(5, 0, 15)};
    RenderPart part = {0};
    RenderScene scene = {.meshes = &box,
                         .instances = &instance,
                         .parts = &part,
                         .n_meshes = 1,
                         .n_instances = 1,
                         .n_parts = 1};
    const bool seen[1] = {true};
    Field field;
    field_init(&field, &heap, &scene, render_scene_bounds(&scene), 40, seen);
    f64 worst = 0;
    for (u32 z = 0; z < field.size[2]; z++) {
        for (u32 y = 0; y < field.size[1]; y++) {
            for (u32 x = 0; x < field.size[0]; x++) {
                Vec3 p =
                    vec3_add(field.min, vec3_scale(vec3(x + 0.5, y + 0.5, z + 0.5), field.cell));
                f64 d[3] = {fabs(p.x - 5) - 20, fabs(p.y) - 30, fabs(p.z - 15) - 15};
                f64 out = vec3_norm(vec3(fmax(d[0], 0), fmax(d[1], 0), fmax(d[2], 0)));
                f64 want = out > 0 ? out : -fmax(d[0], fmax(d[1], d[2]));
                f64 got = field.distance[((size_t)z * field.size[1] + y) * field.size[0] + x];
                worst = fmax(worst, fabs(got - want));
                CHECK(got > want - 1e-3); // never less: light does not leak in
            }
        }
    }
    if (worst >= field.cell * 1)
        printf("worst: %d thousandths of a cell\n", (int)(1000 * worst / field.cell));
    CHECK(worst < field.cell * 1);
    field_finish(&field, &heap);
    heap_finish(&heap);
}

TEST(halves_round) {
    CHECK_EQ(half_from_float(1), 0x3c00);
    CHECK_EQ(half_from_float(0.5f), 0x3800);
    CHECK_EQ(half_from_float(65504), 0x7bff);
    CHECK_EQ(half_from_float(1e6f), 0x7bff);
    CHECK_EQ(half_from_float(0), 0);
    CHECK_EQ(half_from_float(1.00048828125f), 0x3c01);
}

TEST_MAIN(TEST_CASE(colour_and_masks_come_back), TEST_CASE(sixteen_bits_come_back),
          TEST_CASE(npy_has_its_header), TEST_CASE(field_is_the_distance), TEST_CASE(halves_round))
