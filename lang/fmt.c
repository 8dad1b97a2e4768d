// SPDX-License-Identifier: Apache-2.0
// Formatting works on the tokens, comments included, in three passes: which braces hold bodies of
// several lines; then token by token, what white space goes before each, and, as each line begins,
// where it must be broken to be no wider than a page; then the lines, whose trailing comments are
// lined up. The kinds of soft keywords come from the layout, as for the
// parser. At the end the result is parsed again: if its tree were not the same, that would be a bug
// here, and the text is given back as it was.
#include "lang/fmt.h"

#include "lang/layout.h"
#include "lang/parser_internal.h"
#include "lang/prose.h"

#include "base/utf8.h"

#include <assert.h>

enum { INDENT = 2, COMMENT_COLUMN_MAX = 90, LINE_WIDTH = 100, BREAK_COLUMN = 30 };

typedef struct Item {
    TokenKind kind;
    Str text;
    u32 n_breaks;    // line breaks before it in the text
    bool is_broken;  // of a brace: its body is written on lines of its own
    bool is_binary;  // of '-': between two operands
    bool is_wide;    // the words of a param: set off by two spaces
    bool is_dropped; // a ';' that a line break has made needless
    u32 partner;     // of a bracket: the other one
    TokenKind colon; // of ':': TOK_QUESTION (of a choice), TOK_LBRACKET (of a slice), TOK_PART
} Item;

typedef struct Line {
    u32 from, to; // in the buffer: the code, without its break
    Str comment;  // after the code; empty: none
} Line;

typedef struct Format {
    Arena *arena;
    VEC(Item) items;
    VEC(Line) lines;
    StrBuf code;
    struct {
        u32 item, indent; // of the line on which it was opened
    } open[LANG_NESTING_MAX + 1];
    u32 depth;
    u32 from, line_indent; // of the line that is being written
    bool in_param;         // it began with a param, or the param is in it
    Str comment;           // behind it
} Format;

// ---- items ----

static u32 count_breaks(Str text) {
    u32 n = 0;
    for (u32 i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n';
    return n;
}

static void collect(Format *f, const Tokens *tokens, const Layout *layout, Str text) {
    u32 n_breaks = 0, next = 0;
    for (u32 i = 0; i < tokens->len; i++) {
        const Token *token = &tokens->items[i];
        Str words = {text.ptr + token->span.off, token->span.len};
        while (next < layout->len && layout->items[next].span.off < token->span.off)
            next++;
        if (token->kind == TOK_NEWLINE) {
            n_breaks += count_breaks(words);
            continue;
        }
        bool same = next < layout->len && layout->items[next].span.off == token->span.off &&
                    layout->items[next].kind != TOK_NEWLINE;
        Item item = {.kind = same && token->kind != TOK_COMMENT ? layout->items[next].kind
                                                                : token->kind,
                     .text = words,
                     .n_breaks = n_breaks};
        while (item.text.len && (item.text.ptr[item.text.len - 1] == ' ' ||
                                 item.text.ptr[item.text.len - 1] == '\t'))
            item.text.len--;
        avec_push(f->arena, &f->items, item);
        n_breaks = 0;
    }
}

static Item *at(Format *f, u32 i) {
    return &f->items.data[i];
}

static bool has_flag(TokenKind kind, u32 flags) {
    return (token_flags(kind) & flags) != 0;
}

// A soft keyword that is one here.
static bool is_keyword(TokenKind kind) {
    return has_flag(kind, TOKEN_WORD | TOKEN_SOFT);
}

static bool ends_operand(const Item *item) {
    bool constant = item->kind == TOK_TRUE || item->kind == TOK_FALSE;
    return has_flag(item->kind, TOKEN_DONE) && (!is_keyword(item->kind) || constant);
}

// Pairs brackets, finds what ':' and '-' belong to, and which braces are broken into lines: those
// with a line break of their own inside.
static void relate(Format *f) {
    u32 open[LANG_NESTING_MAX + 1], n_choices[LANG_NESTING_MAX + 1] = {0}, depth = 0, before = NONE;
    bool in_param = false;
    for (u32 i = 0; i < f->items.len; i++) {
        Item *item = at(f, i);
        bool ends = item->n_breaks > 0 || item->kind == TOK_SEMI;
        in_param = item->kind == TOK_PARAM || (in_param && !ends);
        item->is_wide =
            in_param && item->kind == TOK_TEXT && before != NONE && ends_operand(at(f, before));
        if (item->n_breaks && depth > 0 && at(f, open[depth - 1])->kind == TOK_LBRACE)
            at(f, open[depth - 1])->is_broken = true;
        if (item->kind == TOK_COMMENT)
            continue;
        if (has_flag(item->kind, TOKEN_CLOSE)) {
            depth--;
            item->is_broken = at(f, open[depth])->is_broken;
            item->partner = open[depth];
            at(f, open[depth])->partner = i;
        }
        if (has_flag(item->kind, TOKEN_OPEN)) {
            open[depth++] = i;
            n_choices[depth] = 0;
        }
        if (item->kind == TOK_SEMI)
            n_choices[depth] = 0;
        if (item->kind == TOK_QUESTION)
            n_choices[depth]++;
        if (item->kind == TOK_COLON) {
            bool in_list = depth > 0 && at(f, open[depth - 1])->kind == TOK_LBRACKET;
            item->colon = n_choices[depth] ? TOK_QUESTION : in_list ? TOK_LBRACKET : TOK_PART;
            n_choices[depth] -= n_choices[depth] > 0;
        }
        item->is_binary = item->kind == TOK_MINUS && before != NONE && ends_operand(at(f, before));
        before = i;
    }
}

// A ';' that parts nothing: before a line break, a '}' or another ';', unless what follows would
// then go on with the statement before.
static bool is_needless(Format *f, u32 i) {
    u32 next = i + 1;
    bool broken = false;
    for (; next < f->items.len; next++) {
        broken = broken || at(f, next)->n_breaks > 0;
        if (at(f, next)->kind != TOK_COMMENT && at(f, next)->kind != TOK_SEMI)
            break;
    }
    const Item *item = at(f, MIN(next, f->items.len - 1));
    if (item->kind == TOK_END || item->kind == TOK_RBRACE)
        return true;
    bool doubled = i + 1 < f->items.len && at(f, i + 1)->kind == TOK_SEMI;
    return (broken && !has_flag(item->kind, TOKEN_JOIN)) || doubled;
}

static void drop_needless(Format *f) {
    u32 n = 0, carried = 0;
    for (u32 i = 0; i < f->items.len; i++) {
        Item item = *at(f, i);
        bool joins = i + 1 < f->items.len && has_flag(at(f, i + 1)->kind, TOKEN_JOIN);
        bool leads = item.kind == TOK_SEMI && !joins &&
                     (n == 0 || item.n_breaks > 0 || at(f, n - 1)->kind == TOK_LBRACE ||
                      at(f, n - 1)->kind == TOK_SEMI);
        if (item.kind == TOK_SEMI && (leads || is_needless(f, i))) {
            carried += item.n_breaks;
            continue;
        }
        if (item.kind == TOK_LBRACE && n > 0 && at(f, n - 1)->kind != TOK_COMMENT)
            item.n_breaks = 0; // a brace stands on the line of its head
        item.n_breaks += carried;
        carried = 0;
        *at(f, n++) = item;
    }
    f->items.len = n;
}

// ---- spaces ----

// Whether a space stands between two items on one line.
static bool is_apart(const Item *a, const Item *b) {
    switch (b->kind) {
    case TOK_COMMA:
    case TOK_SEMI:
    case TOK_RPAREN:
    case TOK_RBRACKET:
    case TOK_DOT:
    case TOK_DOTDOT:
    case TOK_LABEL_BRACKET:
    case TOK_SUBLABEL:
    case TOK_TEXT_MIDDLE:
    case TOK_TEXT_CLOSE:
        return false;
    case TOK_COLON:
        return b->colon == TOK_QUESTION;
    case TOK_LPAREN:
    case TOK_LBRACKET:
        if (ends_operand(a))
            return false;
        break;
    default:
        break;
    }
    switch (a->kind) {
    case TOK_LPAREN:
    case TOK_LBRACKET:
    case TOK_LABEL_BRACKET:
    case TOK_TEXT_OPEN:
    case TOK_TEXT_MIDDLE:
    case TOK_DOT:
    case TOK_DOTDOT:
        return false;
    case TOK_MINUS:
        return a->is_binary;
    case TOK_COLON:
        return a->colon != TOK_LBRACKET;
    default:
        return true;
    }
}

// ---- wide lines ----

// Brackets that are open at some point of a line that is looked at: those from before, and its own.
typedef struct Inside {
    u32 n_before, n_own; // of f->open; of items
    u32 items[LANG_NESTING_MAX + 1];
    u32 n_texts; // fill-ins among its own
    i32 depth;   // since the line began
} Inside;

static void inside_step(Format *f, Inside *in, u32 i) {
    TokenKind kind = at(f, i)->kind;
    if (has_flag(kind, TOKEN_CLOSE)) {
        in->depth--;
        if (in->n_own) {
            TokenKind opened = at(f, in->items[--in->n_own])->kind;
            in->n_texts -= opened == TOK_TEXT_OPEN || opened == TOK_TEXT_MIDDLE;
        } else if (in->n_before) {
            in->n_before--;
        }
    }
    if (has_flag(kind, TOKEN_OPEN)) {
        in->depth++;
        in->items[in->n_own++] = i;
        in->n_texts += kind == TOK_TEXT_OPEN || kind == TOK_TEXT_MIDDLE;
    }
}

static u32 innermost(const Format *f, const Inside *in) {
    return in->n_own      ? in->items[in->n_own - 1]
           : in->n_before ? f->open[in->n_before - 1].item
                          : NONE;
}

enum { NO_BREAK = 8 }; // more than any rank

// How well a line may end before item i, 0 best: after a comma, around what binds loosely, last
// before the call of a method. Not right in a body that is written on one line, nor in a text.
static u32 break_rank(Format *f, const Inside *in, u32 i) {
    const Item *item = at(f, i), *last = at(f, i - 1);
    u32 bracket = innermost(f, in);
    if (item->kind == TOK_COMMENT || last->kind == TOK_COMMENT || in->n_texts > 0)
        return NO_BREAK;
    if (bracket != NONE && at(f, bracket)->kind == TOK_LBRACE && !at(f, bracket)->is_broken)
        return NO_BREAK;
    if (last->kind == TOK_COMMA)
        return 0;
    if (item->kind == TOK_QUESTION || (item->kind == TOK_COLON && item->colon == TOK_QUESTION))
        return 1;
    if (item->kind == TOK_FOR)
        return bracket != NONE && at(f, bracket)->kind == TOK_LBRACKET ? 1 : NO_BREAK;
    if (last->kind == TOK_OR || last->kind == TOK_AND)
        return last->kind == TOK_OR ? 2 : 3;
    if (last->kind == TOK_PLUS || last->kind == TOK_AMP ||
        (last->kind == TOK_MINUS && last->is_binary))
        return 4;
    bool is_call = item->kind == TOK_DOT && has_flag(last->kind, TOKEN_CLOSE) &&
                   i + 2 < f->items.len && at(f, i + 2)->kind == TOK_LPAREN;
    return is_call ? 5 : NO_BREAK;
}

// Writes a body of one line on lines of its own, a statement on each, and those of the else after
// it.
static void break_body(Format *f, u32 open) {
    for (;;) {
        u32 close = at(f, open)->partner;
        at(f, open)->is_broken = at(f, close)->is_broken = true;
        for (u32 i = open + 1; i < close; i++) {
            Item *next = at(f, i + 1);
            if (has_flag(at(f, i)->kind, TOKEN_OPEN)) {
                i = at(f, i)->partner - 1; // a fill-in closes and opens
                continue;
            }
            if (at(f, i)->kind != TOK_SEMI || next->kind == TOK_COMMENT ||
                has_flag(next->kind, TOKEN_JOIN))
                continue;
            at(f, i)->is_dropped = true;
            next->n_breaks = MAX(next->n_breaks, 1);
        }
        u32 next = close + 1;
        if (next >= f->items.len || at(f, next)->kind != TOK_ELSE)
            return;
        while (next < f->items.len && at(f, next)->kind != TOK_LBRACE)
            next++;
        if (next >= f->items.len || at(f, next)->is_broken)
            return;
        open = next;
    }
}

static bool is_forced(Format *f, u32 i) {
    const Item *item = at(f, i), *last = at(f, i - 1);
    if (item->kind == TOK_COMMENT)
        return false; // it may stand on the line of the brace
    return (last->kind == TOK_LBRACE && last->is_broken) ||
           (item->kind == TOK_RBRACE && item->is_broken);
}

// Where the line that begins with item `from` would be broken, if it is wider than a page.
typedef struct Choice {
    u32 body;      // a body of one line, outside all brackets of the line; NONE
    u32 deep_body; // the same, inside some
    u32 item;      // or before this item; NONE
    i32 cost;      // of that: fewer brackets first, then the rank
    u32 bracket;   // it is in this one; NONE
    bool is_far;   // it leaves a line of some length
} Choice;

static void consider_break(Format *f, const Inside *in, u32 i, u32 width, Choice *best) {
    bool is_far = width >= f->line_indent + BREAK_COLUMN;
    u32 rank = break_rank(f, in, i);
    i32 cost = in->depth * NO_BREAK + (i32)rank;
    if ((width > LINE_WIDTH && best->item != NONE) || rank == NO_BREAK)
        return;
    if (best->item != NONE && best->is_far && !is_far)
        return;
    if (best->item != NONE && best->is_far == is_far && cost > best->cost)
        return;
    best->item = i;
    best->bracket = innermost(f, in);
    best->cost = cost;
    best->is_far = is_far;
}

// The writer had filled the lines of a list, a little too wide: what is broken off goes before the
// rest of it, not on a line of its own. `in` is as before item i, `width` columns into the line.
static void refill(Format *f, Inside *in, u32 i, u32 width, u32 bracket) {
    if (bracket == NONE || at(f, bracket)->kind == TOK_LBRACE)
        return;
    for (; i < f->items.len && width < 2 * LINE_WIDTH; i++) {
        Item *item = at(f, i);
        if (item->kind == TOK_COMMENT || item->n_breaks > 1 || is_forced(f, i))
            return;
        if (item->n_breaks == 1) {
            if (at(f, i - 1)->kind == TOK_COMMA && innermost(f, in) == bracket)
                item->n_breaks = 0;
            return;
        }
        inside_step(f, in, i);
        width += utf8_width(item->text) + 1;
    }
}

// True when something was broken: the line must be looked at again.
static bool break_wide(Format *f, u32 from) {
    Inside in = {.n_before = f->depth};
    Choice best = {.body = NONE, .deep_body = NONE, .item = NONE};
    u32 width = f->line_indent;
    bool in_param = false;
    for (u32 i = from; i < f->items.len && at(f, i)->kind != TOK_END; i++) {
        Item *item = at(f, i);
        if (item->is_dropped)
            continue;
        if (i > from) {
            bool ends = item->n_breaks || is_forced(f, i) ||
                        (item->kind == TOK_COMMENT && item->text.ptr[1] == '/');
            if (ends)
                return false;
            consider_break(f, &in, i, width, &best);
            width +=
                (is_apart(at(f, i - 1), item) ? 1u : 0u) + (item->is_wide && in_param ? 1u : 0u);
        }
        in_param = in_param || item->kind == TOK_PARAM;
        inside_step(f, &in, i);
        if (item->kind == TOK_LBRACE && !item->is_broken &&
            at(f, item->partner)->kind == TOK_RBRACE && item->partner > i + 1) {
            u32 *body = in.depth == 1 ? &best.body : &best.deep_body;
            *body = MIN(*body, i);
        }
        width += utf8_width(item->text);
        if (width <= LINE_WIDTH)
            continue;
        if (best.body == NONE && best.item != NONE) {
            at(f, best.item)->n_breaks = 1;
            refill(f, &in, i + 1, width, best.bracket);
            return false; // the rest is looked at when it begins
        }
        u32 body = MIN(best.body, best.deep_body);
        if (body != NONE)
            break_body(f, body);
        if (body != NONE)
            return true;
    }
    return false;
}

// ---- lines ----

// Ends the line that began at f->from.
static void end_line(Format *f) {
    avec_push(f->arena, &f->lines, (Line){f->from, (u32)f->code.len, f->comment});
    f->from = (u32)f->code.len;
    f->comment = (Str){"", 0};
}

static void add_indent(Format *f, u32 n) {
    for (u32 i = 0; i < n; i++)
        strbuf_add_char(&f->code, ' ');
    f->line_indent = n;
}

// The indentation of a line that begins with item i; `goes_on`: in the middle of a statement.
static u32 indent_of(Format *f, u32 i, bool goes_on) {
    u32 depth = f->depth, closed = NONE;
    for (u32 k = i; k < f->items.len && has_flag(at(f, k)->kind, TOKEN_CLOSE) &&
                    (k == i || (at(f, k)->n_breaks == 0 && !is_forced(f, k))) && depth > 0;
         k++)
        closed = --depth;
    if (closed != NONE)
        return f->open[closed].indent;
    u32 base = f->depth ? f->open[f->depth - 1].indent + INDENT : 0;
    bool in_round = f->depth && at(f, f->open[f->depth - 1].item)->kind != TOK_LBRACE;
    return base + (goes_on && !in_round ? INDENT : 0);
}

// Whether the next code item from i on continues the statement that `before` is of.
static bool goes_on(Format *f, u32 before, u32 i) {
    while (i < f->items.len && at(f, i)->kind == TOK_COMMENT)
        i++;
    if (before == NONE || i >= f->items.len)
        return false;
    TokenKind a = at(f, before)->kind, b = at(f, i)->kind;
    if (a == TOK_LBRACE || a == TOK_SEMI || b == TOK_ELSE || b == TOK_LBRACE || b == TOK_RBRACE)
        return false;
    return has_flag(a, TOKEN_MORE) || has_flag(b, TOKEN_JOIN);
}

// Ends the line before item i, and begins the one that item i is first on.
static void break_line(Format *f, u32 i, u32 before) {
    const Item *item = at(f, i);
    if (i > 0) {
        end_line(f);
        if (item->n_breaks > 1 && at(f, i - 1)->kind != TOK_LBRACE && item->kind != TOK_RBRACE)
            end_line(f); // one blank line
    }
    add_indent(f, indent_of(f, i, goes_on(f, before, i)));
    while (break_wide(f, i))
        continue;
}

static void write_lines(Format *f) {
    u32 before = NONE; // the last item that is no comment
    for (u32 i = 0; i < f->items.len && at(f, i)->kind != TOK_END; i++) {
        Item *item = at(f, i);
        if (item->is_dropped)
            continue;
        bool first = i == 0 || item->n_breaks || is_forced(f, i);
        bool trails = !first && item->kind == TOK_COMMENT && item->text.ptr[1] == '/';
        if (first)
            break_line(f, i, before);
        else if (!trails && is_apart(at(f, i - 1), item))
            strbuf_add_char(&f->code, ' ');
        f->in_param = item->kind == TOK_PARAM || (f->in_param && !first);
        if (item->is_wide && !first && f->in_param)
            strbuf_add_char(&f->code, ' ');
        if (trails)
            f->comment = item->text;
        else
            strbuf_add(&f->code, item->text);
        if (has_flag(item->kind, TOKEN_CLOSE))
            f->depth--;
        if (has_flag(item->kind, TOKEN_OPEN)) {
            f->open[f->depth].item = i;
            f->open[f->depth++].indent = f->line_indent;
        }
        before = item->kind == TOK_COMMENT ? before : i;
    }
    end_line(f);
}

static Str line_code(const Format *f, const Line *line) {
    return (Str){f->code.ptr + line->from, line->to - line->from};
}

// Comments after code begin in one column on lines that follow each other.
static void emit_lines(Format *f, StrBuf *out) {
    for (u32 i = 0; i < f->lines.len;) {
        u32 end = i, width = 0;
        for (; end < f->lines.len && f->lines.data[end].comment.len; end++)
            width = MAX(width, utf8_width(line_code(f, &f->lines.data[end])));
        for (end = MAX(end, i + 1); i < end; i++) {
            const Line *line = &f->lines.data[i];
            strbuf_add(out, line_code(f, line));
            if (line->comment.len) {
                u32 own = utf8_width(line_code(f, line));
                u32 n = width <= COMMENT_COLUMN_MAX ? width - own + 2 : 2;
                strbuf_addf(out, "%*s", (int)n, "");
                strbuf_add(out, line->comment);
            }
            strbuf_add_char(out, '\n');
        }
    }
}

// ---- front door ----

static bool has_same_tree(Sources *sources, const Ast *ast, Str formatted, Arena *arena) {
    Diags diags;
    diags_init(&diags, arena, sources);
    u32 source = sources_add(sources, STR("formatted"), formatted);
    Ast *again = lang_parse(sources, source, arena, &diags);
    StrBuf a, b;
    strbuf_init(&a, arena->heap);
    strbuf_init(&b, arena->heap);
    ast_dump_shape(ast, sources, &a);
    ast_dump_shape(again, sources, &b);
    bool same = diags.n_errors == 0 && str_equal(strbuf_str(&a), strbuf_str(&b));
    strbuf_finish(&a);
    strbuf_finish(&b);
    sources->len--; // the text was only for this
    return same;
}

bool lang_format(Sources *sources, u32 source, Arena *arena, Diags *diags, StrBuf *out) {
    u32 n_errors = diags->n_errors;
    Ast *ast = lang_parse(sources, source, arena, diags);
    if (diags->n_errors > n_errors)
        return false;
    Diags ignored; // all has been said
    diags_init(&ignored, arena, sources);
    Str text = sources->items[source].text;
    Tokens tokens;
    Layout layout;
    if (!prose_skip(&text, source, arena, &ignored))
        return false;
    lex_text(text, source, arena, &ignored, &tokens);
    Tokens code = {ARENA_NEW(arena, Token, tokens.len), tokens.len, tokens.len};
    memcpy(code.items, tokens.items, tokens.len * sizeof *code.items);
    if (!layout_build(&code, text, arena, &ignored, &layout))
        return false;
    Format *f = ARENA_NEW(arena, Format, 1);
    f->arena = arena;
    f->comment = (Str){"", 0};
    strbuf_init(&f->code, arena->heap);
    strbuf_add_z(&f->code, "");
    collect(f, &tokens, &layout, text);
    drop_needless(f);
    relate(f);
    write_lines(f);
    StrBuf formatted;
    strbuf_init(&formatted, arena->heap);
    emit_lines(f, &formatted);
    bool same = has_same_tree(sources, ast, strbuf_str(&formatted), arena);
    assert(same);
    strbuf_add(out, same ? strbuf_str(&formatted) : sources->items[source].text);
    strbuf_finish(&formatted);
    strbuf_finish(&f->code);
    return true;
}
