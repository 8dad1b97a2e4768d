// SPDX-License-Identifier: Apache-2.0
// The rules of the exported grammar that describe how tokens are spelt and which space parts them:
// by hand after lang/lexer.re, but for the words, whose table is lang/tokens.def. A name is
// whatever is no keyword; that is said by a tree of the keywords, since no printed form has a "but
// not".
#include "lang/grammar_export_internal.h"

enum { SPACE_MAX = 80, DIGITS_MAX = 15, WORDS_MAX = 64 };

typedef struct Words {
    Str items[WORDS_MAX];
    u32 len;
} Words;

// "A-Zb-z" for the word characters that are allowed.
static Str class_of(Arena *arena, const bool allowed[128]) {
    char *text = ARENA_NEW(arena, char, 200);
    u32 n = 0;
    for (u32 c = 0; c < 128; c++) {
        u32 end = c;
        while (allowed[c] && end + 1 < 128 && allowed[end + 1])
            end++;
        if (!allowed[c])
            continue;
        text[n++] = (char)c;
        if (end > c + 1)
            text[n++] = '-';
        if (end > c)
            text[n++] = (char)end;
        c = end;
    }
    return (Str){text, n};
}

static bool is_word_char(u32 c, bool is_first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!is_first && c >= '0' && c <= '9');
}

static Words words_with(const Words *words, u32 at, char c) {
    Words out = {.len = 0};
    for (u32 i = 0; i < words->len; i++)
        if (words->items[i].len > at && words->items[i].ptr[at] == c)
            out.items[out.len++] = words->items[i];
    return out;
}

// What may follow the first `at` characters that all these words share.
static Expr *name_rest(Arena *arena, const Words *words, u32 at) {
    bool allowed[128], is_word = false;
    VEC(Expr *) ways = {0};
    for (u32 c = 0; c < 128; c++)
        allowed[c] = is_word_char(c, at == 0);
    for (u32 i = 0; i < words->len; i++)
        is_word |= words->items[i].len == at;
    for (u32 c = 0; c < 128; c++) {
        Words deeper = words_with(words, at, (char)c);
        if (!deeper.len)
            continue;
        allowed[c] = false;
        char *letter = ARENA_NEW(arena, char, 1);
        *letter = (char)c;
        Expr *rest = name_rest(arena, &deeper, at + 1);
        avec_push(
            arena, &ways,
            expr_make_seq(arena, 2, (Expr *[]){expr_make_text(arena, (Str){letter, 1}), rest}));
    }
    Expr *other = expr_make_seq(arena, 2,
                                (Expr *[]){expr_make_class(arena, class_of(arena, allowed), 1, 1),
                                           expr_make_class(arena, STR("A-Za-z0-9_"), 0, 0)});
    avec_push(arena, &ways, other);
    Expr *any = expr_make_alt(arena, ways.len, ways.data);
    return at > 0 && !is_word ? expr_make_opt(arena, any) : any;
}

static Expr *name_expr(Arena *arena, bool with_soft) {
    Words words = {.items = {STR("True"), STR("TRUE"), STR("False"), STR("FALSE")}, .len = 4};
    for (u32 t = 0; t < TOK_COUNT; t++)
        if (token_flags((TokenKind)t) & (with_soft ? TOKEN_WORD | TOKEN_SOFT : TOKEN_WORD))
            words.items[words.len++] = str_from(token_kind_spelling((TokenKind)t));
    return name_rest(arena, &words, 0);
}

static Rule *rule_add(Arena *arena, Lexical *out, const char *name, Expr *body) {
    Rule *rule = ARENA_NEW(arena, Rule, 1);
    *rule = (Rule){str_from(name), body, true};
    avec_push(arena, &out->rules, rule);
    return rule;
}

#define SEQ(...)                                                                                   \
    expr_make_seq(arena, sizeof((Expr *[]){__VA_ARGS__}) / sizeof(Expr *), (Expr *[]){__VA_ARGS__})
#define ALT(...)                                                                                   \
    expr_make_alt(arena, sizeof((Expr *[]){__VA_ARGS__}) / sizeof(Expr *), (Expr *[]){__VA_ARGS__})
#define OPT(e) expr_make_opt(arena, e)
#define MANY(e) expr_make_star(arena, e)
#define TEXT(z) expr_make_text(arena, STR(z))
#define CLASS(z, min, max) expr_make_class(arena, STR(z), min, max)
#define USE(rule) expr_make_rule(arena, rule)

static void add_spaces(Arena *arena, Lexical *out) {
    Rule *space = out->space = rule_add(arena, out, "space", CLASS(" \\t", 1, SPACE_MAX));
    Expr *line = SEQ(TEXT("//"), CLASS("^\\x00-\\x08\\x0a-\\x1f\\x7f", 0, 0));
    Expr *inside = MANY(ALT(CLASS("^*\\x00-\\x08\\x0b-\\x1f\\x7f", 1, 1),
                            SEQ(CLASS("*", 1, 0), CLASS("^*/\\x00-\\x08\\x0b-\\x1f\\x7f", 1, 1))));
    Expr *block = SEQ(TEXT("/*"), inside, CLASS("*", 1, 0), TEXT("/"), OPT(USE(space)));
    Rule *comment = out->comment = rule_add(arena, out, "comment", ALT(line, block));
    Expr *empty = SEQ(OPT(USE(space)), TEXT("\n"));
    Rule *blank = rule_add(arena, out, "blank-lines", SEQ(empty, OPT(empty)));
    Expr *comments = MANY(SEQ(OPT(USE(space)), USE(comment), TEXT("\n"), OPT(USE(blank))));
    out->lines = rule_add(arena, out, "lines",
                          SEQ(OPT(USE(space)), OPT(USE(comment)), TEXT("\n"), OPT(USE(blank)),
                              comments, OPT(USE(space))));
    out->gap = rule_add(arena, out, "gap", ALT(USE(space), USE(out->lines)));
}

static Expr *unit_expr(Arena *arena) {
    VEC(Expr *) units = {0};
    for (u32 i = 0; lex_unit_at(i).len; i++)
        avec_push(arena, &units, expr_make_text(arena, lex_unit_at(i)));
    return expr_make_alt(arena, units.len, units.data);
}

static void add_texts(Arena *arena, Lexical *out) {
    Expr *escape = SEQ(TEXT("\\"), CLASS("\"\\\\nt{}", 1, 1));
    Rule *c = rule_add(arena, out, "text-char",
                       ALT(CLASS("^\"\\\\{\\x00-\\x08\\x0a-\\x1f\\x7f", 1, 1), escape));
    Expr *run = MANY(USE(c));
    out->tokens[TOK_TEXT] = rule_add(arena, out, "text", SEQ(TEXT("\""), run, TEXT("\"")));
    out->tokens[TOK_TEXT_OPEN] = rule_add(arena, out, "text-open", SEQ(TEXT("\""), run, TEXT("{")));
    out->tokens[TOK_TEXT_MIDDLE] =
        rule_add(arena, out, "text-middle", SEQ(TEXT("}"), run, TEXT("{")));
    out->tokens[TOK_TEXT_CLOSE] =
        rule_add(arena, out, "text-close", SEQ(TEXT("}"), run, TEXT("\"")));
}

void lexical_rules(Arena *arena, Lexical *out) {
    *out = (Lexical){.space = NULL};
    add_spaces(arena, out);
    Rule *name = out->tokens[TOK_NAME] = rule_add(arena, out, "name", name_expr(arena, false));
    out->plain_name = rule_add(arena, out, "plain-name", name_expr(arena, true));
    Expr *digits = CLASS("0-9", 1, DIGITS_MAX);
    Expr *exponent = SEQ(CLASS("eE", 1, 1), OPT(CLASS("+-", 1, 1)), CLASS("0-9", 1, 2));
    out->tokens[TOK_NUMBER] =
        rule_add(arena, out, "number",
                 SEQ(digits, OPT(SEQ(TEXT("."), digits)), OPT(exponent), OPT(unit_expr(arena))));
    out->tokens[TOK_COLOR] =
        rule_add(arena, out, "color",
                 SEQ(TEXT("#"), CLASS("0-9A-Fa-f", 3, 3), OPT(CLASS("0-9A-Fa-f", 3, 3))));
    out->tokens[TOK_LABEL] = rule_add(arena, out, "label", SEQ(TEXT("@"), USE(name)));
    out->tokens[TOK_SUBLABEL] = rule_add(arena, out, "sublabel", SEQ(TEXT("/"), USE(name)));
    add_texts(arena, out);
}
