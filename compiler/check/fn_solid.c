// SPDX-License-Identifier: Apache-2.0
// Solids: box, sphere, cylinder and their like. Given by a size they are born centred on the
// origin; given by coordinates they stay where they are drawn. What makes no solid is refused here,
// with the range that would.
#include "compiler/check/fn.h"

static const char RANGE_SIZE[] = "> 0";
static const char RANGE_ROUND[] = ">= 0, at most half the shortest side";
static const char HALF_SIDE[] = "half the shortest side";

// ---- box, pyramid, wedge ----

enum { BOX_size, BOX_x, BOX_y, BOX_z, BOX_round, BOX_chamfer };
static const BuiltinParam box_params[] = {
    OPTIONAL("size", "vector", "", RANGE_SIZE),    OPTIONAL("x", "range", "", "finite, rising"),
    OPTIONAL("y", "range", "", "finite, rising"),  OPTIONAL("z", "range", "", "finite, rising"),
    OPTIONAL("round", "length", "0", RANGE_ROUND), OPTIONAL("chamfer", "length", "0", RANGE_ROUND),
};

static bool box_extent(Eval *ev, BuiltinCall *c, u32 i, f64 *low, f64 *high) {
    if (!value_to_range(ev, c->args[i], call_place(c, i), low, high))
        return false;
    if (isfinite(*low) && isfinite(*high) && *high - *low >= 1e-6)
        return true;
    const char *name = c->row->spec.params[i].name;
    Str shown = value_show(ev, c->args[i]);
    Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[i],
                       "%.*s is no extent: %s of box must rise from one finite end to the other",
                       STR_ARG(shown), name);
    diag_measure(d, *high - *low, 0, STR("mm"));
    diag_key(ev->diags, d, "%s of box must rise", name);
    if (isfinite(*low) && isfinite(*high) && *high < *low) {
        Value swapped = c->args[i];
        swapped.range.low = c->args[i].range.high;
        swapped.range.high = c->args[i].range.low;
        diag_help(ev->diags, d, "write the smaller end first: `%s = %.*s`", name,
                  STR_ARG(value_show(ev, swapped)));
    } else {
        diag_help(ev->diags, d, "write two ends that differ: `%s = -1..1`", name);
    }
    return false;
}

static bool box_bounds(Eval *ev, BuiltinCall *c, Box3 *box) {
    bool has_extents = call_has(c, BOX_x) || call_has(c, BOX_y) || call_has(c, BOX_z);
    if (call_has(c, BOX_size)) {
        Vec3 size;
        if (call_conflict(ev, c, BOX_size, BOX_x) || call_conflict(ev, c, BOX_size, BOX_y) ||
            call_conflict(ev, c, BOX_size, BOX_z) || !call_size3(ev, c, BOX_size, &size))
            return false;
        *box = (Box3){vec3_scale(size, -0.5), vec3_scale(size, 0.5)};
        return true;
    }
    if (!has_extents || !call_has(c, BOX_x) || !call_has(c, BOX_y) || !call_has(c, BOX_z)) {
        call_missing(
            ev, c, has_extents ? "all three of x, y and z" : "its size, or its extents x, y and z",
            has_extents ? "box(x = -1..1, y = -1..1, z = 0..2)" : "box(size = [10, 10, 10])");
        return false;
    }
    return box_extent(ev, c, BOX_x, &box->min.x, &box->max.x) &&
           box_extent(ev, c, BOX_y, &box->min.y, &box->max.y) &&
           box_extent(ev, c, BOX_z, &box->min.z, &box->max.z);
}

// round or chamfer, 0 when absent; limit is half the shortest side.
static bool edge_argument(Eval *ev, BuiltinCall *c, u32 i, f64 limit, const char *why, f64 *mm) {
    if (!call_distance(ev, c, i, mm))
        return false;
    if (*mm <= limit * (1 + 1e-9)) {
        *mm = fmin(*mm, limit);
        return true;
    }
    call_too_large(ev, c, i, DIAG_E0610, *mm, limit, false, why);
    return false;
}

static Value run_box(Eval *ev, BuiltinCall *c) {
    Box3 box;
    f64 round, chamfer;
    if (call_conflict(ev, c, BOX_round, BOX_chamfer) || !box_bounds(ev, c, &box))
        return value_bad();
    Vec3 size = box3_size(box);
    f64 limit = fmin(size.x, fmin(size.y, size.z)) / 2;
    if (!edge_argument(ev, c, BOX_round, limit, HALF_SIDE, &round) ||
        !edge_argument(ev, c, BOX_chamfer, limit, HALF_SIDE, &chamfer))
        return value_bad();
    f64 nums[IR_BOX_n_nums] = {box.min.x, box.min.y, box.min.z, box.max.x,
                               box.max.y, box.max.z, round,     chamfer};
    return call_make(ev, c, IR_BOX, nums, IR_BOX_n_nums);
}

static const BuiltinParam size_params[] = {REQUIRED("size", "vector", RANGE_SIZE)};

static Value make_sized(Eval *ev, BuiltinCall *c, IrKind kind) {
    Vec3 size;
    if (!call_size3(ev, c, 0, &size))
        return value_bad();
    f64 nums[3] = {size.x, size.y, size.z};
    return call_make(ev, c, kind, nums, 3);
}

static Value run_ellipsoid(Eval *ev, BuiltinCall *c) {
    return make_sized(ev, c, IR_ELLIPSOID);
}
static Value run_pyramid(Eval *ev, BuiltinCall *c) {
    return make_sized(ev, c, IR_PYRAMID);
}
static Value run_wedge(Eval *ev, BuiltinCall *c) {
    return make_sized(ev, c, IR_WEDGE);
}

// ---- round solids ----

static const BuiltinParam sphere_params[] = {REQUIRED("d", "length", RANGE_SIZE)};

static Value run_sphere(Eval *ev, BuiltinCall *c) {
    f64 d;
    return call_size(ev, c, 0, &d) ? call_make(ev, c, IR_SPHERE, &d, 1) : value_bad();
}

// d and d_top of a cylinder: one of them may be 0.
static bool read_diameters(Eval *ev, BuiltinCall *c, u32 i_d, u32 i_top, f64 *d, f64 *d_top) {
    if (!call_distance(ev, c, i_d, d))
        return false;
    *d_top = *d;
    if (!call_has(c, i_top))
        return call_size(ev, c, i_d, d);
    if (!call_distance(ev, c, i_top, d_top))
        return false;
    return *d_top == 0 ? call_size(ev, c, i_d, d)
                       : *d_top > 0 && (*d == 0 || call_size(ev, c, i_d, d)) &&
                             call_size(ev, c, i_top, d_top);
}

static Value make_cylinder(Eval *ev, BuiltinCall *c, u32 i_round, u32 i_chamfer, f64 h, f64 d,
                           f64 d_top) {
    f64 round, chamfer, limit = fmin(h, fmin(d, d_top)) / 2;
    static const char WHY[] = "half of its height and of its smaller diameter";
    if (!edge_argument(ev, c, i_round, limit, WHY, &round))
        return value_bad();
    chamfer = 0;
    if (i_chamfer != NONE && !edge_argument(ev, c, i_chamfer, limit, WHY, &chamfer))
        return value_bad();
    f64 nums[IR_CYLINDER_n_nums] = {h, d, d_top, round, chamfer};
    return call_make(ev, c, IR_CYLINDER, nums, IR_CYLINDER_n_nums);
}

enum { CYLINDER_h, CYLINDER_d, CYLINDER_d_top, CYLINDER_round, CYLINDER_chamfer, CYLINDER_axis };
static const BuiltinParam cylinder_params[] = {
    REQUIRED("h", "length", RANGE_SIZE),
    REQUIRED("d", "length", ">= 0"),
    OPTIONAL("d_top", "length", "d", ">= 0, not both 0"),
    OPTIONAL("round", "length", "0", ">= 0, at most half of h and of the smaller diameter"),
    OPTIONAL("chamfer", "length", "0", ">= 0, at most half of h and of the smaller diameter"),
    OPTIONAL("axis", "direction", "Z", NULL),
};

static Value run_cylinder(Eval *ev, BuiltinCall *c) {
    f64 h, d, d_top;
    if (call_conflict(ev, c, CYLINDER_round, CYLINDER_chamfer) ||
        !call_size(ev, c, CYLINDER_h, &h) ||
        !read_diameters(ev, c, CYLINDER_d, CYLINDER_d_top, &d, &d_top))
        return value_bad();
    Value v = make_cylinder(ev, c, CYLINDER_round, CYLINDER_chamfer, h, d, d_top);
    return value_is_bad(v) ? v : call_turn(ev, c, CYLINDER_axis, v);
}

static const BuiltinParam cone_params[] = {REQUIRED("h", "length", RANGE_SIZE),
                                           REQUIRED("d", "length", RANGE_SIZE),
                                           OPTIONAL("axis", "direction", "Z", NULL)};

static Value run_cone(Eval *ev, BuiltinCall *c) {
    f64 nums[IR_CYLINDER_n_nums] = {0};
    if (!call_size(ev, c, 0, &nums[IR_CYLINDER_h]) || !call_size(ev, c, 1, &nums[IR_CYLINDER_d]))
        return value_bad();
    return call_turn(ev, c, 2, call_make(ev, c, IR_CYLINDER, nums, IR_CYLINDER_n_nums));
}

enum { TUBE_h, TUBE_d, TUBE_d_top, TUBE_wall, TUBE_axis };
static const BuiltinParam tube_params[] = {
    REQUIRED("h", "length", RANGE_SIZE),
    REQUIRED("d", "length", RANGE_SIZE),
    OPTIONAL("d_top", "length", "d", RANGE_SIZE),
    REQUIRED("wall", "length", "> 0, less than half of the smaller diameter"),
    OPTIONAL("axis", "direction", "Z", NULL),
};

static Value run_tube(Eval *ev, BuiltinCall *c) {
    f64 nums[IR_TUBE_n_nums];
    f64 *h = &nums[IR_TUBE_h], *d = &nums[IR_TUBE_d], *d_top = &nums[IR_TUBE_d_top],
        *wall = &nums[IR_TUBE_wall];
    if (!call_size(ev, c, TUBE_h, h) || !call_size(ev, c, TUBE_d, d))
        return value_bad();
    *d_top = *d;
    if ((call_has(c, TUBE_d_top) && !call_size(ev, c, TUBE_d_top, d_top)) ||
        !call_size(ev, c, TUBE_wall, wall))
        return value_bad();
    f64 limit = fmin(*d, *d_top) / 2;
    if (*wall >= limit) {
        call_too_large(ev, c, TUBE_wall, DIAG_E0611, *wall, limit, true,
                       "half of its smaller diameter (a cylinder is full)");
        return value_bad();
    }
    return call_turn(ev, c, TUBE_axis, call_make(ev, c, IR_TUBE, nums, IR_TUBE_n_nums));
}

static const BuiltinParam torus_params[] = {REQUIRED("d", "length", RANGE_SIZE),
                                            REQUIRED("thickness", "length", "> 0, less than d"),
                                            OPTIONAL("axis", "direction", "Z", NULL)};

static Value run_torus(Eval *ev, BuiltinCall *c) {
    f64 nums[IR_TORUS_n_nums];
    if (!call_size(ev, c, 0, &nums[IR_TORUS_d]) || !call_size(ev, c, 1, &nums[IR_TORUS_thickness]))
        return value_bad();
    if (nums[IR_TORUS_thickness] >= nums[IR_TORUS_d]) {
        call_too_large(ev, c, 1, DIAG_E0611, nums[IR_TORUS_thickness], nums[IR_TORUS_d], true,
                       "the diameter d of its centre line");
        return value_bad();
    }
    return call_turn(ev, c, 2, call_make(ev, c, IR_TORUS, nums, IR_TORUS_n_nums));
}

static const BuiltinParam capsule_params[] = {REQUIRED("h", "length", ">= d"),
                                              REQUIRED("d", "length", RANGE_SIZE),
                                              OPTIONAL("axis", "direction", "Z", NULL)};

static Value run_capsule(Eval *ev, BuiltinCall *c) {
    f64 nums[IR_CAPSULE_n_nums];
    f64 *h = &nums[IR_CAPSULE_h], *d = &nums[IR_CAPSULE_d];
    if (!call_size(ev, c, 0, h) || !call_size(ev, c, 1, d))
        return value_bad();
    if (*h < *d * (1 - 1e-9)) {
        call_too_large(ev, c, 1, DIAG_E0623, *d, *h, false, "its overall height h");
        return value_bad();
    }
    *h = fmax(*h, *d);
    return call_turn(ev, c, 2, call_make(ev, c, IR_CAPSULE, nums, IR_CAPSULE_n_nums));
}

// ---- by coordinates ----

// The ends of a rod or beam: length and direction.
static bool read_ends(Eval *ev, BuiltinCall *c, Vec3 *from, Vec3 *to, f64 *len, Vec3 *dir) {
    if (!call_point(ev, c, 0, from) || !call_point(ev, c, 1, to))
        return false;
    Vec3 d = vec3_sub(*to, *from);
    *len = vec3_norm(d);
    if (*len >= 1e-6) {
        *dir = vec3_scale(d, 1 / *len);
        return true;
    }
    Diag *diag =
        diag_add(ev->diags, DIAG_E0645, c->spans[1], "%s has no length: from and to are both %.*s",
                 c->row->spec.name, STR_ARG(value_show(ev, c->args[0])));
    diag_label(ev->diags, diag, c->spans[0], "from");
    diag_key(ev->diags, diag, "%s has no length", c->row->spec.name);
    diag_help(ev->diags, diag, "give two points that differ");
    return false;
}

static Value place_between(Eval *ev, BuiltinCall *c, Value v, Affine3 map, Vec3 from, Vec3 to) {
    if (value_is_bad(v))
        return v;
    map.t = vec3_scale(vec3_add(from, to), 0.5);
    const Solid *placed = solid_transform(ev, v.solid, &map, c->span);
    return placed == NULL ? value_bad() : value_solid(placed);
}

enum { ROD_from, ROD_to, ROD_d, ROD_d_end, ROD_round };
static const BuiltinParam rod_params[] = {
    REQUIRED("from", "point", NULL),
    REQUIRED("to", "point", "not from"),
    REQUIRED("d", "length", ">= 0"),
    OPTIONAL("d_end", "length", "d", ">= 0, not both 0"),
    OPTIONAL("round", "length", "0",
             ">= 0, at most half of the length and of the smaller diameter"),
};

static Value run_rod(Eval *ev, BuiltinCall *c) {
    Vec3 from, to, dir;
    f64 len, d, d_end;
    if (!read_ends(ev, c, &from, &to, &len, &dir) ||
        !read_diameters(ev, c, ROD_d, ROD_d_end, &d, &d_end))
        return value_bad();
    return place_between(ev, c, make_cylinder(ev, c, ROD_round, NONE, len, d, d_end),
                         frame_along(dir), from, to);
}

enum { BEAM_from, BEAM_to, BEAM_size, BEAM_up };
static const BuiltinParam beam_params[] = {
    REQUIRED("from", "point", NULL),
    REQUIRED("to", "point", "not from"),
    REQUIRED("size", "[width, thickness]", RANGE_SIZE),
    OPTIONAL("up", "direction", "Z", "not along the beam"),
};

static Value run_beam(Eval *ev, BuiltinCall *c) {
    Vec3 from, to, dir, up;
    Vec2 size;
    f64 len;
    Affine3 map;
    if (!read_ends(ev, c, &from, &to, &len, &dir) || !call_size2(ev, c, BEAM_size, &size) ||
        !call_direction(ev, c, BEAM_up, vec3(0, 0, 1), &up))
        return value_bad();
    if (!frame_up(dir, up, &map)) {
        if (call_has(c, BEAM_up)) {
            Diag *d = diag_add(ev->diags, DIAG_E0645, c->spans[BEAM_up],
                               "up of beam runs along the beam");
            diag_help(ev->diags, d, "choose an up across it, such as `up = %s`",
                      fabs(dir.y) < 0.9 ? "Y" : "X");
            return value_bad();
        }
        (void)frame_up(dir, vec3(0, 1, 0), &map); // of a vertical beam, up is Y
    }
    Vec3 half = vec3(size.x / 2, size.y / 2, len / 2);
    f64 nums[IR_BOX_n_nums] = {-half.x, -half.y, -half.z, half.x, half.y, half.z};
    return place_between(ev, c, call_make(ev, c, IR_BOX, nums, IR_BOX_n_nums), map, from, to);
}

// ---- polyhedron ----

static const BuiltinParam polyhedron_params[] = {
    REQUIRED("points", "list of points", "at least 4"),
    REQUIRED("faces", "list of lists of indices", "at least 4, counter-clockwise from outside")};

static bool push_face(Eval *ev, BuiltinCall *c, Value face, u32 n_points, f64 **nums) {
    ValueList indices;
    if (!value_to_list(ev, face, call_place(c, 1), &indices))
        return false;
    if (indices.len < 3) {
        Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[1],
                           "a face of %u points: it needs at least 3", indices.len);
        diag_help(ev->diags, d, "list each face's points in order, counter-clockwise from outside");
        return false;
    }
    *(*nums)++ = indices.len;
    for (u32 k = 0; k < indices.len; k++) {
        u32 index;
        if (!value_to_count(ev, indices.items[k], (Place){c->spans[1], "an index", STR("faces")}, 0,
                            n_points - 1, &index))
            return false;
        *(*nums)++ = index;
    }
    return true;
}

static Value run_polyhedron(Eval *ev, BuiltinCall *c) {
    ValueList points, faces;
    if (!value_to_list(ev, c->args[0], call_place(c, 0), &points) ||
        !value_to_list(ev, c->args[1], call_place(c, 1), &faces))
        return value_bad();
    if (points.len < 4 || faces.len < 4) {
        u32 at = points.len < 4 ? 0 : 1;
        Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[at],
                           "%u %s make no solid: polyhedron needs at least 4",
                           at == 0 ? points.len : faces.len, at == 0 ? "points" : "faces");
        diag_help(ev->diags, d, "a tetrahedron has 4 points and 4 faces");
        return value_bad();
    }
    u64 n = 1 + 3 * (u64)points.len;
    for (u32 i = 0; i < faces.len; i++)
        n += 1 + (faces.items[i].kind == VALUE_LIST ? faces.items[i].list.len : 0);
    if (!eval_charge(ev, n, c->span))
        return value_bad();
    f64 *nums = ARENA_NEW(ev->arena, f64, n), *next = nums;
    *next++ = points.len;
    for (u32 i = 0; i < points.len; i++, next += 3) {
        Vec3 p;
        if (!value_to_point(ev, points.items[i], (Place){c->spans[0], "a point", STR("polyhedron")},
                            &p))
            return value_bad();
        next[0] = p.x, next[1] = p.y, next[2] = p.z;
    }
    for (u32 i = 0; i < faces.len; i++)
        if (!push_face(ev, c, faces.items[i], points.len, &next))
            return value_bad();
    return call_make(ev, c, IR_POLYHEDRON, nums, (u32)n);
}

const BuiltinRow builtins_solid[] = {
    ROW("box", BUILTIN_SOLID, false, box_params, "solid", run_box,
        "A box of a size, centred on the origin, or between extents, with rounded or bevelled "
        "edges."),
    ROW("sphere", BUILTIN_SOLID, false, sphere_params, "solid", run_sphere,
        "A ball centred on the origin."),
    ROW("ellipsoid", BUILTIN_SOLID, false, size_params, "solid", run_ellipsoid,
        "An ellipsoid of a size, centred on the origin."),
    ROW("cylinder", BUILTIN_SOLID, false, cylinder_params, "solid", run_cylinder,
        "A cylinder, or a cone cut off when d_top differs, centred on the origin, along Z or "
        "another axis."),
    ROW("cone", BUILTIN_SOLID, false, cone_params, "solid", run_cone,
        "A cone with its point up, its middle height on the origin."),
    ROW("tube", BUILTIN_SOLID, false, tube_params, "solid", run_tube,
        "A tube open at both ends; d is its outer diameter."),
    ROW("torus", BUILTIN_SOLID, false, torus_params, "solid", run_torus,
        "A ring; d is the diameter of its centre line."),
    ROW("capsule", BUILTIN_SOLID, false, capsule_params, "solid", run_capsule,
        "A cylinder with half balls for ends; h is overall."),
    ROW("pyramid", BUILTIN_SOLID, false, size_params, "solid", run_pyramid,
        "A pyramid on a rectangle, its point up."),
    ROW("wedge", BUILTIN_SOLID, false, size_params, "solid", run_wedge,
        "A ramp: nothing at the front, full height at the back."),
    ROW("rod", BUILTIN_SOLID, false, rod_params, "solid", run_rod,
        "A round bar from one point to another."),
    ROW("beam", BUILTIN_SOLID, false, beam_params, "solid", run_beam,
        "A square bar from one point to another, its thickness upward."),
    ROW("polyhedron", BUILTIN_SOLID, false, polyhedron_params, "solid", run_polyhedron,
        "A solid of given points and faces."),
};
const u32 n_builtins_solid = COUNT_OF(builtins_solid);
