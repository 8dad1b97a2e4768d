// SPDX-License-Identifier: Apache-2.0
// Placing: each function gives the subject moved, turned or scaled; read left to right. Solids take
// their parts and marks along. Profiles move in their plane, paths through space.
#include "compiler/check/fn.h"

// ---- applying a map to whatever the subject is ----

static bool map_is_flat(const Affine3 *m) {
    return m->m[0][2] == 0 && m->m[1][2] == 0 && m->m[2][0] == 0 && m->m[2][1] == 0 && m->t.z == 0;
}

static Value place_profile(Eval *ev, BuiltinCall *c, IrId profile, const Affine3 *map) {
    if (!map_is_flat(map)) {
        Diag *d =
            diag_add(ev->diags, DIAG_E0402, c->span,
                     "a profile is flat: %s would take it out of its plane", c->row->spec.name);
        diag_help(ev->diags, d, "make it a solid first, with `.extrude(h = ...)`");
        return value_bad();
    }
    Affine2 flat = {{{map->m[0][0], map->m[0][1]}, {map->m[1][0], map->m[1][1]}},
                    {map->t.x, map->t.y}};
    return value_profile(profile_transform(ev, profile, &flat, c->span));
}

// If the subject was built with regard to something around its body, moving it takes the two apart.
static void warn_moved(Eval *ev, BuiltinCall *c, const Outer *outer, u32 axes) {
    if (outer->level == NONE || !outer->from_body || (outer->axes & axes) == 0)
        return;
    Str label = ev->labels.keys[outer->label];
    Diag *d = diag_add(ev->diags, DIAG_W0820, c->name,
                       "%s moves a body that was built to fit '%.*s' where it stands",
                       c->row->spec.name, STR_ARG(label));
    diag_label(ev->diags, d, outer->span, "asked here");
    diag_help(ev->diags, d,
              "place what is inside the body instead, or ask '%.*s' in the arguments of %s",
              STR_ARG(label), c->row->spec.name);
}

// The axes along which a map changes anything.
static u32 map_axes(const Affine3 *m) {
    u32 axes = 0;
    for (u32 i = 0; i < 3; i++) {
        bool same = vec3_get(m->t, i) == 0;
        for (u32 j = 0; j < 3; j++)
            same = same && m->m[i][j] == (i == j ? 1 : 0);
        axes |= same ? 0 : 1u << i;
    }
    return axes;
}

Value place_apply(Eval *ev, BuiltinCall *c, Value subject, const Affine3 *map) {
    if (subject.kind == VALUE_PROFILE)
        return place_profile(ev, c, subject.id, map);
    if (subject.kind == VALUE_PATH)
        return value_path(path_transform(ev, subject.id, map, c->span));
    warn_moved(ev, c, &subject.solid->outer, map_axes(map));
    const Solid *placed = solid_transform(ev, subject.solid, map, c->span);
    return placed == NULL ? value_bad() : value_solid(placed);
}

// The subject as a solid, a profile or a path; lists become unions.
bool place_subject(Eval *ev, BuiltinCall *c, Value *out) {
    *out = c->args[0];
    Value leaf = *out;
    while (leaf.kind == VALUE_LIST && leaf.list.len > 0)
        leaf = leaf.list.items[0];
    if (out->kind == VALUE_PROFILE || out->kind == VALUE_PATH || out->kind == VALUE_SOLID)
        return true;
    if (leaf.kind == VALUE_PROFILE) {
        IrId id;
        bool ok = value_to_profile(ev, *out, call_place(c, 0), &id);
        *out = value_profile(id);
        return ok;
    }
    const Solid *solid;
    if (!value_to_solid(ev, *out, call_place(c, 0), &solid))
        return false;
    *out = value_solid(solid);
    return true;
}

// ---- move ----

enum { MOVE_solid, MOVE_by, MOVE_x, MOVE_y, MOVE_z };
static const BuiltinParam move_params[] = {
    REQUIRED("solid", "solid|profile|path", NULL),
    BARE_OPTIONAL("by", "point", "", NULL),
    OPTIONAL("x", "length", "0", NULL),
    OPTIONAL("y", "length", "0", NULL),
    OPTIONAL("z", "length", "0", NULL),
};

static bool move_vector(Eval *ev, BuiltinCall *c, Value v, bool is_profile, Vec3 *by) {
    Vec2 flat;
    if (!is_profile || (v.kind == VALUE_LIST && v.list.len == 3))
        return value_to_point(ev, v, call_place(c, MOVE_by), by);
    if (!value_to_point2(ev, v, call_place(c, MOVE_by), &flat))
        return false;
    *by = vec3(flat.x, flat.y, 0);
    return true;
}

static Value run_move(Eval *ev, BuiltinCall *c) {
    Value subject;
    Vec3 by = {0, 0, 0};
    if (!place_subject(ev, c, &subject))
        return value_bad();
    if (call_has(c, MOVE_by)) {
        if (call_conflict(ev, c, MOVE_by, MOVE_x) || call_conflict(ev, c, MOVE_by, MOVE_y) ||
            call_conflict(ev, c, MOVE_by, MOVE_z) ||
            !move_vector(ev, c, c->args[MOVE_by], subject.kind == VALUE_PROFILE, &by))
            return value_bad();
    } else if (!call_has(c, MOVE_x) && !call_has(c, MOVE_y) && !call_has(c, MOVE_z)) {
        return call_missing(ev, c, "x, y or z, or a vector", ".move(z = 10)");
    } else if (!call_length(ev, c, MOVE_x, 0, &by.x) || !call_length(ev, c, MOVE_y, 0, &by.y) ||
               !call_length(ev, c, MOVE_z, 0, &by.z)) {
        return value_bad();
    }
    Affine3 map = affine3_move(by);
    return place_apply(ev, c, subject, &map);
}

// ---- rotate ----

enum { ROTATE_solid, ROTATE_angle, ROTATE_x, ROTATE_y, ROTATE_z, ROTATE_axis, ROTATE_about };
static const BuiltinParam rotate_params[] = {
    REQUIRED("solid", "solid|profile|path", NULL),
    BARE_OPTIONAL("angle", "angle", "", NULL),
    OPTIONAL("x", "angle", "", NULL),
    OPTIONAL("y", "angle", "", NULL),
    OPTIONAL("z", "angle", "", NULL),
    OPTIONAL("axis", "direction", "", NULL),
    OPTIONAL("about", "point or center", "[0, 0, 0]", NULL),
};

// Splits "[90, 0, 45]" at its outer commas; false when it is not written as a list of three.
static bool split_triple(Str text, Str out[3]) {
    if (text.len < 2 || text.ptr[0] != '[' || text.ptr[text.len - 1] != ']')
        return false;
    u32 n = 0, begin = 1, depth = 0;
    for (u32 i = 1; i < text.len; i++) {
        char ch = text.ptr[i];
        bool at_end = i == text.len - 1;
        if ((ch == ',' && depth == 0) || at_end) {
            if (n == 3 || depth != 0)
                return false;
            u32 end = i;
            while (begin < end && text.ptr[begin] == ' ')
                begin++;
            while (end > begin && text.ptr[end - 1] == ' ')
                end--;
            out[n++] = (Str){text.ptr + begin, end - begin};
            begin = i + 1;
        }
        depth += ch == '(' || ch == '[' || ch == '{';
        depth -= (ch == ')' || ch == ']' || ch == '}') && !at_end;
    }
    return n == 3;
}

// One axis a call: says how the turns are written one after the other, x first.
static void rotate_split(Eval *ev, BuiltinCall *c, const Str angles[3], const char *message,
                         Span span) {
    StrBuf buf;
    strbuf_init(&buf, ev->heap);
    static const char *const NAMES[] = {"x", "y", "z"};
    for (u32 i = 0; i < 3; i++) {
        if (angles[i].len == 0 || str_equal_z(angles[i], "0"))
            continue;
        strbuf_addf(&buf, "%srotate(%s = %.*s", buf.len > 0 ? "." : "", NAMES[i],
                    STR_ARG(angles[i]));
        if (call_has(c, ROTATE_about))
            strbuf_addf(&buf, ", about = %.*s",
                        STR_ARG(source_text(ev->sources, c->spans[ROTATE_about])));
        strbuf_add_char(&buf, ')');
    }
    Diag *d = diag_add(ev->diags, DIAG_E0315, span, "%s", message);
    if (buf.len > 0) {
        Str text = str_copy(ev->arena, strbuf_str(&buf));
        diag_help(ev->diags, d, "write `.%.*s`", STR_ARG(text));
        Span all = {c->span.source, c->name.off, c->span.off + c->span.len - c->name.off};
        diag_fix(ev->diags, d, FIX_MACHINE, all, text);
    } else {
        diag_help(ev->diags, d, "leave it out: nothing turns");
    }
    strbuf_finish(&buf);
}

// Which single axis, and by how much.
static bool rotate_turn(Eval *ev, BuiltinCall *c, bool is_profile, Vec3 *axis, f64 *deg) {
    u32 n = 0, at = 0;
    for (u32 i = ROTATE_x; i <= ROTATE_z; i++)
        if (call_has(c, i)) {
            n++;
            at = i;
        }
    if (n > 1) {
        Str angles[3] = {{0}};
        for (u32 i = 0; i < 3; i++)
            if (call_has(c, ROTATE_x + i))
                angles[i] = source_text(ev->sources, c->spans[ROTATE_x + i]);
        rotate_split(ev, c, angles, "rotate turns about one axis a call", c->spans[at]);
        return false;
    }
    if (call_has(c, ROTATE_angle) && c->args[ROTATE_angle].kind == VALUE_LIST) {
        Str angles[3] = {{0}};
        (void)split_triple(source_text(ev->sources, c->spans[ROTATE_angle]), angles);
        rotate_split(ev, c, angles,
                     "rotate takes no list of angles: it turns about one axis a call",
                     c->spans[ROTATE_angle]);
        return false;
    }
    if (n == 1) {
        if (call_conflict(ev, c, at, ROTATE_angle) || call_conflict(ev, c, at, ROTATE_axis))
            return false;
        *axis = vec3(at == ROTATE_x, at == ROTATE_y, at == ROTATE_z);
        return call_angle(ev, c, at, 0, deg);
    }
    bool has_axis = call_has(c, ROTATE_axis) || is_profile;
    if (!call_has(c, ROTATE_angle) || !has_axis) {
        call_missing(ev, c,
                     has_axis                    ? "an angle"
                     : call_has(c, ROTATE_angle) ? "an axis to turn about"
                                                 : "an axis and an angle",
                     is_profile ? ".rotate(z = 30)" : ".rotate(z = 30)");
        return false;
    }
    return call_direction(ev, c, ROTATE_axis, vec3(0, 0, 1), axis) &&
           call_angle(ev, c, ROTATE_angle, 0, deg);
}

// The centre of whatever the subject is.
static bool subject_center(Eval *ev, BuiltinCall *c, Value subject, Vec3 *out) {
    Box3 box;
    if (!ask_bounds(ev, subject, (Place){c->spans[0], "the subject", str_from(c->row->spec.name)},
                    &box))
        return false;
    *out = box3_center(box);
    return true;
}

// The point that stays where it is: argument i, a point or `center`; the origin when unsaid.
static bool fixed_point(Eval *ev, BuiltinCall *c, u32 i, Value subject, Vec3 *about) {
    *about = vec3(0, 0, 0);
    if (!call_has(c, i))
        return true;
    if (c->args[i].kind == VALUE_CENTER)
        return subject_center(ev, c, subject, about);
    if (subject.kind == VALUE_PROFILE && c->args[i].kind == VALUE_LIST &&
        c->args[i].list.len == 2) {
        Vec2 flat;
        bool ok = value_to_point2(ev, c->args[i], call_place(c, i), &flat);
        *about = vec3(flat.x, flat.y, 0);
        return ok;
    }
    return call_point(ev, c, i, about);
}

// The linear map about a point instead of the origin.
static Affine3 map_about(Affine3 map, Vec3 about) {
    map.t = vec3_sub(about, affine3_vector(&map, about));
    return map;
}

static Value run_rotate(Eval *ev, BuiltinCall *c) {
    Value subject;
    Vec3 axis, about;
    f64 deg;
    if (!place_subject(ev, c, &subject) ||
        !rotate_turn(ev, c, subject.kind == VALUE_PROFILE, &axis, &deg) ||
        !fixed_point(ev, c, ROTATE_about, subject, &about))
        return value_bad();
    Affine3 map = map_about(affine3_rotate(axis, deg), about);
    return place_apply(ev, c, subject, &map);
}

// ---- scale, mirror ----

static const BuiltinParam scale_params[] = {REQUIRED("solid", "solid|profile|path", NULL),
                                            BARE("by", "number or [x, y, z]", "> 0"),
                                            OPTIONAL("about", "point or center", "[0, 0, 0]",
                                                     NULL)};

static bool scale_factors(Eval *ev, BuiltinCall *c, Value subject, Vec3 *out) {
    Value v = c->args[1];
    Place place = call_place(c, 1);
    if (v.kind == VALUE_LIST && v.list.len == 2 && subject.kind == VALUE_PROFILE) {
        out->z = 1;
        return value_to_number(ev, v.list.items[0], place, &out->x) &&
               value_to_number(ev, v.list.items[1], place, &out->y);
    }
    if (v.kind == VALUE_LIST)
        return value_to_vector(ev, v, place, out);
    if (!value_to_number(ev, v, place, &out->x))
        return false;
    out->y = out->x;
    out->z = subject.kind == VALUE_PROFILE ? 1 : out->x;
    return true;
}

static Value run_scale(Eval *ev, BuiltinCall *c) {
    Value subject;
    Vec3 by, about;
    if (!place_subject(ev, c, &subject) || !scale_factors(ev, c, subject, &by) ||
        !fixed_point(ev, c, 2, subject, &about))
        return value_bad();
    for (u32 i = 0; i < 3; i++) {
        f64 k = vec3_get(by, i);
        if (k > 0 && k >= 1e-6 && k <= 1e6)
            continue;
        Diag *d = diag_add(ev->diags, DIAG_E0640, c->spans[1],
                           "%.*s is no scale: it must be above 0 and at most 1000000",
                           STR_ARG(number_show(ev, k, DIM_BARE)));
        diag_measure(d, k, k > 1 ? 1e6 : 0, STR(""));
        diag_help(ev->diags, d,
                  k < 0 ? "to turn it into its mirror image write `.mirror(X)`"
                        : "to flatten it use a small number such as 0.01");
        return value_bad();
    }
    Affine3 map = map_about((Affine3){{{by.x, 0, 0}, {0, by.y, 0}, {0, 0, by.z}}, {0, 0, 0}}, about);
    return place_apply(ev, c, subject, &map);
}

static const BuiltinParam mirror_params[] = {REQUIRED("solid", "solid|profile|path", NULL),
                                             BARE("axis", "axis", "X, Y or Z")};

Affine3 place_mirror(u32 axis) {
    Affine3 map = affine3_identity();
    map.m[axis][axis] = -1;
    return map;
}

static Value run_mirror(Eval *ev, BuiltinCall *c) {
    Value subject;
    u32 axis;
    if (!place_subject(ev, c, &subject) || !value_to_axis(ev, c->args[1], call_place(c, 1), &axis))
        return value_bad();
    if (axis == 2 && subject.kind == VALUE_PROFILE) {
        value_mismatch(ev, c->args[1], call_place(c, 1), "X or Y, for a profile");
        return value_bad();
    }
    Affine3 map = place_mirror(axis);
    return place_apply(ev, c, subject, &map);
}

// ---- align ----

enum {
    ALIGN_solid,
    ALIGN_left,
    ALIGN_right,
    ALIGN_front,
    ALIGN_back,
    ALIGN_bottom,
    ALIGN_top,
    ALIGN_x,
    ALIGN_y,
    ALIGN_z
};
static const BuiltinParam align_params[] = {
    REQUIRED("solid", "solid|profile", NULL),
    OPTIONAL("left", "length or solid", "", "side at -x"),
    OPTIONAL("right", "length or solid", "", "side at +x"),
    OPTIONAL("front", "length or solid", "", "side at -y"),
    OPTIONAL("back", "length or solid", "", "side at +y"),
    OPTIONAL("bottom", "length or solid", "", "side at -z"),
    OPTIONAL("top", "length or solid", "", "side at +z"),
    OPTIONAL("x", "length or solid", "", "centre"),
    OPTIONAL("y", "length or solid", "", "centre"),
    OPTIONAL("z", "length or solid", "", "centre"),
};

// Which axis each of them is on. A profile lies in x and y: its bottom and top are those of y.
static u32 side_axis(u32 i, bool is_profile) {
    static const u32 AXIS[] = {0, 0, 0, 1, 1, 2, 2, 0, 1, 2};
    return is_profile && (i == ALIGN_bottom || i == ALIGN_top) ? 1 : AXIS[i];
}

// Where it is: low side, high side, or centre.
static f64 side_of(const Box3 *box, u32 i, u32 axis) {
    bool low = i == ALIGN_left || i == ALIGN_front || i == ALIGN_bottom;
    bool high = i == ALIGN_right || i == ALIGN_back || i == ALIGN_top;
    f64 min = vec3_get(box->min, axis), max = vec3_get(box->max, axis);
    return low ? min : high ? max : (min + max) / 2;
}

static bool align_target(Eval *ev, BuiltinCall *c, u32 i, bool is_profile, f64 *at) {
    Value v = c->args[i];
    if (v.kind == VALUE_NUMBER)
        return value_to_length(ev, v, call_place(c, i), at);
    if (v.kind != VALUE_SOLID && !(v.kind == VALUE_PROFILE && is_profile)) {
        value_mismatch(ev, v, call_place(c, i), "a length, or a solid to be level with");
        return false;
    }
    Box3 box;
    if (!ask_bounds(ev, v, call_place(c, i), &box))
        return false;
    if (v.kind == VALUE_SOLID)
        outer_use(c->scope, v.solid, 1u << side_axis(i, is_profile));
    *at = side_of(&box, i, side_axis(i, v.kind == VALUE_PROFILE));
    return true;
}

// At most one of each axis, and at least one at all.
static bool align_is_clear(Eval *ev, BuiltinCall *c, bool is_profile) {
    bool any = false;
    for (u32 i = ALIGN_left; i <= ALIGN_z; i++) {
        if (!call_has(c, i))
            continue;
        any = true;
        if (is_profile && (i == ALIGN_front || i == ALIGN_back || i == ALIGN_z)) {
            Diag *d = diag_add(ev->diags, DIAG_E0402, c->spans[i],
                               "a profile has no %s: it is flat", c->row->spec.params[i].name);
            diag_help(ev->diags, d, "its sides are left and right in x, bottom and top in y");
            return false;
        }
        for (u32 k = i + 1; k <= ALIGN_z; k++)
            if (side_axis(i, is_profile) == side_axis(k, is_profile) && call_conflict(ev, c, i, k))
                return false;
    }
    if (!any)
        call_missing(ev, c, "a side or a centre", ".align(bottom = 0)");
    return any;
}

static Value run_align(Eval *ev, BuiltinCall *c) {
    Value subject;
    Box3 box;
    Vec3 by = {0, 0, 0};
    if (!place_subject(ev, c, &subject))
        return value_bad();
    if (subject.kind == VALUE_PATH) {
        value_mismatch(ev, subject, call_place(c, 0), "a solid or a profile");
        return value_bad();
    }
    bool is_profile = subject.kind == VALUE_PROFILE;
    if (!align_is_clear(ev, c, is_profile) ||
        !ask_bounds(ev, subject, (Place){c->spans[0], "the subject", STR("align")}, &box))
        return value_bad();
    for (u32 i = ALIGN_left; i <= ALIGN_z; i++) {
        f64 at;
        if (!call_has(c, i))
            continue;
        if (!align_target(ev, c, i, is_profile, &at))
            return value_bad();
        u32 axis = side_axis(i, is_profile);
        vec3_set(&by, axis, at - side_of(&box, i, axis));
    }
    Affine3 map = affine3_move(by);
    return place_apply(ev, c, subject, &map);
}

// ---- drop, stick, along ----

enum { DROP_solid, DROP_onto, DROP_sink };
static const BuiltinParam drop_params[] = {REQUIRED("solid", "solid", NULL),
                                           REQUIRED("onto", "solid", "below it"),
                                           OPTIONAL("sink", "length", "0", NULL)};

// Tells how far the shadows are apart, in x and y.
static void drop_missed(Eval *ev, BuiltinCall *c, const Box3 *subject, const Box3 *onto) {
    static const char *const NAMES[] = {"x", "y"};
    Diag *d = diag_add(ev->diags, DIAG_E0643, c->name,
                       "it falls past: no part of it is above what it should drop onto");
    diag_label(ev->diags, d, c->spans[DROP_onto], "onto this");
    for (u32 i = 0; i < 2; i++) {
        f64 gap = fmax(vec3_get(onto->min, i) - vec3_get(subject->max, i),
                       vec3_get(subject->min, i) - vec3_get(onto->max, i));
        if (gap <= 0)
            continue;
        f64 by = vec3_get(box3_center(*onto), i) - vec3_get(box3_center(*subject), i);
        diag_measure(d, gap, 0, STR("mm"));
        diag_note(ev->diags, d, "they are %.*s apart in %s",
                  STR_ARG(number_show(ev, gap / ev->unit_mm, DIM_LENGTH)), NAMES[i]);
        diag_help(ev->diags, d, "`.move(%s = %.*s)` first brings it over the middle", NAMES[i],
                  STR_ARG(diag_number(ev->diags, by / ev->unit_mm)));
        return;
    }
    diag_help(ev->diags, d, "move it in x or y until it is above some of it");
}

static Value run_drop(Eval *ev, BuiltinCall *c) {
    const Solid *subject, *onto;
    f64 sink, fall;
    Box3 box, below;
    Place place = {c->spans[0], "the subject", STR("drop")};
    if (!call_solid(ev, c, DROP_solid, &subject) || !call_solid(ev, c, DROP_onto, &onto) ||
        !call_length(ev, c, DROP_sink, 0, &sink))
        return value_bad();
    if (!ask_bounds(ev, value_solid(subject), place, &box) ||
        !ask_bounds(ev, value_solid(onto), call_place(c, DROP_onto), &below))
        return value_bad();
    outer_use(c->scope, onto, 7);
    GeometryAnswer answer = ask_drop(ev, subject, onto, c->span, &fall);
    if (answer == GEOMETRY_NONE)
        drop_missed(ev, c, &box, &below);
    if (answer != GEOMETRY_OK)
        return value_bad();
    Affine3 map = affine3_move(vec3(0, 0, -fall - sink));
    return place_apply(ev, c, value_solid(subject), &map);
}

enum { STICK_solid, STICK_onto, STICK_from, STICK_toward, STICK_sink };
static const BuiltinParam stick_params[] = {
    REQUIRED("solid", "solid", NULL),      REQUIRED("onto", "solid", NULL),
    REQUIRED("from", "point", NULL),       REQUIRED("toward", "point", "not from"),
    OPTIONAL("sink", "length", "0", NULL),
};

static Value run_stick(Eval *ev, BuiltinCall *c) {
    const Solid *subject, *onto;
    f64 sink;
    Vec3 point, normal;
    if (!call_solid(ev, c, STICK_solid, &subject) || !call_solid(ev, c, STICK_onto, &onto) ||
        !call_length(ev, c, STICK_sink, 0, &sink) ||
        !ask_ray(ev, c, onto, STICK_from, STICK_toward, &point, &normal))
        return value_bad();
    outer_use(c->scope, onto, 7);
    Affine3 map = frame_along(vec3_unit(normal));
    map.t = vec3_sub(point, vec3_scale(vec3_unit(normal), sink));
    return place_apply(ev, c, value_solid(subject), &map);
}

static const BuiltinParam along_params[] = {REQUIRED("solid", "solid|path", NULL),
                                            REQUIRED("from", "point", NULL),
                                            REQUIRED("to", "point", "not from")};

static Value run_along(Eval *ev, BuiltinCall *c) {
    Value subject;
    Vec3 from, to;
    if (!place_subject(ev, c, &subject) || !call_point(ev, c, 1, &from) ||
        !call_point(ev, c, 2, &to))
        return value_bad();
    Vec3 dir = vec3_sub(to, from);
    if (vec3_norm(dir) < 1e-6) {
        Diag *d = diag_add(ev->diags, DIAG_E0645, c->spans[2],
                           "along has no direction: from and to are both %.*s",
                           STR_ARG(value_show(ev, c->args[1])));
        diag_label(ev->diags, d, c->spans[1], "from");
        diag_key(ev->diags, d, "along has no direction");
        diag_help(ev->diags, d, "give two points that differ");
        return value_bad();
    }
    Affine3 map = frame_along(vec3_unit(dir));
    map.t = vec3_scale(vec3_add(from, to), 0.5);
    return place_apply(ev, c, subject, &map);
}

const BuiltinRow builtins_place[] = {
    ROW("move", BUILTIN_PLACE, true, move_params, "solid|profile|path", run_move,
        "Moved by lengths along the axes, or by a vector."),
    ROW("rotate", BUILTIN_PLACE, true, rotate_params, "solid|profile|path", run_rotate,
        "Turned about one axis through the origin, a point, or its centre, by the right-hand "
        "rule."),
    ROW("scale", BUILTIN_PLACE, true, scale_params, "solid|profile|path", run_scale,
        "Scaled about the origin, a point, or its centre, evenly or by axis."),
    ROW("mirror", BUILTIN_PLACE, true, mirror_params, "solid|profile|path", run_mirror,
        "Its mirror image in the plane through the origin across an axis."),
    ROW("align", BUILTIN_PLACE, true, align_params, "solid|profile", run_align,
        "Moved so that a side or centre of its bounds is at a value, or level with the same of a "
        "solid."),
    ROW("drop", BUILTIN_PLACE, true, drop_params, "solid", run_drop,
        "Brought straight down, or up, until it rests on the other, then sunk."),
    ROW("stick", BUILTIN_PLACE, true, stick_params, "solid", run_stick,
        "Moved and turned so that its origin is where the ray meets the other, its Z outward, then "
        "sunk."),
    ROW("along", BUILTIN_PLACE, true, along_params, "solid|path", run_along,
        "Turned so that its Z points from one point to the other, its origin midway."),
};
const u32 n_builtins_place = COUNT_OF(builtins_place);
