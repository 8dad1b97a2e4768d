// SPDX-License-Identifier: Apache-2.0
// Heads of parts, materials and objects that are written in other ways: quoted labels, '=' before
// the body, a material without its ':', a whole program in braces.
#include "lang/foreign.h"

static TokenKind kind_of(const Mistake *m, u32 i) {
    return mistake_kind(m, i);
}

// A name made of words: letters and digits kept, everything else '_'.
static Str name_of_words(const Mistake *m, Str words) {
    char *out = arena_alloc(m->parse->arena, (size_t)words.len + 2, 1);
    u32 n = 0;
    for (u32 i = 0; i < words.len && n < 40; i++) {
        char c = words.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && n > 0))
            out[n++] = c;
        else if (n > 0 && out[n - 1] != '_')
            out[n++] = '_';
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    return (Str){out, n};
}

// part "leg", object "A chair", units "cm"
bool foreign_quoted_name(Mistake *m, Repair *out) {
    TokenKind before = m->at > 0 ? kind_of(m, m->at - 1) : TOK_END;
    bool of_part =
        before == TOK_PART || (before == TOK_COLON && kind_of(m, m->statement) == TOK_PART);
    if (kind_of(m, m->at) != TOK_TEXT || !mistake_accepts(m, TOK_NAME) ||
        mistake_accepts(m, TOK_NUMBER) ||
        (!of_part && before != TOK_OBJECT && before != TOK_MATERIAL && before != TOK_UNITS))
        return false;
    Span span = mistake_span(m, m->at);
    Str words = {m->parse->text.ptr + span.off + 1, span.len > 1 ? span.len - 2 : 0};
    Str name = name_of_words(m, words);
    bool same = str_equal(words, name), takes_words = before == TOK_PART || before == TOK_OBJECT;
    Diag *diag = mistake_report(m, DIAG_E0218, m->at, "a name stands here, without quotes");
    if (takes_words)
        diag_help(m->parse->diags, diag, "the name comes first; words in quotes may follow it");
    if (name.len) {
        Str fixed = name;
        if (!same && takes_words)
            fixed = str_format(m->parse->arena, "%.*s \"%.*s\"", STR_ARG(name), STR_ARG(words));
        diag_fix(m->parse->diags, diag, same || takes_words ? FIX_MACHINE : FIX_MAYBE, span, fixed);
    }
    *out = repair_insert(TOK_NAME, m->at + 1);
    if (same && name.len) { // so that @leg finds it
        Token *token = &m->parse->layout.items[m->at];
        token->kind = TOK_NAME;
        token->span.off++;
        token->span.len -= 2;
        *out = repair_skip(m->at);
    }
    return true;
}

// part leg = box(...), material oak = { ... }
bool foreign_part_equals(Mistake *m, Repair *out) {
    TokenKind first = kind_of(m, m->statement);
    if (kind_of(m, m->at) != TOK_ASSIGN || m->at != m->statement + 2 ||
        (first != TOK_PART && first != TOK_MATERIAL))
        return false;
    if (kind_of(m, m->at + 1) == TOK_LBRACE) {
        Diag *diag = mistake_report(m, DIAG_E0218, m->at, "no '=' stands before the braces");
        mistake_fix(m, diag, mistake_gap(m, m->at), STR(""));
        *out = repair_skip(m->at + 1);
        return true;
    }
    u32 end = mistake_statement_end(m, m->at + 1);
    *out = repair_recover(end);
    Str name = mistake_text(m, m->at - 1);
    if (first == TOK_MATERIAL) {
        Diag *diag = mistake_report(m, DIAG_E0218, m->at, "a material's fields stand in braces");
        diag_help(m->parse->diags, diag, "material %.*s { color = #b98a5a, roughness = 0.6 }",
                  STR_ARG(name));
        return true;
    }
    Diag *diag = mistake_report(m, DIAG_E0218, m->at, "a part's solid stands in braces");
    diag_help(m->parse->diags, diag, "part %.*s { ... }", STR_ARG(name));
    if (end > m->at + 1)
        mistake_fix_braces(m, diag, mistake_gap(m, m->at), end - 1, false);
    return true;
}

// part leg(h), part leg oak, part leg: oak "words"
bool foreign_part_head(Mistake *m, Repair *out) {
    u32 part = m->at;
    while (part > m->statement && kind_of(m, part) != TOK_PART && m->at - part < 6)
        part--;
    if (kind_of(m, part) != TOK_PART || part == m->at || !mistake_accepts(m, TOK_LBRACE))
        return false;
    TokenKind kind = kind_of(m, m->at);
    Str label = mistake_text(m, part + 1);
    *out = repair_recover(m->at);
    if (kind == TOK_LPAREN && m->at == part + 2) {
        Diag *diag = mistake_report(m, DIAG_E0218, m->at, "a part takes no arguments");
        diag_help(m->parse->diags, diag, "a def does: def %.*s(h) { part %.*s { ... } }",
                  STR_ARG(label), STR_ARG(label));
        return true;
    }
    if (kind == TOK_NAME && mistake_accepts(m, TOK_COLON)) {
        Diag *diag = mistake_report(m, DIAG_E0218, m->at, "a part's material stands after ':'");
        mistake_fix(m, diag, mistake_place(m, m->at - 1, true), STR(":"));
        *out = repair_insert(TOK_COLON, m->at);
        return true;
    }
    if (kind == TOK_TEXT && m->at == part + 4 && kind_of(m, part + 2) == TOK_COLON) {
        Diag *diag =
            mistake_report(m, DIAG_E0218, m->at, "the words stand before the ':' of the material");
        mistake_fix(m, diag, mistake_place(m, part + 1, true),
                    str_format(m->parse->arena, " %.*s", STR_ARG(mistake_text(m, m->at))));
        mistake_fix(m, diag, mistake_gap(m, m->at), STR(""));
        *out = repair_skip(m->at + 1);
        return true;
    }
    return false;
}

// part leg: #ff0000
bool foreign_part_material(Mistake *m, Repair *out) {
    if (m->at == 0 || kind_of(m, m->at - 1) != TOK_COLON || kind_of(m, m->statement) != TOK_PART ||
        !mistake_accepts(m, TOK_NAME) || mistake_accepts(m, TOK_NUMBER))
        return false;
    Diag *diag = mistake_report(m, DIAG_E0218, m->at,
                                "a part's material is a name, list[i], or (c ? a : b)");
    u32 end = mistake_statement_end(m, m->at), brace = m->at;
    while (brace < end && kind_of(m, brace) != TOK_LBRACE)
        brace = mistake_skip(m, brace);
    if (kind_of(m, m->at) == TOK_COLOR) {
        diag_help(m->parse->diags, diag, "name it first: material paint { color = %.*s }",
                  STR_ARG(mistake_text(m, m->at)));
    } else if (brace == m->at) {
        diag_help(m->parse->diags, diag, "without a material the ':' is left out");
        mistake_fix(m, diag, mistake_span(m, m->at - 1), STR(""));
    } else if (kind_of(m, m->at) == TOK_LBRACKET && brace < end) {
        diag_help(m->parse->diags, diag, "any other value stands in parentheses");
        mistake_fix(m, diag, mistake_place(m, m->at, false), STR("("));
        mistake_fix(m, diag, mistake_place(m, brace - 1, true), STR(")"));
    }
    *out = repair_insert(TOK_NAME, brace < end ? brace : m->at + 1);
    return true;
}

// part { ... }
bool foreign_part_nameless(Mistake *m, Repair *out) {
    if (kind_of(m, m->at) != TOK_LBRACE || m->at == 0 || kind_of(m, m->at - 1) != TOK_PART)
        return false;
    Diag *diag = mistake_report(m, DIAG_E0218, m->at - 1, "a part has a label: part leg { ... }");
    diag_help(m->parse->diags, diag, "a solid without a label is group { ... }");
    diag_fix(m->parse->diags, diag, FIX_MAYBE, mistake_span(m, m->at - 1), STR("group"));
    *out = repair_insert(TOK_NAME, m->at);
    return true;
}

// object chair { ... }: the whole program in a block
bool foreign_object_block(Mistake *m, Repair *out) {
    if (kind_of(m, m->at) != TOK_LBRACE || kind_of(m, m->statement) != TOK_OBJECT)
        return false;
    Layout *layout = &m->parse->layout;
    u32 close = layout->close_of[m->at];
    Diag *diag = mistake_report(m, DIAG_E0221, m->at,
                                "the object line has no body: the statements follow it");
    diag_help(m->parse->diags, diag, "delete this '{' and the '}' that closes it");
    mistake_fix(m, diag, mistake_gap(m, m->at), STR(""));
    mistake_fix(m, diag, mistake_span(m, close), STR(""));
    layout->items[m->at].kind = layout->items[close].kind = TOK_NEWLINE;
    layout->close_of[m->at] = layout->open_of[close] = NONE;
    *out = repair_skip(m->at);
    return true;
}
