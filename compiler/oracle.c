// SPDX-License-Identifier: Apache-2.0
// CheckGeometry over a SolidContext. The context is made at the first question, when the checker
// has made the graph; until then a scale or tolerance is kept for it. Meshes built for an answer
// are the ones that are written in the end.
#include "compiler/oracle.h"

#include "base/number.h"
#include "base/sort.h"
#include "base/vec.h"
#include "compiler/inspect/inspect.h"

struct Oracle {
    Heap *heap;
    Arena *arena;
    const Scene *scene;
    SolidOptions options;
    Diags *diags;
    SolidContext *solids;
    CheckGeometry geometry;
};

SolidContext *oracle_solids(Oracle *oracle) {
    if (!oracle->solids && oracle->scene->graph)
        oracle->solids =
            solid_create(oracle->heap, oracle->scene->graph, oracle->options, oracle->diags);
    return oracle->solids;
}

static void answer_scale(void *ctx, f64 size) {
    solid_set_object_size(oracle_solids(ctx), size);
}

static void answer_tolerance(void *ctx, f64 chord) {
    Oracle *oracle = ctx;
    if (oracle->options.tolerance <= 0) // the command line has the last word
        solid_set_tolerance(oracle_solids(oracle), chord);
}

static GeometryAnswer answer_bounds(void *ctx, IrId id, Box3 *out) {
    if (!solid_bounds(oracle_solids(ctx), id, out))
        return GEOMETRY_FAILED;
    return box3_is_empty(*out) ? GEOMETRY_NONE : GEOMETRY_OK;
}

static GeometryAnswer answer_profile_bounds(void *ctx, IrId id, Box2 *out) {
    if (!solid_profile_bounds(oracle_solids(ctx), id, out))
        return GEOMETRY_FAILED;
    return out->min.x <= out->max.x ? GEOMETRY_OK : GEOMETRY_NONE;
}

// The placed mesh; GEOMETRY_NONE when it is empty.
static GeometryAnswer place(Oracle *oracle, IrId id, bool with_tree, PlacedMesh *out) {
    if (!solid_placed(oracle_solids(oracle), id, with_tree, out))
        return GEOMETRY_FAILED;
    return out->mesh->n_tris ? GEOMETRY_OK : GEOMETRY_NONE;
}

static GeometryAnswer place_both(Oracle *oracle, IrId a, IrId b, PlacedMesh *pa, PlacedMesh *pb) {
    GeometryAnswer answer = place(oracle, a, true, pa);
    return answer == GEOMETRY_OK ? place(oracle, b, true, pb) : answer;
}

static bool map_is_rigid(const Affine3 *map) {
    for (u32 i = 0; i < 3; i++)
        for (u32 k = i; k < 3; k++) {
            f64 dot = map->m[0][i] * map->m[0][k] + map->m[1][i] * map->m[1][k] +
                      map->m[2][i] * map->m[2][k];
            if (fabs(dot - (i == k)) > 1e-12)
                return false;
        }
    return true;
}

static GeometryAnswer answer_measure(void *ctx, IrId id, f64 *volume, f64 *area) {
    Oracle *oracle = ctx;
    PlacedMesh placed;
    *volume = *area = 0;
    GeometryAnswer answer = place(oracle, id, false, &placed);
    if (answer != GEOMETRY_OK)
        return answer == GEOMETRY_NONE ? GEOMETRY_OK : answer; // nothing has volume 0
    const Mesh *mesh =
        map_is_rigid(&placed.map) ? placed.mesh : solid_mesh(oracle_solids(oracle), id);
    if (!mesh)
        return GEOMETRY_FAILED;
    MeshMeasure measure = mesh_measure(mesh);
    *volume = measure.volume;
    *area = measure.area;
    return GEOMETRY_OK;
}

static GeometryAnswer answer_ray(void *ctx, IrId id, Vec3 from, Vec3 dir, Vec3 *point,
                                 Vec3 *normal) {
    PlacedMesh placed;
    MeshHit hit;
    GeometryAnswer answer = place(ctx, id, true, &placed);
    if (answer != GEOMETRY_OK)
        return answer;
    if (!mesh_ray(&placed, from, dir, &hit))
        return GEOMETRY_NONE;
    *point = hit.point;
    *normal = hit.normal;
    return GEOMETRY_OK;
}

static GeometryAnswer answer_drop(void *ctx, IrId id, IrId onto, f64 *gap) {
    PlacedMesh a, b;
    GeometryAnswer answer = place_both(ctx, id, onto, &a, &b);
    if (answer != GEOMETRY_OK)
        return answer;
    return mesh_drop(&a, &b, gap) ? GEOMETRY_OK : GEOMETRY_NONE;
}

static GeometryAnswer answer_distance(void *ctx, IrId a, IrId b, f64 limit, f64 *out, Vec3 *way) {
    PlacedMesh pa, pb;
    GeometryAnswer answer = place_both(ctx, a, b, &pa, &pb);
    if (answer != GEOMETRY_OK)
        return answer;
    MeshDistance d = mesh_distance(&pa, &pb, limit);
    *out = d.distance;
    *way = vec3_sub(d.on_b, d.on_a);
    return answer;
}

static GeometryAnswer answer_overlap(void *ctx, IrId a, IrId b, f64 *volume) {
    Oracle *oracle = ctx;
    PlacedMesh pa, pb;
    *volume = 0;
    GeometryAnswer answer = place_both(oracle, a, b, &pa, &pb);
    if (answer == GEOMETRY_OK)
        *volume = mesh_overlap(oracle->heap, &pa, &pb).volume;
    return answer == GEOMETRY_NONE ? GEOMETRY_OK : answer;
}

static GeometryAnswer answer_clash(void *ctx, IrId a, IrId b, f64 *depth, Vec3 *center,
                                   Vec3 *move) {
    Oracle *oracle = ctx;
    PlacedMesh pa, pb;
    GeometryAnswer answer = place_both(oracle, a, b, &pa, &pb);
    if (answer != GEOMETRY_OK)
        return answer;
    MeshOverlap shared = mesh_overlap(oracle->heap, &pa, &pb);
    *depth = shared.depth;
    *center = shared.center;
    if (!(shared.volume > 0))
        *center = mesh_distance(&pa, &pb, INFINITY).on_a;
    if (move && !mesh_part(oracle->heap, &pa, &pb, &shared, move))
        *move = (Vec3){0, 0, 0};
    return GEOMETRY_OK;
}

static GeometryAnswer answer_connect(void *ctx, const IrId *solids, u32 n, f64 gap, u32 *group,
                                     u32 *n_groups) {
    Oracle *oracle = ctx;
    PlacedMesh *placed = heap_alloc(oracle->heap, MAX(n, 1u), sizeof *placed);
    Box3 *boxes = heap_alloc_raw(oracle->heap, MAX(n, 1u), sizeof *boxes);
    GeometryAnswer answer = GEOMETRY_OK;
    for (u32 i = 0; i < n && answer == GEOMETRY_OK; i++) {
        if (place(oracle, solids[i], true, &placed[i]) == GEOMETRY_FAILED ||
            !solid_bounds(oracle->solids, solids[i], &boxes[i]))
            answer = GEOMETRY_FAILED;
    }
    if (answer == GEOMETRY_OK)
        *n_groups = inspect_connect(oracle->heap, placed, boxes, n, gap, group);
    heap_free(oracle->heap, placed);
    heap_free(oracle->heap, boxes);
    return answer;
}

// ---- standing ----

typedef struct Stand {
    Oracle *oracle;
    f64 lowest;
    VEC(Vec2) feet; // points within the contact gap of the lowest
    f64 volume;
    Vec3 moment; // volume times centre
} Stand;

static bool stand_add(Stand *s, IrId id, bool feet) {
    PlacedMesh placed;
    GeometryAnswer answer = place(s->oracle, id, false, &placed);
    if (answer != GEOMETRY_OK)
        return answer == GEOMETRY_NONE;
    if (feet) {
        for (u32 i = 0; i < placed.mesh->n_verts; i++) {
            Vec3 p = affine3_point(&placed.map, placed.mesh->verts[i]);
            if (p.z <= s->lowest + INSPECT_CONTACT_GAP)
                vec_push(s->oracle->heap, &s->feet, (Vec2){p.x, p.y});
        }
        return true;
    }
    MeshMeasure measure = mesh_measure(placed.mesh);
    f64 volume = measure.volume * fabs(affine3_det(&placed.map));
    s->volume += volume;
    s->moment = vec3_add(s->moment, vec3_scale(affine3_point(&placed.map, measure.center), volume));
    Box3 box;
    if (!solid_bounds(s->oracle->solids, id, &box))
        return false;
    s->lowest = fmin(s->lowest, box.min.z);
    return true;
}

static int compare_points(const void *a, const void *b, const void *ctx) {
    (void)ctx;
    const Vec2 *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->y < q->y ? -1 : p->y > q->y;
}

static f64 turn(Vec2 a, Vec2 b, Vec2 c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

// Convex hull by Andrew's monotone chain, counter-clockwise, in place; returns its number of
// corners.
static u32 hull_2d(Heap *heap, Vec2 *points, u32 n) {
    sort_stable(heap, points, n, sizeof *points, compare_points, NULL);
    Vec2 *hull = heap_alloc_raw(heap, 2 * (size_t)n + 1, sizeof *hull);
    u32 k = 0;
    for (u32 pass = 0; pass < 2; pass++) {
        u32 floor_k = k + 1;
        for (u32 i = 0; i < n; i++) {
            Vec2 p = points[pass ? n - 1 - i : i];
            while (k > floor_k && turn(hull[k - 2], hull[k - 1], p) <= 0)
                k--;
            hull[k++] = p;
        }
        k--; // the last point begins the other chain
    }
    memcpy(points, hull, k * sizeof *points);
    heap_free(heap, hull);
    return k;
}

// How far p lies inside the hull (negative: outside).
static f64 hull_margin(const Vec2 *hull, u32 n, Vec2 p) {
    f64 margin = INFINITY;
    for (u32 i = 0; i < n; i++) {
        Vec2 a = hull[i], b = hull[(i + 1) % n];
        f64 length = sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
        if (length > 0)
            margin = fmin(margin, turn(a, b, p) / length);
    }
    return margin;
}

static Str number_in_units(const Oracle *oracle, f64 mm) {
    char text[NUMBER_TEXT_MAX];
    u32 len = number_write_short(mm / oracle->scene->unit_mm, 4, text);
    return str_copy(oracle->arena, (Str){text, len});
}

static Str in_units(const Oracle *oracle, f64 mm) {
    return str_format(oracle->arena, "%.*s %.*s", STR_ARG(number_in_units(oracle, mm)),
                      STR_ARG(oracle->scene->unit));
}

// The corner of what it stands on that is nearest to p.
static Vec2 nearest_foot(const Vec2 *hull, u32 n, Vec2 p) {
    Vec2 best = hull[0];
    f64 least = INFINITY;
    for (u32 i = 0; i < n; i++) {
        f64 x = hull[i].x - p.x, y = hull[i].y - p.y;
        if (x * x + y * y < least) {
            least = x * x + y * y;
            best = hull[i];
        }
    }
    return best;
}

static void stand_judge(Stand *s, bool *stands, Str *why, Str *edit) {
    Oracle *oracle = s->oracle;
    *stands = false;
    if (fabs(s->lowest) > INSPECT_CONTACT_GAP) {
        *why = str_format(oracle->arena, "its lowest point is at z = %.*s, not on the ground",
                          STR_ARG(in_units(oracle, s->lowest)));
        *edit = str_format(oracle->arena, "`.move(z = %.*s)` of the whole sets it down",
                           STR_ARG(number_in_units(oracle, -s->lowest)));
        return;
    }
    Vec2 center = {s->moment.x / s->volume, s->moment.y / s->volume};
    u32 n = hull_2d(oracle->heap, s->feet.data, s->feet.len);
    if (n < 3) {
        *why = STR("it touches the ground in a point or a line only");
        *edit = STR(
            "flatten its underside by .clip(z = 0..inf) after sinking it a little, or add a foot");
        return;
    }
    f64 margin = hull_margin(s->feet.data, n, center);
    *stands = margin > 0;
    if (*stands)
        return;
    *why = str_format(oracle->arena,
                      "its centre of mass, over [%.*s, %.*s], is %.*s outside what it stands on",
                      STR_ARG(in_units(oracle, center.x)), STR_ARG(in_units(oracle, center.y)),
                      STR_ARG(in_units(oracle, -margin)));
    Vec2 foot = nearest_foot(s->feet.data, n, center);
    *edit = str_format(
        oracle->arena,
        "let it stand out farther than [%.*s, %.*s] on that side, or make heavier what "
        "is on the other",
        STR_ARG(number_in_units(oracle, foot.x)), STR_ARG(number_in_units(oracle, foot.y)));
}

static GeometryAnswer answer_stand(void *ctx, const IrId *solids, u32 n, bool *stands, Str *why,
                                   Str *edit) {
    Stand s = {.oracle = ctx, .lowest = INFINITY};
    for (u32 pass = 0; pass < 2; pass++)
        for (u32 i = 0; i < n; i++)
            if (!stand_add(&s, solids[i], pass == 1))
                return GEOMETRY_FAILED;
    if (!(s.volume > 0))
        return GEOMETRY_NONE;
    stand_judge(&s, stands, why, edit);
    vec_free(s.oracle->heap, &s.feet);
    return GEOMETRY_OK;
}

Oracle *oracle_create(Heap *heap, Arena *arena, const Scene *scene, SolidOptions options,
                      Diags *diags) {
    Oracle *oracle = ARENA_NEW(arena, Oracle, 1);
    *oracle =
        (Oracle){.heap = heap, .arena = arena, .scene = scene, .options = options, .diags = diags};
    oracle->geometry = (CheckGeometry){.ctx = oracle,
                                       .scale = answer_scale,
                                       .tolerance = answer_tolerance,
                                       .bounds = answer_bounds,
                                       .profile_bounds = answer_profile_bounds,
                                       .measure = answer_measure,
                                       .ray = answer_ray,
                                       .drop = answer_drop,
                                       .distance = answer_distance,
                                       .overlap = answer_overlap,
                                       .clash = answer_clash,
                                       .connect = answer_connect,
                                       .stand = answer_stand};
    return oracle;
}

const CheckGeometry *oracle_geometry(Oracle *oracle) {
    return &oracle->geometry;
}
