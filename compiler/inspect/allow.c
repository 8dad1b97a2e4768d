// SPDX-License-Identifier: Apache-2.0
// allow floating(@x) and allow overlap(@a, @b): they accept exactly what they name, and one that
// accepts nothing is reported. A reference is matched against a part and all parts around it.
#include "compiler/inspect/inspect_internal.h"

#include "base/number.h"

static bool side_matches(u32 sides, Str word) {
    static const struct {
        const char *word;
        u32 side;
    } words[] = {{"left", SIDE_LEFT}, {"right", SIDE_RIGHT}, {"front", SIDE_FRONT},
                 {"back", SIDE_BACK}, {"top", SIDE_TOP},     {"bottom", SIDE_BOTTOM}};
    for (u32 i = 0; i < COUNT_OF(words); i++)
        if (str_equal_z(word, words[i].word))
            return sides & words[i].side;
    return false;
}

// One step, "leg[2]" or "arm[left]", against one part.
static bool step_matches(const ScenePart *part, Str step) {
    u32 name_len = 0;
    while (name_len < step.len && step.ptr[name_len] != '[')
        name_len++;
    if (!str_equal(part->label, (Str){step.ptr, name_len}))
        return false;
    for (u32 off = name_len; off < step.len;) {
        u32 end = off;
        while (end < step.len && step.ptr[end] != ']')
            end++;
        Str index = {step.ptr + off + 1, end - off - 1};
        f64 number;
        if (number_read(index, &number) ? (f64)part->instance != number
                                        : !side_matches(part->sides, index))
            return false;
        off = end + 1;
    }
    return true;
}

// "a/b/c" against the part and its ancestors: the last step must match the part itself, the others
// ancestors in order.
static bool ref_matches(const Scene *scene, Str ref, u32 part) {
    u32 end = ref.len;
    bool first = true;
    while (end > 0) {
        u32 start = end;
        while (start > 0 && ref.ptr[start - 1] != '/')
            start--;
        Str step = {ref.ptr + start, end - start};
        while (part != NONE && !step_matches(&scene->parts[part], step)) {
            if (first)
                return false;
            part = scene->parts[part].parent;
        }
        if (part == NONE)
            return false;
        part = scene->parts[part].parent;
        first = false;
        end = start > 0 ? start - 1 : 0;
    }
    return true;
}

static bool ref_holds(const Scene *scene, Str ref, u32 part) {
    if (ref.len && ref.ptr[0] == '@')
        ref = (Str){ref.ptr + 1, ref.len - 1};
    for (u32 p = part; p != NONE; p = scene->parts[p].parent)
        if (ref_matches(scene, ref, p))
            return true;
    return false;
}

bool inspect_may_float(const Inspection *in, u32 part) {
    for (u32 i = 0; i < in->scene->n_allows; i++)
        if (!in->scene->allows[i].is_overlap && ref_holds(in->scene, in->scene->allows[i].a, part))
            return true;
    return false;
}

bool inspect_allowed_floating(Inspection *in, u32 part) {
    bool allowed = false;
    for (u32 i = 0; i < in->scene->n_allows; i++) {
        const SceneAllow *allow = &in->scene->allows[i];
        if (!allow->is_overlap && ref_holds(in->scene, allow->a, part))
            allowed = in->allow_used[i] = true;
    }
    return allowed;
}

bool inspect_allowed_overlap(Inspection *in, u32 a, u32 b) {
    bool allowed = false;
    for (u32 i = 0; i < in->scene->n_allows; i++) {
        const SceneAllow *allow = &in->scene->allows[i];
        if (!allow->is_overlap)
            continue;
        Str first = allow->a, second = allow->b.len ? allow->b : allow->a;
        if ((ref_holds(in->scene, first, a) && ref_holds(in->scene, second, b)) ||
            (ref_holds(in->scene, first, b) && ref_holds(in->scene, second, a)))
            allowed = in->allow_used[i] = true;
    }
    return allowed;
}

void inspect_check_allows(Inspection *in) {
    for (u32 i = 0; i < in->scene->n_allows; i++) {
        const SceneAllow *allow = &in->scene->allows[i];
        if (in->allow_used[i])
            continue;
        // A pair that overlaps too little for a warning is still what the statement is about.
        bool near = false;
        for (u32 k = 0; k < in->contacts.len && !near && allow->is_overlap; k++)
            near = inspect_allowed_overlap(in, in->contacts.data[k].a, in->contacts.data[k].b) &&
                   in->allow_used[i];
        if (near)
            continue;
        Diag *diag = diag_add(in->diags, DIAG_W0808, allow->span,
                              "nothing here %s: this allowance accepts nothing",
                              allow->is_overlap ? "overlaps" : "floats");
        diag_help(in->diags, diag, "remove the line");
        diag_fix(in->diags, diag, FIX_MAYBE, allow->span, STR(""));
        diag_key(in->diags, diag, "%.*s %.*s", STR_ARG(allow->a), STR_ARG(allow->b));
    }
}
