// SPDX-License-Identifier: Apache-2.0
// Between the re2c rules (lexer.re), which only say what kind of thing stands at the cursor, and
// lex.c, which makes tokens of it and reports what is wrong.
#ifndef FRC_LANG_LEXER_INTERNAL_H
#define FRC_LANG_LEXER_INTERNAL_H

#include "lang/lang.h"

// What one rule matched: a token kind of its own (below LEX_SPACE), or one of these.
typedef enum LexMatch {
    LEX_SPACE = TOK_COUNT,
    LEX_NEWLINE,
    LEX_COMMENT,
    LEX_BLOCK_COMMENT_OPEN,
    LEX_NUMBER,       // 45, 4.5e3
    LEX_NUMBER_LEAD,  // .5
    LEX_NUMBER_TRAIL, // 2.
    LEX_HASH,
    LEX_QUOTE,      // "
    LEX_APOSTROPHE, // '
    LEX_BACKQUOTE,
    LEX_SLASH_NAME,   // /post: a path after a label, else a division and a name
    LEX_FOREIGN_POW,  // **
    LEX_FOREIGN_AND,  // &&
    LEX_FOREIGN_OR,   // ||
    LEX_FOREIGN_NOT,  // !
    LEX_FOREIGN_EQ,   // ===
    LEX_FOREIGN_NE,   // <> and !==
    LEX_FOREIGN_PIPE, // |>
    LEX_FOREIGN_TRUE,
    LEX_FOREIGN_FALSE,
    LEX_OTHER, // one byte that no rule wants
    LEX_END,
} LexMatch;

// Scans one match at *cursor and moves it past; *limit is 0 (text[len]). Bytes beyond are not read.
LexMatch lexer_scan(const char **cursor, const char *limit);

#endif
