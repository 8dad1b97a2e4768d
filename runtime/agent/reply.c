// SPDX-License-Identifier: Apache-2.0
// Lenient where models are careless (fences, prose around), strict where a decision hangs on it.
#include "runtime/agent/reply.h"

// The text of the line at i, without leading blanks.
static Str line_at(Str s, u32 i) {
    u32 end = i;
    while (end < s.len && s.ptr[end] != '\n')
        end++;
    while (i < end && (s.ptr[i] == ' ' || s.ptr[i] == '\t'))
        i++;
    return (Str){s.ptr + i, end - i};
}

static u32 next_line(Str s, u32 i) {
    while (i < s.len && s.ptr[i] != '\n')
        i++;
    return i < s.len ? i + 1 : s.len;
}

static bool begins_object(Str line) {
    return str_starts(line, STR("object ")) || str_starts(line, STR("object\t"));
}

// Whether one of the first lines (comments, blanks) is an `object` line.
static bool is_program(Str block) {
    for (u32 i = 0, n = 0; i < block.len && n < 40; i = next_line(block, i), n++)
        if (begins_object(line_at(block, i)))
            return true;
    return false;
}

Str reply_find_program(Str reply) {
    Str found = {"", 0};
    u32 start = 0;
    bool is_open = false;
    for (u32 i = 0; i < reply.len; i = next_line(reply, i)) {
        if (!str_starts(line_at(reply, i), STR("```")))
            continue;
        if (is_open) {
            Str block = {reply.ptr + start, i - start};
            if (is_program(block))
                found = block;
        }
        is_open = !is_open;
        start = next_line(reply, i);
    }
    if (is_open && is_program((Str){reply.ptr + start, reply.len - start}))
        found = (Str){reply.ptr + start, reply.len - start};
    if (found.len)
        return found;
    for (u32 i = 0; i < reply.len; i = next_line(reply, i))
        if (begins_object(line_at(reply, i)))
            return (Str){reply.ptr + i, reply.len - i};
    return found;
}

// ---- the inspector's verdict ----

static const char *const check_names[CHECK_COUNT] = {"missing",  "floating", "proportions", "overlaps",
                                                     "plain",    "orientation", "other"};

#define TEXT_SCHEMA "{\"type\":\"string\"}"
const char verdict_schema[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"verdict\",\"findings\"],\"properties\":{"
    "\"verdict\":{\"type\":\"string\",\"enum\":[\"accept\",\"revise\"]},\"findings\":{\"type\":\"array\",\"items\":{"
    "\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"check\",\"severity\",\"part\",\"problem\",\"edit\"],"
    "\"properties\":{\"check\":{\"type\":\"string\",\"enum\":[\"missing\",\"floating\",\"proportions\",\"overlaps\","
    "\"plain\",\"orientation\",\"other\"]},\"severity\":{\"type\":\"string\",\"enum\":[\"must\",\"may\"]},\"part\":" TEXT_SCHEMA
    ",\"problem\":" TEXT_SCHEMA ",\"edit\":" TEXT_SCHEMA "}}}}}";

const char *verdict_check_name(VerdictCheck check) { return check_names[check]; }

static bool read_finding(const JsonNode *node, Arena *arena, Finding *out, const char **error) {
    Str check = jtree_text(node, "check", STR(""));
    u32 i = 0;
    while (i < CHECK_COUNT && !str_equal_z(check, check_names[i]))
        i++;
    if (i == CHECK_COUNT) {
        *error = "\"check\" must be missing, floating, proportions, overlaps, plain, orientation or other";
        return false;
    }
    Str severity = jtree_text(node, "severity", STR(""));
    if (!str_equal_z(severity, "must") && !str_equal_z(severity, "may")) {
        *error = "\"severity\" must be \"must\" or \"may\"";
        return false;
    }
    out->check = (VerdictCheck)i;
    out->is_must = severity.len == 4;
    out->part = str_copy(arena, jtree_text(node, "part", STR("")));
    out->problem = str_copy(arena, jtree_text(node, "problem", STR("")));
    out->edit = str_copy(arena, jtree_text(node, "edit", STR("")));
    if (out->problem.len == 0) {
        *error = "each finding needs a \"problem\"";
        return false;
    }
    return true;
}

bool verdict_read(const JsonNode *root, Arena *arena, Verdict *out, const char **error) {
    *out = (Verdict){0};
    Str verdict = jtree_text(root, "verdict", STR(""));
    bool says_accept = str_equal_z(verdict, "accept");
    if (!says_accept && !str_equal_z(verdict, "revise")) {
        *error = "\"verdict\" must be \"accept\" or \"revise\"";
        return false;
    }
    const JsonNode *findings = jtree_list(root, "findings");
    if (!findings) {
        *error = "\"findings\" must be a list";
        return false;
    }
    for (u32 i = 0; i < findings->n && i < FINDINGS_MAX; i++) {
        if (!read_finding(&findings->items[i], arena, &out->findings[out->n_findings], error))
            return false;
        out->n_must += out->findings[out->n_findings++].is_must;
    }
    if (!says_accept && out->n_findings == 0) {
        *error = "a verdict \"revise\" needs at least one finding";
        return false;
    }
    out->accepts = says_accept && out->n_must == 0;
    return true;
}

void verdict_write_text(const Verdict *verdict, StrBuf *out) {
    for (u32 i = 0; i < verdict->n_findings; i++) {
        const Finding *f = &verdict->findings[i];
        strbuf_addf(out, "- %s (%s)", check_names[f->check], f->is_must ? "must" : "may");
        if (f->part.len)
            strbuf_addf(out, ", part %.*s", STR_ARG(f->part));
        strbuf_addf(out, ": %.*s", STR_ARG(f->problem));
        if (f->edit.len)
            strbuf_addf(out, "%s Edit: %.*s", str_ends(f->problem, STR(".")) ? "" : ".", STR_ARG(f->edit));
        strbuf_add_char(out, '\n');
    }
}
