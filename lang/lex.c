// SPDX-License-Identifier: Apache-2.0
// From bytes to tokens. The re2c rules (lexer.re) say what stands at the cursor; here it becomes a
// Token, and everything that cannot be right is reported at once with the text that would be. What
// comes out is always usable: a foreign operator is reported and passed on as the one it stands
// for, so that a slip in spelling never turns into a second error about syntax.
//
// Two things need a memory of what came before. A '/' is a step of a path only right after a label
// (`@back/slat`), and a '}' may return into a text with a fill-in (`"{name} wide"`): the lexer
// keeps the open brackets for both. Time is linear: a text that is not closed is looked for once a
// line.
#include "lang/lex.h"

#include "base/utf8.h"
#include "base/vec.h"
#include "lang/lexer_internal.h"

#include <assert.h>

typedef struct TokenRow {
    const char *id, *spelling, *name;
} TokenRow;

static const TokenRow TOKEN_ROWS[TOK_COUNT] = {
#define TOKEN(kind, spelling, name, flags) {#kind, spelling, name},
#include "lang/tokens.def"
#undef TOKEN
};

#define MORE TOKEN_MORE
#define JOIN TOKEN_JOIN
#define SOFT TOKEN_SOFT
#define WORD TOKEN_WORD
#define VALUE TOKEN_VALUE
#define DONE TOKEN_DONE
#define OPEN TOKEN_OPEN
#define CLOSE TOKEN_CLOSE
#define FOREIGN TOKEN_FOREIGN
const u16 TOKEN_FLAGS[TOK_COUNT] = {
#define TOKEN(kind, spelling, name, flags) flags,
#include "lang/tokens.def"
#undef TOKEN
};
#undef MORE
#undef JOIN
#undef SOFT
#undef WORD
#undef VALUE
#undef DONE
#undef OPEN
#undef CLOSE
#undef FOREIGN

typedef struct Bracket {
    TokenKind kind; // TOK_LPAREN, TOK_LBRACKET, TOK_LABEL_BRACKET, TOK_LBRACE, TOK_TEXT_OPEN
} Bracket;

typedef struct Lexer {
    const char *text, *limit;
    u32 source;
    Arena *arena;
    Diags *diags;
    Tokens *out;
    VEC(Bracket) brackets;
    u32 n_templates;    // TOK_TEXT_OPEN among the brackets
    bool after_label;   // the token before ends a label or one of its indices
    u32 plain_until;    // texts that start before this offset have no fill-ins (one was not closed)
    u32 unquoted_until; // foreign quotes before this offset open no text (one was not closed)
    Diag *hash_comments; // the one diagnostic for all of them
} Lexer;

typedef struct CharRow {
    u32 code;
    const char *meant; // "" nothing, a space
    u32 match;         // a TokenKind or a LexMatch
} CharRow;

// Characters that word processors and chat windows put in the place of ASCII.
static const CharRow CHAR_ROWS[] = {
    {0x00A0, " ", LEX_SPACE},    {0x00AD, "", LEX_SPACE},     {0x00D7, "*", TOK_STAR},
    {0x00F7, "/", TOK_SLASH},    {0x00B2, "^2", LEX_OTHER},   {0x00B3, "^3", LEX_OTHER},
    {0x00B7, "*", TOK_STAR},     {0x2010, "-", TOK_MINUS},    {0x2011, "-", TOK_MINUS},
    {0x2012, "-", TOK_MINUS},    {0x2013, "-", TOK_MINUS},    {0x2014, "-", TOK_MINUS},
    {0x2026, "..", TOK_DOTDOT},  {0x2044, "/", TOK_SLASH},    {0x2212, "-", TOK_MINUS},
    {0x2215, "/", TOK_SLASH},    {0x2217, "*", TOK_STAR},     {0x2219, "*", TOK_STAR},
    {0x2227, "and", TOK_AND},    {0x2228, "or", TOK_OR},      {0x2248, "~=", TOK_NEAR},
    {0x2260, "!=", TOK_NE},      {0x2264, "<=", TOK_LE},      {0x2265, ">=", TOK_GE},
    {0x22C5, "*", TOK_STAR},     {0x2192, "->", TOK_ARROW},   {0x21D2, "=>", TOK_ARROW},
    {0x200B, "", LEX_SPACE},     {0x200C, "", LEX_SPACE},     {0x200D, "", LEX_SPACE},
    {0x200E, "", LEX_SPACE},     {0x200F, "", LEX_SPACE},     {0x2060, "", LEX_SPACE},
    {0xFEFF, "", LEX_SPACE},     {0x2002, " ", LEX_SPACE},    {0x2003, " ", LEX_SPACE},
    {0x2009, " ", LEX_SPACE},    {0x202F, " ", LEX_SPACE},    {0x3000, " ", LEX_SPACE},
    {0x2028, "\n", LEX_NEWLINE}, {0x2029, "\n", LEX_NEWLINE}, {0xFF08, "(", TOK_LPAREN},
    {0xFF09, ")", TOK_RPAREN},   {0xFF0C, ",", TOK_COMMA},    {0xFF1A, ":", TOK_COLON},
    {0xFF1B, ";", TOK_SEMI},     {0xFF1D, "=", TOK_ASSIGN},   {0xFF0B, "+", TOK_PLUS},
    {0xFF0D, "-", TOK_MINUS},    {0xFF0A, "*", TOK_STAR},     {0xFF3B, "[", TOK_LBRACKET},
    {0xFF3D, "]", TOK_RBRACKET}, {0xFF5B, "{", TOK_LBRACE},   {0xFF5D, "}", TOK_RBRACE},
};

static const Str UNITS[] = {STR("mm"), STR("cm"),  STR("m"),  STR("in"),
                            STR("ft"), STR("deg"), STR("rad")};

const char *token_kind_name(TokenKind kind) {
    assert(kind < TOK_COUNT);
    return TOKEN_ROWS[kind].name;
}

const char *token_kind_id(TokenKind kind) {
    assert(kind < TOK_COUNT);
    return TOKEN_ROWS[kind].id;
}

const char *token_kind_spelling(TokenKind kind) {
    assert(kind < TOK_COUNT);
    return TOKEN_ROWS[kind].spelling;
}

Span token_unit(const Token *token) {
    Span span = token->span;
    return (Span){span.source, span.off + span.len - token->unit_len, token->unit_len};
}

bool lex_is_unit(Str word) {
    for (u32 i = 0; i < COUNT_OF(UNITS); i++)
        if (str_equal(word, UNITS[i]))
            return true;
    return false;
}

Str lex_unit_at(u32 i) {
    return i < COUNT_OF(UNITS) ? UNITS[i] : (Str){"", 0};
}

Str lex_unit_word(Str word) {
    static const struct {
        const char *word, *unit;
    } ROWS[] = {
        {"millimeter", "mm"},  {"millimeters", "mm"}, {"millimetre", "mm"},
        {"millimetres", "mm"}, {"MM", "mm"},          {"centimeter", "cm"},
        {"centimeters", "cm"}, {"centimetre", "cm"},  {"centimetres", "cm"},
        {"CM", "cm"},          {"meter", "m"},        {"meters", "m"},
        {"metre", "m"},        {"metres", "m"},       {"M", "m"},
        {"inch", "in"},        {"inches", "in"},      {"foot", "ft"},
        {"feet", "ft"},        {"degree", "deg"},     {"degrees", "deg"},
        {"degs", "deg"},       {"radian", "rad"},     {"radians", "rad"},
        {"rads", "rad"},
    };
    for (u32 i = 0; i < COUNT_OF(ROWS); i++)
        if (str_equal_z(word, ROWS[i].word))
            return str_from(ROWS[i].unit);
    return lex_is_unit(word) ? word : (Str){"", 0};
}

Str lex_unit_meant(Str word) {
    Str unit = lex_unit_word(word);
    return unit.len ? unit : str_nearest(word, UNITS, COUNT_OF(UNITS));
}

// ---- small helpers ----

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static u32 offset_of(const Lexer *lexer, const char *p) {
    return (u32)(p - lexer->text);
}

static Span span_of(const Lexer *lexer, const char *start, const char *end) {
    return (Span){lexer->source, offset_of(lexer, start), (u32)(end - start)};
}

static Str text_of(const char *start, const char *end) {
    return (Str){start, (u32)(end - start)};
}

static const char *line_end(const Lexer *lexer, const char *p) {
    const char *end = memchr(p, '\n', (size_t)(lexer->limit - p));
    end = end ? end : lexer->limit;
    return end > p && end[-1] == '\r' ? end - 1 : end;
}

static Token *add_token(Lexer *lexer, TokenKind kind, const char *start, const char *end) {
    Tokens *out = lexer->out;
    if (out->len == out->cap)
        out->items = vec_grow_arena(lexer->arena, out->items, out->len, &out->cap,
                                    (size_t)out->len + 1, sizeof *out->items);
    Token *token = &out->items[out->len++];
    *token = (Token){kind, 0, span_of(lexer, start, end)};
    return token;
}

// The last token that is not trivia, if it stands on the cursor's line; else NULL.
static Token *token_before(const Lexer *lexer) {
    Tokens *out = lexer->out;
    for (u32 i = out->len; i > 0; i--)
        if (out->items[i - 1].kind != TOK_COMMENT)
            return out->items[i - 1].kind == TOK_NEWLINE ? NULL : &out->items[i - 1];
    return NULL;
}

// ---- brackets, for paths and fill-ins ----

static void open_bracket(Lexer *lexer, TokenKind kind) {
    avec_push(lexer->arena, &lexer->brackets, (Bracket){kind});
    lexer->n_templates += kind == TOK_TEXT_OPEN;
}

// The innermost bracket is closed by its own kind only; a closer that fits none leaves all as it
// is.
static bool close_bracket(Lexer *lexer, TokenKind kind) {
    if (!lexer->brackets.len || lexer->brackets.data[lexer->brackets.len - 1].kind != kind)
        return false;
    lexer->brackets.len--;
    lexer->n_templates -= kind == TOK_TEXT_OPEN;
    return true;
}

// ---- texts ----

// From p, just after a quote or a fill-in's '}': the place of the closing quote or of an opening
// brace; NULL when the line ends first.
static const char *text_run_end(const Lexer *lexer, const char *p, bool with_fill_ins) {
    for (; p < lexer->limit && *p != '\n'; p++) {
        if (*p == '\\' && p + 1 < lexer->limit && p[1] != '\n')
            p++;
        else if (*p == '"' || (*p == '{' && with_fill_ins))
            return p;
    }
    return NULL;
}

// Whether the text after the quote at p closes on its line, with all its fill-ins, texts in those
// included.
static bool text_is_closed(const Lexer *lexer, const char *p) {
    u32 braces[16], depth = 0; // of the fill-ins that we are in
    bool in_text = true;
    for (p++; p < lexer->limit && *p != '\n'; p++) {
        if (in_text && *p == '\\') {
            p += p + 1 < lexer->limit && p[1] != '\n' ? 1 : 0;
        } else if (in_text && *p == '"') {
            if (depth == 0)
                return true;
            in_text = false;
        } else if (in_text && *p == '{') {
            if (depth == COUNT_OF(braces))
                return false;
            braces[depth++] = 1;
            in_text = false;
        } else if (!in_text && *p == '"') {
            in_text = true;
            continue;
        } else if (!in_text && *p == '{') {
            braces[depth - 1]++;
        } else if (!in_text && *p == '}' && --braces[depth - 1] == 0) {
            depth--;
            in_text = true;
        }
    }
    return false;
}

static void check_escapes(Lexer *lexer, const char *p, const char *end) {
    for (; p < end; p++) {
        if (*p != '\\')
            continue;
        const char *slash = p++;
        if (p < end && strchr("\"\\nt{}", *p) && *p)
            continue;
        const char *after = p < end ? p + 1 : p;
        while (after < end && ((unsigned char)*after & 0xC0) == 0x80)
            after++;
        Span span = span_of(lexer, slash, after);
        Diag *diag = diag_add(lexer->diags, DIAG_E0105, span,
                              "'%.*s' is not an escape of this language", (int)span.len, slash);
        diag_help(lexer->diags, diag,
                  "the escapes are \\\" \\\\ \\n \\t \\{ \\}; a backslash itself is \\\\");
        diag_fix(lexer->diags, diag, FIX_MACHINE, span_of(lexer, slash, slash + 1), STR("\\\\"));
    }
}

static void check_text_size(Lexer *lexer, Span span) {
    if (span.len <= LANG_TEXT_MAX)
        return;
    Diag *diag =
        diag_add(lexer->diags, DIAG_E0524, (Span){span.source, span.off, 1},
                 "a text of %u bytes is too long: the limit is %u", span.len, LANG_TEXT_MAX);
    diag_measure(diag, span.len, LANG_TEXT_MAX, STR(""));
    diag_help(lexer->diags, diag, "shorten it; a note for readers is a comment: // ...");
}

// From a quote or a '}' at start: one token up to the closing quote or the next fill-in.
static const char *lex_text_run(Lexer *lexer, const char *start, bool is_first) {
    const char *end = text_run_end(lexer, start + 1, true);
    assert(end); // text_is_closed() has seen to it
    check_escapes(lexer, start + 1, end);
    bool opens = *end == '{';
    TokenKind kind =
        is_first ? (opens ? TOK_TEXT_OPEN : TOK_TEXT) : (opens ? TOK_TEXT_MIDDLE : TOK_TEXT_CLOSE);
    check_text_size(lexer, add_token(lexer, kind, start, end + 1)->span);
    if (opens)
        open_bracket(lexer, TOK_TEXT_OPEN);
    return end + 1;
}

// A text without a fill-in, up to the quote at end, or unclosed when end is NULL.
static const char *lex_plain_text(Lexer *lexer, const char *start, const char *end) {
    const char *stop = end ? end + 1 : line_end(lexer, start);
    check_escapes(lexer, start + 1, end ? end : stop);
    check_text_size(lexer, add_token(lexer, TOK_TEXT, start, stop)->span);
    return stop;
}

static const char *lex_quote(Lexer *lexer, const char *start) {
    bool may_fill = offset_of(lexer, start) >= lexer->plain_until;
    // Inside a fill-in the whole was looked at when the outer text began.
    if (lexer->n_templates > 0 || (may_fill && text_is_closed(lexer, start))) {
        if (text_run_end(lexer, start + 1, true))
            return lex_text_run(lexer, start, true);
    }
    if (may_fill)
        lexer->plain_until = offset_of(lexer, line_end(lexer, start));
    const char *end = text_run_end(lexer, start + 1, false);
    if (!end) {
        Diag *diag = diag_add(lexer->diags, DIAG_E0103, span_of(lexer, start, start + 1),
                              "this text is not closed on its line");
        diag_help(lexer->diags, diag, "end it with '\"'; a line break in a text is written \\n");
        const char *stop = line_end(lexer, start);
        diag_fix(lexer->diags, diag, FIX_MAYBE, span_of(lexer, stop, stop), STR("\""));
        return lex_plain_text(lexer, start, NULL);
    }
    const char *brace = may_fill ? text_run_end(lexer, start + 1, true) : NULL;
    if (brace && *brace == '{') {
        Diag *diag = diag_add(lexer->diags, DIAG_E0112, span_of(lexer, brace, brace + 1),
                              "the fill-in that begins here is not closed");
        diag_help(lexer->diags, diag, "\"{name}\" fills in a value; a plain brace is written \\{");
        diag_fix(lexer->diags, diag, FIX_MAYBE, span_of(lexer, brace, brace), STR("\\"));
    }
    return lex_plain_text(lexer, start, end);
}

// 'words' and the curly quotes of word processors: one diagnostic that requotes the whole.
static const char *lex_foreign_text(Lexer *lexer, const char *start, u32 open_len, Str closer) {
    if (offset_of(lexer, start) < lexer->unquoted_until)
        return NULL;
    const char *p = start + open_len;
    while (p < lexer->limit && *p != '\n' &&
           ((size_t)(lexer->limit - p) < closer.len || memcmp(p, closer.ptr, closer.len) != 0))
        p += *p == '\\' && p + 1 < lexer->limit && p[1] != '\n' ? 2 : 1;
    if (p >= lexer->limit || *p == '\n')
        return NULL;
    const char *end = p + closer.len;
    StrBuf fixed;
    strbuf_init(&fixed, lexer->arena->heap);
    strbuf_add_char(&fixed, '"');
    for (const char *q = start + open_len; q < p; q++) {
        if (*q == '\\' && q + 1 < p && q[1] == '\'')
            continue;
        if (*q == '"')
            strbuf_add_char(&fixed, '\\');
        strbuf_add_char(&fixed, *q);
    }
    strbuf_add_char(&fixed, '"');
    Diag *diag = diag_add(lexer->diags, DIAG_E0109, span_of(lexer, start, end),
                          "a text stands in double quotes");
    diag_help(lexer->diags, diag, "write %.*s", STR_ARG(strbuf_str(&fixed)));
    diag_fix(lexer->diags, diag, FIX_MACHINE, span_of(lexer, start, end),
             str_copy(lexer->arena, strbuf_str(&fixed)));
    strbuf_finish(&fixed);
    check_text_size(lexer, add_token(lexer, TOK_TEXT, start, end)->span);
    return end;
}

// ---- numbers ----

// Lengths and angles that have a name elsewhere; NULL: not known here either.
static const char *other_unit(Str word) {
    static const struct {
        const char *word, *as;
    } ROWS[] = {
        {"km", "1000m"},    {"dm", "10cm"},      {"um", "0.001mm"},  {"nm", "0.000001mm"},
        {"yd", "3ft"},      {"yard", "3ft"},     {"yards", "3ft"},   {"mi", "5280ft"},
        {"mil", "0.001in"}, {"thou", "0.001in"}, {"turn", "360deg"}, {"turns", "360deg"},
        {"rev", "360deg"},  {"grad", "0.9deg"},  {"gon", "0.9deg"},  {"pt", "1in / 72"},
    };
    for (u32 i = 0; i < COUNT_OF(ROWS); i++)
        if (str_equal_z(word, ROWS[i].word))
            return ROWS[i].as;
    return NULL;
}

static void report_unit(Lexer *lexer, const char *start, const char *word, const char *end) {
    Str unit = text_of(word, end), meant = lex_unit_meant(unit);
    bool is_grouped = *word == '_';
    for (const char *p = word; p < end && is_grouped; p++)
        is_grouped = *p == '_' || (*p >= '0' && *p <= '9');
    if (is_grouped) {
        Diag *diag = diag_add(lexer->diags, DIAG_E0106, span_of(lexer, start, end),
                              "digits of a number are not grouped by '_'");
        StrBuf digits;
        strbuf_init(&digits, lexer->arena->heap);
        for (const char *p = start; p < end; p++)
            if (*p != '_')
                strbuf_add_char(&digits, *p);
        diag_fix(lexer->diags, diag, FIX_MACHINE, span_of(lexer, start, end),
                 str_copy(lexer->arena, strbuf_str(&digits)));
        strbuf_finish(&digits);
        return;
    }
    Diag *diag = diag_add(lexer->diags, DIAG_E0107, span_of(lexer, word, end),
                          "'%.*s' is not a unit", (int)MIN(unit.len, 40u), unit.ptr);
    const char *other = other_unit(unit);
    if (other) {
        diag_help(lexer->diags, diag, "1%.*s is %s", STR_ARG(unit), other);
    } else if (meant.len) {
        diag_help(lexer->diags, diag, "did you mean '%.*s'?", STR_ARG(meant));
        diag_fix(lexer->diags, diag, lex_unit_word(unit).len ? FIX_MACHINE : FIX_MAYBE,
                 span_of(lexer, word, end), meant);
    } else {
        diag_help(lexer->diags, diag,
                  "the units are mm cm m in ft deg rad, right after the number");
    }
}

// The word, if any, that stands right behind the number that ends at p.
static const char *lex_unit(Lexer *lexer, Token *number, const char *start, const char *p) {
    const char *end = p;
    if (end < lexer->limit && is_word(*end))
        while (end < lexer->limit && is_word(*end))
            end++;
    if (end == p)
        return p;
    if (lex_is_unit(text_of(p, end)))
        number->unit_len = (u16)(end - p);
    else
        report_unit(lexer, start, p, end);
    number->span = span_of(lexer, start, end);
    return end;
}

static const char *lex_number(Lexer *lexer, LexMatch match, const char *start, const char *end) {
    if (match == LEX_NUMBER_LEAD) {
        Diag *diag = diag_add(lexer->diags, DIAG_E0106, span_of(lexer, start, end),
                              "a number begins with a digit");
        diag_help(lexer->diags, diag, "write 0%.*s", (int)MIN(end - start, 40), start);
        diag_fix(lexer->diags, diag, FIX_MACHINE, span_of(lexer, start, start), STR("0"));
    } else if (match == LEX_NUMBER_TRAIL) {
        Diag *diag = diag_add(lexer->diags, DIAG_E0106, span_of(lexer, start, end),
                              "a number does not end with its point");
        diag_help(lexer->diags, diag, "write %.*s", (int)MIN(end - start - 1, 40), start);
        diag_fix(lexer->diags, diag, FIX_MACHINE, span_of(lexer, end - 1, end), STR(""));
    }
    Token *token = add_token(lexer, TOK_NUMBER, start, end);
    return lex_unit(lexer, token, start, end);
}

// ---- '#': a colour, or a comment by habit ----

static const char *lex_hash_comment(Lexer *lexer, const char *start) {
    const char *marks = start;
    while (marks < lexer->limit && *marks == '#')
        marks++;
    Span span = span_of(lexer, start, marks);
    if (!lexer->hash_comments) {
        lexer->hash_comments =
            diag_add(lexer->diags, DIAG_E0111, span, "a comment begins with '//'");
        diag_help(lexer->diags, lexer->hash_comments, "'#' begins a colour, as in #b98a5a");
    }
    diag_fix(lexer->diags, lexer->hash_comments, FIX_MACHINE, span, STR("//"));
    const char *end = line_end(lexer, start);
    add_token(lexer, TOK_COMMENT, start, end);
    return end;
}

static const char *lex_hash(Lexer *lexer, const char *start) {
    const char *end = start + 1;
    bool hex = true;
    for (; end < lexer->limit && is_word(*end); end++)
        hex = hex && is_hex(*end);
    Token *before = token_before(lexer);
    bool in_list =
        lexer->brackets.len > 0 && lexer->brackets.data[lexer->brackets.len - 1].kind != TOK_LBRACE;
    // No colour can begin a statement or follow a value: there it is a comment.
    bool out_of_place =
        before ? (token_flags(before->kind) & (TOKEN_DONE | TOKEN_OPEN)) == TOKEN_DONE ||
                     before->kind == TOK_LBRACE || before->kind == TOK_SEMI
               : !in_list;
    u32 n = (u32)(end - start) - 1;
    if (lexer->n_templates == 0 && (n == 0 || out_of_place))
        return lex_hash_comment(lexer, start);
    if (!hex || (n != 3 && n != 6)) {
        Diag *diag = diag_add(lexer->diags, DIAG_E0108, span_of(lexer, start, end),
                              "a colour is # and 6 hexadecimal digits (or 3), not %u %s", n,
                              hex ? "digits" : "letters and digits");
        if (hex && (n == 8 || n == 4)) {
            diag_help(lexer->diags, diag,
                      "opacity is a field of its own: material glass { color = #aaccee, "
                      "opacity = 0.5 }");
            const char *cut = start + 1 + (n == 8 ? 6 : 3);
            diag_fix(lexer->diags, diag, FIX_MAYBE, span_of(lexer, cut, end), STR(""));
        } else {
            diag_help(lexer->diags, diag,
                      "write it such as #b98a5a, or by a CSS name such as peru");
        }
    }
    add_token(lexer, TOK_COLOR, start, end);
    return end;
}

// ---- what is not of this language ----

static void report_operator(Lexer *lexer, const char *start, const char *end, const char *meant,
                            Str replacement) {
    Span span = span_of(lexer, start, end);
    Diag *diag = diag_add(lexer->diags, DIAG_E0110, span, "'%.*s' is written '%s' here",
                          (int)span.len, start, meant);
    diag_fix(lexer->diags, diag, FIX_MACHINE, span, replacement);
}

// Replaces a symbol by a word, which wants spaces round it.
static void report_operator_word(Lexer *lexer, const char *start, const char *end, const char *word,
                                 bool is_prefix) {
    bool before = !is_prefix && start > lexer->text && start[-1] != ' ';
    bool after = end < lexer->limit && *end != ' ' && *end != '\n';
    report_operator(lexer, start, end, word,
                    str_format(lexer->arena, "%s%s%s", before ? " " : "", word, after ? " " : ""));
}

static TokenKind lex_foreign(Lexer *lexer, LexMatch match, const char *start, const char *end) {
    if (match == LEX_FOREIGN_POW)
        return report_operator(lexer, start, end, "^", STR("^")), TOK_CARET;
    if (match == LEX_FOREIGN_AND)
        return report_operator_word(lexer, start, end, "and", false), TOK_AND;
    if (match == LEX_FOREIGN_OR)
        return report_operator_word(lexer, start, end, "or", false), TOK_OR;
    if (match == LEX_FOREIGN_NOT)
        return report_operator_word(lexer, start, end, "not", true), TOK_NOT;
    if (match == LEX_FOREIGN_EQ)
        return report_operator(lexer, start, end, "==", STR("==")), TOK_EQ;
    if (match == LEX_FOREIGN_NE)
        return report_operator(lexer, start, end, "!=", STR("!=")), TOK_NE;
    if (match == LEX_FOREIGN_TRUE)
        return report_operator(lexer, start, end, "true", STR("true")), TOK_TRUE;
    if (match == LEX_FOREIGN_FALSE)
        return report_operator(lexer, start, end, "false", STR("false")), TOK_FALSE;
    assert(match == LEX_FOREIGN_PIPE);
    const char *from = start, *to = end;
    while (to < lexer->limit && *to == ' ')
        to++;
    Diag *diag = diag_add(lexer->diags, DIAG_E0110, span_of(lexer, start, end),
                          "'|>' is written '.' here, the subject before it");
    diag_help(lexer->diags, diag, "s.move(x = 1) is move(s, x = 1)");
    diag_fix(lexer->diags, diag, FIX_MACHINE, span_of(lexer, from, to), STR("."));
    return TOK_DOT;
}

static bool is_foreign_letter(u32 code) {
    return code == 0xAA || code == 0xB5 || code == 0xBA || (code >= 0xC0 && code < 0x2000) ||
           (code >= 0x2070 && code < 0x2190) || (code >= 0x3040 && code < 0xD800) ||
           (code >= 0xF900 && code < 0xFE00) || (code >= 0x10000 && code < 0x1F000);
}

// A name with letters beyond ASCII is one diagnostic and one name; a name before it is its
// beginning.
static const char *lex_foreign_name(Lexer *lexer, const char *start) {
    const char *p = start;
    u32 code, n;
    while (p < lexer->limit) {
        if (is_word(*p))
            p++;
        else if ((n = utf8_decode(p, (size_t)(lexer->limit - p), &code)) > 1 &&
                 is_foreign_letter(code))
            p += n;
        else
            break;
    }
    Token *last = lexer->out->len ? &lexer->out->items[lexer->out->len - 1] : NULL;
    bool joins = last && last->span.off + last->span.len == offset_of(lexer, start) &&
                 (last->kind == TOK_NAME || last->kind == TOK_LABEL || last->kind == TOK_SUBLABEL ||
                  (token_flags(last->kind) & (TOKEN_WORD | TOKEN_SOFT)));
    if (joins) {
        last->span.len += (u32)(p - start);
        if (last->kind != TOK_LABEL && last->kind != TOK_SUBLABEL)
            last->kind = TOK_NAME;
    } else {
        add_token(lexer, TOK_NAME, start, p);
    }
    Diag *diag = diag_add(lexer->diags, DIAG_E0101, joins ? last->span : span_of(lexer, start, p),
                          "names are made of the letters a-z, A-Z, digits and '_'");
    diag_help(lexer->diags, diag,
              "words for people, in any script, go in quotes: part leg \"Tischbein\"");
    return p;
}

static void report_character(Lexer *lexer, const CharRow *row, u32 code, const char *start, u32 n) {
    Span span = span_of(lexer, start, start + n);
    Diag *diag = diag_add(lexer->diags, DIAG_E0101, span,
                          "U+%04X is not a character of this language", code);
    if (!row)
        return;
    if (row->match == LEX_SPACE || row->match == LEX_NEWLINE)
        diag_help(lexer->diags, diag,
                  row->meant[0] ? "write a plain space" : "delete it: it can't be seen");
    else
        diag_help(lexer->diags, diag, "write '%s'", row->meant);
    diag_fix(lexer->diags, diag, FIX_MACHINE, span, str_from(row->meant));
}

static const char *lex_degree_sign(Lexer *lexer, const char *start, u32 n) {
    Span span = span_of(lexer, start, start + n);
    Token *last = lexer->out->len ? &lexer->out->items[lexer->out->len - 1] : NULL;
    Diag *diag = diag_add(lexer->diags, DIAG_E0107, span, "degrees are written 'deg'");
    diag_fix(lexer->diags, diag, FIX_MACHINE, span, STR("deg"));
    if (last && last->kind == TOK_NUMBER && last->unit_len == 0)
        last->span.len = span.off + span.len - last->span.off;
    return start + n;
}

// A byte that no rule wants: an encoding error, or a character from elsewhere.
static const char *lex_other(Lexer *lexer, const char *start) {
    u32 code = 0, n = utf8_decode(start, (size_t)(lexer->limit - start), &code);
    if (n == 0 || code < 0x20 || code == 0x7F) // reported by check_encoding()
        return start + 1;
    bool may_quote = lexer->n_templates == 0; // else it could hide the end of the text
    may_quote = may_quote && offset_of(lexer, start) >= lexer->unquoted_until;
    if (may_quote && (code == 0x2018 || code == 0x2019 || code == 0x201C || code == 0x201D ||
                      code == 0x201E || code == 0xAB)) {
        Str closer = code == 0xAB                       ? STR("\xC2\xBB")
                     : code == 0x2018 || code == 0x2019 ? STR("\xE2\x80\x99")
                                                        : STR("\xE2\x80\x9D");
        const char *end = lex_foreign_text(lexer, start, n, closer);
        end = end ? end : lex_foreign_text(lexer, start, n, STR("\""));
        end = end || code != 0x201E ? end : lex_foreign_text(lexer, start, n, STR("\xE2\x80\x9C"));
        if (end)
            return end;
        lexer->unquoted_until = offset_of(lexer, line_end(lexer, start));
    }
    if (code == 0xB0 || code == 0xBA)
        return lex_degree_sign(lexer, start, n);
    for (u32 i = 0; i < COUNT_OF(CHAR_ROWS); i++) {
        if (CHAR_ROWS[i].code != code)
            continue;
        report_character(lexer, &CHAR_ROWS[i], code, start, n);
        u32 match = CHAR_ROWS[i].match;
        if (match == LEX_NEWLINE)
            add_token(lexer, TOK_NEWLINE, start, start + n);
        else if (match < LEX_SPACE)
            add_token(lexer, (TokenKind)match, start, start + n);
        return start + n;
    }
    if (is_foreign_letter(code))
        return lex_foreign_name(lexer, start);
    if (code >= 0x20 && code < 0x7F) {
        Diag *diag = diag_add(lexer->diags, DIAG_E0101, span_of(lexer, start, start + 1),
                              "'%c' is not a character of this language", (int)code);
        diag_key(lexer->diags, diag, "%c", (int)code);
        diag_help(lexer->diags, diag, "delete it");
        diag_fix(lexer->diags, diag, FIX_MAYBE, span_of(lexer, start, start + 1), STR(""));
    } else {
        report_character(lexer, NULL, code, start, n);
    }
    add_token(lexer, TOK_BAD, start, start + n);
    return start + n;
}

// ---- the loop ----

static const char *lex_block_comment(Lexer *lexer, const char *start) {
    const char *p = start + 2;
    while (p + 1 < lexer->limit && !(p[0] == '*' && p[1] == '/'))
        p++;
    const char *end = p + 2;
    if (p + 1 >= lexer->limit) {
        end = lexer->limit;
        Diag *diag = diag_add(lexer->diags, DIAG_E0104, span_of(lexer, start, start + 2),
                              "this comment is not closed");
        diag_help(lexer->diags, diag, "end it with '*/'");
    }
    add_token(lexer, TOK_COMMENT, start, end);
    return end;
}

static void check_name(Lexer *lexer, const Token *token, const char *start) {
    u32 mark = token->kind == TOK_NAME ? 0 : 1;
    if (token->span.len - mark <= LANG_NAME_MAX)
        return;
    Diag *diag = diag_add(lexer->diags, DIAG_E0523, token->span,
                          "the name '%.*s...' has %u bytes: the limit is %u", 20, start,
                          token->span.len - mark, LANG_NAME_MAX);
    diag_measure(diag, token->span.len - mark, LANG_NAME_MAX, STR(""));
    diag_help(lexer->diags, diag, "give it a short name; what it is can stand in a comment");
}

// @part.leg, and @ with any other keyword.
static void check_label(Lexer *lexer, const char *start, const char *end) {
    const char *p = start + 1, *label = end;
    LexMatch match = lexer_scan(&p, end);
    if (p != end || match >= LEX_SPACE || !(token_flags((TokenKind)match) & TOKEN_WORD))
        return;
    if (end + 1 < lexer->limit && *end == '.' && is_word(end[1]))
        for (label = end + 1; label < lexer->limit && is_word(*label);)
            label++;
    Diag *diag = diag_add(lexer->diags, DIAG_E0219, span_of(lexer, start, label),
                          "'%.*s' is a keyword, so no part is labelled so", (int)(end - start - 1),
                          start + 1);
    diag_help(lexer->diags, diag,
              "a part is asked for by its label alone: part leg { ... } is @leg");
    if (label > end)
        diag_fix(lexer->diags, diag, FIX_MACHINE, span_of(lexer, start + 1, end + 1), STR(""));
}

// A token of its own kind, with the bookkeeping of brackets and labels. Returns where to go on.
static const char *lex_plain(Lexer *lexer, TokenKind kind, const char *start, const char *end) {
    bool after_label = lexer->after_label;
    lexer->after_label = false;
    if (kind == TOK_LBRACKET && after_label)
        kind = TOK_LABEL_BRACKET;
    if (kind == TOK_RBRACE && close_bracket(lexer, TOK_TEXT_OPEN))
        return lex_text_run(lexer, start, false);
    if (token_flags(kind) & TOKEN_OPEN)
        open_bracket(lexer, kind);
    else if (kind == TOK_RPAREN)
        close_bracket(lexer, TOK_LPAREN);
    else if (kind == TOK_RBRACE)
        close_bracket(lexer, TOK_LBRACE);
    else if (kind == TOK_RBRACKET &&
             !(lexer->after_label = close_bracket(lexer, TOK_LABEL_BRACKET)))
        close_bracket(lexer, TOK_LBRACKET);
    else if (kind == TOK_LABEL || kind == TOK_SUBLABEL)
        lexer->after_label = true;
    Token *token = add_token(lexer, kind, start, end);
    if (kind == TOK_NAME || kind == TOK_LABEL || kind == TOK_SUBLABEL)
        check_name(lexer, token, start);
    if (kind == TOK_LABEL)
        check_label(lexer, start, end);
    return end;
}

// Inside a fill-in a bracket that was left open must not hide the text's end.
static void settle_brackets(Lexer *lexer, const char *start) {
    if (*start != '}' || lexer->n_templates == 0)
        return;
    u32 i = lexer->brackets.len;
    while (i > 0 && lexer->brackets.data[i - 1].kind != TOK_TEXT_OPEN &&
           lexer->brackets.data[i - 1].kind != TOK_LBRACE)
        i--;
    lexer->brackets.len = i;
}

static const char *lex_one(Lexer *lexer, LexMatch match, const char *start, const char *end) {
    if (match < LEX_SPACE) {
        settle_brackets(lexer, start);
        return lex_plain(lexer, (TokenKind)match, start, end);
    }
    if (match == LEX_SLASH_NAME) {
        if (lexer->after_label)
            return lex_plain(lexer, TOK_SUBLABEL, start, end);
        return lex_plain(lexer, TOK_SLASH, start, start + 1);
    }
    lexer->after_label = false;
    switch (match) {
    case LEX_SPACE:
        return end;
    case LEX_NEWLINE:
        add_token(lexer, TOK_NEWLINE, start, end);
        return end;
    case LEX_COMMENT:
        if (lexer->n_templates > 0) // it would hide the end of the text
            return lex_plain(lexer, TOK_SLASH, start, start + 1);
        end = line_end(lexer, start);
        add_token(lexer, TOK_COMMENT, start, end);
        return end;
    case LEX_BLOCK_COMMENT_OPEN:
        if (lexer->n_templates > 0)
            return lex_plain(lexer, TOK_SLASH, start, start + 1);
        return lex_block_comment(lexer, start);
    case LEX_NUMBER:
    case LEX_NUMBER_LEAD:
    case LEX_NUMBER_TRAIL:
        return lex_number(lexer, match, start, end);
    case LEX_HASH:
        return lex_hash(lexer, start);
    case LEX_QUOTE:
        return lex_quote(lexer, start);
    case LEX_APOSTROPHE:
        end = lexer->n_templates ? NULL : lex_foreign_text(lexer, start, 1, STR("'"));
        if (end)
            return end;
        if (offset_of(lexer, start) >= lexer->unquoted_until)
            lexer->unquoted_until = offset_of(lexer, line_end(lexer, start));
        return lex_other(lexer, start);
    case LEX_BACKQUOTE:
    case LEX_OTHER:
        return lex_other(lexer, start);
    default:
        add_token(lexer, lex_foreign(lexer, match, start, end), start, end);
        return end;
    }
}

// Invalid UTF-8 and control characters, wherever they stand (in comments and texts too).
static void check_encoding(Lexer *lexer) {
    const char *p = lexer->text;
    size_t len = (size_t)(lexer->limit - p);
    for (u32 n_reported = 0; n_reported < DIAGS_PRINT_MAX;) {
        size_t ok = utf8_validate(p, len);
        for (size_t i = 0; i < ok; i++) {
            unsigned char c = (unsigned char)p[i];
            if (c >= 0x20 ? c != 0x7F : c == '\n' || c == '\t' || c == '\r')
                continue;
            Diag *diag = diag_add(lexer->diags, DIAG_E0102, span_of(lexer, p + i, p + i + 1),
                                  "a control character (byte 0x%02X) in the text", (unsigned)c);
            diag_help(lexer->diags, diag, "delete it; in a text, a line break is written \\n");
            if (++n_reported == DIAGS_PRINT_MAX)
                return;
        }
        if (ok == len)
            return;
        Diag *diag = diag_add(lexer->diags, DIAG_E0102, span_of(lexer, p + ok, p + ok + 1),
                              "byte 0x%02X is not UTF-8 here", (unsigned)(unsigned char)p[ok]);
        diag_help(lexer->diags, diag, "save the file as UTF-8, or delete the character");
        n_reported++;
        p += ok + 1;
        len -= ok + 1;
    }
}

void lex_text(Str text, u32 source, Arena *arena, Diags *diags, Tokens *out) {
    Lexer lexer = {.text = text.ptr,
                   .limit = text.ptr + text.len,
                   .source = source,
                   .arena = arena,
                   .diags = diags,
                   .out = out};
    u32 cap = text.len / 2 + 16; // as in dense code; what is not filled is never touched
    *out = (Tokens){ARENA_NEW(arena, Token, cap), 0, cap};
    check_encoding(&lexer);
    const char *p = text.ptr;
    for (;;) {
        const char *end = p;
        LexMatch match = lexer_scan(&end, lexer.limit);
        if (match == LEX_END)
            break;
        const char *next = lex_one(&lexer, match, p, end);
        assert(next > p && next <= lexer.limit);
        p = next;
    }
    add_token(&lexer, TOK_END, p, p);
}

void lang_lex(const Source *source, u32 source_index, Arena *arena, Diags *diags, Tokens *out) {
    lex_text(source->text, source_index, arena, diags, out);
}

void tokens_dump(const Tokens *tokens, Sources *sources, StrBuf *out) {
    for (u32 i = 0; i < tokens->len; i++) {
        const Token *token = &tokens->items[i];
        SourcePlace place = source_place(sources, token->span.source, token->span.off);
        strbuf_addf(out, "%u:%u %s", place.line, place.column, token_kind_id(token->kind));
        if (token->span.len && token->kind != TOK_NEWLINE) {
            strbuf_add_char(out, ' ');
            strbuf_add_json(out, source_text(sources, token->span));
        }
        if (token->unit_len)
            strbuf_addf(out, " unit=%.*s", STR_ARG(source_text(sources, token_unit(token))));
        strbuf_add_char(out, '\n');
    }
}
