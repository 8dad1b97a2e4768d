// SPDX-License-Identifier: Apache-2.0
// Reading a plan checks what later steps rely on: labels that the language takes, counts that match the
// boxes and their repeats, sizes above zero, everything within the object's bounds. The words are the
// model's: they are stripped of what would mean something inside a string of the language.
#include "runtime/agent/plan.h"

#include "base/number.h"

#include <stdio.h>

#define VEC3_SCHEMA "{\"type\":\"array\",\"items\":{\"type\":\"number\"}}"
#define TEXT_SCHEMA "{\"type\":\"string\"}"
#define COUNT_SCHEMA "{\"type\":\"integer\"}"
#define AXIS_SCHEMA "{\"type\":\"string\",\"enum\":[\"x\",\"y\",\"z\"]}"

const char plan_schema_metrics[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"name\",\"words\",\"units\",\"size\",\"notes\"],"
    "\"properties\":{\"name\":" TEXT_SCHEMA ",\"words\":" TEXT_SCHEMA
    ",\"units\":{\"type\":\"string\",\"enum\":[\"mm\",\"cm\",\"m\"]},\"size\":" VEC3_SCHEMA ",\"notes\":" TEXT_SCHEMA "}}";

const char plan_schema_parts[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"parts\"],\"properties\":{\"parts\":{\"type\":"
    "\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"label\",\"words\",\"count\","
    "\"color\"],\"properties\":{\"label\":" TEXT_SCHEMA ",\"words\":" TEXT_SCHEMA
    ",\"count\":{\"type\":\"integer\"},\"color\":" TEXT_SCHEMA "}}}}}";

const char plan_schema_arrangement[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"boxes\",\"rods\",\"rings\",\"rows\",\"mirrors\"],\"properties\":{\"boxes\":{"
    "\"type\":"
    "\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"label\",\"center\",\"size\","
    "\"turn\"],\"properties\":{\"label\":" TEXT_SCHEMA ",\"center\":" VEC3_SCHEMA ",\"size\":" VEC3_SCHEMA
    ",\"turn\":{\"type\":\"number\"}}}},\"rods\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,"
    "\"required\":[\"label\",\"from\",\"to\",\"size\"],\"properties\":{\"label\":" TEXT_SCHEMA ",\"from\":" VEC3_SCHEMA ",\"to\":" VEC3_SCHEMA
    ",\"size\":" VEC3_SCHEMA
    "}}},\"rings\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"label\",\"n\",\"axis\","
    "\"about\"],\"properties\":{\"label\":" TEXT_SCHEMA ",\"n\":" COUNT_SCHEMA ",\"axis\":" AXIS_SCHEMA ",\"about\":" VEC3_SCHEMA
    "}}},\"rows\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"label\",\"n\",\"step\"],"
    "\"properties\":{\"label\":" TEXT_SCHEMA ",\"n\":" COUNT_SCHEMA ",\"step\":" VEC3_SCHEMA
    "}}},\"mirrors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"label\",\"axis\"],"
    "\"properties\":{\"label\":" TEXT_SCHEMA ",\"axis\":" AXIS_SCHEMA "}}}}}";

static bool fail(PlanError *error, const char *fmt, ...) PRINTF_LIKE(2, 3);
static bool fail(PlanError *error, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(error->text, sizeof error->text, fmt, args);
    va_end(args);
    return false;
}

// ---- fields ----

// Words fit for a string of the language: quotes, backslashes, braces and line breaks become spaces.
// Nothing is cut in silence: what is too long comes back.
static bool read_words(const JsonNode *node, const char *key, Str fallback, u32 max, Arena *arena, Str *out, PlanError *error) {
    Str words = jtree_text(node, key, fallback);
    if (words.len > max)
        return fail(error, "\"%s\" is %u bytes long, at most %u are kept: '%.*s...'", key, words.len, max, (int)MIN(words.len, 40u), words.ptr);
    char *text = str_to_z(arena, words);
    for (u32 i = 0; i < words.len; i++)
        if ((unsigned char)text[i] < 0x20 || strchr("\"\\{}", text[i]))
            text[i] = ' ';
    *out = (Str){text, words.len};
    return true;
}

static bool is_label(Str s) {
    if (s.len == 0 || s.len > PLAN_LABEL_MAX || s.ptr[0] < 'a' || s.ptr[0] > 'z')
        return false;
    for (u32 i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

static bool read_label(const JsonNode *node, const char *key, Arena *arena, Str *out, PlanError *error) {
    Str label = jtree_text(node, key, STR(""));
    if (!is_label(label))
        return fail(error, "\"%s\" must be a name of lower-case letters, digits and _ that begins with a letter, at most %d long: '%.*s' is not",
                    key, PLAN_LABEL_MAX, (int)MIN(label.len, 60u), label.ptr);
    *out = str_copy(arena, label);
    return true;
}

static bool names_side(Str label) {
    static const char *const sides[] = {"left_", "right_", "_left", "_right"};
    for (u32 i = 0; i < COUNT_OF(sides); i++) {
        Str side = str_from(sides[i]);
        if (sides[i][0] == '_' ? str_ends(label, side) : str_starts(label, side))
            return true;
    }
    return false;
}

static bool is_color(Str s) {
    if (s.len != 7 || s.ptr[0] != '#')
        return false;
    return strspn(s.ptr + 1, "0123456789abcdefABCDEF") >= 6;
}

static bool read_vec3(const JsonNode *node, const char *key, const char *of, f64 low, f64 high, Vec3 *out, PlanError *error) {
    const JsonNode *list = jtree_list(node, key);
    if (!list || list->n != 3)
        return fail(error, "\"%s\" of %s must be a list of three numbers", key, of);
    f64 v[3];
    for (u32 i = 0; i < 3; i++) {
        const JsonNode *item = &list->items[i];
        if (!jtree_is(item, JSON_NUMBER) || item->number < low || item->number > high) {
            char a[NUMBER_TEXT_MAX], b[NUMBER_TEXT_MAX];
            number_write_short(low, 6, a);
            number_write_short(high, 6, b);
            return fail(error, "\"%s\" of %s: each number must lie in %s..%s", key, of, a, b);
        }
        v[i] = item->number;
    }
    *out = (Vec3){v[0], v[1], v[2]};
    return true;
}

// ---- steps ----

bool plan_read_metrics(const JsonNode *root, Arena *arena, Plan *plan, PlanError *error) {
    if (!read_label(root, "name", arena, &plan->name, error))
        return false;
    if (!read_words(root, "words", plan->name, PLAN_WORDS_MAX, arena, &plan->words, error) ||
        !read_words(root, "notes", STR(""), PLAN_NOTES_MAX, arena, &plan->notes, error))
        return false;
    Str units = jtree_text(root, "units", STR(""));
    if (!str_equal_z(units, "mm") && !str_equal_z(units, "cm") && !str_equal_z(units, "m"))
        return fail(error, "\"units\" must be \"mm\", \"cm\" or \"m\"");
    plan->units = str_copy(arena, units);
    f64 unit = units.len == 1 ? 1000 : units.ptr[0] == 'c' ? 10 : 1;
    return read_vec3(root, "size", "the object", 0.1 / unit, 1e5 / unit, &plan->size, error);
}

static bool read_part(const JsonNode *node, Arena *arena, Plan *plan, PlanError *error) {
    PlanPart *part = &plan->parts[plan->n_parts];
    *part = (PlanPart){0};
    if (!read_label(node, "label", arena, &part->label, error))
        return false;
    if (names_side(part->label))
        return fail(error, "the label '%.*s' names a side: one label for both sides, count 2", STR_ARG(part->label));
    for (u32 i = 0; i < plan->n_parts; i++)
        if (str_equal(plan->parts[i].label, part->label))
            return fail(error, "the label '%.*s' stands twice: give one entry with the whole count", STR_ARG(part->label));
    if (!read_words(node, "words", part->label, PLAN_WORDS_MAX, arena, &part->words, error))
        return false;
    f64 count = jtree_number(node, "count", 0);
    if (!(count >= 1 && count <= PLAN_COUNT_MAX) || count != floor(count))
        return fail(error, "\"count\" of '%.*s' must be a whole number in 1..%d", STR_ARG(part->label), PLAN_COUNT_MAX);
    part->count = (u32)count;
    Str color = jtree_text(node, "color", STR(""));
    part->color = is_color(color) ? str_copy(arena, color) : STR("");
    plan->n_parts++;
    return true;
}

bool plan_read_parts(const JsonNode *root, Arena *arena, Plan *plan, PlanError *error) {
    const JsonNode *list = jtree_list(root, "parts");
    if (!list || list->n == 0 || list->n > PLAN_PARTS_MAX)
        return fail(error, "\"parts\" must be a list of 1 to %d parts", PLAN_PARTS_MAX);
    plan->parts = ARENA_NEW(arena, PlanPart, list->n);
    plan->n_parts = 0;
    u32 n_boxes = 0;
    for (u32 i = 0; i < list->n; i++) {
        if (!read_part(&list->items[i], arena, plan, error))
            return false;
        n_boxes += plan->parts[i].count;
    }
    if (n_boxes > PLAN_BOXES_MAX)
        return fail(error, "%u instances are more than %d: plan fewer, larger parts", n_boxes, PLAN_BOXES_MAX);
    return true;
}

static PlanPart *find_part(const Plan *plan, Str label) {
    for (u32 i = 0; i < plan->n_parts; i++)
        if (str_equal(plan->parts[i].label, label))
            return &plan->parts[i];
    return NULL;
}

static bool add_box(PlanPart *part, const PlanBox *box, PlanError *error) {
    if (part->n_boxes == part->count)
        return fail(error, "'%.*s' was planned %u times, but is placed more often", STR_ARG(part->label), part->count);
    part->boxes[part->n_boxes++] = *box;
    return true;
}

static bool read_box(const JsonNode *node, const Plan *plan, PlanPart *part, PlanError *error) {
    f64 most = 2 * MAX(plan->size.x, MAX(plan->size.y, plan->size.z));
    char of[80];
    snprintf(of, sizeof of, "a box of '%.*s'", STR_ARG(part->label));
    PlanBox box = {.turn = jtree_number(node, "turn", 0)};
    if (!read_vec3(node, "center", of, -most, most, &box.center, error) || !read_vec3(node, "size", of, most / 20000, most, &box.size, error))
        return false;
    if (!(box.turn >= -360 && box.turn <= 360))
        return fail(error, "\"turn\" of %s must be degrees in -360..360", of);
    return add_box(part, &box, error);
}

// The third number of a rod's section, if there is one, is nothing: it has its length from its ends.
static bool read_rod(const JsonNode *node, const Plan *plan, PlanPart *part, PlanError *error) {
    f64 most = 2 * MAX(plan->size.x, MAX(plan->size.y, plan->size.z));
    char of[80];
    snprintf(of, sizeof of, "a rod of '%.*s'", STR_ARG(part->label));
    PlanBox rod = {.is_rod = true};
    if (!read_vec3(node, "from", of, -most, most, &rod.from, error) || !read_vec3(node, "to", of, -most, most, &rod.to, error))
        return false;
    if (!(vec3_norm(vec3_sub(rod.to, rod.from)) >= most / 20000))
        return fail(error, "\"from\" and \"to\" of %s are the same point", of);
    const JsonNode *size = jtree_list(node, "size");
    if (!size || size->n < 2 || size->n > 3)
        return fail(error, "\"size\" of %s must be its section: [width, thickness]", of);
    f64 *section[2] = {&rod.size.x, &rod.size.y};
    for (u32 i = 0; i < 2; i++) {
        if (!jtree_is(&size->items[i], JSON_NUMBER) || !(size->items[i].number >= most / 20000 && size->items[i].number <= most))
            return fail(error, "\"size\" of %s must be two lengths above 0, smaller than the object", of);
        *section[i] = size->items[i].number;
    }
    return add_box(part, &rod, error);
}

static bool read_places(const JsonNode *list, const char *what, const Plan *plan, PlanError *error,
                        bool (*read)(const JsonNode *, const Plan *, PlanPart *, PlanError *)) {
    for (u32 i = 0; list && i < list->n; i++) {
        Str label = jtree_text(&list->items[i], "label", STR(""));
        PlanPart *part = find_part(plan, label);
        if (!part)
            return fail(error, "%s %u has the label '%.*s', which is not in the list of parts", what, i, (int)MIN(label.len, 60u), label.ptr);
        if (!read(&list->items[i], plan, part, error))
            return false;
    }
    return true;
}

// ---- repeats ----

static const char *const repeat_keys[PLAN_REPEAT_KINDS] = {"rings", "rows", "mirrors"};

static bool read_axis(const JsonNode *node, const char *of, u32 *axis, PlanError *error) {
    Str text = jtree_text(node, "axis", STR(""));
    if (text.len != 1 || text.ptr[0] < 'x' || text.ptr[0] > 'z')
        return fail(error, "\"axis\" of %s must be \"x\", \"y\" or \"z\"", of);
    *axis = (u32)(text.ptr[0] - 'x');
    return true;
}

static bool read_repeat(const JsonNode *node, const Plan *plan, PlanPart *part, PlanRepeatKind kind, PlanError *error) {
    f64 most = 2 * MAX(plan->size.x, MAX(plan->size.y, plan->size.z)), n = 2;
    PlanRepeat *out = &part->repeats[kind];
    char of[100];
    snprintf(of, sizeof of, "\"%s\" for '%.*s'", repeat_keys[kind], STR_ARG(part->label));
    if (out->n)
        return fail(error, "'%.*s' stands twice in \"%s\": one entry repeats all boxes and rods of a label", STR_ARG(part->label), repeat_keys[kind]);
    if (kind != PLAN_MIRROR)
        n = jtree_number(node, "n", 0);
    if (!(n >= 2 && n <= PLAN_COUNT_MAX) || n != floor(n))
        return fail(error, "\"n\" of %s must be a whole number in 2..%d", of, PLAN_COUNT_MAX);
    if (kind != PLAN_ROW && !read_axis(node, of, &out->axis, error))
        return false;
    if (kind == PLAN_RING && !read_vec3(node, "about", of, -most, most, &out->about, error))
        return false;
    if (kind == PLAN_ROW && !read_vec3(node, "step", of, -most, most, &out->step, error))
        return false;
    if (kind == PLAN_ROW && !(vec3_norm(out->step) >= most / 20000))
        return fail(error, "\"step\" of %s must not be zero", of);
    out->n = (u32)n;
    return true;
}

static bool read_repeats(const JsonNode *root, const Plan *plan, PlanError *error) {
    for (u32 kind = 0; kind < PLAN_REPEAT_KINDS; kind++) {
        const JsonNode *list = jtree_list(root, repeat_keys[kind]);
        for (u32 i = 0; list && i < list->n; i++) {
            Str label = jtree_text(&list->items[i], "label", STR(""));
            PlanPart *part = find_part(plan, label);
            if (!part)
                return fail(error, "\"%s\" has the label '%.*s', which is not in the list of parts", repeat_keys[kind], (int)MIN(label.len, 60u),
                            label.ptr);
            if (!read_repeat(&list->items[i], plan, part, (PlanRepeatKind)kind, error))
                return false;
        }
    }
    return true;
}

// The number of instances, and how it comes about: "2 x 16 in a ring".
static u64 placed_count(const PlanPart *part, char text[120]) {
    static const char *const words[PLAN_REPEAT_KINDS] = {"in a ring", "in a row", "mirrored"};
    u64 n = part->n_boxes;
    int len = snprintf(text, 120, "%u", part->n_boxes);
    for (u32 kind = 0; kind < PLAN_REPEAT_KINDS; kind++) {
        if (!part->repeats[kind].n)
            continue;
        n *= part->repeats[kind].n;
        len += snprintf(text + len, 120 - (size_t)len, " x %u %s", part->repeats[kind].n, words[kind]);
    }
    return n;
}

bool plan_read_arrangement(const JsonNode *root, Arena *arena, Plan *plan, PlanError *error) {
    for (u32 i = 0; i < plan->n_parts; i++) {
        plan->parts[i].boxes = ARENA_NEW(arena, PlanBox, plan->parts[i].count);
        plan->parts[i].n_boxes = 0;
        memset(plan->parts[i].repeats, 0, sizeof plan->parts[i].repeats);
    }
    const JsonNode *boxes = jtree_list(root, "boxes"), *rods = jtree_list(root, "rods");
    if (!boxes && !rods)
        return fail(error, "\"boxes\" and \"rods\" must be lists");
    if (!read_places(boxes, "box", plan, error, read_box) || !read_places(rods, "rod", plan, error, read_rod) || !read_repeats(root, plan, error))
        return false;
    for (u32 i = 0; i < plan->n_parts; i++) {
        char how[120];
        u64 n = placed_count(&plan->parts[i], how);
        if (n != plan->parts[i].count)
            return fail(error, "'%.*s' was planned %u times, but is placed %llu times (%s)", STR_ARG(plan->parts[i].label), plan->parts[i].count,
                        (unsigned long long)n, how);
    }
    return true;
}

bool plan_read(const JsonNode *root, Arena *arena, Plan *plan, PlanError *error) {
    *plan = (Plan){0};
    return plan_read_metrics(root, arena, plan, error) && plan_read_parts(root, arena, plan, error) &&
           plan_read_arrangement(root, arena, plan, error);
}

// ---- writing ----

static void add_vec3(StrBuf *out, Vec3 v) {
    strbuf_add_char(out, '[');
    strbuf_add_number(out, v.x);
    strbuf_add_z(out, ", ");
    strbuf_add_number(out, v.y);
    strbuf_add_z(out, ", ");
    strbuf_add_number(out, v.z);
    strbuf_add_char(out, ']');
}

static void add_section(StrBuf *out, Vec3 size) {
    strbuf_add_char(out, '[');
    strbuf_add_number(out, size.x);
    strbuf_add_z(out, ", ");
    strbuf_add_number(out, size.y);
    strbuf_add_char(out, ']');
}

static void add_text(StrBuf *out, const char *before, Str text) {
    strbuf_add_z(out, before);
    strbuf_add_json(out, text);
}

void plan_write_summary(const Plan *plan, StrBuf *out) {
    add_text(out, "{\n  \"name\": ", plan->name);
    add_text(out, ",\n  \"words\": ", plan->words);
    add_text(out, ",\n  \"units\": ", plan->units);
    strbuf_add_z(out, ",\n  \"size\": ");
    add_vec3(out, plan->size);
    add_text(out, ",\n  \"notes\": ", plan->notes);
    if (plan->n_parts)
        strbuf_add_z(out, ",\n  \"parts\": [");
    for (u32 i = 0; i < plan->n_parts; i++) {
        const PlanPart *part = &plan->parts[i];
        add_text(out, i ? ",\n    {\"label\": " : "\n    {\"label\": ", part->label);
        add_text(out, ", \"words\": ", part->words);
        strbuf_addf(out, ", \"count\": %u", part->count);
        add_text(out, ", \"color\": ", part->color);
        strbuf_add_char(out, '}');
    }
    strbuf_add_z(out, plan->n_parts ? "\n  ]\n}\n" : "\n}\n");
}

static void write_place_json(const PlanPart *part, const PlanBox *box, StrBuf *out) {
    add_text(out, "\n    {\"label\": ", part->label);
    strbuf_add_z(out, box->is_rod ? ", \"from\": " : ", \"center\": ");
    add_vec3(out, box->is_rod ? box->from : box->center);
    if (box->is_rod) {
        strbuf_add_z(out, ", \"to\": ");
        add_vec3(out, box->to);
    }
    strbuf_add_z(out, ", \"size\": ");
    if (box->is_rod)
        add_section(out, box->size);
    else
        add_vec3(out, box->size);
    if (!box->is_rod) {
        strbuf_add_z(out, ", \"turn\": ");
        strbuf_add_number(out, box->turn);
    }
    strbuf_add_char(out, '}');
}

static void write_places_json(const Plan *plan, const char *key, bool rods, StrBuf *out) {
    bool is_first = true;
    strbuf_addf(out, ",\n  \"%s\": [", key);
    for (u32 i = 0; i < plan->n_parts; i++) {
        for (u32 k = 0; k < plan->parts[i].n_boxes; k++) {
            if (plan->parts[i].boxes[k].is_rod != rods)
                continue;
            strbuf_add_z(out, is_first ? "" : ",");
            is_first = false;
            write_place_json(&plan->parts[i], &plan->parts[i].boxes[k], out);
        }
    }
    strbuf_add_z(out, is_first ? "]" : "\n  ]");
}

static void write_repeats_json(const Plan *plan, PlanRepeatKind kind, StrBuf *out) {
    bool is_first = true;
    strbuf_addf(out, ",\n  \"%s\": [", repeat_keys[kind]);
    for (u32 i = 0; i < plan->n_parts; i++) {
        const PlanRepeat *repeat = &plan->parts[i].repeats[kind];
        if (!repeat->n)
            continue;
        add_text(out, is_first ? "\n    {\"label\": " : ",\n    {\"label\": ", plan->parts[i].label);
        is_first = false;
        if (kind != PLAN_MIRROR)
            strbuf_addf(out, ", \"n\": %u", repeat->n);
        if (kind != PLAN_ROW)
            strbuf_addf(out, ", \"axis\": \"%c\"", "xyz"[repeat->axis]);
        if (kind != PLAN_MIRROR) {
            strbuf_add_z(out, kind == PLAN_ROW ? ", \"step\": " : ", \"about\": ");
            add_vec3(out, kind == PLAN_ROW ? repeat->step : repeat->about);
        }
        strbuf_add_char(out, '}');
    }
    strbuf_add_z(out, is_first ? "]" : "\n  ]");
}

void plan_write_json(const Plan *plan, StrBuf *out) {
    plan_write_summary(plan, out);
    out->len -= 3; // "\n}\n"
    write_places_json(plan, "boxes", false, out);
    write_places_json(plan, "rods", true, out);
    for (u32 kind = 0; kind < PLAN_REPEAT_KINDS; kind++)
        write_repeats_json(plan, (PlanRepeatKind)kind, out);
    strbuf_add_z(out, "\n}\n");
}

// How far below the ground the slanting end of a rod reaches.
static f64 rod_depth(const PlanBox *rod) {
    Vec3 way = vec3_sub(rod->to, rod->from);
    f64 level = sqrt(way.x * way.x + way.y * way.y) / vec3_norm(way);
    return level * rod->size.y / 2 - MIN(rod->from.z, rod->to.z);
}

// After a part: its copies. A ring turns about the origin, so a part that rings about another point is
// brought there and back.
static void write_repeats(const PlanPart *part, StrBuf *out) {
    const PlanRepeat *ring = &part->repeats[PLAN_RING], *row = &part->repeats[PLAN_ROW], *mirror = &part->repeats[PLAN_MIRROR];
    if (ring->n) {
        Vec3 about = ring->about;
        vec3_set(&about, ring->axis, 0);
        bool is_off = vec3_norm(about) > 0;
        if (is_off) {
            strbuf_add_z(out, ".move(");
            add_vec3(out, vec3_sub((Vec3){0, 0, 0}, about));
            strbuf_add_char(out, ')');
        }
        strbuf_addf(out, ".ring(%u", ring->n);
        if (ring->axis != 2)
            strbuf_addf(out, ", axis = %c", "XYZ"[ring->axis]);
        strbuf_add_char(out, ')');
        if (is_off) {
            strbuf_add_z(out, ".move(");
            add_vec3(out, about);
            strbuf_add_char(out, ')');
        }
    }
    if (row->n) {
        strbuf_addf(out, ".repeat(%u, step = ", row->n);
        add_vec3(out, row->step);
        strbuf_add_char(out, ')');
    }
    if (mirror->n)
        strbuf_addf(out, ".both(%c)", "XYZ"[mirror->axis]);
    strbuf_add_char(out, '\n');
}

static void write_rod(const PlanBox *rod, StrBuf *out) {
    bool is_round = rod->size.x == rod->size.y;
    strbuf_add_z(out, is_round ? "rod(from = " : "beam(from = ");
    add_vec3(out, rod->from);
    strbuf_add_z(out, ", to = ");
    add_vec3(out, rod->to);
    strbuf_add_z(out, is_round ? ", d = " : ", size = ");
    if (is_round)
        strbuf_add_number(out, rod->size.x);
    else
        add_section(out, rod->size);
    if (!is_round && rod->from.x == rod->to.x && rod->from.y == rod->to.y)
        strbuf_add_z(out, ", up = Y"); // Z is along it
    strbuf_add_char(out, ')');
    if (rod_depth(rod) > 0 && MIN(rod->from.z, rod->to.z) >= 0)
        strbuf_add_z(out, ".clip(z = 0..inf)"); // it stands on the ground, not in it
    strbuf_add_z(out, " }");
}

// The first part of that colour, after which the material is named.
static const PlanPart *color_owner(const Plan *plan, const PlanPart *part) {
    const PlanPart *owner = plan->parts;
    while (!str_equal(owner->color, part->color))
        owner++;
    return owner;
}

static void write_box(const Plan *plan, const PlanPart *part, const PlanBox *box, StrBuf *out) {
    strbuf_addf(out, "part %.*s \"%.*s\"", STR_ARG(part->label), STR_ARG(part->words));
    if (part->color.len)
        strbuf_addf(out, ": %.*s_color", STR_ARG(color_owner(plan, part)->label));
    strbuf_add_z(out, " { ");
    if (box->is_rod) {
        write_rod(box, out);
        write_repeats(part, out);
        return;
    }
    strbuf_add_z(out, "box(size = ");
    add_vec3(out, box->size);
    strbuf_add_char(out, ')');
    if (box->turn != 0) {
        strbuf_add_z(out, ".rotate(z = ");
        strbuf_add_number(out, box->turn);
        strbuf_add_char(out, ')');
    }
    strbuf_add_z(out, ".move(");
    add_vec3(out, box->center);
    strbuf_add_z(out, ") }");
    write_repeats(part, out);
}

// One contract for all counts, in lines of at most 100 columns; a failure names the count that is wrong.
static void write_counts(const Plan *plan, StrBuf *out) {
    enum { COLUMNS = 100 };
    strbuf_add_z(out, "\nexpect");
    size_t column = 6;
    for (u32 i = 0; i < plan->n_parts; i++) {
        char text[PLAN_LABEL_MAX + 40];
        int len = snprintf(text, sizeof text, "count(@%.*s) == %u%s", STR_ARG(plan->parts[i].label), plan->parts[i].count,
                           i + 1 < plan->n_parts ? " and" : "");
        bool wraps = column + 1 + (size_t)len > COLUMNS;
        strbuf_addf(out, "%s%s", wraps ? "\n  " : " ", text);
        column = (wraps ? 1 : column) + 1 + (size_t)len;
    }
    strbuf_add_char(out, '\n');
}

void plan_write_part(const Plan *plan, StrBuf *out) {
    strbuf_addf(out, "object %.*s \"%.*s\"\nunits %.*s\n", STR_ARG(plan->name), STR_ARG(plan->words), STR_ARG(plan->units));
    for (u32 i = 0; i < plan->n_parts; i++)
        if (plan->parts[i].color.len && color_owner(plan, &plan->parts[i]) == &plan->parts[i])
            strbuf_addf(out, "material %.*s_color { color = %.*s }\n", STR_ARG(plan->parts[i].label), STR_ARG(plan->parts[i].color));
    strbuf_add_z(out, "canvas ");
    add_vec3(out, plan->size);
    strbuf_add_z(out, "\n\n// the plan as boxes and rods: every part in its place\n");
    for (u32 i = 0; i < plan->n_parts; i++)
        for (u32 k = 0; k < plan->parts[i].n_boxes; k++)
            write_box(plan, &plan->parts[i], &plan->parts[i].boxes[k], out);
    write_counts(plan, out);
}
