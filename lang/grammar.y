// SPDX-License-Identifier: Apache-2.0
// The grammar, for Lemon (run with -c: uncompressed tables know exactly what can come next). Every action
// is one ast_*() call or a push. The `error` productions are where lang/parse.c may resume: statement, block
// head, argument, list item, field, index, parentheses. No conflicts; spec/language-syntax.md has the same grammar
// for people.

%name Grammar
%token_prefix G_
%token_type {TokenRef}
%extra_context {AstBuilder *b}
%stack_size 8192
%stack_overflow { b->overflowed = true; }
// The driver (lang/parse.c) asks before it feeds and recovers by itself; or else it starts again.
%syntax_error { assert(b->is_straight); b->refused = true; }

%include {
#include "lang/parser_internal.h"

#include <assert.h>

// Most lists are short: they begin with room for two.
#define PUSH(list, item)                                                                           \
    ((list).len < (list).cap ? (void)0                                                             \
                             : (void)((list).data = list_grow(b->arena, (list).data, (list).len,   \
                                                              &(list).cap, sizeof *(list).data)),  \
     (list).data[(list).len++] = (item))

static void *list_grow(Arena *arena, const void *data, u32 len, u32 *cap, size_t size) {
    *cap = *cap ? 2 * *cap : 2;
    void *out = arena_alloc(arena, *cap, size);
    if (len)
        memcpy(out, data, len * size);
    return out;
}

}

// The order of lang/tokens.def, so that the numbers are the same.
%token NEWLINE SEMI NAME NUMBER COLOR TEXT TEXT_OPEN TEXT_MIDDLE TEXT_CLOSE LABEL SUBLABEL.
%token LABEL_BRACKET LPAREN RPAREN LBRACKET RBRACKET LBRACE RBRACE COMMA COLON QUESTION ASSIGN.
%token DOT DOTDOT PLUS MINUS STAR SLASH PERCENT CARET AMP EQ NE LT LE GT GE NEAR.
%token LET DEF FOR IF ELSE PART IN GROUP AND OR NOT TRUE FALSE.
%token OBJECT UNITS PARAM MATERIAL CANVAS TOLERANCE MARK CUT EXPECT ALLOW STEP.
%token SETTING ARROW UPDATE BAD.

%fallback NAME OBJECT UNITS PARAM MATERIAL CANVAS TOLERANCE MARK CUT EXPECT ALLOW STEP.

%right QUESTION.
%left OR.
%left AND.
%right NOT.
%left PLUS MINUS.
%left STAR SLASH PERCENT AMP.
%right NEGATE.
%right CARET.

%start_symbol program

// ---- statements ----

%type items {NodeVec}
%type statement {AstNode *}
%type block {AstBlock}
%type words {TokenRef}

program ::= items(L). { b->ast->statements = (AstList){L.data, L.len}; }

items(A) ::= . { A = (NodeVec){0}; }
items(A) ::= statement(X). { A = (NodeVec){0}; PUSH(A, X); }
items(A) ::= items(A) separator.
items(A) ::= items(A) separator statement(X). { PUSH(A, X); }

separator ::= NEWLINE.
separator ::= SEMI.

block(A) ::= LBRACE(O) items(L) RBRACE(C). { A = ast_block(b, O, L, C); }

words(A) ::= . { A = NULL; }
words(A) ::= TEXT(T). { A = T; }

statement(A) ::= OBJECT(K) NAME(N) words(W). { A = ast_object(b, K, N, W); }
statement(A) ::= UNITS(K) NAME(N). { A = ast_units(b, K, N); }

%type param_range {AstNode *}
%type param_step {AstNode *}
statement(A) ::= PARAM(K) NAME(N) ASSIGN expr(V) param_range(R) param_step(S) words(W).
    { A = ast_param(b, K, N, V, R, S, W); }
statement(A) ::= PARAM(K) NAME(N) error. { A = ast_param(b, K, N, ast_bad(b, N->span), NULL, NULL, NULL); }
param_range(A) ::= . { A = NULL; }
param_range(A) ::= IN expr(X). { A = X; }
param_step(A) ::= . { A = NULL; }
param_step(A) ::= STEP expr(X). { A = X; }

%type fields {ArgVec}
%type field {AstArg}
statement(A) ::= MATERIAL(K) NAME(N) LBRACE(O) fields(F) RBRACE(C).
    { A = ast_material(b, K, N, O, F, C); }
fields(A) ::= . { A = (ArgVec){0}; }
fields(A) ::= field(X). { A = (ArgVec){0}; PUSH(A, X); }
fields(A) ::= fields(A) field_separator.
fields(A) ::= fields(A) field_separator field(X). { PUSH(A, X); }
field_separator ::= COMMA.
field_separator ::= NEWLINE.
field(A) ::= NAME(N) ASSIGN expr(X). { A = ast_arg(b, N, X); }
field(A) ::= NAME(N) error. { A = ast_arg(b, N, ast_bad(b, N->span)); }
field(A) ::= error. { A = ast_arg(b, NULL, ast_bad(b, (Span){b->source, 0, 0})); }

statement(A) ::= CANVAS(K) expr(X). { A = ast_value_statement(b, AST_CANVAS, K, X); }
statement(A) ::= TOLERANCE(K) expr(X). { A = ast_value_statement(b, AST_TOLERANCE, K, X); }
statement(A) ::= LET(K) NAME(N) ASSIGN expr(X). { A = ast_binding(b, AST_LET, K, N, X); }
statement(A) ::= LET(K) NAME(N) error. { A = ast_binding(b, AST_LET, K, N, ast_bad(b, N->span)); }
statement(A) ::= MARK(K) NAME(N) ASSIGN expr(X). { A = ast_binding(b, AST_MARK, K, N, X); }
statement(A) ::= MARK(K) NAME(N) error. { A = ast_binding(b, AST_MARK, K, N, ast_bad(b, N->span)); }

%type formals {FormalVec}
%type formal_list {FormalVec}
%type formal {AstFormal}
statement(A) ::= DEF(K) NAME(N) LPAREN formals(F) RPAREN ASSIGN expr(X).
    { A = ast_def_value(b, K, N, F, X); }
statement(A) ::= DEF(K) NAME(N) LPAREN formals(F) RPAREN ASSIGN error.
    { A = ast_def_value(b, K, N, F, ast_bad(b, N->span)); }
statement(A) ::= DEF(K) NAME(N) LPAREN formals(F) RPAREN block(B). { A = ast_def_body(b, K, N, F, B); }
statement(A) ::= DEF(K) error block(B). { A = ast_bad(b, span_join(K->span, B.span)); }
formals(A) ::= . { A = (FormalVec){0}; }
formals(A) ::= formal_list(A).
formals(A) ::= formal_list(A) COMMA.
formal_list(A) ::= formal(X). { A = (FormalVec){0}; PUSH(A, X); }
formal_list(A) ::= formal_list(A) COMMA formal(X). { PUSH(A, X); }
formal(A) ::= NAME(N). { A = ast_formal(b, N, NULL); }
formal(A) ::= NAME(N) ASSIGN expr(X). { A = ast_formal(b, N, X); }
formal(A) ::= NAME(N) error. { A = ast_formal(b, N, ast_bad(b, N->span)); }
formal(A) ::= error. { A = (AstFormal){0}; A.value = ast_bad(b, (Span){b->source, 0, 0}); }

%type refs {NodeVec}
statement(A) ::= CUT(K) refs(R) block(B). { A = ast_cut(b, K, R, B); }
statement(A) ::= CUT(K) error block(B). { A = ast_bad(b, span_join(K->span, B.span)); }
refs(A) ::= ref(X). { A = (NodeVec){0}; PUSH(A, X); }
refs(A) ::= refs(A) COMMA ref(X). { PUSH(A, X); }

%type binders {BinderVec}
%type binder {AstBinder}
%type names {NameVec}
statement(A) ::= FOR(K) binders(L) block(B). { A = ast_for(b, K, L, B); }
statement(A) ::= FOR(K) error block(B). { A = ast_bad(b, span_join(K->span, B.span)); }
binders(A) ::= binder(X). { A = (BinderVec){0}; PUSH(A, X); }
binders(A) ::= binders(A) COMMA binder(X). { PUSH(A, X); }
binder(A) ::= NAME(N) IN expr(X). { A = ast_binder(b, N, X); }
binder(A) ::= LBRACKET names(L) RBRACKET IN expr(X). { A = ast_binder_pattern(b, L, X); }
binder(A) ::= LBRACKET error RBRACKET IN expr(X). { A = ast_binder_pattern(b, (NameVec){0}, X); }
names(A) ::= NAME(N). { A = (NameVec){0}; PUSH(A, ast_name_of(b, N)); }
names(A) ::= names(A) COMMA NAME(N). { PUSH(A, ast_name_of(b, N)); }

%type if_ {AstNode *}
statement(A) ::= if_(A).
statement(A) ::= if_(X) ELSE block(B). { A = ast_if_else(b, X, B); }
statement(A) ::= if_(X) ELSE else_if(Y). { A = ast_if_else_if(b, X, Y); }
%type else_if {AstNode *}
else_if(A) ::= if_(A).
else_if(A) ::= if_(X) ELSE block(B). { A = ast_if_else(b, X, B); }
else_if(A) ::= if_(X) ELSE else_if(Y). { A = ast_if_else_if(b, X, Y); }
if_(A) ::= IF(K) expr(C) block(B). { A = ast_if(b, K, C, B); }
if_(A) ::= IF(K) error block(B). { A = ast_if(b, K, ast_bad(b, K->span), B); }

statement(A) ::= EXPECT(K) expr(C). { A = ast_expect(b, K, C, NULL); }
statement(A) ::= EXPECT(K) expr(C) COMMA expr(M). { A = ast_expect(b, K, C, M); }
statement(A) ::= ALLOW(K) NAME(N) LPAREN(O) args(L) RPAREN(C) words(W).
    { A = ast_allow(b, K, N, O, L, C, W); }
statement(A) ::= expr(X). { A = ast_place(b, X); }
statement(A) ::= error. { A = ast_bad(b, (Span){b->source, 0, 0}); }

// ---- expressions ----

%type expr {AstNode *}
expr(A) ::= comparison(A).
expr(A) ::= expr(C) QUESTION expr(Y) COLON expr(N). [QUESTION] { A = ast_ternary(b, C, Y, N); }
expr(A) ::= expr(L) OR(O) expr(R). { A = ast_binary(b, AST_OR, L, O, R); }
expr(A) ::= expr(L) AND(O) expr(R). { A = ast_binary(b, AST_AND, L, O, R); }
expr(A) ::= NOT(O) expr(X). { A = ast_unary(b, AST_NOT, O, X); }

// Comparisons and ranges don't chain.
%type comparison {AstNode *}
comparison(A) ::= range(A).
comparison(A) ::= range(L) EQ(O) range(R). { A = ast_binary(b, AST_EQ, L, O, R); }
comparison(A) ::= range(L) NE(O) range(R). { A = ast_binary(b, AST_NE, L, O, R); }
comparison(A) ::= range(L) LT(O) range(R). { A = ast_binary(b, AST_LT, L, O, R); }
comparison(A) ::= range(L) LE(O) range(R). { A = ast_binary(b, AST_LE, L, O, R); }
comparison(A) ::= range(L) GT(O) range(R). { A = ast_binary(b, AST_GT, L, O, R); }
comparison(A) ::= range(L) GE(O) range(R). { A = ast_binary(b, AST_GE, L, O, R); }
comparison(A) ::= range(L) NEAR(O) range(R). { A = ast_binary(b, AST_NEAR, L, O, R); }
%type range {AstNode *}
range(A) ::= sum(A).
range(A) ::= sum(L) DOTDOT sum(R). { A = ast_range(b, L, R); }

%type sum {AstNode *}
sum(A) ::= postfix(A).
sum(A) ::= sum(L) PLUS(O) sum(R). { A = ast_binary(b, AST_ADD, L, O, R); }
sum(A) ::= sum(L) MINUS(O) sum(R). { A = ast_binary(b, AST_SUB, L, O, R); }
sum(A) ::= sum(L) STAR(O) sum(R). { A = ast_binary(b, AST_MUL, L, O, R); }
sum(A) ::= sum(L) SLASH(O) sum(R). { A = ast_binary(b, AST_DIV, L, O, R); }
sum(A) ::= sum(L) PERCENT(O) sum(R). { A = ast_binary(b, AST_MOD, L, O, R); }
sum(A) ::= sum(L) AMP(O) sum(R). { A = ast_binary(b, AST_AND3, L, O, R); }
sum(A) ::= sum(L) CARET(O) sum(R). { A = ast_binary(b, AST_POW, L, O, R); }
sum(A) ::= MINUS(O) sum(X). [NEGATE] { A = ast_unary(b, AST_NEG, O, X); }

%type postfix {AstNode *}
postfix(A) ::= primary(A).
postfix(A) ::= postfix(S) DOT NAME(N). { A = ast_member(b, S, N); }
postfix(A) ::= postfix(S) DOT NAME(N) LPAREN(O) args(L) RPAREN(C). { A = ast_call(b, S, N, O, L, C); }
postfix(A) ::= postfix(S) LBRACKET expr(X) RBRACKET(C). { A = ast_index(b, S, X, C); }
postfix(A) ::= postfix(S) LBRACKET expr(X) COLON expr(Y) RBRACKET(C). { A = ast_slice(b, S, X, Y, C); }
postfix(A) ::= postfix(S) LBRACKET expr(X) COLON RBRACKET(C). { A = ast_slice(b, S, X, NULL, C); }
postfix(A) ::= postfix(S) LBRACKET COLON expr(Y) RBRACKET(C). { A = ast_slice(b, S, NULL, Y, C); }
postfix(A) ::= postfix(S) LBRACKET COLON RBRACKET(C). { A = ast_slice(b, S, NULL, NULL, C); }
postfix(A) ::= postfix(S) LBRACKET error RBRACKET(C). { A = ast_bad(b, span_join(S->span, C->span)); }

%type primary {AstNode *}
primary(A) ::= NUMBER(T). { A = ast_number(b, T); }
primary(A) ::= COLOR(T). { A = ast_color(b, T); }
primary(A) ::= TEXT(T). { A = ast_text(b, T); }
primary(A) ::= template(X) TEXT_CLOSE(C). { A = ast_template_end(b, X, C); }
primary(A) ::= TRUE(T). { A = ast_boolean(b, T, true); }
primary(A) ::= FALSE(T). { A = ast_boolean(b, T, false); }
primary(A) ::= NAME(T). { A = ast_name(b, T); }
primary(A) ::= ref(A).
primary(A) ::= NAME(N) LPAREN(O) args(L) RPAREN(C). { A = ast_call(b, NULL, N, O, L, C); }
primary(A) ::= LPAREN(O) expr(X) RPAREN(C). { A = ast_parens(b, O, X, C); }
primary(A) ::= LPAREN(O) error RPAREN(C). { A = ast_bad(b, span_join(O->span, C->span)); }

%type template {AstNode *}
%type fill {AstNode *}
template(A) ::= TEXT_OPEN(T) fill(X). { A = ast_template_head(b, T, X); }
template(A) ::= template(P) TEXT_MIDDLE(T) fill(X). { A = ast_template_more(b, P, T, X); }
fill(A) ::= expr(A).
fill(A) ::= error. { A = ast_bad(b, (Span){b->source, 0, 0}); }

%type ref {AstNode *}
ref(A) ::= LABEL(T). { A = ast_ref(b, T); }
ref(A) ::= ref(R) SUBLABEL(T). { A = ast_ref_step(b, R, T); }
ref(A) ::= ref(R) LABEL_BRACKET expr(X) RBRACKET(C). { A = ast_ref_index(b, R, X, C); }
ref(A) ::= ref(R) LABEL_BRACKET error RBRACKET(C). { A = ast_ref_index(b, R, ast_bad(b, C->span), C); }

%type list_items {NodeVec}
%type list_item {AstNode *}
%type list_condition {AstNode *}
primary(A) ::= LBRACKET(O) RBRACKET(C). { A = ast_list(b, O, (NodeVec){0}, C); }
primary(A) ::= LBRACKET(O) list_items(L) RBRACKET(C). { A = ast_list(b, O, L, C); }
primary(A) ::= LBRACKET(O) list_items(L) COMMA RBRACKET(C). { A = ast_list(b, O, L, C); }
primary(A) ::= LBRACKET(O) expr(X) FOR binders(L) list_condition(I) RBRACKET(C).
    { A = ast_comprehension(b, O, X, L, I, C); }
list_items(A) ::= list_item(X). { A = (NodeVec){0}; PUSH(A, X); }
list_items(A) ::= list_items(A) COMMA list_item(X). { PUSH(A, X); }
list_item(A) ::= expr(A).
list_item(A) ::= error. { A = ast_bad(b, (Span){b->source, 0, 0}); }
list_condition(A) ::= . { A = NULL; }
list_condition(A) ::= IF expr(X). { A = X; }

%type args {ArgVec}
%type arg_list {ArgVec}
%type arg {AstArg}
args(A) ::= . { A = (ArgVec){0}; }
args(A) ::= arg_list(A).
args(A) ::= arg_list(A) COMMA.
arg_list(A) ::= arg(X). { A = (ArgVec){0}; PUSH(A, X); }
arg_list(A) ::= arg_list(A) COMMA arg(X). { PUSH(A, X); }
arg(A) ::= expr(X). { A = ast_arg(b, NULL, X); }
arg(A) ::= NAME(N) ASSIGN expr(X). { A = ast_arg(b, N, X); }
arg(A) ::= NAME(N) ASSIGN error. { A = ast_arg(b, N, ast_bad(b, N->span)); }
arg(A) ::= error. { A = ast_arg(b, NULL, ast_bad(b, (Span){b->source, 0, 0})); }

%type material {AstNode *}
primary(A) ::= PART(K) NAME(N) words(W) material(M) block(B). { A = ast_part(b, K, N, W, M, B); }
primary(A) ::= PART(K) NAME(N) error block(B). { A = ast_part(b, K, N, NULL, NULL, B); }
primary(A) ::= PART(K) error block(B). { A = ast_bad(b, span_join(K->span, B.span)); }
primary(A) ::= GROUP(K) block(B). { A = ast_group(b, K, B); }
primary(A) ::= GROUP(K) error block(B). { A = ast_group(b, K, B); }
material(A) ::= . { A = NULL; }
material(A) ::= COLON NAME(T). { A = ast_name(b, T); }
material(A) ::= COLON NAME(T) LBRACKET expr(X) RBRACKET(C). { A = ast_index(b, ast_name(b, T), X, C); }
material(A) ::= COLON NAME(T) LBRACKET error RBRACKET. { A = ast_bad(b, T->span); }
material(A) ::= COLON LPAREN(O) expr(X) RPAREN(C). { A = ast_parens(b, O, X, C); }
material(A) ::= COLON LPAREN(O) error RPAREN(C). { A = ast_bad(b, span_join(O->span, C->span)); }

// ---- what the driver needs of the tables ----

%code {
#undef TOKEN
#define TOKEN(kind, spelling, name, flags) AGREES(kind)
#define TRIVIA(kind, spelling, name, flags)
#define G_END 0
#define AGREES(kind) _Static_assert((int)TOK_##kind == G_##kind, "the order of tokens.def");
#include "lang/tokens.def"
#undef AGREES
#undef TOKEN
#undef TRIVIA

size_t grammar_size(void) { return sizeof(yyParser); }

void grammar_init(GrammarParser *parser, AstBuilder *builder) { GrammarInit(parser, builder); }

void grammar_feed(GrammarParser *parser, TokenKind kind, TokenRef token) {
    Grammar(parser, (int)kind, token);
}

// The state that follows a shift, as yy_shift() encodes it.
static YYACTIONTYPE state_after(YYACTIONTYPE action) {
    return action > YY_MAX_SHIFT ? (YYACTIONTYPE)(action + YY_MIN_REDUCE - YY_MIN_SHIFTREDUCE) : action;
}

// base: the entries of the stack that count; extra: a state on top of them, or YY_ERROR_ACTION.
static bool accepts_from(const yyParser *parser, const yyStackEntry *base, YYACTIONTYPE extra, int kind) {
    YYACTIONTYPE shadow[64];
    u32 n = 0;
    (void)parser;
    if (extra != YY_ERROR_ACTION)
        shadow[n++] = extra;
    for (;;) {
        YYACTIONTYPE state = n > 0 ? shadow[n - 1] : base->stateno;
        YYACTIONTYPE action = yy_find_shift_action((YYCODETYPE)kind, state);
        if (action <= YY_MAX_SHIFTREDUCE || action == YY_ACCEPT_ACTION)
            return true;
        if (action < YY_MIN_REDUCE)
            return false;
        u32 rule = (u32)(action - YY_MIN_REDUCE);
        u32 n_pop = (u32)-yyRuleInfoNRhs[rule];
        u32 n_shadow = n_pop < n ? n_pop : n;
        n -= n_shadow;
        base -= n_pop - n_shadow;
        if (n == COUNT_OF(shadow))
            return false;
        state = n > 0 ? shadow[n - 1] : base->stateno;
        action = yy_find_reduce_action(state, yyRuleInfoLhs[rule]);
        if (action == YY_ACCEPT_ACTION)
            return true;
        shadow[n++] = action;
    }
}

bool grammar_accepts(const GrammarParser *parser, TokenKind kind) {
    return accepts_from(parser, parser->yytos, YY_ERROR_ACTION, (int)kind);
}

void grammar_pop(GrammarParser *parser, u32 n) {
    for (; n > 0 && parser->yytos > parser->yystack; n--)
        yy_pop_parser_stack(parser);
}

static int bracket_step(YYCODETYPE major) {
    switch (major) {
    case G_LPAREN: case G_LBRACKET: case G_LABEL_BRACKET: case G_LBRACE: case G_TEXT_OPEN:
        return -1;
    case G_RPAREN: case G_RBRACKET: case G_RBRACE: case G_TEXT_CLOSE:
        return 1;
    default:
        return 0;
    }
}

bool grammar_recover(GrammarParser *parser, TokenKind next) {
    int depth = 0; // closed brackets that stand unreduced between here and the top
    for (yyStackEntry *entry = parser->yytos; entry >= parser->yystack; entry--) {
        if (depth == 0 && entry->stateno <= YY_MAX_SHIFT) {
            YYACTIONTYPE action = yy_find_reduce_action(entry->stateno, YYERRORSYMBOL);
            if (action <= YY_MAX_SHIFTREDUCE &&
                accepts_from(parser, entry, state_after(action), (int)next)) {
                while (parser->yytos > entry)
                    yy_pop_parser_stack(parser);
                yy_shift(parser, action, YYERRORSYMBOL, NULL);
                return true;
            }
        }
        depth += bracket_step(entry->major);
        if (depth < 0 || entry == parser->yystack)
            return false;
    }
    return false;
}
}
