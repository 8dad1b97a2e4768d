// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the nearest of the names that would have been right. Distance counts typing
// errors (base/str.h); a word that differs by case alone is at distance 0. A program with a
// thousand unknown names among a hundred thousand known ones is not worth hours: after a while no
// more is looked for.
#include "compiler/check/check_names.h"

enum { OFFERS_MAX = 4000000 };

void suggest_init(Suggest *suggest, Eval *ev, Str word) {
    u32 limit = MAX(word.len / 3, 1);
    *suggest = (Suggest){.ev = ev, .word = word, .best_distance = limit + 1};
    if (word.len <= 1)
        suggest->best_distance = word.len; // one letter: by case alone
}

void suggest_offer(Suggest *suggest, Str candidate) {
    u32 limit = suggest->best_distance;
    if (limit == 0 || suggest->ev->n_suggestions >= OFFERS_MAX)
        return;
    suggest->ev->n_suggestions++;
    u32 longer = MAX(candidate.len, suggest->word.len),
        shorter = MIN(candidate.len, suggest->word.len);
    if (longer - shorter >= limit)
        return;
    u32 distance = str_distance(suggest->word, candidate, limit - 1);
    if (distance < limit) {
        suggest->best = candidate;
        suggest->best_distance = distance;
    }
}

void suggest_offer_any(void *suggest, Str candidate) {
    suggest_offer(suggest, candidate);
}

bool suggest_finish(const Suggest *suggest, Diag *diag, Span span, FixKind kind) {
    if (suggest->best.len == 0)
        return false;
    Diags *diags = suggest->ev->diags;
    diag_help(diags, diag, "did you mean '%.*s'?", STR_ARG(suggest->best));
    diag_fix(diags, diag, kind, span, suggest->best);
    return true;
}

Str node_text(const Eval *ev, const AstNode *node) {
    return source_text(ev->sources, node->span);
}
