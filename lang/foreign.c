// SPDX-License-Identifier: Apache-2.0
#include "lang/parse.h"

static const Token *at_token(const Parse *parse, u32 i) { return &parse->layout.items[i]; }

static Str text_at(const Parse *parse, u32 i) {
    Span span = parse->layout.items[i].span;
    return (Str){parse->text.ptr + span.off, span.len};
}

Repair parse_explain(Parse *parse, u32 at) {
    Str expected = parse_expected(parse);
    diag_add(parse->diags, DIAG_E0201, at_token(parse, at)->span, "expected %.*s, found '%.*s'", STR_ARG(expected), STR_ARG(text_at(parse, at)));
    return (Repair){REPAIR_RECOVER, at, TOK_END};
}
