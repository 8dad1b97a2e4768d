// SPDX-License-Identifier: Apache-2.0
// What can be said of a scene without a device: bounds, part colours, and the inspector's copies
// (exploded, x-ray).
#include "vk/render.h"

Box3 render_scene_bounds(const RenderScene *scene) {
    Box3 box = box3_empty();
    for (u32 i = 0; i < scene->n_instances; i++) {
        const RenderInstance *instance = &scene->instances[i];
        const RenderMesh *mesh = &scene->meshes[instance->mesh];
        for (u32 v = 0; v < mesh->n_verts; v++) {
            const f32 *p = mesh->positions + 3 * (size_t)v;
            box = box3_add_point(box, affine3_point(&instance->map, vec3(p[0], p[1], p[2])));
        }
    }
    return box;
}

// Colours that people can name come first; then hues a golden angle apart.
u32 render_part_color(u32 part) {
    static const u32 first[] = {0x4e79a7, 0xf28e2b, 0x59a14f, 0xe15759, 0x9467bd, 0xedc948,
                                0x17becf, 0x9c755f, 0xff9da7, 0x2f4b7c, 0xbcbd22, 0x7f7f7f};
    if (part < COUNT_OF(first))
        return first[part];
    f64 turn = part * 0.61803398875, hue = 6 * (turn - floor(turn));
    f64 value = part % 2 ? 0.92 : 0.7, least = value * (part % 3 ? 0.35 : 0.55);
    u32 rgb = 0;
    for (u32 k = 0; k < 3; k++) {
        f64 from = fabs(hue - 2.0 * k);
        from = fmin(from, 6 - from); // distance on the circle of hues
        f64 share = fmin(1, fmax(0, 2 - from));
        rgb = rgb << 8 | (u32)(255 * (least + (value - least) * share) + 0.5);
    }
    return rgb;
}

static f32 linear_of(u32 byte) {
    f64 c = byte / 255.0;
    return (f32)(c <= 0.04045 ? c / 12.92 : math_pow((c + 0.055) / 1.055, 2.4));
}

static Box3 instance_box(const RenderScene *scene, const RenderInstance *instance) {
    const RenderMesh *mesh = &scene->meshes[instance->mesh];
    Box3 box = box3_empty();
    for (u32 v = 0; v < mesh->n_verts; v++) {
        const f32 *p = mesh->positions + 3 * (size_t)v;
        box = box3_add_point(box, affine3_point(&instance->map, vec3(p[0], p[1], p[2])));
    }
    return box;
}

static Vec3 instance_center(const RenderScene *scene, const RenderInstance *instance) {
    Box3 box = instance_box(scene, instance);
    return box3_is_empty(box) ? vec3(0, 0, 0) : box3_center(box);
}

static f64 instance_size(const RenderScene *scene, const RenderInstance *instance) {
    Box3 box = instance_box(scene, instance);
    return box3_is_empty(box) ? 0 : vec3_norm(box3_size(box));
}

RenderScene render_scene_exploded(const RenderScene *scene, f64 factor, Arena *arena) {
    RenderScene out = *scene;
    RenderInstance *moved = ARENA_NEW(arena, RenderInstance, MAX(scene->n_instances, 1u));
    Box3 box = render_scene_bounds(scene);
    Vec3 middle = scene->n_instances ? box3_center(box) : vec3(0, 0, 0), size = box3_size(box);
    f64 longest = fmax(size.x, fmax(size.y, size.z));
    for (u32 i = 0; i < scene->n_instances; i++) {
        moved[i] = scene->instances[i];
        Vec3 away = vec3_sub(instance_center(scene, &moved[i]), middle);
        for (u32 k = 0; k < 3; k++) { // farther the way the object is thin: layers come apart
            f64 more = fmin(4, longest / fmax(vec3_get(size, k), 1e-9));
            vec3_set(&moved[i].map.t, k,
                     vec3_get(moved[i].map.t, k) + vec3_get(away, k) * factor * more);
        }
    }
    out.instances = moved;
    return out;
}

// How much a part hides in an x-ray: large ones little, so that small ones inside are seen.
static f32 *part_covers(const RenderScene *scene, Arena *arena) {
    f32 *out = ARENA_NEW(arena, f32, MAX(scene->n_parts, 1u));
    f64 whole = vec3_norm(box3_size(render_scene_bounds(scene)));
    for (u32 i = 0; i < scene->n_parts; i++)
        out[i] = 0.7f;
    for (u32 i = 0; i < scene->n_instances; i++) {
        f64 share = instance_size(scene, &scene->instances[i]) / fmax(whole, 1e-9);
        f32 cover = (f32)fmax(0.16, fmin(0.7, 0.7 - 1.5 * (share - 0.06)));
        u32 part = scene->instances[i].part;
        out[part] = MIN(out[part], cover);
    }
    return out;
}

RenderScene render_scene_xray(const RenderScene *scene, Arena *arena) {
    RenderScene out = *scene;
    RenderMaterial *glass = ARENA_NEW(arena, RenderMaterial, MAX(scene->n_parts, 1u));
    RenderInstance *seen = ARENA_NEW(arena, RenderInstance, MAX(scene->n_instances, 1u));
    RenderMesh *whole = ARENA_NEW(arena, RenderMesh, MAX(scene->n_meshes, 1u));
    f32 *covers = part_covers(scene, arena);
    for (u32 i = 0; i < scene->n_parts; i++) {
        u32 rgb = render_part_color(i);
        glass[i] = (RenderMaterial){
            .color = {linear_of(rgb >> 16), linear_of(rgb >> 8 & 255), linear_of(rgb & 255)},
            .roughness = 1,
            .opacity = covers[i]};
    }
    for (u32 i = 0; i < scene->n_instances; i++) {
        seen[i] = scene->instances[i];
        seen[i].material = seen[i].part;
    }
    for (u32 i = 0; i < scene->n_meshes; i++) {
        RenderRange *all = ARENA_NEW(arena, RenderRange, 1);
        *all = (RenderRange){0, scene->meshes[i].n_tris, NONE};
        whole[i] = scene->meshes[i];
        whole[i].ranges = all;
        whole[i].n_ranges = 1;
    }
    out.materials = glass;
    out.n_materials = scene->n_parts;
    out.instances = seen;
    out.meshes = whole;
    return out;
}
