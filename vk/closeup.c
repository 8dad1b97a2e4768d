// SPDX-License-Identifier: Apache-2.0
// A greedy cover: of all places around a small part, the one that shows most small parts which no
// place before it does.
#include "vk/closeup.h"

enum { SMALL_MAX = 256 };
#define SMALL 0.11       // of the object's radius
#define NEAR_FACTOR 2.2  // radius of a place: of that of the part in its middle
#define WIDE_MOST 0.24   // ... where twice that shows twice as many: at most, of the object's
#define NEAR_LEAST 0.035 // ... and of the object's
#define SEEN 0.07        // of a place's radius: what is smaller is not seen in it

typedef struct Ball {
    Vec3 center;
    f64 radius;
} Ball;

typedef struct Plan {
    const RenderScene *scene;
    Ball *balls;    // around each instance
    u32 *of_part;   // of each part: its place among the small ones, or NONE
    u32 *anchors;   // of each small part: the instance nearest to who looks from iso
    bool *is_shown; // of each small part
    u32 n_small;
    f64 radius; // of the object
} Plan;

static Ball ball_of(const RenderScene *scene, const RenderInstance *instance) {
    const RenderMesh *mesh = &scene->meshes[instance->mesh];
    Box3 box = box3_empty();
    for (u32 v = 0; v < mesh->n_verts; v++) {
        const f32 *p = mesh->positions + 3 * (size_t)v;
        box = box3_add_point(box, affine3_point(&instance->map, vec3(p[0], p[1], p[2])));
    }
    if (box3_is_empty(box))
        return (Ball){{0, 0, 0}, INFINITY};
    return (Ball){box3_center(box), vec3_norm(box3_size(box)) / 2};
}

static void plan_small(Plan *plan, Arena *arena) {
    const RenderScene *scene = plan->scene;
    for (u32 i = 0; i < scene->n_parts; i++)
        plan->of_part[i] = 0;
    for (u32 i = 0; i < scene->n_instances; i++)
        if (plan->balls[i].radius > SMALL * plan->radius)
            plan->of_part[scene->instances[i].part] = NONE;
    for (u32 i = 0; i < scene->n_parts; i++)
        if (plan->of_part[i] != NONE)
            plan->of_part[i] = plan->n_small < SMALL_MAX ? plan->n_small++ : NONE;
    plan->anchors = ARENA_NEW(arena, u32, SMALL_MAX);
    plan->is_shown = ARENA_NEW(arena, bool, SMALL_MAX);
    for (u32 k = 0; k < SMALL_MAX; k++)
        plan->anchors[k] = NONE;
    const Vec3 toward_iso = {0.53, -0.76, 0.37};
    for (u32 i = 0; i < scene->n_instances; i++) {
        u32 k = plan->of_part[scene->instances[i].part];
        if (k == NONE)
            continue;
        u32 *anchor = &plan->anchors[k];
        if (*anchor == NONE || vec3_dot(plan->balls[i].center, toward_iso) >
                                   vec3_dot(plan->balls[*anchor].center, toward_iso) + 1e-6)
            *anchor = i;
    }
}

// Small parts that are seen around an instance: marked in is_seen; returns how many of them no
// place before shows.
static u32 place_cover(const Plan *plan, Ball middle, f64 radius, bool is_seen[SMALL_MAX]) {
    u32 n_new = 0;
    memset(is_seen, 0, SMALL_MAX * sizeof *is_seen);
    for (u32 i = 0; i < plan->scene->n_instances; i++) {
        const Ball *ball = &plan->balls[i];
        u32 k = plan->of_part[plan->scene->instances[i].part];
        if (k == NONE || is_seen[k] || ball->radius < SEEN * radius ||
            vec3_norm(vec3_sub(ball->center, middle.center)) + 0.7 * ball->radius > radius)
            continue;
        is_seen[k] = true;
        n_new += !plan->is_shown[k];
    }
    return n_new;
}

static f64 place_radius(const Plan *plan, Ball middle, bool is_wide) {
    f64 near = fmax(NEAR_FACTOR * middle.radius, NEAR_LEAST * plan->radius);
    return is_wide ? fmax(near, fmin(2 * near, WIDE_MOST * plan->radius)) : near;
}

static void closeup_name(const Plan *plan, u32 middle, const bool is_seen[SMALL_MAX],
                         CloseUp *out) {
    out->parts[out->n_parts++] = middle;
    for (u32 i = 0; i < plan->scene->n_parts; i++) {
        u32 k = plan->of_part[i];
        if (k == NONE || i == middle || !is_seen[k] || plan->is_shown[k])
            continue;
        if (out->n_parts < CLOSEUP_PARTS)
            out->parts[out->n_parts++] = i;
    }
}

static bool plan_next(Plan *plan, CloseUp *out) {
    u32 best = NONE, best_score = 0;
    f64 radius = 0;
    bool is_seen[SMALL_MAX];
    for (u32 j = 0; j < 2 * plan->n_small; j++) {
        u32 k = j / 2;
        bool is_wide = j % 2;
        if (plan->is_shown[k] || plan->anchors[k] == NONE)
            continue;
        Ball ball = plan->balls[plan->anchors[k]];
        f64 reach = place_radius(plan, ball, is_wide);
        u32 score = place_cover(plan, ball, reach, is_seen) * (is_wide ? 1 : 2);
        if (score > best_score) {
            best = k;
            best_score = score;
            radius = reach;
        }
    }
    if (best == NONE)
        return false;
    u32 middle = plan->anchors[best];
    Ball ball = plan->balls[middle];
    *out = (CloseUp){.center = ball.center, .radius = radius};
    place_cover(plan, ball, radius, is_seen);
    closeup_name(plan, plan->scene->instances[middle].part, is_seen, out);
    for (u32 k = 0; k < plan->n_small; k++)
        plan->is_shown[k] |= is_seen[k];
    plan->is_shown[best] = true;
    return true;
}

u32 closeups_plan(const RenderScene *scene, CloseUp out[CLOSEUPS_MAX], Arena *arena) {
    if (scene->n_parts < 2 || scene->n_instances == 0)
        return 0;
    Plan plan = {.scene = scene,
                 .balls = ARENA_NEW(arena, Ball, scene->n_instances),
                 .of_part = ARENA_NEW(arena, u32, scene->n_parts),
                 .radius = vec3_norm(box3_size(render_scene_bounds(scene))) / 2};
    for (u32 i = 0; i < scene->n_instances; i++)
        plan.balls[i] = ball_of(scene, &scene->instances[i]);
    plan_small(&plan, arena);
    u32 n = 0;
    while (n < CLOSEUPS_MAX && plan_next(&plan, &out[n]))
        n++;
    return n;
}

RenderCamera closeup_camera(const RenderScene *scene, const CloseUp *closeup, CameraPlace place,
                            u32 width, u32 height, Str name) {
    place.fov = 0;
    RenderCamera camera = camera_fit(scene, place, width, height, 0.05, name);
    f64 u, v, z, shorter = MIN(width, height);
    camera_project(&camera, closeup->center, &u, &v, &z);
    f64 x = (u - camera.cx) / camera.fx, y = (v - camera.cy) / camera.fy;
    camera.fx = camera.fy = 0.5 * shorter / fmax(closeup->radius, 1e-6);
    camera.cx = width * 0.5 - x * camera.fx;
    camera.cy = height * 0.5 - y * camera.fy;
    return camera;
}
