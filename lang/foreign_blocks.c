// SPDX-License-Identifier: Apache-2.0
// OpenSCAD's way of building: `difference() { a(); b(); }`, `translate([1, 2, 3]) cube(4);` and
// `for (i = [0 : 3]) ...`. Each is recognised by its tokens and rewritten as text: operators
// between solids, placements after them, `for x in list`. Where the rewriting keeps the meaning for
// sure it is a machine fix, else a proposal.
#include "lang/foreign.h"

static TokenKind kind_of(const Mistake *m, u32 i) {
    return mistake_kind(m, i);
}

static u32 close_of(const Mistake *m, u32 open) {
    return m->parse->layout.close_of[open];
}

static bool is_call(const Mistake *m, u32 i) {
    return kind_of(m, i) == TOK_NAME && kind_of(m, i + 1) == TOK_LPAREN;
}

// What stands between the brackets, as text.
static Str inside(const Mistake *m, u32 open) {
    u32 close = close_of(m, open);
    return close == open + 1 ? (Str){"", 0}
                             : mistake_source(m, mistake_range(m, open + 1, close - 1));
}

// What a call of OpenSCAD becomes after the solid it is applied to. Empty text: no equal is known.
typedef struct Placement {
    Str text; // ".move([1, 2, 3])"
    bool sure;
} Placement;

// rotate([90, 0, 0]): one axis a call, x first.
static Placement rotation(const Mistake *m, u32 open) {
    Arena *arena = m->parse->arena;
    u32 list = open + 1;
    if (kind_of(m, list) == TOK_NUMBER && kind_of(m, list + 1) == TOK_RPAREN)
        return (Placement){str_format(arena, ".rotate(z = %.*s)", STR_ARG(mistake_text(m, list))),
                           true};
    if (kind_of(m, list) != TOK_LBRACKET)
        return (Placement){{"", 0}, false};
    Str out = {"", 0};
    u32 close = close_of(m, list), i = list + 1;
    for (u32 axis = 0; i < close && axis < 3; axis++) {
        u32 from = i;
        while (i < close && kind_of(m, i) != TOK_COMMA)
            i = mistake_skip(m, i);
        Str value = i > from ? mistake_source(m, mistake_range(m, from, i - 1)) : STR("0");
        if (!str_equal_z(value, "0"))
            out = str_format(arena, "%.*s.rotate(%c = %.*s)", STR_ARG(out), "xyz"[axis],
                             STR_ARG(value));
        i += i < close;
    }
    return (Placement){out, out.len > 0 && i >= close};
}

static Placement reflection(const Mistake *m, u32 open) {
    static const char *const ROWS[] = {"[1,0,0]", "[0,1,0]", "[0,0,1]"};
    Str args = inside(m, open);
    char packed[16];
    u32 n = 0;
    for (u32 i = 0; i < args.len && n < sizeof packed; i++)
        if (args.ptr[i] != ' ')
            packed[n++] = args.ptr[i];
    for (u32 i = 0; i < 3; i++)
        if (str_equal_z((Str){packed, n}, ROWS[i]))
            return (Placement){str_format(m->parse->arena, ".mirror(%c)", "XYZ"[i]), true};
    return (Placement){{"", 0}, false};
}

static Placement placement(const Mistake *m, u32 name) {
    Arena *arena = m->parse->arena;
    u32 open = name + 1;
    Str args = inside(m, open);
    TokenKind first = kind_of(m, open + 1);
    bool alone = kind_of(m, open + 2) == TOK_RPAREN;
    if (mistake_is(m, name, "translate"))
        return (Placement){str_format(arena, ".move(%.*s)", STR_ARG(args)), first == TOK_LBRACKET};
    if (mistake_is(m, name, "scale"))
        return (Placement){str_format(arena, ".scale(%.*s)", STR_ARG(args)), args.len > 0};
    if (mistake_is(m, name, "rotate"))
        return rotation(m, open);
    if (mistake_is(m, name, "mirror"))
        return reflection(m, open);
    if (mistake_is(m, name, "color") && first == TOK_TEXT && alone && args.len > 3 &&
        args.ptr[1] != '#')
        return (Placement){str_format(arena, ".paint(%.*s)", (int)args.len - 2, args.ptr + 1),
                           false};
    if (mistake_is(m, name, "linear_extrude") && first == TOK_NUMBER)
        return (Placement){str_format(arena, ".extrude(h = %.*s)", STR_ARG(args)), alone};
    if (mistake_is(m, name, "linear_extrude"))
        return (Placement){STR(".extrude(h = ...)"), false};
    if (mistake_is(m, name, "rotate_extrude"))
        return (Placement){STR(".revolve()"), args.len == 0};
    return (Placement){{"", 0}, false};
}

// ---- prefixes ----

// From token i: two or more calls side by side, `f(..) g(..) h(..)`, the last with what follows it
// after dots. Writes them the other way round and returns the token after them; 0 when it is
// something else.
static u32 turn_round(const Mistake *m, u32 i, Str *text, bool *sure) {
    u32 names[16], n = 0;
    for (; n < COUNT_OF(names) && is_call(m, i); i = mistake_skip(m, i + 1))
        names[n++] = i;
    if (n < 2)
        return 0;
    while (kind_of(m, i) == TOK_DOT)
        i = is_call(m, i + 1) ? mistake_skip(m, i + 2) : i + 2;
    *text = mistake_source(m, mistake_range(m, names[n - 1], i - 1));
    *sure = true;
    for (u32 k = n - 1; k > 0; k--) {
        Placement p = placement(m, names[k - 1]);
        if (!p.text.len)
            return 0;
        *sure = *sure && p.sure;
        *text = str_format(m->parse->arena, "%.*s%.*s", STR_ARG(*text), STR_ARG(p.text));
    }
    return i;
}

bool foreign_prefix(Mistake *m, Repair *out) {
    u32 at = m->at;
    if (!is_call(m, at) || at == 0 || kind_of(m, at - 1) != TOK_RPAREN)
        return false;
    u32 open = m->parse->layout.open_of[at - 1];
    if (open == NONE || open == 0 || kind_of(m, open - 1) != TOK_NAME)
        return false;
    Str text;
    bool sure;
    u32 first = open - 1, end = turn_round(m, first, &text, &sure);
    if (!end)
        return false;
    Diag *diag = mistake_report(m, DIAG_E0212, first, "a placement follows its solid, after a '.'");
    diag_help(m->parse->diags, diag, "write %.*s", (int)MIN(text.len, 120u), text.ptr);
    diag_fix(m->parse->diags, diag, sure ? FIX_MACHINE : FIX_MAYBE,
             mistake_range(m, first, end - 1), text);
    *out = repair_recover(end);
    return true;
}

// ---- blocks ----

// One statement i..end as an operand. *sure: it is one call with placements, or they could be
// turned round.
static Str child_text(const Mistake *m, u32 i, u32 end, bool *sure) {
    Str text;
    if (turn_round(m, i, &text, sure) == end)
        return text;
    u32 k = i;
    *sure = is_call(m, k);
    if (*sure)
        for (k = mistake_skip(m, k + 1); kind_of(m, k) == TOK_DOT && is_call(m, k + 1);)
            k = mistake_skip(m, k + 2);
    *sure = *sure && k == end;
    return mistake_source(m, mistake_range(m, i, end - 1));
}

// The statements of a block joined by `glue`: "a - b - c". Empty: they can't be.
static Str joined_children(const Mistake *m, u32 open, const char *glue, bool *sure) {
    Str out = {"", 0};
    u32 close = close_of(m, open), n = 0;
    *sure = true;
    for (u32 i = open + 1; i < close;) {
        if (kind_of(m, i) == TOK_NEWLINE || kind_of(m, i) == TOK_SEMI) {
            i++;
            continue;
        }
        u32 end = mistake_statement_end(m, i);
        if (mistake_has(m, i, TOKEN_WORD) && !mistake_has(m, i, TOKEN_VALUE))
            return (Str){"", 0}; // let, for, if: no operand
        bool child_sure;
        Str text = child_text(m, i, end, &child_sure);
        *sure = *sure && child_sure;
        out =
            str_format(m->parse->arena, "%.*s%s%.*s", STR_ARG(out), n++ ? glue : "", STR_ARG(text));
        i = MAX(end, i + 1);
    }
    *sure = *sure && n > 0;
    return out;
}

typedef struct BlockRow {
    const char *name, *glue, *before, *after, *message;
} BlockRow;

static const BlockRow BLOCK_ROWS[] = {
    {"difference", " - ", "", "", "a difference is written a - b"},
    {"union", " + ", "", "", "a union is written a + b; the solids of a body are united anyway"},
    {"intersection", " & ", "", "", "an intersection is written a & b"},
    {"hull", ", ", "hull(", ")", "hull takes its solids as arguments: hull(a, b)"},
};

static void report_placed_block(Mistake *m, u32 name, u32 end) {
    Placement p = placement(m, name);
    if (!p.text.len) {
        Diag *diag = mistake_report(m, DIAG_E0211, name, "a call has no body in braces");
        diag_help(m->parse->diags, diag,
                  "braces follow part, group, def, for, if, else and cut: part %.*s { ... }",
                  STR_ARG(mistake_text(m, name)));
        return;
    }
    Diag *diag = mistake_report(m, DIAG_E0211, name, "a placement follows its solid, after a '.'");
    diag_help(m->parse->diags, diag, "write group { ... }%.*s", STR_ARG(p.text));
    Str body = mistake_source(m, mistake_range(m, m->at, end - 1));
    diag_fix(m->parse->diags, diag, p.sure ? FIX_MACHINE : FIX_MAYBE,
             mistake_range(m, name, end - 1),
             str_format(m->parse->arena, "group %.*s%.*s", STR_ARG(body), STR_ARG(p.text)));
}

bool foreign_block(Mistake *m, Repair *out) {
    u32 at = m->at;
    if (kind_of(m, at) != TOK_LBRACE || at == 0 || kind_of(m, at - 1) != TOK_RPAREN)
        return false;
    u32 open = m->parse->layout.open_of[at - 1];
    if (open == NONE || open == 0 || kind_of(m, open - 1) != TOK_NAME ||
        kind_of(m, m->statement) == TOK_DEF)
        return false;
    u32 name = open - 1, end = close_of(m, at) + 1;
    *out = repair_recover(end);
    for (u32 i = 0; i < COUNT_OF(BLOCK_ROWS); i++) {
        const BlockRow *row = &BLOCK_ROWS[i];
        if (!mistake_is(m, name, row->name))
            continue;
        bool sure;
        Str children = joined_children(m, at, row->glue, &sure);
        Diag *diag = mistake_report(m, DIAG_E0211, name, row->message);
        if (children.len)
            diag_fix(m->parse->diags, diag, sure ? FIX_MACHINE : FIX_MAYBE,
                     mistake_range(m, name, end - 1),
                     str_format(m->parse->arena, "%s%.*s%s", row->before, STR_ARG(children),
                                row->after));
        return true;
    }
    report_placed_block(m, name, end);
    return true;
}

// ---- loops ----

static bool read_whole(Str text, u32 *out) {
    *out = 0;
    for (u32 i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i > 6)
            return false;
        *out = *out * 10 + (u32)(text.ptr[i] - '0');
    }
    return text.len > 0;
}

// [a : b] or [a : step : b], both ends included, as a range with its end excluded. Empty: something
// else.
static Str scad_range(const Mistake *m, u32 open, bool *sure) {
    u32 close = close_of(m, open), from = open + 1, n = 0;
    Str parts[3];
    for (u32 i = from; n < 3; i = mistake_skip(m, i)) {
        if (i < close && kind_of(m, i) != TOK_COLON)
            continue;
        if (i == from)
            return (Str){"", 0};
        parts[n++] = mistake_source(m, mistake_range(m, from, i - 1));
        from = i + 1;
        if (i >= close)
            break;
    }
    if (n < 2 || from != close + 1)
        return (Str){"", 0};
    u32 whole, ignored;
    bool number = read_whole(parts[n - 1], &whole);
    *sure = number && (n == 2 || read_whole(parts[1], &ignored));
    Str end = number ? str_format(m->parse->arena, "%u", whole + 1)
                     : str_format(m->parse->arena, "%.*s + 1", STR_ARG(parts[n - 1]));
    if (n == 3)
        return str_format(m->parse->arena, "range(%.*s, %.*s, %.*s)", STR_ARG(parts[0]),
                          STR_ARG(end), STR_ARG(parts[1]));
    if (str_equal_z(parts[0], "0"))
        return str_format(m->parse->arena, "range(%.*s)", STR_ARG(end));
    return str_format(m->parse->arena, "range(%.*s, %.*s)", STR_ARG(parts[0]), STR_ARG(end));
}

// for ( ... ): what stands in the round brackets, as it is written here. Empty: not known.
static Str loop_head(const Mistake *m, u32 open, bool *sure) {
    u32 close = close_of(m, open), list = open + 3;
    *sure = true;
    if (kind_of(m, open + 1) != TOK_NAME || close < open + 4)
        return (Str){"", 0};
    if (kind_of(m, open + 2) == TOK_IN)
        return inside(m, open);
    if (kind_of(m, open + 2) != TOK_ASSIGN)
        return (Str){"", 0};
    for (u32 i = list; i < close; i = mistake_skip(m, i))
        if (kind_of(m, i) == TOK_SEMI || kind_of(m, i) == TOK_COMMA)
            return (Str){"", 0};
    Str values = mistake_source(m, mistake_range(m, list, close - 1));
    if (kind_of(m, list) == TOK_LBRACKET && close_of(m, list) + 1 == close) {
        Str range = scad_range(m, list, sure);
        values = range.len ? range : values;
    }
    return str_format(m->parse->arena, "%.*s in %.*s", STR_ARG(mistake_text(m, open + 1)),
                      STR_ARG(values));
}

// for (...) with its round brackets at m->at.
static void round_loop(Mistake *m, Repair *out) {
    bool sure;
    u32 at = m->at, close = close_of(m, at);
    Str head = loop_head(m, at, &sure);
    Diag *diag = diag_add(m->parse->diags, DIAG_E0213, mistake_range(m, at, close),
                          "a loop is written for x in list { ... }");
    if (head.len) {
        diag_help(m->parse->diags, diag, "write for %.*s { ... }", STR_ARG(head));
        diag_fix(m->parse->diags, diag, sure ? FIX_MACHINE : FIX_MAYBE, mistake_range(m, at, close),
                 head);
    } else {
        diag_help(m->parse->diags, diag, "for i in range(n) { ... } counts from 0 to n - 1");
    }
    bool has_body = kind_of(m, close + 1) == TOK_LBRACE;
    *out = repair_recover(has_body ? close + 1 : mistake_statement_end(m, close + 1));
    if (has_body && kind_of(m, at + 1) == TOK_NAME && close >= at + 3) {
        // Read on as `name in false {`, so that the name is bound in the body.
        Token *items = m->parse->layout.items;
        items[close - 2] = items[at + 1];
        items[close - 1].kind = TOK_IN;
        items[close].kind = TOK_FALSE;
        for (u32 i = close - 2; i <= close; i++)
            m->parse->layout.open_of[i] = m->parse->layout.close_of[i] = NONE;
        m->parse->layout.close_of[at] = NONE;
        *out = repair_skip(close - 2);
    }
}

bool foreign_loop(Mistake *m, Repair *out) {
    u32 at = m->at;
    TokenKind kind = kind_of(m, at), before = at > 0 ? kind_of(m, at - 1) : TOK_END;
    if (kind == TOK_FOR && before == TOK_LBRACKET) {
        Diag *diag = mistake_report(m, DIAG_E0213, at, "in a list the value comes before its for");
        diag_help(m->parse->diags, diag, "[f(i) for i in range(4)]");
        *out = repair_recover(at);
        return true;
    }
    if (kind == TOK_FOR && m->enclosing != NONE && kind_of(m, m->enclosing) == TOK_LBRACKET) {
        Diag *diag = mistake_report(m, DIAG_E0213, at, "one 'for' holds all the names");
        diag_help(m->parse->diags, diag, "[f(x, y) for x in a, y in b]");
        mistake_fix(m, diag, mistake_gap(m, at), STR(","));
        *out =
            mistake_accepts(m, TOK_COMMA) ? repair_insert(TOK_COMMA, at + 1) : repair_recover(at);
        return true;
    }
    if (kind == TOK_ASSIGN && kind_of(m, m->statement) == TOK_FOR && at == m->statement + 2) {
        Diag *diag = mistake_report(m, DIAG_E0213, at, "a loop is written for x in list { ... }");
        diag_fix(m->parse->diags, diag, FIX_MAYBE, mistake_span(m, at), STR("in"));
        *out = repair_insert(TOK_IN, at + 1);
        return true;
    }
    if (kind != TOK_LPAREN || before != TOK_FOR)
        return false;
    round_loop(m, out);
    return true;
}
