// SPDX-License-Identifier: Apache-2.0
// For the checker's tests: checks a program's text against a geometry in which every solid is the
// box around it, so that answers can be worked out by hand.
#ifndef FRC_TESTS_UNIT_CHECK_SUPPORT_H
#define FRC_TESTS_UNIT_CHECK_SUPPORT_H

#include "base/map.h"
#include "compiler/check/check.h"
#include "lang/lang.h"
#include "tests/unit/test.h"

typedef struct Checked {
    Heap heap;
    Arena arena;
    Sources sources;
    Diags diags;
    Scene scene;
    CheckGeometry geometry;
    CheckOptions options;
    bool ok;
} Checked;

// ---- the geometry of boxes ----

static const IrNode *box_node(const Checked *c, IrId id) {
    return &c->scene.graph->nodes[id];
}

static inline Box3 box_of_profile(const Checked *c, IrId id) {
    const IrNode *n = box_node(c, id);
    Box3 box = box3_empty();
    f64 x = 1, y = 1;
    switch ((int)n->kind) {
    case IR_RECT:
        x = n->nums[IR_RECT_size], y = n->nums[IR_RECT_size + 1];
        break;
    case IR_CIRCLE:
        x = y = n->nums[IR_CIRCLE_d];
        break;
    case IR_ELLIPSE:
        x = n->nums[IR_ELLIPSE_size], y = n->nums[IR_ELLIPSE_size + 1];
        break;
    case IR_NGON:
        x = y = n->nums[IR_NGON_d];
        break;
    case IR_STAR:
        x = y = n->nums[IR_STAR_d];
        break;
    case IR_POLYGON:
        for (u32 i = IR_POLYGON_points; i < n->n_nums; i += 2)
            box = box3_add_point(box, vec3(n->nums[i], n->nums[i + 1], 0));
        return box;
    case IR_PROFILE_XFORM: {
        Box3 in = box_of_profile(c, n->children[0]);
        const f64 *m = n->nums;
        for (u32 k = 0; k < 4; k++) {
            f64 px = k & 1 ? in.min.x : in.max.x, py = k & 2 ? in.min.y : in.max.y;
            box = box3_add_point(
                box, vec3(m[0] * px + m[1] * py + m[4], m[2] * px + m[3] * py + m[5], 0));
        }
        return box;
    }
    default:
        if (n->n_children == 0)
            break;
        for (u32 i = 0; i < n->n_children && (i == 0 || n->kind != IR_PROFILE_DIFFERENCE); i++)
            box = box3_join(box, box_of_profile(c, n->children[i]));
        return box;
    }
    return (Box3){{-x / 2, -y / 2, 0}, {x / 2, y / 2, 0}};
}

static inline Box3 box_of_path(const Checked *c, IrId id) {
    const IrNode *n = box_node(c, id);
    Box3 box = box3_empty();
    f64 r = n->n_nums > 0 ? n->nums[0] / 2 : 1;
    switch ((int)n->kind) {
    case IR_POLYLINE:
        for (u32 i = IR_POLYLINE_points; i < n->n_nums; i += 3)
            box = box3_add_point(box, vec3(n->nums[i], n->nums[i + 1], n->nums[i + 2]));
        return box;
    case IR_PATH_XFORM: {
        Box3 in = box_of_path(c, n->children[0]);
        const f64 *m = n->nums;
        Affine3 a = {{{m[0], m[1], m[2]}, {m[3], m[4], m[5]}, {m[6], m[7], m[8]}},
                     {m[9], m[10], m[11]}};
        for (u32 k = 0; k < 8; k++)
            box = box3_add_point(box, affine3_point(&a, vec3(k & 1 ? in.min.x : in.max.x,
                                                             k & 2 ? in.min.y : in.max.y,
                                                             k & 4 ? in.min.z : in.max.z)));
        return box;
    }
    case IR_HELIX:
        return (Box3){{-r, -r, 0}, {r, r, n->nums[IR_HELIX_pitch] * n->nums[IR_HELIX_turns]}};
    default:
        return (Box3){{-r, -r, 0}, {r, r, 0}};
    }
}

static inline Box3 box_centred(f64 x, f64 y, f64 z) {
    return (Box3){{-x / 2, -y / 2, -z / 2}, {x / 2, y / 2, z / 2}};
}

static inline Box3 box_of_solid(const Checked *c, IrId id);

static inline Box3 box_of_made(const Checked *c, const IrNode *n) {
    Box3 p = box_of_profile(c, n->children[0]);
    const f64 *v = n->nums;
    if (n->kind == IR_EXTRUDE)
        return (Box3){{p.min.x, p.min.y, 0}, {p.max.x, p.max.y, v[IR_EXTRUDE_h]}};
    if (n->kind == IR_REVOLVE)
        return (Box3){{-p.max.x, -p.max.x, p.min.y}, {p.max.x, p.max.x, p.max.y}};
    if (n->kind == IR_LOFT)
        return (Box3){{p.min.x, p.min.y, v[IR_LOFT_heights]}, {p.max.x, p.max.y, v[n->n_nums - 1]}};
    Box3 path = box_of_path(c, n->children[1]);
    f64 r = fmax(p.max.x, p.max.y);
    return (Box3){vec3_sub(path.min, vec3(r, r, r)), vec3_add(path.max, vec3(r, r, r))};
}

static inline Box3 box_of_combined(const Checked *c, const IrNode *n) {
    Box3 box = box3_empty();
    const f64 *m = n->nums;
    if (n->kind == IR_XFORM) {
        Box3 in = box_of_solid(c, n->children[0]);
        Affine3 a = {{{m[0], m[1], m[2]}, {m[3], m[4], m[5]}, {m[6], m[7], m[8]}},
                     {m[9], m[10], m[11]}};
        for (u32 k = 0; k < 8; k++)
            box = box3_add_point(box, affine3_point(&a, vec3(k & 1 ? in.min.x : in.max.x,
                                                             k & 2 ? in.min.y : in.max.y,
                                                             k & 4 ? in.min.z : in.max.z)));
        return box;
    }
    bool first_only = n->kind == IR_DIFFERENCE || n->kind == IR_SHELL || n->kind == IR_PAINT;
    for (u32 i = 0; i < n->n_children && (i == 0 || !first_only); i++) {
        Box3 b = box_of_solid(c, n->children[i]);
        if (n->kind == IR_INTERSECTION && i > 0) {
            box.min =
                vec3(fmax(box.min.x, b.min.x), fmax(box.min.y, b.min.y), fmax(box.min.z, b.min.z));
            box.max =
                vec3(fmin(box.max.x, b.max.x), fmin(box.max.y, b.max.y), fmin(box.max.z, b.max.z));
        } else {
            box = box3_join(box, b);
        }
    }
    if (n->kind == IR_CLIP) {
        box.min = vec3(fmax(box.min.x, m[0]), fmax(box.min.y, m[1]), fmax(box.min.z, m[2]));
        box.max = vec3(fmin(box.max.x, m[3]), fmin(box.max.y, m[4]), fmin(box.max.z, m[5]));
    }
    return box;
}

static inline Box3 box_of_solid(const Checked *c, IrId id) {
    const IrNode *n = box_node(c, id);
    const f64 *v = n->nums;
    switch ((int)n->kind) {
    case IR_BOX:
        return (Box3){{v[0], v[1], v[2]}, {v[3], v[4], v[5]}};
    case IR_SPHERE:
        return box_centred(v[0], v[0], v[0]);
    case IR_ELLIPSOID:
    case IR_PYRAMID:
    case IR_WEDGE:
        return box_centred(v[0], v[1], v[2]);
    case IR_CYLINDER:
    case IR_TUBE:
        return box_centred(fmax(v[1], v[2]), fmax(v[1], v[2]), v[0]);
    case IR_CAPSULE:
        return box_centred(v[1], v[1], v[0]);
    case IR_TORUS:
        return box_centred(v[0] + v[1], v[0] + v[1], v[1]);
    case IR_EXTRUDE:
    case IR_REVOLVE:
    case IR_SWEEP:
    case IR_LOFT:
        return box_of_made(c, n);
    case IR_POLYHEDRON: {
        Box3 box = box3_empty();
        for (u32 i = 0; i < (u32)v[0]; i++)
            box = box3_add_point(box, vec3(v[1 + 3 * i], v[2 + 3 * i], v[3 + 3 * i]));
        return box;
    }
    default:
        return box_of_combined(c, n);
    }
}

static inline GeometryAnswer fake_bounds(void *ctx, IrId id, Box3 *out) {
    *out = box_of_solid(ctx, id);
    return box3_is_empty(*out) ? GEOMETRY_NONE : GEOMETRY_OK;
}

static inline GeometryAnswer fake_profile_bounds(void *ctx, IrId id, Box2 *out) {
    Box3 b = box_of_profile(ctx, id);
    *out = (Box2){{b.min.x, b.min.y}, {b.max.x, b.max.y}};
    return box3_is_empty(b) ? GEOMETRY_NONE : GEOMETRY_OK;
}

static inline GeometryAnswer fake_measure(void *ctx, IrId id, f64 *volume, f64 *area) {
    Vec3 s = box3_size(box_of_solid(ctx, id));
    *volume = s.x * s.y * s.z;
    *area = 2 * (s.x * s.y + s.y * s.z + s.z * s.x);
    return GEOMETRY_OK;
}

static inline GeometryAnswer fake_ray(void *ctx, IrId id, Vec3 from, Vec3 dir, Vec3 *point,
                                      Vec3 *normal) {
    Box3 b = box_of_solid(ctx, id);
    f64 enter = 0, leave = INFINITY;
    u32 axis = 0;
    for (u32 i = 0; i < 3; i++) {
        f64 d = vec3_get(dir, i), o = vec3_get(from, i), low = vec3_get(b.min, i),
            high = vec3_get(b.max, i);
        if (d == 0 && (o < low || o > high))
            return GEOMETRY_NONE;
        if (d == 0)
            continue;
        f64 t0 = ((d > 0 ? low : high) - o) / d, t1 = ((d > 0 ? high : low) - o) / d;
        if (t0 > enter)
            enter = t0, axis = i;
        leave = fmin(leave, t1);
    }
    if (enter > leave)
        return GEOMETRY_NONE;
    *point = vec3_add(from, vec3_scale(dir, enter));
    *normal = vec3(0, 0, 0);
    vec3_set(normal, axis, vec3_get(dir, axis) > 0 ? -1 : 1);
    return GEOMETRY_OK;
}

static inline GeometryAnswer fake_drop(void *ctx, IrId id, IrId onto, f64 *gap) {
    Box3 a = box_of_solid(ctx, id), b = box_of_solid(ctx, onto);
    if (a.min.x > b.max.x || b.min.x > a.max.x || a.min.y > b.max.y || b.min.y > a.max.y)
        return GEOMETRY_NONE;
    *gap = a.min.z - b.max.z;
    return GEOMETRY_OK;
}

static inline f64 fake_gap(Box3 a, Box3 b) {
    f64 sum = 0;
    for (u32 i = 0; i < 3; i++) {
        f64 gap = fmax(
            fmax(vec3_get(a.min, i) - vec3_get(b.max, i), vec3_get(b.min, i) - vec3_get(a.max, i)),
            0);
        sum += gap * gap;
    }
    return sqrt(sum);
}

// Along the shortest way between the boxes.
static inline GeometryAnswer fake_distance(void *ctx, IrId a, IrId b, f64 limit, f64 *out,
                                           Vec3 *way) {
    (void)limit;
    Box3 p = box_of_solid(ctx, a), q = box_of_solid(ctx, b);
    f64 v[3];
    for (u32 i = 0; i < 3; i++)
        v[i] = fmax(vec3_get(q.min, i) - vec3_get(p.max, i), 0) -
               fmax(vec3_get(p.min, i) - vec3_get(q.max, i), 0);
    *way = (Vec3){v[0], v[1], v[2]};
    *out = fake_gap(p, q);
    return GEOMETRY_OK;
}

static inline GeometryAnswer fake_overlap(void *ctx, IrId a, IrId b, f64 *volume) {
    Box3 p = box_of_solid(ctx, a), q = box_of_solid(ctx, b);
    *volume = 1;
    for (u32 i = 0; i < 3; i++)
        *volume *= fmax(0, fmin(vec3_get(p.max, i), vec3_get(q.max, i)) -
                               fmax(vec3_get(p.min, i), vec3_get(q.min, i)));
    return GEOMETRY_OK;
}

static inline GeometryAnswer fake_clash(void *ctx, IrId a, IrId b, f64 *depth, Vec3 *center,
                                        Vec3 *move) {
    Box3 p = box_of_solid(ctx, a), q = box_of_solid(ctx, b), both;
    f64 best = 0;
    *depth = INFINITY;
    for (u32 i = 0; i < 3; i++) {
        f64 low = fmax(vec3_get(p.min, i), vec3_get(q.min, i)),
            high = fmin(vec3_get(p.max, i), vec3_get(q.max, i));
        vec3_set(&both.min, i, low);
        vec3_set(&both.max, i, high);
        *depth = fmin(*depth, high - low);
        f64 up = vec3_get(q.max, i) - vec3_get(p.min, i),
            down = vec3_get(p.max, i) - vec3_get(q.min, i), way = up < down ? up : -down;
        if (move && (i == 0 || fabs(way) < best)) {
            *move = (Vec3){0, 0, 0};
            vec3_set(move, i, way);
            best = fabs(way);
        }
    }
    *depth = fmax(*depth, 0);
    *center = box3_center(both);
    return GEOMETRY_OK;
}

static inline GeometryAnswer fake_connect(void *ctx, const IrId *solids, u32 n, f64 gap, u32 *group,
                                          u32 *n_groups) {
    for (u32 i = 0; i < n; i++)
        group[i] = i;
    for (u32 changed = 1; changed;) {
        changed = 0;
        for (u32 i = 0; i < n; i++)
            for (u32 k = 0; k < n; k++)
                if (group[k] < group[i] &&
                    fake_gap(box_of_solid(ctx, solids[i]), box_of_solid(ctx, solids[k])) <= gap)
                    group[i] = group[k], changed = 1;
    }
    *n_groups = 0;
    for (u32 i = 0; i < n; i++)
        *n_groups += group[i] == i;
    return GEOMETRY_OK;
}

static inline GeometryAnswer fake_stand(void *ctx, const IrId *solids, u32 n, bool *stands,
                                        Str *why, Str *edit) {
    f64 low = INFINITY;
    for (u32 i = 0; i < n; i++)
        low = fmin(low, box_of_solid(ctx, solids[i]).min.z);
    *stands = fabs(low) < 1;
    *why = STR("it is not on the ground");
    *edit = STR("set it down");
    return GEOMETRY_OK;
}

// ---- checking a text ----

static inline void check_setup(Checked *c) {
    memset(c, 0, sizeof *c);
    heap_init(&c->heap, 0);
    arena_init(&c->arena, &c->heap);
    sources_init(&c->sources, &c->arena);
    diags_init(&c->diags, &c->arena, &c->sources);
    c->geometry = (CheckGeometry){.ctx = c,
                                  .bounds = fake_bounds,
                                  .profile_bounds = fake_profile_bounds,
                                  .measure = fake_measure,
                                  .ray = fake_ray,
                                  .drop = fake_drop,
                                  .distance = fake_distance,
                                  .overlap = fake_overlap,
                                  .clash = fake_clash,
                                  .connect = fake_connect,
                                  .stand = fake_stand};
    c->options = (CheckOptions){.limits = limits_default(), .geometry = &c->geometry};
}

static inline void check_run(Checked *c, const char *text) {
    u32 source = sources_add(&c->sources, STR("test.part"), str_from(text));
    if (!HEAP_TRY(&c->heap)) {
        c->ok = false;
        return;
    }
    Ast *ast = lang_parse(&c->sources, source, &c->arena, &c->diags);
    c->ok = check_program(ast, &c->sources, &c->options, &c->arena, &c->diags, &c->scene) &&
            c->diags.n_errors == 0;
}

static inline void check_text(Checked *c, const char *text) {
    check_setup(c);
    check_run(c, text);
}

static inline void check_finish(Checked *c) {
    heap_finish(&c->heap);
}

static inline void check_print(Checked *c) {
    StrBuf buf;
    strbuf_init(&buf, &c->heap);
    diags_write_text(&c->diags, (DiagTextOptions){0}, &buf);
    printf("%.*s", (int)buf.len, buf.ptr ? buf.ptr : "");
}

// The one error's code, or DIAG_COUNT when there is not exactly one.
static inline DiagCode check_only_error(const Checked *c) {
    DiagCode code = DIAG_COUNT;
    u32 n = 0;
    for (u32 i = 0; i < c->diags.len; i++)
        if (c->diags.items[i]->severity == SEVERITY_ERROR) {
            code = c->diags.items[i]->code;
            n++;
        }
    return n == 1 ? code : DIAG_COUNT;
}

// A part by path and instance, or NULL.
static inline const ScenePart *check_part(const Checked *c, const char *path, u32 instance) {
    for (u32 i = 0; i < c->scene.n_parts; i++)
        if (str_equal_z(c->scene.parts[i].path, path) && c->scene.parts[i].instance == instance)
            return &c->scene.parts[i];
    return NULL;
}

#endif
