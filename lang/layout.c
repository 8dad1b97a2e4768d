// SPDX-License-Identifier: Apache-2.0
// Line breaks and soft keywords. The grammar knows nothing of lines: a NEWLINE that it sees ends a
// statement. Which do is the rule of the language card: none inside ( ) or [ ], none after a token
// that wants more, none before one that goes on with the line before; the flags MORE and JOIN of
// lang/tokens.def say which tokens these are.
#include "lang/layout.h"

u32 layout_indent(Str text, u32 off) {
    while (off > 0 && text.ptr[off - 1] != '\n')
        off--;
    u32 column = 0;
    for (; off < text.len && (text.ptr[off] == ' ' || text.ptr[off] == '\t'); off++)
        column += text.ptr[off] == '\t' ? 4 - column % 4 : 1;
    return column;
}

bool layout_is_first_on_line(Str text, u32 off) {
    while (off > 0 && (text.ptr[off - 1] == ' ' || text.ptr[off - 1] == '\t'))
        off--;
    return off == 0 || text.ptr[off - 1] == '\n';
}

static bool begins_statement(const Layout *layout) {
    if (layout->len == 0)
        return true;
    TokenKind last = layout->items[layout->len - 1].kind;
    return last == TOK_NEWLINE || last == TOK_SEMI || last == TOK_LBRACE || last == TOK_RBRACE;
}

// A soft keyword that begins a statement is a name when what follows can only follow a name.
static bool is_name_before(TokenKind word, TokenKind next) {
    bool wants_value = word == TOK_EXPECT || word == TOK_CANVAS || word == TOK_TOLERANCE;
    switch (next) {
    case TOK_LPAREN:
    case TOK_LBRACKET:
    case TOK_MINUS:
        return !wants_value;
    case TOK_IN: // units in
        return word != TOK_UNITS;
    case TOK_END:
    case TOK_NEWLINE:
    case TOK_SEMI:
    case TOK_RBRACE:
    case TOK_ASSIGN:
        return true;
    default:
        return (token_flags(next) & TOKEN_JOIN) != 0 && next != TOK_LBRACE;
    }
}

// Whether a line break among statements ends one.
static bool ends_statement(const Layout *layout, const Token *next) {
    if (layout->len == 0)
        return false;
    TokenKind last = layout->items[layout->len - 1].kind;
    return last != TOK_NEWLINE && !(token_flags(last) & TOKEN_MORE) &&
           !(token_flags(next->kind) & TOKEN_JOIN);
}

static TokenKind kind_in_place(const Layout *layout, const Token *token, const Token *next) {
    u32 flags = token_flags(token->kind);
    TokenKind last = layout->len ? layout->items[layout->len - 1].kind : TOK_NEWLINE;
    if (token->kind == TOK_IN && last == TOK_UNITS) // the unit, not the word
        return TOK_NAME;
    if ((flags & TOKEN_SOFT) && begins_statement(layout) && is_name_before(token->kind, next->kind))
        return TOK_NAME;
    if ((flags & TOKEN_SOFT) && last == TOK_DOT)
        return TOK_NAME;
    return token->kind;
}

// Comments out, in place. The line breaks around one become one: what goes on with a statement may
// stand below a comment.
static void drop_comments(Tokens *tokens) {
    u32 n = 0;
    for (u32 i = 0; i < tokens->len; i++) {
        TokenKind kind = tokens->items[i].kind;
        bool is_again = kind == TOK_NEWLINE && n > 0 && tokens->items[n - 1].kind == TOK_NEWLINE;
        if (kind != TOK_COMMENT && !is_again)
            tokens->items[n++] = tokens->items[i];
    }
    tokens->len = n;
}

bool layout_build(Tokens *tokens, Str text, Arena *arena, Diags *diags, Layout *out) {
    *out = (Layout){0};
    drop_comments(tokens);
    if (!brackets_repair(tokens, &out->quiet, text, arena, diags, out))
        return false;
    // What comes out overtakes nothing that is still to be read: one array does for both.
    const Token *code = out->items = tokens->items;
    TokenKind open[LANG_NESTING_MAX];
    u32 depth = 0;
    bool is_quiet = false;
    for (u32 i = 0; i < tokens->len; i++) {
        Token token = code[i];
        const Token *next = &code[MIN(i + 1, tokens->len - 1)];
        is_quiet = is_quiet || (out->quiet && out->quiet[i]);
        bool in_statements = depth == 0 || open[depth - 1] == TOK_LBRACE;
        if (token.kind == TOK_NEWLINE && !(in_statements && ends_statement(out, next)))
            continue;
        token.kind = kind_in_place(out, &token, next);
        if (out->quiet)
            out->quiet[out->len] = is_quiet;
        is_quiet = false;
        u32 flags = token_flags(token.kind);
        depth -= (flags & TOKEN_CLOSE) != 0;
        if (flags & TOKEN_OPEN)
            open[depth++] = token.kind;
        out->items[out->len++] = token;
    }
    return true;
}

void layout_pair(Layout *layout, Arena *arena) {
    if (layout->close_of)
        return;
    layout->close_of = ARENA_NEW(arena, u32, layout->len);
    layout->open_of = ARENA_NEW(arena, u32, layout->len);
    u32 open[LANG_NESTING_MAX], depth = 0;
    for (u32 i = 0; i < layout->len; i++) {
        u32 flags = token_flags(layout->items[i].kind);
        layout->close_of[i] = layout->open_of[i] = NONE;
        if (flags & TOKEN_CLOSE) {
            u32 from = open[--depth];
            layout->close_of[from] = i;
            layout->open_of[i] = from;
        }
        if (flags & TOKEN_OPEN)
            open[depth++] = i;
    }
}
