// SPDX-License-Identifier: Apache-2.0
// Questions about geometry: the measures of a solid (.top, .size, .volume), marks and rays; how
// solids lie to each other is asked in fn_relate.c. The answers come from CheckGeometry. Wherever
// it suffices the parts are asked one by one, so that their union need not be built.
#include "compiler/check/fn.h"

#include "base/number.h"

bool ask_geometry(Eval *ev, Span span) {
    if (ev->geometry != NULL)
        return true;
    Diag *d = diag_add(ev->diags, DIAG_E0642, span,
                       "this asks about geometry, and geometry is not built here");
    diag_help(ev->diags, d, "use numbers instead");
    return false;
}

void ask_empty(Eval *ev, Place place) {
    Diag *d = diag_add(ev->diags, DIAG_E0642, place.span,
                       "there is nothing to measure: the solid is empty");
    if (place.owner.len > 0)
        diag_note(ev->diags, d, "as %s of %.*s", place.what, STR_ARG(place.owner));
    diag_help(ev->diags, d, "give it geometry, or don't ask when there is none");
}

// ---- the pieces of a solid ----

static bool piece_add(Eval *ev, Pieces *p, IrId id, u32 group, u32 instance) {
    Piece piece = {.id = id, .group = group, .instance = instance};
    GeometryAnswer answer = ev->geometry->bounds(ev->geometry->ctx, id, &piece.box);
    if (answer == GEOMETRY_OK && !box3_is_empty(piece.box))
        p->items[p->n++] = piece;
    return answer != GEOMETRY_FAILED;
}

bool ask_pieces(Eval *ev, const Solid *solid, Span span, Pieces *out) {
    *out = (Pieces){0};
    if (!ask_geometry(ev, span) || solid_is_bad(solid) || !eval_charge(ev, solid->n_parts, span))
        return false;
    out->items = ARENA_NEW(ev->arena, Piece, (size_t)solid->n_parts + 1);
    if (solid->solid != NONE && !piece_add(ev, out, solid->solid, out->n_groups++, NONE))
        return false;
    for (u32 i = 0; i < solid->n_parts; i++) {
        const Instance *part = &solid->parts[i];
        out->n_groups += part->up == 0 || part->up > i;
        if (part->solid != NONE && !piece_add(ev, out, part->solid, out->n_groups - 1, i))
            return false;
    }
    return true;
}

static Box3 pieces_box(const Pieces *p) {
    Box3 box = box3_empty();
    for (u32 i = 0; i < p->n; i++)
        box = box3_join(box, p->items[i].box);
    return box;
}

bool ask_bounds(Eval *ev, Value shape, Place place, Box3 *out) {
    if (shape.kind == VALUE_PROFILE) {
        Box2 flat;
        if (!ask_geometry(ev, place.span))
            return false;
        GeometryAnswer answer = ev->geometry->profile_bounds(ev->geometry->ctx, shape.id, &flat);
        if (answer == GEOMETRY_NONE)
            ask_empty(ev, place);
        *out = (Box3){{flat.min.x, flat.min.y, 0}, {flat.max.x, flat.max.y, 0}};
        return answer == GEOMETRY_OK;
    }
    if (shape.kind != VALUE_SOLID) {
        value_mismatch(ev, shape, place, "a solid");
        return false;
    }
    Pieces pieces;
    if (!ask_pieces(ev, shape.solid, place.span, &pieces))
        return false;
    *out = pieces_box(&pieces);
    if (pieces.n > 0)
        return true;
    ask_empty(ev, place);
    return false;
}

// Whether two boxes share more than an edge, seen from above.
static bool shadows_meet(Box3 a, Box3 b) {
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

// The least fall over all pairs of pieces is that of their unions, which need not be built.
GeometryAnswer ask_drop(Eval *ev, const Solid *subject, const Solid *onto, Span span, f64 *fall) {
    Pieces a, b;
    if (!ask_pieces(ev, subject, span, &a) || !ask_pieces(ev, onto, span, &b) ||
        !eval_charge(ev, (u64)a.n * b.n / 16, span))
        return GEOMETRY_FAILED;
    GeometryAnswer answer = GEOMETRY_NONE;
    *fall = INFINITY;
    for (u32 i = 0; i < a.n; i++)
        for (u32 k = 0; k < b.n; k++) {
            f64 gap;
            if (!shadows_meet(a.items[i].box, b.items[k].box) ||
                a.items[i].box.min.z - b.items[k].box.max.z >= *fall)
                continue;
            GeometryAnswer one =
                ev->geometry->drop(ev->geometry->ctx, a.items[i].id, b.items[k].id, &gap);
            if (one == GEOMETRY_FAILED)
                return one;
            if (one == GEOMETRY_NONE)
                continue;
            answer = GEOMETRY_OK;
            *fall = fmin(*fall, gap);
        }
    return answer;
}

// ---- members ----

typedef enum Measure {
    MEASURE_LEFT,
    MEASURE_RIGHT,
    MEASURE_FRONT,
    MEASURE_BACK,
    MEASURE_BOTTOM,
    MEASURE_TOP,
    MEASURE_X,
    MEASURE_Y,
    MEASURE_Z,
    MEASURE_SIZE,
    MEASURE_CENTER,
    MEASURE_VOLUME,
    MEASURE_AREA,
    MEASURE_COUNT
} Measure;

static const struct {
    const char *name;
    u32 axes; // of where the solid stands that the answer depends on
} MEASURES[MEASURE_COUNT] = {
    {"left", 1}, {"right", 1}, {"front", 2}, {"back", 2},   {"bottom", 4}, {"top", 4},  {"x", 1},
    {"y", 2},    {"z", 4},     {"size", 0},  {"center", 7}, {"volume", 0}, {"area", 0},
};

static Value measure_box(Eval *ev, Measure m, Box3 box) {
    Vec3 center = box3_center(box);
    switch (m) {
    case MEASURE_LEFT:
        return value_length_mm(ev, box.min.x);
    case MEASURE_RIGHT:
        return value_length_mm(ev, box.max.x);
    case MEASURE_FRONT:
        return value_length_mm(ev, box.min.y);
    case MEASURE_BACK:
        return value_length_mm(ev, box.max.y);
    case MEASURE_BOTTOM:
        return value_length_mm(ev, box.min.z);
    case MEASURE_TOP:
        return value_length_mm(ev, box.max.z);
    case MEASURE_X:
        return value_length_mm(ev, center.x);
    case MEASURE_Y:
        return value_length_mm(ev, center.y);
    case MEASURE_Z:
        return value_length_mm(ev, center.z);
    case MEASURE_SIZE:
        return value_vector(ev, box3_size(box));
    case MEASURE_CENTER:
        return value_vector(ev, center);
    case MEASURE_VOLUME:
    case MEASURE_AREA:
    case MEASURE_COUNT:
        break;
    }
    return value_bad();
}

static Value measure_whole(Eval *ev, Measure m, const Solid *solid, Place place) {
    f64 volume, area, u = ev->unit_mm;
    IrId id = solid_whole(ev, solid, place.span);
    if (!ask_geometry(ev, place.span) || solid_is_bad(solid))
        return value_bad();
    GeometryAnswer answer =
        id == NONE ? GEOMETRY_NONE : ev->geometry->measure(ev->geometry->ctx, id, &volume, &area);
    if (answer == GEOMETRY_NONE)
        volume = area = 0;
    if (answer == GEOMETRY_FAILED)
        return value_bad();
    return m == MEASURE_VOLUME ? value_number(volume / (u * u * u), DIM_VOLUME)
                               : value_number(area / (u * u), DIM_AREA);
}

// Marks of the solid itself and of its root parts come before those deeper down.
static Value mark_find(Eval *ev, const Solid *solid, const AstNode *node, bool *found) {
    Vec3 points[2];
    u32 n = 0;
    for (u32 i = 0; i < solid->n_marks; i++)
        if (str_equal(solid->marks[i].name, node->member.name.text) && n < 2)
            points[n++] = solid->marks[i].point;
    for (u32 pass = 0; pass < 2 && n == 0; pass++)
        for (u32 i = 0; i < solid->n_parts; i++) {
            const Instance *part = &solid->parts[i];
            bool is_root = part->up == 0 || part->up > i;
            for (u32 k = 0; k < part->n_marks && is_root == (pass == 0); k++)
                if (str_equal(part->marks[k].name, node->member.name.text) && n < 2)
                    points[n++] = part->marks[k].point;
        }
    *found = n > 0;
    if (n == 1)
        return value_vector(ev, points[0]);
    if (n > 1) {
        Diag *d = diag_add(ev->diags, DIAG_E0335, node->member.name.span,
                           "more than one part here has the mark '%.*s'",
                           STR_ARG(node->member.name.text));
        Str of = node->member.subject->kind == AST_REF
                     ? source_text(ev->sources, node->member.subject->span)
                     : STR("@label");
        diag_help(ev->diags, d, "say which: `%.*s[0].%.*s`, or by side `%.*s[left].%.*s`",
                  STR_ARG(of), STR_ARG(node->member.name.text), STR_ARG(of),
                  STR_ARG(node->member.name.text));
    }
    return value_bad();
}

static Value unknown_member(Eval *ev, const AstNode *node, const char *of, const Str *names, u32 n,
                            const char *known) {
    Diag *d = diag_add(ev->diags, DIAG_E0303, node->member.name.span, "%s has no '.%.*s'", of,
                       STR_ARG(node->member.name.text));
    Str near = str_nearest(node->member.name.text, names, n);
    if (near.len > 0) {
        diag_help(ev->diags, d, "did you mean `.%.*s`?", STR_ARG(near));
        diag_fix(ev->diags, d, FIX_MAYBE, node->member.name.span, near);
    } else {
        diag_help(ev->diags, d, "it has %s", known);
    }
    return value_bad();
}

static Value unknown_measure(Eval *ev, const Solid *solid, const AstNode *node) {
    VEC(Str) names = {0};
    for (u32 i = 0; i < MEASURE_COUNT; i++)
        avec_push(ev->arena, &names, str_from(MEASURES[i].name));
    for (u32 i = 0; i < solid->n_marks; i++)
        avec_push(ev->arena, &names, solid->marks[i].name);
    for (u32 i = 0; i < solid->n_parts; i++)
        for (u32 k = 0; k < solid->parts[i].n_marks; k++)
            avec_push(ev->arena, &names, solid->parts[i].marks[k].name);
    return unknown_member(ev, node, "a solid", names.data, names.len,
                          ".left .right .front .back .bottom .top .x .y .z .size .center .volume "
                          ".area and its marks");
}

static Value solid_member(Eval *ev, Scope *scope, const Solid *solid, const AstNode *node) {
    if (solid_is_bad(solid))
        return value_bad();
    bool found;
    Value mark = mark_find(ev, solid, node, &found);
    if (found) {
        outer_use(scope, solid, 7);
        return mark;
    }
    Place place = {node->member.subject->span, "", STR("")};
    for (u32 m = 0; m < MEASURE_COUNT; m++) {
        if (!str_equal_z(node->member.name.text, MEASURES[m].name))
            continue;
        Box3 box;
        outer_use(scope, solid, MEASURES[m].axes);
        if (m == MEASURE_VOLUME || m == MEASURE_AREA)
            return measure_whole(ev, (Measure)m, solid, place);
        return ask_bounds(ev, value_solid(solid), place, &box) ? measure_box(ev, (Measure)m, box)
                                                               : value_bad();
    }
    return unknown_measure(ev, solid, node);
}

static Value profile_member(Eval *ev, Value profile, const AstNode *node) {
    static const Str NAMES[] = {{"left", 4}, {"right", 5}, {"bottom", 6}, {"top", 3},
                                {"x", 1},    {"y", 1},     {"size", 4},   {"center", 6}};
    Box3 box;
    u32 at = 0;
    while (at < COUNT_OF(NAMES) && !str_equal(NAMES[at], node->member.name.text))
        at++;
    if (at == COUNT_OF(NAMES))
        return unknown_member(ev, node, "a profile", NAMES, COUNT_OF(NAMES),
                              ".left .right .bottom .top .x .y .size .center");
    if (!ask_bounds(ev, profile, (Place){node->member.subject->span, "", STR("")}, &box))
        return value_bad();
    const f64 numbers[] = {box.min.x,
                           box.max.x,
                           box.min.y,
                           box.max.y,
                           (box.min.x + box.max.x) / 2,
                           (box.min.y + box.max.y) / 2};
    if (at < COUNT_OF(numbers))
        return value_length_mm(ev, numbers[at]);
    Vec3 v = at == 6 ? box3_size(box) : box3_center(box);
    return value_list(value_vector(ev, v).list.items, 2);
}

static Value list_member(Eval *ev, Value list, const AstNode *node) {
    static const Str NAMES[] = {{"x", 1}, {"y", 1}, {"z", 1}};
    Value leaf = list.list.len > 0 ? list.list.items[0] : value_bad();
    for (u32 i = 0; i < 3; i++) {
        if (!str_equal(NAMES[i], node->member.name.text))
            continue;
        if (i < list.list.len && leaf.kind != VALUE_SOLID && leaf.kind != VALUE_LIST)
            return list.list.items[i];
    }
    if (leaf.kind == VALUE_SOLID)
        return value_none(); // the caller asks their union
    for (u32 i = 0; i < 3; i++)
        if (str_equal(NAMES[i], node->member.name.text)) {
            Diag *d = diag_add(ev->diags, DIAG_E0303, node->member.name.span,
                               "a list of %u %s has no '.%.*s'", list.list.len,
                               leaf.kind == VALUE_LIST ? "lists" : "elements", STR_ARG(NAMES[i]));
            diag_help(ev->diags, d,
                      leaf.kind == VALUE_LIST ? "take one of its elements first: `[0]`"
                                              : "vectors have .x .y and .z");
            return value_bad();
        }
    return unknown_member(ev, node, "a list", NAMES, COUNT_OF(NAMES),
                          ".x .y .z; its length is `len(...)`, its elements `[0]`, `[-1]`");
}

Value ask_member(Eval *ev, Scope *scope, Value subject, const AstNode *node) {
    if (!names_has_member(ev, node->member.name.text))
        return value_bad(); // the name pass has said so
    if (subject.kind == VALUE_SOLID)
        return solid_member(ev, scope, subject.solid, node);
    if (subject.kind == VALUE_PROFILE)
        return profile_member(ev, subject, node);
    if (subject.kind == VALUE_LIST) {
        Value v = list_member(ev, subject, node);
        const Solid *solid;
        if (v.kind != VALUE_NONE)
            return v;
        if (!value_to_solid(ev, subject,
                            (Place){node->member.subject->span, "the subject", STR("")}, &solid))
            return value_bad();
        return solid_member(ev, scope, solid, node);
    }
    Diag *d = diag_add(ev->diags, DIAG_E0303, node->member.name.span, "%.*s has no '.%.*s'",
                       STR_ARG(value_describe(ev, subject)), STR_ARG(node->member.name.text));
    diag_key(ev->diags, d, "%s has no %.*s", value_kind_name(subject.kind),
             STR_ARG(node->member.name.text));
    diag_help(ev->diags, d,
              "measures are asked of solids: `@seat.top`; coordinates of vectors: `p.x`");
    return value_bad();
}

// ---- rays ----

// From outside of all pieces the first hit is the nearest of theirs; from within one it takes their
// union to tell what is surface.
static GeometryAnswer ray_pieces(Eval *ev, const Solid *solid, Span span, Vec3 from, Vec3 dir,
                                 Vec3 *point, Vec3 *normal) {
    Pieces pieces;
    if (!ask_pieces(ev, solid, span, &pieces))
        return GEOMETRY_FAILED;
    Box3 start = {from, from};
    for (u32 i = 0; i < pieces.n; i++)
        if (pieces.n > 1 && box3_touch(pieces.items[i].box, start, 0))
            return ev->geometry->ray(ev->geometry->ctx, solid_whole(ev, solid, span), from, dir,
                                     point, normal);
    GeometryAnswer answer = GEOMETRY_NONE;
    f64 best = INFINITY;
    for (u32 i = 0; i < pieces.n; i++) {
        Vec3 p, n;
        GeometryAnswer one =
            ev->geometry->ray(ev->geometry->ctx, pieces.items[i].id, from, dir, &p, &n);
        if (one == GEOMETRY_FAILED)
            return one;
        f64 way = one == GEOMETRY_OK ? vec3_dot(vec3_sub(p, from), dir) : INFINITY;
        if (way >= best)
            continue;
        best = way;
        answer = GEOMETRY_OK;
        *point = p;
        *normal = n;
    }
    return answer;
}

bool ask_ray(Eval *ev, BuiltinCall *c, const Solid *solid, u32 from, u32 toward, Vec3 *point,
             Vec3 *normal) {
    Vec3 a, b;
    Box3 box;
    if (!call_point(ev, c, from, &a) || !call_point(ev, c, toward, &b) ||
        !ask_bounds(ev, value_solid(solid), call_place(c, from - 1), &box))
        return false;
    if (vec3_norm(vec3_sub(b, a)) < 1e-6) {
        Diag *d = diag_add(ev->diags, DIAG_E0645, c->spans[toward],
                           "the ray has no direction: from and toward are both %.*s",
                           STR_ARG(value_show(ev, c->args[from])));
        diag_label(ev->diags, d, c->spans[from], "from");
        diag_key(ev->diags, d, "the ray has no direction");
        diag_help(ev->diags, d, "give two points that differ");
        return false;
    }
    Vec3 dir = vec3_unit(vec3_sub(b, a));
    GeometryAnswer answer = ray_pieces(ev, solid, c->span, a, dir, point, normal);
    if (answer == GEOMETRY_NONE) {
        Diag *d = diag_add(ev->diags, DIAG_E0644, c->name, "the ray from %.*s toward %.*s misses",
                           STR_ARG(value_show(ev, c->args[from])),
                           STR_ARG(value_show(ev, c->args[toward])));
        diag_key(ev->diags, d, "the ray misses");
        Vec3 low = vec3_scale(box.min, 1 / ev->unit_mm),
             high = vec3_scale(box.max, 1 / ev->unit_mm);
        diag_note(ev->diags, d, "the solid is within x %s..%s, y %s..%s, z %s..%s",
                  str_to_z(ev->arena, diag_number(ev->diags, low.x)),
                  str_to_z(ev->arena, diag_number(ev->diags, high.x)),
                  str_to_z(ev->arena, diag_number(ev->diags, low.y)),
                  str_to_z(ev->arena, diag_number(ev->diags, high.y)),
                  str_to_z(ev->arena, diag_number(ev->diags, low.z)),
                  str_to_z(ev->arena, diag_number(ev->diags, high.z)));
        Value center = value_vector(ev, box3_center(box));
        diag_help(ev->diags, d, "start outside and aim at it, such as `toward = %.*s`, its centre",
                  STR_ARG(value_show(ev, center)));
    }
    return answer == GEOMETRY_OK;
}

static const BuiltinParam hit_params[] = {REQUIRED("solid", "solid", NULL),
                                          REQUIRED("from", "point", NULL),
                                          REQUIRED("toward", "point", "not from")};

static Value run_hit(Eval *ev, BuiltinCall *c) {
    const Solid *solid;
    Vec3 point, normal;
    if (!call_solid(ev, c, 0, &solid) || !ask_ray(ev, c, solid, 1, 2, &point, &normal))
        return value_bad();
    outer_use(c->scope, solid, 7);
    return value_vector(ev, point);
}

const BuiltinRow builtins_ask[] = {
    ROW("hit", BUILTIN_ASK, true, hit_params, "point", run_hit,
        "The first point of its surface on the ray from one point toward another."),
};
const u32 n_builtins_ask = COUNT_OF(builtins_ask);
