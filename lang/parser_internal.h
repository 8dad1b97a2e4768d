// SPDX-License-Identifier: Apache-2.0
// What the driver (parse.c), the grammar's actions (ast.c) and the generated parser share.
#ifndef FRC_LANG_PARSER_INTERNAL_H
#define FRC_LANG_PARSER_INTERNAL_H

#include "base/vec.h"
#include "lang/lex.h"

// Where trees are made: passed to each constructor.
typedef struct AstBuilder {
    Arena *arena;
    Diags *diags;
    const char *text; // of the source
    u32 source;
    Ast *ast;
    u32 end;          // closing brackets at or after it were put in: the text was cut off there
    bool is_too_deep; // reported once
    bool overflowed;  // the parser's stack; the parse ends
    bool is_straight; // tokens are fed unasked: one that is refused ends the parse
    bool refused;
} AstBuilder;

typedef const Token *TokenRef;

typedef VEC(AstNode *) NodeVec;
typedef VEC(AstArg) ArgVec;
typedef VEC(AstRefStep) StepVec;
typedef VEC(AstBinder) BinderVec;
typedef VEC(AstFormal) FormalVec;
typedef VEC(AstName) NameVec;

// A body with its braces.
typedef struct AstBlock {
    AstList body;
    Span span;
} AstBlock;

// ---- the generated parser (lang/grammar.y) ----

typedef struct yyParser GrammarParser;

size_t grammar_size(void);
void grammar_init(GrammarParser *parser, AstBuilder *builder);
void grammar_feed(GrammarParser *parser, TokenKind kind, TokenRef token);
// Whether the token could come next, by running the reductions it would cause on a shadow of the
// stack.
bool grammar_accepts(const GrammarParser *parser, TokenKind kind);
// Gives up the innermost construct that `next` could follow: drops it from the stack and puts the
// grammar's error symbol in its place. Does not leave the innermost open bracket. False: none.
bool grammar_recover(GrammarParser *parser, TokenKind next);
void grammar_pop(GrammarParser *parser, u32 n); // drops the n symbols shifted last

// ---- constructors (lang/ast.c): one per production ----

AstName ast_name_of(AstBuilder *b, TokenRef token);
AstNode *ast_bad(AstBuilder *b, Span span);
AstNode *ast_number(AstBuilder *b, TokenRef token);
AstNode *ast_text(AstBuilder *b, TokenRef token);
AstNode *ast_color(AstBuilder *b, TokenRef token);
AstNode *ast_boolean(AstBuilder *b, TokenRef token, bool value);
AstNode *ast_name(AstBuilder *b, TokenRef token);
AstNode *ast_ref(AstBuilder *b, TokenRef label);
AstNode *ast_ref_step(AstBuilder *b, AstNode *ref, TokenRef label);
AstNode *ast_ref_index(AstBuilder *b, AstNode *ref, AstNode *index, TokenRef close);
AstNode *ast_template_head(AstBuilder *b, TokenRef open, AstNode *fill);
AstNode *ast_template_more(AstBuilder *b, AstNode *template_, TokenRef middle, AstNode *fill);
AstNode *ast_template_end(AstBuilder *b, AstNode *template_, TokenRef close);
AstNode *ast_parens(AstBuilder *b, TokenRef open, AstNode *inner, TokenRef close);
AstNode *ast_list(AstBuilder *b, TokenRef open, NodeVec items, TokenRef close);
AstNode *ast_comprehension(AstBuilder *b, TokenRef open, AstNode *value, BinderVec binders,
                           AstNode *condition, TokenRef close);
AstNode *ast_unary(AstBuilder *b, AstOp op, TokenRef op_token, AstNode *operand);
AstNode *ast_binary(AstBuilder *b, AstOp op, AstNode *left, TokenRef op_token, AstNode *right);
AstNode *ast_ternary(AstBuilder *b, AstNode *condition, AstNode *yes, AstNode *no);
AstNode *ast_range(AstBuilder *b, AstNode *low, AstNode *high);
AstNode *ast_call(AstBuilder *b, AstNode *subject, TokenRef name, TokenRef open, ArgVec args,
                  TokenRef close); // subject may be NULL
AstNode *ast_member(AstBuilder *b, AstNode *subject, TokenRef name);
AstNode *ast_index(AstBuilder *b, AstNode *subject, AstNode *index, TokenRef close);
AstNode *ast_slice(AstBuilder *b, AstNode *subject, AstNode *first, AstNode *last, TokenRef close);
AstNode *ast_part(AstBuilder *b, TokenRef keyword, TokenRef label, TokenRef words,
                  AstNode *material,
                  AstBlock block); // words, material may be NULL
AstNode *ast_group(AstBuilder *b, TokenRef keyword, AstBlock block);

AstArg ast_arg(AstBuilder *b, TokenRef name, AstNode *value); // name may be NULL
AstFormal ast_formal(AstBuilder *b, TokenRef name, AstNode *value);
AstBinder ast_binder(AstBuilder *b, TokenRef name, AstNode *list);
AstBinder ast_binder_pattern(AstBuilder *b, NameVec names, AstNode *list);
AstBlock ast_block(AstBuilder *b, TokenRef open, NodeVec items, TokenRef close);

AstNode *ast_object(AstBuilder *b, TokenRef keyword, TokenRef name, TokenRef words);
AstNode *ast_units(AstBuilder *b, TokenRef keyword, TokenRef unit);
AstNode *ast_param(AstBuilder *b, TokenRef keyword, TokenRef name, AstNode *value, AstNode *range,
                   AstNode *step, TokenRef words);
AstNode *ast_material(AstBuilder *b, TokenRef keyword, TokenRef name, TokenRef open, ArgVec fields,
                      TokenRef close);
AstNode *ast_value_statement(AstBuilder *b, AstKind kind, TokenRef keyword, AstNode *value);
AstNode *ast_binding(AstBuilder *b, AstKind kind, TokenRef keyword, TokenRef name, AstNode *value);
AstNode *ast_def_value(AstBuilder *b, TokenRef keyword, TokenRef name, FormalVec formals,
                       AstNode *value);
AstNode *ast_def_body(AstBuilder *b, TokenRef keyword, TokenRef name, FormalVec formals,
                      AstBlock block);
AstNode *ast_cut(AstBuilder *b, TokenRef keyword, NodeVec refs, AstBlock block);
AstNode *ast_for(AstBuilder *b, TokenRef keyword, BinderVec binders, AstBlock block);
AstNode *ast_if(AstBuilder *b, TokenRef keyword, AstNode *condition, AstBlock yes);
AstNode *ast_if_else(AstBuilder *b, AstNode *if_, AstBlock no);
AstNode *ast_if_else_if(AstBuilder *b, AstNode *if_, AstNode *no);
AstNode *ast_expect(AstBuilder *b, TokenRef keyword, AstNode *condition, AstNode *message);
AstNode *ast_allow(AstBuilder *b, TokenRef keyword, TokenRef what, TokenRef open, ArgVec args,
                   TokenRef close, TokenRef reason);
AstNode *ast_place(AstBuilder *b, AstNode *value);

#endif
