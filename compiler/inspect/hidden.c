// SPDX-License-Identifier: Apache-2.0
// Parts that no eye can see (W0802). Only a part whose box lies inside another's can be hidden by
// it; for those, rays leave points of the surface in 98 directions, and one that gets away shows
// the part. Parts that are not opaque hide nothing.
#include "compiler/inspect/inspect_internal.h"

enum { SAMPLES_MAX = 48 };

static bool is_opaque(const Inspection *in, u32 part) {
    u32 material = in->scene->parts[part].material;
    return material == NONE || in->scene->materials[material].opacity >= 1;
}

static bool box_inside(Box3 inner, Box3 outer) {
    return inner.min.x >= outer.min.x && inner.min.y >= outer.min.y && inner.min.z >= outer.min.z &&
           inner.max.x <= outer.max.x && inner.max.y <= outer.max.y && inner.max.z <= outer.max.z;
}

// Whether the ray's box slab test can fail fast.
static bool ray_meets_box(Vec3 from, Vec3 dir, Box3 box) {
    f64 t0 = 0, t1 = INFINITY;
    for (u32 k = 0; k < 3; k++) {
        f64 o = vec3_get(from, k), d = vec3_get(dir, k), lo = vec3_get(box.min, k),
            hi = vec3_get(box.max, k);
        if (d == 0) {
            if (o < lo || o > hi)
                return false;
            continue;
        }
        f64 a = (lo - o) / d, b = (hi - o) / d;
        t0 = fmax(t0, fmin(a, b));
        t1 = fmin(t1, fmax(a, b));
    }
    return t0 <= t1;
}

static bool ray_escapes(const Inspection *in, u32 part, Vec3 from, Vec3 dir) {
    for (u32 i = 0; i < in->scene->n_parts; i++) {
        MeshHit hit;
        if (!inspect_has_geometry(in, i) || (i != part && !is_opaque(in, i)))
            continue;
        if (ray_meets_box(from, dir, in->model->parts[i].bounds) &&
            mesh_ray(&in->placed[i], from, dir, &hit))
            return false;
    }
    return true;
}

static bool point_is_seen(const Inspection *in, u32 part, Vec3 point, Vec3 normal) {
    for (i32 x = -2; x <= 2; x++)
        for (i32 y = -2; y <= 2; y++)
            for (i32 z = -2; z <= 2; z++) {
                if (x % 2 == 0 && y % 2 == 0 && z % 2 == 0) // the same as its half, or nothing
                    continue;
                // A little off, so that rays do not run along flush walls.
                Vec3 dir = {x + 0.0137, y + 0.0071, z + 0.0193};
                if (vec3_dot(dir, normal) > 0 && ray_escapes(in, part, point, dir))
                    return true;
            }
    return false;
}

static bool triangle_is_seen(const Inspection *in, u32 part, u32 t) {
    const PlacedMesh *placed = &in->placed[part];
    const u32 *tri = placed->mesh->tris + 3 * (size_t)t;
    Vec3 a = affine3_point(&placed->map, placed->mesh->verts[tri[0]]),
         b = affine3_point(&placed->map, placed->mesh->verts[tri[1]]),
         c = affine3_point(&placed->map, placed->mesh->verts[tri[2]]);
    Vec3 n = vec3_unit(vec3_cross(vec3_sub(b, a), vec3_sub(c, a)));
    if (affine3_det(&placed->map) < 0)
        n = vec3_scale(n, -1);
    Vec3 mid = vec3_scale(vec3_add(a, vec3_add(b, c)), 1.0 / 3);
    return point_is_seen(in, part, vec3_add(mid, vec3_scale(n, 0.01)), n);
}

// The triangle that lies farthest to either side along each axis: where an inlay shows, it is most
// often there.
static void find_outermost(const PlacedMesh *placed, u32 out[6]) {
    f64 best[6];
    for (u32 t = 0; t < placed->mesh->n_tris; t++) {
        const u32 *tri = placed->mesh->tris + 3 * (size_t)t;
        Vec3 sum = {0, 0, 0};
        for (u32 i = 0; i < 3; i++)
            sum = vec3_add(sum, affine3_point(&placed->map, placed->mesh->verts[tri[i]]));
        for (u32 side = 0; side < 6; side++) {
            f64 reach = side % 2 ? -vec3_get(sum, side / 2) : vec3_get(sum, side / 2);
            if (t == 0 || reach > best[side]) {
                best[side] = reach;
                out[side] = t;
            }
        }
    }
}

// Samples are the outermost triangles, then some in steps of the golden section: in even steps, of
// a part of many equal pieces each might show the same side of its piece.
static bool part_is_seen(const Inspection *in, u32 part) {
    u32 n = in->placed[part].mesh->n_tris, outermost[6];
    if (n == 0)
        return true;
    find_outermost(&in->placed[part], outermost);
    for (u32 side = 0; side < 6; side++)
        if (triangle_is_seen(in, part, outermost[side]))
            return true;
    for (u32 k = 0; k < MIN(n, (u32)SAMPLES_MAX); k++) {
        u32 turn = k * 2654435769u; // of a full turn of 2^32, modulo it
        u32 t = n <= SAMPLES_MAX ? k : (u32)(((u64)turn * n) >> 32);
        if (triangle_is_seen(in, part, t))
            return true;
    }
    return false;
}

static void consider_host(const Inspection *in, u32 *host, u32 part, u32 other) {
    const ModelPart *parts = in->model->parts;
    if (is_opaque(in, other) && box_inside(parts[part].bounds, parts[other].bounds) &&
        (host[part] == NONE || parts[other].volume < parts[host[part]].volume))
        host[part] = other;
}

// For each part the smallest one whose box holds its own. What hides a part meets it (a solid
// inside another is at distance 0), so only contacts count.
static u32 *find_hosts(const Inspection *in) {
    u32 n = in->scene->n_parts;
    u32 *host = heap_alloc_raw(in->heap, MAX(n, 1u), sizeof *host);
    for (u32 i = 0; i < n; i++)
        host[i] = NONE;
    for (u32 i = 0; i < in->contacts.len; i++) {
        consider_host(in, host, in->contacts.data[i].a, in->contacts.data[i].b);
        consider_host(in, host, in->contacts.data[i].b, in->contacts.data[i].a);
    }
    return host;
}

static void diagnose(const Inspection *in, const Alike *row) {
    const ScenePart *part = &in->scene->parts[row->part], *host = &in->scene->parts[row->other];
    Str name = inspect_part_name(in->scene, row->part, in->arena),
        inside = inspect_part_name(in->scene, row->other, in->arena);
    Diag *diag =
        diag_add(in->diags, DIAG_W0802, part->span, "'%.*s' is inside '%.*s' and can't be seen",
                 STR_ARG(name), STR_ARG(inside));
    diag_label(in->diags, diag, host->span, "hides it");
    inspect_alike_note(in, diag, row, "are hidden so");
    diag_help(in->diags, diag,
              "move it out, hollow '%.*s' (.shell(wall = ...) or - @%.*s), or say: allow "
              "overlap(@%.*s, @%.*s) \"why\"",
              STR_ARG(inside), STR_ARG(part->label), STR_ARG(part->label), STR_ARG(host->label));
    diag_key(in->diags, diag, "%.*s", STR_ARG(part->path));
}

void inspect_check_hidden(Inspection *in) {
    const Scene *scene = in->scene;
    u32 *hosts = find_hosts(in);
    AlikeList found;
    inspect_alike_init(in, &found);
    for (u32 i = 0; i < scene->n_parts; i++) {
        if (!inspect_has_geometry(in, i))
            continue;
        u32 host = hosts[i];
        heap_poll(in->heap);
        if (host == NONE || part_is_seen(in, i))
            continue;
        in->report->hidden[i] = true;
        if (inspect_allowed_overlap(in, i, host))
            continue;
        Str key = str_format(in->arena, "%.*s\n%.*s", STR_ARG(scene->parts[i].path),
                             STR_ARG(scene->parts[host].path));
        inspect_alike_add(in, &found, key, i, host);
    }
    for (u32 i = 0; i < found.rows.len; i++)
        diagnose(in, &found.rows.data[i]);
    heap_free(in->heap, hosts);
}
