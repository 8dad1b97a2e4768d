// SPDX-License-Identifier: Apache-2.0
// The spelling of the language's tokens, for re2c. Rules only name what they matched: texts, comments
// in blocks, units of numbers and everything wrong is looked at by lang/lex.c. Total: every byte
// sequence is matched by some rule, and each match but the end's takes at least one byte.
#include "lang/lexer_internal.h"

LexMatch lexer_scan(const char **cursor, const char *limit) {
    const char *p = *cursor;
    const char *marker = p;
#define FOUND(kind) return *cursor = p, (LexMatch)(kind)
    /*!re2c
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYCURSOR = p;
    re2c:define:YYMARKER = marker;
    re2c:define:YYLIMIT = limit;
    re2c:yyfill:enable = 0;
    re2c:eof = 0;
    re2c:flags:tags = 0;
    re2c:indent:top = 1;

    digit = [0-9];
    start = [A-Za-z_];
    word = [A-Za-z0-9_];
    name = start word*;
    exponent = [eE] [+-]? digit+;

    * { FOUND(LEX_OTHER); }
    $ { FOUND(LEX_END); }

    [ \t]+ { FOUND(LEX_SPACE); }
    "\r"? "\n" ([ \t]* "\r"? "\n")* { FOUND(LEX_NEWLINE); }
    "\r" { FOUND(LEX_SPACE); }
    "//" [^\n\x00]* { FOUND(LEX_COMMENT); }
    "/*" { FOUND(LEX_BLOCK_COMMENT_OPEN); }

    digit+ ("." digit+)? exponent? { FOUND(LEX_NUMBER); }
    "." digit+ exponent? { FOUND(LEX_NUMBER_LEAD); }
    digit+ "." { FOUND(LEX_NUMBER_TRAIL); }
    digit+ / ".." { FOUND(LEX_NUMBER); }
    "#" { FOUND(LEX_HASH); }
    "\"" { FOUND(LEX_QUOTE); }
    "'" { FOUND(LEX_APOSTROPHE); }
    "`" { FOUND(LEX_BACKQUOTE); }

    "let" { FOUND(TOK_LET); }
    "def" { FOUND(TOK_DEF); }
    "for" { FOUND(TOK_FOR); }
    "if" { FOUND(TOK_IF); }
    "else" { FOUND(TOK_ELSE); }
    "part" { FOUND(TOK_PART); }
    "in" { FOUND(TOK_IN); }
    "group" { FOUND(TOK_GROUP); }
    "and" { FOUND(TOK_AND); }
    "or" { FOUND(TOK_OR); }
    "not" { FOUND(TOK_NOT); }
    "true" { FOUND(TOK_TRUE); }
    "false" { FOUND(TOK_FALSE); }
    "object" { FOUND(TOK_OBJECT); }
    "units" { FOUND(TOK_UNITS); }
    "param" { FOUND(TOK_PARAM); }
    "material" { FOUND(TOK_MATERIAL); }
    "canvas" { FOUND(TOK_CANVAS); }
    "tolerance" { FOUND(TOK_TOLERANCE); }
    "mark" { FOUND(TOK_MARK); }
    "cut" { FOUND(TOK_CUT); }
    "expect" { FOUND(TOK_EXPECT); }
    "allow" { FOUND(TOK_ALLOW); }
    "step" { FOUND(TOK_STEP); }
    "True" | "TRUE" { FOUND(LEX_FOREIGN_TRUE); }
    "False" | "FALSE" { FOUND(LEX_FOREIGN_FALSE); }
    name { FOUND(TOK_NAME); }
    "@" name { FOUND(TOK_LABEL); }
    "/" name { FOUND(LEX_SLASH_NAME); }
    "$" name { FOUND(TOK_SETTING); }

    ";" { FOUND(TOK_SEMI); }
    "(" { FOUND(TOK_LPAREN); }
    ")" { FOUND(TOK_RPAREN); }
    "[" { FOUND(TOK_LBRACKET); }
    "]" { FOUND(TOK_RBRACKET); }
    "{" { FOUND(TOK_LBRACE); }
    "}" { FOUND(TOK_RBRACE); }
    "," { FOUND(TOK_COMMA); }
    ":" { FOUND(TOK_COLON); }
    "?" { FOUND(TOK_QUESTION); }
    "=" { FOUND(TOK_ASSIGN); }
    "." { FOUND(TOK_DOT); }
    ".." { FOUND(TOK_DOTDOT); }
    "+" { FOUND(TOK_PLUS); }
    "-" { FOUND(TOK_MINUS); }
    "*" { FOUND(TOK_STAR); }
    "/" { FOUND(TOK_SLASH); }
    "%" { FOUND(TOK_PERCENT); }
    "^" { FOUND(TOK_CARET); }
    "&" { FOUND(TOK_AMP); }
    "==" { FOUND(TOK_EQ); }
    "!=" { FOUND(TOK_NE); }
    "<" { FOUND(TOK_LT); }
    "<=" { FOUND(TOK_LE); }
    ">" { FOUND(TOK_GT); }
    ">=" { FOUND(TOK_GE); }
    "~=" { FOUND(TOK_NEAR); }

    "**" { FOUND(LEX_FOREIGN_POW); }
    "&&" { FOUND(LEX_FOREIGN_AND); }
    "||" { FOUND(LEX_FOREIGN_OR); }
    "!" { FOUND(LEX_FOREIGN_NOT); }
    "===" { FOUND(LEX_FOREIGN_EQ); }
    "!==" | "<>" { FOUND(LEX_FOREIGN_NE); }
    "|>" { FOUND(LEX_FOREIGN_PIPE); }
    "=>" | "->" { FOUND(TOK_ARROW); }
    "+=" | "-=" | "*=" | "/=" | ":=" { FOUND(TOK_UPDATE); }
    */
#undef FOUND
}
