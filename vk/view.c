// SPDX-License-Identifier: Apache-2.0
// Views and scenes as they are drawn, whoever draws them: cameras become clip space, instances
// become draws with packed materials.
#include "vk/view.h"

#include "vk/camera.h"

#include <stdio.h>
#include <stdlib.h>

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool device_name_has(const char *name, const char *word) {
    for (; *name; name++) {
        u32 n = 0;
        while (word[n] && lower(name[n]) == lower(word[n]))
            n++;
        if (!word[n])
            return true;
    }
    return !*word;
}

// ---- the view block ----

// Object -> clip space of the target, whose texel (0, 0) has its centre at sample (0.5, 0.5).
static void view_clip(const RenderCamera *camera, u32 n_samples, f32 out[16]) {
    f64 s = n_samples, extra = n_samples == 2;
    f64 size[2] = {camera->width * s + extra, camera->height * s + extra};
    f64 focal[2] = {camera->fx, camera->fy}, center[2] = {camera->cx, camera->cy};
    const f64(*m)[4] = camera->world_to_camera;
    f64 n = camera->near, f = camera->far;
    for (u32 j = 0; j < 4; j++) {
        f64 last = j == 3, z = m[2][j], w = camera->is_ortho ? last : z;
        for (u32 k = 0; k < 2; k++)
            out[4 * j + k] =
                (f32)(2 * (s * (focal[k] * m[k][j] + center[k] * w) + extra / 2 * w) / size[k] - w);
        out[4 * j + 2] =
            (f32)(camera->is_ortho ? (z - last * n) / (f - n) : (z * f - last * n * f) / (f - n));
        out[4 * j + 3] = (f32)w;
    }
}

static f32 linear_from_srgb(f32 c) {
    return c <= 0.04045f ? c / 12.92f : (f32)math_pow((c + 0.055) / 1.055, 2.4);
}

static void put3(f32 out[4], Vec3 v, f64 w) {
    out[0] = (f32)v.x;
    out[1] = (f32)v.y;
    out[2] = (f32)v.z;
    out[3] = (f32)w;
}

void view_block(const RenderView *view, const ViewScene *scene, u32 n_samples, u32 n_shadows,
                ViewBlock *out) {
    const RenderCamera *camera = &view->camera;
    memset(out, 0, sizeof *out);
    view_clip(camera, n_samples, out->clip);
    for (u32 k = 0; k < 3; k++)
        for (u32 j = 0; j < 4; j++)
            out->camera[k][j] = (f32)camera->world_to_camera[k][j];
    const f64 intrinsics[4] = {camera->fx, camera->fy, camera->cx, camera->cy};
    for (u32 k = 0; k < 4; k++)
        out->intrinsics[k] = (f32)intrinsics[k];
    Vec3 size = box3_size(scene->bounds);
    f64 extent = fmax(size.x, fmax(size.y, size.z));
    put3(out->eye, camera_eye(camera), camera->is_ortho);
    put3(out->depth_range, vec3(camera->near, camera->far, scene->bounds.min.z), extent * 1.35);
    put3(out->center, box3_center(scene->bounds), extent);
    const f32 *rgb = view->background_rgb;
    if (view->background == BACKGROUND_STUDIO)
        put3(out->background, vec3(0.93, 0.935, 0.945), 2);
    else if (view->background == BACKGROUND_COLOR)
        put3(out->background,
             vec3(linear_from_srgb(rgb[0]), linear_from_srgb(rgb[1]), linear_from_srgb(rgb[2])), 1);
    const Field *field = &scene->field;
    put3(out->field_min, field->min, field->cell > 0 ? 1 / field->cell : 0); // 0: no colour wanted
    put3(out->field_size, vec3(field->size[0], field->size[1], field->size[2]), 0);
    view_lights(out, scene->bounds, view->light_azimuth, n_shadows);
    const u32 numbers[4] = {camera->width, camera->height, n_samples, n_shadows};
    memcpy(out->size, numbers, sizeof numbers);
    out->flags[0] = (view->style == RENDER_PARTS ? VIEW_PART_COLORS : 0u) |
                    (view->no_floor ? 0u : VIEW_FLOOR) | (view->no_outlines ? 0u : VIEW_OUTLINES) |
                    (scene->has_glass ? VIEW_GLASS : 0u);
    // A line is a pixel wide whatever the size: fainter where pixels are large.
    u32 shorter = MIN(camera->width, camera->height);
    out->flags[1] = 70 + 80 * (MIN(MAX(shorter, 96u), 512u) - 96) / 416;
}

// The texels of the floor's map that may be dark: under and around the object as far as occlusion
// reaches (shaders/light.glsl), and where the key light's shadow falls, whose rim is at most 0.25
// of what casts it is high: tan 6, over sin 49 squared, by 1.33. In eights, as the shader's groups
// are.
void view_floor_region(const ViewBlock *view, Box3 bounds, u32 size, u32 out[4]) {
    Vec3 extent = box3_size(bounds);
    f64 cell = 1 / (f64)view->field_min[3], reach = 0.22 * (f64)view->center[3] + 2 * cell;
    const f32 *key = view->lights[0];
    for (u32 k = 0; k < 2; k++) {
        f64 shift = -(f64)key[k] / fmax((f64)key[2], 0.05) * extent.z, blur = 0.25 * extent.z;
        f64 half = vec3_get(extent, k) / 2;
        f64 low = fmin(-half - reach, -half + fmin(shift, 0) - blur),
            high = fmax(half + reach, half + fmax(shift, 0) + blur);
        f64 scale = size / (2 * (f64)view->depth_range[3]);
        f64 first = floor((low * scale + size / 2.0) / 8),
            last = ceil((high * scale + size / 2.0) / 8);
        out[k] = 8 * (u32)fmin(fmax(first, 0), size / 8 - 1);
        out[2 + k] = 8 * (u32)fmin(fmax(last, 1), size / 8);
    }
}

// ---- checks ----

bool scene_is_sound(const RenderScene *scene, RenderError *error) {
    const char *what = NULL;
    if (scene->n_instances > RENDER_MAX_IDS || scene->n_parts > RENDER_MAX_IDS)
        what = "more than 65535 parts or instances";
    for (u32 i = 0; i < scene->n_instances && !what; i++) {
        const RenderInstance *instance = &scene->instances[i];
        if (instance->mesh >= scene->n_meshes || instance->part >= scene->n_parts ||
            (instance->material != NONE && instance->material >= scene->n_materials))
            what = "an instance refers to nothing";
    }
    for (u32 i = 0; i < scene->n_meshes && !what; i++) {
        const RenderMesh *mesh = &scene->meshes[i];
        for (u32 k = 0; k < mesh->n_ranges && !what; k++) {
            const RenderRange *range = &mesh->ranges[k];
            if (range->first_tri > mesh->n_tris ||
                range->n_tris > mesh->n_tris - range->first_tri ||
                (range->material != NONE && range->material >= scene->n_materials))
                what = "a range refers to nothing";
        }
        u32 worst = 0;
        for (size_t k = 0; k < 3 * (size_t)mesh->n_tris; k++)
            worst = MAX(worst, mesh->indices[k]);
        if (mesh->n_tris && worst >= mesh->n_verts)
            what = "an index is out of range";
    }
    if (what)
        snprintf(error->text, sizeof error->text, "the scene can't be drawn: %s", what);
    return !what;
}

bool image_is_sound(const RenderView *view, const RenderImage *image, bool has_color,
                    RenderError *error) {
    const RenderCamera *camera = &view->camera;
    snprintf(error->text, sizeof error->text, "no scene, or a picture of %u x %u%s", camera->width,
             camera->height, has_color ? "" : " without colour");
    return camera->width > 0 && camera->height > 0 && camera->width <= RENDER_MAX_SIZE &&
           camera->height <= RENDER_MAX_SIZE && image->width == camera->width &&
           image->height == camera->height && (!image->color || has_color);
}

// ---- draws ----

static u32 steps(f64 value, u32 most) {
    return (u32)(fmin(1, fmax(0, value)) * most + 0.5);
}

static void material_pack(const RenderMaterial *m, u32 instance, DrawRecord *out) {
    f64 most = fmax(m->emission[0], fmax(m->emission[1], m->emission[2]));
    u32 strength = most > 0 ? (u32)fmin(255, ceil(16 * sqrt(most))) : 0;
    f64 kept = strength * strength / 256.0;
    for (u32 k = 0; k < 3; k++) {
        out->color |= steps(sqrt(fmax(0, m->color[k])), 1023) << 10 * k;
        out->emission |= (strength ? steps(m->emission[k] / kept, 255) : 0) << 8 * k;
    }
    out->emission |= strength << 24;
    out->surface = instance | steps(m->metallic, 15) << 16 | steps(m->roughness, 63) << 20 |
                   steps(m->opacity, 63) << 26;
}

static void draw_record(const RenderScene *scene, u32 instance, u32 material, DrawRecord *out) {
    static const RenderMaterial plain = {
        .color = {0.55f, 0.55f, 0.56f}, .roughness = 0.55f, .opacity = 1};
    const RenderInstance *from = &scene->instances[instance];
    memset(out, 0, sizeof *out);
    for (u32 k = 0; k < 3; k++) {
        for (u32 j = 0; j < 3; j++)
            out->rows[k][j] = (f32)from->map.m[k][j];
        out->rows[k][3] = (f32)vec3_get(from->map.t, k);
    }
    material_pack(material == NONE ? &plain : &scene->materials[material], instance, out);
    out->part_rgb = render_part_color(from->part);
}

static Box3 range_box(const RenderScene *scene, u32 instance, u32 range) {
    const RenderInstance *from = &scene->instances[instance];
    const RenderMesh *mesh = &scene->meshes[from->mesh];
    const RenderRange *tris = &mesh->ranges[range];
    Box3 box = box3_empty();
    for (size_t i = 3 * (size_t)tris->first_tri, end = i + 3 * (size_t)tris->n_tris; i < end; i++) {
        const f32 *p = mesh->positions + 3 * (size_t)mesh->indices[i];
        box = box3_add_point(box, affine3_point(&from->map, vec3(p[0], p[1], p[2])));
    }
    return box;
}

u64 scene_draw_count(const RenderScene *scene) {
    u64 n = 0;
    for (u32 i = 0; i < scene->n_instances; i++)
        n += scene->meshes[scene->instances[i].mesh].n_ranges;
    return n;
}

u32 scene_draws(const RenderScene *scene, DrawRecord *records, DrawCall *calls) {
    u32 n = 0, n_glass = 0;
    for (u32 i = 0; i < scene->n_instances; i++) {
        const RenderInstance *instance = &scene->instances[i];
        const RenderMesh *mesh = &scene->meshes[instance->mesh];
        for (u32 k = 0; k < mesh->n_ranges; k++, n++) {
            u32 material =
                mesh->ranges[k].material != NONE ? mesh->ranges[k].material : instance->material;
            draw_record(scene, i, material, &records[n]);
            f32 opacity = material != NONE ? scene->materials[material].opacity : 1;
            bool is_glass = opacity < OPAQUE;
            n_glass += is_glass;
            calls[n] = (DrawCall){.mesh = instance->mesh,
                                  .first_index = 3 * mesh->ranges[k].first_tri,
                                  .n_indices = 3 * mesh->ranges[k].n_tris,
                                  .instance = (u16)i,
                                  .part = (u16)instance->part,
                                  .is_glass = is_glass,
                                  .is_mirrored = affine3_det(&instance->map) < 0,
                                  .is_open = mesh->is_open,
                                  .opacity = opacity,
                                  .box = is_glass ? range_box(scene, i, k) : box3_empty()};
        }
    }
    return n_glass;
}

bool *scene_seen(const RenderScene *scene, Heap *heap) {
    bool *is_seen = HEAP_NEW(heap, bool, scene->n_instances + 1);
    for (u32 i = 0; i < scene->n_instances; i++) {
        u32 material = scene->instances[i].material;
        is_seen[i] = material == NONE || scene->materials[material].opacity > 0.6f;
    }
    return is_seen;
}

// ---- glass ----

// Farthest first. No two are equal, so the order is the same with every qsort.
static int glass_compare(const void *left, const void *right) {
    const GlassSide *a = left, *b = right;
    if (a->z != b->z)
        return a->z > b->z ? -1 : 1;
    if (a->is_near != b->is_near)
        return a->is_near ? 1 : -1;
    return a->call < b->call ? -1 : 1;
}

// The far side of a body is as far as its farthest corner, the near side as near as its nearest: so
// what lies in a glass, like wine, comes between the glass's two sides.
u32 glass_sort(const DrawCall *calls, u32 n_calls, const RenderCamera *camera, GlassSide *order) {
    const f64 *m = camera->world_to_camera[2];
    u32 n = 0;
    for (u32 i = 0; i < n_calls; i++) {
        if (!calls[i].is_glass)
            continue;
        Vec3 c = box3_center(calls[i].box), size = box3_size(calls[i].box);
        f64 z = m[0] * c.x + m[1] * c.y + m[2] * c.z,
            reach = (fabs(m[0]) * size.x + fabs(m[1]) * size.y + fabs(m[2]) * size.z) / 2;
        order[n++] = (GlassSide){z + reach, i, false};
        order[n++] = (GlassSide){z - reach, i, true};
    }
    qsort(order, n, sizeof *order, glass_compare);
    return n;
}
