// SPDX-License-Identifier: Apache-2.0
// How solids lie to each other: touching, clear, distance, overlap, and of the whole object
// connected and stands. An `expect` that fails is told why: which parts, by how much, and the move
// that mends it (Why).
#include "compiler/check/fn.h"

#include "base/number.h"

// Parts count as touching up to TOUCH_MM apart, and as clear above the smaller.
static const f64 CLEAR_MM = 1e-3, FAR_MM = 1e7;

// ---- how solids lie to each other ----

static const BuiltinParam count_params[] = {BARE("parts", "solid", NULL)};
static const BuiltinParam pair_params[] = {BARE("a", "solid", NULL), BARE("b", "solid", NULL)};

static Value run_count(Eval *ev, BuiltinCall *c) {
    const Solid *solid;
    if (c->args[0].kind == VALUE_LIST) {
        Diag *d = diag_add(ev->diags, DIAG_E0402, c->spans[0],
                           "a list of %u where count wants parts", c->args[0].list.len);
        diag_help(ev->diags, d,
                  "write `len(...)` for the length of a list, `count(@label)` for parts");
        return value_bad();
    }
    if (!call_solid(ev, c, 0, &solid))
        return value_bad();
    u32 n = solid->solid != NONE;
    for (u32 i = 0; i < solid->n_parts; i++)
        n += solid->parts[i].up == 0 || solid->parts[i].up > i;
    return value_number(n, DIM_BARE);
}

// How far two boxes are apart, at least.
static f64 box_gap(Box3 a, Box3 b) {
    f64 sum = 0;
    for (u32 i = 0; i < 3; i++) {
        f64 gap = fmax(
            fmax(vec3_get(a.min, i) - vec3_get(b.max, i), vec3_get(b.min, i) - vec3_get(a.max, i)),
            0);
        sum += gap * gap;
    }
    return sqrt(sum);
}

typedef struct Near {
    f64 distance;
    u32 a, b; // pieces; NONE: none nearer than the limit
    Vec3 way; // from a to b
} Near;

// The nearest two of pieces [from, to) of a and those of b, if they are nearer than limit; any pair
// within enough will do.
static bool nearest(Eval *ev, const Pieces *a, u32 from, u32 to, const Pieces *b, f64 limit,
                    f64 enough, Span span, Near *out) {
    *out = (Near){.distance = limit, .a = NONE, .b = NONE};
    if (!eval_charge(ev, (u64)(to - from) * b->n / 16, span))
        return false;
    for (u32 i = from; i < to; i++)
        for (u32 k = 0; k < b->n; k++) {
            f64 d;
            Vec3 way;
            if (box_gap(a->items[i].box, b->items[k].box) > out->distance)
                continue;
            GeometryAnswer answer = ev->geometry->distance(ev->geometry->ctx, a->items[i].id,
                                                           b->items[k].id, out->distance, &d, &way);
            if (answer == GEOMETRY_FAILED)
                return false;
            if (answer != GEOMETRY_OK || !(d < out->distance))
                continue;
            *out = (Near){d, i, k, way};
            if (d <= enough)
                return true;
        }
    return true;
}

static bool read_pair(Eval *ev, BuiltinCall *c, Pieces *a, Pieces *b, const Solid **sa,
                      const Solid **sb) {
    if (!call_solid(ev, c, 0, sa) || !call_solid(ev, c, 1, sb) ||
        !ask_pieces(ev, *sa, c->spans[0], a) || !ask_pieces(ev, *sb, c->spans[1], b))
        return false;
    for (u32 i = 0; i < 2; i++)
        if ((i == 0 ? a : b)->n == 0) {
            ask_empty(ev, call_place(c, i));
            return false;
        }
    return true;
}

static bool is_root(const Solid *solid, u32 i) {
    return solid->parts[i].up == 0 || solid->parts[i].up > i;
}

// "'leg' (front left)", "'leg[2]'": which one of several the piece is, or lies in.
static Str piece_name(Eval *ev, const Solid *solid, const Piece *piece) {
    if (piece->instance == NONE)
        return STR("the solid");
    u32 root = piece->instance, index = 0, n = 0;
    while (!is_root(solid, root))
        root -= solid->parts[root].up;
    for (u32 i = 0; i < solid->n_parts; i++) {
        bool is_like = solid->parts[i].label == solid->parts[root].label && is_root(solid, i);
        n += is_like;
        index += is_like && i < root;
    }
    Str label = ev->labels.keys[solid->parts[root].label];
    const char *sides = side_text(solid->parts[root].sides);
    if (sides[0] != '\0')
        return str_format(ev->arena, "'%.*s' (%s)", STR_ARG(label), sides);
    return n > 1 ? str_format(ev->arena, "'%.*s[%u]'", STR_ARG(label), index)
                 : str_format(ev->arena, "'%.*s'", STR_ARG(label));
}

// The same for the piece itself: "'foot' of 'leg[2]'".
static Str inner_name(Eval *ev, const Solid *solid, const Piece *piece) {
    Str name = piece_name(ev, solid, piece);
    if (piece->instance == NONE || is_root(solid, piece->instance))
        return name;
    return str_format(ev->arena, "'%.*s' of %.*s",
                      STR_ARG(ev->labels.keys[solid->parts[piece->instance].label]), STR_ARG(name));
}

// "[1, 2, 3]", in the file's unit; what rounding left of nothing is 0.
static Str vector_text(Eval *ev, Vec3 v) {
    char text[3][NUMBER_TEXT_MAX];
    for (u32 k = 0; k < 3; k++) {
        f64 mm = vec3_get(v, k);
        number_write_short(fabs(mm) < 1e-6 ? 0 : mm / ev->unit_mm, 4, text[k]);
    }
    return str_format(ev->arena, "[%s, %s, %s]", text[0], text[1], text[2]);
}

static Span piece_span(const Solid *solid, const Piece *piece) {
    return piece->instance == NONE ? (Span){0} : solid->parts[piece->instance].span;
}

// The gap between two pieces, and the move that closes it.
static Why why_gap(Eval *ev, Str subject, const Solid *sa, const Piece *a, const Solid *sb,
                   const Piece *b, f64 gap, Vec3 way) {
    Str move = STR(""), name = piece_name(ev, sb, b);
    char far[NUMBER_TEXT_MAX];
    number_write_short(gap / ev->unit_mm, 4, far);
    Str along = diag_way(ev->diags, way, ev->unit_mm, &move);
    return (Why){.text = str_format(ev->arena, "%.*s is %s %.*s from the nearest %.*s, %.*s",
                                    STR_ARG(subject), far, STR_ARG(ev->scene->unit), STR_ARG(name),
                                    STR_ARG(along)),
                 .edit = str_format(ev->arena,
                                    "`.move(%.*s)` on %.*s closes the gap, and a little more sinks "
                                    "it in; or lengthen what should reach",
                                    STR_ARG(move), STR_ARG(piece_name(ev, sa, a))),
                 .is_measured = true,
                 .measured_mm = gap,
                 .limit_mm = TOUCH_MM,
                 .part = piece_span(sa, a),
                 .other = piece_span(sb, b),
                 .says = {"this one is too far away", "from this one"}};
}

static bool why_apart(Eval *ev, BuiltinCall *c, const Solid *sa, const Solid *sb, const Pieces *a,
                      u32 from, u32 to, const Pieces *b) {
    Near near;
    if (!nearest(ev, a, from, to, b, FAR_MM, 0, c->span, &near))
        return false;
    if (near.b != NONE)
        ev->why = why_gap(ev, piece_name(ev, sa, &a->items[near.a]), sa, &a->items[near.a], sb,
                          &b->items[near.b], near.distance, near.way);
    return true;
}

// For `expect not touching(...)`.
static Why why_meeting(Eval *ev, const Solid *sa, const Piece *a, const Solid *sb, const Piece *b) {
    Str name = piece_name(ev, sa, a);
    return (Why){.text = str_format(ev->arena, "%.*s touches %.*s", STR_ARG(name),
                                    STR_ARG(piece_name(ev, sb, b))),
                 .edit = str_format(ev->arena, "move %.*s more than 0.1mm away", STR_ARG(name))};
}

static Value run_touching(Eval *ev, BuiltinCall *c) {
    const Solid *sa, *sb;
    Pieces a, b;
    if (!read_pair(ev, c, &a, &b, &sa, &sb))
        return value_bad();
    for (u32 from = 0, to; from < a.n; from = to) {
        for (to = from + 1; to < a.n && a.items[to].group == a.items[from].group;)
            to++;
        Near near;
        if (!nearest(ev, &a, from, to, &b, TOUCH_MM * (1 + 1e-9), TOUCH_MM, c->span, &near))
            return value_bad();
        if (near.b == NONE)
            return why_apart(ev, c, sa, sb, &a, from, to, &b) ? value_bool(false) : value_bad();
        if (from == 0 && ev->wants_why)
            ev->why = why_meeting(ev, sa, &a.items[near.a], sb, &b.items[near.b]);
    }
    return value_bool(true);
}

// ---- clear ----

typedef struct Clashes {
    u32 n;     // pairs that meet
    u32 a, b;  // pieces: the pair that meets deepest
    f64 depth; // mm
} Clashes;

enum { CLASHES_MEASURED = 256 }; // of more pairs the deepest is looked for among the first of them

// Whether pieces i and k are nearer than clear; if so they are counted, and measured if asked why.
static bool clash_add(Eval *ev, const Pieces *a, u32 i, const Pieces *b, u32 k, Clashes *out) {
    f64 d, depth;
    Vec3 way, center;
    GeometryAnswer answer = ev->geometry->distance(ev->geometry->ctx, a->items[i].id,
                                                   b->items[k].id, CLEAR_MM, &d, &way);
    if (answer != GEOMETRY_OK || d > CLEAR_MM)
        return answer != GEOMETRY_FAILED;
    if (ev->wants_why && out->n < CLASHES_MEASURED) {
        if (ev->geometry->clash(ev->geometry->ctx, a->items[i].id, b->items[k].id, &depth, &center,
                                NULL) == GEOMETRY_FAILED)
            return false;
        if (out->n == 0 || depth > out->depth) {
            out->a = i;
            out->b = k;
            out->depth = depth;
        }
    }
    out->n++;
    return true;
}

// Of a pair named in both orders, as in clear(@a, @a), only one is looked at.
static bool is_said(const Pieces *a, const Pieces *b, u32 i, u32 k) {
    if (a->items[i].id == b->items[k].id) // a part is clear of itself
        return true;
    return a->n == b->n && k < i && a->items[k].id == b->items[k].id &&
           a->items[i].id == b->items[i].id;
}

static bool find_clashes(Eval *ev, const Pieces *a, const Pieces *b, Span span, Clashes *out) {
    *out = (Clashes){0};
    if (!eval_charge(ev, (u64)a->n * b->n / 16, span))
        return false;
    for (u32 i = 0; i < a->n; i++)
        for (u32 k = 0; k < b->n; k++) {
            if (box_gap(a->items[i].box, b->items[k].box) > CLEAR_MM || is_said(a, b, i, k))
                continue;
            if (!clash_add(ev, a, i, b, k, out))
                return false;
            if (out->n > 0 && !ev->wants_why)
                return true;
        }
    return true;
}

static f64 box_volume(Box3 box) {
    Vec3 size = box3_size(box);
    return size.x * size.y * size.z;
}

static bool spans_equal(Span a, Span b) {
    return a.source == b.source && a.off == b.off && a.len == b.len;
}

// Copies of one expression are not moved one by one.
static Str edit_of_clash(Eval *ev, Str name, Vec3 move, bool are_copies) {
    Str by = STR("");
    if (!(vec3_norm(move) > 0))
        return str_format(ev->arena,
                          "move %.*s off by 0.01mm to be clear; if they should meet, expect "
                          "touching(...) instead",
                          STR_ARG(name));
    Str along = diag_way(ev->diags, move, ev->unit_mm, &by);
    if (!are_copies)
        return str_format(ev->arena,
                          "`.move(%.*s)` on %.*s parts them, and a little more clears it",
                          STR_ARG(by), STR_ARG(name));
    char text[NUMBER_TEXT_MAX];
    number_write_short(vec3_norm(move) / ev->unit_mm, 4, text);
    return str_format(
        ev->arena,
        "step the copies %s %.*s farther apart, %.*s, to part them, and a little more to "
        "clear them",
        text, STR_ARG(ev->scene->unit), STR_ARG(along));
}

// Where and how deep the worst pair meets, and the move of the smaller one that parts them.
static bool why_clash(Eval *ev, const Solid *sa, const Piece *a, const Solid *sb, const Piece *b,
                      u32 n_pairs) {
    if (box_volume(b->box) < box_volume(a->box))
        return why_clash(ev, sb, b, sa, a, n_pairs);
    Vec3 center, move;
    f64 depth;
    if (ev->geometry->clash(ev->geometry->ctx, a->id, b->id, &depth, &center, &move) != GEOMETRY_OK)
        return false;
    Str name = piece_name(ev, sa, a), how = STR("touches"), many = STR("");
    Why why = {.is_measured = true,
               .measured_mm = depth,
               .part = piece_span(sa, a),
               .other = piece_span(sb, b),
               .says = {"this one meets", "this one"}};
    if (depth > 0) {
        char text[NUMBER_TEXT_MAX];
        number_write_short(depth / ev->unit_mm, 3, text);
        how = str_format(ev->arena, "runs %s %.*s deep into", text, STR_ARG(ev->scene->unit));
    }
    if (n_pairs > 1)
        many = str_format(ev->arena, "%u pairs meet; the worst: ", n_pairs);
    why.text = str_format(ev->arena, "%.*s%.*s %.*s %.*s, round %.*s", STR_ARG(many),
                          STR_ARG(inner_name(ev, sa, a)), STR_ARG(how),
                          STR_ARG(inner_name(ev, sb, b)), STR_ARG(vector_text(ev, center)));
    why.edit = edit_of_clash(ev, name, move, spans_equal(why.part, why.other));
    ev->why = why;
    return true;
}

static Value run_clear(Eval *ev, BuiltinCall *c) {
    const Solid *sa, *sb;
    Pieces a, b;
    Clashes found;
    if (!read_pair(ev, c, &a, &b, &sa, &sb) || !find_clashes(ev, &a, &b, c->span, &found))
        return value_bad();
    if (found.n > 0 && ev->wants_why &&
        !why_clash(ev, sa, &a.items[found.a], sb, &b.items[found.b], found.n))
        return value_bad();
    return value_bool(found.n == 0);
}

static Value run_distance(Eval *ev, BuiltinCall *c) {
    const Solid *sa, *sb;
    Pieces a, b;
    Near near;
    if (!read_pair(ev, c, &a, &b, &sa, &sb) ||
        !nearest(ev, &a, 0, a.n, &b, FAR_MM, 0, c->span, &near))
        return value_bad();
    return value_length_mm(ev, near.b == NONE ? 0 : near.distance);
}

// The union of those pieces of a whose boxes meet one of b's: only they can share anything. NONE:
// none does.
static IrId pieces_near(Eval *ev, const Pieces *a, const Pieces *b, Span span) {
    IrId *ids = ARENA_NEW(ev->arena, IrId, (size_t)a->n + 1);
    u32 n = 0;
    for (u32 i = 0; i < a->n; i++)
        for (u32 k = 0; k < b->n; k++)
            if (box3_touch(a->items[i].box, b->items[k].box, 0)) {
                ids[n++] = a->items[i].id;
                break;
            }
    return n == 0 ? NONE : ir_union(ev->graph, ids, n, span, eval_call_id(ev));
}

static Value run_overlap(Eval *ev, BuiltinCall *c) {
    const Solid *sa, *sb;
    Pieces a, b;
    f64 volume = 0, u = ev->unit_mm;
    if (!read_pair(ev, c, &a, &b, &sa, &sb))
        return value_bad();
    if (!eval_charge(ev, (u64)a.n * b.n / 16, c->span))
        return value_bad();
    IrId x = pieces_near(ev, &a, &b, c->span), y = pieces_near(ev, &b, &a, c->span);
    if (x != NONE && y != NONE) {
        GeometryAnswer answer = ev->geometry->overlap(ev->geometry->ctx, x, y, &volume);
        if (answer == GEOMETRY_FAILED)
            return value_bad();
        if (answer == GEOMETRY_NONE)
            volume = 0;
    }
    return value_number(volume / (u * u * u), DIM_VOLUME);
}

// ---- the whole object ----

// All that the outermost body has placed so far.
static bool object_pieces(Eval *ev, BuiltinCall *c, Solid *all, Pieces *pieces) {
    const Body *body = c->scope->body;
    while (body->outer != NULL)
        body = body->outer;
    *all = (Solid){
        .solid = NONE, .n_parts = body->parts.len, .parts = body->parts.data, .outer.level = NONE};
    if (body->solids.len > 0)
        all->solid =
            ir_union(ev->graph, body->solids.data, body->solids.len, c->span, eval_call_id(ev));
    if (!ask_pieces(ev, all, c->span, pieces))
        return false;
    if (pieces->n > 0)
        return true;
    ask_empty(ev, (Place){c->span, "", STR("")});
    return false;
}

static IrId *piece_ids(Eval *ev, const Pieces *pieces) {
    IrId *ids = ARENA_NEW(ev->arena, IrId, pieces->n);
    for (u32 i = 0; i < pieces->n; i++)
        ids[i] = pieces->items[i].id;
    return ids;
}

// The group with the most matter: the others float beside it.
static bool main_group(Eval *ev, const Pieces *pieces, const u32 *groups, u32 n_groups, u32 *out) {
    f64 *sum = ARENA_NEW(ev->arena, f64, n_groups);
    for (u32 i = 0; i < pieces->n; i++) {
        f64 volume, area;
        if (ev->geometry->measure(ev->geometry->ctx, pieces->items[i].id, &volume, &area) !=
            GEOMETRY_OK)
            return false;
        sum[groups[i]] += volume;
    }
    *out = 0;
    for (u32 g = 1; g < n_groups; g++)
        if (sum[g] > sum[*out])
            *out = g;
    return true;
}

// Names the first group beside the main one, the gap between them, and what closes it.
static bool why_disconnected(Eval *ev, BuiltinCall *c, const Solid *all, const Pieces *pieces,
                             const u32 *groups, u32 n_groups) {
    u32 main, other = 0;
    if (!main_group(ev, pieces, groups, n_groups, &main))
        return false;
    while (groups[other] == main)
        other++;
    Pieces a = {.items = ARENA_NEW(ev->arena, Piece, pieces->n)}, b = a;
    b.items = ARENA_NEW(ev->arena, Piece, pieces->n);
    for (u32 i = 0; i < pieces->n; i++) {
        if (groups[i] == groups[other])
            a.items[a.n++] = pieces->items[i];
        else if (groups[i] == main)
            b.items[b.n++] = pieces->items[i];
    }
    Near near;
    if (!nearest(ev, &a, 0, a.n, &b, FAR_MM, 0, c->span, &near))
        return false;
    Str name = piece_name(ev, all, &a.items[near.b == NONE ? 0 : near.a]);
    Str subject =
        a.n > 1 ? str_format(ev->arena, "the group of %.*s (%u parts)", STR_ARG(name), a.n) : name;
    ev->why.text = str_format(ev->arena, "%.*s touches nothing of the rest", STR_ARG(subject));
    if (near.b != NONE)
        ev->why = why_gap(ev, subject, all, &a.items[near.a], all, &b.items[near.b], near.distance,
                          near.way);
    ev->why.text =
        str_format(ev->arena, "it falls into %u groups: %.*s", n_groups, STR_ARG(ev->why.text));
    return true;
}

static Value run_connected(Eval *ev, BuiltinCall *c) {
    Solid all;
    Pieces pieces;
    u32 n_groups;
    if (!object_pieces(ev, c, &all, &pieces))
        return value_bad();
    u32 *groups = ARENA_NEW(ev->arena, u32, pieces.n);
    if (ev->geometry->connect(ev->geometry->ctx, piece_ids(ev, &pieces), pieces.n, TOUCH_MM, groups,
                              &n_groups) != GEOMETRY_OK)
        return value_bad();
    if (n_groups > 1 && !why_disconnected(ev, c, &all, &pieces, groups, n_groups))
        return value_bad();
    return value_bool(n_groups == 1);
}

static Value run_stands(Eval *ev, BuiltinCall *c) {
    Solid all;
    Pieces pieces;
    bool stands;
    Str why = STR(""), edit = STR("");
    if (!object_pieces(ev, c, &all, &pieces))
        return value_bad();
    if (ev->geometry->stand(ev->geometry->ctx, piece_ids(ev, &pieces), pieces.n, &stands, &why,
                            &edit) != GEOMETRY_OK)
        return value_bad();
    if (!stands)
        ev->why = (Why){.text = why, .edit = edit};
    return value_bool(stands);
}

#define NO_PARAMS(name, params, run, doc)                                                          \
    { {name, BUILTIN_ASK, false, params, 0, "bool", doc}, run }
static const BuiltinParam no_params[] = {{NULL, NULL, NULL, NULL, false}};

const BuiltinRow builtins_relate[] = {
    ROW("count", BUILTIN_ASK, false, count_params, "count", run_count,
        "How many parts a reference selects; 0 when none was placed."),
    ROW("touching", BUILTIN_ASK, false, pair_params, "bool", run_touching,
        "Whether each of a comes within 0.1 mm of some b."),
    ROW("clear", BUILTIN_ASK, false, pair_params, "bool", run_clear,
        "Whether none of a meets any of b."),
    ROW("distance", BUILTIN_ASK, false, pair_params, "length", run_distance,
        "The shortest way from a to b; 0 when they meet."),
    ROW("overlap", BUILTIN_ASK, false, pair_params, "volume", run_overlap,
        "The volume that a and b share."),
    NO_PARAMS("connected", no_params, run_connected,
              "Whether all that is placed hangs together, within 0.1 mm."),
    NO_PARAMS("stands", no_params, run_stands, "Whether the object rests stably on the ground."),
};
const u32 n_builtins_relate = COUNT_OF(builtins_relate);
